/*
 * queue: a list under a mutex. The lock is held for a few instructions; the
 * signal is sent only when the taker sleeps, since under load it never does.
 */
#include "store/queue.h"

#include <time.h>

enum err
queue_init(struct queue *q, unsigned max)
{
	pthread_condattr_t attr;

	*q = (struct queue){.max = max};
	q->last = &q->first;
	if (pthread_condattr_init(&attr) != 0)
		return E_NOMEM;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->more, &attr);
	pthread_condattr_destroy(&attr);
	return OK;
}

void
queue_free(struct queue *q)
{
	pthread_cond_destroy(&q->more);
	pthread_mutex_destroy(&q->lock);
}

/*
 * What came in is sent again if it is refused; a decision is work done that
 * would be lost. So the last part is kept for decisions.
 */
static const bool is_ingest[STORE_VERBS] = {
    [STORE_OPEN] = true,
    [STORE_INBOUND] = true,
    [STORE_SEEN] = true,
};

static unsigned
room_for(const struct queue *q, const struct store_op *op)
{
	unsigned kept = q->max / QUEUE_KEPT_PART;

	if ((unsigned)op->verb < STORE_VERBS && is_ingest[op->verb])
		return q->max - kept;
	return q->max;
}

/* Under the lock. */
static enum err
put_locked(struct queue *q, struct store_op *op)
{
	if (q->closed)
		return E_CLOSED;
	if (atomic_load(&q->waiting) >= room_for(q, op)) {
		q->refused++;
		return E_LIMIT;
	}
	atomic_fetch_add(&q->waiting, 1);
	op->next = NULL;
	*q->last = op;
	q->last = &op->next;
	if (q->sleeping)
		pthread_cond_signal(&q->more);
	return OK;
}

enum err
queue_put(struct queue *q, struct store_op *op)
{
	enum err e;

	pthread_mutex_lock(&q->lock);
	e = put_locked(q, op);
	pthread_mutex_unlock(&q->lock);
	return e;
}

static struct timespec
deadline_after(int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000L;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	return t;
}

/* Under the lock: until there is an op, the queue closes or time is over. */
static void
wait_locked(struct queue *q, int wait_ms)
{
	struct timespec deadline = deadline_after(wait_ms < 0 ? 0 : wait_ms);
	int rc = 0;

	q->sleeping = true;
	while (q->first == NULL && !q->closed && rc == 0) {
		if (wait_ms < 0)
			rc = pthread_cond_wait(&q->more, &q->lock);
		else
			rc = pthread_cond_timedwait(
			    &q->more, &q->lock, &deadline);
	}
	q->sleeping = false;
}

static void
lift(struct queue *q, int wait_ms, bool *over)
{
	pthread_mutex_lock(&q->lock);
	wait_locked(q, wait_ms);
	q->lifted = q->first;
	q->first = NULL;
	q->last = &q->first;
	*over = q->closed && q->lifted == NULL;
	pthread_mutex_unlock(&q->lock);
}

size_t
queue_take(
    struct queue *q, struct store_op **ops, size_t max, int wait_ms, bool *over)
{
	size_t n = 0;

	*over = false;
	if (q->lifted == NULL)
		lift(q, wait_ms, over);
	while (n < max && q->lifted != NULL) {
		ops[n++] = q->lifted;
		q->lifted = q->lifted->next;
	}
	atomic_fetch_sub(&q->waiting, (unsigned)n);
	return n;
}

void
queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_signal(&q->more);
	pthread_mutex_unlock(&q->lock);
}

unsigned
queue_waiting(const struct queue *q)
{
	return atomic_load(&q->waiting);
}

uint64_t
queue_refused(const struct queue *q)
{
	return q->refused;
}
