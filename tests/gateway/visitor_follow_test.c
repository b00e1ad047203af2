/*
 * visitor_follow: long polls and streams against a whole gateway, by hand.
 */
#include "tests/gateway/rig.h"
#include "tests/lib/cmocka.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 5000

static char token[200];
static int64_t conversation;

/* ---- a client ---------------------------------------------------------- */

struct asked {
	int fd;
	struct buf in;
};

static void
ask(struct asked *a, const char *what, const char *headers)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)gateway_port(&rig.gateway)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct buf b = {0};

	*a = (struct asked){.fd = socket(AF_INET, SOCK_STREAM, 0)};
	assert_int_equal(connect(a->fd, (struct sockaddr *)&to, sizeof(to)), 0);
	buf_addf(&b,
	    "GET /v1/visitor/%s HTTP/1.1\r\nHost: x\r\n"
	    "Authorization: Bearer %s\r\n%s\r\n",
	    what, token, headers);
	assert_int_equal(
	    send(a->fd, b.data, b.len, MSG_NOSIGNAL), (ssize_t)b.len);
	buf_free(&b);
}

static bool
read_more(struct asked *a, int ms)
{
	struct pollfd p = {.fd = a->fd, .events = POLLIN};
	char *room = buf_room(&a->in, 65536);
	ssize_t n;

	assert_non_null(room);
	if (poll(&p, 1, ms) <= 0)
		return false;
	n = recv(a->fd, room, 65535, 0);
	if (n > 0)
		a->in.len += (size_t)n;
	return n > 0;
}

static bool
holds(const struct asked *a, const char *word)
{
	return a->in.len > 0 &&
	       memmem(a->in.data, a->in.len, word, strlen(word)) != NULL;
}

static void
gets(struct asked *a, const char *word)
{
	while (!holds(a, word))
		if (!read_more(a, WAIT_MS))
			fail_msg("\"%s\" did not come, but: %.*s", word,
			    (int)(a->in.len < 2000 ? a->in.len : 2000),
			    a->in.data);
}

static unsigned
count(const struct asked *a, const char *word)
{
	const char *at = a->in.data, *end = a->in.data + a->in.len;
	unsigned n = 0;

	while (
	    (at = memmem(at, (size_t)(end - at), word, strlen(word))) != NULL) {
		at++;
		n++;
	}
	return n;
}

static void
leave(struct asked *a)
{
	close(a->fd);
	buf_free(&a->in);
}

/* ---- the gateway ------------------------------------------------------- */

static void
start(void)
{
	struct token who;
	struct buf b = {0};

	rig_open(&rig);
	rig_start(&rig);
	conversation = rig_conversation(&rig);
	who = (struct token){rig.company, conversation, 1,
	    clock_wall(&rig.clock) / 1000 + TOKEN_LIFE_S};
	token_write(&rig.keys, &who, &b);
	buf_char(&b, '\0');
	assert_true(b.len <= sizeof(token));
	memcpy(token, b.data, b.len);
	buf_free(&b);
}

static int
set_up(void **state)
{
	(void)state;
	rig_new(&rig);
	start();
	return 0;
}

/* The front looks at its connections often. */
static int
set_up_quick(void **state)
{
	(void)state;
	rig_new(&rig);
	rig.gateway.conf.request_ms = 200;
	start();
	return 0;
}

/* ---- long polls -------------------------------------------------------- */

static void
test_poll_at_once(void **state)
{
	struct asked a;

	(void)state;
	rig_say_many(&rig, conversation, "hello", 4, RIG_SILENT);
	ask(&a, "events?after=2&wait=30", "");
	gets(&a, "],\"seq\":5}");
	assert_int_equal(count(&a, "\"kind\":\"message\""), 3);
	leave(&a);
	ask(&a, "events", "");
	gets(&a, "],\"seq\":5}");
	assert_int_equal(count(&a, "\"kind\":"), 5);
	leave(&a);
	ask(&a, "events?after=5", "");
	gets(&a, "{\"events\":[],\"seq\":5}");
	leave(&a);
}

static void
test_poll_in_pages(void **state)
{
	struct asked a;

	(void)state;
	rig_say_many(&rig, conversation, "hello", 150, RIG_SILENT);
	ask(&a, "events", "");
	gets(&a, "],\"seq\":100}");
	assert_int_equal(count(&a, "\"kind\":"), 100);
	leave(&a);
	ask(&a, "events?after=100", "");
	gets(&a, "],\"seq\":151}");
	leave(&a);
}

