/*
 * What happens becomes rows for webhooks and texts for the search, each once,
 * whoever dies when.
 *
 * The one that dies is this program again, as a process of its own:
 * `feed_test <database>`.
 */
#include "channels/webhook/webhook.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"
#include "tests/workers/fixture.h"
#include "workers/feed.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000
#define ROWS_MAX 20000u
#define DAY_MS ((int64_t)24 * 3600 * 1000)

#define HOOK(name, more) \
	"{\"name\":\"" name "\",\"url\":\"http://127.0.0.1/\"," \
	"\"secret\":\"a secret of sixteen\"" more "}"
#define SHOP(hooks) "{\"name\":\"Shop\",\"webhooks\":[" hooks "]}"
#define ALL HOOK("all", "")
#define SOME \
	HOOK("some", ",\"events\":[\"message_created\",\"handoff_" \
		     "requested\"]")

static struct rig {
	struct fixture f;
	struct feed_conf conf;
	struct feed *feed;
	_Atomic unsigned pokes;
	struct arena arena;
} rig;

/* ---- life ------------------------------------------------------------------ */

static int64_t
steady(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Fails the test when the deadline has passed; else waits a little. */
static void
patience(int64_t *began, const char *what)
{
	if (*began == 0)
		*began = steady();
	if (steady() - *began > PATIENCE_MS)
		fail_msg("in vain: %s", what);
	usleep(1000);
}

static void
later(int64_t ms)
{
	atomic_fetch_add(&rig.f.steady_offset, ms);
	atomic_fetch_add(&rig.f.wall_offset, ms);
}

static void
poked(void *arg)
{
	(void)arg;
	atomic_fetch_add(&rig.pokes, 1);
}

static void
set_conf(void)
{
	rig.conf = (struct feed_conf){.backlog_max = FEED_BACKLOG_MAX,
	    .clock = &rig.f.clock,
	    .log = rig.f.log,
	    .metrics = &rig.f.metrics,
	    .store = rig.f.store,
	    .companies = rig.f.companies,
	    .poke = poked};
}

static int
set_up(void **state)
{
	(void)state;
	memset(&rig, 0, sizeof(rig));
	fixture_open(&rig.f, SHOP(ALL "," SOME));
	log_free(rig.f.log);
	rig.f.log = log_new(&rig.f.clock, LOG_ERROR, NULL, NULL);
	set_conf();
	return 0;
}

static void
begin(void)
{
	assert_int_equal(feed_start(&rig.conf, &rig.feed), OK);
}

static void
end(void)
{
	feed_stop(rig.feed);
	rig.feed = NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	end();
	fixture_close(&rig.f);
	arena_free(&rig.arena);
	return 0;
}

static void
apply(const char *document)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {
		.key = STR("shop"), .document = str_from(document)}};

	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	later(COMPANY_FRESH_MS + 1);
}

/* ---- what happens ---------------------------------------------------------- */

static int64_t
visitor(unsigned c)
{
	char address[16];

	snprintf(address, sizeof(address), "c%u", c);
	return fixture_visitor(&rig.f, address);
}

static void
say(int64_t conversation, const char *text)
{
	fixture_say(&rig.f, conversation, text, false);
}

static void
act(int64_t conversation, enum act_kind kind, const char *body)
{
	static const struct policy policy;
	struct store_op op = {.verb = STORE_ACT,
	    .act = {.conversation = conversation,
		.arena = &rig.arena,
		.act = {.kind = kind,
		    .body = str_from(body),
		    .policy = &policy,
		    .now = clock_wall(&rig.f.clock)}}};

	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
}

static void
answer(int64_t conversation, const char *text)
{
	struct conversation c;
	struct store_op op = {.verb = STORE_COMMIT};

	fixture_state(&rig.f, conversation, &c);
	op.commit.conversation = conversation;
	op.commit.decision = (struct decision){.kind = DECIDE_COMMIT,
	    .seq = c.seq,
	    .epoch = c.epoch,
	    .event_count = 1,
	    .events = {{.kind = EVENT_MESSAGE,
		.author = AUTHOR_BOT,
		.ref = c.last_customer_seq,
		.at = clock_wall(&rig.f.clock),
		.body = arena_printf(&rig.arena, "{\"text\":\"%s\"}", text)}}};
	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
}

/* ---- what became of it ----------------------------------------------------- */

static int64_t
lane_of(const char *webhook)
{
	struct lane lanes[16];
	size_t n = 16, i;

	assert_int_equal(
	    store_list_lanes(rig.f.reader, 0, &rig.arena, lanes, &n), OK);
	for (i = 0; i < n; i++)
		if (str_eq(lanes[i].account, str_from(webhook)))
			return lanes[i].id;
	return 0;
}

