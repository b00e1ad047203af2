/*
 * slack_result: what each answer of Slack's means, for a message that goes
 * out, for lists, files and the rest.
 */
#include "tests/channels/slack_rig.h"

#include <stdio.h>

#define THREAD \
	"{\"channel\":\"C0HELP\",\"thread_ts\":\"1700000000.000100\"," \
	"\"user\":\"U0ANN\",\"team\":\"T1\"}"
#define COMMAND \
	"{\"channel\":\"C0HELP\",\"user\":\"U0ANN\",\"team\":\"T1\"," \
	"\"response_url\":\"https://hooks.slack.com/commands/1\"," \
	"\"hidden\":true,\"until\":1700009999000}"
#define TO(place) "{\"to\":" place ",\"text\":\"Yes\"}"

static struct job
sending(const struct slack_rig *r)
{
	struct job job = slack_rig_job(r, JOB_SEND);

	job.payload = STR(TO(THREAD));
	return job;
}

/* ---- codes -------------------------------------------------------------- */

static const struct {
	const char *code;
	enum outcome_kind send;
	enum outcome_scope scope;
	enum outcome_kind lookup; /* the same code of a list */
} codes[] = {
    {"ratelimited", OUTCOME_LATER, SCOPE_ACCOUNT, OUTCOME_LATER},
    {"rate_limited", OUTCOME_LATER, SCOPE_RECIPIENT, OUTCOME_LATER},
    {"message_limit_exceeded", OUTCOME_LATER, SCOPE_ACCOUNT, OUTCOME_LATER},
    {"service_unavailable", OUTCOME_LATER, SCOPE_ROW, OUTCOME_LATER},
    {"request_timeout", OUTCOME_LATER, SCOPE_ROW, OUTCOME_LATER},
    {"team_added_to_org", OUTCOME_LATER, SCOPE_ACCOUNT, OUTCOME_LATER},
    {"org_login_required", OUTCOME_LATER, SCOPE_ACCOUNT, OUTCOME_LATER},
    {"update_failed", OUTCOME_LATER, SCOPE_ROW, OUTCOME_LATER},
    {"messaging_processing_failed", OUTCOME_LATER, SCOPE_ROW, OUTCOME_LATER},
    {"invalid_cursor", OUTCOME_LATER, SCOPE_ROW, OUTCOME_LATER},
    {"external_channel_migrating", OUTCOME_LATER, SCOPE_RECIPIENT,
	OUTCOME_LATER},
    /* It may be there. */
    {"internal_error", OUTCOME_DOUBT, SCOPE_ROW, OUTCOME_LATER},
    {"fatal_error", OUTCOME_DOUBT, SCOPE_ROW, OUTCOME_LATER},
    {"invalid_auth", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_BLOCKED},
    {"not_authed", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_BLOCKED},
    {"account_inactive", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_BLOCKED},
    {"token_revoked", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_BLOCKED},
    {"token_expired", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_BLOCKED},
    {"team_access_not_granted", OUTCOME_BLOCKED, SCOPE_ACCOUNT,
	OUTCOME_BLOCKED},
    {"ekm_access_denied", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_BLOCKED},
    {"access_denied", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_BLOCKED},
    /* A list that may not be read stops no message. */
    {"missing_scope", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_NEVER},
    {"not_allowed_token_type", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_NEVER},
    {"two_factor_setup_required", OUTCOME_BLOCKED, SCOPE_ACCOUNT,
	OUTCOME_NEVER},
    {"accesslimited", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_NEVER},
    {"method_deprecated", OUTCOME_BLOCKED, SCOPE_ACCOUNT, OUTCOME_NEVER},
    {"no_permission", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"restricted_action", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"restricted_action_thread_locked", OUTCOME_NEVER, SCOPE_ROW,
	OUTCOME_NEVER},
    {"messages_tab_disabled", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"channel_not_found", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"not_in_channel", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"is_archived", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"user_not_found", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"user_disabled", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"cannot_reply_to_message", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"thread_not_found", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"message_not_found", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"cant_update_message", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"edit_window_closed", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"invalid_arguments", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"invalid_blocks", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"invalid_blocks_format", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"invalid_chunks", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"no_text", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"msg_too_long", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"msg_blocks_too_long", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"msg_blocks_too_many", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"too_many_attachments", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"markdown_text_conflict", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"invalid_post_type", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"invalid_form_data", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"metadata_too_large", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
    {"already_reacted", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_OK},
    {"a_code_of_next_year", OUTCOME_NEVER, SCOPE_ROW, OUTCOME_NEVER},
};

static void
test_codes(void **state)
{
	const struct outcome *o;
	struct slack_rig r;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(codes); i++) {
		struct job job = sending(&r);

		o = slack_rig_result(
		    &r, &job, 200, slack_rig_failure(&r, codes[i].code));
		if (o->kind != codes[i].send || o->scope != codes[i].scope)
			fail_msg("%s: %d, %d", codes[i].code, (int)o->kind,
			    (int)o->scope);
		expect_text(o->code, codes[i].code);
		assert_true(o->kind == OUTCOME_OK || o->reason.n > 10);
		job.kind = JOB_LOOKUP;
		o = slack_rig_result(
		    &r, &job, 200, slack_rig_failure(&r, codes[i].code));
		if (o->kind != codes[i].lookup || o->scope != SCOPE_ROW)
			fail_msg(
			    "%s, looked up: %d", codes[i].code, (int)o->kind);
	}
	slack_rig_close(&r);
}

