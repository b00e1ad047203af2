/* feed_rig: see the header. */
#include "tests/workers/feed_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000

struct feed_rig feed_rig;

/* ---- life ------------------------------------------------------------------ */

static int64_t
steady(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Fails the test when the deadline has passed; else waits a little. */
void
feed_patience(int64_t *began, const char *what)
{
	if (*began == 0)
		*began = steady();
	if (steady() - *began > PATIENCE_MS)
		fail_msg("in vain: %s", what);
	usleep(1000);
}

void
feed_later(int64_t ms)
{
	atomic_fetch_add(&feed_rig.f.steady_offset, ms);
	atomic_fetch_add(&feed_rig.f.wall_offset, ms);
}

static void
poked(void *arg)
{
	(void)arg;
	atomic_fetch_add(&feed_rig.pokes, 1);
}

void
feed_rig_conf(void)
{
	feed_rig.conf = (struct feed_conf){.backlog_max = FEED_BACKLOG_MAX,
	    .clock = &feed_rig.f.clock,
	    .log = feed_rig.f.log,
	    .metrics = &feed_rig.f.metrics,
	    .store = feed_rig.f.store,
	    .companies = feed_rig.f.companies,
	    .poke = poked};
}

int
feed_set_up(void **state)
{
	(void)state;
	memset(&feed_rig, 0, sizeof(feed_rig));
	fixture_open(&feed_rig.f, SHOP(ALL "," SOME));
	log_free(feed_rig.f.log);
	feed_rig.f.log = log_new(&feed_rig.f.clock, LOG_ERROR, NULL, NULL);
	feed_rig_conf();
	return 0;
}

void
feed_begin(void)
{
	assert_int_equal(feed_start(&feed_rig.conf, &feed_rig.feed), OK);
}

void
feed_end(void)
{
	feed_stop(feed_rig.feed);
	feed_rig.feed = NULL;
}

int
feed_tear_down(void **state)
{
	(void)state;
	feed_end();
	fixture_close(&feed_rig.f);
	arena_free(&feed_rig.arena);
	return 0;
}

void
feed_document(const char *document)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {
		.key = STR("shop"), .document = str_from(document)}};

	assert_int_equal(store_submit_wait(feed_rig.f.store, &op), OK);
	feed_later(COMPANY_FRESH_MS + 1);
}

/* ---- what happens ---------------------------------------------------------- */

int64_t
feed_visitor(unsigned c)
{
	char address[16];

	snprintf(address, sizeof(address), "c%u", c);
	return fixture_visitor(&feed_rig.f, address);
}

void
feed_say(int64_t conversation, const char *text)
{
	fixture_say(&feed_rig.f, conversation, text, false);
}

void
feed_act(int64_t conversation, enum act_kind kind, const char *body)
{
	static const struct policy policy;
	struct store_op op = {.verb = STORE_ACT,
	    .act = {.conversation = conversation,
		.arena = &feed_rig.arena,
		.act = {.kind = kind,
		    .body = str_from(body),
		    .policy = &policy,
		    .now = clock_wall(&feed_rig.f.clock)}}};

	assert_int_equal(store_submit_wait(feed_rig.f.store, &op), OK);
}

void
feed_answer(int64_t conversation, const char *text)
{
	struct conversation c;
	struct store_op op = {.verb = STORE_COMMIT};

	fixture_state(&feed_rig.f, conversation, &c);
	op.commit.conversation = conversation;
	op.commit.decision = (struct decision){.kind = DECIDE_COMMIT,
	    .seq = c.seq,
	    .epoch = c.epoch,
	    .event_count = 1,
	    .events = {{.kind = EVENT_MESSAGE,
		.author = AUTHOR_BOT,
		.ref = c.last_customer_seq,
		.at = clock_wall(&feed_rig.f.clock),
		.body = arena_printf(
		    &feed_rig.arena, "{\"text\":\"%s\"}", text)}}};
	assert_int_equal(store_submit_wait(feed_rig.f.store, &op), OK);
}

/* ---- what became of it ----------------------------------------------------- */

