/*
 * handoff: what each act does to whom, in which order, and what it is refused
 * for. Whatever is done to whatever state, the events fold and a refusal
 * changes nothing.
 */
#include "core/handoff.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <stdio.h>

#define ANNA 7
#define BEN 8
#define BOSS 9
#define SALES 1001
#define MINUTE ((int64_t)60000)
#define NOW (1000 * MINUTE)

static const struct policy policy = {.idle_ms = 60 * MINUTE,
    .offer_ms = MINUTE / 2,
    .queue_ms = 10 * MINUTE,
    .first_response_ms = 5 * MINUTE,
    .next_response_ms = 15 * MINUTE,
    .unread_ms = 3 * MINUTE,
    .notice_ms = 2 * MINUTE,
    .window_ms = 24 * 60 * MINUTE,
    .has_desk = true};

/* A chat with all that happened to it. */
struct chat {
	struct conversation c;
	struct acted acted;
	struct arena arena;
	int64_t now;
};

static void
fold(struct chat *chat, struct event e)
{
	e.seq = chat->c.seq + 1;
	if (e.at == 0)
		e.at = chat->now;
	assert_int_equal(conversation_fold(&chat->c, &e), OK);
}

static const struct event question = {
    .kind = EVENT_MESSAGE, .author = AUTHOR_CUSTOMER};

static struct chat
chat_new(void)
{
	struct chat chat = {.now = NOW};

	fold(&chat, (struct event){.kind = EVENT_OPENED});
	fold(&chat, question);
	return chat;
}

/* What handoff_act() says of it; folded where it is done. */
static enum act_refusal
does(struct chat *chat, struct act act)
{
	const struct decision *d = &chat->acted.decision;
	const struct conversation before = chat->c;

	act.now = chat->now;
	if (act.policy == NULL)
		act.policy = &policy;
	assert_int_equal(
	    handoff_act(&chat->c, &act, &chat->arena, &chat->acted), OK);
	assert_memory_equal(&before, &chat->c, sizeof(before));
	for (unsigned i = 0; i < d->event_count; i++)
		fold(chat, d->events[i]);
	return chat->acted.refusal;
}

#define FINE(chat, ...) \
	assert_string_equal( \
	    act_refusal_name(does(chat, (struct act){__VA_ARGS__})), "fine")
#define REFUSED(chat, word, ...) \
	assert_string_equal( \
	    act_refusal_name(does(chat, (struct act){__VA_ARGS__})), word)

/* The kinds of the last act's events: "note route holder offer". */
static const char *
kinds(const struct chat *chat)
{
	static char out[200];
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < chat->acted.decision.event_count; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
		    i == 0 ? "" : " ",
		    event_kind_name(chat->acted.decision.events[i].kind));
	return out;
}

/* When the last act set this timer to; 0: removed, -1: left alone. */
static int64_t
timer(const struct chat *chat, enum timer_kind kind)
{
	const struct decision *d = &chat->acted.decision;

	for (unsigned i = 0; i < d->timer_count; i++)
		if (d->timers[i].kind == kind)
			return d->timers[i].due;
	return -1;
}

static struct chat
chat_queued(void)
{
	struct chat chat = chat_new();

	FINE(&chat, .kind = ACT_QUEUE, .to_team = SALES);
	return chat;
}

static struct chat
chat_of(int64_t agent)
{
	struct chat chat = chat_queued();

	FINE(&chat, .kind = ACT_PULL, .agent = agent);
	return chat;
}

static void
test_bot_to_seller(void **state)
{
	struct chat chat = chat_new();

	(void)state;
	FINE(&chat, .kind = ACT_QUEUE, .to_team = SALES, .wanted = ANNA,
	    .priority = 2, .body = STR("{\"why\":\"asked\"}"),
	    .pack = STR("{}"), .route = STR("{\"skills\":[]}"),
	    .notice = NOTICE_WAITING, .notice_body = STR("{\"text\":\"1\"}"));
	assert_string_equal(kinds(&chat), "pack route holder message");
	assert_int_equal(chat.acted.noticed, 3);
	assert_int_equal(chat.c.holder, HOLDER_QUEUE);
	assert_int_equal(chat.c.team, SALES);
	assert_int_equal(chat.c.wanted, ANNA);
	assert_int_equal(chat.c.priority, 2);
	assert_true(timer(&chat, TIMER_QUEUE) > NOW + 10 * MINUTE);
	assert_int_equal(timer(&chat, TIMER_FIRST_RESPONSE), NOW + 5 * MINUTE);
	assert_int_equal(
	    timer(&chat, TIMER_WINDOW), NOW + (24 - 2) * 60 * MINUTE);

	FINE(&chat, .kind = ACT_OFFER, .to_agent = ANNA, .chats_max = 3,
	    .body = STR("{\"why\":\"wanted\"}"));
	assert_string_equal(kinds(&chat), "offer");
	assert_int_equal(chat.acted.decision.events[0].ref, 3);
	assert_int_equal(timer(&chat, TIMER_OFFER), NOW + MINUTE / 2);
	assert_int_equal(handoff_counts(&chat.c, ANNA), 1);

	FINE(&chat, .kind = ACT_ACCEPT, .agent = ANNA, .name = STR("An\"na"));
	assert_string_equal(kinds(&chat), "holder");
	assert_string_equal(chat.acted.decision.events[0].body.p,
	    "{\"why\":\"accept\",\"name\":\"An\\\"na\"}");
	assert_int_equal(chat.acted.decision.events[0].author, AUTHOR_AGENT);
	assert_int_equal(timer(&chat, TIMER_OFFER), 0);
	assert_int_equal(timer(&chat, TIMER_QUEUE), 0);
	assert_int_equal(chat.c.agent, ANNA);
	assert_int_equal(handoff_counts(&chat.c, ANNA), 1);
	assert_int_equal(handoff_counts(&chat.c, BEN), 0);

	FINE(&chat, .kind = ACT_SAY, .agent = ANNA, .source = STR("a:1"),
	    .body = STR("{\"text\":\"hi\"}"), .seen_seq = chat.c.seq);
	assert_string_equal(kinds(&chat), "message");
	assert_int_equal(chat.acted.said, 0);
	assert_int_equal(chat.acted.decision.events[0].ref, 2);
	assert_int_equal(timer(&chat, TIMER_FIRST_RESPONSE), 0);
	assert_int_equal(timer(&chat, TIMER_NEXT_RESPONSE), NOW + 15 * MINUTE);
	assert_int_equal(timer(&chat, TIMER_UNREAD), NOW + 3 * MINUTE);
	assert_int_equal(chat.c.waiting_at, 0);

	FINE(&chat, .kind = ACT_RESOLVE, .agent = ANNA);
	assert_string_equal(kinds(&chat), "holder resolved");
	assert_int_equal(chat.c.holder, HOLDER_BOT);
	assert_int_equal(chat.c.status, STATUS_RESOLVED);
	assert_int_equal(timer(&chat, TIMER_IDLE), 0);
	assert_int_equal(timer(&chat, TIMER_NEXT_RESPONSE), 0);
	assert_int_equal(timer(&chat, TIMER_WINDOW), 0);
	assert_int_equal(timer(&chat, TIMER_UNREAD), -1);
	fold(&chat, question);
	assert_true(conversation_pending(&chat.c));
	arena_free(&chat.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bot_to_seller),
	};

	(void)chat_of;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
