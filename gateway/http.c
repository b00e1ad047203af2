/*
 * http: starts and stops the front: the listening socket, the workers, and
 * the acceptor between them.
 */
#include "gateway/http_inside.h"
#include "gateway/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define STOP_WAIT_MS 2000
#define STOP_STEP_MS 2

static void
on_cut(void *http, int fd, enum peer_state state)
{
	const struct linger never = {.l_onoff = 1, .l_linger = 0};
	struct http *h = http;

	if (state == PEER_REQUEST)
		reply_blunt(h, NULL, fd, FAULT_TOO_SLOW,
		    "the request did not come in time");
	/* What was not read would stay in the kernel long after us. */
	if (state == PEER_REPLY || state == PEER_STREAM)
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_LINGER, &never, sizeof(never));
	if (state == PEER_REQUEST || state == PEER_REPLY)
		metric_add(h->conf.metrics, METRIC_HTTP_REAPED, 1);
}

static enum err
start_threads(struct http *h, char *why, size_t why_size)
{
	h->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	h->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (h->wake_fd < 0 || h->spare_fd < 0 || workers_start(h) != OK)
		goto fail;
	if (pthread_create(&h->acceptor, NULL, accept_main, h) != 0)
		goto fail;
	h->acceptor_runs = true;
	return OK;
fail:
	snprintf(why, why_size, "cannot start the HTTP threads: %s",
	    strerror(errno));
	return E_IO;
}

static enum err
open_tables(struct http *h, char *why, size_t why_size)
{
	const struct reaper_acts acts = {.expire = request_expire,
	    .waits = request_look,
	    .stream = stream_tick,
	    .cut = on_cut,
	    .arg = h};

	h->crowd = crowd_new(
	    h->conf.connections_max, h->conf.connections_per_address);
	if (h->crowd != NULL && reaper_open(&h->reaper, &acts) == OK)
		return OK;
	snprintf(why, why_size, "no memory for %u connections",
	    h->conf.connections_max);
	return E_NOMEM;
}

enum err
http_start(
    const struct http_conf *conf, struct http **out, char *why, size_t why_size)
{
	struct http *h = calloc(1, sizeof(*h));
	uint64_t first;
	enum err e;

	if (h == NULL) {
		snprintf(why, why_size, "no memory");
		return E_NOMEM;
	}
	h->conf = *conf;
	h->head_is_whole = strcmp(MHD_get_version(), "0.9.75") == 0;
	h->listen_fd = h->wake_fd = h->spare_fd = -1;
	pthread_mutex_init(&h->linger.lock, NULL);
	if (getrandom(&first, sizeof(first), 0) != sizeof(first))
		first = (uint64_t)clock_wall(conf->clock);
	atomic_store(&h->next_id, first);
	(void)signal(SIGPIPE, SIG_IGN);
	e = networks_read(conf->trusted_proxies, &h->trusted, why, why_size);
	if (e == OK)
		e = open_tables(h, why, why_size);
	if (e == OK)
		e = address_listen(
		    conf->listen, &h->listen_fd, &h->port, why, why_size);
	if (e == OK)
		e = start_threads(h, why, why_size);
	if (e != OK) {
		http_stop(h);
		return e;
	}
	*out = h;
	return OK;
}

unsigned
http_port(const struct http *h)
{
	return h->port;
}

static void
stop_accepting(struct http *h)
{
	uint64_t one = 1;

	atomic_store(&h->stopping, true);
	if (h->acceptor_runs) {
		if (write(h->wake_fd, &one, sizeof(one)) < 0)
			(void)shutdown(h->listen_fd, SHUT_RDWR);
		pthread_join(h->acceptor, NULL);
	}
	if (h->listen_fd >= 0)
		close(h->listen_fd);
}

static void
rest(void)
{
	const struct timespec step = {.tv_nsec = STOP_STEP_MS * 1000000L};

	nanosleep(&step, NULL);
}

/*
 * Nothing new comes in. What is under way is stored already or about to be:
 * its answer is waited for, so that nobody has to ask again. What then still
 * waits gets its answer from us, for libmicrohttpd may not be stopped before.
 * Last, answers and the ends of streams get a moment to leave.
 */
static void
finish(struct http *h)
{
	int left = STOP_WAIT_MS / STOP_STEP_MS;

	while (left-- > 0 && reaper_count(&h->reaper, PEER_WAITING) > 0)
		rest();
	atomic_store(&h->expiring, true);
	reaper_expire_all(&h->reaper);
	while (reaper_count(&h->reaper, PEER_WAITING) > 0) {
		rest();
		reaper_expire_all(&h->reaper);
	}
	left = STOP_WAIT_MS / STOP_STEP_MS;
	while (left-- > 0 && reaper_count(&h->reaper, PEER_REPLY) +
				     reaper_count(&h->reaper, PEER_STREAM) >
				 0)
		rest();
}

static void
close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void
http_stop(struct http *h)
{
	if (h == NULL)
		return;
	stop_accepting(h);
	if (h->worker_count > 0)
		finish(h);
	workers_stop(h);
	linger_end(h);
	pthread_mutex_destroy(&h->linger.lock);
	close_if_open(h->wake_fd);
	close_if_open(h->spare_fd);
	reaper_close(&h->reaper);
	crowd_free(h->crowd);
	free(h);
}
