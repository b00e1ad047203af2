/*
 * handoff: what each act does to whom, in which order, and what it is refused
 * for.
 */
#include "tests/core/chat.h"

static void
test_bot_to_seller(void **state)
{
	struct chat chat = chat_new();

	(void)state;
	FINE(&chat, .kind = ACT_QUEUE, .to_team = SALES, .wanted = ANNA,
	    .priority = 2, .body = STR("{\"why\":\"asked\"}"),
	    .pack = STR("{}"), .route = STR("{\"skills\":[]}"),
	    .notice = NOTICE_WAITING, .notice_body = STR("{\"text\":\"1\"}"));
	assert_string_equal(
	    kinds(&chat.acted.decision), "pack route holder message");
	assert_int_equal(chat.acted.noticed, 3);
	assert_int_equal(chat.c.holder, HOLDER_QUEUE);
	assert_int_equal(chat.c.team, SALES);
	assert_int_equal(chat.c.wanted, ANNA);
	assert_int_equal(chat.c.priority, 2);
	assert_true(
	    timer(&chat.acted.decision, TIMER_QUEUE) > NOW + 10 * MINUTE);
	assert_int_equal(timer(&chat.acted.decision, TIMER_FIRST_RESPONSE),
	    NOW + 5 * MINUTE);
	assert_int_equal(timer(&chat.acted.decision, TIMER_WINDOW),
	    NOW + (24 - 2) * 60 * MINUTE);

	FINE(&chat, .kind = ACT_OFFER, .to_agent = ANNA, .chats_max = 3,
	    .body = STR("{\"why\":\"wanted\"}"));
	assert_string_equal(kinds(&chat.acted.decision), "offer");
	assert_int_equal(chat.acted.decision.events[0].ref, 3);
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_OFFER), NOW + MINUTE / 2);
	assert_int_equal(handoff_counts(&chat.c, ANNA), 1);

	FINE(&chat, .kind = ACT_ACCEPT, .agent = ANNA, .name = STR("An\"na"));
	assert_string_equal(kinds(&chat.acted.decision), "holder");
	assert_string_equal(chat.acted.decision.events[0].body.p,
	    "{\"why\":\"accept\",\"name\":\"An\\\"na\"}");
	assert_int_equal(chat.acted.decision.events[0].author, AUTHOR_AGENT);
	assert_int_equal(timer(&chat.acted.decision, TIMER_OFFER), 0);
	assert_int_equal(timer(&chat.acted.decision, TIMER_QUEUE), 0);
	assert_int_equal(chat.c.agent, ANNA);
	assert_int_equal(handoff_counts(&chat.c, ANNA), 1);
	assert_int_equal(handoff_counts(&chat.c, BEN), 0);

	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .source = STR("a:1"),
	    .body = STR("{\"text\":\"hi\"}"), .seen_seq = chat.c.seq);
	assert_string_equal(kinds(&chat.acted.decision), "message");
	assert_int_equal(chat.acted.said, 0);
	assert_int_equal(chat.acted.decision.events[0].ref, 2);
	assert_int_equal(timer(&chat.acted.decision, TIMER_FIRST_RESPONSE), 0);
	assert_int_equal(timer(&chat.acted.decision, TIMER_NEXT_RESPONSE),
	    TIMER_PARKED + 15 * MINUTE);
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_UNREAD), NOW + 3 * MINUTE);
	assert_int_equal(chat.c.waiting_at, 0);

	FINE(&chat, .kind = ACT_RESOLVE, .agent = ANNA);
	assert_string_equal(kinds(&chat.acted.decision), "holder resolved");
	assert_int_equal(chat.c.holder, HOLDER_BOT);
	assert_int_equal(chat.c.status, STATUS_RESOLVED);
	assert_int_equal(timer(&chat.acted.decision, TIMER_IDLE), 0);
	assert_int_equal(timer(&chat.acted.decision, TIMER_NEXT_RESPONSE), 0);
	assert_int_equal(timer(&chat.acted.decision, TIMER_WINDOW), 0);
	assert_int_equal(timer(&chat.acted.decision, TIMER_UNREAD), -1);
	chat_ask(&chat);
	assert_true(conversation_pending(&chat.c));
	arena_free(&chat.arena);
}

