/*
 * routing_fact: facts about sellers and chats. What a fact needs is taken
 * first, all of it; only then is anything changed, so that a fact that fails
 * leaves everything as it was. What follows from it is for routing_seller.c
 * and routing_chat.c; here is what only the step from one fact to the next
 * shows: that a chat ended, or that somebody let an offer run out.
 */
#include "core/routing_inner.h"

#include <stdlib.h>

#define TIME_MAX (INT64_C(1) << 56) /* so that sums of times are sums */
#define CAPACITY_MAX 1000000u
#define WEIGHT_MAX 10000u

/* ---- sellers ----------------------------------------------------------- */

static bool
is_time(int64_t t)
{
	return t > -TIME_MAX && t < TIME_MAX;
}

static bool
is_list(const struct routing_ids *ids)
{
	return ids->n <= ROUTING_LIST_MAX;
}

static bool
seller_is_good(const struct routing_seller *s)
{
	return s->id > 0 && is_list(&s->teams) && is_list(&s->skills) &&
	       is_list(&s->languages) && is_time(s->offline_at) &&
	       is_time(s->idle_since) && s->capacity <= CAPACITY_MAX;
}

static enum err
ref_owned(
    struct routing *r, const struct routing_seller *s, struct traits *owned)
{
	enum err e;

	*owned = (struct traits){{0}};
	e = route_traits_ref(r, TRAIT_TEAM, &s->teams, owned);
	if (e == OK)
		e = route_traits_ref(r, TRAIT_SKILL, &s->skills, owned);
	if (e == OK)
		e = route_traits_ref(r, TRAIT_LANGUAGE, &s->languages, owned);
	if (e == OK)
		e = route_members_reserve(r, owned);
	if (e != OK)
		route_traits_unref(r, owned);
	return e;
}

/* Who names no language is asked for any. */
static struct traits
effective(const struct traits *owned)
{
	struct traits t = *owned;
	uint32_t i;

	if (route_traits_next(owned, LANGUAGES_FROM) == NONE)
		for (i = LANGUAGES_FROM / 64; i < TRAIT_WORDS; i++)
			t.words[i] = UINT64_MAX;
	return t;
}

/* Takes over the references in `owned`. */
static void
seller_apply(struct routing *r, uint32_t n, const struct routing_seller *fact,
    const struct traits *owned, int64_t now)
{
	struct seller *s = seller_at(r, n);
	const struct traits old = s->owned, traits = effective(owned);
	bool is_new = s->mark == 0;
	bool changed = is_new || s->capacity != fact->capacity ||
		       memcmp(&old, owned, sizeof(old)) != 0;

	s->mark = r->mark;
	s->online = fact->online;
	s->away = fact->away;
	s->offline_at = fact->offline_at;
	if (fact->away)
		s->away_lost_at = 0;
	if (changed)
		route_seller_change(r, n, owned, &traits, fact->capacity);
	route_traits_unref(r, &old);
	if (!is_new && fact->idle_since > s->idle_since)
		s->idle_since = fact->idle_since;
	route_seller_refresh(r, n, now);
	if (is_new && fact->idle_since != 0)
		s->idle_since = fact->idle_since;
	route_seller_update(r, n);
	if (!changed)
		return;
	route_needs_look(r, n, now);
	route_seller_revisit(r, n, now);
}

enum err
routing_put_seller(
    struct routing *r, const struct routing_seller *fact, int64_t now)
{
	struct traits owned;
	uint32_t n;
	enum err e;

	if (!seller_is_good(fact))
		return E_BADINPUT;
	e = route_seller_ref(r, fact->id, &n);
	if (e != OK)
		return e;
	e = ref_owned(r, fact, &owned);
	if (e == OK && (e = route_seller_sit(r, n)) != OK)
		route_traits_unref(r, &owned);
	if (e == OK)
		seller_apply(r, n, fact, &owned, now);
	route_seller_unref(r, n);
	return e;
}

