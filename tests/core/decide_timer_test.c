/*
 * Timers look when they are due: what has not come to pass is looked at again
 * at the very moment it would, and nothing fires twice.
 */
#include "tests/core/chat.h"
#include "tests/lib/random.h"

/* What the timer makes of it, folded. */
static const struct decision *
due(struct chat *chat, enum timer_kind kind)
{
	struct decision *d = &chat->acted.decision;

	assert_int_equal(
	    decide_timer(&chat->c, kind, &policy, chat->now, d), OK);
	assert_int_equal(d->seq, chat->c.seq);
	for (unsigned i = 0; i < d->event_count; i++)
		chat_fold(chat, d->events[i]);
	chat_check(&chat->c);
	return d;
}

/* Nothing happens, and it is looked at again at `when` (0: never). */
static void
sleeps(struct chat *chat, enum timer_kind kind, int64_t when)
{
	const struct decision *d = due(chat, kind);

	assert_int_equal(d->kind, DECIDE_COMMIT);
	assert_int_equal(d->event_count, 0);
	assert_int_equal(timer(d, kind), when);
}

static void
test_offer(void **state)
{
	struct chat chat = chat_queued();
	const struct decision *d;

	(void)state;
	sleeps(&chat, TIMER_OFFER, 0);
	FINE(&chat, .kind = ACT_OFFER, .to_agent = ANNA);
	chat.now += MINUTE / 2 - 1;
	sleeps(&chat, TIMER_OFFER, chat.now + 1);
	chat_ask(&chat);
	chat.now++;
	d = due(&chat, TIMER_OFFER);
	assert_string_equal(kinds(d), "offer_end");
	assert_int_equal(d->events[0].ref, OFFER_EXPIRED);
	assert_int_equal(timer(d, TIMER_OFFER), 0);

	/* Another offer has been made since it was armed. */
	FINE(&chat, .kind = ACT_OFFER, .to_agent = BEN);
	sleeps(&chat, TIMER_OFFER, chat.now + MINUTE / 2);
	assert_int_equal(chat.c.offered, BEN);
	FINE(&chat, .kind = ACT_ACCEPT, .agent = BEN);
	sleeps(&chat, TIMER_OFFER, 0);
	arena_free(&chat.arena);
}

static void
test_queue(void **state)
{
	struct chat chat = chat_queued();
	const struct decision *d;

	(void)state;
	FINE(&chat, .kind = ACT_OFFER, .to_agent = ANNA);
	chat.now += 11 * MINUTE;
	d = due(&chat, TIMER_QUEUE);
	assert_string_equal(kinds(d), "offer_end holder");
	assert_string_equal(d->events[1].body.p, "{\"why\":\"too_long\"}");
	assert_int_equal(timer(d, TIMER_QUEUE), 0);
	assert_int_equal(timer(d, TIMER_OFFER), 0);
	assert_int_equal(chat.c.holder, HOLDER_EMAIL);
	sleeps(&chat, TIMER_QUEUE, 0);
	arena_free(&chat.arena);
}

static void
test_queue_says_so(void **state)
{
	struct chat chat = chat_queued();
	struct policy p = policy;
	struct decision d;

	(void)state;
	p.mailed = STR("{\"text\":\"by mail\"}");
	assert_int_equal(
	    decide_timer(&chat.c, TIMER_QUEUE, &p, chat.now, &d), OK);
	assert_string_equal(kinds(&d), "holder message");
	assert_int_equal(d.events[1].ref, NOTICE_MAILED);
	assert_ptr_equal(d.events[1].body.p, p.mailed.p);
	arena_free(&chat.arena);
}

/* As the timer says with that policy; folded. */
static const char *
kept(struct chat *chat, enum timer_kind kind, const struct policy *p)
{
	struct decision *d = &chat->acted.decision;

	assert_int_equal(decide_timer(&chat->c, kind, p, chat->now, d), OK);
	for (unsigned i = 0; i < d->event_count; i++)
		chat_fold(chat, d->events[i]);
	chat_check(&chat->c);
	return kinds(d);
}

static struct policy
without_desk(void)
{
	struct policy p = policy;

	p.has_desk = false;
	p.keep_ms = 300 * MINUTE;
	p.ended = STR("{\"text\":\"sorry\"}");
	return p;
}