static void
test_of_two_who_accept_one_wins(void **state)
{
	struct chat chat = chat_queued();

	(void)state;
	FINE(&chat, .kind = ACT_OFFER, .to_agent = ANNA);
	REFUSED(&chat, "over", .kind = ACT_ACCEPT, .agent = BEN);
	REFUSED(&chat, "held", .kind = ACT_OFFER, .to_agent = BEN);
	REFUSED(&chat, "no_change", .kind = ACT_OFFER, .to_agent = ANNA);
	REFUSED(&chat, "held", .kind = ACT_PULL, .agent = BEN);
	FINE(&chat, .kind = ACT_ACCEPT, .agent = ANNA);
	REFUSED(&chat, "held", .kind = ACT_ACCEPT, .agent = BEN);
	REFUSED(&chat, "no_change", .kind = ACT_ACCEPT, .agent = ANNA);
	REFUSED(&chat, "held", .kind = ACT_PULL, .agent = BEN);
	REFUSED(&chat, "held", .kind = ACT_OFFER, .to_agent = BEN);
	assert_int_equal(chat.c.agent, ANNA);
	arena_free(&chat.arena);
}

static void
test_offers_end(void **state)
{
	struct chat chat = chat_queued();
	uint64_t first;

	(void)state;
	FINE(&chat, .kind = ACT_OFFER, .to_agent = ANNA);
	first = chat.c.offer_seq;
	FINE(&chat, .kind = ACT_EXPIRE, .offer_seq = first);
	assert_string_equal(kinds(&chat.acted.decision), "offer_end");
	assert_int_equal(chat.acted.decision.events[0].ref, OFFER_EXPIRED);
	assert_int_equal(chat.acted.decision.events[0].author_id, ANNA);
	assert_int_equal(timer(&chat.acted.decision, TIMER_OFFER), 0);
	REFUSED(&chat, "over", .kind = ACT_ACCEPT, .agent = ANNA);
	REFUSED(&chat, "over", .kind = ACT_EXPIRE);

	FINE(&chat, .kind = ACT_OFFER, .to_agent = BEN);
	REFUSED(&chat, "over", .kind = ACT_EXPIRE, .offer_seq = first);
	REFUSED(&chat, "over", .kind = ACT_WITHDRAW, .offer_seq = first);
	REFUSED(&chat, "over", .kind = ACT_DECLINE, .agent = ANNA);
	FINE(&chat, .kind = ACT_DECLINE, .agent = BEN);
	assert_int_equal(chat.acted.decision.events[0].ref, OFFER_DECLINED);
	assert_int_equal(chat.acted.decision.events[0].author, AUTHOR_AGENT);

	FINE(&chat, .kind = ACT_OFFER, .to_agent = BEN);
	FINE(&chat, .kind = ACT_DROP, .to_agent = BEN);
	assert_int_equal(chat.acted.decision.events[0].ref, OFFER_WITHDRAWN);
	assert_int_equal(chat.c.holder, HOLDER_QUEUE);
	arena_free(&chat.arena);
}

