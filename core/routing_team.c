/*
 * routing_team: teams, and traits as bits. A team, skill or language that
 * anybody speaks of has a number, so that who may take a chat is a question of
 * a few words of bits. A number is free again when nobody speaks of it.
 */
#include "core/routing_inner.h"

#include <stdlib.h>

#define NEVER_AGAIN_MS (INT64_C(30) * 24 * 3600 * 1000)
#define SAMPLES_MAX 32u
#define LIST_FIRST 16u

/* ---- bits -------------------------------------------------------------- */

uint32_t
route_traits_next(const struct traits *t, uint32_t n)
{
	uint64_t word;

	while (n < ROUTING_TRAITS_MAX) {
		word = t->words[n / 64] >> n % 64;
		if (word != 0)
			return n + (uint32_t)__builtin_ctzll(word);
		n = (n / 64 + 1) * 64;
	}
	return NONE;
}

struct wish
route_wish(const struct traits *t)
{
	struct wish wish = {.count = 0};
	uint8_t i;

	for (i = 0; i < TRAIT_WORDS; i++)
		if (t->words[i] != 0) {
			wish.at[wish.count] = i;
			wish.words[wish.count++] = t->words[i];
		}
	return wish;
}

uint32_t
route_traits_lacks(const struct traits *all, const struct traits *some)
{
	struct traits missing;
	size_t i;

	for (i = 0; i < TRAIT_WORDS; i++)
		missing.words[i] = some->words[i] & ~all->words[i];
	return route_traits_next(&missing, 0);
}

/* ---- traits ------------------------------------------------------------ */

static enum err
trait_new(struct routing *r, enum trait_kind kind, int64_t id, uint32_t *out)
{
	bool language = kind == TRAIT_LANGUAGE;
	uint32_t n = language ? LANGUAGES_FROM : 0;
	uint32_t end = language ? ROUTING_TRAITS_MAX : LANGUAGES_FROM;
	struct idmap *map = &r->trait_of[kind];

	if (idmap_reserve(map, map->count + 1) != OK)
		return E_NOMEM;
	while (n < end && r->traits[n].refs > 0)
		n++;
	if (n == end)
		return E_LIMIT;
	r->traits[n] = (struct trait){.id = id, .kind = kind, .refs = 1};
	idmap_put(map, (uint64_t)id, n);
	*out = n;
	return OK;
}

enum err
route_trait_ref(
    struct routing *r, enum trait_kind kind, int64_t id, uint32_t *out)
{
	*out = idmap_get(&r->trait_of[kind], (uint64_t)id);
	if (*out == IDMAP_NONE)
		return trait_new(r, kind, id, out);
	r->traits[*out].refs++;
	return OK;
}

void
route_trait_unref(struct routing *r, uint32_t n)
{
	struct trait *t = &r->traits[n];

	if (--t->refs == 0)
		idmap_remove(&r->trait_of[t->kind], (uint64_t)t->id);
}

/* ---- teams ------------------------------------------------------------- */

static enum err
team_new(struct routing *r, int64_t id, uint32_t *out)
{
	uint32_t trait = NONE;
	struct team *t;
	enum err e;

	if (idmap_reserve(&r->team_of, r->team_of.count + 1) != OK ||
	    route_reserve(r) != OK)
		return E_NOMEM;
	if (id != 0 && (e = route_trait_ref(r, TRAIT_TEAM, id, &trait)) != OK)
		return e;
	*out = slab_take(&r->teams);
	if (*out == NONE) {
		if (trait != NONE)
			route_trait_unref(r, trait);
		return E_NOMEM;
	}
	t = team_at(r, *out);
	*t = (struct team){.id = id,
	    .trait = trait,
	    .open = true,
	    .timer = NEVER,
	    .groups = NONE};
	if (trait != NONE)
		r->traits[trait].team = *out;
	idmap_put(&r->team_of, (uint64_t)id, *out);
	return OK;
}

enum err
route_team_ref(struct routing *r, int64_t id, uint32_t *out)
{
	enum err e = OK;

	*out = idmap_get(&r->team_of, (uint64_t)id);
	if (*out == IDMAP_NONE)
		e = team_new(r, id, out);
	if (e == OK)
		team_at(r, *out)->refs++;
	return e;
}

