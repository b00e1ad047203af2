/*
 * desk: the thread and its loop. One round: letters, what was soiled by them,
 * decisions, and from time to time everything again.
 */
#include "desk/inner.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define PUT_BACK_MS 1000 /* more than clocks are mended by without a jump */
#define LEAD_MS 1000
#define WAIT_MAX_MS 500

/* ---- news ---------------------------------------------------------------- */

struct letter {
	struct mail mail;
	size_t n;
	char bytes[];
};

/* Does this event change what routing must know? */
static bool
matters(struct desk *d, const struct news *n)
{
	const struct chat *c;
	int64_t silent;

	if (n->event != EVENT_MESSAGE)
		return n->event != EVENT_NOTE && n->event != EVENT_LABELS &&
		       n->event != EVENT_DELIVERY && n->event != EVENT_FILE;
	/* A word wakes what was put off. Else silence is measured in minutes:
	 * not every word ends it anew. */
	c = chat_find(d, n->conversation);
	if (c == NULL || c->bureau == NULL || c->c.holder != HOLDER_AGENT ||
	    n->author != AUTHOR_CUSTOMER)
		return false;
	if (c->c.status == STATUS_SNOOZED)
		return true;
	silent = c->bureau->company->routing.silent_ms;
	return silent > 0 && d->wall - c->c.customer_at > silent / 4;
}

/* A conversation that was never handed over is no business of ours. */
static bool
concerns(struct desk *d, const struct news *n)
{
	return chat_find(d, n->conversation) != NULL ||
	       n->event == EVENT_HOLDER || n->event == EVENT_OFFER;
}

static void
take_news(struct desk *d, const struct news *n)
{
	struct chat *c;

	if (n->kind == NEWS_STAFF) {
		facts_seller(d, (int64_t)n->seq);
		return;
	}
	if (n->kind != NEWS_EVENT || !concerns(d, n) || !matters(d, n))
		return;
	c = chat_make(d, n->conversation);
	if (c != NULL)
		chat_soil(d, c);
	else
		atomic_store(&d->lost, true);
}

static void
letter_arrived(void *owner, struct mail *m)
{
	struct letter *l = CONTAINER_OF(m, struct letter, mail);
	struct desk *d = owner;
	struct news_frame f;
	struct news n;

	atomic_fetch_sub(&d->letters, 1);
	if (d->leads && news_frame_read((struct str){l->bytes, l->n}, &f))
		while (news_next(&f.entries, &n))
			take_news(d, &n);
	free(l);
}

/* A heartbeat has no entries. */
void
desk_news(struct desk *d, struct str frame)
{
	struct letter *l;
	struct news_frame f;

	if (!news_frame_read(frame, &f) || f.entries.n == 0)
		return;
	if (atomic_load(&d->letters) >= LETTERS_MAX ||
	    (l = malloc(sizeof(*l) + frame.n)) == NULL) {
		atomic_store(&d->lost, true);
		return;
	}
	l->mail = (struct mail){.fn = letter_arrived};
	l->n = frame.n;
	memcpy(l->bytes, frame.p, frame.n);
	atomic_fetch_add(&d->letters, 1);
	mailbox_post(&d->mailbox, &l->mail);
}

/* ---- the loop ------------------------------------------------------------ */

static void
try_to_lead(struct desk *d)
{
	if (d->leads || d->steady < d->lead_at)
		return;
	d->lead_at = d->steady + LEAD_MS;
	if (store_lead(d->conf.store, ROLE_DESK) != OK)
		return;
	d->leads = true;
	d->begins = true;
	d->reread_at = 0;
}

/* False: not yet, acts are under way. */
static bool
begin_anew(struct desk *d)
{
	if (d->deeds > 0)
		return false;
	table_free(d);
	d->reread = (struct rereading){.stage = REREAD_NOT};
	d->reread_at = 0;
	d->begins = true;
	d->anew = false;
	return true;
}

static void
step(struct desk *d)
{
	d->wake_at = d->steady + WAIT_MAX_MS;
	try_to_lead(d);
	if (!d->leads || (d->anew && !begin_anew(d)))
		return;
	if (d->reread.stage == REREAD_NOT &&
	    (d->steady >= d->reread_at || atomic_exchange(&d->lost, false))) {
		facts_reread(d);
		d->reread_at = d->steady + d->conf.reread_ms;
	}
	facts_reread_on(d);
	facts_read(d);
	/* While it begins, sellers whom it has not read yet seem to be away. */
	if (!d->begins || d->reread.stage == REREAD_NOT) {
		d->begins = false;
		deeds_decide(d);
		words_of_new(d);
		words_of_line(d);
	}
	d->new_count = 0;
}

static void
wait_for_work(struct desk *d)
{
	struct epoll_event e;
	int64_t wait = d->wake_at - d->steady;

	(void)epoll_wait(d->epoll, &e, 1,
	    wait < 0 ? 0 : (int)(wait > WAIT_MAX_MS ? WAIT_MAX_MS : wait));
}

static void
look_at_clock(struct desk *d)
{
	d->wall = clock_wall(d->conf.clock);
	d->steady = clock_steady(d->conf.clock);
	atomic_store(&d->alive_at, d->steady);
	if (d->wall - d->steady < d->ahead - PUT_BACK_MS)
		d->anew = true;
	d->ahead = d->wall - d->steady;
}

static void *
run(void *arg)
{
	struct desk *d = arg;

	while (!atomic_load(&d->stopping)) {
		look_at_clock(d);
		(void)mailbox_run(&d->mailbox, d);
		step(d);
		wait_for_work(d);
	}
	d->leads = false;
	while (d->deeds > 0) { /* the store ends them all */
		(void)mailbox_run(&d->mailbox, d);
		wait_for_work(d);
	}
	return NULL;
}

/* ---- life ---------------------------------------------------------------- */

static enum err
watch_mailbox(struct desk *d)
{
	struct epoll_event e = {.events = EPOLLIN};

	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (d->epoll < 0 || mailbox_open(&d->mailbox) != OK)
		return E_IO;
	return epoll_ctl(
		   d->epoll, EPOLL_CTL_ADD, mailbox_fd(&d->mailbox), &e) == 0
		   ? OK
		   : E_IO;
}

static void
desk_free(struct desk *d)
{
	table_free(d);
	deeds_free(d);
	arena_free(&d->arena);
	if (d->reader != NULL)
		store_reader_close(d->reader);
	(void)mailbox_run(&d->mailbox, d); /* letters that nobody reads */
	mailbox_close(&d->mailbox);
	if (d->epoll >= 0)
		(void)close(d->epoll);
	free(d);
}

enum err
desk_start(const struct desk_conf *conf, struct desk **out)
{
	struct desk *d = calloc(1, sizeof(*d));
	enum err e;

	if (d == NULL)
		return E_NOMEM;
	d->conf = *conf;
	e = watch_mailbox(d);
	if (e == OK)
		e = store_reader_open(conf->store, &d->reader);
	look_at_clock(d);
	d->anew = false;
	if (e == OK && pthread_create(&d->thread, NULL, run, d) != 0)
		e = E_NOMEM;
	if (e != OK) {
		desk_free(d);
		return e;
	}
	(void)pthread_setname_np(d->thread, "fd-desk");
	*out = d;
	return OK;
}

int64_t
desk_alive_at(const struct desk *d)
{
	return atomic_load(&d->alive_at);
}

void
desk_stop(struct desk *d)
{
	atomic_store(&d->stopping, true);
	(void)pthread_join(d->thread, NULL);
	store_unlead(d->conf.store, ROLE_DESK);
	desk_free(d);
}
