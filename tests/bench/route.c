/*
 * route
 *
 * How many routing decisions a second, with 10,000 chats waiting for 1,000
 * sellers who are all full, and what a decision costs when ten times as many
 * wait. In each step a seller's chat ends, another customer comes, somebody is
 * offered the room, accepts, and both facts come back; all of that is counted,
 * not only the decision.
 *
 * Sellers are in two of 20 teams, with three of 20 skills and two of six
 * languages. Chats ask for one of 300 different things: team, perhaps a skill,
 * a preferred one, a language; three weights. One in four had a seller
 * before, one in 64 asks for one by name. In the world of odd ones nearly every chat
 * asks for something else.
 */
#include "core/routing.h"
#include "tests/bench/lib/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SELLERS 1000u
#define CAPACITY 300u
#define KINDS 300u
#define ODD_KINDS 50000u /* more than wait */
#define STEPS 20000u
#define STEP_MS 100 /* 3,000 chats at a time, of five minutes each */
#define ROUNDS 7u
#define HELD_MAX 20000u /* more than all sellers can hold */
#define START INT64_C(1795000000000)

struct kind {
	int64_t team, required, preferred, language;
	unsigned weight;
};

struct world {
	struct routing *r;
	struct kind *kinds;
	size_t kind_count;
	uint64_t state;
	int64_t now, chats;
	int64_t held[HELD_MAX]; /* ids */
	size_t held_count;
	int64_t filled; /* so many were there at the beginning */
};

