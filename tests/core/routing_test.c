/*
 * routing: who gets which chat, a rule a test. What happens when offers run
 * out, sellers go and teams close is in routing_leave_test.c; all rules at
 * once in random worlds in routing_random_test.c.
 */
#include "tests/lib/routing_rig.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

/* ---- by policy --------------------------------------------------------- */

static void
the_longest_idle_gets_it(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .idle_since = 300});
	rig_seller(&g, (struct routing_seller){.id = 2, .idle_since = 100});
	rig_seller(&g, (struct routing_seller){.id = 3, .idle_since = 200});
	rig_chat(&g, (struct routing_chat){.id = 1});
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.why, ROUTING_BEST);
	assert_int_equal(g.d.until, g.now + 30 * RIG_SECOND);
	rig_chat(&g, (struct routing_chat){.id = 2});
	rig_offer(&g, 2, 3);
	rig_chat(&g, (struct routing_chat){.id = 3});
	rig_offer(&g, 3, 1);
	assert_int_equal(g.d.why, ROUTING_ONLY);
	rig_chat(&g, (struct routing_chat){.id = 4});
	rig_nothing(&g);
	rig_stop(&g);
}

/* Being given a chat ends idleness, even with room for more. */
static void
who_was_given_one_is_not_idle(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){
			   .id = 1, .idle_since = 100, .capacity = 300});
	rig_seller(&g, (struct routing_seller){
			   .id = 2, .idle_since = 200, .capacity = 300});
	rig_chat(&g, (struct routing_chat){.id = 1});
	rig_offer(&g, 1, 1);
	g.now += RIG_SECOND;
	rig_chat(&g, (struct routing_chat){.id = 2});
	rig_offer(&g, 2, 2);
	g.now += RIG_SECOND;
	/* By hand counts too. */
	rig_chat(&g,
	    (struct routing_chat){
		.id = 3, .place = ROUTING_HELD, .seller = 1, .held_at = g.now});
	g.now += RIG_SECOND;
	rig_chat(&g, (struct routing_chat){.id = 4});
	rig_offer(&g, 4, 2);
	/* So does coming back. */
	g.now += RIG_SECOND;
	rig_seller(&g,
	    (struct routing_seller){.id = 1, .capacity = 300, .away = true});
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 300});
	rig_chat(&g, (struct routing_chat){.id = 5});
	rig_offer(&g, 5, 2);
	rig_stop(&g);
}

static void
the_least_loaded_gets_it(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.order = ROUTING_LEAST_LOADED;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){
			   .id = 1, .idle_since = 100, .capacity = 200});
	rig_seller(&g, (struct routing_seller){
			   .id = 2, .idle_since = 200, .capacity = 400});
	rig_chat(&g, (struct routing_chat){.id = 1});
	rig_offer(&g, 1, 1);
	g.now += RIG_SECOND;
	rig_chat(&g, (struct routing_chat){.id = 2});
	rig_offer(&g, 2, 2);
	rig_chat(&g, (struct routing_chat){.id = 3});
	rig_offer(&g, 3, 2); /* a quarter is less than half */
	rig_chat(&g, (struct routing_chat){.id = 4});
	rig_offer(&g, 4, 1); /* both half: longest idle */
	rig_stop(&g);
}

static void
each_in_turn(void **state)
{
	struct routing_rig g;
	int64_t first, id;

	(void)state;
	rig_start(&g);
	g.policy.order = ROUTING_ROUND_ROBIN;
	rig_policy(&g);
	for (id = 1; id <= 3; id++)
		rig_seller(&g,
		    (struct routing_seller){
			.id = id, .idle_since = 1000 - id, .capacity = 1000});
	for (id = 1; id <= 9; id++) {
		rig_chat(&g, (struct routing_chat){.id = id});
		first = 3 - (id - 1) % 3;
		rig_offer(&g, id, first);
	}
	rig_stop(&g);
}

/* Equal in all: the seed says who, and not always the lowest id. */
static void
the_seed_decides_between_equals(void **state)
{
	const struct routing_policy policy = {.offer_ms = 1};
	const struct routing_chat chat = {.id = 1, .seq = 1, .since = 1};
	struct routing_decision d;
	unsigned counts[3] = {0};
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 200; seed++) {
		struct routing *r;
		int64_t id;

		assert_int_equal(routing_new(seed / 2, &r), OK);
		assert_int_equal(routing_set_policy(r, &policy, 1), OK);
		for (id = 1; id <= 2; id++)
			assert_int_equal(routing_put_seller(r,
					     &(struct routing_seller){.id = id,
						 .online = true,
						 .idle_since = 1,
						 .capacity = 100},
					     1),
			    OK);
		assert_int_equal(routing_put_chat(r, &chat, 1), OK);
		routing_next(r, 1, &d);
		counts[d.seller]++;
		routing_free(r);
	}
	assert_int_equal(counts[1] % 2, 0); /* the same seed, the same one */
	assert_in_range(counts[1], 60, 140);
	assert_int_equal(counts[1] + counts[2], 200);
}

