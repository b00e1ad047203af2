/*
 * ledger: what happened, in order, numbered 1, 2, 3 ... The newest
 * LEDGER_MOST are kept; older ones are forgotten, and a reader can tell by
 * `first`, the oldest number that is still there.
 *
 * There are three: effects, requests, webhooks (sandbox.h). A record is one
 * struct for all of them: a few numbers, and the rest as JSON members that
 * were written when it was made. Under the sandbox's lock.
 */
#ifndef SANDBOX_LEDGER_H
#define SANDBOX_LEDGER_H

#include "core/buf.h"

#define LEDGER_MOST 200000u
#define LEDGER_PAGE 5000u /* records in one answer */
#define RECORD_TRIES 8u

struct record {
	uint64_t n;
	int64_t at;	    /* wall ms */
	const char *vendor; /* a literal, as the next two */
	const char *kind;   /* effect: its kind; request: its method */
	const char *word;   /* request: the error; webhook: its state; NULL */
	unsigned code;	    /* request: the vendor's number of the error */
	bool told;
	unsigned tries;
	unsigned statuses[RECORD_TRIES]; /* request: [0]; webhook: of tries */
	size_t size;
	char members[]; /* "a":1,"b":"x" */
};

struct ledger {
	struct record **ring;
	uint64_t first, next; /* the oldest there is; the next one's number */
};

enum err sb_ledger_open(struct ledger *l) MUST_USE; /* E_NOMEM */
void sb_ledger_close(struct ledger *l);

/*
 * A copy of *r, n and size set anew, with these members. 0: no memory for it;
 * it is missing then.
 */
uint64_t sb_ledger_add(
    struct ledger *l, const struct record *r, struct str members);
/* NULL: forgotten. Valid until the lock is given up. */
struct record *sb_ledger_get(struct ledger *l, uint64_t n);
/* Forgets all; numbers go on. */
void sb_ledger_forget(struct ledger *l);

struct ledger_page {
	uint64_t after;
	struct str vendor; /* empty: all */
	void (*write)(const struct record *r, struct buf *out);
};

/*
 * {"<name>":[...],"next":N,"first":F,"most":M without the closing brace:
 * the caller may add members. next: ask with after=next for what follows.
 */
void sb_ledger_write(struct ledger *l, const char *name,
    const struct ledger_page *page, struct buf *out);

void sb_record_write_effect(const struct record *r, struct buf *out);
void sb_record_write_request(const struct record *r, struct buf *out);
void sb_record_write_webhook(const struct record *r, struct buf *out);

#endif
