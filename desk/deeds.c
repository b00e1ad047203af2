/*
 * deeds: what routing decided, as acts for the store. Each is under way until
 * the store has said what came of it; the conversation is then read again, so
 * routing learns the outcome from the same place as everything else.
 */
#include "bus/publish.h"
#include "desk/inner.h"

#include <stdlib.h>

bool
deeds_room(const struct desk *d)
{
	return d->deeds < DEEDS_MAX;
}

static struct deed *
deed_new(struct desk *d, struct bureau *b, struct chat *c)
{
	struct deed *e = d->idle;

	if (e != NULL)
		d->idle = e->next;
	else if ((e = calloc(1, sizeof(*e))) == NULL)
		return NULL;
	*e = (struct deed){.d = d, .bureau = b, .chat = c, .arena = e->arena};
	d->deeds++;
	if (c != NULL)
		c->busy++;
	return e;
}

static void
deed_free(struct deed *e)
{
	struct desk *d = e->d;

	if (e->chat != NULL)
		e->chat->busy--;
	d->deeds--;
	arena_reset(&e->arena);
	e->next = d->idle;
	d->idle = e;
}

void
deeds_free(struct desk *d)
{
	struct deed *e;

	while ((e = d->idle) != NULL) {
		d->idle = e->next;
		arena_free(&e->arena);
		free(e);
	}
}

/* ---- what came of it ----------------------------------------------------- */

static void
count(struct desk *d, const struct deed *e)
{
	static const enum metric metrics[ROUTING_ACTS] = {
	    [ROUTING_OFFER] = METRIC_OFFERS,
	    [ROUTING_EXPIRE] = METRIC_OFFERS_EXPIRED,
	    [ROUTING_DROP] = METRIC_DROPPED,
	    [ROUTING_OVERFLOW] = METRIC_OVERFLOWED,
	    [ROUTING_TO_EMAIL] = METRIC_MAILED,
	};

	if (e->decision.act != ROUTING_NONE && e->decision.act != ROUTING_AWAY)
		metric_add(d->conf.metrics, metrics[e->decision.act], 1);
}

/* From here on it is in what is read. */
static void
offer_done(const struct deed *e)
{
	struct seller *s = seller_find(e->d, e->decision.seller);

	if (e->decision.act == ROUTING_OFFER && s != NULL && s->chats > 0)
		s->chats--;
}

static void
deed_done(void *owner, struct mail *m)
{
	struct deed *e = CONTAINER_OF(m, struct deed, mail);
	struct desk *d = owner;
	struct chat *c = e->chat;

	offer_done(e);
	if (e->op.err == OK)
		count(d, e);
	else if (e->decision.act != ROUTING_NONE)
		routing_refused(e->bureau->routing, &e->decision, d->wall);
	deed_free(e);
	if (c != NULL)
		chat_soil(d, c);
}

/* On the store's thread. */
static void
act_stored(struct store_op *op)
{
	struct deed *e = op->arg;
	const struct store_act *in = &op->act;
	unsigned i;

	for (i = 0; op->err == OK && i < in->acted.decision.event_count; i++)
		publish_event(e->d->conf.publisher, &in->state,
		    &in->acted.decision.events[i], 0);
	/* Whoever gets it and finds nothing to decide looks for rows that are
	 * to go out: the deliverer may be in another process. */
	if (op->err == OK &&
	    (in->notice_count > 0 || conversation_pending(&in->state)))
		bus_add_work(e->d->conf.publisher, in->state.id);
	if (op->err == OK && in->notice_count > 0 && e->d->conf.poke != NULL)
		e->d->conf.poke(e->d->conf.poke_arg);
	mailbox_post(&e->d->mailbox, &e->mail);
}

