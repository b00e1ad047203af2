/*
 * limits: buckets in sets of eight places, each set under one of a few locks;
 * and the crowd, an open hash table under one lock, asked once a connection.
 * Keys are mixed with a random seed, so that nobody can aim at a place.
 */
#include "gateway/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#define WAYS 8u
#define LOCKS 64u
#define RULES_MAX 8u
#define TOKEN 60000 /* one token, in what comes back: per_minute each ms */

struct bucket {
	uint64_t key;	 /* 0: free */
	int64_t missing; /* parts of a token that are gone, at `at` */
	int64_t at;
};

struct limits {
	struct limit_rule rules[RULES_MAX];
	size_t count, sets; /* sets: a power of two */
	uint64_t seed;
	pthread_mutex_t locks[LOCKS];
	struct bucket *buckets;
};

static uint64_t
new_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint64_t)(uintptr_t)&seed;
	return seed;
}

static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static uint64_t
hash(uint64_t seed, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint64_t h = mix(seed + n), word;

	for (; n > 0; p += sizeof(word)) {
		size_t part = n < sizeof(word) ? n : sizeof(word);

		word = 0;
		memcpy(&word, p, part);
		h = mix((h + 0x9e3779b97f4a7c15u) ^ word);
		n -= part;
	}
	return h == 0 ? 1 : h;
}

static size_t
power_of_two(size_t least)
{
	size_t n = 1;

	while (n < least)
		n *= 2;
	return n;
}

/* ---- buckets ----------------------------------------------------------- */

struct limits *
limits_new(const struct limit_rule *rules, size_t count, size_t keys)
{
	struct limits *l;
	size_t i;

	if (count > RULES_MAX || (l = calloc(1, sizeof(*l))) == NULL)
		return NULL;
	l->count = count;
	memcpy(l->rules, rules, count * sizeof(*rules));
	l->seed = new_seed();
	l->sets = power_of_two((keys + WAYS - 1) / WAYS);
	l->buckets = calloc(l->sets * WAYS, sizeof(*l->buckets));
	for (i = 0; i < LOCKS; i++)
		pthread_mutex_init(&l->locks[i], NULL);
	if (l->buckets != NULL)
		return l;
	limits_free(l);
	return NULL;
}

void
limits_free(struct limits *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&l->locks[i]);
	free(l->buckets);
	free(l);
}

/* What is missing from the bucket now. */
static int64_t
missing(const struct limits *l, const struct bucket *b, int64_t now)
{
	const struct limit_rule *rule = &l->rules[b->key % l->count];
	int64_t back = now > b->at ? now - b->at : 0;

	if (back > b->missing / rule->per_minute)
		return 0;
	return b->missing - back * rule->per_minute;
}

/* The bucket of the key; else a free place, or that of the fullest. */
static struct bucket *
place(const struct limits *l, struct bucket *set, uint64_t key, int64_t now)
{
	struct bucket *best = NULL;
	int64_t least = INT64_MAX;
	size_t i;

	for (i = 0; i < WAYS; i++) {
		struct bucket *b = &set[i];
		int64_t gone;

		if (b->key == key)
			return b;
		gone = b->key == 0 ? -1 : missing(l, b, now);
		if (gone < least) {
			least = gone;
			best = b;
		}
	}
	*best = (struct bucket){.key = key, .at = now};
	return best;
}

static bool
take(const struct limits *l, struct bucket *b, int64_t now, int64_t *wait_ms)
{
	const struct limit_rule *rule = &l->rules[b->key % l->count];
	int64_t gone = missing(l, b, now);
	int64_t over = gone + TOKEN - (int64_t)rule->burst * TOKEN;

	if (over > 0) {
		if (wait_ms != NULL)
			*wait_ms = (over + rule->per_minute - 1) /
				   rule->per_minute;
		return false;
	}
	b->missing = gone + TOKEN;
	b->at = now;
	return true;
}

bool
limits_take(struct limits *l, size_t rule, struct str key, int64_t now_ms,
    int64_t *wait_ms)
{
	uint64_t k;
	size_t set;
	pthread_mutex_t *lock;
	bool yes;

	if (l->rules[rule].burst == 0 || l->rules[rule].per_minute == 0)
		return true;
	k = hash(l->seed, key.p, key.n);
	set = (size_t)(k >> 32) & (l->sets - 1);
	/* The key's remainder says which rule it is under. */
	k = k / l->count * l->count + rule;
	if (k < l->count)
		k += l->count;
	lock = &l->locks[set % LOCKS];
	pthread_mutex_lock(lock);
	yes = take(
	    l, place(l, &l->buckets[set * WAYS], k, now_ms), now_ms, wait_ms);
	pthread_mutex_unlock(lock);
	return yes;
}

/* ---- the crowd --------------------------------------------------------- */

struct place {
	struct address address;
	unsigned count; /* 0: free */
};

struct crowd {
	pthread_mutex_t lock;
	uint64_t seed;
	size_t size, most, inside; /* size: a power of two, over twice most */
	unsigned each;
	struct place *places;
};

struct crowd *
crowd_new(size_t most, unsigned each)
{
	struct crowd *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->seed = new_seed();
	c->most = most;
	c->each = each;
	c->size = power_of_two(most * 2 + 2);
	c->places = calloc(c->size, sizeof(*c->places));
	pthread_mutex_init(&c->lock, NULL);
	if (c->places != NULL)
		return c;
	crowd_free(c);
	return NULL;
}

void
crowd_free(struct crowd *c)
{
	if (c == NULL)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c->places);
	free(c);
}

static size_t
home(const struct crowd *c, const struct address *a)
{
	return (size_t)hash(c->seed, a, sizeof(*a)) & (c->size - 1);
}

/* Where the address is, or the free place where it would be. */
static size_t
find(const struct crowd *c, const struct address *a)
{
	size_t i = home(c, a);

	while (
	    c->places[i].count > 0 && !address_same(&c->places[i].address, a))
		i = (i + 1) & (c->size - 1);
	return i;
}

bool
crowd_enter(struct crowd *c, const struct address *a)
{
	struct address holder = address_holder(a);
	bool yes = false;
	struct place *p;

	pthread_mutex_lock(&c->lock);
	p = &c->places[find(c, &holder)];
	if (c->inside < c->most && (c->each == 0 || p->count < c->each)) {
		p->address = holder;
		p->count++;
		c->inside++;
		yes = true;
	}
	pthread_mutex_unlock(&c->lock);
	return yes;
}

/* Closes the gap at i, so that searches need no tombstones. */
static void
close_gap(struct crowd *c, size_t i)
{
	size_t mask = c->size - 1, j = i;

	for (;;) {
		j = (j + 1) & mask;
		if (c->places[j].count == 0)
			return;
		if (((j - home(c, &c->places[j].address)) & mask) <
		    ((j - i) & mask))
			continue;
		c->places[i] = c->places[j];
		c->places[j].count = 0;
		i = j;
	}
}

void
crowd_leave(struct crowd *c, const struct address *a)
{
	struct address holder = address_holder(a);
	size_t i;

	pthread_mutex_lock(&c->lock);
	i = find(c, &holder);
	if (c->places[i].count > 0) {
		c->inside--;
		if (--c->places[i].count == 0)
			close_gap(c, i);
	}
	pthread_mutex_unlock(&c->lock);
}
