/*
 * seller_request: the path and the query of a request, before anything is
 * read or waited for.
 */
#include "gateway/seller_http.h"

#include <stdlib.h>

#define KEY_MAX 160u /* bytes, decoded: 40 characters */

/* ---- the query ------------------------------------------------------------ */

#define AT(member) offsetof(struct seller_request, member)

enum param_type { PARAM_TEXT, PARAM_NUMBER, PARAM_COUNT, PARAM_SWITCH };

static const char *const right[] = {
    [PARAM_TEXT] = "write it as text",
    [PARAM_NUMBER] = "write a whole number",
    [PARAM_COUNT] = "write a whole number, 1 at least",
    [PARAM_SWITCH] = "write true or false",
};

static const struct param {
	const char *name;
	enum param_type type;
	size_t at;
} params[] = {
    {"view", PARAM_TEXT, AT(view)},
    {"team", PARAM_TEXT, AT(team)},
    {"label", PARAM_TEXT, AT(label)},
    {"before", PARAM_TEXT, AT(before)},
    {"q", PARAM_TEXT, AT(words)},
    {"after", PARAM_NUMBER, AT(after)},
    {"limit", PARAM_COUNT, AT(limit)},
    {"seq", PARAM_NUMBER, AT(seq)},
    {"agent", PARAM_NUMBER, AT(agent)},
    {"conversation", PARAM_NUMBER, AT(conversation)},
    {"shared", PARAM_SWITCH, AT(shared)},
    {"given_up", PARAM_SWITCH, AT(given_up)},
};

static bool
read_param(struct request *r, struct seller_request *q, const struct param *p)
{
	struct str s = request_query(r, p->name);
	char *to = (char *)q + p->at;
	uint64_t number;
	bool on;

	if (s.n == 0)
		return true;
	if (p->type == PARAM_TEXT) {
		s = arena_copy(request_arena(r), s);
		memcpy(to, &s, sizeof(s));
		return s.p != NULL;
	}
	if (p->type == PARAM_SWITCH) {
		on = str_eq(s, STR("true"));
		memcpy(to, &on, sizeof(on));
		return on || str_eq(s, STR("false"));
	}
	if (!str_to_u64(s, INT64_MAX, &number) ||
	    (p->type == PARAM_COUNT && number == 0))
		return false;
	memcpy(to, &number, sizeof(number));
	return true;
}

static struct seller_request *
read_query(struct request *r)
{
	struct seller_request *q = arena_alloc(request_arena(r), sizeof(*q));
	struct frame_error error = {.code = FAULT_BAD_REQUEST};
	size_t i;

	for (i = 0; q != NULL && i < ARRAY_LEN(params); i++) {
		if (read_param(r, q, &params[i]))
			continue;
		error.detail = arena_printf(request_arena(r), "%s: %s",
		    params[i].name, right[params[i].type]);
		q = NULL;
	}
	if (q != NULL)
		return q;
	if (error.detail.p == NULL)
		error.code = FAULT_BUSY;
	request_fault(r, &error);
	return NULL;
}

/* ---- the path ------------------------------------------------------------- */

void
seller_nothing(struct request *r)
{
	const struct frame_error none = {.code = FAULT_NOT_FOUND,
	    .detail = STR("there is nothing at this address")};

	request_fault(r, &none);
}

static struct str
tail_of(struct request *r, const char *prefix)
{
	struct str path = request_path(r);
	size_t n = strlen(prefix);

	return path.n < n ? (struct str){0}
			  : (struct str){path.p + n, path.n - n};
}

struct seller_request *
seller_request_read(struct request *r, const char *prefix, struct str *rest)
{
	struct str tail = tail_of(r, prefix), digits = tail;
	const char *slash = tail.n == 0 ? NULL : memchr(tail.p, '/', tail.n);
	struct seller_request *q;
	uint64_t number = 0;

	if (slash != NULL)
		digits.n = (size_t)(slash - tail.p);
	*rest = slash == NULL ? (struct str){0}
			      : (struct str){slash + 1, tail.n - digits.n - 1};
	if (tail.n > 0 && (!str_to_u64(digits, INT64_MAX, &number) ||
			      number == 0 || (slash != NULL && rest->n == 0))) {
		seller_nothing(r);
		return NULL;
	}
	q = read_query(r);
	if (q != NULL)
		q->number = (int64_t)number;
	return q;
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)((at - digits) & 15);
}

/* "%C3%A4" is "ä". False: it is nothing that can be a key. */
static bool
decode(struct str s, char out[KEY_MAX], size_t *n)
{
	size_t i;

	for (i = 0, *n = 0; i < s.n && *n < KEY_MAX; i++, (*n)++) {
		out[*n] = s.p[i];
		if (s.p[i] != '%')
			continue;
		if (s.n - i < 3 || digit(s.p[i + 1]) < 0 ||
		    digit(s.p[i + 2]) < 0)
			return false;
		out[*n] = (char)(digit(s.p[i + 1]) << 4 | digit(s.p[i + 2]));
		i += 2;
	}
	return i == s.n;
}

struct seller_request *
seller_request_key(struct request *r, const char *prefix)
{
	struct str tail = tail_of(r, prefix), key;
	struct seller_request *q;
	char text[KEY_MAX];

	if (!decode(tail, text, &key.n) ||
	    !field_is_word((struct str){text, key.n})) {
		seller_nothing(r);
		return NULL;
	}
	key.p = text;
	q = read_query(r);
	if (q == NULL)
		return NULL;
	q->key = arena_copy(request_arena(r), key);
	if (q->key.p != NULL)
		return q;
	seller_refuse(
	    r, &(struct seller_refusal){.row = fault_row(FAULT_BUSY)});
	return NULL;
}

bool
seller_limit(struct staff_work *w, const struct seller_span *span, size_t *out)
{
	const struct seller_request *q = w->arg;
	struct frame_error error = {.code = FAULT_BAD_REQUEST};

	*out = q->limit == 0 ? span->usual : (size_t)q->limit;
	if (*out <= span->most)
		return true;
	error.detail = arena_printf(request_arena(w->request),
	    "limit: write a number from 1 to %zu", span->most);
	if (error.detail.p == NULL)
		error.code = FAULT_BUSY;
	request_fault(w->request, &error);
	return false;
}
