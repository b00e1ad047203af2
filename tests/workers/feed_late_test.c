/*
 * A webhook with too much to go out is told later, in order and all of it;
 * nobody else notices.
 */
#include "tests/workers/feed_rig.h"

#define BACKLOG 10u

static void
deliver_some(const char *webhook, size_t most)
{
	struct feed_rows rows = feed_rows(webhook);
	size_t i;

	for (i = 0; i < rows.n && i < most; i++) {
		bool taken;
		struct settled s = {
		    .row = rows.list[i].id, .state = OUTBOX_SENT};
		struct store_op op = {.verb = STORE_TAKE,
		    .take = {.rows = &s.row,
			.n = 1,
			.at = clock_wall(&feed_rig.f.clock),
			.taken = &taken}};

		assert_int_equal(store_submit_wait(feed_rig.f.store, &op), OK);
		op = (struct store_op){
		    .verb = STORE_SETTLE, .settle = {.rows = &s, .n = 1}};
		assert_int_equal(store_submit_wait(feed_rig.f.store, &op), OK);
	}
}

static void
late_ones_are(uint64_t n)
{
	int64_t began = 0;

	while (metric_get(&feed_rig.f.metrics, METRIC_WEBHOOKS_LATE) != n) {
		feed_patience(&began, "so many late ones");
		feed_later(100);
	}
}

/* "all" has as much as it may have; "some" wants too little for that. */
static int64_t
leave_behind(void)
{
	int64_t c;
	unsigned i;

	feed_rig.conf.backlog_max = BACKLOG;
	feed_document(
	    SHOP(ALL "," HOOK("some", ",\"events\":[\"handoff_requested\"]")));
	feed_begin();
	c = feed_visitor(1);
	for (i = 0; i < BACKLOG; i++)
		feed_say(c, "hello");
	feed_reads_all();
	feed_later(1001);
	for (i = 0; i < 3 * BACKLOG; i++)
		feed_say(c, "hello");
	feed_act(c, ACT_QUEUE, "{\"why\":\"asked\"}");
	late_ones_are(1);
	feed_reads_all();
	/* Looked at when it had just as much, or one more. */
	assert_true(feed_rows("all").n >= BACKLOG);
	assert_true(feed_rows("all").n <= BACKLOG + 1);
	assert_int_equal(feed_rows("some").n, 1);
	return c;
}

/* What is there, in its order, is delivered; how much that was. */
static size_t
deliver_all(uint64_t *seq)
{
	struct feed_rows rows = feed_rows("all");
	size_t i;

	for (i = 0; i < rows.n; i++) {
		assert_true(rows.list[i].seq >= *seq);
		*seq = rows.list[i].seq;
	}
	deliver_some("all", rows.n);
	return rows.n;
}

static void
catches_up(void)
{
	uint64_t seq = 0;
	int64_t began = 0;
	size_t told = 0;

	while (metric_get(&feed_rig.f.metrics, METRIC_WEBHOOKS_LATE) > 0) {
		feed_patience(&began, "it to catch up");
		feed_later(100);
		told += deliver_all(&seq);
	}
	told += deliver_all(&seq);
	/* Opened, 40 messages, 3 of the hand-over. */
	assert_int_equal(told, 1 + 4 * BACKLOG + 3);
}

static void
who_is_late_catches_up(void **state)
{
	int64_t c = leave_behind();
	struct feed_rows rows;

	(void)state;
	catches_up();
	feed_say(c, "and on");
	feed_reads_all();
	rows = feed_rows("all");
	assert_int_equal(rows.n, 1);
	assert_true(str_eq(rows.list[0].recipient, STR("message_created")));
}

static void
who_is_late_stays_so_over_a_restart(void **state)
{
	int64_t c = leave_behind();

	(void)state;
	feed_end();
	metric_set(&feed_rig.f.metrics, METRIC_WEBHOOKS_LATE, 0);
	feed_begin();
	late_ones_are(1);
	catches_up();
	feed_end();
	feed_begin();
	feed_say(c, "and on");
	feed_reads_all();
	assert_int_equal(feed_rows("all").n, 1);
}

static void
who_is_removed_is_not_late(void **state)
{
	(void)state;
	leave_behind();
	feed_document("{\"name\":\"Shop\"}");
	deliver_some("all", FEED_ROWS_MAX);
	late_ones_are(0);
	assert_int_equal(feed_rows("all").n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, feed_set_up, feed_tear_down)
	    TEST(who_is_late_catches_up),
	    TEST(who_is_late_stays_so_over_a_restart),
	    TEST(who_is_removed_is_not_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