static void
test_queue_without_a_desk(void **state)
{
	const struct policy lonely = without_desk();
	struct chat chat = chat_new();
	const struct decision *d = &chat.acted.decision;

	(void)state;
	FINE(&chat, .kind = ACT_QUEUE, .to_team = SALES, .policy = &lonely);
	assert_int_equal(timer(d, TIMER_QUEUE), NOW + 300 * MINUTE);
	/* Another line is no other wait. */
	chat.now += 100 * MINUTE;
	FINE(&chat, .kind = ACT_OVERFLOW, .to_team = SALES + 1,
	    .policy = &lonely);
	assert_int_equal(timer(d, TIMER_QUEUE), -1);
	chat_ask(&chat);
	assert_string_equal(kept(&chat, TIMER_QUEUE, &lonely), "");
	assert_int_equal(timer(d, TIMER_QUEUE), NOW + 300 * MINUTE);
	chat.now += 200 * MINUTE;
	assert_string_equal(
	    kept(&chat, TIMER_QUEUE, &lonely), "message holder resolved");
	assert_int_equal(d->events[0].ref, NOTICE_ENDED);
	assert_ptr_equal(d->events[0].body.p, lonely.ended.p);
	assert_int_equal(timer(d, TIMER_QUEUE), 0);
	arena_free(&chat.arena);
}

/* Who has closed the chat is told nothing, and not kept where that is vain. */
static void
test_queue_of_who_is_gone(void **state)
{
	struct policy lonely = without_desk();
	struct chat chat = chat_new();
	const struct decision *d = &chat.acted.decision;

	(void)state;
	FINE(&chat, .kind = ACT_QUEUE, .policy = &lonely);
	chat.now += 295 * MINUTE;
	FINE(&chat, .kind = ACT_GONE, .policy = &lonely);
	/* Never later than they would be kept. */
	assert_int_equal(timer(d, TIMER_QUEUE), -1);
	assert_int_equal(timer(d, TIMER_IDLE), chat.now + 10 * MINUTE);
	assert_string_equal(kept(&chat, TIMER_IDLE, &lonely), "");
	assert_int_equal(timer(d, TIMER_IDLE), chat.now + 10 * MINUTE);
	chat.now += 10 * MINUTE;
	lonely.reachable = true;
	assert_string_equal(kept(&chat, TIMER_IDLE, &lonely), "");
	assert_true(timer(d, TIMER_IDLE) > chat.now);
	lonely.reachable = false;
	assert_string_equal(
	    kept(&chat, TIMER_IDLE, &lonely), "timer holder resolved");
	arena_free(&chat.arena);
}

/* What a seller had is kept as long again, from when it comes back. */
static void
test_queue_of_who_comes_back(void **state)
{
	const struct policy lonely = without_desk();
	struct chat chat = chat_of(ANNA);

	(void)state;
	chat.now += 1000 * MINUTE;
	FINE(&chat, .kind = ACT_DROP, .to_agent = ANNA, .policy = &lonely);
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_QUEUE), chat.now + 300 * MINUTE);
	/* A word of a person, and nobody waits; but it does not stay so. */
	FINE(&chat, .kind = ACT_BARGE, .agent = BOSS, .may_supervise = true,
	    .seen_seq = UINT64_MAX, .body = STR("{}"), .policy = &lonely);
	chat.now += 100 * MINUTE;
	assert_string_equal(kept(&chat, TIMER_QUEUE, &lonely), "");
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_QUEUE), chat.now + 200 * MINUTE);
	chat.now += 200 * MINUTE;
	assert_string_equal(
	    kept(&chat, TIMER_QUEUE, &lonely), "holder resolved");
	arena_free(&chat.arena);
}

static void
test_first_response(void **state)
{
	struct chat chat = chat_queued();
	int64_t armed = timer(&chat.acted.decision, TIMER_FIRST_RESPONSE);
	const struct decision *d;

	(void)state;
	sleeps(&chat, TIMER_FIRST_RESPONSE, armed);
	FINE(&chat, .kind = ACT_PULL, .agent = ANNA);
	chat.now = armed;
	d = due(&chat, TIMER_FIRST_RESPONSE);
	assert_string_equal(kinds(d), "timer");
	assert_int_equal(d->events[0].ref, TIMER_FIRST_RESPONSE);
	assert_int_equal(timer(d, TIMER_FIRST_RESPONSE), 0);
	sleeps(&chat, TIMER_FIRST_RESPONSE, 0); /* once */

	/* It has been answered, and is handed over a second time. */
	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = STR("{}"),
	    .seen_seq = UINT64_MAX);
	sleeps(&chat, TIMER_FIRST_RESPONSE, 0);
	FINE(&chat, .kind = ACT_RESOLVE, .agent = ANNA);
	sleeps(&chat, TIMER_FIRST_RESPONSE, 0);
	chat_ask(&chat);
	FINE(&chat, .kind = ACT_QUEUE);
	chat.now += 5 * MINUTE;
	assert_string_equal(kinds(due(&chat, TIMER_FIRST_RESPONSE)), "timer");
	arena_free(&chat.arena);
}

