/*
 * claims: a hash table with PLACES places for each conversation. One who is
 * not seen for two leases is gone, and its place free.
 */
#include "workers/claims.h"

#define PLACES 8u

static struct claim_seen *
place(struct claims *c, int64_t conversation, unsigned i)
{
	return &c->seen[((uint64_t)conversation + i) % CLAIMS_MAX];
}

static struct claim_seen *
find(struct claims *c, int64_t conversation)
{
	unsigned i;

	for (i = 0; i < PLACES; i++)
		if (place(c, conversation, i)->conversation == conversation)
			return place(c, conversation, i);
	return NULL;
}

/* A free place, or one whose sighting is old; NULL: all are in use. */
static struct claim_seen *
find_free(struct claims *c, const struct claim_seen *now, int64_t lease_ms)
{
	unsigned i;

	for (i = 0; i < PLACES; i++) {
		struct claim_seen *s = place(c, now->conversation, i);

		if (s->conversation == 0 ||
		    now->seen_steady - s->seen_steady > 2 * lease_ms)
			return s;
	}
	return NULL;
}

bool
claims_expired(struct claims *c, const struct claim_seen *now, int64_t lease_ms)
{
	struct claim_seen *s = find(c, now->conversation);

	if (s == NULL) {
		s = find_free(c, now, lease_ms);
		if (s == NULL)
			return false;
		s->conversation = 0;
	}
	if (s->conversation == 0 || s->worker != now->worker ||
	    s->beat != now->beat) {
		*s = *now;
		s->since_steady = now->seen_steady;
		return false;
	}
	s->seen_steady = now->seen_steady;
	return now->seen_steady - s->since_steady >= lease_ms;
}

void
claims_forget(struct claims *c, int64_t conversation)
{
	struct claim_seen *s = find(c, conversation);

	if (s != NULL)
		*s = (struct claim_seen){0};
}
