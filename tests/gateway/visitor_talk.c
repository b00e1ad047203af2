/* visitor_talk: what a visitor's browser says first, by hand. */
#include "tests/gateway/visitor_talk.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>

#define PATH "/v1/visitor/socket?company=acme"

void
connect_to(struct rig *r, struct ws_client *c)
{
	ws_client_open(c, gateway_port(&r->gateway), PATH);
}

void
greet(struct rig *r, struct ws_client *c, char *token)
{
	struct ws_reply said;

	connect_to(r, c);
	ws_client_say(c, "{\"type\":\"hello\",\"company\":\"acme\"}");
	said = ws_client_until(c, "\"welcome\"");
	if (token != NULL)
		json_word(said.text, "token", token, 200);
	ws_client_until(c, "\"opened\"");
}

void
greet_again(
    struct rig *r, struct ws_client *c, const char *token, unsigned after)
{
	connect_to(r, c);
	ws_client_say(c,
	    "{\"type\":\"hello\",\"company\":\"acme\",\"token\":\"%s\","
	    "\"after\":%u}",
	    token, after);
}

int64_t
conversation_of(const char *token)
{
	int64_t company, conversation;

	assert_int_equal(
	    sscanf(token, "f1.%ld.%ld.", &company, &conversation), 2);
	return conversation;
}

void
closes_with(struct ws_client *c, unsigned code, const char *reason)
{
	struct ws_reply r = ws_client_closed(c);

	assert_int_equal(r.code, code);
	assert_true(str_eq(r.text, str_from(reason)));
	ws_client_close(c);
}
