/*
 * event: what can happen in a conversation.
 *
 * A conversation is a log of events numbered 1, 2, 3 ... without a gap. An
 * event never changes once stored. What everyone needs to decide with stands
 * in typed fields; what only people read stands in `body`, a JSON object
 * whose members schemas/event.schema.json lists by kind.
 *
 * Names here are the words in the store, on the wire and in logs.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "core/base.h"

enum event_kind {
	EVENT_OPENED,	  /* always seq 1; ref: 0 */
	EVENT_MESSAGE,	  /* ref: for bot and agent, the last customer seq it
			   * answers; else 0 */
	EVENT_IDENTIFIED, /* the customer proved who they are; ref: 0 */
	EVENT_HOLDER,	  /* ref: enum holder; author_id: which agent */
	EVENT_HANDLED,	  /* decided to say nothing; ref: up to which seq */
	EVENT_TIMER,	  /* a timer fired; ref: enum timer_kind */
	EVENT_RESOLVED,	  /* ended; a new customer message reopens it */
	EVENT_EDITED,	  /* the customer changed a message; ref: its seq */
	EVENT_DELETED,	  /* the customer took one back; ref: its seq */
	EVENT_FILE,	  /* a file of a message is here, or was refused;
			   * ref: the message */
	EVENT_DELIVERY,	  /* a message did not arrive, or nobody knows whether
			   * it did, or it did after all; ref: the message */
	EVENT_KINDS
};

enum author {
	AUTHOR_SYSTEM,
	AUTHOR_CUSTOMER,
	AUTHOR_BOT,
	AUTHOR_AGENT,
	AUTHORS
};

enum timer_kind {
	TIMER_IDLE, /* nobody has written for the company's bot.idle_minutes */
	TIMER_KINDS
};

struct event {
	uint64_t seq; /* 0 while it is only intended */
	enum event_kind kind;
	enum author author;
	int64_t author_id; /* which agent; 0 for the others */
	uint64_t ref;	   /* see enum event_kind */
	int64_t at;	   /* wall ms; for reading, never for order */
	struct str source; /* unique id given by the sender; empty: none */
	struct str body;   /* JSON object; empty: {} */
};

const char *event_kind_name(enum event_kind kind);
const char *author_name(enum author author);
const char *timer_kind_name(enum timer_kind kind);

/* The enum for a word, or the count (EVENT_KINDS, AUTHORS) if unknown. */
enum event_kind event_kind_find(struct str name);
enum author author_find(struct str name);

/*
 * May the customer see it? What they may not is shown to them as
 * {"seq":n,"kind":"hidden"}, so that their sequence has no gap either.
 */
bool event_is_public(enum event_kind kind);

#endif
