/*
 * routing_next: time passes, and the next decision. Each step of the table
 * looks for one kind of decision in a set that holds exactly those who are
 * due; the first that finds one gives it. To decide is to say in the chat what
 * was decided and to let it go where it then belongs.
 */
#include "core/routing_inner.h"

#define STAYS_MOST_MS (INT64_C(5) * 60 * 1000)
#define STAYS_DOUBLES 8u

/* ---- timers ------------------------------------------------------------ */

/* Their id in the set: the kind in the lowest bits. */
static struct sorted_item
timer_item(struct timer_entry e, int64_t at)
{
	return (struct sorted_item){
	    at, (int64_t)e.slot << 2 | (int64_t)e.of, e.slot};
}

void
route_timer_set(
    struct routing *r, struct timer_entry entry, int64_t *timer, int64_t at)
{
	if (*timer == at)
		return;
	if (*timer != NEVER)
		sorted_remove(
		    &r->timer_pool, &r->timers, timer_item(entry, *timer));
	*timer = at;
	if (at != NEVER)
		sorted_add(&r->timer_pool, &r->timers, timer_item(entry, at));
}

/* Each sets its timer anew, to later than now. */
static void
timers_run(struct routing *r, int64_t now)
{
	static void (*const look[])(struct routing *, uint32_t, int64_t) = {
	    [TIMER_OF_CHAT] = route_chat_revisit,
	    [TIMER_OF_SELLER] = route_seller_refresh,
	    [TIMER_OF_TEAM] = route_team_refresh};
	struct sorted_item first;

	while (
	    sorted_first(&r->timer_pool, r->timers, &first) && first.key <= now)
		look[first.id & 3](r, first.value, now);
}

/* ---- what all decisions do --------------------------------------------- */

static void
decide(struct routing *r, uint32_t n, struct routing_decision *out, int64_t now)
{
	struct chat *c = chat_at(r, n);

	out->number = ++r->number;
	out->chat = c->id;
	out->seq = c->seq;
	route_chat_leave(r, n);
	c->pending = out->act;
	c->number = out->number;
	c->lost_at = now + ROUTING_LOST_MS;
	route_chat_enter(r, n, now);
}

static bool
first_work(const struct routing *r, enum work work, uint32_t *out)
{
	struct sorted_item first;

	if (!sorted_first(&r->pool, r->work[work], &first))
		return false;
	*out = first.value;
	return true;
}

/* ---- the steps --------------------------------------------------------- */

static bool
step_expire(struct routing *r, int64_t now, struct routing_decision *out)
{
	uint32_t n, seller;

	if (!first_work(r, WORK_EXPIRE, &n))
		return false;
	seller = chat_at(r, n)->seller;
	out->act = ROUTING_EXPIRE;
	out->seller = seller_at(r, seller)->id;
	out->why = seller_at(r, seller)->duty ? ROUTING_RAN_OUT
					      : ROUTING_SELLER_GONE;
	decide(r, n, out, now);
	if (out->why == ROUTING_RAN_OUT && !chat_at(r, n)->ran_out) {
		chat_at(r, n)->ran_out = true;
		route_seller_ignored(r, seller, true);
	}
	return true;
}

static bool
step_away(struct routing *r, int64_t now, struct routing_decision *out)
{
	struct sorted_item first;
	struct seller *s;

	if (!sorted_first(&r->pool, r->aways, &first))
		return false;
	s = seller_at(r, first.value);
	out->act = ROUTING_AWAY;
	out->seller = s->id;
	out->number = s->away_number = ++r->number;
	s->away_lost_at = now + ROUTING_LOST_MS;
	route_seller_refresh(r, first.value, now);
	return true;
}

static bool
step_drop(struct routing *r, int64_t now, struct routing_decision *out)
{
	uint32_t n;

	if (!first_work(r, WORK_DROP, &n))
		return false;
	out->act = ROUTING_DROP;
	out->seller = seller_at(r, chat_at(r, n)->seller)->id;
	decide(r, n, out, now);
	return true;
}

/* To another team, or by mail. */
static void
leave_team(
    struct routing *r, uint32_t n, struct routing_decision *out, int64_t now)
{
	uint32_t to = route_need_exit(r, need_at(r, chat_at(r, n)->need));

	out->act = to == NONE ? ROUTING_TO_EMAIL : ROUTING_OVERFLOW;
	out->team = to == NONE ? 0 : team_at(r, to)->id;
	decide(r, n, out, now);
}

static bool
step_late(struct routing *r, int64_t now, struct routing_decision *out)
{
	uint32_t n;

	if (!first_work(r, WORK_LATE, &n))
		return false;
	out->why = ROUTING_TOO_LONG;
	leave_team(r, n, out, now);
	return true;
}

static bool
step_shut(struct routing *r, int64_t now, struct routing_decision *out)
{
	const struct need *need;
	uint32_t n;

	if (!first_work(r, WORK_SHUT, &n))
		return false;
	need = need_at(r, chat_at(r, n)->need);
	out->why = team_at(r, need->team)->open ? ROUTING_NOBODY
						: ROUTING_CLOSED;
	leave_team(r, n, out, now);
	return true;
}

static uint64_t
place_of(const struct routing *r, const struct chat *c)
{
	const struct team *t = team_at(r, need_at(r, c->need)->team);

	return sorted_before(
	    &r->line_pool, t->line, (struct sorted_item){c->rank, c->id, 0});
}

static enum routing_why
why_chosen(const struct chat *c, uint32_t seller, unsigned candidates)
{
	if (chat_is_from(c, seller))
		return ROUTING_RETURNED;
	if (seller == c->tied[TIE_WANTED])
		return ROUTING_WANTED;
	if (seller == c->tied[TIE_LAST])
		return ROUTING_LAST;
	return candidates == 1 ? ROUTING_ONLY : ROUTING_BEST;
}

