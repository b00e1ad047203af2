/*
 * visitor_leave: a visitor closes the chat, by a frame and by a request: once,
 * behind its end, and until they write again. Whole gateway, real store.
 */
#include "tests/gateway/http_client.h"
#include "tests/gateway/seller_talk.h"
#include "tests/gateway/visitor_talk.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>

#define LEAVE "{\"type\":\"leave\"}"
#define HIDDEN "\"kind\":\"hidden\""

static struct conversation
state_of(const char *token)
{
	return rig_state(&rig, conversation_of(token));
}

static void
test_frame(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client c;
	struct conversation is;

	(void)state;
	greet(&rig, &c, token);
	ws_client_say(&c, LEAVE);
	ws_client_until(&c, HIDDEN);
	is = state_of(token);
	assert_true(is.gone);
	/* Again: nothing more is stored, and nothing is wrong. */
	ws_client_say(&c, LEAVE);
	ws_client_say(&c, "{\"type\":\"send\",\"id\":\"a\",\"text\":\"hi\"}");
	assert_non_null(memmem(ws_client_next(&c).text.p, 20, "\"ack\"", 5));
	assert_int_equal(state_of(token).seq, is.seq + 1);
	/* Who writes again is back, and may leave again. */
	assert_false(state_of(token).gone);
	ws_client_say(&c, LEAVE);
	ws_client_until(&c, HIDDEN);
	assert_true(state_of(token).gone);
	ws_client_close(&c);
}

static void
test_over(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client c;
	struct conversation is;

	(void)state;
	greet(&rig, &c, token);
	rig_act(
	    &rig, conversation_of(token), (struct act){.kind = ACT_RESOLVE});
	is = state_of(token);
	ws_client_say(&c, LEAVE);
	ws_client_until(&c, "\"code\":\"ended\"");
	assert_int_equal(state_of(token).seq, is.seq);
	assert_false(state_of(token).gone);
	ws_client_close(&c);
}

static const char *
post_leave(const char *token)
{
	static char text[TALK_TOKEN + 256];

	snprintf(text, sizeof(text),
	    "POST /v1/visitor/leave HTTP/1.1\r\nHost: t\r\n"
	    "Content-Type: application/json\r\nContent-Length: 2\r\n"
	    "Authorization: Bearer %s\r\nConnection: close\r\n\r\n{}",
	    token);
	return client_ask(rig.gateway.front, text);
}

static void
test_request(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client c;
	const char *got;

	(void)state;
	greet(&rig, &c, token);
	assert_non_null(strstr(post_leave(token), " 204 "));
	ws_client_until(&c, HIDDEN);
	assert_true(state_of(token).gone);
	assert_non_null(strstr(post_leave(token), " 204 "));
	rig_act(
	    &rig, conversation_of(token), (struct act){.kind = ACT_RESOLVE});
	got = post_leave(token);
	assert_non_null(strstr(got, " 409 "));
	assert_non_null(strstr(got, "\"ended\""));
	ws_client_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_frame, rig_set_up, rig_tear_down),
	    cmocka_unit_test_setup_teardown(
		test_over, rig_set_up, rig_tear_down),
	    cmocka_unit_test_setup_teardown(
		test_request, rig_set_up, rig_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
