/*
 * teller: the thread that tells what a group has come to while the writer is
 * at the next one.
 *
 *	teller_wait(&t);                 nothing is being told any more
 *	ops = teller_give(&t, ops, n);   another array, to go on with
 *
 * Groups are told one after another, never two at a time. Only the writer's
 * thread calls these; both wait for the group before, so at most one group is
 * committed and not yet told.
 */
#ifndef STORE_TELLER_H
#define STORE_TELLER_H

#include "store/store.h"

#include <pthread.h>

struct teller {
	void (*tell)(void *arg, struct store_op **ops, size_t n);
	void *arg;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct store_op **ops; /* of its own between groups */
	size_t n;	       /* 0: nothing to tell */
	bool ending;
	pthread_t thread;
};

/* With tell and arg set. group_max: room in each array. E_NOMEM. */
enum err teller_start(struct teller *t, size_t group_max) MUST_USE;
void teller_wait(struct teller *t);
/* Takes over the array with n > 0 ops; the one given back is as large. */
struct store_op **teller_give(
    struct teller *t, struct store_op **ops, size_t n) MUST_USE;
/* Tells what was given, then ends the thread. */
void teller_stop(struct teller *t);

#endif
