/*
 * visitor_socket: a whole gateway and clients by hand; the clock is set
 * ahead where a visitor would have to wait.
 */
#include "gateway/visitor.h"
#include "tests/gateway/rig.h"
#include "tests/gateway/ws_client.h"
#include "tests/lib/cmocka.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PATH "/v1/visitor/socket?company=acme"
#define DAY_MS (24 * 3600 * 1000ll)

static struct rig rig;

static int
set_up(void **state)
{
	(void)state;
	rig_new(&rig);
	rig_open(&rig);
	rig_start(&rig);
	return 0;
}

static int
set_up_strict(void **state)
{
	(void)state;
	rig_new(&rig);
	rig.gateway.conf.visitor_burst = 3;
	rig.gateway.conf.visitor_per_minute = 1;
	rig.gateway.conf.sessions_per_minute = 3;
	rig_open(&rig);
	rig_start(&rig);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	rig_stop(&rig);
	rig_close(&rig);
	return 0;
}

static void
connect_to(struct ws_client *c)
{
	ws_client_open(c, gateway_port(&rig.gateway), PATH);
}

/* A new visitor; token has room for 200. */
static void
greet(struct ws_client *c, char *token)
{
	struct ws_reply r;

	connect_to(c);
	ws_client_say(c, "{\"type\":\"hello\",\"company\":\"acme\"}");
	r = ws_client_until(c, "\"welcome\"");
	if (token != NULL)
		json_word(r.text, "token", token, 200);
	ws_client_until(c, "\"opened\"");
}

static void
greet_again(struct ws_client *c, const char *token, unsigned after)
{
	connect_to(c);
	ws_client_say(c,
	    "{\"type\":\"hello\",\"company\":\"acme\",\"token\":\"%s\","
	    "\"after\":%u}",
	    token, after);
}

/* The conversation a token is for. */
static int64_t
conversation_of(const char *token)
{
	int64_t company, conversation;

	assert_int_equal(
	    sscanf(token, "f1.%ld.%ld.", &company, &conversation), 2);
	return conversation;
}

static void
closes_with(struct ws_client *c, unsigned code, const char *reason)
{
	struct ws_reply r = ws_client_closed(c);

	assert_int_equal(r.code, code);
	assert_true(str_eq(r.text, str_from(reason)));
	ws_client_close(c);
}

/* ---- time -------------------------------------------------------------- */

static void
test_silence(void **state)
{
	struct ws_client c;

	(void)state;
	connect_to(&c);
	assert_true(rig_metric_becomes(&rig, METRIC_WS_OPEN, 1));
	rig_ahead(&rig, 9000);
	assert_true(ws_client_quiet(&c, 120));
	rig_ahead(&rig, 2000);
	ws_client_until(&c, "\"code\":\"too_slow\"");
	closes_with(&c, 1008, "too_slow");
	assert_true(rig_metric_becomes(&rig, METRIC_WS_OPEN, 0));
}

static void
test_pings(void **state)
{
	struct ws_client c;
	struct ws_reply r;
	int i;

	(void)state;
	greet(&c, NULL);
	for (i = 0; i < 5; i++) {
		rig_ahead(&rig, 25001);
		r = ws_client_next(&c);
		assert_int_equal(r.first, CLIENT_PING);
		ws_client_send(&c, CLIENT_PONG, r.text);
		/* That it was heard shows in what comes after it. */
		ws_client_say(&c, "{\"type\":\"ping\"}");
		ws_client_until(&c, "\"pong\"");
	}
	rig_ahead(&rig, 25001);
	assert_int_equal(ws_client_next(&c).first, CLIENT_PING);
	rig_ahead(&rig, 15001);
	closes_with(&c, 1008, "no pong in time");
}

static void
test_last_day(void **state)
{
	struct ws_client c;

	(void)state;
	greet(&c, NULL);
	rig_ahead(&rig, DAY_MS + 1);
	closes_with(&c, 1012, "open for a day; come again");
}

