/* What Slack sends: complete, signed, repeated as the vendor repeats it. */
#include "tests/sandbox/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static json_t *event; /* the last one looked at */

static const char *
field(const char *path)
{
	return json_path(event, path);
}

static void
look(unsigned i)
{
	const struct hook *h = rig_hook(i);

	assert_signed_slack(h);
	json_decref(event);
	event = hook_json(h, NULL);
	assert_non_null(event);
}

static int
tear_down(void **state)
{
	json_decref(event);
	event = NULL;
	return rig_close(state);
}

/* ---- events --------------------------------------------------------------- */

static void
sends_a_direct_message(void **state)
{
	char ts[20], id[20];

	(void)state;
	control("/control/slack/message",
	    "{\"user\":\"U0ANN\",\"text\":\"is 1 < 2 & \\\"ü\\\"?\"}");
	(void)snprintf(ts, sizeof(ts), "%s", said("ts"));
	(void)snprintf(id, sizeof(id), "%s", said("event_id"));
	assert_string_equal(said("channel"), "D0ANN");
	assert_int_equal(said_number("delivered"), 1);
	look(0);
	assert_string_equal(rig_hook(0)->path, "/slack");
	assert_string_equal(
	    hook_header(rig_hook(0), "Content-Type"), "application/json");
	assert_string_equal(hook_header(rig_hook(0), "X-Slack-Retry-Num"), "");
	assert_string_equal(field("type"), "event_callback");
	assert_string_equal(field("team_id"), "T0TEST");
	assert_string_equal(field("api_app_id"), "A0TEST");
	assert_string_equal(field("event_id"), id);
	assert_string_equal(field("authorizations.0.team_id"), "T0TEST");
	assert_string_equal(field("authorizations.0.user_id"), "U0BOT");
	assert_string_equal(field("event.type"), "message");
	assert_string_equal(field("event.subtype"), "");
	assert_string_equal(field("event.user"), "U0ANN");
	assert_string_equal(field("event.channel"), "D0ANN");
	assert_string_equal(field("event.channel_type"), "im");
	assert_string_equal(field("event.ts"), ts);
	assert_string_equal(field("event.event_ts"), ts);
	assert_string_equal(field("event.text"), "is 1 &lt; 2 &amp; \"ü\"?");
	assert_string_equal(field("event.bot_id"), "");
	rig_settle();
	control("/control/webhooks", NULL);
	assert_string_equal(said("webhooks.0.state"), "delivered");
	assert_int_equal(said_number("webhooks.0.statuses.0"), 200);
}

static void
sends_a_mention_twice(void **state)
{
	const char *first, *second;
	char ts[20];

	(void)state;
	control("/control/slack/message",
	    "{\"user\":\"U0ANN\",\"channel\":\"C0HELP\",\"text\":\"hello\","
	    "\"mention\":true}");
	assert_int_equal(said_number("delivered"), 2);
	(void)snprintf(ts, sizeof(ts), "%s", said("ts"));
	look(0);
	first = strdup(field("event.type"));
	assert_string_equal(field("event.text"), "<@U0BOT> hello");
	assert_string_equal(field("event.ts"), ts);
	look(1);
	second = field("event.type");
	assert_string_equal(field("event.ts"), ts);
	assert_string_equal(field("event.text"), "<@U0BOT> hello");
	assert_true((strcmp(first, "message") == 0) !=
		    (strcmp(second, "message") == 0));
	assert_true((strcmp(first, "app_mention") == 0) !=
		    (strcmp(second, "app_mention") == 0));
	free((void *)(uintptr_t)first);
	control("/control/slack/message",
	    "{\"user\":\"U0ANN\",\"channel\":\"C0QUIET\",\"text\":\"hello\","
	    "\"mention\":true}");
	assert_int_equal(said_number("delivered"), 1);
	look(2);
	assert_string_equal(field("event.type"), "app_mention");
	control("/control/slack/message",
	    "{\"user\":\"U0ANN\",\"channel\":\"C0OUT\",\"text\":\"hello\","
	    "\"mention\":true}");
	assert_int_equal(said_number("delivered"), 0);
}

