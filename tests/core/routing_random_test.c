/*
 * routing_random: random worlds, told to routing and to the plain model of it
 * (tests/lib/routing_model.h); both must decide the same at every step. Facts
 * come late, twice, old or not at all; the store refuses; time passes.
 */
#include "tests/lib/random.h"
#include "tests/lib/routing_model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define WORLDS 100u
#define STEPS 250u
#define SELLERS 9u
#define CHATS 24u
#define TEAMS 4u
#define FIRST_TEAM 10
#define START INT64_C(1795000000000)
#define SECOND 1000
#define MINUTE (60 * SECOND)

/* What the store would know of a chat. */
struct stored {
	struct routing_chat fact;
	int64_t required[2], preferred[2];
	struct routing_not nots[4];
	bool live;
};

struct world {
	struct test_random random;
	struct routing *r;
	struct model m;
	int64_t now;
	struct stored chats[CHATS];
	struct routing_decision waiting[CHATS]; /* decided, not stored yet */
	size_t waiting_count;
	struct hours *hours;
	unsigned offers;
	bool alike;
};

static uint64_t
below(struct world *w, uint64_t n)
{
	return test_random_below(&w->random, n);
}

static bool
one_in(struct world *w, uint64_t n)
{
	return below(w, n) == 0;
}

/* ---- facts ------------------------------------------------------------- */

static size_t
random_ids(
    struct world *w, int64_t *out, size_t most, int64_t first, uint64_t kinds)
{
	size_t n = (size_t)below(w, most + 1), i;

	for (i = 0; i < n; i++)
		out[i] = first + (int64_t)below(w, kinds);
	return n;
}

static void
put_seller(struct world *w, int64_t id)
{
	int64_t teams[4], skills[4], languages[2];
	struct routing_seller s = {.id = id,
	    .online = !one_in(w, 4),
	    .away = one_in(w, 5),
	    .capacity = (unsigned)below(w, 5) * 100,
	    .idle_since = one_in(w, 2) ? 0 : w->now - (int64_t)below(w, 9999)};

	s.offline_at = w->now - (int64_t)below(w, 2 * MINUTE);
	s.teams = (struct routing_ids){
	    teams, random_ids(w, teams, 4, FIRST_TEAM, TEAMS)};
	s.skills = (struct routing_ids){
	    skills, random_ids(w, skills, 4, 100, 4)};
	s.languages = (struct routing_ids){
	    languages, random_ids(w, languages, 2, 200, 3)};
	assert_int_equal(routing_put_seller(w->r, &s, w->now), OK);
	model_put_seller(&w->m, &s, w->now);
}

static void
set_policy(struct world *w)
{
	struct routing_team teams[TEAMS];
	struct routing_policy p = {
	    .order = (enum routing_order)below(w, ROUTING_ORDERS),
	    .offer_ms = 1 + (int64_t)below(w, 40) * SECOND,
	    .relax_ms = (int64_t)below(w, 3) * MINUTE,
	    .grace_ms = (int64_t)below(w, 3) * 40 * SECOND,
	    .wrap_ms = (int64_t)below(w, 3) * 30 * SECOND,
	    .queue_ms = (int64_t)below(w, 4) * 5 * MINUTE,
	    .priority_ms = (int64_t)below(w, 3) * MINUTE,
	    .sla_ms = (int64_t)below(w, 2) * 10 * MINUTE,
	    .silent_ms = (int64_t)below(w, 3) * MINUTE,
	    .sticky_ms = (int64_t)below(w, 3) * MINUTE,
	    .wanted_ms = (int64_t)below(w, 3) * 2 * MINUTE,
	    .silent_percent = (unsigned)below(w, 101),
	    .ignore_max = (unsigned)below(w, 4),
	    .teams = teams,
	    .team_count = (size_t)below(w, TEAMS + 1)};
	size_t i;

	for (i = 0; i < p.team_count; i++) {
		teams[i] = (struct routing_team){.id = FIRST_TEAM + (int64_t)i,
		    .hours = one_in(w, 3) ? w->hours : NULL};
		/* Only on to later ones: no circle. */
		if (!one_in(w, 3))
			teams[i].overflow = FIRST_TEAM + (int64_t)i + 1 +
					    (int64_t)below(w, 2);
	}
	assert_int_equal(routing_set_policy(w->r, &p, w->now), OK);
	model_set_policy(&w->m, &p, w->now);
}

