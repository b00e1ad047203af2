/* rig: see the header. */
#include "tests/net/rig.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PATIENCE_S 20

struct rig rig;

static void
say(struct stub_reply *reply, const char *bytes, enum stub_then then)
{
	buf_str(&reply->bytes, bytes);
	reply->then = then;
}

static void
on_ok(const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	(void)r;
	(void)rest;
	stub_answer(reply, 200, "text/plain", STR("hello"));
}

static void
on_echo(const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	(void)rest;
	stub_answer(reply, 200, "application/json", r->body);
}

static void
on_chunked(
    const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	(void)r;
	(void)rest;
	say(reply,
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
	    STUB_KEEP);
}

static void
on_length(
    const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	uint64_t n = 0;

	(void)r;
	assert_true(str_to_u64(rest, 1 << 30, &n));
	buf_addf(&reply->bytes,
	    "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n",
	    (unsigned long long)n);
	memset(buf_room(&reply->bytes, n), 'x', n);
	reply->bytes.len += n;
}

static void
on_status(
    const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	uint64_t status = 0;

	(void)r;
	assert_true(str_to_u64(rest, 599, &status));
	stub_answer(reply, (unsigned)status, "text/plain", STR("told"));
}

static void
on_after(
    const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	char value[64];
	size_t i;

	(void)r;
	snprintf(value, sizeof(value), "%.*s", STR_FMT(rest));
	for (i = 0; value[i] != '\0'; i++)
		if (value[i] == '_')
			value[i] = ' ';
	buf_addf(&reply->bytes,
	    "HTTP/1.1 429 X\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n",
	    value);
}

static void
on_cut(const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	(void)r;
	(void)rest;
	say(reply, "", STUB_CLOSE);
}

static void
on_reset(
    const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	(void)r;
	(void)rest;
	say(reply, "", STUB_RESET);
}

static void
on_half(const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	(void)r;
	(void)rest;
	say(reply, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
	    STUB_CLOSE);
}

static void
on_garbage(
    const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	(void)r;
	(void)rest;
	say(reply, "\x16\x03\x01 what is this\r\n\r\n", STUB_CLOSE);
}

static void
on_hold(const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	if (r->released)
		on_ok(r, rest, reply);
	else
		reply->then = STUB_HOLD;
}

static void
on_to(const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	(void)r;
	buf_addf(&reply->bytes,
	    "HTTP/1.1 302 X\r\nLocation: %.*s\r\nContent-Length: 0\r\n\r\n",
	    STR_FMT(rest));
}

static void
on_second_cut(
    const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	(r->nth == 0 ? on_ok : on_cut)(r, rest, reply);
}

static void
on_second_reset(
    const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	(r->nth == 0 ? on_ok : on_reset)(r, rest, reply);
}

static void
on_last(const struct stub_request *r, struct str rest, struct stub_reply *reply)
{
	on_ok(r, rest, reply);
	reply->then = STUB_CLOSE;
}

static const struct {
	const char *path;
	void (*handle)(const struct stub_request *r, struct str rest,
	    struct stub_reply *reply);
} routes[] = {
    {"/ok", on_ok},
    {"/echo", on_echo},
    {"/chunked", on_chunked},
    {"/length/", on_length},
    {"/status/", on_status},
    {"/after/", on_after},
    {"/cut", on_cut},
    {"/reset", on_reset},
    {"/half", on_half},
    {"/garbage", on_garbage},
    {"/hold", on_hold},
    {"/to/", on_to},
    {"/second/cut", on_second_cut},
    {"/second/reset", on_second_reset},
    {"/last", on_last},
};

static void
handle(void *arg, const struct stub_request *r, struct stub_reply *reply)
{
	size_t i, n;

	(void)arg;
	snprintf(rig.head, sizeof(rig.head), "%.*s", STR_FMT(r->head));
	for (i = 0; i < ARRAY_LEN(routes); i++) {
		n = strlen(routes[i].path);
		if (r->path.n >= n && memcmp(r->path.p, routes[i].path, n) == 0)
			break;
	}
	if (i == ARRAY_LEN(routes)) {
		stub_answer(reply, 404, "text/plain", r->path);
		return;
	}
	routes[i].handle(r, (struct str){r->path.p + n, r->path.n - n}, reply);
}

int
set_up(void **state)
{
	const struct fetch_conf conf = {.in_flight_max = 6000,
	    .connections_max = 64,
	    .connect_ms = 2000,
	    .agent = "Frontdesk/test"};

	(void)state;
	rig = (struct rig){0};
	rig.stub = stub_open(handle, NULL);
	return fetch_open(&conf, &rig.f) == OK ? 0 : -1;
}

int
tear_down(void **state)
{
	(void)state;
	fetch_close(rig.f);
	stub_close(rig.stub);
	return 0;
}

static void
count(struct fetch *r)
{
	(void)r;
	rig.done++;
}

struct fetch
get(const char *path)
{
	static char urls[16][300];
	static unsigned next;
	char *url = urls[next++ % 16];

	snprintf(url, sizeof(urls[0]), "%s%s", stub_url(rig.stub), path);
	return (struct fetch){.method = "GET",
	    .url = str_from(url),
	    .answer_max = 65536,
	    .timeout_ms = 10000,
	    .done = count};
}

static void
turn(time_t until)
{
	struct pollfd p = {.fd = fetch_fd(rig.f), .events = POLLIN};
	int ms = fetch_wait_ms(rig.f);

	assert_true(time(NULL) < until);
	poll(&p, 1, ms < 0 || ms > 20 ? 20 : ms);
	fetch_run(rig.f);
}

void
run_until(unsigned done)
{
	time_t until = time(NULL) + PATIENCE_S;

	while (rig.done < done)
		turn(until);
}

void
run_until_held(unsigned n)
{
	time_t until = time(NULL) + PATIENCE_S;

	while (stub_held(rig.stub) < n)
		turn(until);
}

void
fetch_now(struct fetch *r)
{
	assert_int_equal(fetch_start(rig.f, r), OK);
	run_until(rig.done + 1);
}

void
assert_str(struct str is, const char *should)
{
	if (!str_eq(is, str_from(should)))
		fail_msg("\"%.*s\" is not \"%s\"", STR_FMT(is), should);
}
