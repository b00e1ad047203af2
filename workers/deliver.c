/*
 * deliver: the thread, who leads, and the order of a round:
 *
 *	letters   what the store has done; pokes
 *	fetch     answers of vendors become verdicts, verdicts become batches
 *	ticks     probes, back-fill, what the lists of the store say
 *	look      new rows are read
 *	take      rows whose turn it is go to the store, to become SENDING
 *	flush     what became of others goes to the store
 */
#include "workers/deliver_inner.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define LEAD_MS 500
#define TICK_MS 100
#define SECOND_MS 1000
#define WAIT_MAX_MS 100
#define STOP_MS 5000
#define CONNECT_MS 5000
/* Processes that send mail: how many at once, how long one stays without
 * work, and how many mails it sends before another takes its place. */
#define MAILERS_MAX 4u
#define MAILER_IDLE_MS 30000u
#define MAILS_OF_ONE 200u
#define SPARE_REQUESTS 256u /* for probes, drafts and back-fill */

uint32_t
deliver_random(void)
{
	return randombytes_random();
}

enum err
deliver_submit(struct deliver *d, struct store_op *op)
{
	enum err e = store_submit(d->conf.store, op);

	if (e == OK)
		d->ops++;
	return e;
}

/* ---- other threads ------------------------------------------------------- */

static void
on_wake(void *owner, struct mail *m)
{
	struct deliver *d = owner;

	(void)m;
	atomic_store(&d->woken, false);
	d->look_new |= atomic_exchange(&d->poked, false);
}

void
deliver_wake(struct deliver *d)
{
	if (!atomic_exchange(&d->woken, true))
		mailbox_post(&d->mailbox, &d->wake);
}

void
deliver_poke(struct deliver *d)
{
	atomic_store(&d->poked, true);
	deliver_wake(d);
}

int64_t
deliver_alive_at(const struct deliver *d)
{
	return atomic_load(&d->alive_at);
}

/* ---- who leads ----------------------------------------------------------- */

static void
on_orphans(void *owner, struct mail *m)
{
	struct deliver *d = owner;

	(void)m;
	d->ops--;
	if (d->orphans.err != OK) {
		d->lead = LEAD_NOT;
		d->lead_at = d->now + LEAD_MS;
		return;
	}
	d->lead = LEAD_YES;
	d->look_new = true;
	atomic_store(&d->leads, true);
}

/* On the store's thread. */
static void
orphans_stored(struct store_op *op)
{
	struct deliver *d = op->arg;

	mailbox_post(&d->mailbox, &d->orphans_mail);
}

/* What another left SENDING is in doubt before anything else is done. */
static void
lead(struct deliver *d)
{
	if (d->lead != LEAD_NOT || d->now < d->lead_at)
		return;
	d->lead_at = d->now + LEAD_MS;
	if (store_lead(d->conf.store, ROLE_DELIVER) != OK)
		return;
	d->orphans_mail.fn = on_orphans;
	d->orphans = (struct store_op){.verb = STORE_TAKE,
	    .take = {.orphans = true, .at = d->wall},
	    .done = orphans_stored,
	    .arg = d};
	if (deliver_submit(d, &d->orphans) == OK)
		d->lead = LEAD_BEGINS;
}

/* ---- the loop ------------------------------------------------------------ */

static void
tick(struct deliver *d)
{
	struct track *t;

	if (d->now >= d->second_at) {
		d->second_at = d->now + SECOND_MS;
		tracks_second(d);
	}
	if (d->now < d->tick_at)
		return;
	d->tick_at = d->now + TICK_MS;
	backfill_roll_call(d);
	for (t = d->tracks; t != NULL; t = t->next) {
		breaker_tick(t);
		backfill_tick(t);
	}
}

static void
sooner(int64_t *until, int64_t at)
{
	if (at < *until)
		*until = at;
}

static bool
reads_on(const struct deliver *d)
{
	const struct track *t = d->tracks;

	while (t != NULL && !track_reads_on(t))
		t = t->next;
	return d->look_new || t != NULL;
}

static int
wait_ms(const struct deliver *d)
{
	int64_t until = d->now + WAIT_MAX_MS;
	int fetch = fetch_wait_ms(d->fetcher);
	int post = mailer_wait_ms(d->mailer);

	if (fetch >= 0)
		sooner(&until, d->now + fetch);
	if (post >= 0)
		sooner(&until, d->now + post);
	if (d->lead == LEAD_YES && !atomic_load(&d->stopping)) {
		if (d->asleep.count > 0)
			sooner(&until, d->asleep.at[0]->wake_at);
		if (reads_on(d))
			sooner(&until, d->look_at);
		if (live_due(d))
			sooner(&until, d->now + 20);
		sooner(&until, take_next_at(d));
	}
	return until <= d->now ? 0 : (int)(until - d->now);
}

static void
read_clocks(struct deliver *d)
{
	d->now = clock_steady(d->conf.clock);
	d->wall = clock_wall(d->conf.clock);
	atomic_store(&d->alive_at, d->now);
}

static void
wait(struct deliver *d)
{
	struct epoll_event events[3];

	epoll_wait(d->epoll, events, ARRAY_LEN(events), wait_ms(d));
}

static void
deliver_round(struct deliver *d)
{
	read_clocks(d);
	(void)mailbox_run(&d->mailbox, d);
	fetch_run(d->fetcher);
	mailer_run(d->mailer);
	if (d->lead == LEAD_YES) {
		talk_wake(d);
		tick(d);
		tracks_look(d);
		take_rows(d);
		live_run(d);
		settle_flush(d);
	} else {
		lead(d);
	}
	wait(d);
}

