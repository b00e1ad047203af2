/*
 * handoff_holder: what acts are made of: events, timers, and the one way to
 * change who holds, which asks the table and sets the timers of both sides.
 */
#include "core/buf.h"
#include "core/handoff_internal.h"

/* ---- events and timers --------------------------------------------------- */

struct event *
acting_add(struct acting *w, enum event_kind kind, uint64_t ref)
{
	struct decision *d = &w->out->decision;
	struct event *e = &d->events[d->event_count++];

	*e = (struct event){.kind = kind,
	    .author = w->act->agent != 0 ? AUTHOR_AGENT : AUTHOR_SYSTEM,
	    .author_id = w->act->agent,
	    .ref = ref,
	    .at = w->act->now};
	return e;
}

struct event *
acting_add_system(struct acting *w, enum event_kind kind, uint64_t ref)
{
	struct event *e = acting_add(w, kind, ref);

	e->author = AUTHOR_SYSTEM;
	e->author_id = 0;
	return e;
}

/* The last word on a timer counts; each has one row at most. */
void
acting_set_timer(struct acting *w, enum timer_kind kind, int64_t due)
{
	struct decision *d = &w->out->decision;
	unsigned i = 0;

	while (i < d->timer_count && d->timers[i].kind != kind)
		i++;
	if (i == d->timer_count)
		d->timer_count++;
	d->timers[i] = (struct timer_set){due, kind};
}

void
acting_stop_timer(struct acting *w, enum timer_kind kind)
{
	acting_set_timer(w, kind, 0);
}

void
acting_start_timer(struct acting *w, enum timer_kind kind, int64_t after)
{
	if (after > 0)
		acting_set_timer(w, kind, w->act->now + after);
}

void
acting_start_response(struct acting *w, int64_t waiting_at)
{
	int64_t from = waiting_at == 0 ? TIMER_PARKED : waiting_at;

	if (w->policy->next_response_ms > 0)
		acting_set_timer(
		    w, TIMER_NEXT_RESPONSE, from + w->policy->next_response_ms);
}

/* Without a support desk it matters how long they wait in any line. */
static void
start_queue(struct acting *w)
{
	if (w->has_desk || w->c->holder != HOLDER_QUEUE)
		acting_start_timer(
		    w, TIMER_QUEUE, handoff_queue_ms(w->policy, w->has_desk));
}

static void
start_window(struct acting *w)
{
	if (w->policy->window_ms > 0 && w->c->customer_at > 0)
		acting_set_timer(w, TIMER_WINDOW,
		    w->c->customer_at + handoff_window_ms(w->policy));
}

static void
stop_people(struct acting *w)
{
	static const enum timer_kind kinds[] = {TIMER_QUEUE,
	    TIMER_FIRST_RESPONSE, TIMER_NEXT_RESPONSE, TIMER_WINDOW};

	for (unsigned i = 0; i < ARRAY_LEN(kinds); i++)
		acting_stop_timer(w, kinds[i]);
}

/* An offer to anybody but this one is over. */
static void
end_offer(struct acting *w, int64_t but)
{
	if (w->c->offered == 0)
		return;
	acting_stop_timer(w, TIMER_OFFER);
	if (w->c->offered == but)
		return;
	acting_add_system(w, EVENT_OFFER_END, OFFER_WITHDRAWN)->author_id =
	    w->c->offered;
}

/* ---- the holder ---------------------------------------------------------- */

static struct str
holder_body(struct acting *w, const struct transition *t)
{
	struct buf b = {0};
	struct str out;

	if (w->act->name.n == 0)
		return str_from(t->body);
	buf_str(&b, "{\"why\":");
	buf_json(&b, str_from(t->name));
	buf_str(&b, ",\"name\":");
	buf_json(&b, w->act->name);
	buf_char(&b, '}');
	out = buf_take(&b, w->arena);
	w->nomem |= out.p == NULL;
	return out;
}

static void
timers_of_leaving(struct acting *w, enum holder to)
{
	const struct conversation *c = w->c;

	if (c->holder == HOLDER_QUEUE && to != HOLDER_QUEUE)
		acting_stop_timer(w, TIMER_QUEUE);
	if (c->holder == HOLDER_EMAIL)
		acting_stop_timer(w, TIMER_MAIL);
	if (c->status == STATUS_SNOOZED)
		acting_stop_timer(w, TIMER_SNOOZE);
}

static void
timers_of_queue(struct acting *w)
{
	start_queue(w);
	if (w->c->holder == HOLDER_AGENT && w->c->waiting_at == 0)
		acting_start_response(w, w->act->now);
	if (w->c->holder == HOLDER_EMAIL) /* the bot may have sent it there */
		start_window(w);
	if (w->c->holder != HOLDER_BOT)
		return;
	acting_start_timer(
	    w, TIMER_FIRST_RESPONSE, w->policy->first_response_ms);
	start_window(w);
}

static void
timers_of_agent(struct acting *w)
{
	if (w->c->holder == HOLDER_QUEUE || w->c->holder == HOLDER_AGENT)
		return;
	acting_start_response(w, w->c->waiting_at);
	start_window(w);
}

static void
timers_of_email(struct acting *w)
{
	acting_start_timer(w, TIMER_IDLE, w->policy->idle_ms);
	if (w->c->holder == HOLDER_BOT)
		acting_start_timer(
		    w, TIMER_FIRST_RESPONSE, w->policy->first_response_ms);
}

static void
timers_of_bot(struct acting *w)
{
	stop_people(w);
	acting_start_timer(w, TIMER_IDLE, w->policy->idle_ms);
}

static void
timers_of_nobody(struct acting *w)
{
	stop_people(w);
	acting_stop_timer(w, TIMER_IDLE);
}

static void (*const timers_of[HOLDERS])(struct acting *w) = {
    [HOLDER_BOT] = timers_of_bot,
    [HOLDER_QUEUE] = timers_of_queue,
    [HOLDER_AGENT] = timers_of_agent,
    [HOLDER_EMAIL] = timers_of_email,
    [HOLDER_NOBODY] = timers_of_nobody,
};

enum act_refusal
acting_refuse_holder(const struct acting *w)
{
	const struct transition *t = handoff_transitions;

	while (t->name != NULL && t->act != w->act->kind)
		t++;
	if (w->c->holder == HOLDER_AGENT && w->c->agent != w->act->agent)
		return ACT_IS_HELD;
	if (w->c->holder == HOLDER_AGENT || w->c->holder == t->to)
		return ACT_NO_CHANGE;
	return ACT_NOT_WAITING;
}

enum act_refusal
acting_change_holder(struct acting *w, int64_t id, struct str body)
{
	const struct transition *t = handoff_transition(
	    w->act->kind, w->c->holder);
	struct event *e;

	if (t == NULL)
		return acting_refuse_holder(w);
	end_offer(w, t->to == HOLDER_AGENT ? id : 0);
	timers_of_leaving(w, t->to);
	timers_of[t->to](w);
	e = acting_add(w, EVENT_HOLDER, (uint64_t)t->to);
	e->author_id = id;
	e->body = body.n > 0 ? body : holder_body(w, t);
	return ACT_FINE;
}
