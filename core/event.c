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
};

static const char *const authors[AUTHORS] = {
    [AUTHOR_SYSTEM] = "system",
    [AUTHOR_CUSTOMER] = "customer",
    [AUTHOR_BOT] = "bot",
    [AUTHOR_AGENT] = "agent",
};

static const char *const timers[TIMER_KINDS] = {
    [TIMER_IDLE] = "idle",
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
