/*
 * checkpoint: when to copy, and who does it. How, SQLite knows. A checkpoint
 * that fails costs nothing but room in the log: it is tried again.
 */
#include "store/sqlite/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define FINISH_BUSY_MS 5       /* the writer's patience with readers */
#define FINISH_TRIES 50	       /* when the log is too long, */
#define FINISH_NAP_NS 5000000L /* and between them */
#define REST_PAGES 500	       /* few enough for the writer to copy */
#define RETRY_PAGES 1000       /* growth before it tries again */
#define LOOK_NS 250000000L     /* how often the thread looks by itself */

/* ---- the thread -------------------------------------------------------- */

/* Copies what can be copied; how many pages are left, or -1. */
static int
copy_passive(struct checkpointer *k)
{
	int in_log = 0, copied = 0, rc;

	pthread_mutex_lock(&k->copying);
	rc = sqlite3_wal_checkpoint_v2(
	    k->conn.db, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
	pthread_mutex_unlock(&k->copying);
	if (rc != SQLITE_OK)
		return -1;
	if (in_log >= LOG_PAGES_HIGH && copied < in_log)
		readers_expire(k->readers);
	return in_log - copied;
}

static void
copy_bulk(struct checkpointer *k)
{
	int left = copy_passive(k);

	if (left > REST_PAGES)
		left = copy_passive(k);
	k->rest_ready = left >= 0;
}

/* Another process may have made the log long while this one is idle. */
static bool
log_is_long(const struct checkpointer *k)
{
	struct stat st;

	return stat(k->log_path, &st) == 0 &&
	       st.st_size >= (off_t)LOG_PAGES_HIGH * LOG_PAGE_BYTES;
}

/* No commit since the last look, and not all is copied? */
static void
copy_idle(struct checkpointer *k)
{
	int pages = k->log_pages;
	bool idle = pages > 0 && pages == k->idle_pages;

	k->idle_pages = pages;
	if ((!idle || pages == k->idle_copied) && !log_is_long(k))
		return;
	if (copy_passive(k) >= 0)
		k->idle_copied = pages;
}

static struct timespec
next_look(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += LOOK_NS;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	return t;
}

/* Until it is wanted, it is to stop, or it is time to look. */
static bool
wait_for_work(struct checkpointer *k, bool *wanted)
{
	struct timespec until = next_look();
	int rc = 0;
	bool stop;

	pthread_mutex_lock(&k->lock);
	while (!k->wanted && !k->stop && rc == 0)
		rc = pthread_cond_timedwait(&k->wake, &k->lock, &until);
	*wanted = k->wanted;
	k->wanted = false;
	stop = k->stop;
	pthread_mutex_unlock(&k->lock);
	return !stop;
}

static void *
thread_main(void *arg)
{
	struct checkpointer *k = arg;
	bool wanted;

	while (wait_for_work(k, &wanted)) {
		if (wanted)
			copy_bulk(k);
		else
			copy_idle(k);
	}
	return NULL;
}

static void
wake_thread(struct checkpointer *k)
{
	pthread_mutex_lock(&k->lock);
	if (!k->wanted)
		pthread_cond_signal(&k->wake);
	k->wanted = true;
	pthread_mutex_unlock(&k->lock);
}

/* ---- the writer -------------------------------------------------------- */

/* Copies the rest; the next commit then starts the log anew. */
static bool
finish(struct checkpointer *k)
{
	int rc;

	pthread_mutex_lock(&k->copying);
	k->writer->busy_ms = FINISH_BUSY_MS;
	rc = sqlite3_wal_checkpoint_v2(
	    k->writer->db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
	k->writer->busy_ms = CONN_BUSY_MS;
	pthread_mutex_unlock(&k->copying);
	k->rest_ready = false;
	k->retry_pages = rc == SQLITE_OK ? 0 : k->log_pages + RETRY_PAGES;
	if (rc != SQLITE_OK)
		return false;
	k->log_pages = 0;
	k->done++;
	return true;
}

static bool
finish_insistently(struct checkpointer *k)
{
	struct timespec nap = {0, FINISH_NAP_NS};

	for (unsigned i = 0; i < FINISH_TRIES; i++) {
		if (finish(k))
			return true;
		readers_expire(k->readers);
		nanosleep(&nap, NULL);
	}
	return false;
}

void
checkpointer_turn(struct checkpointer *k)
{
	int pages = k->log_pages;

	if (pages < LOG_PAGES)
		return;
	if (pages < k->retry_pages)
		wake_thread(k);
	else if (pages >= LOG_PAGES_HIGH)
		(void)finish_insistently(k);
	else if (k->rest_ready)
		(void)finish(k);
	else
		wake_thread(k);
}

enum err
checkpointer_room(struct checkpointer *k)
{
	if (k->log_pages < LOG_PAGES_MAX || finish_insistently(k))
		return OK;
	return E_FULL;
}

/* After each commit of the writer. */
static int
on_commit(void *arg, sqlite3 *db, const char *schema, int pages)
{
	struct checkpointer *k = arg;

	(void)db;
	(void)schema;
	k->log_pages = pages;
	return SQLITE_OK;
}

void
checkpointer_watch(struct checkpointer *k)
{
	sqlite3_wal_hook(k->writer->db, on_commit, k);
}

/* ---- life -------------------------------------------------------------- */

static void
init_locks(struct checkpointer *k)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&k->wake, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&k->lock, NULL);
	pthread_mutex_init(&k->copying, NULL);
}

enum err
checkpointer_start(
    struct checkpointer *k, struct conn *writer, struct readers *readers)
{
	enum err e;

	k->writer = writer;
	k->readers = readers;
	init_locks(k);
	checkpointer_watch(k);
	if (asprintf(&k->log_path, "%s-wal", readers->path) < 0) {
		k->log_path = NULL;
		return E_NOMEM;
	}
	e = conn_open(&k->conn, readers->path, readers->vfs, false);
	if (e != OK)
		return e;
	if (pthread_create(&k->thread, NULL, thread_main, k) != 0)
		return E_NOMEM;
	k->running = true;
	return OK;
}

void
checkpointer_stop(struct checkpointer *k)
{
	pthread_mutex_lock(&k->lock);
	k->stop = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
	if (k->running)
		pthread_join(k->thread, NULL);
	conn_close(&k->conn);
	free(k->log_path);
	pthread_cond_destroy(&k->wake);
	pthread_mutex_destroy(&k->copying);
	pthread_mutex_destroy(&k->lock);
}