void
routing_seller_gone(struct routing *r, int64_t id, int64_t now)
{
	uint32_t n = idmap_get(&r->seller_of, (uint64_t)id);

	if (n != IDMAP_NONE)
		route_seller_rise(r, n, now);
}

/* ---- chats: taking ----------------------------------------------------- */

/* What a fact holds references to. */
struct grip {
	uint32_t need, seller, tied[TIES];
	struct routing_not *nots;
};

static const struct grip no_grip = {NONE, NONE, {NONE, NONE}, NULL};

static void
release(struct routing *r, const struct grip *g)
{
	enum tie tie;

	route_need_unref(r, g->need);
	route_seller_unref(r, g->seller);
	for (tie = 0; tie < TIES; tie++)
		route_seller_unref(r, g->tied[tie]);
	free(g->nots);
}

static enum err
grip_seller(struct routing *r, int64_t id, uint32_t *out)
{
	enum err e;

	if (id == 0)
		return OK;
	e = route_seller_ref(r, id, out);
	if (e != OK)
		*out = NONE;
	return e;
}

static enum err
grip_nots(const struct routing_chat *c, struct routing_not **out)
{
	size_t size = c->not_count * sizeof(**out);

	if (c->not_count == 0)
		return OK;
	*out = malloc(size);
	if (*out == NULL)
		return E_NOMEM;
	memcpy(*out, c->nots, size);
	return OK;
}

static enum err
grip(struct routing *r, const struct routing_chat *c, struct grip *out)
{
	bool asks = c->place != ROUTING_HELD;
	enum err e = route_need_ref(r, c, &out->need);

	if (e == OK && c->place != ROUTING_WAITS)
		e = grip_seller(r, c->seller, &out->seller);
	if (e == OK && asks)
		e = grip_seller(r, c->wanted, &out->tied[TIE_WANTED]);
	if (e == OK && asks)
		e = grip_seller(r, c->last, &out->tied[TIE_LAST]);
	if (e == OK && asks)
		e = grip_nots(c, &out->nots);
	return e;
}

static bool
chat_is_good(const struct routing_chat *c)
{
	bool asks = c->place == ROUTING_WAITS || c->place == ROUTING_OFFERED;

	if (c->id <= 0 || (unsigned)c->place >= ROUTING_PLACES ||
	    c->weight > WEIGHT_MAX)
		return false;
	if (c->place != ROUTING_WAITS && c->place != ROUTING_GONE &&
	    c->seller <= 0)
		return false;
	return !asks || (is_list(&c->required) && is_list(&c->preferred) &&
			    c->not_count <= ROUTING_LIST_MAX);
}

static bool
times_are_good(const struct routing_chat *c)
{
	const int64_t times[] = {c->until, c->held_at, c->spoke_at, c->ended_at,
	    c->since, c->team_since, c->sla_ms};
	size_t i;

	for (i = 0; i < ARRAY_LEN(times); i++)
		if (!is_time(times[i]))
			return false;
	return true;
}

/* ---- chats: what a step from fact to fact shows ------------------------ */

static bool
is_of(const struct chat *c, enum routing_place place, uint32_t seller)
{
	return c->place == place && c->seller == seller;
}

/* `old` was held and is not held by that seller any more. */
static void
learn_end(struct routing *r, const struct chat *old,
    const struct routing_chat *fact, int64_t now)
{
	const struct need *need = need_at(r, old->need);
	int64_t end = fact->place == ROUTING_GONE ? fact->ended_at : now;

	route_team_learn(team_at(r, need->team), end - old->held_at);
	if (fact->place == ROUTING_GONE && fact->wrap)
		route_seller_wrap(r, old->seller,
		    (struct wrap){end + r->policy.wrap_ms, need->weight}, now);
}

