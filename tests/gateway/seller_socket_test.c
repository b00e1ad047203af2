/*
 * seller_socket: sellers on WebSockets against a whole gateway. The desk's
 * part is the test's; the clock is set ahead where one would have to wait.
 */
#include "gateway/staff.h"
#include "tests/gateway/seller_talk.h"
#include "tests/gateway/visitor_talk.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>

/* ---- hello --------------------------------------------------------------- */

static void
test_welcome(void **state)
{
	struct ws_reply r;

	(void)state;
	talker_connect(&rig, &ben);
	SAY(&ben, "{\"type\":\"hello\",\"key\":\"%s\",\"away\":true}", ben.key);
	r = UNTIL(&ben, "\"welcome\"");
	assert_true(reply_has(r, "\"name\":\"Ben\",\"away\":false"));
	assert_true(reply_has(r, "\"company\":{\"key\":\"acme\""));
	assert_true(reply_has(r, "\"role\":\"seller\""));
	assert_true(reply_has(r, "\"permissions\":[\"answer\",\"take\"]"));
	assert_true(reply_has(r, "\"counts\":{\"mine\":0,\"queue\":0"));
	assert_true(reply_has(r, "\"name\":\"Ann\",\"online\":false"));
	UNTIL(&ben, "\"list\":\"mine\",\"view\":\"mine\",\"rows\":[]");
	/* They come, and are away by their own word. */
	UNTIL(&ben, "\"name\":\"Ben\",\"online\":true,\"away\":true");
	SAY(&ben, "{\"type\":\"presence\",\"away\":false}");
	UNTIL(&ben, "\"name\":\"Ben\",\"online\":true,\"away\":false");
	ws_client_close(&ben.ws);
}

static void
test_bad_hello(void **state)
{
	(void)state;
	talker_connect(&rig, &ben);
	SAY(&ben, "{\"type\":\"ping\"}");
	UNTIL(&ben, "\"no_hello\"");
	closes_with(&ben.ws, 1008, "no_hello");
	talker_connect(&rig, &ben);
	SAY(&ben, "{\"type\":\"hello\"}");
	UNTIL(&ben, "\"error\"");
	assert_int_equal(ws_client_closed(&ben.ws).code, 1008);
	ws_client_close(&ben.ws);
	talker_connect(&rig, &ben);
	SAY(&ben, "{\"type\":\"hello\",\"key\":\"fdk_nobodys\"}");
	UNTIL(&ben, "\"error\"");
	assert_int_equal(ws_client_closed(&ben.ws).code, 1008);
	ws_client_close(&ben.ws);
	talker_hello(&rig, &ben);
	SAY(&ben, "{\"type\":\"hello\"}");
	closes_with(&ben.ws, 1008, "hello_again");
}

/* A key that has ended takes its WebSockets with it, at the next look. */
static void
test_session_over(void **state)
{
	struct store_op op = {.verb = STORE_AGENT};

	(void)state;
	talker_hello(&rig, &ben);
	op.agent = (struct store_agent){
	    .row = {.id = ben.id, .state = AGENT_DISABLED}, .set = AGENT_STATE};
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	rig_ahead(&rig, 26000);
	closes_with(&ben.ws, 1008, "session_over");
}

/* The key comes with the request, and ends before hello: nobody is let in. */
static void
test_over_before_hello(void **state)
{
	struct store_op op = {.verb = STORE_AGENT};
	char path[256];

	(void)state;
	/* What stands behind the path ends the line with it. */
	snprintf(path, sizeof(path),
	    "/v1/staff/socket HTTP/1.1\r\nAuthorization: Bearer %s\r\nX-End:",
	    ben.key);
	ws_client_open(&ben.ws, gateway_port(&rig.gateway), path);
	op.agent = (struct store_agent){
	    .row = {.id = ben.id, .state = AGENT_DISABLED}, .set = AGENT_STATE};
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	rig_ahead(&rig, STAFF_FRESH_MS);
	SAY(&ben, "{\"type\":\"hello\"}");
	UNTIL(&ben, "\"not_logged_in\"");
	assert_int_equal(ws_client_closed(&ben.ws).code, 1008);
	ws_client_close(&ben.ws);
}

/* ---- conversations ------------------------------------------------------- */

