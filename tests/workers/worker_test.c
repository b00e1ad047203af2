/*
 * The worker with a real store and bus: it answers what it is told of and
 * what it is not, once; slow work is claimed, a dead claim is taken over by
 * the steady clock alone, timers fire once.
 */
#include "tests/lib/cmocka.h"
#include "tests/workers/fixture.h"

#include <stdio.h>
#include <unistd.h>

#define FAQ \
	"\"faq\":[{\"question\":\"When do you open?\"," \
	"\"answer\":\"We open at nine every day of the week.\"}]"

static const char quick[] = "{\"name\":\"Shop\"," FAQ "}";
static const char typing[] = "{\"name\":\"Shop\","
			     "\"bot\":{\"words_per_second\":20}," FAQ "}";
static const char slow[] = "{\"name\":\"Shop\","
			   "\"bot\":{\"words_per_second\":1}," FAQ "}";
static const char idle[] = "{\"name\":\"Shop\","
			   "\"bot\":{\"idle_minutes\":1}," FAQ "}";

static void
test_notice_is_answered(void **state)
{
	struct fixture f;
	uint64_t refs[4], seq;
	int64_t id;

	(void)state;
	fixture_open(&f, quick);
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	seq = fixture_say(&f, id, "when do you open", true);
	fixture_wait_handled(&f, id, seq);
	assert_int_equal(fixture_answers(&f, id, refs, 4), 1);
	assert_int_equal(refs[0], seq);
	fixture_close(&f);
}

static void
test_burst_is_one_turn(void **state)
{
	struct fixture f;
	uint64_t refs[4], seq;
	int64_t id;

	(void)state;
	fixture_open(&f, quick);
	id = fixture_visitor(&f, "a");
	fixture_say(&f, id, "hello", false);
	fixture_say(&f, id, "one question", false);
	seq = fixture_say(&f, id, "when do you open", false);
	fixture_start_worker(&f); /* its first sweep finds all of it */
	fixture_wait_handled(&f, id, seq);
	assert_int_equal(fixture_answers(&f, id, refs, 4), 1);
	assert_int_equal(refs[0], seq);
	fixture_close(&f);
}

/* More than one turn takes: the rest is a turn of its own. */
static void
test_long_burst(void **state)
{
	struct fixture f;
	uint64_t refs[4], seq = 0;
	int64_t id;
	int i;

	(void)state;
	fixture_open(&f, quick);
	id = fixture_visitor(&f, "a");
	for (i = 0; i < 40; i++)
		seq = fixture_say(&f, id, "when do you open", false);
	fixture_start_worker(&f);
	fixture_wait_handled(&f, id, seq);
	assert_int_equal(fixture_answers(&f, id, refs, 4), 2);
	assert_int_equal(refs[0], 33); /* seq 2 to 33 */
	assert_int_equal(refs[1], seq);
	fixture_close(&f);
}

/* Events that are no messages do not push the question out of the turn. */
static void
test_question_after_other_events(void **state)
{
	struct fixture f;
	uint64_t refs[4], seq;
	char source[16];
	int64_t id;
	int i;

	(void)state;
	fixture_open(&f, quick);
	id = fixture_visitor(&f, "a");
	for (i = 0; i < 70; i++) {
		struct store_op op = {.verb = STORE_INBOUND};
		snprintf(source, sizeof(source), "i%d", i);
		op.inbound = (struct store_inbound){.conversation = id,
		    .event = {.kind = EVENT_IDENTIFIED,
			.author = AUTHOR_CUSTOMER,
			.source = str_from(source)},
		    .external_id = STR("u")};
		assert_int_equal(store_submit_wait(f.store, &op), OK);
	}
	seq = fixture_say(&f, id, "when do you open", false);
	fixture_start_worker(&f);
	fixture_wait_handled(&f, id, seq);
	assert_int_equal(fixture_answers(&f, id, refs, 4), 1);
	assert_int_equal(refs[0], seq);
	fixture_wait_metric(&f, METRIC_ANSWERS_FOUND, 1);
	fixture_close(&f);
}

