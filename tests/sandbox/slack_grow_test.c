/* Streams, files and response URLs of Slack: what has a life of its own. */
#include "tests/sandbox/rig.h"

#include <stdio.h>
#include <string.h>

static const char bearer[] = "Bearer " RIG_TOKEN;
static char root[20];

/* A message to reply to. */
static void
write_root(const char *channel)
{
	char json[120];

	(void)snprintf(json, sizeof(json),
	    "{\"user\":\"U0ANN\",\"channel\":\"%s\",\"text\":\"hm?\"}",
	    channel);
	control("/control/slack/message", json);
	(void)snprintf(root, sizeof(root), "%s", said("ts"));
}

/* json with its one or two %s filled in. */
static void
call(const char *method, const char *json, const char *a, const char *b)
{
	char text[600];

	(void)snprintf(text, sizeof(text), json, a, b);
	slack_call(method, text);
}

static void
start(char ts[20])
{
	write_root("D0ANN");
	call("chat.startStream",
	    "{\"channel\":\"D0ANN\",\"thread_ts\":\"%s\",\"markdown_text\":"
	    "\"We \"}%s",
	    root, "");
	assert_error("start", "");
	(void)snprintf(ts, 20, "%s", said("ts"));
}

#define APPEND "{\"channel\":\"D0ANN\",\"ts\":\"%s\",\"markdown_text\":\"%s\"}"
#define STOP "{\"channel\":\"D0ANN\",\"ts\":\"%s\",\"markdown_text\":\"%s\"}"

/* ---- streams ------------------------------------------------------------- */

static void
grows_a_stream(void **state)
{
	char ts[20];

	(void)state;
	start(ts);
	call("chat.appendStream", APPEND, ts, "open ");
	assert_error("append", "");
	call("chat.appendStream",
	    "{\"channel\":\"D0ANN\",\"ts\":\"%s\",\"chunks\":[{\"type\":"
	    "\"markdown_text\",\"text\":\"at \"},{\"type\":\"task_update\","
	    "\"id\":\"1\",\"title\":\"look\",\"status\":\"complete\"}]}%s",
	    ts, "");
	assert_error("append chunks", "");
	call("chat.update",
	    "{\"channel\":\"D0ANN\",\"ts\":\"%s\",\"text\":\"%s\"}", ts, "no");
	assert_error("update of a stream", "streaming_state_conflict");
	call("chat.stopStream",
	    "{\"channel\":\"D0ANN\",\"ts\":\"%s\",\"markdown_text\":\"8\","
	    "\"metadata\":{\"event_type\":\"m\",\"event_payload\":"
	    "{\"row\":5}}}%s",
	    ts, "");
	assert_error("stop", "");
	assert_string_equal(said("message.text"), "We open at 8");
	assert_string_equal(said("message.streaming_state"), "completed");
	call("chat.appendStream", APPEND, ts, "more");
	assert_error("after the stop", "message_not_in_streaming_state");
	call("chat.update",
	    "{\"channel\":\"D0ANN\",\"ts\":\"%s\",\"text\":\"%s\"}", ts, "9");
	assert_error("update after the stop", "");
	control("/control/effects", NULL);
	assert_string_equal(said("effects.3.kind"), "stream");
	assert_string_equal(said("effects.3.text"), "We open at 8");
	assert_int_equal(said_number("effects.3.row"), 5);
}

static void
ends_a_stream_in_time(void **state)
{
	char ts[20];

	(void)state;
	start(ts);
	rig_ahead(4 * 60000 + 50000);
	call("chat.appendStream", APPEND, ts, "still ");
	assert_error("before five minutes", "");
	rig_ahead(11000);
	call("chat.appendStream", APPEND, ts, "more");
	assert_error("after five minutes", "message_not_in_streaming_state");
	call("chat.stopStream", STOP, ts, "");
	assert_error("after five minutes", "message_not_in_streaming_state");
}

static void
lets_people_stop_a_stream(void **state)
{
	char ts[20], json[100];
	json_t *event;
	unsigned before;

	(void)state;
	start(ts);
	rig_settle();
	before = rig_hooks();
	(void)snprintf(
	    json, sizeof(json), "{\"channel\":\"D0ANN\",\"ts\":\"%s\"}", ts);
	control("/control/slack/stop", json);
	event = hook_json(rig_hook(before), NULL);
	assert_string_equal(
	    json_path(event, "event.type"), "agent_session_stopped");
	assert_string_equal(
	    json_path(event, "event.streaming_message_ts.0"), ts);
	json_decref(event);
	call("chat.appendStream", APPEND, ts, "more");
	assert_error("after the person's stop", "stopped_by_user");
}

