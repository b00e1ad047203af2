/* Each kind of fault, and what the ledgers say of it. */
#include "tests/sandbox/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void
rule(const char *members)
{
	char json[300];

	(void)snprintf(
	    json, sizeof(json), "{\"seed\":7,\"rules\":[{%s}]}", members);
	control("/control/faults", json);
	assert_int_equal(said_number("rules"), 1);
}

static const struct answer *
post(void)
{
	return slack_call("chat.postMessage",
	    "{\"channel\":\"D0ANN\",\"text\":\"hello\",\"metadata\":"
	    "{\"event_type\":\"m\",\"event_payload\":{\"row\":3}}}");
}

/* The n-th effect's kind, "" when there is none. */
static const char *
effect(void)
{
	control("/control/effects", NULL);
	return said("effects.0.kind");
}

/* ---- of requests ------------------------------------------------------------ */

static void
fails_with_a_status(void **state)
{
	const struct answer *a;

	(void)state;
	rule("\"vendor\":\"slack\",\"kind\":\"status\",\"status\":429,"
	     "\"retry_after\":30,\"count\":1");
	a = post();
	assert_int_equal(a->status, 429);
	assert_string_equal(said("error"), "ratelimited");
	assert_non_null(strstr(a->head, "Retry-After: 30\r\n"));
	assert_string_equal(effect(), "");
	control("/control/faults", NULL);
	assert_int_equal(said_number("rules.0.struck"), 1);
	control("/control/requests", NULL);
	assert_int_equal(said_number("requests.0.status"), 429);
	assert_string_equal(
	    said("requests.0.path"), "/slack/api/chat.postMessage");
	post();
	assert_error("only once", "");
	assert_string_equal(effect(), "message");
}

static void
fails_in_the_vendors_words(void **state)
{
	(void)state;
	rule("\"vendor\":\"twilio\",\"kind\":\"status\",\"status\":503");
	twilio_post(NULL, "Body=hi");
	assert_code("503", 503, 20503);
	post();
	assert_error("another vendor", "");
	rule("\"path\":\"/slack/api/chat.\",\"kind\":\"status\",\"status\":500,"
	     "\"body\":\"<html>\"");
	assert_int_equal(post()->status, 500);
	assert_int_equal(post()->body.n, 6);
	slack_call("auth.test", "{}");
	assert_error("another path", "");
}

static void
cuts_before_the_effect(void **state)
{
	(void)state;
	rule("\"kind\":\"cut_before\",\"count\":1");
	assert_int_equal(post()->status, 0);
	assert_string_equal(effect(), "");
	control("/control/requests", NULL);
	assert_int_equal(said_number("requests.0.status"), 0);
	assert_string_equal(said("requests.0.error"), "cut");
}

static void
cuts_after_the_effect(void **state)
{
	(void)state;
	rule("\"kind\":\"cut_after\",\"count\":1");
	assert_int_equal(post()->status, 0);
	assert_string_equal(effect(), "message");
	assert_int_equal(said_number("effects.0.told"), 0);
	assert_int_equal(said_number("effects.0.row"), 3);
	assert_int_equal(post()->status, 200);
	control("/control/effects?after=1", NULL);
	assert_int_equal(said_number("effects.0.told"), 1);
	assert_int_equal(said_number("effects.0.n"), 2);
}