static uint64_t
stir(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t
below(struct world *w, uint64_t n)
{
	return stir(w->state += 0x9e3779b97f4a7c15u) % n;
}

static struct kind
some_kind(struct world *w)
{
	static const unsigned weights[] = {100, 100, 75, 50};

	return (struct kind){.team = 1 + (int64_t)below(w, 20),
	    .required = below(w, 2) ? 100 + (int64_t)below(w, 20) : 0,
	    .preferred = below(w, 3) ? 0 : 100 + (int64_t)below(w, 20),
	    .language = below(w, 3) ? 200 + (int64_t)below(w, 6) : 0,
	    .weight = weights[below(w, ARRAY_LEN(weights))]};
}

static void
add_sellers(struct world *w)
{
	int64_t id, teams[2], skills[3], languages[2];
	size_t i;

	for (id = 1; id <= (int64_t)SELLERS; id++) {
		struct routing_seller s = {.id = id,
		    .online = true,
		    .idle_since = START - (int64_t)below(w, 100000),
		    .capacity = CAPACITY,
		    .teams = {teams, 2},
		    .skills = {skills, 3},
		    .languages = {languages, 2}};

		for (i = 0; i < 2; i++)
			teams[i] = 1 + (int64_t)below(w, 20);
		for (i = 0; i < 3; i++)
			skills[i] = 100 + (int64_t)below(w, 20);
		for (i = 0; i < 2; i++)
			languages[i] = 200 + (int64_t)below(w, 6);
		if (routing_put_seller(w->r, &s, w->now) != OK)
			die("a seller is refused");
	}
}

/*
 * A fact of a chat, all of it made of its id, so that what is measured is not
 * how the bench remembers chats. The first came in the hour before.
 */
static struct routing_chat
fact_of(const struct world *w, int64_t id, enum routing_place place)
{
	const uint64_t chance = stir((uint64_t)id);
	const int64_t n = id / (int64_t)w->kind_count;
	const struct kind *k = &w->kinds[(size_t)id % w->kind_count];

	return (struct routing_chat){.id = id,
	    .seq = 1 + (uint64_t)place,
	    .place = place,
	    .team = k->team,
	    .since = n > w->filled ? START + (n - w->filled) * STEP_MS
				   : START - (int64_t)(chance >> 20) % 3600000,
	    .priority = chance >> 16 & 7 ? 0 : 1,
	    .language = k->language,
	    .wanted = chance >> 40 & 63 ? 0
					: 1 + (int64_t)(chance >> 48) % SELLERS,
	    .last = chance >> 32 & 3 ? 0
				     : 1 + (int64_t)(chance >> 40) % SELLERS,
	    .required = {&k->required, k->required != 0},
	    .preferred = {&k->preferred, k->preferred != 0},
	    .weight = k->weight};
}

static void
put(struct world *w, const struct routing_chat *c)
{
	if (routing_put_chat(w->r, c, w->now) != OK)
		die("a chat is refused");
}

/* The kind is in the id. */
static void
add_waiting(struct world *w, uint64_t kind)
{
	struct routing_chat c;

	c = fact_of(w, ++w->chats * (int64_t)w->kind_count + (int64_t)kind,
	    ROUTING_WAITS);
	put(w, &c);
}

static void
end_one(struct world *w)
{
	size_t i = (size_t)below(w, w->held_count);
	struct routing_chat c = fact_of(w, w->held[i], ROUTING_GONE);

	c.ended_at = w->now;
	put(w, &c);
	w->held[i] = w->held[--w->held_count];
}

static void
accept(struct world *w, const struct routing_decision *d)
{
	struct routing_chat c = fact_of(w, d->chat, ROUTING_OFFERED);

	c.seller = d->seller;
	c.until = d->until;
	put(w, &c);
	c = fact_of(w, d->chat, ROUTING_HELD);
	c.seller = d->seller;
	c.held_at = c.spoke_at = w->now;
	put(w, &c);
	if (w->held_count == HELD_MAX)
		die("sellers hold more than they can");
	w->held[w->held_count++] = d->chat;
	/* Another of that kind comes, so that no kind piles up. */
	add_waiting(w, (uint64_t)d->chat % w->kind_count);
}

/* All that can be offered now; how many. */
static uint64_t
offer_all(struct world *w)
{
	struct routing_decision d;
	uint64_t n = 0;

	for (;;) {
		routing_next(w->r, w->now, &d);
		if (d.act != ROUTING_OFFER)
			return n;
		n++;
		accept(w, &d);
	}
}

static void
fill(struct world *w, uint64_t waiting)
{
	struct routing_tally tally = {0};

	while (tally.waiting < waiting) {
		add_waiting(w, below(w, w->kind_count));
		if (w->chats % 64 == 0)
			(void)offer_all(w);
		routing_tally(w->r, &tally);
	}
	w->filled = w->chats;
}

static struct world *
world_new(uint64_t waiting, bool odd)
{
	struct world *w = calloc(1, sizeof(*w));
	const struct routing_policy policy = {.offer_ms = 30000,
	    .relax_ms = 60000,
	    .sticky_ms = 60000,
	    .wanted_ms = 120000,
	    .priority_ms = 300000,
	    .silent_ms = 600000,
	    .silent_percent = 25};
	size_t i;

	if (w == NULL || routing_new(1, &w->r) != OK)
		die("no memory");
	w->state = 1;
	w->now = START;
	w->filled = INT64_MAX;
	w->kind_count = odd ? ODD_KINDS : KINDS;
	w->kinds = calloc(w->kind_count, sizeof(*w->kinds));
	if (w->kinds == NULL)
		die("no memory");
	if (routing_set_policy(w->r, &policy, w->now) != OK)
		die("the policy is refused");
	for (i = 0; i < w->kind_count; i++)
		w->kinds[i] = some_kind(w);
	add_sellers(w);
	fill(w, waiting);
	return w;
}

static void
world_free(struct world *w)
{
	routing_free(w->r);
	free(w->kinds);
	free(w);
}

/* Of the processor: it waits for nothing, whatever else the machine does. */
static int64_t
spent_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Microseconds for a decision and all that goes with it. */
static double
run(struct world *w)
{
	int64_t began = spent_us();
	uint64_t offers = 0;
	unsigned i;

	for (i = 0; i < STEPS; i++) {
		w->now += STEP_MS;
		end_one(w);
		offers += offer_all(w);
	}
	return (double)(spent_us() - began) / (double)offers;
}

int
main(int argc, char **argv)
{
	struct world *few, *many, *odd;
	double few_us[ROUNDS], many_us[ROUNDS], odd_us[ROUNDS];
	size_t i;

	(void)argv;
	if (argc != 1)
		die("usage: route");
	few = world_new(10000, false);
	many = world_new(100000, false);
	odd = world_new(10000, true);
	for (i = 0; i < ROUNDS; i++) {
		few_us[i] = run(few);
		many_us[i] = run(many);
		odd_us[i] = run(odd);
	}
	printf("per_s %.0f\n", 1e6 / median(few_us, ROUNDS));
	printf(
	    "ratio %.3f\n", median(many_us, ROUNDS) / median(few_us, ROUNDS));
	printf("odd_per_s %.0f\n", 1e6 / median(odd_us, ROUNDS));
	world_free(few);
	world_free(many);
	world_free(odd);
	return 0;
}
