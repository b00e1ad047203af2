/*
 * routing_leave: offers that run out, sellers who go, chats that leave the
 * line, and what holds between a decision and the store's word on it.
 */
#include "core/arena.h"
#include "tests/lib/routing_rig.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

static struct routing_chat
offered(int64_t id, uint64_t seq, int64_t seller, int64_t until)
{
	return (struct routing_chat){.id = id,
	    .seq = seq,
	    .place = ROUTING_OFFERED,
	    .seller = seller,
	    .until = until};
}

static struct routing_chat
held(int64_t id, uint64_t seq, int64_t seller)
{
	return (struct routing_chat){.id = id,
	    .seq = seq,
	    .place = ROUTING_HELD,
	    .seller = seller,
	    .held_at = RIG_START,
	    .spoke_at = RIG_START};
}

/* ---- offers ------------------------------------------------------------ */

static void
an_offer_runs_out(void **state)
{
	const struct routing_not ignored = {.seller = 1, .ignored = true};
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .idle_since = 1});
	rig_seller(&g, (struct routing_seller){.id = 2, .idle_since = 2});
	rig_chat(&g, (struct routing_chat){.id = 1});
	rig_offer(&g, 1, 1);
	rig_chat(&g, offered(1, 2, 1, g.d.until));
	rig_nothing_until(&g, g.now + 30 * RIG_SECOND);
	g.now += 30 * RIG_SECOND;
	rig_expect(&g, ROUTING_EXPIRE, 1, 1);
	assert_int_equal(g.d.why, ROUTING_RAN_OUT);
	assert_int_equal(g.d.seq, 2);
	rig_nothing(&g); /* until the store has it */
	rig_chat(&g, (struct routing_chat){
			 .id = 1, .seq = 3, .nots = &ignored, .not_count = 1});
	rig_offer(&g, 1, 2);
	rig_stop(&g);
}

static void
run_out(struct routing_rig *g, int64_t chat)
{
	const struct routing_not ignored = {.seller = 1, .ignored = true};

	rig_chat(g, offered(chat, 2, 1, g->now));
	rig_expect(g, ROUTING_EXPIRE, chat, 1);
	rig_chat(g, (struct routing_chat){.id = chat,
			.seq = 3,
			.required = RIG_ID(5),
			.nots = &ignored,
			.not_count = 1});
}

static void
who_ignores_too_many_goes_away(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.ignore_max = 2;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 500});
	rig_seller(&g, (struct routing_seller){
			   .id = 2, .skills = RIG_ID(5), .away = true});
	run_out(&g, 1);
	rig_nothing(&g);
	/* To take one shows that they are there. */
	rig_chat(&g, held(7, 1, 1));
	run_out(&g, 2);
	rig_nothing(&g);
	rig_chat(&g, offered(8, 1, 1, g.now + RIG_MINUTE));
	run_out(&g, 3);
	rig_expect(&g, ROUTING_AWAY, 0, 1);
	/* At once, before the store has it. */
	rig_chat(&g, (struct routing_chat){.id = 4});
	rig_expect(&g, ROUTING_EXPIRE, 8, 1);
	assert_int_equal(g.d.why, ROUTING_SELLER_GONE);
	rig_nothing(&g);
	rig_seller(&g,
	    (struct routing_seller){.id = 1, .capacity = 500, .away = true});
	rig_nothing(&g);
	/* Back: all is forgotten. */
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 500});
	rig_offer(&g, 4, 1);
	run_out(&g, 5);
	rig_nothing(&g);
	rig_stop(&g);
}

/* A decline is an answer. And the store's own timer may end an offer. */
static void
what_others_end_counts_too(void **state)
{
	const struct routing_not nots[] = {
	    {.seller = 1, .ignored = true}, {.seller = 1}};
	struct routing_chat after = {.id = 1,
	    .seq = 3,
	    .required = RIG_ID(5),
	    .nots = nots,
	    .not_count = 1};
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.ignore_max = 2;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 500});
	rig_seller(&g, (struct routing_seller){
			   .id = 2, .skills = RIG_ID(5), .away = true});
	rig_chat(&g, offered(1, 2, 1, g.now + RIG_MINUTE));
	rig_chat(&g, after);
	rig_chat(&g, after); /* twice is once */
	rig_nothing(&g);
	after.id = 2;
	after.not_count = 2; /* the last word counts: declined */
	rig_chat(&g, offered(2, 2, 1, g.now + RIG_MINUTE));
	rig_chat(&g, after);
	after.id = 3;
	after.not_count = 1;
	rig_chat(&g, offered(3, 2, 1, g.now + RIG_MINUTE));
	rig_chat(&g, after);
	rig_nothing(&g);
	after.id = 4;
	rig_chat(&g, offered(4, 2, 1, g.now + RIG_MINUTE));
	rig_chat(&g, after);
	rig_expect(&g, ROUTING_AWAY, 0, 1);
	/* Refused: they stay, and begin anew. */
	routing_refused(g.r, &g.d, g.now);
	rig_chat(&g, (struct routing_chat){.id = 5});
	rig_offer(&g, 5, 1);
	rig_stop(&g);
}

