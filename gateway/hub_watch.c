/*
 * hub_watch: the table of watchers, and how one that lacks events is brought
 * up from the store: a page at a time, in line with the others, and only
 * while it has room. Nothing here takes longer than a few reads at once.
 */
#include "channels/web/frames.h"
#include "gateway/files.h"
#include "gateway/hub_inner.h"
#include "gateway/seller_write.h"

#include <stdlib.h>

#define CHAINS_FIRST 256u
#define PAGE 64u
#define PAGES_PER_STEP 8u
#define CHECKS_PER_STEP 64u
/* When the store cannot be read. */
#define RETRY_MS 200
#define FAILING_MS 10000

/* ---- the table --------------------------------------------------------- */

enum err
watch_table_open(struct watch_table *t)
{
	*t = (struct watch_table){.chains = CHAINS_FIRST};
	t->chain = calloc(t->chains, sizeof(*t->chain));
	t->behind_last = &t->behind;
	return t->chain == NULL ? E_NOMEM : OK;
}

void
watch_table_close(struct watch_table *t)
{
	free(t->chain);
}

/* Ids are dense and small; spread them, so that no pattern makes a long
 * chain. */
static size_t
chain_of(const struct watch_table *t, int64_t conversation)
{
	uint64_t x = (uint64_t)conversation * 0x9e3779b97f4a7c15u;

	return (size_t)(x >> 32) & (t->chains - 1);
}

static void
chain_add(struct watch_table *t, struct watcher *w)
{
	struct watcher **at = &t->chain[chain_of(t, w->conversation)];

	w->next_same = *at;
	w->link_same = at;
	if (*at != NULL)
		(*at)->link_same = &w->next_same;
	*at = w;
}

/* Without memory the chains just stay long. */
static void
grow(struct watch_table *t)
{
	struct watch_table old = *t;
	struct watcher *w, *next;
	size_t i;

	t->chain = calloc(old.chains * 2, sizeof(*t->chain));
	if (t->chain == NULL) {
		t->chain = old.chain;
		return;
	}
	t->chains *= 2;
	for (i = 0; i < old.chains; i++)
		for (w = old.chain[i]; w != NULL; w = next) {
			next = w->next_same;
			chain_add(t, w);
		}
	/* Those already looked up are looked up again: they moved. */
	if (t->check_left > 0)
		t->check_left = t->chains;
	free(old.chain);
}

struct watcher *
watch_first(const struct hub *h, int64_t conversation)
{
	return h->watched.chain[chain_of(&h->watched, conversation)];
}

struct watcher *
hub_watcher(const struct hub *h, int64_t conversation, const struct watcher *w)
{
	struct watcher *next = w == NULL ? watch_first(h, conversation)
					 : w->next_same;

	while (next != NULL && next->conversation != conversation)
		next = next->next_same;
	return next;
}

/* ---- in line for the store --------------------------------------------- */

static void
line_leave(struct watch_table *t, struct watcher *w)
{
	if (w->link_behind == NULL)
		return;
	*w->link_behind = w->next_behind;
	if (w->next_behind != NULL)
		w->next_behind->link_behind = w->link_behind;
	else
		t->behind_last = w->link_behind;
	w->next_behind = NULL;
	w->link_behind = NULL;
}

static void
line_enter(struct watch_table *t, struct watcher *w)
{
	w->next_behind = NULL;
	w->link_behind = t->behind_last;
	*t->behind_last = w;
	t->behind_last = &w->next_behind;
}

void
watch_fall_behind(struct hub *h, struct watcher *w)
{
	if (w->state != WATCH_LIVE)
		return;
	w->state = WATCH_BEHIND;
	line_enter(&h->watched, w);
}

static void
pause_watcher(struct hub *h, struct watcher *w)
{
	line_leave(&h->watched, w);
	w->state = WATCH_PAUSED;
}

void
hub_resume(struct hub *h, struct watcher *w)
{
	if (w->state != WATCH_PAUSED)
		return;
	w->state = WATCH_BEHIND;
	line_enter(&h->watched, w);
}

void
hub_watch(struct hub *h, struct watcher *w)
{
	struct watch_table *t = &h->watched;

	if (t->count >= t->chains)
		grow(t);
	chain_add(t, w);
	t->count++;
	metric_add(h->gateway->metrics, METRIC_WATCHERS, 1);
	w->state = WATCH_LIVE;
	watch_fall_behind(h, w);
}

void
hub_unwatch(struct hub *h, struct watcher *w)
{
	if (w->state == WATCH_NOT)
		return;
	line_leave(&h->watched, w);
	*w->link_same = w->next_same;
	if (w->next_same != NULL)
		w->next_same->link_same = w->link_same;
	w->link_same = NULL;
	w->state = WATCH_NOT;
	h->watched.count--;
	metric_sub(h->gateway->metrics, METRIC_WATCHERS, 1);
}

bool
hub_skip(struct hub *h, struct watcher *w, uint64_t seq)
{
	if (w->state == WATCH_LIVE && seq == w->seq + 1) {
		w->seq = seq;
		return true;
	}
	if (seq > w->seq)
		watch_fall_behind(h, w);
	return seq <= w->seq;
}

