/* staff_body: one loop over a table; a reader for each kind of member. */
#include "gateway/staff_body.h"
#include "core/json.h"
#include "core/utf8.h"

#define WORD_MAX 40u
#define MAIL_MAX 254u

bool
body_refuse(
    struct body_reading *r, const struct body_member *m, const char *what)
{
	struct str detail = arena_printf(
	    r->arena, "%s %s; write %s", m->name, what, m->right);

	r->error->code = FAULT_BAD_FRAME;
	r->error->detail = detail.p == NULL ? STR("no memory") : detail;
	return false;
}

static bool
keep(struct body_reading *r, const struct body_member *m, struct str s)
{
	struct str copy = arena_copy(r->arena, s);

	if (copy.p == NULL)
		return body_refuse(r, m, "needs memory that there is not");
	memcpy((char *)r->out + m->at, &copy, sizeof(copy));
	return true;
}

/* ---- texts ------------------------------------------------------------- */

bool
body_secret(
    struct body_reading *r, const struct body_member *m, const json_t *value)
{
	struct str s = json_text_of(value);

	if (!json_is_string(value))
		return body_refuse(r, m, "is no string");
	if (s.n > (size_t)m->max || memchr(s.p, '\0', s.n) != NULL)
		return body_refuse(r, m, "is too long, or holds U+0000");
	return keep(r, m, s);
}

static bool
is_shown(struct str s)
{
	size_t n;

	for (; s.n > 0; s.p += n, s.n -= n)
		if ((n = utf8_step_shown(s)) == 0)
			return false;
	return true;
}

bool
body_line(
    struct body_reading *r, const struct body_member *m, const json_t *value)
{
	struct str s = str_trim(json_text_of(value));

	if (!json_is_string(value))
		return body_refuse(r, m, "is no string");
	if (s.n == 0)
		return body_refuse(r, m, "is empty");
	if (!is_shown(s))
		return body_refuse(r, m, "holds control characters");
	if (utf8_count(s) > (size_t)m->max)
		return body_refuse(r, m, "is too long");
	return keep(r, m, s);
}

/* Some letters, one "@", a host; what else there may be, the mail shows. */
static bool
is_mail(struct str s)
{
	const char *at = s.n == 0 ? NULL : memchr(s.p, '@', s.n);
	size_t i;

	if (at == NULL || at == s.p || at == s.p + s.n - 1 || s.n > MAIL_MAX)
		return false;
	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f ||
		    strchr("()<>,;:\\\"[]", c) != NULL ||
		    (c == '@' && s.p + i != at))
			return false;
	}
	return true;
}

bool
body_mail(
    struct body_reading *r, const struct body_member *m, const json_t *value)
{
	struct str s = json_text_of(value), copy;
	size_t i;

	if (!json_is_string(value) || !is_mail(s))
		return body_refuse(r, m, "is no e-mail address");
	copy = arena_copy(r->arena, s);
	for (i = 0; i < copy.n && copy.p != NULL; i++) {
		char *c = (char *)(uintptr_t)copy.p + i;

		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	if (copy.p == NULL)
		return body_refuse(r, m, "needs memory that there is not");
	memcpy((char *)r->out + m->at, &copy, sizeof(copy));
	return true;
}

static bool
is_word(struct str s)
{
	size_t i;

	if (s.n == 0 || s.n > WORD_MAX)
		return false;
	for (i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return true;
}

static bool
has_before(const json_t *list, size_t i)
{
	struct str s = json_text_of(json_array_get(list, i));
	size_t k;

	for (k = 0; k < i; k++)
		if (str_eq(s, json_text_of(json_array_get(list, k))))
			return true;
	return false;
}

bool
body_words(
    struct body_reading *r, const struct body_member *m, const json_t *value)
{
	size_t n = json_array_size(value), i;
	struct buf b = {0};
	bool good = json_is_array(value) && n <= (size_t)m->max;

	buf_char(&b, '[');
	for (i = 0; i < n && good; i++) {
		struct str word = json_text_of(json_array_get(value, i));

		good = is_word(word) && !has_before(value, i);
		buf_str(&b, i == 0 ? "" : ",");
		buf_json(&b, word);
	}
	buf_char(&b, ']');
	good = good && !b.failed ? keep(r, m, buf_view(&b))
				 : body_refuse(r, m, "is no list of words");
	buf_free(&b);
	return good;
}

/* ---- numbers ----------------------------------------------------------- */

bool
body_number(
    struct body_reading *r, const struct body_member *m, const json_t *value)
{
	int64_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < 0 || n > m->max)
		return body_refuse(r, m, "is no such number");
	memcpy((char *)r->out + m->at, &n, sizeof(n));
	return true;
}

bool
body_flag(
    struct body_reading *r, const struct body_member *m, const json_t *value)
{
	bool on = json_is_true(value);

	if (!json_is_boolean(value))
		return body_refuse(r, m, "is neither true nor false");
	memcpy((char *)r->out + m->at, &on, sizeof(on));
	return true;
}

/* ---- the body ---------------------------------------------------------- */

static bool
read_members(struct body_reading *r, const struct body_member *m,
    const json_t *root, unsigned *set)
{
	for (; m->name != NULL; m++) {
		const json_t *value = json_object_get(root, m->name);

		if (value == NULL && !m->optional)
			return body_refuse(r, m, "is missing");
		if (value != NULL && !m->read(r, m, value))
			return false;
		if (value != NULL)
			*set |= m->bit;
	}
	return true;
}

bool
body_read(struct request *r, const struct body_member *members, void *out,
    unsigned *set, struct frame_error *error)
{
	struct body_reading reading = {
	    .arena = request_arena(r), .out = out, .error = error};
	struct str body = request_body(r);
	unsigned ignored = 0;
	json_t *root = json_loadb(
	    body.p, body.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	bool good = false;

	if (set == NULL)
		set = &ignored;
	*set = 0;
	if (json_is_object(root)) {
		good = read_members(&reading, members, root, set);
	} else {
		error->code = FAULT_BAD_JSON;
		error->detail = STR("write one JSON object in UTF-8, each "
				    "member once");
	}
	json_decref(root);
	return good;
}
