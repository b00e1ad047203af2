/*
 * http: clients that are too slow, too many, or both; and a process that has
 * no descriptors left. All the others are served meanwhile.
 */
#include "tests/gateway/http_client.h"
#include "tests/lib/cmocka.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HELLO "GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"
#define SLOW_MS 100
#define BIG (8u << 20)

static char *big;

static void
on_hello(struct request *r)
{
	request_reply(r, 200, "text/plain", STR("hello\n"));
}

static void
on_big(struct request *r)
{
	request_reply(r, 200, "text/plain", (struct str){big, BIG});
}

static const struct route routes[] = {
    {.method = "GET", .path = "/hello", .handle = on_hello},
    {.method = "POST", .path = "/hello", .handle = on_hello},
    {.method = "GET", .path = "/big", .handle = on_big},
    {.path = NULL},
};

static struct http_conf
slow_conf(void)
{
	struct http_conf conf = client_conf(routes, NULL);

	conf.request_ms = SLOW_MS;
	conf.idle_ms = 3 * SLOW_MS;
	return conf;
}

/* Has the far side ended it; and did it say that we were too slow? */
static bool
is_closed(int fd, bool *told)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLRDHUP};
	char bytes[4096];
	ssize_t n;

	while (poll(&p, 1, 0) > 0) {
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n <= 0)
			return true;
		if (memmem(bytes, (size_t)n, " 408 ", 5) != NULL)
			*told = true;
	}
	return false;
}

#define LONG_LINE "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define LONG_TEXT LONG_LINE LONG_LINE LONG_LINE LONG_LINE
#define JSON "Content-Type: application/json\r\n"

/* What comes at once, what comes byte by byte, and how long that may go. */
static const struct form {
	const char *first, *then;
	int64_t least;
	bool told;
} forms[] = {
    {"", "GET /" LONG_TEXT, SLOW_MS, false},
    {"GET /hello HTTP/1.1\r\nHost: t\r\n", "X-A: " LONG_TEXT, SLOW_MS, true},
    {"POST /hello HTTP/1.1\r\nHost: t\r\n" JSON "Content-Length: 9999\r\n\r\n",
	LONG_TEXT, SLOW_MS, true},
    {"POST /hello HTTP/1.1\r\nHost: t\r\n" JSON
     "Transfer-Encoding: chunked\r\n\r\nff\r\n",
	LONG_TEXT, SLOW_MS, true},
    /* On a connection that has served: idle_ms is for the line. */
    {"GET /hello HTTP/1.1\r\nHost: t\r\n\r\n", "GET /" LONG_TEXT, 3 * SLOW_MS,
	false},
    {"GET /hello HTTP/1.1\r\nHost: t\r\n\r\n", "", 3 * SLOW_MS, false},
};

#define FORMS ARRAY_LEN(forms)

/* Sends on all of them until the far side has ended each. */
static void
trickle(const int *fds, int64_t *ended, bool *told)
{
	const struct timespec step = {.tv_nsec = 2000000};
	int64_t begin = client_now();
	size_t i, at, open = FORMS;

	for (at = 0; open > 0; at++) {
		nanosleep(&step, NULL);
		if (client_now() - begin > CLIENT_WAIT_MS)
			fail_msg("%zu are still open", open);
		for (i = 0; i < FORMS; i++) {
			if (ended[i] != 0)
				continue;
			if (at < strlen(forms[i].then))
				(void)send(fds[i], forms[i].then + at, 1,
				    MSG_NOSIGNAL);
			if (is_closed(fds[i], &told[i])) {
				ended[i] = client_now() - begin;
				open--;
			}
		}
	}
}

static void
test_trickle(void **state)
{
	struct http_conf conf = slow_conf();
	struct http *h = client_front(&conf);
	uint64_t before = client_metric(METRIC_HTTP_REAPED);
	int64_t ended[FORMS] = {0};
	bool told[FORMS] = {false};
	int fds[FORMS];
	size_t i;

	(void)state;
	for (i = 0; i < FORMS; i++) {
		fds[i] = client_connect(h);
		client_send(fds[i], forms[i].first);
	}
	trickle(fds, ended, told);
	for (i = 0; i < FORMS; i++) {
		if (ended[i] < forms[i].least - 50 ||
		    ended[i] > forms[i].least + 1000)
			fail_msg("form %zu took %d ms", i, (int)ended[i]);
		assert_int_equal(told[i], forms[i].told);
		close(fds[i]);
	}
	assert_int_equal(client_metric(METRIC_HTTP_REAPED) - before, 3);
	http_stop(h);
}

