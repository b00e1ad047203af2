/*
 * http_worker: the HTTP threads. Each has a libmicrohttpd of its own and goes
 * round: sleep until its sockets or its inbox have something, take what was
 * handed in (new connections, requests to resume), let the library work.
 *
 * The library's own threads are not used. Theirs stop for ever when exactly
 * 128 events come at once (0.9.75 then waits for more before it looks at
 * them), and each resume costs them a system call; here those of a whole
 * transaction cost one.
 */
#include "gateway/http_inside.h"

#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Bounds the longest head. libmicrohttpd clears all of it between two
 * requests of one connection, so more than needed costs time each time.
 */
#define CONNECTION_BYTES (16u * 1024u)

/* ---- what is handed in ------------------------------------------------- */

/* A connection of the acceptor's. */
static void
on_arrival(struct worker *w, struct task *t)
{
	struct peer *p = CONTAINER_OF(t, struct peer, arrival);
	/* The library keeps an address and does not look at it. */
	const struct sockaddr_in from = {.sin_family = AF_INET};

	if (MHD_add_connection(w->daemon, p->arriving,
		(const struct sockaddr *)&from, sizeof(from)) == MHD_NO)
		accept_forget(w->http, p);
}

void
worker_add(struct worker *w, struct peer *p, int fd)
{
	p->worker = w;
	p->arriving = fd;
	p->arrival.run = on_arrival;
	inbox_put(&w->inbox, &p->arrival);
}

static void
on_resume(struct worker *w, struct task *t)
{
	(void)w;
	MHD_resume_connection(
	    CONTAINER_OF(t, struct request, resume)->connection);
}

void
worker_resume(struct request *r)
{
	r->resume.run = on_resume;
	inbox_put(&r->worker->inbox, &r->resume);
}

static void
empty_inbox(struct worker *w)
{
	struct task *t, *next;

	for (t = inbox_take(&w->inbox); t != NULL; t = next) {
		next = t->next;
		t->run(w, t);
	}
}

/* ---- going round ------------------------------------------------------- */

/* How long nothing is to be done, if nothing comes; -1: for ever. */
static int
idle_ms(struct worker *w)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (w->again)
		return 0;
	if (MHD_get_timeout(w->daemon, &ms) == MHD_NO)
		return -1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

static void *
worker_main(void *worker)
{
	struct worker *w = worker;
	struct pollfd p[2] = {{.fd = w->epoll_fd, .events = POLLIN},
	    {.fd = w->inbox.wake_fd, .events = POLLIN}};

	(void)pthread_setname_np(pthread_self(), "fd-http");
	while (!atomic_load(&w->ending)) {
		(void)poll(p, 2, idle_ms(w));
		w->again = false;
		if (p[1].revents != 0)
			empty_inbox(w);
		(void)MHD_run(w->daemon);
	}
	empty_inbox(w);
	MHD_stop_daemon(w->daemon);
	return NULL;
}

/* ---- start and stop ---------------------------------------------------- */

static void on_log(void *http, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

static void
on_log(void *http, const char *fmt, va_list ap)
{
	struct http *h = http;
	char text[256];

	vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\r\n")] = '\0';
	log_note(
	    h->conf.log, LOG_DEBUG, "http.library", "text", str_from(text));
}

static void
on_connection(void *http, struct MHD_Connection *c, void **peer,
    enum MHD_ConnectionNotificationCode what)
{
	struct http *h = http;
	struct peer *p = *peer;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		int fd = MHD_get_connection_info(
		    c, MHD_CONNECTION_INFO_CONNECTION_FD)
			     ->connect_fd;
		p = &h->reaper.peers[fd];
		peer_open(
		    p, fd, clock_steady(h->conf.clock) + h->conf.request_ms);
		*peer = p;
	} else if (p != NULL) {
		linger_peer(h, p);
		accept_forget(h, p);
		peer_close(p);
	}
}

static bool
start_library(struct worker *w)
{
	struct http *h = w->http;
	const union MHD_DaemonInfo *info;

	w->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
					 MHD_ALLOW_SUSPEND_RESUME |
					 MHD_ALLOW_UPGRADE | MHD_USE_ERROR_LOG,
	    0, NULL, NULL, request_serve, h,
	    /* First, for it takes effect from there on. */
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, h, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, h, MHD_OPTION_URI_LOG_CALLBACK, request_begin, h,
	    MHD_OPTION_NOTIFY_COMPLETED, request_complete, h,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
	    /* The acceptor's count is the one that counts. */
	    MHD_OPTION_CONNECTION_LIMIT, UINT_MAX,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_STRICT_FOR_CLIENT,
	    0, MHD_OPTION_END);
	if (w->daemon == NULL)
		return false;
	info = MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	w->epoll_fd = info == NULL ? -1 : info->epoll_fd;
	return w->epoll_fd >= 0;
}

static enum err
start_one(struct worker *w)
{
	if (inbox_open(&w->inbox) != OK)
		return E_IO;
	if (start_library(w) &&
	    pthread_create(&w->thread, NULL, worker_main, w) == 0)
		return OK;
	if (w->daemon != NULL)
		MHD_stop_daemon(w->daemon);
	inbox_close(&w->inbox);
	return E_IO;
}

enum err
workers_start(struct http *h)
{
	unsigned n = h->conf.threads == 0 ? 1 : h->conf.threads;
	enum err e = OK;

	h->workers = calloc(n, sizeof(*h->workers));
	if (h->workers == NULL)
		return E_NOMEM;
	for (; h->worker_count < n && e == OK; h->worker_count += e == OK) {
		h->workers[h->worker_count].http = h;
		e = start_one(&h->workers[h->worker_count]);
	}
	return e;
}

void
workers_stop(struct http *h)
{
	unsigned i;

	for (i = 0; i < h->worker_count; i++) {
		struct worker *w = &h->workers[i];

		inbox_wait(&w->inbox);
		atomic_store(&w->ending, true);
		inbox_wake(&w->inbox);
		pthread_join(w->thread, NULL);
		inbox_close(&w->inbox);
	}
	free(h->workers);
}