/* ---- the end ------------------------------------------------------------- */

/* What nobody has to wait for. */
static bool
is_idle_talk(const struct errand *e)
{
	return e->job.kind != JOB_SEND && e->job.kind != JOB_LOOKUP &&
	       e->job.kind != JOB_FETCH;
}

static bool
is_any(const struct errand *e)
{
	(void)e;
	return true;
}

static void
last_round(struct deliver *d)
{
	read_clocks(d);
	(void)mailbox_run(&d->mailbox, d);
	fetch_run(d->fetcher);
	mailer_run(d->mailer);
	settle_flush(d);
	if (d->errands != NULL || d->ops > 0 || !settle_idle(d))
		wait(d);
}

/*
 * Answers that come soon are waited for; then requests are given up, and what
 * that means is written. Ops at the store point into our memory: the store
 * ends them all, if only with an error. A file that is being kept may be left:
 * whoever delivers next fetches it again.
 */
static void
finish(struct deliver *d)
{
	int64_t end;

	read_clocks(d);
	end = d->now + STOP_MS;
	d->closing = true;
	errands_cancel(d, is_idle_talk);
	while ((d->errands != NULL || d->ops > 0) && d->now < end)
		last_round(d);
	errands_cancel(d, is_any);
	end = d->now + STOP_MS;
	while (d->ops > 0 ||
	       ((d->errands != NULL || !settle_idle(d)) && d->now < end))
		last_round(d);
	atomic_store(&d->leads, false);
	if (d->lead != LEAD_NOT)
		store_unlead(d->conf.store, ROLE_DELIVER);
}

static void *
loop(void *arg)
{
	struct deliver *d = arg;

	(void)pthread_setname_np(pthread_self(), "fd-deliver");
	while (!atomic_load(&d->stopping))
		deliver_round(d);
	finish(d);
	return NULL;
}

/* ---- life ---------------------------------------------------------------- */

static enum err
watch(struct deliver *d, int fd)
{
	struct epoll_event e = {.events = EPOLLIN};

	return epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &e) == 0 ? OK : E_IO;
}

static void
deliver_free(struct deliver *d)
{
	keeper_close(d);
	talk_forget_all(d);
	tracks_free(d);
	settle_close(d);
	live_close(d);
	fetch_close(d->fetcher);
	mailer_close(d->mailer);
	errands_free(d);
	recipients_free(d->recipients);
	arena_free(&d->scratch);
	if (d->reader != NULL)
		store_reader_close(d->reader);
	if (d->mailbox.fd >= 0)
		mailbox_close(&d->mailbox);
	if (d->epoll >= 0)
		close(d->epoll);
	free(d);
}

static enum err
deliver_open(struct deliver *d)
{
	const struct fetch_conf fetch = {
	    .in_flight_max = d->conf.in_flight_max + SPARE_REQUESTS,
	    .connections_max = d->conf.in_flight_max + SPARE_REQUESTS,
	    .connect_ms = CONNECT_MS,
	    .agent = "Frontdesk/" FRONTDESK_VERSION};
	const struct mailer_conf post = {.children_max = MAILERS_MAX,
	    .idle_ms = MAILER_IDLE_MS,
	    .postings_max = MAILS_OF_ONE};
	enum err e;

	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	d->recipients = recipients_new();
	if (d->epoll < 0)
		return E_IO;
	if (d->recipients == NULL)
		return E_NOMEM;
	if ((e = mailbox_open(&d->mailbox)) != OK ||
	    (e = store_reader_open(d->conf.store, &d->reader)) != OK ||
	    (e = fetch_open(&fetch, &d->fetcher)) != OK ||
	    (e = mailer_open(&post, &d->mailer)) != OK ||
	    (e = settle_open(d)) != OK || (e = live_open(d)) != OK ||
	    (e = watch(d, mailbox_fd(&d->mailbox))) != OK ||
	    (e = watch(d, fetch_fd(d->fetcher))) != OK ||
	    (e = watch(d, mailer_fd(d->mailer))) != OK)
		return e;
	return keeper_open(d);
}

enum err
deliver_start(const struct deliver_conf *conf, struct deliver **out)
{
	struct deliver *d = calloc(1, sizeof(*d));
	enum err e;

	if (d == NULL)
		return E_NOMEM;
	d->conf = *conf;
	if (d->conf.find == NULL)
		d->conf.find = channel_find;
	if (d->conf.mail_hello == NULL)
		d->conf.mail_hello = "localhost";
	d->epoll = -1;
	d->mailbox.fd = -1;
	d->wake.fn = on_wake;
	d->last_track = &d->tracks;
	read_clocks(d);
	if ((e = deliver_open(d)) != OK)
		goto fail;
	e = E_NOMEM;
	if (pthread_create(&d->thread, NULL, loop, d) != 0)
		goto fail;
	*out = d;
	return OK;
fail:
	deliver_free(d);
	return e;
}

static void
wake_up(void *owner, struct mail *m)
{
	(void)owner;
	(void)m;
}

void
deliver_stop(struct deliver *d)
{
	struct mail m = {.fn = wake_up};

	if (d == NULL)
		return;
	atomic_store(&d->stopping, true);
	mailbox_post(&d->mailbox, &m);
	pthread_join(d->thread, NULL);
	deliver_free(d);
}