static void
sends_our_own_posts_back(void **state)
{
	char json[200];

	(void)state;
	control("/control/slack/message",
	    "{\"user\":\"U0ANN\",\"channel\":\"C0HELP\",\"text\":\"q\"}");
	(void)snprintf(json, sizeof(json),
	    "{\"channel\":\"C0HELP\",\"text\":\"a\",\"thread_ts\":\"%s\"}",
	    said("ts"));
	slack_call("chat.postMessage", json);
	look(1);
	if (field("event.bot_id")[0] == '\0')
		look(0);
	assert_string_equal(field("event.bot_id"), "B0BOT");
	assert_string_equal(field("event.app_id"), "A0TEST");
	assert_string_equal(field("event.user"), "U0BOT");
	assert_string_equal(field("event.subtype"), "");
	assert_string_equal(field("event.parent_user_id"), "U0ANN");
}

static void
keeps_our_own_posts_where_asked(void **state)
{
	const struct rig_setup setup = {",\"echo\":false,\"any_thread\":true",
	    "", ",\"strict_rates\":false"};

	(void)state;
	rig_open_with(&setup);
	slack_call("chat.postMessage",
	    "{\"channel\":\"D0ANN\",\"text\":\"a\",\"thread_ts\":"
	    "\"1700000000.000100\"}");
	assert_error("a thread nobody knows", "");
	assert_string_equal(said("message.thread_ts"), "1700000000.000100");
	rig_settle();
	assert_int_equal(rig_hooks(), 0);
}

static void
sends_changes(void **state)
{
	char json[200], ts[20];

	(void)state;
	control(
	    "/control/slack/message", "{\"user\":\"U0ANN\",\"text\":\"a\"}");
	(void)snprintf(ts, sizeof(ts), "%s", said("ts"));
	look(0);
	(void)snprintf(json, sizeof(json),
	    "{\"channel\":\"D0ANN\",\"ts\":\"%s\",\"text\":\"b\"}", ts);
	control("/control/slack/edit", json);
	look(1);
	assert_string_equal(field("event.subtype"), "message_changed");
	assert_string_equal(field("event.message.text"), "b");
	assert_string_equal(field("event.message.ts"), ts);
	assert_string_equal(field("event.previous_message.text"), "a");
	(void)snprintf(
	    json, sizeof(json), "{\"channel\":\"D0ANN\",\"ts\":\"%s\"}", ts);
	control("/control/slack/delete", json);
	look(2);
	assert_string_equal(field("event.subtype"), "message_deleted");
	assert_string_equal(field("event.deleted_ts"), ts);
}

static void
sends_any_event(void **state)
{
	(void)state;
	control(
	    "/control/slack/raw", "{\"event\":{\"type\":\"app_uninstalled\"}}");
	look(0);
	assert_string_equal(field("event.type"), "app_uninstalled");
	assert_string_equal(field("type"), "event_callback");
	control(
	    "/control/slack/raw", "{\"body\":{\"type\":\"app_rate_limited\"}}");
	look(1);
	assert_string_equal(field("type"), "app_rate_limited");
}

/* ---- retries -------------------------------------------------------------- */

static void
repeats_as_slack_does(void **state)
{
	static const unsigned statuses[] = {500, 0, 404, 503};
	static const char *const reasons[] = {
	    "", "http_error", "connection_failed", "http_error"};
	char id[20], number[4];
	unsigned i;

	(void)state;
	rig_answers(statuses, 4);
	control(
	    "/control/slack/message", "{\"user\":\"U0ANN\",\"text\":\"a\"}");
	(void)snprintf(id, sizeof(id), "%s", said("event_id"));
	for (i = 0; i < 4; i++) {
		look(i);
		assert_string_equal(field("event_id"), id);
		(void)snprintf(number, sizeof(number), "%u", i);
		assert_string_equal(
		    hook_header(rig_hook(i), "X-Slack-Retry-Num"),
		    i == 0 ? "" : number);
		assert_string_equal(
		    hook_header(rig_hook(i), "X-Slack-Retry-Reason"),
		    reasons[i]);
	}
	rig_settle();
	assert_int_equal(rig_hooks(), 4);
	control("/control/webhooks", NULL);
	assert_string_equal(said("webhooks.0.state"), "failed");
	assert_int_equal(said_number("webhooks.0.tries"), 4);
	assert_int_equal(said_number("webhooks.0.statuses.1"), 0);
	assert_int_equal(said_number("webhooks.0.statuses.3"), 503);
}

