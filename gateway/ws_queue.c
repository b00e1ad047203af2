/*
 * ws_queue: what waits to be read by a client. A ring of counted pieces, so
 * that an event for a thousand sockets stands in memory once; several leave
 * with one system call. The ring is freed when it runs empty.
 */
#include "gateway/hub_inner.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define RING_FIRST 8u
#define PIECES_PER_CALL 64u
/* One turn gives a socket at most this much, then the others come. */
#define BYTES_PER_TURN (1u << 20)

size_t
ws_budget(const struct ws *w)
{
	return w->kind->queue_max > 0
		   ? w->kind->queue_max
		   : w->hub->gateway->conf.socket_queue_bytes;
}

bool
ws_has_room(const struct ws *w)
{
	return w->queue.bytes <= ws_budget(w) / 2;
}

static bool
grow(struct ws_queue *q)
{
	uint32_t room = q->room == 0 ? RING_FIRST : q->room * 2, i;
	struct piece **ring = malloc(room * sizeof(struct piece *));

	if (ring == NULL)
		return false;
	for (i = 0; i < q->count; i++)
		ring[i] = q->ring[(q->first + i) % q->room];
	free(q->ring);
	q->ring = ring;
	q->room = room;
	q->first = 0;
	return true;
}

static void
mark_dirty(struct ws *w)
{
	if (w->is_dirty)
		return;
	w->is_dirty = true;
	w->next_dirty = w->hub->dirty;
	w->hub->dirty = w;
}

bool
ws_queue_add(struct ws *w, struct piece *p)
{
	struct ws_queue *q = &w->queue;

	if (q->count == q->room && !grow(q))
		return false;
	q->ring[(q->first + q->count) % q->room] = piece_ref(p);
	q->count++;
	q->bytes += p->size;
	w->hub->queued += p->size;
	mark_dirty(w);
	return true;
}

static void
drop_first(struct ws *w)
{
	struct ws_queue *q = &w->queue;

	piece_unref(q->ring[q->first]);
	q->first = (q->first + 1) % q->room;
	q->count--;
	q->sent = 0;
}

static void
uncount(struct ws *w, size_t n)
{
	w->queue.bytes -= n;
	w->hub->queued -= n;
}

void
ws_queue_free(struct ws *w)
{
	uncount(w, w->queue.bytes);
	while (w->queue.count > 0)
		drop_first(w);
	free(w->queue.ring);
	w->queue = (struct ws_queue){0};
}

/* A frame that has begun to leave must be finished. */
void
ws_queue_cut(struct ws *w)
{
	struct ws_queue *q = &w->queue;
	uint32_t keep = q->sent > 0 ? 1 : 0;
	struct piece *last;

	while (q->count > keep) {
		last = q->ring[(q->first + q->count - 1) % q->room];
		uncount(w, last->size);
		piece_unref(last);
		q->count--;
	}
}

/* ---- sending ----------------------------------------------------------- */

static unsigned
gather(const struct ws_queue *q, struct iovec *parts)
{
	unsigned n = q->count < PIECES_PER_CALL ? q->count : PIECES_PER_CALL;
	unsigned i;

	for (i = 0; i < n; i++) {
		struct piece *p = q->ring[(q->first + i) % q->room];
		size_t skip = i == 0 ? q->sent : 0;

		parts[i] = (struct iovec){p->bytes + skip, p->size - skip};
	}
	return n;
}

static void
count_sent(struct ws *w, size_t n)
{
	struct ws_queue *q = &w->queue;
	size_t left;

	uncount(w, n);
	while (n > 0) {
		left = q->ring[q->first]->size - q->sent;
		if (n < left) {
			q->sent += (uint32_t)n;
			return;
		}
		n -= left;
		drop_first(w);
	}
}

/* One system call. >0: sent so much; 0: the kernel has no room; <0: over. */
static ssize_t
send_some(struct ws *w)
{
	struct iovec parts[PIECES_PER_CALL];
	struct msghdr m = {
	    .msg_iov = parts, .msg_iovlen = gather(&w->queue, parts)};
	ssize_t n;

	do
		n = sendmsg(w->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	count_sent(w, (size_t)n);
	return n;
}

/* Much is queued: it must be seen to read within WS_PROGRESS_MS. */
static void
watch_progress(struct ws *w, bool moved)
{
	bool crowded = !ws_has_room(w);

	if (crowded && (moved || !w->crowded))
		ws_expect(w, WS_DUE_PROGRESS, WS_PROGRESS_MS);
	if (!crowded && w->crowded)
		ws_expect(w, WS_DUE_PROGRESS, 0);
	w->crowded = crowded;
	if (!crowded && w->kind->room != NULL && w->state == WS_OPEN)
		w->kind->room(w);
}

static void
flush(struct ws *w)
{
	size_t sent = 0;
	ssize_t n = 1;

	while (w->queue.count > 0 && n > 0 && sent < BYTES_PER_TURN) {
		n = send_some(w);
		if (n < 0) {
			ws_gone(w, "cannot be written to");
			return;
		}
		sent += (size_t)n;
	}
	watch_progress(w, sent > 0);
	/* Room may have been the cue for reading on, to whatever end. */
	if (w->state == WS_GONE)
		return;
	if (w->queue.count == 0)
		ws_queue_free(w);
	if (w->queue.count == 0 && w->state == WS_ENDING)
		ws_said_all(w);
	ws_watch_events(w);
}

void
ws_flush_dirty(struct hub *h)
{
	struct ws *w;

	while ((w = h->dirty) != NULL) {
		h->dirty = w->next_dirty;
		w->is_dirty = false;
		if (w->state != WS_GONE)
			flush(w);
	}
}

/* ---- the budget of all ------------------------------------------------- */

static struct ws *
longest(const struct hub *h)
{
	struct ws *w, *most = NULL;

	for (w = h->sockets; w != NULL; w = w->next)
		if (w->queue.bytes > (most == NULL ? 0 : most->queue.bytes))
			most = w;
	return most;
}

void
ws_relieve(struct hub *h)
{
	struct ws *w;

	while (h->conf.queue_total > 0 && h->queued > h->conf.queue_total) {
		w = longest(h);
		if (w->state == WS_OPEN)
			ws_close_slow(w);
		else
			ws_gone(w, "all queues together are too long");
	}
	ws_flush_dirty(h);
}
