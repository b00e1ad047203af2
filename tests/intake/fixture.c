/* fixture: see fixture.h. Waiting is polling with a deadline. */
#include "tests/intake/fixture.h"
#include "tests/lib/cmocka.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WAIT_MS 10000

static const struct channel channel = {.name = "pigeon", .title = "Pigeons"};

static int64_t
wall(const struct clock *c)
{
	(void)c;
	return FIXTURE_NOW;
}

static int64_t
steady(const struct clock *c)
{
	struct timespec t;

	(void)c;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
keep_log(void *arg, struct str line)
{
	struct fixture *f = arg;
	size_t n = line.n < sizeof(f->logged) ? line.n : sizeof(f->logged) - 1;

	memcpy(f->logged, line.p, n);
	f->logged[n] = '\0';
}

static void
flush(void *publisher)
{
	bus_flush(publisher);
}

static void
open_store(struct fixture *f, unsigned queue_max)
{
	struct store_conf conf = {.path = f->path,
	    .queue_max = queue_max,
	    .group_max = 100,
	    .clock = &f->clock};
	char why[256];

	snprintf(f->dir, sizeof(f->dir), "/tmp/frontdesk-intake-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/test.db", f->dir);
	if (store_open(&conf, &f->store, why, sizeof(why)) != OK)
		fail_msg("%s", why);
	assert_int_equal(store_reader_open(f->store, &f->reader), OK);
}

/*
 * A publisher is heard only once its socket knows that somebody listens: beats
 * until one of them comes through, and then takes all of them.
 */
static void
wait_for_news(struct fixture *f)
{
	int64_t until = steady(NULL) + WAIT_MS;
	struct news_frame frame = {.count = 0};
	uint64_t beats = 0;
	struct str bytes;

	while (frame.count == 0 || frame.count < beats) {
		if (steady(NULL) > until)
			fail_msg("no news come through");
		if (frame.count == 0 && ++beats > 0)
			bus_beat(f->publisher);
		if (bus_read(f->news, &bytes) == OK)
			assert_true(news_frame_read(bytes, &frame));
	}
}

static void
open_bus(struct fixture *f)
{
	struct bus_conf conf = {.work = "inproc://work",
	    .news = "inproc://news",
	    .high_water = 10000,
	    .metrics = &f->metrics};

	assert_int_equal(bus_open(&conf, &f->bus), OK);
	assert_int_equal(
	    bus_publisher_open(f->bus, BUS_GATEWAY, true, &f->publisher), OK);
	assert_int_equal(bus_news_open(f->bus, BUS_GATEWAY, &f->news), OK);
	assert_int_equal(bus_work_open(f->bus, BUS_WORKER, &f->work), OK);
	wait_for_news(f);
	store_on_group(f->store, flush, f->publisher);
}

void
fixture_open(struct fixture *f, unsigned queue_max)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {
		.key = STR("shop"), .document = STR("{\"name\":\"Shop\"}")}};

	memset(f, 0, sizeof(*f));
	f->clock = (struct clock){.wall_ms = wall, .steady_ms = steady};
	f->log = log_new(&f->clock, LOG_INFO, keep_log, f);
	open_store(f, queue_max);
	open_bus(f);
	assert_int_equal(store_submit_wait(f->store, &op), OK);
	f->company = op.company_put.id;
	f->conf = (struct intake_conf){.store = f->store,
	    .publisher = f->publisher,
	    .metrics = &f->metrics,
	    .log = f->log,
	    .clock = &f->clock};
	f->of = (struct intake_of){
	    .company = f->company, .channel = &channel, .account = STR("loft")};
	sem_init(&f->called, 0, 0);
}

void
fixture_close(struct fixture *f)
{
	char command[128];

	store_reader_close(f->reader);
	store_close(f->store);
	bus_publisher_close(f->publisher);
	bus_reader_close(f->news);
	bus_reader_close(f->work);
	bus_close(f->bus);
	log_free(f->log);
	arena_free(&f->arena);
	sem_destroy(&f->called);
	snprintf(command, sizeof(command), "rm -r %s", f->dir);
	assert_int_equal(system(command), 0);
}

/* ---- submitting -------------------------------------------------------- */

static void
done(void *arg, enum err e, unsigned fresh)
{
	struct fixture *f = arg;

	f->calls++;
	f->err = e;
	f->fresh = fresh;
	sem_post(&f->called);
}

enum err
fixture_submit(struct fixture *f, const struct arrival *a)
{
	f->calls = 0;
	return intake_submit(&f->conf, &f->of, a, done, f);
}

enum err
fixture_wait(struct fixture *f)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += WAIT_MS / 1000;
	if (sem_timedwait(&f->called, &t) != 0)
		fail_msg("done was not called");
	assert_int_equal(f->calls, 1);
	return f->err;
}

enum err
fixture_take(struct fixture *f, struct envelope *envelopes, size_t count)
{
	struct arrival a = {.envelopes = envelopes, .envelope_count = count};
	enum err e = fixture_submit(f, &a);

	return e == OK ? fixture_wait(f) : e;
}

enum err
fixture_take_receipt(struct fixture *f, struct receipt receipt)
{
	struct arrival a = {.receipts = &receipt, .receipt_count = 1};

	assert_int_equal(fixture_submit(f, &a), OK);
	return fixture_wait(f);
}

struct envelope
fixture_message(const char *address, const char *source, const char *text)
{
	static char bodies[16][64];
	static unsigned next;
	char *body = bodies[next++ % ARRAY_LEN(bodies)];

	snprintf(body, sizeof(bodies[0]), "{\"text\":\"%s\"}", text);
	return (struct envelope){.kind = EVENT_MESSAGE,
	    .address = str_from(address),
	    .person = STR("ann"),
	    .name = STR("Ann"),
	    .reply = STR("{\"to\":\"ann\"}"),
	    .source = str_from(source),
	    .body = str_from(body),
	    .at = FIXTURE_NOW - 5000};
}

/* ---- looking ----------------------------------------------------------- */

size_t
fixture_events(
    struct fixture *f, int64_t conversation, struct event *out, size_t room)
{
	size_t n = room;

	assert_int_equal(
	    store_read_events(f->reader, conversation, 0, &f->arena, out, &n),
	    OK);
	return n;
}

static struct str
next_frame(struct bus_reader *r)
{
	struct str frame = {0};
	int64_t until = steady(NULL) + WAIT_MS;

	while (bus_read(r, &frame) != OK) {
		struct pollfd p = {.fd = bus_reader_fd(r), .events = POLLIN};

		if (steady(NULL) > until)
			fail_msg("nothing came on the bus");
		(void)poll(&p, 1, 1);
	}
	return frame;
}

struct news
fixture_news(struct fixture *f)
{
	struct news_frame frame;
	struct news n;

	assert_true(news_frame_read(next_frame(f->news), &frame));
	assert_true(news_next(&frame.entries, &n));
	assert_int_equal(frame.entries.n, 0);
	return n;
}

int64_t
fixture_work(struct fixture *f)
{
	struct str frame = next_frame(f->work);
	int64_t conversation;

	assert_true(work_next(&frame, &conversation));
	return conversation;
}

/* What came before the heartbeat would be here before it. */
void
fixture_silent(struct fixture *f)
{
	struct news_frame frame;
	struct str work;

	bus_beat(f->publisher);
	assert_true(news_frame_read(next_frame(f->news), &frame));
	assert_int_equal(frame.entries.n, 0);
	assert_int_equal(bus_read(f->work, &work), E_NOTFOUND);
}

uint64_t
fixture_metric(const struct fixture *f, enum metric m)
{
	return metric_get(&f->metrics, m);
}
