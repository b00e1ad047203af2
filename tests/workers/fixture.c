/* fixture: see fixture.h. Waiting is polling with a deadline. */
#include "tests/workers/fixture.h"
#include "store/engine.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t
read_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
wall(const struct clock *c)
{
	const struct fixture *f = (const struct fixture *)(const void *)c;

	return read_ms(CLOCK_REALTIME) + f->wall_offset;
}

static int64_t
steady(const struct clock *c)
{
	const struct fixture *f = (const struct fixture *)(const void *)c;

	return read_ms(CLOCK_MONOTONIC) + f->steady_offset;
}

void
fixture_clocks(struct fixture *f)
{
	f->clock = (struct clock){.wall_ms = wall, .steady_ms = steady};
}

static void
to_stderr(void *arg, struct str line)
{
	(void)arg;
	fwrite(line.p, 1, line.n, stderr);
}

static void
flush(void *arg)
{
	bus_flush(arg);
}

static _Atomic size_t events_read;

size_t
fixture_events_read(void)
{
	return events_read;
}

static enum err
read_events(void *reader, int64_t conversation, uint64_t after, struct arena *a,
    struct event *out, size_t *n)
{
	enum err e = store_engine_sqlite.read_events(
	    reader, conversation, after, a, out, n);

	events_read += *n;
	return e;
}

static void
open_store(struct fixture *f)
{
	static struct store_engine engine;
	struct store_conf conf = {.path = f->path,
	    .queue_max = 10000,
	    .group_max = 1000,
	    .clock = &f->clock};
	char why[256];

	engine = store_engine_sqlite;
	engine.read_events = read_events;
	snprintf(f->dir, sizeof(f->dir), "/tmp/frontdesk-worker-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/test.db", f->dir);
	if (store_open_engine(&engine, &conf, &f->store, why, sizeof(why)) !=
	    OK)
		fail_msg("%s", why);
	assert_int_equal(store_reader_open(f->store, &f->reader), OK);
	assert_int_equal(
	    company_cache_open(f->store, &f->clock, f->log, &f->companies), OK);
}

void
fixture_open_bus(struct fixture *f)
{
	struct bus_conf conf = {.work = "inproc://work",
	    .news = "inproc://news",
	    .high_water = 1000,
	    .metrics = &f->metrics};

	assert_int_equal(bus_open(&conf, &f->bus), OK);
	assert_int_equal(
	    bus_publisher_open(f->bus, BUS_GATEWAY, true, &f->publisher), OK);
	assert_int_equal(bus_news_open(f->bus, BUS_GATEWAY, &f->news), OK);
	store_on_group(f->store, flush, f->publisher);
}

void
fixture_open(struct fixture *f, const char *document)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {
		.key = STR("shop"), .document = str_from(document)}};

	memset(f, 0, sizeof(*f));
	fixture_clocks(f);
	f->log = log_new(&f->clock, LOG_WARN, to_stderr, NULL);
	open_store(f);
	fixture_open_bus(f);
	assert_int_equal(store_submit_wait(f->store, &op), OK);
	f->company = op.company_put.id;
}

void
fixture_start_worker(struct fixture *f)
{
	struct worker_conf conf = {.index = f->worker_count,
	    .side = BUS_GATEWAY,
	    .turns_max = 4096,
	    .sweep_ms = 20,
	    .lease_ms = 5000,
	    .clock = &f->clock,
	    .log = f->log,
	    .metrics = &f->metrics,
	    .store = f->store,
	    .companies = f->companies,
	    .bus = f->bus,
	    .publisher = f->publisher};

	assert_int_equal(worker_start(&conf, &f->workers[f->worker_count]), OK);
	f->worker_count++;
}

void
fixture_stop_workers(struct fixture *f)
{
	while (f->worker_count > 0)
		worker_stop(f->workers[--f->worker_count]);
}

void
fixture_close(struct fixture *f)
{
	char command[128];

	fixture_stop_workers(f);
	company_cache_close(f->companies);
	store_reader_close(f->reader);
	store_close(f->store);
	bus_publisher_close(f->publisher);
	bus_reader_close(f->news);
	bus_close(f->bus);
	log_free(f->log);
	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	assert_int_equal(system(command), 0);
}

int64_t
fixture_visitor(struct fixture *f, const char *address)
{
	struct store_op op = {.verb = STORE_OPEN,
	    .open = {.address = {.company = f->company,
			 .channel = STR("test"),
			 .address = str_from(address)},
		.at = clock_wall(&f->clock)}};

	assert_int_equal(store_submit_wait(f->store, &op), OK);
	return op.open.conversation.id;
}

uint64_t
fixture_say(
    struct fixture *f, int64_t conversation, const char *text, bool notice)
{
	struct buf body = {0};
	struct store_op op = {.verb = STORE_INBOUND};

	buf_str(&body, "{\"text\":");
	buf_json(&body, str_from(text));
	buf_char(&body, '}');
	op.inbound = (struct store_inbound){.conversation = conversation,
	    .event = {.kind = EVENT_MESSAGE,
		.author = AUTHOR_CUSTOMER,
		.at = clock_wall(&f->clock),
		.body = buf_view(&body)}};
	assert_int_equal(store_submit_wait(f->store, &op), OK);
	buf_free(&body);
	if (notice) {
		bus_add_work(f->publisher, conversation);
		bus_flush(f->publisher);
	}
	return op.inbound.seq;
}

void
fixture_state(struct fixture *f, int64_t id, struct conversation *out)
{
	assert_int_equal(store_read_conversation(f->reader, id, out), OK);
}

/* Sleeps a little; false when the deadline has passed. */
static bool
patience(int64_t began)
{
	usleep(1000);
	return read_ms(CLOCK_MONOTONIC) - began < FIXTURE_WAIT_MS;
}

void
fixture_wait_handled(struct fixture *f, int64_t id, uint64_t seq)
{
	int64_t began = read_ms(CLOCK_MONOTONIC);
	struct conversation c;

	for (fixture_state(f, id, &c); c.handled_seq < seq;
	     fixture_state(f, id, &c))
		if (!patience(began))
			fail_msg("seq %d is not handled", (int)seq);
}

void
fixture_wait_status(struct fixture *f, int64_t id, enum status status)
{
	int64_t began = read_ms(CLOCK_MONOTONIC);
	struct conversation c;

	for (fixture_state(f, id, &c); c.status != status;
	     fixture_state(f, id, &c))
		if (!patience(began))
			fail_msg("status is %s", status_name(c.status));
}

void
fixture_wait_metric(struct fixture *f, enum metric m, uint64_t least)
{
	int64_t began = read_ms(CLOCK_MONOTONIC);

	while (metric_get(&f->metrics, m) < least)
		if (!patience(began))
			fail_msg(
			    "metric %d stays below %d", (int)m, (int)least);
}

size_t
fixture_answers(struct fixture *f, int64_t id, uint64_t *refs, size_t room)
{
	struct event events[256];
	struct arena a = {0};
	size_t n = ARRAY_LEN(events), i, count = 0;

	assert_int_equal(
	    store_read_events(f->reader, id, 0, &a, events, &n), OK);
	for (i = 0; i < n; i++)
		if (events[i].kind == EVENT_MESSAGE &&
		    events[i].author == AUTHOR_BOT && count < room)
			refs[count++] = events[i].ref;
	arena_free(&a);
	return count;
}
