/* webhook_event: which events of the log are told, and as what. */
#include "channels/webhook/webhook.h"
#include "core/company_people.h"
#include "core/json.h"

#define TELL(event) (1u << (event))

const char *
webhook_event_name(enum webhook_event e)
{
	return (unsigned)e < WEBHOOK_EVENTS ? company_webhook_events[e] : "?";
}

/*
 * What an event is by its kind alone. Not told: what the bot decides to leave
 * unanswered, and offers to sellers, of which acceptance is told as who holds.
 * RESOLVED, SNOOZED and REOPENED are told as the change of status.
 */
static const unsigned by_kind[EVENT_KINDS] = {
    [EVENT_OPENED] = TELL(WEBHOOK_CONVERSATION_CREATED),
    [EVENT_MESSAGE] = TELL(WEBHOOK_MESSAGE_CREATED),
    [EVENT_IDENTIFIED] = TELL(WEBHOOK_CONTACT_IDENTIFIED),
    [EVENT_HOLDER] = TELL(WEBHOOK_ASSIGNEE_CHANGED),
    [EVENT_TIMER] = TELL(WEBHOOK_CONVERSATION_UPDATED),
    [EVENT_RESOLVED] = TELL(WEBHOOK_CONVERSATION_UPDATED),
    [EVENT_EDITED] = TELL(WEBHOOK_MESSAGE_UPDATED),
    [EVENT_DELETED] = TELL(WEBHOOK_MESSAGE_UPDATED),
    [EVENT_FILE] = TELL(WEBHOOK_MESSAGE_UPDATED),
    [EVENT_DELIVERY] = TELL(WEBHOOK_DELIVERY_FAILED),
    [EVENT_ROUTE] = TELL(WEBHOOK_CONVERSATION_UPDATED),
    [EVENT_NOTE] = TELL(WEBHOOK_CONVERSATION_UPDATED),
    [EVENT_PACK] = TELL(WEBHOOK_CONVERSATION_UPDATED),
    [EVENT_MAILED] = TELL(WEBHOOK_CONVERSATION_UPDATED),
    [EVENT_SNOOZED] = TELL(WEBHOOK_CONVERSATION_UPDATED),
    [EVENT_REOPENED] = TELL(WEBHOOK_CONVERSATION_UPDATED),
    [EVENT_LABELS] = TELL(WEBHOOK_CONVERSATION_UPDATED),
    [EVENT_PRIORITY] = TELL(WEBHOOK_CONVERSATION_UPDATED),
    [EVENT_GONE] = TELL(WEBHOOK_CONVERSATION_UPDATED),
};

/* What was held to be lost, and came after all. */
static bool
arrived(const struct event *e)
{
	json_t *body = json_read(e->body);
	bool sent = str_eq(json_text(body, "state"), STR("sent"));

	json_decref(body);
	return sent;
}

static bool
with_people(const struct conversation *c)
{
	return c->holder == HOLDER_QUEUE || c->holder == HOLDER_EMAIL ||
	       c->holder == HOLDER_AGENT;
}

unsigned
webhook_events_of(const struct conversation *before,
    const struct conversation *after, const struct event *e)
{
	unsigned events = (unsigned)e->kind < EVENT_KINDS ? by_kind[e->kind]
							  : 0;

	if (e->kind == EVENT_DELIVERY && arrived(e))
		events = TELL(WEBHOOK_MESSAGE_UPDATED);
	if (e->kind == EVENT_HOLDER && !with_people(before) &&
	    (after->holder == HOLDER_QUEUE || after->holder == HOLDER_EMAIL))
		events |= TELL(WEBHOOK_HANDOFF_REQUESTED);
	if (e->kind != EVENT_OPENED && before->status != after->status) {
		events &= ~TELL(WEBHOOK_CONVERSATION_UPDATED);
		events |= TELL(WEBHOOK_STATUS_CHANGED);
	}
	return events;
}

unsigned
webhook_events_wanted(const struct company_webhook *w)
{
	unsigned wanted = 0, i;
	size_t k;

	if (w->event_count == 0)
		return TELL(WEBHOOK_EVENTS) - 1;
	for (k = 0; k < w->event_count; k++)
		for (i = 0; i < WEBHOOK_EVENTS; i++)
			if (str_eq(w->events[k],
				str_from(company_webhook_events[i])))
				wanted |= TELL(i);
	return wanted;
}
