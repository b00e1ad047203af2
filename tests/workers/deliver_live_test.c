/* Typing and drafts are told as they come, and the message finishes them. */
#include "tests/workers/deliver_rig.h"

#include <stdio.h>
#include <stdlib.h>

/* A conversation with a message out, so that the deliverer leads and knows
 * its lane. */
static void
begin_talking(unsigned c)
{
	struct patience p = {0};
	int64_t row;

	deliver_begin();
	write_rows("main", c, "first", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	/* The deliverer hears of that after the store, and tells nothing
	 * before. */
	while (atomic_load(&rig.vendor.typings) < 1) {
		deliver_typing(rig.deliver, rig.conversations[c]);
		patience(&p, "that somebody types");
	}
	later(5000);
}

static void
typing_is_told(void **state)
{
	(void)state;
	begin_talking(1);
	assert_in_range(atomic_load(&rig.vendor.typings), 1, 2);
}

static void
drafts_are_told_and_finished_by_the_message(void **state)
{
	struct effect e;
	int64_t row;

	(void)state;
	begin_talking(1);
	deliver_draft(rig.deliver, rig.conversations[1], STR("so"));
	reaches(&rig.vendor.drafts, 1);
	assert_string_equal(rig.vendor.last_draft,
	    "{\"row\":0,\"text\":\"so\",\"extra\":\"\","
	    "\"to\":\"reply\"}");
	deliver_draft(rig.deliver, rig.conversations[1], STR("so far"));
	deliver_draft(rig.deliver, rig.conversations[1], STR("so far so"));
	reaches_later(&rig.vendor.drafts, 2);
	assert_string_equal(rig.vendor.last_draft,
	    "{\"row\":0,\"text\":\"so far so\",\"extra\":\"draft1\","
	    "\"to\":\"reply\"}");
	write_rows("main", 1, "so far so good", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	e = vendor_effect(&rig.vendor, 1);
	assert_string_equal(e.text, "so far so good");
	assert_string_equal(e.extra, "draft1");

	/* The next message has nothing to finish. */
	write_rows("main", 1, "next", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	assert_string_equal(vendor_effect(&rig.vendor, 2).extra, "");
}

static void
begin_a_draft(void)
{
	begin_talking(1);
	deliver_draft(rig.deliver, rig.conversations[1], STR("so"));
	reaches(&rig.vendor.drafts, 1);
}

/* What finishes no draft any more: the newest effect's. */
static void
assert_stands_for_itself(const char *text)
{
	size_t n;
	int64_t row;

	write_rows("main", 1, text, 1, &row);
	row_becomes_later(row, OUTBOX_SENT);
	n = vendor_effects(&rig.vendor);
	assert_string_equal(vendor_effect(&rig.vendor, n - 1).text, text);
	assert_string_equal(vendor_effect(&rig.vendor, n - 1).extra, "");
}

/* An answer that was given up takes its draft along. */
static void
no_answer_goes_into_another_ones_draft(void **state)
{
	int64_t row;

	(void)state;
	begin_a_draft();
	vendor_fault(&rig.vendor, FAULT_REFUSED, 1);
	write_rows("main", 1, "refused", 1, &row);
	row_becomes(row, OUTBOX_DEAD);
	assert_stands_for_itself("next");
}

/* One that others have settled, too: the vendor's receipt came first. */
static void
nor_into_that_of_one_that_is_over(void **state)
{
	struct store_op op = {.verb = STORE_RECEIPT,
	    .receipt = {.account = {.company = rig.f.company,
			    .channel = STR("test"),
			    .account = STR("main")},
		.rank = RECEIPT_DELIVERED}};

	(void)state;
	begin_a_draft();
	vendor_fault(&rig.vendor, FAULT_BUSY, 1);
	write_rows("main", 1, "busy", 1, &op.receipt.row);
	row_is_put_off(op.receipt.row);
	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	later(2000);
	assert_stands_for_itself("next");
}

/* Nobody knows what the draft shows: nothing is added to it. */
static void
a_draft_that_was_cut_is_left(void **state)
{
	(void)state;
	begin_a_draft();
	atomic_store(&rig.vendor.draft_fault, FAULT_CUT_AFTER);
	deliver_draft(rig.deliver, rig.conversations[1], STR("so far"));
	reaches_later(&rig.vendor.drafts, 2);
	assert_stands_for_itself("so far so good");
}

static void
unless_the_channel_knows_better(void **state)
{
	int64_t row;

	(void)state;
	test_unsure = STR("unsure");
	begin_a_draft();
	atomic_store(&rig.vendor.draft_fault, FAULT_CUT_AFTER);
	deliver_draft(rig.deliver, rig.conversations[1], STR("so far"));
	reaches_later(&rig.vendor.drafts, 2);
	write_rows("main", 1, "so far so good", 1, &row);
	row_becomes_later(row, OUTBOX_SENT);
	test_unsure = (struct str){0};
	assert_string_equal(vendor_effect(&rig.vendor, 1).extra, "unsure");
}

/* How to answer there is told anew with each of their messages. */
static void
the_next_answer_is_shown_where_they_are(void **state)
{
	struct store_op op = {.verb = STORE_INBOUND,
	    .inbound = {.address = {.company = rig.f.company,
			    .channel = STR("test"),
			    .account = STR("main"),
			    .address = STR("c1")},
		.reply = STR("elsewhere"),
		.event = {.kind = EVENT_MESSAGE,
		    .author = AUTHOR_CUSTOMER,
		    .at = clock_wall(&rig.f.clock),
		    .body = STR("{\"text\":\"hi\"}")}}};
	int64_t row;

	(void)state;
	begin_a_draft();
	write_rows("main", 1, "so good", 1, &row);
	row_becomes_later(row, OUTBOX_SENT);
	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	deliver_draft(rig.deliver, rig.conversations[1], STR("next"));
	reaches_later(&rig.vendor.drafts, 2);
	assert_non_null(strstr(rig.vendor.last_draft, "\"to\":\"elsewhere\""));
}

/* Many notes of one conversation are one request a second. */
static void
drafts_do_not_pile_up(void **state)
{
	int64_t row;
	unsigned i;

	(void)state;
	begin_talking(1);
	for (i = 0; i < 5000; i++) {
		deliver_draft(rig.deliver, rig.conversations[1], STR("so"));
		deliver_typing(rig.deliver, 1000 + i); /* of nobody */
	}
	write_rows("main", 2, "other", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	assert_in_range(atomic_load(&rig.vendor.drafts), 0, 5);
	assert_in_range(atomic_load(&rig.vendor.typings), 1, 2);
}

static void
a_message_goes_before_drafts(void **state)
{
	unsigned typings;
	int64_t row;

	(void)state;
	begin_talking(1);
	vendor_fault(&rig.vendor, FAULT_HOLD, 1);
	write_rows("main", 1, "message", 1, &row);
	effects_reach(2);
	typings = atomic_load(&rig.vendor.typings);
	deliver_draft(rig.deliver, rig.conversations[1], STR("so"));
	deliver_typing(rig.deliver, rig.conversations[1]);
	deliver_typing(rig.deliver, rig.conversations[1]);
	write_rows("main", 2, "other", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	assert_int_equal(atomic_load(&rig.vendor.drafts), 0);
	assert_int_equal(atomic_load(&rig.vendor.typings), typings);
	stub_release(rig.vendor.stub);
	rows_open(0);
}

#define A_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, deliver_set_up, deliver_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(typing_is_told),
	    A_TEST(drafts_are_told_and_finished_by_the_message),
	    A_TEST(no_answer_goes_into_another_ones_draft),
	    A_TEST(nor_into_that_of_one_that_is_over),
	    A_TEST(a_draft_that_was_cut_is_left),
	    A_TEST(unless_the_channel_knows_better),
	    A_TEST(the_next_answer_is_shown_where_they_are),
	    A_TEST(drafts_do_not_pile_up),
	    A_TEST(a_message_goes_before_drafts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
