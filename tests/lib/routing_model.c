/* routing_model: facts into arrays, and the first rule that decides. */
#include "tests/lib/routing_model_rules.h"

#include <assert.h>

/* ---- deciding ---------------------------------------------------------- */

/* Whether somebody is on duty may have changed with the time. */
static void
notice_duty(struct model_seller *s, int64_t now)
{
	bool is = model_duty(s, now);

	if (is != s->was_duty) {
		if (is)
			s->idle_since = now;
		s->ignored = 0;
	}
	s->was_duty = is;
	if (now >= s->away_lost_at)
		s->away_lost_at = 0;
}

static void
decide(struct model *m, struct model_chat *c, struct routing_decision *out,
    int64_t now)
{
	out->number = ++m->number;
	out->chat = c->fact.id;
	out->seq = c->fact.seq;
	c->pending = out->act;
	c->number = out->number;
	c->lost_at = now + ROUTING_LOST_MS;
}

static void
decide_exit(struct model *m, struct model_chat *c, enum routing_why why,
    struct routing_decision *out, int64_t now)
{
	out->team = model_exit(m, c, now);
	out->act = out->team == 0 ? ROUTING_TO_EMAIL : ROUTING_OVERFLOW;
	out->why = why;
	decide(m, c, out, now);
}

static void
explain(const struct model *m, const struct model_chat *c,
    const struct model_seller *chosen, struct routing_reason *out, int64_t now)
{
	size_t i;

	*out = (struct routing_reason){.order = m->policy.order,
	    .waited_ms = now - c->fact.since,
	    .relaxed = model_relaxed(m, c, now),
	    .before = model_position(m, c->fact.id, now) - 1};
	for (i = 0; i < m->seller_count; i++) {
		if (!m->sellers[i].known)
			continue;
		out->sellers++;
		if (&m->sellers[i] != chosen)
			out->counts[model_cause(m, c, &m->sellers[i], now)]++;
	}
}

static void
decide_offer(struct model *m, struct model_chat *c,
    struct routing_decision *out, int64_t now)
{
	unsigned candidates;
	struct model_seller *s = model_best(m, c, now, &candidates);

	out->act = ROUTING_OFFER;
	out->seller = s->fact.id;
	out->until = now + m->policy.offer_ms;
	out->why = model_is_from(c, s->fact.id)	  ? ROUTING_RETURNED
		   : s->fact.id == c->fact.wanted ? ROUTING_WANTED
		   : s->fact.id == c->fact.last	  ? ROUTING_LAST
		   : candidates == 1		  ? ROUTING_ONLY
						  : ROUTING_BEST;
	explain(m, c, s, &out->reason, now);
	c->was_turn = s->turn;
	c->was_idle_since = s->idle_since;
	c->to = s->fact.id;
	decide(m, c, out, now);
	s->turn = out->number;
	if (now > s->idle_since)
		s->idle_since = now;
}

static void
decide_expire(struct model *m, struct model_chat *c,
    struct routing_decision *out, int64_t now)
{
	struct model_seller *s = model_seller_find(m, c->fact.seller);

	out->act = ROUTING_EXPIRE;
	out->seller = c->fact.seller;
	out->why = model_duty(s, now) ? ROUTING_RAN_OUT : ROUTING_SELLER_GONE;
	decide(m, c, out, now);
	if (out->why == ROUTING_RAN_OUT && !c->ran_out) {
		c->ran_out = true;
		s->ignored++;
	}
}

static void
decide_away(struct model *m, struct model_seller *s,
    struct routing_decision *out, int64_t now)
{
	out->act = ROUTING_AWAY;
	out->seller = s->fact.id;
	out->number = s->away_number = ++m->number;
	s->away_lost_at = now + ROUTING_LOST_MS;
	notice_duty(s, now);
}

static void
decide_rest(struct model *m, int64_t now, struct routing_decision *out)
{
	struct model_chat *c;

	if ((c = model_first(m, MODEL_DROP, now)) != NULL) {
		out->act = ROUTING_DROP;
		out->seller = c->fact.seller;
		decide(m, c, out, now);
	} else if ((c = model_first(m, MODEL_LATE, now)) != NULL)
		decide_exit(m, c, ROUTING_TOO_LONG, out, now);
	else if ((c = model_first(m, MODEL_SHUT, now)) != NULL)
		decide_exit(m, c,
		    model_open(m, c->fact.team, now) ? ROUTING_NOBODY
						     : ROUTING_CLOSED,
		    out, now);
	else if ((c = model_first(m, MODEL_OFFER, now)) != NULL)
		decide_offer(m, c, out, now);
}