/* Whatever changes the holder ends the offer, and says so. */
static void
test_a_change_of_holder_ends_the_offer(void **state)
{
	static const struct act acts[] = {
	    {.kind = ACT_OVERFLOW, .to_team = SALES + 1},
	    {.kind = ACT_MAIL},
	    {.kind = ACT_DESK_SAY, .body = {"{}", 2}},
	    {.kind = ACT_RESOLVE},
	    {.kind = ACT_GIVE_BACK},
	    {.kind = ACT_BLOCK},
	    {.kind = ACT_PULL, .agent = BOSS, .may_supervise = true},
	    {.kind = ACT_TAKE_OVER, .agent = BOSS, .may_supervise = true},
	    {.kind = ACT_TRANSFER,
		.agent = BOSS,
		.may_supervise = true,
		.to_agent = BEN},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(acts); i++) {
		struct chat chat = chat_queued();

		FINE(&chat, .kind = ACT_OFFER, .to_agent = ANNA);
		assert_int_equal(does(&chat, acts[i]), ACT_FINE);
		assert_non_null(
		    strstr(kinds(&chat.acted.decision), "offer_end holder"));
		assert_int_equal(handoff_counts(&chat.c, ANNA), 0);
		if (acts[i].kind != ACT_TRANSFER)
			assert_int_equal(
			    timer(&chat.acted.decision, TIMER_OFFER), 0);
		arena_free(&chat.arena);
	}
}

static void
test_transfers(void **state)
{
	struct chat chat = chat_of(ANNA);
	int64_t queued_at = chat.c.queued_at;

	(void)state;
	chat.now += MINUTE;
	REFUSED(&chat, "nobody", .kind = ACT_TRANSFER, .agent = ANNA);
	REFUSED(&chat, "malformed", .kind = ACT_TRANSFER, .agent = ANNA,
	    .to_agent = BEN, .to_team = SALES);
	REFUSED(&chat, "no_change", .kind = ACT_TRANSFER, .agent = ANNA,
	    .to_agent = ANNA);
	REFUSED(
	    &chat, "held", .kind = ACT_TRANSFER, .agent = BEN, .to_agent = BEN);
	FINE(&chat, .kind = ACT_TRANSFER, .agent = ANNA, .to_agent = BEN,
	    .body = STR("{\"text\":\"knows bikes\"}"), .chats_max = 4,
	    .notice = NOTICE_PASSED, .notice_body = STR("{}"));
	assert_string_equal(
	    kinds(&chat.acted.decision), "note route holder offer message");
	assert_int_equal(chat.acted.decision.events[0].ref, NOTE_TRANSFER);
	assert_int_equal(chat.acted.decision.events[0].author_id, ANNA);
	assert_int_equal(chat.c.offered, BEN);
	assert_int_equal(chat.c.wanted, BEN);
	assert_int_equal(chat.c.team, SALES);
	assert_true(chat.c.front);
	assert_true(chat.c.given);
	assert_int_equal(chat.c.queued_at, queued_at);
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_OFFER), chat.now + MINUTE / 2);

	FINE(&chat, .kind = ACT_ACCEPT, .agent = BEN);
	assert_int_equal(chat.c.wanted, 0);
	FINE(&chat, .kind = ACT_TRANSFER, .agent = BEN, .to_team = SALES + 1);
	assert_string_equal(kinds(&chat.acted.decision), "holder");
	assert_int_equal(chat.c.team, SALES + 1);
	assert_int_equal(chat.c.last_agent, BEN);
	REFUSED(&chat, "not_yours", .kind = ACT_TRANSFER, .agent = BEN,
	    .to_agent = ANNA);
	arena_free(&chat.arena);
}

