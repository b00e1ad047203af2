/*
 * turn_desk: what comes before a mail to the support desk: is there one, and
 * may it be written to already? And what follows if none gets through to it.
 */
#include "core/handoff.h"
#include "workers/internal.h"

/* One mail for each of the desk. */
#define MAILS_MAX 32u

/* ---- it is no more, or cannot be reached ------------------------------------ */

/*
 * To the line, where sellers find it; without any the bot goes on. `body`: why
 * no mail gets through; empty: there is no support desk.
 */
static void
leave_desk(struct turn *t, struct str body)
{
	const struct policy policy = channel_policy(t->company, t->vendor);
	struct act act = {.kind = ACT_RECALL,
	    .now = clock_wall(t->worker->conf.clock),
	    .body = body,
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
	if (acted.refusal != ACT_FINE) {
		turn_end(t);
		return;
	}
	log_note(t->worker->conf.log, LOG_WARN, "turn.no_desk", "why",
	    body.n > 0 ? STR("no mail gets through to the support desk")
		       : STR("there is no support desk any more to write to"));
	t->decision = acted.decision;
	turn_submit(t);
}

void
turn_leave_unreached(struct turn *t, struct str why)
{
	struct buf text = {0}, body = {0};
	struct str out = {0};

	buf_str(&text, "No mail gets through to the support desk.");
	if (why.n > 0)
		buf_addf(&text, " %.*s", STR_FMT(why));
	buf_str(&body, "{\"text\":");
	buf_json(&body, buf_view(&text));
	buf_char(&body, '}');
	if (!text.failed && !body.failed)
		out = arena_copy(&t->arena, buf_view(&body));
	buf_free(&text);
	buf_free(&body);
	if (out.p == NULL)
		turn_fail(t, "recall", E_NOMEM);
	else
		leave_desk(t, out);
}

/* The company's own systems are told of the same event, right behind. */
static bool
is_mail(const struct outbox_row *row)
{
	const struct channel *c = channel_find(row->channel);

	return c == NULL || !c->can.events_only;
}

static bool
reached_nobody(struct turn *t)
{
	const struct outbox_row *last = NULL;
	struct outbox_row rows[MAILS_MAX];
	size_t n = MAILS_MAX, i;
	enum err e;

	if (t->c.mail_seq == 0)
		return false;
	e = store_list_outbox_of(t->worker->reader,
	    &(struct cause_ask){t->conversation, t->c.mail_seq}, &t->arena,
	    rows, &n);
	if (e != OK) {
		turn_fail(t, "read", e);
		return true;
	}
	for (i = 0; i < n; i++) {
		if (!is_mail(&rows[i]))
			continue;
		if (rows[i].state != OUTBOX_DEAD)
			return false;
		last = &rows[i];
	}
	if (last == NULL)
		return false;
	turn_leave_unreached(t, last->reason);
	return true;
}

bool
turn_leaves_desk(struct turn *t)
{
	if (t->c.holder != HOLDER_EMAIL)
		return false;
	if (t->company->policy.has_desk)
		return reached_nobody(t);
	leave_desk(t, (struct str){0});
	return true;
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
		leave_desk(t, (struct str){0});
	else if (soon)
		turn_end(t);
	else if (t->cause != TURN_TIMER &&
		 decide_mail_waits(
		     &t->c, &t->company->policy, now, &t->decision))
		turn_submit(t);
	else
		turn_mail_desk(t);
}