static void
test_needed(void **state)
{
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	job = sending(&r);
	slack_rig_result(&r, &job, 200,
	    "{\"ok\":false,\"error\":\"missing_scope\","
	    "\"needed\":\"chat:write\",\"provided\":\"commands\"}");
	expect_holds(r.outcome.reason, "chat:write");
	slack_rig_close(&r);
}

/* ---- answers ------------------------------------------------------------ */

static const struct {
	const char *name;
	unsigned status;
	const char *body;
	enum outcome_kind kind;
	const char *vendor_id;
} answers[] = {
    {"ok", 200,
	"{\"ok\":true,\"channel\":\"C0HELP\",\"ts\":\"1700000001.000200\"}",
	OUTCOME_OK, "C0HELP:1700000001.000200"},
    {"ok without ts", 200, "{\"ok\":true}", OUTCOME_DOUBT, ""},
    {"ok with a number", 200, "{\"ok\":true,\"ts\":1700000001.0002}",
	OUTCOME_DOUBT, ""},
    {"ok is a string", 200, "{\"ok\":\"true\",\"ts\":\"1700000001.000200\"}",
	OUTCOME_DOUBT, ""},
    {"ok twice", 200, "{\"ok\":true,\"ok\":true,\"ts\":\"1.2\"}", OUTCOME_DOUBT,
	""},
    {"not ok, and no word", 200, "{\"ok\":false}", OUTCOME_DOUBT, ""},
    {"garbage", 200, "<html>", OUTCOME_DOUBT, ""},
    {"nothing", 200, "", OUTCOME_DOUBT, ""},
    {"a list", 200, "[]", OUTCOME_DOUBT, ""},
    {"created?", 201, "{\"ok\":true,\"ts\":\"1700000001.000200\"}",
	OUTCOME_DOUBT, ""},
    {"failed", 500, "oops", OUTCOME_DOUBT, ""},
    {"no answer behind a proxy", 502, "", OUTCOME_DOUBT, ""},
    {"a proxy waited too long", 504, "", OUTCOME_DOUBT, ""},
    {"down", 503, "", OUTCOME_LATER, ""},
    {"down, and says so", 503,
	"{\"ok\":false,\"error\":\"service_unavailable\"}", OUTCOME_LATER, ""},
    {"failed, and says so", 500, "{\"ok\":false,\"error\":\"internal_error\"}",
	OUTCOME_DOUBT, ""},
    {"moved", 302, "", OUTCOME_NEVER, ""},
    {"too large", 413, "", OUTCOME_NEVER, ""},
    {"not allowed", 403, "", OUTCOME_BLOCKED, ""},
    {"not Slack", 404, "", OUTCOME_BLOCKED, ""},
};