/* It was offered to that seller and is neither offered nor held there now. */
static void
learn_refusal(struct routing *r, const struct chat *old, uint32_t seller,
    const struct routing_chat *fact)
{
	const int64_t id = seller_at(r, seller)->id;
	size_t i;

	if (fact->place == ROUTING_GONE)
		return;
	for (i = fact->not_count; i > 0; i--)
		if (fact->nots[i - 1].seller == id)
			break;
	if (i == 0)
		return;
	/* What was decided here is counted already. */
	if (!fact->nots[i - 1].ignored)
		route_seller_ignored(r, seller, false);
	else if (!old->ran_out)
		route_seller_ignored(r, seller, true);
}

static void
learn(struct routing *r, const struct chat *old,
    const struct routing_chat *fact, int64_t now)
{
	uint32_t to = old->pending == ROUTING_OFFER   ? old->to
		      : old->place == ROUTING_OFFERED ? old->seller
						      : NONE;
	bool same;

	if (old->place == ROUTING_HELD) {
		same = fact->place == ROUTING_HELD &&
		       fact->seller == seller_at(r, old->seller)->id;
		if (!same)
			learn_end(r, old, fact, now);
	}
	if (to == NONE)
		return;
	same = (fact->place == ROUTING_OFFERED ||
		   fact->place == ROUTING_HELD) &&
	       fact->seller == seller_at(r, to)->id;
	if (!same)
		learn_refusal(r, old, to, fact);
}

/* Taking a chat shows that somebody is there. */
static void
learn_hold(struct routing *r, const struct chat *old, const struct chat *c)
{
	struct seller *s;

	if (c->place != ROUTING_HELD || is_of(old, ROUTING_HELD, c->seller))
		return;
	s = seller_at(r, c->seller);
	if (!s->known)
		return;
	route_seller_ignored(r, c->seller, false);
	if (c->held_at > s->idle_since)
		s->idle_since = c->held_at;
}

/* ---- chats: changing --------------------------------------------------- */

static struct grip
grip_of(const struct chat *c)
{
	return (struct grip){c->need, c->seller,
	    {c->tied[TIE_WANTED], c->tied[TIE_LAST]}, c->nots};
}

static int64_t
or_else(int64_t value, int64_t other)
{
	return value != 0 ? value : other;
}

/* Of the decision and its refusals only what a new place does not end. */
static void
chat_apply(struct routing *r, struct chat *c, const struct routing_chat *fact,
    const struct grip *g)
{
	bool held_on = fact->place == ROUTING_HELD &&
		       is_of(c, ROUTING_HELD, g->seller);
	int64_t team_since = or_else(fact->team_since, fact->since);

	if (c->place != fact->place || c->team_since != team_since ||
	    (c->need != NONE &&
		need_at(r, c->need)->team != need_at(r, g->need)->team))
		c->stays = 0;
	if (c->stays == 0)
		c->stays_until = INT64_MIN;
	if (fact->seq > c->seq) {
		c->quiet_until = INT64_MIN;
		c->ran_out = false;
	}
	c->seq = fact->seq;
	c->place = fact->place;
	c->need = g->need;
	c->seller = g->seller;
	memcpy(c->tied, g->tied, sizeof(c->tied));
	c->nots = g->nots;
	c->not_count = g->nots == NULL ? 0 : fact->not_count;
	c->until = fact->until;
	if (!held_on)
		c->held_at = fact->held_at;
	c->spoke_at = fact->spoke_at;
	c->since = fact->since;
	c->team_since = team_since;
	c->sla_ms = fact->sla_ms;
	c->priority = fact->priority;
	c->front = fact->front;
	c->given = fact->given && fact->front && c->tied[TIE_LAST] != NONE;
	c->pending = ROUTING_NONE;
	c->rank = route_chat_rank(r, c);
}

