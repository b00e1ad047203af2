/*
 * company_walk: one walk along the table of company_members.c checks a
 * document and fills struct company. Where it stands is a chain of places on
 * the stack, written out only when there is a fault to name.
 */
#include "core/company_walk.h"
#include "core/company_members.h"
#include "core/json.h"
#include "core/near.h"
#include "core/utf8.h"

#include <ctype.h>
#include <stdlib.h>

#define SHOWN_MAX 60u /* bytes of foreign text that a fault repeats */

struct walk {
	struct faults *faults;
	struct arena *arena;
	bool nomem;
};

/* A member in an object, or (name is NULL) an element of a list. */
struct place {
	const struct place *in;
	const char *name;
	size_t index;
};

/* ---- faults ------------------------------------------------------------ */

/* Foreign text, fit to be shown: short, without control characters. */
static void
add_shown(struct buf *b, const char *text, size_t n)
{
	struct str s = {text, n > SHOWN_MAX ? SHOWN_MAX : n};
	size_t i;

	s = utf8_prefix(s, SHOWN_MAX);
	for (i = 0; i < s.n; i++)
		buf_char(b, iscntrl((unsigned char)s.p[i]) ? '?' : s.p[i]);
	if (s.n < n)
		buf_str(b, "...");
}

static void
add_place(struct buf *b, const struct place *p)
{
	if (p->in != NULL)
		add_place(b, p->in);
	if (p->name == NULL) {
		buf_addf(b, "[%zu]", p->index);
		return;
	}
	if (b->len > 0)
		buf_char(b, '.');
	add_shown(b, p->name, strlen(p->name));
}

static void
fault(struct walk *w, const struct place *at, struct buf *what)
{
	struct buf where = {0};

	if (at != NULL)
		add_place(&where, at);
	buf_char(&where, '\0');
	buf_char(what, '\0');
	if (where.failed || what->failed)
		w->nomem = true;
	else
		faults_add(w->faults, at == NULL ? "document" : where.data,
		    "%s", what->data);
	buf_free(&where);
	buf_free(what);
}

/* "is a number; write a string of 1 to 200 characters" */
static void
fault_expects(struct walk *w, const struct place *at, const struct member *m,
    struct buf *what)
{
	buf_str(what, "; write ");
	member_expects(m, what);
	fault(w, at, what);
}

/* ---- unknown members --------------------------------------------------- */

static struct str
lower(struct str s, char room[NEAR_WORD_MAX])
{
	size_t i;

	if (s.n > NEAR_WORD_MAX)
		s.n = NEAR_WORD_MAX;
	for (i = 0; i < s.n; i++)
		room[i] = (char)tolower((unsigned char)s.p[i]);
	return (struct str){room, s.n};
}

/* The member inside `parent` that `name` was probably meant to be; or 0. */
static size_t
nearest(size_t parent, struct str name)
{
	char room[NEAR_WORD_MAX];
	struct str s = lower(name, room);
	size_t limit = s.n <= 4 ? 1 : 2 + s.n / 8;
	size_t i, d, best = 0, least = limit + 1;

	for (i = company_member_inside(parent, 0); i != 0;
	     i = company_member_inside(parent, i)) {
		d = near_distance(s, member_name(company_member(i)), limit);
		if (d < least) {
			least = d;
			best = i;
		}
	}
	return best;
}

static void
fault_unknown(
    struct walk *w, const struct place *at, size_t parent, const char *name)
{
	struct buf what = {0};
	struct str known;
	size_t i;

	if (w->faults->count >= FAULTS_MAX) { /* counted, no longer named */
		w->faults->count++;
		return;
	}
	i = nearest(parent, str_from(name));
	if (i != 0) {
		known = member_name(company_member(i));
		buf_addf(&what, "is unknown; did you mean \"%.*s\"?",
		    STR_FMT(known));
		fault(w, at, &what);
		return;
	}
	buf_str(&what, "is unknown; known here:");
	for (i = company_member_inside(parent, 0); i != 0;
	     i = company_member_inside(parent, i)) {
		known = member_name(company_member(i));
		buf_addf(&what, " %.*s", STR_FMT(known));
	}
	fault(w, at, &what);
}

