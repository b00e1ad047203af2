/* routing_model_rules: every rule of core/routing.h as one plain function. */
#include "tests/lib/routing_model_rules.h"
#include "core/idmap.h"

#define FRONT (INT64_C(1) << 60)

/* ---- looking up -------------------------------------------------------- */

static bool
has(const struct routing_ids *list, int64_t id)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->ids[i] == id)
			return true;
	return false;
}

struct model_seller *
model_seller_find(const struct model *m, int64_t id)
{
	size_t i;

	for (i = 0; i < m->seller_count; i++)
		if (m->sellers[i].fact.id == id)
			return (struct model_seller *)&m->sellers[i];
	return NULL;
}

struct model_chat *
model_chat_find(const struct model *m, int64_t id)
{
	size_t i;

	for (i = 0; i < m->chat_count; i++)
		if (m->chats[i].known && m->chats[i].fact.id == id)
			return (struct model_chat *)&m->chats[i];
	return NULL;
}

static const struct routing_team *
team(const struct model *m, int64_t id)
{
	size_t i;

	for (i = 0; i < m->policy.team_count; i++)
		if (m->teams[i].id == id)
			return &m->teams[i];
	return NULL;
}

/* ---- what is so now ---------------------------------------------------- */

static bool
present(const struct model *m, const struct model_seller *s, int64_t now)
{
	return s != NULL && s->known &&
	       (s->fact.online ||
		   now < s->fact.offline_at + m->policy.grace_ms);
}

bool
model_duty(const struct model_seller *s, int64_t now)
{
	return s != NULL && s->known && s->fact.online && !s->fact.away &&
	       now >= s->away_lost_at;
}

unsigned
model_weight(const struct model_chat *c)
{
	return c->fact.weight == 0 ? 100 : c->fact.weight;
}

bool
model_pending(const struct model_chat *c, int64_t now)
{
	return c->pending != ROUTING_NONE && now < c->lost_at;
}

static int64_t
room_of(
    const struct model *m, const struct model_chat *c, int64_t id, int64_t now)
{
	if (model_pending(c, now))
		return c->pending == ROUTING_OFFER && c->to == id
			   ? model_weight(c)
			   : 0;
	if (c->fact.place == ROUTING_WAITS || c->fact.seller != id)
		return 0;
	if (c->fact.place == ROUTING_HELD && m->policy.silent_ms > 0 &&
	    now >= c->fact.spoke_at + m->policy.silent_ms)
		return model_weight(c) * m->policy.silent_percent / 100;
	return model_weight(c);
}

static int64_t
taken(const struct model *m, const struct model_seller *s, int64_t now)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < m->chat_count; i++)
		if (m->chats[i].known)
			sum += room_of(m, &m->chats[i], s->fact.id, now);
	return sum;
}

static int64_t
wrapping(const struct model_seller *s, int64_t now)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < s->wrap_count; i++)
		if (now < s->wraps[i].until)
			sum += s->wraps[i].room;
	return sum;
}

static int64_t
rank(const struct model *m, const struct model_chat *c)
{
	int64_t n = c->fact.since - c->fact.priority * m->policy.priority_ms;

	if (c->fact.sla_ms > 0 && c->fact.sla_ms < m->policy.sla_ms)
		n -= m->policy.sla_ms - c->fact.sla_ms;
	return c->fact.front ? n - FRONT : n;
}

static int64_t
team_since(const struct model_chat *c)
{
	return c->fact.team_since != 0 ? c->fact.team_since : c->fact.since;
}

bool
model_relaxed(const struct model *m, const struct model_chat *c, int64_t now)
{
	return now >= (c->fact.front ? team_since(c) : c->fact.since) +
			  m->policy.relax_ms;
}

/* Who gave it away. */
bool
model_is_from(const struct model_chat *c, int64_t id)
{
	return c->fact.given && c->fact.front && c->fact.last == id && id != 0;
}

static const struct routing_not *
against(const struct model_chat *c, int64_t id)
{
	size_t i;

	for (i = c->fact.not_count; i > 0; i--)
		if (c->nots[i - 1].seller == id)
			return &c->nots[i - 1];
	return NULL;
}

