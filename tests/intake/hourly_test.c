/* hourly: who has done something how often, and who is forgotten. */
#include "intake/hourly.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>

#define HOUR ((int64_t)3600 * 1000)

static void
each_counts_for_itself(void **state)
{
	struct hourly *h = hourly_new();

	(void)state;
	assert_non_null(h);
	assert_int_equal(hourly_count(h, STR("ann@x.example"), 1000), 1);
	assert_int_equal(hourly_count(h, STR("Ann@X.example"), 1001), 2);
	assert_int_equal(hourly_count(h, STR("bo@x.example"), 1001), 1);
	assert_int_equal(hourly_count(h, STR(""), 1001), 1);
	hourly_free(h);
	hourly_free(NULL);
}

static void
an_hour_ends(void **state)
{
	struct hourly *h = hourly_new();
	const struct str ann = STR("ann");

	(void)state;
	assert_int_equal(hourly_count(h, ann, 1000), 1);
	assert_int_equal(hourly_count(h, ann, 1000 + HOUR - 1), 2);
	assert_int_equal(hourly_count(h, ann, 1000 + HOUR), 1);
	assert_int_equal(hourly_count(h, ann, 5), 1); /* put back */
	hourly_free(h);
}

/* A flood of names makes room for itself, and not at the cost of who has done
 * much: that is whom the table is for. */
static void
who_did_much_is_remembered(void **state)
{
	struct hourly *h = hourly_new();
	char name[30];
	unsigned i;

	(void)state;
	for (i = 1; i <= 50; i++)
		assert_int_equal(hourly_count(h, STR("loop"), 1000), i);
	for (i = 0; i < 100000; i++) {
		(void)snprintf(name, sizeof(name), "name %u", i);
		(void)hourly_count(h, str_from(name), 2000);
	}
	assert_int_equal(hourly_count(h, STR("loop"), 3000), 51);
	hourly_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_counts_for_itself),
	    cmocka_unit_test(an_hour_ends),
	    cmocka_unit_test(who_did_much_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
