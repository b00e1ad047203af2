/*
 * feed: the thread, who leads, and whose turn it is. One op is at the store at
 * a time, and nothing is read meanwhile; so a place is never guessed.
 */
#include "workers/feed_inner.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define LEAD_MS 500
#define IDLE_MS 100 /* between looks, where there was nothing */
#define PACE_MS 20  /* where there was little: pages are fuller then */
#define LAZY_MS 500 /* texts for the search may wait so long for more */
/* So many others waited while the store was at it: then they go first. */
#define MANY_WAIT 32u
#define MANY_WAIT_MS 200
#define AGAIN_MS 1000
#define LATE_MS 100
#define MEASURE_MS 1000
#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* ---- the op -------------------------------------------------------------- */

static void
failed(struct feed *f, enum err e)
{
	struct log_line l;

	f->failures++;
	f->look_at = f->late_look_at = f->now + AGAIN_MS;
	if (e == E_LIMIT ||
	    !log_begin(f->conf.log, LOG_WARN, "feed.failed", &l))
		return;
	log_str(&l, "error", str_from(err_name(e)));
	log_num(&l, "place", (int64_t)f->place);
	log_end(&l);
}

/* Only the store knows what came of it: all is read anew, in a while. */
static void
lead_anew(struct feed *f)
{
	listeners_free(&f->listeners);
	f->late_next = NULL;
	store_unlead(f->conf.store, ROLE_FEED);
	f->leads = false;
	f->lead_at = f->now + AGAIN_MS;
}

static void
on_stored(void *owner, struct mail *m)
{
	struct feed *f = owner;

	(void)m;
	f->busy = false;
	if (f->op.err != OK) {
		failed(f, f->op.err);
		lead_anew(f);
		return;
	}
	f->failures = 0;
	f->then(f);
}

/* On the store's thread. */
static void
stored(struct store_op *op)
{
	struct feed *f = op->arg;

	f->others_wait = store_waiting(f->conf.store);
	mailbox_post(&f->mailbox, &f->mail);
}

/* Moves a place, and what belongs to it. */
static void
submit(
    struct feed *f, const struct store_feed *feed, void (*then)(struct feed *))
{
	enum err e;

	f->mail.fn = on_stored;
	f->then = then;
	f->op = (struct store_op){
	    .verb = STORE_FEED, .feed = *feed, .done = stored, .arg = f};
	e = store_submit(f->conf.store, &f->op);
	f->busy = e == OK;
	if (e == OK)
		return;
	failed(f, e);
	lead_anew(f);
}

/* ---- rows and texts ------------------------------------------------------ */

/* What was just stored tells which lanes they are in. */
static void
rows_stored(struct feed *f)
{
	const struct page *p = &f->page;
	unsigned i;

	for (i = 0; i < p->row_count; i++)
		p->whose[i]->lane = p->rows[i].lane;
	metric_add(f->conf.metrics, METRIC_WEBHOOK_EVENTS, p->row_count);
	if (p->row_count > 0 && f->conf.poke != NULL)
		f->conf.poke(f->conf.poke_arg);
}

/* How far it is behind; while there is more to read, once a second. */
static void
measure(struct feed *f, bool more)
{
	uint64_t end = f->place;

	if (more && f->now < f->measure_at)
		return;
	f->measure_at = f->now + MEASURE_MS;
	if (!more || store_read_end_of_feed(f->reader, &end) == OK)
		metric_set(f->conf.metrics, METRIC_FEED_BEHIND, end - f->place);
}

/* When to go on: customers wait for what else is stored, and nobody for us. */
static int64_t
next_at(const struct feed *f, int64_t pause)
{
	return f->now + (f->others_wait >= MANY_WAIT ? MANY_WAIT_MS : pause);
}

static void
page_stored(struct feed *f)
{
	f->place = f->op.feed.upto;
	f->stored_at = f->now;
	f->look_at = next_at(f, f->page.more ? 0 : PACE_MS);
	rows_stored(f);
	measure(f, f->page.more);
}