static void
answers_with_garbage(void **state)
{
	const struct answer *a;

	(void)state;
	rule("\"kind\":\"garbage\",\"count\":1");
	a = post();
	assert_int_equal(a->status, 200);
	assert_true(a->body.n > 0 && a->json == NULL);
	assert_string_equal(effect(), "message");
	assert_int_equal(said_number("effects.0.told"), 0);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
answers_late(void **state)
{
	int64_t began = now_ms();

	(void)state;
	rule("\"kind\":\"delay\",\"ms\":60,\"count\":1");
	post();
	assert_error("late", "");
	assert_true(now_ms() - began >= 60);
	assert_string_equal(effect(), "message");
	assert_int_equal(said_number("effects.0.told"), 1);
}

static void
counts_who_is_at_work(void **state)
{
	(void)state;
	/* At most one at a time; each leaves when its answer goes. */
	twilio_get(RIG_MESSAGES);
	assert_code("alone", 200, 0);
	rule("\"vendor\":\"twilio\",\"kind\":\"cut_after\",\"count\":1");
	assert_int_equal(twilio_get(RIG_MESSAGES)->status, 0);
	twilio_get(RIG_MESSAGES);
	assert_code("after a cut", 200, 0);
}

/* ---- of webhooks ------------------------------------------------------------- */

static void
say(const char *text)
{
	char json[100];

	(void)snprintf(
	    json, sizeof(json), "{\"user\":\"U0ANN\",\"text\":\"%s\"}", text);
	control("/control/slack/message", json);
}

static void
hook_text(unsigned i, char out[40])
{
	json_t *o = hook_json(rig_hook(i), NULL);

	(void)snprintf(out, 40, "%s", json_path(o, "event.text"));
	json_decref(o);
}

static void
sends_twice(void **state)
{
	(void)state;
	rule("\"side\":\"webhook\",\"kind\":\"duplicate\",\"count\":1");
	say("a");
	rig_settle();
	assert_int_equal(rig_hooks(), 2);
	assert_true(str_eq(rig_hook(0)->body, rig_hook(1)->body));
	assert_signed_slack(rig_hook(1));
	control("/control/webhooks", NULL);
	assert_int_equal(said_number("webhooks.1.duplicate"), 1);
}

static void
sends_in_another_order(void **state)
{
	char first[40], second[40];

	(void)state;
	rule("\"side\":\"webhook\",\"kind\":\"reorder\",\"count\":1");
	say("one");
	say("two");
	hook_text(0, first);
	hook_text(1, second);
	assert_string_equal(first, "two");
	assert_string_equal(second, "one");
}

static void
sends_what_it_held_in_the_end(void **state)
{
	char text[40];

	(void)state;
	rule("\"side\":\"webhook\",\"kind\":\"reorder\",\"count\":1");
	say("alone");
	control("/control/webhooks", NULL);
	assert_int_equal(said_number("pending"), 1);
	rig_ahead(2001);
	control("/control/slack/raw", "{\"event\":{\"type\":\"tick\"}}");
	rig_settle();
	hook_text(1, text);
	assert_string_equal(text, "alone");
}

static void
sends_late(void **state)
{
	(void)state;
	rule("\"side\":\"webhook\",\"kind\":\"delay\",\"ms\":50,\"count\":1");
	say("late");
	control("/control/webhooks", NULL);
	assert_int_equal(said_number("pending"), 1);
	rig_hook(0);
}

static void
loses_the_first_try(void **state)
{
	(void)state;
	rule("\"side\":\"webhook\",\"kind\":\"lose\",\"count\":1");
	say("a");
	assert_string_equal(hook_header(rig_hook(0), "X-Slack-Retry-Num"), "1");
	assert_string_equal(hook_header(rig_hook(0), "X-Slack-Retry-Reason"),
	    "connection_failed");
	assert_signed_slack(rig_hook(0));
}

static void
drops_it(void **state)
{
	(void)state;
	rule("\"side\":\"webhook\",\"kind\":\"drop\",\"count\":1");
	say("a");
	rig_settle();
	assert_int_equal(rig_hooks(), 0);
	control("/control/webhooks", NULL);
	assert_string_equal(said("webhooks.0.state"), "dropped");
	/* It was said all the same. */
	control("/control/slack/view?channel=D0ANN", NULL);
	assert_string_equal(said("messages.0.text"), "a");
}

static void
tampers_with_it(void **state)
{
	static const unsigned refused = 401;
	char text[40];

	(void)state;
	rig_answers(&refused, 1);
	rule("\"side\":\"webhook\",\"kind\":\"tamper\",\"count\":1");
	say("honest");
	hook_text(0, text);
	assert_string_equal(text, "xhonest");
	hook_text(1, text);
	assert_string_equal(text, "honest");
	assert_signed_slack(rig_hook(1));
}

static void
tampers_with_forms(void **state)
{
	char url[200];

	(void)state;
	(void)snprintf(url, sizeof(url), "%s/wa?a=1", rig_url());
	rule("\"side\":\"webhook\",\"kind\":\"tamper\",\"count\":1");
	control("/control/twilio/message",
	    "{\"from\":\"" RIG_PERSON "\",\"to\":\"" RIG_WA
	    "\",\"body\":\"honest\"}");
	assert_string_equal(hook_field(rig_hook(0), "Body"), "xhonest");
	assert_false(signed_twilio(rig_hook(0), url));
}

/* ---- chance, and starting over ------------------------------------------------ */

static unsigned
strikes(unsigned seed)
{
	char json[200];
	unsigned n = 0, i;

	(void)snprintf(json, sizeof(json),
	    "{\"seed\":%u,\"rules\":[{\"kind\":\"status\",\"status\":500,"
	    "\"percent\":30}]}",
	    seed);
	control("/control/faults", json);
	for (i = 0; i < 60; i++)
		if (rig_ask(&(struct question){"GET", "/slack/api/auth.test",
				NULL, NULL, STR("")})
			->status == 500)
			n = n * 31 + i;
	return n;
}

static void
strikes_by_seed(void **state)
{
	unsigned first;

	(void)state;
	first = strikes(1);
	assert_true(first != 0);
	assert_int_equal(strikes(1), first);
	assert_int_not_equal(strikes(2), first);
}

static void
starts_over(void **state)
{
	(void)state;
	rule("\"kind\":\"cut_after\"");
	post();
	control("/control/reset", "{}");
	assert_string_equal(effect(), "");
	assert_int_equal(said_number("next"), 1);
	control("/control/faults", NULL);
	assert_string_equal(said("rules.0.kind"), "");
	post();
	assert_error("no rules", "");
	control("/control/effects?after=1", NULL);
	assert_int_equal(said_number("effects.0.n"), 2);
	control("/control/effects?vendor=twilio", NULL);
	assert_string_equal(said("effects.0.kind"), "");
	assert_int_equal(said_number("next"), 2);
	assert_int_equal(said_number("most"), 200000);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_open, rig_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(fails_with_a_status),
	    A_TEST(fails_in_the_vendors_words),
	    A_TEST(cuts_before_the_effect),
	    A_TEST(cuts_after_the_effect),
	    A_TEST(answers_with_garbage),
	    A_TEST(answers_late),
	    cmocka_unit_test_setup_teardown(
		counts_who_is_at_work, rig_open_strict, rig_close),
	    A_TEST(sends_twice),
	    A_TEST(sends_in_another_order),
	    A_TEST(sends_what_it_held_in_the_end),
	    A_TEST(sends_late),
	    A_TEST(loses_the_first_try),
	    A_TEST(drops_it),
	    A_TEST(tampers_with_it),
	    A_TEST(tampers_with_forms),
	    A_TEST(strikes_by_seed),
	    A_TEST(starts_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