/* ---- sellers ----------------------------------------------------------- */

static void
who_drops_has_a_grace(void **state)
{
	struct routing_rig g;
	int64_t gone;

	(void)state;
	rig_start(&g);
	g.policy.grace_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 300});
	rig_chat(&g, held(1, 1, 1));
	rig_chat(&g, held(2, 1, 1));
	rig_chat(&g, offered(3, 1, 1, g.now + RIG_MINUTE));
	gone = g.now += RIG_SECOND;
	rig_offline(&g, (struct routing_seller){
			    .id = 1, .capacity = 300, .offline_at = gone});
	/* What was only offered goes to others at once. */
	rig_expect(&g, ROUTING_EXPIRE, 3, 1);
	assert_int_equal(g.d.why, ROUTING_SELLER_GONE);
	rig_chat(&g,
	    (struct routing_chat){.id = 3, .seq = 2, .place = ROUTING_GONE});
	rig_nothing_until(&g, gone + RIG_MINUTE);
	/* Back in time: nothing was. */
	g.now += RIG_MINUTE - 1;
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 300});
	g.now += RIG_MINUTE;
	rig_nothing(&g);
	gone = g.now;
	rig_offline(&g, (struct routing_seller){
			    .id = 1, .capacity = 300, .offline_at = gone});
	g.now += RIG_MINUTE;
	rig_expect(&g, ROUTING_DROP, 1, 1);
	rig_expect(&g, ROUTING_DROP, 2, 1);
	rig_nothing(&g);
	/* To the front, once the store has it; to who is there. */
	rig_seller(&g, (struct routing_seller){.id = 2});
	rig_chat(&g,
	    (struct routing_chat){.id = 9, .since = g.now - 60 * RIG_MINUTE});
	rig_chat(&g, (struct routing_chat){.id = 2, .seq = 2, .front = true});
	rig_offer(&g, 2, 2);
	rig_stop(&g);
}

static void
an_account_that_is_gone_drops_at_once(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.grace_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_chat(&g, held(1, 1, 1));
	rig_nothing(&g);
	routing_seller_gone(g.r, 1, g.now);
	rig_expect(&g, ROUTING_DROP, 1, 1);
	/* So does who was never heard of. */
	rig_chat(&g, held(2, 1, 77));
	rig_expect(&g, ROUTING_DROP, 2, 77);
	routing_seller_gone(g.r, 77, g.now);
	routing_seller_gone(g.r, 78, g.now);
	rig_nothing(&g);
	rig_stop(&g);
}

/* ---- leaving the line -------------------------------------------------- */

static struct hours *
mornings(struct arena *a)
{
	struct str week = STR("mon-sun 09:00-12:00");
	const struct hours_text text = {
	    .zone = STR("UTC"), .week = &week, .week_count = 1};
	struct faults faults = {0};
	struct hours *h;

	assert_int_equal(hours_parse(&text, "hours", &faults, a, &h), OK);
	return h;
}

