/*
 * handoff: the table of who may hold after whom, the words, and the frame
 * around an act: what every act needs, and the notice that may go with it.
 * What each one does stands in handoff_acts.c.
 */
#include "core/handoff_internal.h"

/* The desk knows the line better than a timer: it has the first word. */
#define DESK_GRACE_MS 10000
/* A window is about to close so long before it does. */
#define WINDOW_LEAD_MS ((int64_t)2 * 3600 * 1000)

#define FROM(holder) (1u << HOLDER_##holder)
#define FROM_ANY (FROM(BOT) | FROM(QUEUE) | FROM(AGENT) | FROM(EMAIL))

#define CHANGE(name, act, from, to) \
	{ \
		name, act, from, to, "{\"why\":\"" name "\"}" \
	}

const struct transition handoff_transitions[] = {
    CHANGE("queue", ACT_QUEUE, FROM(BOT), HOLDER_QUEUE),
    CHANGE("accept", ACT_ACCEPT, FROM(QUEUE), HOLDER_AGENT),
    CHANGE("pull", ACT_PULL, FROM(QUEUE) | FROM(EMAIL), HOLDER_AGENT),
    CHANGE("take_over", ACT_TAKE_OVER, FROM_ANY | FROM(NOBODY), HOLDER_AGENT),
    CHANGE("transfer", ACT_TRANSFER, FROM(AGENT) | FROM(QUEUE), HOLDER_QUEUE),
    CHANGE("drop", ACT_DROP, FROM(AGENT), HOLDER_QUEUE),
    CHANGE("overflow", ACT_OVERFLOW, FROM(QUEUE), HOLDER_QUEUE),
    CHANGE("mail", ACT_MAIL, FROM(QUEUE) | FROM(BOT), HOLDER_EMAIL),
    CHANGE("recall", ACT_RECALL, FROM(EMAIL), HOLDER_QUEUE),
    CHANGE("desk_say", ACT_DESK_SAY, FROM(BOT) | FROM(QUEUE), HOLDER_EMAIL),
    CHANGE("give_back", ACT_GIVE_BACK,
	FROM(AGENT) | FROM(QUEUE) | FROM(EMAIL) | FROM(NOBODY), HOLDER_BOT),
    CHANGE("resolve", ACT_RESOLVE, FROM(AGENT) | FROM(QUEUE) | FROM(EMAIL),
	HOLDER_BOT),
    CHANGE("reopen", ACT_REOPEN, FROM(BOT), HOLDER_AGENT),
    CHANGE("block", ACT_BLOCK, FROM_ANY, HOLDER_NOBODY),
    {.name = NULL},
};

static const char *const refusals[ACT_REFUSALS] = {
    [ACT_FINE] = "fine",
    [ACT_IS_OVER] = "over",
    [ACT_IS_HELD] = "held",
    [ACT_NOT_YOURS] = "not_yours",
    [ACT_SPOKEN] = "spoken",
    [ACT_IS_RESOLVED] = "resolved",
    [ACT_IS_FULL] = "full",
    [ACT_NOT_WAITING] = "not_waiting",
    [ACT_NOBODY] = "nobody",
    [ACT_FORBIDDEN] = "forbidden",
    [ACT_NO_CHANGE] = "no_change",
    [ACT_MALFORMED] = "malformed",
};

/* Notices of one family say much the same. */
enum family { FAMILY_LINE, FAMILY_AWAY, FAMILY_BOT, FAMILY_END };

static const struct {
	const char *name;
	unsigned holders; /* told while one of these holds */
	enum family family;
	bool before; /* the act that it goes with */
} notices[NOTICES] = {
    [NOTICE_NONE] = {.name = "none"},
    [NOTICE_WAITING] = {"waiting", FROM(QUEUE), FAMILY_LINE, false},
    [NOTICE_CLOSED] = {"closed", FROM(QUEUE) | FROM(EMAIL), FAMILY_AWAY, false},
    [NOTICE_NOBODY] = {"nobody", FROM(QUEUE) | FROM(EMAIL), FAMILY_AWAY, false},
    [NOTICE_MAILED] = {"mailed", FROM(EMAIL), FAMILY_AWAY, false},
    [NOTICE_PASSED] = {"passed", FROM(QUEUE) | FROM(AGENT), FAMILY_LINE, false},
    [NOTICE_BACK] = {"back", FROM(BOT), FAMILY_BOT, false},
    [NOTICE_ENDED] = {"ended", FROM(QUEUE), FAMILY_END, true},
};