static void
test_answers(void **state)
{
	const struct outcome *o;
	struct slack_rig r;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(answers); i++) {
		struct job job = sending(&r);

		o = slack_rig_result(
		    &r, &job, answers[i].status, answers[i].body);
		if (o->kind != answers[i].kind)
			fail_msg("%s: %d", answers[i].name, (int)o->kind);
		expect_text(o->vendor_id, answers[i].vendor_id);
	}
	slack_rig_close(&r);
}

/* Never earlier than Slack says; the account waits only for messages. */
static void
test_limits(void **state)
{
	struct reply reply = {.status = 429, .retry_after_ms = 7000};
	struct outcome o;
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	job = sending(&r);
	channel_slack.result(&job, &reply, &r.arena, &o);
	assert_int_equal(o.kind, OUTCOME_LATER);
	assert_int_equal(o.scope, SCOPE_ACCOUNT);
	assert_int_equal(o.after_ms, 7000);
	reply.retry_after_ms = -1;
	channel_slack.result(&job, &reply, &r.arena, &o);
	assert_int_equal(o.after_ms, 30000);
	reply.retry_after_ms = 60000;
	reply.body = STR("{\"ok\":false,\"error\":\"rate_limited\"}");
	channel_slack.result(&job, &reply, &r.arena, &o);
	assert_int_equal(o.scope, SCOPE_RECIPIENT);
	assert_int_equal(o.after_ms, 60000);
	job.kind = JOB_LOOKUP;
	channel_slack.result(&job, &reply, &r.arena, &o);
	assert_int_equal(o.kind, OUTCOME_LATER);
	assert_int_equal(o.scope, SCOPE_ROW);
	slack_rig_close(&r);
}

/* ---- response URLs ------------------------------------------------------ */

static const struct {
	unsigned status;
	const char *body;
	enum outcome_kind kind;
} responses[] = {
    {200, "ok", OUTCOME_OK},
    {200, "{\"ok\":true}", OUTCOME_OK},
    {200, "", OUTCOME_OK},
    {200, "{\"ok\":false,\"error\":\"expired_url\"}", OUTCOME_NEXT},
    {200, "<html>", OUTCOME_DOUBT},
    {404, "used_url", OUTCOME_NEXT},
    {410, "", OUTCOME_NEXT},
    {429, "", OUTCOME_LATER},
    {500, "", OUTCOME_DOUBT},
    {503, "", OUTCOME_LATER},
};

static void
test_responses(void **state)
{
	const struct outcome *o;
	struct slack_rig r;
	struct job job;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	job = sending(&r);
	job.payload = STR(TO(COMMAND));
	for (i = 0; i < ARRAY_LEN(responses); i++) {
		o = slack_rig_result(
		    &r, &job, responses[i].status, responses[i].body);
		if (o->kind != responses[i].kind)
			fail_msg("%u %s: %d", responses[i].status,
			    responses[i].body, (int)o->kind);
		if (o->kind == OUTCOME_NEXT)
			expect_text(o->state, "ephemeral");
	}
	job.state = STR("ephemeral");
	o = slack_rig_result(&r, &job, 200,
	    "{\"ok\":true,\"message_ts\":\"1700000001.000200\"}");
	assert_int_equal(o->kind, OUTCOME_OK);
	expect_text(o->vendor_id, "C0HELP:1700000001.000200");
	slack_rig_close(&r);
}

/* ---- lookups ------------------------------------------------------------ */

#define OURS(row) \
	"{\"user\":\"U0BOT\",\"bot_id\":\"B0\",\"ts\":\"1700000001.000200\"," \
	"\"metadata\":{\"event_type\":\"frontdesk_answer\"," \
	"\"event_payload\":{\"row\":" row "}}}"
#define LIST(messages, more) \
	"{\"ok\":true,\"messages\":[" messages "]," more "}"
#define END "\"has_more\":false,\"response_metadata\":{\"next_cursor\":\"\"}"

