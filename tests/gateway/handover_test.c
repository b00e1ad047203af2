/*
 * handover: what goes with a chat that a visitor or a seller takes from the
 * bot: over WebSocket and by a request, with the words they said a moment ago.
 * Whole gateway, real store.
 */
#include "intake/handover.h"
#include "tests/gateway/http_client.h"
#include "tests/gateway/seller_talk.h"
#include "tests/gateway/visitor_talk.h"
#include "tests/lib/cmocka.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#define LEAKS "My espresso machine leaks."
#define SEND "{\"type\":\"send\",\"id\":\"a\",\"text\":\"" LEAKS "\"}"
#define QUEUED "\"holder\":\"queue\""

static const char document[] =
    "{\"name\":\"Acme\",\"teams\":[{\"key\":\"sales\",\"name\":\"Sales\"},"
    "{\"key\":\"repairs\",\"name\":\"Repairs\"}],"
    "\"handoff\":{\"team\":\"sales\",\"rules\":[{\"words\":[\"espresso\"],"
    "\"when\":\"handed\",\"team\":\"repairs\",\"skills\":[\"coffee\"],"
    "\"priority\":2}]},"
    "\"web\":{\"origins\":[\"https://shop.example\"]}}";

static struct arena arena;

static int
set_up(void **state)
{
	struct store_op op = {.verb = STORE_COMPANY_PUT,
	    .company_put = {
		.key = STR("acme"), .document = str_from(document)}};

	(void)state;
	rig_new(&rig);
	rig.gateway.conf.hub_threads = 2;
	rig_open(&rig);
	assert_int_equal(store_submit_wait(rig.gateway.store, &op), OK);
	rig_start(&rig);
	talker_new(&rig, &ben, "Ben", "seller");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	rig_stop(&rig);
	rig_close(&rig);
	arena_free(&arena);
	return 0;
}

/* ---- what is in the log ------------------------------------------------------ */

/* The newest of that kind; seq 0: there is none. */
static struct event
newest(int64_t conversation, enum event_kind kind)
{
	struct conversation c = rig_state(&rig, conversation);
	struct event e = {0};

	for (uint64_t seq = c.seq; seq > 0; seq--) {
		e = rig_event(&rig, conversation, seq, &arena);
		if (e.kind == kind)
			return e;
	}
	return (struct event){0};
}

static bool
has(struct str s, const char *part)
{
	return s.n > 0 && memmem(s.p, s.n, part, strlen(part)) != NULL;
}

static void
goes_to(int64_t conversation, struct str team, uint64_t priority)
{
	struct conversation c = rig_state(&rig, conversation);

	assert_int_equal(c.holder, HOLDER_QUEUE);
	assert_int_equal(c.team, team_id(team));
	assert_int_equal(c.priority, priority);
	assert_true(has(
	    newest(conversation, EVENT_ROUTE).body, "\"skills\":[\"coffee\"]"));
}

static void
has_pack(int64_t conversation, const char *why)
{
	struct str pack = newest(conversation, EVENT_PACK).body;

	assert_true(has(pack, why));
	assert_true(has(pack, "\"summary\":[\"" LEAKS "\"]"));
}

static void
has_become(int64_t conversation, enum event_kind kind)
{
	unsigned tries = RIG_WAIT_MS;

	while (newest(conversation, kind).seq == 0 && tries-- > 0)
		poll(NULL, 0, 1);
}

/* While it is on, what is said is held back; then it comes all at once. */
static void
hold_back(const struct ws_client *c, int on)
{
	assert_int_equal(
	    setsockopt(c->fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on)), 0);
}

/* ---- visitors ---------------------------------------------------------------- */

static void
test_frame(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client c;
	int64_t id;

	(void)state;
	greet(&rig, &c, token);
	id = conversation_of(token);
	ws_client_say(&c, SEND);
	ws_client_until(&c, "\"ack\"");
	ws_client_say(&c, "{\"type\":\"handoff\"}");
	ws_client_until(&c, QUEUED);
	goes_to(id, STR("repairs"), 2);
	has_pack(id, "\"why\":\"asked\"");
	ws_client_close(&c);
}

