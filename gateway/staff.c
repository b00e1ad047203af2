/* staff: start and stop of what the accounts' part needs. */
#include "gateway/limits.h"
#include "gateway/staff_inside.h"

#include <stdlib.h>

/* Those that wait for the disk; each has a reader of the store. */
#define THREADS 2u
#define WAITING 1024u
/* Accounts and addresses that failed lately. */
#define GUESS_KEYS 16384u
#define NOTE_KEYS 4096u

#define SECOND_MS ((int64_t)1000)
#define MINUTE_MS (60 * SECOND_MS)

/*
 * Of the account: whoever knows an e-mail can make its owner wait, so not for
 * long. Of the address: many may sit behind one. Of the code: who gets so far
 * has the password.
 */
static const struct throttle_rule guesses[GUESSES] = {
    [GUESS_ACCOUNT] = {.free = 5,
	.first_ms = SECOND_MS,
	.most_ms = MINUTE_MS,
	.forget_ms = 60 * MINUTE_MS},
    [GUESS_ADDRESS] = {.free = 50,
	.first_ms = SECOND_MS,
	.most_ms = 5 * MINUTE_MS,
	.forget_ms = 60 * MINUTE_MS},
    [GUESS_CODE] = {.free = 5,
	.first_ms = 30 * SECOND_MS,
	.most_ms = 60 * MINUTE_MS,
	.forget_ms = 24 * 60 * MINUTE_MS},
};

/* Lines on what one caller was refused. */
static const struct limit_rule notes = {.burst = 20, .per_minute = 20};

static enum err
reader_begin(void *store, void **own)
{
	struct store_reader *r = NULL;
	enum err e = store_reader_open(store, &r);

	*own = r;
	return e;
}

static void
reader_end(void *own)
{
	store_reader_close(own);
}

static enum err
start(struct staff *s)
{
	const struct pool_conf conf = {.name = "fd-staff",
	    .threads = THREADS,
	    .waiting_max = WAITING,
	    .begin = reader_begin,
	    .end = reader_end,
	    .arg = s->gateway->store};
	enum err e;

	key_derive(s->gateway->keys, STR("frontdesk staff"), &s->keys);
	s->swept_at = clock_steady(s->gateway->clock);
	s->throttle = throttle_new(guesses, GUESSES, GUESS_KEYS);
	s->notes = limits_new(&notes, 1, NOTE_KEYS);
	if (s->throttle == NULL || s->notes == NULL)
		return E_NOMEM;
	if ((e = staff_cache_open(s, &s->cache)) != OK ||
	    (e = hasher_start(0, &s->hasher)) != OK)
		return e;
	return pool_start(&conf, &s->pool);
}

enum err
staff_start(struct gateway *g, struct staff **out)
{
	struct staff *s = calloc(1, sizeof(*s));
	enum err e;

	if (s == NULL)
		return E_NOMEM;
	s->gateway = g;
	e = start(s);
	if (e == OK)
		*out = s;
	else
		staff_stop(s);
	return e;
}

void
staff_stop(struct staff *s)
{
	if (s == NULL)
		return;
	/* What runs may ask for a hash; what was hashed may want to run. */
	pool_end(s->pool);
	hasher_stop(s->hasher);
	pool_free(s->pool);
	staff_cache_close(s->cache);
	throttle_free(s->throttle);
	limits_free(s->notes);
	free(s);
}
