/* routing: chats that a seller gave away, or lost. */
#include "tests/lib/routing_rig.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

/* As long as preferred skills hold; and then last of all. */
static void
who_gave_it_away_is_not_asked_at_once(void **state)
{
	struct routing_chat given = {.id = 1,
	    .since = RIG_START - 9 * RIG_MINUTE,
	    .team_since = RIG_START,
	    .front = true,
	    .given = true,
	    .last = 1};
	const struct routing_not ignored = {.seller = 2, .ignored = true};
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.sticky_ms = 9 * RIG_MINUTE;
	g.policy.relax_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1, .capacity = 300});
	rig_chat(&g, given);
	rig_nothing_until(&g, g.now + RIG_MINUTE);
	/* Anybody else comes first, now and later. */
	rig_seller(&g, (struct routing_seller){.id = 2});
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.why, ROUTING_ONLY);
	assert_int_equal(g.d.reason.counts[ROUTING_GAVE_AWAY], 1);
	g.now += RIG_MINUTE;
	given.seq = 2;
	given.nots = &ignored;
	given.not_count = 1;
	rig_chat(&g, given);
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.why, ROUTING_BEST);
	assert_int_equal(g.d.reason.counts[ROUTING_GAVE_AWAY], 1);
	/* Nobody else is left. */
	rig_seller(&g, (struct routing_seller){.id = 2, .away = true});
	given.seq = 3;
	rig_chat(&g, given);
	rig_offer(&g, 1, 1);
	assert_int_equal(g.d.why, ROUTING_RETURNED);
	rig_stop(&g);
}

/* Who lost it, for their line broke, is the one who had it last. */
static void
who_lost_it_may_have_it_back(void **state)
{
	struct routing_rig g;

	(void)state;
	rig_start(&g);
	g.policy.sticky_ms = RIG_MINUTE;
	rig_policy(&g);
	rig_seller(&g, (struct routing_seller){.id = 1});
	rig_seller(&g, (struct routing_seller){.id = 2});
	rig_chat(&g, (struct routing_chat){.id = 1, .front = true, .last = 2});
	rig_offer(&g, 1, 2);
	assert_int_equal(g.d.why, ROUTING_LAST);
	rig_stop(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_gave_it_away_is_not_asked_at_once),
	    cmocka_unit_test(who_lost_it_may_have_it_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
