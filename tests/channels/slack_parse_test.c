/*
 * slack_parse: what each kind of request becomes, by table; and that hostile
 * ones become nothing.
 */
#include "tests/channels/slack_rig.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- events ------------------------------------------------------------- */

/* What is NULL is not looked at; ignored "": nothing was ignored. */
struct want {
	const char *name, *event;
	const char *ignored;
	enum event_kind kind;
	const char *source, *address, *person, *about, *body;
};

#define M(more) \
	"{\"type\":\"message\",\"user\":\"U0ANN\",\"team\":\"T1\"," \
	"\"ts\":\"1700000000.000100\"," more "}"
#define DM "\"channel\":\"D0ANN\",\"channel_type\":\"im\","
#define CH "\"channel\":\"C0HELP\",\"channel_type\":\"channel\","
#define SOURCE_DM "slack:main:D0ANN:1700000000.000100"
#define SOURCE_CH "slack:main:C0HELP:1700000000.000100"

static const struct want events[] = {
    {"a direct message", M(DM "\"text\":\"Hello\""), "", EVENT_MESSAGE,
	SOURCE_DM, "T1:D0ANN", "T1:U0ANN", "", "{\"text\":\"Hello\"}"},
    {"in a thread of a direct message",
	M(DM "\"text\":\"Hello\",\"thread_ts\":\"1600000000.000001\""), "",
	EVENT_MESSAGE, SOURCE_DM, "T1:D0ANN:1600000000.000001", "T1:U0ANN", "",
	NULL},
    {"the first message of such a thread",
	M(DM "\"text\":\"Hello\",\"thread_ts\":\"1700000000.000100\""), "",
	EVENT_MESSAGE, SOURCE_DM, "T1:D0ANN", NULL, NULL, NULL},
    {"a mention", M(CH "\"text\":\"<@U0BOT> when do you open?\""), "",
	EVENT_MESSAGE, SOURCE_CH, "T1:C0HELP:1700000000.000100", "T1:U0ANN", "",
	"{\"text\":\"when do you open?\"}"},
    {"the same as app_mention",
	"{\"type\":\"app_mention\",\"user\":\"U0ANN\",\"team\":\"T1\","
	"\"ts\":\"1700000000.000100\",\"channel\":\"C0HELP\","
	"\"text\":\"<@U0BOT> when do you open?\"}",
	"", EVENT_MESSAGE, SOURCE_CH, "T1:C0HELP:1700000000.000100", "T1:U0ANN",
	"", "{\"text\":\"when do you open?\"}"},
    {"a mention inside a thread",
	M(CH "\"text\":\"what says <@U0BOT|support>?\","
	     "\"thread_ts\":\"1600000000.000001\""),
	"", EVENT_MESSAGE, SOURCE_CH, "T1:C0HELP:1600000000.000001", NULL, NULL,
	"{\"text\":\"what says @support?\"}"},
    {"a reply in our bot's thread",
	M(CH "\"text\":\"and on Sunday?\",\"parent_user_id\":\"U0BOT\","
	     "\"thread_ts\":\"1600000000.000001\""),
	"", EVENT_MESSAGE, SOURCE_CH, "T1:C0HELP:1600000000.000001", NULL, NULL,
	"{\"text\":\"and on Sunday?\"}"},
    {"such a reply, shown in the channel, too",
	M(CH "\"text\":\"and on Sunday?\",\"subtype\":\"thread_broadcast\","
	     "\"root\":{\"user\":\"U0BOT\"},"
	     "\"thread_ts\":\"1600000000.000001\""),
	"", EVENT_MESSAGE, SOURCE_CH, "T1:C0HELP:1600000000.000001", NULL, NULL,
	NULL},
    {"a reply in somebody's thread",
	M(CH "\"text\":\"yes\",\"parent_user_id\":\"U0BEN\","
	     "\"thread_ts\":\"1600000000.000001\""),
	"", EVENT_MESSAGE, SOURCE_CH, "T1:C0HELP:1600000000.000001", NULL, NULL,
	"{\"text\":\"yes\"}"},
    {"a message in a channel", M(CH "\"text\":\"Lunch?\""),
	.ignored = "not_for_us"},
    {"a mention of somebody else", M(CH "\"text\":\"<@U0BEN> Lunch?\""),
	.ignored = "not_for_us"},
    {"/me", M(DM "\"text\":\"waves\",\"subtype\":\"me_message\""), "",
	EVENT_MESSAGE, SOURCE_DM, NULL, NULL, NULL, "{\"text\":\"waves\"}"},
    {"a person of another company",
	M(DM "\"text\":\"Hello\",\"user_team\":\"T9\""), "", EVENT_MESSAGE,
	NULL, "T1:D0ANN", "T9:U0ANN", NULL, NULL},
    {"only the mention", M(CH "\"text\":\"<@U0BOT>\""), "", EVENT_MESSAGE,
	SOURCE_CH, NULL, NULL, NULL, "{\"text\":\"@U0BOT\"}"},
    {"nothing", M(DM "\"text\":\"\""), .ignored = "empty"},

    {"a bot's", M(DM "\"text\":\"Hello\",\"bot_id\":\"B1\""), .ignored = "bot"},
    {"our bot's",
	"{\"type\":\"message\",\"user\":\"U0BOT\",\"channel\":\"D0ANN\","
	"\"ts\":\"1700000000.000100\",\"text\":\"Hello\"}",
	.ignored = "bot"},
    {"our app's", M(DM "\"text\":\"Hello\",\"app_id\":\"A1\""),
	.ignored = "bot"},
    {"our stream", M(DM "\"text\":\"Hello\",\"streaming_state\":\"completed\""),
	.ignored = "bot"},
    {"Slackbot's",
	"{\"type\":\"message\",\"user\":\"USLACKBOT\",\"channel\":\"D0ANN\","
	"\"ts\":\"1700000000.000100\",\"text\":\"Hello\"}",
	.ignored = "bot"},
    {"an old bot's", M(DM "\"text\":\"x\",\"subtype\":\"bot_message\""),
	.ignored = "bot"},
    {"somebody joined", M(CH "\"text\":\"x\",\"subtype\":\"channel_join\""),
	.ignored = "subtype"},
    {"a topic", M(CH "\"text\":\"x\",\"subtype\":\"channel_topic\""),
	.ignored = "subtype"},
    {"nobody's",
	"{\"type\":\"message\",\"channel\":\"D0ANN\","
	"\"ts\":\"1700000000.000100\",\"text\":\"Hello\"}",
	.ignored = "no_user"},

    {"changed",
	"{\"type\":\"message\",\"subtype\":\"message_changed\",\"hidden\":true,"
	"\"channel\":\"D0ANN\",\"ts\":\"1700000009.000200\","
	"\"event_ts\":\"1700000009.000200\",\"message\":{\"type\":\"message\","
	"\"user\":\"U0ANN\",\"team\":\"T1\",\"text\":\"new\","
	"\"ts\":\"1700000000.000100\"},"
	"\"previous_message\":{\"text\":\"old\"}}",
	"", EVENT_EDITED, SOURCE_DM ":edit:1700000009.000200", "T1:D0ANN",
	"T1:U0ANN", SOURCE_DM, "{\"text\":\"new\"}"},
    {"changed, as histories tell it",
	"{\"type\":\"message\",\"subtype\":\"message_changed\","
	"\"channel\":\"C0HELP\",\"event_ts\":\"1700000009.000200\","
	"\"message\":{\"user\":\"U0ANN\",\"team\":\"T1\","
	"\"text\":\"<@U0BOT> new\",\"ts\":\"1700000000.000100\","
	"\"edited\":{\"user\":\"U0ANN\",\"ts\":\"1700000008.000000\"}},"
	"\"previous_message\":{\"text\":\"old\"}}",
	"", EVENT_EDITED, SOURCE_CH ":edit:1700000008.000000",
	"T1:C0HELP:1700000000.000100", NULL, SOURCE_CH, "{\"text\":\"new\"}"},
    {"a link that unfurled",
	"{\"type\":\"message\",\"subtype\":\"message_changed\","
	"\"channel\":\"D0ANN\",\"event_ts\":\"1700000009.000200\","
	"\"message\":{\"user\":\"U0ANN\",\"text\":\"same\","
	"\"ts\":\"1700000000.000100\"},"
	"\"previous_message\":{\"text\":\"same\"}}",
	.ignored = "same_text"},
    {"our stream goes on",
	"{\"type\":\"message\",\"subtype\":\"message_changed\","
	"\"channel\":\"D0ANN\",\"event_ts\":\"1700000009.000200\","
	"\"message\":{\"user\":\"U0BOT\",\"bot_id\":\"B0\",\"text\":\"more\","
	"\"ts\":\"1700000000.000100\"},"
	"\"previous_message\":{\"text\":\"m\"}}",
	.ignored = "bot"},
    {"deleted",
	"{\"type\":\"message\",\"subtype\":\"message_deleted\",\"hidden\":true,"
	"\"channel\":\"C0HELP\",\"deleted_ts\":\"1700000000.000100\","
	"\"event_ts\":\"1700000009.000200\",\"previous_message\":{"
	"\"user\":\"U0ANN\",\"team\":\"T1\",\"text\":\"x\","
	"\"ts\":\"1700000000.000100\",\"thread_ts\":\"1600000000.000001\"}}",
	"", EVENT_DELETED, SOURCE_CH ":delete", "T1:C0HELP:1600000000.000001",
	"T1:U0ANN", SOURCE_CH, "{}"},
    {"deleted, nobody says what",
	"{\"type\":\"message\",\"subtype\":\"message_deleted\","
	"\"channel\":\"D0ANN\",\"deleted_ts\":\"1700000000.000100\"}",
	"", EVENT_DELETED, SOURCE_DM ":delete", "T1:D0ANN", "", SOURCE_DM,
	"{}"},
    {"deleted with replies",
	"{\"type\":\"message\",\"subtype\":\"message_changed\","
	"\"channel\":\"C0HELP\",\"event_ts\":\"1700000009.000200\","
	"\"message\":{\"user\":\"USLACKBOT\",\"subtype\":\"tombstone\","
	"\"text\":\"This message was deleted.\","
	"\"ts\":\"1700000000.000100\"},"
	"\"previous_message\":{\"user\":\"U0ANN\",\"text\":\"x\"}}",
	"", EVENT_DELETED, SOURCE_CH ":delete", "T1:C0HELP:1700000000.000100",
	"T1:U0ANN", SOURCE_CH, "{}"},
    {"our own deleted",
	"{\"type\":\"message\",\"subtype\":\"message_deleted\","
	"\"channel\":\"D0ANN\",\"deleted_ts\":\"1700000000.000100\","
	"\"previous_message\":{\"user\":\"U0BOT\",\"bot_id\":\"B0\"}}",
	.ignored = "bot"},

    {"the messages tab",
	"{\"type\":\"app_home_opened\",\"user\":\"U0ANN\","
	"\"channel\":\"D0ANN\",\"tab\":\"messages\","
	"\"event_ts\":\"1700000000.000100\"}",
	"", EVENT_OPENED, "slack:main:open:D0ANN", "T1:D0ANN", "T1:U0ANN", "",
	NULL},
    {"the home tab",
	"{\"type\":\"app_home_opened\",\"user\":\"U0ANN\","
	"\"channel\":\"D0ANN\",\"tab\":\"home\"}",
	.ignored = "other_tab"},
    {"an assistant's thread",
	"{\"type\":\"assistant_thread_started\",\"assistant_thread\":{"
	"\"user_id\":\"U0ANN\",\"channel_id\":\"D0ANN\","
	"\"thread_ts\":\"1600000000.000001\",\"context\":{}}}",
	"", EVENT_OPENED, "slack:main:open:D0ANN:1600000000.000001",
	"T1:D0ANN:1600000000.000001", "T1:U0ANN", "", NULL},
    {"uninstalled", "{\"type\":\"app_uninstalled\"}",
	.ignored = "app_uninstalled"},
    {"tokens revoked",
	"{\"type\":\"tokens_revoked\",\"tokens\":{\"bot\":[\"U0BOT\"]}}",
	.ignored = "tokens_revoked"},
    {"stopped by its user", "{\"type\":\"agent_session_stopped\"}",
	.ignored = "stopped_by_user"},
    {"a reaction", "{\"type\":\"reaction_added\",\"user\":\"U0ANN\"}",
	.ignored = "other_event"},
    {"no type", "{}", .ignored = "other_event"},
};