static bool
speaks(const struct model_chat *c, const struct model_seller *s)
{
	return c->fact.language == 0 || s->fact.languages.n == 0 ||
	       has(&s->fact.languages, c->fact.language);
}

/* ROUTING_CAUSES: it has all it takes. */
static enum routing_cause
lacks(const struct model *m, const struct model_chat *c,
    const struct model_seller *s, int64_t now)
{
	size_t i;

	if (c->fact.team != 0 && !has(&s->fact.teams, c->fact.team))
		return ROUTING_OTHER_TEAM;
	if (!speaks(c, s) && !model_relaxed(m, c, now))
		return ROUTING_OTHER_LANGUAGE;
	for (i = 0; i < c->fact.required.n; i++)
		if (!has(&s->fact.skills, c->required[i]))
			return ROUTING_LACKS_SKILL;
	for (i = 0; i < c->fact.preferred.n && !model_relaxed(m, c, now); i++)
		if (!has(&s->fact.skills, c->preferred[i]))
			return ROUTING_LACKS_SKILL;
	return ROUTING_CAUSES;
}

/* The one it waits for; 0: nobody. */
static int64_t
waits_for(const struct model *m, const struct model_chat *c, int64_t now,
    bool *wanted)
{
	const int64_t ids[] = {c->fact.wanted, c->fact.last};
	const int64_t limits[] = {m->policy.wanted_ms, m->policy.sticky_ms};
	size_t i;

	for (i = 0; i < 2; i++) {
		const struct model_seller *s = model_seller_find(m, ids[i]);

		*wanted = i == 0;
		if (ids[i] != 0 && now < team_since(c) + limits[i] &&
		    model_duty(s, now) && s->fact.capacity >= model_weight(c) &&
		    against(c, ids[i]) == NULL && !model_is_from(c, ids[i]) &&
		    (*wanted || lacks(m, c, s, now) == ROUTING_CAUSES))
			return ids[i];
	}
	*wanted = false;
	return 0;
}

enum routing_cause
model_cause(const struct model *m, const struct model_chat *c,
    const struct model_seller *s, int64_t now)
{
	bool wanted;
	int64_t tie = waits_for(m, c, now, &wanted);
	enum routing_cause lack = lacks(m, c, s, now);
	const struct routing_not *not = against(c, s->fact.id);
	int64_t room = s->fact.capacity - taken(m, s, now) - wrapping(s, now);

	if (lack != ROUTING_CAUSES && !(wanted && tie == s->fact.id))
		return lack;
	if (!s->fact.online)
		return ROUTING_OFFLINE;
	if (!model_duty(s, now))
		return ROUTING_SELLER_AWAY;
	if (not != NULL && !not ->ignored)
		return ROUTING_DECLINED;
	if (model_is_from(c, s->fact.id) && !model_relaxed(m, c, now))
		return ROUTING_GAVE_AWAY;
	if (tie != 0 && tie != s->fact.id)
		return ROUTING_WAITS_FOR;
	if (room < model_weight(c))
		return room + wrapping(s, now) >= model_weight(c)
			   ? ROUTING_WRAPPING_UP
			   : ROUTING_FULL;
	if (model_is_from(c, s->fact.id))
		return ROUTING_GAVE_AWAY;
	return not != NULL ? ROUTING_IGNORED : ROUTING_RANKED_LOWER;
}

static bool
may_take(const struct model *m, const struct model_chat *c,
    const struct model_seller *s, int64_t now)
{
	enum routing_cause why_not = model_cause(m, c, s, now);

	return why_not == ROUTING_IGNORED || why_not == ROUTING_RANKED_LOWER ||
	       (why_not == ROUTING_GAVE_AWAY && model_relaxed(m, c, now));
}

/* ---- the best ---------------------------------------------------------- */

static int
by_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static unsigned
preferred(const struct model_chat *c, const struct model_seller *s)
{
	unsigned n = c->fact.language != 0 && speaks(c, s);
	size_t i, k;

	for (i = 0; i < c->fact.preferred.n; i++) {
		for (k = 0; k < i; k++)
			if (c->preferred[k] == c->preferred[i])
				break;
		n += k == i && !has(&c->fact.required, c->preferred[i]) &&
		     has(&s->fact.skills, c->preferred[i]);
	}
	return n;
}

