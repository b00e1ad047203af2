/*
 * slack_call: the request of each job, word for word; where the token goes and
 * where it does not.
 */
#include "tests/channels/slack_rig.h"

#define THREAD \
	"{\"channel\":\"C0HELP\",\"thread_ts\":\"1700000000.000100\"," \
	"\"user\":\"U0ANN\",\"team\":\"T2\"}"
#define DIRECT "{\"channel\":\"D0ANN\",\"user\":\"U0ANN\",\"team\":\"T1\"}"
#define COMMAND \
	"{\"channel\":\"C0HELP\",\"user\":\"U0ANN\",\"team\":\"T1\"," \
	"\"response_url\":\"https://hooks.slack.com/commands/1\"," \
	"\"hidden\":true,\"until\":1700000101000}"
#define TO(place, text) "{\"to\":" place ",\"text\":\"" text "\"}"
#define BUTTONS(place) \
	"{\"to\":" place ",\"text\":\"Well?\",\"buttons\":[" \
	"{\"text\":\"Yes\",\"value\":\"y\"},{\"text\":\"No\"}]}"
#define API "https://slack.com/api/"

/* ---- requests ----------------------------------------------------------- */

static const struct {
	const char *name;
	enum job_kind kind;
	const char *payload, *state;
	const char *method, *url, *body;
} requests[] = {
    {"an answer in a thread", JOB_SEND, TO(THREAD, "**Yes** & <no>"), "",
	"POST", API "chat.postMessage",
	"{\"channel\":\"C0HELP\",\"thread_ts\":\"1700000000.000100\","
	"\"text\":\"*Yes* &amp; &lt;no&gt;\",\"unfurl_links\":false,"
	"\"unfurl_media\":false,\"metadata\":{\"event_type\":"
	"\"frontdesk_answer\",\"event_payload\":{\"row\":42}}}"},
    {"an answer in a direct message", JOB_SEND, TO(DIRECT, "Yes"), "", "POST",
	API "chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"Yes\",\"unfurl_links\":false,"
	"\"unfurl_media\":false,\"metadata\":{\"event_type\":"
	"\"frontdesk_answer\",\"event_payload\":{\"row\":42}}}"},
    {"of marks alone", JOB_SEND, TO(DIRECT, "|---|"), "", "POST",
	API "chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"|---|\",\"unfurl_links\":false,"
	"\"unfurl_media\":false,\"metadata\":{\"event_type\":"
	"\"frontdesk_answer\",\"event_payload\":{\"row\":42}}}"},
    {"with buttons", JOB_SEND, BUTTONS(DIRECT), "", "POST",
	API "chat.postMessage",
	"{\"channel\":\"D0ANN\",\"text\":\"Well?\",\"unfurl_links\":false,"
	"\"unfurl_media\":false,\"blocks\":[{\"type\":\"section\","
	"\"text\":{\"type\":\"mrkdwn\",\"text\":\"Well?\"}},"
	"{\"type\":\"actions\",\"elements\":[{\"type\":\"button\","
	"\"action_id\":\"answer_0\",\"text\":{\"type\":\"plain_text\","
	"\"text\":\"Yes\"},\"value\":\"y\"},{\"type\":\"button\","
	"\"action_id\":\"answer_1\",\"text\":{\"type\":\"plain_text\","
	"\"text\":\"No\"},\"value\":\"No\"}]}],\"metadata\":{\"event_type\":"
	"\"frontdesk_answer\",\"event_payload\":{\"row\":42}}}"},
    {"to a command", JOB_SEND, TO(COMMAND, "Yes"), "", "POST",
	"https://hooks.slack.com/commands/1",
	"{\"response_type\":\"ephemeral\",\"text\":\"Yes\"}"},
    {"to a command whose URL is used up", JOB_SEND, TO(COMMAND, "Yes"),
	"ephemeral", "POST", API "chat.postEphemeral",
	"{\"channel\":\"C0HELP\",\"user\":\"U0ANN\",\"text\":\"Yes\"}"},
    {"was it posted in the thread?", JOB_LOOKUP, TO(THREAD, "Yes"), "", "GET",
	API "conversations.replies?channel=C0HELP&ts=1700000000.000100"
	    "&oldest=1699999140.000000&limit=100&include_all_metadata=true",
	""},
    {"was it posted there? page 2", JOB_LOOKUP, TO(DIRECT, "Yes"),
	"list 1 dXNlcjo=&x", "GET",
	API "conversations.history?channel=D0ANN&oldest=1699999140.000000"
	    "&limit=100&include_all_metadata=true&cursor=dXNlcjo%3D%26x",
	""},
    {"what came in a direct message", JOB_BACKFILL, "T1:D0ANN", "", "GET",
	API "conversations.history?channel=D0ANN&oldest=1699990000.500000"
	    "&limit=100",
	""},
    {"the same by its reply", JOB_BACKFILL, DIRECT, "", "GET",
	API "conversations.history?channel=D0ANN&oldest=1699990000.500000"
	    "&limit=100",
	""},
    {"what came in a thread", JOB_BACKFILL, "T1:C0HELP:1700000000.000100",
	"list 3 abc", "GET",
	API "conversations.replies?channel=C0HELP&ts=1700000000.000100"
	    "&oldest=1699990000.500000&limit=100&cursor=abc",
	""},
    {"what came in a channel", JOB_BACKFILL, "T1:C0HELP", "", "GET",
	API "conversations.history?channel=C0HELP&oldest=1699990000.500000"
	    "&limit=100",
	""},
    {"a file", JOB_FETCH,
	"{\"id\":\"F1\",\"url\":\"https://files.slack.com/a\",\"size\":7}", "",
	"GET", "https://files.slack.com/a", ""},
    {"a file that must be asked for", JOB_FETCH, "{\"id\":\"F1\",\"size\":7}",
	"", "GET", API "files.info?file=F1", ""},
    {"a file that was asked for", JOB_FETCH, "{\"id\":\"F1\",\"size\":7}",
	"url https://files.slack.com/b", "GET", "https://files.slack.com/b",
	""},
    {"somebody writes", JOB_TYPING, THREAD, "", "POST",
	API "assistant.threads.setStatus",
	"{\"channel_id\":\"C0HELP\",\"thread_ts\":\"1700000000.000100\","
	"\"status\":\"is writing\xe2\x80\xa6\"}"},
    {"is the account well?", JOB_CHECK, "", "", "POST", API "auth.test", ""},
};

