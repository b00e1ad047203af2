/*
 * What came in while nobody listened is asked for and stored, once, with a
 * margin.
 */
#include "tests/workers/deliver_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MINUTE 60000

static void
set_heard(int64_t at)
{
	struct store_op op = {.verb = STORE_LANE,
	    .lane = {.account = {.company = rig.f.company,
			 .channel = STR("test"),
			 .account = STR("main")},
		.at = at,
		.heard_at = at}};

	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
}

static void
heard_rises(int64_t above)
{
	struct patience p = {0};

	while (lane_read("main").heard_at <= above)
		patience(&p, "heard_at to rise");
}

static size_t
messages_of(unsigned c)
{
	struct event events[500];
	size_t n = 500, i, count = 0;

	assert_int_equal(store_read_events(rig.f.reader, rig.conversations[c],
			     0, &rig.arena, events, &n),
	    OK);
	for (i = 0; i < n; i++)
		count += events[i].kind == EVENT_MESSAGE;
	return count;
}

/* The messages of the account's history are of one address. */
static void
open_place(void)
{
	struct store_op op = {.verb = STORE_OPEN,
	    .open = {.address = {.company = rig.f.company,
			 .channel = STR("test"),
			 .account = STR("main"),
			 .address = STR("place")},
		.at = 1}};

	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	rig.conversations[0] = op.open.conversation.id;
}

static void
all_pages_are_stored_once(void **state)
{
	int64_t heard, before;

	(void)state;
	test_channel.can.backfill = BACKFILL_ACCOUNT;
	rig.conf.backfill_minutes = 60;
	open_place();
	before = clock_wall(&rig.f.clock);
	heard = before - 90 * MINUTE;
	set_heard(heard);
	atomic_store(&rig.vendor.history, 250);
	deliver_begin();
	heard_rises(heard);
	assert_int_equal(atomic_load(&rig.vendor.pages), 3);
	assert_int_equal(
	    atomic_load(&rig.vendor.asked_since), heard - 5 * MINUTE);
	assert_true(lane_read("main").heard_at >= before);
	assert_true(lane_read("main").heard_at <= clock_wall(&rig.f.clock));
	assert_int_equal(messages_of(0), 250);
	assert_int_equal(
	    metric_get(&rig.f.metrics, METRIC_DELIVER_BACKFILLED), 250);

	/* An hour later again; what is there falls out. */
	heard = lane_read("main").heard_at;
	atomic_store(&rig.vendor.history, 253);
	later(61 * MINUTE);
	heard_rises(heard);
	assert_int_equal(messages_of(0), 253);
	assert_int_equal(
	    metric_get(&rig.f.metrics, METRIC_DELIVER_BACKFILLED), 253);
}

static void
an_account_never_seen_begins_now(void **state)
{
	struct patience p = {0};

	(void)state;
	test_channel.can.backfill = BACKFILL_ACCOUNT;
	rig.conf.backfill_minutes = 60;
	deliver_begin(); /* there is no lane yet; the document has two */
	while (
	    lane_read("main").heard_at == 0 || lane_read("other").heard_at == 0)
		patience(&p, "lanes of both accounts");
	assert_int_equal(atomic_load(&rig.vendor.pages), 0);
	later(61 * MINUTE);
	reaches(&rig.vendor.pages, 2);
}

static void
asks_each_conversation(void **state)
{
	int64_t heard = 0;

	(void)state;
	test_channel.can.backfill = BACKFILL_CONVERSATIONS;
	rig.conf.backfill_minutes = 60;
	write_rows("main", 1, "a", 1, NULL);
	write_rows("main", 2, "a", 1, NULL);
	heard = clock_wall(&rig.f.clock) - MINUTE;
	set_heard(heard);
	atomic_store(&rig.vendor.history, 5);
	atomic_store(&rig.vendor.history_page, 2);
	deliver_begin();
	heard_rises(heard);
	assert_int_equal(atomic_load(&rig.vendor.pages), 6);
	assert_int_equal(messages_of(1), 6);
	assert_int_equal(messages_of(2), 6);
}

