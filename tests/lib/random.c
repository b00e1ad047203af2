/* random: splitmix64. */
#include "tests/lib/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct test_random
test_random_new(const char *who)
{
	const char *fixed = getenv("FD_SEED");
	struct timespec t;
	uint64_t seed;

	clock_gettime(CLOCK_REALTIME, &t);
	seed = fixed != NULL
		   ? strtoull(fixed, NULL, 10)
		   : (uint64_t)t.tv_sec * 1000000007u + (uint64_t)t.tv_nsec;
	printf("%s: FD_SEED=%llu\n", who, (unsigned long long)seed);
	return (struct test_random){seed};
}

uint64_t
test_random_next(struct test_random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t
test_random_below(struct test_random *r, uint64_t below)
{
	return test_random_next(r) % below;
}
