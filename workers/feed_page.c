/*
 * feed_page: what a few hundred events lead to: rows for webhooks, texts for
 * the search. A page ends before it is too big for one op, and begins anew with
 * the event that did not fit.
 */
#include "workers/feed_inner.h"
#include "core/json.h"

/* What one event may lead to: so much room is left, or it is not begun. */
#define TOLD_AT_ONCE 3u
#define LISTENERS_MAX 20u
#define BYTES_MAX (4u * 1024 * 1024)
/* So often a company's document is asked for in vain, before it is taken to be
 * none: what cannot be read must not hold back all others. */
#define TRIES_MAX 30u

/* ---- what was said ------------------------------------------------------- */

static bool
is_said(const struct event *e)
{
	if (e->kind == EVENT_MESSAGE)
		return e->author != AUTHOR_SYSTEM;
	return e->kind == EVENT_EDITED || e->kind == EVENT_NOTE;
}

static enum err
add_text(struct page *p, const struct feed_row *row)
{
	json_t *body;
	struct str copy;

	if (!is_said(&row->event))
		return OK;
	body = json_read(row->event.body);
	copy = json_text_copy(body, "text", &p->arena);
	json_decref(body);
	if (copy.p == NULL)
		return E_NOMEM;
	if (copy.n > 0)
		p->texts[p->text_count++] = (struct feed_text){
		    row->conversation, row->company, row->event.seq, copy};
	return OK;
}

/* ---- whom it concerns ---------------------------------------------------- */

/* On the website an address means nothing to anybody else. */
static struct webhook_customer
customer_of(const struct list_row *row)
{
	const struct channel *c = channel_find(row->reach.channel);
	bool theirs = c != channel_of_visitors();

	return (struct webhook_customer){.channel = row->reach.channel,
	    .account = row->reach.account,
	    .address = theirs ? row->reach.address : STR(""),
	    .contact = row->contact.id,
	    .external_id = row->contact.external_id,
	    .name = row->contact.name,
	    .email = row->contact.email};
}

static enum err
find_customer(struct feed *f, const struct feed_row *row,
    const struct webhook_customer **out)
{
	struct page *p = &f->page;
	struct known_customer *k =
	    &p->known[(uint64_t)row->conversation % KNOWN_CUSTOMERS];
	struct list_row line;
	enum err e;

	*out = &k->customer;
	if (k->conversation == row->conversation)
		return OK;
	e = store_read_row(
	    f->reader, row->company, row->conversation, &p->arena, &line);
	if (e != OK && e != E_NOTFOUND)
		return e;
	k->conversation = row->conversation;
	k->customer = e == OK ? customer_of(&line)
			      : (struct webhook_customer){0};
	return OK;
}

/* The company of the row, into the page; NULL: it has no document. */
static enum err
find_company(struct feed *f, int64_t company)
{
	struct page *p = &f->page;
	enum err e;

	if (p->company != NULL && p->company->id == company)
		return OK;
	company_unref(p->company);
	p->company = NULL;
	e = company_cache_by_id(f->conf.companies, company, &p->company);
	if (e == OK || e == E_NOTFOUND)
		return OK;
	p->company = NULL;
	return f->failures < TRIES_MAX ? e : OK;
}

/* ---- rows ---------------------------------------------------------------- */

struct telling {
	struct feed *f;
	const struct feed_row *row;
	struct webhook_telling what;
	struct listener *whose[LISTENERS_MAX];
	unsigned wants[LISTENERS_MAX]; /* bits of enum webhook_event */
	unsigned listener_count;
};

/*
 * It may have as much as it may have. It is left behind only where that moves
 * a place; see feed.h.
 */
static bool
must_stop(struct feed *f, struct listener *l)
{
	return f->place > l->back &&
	       listener_has_open(f, l, f->conf.backlog_max);
}

static enum err
add_row(struct telling *t, struct listener *l, enum webhook_event which,
    struct str payload)
{
	struct page *p = &t->f->page;

	if (!listener_is_late(l) && must_stop(t->f, l)) {
		p->full = l;
		return E_LIMIT;
	}
	p->whose[p->row_count] = l;
	p->rows[p->row_count++] = (struct outbox_row){.kind = OUTBOX_SEND,
	    .channel = str_from(channel_webhook.name),
	    .account = l->name,
	    .recipient = str_from(webhook_event_name(which)),
	    .payload = payload,
	    .conversation = t->row->conversation,
	    .seq = t->row->event.seq};
	p->bytes += payload.n;
	return OK;
}

