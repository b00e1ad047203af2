/* box: an array in the order of UIDs, under one lock. */
#include "sandbox/mailbox/box.h"

#include <pthread.h>
#include <stdlib.h>

struct entry {
	struct slot slot;
	struct letter *letter;
};

struct box {
	pthread_mutex_t lock;
	uint32_t validity, next;
	size_t count, bytes;
	void (*changed)(void *arg);
	void *arg;
	struct entry list[BOX_LETTERS];
};

/* ---- letters ------------------------------------------------------------ */

struct letter *
sb_letter_new(struct str added, struct str sent, int64_t at)
{
	struct letter *l = malloc(sizeof(*l) + added.n + sent.n);

	if (l == NULL)
		return NULL;
	atomic_init(&l->refs, 1);
	l->at = at;
	l->added = added.n;
	l->size = added.n + sent.n;
	if (added.n > 0)
		memcpy(l->bytes, added.p, added.n);
	if (sent.n > 0)
		memcpy(l->bytes + added.n, sent.p, sent.n);
	return l;
}

struct letter *
sb_letter_ref(struct letter *l)
{
	atomic_fetch_add(&l->refs, 1);
	return l;
}

void
sb_letter_unref(struct letter *l)
{
	if (l != NULL && atomic_fetch_sub(&l->refs, 1) == 1)
		free(l);
}

/* ---- the box ------------------------------------------------------------ */

struct box *
sb_box_new(uint32_t validity, void (*changed)(void *arg), void *arg)
{
	struct box *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	pthread_mutex_init(&b->lock, NULL);
	b->validity = validity;
	b->next = 1;
	b->changed = changed;
	b->arg = arg;
	return b;
}

void
sb_box_free(struct box *b)
{
	size_t i;

	if (b == NULL)
		return;
	for (i = 0; i < b->count; i++)
		sb_letter_unref(b->list[i].letter);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

uint32_t
sb_box_validity(const struct box *b)
{
	return b->validity;
}

uint32_t
sb_box_next(struct box *b)
{
	uint32_t next;

	pthread_mutex_lock(&b->lock);
	next = b->next;
	pthread_mutex_unlock(&b->lock);
	return next;
}

static bool
has_room(const struct box *b, const struct letter *l)
{
	return b->count < BOX_LETTERS && b->next < UINT32_MAX &&
	       l->size <= BOX_BYTES - b->bytes;
}

enum err
sb_box_add(struct box *b, struct letter *l, uint32_t *uid)
{
	enum err e = E_LIMIT;

	pthread_mutex_lock(&b->lock);
	if (has_room(b, l)) {
		*uid = b->next++;
		b->list[b->count++] = (struct entry){
		    {*uid, 0}, sb_letter_ref(l)};
		b->bytes += l->size;
		e = OK;
	}
	pthread_mutex_unlock(&b->lock);
	if (e == OK)
		b->changed(b->arg);
	return e;
}

size_t
sb_box_read(struct box *b, struct slot out[BOX_LETTERS])
{
	size_t i, n;

	pthread_mutex_lock(&b->lock);
	n = b->count;
	for (i = 0; i < n; i++)
		out[i] = b->list[i].slot;
	pthread_mutex_unlock(&b->lock);
	return n;
}

static int
by_uid(const void *uid, const void *entry)
{
	uint32_t a = *(const uint32_t *)uid;
	uint32_t b = ((const struct entry *)entry)->slot.uid;

	return a < b ? -1 : a > b;
}

/* With the lock. */
static struct entry *
find(struct box *b, uint32_t uid)
{
	return bsearch(&uid, b->list, b->count, sizeof(b->list[0]), by_uid);
}

struct letter *
sb_box_letter(struct box *b, uint32_t uid)
{
	struct letter *l = NULL;
	struct entry *e;

	pthread_mutex_lock(&b->lock);
	if ((e = find(b, uid)) != NULL)
		l = sb_letter_ref(e->letter);
	pthread_mutex_unlock(&b->lock);
	return l;
}

static unsigned
marked(unsigned old, enum mark how, unsigned flags)
{
	const unsigned results[] = {[MARK_SET] = flags,
	    [MARK_ADD] = old | flags,
	    [MARK_REMOVE] = old & ~flags};

	return results[how];
}

bool
sb_box_mark(
    struct box *b, uint32_t uid, enum mark how, unsigned flags, unsigned *now)
{
	bool changed = false;
	struct entry *e;

	pthread_mutex_lock(&b->lock);
	if ((e = find(b, uid)) != NULL) {
		*now = marked(e->slot.flags, how, flags);
		changed = *now != e->slot.flags;
		e->slot.flags = *now;
	}
	pthread_mutex_unlock(&b->lock);
	if (changed)
		b->changed(b->arg);
	return e != NULL;
}

void
sb_box_expunge(struct box *b)
{
	size_t i, kept = 0;
	bool changed;

	pthread_mutex_lock(&b->lock);
	for (i = 0; i < b->count; i++) {
		if ((b->list[i].slot.flags & FLAG_DELETED) == 0) {
			b->list[kept++] = b->list[i];
			continue;
		}
		b->bytes -= b->list[i].letter->size;
		sb_letter_unref(b->list[i].letter);
	}
	changed = kept != b->count;
	b->count = kept;
	pthread_mutex_unlock(&b->lock);
	if (changed)
		b->changed(b->arg);
}