static void
test_watch(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct ws_reply r;
	char wanted[128];

	(void)state;
	rig_say(&rig, c, "hello", RIG_SILENT, 0);
	rig_handle(&rig, c, RIG_SILENT);
	talker_hello(&rig, &ben);
	SAY(&ben, "{\"type\":\"watch\",\"conversation\":%lld,\"after\":1}",
	    (long long)c);
	snprintf(wanted, sizeof(wanted),
	    "{\"type\":\"event\",\"conversation\":%lld,\"event\":{\"seq\":2,",
	    (long long)c);
	UNTIL(&ben, wanted);
	/* What visitors do not see is there, whole. */
	r = ws_client_next(&ben.ws);
	assert_true(reply_has(r, "\"seq\":3,\"kind\":\"handled\""));
	rig_say(&rig, c, "more", RIG_TOLD, 0);
	UNTIL(&ben, "\"seq\":4,\"kind\":\"message\"");
	/* Again, from where one is. */
	talker_watch(&ben, c, 3);
	SAY(&ben, "{\"type\":\"unwatch\",\"conversation\":%lld}", (long long)c);
	SAY(&ben, "{\"type\":\"ping\"}");
	UNTIL(&ben, "\"pong\"");
	rig_say(&rig, c, "unheard", RIG_TOLD, 0);
	SAY(&ben, "{\"type\":\"ping\"}");
	UNTIL(&ben, "\"pong\"");
	assert_true(ws_client_quiet(&ben.ws, 60));
	ws_client_close(&ben.ws);
}

static void
test_many_watches(void **state)
{
	int64_t c[65];
	unsigned i;

	(void)state;
	talker_hello(&rig, &ben);
	for (i = 0; i < 65; i++)
		c[i] = rig_conversation(&rig);
	for (i = 0; i < 64; i++)
		SAY(&ben, "{\"type\":\"watch\",\"conversation\":%lld}",
		    (long long)c[i]);
	for (i = 0; i < 64; i++)
		UNTIL(&ben, "\"opened\"");
	SAY(&ben, "{\"type\":\"watch\",\"conversation\":%lld}",
	    (long long)c[64]);
	UNTIL(&ben, "\"too_many\"");
	SAY(&ben, "{\"type\":\"unwatch\",\"conversation\":%lld}",
	    (long long)c[7]);
	SAY(&ben, "{\"type\":\"watch\",\"conversation\":%lld}",
	    (long long)c[64]);
	UNTIL(&ben, "\"opened\"");
	ws_client_close(&ben.ws);
}

static void
test_others(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct talker zoe;

	(void)state;
	rig_queue(&rig, c);
	talker_of_others(&rig, &zoe);
	talker_hello(&rig, &zoe);
	SAY(&zoe, "{\"type\":\"watch\",\"conversation\":%lld}", (long long)c);
	UNTIL(&zoe, "\"code\":\"not_found\"");
	SAY(&zoe, "{\"type\":\"act\",\"act\":\"pull\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&zoe, "\"code\":\"not_found\"");
	SAY(&zoe, "{\"type\":\"typing\",\"on\":true,\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&zoe, "\"code\":\"not_found\"");
	SAY(&zoe, "{\"type\":\"seen\",\"seq\":1,\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&zoe, "\"code\":\"not_found\"");
	SAY(&zoe,
	    "{\"type\":\"send\",\"id\":\"a\",\"text\":\"x\",\"seen_seq\":9,"
	    "\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&zoe, "\"code\":\"not_found\"");
	assert_int_equal(rig_state(&rig, c).holder, HOLDER_QUEUE);
	assert_int_equal(rig_state(&rig, c).seq, 2);
	/* Nor is it in any list of theirs, as it changes. */
	SAY(&zoe, "{\"type\":\"view\",\"view\":\"queue\"}");
	UNTIL(&zoe, "\"rows\":[]");
	rig_say(&rig, c, "hello?", RIG_TOLD, 0);
	SAY(&zoe, "{\"type\":\"ping\"}");
	assert_true(reply_has(ws_client_next(&zoe.ws), "pong"));
	ws_client_close(&zoe.ws);
}

/* ---- acts ---------------------------------------------------------------- */

