/* limits: buckets empty and fill; the table stays what it is; the crowd. */
#include "gateway/limits.h"
#include "tests/lib/cmocka.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const struct limit_rule rules[] = {
    {.burst = 3, .per_minute = 60},
    {.burst = 1, .per_minute = 6},
    {.burst = 0, .per_minute = 1},
    {.burst = 1, .per_minute = 0},
};

static bool
ask(struct limits *l, size_t rule, const char *key, int64_t now)
{
	return limits_take(l, rule, str_from(key), now, NULL);
}

static void
test_bucket(void **state)
{
	struct limits *l = limits_new(rules, ARRAY_LEN(rules), 100);
	int64_t wait = 0;

	(void)state;
	assert_true(ask(l, 0, "a", 1000));
	assert_true(ask(l, 0, "a", 1000));
	assert_true(ask(l, 0, "a", 1000));
	assert_false(limits_take(l, 0, STR("a"), 1000, &wait));
	assert_int_equal(wait, 1000);
	assert_true(ask(l, 0, "b", 1000));
	assert_true(ask(l, 1, "a", 1000));
	assert_false(limits_take(l, 1, STR("a"), 1000, &wait));
	assert_int_equal(wait, 10000);
	assert_false(ask(l, 0, "a", 1999));
	assert_true(ask(l, 0, "a", 2000));
	assert_false(ask(l, 0, "a", 2000));
	/* Full again, and not fuller. */
	assert_true(ask(l, 0, "a", 1000000));
	assert_true(ask(l, 0, "a", 1000000));
	assert_true(ask(l, 0, "a", 1000000));
	assert_false(ask(l, 0, "a", 1000000));
	limits_free(l);
}

static void
test_no_limit(void **state)
{
	struct limits *l = limits_new(rules, ARRAY_LEN(rules), 1);
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		assert_true(ask(l, 2, "a", 5));
		assert_true(ask(l, 3, "a", 5));
	}
	limits_free(l);
	limits_free(NULL);
}

/* Those who did little make room; who is at the limit stays there. */
static void
test_flood(void **state)
{
	struct limits *l = limits_new(rules, 1, 64);
	char key[32];
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_true(ask(l, 0, "greedy", 0));
	for (i = 0; i < 10000; i++) {
		snprintf(key, sizeof(key), "%u", i);
		assert_true(ask(l, 0, key, 1));
	}
	assert_false(ask(l, 0, "greedy", 2));
	limits_free(l);
}

/* Over a long time exactly burst + time * rate are let through. */
static void
test_rate(void **state)
{
	struct limits *l = limits_new(rules, 1, 8);
	unsigned seed = (unsigned)time(NULL), passed = 0;
	int64_t now = 0;

	(void)state;
	print_message("seed %u\n", seed);
	srand(seed);
	for (; now < 600000; now += rand() % 400)
		passed += ask(l, 0, "x", now);
	assert_in_range(passed, 600, 603);
	limits_free(l);
}

static struct address
address(unsigned n)
{
	struct address a = {{0}};

	memcpy(a.bytes + 4, &n, sizeof(n));
	return a;
}

static void
test_crowd(void **state)
{
	struct crowd *c = crowd_new(5, 2);
	struct address a = address(1), b = address(2), d = address(3);

	(void)state;
	assert_true(crowd_enter(c, &a));
	assert_true(crowd_enter(c, &a));
	assert_false(crowd_enter(c, &a));
	assert_true(crowd_enter(c, &b));
	assert_true(crowd_enter(c, &b));
	assert_true(crowd_enter(c, &d));
	assert_false(crowd_enter(c, &d));
	crowd_leave(c, &a);
	assert_true(crowd_enter(c, &d));
	assert_false(crowd_enter(c, &a));
	crowd_leave(c, &b);
	assert_true(crowd_enter(c, &a));
	crowd_free(c);
	crowd_free(NULL);
}

/* Against plain counters, with all the collisions a small table has. */
/* Whoever has one IPv6 address has 2^64 of them. */
static void
test_crowd_v6(void **state)
{
	struct crowd *c = crowd_new(10, 2);
	struct address a, near, far;

	(void)state;
	assert_true(address_read(STR("2001:db8:1:2::1"), &a));
	assert_true(address_read(STR("2001:db8:1:2:ffff::9"), &near));
	assert_true(address_read(STR("2001:db8:1:3::1"), &far));
	assert_true(crowd_enter(c, &a));
	assert_true(crowd_enter(c, &near));
	assert_false(crowd_enter(c, &near));
	assert_false(crowd_enter(c, &a));
	assert_true(crowd_enter(c, &far));
	crowd_leave(c, &a);
	assert_true(crowd_enter(c, &near));
	assert_true(address_read(STR("192.0.2.1"), &a));
	assert_true(address_read(STR("192.0.2.2"), &near));
	assert_true(crowd_enter(c, &a));
	assert_true(crowd_enter(c, &a));
	assert_false(crowd_enter(c, &a));
	assert_true(crowd_enter(c, &near));
	crowd_free(c);
}

static void
test_crowd_random(void **state)
{
	struct crowd *c = crowd_new(40, 4);
	unsigned seed = (unsigned)time(NULL), counts[32] = {0}, all = 0, i;

	(void)state;
	print_message("seed %u\n", seed);
	srand(seed);
	for (i = 0; i < 200000; i++) {
		unsigned n = (unsigned)rand() % 32;
		struct address a = address(n);

		if (rand() % 2 == 0) {
			bool room = counts[n] < 4 && all < 40;

			assert_int_equal(crowd_enter(c, &a), room);
			counts[n] += room;
			all += room;
		} else if (counts[n] > 0) {
			crowd_leave(c, &a);
			counts[n]--;
			all--;
		}
	}
	crowd_free(c);
}

static void *
enter_and_leave(void *crowd)
{
	struct address a = address(7);
	int i;

	for (i = 0; i < 5000; i++)
		if (crowd_enter(crowd, &a))
			crowd_leave(crowd, &a);
	return NULL;
}

static void
test_crowd_threads(void **state)
{
	struct crowd *c = crowd_new(4, 2);
	struct address a = address(7);
	pthread_t t[4];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(t); i++)
		assert_int_equal(
		    pthread_create(&t[i], NULL, enter_and_leave, c), 0);
	for (i = 0; i < ARRAY_LEN(t); i++)
		pthread_join(t[i], NULL);
	assert_true(crowd_enter(c, &a));
	assert_true(crowd_enter(c, &a));
	assert_false(crowd_enter(c, &a));
	crowd_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bucket),
	    cmocka_unit_test(test_no_limit),
	    cmocka_unit_test(test_flood),
	    cmocka_unit_test(test_rate),
	    cmocka_unit_test(test_crowd),
	    cmocka_unit_test(test_crowd_v6),
	    cmocka_unit_test(test_crowd_random),
	    cmocka_unit_test(test_crowd_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