static void
wants_a_recipient_in_channels(void **state)
{
	(void)state;
	write_root("C0HELP");
	call("chat.startStream",
	    "{\"channel\":\"C0HELP\",\"thread_ts\":\"%s\","
	    "\"recipient_team_id\":\"T0TEST\",\"recipient_user_id\":"
	    "\"U0NONE\"}%s",
	    root, "");
	assert_error("nobody", "user_not_found");
	call("chat.startStream",
	    "{\"channel\":\"C0HELP\",\"thread_ts\":\"%s\","
	    "\"recipient_team_id\":\"T0TEST\",\"recipient_user_id\":"
	    "\"U0ANN\"}%s",
	    root, "");
	assert_error("Ann", "");
}

/* ---- reactions and the status --------------------------------------------- */

static void
keeps_reactions_and_the_status(void **state)
{
	(void)state;
	write_root("D0ANN");
	call("reactions.add",
	    "{\"channel\":\"D0ANN\",\"timestamp\":\"%s\",\"name\":\"%s\"}",
	    root, "eyes");
	assert_error("eyes", "");
	call("reactions.add",
	    "{\"channel\":\"D0ANN\",\"timestamp\":\"%s\",\"name\":\"%s\"}",
	    root, "eyes");
	assert_error("again", "already_reacted");
	call("reactions.remove",
	    "{\"channel\":\"D0ANN\",\"timestamp\":\"%s\",\"name\":\"%s\"}",
	    root, "wave");
	assert_error("another", "no_reaction");
	call("reactions.remove",
	    "{\"channel\":\"D0ANN\",\"timestamp\":\"%s\",\"name\":\"%s\"}",
	    root, "eyes");
	assert_error("eyes away", "");
	call("assistant.threads.setStatus",
	    "{\"channel_id\":\"D0ANN\",\"thread_ts\":\"%s\",\"status\":\"%s\"}",
	    root, "is thinking");
	assert_error("status", "");
	control("/control/slack/view?channel=D0ANN", NULL);
	assert_string_equal(said("status"), "is thinking");
	rig_ahead(121000);
	control("/control/slack/view?channel=D0ANN", NULL);
	assert_string_equal(said("status"), "");
}

/* ---- files ---------------------------------------------------------------- */

static const char *
path_of(const char *url)
{
	const char *slash = strchr(url + 7, '/');

	assert_non_null(slash);
	return slash;
}

static void
takes_uploads(void **state)
{
	char path[200], id[20], json[200];
	const struct question ask = {"GET",
	    "/slack/api/files.getUploadURLExternal?filename=a.txt&length=5",
	    bearer, NULL, STR("")};
	struct question put = {
	    "POST", path, NULL, "application/octet-stream", STR("hello")};

	(void)state;
	rig_ask(&ask);
	assert_error("the address", "");
	(void)snprintf(path, sizeof(path), "%s", path_of(said("upload_url")));
	(void)snprintf(id, sizeof(id), "%s", said("file_id"));
	(void)snprintf(json, sizeof(json),
	    "{\"files\":[{\"id\":\"%s\",\"title\":\"A\"}],\"channel_id\":"
	    "\"D0ANN\",\"initial_comment\":\"here\"}",
	    id);
	slack_call("files.completeUploadExternal", json);
	assert_error("before the bytes", "file_not_found");
	put.body = STR("hell");
	assert_int_equal(rig_ask(&put)->status, 400);
	put.body = STR("hello");
	assert_int_equal(rig_ask(&put)->status, 200);
	assert_int_equal(rig_ask(&put)->status, 404);
	slack_call("files.completeUploadExternal", json);
	assert_error("complete", "");
	assert_string_equal(said("files.0.title"), "A");
	control("/control/effects", NULL);
	assert_string_equal(said("effects.0.kind"), "upload");
	assert_string_equal(said("effects.0.text"), "here");
}

static void
takes_multipart(void **state)
{
	static const char body[] =
	    "--xyz\r\nContent-Disposition: form-data; name=\"file\"; "
	    "filename=\"a.txt\"\r\n\r\nhello\r\n--xyz--\r\n";
	const struct question ask = {"GET",
	    "/slack/api/files.getUploadURLExternal?filename=a.txt&length=5",
	    bearer, NULL, STR("")};
	char path[200];
	const struct question put = {"POST", path, NULL,
	    "multipart/form-data; boundary=xyz", {body, sizeof(body) - 1}};

	(void)state;
	rig_ask(&ask);
	(void)snprintf(path, sizeof(path), "%s", path_of(said("upload_url")));
	assert_int_equal(rig_ask(&put)->status, 200);
}

