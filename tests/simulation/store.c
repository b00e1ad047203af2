/*
 * store: what the real store does with acts, commits and messages: folds,
 * keeps timers, and refuses what has moved on.
 */
#include "tests/simulation/world.h"

#include <stdlib.h>

static void
digest(struct world *w, uint64_t n)
{
	w->digest = (w->digest ^ n) * UINT64_C(0x100000001b3);
}

static const char *
what_of(const struct event *e)
{
	if (e->kind == EVENT_HOLDER)
		return holder_name((enum holder)e->ref);
	if (e->kind == EVENT_OFFER_END)
		return offer_end_name((enum offer_end)e->ref);
	if (e->kind == EVENT_TIMER)
		return timer_kind_name((enum timer_kind)e->ref);
	if (e->kind == EVENT_MESSAGE && e->author == AUTHOR_SYSTEM)
		return notice_name((enum notice)e->ref);
	return "";
}

/* Who let it pass, or did not want it, since it is in line. */
static void
note_not(struct chat *chat, const struct event *e)
{
	if (e->kind == EVENT_HOLDER)
		chat->not_count = 0;
	if (e->kind != EVENT_OFFER_END || e->ref == OFFER_WITHDRAWN ||
	    chat->not_count == NOTS_MAX)
		return;
	chat->nots[chat->not_count++] = (struct routing_not){
	    .seller = e->author_id, .ignored = e->ref == OFFER_EXPIRED};
}

/* With people: in line, or with a seller. */
static void
keep_handed(struct world *w, struct chat *chat)
{
	bool handed = chat->c.holder == HOLDER_QUEUE ||
		      chat->c.holder == HOLDER_AGENT;
	unsigned n = number_of(w, chat), i = 0;

	if (handed == chat->handed)
		return;
	chat->handed = handed;
	if (handed) {
		w->handed[w->handed_count++] = n;
		return;
	}
	while (w->handed[i] != n)
		i++;
	w->handed[i] = w->handed[--w->handed_count];
}

void
world_touch(struct world *w, struct chat *chat)
{
	if (!chat->touched)
		w->touched[w->touched_count++] = number_of(w, chat);
	chat->touched = true;
}

static void
keep_time(struct world *w, struct chat *chat)
{
	bool waits = chat->c.holder == HOLDER_QUEUE;

	if (waits && chat->waits_since == 0)
		chat->waits_since = w->steady + 1;
	if (!waits)
		chat->waits_since = 0;
	chat->kept = waits && (chat->kept || chat->c.unreached);
	if (chat->c.holder != HOLDER_EMAIL || chat->c.mail_seq != chat->failed)
		chat->failed_at = 0;
}

/* Where no mail got through, only the desk's own answer brings it back there. */
static void
check_desk(struct world *w, const struct chat *chat, const struct decision *d)
{
	bool mailed = false, said = false;
	unsigned i;

	for (i = 0; i < d->event_count; i++) {
		const struct event *e = &d->events[i];

		mailed |= e->kind == EVENT_HOLDER && e->ref == HOLDER_EMAIL;
		said |= e->kind == EVENT_MESSAGE && e->author == AUTHOR_AGENT;
	}
	if (chat->c.unreached && mailed && !said)
		broken(w, "chat %u: to a desk that no mail reaches",
		    number_of(w, chat));
}

static void
store_event(struct world *w, struct chat *chat, struct event e)
{
	e.seq = chat->c.seq + 1;
	if (conversation_fold(&chat->c, &e) != OK)
		broken(w, "chat %u: %s does not fold", number_of(w, chat),
		    event_kind_name(e.kind));
	digest(w, (uint64_t)number_of(w, chat));
	digest(w, (uint64_t)e.kind << 8 | (uint64_t)e.author);
	digest(w, e.ref ^ (uint64_t)e.author_id << 32);
	digest(w, (uint64_t)e.at);
	tell(w, "chat %u %llu: %s %s %s %lld", number_of(w, chat),
	    (unsigned long long)e.seq, author_name(e.author),
	    event_kind_name(e.kind), what_of(&e), (long long)e.author_id);
	note_not(chat, &e);
	if (e.kind == EVENT_HOLDER) {
		chat->line_at = e.at;
		chat->line_steady = w->steady;
	}
	if (e.kind == EVENT_MESSAGE && e.author == AUTHOR_SYSTEM)
		check_notice(w, chat, &e);
	keep_time(w, chat);
	keep_handed(w, chat);
	world_touch(w, chat);
	if (e.kind == EVENT_MESSAGE && e.author == AUTHOR_CUSTOMER)
		chat->was_silent = false;
	if (!chance(w, w->calm ? 0 : 1)) {
		chat->dirty = true;
	} else {
		chat->lost = true;
		later(w, 5 * SECOND, (struct moment){.what = H_REREAD});
	}
	person_reacts(w, chat, &e);
}

static void
set_timer(struct world *w, struct chat *chat, const struct timer_set *t)
{
	chat->timers[t->kind] = t->due;
	if (t->due != 0 && t->due < TIMER_PARKED)
		later(w, t->due - world_wall(w),
		    (struct moment){.what = H_TIMER,
			.chat = number_of(w, chat),
			.arg = (uint64_t)t->kind});
}

static void
store_decision(struct world *w, struct chat *chat, const struct decision *d)
{
	unsigned i;

	check_events(w, chat, d);
	check_desk(w, chat, d);
	for (i = 0; i < d->timer_count; i++)
		set_timer(w, chat, &d->timers[i]);
	for (i = 0; i < d->event_count; i++)
		store_event(w, chat, d->events[i]);
	if (conversation_pending(&chat->c))
		later(w, chance(w, w->calm ? 0 : 1) ? SECOND : 5,
		    (struct moment){
			.what = H_WORK, .chat = number_of(w, chat)});
}

enum act_refusal
world_act(struct world *w, struct chat *chat, const struct act *act)
{
	struct act whole = *act;
	struct acted acted;

	whole.now = world_wall(w);
	whole.policy = &w->policy;
	if (handoff_act(&chat->c, &whole, &w->arena, &acted) != OK)
		abort();
	if (acted.refusal == ACT_FINE)
		store_decision(w, chat, &acted.decision);
	return acted.refusal;
}

bool
world_commit(struct world *w, struct chat *chat, const struct decision *d)
{
	if (d->seq != chat->c.seq || d->epoch != chat->c.epoch) {
		w->stale++;
		return false;
	}
	store_decision(w, chat, d);
	return true;
}

void
world_inbound(struct world *w, struct chat *chat)
{
	const struct decision d = {.event_count = 1,
	    .events = {{.kind = EVENT_MESSAGE,
		.author = AUTHOR_CUSTOMER,
		.at = world_wall(w)}}};
	bool waited = chat->c.waiting_at != 0;
	int64_t due = chat->timers[TIMER_NEXT_RESPONSE];

	store_decision(w, chat, &d);
	if (!waited && chat->c.waiting_at != 0 && due >= TIMER_PARKED)
		set_timer(w, chat,
		    &(struct timer_set){due - TIMER_PARKED + chat->c.waiting_at,
			TIMER_NEXT_RESPONSE});
}