static enum err
write_payload(
    const struct telling *t, enum webhook_event which, struct str *out)
{
	struct buf b = {0};

	webhook_write(&b, which, &t->what);
	*out = (struct str){0};
	*out = buf_take(&b, &t->f->page.arena);
	return out->p == NULL ? E_NOMEM : OK;
}

static enum err
tell_all(struct telling *t, enum webhook_event which)
{
	struct str payload = {0};
	enum err e = OK;
	unsigned i;

	for (i = 0; i < t->listener_count && e == OK; i++) {
		if ((t->wants[i] & 1u << which) == 0)
			continue;
		if (payload.p == NULL)
			e = write_payload(t, which, &payload);
		if (e == OK)
			e = add_row(t, t->whose[i], which, payload);
	}
	return e;
}

/* Who listens in this company: all but the late ones, or `only` that one. */
static enum err
find_listeners(struct telling *t, struct listener *only)
{
	const struct company *c = t->f->page.company;
	struct listener *l;
	size_t i;

	for (i = 0; i < c->webhook_count; i++) {
		l = listener_of(&t->f->listeners, c->id, c->webhooks[i].name);
		if (l == NULL)
			return E_NOMEM;
		if (only == NULL ? listener_is_late(l) : l != only)
			continue;
		if (t->listener_count == LISTENERS_MAX)
			break;
		t->whose[t->listener_count] = l;
		t->wants[t->listener_count++] = webhook_events_wanted(
		    &c->webhooks[i]);
	}
	return OK;
}

static enum err
tell(struct telling *t, struct listener *only)
{
	struct feed *f = t->f;
	struct folds *folds = only == NULL ? &f->folds : &f->late_folds;
	struct step step;
	unsigned events, i;
	enum err e = folds_step(folds, f->reader, t->row, &step);

	if (e != OK)
		return e;
	t->what.company = f->page.company;
	t->what.before = &step.before;
	t->what.after = step.after;
	t->what.cause = &t->row->event;
	events = webhook_events_of(&step.before, step.after, &t->row->event);
	if (events != 0)
		e = find_customer(f, t->row, &t->what.customer);
	for (i = 0; i < WEBHOOK_EVENTS && e == OK; i++)
		if (events & 1u << i)
			e = tell_all(t, (enum webhook_event)i);
	return e;
}

static enum err
add_rows(struct feed *f, const struct feed_row *row, struct listener *only)
{
	struct telling t = {.f = f, .row = row};
	enum err e;

	if (row->position <= f->begin)
		return OK;
	e = find_company(f, row->company);
	if (e != OK || f->page.company == NULL)
		return e;
	e = find_listeners(&t, only);
	return e == OK && t.listener_count > 0 ? tell(&t, only) : e;
}

/* ---- the page ------------------------------------------------------------ */

/* Documents are looked at anew, for they may have changed. */
static void
page_begin(struct page *p)
{
	company_unref(p->company);
	p->company = NULL;
	arena_reset(&p->arena);
	memset(p->known, 0, sizeof(p->known));
	p->bytes = 0;
	p->row_count = p->text_count = p->event_count = 0;
	p->upto = 0;
	p->full = NULL;
}

void
page_free(struct page *p)
{
	company_unref(p->company);
	arena_free(&p->arena);
}

static bool
has_room(const struct page *p)
{
	return p->row_count + TOLD_AT_ONCE * LISTENERS_MAX <= STORE_FEED_MAX &&
	       p->bytes < BYTES_MAX;
}

static enum err
add_event(struct feed *f, const struct feed_row *row, struct listener *only)
{
	enum err e = only == NULL ? add_text(&f->page, row) : OK;

	if (e == OK && (only == NULL || row->company == only->company))
		e = add_rows(f, row, only);
	if (e == OK) {
		f->page.upto = row->position;
		f->page.event_count++;
	}
	return e;
}

static enum err
read_events(struct feed *f, uint64_t after, struct listener *only)
{
	struct page *p = &f->page;
	size_t n = PAGE_EVENTS, i;
	enum err e = store_read_feed(
	    f->reader, after, &p->arena, p->events, &n);

	p->more = n == PAGE_EVENTS;
	for (i = 0; i < n && e == OK; i++) {
		if (only != NULL && p->events[i].position > f->place) {
			p->more = false;
			break;
		}
		if (!has_room(p)) {
			p->more = true;
			break;
		}
		e = add_event(f, &p->events[i], only);
	}
	return e;
}

enum err
page_read(struct feed *f, uint64_t after, struct listener *only)
{
	enum err e;

	page_begin(&f->page);
	if ((e = store_read_begin(f->reader)) != OK)
		return e;
	e = read_events(f, after, only);
	store_read_end(f->reader);
	return e;
}
