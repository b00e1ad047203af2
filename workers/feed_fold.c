/*
 * feed_fold: conversations as they were at an event that is long past. The
 * store keeps only how they are now, so their events are folded again; what
 * came out last is kept, as the next event asked for is mostly the next one.
 */
#include "workers/feed_inner.h"

#include <stdlib.h>

#define PLACES 8192u /* one for each hash; who comes last, has it */
#define PAGE 64u

void
folds_free(struct folds *f)
{
	free(f->at);
	f->at = NULL;
}

static struct conversation *
place_of(struct folds *f, int64_t conversation)
{
	uint64_t h = (uint64_t)conversation * UINT64_C(0x9e3779b97f4a7c15);

	if (f->at == NULL)
		f->at = calloc(PLACES, sizeof(*f->at));
	return f->at == NULL ? NULL : &f->at[(h >> 32) % PLACES];
}

/* What the store has was folded before; if it cannot be, it is passed over. */
static void
fold(struct conversation *c, const struct event *e)
{
	if (conversation_fold(c, e) != OK)
		c->seq = e->seq;
}

static enum err
fold_page(struct conversation *c, struct store_reader *r, uint64_t upto)
{
	struct event events[PAGE];
	struct arena a = {0};
	size_t n = PAGE, i;
	enum err e;

	if (upto - c->seq < n)
		n = (size_t)(upto - c->seq);
	e = store_read_events(r, c->id, c->seq, &a, events, &n);
	for (i = 0; e == OK && i < n; i++)
		fold(c, &events[i]);
	arena_free(&a);
	return e == OK && n == 0 ? E_IO : e;
}

enum err
folds_step(struct folds *f, struct store_reader *r, const struct feed_row *row,
    struct step *out)
{
	struct conversation *c = place_of(f, row->conversation);
	enum err e = OK;

	if (c == NULL)
		return E_NOMEM;
	if (c->id != row->conversation || c->seq >= row->event.seq)
		*c = (struct conversation){
		    .id = row->conversation, .company = row->company};
	while (e == OK && c->seq + 1 < row->event.seq)
		e = fold_page(c, r, row->event.seq - 1);
	if (e != OK)
		return e;
	out->before = *c;
	fold(c, &row->event);
	out->after = c;
	return OK;
}