/* heard_at stands until all of it was heard. */
static void
what_fails_is_asked_again(void **state)
{
	int64_t heard;

	(void)state;
	test_channel.can.backfill = BACKFILL_ACCOUNT;
	rig.conf.backfill_minutes = 60;
	open_place();
	heard = clock_wall(&rig.f.clock) - MINUTE;
	set_heard(heard);
	atomic_store(&rig.vendor.history, 150);
	vendor_fault(&rig.vendor, FAULT_BROKEN, 3);
	deliver_begin();
	reaches_later(&rig.vendor.pages, 3);
	assert_int_equal(lane_read("main").heard_at, heard);
	reaches_later(&rig.vendor.pages, 5);
	heard_rises(heard);
	assert_int_equal(messages_of(0), 150);
	assert_int_equal(lane_read("main").state, LANE_FLOWS);
}

/* The clock was set back since. */
static void
nothing_is_asked_of_the_future(void **state)
{
	int64_t now;

	(void)state;
	test_channel.can.backfill = BACKFILL_ACCOUNT;
	rig.conf.backfill_minutes = 60;
	open_place();
	set_heard(clock_wall(&rig.f.clock) + 1000 * MINUTE);
	atomic_store(&rig.vendor.history, 1);
	deliver_begin();
	reaches(&rig.vendor.pages, 1);
	now = clock_wall(&rig.f.clock);
	while (atomic_load(&rig.vendor.asked_since) == 0)
		usleep(500);
	assert_in_range(atomic_load(&rig.vendor.asked_since), now - 6 * MINUTE,
	    now - 5 * MINUTE);
}

/* Pages that were not read are not passed. */
static void
what_is_refused_is_asked_again(void **state)
{
	int64_t heard = clock_wall(&rig.f.clock) - MINUTE;

	(void)state;
	test_channel.can.backfill = BACKFILL_ACCOUNT;
	rig.conf.backfill_minutes = 60;
	open_place();
	set_heard(heard);
	atomic_store(&rig.vendor.history, 150);
	atomic_store(&rig.vendor.refused_page, 1);
	deliver_begin();
	reaches(&rig.vendor.pages, 1);
	atomic_store(&rig.vendor.refused_page, 2);
	reaches_later(&rig.vendor.pages, 3);
	assert_int_equal(lane_read("main").heard_at, heard);
	atomic_store(&rig.vendor.refused_page, 0);
	reaches_later(&rig.vendor.pages, 5);
	heard_rises(heard);
	assert_int_equal(messages_of(0), 150);
}

/* The second page of the account's history fails. */
static void
begin_to_hear(void)
{
	char account[200];

	snprintf(account, sizeof(account),
	    "{\"channel\":\"test\",\"name\":\"main\","
	    "\"token\":\"secret\",\"api\":\"%s\"}",
	    stub_url(rig.vendor.stub));
	deliver_document(account);
	test_channel.can.backfill = BACKFILL_ACCOUNT;
	rig.conf.backfill_minutes = 60;
	open_place();
	set_heard(clock_wall(&rig.f.clock) - MINUTE);
	atomic_store(&rig.vendor.history, 150);
	atomic_store(&rig.vendor.refused_status, 503);
	atomic_store(&rig.vendor.refused_page, 2);
	deliver_begin();
	reaches(&rig.vendor.pages, 2);
	assert_int_equal(atomic_load(&rig.vendor.first_pages), 1);
}

/* Few are asked at once, and others wait for a place. */
static void
a_page_is_not_asked_for_ever(void **state)
{
	(void)state;
	begin_to_hear();
	reaches_later(&rig.vendor.first_pages, 2);
	assert_int_equal(atomic_load(&rig.vendor.pages), 1 + 9 + 1);
}

static void
an_account_that_is_down_is_not_asked(void **state)
{
	int64_t flows;
	unsigned c;

	(void)state;
	begin_to_hear();
	vendor_fault(&rig.vendor, FAULT_BROKEN, -1);
	for (c = 1; c < 10; c++)
		write_rows("main", c, "x", 1, NULL);
	lane_becomes("main", LANE_DOWN);
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	atomic_store(&rig.vendor.refused_page, 0);
	lane_becomes_later("main", LANE_FLOWS);
	flows = clock_wall(&rig.f.clock);
	reaches_later(&rig.vendor.first_pages, 2);
	assert_true(clock_wall(&rig.f.clock) < flows + 30 * MINUTE);
}

