/*
 * labels: what people marked a conversation with.
 *
 *	struct labels l;
 *	enum err e = labels_load(c, conversation, &l);
 *	if (e == OK && (e = labels_apply(&l, event.body)) == OK)
 *		... conversation_save() with them stores what changed
 */
#ifndef STORE_SQLITE_LABELS_H
#define STORE_SQLITE_LABELS_H

#include "store/sqlite/conn.h"

#define LABELS_MAX 50
#define LABEL_BYTES_MAX 64

struct label {
	char bytes[LABEL_BYTES_MAX];
	size_t n;
};

struct labels {
	struct label all[LABELS_MAX];
	size_t n;
};

static inline struct str
label_view(const struct label *l)
{
	return (struct str){l->bytes, l->n};
}

bool labels_have(const struct labels *l, struct str label);
bool labels_same(const struct labels *a, const struct labels *b);

enum err labels_load(
    struct conn *c, int64_t conversation, struct labels *out) MUST_USE;

/*
 * The body of an EVENT_LABELS: {"add":[..],"remove":[..]}. E_BADINPUT: it is
 * none, or a label is empty or too long, or they would be too many; E_NOMEM.
 * After a failure l is not to be used.
 */
enum err labels_apply(struct labels *l, struct str body) MUST_USE;

/* Stores the difference. */
enum err labels_save(struct conn *c, int64_t conversation,
    const struct labels *were, const struct labels *are) MUST_USE;

#endif