static void
assert_member(const char *name, struct str got, const char *want)
{
	if (want == NULL || str_eq(got, str_from(want)))
		return;
	fail_msg("%s: got %.*s, want %s", name, STR_FMT(got), want);
}

static void
check_envelope(const struct want *w, const struct envelope *e)
{
	if (e->kind != w->kind)
		fail_msg("%s: %s", w->name, event_kind_name(e->kind));
	assert_member(w->name, e->source, w->source);
	assert_member(w->name, e->address, w->address);
	assert_member(w->name, e->person, w->person);
	assert_member(w->name, e->about, w->about);
	assert_member(w->name, e->body, w->body);
}

static void
test_events(void **state)
{
	struct slack_rig r;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(events); i++) {
		const struct want *w = &events[i];

		if (slack_rig_event(&r, w->event) != OK)
			fail_msg("%s: %s", w->name, r.why);
		assert_member(w->name, str_from(r.out.ignored), w->ignored);
		if (w->ignored[0] != '\0')
			assert_int_equal(r.out.envelope_count, 0);
		else
			check_envelope(w, slack_rig_one(&r));
		assert_int_equal(r.out.status, 0);
		assert_null(r.out.type);
	}
	slack_rig_close(&r);
}

/* Without the bot's id a mention at the start counts, and only there. */
static void
what_is_not_known_is_told_to_the_operator(void **state)
{
	struct slack_rig r;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(
	    slack_rig_event(&r, "{\"type\":\"weather_changed\"}"), OK);
	assert_non_null(r.out.notice);
	assert_int_equal(
	    slack_rig_event(&r, "{\"type\":\"tokens_revoked\"}"), OK);
	assert_non_null(strstr(r.out.notice, "new token"));
	assert_int_equal(slack_rig_event(&r, M(DM "\"text\":\"Hello\"")), OK);
	assert_null(r.out.notice);
	slack_rig_close(&r);
}