static void
too_long_is_over(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.queue_ms = 10 * RIG_MINUTE;
	g.teams[0] = (struct routing_team){.id = 10, .overflow = 11};
	g.teams[1] = (struct routing_team){.id = 11, .overflow = 12};
	g.teams[2] = (struct routing_team){.id = 12};
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .teams = RIG_ID(10)});
	rig_chat(&g, held(9, 1, 1));
	rig_seller(&g, (struct routing_seller){
			   .id = 3, .away = true, .teams = RIG_ID(12)});
	rig_chat(
	    &g, (struct routing_chat){.id = 1, .team = 10, .since = g.now});
	rig_chat(&g, (struct routing_chat){.id = 2,
			 .team = 10,
			 .since = g.now - 99 * RIG_MINUTE,
			 .team_since = g.now + RIG_MINUTE});
	rig_nothing_until(&g, g.now + 10 * RIG_MINUTE);
	g.now += 10 * RIG_MINUTE;
	/* Nobody of team 11 is there; of team 12 one, though away. */
	rig_expect(&g, ROUTING_OVERFLOW, 1, 0);
	assert_int_equal(g.d.team, 12);
	assert_int_equal(g.d.why, ROUTING_TOO_LONG);
	rig_chat(&g, (struct routing_chat){.id = 1,
			 .seq = 2,
			 .team = 12,
			 .since = g.now - 10 * RIG_MINUTE,
			 .team_since = g.now});
	rig_nothing_until(&g, g.now + RIG_MINUTE);
	g.now += 10 * RIG_MINUTE;
	rig_expect(&g, ROUTING_OVERFLOW, 2, 0);
	rig_expect(&g, ROUTING_TO_EMAIL, 1, 0);
	assert_int_equal(g.d.why, ROUTING_TOO_LONG);
	rig_nothing(&g);
	rig_stop(&g);
}

static void
outside_hours_nobody_waits(void **state)
{
	struct routing_rig g;
	struct arena a = {0};
	int64_t nine;

	(void)state;
	rig_start(&g);
	g.teams[0] = (struct routing_team){.id = 10, .hours = mornings(&a)};
	rig_policy(&g);
	nine = hours_next_open(g.teams[0].hours, g.now);
	g.now = nine - 1;
	rig_seller(&g, (struct routing_seller){.id = 1, .teams = RIG_ID(10)});
	rig_chat(&g, (struct routing_chat){.id = 1, .team = 10});
	rig_expect(&g, ROUTING_TO_EMAIL, 1, 0);
	assert_int_equal(g.d.why, ROUTING_CLOSED);
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .seq = 2, .place = ROUTING_GONE});
	rig_nothing_until(&g, nine);
	g.now = nine;
	rig_chat(&g, (struct routing_chat){.id = 2, .team = 10});
	rig_offer(&g, 2, 1);
	/* At closing time those who still wait leave, in their order. */
	rig_chat(
	    &g, (struct routing_chat){.id = 3, .team = 10, .since = g.now + 2});
	rig_chat(
	    &g, (struct routing_chat){.id = 4, .team = 10, .since = g.now + 1});
	rig_chat(&g, held(2, 2, 1));
	rig_nothing_until(&g, nine + 180 * RIG_MINUTE);
	g.now = nine + 180 * RIG_MINUTE;
	rig_expect(&g, ROUTING_TO_EMAIL, 4, 0);
	rig_expect(&g, ROUTING_TO_EMAIL, 3, 0);
	rig_nothing(&g);
	rig_stop(&g);
	arena_free(&a);
}

static void
where_nobody_is_nobody_waits(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.grace_ms = RIG_MINUTE;
	g.teams[0] = (struct routing_team){.id = 10, .overflow = 11};
	g.teams[1] = (struct routing_team){.id = 11};
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .teams = RIG_ID(10)});
	rig_chat(&g, held(9, 1, 1));
	rig_chat(&g, (struct routing_chat){.id = 1, .team = 10});
	rig_nothing(&g);
	/* A seller with a grace is still expected. */
	rig_offline(&g, (struct routing_seller){.id = 1, .teams = RIG_ID(10)});
	rig_nothing_until(&g, g.now + RIG_MINUTE);
	g.now += RIG_MINUTE;
	rig_expect(&g, ROUTING_DROP, 9, 1);
	rig_expect(&g, ROUTING_TO_EMAIL, 1, 0);
	assert_int_equal(g.d.why, ROUTING_NOBODY);
	/* Somebody of the next team comes. */
	rig_seller(&g, (struct routing_seller){.id = 2, .teams = RIG_ID(11)});
	rig_chat(&g, (struct routing_chat){.id = 2, .team = 10});
	rig_expect(&g, ROUTING_OVERFLOW, 2, 0);
	assert_int_equal(g.d.team, 11);
	/* Everybody's line has somebody as long as anybody is there. */
	rig_chat(&g, (struct routing_chat){.id = 3});
	rig_offer(&g, 3, 2);
	rig_stop(&g);
}

