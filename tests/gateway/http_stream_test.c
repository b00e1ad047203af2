/*
 * http: answers without end: bytes in order, queues that are full, clients
 * that leave or do not read, both sides ending at once.
 */
#include "tests/gateway/http_client.h"
#include "tests/lib/cmocka.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ASK "GET /stream HTTP/1.1\r\nHost: t\r\n\r\n"
#define QUEUE 2000u

static struct request *last;
static _Atomic unsigned opened, closed, held;

static void
on_closed(void *arg)
{
	assert_ptr_equal(arg, &opened);
	atomic_fetch_add(&closed, 1);
}

static void
start(struct request *r)
{
	request_stream(r, "text/event-stream", QUEUE, on_closed, &opened);
	last = r;
	atomic_fetch_add(&opened, 1);
}

static void
on_stream(struct request *r)
{
	start(r);
}

static void
on_hold(struct request *r)
{
	last = r;
	atomic_fetch_add(&held, 1);
}

/* Pushes and ends before anything was sent. */
static void
on_short(struct request *r)
{
	start(r);
	assert_int_equal(request_stream_push(r, STR("data: 1\n\n")), OK);
	request_stream_end(r);
}

static const struct route routes[] = {
    {.method = "GET", .path = "/stream", .handle = on_stream},
    {.method = "GET", .path = "/hold", .handle = on_hold},
    {.method = "GET", .path = "/short", .handle = on_short},
    {.path = NULL},
};

static struct http *
front(void)
{
	struct http_conf conf = client_conf(routes, NULL);

	opened = closed = held = 0;
	conf.request_ms = conf.reply_ms = conf.idle_ms = 200;
	return client_front(&conf);
}

static void
test_push(void **state)
{
	struct http *h = front();
	struct timespec longer = {.tv_nsec = 300000000};
	int fd = client_connect(h), i;
	const char *got;
	char text[32];

	(void)state;
	client_send(fd, ASK);
	got = client_read(fd, "\r\n\r\n", NULL);
	assert_non_null(strstr(got, "Content-Type: text/event-stream\r\n"));
	assert_non_null(strstr(got, "Cache-Control: no-store\r\n"));
	assert_true(client_until(&opened, 1));
	/* No deadline applies to it. */
	nanosleep(&longer, NULL);
	for (i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "data: %d\n\n", i);
		assert_int_equal(request_stream_push(last, str_from(text)), OK);
		assert_non_null(strstr(client_read(fd, text, NULL), text));
	}
	assert_int_equal(closed, 0);
	request_stream_end(last);
	assert_non_null(strstr(client_read(fd, "0\r\n\r\n", NULL), "0\r\n"));
	assert_true(client_until(&closed, 1));
	/* The connection serves on. */
	client_send(fd, "GET /short HTTP/1.1\r\nHost: t\r\n\r\n");
	assert_non_null(
	    strstr(client_read(fd, "0\r\n\r\n", NULL), "data: 1\n\n"));
	assert_true(client_until(&closed, 2));
	close(fd);
	http_stop(h);
	assert_int_equal(closed, 2);
}

static void
test_old_version(void **state)
{
	struct http *h = front();

	(void)state;
	assert_non_null(strstr(client_ask(h, "GET /short HTTP/1.0\r\n\r\n"),
	    "\r\n\r\ndata: 1\n\n"));
	http_stop(h);
	assert_int_equal(closed, 1);
}

/* It went away while nothing was being said. */
static void
test_client_leaves(void **state)
{
	struct http *h = front();
	int fd = client_connect(h);

	(void)state;
	client_send(fd, ASK);
	assert_true(client_until(&opened, 1));
	client_read(fd, "\r\n\r\n", NULL);
	close(fd);
	assert_true(client_until(&closed, 1));
	assert_int_equal(request_stream_push(last, STR("x")), E_CLOSED);
	request_stream_end(last);
	http_stop(h);
	assert_int_equal(closed, 1);
}

/* It is there and does not read: the queue fills, the stream is cut. */
static void
test_does_not_read(void **state)
{
	struct http *h = front();
	int fd = client_connect(h), small = 4096;
	char bytes[QUEUE / 4];
	enum err e = OK;
	size_t pushed = 0;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	client_send(fd, ASK);
	assert_true(client_until(&opened, 1));
	while (e == OK && pushed < 1u << 28) {
		e = request_stream_push(
		    last, (struct str){bytes, sizeof(bytes)});
		pushed += sizeof(bytes);
		assert_in_range(request_stream_waiting(last), 0, QUEUE);
	}
	assert_int_equal(e, E_LIMIT);
	assert_int_equal(request_stream_push(last, STR("x")), E_CLOSED);
	assert_true(client_until(&closed, 1));
	request_stream_end(last);
	close(fd);
	http_stop(h);
}

