/* event: the table of kinds, and the other words. */
#include "core/event.h"

static const struct {
	const char *name;
	bool is_public;
} kinds[EVENT_KINDS] = {
    [EVENT_OPENED] = {"opened", true},
    [EVENT_MESSAGE] = {"message", true},
    [EVENT_IDENTIFIED] = {"identified", true},
    [EVENT_HOLDER] = {"holder", true},
    [EVENT_HANDLED] = {"handled", false},
    [EVENT_TIMER] = {"timer", false},
    [EVENT_RESOLVED] = {"resolved", true},
    [EVENT_EDITED] = {"edited", true},
    [EVENT_DELETED] = {"deleted", true},
    [EVENT_FILE] = {"file", true},
    [EVENT_DELIVERY] = {"delivery", false},
    [EVENT_ROUTE] = {"route", false},
    [EVENT_OFFER] = {"offer", false},
    [EVENT_OFFER_END] = {"offer_end", false},
    [EVENT_NOTE] = {"note", false},
    [EVENT_PACK] = {"pack", false},
    [EVENT_MAILED] = {"mailed", false},
    [EVENT_SNOOZED] = {"snoozed", false},
    [EVENT_REOPENED] = {"reopened", false},
    [EVENT_LABELS] = {"labels", false},
    [EVENT_PRIORITY] = {"priority", false},
    [EVENT_GONE] = {"gone", false},
};

static const char *const authors[AUTHORS] = {
    [AUTHOR_SYSTEM] = "system",
    [AUTHOR_CUSTOMER] = "customer",
    [AUTHOR_BOT] = "bot",
    [AUTHOR_AGENT] = "agent",
};

static const char *const timers[TIMER_KINDS] = {
    [TIMER_IDLE] = "idle",
    [TIMER_OFFER] = "offer",
    [TIMER_QUEUE] = "queue",
    [TIMER_FIRST_RESPONSE] = "first_response",
    [TIMER_NEXT_RESPONSE] = "next_response",
    [TIMER_SNOOZE] = "snooze",
    [TIMER_WINDOW] = "window",
    [TIMER_UNREAD] = "unread",
    [TIMER_MAIL] = "mail",
};

static const char *const offer_ends[OFFER_ENDS] = {
    [OFFER_DECLINED] = "declined",
    [OFFER_EXPIRED] = "expired",
    [OFFER_WITHDRAWN] = "withdrawn",
};

static const char *const notes[NOTE_KINDS] = {
    [NOTE_PLAIN] = "plain",
    [NOTE_WHISPER] = "whisper",
    [NOTE_TRANSFER] = "transfer",
    [NOTE_REFUSED] = "refused",
    [NOTE_UNREACHED] = "unreached",
};

const char *
event_kind_name(enum event_kind kind)
{
	return (unsigned)kind < EVENT_KINDS ? kinds[kind].name : "unknown";
}

const char *
author_name(enum author author)
{
	return (unsigned)author < AUTHORS ? authors[author] : "unknown";
}

const char *
timer_kind_name(enum timer_kind kind)
{
	return (unsigned)kind < TIMER_KINDS ? timers[kind] : "unknown";
}

const char *
offer_end_name(enum offer_end end)
{
	return (unsigned)end < OFFER_ENDS ? offer_ends[end] : "unknown";
}

const char *
note_kind_name(enum note_kind kind)
{
	return (unsigned)kind < NOTE_KINDS ? notes[kind] : "unknown";
}

enum event_kind
event_kind_find(struct str name)
{
	unsigned k = 0;

	while (k < EVENT_KINDS && !str_eq(name, str_from(kinds[k].name)))
		k++;
	return (enum event_kind)k;
}

enum author
author_find(struct str name)
{
	unsigned a = 0;

	while (a < AUTHORS && !str_eq(name, str_from(authors[a])))
		a++;
	return (enum author)a;
}

bool
event_is_public(enum event_kind kind)
{
	return (unsigned)kind < EVENT_KINDS && kinds[kind].is_public;
}
