/*
 * visitor_follow: who follows a conversation over HTTP. A long poll is a
 * watcher that wants to know of one event and then reads what there is; a
 * stream is a watcher for as long as the connection lasts.
 */
#include "gateway/files.h"
#include "gateway/visitor.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

#define WAIT_MAX_S 30u
#define POLL_LOOK_MS 1000
#define EVENTS_MAX 100u
#define BYTES_MAX (256u * 1024)
#define SEQ_MAX 9007199254740991u
#define STREAM_QUEUE (256u * 1024)
#define STREAM_RETRY_MS HUB_TICK_MS
#define STREAM_CHECK_MS 25000

static bool
refuse(struct frame_error *error, enum fault_code code, const char *detail)
{
	error->code = code;
	error->detail = str_from(detail);
	return false;
}

/* A whole number up to max; absent: 0. */
static bool
read_number(struct str s, uint64_t max, uint64_t *out)
{
	*out = 0;
	return s.p == NULL || str_to_u64(s, max, out);
}

static bool
read_after(struct str s, uint64_t *out, struct frame_error *error)
{
	return read_number(s, SEQ_MAX, out) ||
	       refuse(error, FAULT_BAD_REQUEST,
		   "after must be a whole number, the newest seq you have");
}

/* It causes no news itself, but 0 would be everybody's mark. */
static uint64_t
new_origin(struct request *r)
{
	struct gateway *g = request_context(r);

	return atomic_fetch_add(&g->next_origin, 1) + 1;
}

struct hub *
visitor_hub(struct gateway *g, int64_t conversation)
{
	return g->hubs[(uint64_t)conversation % g->conf.hub_threads];
}

/* True: it says it has more than there is, and begins elsewhere. */
static bool
begin_where_it_is(struct hub *h, struct watcher *w)
{
	uint64_t said = w->seq;
	struct conversation c;

	if (said > 0 &&
	    store_read_conversation(hub_store(h), w->conversation, &c) == OK)
		w->seq = visitor_after(said, c.seq);
	return w->seq != said;
}

/* ---- long polls -------------------------------------------------------- */

struct poll {
	struct mail mail;
	struct watcher watcher;
	struct hub_timer timer;
	struct hub *hub;
	struct request *request;
	struct piece *passing; /* a frame that is no event, or NULL */
	uint64_t after;
	int64_t wait_ms, until;
};

/* What is not stored is told to whoever waits at that moment. */
static void
write_passing(const struct poll *p, struct buf *out)
{
	struct str frame;

	if (p->passing == NULL)
		return;
	frame = piece_text(p->passing);
	buf_str(out, ",\"frames\":[");
	buf_add(out, frame.p, frame.n);
	buf_char(out, ']');
}

static enum err
write_events(struct poll *p, struct buf *out)
{
	struct arena *a = hub_arena(p->hub);
	struct event *list = arena_alloc(a, EVENTS_MAX * sizeof(*list));
	uint64_t seq = p->after;
	size_t n = EVENTS_MAX, i, at;
	enum err e;

	if (list == NULL)
		return E_NOMEM;
	e = store_read_events(
	    hub_store(p->hub), p->watcher.conversation, p->after, a, list, &n);
	if (e != OK)
		return e;
	buf_str(out, "{\"events\":[");
	for (i = 0; i < n && (i == 0 || out->len < BYTES_MAX); i++) {
		if (i > 0)
			buf_char(out, ',');
		at = out->len;
		frame_write_event_object(out, &list[i]);
		files_address(hub_gateway(p->hub), list[i].kind, out, at);
		seq = list[i].seq;
	}
	buf_str(out, "],\"seq\":");
	buf_u64(out, seq);
	write_passing(p, out);
	buf_char(out, '}');
	metric_add(hub_gateway(p->hub)->metrics, METRIC_EVENTS_OUT, i);
	return out->failed ? E_NOMEM : OK;
}

/* Answers with what there is, and ends. */
static void
poll_answer(struct poll *p)
{
	struct hub *h = p->hub;
	struct buf text = {0};
	struct frame_error error = {0};
	enum err e = write_events(p, &text);

	hub_timer_stop(h, &p->timer);
	if (e == OK) {
		request_reply(
		    p->request, 200, "application/json", buf_view(&text));
	} else {
		(void)refuse(&error, fault_of_err(e),
		    "the conversation cannot be read now; try again");
		request_fault(p->request, &error);
	}
	buf_free(&text);
	piece_unref(p->passing);
	free(p);
	hub_release(h);
}