static const struct {
	const char *name, *body;
	enum outcome_kind kind;
	const char *state;
} lookups[] = {
    {"it is there", LIST("{\"text\":\"x\"}," OURS("42"), END), OUTCOME_OK, ""},
    {"it is there, as a string", LIST(OURS("\"42\""), END), OUTCOME_OK, ""},
    {"found before the last page", LIST(OURS("42"), "\"has_more\":true"),
	OUTCOME_OK, ""},
    {"nothing", LIST("", END), OUTCOME_ABSENT, ""},
    {"another row", LIST(OURS("43"), END), OUTCOME_ABSENT, ""},
    {"somebody else wrote it",
	LIST("{\"user\":\"U0BEN\",\"bot_id\":\"B9\","
	     "\"ts\":\"1700000001.000200\",\"metadata\":{\"event_type\":"
	     "\"frontdesk_answer\",\"event_payload\":{\"row\":42}}}",
	    END),
	OUTCOME_ABSENT, ""},
    {"another app's number",
	LIST("{\"user\":\"U0BOT\",\"metadata\":{\"event_type\":\"x\","
	     "\"event_payload\":{\"row\":42}}}",
	    END),
	OUTCOME_ABSENT, ""},
    {"a page more",
	LIST(OURS("43"), "\"has_more\":true,\"response_metadata\":{"
			 "\"next_cursor\":\"abc\"}"),
	OUTCOME_NEXT, "list 1 abc"},
    {"more, and no way there", LIST("", "\"has_more\":true"), OUTCOME_LATER,
	""},
    {"no list", "{\"ok\":true}", OUTCOME_LATER, ""},
    {"garbage", "<html>", OUTCOME_LATER, ""},
};

static void
test_lookups(void **state)
{
	const struct outcome *o;
	struct slack_rig r;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(lookups); i++) {
		struct job job = sending(&r);

		job.kind = JOB_LOOKUP;
		o = slack_rig_result(&r, &job, 200, lookups[i].body);
		if (o->kind != lookups[i].kind)
			fail_msg("%s: %d", lookups[i].name, (int)o->kind);
		expect_text(o->state, lookups[i].state);
		if (o->kind == OUTCOME_OK)
			expect_text(o->vendor_id, "C0HELP:1700000001.000200");
	}
	slack_rig_close(&r);
}

/* A list without end does end. */
static void
test_pages(void **state)
{
	struct slack_rig r;
	struct job job;
	unsigned n = 0;

	(void)state;
	slack_rig_open(&r);
	job = sending(&r);
	job.kind = JOB_LOOKUP;
	while (slack_rig_call(&r, &job) == OK) {
		job.state = slack_rig_result(&r, &job, 200,
		    LIST("", "\"response_metadata\":{\"next_cursor\":\"a\"}"))
				->state;
		assert_true(++n <= 200);
	}
	assert_int_equal(n, 200);
	assert_int_equal(r.outcome.kind, OUTCOME_NEVER);
	slack_rig_close(&r);
}

/* ---- files, checks ------------------------------------------------------ */

static const struct {
	unsigned status;
	const char *type;
	enum outcome_kind kind;
	const char *code;
} files[] = {
    {200, "image/png", OUTCOME_OK, ""},
    {200, "text/html; charset=utf-8", OUTCOME_NEVER, "file_login"},
    {200, "TEXT/HTML", OUTCOME_NEVER, "file_login"},
    {302, "", OUTCOME_NEVER, "http_302"},
    {404, "", OUTCOME_NEVER, "http_404"},
    {429, "", OUTCOME_LATER, ""},
    {503, "", OUTCOME_LATER, ""},
};

static void
test_files(void **state)
{
	struct slack_rig r;
	struct job job;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	job = slack_rig_job(&r, JOB_FETCH);
	job.payload = STR("{\"id\":\"F1\",\"size\":4,"
			  "\"url\":\"https://files.slack.com/a\"}");
	for (i = 0; i < ARRAY_LEN(files); i++) {
		struct reply reply = {.status = files[i].status,
		    .type = str_from(files[i].type),
		    .body = STR("\x89PNG"),
		    .retry_after_ms = -1};

		channel_slack.result(&job, &reply, &r.arena, &r.outcome);
		assert_int_equal(r.outcome.kind, files[i].kind);
		expect_text(r.outcome.code, files[i].code);
		if (files[i].kind == OUTCOME_OK)
			expect_text(r.outcome.bytes, "\x89PNG");
	}
	job.payload = STR("{\"id\":\"F1\",\"size\":0}");
	slack_rig_result(&r, &job, 200,
	    "{\"ok\":true,\"file\":{\"url_private\":"
	    "\"https://files.slack.com/a%20b\"}}");
	assert_int_equal(r.outcome.kind, OUTCOME_NEXT);
	expect_text(r.outcome.state, "url https://files.slack.com/a%20b");
	slack_rig_result(&r, &job, 200, "{\"ok\":true,\"file\":{}}");
	assert_int_equal(r.outcome.kind, OUTCOME_NEVER);
	slack_rig_close(&r);
}

