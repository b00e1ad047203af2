/*
 * routing_seller: who is there, who may be offered chats, and how much room
 * they have. Those on duty with some room stand in a list of their own, which
 * is short when many chats wait.
 */
#include "core/routing_inner.h"

#include <stdlib.h>

#define SHARE_ONE INT64_C(1000000)

/* ---- existence --------------------------------------------------------- */

static enum err
seller_new(struct routing *r, int64_t id, uint32_t *out)
{
	struct seller *s;

	if (idmap_reserve(&r->seller_of, r->seller_of.count + 1) != OK ||
	    route_reserve(r) != OK)
		return E_NOMEM;
	*out = slab_take(&r->sellers);
	if (*out == NONE)
		return E_NOMEM;
	s = seller_at(r, *out);
	*s = (struct seller){.id = id,
	    .timer = NEVER,
	    .free_at = NONE,
	    .chats = NONE,
	    .tied = {NONE, NONE},
	    .groups = NONE};
	idmap_put(&r->seller_of, (uint64_t)id, *out);
	return OK;
}

enum err
route_seller_ref(struct routing *r, int64_t id, uint32_t *out)
{
	enum err e = OK;

	*out = idmap_get(&r->seller_of, (uint64_t)id);
	if (*out == IDMAP_NONE)
		e = seller_new(r, id, out);
	if (e == OK)
		seller_at(r, *out)->refs++;
	return e;
}

static void
seller_free_unused(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);

	if (s->known || s->refs > 0)
		return;
	route_timer_set(
	    r, (struct timer_entry){TIMER_OF_SELLER, n}, &s->timer, NEVER);
	idmap_remove(&r->seller_of, (uint64_t)s->id);
	slab_give(&r->sellers, n);
}

void
route_seller_unref(struct routing *r, uint32_t n)
{
	if (n == NONE)
		return;
	seller_at(r, n)->refs--;
	seller_free_unused(r, n);
}

/* ---- room -------------------------------------------------------------- */

/* Into the list of those with room, or out of it. */
static void
arrange(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);
	bool is_free = s->seat == SEAT_ON && s->room > 0;
	uint32_t last;

	if (is_free == (s->free_at != NONE))
		return;
	if (is_free) {
		s->free_at = r->free.n;
		list_add(&r->free, n);
		return;
	}
	last = r->free.slots[--r->free.n];
	r->free.slots[s->free_at] = last;
	seller_at(r, last)->free_at = s->free_at;
	s->free_at = NONE;
}

static void
gain(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);

	if (s->gained)
		return;
	s->gained = true;
	list_add(&r->gained, n);
}

static void
set_keys(const struct routing *r, struct seller *s)
{
	int64_t used = s->taken + s->wrapping;

	s->key[0] = s->idle_since;
	s->key[1] = 0;
	if (r->policy.order == ROUTING_ROUND_ROBIN)
		s->key[0] = (int64_t)s->turn;
	if (r->policy.order == ROUTING_LEAST_LOADED)
		s->key[0] = s->capacity == 0 ? SHARE_ONE
					     : used * SHARE_ONE / s->capacity;
	if (r->policy.order != ROUTING_LONGEST_IDLE)
		s->key[1] = s->idle_since;
}

void
route_seller_update(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);
	int64_t room = (int64_t)s->capacity - s->taken - s->wrapping;
	bool more = s->duty && room > 0 &&
		    (room > s->room || s->seat != SEAT_ON);

	if (!s->known)
		return;
	s->room = room;
	s->seat = s->duty ? SEAT_ON : s->online ? SEAT_AWAY : SEAT_OFFLINE;
	set_keys(r, s);
	arrange(r, n);
	if (more)
		gain(r, n);
}

enum err
route_seller_sit(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);
	uint32_t known = team_at(r, TEAM_ALL)->members.n;

	if (s->known)
		return OK;
	if (known == ROUTING_SELLERS_MAX)
		return E_LIMIT;
	if (route_list_reserve(&r->free, known + 1) != OK ||
	    route_list_reserve(&r->gained, known + 1) != OK)
		return E_NOMEM;
	s->wraps = malloc(WRAPS_MAX * sizeof(*s->wraps));
	if (s->wraps == NULL)
		return E_NOMEM;
	s->known = true;
	s->room = 0;
	s->seat = SEAT_OFFLINE;
	s->tie = idmap_mix(r->seed ^ idmap_mix((uint64_t)s->id));
	list_add(&team_at(r, TEAM_ALL)->members, n);
	return OK;
}

/* ---- presence ---------------------------------------------------------- */

void
route_seller_revisit(struct routing *r, uint32_t n, int64_t now)
{
	uint32_t c, next;
	enum tie tie;

	for (c = seller_at(r, n)->chats; c != NONE; c = next) {
		next = chat_at(r, c)->next;
		route_chat_revisit(r, c, now);
	}
	for (tie = 0; tie < TIES; tie++)
		for (c = seller_at(r, n)->tied[tie]; c != NONE;
		     c = chat_at(r, c)->tied_next[tie])
			route_chat_revisit(r, c, now);
}