static void
test_next_response(void **state)
{
	struct chat chat = chat_of(ANNA);

	(void)state;
	for (unsigned wait = 0; wait < 3; wait++) {
		FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = STR("{}"),
		    .seen_seq = UINT64_MAX);
		/* Nobody waits: it stands still, and would go on doing so. */
		assert_int_equal(
		    timer(&chat.acted.decision, TIMER_NEXT_RESPONSE),
		    TIMER_PARKED + 15 * MINUTE);
		sleeps(&chat, TIMER_NEXT_RESPONSE, TIMER_PARKED + 15 * MINUTE);
		chat.now += 4 * MINUTE;
		chat_ask(&chat);
		chat.now += 11 * MINUTE;
		sleeps(&chat, TIMER_NEXT_RESPONSE, chat.now + 4 * MINUTE);
		chat_ask(&chat); /* it is the first one that waits */
		chat.now += 4 * MINUTE;
		assert_string_equal(
		    kinds(due(&chat, TIMER_NEXT_RESPONSE)), "timer");
		sleeps(&chat, TIMER_NEXT_RESPONSE, 0);
	}
	FINE(&chat, .kind = ACT_GIVE_BACK, .agent = ANNA);
	sleeps(&chat, TIMER_NEXT_RESPONSE, 0);
	arena_free(&chat.arena);
}

/* It is set by whatever makes them wait, if that is not a word of theirs. */
static void
test_next_response_of_who_comes_back(void **state)
{
	struct chat chat = chat_of(ANNA);
	const struct decision *d = &chat.acted.decision;

	(void)state;
	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = STR("{}"),
	    .seen_seq = UINT64_MAX);
	chat.now += MINUTE;
	FINE(&chat, .kind = ACT_DROP, .to_agent = ANNA);
	assert_int_equal(timer(d, TIMER_NEXT_RESPONSE), chat.now + 15 * MINUTE);
	/* Who waits already goes on waiting. */
	FINE(&chat, .kind = ACT_PULL, .agent = BEN);
	chat.now += MINUTE;
	FINE(&chat, .kind = ACT_DROP, .to_agent = BEN);
	assert_int_equal(timer(d, TIMER_NEXT_RESPONSE), -1);
	FINE(&chat, .kind = ACT_MAIL);
	FINE(&chat, .kind = ACT_PULL, .agent = BEN);
	assert_int_equal(
	    timer(d, TIMER_NEXT_RESPONSE), chat.c.waiting_at + 15 * MINUTE);
	arena_free(&chat.arena);
}

static void
test_snooze(void **state)
{
	struct chat chat = chat_of(ANNA);
	int64_t until = chat.now + 60 * MINUTE;

	(void)state;
	FINE(&chat, .kind = ACT_SNOOZE, .agent = ANNA, .until = until);
	sleeps(&chat, TIMER_SNOOZE, until);
	chat.now = until;
	assert_string_equal(kinds(due(&chat, TIMER_SNOOZE)), "timer");
	assert_int_equal(chat.c.status, STATUS_OPEN);
	assert_int_equal(chat.c.holder, HOLDER_AGENT);
	sleeps(&chat, TIMER_SNOOZE, 0);
	arena_free(&chat.arena);
}

static void
test_window(void **state)
{
	const int64_t span = 22 * 60 * MINUTE;
	struct chat chat = chat_of(ANNA);
	const struct decision *d;

	(void)state;
	sleeps(&chat, TIMER_WINDOW, NOW + span);
	chat.now += span;
	d = due(&chat, TIMER_WINDOW);
	assert_string_equal(kinds(d), "timer");
	assert_int_equal(timer(d, TIMER_WINDOW), chat.now + span);
	sleeps(&chat, TIMER_WINDOW, chat.now + span);
	chat.now += 60 * MINUTE;
	chat_ask(&chat); /* opens it again */
	sleeps(&chat, TIMER_WINDOW, chat.now + span);
	chat.now += span;
	assert_string_equal(kinds(due(&chat, TIMER_WINDOW)), "timer");
	FINE(&chat, .kind = ACT_RESOLVE, .agent = ANNA);
	sleeps(&chat, TIMER_WINDOW, 0);
	arena_free(&chat.arena);
}

/*
 * Customers write when they like: each window of which they let so much pass is
 * told of once, to the millisecond, and no other.
 */
