/*
 * visitor_handoff: a visitor asks for a person, by a frame, by a request, or
 * by the seller they come for. Whole gateway, real store.
 */
#include "tests/gateway/http_client.h"
#include "tests/gateway/visitor_talk.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>

#define QUEUED "\"kind\":\"holder\",\"author\":\"system\""

static void
test_frame(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client c;
	struct conversation is;

	(void)state;
	greet(&rig, &c, token);
	ws_client_say(&c, "{\"type\":\"handoff\"}");
	ws_client_until(&c, QUEUED);
	is = rig_state(&rig, conversation_of(token));
	assert_int_equal(is.holder, HOLDER_QUEUE);
	/* Again: there is nothing more to do, and nothing is wrong. */
	ws_client_say(&c, "{\"type\":\"handoff\"}");
	ws_client_say(&c, "{\"type\":\"handoff\"}");
	ws_client_say(&c, "{\"type\":\"send\",\"id\":\"a\",\"text\":\"hi\"}");
	assert_non_null(memmem(ws_client_next(&c).text.p, 20, "\"ack\"", 5));
	assert_int_equal(
	    rig_state(&rig, conversation_of(token)).seq, is.seq + 1);
	ws_client_close(&c);
}

static void
test_for_a_seller(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client c;
	struct ws_reply r;
	struct conversation is;
	int64_t ben = rig_seller(&rig, "Ben", "seller");

	(void)state;
	connect_to(&rig, &c);
	ws_client_say(&c,
	    "{\"type\":\"hello\",\"company\":\"acme\",\"seller\":%lld}",
	    (long long)ben);
	r = ws_client_until(&c, "\"welcome\"");
	json_word(r.text, "token", token, sizeof(token));
	/* What it takes to answer is not for visitors. */
	ws_client_until(&c, "\"kind\":\"hidden\"");
	r = ws_client_until(&c, QUEUED);
	assert_null(memmem(r.text.p, r.text.n, "\"why\"", 5));
	is = rig_state(&rig, conversation_of(token));
	assert_int_equal(is.wanted, ben);
	ws_client_close(&c);
	/* Coming back is not asking again. */
	connect_to(&rig, &c);
	ws_client_say(&c,
	    "{\"type\":\"hello\",\"company\":\"acme\",\"token\":\"%s\","
	    "\"seller\":%lld}",
	    token, (long long)ben);
	ws_client_until(&c, QUEUED);
	ws_client_close(&c);
	assert_int_equal(rig_state(&rig, conversation_of(token)).seq, is.seq);
}

/* Nobody has that number: a person is asked for all the same. */
static void
test_for_nobody(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client c;

	(void)state;
	greet(&rig, &c, token);
	ws_client_say(&c, "{\"type\":\"handoff\",\"seller\":4711}");
	ws_client_until(&c, QUEUED);
	assert_int_equal(rig_state(&rig, conversation_of(token)).wanted, 0);
	ws_client_close(&c);
}

static void
test_request(void **state)
{
	char token[TALK_TOKEN], text[TALK_TOKEN + 256];
	struct ws_client c;

	(void)state;
	greet(&rig, &c, token);
	snprintf(text, sizeof(text),
	    "POST /v1/visitor/handoff HTTP/1.1\r\nHost: t\r\n"
	    "Content-Type: application/json\r\nContent-Length: 2\r\n"
	    "Authorization: Bearer %s\r\nConnection: close\r\n\r\n{}",
	    token);
	assert_non_null(strstr(client_ask(rig.gateway.front, text), " 204 "));
	ws_client_until(&c, QUEUED);
	ws_client_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_frame, rig_set_up, rig_tear_down),
	    cmocka_unit_test_setup_teardown(
		test_for_a_seller, rig_set_up, rig_tear_down),
	    cmocka_unit_test_setup_teardown(
		test_for_nobody, rig_set_up, rig_tear_down),
	    cmocka_unit_test_setup_teardown(
		test_request, rig_set_up, rig_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
