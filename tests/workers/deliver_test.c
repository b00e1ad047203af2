/*
 * Messages through the deliverer, with a real store, real requests and a
 * vendor that does what the test wants: order, outcomes, doubt, replay.
 */
#include "bus/frames.h"
#include "tests/workers/deliver_rig.h"

#include <stdio.h>
#include <stdlib.h>

static void
sends_what_is_written(void **state)
{
	struct outbox_row r;
	int64_t row;

	(void)state;
	write_rows("main", 1, "before the start", 1, &row);
	deliver_begin();
	row_becomes(row, OUTBOX_SENT);
	write_rows("main", 1, "after it", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	r = row_read(row);
	assert_int_equal(r.attempts, 1);
	assert_true(r.vendor_id.n > 1 && r.vendor_id.p[0] == 'v');
	assert_int_equal(vendor_effects(&rig.vendor), 2);
	assert_string_equal(vendor_effect(&rig.vendor, 1).text, "after it");
	assert_string_equal(newest_body(1, EVENT_DELIVERY), "");
	assert_int_equal(metric_get(&rig.f.metrics, METRIC_DELIVER_SENT), 2);
}

static void
keeps_the_order_of_each_conversation(void **state)
{
	char text[16];
	unsigned c;

	(void)state;
	for (c = 0; c < 8; c++) {
		snprintf(text, sizeof(text), "c%u", c);
		write_rows("main", c, text, 40, NULL);
	}
	deliver_begin();
	rows_open(0);
	assert_int_equal(vendor_effects(&rig.vendor), 320);
	assert_in_order(8);
}

/* One that waits holds up its own conversation and no other. */
static void
one_that_waits_delays_only_its_own(void **state)
{
	int64_t first, second, other;

	(void)state;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_BUSY, 1);
	write_rows("main", 1, "mine", 2, &first);
	second = first + 1;
	reaches(&rig.vendor.sends, 1);
	write_rows("main", 2, "other", 1, &other);
	row_becomes(other, OUTBOX_SENT);
	assert_int_equal(row_read(second).state, OUTBOX_READY);
	row_becomes_later(second, OUTBOX_SENT);
	assert_int_equal(row_read(first).state, OUTBOX_SENT);
	assert_int_equal(row_read(first).attempts, 2);
	assert_string_equal(vendor_effect(&rig.vendor, 1).text, "mine 0");
	assert_string_equal(vendor_effect(&rig.vendor, 2).text, "mine 1");
}

static void
comes_again_when_the_vendor_said(void **state)
{
	int64_t row, before, after;

	(void)state;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_BUSY, 1);
	before = clock_wall(&rig.f.clock);
	write_rows("main", 1, "a", 1, &row);
	reaches(&rig.vendor.sends, 1);
	row_becomes(row, OUTBOX_READY);
	after = clock_wall(&rig.f.clock);
	assert_true(row_read(row).due >= before + 1000);
	assert_true(row_read(row).due <= after + 1200);
	later(1200);
	row_becomes(row, OUTBOX_SENT);
	assert_int_equal(metric_get(&rig.f.metrics, METRIC_DELIVER_LATER), 1);
}

/* Hubs are told of the event. */
static void
news_comes(int64_t conversation, uint64_t seq)
{
	struct patience p = {0};
	struct news_frame frame;
	struct str bytes;
	struct news n;

	for (;;) {
		if (bus_read(rig.f.news, &bytes) != OK) {
			patience(&p, "news");
			continue;
		}
		assert_true(news_frame_read(bytes, &frame));
		while (news_next(&frame.entries, &n))
			if (n.kind == NEWS_EVENT && n.seq == seq &&
			    n.conversation == conversation)
				return;
	}
}

