/*
 * graph: all cells that can be reached, and every step between them: all that
 * anybody may do, every timer, every turn of a worker, and its crash.
 */
#ifndef TESTS_MODEL_GRAPH_H
#define TESTS_MODEL_GRAPH_H

#include "tests/model/cell.h"

enum doer {
	BY_CUSTOMER,
	BY_SELLER,
	BY_DESK_PERSON, /* who answers by mail */
	BY_SYSTEM,	/* timers, workers, the desk: nobody's doing */
};

enum deed {
	DEED_ACT,     /* `which` says the kind */
	DEED_TIMER,   /* `which` says the kind */
	DEED_ASK,     /* the customer says something */
	DEED_BEGIN,   /* a worker begins a turn */
	DEED_ANSWER,  /* and ends it with an answer */
	DEED_SILENCE, /* or without */
	DEED_GIVE_UP, /* or by handing over */
	DEED_WRITE,   /* or with a mail to the support desk */
	DEED_CRASH,   /* or not at all */
};

struct step {
	unsigned from, to; /* cells */
	enum deed deed;
	unsigned which;
	enum doer doer;
};

struct graph {
	struct cell_view view;
	struct policy policy;
	struct cell *cells; /* 0 is where it begins */
	struct step *steps; /* by `from` */
	unsigned cell_count, step_count;
	unsigned refused;	   /* acts that changed nothing */
	unsigned stale_refused;	   /* late output that was refused */
	uint64_t transitions_seen; /* bits: rows of handoff_transitions */
	/* The graph's own. */
	unsigned *slots;
	unsigned slot_count, cell_room, step_room;
};

/* Fails the test where the code does what it may not. */
void graph_make(struct graph *g);
void graph_free(struct graph *g);

/*
 * Marks the cells from which one of those marked already can be reached by
 * steps that `by` takes.
 */
void graph_reach(
    const struct graph *g, bool *marked, bool (*by)(const struct step *s));

void step_print(const struct graph *g, const struct step *s);

#endif
