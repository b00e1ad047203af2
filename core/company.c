/*
 * company: the document as a whole: loading, sharing, sealing. What is inside
 * is checked by company_walk.c along the table of company_members.c.
 */
#include "core/company.h"
#include "core/company_members.h"
#include "core/company_walk.h"
#include "core/json.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <strings.h>

struct owned {
	struct company company;
	struct arena arena;
	atomic_uint refs;
};

/* ---- the document ------------------------------------------------------ */

static enum err
document_load(struct str document, struct faults *faults, json_t **out)
{
	json_error_t error;

	if (document.n > COMPANY_DOCUMENT_MAX) {
		faults_add(faults, "document",
		    "has %zu bytes; write at most %u", document.n,
		    COMPANY_DOCUMENT_MAX);
		return E_BADINPUT;
	}
	*out = json_loadb(document.n == 0 ? "" : document.p, document.n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (*out != NULL)
		return OK;
	if (json_error_code(&error) == json_error_out_of_memory)
		return E_NOMEM;
	faults_add(faults, "document", "is not JSON: line %d, column %d: %s",
	    error.line, error.column, error.text);
	return E_BADINPUT;
}

/* Also where there are faults, *out is what could be read; unref it. */
static enum err
document_read(struct str document, struct faults *faults, struct company **out)
{
	struct owned *o = calloc(1, sizeof(*o));
	json_t *root = NULL;
	enum err e;

	if (o == NULL)
		return E_NOMEM;
	atomic_init(&o->refs, 1);
	e = document_load(document, faults, &root);
	if (e == OK)
		e = company_walk(root, faults, &o->arena, &o->company);
	json_decref(root);
	o->company.policy.has_desk = o->company.desk_count > 0 &&
				     company_desk_account(&o->company) != NULL;
	*out = &o->company;
	return e;
}

enum err
company_parse(struct str document, struct faults *faults, struct company **out)
{
	struct company *c = NULL;
	enum err e = document_read(document, faults, &c);

	if (e == OK)
		*out = c;
	else
		company_unref(c);
	return e;
}

enum err
company_check(struct str document, struct faults *faults,
    void (*look)(const struct company *c, struct faults *faults))
{
	struct company *c = NULL;
	size_t had = faults->count;
	enum err e = document_read(document, faults, &c);

	if (e == OK || e == E_BADINPUT)
		look(c, faults);
	company_unref(c);
	if (e == OK && faults->count > had)
		e = E_BADINPUT;
	return e;
}

static struct owned *
owned(struct company *c)
{
	return CONTAINER_OF(c, struct owned, company);
}

struct company *
company_ref(struct company *c)
{
	atomic_fetch_add_explicit(&owned(c)->refs, 1, memory_order_relaxed);
	return c;
}

void
company_unref(struct company *c)
{
	if (c == NULL || atomic_fetch_sub_explicit(
			     &owned(c)->refs, 1, memory_order_acq_rel) != 1)
		return;
	arena_free(&owned(c)->arena);
	free(owned(c));
}

enum err
company_set_key(struct company *c, struct str key)
{
	c->key = arena_copy(&owned(c)->arena, key);
	return c->key.p == NULL ? E_NOMEM : OK;
}

const struct company_account *
company_desk_account(const struct company *c)
{
	size_t i;

	for (i = 0; i < c->account_count; i++)
		if (c->accounts[i].smtp.n > 0 &&
		    (c->support_account.n == 0 ||
			str_eq(c->accounts[i].name, c->support_account)))
			return &c->accounts[i];
	return NULL;
}

/* ASCII: what is not is no address. */
static bool
same_address(struct str a, struct str b)
{
	return a.n == b.n && a.n > 0 && strncasecmp(a.p, b.p, a.n) == 0;
}

bool
company_is_address(const struct company *c, struct str address)
{
	size_t i;

	for (i = 0; i < c->account_count; i++)
		if (same_address(c->accounts[i].sender, address))
			return true;
	for (i = 0; i < c->desk_count; i++)
		if (same_address(c->desk[i].address, address))
			return true;
	return false;
}

const struct company_account *
company_account(const struct company *c, struct str channel, struct str name)
{
	size_t i;

	for (i = 0; i < c->account_count; i++)
		if (str_eq(c->accounts[i].channel, channel) &&
		    str_eq(c->accounts[i].name, name))
			return &c->accounts[i];
	return NULL;
}

bool
company_key_valid(struct str key)
{
	size_t i;

	if (key.n < 1 || key.n > 40)
		return false;
	for (i = 0; i < key.n; i++)
		if (!(key.p[i] >= 'a' && key.p[i] <= 'z') &&
		    !(key.p[i] >= '0' && key.p[i] <= '9') && key.p[i] != '-')
			return false;
	return key.p[0] != '-' && key.p[key.n - 1] != '-';
}

/* ---- secrets ----------------------------------------------------------- */

struct rewrite {
	enum err (*replace)(void *arg, struct str secret, struct buf *out);
	void *arg;
};

static enum err
rewrite_string(const struct rewrite *r, json_t *value)
{
	struct str s = json_text_of(value);
	struct buf b = {0};
	enum err e;

	if (!json_is_string(value))
		return OK;
	e = r->replace(r->arg, s, &b);
	if (e == OK && (b.failed || json_string_setn(value,
					b.data == NULL ? "" : b.data, b.len)))
		e = E_NOMEM;
	buf_free(&b);
	return e;
}

/* Everything at the path of a row, through every list on the way. */
static enum err
rewrite_at(const struct rewrite *r, json_t *value, const char *path)
{
	size_t i, n = strcspn(path, ".[");
	enum err e = OK;

	if (*path == '\0')
		return rewrite_string(r, value);
	if (*path == '.')
		return rewrite_at(r, value, path + 1);
	if (*path != '[')
		return rewrite_at(
		    r, json_object_getn(value, path, n), path + n);
	for (i = 0; e == OK && i < json_array_size(value); i++)
		e = rewrite_at(r, json_array_get(value, i), path + 2);
	return e;
}

static enum err
rewrite_root(const struct rewrite *r, json_t *root, struct buf *out)
{
	const struct member *m;
	enum err e = OK;
	char *text;
	size_t i;

	for (i = 0; e == OK && (m = company_member(i)) != NULL; i++)
		if (m->secret)
			e = rewrite_at(r, root, m->path);
	if (e != OK)
		return e;
	text = json_dumps(root, JSON_INDENT(2));
	if (text != NULL)
		buf_str(out, text);
	e = text == NULL || out->failed ? E_NOMEM : OK;
	free(text);
	return e;
}

enum err
company_rewrite_secrets(struct str document,
    enum err (*replace)(void *arg, struct str secret, struct buf *out),
    void *arg, struct buf *out)
{
	struct rewrite r = {replace, arg};
	struct faults faults = {0};
	json_t *root = NULL;
	enum err e = document_load(document, &faults, &root);

	if (e == OK && !json_is_object(root))
		e = E_BADINPUT;
	if (e == OK)
		e = rewrite_root(&r, root, out);
	json_decref(root);
	faults_free(&faults);
	return e;
}
