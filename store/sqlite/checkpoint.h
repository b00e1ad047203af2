/*
 * checkpoint: copying the log into the database file, off the writer's path.
 *
 * Commits append to the log (the WAL). A thread with its own connection
 * copies the bulk of it into the database file while commits go on; when
 * little is left the writer, between two groups, copies that rest, and its
 * next commit starts the log again from its beginning. The log's file is not
 * cut: writing over what exists makes fsync cheaper.
 *
 *	0        LOG_PAGES          LOG_PAGES_HIGH        LOG_PAGES_MAX
 *	|------------|---------------------|----------...------|
 *	 thread idle  thread copies, then   the writer waits    E_FULL
 *	              the writer ends it    for the copying
 *
 * Beyond LOG_PAGES_HIGH it can only get if somebody reads an old moment and
 * will not let go: this process's own readers are ended (reader.h), a foreign
 * program's are not in our hands.
 *
 * Beside other processes on the same file, one copies at a time and the others
 * leave it to that one. Nothing is begun when nothing is left to copy.
 *
 * When nothing comes in, the log is copied too, so that the next start, even
 * after a kill, finds little to do.
 */
#ifndef STORE_SQLITE_CHECKPOINT_H
#define STORE_SQLITE_CHECKPOINT_H

#include "store/sqlite/reader.h"
#include "store/sqlite/turn.h"

#include <stdatomic.h>

#define LOG_PAGES 8000
#define LOG_PAGES_HIGH 12000
#define LOG_PAGES_MAX 262144		      /* 1 GiB */
#define LOG_PAGE_BYTES (CONN_PAGE_BYTES + 24) /* in the log's file */

struct checkpointer {
	struct conn conn; /* the thread's */
	struct conn *writer;
	struct readers *readers;
	struct turn turn;
	pthread_t thread;
	bool running;

	pthread_mutex_t lock; /* of wanted, stop */
	pthread_cond_t wake;
	bool wanted, stop;

	pthread_mutex_t copying; /* held by whoever checkpoints */
	atomic_int log_pages;	 /* in use, as the last commit saw it */
	atomic_bool rest_ready;	 /* the writer may end it */
	_Atomic uint64_t done;	 /* times the log was freed */

	int retry_pages; /* the writer's: try again when the log is this long */
	uint32_t idle_frames, idle_copied; /* the thread's: at its last look */
};

/*
 * writer, readers and the path must outlive it. E_NOMEM, E_IO. After a
 * failure too, checkpointer_stop().
 */
enum err checkpointer_start(struct checkpointer *k, struct conn *writer,
    struct readers *readers) MUST_USE;
void checkpointer_stop(struct checkpointer *k);

/* The writer's connection is new: watch its commits. */
void checkpointer_watch(struct checkpointer *k);

/* Before each group. E_FULL: the log is at its maximum. */
enum err checkpointer_room(struct checkpointer *k) MUST_USE;

/* After each group, outside any transaction; may block as described. */
void checkpointer_turn(struct checkpointer *k);

#endif
