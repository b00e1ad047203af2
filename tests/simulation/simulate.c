/*
 * simulate: many worlds, a few days each, until so many days are over.
 *
 *	simulate DAYS [SEED]	worlds of 20 days from SEED on
 *	simulate story SEED	one world, everything told
 *
 * A world that breaks is run again without one customer after the other, as
 * long as it still breaks; what is left is told from the beginning.
 */
#include "tests/simulation/world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAYS_OF_ONE 20u

struct result {
	bool well;
	uint64_t digest;
	char broken[256];
};

static struct result
run(uint64_t seed, uint64_t without, unsigned days, FILE *story,
    struct world *sum)
{
	struct world *w = malloc(sizeof(*w));
	struct result r;

	if (w == NULL)
		abort();
	world_open(w, seed, without, story);
	r.well = world_run(w, days);
	r.digest = w->digest;
	memcpy(r.broken, w->broken, sizeof(r.broken));
	if (sum != NULL) {
		sum->steps += w->steps;
		sum->offers += w->offers;
		sum->accepted += w->accepted;
		sum->mailed += w->mailed;
		sum->dropped += w->dropped;
		sum->answered += w->answered;
		sum->ended += w->ended;
		sum->stale += w->stale;
		sum->crashes += w->crashes;
		sum->notices += w->notices;
		sum->unreached += w->unreached;
		sum->arrived += w->arrived;
	}
	world_close(w);
	free(w);
	return r;
}

/* As few of the first 64 customers as still break it. */
static void
tell_story(uint64_t seed, unsigned days)
{
	uint64_t without = 0;
	unsigned i;

	for (i = 0; i < 64; i++)
		if (!run(seed, without | UINT64_C(1) << i, days, NULL, NULL)
			 .well)
			without |= UINT64_C(1) << i;
	printf("---- the story of seed %llu\n", (unsigned long long)seed);
	(void)run(seed, without, days, stdout, NULL);
}

static int
simulate(uint64_t days, uint64_t seed)
{
	struct world sum = {.seed = seed};
	uint64_t done, digest = 0;
	struct result r;

	for (done = 0; done < days; done += DAYS_OF_ONE, seed++) {
		r = run(seed, 0, DAYS_OF_ONE, NULL, &sum);
		digest = (digest ^ r.digest) * UINT64_C(0x100000001b3);
		if (r.well)
			continue;
		printf("seed %llu: %s\n", (unsigned long long)seed, r.broken);
		tell_story(seed, DAYS_OF_ONE);
		return 1;
	}
	printf("%llu days, seeds %llu to %llu: %llu steps, %llu customers, "
	       "%llu answers of the bot, %llu offers, %llu accepted, %llu "
	       "ended by sellers, %llu dropped, %llu mails, %llu desks "
	       "not reached, %llu notices, "
	       "%llu stale commits refused, %llu crashes; digest %016llx\n",
	    (unsigned long long)done, (unsigned long long)sum.seed,
	    (unsigned long long)seed - 1, (unsigned long long)sum.steps,
	    (unsigned long long)sum.arrived, (unsigned long long)sum.answered,
	    (unsigned long long)sum.offers, (unsigned long long)sum.accepted,
	    (unsigned long long)sum.ended, (unsigned long long)sum.dropped,
	    (unsigned long long)sum.mailed, (unsigned long long)sum.unreached,
	    (unsigned long long)sum.notices, (unsigned long long)sum.stale,
	    (unsigned long long)sum.crashes, (unsigned long long)digest);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "story") == 0) {
		tell_story(strtoull(argv[2], NULL, 10), DAYS_OF_ONE);
		return 0;
	}
	return simulate(argc > 1 ? strtoull(argv[1], NULL, 10) : 1000,
	    argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL));
}
