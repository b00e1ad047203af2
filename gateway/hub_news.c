/*
 * hub_news: from the bus to the watchers. Hub 0 reads; the others get a copy
 * of each frame as a letter. Each hub keeps count of the publishers itself,
 * so a frame lost anywhere on the way to it is noticed by it.
 */
#include "channels/web/frames.h"
#include "gateway/files.h"
#include "gateway/hub_inner.h"
#include "gateway/seller_write.h"

#include <stdatomic.h>
#include <stdlib.h>

#define FRAMES_PER_STEP 64u
/* Frames on their way to a hub that does not come round; then they are lost
 * and looked up later. */
#define NEWS_LETTERS_MAX 4096u
/* Who lives beats every second. */
#define SILENT_MS 3500

/* ---- publishers -------------------------------------------------------- */

/* The row of this publisher, or the one that was silent for longest. */
static struct publisher_seen *
publisher_find(struct hub *h, uint64_t id)
{
	struct publisher_seen *oldest = &h->publishers[0];
	size_t i;

	for (i = 0; i < PUBLISHERS_MAX; i++) {
		if (h->publishers[i].id == id)
			return &h->publishers[i];
		if (h->publishers[i].at < oldest->at)
			oldest = &h->publishers[i];
	}
	return oldest;
}

static void
count_frame(struct hub *h, const struct news_frame *f)
{
	struct publisher_seen *p = publisher_find(h, f->publisher);
	bool known = p->id == f->publisher;

	if (known && f->count > p->count + 1)
		metric_add(h->gateway->metrics, METRIC_NEWS_LOST,
		    f->count - p->count - 1);
	/*
	 * Of a new one it is not known what came before its first frame, and
	 * it may stand in for another whose last words were lost.
	 */
	if (!known || p->silent || f->count != p->count + 1)
		watch_check_all(h);
	*p = (struct publisher_seen){f->publisher, f->count, h->now, false};
}

/* It may have died between a commit and its news. */
static bool
has_fallen_silent(const struct hub *h, const struct publisher_seen *p)
{
	return p->id != 0 && !p->silent && h->now - p->at >= SILENT_MS;
}

void
news_watch_publishers(struct hub *h)
{
	size_t i;

	for (i = 0; i < PUBLISHERS_MAX; i++) {
		if (!has_fallen_silent(h, &h->publishers[i]))
			continue;
		h->publishers[i].silent = true;
		watch_check_all(h);
	}
}

/* ---- one piece of news ------------------------------------------------- */

static void
write_event(struct buf *out, const struct news *n)
{
	struct buf hidden = {0};

	if (!n->hidden) {
		frame_write_event(out, n->body);
		return;
	}
	event_write_hidden(&hidden, n->seq);
	frame_write_event(out, buf_view(&hidden));
	out->failed |= hidden.failed;
	buf_free(&hidden);
}

/* Without who it is: visitors know but one. */
static enum author
typist(struct str who)
{
	const char *space = memchr(who.p, ' ', who.n);

	if (space != NULL)
		who.n = (size_t)(space - who.p);
	return author_find(who);
}

static void
write_typing(struct buf *out, const struct news *n)
{
	frame_write_typing(out, typist(n->body), n->seq != 0);
}

static void
write_seen(struct buf *out, const struct news *n)
{
	frame_write_seen(out, author_find(n->body), n->seq);
}

static void
write_as_it_is(struct buf *out, const struct news *n)
{
	buf_add(out, n->body.p, n->body.n);
}

static void
write_staff_event(struct buf *out, const struct news *n)
{
	seller_write_event(out, n->conversation, n->body);
}

static void
write_staff_typing(struct buf *out, const struct news *n)
{
	seller_write_typing(out, n->conversation, n->body, n->seq != 0);
}

static void
write_staff_seen(struct buf *out, const struct news *n)
{
	seller_write_seen(out, n->conversation, author_find(n->body), n->seq);
}

static void
write_staff_draft(struct buf *out, const struct news *n)
{
	seller_write_draft(out, n->conversation, n->body);
}

/* NULL: it is not for them. */
static void (*const writers[AUDIENCES][NEWS_KINDS])(
    struct buf *, const struct news *) = {
    [AUDIENCE_VISITORS] =
	{
	    [NEWS_EVENT] = write_event,
	    [NEWS_TYPING] = write_typing,
	    [NEWS_SEEN] = write_seen,
	    [NEWS_DRAFT] = write_as_it_is,
	    [NEWS_QUEUE] = write_as_it_is,
	},
    [AUDIENCE_STAFF] =
	{
	    [NEWS_EVENT] = write_staff_event,
	    [NEWS_TYPING] = write_staff_typing,
	    [NEWS_SEEN] = write_staff_seen,
	    [NEWS_DRAFT] = write_staff_draft,
	},
};

static bool
is_for(const struct news *n, enum audience who)
{
	return writers[who][n->kind] != NULL &&
	       (n->kind == NEWS_EVENT || !n->hidden || who == AUDIENCE_STAFF);
}

/* One piece of news on its way; made for those who want it, once each. */
struct passing {
	const struct news *news;
	struct piece *pieces[AUDIENCES];
	bool failed[AUDIENCES];
};

static struct piece *
passing_piece(struct hub *h, struct passing *p, enum audience who)
{
	struct buf *text;

	if (p->pieces[who] != NULL || p->failed[who])
		return p->pieces[who];
	text = hub_text(h);
	writers[who][p->news->kind](text, p->news);
	p->pieces[who] = text->failed ? NULL : piece_new(buf_view(text));
	p->failed[who] = p->pieces[who] == NULL;
	return p->pieces[who];
}