static void
test_who_says_what(void **state)
{
	struct chat chat = chat_queued();
	const struct str hi = STR("{\"text\":\"hi\"}");
	uint64_t seen;

	(void)state;
	REFUSED(&chat, "not_yours", .kind = ACT_SAY, .agent = ANNA, .body = hi,
	    .seen_seq = chat.c.seq);
	FINE(&chat, .kind = ACT_PULL, .agent = ANNA);
	REFUSED(&chat, "malformed", .kind = ACT_SAY, .agent = ANNA,
	    .seen_seq = chat.c.seq);
	REFUSED(&chat, "malformed", .kind = ACT_SAY, .body = hi,
	    .seen_seq = chat.c.seq);
	REFUSED(&chat, "held", .kind = ACT_SAY, .agent = BEN, .body = hi,
	    .seen_seq = chat.c.seq);
	REFUSED(&chat, "spoken", .kind = ACT_SAY, .agent = ANNA, .body = hi);
	seen = chat.c.seq;
	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = hi,
	    .seen_seq = seen);
	/* What she said herself she need not have seen. */
	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = hi,
	    .seen_seq = seen);
	REFUSED(&chat, "forbidden", .kind = ACT_BARGE, .agent = BOSS,
	    .body = hi, .seen_seq = chat.c.seq);
	FINE(&chat, .kind = ACT_BARGE, .agent = BOSS, .may_supervise = true,
	    .body = hi, .seen_seq = chat.c.seq);
	assert_int_equal(chat.c.agent, ANNA);
	REFUSED(&chat, "spoken", .kind = ACT_SAY, .agent = ANNA, .body = hi,
	    .seen_seq = seen);
	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = hi,
	    .seen_seq = UINT64_MAX);
	REFUSED(
	    &chat, "forbidden", .kind = ACT_WHISPER, .agent = BEN, .body = hi);
	FINE(&chat, .kind = ACT_WHISPER, .agent = BOSS, .may_supervise = true,
	    .body = hi);
	REFUSED(&chat, "nobody", .kind = ACT_WHISPER, .agent = ANNA,
	    .may_supervise = true, .body = hi);
	FINE(&chat, .kind = ACT_RESOLVE, .agent = ANNA);
	REFUSED(&chat, "resolved", .kind = ACT_SAY, .agent = ANNA, .body = hi,
	    .seen_seq = chat.c.seq);
	FINE(&chat, .kind = ACT_NOTE, .agent = BEN, .body = hi);
	arena_free(&chat.arena);
}

/* Who may do what to a chat that ANNA has. */
static void
test_others_leave_it_alone(void **state)
{
	static const struct {
		struct act act;
		const char *stranger, *boss, *system;
	} rows[] = {
	    {{.kind = ACT_RESOLVE}, "held", "fine", "fine"},
	    {{.kind = ACT_GIVE_BACK}, "held", "fine", "fine"},
	    {{.kind = ACT_BLOCK}, "held", "fine", "fine"},
	    {{.kind = ACT_SNOOZE, .until = NOW + 1}, "held", "fine",
		"malformed"},
	    {{.kind = ACT_TRANSFER, .to_team = 5}, "held", "fine", "malformed"},
	    {{.kind = ACT_TAKE_OVER}, "forbidden", "fine", "malformed"},
	    {{.kind = ACT_WAKE}, "held", "no_change", "no_change"},
	    {{.kind = ACT_MAIL}, "held", "held", "held"},
	    {{.kind = ACT_QUEUE}, "held", "held", "held"},
	    {{.kind = ACT_OVERFLOW}, "forbidden", "forbidden", "held"},
	    {{.kind = ACT_DROP, .to_agent = BEN}, "forbidden", "forbidden",
		"no_change"},
	    {{.kind = ACT_DROP, .to_agent = ANNA}, "forbidden", "forbidden",
		"fine"},
	    {{.kind = ACT_OFFER}, "malformed", "malformed", "malformed"},
	    {{.kind = ACT_BREACH, .timer = TIMER_IDLE}, "forbidden",
		"forbidden", "malformed"},
	    {{.kind = ACT_BREACH, .timer = TIMER_FIRST_RESPONSE}, "forbidden",
		"forbidden", "fine"},
	    {{.kind = ACT_NOTIFY}, "forbidden", "forbidden", "no_change"},
	    {{.kind = ACT_REOPEN}, "held", "held", "malformed"},
	    {{.kind = ACT_PRIORITY}, "no_change", "no_change", "no_change"},
	    {{.kind = ACT_PRIORITY, .priority = 9}, "malformed", "malformed",
		"malformed"},
	    {{.kind = ACT_LABEL}, "malformed", "malformed", "malformed"},
	    {{.kind = ACTS}, "malformed", "malformed", "malformed"},
	    {{.kind = ACT_NOTIFY, .to_team = -1}, "malformed", "malformed",
		"malformed"},
	};

	(void)state;
	for (unsigned i = 0; i < 3 * ARRAY_LEN(rows); i++) {
		struct chat chat = chat_of(ANNA);
		struct act act = rows[i / 3].act;
		const char *const says[] = {
		    rows[i / 3].stranger, rows[i / 3].boss, rows[i / 3].system};

		act.agent = i % 3 == 0 ? BEN : i % 3 == 1 ? BOSS : 0;
		act.may_supervise = i % 3 == 1;
		if (strcmp(act_refusal_name(does(&chat, act)), says[i % 3]) !=
		    0)
			fail_msg("%s by %lld: %s, not %s",
			    act_kind_name(act.kind), (long long)act.agent,
			    act_refusal_name(chat.acted.refusal), says[i % 3]);
		arena_free(&chat.arena);
	}
}