static void
end_wraps(struct seller *s, int64_t now)
{
	unsigned i = 0;

	while (i < s->wrap_count)
		if (s->wraps[i].until <= now) {
			s->wrapping -= s->wraps[i].room;
			s->wraps[i] = s->wraps[--s->wrap_count];
		} else
			i++;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
set_timer(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);
	int64_t at = NEVER;
	unsigned i;

	for (i = 0; i < s->wrap_count; i++)
		at = earlier(at, s->wraps[i].until);
	if (s->present && !s->online)
		at = earlier(at, s->offline_at + r->policy.grace_ms);
	if (s->away_lost_at != 0)
		at = earlier(at, s->away_lost_at);
	route_timer_set(
	    r, (struct timer_entry){TIMER_OF_SELLER, n}, &s->timer, at);
}

/* Is it to be set away? */
static void
see_ignored(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);
	const struct sorted_item item = {0, s->id, n};
	bool due = r->policy.ignore_max > 0 &&
		   s->ignored >= r->policy.ignore_max && s->duty;

	if (due == s->away_due)
		return;
	s->away_due = due;
	if (due)
		sorted_add(&r->pool, &r->aways, item);
	else
		sorted_remove(&r->pool, &r->aways, item);
}

static void
set_presence(struct routing *r, uint32_t n, int64_t now)
{
	struct seller *s = seller_at(r, n);
	bool present = s->known &&
		       (s->online || now < s->offline_at + r->policy.grace_ms);
	bool duty = s->known && s->online && !s->away && s->away_lost_at == 0;
	bool turned = duty != s->duty;

	if (present == s->present && !turned)
		return;
	s->present = present;
	if (turned)
		r->on_duty += duty ? 1u : UINT32_MAX;
	s->duty = duty;
	if (turned)
		s->ignored = 0;
	if (turned && duty)
		s->idle_since = now;
	route_seller_update(r, n);
	route_needs_look(r, n, now);
	route_seller_revisit(r, n, now);
}

void
route_seller_refresh(struct routing *r, uint32_t n, int64_t now)
{
	struct seller *s = seller_at(r, n);

	if (now >= s->away_lost_at)
		s->away_lost_at = 0;
	end_wraps(s, now);
	set_presence(r, n, now);
	see_ignored(r, n);
	route_seller_update(r, n);
	set_timer(r, n);
}

/* Of which teams it is a member; TEAM_ALL is for who is known. */
static void
join_teams(struct routing *r, uint32_t n, bool joins)
{
	const struct traits *owned = &seller_at(r, n)->owned;
	uint32_t i;

	for (i = route_traits_next(owned, 0); i < LANGUAGES_FROM;
	     i = route_traits_next(owned, i + 1)) {
		struct list *l = &team_at(r, r->traits[i].team)->members;

		if (r->traits[i].kind != TRAIT_TEAM)
			continue;
		if (joins)
			list_add(l, n);
		else
			route_list_remove(l, n);
	}
}

void
route_seller_change(struct routing *r, uint32_t n, const struct traits *owned,
    const struct traits *traits, unsigned capacity)
{
	struct seller *s = seller_at(r, n);

	join_teams(r, n, false);
	s->owned = *owned;
	s->traits = *traits;
	s->capacity = capacity;
	join_teams(r, n, true);
	route_seller_update(r, n);
	gain(r, n);
}

void
route_seller_rise(struct routing *r, uint32_t n, int64_t now)
{
	struct seller *s = seller_at(r, n);
	const struct traits none = {{0}}, owned = s->owned;

	if (!s->known)
		return;
	s->online = s->away = false;
	s->mark = 0;
	s->turn = 0;
	s->idle_since = s->away_lost_at = 0;
	s->wrapping = s->wrap_count = 0;
	s->refs++; /* while its chats are looked at */
	s->known = false;
	route_seller_refresh(r, n, now);
	route_seller_change(r, n, &none, &none, 0);
	route_traits_unref(r, &owned);
	s->seat = SEAT_OFFLINE;
	arrange(r, n);
	s->gained = false;
	route_list_remove(&r->gained, n);
	route_list_remove(&team_at(r, TEAM_ALL)->members, n);
	free(s->wraps);
	s->wraps = NULL;
	route_seller_unref(r, n);
}

/* ---- what is counted --------------------------------------------------- */

void
route_seller_wrap(struct routing *r, uint32_t n, struct wrap w, int64_t now)
{
	struct seller *s = seller_at(r, n);
	unsigned i, first = 0;

	if (w.until <= now || !s->known)
		return;
	if (s->wrap_count == WRAPS_MAX) {
		for (i = 1; i < WRAPS_MAX; i++)
			if (s->wraps[i].until < s->wraps[first].until)
				first = i;
		s->wrapping -= s->wraps[first].room;
		s->wraps[first] = s->wraps[--s->wrap_count];
	}
	s->wraps[s->wrap_count++] = w;
	s->wrapping += w.room;
	route_seller_refresh(r, n, now);
}

void
route_seller_ignored(struct routing *r, uint32_t n, bool more)
{
	struct seller *s = seller_at(r, n);

	s->ignored = more ? s->ignored + 1 : 0;
	see_ignored(r, n);
}
