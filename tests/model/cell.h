/*
 * cell: one chat as far as its future depends on it: the fold without
 * sequences and times, the timers that are armed, and what a worker has in its
 * memory. There are finitely many.
 *
 * A cell stands for many chats. cell_chat() makes one of them, which the real
 * code is then given; cell_of() says which cell the outcome is in. Times are
 * such that whatever could be due is due when a timer fires, and nothing else.
 */
#ifndef TESTS_MODEL_CELL_H
#define TESTS_MODEL_CELL_H

#include "core/handoff.h"

enum turn {
	TURN_NONE,
	TURN_FRESH, /* decided from the chat as it is */
	TURN_MOVED, /* something was said since; nobody else holds */
	TURN_STALE, /* somebody else has held since */
};

struct cell {
	enum holder holder;
	enum status status;
	int64_t agent, offered;
	enum turn turn;
	unsigned timers;   /* bits: armed */
	unsigned breached; /* bits */
	bool asked;	   /* the customer said what nobody has dealt with */
	bool to_mail;	   /* the support desk is to be written to */
	bool early;	   /* the bot has answered nothing since it ended */
	bool waiting;	   /* for a word of a person */
	bool newer;	   /* the customer spoke after people did */
	bool gone;
	bool unreached; /* no mail gets through to the support desk */
	unsigned spoke; /* a person: 0 never, 1 before this holder, 2 since */
};

/* What is kept; the rest is as if it were 0. */
struct cell_view {
	unsigned timers, breached; /* bits */
	bool words;		   /* waiting, newer, gone, spoke */
};

/* Times of a chat that cell_chat() makes. */
#define CELL_THEN INT64_C(1000000000) /* of all that was */
#define CELL_NOW (CELL_THEN + 1)      /* nothing is due yet */
#define CELL_LATER (2 * CELL_THEN)    /* everything is */
#define CELL_SNOOZE (CELL_THEN + INT64_C(3600000))

extern const struct policy cell_policy;

struct conversation cell_chat(const struct cell *cell);

/* What a worker has in its memory in the cell (turn not NONE). */
struct decision cell_asked(const struct cell *cell);

/*
 * The cell after `was`, whose chat has become c; d: by which decision, or NULL.
 */
struct cell cell_of(const struct cell *was, const struct conversation *c,
    const struct decision *d, const struct cell_view *view);

uint64_t cell_key(const struct cell *cell);

/* "queue offered=1 asked [offer queue]" */
void cell_print(const struct cell *cell);

#endif
