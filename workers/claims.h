/*
 * claims: what we saw of other workers' claims.
 *
 * A claim carries a beat that its owner raises. Here stands since when, by
 * our own steady clock, each beat has stood still. When that is longer than
 * the lease, its owner is taken for dead and the claim may be taken over.
 * Bounded: a sighting that has no place because fresher ones hold all of its
 * places is not kept; it finds one when those are taken over or given back.
 */
#ifndef WORKERS_CLAIMS_H
#define WORKERS_CLAIMS_H

#include "core/base.h"

#define CLAIMS_MAX 1024u

struct claim_seen {
	int64_t conversation; /* 0: free */
	uint64_t worker, beat;
	int64_t since_steady; /* the beat stands still */
	int64_t seen_steady;  /* looked at last */
};

struct claims {
	struct claim_seen seen[CLAIMS_MAX];
};

/*
 * Note that `worker` holds the conversation at `beat`, as was seen at
 * now->seen_steady. True: it has stood still for lease_ms; name this beat and
 * take over.
 */
bool claims_expired(
    struct claims *c, const struct claim_seen *now, int64_t lease_ms);
void claims_forget(struct claims *c, int64_t conversation);

#endif