/* ---- bringing up ------------------------------------------------------- */

static void
drop(struct hub *h, struct watcher *w, const char *why)
{
	hub_unwatch(h, w);
	w->kind->dropped(w, why);
}

static struct piece *
event_piece(struct hub *h, const struct watcher *w, const struct event *e)
{
	struct buf object = {0}, *frame = hub_text(h);
	struct piece *p = NULL;

	if (w->audience == AUDIENCE_VISITORS)
		frame_write_event_object(&object, e);
	else
		event_write(&object, e);
	files_address(h->gateway, e->kind, &object, 0);
	if (w->audience == AUDIENCE_VISITORS)
		frame_write_event(frame, buf_view(&object));
	else
		seller_write_event(frame, w->conversation, buf_view(&object));
	if (!object.failed && !frame->failed)
		p = piece_new(buf_view(frame));
	buf_free(&object);
	return p;
}

/* False: w has gone, or has no room for more. */
static bool
bring(struct hub *h, struct watcher *w, const struct event *e)
{
	struct piece *p;
	enum err err = E_NOMEM;

	if (w->kind->has_room != NULL && !w->kind->has_room(w)) {
		pause_watcher(h, w);
		return false;
	}
	p = event_piece(h, w, e);
	if (e->kind == EVENT_HOLDER)
		w->with_people = e->ref != HOLDER_BOT;
	if (p != NULL) {
		w->seq = e->seq;
		err = w->kind->deliver(w, p, e->seq);
		piece_unref(p);
	}
	if (err != OK)
		drop(h, w, err == E_LIMIT ? "does not keep up" : "no memory");
	else
		metric_add(h->gateway->metrics, METRIC_EVENTS_OUT, 1);
	/* deliver may have had it unwatched. */
	return err == OK && w->state == WATCH_BEHIND;
}

static void
caught_up(struct hub *h, struct watcher *w)
{
	line_leave(&h->watched, w);
	w->state = WATCH_LIVE;
	if (w->kind->caught_up != NULL)
		w->kind->caught_up(w);
}

/* All wait a little; when that does not help, they go, one by one. */
static void
read_failed(struct hub *h, struct watcher *w)
{
	struct watch_table *t = &h->watched;

	if (t->failing_since == 0) {
		t->failing_since = h->now;
		log_note(h->gateway->log, LOG_ERROR, "hub.unreadable", "why",
		    STR("the store cannot be read"));
	}
	t->retry_at = h->now + RETRY_MS;
	if (h->now - t->failing_since >= FAILING_MS)
		drop(h, w, "the store cannot be read");
}

static void
bring_page(struct hub *h, struct watcher *w)
{
	struct event *page = arena_alloc(&h->arena, PAGE * sizeof(*page));
	size_t n = PAGE, i;

	if (page == NULL || store_read_events(h->store, w->conversation, w->seq,
				&h->arena, page, &n) != OK) {
		read_failed(h, w);
		return;
	}
	h->watched.failing_since = 0;
	for (i = 0; i < n; i++)
		if (!bring(h, w, &page[i]))
			return;
	if (n < PAGE) {
		caught_up(h, w);
		return;
	}
	/* To the end of the line: the others come first. */
	line_leave(&h->watched, w);
	line_enter(&h->watched, w);
}

bool
watch_can_catch_up(const struct hub *h)
{
	return h->watched.behind != NULL && h->now >= h->watched.retry_at;
}

bool
watch_catch_up(struct hub *h)
{
	unsigned i;

	for (i = 0; i < PAGES_PER_STEP && watch_can_catch_up(h); i++) {
		bring_page(h, h->watched.behind);
		arena_reset(&h->arena);
	}
	return watch_can_catch_up(h);
}

/* ---- looking up -------------------------------------------------------- */

void
hub_check(struct hub *h, struct watcher *w)
{
	struct conversation c;

	if (w->state != WATCH_LIVE ||
	    store_read_conversation(h->store, w->conversation, &c) != OK ||
	    c.seq <= w->seq)
		return;
	metric_add(h->gateway->metrics, METRIC_GAPS_FILLED, 1);
	watch_fall_behind(h, w);
}

void
watch_check_all(struct hub *h)
{
	h->watched.check_left = h->watched.chains;
	if (h->listener != NULL)
		h->listener->lost(h);
}

bool
watch_check_some(struct hub *h)
{
	struct watch_table *t = &h->watched;
	unsigned reads = 0;
	struct watcher *w;

	while (t->check_left > 0 && reads < CHECKS_PER_STEP) {
		t->check_at = (t->check_at + 1) & (t->chains - 1);
		t->check_left--;
		for (w = t->chain[t->check_at]; w != NULL; w = w->next_same) {
			hub_check(h, w);
			reads++;
		}
	}
	return t->check_left > 0;
}

void
watch_drop_all(struct hub *h)
{
	size_t i;

	for (i = 0; i < h->watched.chains; i++)
		while (h->watched.chain[i] != NULL)
			drop(h, h->watched.chain[i], "the server stops");
}
