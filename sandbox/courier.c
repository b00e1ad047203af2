/*
 * courier: the thread and its errands. Others put errands into a list under a
 * lock of its own and wake it; all else is the thread's alone.
 */
#include "sandbox/courier_inside.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define CONNECT_MS 5000u
#define STARTS_A_TURN 64u

/* ---- from other threads ------------------------------------------------- */

static void
wake(struct courier *c)
{
	uint64_t one = 1;
	ssize_t n = write(c->wake_fd, &one, sizeof(one));

	(void)n; /* it is full only when the thread is awake anyway */
}

enum err
sb_courier_hand(struct courier *c, struct job *j)
{
	enum err e = E_CLOSED;

	pthread_mutex_lock(&c->lock);
	if (!c->closed) {
		j->next = NULL;
		*c->inbox_end = j;
		c->inbox_end = &j->next;
		e = OK;
	}
	pthread_mutex_unlock(&c->lock);
	if (e == OK)
		wake(c);
	return e;
}

struct later {
	struct job job;
	void (*run)(void *arg);
	void *arg;
};

static void
later_run(struct courier *c, struct job *j)
{
	struct later *l = CONTAINER_OF(j, struct later, job);

	(void)c;
	l->run(l->arg);
	free(l);
}

enum err
sb_courier_later(
    struct courier *c, unsigned ms, void (*run)(void *arg), void *arg)
{
	struct later *l = calloc(1, sizeof(*l));
	enum err e;

	if (l == NULL)
		return E_NOMEM;
	l->job.run = l->job.drop = later_run;
	l->job.errand.due = clock_steady(c->sandbox->conf.clock) + ms;
	l->run = run;
	l->arg = arg;
	if ((e = sb_courier_hand(c, &l->job)) != OK)
		free(l);
	return e;
}

unsigned
sb_courier_pending(const struct courier *c)
{
	return c->pending;
}

/* ---- the thread --------------------------------------------------------- */

void
sb_courier_put(struct courier *c, struct job *j, int64_t due)
{
	j->errand.due = due;
	if (sb_heap_put(&c->heap, &j->errand) != OK)
		j->drop(c, j);
}

static struct job *
job_of(struct errand *e)
{
	return CONTAINER_OF(e, struct job, errand);
}

static void
empty_inbox(struct courier *c)
{
	struct job *j, *next;

	pthread_mutex_lock(&c->lock);
	j = c->inbox;
	c->inbox = NULL;
	c->inbox_end = &c->inbox;
	pthread_mutex_unlock(&c->lock);
	for (; j != NULL; j = next) {
		next = j->next;
		sb_courier_put(c, j, j->errand.due);
	}
}

static bool
is_full(const struct courier *c)
{
	return fetch_under_way(c->fetcher) >= COURIER_IN_FLIGHT;
}

static void
run_due(struct courier *c)
{
	int64_t now = clock_steady(c->sandbox->conf.clock);
	unsigned n;

	for (n = 0; n < STARTS_A_TURN && !is_full(c); n++) {
		struct errand *e = sb_heap_first(&c->heap);

		if (e == NULL || e->due > now)
			return;
		(void)sb_heap_take(&c->heap);
		job_of(e)->run(c, job_of(e));
	}
}

/* Until the next errand, or what the fetcher wants. */
static int
wait_ms(struct courier *c)
{
	const struct errand *e = sb_heap_first(&c->heap);
	int ms = fetch_wait_ms(c->fetcher);
	int64_t left;

	if (e == NULL || is_full(c))
		return ms;
	left = e->due - clock_steady(c->sandbox->conf.clock);
	left = left < 0 ? 0 : left > 60000 ? 60000 : left;
	return ms < 0 || left < ms ? (int)left : ms;
}

static void
sleep_until_due(struct courier *c)
{
	struct pollfd p[2] = {{.fd = fetch_fd(c->fetcher), .events = POLLIN},
	    {.fd = c->wake_fd, .events = POLLIN}};
	uint64_t count;
	ssize_t n;

	(void)poll(p, 2, wait_ms(c));
	if (p[1].revents == 0)
		return;
	n = read(c->wake_fd, &count, sizeof(count));
	(void)n;
}

static bool
is_closed(struct courier *c)
{
	bool closed;

	pthread_mutex_lock(&c->lock);
	closed = c->closed;
	pthread_mutex_unlock(&c->lock);
	return closed;
}

static void *
courier_main(void *courier)
{
	struct courier *c = courier;
	struct errand *e;

	(void)pthread_setname_np(pthread_self(), "fd-courier");
	while (!is_closed(c)) {
		sleep_until_due(c);
		empty_inbox(c);
		fetch_run(c->fetcher);
		run_due(c);
	}
	c->ending = true;
	fetch_close(c->fetcher);
	empty_inbox(c);
	sb_parcel_release_held(c);
	while ((e = sb_heap_take(&c->heap)) != NULL)
		job_of(e)->drop(c, job_of(e));
	return NULL;
}

/* ---- start and stop ----------------------------------------------------- */

enum err
sb_courier_start(struct sandbox *s, struct courier **out)
{
	const struct fetch_conf conf = {.in_flight_max = COURIER_IN_FLIGHT,
	    .connections_max = COURIER_IN_FLIGHT,
	    .connect_ms = CONNECT_MS,
	    .agent = "frontdesk-sandbox"};
	struct courier *c = calloc(1, sizeof(*c));
	enum err e;

	if (c == NULL)
		return E_NOMEM;
	c->sandbox = s;
	c->inbox_end = &c->inbox;
	pthread_mutex_init(&c->lock, NULL);
	c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	e = c->wake_fd < 0 ? E_IO : fetch_open(&conf, &c->fetcher);
	if (e == OK && pthread_create(&c->thread, NULL, courier_main, c) != 0) {
		fetch_close(c->fetcher);
		e = E_IO;
	}
	c->runs = e == OK;
	if (e != OK)
		sb_courier_free(c);
	else
		*out = c;
	return e;
}

void
sb_courier_stop(struct courier *c)
{
	pthread_mutex_lock(&c->lock);
	c->closed = true;
	pthread_mutex_unlock(&c->lock);
	wake(c);
	if (c->runs)
		pthread_join(c->thread, NULL);
	c->runs = false;
}

void
sb_courier_free(struct courier *c)
{
	if (c->wake_fd >= 0)
		close(c->wake_fd);
	pthread_mutex_destroy(&c->lock);
	sb_heap_free(&c->heap);
	free(c);
}