static void
offer(struct routing *r, uint32_t n, struct choice choice, int64_t now,
    struct routing_decision *out)
{
	struct chat *c = chat_at(r, n);
	uint32_t seller = choice.seller;
	struct seller *s = seller_at(r, seller);

	out->act = ROUTING_OFFER;
	out->seller = s->id;
	out->until = now + r->policy.offer_ms;
	out->why = why_chosen(c, seller, choice.candidates);
	route_explain(r, group_at(r, c->group), c, choice, &out->reason);
	out->reason.waited_ms = now - c->since;
	out->reason.relaxed = route_chat_relaxed(r, c, now);
	out->reason.before = place_of(r, c);
	s->refs++;
	route_seller_unref(r, c->to);
	c->to = seller;
	c->was_turn = s->turn;
	c->was_idle_since = s->idle_since;
	s->turn = r->number + 1;
	if (now > s->idle_since)
		s->idle_since = now;
	decide(r, n, out, now);
}

static bool
step_offer(struct routing *r, int64_t now, struct routing_decision *out)
{
	struct sorted_item first;
	struct choice choice;
	uint32_t n, group;

	route_groups_wake(r);
	while (sorted_first(&r->pool, r->ready, &first)) {
		group = first.value;
		n = group_at(r, group)->first.value;
		choice = route_choose(r, group_at(r, group), chat_at(r, n));
		if (choice.seller != NONE) {
			offer(r, n, choice, now, out);
			return true;
		}
		route_group_block(r, group);
	}
	return false;
}

void
routing_next(struct routing *r, int64_t now, struct routing_decision *out)
{
	static bool (*const steps[])(struct routing *, int64_t,
	    struct routing_decision *) = {step_expire, step_away, step_drop,
	    step_late, step_shut, step_offer};
	struct sorted_item first;
	size_t i;

	*out = (struct routing_decision){0};
	timers_run(r, now);
	for (i = 0; i < ARRAY_LEN(steps); i++)
		if (steps[i](r, now, out))
			return;
	out->until = sorted_first(&r->timer_pool, r->timers, &first)
			 ? first.key
			 : INT64_MAX;
}

/* ---- what the store did not want --------------------------------------- */

static void
away_refused(struct routing *r, const struct routing_decision *d, int64_t now)
{
	uint32_t n = idmap_get(&r->seller_of, (uint64_t)d->seller);

	if (n == IDMAP_NONE || seller_at(r, n)->away_number != d->number)
		return;
	seller_at(r, n)->away_lost_at = 0;
	route_seller_refresh(r, n, now);
}

/* As if the offer had not been, unless there was another since. */
static void
take_back_turn(struct routing *r, const struct chat *c)
{
	struct seller *s = seller_at(r, c->to);

	if (s->turn != c->number)
		return;
	s->turn = c->was_turn;
	s->idle_since = c->was_idle_since;
	route_seller_update(r, c->to);
}

/* Each time twice as long; meanwhile it may be offered. */
static void
let_stay(struct chat *c, int64_t now)
{
	int64_t wait = (int64_t)ROUTING_REFUSED_MS << c->stays;

	if (c->stays < STAYS_DOUBLES)
		c->stays++;
	c->stays_until = now + (wait < STAYS_MOST_MS ? wait : STAYS_MOST_MS);
}

void
routing_refused(
    struct routing *r, const struct routing_decision *d, int64_t now)
{
	uint32_t n = idmap_get(&r->chat_of, (uint64_t)d->chat);
	struct chat *c;

	if (d->act == ROUTING_AWAY)
		away_refused(r, d, now);
	if (d->act == ROUTING_AWAY || n == IDMAP_NONE)
		return;
	c = chat_at(r, n);
	if (c->pending == ROUTING_NONE || c->number != d->number ||
	    now >= c->lost_at)
		return;
	route_chat_leave(r, n);
	if (c->pending == ROUTING_OFFER)
		take_back_turn(r, c);
	if (c->pending == ROUTING_OVERFLOW || c->pending == ROUTING_TO_EMAIL)
		let_stay(c, now);
	else
		c->quiet_until = now + ROUTING_REFUSED_MS;
	c->pending = ROUTING_NONE;
	route_chat_enter(r, n, now);
}

/* ---- for people -------------------------------------------------------- */

#define SAMPLES_LEAST 3u

void
routing_spot(const struct routing *r, int64_t chat, struct routing_spot *out)
{
	uint32_t n = idmap_get(&r->chat_of, (uint64_t)chat);
	const struct chat *c;
	const struct team *t;
	struct need *need;
	uint64_t capacity;

	*out = (struct routing_spot){0};
	if (n == IDMAP_NONE)
		return;
	out->wait_ms = -1;
	c = chat_at(r, n);
	need = need_at(r, c->need);
	t = team_at(r, need->team);
	out->waiting = sorted_count(&r->line_pool, t->line);
	if (!c->waits)
		return;
	out->position = place_of(r, c) + 1;
	out->leaves = c->leaves;
	capacity = t->samples < SAMPLES_LEAST ? 0
					      : route_need_capacity(r, need);
	if (capacity > 0)
		out->wait_ms = t->mean_ms * (int64_t)out->position *
			       need->weight / (int64_t)capacity;
}

void
routing_tally(const struct routing *r, struct routing_tally *out)
{
	*out = (struct routing_tally){.waiting = r->tally[ROUTING_WAITS],
	    .offered = r->tally[ROUTING_OFFERED],
	    .held = r->tally[ROUTING_HELD],
	    .sellers = team_at(r, TEAM_ALL)->members.n,
	    .on_duty = r->on_duty};
}
