/* slack_act: slash commands, buttons and the other things people press. */
#include "tests/channels/slack_rig.h"

/* ---- commands and buttons ----------------------------------------------- */

#define COMMAND "team_id=T1&channel_id=C0HELP&user_id=U0ANN&user_name=ann&"
#define TRIGGER "trigger_id=1.2.abc&"

static void
test_command(void **state)
{
	struct slack_rig r;
	const struct envelope *e;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(
	    slack_rig_parse(&r, RIG_FORM,
		COMMAND TRIGGER "command=%2Fai&text=is+%26lt%3B+%3C%40U0BEN%7C"
				"ben%3E+in%3F&response_url=https%3A%2F%2Fhooks."
				"slack.com%2Fcommands%2F1"),
	    OK);
	e = slack_rig_one(&r);
	expect_text(e->source, "slack:main:cmd:1.2.abc");
	expect_text(e->address, "T1:C0HELP:/U0ANN");
	expect_text(e->person, "T1:U0ANN");
	expect_text(e->name, "ann");
	expect_text(e->body, "{\"text\":\"is < @ben in?\"}");
	expect_holds(e->reply, "\"https://hooks.slack.com/commands/1\"");
	expect_holds(e->reply, "\"until\":1700001900000");
	assert_true(e->at == RIG_NOW);
	assert_string_equal(r.out.type, "application/json");
	expect_holds(r.out.answer, "\"ephemeral\"");
	slack_rig_close(&r);
}

static const char *const foreign[] = {
    "http://hooks.slack.com/1",
    "https://hooks.slack.com.evil.example/1",
    "https://evil.example/hooks.slack.com/",
    "https://hooks.slack.com@evil.example/1",
    "https://hooks.slack.com:8443/1",
    "https://hooks.slack.com",
    "https://xhooks.slack.com/1",
    "http://127.0.0.1:8090/slack/respond/1",
    "file:///etc/passwd",
    "",
};

static void
test_response_url(void **state)
{
	struct slack_rig r;
	struct buf b = {0};
	size_t i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(foreign); i++) {
		buf_clear(&b);
		buf_str(
		    &b, COMMAND TRIGGER "command=%2Fai&text=x&response_url=");
		buf_url(&b, str_from(foreign[i]));
		buf_char(&b, '\0');
		assert_int_equal(slack_rig_parse(&r, RIG_FORM, b.data), OK);
		expect_lacks(slack_rig_one(&r)->reply, "response_url");
		expect_holds(slack_rig_one(&r)->reply, "\"hidden\":true");
	}
	/* Beside an api of its own, its responses are its own, too. */
	r.doc.api = STR("http://127.0.0.1:8090/slack/api");
	assert_int_equal(
	    slack_rig_parse(&r, RIG_FORM,
		COMMAND TRIGGER "command=%2Fai&text=x&response_url=http%3A%2F%"
				"2F127.0.0.1%3A8090%2Fslack%2Frespond%2F1"),
	    OK);
	expect_holds(
	    slack_rig_one(&r)->reply, "http://127.0.0.1:8090/slack/respond");
	buf_free(&b);
	slack_rig_close(&r);
}

static void
test_empty_command(void **state)
{
	struct slack_rig r;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(slack_rig_parse(&r, RIG_FORM,
			     COMMAND TRIGGER "command=%2Fai&text=+"),
	    OK);
	assert_int_equal(r.out.envelope_count, 0);
	assert_string_equal(r.out.ignored, "empty");
	expect_holds(r.out.answer, "question");
	slack_rig_close(&r);
}

#define ACTION(place, action) \
	"{\"type\":\"block_actions\",\"team\":{\"id\":\"T1\"}," \
	"\"user\":{\"id\":\"U0ANN\",\"name\":\"ann\",\"team_id\":\"T1\"}," \
	"\"api_app_id\":\"A1\",\"trigger_id\":\"1.2.abc\"," \
	"\"channel\":{\"id\":\"C0HELP\"}," place "," \
	"\"response_url\":\"https://hooks.slack.com/actions/1\"," \
	"\"actions\":[" action "]}"
