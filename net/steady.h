/*
 * steady: the clock that deadlines of requests are reckoned by. It never goes
 * back, and is the same for all files of net/.
 */
#ifndef NET_STEADY_H
#define NET_STEADY_H

#include <stdint.h>
#include <time.h>

static inline int64_t
steady_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