struct rows {
	struct outbox_row *list;
	size_t n;
};

static struct rows
rows_of(const char *webhook)
{
	static struct outbox_row list[ROWS_MAX];
	struct rows rows = {list, 0};
	int64_t lane = lane_of(webhook), after = 0;
	size_t n = lane == 0 ? 0 : 256;

	while (n > 0) {
		n = 256;
		assert_true(rows.n + n <= ROWS_MAX);
		assert_int_equal(store_list_outbox(rig.f.reader,
				     &(struct outbox_ask){lane, false, after},
				     &rig.arena, &list[rows.n], &n),
		    OK);
		rows.n += n;
		after = rows.n > 0 ? list[rows.n - 1].id : 0;
	}
	return rows;
}

/* Polls until the feed has come to the end. */
static void
all_is_read(void)
{
	int64_t began = 0;
	uint64_t place = 0, newest = 1;

	while (place != newest) {
		patience(&began, "the end of the log");
		assert_int_equal(
		    store_read_end_of_feed(rig.f.reader, &newest), OK);
		assert_int_equal(
		    store_read_place(rig.f.reader, STR("feed"), &place), OK);
	}
}

/* The next of `rows` is this one. */
static size_t
expect_row(struct rows rows, size_t at, const struct feed_row *of,
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
expect_event(struct rows rows, size_t at, const struct feed_row *of,
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
static void
assert_told(const char *webhook, uint64_t from, unsigned wanted)
{
	static struct conversation states[100];
	struct rows rows = rows_of(webhook);
	struct feed_row page[64];
	uint64_t after = 0;
	size_t n = 64, i, at = 0;

	memset(states, 0, sizeof(states));
	while (n > 0) {
		n = 64;
		assert_int_equal(
		    store_read_feed(rig.f.reader, after, &rig.arena, page, &n),
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

#define EVERYTHING ((1u << WEBHOOK_EVENTS) - 1)
#define MESSAGES (1u << WEBHOOK_MESSAGE_CREATED)
#define FEW (MESSAGES | 1u << WEBHOOK_HANDOFF_REQUESTED)

static void
assert_all_told(void)
{
	assert_told("all", 0, EVERYTHING);
	assert_told("some", 0, FEW);
}

/* ---- rows ------------------------------------------------------------------ */

static void
each_webhook_is_told_what_it_wants(void **state)
{
	int64_t c = visitor(1), began = 0;

	(void)state;
	say(c, "hello");
	answer(c, "Hello.");
	act(c, ACT_QUEUE, "{\"why\":\"asked\"}");
	act(c, ACT_NOTE, "{\"text\":\"a difficult one\"}");
	act(c, ACT_RESOLVE, "");
	say(c, "again");
	begin();
	all_is_read();
	assert_all_told();
	assert_true(rows_of("all").n >= 11);
	assert_int_equal(rows_of("some").n, 4);
	fixture_wait_metric(&rig.f, METRIC_WEBHOOK_EVENTS,
	    rows_of("all").n + rows_of("some").n);
	while (atomic_load(&rig.pokes) == 0)
		patience(&began, "the deliverer to be told");
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
	int64_t c = visitor(1);
	struct rows rows;
	json_t *root;
	size_t i = 0;

	(void)state;
	say(c, "hello");
	act(c, ACT_QUEUE, "{\"why\":\"asked\"}");
	act(c, ACT_RESOLVE, "");
	begin();
	all_is_read();
	rows = rows_of("all");
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
events_are_told_as_they_come(void **state)
{
	int64_t c;
	unsigned i, k;

	(void)state;
	begin();
	for (i = 0; i < 5; i++) {
		c = visitor(i);
		for (k = 0; k < 40; k++)
			say(c, "hello");
	}
	all_is_read();
	assert_all_told();
}

static void
a_webhook_begins_with_its_document(void **state)
{
	int64_t c;
	uint64_t then;

	(void)state;
	apply(SHOP(SOME));
	c = visitor(1);
	say(c, "before");
	begin();
	all_is_read();
	assert_int_equal(store_read_end_of_feed(rig.f.reader, &then), OK);
	apply(SHOP(ALL "," SOME));
	say(c, "after");
	all_is_read();
	assert_int_equal(rows_of("all").n, 1);
	assert_told("all", then, EVERYTHING);
	assert_told("some", 0, FEW);
}

/* An installation that is older than its webhooks. */
static void
of_an_old_log_nothing_is_told(void **state)
{
	uint64_t then;
	int64_t c;

	(void)state;
	atomic_fetch_sub(&rig.f.wall_offset, 2 * DAY_MS);
	c = visitor(1);
	say(c, "before");
	atomic_fetch_add(&rig.f.wall_offset, 2 * DAY_MS);
	say(c, "just before");
	assert_int_equal(store_read_end_of_feed(rig.f.reader, &then), OK);
	begin();
	all_is_read();
	end();
	begin();
	say(c, "after");
	all_is_read();
	assert_int_equal(rows_of("all").n, 1);
	assert_told("all", then, EVERYTHING);
}

/* Another process leads meanwhile, and deals with the next event. */
static enum err
move_place(void)
{
	struct store_op op = {.verb = STORE_FEED};
	uint64_t place;

	assert_int_equal(
	    store_read_place(rig.f.reader, STR("feed"), &place), OK);
	op.feed = (struct store_feed){
	    .follower = STR("feed"), .from = place, .upto = place + 1};
	return store_submit_wait(rig.f.store, &op);
}

static void
what_another_dealt_with_is_passed_over(void **state)
{
	int64_t c = visitor(1), began = 0;
	size_t told = 2;

	(void)state;
	say(c, "one");
	begin();
	all_is_read();
	/* Unless the feed was faster. */
	for (say(c, "two"); move_place() != OK; told++) {
		all_is_read();
		say(c, "two");
		patience(&began, "to be faster");
	}
	say(c, "three");
	later(1001);
	all_is_read();
	assert_int_equal(rows_of("all").n, told + 1);
}

/* ---- texts ----------------------------------------------------------------- */

static size_t
found(const char *words)
{
	struct found list[10];
	size_t n = 10;

	assert_int_equal(
	    store_search(rig.f.reader,
		&(struct search_ask){rig.f.company, str_from(words), 0},
		&rig.arena, list, &n),
	    OK);
	return n;
}

static void
what_is_said_is_found(void **state)
{
	int64_t c = visitor(1);

	(void)state;
	apply("{\"name\":\"Shop\"}");
	say(c, "a yellow bicycle");
	answer(c, "It costs ninety.");
	act(c, ACT_NOTE, "{\"text\":\"a regular\"}");
	begin();
	all_is_read();
	assert_int_equal(found("bicycle"), 1);
	assert_int_equal(found("ninety"), 1);
	assert_int_equal(found("regular"), 1);
	assert_int_equal(found("nothing of it"), 0);
	assert_int_equal(atomic_load(&rig.pokes), 0);
}

/* ---- those who are late ---------------------------------------------------- */

#define BACKLOG 10u

static void
deliver_some(const char *webhook, size_t most)
{
	struct rows rows = rows_of(webhook);
	size_t i;

	for (i = 0; i < rows.n && i < most; i++) {
		bool taken;
		struct settled s = {
		    .row = rows.list[i].id, .state = OUTBOX_SENT};
		struct store_op op = {.verb = STORE_TAKE,
		    .take = {.rows = &s.row,
			.n = 1,
			.at = clock_wall(&rig.f.clock),
			.taken = &taken}};

		assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
		op = (struct store_op){
		    .verb = STORE_SETTLE, .settle = {.rows = &s, .n = 1}};
		assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	}
}

static void
late_ones_are(uint64_t n)
{
	int64_t began = 0;

	while (metric_get(&rig.f.metrics, METRIC_WEBHOOKS_LATE) != n) {
		patience(&began, "so many late ones");
		later(100);
	}
}

/* "all" has as much as it may have; "some" wants too little for that. */
static int64_t
leave_behind(void)
{
	int64_t c;
	unsigned i;

	rig.conf.backlog_max = BACKLOG;
	apply(
	    SHOP(ALL "," HOOK("some", ",\"events\":[\"handoff_requested\"]")));
	begin();
	c = visitor(1);
	for (i = 0; i < BACKLOG; i++)
		say(c, "hello");
	all_is_read();
	later(1001);
	for (i = 0; i < 3 * BACKLOG; i++)
		say(c, "hello");
	act(c, ACT_QUEUE, "{\"why\":\"asked\"}");
	late_ones_are(1);
	all_is_read();
	assert_int_equal(rows_of("all").n, BACKLOG + 1);
	assert_int_equal(rows_of("some").n, 1);
	return c;
}

/* What is delivered is gone from the list: those that follow are looked at. */
static void
catches_up(void)
{
	int64_t began = 0;
	size_t told = 0, n;

	while (metric_get(&rig.f.metrics, METRIC_WEBHOOKS_LATE) > 0) {
		patience(&began, "it to catch up");
		later(100);
		n = rows_of("all").n;
		deliver_some("all", n);
		told += n;
	}
	told += rows_of("all").n;
	/* Opened, 40 messages, 3 of the hand-over. */
	assert_int_equal(told, 1 + 4 * BACKLOG + 3);
}

static void
who_is_late_catches_up(void **state)
{
	int64_t c = leave_behind();
	struct rows rows;

	(void)state;
	catches_up();
	deliver_some("all", ROWS_MAX);
	say(c, "and on");
	all_is_read();
	rows = rows_of("all");
	assert_int_equal(rows.n, 1);
	assert_true(str_eq(rows.list[0].recipient, STR("message_created")));
}

static void
who_is_late_stays_so_over_a_restart(void **state)
{
	int64_t c = leave_behind();

	(void)state;
	end();
	metric_set(&rig.f.metrics, METRIC_WEBHOOKS_LATE, 0);
	begin();
	late_ones_are(1);
	catches_up();
	end();
	begin();
	deliver_some("all", ROWS_MAX);
	say(c, "and on");
	all_is_read();
	assert_int_equal(rows_of("all").n, 1);
}

/* In order: what it missed comes before what is new. */
static void
what_it_missed_comes_in_order(void **state)
{
	struct rows rows;
	uint64_t seq = 0;
	int64_t began = 0;
	size_t i;

	(void)state;
	leave_behind();
	deliver_some("all", ROWS_MAX);
	later(1001);
	while (metric_get(&rig.f.metrics, METRIC_WEBHOOKS_LATE) > 0) {
		patience(&began, "it to catch up");
		later(100);
		deliver_some("all", 0);
	}
	rows = rows_of("all");
	for (i = 0; i < rows.n; i++) {
		assert_true(rows.list[i].seq >= seq);
		seq = rows.list[i].seq;
	}
	assert_int_equal(rows.n, 3 * BACKLOG + 3);
}

static void
who_is_removed_is_not_late(void **state)
{
	(void)state;
	leave_behind();
	apply("{\"name\":\"Shop\"}");
	deliver_some("all", ROWS_MAX);
	late_ones_are(0);
	assert_int_equal(rows_of("all").n, 0);
}

/* ---- killed ---------------------------------------------------------------- */

static int
child_main(const char *path)
{
	struct store_conf conf = {
	    .path = path, .queue_max = 1000, .group_max = 100};
	struct fixture *f = &rig.f;
	char why[256];

	fixture_clocks(f);
	f->log = log_new(&f->clock, LOG_LEVELS, NULL, NULL);
	if (store_open(&conf, &f->store, why, sizeof(why)) != OK ||
	    company_cache_open(f->store, &f->clock, f->log, &f->companies) !=
		OK)
		return 1;
	set_conf();
	begin();
	for (;;)
		pause();
}

static pid_t
child_start(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/proc/self/exe", "child", rig.f.path, (char *)NULL);
		_exit(1);
	}
	assert_true(pid > 0);
	return pid;
}

static void
child_kill(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

/* Until it has stored something; it is killed at any instant after that. */
static void
child_works(struct test_random *random)
{
	uint64_t before, now;
	int64_t began = 0;
	pid_t pid = child_start();

	assert_int_equal(
	    store_read_place(rig.f.reader, STR("feed"), &before), OK);
	for (now = before; now == before;) {
		patience(&began, "a page to be stored");
		say(visitor((unsigned)test_random_below(random, 9)), "more");
		assert_int_equal(
		    store_read_place(rig.f.reader, STR("feed"), &now), OK);
	}
	usleep((useconds_t)test_random_below(random, 8000));
	child_kill(pid);
}

static void
nothing_is_told_twice_and_nothing_left_out(void **state)
{
	struct test_random random = test_random_new("feed");
	unsigned i;

	(void)state;
	for (i = 0; i < 2500; i++)
		say(visitor(i % 9), "hello");
	for (i = 0; i < 12; i++)
		child_works(&random);
	begin();
	all_is_read();
	assert_all_told();
	assert_int_equal(found("hello"), 10);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(each_webhook_is_told_what_it_wants),
	    TEST(what_is_told_is_of_that_moment),
	    TEST(events_are_told_as_they_come),
	    TEST(a_webhook_begins_with_its_document),
	    TEST(of_an_old_log_nothing_is_told),
	    TEST(what_another_dealt_with_is_passed_over),
	    TEST(what_is_said_is_found),
	    TEST(who_is_late_catches_up),
	    TEST(who_is_late_stays_so_over_a_restart),
	    TEST(what_it_missed_comes_in_order),
	    TEST(who_is_removed_is_not_late),
	    TEST(nothing_is_told_twice_and_nothing_left_out),
	};

	if (argc == 2)
		return child_main(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
