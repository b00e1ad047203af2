/*
 * deliver_pace: how fast, and how long to wait. Everything is a number here:
 * a rate keeps the one time by which all that was sent so far would have gone
 * at an even pace. Who is further ahead of it than the burst has to wait.
 */
#include "workers/deliver_inner.h"

#include <sodium.h>
#include <stdlib.h>

#define SETS 8192u
#define WAYS 8u
#define BACKOFF_FIRST_MS 2000
#define BACKOFF_MAX_MS (30 * 60 * 1000)

/* ---- rates --------------------------------------------------------------- */

static unsigned
at_least_one(int64_t n)
{
	return n < 1 ? 1 : n > 1000000 ? 1000000 : (unsigned)n;
}

struct rate
rate_of_account(
    const struct capabilities *can, const struct company_account *doc)
{
	int64_t n = doc->per_second > 0 ? doc->per_second : can->per_second;

	if (n <= 0)
		return (struct rate){0};
	return (struct rate){
	    .interval_us = 1000000 / n, .burst = at_least_one(n / 10)};
}

struct rate
rate_of_recipient(
    const struct capabilities *can, const struct company_account *doc)
{
	int64_t us = (int64_t)can->per_recipient_ms * 1000;

	if (doc->per_recipient_minute > 0)
		us = 60000000 / doc->per_recipient_minute;
	return (struct rate){
	    .interval_us = us, .burst = at_least_one(can->recipient_burst)};
}

int64_t
rate_wait(struct rate r, int64_t full_us, int64_t now_ms)
{
	int64_t ahead = full_us - now_ms * 1000 -
			((int64_t)r.burst - 1) * r.interval_us;

	return r.interval_us == 0 || ahead <= 0 ? 0 : (ahead + 999) / 1000;
}

void
rate_take(struct rate r, int64_t *full_us, int64_t now_ms)
{
	if (*full_us < now_ms * 1000)
		*full_us = now_ms * 1000;
	*full_us += r.interval_us;
}

/* ---- recipients ---------------------------------------------------------- */

struct slot {
	uint64_t key;
	int64_t full_us, until_ms;
};

struct recipients {
	unsigned char secret[crypto_shorthash_KEYBYTES];
	struct slot sets[SETS][WAYS];
};

struct recipients *
recipients_new(void)
{
	struct recipients *r = calloc(1, sizeof(*r));

	if (r != NULL)
		randombytes_buf(r->secret, sizeof(r->secret));
	return r;
}

void
recipients_free(struct recipients *r)
{
	free(r);
}

uint64_t
recipient_key(const struct recipients *r, int64_t track, struct str recipient)
{
	uint64_t key;

	crypto_shorthash((unsigned char *)&key,
	    (const unsigned char *)recipient.p, recipient.n, r->secret);
	return key ^ (uint64_t)track * UINT64_C(0x9e3779b97f4a7c15);
}

/* When the slot means nothing any more. */
static int64_t
free_at(const struct slot *s)
{
	int64_t ms = (s->full_us + 999) / 1000;

	return ms > s->until_ms ? ms : s->until_ms;
}

/* The slot of the key, or the one that is free first. */
static struct slot *
slot_for(struct recipients *r, uint64_t key, int64_t now_ms)
{
	struct slot *set = r->sets[key % SETS], *best = &set[0];
	unsigned i;

	for (i = 0; i < WAYS; i++)
		if (set[i].key == key && free_at(&set[i]) > now_ms)
			return &set[i];
	for (i = 1; i < WAYS; i++)
		if (free_at(&set[i]) < free_at(best))
			best = &set[i];
	return best;
}

static void
slot_claim(struct slot *s, uint64_t key, int64_t now_ms)
{
	if (s->key != key || free_at(s) <= now_ms)
		*s = (struct slot){.key = key};
}

int64_t
recipients_wait(
    struct recipients *r, uint64_t key, struct rate rate, int64_t now_ms)
{
	const struct slot *s = slot_for(r, key, now_ms);
	int64_t wait;

	if (free_at(s) <= now_ms)
		return 0;
	if (s->key != key)
		return free_at(s) - now_ms;
	wait = rate_wait(rate, s->full_us, now_ms);
	return s->until_ms - now_ms > wait ? s->until_ms - now_ms : wait;
}

void
recipients_take(
    struct recipients *r, uint64_t key, struct rate rate, int64_t now_ms)
{
	struct slot *s = slot_for(r, key, now_ms);

	if (rate.interval_us == 0)
		return;
	slot_claim(s, key, now_ms);
	rate_take(rate, &s->full_us, now_ms);
}

/*
 * Where there is no room, whoever may go sooner gives way: without a slot it
 * waits for the first that is free, which is later than its own time.
 */
void
recipients_hold(
    struct recipients *r, uint64_t key, int64_t until_ms, int64_t now_ms)
{
	struct slot *s = slot_for(r, key, now_ms);

	if (s->key != key && free_at(s) > now_ms && free_at(s) >= until_ms)
		return;
	slot_claim(s, key, now_ms);
	if (s->until_ms < until_ms)
		s->until_ms = until_ms;
}

/* ---- back-off ------------------------------------------------------------ */

int64_t
backoff_ms(unsigned tries, uint32_t random)
{
	int64_t ms = BACKOFF_FIRST_MS;

	while (tries-- > 1 && ms < BACKOFF_MAX_MS)
		ms *= 2;
	if (ms > BACKOFF_MAX_MS)
		ms = BACKOFF_MAX_MS;
	return ms * (80 + random % 41) / 100;
}