static void
test_each_window_is_told_of_in_time(void **state)
{
	const int64_t span = 22 * 60 * MINUTE;
	struct chat chat = chat_of(ANNA);
	struct test_random random = test_random_new("windows");
	int64_t rings = NOW + span, told = 0;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		int64_t writes = chat.now + 1 +
				 (int64_t)test_random_below(
				     &random, (uint64_t)span * 2);

		while (rings < writes) {
			const struct decision *d;

			chat.now = rings;
			d = due(&chat, TIMER_WINDOW);
			rings = timer(d, TIMER_WINDOW);
			assert_true(rings > chat.now);
			if (d->event_count == 0)
				continue;
			assert_true(told != chat.c.customer_at);
			told = chat.c.customer_at;
			assert_int_equal(chat.now, told + span);
		}
		assert_true(writes <= chat.c.customer_at + span ||
			    told == chat.c.customer_at);
		chat.now = writes;
		chat_ask(&chat);
	}
	arena_free(&chat.arena);
}

static void
test_unread(void **state)
{
	struct chat chat = chat_of(ANNA);
	const struct decision *d;

	(void)state;
	sleeps(&chat, TIMER_UNREAD, 0); /* nothing has been said */
	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = STR("{}"),
	    .seen_seq = UINT64_MAX);
	FINE(&chat, .kind = ACT_RESOLVE, .agent = ANNA);
	d = due(&chat, TIMER_UNREAD);
	assert_int_equal(d->kind, DECIDE_UNREAD);
	assert_int_equal(d->asked_from, 2);
	assert_int_equal(d->asked_to, chat.c.agent_seq);
	assert_string_equal(kinds(d), "timer");
	assert_int_equal(timer(d, TIMER_UNREAD), 0);
	chat_ask(&chat); /* who answers has read it */
	sleeps(&chat, TIMER_UNREAD, 0);
	arena_free(&chat.arena);
}

static void
test_idle(void **state)
{
	struct chat chat = chat_queued();
	const struct decision *d;

	(void)state;
	chat.now += 60 * MINUTE;
	sleeps(&chat, TIMER_IDLE, chat.now + 60 * MINUTE);
	FINE(&chat, .kind = ACT_PULL, .agent = ANNA);
	chat.now += 60 * MINUTE;
	sleeps(&chat, TIMER_IDLE, chat.now + 60 * MINUTE);
	FINE(&chat, .kind = ACT_DROP, .to_agent = ANNA);
	FINE(&chat, .kind = ACT_MAIL);
	chat.now += 60 * MINUTE;
	/* The mail has not been written yet. */
	sleeps(&chat, TIMER_IDLE, chat.now + 60 * MINUTE);
	chat_fold(
	    &chat, (struct event){.kind = EVENT_MAILED, .ref = chat.c.seq});
	chat.now += 60 * MINUTE;
	d = due(&chat, TIMER_IDLE);
	assert_string_equal(kinds(d), "timer holder resolved");
	assert_int_equal(timer(d, TIMER_IDLE), 0);
	assert_int_equal(chat.c.holder, HOLDER_BOT);
	assert_int_equal(chat.c.breached, 0);
	sleeps(&chat, TIMER_IDLE, 0);
	arena_free(&chat.arena);
}

/* A person may speak before the bot has ever done so. */
static void
test_idle_after_a_word_over_the_bot(void **state)
{
	struct chat chat = chat_new();

	(void)state;
	FINE(&chat, .kind = ACT_BARGE, .agent = BOSS, .may_supervise = true,
	    .body = STR("{}"), .seen_seq = UINT64_MAX);
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_IDLE), chat.now + 60 * MINUTE);
	arena_free(&chat.arena);
}

static void
test_no_such_timer(void **state)
{
	struct chat chat = chat_new();
	struct decision d;

	(void)state;
	assert_int_equal(
	    decide_timer(&chat.c, TIMER_KINDS, &policy, NOW, &d), E_BADINPUT);
	/* Of a company that wants none, every timer ends. */
	FINE(&chat, .kind = ACT_QUEUE);
	for (unsigned k = 0; k < TIMER_KINDS; k++) {
		assert_int_equal(decide_timer(&chat.c, (enum timer_kind)k,
				     &(struct policy){0}, NOW, &d),
		    OK);
		assert_int_equal(d.event_count, 0);
		assert_int_equal(timer(&d, (enum timer_kind)k), 0);
	}
	arena_free(&chat.arena);
}