/* On the store's thread. */
static void
presence_stored(struct store_op *op)
{
	struct deed *e = op->arg;
	const struct store_presence *in = &op->presence;
	struct buf body = {0};

	if (op->err == OK && in->changed) {
		buf_addf(&body, "{\"agent\":%lld,\"online\":%s,\"away\":%s}",
		    (long long)in->agent, in->online ? "true" : "false",
		    in->away ? "true" : "false");
		bus_add_news(
		    e->d->conf.publisher, &(struct news){.kind = NEWS_STAFF,
					      .company = in->company,
					      .seq = (uint64_t)in->agent,
					      .body = buf_view(&body)});
		buf_free(&body);
	}
	mailbox_post(&e->d->mailbox, &e->mail);
}

static void
deed_submit(struct deed *e)
{
	struct desk *d = e->d;
	enum err err;

	e->mail.fn = deed_done;
	e->op.arg = e;
	err = store_submit(d->conf.store, &e->op);
	if (err == OK)
		return;
	e->op.err = err;
	mailbox_post(&d->mailbox, &e->mail);
}

/* ---- acts ---------------------------------------------------------------- */

/* Who holds then, if the act changes that: notices are told of how it is. */
static struct conversation
state_after(const struct conversation *c, enum act_kind kind)
{
	const struct transition *t = handoff_transition(kind, c->holder);
	struct conversation after = *c;

	if (t == NULL)
		return after;
	after.holder = t->to;
	after.holder_seq = after.seq + 1;
	return after;
}

/* The notice that may go with it; without it where it cannot be made. */
static void
add_notice(struct deed *e, enum notice notice)
{
	struct store_act *in = &e->op.act;
	struct conversation after = state_after(&e->chat->c, in->act.kind);
	struct words words;

	if (notice == NOTICE_NONE ||
	    !handoff_notice_due(
		&after, notice, &e->bureau->company->policy, e->d->wall))
		return;
	if (words_make(e->d, e->chat, notice, &e->arena, &words) != OK)
		return;
	in->act.notice = notice;
	in->act.notice_body = words.body;
	in->notice_rows = words.rows.rows;
	in->notice_count = words.rows.count;
}

static struct str
reason(const struct routing_decision *decision, struct arena *a)
{
	struct buf b = {0};

	routing_write_reason(decision, &b);
	return buf_take(&b, a);
}

static void
begin_act(struct deed *e, enum act_kind kind, enum notice notice)
{
	struct store_act *in = &e->op.act;

	e->op = (struct store_op){.verb = STORE_ACT, .done = act_stored};
	e->policy = channel_policy(e->bureau->company, e->chat->channel);
	in->conversation = e->chat->id;
	in->company = e->bureau->id;
	in->arena = &e->arena;
	in->act = (struct act){.kind = kind,
	    .to_agent = e->decision.seller,
	    .to_team = e->decision.team,
	    .offer_seq = e->chat->c.offer_seq,
	    .now = e->d->wall,
	    .policy = &e->policy};
	if (e->decision.act != ROUTING_NONE)
		in->act.body = reason(&e->decision, &e->arena);
	add_notice(e, notice);
}

/*
 * What is under way counts as one of theirs: of several offers to one seller,
 * the store has the earlier ones when it looks at the later. Who was told that
 * somebody comes hears more of it when the line moves (words.c).
 */
static void
do_offer(struct deed *e)
{
	const struct conversation *c = &e->chat->c;
	struct seller *s = seller_find(e->d, e->decision.seller);

	begin_act(e, ACT_OFFER, words_first(c));
	e->op.act.chats_max = s == NULL ? 1 : ++s->chats;
	e->op.act.act.chats_max = e->op.act.chats_max;
	deed_submit(e);
}

static void
do_expire(struct deed *e)
{
	begin_act(e,
	    e->decision.why == ROUTING_RAN_OUT ? ACT_EXPIRE : ACT_WITHDRAW,
	    NOTICE_NONE);
	deed_submit(e);
}

/* What becomes of it then, the customer is told with what is decided next. */
static void
do_drop(struct deed *e)
{
	struct desk *d = e->d;

	if (facts_acted_since(d, e->decision.seller)) {
		routing_refused(e->bureau->routing, &e->decision, d->wall);
		facts_seller(d, e->decision.seller);
		deed_free(e);
		return;
	}
	begin_act(e, ACT_DROP, NOTICE_NONE);
	deed_submit(e);
}

