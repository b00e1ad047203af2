/*
 * turn_handoff: the turn in which the bot gives up: why (core/trigger.h), what
 * people should know (core/pack.h), and who shall have it.
 *
 * Most turns do not: so what was said before is only read where the answer
 * could be yes.
 */
#include "intake/handover.h"
#include "workers/internal.h"

#include <stdlib.h>

#define NEWEST_EVENTS 16u /* mostly enough to know how the bot did lately */
/* So many that no threshold is above it. */
#define ANY_NUMBER 1000u

/* ---- the past -------------------------------------------------------------- */

static struct handover_of
handover_of(struct turn *t)
{
	return (struct handover_of){.reader = t->worker->reader,
	    .company = t->company,
	    .arena = &t->arena,
	    .c = t->c,
	    .spots = &t->worker->spots};
}

/* What was said since the bot began; of use only where *e is OK. */
static struct handover_past *
read_past(struct turn *t, enum err *e)
{
	const struct handover_of of = handover_of(t);
	struct handover_past *p = calloc(1, sizeof(*p));

	*e = p == NULL ? E_NOMEM
		       : handover_read(&of, t->question.asked_from, p);
	return p;
}

static void
free_past(struct handover_past *p)
{
	if (p != NULL)
		handover_past_free(p);
	free(p);
}

/* What the turn answers is no part of what was before; all answers are. */
static bool
was_before(const struct turn *t, const struct event *e)
{
	return e->author != AUTHOR_CUSTOMER || e->seq <= t->question.asked_from;
}

/* ---- does it? -------------------------------------------------------------- */

static struct trigger_case
case_of(const struct turn *t, const struct answer *answer)
{
	return (struct trigger_case){.company = t->company,
	    .spots = &t->worker->spots,
	    .channel = t->reach.channel,
	    .texts = t->texts,
	    .count = t->ask.count,
	    .answer = answer};
}

/*
 * Would it with the worst of pasts? Then the real one is worth reading. Texts
 * that give no reason give none when the answer is there, either.
 */
static bool
might(struct turn *t, const struct answer *answer)
{
	struct trigger_case worst = case_of(t, answer);
	struct triggered out;

	if (t->calm)
		worst.count = 0;
	worst.before = (struct trigger_runs){
	    .unknown = ANY_NUMBER, .failed = ANY_NUMBER, .angry = ANY_NUMBER};
	trigger_look(&worst, &out);
	t->calm |= out.trigger == TRIGGER_NONE;
	return out.trigger != TRIGGER_NONE;
}

bool
turn_has_sellers(struct turn *t)
{
	struct agents_ask ask = {.company = t->c.company};
	struct agent_row rows[16];
	size_t n, i;

	do {
		n = ARRAY_LEN(rows);
		if (store_list_agents(
			t->worker->reader, &ask, &t->arena, rows, &n) != OK)
			return false;
		for (i = 0; i < n; i++) {
			ask.after = rows[i].id;
			if (rows[i].state == AGENT_ACTIVE)
				return true;
		}
	} while (n == ARRAY_LEN(rows));
	return false;
}

bool
turn_has_people(struct turn *t)
{
	return handoff_has_desk(&t->c, &t->company->policy) ||
	       turn_has_sellers(t);
}

/* ---- then it does ---------------------------------------------------------- */

/* t->c is the state; called again when it was found stale. */
static enum err
decide_it(struct turn *t, const struct handover_past *p)
{
	const struct handover_of of = handover_of(t);
	const struct policy policy = channel_policy(t->company, t->vendor);
	const struct answer *found = t->found;
	struct act act = {.kind = ACT_QUEUE,
	    .now = clock_wall(t->worker->conf.clock),
	    .body = trigger_body(t->gives_up.trigger),
	    .policy = &policy};
	const struct handover h = {.asked = &t->question,
	    .answer = t->gives_up.answers ? found : NULL,
	    .act = &act};
	const struct handover_why why = {
	    .word = str_from(trigger_name(t->gives_up.trigger)),
	    .rule = t->gives_up.rule,
	    .answer = t->gives_up.answers ? NULL : found};
	enum err e = handover_fill(&of, p, &why, &act);

	return e == OK ? decide_handoff(&t->c, &h, &t->arena, &t->decision) : e;
}

void
turn_give_up(struct turn *t)
{
	enum err e;
	struct handover_past *p = read_past(t, &e);

	if (e == OK)
		e = decide_it(t, p);
	free_past(p);
	if (e == E_STALE || e == E_DENIED) {
		turn_end(t); /* somebody has it already */
		return;
	}
	metric_add(t->worker->conf.metrics, METRIC_HANDED_OVER, e == OK);
	if (e == OK)
		turn_submit(t);
	else
		turn_fail(t, "hand over", e);
}

/*
 * Where only the bot's last answers count, it is enough to look back to one
 * that it knew: whatever was before that does not matter. False: not known.
 */
static bool
newest_deny(struct turn *t, const struct answer *answer)
{
	struct trigger_case now = case_of(t, answer);
	struct event events[NEWEST_EVENTS];
	uint64_t after = handover_begins(&t->c);
	size_t n = ARRAY_LEN(events), i;
	bool exact = t->c.seq <= after + n;
	struct triggered out;

	if (!exact)
		after = t->c.seq - n;
	if (store_read_events(t->worker->reader, t->conversation, after,
		&t->arena, events, &n) != OK)
		return false;
	for (i = 0; i < n; i++) {
		if (!was_before(t, &events[i]))
			continue;
		trigger_follow(&now.before, &t->worker->spots, &events[i]);
		exact |= events[i].kind == EVENT_MESSAGE &&
			 events[i].author == AUTHOR_BOT &&
			 now.before.unknown == 0 && now.before.failed == 0;
	}
	now.count = 0;
	trigger_look(&now, &out);
	return exact && out.trigger == TRIGGER_NONE;
}

bool
turn_gives_up(struct turn *t, const struct answer *answer)
{
	struct trigger_case now = case_of(t, answer);
	struct handover_past *p;
	enum err e;

	if (!might(t, answer) || !turn_has_people(t) ||
	    (t->calm && newest_deny(t, answer)))
		return false;
	p = read_past(t, &e);
	if (e == OK) {
		now.before = p->runs;
		now.earlier = p->said;
		now.earlier_count = p->said_count;
		trigger_look(&now, &t->gives_up);
	}
	free_past(p);
	if (e != OK)
		return false;
	t->found = answer;
	return t->gives_up.trigger != TRIGGER_NONE;
}
