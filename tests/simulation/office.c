/*
 * office: the desk as desk/ runs it, without its thread: facts from chats and
 * sellers, decisions as acts. It may forget everything at any time.
 */
#include "tests/simulation/world.h"

#include <stdlib.h>
#include <string.h>

/* ---- facts --------------------------------------------------------------------- */

static size_t
bits(unsigned set, unsigned first, int64_t *out)
{
	size_t n = 0;
	unsigned i;

	for (i = 0; i < 8; i++)
		if ((set >> i & 1) != 0)
			out[n++] = (int64_t)(first + i);
	return n;
}

void
office_seller(struct world *w, const struct seller *s)
{
	int64_t teams[8], skills[8];
	struct routing_seller fact = {.id = s->id,
	    .online = s->online,
	    .away = s->away,
	    .offline_at = s->offline_at,
	    .capacity = s->capacity,
	    .teams = {teams, bits(s->teams, 101, teams)},
	    .skills = {skills, bits(s->skills, 201, skills)}};

	if (w->desk_up &&
	    routing_put_seller(w->routing, &fact, world_wall(w)) != OK)
		abort();
}

static void
set_place(struct world *w, struct chat *chat, struct routing_chat *fact)
{
	const struct conversation *c = &chat->c;

	fact->place = ROUTING_GONE;
	if (c->status == STATUS_SNOOZED)
		return;
	fact->ended_at = c->last_at;
	fact->wrap = c->status == STATUS_RESOLVED;
	if (c->holder == HOLDER_AGENT) {
		fact->place = ROUTING_HELD;
		fact->seller = c->agent;
		fact->held_at = c->last_at;
		fact->spoke_at = c->customer_at;
	} else if (c->holder == HOLDER_QUEUE && c->offered != 0) {
		fact->place = ROUTING_OFFERED;
		fact->seller = c->offered;
		fact->until = c->offered_at + w->policy.offer_ms;
	} else if (c->holder == HOLDER_QUEUE) {
		fact->place = ROUTING_WAITS;
	}
}

static void
put_chat(struct world *w, struct chat *chat)
{
	int64_t required[8], preferred[8];
	struct routing_chat fact = {.id = chat->c.id,
	    .seq = chat->c.seq,
	    .team = chat->c.team,
	    .since = chat->c.queued_at,
	    .priority = (unsigned)chat->c.priority,
	    .front = chat->c.front,
	    .given = chat->c.given,
	    .wanted = chat->c.wanted,
	    .last = chat->c.last_agent,
	    .required = {required, bits(chat->skills, 201, required)},
	    .preferred = {preferred, bits(chat->prefer, 201, preferred)},
	    .nots = chat->nots,
	    .not_count = chat->not_count,
	    .weight = chat->weight};

	set_place(w, chat, &fact);
	if (chat->c.holder == HOLDER_QUEUE)
		fact.team_since = chat->line_at;
	chat->dirty = chat->lost = false;
	if (routing_put_chat(w->routing, &fact, world_wall(w)) != OK)
		abort();
}

void
office_reread(struct world *w)
{
	unsigned i;

	w->desk_up = true;
	routing_reread_begin(w->routing);
	for (i = 0; i < w->seller_count; i++)
		office_seller(w, &w->sellers[i]);
	for (i = 0; i < w->handed_count; i++)
		put_chat(w, &w->chats[w->handed[i]]);
	routing_reread_end(w->routing, world_wall(w));
}

void
office_forget(struct world *w)
{
	routing_free(w->routing);
	if (routing_new(w->seed ^ w->crashes, &w->routing) != OK ||
	    routing_set_policy(w->routing, &w->routing_policy, world_wall(w)) !=
		OK)
		abort();
	w->desk_up = false;
	w->desk_at = 0;
}

/* ---- decisions ------------------------------------------------------------------- */

static void
notify(struct act *act, enum notice notice)
{
	act->notice = notice;
	act->notice_body = STR("{\"text\":\"One moment.\"}");
}

/* As the desk does: once for each line, and of who had a seller so. */
static enum notice
first_words(const struct conversation *c)
{
	if (c->notice_seq > c->holder_seq)
		return NOTICE_NONE;
	return c->front ? NOTICE_PASSED : NOTICE_WAITING;
}

static enum notice
notice_of(enum routing_why why)
{
	if (why == ROUTING_CLOSED)
		return NOTICE_CLOSED;
	return why == ROUTING_NOBODY ? NOTICE_NOBODY : NOTICE_MAILED;
}

/* In line: that nobody is there, or the first words. */
static enum notice
words_of_line(struct world *w, const struct conversation *c)
{
	struct routing_spot spot;

	routing_spot(w->routing, c->id, &spot);
	return spot.leaves || spot.position == 0 ? NOTICE_NOBODY
						 : first_words(c);
}

