/*
 * routing: a company's routing as a whole: made, freed, its policy changed,
 * and the memory that all of it needs, reserved ahead. What it does stands in
 * the other files; routing_inner.h says which.
 */
#include "core/routing_inner.h"

#include <stdlib.h>

#define OFFER_MS 30000
/* So that places in line are sums without overflow: about ten years. */
#define FIGURE_MAX (INT64_C(1) << 38)

#define SETS (WORKS + 2u) /* in `pool`: those in struct routing */

enum err
route_reserve(struct routing *r)
{
	uint32_t chats = r->chats.count + 1;
	uint32_t others = r->sellers.count + r->teams.count + 2;

	/* In `pool`: what is to be done about a chat, and its group. */
	if (sorted_reserve(&r->line_pool, chats, r->teams.count + 2) != OK ||
	    sorted_reserve(&r->group_pool, chats, chats) != OK ||
	    sorted_reserve(&r->timer_pool, chats + others, 1) != OK ||
	    sorted_reserve(&r->pool, 2 * chats + others, SETS) != OK ||
	    slab_reserve(&r->groups, chats) != OK)
		return E_NOMEM;
	return idmap_reserve(&r->group_of, chats);
}

enum err
routing_new(uint64_t seed, struct routing **out)
{
	struct routing *r = calloc(1, sizeof(*r));
	uint32_t all;

	if (r == NULL)
		return E_NOMEM;
	r->seed = seed;
	r->mark = 1;
	r->policy.offer_ms = OFFER_MS;
	r->teams.size = sizeof(struct team);
	r->needs.size = sizeof(struct need);
	r->groups.size = sizeof(struct group);
	r->sellers.size = sizeof(struct seller);
	r->chats.size = sizeof(struct chat);
	if (route_reserve(r) != OK || route_team_ref(r, 0, &all) != OK) {
		routing_free(r);
		return E_NOMEM;
	}
	*out = r;
	return OK;
}

void
routing_free(struct routing *r)
{
	uint32_t n;
	enum trait_kind kind;

	if (r == NULL)
		return;
	for (n = 0; n < r->chats.made; n++)
		if (chat_at(r, n)->live)
			free(chat_at(r, n)->nots);
	for (n = 0; n < r->sellers.made; n++)
		if (seller_at(r, n)->known)
			free(seller_at(r, n)->wraps);
	for (n = 0; n < r->teams.made; n++)
		if (team_at(r, n)->refs > 0)
			free(team_at(r, n)->members.slots);
	sorted_free(&r->line_pool);
	sorted_free(&r->group_pool);
	sorted_free(&r->timer_pool);
	sorted_free(&r->pool);
	slab_free(&r->teams);
	slab_free(&r->needs);
	slab_free(&r->groups);
	slab_free(&r->sellers);
	slab_free(&r->chats);
	idmap_free(&r->team_of);
	for (kind = 0; kind < TRAIT_KINDS; kind++)
		idmap_free(&r->trait_of[kind]);
	idmap_free(&r->need_of);
	idmap_free(&r->group_of);
	idmap_free(&r->seller_of);
	idmap_free(&r->chat_of);
	free(r->free.slots);
	free(r->gained.slots);
	free(r);
}

/* ---- the policy -------------------------------------------------------- */

static bool
figures_are_good(const struct routing_policy *p)
{
	const int64_t figures[] = {p->offer_ms, p->relax_ms, p->grace_ms,
	    p->wrap_ms, p->queue_ms, p->priority_ms, p->sla_ms, p->silent_ms,
	    p->sticky_ms, p->wanted_ms};
	size_t i;

	for (i = 0; i < ARRAY_LEN(figures); i++)
		if (figures[i] < 0 || figures[i] > FIGURE_MAX)
			return false;
	return p->offer_ms >= 1 && p->silent_percent <= 100 &&
	       (unsigned)p->order < ROUTING_ORDERS;
}

static const struct routing_team *
find_team(const struct routing_policy *p, int64_t id)
{
	size_t i;

	for (i = 0; i < p->team_count; i++)
		if (p->teams[i].id == id)
			return &p->teams[i];
	return NULL;
}

/* Each team once, and every chain of overflows has an end. */
static bool
teams_are_good(const struct routing_policy *p)
{
	const struct routing_team *t;
	size_t i, steps;

	for (i = 0; i < p->team_count; i++) {
		if (p->teams[i].id == 0 ||
		    find_team(p, p->teams[i].id) != &p->teams[i])
			return false;
		t = &p->teams[i];
		for (steps = 0; t != NULL && steps <= p->team_count; steps++)
			t = find_team(p, t->overflow);
		if (t != NULL)
			return false;
	}
	return true;
}

static enum err
ref_teams(struct routing *r, const struct routing_policy *p, uint32_t *slots)
{
	enum err e = OK;
	size_t i;

	for (i = 0; i < p->team_count; i++) {
		e = route_team_ref(r, p->teams[i].id, &slots[i]);
		if (e != OK)
			break;
	}
	while (e != OK && i > 0)
		route_team_unref(r, slots[--i]);
	return e;
}

/* Each chat out of every place, or back; their places may be others then. */
static void
all_leave(struct routing *r)
{
	uint32_t n;

	for (n = 0; n < r->chats.made; n++)
		if (chat_at(r, n)->live)
			route_chat_leave(r, n);
}

static void
all_enter(struct routing *r, int64_t now)
{
	uint32_t n;

	for (n = 0; n < r->sellers.made; n++)
		if (seller_at(r, n)->known)
			route_seller_refresh(r, n, now);
	for (n = 0; n < r->chats.made; n++)
		if (chat_at(r, n)->live) {
			/* It may have come back along with its seller. */
			route_chat_leave(r, n);
			chat_at(r, n)->rank = route_chat_rank(r, chat_at(r, n));
			route_chat_enter(r, n, now);
		}
}

static void
forget_teams(struct routing *r, int64_t now)
{
	uint32_t n;

	for (n = 0; n < r->teams.made; n++) {
		struct team *t = team_at(r, n);

		if (!t->named)
			continue;
		t->named = false;
		t->overflow = 0;
		t->hours = NULL;
		route_team_refresh(r, n, now);
		route_team_unref(r, n);
	}
}

enum err
routing_set_policy(
    struct routing *r, const struct routing_policy *policy, int64_t now)
{
	uint32_t slots[ROUTING_TRAITS_MAX];
	size_t i;
	enum err e;

	if (policy->team_count > ROUTING_TRAITS_MAX)
		return E_LIMIT;
	if (!figures_are_good(policy) || !teams_are_good(policy))
		return E_BADINPUT;
	e = ref_teams(r, policy, slots);
	if (e != OK)
		return e;
	all_leave(r);
	forget_teams(r, now);
	r->policy = *policy;
	r->policy.teams = NULL;
	for (i = 0; i < policy->team_count; i++) {
		struct team *t = team_at(r, slots[i]);

		t->named = true;
		t->overflow = policy->teams[i].overflow;
		t->hours = policy->teams[i].hours;
		route_team_refresh(r, slots[i], now);
	}
	all_enter(r, now);
	return OK;
}
