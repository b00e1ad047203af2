/*
 * routing_fact: facts twice, old, wrong and too many; policies; what people
 * are told of the line; the reason as it is stored.
 */
#include "tests/lib/routing_rig.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

/* ---- facts ------------------------------------------------------------- */

static void
older_facts_are_passed_over(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_seller(&g, (struct routing_seller){
			   .id = 2, .skills = RIG_ID(5), .away = true});
	rig_chat(
	    &g, (struct routing_chat){
		    .id = 1, .seq = 5, .place = ROUTING_HELD, .seller = 1});
	rig_chat(&g, (struct routing_chat){.id = 1, .seq = 4});
	rig_nothing(&g);
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .seq = 4, .place = ROUTING_GONE});
	rig_chat(&g, (struct routing_chat){.id = 2});
	rig_nothing(&g);
	/* Of the same seq the last one counts: the document may be new. */
	rig_chat(&g, (struct routing_chat){.id = 2, .required = RIG_ID(5)});
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .seq = 6, .place = ROUTING_GONE});
	rig_nothing(&g);
	rig_stop(&g);
}

static void
what_a_rereading_leaves_out_is_gone(void **state)
{
	struct routing_tally tally;
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_seller(&g, (struct routing_seller){.id = 2});
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .place = ROUTING_HELD, .seller = 1});
	rig_chat(&g,
	    (struct routing_chat){.id = 2, .place = ROUTING_HELD, .seller = 2});
	rig_chat(&g, (struct routing_chat){.id = 3});
	rig_chat(&g, (struct routing_chat){.id = 4, .required = RIG_ID(5)});
	routing_reread_begin(g.r);
	rig_seller(&g, (struct routing_seller){.id = 2});
	rig_chat(&g,
	    (struct routing_chat){.id = 1, .place = ROUTING_HELD, .seller = 1});
	rig_chat(&g, (struct routing_chat){.id = 3, .seq = 0});
	routing_reread_end(g.r, g.now);
	routing_tally(g.r, &tally);
	assert_int_equal(tally.sellers, 1);
	assert_int_equal(tally.on_duty, 1);
	assert_int_equal(tally.waiting, 1);
	assert_int_equal(tally.held, 1);
	assert_int_equal(tally.offered, 0);
	rig_expect(&g, ROUTING_DROP, 1, 1); /* whose seller is gone */
	rig_offer(&g, 3, 2);
	routing_tally(g.r, &tally);
	assert_int_equal(tally.waiting, 0);
	assert_int_equal(tally.offered, 1);
	assert_int_equal(tally.held, 0);
	rig_stop(&g);
}

static enum err
put_chat(struct routing_rig *g, struct routing_chat c)
{
	return routing_put_chat(g->r, &c, g->now);
}

static void
impossible_facts_are_refused(void **state)
{
	int64_t many[ROUTING_LIST_MAX + 1];
	struct routing_rig g;
	struct routing_seller s = {.id = 0, .online = true, .capacity = 100};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(many); i++)
		many[i] = 1 + (int64_t)i;
	rig_start(&g);
	assert_int_equal(routing_put_seller(g.r, &s, g.now), E_BADINPUT);
	s.id = 1;
	s.skills = (struct routing_ids){many, ARRAY_LEN(many)};
	assert_int_equal(routing_put_seller(g.r, &s, g.now), E_BADINPUT);
	s.skills.n--;
	assert_int_equal(routing_put_seller(g.r, &s, g.now), OK);
	s.capacity = UINT32_MAX;
	assert_int_equal(routing_put_seller(g.r, &s, g.now), E_BADINPUT);

	assert_int_equal(
	    put_chat(&g, (struct routing_chat){.id = 0}), E_BADINPUT);
	assert_int_equal(
	    put_chat(&g, (struct routing_chat){.id = 1, .place = ROUTING_HELD}),
	    E_BADINPUT);
	assert_int_equal(put_chat(&g, (struct routing_chat){.id = 1,
					  .place = ROUTING_PLACES}),
	    E_BADINPUT);
	assert_int_equal(
	    put_chat(&g, (struct routing_chat){.id = 1, .since = INT64_MAX}),
	    E_BADINPUT);
	assert_int_equal(
	    put_chat(&g, (struct routing_chat){.id = 1, .weight = 10001}),
	    E_BADINPUT);
	assert_int_equal(put_chat(&g, (struct routing_chat){.id = 1,
					  .required = {many, ARRAY_LEN(many)}}),
	    E_BADINPUT);
	rig_nothing_until(&g, INT64_MAX);
	rig_stop(&g);
}