static void
shows_files_to_its_token_only(void **state)
{
	char path[200];
	struct question get = {"GET", path, bearer, NULL, STR("")};
	json_t *event;

	(void)state;
	control("/control/slack/message",
	    "{\"user\":\"U0ANN\",\"text\":\"look\",\"files\":[{\"name\":"
	    "\"a b.png\",\"type\":\"image/png\",\"base64\":\"aGVsbG8=\"}]}");
	event = hook_json(rig_hook(0), NULL);
	assert_string_equal(json_path(event, "event.subtype"), "file_share");
	assert_string_equal(
	    json_path(event, "event.files.0.mimetype"), "image/png");
	(void)snprintf(path, sizeof(path), "%s",
	    path_of(json_path(event, "event.files.0.url_private")));
	json_decref(event);
	assert_int_equal(rig_ask(&get)->body.n, 5);
	get.auth = "Bearer xoxb-other";
	assert_int_equal(rig_ask(&get)->status, 200);
	assert_non_null(strstr(rig_ask(&get)->head, "text/html"));
}

/* ---- response URLs --------------------------------------------------------- */

static const char *
new_response_url(void)
{
	static char path[200];
	unsigned before = rig_hooks();

	control("/control/slack/command",
	    "{\"user\":\"U0ANN\",\"channel\":\"C0HELP\",\"command\":\"/ai\","
	    "\"text\":\"a < b\"}");
	(void)snprintf(path, sizeof(path), "%s",
	    path_of(hook_field(rig_hook(before), "response_url")));
	return path;
}

static void
answers_five_times(void **state)
{
	const struct question q = {"POST", new_response_url(), NULL,
	    "application/json", STR("{\"text\":\"later\"}")};
	unsigned i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_int_equal(rig_ask(&q)->status, 200);
	assert_int_equal(rig_ask(&q)->status, 404);
	assert_string_equal(said("error"), "used_url");
	control("/control/effects", NULL);
	assert_string_equal(said("effects.4.kind"), "respond");
	assert_string_equal(said("effects.4.text"), "later");
	assert_string_equal(said("effects.4.user"), "U0ANN");
	assert_string_equal(said("effects.5.kind"), "");
}

static void
answers_for_half_an_hour(void **state)
{
	struct question q = {"POST", new_response_url(), NULL,
	    "application/json", STR("{\"text\":\"later\"}")};

	(void)state;
	q.type = "application/x-www-form-urlencoded";
	assert_int_equal(rig_ask(&q)->status, 400);
	q.type = "application/json";
	rig_ahead(29 * 60000);
	assert_int_equal(rig_ask(&q)->status, 200);
	rig_ahead(2 * 60000);
	assert_int_equal(rig_ask(&q)->status, 404);
	assert_string_equal(said("error"), "expired_url");
}

/* ---- rates ------------------------------------------------------------------ */

static void
minds_its_rates(void **state)
{
	unsigned taken = 0;

	(void)state;
	while (taken < 50) {
		slack_call("chat.postMessage",
		    "{\"channel\":\"D0ANN\",\"text\":\"again\"}");
		if (!said_number("ok"))
			break;
		taken++;
	}
	assert_int_equal(taken, 5);
	assert_string_equal(said("error"), "ratelimited");
	assert_non_null(strstr(
	    rig_ask(&(struct question){"POST", "/slack/api/chat.postMessage",
			bearer, "application/x-www-form-urlencoded",
			STR("channel=D0ANN&text=again")})
		->head,
	    "Retry-After: 1\r\n"));
	slack_call(
	    "chat.postMessage", "{\"channel\":\"D0BEN\",\"text\":\"a\"}");
	assert_error("another channel", "");
	rig_ahead(1000);
	slack_call(
	    "chat.postMessage", "{\"channel\":\"D0ANN\",\"text\":\"a\"}");
	assert_error("a second later", "");
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_open, rig_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(grows_a_stream),
	    A_TEST(ends_a_stream_in_time),
	    A_TEST(lets_people_stop_a_stream),
	    A_TEST(wants_a_recipient_in_channels),
	    A_TEST(keeps_reactions_and_the_status),
	    A_TEST(takes_uploads),
	    A_TEST(takes_multipart),
	    A_TEST(shows_files_to_its_token_only),
	    A_TEST(answers_five_times),
	    A_TEST(answers_for_half_an_hour),
	    cmocka_unit_test_setup_teardown(
		minds_its_rates, rig_open_strict, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
