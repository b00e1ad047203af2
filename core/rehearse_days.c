/*
 * rehearse_days: days made up from a seed. A working day has a slow start, a
 * busy late morning, a dip at noon, a second peak and an evening. Sellers work
 * eight hours in one of two shifts, with a break; now and then a connection
 * drops.
 */
#include "core/rehearse_inner.h"

#include <stdlib.h>

#define HOURS 24u
#define WEEKEND_PERCENT 50
#define URGENT_PERCENT 5
#define KNOWN_PERCENT 20
#define DROP_PERCENT 10 /* of the days of a seller */
#define CAPACITY_ONE 100u
#define TURNS_A_DAY 7u

enum purpose {
	CHANCE_HOUR = 1,
	CHANCE_MINUTE,
	CHANCE_HANDLING,
	CHANCE_PATIENCE,
	CHANCE_TEAM,
	CHANCE_URGENT,
	CHANCE_KNOWN,
	CHANCE_SHIFT,
	CHANCE_DROP,
};

/* How many of a thousand come in each hour of the day. */
static const unsigned curve[HOURS] = {4, 2, 1, 1, 1, 3, 8, 22, 55, 85, 100, 95,
    70, 65, 85, 90, 80, 65, 50, 40, 32, 24, 15, 7};

/* ---- chance ------------------------------------------------------------ */

uint64_t
rehearse_chance(struct chance c, uint64_t a, uint64_t b)
{
	uint64_t h = idmap_mix(c.seed + c.purpose * 0x9e3779b97f4a7c15u);

	h = idmap_mix(h ^ (a * 0xd1342543de82ef95u + 1));
	return idmap_mix(h ^ (b * 0xaf251af3b0f025b5u + 1));
}

/* The binary logarithm of x > 0, 16 bits behind the point. */
static uint64_t
log2_of(uint64_t x)
{
	unsigned zeros = (unsigned)__builtin_clzll(x), i;
	uint64_t result = 63 - zeros, m = x << zeros >> 32;

	/* Squaring what is between 1 and 2 gives its next bit. */
	for (i = 0; i < 16; i++) {
		m = m * m >> 31;
		result = result << 1 | m >> 32;
		m >>= m >> 32;
	}
	return result;
}

/* Exponential, in whole numbers: no two machines differ. */
static int64_t
exponential(uint64_t chance, int64_t mean)
{
	const uint64_t ln2 = 45426; /* 16 bits behind the point */
	uint64_t u = chance >> 11 | 1;
	uint64_t minus_log2 = (UINT64_C(53) << 16) - log2_of(u);

	return (int64_t)(((uint64_t)mean * minus_log2 >> 16) * ln2 >> 16);
}

/* Two in a row: short ones are rarer than with one. */
int64_t
rehearse_time(uint64_t chance, int64_t mean)
{
	return exponential(chance, mean / 2) +
	       exponential(idmap_mix(chance), mean - mean / 2);
}

/* ---- order ------------------------------------------------------------- */

static int
by_time(int64_t at, int64_t other_at, uint32_t number, uint32_t other_number)
{
	if (at != other_at)
		return at < other_at ? -1 : 1;
	return number < other_number ? -1 : number > other_number;
}

static int
compare_chats(const void *a, const void *b)
{
	const struct rehearse_chat *x = a, *y = b;

	return by_time(x->at, y->at, x->number, y->number);
}

static int
compare_turns(const void *a, const void *b)
{
	const struct rehearse_turn *x = a, *y = b;

	return by_time(x->at, y->at, x->number, y->number);
}

void
rehearse_sort(struct rehearse_days *days)
{
	qsort(
	    days->chats, days->chat_count, sizeof(*days->chats), compare_chats);
	qsort(
	    days->turns, days->turn_count, sizeof(*days->turns), compare_turns);
}

/* ---- chats ------------------------------------------------------------- */

struct making {
	const struct rehearse_plan *plan;
	const struct company *company;
	struct zone zone;
	struct rehearse_days *days;
};

static uint64_t
chance(const struct making *m, enum purpose purpose, uint64_t a, uint64_t b)
{
	return rehearse_chance((struct chance){m->plan->seed, purpose}, a, b);
}

/* A minute of the day, by the curve. */
static int
minute_by_curve(const struct making *m, uint64_t id)
{
	uint64_t at = chance(m, CHANCE_HOUR, id, 0) % 1000;
	unsigned hour = 0;

	while (at >= curve[hour])
		at -= curve[hour++];
	return (int)(hour * 60 + chance(m, CHANCE_MINUTE, id, 0) % 60);
}

/* The team by its number among the company's; 0 if it has none. */
static int64_t
team_by_number(const struct making *m, uint64_t n)
{
	const struct company *c = m->company;

	return c->team_count == 0 ? 0
				  : team_id(c->teams[n % c->team_count].key);
}

/* One of the sellers of that team; they are dealt out in turn. */
static int64_t
seller_of_team(const struct making *m, uint64_t team, uint64_t random)
{
	uint64_t teams = m->company->team_count == 0 ? 1
						     : m->company->team_count;
	uint64_t rounds = m->plan->sellers / teams;

	team %= teams;
	if (team < m->plan->sellers % teams)
		rounds++;
	return rounds == 0 ? 0 : (int64_t)(team + random % rounds * teams) + 1;
}

