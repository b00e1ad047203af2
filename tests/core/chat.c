/* chat: see chat.h. */
#include "tests/core/chat.h"

#include <stdio.h>

const struct policy policy = {.idle_ms = 60 * MINUTE,
    .offer_ms = MINUTE / 2,
    .queue_ms = 10 * MINUTE,
    .first_response_ms = 5 * MINUTE,
    .next_response_ms = 15 * MINUTE,
    .unread_ms = 3 * MINUTE,
    .notice_ms = 2 * MINUTE,
    .window_ms = 24 * 60 * MINUTE,
    .has_desk = true};

void
chat_fold(struct chat *chat, struct event e)
{
	e.seq = chat->c.seq + 1;
	if (e.at == 0)
		e.at = chat->now;
	assert_int_equal(conversation_fold(&chat->c, &e), OK);
}

void
chat_ask(struct chat *chat)
{
	chat_fold(chat,
	    (struct event){.kind = EVENT_MESSAGE, .author = AUTHOR_CUSTOMER});
}

struct chat
chat_new(void)
{
	struct chat chat = {.now = NOW};

	chat_fold(&chat, (struct event){.kind = EVENT_OPENED});
	chat_ask(&chat);
	return chat;
}

struct chat
chat_queued(void)
{
	struct chat chat = chat_new();

	FINE(&chat, .kind = ACT_QUEUE, .to_team = SALES);
	return chat;
}

struct chat
chat_of(int64_t agent)
{
	struct chat chat = chat_queued();

	FINE(&chat, .kind = ACT_PULL, .agent = agent);
	return chat;
}

enum act_refusal
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
		chat_fold(chat, d->events[i]);
	return chat->acted.refusal;
}

const char *
kinds(const struct decision *d)
{
	static char out[200];
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < d->event_count; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
		    i == 0 ? "" : " ", event_kind_name(d->events[i].kind));
	return out;
}

int64_t
timer(const struct decision *d, enum timer_kind kind)
{
	for (unsigned i = 0; i < d->timer_count; i++)
		if (d->timers[i].kind == kind)
			return d->timers[i].due;
	return -1;
}

void
chat_check(const struct conversation *c)
{
	assert_true(c->agent == 0 || c->holder == HOLDER_AGENT);
	assert_true(c->holder != HOLDER_AGENT || c->agent > 0);
	assert_true(c->offered == 0 || c->holder == HOLDER_QUEUE);
	assert_true(c->holder != HOLDER_NOBODY || c->status == STATUS_RESOLVED);
	assert_true(c->status != STATUS_RESOLVED || c->holder == HOLDER_BOT ||
		    c->holder == HOLDER_NOBODY);
	assert_true(c->status != STATUS_SNOOZED || c->holder == HOLDER_AGENT);
	assert_true(c->handled_seq <= c->last_customer_seq);
}
