/*
 * Lanes: one that does not get through stops, is probed, and flows again, and
 * no other notices; the paces of account and recipient are kept.
 */
#include "tests/workers/deliver_rig.h"

#include <stdio.h>
#include <stdlib.h>

#define HOUR_MS ((int64_t)3600 * 1000)

static void
write_to(const char *account, unsigned from, unsigned n)
{
	unsigned c;

	for (c = from; c < from + n; c++)
		write_rows(account, c, "x", 1, NULL);
}

/* ---- down ----------------------------------------------------------------- */

static void
stops_and_flows_again(void **state)
{
	struct lane lane;
	unsigned sends;

	(void)state;
	deliver_begin();
	atomic_store(&rig.vendor.check_fault, FAULT_BROKEN);
	vendor_fault(&rig.vendor, FAULT_BROKEN, -1);
	write_to("main", 0, 20);
	lane_becomes("main", LANE_DOWN);
	lane = lane_read("main");
	assert_true(str_eq(lane.detail, STR("it answers with status 503")));
	reaches_later(&rig.vendor.checks, 3);
	sends = atomic_load(&rig.vendor.sends);
	reaches_later(&rig.vendor.checks, 5);
	assert_int_equal(atomic_load(&rig.vendor.sends), sends);

	/* The check is well and sending is not: one row is tried. */
	atomic_store(&rig.vendor.check_fault, FAULT_NONE);
	reaches_later(&rig.vendor.sends, sends + 1);
	assert_int_equal(lane_read("main").state, LANE_DOWN);
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	lane_becomes_later("main", LANE_FLOWS);
	later(60000);
	rows_open(0);
	assert_int_equal(vendor_effects(&rig.vendor), 20);
	assert_true(str_eq(lane_read("main").detail, STR("")));
}

/* Answers that nobody understands are none. */
static void
stops_when_nothing_can_be_understood(void **state)
{
	(void)state;
	deliver_begin();
	atomic_store(&rig.vendor.check_fault, FAULT_BROKEN);
	vendor_fault(&rig.vendor, FAULT_UNSURE, -1);
	write_to("main", 0, 20);
	lane_becomes("main", LANE_DOWN);
	assert_true(str_eq(lane_read("main").detail,
	    STR("it answers with status 409 what cannot be understood")));
}

/* Whoever mends the account needs not wait. */
static void
another_document_is_tried_at_once(void **state)
{
	char account[200];
	unsigned checks;

	(void)state;
	deliver_begin();
	atomic_store(&rig.vendor.check_fault, FAULT_BROKEN);
	vendor_fault(&rig.vendor, FAULT_BROKEN, -1);
	write_to("main", 0, 20);
	lane_becomes("main", LANE_DOWN);
	reaches_later(&rig.vendor.checks, 10); /* seldom by now */
	checks = atomic_load(&rig.vendor.checks);
	snprintf(account, sizeof(account),
	    "{\"channel\":\"test\",\"name\":\"main\","
	    "\"token\":\"another\",\"api\":\"%s\"}",
	    stub_url(rig.vendor.stub));
	deliver_document(account);
	reaches(&rig.vendor.checks, checks + 1);
}

/* Its rows have not tried in vain: they keep their attempts. */
static void
a_vendor_that_is_gone_costs_no_attempts(void **state)
{
	int64_t rows[10];
	unsigned i;

	(void)state;
	deliver_document(
	    "{\"channel\":\"test\",\"name\":\"main\","
	    "\"token\":\"secret\",\"api\":\"http://127.0.0.1:1\"}");
	deliver_begin();
	for (i = 0; i < 10; i++)
		write_rows("main", i, "x", 1, &rows[i]);
	lane_becomes("main", LANE_DOWN);
	for (i = 0; i < 10; i++) {
		row_becomes(rows[i], OUTBOX_READY);
		assert_int_equal(row_read(rows[i]).attempts, 0);
		/* Else it would look as if it had been replayed. */
		assert_true(row_read(rows[i]).due <= row_read(rows[i]).at);
	}
	assert_string_equal(newest_body(1, EVENT_DELIVERY), "");
}