/* ---- the line ---------------------------------------------------------- */

static void
the_line_has_an_order(void **state)
{
	const int64_t order[] = {7, 3, 6, 4, 5, 1, 2};
	struct routing_rig g;
	size_t i;

	(void)state;
	rig_start(&g);
	g.policy.priority_ms = 10 * RIG_MINUTE;
	g.policy.sla_ms = 60 * RIG_MINUTE;
	rig_policy(&g);
	rig_chat(&g, (struct routing_chat){.id = 1, .since = g.now});
	rig_chat(&g, (struct routing_chat){.id = 2, .since = g.now});
	rig_chat(&g, (struct routing_chat){
			 .id = 3, .since = g.now + RIG_MINUTE, .front = true});
	/* Twice ten minutes of a head start, and thirty of an SLA. */
	rig_chat(&g, (struct routing_chat){
			 .id = 4, .since = g.now + RIG_MINUTE, .priority = 2});
	rig_chat(&g, (struct routing_chat){.id = 5,
			 .since = g.now + 20 * RIG_MINUTE,
			 .sla_ms = 35 * RIG_MINUTE});
	rig_chat(&g, (struct routing_chat){
			 .id = 6, .since = g.now, .sla_ms = 30 * RIG_MINUTE});
	rig_chat(
	    &g, (struct routing_chat){.id = 7, .since = g.now, .front = true});
	rig_chat(&g,
	    (struct routing_chat){.id = 9, .since = g.now + 2 * RIG_MINUTE});
	/* Looser than all: no back seat. */
	rig_chat(&g, (struct routing_chat){
			 .id = 8, .since = g.now, .sla_ms = 600 * RIG_MINUTE});
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 10000});
	for (i = 0; i < ARRAY_LEN(order); i++) {
		struct routing_spot spot;

		routing_spot(g.r, order[i], &spot);
		assert_int_equal(spot.position, 1);
		assert_int_equal(spot.waiting, 9 - i);
		rig_offer(&g, order[i], 1);
	}
	rig_offer(&g, 8, 1);
	rig_offer(&g, 9, 1);
	rig_stop(&g);
}

static void
who_nobody_can_take_holds_up_nobody(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .skills = RIG_ID(5)});
	rig_seller(&g, (struct routing_seller){
			   .id = 3, .skills = RIG_ID(6), .away = true});
	rig_chat(&g, (struct routing_chat){
			 .id = 1, .since = g.now - 9, .required = RIG_ID(6)});
	rig_chat(&g,
	    (struct routing_chat){.id = 2, .since = g.now - 8, .weight = 101});
	rig_chat(&g, (struct routing_chat){.id = 3, .since = g.now - 7});
	rig_offer(&g, 3, 1);
	assert_int_equal(g.d.reason.before, 2);
	assert_int_equal(g.d.reason.waited_ms, 7);
	/* Somebody comes who can. */
	rig_seller(&g, (struct routing_seller){.id = 2, .skills = RIG_ID(6)});
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.reason.before, 0);
	rig_nothing(&g);
	rig_stop(&g);
}

/* Told of later, but earlier in line; and of another need than the next. */
static void
who_is_told_of_last_may_be_first(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_chat(&g, (struct routing_chat){.id = 1, .since = 10});
	rig_chat(&g,
	    (struct routing_chat){.id = 2, .since = 5, .required = RIG_ID(5)});
	rig_chat(&g, (struct routing_chat){.id = 3, .since = 1});
	rig_seller(&g, (struct routing_seller){
			   .id = 1, .skills = RIG_ID(5), .capacity = 300});
	rig_offer(&g, 3, 1);
	rig_offer(&g, 2, 1);
	rig_offer(&g, 1, 1);
	rig_stop(&g);
}

/* ---- who may ----------------------------------------------------------- */