/* The model takes no more ids than it has room for. */
static void
tell(struct world *w, const struct routing_chat *fact)
{
	assert_int_equal(routing_put_chat(w->r, fact, w->now), OK);
	model_put_chat(&w->m, fact, w->now);
}

static void
change(struct world *w, struct stored *s, enum routing_place place)
{
	s->fact.seq++;
	s->fact.place = place;
	s->live = place != ROUTING_GONE;
	s->fact.required.ids = s->required;
	s->fact.preferred.ids = s->preferred;
	s->fact.nots = s->nots;
	/* Now and then the news is lost. */
	if (!one_in(w, 12))
		tell(w, &s->fact);
}

static void
begin_chat(struct world *w, struct stored *s)
{
	s->fact = (struct routing_chat){.id = s->fact.id,
	    .seq = s->fact.seq,
	    .team = one_in(w, 4) ? 0 : FIRST_TEAM + (int64_t)below(w, TEAMS),
	    .since = w->now - (int64_t)below(w, 2 * MINUTE),
	    .priority = (unsigned)below(w, 3),
	    .sla_ms = (int64_t)below(w, 3) * 4 * MINUTE,
	    .front = one_in(w, 8),
	    .language = one_in(w, 2) ? 0 : 200 + (int64_t)below(w, 3),
	    .wanted = one_in(w, 4) ? 1 + (int64_t)below(w, SELLERS + 1) : 0,
	    .last = one_in(w, 4) ? 1 + (int64_t)below(w, SELLERS + 1) : 0,
	    .weight = (unsigned)below(w, 3) * 75};
	s->fact.required.n = random_ids(w, s->required, 1, 100, 4);
	s->fact.preferred.n = random_ids(w, s->preferred, 2, 100, 4);
	/* In every other world they ask for much the same. */
	if (w->alike) {
		s->fact.required.n = s->fact.preferred.n = 0;
		s->fact.language = s->fact.wanted = 0;
		s->fact.weight = 100;
		s->fact.team = FIRST_TEAM;
	}
	change(w, s, ROUTING_WAITS);
}

static void
add_not(struct stored *s, int64_t seller, bool ignored)
{
	if (s->fact.not_count == ARRAY_LEN(s->nots)) {
		memmove(s->nots, s->nots + 1,
		    --s->fact.not_count * sizeof(*s->nots));
	}
	s->nots[s->fact.not_count++] = (struct routing_not){seller, ignored};
}

static void
hold(struct world *w, struct stored *s, int64_t seller)
{
	s->fact.seller = seller;
	s->fact.held_at = s->fact.spoke_at = w->now;
	change(w, s, ROUTING_HELD);
}

/* Something that people do with a chat. */
static void
touch_chat(struct world *w, struct stored *s)
{
	uint64_t what = below(w, 6);

	if (!s->live)
		begin_chat(w, s);
	else if (what == 0) {
		s->fact.ended_at = w->now;
		s->fact.wrap = !one_in(w, 3);
		change(w, s, ROUTING_GONE);
	} else if (s->fact.place == ROUTING_HELD && what < 4) {
		s->fact.spoke_at = w->now; /* a word of the customer */
		change(w, s, ROUTING_HELD);
	} else if (s->fact.place == ROUTING_OFFERED && what < 4)
		hold(w, s, s->fact.seller);
	else if (s->fact.place == ROUTING_OFFERED) {
		add_not(s, s->fact.seller, one_in(w, 3));
		change(w, s, ROUTING_WAITS);
	} else if (s->fact.place == ROUTING_WAITS && what == 1)
		hold(w, s, 1 + (int64_t)below(w, SELLERS));
	else if (s->fact.place == ROUTING_HELD) {
		s->fact.team_since = w->now;
		s->fact.front = true;
		s->fact.last = s->fact.seller;
		s->fact.given = one_in(w, 2);
		change(w, s, ROUTING_WAITS);
	} else
		change(w, s, s->fact.place);
}