void
route_team_unref(struct routing *r, uint32_t n)
{
	struct team *t = team_at(r, n);

	if (--t->refs > 0)
		return;
	route_timer_set(
	    r, (struct timer_entry){TIMER_OF_TEAM, n}, &t->timer, NEVER);
	idmap_remove(&r->team_of, (uint64_t)t->id);
	free(t->members.slots);
	t->members = (struct list){0};
	if (t->trait != NONE)
		route_trait_unref(r, t->trait);
	slab_give(&r->teams, n);
}

/* A team's reference holds that of its trait. */
static enum err
ref_one(struct routing *r, enum trait_kind kind, int64_t id, uint32_t *out)
{
	enum err e;

	if (kind != TRAIT_TEAM)
		return route_trait_ref(r, kind, id, out);
	e = route_team_ref(r, id, out);
	if (e == OK)
		*out = team_at(r, *out)->trait;
	return e;
}

static void
unref_one(struct routing *r, uint32_t n)
{
	if (r->traits[n].kind == TRAIT_TEAM)
		route_team_unref(r, r->traits[n].team);
	else
		route_trait_unref(r, n);
}

enum err
route_traits_ref(struct routing *r, enum trait_kind kind,
    const struct routing_ids *ids, struct traits *out)
{
	uint32_t n;
	size_t i;
	enum err e = OK;

	for (i = 0; i < ids->n; i++) {
		if (kind == TRAIT_TEAM && ids->ids[i] == 0)
			continue; /* everybody is in it */
		if ((e = ref_one(r, kind, ids->ids[i], &n)) != OK)
			break;
		if (traits_has(out, n))
			unref_one(r, n);
		traits_set(out, n);
	}
	return e;
}

void
route_traits_unref(struct routing *r, const struct traits *t)
{
	uint32_t n;

	for (n = route_traits_next(t, 0); n != NONE;
	     n = route_traits_next(t, n + 1))
		unref_one(r, n);
}

/* ---- members ----------------------------------------------------------- */

enum err
route_list_reserve(struct list *l, uint32_t n)
{
	uint32_t cap = l->cap == 0 ? LIST_FIRST : l->cap;
	uint32_t *slots;

	if (n <= l->cap)
		return OK;
	while (cap < n)
		cap *= 2;
	slots = realloc(l->slots, cap * sizeof(*slots));
	if (slots == NULL)
		return E_NOMEM;
	l->slots = slots;
	l->cap = cap;
	return OK;
}

void
route_list_remove(struct list *l, uint32_t slot)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (l->slots[i] == slot) {
			l->slots[i] = l->slots[--l->n];
			return;
		}
}

enum err
route_members_reserve(struct routing *r, const struct traits *owned)
{
	struct list *all = &team_at(r, TEAM_ALL)->members, *l;
	enum err e = route_list_reserve(all, all->n + 1);
	uint32_t i;

	for (i = route_traits_next(owned, 0); e == OK && i < LANGUAGES_FROM;
	     i = route_traits_next(owned, i + 1)) {
		if (r->traits[i].kind != TRAIT_TEAM)
			continue;
		l = &team_at(r, r->traits[i].team)->members;
		e = route_list_reserve(l, l->n + 1);
	}
	return e;
}

/* ---- open or shut ------------------------------------------------------ */

void
route_team_refresh(struct routing *r, uint32_t n, int64_t now)
{
	struct team *t = team_at(r, n);
	int64_t next = hours_next_change(t->hours, now);
	bool open = hours_open(t->hours, now);

	if (t->hours == NULL)
		next = NEVER;
	else if (next == 0)
		next = now + NEVER_AGAIN_MS;
	route_timer_set(
	    r, (struct timer_entry){TIMER_OF_TEAM, n}, &t->timer, next);
	if (open == t->open)
		return;
	t->open = open;
	route_needs_of_team(r, n, now);
}

/* The last few count most. */
void
route_team_learn(struct team *t, int64_t handling_ms)
{
	if (handling_ms < 0)
		return;
	if (t->samples < SAMPLES_MAX)
		t->samples++;
	t->mean_ms += (handling_ms - t->mean_ms) / (int64_t)t->samples;
}
