/*
 * box: the one inbox there is: letters by rising UID, and their flags. In
 * memory, at most BOX_LETTERS of them and BOX_BYTES in all; a further one is
 * refused.
 *
 * A letter's bytes never change. It is counted, so that whoever sends it on
 * holds no lock meanwhile. Any thread.
 */
#ifndef SANDBOX_MAILBOX_BOX_H
#define SANDBOX_MAILBOX_BOX_H

#include "core/base.h"

#include <stdatomic.h>

#define BOX_LETTERS 2000u
#define BOX_BYTES (256u << 20)
#define LETTER_BYTES (25u << 20) /* as it is sent */

struct letter {
	_Atomic unsigned refs;
	int64_t at;   /* wall ms: when it came */
	size_t added; /* bytes in front that are the delivery's own headers */
	size_t size;
	char bytes[];
};

/* Copies both, the added headers first. NULL: no memory. One reference. */
struct letter *sb_letter_new(struct str added, struct str sent, int64_t at);
struct letter *sb_letter_ref(struct letter *l);
void sb_letter_unref(struct letter *l); /* NULL is fine */

static inline struct str
sb_letter_whole(const struct letter *l)
{
	return (struct str){l->bytes, l->size};
}

static inline struct str
sb_letter_sent(const struct letter *l)
{
	return (struct str){l->bytes + l->added, l->size - l->added};
}

enum flag {
	FLAG_SEEN = 1,
	FLAG_ANSWERED = 2,
	FLAG_FLAGGED = 4,
	FLAG_DELETED = 8,
	FLAG_DRAFT = 16,
};

struct slot {
	uint32_t uid;
	unsigned flags;
};

enum mark { MARK_SET, MARK_ADD, MARK_REMOVE };

struct box;

/* changed(arg) is called after each change, on the thread that made it. */
struct box *sb_box_new(
    uint32_t validity, void (*changed)(void *arg), void *arg);
void sb_box_free(struct box *b);

uint32_t sb_box_validity(const struct box *b);
/* What the next letter's UID will be. */
uint32_t sb_box_next(struct box *b);

/* Takes a reference of its own. E_LIMIT: the box is full. */
enum err sb_box_add(struct box *b, struct letter *l, uint32_t *uid) MUST_USE;
/* All there are, by rising UID. Returns how many. */
size_t sb_box_read(struct box *b, struct slot out[BOX_LETTERS]);
/* A reference for the caller; NULL: it is gone. */
struct letter *sb_box_letter(struct box *b, uint32_t uid);
/* False: it is gone. *now: the flags that it has. */
bool sb_box_mark(
    struct box *b, uint32_t uid, enum mark how, unsigned flags, unsigned *now);
/* Removes those that are marked as deleted. */
void sb_box_expunge(struct box *b);

#endif