static int64_t
lane_of(const char *webhook)
{
	struct lane lanes[16];
	size_t n = 16, i;

	assert_int_equal(
	    store_list_lanes(feed_rig.f.reader, 0, &feed_rig.arena, lanes, &n),
	    OK);
	for (i = 0; i < n; i++)
		if (str_eq(lanes[i].account, str_from(webhook)))
			return lanes[i].id;
	return 0;
}

struct feed_rows
feed_rows(const char *webhook)
{
	static struct outbox_row list[FEED_ROWS_MAX];
	struct feed_rows rows = {list, 0};
	int64_t lane = lane_of(webhook), after = 0;
	size_t n = lane == 0 ? 0 : 256;

	while (n > 0) {
		n = 256;
		assert_true(rows.n + n <= FEED_ROWS_MAX);
		assert_int_equal(store_list_outbox(feed_rig.f.reader,
				     &(struct outbox_ask){lane, false, after},
				     &feed_rig.arena, &list[rows.n], &n),
		    OK);
		rows.n += n;
		after = rows.n > 0 ? list[rows.n - 1].id : 0;
	}
	return rows;
}

/* Polls until the feed has come to the end. */
void
feed_reads_all(void)
{
	int64_t began = 0;
	uint64_t place = 0, newest = 1;

	while (place != newest) {
		feed_patience(&began, "the end of the log");
		assert_int_equal(
		    store_read_end_of_feed(feed_rig.f.reader, &newest), OK);
		assert_int_equal(
		    store_read_place(feed_rig.f.reader, STR("feed"), &place),
		    OK);
	}
}

/* The next of `rows` is this one. */
static size_t
expect_row(struct feed_rows rows, size_t at, const struct feed_row *of,
    enum webhook_event which)
{
	const struct outbox_row *row = &rows.list[at];

	if (at == rows.n)
		fail_msg("conversation %d, event %d: nothing is told",
		    (int)of->conversation, (int)of->event.seq);
	assert_int_equal(row->conversation, of->conversation);
	assert_int_equal(row->seq, of->event.seq);
	assert_true(
	    str_eq(row->recipient, str_from(webhook_event_name(which))));
	return at + 1;
}

static size_t
expect_event(struct feed_rows rows, size_t at, const struct feed_row *of,
    const struct conversation *states, unsigned wanted)
{
	struct conversation after = states[of->conversation];
	unsigned i, events;

	assert_int_equal(conversation_fold(&after, &of->event), OK);
	events = wanted & webhook_events_of(
			      &states[of->conversation], &after, &of->event);
	for (i = 0; i < WEBHOOK_EVENTS; i++)
		if (events & 1u << i)
			at = expect_row(rows, at, of, (enum webhook_event)i);
	return at;
}

/*
 * The rows of a webhook are those of all events behind `from`, in the order of
 * the log, each once: worked out here from the whole log.
 */
void
feed_assert_told(const char *webhook, uint64_t from, unsigned wanted)
{
	static struct conversation states[100];
	struct feed_rows rows = feed_rows(webhook);
	struct feed_row page[64];
	uint64_t after = 0;
	size_t n = 64, i, at = 0;

	memset(states, 0, sizeof(states));
	while (n > 0) {
		n = 64;
		assert_int_equal(store_read_feed(feed_rig.f.reader, after,
				     &feed_rig.arena, page, &n),
		    OK);
		for (i = 0; i < n; i++) {
			after = page[i].position;
			assert_true(page[i].conversation < 100);
			if (after > from)
				at = expect_event(
				    rows, at, &page[i], states, wanted);
			assert_int_equal(
			    conversation_fold(
				&states[page[i].conversation], &page[i].event),
			    OK);
		}
	}
	assert_int_equal(at, rows.n);
}

void
feed_assert_all_told(void)
{
	feed_assert_told("all", 0, EVERYTHING);
	feed_assert_told("some", 0, FEW);
}

size_t
feed_found(const char *words)
{
	struct found list[10];
	size_t n = 10;

	assert_int_equal(
	    store_search(feed_rig.f.reader,
		&(struct search_ask){feed_rig.f.company, str_from(words), 0},
		&feed_rig.arena, list, &n),
	    OK);
	return n;
}
