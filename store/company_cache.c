/*
 * company_cache: a small table under one lock; the least recently used row
 * makes room for the next.
 */
#include "store/company_cache.h"

#include <pthread.h>
#include <stdlib.h>

#define COMPANIES_MAX 256u

struct cached {
	struct company *company; /* NULL: free */
	int64_t checked_steady;	 /* when its version was last looked up */
	uint64_t used;
};

struct company_cache {
	pthread_mutex_t lock;
	const struct clock *clock;
	struct log *log;
	struct store_reader *reader;
	struct cached rows[COMPANIES_MAX];
	uint64_t uses;
};

enum err
company_cache_open(struct store *s, const struct clock *clock, struct log *log,
    struct company_cache **out)
{
	struct company_cache *c = calloc(1, sizeof(*c));
	enum err e;

	if (c == NULL)
		return E_NOMEM;
	c->clock = clock;
	c->log = log;
	if ((e = store_reader_open(s, &c->reader)) != OK) {
		free(c);
		return e;
	}
	pthread_mutex_init(&c->lock, NULL);
	*out = c;
	return OK;
}

void
company_cache_close(struct company_cache *c)
{
	size_t i;

	for (i = 0; i < COMPANIES_MAX; i++)
		company_unref(c->rows[i].company);
	store_reader_close(c->reader);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* What is looked for: by key when it has one, else by id. */
struct wanted {
	int64_t id;
	struct str key;
};

static bool
is_wanted(const struct company *company, const struct wanted *want)
{
	if (company == NULL)
		return false;
	return want->key.n > 0 ? str_eq(company->key, want->key)
			       : company->id == want->id;
}

/* Its row, or the one to overwrite. */
static struct cached *
row_of(struct company_cache *c, const struct wanted *want)
{
	struct cached *victim = &c->rows[0];
	size_t i;

	for (i = 0; i < COMPANIES_MAX; i++) {
		struct cached *row = &c->rows[i];
		if (is_wanted(row->company, want))
			return row;
		if (row->used < victim->used)
			victim = row;
	}
	return victim;
}

static enum err
read_row(struct company_cache *c, const struct wanted *want, struct arena *a,
    struct company_row *row)
{
	if (want->key.n > 0)
		return store_find_company(c->reader, want->key, a, row);
	return store_read_company(c->reader, want->id, a, row);
}

/* A document in the store that does not parse was checked by another
 * version of this program. */
static void
complain(struct company_cache *c, const struct company_row *row,
    const struct faults *faults)
{
	struct buf text = {0};
	struct log_line l;

	if (!log_begin(c->log, LOG_ERROR, "company.unreadable", &l))
		return;
	faults_write(faults, &text);
	log_str(&l, "company", row->key);
	log_str(&l, "faults", buf_view(&text));
	log_end(&l);
	buf_free(&text);
}

static enum err
parse(struct company_cache *c, const struct company_row *row,
    struct company **out)
{
	struct faults faults = {0};
	enum err e = company_parse(row->document, &faults, out);

	if (e == OK && (e = company_set_key(*out, row->key)) != OK) {
		company_unref(*out);
		*out = NULL;
	} else if (e == OK) {
		(*out)->id = row->id;
		(*out)->version = row->version;
	} else {
		complain(c, row, &faults);
	}
	faults_free(&faults);
	return e;
}

/* Looks whether the row still holds the newest version. */
static enum err
refresh(struct company_cache *c, const struct wanted *want, struct cached *row)
{
	struct company *fresh = NULL;
	struct company_row stored;
	struct arena a = {0};
	enum err e = read_row(c, want, &a, &stored);

	if (e != OK)
		goto done;
	if (row->company == NULL || row->company->id != stored.id ||
	    row->company->version != stored.version)
		e = parse(c, &stored, &fresh);
	if (fresh != NULL) {
		company_unref(row->company);
		row->company = fresh;
	}
	row->checked_steady = clock_steady(c->clock);
done:
	arena_free(&a);
	return e;
}

static bool
is_fresh(const struct company_cache *c, const struct wanted *want,
    const struct cached *row)
{
	return is_wanted(row->company, want) &&
	       clock_steady(c->clock) - row->checked_steady < COMPANY_FRESH_MS;
}

static enum err
get(struct company_cache *c, const struct wanted *want, struct company **out)
{
	struct cached *row;
	enum err e = OK;

	pthread_mutex_lock(&c->lock);
	row = row_of(c, want);
	if (!is_fresh(c, want, row))
		e = refresh(c, want, row);
	if (e == OK) {
		row->used = ++c->uses;
		*out = company_ref(row->company);
	}
	pthread_mutex_unlock(&c->lock);
	return e;
}

enum err
company_cache_by_key(
    struct company_cache *c, struct str key, struct company **out)
{
	if (!company_key_valid(key))
		return E_NOTFOUND;
	return get(c, &(struct wanted){.key = key}, out);
}

enum err
company_cache_by_id(struct company_cache *c, int64_t id, struct company **out)
{
	return get(c, &(struct wanted){.id = id}, out);
}