/* A timer of a kind nobody knows does not hold up those behind it. */
static void
test_timer_is_put_off(void **state)
{
	struct fixture f;
	struct timer_row rows[4];
	size_t n = ARRAY_LEN(rows);
	struct store_op op = {.verb = STORE_COMMIT};
	uint64_t seq;
	int64_t id;

	(void)state;
	fixture_open(&f, quick);
	id = fixture_visitor(&f, "a");
	op.commit.conversation = id;
	op.commit.decision = (struct decision){.kind = DECIDE_COMMIT,
	    .seq = 1,
	    .timers = {{1, TIMER_IDLE}},
	    .timer_count = 1};
	assert_int_equal(store_submit_wait(f.store, &op), OK);
	op = (struct store_op){.verb = STORE_COMPANY_PUT,
	    .company_put = {.key = STR("shop"), .document = STR("{}")}};
	assert_int_equal(store_submit_wait(f.store, &op), OK);
	fixture_start_worker(&f);
	fixture_wait_metric(&f, METRIC_TIMERS_FIRED, 1);
	assert_int_equal(
	    store_list_timers(f.reader, clock_wall(&f.clock), rows, &n), OK);
	assert_int_equal(n, 0); /* not due any more, and not gone */
	n = ARRAY_LEN(rows);
	assert_int_equal(store_list_timers(f.reader, INT64_MAX, rows, &n), OK);
	assert_int_equal(n, 1);
	seq = fixture_say(&f, id, "x", true);
	assert_true(seq > 1);
	fixture_close(&f);
}

static void
test_lost_notice_is_swept(void **state)
{
	struct fixture f;
	uint64_t seq, swept;
	int64_t id;

	(void)state;
	fixture_open(&f, quick);
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	fixture_wait_handled(&f, id, fixture_say(&f, id, "open?", true));
	/* On a slow machine the first may have been swept as well. */
	swept = metric_get(&f.metrics, METRIC_SWEPT);
	seq = fixture_say(&f, id, "when do you open", false);
	fixture_wait_handled(&f, id, seq);
	assert_true(metric_get(&f.metrics, METRIC_SWEPT) > swept);
	fixture_close(&f);
}

/* Counts drafts of news until the event with that seq has come. */
static unsigned
count_drafts(struct fixture *f, uint64_t seq)
{
	unsigned drafts = 0, waits = 0;
	struct news_frame frame;
	struct str bytes;
	struct news n;

	for (;;) {
		if (bus_read(f->news, &bytes) != OK) {
			assert_true(++waits < FIXTURE_WAIT_MS);
			usleep(1000);
			continue;
		}
		assert_true(news_frame_read(bytes, &frame));
		while (news_next(&frame.entries, &n)) {
			drafts += n.kind == NEWS_DRAFT;
			if (n.kind == NEWS_EVENT && n.seq == seq)
				return drafts;
		}
	}
}

static void
test_answer_is_typed(void **state)
{
	struct fixture f;
	uint64_t refs[4], seq;
	int64_t id;

	(void)state;
	fixture_open(&f, typing);
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	seq = fixture_say(&f, id, "when do you open", true);
	assert_true(count_drafts(&f, seq + 1) >= 2);
	assert_int_equal(fixture_answers(&f, id, refs, 4), 1);
	fixture_close(&f);
}

/* The customer writes on while the answer is typed: it stands, and the rest
 * gets an answer of its own. */
static void
test_typed_answer_stands(void **state)
{
	struct fixture f;
	uint64_t refs[4], first, second;
	int64_t id;

	(void)state;
	fixture_open(&f, typing);
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	first = fixture_say(&f, id, "when do you open", true);
	while (metric_get(&f.metrics, METRIC_TURNS) == 0) {
		struct store_claim claim;
		assert_int_equal(store_read_claim(f.reader, id, &claim), OK);
		if (claim.worker != 0)
			break;
	}
	second = fixture_say(&f, id, "and when do you open", true);
	fixture_wait_handled(&f, id, second);
	assert_int_equal(fixture_answers(&f, id, refs, 4), 2);
	assert_int_equal(refs[0], first);
	assert_int_equal(refs[1], second);
	fixture_close(&f);
}

static void
test_stop_commits_what_is_typed(void **state)
{
	struct fixture f;
	uint64_t refs[4], seq;
	struct conversation c;
	int64_t id;

	(void)state;
	fixture_open(&f, slow);
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	seq = fixture_say(&f, id, "when do you open", true);
	for (;;) {
		struct store_claim claim;
		assert_int_equal(store_read_claim(f.reader, id, &claim), OK);
		if (claim.worker != 0)
			break;
	}
	fixture_stop_workers(&f);
	fixture_state(&f, id, &c);
	assert_int_equal(
	    fixture_answers(&f, id, refs, 4), c.handled_seq == seq ? 1 : 0);
	fixture_start_worker(&f);
	fixture_wait_handled(&f, id, seq);
	assert_int_equal(fixture_answers(&f, id, refs, 4), 1);
	fixture_close(&f);
}