static void
test_drop_and_overflow(void **state)
{
	struct chat chat = chat_of(ANNA);
	int64_t queued_at = chat.c.queued_at;

	(void)state;
	chat.now += 7 * MINUTE;
	FINE(&chat, .kind = ACT_DROP, .to_agent = ANNA);
	assert_string_equal(
	    chat.acted.decision.events[0].body.p, "{\"why\":\"drop\"}");
	assert_int_equal(chat.c.team, SALES);
	assert_true(chat.c.front);
	assert_false(chat.c.given);
	assert_int_equal(chat.c.queued_at, queued_at);
	assert_int_equal(chat.c.last_agent, ANNA);
	REFUSED(&chat, "no_change", .kind = ACT_OVERFLOW, .to_team = SALES);
	FINE(&chat, .kind = ACT_OVERFLOW, .to_team = SALES + 1,
	    .body = STR("{\"why\":\"too_long\"}"));
	assert_string_equal(
	    chat.acted.decision.events[0].body.p, "{\"why\":\"too_long\"}");
	assert_true(chat.c.front);
	assert_true(timer(&chat.acted.decision, TIMER_QUEUE) > chat.now);
	arena_free(&chat.arena);
}

/* Whose it was is known as long as it waits, in whatever line. */
static void
test_given_away(void **state)
{
	struct chat chat = chat_of(ANNA);

	(void)state;
	FINE(&chat, .kind = ACT_TRANSFER, .agent = ANNA, .to_team = SALES + 1);
	assert_true(chat.c.front && chat.c.given);
	assert_int_equal(chat.c.last_agent, ANNA);
	FINE(&chat, .kind = ACT_OVERFLOW, .to_team = SALES);
	assert_true(chat.c.given);
	FINE(&chat, .kind = ACT_OFFER, .to_agent = BEN);
	FINE(&chat, .kind = ACT_ACCEPT, .agent = BEN);
	assert_false(chat.c.given);
	/* Taken from them by a supervisor. */
	FINE(&chat, .kind = ACT_TRANSFER, .agent = BOSS, .may_supervise = true,
	    .to_agent = ANNA);
	assert_true(chat.c.given);
	assert_int_equal(chat.c.last_agent, BEN);
	FINE(
	    &chat, .kind = ACT_GIVE_BACK, .agent = BOSS, .may_supervise = true);
	assert_false(chat.c.given);
	arena_free(&chat.arena);
}