static void
hand_over(struct hub *h, struct watcher *w, struct passing *p, uint64_t seq)
{
	struct piece *piece = passing_piece(h, p, w->audience);
	enum err e;

	if (piece == NULL) {
		watch_fall_behind(h, w);
		return;
	}
	if (seq > 0)
		w->seq = seq;
	e = w->kind->deliver(w, piece, seq);
	if (e == OK) {
		metric_add(h->gateway->metrics, METRIC_EVENTS_OUT, seq > 0);
		return;
	}
	hub_unwatch(h, w);
	w->kind->dropped(w, e == E_LIMIT ? "does not keep up" : "no memory");
}

static bool
has_room(struct watcher *w)
{
	return w->kind->has_room == NULL || w->kind->has_room(w);
}

/* w is live. */
static void
take_event(struct hub *h, struct watcher *w, struct passing *p)
{
	const struct news *n = p->news;

	if (n->seq <= w->seq)
		return;
	/* Its own: the acknowledgement is on its way and stands for it. */
	if (n->seq == w->seq + 1 && n->origin == w->origin)
		return;
	if (n->seq > w->seq + 1)
		metric_add(h->gateway->metrics, METRIC_GAPS_FILLED, 1);
	if (n->seq > w->seq + 1 || !has_room(w)) {
		watch_fall_behind(h, w);
		return;
	}
	if (n->event == EVENT_HOLDER)
		w->with_people = n->holder != HOLDER_BOT;
	hand_over(h, w, p, n->seq);
}

/* The bot may not know yet that it is no longer asked. */
static bool
is_of_bot(const struct news *n)
{
	return n->kind == NEWS_DRAFT ||
	       (n->kind == NEWS_TYPING && typist(n->body) == AUTHOR_BOT);
}

/* What is not stored goes to whoever can take it now. */
static void
take_passing_word(struct hub *h, struct watcher *w, struct passing *p)
{
	if (w->with_people && is_of_bot(p->news))
		return;
	if (is_for(p->news, w->audience) && p->news->origin != w->origin &&
	    has_room(w))
		hand_over(h, w, p, 0);
}

/* Deliver may unwatch w, and no other. */
static void
tell_watchers(struct hub *h, struct passing *p)
{
	const struct news *n = p->news;
	struct watcher *w, *next;

	for (w = watch_first(h, n->conversation); w != NULL; w = next) {
		next = w->next_same;
		if (w->conversation != n->conversation ||
		    w->state != WATCH_LIVE)
			continue;
		if (n->kind == NEWS_EVENT)
			take_event(h, w, p);
		else
			take_passing_word(h, w, p);
	}
}

/* A file's event is told with an address; see files.h. */
static struct str
body_as_told(struct hub *h, const struct news *n, struct buf *out)
{
	if (n->kind != NEWS_EVENT || n->event != EVENT_FILE)
		return n->body;
	buf_add(out, n->body.p, n->body.n);
	files_address(h->gateway, n->event, out, 0);
	return out->failed ? n->body : buf_view(out);
}

static void
take_news(struct hub *h, const struct news *n)
{
	struct news told = *n;
	struct passing p = {.news = &told};
	struct buf body = {0};
	unsigned i;

	told.body = body_as_told(h, n, &body);
	tell_watchers(h, &p);
	for (i = 0; i < AUDIENCES; i++)
		piece_unref(p.pieces[i]);
	buf_free(&body);
	if (h->listener != NULL)
		h->listener->news(h, n);
}

static void
take_frame(struct hub *h, struct str bytes)
{
	struct news_frame f;
	struct news n;

	if (!news_frame_read(bytes, &f))
		return;
	while (news_next(&f.entries, &n))
		take_news(h, &n);
	/* After its own events: else these would be looked up. */
	count_frame(h, &f);
}

/* ---- from hub 0 to the others ------------------------------------------ */

struct news_letter {
	struct mail mail;
	struct piece *frame;
};

static void
letter_arrived(void *owner, struct mail *m)
{
	struct news_letter *l = CONTAINER_OF(m, struct news_letter, mail);
	struct hub *h = owner;

	atomic_fetch_sub(&h->news_letters, 1);
	take_frame(h, piece_text(l->frame));
	piece_unref(l->frame);
	free(l);
}

static void
pass_to(struct hub *to, struct piece *frame)
{
	struct news_letter *l;

	if (atomic_load(&to->news_letters) >= NEWS_LETTERS_MAX)
		return;
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return;
	l->mail.fn = letter_arrived;
	l->frame = piece_ref(frame);
	atomic_fetch_add(&to->news_letters, 1);
	hub_post(to, &l->mail);
}

static void
pass_on(struct hub *h, struct str bytes)
{
	struct gateway *g = h->gateway;
	struct piece *copy;
	unsigned i;

	if (g->conf.hub_threads < 2)
		return;
	copy = piece_new(bytes);
	for (i = 1; copy != NULL && i < g->conf.hub_threads; i++)
		if (g->hubs[i] != NULL)
			pass_to(g->hubs[i], copy);
	piece_unref(copy);
}

bool
news_step(struct hub *h)
{
	struct str bytes;
	unsigned i;

	for (i = 0; i < FRAMES_PER_STEP; i++) {
		if (bus_read(h->news, &bytes) != OK)
			return false;
		/* Acknowledgements were posted before this was published. */
		(void)mailbox_run(&h->mailbox, h);
		if (h->gateway->tap != NULL)
			h->gateway->tap(h->gateway->tap_arg, bytes);
		pass_on(h, bytes);
		take_frame(h, bytes);
	}
	return true;
}