/* An app that may not read histories may still send. */
static void
a_history_that_is_denied_stops_nothing(void **state)
{
	int64_t row;

	(void)state;
	test_channel.can.backfill = BACKFILL_ACCOUNT;
	rig.conf.backfill_minutes = 60;
	set_heard(clock_wall(&rig.f.clock) - MINUTE);
	vendor_fault(&rig.vendor, FAULT_DENIED, -1);
	deliver_begin();
	reaches_later(&rig.vendor.pages, 2);
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	write_rows("main", 1, "a", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	assert_int_equal(lane_read("main").state, LANE_FLOWS);
	assert_int_equal(atomic_load(&rig.vendor.checks), 0);
}

static void
two_conversations(void)
{
	test_channel.can.backfill = BACKFILL_CONVERSATIONS;
	rig.conf.backfill_minutes = 60;
	write_rows("main", 1, "a", 1, NULL);
	write_rows("main", 2, "a", 1, NULL);
}

static void
a_conversation_that_is_gone_is_passed_over(void **state)
{
	int64_t heard = clock_wall(&rig.f.clock) - MINUTE;

	(void)state;
	two_conversations();
	set_heard(heard);
	atomic_store(&rig.vendor.history, 5);
	atomic_store(&rig.vendor.history_page, 2);
	rig.vendor.refused_place = "c1";
	deliver_begin();
	heard_rises(heard);
	assert_int_equal(atomic_load(&rig.vendor.pages), 4);
	assert_int_equal(messages_of(1), 1);
	assert_int_equal(messages_of(2), 6);
}

/* A hall of which two conversations are corners is asked once. */
static void
what_conversations_name_is_asked_once(void **state)
{
	int64_t heard = clock_wall(&rig.f.clock) - MINUTE;

	(void)state;
	two_conversations();
	set_heard(heard);
	test_also = STR("hall");
	atomic_store(&rig.vendor.history, 1);
	deliver_begin();
	heard_rises(heard);
	test_also = (struct str){0};
	assert_int_equal(atomic_load(&rig.vendor.pages), 3);
}

static void
but_not_when_it_had_begun_to_tell(void **state)
{
	int64_t heard = clock_wall(&rig.f.clock) - MINUTE;

	(void)state;
	two_conversations();
	set_heard(heard);
	atomic_store(&rig.vendor.history, 5);
	atomic_store(&rig.vendor.history_page, 2);
	atomic_store(&rig.vendor.refused_page, 2);
	deliver_begin();
	reaches_later(&rig.vendor.pages, 6);
	assert_int_equal(lane_read("main").heard_at, heard);
	atomic_store(&rig.vendor.refused_page, 0);
	reaches_later(&rig.vendor.pages, 12);
	heard_rises(heard);
}

/* Each has its own limit of pages. */
static void
long_conversations_are_read_to_their_ends(void **state)
{
	int64_t heard = clock_wall(&rig.f.clock) - MINUTE;
	struct patience p = {0};

	(void)state;
	two_conversations();
	set_heard(heard);
	rig.vendor.pages_empty = true;
	atomic_store(&rig.vendor.history, 501);
	atomic_store(&rig.vendor.history_page, 1);
	deliver_begin();
	while (lane_read("main").heard_at == heard) {
		later(100);
		deliver_poke(rig.deliver);
		patience(&p, "many pages");
	}
	assert_int_equal(atomic_load(&rig.vendor.pages), 1002);
}

static void
asks_nothing_when_told_so(void **state)
{
	int64_t row;

	(void)state;
	test_channel.can.backfill = BACKFILL_ACCOUNT;
	set_heard(clock_wall(&rig.f.clock) - MINUTE);
	deliver_begin();
	write_rows("main", 1, "a", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	later(120 * MINUTE);
	write_rows("main", 1, "b", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	assert_int_equal(atomic_load(&rig.vendor.pages), 0);
}

#define A_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, deliver_set_up, deliver_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(all_pages_are_stored_once),
	    A_TEST(an_account_never_seen_begins_now),
	    A_TEST(asks_each_conversation),
	    A_TEST(what_fails_is_asked_again),
	    A_TEST(nothing_is_asked_of_the_future),
	    A_TEST(what_is_refused_is_asked_again),
	    A_TEST(a_page_is_not_asked_for_ever),
	    A_TEST(an_account_that_is_down_is_not_asked),
	    A_TEST(a_history_that_is_denied_stops_nothing),
	    A_TEST(a_conversation_that_is_gone_is_passed_over),
	    A_TEST(what_conversations_name_is_asked_once),
	    A_TEST(but_not_when_it_had_begun_to_tell),
	    A_TEST(long_conversations_are_read_to_their_ends),
	    A_TEST(asks_nothing_when_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