static void
the_team_must_fit(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .teams = RIG_ID(10)});
	rig_seller(&g, (struct routing_seller){.id = 2});
	rig_chat(&g, (struct routing_chat){.id = 1, .team = 10});
	rig_chat(&g, (struct routing_chat){.id = 2, .team = 10});
	rig_offer(&g, 1, 1);
	assert_int_equal(g.d.reason.counts[ROUTING_OTHER_TEAM], 1);
	rig_nothing(&g);
	/* Team 0 is everybody's. */
	rig_chat(&g, (struct routing_chat){.id = 3});
	rig_offer(&g, 3, 2);
	/* Who joins the team may take it. */
	rig_chat(&g,
	    (struct routing_chat){.id = 3, .seq = 2, .place = ROUTING_GONE});
	rig_nothing(&g);
	rig_seller(&g, (struct routing_seller){.id = 2, .teams = RIG_ID(10)});
	rig_offer(&g, 2, 2);
	rig_stop(&g);
}

static void
the_language_must_fit(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.relax_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){
			   .id = 1, .languages = RIG_ID(50), .idle_since = 1});
	rig_chat(&g, (struct routing_chat){.id = 1, .language = 51});
	rig_nothing_until(&g, g.now + RIG_MINUTE);
	/* Who names none is asked for any, also for one that is new. */
	rig_seller(&g, (struct routing_seller){.id = 2});
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.reason.counts[ROUTING_OTHER_LANGUAGE], 1);
	rig_chat(&g, (struct routing_chat){.id = 2});
	rig_offer(&g, 2, 1);
	rig_chat(&g,
	    (struct routing_chat){.id = 2, .seq = 2, .place = ROUTING_GONE});
	rig_chat(
	    &g, (struct routing_chat){
		    .id = 1, .seq = 2, .place = ROUTING_HELD, .seller = 2});
	/* After a while better somebody than nobody; but who speaks it first. */
	g.now += RIG_MINUTE;
	rig_chat(&g, (struct routing_chat){
			 .id = 3, .since = g.now - RIG_MINUTE, .language = 51});
	rig_offer(&g, 3, 1);
	assert_int_equal(g.d.reason.figures.preferred, 0);
	rig_chat(&g,
	    (struct routing_chat){.id = 3, .seq = 2, .place = ROUTING_GONE});
	rig_seller(
	    &g, (struct routing_seller){
		    .id = 3, .languages = RIG_ID(51), .idle_since = g.now + 1});
	rig_chat(&g, (struct routing_chat){
			 .id = 4, .since = g.now - RIG_MINUTE, .language = 51});
	rig_offer(&g, 4, 3);
	assert_int_equal(g.d.reason.near[0].seller, 1);
	rig_stop(&g);
}

static void
required_skills_bind_and_preferred_relax(void **state)
{
	const int64_t both[] = {5, 6};
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.relax_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){
			   .id = 1, .skills = RIG_ID(5), .idle_since = 1});
	rig_chat(
	    &g, (struct routing_chat){
		    .id = 1, .required = RIG_ID(5), .preferred = RIG_ID(6)});
	rig_nothing_until(&g, g.now + RIG_MINUTE);
	g.now += RIG_MINUTE - 1;
	rig_nothing(&g);
	g.now++;
	rig_offer(&g, 1, 1);
	assert_true(g.d.reason.relaxed);
	/* Relaxed, they still say who comes first. */
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .seq = 2, .place = ROUTING_GONE});
	rig_seller(&g, (struct routing_seller){
			   .id = 2, .skills = {both, 2}, .idle_since = 2});
	rig_chat(&g, (struct routing_chat){.id = 2,
			 .since = g.now - RIG_MINUTE,
			 .required = RIG_ID(5),
			 .preferred = RIG_ID(6)});
	rig_offer(&g, 2, 2);
	assert_int_equal(g.d.reason.figures.preferred, 1);
	assert_int_equal(g.d.reason.preferred_of, 1);
	rig_stop(&g);
}

static void
away_and_offline_get_none(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.grace_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .away = true});
	rig_offline(&g, (struct routing_seller){.id = 2});
	rig_chat(&g, (struct routing_chat){.id = 1});
	rig_nothing(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_offer(&g, 1, 1);
	assert_int_equal(g.d.reason.counts[ROUTING_OFFLINE], 1);
	rig_stop(&g);
}

/* ---- room -------------------------------------------------------------- */