/* ---- values ------------------------------------------------------------ */

static void walk_value(struct walk *w, const struct place *at, size_t row,
    json_t *value, void *base);

static bool
blank(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!isspace((unsigned char)s.p[i]))
			return false;
	return true;
}

static bool
sealed(const struct member *m, struct str s)
{
	size_t n = strlen(COMPANY_SEALED);

	return m->secret && s.n > n && s.n <= COMPANY_SEALED_MAX &&
	       memcmp(s.p, COMPANY_SEALED, n) == 0;
}

/* True if the string is right; else its fault has been named. */
static bool
string_right(struct walk *w, const struct place *at, const struct member *m,
    struct str s)
{
	size_t count = utf8_count(s);
	const char *right = NULL;
	struct buf what = {0};

	if (sealed(m, s))
		return true;
	if (count < (size_t)m->min || count > (size_t)m->max) {
		buf_addf(
		    &what, "has %zu character%s", count, count == 1 ? "" : "s");
		fault_expects(w, at, m, &what);
		return false;
	}
	if (m->min > 0 && blank(s)) {
		buf_str(&what, "is blank");
		fault_expects(w, at, m, &what);
		return false;
	}
	if (m->wrong != NULL)
		right = m->wrong(s);
	if (right == NULL)
		return true;
	buf_str(&what, "is \"");
	add_shown(&what, s.p, s.n);
	buf_addf(&what, "\"; write %s", right);
	fault(w, at, &what);
	return false;
}

static void
store_string(struct walk *w, const struct member *m, struct str s, void *base)
{
	struct str copy = arena_copy(w->arena, s);

	if (copy.p == NULL)
		w->nomem = true;
	memcpy((char *)base + m->offset, &copy, sizeof(copy));
}

static void
walk_string(struct walk *w, const struct place *at, size_t row, json_t *value,
    void *base)
{
	const struct member *m = company_member(row);
	struct str s = json_text_of(value);

	if (string_right(w, at, m, s))
		store_string(w, m, s, base);
}

static void
store_integer(const struct member *m, int64_t n, void *base)
{
	if (m->scale != 0)
		n *= m->scale;
	memcpy((char *)base + m->offset, &n, sizeof(n));
}

static void
walk_integer(struct walk *w, const struct place *at, size_t row, json_t *value,
    void *base)
{
	const struct member *m = company_member(row);
	int64_t n = json_integer_value(value);
	struct buf what = {0};

	if (n >= m->min && n <= m->max) {
		store_integer(m, n, base);
		return;
	}
	buf_addf(&what, "is %lld", (long long)n);
	fault_expects(w, at, m, &what);
}

static void
walk_list(struct walk *w, const struct place *at, size_t row, json_t *value,
    void *base)
{
	const struct member *m = company_member(row);
	size_t i, n = json_array_size(value);
	size_t inside = company_member_inside(row, 0);
	struct buf what = {0};
	char *list;

	if (n < (size_t)m->min || n > (size_t)m->max) {
		buf_addf(&what, "has %zu element%s", n, n == 1 ? "" : "s");
		fault_expects(w, at, m, &what);
		return;
	}
	list = arena_alloc(w->arena, (n == 0 ? 1 : n) * m->size);
	if (list == NULL) {
		w->nomem = true;
		return;
	}
	memcpy((char *)base + m->offset, &list, sizeof(list));
	memcpy((char *)base + m->count_offset, &n, sizeof(n));
	for (i = 0; i < n; i++) {
		struct place here = {at, NULL, i};

		walk_value(w, &here, inside, json_array_get(value, i),
		    list + i * m->size);
	}
}

