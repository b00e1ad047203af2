/*
 * routing_need: what a chat asks of a seller. Thousands of chats ask for the
 * same, so it is kept once, found by a hash of it, and counted. For as long as
 * any of them wait it is also known whether anybody is there who has what it
 * takes: one such seller is remembered, and only when that one goes another is
 * looked for.
 */
#include "core/routing_inner.h"

#define WHOLE 100u

static uint64_t
stir(uint64_t hash, uint64_t value)
{
	return idmap_mix(hash ^ value) + UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t
hash_of(const struct need *n)
{
	uint64_t hash = stir(n->team, (uint64_t)n->language << 32 | n->weight);
	size_t i;

	for (i = 0; i < TRAIT_WORDS; i++) {
		hash = stir(hash, n->required.words[i]);
		hash = stir(hash, n->preferred.words[i]);
	}
	return hash;
}

static bool
is_same(const struct need *a, const struct need *b)
{
	return a->team == b->team && a->language == b->language &&
	       a->weight == b->weight &&
	       memcmp(&a->required, &b->required, sizeof(a->required)) == 0 &&
	       memcmp(&a->preferred, &b->preferred, sizeof(a->preferred)) == 0;
}

static void
release(struct routing *r, const struct need *n)
{
	if (n->team != NONE)
		route_team_unref(r, n->team);
	route_traits_unref(r, &n->required);
	route_traits_unref(r, &n->preferred);
}

/* A skill that is required need not be preferred. */
static void
without_required(struct routing *r, struct need *n)
{
	struct traits both;
	size_t i;

	for (i = 0; i < TRAIT_WORDS; i++) {
		both.words[i] = n->required.words[i] & n->preferred.words[i];
		n->preferred.words[i] &= ~both.words[i];
	}
	route_traits_unref(r, &both);
}

/* Only where it waits does it matter who could take it. */
static enum err
read_fact(struct routing *r, const struct routing_chat *c, struct need *n)
{
	const struct routing_ids language = {&c->language, c->language != 0};
	enum err e;

	*n = (struct need){.team = NONE,
	    .language = NONE,
	    .weight = c->weight == 0 ? WHOLE : c->weight};
	e = route_team_ref(r, c->team, &n->team);
	if (e != OK)
		n->team = NONE;
	if (c->place == ROUTING_HELD || e != OK)
		return e;
	/* Its reference is that among what is preferred. */
	e = route_traits_ref(r, TRAIT_LANGUAGE, &language, &n->preferred);
	n->language = route_traits_next(&n->preferred, 0);
	if (e == OK)
		e = route_traits_ref(
		    r, TRAIT_SKILL, &c->required, &n->required);
	if (e == OK)
		e = route_traits_ref(
		    r, TRAIT_SKILL, &c->preferred, &n->preferred);
	if (e == OK)
		without_required(r, n);
	return e;
}

static void
complete(struct routing *r, struct need *n)
{
	uint32_t trait = team_at(r, n->team)->trait;

	n->must = n->required;
	n->waiting = n->witness = NONE;
	if (trait != NONE)
		traits_set(&n->must, trait);
	n->preferred_count = traits_count(&n->preferred, &n->preferred);
	n->hash = hash_of(n);
}

static enum err
need_new(struct routing *r, const struct need *fresh, uint32_t *out)
{
	if (idmap_reserve(&r->need_of, r->need_of.count + 1) != OK)
		return E_NOMEM;
	*out = slab_take(&r->needs);
	if (*out == NONE)
		return E_NOMEM;
	*need_at(r, *out) = *fresh;
	need_at(r, *out)->refs = 1;
	idmap_put(&r->need_of, fresh->hash, *out);
	return OK;
}

enum err
route_need_ref(struct routing *r, const struct routing_chat *c, uint32_t *out)
{
	struct need fresh;
	enum err e = read_fact(r, c, &fresh);

	if (e != OK)
		goto fail;
	complete(r, &fresh);
	while ((*out = idmap_get(&r->need_of, fresh.hash)) != IDMAP_NONE) {
		struct need *known = need_at(r, *out);

		if (is_same(known, &fresh)) {
			known->refs++;
			release(r, &fresh);
			return OK;
		}
		fresh.hash = idmap_mix(fresh.hash + 1);
	}
	e = need_new(r, &fresh, out);
	if (e == OK)
		return OK;
fail:
	release(r, &fresh);
	*out = NONE;
	return e;
}

void
route_need_unref(struct routing *r, uint32_t n)
{
	struct need *need;

	if (n == NONE)
		return;
	need = need_at(r, n);
	if (--need->refs > 0)
		return;
	idmap_remove(&r->need_of, need->hash);
	release(r, need);
	slab_give(&r->needs, n);
}

/* ---- who is there ------------------------------------------------------ */

/*
 * Could they take one that must have all that? Those who are offered none, for
 * they have no room for any, may still pull it from the list.
 */
static bool
could(const struct seller *s, const struct traits *must)
{
	return s->present && traits_cover(&s->traits, must);
}

static uint32_t
find_staff(
    const struct routing *r, const struct team *t, const struct traits *must)
{
	uint32_t i;

	for (i = 0; i < t->members.n; i++)
		if (could(seller_at(r, t->members.slots[i]), must))
			return t->members.slots[i];
	return NONE;
}

static uint32_t
find_witness(const struct routing *r, const struct need *n)
{
	return find_staff(r, team_at(r, n->team), &n->must);
}

bool
route_need_is_shut(const struct routing *r, const struct need *n)
{
	return !team_at(r, n->team)->open || n->witness == NONE;
}

uint64_t
route_need_capacity(const struct routing *r, struct need *n)
{
	const struct list *l = &team_at(r, n->team)->members;
	uint32_t i;

	if (n->capacity_of == r->staff)
		return n->capacity;
	n->capacity_of = r->staff;
	n->capacity = 0;
	for (i = 0; i < l->n; i++) {
		const struct seller *s = seller_at(r, l->slots[i]);

		if (s->duty && s->capacity >= n->weight && could(s, &n->must))
			n->capacity += s->capacity;
	}
	return n->capacity;
}

uint32_t
route_need_exit(const struct routing *r, const struct need *n)
{
	const struct team *t = team_at(r, n->team);
	struct traits must;
	uint32_t to;

	/* Policies with a circle are refused, so this ends. */
	while (t->overflow != 0) {
		to = idmap_get(&r->team_of, (uint64_t)t->overflow);
		if (to == IDMAP_NONE)
			break;
		t = team_at(r, to);
		must = n->required;
		if (t->trait != NONE)
			traits_set(&must, t->trait);
		if (t->open && find_staff(r, t, &must) != NONE)
			return to;
	}
	return NONE;
}

/* ---- who waits --------------------------------------------------------- */

void
route_need_enter(struct routing *r, uint32_t chat)
{
	struct chat *c = chat_at(r, chat);
	struct need *n = need_at(r, c->need);

	if (n->waiting == NONE)
		n->witness = find_witness(r, n);
	else
		chat_at(r, n->waiting)->prev = chat;
	c->prev = NONE;
	c->next = n->waiting;
	n->waiting = chat;
}

void
route_need_leave(struct routing *r, uint32_t chat)
{
	const struct chat *c = chat_at(r, chat);

	if (c->prev != NONE)
		chat_at(r, c->prev)->next = c->next;
	else
		need_at(r, c->need)->waiting = c->next;
	if (c->next != NONE)
		chat_at(r, c->next)->prev = c->prev;
}

/* Each leaves the list and comes back at its head, so this ends. */
static void
revisit(struct routing *r, uint32_t chat, int64_t now)
{
	uint32_t next;

	for (; chat != NONE; chat = next) {
		next = chat_at(r, chat)->next;
		route_chat_revisit(r, chat, now);
	}
}

static bool
is_waited_for(const struct need *n)
{
	return n->refs > 0 && n->waiting != NONE;
}

static void
look(struct routing *r, struct need *n, uint32_t seller, int64_t now)
{
	bool was_shut = n->witness == NONE;
	bool can = could(seller_at(r, seller), &n->must);

	if (was_shut ? !can : n->witness != seller || can)
		return;
	n->witness = can ? seller : find_witness(r, n);
	if (was_shut != (n->witness == NONE))
		revisit(r, n->waiting, now);
}

void
route_needs_look(struct routing *r, uint32_t seller, int64_t now)
{
	uint32_t i;

	r->staff++;
	for (i = 0; i < r->needs.made; i++)
		if (is_waited_for(need_at(r, i)))
			look(r, need_at(r, i), seller, now);
}

void
route_needs_of_team(struct routing *r, uint32_t team, int64_t now)
{
	uint32_t i;

	for (i = 0; i < r->needs.made; i++) {
		const struct need *n = need_at(r, i);

		if (is_waited_for(n) && n->team == team)
			revisit(r, n->waiting, now);
	}
}
