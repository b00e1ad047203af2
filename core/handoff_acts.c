/*
 * handoff_acts: what each act does, one small function each. Whoever changes
 * the holder does it by acting_change_holder().
 */
#include "core/handoff_internal.h"

static enum act_refusal
hold(struct acting *w)
{
	if (w->c->holder == HOLDER_AGENT && w->c->agent == w->act->agent)
		return ACT_NO_CHANGE;
	return acting_change_holder(w, w->act->agent, (struct str){0});
}

/* ---- what the system does ------------------------------------------------ */

static void
offer_to(struct acting *w, int64_t agent, struct str body)
{
	struct event *e = acting_add_system(w, EVENT_OFFER, w->act->chats_max);

	e->author_id = agent;
	e->body = body;
	acting_start_timer(w, TIMER_OFFER, w->policy->offer_ms);
}

static enum act_refusal
run_offer(struct acting *w)
{
	if (w->c->holder == HOLDER_AGENT)
		return ACT_IS_HELD;
	if (w->c->holder != HOLDER_QUEUE)
		return ACT_NOT_WAITING;
	if (w->c->offered != 0)
		return w->c->offered == w->act->to_agent ? ACT_NO_CHANGE
							 : ACT_IS_HELD;
	offer_to(w, w->act->to_agent, w->act->body);
	return ACT_FINE;
}

static enum act_refusal
end_offer_so(struct acting *w, enum offer_end end)
{
	uint64_t which = w->act->offer_seq;
	struct event *e;

	if (w->c->offered == 0 || (which != 0 && which != w->c->offer_seq))
		return ACT_IS_OVER;
	e = acting_add(w, EVENT_OFFER_END, (uint64_t)end);
	e->author_id = w->c->offered;
	e->body = w->act->body;
	acting_stop_timer(w, TIMER_OFFER);
	return ACT_FINE;
}

static enum act_refusal
run_expire(struct acting *w)
{
	return end_offer_so(w, OFFER_EXPIRED);
}

static enum act_refusal
run_withdraw(struct acting *w)
{
	return end_offer_so(w, OFFER_WITHDRAWN);
}

static enum act_refusal
run_decline(struct acting *w)
{
	if (w->c->offered != w->act->agent)
		return ACT_IS_OVER;
	return end_offer_so(w, OFFER_DECLINED);
}

static enum act_refusal
run_drop(struct acting *w)
{
	if (w->c->offered == w->act->to_agent)
		return end_offer_so(w, OFFER_WITHDRAWN);
	if (w->c->agent != w->act->to_agent)
		return ACT_NO_CHANGE;
	return acting_change_holder(w, w->c->team, (struct str){0});
}

static enum act_refusal
run_overflow(struct acting *w)
{
	if (w->c->holder == HOLDER_QUEUE && w->c->team == w->act->to_team)
		return ACT_NO_CHANGE;
	return acting_change_holder(w, w->act->to_team, w->act->body);
}

/* What goes to people with a chat that was the bot's. */
static void
hand_over(struct acting *w)
{
	const struct act *act = w->act;
	uint64_t priority = act->priority;

	if (w->c->holder != HOLDER_BOT)
		return;
	if (act->pack.n > 0)
		acting_add(w, EVENT_PACK, w->c->spoken_seq)->body = act->pack;
	if (priority < w->c->priority)
		priority = w->c->priority;
	if (act->route.n > 0 || act->wanted > 0 || priority > 0) {
		struct event *e = acting_add(w, EVENT_ROUTE, priority);
		e->author_id = act->wanted;
		e->body = act->route;
	}
}

static enum act_refusal
run_mail(struct acting *w)
{
	if (!w->policy->has_desk || (!w->has_desk && w->act->agent == 0))
		return ACT_NOBODY;
	if (w->act->priority > PRIORITY_MAX)
		return ACT_MALFORMED;
	hand_over(w);
	return acting_change_holder(w, 0, w->act->body);
}

static enum act_refusal
run_queue(struct acting *w)
{
	if (w->act->priority > PRIORITY_MAX || w->act->wanted < 0)
		return ACT_MALFORMED;
	hand_over(w);
	return acting_change_holder(w, w->act->to_team, w->act->body);
}

