/*
 * talker: a visitor on a WebSocket that asks and waits for the answer.
 *
 *	t->wire.arg is the caller's; set answered (and welcomed, or NULL)
 *	talker_open(t, &cl, port, company, token);
 *	... welcomed(t): talker_ask(t);  answered(t, us): talker_ask(t) ...
 *
 * Everything unexpected (an error frame, a close) ends the program: a figure
 * is only worth something when every question got its answer.
 */
#ifndef TESTS_BENCH_TALKER_H
#define TESTS_BENCH_TALKER_H

#include "tests/bench/lib/client.h"

struct talker {
	struct wire wire; /* calls are the talker's */
	void (*welcomed)(struct talker *t);
	/* us: from sending the question to having the answer. */
	void (*answered)(struct talker *t, int64_t us);
	struct str company, token; /* borrowed; token may be empty */
	unsigned source;	   /* from 127.0.0.source; 0: as usual */
	unsigned next;		   /* which question comes next */
	uint64_t asked;		   /* its seq, once acknowledged */
	int64_t sent_us;
};

void talker_open(struct talker *t, struct client *cl, unsigned port,
    struct str company, struct str token);
void talker_ask(struct talker *t);

#endif