/* Whoever lacks what it takes is nobody for it, in this team and the next. */
static void
where_nobody_has_the_skill_nobody_waits(void **state)
{
	static const int64_t both[] = {10, 11};
	struct routing_seller able = {
	    .id = 3, .teams = {both, 2}, .skills = RIG_ID(5)};
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.teams[0] = (struct routing_team){.id = 10, .overflow = 11};
	g.teams[1] = (struct routing_team){.id = 11};
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .teams = RIG_ID(10)});
	rig_seller(&g, (struct routing_seller){.id = 2, .teams = RIG_ID(11)});
	rig_chat(&g, held(8, 1, 1));
	rig_chat(&g, held(9, 1, 2));
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .team = 10, .required = RIG_ID(5)});
	rig_chat(&g, (struct routing_chat){.id = 2, .team = 10});
	rig_expect(&g, ROUTING_TO_EMAIL, 1, 0);
	assert_int_equal(g.d.why, ROUTING_NOBODY);
	rig_nothing(&g);
	routing_refused(g.r, &g.d, g.now);
	/* Away is there; and when they go, it is over at once. */
	able.away = true;
	rig_seller(&g, able);
	rig_chat(&g, (struct routing_chat){
			 .id = 1, .seq = 2, .team = 10, .required = RIG_ID(5)});
	rig_nothing(&g);
	rig_offline(&g, able);
	rig_expect(&g, ROUTING_TO_EMAIL, 1, 0);
	/* On to where somebody is who has it. */
	able.teams = RIG_ID(11);
	able.away = false;
	rig_seller(&g, able);
	rig_chat(&g, (struct routing_chat){
			 .id = 1, .seq = 3, .team = 10, .required = RIG_ID(5)});
	rig_expect(&g, ROUTING_OVERFLOW, 1, 0);
	assert_int_equal(g.d.team, 11);
	rig_chat(&g, (struct routing_chat){
			 .id = 1, .seq = 4, .team = 11, .required = RIG_ID(5)});
	rig_offer(&g, 1, 3);
	rig_stop(&g);
}

static void
who_is_asked_for_and_there_keeps_it(void **state)
{
	struct routing_rig g;
	struct arena a = {0};

	(void)state;
	rig_start(&g);
	g.policy.wanted_ms = 5 * RIG_MINUTE;
	g.teams[0] = (struct routing_team){.id = 10, .hours = mornings(&a)};
	g.now = hours_next_close(mornings(&a), g.now);
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_chat(&g, held(9, 1, 1));
	rig_chat(&g, (struct routing_chat){.id = 1, .team = 10, .wanted = 1});
	rig_nothing_until(&g, g.now + 5 * RIG_MINUTE);
	g.now += 5 * RIG_MINUTE;
	rig_expect(&g, ROUTING_TO_EMAIL, 1, 0);
	rig_stop(&g);
	arena_free(&a);
}

/* ---- between decision and fact ----------------------------------------- */

static void
a_decision_holds_until_it_is_lost(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_chat(&g, (struct routing_chat){.id = 1});
	rig_chat(&g, (struct routing_chat){.id = 2});
	rig_offer(&g, 1, 1);
	assert_int_equal(g.d.number, 1);
	/* What was known before does not undo it. */
	rig_chat(&g, (struct routing_chat){.id = 1});
	rig_nothing_until(&g, g.now + ROUTING_LOST_MS);
	g.now += ROUTING_LOST_MS;
	rig_offer(&g, 1, 1);
	assert_int_equal(g.d.number, 2);
	/* A newer fact does. */
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .seq = 2, .place = ROUTING_GONE});
	rig_offer(&g, 2, 1);
	rig_stop(&g);
}

static void
what_is_refused_waits(void **state)
{
	struct routing_rig g;
	struct routing_decision first, second;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .idle_since = 1});
	rig_seller(&g, (struct routing_seller){.id = 2, .idle_since = 2});
	rig_chat(&g, (struct routing_chat){.id = 1});
	rig_offer(&g, 1, 1);
	first = g.d;
	routing_refused(g.r, &first, g.now);
	rig_nothing_until(&g, g.now + ROUTING_REFUSED_MS);
	/* It is as if it had not been: seller 1 is still the longest idle. */
	g.now += ROUTING_REFUSED_MS;
	rig_offer(&g, 1, 1);
	second = g.d;
	routing_refused(g.r, &first, g.now); /* that is another one */
	rig_nothing_until(&g, g.now + ROUTING_LOST_MS);
	routing_refused(g.r, &second, g.now);
	routing_refused(g.r,
	    &(struct routing_decision){
		.act = ROUTING_OFFER, .chat = 77, .number = 1},
	    g.now);
	/* A newer fact is tried at once. */
	rig_chat(&g, (struct routing_chat){.id = 1, .seq = 2});
	rig_offer(&g, 1, 1);
	rig_stop(&g);
}