static void
test_requests(void **state)
{
	struct slack_rig r;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(requests); i++) {
		struct job job = slack_rig_job(&r, requests[i].kind);

		job.payload = str_from(requests[i].payload);
		job.state = str_from(requests[i].state);
		job.since = INT64_C(1699990000500);
		if (slack_rig_call(&r, &job) != OK)
			fail_msg("%s: none", requests[i].name);
		assert_string_equal(r.call.method, requests[i].method);
		expect_text(r.call.url, requests[i].url);
		expect_text(r.call.body, requests[i].body);
	}
	slack_rig_close(&r);
}

/* Who has no name is asked for first; then the message goes out. */
static void
test_nameless(void **state)
{
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	job = slack_rig_job(&r, JOB_SEND);
	job.payload = STR("{\"to\":{\"channel\":\"C0HELP\",\"user\":\"U0ANN\"},"
			  "\"text\":\"Hello.\"}");
	job.nameless = true;
	assert_int_equal(slack_rig_call(&r, &job), OK);
	assert_string_equal(r.call.method, "GET");
	expect_text(r.call.url, API "users.info?user=U0ANN");
	job.state = STR("who Ann Marsh");
	assert_int_equal(slack_rig_call(&r, &job), OK);
	expect_text(r.call.url, API "chat.postMessage");
	job.state = STR("");
	job.payload = STR(
	    "{\"to\":{\"channel\":\"C0HELP\"},\"text\":\"Hello.\"}");
	assert_int_equal(slack_rig_call(&r, &job), OK);
	expect_text(r.call.url, API "chat.postMessage");
	slack_rig_close(&r);
}

