/*
 * handoff: automatic texts; the bot's last turn; and whatever is done to
 * whatever state, the events fold, a refusal changes nothing, and no holder
 * changes but by the table.
 */
#include "tests/core/chat.h"
#include "tests/lib/random.h"

/* ---- notices ------------------------------------------------------------- */

static bool
notified(struct chat *chat, enum notice notice)
{
	return does(chat, (struct act){.kind = ACT_NOTIFY,
			      .notice = notice,
			      .notice_body = STR("{}")}) == ACT_FINE;
}

static void
test_one_notice_for_one_thing(void **state)
{
	struct chat chat = chat_queued();

	(void)state;
	assert_false(notified(&chat, NOTICE_NONE));
	assert_false(notified(&chat, NOTICE_BACK));
	assert_false(notified(&chat, NOTICE_MAILED));
	assert_true(notified(&chat, NOTICE_WAITING));
	assert_false(notified(&chat, NOTICE_WAITING));
	assert_false(notified(&chat, NOTICE_PASSED));
	chat.now += 2 * MINUTE;
	assert_true(notified(&chat, NOTICE_WAITING));
	chat.now += 2 * MINUTE;
	assert_false(notified(&chat, NOTICE_PASSED));

	/* It goes by mail; of the three that say so one is told. */
	FINE(&chat, .kind = ACT_MAIL, .notice = NOTICE_CLOSED,
	    .notice_body = STR("{}"));
	assert_int_equal(chat.c.notice, NOTICE_CLOSED);
	chat.now += 60 * MINUTE;
	assert_false(notified(&chat, NOTICE_NOBODY));
	assert_false(notified(&chat, NOTICE_MAILED));
	assert_false(notified(&chat, NOTICE_WAITING));
	assert_int_equal(chat.c.status, STATUS_OPEN);
	arena_free(&chat.arena);
}

static void
test_no_notice_over_a_person(void **state)
{
	struct chat chat = chat_of(ANNA);

	(void)state;
	assert_true(
	    handoff_notice_due(&chat.c, NOTICE_PASSED, &policy, chat.now));
	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = STR("{}"),
	    .seen_seq = UINT64_MAX);
	assert_false(
	    handoff_notice_due(&chat.c, NOTICE_PASSED, &policy, chat.now));
	FINE(&chat, .kind = ACT_DROP, .to_agent = ANNA);
	assert_true(
	    handoff_notice_due(&chat.c, NOTICE_WAITING, &policy, chat.now));
	FINE(&chat, .kind = ACT_GONE);
	assert_false(
	    handoff_notice_due(&chat.c, NOTICE_WAITING, &policy, chat.now));
	/* The notice is left out, and what it went with is done. */
	FINE(&chat, .kind = ACT_MAIL, .notice = NOTICE_MAILED,
	    .notice_body = STR("{}"));
	assert_int_equal(chat.acted.noticed, DECISION_EVENTS_MAX);
	arena_free(&chat.arena);
}

/* That somebody takes over is told once, until somebody has spoken. */
static void
test_handed_on_is_told_once(void **state)
{
	struct chat chat = chat_queued();

	(void)state;
	assert_true(notified(&chat, NOTICE_WAITING));
	FINE(&chat, .kind = ACT_PULL, .agent = ANNA);
	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = STR("{}"),
	    .seen_seq = UINT64_MAX);
	/* Within notice_ms of what was told; but a person has spoken since. */
	FINE(&chat, .kind = ACT_TRANSFER, .agent = ANNA, .to_team = SALES + 1);
	assert_true(notified(&chat, NOTICE_PASSED));
	chat.now += 60 * MINUTE;
	FINE(&chat, .kind = ACT_OVERFLOW, .to_team = SALES);
	assert_false(notified(&chat, NOTICE_PASSED));
	assert_true(notified(&chat, NOTICE_NOBODY));
	chat.now += 60 * MINUTE;
	assert_false(notified(&chat, NOTICE_NOBODY));
	arena_free(&chat.arena);
}

/* ---- the bot gives up ---------------------------------------------------- */

static void
test_the_bot_gives_up(void **state)
{
	struct chat chat = chat_new();
	struct decision asked = decide(&chat.c), d;
	struct answer answer = {.kind = ANSWER_UNKNOWN, .text = STR("?")};
	struct act act = {.kind = ACT_QUEUE,
	    .to_team = SALES,
	    .pack = STR("{\"lines\":[]}"),
	    .body = STR("{\"why\":\"unknown\"}"),
	    .policy = &policy,
	    .now = NOW,
	    .notice = NOTICE_WAITING,
	    .notice_body = STR("{}")};
	struct handover h = {.asked = &asked, .answer = &answer, .act = &act};

	(void)state;
	assert_int_equal(decide_handoff(&chat.c, &h, &chat.arena, &d), OK);
	assert_int_equal(d.seq, chat.c.seq);
	assert_int_equal(d.event_count, 4);
	chat.acted.decision = d;
	assert_string_equal(
	    kinds(&chat.acted.decision), "message pack holder message");
	assert_int_equal(d.events[1].ref, 3); /* the answer is in the pack */
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_IDLE), NOW + 60 * MINUTE);
	assert_true(timer(&chat.acted.decision, TIMER_QUEUE) > NOW);
	for (unsigned i = 0; i < d.event_count; i++)
		chat_fold(&chat, d.events[i]);
	assert_int_equal(chat.c.holder, HOLDER_QUEUE);
	assert_int_equal(chat.c.handled_seq, 2);

	assert_int_equal(decide_handoff(&chat.c, &h, &chat.arena, &d), E_STALE);
	arena_free(&chat.arena);
}