static void
test_too_much_at_once(void **state)
{
	struct http *h = front();
	static char bytes[QUEUE + 1];
	int fd = client_connect(h);
	bool ended;

	(void)state;
	client_send(fd, ASK);
	assert_true(client_until(&opened, 1));
	assert_int_equal(
	    request_stream_push(last, (struct str){bytes, QUEUE + 1}), E_LIMIT);
	request_stream_end(last);
	client_read(fd, NULL, &ended);
	assert_true(ended);
	assert_true(client_until(&closed, 1));
	close(fd);
	http_stop(h);
}

/* The front stops: the stream ends well, and stays pushable. */
static void
test_stop(void **state)
{
	struct http *h = front();
	int fd = client_connect(h);
	bool ended;

	(void)state;
	client_send(fd, ASK);
	assert_true(client_until(&opened, 1));
	client_read(fd, "\r\n\r\n", NULL);
	assert_int_equal(request_stream_push(last, STR("data: 1\n\n")), OK);
	http_stop(h);
	assert_int_equal(closed, 1);
	assert_non_null(
	    strstr(client_read(fd, NULL, &ended), "data: 1\n\n\r\n0\r\n\r\n"));
	assert_true(ended);
	assert_int_equal(request_stream_push(last, STR("x")), E_CLOSED);
	request_stream_end(last);
	close(fd);
}

/* The deadline came before the stream began. */
static void
test_too_late(void **state)
{
	struct http *h = front();
	int fd = client_connect(h);

	(void)state;
	client_send(fd, "GET /hold HTTP/1.1\r\nHost: t\r\n\r\n");
	assert_non_null(strstr(client_read(fd, "}", NULL), " 503 "));
	start(last);
	assert_int_equal(closed, 1);
	assert_int_equal(request_stream_push(last, STR("x")), E_CLOSED);
	request_stream_end(last);
	close(fd);
	http_stop(h);
	assert_int_equal(closed, 1);
}

/* ---- many at once ------------------------------------------------------ */

static void *
push_on(void *request)
{
	struct request *r = request;
	int i;

	for (i = 0; i < 50; i++)
		if (request_stream_push(r, STR("data: x\n\n")) == E_CLOSED)
			break;
	request_stream_end(r);
	return NULL;
}

static _Atomic unsigned pushers;

static void *
push_and_count(void *request)
{
	push_on(request);
	atomic_fetch_add(&pushers, 1);
	return NULL;
}

static void
on_pushed(struct request *r)
{
	pthread_t t;

	request_stream(r, "text/event-stream", QUEUE, on_closed, &opened);
	atomic_fetch_add(&opened, 1);
	assert_int_equal(pthread_create(&t, NULL, push_and_count, r), 0);
	pthread_detach(t);
}

static const struct route race_routes[] = {
    {.method = "GET", .path = "/stream", .handle = on_pushed},
    {.path = NULL},
};

/* Pushing races with clients that leave, and in the end with the stop. */
static void
test_races(void **state)
{
	struct http_conf conf = client_conf(race_routes, NULL);
	struct http *h;
	unsigned i;

	(void)state;
	opened = closed = pushers = 0;
	conf.request_ms = conf.reply_ms = conf.idle_ms = 160;
	h = client_front(&conf);
	for (i = 0; i < 200; i++) {
		int fd = client_connect(h);

		client_send(fd, ASK);
		if (i % 3 == 0)
			client_read(fd, "0\r\n\r\n", NULL);
		else if (i % 3 == 1)
			client_read(fd, "data", NULL);
		close(fd);
	}
	http_stop(h);
	assert_true(client_until(&pushers, opened));
	assert_int_equal(closed, opened);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_push),
	    cmocka_unit_test(test_old_version),
	    cmocka_unit_test(test_client_leaves),
	    cmocka_unit_test(test_does_not_read),
	    cmocka_unit_test(test_too_much_at_once),
	    cmocka_unit_test(test_stop),
	    cmocka_unit_test(test_too_late),
	    cmocka_unit_test(test_races),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
