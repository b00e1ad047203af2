/*
 * http: requests as clients send them, against a front of its own: routes,
 * bodies, late answers, deadlines, upgrades, streams, stopping.
 */
#include "tests/gateway/http_client.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define END "Connection: close\r\n\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n" END

/* What the handlers leave for the test. */
struct world {
	_Atomic unsigned held; /* requests that wait for an answer */
	struct request *last;
	_Atomic unsigned taken, failed, closed;
	int fds[2000];
	char extra[64];
};

static struct world world;

static void
on_hello(struct request *r)
{
	assert_ptr_equal(request_context(r), &world);
	request_reply(r, 200, "text/plain", STR("hello\n"));
}

static void
on_echo(struct request *r)
{
	request_add_header(r, "X-Extra", STR("yes"));
	request_reply(r, 200, "application/json", request_body(r));
}

static void
on_hold(struct request *r)
{
	world.last = r;
	atomic_fetch_add(&world.held, 1);
}

static void *
answer_later(void *request)
{
	struct request *r = request;

	request_reply(r, 200, "text/plain", STR("later\n"));
	return NULL;
}

static void
on_later(struct request *r)
{
	pthread_t t;

	assert_int_equal(pthread_create(&t, NULL, answer_later, r), 0);
	pthread_detach(t);
}

static void
on_take(void *arg, int fd, struct str extra)
{
	unsigned n;

	assert_ptr_equal(arg, &world);
	if (fd < 0) {
		atomic_fetch_add(&world.failed, 1);
		return;
	}
	snprintf(world.extra, sizeof(world.extra), "%.*s", STR_FMT(extra));
	n = atomic_load(&world.taken);
	world.fds[n] = fd;
	atomic_store(&world.taken, n + 1);
}

static void
on_socket(struct request *r)
{
	request_upgrade(r, STR("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
	    request_header(r, "Sec-WebSocket-Protocol"), on_take, &world);
}

static const struct route routes[] = {
    {.method = "GET", .path = "/hello", .handle = on_hello},
    {.method = "POST", .path = "/echo", .any_origin = true, .handle = on_echo},
    {.method = "POST", .path = "/small", .body_max = 10, .handle = on_echo},
    {.method = "GET", .path = "/hold", .handle = on_hold},
    {.method = "GET", .path = "/later", .handle = on_later},
    {.method = "GET", .path = "/socket", .handle = on_socket},
    {.path = NULL},
};

static struct http *
front(void)
{
	struct http_conf conf = client_conf(routes, &world);

	world = (struct world){0};
	return client_front(&conf);
}

static void
test_reply(void **state)
{
	struct http *h = front();
	const char *got = client_ask(h, GET("/hello?x=1"));

	(void)state;
	assert_memory_equal(got, "HTTP/1.1 200 OK\r\n", 17);
	assert_non_null(strstr(got, "X-Request-Id: "));
	assert_non_null(strstr(got, "\r\n\r\nhello\n"));
	http_stop(h);
}

static void
test_keep_alive(void **state)
{
	struct http *h = front();
	int i, fd = client_connect(h);

	(void)state;
	for (i = 0; i < 3; i++) {
		client_send(fd, "GET /later HTTP/1.1\r\nHost: t\r\n\r\n");
		assert_non_null(strstr(
		    client_read(fd, "later\n", NULL), "\r\n\r\nlater\n"));
	}
	client_send(fd, "GET /none HTTP/1.1\r\nHost: t\r\n\r\n");
	assert_non_null(strstr(client_read(fd, "}", NULL), "404"));
	client_send(fd, GET("/hello"));
	assert_non_null(strstr(client_read(fd, "hello\n", NULL), "200"));
	close(fd);
	http_stop(h);
}

static void
test_post(void **state)
{
	struct http *h = front();
	const char *got = client_ask(h,
	    "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Type: application/json"
	    "\r\nContent-Length: 7\r\n" END "{\"a\":1}");

	(void)state;
	assert_non_null(strstr(got, "\r\n\r\n{\"a\":1}"));
	assert_non_null(strstr(got, "X-Extra: yes\r\n"));
	http_stop(h);
}

static void
test_upgrade(void **state)
{
	struct http *h = front();
	int fd = client_connect(h);
	char byte = 0;

	(void)state;
	client_send(fd,
	    "GET /socket HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\n"
	    "Upgrade: websocket\r\n\r\nearly");
	assert_non_null(strstr(client_read(fd, "\r\n\r\n", NULL),
	    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
	assert_true(client_until(&world.taken, 1));
	assert_string_equal(world.extra, "early");
	client_send(fd, "x");
	while (recv(world.fds[0], &byte, 1, 0) < 0)
		continue;
	assert_int_equal(byte, 'x');
	assert_int_equal(send(world.fds[0], "back", 4, 0), 4);
	assert_string_equal(client_read(fd, "back", NULL), "back");
	http_stop(h);
	client_send(fd, "y");
	while (recv(world.fds[0], &byte, 1, 0) < 0)
		continue;
	assert_int_equal(byte, 'y');
	close(world.fds[0]);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reply),
	    cmocka_unit_test(test_keep_alive),
	    cmocka_unit_test(test_post),
	    cmocka_unit_test(test_upgrade),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
