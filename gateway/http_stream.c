/*
 * http_stream: answers without end. Pushers put bytes into a bounded queue;
 * libmicrohttpd's thread takes them out and suspends the connection when
 * there are none. The reaper's tick keeps the line alive, sees clients that
 * left while nothing was sent, and cuts those that do not read.
 *
 * Locks, in this order: the peer's, the stream's.
 */
#include "gateway/http_inside.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>

#define KEEPALIVE_MS 15000
#define STALLED_MS 30000
#define BLOCK_BYTES 4096u

struct stream {
	pthread_mutex_t lock;
	struct buf queue;
	size_t read; /* bytes of the queue that were taken */
	size_t max;
	uint64_t pushed, taken; /* ever */
	uint64_t pushed_seen, taken_seen;
	int64_t pushed_at, taken_at; /* as the ticks saw it; 0: no tick yet */
	bool suspended, ended, over, cut;
	void (*closed)(void *arg);
	void *arg;
};

static size_t
waiting(const struct stream *s)
{
	return s->queue.len - s->read;
}

/* With the lock held. */
static void
wake(struct request *r, struct stream *s)
{
	if (!s->suspended)
		return;
	s->suspended = false;
	worker_resume(r);
}

static ssize_t
take(struct stream *s, char *out, size_t max)
{
	size_t n = waiting(s) < max ? waiting(s) : max;

	memcpy(out, s->queue.data + s->read, n);
	s->read += n;
	s->taken += n;
	if (s->read == s->queue.len) {
		buf_clear(&s->queue);
		s->read = 0;
	}
	return (ssize_t)n;
}

static ssize_t
on_read(void *request, uint64_t at, char *out, size_t max)
{
	struct request *r = request;
	struct stream *s = r->stream;
	ssize_t n = 0;

	(void)at;
	pthread_mutex_lock(&s->lock);
	if (s->cut) {
		n = MHD_CONTENT_READER_END_WITH_ERROR;
	} else if (waiting(s) > 0) {
		n = take(s, out, max);
	} else if (s->ended || atomic_load(&r->http->stopping)) {
		n = MHD_CONTENT_READER_END_OF_STREAM;
	} else {
		s->suspended = true;
		MHD_suspend_connection(r->connection);
	}
	pthread_mutex_unlock(&s->lock);
	return n;
}

struct MHD_Response *
stream_response(struct request *r)
{
	int dead_ms = STALLED_MS;

	(void)setsockopt(r->peer->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms,
	    sizeof(dead_ms));
	r->step = STEP_STREAM;
	r->waits = true;
	peer_wait(r->peer, PEER_STREAM, r, 0);
	return MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, BLOCK_BYTES, on_read, r, NULL);
}

/* ---- the pusher's side ------------------------------------------------- */

static struct stream *
stream_new(size_t max, void (*closed)(void *arg), void *arg)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	s->max = max;
	s->closed = closed;
	s->arg = arg;
	return s;
}

void
request_stream(struct request *r, const char *type, size_t queue_max,
    void (*closed)(void *arg), void *arg)
{
	struct stream *s = stream_new(queue_max, closed, arg);

	/* The pusher's own reference, until request_stream_end(). */
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	if (s == NULL) {
		closed(arg);
		reply_fault(r, FAULT_BUSY, "no memory for another stream");
		return;
	}
	r->stream = s;
	r->reply.status = MHD_HTTP_OK;
	r->reply.type = type;
	request_add_header(r, "X-Accel-Buffering", STR("no"));
	reply_ready(r);
}

static enum err
push(struct stream *s, struct str bytes)
{
	if (s->over || s->ended || s->cut)
		return E_CLOSED;
	if (bytes.n > s->max - waiting(s))
		return E_LIMIT;
	if (s->read > 0 && s->read >= s->queue.len / 2) {
		memmove(s->queue.data, s->queue.data + s->read, waiting(s));
		s->queue.len -= s->read;
		s->read = 0;
	}
	buf_add(&s->queue, bytes.p, bytes.n);
	if (s->queue.failed)
		return E_LIMIT;
	s->pushed += bytes.n;
	return OK;
}

enum err
request_stream_push(struct request *r, struct str bytes)
{
	struct stream *s = r->stream;
	enum err e;

	if (s == NULL)
		return E_CLOSED;
	pthread_mutex_lock(&s->lock);
	e = push(s, bytes);
	/* The next tick shuts the socket down, should it not be read. */
	s->cut = s->cut || e == E_LIMIT;
	if (e != E_CLOSED)
		wake(r, s);
	pthread_mutex_unlock(&s->lock);
	return e;
}

size_t
request_stream_waiting(struct request *r)
{
	struct stream *s = r->stream;
	size_t n = 0;

	if (s == NULL)
		return 0;
	pthread_mutex_lock(&s->lock);
	if (!s->over)
		n = waiting(s);
	pthread_mutex_unlock(&s->lock);
	return n;
}

void
request_stream_end(struct request *r)
{
	if (r->stream != NULL)
		stream_expire(r);
	request_unref(r);
}

/* ---- the connection's side --------------------------------------------- */

void
stream_expire(struct request *r)
{
	struct stream *s = r->stream;

	pthread_mutex_lock(&s->lock);
	s->ended = true;
	if (!s->over)
		wake(r, s);
	pthread_mutex_unlock(&s->lock);
}

/* The client has closed its side or is not there any more. */
static bool
has_left(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};

	return poll(&p, 1, 0) > 0 &&
	       (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* Has nothing moved for so long? Ticks are what tells the time here. */
static bool
still(uint64_t count, uint64_t *seen, int64_t *at, int64_t now, int64_t ms)
{
	if (*at == 0 || count != *seen) {
		*seen = count;
		*at = now;
	}
	return now - *at >= ms;
}

bool
stream_tick(struct request *r, int fd, int64_t now)
{
	struct stream *s = r->stream;
	bool unread, quiet;

	pthread_mutex_lock(&s->lock);
	unread = still(s->taken, &s->taken_seen, &s->taken_at, now, STALLED_MS);
	quiet = still(
	    s->pushed, &s->pushed_seen, &s->pushed_at, now, KEEPALIVE_MS);
	if ((waiting(s) > 0 && unread) || has_left(fd))
		s->cut = true;
	else if (quiet && !s->ended && push(s, STR(":\n\n")) == OK)
		wake(r, s);
	if (s->cut)
		wake(r, s);
	quiet = s->cut;
	pthread_mutex_unlock(&s->lock);
	return !quiet;
}

void
stream_over(struct request *r)
{
	struct stream *s = r->stream;

	pthread_mutex_lock(&s->lock);
	s->over = true;
	s->suspended = false;
	buf_free(&s->queue);
	s->read = 0;
	pthread_mutex_unlock(&s->lock);
	s->closed(s->arg);
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	pthread_mutex_destroy(&s->lock);
	buf_free(&s->queue);
	free(s);
}