const char *
act_kind_name(enum act_kind kind)
{
	return (unsigned)kind < ACTS ? act_rows[kind].name : "unknown";
}

enum act_kind
act_kind_find(struct str name)
{
	unsigned k = 0;

	while (k < ACTS && !str_eq(name, str_from(act_rows[k].name)))
		k++;
	return (enum act_kind)k;
}

const char *
act_refusal_name(enum act_refusal r)
{
	return (unsigned)r < ACT_REFUSALS ? refusals[r] : "unknown";
}

const char *
notice_name(enum notice n)
{
	return (unsigned)n < NOTICES ? notices[n].name : "unknown";
}

const struct transition *
handoff_transition(enum act_kind act, enum holder from)
{
	const struct transition *t = handoff_transitions;

	while (
	    t->name != NULL && (t->act != act || (t->from & (1u << from)) == 0))
		t++;
	return t->name == NULL ? NULL : t;
}

bool
handoff_has_desk(const struct conversation *c, const struct policy *policy)
{
	return policy->has_desk && !c->unreached;
}

int64_t
handoff_queue_ms(const struct policy *policy, bool has_desk)
{
	if (!has_desk)
		return policy->keep_ms;
	return policy->queue_ms > 0
		   ? policy->queue_ms + policy->offer_ms + DESK_GRACE_MS
		   : 0;
}

int64_t
handoff_window_ms(const struct policy *policy)
{
	int64_t lead = policy->window_ms / 8;

	return policy->window_ms -
	       (lead < WINDOW_LEAD_MS ? lead : WINDOW_LEAD_MS);
}

unsigned
handoff_counts(const struct conversation *c, int64_t agent)
{
	return agent != 0 && (c->agent == agent || c->offered == agent);
}

/* ---- notices ------------------------------------------------------------- */

/* Not when the clock was put back: better twice than never. */
static bool
just_told(
    const struct conversation *c, const struct policy *policy, int64_t now)
{
	return c->notice_seq != 0 && now >= c->notice_at &&
	       now - c->notice_at < policy->notice_ms;
}

bool
handoff_notice_due(const struct conversation *c, enum notice notice,
    const struct policy *policy, int64_t now)
{
	bool same_family, since_change = c->notice_seq > c->holder_seq;

	if ((unsigned)notice >= NOTICES || c->gone ||
	    (notices[notice].holders & (1u << c->holder)) == 0)
		return false;
	if (c->status == STATUS_RESOLVED || c->status == STATUS_SNOOZED)
		return false;
	if (c->agent_seq > c->holder_seq)
		return false;
	if (c->notice >= NOTICES || c->notice == NOTICE_NONE ||
	    c->agent_seq > c->notice_seq)
		return true;
	if (notice == NOTICE_PASSED && c->notice == NOTICE_PASSED)
		return false;
	same_family = notices[c->notice].family == notices[notice].family;
	if (same_family && just_told(c, policy, now))
		return false;
	/* News of the line may come again; the others are told once. */
	return !since_change || !same_family || notice == NOTICE_WAITING;
}

/* The state that the act makes. */
static enum err
fold_all(const struct acting *w, struct conversation *out)
{
	const struct decision *d = &w->out->decision;
	enum err err = OK;

	*out = *w->c;
	for (unsigned i = 0; err == OK && i < d->event_count; i++) {
		struct event e = d->events[i];

		e.seq = out->seq + 1;
		err = conversation_fold(out, &e);
	}
	return err;
}

static void
insert_notice(struct acting *w, unsigned at)
{
	struct decision *d = &w->out->decision;

	memmove(&d->events[at + 1], &d->events[at],
	    (d->event_count - at) * sizeof(d->events[0]));
	d->event_count++;
	w->out->noticed = at;
	d->events[at] = (struct event){.kind = EVENT_MESSAGE,
	    .author = AUTHOR_SYSTEM,
	    .ref = (uint64_t)w->act->notice,
	    .at = w->act->now,
	    .body = w->act->notice_body};
}

