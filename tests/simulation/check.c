/*
 * check: what must hold after every step, worked out anew from chats and
 * sellers, without asking routing or handoff.
 */
#include "tests/simulation/world.h"

#define SLACK (2 * MINUTE)

/* Once silent, silent until they speak: whatever the clock does. */
static bool
is_silent(const struct world *w, const struct chat *chat)
{
	return chat->was_silent || (w->routing_policy.silent_ms > 0 &&
				       world_wall(w) - chat->c.customer_at >=
					   w->routing_policy.silent_ms);
}

static unsigned
load(const struct world *w, int64_t seller)
{
	unsigned sum = 0, i, weight;

	for (i = 0; i < w->handed_count; i++) {
		const struct chat *chat = &w->chats[w->handed[i]];

		if (handoff_counts(&chat->c, seller) == 0 ||
		    chat->c.status == STATUS_SNOOZED)
			continue;
		weight = chat->weight;
		/* That they have just spoken the desk may not have heard. */
		if (chat->c.holder == HOLDER_AGENT &&
		    (chat->lost || is_silent(w, chat)))
			weight = weight * w->routing_policy.silent_percent /
				 100;
		sum += weight;
	}
	return sum;
}

static bool
in_team(const struct seller *s, int64_t team)
{
	return team == 0 || (s->teams >> (team - 101) & 1) != 0;
}

static bool
has_declined(const struct chat *chat, int64_t seller)
{
	size_t i;

	for (i = 0; i < chat->not_count; i++)
		if (chat->nots[i].seller == seller && !chat->nots[i].ignored)
			return true;
	return false;
}

/* Asked for by name: then team and skills do not matter for a while. */
static bool
is_wanted(const struct world *w, const struct chat *chat, int64_t seller)
{
	return chat->c.wanted == seller &&
	       world_wall(w) - chat->line_at <= w->routing_policy.wanted_ms;
}

static bool
is_relaxed(const struct world *w, const struct chat *chat)
{
	int64_t since = chat->c.front ? chat->line_at : chat->c.queued_at;

	return world_wall(w) - since > w->routing_policy.relax_ms;
}

static void
broken_offer(
    struct world *w, const struct chat *chat, unsigned seller, const char *why)
{
	broken(w, "chat %u is offered to seller %u, who %s", number_of(w, chat),
	    seller + 1, why);
}

/* A seller who does not wait for another and has all that it takes. */
static bool
can_take(struct world *w, const struct chat *chat, const struct seller *s)
{
	if (chat->c.wanted != 0 || chat->c.last_agent != 0)
		return false; /* it may wait for them: no claim is made */
	if ((chat->prefer & ~s->skills) != 0 && !is_relaxed(w, chat))
		return false;
	return in_team(s, chat->c.team) && (chat->skills & ~s->skills) == 0 &&
	       !has_declined(chat, s->id) && chat->not_count == 0;
}

static int64_t
rank(const struct world *w, const struct chat *chat)
{
	return chat->c.queued_at -
	       (int64_t)chat->c.priority * w->routing_policy.priority_ms;
}

static bool
stands_before(const struct world *w, const struct chat *a, const struct chat *b)
{
	if (a->c.front != b->c.front)
		return a->c.front;
	if (rank(w, a) != rank(w, b))
		return rank(w, a) < rank(w, b);
	return a->c.id < b->c.id;
}

/* Nobody who waits longer, and whom this seller could have, is passed over. */
static void
check_fair(struct world *w, const struct chat *chosen, const struct seller *s)
{
	unsigned i;

	if (chosen->c.wanted == s->id || chosen->c.last_agent == s->id)
		return; /* that is the reason */
	for (i = 0; i < w->handed_count; i++) {
		const struct chat *c = &w->chats[w->handed[i]];

		if (c == chosen || c->c.holder != HOLDER_QUEUE ||
		    c->c.offered != 0 || c->dirty || c->lost ||
		    c->weight > chosen->weight ||
		    (c->refused_at != 0 &&
			w->steady - c->refused_at < 2 * ROUTING_REFUSED_MS))
			continue;
		if (stands_before(w, c, chosen) && can_take(w, c, s))
			broken(w,
			    "chat %u is overtaken by chat %u for seller "
			    "%lld",
			    number_of(w, c), number_of(w, chosen),
			    (long long)s->id);
	}
}

void
check_offer(struct world *w, const struct chat *chat, unsigned seller)
{
	const struct seller *s = &w->sellers[seller];

	if (chat->lost || chat->c.holder != HOLDER_QUEUE ||
	    chat->c.offered != 0)
		return; /* decided from something old: it will be refused */
	if (!s->online)
		broken_offer(w, chat, seller, "is offline");
	if (s->away)
		broken_offer(w, chat, seller, "is away");
	if (has_declined(chat, s->id))
		broken_offer(w, chat, seller, "has declined it");
	if (!is_wanted(w, chat, s->id) && !in_team(s, chat->c.team))
		broken_offer(w, chat, seller, "is in another team");
	if (!is_wanted(w, chat, s->id) && (chat->skills & ~s->skills) != 0)
		broken_offer(w, chat, seller, "lacks a skill");
	if (load(w, s->id) + chat->weight > s->capacity)
		broken_offer(w, chat, seller, "is full");
	/* By either clock: the wall's may have been put back since. */
	if (chat->c.given && chat->c.last_agent == s->id &&
	    world_wall(w) - chat->line_at < w->routing_policy.relax_ms &&
	    w->steady - chat->line_steady < w->routing_policy.relax_ms)
		broken_offer(w, chat, seller, "has just given it away");
	check_fair(w, chat, s);
}

