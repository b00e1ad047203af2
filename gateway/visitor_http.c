/*
 * visitor_http: one request a frame, for where WebSocket is blocked, and the
 * request that becomes a WebSocket. What must wait for the disk is answered
 * from the store's thread; what must be read, from a hub's.
 */
#include "gateway/visitor.h"

#include <stdlib.h>

#define JSON "application/json"

/* ---- answers ----------------------------------------------------------- */

static void
fault(struct request *r, enum fault_code code, const char *detail)
{
	struct frame_error error = {.code = code, .detail = str_from(detail)};

	request_fault(r, &error);
}

static void
not_stored(struct request *r, enum err e)
{
	struct frame_error error = visitor_store_error(e, (struct str){0});

	request_fault(r, &error);
}

static void
answer(struct request *r, struct buf *text)
{
	if (text->failed)
		fault(r, FAULT_BUSY, "no memory; try again");
	else
		request_reply(r, 200, JSON, buf_view(text));
	buf_free(text);
}

/* ---- what all have in common ------------------------------------------- */

/* The token, and the body as the frame that the route means. */
static bool
read_frame(
    struct request *r, enum frame_type type, struct token *who, struct frame *f)
{
	struct frame_error error = {0};

	if (visitor_caller(r, who, &error) &&
	    frame_read(request_body(r), type, request_arena(r), f, &error))
		return true;
	request_fault(r, &error);
	return false;
}

static bool
may_speak(struct request *r, enum visitor_limit limit, const struct token *who)
{
	struct frame_error error = {0};

	if (visitor_may_speak(request_context(r), limit, who, &error))
		return true;
	request_fault(r, &error);
	return false;
}

static void
submit(struct request *r, struct visitor_op *o,
    void (*finish)(struct visitor_op *o))
{
	enum err e = E_NOMEM;

	if (o != NULL) {
		o->request = r;
		o->finish = finish;
		e = visitor_op_submit(o);
	}
	if (e == OK)
		return;
	visitor_op_free(o);
	not_stored(r, e);
}

/* On the store's thread. */
static void
acked(struct visitor_op *o)
{
	const struct store_inbound *in = &o->op.inbound;
	struct buf text = {0};

	if (o->op.err != OK) {
		not_stored(o->request, o->op.err);
	} else {
		frame_write_ack(&text, o->id, in->seq, in->at, in->duplicate);
		answer(o->request, &text);
	}
	visitor_op_free(o);
}

static void
noted(struct visitor_op *o)
{
	if (o->op.err != OK)
		not_stored(o->request, o->op.err);
	else
		request_reply(o->request, 204, NULL, STR(""));
	visitor_op_free(o);
}

/* ---- frames ------------------------------------------------------------ */

void
visitor_messages(struct request *r)
{
	struct token who;
	struct frame f;

	if (read_frame(r, FRAME_SEND, &who, &f) &&
	    may_speak(r, LIMIT_MESSAGES, &who))
		submit(
		    r, visitor_op_message(request_context(r), &who, &f), acked);
}

void
visitor_seen(struct request *r)
{
	struct token who;
	struct frame f;

	if (read_frame(r, FRAME_SEEN, &who, &f) &&
	    may_speak(r, LIMIT_FRAMES, &who))
		submit(r, visitor_op_seen(request_context(r), &who, &f), noted);
}

void
visitor_typing(struct request *r)
{
	struct gateway *g = request_context(r);
	struct token who;
	struct frame f;

	if (!read_frame(r, FRAME_TYPING, &who, &f) ||
	    !may_speak(r, LIMIT_FRAMES, &who))
		return;
	visitor_types(g, who.conversation, f.on, 0);
	bus_flush(g->publisher);
	request_reply(r, 204, NULL, STR(""));
}

void
visitor_identify(struct request *r)
{
	struct gateway *g = request_context(r);
	struct frame_error error = {0};
	struct token who;
	struct frame f;

	if (!read_frame(r, FRAME_IDENTIFY, &who, &f) ||
	    !may_speak(r, LIMIT_FRAMES, &who))
		return;
	if (visitor_identity(g, &who, &f, &error))
		submit(r, visitor_op_identify(g, &who, &f), acked);
	else
		request_fault(r, &error);
}

void
visitor_leave(struct request *r)
{
	struct token who;
	struct frame f;

	if (read_frame(r, FRAME_LEAVE, &who, &f) &&
	    may_speak(r, LIMIT_FRAMES, &who))
		submit(r, visitor_op_leave(request_context(r), &who), noted);
}

/* ---- asking for a person ------------------------------------------------ */

/* What was said before is read on a hub's thread. */
struct handing {
	struct mail mail;
	struct request *request;
	struct token who;
	uint64_t seller;
};

