/*
 * visitor_socket: a whole gateway and clients by hand; the clock is set
 * ahead where a visitor would have to wait.
 */
#include "tests/gateway/visitor_talk.h"
#include "tests/lib/cmocka.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DAY_MS (24 * 3600 * 1000ll)

/* ---- time -------------------------------------------------------------- */

static void
test_silence(void **state)
{
	struct ws_client c;

	(void)state;
	connect_to(&rig, &c);
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
	greet(&rig, &c, NULL);
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
	greet(&rig, &c, NULL);
	rig_ahead(&rig, DAY_MS + 1);
	closes_with(&c, 1012, "open for a day; come again");
}

static void
test_half_a_message(void **state)
{
	struct ws_client c;

	(void)state;
	greet(&rig, &c, NULL);
	ws_client_send(&c, 0x01, STR("{\"type\":"));
	ws_client_say(&c, "x"); /* a mistake, on purpose: ends the wait */
	closes_with(&c, 1002, "a new message inside another one");
	greet(&rig, &c, NULL);
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
	greet(&rig, &c, first);
	ws_client_close(&c);
	rig_ahead(&rig, 40 * DAY_MS);
	greet_again(&rig, &c, first, 0);
	r = ws_client_until(&c, "\"welcome\"");
	json_word(r.text, "token", second, sizeof(second));
	assert_string_equal(first, second);
	ws_client_close(&c);
	rig_ahead(&rig, 10 * DAY_MS);
	greet_again(&rig, &c, first, 0);
	r = ws_client_until(&c, "\"welcome\"");
	json_word(r.text, "token", third, sizeof(third));
	assert_string_not_equal(first, third);
	ws_client_close(&c);
	rig_ahead(&rig, 41 * DAY_MS);
	greet_again(&rig, &c, first, 0);
	ws_client_until(&c, "\"bad_token\"");
	closes_with(&c, 1008, "bad_token");
	greet_again(&rig, &c, third, 1);
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
	greet(&rig, &c, token);
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
	greet(&rig, &c, token);
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

static bool
has(struct ws_reply r, const char *what)
{
	return memmem(r.text.p, r.text.n, what, strlen(what)) != NULL;
}

/*
 * Told of n messages in their order, each by its acknowledgement. One that was
 * read from the store before its op came home is told by its event, and its
 * acknowledgement says so later.
 */
static void
told_in_order(struct ws_client *c, unsigned n)
{
	unsigned i = 0, shown = 0;
	char expected[80];

	while (i < n || shown > 0) {
		struct ws_reply r = ws_client_next(c);

		if (has(r, "\"duplicate\":true")) {
			assert_true(shown-- > 0);
			continue;
		}
		snprintf(expected, sizeof(expected), "\"id\":\"m%u\"", i);
		assert_true(has(r, expected));
		snprintf(expected, sizeof(expected), "\"seq\":%u,", i + 2);
		assert_true(has(r, expected));
		shown += has(r, "{\"type\":\"event\"");
		i++;
	}
}

static void
test_many_at_once(void **state)
{
	char token[200], expected[80];
	struct ws_client c, other;
	unsigned i;

	(void)state;
	greet(&rig, &c, token);
	greet_again(&rig, &other, token, 1);
	ws_client_until(&other, "\"welcome\"");
	for (i = 0; i < 500; i++)
		ws_client_say(&c,
		    "{\"type\":\"send\",\"id\":\"m%u\",\"text\":\"text %u\"}",
		    i, i);
	told_in_order(&c, 500);
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
	greet(&rig, &c, token);
	ws_client_close(&c);
	for (round = 0; round < 10; round++) {
		greet_again(&rig, &c, token, 1000000);
		for (i = 0; i < 60; i++)
			ws_client_say(&c,
			    "{\"type\":\"send\",\"id\":\"%u-%u\","
			    "\"text\":\"bye\"}",
			    round, i);
		ws_client_until(&c, "\"ack\"");
		ws_client_close(&c);
	}
	assert_true(rig_metric_becomes(&rig, METRIC_WS_OPEN, 0));
	greet_again(&rig, &c, token, 0);
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
	greet(&rig, &one, token);
	greet_again(&rig, &two, token, 1);
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
	greet(&rig, &c, NULL);
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
	greet(&rig, &polite, NULL);
	greet(&rig, &deaf, NULL);
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

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_set_up, rig_tear_down)

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
	    cmocka_unit_test_setup_teardown(
		test_stop, rig_set_up, nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
