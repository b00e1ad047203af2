/*
 * limits: how much one address, or one visitor, may do.
 *
 * Two tables, both of a size fixed at the start, any thread:
 *
 * limits: token buckets. Each key has `burst` tokens, which come back at
 * `per_minute`; taking one from an empty bucket is refused. A full bucket is
 * the same as none, so when a place is needed the fullest neighbour makes
 * room: a flood of new addresses can make the table forget those who did
 * little, and never more than that.
 *
 * crowd: how many things (connections) each address has now. Exact. Addresses
 * of one IPv6 network of 64 bits are one (address_holder()).
 */
#ifndef GATEWAY_LIMITS_H
#define GATEWAY_LIMITS_H

#include "gateway/address.h"

struct limit_rule {
	unsigned burst;	     /* 0: no limit */
	unsigned per_minute; /* 0: no limit */
};

struct limits;

/*
 * `rules` is copied; a rule's place in it is its number in limits_take().
 * `keys`: how many keys there is room for, all rules together. NULL: no
 * memory.
 */
struct limits *limits_new(
    const struct limit_rule *rules, size_t count, size_t keys);
void limits_free(struct limits *l); /* NULL is fine */

/*
 * One token of this key under this rule: true, it may go on. now_ms: steady.
 * On false *wait_ms, if not NULL, is when the next token comes.
 */
bool limits_take(struct limits *l, size_t rule, struct str key, int64_t now_ms,
    int64_t *wait_ms) MUST_USE;

struct crowd;

/* Room for `most` things at once, at most `each` for one address (0: any). */
struct crowd *crowd_new(size_t most, unsigned each);
void crowd_free(struct crowd *c); /* NULL is fine */

/* One more; false: the address has `each` already, or all places are taken. */
bool crowd_enter(struct crowd *c, const struct address *a) MUST_USE;
void crowd_leave(struct crowd *c, const struct address *a);

#endif
