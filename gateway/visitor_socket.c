/*
 * visitor_socket: a visitor on a WebSocket. First hello, then frames; each
 * send is acknowledged when it is on disk, in the order sent, and the
 * acknowledgement stands in the conversation's order where the event would.
 *
 * At most SENDS_MAX are under way or stored and not acknowledged; then no
 * more is read, so a client is slowed down to what the store can take, and to
 * what it reads itself.
 */
#include "gateway/visitor_socket.h"

#include <stdlib.h>

#define SENDS_MAX 64u
/* Refused so often in a row, a client does not listen; it is sent away. */
#define REFUSED_MAX 100u

/* What is left of an op that is stored and may not be acknowledged yet. */
struct kept_ack {
	struct kept_ack *next;
	uint64_t seq;
	int64_t at;
	bool duplicate;
	size_t id_size;
	char id[];
};

static struct visitor_socket *
of_ws(struct ws *w)
{
	return CONTAINER_OF(w, struct visitor_socket, ws);
}

static struct visitor_socket *
of_watcher(struct watcher *w)
{
	return CONTAINER_OF(w, struct visitor_socket, watcher);
}

struct gateway *
visitor_gateway(const struct visitor_socket *v)
{
	return hub_gateway(v->ws.hub);
}

/* ---- what goes out ----------------------------------------------------- */

void
visitor_send_text(struct visitor_socket *v, const struct buf *text)
{
	if (text->failed)
		ws_close(&v->ws, 1011, STR("no memory"));
	else
		ws_send_text(&v->ws, buf_view(text));
}

void
visitor_send_fault(struct visitor_socket *v, const struct frame_error *error)
{
	const struct fault_row *row = fault_row(error->code);
	struct buf *text = hub_text(v->ws.hub);

	frame_write_error(text, error);
	visitor_send_text(v, text);
	if (row->close_code != 0)
		ws_close(
		    &v->ws, (uint16_t)row->close_code, str_from(row->code));
}

void
visitor_send_error(struct visitor_socket *v, enum err e, struct str id)
{
	struct frame_error error = visitor_store_error(e, id);

	visitor_send_fault(v, &error);
}

/* Too fast: it is told so, and when it does not listen, sent away. */
void
visitor_send_refusal(struct visitor_socket *v, const struct frame_error *error)
{
	visitor_send_fault(v, error);
	if (++v->refused >= REFUSED_MAX)
		ws_close(&v->ws, 1008, STR("too_many"));
}

/* shown: its event went out, and the acknowledgement stands in for nothing. */
static void
send_ack(struct visitor_socket *v, const struct visitor_op *o, bool shown)
{
	const struct store_inbound *in = &o->op.inbound;
	struct buf *text = hub_text(v->ws.hub);

	frame_write_ack(text, o->id, in->seq, in->at, shown || in->duplicate);
	visitor_send_text(v, text);
}

/* ---- acknowledgements that wait ---------------------------------------- */

static bool
is_full(const struct visitor_socket *v)
{
	return v->under_way + v->kept >= SENDS_MAX;
}

static void
resume(struct visitor_socket *v)
{
	if (!v->handing && v->under_way + v->kept <= SENDS_MAX / 2)
		ws_resume(&v->ws);
}

/* In the order of seq; there are few. */
static void
keep_ack(struct visitor_socket *v, const struct visitor_op *o)
{
	const struct store_inbound *in = &o->op.inbound;
	struct kept_ack **at = &v->acks, *k = malloc(sizeof(*k) + o->id.n);

	if (k == NULL) {
		ws_close(&v->ws, 1011, STR("no memory"));
		return;
	}
	while (*at != NULL && (*at)->seq <= in->seq)
		at = &(*at)->next;
	*k = (struct kept_ack){.next = *at,
	    .seq = in->seq,
	    .at = in->at,
	    .duplicate = in->duplicate,
	    .id_size = o->id.n};
	memcpy(k->id, o->id.p, o->id.n);
	*at = k;
	v->kept++;
}

/* The first. */
static void
drop_ack(struct visitor_socket *v)
{
	struct kept_ack *k = v->acks;

	v->acks = k->next;
	v->kept--;
	free(k);
}

/* ---- the watcher ------------------------------------------------------- */

/* Acknowledgements whose place is at or before seq. True: one was for seq. */
static bool
send_acks(struct visitor_socket *v, uint64_t seq)
{
	bool stands_in = false;
	struct kept_ack *k;

	while ((k = v->acks) != NULL && k->seq <= seq) {
		struct buf *text = hub_text(v->ws.hub);

		stands_in = stands_in || k->seq == seq;
		frame_write_ack(text, (struct str){k->id, k->id_size}, k->seq,
		    k->at, k->duplicate);
		drop_ack(v);
		visitor_send_text(v, text);
	}
	return stands_in;
}

static enum err
deliver(struct watcher *w, struct piece *frame, uint64_t seq)
{
	struct visitor_socket *v = of_watcher(w);

	if (seq == 0 || !send_acks(v, seq))
		ws_send(&v->ws, frame);
	return OK;
}

static bool
has_room(struct watcher *w)
{
	return ws_has_room(&of_watcher(w)->ws);
}

static void
dropped(struct watcher *w, const char *why)
{
	struct visitor_socket *v = of_watcher(w);

	ws_close(&v->ws, 1013, str_from(why));
}

const struct watcher_kind visitor_watcher = {
    .deliver = deliver,
    .has_room = has_room,
    .dropped = dropped,
};

/* ---- acknowledgements -------------------------------------------------- */