static int
by_policy(const struct model *m, const struct model_seller *a,
    const struct model_seller *b, int64_t now)
{
	int order = 0;
	int64_t x = taken(m, a, now) + wrapping(a, now);
	int64_t y = taken(m, b, now) + wrapping(b, now);

	if (m->policy.order == ROUTING_LEAST_LOADED)
		order = by_number(x * 1000000 / a->fact.capacity,
		    y * 1000000 / b->fact.capacity);
	if (m->policy.order == ROUTING_ROUND_ROBIN)
		order = by_number((int64_t)a->turn, (int64_t)b->turn);
	if (order == 0)
		order = by_number(a->idle_since, b->idle_since);
	if (order != 0)
		return order;
	return idmap_mix(m->seed ^ idmap_mix((uint64_t)a->fact.id)) <
		       idmap_mix(m->seed ^ idmap_mix((uint64_t)b->fact.id))
		   ? -1
		   : 1;
}

static bool
better(const struct model *m, const struct model_chat *c,
    const struct model_seller *a, const struct model_seller *b, int64_t now)
{
	const struct model_seller *s[2] = {a, b};
	int64_t score[2][4];
	size_t i;

	for (i = 0; i < 2; i++) {
		score[i][0] = s[i]->fact.id == c->fact.wanted;
		score[i][1] = s[i]->fact.id == c->fact.last &&
			      !(c->fact.given && c->fact.front);
		score[i][2] = model_is_from(c, s[i]->fact.id)	  ? 0
			      : against(c, s[i]->fact.id) != NULL ? 1
								  : 2;
		score[i][3] = preferred(c, s[i]);
	}
	for (i = 0; i < 4; i++)
		if (score[0][i] != score[1][i])
			return score[0][i] > score[1][i];
	return by_policy(m, a, b, now) < 0;
}

struct model_seller *
model_best(const struct model *m, const struct model_chat *c, int64_t now,
    unsigned *candidates)
{
	struct model_seller *found = NULL;
	size_t i;

	*candidates = 0;
	for (i = 0; i < m->seller_count; i++) {
		struct model_seller *s = (struct model_seller *)&m->sellers[i];

		if (!s->known || !may_take(m, c, s, now))
			continue;
		(*candidates)++;
		if (found == NULL || better(m, c, s, found, now))
			found = s;
	}
	return found;
}

/* ---- teams ------------------------------------------------------------- */

bool
model_open(const struct model *m, int64_t id, int64_t now)
{
	const struct routing_team *t = team(m, id);

	return t == NULL || hours_open(t->hours, now);
}

/* Have they what it takes, if that team had it? */
static bool
could(const struct model *m, const struct model_chat *c,
    const struct model_seller *s, int64_t id, int64_t now)
{
	size_t i;

	if (!present(m, s, now) || (id != 0 && !has(&s->fact.teams, id)))
		return false;
	for (i = 0; i < c->fact.required.n; i++)
		if (!has(&s->fact.skills, c->required[i]))
			return false;
	return true;
}

/* For this chat, if that team had it. */
static bool
shut(const struct model *m, const struct model_chat *c, int64_t id, int64_t now)
{
	size_t i;

	if (!model_open(m, id, now))
		return true;
	for (i = 0; i < m->seller_count; i++)
		if (could(m, c, &m->sellers[i], id, now))
			return false;
	return true;
}

int64_t
model_exit(const struct model *m, const struct model_chat *c, int64_t now)
{
	int64_t id = c->fact.team;
	const struct routing_team *t = team(m, id);

	while (t != NULL && t->overflow != 0) {
		id = t->overflow;
		if (!shut(m, c, id, now))
			return id;
		t = team(m, id);
	}
	return 0;
}

/* ---- what is due ------------------------------------------------------- */

static bool
waits(const struct model_chat *c, int64_t now)
{
	return c->known && !model_pending(c, now) &&
	       c->fact.place == ROUTING_WAITS;
}

/* Those that are due, by a key; the first is found. */
typedef bool due_fn(const struct model *m, const struct model_chat *c,
    int64_t now, int64_t key[2]);