/* A thread of others may be one that the bot was mentioned in. */
static void
threads_go_on_where_they_are_known(void **state)
{
	struct slack_rig r;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(
	    slack_rig_event(&r, M(CH "\"text\":\"and on Sunday?\","
				     "\"thread_ts\":\"1600000000.000001\"")),
	    OK);
	assert_true(r.out.envelopes[0].known_only);
	assert_int_equal(
	    slack_rig_event(&r, M(CH "\"text\":\"<@U0BOT> and on Sunday?\","
				     "\"thread_ts\":\"1600000000.000001\"")),
	    OK);
	assert_false(r.out.envelopes[0].known_only);
	slack_rig_close(&r);
}

/* So may be what is changed or deleted there. */
static void
changes_of_others_talk_are_told_apart(void **state)
{
	static const struct {
		const char *event;
		bool known_only;
	} cases[] = {
	    {"{\"type\":\"message\",\"subtype\":\"message_changed\","
	     "\"channel\":\"C0HELP\",\"event_ts\":\"1700000009.000200\","
	     "\"message\":{\"user\":\"U0ANN\",\"text\":\"new\","
	     "\"ts\":\"1700000000.000100\"}}",
		true},
	    {"{\"type\":\"message\",\"subtype\":\"message_deleted\","
	     "\"channel\":\"C0HELP\",\"deleted_ts\":\"1700000000.000100\"}",
		true},
	    {"{\"type\":\"message\",\"subtype\":\"message_deleted\","
	     "\"channel\":\"D0ANN\",\"deleted_ts\":\"1700000000.000100\"}",
		false},
	};
	struct slack_rig r;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(slack_rig_event(&r, cases[i].event), OK);
		assert_int_equal(
		    slack_rig_one(&r)->known_only, cases[i].known_only);
	}
	slack_rig_close(&r);
}

