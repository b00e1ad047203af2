/*
 * throttle: waits that grow with each failure, for what is guessed at: one
 * account's password from everywhere, all passwords from one address.
 *
 * A try is counted before its outcome is known, so that many at once are not
 * free; who turns out to be right is forgiven. The table has a fixed size;
 * when a place is needed, whoever failed least, longest ago, is forgotten.
 * Any thread.
 */
#ifndef GATEWAY_THROTTLE_H
#define GATEWAY_THROTTLE_H

#include "core/base.h"

struct throttle_rule {
	unsigned free;	   /* so many tries cost no wait */
	int64_t first_ms;  /* then this, and twice as long each time */
	int64_t most_ms;   /* but never longer */
	int64_t forget_ms; /* all are forgotten, when none came for so long */
};

struct throttle;

/* rules are copied; a rule's place is its number. NULL: no memory. */
struct throttle *throttle_new(
    const struct throttle_rule *rules, size_t count, size_t keys);
void throttle_free(struct throttle *t); /* NULL is fine */

/*
 * One more try of this key. False: it comes too early; *wait_ms says by how
 * much, and it does not count. now_ms: steady.
 */
bool throttle_try(struct throttle *t, size_t rule, struct str key,
    int64_t now_ms, int64_t *wait_ms) MUST_USE;
/* The last try was none, or was right: as if it had not been. */
void throttle_undo(struct throttle *t, size_t rule, struct str key);
/* All is forgiven. */
void throttle_forgive(struct throttle *t, size_t rule, struct str key);

#endif
