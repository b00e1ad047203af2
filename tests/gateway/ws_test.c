/*
 * ws: one end of a socket pair on a hub, the other one in the test's hands.
 * Queues, budgets, goodbyes; the protocol itself is ws_in_test.c and the
 * scenario ws_conformance.
 */
#include "gateway/hub_inner.h"
#include "tests/gateway/rig.h"
#include "tests/gateway/ws_client.h"
#include "tests/lib/cmocka.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define BUDGET 65536u

/* What a test sees of its WebSockets. */
struct plain {
	struct ws ws;
	_Atomic unsigned messages;
	_Atomic bool ended;
	struct plain *next;
};

static _Atomic unsigned freed_count;
/* All of a test: looked at till its end, and so freed after it. */
static struct plain *plains;

static void
message(struct ws *w, enum ws_what what, struct str payload)
{
	struct plain *p = CONTAINER_OF(w, struct plain, ws);

	(void)what;
	p->messages++;
	if (payload.n > 0 && payload.p[0] == 'p')
		ws_pause(w);
	if (payload.n > 0 && payload.p[0] == 'e')
		ws_send_text(w, payload);
}

static void
ended(struct ws *w)
{
	CONTAINER_OF(w, struct plain, ws)->ended = true;
}

static void
freed(struct ws *w)
{
	(void)w;
	freed_count++;
}

static const struct ws_kind kind = {
    .name = "plain",
    .limits = {.message_max = 70000, .fragments_max = 10},
    .queue_max = BUDGET,
    .message = message,
    .ended = ended,
    .freed = freed,
};

/* ---- errands ----------------------------------------------------------- */

struct errand {
	struct plain *plain;
	int fd;
	struct str text;
	unsigned times;
	/* out */
	size_t queued;
	bool reads, queues;
	uint32_t sent;
};

static void
open_on_hub(struct hub *h, void *arg)
{
	struct errand *e = arg;

	ws_open(h, &e->plain->ws, e->fd);
}

static void
send_on_hub(struct hub *h, void *arg)
{
	struct errand *e = arg;
	unsigned i;

	for (i = 0; i < e->times; i++)
		ws_send_text(&e->plain->ws, e->text);
	e->queued = h->queued;
}

static void
resume_on_hub(struct hub *h, void *arg)
{
	(void)h;
	ws_resume(&((struct plain *)arg)->ws);
}

static void
ref_on_hub(struct hub *h, void *arg)
{
	(void)h;
	ws_ref(&((struct plain *)arg)->ws);
}

static void
unref_on_hub(struct hub *h, void *arg)
{
	(void)h;
	ws_unref(&((struct plain *)arg)->ws);
}

static void
look_on_hub(struct hub *h, void *arg)
{
	struct errand *e = arg;

	e->queued = h->queued;
	if (e->plain == NULL)
		return;
	e->reads = e->plain->ws.in != NULL;
	e->queues = e->plain->ws.queue.ring != NULL;
	e->sent = e->plain->ws.queue.sent;
}

static struct plain *
open_pair(struct ws_client *c)
{
	struct errand e = {.plain = calloc(1, sizeof(struct plain))};
	int fds[2];

	assert_non_null(e.plain);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	e.plain->ws.kind = &kind;
	e.plain->next = plains;
	plains = e.plain;
	e.fd = fds[0];
	ws_client_take(c, fds[1]);
	rig_on_hub(rig.gateway.hubs[0], open_on_hub, &e);
	return e.plain;
}

static void
send_many(struct plain *p, struct str text, unsigned times)
{
	struct errand e = {.plain = p, .text = text, .times = times};

	rig_on_hub(rig.gateway.hubs[0], send_on_hub, &e);
}

static struct errand
look(struct plain *p)
{
	struct errand e = {.plain = p};

	rig_on_hub(rig.gateway.hubs[0], look_on_hub, &e);
	return e;
}

static size_t
queued(void)
{
	return look(NULL).queued;
}

static void
falls_below(size_t n)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int i;

	for (i = 0; i < RIG_WAIT_MS && queued() >= n && n > 0; i++)
		nanosleep(&pause, NULL);
	assert_true(n == 0 || queued() < n);
}

static bool
becomes(_Atomic unsigned *value, unsigned n)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int i;

	for (i = 0; i < RIG_WAIT_MS && *value != n; i++)
		nanosleep(&pause, NULL);
	return *value == n;
}

