/*
 * Drafts at Slack: an answer that grows before it is there, as a stream or as
 * a message that is changed, and how it becomes the answer.
 */
#include "tests/channels/slack_rig.h"

#include <stdio.h>
#include <stdlib.h>

#define THREAD \
	"{\"channel\":\"C0HELP\",\"thread_ts\":\"1700000000.000100\"," \
	"\"user\":\"U0ANN\",\"team\":\"T2\"}"
#define DIRECT "{\"channel\":\"D0ANN\",\"user\":\"U0ANN\",\"team\":\"T1\"}"
#define OK_TS "{\"ok\":true,\"ts\":\"1700000100.000200\"}"
#define TS "\"ts\":\"1700000100.000200\""
#define ROW \
	"\"metadata\":{\"event_type\":\"frontdesk_answer\"," \
	"\"event_payload\":{\"row\":42}}}"

struct show {
	struct slack_rig rig;
	const char *place;
	struct str live;
	int64_t now;
};

static void
open_show(struct show *s, const char *place)
{
	*s = (struct show){.place = place, .now = RIG_NOW};
	slack_rig_open(&s->rig);
}

static struct job
drafting(struct show *s, const char *text)
{
	struct job job = slack_rig_job(&s->rig, JOB_DRAFT);

	job.payload = str_from(s->place);
	job.text = str_from(text);
	job.live = s->live;
	job.now = s->now;
	return job;
}

static bool
is_method(const struct slack_rig *r, const char *method)
{
	struct str want = arena_printf(
	    (struct arena *)&r->arena, "https://slack.com/api/%s", method);

	return str_eq(r->call.url, want);
}

/* A draft that must be asked for so, and what it makes of the answer. */
static void
draft(struct show *s, const char *text, const char *method, const char *answer)
{
	struct job job = drafting(s, text);

	assert_int_equal(slack_rig_call(&s->rig, &job), OK);
	if (!is_method(&s->rig, method))
		fail_msg("%.*s is not %s", STR_FMT(s->rig.call.url), method);
	slack_rig_result(&s->rig, &job, 200, answer);
	assert_int_equal(s->rig.outcome.kind, OUTCOME_OK);
	s->live = s->rig.outcome.state;
}

/* A draft that is not shown; the one before stays. */
static void
no_draft(struct show *s, const char *text)
{
	struct job job = drafting(s, text);

	assert_int_equal(slack_rig_call(&s->rig, &job), E_DENIED);
	assert_int_equal(s->rig.outcome.kind, OUTCOME_OK);
	assert_true(str_eq(s->rig.outcome.state, s->live));
}

/* A step of sending the answer; true: there is another one. */
static bool
sent(struct show *s, struct str *state, const char *text, const char *method,
    const char *answer)
{
	struct job job = slack_rig_job(&s->rig, JOB_SEND);
	const struct outcome *o;

	job.payload = arena_printf(
	    &s->rig.arena, "{\"to\":%s,\"text\":\"%s\"}", s->place, text);
	job.live = s->live;
	job.state = *state;
	job.now = s->now;
	assert_int_equal(slack_rig_call(&s->rig, &job), OK);
	if (!is_method(&s->rig, method))
		fail_msg("%.*s is not %s", STR_FMT(s->rig.call.url), method);
	o = slack_rig_result(&s->rig, &job, 200, answer);
	*state = o->state;
	if (o->kind == OUTCOME_OK)
		expect_text(o->vendor_id, s->place[12] == 'D'
					      ? "D0ANN:1700000100.000200"
					      : "C0HELP:1700000100.000200");
	else
		assert_int_equal(o->kind, OUTCOME_NEXT);
	return o->kind == OUTCOME_NEXT;
}

/* ---- streams ------------------------------------------------------------ */