/* ---- what comes of decisions ------------------------------------------- */

static void
carry_out(struct world *w, struct stored *s, const struct routing_decision *d)
{
	s->fact.seller = d->seller;
	if (d->act == ROUTING_OFFER) {
		s->fact.until = d->until;
		change(w, s, ROUTING_OFFERED);
	} else if (d->act == ROUTING_EXPIRE) {
		if (d->why == ROUTING_RAN_OUT)
			add_not(s, d->seller, true);
		change(w, s, ROUTING_WAITS);
	} else if (d->act == ROUTING_DROP) {
		s->fact.front = true;
		s->fact.given = false;
		change(w, s, ROUTING_WAITS);
	} else if (d->act == ROUTING_OVERFLOW) {
		s->fact.team = d->team;
		s->fact.team_since = w->now;
		change(w, s, ROUTING_WAITS);
	} else
		change(w, s, ROUTING_GONE);
}

/* The store's word on a decision: done, refused, or nothing is heard. */
static void
settle(struct world *w, size_t i)
{
	struct routing_decision d = w->waiting[i];
	struct stored *s = d.chat == 0 ? NULL : &w->chats[d.chat - 1];

	w->waiting[i] = w->waiting[--w->waiting_count];
	if (one_in(w, 10))
		return;
	if (s == NULL && !one_in(w, 4)) {
		put_seller(w, d.seller);
		return;
	}
	if (s == NULL || s->fact.seq != d.seq || one_in(w, 8)) {
		routing_refused(w->r, &d, w->now);
		model_refused(&w->m, &d, w->now);
	} else
		carry_out(w, s, &d);
}

/* ---- comparing --------------------------------------------------------- */

static void
differ(const struct world *w, const struct routing_decision *a,
    const struct routing_decision *b)
{
	fail_msg("at +%lld: %s %s chat %lld seller %lld team %lld, the model "
		 "says %s %s chat %lld seller %lld team %lld",
	    (long long)(w->now - START), routing_act_name(a->act),
	    routing_why_name(a->why), (long long)a->chat, (long long)a->seller,
	    (long long)a->team, routing_act_name(b->act),
	    routing_why_name(b->why), (long long)b->chat, (long long)b->seller,
	    (long long)b->team);
}

static void
compare_reason(
    const struct routing_decision *a, const struct routing_decision *b)
{
	const struct routing_reason *x = &a->reason, *y = &b->reason;
	unsigned sum = 1, others;
	size_t i;

	for (i = 0; i < ROUTING_CAUSES; i++) {
		if (x->counts[i] != y->counts[i])
			fail_msg("%u %s, the model says %u", x->counts[i],
			    routing_cause_name((enum routing_cause)i),
			    y->counts[i]);
		sum += x->counts[i];
	}
	assert_int_equal(x->sellers, y->sellers);
	assert_int_equal(sum, x->sellers);
	assert_int_equal(x->before, y->before);
	assert_int_equal(x->waited_ms, y->waited_ms);
	assert_int_equal(x->relaxed, y->relaxed);
	assert_int_equal(a->until, b->until);
	others = x->sellers - 1 - x->counts[ROUTING_OTHER_TEAM];
	assert_int_equal(x->near_count,
	    others < ROUTING_NEAR_MAX ? others : ROUTING_NEAR_MAX);
	for (i = 1; i < x->near_count; i++)
		assert_true(x->near[i - 1].cause >= x->near[i].cause);
}

static void
compare_places(struct world *w)
{
	struct routing_spot spot;
	size_t i;

	for (i = 0; i < CHATS; i++) {
		int64_t id = w->chats[i].fact.id;
		uint64_t place = model_position(&w->m, id, w->now);

		routing_spot(w->r, id, &spot);
		if (spot.position != place)
			fail_msg("at +%lld: chat %lld is at %llu, the model "
				 "says %llu",
			    (long long)(w->now - START), (long long)id,
			    (unsigned long long)spot.position,
			    (unsigned long long)place);
		assert_int_equal(spot.leaves, model_leaves(&w->m, id, w->now));
	}
}

