/*
 * hourly: a table of sets. Names stand there as keyed hashes, so that nobody
 * can choose one that falls together with another's.
 */
#include "intake/hourly.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>

#define HOUR_MS ((int64_t)3600 * 1000)
#define SETS 1024u
#define WAYS 8u
#define NAME_BYTES 512u /* bytes that count of a name */

struct place {
	uint64_t key;
	int64_t began;
	unsigned count; /* 0: nobody's */
};

struct hourly {
	unsigned char secret[crypto_shorthash_KEYBYTES];
	struct place sets[SETS][WAYS];
};

struct hourly *
hourly_new(void)
{
	struct hourly *h = calloc(1, sizeof(*h));

	if (h != NULL)
		randombytes_buf(h->secret, sizeof(h->secret));
	return h;
}

void
hourly_free(struct hourly *h)
{
	free(h);
}

static uint64_t
key_of(const struct hourly *h, struct str who)
{
	char name[NAME_BYTES];
	size_t n = who.n < sizeof(name) ? who.n : sizeof(name), i;
	uint64_t key;

	for (i = 0; i < n; i++)
		name[i] = (char)(who.p[i] >= 'A' && who.p[i] <= 'Z'
				     ? who.p[i] | 0x20
				     : who.p[i]);
	crypto_shorthash(
	    (unsigned char *)&key, (const unsigned char *)name, n, h->secret);
	return key;
}

/* A clock that was put back begins a new hour, too. */
static bool
is_over(const struct place *p, int64_t now)
{
	return p->count == 0 || now < p->began || now - p->began >= HOUR_MS;
}

/* Its own, or the one that is worth least. */
static struct place *
place_for(struct hourly *h, uint64_t key, int64_t now)
{
	struct place *set = h->sets[key % SETS], *best = NULL;
	unsigned i;

	for (i = 0; i < WAYS; i++) {
		if (is_over(&set[i], now))
			set[i].count = 0;
		else if (set[i].key == key)
			return &set[i];
		if (best == NULL || set[i].count < best->count)
			best = &set[i];
	}
	*best = (struct place){.key = key, .began = now};
	return best;
}

unsigned
hourly_count(struct hourly *h, struct str who, int64_t now)
{
	struct place *p = place_for(h, key_of(h, who), now);

	if (p->count < UINT_MAX)
		p->count++;
	return p->count;
}
