/*
 * suite: what every engine must do. An engine's test program calls
 * suite_run() and adds its peculiarities beside it. Each test gets a fixture
 * of its own on the engine under test.
 */
#ifndef TESTS_STORE_SUITE_H
#define TESTS_STORE_SUITE_H

#include "tests/lib/cmocka.h"
#include "tests/store/fixture.h"

/* How many tests failed. */
int suite_run(const struct store_engine *engine);

/* A test of the suite: void name(struct fixture *f). */
typedef void suite_test(struct fixture *f);

struct suite_case {
	const char *name;
	suite_test *run;
};
#define CASE(fn) \
	{ \
#fn, fn \
	}

/* The parts, each ended by an empty row. */
extern const struct suite_case suite_companies[];
extern const struct suite_case suite_conversations[];
extern const struct suite_case suite_commits[];
extern const struct suite_case suite_lists[];
extern const struct suite_case suite_known[];
extern const struct suite_case suite_outbox[];
extern const struct suite_case suite_receipts[];
extern const struct suite_case suite_unreached[];
extern const struct suite_case suite_lanes[];
extern const struct suite_case suite_queue[];
extern const struct suite_case suite_races[];
extern const struct suite_case suite_staff[];
extern const struct suite_case suite_acts[];
extern const struct suite_case suite_said[];
extern const struct suite_case suite_views[];
extern const struct suite_case suite_feed[];
extern const struct suite_case suite_duels[];
extern const struct suite_case suite_anything[];
extern const struct suite_case suite_passes[];
extern const struct suite_case suite_items[];

#endif
