/* How fast, and how long to wait: numbers in, numbers out. */
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"
#include "workers/deliver_inner.h"

#include <stdlib.h>

static void
goes_at_its_pace_after_a_burst(void **state)
{
	const struct rate r = {.interval_us = 100000, .burst = 3};
	int64_t full = 0, now = 1000;
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(rate_wait(r, full, now), 0);
		rate_take(r, &full, now);
	}
	assert_int_equal(rate_wait(r, full, now), 100);
	assert_int_equal(rate_wait(r, full, now + 99), 1);
	assert_int_equal(rate_wait(r, full, now + 100), 0);
	assert_int_equal(rate_wait(r, full, now + 10000), 0);
}

static void
no_rate_is_no_wait(void **state)
{
	const struct rate none = {0};
	int64_t full = 0;
	unsigned i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(rate_wait(none, full, 1), 0);
		rate_take(none, &full, 1);
	}
}

/* Whatever happens in between: never more than burst + time / interval. */
static void
is_never_faster_than_that(void **state)
{
	struct test_random random = test_random_new("pace");
	unsigned round;

	(void)state;
	for (round = 0; round < 200; round++) {
		const struct rate r = {
		    .interval_us = 1 +
				   (int64_t)test_random_below(&random, 50000),
		    .burst = 1 + (unsigned)test_random_below(&random, 20)};
		int64_t full = 0, now = 1000000, sent = 0;

		while (now < 1000000 + 2000) {
			now += (int64_t)test_random_below(&random, 40);
			while (rate_wait(r, full, now) == 0) {
				rate_take(r, &full, now);
				sent++;
			}
			assert_true(
			    sent <= r.burst +
					(now - 1000000) * 1000 / r.interval_us +
					1);
		}
		assert_true(sent >= 2000 * 1000 / (r.interval_us + 40000));
	}
}

static void
the_document_overrides_the_row(void **state)
{
	const struct capabilities can = {
	    .per_second = 10, .per_recipient_ms = 1000, .recipient_burst = 4};
	const struct company_account plain = {0},
				     own = {.per_second = 500,
					 .per_recipient_minute = 120};

	(void)state;
	assert_int_equal(rate_of_account(&can, &plain).interval_us, 100000);
	assert_int_equal(rate_of_account(&can, &plain).burst, 1);
	assert_int_equal(rate_of_account(&can, &own).interval_us, 2000);
	assert_int_equal(rate_of_account(&can, &own).burst, 50);
	assert_int_equal(rate_of_recipient(&can, &plain).interval_us, 1000000);
	assert_int_equal(rate_of_recipient(&can, &plain).burst, 4);
	assert_int_equal(rate_of_recipient(&can, &own).interval_us, 500000);
}

static void
recipients_wait_each_for_itself(void **state)
{
	const struct rate r = {.interval_us = 1000000, .burst = 1};
	struct recipients *all = recipients_new();
	uint64_t a = recipient_key(all, 1, STR("a")),
		 b = recipient_key(all, 1, STR("b")),
		 other = recipient_key(all, 2, STR("a"));

	(void)state;
	assert_true(a != b && a != other);
	recipients_take(all, a, r, 5000);
	assert_int_equal(recipients_wait(all, a, r, 5000), 1000);
	assert_int_equal(recipients_wait(all, a, r, 5600), 400);
	assert_int_equal(recipients_wait(all, a, r, 6000), 0);
	assert_int_equal(recipients_wait(all, b, r, 5000), 0);
	assert_int_equal(recipients_wait(all, other, r, 5000), 0);
	recipients_hold(all, b, 9000, 5000);
	assert_int_equal(recipients_wait(all, b, r, 5000), 4000);
	recipients_hold(all, b, 7000, 5000); /* a shorter wish */
	assert_int_equal(recipients_wait(all, b, r, 5000), 4000);
	assert_int_equal(recipients_wait(all, b, r, 9000), 0);
	recipients_free(all);
}

/* Where there is no room for one more, it waits; nobody is let through. */
static void
many_recipients_keep_their_pace(void **state)
{
	const struct rate r = {.interval_us = 1000000, .burst = 1};
	struct recipients *all = recipients_new();
	unsigned i, went = 0;

	(void)state;
	for (i = 1; i <= 200000; i++) {
		uint64_t key = i * UINT64_C(0x9e3779b97f4a7c15);

		if (recipients_wait(all, key, r, 5000) > 0)
			continue;
		recipients_take(all, key, r, 5000);
		assert_int_equal(recipients_wait(all, key, r, 5000), 1000);
		went++;
	}
	assert_in_range(went, 50000, 65536);
	recipients_free(all);
}

/* More are held than there is room for: none goes before its time. */
static void
nobody_loses_a_longer_wait(void **state)
{
	const struct rate r = {.interval_us = 1000000, .burst = 1};
	struct recipients *all = recipients_new();
	uint64_t i;

	(void)state;
	for (i = 1; i <= 30; i++) /* all of one set, each for less long */
		recipients_hold(all, i << 32, 5030 - (int64_t)i, 0);
	for (i = 1; i <= 30; i++)
		assert_true(
		    recipients_wait(all, i << 32, r, 0) >= 5030 - (int64_t)i);
	for (i = 31; i <= 60; i++) /* and longer */
		recipients_hold(all, i << 32, 5000 + (int64_t)i, 0);
	for (i = 1; i <= 60; i++)
		assert_true(
		    recipients_wait(all, i << 32, r, 0) >= 5030 - (int64_t)i);
	for (i = 53; i <= 60; i++)
		assert_int_equal(
		    recipients_wait(all, i << 32, r, 0), 5000 + (int64_t)i);
	recipients_free(all);
}

static void
backs_off_further_each_time(void **state)
{
	static const int64_t seconds[] = {
	    2, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800, 1800, 1800};
	unsigned i;
	uint32_t random;

	(void)state;
	for (i = 0; i < ARRAY_LEN(seconds); i++)
		for (random = 0; random < 1000; random++)
			assert_in_range(backoff_ms(i, random * 7919),
			    seconds[i] * 800, seconds[i] * 1200);
	assert_in_range(backoff_ms(UINT32_MAX, 0), 1, 1800 * 1200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(goes_at_its_pace_after_a_burst),
	    cmocka_unit_test(no_rate_is_no_wait),
	    cmocka_unit_test(is_never_faster_than_that),
	    cmocka_unit_test(the_document_overrides_the_row),
	    cmocka_unit_test(recipients_wait_each_for_itself),
	    cmocka_unit_test(many_recipients_keep_their_pace),
	    cmocka_unit_test(nobody_loses_a_longer_wait),
	    cmocka_unit_test(backs_off_further_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