/* ---- events ----------------------------------------------------------------------- */

void
check_events(struct world *w, const struct chat *chat, const struct decision *d)
{
	unsigned i, notices = 0;

	for (i = 0; i < d->event_count; i++) {
		const struct event *e = &d->events[i];

		if (e->kind == EVENT_MESSAGE && e->author == AUTHOR_BOT &&
		    chat->c.holder != HOLDER_BOT)
			broken(w, "chat %u: the bot speaks while %s holds",
			    number_of(w, chat), holder_name(chat->c.holder));
		notices += e->kind == EVENT_MESSAGE &&
			   e->author == AUTHOR_SYSTEM;
		if (e->kind == EVENT_TIMER &&
		    (e->ref == TIMER_FIRST_RESPONSE) &&
		    (chat->c.breached & UINT64_C(1) << e->ref) != 0)
			broken(w, "chat %u: %s fires twice", number_of(w, chat),
			    timer_kind_name((enum timer_kind)e->ref));
	}
	if (notices > 1)
		broken(w, "chat %u: two automatic texts at once",
		    number_of(w, chat));
}

/* Somebody with what it takes is here, or has only just gone. */
static bool
has_somebody(const struct world *w, const struct chat *chat)
{
	const struct seller *s = w->sellers;

	for (; s < w->sellers + w->seller_count; s++)
		if ((s->online || world_wall(w) - s->offline_at <=
				      w->routing_policy.grace_ms) &&
		    (is_wanted(w, chat, s->id) ||
			(in_team(s, chat->c.team) &&
			    (chat->skills & ~s->skills) == 0)))
			return true;
	return false;
}

void
check_notice(struct world *w, struct chat *chat, const struct event *e)
{
	unsigned n = number_of(w, chat);

	if (chat->notice_at == w->steady + 1)
		broken(w, "chat %u: two automatic texts at once", n);
	chat->notice_at = w->steady + 1;
	if ((e->ref == NOTICE_WAITING || e->ref == NOTICE_PASSED) &&
	    !has_somebody(w, chat))
		broken(w, "chat %u: %s, and nobody is there", n,
		    notice_name((enum notice)e->ref));
}

/* ---- after each step ---------------------------------------------------------------- */

static void
check_holder(struct world *w, const struct chat *chat)
{
	const struct conversation *c = &chat->c;
	unsigned n = number_of(w, chat);

	if ((c->holder == HOLDER_AGENT) != (c->agent != 0))
		broken(w, "chat %u: %s holds, and the agent is %lld", n,
		    holder_name(c->holder), (long long)c->agent);
	if (c->offered != 0 && c->holder != HOLDER_QUEUE)
		broken(w, "chat %u: offered while %s holds", n,
		    holder_name(c->holder));
	if (c->status == STATUS_RESOLVED && c->holder == HOLDER_QUEUE)
		broken(w, "chat %u: resolved, and waits in line", n);
	if (c->handled_seq > c->last_customer_seq)
		broken(w, "chat %u: handled what nobody said", n);
}

/*
 * In line no longer than it may; then it is written to the desk, or ended where
 * there is none.
 */
static void
check_bound(struct world *w, const struct chat *chat)
{
	int64_t bound = w->policy.has_desk && !chat->kept
			    ? w->policy.queue_ms * (int64_t)(TEAMS_MAX + 2)
			    : w->policy.keep_ms;

	if (chat->kept)
		bound += w->policy.queue_ms * (int64_t)(TEAMS_MAX + 2);
	bound += SLACK + w->turned_back;
	if (chat->waits_since == 0)
		return;
	if (w->steady - chat->waits_since > bound)
		broken(w, "chat %u waits in line for %lld s",
		    number_of(w, chat),
		    (long long)((w->steady - chat->waits_since) / SECOND));
}

/* Nobody waits for a support desk that got no mail. */
static void
check_desk(struct world *w, const struct chat *chat)
{
	if (chat->failed_at != 0 &&
	    w->steady - chat->failed_at > SLACK + w->turned_back)
		broken(w, "chat %u waits for a desk that no mail reaches",
		    number_of(w, chat));
}

/* Nobody who has gone home keeps a customer, other than put off. */
static void
check_kept(struct world *w, struct chat *chat)
{
	const struct conversation *c = &chat->c;
	const struct seller *s;
	int64_t since;

	if (c->status == STATUS_SNOOZED || chat->put_off)
		chat->put_off_at = world_wall(w);
	chat->put_off = c->status == STATUS_SNOOZED;
	if (c->holder != HOLDER_AGENT || c->status == STATUS_SNOOZED)
		return;
	s = &w->sellers[c->agent - 1];
	since = s->offline_at > chat->put_off_at ? s->offline_at
						 : chat->put_off_at;
	if (!s->online && s->offline_at != 0 &&
	    world_wall(w) - since >
		w->routing_policy.grace_ms + SLACK + w->turned_back)
		broken(w, "chat %u is kept by seller %lld, who went home",
		    number_of(w, chat), (long long)s->id);
}

void
check_step(struct world *w)
{
	struct chat *chat;
	unsigned i;

	for (i = 0; i < w->touched_count; i++) {
		chat = &w->chats[w->touched[i]];
		chat->touched = false;
		check_holder(w, chat);
	}
	w->touched_count = 0;
	for (i = 0; i < w->handed_count; i++) {
		chat = &w->chats[w->handed[i]];
		chat->was_silent = is_silent(w, chat);
		check_bound(w, chat);
		check_kept(w, chat);
	}
	for (i = 0; i < CHATS_MAX; i++)
		check_desk(w, &w->chats[i]);
}
