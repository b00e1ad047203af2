/*
 * turn_handoff: the turn in which the bot gives up: why (core/trigger.h), what
 * people should know (core/pack.h), and who shall have it.
 *
 * Most turns do not: so what was said before is only read where the answer
 * could be yes.
 */
#include "core/pack.h"
#include "workers/internal.h"

#include <jansson.h>
#include <stdlib.h>

#define EVENTS_PAGE 64u
#define NEWEST_EVENTS 16u /* mostly enough to know how the bot did lately */
/* So many that no threshold is above it. */
#define ANY_NUMBER 1000u

/* What was said since the bot began, read when it matters. */
struct past {
	struct event events[PACK_EVENTS_MAX];
	size_t count;
	struct str said[PACK_EVENTS_MAX]; /* by the customer, before the turn */
	size_t said_count;
	struct trigger_runs runs;
};

/* ---- the past -------------------------------------------------------------- */

static void
take_said(struct turn *t, struct past *p, const struct event *e)
{
	json_t *body;
	const json_t *text;

	if (e->kind != EVENT_MESSAGE || e->author != AUTHOR_CUSTOMER)
		return;
	body = json_loadb(e->body.p, e->body.n, JSON_REJECT_DUPLICATES, NULL);
	text = json_object_get(body, "text");
	if (json_string_length(text) > 0)
		p->said[p->said_count++] = arena_copy(
		    &t->arena, (struct str){json_string_value(text),
				   json_string_length(text)});
	json_decref(body);
}

/* What the turn answers is no part of what was before; all answers are. */
static bool
was_before(const struct turn *t, const struct event *e)
{
	return e->author != AUTHOR_CUSTOMER || e->seq <= t->question.asked_from;
}

static void
take_past(struct turn *t, struct past *p, const struct event *e)
{
	if (p->count == PACK_EVENTS_MAX)
		return;
	p->events[p->count++] = *e;
	if (!was_before(t, e))
		return;
	trigger_follow(&p->runs, &t->worker->spots, e);
	take_said(t, p, e);
}

static uint64_t
begins_after(const struct conversation *c)
{
	uint64_t from = c->resolved_seq;

	if (c->holder_seq > from)
		from = c->holder_seq;
	if (c->seq > PACK_EVENTS_MAX && from < c->seq - PACK_EVENTS_MAX)
		from = c->seq - PACK_EVENTS_MAX;
	return from;
}

static enum err
read_past(struct turn *t, struct past *p)
{
	uint64_t after = begins_after(&t->c);
	struct event events[EVENTS_PAGE];
	size_t n = 1, i;
	enum err e = OK;

	while (e == OK && n > 0 && after < t->c.seq) {
		n = ARRAY_LEN(events);
		e = store_read_events(t->worker->reader, t->conversation, after,
		    &t->arena, events, &n);
		for (i = 0; e == OK && i < n; i++) {
			after = events[i].seq;
			take_past(t, p, &events[i]);
		}
	}
	return e;
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
	return t->company->policy.has_desk || turn_has_sellers(t);
}

/* ---- then it does ---------------------------------------------------------- */

/* PACK and ROUTE as bodies; E_NOMEM. */
static enum err
make_bodies(struct turn *t, const struct past *p, struct act *act)
{
	struct list_row row;
	struct pack_source src = {.events = p->events,
	    .count = p->count,
	    .answer = t->gives_up.answers ? NULL : t->found,
	    .why = str_from(trigger_name(t->gives_up.trigger))};
	struct pack *pack = arena_alloc(&t->arena, sizeof(*pack));
	struct buf b = {0};
	enum err e = pack == NULL ? E_NOMEM : OK;

	if (store_read_row(t->worker->reader, t->c.company, t->conversation,
		&t->arena, &row) == OK) {
		src.name = row.contact.name;
		src.email = row.contact.email;
	}
	if (e == OK)
		e = pack_make(&src, &t->arena, pack);
	if (e != OK)
		return e;
	pack_write(pack, &b);
	act->pack = b.failed ? (struct str){0}
			     : arena_copy(&t->arena, buf_view(&b));
	buf_free(&b);
	e = trigger_route(
	    t->gives_up.rule, pack->language, &t->arena, &act->route);
	return act->pack.p == NULL ? E_NOMEM : e;
}

static struct str
team_key(const struct turn *t)
{
	const struct company_rule *rule = t->gives_up.rule;

	return rule != NULL && rule->team.n > 0 ? rule->team
						: t->company->handoff_team;
}

/* t->c is the state; called again when it was found stale. */
static enum err
decide_it(struct turn *t, const struct past *p)
{
	const struct company_rule *rule = t->gives_up.rule;
	const struct policy policy = channel_policy(t->company, t->vendor);
	struct act act = {.kind = ACT_QUEUE,
	    .now = clock_wall(t->worker->conf.clock),
	    .to_team = team_id(team_key(t)),
	    .priority = rule == NULL ? 0 : (uint64_t)rule->priority,
	    .body = trigger_body(t->gives_up.trigger),
	    .policy = &policy};
	const struct handover h = {.asked = &t->question,
	    .answer = t->gives_up.answers ? t->found : NULL,
	    .act = &act};
	enum err e = make_bodies(t, p, &act);

	return e == OK ? decide_handoff(&t->c, &h, &t->arena, &t->decision) : e;
}

void
turn_give_up(struct turn *t)
{
	struct past *p = calloc(1, sizeof(*p));
	enum err e = p == NULL ? E_NOMEM : read_past(t, p);

	if (e == OK)
		e = decide_it(t, p);
	free(p);
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
	uint64_t after = begins_after(&t->c);
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
	struct past *p;

	if (!might(t, answer) || !turn_has_people(t) ||
	    (t->calm && newest_deny(t, answer)))
		return false;
	p = calloc(1, sizeof(*p));
	if (p == NULL || read_past(t, p) != OK) {
		free(p);
		return false;
	}
	now.before = p->runs;
	now.earlier = p->said;
	now.earlier_count = p->said_count;
	trigger_look(&now, &t->gives_up);
	free(p);
	t->found = answer;
	return t->gives_up.trigger != TRIGGER_NONE;
}