static const struct {
	const char *body;
	enum outcome_kind kind;
} checks[] = {
    {"{\"ok\":true,\"team_id\":\"T1\",\"user_id\":\"U0BOT\"}", OUTCOME_OK},
    {"{\"ok\":true,\"team_id\":\"T5\",\"enterprise_id\":\"T1\"}", OUTCOME_OK},
    {"{\"ok\":true,\"team_id\":\"T9\"}", OUTCOME_BLOCKED},
    {"{\"ok\":true,\"team_id\":\"T1\",\"user_id\":\"U9\"}", OUTCOME_BLOCKED},
    {"{\"ok\":false,\"error\":\"invalid_auth\"}", OUTCOME_BLOCKED},
    {"{\"ok\":false,\"error\":\"internal_error\"}", OUTCOME_LATER},
};

/* Whatever comes of the question, what is to be sent goes out after it. */
static const struct {
	unsigned status;
	const char *body, *state;
} people[] = {
    {200,
	"{\"ok\":true,\"user\":{\"name\":\"ann\",\"real_name\":\"Ann M.\","
	"\"profile\":{\"display_name\":\" Ann\\nMarsh "
	"\",\"real_name\":\"x\"}}}",
	"who Ann Marsh"},
    {200,
	"{\"ok\":true,\"user\":{\"name\":\"ann\",\"profile\":"
	"{\"display_name\":\"\",\"real_name\":\"Ann M.\"}}}",
	"who Ann M."},
    {200, "{\"ok\":true,\"user\":{\"name\":\"ann\"}}", "who ann"},
    {200, "{\"ok\":true}", "who "},
    {200, "{\"ok\":false,\"error\":\"missing_scope\"}", "who "},
    {429, "{\"ok\":false,\"error\":\"ratelimited\"}", "who "},
    {500, "oh", "who "},
};

static void
test_who(void **state)
{
	struct slack_rig r;
	struct job job;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	job = slack_rig_job(&r, JOB_SEND);
	job.payload = STR("{\"to\":{\"channel\":\"C0HELP\",\"user\":\"U0ANN\"},"
			  "\"text\":\"Hello.\"}");
	job.nameless = true;
	for (i = 0; i < ARRAY_LEN(people); i++) {
		slack_rig_result(&r, &job, people[i].status, people[i].body);
		assert_int_equal(r.outcome.kind, OUTCOME_NEXT);
		expect_text(r.outcome.state, people[i].state);
	}
	job.state = STR("who Ann Marsh");
	slack_rig_result(&r, &job, 200,
	    "{\"ok\":true,\"channel\":\"C0HELP\",\"ts\":\"1700000101."
	    "000100\"}");
	assert_int_equal(r.outcome.kind, OUTCOME_OK);
	expect_text(r.outcome.name, "Ann Marsh");
	slack_rig_close(&r);
}

static void
test_checks(void **state)
{
	struct slack_rig r;
	struct job job;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	job = slack_rig_job(&r, JOB_CHECK);
	for (i = 0; i < ARRAY_LEN(checks); i++) {
		slack_rig_result(&r, &job, 200, checks[i].body);
		if (r.outcome.kind != checks[i].kind)
			fail_msg("%s: %d", checks[i].body, (int)r.outcome.kind);
	}
	slack_rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_codes),
	    cmocka_unit_test(test_who),
	    cmocka_unit_test(test_needed),
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_responses),
	    cmocka_unit_test(test_lookups),
	    cmocka_unit_test(test_pages),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