static void
nobody_else_notices(void **state)
{
	char accounts[300];

	(void)state;
	snprintf(accounts, sizeof(accounts),
	    "{\"channel\":\"test\",\"name\":\"main\",\"token\":\"secret\","
	    "\"api\":\"http://127.0.0.1:1\"},"
	    "{\"channel\":\"test\",\"name\":\"other\",\"token\":\"secret\","
	    "\"api\":\"%s\"}",
	    stub_url(rig.vendor.stub));
	deliver_document(accounts);
	deliver_begin();
	write_to("main", 0, 20);
	lane_becomes("main", LANE_DOWN);
	write_to("other", 30, 20);
	effects_reach(20);
	assert_int_equal(lane_read("other").state, LANE_FLOWS);
	assert_int_equal(lane_read("main").state, LANE_DOWN);
	assert_int_equal(lane_read("main").open, 20);
	rows_open(20);
}

/* A vendor that takes requests and never answers them. */
static void
one_that_hangs_leaves_room(void **state)
{
	(void)state;
	rig.conf.in_flight_max = 20;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_HOLD, 30);
	write_to("main", 0, 40);
	effects_reach(10);
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	write_to("other", 40, 20);
	effects_reach(30);
	assert_in_range(stub_held(rig.vendor.stub), 10, 11);
	stub_release(rig.vendor.stub);
	rows_open(0);
}

static void
a_few_failures_stop_nothing(void **state)
{
	unsigned i;

	(void)state;
	deliver_begin();
	for (i = 0; i < 8; i++) {
		vendor_fault(&rig.vendor, FAULT_BROKEN, 1);
		write_to("main", 2 * i, 2);
		effects_reach(i + 1);
	}
	assert_int_equal(lane_read("main").state, LANE_FLOWS);
	assert_int_equal(atomic_load(&rig.vendor.checks), 0);
}

/* One sleeps for an hour; of the others nobody knows what became. */
static void
goes_down_with_a_sleeper(void)
{
	int64_t row;
	unsigned c;

	test_channel.can.lookup = false;
	atomic_store(&rig.vendor.wish, 3600);
	vendor_fault(&rig.vendor, FAULT_BUSY, 1);
	deliver_begin();
	write_rows("main", 0, "x", 1, &row);
	row_is_put_off(row);
	vendor_fault(&rig.vendor, FAULT_CUT_BEFORE, 5);
	for (c = 1; c <= 5; c++) {
		write_rows("main", c, "x", 1, &row);
		row_becomes(row, OUTBOX_UNKNOWN);
	}
	lane_becomes("main", LANE_DOWN);
}

static void
flows_when_there_is_nothing_to_try(void **state)
{
	int64_t row, down;

	(void)state;
	goes_down_with_a_sleeper();
	down = clock_wall(&rig.f.clock);
	lane_becomes_later("main", LANE_FLOWS);
	assert_true(clock_wall(&rig.f.clock) < down + HOUR_MS / 2);
	vendor_fault(&rig.vendor, FAULT_CUT_BEFORE, 1);
	write_rows("main", 7, "x", 1, &row);
	row_becomes(row, OUTBOX_UNKNOWN);
	lane_becomes("main", LANE_DOWN); /* at once */
}

/* Many files, and no message that could be tried. */
static void
flows_when_files_come(void **state)
{
	int64_t row = 0;
	unsigned c;

	(void)state;
	rig.vendor.file = STR("words");
	goes_down_with_a_sleeper();
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	for (c = 10; c < 20; c++)
		row = write_file(c, "/file/a");
	later(3000); /* it is probed */
	row_becomes(row, OUTBOX_SENT);
	lane_becomes("main", LANE_FLOWS);
}

/* ---- blocked --------------------------------------------------------------- */

static void
is_blocked_until_the_document_changes(void **state)
{
	char accounts[200];
	int64_t row;

	(void)state;
	deliver_begin();
	atomic_store(&rig.vendor.check_fault, FAULT_DENIED);
	vendor_fault(&rig.vendor, FAULT_DENIED, -1);
	write_rows("main", 1, "a", 1, &row);
	lane_becomes("main", LANE_BLOCKED);
	assert_true(
	    str_eq(lane_read("main").detail, STR("The token was refused.")));
	row_becomes(row, OUTBOX_READY);
	assert_int_equal(row_read(row).attempts, 0);
	later(10 * 60000);
	reaches(&rig.vendor.checks, 1);
	later(60000);
	assert_int_equal(lane_read("main").state, LANE_BLOCKED);
	assert_int_equal(atomic_load(&rig.vendor.sends), 1);

	atomic_store(&rig.vendor.check_fault, FAULT_NONE);
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	snprintf(accounts, sizeof(accounts),
	    "{\"channel\":\"test\",\"name\":\"main\",\"token\":\"newer\","
	    "\"api\":\"%s\"}",
	    stub_url(rig.vendor.stub));
	deliver_document(accounts);
	later(2000);
	row_becomes(row, OUTBOX_SENT);
	lane_becomes("main", LANE_FLOWS);
	assert_int_equal(row_read(row).attempts, 1);
}