static void
test_half_a_message(void **state)
{
	struct ws_client c;

	(void)state;
	greet(&c, NULL);
	ws_client_send(&c, 0x01, STR("{\"type\":"));
	ws_client_say(&c, "x"); /* a mistake, on purpose: ends the wait */
	closes_with(&c, 1002, "a new message inside another one");
	greet(&c, NULL);
	ws_client_send(&c, 0x01, STR("{\"type\":"));
	ws_client_send(&c, CLIENT_PING, STR(""));
	assert_int_equal(ws_client_next(&c).first, CLIENT_PONG);
	rig_ahead(&rig, 61000);
	closes_with(&c, 1008, "a message was begun and not ended");
}

static void
test_tokens_age(void **state)
{
	char first[200], second[200], third[200];
	struct ws_client c;
	struct ws_reply r;

	(void)state;
	greet(&c, first);
	ws_client_close(&c);
	rig_ahead(&rig, 40 * DAY_MS);
	greet_again(&c, first, 0);
	r = ws_client_until(&c, "\"welcome\"");
	json_word(r.text, "token", second, sizeof(second));
	assert_string_equal(first, second);
	ws_client_close(&c);
	rig_ahead(&rig, 10 * DAY_MS);
	greet_again(&c, first, 0);
	r = ws_client_until(&c, "\"welcome\"");
	json_word(r.text, "token", third, sizeof(third));
	assert_string_not_equal(first, third);
	ws_client_close(&c);
	rig_ahead(&rig, 41 * DAY_MS);
	greet_again(&c, first, 0);
	ws_client_until(&c, "\"bad_token\"");
	closes_with(&c, 1008, "bad_token");
	greet_again(&c, third, 1);
	ws_client_until(&c, "\"welcome\"");
	ws_client_close(&c);
}

/* ---- order ------------------------------------------------------------- */

static void
test_ping_finds_what_was_lost(void **state)
{
	char token[200];
	struct ws_client c;

	(void)state;
	greet(&c, token);
	rig_say(&rig, conversation_of(token), "unheard", RIG_SILENT, 0);
	assert_true(ws_client_quiet(&c, 60));
	rig_ahead(&rig, 25001);
	assert_int_equal(ws_client_next(&c).first, CLIENT_PING);
	ws_client_until(&c, "unheard");
	ws_client_close(&c);
}

/* The ack stands where the event would: after what came before it. */
static void
test_ack_in_its_place(void **state)
{
	char token[200];
	struct ws_client c;
	unsigned i;

	(void)state;
	greet(&c, token);
	for (i = 0; i < 3; i++)
		rig_say(&rig, conversation_of(token), "unheard", RIG_SILENT, 0);
	ws_client_say(&c, "{\"type\":\"send\",\"id\":\"a\",\"text\":\"hi\"}");
	ws_client_say(&c, "{\"type\":\"send\",\"id\":\"b\",\"text\":\"hi\"}");
	for (i = 2; i < 5; i++) {
		char seq[20];
		struct ws_reply r = ws_client_next(&c);

		snprintf(seq, sizeof(seq), "\"seq\":%u,", i);
		assert_non_null(memmem(r.text.p, r.text.n, seq, strlen(seq)));
		assert_non_null(memmem(r.text.p, r.text.n, "unheard", 7));
	}
	ws_client_until(&c, "{\"type\":\"ack\",\"id\":\"a\",\"seq\":5,");
	ws_client_until(&c, "{\"type\":\"ack\",\"id\":\"b\",\"seq\":6,");
	rig_say(&rig, conversation_of(token), "next", RIG_TOLD, 0);
	ws_client_until(&c, "\"seq\":7,");
	ws_client_close(&c);
}

static void
test_many_at_once(void **state)
{
	char token[200], expected[80];
	struct ws_client c, other;
	unsigned i;

	(void)state;
	greet(&c, token);
	greet_again(&other, token, 1);
	ws_client_until(&other, "\"welcome\"");
	for (i = 0; i < 500; i++)
		ws_client_say(&c,
		    "{\"type\":\"send\",\"id\":\"m%u\",\"text\":\"text %u\"}",
		    i, i);
	for (i = 0; i < 500; i++) {
		struct ws_reply r = ws_client_next(&c);

		snprintf(expected, sizeof(expected),
		    "{\"type\":\"ack\",\"id\":\"m%u\",\"seq\":%u,", i, i + 2);
		assert_true(r.text.n > strlen(expected));
		assert_memory_equal(r.text.p, expected, strlen(expected));
	}
	for (i = 0; i < 500; i++) {
		snprintf(expected, sizeof(expected), "\"seq\":%u,", i + 2);
		assert_non_null(memmem(ws_client_next(&other).text.p, 80,
		    expected, strlen(expected)));
	}
	assert_int_equal(rig_metric(&rig, METRIC_MESSAGES_IN), 500);
	ws_client_close(&c);
	ws_client_close(&other);
}

