/*
 * frames: bytes of a visitor in, a struct or a fault out.
 *
 * Everything is tables: a row for each type of frame with its members, a row
 * for each member with how it is read and what would be right. What the
 * gateway does with a frame, and whether a token or a company is real, is not
 * decided here.
 */
#include "channels/web/frames.h"
#include "channels/channel.h"
#include "core/utf8.h"

#include <jansson.h>

/* ---- members ----------------------------------------------------------- */

#define ID_MAX 64u
#define TOKEN_MAX 1000u
#define COMPANY_MAX 100u
#define NAME_MAX 200u
#define EMAIL_MAX 254u
#define HMAC_DIGITS 64u
/* Above it a JavaScript number is no longer exact. */
#define NUMBER_MAX 9007199254740991

/* One frame on its way in. */
struct reading {
	struct arena *arena;
	struct frame *out;
	struct frame_error *error;
};

struct member {
	const char *name;
	bool (*read)(
	    struct reading *r, const struct member *m, const json_t *value);
	size_t at;  /* offset in struct frame */
	size_t max; /* characters */
	bool optional;
	const char *right; /* what would be right */
};

static bool
refuse(struct reading *r, enum fault_code code, struct str detail)
{
	r->error->code = code;
	r->error->detail = detail.p == NULL ? STR("no memory") : detail;
	return false;
}

static bool
refuse_member(struct reading *r, const struct member *m, const char *what)
{
	return refuse(r, FAULT_BAD_FRAME,
	    arena_printf(r->arena, "%s %s; write %s", m->name, what, m->right));
}

static bool
refuse_type(struct reading *r, const struct member *m, const json_t *value)
{
	static const char *const words[] = {
	    [JSON_OBJECT] = "is an object",
	    [JSON_ARRAY] = "is an array",
	    [JSON_STRING] = "is a string",
	    [JSON_INTEGER] = "is a number",
	    [JSON_REAL] = "is a number with a fraction or an exponent",
	    [JSON_TRUE] = "is true",
	    [JSON_FALSE] = "is false",
	    [JSON_NULL] = "is null",
	};

	return refuse_member(r, m, words[json_typeof(value)]);
}

static bool
refuse_length(struct reading *r, const struct member *m, size_t count)
{
	return refuse(r, FAULT_BAD_FRAME,
	    arena_printf(r->arena, "%s is %zu characters; the limit is %zu",
		m->name, count, m->max));
}

static bool
keep(struct reading *r, const struct member *m, struct str s)
{
	struct str copy = arena_copy(r->arena, s);

	if (copy.p == NULL)
		return refuse(r, FAULT_BUSY, STR("no memory; try again"));
	memcpy((char *)r->out + m->at, &copy, sizeof(copy));
	return true;
}

static struct str
string_of(const json_t *value)
{
	return (struct str){
	    json_string_value(value), json_string_length(value)};
}

/* Unicode's white space, and what is as invisible. */
static bool
is_blank(const char *p, size_t step)
{
	static const char *const wide[] = {"\xc2\x85", "\u00a0", "\u1680",
	    "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
	    "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u200b",
	    "\u200c", "\u200d", "\u2028", "\u2029", "\u202f", "\u205f",
	    "\u2060", "\u3000", "\ufeff"};
	size_t i;

	if (step == 1)
		return (unsigned char)*p <= 0x20 || *p == 0x7f;
	for (i = 0; i < ARRAY_LEN(wide); i++)
		if (strlen(wide[i]) == step && memcmp(p, wide[i], step) == 0)
			return true;
	return false;
}

static bool
all_blank(struct str s)
{
	size_t i = 0, step;

	for (; i < s.n; i += step) {
		step = utf8_step(s.p + i, s.n - i);
		if (step == 0 || !is_blank(s.p + i, step))
			return false;
	}
	return true;
}

/* What a person wrote. */
static bool
read_text(struct reading *r, const struct member *m, const json_t *value)
{
	size_t max = channel_of_visitors()->can.text_max;
	struct str s = string_of(value);

	if (!json_is_string(value))
		return refuse_type(r, m, value);
	/* A character has at least one byte: most texts need no counting. */
	if (s.n > max && utf8_count(s) > max)
		return refuse(r, FAULT_TOO_LONG,
		    arena_printf(r->arena,
			"%s is %zu characters; the limit is %zu", m->name,
			utf8_count(s), max));
	if (memchr(s.p, '\0', s.n) != NULL)
		return refuse(r, FAULT_BAD_TEXT,
		    arena_printf(r->arena,
			"%s holds the character U+0000; leave it out",
			m->name));
	if (all_blank(s))
		return refuse_member(r, m, "is blank");
	return keep(r, m, s);
}