/* So many skills that there is no room for more; then all as before. */
static void
traits_have_a_limit(void **state)
{
	int64_t ids[ROUTING_LIST_MAX];
	struct routing_seller s = {.id = 1,
	    .online = true,
	    .capacity = 100,
	    .skills = {ids, ROUTING_LIST_MAX}};
	const unsigned most = (ROUTING_TRAITS_MAX - ROUTING_LANGUAGES_MAX) /
			      ROUTING_LIST_MAX;
	struct routing_rig g;
	int64_t next = 1000;
	size_t i;

	(void)state;
	rig_start(&g);
	for (s.id = 1; s.id <= most; s.id++) {
		for (i = 0; i < ARRAY_LEN(ids); i++)
			ids[i] = next++;
		assert_int_equal(routing_put_seller(g.r, &s, g.now), OK);
	}
	ids[ROUTING_LIST_MAX - 1] = next;
	assert_int_equal(routing_put_seller(g.r, &s, g.now), E_LIMIT);
	s.id--;
	assert_int_equal(routing_put_seller(g.r, &s, g.now), E_LIMIT);
	assert_int_equal(put_chat(&g, (struct routing_chat){.id = 1,
					  .since = g.now,
					  .required = RIG_ID(next)}),
	    E_LIMIT);
	/* The seller has what was last taken. */
	rig_chat(
	    &g, (struct routing_chat){.id = 2, .required = RIG_ID(next - 1)});
	rig_offer(&g, 2, s.id);
	/* What nobody speaks of any more makes room. */
	routing_seller_gone(g.r, 1, g.now);
	rig_chat(&g, (struct routing_chat){.id = 3, .required = RIG_ID(next)});
	s.id = 99;
	assert_int_equal(routing_put_seller(g.r, &s, g.now), OK);
	rig_offer(&g, 3, 99);
	rig_stop(&g);
}

/* ---- policies ---------------------------------------------------------- */

static void
impossible_policies_are_refused(void **state)
{
	const struct routing_team circle[] = {{.id = 1, .overflow = 2},
	    {.id = 2, .overflow = 3}, {.id = 3, .overflow = 1}};
	const struct routing_team twice[] = {{.id = 1}, {.id = 1}};
	const struct routing_team zero[] = {{.id = 0}};
	const struct routing_team self[] = {{.id = 1, .overflow = 1}};
	const struct routing_policy bad[] = {{.offer_ms = 0},
	    {.offer_ms = 1, .grace_ms = -1},
	    {.offer_ms = 1, .priority_ms = INT64_MAX},
	    {.offer_ms = 1, .silent_percent = 101},
	    {.offer_ms = 1, .order = ROUTING_ORDERS},
	    {.offer_ms = 1, .teams = circle, .team_count = 3},
	    {.offer_ms = 1, .teams = twice, .team_count = 2},
	    {.offer_ms = 1, .teams = zero, .team_count = 1},
	    {.offer_ms = 1, .teams = self, .team_count = 1}};
	struct routing_rig g;
	size_t i;

	(void)state;
	rig_start(&g);
	for (i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
		    routing_set_policy(g.r, &bad[i], g.now), E_BADINPUT);
	assert_int_equal(routing_set_policy(g.r,
			     &(struct routing_policy){.offer_ms = 1,
				 .team_count = ROUTING_TRAITS_MAX + 1},
			     g.now),
	    E_LIMIT);
	/* A chain, and on to a team that is not there, will do. */
	assert_int_equal(
	    routing_set_policy(g.r,
		&(struct routing_policy){
		    .offer_ms = 1, .teams = circle, .team_count = 2},
		g.now),
	    OK);
	rig_stop(&g);
}

static void
a_new_policy_holds_for_those_who_wait(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_chat(&g,
	    (struct routing_chat){
		.id = 1, .since = g.now, .preferred = RIG_ID(5), .wanted = 9});
	rig_chat(&g, (struct routing_chat){.id = 2,
			 .since = g.now + RIG_MINUTE,
			 .priority = 1,
			 .required = RIG_ID(5)});
	g.policy.priority_ms = 5 * RIG_MINUTE;
	g.policy.relax_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .skills = RIG_ID(5)});
	rig_offer(&g, 2, 1);
	rig_seller(&g, (struct routing_seller){.id = 3});
	rig_nothing(&g);
	g.policy.relax_ms = 0;
	rig_policy(&g);
	rig_offer(&g, 1, 3);
	rig_stop(&g);
}

/* ---- the line, for people ---------------------------------------------- */

