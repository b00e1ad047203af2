/*
 * claims: what we saw of other workers' claims.
 *
 * A claim carries a beat that its owner raises. Here stands since when, by
 * our own steady clock, each beat has stood still. When that is longer than
 * the lease, its owner is taken for dead and the claim may be taken over.
 * Bounded: past CLAIMS_MAX the oldest sighting is forgotten, which only makes
 * the take-over later.
 */
#ifndef WORKERS_CLAIMS_H
#define WORKERS_CLAIMS_H

#include "core/base.h"

#define CLAIMS_MAX 1024u

struct claim_seen {
	int64_t conversation; /* 0: free */
	uint64_t worker, beat;
	int64_t since_steady;
};

struct claims {
	struct claim_seen seen[CLAIMS_MAX];
};

/*
 * Note that `worker` holds the conversation at `beat`. True: it has stood
 * still for lease_ms; name this beat and take over.
 */
bool claims_expired(
    struct claims *c, const struct claim_seen *now, int64_t lease_ms);
void claims_forget(struct claims *c, int64_t conversation);

#endif