/* Reads a large answer byte by byte; and not at all. */
static void
test_slow_read(void **state)
{
	struct http_conf conf = slow_conf();
	struct http *h = client_front(&conf);
	int fds[2], small = 4096, i;
	uint64_t before = client_metric(METRIC_HTTP_REAPED);
	int64_t until = client_now() + CLIENT_WAIT_MS;
	const struct timespec step = {.tv_nsec = 2000000};
	char byte;

	(void)state;
	for (i = 0; i < 2; i++) {
		fds[i] = client_connect(h);
		setsockopt(
		    fds[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
		client_send(fds[i], "GET /big HTTP/1.1\r\nHost: t\r\n\r\n");
	}
	while (client_metric(METRIC_HTTP_REAPED) < before + 2) {
		(void)recv(fds[0], &byte, 1, MSG_DONTWAIT);
		nanosleep(&step, NULL);
		assert_true(client_now() < until);
	}
	for (i = 0; i < 2; i++)
		close(fds[i]);
	http_stop(h);
}

static void
test_fast_read(void **state)
{
	struct http_conf conf = client_conf(routes, NULL);
	struct http *h = client_front(&conf);
	int fd = client_connect(h);
	char bytes[65536];
	size_t n = 0;
	ssize_t more;

	(void)state;
	client_send(
	    fd, "GET /big HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
	while ((more = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		n += (size_t)more;
	assert_in_range(n, BIG, BIG + 500);
	close(fd);
	http_stop(h);
}

/* ---- too many ---------------------------------------------------------- */

static void
fill(struct http *h, int *fds, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		fds[i] = client_connect(h);
		client_send(fds[i], "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
		assert_memory_equal(
		    client_read(fds[i], "hello\n", NULL) + 9, "200", 3);
	}
}

static void
close_all(const int *fds, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		close(fds[i]);
}

/* Until a request succeeds again. */
static void
wait_for_room(struct http *h)
{
	const struct timespec step = {.tv_nsec = 1000000};
	int64_t until = client_now() + CLIENT_WAIT_MS;

	while (strstr(client_ask(h, HELLO), " 200 ") == NULL) {
		assert_true(client_now() < until);
		nanosleep(&step, NULL);
	}
}

static void
test_connection_limit(void **state)
{
	struct http_conf conf = client_conf(routes, NULL);
	int fds[20];
	struct http *h;
	int64_t begin;
	size_t i;

	(void)state;
	conf.connections_max = 20;
	h = client_front(&conf);
	fill(h, fds, 20);
	begin = client_now();
	for (i = 0; i < 200; i++) {
		const char *got = client_ask(h, HELLO);

		assert_memory_equal(got, "HTTP/1.1 503", 12);
		assert_non_null(strstr(got, "fault:busy"));
	}
	assert_in_range(client_now() - begin, 0, 2000);
	/* Those inside are not harmed. */
	client_send(fds[7], HELLO);
	assert_non_null(strstr(client_read(fds[7], "hello\n", NULL), "200"));
	close_all(fds, 20);
	wait_for_room(h);
	http_stop(h);
}

static void
test_address_limit(void **state)
{
	struct http_conf conf = client_conf(routes, NULL);
	int fds[5];
	struct http *h;

	(void)state;
	conf.connections_per_address = 5;
	h = client_front(&conf);
	fill(h, fds, 5);
	assert_memory_equal(client_ask(h, HELLO),
	    "HTTP/1.1 429 Too many, too fast\r\nX-Request-Id: ", 45);
	assert_true(client_logged("http.turned_away"));
	close_all(fds, 5);
	wait_for_room(h);
	http_stop(h);
	/* A proxy brings many people from one address. */
	conf.trusted_proxies = "127.0.0.0/8";
	h = client_front(&conf);
	fill(h, fds, 5);
	assert_memory_equal(client_ask(h, HELLO), "HTTP/1.1 200", 12);
	close_all(fds, 5);
	http_stop(h);
}

/* Takes all descriptors there are; gives their number. */
static size_t
take_descriptors(int *fds, size_t most)
{
	size_t n = 0;

	while (n < most && (fds[n] = open("/dev/null", O_RDONLY)) >= 0)
		n++;
	return n;
}

static void
test_no_descriptors(void **state)
{
	struct http_conf conf = client_conf(routes, NULL);
	struct rlimit old, tight;
	int hog[256], clients[4], warm;
	struct http *h;
	size_t n, i;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	h = client_front(&conf);
	warm = client_connect(h);
	client_send(warm, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
	client_read(warm, "hello\n", NULL);
	for (i = 0; i < 4; i++)
		clients[i] = socket(AF_INET, SOCK_STREAM, 0);
	tight = old;
	tight.rlim_cur = 200;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	n = take_descriptors(hog, ARRAY_LEN(hog));
	for (i = 0; i < 4; i++) {
		client_connect_with(h, clients[i]);
		client_send(clients[i], HELLO);
		assert_memory_equal(
		    client_read(clients[i], "}", NULL), "HTTP/1.1 503", 12);
	}
	client_send(warm, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
	assert_non_null(strstr(client_read(warm, "hello\n", NULL), " 200 "));
	assert_true(client_logged("http.no_descriptors"));
	close_all(hog, n);
	close_all(clients, 4);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	wait_for_room(h);
	close(warm);
	http_stop(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_trickle),
	    cmocka_unit_test(test_slow_read),
	    cmocka_unit_test(test_fast_read),
	    cmocka_unit_test(test_connection_limit),
	    cmocka_unit_test(test_address_limit),
	    cmocka_unit_test(test_no_descriptors),
	};
	int failed;

	big = malloc(BIG);
	if (big == NULL)
		return 1;
	memset(big, 'b', BIG);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(big);
	return failed;
}
