/*
 * rehearse_inner: chance and sums, for the files of rehearse. A number is made of the
 * seed, a purpose and up to two ids, so that what happens to one chat or
 * seller does not depend on what happened to another before.
 */
#ifndef CORE_REHEARSE_INNER_H
#define CORE_REHEARSE_INNER_H

#include "core/idmap.h"
#include "core/rehearse.h"

#define REHEARSE_SECOND INT64_C(1000)
#define REHEARSE_MINUTE (60 * REHEARSE_SECOND)

struct chance {
	uint64_t seed;
	uint64_t purpose; /* enum, each use its own */
};

uint64_t rehearse_chance(struct chance c, uint64_t a, uint64_t b);

/* Is it among so many of a hundred? */
static inline bool
rehearse_percent(uint64_t chance, unsigned percent)
{
	return (chance >> 32) % 100 < percent;
}

/* A time that is mostly short and now and then long, with that mean. */
int64_t rehearse_time(uint64_t chance, int64_t mean);

/* Sorts the numbers and sums them up. */
void rehearse_waits(int64_t *waits, size_t n, struct rehearse_figures *out);
void rehearse_loads(int64_t *chats, size_t n, struct rehearse_figures *out);

/* Orders days by time; what is at the same time stays as it was. */
void rehearse_sort(struct rehearse_days *days);

#endif