static void
stops_when_told_to(void **state)
{
	static const unsigned statuses[] = {400, 400};

	(void)state;
	rig_answers_with("X-Slack-No-Retry: 1\r\n", "text/plain", "");
	rig_answers(statuses, 2);
	control(
	    "/control/slack/message", "{\"user\":\"U0ANN\",\"text\":\"a\"}");
	look(0);
	rig_settle();
	assert_int_equal(rig_hooks(), 1);
}

static void
waits_three_seconds(void **state)
{
	const struct rig_setup setup = {"", "",
	    ",\"strict_rates\":false,\"timeout_scale\":0.02,"
	    "\"retry_scale\":0.0001"};
	static const unsigned silent = 1;

	(void)state;
	rig_open_with(&setup);
	rig_answers(&silent, 1);
	control(
	    "/control/slack/message", "{\"user\":\"U0ANN\",\"text\":\"a\"}");
	look(1);
	assert_string_equal(
	    hook_header(rig_hook(1), "X-Slack-Retry-Reason"), "http_timeout");
	rig_settle();
	assert_int_equal(rig_hooks(), 2);
}

/* Until the ledger has so many tries of that webhook. */
static void
wait_for_tries(const char *webhook, int64_t n)
{
	const struct timespec step = {.tv_nsec = 1000000};
	unsigned left = 5000;
	char path[40];

	(void)snprintf(path, sizeof(path), "webhooks.%s.tries", webhook);
	do {
		nanosleep(&step, NULL);
		control("/control/webhooks", NULL);
	} while (said_number(path) < n && left-- > 0);
	assert_int_equal(said_number(path), n);
}

/* Time passes, and the courier looks at it: another webhook goes. */
static void
pass(int64_t ms, const char *webhook)
{
	rig_ahead(ms);
	control("/control/slack/raw", "{\"event\":{\"type\":\"tick\"}}");
	wait_for_tries(webhook, 2);
}

static void
waits_as_slack_waits(void **state)
{
	const struct rig_setup setup = {"", "", ",\"strict_rates\":false"};
	static const unsigned statuses[] = {500, 500, 500, 500, 500, 500, 500,
	    500, 500, 500, 500, 500, 500, 500, 500, 500};

	(void)state;
	rig_open_with(&setup);
	rig_answers(statuses, 16);
	control(
	    "/control/slack/message", "{\"user\":\"U0ANN\",\"text\":\"a\"}");
	wait_for_tries("0", 2); /* the second at once */
	pass(59000, "1");
	assert_int_equal(said_number("webhooks.0.tries"), 2);
	pass(1500, "2");
	wait_for_tries("0", 3);
	pass(299000, "3");
	assert_int_equal(said_number("webhooks.0.tries"), 3);
	pass(1500, "4");
	wait_for_tries("0", 4);
	assert_string_equal(said("webhooks.0.state"), "failed");
}

/* ---- commands and actions --------------------------------------------------- */

static void
gives_commands(void **state)
{
	const struct hook *h;

	(void)state;
	rig_answers_with("", "application/json", "{\"text\":\"at once\"}");
	control("/control/slack/command",
	    "{\"user\":\"U0ANN\",\"channel\":\"C0HELP\",\"command\":\"/ai\","
	    "\"text\":\"when & where\"}");
	assert_int_equal(said_number("status"), 200);
	assert_string_equal(said("body"), "{\"text\":\"at once\"}");
	assert_string_equal(said("type"), "application/json");
	h = rig_hook(0);
	assert_signed_slack(h);
	assert_string_equal(hook_field(h, "command"), "/ai");
	assert_string_equal(hook_field(h, "text"), "when &amp; where");
	assert_string_equal(hook_field(h, "user_id"), "U0ANN");
	assert_string_equal(hook_field(h, "channel_id"), "C0HELP");
	assert_string_equal(hook_field(h, "team_id"), "T0TEST");
	assert_string_equal(hook_field(h, "api_app_id"), "A0TEST");
	assert_string_equal(hook_field(h, "is_enterprise_install"), "false");
	assert_true(hook_field(h, "response_url")[0] != '\0');
	assert_true(hook_field(h, "trigger_id")[0] != '\0');
}