static void
test_stream(void **state)
{
	struct str step = STR("");
	struct show s;

	(void)state;
	open_show(&s, THREAD);
	no_draft(&s, "");
	draft(&s, "We", "chat.startStream", OK_TS);
	expect_text(s.rig.call.body,
	    "{\"channel\":\"C0HELP\",\"thread_ts\":\"1700000000.000100\","
	    "\"recipient_user_id\":\"U0ANN\",\"recipient_team_id\":\"T2\","
	    "\"markdown_text\":\"We\"}");
	no_draft(&s, "We");
	draft(&s, "We open <8> **now**", "chat.appendStream", "{\"ok\":true}");
	expect_text(s.rig.call.body,
	    "{\"channel\":\"C0HELP\"," TS
	    ",\"markdown_text\":\" open &lt;8&gt; **now**\"}");
	assert_false(sent(&s, &step, "We open <8> **now**, & at 9",
	    "chat.stopStream", "{\"ok\":true}"));
	expect_text(s.rig.call.body,
	    "{\"channel\":\"C0HELP\"," TS
	    ",\"markdown_text\":\", &amp; at 9\"," ROW);
	slack_rig_close(&s.rig);
}

/* In the thread of a direct message there is nobody else. */
static void
test_direct_stream(void **state)
{
	struct show s;

	(void)state;
	open_show(&s,
	    "{\"channel\":\"D0ANN\",\"thread_ts\":\"1700000000.000100\","
	    "\"user\":\"U0ANN\",\"team\":\"T1\"}");
	draft(&s, "We", "chat.startStream", OK_TS);
	expect_lacks(s.rig.call.body, "recipient");
	slack_rig_close(&s.rig);
}

/* All of it was streamed: only the end is left. */
static void
test_nothing_left(void **state)
{
	struct str step = STR("");
	struct show s;

	(void)state;
	open_show(&s, THREAD);
	draft(&s, "We open", "chat.startStream", OK_TS);
	assert_false(
	    sent(&s, &step, "We open", "chat.stopStream", "{\"ok\":true}"));
	expect_text(s.rig.call.body, "{\"channel\":\"C0HELP\"," TS "," ROW);
	slack_rig_close(&s.rig);
}

/* The answer is another one: only the step that shows it carries the row. */
static void
test_other_answer(void **state)
{
	struct str step = STR("");
	struct show s;

	(void)state;
	open_show(&s, THREAD);
	draft(&s, "We open", "chat.startStream", OK_TS);
	assert_true(sent(&s, &step, "No.", "chat.stopStream", "{\"ok\":true}"));
	expect_text(s.rig.call.body, "{\"channel\":\"C0HELP\"," TS "}");
	expect_text(step, "update 1700000100.000200");
	assert_false(sent(&s, &step, "No.", "chat.update", "{\"ok\":true}"));
	expect_text(s.rig.call.body,
	    "{\"channel\":\"C0HELP\"," TS ",\"text\":\"No.\"," ROW);
	slack_rig_close(&s.rig);
}

static void
test_dead_stream(void **state)
{
	static const char *const ends[] = {
	    "{\"ok\":false,\"error\":\"message_not_in_streaming_state\"}",
	    "{\"ok\":false,\"error\":\"stopped_by_user\"}"};
	struct str step;
	struct show s;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		step = STR("");
		open_show(&s, THREAD);
		draft(&s, "We", "chat.startStream", OK_TS);
		/* While it grows: no more drafts, and then a change. */
		draft(&s, "We open", "chat.appendStream", ends[i]);
		no_draft(&s, "We open at");
		assert_false(sent(
		    &s, &step, "We open at 8", "chat.update", "{\"ok\":true}"));
		/* Or at its end. */
		s.live = STR("");
		draft(&s, "We", "chat.startStream", OK_TS);
		step = STR("");
		assert_true(sent(
		    &s, &step, "We open at 8", "chat.stopStream", ends[i]));
		assert_false(sent(
		    &s, &step, "We open at 8", "chat.update", "{\"ok\":true}"));
		slack_rig_close(&s.rig);
	}
}

