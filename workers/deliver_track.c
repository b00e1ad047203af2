/*
 * deliver_track: lanes of the store as this process drives them: found,
 * their rows read into memory as there is room, their accounts opened.
 */
#include "workers/deliver_inner.h"

#include <stdlib.h>

#define PAGE 256u
/* All tracks together; one that has few rows gets some all the same. */
#define ROWS_MAX(d) (16u * (d)->conf.lane_window)
#define ROWS_LEAST 64u
/* Rows passed over, in search of other conversations. */
#define SKIPS_MAX(d) (4u * (d)->conf.lane_window)
#define BACK_MS 10000 /* between two looks at what was read */
/* So many lanes are looked at in a millisecond. */
#define LOOKS_PER_MS 16

/* ---- the account --------------------------------------------------------- */

void
opened_unref(struct opened *o)
{
	if (o == NULL || --o->refs > 0)
		return;
	company_unref(o->company);
	arena_free(&o->arena);
	free(o);
}

/* Takes the reference to company over. */
static struct opened *
opened_new(struct track *t, struct company *company, enum err *e)
{
	const struct deliver_conf *conf = &t->d->conf;
	const struct account_wanted wanted = {
	    company, t->channel, t->account_name, conf->webhooks_private};
	struct opened *o = calloc(1, sizeof(*o));
	struct account_of of = {
	    .company = company, .public_url = str_from(conf->public_url)};

	*e = E_NOMEM;
	if (o == NULL) {
		company_unref(company);
		return NULL;
	}
	o->refs = 1;
	o->company = company;
	*e = account_find(&wanted, &o->arena, &of.doc);
	if (*e == OK)
		*e = account_open(conf->keys, &of, &o->arena, &o->account);
	if (*e == OK)
		return o;
	opened_unref(o);
	return NULL;
}

/* The document is another than before. */
static void
account_changed(struct track *t, struct opened *o)
{
	opened_unref(t->opened);
	t->opened = o;
	t->removed = false;
	if (o == NULL)
		return;
	t->rate = rate_of_account(&t->channel->can, o->account.doc);
	t->recipient_rate = rate_of_recipient(&t->channel->can, o->account.doc);
	breaker_hurry(t);
}

/* A webhook that was removed is no trouble: what waits for it is given up. */
static struct opened *
account_missing(struct track *t, enum err e)
{
	t->removed = e == E_NOTFOUND && t->channel->can.events_only;
	if (t->removed)
		breaker_end(t);
	else if (e == E_NOTFOUND)
		breaker_block(t, STR("not in the company's document"));
	else if (e == E_DENIED)
		breaker_block(t, STR("its secrets are sealed under other "
				     "keys"));
	return NULL;
}

struct opened *
track_account(struct track *t)
{
	struct company *company;
	struct opened *o;
	enum err e;

	if (t->channel == NULL) {
		breaker_block(t, STR("there is no channel of that name"));
		return NULL;
	}
	e = company_cache_by_id(t->d->conf.companies, t->company, &company);
	if (e != OK)
		return account_missing(t, e);
	if (t->opened != NULL && t->opened->company == company) {
		company_unref(company);
		return t->opened;
	}
	o = opened_new(t, company, &e);
	account_changed(t, o);
	return o == NULL ? account_missing(t, e) : o;
}

/* ---- the table ----------------------------------------------------------- */

static bool
active_reserve(struct deliver *d)
{
	size_t room = d->active_room == 0 ? 64 : d->active_room * 2;
	struct track **grown;

	if (d->track_count < d->active_room)
		return true;
	grown = realloc(d->active, room * sizeof(struct track *));
	if (grown == NULL)
		return false;
	d->active = grown;
	d->active_room = room;
	return true;
}

static char *
keep_text(struct str s, char *to, struct str *out)
{
	if (s.n > 0)
		memcpy(to, s.p, s.n);
	*out = (struct str){to, s.n};
	return to + s.n;
}

static struct track *
track_new(struct deliver *d, const struct lane *lane)
{
	struct track *t;
	char *text;

	if (!active_reserve(d))
		return NULL;
	t = calloc(1, sizeof(*t) + lane->channel.n + lane->account.n + 1);
	if (t == NULL)
		return NULL;
	text = keep_text(lane->channel, (char *)(t + 1), &t->channel_name);
	keep_text(lane->account, text, &t->account_name);
	t->d = d;
	t->id = lane->id;
	t->company = lane->company;
	t->channel = d->conf.find(t->channel_name);
	if (t->channel != NULL && t->channel->call == NULL)
		t->channel = NULL;
	t->heard_at = lane->heard_at;
	t->more = true;
	breaker_begin(t, lane);
	if (t->channel == NULL)
		(void)track_account(t);
	*d->last_track = t;
	d->last_track = &t->next;
	d->track_count++;
	d->last_lane = lane->id;
	return t;
}

struct track *
track_find(
    struct deliver *d, int64_t company, struct str channel, struct str account)
{
	struct track *t = d->tracks;

