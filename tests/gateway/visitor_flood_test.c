/*
 * visitor_flood: visitors who send too much, read too little, or come when
 * the store takes no more. A whole gateway; the clock is set ahead.
 */
#include "gateway/visitor.h"
#include "tests/gateway/visitor_talk.h"
#include "tests/lib/cmocka.h"

#include <semaphore.h>
#include <stdio.h>

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

/* ---- too much ---------------------------------------------------------- */

static void
test_too_many_messages(void **state)
{
	struct ws_client c;
	unsigned i;

	(void)state;
	greet(&rig, &c, NULL);
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
		greet(&rig, &c[i], NULL);
	connect_to(&rig, &c[3]);
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
	greet(&rig, &c, token);
	greet_again(&rig, &quick, token, 1);
	rig_say_many(&rig, conversation_of(token), words, 900, RIG_TOLD);
	ws_client_until(&quick, "\"seq\":901,");
	rig_ahead(&rig, 4000);
	assert_int_equal(rig_metric(&rig, METRIC_WS_SLOW), 0);
	rig_ahead(&rig, 2000);
	assert_true(rig_metric_becomes(&rig, METRIC_WS_SLOW, 1));
	closes_with(&c, 1008, "too_slow");
	greet_again(&rig, &c, token, 1);
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
	greet(&rig, &c, token);
	greet_again(&rig, &other, token, 1);
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
	return rig_tear_down(state);
}

/* Refused while the frame is still being read. */
static void
test_no_room_for_a_hello(void **state)
{
	struct ws_client c[3];
	char token[200];
	size_t i;

	(void)state;
	greet(&rig, &c[0], token);
	ws_client_close(&c[0]);
	for (i = 0; i < ARRAY_LEN(c); i++)
		connect_to(&rig, &c[i]);
	jam_store(conversation_of(token));
	for (i = 0; i < ARRAY_LEN(c); i++) {
		ws_client_say(
		    &c[i], "{\"type\":\"hello\",\"company\":\"acme\"}");
		ws_client_until(&c[i], "\"code\":\"busy\"");
		closes_with(&c[i], 1013, "no session can be opened now");
	}
	free_store();
	greet(&rig, &c[0], token);
	ws_client_close(&c[0]);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_set_up, rig_tear_down)
#define STRICT(fn) \
	cmocka_unit_test_setup_teardown(fn, set_up_strict, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STRICT(test_too_many_messages),
	    STRICT(test_too_many_sessions),
	    STRICT(test_sessions_of_a_network),
	    TEST(test_slow_reader),
	    TEST(test_acks_that_wait),
	    cmocka_unit_test_setup_teardown(
		test_no_room_for_a_hello, rig_set_up, tear_down_jam),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