/* From the support desk, where no mail gets through to it: `body` says why. */
static struct str
leave_unreached(struct acting *w)
{
	if (w->c->holder != HOLDER_EMAIL || w->act->agent != 0 ||
	    w->act->body.n == 0)
		return (struct str){0};
	acting_add(w, EVENT_NOTE, NOTE_UNREACHED)->body = w->act->body;
	w->has_desk = false;
	return STR("{\"why\":\"unreached\"}");
}

static enum act_refusal
run_recall(struct acting *w)
{
	return acting_change_holder(w, w->c->team, leave_unreached(w));
}

/* handoff_act() does the rest. */
static enum act_refusal
run_notify(struct acting *w)
{
	(void)w;
	return ACT_FINE;
}

static enum act_refusal
run_gone(struct acting *w)
{
	if (w->c->gone)
		return ACT_NO_CHANGE;
	acting_add(w, EVENT_GONE, 0)->author = AUTHOR_CUSTOMER;
	/* Without a support desk it may end soon; look_idle() sees to it. */
	if (w->c->holder == HOLDER_QUEUE && !w->has_desk)
		acting_start_timer(w, TIMER_IDLE, w->policy->queue_ms);
	return ACT_FINE;
}

static enum act_refusal
run_refused(struct acting *w)
{
	struct event *e = acting_add(w, EVENT_NOTE, NOTE_REFUSED);

	e->body = w->act->body;
	e->source = w->act->source;
	return ACT_FINE;
}

static enum act_refusal
run_breach(struct acting *w)
{
	enum timer_kind kind = w->act->timer;

	if (kind != TIMER_FIRST_RESPONSE && kind != TIMER_NEXT_RESPONSE)
		return ACT_MALFORMED;
	if (w->c->waiting_at == 0 ||
	    (w->c->breached & (UINT64_C(1) << kind)) != 0)
		return ACT_NO_CHANGE;
	acting_add(w, EVENT_TIMER, (uint64_t)kind);
	acting_stop_timer(w, kind);
	return ACT_FINE;
}

/* ---- what is said -------------------------------------------------------- */

/* Who is gone is written to soon; but what is said line by line is one mail. */
#define GONE_MS 20000

static enum act_refusal
say(struct acting *w)
{
	int64_t unread_ms = w->policy->unread_ms;
	struct event *e;

	w->out->said = w->out->decision.event_count;
	e = acting_add(w, EVENT_MESSAGE, w->c->last_customer_seq);
	e->author = AUTHOR_AGENT;
	e->body = w->act->body;
	e->source = w->act->source;
	acting_stop_timer(w, TIMER_FIRST_RESPONSE);
	acting_start_response(w, 0);
	if (w->c->gone && unread_ms > GONE_MS)
		unread_ms = GONE_MS;
	acting_start_timer(w, TIMER_UNREAD, unread_ms);
	/* The bot arms it with its first answer; there may never be one. */
	if (w->c->holder == HOLDER_BOT)
		acting_start_timer(w, TIMER_IDLE, w->policy->idle_ms);
	return ACT_FINE;
}

static enum act_refusal
say_if_seen(struct acting *w)
{
	if (conversation_spoken_since(
		w->c, AUTHOR_AGENT, w->act->agent, w->act->seen_seq))
		return ACT_SPOKEN;
	return say(w);
}

static enum act_refusal
run_say(struct acting *w)
{
	if (w->c->holder == HOLDER_AGENT && w->c->agent == w->act->agent)
		return say_if_seen(w);
	return w->c->holder == HOLDER_AGENT ? ACT_IS_HELD : ACT_NOT_YOURS;
}

static enum act_refusal
run_barge(struct acting *w)
{
	return w->c->holder == HOLDER_NOBODY ? ACT_NOT_YOURS : say_if_seen(w);
}

/*
 * An answer by mail may come when the chat is no longer the desk's: it is
 * given to the customer all the same, and the desk holds again, unless a
 * seller does. The desk need not be written to about its own answer; where
 * the customer has asked anything since, it is.
 */
static enum act_refusal
run_desk_say(struct acting *w)
{
	bool asked = w->c->handled_seq < w->c->last_customer_seq;
	enum act_refusal r;

	if (w->c->holder == HOLDER_EMAIL)
		return say(w);
	r = acting_change_holder(w, 0, (struct str){0});
	if (r != ACT_FINE)
		return r;
	say(w);
	if (w->c->holder == HOLDER_BOT && !asked)
		acting_add_system(
		    w, EVENT_MAILED, w->c->seq + w->out->decision.event_count);
	return ACT_FINE;
}