static void
test_unknown_bot(void **state)
{
	static const char head[] = "{\"type\":\"event_callback\","
				   "\"team_id\":\"T1\",\"event\":";
	struct slack_rig r;
	struct str body;

	(void)state;
	slack_rig_open(&r);
	r.doc.sender = STR("");
	body = arena_printf(
	    &r.arena, "%s%s}", head, M(CH "\"text\":\"<@U0BOT> hello\""));
	assert_int_equal(slack_rig_parse(&r, RIG_JSON, body.p), OK);
	expect_text(slack_rig_one(&r)->body, "{\"text\":\"hello\"}");
	body = arena_printf(
	    &r.arena, "%s%s}", head, M(CH "\"text\":\"hello <@U0BOT>\""));
	assert_int_equal(slack_rig_parse(&r, RIG_JSON, body.p), OK);
	assert_string_equal(r.out.ignored, "not_for_us");
	/* The envelope says who our bot is. */
	assert_int_equal(
	    slack_rig_event(&r, M(CH "\"text\":\"I ask <@U0BOT>\"")), OK);
	slack_rig_one(&r);
	slack_rig_close(&r);
}

/* The time is read without a rounding step. */
static void
test_time(void **state)
{
	struct slack_rig r;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(
	    slack_rig_event(&r, "{\"type\":\"message\",\"user\":\"U0ANN\","
				"\"channel\":\"D0ANN\",\"text\":\"x\","
				"\"ts\":\"1700000000.987654\"}"),
	    OK);
	assert_true(slack_rig_one(&r)->at == INT64_C(1700000000987));
	slack_rig_close(&r);
}

