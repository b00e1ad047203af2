/*
 * seller_list: lists of conversations, read and written; for requests and for
 * what WebSockets follow. Whoever has a reader of the store.
 */
#ifndef GATEWAY_SELLER_LIST_H
#define GATEWAY_SELLER_LIST_H

#include "gateway/seller.h"
#include "gateway/seller_op.h"

struct seller_page {
	enum view view;
	struct list_row *rows;
	size_t n;
	bool more;
};

/* list: company and agent are set here. Into ask->arena. */
enum err seller_page_read(const struct seller_ask *ask, struct list_ask *list,
    size_t limit, struct seller_page *out) MUST_USE;

/* "rows":[...],"next":"...": without braces. */
void seller_page_write(struct buf *out, const struct company *company,
    const struct seller_page *page);

/*
 * From the words of a request or frame to what is asked of the store. False:
 * *error says what is wrong.
 */
struct seller_list {
	struct str view, team, label, before; /* .p NULL: not said */
	uint64_t limit;			      /* 0: not said */
};
bool seller_list_ask(const struct seller_list *words,
    const struct company *company, struct list_ask *list,
    struct frame_error *error) MUST_USE;
/* Of words that were taken. */
size_t seller_list_limit(const struct seller_list *words);

#endif