static void
test_mail_and_the_desks_answer(void **state)
{
	struct chat chat = chat_queued();
	const struct str hi = STR("{\"text\":\"hi\"}");

	(void)state;
	REFUSED(&chat, "nobody", .kind = ACT_MAIL,
	    .policy = &(struct policy){.idle_ms = 1});
	FINE(&chat, .kind = ACT_MAIL, .notice = NOTICE_NOBODY,
	    .notice_body = STR("{}"));
	assert_string_equal(kinds(&chat.acted.decision), "holder message");
	assert_true(conversation_pending(&chat.c));
	chat_fold(
	    &chat, (struct event){.kind = EVENT_MAILED, .ref = chat.c.seq});
	assert_false(conversation_pending(&chat.c));
	FINE(&chat, .kind = ACT_DESK_SAY, .body = hi, .source = STR("mail:1"));
	assert_string_equal(kinds(&chat.acted.decision), "message");
	assert_int_equal(chat.c.spoken_by, AUTHOR_AGENT);
	assert_false(conversation_pending(&chat.c));
	chat_ask(&chat);
	assert_true(conversation_pending(&chat.c)); /* it goes by mail, too */

	FINE(&chat, .kind = ACT_PULL, .agent = ANNA);
	REFUSED(&chat, "held", .kind = ACT_DESK_SAY, .body = hi);
	FINE(&chat, .kind = ACT_REFUSED, .body = hi);
	FINE(&chat, .kind = ACT_RESOLVE, .agent = ANNA);

	/* An answer after the end is given, and the desk not told of it. */
	FINE(&chat, .kind = ACT_DESK_SAY, .body = hi);
	assert_string_equal(
	    kinds(&chat.acted.decision), "holder message mailed");
	assert_int_equal(chat.c.holder, HOLDER_EMAIL);
	assert_int_equal(chat.c.status, STATUS_OPEN);
	assert_false(conversation_pending(&chat.c));

	/* If the customer has asked meanwhile, the desk is told. */
	FINE(&chat, .kind = ACT_RESOLVE);
	chat_ask(&chat);
	FINE(&chat, .kind = ACT_DESK_SAY, .body = hi);
	assert_string_equal(kinds(&chat.acted.decision), "holder message");
	assert_true(conversation_pending(&chat.c));
	arena_free(&chat.arena);
}

/* Back to the line of the team that had it; it waits there as any other. */
static void
test_a_desk_that_is_no_more(void **state)
{
	const struct policy lonely = {
	    .keep_ms = 300 * MINUTE, .mail_pause_ms = MINUTE};
	struct chat chat = chat_queued();

	(void)state;
	REFUSED(&chat, "no_change", .kind = ACT_RECALL);
	FINE(&chat, .kind = ACT_MAIL);
	chat_fold(
	    &chat, (struct event){.kind = EVENT_MAILED, .ref = chat.c.seq});
	chat_ask(&chat);
	REFUSED(&chat, "forbidden", .kind = ACT_RECALL, .agent = ANNA);
	FINE(&chat, .kind = ACT_RECALL, .policy = &lonely);
	assert_string_equal(kinds(&chat.acted.decision), "holder");
	assert_int_equal(chat.c.holder, HOLDER_QUEUE);
	assert_int_equal(chat.c.team, SALES);
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_QUEUE), NOW + 300 * MINUTE);
	assert_int_equal(timer(&chat.acted.decision, TIMER_MAIL), 0);
	assert_false(conversation_pending(&chat.c));
	arena_free(&chat.arena);
}

static void
test_nobody_answers_who_is_blocked(void **state)
{
	struct chat chat = chat_of(ANNA);
	const struct str hi = STR("{\"text\":\"hi\"}");

	(void)state;
	FINE(&chat, .kind = ACT_BLOCK, .agent = ANNA);
	assert_int_equal(chat.c.status, STATUS_RESOLVED);
	assert_int_equal(timer(&chat.acted.decision, TIMER_IDLE), 0);
	chat_ask(&chat);
	assert_int_equal(chat.c.status, STATUS_RESOLVED);
	assert_int_equal(chat.c.waiting_at, 0);
	assert_false(conversation_pending(&chat.c));
	REFUSED(&chat, "resolved", .kind = ACT_SAY, .agent = ANNA, .body = hi);
	REFUSED(&chat, "not_waiting", .kind = ACT_DESK_SAY, .body = hi);
	REFUSED(&chat, "resolved", .kind = ACT_QUEUE);
	REFUSED(&chat, "no_change", .kind = ACT_BLOCK);
	REFUSED(&chat, "not_yours", .kind = ACT_GIVE_BACK, .agent = ANNA);
	FINE(&chat, .kind = ACT_TAKE_OVER, .agent = ANNA);
	assert_int_equal(chat.c.status, STATUS_OPEN);
	FINE(&chat, .kind = ACT_BLOCK, .agent = ANNA);
	FINE(
	    &chat, .kind = ACT_GIVE_BACK, .agent = BOSS, .may_supervise = true);
	assert_int_equal(chat.c.status, STATUS_PENDING);
	assert_false(conversation_pending(&chat.c));
	arena_free(&chat.arena);
}