static void
weights_fill_the_room(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 250});
	rig_chat(&g, (struct routing_chat){.id = 1, .weight = 75});
	rig_offer(&g, 1, 1);
	rig_chat(&g, (struct routing_chat){.id = 2});
	rig_offer(&g, 2, 1);
	rig_chat(&g, (struct routing_chat){.id = 3});
	rig_nothing(&g); /* 175 + 100 is too much */
	rig_chat(&g, (struct routing_chat){.id = 4, .weight = 75});
	rig_offer(&g, 4, 1);
	assert_int_equal(g.d.reason.figures.taken, 175);
	rig_nothing(&g);
	/* More capacity is room. */
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 350});
	rig_offer(&g, 3, 1);
	/* More than that by hand is no room, and no harm. */
	rig_chat(&g,
	    (struct routing_chat){
		.id = 5, .place = ROUTING_HELD, .seller = 1, .weight = 1000});
	rig_chat(&g, (struct routing_chat){.id = 6});
	rig_nothing(&g);
	rig_stop(&g);
}

static void
silence_makes_room(void **state)
{
	struct routing_chat held = {.id = 1,
	    .place = ROUTING_HELD,
	    .seller = 1,
	    .held_at = RIG_START,
	    .spoke_at = RIG_START};
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.silent_ms = 10 * RIG_MINUTE;
	g.policy.silent_percent = 25;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 125});
	rig_chat(&g, held);
	rig_chat(&g, (struct routing_chat){.id = 2});
	rig_nothing_until(&g, g.now + 10 * RIG_MINUTE);
	g.now += 10 * RIG_MINUTE;
	rig_offer(&g, 2, 1);
	assert_int_equal(g.d.reason.figures.taken, 25);
	/* It speaks: too much, until another ends. */
	held.seq = 2;
	held.spoke_at = g.now;
	rig_chat(&g, held);
	rig_chat(&g, (struct routing_chat){.id = 3, .weight = 25});
	rig_nothing(&g);
	rig_chat(&g,
	    (struct routing_chat){.id = 2, .seq = 2, .place = ROUTING_GONE});
	rig_offer(&g, 3, 1);
	rig_stop(&g);
}

static void
wrapping_up_keeps_the_room(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.wrap_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .place = ROUTING_HELD, .seller = 1});
	rig_chat(&g, (struct routing_chat){.id = 2});
	g.now += RIG_SECOND;
	rig_chat(&g, (struct routing_chat){.id = 1,
			 .seq = 2,
			 .place = ROUTING_GONE,
			 .wrap = true,
			 .ended_at = g.now});
	rig_nothing_until(&g, g.now + RIG_MINUTE);
	g.now += RIG_MINUTE;
	rig_offer(&g, 2, 1);
	/* Not for what is handed on. */
	rig_chat(
	    &g, (struct routing_chat){
		    .id = 2, .seq = 2, .place = ROUTING_HELD, .seller = 1});
	rig_chat(&g,
	    (struct routing_chat){
		.id = 2, .seq = 2, .place = ROUTING_GONE, .ended_at = g.now});
	rig_chat(&g, (struct routing_chat){.id = 3});
	rig_offer(&g, 3, 1);
	rig_stop(&g);
}

/* ---- for whom it waits ------------------------------------------------- */

static void
it_waits_for_who_is_asked_for(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.wanted_ms = 5 * RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_seller(&g, (struct routing_seller){.id = 2, .teams = RIG_ID(10)});
	rig_chat(&g,
	    (struct routing_chat){.id = 9, .place = ROUTING_HELD, .seller = 1});
	/* Of another team, with other skills: it does not matter. */
	rig_chat(
	    &g, (struct routing_chat){
		    .id = 1, .team = 10, .required = RIG_ID(5), .wanted = 1});
	rig_nothing_until(&g, g.now + 5 * RIG_MINUTE);
	rig_chat(&g,
	    (struct routing_chat){.id = 9, .seq = 2, .place = ROUTING_GONE});
	rig_offer(&g, 1, 1);
	assert_int_equal(g.d.why, ROUTING_WANTED);
	assert_int_equal(g.d.reason.counts[ROUTING_LACKS_SKILL], 1);
	rig_stop(&g);
}

