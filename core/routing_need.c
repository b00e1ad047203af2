/*
 * routing_need: what a chat asks of a seller. Thousands of chats ask for the
 * same, so it is kept once, found by a hash of it, and counted.
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
