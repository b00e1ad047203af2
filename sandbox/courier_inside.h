/*
 * courier_inside: between courier.c, the thread, and courier_parcel.c, what
 * becomes of one webhook.
 */
#ifndef SANDBOX_COURIER_INSIDE_H
#define SANDBOX_COURIER_INSIDE_H

#include "sandbox/courier.h"
#include "sandbox/heap.h"

#define COURIER_IN_FLIGHT 128u

struct job {
	struct errand errand;
	struct job *next; /* in the inbox, or among the held */
	/* On the courier's thread, once, when due; run owns it then. */
	void (*run)(struct courier *c, struct job *j);
	/* The same when there is no time left for it. */
	void (*drop)(struct courier *c, struct job *j);
};

struct courier {
	struct sandbox *sandbox;
	struct fetcher *fetcher;
	pthread_t thread;
	bool runs;
	int wake_fd;

	pthread_mutex_t lock; /* over the next three */
	struct job *inbox, **inbox_end;
	bool closed;

	unsigned pending; /* under the sandbox's lock */

	/* The thread's. */
	struct heap heap;
	struct job *held; /* webhooks that wait for a later one to go */
	bool ending;
};

/* From any thread. E_CLOSED: it stays the caller's. */
enum err sb_courier_hand(struct courier *c, struct job *j) MUST_USE;
/* On the courier's thread. */
void sb_courier_put(struct courier *c, struct job *j, int64_t due);
void sb_parcel_release_held(struct courier *c);

#endif