static void
claim_as_dead_worker(struct fixture *f, int64_t id)
{
	struct conversation c;
	struct store_op op = {.verb = STORE_CLAIM};

	fixture_state(f, id, &c);
	op.claim = (struct store_claim){
	    .conversation = id, .seq = c.seq, .epoch = c.epoch, .worker = 99};
	assert_int_equal(store_submit_wait(f->store, &op), OK);
}

static void
test_dead_claim_is_taken_over(void **state)
{
	struct fixture f;
	struct conversation c;
	uint64_t seq, swept;
	int64_t id;

	(void)state;
	fixture_open(&f, typing);
	id = fixture_visitor(&f, "a");
	seq = fixture_say(&f, id, "when do you open", false);
	claim_as_dead_worker(&f, id);
	fixture_start_worker(&f);
	f.wall_offset = (int64_t)3600 * 1000; /* no reason to take it */
	fixture_wait_metric(&f, METRIC_SWEPT, 3);
	f.wall_offset = -(int64_t)3600 * 1000;
	swept = metric_get(&f.metrics, METRIC_SWEPT);
	fixture_wait_metric(&f, METRIC_SWEPT, swept + 3);
	fixture_state(&f, id, &c);
	assert_int_equal(c.handled_seq, 0);
	f.steady_offset = 6000;
	fixture_wait_handled(&f, id, seq);
	fixture_close(&f);
}

static void
test_silence_resolves_once(void **state)
{
	struct fixture f;
	struct conversation c;
	uint64_t seq;
	int64_t id;

	(void)state;
	fixture_open(&f, idle);
	fixture_start_worker(&f);
	id = fixture_visitor(&f, "a");
	seq = fixture_say(&f, id, "when do you open", true);
	fixture_wait_handled(&f, id, seq);
	f.wall_offset = 61 * 1000;
	fixture_wait_status(&f, id, STATUS_RESOLVED);
	fixture_state(&f, id, &c);
	assert_int_equal(c.seq, seq + 3); /* answer, timer, resolved */

	/* A new question reopens it, and silence resolves it again. */
	seq = fixture_say(&f, id, "when do you open", true);
	fixture_wait_handled(&f, id, seq);
	f.wall_offset = 122 * 1000;
	fixture_wait_status(&f, id, STATUS_RESOLVED);
	fixture_close(&f);
}

#define CROWD 50

static void
test_two_workers_answer_once(void **state)
{
	struct fixture f;
	int64_t ids[CROWD];
	uint64_t refs[16], seqs[CROWD];
	char name[16];
	size_t i, round, n;

	(void)state;
	fixture_open(&f, quick);
	fixture_start_worker(&f);
	fixture_start_worker(&f);
	for (i = 0; i < CROWD; i++) {
		snprintf(name, sizeof(name), "v%zu", i);
		ids[i] = fixture_visitor(&f, name);
	}
	for (round = 0; round < 3; round++)
		for (i = 0; i < CROWD; i++) {
			seqs[i] = fixture_say(&f, ids[i], "open?", true);
			bus_add_work(f.publisher, ids[i]); /* twice */
			bus_add_work(f.publisher, ids[i]);
		}
	bus_flush(f.publisher);
	for (i = 0; i < CROWD; i++) {
		fixture_wait_handled(&f, ids[i], seqs[i]);
		n = fixture_answers(&f, ids[i], refs, 16);
		assert_in_range(n, 1, 3);
		for (; n > 1; n--)
			assert_true(refs[n - 1] > refs[n - 2]);
	}
	fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_notice_is_answered),
	    cmocka_unit_test(test_burst_is_one_turn),
	    cmocka_unit_test(test_long_burst),
	    cmocka_unit_test(test_question_after_other_events),
	    cmocka_unit_test(test_timer_is_put_off),
	    cmocka_unit_test(test_lost_notice_is_swept),
	    cmocka_unit_test(test_answer_is_typed),
	    cmocka_unit_test(test_typed_answer_stands),
	    cmocka_unit_test(test_stop_commits_what_is_typed),
	    cmocka_unit_test(test_dead_claim_is_taken_over),
	    cmocka_unit_test(test_silence_resolves_once),
	    cmocka_unit_test(test_two_workers_answer_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