/* The member is not there. */
static void
walk_absent(struct walk *w, const struct place *at, size_t row, void *base)
{
	const struct member *m = company_member(row);
	struct buf what = {0};

	if (m->required) {
		buf_str(&what, "is missing");
		fault_expects(w, at, m, &what);
	} else if (m->type == MEMBER_OBJECT) {
		walk_value(w, at, row, NULL, base);
	} else if (m->type == MEMBER_STRING) {
		store_string(w, m,
		    str_from(m->fallback == NULL ? "" : m->fallback), base);
	} else if (m->type == MEMBER_INTEGER && m->fallback != NULL) {
		store_integer(m, strtoll(m->fallback, NULL, 10), base);
	}
}

static bool
known_inside(size_t parent, const char *name)
{
	size_t i;

	for (i = company_member_inside(parent, 0); i != 0;
	     i = company_member_inside(parent, i))
		if (str_eq(member_name(company_member(i)), str_from(name)))
			return true;
	return false;
}

/* An object's members go into the same struct as the object itself. */
static void
walk_object(struct walk *w, const struct place *at, size_t row, json_t *value,
    void *base)
{
	const char *name;
	json_t *inner;
	size_t i;

	json_object_foreach(value, name, inner)
	{
		struct place here = {at, name, 0};

		if (!known_inside(row, name))
			fault_unknown(w, &here, row, name);
	}
	for (i = company_member_inside(row, 0); i != 0;
	     i = company_member_inside(row, i)) {
		struct place here = {at, member_name(company_member(i)).p, 0};

		inner = json_object_get(value, here.name);
		if (inner == NULL)
			walk_absent(w, &here, i, base);
		else
			walk_value(w, &here, i, inner, base);
	}
}

static const char *const json_words[] = {
    [JSON_OBJECT] = "is an object",
    [JSON_ARRAY] = "is a list",
    [JSON_STRING] = "is a string",
    [JSON_INTEGER] = "is a number",
    [JSON_REAL] = "is a number with a fraction",
    [JSON_TRUE] = "is true",
    [JSON_FALSE] = "is false",
    [JSON_NULL] = "is null",
};

static const struct {
	json_type json;
	void (*walk)(struct walk *w, const struct place *at, size_t row,
	    json_t *value, void *base);
} types[MEMBER_TYPES] = {
    [MEMBER_OBJECT] = {JSON_OBJECT, walk_object},
    [MEMBER_LIST] = {JSON_ARRAY, walk_list},
    [MEMBER_STRING] = {JSON_STRING, walk_string},
    [MEMBER_INTEGER] = {JSON_INTEGER, walk_integer},
};

/* value may be NULL for an object: it is taken as an empty one. */
static void
walk_value(struct walk *w, const struct place *at, size_t row, json_t *value,
    void *base)
{
	const struct member *m = company_member(row);
	struct buf what = {0};

	if (value == NULL || json_typeof(value) == types[m->type].json) {
		types[m->type].walk(w, at, row, value, base);
		return;
	}
	buf_str(&what, json_words[json_typeof(value)]);
	fault_expects(w, at, m, &what);
}

/* ---- what spans several members ---------------------------------------- */

static void
check_any_origin(struct walk *w, const struct company *c)
{
	size_t i;

	for (i = 0; c->origin_count > 1 && i < c->origin_count; i++)
		if (str_eq(c->origins[i], STR("*")))
			faults_add(w->faults, "web.origins",
			    "has \"*\" beside others; write \"*\" alone for "
			    "any site, or the sites without it");
}

enum err
company_walk(json_t *root, struct faults *faults, struct arena *arena,
    struct company *out)
{
	struct walk w = {.faults = faults, .arena = arena};
	size_t had = faults->count;

	walk_value(&w, NULL, 0, root, out);
	check_any_origin(&w, out);
	if (w.nomem)
		return E_NOMEM;
	return faults->count > had ? E_BADINPUT : OK;
}
