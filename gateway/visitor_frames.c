/*
 * visitor_frames: what each frame of a visitor on a WebSocket does, by table,
 * and how many of them one may send. Each becomes an op of the store, or is
 * answered at once.
 */
#include "gateway/visitor_socket.h"

static bool
may_speak(struct visitor_socket *v, enum visitor_limit limit, struct str id)
{
	struct frame_error error = {.id = id};

	if (visitor_may_speak(visitor_gateway(v), limit, &v->who, &error)) {
		v->refused = 0;
		return true;
	}
	visitor_send_refusal(v, &error);
	return false;
}

static void
on_hello(struct visitor_socket *v, const struct frame *f)
{
	const struct frame_error error = {.code = FAULT_HELLO_AGAIN,
	    .detail = STR("hello comes once, as the first frame")};

	if (v->said_hello)
		visitor_send_fault(v, &error);
	else
		visitor_hello(v, f);
}

static void
on_send(struct visitor_socket *v, const struct frame *f)
{
	struct visitor_op *o;

	if (!may_speak(v, LIMIT_MESSAGES, f->id))
		return;
	o = visitor_op_message(visitor_gateway(v), &v->who, f);
	if (o != NULL)
		o->origin = v->watcher.origin;
	visitor_submit(v, o, visitor_acked);
}

static void
on_typing(struct visitor_socket *v, const struct frame *f)
{
	if (!may_speak(v, LIMIT_FRAMES, STR("")))
		return;
	visitor_types(
	    visitor_gateway(v), v->who.conversation, f->on, v->watcher.origin);
	hub_publish(v->ws.hub);
}

static void
on_seen(struct visitor_socket *v, const struct frame *f)
{
	struct visitor_op *o;

	if (!may_speak(v, LIMIT_FRAMES, STR("")) || f->seq <= v->seen)
		return;
	v->seen = f->seq;
	o = visitor_op_seen(visitor_gateway(v), &v->who, f);
	if (o != NULL)
		o->origin = v->watcher.origin;
	visitor_submit(v, o, visitor_acked);
}

static void
on_identify(struct visitor_socket *v, const struct frame *f)
{
	struct frame_error error = {0};

	if (!may_speak(v, LIMIT_FRAMES, STR("")))
		return;
	if (visitor_identity(visitor_gateway(v), &v->who, f, &error))
		visitor_submit(v,
		    visitor_op_identify(visitor_gateway(v), &v->who, f),
		    visitor_acked);
	else
		visitor_send_fault(v, &error);
}

static void
on_handoff(struct visitor_socket *v, const struct frame *f)
{
	if (!may_speak(v, LIMIT_FRAMES, STR("")))
		return;
	v->handing = true;
	v->wanted = f->seller;
	/* What they said a moment ago is read with the rest once it is on
	 * disk; what they do next comes behind it. */
	if (v->under_way == 0)
		visitor_hand_over(v);
	else
		ws_pause(&v->ws);
}

static void
on_leave(struct visitor_socket *v, const struct frame *f)
{
	(void)f;
	if (may_speak(v, LIMIT_FRAMES, STR("")))
		visitor_submit(v, visitor_op_leave(visitor_gateway(v), &v->who),
		    visitor_acked);
}

static void
on_ping(struct visitor_socket *v, const struct frame *f)
{
	struct buf *text;

	(void)f;
	if (!may_speak(v, LIMIT_FRAMES, STR("")))
		return;
	text = hub_text(v->ws.hub);
	frame_write_pong(text);
	visitor_send_text(v, text);
}

static void (*const on_frame[FRAME_TYPES])(
    struct visitor_socket *v, const struct frame *f) = {
    [FRAME_HELLO] = on_hello,
    [FRAME_SEND] = on_send,
    [FRAME_TYPING] = on_typing,
    [FRAME_SEEN] = on_seen,
    [FRAME_IDENTIFY] = on_identify,
    [FRAME_HANDOFF] = on_handoff,
    [FRAME_LEAVE] = on_leave,
    [FRAME_PING] = on_ping,
};

void
visitor_frame(struct visitor_socket *v, const struct frame *f)
{
	on_frame[f->type](v, f);
}

/* Faulty frames cost work too. */
void
visitor_frame_wrong(struct visitor_socket *v, const struct frame_error *error)
{
	if (!v->said_hello)
		visitor_send_refusal(v, error);
	else if (may_speak(v, LIMIT_FRAMES, error->id))
		visitor_send_fault(v, error);
}