static void
what_is_refused_is_dead_and_said(void **state)
{
	struct outbox_row r;
	int64_t row, next;
	uint64_t seq;

	(void)state;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_REFUSED, 1);
	seq = write_rows("main", 1, "a", 1, &row);
	row_becomes(row, OUTBOX_DEAD);
	r = row_read(row);
	assert_true(str_eq(r.code, STR("bad")));
	assert_true(str_eq(r.reason, STR("The number is not in use.")));
	assert_string_equal(newest_body(1, EVENT_DELIVERY),
	    "{\"state\":\"failed\",\"channel\":\"test\",\"code\":\"bad\","
	    "\"reason\":\"The number is not in use.\"}");
	news_comes(rig.conversations[1], seq + 1);
	write_rows("main", 1, "b", 1, &next);
	row_becomes(next, OUTBOX_SENT);
	assert_int_equal(vendor_effects(&rig.vendor), 1);
}

static void
says_which_part_failed(void **state)
{
	int64_t row;

	(void)state;
	write_rows("main", 1, "part", 3, &row);
	vendor_fault(&rig.vendor, FAULT_REFUSED, 1);
	deliver_begin();
	row_becomes(row + 2, OUTBOX_SENT);
	assert_int_equal(row_read(row).state, OUTBOX_DEAD);
	assert_non_null(strstr(newest_body(1, EVENT_DELIVERY), "\"part\":1}"));
}

/* The channel itself knows better: no request is made. */
static void
what_the_channel_refuses_is_not_sent(void **state)
{
	int64_t row;

	(void)state;
	deliver_begin();
	write_rows("main", 1, "closed", 1, &row);
	row_becomes(row, OUTBOX_DEAD);
	assert_true(str_eq(row_read(row).code, STR("window")));
	assert_int_equal(atomic_load(&rig.vendor.sends), 0);
}

/* ---- doubt ---------------------------------------------------------------- */

static void
wait_for_doubt(int64_t row)
{
	row_becomes(row, OUTBOX_DOUBT);
	assert_int_equal(atomic_load(&rig.vendor.lookups), 0);
	later(3000); /* a tenth of doubt_ms */
}

/* All that is due has been done: another message came through. */
static void
settles(void)
{
	int64_t row;

	write_rows("main", 60, "another", 1, &row);
	row_becomes(row, OUTBOX_SENT);
}

static void
what_was_cut_is_looked_up_and_found(void **state)
{
	int64_t row, next;

	(void)state;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_CUT_AFTER, 1);
	write_rows("main", 1, "a", 1, &row);
	row_becomes(row, OUTBOX_DOUBT);
	write_rows("main", 1, "b", 1, &next);
	wait_for_doubt(row);
	row_becomes(next, OUTBOX_SENT);
	assert_int_equal(row_read(row).state, OUTBOX_SENT);
	assert_true(row_read(row).vendor_id.n > 0);
	assert_int_equal(vendor_effects_of(&rig.vendor, (uint64_t)row), 1);
	assert_int_equal(metric_get(&rig.f.metrics, METRIC_DELIVER_FOUND), 1);
}

static void
what_did_not_go_out_is_sent(void **state)
{
	int64_t row;

	(void)state;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_CUT_BEFORE, 1);
	write_rows("main", 1, "a", 1, &row);
	wait_for_doubt(row);
	row_becomes_later(row, OUTBOX_SENT);
	assert_int_equal(vendor_effects_of(&rig.vendor, (uint64_t)row), 1);
	assert_int_equal(row_read(row).attempts, 2);
	assert_int_equal(metric_get(&rig.f.metrics, METRIC_DELIVER_ABSENT), 1);
}

/* The vendor is still at work, and its list late. */
static void
one_that_is_late_is_not_sent_twice(void **state)
{
	int64_t row;

	(void)state;
	deliver_begin();
	atomic_store(&rig.vendor.forgets, true);
	vendor_fault(&rig.vendor, FAULT_CUT_AFTER, 1);
	write_rows("main", 1, "a", 1, &row);
	wait_for_doubt(row);
	reaches(&rig.vendor.lookups, 1);
	later(20000);
	settles();
	assert_int_equal(atomic_load(&rig.vendor.lookups), 1);
	atomic_store(&rig.vendor.forgets, false);
	later(7000);
	row_becomes(row, OUTBOX_SENT);
	assert_int_equal(atomic_load(&rig.vendor.lookups), 2);
	assert_int_equal(vendor_effects_of(&rig.vendor, (uint64_t)row), 1);
}

