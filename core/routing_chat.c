/*
 * routing_chat: where a chat belongs. By its fact, by the decision under way
 * and by the time it stands in its team's line and in a group, or takes room
 * of a seller, or waits to be decided about; and its timer says when to look
 * again. Nothing of that is changed in place: it leaves all and enters anew.
 */
#include "core/routing_inner.h"

#define FRONT (INT64_C(1) << 60)
#define PRIORITY_COUNTS 1000u /* what is above makes no difference */

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t
route_chat_rank(const struct routing *r, const struct chat *c)
{
	unsigned priority = c->priority < PRIORITY_COUNTS ? c->priority
							  : PRIORITY_COUNTS;
	int64_t rank = c->since - (int64_t)priority * r->policy.priority_ms;

	if (c->sla_ms > 0 && c->sla_ms < r->policy.sla_ms)
		rank -= r->policy.sla_ms - c->sla_ms;
	return c->front ? rank - FRONT : rank;
}

/* ---- lists of sellers -------------------------------------------------- */

void
route_chat_link(struct routing *r, uint32_t n)
{
	struct chat *c = chat_at(r, n);
	enum tie tie;

	for (tie = 0; tie < TIES; tie++) {
		uint32_t *first;

		if (c->tied[tie] == NONE)
			continue;
		first = &seller_at(r, c->tied[tie])->tied[tie];
		c->tied_prev[tie] = NONE;
		c->tied_next[tie] = *first;
		if (*first != NONE)
			chat_at(r, *first)->tied_prev[tie] = n;
		*first = n;
	}
}

void
route_chat_unlink(struct routing *r, uint32_t n)
{
	struct chat *c = chat_at(r, n);
	enum tie tie;

	for (tie = 0; tie < TIES; tie++) {
		uint32_t next = c->tied_next[tie], prev = c->tied_prev[tie];

		if (c->tied[tie] == NONE)
			continue;
		if (prev != NONE)
			chat_at(r, prev)->tied_next[tie] = next;
		else
			seller_at(r, c->tied[tie])->tied[tie] = next;
		if (next != NONE)
			chat_at(r, next)->tied_prev[tie] = prev;
	}
}

static void
take_room(struct routing *r, uint32_t n, uint32_t seller, unsigned room)
{
	struct chat *c = chat_at(r, n);
	struct seller *s = seller_at(r, seller);

	c->room_of = seller;
	c->room = room;
	c->prev = NONE;
	c->next = s->chats;
	if (c->next != NONE)
		chat_at(r, c->next)->prev = n;
	s->chats = n;
	s->taken += room;
	route_seller_update(r, seller);
}

static void
give_room(struct routing *r, uint32_t n)
{
	struct chat *c = chat_at(r, n);
	struct seller *s;

	if (c->room_of == NONE)
		return;
	s = seller_at(r, c->room_of);
	if (c->prev != NONE)
		chat_at(r, c->prev)->next = c->next;
	else
		s->chats = c->next;
	if (c->next != NONE)
		chat_at(r, c->next)->prev = c->prev;
	s->taken -= c->room;
	route_seller_update(r, c->room_of);
	c->room_of = NONE;
}

/* ---- sets -------------------------------------------------------------- */

static void
enter_work(struct routing *r, uint32_t n, enum work work, int64_t key)
{
	struct chat *c = chat_at(r, n);

	c->work = work;
	c->work_key = key;
	sorted_add(
	    &r->pool, &r->work[work], (struct sorted_item){key, c->id, n});
}

static void
enter_line(struct routing *r, uint32_t n)
{
	struct chat *c = chat_at(r, n);
	struct team *t = team_at(r, need_at(r, c->need)->team);

	c->waits = true;
	sorted_add(
	    &r->line_pool, &t->line, (struct sorted_item){c->rank, c->id, n});
	route_need_enter(r, n);
}

static void
leave_sets(struct routing *r, uint32_t n)
{
	struct chat *c = chat_at(r, n);
	struct team *t;

	if (c->work != WORK_NONE)
		sorted_remove(&r->pool, &r->work[c->work],
		    (struct sorted_item){c->work_key, c->id, n});
	c->work = WORK_NONE;
	if (!c->waits)
		return;
	t = team_at(r, need_at(r, c->need)->team);
	sorted_remove(
	    &r->line_pool, &t->line, (struct sorted_item){c->rank, c->id, n});
	c->waits = false;
	route_need_leave(r, n);
}

static void
set_timer(struct routing *r, uint32_t n, int64_t at)
{
	route_timer_set(r, (struct timer_entry){TIMER_OF_CHAT, n},
	    &chat_at(r, n)->timer, at);
}