/* ---- files -------------------------------------------------------------- */

static void
test_files(void **state)
{
	struct slack_rig r;
	const struct envelope *e;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(
	    slack_rig_event(
		&r, M(DM "\"subtype\":\"file_share\",\"text\":\"\",\"files\":["
			 "{\"id\":\"F1\",\"name\":\"a.png\","
			 "\"mimetype\":\"image/png\",\"size\":7,"
			 "\"mode\":\"hosted\",\"url_private_download\":"
			 "\"https://files.slack.com/a\",\"url_private\":\"x\"},"
			 "{\"id\":\"F2\",\"mode\":\"external\"},"
			 "{\"id\":\"F3\",\"mode\":\"tombstone\"},"
			 "{\"id\":\"F4\",\"is_external\":true},"
			 "{\"id\":\"F5\",\"file_access\":\"check_file_info\"},"
			 "{\"id\":\"../F6\",\"mode\":\"hosted\"},7]")),
	    OK);
	e = slack_rig_one(&r);
	assert_int_equal(e->file_count, 2);
	expect_text(e->files[0].name, "a.png");
	expect_text(e->files[0].type, "image/png");
	assert_true(e->files[0].size == 7);
	expect_text(e->files[0].payload,
	    "{\"id\":\"F1\",\"url\":\"https://files.slack.com/a\",\"size\":7}");
	expect_text(e->files[1].payload, "{\"id\":\"F5\",\"size\":0}");
	expect_text(e->body,
	    "{\"text\":\"\",\"files\":[{\"size\":7,\"name\":\"a.png\","
	    "\"type\":\"image/png\"},{\"size\":0}]}");
	slack_rig_close(&r);
}

static void
test_many_files(void **state)
{
	struct buf b = {0};
	struct slack_rig r;
	unsigned i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ENVELOPE_FILES_MAX + 3; i++)
		buf_addf(&b, "%s{\"id\":\"F%u\"}", i == 0 ? "" : ",", i);
	buf_char(&b, '\0');
	assert_int_equal(
	    slack_rig_event(
		&r, arena_printf(&r.arena,
			M(DM "\"subtype\":\"file_share\",\"text\":\"x\","
			     "\"files\":[%s]"),
			b.data)
			.p),
	    OK);
	assert_int_equal(r.out.envelope_count, 1);
	assert_int_equal(r.out.envelopes[0].file_count, ENVELOPE_FILES_MAX);
	assert_string_equal(r.out.ignored, "more_files");
	buf_free(&b);
	slack_rig_close(&r);
}

/* ---- whose it is -------------------------------------------------------- */

static const struct {
	const char *name, *envelope;
	bool ours;
} tenants[] = {
    {"authorizations name us, team_id another",
	"\"team_id\":\"T9\",\"authorizations\":[{\"team_id\":\"T1\"}]", true},
    {"authorizations name another, team_id us",
	"\"team_id\":\"T1\",\"authorizations\":[{\"team_id\":\"T9\"}]", false},
    {"no authorizations", "\"team_id\":\"T1\"", true},
    {"an empty list", "\"team_id\":\"T1\",\"authorizations\":[]", true},
    {"shared channel", "\"team_id\":\"T9\",\"context_team_id\":\"T1\"", true},
    {"another's", "\"team_id\":\"T9\",\"context_team_id\":\"T8\"", false},
    {"nobody's", "\"x\":1", false},
    {"organisation",
	"\"team_id\":\"T9\",\"authorizations\":[{\"team_id\":null,"
	"\"enterprise_id\":\"T1\",\"is_enterprise_install\":true}]",
	true},
    {"organisation without its install",
	"\"team_id\":\"T9\",\"authorizations\":[{\"team_id\":null,"
	"\"enterprise_id\":\"T1\"}]",
	false},
    {"another app", "\"team_id\":\"T1\",\"api_app_id\":\"A9\"", false},
    {"our app", "\"team_id\":\"T1\",\"api_app_id\":\"A1\"", true},
    {"a number", "\"team_id\":1", false},
};