static int
set_up_with(size_t queue_total)
{
	rig_new(&rig);
	rig_open(&rig);
	rig_start_hubs(&rig, 1, queue_total);
	freed_count = 0;
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	return set_up_with(0);
}

static int
set_up_tight(void **state)
{
	(void)state;
	return set_up_with(5 * BUDGET);
}

static int
tear_down(void **state)
{
	struct plain *p;

	(void)state;
	rig_stop_hubs(&rig);
	rig_close(&rig);
	while ((p = plains) != NULL) {
		plains = p->next;
		free(p);
	}
	return 0;
}

/* ---- tests ------------------------------------------------------------- */

static void
test_echo(void **state)
{
	struct ws_client c;
	struct plain *p = open_pair(&c);
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		ws_client_say(&c, "echo %d", i);
	for (i = 0; i < 1000; i++) {
		char expected[20];

		snprintf(expected, sizeof(expected), "echo %d", i);
		assert_true(
		    str_eq(ws_client_next(&c).text, str_from(expected)));
	}
	assert_int_equal(p->messages, 1000);
	assert_int_equal(queued(), 0);
	ws_client_close(&c);
	assert_true(becomes(&freed_count, 1));
}

/*
 * Paused in the middle of what was read at once, more of it than wslay keeps;
 * meanwhile others use the hub's buffer. Nothing is lost.
 */
static void
test_pause(void **state)
{
	struct ws_client c, other;
	struct plain *p = open_pair(&c);
	unsigned i;

	(void)state;
	(void)open_pair(&other);
	for (i = 0; i < 50; i++) {
		ws_client_say(&c, "p%300u", i);
		ws_client_say(&c, "e%300u", i);
	}
	for (i = 0; i < 50; i++) {
		char expected[400];

		assert_true(becomes(&p->messages, 2 * i + 1));
		ws_client_say(&other, "e%5000u", i);
		assert_int_equal(ws_client_next(&other).text.n, 5001);
		rig_on_hub(rig.gateway.hubs[0], resume_on_hub, p);
		snprintf(expected, sizeof(expected), "e%300u", i);
		assert_true(
		    str_eq(ws_client_next(&c).text, str_from(expected)));
	}
	/* Closed while it is paused, the rest unread. */
	ws_client_say(&c, "p");
	ws_client_say(&c, "never heard");
	assert_true(becomes(&p->messages, 101));
	rig_on_hub(rig.gateway.hubs[0], ref_on_hub, p);
	ws_client_close(&c);
	ws_client_close(&other);
	rig_on_hub(rig.gateway.hubs[0], resume_on_hub, p);
	rig_on_hub(rig.gateway.hubs[0], unref_on_hub, p);
	assert_true(becomes(&freed_count, 2));
}

static void
test_references(void **state)
{
	struct ws_client c;
	struct plain *p = open_pair(&c);

	(void)state;
	rig_on_hub(rig.gateway.hubs[0], ref_on_hub, p);
	ws_client_close(&c);
	assert_true(rig_metric_becomes(&rig, METRIC_WS_OPEN, 0));
	(void)queued();
	(void)queued(); /* a whole turn later */
	assert_int_equal(freed_count, 0);
	assert_true(p->ended);
	send_many(p, STR("to nobody"), 1);
	rig_on_hub(rig.gateway.hubs[0], unref_on_hub, p);
	assert_true(becomes(&freed_count, 1));
}

static char words[1001], long_words[60001];

/* It does not read: its queue is thrown away, but for the frame begun. */
static void
test_slow(void **state)
{
	struct ws_client c;
	struct plain *p = open_pair(&c);
	struct ws_reply r;

	(void)state;
	send_many(p, str_from(long_words), 20);
	assert_true(queued() > BUDGET);
	assert_true(look(p).sent > 0); /* one is half with the kernel */
	rig_ahead(&rig, 4900);
	assert_int_equal(rig_metric(&rig, METRIC_WS_SLOW), 0);
	rig_ahead(&rig, 200);
	assert_true(rig_metric_becomes(&rig, METRIC_WS_SLOW, 1));
	assert_true(queued() < 61000);
	r = ws_client_closed(&c);
	assert_int_equal(r.code, 1008);
	assert_true(str_eq(r.text, STR("too_slow")));
	ws_client_close(&c);
	assert_true(becomes(&freed_count, 1));
}

