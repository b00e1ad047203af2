/* throttle: each failure costs more, nobody else pays, and who is right is
 * forgiven. */
#include "gateway/throttle.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>

static const struct throttle_rule rules[] = {
    {.free = 3, .first_ms = 1000, .most_ms = 8000, .forget_ms = 60000},
    {.free = 0, .first_ms = 500, .most_ms = 500, .forget_ms = 1000},
};

static int64_t waited; /* of the last try that was refused */

static bool
try_it(struct throttle *t, size_t rule, const char *key, int64_t now)
{
	return throttle_try(t, rule, str_from(key), now, &waited);
}

static void
waits_grow_to_a_bound(void **state)
{
	static const int64_t waits[] = {
	    0, 0, 1000, 2000, 4000, 8000, 8000, 8000};
	struct throttle *t = throttle_new(rules, ARRAY_LEN(rules), 64);
	int64_t now = 5000;

	(void)state;
	assert_true(try_it(t, 0, "anna", now));
	for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
		if (waits[i] > 0) {
			assert_true(try_it(t, 0, "anna", now));
			assert_false(try_it(t, 0, "anna", now));
			assert_int_equal(waited, waits[i]);
			now += waits[i];
			assert_false(try_it(t, 0, "anna", now - 1));
			assert_int_equal(waited, 1);
		} else {
			assert_true(try_it(t, 0, "anna", now));
		}
	}
	throttle_free(t);
}

static void
others_do_not_pay(void **state)
{
	struct throttle *t = throttle_new(rules, ARRAY_LEN(rules), 64);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(try_it(t, 0, "anna", 0));
	assert_false(try_it(t, 0, "anna", 0));
	assert_true(try_it(t, 0, "bert", 0));
	assert_true(try_it(t, 0, "ann", 0));
	assert_true(try_it(t, 1, "anna", 0));
	assert_false(try_it(t, 1, "anna", 0));
	throttle_free(t);
}

static void
time_forgets(void **state)
{
	struct throttle *t = throttle_new(rules, ARRAY_LEN(rules), 64);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(try_it(t, 0, "anna", 0));
	assert_true(try_it(t, 0, "anna", 60000));
	assert_true(try_it(t, 0, "anna", 60000));
	throttle_free(t);
}

static void
who_is_right_is_forgiven(void **state)
{
	struct throttle *t = throttle_new(rules, ARRAY_LEN(rules), 64);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(try_it(t, 0, "anna", 0));
	throttle_undo(t, 0, STR("anna"));
	assert_true(try_it(t, 0, "anna", 0));
	assert_false(try_it(t, 0, "anna", 0));
	throttle_forgive(t, 0, STR("anna"));
	for (int i = 0; i < 4; i++)
		assert_true(try_it(t, 0, "anna", 0));
	assert_false(try_it(t, 0, "anna", 0));
	/* Of nobody: nothing happens. */
	throttle_undo(t, 0, STR("bert"));
	throttle_forgive(t, 0, STR("bert"));
	throttle_free(t);
}

/* A flood of keys pushes out those who failed least. */
static void
a_flood_does_not_free_who_failed_most(void **state)
{
	struct throttle *t = throttle_new(rules, ARRAY_LEN(rules), 64);
	char key[16];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(try_it(t, 0, "anna", 0));
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(key, sizeof(key), "key %d", i);
		assert_true(try_it(t, 0, key, i % 100));
	}
	assert_false(try_it(t, 0, "anna", 100));
	throttle_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(waits_grow_to_a_bound),
	    cmocka_unit_test(others_do_not_pay),
	    cmocka_unit_test(time_forgets),
	    cmocka_unit_test(who_is_right_is_forgiven),
	    cmocka_unit_test(a_flood_does_not_free_who_failed_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