static void
an_account_that_is_gone_is_blocked(void **state)
{
	char accounts[200];
	int64_t row;

	(void)state;
	deliver_document("");
	deliver_begin();
	write_rows("main", 1, "a", 1, &row);
	lane_becomes("main", LANE_BLOCKED);
	assert_true(str_eq(
	    lane_read("main").detail, STR("not in the company's document")));
	assert_int_equal(row_read(row).state, OUTBOX_READY);
	snprintf(accounts, sizeof(accounts),
	    "{\"channel\":\"test\",\"name\":\"main\",\"token\":\"newer\","
	    "\"api\":\"%s\"}",
	    stub_url(rig.vendor.stub));
	deliver_document(accounts);
	later(2000);
	row_becomes(row, OUTBOX_SENT);
	lane_becomes("main", LANE_FLOWS);
}

static void
a_channel_that_is_gone_is_blocked(void **state)
{
	(void)state;
	write_to("main", 0, 3);
	rig.conf.find = channel_find;
	deliver_begin();
	lane_becomes("main", LANE_BLOCKED);
	assert_true(str_eq(
	    lane_read("main").detail, STR("there is no channel of that name")));
	assert_int_equal(lane_read("main").open, 3);
}

/* As the one before left it, until the vendor was asked. */
static void
stays_down_over_a_restart(void **state)
{
	(void)state;
	deliver_begin();
	atomic_store(&rig.vendor.check_fault, FAULT_BROKEN);
	vendor_fault(&rig.vendor, FAULT_BROKEN, -1);
	write_to("main", 0, 10);
	lane_becomes("main", LANE_DOWN);
	deliver_end();
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	deliver_begin();
	reaches(&rig.vendor.checks, 1);
	assert_int_equal(lane_read("main").state, LANE_DOWN);
	assert_int_equal(vendor_effects(&rig.vendor), 0);
	atomic_store(&rig.vendor.check_fault, FAULT_NONE);
	lane_becomes_later("main", LANE_FLOWS);
	later(60000);
	rows_open(0);
	assert_int_equal(vendor_effects(&rig.vendor), 10);
}

/* ---- paces ----------------------------------------------------------------- */

static int64_t
time_between(size_t a, size_t b)
{
	return vendor_effect(&rig.vendor, b).at -
	       vendor_effect(&rig.vendor, a).at;
}

static void
keeps_the_pace_of_the_account(void **state)
{
	(void)state;
	test_channel.can.per_second = 100; /* and 10 at once */
	write_to("main", 0, 40);
	deliver_begin();
	effects_reach(40);
	assert_in_range(time_between(0, 39), 250, 2000);
}

static void
keeps_the_pace_of_each_recipient(void **state)
{
	size_t i, last = 0, n = 0;

	(void)state;
	test_channel.can.per_recipient_ms = 60;
	test_channel.can.recipient_burst = 2;
	write_rows("main", 1, "one", 6, NULL);
	write_to("main", 2, 20);
	deliver_begin();
	effects_reach(26);
	for (i = 0; i < 26; i++)
		if (strncmp(vendor_effect(&rig.vendor, i).text, "one", 3) ==
			0 &&
		    ++n > 0)
			last = i;
	assert_int_equal(n, 6);
	assert_int_equal(last, 25); /* the others did not wait for it */
	assert_in_range(time_between(0, 25), 4 * 60 - 20, 2000);
}

static void
the_document_knows_a_better_pace(void **state)
{
	char accounts[300];

	(void)state;
	test_channel.can.per_second = 1;
	snprintf(accounts, sizeof(accounts),
	    "{\"channel\":\"test\",\"name\":\"main\",\"token\":\"newer\","
	    "\"sends_per_second\":1000,\"api\":\"%s\"}",
	    stub_url(rig.vendor.stub));
	deliver_document(accounts);
	write_to("main", 0, 40);
	deliver_begin();
	effects_reach(40);
	assert_true(time_between(0, 39) < 2000);
}

