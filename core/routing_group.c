/*
 * routing_group: waiting chats by who may take them. All chats of a group are
 * alike to every seller, so only the first of each needs to be looked at, and
 * a group without a taker stays without one until a seller gains something.
 */
#include "core/routing_inner.h"

/* ---- what holds for a chat now ----------------------------------------- */

const struct routing_not *
route_chat_not(const struct chat *c, int64_t seller)
{
	size_t i;

	for (i = c->not_count; i-- > 0;) /* the newest counts */
		if (c->nots[i].seller == seller)
			return &c->nots[i];
	return NULL;
}

/* How long a seller had it is no waiting. */
int64_t
route_chat_relaxes_at(const struct routing *r, const struct chat *c)
{
	return (c->front ? c->team_since : c->since) + r->policy.relax_ms;
}

bool
route_chat_relaxed(const struct routing *r, const struct chat *c, int64_t now)
{
	return now >= route_chat_relaxes_at(r, c);
}

bool
route_chat_declined(const struct chat *c, const struct seller *s)
{
	const struct routing_not *against;

	if (c->not_count == 0)
		return false;
	against = route_chat_not(c, s->id);
	return against != NULL && !against->ignored;
}

bool
route_chat_refuses(
    const struct routing *r, const struct chat *c, const struct seller *s)
{
	if (c->barred && c->tied[TIE_LAST] != NONE &&
	    seller_at(r, c->tied[TIE_LAST]) == s)
		return true;
	return route_chat_declined(c, s);
}

static struct traits
must_of(const struct routing *r, const struct chat *c, bool relaxed)
{
	const struct need *need = need_at(r, c->need);
	struct traits must = need->must;

	if (!relaxed)
		traits_add(&must, &need->preferred);
	return must;
}

static bool
may_wait_for(
    const struct routing *r, const struct chat *c, enum tie tie, int64_t now)
{
	const struct seller *s = seller_at(r, c->tied[tie]);
	struct traits must;

	if (!s->duty || s->capacity < need_at(r, c->need)->weight ||
	    route_chat_not(c, s->id) != NULL || chat_is_from(c, c->tied[tie]))
		return false;
	if (tie == TIE_WANTED)
		return true;
	must = must_of(r, c, route_chat_relaxed(r, c, now));
	return traits_cover(&s->traits, &must);
}

enum tie
route_chat_tie(
    const struct routing *r, const struct chat *c, int64_t now, int64_t *until)
{
	const int64_t limit[TIES] = {[TIE_WANTED] = r->policy.wanted_ms,
	    [TIE_LAST] = r->policy.sticky_ms};
	enum tie tie;

	for (tie = 0; tie < TIES; tie++) {
		*until = c->team_since + limit[tie];
		if (c->tied[tie] != NONE && now < *until &&
		    may_wait_for(r, c, tie, now))
			break;
	}
	return tie;
}

/* There are sellers it is not offered to, other than by what they are. */
static bool
is_peculiar(const struct chat *c)
{
	size_t i;

	if (c->barred)
		return true;
	for (i = 0; i < c->not_count; i++)
		if (!c->nots[i].ignored)
			return true;
	return false;
}

/* ---- lists ------------------------------------------------------------- */

static uint32_t *
list_of(struct routing *r, const struct group *g)
{
	if (g->tie != NONE)
		return &seller_at(r, g->tie)->groups;
	return &team_at(r, need_at(r, g->need)->team)->groups;
}

static void
link_group(struct routing *r, uint32_t n)
{
	struct group *g = group_at(r, n);
	uint32_t *first = list_of(r, g);

	g->prev = NONE;
	g->next = *first;
	if (g->next != NONE)
		group_at(r, g->next)->prev = n;
	*first = n;
}

static void
unlink_group(struct routing *r, uint32_t n)
{
	struct group *g = group_at(r, n);

	if (g->prev != NONE)
		group_at(r, g->prev)->next = g->next;
	else
		*list_of(r, g) = g->next;
	if (g->next != NONE)
		group_at(r, g->next)->prev = g->prev;
}

/* ---- ready ------------------------------------------------------------- */

void
route_group_block(struct routing *r, uint32_t n)
{
	struct group *g = group_at(r, n);

	if (!g->ready)
		return;
	sorted_remove(&r->pool, &r->ready, g->ready_as);
	g->ready = false;
}

/* In `ready`, by the chat that is its first now. */
static void
make_ready(struct routing *r, uint32_t n)
{
	struct group *g = group_at(r, n);

	if (g->ready && g->ready_as.id == g->first.id)
		return;
	route_group_block(r, n);
	g->ready = true;
	g->ready_as = (struct sorted_item){g->first.key, g->first.id, n};
	sorted_add(&r->pool, &r->ready, g->ready_as);
}

/* ---- groups ------------------------------------------------------------ */