void
route_chat_leave(struct routing *r, uint32_t n)
{
	struct chat *c = chat_at(r, n);

	route_group_leave(r, n);
	leave_sets(r, n);
	give_room(r, n);
	set_timer(r, n, NEVER);
	r->tally[c->counted]--;
	c->counted = ROUTING_GONE;
	r->tally[ROUTING_GONE]++;
}

/* ---- places ------------------------------------------------------------ */

/*
 * Whether it is to leave the team. Returns when to look again, and so below.
 */
static int64_t
enter_works(struct routing *r, uint32_t n, int64_t now)
{
	const struct chat *c = chat_at(r, n);
	int64_t late_at = r->policy.queue_ms == 0
			      ? NEVER
			      : c->team_since + r->policy.queue_ms;

	if (now < c->stays_until)
		return c->stays_until;
	if (now >= late_at)
		enter_work(r, n, WORK_LATE, c->rank);
	else if (c->leaves)
		enter_work(r, n, WORK_SHUT, c->rank);
	return now >= late_at ? NEVER : late_at;
}

static int64_t
enter_waiting(struct routing *r, uint32_t n, int64_t now)
{
	struct chat *c = chat_at(r, n);
	const struct need *need = need_at(r, c->need);
	int64_t tied_until, at;
	enum tie tie;

	enter_line(r, n);
	c->barred = c->given && !route_chat_relaxed(r, c, now);
	tie = route_chat_tie(r, c, now, &tied_until);
	c->leaves = tie != TIE_WANTED && route_need_is_shut(r, need);
	at = enter_works(r, n, now);
	if (tie != TIES)
		at = earlier(at, tied_until);
	if (c->barred ||
	    (need->preferred_count > 0 && !route_chat_relaxed(r, c, now)))
		at = earlier(at, route_chat_relaxes_at(r, c));
	if (now < c->quiet_until)
		return earlier(at, c->quiet_until);
	route_group_enter(r, n, now);
	return at;
}

static int64_t
enter_offered(struct routing *r, uint32_t n, int64_t now)
{
	const struct chat *c = chat_at(r, n);

	take_room(r, n, c->seller, need_at(r, c->need)->weight);
	if (now < c->until && seller_at(r, c->seller)->duty)
		return c->until;
	if (now < c->quiet_until)
		return c->quiet_until;
	enter_work(r, n, WORK_EXPIRE, c->until);
	return NEVER;
}

static int64_t
enter_held(struct routing *r, uint32_t n, int64_t now)
{
	const struct chat *c = chat_at(r, n);
	unsigned room = need_at(r, c->need)->weight;
	int64_t silent_at = r->policy.silent_ms == 0
				? NEVER
				: c->spoke_at + r->policy.silent_ms;

	if (now >= silent_at) {
		room = room * r->policy.silent_percent / 100;
		silent_at = NEVER;
	}
	take_room(r, n, c->seller, room);
	if (seller_at(r, c->seller)->present)
		return silent_at;
	if (now < c->quiet_until)
		return earlier(silent_at, c->quiet_until);
	enter_work(r, n, WORK_DROP, c->held_at);
	return silent_at;
}

/* What was decided holds until it is heard of. */
static int64_t
enter_pending(struct routing *r, uint32_t n)
{
	const struct chat *c = chat_at(r, n);

	if (c->pending == ROUTING_OFFER)
		take_room(r, n, c->to, need_at(r, c->need)->weight);
	return c->lost_at;
}

void
route_chat_enter(struct routing *r, uint32_t n, int64_t now)
{
	static int64_t (*const enter[])(struct routing *, uint32_t, int64_t) = {
	    [ROUTING_WAITS] = enter_waiting,
	    [ROUTING_OFFERED] = enter_offered,
	    [ROUTING_HELD] = enter_held};
	struct chat *c = chat_at(r, n);

	if (now >= c->lost_at)
		c->pending = ROUTING_NONE;
	r->tally[c->counted]--;
	if (c->pending == ROUTING_NONE)
		c->counted = c->place;
	else if (c->pending == ROUTING_OFFER)
		c->counted = ROUTING_OFFERED;
	r->tally[c->counted]++;
	set_timer(r, n,
	    c->pending != ROUTING_NONE ? enter_pending(r, n)
				       : enter[c->place](r, n, now));
}

void
route_chat_revisit(struct routing *r, uint32_t n, int64_t now)
{
	route_chat_leave(r, n);
	route_chat_enter(r, n, now);
}