/* It reads little, but reads: it is not cut. */
static void
test_slow_but_reading(void **state)
{
	struct ws_client c;
	struct plain *p = open_pair(&c);
	size_t left = 1000 * sizeof(words);
	int i;

	(void)state;
	send_many(p, str_from(words), 1000);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(ws_client_next(&c).first, CLIENT_TEXT);
		if (i % 200 == 199) {
			falls_below(left);
			left = queued();
			rig_ahead(&rig, 4000);
		}
	}
	assert_int_equal(rig_metric(&rig, METRIC_WS_SLOW), 0);
	ws_client_close(&c);
	assert_true(becomes(&freed_count, 1));
}

/* All together have too much queued: the longest goes first. */
static void
test_budget_of_all(void **state)
{
	struct ws_client c[3];
	struct plain *p[3];
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++)
		p[i] = open_pair(&c[i]);
	send_many(p[0], str_from(words), 300);
	send_many(p[1], str_from(words), 450);
	send_many(p[2], str_from(words), 50);
	assert_true(rig_metric_becomes(&rig, METRIC_WS_SLOW, 1));
	assert_true(queued() <= 5 * BUDGET);
	assert_true(p[1]->ended);
	assert_false(p[0]->ended);
	assert_int_equal(ws_client_closed(&c[1]).code, 1008);
	for (i = 0; i < 300; i++)
		assert_int_equal(ws_client_next(&c[0]).first, CLIENT_TEXT);
	for (i = 0; i < 3; i++)
		ws_client_close(&c[i]);
	assert_true(becomes(&freed_count, 3));
}

/* One event for many is one piece; each has it whole. */
static void
share_on_hub(struct hub *h, void *arg)
{
	struct plain **p = arg;
	struct piece *piece = piece_new(STR("for all"));
	unsigned i;

	(void)h;
	for (i = 0; i < 3; i++)
		ws_send(&p[i]->ws, piece);
	assert_int_equal(atomic_load(&piece->refs), 4);
	piece_unref(piece);
}

static void
test_shared(void **state)
{
	struct ws_client c[3];
	struct plain *p[3];
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++)
		p[i] = open_pair(&c[i]);
	rig_on_hub(rig.gateway.hubs[0], share_on_hub, p);
	for (i = 0; i < 3; i++) {
		assert_true(str_eq(ws_client_next(&c[i]).text, STR("for all")));
		ws_client_close(&c[i]);
	}
	assert_true(becomes(&freed_count, 3));
}

/* An idle one holds no buffer. */
static void
test_idle(void **state)
{
	struct ws_client c;
	struct plain *p = open_pair(&c);

	(void)state;
	ws_client_say(&c, "e");
	assert_true(str_eq(ws_client_next(&c).text, STR("e")));
	assert_false(look(p).reads);
	assert_false(look(p).queues);
	ws_client_send(&c, 0x01, STR("half"));
	ws_client_send(&c, CLIENT_PING, STR(""));
	assert_int_equal(ws_client_next(&c).first, CLIENT_PONG);
	assert_true(look(p).reads);
	ws_client_send(&c, 0x80, STR(""));
	ws_client_send(&c, CLIENT_PING, STR(""));
	assert_int_equal(ws_client_next(&c).first, CLIENT_PONG);
	assert_false(look(p).reads);
	assert_true(sizeof(struct ws) <= 320);
	ws_client_close(&c);
	assert_true(becomes(&freed_count, 1));
}

/* The client never answers our close: the connection ends all the same. */
static void
test_no_answer(void **state)
{
	struct ws_client c;

	(void)state;
	(void)open_pair(&c);
	hub_drain(rig.gateway.hubs[0]);
	assert_int_equal(ws_client_closed(&c).code, 1012);
	assert_int_equal(freed_count, 0);
	rig_ahead(&rig, 6000);
	assert_true(becomes(&freed_count, 1));
	assert_int_equal(ws_client_next(&c).first, 0);
	ws_client_close(&c);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_echo),
	    TEST(test_pause),
	    TEST(test_references),
	    TEST(test_slow),
	    TEST(test_slow_but_reading),
	    cmocka_unit_test_setup_teardown(
		test_budget_of_all, set_up_tight, tear_down),
	    TEST(test_shared),
	    TEST(test_idle),
	    TEST(test_no_answer),
	};

	memset(words, 'w', sizeof(words) - 1);
	memset(long_words, 'w', sizeof(long_words) - 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
