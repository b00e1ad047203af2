/*
 * throttle: a table of keyed hashes, eight places for each, under one lock
 * that is held for a few instructions.
 */
#include "gateway/throttle.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#define RULES_MAX 8u
#define PLACES 8u
#define MARK_BYTES 16u

struct place {
	unsigned char mark[MARK_BYTES]; /* of rule and key */
	unsigned tries;			/* 0: free */
	int64_t last;			/* steady ms: of the newest try */
	int64_t until;			/* no other before it */
};

struct throttle {
	struct throttle_rule rules[RULES_MAX];
	unsigned char secret[crypto_generichash_KEYBYTES];
	pthread_mutex_t lock;
	size_t rows;
	struct place places[];
};

struct throttle *
throttle_new(const struct throttle_rule *rules, size_t count, size_t keys)
{
	size_t rows = (keys + PLACES - 1) / PLACES;
	struct throttle *t;

	if (count > RULES_MAX || rows == 0)
		return NULL;
	t = calloc(1, sizeof(*t) + rows * PLACES * sizeof(t->places[0]));
	if (t == NULL)
		return NULL;
	memcpy(t->rules, rules, count * sizeof(rules[0]));
	/* Nobody can look for keys that share a row with another's. */
	randombytes_buf(t->secret, sizeof(t->secret));
	pthread_mutex_init(&t->lock, NULL);
	t->rows = rows;
	return t;
}

void
throttle_free(struct throttle *t)
{
	if (t == NULL)
		return;
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* ---- places ------------------------------------------------------------ */

static void
mark_of(const struct throttle *t, size_t rule, struct str key,
    unsigned char mark[MARK_BYTES])
{
	unsigned char number = (unsigned char)rule;
	crypto_generichash_state state;

	crypto_generichash_init(
	    &state, t->secret, sizeof(t->secret), MARK_BYTES);
	crypto_generichash_update(&state, &number, 1);
	crypto_generichash_update(&state, (const unsigned char *)key.p, key.n);
	crypto_generichash_final(&state, mark, MARK_BYTES);
}

static struct place *
row_of(struct throttle *t, const unsigned char mark[MARK_BYTES])
{
	uint64_t n;

	memcpy(&n, mark, sizeof(n));
	return &t->places[n % t->rows * PLACES];
}

/* NULL: there is none. */
static struct place *
find(struct throttle *t, const unsigned char mark[MARK_BYTES])
{
	struct place *row = row_of(t, mark);
	size_t i;

	for (i = 0; i < PLACES; i++)
		if (row[i].tries > 0 &&
		    memcmp(row[i].mark, mark, MARK_BYTES) == 0)
			return &row[i];
	return NULL;
}

static bool
matters_less(const struct place *a, const struct place *b)
{
	return a->tries != b->tries ? a->tries < b->tries : a->last < b->last;
}

static struct place *
find_or_make(struct throttle *t, const unsigned char mark[MARK_BYTES])
{
	struct place *row = row_of(t, mark), *p = find(t, mark);
	size_t i;

	if (p != NULL)
		return p;
	for (p = row, i = 1; i < PLACES; i++)
		if (matters_less(&row[i], p))
			p = &row[i];
	*p = (struct place){.tries = 0};
	memcpy(p->mark, mark, MARK_BYTES);
	return p;
}

/* ---- tries ------------------------------------------------------------- */

static int64_t
wait_after(const struct throttle_rule *rule, unsigned tries)
{
	int64_t ms = rule->first_ms;
	unsigned i;

	if (tries <= rule->free)
		return 0;
	for (i = rule->free + 1; i < tries && ms < rule->most_ms; i++)
		ms *= 2;
	return ms < rule->most_ms ? ms : rule->most_ms;
}

static bool
try_place(const struct throttle_rule *rule, struct place *p, int64_t now)
{
	if (p->tries > 0 && now - p->last >= rule->forget_ms)
		p->tries = 0;
	if (p->tries > 0 && now < p->until)
		return false;
	p->tries++;
	p->last = now;
	p->until = now + wait_after(rule, p->tries);
	return true;
}

bool
throttle_try(struct throttle *t, size_t rule, struct str key, int64_t now_ms,
    int64_t *wait_ms)
{
	unsigned char mark[MARK_BYTES];
	struct place *p;
	bool good;

	mark_of(t, rule, key, mark);
	pthread_mutex_lock(&t->lock);
	p = find_or_make(t, mark);
	good = try_place(&t->rules[rule], p, now_ms);
	*wait_ms = good ? 0 : p->until - now_ms;
	pthread_mutex_unlock(&t->lock);
	return good;
}

static void
change(struct throttle *t, size_t rule, struct str key, bool all)
{
	unsigned char mark[MARK_BYTES];
	struct place *p;

	mark_of(t, rule, key, mark);
	pthread_mutex_lock(&t->lock);
	if ((p = find(t, mark)) != NULL) {
		p->tries = all ? 0 : p->tries - 1;
		p->until = p->last + wait_after(&t->rules[rule], p->tries);
	}
	pthread_mutex_unlock(&t->lock);
}

void
throttle_undo(struct throttle *t, size_t rule, struct str key)
{
	change(t, rule, key, false);
}

void
throttle_forgive(struct throttle *t, size_t rule, struct str key)
{
	change(t, rule, key, true);
}
