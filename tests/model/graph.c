/*
 * graph: breadth first. What each step does is left to the real code; here it
 * is only offered everything there is.
 */
#include "tests/model/graph.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#define SELLERS 2 /* the second one may supervise */
#define TEAM 77

/* ---- cells and steps ----------------------------------------------------- */

static void *
grown(void *p, size_t size)
{
	void *q = realloc(p, size);

	assert_non_null(q);
	return q;
}

static unsigned *
slot_of(const struct graph *g, const struct cell *cell)
{
	uint64_t key = cell_key(cell);
	unsigned at = (unsigned)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) &
		      (g->slot_count - 1);

	while (
	    g->slots[at] != 0 && cell_key(&g->cells[g->slots[at] - 1]) != key)
		at = (at + 1) & (g->slot_count - 1);
	return &g->slots[at];
}

static void
more_slots(struct graph *g)
{
	unsigned i;

	free(g->slots);
	g->slot_count = g->slot_count == 0 ? 1024 : g->slot_count * 2;
	g->slots = grown(NULL, g->slot_count * sizeof(*g->slots));
	memset(g->slots, 0, g->slot_count * sizeof(*g->slots));
	for (i = 0; i < g->cell_count; i++)
		*slot_of(g, &g->cells[i]) = i + 1;
}

static unsigned
number_of(struct graph *g, const struct cell *cell)
{
	unsigned *slot;

	if (g->slot_count < 2 * (g->cell_count + 1))
		more_slots(g);
	slot = slot_of(g, cell);
	if (*slot != 0)
		return *slot - 1;
	if (g->cell_count == g->cell_room) {
		g->cell_room = g->cell_room == 0 ? 1024 : g->cell_room * 2;
		g->cells = grown(g->cells, g->cell_room * sizeof(*g->cells));
	}
	g->cells[g->cell_count++] = *cell;
	*slot = g->cell_count;
	return g->cell_count - 1;
}

static void
add_step(struct graph *g, struct step step, const struct cell *to)
{
	step.to = number_of(g, to);
	if (step.to == step.from)
		return;
	if (g->step_count == g->step_room) {
		g->step_room = g->step_room == 0 ? 4096 : g->step_room * 2;
		g->steps = grown(g->steps, g->step_room * sizeof(*g->steps));
	}
	g->steps[g->step_count++] = step;
}

/* ---- what the code may do ------------------------------------------------ */

/* By which acts a step that is none itself changes the holder. */
static bool
may_act(const struct step *s, enum act_kind act)
{
	switch (s->deed) {
	case DEED_ACT:
		return act == (enum act_kind)s->which;
	case DEED_TIMER:
		return act == ACT_MAIL || act == ACT_RESOLVE;
	case DEED_GIVE_UP:
		return act == ACT_QUEUE || act == ACT_MAIL;
	default:
		return false;
	}
}

/* Where no mail gets through, only people bring it to the support desk. */
static void
check_desk(const struct graph *g, const struct step *s,
    const struct conversation *before, const struct conversation *after)
{
	bool by_people = s->deed == DEED_ACT &&
			 (s->doer == BY_SELLER || s->doer == BY_DESK_PERSON);

	if (!before->unreached || after->holder != HOLDER_EMAIL || by_people)
		return;
	step_print(g, s);
	fail_msg("to a support desk that no mail reaches");
}

static void
check_change(struct graph *g, const struct step *s,
    const struct conversation *before, const struct conversation *after)
{
	const struct transition *t;
	bool named = false;

	if (before->epoch == after->epoch) {
		assert_int_equal(before->holder, after->holder);
		assert_int_equal(before->agent, after->agent);
		return;
	}
	for (t = handoff_transitions; t->name != NULL; t++)
		if (may_act(s, t->act) && t->to == after->holder &&
		    (t->from & (1u << before->holder)) != 0) {
			g->transitions_seen |= UINT64_C(1)
					       << (t - handoff_transitions);
			named = true;
		}
	if (!named) {
		step_print(g, s);
		fail_msg(
		    "to %s by no row of the table", holder_name(after->holder));
	}
	assert_int_equal(after->epoch, before->epoch + 1);
	check_desk(g, s, before, after);
}

