/*
 * http: protocol switches. A thousand at once, with bytes that came along;
 * the sockets outlive libmicrohttpd's connection, its limits, the reaper's
 * deadlines and the front itself.
 */
#include "tests/gateway/http_client.h"
#include "tests/lib/cmocka.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MANY 1000u
#define ASK \
	"GET /socket HTTP/1.1\r\nHost: t\r\nConnection: keep-alive, " \
	"Upgrade\r\n" \
	"Upgrade: websocket\r\nSec-WebSocket-Protocol: one\r\n\r\n"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int taken_fds[MANY];
static _Atomic unsigned taken, failed, held;
static struct request *last;

/* The first bytes say which client it is: "0042". */
static void
on_take(void *arg, int fd, struct str extra)
{
	char number[5] = "";
	unsigned n;

	assert_ptr_equal(arg, &taken);
	if (fd < 0) {
		atomic_fetch_add(&failed, 1);
		return;
	}
	assert_int_equal(extra.n, 4);
	memcpy(number, extra.p, 4);
	n = (unsigned)strtoul(number, NULL, 10);
	assert_in_range(n, 0, MANY - 1);
	pthread_mutex_lock(&lock);
	taken_fds[n] = fd;
	pthread_mutex_unlock(&lock);
	atomic_fetch_add(&taken, 1);
}

static void
upgrade(struct request *r, const char *protocol)
{
	request_upgrade(r, STR("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
	    str_from(protocol), on_take, &taken);
}

static void
on_socket(struct request *r)
{
	upgrade(r, "one");
}

static void *
upgrade_later(void *request)
{
	upgrade(request, "");
	return NULL;
}

static void
on_later(struct request *r)
{
	pthread_t t;

	assert_int_equal(pthread_create(&t, NULL, upgrade_later, r), 0);
	pthread_detach(t);
}

static void
on_hold(struct request *r)
{
	last = r;
	atomic_fetch_add(&held, 1);
}

static void
on_hello(struct request *r)
{
	request_reply(r, 200, "text/plain", STR("hello\n"));
}

/* Waits until something unread is there. */
static void
on_take_late(void *arg, int fd, struct str extra)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	(void)arg;
	(void)extra;
	assert_int_equal(poll(&p, 1, CLIENT_WAIT_MS), 1);
	taken_fds[0] = fd;
	atomic_fetch_add(&taken, 1);
}

