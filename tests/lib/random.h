/*
 * random: a seeded generator for tests, and the seed, which is printed.
 *
 * FD_SEED=n repeats a run.
 */
#ifndef TESTS_LIB_RANDOM_H
#define TESTS_LIB_RANDOM_H

#include <stdint.h>

struct test_random {
	uint64_t state;
};

/* Seeds from FD_SEED or the time, and prints it. */
struct test_random test_random_new(const char *who);
uint64_t test_random_next(struct test_random *r);
/* 0 .. below-1 */
uint64_t test_random_below(struct test_random *r, uint64_t below);

#endif