static void
never_repeats_a_command(void **state)
{
	static const unsigned statuses[] = {500, 500};

	(void)state;
	rig_answers(statuses, 2);
	control("/control/slack/command",
	    "{\"user\":\"U0ANN\",\"command\":\"/ai\"}");
	assert_int_equal(said_number("status"), 500);
	rig_settle();
	assert_int_equal(rig_hooks(), 1);
}

static void
presses_buttons(void **state)
{
	char json[300], ts[20];

	(void)state;
	slack_call("chat.postMessage",
	    "{\"channel\":\"D0ANN\",\"text\":\"?\",\"blocks\":[{\"type\":"
	    "\"actions\",\"block_id\":\"b1\",\"elements\":[{\"type\":"
	    "\"button\","
	    "\"action_id\":\"yes\",\"value\":\"7\",\"text\":{\"type\":"
	    "\"plain_text\",\"text\":\"Yes\"}}]}]}");
	(void)snprintf(ts, sizeof(ts), "%s", said("ts"));
	rig_hook(0); /* the post itself */
	(void)snprintf(json, sizeof(json),
	    "{\"user\":\"U0ANN\",\"channel\":\"D0ANN\",\"ts\":\"%s\","
	    "\"action_id\":\"yes\"}",
	    ts);
	control("/control/slack/action", json);
	assert_signed_slack(rig_hook(1));
	json_decref(event);
	event = hook_json(rig_hook(1), "payload");
	assert_string_equal(field("type"), "block_actions");
	assert_string_equal(field("user.id"), "U0ANN");
	assert_string_equal(field("channel.id"), "D0ANN");
	assert_string_equal(field("message.ts"), ts);
	assert_string_equal(field("container.message_ts"), ts);
	assert_string_equal(field("actions.0.action_id"), "yes");
	assert_string_equal(field("actions.0.block_id"), "b1");
	assert_string_equal(field("actions.0.value"), "7");
	assert_true(field("response_url")[0] != '\0');
}

static void
refuses_what_is_not_there(void **state)
{
	static const struct {
		const char *path, *json;
	} wrong[] = {
	    {"/control/slack/message", "{\"text\":\"a\"}"},
	    {"/control/slack/message", "{\"user\":\"U0NONE\",\"text\":\"a\"}"},
	    {"/control/slack/message",
		"{\"user\":\"U0ANN\",\"text\":\"a\",\"mood\":1}"},
	    {"/control/slack/message",
		"{\"user\":\"U0ANN\",\"text\":\"a\",\"team\":\"T9\"}"},
	    {"/control/slack/message",
		"{\"user\":\"U0ANN\",\"text\":\"a\",\"thread_ts\":\"1\"}"},
	    {"/control/slack/edit",
		"{\"channel\":\"D0ANN\",\"ts\":\"1.2\",\"text\":\"a\"}"},
	    {"/control/slack/action",
		"{\"user\":\"U0ANN\",\"channel\":\"D0ANN\",\"ts\":\"1\","
		"\"action_id\":\"a\"}"},
	    {"/control/slack/raw", "{}"},
	    {"/control/faults", "{\"rules\":[{\"kind\":\"storm\"}]}"},
	    {"/control/faults", "{\"rules\":[{\"kind\":\"status\"}]}"},
	    {"/control/faults",
		"{\"rules\":[{\"kind\":\"drop\",\"percent\":10}]}"},
	    {"/control/faults", "[]"},
	};
	struct question q = {.method = "POST", .type = "application/json"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		q.path = wrong[i].path;
		q.body = str_from(wrong[i].json);
		if (rig_ask(&q)->status != 400 || said("error")[0] == '\0')
			fail_msg("%s %s", wrong[i].path, wrong[i].json);
	}
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_open, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(sends_a_direct_message),
	    A_TEST(sends_a_mention_twice),
	    A_TEST(sends_our_own_posts_back),
	    cmocka_unit_test_teardown(
		keeps_our_own_posts_where_asked, tear_down),
	    A_TEST(sends_changes),
	    A_TEST(sends_any_event),
	    A_TEST(repeats_as_slack_does),
	    A_TEST(stops_when_told_to),
	    cmocka_unit_test_teardown(waits_three_seconds, tear_down),
	    cmocka_unit_test_teardown(waits_as_slack_waits, tear_down),
	    A_TEST(gives_commands),
	    A_TEST(never_repeats_a_command),
	    A_TEST(presses_buttons),
	    A_TEST(refuses_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
