/*
 * seller_op: what came of what sellers do, as news and in words. How it is
 * made stands in seller_make.c.
 */
#include "gateway/seller_op.h"
#include "bus/publish.h"
#include "gateway/limits.h"
#include "gateway/visitor.h"

#include <stdlib.h>

/* Of what was said since, one is told at most so many. */
#define NEWER_MAX 50u
#define NEWER_READ 200u

/* ---- refusals ------------------------------------------------------------ */

struct seller_refusal
seller_fault_refusal(const struct frame_error *error)
{
	return (struct seller_refusal){.row = fault_row_of(error),
	    .detail = error->detail,
	    .id = error->id};
}

struct seller_refusal
seller_store_refusal(enum err e)
{
	if (e == E_NOTFOUND)
		return (struct seller_refusal){
		    .row = fault_row(FAULT_NOT_FOUND),
		    .detail = STR("there is no such conversation, or nobody "
				  "of that number")};
	return (struct seller_refusal){.row = fault_row(fault_of_err(e)),
	    .detail = STR("it was not done; try again")};
}

bool
seller_conversation(const struct seller_ask *ask, int64_t id,
    struct conversation *out, struct seller_refusal *no)
{
	enum err e = store_read_conversation(ask->reader, id, out);

	if (e == OK && out->company != ask->who->company)
		e = E_NOTFOUND;
	if (e != OK)
		*no = seller_store_refusal(e);
	no->conversation = e == OK ? 0 : id;
	return e == OK;
}

/* ---- how much ------------------------------------------------------------ */

bool
seller_may_speak(struct gateway *g, const struct caller *who, bool message,
    struct frame_error *error)
{
	struct str key = {(const char *)&who->pass, sizeof(who->pass)};

	if (limits_take(g->limits,
		message ? LIMIT_STAFF_MESSAGES : LIMIT_STAFF_FRAMES, key,
		clock_steady(g->clock), NULL))
		return true;
	error->code = FAULT_TOO_MANY;
	error->detail = message ? STR("too many messages; wait a little")
				: STR("too much at once; wait a little");
	return false;
}

/* ---- life ------------------------------------------------------------------ */

void
seller_op_free(struct seller_op *o)
{
	if (o == NULL)
		return;
	company_unref(o->company);
	arena_free(&o->arena);
	free(o);
}

/* ---- done ---------------------------------------------------------------- */

static void
publish_act(struct seller_op *o)
{
	const struct store_act *in = &o->op.act;
	struct bus_publisher *p = o->gateway->publisher;
	unsigned i;

	for (i = 0; i < in->acted.decision.event_count; i++)
		publish_event(p, &in->state, &in->acted.decision.events[i], 0);
	/* Whoever gets it and finds nothing to decide looks for rows that
	 * are to go out. */
	if (in->said_count + in->notice_count > 0 ||
	    conversation_pending(&in->state))
		bus_add_work(p, in->state.id);
}

static void
publish_seen(struct seller_op *o)
{
	const struct store_seen *s = &o->op.seen;

	if (s->changed)
		bus_add_news(o->gateway->publisher,
		    &(struct news){.kind = NEWS_SEEN,
			.company = o->who.company,
			.conversation = s->conversation,
			.seq = s->seen.company,
			.body = str_from(author_name(AUTHOR_AGENT))});
}

/* On the store's thread. */
static void
done(struct store_op *op)
{
	struct seller_op *o = CONTAINER_OF(op, struct seller_op, op);

	if (op->err == OK && op->verb == STORE_ACT && !op->act.duplicate)
		publish_act(o);
	if (op->err == OK && op->verb == STORE_SEEN)
		publish_seen(o);
	o->finish(o);
}

enum err
seller_op_submit(struct seller_op *o)
{
	o->op.done = done;
	return store_submit(o->gateway->store, &o->op);
}

void
seller_types(const struct seller_ask *ask, const struct conversation *c,
    bool on, uint64_t origin)
{
	struct str who = arena_printf(
	    ask->arena, "agent %lld", (long long)ask->who->agent);

	if (who.p != NULL)
		bus_add_news(ask->gateway->publisher,
		    &(struct news){.kind = NEWS_TYPING,
			.company = c->company,
			.conversation = c->id,
			.hidden = ask->who->agent == 0 ||
				  c->agent != ask->who->agent,
			.seq = on,
			.origin = origin,
			.body = who});
}

/* ---- what came of it ----------------------------------------------------- */