static enum act_refusal
run_note(struct acting *w)
{
	acting_add(w, EVENT_NOTE, NOTE_PLAIN)->body = w->act->body;
	return ACT_FINE;
}

static enum act_refusal
run_whisper(struct acting *w)
{
	if (w->c->holder != HOLDER_AGENT || w->c->agent == w->act->agent)
		return ACT_NOBODY;
	acting_add(w, EVENT_NOTE, NOTE_WHISPER)->body = w->act->body;
	return ACT_FINE;
}

/* ---- what sellers do with a chat ----------------------------------------- */

static enum act_refusal
run_accept(struct acting *w)
{
	if (w->c->offered == w->act->agent)
		return hold(w);
	if (w->c->holder == HOLDER_AGENT && w->c->agent == w->act->agent)
		return ACT_NO_CHANGE;
	return w->c->holder == HOLDER_AGENT ? ACT_IS_HELD : ACT_IS_OVER;
}

static enum act_refusal
run_pull(struct acting *w)
{
	if (w->c->offered != 0 && w->c->offered != w->act->agent &&
	    !w->act->may_supervise)
		return ACT_IS_HELD;
	return hold(w);
}

static enum act_refusal
run_take_over(struct acting *w)
{
	if (!w->act->may_supervise && w->c->holder != HOLDER_NOBODY)
		return ACT_FORBIDDEN;
	return hold(w);
}

static enum act_refusal
run_reopen(struct acting *w)
{
	if (w->c->status != STATUS_RESOLVED || w->c->holder != HOLDER_BOT)
		return w->c->holder == HOLDER_AGENT &&
			       w->c->agent != w->act->agent
			   ? ACT_IS_HELD
			   : ACT_NO_CHANGE;
	acting_add(w, EVENT_REOPENED, 0);
	return hold(w);
}

static enum act_refusal
refuse_transfer(const struct acting *w)
{
	const struct act *act = w->act;

	if (act->to_agent == 0 && act->to_team == 0)
		return ACT_NOBODY;
	if (act->to_agent != 0 && act->to_team != 0)
		return ACT_MALFORMED;
	if (handoff_transition(ACT_TRANSFER, w->c->holder) == NULL)
		return acting_refuse_holder(w);
	if (handoff_counts(w->c, act->to_agent) != 0)
		return ACT_NO_CHANGE;
	return ACT_FINE;
}

/*
 * Who is named is asked at once, and first. What it took to answer is not
 * asked of them, unless the act says so; of a team's sellers it still is.
 */
static enum act_refusal
run_transfer(struct acting *w)
{
	const struct act *act = w->act;
	enum act_refusal r = refuse_transfer(w);
	int64_t team = act->to_team != 0 ? act->to_team : w->c->team;

	if (r != ACT_FINE)
		return r;
	if (act->body.n > 0)
		acting_add(w, EVENT_NOTE, NOTE_TRANSFER)->body = act->body;
	if (act->route.n > 0 || act->to_agent != 0 || w->c->wanted != 0) {
		struct event *e = acting_add(w, EVENT_ROUTE, w->c->priority);
		e->author_id = act->to_agent;
		e->body = act->route;
	}
	r = acting_change_holder(w, team, (struct str){0});
	if (act->to_agent != 0)
		offer_to(w, act->to_agent, STR("{\"why\":\"transfer\"}"));
	return r;
}

static enum act_refusal
run_give_back(struct acting *w)
{
	return acting_change_holder(w, 0, leave_unreached(w));
}

/* The bot holds what has ended, so that it answers who writes again. */
static enum act_refusal
run_resolve(struct acting *w)
{
	enum act_refusal r = ACT_FINE;

	if (w->c->holder != HOLDER_BOT)
		r = acting_change_holder(w, 0, (struct str){0});
	if (r != ACT_FINE)
		return r;
	acting_add(w, EVENT_RESOLVED, 0);
	acting_stop_timer(w, TIMER_IDLE);
	return ACT_FINE;
}

static enum act_refusal
run_block(struct acting *w)
{
	return acting_change_holder(w, 0, (struct str){0});
}

#define SNOOZE_MS_MAX ((int64_t)366 * 24 * 3600 * 1000)

