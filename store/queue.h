/*
 * queue: where ops wait for the writer; many put, one takes.
 *
 * Bounded: at `max` ops it refuses, and what comes from outside (OPEN, INBOUND,
 * SEEN) a quarter before that, so that decisions and delivery still find room.
 * The taker lifts everything off at once and works from its own list, so those
 * who put never wait behind it.
 */
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct store_op *first, **last; /* under lock */
	bool closed, sleeping;		/* under lock */
	struct store_op *lifted;	/* the taker's own */
	atomic_uint waiting;		/* in both lists */
	_Atomic uint64_t refused;	/* with E_LIMIT, so far */
	unsigned max;
};

#define QUEUE_KEPT_PART 4 /* one in so many is kept for decisions */

enum err queue_init(struct queue *q, unsigned max) MUST_USE;
void queue_free(struct queue *q);

/* Never blocks. E_LIMIT: full for this verb; E_CLOSED. */
enum err queue_put(struct queue *q, struct store_op *op) MUST_USE;

/*
 * Up to max ops, in the order they came. Blocks until there is one, at most
 * wait_ms (negative: for ever); 0 when the time is over. Sets *over once the
 * queue is closed and empty.
 */
size_t queue_take(struct queue *q, struct store_op **ops, size_t max,
    int wait_ms, bool *over);

/* No more are accepted; those that wait can still be taken. */
void queue_close(struct queue *q);

unsigned queue_waiting(const struct queue *q);
uint64_t queue_refused(const struct queue *q);

#endif
