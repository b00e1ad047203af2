/*
 * The transition table, tried out: every state that can be reached by whatever
 * anybody does, in whatever order, with crashes between; one chat in all
 * detail, then two chats and two sellers who may have one chat each.
 */
#include "tests/model/graph.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

#define EVERY_TIMER ((1u << TIMER_KINDS) - 1)
#define BIT(kind) (1u << TIMER_##kind)
#define SELLERS 2

static bool *
marks(const struct graph *g)
{
	bool *m = calloc(g->cell_count, sizeof(*m));

	assert_non_null(m);
	return m;
}

static void
assert_all_marked(const struct graph *g, const bool *m, const char *what)
{
	unsigned i, n = 0;

	for (i = 0; i < g->cell_count; i++)
		if (!m[i] && n++ < 5)
			cell_print(&g->cells[i]);
	if (n > 0)
		fail_msg("%u of %u states: %s", n, g->cell_count, what);
}

static bool
by_anybody(const struct step *s)
{
	(void)s;
	return true;
}

static bool
by_system(const struct step *s)
{
	return s->doer == BY_SYSTEM;
}

static bool
ended(const struct cell *c)
{
	return c->status == STATUS_RESOLVED && c->holder == HOLDER_BOT;
}

/* Does the customer wait for something the company's side owes them? */
static bool
is_owed(const struct cell *c)
{
	if (c->holder == HOLDER_BOT)
		return c->asked && c->status != STATUS_RESOLVED;
	if (c->holder == HOLDER_EMAIL)
		return c->to_mail;
	return c->holder == HOLDER_QUEUE || c->holder == HOLDER_AGENT;
}

/* ---- one chat ------------------------------------------------------------ */

static void
test_every_row_is_reached(const struct graph *g)
{
	const struct transition *t = handoff_transitions;

	for (; t->name != NULL; t++)
		if ((g->transitions_seen >> (t - handoff_transitions) & 1) == 0)
			fail_msg("%s is never done", t->name);
}

static void
test_every_state_has_a_way_out(const struct graph *g)
{
	bool *m = marks(g);
	unsigned i;

	for (i = 0; i < g->step_count; i++)
		m[g->steps[i].from] = true;
	assert_all_marked(g, m, "nothing can be done");
	for (i = 0; i < g->cell_count; i++)
		m[i] = ended(&g->cells[i]);
	graph_reach(g, m, by_anybody);
	assert_all_marked(g, m, "can never end");
	free(m);
}

/* Answered, mailed or ended, though nobody does anything. */
static void
test_nobody_is_forgotten(const struct graph *g)
{
	bool *m = marks(g);
	unsigned i;

	for (i = 0; i < g->cell_count; i++) {
		const struct cell *c = &g->cells[i];

		m[i] = !is_owed(c);
	}
	graph_reach(g, m, by_system);
	assert_all_marked(g, m, "somebody waits for ever");
	free(m);
}

/* Where time is to do something, a timer is armed. */
static void
test_time_goes_on(const struct graph *g)
{
	for (unsigned i = 0; i < g->cell_count; i++) {
		const struct cell *c = &g->cells[i];
		unsigned wanted = 0;

		if (c->holder == HOLDER_QUEUE)
			wanted |= BIT(QUEUE);
		if (c->offered != 0)
			wanted |= BIT(OFFER);
		if (c->status == STATUS_SNOOZED)
			wanted |= BIT(SNOOZE);
		if (c->holder == HOLDER_EMAIL)
			wanted |= BIT(IDLE);
		if (c->holder == HOLDER_BOT && !c->asked &&
		    c->status != STATUS_RESOLVED)
			wanted |= BIT(IDLE);
		if ((c->timers & wanted) != wanted) {
			cell_print(c);
			fail_msg("no timer of %x", wanted & ~c->timers);
		}
	}
}

static unsigned
chats_of(const struct cell *c, int64_t agent)
{
	const struct conversation chat = cell_chat(c);

	return handoff_counts(&chat, agent);
}

static void
test_one_holder(const struct graph *g)
{
	for (unsigned i = 0; i < g->cell_count; i++) {
		const struct cell *c = &g->cells[i];

		assert_int_equal(c->agent != 0, c->holder == HOLDER_AGENT);
		assert_int_equal(chats_of(c, 1) + chats_of(c, 2),
		    c->agent != 0 || c->offered != 0);
		assert_true(c->offered == 0 || c->holder == HOLDER_QUEUE);
		assert_true(c->status != STATUS_RESOLVED ||
			    c->holder == HOLDER_BOT ||
			    c->holder == HOLDER_NOBODY);
		assert_true(
		    c->status != STATUS_SNOOZED || c->holder == HOLDER_AGENT);
	}
}

static void
test_one_chat(void **state)
{
	struct graph g = {.view = {.timers = EVERY_TIMER,
			      .breached = BIT(FIRST_RESPONSE) |
					  BIT(NEXT_RESPONSE) | BIT(WINDOW),
			      .words = true},
	    .policy = cell_policy};

	(void)state;
	graph_make(&g);
	printf("one chat: %u states, %u steps, %u acts refused, "
	       "%u times late output refused\n",
	    g.cell_count, g.step_count, g.refused, g.stale_refused);
	assert_true(g.stale_refused > 0);
	test_every_row_is_reached(&g);
	test_every_state_has_a_way_out(&g);
	test_one_holder(&g);
	test_time_goes_on(&g);
	test_nobody_is_forgotten(&g);
	graph_free(&g);
}

