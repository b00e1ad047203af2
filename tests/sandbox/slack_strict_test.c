/* What Slack's Web API refuses, and with which word; what it takes. */
#include "tests/sandbox/rig.h"

#include <stdio.h>
#include <stdlib.h>

#define TS_NONE "1111111111.111111"

static const char *
post(const char *json)
{
	slack_call("chat.postMessage", json);
	return said("ts");
}

/* ---- a table of refusals ------------------------------------------------- */

static const struct {
	const char *method, *json, *error;
} refusals[] = {
    {"chat.postMessage", "{\"channel\":\"D0ANN\",\"text\":\"hello\"}", ""},
    {"chat.postMessage", "{\"channel\":\"U0ANN\",\"text\":\"hello\"}", ""},
    {"chat.postMessage", "{\"channel\":\"DG000002\",\"text\":\"hello\"}", ""},
    {"chat.postMessage", "{\"text\":\"hello\"}", "invalid_arguments"},
    {"chat.postMessage", "{\"channel\":\"\",\"text\":\"hello\"}",
	"channel_not_found"},
    {"chat.postMessage", "{\"channel\":\"C0NONE\",\"text\":\"hello\"}",
	"channel_not_found"},
    {"chat.postMessage", "{\"channel\":\"C0OUT\",\"text\":\"hello\"}",
	"not_in_channel"},
    {"chat.postMessage", "{\"channel\":\"C0OLD\",\"text\":\"hello\"}",
	"is_archived"},
    {"chat.postMessage", "{\"channel\":\"D0ANN\"}", "no_text"},
    {"chat.postMessage", "{\"channel\":\"D0ANN\",\"text\":\"\"}", "no_text"},
    {"chat.postMessage", "{\"channel\":\"D0ANN\",\"text\":7}",
	"invalid_arguments"},
    {"chat.postMessage", "{\"channel\":\"D0ANN\",\"text\":\"a\",\"bold\":1}",
	"invalid_arguments"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"a\",\"thread_ts\":1111111111.1111}",
	"invalid_arguments"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"a\",\"thread_ts\":\"" TS_NONE "\"}",
	"thread_not_found"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"a\",\"thread_ts\":\"1.2\"}",
	"thread_not_found"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"a\",\"mrkdwn\":\"true\"}",
	"invalid_arguments"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"a\",\"as_user\":true}",
	"as_user_not_supported"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"a\",\"markdown_text\":\"b\"}",
	"markdown_text_conflict"},
    {"chat.postMessage", "{\"channel\":\"D0ANN\",\"markdown_text\":\"*b*\"}",
	""},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"a\",\"metadata\":{}}",
	"invalid_metadata_format"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"a\",\"metadata\":"
	"{\"event_type\":\"a b\",\"event_payload\":{}}}",
	"invalid_metadata_format"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"a\",\"blocks\":\"[]\"}",
	"invalid_arguments"},
    {"chat.postMessage", "{\"channel\":\"D0ANN\",\"blocks\":[]}", "no_text"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"blocks\":[{\"type\":\"divider\"}]}", ""},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"blocks\":[{\"type\":\"nothing\"}]}",
	"invalid_blocks"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"blocks\":[{\"type\":\"section\"}]}",
	"invalid_blocks"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"blocks\":[{\"type\":\"header\",\"text\":"
	"{\"type\":\"mrkdwn\",\"text\":\"a\"}}]}",
	"invalid_blocks"},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"blocks\":[{\"type\":\"actions\",\"elements\":"
	"[{\"type\":\"button\",\"action_id\":\"a\",\"text\":{\"type\":"
	"\"plain_text\",\"text\":\"Yes\"}}]}]}",
	""},
    {"chat.postMessage",
	"{\"channel\":\"D0ANN\",\"blocks\":[{\"type\":\"actions\",\"elements\":"
	"[{\"type\":\"button\",\"text\":{\"type\":\"mrkdwn\",\"text\":"
	"\"Yes\"}}]}]}",
	"invalid_blocks"},
    {"chat.update",
	"{\"channel\":\"D0ANN\",\"ts\":\"" TS_NONE "\",\"text\":\"b\"}",
	"message_not_found"},
    {"chat.update", "{\"channel\":\"D0ANN\",\"text\":\"b\"}",
	"invalid_arguments"},
    {"chat.update", "{\"channel\":\"D0ANN\",\"ts\":\"x\",\"text\":\"b\"}",
	"message_not_found"},
    {"chat.delete", "{\"channel\":\"D0ANN\",\"ts\":\"" TS_NONE "\"}",
	"message_not_found"},
    {"chat.postEphemeral", "{\"channel\":\"C0HELP\",\"text\":\"a\"}",
	"invalid_arguments"},
    {"chat.postEphemeral",
	"{\"channel\":\"C0HELP\",\"text\":\"a\",\"user\":\"U0NONE\"}",
	"user_not_in_channel"},
    {"chat.postEphemeral",
	"{\"channel\":\"D0ANN\",\"text\":\"a\",\"user\":\"U0BEN\"}",
	"user_not_in_channel"},
    {"chat.postEphemeral",
	"{\"channel\":\"C0HELP\",\"text\":\"a\",\"user\":\"U0BEN\"}", ""},
    {"chat.startStream", "{\"channel\":\"D0ANN\"}", "invalid_arguments"},
    {"chat.startStream",
	"{\"channel\":\"D0ANN\",\"thread_ts\":\"" TS_NONE "\"}",
	"thread_not_found"},
    {"chat.startStream",
	"{\"channel\":\"C0HELP\",\"thread_ts\":\"" TS_NONE "\"}",
	"missing_recipient_team_id"},
    {"chat.startStream",
	"{\"channel\":\"C0HELP\",\"thread_ts\":\"" TS_NONE
	"\",\"recipient_team_id\":\"T0TEST\"}",
	"missing_recipient_user_id"},
    {"chat.appendStream", "{\"channel\":\"D0ANN\",\"ts\":\"" TS_NONE "\"}",
	"no_text"},
    {"chat.appendStream",
	"{\"channel\":\"D0ANN\",\"ts\":\"" TS_NONE
	"\",\"markdown_text\":\"a\"}",
	"message_not_found"},
    {"chat.appendStream",
	"{\"channel\":\"D0ANN\",\"ts\":\"" TS_NONE
	"\",\"chunks\":[{\"type\":\"task_update\",\"id\":\"1\",\"title\":\"a\","
	"\"status\":\"late\"}]}",
	"invalid_chunks"},
    {"reactions.add",
	"{\"channel\":\"D0ANN\",\"timestamp\":\"" TS_NONE
	"\",\"name\":\":eyes:\"}",
	"invalid_name"},
    {"reactions.add",
	"{\"channel\":\"D0ANN\",\"timestamp\":\"now\",\"name\":\"eyes\"}",
	"bad_timestamp"},
    {"reactions.add",
	"{\"channel\":\"D0ANN\",\"timestamp\":\"" TS_NONE
	"\",\"name\":\"eyes\"}",
	"message_not_found"},
    {"assistant.threads.setStatus",
	"{\"channel_id\":\"D0ANN\",\"thread_ts\":\"" TS_NONE
	"\",\"status\":\"thinks\"}",
	"invalid_thread_ts"},
    {"conversations.open", "{}", "users_list_not_supplied"},
    {"conversations.open", "{\"users\":\"U0NONE\"}", "user_not_found"},
    {"conversations.open", "{\"users\":\"U0ANN\"}", ""},
    {"files.completeUploadExternal", "{\"files\":[{\"id\":\"F0NONE\"}]}",
	"file_not_found"},
    {"auth.test", "{}", ""},
    {"chat.meMessage", "{}", "unknown_method"},
};