static void
test_the_bot_gives_up_without_a_word(void **state)
{
	struct chat chat = chat_new();
	struct decision asked = decide(&chat.c), d;
	struct policy lonely = {.queue_ms = 1};
	struct act act = {.kind = ACT_MAIL, .policy = &policy, .now = NOW};
	struct handover h = {.asked = &asked, .act = &act};

	(void)state;
	assert_int_equal(decide_handoff(&chat.c, &h, &chat.arena, &d), OK);
	assert_int_equal(d.event_count, 1);
	assert_int_equal(d.events[0].ref, HOLDER_EMAIL);
	act.policy = &lonely;
	assert_int_equal(
	    decide_handoff(&chat.c, &h, &chat.arena, &d), E_DENIED);
	chat.c.epoch++;
	assert_int_equal(decide_handoff(&chat.c, &h, &chat.arena, &d), E_STALE);
	arena_free(&chat.arena);
}

/* ---- whatever is done ---------------------------------------------------- */

#define RUNS 1500
#define STEPS 40

static struct act
any_act(struct test_random *r, int64_t now)
{
	static const int64_t agents[] = {0, ANNA, BEN, BOSS, -1};
	struct act act = {
	    .kind = (enum act_kind)test_random_below(r, ACTS + 1),
	    .agent = agents[test_random_below(r, 4)],
	    .to_agent = agents[test_random_below(r, 4)],
	    .to_team = (int64_t)test_random_below(r, 2) * SALES,
	    .may_supervise = test_random_below(r, 3) == 0,
	    .offer_seq = test_random_below(r, 8) == 0 ? 3 : 0,
	    .seen_seq = test_random_below(r, 2) == 0 ? UINT64_MAX : 4,
	    .priority = test_random_below(r, PRIORITY_MAX + 2),
	    .timer = (enum timer_kind)test_random_below(r, TIMER_KINDS),
	    .until = now + (int64_t)test_random_below(r, 3 * MINUTE) - MINUTE,
	    .wanted = agents[test_random_below(r, 5)],
	    .notice = (enum notice)test_random_below(r, NOTICES + 1),
	    .notice_body = STR("{\"text\":\"n\"}"),
	    .name = test_random_below(r, 2) == 0 ? STR("Anna") : STR(""),
	    .body = test_random_below(r, 4) == 0 ? STR("") : STR("{}"),
	};

	if (test_random_below(r, 3) == 0)
		act.pack = act.route = STR("{}");
	return act;
}

static void
other_event(struct chat *chat, struct test_random *r)
{
	static const struct event events[] = {
	    {.kind = EVENT_MESSAGE, .author = AUTHOR_CUSTOMER},
	    {.kind = EVENT_MESSAGE, .author = AUTHOR_BOT, .ref = 2},
	    {.kind = EVENT_MAILED, .ref = 5},
	    {.kind = EVENT_EDITED, .author = AUTHOR_CUSTOMER, .ref = 2},
	};

	chat_fold(chat, events[test_random_below(r, ARRAY_LEN(events))]);
}

static void
check_done(const struct acted *a, const struct conversation *before)
{
	const struct decision *d = &a->decision;
	unsigned holders = 0;

	if (a->refusal != ACT_FINE) {
		assert_int_equal(d->event_count + d->timer_count, 0);
		return;
	}
	assert_true(d->event_count > 0);
	assert_true(d->event_count <= DECISION_EVENTS_MAX);
	assert_true(d->timer_count <= DECISION_TIMERS_MAX);
	assert_int_equal(d->seq, before->seq);
	for (unsigned i = 0; i < d->event_count; i++)
		holders += d->events[i].kind == EVENT_HOLDER;
	assert_true(holders <= 1);
	for (unsigned i = 0; i < d->timer_count; i++)
		for (unsigned k = 0; k < i; k++)
			assert_int_not_equal(
			    d->timers[i].kind, d->timers[k].kind);
}

/* A change of holder is one that the table has for this act. */
static void
check_table(const struct conversation *before, const struct conversation *after,
    enum act_kind act)
{
	const struct transition *t = handoff_transitions;

	if (before->epoch == after->epoch)
		return;
	while (t->name != NULL &&
	       (t->act != act || (t->from & (1u << before->holder)) == 0))
		t++;
	assert_non_null(t->name);
	assert_int_equal(after->holder, t->to);
}

static void
test_whatever_is_done(void **state)
{
	struct test_random r = test_random_new("whatever_is_done");

	(void)state;
	for (unsigned run = 0; run < RUNS; run++) {
		struct chat chat = chat_new();

		for (unsigned step = 0; step < STEPS; step++) {
			struct conversation before = chat.c;
			struct act act = any_act(&r, chat.now);

			if (test_random_below(&r, 5) == 0) {
				other_event(&chat, &r);
				chat_check(&chat.c);
				continue;
			}
			(void)does(&chat, act);
			check_done(&chat.acted, &before);
			check_table(&before, &chat.c, act.kind);
			chat_check(&chat.c);
			chat.now += (int64_t)test_random_below(&r, 3 * MINUTE);
		}
		arena_free(&chat.arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_notice_for_one_thing),
	    cmocka_unit_test(test_no_notice_over_a_person),
	    cmocka_unit_test(test_handed_on_is_told_once),
	    cmocka_unit_test(test_the_bot_gives_up),
	    cmocka_unit_test(test_the_bot_gives_up_without_a_word),
	    cmocka_unit_test(test_whatever_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