/* What was sent is stored, though nobody is there for the ack. */
static void
test_gone_meanwhile(void **state)
{
	char token[200];
	struct ws_client c;
	unsigned i, round;

	(void)state;
	greet(&c, token);
	ws_client_close(&c);
	for (round = 0; round < 10; round++) {
		greet_again(&c, token, 1000000);
		for (i = 0; i < 60; i++)
			ws_client_say(&c,
			    "{\"type\":\"send\",\"id\":\"%u-%u\","
			    "\"text\":\"bye\"}",
			    round, i);
		ws_client_until(&c, "\"ack\"");
		ws_client_close(&c);
	}
	assert_true(rig_metric_becomes(&rig, METRIC_WS_OPEN, 0));
	greet_again(&c, token, 0);
	ws_client_until(&c, "\"welcome\"");
	ws_client_close(&c);
}

/* ---- each other -------------------------------------------------------- */

static void
test_two_tabs(void **state)
{
	char token[200];
	struct ws_client one, two;

	(void)state;
	greet(&one, token);
	greet_again(&two, token, 1);
	ws_client_until(&two, "\"welcome\"");
	ws_client_say(&one, "{\"type\":\"typing\",\"on\":true}");
	ws_client_until(
	    &two, "{\"type\":\"typing\",\"author\":\"customer\",\"on\":true}");
	ws_client_say(&one, "{\"type\":\"send\",\"id\":\"x\",\"text\":\"hi\"}");
	ws_client_until(&two, "\"id\":\"x\"");
	ws_client_say(&two, "{\"type\":\"seen\",\"seq\":2}");
	ws_client_until(&one, "\"ack\"");
	ws_client_until(
	    &one, "{\"type\":\"seen\",\"author\":\"customer\",\"seq\":2}");
	/* Neither is told of its own. */
	ws_client_say(&one, "{\"type\":\"ping\"}");
	assert_non_null(
	    memmem(ws_client_next(&one).text.p, 15, "{\"type\":\"pong\"}", 15));
	ws_client_say(&two, "{\"type\":\"ping\"}");
	assert_non_null(
	    memmem(ws_client_next(&two).text.p, 15, "{\"type\":\"pong\"}", 15));
	ws_client_close(&one);
	ws_client_close(&two);
}

static void
test_identity_again(void **state)
{
	/* hex(HMAC-SHA256(RIG_SECRET, "u42")) */
	static const char hmac[] =
	    "e621475ac20114b5941920bfa29d9dc993f35ad8910d40fdc23a4bbbbaa27c8e";
	struct ws_client c;
	int i;

	(void)state;
	greet(&c, NULL);
	for (i = 0; i < 2; i++) {
		ws_client_say(&c,
		    "{\"type\":\"identify\",\"user\":\"u42\",\"name\":\"Ann\","
		    "\"hmac\":\"%s\"}",
		    hmac);
		ws_client_until(&c, "\"seq\":2,\"kind\":\"identified\"");
	}
	ws_client_say(&c,
	    "{\"type\":\"identify\",\"user\":\"u43\",\"hmac\":\"%s\"}", hmac);
	ws_client_until(&c, "\"bad_identity\"");
	ws_client_close(&c);
}

/* ---- too much ---------------------------------------------------------- */

static void
test_too_many_messages(void **state)
{
	struct ws_client c;
	unsigned i;

	(void)state;
	greet(&c, NULL);
	for (i = 0; i < 4; i++)
		ws_client_say(&c,
		    "{\"type\":\"send\",\"id\":\"m%u\",\"text\":\"hi\"}", i);
	ws_client_until(&c, "\"code\":\"too_many\"");
	ws_client_until(&c, "\"id\":\"m2\"");
	rig_ahead(&rig, 61000);
	while (ws_client_next(&c).first != CLIENT_PING)
		;
	ws_client_send(&c, CLIENT_PONG, STR(""));
	ws_client_say(
	    &c, "{\"type\":\"send\",\"id\":\"later\",\"text\":\"hi\"}");
	ws_client_until(&c, "{\"type\":\"ack\",\"id\":\"later\"");
	/* Who does not listen is sent away. */
	for (i = 0; i < 101; i++)
		ws_client_say(&c,
		    "{\"type\":\"send\",\"id\":\"n%u\",\"text\":\"hi\"}", i);
	closes_with(&c, 1008, "too_many");
}

