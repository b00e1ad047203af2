/* What happens becomes rows for webhooks, and texts for the search. */
#include "tests/workers/feed_rig.h"

#include <jansson.h>

#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* ---- rows ------------------------------------------------------------------ */

static void
each_webhook_is_told_what_it_wants(void **state)
{
	int64_t c = feed_visitor(1), began = 0;

	(void)state;
	feed_say(c, "hello");
	feed_answer(c, "Hello.");
	feed_act(c, ACT_QUEUE, "{\"why\":\"asked\"}");
	feed_act(c, ACT_NOTE, "{\"text\":\"a difficult one\"}");
	feed_act(c, ACT_RESOLVE, "");
	feed_say(c, "again");
	feed_begin();
	feed_reads_all();
	feed_assert_all_told();
	assert_true(feed_rows("all").n >= 11);
	assert_int_equal(feed_rows("some").n, 4);
	fixture_wait_metric(&feed_rig.f, METRIC_WEBHOOK_EVENTS,
	    feed_rows("all").n + feed_rows("some").n);
	while (atomic_load(&feed_rig.pokes) == 0)
		feed_patience(&began, "the deliverer to be told");
}

static const char *
text_at(const json_t *root, const char *object, const char *member)
{
	const char *text = json_string_value(
	    json_object_get(json_object_get(root, object), member));

	assert_non_null(text);
	return text;
}

/* As it was then, not as it is now. */
static void
what_is_told_is_of_that_moment(void **state)
{
	int64_t c = feed_visitor(1);
	struct feed_rows rows;
	json_t *root;
	size_t i = 0;

	(void)state;
	feed_say(c, "hello");
	feed_act(c, ACT_QUEUE, "{\"why\":\"asked\"}");
	feed_act(c, ACT_RESOLVE, "");
	feed_begin();
	feed_reads_all();
	rows = feed_rows("all");
	while (!str_eq(rows.list[i].recipient, STR("handoff_requested")))
		i++;
	root = json_loadb(
	    rows.list[i].payload.p, rows.list[i].payload.n, 0, NULL);
	assert_string_equal(text_at(root, "conversation", "holder"), "queue");
	assert_string_equal(text_at(root, "conversation", "status"), "open");
	assert_string_equal(text_at(root, "conversation", "channel"), "test");
	assert_string_equal(text_at(root, "was", "holder"), "bot");
	assert_string_equal(text_at(root, "was", "status"), "pending");
	assert_string_equal(text_at(root, "data", "kind"), "holder");
	assert_string_equal(
	    json_string_value(json_object_get(root, "company")), "shop");
	json_decref(root);
}

static void
how_it_stood_is_known_after_a_restart(void **state)
{
	int64_t c = feed_visitor(1);

	(void)state;
	feed_say(c, "hello");
	feed_act(c, ACT_QUEUE, "{\"why\":\"asked\"}");
	feed_begin();
	feed_reads_all();
	feed_end();
	feed_begin();
	feed_act(c, ACT_RESOLVE, "");
	feed_reads_all();
	feed_assert_all_told();
}

static void
events_are_told_as_they_come(void **state)
{
	int64_t c;
	unsigned i, k;

	(void)state;
	feed_begin();
	for (i = 0; i < 5; i++) {
		c = feed_visitor(i);
		for (k = 0; k < 40; k++)
			feed_say(c, "hello");
	}
	feed_reads_all();
	feed_assert_all_told();
}

static void
a_webhook_begins_with_its_document(void **state)
{
	int64_t c;
	uint64_t then;

	(void)state;
	feed_document(SHOP(SOME));
	c = feed_visitor(1);
	feed_say(c, "before");
	feed_begin();
	feed_reads_all();
	assert_int_equal(store_read_end_of_feed(feed_rig.f.reader, &then), OK);
	feed_document(SHOP(ALL "," SOME));
	feed_say(c, "after");
	feed_reads_all();
	assert_int_equal(feed_rows("all").n, 1);
	feed_assert_told("all", then, EVERYTHING);
	feed_assert_told("some", 0, FEW);
}

/* An installation that is older than its webhooks. */
static void
of_an_old_log_nothing_is_told(void **state)
{
	uint64_t then;
	int64_t c;

	(void)state;
	atomic_fetch_sub(&feed_rig.f.wall_offset, 2 * DAY_MS);
	c = feed_visitor(1);
	feed_say(c, "before");
	atomic_fetch_add(&feed_rig.f.wall_offset, 2 * DAY_MS);
	feed_say(c, "just before");
	assert_int_equal(store_read_end_of_feed(feed_rig.f.reader, &then), OK);
	feed_begin();
	feed_reads_all();
	feed_end();
	feed_begin();
	feed_say(c, "after");
	feed_reads_all();
	assert_int_equal(feed_rows("all").n, 1);
	feed_assert_told("all", then, EVERYTHING);
}