/* What was sent right before counts, and what is sent right behind waits. */
static void
test_at_once(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client c;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		int64_t id;

		greet(&rig, &c, token);
		id = conversation_of(token);
		hold_back(&c, 1);
		ws_client_say(&c, SEND);
		ws_client_say(&c, "{\"type\":\"handoff\",\"seller\":%lld}",
		    (long long)ben.id);
		ws_client_say(&c, "{\"type\":\"leave\"}");
		ws_client_say(&c, "{\"type\":\"ping\"}");
		hold_back(&c, 0);
		ws_client_until(&c, "\"pong\"");
		has_become(id, EVENT_GONE);
		ws_client_close(&c);
		goes_to(id, STR("repairs"), 2);
		has_pack(id, "\"why\":\"seller\"");
		assert_int_equal(rig_state(&rig, id).wanted, ben.id);
		assert_true(
		    newest(id, EVENT_GONE).seq > newest(id, EVENT_HOLDER).seq);
	}
}

/* Who asks and goes has asked. */
static void
test_gone_at_once(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client c;
	int64_t id;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		greet(&rig, &c, token);
		id = conversation_of(token);
		hold_back(&c, 1);
		ws_client_say(&c, SEND);
		ws_client_say(&c, "{\"type\":\"handoff\"}");
		ws_client_close(&c);
		has_become(id, EVENT_HOLDER);
		goes_to(id, STR("repairs"), 2);
		has_pack(id, "\"why\":\"asked\"");
	}
}

static void
ask_by_request(const char *token)
{
	char text[TALK_TOKEN + 256];

	snprintf(text, sizeof(text),
	    "POST /v1/visitor/handoff HTTP/1.1\r\nHost: t\r\n"
	    "Content-Type: application/json\r\nContent-Length: 2\r\n"
	    "Authorization: Bearer %s\r\nConnection: close\r\n\r\n{}",
	    token);
	assert_non_null(strstr(client_ask(rig.gateway.front, text), " 204 "));
}

/* In line already, it is answered as it was, and nothing is done. */
static void
test_request(void **state)
{
	char token[TALK_TOKEN];
	struct ws_client c;
	uint64_t seq;
	int64_t id;

	(void)state;
	greet(&rig, &c, token);
	id = conversation_of(token);
	rig_say(&rig, id, LEAKS, RIG_TOLD, 0);
	ask_by_request(token);
	goes_to(id, STR("repairs"), 2);
	has_pack(id, "\"why\":\"asked\"");
	seq = rig_state(&rig, id).seq;
	ask_by_request(token);
	ws_client_say(&c, "{\"type\":\"handoff\"}");
	ws_client_say(&c, "{\"type\":\"ping\"}");
	ws_client_until(&c, "\"pong\"");
	rig_say(&rig, id, "Hello?", RIG_TOLD, 0);
	assert_int_equal(rig_state(&rig, id).seq, seq + 1);
	ws_client_close(&c);
}

/* ---- sellers ------------------------------------------------------------------ */

static int64_t
queue_by_seller(const char *more)
{
	int64_t id = rig_conversation(&rig);

	rig_say(&rig, id, LEAKS, RIG_TOLD, 0);
	SAY(&ben,
	    "{\"type\":\"act\",\"id\":\"q%lld\",\"act\":\"queue\","
	    "\"conversation\":%lld%s}",
	    (long long)id, (long long)id, more);
	UNTIL(&ben, "\"ack\"");
	return id;
}

/* What they say themselves stands before the rule. */
static void
test_seller(void **state)
{
	int64_t id;
	char more[64];

	(void)state;
	talker_hello(&rig, &ben);
	id = queue_by_seller("");
	goes_to(id, STR("repairs"), 2);
	has_pack(id, "\"why\":\"colleague\"");
	assert_true(
	    has(newest(id, EVENT_HOLDER).body, "\"why\":\"colleague\""));
	id = queue_by_seller(",\"team\":\"sales\"");
	goes_to(id, STR("sales"), 2);
	has_pack(id, "\"why\":\"colleague\"");
	goes_to(queue_by_seller(",\"priority\":0"), STR("repairs"), 0);
	goes_to(queue_by_seller(",\"priority\":3"), STR("repairs"), 3);
	snprintf(more, sizeof(more), ",\"wanted\":%lld", (long long)ben.id);
	id = queue_by_seller(more);
	goes_to(id, STR("repairs"), 2);
	assert_int_equal(rig_state(&rig, id).wanted, ben.id);
	SAY(&ben,
	    "{\"type\":\"act\",\"id\":\"again\",\"act\":\"queue\","
	    "\"conversation\":%lld}",
	    (long long)id);
	UNTIL(&ben, "\"no_change\"");
	ws_client_close(&ben.ws);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	    TEST(test_frame),
	    TEST(test_at_once),
	    TEST(test_gone_at_once),
	    TEST(test_request),
	    TEST(test_seller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
