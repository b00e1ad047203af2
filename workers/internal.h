/*
 * internal: what the files of the worker share with each other.
 */
#ifndef WORKERS_INTERNAL_H
#define WORKERS_INTERNAL_H

#include "workers/claims.h"
#include "workers/knowledge.h"
#include "workers/turn.h"

#include <pthread.h>

#define TURN_BUCKETS 1024u
#define SLOW_TICK_MS 100

struct sweep {
	bool under_way; /* cursor stands in the middle of the pending ones */
	bool first;	/* the one at start: takes everything at once */
	int64_t cursor;
	int64_t next_steady;
};

struct worker {
	struct worker_conf conf;
	pthread_t thread;
	uint64_t id; /* random; who we are in claims */
	_Atomic bool stopping;
	_Atomic int64_t alive_at;
	int epoll;
	struct mailbox mailbox;
	struct bus_reader *work;
	struct store_reader *reader;
	bool reading; /* a read transaction spans this turn of the loop */

	struct turn *turns[TURN_BUCKETS];
	unsigned turn_count;
	struct turn *slow;
	struct claims claims;
	struct knowledge_cache knowledge;
	struct trigger_spots spots;
	struct sweep sweep;
	struct hourly *sent; /* what no person said, by recipient */
	int64_t tick_steady;
};

/* ---- the table of turns (worker.c) ------------------------------------- */

struct turn *worker_turn(struct worker *w, int64_t conversation);
/* NULL: at turns_max, or no memory. */
struct turn *worker_turn_new(struct worker *w, int64_t conversation);
void worker_turn_free(struct turn *t);

/* ---- turn.c ------------------------------------------------------------ */

void turn_ask(struct turn *t);
void turn_commit(struct turn *t);
/* All over again, from reading. */
void turn_restart(struct turn *t);
/* Ends, after a claim that is still held was given back. */
void turn_end(struct turn *t);
/* Commits t->decision, with t->rows and what it says to the customer. */
void turn_submit(struct turn *t);
/* Ends a turn that could not be carried out; it is tried again later. */
void turn_fail(struct turn *t, const char *doing, enum err e);
/* Ends, or begins again if there is more or something came meanwhile. */
void turn_finish(struct turn *t, bool more);
/* Where the customer is, and who carries answers there. */
enum err turn_read_reach(struct turn *t) MUST_USE;
/* An automatic text as the body of a message; empty: no memory. */
struct str turn_notice(struct turn *t, enum notice notice, struct str text);

/* ---- turn_handoff.c ---------------------------------------------------- */

/* Before the brain is asked (answer NULL), and with what it found: does the
 * bot give up? t->gives_up says why. */
bool turn_gives_up(struct turn *t, const struct answer *answer) MUST_USE;
/* As t->gives_up says; commits, or ends the turn. */
void turn_give_up(struct turn *t);

/* Is there a seller, online or not, who could ever take it? */
bool turn_has_sellers(struct turn *t) MUST_USE;
/* Or a support desk? */
bool turn_has_people(struct turn *t) MUST_USE;

/* ---- turn_desk.c ------------------------------------------------------- */

/*
 * t->question is DECIDE_MAIL: the support desk is written to, or not yet; and
 * where there is no support desk any more, the conversation leaves it.
 */
void turn_with_desk(struct turn *t);

/*
 * Of TIMER_MAIL. True: there is no support desk any more, or the newest mail to
 * it has failed for all whom it was written to, or nobody can tell; then the
 * turn goes its way.
 */
bool turn_leaves_desk(struct turn *t) MUST_USE;
/* No mail gets through to the support desk; why. Commits, or ends the turn. */
void turn_leave_unreached(struct turn *t, struct str why);

/* ---- turn_mail.c ------------------------------------------------------- */

/* t->question is DECIDE_MAIL: the support desk is written to, now. */
void turn_mail_desk(struct turn *t);
/* t->decision is DECIDE_UNREAD: the customer is, if they have not seen it. */
void turn_mail_customer(struct turn *t);

/* ---- turn_slow.c ------------------------------------------------------- */

/* Takes (beat 0), renews or takes over the claim; then asks the brain. */
void slow_claim(struct turn *t, uint64_t beat);
/* Gives the claim back and then finishes the turn. */
void slow_release(struct turn *t);
void slow_typing(struct turn *t);
void slow_draft(struct turn *t, struct str text);
/* Off the list of turns that are ticked. */
void slow_leave(struct turn *t);

/* ---- sweep.c ----------------------------------------------------------- */

/* Goes on with the sweep as turns come free; starts one when it is time. */
void sweep_run(struct worker *w, int64_t now_steady);
/* There is more to sweep, and room for it. */
bool sweep_more(const struct worker *w);

#endif