static void
hold_for(struct routing_rig *g, int64_t id, int64_t ms)
{
	struct routing_chat c = {.id = id,
	    .team = 10,
	    .place = ROUTING_HELD,
	    .seller = 1,
	    .held_at = g->now - ms};

	rig_chat(g, c);
	c.held_at += 99; /* the first one holds */
	c.seq = 2;
	rig_chat(g, c);
	c.seq = 3;
	c.place = ROUTING_GONE;
	c.ended_at = g->now;
	rig_chat(g, c);
}

static void
the_wait_is_told_when_it_is_known(void **state)
{
	struct routing_spot spot;
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	rig_seller(&g, (struct routing_seller){
			   .id = 1, .teams = RIG_ID(10), .capacity = 200});
	rig_chat(&g, (struct routing_chat){.id = 1,
			 .team = 10,
			 .since = g.now - 9,
			 .required = RIG_ID(5)});
	rig_chat(&g, (struct routing_chat){.id = 2,
			 .team = 10,
			 .since = g.now - 8,
			 .required = RIG_ID(5)});
	routing_spot(g.r, 2, &spot);
	assert_int_equal(spot.position, 2);
	assert_int_equal(spot.waiting, 2);
	assert_int_equal(spot.wait_ms, -1);
	hold_for(&g, 100, 4 * RIG_MINUTE);
	hold_for(&g, 101, 6 * RIG_MINUTE);
	routing_spot(g.r, 2, &spot);
	assert_int_equal(spot.wait_ms, -1);
	hold_for(&g, 102, 5 * RIG_MINUTE);
	/* Who is there lacks what it takes: nobody knows. */
	routing_spot(g.r, 2, &spot);
	assert_int_equal(spot.wait_ms, -1);
	assert_true(spot.leaves);
	/* Five minutes each, two at a time: the second in five. */
	rig_seller(&g, (struct routing_seller){.id = 2,
			   .teams = RIG_ID(10),
			   .skills = RIG_ID(5),
			   .capacity = 200});
	routing_spot(g.r, 2, &spot);
	assert_int_equal(spot.wait_ms, 5 * RIG_MINUTE);
	assert_false(spot.leaves);
	routing_spot(g.r, 1, &spot);
	assert_int_equal(spot.wait_ms, 5 * RIG_MINUTE / 2);
	rig_chat(&g, (struct routing_chat){.id = 3,
			 .team = 10,
			 .since = g.now - 7,
			 .weight = 50,
			 .required = RIG_ID(5)});
	routing_spot(g.r, 3, &spot);
	assert_int_equal(spot.wait_ms, 5 * RIG_MINUTE * 3 / 4);
	/* Nobody is on duty: nobody knows. */
	rig_seller(&g, (struct routing_seller){.id = 2,
			   .teams = RIG_ID(10),
			   .skills = RIG_ID(5),
			   .away = true});
	routing_spot(g.r, 1, &spot);
	assert_int_equal(spot.wait_ms, -1);
	routing_spot(g.r, 77, &spot);
	assert_int_equal(spot.position, 0);
	assert_int_equal(spot.waiting, 0);
	rig_stop(&g);
}

/* ---- the reason -------------------------------------------------------- */

