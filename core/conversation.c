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
	return c->holder == HOLDER_BOT ? STATUS_PENDING : STATUS_OPEN;
}

static void
raise_handled(struct conversation *c, uint64_t upto)
{
	if (upto > c->last_customer_seq)
		upto = c->last_customer_seq;
	if (upto > c->handled_seq)
		c->handled_seq = upto;
}

static void
fold_message(struct conversation *c, const struct event *e)
{
	if (e->author == AUTHOR_CUSTOMER) {
		c->last_customer_seq = e->seq;
		if (e->at > c->customer_at)
			c->customer_at = e->at;
		c->status = active_status(c);
	} else {
		raise_handled(c, e->ref);
	}
}

static void
fold_holder(struct conversation *c, const struct event *e)
{
	c->holder = (enum holder)e->ref;
	c->agent = c->holder == HOLDER_AGENT ? e->author_id : 0;
	c->epoch++;
	c->status = active_status(c);
}

static void
fold_resolved(struct conversation *c, const struct event *e)
{
	c->status = STATUS_RESOLVED;
	c->resolved_seq = e->seq;
	raise_handled(c, c->last_customer_seq);
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
    [EVENT_TIMER] = fold_nothing,
    [EVENT_RESOLVED] = fold_resolved,
    [EVENT_EDITED] = fold_nothing,
    [EVENT_DELETED] = fold_nothing,
    [EVENT_FILE] = fold_nothing,
    [EVENT_DELIVERY] = fold_nothing,
};

enum err
conversation_fold(struct conversation *c, const struct event *e)
{
	if ((unsigned)e->kind >= EVENT_KINDS || (unsigned)e->author >= AUTHORS)
		return E_BADINPUT;
	if (e->kind == EVENT_HOLDER && e->ref >= HOLDERS)
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
	return c->holder == HOLDER_BOT && c->handled_seq < c->last_customer_seq;
}
