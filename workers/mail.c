/*
 * mail: the thread: which boxes there are, what is in them, one after the
 * other. A box that cannot be read is asked again after a while; it does not
 * keep the others for longer than its time-out.
 */
#include "workers/mail_inner.h"

#include <stdlib.h>
#include <time.h>

#define ROLL_MS 5000
#define NAP_MS 250
#define COMPANIES 64u
#define SPOOL_PAGE 32u
#define BACKOFF_MAX_MS (10 * 60 * 1000)

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
	if (b != NULL)
		b->named = true;
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

/* ---- the spool ------------------------------------------------------------- */

static enum err
set_aside(struct mail_thread *m, const struct spool_box *box, struct str name,
    enum taken taken)
{
	enum spool_aside where = taken == TAKEN_MACHINE ? SPOOL_AUTOMATIC
							: SPOOL_REFUSED;
	unsigned gone;
	enum err e = spool_set_aside(box, name, where, &gone);
	struct log_line l;

	metric_add(m->conf.metrics, METRIC_MAIL_GONE, gone);
	if (gone == 0 || !log_begin(m->conf.log, LOG_WARN, "mail.gone", &l))
		return e;
	log_str(&l, "company", box->company);
	log_str(&l, "account", box->account);
	log_str(&l, "why", STR("too many were set aside: the oldest went"));
	log_num(&l, "mails", gone);
	log_end(&l);
	return e;
}

static enum taken
take_spooled(struct mail_thread *m, const struct mail_place_of *of,
    const struct spool_box *box, struct str name)
{
	enum taken taken;
	enum err e;

	buf_clear(&m->raw);
	if (spool_read(box, name, &m->raw) != OK)
		return TAKEN_NOT;
	taken = mail_take(m, of, buf_view(&m->raw));
	if (taken == TAKEN_NOT)
		return taken;
	e = taken == TAKEN ? spool_remove(box, name)
			   : set_aside(m, box, name, taken);
	return e == OK ? taken : TAKEN_NOT;
}

static void
look_into_spool(
    struct mail_thread *m, struct mail_box *b, const struct mail_place_of *of)
{
	const struct spool_box box = {.data_dir = m->conf.data_dir,
	    .company = b->company_key,
	    .account = b->account};
	struct spool_entry entries[SPOOL_PAGE];
	size_t n = ARRAY_LEN(entries), i;
	struct arena names = {0};

	if (spool_list(&box, m->wall, &names, entries, &n) != OK)
		n = 0;
	for (i = 0; i < n && !atomic_load(&m->stopping); i++) {
		if (take_spooled(m, of, &box, entries[i].name) == TAKEN_NOT)
			break; /* the same again with the next look */
		arena_reset(&m->arena);
	}
	arena_free(&names);
}

/* ---- the mailbox ----------------------------------------------------------- */

static void
imap_failed(struct mail_thread *m, struct mail_box *b, enum imap_end end,
    const struct imap_fault *fault)
{
	int64_t wait = (int64_t)m->conf.poll_ms
		       << (b->failures > 6 ? 6 : b->failures);
	struct log_line l;

	imap_close(b->imap);
	b->imap = NULL;
	b->failures++;
	b->imap_at = m->steady +
		     (wait > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : wait);
	if (end == IMAP_STOPPED ||
	    !log_begin(m->conf.log, LOG_WARN, "mail.mailbox", &l))
		return;
	log_str(&l, "company", b->company_key);
	log_str(&l, "account", b->account);
	log_str(&l, "end", str_from(imap_end_name(end)));
	log_str(&l, "why", str_from(fault->words));
	log_end(&l);
}

static enum imap_end
imap_connect(struct mail_thread *m, struct mail_box *b,
    const struct mail_place_of *of, struct imap_fault *fault)
{
	const struct account_of account = {.company = of->company,
	    .doc = of->doc,
	    .public_url = str_from(m->conf.public_url)};
	struct account opened;
	struct imap_conf conf = {
	    .timeout_ms = m->conf.timeout_ms, .stop = &m->stop};

	if (b->imap != NULL)
		return IMAP_DONE;
	if (account_open(m->conf.keys, &account, &m->arena, &opened) != OK)
		return IMAP_LOGIN;
	conf.server = (struct mail_server){.url = of->doc->imap,
	    .auth = str_eq(of->doc->auth, STR("oauth2")) ? MAIL_AUTH_OAUTH2
							 : MAIL_AUTH_PASSWORD,
	    .user = of->doc->user,
	    .secret = opened.token,
	    .ca_file = m->conf.ca_file,
	    .plain = m->conf.plain};
	return imap_open(&conf, &b->imap, fault);
}

