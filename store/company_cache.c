/*
 * company_cache: a table of parsed documents, by id and by key, under one
 * lock. Entries are never many (one for each company that is in use), and are
 * all let go when the table is full: they are read again when needed.
 */
#include "store/company_cache.h"

#include <pthread.h>
#include <stdlib.h>

#define CHAINS 1024u
#define ENTRIES_MAX 8192u
#define UNREADABLE 64u

struct entry {
	struct company *company; /* one reference */
	int64_t checked;	 /* steady ms: it was the newest then */
	struct entry *next_id, *next_key;
};

/* A version that does not parse; it never will, so it is tried once. */
struct unreadable {
	int64_t id;
	uint64_t version;
};

struct company_cache {
	struct store_reader *reader;
	const struct clock *clock;
	struct log *log;
	pthread_mutex_t lock;
	struct arena arena; /* of one read */
	struct entry *by_id[CHAINS], *by_key[CHAINS];
	unsigned count;
	struct unreadable unreadable[UNREADABLE];
};

/* ---- the table --------------------------------------------------------- */

static size_t
chain_of_id(int64_t id)
{
	return (uint64_t)id % CHAINS;
}

static size_t
chain_of_key(struct str key)
{
	uint32_t h = 2166136261u; /* FNV-1a */
	size_t i;

	for (i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 16777619u;
	return h % CHAINS;
}

static struct entry *
find_id(const struct company_cache *c, int64_t id)
{
	struct entry *e = c->by_id[chain_of_id(id)];

	while (e != NULL && e->company->id != id)
		e = e->next_id;
	return e;
}

static struct entry *
find_key(const struct company_cache *c, struct str key)
{
	struct entry *e = c->by_key[chain_of_key(key)];

	while (e != NULL && !str_eq(e->company->key, key))
		e = e->next_key;
	return e;
}

static void
forget_all(struct company_cache *c)
{
	struct entry *e, *next;
	size_t i;

	for (i = 0; i < CHAINS; i++) {
		for (e = c->by_id[i]; e != NULL; e = next) {
			next = e->next_id;
			company_unref(e->company);
			free(e);
		}
		c->by_id[i] = NULL;
		c->by_key[i] = NULL;
	}
	c->count = 0;
}

/* Takes company over. */
static struct entry *
add(struct company_cache *c, struct company *company)
{
	struct entry *e = calloc(1, sizeof(*e));
	struct entry **id = &c->by_id[chain_of_id(company->id)];
	struct entry **key = &c->by_key[chain_of_key(company->key)];

	if (e == NULL) {
		company_unref(company);
		return NULL;
	}
	e->company = company;
	e->next_id = *id;
	e->next_key = *key;
	*id = e;
	*key = e;
	c->count++;
	return e;
}

/* ---- reading ----------------------------------------------------------- */

/* A document that the store has was checked when it was put there. */
static void
log_faults(struct company_cache *c, const struct company_row *row,
    const struct faults *faults)
{
	struct log_line l;
	struct buf text = {0};

	faults_write(faults, &text);
	if (log_begin(c->log, LOG_ERROR, "company.unreadable", &l)) {
		log_str(&l, "company", row->key);
		log_num(&l, "version", (int64_t)row->version);
		log_str(&l, "faults", buf_view(&text));
		log_end(&l);
	}
	buf_free(&text);
}

static enum err
parse(struct company_cache *c, const struct company_row *row,
    struct company **out)
{
	struct unreadable *bad = &c->unreadable[(uint64_t)row->id % UNREADABLE];
	struct faults faults = {0};
	enum err e;

	if (bad->id == row->id && bad->version == row->version)
		return E_IO;
	e = company_parse(row->document, &faults, out);
	if (e == E_BADINPUT) {
		log_faults(c, row, &faults);
		*bad = (struct unreadable){row->id, row->version};
		e = E_IO;
	}
	faults_free(&faults);
	if (e != OK)
		return e;
	(*out)->id = row->id;
	(*out)->version = row->version;
	e = company_set_key(*out, row->key);
	if (e != OK)
		company_unref(*out);
	return e;
}

/* What the store has goes into the entry of that id; new or replaced. */
static enum err
take_row(
    struct company_cache *c, const struct company_row *row, struct entry **out)
{
	struct entry *known = find_id(c, row->id);
	struct company *fresh = NULL;
	enum err e;

	if (known == NULL || known->company->version != row->version) {
		if ((e = parse(c, row, &fresh)) != OK)
			return e;
		if (known != NULL && !str_eq(fresh->key, known->company->key)) {
			forget_all(c);
			known = NULL;
		}
	}
	if (known == NULL && c->count >= ENTRIES_MAX)
		forget_all(c);
	if (known == NULL) {
		known = add(c, fresh);
	} else if (fresh != NULL) {
		company_unref(known->company);
		known->company = fresh;
	}
	*out = known;
	return known == NULL ? E_NOMEM : OK;
}

/* Asks the store, by id, or by key if id is 0. */
static enum err
look_up(struct company_cache *c, int64_t id, struct str key, struct entry **out)
{
	struct company_row row;
	enum err e;

	e = id != 0 ? store_read_company(c->reader, id, &c->arena, &row)
		    : store_find_company(c->reader, key, &c->arena, &row);
	if (e == OK)
		e = take_row(c, &row, out);
	if (e == OK)
		(*out)->checked = clock_steady(c->clock);
	arena_reset(&c->arena);
	return e;
}

static enum err
get(struct company_cache *c, int64_t id, struct str key, struct company **out)
{
	struct entry *entry;
	enum err e = OK;

	pthread_mutex_lock(&c->lock);
	entry = id != 0 ? find_id(c, id) : find_key(c, key);
	if (entry == NULL ||
	    clock_steady(c->clock) - entry->checked >= COMPANY_FRESH_MS)
		e = look_up(c, id, key, &entry);
	if (e == E_IO && entry != NULL)
		e = OK; /* what we knew is better than nothing */
	if (e == OK)
		*out = company_ref(entry->company);
	pthread_mutex_unlock(&c->lock);
	return e;
}

enum err
company_cache_by_key(
    struct company_cache *c, struct str key, struct company **out)
{
	return get(c, 0, key, out);
}

enum err
company_cache_by_id(struct company_cache *c, int64_t id, struct company **out)
{
	return id == 0 ? E_NOTFOUND : get(c, id, STR(""), out);
}

/* ---- life -------------------------------------------------------------- */

enum err
company_cache_open(struct store *s, const struct clock *clock, struct log *log,
    struct company_cache **out)
{
	struct company_cache *c = calloc(1, sizeof(*c));
	enum err e;

	if (c == NULL)
		return E_NOMEM;
	e = store_reader_open(s, &c->reader);
	if (e != OK) {
		free(c);
		return e;
	}
	c->clock = clock;
	c->log = log;
	pthread_mutex_init(&c->lock, NULL);
	*out = c;
	return OK;
}

void
company_cache_close(struct company_cache *c)
{
	if (c == NULL)
		return;
	forget_all(c);
	store_reader_close(c->reader);
	arena_free(&c->arena);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