static void
test_too_many_sessions(void **state)
{
	struct ws_client c[4];
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++)
		greet(&c[i], NULL);
	connect_to(&c[3]);
	ws_client_say(&c[3], "{\"type\":\"hello\",\"company\":\"acme\"}");
	ws_client_until(&c[3], "\"too_many\"");
	closes_with(&c[3], 1008, "too_many");
	for (i = 0; i < 3; i++)
		ws_client_close(&c[i]);
}

/* One network of IPv6 is one visitor. */
static void
test_sessions_of_a_network(void **state)
{
	struct gateway *g = &rig.gateway;
	struct frame_error error = {0};
	struct address a;
	char text[40];
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "2001:db8::%x", i);
		assert_true(address_read(str_from(text), &a));
		assert_int_equal(visitor_may_open(g, &a, &error), i < 3);
	}
	assert_int_equal(error.code, FAULT_TOO_MANY);
	assert_true(address_read(STR("2001:db8:0:1::"), &a));
	assert_true(visitor_may_open(g, &a, &error));
}

/* Reads nothing while three megabytes come: is cut, and finds it all. */
static void
test_slow_reader(void **state)
{
	static char words[3501];
	char token[200];
	struct ws_client c, quick;

	(void)state;
	memset(words, 'w', sizeof(words) - 1);
	greet(&c, token);
	greet_again(&quick, token, 1);
	rig_say_many(&rig, conversation_of(token), words, 900, RIG_TOLD);
	ws_client_until(&quick, "\"seq\":901,");
	rig_ahead(&rig, 4000);
	assert_int_equal(rig_metric(&rig, METRIC_WS_SLOW), 0);
	rig_ahead(&rig, 2000);
	assert_true(rig_metric_becomes(&rig, METRIC_WS_SLOW, 1));
	closes_with(&c, 1008, "too_slow");
	greet_again(&c, token, 1);
	ws_client_until(&c, "\"seq\":901,");
	ws_client_until(&c, "\"seq\":901,");
	assert_int_equal(rig_metric(&rig, METRIC_WS_SLOW), 1);
	ws_client_close(&c);
	ws_client_close(&quick);
}

/* Reads nothing, and sends: so many are stored, and no more are read. */
static void
test_acks_that_wait(void **state)
{
	static char words[3501];
	char token[200];
	struct ws_client c, other;
	unsigned i;

	(void)state;
	memset(words, 'w', sizeof(words) - 1);
	greet(&c, token);
	greet_again(&other, token, 1);
	rig_say_many(&rig, conversation_of(token), words, 900, RIG_TOLD);
	ws_client_until(&other, "\"seq\":901,");
	for (i = 0; i < 300; i++)
		ws_client_say(&c,
		    "{\"type\":\"send\",\"id\":\"m%u\",\"text\":\"hi\"}", i);
	assert_true(rig_metric_becomes(&rig, METRIC_MESSAGES_IN, 64));
	for (i = 0; i < 3; i++) {
		ws_client_say(&other,
		    "{\"type\":\"send\",\"id\":\"o%u\",\"text\":\"hi\"}", i);
		ws_client_until(&other, "\"ack\"");
	}
	assert_int_equal(rig_metric(&rig, METRIC_MESSAGES_IN), 67);
	for (i = 0; i < 300; i++) {
		char ack[40];

		snprintf(ack, sizeof(ack), "\"ack\",\"id\":\"m%u\",", i);
		ws_client_until(&c, ack);
	}
	assert_int_equal(rig_metric(&rig, METRIC_MESSAGES_IN), 303);
	ws_client_close(&c);
	ws_client_close(&other);
}

/* ---- a store that is full ---------------------------------------------- */

/* More than its queue and one transaction hold. */
static struct store_op jam[8192];
static unsigned jammed;
static sem_t jam_stands, jam_go, jam_done;

