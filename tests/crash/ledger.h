/*
 * ledger: what one visitor knows, written down as it happens.
 *
 * A visitor knows two things: what it said and what of that was acknowledged
 * under which seq; and what it heard, in the order it heard it. Each event
 * must come once and in order, whatever was killed in between; the first
 * that does not is a fault, told at once with what led to it. The same holds
 * for sellers, who keep theirs in a book (seller.h).
 */
#ifndef TESTS_CRASH_LEDGER_H
#define TESTS_CRASH_LEDGER_H

#include "core/buf.h"
#include "tests/crash/story.h"

#include <jansson.h>
#include <stdio.h>

/* What a message is about; the text follows from it. */
enum words {
	WORDS_QUESTION, /* the bot has the answer */
	WORDS_HUMAN,	/* for whoever sells */
	WORDS_MAIL,	/* for a team in which nobody ever is */
	WORDS_LINE,	/* for a team in which one has no time */
	WORDS_MORE,	/* to people, and the bot knows no better */
	WORDS
};

struct said {
	enum words words;
	bool acked;
	uint64_t seq;
	bool found; /* afterwards, in what the server has */
};

/*
 * An event as this visitor saw it. kind "hidden": it may not see more. Of a
 * change of holder, id is who holds.
 */
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
	size_t back_at;	    /* what it had heard when it last came back */
	uint64_t last_own;  /* newest seq of an own message heard or acked */
	uint64_t answered;  /* own messages up to here have their answer */
	uint64_t handled;   /* or were given to people, or ended with the chat:
			    * nothing for the bot */
	uint64_t own_heard; /* newest own message among what was heard */
	char holder[8];	    /* as was heard last; empty: the bot */
	uint64_t holder_seq;
};

/* A message begins; its number, from 0. Its id and text follow from it. */
size_t ledger_say(struct ledger *l, enum words words);
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

/* Is this who holds, as far as was heard? */
bool ledger_with(const struct ledger *l, const char *holder);
/*
 * All said is acknowledged, and all acknowledged has come to an end: answered,
 * or a person has had it and it is the bot's again.
 */
bool ledger_settled(const struct ledger *l);

/* One line an acknowledgement and one line an event, for the checker. */
void ledger_write(const struct ledger *l, int64_t conversation, FILE *out);
void ledger_free(struct ledger *l);

#endif