static void
add_chat(struct making *m, int64_t day)
{
	struct rehearse_days *d = m->days;
	uint64_t id = d->chat_count, team = chance(m, CHANCE_TEAM, id, 0);
	uint64_t known = chance(m, CHANCE_KNOWN, id, 0);
	struct rehearse_chat *c = &d->chats[d->chat_count];

	*c = (struct rehearse_chat){.number = (uint32_t)d->chat_count++,
	    .team = team_by_number(m, team),
	    .priority = rehearse_percent(
		chance(m, CHANCE_URGENT, id, 0), URGENT_PERCENT),
	    .last = rehearse_percent(known, KNOWN_PERCENT)
			? seller_of_team(m, team, known & UINT32_MAX)
			: 0,
	    .handling_ms = rehearse_time(
		chance(m, CHANCE_HANDLING, id, 0), m->plan->handling_ms),
	    .patience_ms = rehearse_time(
		chance(m, CHANCE_PATIENCE, id, 0), m->plan->patience_ms)};
	c->at = zone_wall(&m->zone, day, minute_by_curve(m, id)) +
		(int64_t)(chance(m, CHANCE_MINUTE, id, 1) % 60000);
}

/* ---- sellers ----------------------------------------------------------- */

static void
add_turn(struct making *m, int64_t at, const struct routing_seller *s)
{
	struct rehearse_days *d = m->days;

	d->turns[d->turn_count] = (struct rehearse_turn){
	    .at = at, .seller = *s, .number = (uint32_t)d->turn_count};
	d->turn_count++;
}

/* Their connection drops: mostly for less than a grace. */
static void
add_drop(struct making *m, const struct routing_seller *s, int64_t begin,
    uint64_t random)
{
	int64_t at = begin +
		     (int64_t)(random >> 20) % (7 * 60) * REHEARSE_MINUTE;
	struct routing_seller off = *s;

	off.online = false;
	add_turn(m, at, &off);
	add_turn(m, at + rehearse_time(random, 40 * REHEARSE_SECOND), s);
}

/* One day of a seller: in two shifts, that overlap at noon. */
static void
add_shift(struct making *m, int64_t day, struct routing_seller s)
{
	uint64_t id = (uint64_t)s.id;
	uint64_t random = chance(m, CHANCE_SHIFT, id, (uint64_t)day);
	uint64_t drop = chance(m, CHANCE_DROP, id, (uint64_t)day);
	int first = (id / (m->company->team_count + 1)) % 2 ? 8 * 60 : 11 * 60;
	int64_t begin = zone_wall(&m->zone, day, first + (int)(random % 30));
	int64_t end = begin + 8 * 60 * REHEARSE_MINUTE;
	int64_t rest = begin +
		       (210 + (int64_t)(random >> 20) % 60) * REHEARSE_MINUTE;
	struct routing_seller away = s;

	away.away = true;
	s.online = away.online = true;
	add_turn(m, begin, &s);
	add_turn(m, rest, &away);
	add_turn(m, rest + 30 * REHEARSE_MINUTE, &s);
	if (rehearse_percent(drop, DROP_PERCENT))
		add_drop(m, &s, begin, drop);
	/* First no new ones, then home. */
	add_turn(m, end, &away);
	away.online = false;
	add_turn(m, end + 30 * REHEARSE_MINUTE, &away);
}

static enum err
add_seller(struct making *m, unsigned n, struct arena *a)
{
	int64_t *team = arena_alloc(a, sizeof(*team));
	struct routing_seller s = {.id = (int64_t)n + 1,
	    .capacity = m->plan->capacity * CAPACITY_ONE,
	    .teams = {team, 1}};
	unsigned i;

	if (team == NULL)
		return E_NOMEM;
	*team = team_by_number(m, n);
	for (i = 0; i < m->plan->days; i++)
		if ((m->plan->first + i + n) % 7 < 5)
			add_shift(m, m->plan->first + i, s);
	return OK;
}

/* ---- all of it --------------------------------------------------------- */

static unsigned
chats_on(const struct making *m, int64_t day)
{
	bool weekend = (day + 3) % 7 >= 5;

	return weekend ? m->plan->chats * WEEKEND_PERCENT / 100
		       : m->plan->chats;
}

static enum err
reserve(struct making *m, struct arena *a)
{
	const struct rehearse_plan *p = m->plan;
	uint64_t chats = (uint64_t)p->days * p->chats;
	uint64_t turns = (uint64_t)p->days * p->sellers * TURNS_A_DAY;

	if (chats > REHEARSE_CHATS_MAX || turns > REHEARSE_TURNS_MAX ||
	    p->sellers > REHEARSE_SELLERS_MAX)
		return E_LIMIT;
	m->days->chats = arena_alloc(a, (chats + 1) * sizeof(*m->days->chats));
	m->days->turns = arena_alloc(a, (turns + 1) * sizeof(*m->days->turns));
	return m->days->chats == NULL || m->days->turns == NULL ? E_NOMEM : OK;
}

enum err
rehearse_generate(const struct rehearse_plan *plan,
    const struct company *company, struct arena *a, struct rehearse_days *out)
{
	struct making m = {.plan = plan, .company = company, .days = out};
	enum err e;
	unsigned i, k;

	*out = (struct rehearse_days){0};
	if (company->hours_count == 0 ||
	    !zone_find(company->hours[0].zone, &m.zone))
		m.zone = (struct zone){0};
	e = reserve(&m, a);
	for (i = 0; e == OK && i < plan->days; i++)
		for (k = chats_on(&m, plan->first + i); k > 0; k--)
			add_chat(&m, plan->first + i);
	for (i = 0; e == OK && i < plan->sellers; i++)
		e = add_seller(&m, i, a);
	if (e == OK)
		rehearse_sort(out);
	return e;
}
