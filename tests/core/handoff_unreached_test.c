/* A support desk to which no mail gets through. */
#include "tests/core/chat.h"

/* A chat that the support desk has, with a mail of which nobody got one. */
static struct chat
chat_unreached(void)
{
	struct chat chat = chat_queued();

	FINE(&chat, .kind = ACT_MAIL);
	chat_fold(
	    &chat, (struct event){.kind = EVENT_MAILED, .ref = chat.c.seq});
	assert_int_equal(chat.c.mail_seq, chat.c.seq);
	FINE(&chat, .kind = ACT_RECALL, .body = STR("{\"text\":\"550\"}"));
	return chat;
}

/* It waits as if there were no desk, and nothing sends it there by itself. */
static void
test_a_desk_that_is_not_reached(void **state)
{
	struct policy kept = policy;
	struct chat chat;
	struct decision d;

	(void)state;
	kept.keep_ms = 300 * MINUTE;
	chat = chat_queued();
	FINE(&chat, .kind = ACT_MAIL);
	FINE(&chat, .kind = ACT_RECALL, .body = STR("{}"), .policy = &kept);
	assert_string_equal(kinds(&chat.acted.decision), "note holder");
	assert_int_equal(chat.acted.decision.events[0].ref, NOTE_UNREACHED);
	assert_int_equal(chat.c.holder, HOLDER_QUEUE);
	assert_int_equal(chat.c.team, SALES);
	assert_int_equal(
	    timer(&chat.acted.decision, TIMER_QUEUE), chat.now + 300 * MINUTE);
	assert_int_equal(timer(&chat.acted.decision, TIMER_MAIL), 0);

	REFUSED(&chat, "nobody", .kind = ACT_MAIL);
	assert_int_equal(decide_timer(&chat.c, TIMER_QUEUE, &kept,
			     chat.now + 200 * MINUTE, &d),
	    OK);
	assert_int_equal(d.event_count, 0);
	assert_int_equal(decide_timer(&chat.c, TIMER_QUEUE, &kept,
			     chat.now + 300 * MINUTE, &d),
	    OK);
	assert_string_equal(kinds(&d), "holder resolved");
	arena_free(&chat.arena);

	/* Who asks anew is written about again. */
	chat = chat_unreached();
	FINE(&chat, .kind = ACT_RESOLVE);
	assert_false(chat.c.unreached);
	arena_free(&chat.arena);
}

static void
test_people_may_try_the_desk_again(void **state)
{
	const struct str hi = STR("{\"text\":\"hi\"}");
	struct chat chat = chat_unreached();

	(void)state;
	FINE(&chat, .kind = ACT_MAIL, .agent = ANNA, .may_supervise = true);
	assert_false(chat.c.unreached);
	assert_true(conversation_pending(&chat.c)); /* all of it, anew */
	assert_false(decide_mail_goes_on(&chat.c));
	arena_free(&chat.arena);

	/* A person's word ends it, the desk's own as well; a hand alone not. */
	chat = chat_unreached();
	FINE(&chat, .kind = ACT_PULL, .agent = ANNA);
	FINE(&chat, .kind = ACT_DROP, .to_agent = ANNA);
	REFUSED(&chat, "nobody", .kind = ACT_MAIL);
	FINE(&chat, .kind = ACT_PULL, .agent = ANNA);
	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .body = hi,
	    .seen_seq = UINT64_MAX);
	FINE(&chat, .kind = ACT_DROP, .to_agent = ANNA);
	FINE(&chat, .kind = ACT_MAIL);
	arena_free(&chat.arena);

	chat = chat_unreached();
	FINE(&chat, .kind = ACT_DESK_SAY, .body = hi);
	assert_int_equal(chat.c.holder, HOLDER_EMAIL);
	assert_false(chat.c.unreached);
	arena_free(&chat.arena);
}

/* Where there are no sellers the bot has it; that it failed is not forgotten. */
static void
test_the_bot_knows_that_the_desk_is_not_reached(void **state)
{
	struct chat chat = chat_queued();

	(void)state;
	FINE(&chat, .kind = ACT_MAIL);
	FINE(&chat, .kind = ACT_GIVE_BACK, .body = STR("{}"));
	assert_string_equal(kinds(&chat.acted.decision), "note holder");
	assert_int_equal(chat.c.holder, HOLDER_BOT);
	assert_false(handoff_has_desk(&chat.c, &policy));
	chat_ask(&chat);
	REFUSED(&chat, "nobody", .kind = ACT_MAIL);
	arena_free(&chat.arena);

	/* A person who gives it back says nothing of the desk. */
	chat = chat_of(ANNA);
	FINE(&chat, .kind = ACT_GIVE_BACK, .agent = ANNA, .body = STR("{}"));
	assert_string_equal(kinds(&chat.acted.decision), "holder");
	arena_free(&chat.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_desk_that_is_not_reached),
	    cmocka_unit_test(test_people_may_try_the_desk_again),
	    cmocka_unit_test(test_the_bot_knows_that_the_desk_is_not_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