/* ---- headers ------------------------------------------------------------ */

static void
expect_headers(const struct slack_rig *r, const char *first, const char *second)
{
	const char *const want[] = {first, second};
	unsigned n = second != NULL ? 2 : 1, i;

	assert_int_equal(r->call.header_count, n);
	for (i = 0; i < n; i++)
		expect_text(r->call.headers[i], want[i]);
}

#define BEARER "Authorization: Bearer xoxb-test"
#define AS_JSON "Content-Type: application/json; charset=utf-8"

static void
test_headers(void **state)
{
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	job = slack_rig_job(&r, JOB_SEND);
	job.payload = STR(TO(DIRECT, "Yes"));
	assert_int_equal(slack_rig_call(&r, &job), OK);
	expect_headers(&r, BEARER, AS_JSON);
	assert_false(r.call.follow);
	/* A response URL is asked without the token. */
	job.payload = STR(TO(COMMAND, "Yes"));
	assert_int_equal(slack_rig_call(&r, &job), OK);
	expect_headers(&r, AS_JSON, NULL);
	assert_true(r.call.public_only);
	assert_false(r.call.follow);
	job = slack_rig_job(&r, JOB_FETCH);
	job.payload = STR("{\"id\":\"F1\",\"size\":7,"
			  "\"url\":\"https://files.slack.com/a\"}");
	assert_int_equal(slack_rig_call(&r, &job), OK);
	expect_headers(&r, BEARER, NULL);
	assert_true(r.call.public_only);
	assert_int_equal(r.call.answer_max, 7);
	slack_rig_close(&r);
}

static void
test_bad_token(void **state)
{
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	r.account.token = STR("xoxb-1\r\nHost: evil.example");
	job = slack_rig_job(&r, JOB_CHECK);
	assert_int_equal(slack_rig_call(&r, &job), E_DENIED);
	assert_int_equal(r.outcome.kind, OUTCOME_BLOCKED);
	slack_rig_close(&r);
}

/* ---- none --------------------------------------------------------------- */

static const struct {
	const char *name;
	enum job_kind kind;
	const char *payload;
	enum outcome_kind instead;
	const char *code; /* NULL: none */
} none[] = {
    {"a payload that is none", JOB_SEND, "{}", OUTCOME_NEVER, "bad_payload"},
    {"no JSON", JOB_SEND, "x", OUTCOME_NEVER, "bad_payload"},
    {"a channel that is none", JOB_SEND, TO("{\"channel\":\"C0/../x\"}", "x"),
	OUTCOME_NEVER, "bad_payload"},
    {"hidden from nobody", JOB_SEND,
	TO("{\"channel\":\"C0HELP\",\"hidden\":true}", "x"), OUTCOME_NEVER,
	"bad_payload"},
    {"was it seen by one user?", JOB_LOOKUP, TO(COMMAND, "x"), OUTCOME_NEVER,
	"not_listed"},
    {"what came by a command", JOB_BACKFILL, "T1:C0HELP:/U0ANN", OUTCOME_OK,
	NULL},
    {"no address", JOB_BACKFILL, "nowhere", OUTCOME_NEVER, "bad_payload"},
    {"typing without a thread", JOB_TYPING, DIRECT, OUTCOME_OK, NULL},
    {"typing to a command", JOB_TYPING, COMMAND, OUTCOME_OK, NULL},
    {"typing nowhere", JOB_TYPING, "", OUTCOME_OK, NULL},
    {"another's file", JOB_FETCH,
	"{\"id\":\"F1\",\"url\":\"https://evil.example/a\"}", OUTCOME_NEVER,
	"file_elsewhere"},
    {"a file without TLS", JOB_FETCH,
	"{\"id\":\"F1\",\"url\":\"http://files.slack.com/a\"}", OUTCOME_NEVER,
	"file_elsewhere"},
    {"a file of a name like Slack's", JOB_FETCH,
	"{\"id\":\"F1\",\"url\":\"https://evilslack.com/a\"}", OUTCOME_NEVER,
	"file_elsewhere"},
    {"a file behind a user", JOB_FETCH,
	"{\"id\":\"F1\",\"url\":\"https://files.slack.com@evil.example/a\"}",
	OUTCOME_NEVER, "file_elsewhere"},
    {"a file behind a backslash", JOB_FETCH,
	"{\"id\":\"F1\",\"url\":\"https://evil.example\\\\.slack.com/a\"}",
	OUTCOME_NEVER, "file_elsewhere"},
    {"a huge file", JOB_FETCH,
	"{\"id\":\"F1\",\"url\":\"https://files.slack.com/a\","
	"\"size\":99999999}",
	OUTCOME_NEVER, "file_too_big"},
    {"a file behind a line break", JOB_FETCH,
	"{\"id\":\"F1\",\"url\":\"https://files.slack.com/a\\r\\nb\"}",
	OUTCOME_NEVER, "file_elsewhere"},
    {"no file", JOB_FETCH, "{}", OUTCOME_NEVER, "bad_payload"},
};