/* One mail. Anything but IMAP_DONE ends this look. */
static enum imap_end
take_mailed(struct mail_thread *m, struct mail_box *b,
    const struct mail_place_of *of, uint32_t uid, struct imap_fault *fault)
{
	enum imap_end end;

	buf_clear(&m->raw);
	end = imap_fetch(b->imap, uid, IMAP_MAIL_MAX, &m->raw, fault);
	if (end == IMAP_GONE)
		return IMAP_DONE;
	if (end == IMAP_TOO_BIG) /* left to people, unread no more */
		return imap_mark_seen(b->imap, uid, fault);
	if (end != IMAP_DONE)
		return end;
	if (mail_take(m, of, buf_view(&m->raw)) == TAKEN_NOT)
		return IMAP_STOPPED;
	return imap_mark_seen(b->imap, uid, fault);
}

static void
take_list(struct mail_thread *m, struct mail_box *b,
    const struct mail_place_of *of, const struct imap_list *list)
{
	struct imap_fault fault = {""};
	enum imap_end end;
	unsigned i;

	for (i = 0; i < list->count && !atomic_load(&m->stopping); i++) {
		atomic_store(&m->alive_at, clock_steady(m->conf.clock));
		end = take_mailed(m, b, of, list->uids[i], &fault);
		arena_reset(&m->arena);
		if (end != IMAP_DONE) {
			imap_failed(m, b, end, &fault);
			return;
		}
		if (list->uids[i] > b->last)
			b->last = list->uids[i];
	}
}

/* The first look takes what is unread; later ones also what others read. */
static void
look_into_mailbox(
    struct mail_thread *m, struct mail_box *b, const struct mail_place_of *of)
{
	struct imap_list list;
	struct imap_fault fault = {""};
	enum imap_end end;

	if (of->doc->imap.n == 0 || m->steady < b->imap_at)
		return;
	end = imap_connect(m, b, of, &fault);
	if (end == IMAP_DONE)
		end = imap_list(b->imap, b->last == 0 ? UINT32_MAX : b->last,
		    &list, &fault);
	if (end != IMAP_DONE) {
		imap_failed(m, b, end, &fault);
		return;
	}
	b->failures = 0;
	b->imap_at = m->steady + (list.more ? 0 : m->conf.poll_ms);
	if (list.validity != b->validity) {
		b->validity = list.validity;
		b->last = list.next > 0 ? list.next - 1 : 0;
	}
	take_list(m, b, of, &list);
}

/* ---- the loop -------------------------------------------------------------- */

static void
look_into(struct mail_thread *m, struct mail_box *b)
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
	if (of.doc != NULL) {
		look_into_spool(m, b, &of);
		look_into_mailbox(m, b, &of);
	}
	arena_reset(&m->arena);
	company_unref(c);
}

static void
look_at_clock(struct mail_thread *m)
{
	m->wall = clock_wall(m->conf.clock);
	m->steady = clock_steady(m->conf.clock);
	atomic_store(&m->alive_at, m->steady);
}

static void *
run(void *arg)
{
	struct mail_thread *m = arg;
	const struct timespec nap = {.tv_nsec = NAP_MS * 1000000L};
	struct mail_box *b;

	(void)pthread_setname_np(pthread_self(), "fd-mail");
	while (!atomic_load(&m->stopping)) {
		look_at_clock(m);
		if (!m->leads)
			m->leads = store_lead(m->conf.store, ROLE_MAIL) == OK;
		if (m->leads)
			roll_call(m);
		for (b = m->boxes; b != NULL && !atomic_load(&m->stopping);
		     b = b->next) {
			look_at_clock(m);
			look_into(m, b);
		}
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
	look_at_clock(m);
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
