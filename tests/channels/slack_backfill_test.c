/*
 * slack_backfill: what we missed is asked for, page by page, and taken as if
 * it had come in time.
 */
#include "tests/channels/slack_rig.h"

#include <stdio.h>

#define LIST(messages, more) \
	"{\"ok\":true,\"messages\":[" messages "]," more "}"
#define END "\"has_more\":false,\"response_metadata\":{\"next_cursor\":\"\"}"
#define SAID(ts, more) \
	"{\"type\":\"message\",\"user\":\"U0ANN\",\"team\":\"T1\"," \
	"\"ts\":\"" ts "\"," more "}"

/* Asks for what was missed there. */
static struct job
backfill(struct slack_rig *r, const char *where)
{
	struct job job = slack_rig_job(r, JOB_BACKFILL);

	job.payload = str_from(where);
	return job;
}

static void
test_backfill_direct(void **state)
{
	struct slack_rig r;
	const struct arrival *in;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	job = backfill(&r, "T1:D0ANN");
	slack_rig_result(&r, &job, 200,
	    LIST(SAID("1700000003.000000", "\"text\":\"third\"") "," SAID(
		     "1700000002.000000",
		     "\"text\":\"new\",\"edited\":{\"user\":\"U0ANN\","
		     "\"ts\":\"1700000009.000000\"}") ",{\"user\":\"U0BOT\","
						      "\"bot_id\":\"B0\","
						      "\"ts\":\"1700000001."
						      "5\",\"text\":\"x\"},7,"
						      "{\"user\":\"U0ANN\","
						      "\"ts\":\"bad\","
						      "\"text\":\"x\"}," SAID(
							  "1700000001.000000",
							  "\"text\":\"first\""),
		END));
	in = &r.outcome.arrival;
	assert_int_equal(r.outcome.kind, OUTCOME_OK);
	assert_int_equal(in->envelope_count, 4);
	expect_text(in->envelopes[0].body, "{\"text\":\"first\"}");
	expect_text(
	    in->envelopes[0].source, "slack:main:D0ANN:1700000001.000000");
	expect_text(in->envelopes[0].address, "T1:D0ANN");
	expect_text(in->envelopes[1].body, "{\"text\":\"new\"}");
	assert_int_equal(in->envelopes[2].kind, EVENT_EDITED);
	expect_text(in->envelopes[2].source,
	    "slack:main:D0ANN:1700000002.000000:edit:1700000009.000000");
	expect_text(in->envelopes[3].body, "{\"text\":\"third\"}");
	assert_null(in->ignored);
	assert_null(in->header);
	slack_rig_close(&r);
}

/* What comes live and what is found later are the same, byte for byte. */
static void
test_backfill_is_live(void **state)
{
	static const char message[] = SAID("1700000003.000000",
	    "\"text\":\"<@U0BOT> a &lt; b\",\"thread_ts\":"
	    "\"1700000000.000100\",\"files\":[{\"id\":\"F1\"}],"
	    "\"subtype\":\"file_share\"");
	struct slack_rig r;
	struct envelope live, found;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	assert_int_equal(
	    slack_rig_event(
		&r, arena_printf(&r.arena, "%.*s,\"channel\":\"C0HELP\"}",
			(int)sizeof(message) - 2, message)
			.p),
	    OK);
	live = *slack_rig_one(&r);
	job = backfill(&r, "T1:C0HELP:1700000000.000100");
	slack_rig_result(
	    &r, &job, 200, arena_printf(&r.arena, LIST("%s", END), message).p);
	assert_int_equal(r.outcome.arrival.envelope_count, 1);
	found = r.outcome.arrival.envelopes[0];
	assert_true(str_eq(live.source, found.source));
	assert_true(str_eq(live.address, found.address));
	assert_true(str_eq(live.person, found.person));
	assert_true(str_eq(live.reply, found.reply));
	assert_true(str_eq(live.body, found.body));
	assert_true(live.at == found.at);
	assert_true(str_eq(live.files[0].payload, found.files[0].payload));
	slack_rig_close(&r);
}

/* The thread, page by page; it names its channel. */
static void
test_backfill_thread(void **state)
{
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	job = backfill(&r, "T1:C0HELP:1700000000.000100");
	slack_rig_result(&r, &job, 200,
	    LIST(SAID("1700000001.000000",
		     "\"text\":\"<@U0BOT> a\","
		     "\"thread_ts\":\"1700000000.000100\""),
		"\"response_metadata\":{\"next_cursor\":\"abc\"}"));
	assert_int_equal(r.outcome.kind, OUTCOME_NEXT);
	expect_text(r.outcome.state, "list 1 abc");
	expect_text(r.outcome.also, "T1:C0HELP");
	assert_int_equal(r.outcome.arrival.envelope_count, 1);
	job.state = r.outcome.state;
	slack_rig_result(&r, &job, 200, LIST("", END));
	assert_int_equal(r.outcome.kind, OUTCOME_OK);
	slack_rig_close(&r);
}

