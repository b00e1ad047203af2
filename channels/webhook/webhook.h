/*
 * webhook: the company's own systems are told what happens. A channel without
 * customers: nobody writes on it, nothing is said there; its accounts are the
 * `webhooks` of the company's document (channels/channel.h, account_find()).
 * docs/webhooks.md says what receivers see.
 *
 * What is told is a row of the outbox, and goes out like every other: in the
 * order of its conversation, again after a failure, given up after retry_hours.
 * Unlike a message it is sent again, too, where nobody knows whether it arrived
 * (`repeats`): it has an id, the row's, that stays the same.
 *
 * One event of the log may be several of those here: a hand-over is a request,
 * a change of who holds and a change of status. Each is a row of its own.
 */
#ifndef CHANNELS_WEBHOOK_WEBHOOK_H
#define CHANNELS_WEBHOOK_WEBHOOK_H

#include "channels/channel.h"
#include "core/conversation.h"

extern const struct channel channel_webhook;

/* Numbered as company_webhook_events (core/company_people.h) names them. */
enum webhook_event {
	WEBHOOK_CONVERSATION_CREATED,
	WEBHOOK_STATUS_CHANGED,
	WEBHOOK_CONVERSATION_UPDATED, /* anything else about it */
	WEBHOOK_MESSAGE_CREATED,
	WEBHOOK_MESSAGE_UPDATED,
	WEBHOOK_HANDOFF_REQUESTED, /* from the bot to people */
	WEBHOOK_ASSIGNEE_CHANGED,  /* who holds it */
	WEBHOOK_CONTACT_IDENTIFIED,
	WEBHOOK_DELIVERY_FAILED, /* or nobody knows whether it did */
	WEBHOOK_EVENTS
};

const char *webhook_event_name(enum webhook_event e);

/*
 * Which of them an event of the log is, one bit for each; 0: nobody is told.
 * before, after: the conversation without it and with it.
 */
unsigned webhook_events_of(const struct conversation *before,
    const struct conversation *after, const struct event *e);

/* Which of them a webhook of the document wants. */
unsigned webhook_events_wanted(const struct company_webhook *w);

/* The other side of the conversation, as it is known now; may be empty. */
struct webhook_customer {
	struct str channel, account, address; /* where they write from */
	int64_t contact;
	struct str external_id, name, email;
};

struct webhook_telling {
	const struct company *company;
	const struct conversation *before, *after;
	const struct event *cause;
	const struct webhook_customer *customer;
};

/* The payload of a row: what is sent, but for the id, which is the row's. */
void webhook_write(
    struct buf *out, enum webhook_event which, const struct webhook_telling *t);

#endif