/* The answer to identify is the event; a repeated one is shown again. */
static void
show_again(struct visitor_socket *v, uint64_t seq)
{
	struct hub *h = v->ws.hub;
	struct event e;
	struct buf object = {0}, *text;
	size_t n = 1;

	if (store_read_events(hub_store(h), v->who.conversation, seq - 1,
		hub_arena(h), &e, &n) != OK ||
	    n == 0)
		return;
	text = hub_text(h);
	frame_write_event_object(&object, &e);
	frame_write_event(text, buf_view(&object));
	if (!object.failed)
		visitor_send_text(v, text);
	buf_free(&object);
}

/*
 * A page that was read to catch up may have held the event before its op came
 * home: what is committed can be read a moment earlier.
 */
static void
acknowledge(struct visitor_socket *v, const struct visitor_op *o)
{
	const struct store_inbound *in = &o->op.inbound;
	bool shown = in->seq <= v->watcher.seq;

	if (in->event.kind == EVENT_IDENTIFIED) {
		if (in->duplicate)
			show_again(v, in->seq);
	} else if (hub_skip(v->ws.hub, &v->watcher, in->seq)) {
		send_ack(v, o, shown);
	} else {
		keep_ack(v, o);
	}
}

/* ---- asking for a person ----------------------------------------------- */

/* Also for who is gone meanwhile. */
void
visitor_hand_over(struct visitor_socket *v)
{
	struct store_reader *reader = hub_store(v->ws.hub);

	v->handing = false;
	visitor_submit(v,
	    visitor_op_handoff(
		visitor_gateway(v), reader, &v->who, NULL, v->wanted),
	    visitor_acked);
}

/* They have said nothing yet, so there is nothing to read. */
void
visitor_hand_over_new(
    struct visitor_socket *v, struct company *company, uint64_t seller)
{
	visitor_submit(v,
	    visitor_op_handoff(
		visitor_gateway(v), NULL, &v->who, company, seller),
	    visitor_acked);
}

/* ---- ops --------------------------------------------------------------- */

/* On the store's thread. */
static void
send_home(struct visitor_op *o)
{
	hub_post(o->hub, &o->mail);
}

static void
leave_home(struct visitor_socket *v)
{
	hub_hold(v->ws.hub);
	ws_ref(&v->ws);
	v->under_way++;
}

void
visitor_came_home(struct visitor_socket *v)
{
	struct hub *h = v->ws.hub;

	v->under_way--;
	if (v->handing && v->under_way == 0)
		visitor_hand_over(v);
	resume(v);
	ws_unref(&v->ws);
	hub_release(h);
}

void
visitor_submit(struct visitor_socket *v, struct visitor_op *o,
    void (*home)(void *hub, struct mail *m))
{
	enum err e = E_NOMEM;

	if (o != NULL) {
		o->socket = v;
		o->hub = v->ws.hub;
		o->finish = send_home;
		o->mail.fn = home;
		leave_home(v);
		e = visitor_op_submit(o);
	}
	if (e == OK)
		return;
	visitor_send_error(v, e, o == NULL ? STR("") : o->id);
	if (o != NULL)
		visitor_came_home(v);
	visitor_op_free(o);
}

void
visitor_acked(void *hub, struct mail *m)
{
	struct visitor_op *o = CONTAINER_OF(m, struct visitor_op, mail);
	struct visitor_socket *v = o->socket;
	bool open = v->ws.state == WS_OPEN;

	(void)hub;
	if (open && o->op.err != OK)
		visitor_send_error(v, o->op.err, o->id);
	else if (open && o->op.verb == STORE_INBOUND)
		acknowledge(v, o);
	visitor_op_free(o);
	visitor_came_home(v);
}

/* ---- the WebSocket ----------------------------------------------------- */

static void
message(struct ws *w, enum ws_what what, struct str payload)
{
	struct visitor_socket *v = of_ws(w);
	struct frame_error error = {.code = FAULT_NOT_BINARY,
	    .detail = STR("send frames as text messages")};
	struct frame f;

	if (what == WS_BINARY) {
		visitor_send_fault(v, &error);
		return;
	}
	if (!frame_read(payload, FRAME_TYPES, hub_arena(w->hub), &f, &error)) {
		visitor_frame_wrong(v, &error);
		return;
	}
	if (!v->said_hello && f.type != FRAME_HELLO) {
		error.code = FAULT_NO_HELLO;
		error.detail = STR("the first frame must be hello");
		visitor_send_fault(v, &error);
		return;
	}
	visitor_frame(v, &f);
	if (is_full(v))
		ws_pause(w);
}

static void
room(struct ws *w)
{
	struct visitor_socket *v = of_ws(w);

	hub_resume(w->hub, &v->watcher);
	/* What was kept may have gone meanwhile. */
	if (v->said_hello)
		resume(v);
}

static void
no_hello(struct ws *w)
{
	const struct frame_error error = {.code = FAULT_TOO_SLOW,
	    .detail = STR("hello did not come in time")};

	visitor_send_fault(of_ws(w), &error);
}

static void
pinged(struct ws *w)
{
	hub_check(w->hub, &of_ws(w)->watcher);
}

static void
ended(struct ws *w)
{
	struct visitor_socket *v = of_ws(w);

	hub_unwatch(w->hub, &v->watcher);
	while (v->acks != NULL)
		drop_ack(v);
}

static void
freed(struct ws *w)
{
	visitor_socket_free(of_ws(w));
}

const struct ws_kind visitor_ws = {
    .name = "visitor",
    .limits = {.message_max = HTTP_BODY_MAX, .fragments_max = 1024},
    .keeps_time = true,
    .message = message,
    .room = room,
    .no_hello = no_hello,
    .pinged = pinged,
    .ended = ended,
    .freed = freed,
};
