/*
 * reaper: the table of connections and the walk over it. What happens to a
 * request whose time is up, or to a stream, is the caller's (http_request.c,
 * http_stream.c); here sockets are shut down, which makes libmicrohttpd see
 * an end of file and close them in its own time.
 */
#include "gateway/reaper.h"

#include <stdlib.h>
#include <sys/resource.h>

#define STATE_BITS 3u
#define SIZE_MOST (1u << 20)

static uint64_t
pack(enum peer_state state, int64_t deadline)
{
	return (uint64_t)deadline << STATE_BITS | (uint64_t)state;
}

static enum peer_state
state_of(uint64_t due)
{
	return (enum peer_state)(due & ((1u << STATE_BITS) - 1));
}

static int64_t
deadline_of(uint64_t due)
{
	return (int64_t)(due >> STATE_BITS);
}

enum err
reaper_open(struct reaper *r, const struct reaper_acts *acts)
{
	struct rlimit limit = {.rlim_max = 1024};

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	r->size = limit.rlim_max < SIZE_MOST ? limit.rlim_max : SIZE_MOST;
	r->top = -1;
	r->acts = *acts;
	r->peers = calloc(r->size, sizeof(*r->peers));
	return r->peers == NULL ? E_NOMEM : OK;
}

void
reaper_close(struct reaper *r)
{
	int i;

	for (i = 0; r->peers != NULL && i <= r->top; i++)
		if (r->peers[i].ready)
			pthread_mutex_destroy(&r->peers[i].lock);
	free(r->peers);
	r->peers = NULL;
}

struct peer *
reaper_peer(struct reaper *r, int fd)
{
	struct peer *p;

	if (fd < 0 || (size_t)fd >= r->size)
		return NULL;
	p = &r->peers[fd];
	if (!p->ready) {
		pthread_mutex_init(&p->lock, NULL);
		p->fd = -1;
		p->ready = true;
	}
	if (fd > r->top)
		r->top = fd;
	return p;
}

void
peer_enter(struct peer *p, enum peer_state state, int64_t deadline)
{
	atomic_store_explicit(
	    &p->due, pack(state, deadline), memory_order_release);
}

void
peer_open(struct peer *p, int fd, int64_t deadline)
{
	pthread_mutex_lock(&p->lock);
	p->fd = fd;
	p->waiting = NULL;
	peer_enter(p, PEER_IDLE, deadline);
	pthread_mutex_unlock(&p->lock);
}

void
peer_close(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->fd = -1;
	p->waiting = NULL;
	peer_enter(p, PEER_CLOSED, 0);
	pthread_mutex_unlock(&p->lock);
}

void
peer_wait(
    struct peer *p, enum peer_state state, struct request *r, int64_t deadline)
{
	pthread_mutex_lock(&p->lock);
	p->waiting = r;
	/* In one order with whoever says "stop" and then counts. */
	atomic_store(&p->due, pack(state, deadline));
	pthread_mutex_unlock(&p->lock);
}

void
peer_wait_over(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	p->waiting = NULL;
	pthread_mutex_unlock(&p->lock);
}

/* ---- the walk ---------------------------------------------------------- */

/* Unless it has just gone on by itself, without the lock. */
static void
cut(struct reaper *r, struct peer *p, uint64_t due)
{
	enum peer_state state = state_of(due);

	if (!atomic_compare_exchange_strong(
		&p->due, &due, pack(state, INT64_MAX >> STATE_BITS)))
		return;
	r->acts.cut(r->acts.arg, p->fd, state);
	(void)shutdown(p->fd, SHUT_RDWR);
}

static void
look(struct reaper *r, struct peer *p, int64_t now)
{
	uint64_t due;
	enum peer_state state;

	pthread_mutex_lock(&p->lock);
	due = atomic_load_explicit(&p->due, memory_order_acquire);
	state = state_of(due);
	if (p->fd < 0)
		goto done;
	if (state == PEER_STREAM) {
		if (p->waiting != NULL &&
		    !r->acts.stream(p->waiting, p->fd, now))
			cut(r, p, due);
	} else if (state == PEER_WAITING && deadline_of(due) > now) {
		if (p->waiting != NULL)
			r->acts.waits(p->waiting, p->fd);
	} else if (deadline_of(due) <= now) {
		if (state != PEER_WAITING)
			cut(r, p, due);
		else if (p->waiting != NULL)
			r->acts.expire(p->waiting);
	}
done:
	pthread_mutex_unlock(&p->lock);
}

void
reaper_tick(struct reaper *r, int64_t now)
{
	int i;

	for (i = 0; i <= r->top; i++) {
		struct peer *p = &r->peers[i];
		uint64_t due = atomic_load_explicit(
		    &p->due, memory_order_relaxed);
		enum peer_state state = state_of(due);

		if (state == PEER_CLOSED)
			continue;
		if (state == PEER_STREAM || state == PEER_WAITING ||
		    deadline_of(due) <= now)
			look(r, p, now);
	}
}

size_t
reaper_count(const struct reaper *r, enum peer_state state)
{
	size_t n = 0;
	int i;

	for (i = 0; i <= r->top; i++)
		n += state_of(atomic_load(&r->peers[i].due)) == state;
	return n;
}

void
reaper_expire_all(struct reaper *r)
{
	int i;

	for (i = 0; i <= r->top; i++) {
		struct peer *p = &r->peers[i];

		if (!p->ready)
			continue;
		pthread_mutex_lock(&p->lock);
		if (p->waiting != NULL)
			r->acts.expire(p->waiting);
		pthread_mutex_unlock(&p->lock);
	}
}
