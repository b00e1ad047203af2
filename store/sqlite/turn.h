/*
 * turn: what the processes on one database agree on, beyond SQLite's locks.
 *
 * Locks in a file beside the database, "<path>-turn". It is empty, it is
 * never removed, and nothing in it needs a backup. The kernel gives a lock up
 * when its holder dies.
 *
 *	copying   one at a time checkpoints; checkpoint.c says why
 *	waiting   shared by the writers that found another's transaction in
 *	          their way
 *	leading   one at a time for each role (store_lead())
 *
 * A waiting writer polls, and one that begins again within microseconds would
 * be faster every time. So a writer looks, before each group, whether another
 * one waits, and then lets it go first. That look is all it costs when there
 * is nobody: one call of the system.
 */
#ifndef STORE_SQLITE_TURN_H
#define STORE_SQLITE_TURN_H

#include "core/base.h"

struct turn {
	int file;     /* -1: not open */
	bool waiting; /* the writer's */
};

/* path: the database's. E_IO, E_NOMEM. After a failure too, turn_close(). */
enum err turn_open(struct turn *t, const char *path) MUST_USE;
void turn_close(struct turn *t);

/* Never blocks; false: another process copies. One thread at a time. */
bool turn_copy_begin(struct turn *t) MUST_USE;
void turn_copy_end(struct turn *t);

/*
 * E_CLAIMED: another one leads. E_IO. Until turn_close(); by a struct turn
 * that serves nothing else.
 */
enum err turn_lead(struct turn *t, unsigned role) MUST_USE;

/* The writer's: from the first failed try until it has its lock, or not. */
void turn_wait_begin(struct turn *t);
void turn_wait_end(struct turn *t);

/*
 * Before a transaction: blocks while others wait, at most TURN_YIELD_MS, so
 * that one that stands still cannot stop the rest.
 */
#define TURN_YIELD_MS 10
void turn_yield(const struct turn *t);

#endif