static void
test_tenants(void **state)
{
	struct slack_rig r;
	struct str body;
	enum err e;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	r.doc.user = STR("A1");
	for (i = 0; i < ARRAY_LEN(tenants); i++) {
		body = arena_printf(&r.arena,
		    "{\"type\":\"event_callback\",%s,\"event\":%s}",
		    tenants[i].envelope, M(DM "\"text\":\"x\""));
		e = slack_rig_parse(&r, RIG_JSON, body.p);
		if (e != (tenants[i].ours ? OK : E_BADINPUT))
			fail_msg("%s: %s", tenants[i].name, err_name(e));
		assert_int_equal(r.out.envelope_count, tenants[i].ours);
		if (!tenants[i].ours)
			assert_string_equal(r.out.header, "X-Slack-No-Retry");
	}
	slack_rig_close(&r);
}

#define COMMAND "team_id=T1&channel_id=C0HELP&user_id=U0ANN&user_name=ann&"
#define TRIGGER "trigger_id=1.2.abc&"

/* ---- the rest ----------------------------------------------------------- */

static void
test_url_verification(void **state)
{
	struct slack_rig r;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(
	    slack_rig_parse(&r, "application/json",
		"{\"type\":\"url_verification\",\"challenge\":\"3eZbrw1\"}"),
	    OK);
	assert_string_equal(r.out.type, "text/plain");
	expect_text(r.out.answer, "3eZbrw1");
	assert_int_equal(r.out.envelope_count, 0);
	slack_rig_close(&r);
}

static void
test_rate_limited(void **state)
{
	struct slack_rig r;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(slack_rig_parse(&r, RIG_JSON,
			     "{\"type\":\"app_rate_limited\","
			     "\"team_id\":\"T1\",\"minute_rate_limited\":1}"),
	    OK);
	assert_string_equal(r.out.ignored, "app_rate_limited");
	slack_rig_close(&r);
}

/* Unsigned: whatever else it says, nothing comes of it. */
static void
test_probe(void **state)
{
	struct slack_rig r;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(
	    slack_rig_parse(&r, RIG_FORM,
		COMMAND TRIGGER "command=%2Fai&text=x&ssl_check=1"),
	    OK);
	assert_string_equal(r.out.ignored, "ssl_check");
	assert_int_equal(r.out.envelope_count, 0);
	slack_rig_close(&r);
}

static const struct {
	const char *type, *body;
} bad[] = {
    {RIG_JSON, ""},
    {RIG_JSON, "{"},
    {RIG_JSON, "[]"},
    {RIG_JSON, "null"},
    {RIG_JSON, "{}"},
    {RIG_JSON, "{\"type\":1}"},
    {RIG_JSON, "{\"type\":\"event_callback\",\"type\":\"url_verification\","
	       "\"challenge\":\"x\"}"},
    {RIG_JSON, "{\"type\":\"event_callback\",\"team_id\":\"T1\"}"},
    {RIG_JSON, "{\"type\":\"event_callback\",\"team_id\":\"T1\","
	       "\"event\":[]}"},
    {RIG_JSON, "{\"type\":\"url_verification\"}"},
    {RIG_JSON, "{\"type\":\"url_verification\",\"challenge\":7}"},
    {RIG_JSON, "{\"type\":\"event_callback\",\"team_id\":\"T1\\u0000\"}"},
    {"text/plain", "{\"type\":\"url_verification\",\"challenge\":\"x\"}"},
    {"", "{\"type\":\"url_verification\",\"challenge\":\"x\"}"},
    {"application/jsonp", "{\"type\":\"url_verification\"}"},
    {RIG_FORM, ""},
    {RIG_FORM, "a=b"},
    {RIG_FORM, "payload=%7B"},
    {RIG_FORM, "payload=[]"},
    {RIG_FORM, "command=%2"},
    {RIG_FORM, COMMAND "command=%2Fai&text=x"},
    {RIG_FORM, COMMAND TRIGGER "command=%2Fai&text=%FF"},
    {RIG_FORM, COMMAND TRIGGER "command=%2Fai&text=a%00b"},
    {RIG_FORM, "team_id=T1&channel_id=C%3A1&user_id=U1&" TRIGGER
	       "command=%2Fai&text=x"},
    {RIG_FORM,
	"team_id=T9&channel_id=C1&user_id=U1&" TRIGGER "command=%2Fai&text=x"},
};