/* Adds it where the state allows that the act makes, or finds. */
static enum err
add_notice(struct acting *w)
{
	bool before = notices[w->act->notice].before;
	struct conversation after;
	enum err err = fold_all(w, &after);

	if (err == OK && w->act->notice_body.n > 0 &&
	    handoff_notice_due(
		before ? w->c : &after, w->act->notice, w->policy, w->act->now))
		insert_notice(w, before ? 0 : w->out->decision.event_count);
	return err;
}

/* ---- an act -------------------------------------------------------------- */

/*
 * Where nothing is said the newest event bears it: by that one the store knows
 * the act again, and it is the one whose number was told.
 */
static void
mark_source(struct acting *w)
{
	struct decision *d = &w->out->decision;

	for (unsigned i = 0; i < d->event_count; i++)
		if (d->events[i].source.n > 0)
			return;
	if (d->event_count > 0)
		d->events[d->event_count - 1].source = w->act->source;
}

static bool
malformed(const struct act *act, unsigned needs)
{
	return ((needs & NEED_SELLER) != 0 && act->agent <= 0) ||
	       ((needs & NEED_TO_AGENT) != 0 && act->to_agent <= 0) ||
	       ((needs & NEED_BODY) != 0 && act->body.n == 0) ||
	       act->agent < 0 || act->to_agent < 0 || act->to_team < 0 ||
	       (unsigned)act->notice >= NOTICES;
}

static enum act_refusal
refuse_stranger(const struct conversation *c, const struct act *act)
{
	bool own = c->holder == HOLDER_AGENT && c->agent == act->agent;

	if (own || act->agent == 0 || act->may_supervise)
		return ACT_FINE;
	return c->holder == HOLDER_AGENT ? ACT_IS_HELD : ACT_NOT_YOURS;
}

static enum act_refusal
refuse(const struct conversation *c, const struct act *act, unsigned needs)
{
	if (malformed(act, needs))
		return ACT_MALFORMED;
	if (((needs & NEED_SYSTEM) != 0 && act->agent != 0) ||
	    ((needs & NEED_RIGHT) != 0 && !act->may_supervise))
		return ACT_FORBIDDEN;
	/* What nobody shall answer may be taken back, and no more. */
	if ((needs & NEED_LIVE) != 0 && c->status == STATUS_RESOLVED &&
	    (c->holder != HOLDER_NOBODY ||
		handoff_transition(act->kind, c->holder) == NULL))
		return ACT_IS_RESOLVED;
	return (needs & NEED_OWN) != 0 ? refuse_stranger(c, act) : ACT_FINE;
}

enum err
handoff_act(const struct conversation *c, const struct act *act,
    struct arena *a, struct acted *out)
{
	static const struct policy nothing;
	struct acting w = {.c = c,
	    .act = act,
	    .policy = act->policy != NULL ? act->policy : &nothing,
	    .arena = a,
	    .out = out};
	enum err err = OK;

	*out = (struct acted){.refusal = ACT_MALFORMED,
	    .decision = {.kind = DECIDE_COMMIT,
		.seq = c->seq,
		.epoch = c->epoch},
	    .said = DECISION_EVENTS_MAX,
	    .noticed = DECISION_EVENTS_MAX};
	if ((unsigned)act->kind >= ACTS)
		return OK;
	w.has_desk = handoff_has_desk(c, w.policy);
	out->refusal = refuse(c, act, act_rows[act->kind].needs);
	if (out->refusal == ACT_FINE)
		out->refusal = act_rows[act->kind].run(&w);
	if (w.nomem)
		return E_NOMEM;
	if (out->refusal == ACT_FINE)
		err = add_notice(&w);
	mark_source(&w);
	if (out->refusal == ACT_FINE && out->decision.event_count == 0)
		out->refusal = ACT_NO_CHANGE;
	if (out->refusal != ACT_FINE) {
		out->decision.event_count = 0;
		out->decision.timer_count = 0;
		out->decision.kind = DECIDE_NOTHING;
	}
	return err;
}