	while (t != NULL &&
	       (t->company != company || !str_eq(t->account_name, account) ||
		   !str_eq(t->channel_name, channel)))
		t = t->next;
	return t;
}

/* Lanes made since the last look. */
static void
look_for_lanes(struct deliver *d)
{
	struct lane lanes[16];
	size_t n, i;

	do {
		n = ARRAY_LEN(lanes);
		arena_reset(&d->scratch);
		if (store_list_lanes(
			d->reader, d->last_lane, &d->scratch, lanes, &n) != OK)
			return;
		for (i = 0; i < n; i++)
			if (track_new(d, &lanes[i]) == NULL)
				return;
	} while (n == ARRAY_LEN(lanes));
}

/* ---- rows ---------------------------------------------------------------- */

static bool
has_room(const struct track *t)
{
	const struct deliver *d = t->d;

	return t->rows < d->conf.lane_window && t->skipped < SKIPS_MAX(d) &&
	       (d->rows < ROWS_MAX(d) || t->rows < ROWS_LEAST);
}

bool
track_reads_on(const struct track *t)
{
	return t->more && has_room(t);
}

static void
read_page(struct track *t)
{
	struct deliver *d = t->d;
	size_t room = d->conf.lane_window - t->rows, n, i;
	struct outbox_row rows[PAGE];
	enum err e;

	if (room > PAGE || t->after < t->known_to)
		room = PAGE;
	n = room;
	arena_reset(&d->scratch);
	e = store_list_outbox(d->reader,
	    &(struct outbox_ask){t->id, false, t->after}, &d->scratch, rows,
	    &n);
	if (e != OK)
		return; /* asked again at the next look */
	t->more = n == room;
	for (i = 0; i < n; i++) {
		if (!has_room(t) || talk_add(t, &rows[i]) != OK) {
			t->more = true;
			return;
		}
		t->after = rows[i].id;
	}
}

static void
track_read(struct track *t)
{
	int64_t before = -1;

	while (track_reads_on(t) && t->after != before) {
		before = t->after;
		read_page(t);
	}
}

void
tracks_look(struct deliver *d)
{
	bool poked = d->look_new;
	struct track *t;

	if (d->now < d->look_at)
		return;
	d->look_at = d->now + 1 + (int64_t)d->track_count / LOOKS_PER_MS;
	d->look_new = false;
	if (poked)
		look_for_lanes(d);
	for (t = d->tracks; t != NULL; t = t->next) {
		t->more |= poked;
		track_read(t);
	}
}

/*
 * Rows that come back behind what was read (somebody replayed them): the store
 * has more of them open than we have. Where some were passed over it has more
 * of them anyway, so one looks back in vain, and only now and then.
 */
static void
look_back(struct track *t)
{
	const struct excess_ask ask = {t->id, t->after, t->rows};
	bool more;

	if (t->d->now < t->back_at ||
	    store_read_excess(t->d->reader, &ask, &more) != OK || !more)
		return;
	if (t->more || t->cut_short > 0)
		t->back_at = t->d->now + BACK_MS;
	t->known_to = t->after;
	t->after = 0;
	t->skipped = 0;
}

void
tracks_second(struct deliver *d)
{
	struct track *t;

	look_for_lanes(d);
	for (t = d->tracks; t != NULL; t = t->next) {
		look_back(t);
		t->more = true;
		track_read(t);
		if (t->phase != PHASE_FLOWS)
			(void)track_account(t); /* it may have changed */
		if (t->tell_again)
			track_tell(t);
	}
}

void
tracks_free(struct deliver *d)
{
	struct track *t, *next;

	for (t = d->tracks; t != NULL; t = next) {
		next = t->next;
		backfill_stop(t);
		opened_unref(t->opened);
		free(t);
	}
	free(d->active);
}

/* ---- what the store is told ---------------------------------------------- */

static void
told(void *owner, struct mail *m)
{
	struct track *t = CONTAINER_OF(m, struct track, mail);

	(void)owner;
	t->d->ops--;
	t->telling = false;
	if (t->op.err == OK && t->tell_again)
		track_tell(t);
	else if (t->op.err != OK)
		t->tell_again = true; /* in a second */
}

/* On the store's thread. */
static void
lane_stored(struct store_op *op)
{
	struct track *t = op->arg;

	mailbox_post(&t->d->mailbox, &t->mail);
}

void
track_tell(struct track *t)
{
	t->tell_again = true;
	if (t->telling)
		return;
	memcpy(t->told_text, t->detail_text, sizeof(t->told_text));
	t->mail.fn = told;
	t->op = (struct store_op){.verb = STORE_LANE,
	    .lane = {.account = {.company = t->company,
			 .channel = t->channel_name,
			 .account = t->account_name},
		.set_state = true,
		.state = t->state,
		.detail = str_from(t->told_text),
		.at = t->d->wall,
		.heard_at = t->heard_at},
	    .done = lane_stored,
	    .arg = t};
	if (deliver_submit(t->d, &t->op) != OK)
		return;
	t->telling = true;
	t->tell_again = false;
}