static const char *const bad_events[] = {
    "{\"type\":\"message\",\"user\":\"U0ANN\",\"channel\":\"D0ANN\","
    "\"text\":\"x\"}",
    "{\"type\":\"message\",\"user\":\"U0ANN\",\"channel\":\"D0ANN\","
    "\"text\":\"x\",\"ts\":\"17e9\"}",
    "{\"type\":\"message\",\"user\":\"U0ANN\",\"channel\":\"D0ANN\","
    "\"text\":\"x\",\"ts\":1700000000.0001}",
    "{\"type\":\"message\",\"user\":\"U0:ANN\",\"channel\":\"D0ANN\","
    "\"text\":\"x\",\"ts\":\"1700000000.000100\"}",
    "{\"type\":\"message\",\"user\":\"U0ANN\",\"channel\":\"D0:ANN\","
    "\"text\":\"x\",\"ts\":\"1700000000.000100\"}",
    "{\"type\":\"message\",\"user\":\"U0ANN\",\"channel\":\"D0ANN\","
    "\"text\":\"x\",\"ts\":\"1700000000.000100\",\"thread_ts\":\"/x\"}",
    "{\"type\":\"app_mention\",\"user\":\"U0ANN\",\"text\":\"x\","
    "\"ts\":\"1700000000.000100\"}",
    "{\"type\":\"message\",\"subtype\":\"message_changed\","
    "\"channel\":\"D0ANN\"}",
    "{\"type\":\"message\",\"subtype\":\"message_deleted\","
    "\"channel\":\"D0ANN\"}",
    "{\"type\":\"app_home_opened\",\"tab\":\"messages\"}",
};

static void
test_bad(void **state)
{
	struct slack_rig r;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		if (slack_rig_parse(&r, bad[i].type, bad[i].body) != E_BADINPUT)
			fail_msg("%s was taken", bad[i].body);
		assert_non_null(r.why);
	}
	for (i = 0; i < ARRAY_LEN(bad_events); i++) {
		if (slack_rig_event(&r, bad_events[i]) != E_BADINPUT)
			fail_msg("%s was taken", bad_events[i]);
		assert_non_null(r.why);
	}
	slack_rig_close(&r);
}

/* Deep, wide, and full of "<": refused or read, but in no time. */
static void
test_hostile(void **state)
{
	const size_t size = 1u << 20;
	char *deep = malloc(size + 1);
	struct slack_rig r;
	struct buf b = {0};
	size_t i;

	(void)state;
	slack_rig_open(&r);
	assert_non_null(deep);
	memset(deep, '[', size);
	deep[size] = '\0';
	assert_int_equal(slack_rig_parse(&r, RIG_JSON, deep), E_BADINPUT);
	buf_str(&b, "{\"type\":\"message\",\"user\":\"U0ANN\","
		    "\"channel\":\"D0ANN\",\"ts\":\"1700000000.000100\","
		    "\"text\":\"");
	for (i = 0; i < size / 4; i++)
		buf_str(&b, i % 2 == 0 ? "<@" : "&a");
	buf_str(&b, "\"}");
	buf_char(&b, '\0');
	assert_int_equal(slack_rig_event(&r, b.data), OK);
	slack_rig_one(&r);
	buf_free(&b);
	free(deep);
	slack_rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events),
	    cmocka_unit_test(what_is_not_known_is_told_to_the_operator),
	    cmocka_unit_test(threads_go_on_where_they_are_known),
	    cmocka_unit_test(changes_of_others_talk_are_told_apart),
	    cmocka_unit_test(test_unknown_bot),
	    cmocka_unit_test(test_time),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_many_files),
	    cmocka_unit_test(test_tenants),
	    cmocka_unit_test(test_url_verification),
	    cmocka_unit_test(test_rate_limited),
	    cmocka_unit_test(test_probe),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