#define IN_THREAD \
	"\"container\":{\"type\":\"message\"," \
	"\"message_ts\":\"1700000001.000000\"}," \
	"\"message\":{\"ts\":\"1700000001.000000\"," \
	"\"thread_ts\":\"1700000000.000100\"}"
#define EPHEMERAL \
	"\"container\":{\"type\":\"message\",\"is_ephemeral\":true," \
	"\"message_ts\":\"1700000001.000000\",\"channel_id\":\"C0HELP\"}"
#define BUTTON \
	"{\"type\":\"button\",\"action_id\":\"answer_0\"," \
	"\"text\":{\"type\":\"plain_text\",\"text\":\"Yes &amp; no\"}," \
	"\"value\":\"yes\",\"action_ts\":\"1700000002.500000\"}"

static enum err
interact(struct slack_rig *r, const char *json)
{
	struct buf b = {0};
	enum err e;

	buf_str(&b, "payload=");
	buf_url(&b, str_from(json));
	buf_char(&b, '\0');
	e = slack_rig_parse(r, RIG_FORM, b.data);
	buf_free(&b);
	return e;
}

static void
test_button(void **state)
{
	struct slack_rig r;
	const struct envelope *e;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(interact(&r, ACTION(IN_THREAD, BUTTON)), OK);
	e = slack_rig_one(&r);
	assert_int_equal(e->kind, EVENT_MESSAGE);
	expect_text(e->source, "slack:main:act:1.2.abc");
	expect_text(e->address, "T1:C0HELP:1700000000.000100");
	expect_text(e->body, "{\"text\":\"Yes & no\",\"button\":\"yes\"}");
	assert_true(e->at == INT64_C(1700000002500));
	expect_lacks(e->reply, "response_url");
	assert_int_equal(interact(&r, ACTION(EPHEMERAL, BUTTON)), OK);
	e = slack_rig_one(&r);
	expect_text(e->address, "T1:C0HELP:/U0ANN");
	expect_holds(e->reply, "\"https://hooks.slack.com/actions/1\"");
	assert_int_equal(
	    interact(&r, ACTION(IN_THREAD,
			     "{\"type\":\"static_select\",\"selected_option\":{"
			     "\"text\":{\"text\":\"Red\"},\"value\":\"r\"}}")),
	    OK);
	expect_text(
	    slack_rig_one(&r)->body, "{\"text\":\"Red\",\"button\":\"r\"}");
	slack_rig_close(&r);
}

static const struct {
	const char *json, *ignored, *answer;
} interactions[] = {
    {ACTION(IN_THREAD, "{\"type\":\"button\",\"url\":\"https://x\"}"),
	"no_value", ""},
    {ACTION("\"container\":{\"type\":\"view\",\"view_id\":\"V1\"}", BUTTON),
	"view", ""},
    {"{\"type\":\"view_submission\",\"team\":{\"id\":\"T1\"}}",
	"other_interaction", ""},
    {"{\"type\":\"view_closed\",\"team\":{\"id\":\"T1\"}}", "other_interaction",
	""},
    {"{\"type\":\"shortcut\",\"team\":{\"id\":\"T1\"}}", "other_interaction",
	""},
    {"{\"type\":\"message_action\",\"team\":null,"
     "\"user\":{\"team_id\":\"T1\"}}",
	"other_interaction", ""},
    {"{\"type\":\"block_suggestion\",\"team\":{\"id\":\"T1\"}}", "suggestion",
	"{\"options\":[]}"},
};

static void
test_interactions(void **state)
{
	struct slack_rig r;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(interactions); i++) {
		if (interact(&r, interactions[i].json) != OK)
			fail_msg("%s: %s", interactions[i].json, r.why);
		assert_int_equal(r.out.envelope_count, 0);
		assert_string_equal(r.out.ignored, interactions[i].ignored);
		expect_text(r.out.answer, interactions[i].answer);
	}
	assert_int_equal(
	    interact(&r, "{\"type\":\"shortcut\",\"team\":{\"id\":\"T9\"}}"),
	    E_BADINPUT);
	slack_rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_command),
	    cmocka_unit_test(test_response_url),
	    cmocka_unit_test(test_empty_command),
	    cmocka_unit_test(test_button),
	    cmocka_unit_test(test_interactions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