/* A thread that is gone says where else to ask as well. */
static void
test_backfill_gone(void **state)
{
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	job = backfill(&r, "T1:C0HELP:1700000000.000100");
	slack_rig_result(
	    &r, &job, 200, slack_rig_failure(&r, "thread_not_found"));
	assert_int_equal(r.outcome.kind, OUTCOME_NEVER);
	expect_text(r.outcome.also, "T1:C0HELP");
	job.payload = STR("T1:D0ANN:1700000000.000100");
	slack_rig_result(&r, &job, 200, LIST("", END));
	assert_int_equal(r.outcome.also.n, 0);
	slack_rig_close(&r);
}

/* A channel, asked once: what mentions us there begins a thread. */
static void
test_backfill_channel(void **state)
{
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	job = backfill(&r, "T1:C0HELP");
	slack_rig_result(&r, &job, 200,
	    LIST(SAID("1700000003.000000", "\"text\":\"Lunch?\"") "," SAID(
		     "1700000002.000000", "\"text\":\"<@U0BOT> b\""),
		END));
	assert_int_equal(r.outcome.kind, OUTCOME_OK);
	assert_int_equal(r.outcome.also.n, 0);
	assert_int_equal(r.outcome.arrival.envelope_count, 1);
	expect_text(r.outcome.arrival.envelopes[0].address,
	    "T1:C0HELP:1700000002.000000");
	slack_rig_close(&r);
}

/* What breaks off is begun anew; what has no end is not called read. */
static void
test_backfill_breaks_off(void **state)
{
	struct slack_rig r;
	struct job job;

	(void)state;
	slack_rig_open(&r);
	job = backfill(&r, "T1:C0HELP:1700000000.000100");
	job.state = STR("list 1 abc");
	slack_rig_result(
	    &r, &job, 200, slack_rig_failure(&r, "invalid_cursor"));
	assert_int_equal(r.outcome.kind, OUTCOME_LATER);
	assert_true(r.outcome.anew);
	slack_rig_result(&r, &job, 200, LIST("", "\"has_more\":true"));
	assert_int_equal(r.outcome.kind, OUTCOME_LATER);
	assert_true(r.outcome.anew);
	slack_rig_result(&r, &job, 429, "");
	assert_int_equal(r.outcome.kind, OUTCOME_LATER);
	assert_false(r.outcome.anew);
	job.state = STR("list 200 abc");
	assert_int_equal(slack_rig_call(&r, &job), E_DENIED);
	assert_int_equal(r.outcome.kind, OUTCOME_NEVER);
	expect_text(r.outcome.code, "too_many_pages");
	slack_rig_close(&r);
}

/* Whatever is said of a file stops no message. */
static void
test_file_blocks_nothing(void **state)
{
	static const unsigned statuses[] = {302, 401, 403, 404};
	struct slack_rig r;
	struct job job;
	size_t i;

	(void)state;
	slack_rig_open(&r);
	job = slack_rig_job(&r, JOB_FETCH);
	job.payload = STR("{\"id\":\"F1\"}");
	slack_rig_result(&r, &job, 200, slack_rig_failure(&r, "token_revoked"));
	assert_int_equal(r.outcome.kind, OUTCOME_LATER);
	for (i = 0; i < 2 * ARRAY_LEN(statuses); i++) {
		job.state = i % 2 == 0 ? STR("")
				       : STR("url https://files.slack.com/b");
		slack_rig_result(&r, &job, statuses[i / 2], "");
		assert_int_not_equal(r.outcome.kind, OUTCOME_BLOCKED);
		assert_int_equal(r.outcome.scope, SCOPE_ROW);
	}
	r.account.token = STR("xoxb\r\n");
	assert_int_equal(slack_rig_call(&r, &job), E_DENIED);
	assert_int_equal(r.outcome.kind, OUTCOME_LATER);
	slack_rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_backfill_direct),
	    cmocka_unit_test(test_backfill_is_live),
	    cmocka_unit_test(test_backfill_thread),
	    cmocka_unit_test(test_backfill_gone),
	    cmocka_unit_test(test_backfill_channel),
	    cmocka_unit_test(test_backfill_breaks_off),
	    cmocka_unit_test(test_file_blocks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
