/* suite: runs the parts as one group of cmocka's, one fixture a test. */
#include "tests/store/suite.h"

#include <stdio.h>

#define TESTS_MAX 300

static const struct suite_case *const parts[] = {
    suite_companies,
    suite_conversations,
    suite_commits,
    suite_lists,
    suite_known,
    suite_outbox,
    suite_receipts,
    suite_unreached,
    suite_lanes,
    suite_queue,
    suite_races,
    suite_staff,
    suite_acts,
    suite_said,
    suite_views,
    suite_feed,
    suite_duels,
    suite_anything,
    suite_passes,
    suite_items,
};

static const struct store_engine *under_test;

static void
run_case(void **state)
{
	const struct suite_case *c = *state;
	struct fixture f;

	fixture_open(&f, under_test);
	c->run(&f);
	fixture_close(&f);
}

int
suite_run(const struct store_engine *engine)
{
	struct CMUnitTest tests[TESTS_MAX];
	size_t n = 0;

	under_test = engine;
	for (size_t p = 0; p < ARRAY_LEN(parts); p++)
		for (const struct suite_case *c = parts[p]; c->run != NULL; c++)
			tests[n++] = (struct CMUnitTest){.name = c->name,
			    .test_func = run_case,
			    .initial_state = (void *)(uintptr_t)c};
	return _cmocka_run_group_tests(engine->name, tests, n, NULL, NULL);
}