/* Without a support desk what nobody takes ends. */
static void
test_without_a_desk(void **state)
{
	struct graph g = {.view = {.timers = BIT(IDLE) | BIT(OFFER) |
					     BIT(QUEUE) | BIT(SNOOZE),
			      .words = true},
	    .policy = cell_policy};

	(void)state;
	g.policy.has_desk = false;
	graph_make(&g);
	printf("without a support desk: %u states, %u steps\n", g.cell_count,
	    g.step_count);
	test_every_state_has_a_way_out(&g);
	test_time_goes_on(&g);
	test_nobody_is_forgotten(&g);
	graph_free(&g);
}

/* ---- two chats ----------------------------------------------------------- */

#define CHATS_MAX 1u

struct pair {
	const struct graph *g;
	const unsigned *first; /* of each cell: its first step; and the end */
	bool *seen;	       /* by the cells of both */
	unsigned *todo;
	unsigned todo_count, states;
	uint64_t steps, full;
};

static bool
limited(const struct step *s)
{
	return s->deed == DEED_ACT &&
	       (s->which == ACT_OFFER || s->which == ACT_PULL ||
		   s->which == ACT_TRANSFER || s->which == ACT_ACCEPT);
}

/* The store's rule: who gets a chat by it may have so many then. */
static bool
too_many(const struct pair *p, const struct step *s, const struct cell *other)
{
	const struct cell *from = &p->g->cells[s->from];
	const struct cell *to = &p->g->cells[s->to];
	int64_t who;

	for (who = 1; limited(s) && who <= SELLERS; who++)
		if (chats_of(to, who) > chats_of(from, who) &&
		    chats_of(to, who) + chats_of(other, who) > CHATS_MAX)
			return true;
	return false;
}

static void
see(struct pair *p, unsigned a, unsigned b)
{
	unsigned key = a * p->g->cell_count + b;

	if (p->seen[key])
		return;
	p->seen[key] = true;
	p->todo[p->todo_count++] = key;
	p->states++;
}

static void
go(struct pair *p, unsigned mine, unsigned other, bool turned)
{
	const struct cell *there = &p->g->cells[other];
	unsigned i;

	for (i = p->first[mine]; i < p->first[mine + 1]; i++) {
		const struct step *s = &p->g->steps[i];

		if (too_many(p, s, there)) {
			p->full++;
			continue;
		}
		p->steps++;
		see(p, turned ? other : s->to, turned ? s->to : other);
	}
}

/* One worker has both turns in its memory. */
static void
crash(struct pair *p, unsigned a, unsigned b)
{
	unsigned i, k;

	for (i = p->first[a]; i < p->first[a + 1]; i++)
		for (k = p->first[b]; k < p->first[b + 1]; k++)
			if (p->g->steps[i].deed == DEED_CRASH &&
			    p->g->steps[k].deed == DEED_CRASH)
				see(p, p->g->steps[i].to, p->g->steps[k].to);
}

/*
 * An offer, a pull or a transfer never gives a seller more than they may have.
 * To take over or to reopen is a person's own will, and is not limited; nor is
 * what a seller has then taken away.
 */
static void
check_room(const struct pair *p, unsigned a, unsigned b)
{
	const struct cell *both[] = {&p->g->cells[a], &p->g->cells[b]};
	unsigned offered[SELLERS + 1] = {0};

	for (unsigned i = 0; i < 2; i++)
		offered[both[i]->offered]++;
	for (int64_t who = 1; who <= SELLERS; who++)
		assert_true(offered[who] <= CHATS_MAX);
}

static unsigned *
first_steps(const struct graph *g)
{
	unsigned *first = calloc(g->cell_count + 1, sizeof(*first));
	unsigned i, cell = 0;

	assert_non_null(first);
	for (i = 0; i < g->step_count; i++)
		while (cell < g->steps[i].from)
			first[++cell] = i;
	while (cell < g->cell_count)
		first[++cell] = g->step_count;
	return first;
}

static void
test_two_chats(void **state)
{
	struct graph g = {
	    .view = {.timers = BIT(OFFER) | BIT(QUEUE) | BIT(SNOOZE)},
	    .policy = cell_policy};
	struct pair p = {.g = &g};
	unsigned *first;
	size_t all;

	(void)state;
	graph_make(&g);
	all = (size_t)g.cell_count * g.cell_count;
	p.first = first = first_steps(&g);
	p.seen = calloc(all, sizeof(*p.seen));
	p.todo = calloc(all, sizeof(*p.todo));
	assert_true(p.seen != NULL && p.todo != NULL);
	see(&p, 0, 0);
	while (p.todo_count > 0) {
		unsigned key = p.todo[--p.todo_count];
		unsigned a = key / g.cell_count, b = key % g.cell_count;

		uint64_t before = p.steps;

		check_room(&p, a, b);
		go(&p, a, b, false);
		go(&p, b, a, true);
		crash(&p, a, b);
		assert_true(p.steps > before);
	}
	printf("two chats, two sellers: %u states (of %u each), %llu steps, "
	       "%llu refused as full\n",
	    p.states, g.cell_count, (unsigned long long)p.steps,
	    (unsigned long long)p.full);
	assert_true(p.full > 0);
	test_every_state_has_a_way_out(&g);
	free(p.seen);
	free(p.todo);
	free(first);
	graph_free(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_chat),
	    cmocka_unit_test(test_without_a_desk),
	    cmocka_unit_test(test_two_chats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