static enum act_refusal
run_snooze(struct acting *w)
{
	int64_t until = w->act->until;

	if (until <= w->act->now || until - w->act->now > SNOOZE_MS_MAX)
		return ACT_MALFORMED;
	if (w->c->holder != HOLDER_AGENT)
		return ACT_NOT_YOURS;
	if (w->c->snoozed_until == until)
		return ACT_NO_CHANGE;
	acting_add(w, EVENT_SNOOZED, (uint64_t)until);
	acting_set_timer(w, TIMER_SNOOZE, until);
	return ACT_FINE;
}

static enum act_refusal
run_wake(struct acting *w)
{
	if (w->c->status != STATUS_SNOOZED)
		return ACT_NO_CHANGE;
	acting_add(w, EVENT_REOPENED, 0);
	acting_stop_timer(w, TIMER_SNOOZE);
	return ACT_FINE;
}

static enum act_refusal
run_label(struct acting *w)
{
	acting_add(w, EVENT_LABELS, 0)->body = w->act->body;
	return ACT_FINE;
}

static enum act_refusal
run_priority(struct acting *w)
{
	if (w->act->priority > PRIORITY_MAX)
		return ACT_MALFORMED;
	if (w->act->priority == w->c->priority)
		return ACT_NO_CHANGE;
	acting_add(w, EVENT_PRIORITY, w->act->priority);
	return ACT_FINE;
}

#define SYSTEM_LIVE (NEED_SYSTEM | NEED_LIVE)
#define SELLER_LIVE (NEED_SELLER | NEED_LIVE)
#define TO_SOMEBODY (SYSTEM_LIVE | NEED_TO_AGENT)

const struct act_row act_rows[ACTS] = {
    [ACT_OFFER] = {"offer", TO_SOMEBODY, run_offer},
    [ACT_EXPIRE] = {"expire", NEED_SYSTEM, run_expire},
    [ACT_WITHDRAW] = {"withdraw", NEED_SYSTEM, run_withdraw},
    [ACT_DROP] = {"drop", TO_SOMEBODY, run_drop},
    [ACT_OVERFLOW] = {"overflow", SYSTEM_LIVE, run_overflow},
    [ACT_MAIL] = {"mail", NEED_LIVE | NEED_OWN, run_mail},
    [ACT_NOTIFY] = {"notify", SYSTEM_LIVE, run_notify},
    [ACT_GONE] = {"gone", SYSTEM_LIVE, run_gone},
    [ACT_DESK_SAY] = {"desk_say", NEED_BODY, run_desk_say},
    [ACT_REFUSED] = {"refused", NEED_BODY, run_refused},
    [ACT_BREACH] = {"breach", SYSTEM_LIVE, run_breach},
    [ACT_RECALL] = {"recall", SYSTEM_LIVE, run_recall},
    [ACT_QUEUE] = {"queue", NEED_LIVE, run_queue},
    [ACT_ACCEPT] = {"accept", NEED_SELLER, run_accept},
    [ACT_DECLINE] = {"decline", NEED_SELLER, run_decline},
    [ACT_PULL] = {"pull", SELLER_LIVE, run_pull},
    [ACT_SAY] = {"say", SELLER_LIVE | NEED_BODY, run_say},
    [ACT_NOTE] = {"note", NEED_BODY, run_note},
    [ACT_WHISPER] = {"whisper", SELLER_LIVE | NEED_RIGHT | NEED_BODY,
	run_whisper},
    [ACT_BARGE] = {"barge", SELLER_LIVE | NEED_RIGHT | NEED_BODY, run_barge},
    [ACT_TAKE_OVER] = {"take_over", SELLER_LIVE, run_take_over},
    [ACT_TRANSFER] = {"transfer", SELLER_LIVE | NEED_OWN, run_transfer},
    [ACT_GIVE_BACK] = {"give_back", NEED_LIVE | NEED_OWN, run_give_back},
    [ACT_SNOOZE] = {"snooze", SELLER_LIVE | NEED_OWN, run_snooze},
    [ACT_WAKE] = {"wake", NEED_LIVE | NEED_OWN, run_wake},
    [ACT_RESOLVE] = {"resolve", NEED_LIVE | NEED_OWN, run_resolve},
    [ACT_REOPEN] = {"reopen", NEED_SELLER, run_reopen},
    [ACT_BLOCK] = {"block", NEED_OWN, run_block},
    [ACT_LABEL] = {"label", NEED_BODY, run_label},
    [ACT_PRIORITY] = {"priority", NEED_LIVE, run_priority},
};