static void
submit_page(struct feed *f, struct str follower, uint64_t from,
    void (*then)(struct feed *))
{
	struct page *p = &f->page;

	submit(f,
	    &(struct store_feed){.follower = follower,
		.from = from,
		.upto = p->upto,
		.rows = p->rows,
		.row_count = p->row_count,
		.texts = p->texts,
		.text_count = p->text_count},
	    then);
}

/* ---- who is late --------------------------------------------------------- */

static void
left_behind(struct feed *f)
{
	f->about->late = f->op.feed.upto;
	listener_moved(f, f->about);
	f->look_at = f->now;
}

/* The page that was begun is forgotten: it is read again without that one. */
static void
leave_behind(struct feed *f, struct listener *l)
{
	f->about = l;
	submit(f,
	    &(struct store_feed){
		.follower = listener_place(l, "late", f->follower),
		.from = l->late,
		.upto = f->place},
	    left_behind);
}

static void
caught_up(struct feed *f)
{
	f->about->back = f->op.feed.upto;
	listener_moved(f, f->about);
}

static void
late_page_stored(struct feed *f)
{
	f->about->late = f->op.feed.upto;
	f->late_look_at = next_at(f, 0);
	rows_stored(f);
}

/* The next one, of all that are late. */
static struct listener *
next_late(struct feed *f)
{
	struct listener *l = f->late_next != NULL ? f->late_next
						  : f->listeners.late;

	f->late_next = l == NULL ? NULL : l->next_late;
	return l;
}

/* What it was not told while it was late; behind it there is nothing left. */
static void
tell_late(struct feed *f)
{
	struct listener *l = next_late(f);
	enum err e;

	f->late_look_at = f->now + LATE_MS;
	if (l == NULL || listener_has_open(f, l, f->conf.backlog_max / 2))
		return;
	f->about = l;
	if ((e = page_read(f, l->late, l)) != OK)
		failed(f, e);
	else if (f->page.upto > 0)
		submit_page(f, listener_place(l, "late", f->follower), l->late,
		    late_page_stored);
	else
		submit(f,
		    &(struct store_feed){
			.follower = listener_place(l, "back", f->follower),
			.from = l->back,
			.upto = f->place},
		    caught_up);
}

/* ---- going along --------------------------------------------------------- */

/* It will be read again, and then there is more in it. */
static bool
can_wait(const struct feed *f)
{
	const struct page *p = &f->page;

	return p->row_count == 0 && !p->more && f->now < f->stored_at + LAZY_MS;
}

static void
tell_next(struct feed *f)
{
	enum err e = page_read(f, f->place, NULL);

	if (e == E_LIMIT && f->page.full != NULL)
		leave_behind(f, f->page.full);
	else if (e != OK)
		failed(f, e);
	else if (f->page.upto > 0 && !can_wait(f))
		submit_page(f, STR("feed"), f->place, page_stored);
	else
		f->look_at = f->now + IDLE_MS;
}

static void
begun(struct feed *f)
{
	f->begin = f->op.feed.upto;
}

/* Of an old log that is followed for the first time, nobody is told. */
static enum err
pass_over_old(struct feed *f)
{
	struct feed_row first;
	struct arena a = {0};
	uint64_t end = 0;
	size_t n = 1;
	enum err e = store_read_feed(f->reader, 0, &a, &first, &n);
	bool old = e == OK && n == 1 &&
		   first.event.at <= clock_wall(f->conf.clock) - DAY_MS;

	arena_free(&a);
	if (old)
		e = store_read_end_of_feed(f->reader, &end);
	if (e == OK && old)
		submit(f,
		    &(struct store_feed){
			.follower = STR("feed-begin"), .upto = end},
		    begun);
	return e;
}

static enum err
read_places(struct feed *f)
{
	enum err e = store_read_place(f->reader, STR("feed"), &f->place);

	if (e == OK)
		e = store_read_place(f->reader, STR("feed-begin"), &f->begin);
	if (e == OK)
		e = listeners_read(f);
	if (e == OK && f->place == 0 && f->begin == 0)
		e = pass_over_old(f);
	return e;
}