static void
refuses_as_slack_does(void **state)
{
	char what[400];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(refusals); i++) {
		slack_call(refusals[i].method, refusals[i].json);
		(void)snprintf(what, sizeof(what), "%s %s", refusals[i].method,
		    refusals[i].json);
		assert_error(what, refusals[i].error);
	}
}

static void
says_which_argument(void **state)
{
	(void)state;
	slack_call("chat.postMessage", "{\"text\":\"a\"}");
	assert_string_equal(said("response_metadata.messages.0"),
	    "[ERROR] missing required field: channel");
	slack_call("chat.delete", "{\"channel\":\"D0ANN\",\"ts\":1.5}");
	assert_string_equal(said("response_metadata.messages.0"),
	    "[ERROR] must be a string [json-pointer:/ts]");
}

/* ---- how it is asked ----------------------------------------------------- */

static const char form_type[] = "application/x-www-form-urlencoded";
static const char json_utf8[] = "application/json; charset=utf-8";
static const char bearer[] = "Bearer " RIG_TOKEN;

static const struct {
	struct question q;
	const char *error;
} ways[] = {
    {{"POST", "/slack/api/auth.test", bearer, NULL, STR("")}, ""},
    {{"GET", "/slack/api/auth.test", bearer, NULL, STR("")}, ""},
    {{"POST", "/slack/api/auth.test", NULL, NULL, STR("")}, "not_authed"},
    {{"POST", "/slack/api/auth.test", "Bearer xoxb-other", NULL, STR("")},
	"invalid_auth"},
    {{"POST", "/slack/api/auth.test", NULL, form_type, STR("token=" RIG_TOKEN)},
	""},
    {{"POST", "/slack/api/chat.postMessage", bearer, form_type,
	 STR("channel=D0ANN&text=a%20b&unfurl_links=false")},
	""},
    {{"POST", "/slack/api/chat.postMessage", bearer, form_type,
	 STR("channel=D0ANN&blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D")},
	""},
    {{"POST", "/slack/api/chat.postMessage", bearer, form_type,
	 STR("channel=D0ANN&blocks=nonsense")},
	"invalid_arguments"},
    {{"POST", "/slack/api/chat.postMessage", bearer, form_type,
	 STR("channel=D0ANN&text=%zz")},
	"invalid_form_data"},
    {{"POST", "/slack/api/chat.postMessage", bearer, json_utf8, STR("{")},
	"invalid_json"},
    {{"POST", "/slack/api/chat.postMessage", bearer, json_utf8, STR("[]")},
	"json_not_object"},
    {{"POST", "/slack/api/chat.postMessage", bearer, json_utf8,
	 STR("{\"channel\":\"D0ANN\",\"channel\":\"C0HELP\"}")},
	"invalid_json"},
    {{"POST", "/slack/api/chat.postMessage", bearer,
	 "application/json; charset=latin9", STR("{}")},
	"invalid_charset"},
    {{"POST", "/slack/api/chat.postMessage", bearer, "text/xml", STR("<a/>")},
	"invalid_post_type"},
    {{"POST", "/slack/api/chat.postMessage", bearer, NULL, STR("a=b")},
	"missing_post_type"},
    {{"GET", "/slack/api/users.info?user=U0ANN", bearer, NULL, STR("")}, ""},
    {{"POST", "/slack/api/users.info", bearer, form_type, STR("user=U0ANN")},
	""},
    {{"POST", "/slack/api/users.info", bearer, json_utf8,
	 STR("{\"user\":\"U0ANN\"}")},
	"invalid_arguments"},
    {{"GET", "/slack/api/users.info?user=U0NONE", bearer, NULL, STR("")},
	"user_not_found"},
    {{"GET", "/slack/api/conversations.info?channel=C0HELP", bearer, NULL,
	 STR("")},
	""},
    {{"GET", "/slack/api/conversations.replies?channel=D0ANN", bearer, NULL,
	 STR("")},
	"invalid_arguments"},
    {{"GET", "/slack/api/conversations.replies?channel=D0ANN&ts=", bearer, NULL,
	 STR("")},
	"thread_not_found"},
    {{"GET", "/slack/api/conversations.history?channel=D0ANN&cursor=%21",
	 bearer, NULL, STR("")},
	"invalid_cursor"},
    {{"GET", "/slack/api/files.info?file=F0NONE", bearer, NULL, STR("")},
	"file_not_found"},
};

