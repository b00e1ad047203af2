/* wire: the thread, its listeners, and when it has to wake. */
#include "sandbox/mailbox/wire_inside.h"
#include "gateway/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS 64
#define SLEEP_MOST_MS 60000

static const struct talk_kind *const kinds[WIRE_PORTS] = {
    [WIRE_SMTP] = &sb_smtp_kind,
    [WIRE_IMAP] = &sb_imap_kind,
};

/* ---- from other threads ------------------------------------------------- */

static void
ring(struct wire *w)
{
	uint64_t one = 1;
	ssize_t n = write(w->bell, &one, sizeof(one));

	(void)n; /* it is full only when it has rung already */
}

void
sb_wire_news(struct wire *w)
{
	atomic_store(&w->news, true);
	ring(w);
}

unsigned
sb_wire_port(const struct wire *w, enum wire_port which)
{
	return w->ports[which];
}

/* ---- the thread --------------------------------------------------------- */

static void
turn_away(const struct talk_kind *kind, int fd)
{
	ssize_t n = send(fd, kind->full, strlen(kind->full), MSG_NOSIGNAL);

	(void)n;
	close(fd);
}

static void
take_in(struct wire *w, enum wire_port which, int64_t now)
{
	struct wire_line *l;
	int fd;

	while ((fd = accept4(w->listeners[which], NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (w->count >= WIRE_CONNECTIONS) {
			turn_away(kinds[which], fd);
			continue;
		}
		l = sb_line_open(w, which, fd);
		if (l != NULL)
			sb_line_run(l, 0, now);
	}
}

static void
answer_bell(struct wire *w, int64_t now)
{
	struct wire_line *l;
	uint64_t count;
	ssize_t n = read(w->bell, &count, sizeof(count));

	(void)n;
	if (!atomic_exchange(&w->news, false))
		return;
	for (l = w->first; l != NULL; l = l->next)
		sb_line_news(l, now);
}

/* What epoll names: the bell, a listener, or a line. */
static void
serve(struct wire *w, const struct epoll_event *e, int64_t now)
{
	unsigned i;

	if (e->data.ptr == &w->bell) {
		answer_bell(w, now);
		return;
	}
	for (i = 0; i < WIRE_PORTS; i++)
		if (e->data.ptr == &w->listeners[i]) {
			take_in(w, (enum wire_port)i, now);
			return;
		}
	sb_line_run(e->data.ptr, e->events, now);
}

static int64_t
due(const struct wire_line *l)
{
	return l->held_until != 0 && l->held_until < l->close_at ? l->held_until
								 : l->close_at;
}

static int
sleep_ms(const struct wire *w)
{
	int64_t now = clock_steady(w->conf.clock), left = SLEEP_MOST_MS;
	const struct wire_line *l;

	for (l = w->first; l != NULL; l = l->next)
		if (due(l) - now < left)
			left = due(l) - now;
	return left < 0 ? 0 : (int)left;
}

/* Runs those whose time has come, and frees those that are over. */
static void
look_after(struct wire *w, int64_t now)
{
	struct wire_line *l, *next;

	for (l = w->first; l != NULL; l = next) {
		next = l->next;
		if (!l->over && due(l) <= now)
			sb_line_run(l, 0, now);
		if (l->over)
			sb_line_free(l);
	}
}

static void *
wire_main(void *wire)
{
	struct epoll_event events[EVENTS];
	struct wire *w = wire;
	int64_t now;
	int i, n;

	while (!atomic_load(&w->stopping)) {
		n = epoll_wait(w->epoll, events, EVENTS, sleep_ms(w));
		now = clock_steady(w->conf.clock);
		/* A line that ends here may still have an event to come. */
		for (i = 0; i < n; i++)
			serve(w, &events[i], now);
		look_after(w, now);
	}
	while (w->first != NULL)
		sb_line_free(w->first);
	return NULL;
}

/* ---- start and stop ----------------------------------------------------- */

static enum err
watch(struct wire *w, int fd, void *what)
{
	struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = what}};

	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &e) == 0 ? OK : E_IO;
}

static enum err
listen_on(struct wire *w, char *why, size_t why_size)
{
	enum err e = OK;
	unsigned i;

	for (i = 0; i < WIRE_PORTS && e == OK; i++) {
		if (w->conf.listen[i][0] == '\0')
			continue;
		e = address_listen(w->conf.listen[i], &w->listeners[i],
		    &w->ports[i], why, why_size);
		if (e == OK)
			e = watch(w, w->listeners[i], &w->listeners[i]);
	}
	return e;
}

static enum err
start(struct wire *w, char *why, size_t why_size)
{
	enum err e = E_IO;

	(void)snprintf(why, why_size, "no descriptors or threads are left");
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->epoll >= 0 && w->bell >= 0)
		e = watch(w, w->bell, &w->bell);
	if (e == OK)
		e = listen_on(w, why, why_size);
	if (e == OK && pthread_create(&w->thread, NULL, wire_main, w) != 0)
		e = E_IO;
	w->runs = e == OK;
	return e;
}

enum err
sb_wire_start(
    const struct wire_conf *conf, struct wire **out, char *why, size_t why_size)
{
	struct wire *w = calloc(1, sizeof(*w));
	enum err e;

	if (w == NULL)
		return E_NOMEM;
	w->conf = *conf;
	w->listeners[WIRE_SMTP] = w->listeners[WIRE_IMAP] = -1;
	*out = w;
	e = start(w, why, why_size);
	if (e != OK) {
		sb_wire_stop(w);
		*out = NULL;
	}
	return e;
}

static void
close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void
sb_wire_stop(struct wire *w)
{
	unsigned i;

	if (w == NULL)
		return;
	atomic_store(&w->stopping, true);
	if (w->runs) {
		ring(w);
		pthread_join(w->thread, NULL);
	}
	for (i = 0; i < WIRE_PORTS; i++)
		close_if_open(w->listeners[i]);
	close_if_open(w->bell);
	close_if_open(w->epoll);
	free(w);
}