/* One is enough: it is dropped, and answers. */
static enum err
poll_deliver(struct watcher *w, struct piece *frame, uint64_t seq)
{
	struct poll *p = CONTAINER_OF(w, struct poll, watcher);

	if (seq == 0 && p->passing == NULL)
		p->passing = piece_ref(frame);
	return E_CLOSED;
}

static void
poll_dropped(struct watcher *w, const char *why)
{
	(void)why;
	poll_answer(CONTAINER_OF(w, struct poll, watcher));
}

/* It looks around while it waits: nobody tells it that the client left. */
static void
poll_set_timer(struct poll *p)
{
	int64_t next = hub_now(p->hub) + POLL_LOOK_MS;

	hub_timer_set(p->hub, &p->timer, next < p->until ? next : p->until);
}

static void
poll_look(struct hub *h, struct hub_timer *t)
{
	struct poll *p = CONTAINER_OF(t, struct poll, timer);

	if (hub_now(h) < p->until && !request_is_over(p->request)) {
		poll_set_timer(p);
		return;
	}
	hub_unwatch(h, &p->watcher);
	poll_answer(p);
}

static const struct watcher_kind poll_kind = {
    .deliver = poll_deliver,
    .dropped = poll_dropped,
};

/* On the hub's thread. */
static void
poll_begin(void *owner, struct mail *m)
{
	struct poll *p = CONTAINER_OF(m, struct poll, mail);

	(void)begin_where_it_is(owner, &p->watcher);
	p->after = p->watcher.seq;
	if (p->wait_ms == 0 || hub_ending(owner)) {
		poll_answer(p);
		return;
	}
	p->until = hub_now(owner) + p->wait_ms;
	poll_set_timer(p);
	hub_watch(owner, &p->watcher);
}

static bool
poll_ask(struct request *r, struct token *who, uint64_t *after, uint64_t *wait,
    struct frame_error *error)
{
	if (!visitor_caller(r, who, error) ||
	    !read_after(request_query(r, "after"), after, error))
		return false;
	if (!read_number(request_query(r, "wait"), WAIT_MAX_S, wait))
		return refuse(error, FAULT_BAD_REQUEST,
		    "wait must be a whole number of seconds from 0 to 30");
	return visitor_may_speak(request_context(r), LIMIT_FRAMES, who, error);
}

void
visitor_events(struct request *r)
{
	struct frame_error error = {0};
	uint64_t after = 0, wait = 0;
	struct token who;
	struct poll *p;

	if (!poll_ask(r, &who, &after, &wait, &error)) {
		request_fault(r, &error);
		return;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		(void)refuse(&error, FAULT_BUSY, "no memory; try again");
		request_fault(r, &error);
		return;
	}
	p->mail.fn = poll_begin;
	p->timer.fn = poll_look;
	p->hub = visitor_hub(request_context(r), who.conversation);
	p->request = r;
	p->wait_ms = (int64_t)wait * 1000;
	p->watcher.kind = &poll_kind;
	p->watcher.conversation = who.conversation;
	p->watcher.seq = after;
	p->watcher.origin = new_origin(r);
	request_wait_longer(r, (unsigned)p->wait_ms);
	hub_hold(p->hub);
	hub_post(p->hub, &p->mail);
}

/* ---- streams ----------------------------------------------------------- */

struct stream {
	struct mail begin, end;
	struct watcher watcher;
	struct hub_timer timer, check;
	struct hub *hub;
	struct request *request;
	unsigned letters; /* that are still to come; then it is freed */
	bool over;	  /* nothing may be pushed any more */
};

static void
stream_end(struct stream *s)
{
	if (s->over)
		return;
	s->over = true;
	hub_timer_stop(s->hub, &s->timer);
	hub_timer_stop(s->hub, &s->check);
	request_stream_end(s->request);
}

static enum err
stream_deliver(struct watcher *w, struct piece *frame, uint64_t seq)
{
	struct stream *s = CONTAINER_OF(w, struct stream, watcher);
	struct buf *text = hub_text(s->hub);
	struct str json = piece_text(frame);

	if (seq > 0) {
		buf_str(text, "id: ");
		buf_u64(text, seq);
		buf_char(text, '\n');
	}
	buf_str(text, "data: ");
	buf_add(text, json.p, json.n);
	buf_str(text, "\n\n");
	if (text->failed)
		return E_NOMEM;
	return request_stream_push(s->request, buf_view(text));
}