void
model_next(struct model *m, int64_t now, struct routing_decision *out)
{
	struct model_chat *c = NULL;
	struct model_seller *s;
	size_t i;

	*out = (struct routing_decision){0};
	for (i = 0; i < m->seller_count; i++)
		notice_duty(&m->sellers[i], now);
	for (i = 0; i < m->chat_count; i++)
		if (!model_pending(&m->chats[i], now))
			m->chats[i].pending = ROUTING_NONE;
	if ((c = model_first(m, MODEL_EXPIRE, now)) != NULL)
		decide_expire(m, c, out, now);
	else if ((s = model_first_away(m, now)) != NULL)
		decide_away(m, s, out, now);
	else
		decide_rest(m, now, out);
}

enum routing_act
model_peek(const struct model *m, int64_t now)
{
	struct model copy = *m;
	struct routing_decision d;
	size_t i;

	for (i = 0; i < copy.seller_count; i++) {
		copy.sellers[i].fact.teams.ids = copy.sellers[i].teams;
		copy.sellers[i].fact.skills.ids = copy.sellers[i].skills;
		copy.sellers[i].fact.languages.ids = copy.sellers[i].languages;
	}
	for (i = 0; i < copy.chat_count; i++) {
		copy.chats[i].fact.required.ids = copy.chats[i].required;
		copy.chats[i].fact.preferred.ids = copy.chats[i].preferred;
	}
	model_next(&copy, now, &d);
	return d.act;
}

/* ---- facts ------------------------------------------------------------- */

void
model_set_policy(
    struct model *m, const struct routing_policy *policy, int64_t now)
{
	size_t i;

	m->policy = *policy;
	memcpy(m->teams, policy->teams,
	    policy->team_count * sizeof(*policy->teams));
	for (i = 0; i < m->seller_count; i++)
		notice_duty(&m->sellers[i], now);
}

static void
copy_ids(struct routing_ids *ids, int64_t *to)
{
	assert(ids->n <= MODEL_IDS);
	if (ids->n > 0 && ids->ids != to)
		memcpy(to, ids->ids, ids->n * sizeof(*to));
	ids->ids = to;
}

void
model_put_seller(
    struct model *m, const struct routing_seller *fact, int64_t now)
{
	struct model_seller *s = model_seller_find(m, fact->id);
	bool is_new;

	if (s == NULL) {
		assert(m->seller_count < MODEL_SELLERS);
		s = &m->sellers[m->seller_count++];
		*s = (struct model_seller){.known = false};
	}
	is_new = !s->known;
	s->known = true;
	s->fact = *fact;
	copy_ids(&s->fact.teams, s->teams);
	copy_ids(&s->fact.skills, s->skills);
	copy_ids(&s->fact.languages, s->languages);
	if (fact->away)
		s->away_lost_at = 0;
	if (!is_new && fact->idle_since > s->idle_since)
		s->idle_since = fact->idle_since;
	notice_duty(s, now);
	if (is_new && fact->idle_since != 0)
		s->idle_since = fact->idle_since;
}

void
model_seller_gone(struct model *m, int64_t id, int64_t now)
{
	struct model_seller *s = model_seller_find(m, id);

	if (s == NULL || !s->known)
		return;
	s->known = false;
	s->turn = s->wrap_count = 0;
	s->idle_since = s->away_lost_at = 0;
	notice_duty(s, now);
	s->ignored = 0;
}

static void
learn(struct model *m, const struct model_chat *old,
    const struct routing_chat *fact, int64_t now)
{
	int64_t to = 0;
	struct model_seller *s;
	size_t i;

	if (old->pending == ROUTING_OFFER)
		to = old->to;
	else if (old->fact.place == ROUTING_OFFERED)
		to = old->fact.seller;
	s = model_seller_find(m, old->fact.seller);
	if (old->fact.place == ROUTING_HELD && fact->place == ROUTING_GONE &&
	    fact->wrap && fact->ended_at + m->policy.wrap_ms > now &&
	    s != NULL && s->known) {
		assert(s->wrap_count < MODEL_WRAPS);
		s->wraps[s->wrap_count].until = fact->ended_at +
						m->policy.wrap_ms;
		s->wraps[s->wrap_count++].room = model_weight(old);
		notice_duty(s, now);
	}
	s = model_seller_find(m, to);
	if (s == NULL || fact->place == ROUTING_GONE ||
	    (fact->place != ROUTING_WAITS && fact->seller == to))
		return;
	for (i = fact->not_count; i > 0; i--)
		if (fact->nots[i - 1].seller == to)
			break;
	if (i > 0 && !fact->nots[i - 1].ignored)
		s->ignored = 0;
	else if (i > 0 && !old->ran_out)
		s->ignored++;
}