/* Folds what was decided into the chat, as the store would. */
static void
carry_out(struct graph *g, struct step s, const struct decision *d)
{
	struct conversation c = cell_chat(&g->cells[s.from]), before = c;
	struct cell after;

	assert_int_equal(d->seq, c.seq);
	assert_int_equal(d->epoch, c.epoch);
	for (unsigned i = 0; i < d->event_count; i++) {
		struct event e = d->events[i];

		e.seq = c.seq + 1;
		assert_int_equal(conversation_fold(&c, &e), OK);
	}
	check_change(g, &s, &before, &c);
	after = cell_of(&g->cells[s.from], &c, d, &g->view);
	if (s.deed >= DEED_ANSWER)
		after.turn = TURN_NONE;
	add_step(g, s, &after);
}

/* ---- acts ---------------------------------------------------------------- */

static void
try_act(struct graph *g, unsigned from, enum doer doer, struct act act)
{
	const struct conversation c = cell_chat(&g->cells[from]);
	struct step s = {
	    .from = from, .deed = DEED_ACT, .which = act.kind, .doer = doer};
	struct arena a = {0};
	struct acted acted;

	act.now = CELL_NOW;
	act.policy = &g->policy;
	if (act.body.p == NULL)
		act.body = act.kind == ACT_TRANSFER ? STR("") : STR("{}");
	act.until = CELL_SNOOZE;
	act.may_supervise = act.agent == SELLERS;
	assert_int_equal(handoff_act(&c, &act, &a, &acted), OK);
	if (acted.refusal == ACT_FINE)
		carry_out(g, s, &acted.decision);
	else
		g->refused++;
	arena_free(&a);
}

static void
try_acts_of_seller(struct graph *g, unsigned from, int64_t who)
{
	for (unsigned k = ACT_QUEUE; k < ACTS; k++) {
		struct act act = {.kind = (enum act_kind)k,
		    .agent = who,
		    .to_team = TEAM,
		    .seen_seq = UINT64_MAX};

		try_act(g, from, BY_SELLER, act);
		if (k != ACT_TRANSFER)
			continue;
		act.to_team = 0;
		for (act.to_agent = 1; act.to_agent <= SELLERS; act.to_agent++)
			try_act(g, from, BY_SELLER, act);
	}
	/* Who has not seen what was said says nothing. */
	try_act(g, from, BY_SELLER,
	    (struct act){.kind = ACT_SAY, .agent = who, .seen_seq = 0});
}

static void
try_acts_of_system(struct graph *g, unsigned from)
{
	/* With a body, as below: no mail gets through to it. */
	try_act(g, from, BY_SYSTEM,
	    (struct act){.kind = ACT_RECALL, .body = STR("")});
	for (unsigned k = 0; k < ACTS; k++) {
		struct act act = {.kind = (enum act_kind)k, .to_team = TEAM};
		enum doer doer = k == ACT_DESK_SAY ? BY_DESK_PERSON
				 : k == ACT_GONE   ? BY_CUSTOMER
						   : BY_SYSTEM;

		/* The system may resolve and the like; it is not said to. */
		if (k >= ACT_QUEUE && doer == BY_SYSTEM)
			doer = BY_SELLER;
		if (k != ACT_OFFER && k != ACT_DROP && k != ACT_BREACH) {
			try_act(g, from, doer, act);
			continue;
		}
		for (act.to_agent = 1; act.to_agent <= SELLERS; act.to_agent++)
			try_act(g, from, doer, act);
		act.to_agent = 0;
		act.timer = TIMER_FIRST_RESPONSE;
		try_act(g, from, doer, act);
		act.timer = TIMER_NEXT_RESPONSE;
		try_act(g, from, doer, act);
	}
}

