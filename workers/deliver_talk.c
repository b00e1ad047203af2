/*
 * deliver_talk: rows in memory, by conversation. A talk with rows is ready on
 * its track, asleep in the heap, or busy; each move between the three is made
 * here. Of a conversation with very many rows only the oldest are here; when
 * they are done, its track reads on from where they ended.
 */
#include "workers/deliver_inner.h"

#include <stdlib.h>

/* Rows of one conversation in memory, at most: by the lane's window. */
#define ROWS_LEAST 16u
#define ROWS_MOST 256u

/* ---- the heap of those asleep -------------------------------------------- */

static bool
sooner(const struct talk *a, const struct talk *b)
{
	if (a->wake_at != b->wake_at)
		return a->wake_at < b->wake_at;
	return a->first->id < b->first->id;
}

static void
heap_put(struct talk_heap *h, size_t at, struct talk *k)
{
	h->at[at] = k;
	k->heap_at = at;
}

static void
heap_up(struct talk_heap *h, size_t at, struct talk *k)
{
	while (at > 0 && sooner(k, h->at[(at - 1) / 2])) {
		heap_put(h, at, h->at[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(h, at, k);
}

static void
heap_down(struct talk_heap *h, size_t at, struct talk *k)
{
	size_t child;

	while ((child = 2 * at + 1) < h->count) {
		if (child + 1 < h->count &&
		    sooner(h->at[child + 1], h->at[child]))
			child++;
		if (!sooner(h->at[child], k))
			break;
		heap_put(h, at, h->at[child]);
		at = child;
	}
	heap_put(h, at, k);
}

static struct talk *
heap_pop(struct talk_heap *h)
{
	struct talk *k = h->at[0];

	h->count--;
	if (h->count > 0)
		heap_down(h, 0, h->at[h->count]);
	return k;
}

/* Room for all talks there are, so that falling asleep cannot fail. */
static bool
heap_reserve(struct talk_heap *h, size_t talks)
{
	size_t room = h->room == 0 ? 256 : h->room * 2;
	struct talk **grown;

	if (talks <= h->room)
		return true;
	grown = realloc(h->at, room * sizeof(struct talk *));
	if (grown == NULL)
		return false;
	h->at = grown;
	h->room = room;
	return true;
}

/* ---- the table ----------------------------------------------------------- */

static struct talk **
bucket(struct deliver *d, int64_t conversation)
{
	uint64_t h = (uint64_t)conversation * UINT64_C(0x9e3779b97f4a7c15);

	return &d->talks[(h >> 32) % TALK_BUCKETS];
}

struct talk *
talk_find(struct deliver *d, struct track *t, int64_t conversation,
    enum outbox_kind kind)
{
	struct talk *k = *bucket(d, conversation);

	while (k != NULL && (k->conversation != conversation || k->track != t ||
				k->kind != kind))
		k = k->next_same;
	return k;
}

static struct talk *
talk_new(struct track *t, const struct outbox_row *row)
{
	struct talk **head = bucket(t->d, row->conversation), *k;

	if (!heap_reserve(&t->d->asleep, t->d->talk_count + 1))
		return NULL;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return NULL;
	k->track = t;
	k->conversation = row->conversation;
	k->kind = row->kind;
	k->last = &k->first;
	k->next_same = *head;
	*head = k;
	t->d->talk_count++;
	return k;
}

static void
talk_free(struct talk *k)
{
	struct track *t = k->track;
	struct talk **at = bucket(t->d, k->conversation);

	while (*at != k)
		at = &(*at)->next_same;
	*at = k->next_same;
	t->d->talk_count--;
	if (k->cut_short) {
		t->cut_short--;
		t->skipped = 0;
		t->more = true;
		if (k->newest < t->after)
			t->after = k->newest;
	}
	free(k);
}

/* ---- places -------------------------------------------------------------- */

static void
talk_ready(struct talk *k)
{
	struct track *t = k->track;
	struct talk_list *list = &t->ready[k->kind];

	k->place = TALK_READY;
	k->next_ready = NULL;
	if (list->first == NULL)
		list->last = &list->first;
	*list->last = k;
	list->last = &k->next_ready;
	if (!t->active)
		t->d->active[t->d->active_count++] = t;
	t->active = true;
}

void
talk_sleep(struct talk *k, int64_t until_steady)
{
	struct talk_heap *h = &k->track->d->asleep;

	k->place = TALK_ASLEEP;
	k->wake_at = until_steady;
	heap_up(h, h->count++, k);
}

void
talk_place(struct talk *k)
{
	struct deliver *d = k->track->d;
	int64_t wait;

	if (k->first == NULL) {
		talk_free(k);
		return;
	}
	wait = k->first->due - d->wall;
	if (wait > 0)
		talk_sleep(k, d->now + wait);
	else
		talk_ready(k);
}

struct talk *
talk_pop(struct track *t, enum outbox_kind kind)
{
	struct talk_list *list = &t->ready[kind];
	struct talk *k = list->first;

	list->first = k->next_ready;
	k->place = TALK_BUSY;
	return k;
}

void
talk_wake(struct deliver *d)
{
	struct talk_heap *h = &d->asleep;

	while (h->count > 0 && h->at[0]->wake_at <= d->now)
		talk_ready(heap_pop(h));
}

/* ---- under way ----------------------------------------------------------- */

void
talk_sets_out(struct talk *k)
{
	k->track->busy++;
	k->track->d->busy++;
	k->track->d->files += k->kind == OUTBOX_FETCH;
}

void
talk_comes_back(struct talk *k)
{
	k->track->busy--;
	k->track->d->busy--;
	k->track->d->files -= k->kind == OUTBOX_FETCH;
}

/* ---- rows ---------------------------------------------------------------- */

/*
 * A message found in doubt is asked for no sooner than one that has just got
 * into it.
 */
static int64_t
due_of(struct row *r, const struct track *t, const struct outbox_row *from)
{
	int64_t soonest;

	if (r->state != OUTBOX_DOUBT || from->kind != OUTBOX_SEND)
		return from->due;
	soonest = t->d->wall + doubt_begins(r, t->d);
	return from->due > soonest ? from->due : soonest;
}

static struct row *
row_new(const struct track *t, const struct outbox_row *from)
{
	size_t n = from->recipient.n + from->payload.n;
	struct row *r = calloc(1, sizeof(*r) + n + 1);

	if (r == NULL)
		return NULL;
	r->id = from->id;
	r->seq = from->seq;
	r->state = from->state == OUTBOX_READY ? OUTBOX_READY : OUTBOX_DOUBT;
	r->attempts = from->attempts;
	r->at = r->since = from->at;
	if (from->attempts == 0 && from->due > from->at)
		r->since = from->due; /* replayed then */
	r->due = due_of(r, t, from);
	if (from->recipient.n > 0)
		memcpy(r->text, from->recipient.p, from->recipient.n);
	if (from->payload.n > 0)
		memcpy(r->text + from->recipient.n, from->payload.p,
		    from->payload.n);
	r->recipient = (struct str){r->text, from->recipient.n};
	r->payload = (struct str){r->text + from->recipient.n, from->payload.n};
	return r;
}

static enum err
append(struct talk *k, const struct outbox_row *from)
{
	struct row *r = row_new(k->track, from);

	if (r == NULL)
		return E_NOMEM;
	r->talk = k;
	*k->last = r;
	k->last = &r->next;
	k->count++;
	k->newest = r->id;
	k->track->rows++;
	k->track->d->rows++;
	return OK;
}

/* A long one leaves room in the window for others. */
static bool
has_room(const struct talk *k)
{
	unsigned most = k->track->d->conf.lane_window / 16;

	most = most < ROWS_LEAST  ? ROWS_LEAST
	       : most > ROWS_MOST ? ROWS_MOST
				  : most;
	return k->count < most;
}

/* What is behind the row in its conversation must not come before it. */
static void
cut_short(struct talk *k)
{
	struct track *t = k->track;

	t->cut_short += !k->cut_short;
	k->cut_short = true;
	t->skipped++;
}

enum err
talk_add(struct track *t, const struct outbox_row *row)
{
	struct talk *k = talk_find(t->d, t, row->conversation, row->kind);
	bool fresh = k == NULL;
	enum err e;

	if (!fresh && row->id <= k->newest)
		return OK;
	if (!fresh && (k->cut_short || !has_room(k))) {
		cut_short(k);
		return OK;
	}
	if (fresh && (k = talk_new(t, row)) == NULL)
		return E_NOMEM;
	e = append(k, row);
	if (fresh)
		talk_place(k);
	return e;
}

void
talk_drop_first(struct talk *k)
{
	struct row *r = k->first;

	k->first = r->next;
	if (k->first == NULL)
		k->last = &k->first;
	k->count--;
	k->track->rows--;
	k->track->d->rows--;
	buf_free(&r->others);
	free(r);
}

void
talk_forget_all(struct deliver *d)
{
	struct talk *k;
	size_t i;

	for (i = 0; i < TALK_BUCKETS; i++)
		while ((k = d->talks[i]) != NULL) {
			while (k->first != NULL)
				talk_drop_first(k);
			talk_free(k);
		}
	free(d->asleep.at);
}
