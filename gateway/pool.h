/*
 * pool: a few threads of their own for what HTTP threads and hubs may not do,
 * because it waits or takes long. Jobs run in the order they came; how many
 * may wait is bounded.
 */
#ifndef GATEWAY_POOL_H
#define GATEWAY_POOL_H

#include "core/base.h"

/* A member of what is to be done; the caller's until run() is called. */
struct pool_job {
	/*
	 * On a thread of the pool; own is that thread's. E_CLOSED: the pool
	 * ends and it is not to be done any more, only let go.
	 */
	void (*run)(struct pool_job *j, void *own, enum err e);
	struct pool_job *next; /* the pool's */
};

struct pool_conf {
	const char *name; /* of the threads, at most 15 bytes */
	unsigned threads;
	unsigned waiting_max; /* jobs that wait, beside those that run */
	/* What each thread has for itself; called before any job. May be
	 * NULL. On failure nothing is to be ended. */
	enum err (*begin)(void *arg, void **own);
	void (*end)(void *own);
	void *arg;
};

struct pool;

/* E_NOMEM, or what begin() said. */
enum err pool_start(const struct pool_conf *conf, struct pool **out) MUST_USE;
/* Never blocks. E_LIMIT: too many wait; E_CLOSED. run() is not called then. */
enum err pool_put(struct pool *p, struct pool_job *j) MUST_USE;
/*
 * What runs is finished, what waits is let go, the threads end; pool_put()
 * gives E_CLOSED from then on. NULL is fine, here and below.
 */
void pool_end(struct pool *p);
/* After pool_end(), when nobody comes to put anything more. */
void pool_free(struct pool *p);

#endif
