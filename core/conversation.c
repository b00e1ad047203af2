/* conversation: one small function per kind of event. */
#include "core/conversation.h"

static const char *const holders[HOLDERS] = {
    [HOLDER_BOT] = "bot",
    [HOLDER_QUEUE] = "queue",
    [HOLDER_AGENT] = "agent",
    [HOLDER_EMAIL] = "email",
    [HOLDER_NOBODY] = "nobody",
};

static const char *const statuses[STATUSES] = {
    [STATUS_PENDING] = "pending",
    [STATUS_OPEN] = "open",
    [STATUS_SNOOZED] = "snoozed",
    [STATUS_RESOLVED] = "resolved",
};

const char *
holder_name(enum holder h)
{
	return (unsigned)h < HOLDERS ? holders[h] : "unknown";
}

const char *
status_name(enum status s)
{
	return (unsigned)s < STATUSES ? statuses[s] : "unknown";
}

/* The status while nobody has put the conversation aside. */
static enum status
active_status(const struct conversation *c)
{
	static const enum status by[HOLDERS] = {
	    [HOLDER_BOT] = STATUS_PENDING,
	    [HOLDER_QUEUE] = STATUS_OPEN,
	    [HOLDER_AGENT] = STATUS_OPEN,
	    [HOLDER_EMAIL] = STATUS_OPEN,
	    /* Where nobody answers, what is written opens nothing. */
	    [HOLDER_NOBODY] = STATUS_RESOLVED,
	};

	return by[c->holder];
}

static void
forget_breach(struct conversation *c, enum timer_kind kind)
{
	c->breached &= ~(UINT64_C(1) << kind);
}

static void
raise_handled(struct conversation *c, uint64_t upto)
{
	if (upto > c->last_customer_seq)
		upto = c->last_customer_seq;
	if (upto > c->handled_seq)
		c->handled_seq = upto;
}

/* Somebody said something to the other side. */
static void
fold_spoken(struct conversation *c, const struct event *e)
{
	if (c->spoken_by != e->author || c->spoken_id != e->author_id)
		c->spoken_before = c->spoken_seq;
	c->spoken_by = e->author;
	c->spoken_id = e->author_id;
	c->spoken_seq = e->seq;
}

static void
fold_customer(struct conversation *c, const struct event *e)
{
	c->last_customer_seq = e->seq;
	if (e->at > c->customer_at)
		c->customer_at = e->at;
	c->status = active_status(c);
	c->snoozed_until = 0;
	c->gone = false;
	forget_breach(c, TIMER_WINDOW);
	if (active_status(c) == STATUS_OPEN && c->waiting_at == 0)
		c->waiting_at = e->at;
	fold_spoken(c, e);
}

static void
fold_bot(struct conversation *c, const struct event *e)
{
	raise_handled(c, e->ref);
	fold_spoken(c, e);
}

static void
fold_agent(struct conversation *c, const struct event *e)
{
	raise_handled(c, c->last_customer_seq);
	c->agent_seq = e->seq;
	c->waiting_at = 0;
	c->unreached = false;
	forget_breach(c, TIMER_NEXT_RESPONSE);
	fold_spoken(c, e);
}

static void
fold_notice(struct conversation *c, const struct event *e)
{
	c->notice_seq = e->seq;
	c->notice = e->ref;
	c->notice_at = e->at;
}

static void
fold_message(struct conversation *c, const struct event *e)
{
	static void (*const by[AUTHORS])(
	    struct conversation *, const struct event *) = {
	    [AUTHOR_SYSTEM] = fold_notice,
	    [AUTHOR_CUSTOMER] = fold_customer,
	    [AUTHOR_BOT] = fold_bot,
	    [AUTHOR_AGENT] = fold_agent,
	};

	by[e->author](c, e);
}

/* Who has been with a seller is not sent to the end of the line. */
static void
fold_queue(struct conversation *c, const struct event *e)
{
	bool again = c->holder == HOLDER_QUEUE;

	if (!again) {
		c->front = c->holder == HOLDER_AGENT;
		c->given = c->front && e->author == AUTHOR_AGENT;
	}
	if (!again && !c->front)
		c->queued_at = e->at;
	if (c->waiting_at == 0)
		c->waiting_at = e->at;
	c->team = e->author_id;
}

/* The bot, or nobody: what was between people is over. */
static void
fold_alone(struct conversation *c)
{
	c->team = 0;
	c->wanted = 0;
	c->priority = 0;
	c->breached = 0;
	c->front = false;
	c->route_seq = 0;
	c->mailed_seq = 0;
	c->mail_seq = 0;
	c->queued_at = 0;
	c->waiting_at = 0;
}

static void
fold_holder(struct conversation *c, const struct event *e)
{
	enum holder to = (enum holder)e->ref;

	if (to == HOLDER_QUEUE)
		fold_queue(c, e);
	if (to == HOLDER_BOT || to == HOLDER_NOBODY)
		fold_alone(c);
	/* What a person is to answer the bot shall not answer, if it comes
	 * back; but all that nobody has answered since then it shall. */
	if (to == HOLDER_QUEUE || to == HOLDER_NOBODY)
		raise_handled(c, c->last_customer_seq);
	c->holder = to;
	c->agent = to == HOLDER_AGENT ? e->author_id : 0;
	if (to == HOLDER_AGENT) {
		c->last_agent = c->agent;
		c->wanted = 0; /* somebody has been found */
	}
	if (to != HOLDER_QUEUE)
		c->given = false;
	if (to == HOLDER_EMAIL || to == HOLDER_NOBODY)
		c->unreached = false;
	c->offered = 0;
	c->holder_seq = e->seq;
	c->epoch++;
	c->status = active_status(c);
	c->snoozed_until = 0;
}