static void
test_none(void **state)
{
	struct slack_rig r;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(none); i++) {
		struct job job = slack_rig_job(&r, none[i].kind);

		job.payload = str_from(none[i].payload);
		if (slack_rig_call(&r, &job) != E_DENIED)
			fail_msg("%s: %.*s", none[i].name, STR_FMT(r.call.url));
		assert_int_equal(r.outcome.kind, none[i].instead);
		expect_text(
		    r.outcome.code, none[i].code == NULL ? "" : none[i].code);
	}
	slack_rig_close(&r);
}

/* ---- an api of its own -------------------------------------------------- */

static void
test_own_api(void **state)
{
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	r.doc.api = STR("http://127.0.0.1:8090/slack/api");
	job = slack_rig_job(&r, JOB_SEND);
	job.payload = STR(TO(DIRECT, "Yes"));
	assert_int_equal(slack_rig_call(&r, &job), OK);
	expect_text(
	    r.call.url, "http://127.0.0.1:8090/slack/api/chat.postMessage");
	job = slack_rig_job(&r, JOB_FETCH);
	job.payload = STR("{\"id\":\"F1\",\"url\":"
			  "\"http://127.0.0.1:8090/slack/files/F1/a\"}");
	assert_int_equal(slack_rig_call(&r, &job), OK);
	assert_int_equal(r.call.answer_max, SLACK_FILE_MAX);
	job.payload = STR("{\"id\":\"F1\",\"url\":"
			  "\"http://127.0.0.1:80901/slack/files/F1/a\"}");
	assert_int_equal(slack_rig_call(&r, &job), E_DENIED);
	slack_rig_close(&r);
}

/* Half an hour later Slack no longer takes an answer there. */
static void
test_old_command(void **state)
{
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	job = slack_rig_job(&r, JOB_SEND);
	job.payload = STR(TO(COMMAND, "Yes"));
	job.now = INT64_C(1700000100999);
	assert_int_equal(slack_rig_call(&r, &job), OK);
	expect_text(r.call.url, "https://hooks.slack.com/commands/1");
	job.now = INT64_C(1700000101000);
	assert_int_equal(slack_rig_call(&r, &job), OK);
	expect_text(r.call.url, API "chat.postEphemeral");
	slack_rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests),
	    cmocka_unit_test(test_nameless),
	    cmocka_unit_test(test_headers),
	    cmocka_unit_test(test_bad_token),
	    cmocka_unit_test(test_none),
	    cmocka_unit_test(test_own_api),
	    cmocka_unit_test(test_old_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
