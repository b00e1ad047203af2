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

static void
bureau_policy(struct desk *d, struct bureau *b)
{
	struct routing_policy p;
	struct arena old = b->hours;
	enum err e;

	b->hours = (struct arena){0};
	e = company_routing_policy(b->company, &b->hours, &p);
	if (e == OK)
		e = routing_set_policy(b->routing, &p, d->wall);
	if (e == OK) {
		arena_free(&old);
		b->version = b->company->version;
		return;
	}
	/* The old policy, and the hours it looks at, go on. */
	log_note(
	    d->conf.log, LOG_WARN, "desk.policy", "company", b->company->key);
	arena_free(&b->hours);
	b->hours = old;
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