/* Sending fails and the list is well: each try comes later than the last, and
 * the lane stops. */
static void
what_never_goes_out_is_not_tried_for_ever(void **state)
{
	struct patience p = {0};
	int64_t row;

	(void)state;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_CUT_BEFORE, -1);
	write_rows("main", 1, "a", 1, &row);
	row_becomes(row, OUTBOX_DOUBT);
	while (metric_get(&rig.f.metrics, METRIC_DELIVER_ABSENT) == 0) {
		patience(&p, "the vendor's word");
		later(200);
	}
	row_becomes(row, OUTBOX_READY);
	assert_true(row_read(row).due > clock_wall(&rig.f.clock));
	assert_int_equal(row_read(row).attempts, 1);
	lane_becomes_later("main", LANE_DOWN);
	assert_in_range(atomic_load(&rig.vendor.sends), 5, 6);
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	row_becomes_later(row, OUTBOX_SENT);
	lane_becomes_later("main", LANE_FLOWS);
	assert_int_equal(vendor_effects(&rig.vendor), 1);
}

static void
what_did_not_go_out_in_time_is_dead(void **state)
{
	int64_t row;

	(void)state;
	test_channel.can.retry_hours = 1;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_CUT_BEFORE, 1);
	write_rows("main", 1, "a", 1, &row);
	row_becomes(row, OUTBOX_DOUBT);
	later(3600000);
	row_becomes_later(row, OUTBOX_DEAD);
	assert_true(str_eq(row_read(row).code, STR("late")));
	assert_int_equal(atomic_load(&rig.vendor.sends), 1);
}

static void
what_cannot_be_looked_up_is_unknown(void **state)
{
	int64_t row, next;

	(void)state;
	test_channel.can.lookup = false;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_CUT_AFTER, 1);
	write_rows("main", 1, "a", 1, &row);
	row_becomes(row, OUTBOX_UNKNOWN);
	assert_non_null(
	    strstr(newest_body(1, EVENT_DELIVERY), "{\"state\":\"unknown\""));
	write_rows("main", 1, "b", 1, &next);
	row_becomes(next, OUTBOX_SENT);
	assert_int_equal(vendor_effects(&rig.vendor), 2);
}

/* Another account's list says nothing of it; another token's does. */
static void
what_another_account_sent_is_not_looked_up(void **state)
{
	static const char *const sender[] = {
	    "\"token\":\"newer\"", "\"token\":\"newer\",\"id\":\"T2\""};
	char account[300];
	int64_t row;
	unsigned i;

	(void)state;
	deliver_begin();
	for (i = 0; i < ARRAY_LEN(sender); i++) {
		vendor_fault(&rig.vendor, FAULT_CUT_AFTER, 1);
		write_rows("main", i, "a", 1, &row);
		row_becomes(row, OUTBOX_DOUBT);
		snprintf(account, sizeof(account),
		    "{\"channel\":\"test\",\"name\":\"main\",%s,"
		    "\"api\":\"%s\"}",
		    sender[i], stub_url(rig.vendor.stub));
		deliver_document(account);
		later(3000);
		row_becomes(row, i == 0 ? OUTBOX_SENT : OUTBOX_UNKNOWN);
		assert_int_equal(atomic_load(&rig.vendor.lookups), 1);
	}
}

/* One that may not look up may still send. */
static void
a_lookup_that_is_refused_blocks_nobody(void **state)
{
	int64_t row, other;

	(void)state;
	atomic_store(&rig.vendor.lookup_fault, FAULT_DENIED);
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_CUT_AFTER, 1);
	write_rows("main", 1, "a", 1, &row);
	wait_for_doubt(row);
	reaches_later(&rig.vendor.lookups, 2);
	write_rows("main", 2, "b", 1, &other);
	row_becomes(other, OUTBOX_SENT);
	assert_int_equal(row_read(row).state, OUTBOX_DOUBT);
	assert_int_equal(lane_read("main").state, LANE_FLOWS);
}

