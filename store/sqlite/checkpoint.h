/*
 * checkpoint: copying the log into the database file, off the writer's path.
 *
 * Commits append to the log (the WAL). A thread with its own connection
 * copies the bulk of it into the database file while commits go on; when
 * little is left the writer, between two groups, copies that rest and starts
 * the log again from its beginning. The log's file is never cut: writing over
 * what exists makes fsync cheaper.
 *
 *	0        CHECKPOINT_PAGES            CHECKPOINT_PAGES_MAX
 *	|--------------|---------------------------|
 *	  thread sleeps  thread copies, then the     the writer waits for the
 *	                 writer ends it               copying: it is too fast
 */
#ifndef STORE_SQLITE_CHECKPOINT_H
#define STORE_SQLITE_CHECKPOINT_H

#include "store/sqlite/conn.h"

#include <pthread.h>
#include <stdatomic.h>

#define CHECKPOINT_PAGES 8000
#define CHECKPOINT_PAGES_MAX 12000
#define CHECKPOINT_REST 500 /* few enough for the writer to copy */

struct checkpointer {
	struct conn conn; /* the thread's */
	struct conn *writer;
	pthread_t thread;
	pthread_mutex_t lock; /* of wanted, stop */
	pthread_cond_t wake;
	bool wanted, stop;
	bool running;
	pthread_mutex_t copying; /* held by whoever checkpoints */
	atomic_bool rest_ready;	 /* the writer may end it */
	atomic_int log_pages;	 /* in use */
	_Atomic uint64_t done;	 /* checkpoints that freed the whole log */
};

/* E_NOMEM, E_IO. writer must outlive it. */
enum err checkpointer_start(struct checkpointer *k, struct conn *writer,
    const char *path, const char *vfs) MUST_USE;
void checkpointer_stop(struct checkpointer *k);

/* The writer calls it after each group, outside any transaction. */
void checkpointer_turn(struct checkpointer *k);

/* The writer's connection was opened anew. */
void checkpointer_watch(struct checkpointer *k);

#endif