static void
test_say(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct ws_reply r;

	(void)state;
	rig_say(&rig, c, "is anybody there?", RIG_SILENT, 0);
	rig_queue(&rig, c);
	talker_hello(&rig, &ben);
	talker_watch(&ben, c, 3);
	SAY(&ben,
	    "{\"type\":\"send\",\"id\":\"a\",\"text\":\"Yes.\","
	    "\"seen_seq\":2,\"conversation\":%lld}",
	    (long long)c);
	r = UNTIL(&ben, "\"error\"");
	assert_true(reply_has(r, "\"code\":\"not_yours\""));
	assert_true(reply_has(r, "\"id\":\"a\""));
	assert_true(reply_has(r, "\"holder\":\"queue\""));
	rig_audited(&rig, "say", "not_yours");
	SAY(&ben,
	    "{\"type\":\"act\",\"id\":\"t\",\"act\":\"pull\","
	    "\"conversation\":%lld}",
	    (long long)c);
	r = UNTIL(&ben, "\"ack\"");
	assert_true(reply_has(r, "\"id\":\"t\""));
	assert_true(reply_has(r, "\"holder\":\"agent\""));
	SAY(&ben,
	    "{\"type\":\"send\",\"id\":\"a\",\"text\":\"Yes.\","
	    "\"seen_seq\":4,\"conversation\":%lld}",
	    (long long)c);
	r = UNTIL(&ben, "\"ack\",\"id\":\"a\"");
	assert_true(reply_has(r, "\"seq\":5,"));
	assert_false(reply_has(r, "duplicate"));
	/* The same again is the same. */
	SAY(&ben,
	    "{\"type\":\"send\",\"id\":\"a\",\"text\":\"Yes!\","
	    "\"seen_seq\":4,\"conversation\":%lld}",
	    (long long)c);
	r = UNTIL(&ben, "\"ack\",\"id\":\"a\"");
	assert_true(reply_has(r, "\"seq\":5,"));
	assert_true(reply_has(r, "\"duplicate\":true"));
	ws_client_close(&ben.ws);
}

static void
test_event_comes_too(void **state)
{
	int64_t c = rig_conversation(&rig);

	(void)state;
	rig_queue(&rig, c);
	talker_hello(&rig, &ben);
	talker_watch(&ben, c, 2);
	SAY(&ben, "{\"type\":\"act\",\"act\":\"pull\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"seq\":3,\"kind\":\"holder\"");
	SAY(&ben,
	    "{\"type\":\"send\",\"id\":\"a\",\"text\":\"Hi.\","
	    "\"seen_seq\":3,\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"seq\":4,\"kind\":\"message\",\"author\":\"agent\"");
	ws_client_close(&ben.ws);
}

/* Nobody talks over what they have not read. */
static void
test_spoken(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct ws_reply r;

	(void)state;
	rig_queue(&rig, c);
	talker_hello(&rig, &ben);
	SAY(&ben, "{\"type\":\"act\",\"act\":\"pull\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"ack\"");
	rig_say(&rig, c, "never mind", RIG_TOLD, 0);
	SAY(&ben,
	    "{\"type\":\"send\",\"id\":\"a\",\"text\":\"Hi.\","
	    "\"seen_seq\":3,\"conversation\":%lld}",
	    (long long)c);
	r = UNTIL(&ben, "\"code\":\"spoken\"");
	assert_true(reply_has(r, "\"events\":[{\"seq\":4,"));
	assert_true(reply_has(r, "never mind"));
	assert_true(reply_has(r, "\"name\":\"Ben\""));
	assert_int_equal(rig_state(&rig, c).seq, 4);
	rig_audited(&rig, "say", "spoken");
	SAY(&ben,
	    "{\"type\":\"send\",\"id\":\"a\",\"text\":\"Hi.\","
	    "\"seen_seq\":4,\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"ack\",\"id\":\"a\"");
	ws_client_close(&ben.ws);
}

static void
test_rights(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct ws_reply r;

	(void)state;
	rig_queue(&rig, c);
	talker_hello(&rig, &ben);
	talker_hello(&rig, &ann);
	SAY(&ann, "{\"type\":\"act\",\"act\":\"pull\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ann, "\"ack\"");
	SAY(&ben,
	    "{\"type\":\"whisper\",\"id\":\"w\",\"text\":\"psst\","
	    "\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"code\":\"forbidden\"");
	SAY(&ben, "{\"type\":\"act\",\"act\":\"pull\",\"conversation\":%lld}",
	    (long long)c);
	r = UNTIL(&ben, "\"error\"");
	assert_true(reply_has(r, "\"code\":\"held\""));
	assert_true(reply_has(r, "\"name\":\"Ann\""));
	SAY(&ben,
	    "{\"type\":\"act\",\"act\":\"take_over\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"code\":\"forbidden\"");
	rig_audited(&rig, "take_over", "forbidden");
	SAY(&ben,
	    "{\"type\":\"act\",\"act\":\"transfer\",\"agent\":4711,"
	    "\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"code\":\"not_found\"");
	SAY(&ann,
	    "{\"type\":\"act\",\"act\":\"transfer\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ann, "\"code\":\"nobody\"");
	SAY(&ann,
	    "{\"type\":\"act\",\"act\":\"transfer\",\"team\":\"none\","
	    "\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ann, "\"code\":\"not_found\"");
	rig_audited(&rig, "transfer", "not_found");
	assert_int_equal(rig_state(&rig, c).agent, ann.id);
	ws_client_close(&ben.ws);
	ws_client_close(&ann.ws);
}