static void
it_waits_for_nobody_too_long(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.wanted_ms = 5 * RIG_MINUTE;
	g.policy.sticky_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_seller(&g, (struct routing_seller){.id = 2});
	rig_chat(&g,
	    (struct routing_chat){.id = 9, .place = ROUTING_HELD, .seller = 1});
	rig_chat(&g, (struct routing_chat){.id = 1, .last = 1});
	rig_nothing_until(&g, g.now + RIG_MINUTE);
	g.now += RIG_MINUTE;
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.why, ROUTING_ONLY);
	/* The times count from when it came to wait here. */
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .seq = 2, .place = ROUTING_GONE});
	rig_chat(&g, (struct routing_chat){.id = 2,
			 .since = g.now - 60 * RIG_MINUTE,
			 .team_since = g.now,
			 .wanted = 1});
	rig_nothing_until(&g, g.now + 5 * RIG_MINUTE);
	/* Who could never take it is not waited for. */
	rig_chat(
	    &g, (struct routing_chat){.id = 3, .wanted = 1, .weight = 150});
	rig_seller(&g, (struct routing_seller){.id = 3, .capacity = 150});
	rig_offer(&g, 3, 3);
	/* Who goes away is not waited for. */
	rig_seller(&g, (struct routing_seller){.id = 1, .away = true});
	rig_offer(&g, 2, 2);
	rig_stop(&g);
}

static void
the_last_seller_comes_first(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.sticky_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .idle_since = 1});
	rig_seller(&g, (struct routing_seller){
			   .id = 2, .idle_since = 2, .skills = RIG_ID(5)});
	/* Also when nobody waits for them any more. */
	rig_chat(&g, (struct routing_chat){
			 .id = 1, .since = g.now - 2 * RIG_MINUTE, .last = 2});
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.why, ROUTING_LAST);
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .seq = 2, .place = ROUTING_GONE});
	/* Before them who is asked for. */
	rig_chat(&g, (struct routing_chat){.id = 3,
			 .since = g.now - 2 * RIG_MINUTE,
			 .wanted = 1,
			 .last = 2});
	rig_offer(&g, 3, 1);
	assert_int_equal(g.d.why, ROUTING_WANTED);
	rig_chat(&g,
	    (struct routing_chat){.id = 3, .seq = 2, .place = ROUTING_GONE});
	/* But what it takes they must have. */
	rig_chat(&g,
	    (struct routing_chat){.id = 2, .last = 1, .required = RIG_ID(5)});
	rig_offer(&g, 2, 2);
	rig_stop(&g);
}

static void
who_declined_is_not_asked_again(void **state)
{
	const struct routing_not declined = {.seller = 1};
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.wanted_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_chat(
	    &g, (struct routing_chat){
		    .id = 1, .wanted = 1, .nots = &declined, .not_count = 1});
	rig_nothing(&g);
	/* Others of the same need are. */
	rig_chat(&g, (struct routing_chat){.id = 2, .since = g.now + 1});
	rig_offer(&g, 2, 1);
	rig_seller(&g, (struct routing_seller){.id = 2});
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.reason.counts[ROUTING_DECLINED], 1);
	rig_stop(&g);
}

static void
who_ignored_it_comes_last(void **state)
{
	const struct routing_not ignored = {.seller = 1, .ignored = true};
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.sticky_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .idle_since = 1});
	rig_seller(&g, (struct routing_seller){.id = 2, .idle_since = 2});
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .nots = &ignored, .not_count = 1});
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.reason.counts[ROUTING_IGNORED], 1);
	/* Better they than nobody; but nobody waits for them. */
	rig_chat(&g,
	    (struct routing_chat){.id = 2, .nots = &ignored, .not_count = 1});
	rig_offer(&g, 2, 1);
	rig_stop(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_longest_idle_gets_it),
	    cmocka_unit_test(who_was_given_one_is_not_idle),
	    cmocka_unit_test(the_least_loaded_gets_it),
	    cmocka_unit_test(each_in_turn),
	    cmocka_unit_test(the_seed_decides_between_equals),
	    cmocka_unit_test(the_line_has_an_order),
	    cmocka_unit_test(who_nobody_can_take_holds_up_nobody),
	    cmocka_unit_test(who_is_told_of_last_may_be_first),
	    cmocka_unit_test(the_team_must_fit),
	    cmocka_unit_test(the_language_must_fit),
	    cmocka_unit_test(required_skills_bind_and_preferred_relax),
	    cmocka_unit_test(away_and_offline_get_none),
	    cmocka_unit_test(weights_fill_the_room),
	    cmocka_unit_test(silence_makes_room),
	    cmocka_unit_test(wrapping_up_keeps_the_room),
	    cmocka_unit_test(it_waits_for_who_is_asked_for),
	    cmocka_unit_test(it_waits_for_nobody_too_long),
	    cmocka_unit_test(the_last_seller_comes_first),
	    cmocka_unit_test(who_declined_is_not_asked_again),
	    cmocka_unit_test(who_ignored_it_comes_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
