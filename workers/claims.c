/* claims: a small hash table without chains: a clash forgets the older. */
#include "workers/claims.h"

static struct claim_seen *
place(struct claims *c, int64_t conversation)
{
	return &c->seen[(uint64_t)conversation % CLAIMS_MAX];
}

bool
claims_expired(struct claims *c, const struct claim_seen *now, int64_t lease_ms)
{
	struct claim_seen *s = place(c, now->conversation);

	if (s->conversation != now->conversation || s->worker != now->worker ||
	    s->beat != now->beat) {
		*s = *now;
		return false;
	}
	return now->since_steady - s->since_steady >= lease_ms;
}

void
claims_forget(struct claims *c, int64_t conversation)
{
	struct claim_seen *s = place(c, conversation);

	if (s->conversation == conversation)
		*s = (struct claim_seen){0};
}