/* Nor does a list that is broken while sending is well. */
static void
lookups_that_fail_stop_nobody(void **state)
{
	int64_t row, other;

	(void)state;
	atomic_store(&rig.vendor.lookup_fault, FAULT_BROKEN);
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_CUT_AFTER, 1);
	write_rows("main", 1, "a", 1, &row);
	wait_for_doubt(row);
	reaches_later(&rig.vendor.lookups, 8);
	write_rows("main", 2, "b", 1, &other);
	row_becomes(other, OUTBOX_SENT);
	assert_int_equal(lane_read("main").state, LANE_FLOWS);
	assert_int_equal(atomic_load(&rig.vendor.checks), 0);
}

/* The vendor does not say; it is never sent again for that. */
static void
asks_until_it_is_too_late(void **state)
{
	unsigned n;
	int64_t row;

	(void)state;
	test_channel.can.retry_hours = 1;
	atomic_store(&rig.vendor.lookup_fault, FAULT_UNSURE);
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_CUT_AFTER, 1);
	write_rows("main", 1, "a", 1, &row);
	wait_for_doubt(row);
	for (n = 1; n <= 4; n++)
		reaches_later(&rig.vendor.lookups, n);
	assert_int_equal(row_read(row).state, OUTBOX_DOUBT);
	later(3600000);
	row_becomes_later(row, OUTBOX_UNKNOWN);
	assert_int_equal(atomic_load(&rig.vendor.sends), 1);
	assert_int_equal(metric_get(&rig.f.metrics, METRIC_DELIVER_UNKNOWN), 1);
}

/* ---- given up, and replayed ----------------------------------------------- */

static void
what_is_too_old_is_dead(void **state)
{
	int64_t row;

	(void)state;
	test_channel.can.retry_hours = 1;
	vendor_fault(&rig.vendor, FAULT_BUSY, 2);
	deliver_begin();
	write_rows("main", 1, "a", 1, &row);
	reaches(&rig.vendor.sends, 1);
	row_becomes(row, OUTBOX_READY);
	later(3600000);
	row_becomes(row, OUTBOX_DEAD);
	assert_true(str_eq(row_read(row).code, STR("late")));
	assert_int_equal(vendor_effects(&rig.vendor), 0);
}

static void
replay(int64_t row)
{
	struct store_op op = {.verb = STORE_REPLAY,
	    .replay = {.row = row, .at = clock_wall(&rig.f.clock)}};

	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
}

/* Nobody pokes: another process did it. It is not too old at once. */
static void
what_is_replayed_goes_out(void **state)
{
	int64_t row;

	(void)state;
	test_channel.can.retry_hours = 1;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_REFUSED, 1);
	write_rows("main", 1, "a", 1, &row);
	row_becomes(row, OUTBOX_DEAD);
	later(5 * 3600000);
	vendor_fault(&rig.vendor, FAULT_BUSY, 1);
	replay(row);
	row_becomes_later(row, OUTBOX_SENT);
	assert_int_equal(vendor_effects(&rig.vendor), 1);
	assert_int_equal(row_read(row).attempts, 2);
}

#define A_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, deliver_set_up, deliver_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(sends_what_is_written),
	    A_TEST(keeps_the_order_of_each_conversation),
	    A_TEST(one_that_waits_delays_only_its_own),
	    A_TEST(comes_again_when_the_vendor_said),
	    A_TEST(what_is_refused_is_dead_and_said),
	    A_TEST(says_which_part_failed),
	    A_TEST(what_the_channel_refuses_is_not_sent),
	    A_TEST(what_was_cut_is_looked_up_and_found),
	    A_TEST(what_did_not_go_out_is_sent),
	    A_TEST(one_that_is_late_is_not_sent_twice),
	    A_TEST(what_never_goes_out_is_not_tried_for_ever),
	    A_TEST(what_did_not_go_out_in_time_is_dead),
	    A_TEST(what_cannot_be_looked_up_is_unknown),
	    A_TEST(what_another_account_sent_is_not_looked_up),
	    A_TEST(a_lookup_that_is_refused_blocks_nobody),
	    A_TEST(lookups_that_fail_stop_nobody),
	    A_TEST(asks_until_it_is_too_late),
	    A_TEST(what_is_too_old_is_dead),
	    A_TEST(what_is_replayed_goes_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