/* Nobody knows whether it was added: the answer replaces all that is there. */
static void
test_unsure_append(void **state)
{
	static const struct {
		unsigned status;
		const char *body;
	} ends[] = {{0, ""}, {500, "{}"}, {503, ""}, {504, "<html>"},
	    {200, "<html>"}, {200, ""},
	    {200, "{\"ok\":false,\"error\":\"internal_error\"}"},
	    {503, "{\"ok\":false,\"error\":\"service_unavailable\"}"},
	    {200, "{\"ok\":false,\"error\":\"msg_too_long\"}"}};
	struct str step;
	struct show s;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(ends); i++) {
		struct job job;

		open_show(&s, THREAD);
		draft(&s, "We", "chat.startStream", OK_TS);
		job = drafting(&s, "We open");
		assert_int_equal(slack_rig_call(&s.rig, &job), OK);
		slack_rig_result(&s.rig, &job, ends[i].status, ends[i].body);
		assert_int_equal(s.rig.outcome.kind, OUTCOME_OK);
		s.live = s.rig.outcome.state;
		no_draft(&s, "We open at");
		step = STR("");
		assert_true(sent(&s, &step, "We open at 8", "chat.stopStream",
		    "{\"ok\":true}"));
		expect_text(s.rig.call.body, "{\"channel\":\"C0HELP\"," TS "}");
		assert_false(sent(
		    &s, &step, "We open at 8", "chat.update", "{\"ok\":true}"));
		expect_text(s.rig.call.body, "{\"channel\":\"C0HELP\"," TS
					     ",\"text\":\"We open at 8\"," ROW);
		slack_rig_close(&s.rig);
	}
}

/* What Slack says it did not do may be done later. */
static void
test_refused_append(void **state)
{
	struct show s;
	struct job job;

	(void)state;
	open_show(&s, THREAD);
	draft(&s, "We", "chat.startStream", OK_TS);
	job = drafting(&s, "We open");
	slack_rig_result(&s.rig, &job, 429, "");
	assert_int_equal(s.rig.outcome.kind, OUTCOME_LATER);
	draft(&s, "We open", "chat.appendStream", "{\"ok\":true}");
	slack_rig_close(&s.rig);
}

/* What cannot be changed is said anew. */
static void
test_gone(void **state)
{
	struct str step = STR("");
	struct show s;

	(void)state;
	open_show(&s, THREAD);
	draft(&s, "We", "chat.startStream", OK_TS);
	assert_true(sent(&s, &step, "No.", "chat.stopStream",
	    "{\"ok\":false,\"error\":\"message_not_found\"}"));
	assert_true(sent(&s, &step, "No.", "chat.update",
	    "{\"ok\":false,\"error\":\"cant_update_message\"}"));
	assert_false(sent(&s, &step, "No.", "chat.postMessage", OK_TS));
	expect_holds(s.rig.call.body, "\"row\":42");
	slack_rig_close(&s.rig);
}

/* A stream is closed by us before Slack closes it. */
static void
test_four_minutes(void **state)
{
	struct str step = STR("");
	struct show s;

	(void)state;
	open_show(&s, THREAD);
	draft(&s, "We", "chat.startStream", OK_TS);
	s.now += SLACK_LIVE_MS - 1;
	draft(&s, "We open", "chat.appendStream", "{\"ok\":true}");
	s.now++;
	draft(&s, "We open at", "chat.stopStream", "{\"ok\":true}");
	no_draft(&s, "We open at 8");
	assert_false(
	    sent(&s, &step, "We open at 8", "chat.update", "{\"ok\":true}"));
	/* Much later it is not dug out again. */
	s.now += SLACK_LIVE_OLD_MS;
	step = STR("");
	assert_false(sent(&s, &step, "Hello", "chat.postMessage", OK_TS));
	slack_rig_close(&s.rig);
}

/* The bot thinks again: what is streamed cannot be taken back at once. */
static void
test_rewritten(void **state)
{
	struct str step = STR("");
	struct show s;

	(void)state;
	open_show(&s, THREAD);
	draft(&s, "We open", "chat.startStream", OK_TS);
	draft(&s, "We are closed", "chat.stopStream", "{\"ok\":true}");
	no_draft(&s, "We are closed on");
	assert_false(sent(&s, &step, "We are closed on Sunday", "chat.update",
	    "{\"ok\":true}"));
	slack_rig_close(&s.rig);
}

/* No stream, for whatever reason, is no harm to the answer. */
static void
test_no_stream(void **state)
{
	static const char *const answers[] = {
	    "{\"ok\":false,\"error\":\"missing_recipient_team_id\"}",
	    "{\"ok\":false,\"error\":\"ratelimited\"}",
	    "{\"ok\":false,\"error\":\"internal_error\"}", "{\"ok\":true}",
	    "<html>"};
	struct str step;
	struct show s;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(answers); i++) {
		open_show(&s, THREAD);
		draft(&s, "We", "chat.startStream", answers[i]);
		no_draft(&s, "We open");
		step = STR("");
		assert_false(
		    sent(&s, &step, "We open", "chat.postMessage", OK_TS));
		slack_rig_close(&s.rig);
	}
}