static void
test_mail_to_the_desk(void **state)
{
	struct chat chat = chat_queued();
	struct decision asked, d;

	(void)state;
	FINE(&chat, .kind = ACT_MAIL);
	asked = decide(&chat.c);
	assert_int_equal(asked.kind, DECIDE_MAIL);
	assert_int_equal(asked.asked_from, 0);
	assert_int_equal(asked.asked_to, chat.c.seq);
	assert_int_equal(decide_mailed(&chat.c, &asked, &policy, NOW, &d), OK);
	assert_string_equal(kinds(&d), "mailed");
	chat_fold(&chat, d.events[0]);
	assert_int_equal(decide(&chat.c).kind, DECIDE_NOTHING);

	chat_ask(&chat);
	asked = decide(&chat.c);
	assert_int_equal(asked.kind, DECIDE_MAIL);
	assert_int_equal(asked.asked_from, chat.c.mailed_seq);
	FINE(&chat, .kind = ACT_PULL, .agent = ANNA);
	assert_int_equal(
	    decide_mailed(&chat.c, &asked, &policy, NOW, &d), E_STALE);
	assert_int_equal(decide(&chat.c).kind, DECIDE_NOTHING);
	arena_free(&chat.arena);
}

/* The first mail goes at once; then all that comes within a while is one. */
static void
test_mails_keep_a_distance(void **state)
{
	struct policy slow = policy;
	struct chat chat = chat_queued();
	struct decision asked, d;

	(void)state;
	slow.mail_pause_ms = 5 * MINUTE;
	FINE(&chat, .kind = ACT_MAIL, .policy = &slow);
	asked = decide(&chat.c);
	assert_false(decide_mail_waits(&chat.c, &slow, NOW, &d));
	assert_int_equal(decide_mailed(&chat.c, &asked, &slow, NOW, &d), OK);
	assert_int_equal(timer(&d, TIMER_MAIL), NOW + 5 * MINUTE);
	chat_fold(&chat, d.events[0]);
	/* Nothing was said. */
	assert_int_equal(decide_timer(&chat.c, TIMER_MAIL, &slow, NOW, &d), OK);
	assert_int_equal(d.kind, DECIDE_COMMIT);
	assert_int_equal(d.event_count, 0);
	assert_int_equal(timer(&d, TIMER_MAIL), 0);

	chat_ask(&chat);
	assert_true(decide_mail_waits(&chat.c, &slow, NOW, &d));
	assert_int_equal(d.kind, DECIDE_COMMIT);
	assert_int_equal(d.event_count, 0);
	assert_int_equal(timer(&d, TIMER_MAIL), NOW + MAIL_SETTLE_MS);
	assert_int_equal(decide_timer(&chat.c, TIMER_MAIL, &slow, NOW, &d), OK);
	assert_int_equal(d.kind, DECIDE_MAIL);
	assert_int_equal(d.asked_from, chat.c.mailed_seq);
	assert_int_equal(d.asked_to, chat.c.seq);
	/* A short pause is all of it; without one nothing waits. */
	slow.mail_pause_ms = 1000;
	assert_true(decide_mail_waits(&chat.c, &slow, NOW, &d));
	assert_int_equal(timer(&d, TIMER_MAIL), NOW + 1000);
	slow.mail_pause_ms = 0;
	assert_false(decide_mail_waits(&chat.c, &slow, NOW, &d));
	/* When the desk has it no more, there is nothing to wait for. */
	slow.mail_pause_ms = 5 * MINUTE;
	FINE(&chat, .kind = ACT_PULL, .agent = ANNA, .policy = &slow);
	assert_int_equal(timer(&chat.acted.decision, TIMER_MAIL), 0);
	assert_int_equal(decide_timer(&chat.c, TIMER_MAIL, &slow, NOW, &d), OK);
	assert_int_equal(d.kind, DECIDE_COMMIT);
	arena_free(&chat.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_offer),
	    cmocka_unit_test(test_queue),
	    cmocka_unit_test(test_queue_says_so),
	    cmocka_unit_test(test_queue_without_a_desk),
	    cmocka_unit_test(test_queue_of_who_is_gone),
	    cmocka_unit_test(test_queue_of_who_comes_back),
	    cmocka_unit_test(test_first_response),
	    cmocka_unit_test(test_next_response),
	    cmocka_unit_test(test_next_response_of_who_comes_back),
	    cmocka_unit_test(test_snooze),
	    cmocka_unit_test(test_window),
	    cmocka_unit_test(test_each_window_is_told_of_in_time),
	    cmocka_unit_test(test_unread),
	    cmocka_unit_test(test_idle),
	    cmocka_unit_test(test_idle_after_a_word_over_the_bot),
	    cmocka_unit_test(test_no_such_timer),
	    cmocka_unit_test(test_mail_to_the_desk),
	    cmocka_unit_test(test_mails_keep_a_distance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
