/*
 * clock: time is a number that is passed in.
 *
 * Two kinds, never mixed: wall time (`*_at`, milliseconds since 1970; what
 * people read, what timers are due by; may jump) and steady time
 * (`*_steady`, milliseconds since some start; leases, pings, deadlines; never
 * jumps, means nothing in another process).
 *
 * core/ itself only defines the type; cmd/ supplies the real one, tests
 * supply their own.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*wall_ms)(const struct clock *c);
	int64_t (*steady_ms)(const struct clock *c);
};

static inline int64_t
clock_wall(const struct clock *c)
{
	return c->wall_ms(c);
}

static inline int64_t
clock_steady(const struct clock *c)
{
	return c->steady_ms(c);
}

#endif