/* One line: no control characters. */
static bool
read_line(struct reading *r, const struct member *m, const json_t *value)
{
	struct str s = string_of(value);
	size_t i;

	if (!json_is_string(value))
		return refuse_type(r, m, value);
	if (s.n == 0)
		return refuse_member(r, m, "is empty");
	if (s.n > m->max && utf8_count(s) > m->max)
		return refuse_length(r, m, utf8_count(s));
	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return refuse_member(r, m, "holds a control character");
	return keep(r, m, s);
}

/* Only characters of a set, and no more than max of them. */
static bool
read_word(struct reading *r, const struct member *m, const json_t *value,
    const char *set)
{
	struct str s = string_of(value);

	if (!json_is_string(value))
		return refuse_type(r, m, value);
	if (s.n == 0)
		return refuse_member(r, m, "is empty");
	/* strspn stops at a NUL, which is in no set. */
	if (strspn(s.p, set) != s.n)
		return refuse_member(r, m, "holds another character");
	if (s.n > m->max)
		return refuse_length(r, m, s.n);
	return keep(r, m, s);
}

static bool
read_id(struct reading *r, const struct member *m, const json_t *value)
{
	if (!read_word(r, m, value,
		"0123456789abcdefghijklmnopqrstuvwxyz._~-"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		return false;
	r->error->id = r->out->id;
	return true;
}

static bool
read_hmac(struct reading *r, const struct member *m, const json_t *value)
{
	if (!read_word(r, m, value, "0123456789abcdefABCDEF"))
		return false;
	if (r->out->hmac.n != HMAC_DIGITS)
		return refuse_member(r, m, "is too short");
	return true;
}

static bool
read_email(struct reading *r, const struct member *m, const json_t *value)
{
	struct str s = string_of(value);
	const char *at;

	if (!read_line(r, m, value))
		return false;
	at = memchr(s.p, '@', s.n);
	if (at == NULL || at == s.p || at + 1 == s.p + s.n ||
	    memchr(s.p, ' ', s.n) != NULL)
		return refuse_member(r, m, "is not an address");
	return true;
}

static bool
read_number(struct reading *r, const struct member *m, const json_t *value)
{
	json_int_t n = json_integer_value(value);
	uint64_t number = (uint64_t)n;

	if (!json_is_integer(value))
		return refuse_type(r, m, value);
	if (n < 0 || n > NUMBER_MAX)
		return refuse_member(
		    r, m, n < 0 ? "is negative" : "is too big");
	memcpy((char *)r->out + m->at, &number, sizeof(number));
	return true;
}

static bool
read_bool(struct reading *r, const struct member *m, const json_t *value)
{
	bool on = json_is_true(value);

	if (!json_is_boolean(value))
		return refuse_type(r, m, value);
	memcpy((char *)r->out + m->at, &on, sizeof(on));
	return true;
}

/* ---- types of frames --------------------------------------------------- */

#define AT(member) offsetof(struct frame, member)
#define A_NUMBER "a whole number from 0 to 9007199254740991"
#define MEMBERS_MAX 4

static const struct type_row {
	const char *name;
	struct member members[MEMBERS_MAX];
} types[FRAME_TYPES] = {
    [FRAME_HELLO] = {"hello",
	{{.name = "company",
	     .read = read_line,
	     .at = AT(company),
	     .max = COMPANY_MAX,
	     .right = "the company's key"},
	    {.name = "token",
		.read = read_line,
		.at = AT(token),
		.max = TOKEN_MAX,
		.optional = true,
		.right = "the token of an earlier welcome, or leave it out"},
	    {.name = "after",
		.read = read_number,
		.at = AT(after),
		.optional = true,
		.right = A_NUMBER}}},
    [FRAME_SEND] = {"send",
	{{.name = "id",
	     .read = read_id,
	     .at = AT(id),
	     .max = ID_MAX,
	     .right = "1 to 64 of A-Z a-z 0-9 . _ ~ -"},
	    {.name = "text",
		.read = read_text,
		.at = AT(text),
		.right = "what the visitor wrote, as a string"}}},
    [FRAME_TYPING] = {"typing", {{.name = "on",
				    .read = read_bool,
				    .at = AT(on),
				    .right = "true or false"}}},
    [FRAME_SEEN] = {"seen", {{.name = "seq",
				.read = read_number,
				.at = AT(seq),
				.right = A_NUMBER}}},
    [FRAME_IDENTIFY] = {"identify",
	{{.name = "user",
	     .read = read_line,
	     .at = AT(user),
	     .max = NAME_MAX,
	     .right = "your own id of the user, as a string"},
	    {.name = "hmac",
		.read = read_hmac,
		.at = AT(hmac),
		.max = HMAC_DIGITS,
		.right = "64 hex digits"},
	    {.name = "name",
		.read = read_line,
		.at = AT(name),
		.max = NAME_MAX,
		.optional = true,
		.right = "a name, or leave it out"},
	    {.name = "email",
		.read = read_email,
		.at = AT(email),
		.max = EMAIL_MAX,
		.optional = true,
		.right = "an address like ann@example.org, or leave it out"}}},
    [FRAME_PING] = {"ping", {{0}}},
};

/* What jansson found, without the piece of the input that it quotes. */
static const char *
json_fault(const json_error_t *e)
{
	static const struct {
		enum json_error_code code;
		const char *word;
	} words[] = {
	    {json_error_premature_end_of_input, "ends too early"},
	    {json_error_end_of_input_expected, "goes on after the object"},
	    {json_error_invalid_utf8, "is not UTF-8"},
	    {json_error_null_byte_in_key, "has U+0000 in a name"},
	    {json_error_duplicate_key, "names a member twice"},
	    {json_error_numeric_overflow, "has a number that is too big"},
	    {json_error_stack_overflow, "is nested too deeply"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].code == json_error_code(e))
			return words[i].word;
	return "is not JSON";
}

static bool
refuse_json(struct reading *r, const json_error_t *e)
{
	bool utf8 = json_error_code(e) == json_error_invalid_utf8;

	return refuse(r, utf8 ? FAULT_BAD_TEXT : FAULT_BAD_JSON,
	    arena_printf(r->arena,
		"the text %s, at byte %d; write one JSON object in UTF-8",
		json_fault(e), e->position));
}

static bool
refuse_unknown(struct reading *r, struct str name)
{
	struct buf list = {0};
	struct str shown = utf8_prefix(name, ID_MAX), detail;
	size_t i;

	for (i = 0; i < FRAME_TYPES; i++)
		buf_addf(&list, "%s%s", i == 0 ? "" : ", ", types[i].name);
	detail = arena_printf(r->arena, "type is \"%.*s\"; write one of %.*s",
	    STR_FMT(shown), STR_FMT(buf_view(&list)));
	buf_free(&list);
	return refuse(r, FAULT_BAD_FRAME, detail);
}

static bool
find_type(struct reading *r, const json_t *root)
{
	static const struct member type = {
	    .name = "type", .right = "the frame's type, as a string"};
	const json_t *value = json_object_get(root, type.name);
	unsigned t = 0;

	if (value == NULL)
		return refuse_member(r, &type, "is missing");
	if (!json_is_string(value))
		return refuse_type(r, &type, value);
	while (t < FRAME_TYPES &&
	       !str_eq(string_of(value), str_from(types[t].name)))
		t++;
	r->out->type = (enum frame_type)t;
	return t < FRAME_TYPES || refuse_unknown(r, string_of(value));
}

static bool
read_members(struct reading *r, const json_t *root)
{
	const struct type_row *row = &types[r->out->type];
	const struct member *m = row->members;

	for (; m < row->members + MEMBERS_MAX && m->name != NULL; m++) {
		const json_t *value = json_object_get(root, m->name);

		if (value == NULL && !m->optional)
			return refuse_member(r, m, "is missing");
		if (value != NULL && !m->read(r, m, value))
			return false;
	}
	return true;
}

bool
frame_read(struct str text, enum frame_type expect, struct arena *a,
    struct frame *out, struct frame_error *error)
{
	struct reading r = {.arena = a, .out = out, .error = error};
	json_error_t why;
	json_t *root;
	bool good;

	*out = (struct frame){.type = expect};
	*error = (struct frame_error){.code = FAULT_NONE};
	if (text.n == 0)
		return refuse(&r, FAULT_BAD_JSON,
		    STR("there is no text; write one JSON object"));
	/* NUL is let through, so that the fault can name the message's id. */
	root = json_loadb(text.p, text.n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
	if (root == NULL)
		return refuse_json(&r, &why);
	if (!json_is_object(root))
		good = refuse(&r, FAULT_BAD_JSON,
		    STR("the text is JSON, but not an object; write {...}"));
	else
		good = (expect != FRAME_TYPES || find_type(&r, root)) &&
		       read_members(&r, root);
	json_decref(root);
	return good;
}