static void
test_given_back_and_reopened(void **state)
{
	struct chat chat = chat_of(ANNA);

	(void)state;
	/* What nobody has answered the bot does. */
	chat_ask(&chat);
	FINE(&chat, .kind = ACT_GIVE_BACK, .agent = ANNA, .notice = NOTICE_BACK,
	    .notice_body = STR("{}"));
	assert_string_equal(kinds(&chat.acted.decision), "holder message");
	assert_true(conversation_pending(&chat.c));
	assert_int_equal(decide(&chat.c).asked_from, 2);
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_IDLE), chat.now + 60 * MINUTE);
	REFUSED(&chat, "no_change", .kind = ACT_GIVE_BACK);
	REFUSED(&chat, "no_change", .kind = ACT_REOPEN, .agent = ANNA);
	FINE(&chat, .kind = ACT_RESOLVE);
	assert_string_equal(kinds(&chat.acted.decision), "resolved");
	REFUSED(&chat, "resolved", .kind = ACT_RESOLVE);
	REFUSED(&chat, "resolved", .kind = ACT_TAKE_OVER, .agent = BOSS,
	    .may_supervise = true);
	FINE(&chat, .kind = ACT_REOPEN, .agent = BEN);
	assert_string_equal(kinds(&chat.acted.decision), "reopened holder");
	assert_int_equal(chat.c.agent, BEN);
	assert_int_equal(chat.c.status, STATUS_OPEN);
	arena_free(&chat.arena);
}

static void
test_taken_over(void **state)
{
	struct chat chat = chat_new();

	(void)state;
	REFUSED(&chat, "malformed", .kind = ACT_QUEUE, .agent = -1);
	FINE(
	    &chat, .kind = ACT_TAKE_OVER, .agent = BOSS, .may_supervise = true);
	assert_int_equal(timer(&chat.acted.decision, TIMER_NEXT_RESPONSE),
	    TIMER_PARKED + 15 * MINUTE);
	assert_true(timer(&chat.acted.decision, TIMER_WINDOW) > NOW);
	/* Nobody waits yet. */
	REFUSED(&chat, "no_change", .kind = ACT_BREACH,
	    .timer = TIMER_NEXT_RESPONSE);
	chat_ask(&chat);
	FINE(&chat, .kind = ACT_BREACH, .timer = TIMER_NEXT_RESPONSE);
	REFUSED(&chat, "no_change", .kind = ACT_BREACH,
	    .timer = TIMER_NEXT_RESPONSE);
	arena_free(&chat.arena);
}

static void
test_snooze(void **state)
{
	struct chat chat = chat_of(ANNA);
	int64_t until = chat.now + 60 * MINUTE;

	(void)state;
	REFUSED(&chat, "malformed", .kind = ACT_SNOOZE, .agent = ANNA,
	    .until = chat.now);
	REFUSED(&chat, "malformed", .kind = ACT_SNOOZE, .agent = ANNA,
	    .until = INT64_MAX);
	FINE(&chat, .kind = ACT_SNOOZE, .agent = ANNA, .until = until);
	assert_int_equal(timer(&chat.acted.decision, TIMER_SNOOZE), until);
	assert_int_equal(chat.c.status, STATUS_SNOOZED);
	assert_int_equal(chat.c.holder, HOLDER_AGENT);
	FINE(&chat, .kind = ACT_WAKE, .agent = ANNA);
	assert_int_equal(timer(&chat.acted.decision, TIMER_SNOOZE), 0);
	assert_int_equal(chat.c.status, STATUS_OPEN);
	FINE(&chat, .kind = ACT_SNOOZE, .agent = ANNA, .until = until);
	chat_ask(&chat); /* the customer wakes it */
	assert_int_equal(chat.c.status, STATUS_OPEN);
	FINE(&chat, .kind = ACT_SNOOZE, .agent = ANNA, .until = until);
	FINE(&chat, .kind = ACT_RESOLVE, .agent = ANNA);
	assert_int_equal(timer(&chat.acted.decision, TIMER_SNOOZE), 0);
	arena_free(&chat.arena);
}