static void
test_poll_waits(void **state)
{
	struct asked a[20];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(a); i++)
		ask(&a[i], "events?after=1&wait=30", "");
	assert_true(rig_metric_becomes(&rig, METRIC_WATCHERS, 20));
	rig_say(&rig, conversation, "here it is", RIG_TOLD, 0);
	for (i = 0; i < ARRAY_LEN(a); i++) {
		gets(&a[i], "here it is");
		gets(&a[i], "],\"seq\":2}");
		leave(&a[i]);
	}
	assert_true(rig_metric_becomes(&rig, METRIC_WATCHERS, 0));
}

static void
test_poll_in_vain(void **state)
{
	struct asked a;

	(void)state;
	ask(&a, "events?after=1&wait=25", "");
	assert_true(rig_metric_becomes(&rig, METRIC_WATCHERS, 1));
	rig_ahead(&rig, 24000);
	assert_false(read_more(&a, 120));
	rig_ahead(&rig, 1001);
	gets(&a, "{\"events\":[],\"seq\":1}");
	leave(&a);
}

/* What is not stored ends the wait, too, for nobody can ask for it later. */
static void
test_poll_passing(void **state)
{
	struct asked a;

	(void)state;
	ask(&a, "events?after=1&wait=25", "");
	assert_true(rig_metric_becomes(&rig, METRIC_WATCHERS, 1));
	bus_add_news(rig.gateway.publisher, &(struct news){.kind = NEWS_TYPING,
						.conversation = conversation,
						.seq = 1,
						.body = STR("bot")});
	bus_flush(rig.gateway.publisher);
	gets(&a, "{\"events\":[],\"seq\":1,\"frames\":[{\"type\":\"typing\",");
	leave(&a);
}

static void
test_wrong_parameters(void **state)
{
	static const char *const wrong[] = {"events?after=x",
	    "events?after=", "events?after=-1", "events?after=1.5",
	    "events?after=9007199254740992",
	    "events?after=99999999999999999999999", "events?wait=31",
	    "events?wait=soon", "stream?after=x"};
	struct asked a;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		ask(&a, wrong[i], "");
		gets(&a, "HTTP/1.1 400");
		gets(&a, "\"bad_request\"");
		leave(&a);
	}
	ask(&a, "stream", "Last-Event-ID: x\r\n");
	gets(&a, "\"bad_request\"");
	leave(&a);
}

/* Whoever left waits no longer, here and at the hub. */
static void
test_poll_left(void **state)
{
	struct asked a[10];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(a); i++)
		ask(&a[i], "events?after=1&wait=30", "");
	assert_true(rig_metric_becomes(&rig, METRIC_WATCHERS, 10));
	for (i = 1; i < ARRAY_LEN(a); i++)
		leave(&a[i]);
	assert_true(rig_metric_becomes(&rig, METRIC_HTTP_CONNECTIONS, 1));
	rig_ahead(&rig, 2000);
	assert_true(rig_metric_becomes(&rig, METRIC_WATCHERS, 1));
	rig_say(&rig, conversation, "for who stayed", RIG_TOLD, 0);
	gets(&a[0], "for who stayed");
	leave(&a[0]);
}

/* More than there is: it begins with what there is, and is told so. */
static void
test_beyond_the_log(void **state)
{
	struct asked now, later, stream;

	(void)state;
	rig_say_many(&rig, conversation, "before", 2, RIG_SILENT);
	ask(&now, "events?after=1000", "");
	gets(&now, "{\"events\":[],\"seq\":3}");
	leave(&now);
	ask(&later, "events?after=1000&wait=30", "");
	ask(&stream, "stream?after=1000", "");
	gets(&stream, "\nid: 3\n\n");
	assert_true(rig_metric_becomes(&rig, METRIC_WATCHERS, 2));
	rig_say(&rig, conversation, "after", RIG_TOLD, 0);
	gets(&later, "],\"seq\":4}");
	gets(&stream, "\nid: 4\ndata: ");
	assert_int_equal(count(&later, "\"kind\":"), 1);
	assert_int_equal(count(&stream, "\"kind\":"), 1);
	leave(&later);
	leave(&stream);
}

/* ---- streams ----------------------------------------------------------- */