static void
ends_and_drops_are_refused_too(void **state)
{
	struct routing_rig g;
	struct routing_decision expire, drop;

	(void)state;
	rig_start(&g);
	rig_offline(&g, (struct routing_seller){.id = 1});
	rig_chat(&g, offered(1, 1, 1, g.now));
	rig_chat(&g, held(2, 1, 1));
	rig_expect(&g, ROUTING_EXPIRE, 1, 1);
	expire = g.d;
	rig_expect(&g, ROUTING_DROP, 2, 1);
	drop = g.d;
	routing_refused(g.r, &expire, g.now);
	routing_refused(g.r, &drop, g.now + 1);
	rig_nothing_until(&g, g.now + ROUTING_REFUSED_MS);
	g.now += ROUTING_REFUSED_MS;
	rig_expect(&g, ROUTING_EXPIRE, 1, 1);
	rig_nothing_until(&g, g.now + 1);
	g.now++;
	rig_expect(&g, ROUTING_DROP, 2, 1);
	rig_stop(&g);
}

/* Where there is nobody to mail to, it stays, and whoever comes may have it. */
static void
who_may_not_leave_is_still_offered(void **state)
{
	struct routing_rig g;
	int64_t wait = ROUTING_REFUSED_MS;
	unsigned i;

	(void)state;
	rig_start(&g);
	rig_chat(&g, (struct routing_chat){.id = 1});
	for (i = 0; i < 10; i++) {
		rig_expect(&g, ROUTING_TO_EMAIL, 1, 0);
		routing_refused(g.r, &g.d, g.now);
		rig_nothing_until(&g, g.now + wait);
		g.now += wait;
		wait = wait * 2 < 5 * RIG_MINUTE ? wait * 2 : 5 * RIG_MINUTE;
	}
	rig_expect(&g, ROUTING_TO_EMAIL, 1, 0);
	routing_refused(g.r, &g.d, g.now);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_offer(&g, 1, 1);
	rig_stop(&g);
}

/* Deadlines come later then; nothing hangs, nothing is decided twice. */
static void
the_clock_may_go_back(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.queue_ms = 10 * RIG_MINUTE;
	g.policy.grace_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_chat(&g, (struct routing_chat){.id = 1});
	rig_offer(&g, 1, 1);
	rig_chat(&g, offered(1, 2, 1, g.d.until));
	rig_chat(&g, (struct routing_chat){.id = 2});
	g.now -= 60 * RIG_MINUTE;
	rig_nothing(&g);
	rig_chat(&g, (struct routing_chat){.id = 3});
	rig_nothing(&g);
	g.now += 61 * RIG_MINUTE;
	rig_expect(&g, ROUTING_EXPIRE, 1, 1);
	rig_expect(&g, ROUTING_TO_EMAIL, 3, 0);
	rig_offer(&g, 2, 1);
	rig_nothing(&g);
	rig_stop(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_offer_runs_out),
	    cmocka_unit_test(who_ignores_too_many_goes_away),
	    cmocka_unit_test(what_others_end_counts_too),
	    cmocka_unit_test(who_drops_has_a_grace),
	    cmocka_unit_test(an_account_that_is_gone_drops_at_once),
	    cmocka_unit_test(too_long_is_over),
	    cmocka_unit_test(outside_hours_nobody_waits),
	    cmocka_unit_test(where_nobody_is_nobody_waits),
	    cmocka_unit_test(where_nobody_has_the_skill_nobody_waits),
	    cmocka_unit_test(who_is_asked_for_and_there_keeps_it),
	    cmocka_unit_test(a_decision_holds_until_it_is_lost),
	    cmocka_unit_test(what_is_refused_waits),
	    cmocka_unit_test(ends_and_drops_are_refused_too),
	    cmocka_unit_test(who_may_not_leave_is_still_offered),
	    cmocka_unit_test(the_clock_may_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
