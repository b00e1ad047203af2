/* The decision step of the bot: when to ask, what to commit, when to give up
 * an answer that came too late. */
#include "core/decide.h"
#include "tests/lib/cmocka.h"

#define HOUR ((int64_t)3600 * 1000)

static const struct policy policy = {.idle_ms = HOUR};

static struct conversation
asked_twice(void)
{
	return (struct conversation){.seq = 3,
	    .last_customer_seq = 3,
	    .handled_seq = 0,
	    .last_at = 1000};
}

static void
test_nothing_to_do(void **state)
{
	struct conversation c = asked_twice();

	(void)state;
	c.handled_seq = 3;
	assert_int_equal(decide(&c).kind, DECIDE_NOTHING);
	c.handled_seq = 0;
	c.holder = HOLDER_AGENT;
	assert_int_equal(decide(&c).kind, DECIDE_NOTHING);
}

static void
test_burst_is_one_question(void **state)
{
	struct conversation c = asked_twice();
	struct decision d = decide(&c);

	(void)state;
	assert_int_equal(d.kind, DECIDE_ASK);
	assert_int_equal(d.asked_from, 0);
	assert_int_equal(d.asked_to, 3);
	assert_int_equal(d.seq, 3);
}

static void
test_answer_is_one_message(void **state)
{
	struct conversation c = asked_twice();
	struct decision asked = decide(&c), d;
	struct answer answer = {.kind = ANSWER_FOUND,
	    .text = STR("say \"hi\""),
	    .source = STR("faq"),
	    .confidence = 90};
	struct arena a = {0};

	(void)state;
	assert_int_equal(
	    decide_answer(&c, &asked, &answer, &policy, 2000, &a, &d), OK);
	assert_int_equal(d.event_count, 1);
	assert_int_equal(d.events[0].ref, 3);
	assert_int_equal(d.events[0].author, AUTHOR_BOT);
	assert_string_equal(d.events[0].body.p,
	    "{\"text\":\"say \\\"hi\\\"\",\"answer\":\"found\","
	    "\"confidence\":90,\"cites\":\"faq\"}");
	assert_int_equal(
	    d.timer_count, 1); /* the first answer arms the idle timer */
	assert_int_equal(d.timers[0].due, 2000 + HOUR);
	arena_free(&a);
}

static void
test_later_answers_leave_the_timer(void **state)
{
	struct conversation c = asked_twice();
	struct decision asked, d;
	struct answer answer = {.kind = ANSWER_NOTHING};
	struct arena a = {0};

	(void)state;
	c.handled_seq = 2;
	asked = decide(&c);
	assert_int_equal(
	    decide_answer(&c, &asked, &answer, &policy, 2000, &a, &d), OK);
	assert_int_equal(d.timer_count, 0);
	assert_int_equal(d.events[0].kind, EVENT_HANDLED);
	c.resolved_seq = 2; /* resolved since, and reopened by seq 3 */
	assert_int_equal(
	    decide_answer(&c, &asked, &answer, &policy, 2000, &a, &d), OK);
	assert_int_equal(d.timer_count, 1);
	arena_free(&a);
}

static void
test_not_the_bots_any_more(void **state)
{
	struct conversation c = asked_twice();
	struct decision asked = decide(&c), d;
	struct answer answer = {.kind = ANSWER_FOUND};
	struct arena a = {0};

	(void)state;
	c.epoch++;
	assert_int_equal(
	    decide_answer(&c, &asked, &answer, &policy, 0, &a, &d), E_STALE);
	assert_false(decide_keep_answer(&c, &asked, true, 9));
	arena_free(&a);
}

static void
test_stale_answers(void **state)
{
	struct conversation c = asked_twice();
	struct decision asked = decide(&c);

	(void)state;
	c.seq = c.last_customer_seq = 4; /* the customer wrote again */
	assert_false(decide_keep_answer(&c, &asked, false, 1));
	assert_true(decide_keep_answer(&c, &asked, false, 2));
	assert_true(decide_keep_answer(&c, &asked, true, 1));
	c.handled_seq = 3; /* somebody else answered */
	assert_false(decide_keep_answer(&c, &asked, true, 9));
}

static struct decision
idle(const struct conversation *c, int64_t now)
{
	struct decision d;

	assert_int_equal(decide_timer(c, TIMER_IDLE, &policy, now, &d), OK);
	assert_int_equal(d.timer_count, 1);
	return d;
}

static void
test_idle_timer(void **state)
{
	struct conversation c = {.seq = 2, .last_at = 1000};
	struct decision d = idle(&c, 1000 + HOUR);

	(void)state;
	assert_int_equal(d.event_count, 2);
	assert_int_equal(d.events[0].kind, EVENT_TIMER);
	assert_int_equal(d.events[1].kind, EVENT_RESOLVED);
	assert_int_equal(d.timers[0].due, 0);

	d = idle(&c, 500 + HOUR); /* somebody wrote since it was armed */
	assert_int_equal(d.event_count, 0);
	assert_int_equal(d.timers[0].due, 1000 + HOUR);

	c.last_customer_seq = 2; /* an unanswered question is not silence */
	d = idle(&c, 1000 + HOUR);
	assert_int_equal(d.event_count, 0);
	assert_true(d.timers[0].due > 1000 + HOUR);

	c.status = STATUS_RESOLVED;
	d = idle(&c, 1000 + HOUR);
	assert_int_equal(d.event_count, 0);
	assert_int_equal(d.timers[0].due, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_to_do),
	    cmocka_unit_test(test_burst_is_one_question),
	    cmocka_unit_test(test_answer_is_one_message),
	    cmocka_unit_test(test_later_answers_leave_the_timer),
	    cmocka_unit_test(test_not_the_bots_any_more),
	    cmocka_unit_test(test_stale_answers),
	    cmocka_unit_test(test_idle_timer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