static void
test_labels_notes_priority(void **state)
{
	int64_t c = rig_conversation(&rig);
	struct ws_reply r;

	(void)state;
	rig_queue(&rig, c);
	talker_hello(&rig, &ben);
	SAY(&ben, "{\"type\":\"view\",\"view\":\"open\"}");
	r = UNTIL(&ben, "\"list\":\"view\"");
	assert_true(reply_has(r, "\"labels\":[]"));
	SAY(&ben,
	    "{\"type\":\"act\",\"act\":\"label\",\"add\":[\"vip\"],"
	    "\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"labels\":[\"vip\"]");
	SAY(&ben,
	    "{\"type\":\"act\",\"act\":\"label\",\"add\":[\"vip\"],"
	    "\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"code\":\"no_change\"");
	SAY(&ben,
	    "{\"type\":\"note\",\"id\":\"n\",\"text\":\"a regular\","
	    "\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"ack\",\"id\":\"n\"");
	SAY(&ben,
	    "{\"type\":\"act\",\"act\":\"priority\",\"priority\":2,"
	    "\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"priority\":2");
	SAY(&ben,
	    "{\"type\":\"act\",\"act\":\"priority\",\"priority\":9,"
	    "\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"code\":\"malformed\"");
	assert_int_equal(rig_state(&rig, c).priority, 2);
	ws_client_close(&ben.ws);
}

/* The visitor sees that somebody types only if that one has the chat. */
static void
test_typing(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client visitor;
	int64_t c;

	(void)state;
	greet(&rig, &visitor, token);
	c = conversation_of(token);
	rig_queue(&rig, c);
	ws_client_until(&visitor, "\"queue\"");
	talker_hello(&rig, &ben);
	talker_hello(&rig, &ann);
	talker_watch(&ben, c, 2);
	talker_watch(&ann, c, 2);
	SAY(&ann, "{\"type\":\"typing\",\"on\":true,\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"author\":\"agent\",\"agent\":");
	SAY(&ben, "{\"type\":\"act\",\"act\":\"pull\",\"conversation\":%lld}",
	    (long long)c);
	UNTIL(&ben, "\"ack\"");
	/* Not the first word, but the holder. */
	assert_true(reply_has(ws_client_next(&visitor), "\"holder\""));
	SAY(&ben, "{\"type\":\"typing\",\"on\":true,\"conversation\":%lld}",
	    (long long)c);
	assert_true(reply_has(ws_client_next(&visitor),
	    "{\"type\":\"typing\",\"author\":\"agent\",\"on\":true}"));
	ws_client_say(&visitor, "{\"type\":\"typing\",\"on\":true}");
	UNTIL(&ben, "\"author\":\"customer\",\"on\":true");
	/* How far it was read, both ways. */
	SAY(&ben, "{\"type\":\"seen\",\"seq\":3,\"conversation\":%lld}",
	    (long long)c);
	ws_client_until(&visitor, "\"author\":\"company\",\"seq\":3");
	ws_client_say(&visitor, "{\"type\":\"seen\",\"seq\":3}");
	UNTIL(&ben, "\"author\":\"customer\",\"seq\":3");
	ws_client_close(&visitor);
	ws_client_close(&ben.ws);
	ws_client_close(&ann.ws);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, talk_set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_welcome),
	    TEST(test_bad_hello),
	    TEST(test_session_over),
	    TEST(test_over_before_hello),
	    TEST(test_watch),
	    TEST(test_many_watches),
	    TEST(test_others),
	    TEST(test_say),
	    TEST(test_event_comes_too),
	    TEST(test_spoken),
	    TEST(test_rights),
	    TEST(test_labels_notes_priority),
	    TEST(test_typing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