static void
minds_how_it_is_asked(void **state)
{
	char what[300];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(ways); i++) {
		rig_ask(&ways[i].q);
		(void)snprintf(what, sizeof(what), "%s %s %s", ways[i].q.method,
		    ways[i].q.path, ways[i].q.body.p);
		assert_error(what, ways[i].error);
	}
}

static void
warns_of_a_missing_charset(void **state)
{
	const struct question q = {"POST", "/slack/api/auth.test", bearer,
	    "application/json", STR("{}")};

	(void)state;
	rig_ask(&q);
	assert_error("auth.test", "");
	assert_string_equal(said("warning"), "missing_charset");
	slack_call("auth.test", "{}");
	assert_string_equal(said("warning"), "");
	assert_string_equal(said("user_id"), "U0BOT");
	assert_string_equal(said("bot_id"), "B0BOT");
	assert_string_equal(said("team_id"), "T0TEST");
}

static void
minds_scopes(void **state)
{
	const struct rig_setup setup = {
	    ",\"scopes\":[\"chat:write\"]", "", ",\"strict_rates\":false"};

	(void)state;
	rig_open_with(&setup);
	slack_call(
	    "chat.postMessage", "{\"channel\":\"D0ANN\",\"text\":\"a\"}");
	assert_error("chat.postMessage", "");
	slack_call("conversations.open", "{\"users\":\"U0ANN\"}");
	assert_error("conversations.open", "missing_scope");
	assert_string_equal(said("needed"), "im:write");
	assert_string_equal(said("provided"), "chat:write");
}

