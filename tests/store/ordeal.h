/*
 * ordeal: the same small piece of work, done while something fails, and the
 * proof afterwards that nothing was lost, doubled or left half done.
 */
#ifndef TESTS_STORE_ORDEAL_H
#define TESTS_STORE_ORDEAL_H

#include "tests/store/fixture.h"

#define TALKS 2
#define ROUNDS 2
#define STEPS (TALKS * ROUNDS)

/* What was done: a message each step, and what became of it. */
struct ordeal {
	struct fixture f;
	int64_t talks[TALKS];
	char sources[STEPS][8];
	struct store_op ops[STEPS];
	unsigned answered; /* OK, each with one outbox row */
	/* The rows, and how far they are said to have come. */
	struct outbox_row rows[ROUNDS];
	int64_t agent;	/* who has, or had, the last of the talks */
	unsigned acted; /* acts that were OK */
	bool hindered;	/* or failed, and not because of others */
	uint64_t place; /* how far a follower is said to have come */
};

/* Opens the store, on vfs (or NULL), and the conversations. */
void ordeal_open(struct ordeal *o, const char *vfs);

/*
 * Rounds of messages that share groups, each answered, if all went well, and
 * the first answer delivered. The last talk goes to an agent and back, and a
 * follower lets its words be found.
 */
void ordeal_talk(struct ordeal *o);

/*
 * Everything well again: what was OK is there, what failed is not (or may be,
 * if so said), all is whole. Closes and removes the store.
 */
void ordeal_check(struct ordeal *o, bool failed_may_be_there);

#endif
