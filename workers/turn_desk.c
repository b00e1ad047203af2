/*
 * turn_desk: what comes before a mail to the support desk: is there one, and
 * may it be written to already?
 */
#include "core/handoff.h"
#include "workers/internal.h"

/* ---- it is no more --------------------------------------------------------- */

/* To the line, where sellers find it; without any the bot goes on. */
static void
leave_desk(struct turn *t)
{
	const struct policy policy = channel_policy(t->company, t->vendor);
	struct act act = {.kind = ACT_RECALL,
	    .now = clock_wall(t->worker->conf.clock),
	    .policy = &policy};
	struct acted acted;
	enum err e;

	if (!turn_has_sellers(t)) {
		act.kind = ACT_GIVE_BACK;
		act.notice = NOTICE_BACK;
		act.notice_body = turn_notice(
		    t, NOTICE_BACK, t->company->texts.back);
	}
	e = handoff_act(&t->c, &act, &t->arena, &acted);
	if (e != OK) {
		turn_fail(t, "recall", e);
		return;
	}
	log_note(t->worker->conf.log, LOG_WARN, "turn.no_desk", "why",
	    STR("there is no support desk any more to write to"));
	t->decision = acted.decision;
	if (acted.refusal == ACT_FINE)
		turn_submit(t);
	else
		turn_end(t);
}

/* ---- it has had a mail a moment ago ---------------------------------------- */

/* The timer writes, and the sweep does not come before it. */
static enum err
is_too_soon(struct turn *t, bool *soon)
{
	int64_t due;
	enum err e;

	*soon = false;
	if (t->cause == TURN_TIMER || !decide_mail_goes_on(&t->c))
		return OK;
	e = store_read_timer(
	    t->worker->reader, t->conversation, TIMER_MAIL, &due);
	*soon = e == OK;
	return e == E_NOTFOUND ? OK : e;
}

void
turn_with_desk(struct turn *t)
{
	int64_t now = clock_wall(t->worker->conf.clock);
	bool soon = false;
	enum err e = turn_read_reach(t);

	if (e == OK)
		e = is_too_soon(t, &soon);
	if (e != OK)
		turn_fail(t, "read", e);
	else if (!t->company->policy.has_desk)
		leave_desk(t);
	else if (soon)
		turn_end(t);
	else if (t->cause != TURN_TIMER &&
		 decide_mail_waits(
		     &t->c, &t->company->policy, now, &t->decision))
		turn_submit(t);
	else
		turn_mail_desk(t);
}