static void
has_no_more_under_way_than_the_vendor_likes(void **state)
{
	(void)state;
	test_channel.can.in_flight = 3;
	vendor_fault(&rig.vendor, FAULT_HOLD, 1000);
	write_to("main", 0, 20);
	write_to("other", 20, 20);
	deliver_begin();
	effects_reach(6);
	assert_int_equal(stub_held(rig.vendor.stub), 6);
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	stub_release(rig.vendor.stub);
	rows_open(0);
}

/* What the vendor says of an account is kept for all its rows. */
static void
a_wish_may_be_for_the_account(void **state)
{
	(void)state;
	test_channel.can.in_flight = 1;
	vendor_fault(&rig.vendor, FAULT_BUSY_ACCOUNT, 1);
	write_to("main", 0, 5);
	deliver_begin();
	reaches(&rig.vendor.sends, 1);
	write_to("other", 10, 5);
	effects_reach(5);
	assert_int_equal(atomic_load(&rig.vendor.sends), 6);
	later(1300);
	rows_open(0);
	assert_int_equal(atomic_load(&rig.vendor.sends), 11);
}

/* Nobody waits for years; and whoever waits says so. */
static void
a_wish_has_its_limits(void **state)
{
	static const char words[] = "the vendor asked us to wait until 20";
	struct str detail;
	int64_t row;

	(void)state;
	atomic_store(&rig.vendor.wish, 100000000);
	vendor_fault(&rig.vendor, FAULT_BUSY_ACCOUNT, 1);
	deliver_begin();
	write_rows("main", 1, "a", 1, &row);
	lane_becomes("main", LANE_DOWN);
	detail = lane_read("main").detail;
	assert_true(detail.n > sizeof(words) - 1);
	assert_memory_equal(detail.p, words, sizeof(words) - 1);
	row_becomes(row, OUTBOX_READY);
	assert_in_range(row_read(row).due - clock_wall(&rig.f.clock),
	    5 * HOUR_MS, 7 * HOUR_MS);
	later(5 * HOUR_MS);
	assert_int_equal(lane_read("main").state, LANE_DOWN);
	later(2 * HOUR_MS);
	row_becomes(row, OUTBOX_SENT);
	lane_becomes("main", LANE_FLOWS);
	assert_int_equal(atomic_load(&rig.vendor.checks), 0);
	assert_int_equal(atomic_load(&rig.vendor.sends), 2);
}

/* Beyond the end of the message it ends, and not before. */
static void
a_wish_ends_with_the_message(void **state)
{
	int64_t row, at;

	(void)state;
	test_channel.can.retry_hours = 1;
	atomic_store(&rig.vendor.wish, 3 * 3600);
	vendor_fault(&rig.vendor, FAULT_BUSY, 1);
	deliver_begin();
	at = clock_wall(&rig.f.clock);
	write_rows("main", 1, "a", 1, &row);
	reaches(&rig.vendor.sends, 1);
	row_becomes(row, OUTBOX_READY);
	assert_in_range(row_read(row).due, at + HOUR_MS, at + HOUR_MS + 20000);
	later(HOUR_MS);
	row_becomes_later(row, OUTBOX_DEAD);
	assert_true(str_eq(row_read(row).code, STR("late")));
	assert_int_equal(atomic_load(&rig.vendor.sends), 1);
}

#define A_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, deliver_set_up, deliver_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(stops_and_flows_again),
	    A_TEST(another_document_is_tried_at_once),
	    A_TEST(stops_when_nothing_can_be_understood),
	    A_TEST(a_vendor_that_is_gone_costs_no_attempts),
	    A_TEST(nobody_else_notices),
	    A_TEST(one_that_hangs_leaves_room),
	    A_TEST(a_few_failures_stop_nothing),
	    A_TEST(flows_when_there_is_nothing_to_try),
	    A_TEST(flows_when_files_come),
	    A_TEST(is_blocked_until_the_document_changes),
	    A_TEST(an_account_that_is_gone_is_blocked),
	    A_TEST(a_channel_that_is_gone_is_blocked),
	    A_TEST(stays_down_over_a_restart),
	    A_TEST(keeps_the_pace_of_the_account),
	    A_TEST(keeps_the_pace_of_each_recipient),
	    A_TEST(the_document_knows_a_better_pace),
	    A_TEST(has_no_more_under_way_than_the_vendor_likes),
	    A_TEST(a_wish_may_be_for_the_account),
	    A_TEST(a_wish_has_its_limits),
	    A_TEST(a_wish_ends_with_the_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