static struct act
act_of(struct world *w, const struct routing_decision *d)
{
	const struct conversation *c = &w->chats[d->chat - 1].c;
	struct act act = {.to_agent = d->seller,
	    .to_team = d->team,
	    .offer_seq = c->offer_seq,
	    .body = STR("{\"why\":\"routing\"}")};

	if (d->act == ROUTING_OFFER) {
		act.kind = ACT_OFFER;
		act.chats_max = 100;
		notify(&act, first_words(c));
	} else if (d->act == ROUTING_EXPIRE) {
		act.kind = d->why == ROUTING_RAN_OUT ? ACT_EXPIRE
						     : ACT_WITHDRAW;
	} else if (d->act == ROUTING_DROP) {
		act.kind = ACT_DROP;
	} else if (d->act == ROUTING_OVERFLOW) {
		act.kind = ACT_OVERFLOW;
	} else {
		bool desk = handoff_has_desk(c, &w->policy);

		act.kind = desk ? ACT_MAIL : ACT_NOTIFY;
		notify(&act, notice_of(d->why));
		if (!desk && act.notice == NOTICE_MAILED)
			notify(&act, words_of_line(w, c));
	}
	return act;
}

static void
set_away(struct world *w, int64_t id)
{
	struct seller *s = &w->sellers[id - 1];

	s->away = true;
	tell(w, "seller %lld is set away", (long long)id);
	office_seller(w, s);
	later(w, between(w, MINUTE, HOUR),
	    (struct moment){.what = H_AWAY, .seller = (unsigned)(id - 1)});
}

static void
carry_out(struct world *w, const struct routing_decision *d)
{
	struct chat *chat = &w->chats[d->chat - 1];
	enum act_refusal refusal;
	struct act act;

	if (d->act == ROUTING_TO_EMAIL &&
	    !handoff_has_desk(&chat->c, &w->policy)) /* it stays in line */
		routing_refused(w->routing, d, world_wall(w));
	act = act_of(w, d);
	if (d->act == ROUTING_OFFER)
		check_offer(w, chat, (unsigned)(d->seller - 1));
	if (d->act == ROUTING_DROP && chat->c.status == STATUS_SNOOZED &&
	    !chat->lost)
		broken(w, "chat %u is put off, and taken away",
		    number_of(w, chat));
	refusal = world_act(w, chat, &act);
	if (refusal != ACT_FINE || act.kind == ACT_NOTIFY) {
		routing_refused(w->routing, d, world_wall(w));
		chat->refused_at = w->steady + 1;
		chat->dirty = true;
		world_touch(w, chat);
	}
	w->offers += d->act == ROUTING_OFFER && refusal == ACT_FINE;
	w->dropped += d->act == ROUTING_DROP && refusal == ACT_FINE;
}

/* What was touched in this step, from the first of them not told yet. */
static void
tell_facts(struct world *w, unsigned *told)
{
	struct chat *chat;

	for (; *told < w->touched_count; (*told)++) {
		chat = &w->chats[w->touched[*told]];
		if (chat->dirty)
			put_chat(w, chat);
	}
}

static void
wake_at(struct world *w, int64_t until)
{
	int64_t at = w->steady + (until - world_wall(w));

	if (until == INT64_MAX || (w->desk_at > w->steady && w->desk_at <= at))
		return;
	w->desk_at = at;
	later(w, at - w->steady, (struct moment){.what = H_DESK});
}

/* Those who have come into a line, and whom no act told. */
static void
tell_new(struct world *w, unsigned told)
{
	unsigned i;

	for (i = 0; i < told; i++) {
		struct chat *chat = &w->chats[w->touched[i]];
		enum notice notice = first_words(&chat->c);
		struct routing_spot spot;
		struct act act = {.kind = ACT_NOTIFY};

		if (chat->c.holder != HOLDER_QUEUE || notice == NOTICE_NONE)
			continue;
		routing_spot(w->routing, chat->c.id, &spot);
		if (spot.leaves || (spot.position == 0 && chat->c.offered == 0))
			continue;
		notify(&act, notice);
		(void)world_act(w, chat, &act);
	}
}

void
office_run(struct world *w)
{
	struct routing_decision d;
	unsigned rounds = 0, told = 0;

	if (!w->desk_up)
		return;
	tell_facts(w, &told);
	for (;;) {
		routing_next(w->routing, world_wall(w), &d);
		if (d.act == ROUTING_NONE)
			break;
		if (++rounds > 10000) {
			broken(w, "the desk decides without end: %s",
			    routing_act_name(d.act));
			return;
		}
		if (d.act == ROUTING_AWAY)
			set_away(w, d.seller);
		else
			carry_out(w, &d);
		told = 0;
		tell_facts(w, &told);
	}
	tell_new(w, w->touched_count);
	told = 0;
	tell_facts(w, &told);
	wake_at(w, d.until);
}
