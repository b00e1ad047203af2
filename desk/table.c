/*
 * table: conversations, sellers and companies as the desk remembers them. Two
 * tables of chains by number; what is in them is freed when it leaves the
 * desk's sight, so they are as large as what people have to do.
 */
#include "desk/inner.h"

#include <stdlib.h>

static size_t
bucket(int64_t id)
{
	return (size_t)(((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15)) >> 32) %
	       BUCKETS;
}

/* ---- conversations ------------------------------------------------------- */

struct chat *
chat_find(struct desk *d, int64_t id)
{
	struct chat *c = d->chats[bucket(id)];

	while (c != NULL && c->id != id)
		c = c->next_same;
	return c;
}

struct chat *
chat_make(struct desk *d, int64_t id)
{
	struct chat *c = chat_find(d, id), **head = &d->chats[bucket(id)];

	if (c != NULL)
		return c;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->id = id;
	c->next_same = *head;
	*head = c;
	c->next = d->all;
	c->link = &d->all;
	if (d->all != NULL)
		d->all->link = &c->next;
	d->all = c;
	d->chat_count++;
	return c;
}

void
chat_forget(struct desk *d, struct chat *c)
{
	struct chat **at = &d->chats[bucket(c->id)];

	if (d->line_next == c)
		d->line_next = c->next;
	while (*at != c)
		at = &(*at)->next_same;
	*at = c->next_same;
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	d->chat_count--;
	free(c);
}

void
chat_soil(struct desk *d, struct chat *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	c->next_dirty = d->dirty;
	d->dirty = c;
}

/* ---- sellers ------------------------------------------------------------- */

struct seller *
seller_find(struct desk *d, int64_t id)
{
	struct seller *s = d->sellers[bucket(id)];

	while (s != NULL && s->id != id)
		s = s->next_same;
	return s;
}

struct seller *
seller_make(struct desk *d, int64_t id, int64_t company)
{
	struct seller *s = seller_find(d, id);

	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->id = id;
	s->company = company;
	s->next_same = d->sellers[bucket(id)];
	d->sellers[bucket(id)] = s;
	return s;
}

/* ---- companies ----------------------------------------------------------- */

/* The hours of a team; NULL: it is always there. */
static struct hours *
hours_of(struct bureau *b, const struct company_team *t)
{
	const struct company_hours *h = company_hours(b->company, t->hours);
	struct faults faults = {0};
	struct hours *out = NULL;
	struct hours_text text;

	if (h == NULL)
		return NULL;
	text = (struct hours_text){.zone = h->zone,
	    .week = h->week,
	    .week_count = h->week_count,
	    .holidays = h->holidays,
	    .holiday_count = h->holiday_count};
	if (hours_parse(&text, "hours", &faults, &b->hours, &out) != OK)
		out = NULL;
	faults_free(&faults);
	return out;
}

static struct routing_policy
policy_of(const struct company *c)
{
	const struct company_routing *r = &c->routing;
	enum routing_order order = routing_order_find(r->policy);

	return (struct routing_policy){
	    .order = order == ROUTING_ORDERS ? ROUTING_LONGEST_IDLE : order,
	    .offer_ms = c->policy.offer_ms,
	    .relax_ms = r->relax_ms,
	    .grace_ms = r->grace_ms,
	    .wrap_ms = r->wrap_ms,
	    .queue_ms = c->policy.queue_ms,
	    .priority_ms = r->priority_ms,
	    .silent_ms = r->silent_ms,
	    .sticky_ms = r->sticky_ms,
	    .wanted_ms = r->sticky_ms,
	    .silent_percent = (unsigned)r->silent_percent,
	    .ignore_max = (unsigned)r->ignore_max};
}

static void
bureau_policy(struct desk *d, struct bureau *b)
{
	struct routing_policy p = policy_of(b->company);
	struct routing_team *teams;
	struct arena old = b->hours;
	size_t i, n = b->company->team_count;

	b->hours = (struct arena){0};
	teams = arena_alloc(&d->arena, (n == 0 ? 1 : n) * sizeof(*teams));
	if (teams == NULL)
		n = 0;
	for (i = 0; i < n; i++) {
		const struct company_team *t = &b->company->teams[i];

		teams[i] = (struct routing_team){.id = team_id(t->key),
		    .overflow = team_id(t->overflow),
		    .hours = hours_of(b, t)};
	}
	p.teams = teams;
	p.team_count = n;
	if (routing_set_policy(b->routing, &p, d->wall) != OK)
		log_note(d->conf.log, LOG_WARN, "desk.policy", "company",
		    b->company->key);
	arena_free(&old);
	b->version = b->company->version;
}

void
bureau_refresh(struct desk *d, struct bureau *b)
{
	struct company *now = NULL;

	if (company_cache_by_id(d->conf.companies, b->id, &now) != OK)
		return;
	if (now->version == b->version) {
		company_unref(now);
		return;
	}
	company_unref(b->company);
	b->company = now;
	bureau_policy(d, b);
}

static struct bureau *
bureau_make(struct desk *d, int64_t company)
{
	struct bureau *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->id = company;
	if (company_cache_by_id(d->conf.companies, company, &b->company) !=
		OK ||
	    routing_new(d->conf.seed ^ (uint64_t)company, &b->routing) != OK) {
		company_unref(b->company);
		free(b);
		return NULL;
	}
	bureau_policy(d, b);
	b->next = d->bureaus;
	d->bureaus = b;
	return b;
}

struct bureau *
bureau_of(struct desk *d, int64_t company)
{
	struct bureau *b = d->bureaus;

	while (b != NULL && b->id != company)
		b = b->next;
	return b != NULL ? b : bureau_make(d, company);
}

/* ---- the end ------------------------------------------------------------- */

static void
sellers_free(struct desk *d)
{
	struct seller *s, *next;
	size_t i;

	for (i = 0; i < BUCKETS; i++) {
		for (s = d->sellers[i]; s != NULL; s = next) {
			next = s->next_same;
			free(s);
		}
		d->sellers[i] = NULL;
	}
}

void
table_free(struct desk *d)
{
	struct bureau *b;

	while (d->all != NULL)
		chat_forget(d, d->all);
	d->dirty = NULL;
	sellers_free(d);
	while ((b = d->bureaus) != NULL) {
		d->bureaus = b->next;
		routing_free(b->routing);
		arena_free(&b->hours);
		company_unref(b->company);
		free(b);
	}
}