static void
decide(struct world *w)
{
	struct routing_decision a = {.act = ROUTING_OFFER}, b;

	while (w->waiting_count < CHATS) {
		routing_next(w->r, w->now, &a);
		model_next(&w->m, w->now, &b);
		if (a.act != b.act || a.why != b.why || a.chat != b.chat ||
		    a.seller != b.seller || a.team != b.team ||
		    a.number != b.number || a.seq != b.seq)
			differ(w, &a, &b);
		if (a.act == ROUTING_NONE)
			break;
		if (a.act == ROUTING_OFFER) {
			compare_reason(&a, &b);
			w->offers++;
		}
		w->waiting[w->waiting_count++] = a;
	}
	if (a.act != ROUTING_NONE)
		return;
	compare_places(w);
	/* Nothing is due before it says so. */
	assert_true(a.until > w->now);
	if (a.until == INT64_MAX)
		a.until = w->now + 24 * 60 * MINUTE;
	assert_int_equal(model_peek(&w->m, a.until - 1), ROUTING_NONE);
}

/* ---- the worlds -------------------------------------------------------- */

static void
reread(struct world *w)
{
	size_t i;

	routing_reread_begin(w->r);
	for (i = 0; i < w->m.seller_count; i++) {
		struct routing_seller fact = w->m.sellers[i].fact;

		if (!w->m.sellers[i].known)
			continue;
		assert_int_equal(routing_put_seller(w->r, &fact, w->now), OK);
		model_put_seller(&w->m, &fact, w->now);
	}
	for (i = 0; i < CHATS; i++)
		if (w->chats[i].live)
			tell(w, &w->chats[i].fact);
		else
			model_forget_chat(&w->m, w->chats[i].fact.id);
	routing_reread_end(w->r, w->now);
}

static void
step(struct world *w)
{
	uint64_t what = below(w, 40);

	if (what < 18)
		touch_chat(w, &w->chats[below(w, CHATS)]);
	else if (what < 30 && w->waiting_count > 0)
		settle(w, (size_t)below(w, w->waiting_count));
	else if (what < 33)
		put_seller(w, 1 + (int64_t)below(w, SELLERS));
	else if (what == 33 && one_in(w, 3)) {
		int64_t id = 1 + (int64_t)below(w, SELLERS);

		routing_seller_gone(w->r, id, w->now);
		model_seller_gone(&w->m, id, w->now);
	} else if (what == 34)
		reread(w);
	else if (what == 35 && one_in(w, 6))
		set_policy(w);
	else if (what > 35)
		w->now += one_in(w, 10) ? (int64_t)below(w, 600 * MINUTE)
					: (int64_t)below(w, 90 * SECOND);
	if (!one_in(w, 3))
		decide(w);
}

static void
run_world(struct world *w, uint64_t seed)
{
	unsigned i;

	w->now = START;
	w->alike = seed % 2 == 0;
	w->m = (struct model){.seed = seed};
	w->waiting_count = 0;
	assert_int_equal(routing_new(seed, &w->r), OK);
	memset(w->chats, 0, sizeof(w->chats));
	for (i = 0; i < CHATS; i++)
		w->chats[i].fact.id = (int64_t)i + 1;
	set_policy(w);
	for (i = 1; i <= SELLERS; i++)
		put_seller(w, (int64_t)i);
	for (i = 0; i < STEPS; i++)
		step(w);
	routing_free(w->r);
}

static struct hours *
some_hours(struct arena *a)
{
	struct str week = STR("mon-sun 08:00-11:00, 12:00-19:30");
	struct hours_text text = {
	    .zone = STR("Europe/Berlin"), .week = &week, .week_count = 1};
	struct faults faults = {0};
	struct hours *h;

	assert_int_equal(hours_parse(&text, "hours", &faults, a, &h), OK);
	return h;
}

static void
the_model_agrees(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct arena a = {0};
	unsigned i;

	(void)state;
	assert_non_null(w);
	w->random = test_random_new("routing_random_test");
	w->hours = some_hours(&a);
	for (i = 0; i < WORLDS; i++)
		run_world(w, test_random_next(&w->random));
	/* It was about something. */
	assert_true(w->offers > WORLDS * 10);
	arena_free(&a);
	free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_model_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
