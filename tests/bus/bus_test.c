/*
 * The bus: frames come out as they went in, nothing reads past what it was
 * given, and news and work travel over inproc, ipc and tcp alike.
 */
#include "bus/bus.h"
#include "bus/frames.h"
#include "bus/mailbox.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WAIT_MS 5000

static void
test_frame_round_trip(void **state)
{
	const struct news in[] = {
	    {.kind = NEWS_EVENT,
		.company = 5,
		.conversation = 7,
		.seq = 3,
		.event = EVENT_NOTE,
		.author = AUTHOR_AGENT,
		.hidden = true,
		.holder = HOLDER_QUEUE,
		.status = STATUS_OPEN,
		.agent = 4,
		.offered = 6,
		.origin = 9,
		.body = STR("{\"seq\":3}")},
	    {.kind = NEWS_SEEN,
		.company = INT64_MIN,
		.conversation = INT64_MAX,
		.seq = UINT64_MAX,
		.body = STR("")},
	};
	struct buf b = {0};
	struct news_frame f;
	struct news n;
	size_t i;

	(void)state;
	news_frame_begin(&b, 11, 22);
	for (i = 0; i < ARRAY_LEN(in); i++)
		news_write(&b, &in[i]);
	assert_true(news_frame_read(buf_view(&b), &f));
	assert_int_equal(f.publisher, 11);
	assert_int_equal(f.count, 22);
	for (i = 0; i < ARRAY_LEN(in); i++) {
		assert_true(news_next(&f.entries, &n));
		assert_int_equal(n.kind, in[i].kind);
		assert_int_equal(n.conversation, in[i].conversation);
		assert_int_equal(n.seq, in[i].seq);
		assert_int_equal(n.company, in[i].company);
		assert_int_equal(n.event, in[i].event);
		assert_int_equal(n.author, in[i].author);
		assert_int_equal(n.hidden, in[i].hidden);
		assert_int_equal(n.holder, in[i].holder);
		assert_int_equal(n.status, in[i].status);
		assert_int_equal(n.agent, in[i].agent);
		assert_int_equal(n.offered, in[i].offered);
		assert_int_equal(n.origin, in[i].origin);
		assert_true(str_eq(n.body, in[i].body));
	}
	assert_false(news_next(&f.entries, &n));
	buf_free(&b);
}

/* Cut off and damaged frames: never a read outside, never a loop. */
static void
test_broken_frames(void **state)
{
	struct test_random r = test_random_new("broken_frames");
	struct news news = {.kind = NEWS_DRAFT,
	    .company = 1,
	    .conversation = 1,
	    .seq = 2,
	    .origin = 3,
	    .body = STR("some text")};
	struct buf b = {0};
	int round;

	(void)state;
	news_frame_begin(&b, 1, 1);
	news_write(&b, &news);
	news_write(&b, &news);
	for (round = 0; round < 5000; round++) {
		size_t n = test_random_below(&r, b.len + 1), walked = 0;
		char *copy = malloc(n + 1); /* exact: the sanitizer watches */
		struct news_frame f;
		struct news out;

		memcpy(copy, b.data, n);
		if (n > 0)
			copy[test_random_below(&r, n)] = (char)test_random_next(
			    &r);
		if (news_frame_read((struct str){copy, n}, &f))
			while (news_next(&f.entries, &out))
				assert_true(++walked < 10);
		free(copy);
	}
	buf_free(&b);
}

/* ---- over real sockets ------------------------------------------------- */

/* The next frame, within WAIT_MS. */
static struct str
receive(struct bus_reader *r)
{
	struct pollfd p = {.fd = bus_reader_fd(r), .events = POLLIN};
	struct str frame;

	while (bus_read(r, &frame) != OK)
		assert_true(poll(&p, 1, WAIT_MS) > 0);
	return frame;
}

/* Publishes beats until the reader has one: the connection stands. */
static uint64_t
meet(struct bus_publisher *p, struct bus_reader *news)
{
	struct pollfd fd = {.fd = bus_reader_fd(news), .events = POLLIN};
	struct news_frame f;
	struct str frame;
	int tries = 0;

	while (bus_read(news, &frame) != OK) {
		assert_true(++tries < 500);
		bus_beat(p);
		poll(&fd, 1, 10);
	}
	do
		assert_true(news_frame_read(frame, &f));
	while (bus_read(news, &frame) == OK);
	return f.count;
}