static void
test_stream(void **state)
{
	struct asked a;

	(void)state;
	rig_say_many(&rig, conversation, "before", 2, RIG_SILENT);
	ask(&a, "stream?after=1", "");
	gets(&a, "Content-Type: text/event-stream");
	gets(&a, "id: 3\ndata: {\"type\":\"event\",\"event\":{\"seq\":3,");
	assert_false(holds(&a, "id: 1\n"));
	rig_say(&rig, conversation, "after", RIG_TOLD, 0);
	gets(&a, "id: 4\ndata: ");
	bus_add_news(rig.gateway.publisher, &(struct news){.kind = NEWS_TYPING,
						.conversation = conversation,
						.seq = 1,
						.body = STR("bot")});
	bus_flush(rig.gateway.publisher);
	gets(&a, "\ndata: {\"type\":\"typing\"");
	leave(&a);
	/* The header says where it was, not the address it began with. */
	ask(&a, "stream?after=1", "Last-Event-ID: 3\r\n");
	gets(&a, "id: 4\n");
	assert_false(holds(&a, "id: 3\n"));
	leave(&a);
}

/* Nothing follows it, and nobody pings a stream. */
static void
test_stream_finds_what_was_lost(void **state)
{
	struct asked a;

	(void)state;
	ask(&a, "stream", "");
	gets(&a, "id: 1\n");
	rig_say(&rig, conversation, "unheard", RIG_SILENT, 0);
	rig_ahead(&rig, 12000);
	assert_false(read_more(&a, 120));
	rig_ahead(&rig, 14000);
	gets(&a, "unheard");
	rig_say(&rig, conversation, "unheard again", RIG_SILENT, 0);
	rig_ahead(&rig, 26000);
	gets(&a, "unheard again");
	leave(&a);
}

/* A log much longer than the stream's queue, to one who takes his time. */
static void
test_long_log(void **state)
{
	static char words[3501];
	struct asked a;

	(void)state;
	memset(words, 'w', sizeof(words) - 1);
	rig_say_many(&rig, conversation, words, 200, RIG_SILENT);
	ask(&a, "stream", "");
	gets(&a, "id: 1\n");
	assert_false(holds(&a, "id: 201\n"));
	gets(&a, "id: 201\n");
	assert_int_equal(count(&a, "\nid: "), 201);
	leave(&a);
}

static void
test_many_come_and_go(void **state)
{
	struct asked a[50];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(a); i++)
		ask(&a[i], i % 2 ? "stream" : "events?after=1&wait=30", "");
	for (i = 0; i < ARRAY_LEN(a); i++)
		if (i % 3 == 0)
			leave(&a[i]);
	rig_say(&rig, conversation, "for the rest", RIG_TOLD, 0);
	for (i = 0; i < ARRAY_LEN(a); i++)
		if (i % 3 != 0)
			gets(&a[i], "for the rest");
	for (i = 0; i < ARRAY_LEN(a); i++)
		if (i % 3 != 0)
			leave(&a[i]);
	assert_true(rig_metric_becomes(&rig, METRIC_WATCHERS, 0));
}

static int
stop_and_close(void **state)
{
	(void)state;
	return 0;
}

/* The end of the gateway is the end of all who follow. */
static void
test_stop(void **state)
{
	struct asked poll, stream;

	(void)state;
	ask(&poll, "events?after=1&wait=30", "");
	ask(&stream, "stream", "");
	gets(&stream, "id: 1\n");
	assert_true(rig_metric_becomes(&rig, METRIC_WATCHERS, 2));
	rig_stop(&rig);
	gets(&poll, "{\"events\":[],\"seq\":1}");
	while (read_more(&stream, WAIT_MS))
		;
	gets(&stream, "\r\n0\r\n\r\n");
	leave(&poll);
	leave(&stream);
	rig_close(&rig);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_poll_at_once),
	    TEST(test_poll_in_pages),
	    TEST(test_poll_waits),
	    TEST(test_poll_in_vain),
	    TEST(test_poll_passing),
	    TEST(test_wrong_parameters),
	    cmocka_unit_test_setup_teardown(
		test_poll_left, set_up_quick, rig_tear_down),
	    TEST(test_beyond_the_log),
	    TEST(test_stream),
	    TEST(test_stream_finds_what_was_lost),
	    TEST(test_long_log),
	    TEST(test_many_come_and_go),
	    cmocka_unit_test_setup_teardown(test_stop, set_up, stop_and_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
