/*
 * fetch_socket: libcurl's sockets in one epoll, and its one timer.
 *
 * Between two requests libcurl wants to hear nothing of a kept connection and
 * says so each time. We leave it in epoll: the next request wants the same,
 * so that a busy connection costs no system call here. One that speaks while
 * nobody asks (it is being closed) is taken out then. That needs to know when
 * a descriptor is closed, so it is done for those only that we made.
 */
#include "net/fetch_inner.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 256

static struct watch *
watch_of(struct fetcher *f, int fd)
{
	size_t n = f->watch_count == 0 ? 256 : f->watch_count, at = (size_t)fd;
	struct watch *grown;

	if (at < f->watch_count)
		return &f->watches[at];
	while (n <= at)
		n *= 2;
	grown = realloc(f->watches, n * sizeof(*grown));
	if (grown == NULL)
		return NULL;
	memset(
	    grown + f->watch_count, 0, (n - f->watch_count) * sizeof(*grown));
	f->watches = grown;
	f->watch_count = n;
	return &f->watches[at];
}

static int
epoll_set(struct fetcher *f, struct watch *w, int fd, uint8_t what)
{
	struct epoll_event e = {.data = {.fd = fd}};
	int op = w->watched == 0 ? EPOLL_CTL_ADD
		 : what == 0	 ? EPOLL_CTL_DEL
				 : EPOLL_CTL_MOD;

	if (what == w->watched)
		return 0;
	if (what & CURL_POLL_IN)
		e.events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		e.events |= EPOLLOUT;
	w->watched = what;
	return epoll_ctl(f->epoll, op, fd, &e);
}

/* libcurl: of this socket I want to hear that. */
static int
on_wish(CURL *easy, curl_socket_t fd, int what, void *fetcher, void *unused)
{
	struct fetcher *f = fetcher;
	struct watch *w = watch_of(f, fd);

	(void)easy;
	(void)unused;
	if (w == NULL)
		return -1;
	w->wanted = what == CURL_POLL_REMOVE ? 0 : (uint8_t)what;
	if (w->wanted == 0 && w->ours)
		return 0;
	return epoll_set(f, w, fd, w->wanted);
}

curl_socket_t
fetch_socket_made(struct fetcher *f, int fd)
{
	struct watch *w = watch_of(f, fd);

	if (w == NULL) {
		close(fd);
		return CURL_SOCKET_BAD;
	}
	*w = (struct watch){.ours = true};
	return fd;
}

int
fetch_socket_closed(void *fetcher, curl_socket_t fd)
{
	struct fetcher *f = fetcher;

	/* A process that is just being started has a copy of the descriptor:
	 * closed is not yet gone from epoll. */
	(void)epoll_ctl(f->epoll, EPOLL_CTL_DEL, fd, NULL);
	if ((size_t)fd < f->watch_count)
		f->watches[fd] = (struct watch){0};
	return close(fd);
}

static int
on_timer(CURLM *multi, long ms, void *fetcher)
{
	struct fetcher *f = fetcher;

	(void)multi;
	f->timer_at = ms < 0 ? -1 : steady_ms() + ms;
	return 0;
}

static void
ready(struct fetcher *f, const struct epoll_event *e)
{
	int fd = e->data.fd, what = 0, running;
	struct watch *w = &f->watches[fd];

	if (w->watched == 0)
		return; /* closed by what came before it */
	if (w->wanted == 0) {
		epoll_set(f, w, fd, 0);
		return;
	}
	if (e->events & EPOLLIN)
		what |= CURL_CSELECT_IN;
	if (e->events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (e->events & (EPOLLERR | EPOLLHUP))
		what |= CURL_CSELECT_ERR;
	curl_multi_socket_action(f->multi, fd, what, &running);
}

void
fetch_socket_run(struct fetcher *f)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(f->epoll, events, EVENTS, 0), i, running;

	for (i = 0; i < n; i++)
		ready(f, &events[i]);
	if (fetch_wait_ms(f) == 0) {
		f->timer_at = -1;
		curl_multi_socket_action(
		    f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
}

enum err
fetch_socket_open(struct fetcher *f)
{
	f->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (f->epoll < 0)
		return E_IO;
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_wish);
	curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
	return OK;
}

void
fetch_socket_close(struct fetcher *f)
{
	if (f->epoll >= 0)
		close(f->epoll);
	free(f->watches);
}
