/*
 * decide_timer: what each timer does when it is due. What changes the holder
 * goes by way of handoff_act(), like everything that does.
 */
#include "core/handoff_internal.h"

struct looking {
	const struct conversation *c;
	const struct policy *policy;
	enum timer_kind kind;
	int64_t now;
	struct decision *out;
};

static enum err
sleep_until(struct looking *l, int64_t due)
{
	decision_set_timer(l->out, l->kind, due);
	return OK;
}

static enum err
no_more(struct looking *l)
{
	return sleep_until(l, 0);
}

/* That it is due is an event of its own. */
static void
fire(struct looking *l)
{
	l->out->events[l->out->event_count++] = (struct event){
	    .kind = EVENT_TIMER,
	    .author = AUTHOR_SYSTEM,
	    .ref = (uint64_t)l->kind,
	    .at = l->now};
}

/* What the act makes joins what is decided; refused, the timer just ends. */
static enum err
carry_out(struct looking *l, struct act act)
{
	struct decision *d = &l->out[0];
	struct arena unused = {0};
	struct acted acted;
	enum err e;

	act.now = l->now;
	act.policy = l->policy;
	e = handoff_act(l->c, &act, &unused, &acted);
	for (unsigned i = 0; e == OK && i < acted.decision.event_count; i++)
		d->events[d->event_count++] = acted.decision.events[i];
	d->timer_count = acted.decision.timer_count;
	memcpy(d->timers, acted.decision.timers, sizeof(d->timers));
	for (unsigned i = 0; i < d->timer_count; i++)
		if (d->timers[i].kind == l->kind)
			return e;
	decision_set_timer(d, l->kind, 0);
	return e;
}

/* Somebody of the company's side may still speak, and it is not the bot. */
static bool
with_people(const struct conversation *c)
{
	return c->holder != HOLDER_BOT && c->status != STATUS_RESOLVED;
}

static bool
has_fired(const struct looking *l)
{
	return (l->c->breached & (UINT64_C(1) << l->kind)) != 0;
}

/* ---- the timers ---------------------------------------------------------- */

/* They wait in line, have closed the chat, and nobody could reach them. */
static bool
waits_in_vain(const struct looking *l)
{
	return l->c->holder == HOLDER_QUEUE && l->c->gone &&
	       !handoff_has_desk(l->c, l->policy) && !l->policy->reachable;
}

static enum err
look_idle(struct looking *l)
{
	const struct conversation *c = l->c;
	bool vain = waits_in_vain(l);
	int64_t idle_ms = vain ? l->policy->queue_ms : l->policy->idle_ms;
	int64_t due = c->last_at + idle_ms;

	if (idle_ms == 0 || c->status == STATUS_RESOLVED)
		return no_more(l);
	if (due > l->now)
		return sleep_until(l, due);
	if ((c->holder != HOLDER_BOT && c->holder != HOLDER_EMAIL && !vain) ||
	    conversation_pending(c))
		return sleep_until(l, l->now + idle_ms);
	fire(l);
	return carry_out(l, (struct act){.kind = ACT_RESOLVE});
}

static enum err
look_offer(struct looking *l)
{
	int64_t due = l->c->offered_at + l->policy->offer_ms;

	if (l->c->offered == 0 || l->policy->offer_ms == 0)
		return no_more(l);
	if (due > l->now)
		return sleep_until(l, due);
	return carry_out(l, (struct act){.kind = ACT_EXPIRE});
}

/* Nobody came, and there is nobody to write to. */
static enum err
look_kept(struct looking *l)
{
	const struct conversation *c = l->c;
	const struct act end = {.kind = ACT_RESOLVE,
	    .notice = NOTICE_ENDED,
	    .notice_body = l->policy->ended};
	int64_t since = c->waiting_at != 0 ? c->waiting_at : c->last_at;
	int64_t due = since + l->policy->keep_ms;

	if (due > l->now)
		return sleep_until(l, due);
	return carry_out(l, end);
}

