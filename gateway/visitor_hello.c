/*
 * visitor_hello: from an open WebSocket to a visitor in a conversation.
 */
#include "gateway/visitor_socket.h"

/* ---- hello ------------------------------------------------------------- */

static bool
company_said(struct visitor_socket *v, const struct frame *f,
    struct company **out, struct frame_error *error)
{
	struct gateway *g = visitor_gateway(v);
	enum err e = company_cache_by_id(g->companies, v->who.company, out);

	error->code = FAULT_UNKNOWN_COMPANY;
	error->detail = STR("this socket was opened for another company");
	if (e == OK && str_eq((*out)->key, f->company))
		return true;
	if (e == OK)
		company_unref(*out);
	else
		error->code = fault_of_err(e);
	return false;
}

static void
begin(struct visitor_socket *v, const struct company *company,
    const struct conversation *c, const struct seen *seen,
    const struct frame *f)
{
	struct buf *text = hub_text(v->ws.hub);

	v->said_hello = true;
	ws_expect(&v->ws, WS_DUE_HELLO, 0);
	visitor_welcome(text, visitor_gateway(v),
	    &(struct welcomed){.company = company,
		.conversation = c,
		.seen = *seen,
		.who = v->who,
		.shown = f->token});
	visitor_send_text(v, text);
	v->watcher.kind = &visitor_watcher;
	v->watcher.conversation = c->id;
	v->watcher.seq = visitor_after(f->after, c->seq);
	hub_watch(v->ws.hub, &v->watcher);
}

static void
no_session(struct visitor_socket *v)
{
	ws_close(&v->ws, 1013, STR("no session can be opened now"));
}

/* On the hub's thread: a conversation for somebody new was opened. */
static void
opened(void *hub, struct mail *m)
{
	struct visitor_op *o = CONTAINER_OF(m, struct visitor_op, mail);
	struct visitor_socket *v = o->socket;
	const struct conversation *c = &o->op.open.conversation;
	const struct seen nobody = {0};
	const struct frame nothing = {0};

	(void)hub;
	if (v->ws.state == WS_OPEN && o->op.err == OK) {
		v->who = visitor_of(visitor_gateway(v), c);
		begin(v, o->company, c, &nobody, &nothing);
		if (o->seller != 0)
			visitor_hand_over_new(v, o->company, o->seller);
	} else if (v->ws.state == WS_OPEN) {
		visitor_send_error(v, o->op.err, STR(""));
		no_session(v);
	}
	visitor_op_free(o);
	visitor_came_home(v);
}

/* Nothing more is read until there is a conversation to speak in. */
static void
hello_new(
    struct visitor_socket *v, struct company *company, const struct frame *f)
{
	struct frame_error error = {0};
	struct visitor_op *o;

	if (!visitor_may_open(visitor_gateway(v), &v->from, &error)) {
		visitor_send_fault(v, &error);
		ws_close(&v->ws, 1008, STR("too_many"));
		return;
	}
	o = visitor_op_open(visitor_gateway(v), company->id);
	if (o != NULL) {
		o->company = company_ref(company);
		o->seller = f->seller;
	}
	ws_pause(&v->ws);
	visitor_submit(v, o, opened);
	if (v->under_way == 0)
		no_session(v);
}

static enum err
read_back(struct visitor_socket *v, struct conversation *c, struct seen *seen)
{
	struct store_reader *r = hub_store(v->ws.hub);
	enum err e = store_read_conversation(r, v->who.conversation, c);

	if (e == OK)
		e = store_read_seen(r, v->who.conversation, seen);
	return e;
}

static void
hello_again(
    struct visitor_socket *v, struct company *company, const struct frame *f)
{
	struct frame_error error = {0};
	struct conversation c;
	struct seen seen;
	enum err e;

	if (!visitor_token(
		visitor_gateway(v), f->token, company->id, &v->who, &error)) {
		visitor_send_fault(v, &error);
		return;
	}
	e = read_back(v, &c, &seen);
	if (e == OK) {
		begin(v, company, &c, &seen, f);
		return;
	}
	error.code = fault_of_err(e);
	error.detail = STR("the conversation cannot be read");
	visitor_send_fault(v, &error);
	ws_close(&v->ws, 1013, STR("the conversation cannot be read"));
}

void
visitor_hello(struct visitor_socket *v, const struct frame *f)
{
	struct frame_error error = {0};
	struct company *company = NULL;

	if (!company_said(v, f, &company, &error)) {
		visitor_send_fault(v, &error);
		return;
	}
	if (f->token.p == NULL)
		hello_new(v, company, f);
	else
		hello_again(v, company, f);
	company_unref(company);
}