/* ---- sizes --------------------------------------------------------------- */

/* A call whose %s becomes n characters. */
static void
call_with(const char *method, const char *json, size_t n)
{
	char *text = malloc(n + 1);
	struct buf b = {0};

	assert_non_null(text);
	memset(text, 'x', n);
	text[n] = '\0';
	buf_addf(&b, json, text);
	buf_char(&b, '\0');
	slack_call(method, b.data);
	buf_free(&b);
	free(text);
}

static void
minds_sizes(void **state)
{
	static const struct {
		const char *method, *json;
		size_t fits;
		const char *error; /* of one more */
	} sizes[] = {
	    {"chat.postMessage",
		"{\"channel\":\"D0ANN\",\"markdown_text\":\"%s\"}", 12000,
		"msg_too_long"},
	    {"chat.postEphemeral",
		"{\"channel\":\"D0ANN\",\"user\":\"U0ANN\",\"text\":\"%s\"}",
		40000, "msg_too_long"},
	    {"chat.postMessage",
		"{\"channel\":\"D0ANN\",\"blocks\":[{\"type\":\"section\","
		"\"text\":{\"type\":\"mrkdwn\",\"text\":\"%s\"}}]}",
		3000, "invalid_blocks"},
	    {"chat.postMessage",
		"{\"channel\":\"D0ANN\",\"blocks\":[{\"type\":\"header\","
		"\"text\":{\"type\":\"plain_text\",\"text\":\"%s\"}}]}",
		150, "invalid_blocks"},
	    {"chat.postMessage",
		"{\"channel\":\"D0ANN\",\"blocks\":[{\"type\":\"markdown\","
		"\"text\":\"%s\"}]}",
		12000, "msg_blocks_too_long"},
	    {"chat.postMessage",
		"{\"channel\":\"D0ANN\",\"blocks\":[{\"type\":\"divider\","
		"\"block_id\":\"%s\"}]}",
		255, "invalid_blocks"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		call_with(sizes[i].method, sizes[i].json, sizes[i].fits);
		assert_error(sizes[i].json, "");
		call_with(sizes[i].method, sizes[i].json, sizes[i].fits + 1);
		assert_error(sizes[i].json, sizes[i].error);
	}
}

static void
cuts_long_texts_of_posts_only(void **state)
{
	char json[200], ts[20];

	(void)state;
	call_with("chat.postMessage", "{\"channel\":\"D0ANN\",\"text\":\"%s\"}",
	    40001);
	assert_error("40001 characters", "");
	assert_string_equal(said("warning"), "message_truncated");
	assert_int_equal(strlen(said("message.text")), 40000);
	(void)snprintf(ts, sizeof(ts), "%s", said("ts"));
	(void)snprintf(json, sizeof(json),
	    "{\"channel\":\"D0ANN\",\"ts\":\"%s\",\"text\":\"%%s\"}", ts);
	call_with("chat.update", json, 4000);
	assert_error("an update of 4000", "");
	call_with("chat.update", json, 4001);
	assert_error("an update of 4001", "msg_too_long");
}

static void
takes_fifty_blocks(void **state)
{
	unsigned n, i;

	(void)state;
	for (n = 50; n <= 51; n++) {
		struct buf b = {0};

		buf_str(&b, "{\"channel\":\"D0ANN\",\"blocks\":[");
		for (i = 0; i < n; i++)
			buf_addf(
			    &b, "%s{\"type\":\"divider\"}", i == 0 ? "" : ",");
		buf_str(&b, "]}");
		buf_char(&b, '\0');
		slack_call("chat.postMessage", b.data);
		buf_free(&b);
		assert_error("blocks", n == 50 ? "" : "invalid_blocks");
	}
}

/* ---- threads, changes, histories ----------------------------------------- */

static void
keeps_threads(void **state)
{
	char root[20], reply[20], json[200], path[200];

	(void)state;
	(void)snprintf(root, sizeof(root), "%s",
	    post("{\"channel\":\"C0HELP\",\"text\":\"root\"}"));
	(void)snprintf(json, sizeof(json),
	    "{\"channel\":\"C0HELP\",\"text\":\"reply\",\"thread_ts\":\"%s\"}",
	    root);
	(void)snprintf(reply, sizeof(reply), "%s", post(json));
	assert_string_equal(said("message.thread_ts"), root);
	(void)snprintf(json, sizeof(json),
	    "{\"channel\":\"C0HELP\",\"text\":\"no\",\"thread_ts\":\"%s\"}",
	    reply);
	post(json);
	assert_error("a reply to a reply", "cannot_reply_to_message");
	(void)snprintf(path, sizeof(path),
	    "/slack/api/conversations.replies?channel=C0HELP&ts=%s", root);
	rig_ask(&(struct question){"GET", path, bearer, NULL, STR("")});
	assert_error("replies", "");
	assert_string_equal(said("messages.0.text"), "root");
	assert_string_equal(said("messages.1.text"), "reply");
	assert_string_equal(said("messages.2.text"), "");
	assert_int_equal(said_number("messages.0.reply_count"), 1);
}

static void
changes_only_what_is_ours(void **state)
{
	char theirs[20], ours[20], json[200];

	(void)state;
	control(
	    "/control/slack/message", "{\"user\":\"U0ANN\",\"text\":\"mine\"}");
	(void)snprintf(theirs, sizeof(theirs), "%s", said("ts"));
	(void)snprintf(ours, sizeof(ours), "%s",
	    post("{\"channel\":\"D0ANN\",\"text\":\"a\",\"blocks\":["
		 "{\"type\":\"divider\"}]}"));
	(void)snprintf(json, sizeof(json),
	    "{\"channel\":\"D0ANN\",\"ts\":\"%s\",\"text\":\"b\"}", theirs);
	slack_call("chat.update", json);
	assert_error("their message", "cant_update_message");
	(void)snprintf(json, sizeof(json),
	    "{\"channel\":\"D0ANN\",\"ts\":\"%s\"}", theirs);
	slack_call("chat.delete", json);
	assert_error("their message", "cant_delete_message");
	(void)snprintf(json, sizeof(json),
	    "{\"channel\":\"D0ANN\",\"ts\":\"%s\",\"text\":\"b\"}", ours);
	slack_call("chat.update", json);
	assert_error("our message", "");
	assert_string_equal(said("message.text"), "b");
	assert_string_equal(said("message.blocks.0.type"), "");
	assert_string_equal(said("message.edited.user"), "U0BOT");
	(void)snprintf(
	    json, sizeof(json), "{\"channel\":\"D0ANN\",\"ts\":\"%s\"}", ours);
	slack_call("chat.delete", json);
	assert_error("our message", "");
	slack_call("chat.delete", json);
	assert_error("once more", "message_not_found");
}

static void
pages_through_a_history(void **state)
{
	char json[200], path[300], seen[8][20] = {{0}};
	unsigned i, n = 0;

	(void)state;
	for (i = 0; i < 5; i++) {
		(void)snprintf(json, sizeof(json),
		    "{\"channel\":\"D0BEN\",\"text\":\"%u\",\"metadata\":"
		    "{\"event_type\":\"m\",\"event_payload\":{\"row\":%u}}}",
		    i, i + 1);
		post(json);
	}
	(void)snprintf(path, sizeof(path),
	    "/slack/api/conversations.history?channel=D0BEN&limit=2"
	    "&include_all_metadata=true");
	for (;;) {
		rig_ask(&(struct question){"GET", path, bearer, NULL, STR("")});
		assert_error("history", "");
		for (i = 0; i < 2 && n < 8; i++) {
			(void)snprintf(
			    json, sizeof(json), "messages.%u.text", i);
			if (said(json)[0] != '\0')
				(void)snprintf(seen[n++], 20, "%s", said(json));
		}
		if (!said_number("has_more"))
			break;
		(void)snprintf(path, sizeof(path),
		    "/slack/api/conversations.history?channel=D0BEN&limit=2"
		    "&cursor=%s",
		    said("response_metadata.next_cursor"));
	}
	assert_int_equal(n, 5);
	for (i = 0; i < 5; i++)
		assert_int_equal(seen[i][0], '4' - (char)i);
}

static void
shows_metadata_when_asked(void **state)
{
	char path[200],
	    json[] =
		"{\"channel\":\"D0ANN\",\"text\":\"a\",\"metadata\":"
		"{\"event_type\":\"m\",\"event_payload\":{\"row\":\"17\"}}}";

	(void)state;
	(void)snprintf(path, sizeof(path),
	    "/slack/api/conversations.replies?channel=D0ANN&ts=%s"
	    "&include_all_metadata=true",
	    post(json));
	rig_ask(&(struct question){"GET", path, bearer, NULL, STR("")});
	assert_string_equal(
	    said("messages.0.metadata.event_payload.row"), "17");
	*strstr(path, "&include") = '\0';
	rig_ask(&(struct question){"GET", path, bearer, NULL, STR("")});
	assert_string_equal(said("messages.0.metadata.event_type"), "");
	control("/control/effects", NULL);
	assert_int_equal(said_number("effects.0.row"), 17);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_open, rig_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(refuses_as_slack_does),
	    A_TEST(says_which_argument),
	    A_TEST(minds_how_it_is_asked),
	    A_TEST(warns_of_a_missing_charset),
	    cmocka_unit_test_teardown(minds_scopes, rig_close),
	    A_TEST(minds_sizes),
	    A_TEST(cuts_long_texts_of_posts_only),
	    A_TEST(takes_fifty_blocks),
	    A_TEST(keeps_threads),
	    A_TEST(changes_only_what_is_ours),
	    A_TEST(pages_through_a_history),
	    A_TEST(shows_metadata_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
