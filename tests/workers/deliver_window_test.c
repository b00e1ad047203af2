/* More rows wait than are held in memory: all go, and in order. */
#include "tests/workers/deliver_rig.h"

#include <stdio.h>
#include <stdlib.h>

#define MANY 50000u

static void
stored(struct store_op *op)
{
	_Atomic unsigned *n = op->arg;

	assert_int_equal(op->err, OK);
	atomic_fetch_add(n, 1);
}

/* 50 conversations, 10 ops of 100 rows each. */
static void
write_many(void)
{
	static struct store_op ops[MANY / 100];
	static struct outbox_row rows[MANY];
	_Atomic unsigned done = 0;
	struct arena a = {0};
	unsigned i, j;

	for (i = 0; i < MANY / 100; i++) {
		for (j = 0; j < 100; j++)
			rows[i * 100 + j] = (struct outbox_row){
			    .channel = STR("test"),
			    .account = STR("main"),
			    .recipient = STR("r"),
			    .payload = arena_printf(
				&a, "c%u %u", i % 50, i / 50 * 100 + j)};
		ops[i] = (struct store_op){.verb = STORE_INBOUND,
		    .inbound = {.address = {.company = rig.f.company,
				    .channel = STR("test"),
				    .account = STR("main"),
				    .address = arena_printf(&a, "c%u", i % 50)},
			.event = {.kind = EVENT_MESSAGE,
			    .author = AUTHOR_CUSTOMER,
			    .at = 1},
			.outbox = &rows[i * 100],
			.outbox_count = 100},
		    .done = stored,
		    .arg = &done};
		assert_int_equal(store_submit(rig.f.store, &ops[i]), OK);
	}
	reaches(&done, MANY / 100);
	arena_free(&a);
}

static void
reads_no_more_than_its_window(void **state)
{
	struct patience p = {0};
	size_t i, n;

	(void)state;
	test_channel.can.retry_hours = 0;
	rig.conf.lane_window = 256;
	write_many();
	deliver_begin();
	while ((n = vendor_effects(&rig.vendor)) < 5000)
		patience(&p, "the first of many");
	/* What is far behind the window was not touched before. */
	for (i = 0; i < 50; i++)
		assert_true(vendor_effect(&rig.vendor, i).row < 2000);
	assert_in_order(50);
}

/* Of a long conversation only the oldest rows are in memory; what is written
 * meanwhile stays behind those on disk. */
static void
a_long_conversation_keeps_its_order(void **state)
{
	unsigned i;
	char text[16];

	(void)state;
	rig.conf.lane_window = 64;
	test_channel.can.per_recipient_ms = 10;
	write_rows("main", 1, "x", 30, NULL);
	deliver_begin();
	effects_reach(5);
	write_rows("main", 1, "y", 5, NULL);
	effects_reach(35);
	for (i = 0; i < 35; i++) {
		snprintf(text, sizeof(text), "%s %u", i < 30 ? "x" : "y",
		    i < 30 ? i : i - 30);
		assert_string_equal(vendor_effect(&rig.vendor, i).text, text);
	}
	rows_open(0);
}

/* Somebody replays one while the lane has much more to do than is in memory:
 * it does not come last. */
static void
what_is_replayed_does_not_wait_for_all_others(void **state)
{
	struct store_op op = {.verb = STORE_REPLAY};
	struct patience p = {0};
	struct outbox_row newest;

	(void)state;
	rig.conf.lane_window = 64;
	test_channel.can.per_second = 200;
	write_rows("main", 60, "dead", 1, &op.replay.row);
	vendor_fault(&rig.vendor, FAULT_REFUSED, 1);
	deliver_begin();
	row_becomes(op.replay.row, OUTBOX_DEAD);
	write_many();
	effects_reach(200);
	op.replay.at = clock_wall(&rig.f.clock);
	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	while (row_read(op.replay.row).state != OUTBOX_SENT) {
		patience(&p, "the one that was replayed");
		later(5);
	}
	newest = row_read(op.replay.row + MANY);
	assert_int_equal(newest.state, OUTBOX_READY);
}

#define A_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, deliver_set_up, deliver_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(reads_no_more_than_its_window),
	    A_TEST(a_long_conversation_keeps_its_order),
	    A_TEST(what_is_replayed_does_not_wait_for_all_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