static void
replace(struct routing *r, uint32_t n, const struct routing_chat *fact,
    const struct grip *g, int64_t now)
{
	struct chat *c = chat_at(r, n);
	const struct chat old = *c;
	const struct grip old_grip = grip_of(c);

	route_chat_leave(r, n);
	route_chat_unlink(r, n);
	if (old.need != NONE)
		learn(r, &old, fact, now);
	chat_apply(r, c, fact, g);
	learn_hold(r, &old, c);
	route_chat_link(r, n);
	route_chat_enter(r, n, now);
	release(r, &old_grip);
}

static uint32_t
chat_new(struct routing *r, int64_t id)
{
	uint32_t n;
	struct chat *c;

	if (idmap_reserve(&r->chat_of, r->chat_of.count + 1) != OK ||
	    route_reserve(r) != OK)
		return NONE;
	n = slab_take(&r->chats);
	if (n == NONE)
		return NONE;
	c = chat_at(r, n);
	*c = (struct chat){.id = id,
	    .live = true,
	    .place = ROUTING_GONE,
	    .counted = ROUTING_GONE,
	    .need = NONE,
	    .seller = NONE,
	    .to = NONE,
	    .tied = {NONE, NONE},
	    .group = NONE,
	    .room_of = NONE,
	    .timer = NEVER};
	r->tally[ROUTING_GONE]++;
	idmap_put(&r->chat_of, (uint64_t)id, n);
	return n;
}

static void
forget(struct routing *r, uint32_t n)
{
	struct chat *c = chat_at(r, n);
	const struct grip g = grip_of(c);

	route_chat_leave(r, n);
	route_chat_unlink(r, n);
	release(r, &g);
	route_seller_unref(r, c->to);
	r->tally[ROUTING_GONE]--;
	idmap_remove(&r->chat_of, (uint64_t)c->id);
	c->live = false;
	slab_give(&r->chats, n);
}

static void
chat_gone(
    struct routing *r, uint32_t n, const struct routing_chat *fact, int64_t now)
{
	const struct chat old = *chat_at(r, n);

	route_chat_leave(r, n);
	learn(r, &old, fact, now);
	forget(r, n);
}

enum err
routing_put_chat(
    struct routing *r, const struct routing_chat *fact, int64_t now)
{
	uint32_t n = idmap_get(&r->chat_of, (uint64_t)fact->id);
	struct grip g = no_grip;
	struct chat *c = n == IDMAP_NONE ? NULL : chat_at(r, n);
	enum err e;

	if (!chat_is_good(fact) || !times_are_good(fact))
		return E_BADINPUT;
	if (c != NULL) {
		c->mark = r->mark;
		if (now >= c->lost_at)
			c->pending = ROUTING_NONE;
		if (fact->seq < c->seq ||
		    (c->pending != ROUTING_NONE && fact->seq == c->seq))
			return OK;
		if (fact->place == ROUTING_GONE)
			chat_gone(r, n, fact, now);
	}
	if (fact->place == ROUTING_GONE)
		return OK;
	if (c == NULL && r->chats.count == ROUTING_CHATS_MAX)
		return E_LIMIT;
	e = grip(r, fact, &g);
	if (e == OK && c == NULL && (n = chat_new(r, fact->id)) == NONE)
		e = E_NOMEM;
	if (e == OK)
		replace(r, n, fact, &g, now);
	else
		release(r, &g);
	if (e == OK)
		chat_at(r, n)->mark = r->mark;
	return e;
}

/* ---- all of them ------------------------------------------------------- */

void
routing_reread_begin(struct routing *r)
{
	r->mark++;
}

void
routing_reread_end(struct routing *r, int64_t now)
{
	uint32_t n;

	for (n = 0; n < r->chats.made; n++)
		if (chat_at(r, n)->live && chat_at(r, n)->mark != r->mark)
			forget(r, n);
	for (n = 0; n < r->sellers.made; n++)
		if (seller_at(r, n)->known && seller_at(r, n)->mark != r->mark)
			route_seller_rise(r, n, now);
}
