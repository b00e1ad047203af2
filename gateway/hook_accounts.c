/*
 * hook_accounts: a table with one place for each hash; who comes last, has
 * it. A document that was applied anew is another struct company, so nothing
 * old is ever found.
 */
#include "gateway/hook_accounts.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#define PLACES 256u

struct held {
	struct hook_account open;
	const struct company_account *doc;
	struct company *company; /* a reference */
	struct arena arena;
	unsigned refs; /* under the lock */
};

struct hook_accounts {
	const struct token_keys *keys;
	pthread_mutex_t lock;
	struct held *places[PLACES];
};

static struct held **
place_of(struct hook_accounts *t, const struct company *c,
    const struct company_account *doc)
{
	size_t index = (size_t)(doc - c->accounts);

	return &t->places[((uint64_t)c->id * 31 + index) % PLACES];
}

static void
wipe(struct str s)
{
	if (s.n > 0)
		sodium_memzero((void *)(uintptr_t)s.p, s.n);
}

static void
held_free(struct held *h)
{
	size_t i;

	if (h == NULL)
		return;
	wipe(h->open.account.token);
	for (i = 0; i < h->open.account.signing_count; i++)
		wipe(h->open.account.signing[i]);
	company_unref(h->company);
	arena_free(&h->arena);
	free(h);
}

/* With the lock held; the caller frees what is given back. */
static struct held *
unref(struct held *h)
{
	return h != NULL && --h->refs == 0 ? h : NULL;
}

static enum err
held_new(struct hook_accounts *t, struct company *company,
    const struct company_account *doc, struct str public_url, struct held **out)
{
	struct held *h = calloc(1, sizeof(*h));
	enum err e;

	if (h == NULL)
		return E_NOMEM;
	h->company = company_ref(company);
	h->doc = doc;
	h->refs = 2; /* the table's, and the caller's */
	e = account_open(t->keys,
	    &(struct account_of){company, doc, public_url}, &h->arena,
	    &h->open.account);
	if (e != OK) {
		held_free(h);
		return e;
	}
	h->open.company = company;
	h->open.table = t;
	*out = h;
	return OK;
}

static struct held *
find(struct hook_accounts *t, const struct company *company,
    const struct company_account *doc)
{
	struct held *h;

	pthread_mutex_lock(&t->lock);
	h = *place_of(t, company, doc);
	if (h != NULL && h->company == company && h->doc == doc)
		h->refs++;
	else
		h = NULL;
	pthread_mutex_unlock(&t->lock);
	return h;
}

static void
put(struct hook_accounts *t, struct held *h)
{
	struct held **place = place_of(t, h->company, h->doc), *old;

	pthread_mutex_lock(&t->lock);
	old = unref(*place);
	*place = h;
	pthread_mutex_unlock(&t->lock);
	held_free(old);
}

enum err
hook_account_get(struct hook_accounts *t, struct company *company,
    const struct company_account *doc, struct str public_url,
    const struct hook_account **out)
{
	struct held *h = find(t, company, doc);
	enum err e = OK;

	if (h == NULL) {
		e = held_new(t, company, doc, public_url, &h);
		if (e != OK)
			return e;
		put(t, h);
	}
	*out = &h->open;
	return OK;
}

void
hook_account_drop(const struct hook_account *a)
{
	/* Ours, and only lent as constant. */
	struct held *h = (struct held *)(uintptr_t)a;
	struct hook_accounts *t = a->table;

	pthread_mutex_lock(&t->lock);
	h = unref(h);
	pthread_mutex_unlock(&t->lock);
	held_free(h);
}

enum err
hook_accounts_new(const struct token_keys *keys, struct hook_accounts **out)
{
	struct hook_accounts *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return E_NOMEM;
	t->keys = keys;
	pthread_mutex_init(&t->lock, NULL);
	*out = t;
	return OK;
}

void
hook_accounts_free(struct hook_accounts *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < PLACES; i++)
		held_free(t->places[i]);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