static void
fold_resolved(struct conversation *c, const struct event *e)
{
	c->status = STATUS_RESOLVED;
	c->resolved_seq = e->seq;
	c->unreached = false;
	raise_handled(c, c->last_customer_seq);
}

static void
fold_timer(struct conversation *c, const struct event *e)
{
	if (c->holder != HOLDER_BOT && e->ref < TIMER_KINDS)
		c->breached |= UINT64_C(1) << e->ref;
	if (e->ref == TIMER_SNOOZE && c->status == STATUS_SNOOZED) {
		c->status = active_status(c);
		c->snoozed_until = 0;
	}
}

static void
fold_route(struct conversation *c, const struct event *e)
{
	c->wanted = e->author_id;
	c->priority = e->ref;
	c->route_seq = e->seq;
}

static void
fold_offer(struct conversation *c, const struct event *e)
{
	c->offered = e->author_id;
	c->offer_seq = e->seq;
	c->offered_at = e->at;
}

static void
fold_offer_end(struct conversation *c, const struct event *e)
{
	if (c->offered == e->author_id)
		c->offered = 0;
	if (c->wanted == e->author_id)
		c->wanted = 0;
}

static void
fold_mailed(struct conversation *c, const struct event *e)
{
	c->mailed_seq = e->ref;
	c->mail_seq = e->seq;
	raise_handled(c, e->ref);
}

/*
 * What did not arrive was as good as not sent. And whose answer was not taken,
 * since a seller had the chat, must hear of it when it comes back.
 */
static void
fold_note(struct conversation *c, const struct event *e)
{
	if (e->ref == NOTE_REFUSED && c->holder == HOLDER_AGENT)
		c->mailed_seq = 0;
	if (e->ref != NOTE_UNREACHED)
		return;
	c->unreached = true;
	c->mailed_seq = 0;
	c->mail_seq = 0;
}

static void
fold_snoozed(struct conversation *c, const struct event *e)
{
	c->status = STATUS_SNOOZED;
	c->snoozed_until = (int64_t)e->ref;
}

static void
fold_reopened(struct conversation *c, const struct event *e)
{
	(void)e;
	c->status = active_status(c);
	c->snoozed_until = 0;
}

static void
fold_priority(struct conversation *c, const struct event *e)
{
	c->priority = e->ref;
}

static void
fold_gone(struct conversation *c, const struct event *e)
{
	(void)e;
	c->gone = true;
}

static void
fold_handled(struct conversation *c, const struct event *e)
{
	raise_handled(c, e->ref);
}

static void
fold_opened(struct conversation *c, const struct event *e)
{
	c->opened_at = e->at;
}

static void
fold_nothing(struct conversation *c, const struct event *e)
{
	(void)c;
	(void)e;
}

static void (*const folds[EVENT_KINDS])(
    struct conversation *, const struct event *) = {
    [EVENT_OPENED] = fold_opened,
    [EVENT_MESSAGE] = fold_message,
    [EVENT_IDENTIFIED] = fold_nothing,
    [EVENT_HOLDER] = fold_holder,
    [EVENT_HANDLED] = fold_handled,
    [EVENT_TIMER] = fold_timer,
    [EVENT_RESOLVED] = fold_resolved,
    [EVENT_EDITED] = fold_nothing,
    [EVENT_DELETED] = fold_nothing,
    [EVENT_FILE] = fold_nothing,
    [EVENT_DELIVERY] = fold_nothing,
    [EVENT_ROUTE] = fold_route,
    [EVENT_OFFER] = fold_offer,
    [EVENT_OFFER_END] = fold_offer_end,
    [EVENT_NOTE] = fold_note,
    [EVENT_PACK] = fold_nothing,
    [EVENT_MAILED] = fold_mailed,
    [EVENT_SNOOZED] = fold_snoozed,
    [EVENT_REOPENED] = fold_reopened,
    [EVENT_LABELS] = fold_nothing,
    [EVENT_PRIORITY] = fold_priority,
    [EVENT_GONE] = fold_gone,
};

enum err
conversation_fold(struct conversation *c, const struct event *e)
{
	if ((unsigned)e->kind >= EVENT_KINDS || (unsigned)e->author >= AUTHORS)
		return E_BADINPUT;
	if (e->kind == EVENT_HOLDER && e->ref >= HOLDERS)
		return E_BADINPUT;
	if ((e->kind == EVENT_ROUTE || e->kind == EVENT_PRIORITY) &&
	    e->ref > PRIORITY_MAX)
		return E_BADINPUT;
	if (e->seq != c->seq + 1)
		return E_STALE;
	c->seq = e->seq;
	c->last_at = e->at;
	folds[e->kind](c, e);
	return OK;
}

bool
conversation_pending(const struct conversation *c)
{
	if (c->holder == HOLDER_BOT)
		return c->handled_seq < c->last_customer_seq;
	return c->holder == HOLDER_EMAIL &&
	       (c->mailed_seq == 0 || c->mailed_seq < c->last_customer_seq ||
		   (c->mailed_seq < c->holder_seq &&
		       c->mailed_seq < c->spoken_seq));
}

bool
conversation_spoken_since(
    const struct conversation *c, enum author by, int64_t agent, uint64_t seq)
{
	bool own = c->spoken_by == by && c->spoken_id == agent;

	return (own ? c->spoken_before : c->spoken_seq) > seq;
}

int64_t
team_id(struct str key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	if (key.n == 0)
		return 0;
	for (i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 29;
	return (int64_t)(h & ((UINT64_C(1) << 53) - 1)) | 1;
}