static void
the_reason_names_each_cause(void **state)
{
	const struct routing_not nots[] = {
	    {.seller = 6}, {.seller = 9, .ignored = true}};
	const int64_t team = 10, skill = 5, other_skill = 6, language = 50,
		      other_language = 51;
	struct routing_rig g;
	struct buf body = {0};
	json_t *json;
	int64_t i;

	(void)state;
	rig_start(&g);
	g.policy.wrap_ms = RIG_MINUTE;
	g.policy.grace_ms = RIG_MINUTE;
	g.policy.relax_ms = RIG_MINUTE;
	rig_policy(&g);
	for (i = 1; i <= 11; i++) {
		struct routing_seller s = {.id = i,
		    .online = i != 4,
		    .away = i == 5,
		    .idle_since = i,
		    .capacity = i < 10	  ? 100
				: i == 10 ? 300
					  : 200,
		    .teams = {&team, i != 1},
		    .skills = {i == 3 ? &other_skill : &skill, 1},
		    .languages = {i == 2 ? &other_language : &language, 1}};

		s.offline_at = g.now;
		assert_int_equal(routing_put_seller(g.r, &s, g.now), OK);
	}
	rig_chat(&g, (struct routing_chat){
			 .id = 70, .place = ROUTING_HELD, .seller = 7});
	rig_chat(&g, (struct routing_chat){.id = 70,
			 .seq = 2,
			 .place = ROUTING_GONE,
			 .wrap = true,
			 .ended_at = g.now});
	rig_chat(&g, (struct routing_chat){
			 .id = 80, .place = ROUTING_HELD, .seller = 8});
	rig_chat(&g, (struct routing_chat){.id = 1,
			 .since = g.now - 4000,
			 .team = 10,
			 .language = 50,
			 .required = RIG_ID(5),
			 .nots = nots,
			 .not_count = 2});
	rig_offer(&g, 1, 10);
	routing_write_reason(&g.d, &body);
	buf_char(&body, '\0');
	assert_string_equal(body.data,
	    "{\"why\":\"best\",\"policy\":\"longest_idle\","
	    "\"waited_ms\":4000,"
	    "\"preferred_of\":1,\"relaxed\":false,"
	    "\"seller\":{\"agent\":10,\"taken\":0,\"capacity\":300,"
	    "\"idle_since\":10,\"preferred\":1},\"sellers\":11,"
	    "\"not\":{\"other_team\":1,\"other_language\":1,"
	    "\"lacks_skill\":1,\"offline\":1,\"away\":1,\"declined\":1,"
	    "\"wrapping_up\":1,\"full\":1,\"ignored\":1,\"ranked_lower\":1},"
	    "\"nearest\":["
	    "{\"agent\":11,\"why\":\"ranked_lower\",\"taken\":0,"
	    "\"capacity\":200,\"idle_since\":11,\"preferred\":1},"
	    "{\"agent\":9,\"why\":\"ignored\",\"taken\":0,\"capacity\":100,"
	    "\"idle_since\":9,\"preferred\":1},"
	    "{\"agent\":8,\"why\":\"full\",\"taken\":100,\"capacity\":100,"
	    "\"idle_since\":8,\"preferred\":1},"
	    "{\"agent\":7,\"why\":\"wrapping_up\",\"taken\":100,"
	    "\"capacity\":100,\"idle_since\":7,\"preferred\":1},"
	    "{\"agent\":6,\"why\":\"declined\",\"taken\":0,\"capacity\":100,"
	    "\"idle_since\":6,\"preferred\":1},"
	    "{\"agent\":5,\"why\":\"away\",\"taken\":0,\"capacity\":100,"
	    "\"idle_since\":5,\"preferred\":1}]}");
	json = json_loads(body.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	json_decref(json);
	buf_free(&body);
	rig_stop(&g);
}

static void
a_skill_that_is_lacking_is_named(void **state)
{
	struct routing_rig g;
	struct buf body = {0};

	(void)state;
	rig_start(&g);
	g.policy.relax_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_seller(&g, (struct routing_seller){
			   .id = 2, .skills = RIG_ID(7), .idle_since = 3});
	rig_chat(&g, (struct routing_chat){.id = 1, .preferred = RIG_ID(7)});
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.reason.near[0].cause, ROUTING_LACKS_SKILL);
	assert_int_equal(g.d.reason.near[0].skill, 7);
	routing_write_reason(&g.d, &body);
	buf_char(&body, '\0');
	assert_non_null(
	    strstr(body.data, "\"preferred_of\":1,\"relaxed\":false,"));
	assert_non_null(
	    strstr(body.data, "\"why\":\"lacks_skill\",\"skill\":7,"));
	buf_clear(&body);
	routing_write_reason(&(struct routing_decision){.act = ROUTING_EXPIRE,
				 .why = ROUTING_RAN_OUT},
	    &body);
	assert_true(str_eq(buf_view(&body), STR("{\"why\":\"ran_out\"}")));
	buf_free(&body);
	rig_stop(&g);
}

static void
words_are_found(void **state)
{
	enum routing_order order;

	(void)state;
	for (order = 0; order < ROUTING_ORDERS; order++)
		assert_int_equal(
		    routing_order_find(str_from(routing_order_name(order))),
		    order);
	assert_int_equal(routing_order_find(STR("x")), ROUTING_ORDERS);
	assert_string_equal(routing_act_name(ROUTING_OVERFLOW), "overflow");
	assert_string_equal(routing_why_name(ROUTING_NOBODY), "nobody");
	assert_string_equal(routing_cause_name(ROUTING_FULL), "full");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(older_facts_are_passed_over),
	    cmocka_unit_test(what_a_rereading_leaves_out_is_gone),
	    cmocka_unit_test(impossible_facts_are_refused),
	    cmocka_unit_test(traits_have_a_limit),
	    cmocka_unit_test(impossible_policies_are_refused),
	    cmocka_unit_test(a_new_policy_holds_for_those_who_wait),
	    cmocka_unit_test(the_wait_is_told_when_it_is_known),
	    cmocka_unit_test(the_reason_names_each_cause),
	    cmocka_unit_test(a_skill_that_is_lacking_is_named),
	    cmocka_unit_test(words_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