static void
wait_in_line(struct store_op *op)
{
	if (op == &jam[0]) {
		sem_post(&jam_stands);
		while (sem_wait(&jam_go) != 0)
			;
	}
	sem_post(&jam_done);
}

/* The writer stands still and its queue is full. */
static void
jam_store(int64_t conversation)
{
	enum err e = OK;

	sem_init(&jam_stands, 0, 0);
	sem_init(&jam_go, 0, 0);
	sem_init(&jam_done, 0, 0);
	while (e == OK) {
		assert_true(jammed < ARRAY_LEN(jam));
		jam[jammed] = (struct store_op){.verb = STORE_SEEN,
		    .seen = {.conversation = conversation},
		    .done = wait_in_line};
		e = store_submit(rig.gateway.store, &jam[jammed]);
		if (e == OK && jammed++ == 0)
			while (sem_wait(&jam_stands) != 0)
				;
	}
	assert_int_equal(e, E_LIMIT);
}

static void
free_store(void)
{
	if (jammed > 0)
		sem_post(&jam_go);
	for (; jammed > 0; jammed--)
		while (sem_wait(&jam_done) != 0)
			;
}

static int
tear_down_jam(void **state)
{
	free_store();
	return tear_down(state);
}

/* Refused while the frame is still being read. */
static void
test_no_room_for_a_hello(void **state)
{
	struct ws_client c[3];
	char token[200];
	size_t i;

	(void)state;
	greet(&c[0], token);
	ws_client_close(&c[0]);
	for (i = 0; i < ARRAY_LEN(c); i++)
		connect_to(&c[i]);
	jam_store(conversation_of(token));
	for (i = 0; i < ARRAY_LEN(c); i++) {
		ws_client_say(
		    &c[i], "{\"type\":\"hello\",\"company\":\"acme\"}");
		ws_client_until(&c[i], "\"code\":\"busy\"");
		closes_with(&c[i], 1013, "no session can be opened now");
	}
	free_store();
	greet(&c[0], token);
	ws_client_close(&c[0]);
}

/* ---- the end ----------------------------------------------------------- */

/* So that nobody has to wait for a client that does not say goodbye. */
static void *
time_flies(void *arg)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	int i;

	for (i = 0; i < 20; i++) {
		nanosleep(&pause, NULL);
		rig_ahead(arg, 200);
	}
	return NULL;
}

static void
test_stop(void **state)
{
	struct ws_client polite, deaf;
	struct ws_reply r;
	pthread_t thread;

	(void)state;
	greet(&polite, NULL);
	greet(&deaf, NULL);
	ws_client_say(
	    &polite, "{\"type\":\"send\",\"id\":\"last\",\"text\":\"hi\"}");
	ws_client_until(&polite, "\"ack\"");
	assert_int_equal(pthread_create(&thread, NULL, time_flies, &rig), 0);
	rig_stop(&rig);
	pthread_join(thread, NULL);
	r = ws_client_closed(&polite);
	assert_int_equal(r.code, 1012);
	assert_int_equal(ws_client_next(&polite).first, 0);
	r = ws_client_closed(&deaf);
	assert_int_equal(r.code, 1012);
	ws_client_close(&polite);
	ws_client_close(&deaf);
	rig_close(&rig);
}

static int
nothing_left(void **state)
{
	(void)state;
	return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
#define STRICT(fn) cmocka_unit_test_setup_teardown(fn, set_up_strict, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_silence),
	    TEST(test_pings),
	    TEST(test_last_day),
	    TEST(test_half_a_message),
	    TEST(test_tokens_age),
	    TEST(test_ping_finds_what_was_lost),
	    TEST(test_ack_in_its_place),
	    TEST(test_many_at_once),
	    TEST(test_gone_meanwhile),
	    TEST(test_two_tabs),
	    TEST(test_identity_again),
	    STRICT(test_too_many_messages),
	    STRICT(test_too_many_sessions),
	    STRICT(test_sessions_of_a_network),
	    TEST(test_slow_reader),
	    TEST(test_acks_that_wait),
	    cmocka_unit_test_setup_teardown(
		test_no_room_for_a_hello, set_up, tear_down_jam),
	    cmocka_unit_test_setup_teardown(test_stop, set_up, nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
