/*
 * hub: the thread and its loop. A turn runs the letters, then the news, then
 * a bounded share of reading from the store, then the timers; what all of
 * these wanted to send leaves at the end of the turn, one system call for
 * each socket; then it sleeps until a socket, a letter or news wakes it.
 */
#include "gateway/hub_inner.h"
#include "gateway/ws_in.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <wslay/wslay.h>

#define EVENTS_PER_TURN 256

/* ---- what may be asked ------------------------------------------------- */

int64_t
hub_now(const struct hub *h)
{
	return h->now;
}

struct gateway *
hub_gateway(const struct hub *h)
{
	return h->gateway;
}

struct store_reader *
hub_store(struct hub *h)
{
	return h->store;
}

struct buf *
hub_text(struct hub *h)
{
	buf_clear(&h->text);
	return &h->text;
}

struct arena *
hub_arena(struct hub *h)
{
	return &h->turn_arena;
}

void
hub_publish(struct hub *h)
{
	h->publish = true;
}

void
hub_listen(struct hub *h, const struct hub_listener *l, void *arg)
{
	h->listener = l;
	h->listener_arg = arg;
}

void *
hub_listener_arg(const struct hub *h)
{
	return h->listener_arg;
}

void
hub_post(struct hub *h, struct mail *m)
{
	mailbox_post(&h->mailbox, m);
}

void
hub_hold(struct hub *h)
{
	atomic_fetch_add(&h->held, 1);
}

void
hub_release(struct hub *h)
{
	atomic_fetch_sub(&h->held, 1);
}

int64_t
hub_alive_at(const struct hub *h)
{
	return atomic_load_explicit(&h->alive_at, memory_order_relaxed);
}

bool
hub_ending(const struct hub *h)
{
	return atomic_load_explicit(&h->draining, memory_order_relaxed);
}

/* ---- the loop ---------------------------------------------------------- */

static void
mail_ready(struct hub *h, struct hub_poll *p, uint32_t events)
{
	/* Each turn runs the letters anyway. */
	(void)h;
	(void)p;
	(void)events;
}

static void
news_ready(struct hub *h, struct hub_poll *p, uint32_t events)
{
	(void)p;
	(void)events;
	h->news_waiting = true;
}

/* True: over. Sockets that do not go in time are cut. */
static bool
drain_step(struct hub *h)
{
	if (h->drain_until == 0) {
		h->drain_until = h->now + HUB_DRAIN_MS;
		ws_close_all(h, 1012, STR("the server restarts"));
		watch_drop_all(h);
	}
	if (h->sockets != NULL && h->now < h->drain_until)
		return false;
	ws_cut_all(h);
	return true;
}

static void
drain(struct hub *h)
{
	if (!hub_ending(h) || h->drained_said || !drain_step(h))
		return;
	h->drained_said = true;
	sem_post(&h->drained);
}

/* A step of everything but the sockets; true: there is more at once. */
static bool
work(struct hub *h)
{
	bool more = false;

	/* Letters that come meanwhile wake us by themselves. */
	(void)mailbox_run(&h->mailbox, h);
	if (h->news_waiting)
		h->news_waiting = news_step(h);
	more |= h->news_waiting;
	news_watch_publishers(h);
	more |= watch_catch_up(h);
	more |= watch_check_some(h);
	more |= h->listener != NULL && h->listener->step(h);
	timers_run(h);
	drain(h);
	return more;
}

static void
leave(struct hub *h)
{
	if (h->publish)
		bus_flush(h->gateway->publisher);
	h->publish = false;
	ws_flush_dirty(h);
	ws_relieve(h);
	ws_bury(h);
	arena_reset(&h->turn_arena);
}

static void
wait_for_sockets(struct hub *h, bool more)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int n, i;

	n = epoll_wait(
	    h->epoll, events, EVENTS_PER_TURN, more ? 0 : HUB_TICK_MS);
	h->now = clock_steady(h->gateway->clock);
	/* ZeroMQ's descriptor may miss an edge: look once in a while. */
	if (n == 0 && h->news != NULL)
		h->news_waiting = true;
	for (i = 0; i < n; i++) {
		struct hub_poll *p = events[i].data.ptr;

		p->ready(h, p, events[i].events);
	}
}

