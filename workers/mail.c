/*
 * mail: the thread: which boxes there are, and who is looked into when: all
 * spools, one mailbox, all spools, the next mailbox. How they are looked into is
 * in mail_spool.c and mail_box.c.
 */
#include "workers/mail_inner.h"

#include <stdlib.h>
#include <time.h>

#define ROLL_MS 5000
#define NAP_MS 250
#define COMPANIES 64u

/* ---- boxes ----------------------------------------------------------------- */

static void
box_free(struct mail_box *b)
{
	imap_close(b->imap);
	free(b);
}

static struct mail_box *
box_new(struct mail_thread *m, const struct company *c,
    const struct company_account *a)
{
	struct mail_box *b = calloc(1, sizeof(*b) + c->key.n + a->name.n + 2);
	char *text = (char *)(b + 1);

	if (b == NULL)
		return NULL;
	b->company = c->id;
	memcpy(text, c->key.p, c->key.n);
	b->company_key = (struct str){text, c->key.n};
	text += c->key.n + 1;
	memcpy(text, a->name.p, a->name.n);
	b->account = (struct str){text, a->name.n};
	b->next = m->boxes;
	m->boxes = b;
	return b;
}

static void
name_box(struct mail_thread *m, const struct company *c,
    const struct company_account *a)
{
	struct mail_box *b = m->boxes;

	while (
	    b != NULL && (b->company != c->id || !str_eq(b->account, a->name)))
		b = b->next;
	if (b == NULL)
		b = box_new(m, c, a);
	if (b == NULL)
		return;
	b->named = true;
	mail_box_follow(m, b, a);
}

static void
name_boxes_of(struct mail_thread *m, int64_t company)
{
	struct company *c = NULL;
	size_t i;

	if (company_cache_by_id(m->conf.companies, company, &c) != OK)
		return;
	for (i = 0; i < c->account_count; i++)
		if (c->accounts[i].smtp.n > 0 || c->accounts[i].imap.n > 0)
			name_box(m, c, &c->accounts[i]);
	company_unref(c);
}

static void
forget_unnamed(struct mail_thread *m)
{
	struct mail_box **at = &m->boxes, *b;

	while ((b = *at) != NULL) {
		if (b->named) {
			at = &b->next;
			continue;
		}
		*at = b->next;
		box_free(b);
	}
}

static void
roll_call(struct mail_thread *m)
{
	struct company_row rows[COMPANIES];
	struct mail_box *b;
	int64_t after = 0;
	size_t n, i;

	if (m->steady < m->roll_at)
		return;
	m->roll_at = m->steady + ROLL_MS;
	for (b = m->boxes; b != NULL; b = b->next)
		b->named = false;
	do {
		n = ARRAY_LEN(rows);
		if (store_list_companies(
			m->reader, after, &m->arena, rows, &n) != OK)
			return;
		for (i = 0; i < n; i++) {
			after = rows[i].id;
			name_boxes_of(m, after);
		}
		arena_reset(&m->arena);
	} while (n == ARRAY_LEN(rows));
	forget_unnamed(m);
}

/* ---- the loop -------------------------------------------------------------- */

/* What the document says of it now, to one who looks. */
static void
look_into(struct mail_thread *m, struct mail_box *b,
    void (*look)(
	struct mail_thread *, struct mail_box *, const struct mail_place_of *))
{
	struct company *c = NULL;
	struct mail_place_of of;
	size_t i;

	if (company_cache_by_id(m->conf.companies, b->company, &c) != OK)
		return;
	of = (struct mail_place_of){.company = c};
	for (i = 0; i < c->account_count; i++)
		if (str_eq(c->accounts[i].name, b->account) &&
		    (c->accounts[i].smtp.n > 0 || c->accounts[i].imap.n > 0))
			of.doc = &c->accounts[i];
	if (of.doc != NULL)
		look(m, b, &of);
	arena_reset(&m->arena);
	company_unref(c);
}

void
mail_look_at_clock(struct mail_thread *m)
{
	m->wall = clock_wall(m->conf.clock);
	m->steady = clock_steady(m->conf.clock);
	atomic_store(&m->alive_at, m->steady);
}

static void
look_into_spools(struct mail_thread *m)
{
	struct mail_box *b;

	if (m->steady < m->spool_at)
		return;
	for (b = m->boxes; b != NULL && !atomic_load(&m->stopping); b = b->next)
		look_into(m, b, mail_look_into_spool);
	mail_look_at_clock(m);
	m->spool_at = m->steady + NAP_MS;
}

/* One mailbox at most: meanwhile a spool may have got something. */
static bool
go_round(struct mail_thread *m)
{
	struct mail_box *b;

	roll_call(m);
	look_into_spools(m);
	b = mail_next_box(m);
	if (b != NULL)
		look_into(m, b, mail_look_into_box);
	mail_watch_boxes(m);
	return b != NULL;
}

static void *
run(void *arg)
{
	struct mail_thread *m = arg;
	const struct timespec nap = {.tv_nsec = NAP_MS * 1000000L};

	(void)pthread_setname_np(pthread_self(), "fd-mail");
	while (!atomic_load(&m->stopping)) {
		mail_look_at_clock(m);
		if (!m->leads)
			m->leads = store_lead(m->conf.store, ROLE_MAIL) == OK;
		if (!m->leads || !go_round(m))
			(void)nanosleep(&nap, NULL);
	}
	return NULL;
}

/* ---- life ------------------------------------------------------------------ */

static void
mail_free(struct mail_thread *m)
{
	struct mail_box *b;

	while ((b = m->boxes) != NULL) {
		m->boxes = b->next;
		box_free(b);
	}
	if (m->reader != NULL)
		store_reader_close(m->reader);
	hourly_free(m->senders);
	arena_free(&m->arena);
	buf_free(&m->raw);
	free(m);
}

enum err
mail_thread_start(const struct mail_conf *conf, struct mail_thread **out)
{
	struct mail_thread *m = calloc(1, sizeof(*m));
	enum err e;

	if (m == NULL)
		return E_NOMEM;
	m->conf = *conf;
	mail_look_at_clock(m);
	m->senders = hourly_new();
	e = m->senders == NULL ? E_NOMEM
			       : store_reader_open(conf->store, &m->reader);
	if (e == OK && pthread_create(&m->thread, NULL, run, m) != 0)
		e = E_NOMEM;
	if (e != OK) {
		mail_free(m);
		return e;
	}
	*out = m;
	return OK;
}

int64_t
mail_thread_alive_at(const struct mail_thread *m)
{
	return atomic_load(&m->alive_at);
}

void
mail_thread_stop(struct mail_thread *m)
{
	if (m == NULL)
		return;
	atomic_store(&m->stopping, true);
	atomic_store(&m->stop, true);
	(void)pthread_join(m->thread, NULL);
	if (m->leads)
		store_unlead(m->conf.store, ROLE_MAIL);
	mail_free(m);
}
