/*
 * routing_seller: who is there, who may be offered chats, and how much room
 * they have. What sellers are compared by stands in their seats, an array
 * without gaps whose first `free_count` are those on duty with some room, so
 * that looking for a taker is a walk over little memory.
 */
#include "core/routing_inner.h"

#include <stdlib.h>

#define SEATS_FIRST 16u
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
	    .seat = NONE,
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
forget_gain(struct routing *r, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < r->gained_count; i++)
		if (r->gained[i] == n) {
			r->gained[i] = r->gained[--r->gained_count];
			break;
		}
	seller_at(r, n)->gained = false;
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

/* ---- seats ------------------------------------------------------------- */

static void
swap_seats(struct routing *r, uint32_t a, uint32_t b)
{
	struct seat seat = r->seats[a];

	r->seats[a] = r->seats[b];
	r->seats[b] = seat;
	seller_at(r, r->seats[a].slot)->seat = a;
	seller_at(r, r->seats[b].slot)->seat = b;
}

/* Among the first, if it has room. */
static void
arrange(struct routing *r, uint32_t at)
{
	const struct seat *seat = &r->seats[at];
	bool is_free = seat->status == SEAT_ON && seat->room > 0;

	if (is_free && at >= r->free_count)
		swap_seats(r, at, r->free_count++);
	else if (!is_free && at < r->free_count)
		swap_seats(r, at, --r->free_count);
}

static void
gain(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);

	if (s->gained)
		return;
	s->gained = true;
	r->gained[r->gained_count++] = n;
}

static void
set_keys(const struct routing *r, const struct seller *s, struct seat *seat)
{
	int64_t used = s->taken + s->wrapping;

	seat->key[0] = s->idle_since;
	seat->key[1] = 0;
	if (r->policy.order == ROUTING_ROUND_ROBIN)
		seat->key[0] = (int64_t)s->turn;
	if (r->policy.order == ROUTING_LEAST_LOADED)
		seat->key[0] = s->capacity == 0
				   ? SHARE_ONE
				   : used * SHARE_ONE / s->capacity;
	if (r->policy.order != ROUTING_LONGEST_IDLE)
		seat->key[1] = s->idle_since;
}

void
route_seat_update(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);
	struct seat *seat;
	int64_t room;
	bool more;

	if (s->seat == NONE)
		return;
	seat = &r->seats[s->seat];
	room = (int64_t)s->capacity - s->taken - s->wrapping;
	more = s->duty && room > 0 &&
	       (room > seat->room || seat->status != SEAT_ON);
	seat->room = room;
	seat->wrapping = s->wrapping;
	seat->status = s->duty ? SEAT_ON : s->online ? SEAT_AWAY : SEAT_OFFLINE;
	set_keys(r, s, seat);
	arrange(r, s->seat);
	if (more)
		gain(r, n);
}

static enum err
seats_reserve(struct routing *r, uint32_t count)
{
	uint32_t cap = r->seat_cap == 0 ? SEATS_FIRST : r->seat_cap;
	struct seat *seats;
	uint32_t *gained;

	while (cap < count)
		cap *= 2;
	if (cap == r->seat_cap)
		return OK;
	seats = realloc(r->seats, cap * sizeof(*seats));
	if (seats == NULL)
		return E_NOMEM;
	r->seats = seats;
	gained = realloc(r->gained, cap * sizeof(*gained));
	if (gained == NULL)
		return E_NOMEM;
	r->gained = gained;
	r->seat_cap = cap;
	return OK;
}

enum err
route_seller_sit(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);

	if (s->known)
		return OK;
	if (r->seat_count == ROUTING_SELLERS_MAX)
		return E_LIMIT;
	if (seats_reserve(r, r->seat_count + 1) != OK)
		return E_NOMEM;
	s->known = true;
	s->seat = r->seat_count++;
	r->seats[s->seat] = (struct seat){
	    .slot = n, .tie = idmap_mix(r->seed ^ idmap_mix((uint64_t)s->id))};
	return OK;
}

/* Its seat is the last one's then. */
static void
leave_seat(struct routing *r, uint32_t n)
{
	struct seller *s = seller_at(r, n);

	r->seats[s->seat].status = SEAT_OFFLINE;
	arrange(r, s->seat);
	swap_seats(r, s->seat, r->seat_count - 1);
	r->seat_count--;
	s->seat = NONE;
}

/* ---- presence ---------------------------------------------------------- */

static void
count_in_team(struct routing *r, const struct seller *s, uint32_t n, int sign)
{
	struct team *t = team_at(r, n);
	uint32_t capacity = s->duty ? s->capacity : 0;

	if (sign > 0) {
		t->staff += s->present;
		t->capacity += capacity;
	} else {
		t->staff -= s->present;
		t->capacity -= capacity;
	}
	route_team_look(r, n);
}

/* Into the figures of its teams (1), or out of them (-1). */
static void
count(struct routing *r, const struct seller *s, int sign)
{
	uint32_t i;

	count_in_team(r, s, TEAM_ALL, sign);
	for (i = route_traits_next(&s->owned, 0); i < LANGUAGES_FROM;
	     i = route_traits_next(&s->owned, i + 1))
		if (r->traits[i].kind == TRAIT_TEAM)
			count_in_team(r, s, r->traits[i].team, sign);
	r->on_duty += (uint32_t)(sign * s->duty);
}

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
	const struct treap_item item = {0, s->id, n};
	bool due = r->policy.ignore_max > 0 &&
		   s->ignored >= r->policy.ignore_max && s->duty;

	if (due == s->away_due)
		return;
	s->away_due = due;
	if (due)
		treap_add(&r->pool, &r->aways, item);
	else
		treap_remove(&r->pool, &r->aways, item);
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
	count(r, s, -1);
	s->present = present;
	s->duty = duty;
	count(r, s, 1);
	if (turned)
		s->ignored = 0;
	if (turned && duty)
		s->idle_since = now;
	route_seat_update(r, n);
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
	route_seat_update(r, n);
	set_timer(r, n);
}

void
route_seller_change(struct routing *r, uint32_t n, const struct traits *owned,
    const struct traits *traits, unsigned capacity)
{
	struct seller *s = seller_at(r, n);

	count(r, s, -1);
	s->owned = *owned;
	s->traits = *traits;
	s->capacity = capacity;
	count(r, s, 1);
	r->seats[s->seat].traits = *traits;
	route_seat_update(r, n);
	gain(r, n);
}

void
route_seller_rise(struct routing *r, uint32_t n, int64_t now)
{
	struct seller *s = seller_at(r, n);
	const struct traits none = {{0}}, owned = s->owned;

	if (!s->known)
		return;
	s->known = false;
	s->online = s->away = false;
	s->mark = 0;
	s->turn = 0;
	s->idle_since = s->away_lost_at = 0;
	s->wrapping = s->wrap_count = 0;
	s->refs++; /* while its chats are looked at */
	route_seller_refresh(r, n, now);
	route_seller_change(r, n, &none, &none, 0);
	route_traits_unref(r, &owned);
	forget_gain(r, n);
	leave_seat(r, n);
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