/* ---- the rest ------------------------------------------------------------ */

static void
try_timers(struct graph *g, unsigned from)
{
	const unsigned timers = g->cells[from].timers;
	struct decision d;

	for (unsigned k = 0; k < TIMER_KINDS; k++) {
		const struct conversation c = cell_chat(&g->cells[from]);
		struct step s = {.from = from,
		    .deed = DEED_TIMER,
		    .which = k,
		    .doer = BY_SYSTEM};

		if ((timers & 1u << k) == 0)
			continue;
		/* Too early it does nothing but sleep on. */
		assert_int_equal(decide_timer(&c, (enum timer_kind)k,
				     &g->policy, CELL_NOW, &d),
		    OK);
		if (k != TIMER_QUEUE && k != TIMER_UNREAD)
			assert_int_equal(d.event_count, 0);
		assert_int_equal(decide_timer(&c, (enum timer_kind)k,
				     &g->policy, CELL_LATER, &d),
		    OK);
		if (d.kind == DECIDE_MAIL) {
			const struct decision asked = d;

			assert_int_equal(decide_mailed(&c, &asked, &g->policy,
					     CELL_LATER, &d),
			    OK);
		}
		carry_out(g, s, &d);
	}
}

static void
try_customer(struct graph *g, unsigned from)
{
	struct conversation c = cell_chat(&g->cells[from]), before = c;
	const struct event e = {.seq = c.seq + 1,
	    .kind = EVENT_MESSAGE,
	    .author = AUTHOR_CUSTOMER,
	    .at = CELL_NOW};
	struct step s = {.from = from, .deed = DEED_ASK, .doer = BY_CUSTOMER};
	struct cell after;

	assert_int_equal(conversation_fold(&c, &e), OK);
	check_change(g, &s, &before, &c);
	after = cell_of(&g->cells[from], &c, NULL, &g->view);
	add_step(g, s, &after);
}

/* The fence: what was decided from another state is not stored. */
static bool
fenced(const struct graph *g, unsigned from, const struct decision *asked)
{
	struct conversation c = cell_chat(&g->cells[from]);

	if (asked->seq == c.seq && asked->epoch == c.epoch)
		return false;
	return asked->kind == DECIDE_MAIL ||
	       !decide_keep_answer(&c, asked, true, 0);
}

static void
try_answer(struct graph *g, struct step s, const struct decision *asked,
    enum answer_kind kind)
{
	const struct conversation c = cell_chat(&g->cells[s.from]);
	const struct answer answer = {.kind = kind, .text = STR("x")};
	struct arena a = {0};
	struct decision d;
	enum err e = decide_answer(
	    &c, asked, &answer, &g->policy, CELL_NOW, &a, &d);

	if (g->cells[s.from].turn == TURN_STALE) {
		assert_int_equal(e, E_STALE);
		g->stale_refused++;
	} else if (!fenced(g, s.from, asked)) {
		assert_int_equal(e, OK);
		carry_out(g, s, &d);
	}
	arena_free(&a);
}

static void
try_give_up(struct graph *g, struct step s, const struct decision *asked,
    enum act_kind kind)
{
	const struct conversation c = cell_chat(&g->cells[s.from]);
	const struct act act = {
	    .kind = kind, .policy = &g->policy, .now = CELL_NOW};
	const struct handover h = {.asked = asked, .act = &act};
	struct arena a = {0};
	struct decision d;
	enum err e = decide_handoff(&c, &h, &a, &d);

	if (g->cells[s.from].turn == TURN_STALE) {
		assert_int_equal(e, E_STALE);
		g->stale_refused++;
	} else if (!fenced(g, s.from, asked) && e == OK) {
		carry_out(g, s, &d);
	} else if (kind == ACT_QUEUE && !fenced(g, s.from, asked)) {
		fail_msg("the bot cannot give up: %s", err_name(e));
	}
	arena_free(&a);
}