static void
try_to_lead(struct feed *f)
{
	enum err e;

	if (f->now < f->lead_at)
		return;
	f->lead_at = f->now + LEAD_MS;
	if (store_lead(f->conf.store, ROLE_FEED) != OK)
		return;
	f->leads = true;
	f->look_at = f->late_look_at = f->now;
	if ((e = read_places(f)) != OK) {
		failed(f, e);
		lead_anew(f);
	}
	f->measure_at = f->now;
	measure(f, true);
}

static void
step(struct feed *f)
{
	bool due = f->now >= f->look_at;

	if (!f->leads) {
		try_to_lead(f);
	} else if (f->listeners.late != NULL && f->now >= f->late_look_at &&
		   (f->late_turn || !due)) {
		f->late_turn = false;
		tell_late(f);
	} else if (due) {
		f->late_turn = true;
		tell_next(f);
	}
}

/* ---- the loop ------------------------------------------------------------ */

static int
wait_ms(const struct feed *f)
{
	int64_t until = f->leads ? f->look_at : f->lead_at;

	if (f->busy)
		return IDLE_MS; /* its letter comes sooner */
	if (f->leads && f->listeners.late != NULL && f->late_look_at < until)
		until = f->late_look_at;
	if (until > f->now + IDLE_MS)
		return IDLE_MS;
	return until <= f->now ? 0 : (int)(until - f->now);
}

static void
wait(struct feed *f)
{
	struct epoll_event e;

	(void)epoll_wait(f->epoll, &e, 1, wait_ms(f));
}

static void
look_at_clock(struct feed *f)
{
	f->now = clock_steady(f->conf.clock);
	atomic_store(&f->alive_at, f->now);
}

static void *
run(void *arg)
{
	struct feed *f = arg;

	(void)pthread_setname_np(pthread_self(), "fd-feed");
	while (!atomic_load(&f->stopping) || f->busy) {
		look_at_clock(f);
		(void)mailbox_run(&f->mailbox, f);
		if (!f->busy && !atomic_load(&f->stopping))
			step(f);
		wait(f);
	}
	return NULL;
}

/* ---- life ---------------------------------------------------------------- */

int64_t
feed_alive_at(const struct feed *f)
{
	return atomic_load(&f->alive_at);
}

static void
feed_free(struct feed *f)
{
	page_free(&f->page);
	listeners_free(&f->listeners);
	folds_free(&f->folds);
	folds_free(&f->late_folds);
	if (f->reader != NULL)
		store_reader_close(f->reader);
	if (f->mailbox.fd >= 0)
		mailbox_close(&f->mailbox);
	if (f->epoll >= 0)
		close(f->epoll);
	free(f);
}

static enum err
feed_open(struct feed *f)
{
	struct epoll_event e = {.events = EPOLLIN};
	enum err err;

	f->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (f->epoll < 0)
		return E_IO;
	if ((err = mailbox_open(&f->mailbox)) != OK ||
	    (err = store_reader_open(f->conf.store, &f->reader)) != OK)
		return err;
	return epoll_ctl(
		   f->epoll, EPOLL_CTL_ADD, mailbox_fd(&f->mailbox), &e) == 0
		   ? OK
		   : E_IO;
}

enum err
feed_start(const struct feed_conf *conf, struct feed **out)
{
	struct feed *f = calloc(1, sizeof(*f));
	enum err e;

	if (f == NULL)
		return E_NOMEM;
	f->conf = *conf;
	f->epoll = -1;
	f->mailbox.fd = -1;
	look_at_clock(f);
	if ((e = feed_open(f)) != OK)
		goto fail;
	e = E_NOMEM;
	if (pthread_create(&f->thread, NULL, run, f) != 0)
		goto fail;
	*out = f;
	return OK;
fail:
	feed_free(f);
	return e;
}

static void
wake_up(void *owner, struct mail *m)
{
	(void)owner;
	(void)m;
}

void
feed_stop(struct feed *f)
{
	struct mail m = {.fn = wake_up};

	if (f == NULL)
		return;
	atomic_store(&f->stopping, true);
	mailbox_post(&f->mailbox, &m);
	pthread_join(f->thread, NULL);
	if (f->leads)
		store_unlead(f->conf.store, ROLE_FEED);
	feed_free(f);
}