static void
test_gone(void **state)
{
	struct chat chat = chat_of(ANNA);
	const struct act say = {.kind = ACT_SAY,
	    .agent = ANNA,
	    .body = STR("{}"),
	    .seen_seq = UINT64_MAX};

	(void)state;
	FINE(&chat, .kind = ACT_GONE);
	REFUSED(&chat, "no_change", .kind = ACT_GONE);
	/* Who has closed the window is written to soon. */
	assert_int_equal(does(&chat, say), ACT_FINE);
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_UNREAD), chat.now + 20000);
	chat_ask(&chat);
	assert_false(chat.c.gone);
	assert_int_equal(does(&chat, say), ACT_FINE);
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_UNREAD), chat.now + 3 * MINUTE);
	arena_free(&chat.arena);
}

/* By it the store knows an act again; of one that is said the words bear it. */
static void
test_an_act_bears_its_id(void **state)
{
	struct chat chat = chat_of(ANNA);
	const struct decision *d = &chat.acted.decision;
	const struct str id = STR("staff:1:7:x");

	(void)state;
	FINE(&chat, .kind = ACT_NOTE, .agent = ANNA, .body = STR("{}"),
	    .source = id);
	assert_true(str_eq(d->events[0].source, id));
	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = STR("{}"),
	    .seen_seq = UINT64_MAX, .source = id);
	assert_true(str_eq(d->events[chat.acted.said].source, id));
	FINE(&chat, .kind = ACT_TRANSFER, .agent = ANNA, .to_team = SALES + 1,
	    .body = STR("{}"), .source = id);
	assert_true(d->event_count > 1);
	for (unsigned i = 0; i < d->event_count; i++)
		assert_int_equal(
		    d->events[i].source.n, i + 1 == d->event_count ? id.n : 0);
	arena_free(&chat.arena);
}

static void
test_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ACTS; i++)
		assert_int_equal(act_kind_find(str_from(act_kind_name(i))), i);
	assert_int_equal(act_kind_find(STR("nonsense")), ACTS);
	for (unsigned i = 0; i < ACT_REFUSALS; i++)
		assert_string_not_equal(act_refusal_name(i), "unknown");
	for (unsigned i = 0; i < NOTICES; i++)
		assert_string_not_equal(notice_name(i), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bot_to_seller),
	    cmocka_unit_test(test_of_two_who_accept_one_wins),
	    cmocka_unit_test(test_offers_end),
	    cmocka_unit_test(test_a_change_of_holder_ends_the_offer),
	    cmocka_unit_test(test_transfers),
	    cmocka_unit_test(test_who_says_what),
	    cmocka_unit_test(test_others_leave_it_alone),
	    cmocka_unit_test(test_drop_and_overflow),
	    cmocka_unit_test(test_given_away),
	    cmocka_unit_test(test_mail_and_the_desks_answer),
	    cmocka_unit_test(test_a_desk_that_is_no_more),
	    cmocka_unit_test(test_nobody_answers_who_is_blocked),
	    cmocka_unit_test(test_given_back_and_reopened),
	    cmocka_unit_test(test_taken_over),
	    cmocka_unit_test(test_snooze),
	    cmocka_unit_test(test_gone),
	    cmocka_unit_test(test_an_act_bears_its_id),
	    cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