static void
do_overflow(struct deed *e)
{
	begin_act(e, ACT_OVERFLOW, NOTICE_NONE);
	deed_submit(e);
}

static enum notice
notice_of(enum routing_why why)
{
	if (why == ROUTING_CLOSED)
		return NOTICE_CLOSED;
	return why == ROUTING_NOBODY ? NOTICE_NOBODY : NOTICE_MAILED;
}

/* That it takes long they see; but not that nobody is there. */
static enum notice
notice_of_line(const struct deed *e, enum notice notice)
{
	struct routing_spot spot;

	if (notice != NOTICE_MAILED)
		return notice;
	routing_spot(e->bureau->routing, e->chat->id, &spot);
	return spot.leaves || spot.position == 0 ? NOTICE_NOBODY
						 : words_first(&e->chat->c);
}

/*
 * Where there is no support desk, or no mail gets through to it, it stays in
 * line: a seller who comes will find it.
 */
static void
do_mail(struct deed *e)
{
	enum notice notice = notice_of(e->decision.why);

	if (handoff_has_desk(&e->chat->c, &e->bureau->company->policy)) {
		begin_act(e, ACT_MAIL, notice);
	} else {
		routing_refused(e->bureau->routing, &e->decision, e->d->wall);
		e->decision.act = ROUTING_NONE;
		begin_act(e, ACT_NOTIFY, notice_of_line(e, notice));
	}
	if (e->op.act.act.kind == ACT_NOTIFY &&
	    e->op.act.act.notice == NOTICE_NONE)
		deed_free(e);
	else
		deed_submit(e);
}

static void
do_away(struct deed *e)
{
	e->op = (struct store_op){.verb = STORE_PRESENCE,
	    .presence = {.agent = e->decision.seller,
		.set_away = true,
		.away = true,
		.at = e->d->wall},
	    .done = presence_stored};
	deed_submit(e);
}

void
deed_notify(struct desk *d, struct chat *c, enum notice notice)
{
	struct deed *e = deeds_room(d) ? deed_new(d, c->bureau, c) : NULL;

	if (e == NULL)
		return;
	begin_act(e, ACT_NOTIFY, notice);
	if (e->op.act.act.notice == NOTICE_NONE)
		deed_free(e);
	else
		deed_submit(e);
}

/* ---- deciding ------------------------------------------------------------ */

static void (*const doing[ROUTING_ACTS])(struct deed *) = {
    [ROUTING_EXPIRE] = do_expire,
    [ROUTING_AWAY] = do_away,
    [ROUTING_DROP] = do_drop,
    [ROUTING_OVERFLOW] = do_overflow,
    [ROUTING_TO_EMAIL] = do_mail,
    [ROUTING_OFFER] = do_offer,
};

/* False: nothing more for now. */
static bool
decide_one(struct desk *d, struct bureau *b)
{
	struct routing_decision decision;
	struct chat *c = NULL;
	struct deed *e;
	int64_t wait;

	routing_next(b->routing, d->wall, &decision);
	if (decision.act == ROUTING_NONE) {
		wait = decision.until - d->wall;
		if (decision.until != INT64_MAX &&
		    d->steady + wait < d->wake_at)
			d->wake_at = d->steady + wait;
		return false;
	}
	if (decision.act != ROUTING_AWAY)
		c = chat_find(d, decision.chat);
	e = c == NULL && decision.act != ROUTING_AWAY ? NULL
						      : deed_new(d, b, c);
	if (e == NULL) {
		routing_refused(b->routing, &decision, d->wall);
		return false;
	}
	e->decision = decision;
	doing[decision.act](e);
	return true;
}

void
deeds_decide(struct desk *d)
{
	struct bureau *b;

	for (b = d->bureaus; b != NULL; b = b->next)
		while (deeds_room(d) && decide_one(d, b))
			arena_reset(&d->arena);
	arena_reset(&d->arena);
}
