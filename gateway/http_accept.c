/*
 * http_accept: the acceptor. libmicrohttpd itself would let new clients hang
 * in the backlog when it is full; this thread accepts everyone, hands over
 * whom there is room for, and tells the others so at once. It also gives the
 * reaper its tick and closes the sockets that were kept for a moment.
 */
#include "gateway/http_inside.h"
#include "gateway/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LINGER_MS 1000
#define ACCEPT_BURST 64
#define TICK_MOST_MS 1000
#define TICK_LEAST_MS 20

/* ---- lingering --------------------------------------------------------- */

/* With the lock held. */
static void
linger_drop(struct lingering *l)
{
	close(l->ring[l->first].fd);
	l->first = (l->first + 1) % LINGER_MAX;
	l->count--;
}

void
linger_add(struct http *h, int fd)
{
	struct lingering *l = &h->linger;
	int64_t until = clock_steady(h->conf.clock) + LINGER_MS;
	unsigned at;

	if (fd < 0)
		return;
	pthread_mutex_lock(&l->lock);
	if (l->count == LINGER_MAX)
		linger_drop(l);
	at = (l->first + l->count++) % LINGER_MAX;
	l->ring[at].fd = fd;
	l->ring[at].until = until;
	pthread_mutex_unlock(&l->lock);
}

void
linger_peer(struct http *h, const struct peer *p)
{
	int unread = 0;

	if (p->fd < 0)
		return;
	if (p->lingers || (ioctl(p->fd, FIONREAD, &unread) == 0 && unread > 0))
		linger_add(h, fcntl(p->fd, F_DUPFD_CLOEXEC, 0));
}

static void
linger_tick(struct http *h, int64_t now)
{
	struct lingering *l = &h->linger;

	pthread_mutex_lock(&l->lock);
	while (l->count > 0 && l->ring[l->first].until <= now)
		linger_drop(l);
	pthread_mutex_unlock(&l->lock);
}

void
linger_end(struct http *h)
{
	linger_tick(h, INT64_MAX);
}

/* ---- accepting --------------------------------------------------------- */

void
accept_forget(struct http *h, struct peer *p)
{
	if (!p->counted)
		return;
	p->counted = false;
	/* The crowd first: who is let in finds room in it too. */
	if (!p->trusted)
		crowd_leave(h->crowd, &p->address);
	atomic_fetch_sub(&h->open, 1);
	metric_sub(h->conf.metrics, METRIC_HTTP_CONNECTIONS, 1);
}

static void
turn_away(struct http *h, int fd, enum fault_code code, const char *detail)
{
	metric_add(h->conf.metrics, METRIC_HTTP_REFUSED, 1);
	reply_blunt(h, NULL, fd, code, detail);
	linger_add(h, fd);
}

/* NULL: there is room. Else why not. */
static const char *
no_room(struct http *h, struct peer *p, enum fault_code *code)
{
	*code = FAULT_BUSY;
	if (p == NULL || atomic_load(&h->open) >= h->conf.connections_max)
		return "there are too many connections";
	if (p->trusted || crowd_enter(h->crowd, &p->address))
		return NULL;
	*code = FAULT_TOO_MANY;
	return "there are too many connections from this address";
}

static void
make_ready(struct http *h, struct peer *p, const struct sockaddr_storage *from)
{
	/* Whoever had the descriptor before has let go of the lock. */
	pthread_mutex_lock(&p->lock);
	/* It went without a word: libmicrohttpd had no memory. */
	accept_forget(h, p);
	p->address = address_of(from);
	p->lingers = false;
	p->trusted = networks_hold(&h->trusted, &p->address);
	pthread_mutex_unlock(&p->lock);
}

static struct worker *
next_worker(struct http *h)
{
	return &h->workers[h->next_worker++ % h->worker_count];
}

static void
take_in(struct http *h, int fd, const struct sockaddr_storage *from)
{
	struct peer *p = reaper_peer(&h->reaper, fd);
	enum fault_code code;
	const char *full;

	if (p != NULL)
		make_ready(h, p, from);
	full = no_room(h, p, &code);
	if (full != NULL) {
		turn_away(h, fd, code, full);
		return;
	}
	p->counted = true;
	atomic_fetch_add(&h->open, 1);
	metric_add(h->conf.metrics, METRIC_HTTP_CONNECTIONS, 1);
	worker_add(next_worker(h), p, fd);
}

/*
 * No descriptors are left. One was kept for this: it is given up so that the
 * next client can be told, instead of the listening socket staying readable
 * and this thread spinning.
 */
static bool
out_of_descriptors(struct http *h)
{
	int fd;

	h->starved = h->spare_fd < 0;
	if (h->starved)
		return false;
	close(h->spare_fd);
	fd = accept4(h->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		reply_blunt(
		    h, NULL, fd, FAULT_BUSY, "there are too many connections");
		close(fd);
	}
	h->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	log_note(h->conf.log, LOG_WARN, "http.no_descriptors", "why",
	    STR("the process has all the files open that it may have"));
	return fd >= 0;
}

/* False: nobody is there, or nothing can be done for them now. */
static bool
accept_one(struct http *h)
{
	struct sockaddr_storage from = {0};
	socklen_t size = sizeof(from);
	int fd = accept4(h->listen_fd, (struct sockaddr *)&from, &size,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		take_in(h, fd, &from);
		return true;
	}
	if (errno == EMFILE || errno == ENFILE)
		return out_of_descriptors(h);
	return errno == ECONNABORTED || errno == EINTR;
}

static int
tick_ms(const struct http_conf *conf)
{
	unsigned ms = conf->request_ms;

	if (conf->reply_ms < ms)
		ms = conf->reply_ms;
	if (conf->idle_ms < ms)
		ms = conf->idle_ms;
	ms /= 8;
	if (ms > TICK_MOST_MS)
		return TICK_MOST_MS;
	return ms < TICK_LEAST_MS ? TICK_LEAST_MS : (int)ms;
}

static void
tick(struct http *h, int64_t now)
{
	reaper_tick(&h->reaper, now);
	linger_tick(h, now);
	if (h->spare_fd < 0)
		h->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	h->starved = false;
}

void *
accept_main(void *http)
{
	struct http *h = http;
	int every = tick_ms(&h->conf);
	int64_t now = clock_steady(h->conf.clock), next = now + every;
	struct pollfd p[2] = {
	    {.events = POLLIN}, {.fd = h->wake_fd, .events = POLLIN}};
	int i;

	(void)pthread_setname_np(pthread_self(), "fd-accept");
	while (!atomic_load(&h->stopping)) {
		/* Starved, it would be readable and nothing could be done. */
		p[0].fd = h->starved ? -1 : h->listen_fd;
		if (poll(p, 2, now < next ? (int)(next - now) : 0) > 0)
			for (i = 0; i < ACCEPT_BURST && accept_one(h); i++)
				continue;
		now = clock_steady(h->conf.clock);
		if (now < next)
			continue;
		tick(h, now);
		next = now + every;
	}
	return NULL;
}
