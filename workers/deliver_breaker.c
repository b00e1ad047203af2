/*
 * deliver_breaker: a lane that does not get through stops, and is probed.
 *
 *	FLOWS --failures or refusal--> WAITS --probe_at--> ASKS (JOB_CHECK)
 *	  ^                              ^  <--not well------'  |
 *	  '------one row came through----+------ TRIES <--well--'
 *
 * The check changes nothing at the vendor. Only when it went well rows are
 * tried, one at a time, until the first has come through. Where there is none
 * to try for a while the lane flows, and stops again at its first failure.
 */
#include "workers/deliver_inner.h"

#include <stdio.h>
#include <time.h>

#define BREAKER_FAILURES 5u
#define DOWN_MAX_MS (2 * 60 * 1000)
#define BLOCKED_MAX_MS (10 * 60 * 1000)
#define TRIES_MS (60 * 1000) /* without a row that could be tried */
#define HOLD_MS (60 * 1000)  /* a longer wait is told */

static void
log_state(struct track *t, enum log_level level)
{
	struct log_line l;

	if (!log_begin(t->d->conf.log, level, "deliver.lane", &l))
		return;
	log_num(&l, "lane", t->id);
	log_num(&l, "company", t->company);
	log_str(&l, "channel", t->channel_name);
	log_str(&l, "account", t->account_name);
	log_str(&l, "state", str_from(lane_state_name(t->state)));
	log_str(&l, "detail", str_from(t->detail_text));
	log_end(&l);
}

static void
set_detail(char *detail, size_t size, struct str why)
{
	(void)snprintf(detail, size, "%.*s", STR_FMT(why));
}

static bool
says(const struct track *t, struct str why)
{
	char detail[sizeof(t->detail_text)];

	set_detail(detail, sizeof(detail), why);
	return strcmp(detail, t->detail_text) == 0;
}

static void
set_state(struct track *t, enum lane_state state, struct str why)
{
	t->state = state;
	set_detail(t->detail_text, sizeof(t->detail_text), why);
	track_tell(t);
	log_state(t, state == LANE_FLOWS ? LOG_INFO : LOG_WARN);
}

static void
wait_again(struct track *t)
{
	int64_t ms = backoff_ms(++t->waits, deliver_random());
	int64_t most = t->state == LANE_BLOCKED ? BLOCKED_MAX_MS : DOWN_MAX_MS;

	t->phase = PHASE_WAITS;
	t->probe_at = t->d->now + (ms < most ? ms : most);
}

static void
stop(struct track *t, enum lane_state state, struct str why)
{
	t->waits = 0;
	t->held = false;
	set_state(t, state, why);
	wait_again(t);
}

static void
recover(struct track *t)
{
	t->phase = PHASE_FLOWS;
	t->held = false;
	t->failures = t->waits = 0;
	set_state(t, LANE_FLOWS, STR(""));
}

/* Nothing has come through yet. */
static void
recover_untried(struct track *t)
{
	recover(t);
	t->failures = BREAKER_FAILURES - 1;
}

void
breaker_fetched(struct track *t)
{
	if (t->phase == PHASE_TRIES && t->ready[OUTBOX_SEND].first == NULL)
		recover_untried(t);
}

static bool
nothing_to_try(const struct track *t)
{
	const struct talk_list *ready = t->ready;

	return t->rows == 0 ||
	       (t->busy == 0 && ready[OUTBOX_SEND].first == NULL &&
		   ready[OUTBOX_FETCH].first == NULL &&
		   t->d->now >= t->tries_at + TRIES_MS);
}

void
breaker_heard(struct track *t, bool well, const char *why)
{
	if (well) {
		t->failures = 0;
		if (t->phase == PHASE_TRIES)
			recover(t);
		return;
	}
	t->failures++;
	if (t->phase == PHASE_TRIES)
		wait_again(t);
	else if (t->phase == PHASE_FLOWS && t->failures >= BREAKER_FAILURES)
		stop(t, LANE_DOWN, str_from(why));
}

/* A vendor may be busy for a moment; a process of ours that dies may not. */
void
breaker_broken(struct track *t, const char *why)
{
	t->failures += BREAKER_FAILURES / 2;
	breaker_heard(t, false, why);
}

void
breaker_hold(struct track *t, int64_t ms)
{
	time_t until = (time_t)((t->d->wall + ms) / 1000);
	char why[80];
	struct tm utc;

	if (ms < HOLD_MS || t->phase != PHASE_FLOWS ||
	    gmtime_r(&until, &utc) == NULL)
		return;
	t->held = strftime(why, sizeof(why),
		      "the vendor asked us to wait until %Y-%m-%d %H:%M UTC",
		      &utc) > 0;
	if (t->held)
		set_state(t, LANE_DOWN, str_from(why));
}

void
breaker_block(struct track *t, struct str why)
{
	if (why.n == 0)
		why = STR("the vendor refuses the account");
	if (t->state != LANE_BLOCKED || !says(t, why))
		stop(t, LANE_BLOCKED, why);
	else if (t->phase != PHASE_WAITS)
		wait_again(t);
}

void
breaker_begin(struct track *t, const struct lane *lane)
{
	t->state = lane->state;
	if (lane->state == LANE_FLOWS)
		return;
	set_detail(t->detail_text, sizeof(t->detail_text), lane->detail);
	t->phase = PHASE_WAITS;
	t->probe_at = t->d->now;
}

void
breaker_hurry(struct track *t)
{
	if (t->phase == PHASE_WAITS)
		t->probe_at = t->d->now;
	if (t->held)
		t->held_until = t->d->now;
}

void
breaker_end(struct track *t)
{
	if (t->phase != PHASE_FLOWS)
		recover(t);
}

/* ---- probing ------------------------------------------------------------- */

static void
check_ended(struct errand *e)
{
	struct track *t = e->track;

	if (t->phase != PHASE_ASKS)
		return; /* it is blocked now */
	if (e->verdict.outcome.kind == OUTCOME_LATER || e->verdict.no_answer)
		wait_again(t);
	else
		t->phase = PHASE_TRIES;
	t->tries_at = t->d->now;
}

void
breaker_tick(struct track *t)
{
	struct errand *e;

	if (t->phase == PHASE_TRIES && nothing_to_try(t))
		recover_untried(t);
	if (t->held && t->d->now >= t->held_until)
		recover(t);
	if (t->phase != PHASE_WAITS || t->d->now < t->probe_at)
		return;
	if (track_account(t) == NULL) {
		if (!t->removed)
			wait_again(t);
		return;
	}
	e = errand_new(t, JOB_CHECK, check_ended, NULL);
	if (e == NULL) {
		wait_again(t);
		return;
	}
	t->phase = PHASE_ASKS;
	errand_go(e);
}