/* ---- messages that are changed ------------------------------------------ */

static void
test_edits(void **state)
{
	struct str step = STR("");
	struct show s;

	(void)state;
	open_show(&s, DIRECT);
	draft(&s, "We", "chat.postMessage", OK_TS);
	expect_text(s.rig.call.body,
	    "{\"channel\":\"D0ANN\",\"text\":\"We\","
	    "\"unfurl_links\":false,\"unfurl_media\":false}");
	no_draft(&s, "We");
	draft(&s, "We **open** &", "chat.update", "{\"ok\":true}");
	expect_text(s.rig.call.body,
	    "{\"channel\":\"D0ANN\"," TS ",\"text\":\"We *open* &amp;\"}");
	/* Another beginning is fine here. */
	draft(&s, "No", "chat.update", "{\"ok\":true}");
	assert_false(
	    sent(&s, &step, "No, never.", "chat.update", "{\"ok\":true}"));
	expect_holds(s.rig.call.body, "\"row\":42");
	s.now += SLACK_LIVE_MS;
	no_draft(&s, "No, never, or");
	slack_rig_close(&s.rig);
}

/* A change may have so many characters and no more, however they are spelt. */
static void
test_long_edit(void **state)
{
	char *text = malloc(6001);
	struct str shown;
	struct show s;
	json_t *body;

	(void)state;
	assert_non_null(text);
	memset(text, '&', 6000);
	text[6000] = '\0';
	open_show(&s, DIRECT);
	draft(&s, "&", "chat.postMessage", OK_TS);
	draft(&s, text, "chat.update", "{\"ok\":true}");
	body = json_read(s.rig.call.body);
	shown = json_text(body, "text");
	assert_in_range(shown.n, 1000, SLACK_UPDATE_MAX);
	json_decref(body);
	/* In a stream each piece is within its limit, and all are shown. */
	s.place = THREAD;
	s.live = STR("");
	draft(&s, text, "chat.startStream", OK_TS);
	body = json_read(s.rig.call.body);
	assert_int_equal(json_text(body, "markdown_text").n, 12000);
	json_decref(body);
	draft(&s, text, "chat.appendStream", "{\"ok\":true}");
	no_draft(&s, text);
	slack_rig_close(&s.rig);
	free(text);
}

/* ---- where there is none ------------------------------------------------ */

static void
test_nowhere(void **state)
{
	static const char *const lives[] = {"x", "{}", "{\"mode\":\"stream\"}",
	    "{\"mode\":\"stream\",\"ts\":\"../x\",\"at\":1700000100000}",
	    "{\"mode\":\"stream\",\"ts\":\"1.2\",\"channel\":\"C0OTHER\","
	    "\"at\":1700000100000,\"sent\":-1}"};
	struct str step;
	struct show s;
	size_t i;

	(void)state;
	open_show(
	    &s, "{\"channel\":\"C0HELP\",\"user\":\"U0ANN\",\"hidden\":true}");
	no_draft(&s, "We");
	s.place = "{}";
	no_draft(&s, "We");
	/* What cannot be read, or is elsewhere, is not touched. */
	s.place = THREAD;
	for (i = 0; i < ARRAY_LEN(lives); i++) {
		s.live = str_from(lives[i]);
		step = STR("");
		assert_false(sent(&s, &step, "We", "chat.postMessage", OK_TS));
	}
	slack_rig_close(&s.rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stream),
	    cmocka_unit_test(test_direct_stream),
	    cmocka_unit_test(test_nothing_left),
	    cmocka_unit_test(test_other_answer),
	    cmocka_unit_test(test_dead_stream),
	    cmocka_unit_test(test_unsure_append),
	    cmocka_unit_test(test_refused_append),
	    cmocka_unit_test(test_gone),
	    cmocka_unit_test(test_four_minutes),
	    cmocka_unit_test(test_rewritten),
	    cmocka_unit_test(test_no_stream),
	    cmocka_unit_test(test_edits),
	    cmocka_unit_test(test_long_edit),
	    cmocka_unit_test(test_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