static enum err
look_queue(struct looking *l)
{
	const struct act mail = {.kind = ACT_MAIL,
	    .body = STR("{\"why\":\"too_long\"}"),
	    .notice = NOTICE_MAILED,
	    .notice_body = l->policy->mailed};
	bool has_desk = handoff_has_desk(l->c, l->policy);

	if (l->c->holder != HOLDER_QUEUE ||
	    handoff_queue_ms(l->policy, has_desk) == 0)
		return no_more(l);
	return has_desk ? carry_out(l, mail) : look_kept(l);
}

static enum err
look_first_response(struct looking *l)
{
	int64_t ms = l->policy->first_response_ms;
	int64_t due = l->c->waiting_at + ms;

	if (ms == 0 || !with_people(l->c) || l->c->waiting_at == 0 ||
	    has_fired(l))
		return no_more(l);
	if (due > l->now)
		return sleep_until(l, due);
	return carry_out(l, (struct act){.kind = ACT_BREACH, .timer = l->kind});
}

static enum err
look_next_response(struct looking *l)
{
	int64_t ms = l->policy->next_response_ms;
	int64_t due = l->c->waiting_at + ms;

	if (ms == 0 || !with_people(l->c) || has_fired(l))
		return no_more(l);
	if (l->c->waiting_at == 0)
		return sleep_until(l, TIMER_PARKED + ms);
	if (due > l->now)
		return sleep_until(l, due);
	return carry_out(l, (struct act){.kind = ACT_BREACH, .timer = l->kind});
}

static enum err
look_snooze(struct looking *l)
{
	if (l->c->status != STATUS_SNOOZED)
		return no_more(l);
	if (l->c->snoozed_until > l->now)
		return sleep_until(l, l->c->snoozed_until);
	fire(l);
	return no_more(l);
}

/* Each window is as long, so the next one cannot end before `again`. */
static enum err
look_window(struct looking *l)
{
	int64_t ms = handoff_window_ms(l->policy);
	int64_t due = l->c->customer_at + ms, again = l->now + ms;

	if (l->policy->window_ms == 0 || !with_people(l->c))
		return no_more(l);
	if (due > l->now)
		return sleep_until(l, due);
	if (!has_fired(l))
		fire(l);
	return sleep_until(l, again);
}

static enum err
look_unread(struct looking *l)
{
	const struct conversation *c = l->c;

	if (l->policy->unread_ms == 0 || c->agent_seq == 0 ||
	    c->last_customer_seq > c->agent_seq)
		return no_more(l);
	l->out->kind = DECIDE_UNREAD;
	l->out->asked_from = c->last_customer_seq;
	l->out->asked_to = c->agent_seq;
	fire(l);
	return no_more(l);
}

static enum err
look_mail(struct looking *l)
{
	struct decision asked = decide(l->c);

	if (asked.kind != DECIDE_MAIL)
		return no_more(l);
	*l->out = asked;
	return OK;
}

static enum err (*const looks[TIMER_KINDS])(struct looking *l) = {
    [TIMER_IDLE] = look_idle,
    [TIMER_OFFER] = look_offer,
    [TIMER_QUEUE] = look_queue,
    [TIMER_FIRST_RESPONSE] = look_first_response,
    [TIMER_NEXT_RESPONSE] = look_next_response,
    [TIMER_SNOOZE] = look_snooze,
    [TIMER_WINDOW] = look_window,
    [TIMER_UNREAD] = look_unread,
    [TIMER_MAIL] = look_mail,
};

enum err
decide_timer(const struct conversation *c, enum timer_kind kind,
    const struct policy *policy, int64_t now, struct decision *out)
{
	struct looking l = {
	    .c = c, .policy = policy, .kind = kind, .now = now, .out = out};

	*out = (struct decision){
	    .kind = DECIDE_COMMIT, .seq = c->seq, .epoch = c->epoch};
	return (unsigned)kind < TIMER_KINDS ? looks[kind](&l) : E_BADINPUT;
}
