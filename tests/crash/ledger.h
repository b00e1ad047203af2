/*
 * ledger: what one visitor knows, written down as it happens, and the story
 * of everything that should not have been.
 *
 * A visitor knows two things: what it said and what of that was acknowledged
 * under which seq; and what it heard, in the order it heard it. Each event
 * must come once and in order, whatever was killed in between; the first
 * that does not is a fault, told at once with what led to it.
 */
#ifndef TESTS_CRASH_LEDGER_H
#define TESTS_CRASH_LEDGER_H

#include "core/buf.h"

#include <jansson.h>
#include <stdio.h>

/* The four promises, and everything else that went wrong. */
enum wrong {
	WRONG_LOST,	  /* acknowledged, and not there */
	WRONG_DOUBLED,	  /* there or heard twice */
	WRONG_ORDER,	  /* a gap, or an earlier one after a later one */
	WRONG_UNANSWERED, /* or answered too late */
	WRONG_BEHAVIOUR,  /* a status, a frame, an exit nobody expects */
	WRONGS
};

struct said {
	bool acked;
	uint64_t seq;
	bool found; /* afterwards, in what the server has */
};

/* An event as this visitor saw it. kind "hidden": it may not see more. */
struct heard {
	char kind[16], author[16];
	uint64_t ref;
	char *id, *text;
};

struct ledger {
	unsigned visitor;
	bool stands_in; /* an ack takes the place of the event (WebSocket) */
	struct said *said;
	size_t said_count, said_room, acked;
	struct heard *heard; /* heard[i] is seq i + 1 */
	size_t heard_count, heard_room;
	size_t back_at;	   /* what it had heard when it last came back */
	uint64_t last_own; /* newest seq of an own message heard or acked */
	uint64_t answered; /* own messages up to here have their answer */
};

/* A message begins; its number, from 0. Its id and text follow from it. */
size_t ledger_say(struct ledger *l);
void ledger_id(const struct ledger *l, size_t n, char out[32]);
void ledger_text(const struct ledger *l, size_t n, char out[96]);

/* An acknowledgement: {"id","seq","duplicate"}. */
void ledger_ack(struct ledger *l, const json_t *ack);
/* An event object. */
void ledger_hear(struct ledger *l, const json_t *event);
/* The same event, read back from the store: is it what was heard? */
void ledger_compare(struct ledger *l, const json_t *event);
/* All was read back: was anything acknowledged that is not there? */
void ledger_compared(const struct ledger *l, size_t events);

/* All said is acknowledged, and all acknowledged is answered. */
bool ledger_settled(const struct ledger *l);

/* One line an acknowledgement and one line an event, for the checker. */
void ledger_write(const struct ledger *l, int64_t conversation, FILE *out);
void ledger_free(struct ledger *l);

/* ---- the story --------------------------------------------------------- */

/* What is going on now; told before the first thing that goes wrong in it. */
void story_scene(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Counts it and tells it on stderr; visitor ~0u: nobody's. */
void story_wrong(enum wrong what, unsigned visitor, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
size_t story_count(enum wrong what);
size_t story_total(void);

#endif
