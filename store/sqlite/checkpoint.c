/*
 * checkpoint: when to copy, and who does it. How, SQLite knows. A checkpoint
 * that fails costs nothing but room in the log: it is tried again.
 *
 * SQLite before 3.51.3 can lose pages here. A checkpoint notes how long the
 * log is (M frames), then looks how much was copied. If all M were, a commit
 * of another connection may start the log anew between the two: "copied"
 * falls to 0, the checkpoint takes M frames for uncopied that are no longer
 * there, and notes M as copied in the new log. The next checkpoint skips that
 * many frames, and once the log starts again they are gone.
 *
 * The commit may start it anew only if all is copied, and when it began
 * already was. Who raises "copied" is a checkpoint, nobody else. So:
 *
 * - One at a time checkpoints, among all threads (`copying`) and processes
 *   (turn.h). Whoever finds it taken leaves it to the other.
 * - Under that lock, none begins unless frames are left to copy.
 *
 * From that look on frames are left until this checkpoint itself raises
 * "copied", as its last deed, for others only append. So no commit, of
 * whatever process, can start the log anew in between: not one that began
 * when all was copied either, for to write it must still be at the newest
 * commit, and at the newest commit some are left. The writer's path pays
 * nothing for this. It does not bind other programs: SQLite's own shell may
 * checkpoint too.
 */
#include "store/sqlite/checkpoint.h"
#include "store/sqlite/log_frames.h"

#include <time.h>

#define FINISH_BUSY_MS 5       /* the writer's patience with readers */
#define FINISH_TRIES 50	       /* when the log is too long, */
#define FINISH_NAP_NS 5000000L /* and between them */
#define REST_PAGES 500	       /* few enough for the writer to copy */
#define RETRY_PAGES 1000       /* growth before it tries again */
#define LOOK_NS 250000000L     /* how often the thread looks by itself */

/* ---- one at a time ----------------------------------------------------- */

/*
 * Copies what can be copied, if anything: see above. SQLite's code; BUSY when
 * another process copies.
 */
static int
copy(struct checkpointer *k, struct conn *c, int mode, struct log_frames *now)
{
	int all = 0, copied = 0, rc = SQLITE_BUSY;

	pthread_mutex_lock(&k->copying);
	if (!turn_copy_begin(&k->turn))
		goto taken;
	rc = SQLITE_OK;
	if (!log_frames_read(c->db, now))
		rc = SQLITE_IOERR;
	else if (log_frames_left(now)) {
		rc = sqlite3_wal_checkpoint_v2(
		    c->db, NULL, mode, &all, &copied);
		*now = (struct log_frames){(uint32_t)all, (uint32_t)copied};
	}
	turn_copy_end(&k->turn);
taken:
	pthread_mutex_unlock(&k->copying);
	return rc;
}

/* ---- the thread -------------------------------------------------------- */

/* How many pages are left, or -1. */
static int
copy_passive(struct checkpointer *k)
{
	struct log_frames now;

	if (copy(k, &k->conn, SQLITE_CHECKPOINT_PASSIVE, &now) != SQLITE_OK)
		return -1;
	if (!log_frames_left(&now))
		return 0;
	if (now.all >= LOG_PAGES_HIGH)
		readers_expire(k->readers);
	return (int)(now.all - now.copied);
}

static void
copy_bulk(struct checkpointer *k)
{
	int left = copy_passive(k);

	if (left > REST_PAGES)
		left = copy_passive(k);
	k->rest_ready = left >= 0;
}

/*
 * No commit of any process since the last look, and not all is copied? Or is
 * the log long, made so by another process?
 */
static void
copy_idle(struct checkpointer *k)
{
	struct log_frames now;
	bool idle;

	if (!log_frames_read(k->conn.db, &now))
		return;
	idle = now.all == k->idle_frames;
	k->idle_frames = now.all;
	if (!log_frames_left(&now))
		return;
	if ((!idle || now.all == k->idle_copied) && now.all < LOG_PAGES_HIGH)
		return;
	if (copy_passive(k) >= 0)
		k->idle_copied = now.all;
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

	(void)pthread_setname_np(pthread_self(), "fd-checkpoint");
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
	struct log_frames now;
	int rc;

	k->writer->busy_ms = FINISH_BUSY_MS;
	rc = copy(k, k->writer, SQLITE_CHECKPOINT_RESTART, &now);
	k->writer->busy_ms = CONN_BUSY_MS;
	turn_wait_end(&k->turn);
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
	if ((e = turn_open(&k->turn, readers->path)) != OK)
		return e;
	e = conn_open(&k->conn, readers->path, readers->vfs, false);
	if (e == OK) /* reads, and so opens the log's index */
		e = conn_exec(&k->conn, "PRAGMA schema_version");
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
	turn_close(&k->turn);
	pthread_cond_destroy(&k->wake);
	pthread_mutex_destroy(&k->copying);
	pthread_mutex_destroy(&k->lock);
}