static void
travel(const char *work_at, const char *news_at)
{
	struct metrics m = {0};
	struct bus_conf conf = {
	    .work = work_at, .news = news_at, .high_water = 100, .metrics = &m};
	struct bus *b;
	struct bus_reader *news, *work;
	struct bus_publisher *p;
	struct news_frame f;
	struct news n;
	struct str frame;
	int64_t id;
	uint64_t count;

	assert_int_equal(bus_open(&conf, &b), OK);
	assert_int_equal(bus_publisher_open(b, BUS_GATEWAY, true, &p), OK);
	assert_int_equal(bus_news_open(b, BUS_GATEWAY, &news), OK);
	assert_int_equal(bus_work_open(b, BUS_WORKER, &work), OK);
	count = meet(p, news);
	bus_add_work(p, 42);
	bus_add_work(p, 43);
	bus_add_news(p, &(struct news){.kind = NEWS_EVENT,
			    .conversation = 42,
			    .seq = 1,
			    .body = STR("{}")});
	bus_flush(p);
	do {
		assert_true(news_frame_read(receive(news), &f));
	} while (f.entries.n == 0);
	assert_true(f.count > count);
	assert_true(news_next(&f.entries, &n));
	assert_int_equal(n.conversation, 42);
	frame = receive(work);
	assert_true(work_next(&frame, &id));
	assert_int_equal(id, 42);
	assert_true(work_next(&frame, &id));
	assert_int_equal(id, 43);
	assert_false(work_next(&frame, &id));
	bus_publisher_close(p);
	bus_reader_close(news);
	bus_reader_close(work);
	bus_close(b);
}

static void
test_every_transport(void **state)
{
	char dir[] = "/tmp/frontdesk-bus-XXXXXX", work[64], news[64];

	(void)state;
	travel("inproc://work", "inproc://news");
	assert_non_null(mkdtemp(dir));
	snprintf(work, sizeof(work), "ipc://%s/work", dir);
	snprintf(news, sizeof(news), "ipc://%s/news", dir);
	travel(work, news);
	unlink(work + 6);
	unlink(news + 6);
	rmdir(dir);
}

/* Without a worker a notice is dropped and counted, at once. */
static void
test_nobody_there(void **state)
{
	struct metrics m = {0};
	struct bus_conf conf = {.work = "inproc://w",
	    .news = "inproc://n",
	    .high_water = 2,
	    .metrics = &m};
	struct bus *b;
	struct bus_publisher *p;

	(void)state;
	assert_int_equal(bus_open(&conf, &b), OK);
	assert_int_equal(bus_publisher_open(b, BUS_GATEWAY, true, &p), OK);
	bus_add_work(p, 1);
	bus_flush(p);
	assert_int_equal(metric_get(&m, METRIC_WORK_DROPPED), 1);
	bus_publisher_close(p);
	bus_close(b);
}

static void
test_lost_on_purpose(void **state)
{
	struct metrics m = {0};
	struct bus_conf conf = {.work = "inproc://w",
	    .news = "inproc://n",
	    .high_water = 100,
	    .lose_news = 3,
	    .metrics = &m};
	struct bus *b;
	struct bus_publisher *p;
	struct bus_reader *news;
	struct news_frame f;
	uint64_t last, lost = 0;
	int i;

	(void)state;
	assert_int_equal(bus_open(&conf, &b), OK);
	assert_int_equal(bus_publisher_open(b, BUS_GATEWAY, false, &p), OK);
	assert_int_equal(bus_news_open(b, BUS_GATEWAY, &news), OK);
	last = meet(p, news);
	for (i = 0; i < 4; i++) {
		bus_beat(p);
		bus_beat(p);
		assert_true(news_frame_read(receive(news), &f));
		lost += f.count - last - 1; /* the count tells of the hole */
		last = f.count;
	}
	assert_true(lost > 0);
	bus_publisher_close(p);
	bus_reader_close(news);
	bus_close(b);
}

/* ---- mailbox ----------------------------------------------------------- */

struct letter {
	struct mail mail;
	int number;
};

static void
read_letter(void *owner, struct mail *m)
{
	int *next = owner;

	assert_int_equal(CONTAINER_OF(m, struct letter, mail)->number, *next);
	(*next)++;
}

static void *
post_all(void *arg)
{
	static struct letter letters[1000];
	int i;

	for (i = 0; i < 1000; i++) {
		letters[i] = (struct letter){{.fn = read_letter}, i};
		mailbox_post(arg, &letters[i].mail);
	}
	return NULL;
}

static void
test_mailbox_keeps_order(void **state)
{
	struct mailbox box;
	struct pollfd p;
	pthread_t thread;
	int next = 0;

	(void)state;
	assert_int_equal(mailbox_open(&box), OK);
	p = (struct pollfd){.fd = mailbox_fd(&box), .events = POLLIN};
	assert_int_equal(pthread_create(&thread, NULL, post_all, &box), 0);
	while (next < 1000) {
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		mailbox_run(&box, &next);
	}
	pthread_join(thread, NULL);
	assert_false(mailbox_run(&box, &next));
	assert_int_equal(poll(&p, 1, 0), 0);
	mailbox_close(&box);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_frame_round_trip),
	    cmocka_unit_test(test_broken_frames),
	    cmocka_unit_test(test_every_transport),
	    cmocka_unit_test(test_nobody_there),
	    cmocka_unit_test(test_lost_on_purpose),
	    cmocka_unit_test(test_mailbox_keeps_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