static void
try_write(struct graph *g, struct step s, const struct decision *asked)
{
	const struct conversation c = cell_chat(&g->cells[s.from]);
	struct decision d;
	enum err e = decide_mailed(&c, asked, &g->policy, CELL_NOW, &d);

	s.deed = DEED_WRITE;
	if (g->cells[s.from].turn == TURN_STALE)
		assert_int_equal(e, E_STALE);
	else if (!fenced(g, s.from, asked))
		carry_out(g, s, &d);
}

static void
try_end_turn(struct graph *g, unsigned from)
{
	const struct decision asked = cell_asked(&g->cells[from]);
	struct step s = {.from = from, .doer = BY_SYSTEM};
	struct cell after = g->cells[from];

	if (asked.kind == DECIDE_MAIL) {
		try_write(g, s, &asked);
	} else if (asked.kind == DECIDE_ASK) {
		s.deed = DEED_ANSWER;
		try_answer(g, s, &asked, ANSWER_FOUND);
		s.deed = DEED_SILENCE;
		try_answer(g, s, &asked, ANSWER_NOTHING);
		s.deed = DEED_GIVE_UP;
		try_give_up(g, s, &asked, ACT_QUEUE);
		try_give_up(g, s, &asked, ACT_MAIL);
	}
	/* A crash; and what is refused as stale is forgotten, too. */
	s.deed = DEED_CRASH;
	after.turn = TURN_NONE;
	add_step(g, s, &after);
}

static void
try_worker(struct graph *g, unsigned from)
{
	const struct conversation c = cell_chat(&g->cells[from]);
	struct cell after = g->cells[from];

	if (after.turn != TURN_NONE) {
		try_end_turn(g, from);
		return;
	}
	if (decide(&c).kind == DECIDE_NOTHING)
		return;
	after.turn = TURN_FRESH;
	add_step(g,
	    (struct step){.from = from, .deed = DEED_BEGIN, .doer = BY_SYSTEM},
	    &after);
}

/* ---- everything ---------------------------------------------------------- */

void
graph_make(struct graph *g)
{
	/* The customer has just said the first thing. */
	const struct cell start = {
	    .asked = true, .early = true, .newer = g->view.words};

	(void)number_of(g, &start);
	for (unsigned from = 0; from < g->cell_count; from++) {
		try_customer(g, from);
		try_worker(g, from);
		try_timers(g, from);
		try_acts_of_system(g, from);
		for (int64_t who = 1; who <= SELLERS; who++)
			try_acts_of_seller(g, from, who);
	}
}

void
graph_free(struct graph *g)
{
	free(g->cells);
	free(g->steps);
	free(g->slots);
}

void
graph_reach(
    const struct graph *g, bool *marked, bool (*by)(const struct step *s))
{
	bool more = true;

	while (more) {
		more = false;
		for (unsigned i = g->step_count; i > 0; i--) {
			const struct step *s = &g->steps[i - 1];

			if (marked[s->from] || !marked[s->to] || !by(s))
				continue;
			marked[s->from] = more = true;
		}
	}
}

void
step_print(const struct graph *g, const struct step *s)
{
	static const char *const deeds[] = {[DEED_ASK] = "customer asks",
	    [DEED_BEGIN] = "turn begins",
	    [DEED_ANSWER] = "answer",
	    [DEED_SILENCE] = "silence",
	    [DEED_GIVE_UP] = "bot gives up",
	    [DEED_WRITE] = "mail",
	    [DEED_CRASH] = "crash"};
	const char *name = s->deed == DEED_ACT
			       ? act_kind_name((enum act_kind)s->which)
			   : s->deed == DEED_TIMER
			       ? timer_kind_name((enum timer_kind)s->which)
			       : deeds[s->deed];

	printf("  %s, in: ", name);
	cell_print(&g->cells[s->from]);
}
