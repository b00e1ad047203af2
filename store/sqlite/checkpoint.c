/*
 * checkpoint: when to copy, and who does it. How, SQLite knows. A checkpoint
 * that fails costs nothing but room in the log: it is tried again.
 */
#include "store/sqlite/checkpoint.h"

#define RESTART_BUSY_MS 20

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

/* Copies what can be copied; how many pages are left, or -1. */
static int
copy_passive(struct checkpointer *k)
{
	int in_log = 0, copied = 0, rc;

	pthread_mutex_lock(&k->copying);
	rc = sqlite3_wal_checkpoint_v2(
	    k->conn.db, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &copied);
	pthread_mutex_unlock(&k->copying);
	return rc == SQLITE_OK ? in_log - copied : -1;
}

static void
thread_turn(struct checkpointer *k)
{
	int left = copy_passive(k);

	if (left > CHECKPOINT_REST)
		left = copy_passive(k);
	k->rest_ready = left >= 0;
}

/* Sleeps until there is something to do; false: to end. */
static bool
thread_wait(struct checkpointer *k)
{
	bool stop;

	pthread_mutex_lock(&k->lock);
	while (!k->wanted && !k->stop)
		pthread_cond_wait(&k->wake, &k->lock);
	k->wanted = false;
	stop = k->stop;
	pthread_mutex_unlock(&k->lock);
	return !stop;
}

static void *
thread_main(void *arg)
{
	struct checkpointer *k = arg;

	while (thread_wait(k))
		thread_turn(k);
	return NULL;
}

static void
wake_thread(struct checkpointer *k)
{
	pthread_mutex_lock(&k->lock);
	k->wanted = true;
	pthread_cond_signal(&k->wake);
	pthread_mutex_unlock(&k->lock);
}

/* Copies the rest; the next commit then starts the log anew. */
static void
finish(struct checkpointer *k)
{
	int in_log = 0, copied = 0, rc;

	pthread_mutex_lock(&k->copying);
	k->writer->busy_ms = RESTART_BUSY_MS;
	rc = sqlite3_wal_checkpoint_v2(
	    k->writer->db, NULL, SQLITE_CHECKPOINT_RESTART, &in_log, &copied);
	k->writer->busy_ms = CONN_BUSY_MS;
	pthread_mutex_unlock(&k->copying);
	k->rest_ready = false;
	if (rc == SQLITE_OK) {
		k->log_pages = 0;
		k->done++;
	}
}

void
checkpointer_turn(struct checkpointer *k)
{
	if (k->log_pages < CHECKPOINT_PAGES)
		return;
	if (k->rest_ready || k->log_pages >= CHECKPOINT_PAGES_MAX)
		finish(k);
	else
		wake_thread(k);
}

void
checkpointer_watch(struct checkpointer *k)
{
	sqlite3_wal_hook(k->writer->db, on_commit, k);
}

enum err
checkpointer_start(struct checkpointer *k, struct conn *writer,
    const char *path, const char *vfs)
{
	enum err e;

	k->writer = writer;
	pthread_mutex_init(&k->lock, NULL);
	pthread_mutex_init(&k->copying, NULL);
	pthread_cond_init(&k->wake, NULL);
	checkpointer_watch(k);
	e = conn_open(&k->conn, path, vfs);
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
	pthread_cond_destroy(&k->wake);
	pthread_mutex_destroy(&k->copying);
	pthread_mutex_destroy(&k->lock);
}