static uint64_t
hash_of(const struct group *g)
{
	uint64_t hash = idmap_mix((uint64_t)g->need << 32 | g->tie);

	hash ^= (uint64_t)g->solo << 2 | (uint64_t)g->wanted << 1 | g->relaxed;
	return idmap_mix(hash + UINT64_C(0x9e3779b97f4a7c15));
}

static bool
is_same(const struct group *a, const struct group *b)
{
	return a->need == b->need && a->tie == b->tie && a->solo == b->solo &&
	       a->wanted == b->wanted && a->relaxed == b->relaxed;
}

static uint32_t
group_new(struct routing *r, const struct group *fresh)
{
	uint32_t n = slab_take(&r->groups);

	*group_at(r, n) = *fresh;
	idmap_put(&r->group_of, fresh->hash, n);
	link_group(r, n);
	return n;
}

static uint32_t
group_for(struct routing *r, uint32_t chat, int64_t now)
{
	const struct chat *c = chat_at(r, chat);
	struct group fresh = {
	    .need = c->need, .tie = NONE, .solo = NONE, .relaxed = true};
	struct traits must = {{0}};
	int64_t until;
	enum tie tie = route_chat_tie(r, c, now, &until);
	uint32_t n;

	if (tie != TIES)
		fresh.tie = c->tied[tie];
	fresh.wanted = tie == TIE_WANTED;
	if (is_peculiar(c))
		fresh.solo = chat;
	if (need_at(r, c->need)->preferred_count > 0)
		fresh.relaxed = route_chat_relaxed(r, c, now);
	if (!fresh.wanted)
		must = must_of(r, c, fresh.relaxed);
	fresh.must = route_wish(&must);
	fresh.weight = need_at(r, c->need)->weight;
	fresh.hash = hash_of(&fresh);
	while ((n = idmap_get(&r->group_of, fresh.hash)) != IDMAP_NONE) {
		if (is_same(group_at(r, n), &fresh))
			return n;
		fresh.hash = idmap_mix(fresh.hash + 1);
	}
	return group_new(r, &fresh);
}

static struct sorted_item
item_of(const struct chat *c, uint32_t slot)
{
	return (struct sorted_item){c->rank, c->id, slot};
}

static bool
is_before(const struct sorted_item *a, const struct sorted_item *b)
{
	return a->key < b->key || (a->key == b->key && a->id < b->id);
}

void
route_group_enter(struct routing *r, uint32_t chat, int64_t now)
{
	struct chat *c = chat_at(r, chat);
	const struct sorted_item item = item_of(c, chat);
	struct group *g;
	bool empty;

	c->group = group_for(r, chat, now);
	g = group_at(r, c->group);
	empty = g->chats == 0;
	sorted_add(&r->group_pool, &g->chats, item);
	if (empty || is_before(&item, &g->first))
		g->first = item;
	/* Behind others of a group without a taker it has none either. */
	if (empty || g->ready)
		make_ready(r, c->group);
}

void
route_group_leave(struct routing *r, uint32_t chat)
{
	struct chat *c = chat_at(r, chat);
	uint32_t n = c->group;
	struct group *g;

	if (n == NONE)
		return;
	c->group = NONE;
	g = group_at(r, n);
	sorted_remove(&r->group_pool, &g->chats, item_of(c, chat));
	if (g->first.id != c->id)
		return;
	if (sorted_first(&r->group_pool, g->chats, &g->first)) {
		if (g->ready)
			make_ready(r, n);
		return;
	}
	route_group_block(r, n);
	unlink_group(r, n);
	idmap_remove(&r->group_of, g->hash);
	slab_give(&r->groups, n);
}

/* ---- waking ------------------------------------------------------------ */

static bool
could_take(
    const struct routing *r, const struct group *g, const struct seller *s)
{
	if (s->room < g->weight || !traits_grant(&s->traits, &g->must))
		return false;
	return g->solo == NONE ||
	       !route_chat_refuses(r, chat_at(r, g->solo), s);
}

static void
wake_list(struct routing *r, uint32_t n, const struct seller *s)
{
	const struct group *g;

	for (; n != NONE; n = g->next) {
		g = group_at(r, n);
		if (!g->ready && could_take(r, g, s))
			make_ready(r, n);
	}
}

static void
wake(struct routing *r, const struct seller *s)
{
	uint32_t i;

	if (!s->duty || s->room <= 0)
		return;
	wake_list(r, s->groups, s);
	wake_list(r, team_at(r, TEAM_ALL)->groups, s);
	for (i = route_traits_next(&s->owned, 0); i < LANGUAGES_FROM;
	     i = route_traits_next(&s->owned, i + 1))
		if (r->traits[i].kind == TRAIT_TEAM)
			wake_list(r, team_at(r, r->traits[i].team)->groups, s);
}

void
route_groups_wake(struct routing *r)
{
	while (r->gained.n > 0) {
		struct seller *s = seller_at(r, r->gained.slots[--r->gained.n]);

		s->gained = false;
		wake(r, s);
	}
}