static void
on_unread(struct request *r)
{
	request_upgrade(r, STR("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), STR(""),
	    on_take_late, NULL);
}

static const struct route routes[] = {
    {.method = "GET", .path = "/unread", .handle = on_unread},
    {.method = "GET", .path = "/socket", .handle = on_socket},
    {.method = "GET", .path = "/later", .handle = on_later},
    {.method = "GET", .path = "/hold", .handle = on_hold},
    {.method = "GET", .path = "/hello", .handle = on_hello},
    {.path = NULL},
};

static struct http_conf
conf(void)
{
	taken = failed = held = 0;
	return client_conf(routes, NULL);
}

static char
recv_byte(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char byte = 0;

	assert_int_equal(poll(&p, 1, CLIENT_WAIT_MS), 1);
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
	return byte;
}

static void
expect_both_ways(int client, int server)
{
	client_send(client, "x");
	assert_int_equal(recv_byte(server), 'x');
	assert_int_equal(send(server, "y", 1, 0), 1);
	assert_int_equal(recv_byte(client), 'y');
}

static void
test_one(void **state)
{
	struct http_conf c = conf();
	struct http *h = client_front(&c);
	int fd = client_connect(h);
	const char *got;
	char byte;

	(void)state;
	client_send(fd, ASK "0000");
	got = client_read(fd, "\r\n\r\n", NULL);
	assert_memory_equal(got, "HTTP/1.1 101 ", 13);
	assert_non_null(strstr(got, "Connection: Upgrade\r\n"));
	assert_non_null(strstr(got, "Upgrade: websocket\r\n"));
	assert_non_null(strstr(got, "Sec-WebSocket-Protocol: one\r\n"));
	assert_non_null(strstr(
	    got, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
	assert_true(client_until(&taken, 1));
	/* Non-blocking. */
	assert_int_equal(recv(taken_fds[0], &byte, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	expect_both_ways(fd, taken_fds[0]);
	http_stop(h);
	expect_both_ways(fd, taken_fds[0]);
	close(taken_fds[0]);
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
}

/* Nobody else keeps the connection open, not even for what is unread. */
static void
test_ends_with_taker(void **state)
{
	struct http_conf c = conf();
	struct http *h = client_front(&c);
	int fd = client_connect(h);
	struct pollfd p = {.fd = fd, .events = POLLIN};
	struct timespec moment = {.tv_nsec = 50000000};

	(void)state;
	client_send(fd,
	    "GET /unread HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\n"
	    "Upgrade: websocket\r\n\r\n");
	client_read(fd, "\r\n\r\n", NULL);
	client_send(fd, "x");
	assert_true(client_until(&taken, 1));
	nanosleep(&moment, NULL);
	close(taken_fds[0]);
	assert_int_equal(poll(&p, 1, 300), 1);
	close(fd);
	http_stop(h);
}

/* Far more than connections_max, for they do not count; and deadlines that
 * would have ended every one of them. */
static void
test_many(void **state)
{
	struct http_conf c = conf();
	int clients[MANY];
	char text[sizeof(ASK) + 8];
	struct timespec longer = {.tv_nsec = 150000000};
	struct http *h;
	unsigned i;

	(void)state;
	c.connections_max = 20;
	c.request_ms = c.idle_ms = c.reply_ms = 100;
	h = client_front(&c);
	for (i = 0; i < MANY; i++) {
		clients[i] = client_connect(h);
		snprintf(text, sizeof(text), "%s%04u", ASK, i);
		client_send(clients[i], text);
		assert_memory_equal(
		    client_read(clients[i], "\r\n\r\n", NULL) + 9, "101", 3);
	}
	assert_true(client_until(&taken, MANY));
	nanosleep(&longer, NULL);
	for (i = 0; i < MANY; i++)
		expect_both_ways(clients[i], taken_fds[i]);
	assert_int_equal(failed, 0);
	http_stop(h);
	for (i = 0; i < MANY; i++) {
		expect_both_ways(clients[i], taken_fds[i]);
		close(taken_fds[i]);
		close(clients[i]);
	}
}

/* Upgraded by another thread, on a connection that has served before. */
static void
test_later(void **state)
{
	struct http_conf c = conf();
	struct http *h = client_front(&c);
	int i, fd = client_connect(h);

	(void)state;
	for (i = 0; i < 3; i++) {
		client_send(fd, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
		assert_non_null(
		    strstr(client_read(fd, "hello\n", NULL), " 200 "));
	}
	client_send(fd,
	    "GET /later HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\n"
	    "Upgrade: websocket\r\n\r\n0007");
	assert_null(strstr(
	    client_read(fd, "\r\n\r\n", NULL), "Sec-WebSocket-Protocol"));
	assert_true(client_until(&taken, 1));
	expect_both_ways(fd, taken_fds[7]);
	close(taken_fds[7]);
	close(fd);
	http_stop(h);
}

static void
test_old_version(void **state)
{
	struct http_conf c = conf();
	struct http *h = client_front(&c);

	(void)state;
	assert_string_equal(client_ask(h, "GET /socket HTTP/1.0\r\n\r\n"), "");
	assert_true(client_until(&failed, 1));
	assert_int_equal(taken, 0);
	http_stop(h);
}

/* The deadline came first: there is a 503, and no socket. */
static void
test_too_late(void **state)
{
	struct http_conf c = conf();
	struct http *h;
	int fd;

	(void)state;
	c.reply_ms = 50;
	h = client_front(&c);
	fd = client_connect(h);
	client_send(fd, "GET /hold HTTP/1.1\r\nHost: t\r\n\r\n");
	assert_non_null(strstr(client_read(fd, "}", NULL), " 503 "));
	upgrade(last, "");
	assert_int_equal(failed, 1);
	close(fd);
	http_stop(h);
}

/* The client has reset the connection when the switch comes. */
static void
test_client_left(void **state)
{
	struct linger hard = {.l_onoff = 1};
	struct http_conf c = conf();
	struct http *h = client_front(&c);
	int fd = client_connect(h);

	(void)state;
	client_send(fd, "GET /hold HTTP/1.1\r\nHost: t\r\n\r\n");
	assert_true(client_until(&held, 1));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
	upgrade(last, "");
	assert_true(client_until(&failed, 1));
	http_stop(h);
	assert_int_equal(failed, 1);
	assert_int_equal(taken, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one),
	    cmocka_unit_test(test_ends_with_taker),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_later),
	    cmocka_unit_test(test_old_version),
	    cmocka_unit_test(test_too_late),
	    cmocka_unit_test(test_client_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