static void
hand_over_read(void *owner, struct mail *m)
{
	struct handing *s = CONTAINER_OF(m, struct handing, mail);

	/* s is part of the request, which is gone once it is answered. */
	submit(s->request,
	    visitor_op_handoff(
		hub_gateway(owner), hub_store(owner), &s->who, NULL, s->seller),
	    noted);
	hub_release(owner);
}

void
visitor_handoff(struct request *r)
{
	struct gateway *g = request_context(r);
	struct handing *s = arena_alloc(request_arena(r), sizeof(*s));
	struct frame f;
	struct hub *h;

	if (s == NULL) {
		not_stored(r, E_NOMEM);
		return;
	}
	if (!read_frame(r, FRAME_HANDOFF, &s->who, &f) ||
	    !may_speak(r, LIMIT_FRAMES, &s->who))
		return;
	h = visitor_hub(g, s->who.conversation);
	s->mail.fn = hand_over_read;
	s->request = r;
	s->seller = f.seller;
	hub_hold(h);
	hub_post(h, &s->mail);
}

/* ---- session ----------------------------------------------------------- */

/*
 * They came for a seller, and have said nothing yet. So nothing is read; on the
 * store's thread it could not be. Where it is refused, they may ask again.
 */
static void
hand_over(struct visitor_op *o)
{
	const struct token who = visitor_of(
	    o->gateway, &o->op.open.conversation);
	struct visitor_op *act = visitor_op_handoff(
	    o->gateway, NULL, &who, o->company, o->seller);

	if (act == NULL)
		return;
	act->finish = visitor_op_free;
	if (visitor_op_submit(act) != OK)
		visitor_op_free(act);
}

/* On the store's thread. */
static void
opened(struct visitor_op *o)
{
	struct buf text = {0};

	if (o->op.err != OK) {
		not_stored(o->request, o->op.err);
	} else {
		visitor_welcome(&text, o->gateway,
		    &(struct welcomed){.company = o->company,
			.conversation = &o->op.open.conversation});
		answer(o->request, &text);
		if (o->seller != 0)
			hand_over(o);
	}
	visitor_op_free(o);
}

static void
open_session(struct request *r, struct company *company, uint64_t seller)
{
	struct gateway *g = request_context(r);
	struct frame_error error = {0};
	struct address from;
	struct visitor_op *o;

	from = visitor_address(r);
	if (!visitor_may_open(g, &from, &error)) {
		request_fault(r, &error);
		return;
	}
	o = visitor_op_open(g, company->id);
	if (o != NULL) {
		o->company = company_ref(company);
		o->seller = seller;
	}
	submit(r, o, opened);
}

/* A session that goes on: the conversation is read on a hub's thread. */
struct resumption {
	struct mail mail;
	struct request *request;
	struct company *company;
	struct token who;
	struct str shown;
};

static void
resume_answer(struct hub *h, struct resumption *s)
{
	struct conversation c;
	struct seen seen;
	struct buf text = {0};
	enum err e = store_read_conversation(
	    hub_store(h), s->who.conversation, &c);

	if (e == OK)
		e = store_read_seen(hub_store(h), s->who.conversation, &seen);
	if (e != OK) {
		fault(s->request, fault_of_err(e),
		    "the conversation cannot be read");
		return;
	}
	visitor_welcome(&text, hub_gateway(h),
	    &(struct welcomed){.company = s->company,
		.conversation = &c,
		.seen = seen,
		.who = s->who,
		.shown = s->shown});
	answer(s->request, &text);
}

static void
resume_session(void *owner, struct mail *m)
{
	struct resumption *s = CONTAINER_OF(m, struct resumption, mail);
	struct company *company = s->company;

	/* s is part of the request, which is gone once it is answered. */
	resume_answer(owner, s);
	company_unref(company);
	hub_release(owner);
}

static void
continue_session(
    struct request *r, struct company *company, const struct frame *f)
{
	struct gateway *g = request_context(r);
	struct frame_error error = {0};
	struct resumption *s = arena_alloc(request_arena(r), sizeof(*s));
	struct hub *h;

	if (s == NULL) {
		not_stored(r, E_NOMEM);
		return;
	}
	if (!visitor_token(g, f->token, company->id, &s->who, &error)) {
		request_fault(r, &error);
		return;
	}
	h = visitor_hub(g, s->who.conversation);
	s->mail.fn = resume_session;
	s->request = r;
	s->company = company_ref(company);
	s->shown = f->token;
	hub_hold(h);
	hub_post(h, &s->mail);
}

void
visitor_session(struct request *r)
{
	struct company *company = NULL;
	struct frame_error error = {0};
	struct frame f;

	if (!frame_read(
		request_body(r), FRAME_HELLO, request_arena(r), &f, &error) ||
	    !visitor_company(r, f.company, &company, &error)) {
		request_fault(r, &error);
		return;
	}
	if (f.token.p == NULL)
		open_session(r, company, f.seller);
	else
		continue_session(r, company, &f);
	company_unref(company);
}
