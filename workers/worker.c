/*
 * worker: the thread, its loop and its table of turns. What a turn does is in
 * turn.c, what nobody announced is found in sweep.c.
 */
#include "workers/internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define WORK_BATCH 256u

/* ---- the table of turns ------------------------------------------------ */

static struct turn **
bucket(struct worker *w, int64_t conversation)
{
	return &w->turns[(uint64_t)conversation % TURN_BUCKETS];
}

struct turn *
worker_turn(struct worker *w, int64_t conversation)
{
	struct turn *t = *bucket(w, conversation);

	while (t != NULL && t->conversation != conversation)
		t = t->next_same;
	return t;
}

struct turn *
worker_turn_new(struct worker *w, int64_t conversation)
{
	struct turn **head = bucket(w, conversation), *t;

	if (w->turn_count >= w->conf.turns_max)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->worker = w;
	t->conversation = conversation;
	t->next_same = *head;
	*head = t;
	w->turn_count++;
	return t;
}

void
worker_turn_free(struct turn *t)
{
	struct worker *w = t->worker;
	struct turn **at = bucket(w, t->conversation);

	while (*at != t)
		at = &(*at)->next_same;
	*at = t->next_same;
	w->turn_count--;
	arena_free(&t->arena);
	free(t);
}

/* ---- the loop ---------------------------------------------------------- */

/*
 * Takes announced work off the bus. The ids are gathered first and read in
 * one transaction that begins after them: a notice never precedes its commit,
 * so what it announces is seen.
 */
static bool
run_work(struct worker *w)
{
	int64_t ids[WORK_BATCH + 64];
	size_t n = 0, i;
	struct str frame;

	while (n < WORK_BATCH && w->turn_count + n < w->conf.turns_max &&
	       bus_read(w->work, &frame) == OK)
		while (n < ARRAY_LEN(ids) && work_next(&frame, &ids[n]))
			n++;
	if (n == 0)
		return false;
	w->reading = store_read_begin(w->reader) == OK;
	for (i = 0; i < n; i++)
		turn_begin(w, ids[i], TURN_NOTICE, 0);
	if (w->reading)
		store_read_end(w->reader);
	w->reading = false;
	return true;
}

static void
run_ticks(struct worker *w, int64_t now)
{
	struct turn *t, *next;

	if (w->slow == NULL || now < w->tick_steady)
		return;
	w->tick_steady = now + SLOW_TICK_MS;
	for (t = w->slow; t != NULL; t = next) {
		next = t->next_slow;
		turn_tick(t, now);
	}
}

static int
wait_ms(const struct worker *w, int64_t now)
{
	int64_t until = w->sweep.next_steady;

	if (w->slow != NULL && w->tick_steady < until)
		until = w->tick_steady;
	if (until <= now || sweep_more(w))
		return 0;
	return until - now > 1000 ? 1000 : (int)(until - now);
}

static void
abandon_all(struct worker *w)
{
	struct turn *t, *next;

	for (t = w->slow; t != NULL; t = next) {
		next = t->next_slow;
		turn_abandon(t);
	}
}

static void
loop_once(struct worker *w)
{
	int64_t now = clock_steady(w->conf.clock);
	struct epoll_event events[2];
	bool busy;

	atomic_store(&w->alive_at, now);
	busy = mailbox_run(&w->mailbox, w);
	if (atomic_load(&w->stopping)) {
		abandon_all(w);
	} else {
		busy |= run_work(w);
		run_ticks(w, now);
		sweep_run(w, now);
	}
	if (!busy)
		epoll_wait(
		    w->epoll, events, ARRAY_LEN(events), wait_ms(w, now));
}

static void *
loop(void *arg)
{
	struct worker *w = arg;

	(void)pthread_setname_np(pthread_self(), "fd-worker");
	while (!atomic_load(&w->stopping) || w->turn_count > 0)
		loop_once(w);
	return NULL;
}

/* ---- life -------------------------------------------------------------- */

static enum err
watch(struct worker *w, int fd)
{
	struct epoll_event e = {.events = EPOLLIN, .data = {.fd = fd}};

	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &e) == 0 ? OK : E_IO;
}

static void
worker_free(struct worker *w)
{
	knowledge_free(&w->knowledge);
	hourly_free(w->sent);
	bus_reader_close(w->work);
	if (w->reader != NULL)
		store_reader_close(w->reader);
	if (w->mailbox.fd >= 0)
		mailbox_close(&w->mailbox);
	if (w->epoll >= 0)
		close(w->epoll);
	free(w);
}

static enum err
worker_open(struct worker *w)
{
	enum err e;

	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->sent = hourly_new();
	if (w->epoll < 0 || w->sent == NULL)
		return w->epoll < 0 ? E_IO : E_NOMEM;
	if ((e = mailbox_open(&w->mailbox)) != OK ||
	    (e = store_reader_open(w->conf.store, &w->reader)) != OK ||
	    (e = bus_work_open(w->conf.bus, BUS_WORKER, &w->work)) != OK ||
	    (e = watch(w, mailbox_fd(&w->mailbox))) != OK)
		return e;
	return watch(w, bus_reader_fd(w->work));
}

enum err
worker_start(const struct worker_conf *conf, struct worker **out)
{
	struct worker *w = calloc(1, sizeof(*w));
	enum err e;

	if (w == NULL)
		return E_NOMEM;
	w->conf = *conf;
	w->epoll = -1;
	w->mailbox.fd = -1;
	w->sweep.first = true;
	randombytes_buf(&w->id, sizeof(w->id));
	w->id |= 1; /* never 0 */
	trigger_spots_make(&w->spots);
	atomic_store(&w->alive_at, clock_steady(conf->clock));
	if ((e = worker_open(w)) != OK)
		goto fail;
	e = E_NOMEM;
	if (pthread_create(&w->thread, NULL, loop, w) != 0)
		goto fail;
	*out = w;
	return OK;
fail:
	worker_free(w);
	return e;
}

static void
wake(void *owner, struct mail *m)
{
	(void)owner;
	(void)m;
}

void
worker_stop(struct worker *w)
{
	struct mail m = {.fn = wake};

	if (w == NULL)
		return;
	atomic_store(&w->stopping, true);
	mailbox_post(&w->mailbox, &m);
	pthread_join(w->thread, NULL);
	worker_free(w);
}

int64_t
worker_alive_at(const struct worker *w)
{
	return atomic_load(&w->alive_at);
}
