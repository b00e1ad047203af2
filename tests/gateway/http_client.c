/* http_client: sockets by hand, and the front's settings for tests. */
#include "tests/gateway/http_client.h"
#include "tests/lib/cmocka.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct metrics metrics;
static struct log *front_log;
static struct buf logged = {.limit = 1u << 20};
static pthread_mutex_t logged_lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t
ms_of(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t
wall(const struct clock *c)
{
	(void)c;
	return ms_of(CLOCK_REALTIME);
}

static int64_t
steady(const struct clock *c)
{
	(void)c;
	return ms_of(CLOCK_MONOTONIC);
}

const struct clock client_clock = {.wall_ms = wall, .steady_ms = steady};

int64_t
client_now(void)
{
	return ms_of(CLOCK_MONOTONIC);
}

static void
keep_line(void *arg, struct str line)
{
	(void)arg;
	pthread_mutex_lock(&logged_lock);
	buf_add(&logged, line.p, line.n);
	pthread_mutex_unlock(&logged_lock);
}

bool
client_logged(const char *word)
{
	bool found;

	pthread_mutex_lock(&logged_lock);
	found = logged.len > 0 &&
		memmem(logged.data, logged.len, word, strlen(word)) != NULL;
	pthread_mutex_unlock(&logged_lock);
	return found;
}

struct http_conf
client_conf(const struct route *routes, void *context)
{
	if (front_log == NULL)
		front_log = log_new(&client_clock, LOG_DEBUG, keep_line, NULL);
	return (struct http_conf){.listen = "127.0.0.1:0",
	    .routes = routes,
	    .threads = 2,
	    .connections_max = 2000,
	    .request_ms = 5000,
	    .reply_ms = 5000,
	    .idle_ms = 5000,
	    .trusted_proxies = "",
	    .context = context,
	    .log = front_log,
	    .metrics = &metrics,
	    .clock = &client_clock};
}

struct http *
client_front(const struct http_conf *conf)
{
	struct http *h = NULL;
	char why[256] = "";

	if (http_start(conf, &h, why, sizeof(why)) != OK)
		fail_msg("http_start: %s", why);
	return h;
}

void
client_connect_with(const struct http *h, int fd)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)http_port(h)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
}

int
client_connect(const struct http *h)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	client_connect_with(h, fd);
	return fd;
}

void
client_send_bytes(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t sent = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		bytes.p += sent;
		bytes.n -= (size_t)sent;
	}
}

void
client_send(int fd, const char *text)
{
	client_send_bytes(fd, str_from(text));
}

uint64_t
client_metric(enum metric which)
{
	return metric_get(&metrics, which);
}

const char *
client_read(int fd, const char *end, bool *closed)
{
	static char got[1u << 18];
	int64_t until = client_now() + CLIENT_WAIT_MS;
	size_t n = 0;
	ssize_t more;

	if (closed != NULL)
		*closed = false;
	for (got[0] = '\0'; n < sizeof(got) - 1; got[n] = '\0') {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = until - client_now();

		if (end != NULL && strstr(got, end) != NULL)
			return got;
		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return got;
		more = recv(fd, got + n, sizeof(got) - 1 - n, 0);
		if (more <= 0) {
			if (closed != NULL)
				*closed = true;
			return got;
		}
		n += (size_t)more;
	}
	return got;
}

const char *
client_ask_bytes(const struct http *h, struct str bytes)
{
	int fd = client_connect(h);
	const char *got;
	bool closed;

	client_send_bytes(fd, bytes);
	got = client_read(fd, NULL, &closed);
	close(fd);
	if (!closed)
		fail_msg("still open after: %.*s", STR_FMT(bytes));
	return got;
}

const char *
client_ask(const struct http *h, const char *text)
{
	return client_ask_bytes(h, str_from(text));
}

bool
client_until(_Atomic unsigned *value, unsigned least)
{
	const struct timespec step = {.tv_nsec = 1000000};
	int64_t until = client_now() + CLIENT_WAIT_MS;

	while (atomic_load(value) < least) {
		if (client_now() > until)
			return false;
		nanosleep(&step, NULL);
	}
	return true;
}