/* Another process leads meanwhile, and deals with the next event. */
static enum err
move_place(void)
{
	struct store_op op = {.verb = STORE_FEED};
	uint64_t place;

	assert_int_equal(
	    store_read_place(feed_rig.f.reader, STR("feed"), &place), OK);
	op.feed = (struct store_feed){
	    .follower = STR("feed"), .from = place, .upto = place + 1};
	return store_submit_wait(feed_rig.f.store, &op);
}

static void
what_another_dealt_with_is_passed_over(void **state)
{
	int64_t c = feed_visitor(1), began = 0;
	size_t told = 2;

	(void)state;
	feed_say(c, "one");
	feed_begin();
	feed_reads_all();
	/* Unless the feed was faster. */
	for (feed_say(c, "two"); move_place() != OK; told++) {
		feed_reads_all();
		feed_say(c, "two");
		feed_patience(&began, "to be faster");
	}
	feed_say(c, "three");
	feed_later(1001);
	feed_reads_all();
	assert_int_equal(feed_rows("all").n, told + 1);
}

/* ---- those who wait -------------------------------------------------------- */

#define CROWD 128u
#define CROWD_MS 400
#define CROWD_SAYS 4000u

static void
is_done(struct store_op *op)
{
	atomic_store((_Atomic bool *)op->arg, true);
}

static void
crowd_says(struct store_op *op, _Atomic bool *done, int64_t conversation)
{
	*op = (struct store_op){.verb = STORE_INBOUND,
	    .inbound = {.conversation = conversation,
		.event = {.kind = EVENT_MESSAGE,
		    .author = AUTHOR_CUSTOMER,
		    .at = clock_wall(&feed_rig.f.clock),
		    .body = STR("{\"text\":\"hello\"}")}},
	    .done = is_done,
	    .arg = (void *)done};
	atomic_store(done, false);
	assert_int_equal(store_submit(feed_rig.f.store, op), OK);
}

/* For a while each says the next as soon as the last is stored. How many. */
static uint64_t
crowd(const int64_t *conversations, int64_t until)
{
	static struct store_op ops[CROWD];
	static _Atomic bool done[CROWD];
	uint64_t said = 0;
	int64_t began = 0;
	size_t i;

	for (i = 0; i < CROWD; i++)
		crowd_says(&ops[i], &done[i], conversations[i % 4]);
	for (i = 0;
	     said < CROWD_SAYS && clock_steady(&feed_rig.f.clock) < until; i++)
		if (atomic_load(&done[i % CROWD])) {
			said++;
			crowd_says(&ops[i % CROWD], &done[i % CROWD],
			    conversations[i % 4]);
		}
	for (i = 0; i < CROWD; i++, said++)
		while (!atomic_load(&done[i]))
			feed_patience(&began, "the last words");
	return said;
}

static uint64_t
ops_done(void)
{
	struct store_stats stats;

	store_stats(feed_rig.f.store, &stats);
	return stats.ops;
}

#define SLACK 10u /* what was done before is counted a moment later */

static void
it_lets_many_go_first(void **state)
{
	int64_t conversations[4], from;
	uint64_t before, said, pages;

	(void)state;
	feed_document(SHOP(SOME));
	for (unsigned i = 0; i < 4; i++)
		conversations[i] = feed_visitor(i);
	feed_begin();
	feed_reads_all();
	before = ops_done();
	from = clock_steady(&feed_rig.f.clock);
	said = crowd(conversations, from + CROWD_MS);
	pages = ops_done() - before - said;
	assert_in_range(pages, 0,
	    (uint64_t)(clock_steady(&feed_rig.f.clock) - from) / 200 + SLACK);
	feed_reads_all();
	feed_assert_told("some", 0, FEW);
}

/* ---- texts ----------------------------------------------------------------- */

static void
what_is_said_is_found(void **state)
{
	int64_t c = feed_visitor(1);

	(void)state;
	feed_document("{\"name\":\"Shop\"}");
	feed_say(c, "a yellow bicycle");
	feed_answer(c, "It costs ninety.");
	feed_act(c, ACT_NOTE, "{\"text\":\"a regular\"}");
	feed_begin();
	feed_reads_all();
	assert_int_equal(feed_found("bicycle"), 1);
	assert_int_equal(feed_found("ninety"), 1);
	assert_int_equal(feed_found("regular"), 1);
	assert_int_equal(feed_found("nothing of it"), 0);
	assert_int_equal(atomic_load(&feed_rig.pokes), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, feed_set_up, feed_tear_down)
	    TEST(each_webhook_is_told_what_it_wants),
	    TEST(what_is_told_is_of_that_moment),
	    TEST(how_it_stood_is_known_after_a_restart),
	    TEST(events_are_told_as_they_come),
	    TEST(a_webhook_begins_with_its_document),
	    TEST(of_an_old_log_nothing_is_told),
	    TEST(what_another_dealt_with_is_passed_over),
	    TEST(it_lets_many_go_first),
	    TEST(what_is_said_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