static void *
hub_main(void *arg)
{
	struct hub *h = arg;
	bool more;

	(void)pthread_setname_np(pthread_self(), "fd-hub");
	while (!atomic_load(&h->ending) || atomic_load(&h->held) > 0) {
		more = work(h);
		leave(h);
		/* What left may have made room for who is behind. */
		more |= watch_can_catch_up(h);
		atomic_store_explicit(
		    &h->alive_at, h->now, memory_order_relaxed);
		wait_for_sockets(h, more);
	}
	/* What came late, and what was posted last. */
	ws_cut_all(h);
	leave(h);
	while (mailbox_run(&h->mailbox, h))
		leave(h);
	if (h->listener != NULL)
		h->listener->ended(h);
	return NULL;
}

/* ---- life -------------------------------------------------------------- */

static bool
poll_add(struct hub *h, int fd, struct hub_poll *p)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};

	return epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void
hub_free(struct hub *h)
{
	if (h->epoll >= 0)
		close(h->epoll);
	if (h->mailbox.last != NULL)
		mailbox_close(&h->mailbox);
	if (h->store != NULL)
		store_reader_close(h->store);
	bus_reader_close(h->news);
	watch_table_close(&h->watched);
	arena_free(&h->arena);
	arena_free(&h->turn_arena);
	buf_free(&h->text);
	ws_in_free(h->spare);
	piece_unref(h->ping);
	sem_destroy(&h->drained);
	free(h->scratch);
	free(h);
}

static enum err
open_parts(struct hub *h)
{
	enum err e;

	h->epoll = epoll_create1(EPOLL_CLOEXEC);
	h->scratch = malloc(WS_SCRATCH);
	h->ping = piece_frame(WSLAY_PING, STR(""));
	if (h->epoll < 0)
		return E_IO;
	if (h->scratch == NULL || h->ping == NULL)
		return E_NOMEM;
	if ((e = watch_table_open(&h->watched)) != OK)
		return e;
	if ((e = mailbox_open(&h->mailbox)) != OK)
		return e;
	if ((e = store_reader_open(h->gateway->store, &h->store)) != OK)
		return e;
	if (h->conf.index == 0 &&
	    (e = bus_news_open(h->gateway->bus, BUS_GATEWAY, &h->news)) != OK)
		return e;
	return OK;
}

static enum err
watch_parts(struct hub *h)
{
	h->mail_poll.ready = mail_ready;
	h->news_poll.ready = news_ready;
	if (!poll_add(h, mailbox_fd(&h->mailbox), &h->mail_poll))
		return E_IO;
	if (h->news != NULL &&
	    !poll_add(h, bus_reader_fd(h->news), &h->news_poll))
		return E_IO;
	return OK;
}

enum err
hub_start(const struct hub_conf *conf, struct hub **out)
{
	struct hub *h = calloc(1, sizeof(*h));
	enum err e;

	if (h == NULL)
		return E_NOMEM;
	h->conf = *conf;
	h->gateway = conf->gateway;
	h->epoll = -1;
	h->news_waiting = conf->index == 0;
	sem_init(&h->drained, 0, 0);
	h->now = clock_steady(h->gateway->clock);
	h->tick = h->now / HUB_TICK_MS;
	atomic_store(&h->alive_at, h->now);
	e = open_parts(h);
	if (e == OK)
		e = watch_parts(h);
	if (e == OK && pthread_create(&h->thread, NULL, hub_main, h) != 0)
		e = E_NOMEM;
	if (e != OK)
		hub_free(h);
	else
		*out = h;
	return e;
}

static void
woken(void *owner, struct mail *m)
{
	(void)owner;
	(void)m;
}

void
hub_drain(struct hub *h)
{
	h->wake_drain.fn = woken;
	if (!atomic_exchange(&h->draining, true))
		hub_post(h, &h->wake_drain);
}

void
hub_drained(struct hub *h)
{
	while (sem_wait(&h->drained) != 0)
		;
}

void
hub_stop(struct hub *h)
{
	atomic_store(&h->ending, true);
	h->wake_end.fn = woken;
	hub_post(h, &h->wake_end);
	pthread_join(h->thread, NULL);
	hub_free(h);
}