static bool
due_expire(const struct model *m, const struct model_chat *c, int64_t now,
    int64_t key[2])
{
	key[0] = c->fact.until;
	return c->fact.place == ROUTING_OFFERED && now >= c->quiet_until &&
	       (now >= c->fact.until ||
		   !model_duty(model_seller_find(m, c->fact.seller), now));
}

static bool
due_drop(const struct model *m, const struct model_chat *c, int64_t now,
    int64_t key[2])
{
	key[0] = c->fact.held_at;
	return c->fact.place == ROUTING_HELD && now >= c->quiet_until &&
	       !present(m, model_seller_find(m, c->fact.seller), now);
}

static bool
due_late(const struct model *m, const struct model_chat *c, int64_t now,
    int64_t key[2])
{
	key[0] = rank(m, c);
	return c->fact.place == ROUTING_WAITS && now >= c->stays_until &&
	       m->policy.queue_ms > 0 &&
	       now >= team_since(c) + m->policy.queue_ms;
}

static bool
leaves(const struct model *m, const struct model_chat *c, int64_t now)
{
	bool wanted;

	return shut(m, c, c->fact.team, now) &&
	       (waits_for(m, c, now, &wanted) == 0 || !wanted);
}

static bool
due_shut(const struct model *m, const struct model_chat *c, int64_t now,
    int64_t key[2])
{
	key[0] = rank(m, c);
	return c->fact.place == ROUTING_WAITS && now >= c->stays_until &&
	       leaves(m, c, now);
}

static bool
due_offer(const struct model *m, const struct model_chat *c, int64_t now,
    int64_t key[2])
{
	unsigned candidates;

	key[0] = rank(m, c);
	return c->fact.place == ROUTING_WAITS && now >= c->quiet_until &&
	       model_best(m, c, now, &candidates) != NULL;
}

static due_fn *const dues[MODEL_DUES] = {[MODEL_EXPIRE] = due_expire,
    [MODEL_DROP] = due_drop,
    [MODEL_LATE] = due_late,
    [MODEL_SHUT] = due_shut,
    [MODEL_OFFER] = due_offer};

struct model_chat *
model_first(const struct model *m, enum model_due what, int64_t now)
{
	struct model_chat *found = NULL;
	int64_t key[2] = {0, 0}, best_key[2] = {0, 0};
	size_t i;

	for (i = 0; i < m->chat_count; i++) {
		struct model_chat *c = (struct model_chat *)&m->chats[i];
		int order;

		key[1] = 0;
		if (!c->known || model_pending(c, now) ||
		    !dues[what](m, c, now, key))
			continue;
		order = found == NULL ? -1 : by_number(key[0], best_key[0]);
		if (order == 0)
			order = by_number(key[1], best_key[1]);
		if (order == 0)
			order = by_number(c->fact.id, found->fact.id);
		if (order < 0) {
			found = c;
			memcpy(best_key, key, sizeof(key));
		}
	}
	return found;
}

struct model_seller *
model_first_away(const struct model *m, int64_t now)
{
	struct model_seller *found = NULL;
	size_t i;

	for (i = 0; i < m->seller_count; i++) {
		const struct model_seller *s = &m->sellers[i];

		if (model_duty(s, now) && m->policy.ignore_max > 0 &&
		    s->ignored >= m->policy.ignore_max &&
		    (found == NULL || s->fact.id < found->fact.id))
			found = (struct model_seller *)s;
	}
	return found;
}

uint64_t
model_position(const struct model *m, int64_t id, int64_t now)
{
	const struct model_chat *c = model_chat_find(m, id);
	uint64_t before = 0;
	size_t i;

	if (c == NULL || !waits(c, now))
		return 0;
	for (i = 0; i < m->chat_count; i++) {
		const struct model_chat *o = &m->chats[i];
		int64_t order;

		if (!waits(o, now) || o->fact.team != c->fact.team)
			continue;
		order = by_number(rank(m, o), rank(m, c));
		before += order < 0 || (order == 0 && o->fact.id < c->fact.id);
	}
	return before + 1;
}

bool
model_leaves(const struct model *m, int64_t id, int64_t now)
{
	const struct model_chat *c = model_chat_find(m, id);

	return c != NULL && waits(c, now) && leaves(m, c, now);
}
