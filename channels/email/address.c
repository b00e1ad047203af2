/*
 * address: written strictly, read tolerantly. A list is one walk over the
 * field; what stands before "<" is a name, and what is no address by the narrow
 * grammar is passed over.
 */
#include "channels/email/address.h"
#include "channels/email/lex.h"
#include "channels/email/mime.h"

#define LABEL_MAX 63u

/* ---- the grammar -------------------------------------------------------- */

static size_t
at_sign(struct str s)
{
	size_t at = s.n;

	while (at > 0 && s.p[at - 1] != '@')
		at--;
	return at;
}

struct str
address_local(struct str s)
{
	size_t at = at_sign(s);

	return lex_upto(s, at == 0 ? 0 : at - 1);
}

struct str
address_domain(struct str s)
{
	return lex_from(s, at_sign(s));
}

static bool
local_valid(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!lex_alnum(s.p[i]) &&
		    memchr(".!#$%&'*+/=?^_{|}~-", s.p[i], 19) == NULL)
			return false;
	return s.n > 0 && s.n <= ADDRESS_LOCAL_MAX;
}

static bool
label_valid(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!lex_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0 && s.n <= LABEL_MAX && s.p[0] != '-' &&
	       s.p[s.n - 1] != '-';
}

static bool
domain_valid(struct str s)
{
	bool ends = s.n > 0 && s.p[s.n - 1] == '.';

	if (s.n == 0 || ends)
		return false;
	while (s.n > 0)
		if (!label_valid(lex_cut(&s, '.')))
			return false;
	return true;
}

bool
address_valid(struct str s)
{
	return s.n <= ADDRESS_MAX && local_valid(address_local(s)) &&
	       domain_valid(address_domain(s));
}

bool
mail_address_same(struct str a, struct str b)
{
	return lex_same(a, b);
}

/* ---- lists -------------------------------------------------------------- */

/* One mailbox as far as it is read. */
struct reading {
	struct arena *arena;
	struct mail_addresses *out;
	struct buf name;    /* words outside of brackets */
	struct str bracket; /* what stood in <...>; .p NULL: nothing did */
	struct str comment; /* the last (...) */
	bool bare;	    /* a quote that never closes: it means nothing */
};

/* Where the sign at the front is closed; of comments, which nest, the last. */
static size_t
closed_at(struct str s, char open, char close)
{
	size_t depth = 1, i;

	for (i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == close && --depth == 0)
			return i;
		else if (s.p[i] == open && open == '(')
			depth++;
	}
	return s.n;
}

/* A quoted string's inside; its escapes undone. */
static size_t
read_quoted(struct reading *r, struct str s)
{
	size_t end = r->bare ? s.n : closed_at(s, '"', '"'), i;

	if (end >= s.n) {
		r->bare = true;
		return 1;
	}
	for (i = 1; i < end; i++) {
		if (s.p[i] == '\\' && i + 1 < end)
			i++;
		buf_char(&r->name, s.p[i]);
	}
	return end + 1;
}

static size_t
read_comment(struct reading *r, struct str s)
{
	size_t end = closed_at(s, '(', ')');

	if (end > 1)
		r->comment = lex_from(lex_upto(s, end), 1);
	return end + 1;
}

static size_t
read_bracket(struct reading *r, struct str s)
{
	size_t end = closed_at(s, '<', '>');

	r->bracket = lex_trim(lex_from(lex_upto(s, end), 1));
	return end + 1;
}

/* A group's name is nobody's. */
static size_t
read_colon(struct reading *r, struct str s)
{
	(void)s;
	buf_clear(&r->name);
	return 1;
}

static enum err
add_mailbox(struct reading *r, struct str name, struct str address)
{
	struct mail_address *m = &r->out->list[r->out->count];
	enum err e = mime_words(name, r->arena, &m->name);

	if (e == OK) {
		m->address = arena_copy(r->arena, address);
		e = m->address.p == NULL ? E_NOMEM : OK;
	}
	r->out->count += e == OK;
	return e;
}

/* A mailbox ends: a comma, a semicolon, or the field. */
static enum err
end_mailbox(struct reading *r)
{
	struct str words = lex_trim(
	    r->name.len == 0 ? STR("") : buf_view(&r->name));
	struct str name = words, address = r->bracket;
	enum err e = OK;

	if (address.p == NULL) { /* ann@example.com (Ann) */
		address = words;
		name = r->comment;
	}
	if (r->out->count < ADDRESSES_MAX && address_valid(address))
		e = add_mailbox(r, name, address);
	if (r->name.failed)
		e = E_NOMEM;
	buf_clear(&r->name);
	r->bracket = (struct str){0};
	r->comment = (struct str){"", 0};
	return e;
}

static const struct {
	char sign;
	size_t (*read)(struct reading *r, struct str s);
} signs[] = {
    {'"', read_quoted},
    {'(', read_comment},
    {'<', read_bracket},
    {':', read_colon},
};

static size_t
read_one(struct reading *r, struct str s)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(signs); i++)
		if (s.p[0] == signs[i].sign)
			return signs[i].read(r, s);
	buf_char(&r->name, s.p[0]);
	return 1;
}

enum err
addresses_read(struct str field, struct arena *a, struct mail_addresses *out)
{
	struct reading r = {.arena = a, .out = out, .comment = STR("")};
	enum err e = OK;

	*out = (struct mail_addresses){
	    .list = arena_alloc(a, ADDRESSES_MAX * sizeof(*out->list))};
	if (out->list == NULL)
		return E_NOMEM;
	while (e == OK && field.n > 0) {
		size_t n = 1;

		if (field.p[0] == ',' || field.p[0] == ';')
			e = end_mailbox(&r);
		else
			n = read_one(&r, field);
		field = lex_from(field, n);
	}
	if (e == OK)
		e = end_mailbox(&r);
	buf_free(&r.name);
	return e;
}