/* The messages that the writer has not seen, as a list of events. */
static struct str
newer_messages(const struct seller_ask *ask, const struct store_act *in)
{
	struct event *page = arena_alloc(
	    ask->arena, NEWER_READ * sizeof(*page));
	struct str out = {0};
	struct buf b = {0};
	size_t n = NEWER_READ, i, told = 0;

	if (page == NULL || store_read_events(ask->reader, in->conversation,
				in->act.seen_seq, ask->arena, page, &n) != OK)
		return out;
	for (i = 0; i < n && told < NEWER_MAX; i++) {
		if (page[i].kind != EVENT_MESSAGE)
			continue;
		buf_char(&b, told++ == 0 ? '[' : ',');
		event_write(&b, &page[i]);
	}
	buf_char(&b, ']');
	if (!b.failed && told > 0)
		out = arena_copy(ask->arena, buf_view(&b));
	buf_free(&b);
	return out;
}

static struct str
name_of_holder(const struct seller_ask *ask, const struct conversation *c)
{
	struct agent_row row;

	if (c->agent == 0 ||
	    store_read_agent(ask->reader, c->agent, ask->arena, &row) != OK)
		return (struct str){0};
	return row.name;
}

/* What is wrong with what was said, by what was to be done. */
static const char *
malformed(const struct act *act)
{
	static const bool takes_somebody[ACTS] = {[ACT_ACCEPT] = true,
	    [ACT_DECLINE] = true,
	    [ACT_PULL] = true,
	    [ACT_SAY] = true,
	    [ACT_WHISPER] = true,
	    [ACT_BARGE] = true,
	    [ACT_TAKE_OVER] = true,
	    [ACT_TRANSFER] = true,
	    [ACT_SNOOZE] = true,
	    [ACT_REOPEN] = true};
	static const char *const details[ACTS] = {
	    [ACT_TRANSFER] = "write either agent or team, not both",
	    [ACT_SNOOZE] = "until: write a time to come, in milliseconds "
			   "since 1970, within a year",
	    [ACT_PRIORITY] = "priority: write a number from 0 to 3",
	    [ACT_QUEUE] = "priority: write a number from 0 to 3; wanted: "
			  "the number of a seller",
	    [ACT_LABEL] = "a conversation has at most 50 labels, each of 1 "
			  "to 64 bytes",
	};
	const char *detail = details[act->kind];

	if (act->agent == 0 && takes_somebody[act->kind])
		return "a key of the company's own is nobody; use a personal "
		       "one, or log in";
	return detail != NULL ? detail : "a parameter is out of its bounds";
}

static const char *
detail_of(const struct store_act *in)
{
	enum act_refusal r = in->acted.refusal;
	static const char *const details[ACT_REFUSALS] = {
	    [ACT_IS_OVER] = "somebody else was asked, or it is not offered",
	    [ACT_IS_HELD] = "agent and name say who has it",
	    [ACT_NOT_YOURS] = "take it first",
	    [ACT_SPOKEN] = "read the events, then send it again with the seq "
			   "of the last one as seen_seq",
	    [ACT_IS_RESOLVED] = "reopen it first",
	    [ACT_IS_FULL] = "ask somebody else, or end one of theirs first",
	    [ACT_NOT_WAITING] = "it is not in line",
	    [ACT_NOBODY] = "name an agent or a team; to whisper, somebody "
			   "else must have it",
	    [ACT_FORBIDDEN] = "ask somebody who may supervise",
	    [ACT_NO_CHANGE] = "there is nothing to do",
	};

	if (r == ACT_FORBIDDEN && in->email.n > 0)
		return "who they are was proven, with another address";
	return r == ACT_MALFORMED ? malformed(&in->act) : details[r];
}

static void
answer_refused(const struct seller_op *o, const struct seller_ask *ask,
    struct seller_refusal *no)
{
	const struct store_act *in = &o->op.act;
	enum act_refusal why = in->acted.refusal;

	*no = (struct seller_refusal){.row = seller_act_row(why),
	    .detail = str_from(detail_of(in)),
	    .is = &in->state,
	    .name = name_of_holder(ask, &in->state)};
	if (why == ACT_SPOKEN)
		no->events = newer_messages(ask, in);
}

/* A duplicate's time is the first one's. */
static int64_t
at_of(const struct store_act *in, const struct seller_ask *ask)
{
	struct event e;
	size_t n = 1;

	if (!in->duplicate)
		return in->act.now;
	if (store_read_events(ask->reader, in->state.id, in->seq - 1,
		ask->arena, &e, &n) != OK ||
	    n == 0)
		return in->state.last_at;
	return e.at;
}

bool
seller_op_answer(const struct seller_op *o, const struct seller_ask *ask,
    struct seller_ack *ack, struct seller_refusal *no)
{
	const struct store_act *in = &o->op.act;

	if (o->op.err == OK) {
		*ack = (struct seller_ack){.id = o->id,
		    .is = &in->state,
		    .seq = in->seq,
		    .at = at_of(in, ask),
		    .duplicate = in->duplicate};
		return true;
	}
	if (o->op.err == E_DENIED)
		answer_refused(o, ask, no);
	else
		*no = seller_store_refusal(o->op.err);
	no->conversation = in->conversation;
	no->id = o->id;
	return false;
}