static void
begin_hold(struct model *m, const struct model_chat *old, struct model_chat *c)
{
	struct model_seller *s = model_seller_find(m, c->fact.seller);

	if (c->fact.place != ROUTING_HELD)
		return;
	if (old->fact.place == ROUTING_HELD &&
	    old->fact.seller == c->fact.seller) {
		c->fact.held_at = old->fact.held_at;
		return;
	}
	if (s == NULL || !s->known)
		return;
	s->ignored = 0;
	if (c->fact.held_at > s->idle_since)
		s->idle_since = c->fact.held_at;
}

static struct model_chat *
chat_make(struct model *m)
{
	size_t i;

	for (i = 0; i < m->chat_count; i++)
		if (!m->chats[i].known)
			break;
	assert(i < MODEL_CHATS);
	if (i == m->chat_count)
		m->chat_count++;
	m->chats[i] = (struct model_chat){
	    .known = true, .fact = {.place = ROUTING_GONE}};
	return &m->chats[i];
}

static bool
is_elsewhere(const struct routing_chat *a, const struct routing_chat *b)
{
	return a->place != b->place || a->team != b->team ||
	       (a->team_since != 0 ? a->team_since : a->since) !=
		   (b->team_since != 0 ? b->team_since : b->since);
}

void
model_put_chat(struct model *m, const struct routing_chat *fact, int64_t now)
{
	struct model_chat *c = model_chat_find(m, fact->id), old;

	if (c != NULL && !model_pending(c, now))
		c->pending = ROUTING_NONE;
	if (c != NULL &&
	    (fact->seq < c->fact.seq ||
		(fact->seq == c->fact.seq && c->pending != ROUTING_NONE))) {
		c->named = true;
		return;
	}
	if (fact->place == ROUTING_GONE) {
		if (c != NULL) {
			learn(m, c, fact, now);
			c->known = false;
		}
		return;
	}
	if (c == NULL)
		c = chat_make(m);
	old = *c;
	learn(m, &old, fact, now);
	c->fact = *fact;
	if (is_elsewhere(&old.fact, fact))
		c->stays = 0;
	if (c->stays == 0)
		c->stays_until = INT64_MIN;
	if (fact->seq > old.fact.seq) {
		c->quiet_until = INT64_MIN;
		c->ran_out = false;
	}
	if (fact->place == ROUTING_HELD) {
		c->fact.wanted = c->fact.last = 0;
		c->fact.not_count = 0;
		c->fact.required.n = c->fact.preferred.n = 0;
	}
	copy_ids(&c->fact.required, c->required);
	copy_ids(&c->fact.preferred, c->preferred);
	assert(c->fact.not_count <= MODEL_IDS);
	if (c->fact.not_count > 0)
		memcpy(
		    c->nots, fact->nots, c->fact.not_count * sizeof(*c->nots));
	c->pending = ROUTING_NONE;
	c->named = true;
	begin_hold(m, &old, c);
}

void
model_forget_chat(struct model *m, int64_t id)
{
	struct model_chat *c = model_chat_find(m, id);

	if (c != NULL)
		c->known = false;
}

void
model_refused(struct model *m, const struct routing_decision *d, int64_t now)
{
	struct model_chat *c = model_chat_find(m, d->chat);
	struct model_seller *s = model_seller_find(m, d->seller);
	int64_t wait;

	if (d->act == ROUTING_AWAY) {
		if (s != NULL && s->away_number == d->number) {
			s->away_lost_at = 0;
			notice_duty(s, now);
		}
		return;
	}
	if (c == NULL || !model_pending(c, now) || c->number != d->number)
		return;
	if (d->act == ROUTING_OFFER && s->turn == d->number) {
		s->turn = c->was_turn;
		s->idle_since = c->was_idle_since;
	}
	if (d->act == ROUTING_OVERFLOW || d->act == ROUTING_TO_EMAIL) {
		wait = (int64_t)ROUTING_REFUSED_MS << c->stays;
		if (c->stays < 8)
			c->stays++;
		c->stays_until = now + (wait < 300000 ? wait : 300000);
	} else
		c->quiet_until = now + ROUTING_REFUSED_MS;
	c->pending = ROUTING_NONE;
}