/* The front does not tell when there is room again: look a little later. */
static bool
stream_has_room(struct watcher *w)
{
	struct stream *s = CONTAINER_OF(w, struct stream, watcher);

	if (request_stream_waiting(s->request) <= STREAM_QUEUE / 2)
		return true;
	hub_timer_set(s->hub, &s->timer, hub_now(s->hub) + STREAM_RETRY_MS);
	return false;
}

static void
stream_retry(struct hub *h, struct hub_timer *t)
{
	struct stream *s = CONTAINER_OF(t, struct stream, timer);

	if (stream_has_room(&s->watcher))
		hub_resume(h, &s->watcher);
}

/* Nobody pings it, so what was lost last would stay unseen. */
static void
stream_check(struct hub *h, struct hub_timer *t)
{
	struct stream *s = CONTAINER_OF(t, struct stream, check);

	hub_timer_set(h, t, hub_now(h) + STREAM_CHECK_MS);
	hub_check(h, &s->watcher);
}

static void
stream_dropped(struct watcher *w, const char *why)
{
	(void)why;
	stream_end(CONTAINER_OF(w, struct stream, watcher));
}

static const struct watcher_kind stream_kind = {
    .deliver = stream_deliver,
    .has_room = stream_has_room,
    .dropped = stream_dropped,
};

static void
letter_read(struct stream *s)
{
	struct hub *h = s->hub;

	if (--s->letters > 0)
		return;
	free(s);
	hub_release(h);
}

/* An id alone shows nothing; it is what a browser comes back with. */
static enum err
stream_tell_seq(struct stream *s)
{
	struct buf *text = hub_text(s->hub);

	buf_str(text, "id: ");
	buf_u64(text, s->watcher.seq);
	buf_str(text, "\n\n");
	if (text->failed)
		return E_NOMEM;
	return request_stream_push(s->request, buf_view(text));
}

static void
stream_watch(struct stream *s)
{
	struct hub *h = s->hub;

	if (begin_where_it_is(h, &s->watcher) && stream_tell_seq(s) != OK) {
		stream_end(s);
		return;
	}
	hub_timer_set(h, &s->check,
	    hub_now(h) + STREAM_CHECK_MS / 2 +
		randombytes_uniform(STREAM_CHECK_MS / 2));
	hub_watch(h, &s->watcher);
}

/* On the hub's thread. The end may have come before the beginning. */
static void
stream_begin(void *owner, struct mail *m)
{
	struct stream *s = CONTAINER_OF(m, struct stream, begin);

	if (hub_ending(owner))
		stream_end(s);
	if (!s->over)
		stream_watch(s);
	letter_read(s);
}

static void
stream_gone(void *owner, struct mail *m)
{
	struct stream *s = CONTAINER_OF(m, struct stream, end);

	hub_unwatch(owner, &s->watcher);
	stream_end(s);
	letter_read(s);
}

/* On an HTTP thread: the connection is over. */
static void
stream_closed(void *arg)
{
	struct stream *s = arg;

	hub_post(s->hub, &s->end);
}

static bool
stream_ask(struct request *r, struct token *who, uint64_t *after,
    struct frame_error *error)
{
	struct str last = request_header(r, "Last-Event-ID");

	/* A browser that reconnects repeats the address it began with. */
	if (last.p == NULL)
		last = request_query(r, "after");
	return visitor_caller(r, who, error) &&
	       read_after(last, after, error) &&
	       visitor_may_speak(request_context(r), LIMIT_FRAMES, who, error);
}

void
visitor_stream(struct request *r)
{
	struct frame_error error = {0};
	uint64_t after = 0;
	struct token who;
	struct stream *s;

	if (!stream_ask(r, &who, &after, &error)) {
		request_fault(r, &error);
		return;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL) {
		(void)refuse(&error, FAULT_BUSY, "no memory; try again");
		request_fault(r, &error);
		return;
	}
	s->begin.fn = stream_begin;
	s->end.fn = stream_gone;
	s->timer.fn = stream_retry;
	s->check.fn = stream_check;
	s->letters = 2;
	s->hub = visitor_hub(request_context(r), who.conversation);
	s->request = r;
	s->watcher.kind = &stream_kind;
	s->watcher.conversation = who.conversation;
	s->watcher.seq = after;
	s->watcher.origin = new_origin(r);
	hub_hold(s->hub);
	request_stream(r, "text/event-stream", STREAM_QUEUE, stream_closed, s);
	hub_post(s->hub, &s->begin);
}
