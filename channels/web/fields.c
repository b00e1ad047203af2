/*
 * fields: one function for each way a member is read, and one for each way it
 * can be wrong.
 */
#include "channels/web/fields.h"
#include "core/json.h"
#include "core/utf8.h"

/* ---- what is wrong ------------------------------------------------------- */

bool
reading_refuse(struct reading *r, enum fault_code code, struct str detail)
{
	r->error->code = code;
	r->error->detail = detail.p == NULL ? STR("no memory") : detail;
	return false;
}

bool
field_refuse(struct reading *r, const struct field *f, const char *what)
{
	return reading_refuse(r, FAULT_BAD_FRAME,
	    arena_printf(r->arena, "%s %s; write %s", f->name, what, f->right));
}

bool
field_refuse_type(struct reading *r, const struct field *f, const json_t *value)
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

	return field_refuse(r, f, words[json_typeof(value)]);
}

static bool
refuse_length(struct reading *r, const struct field *f, size_t count)
{
	return reading_refuse(r, FAULT_BAD_FRAME,
	    arena_printf(r->arena, "%s is %zu characters; the limit is %zu",
		f->name, count, f->max));
}

static bool
keep(struct reading *r, const struct field *f, struct str s)
{
	struct str copy = arena_copy(r->arena, s);

	if (copy.p == NULL)
		return reading_refuse(
		    r, FAULT_BUSY, STR("no memory; try again"));
	memcpy((char *)r->out + f->at, &copy, sizeof(copy));
	return true;
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
bool
field_text(struct reading *r, const struct field *f, const json_t *value)
{
	struct str s = json_text_of(value);

	if (!json_is_string(value))
		return field_refuse_type(r, f, value);
	/* A character has at least one byte: most texts need no counting. */
	if (s.n > f->max && utf8_count(s) > f->max)
		return reading_refuse(r, FAULT_TOO_LONG,
		    arena_printf(r->arena,
			"%s is %zu characters; the limit is %zu", f->name,
			utf8_count(s), f->max));
	if (memchr(s.p, '\0', s.n) != NULL)
		return reading_refuse(r, FAULT_BAD_TEXT,
		    arena_printf(r->arena,
			"%s holds the character U+0000; leave it out",
			f->name));
	if (all_blank(s))
		return field_refuse(r, f, "is blank");
	return keep(r, f, s);
}

/* One line: no control characters. */
bool
field_line(struct reading *r, const struct field *f, const json_t *value)
{
	struct str s = json_text_of(value);

	if (!json_is_string(value))
		return field_refuse_type(r, f, value);
	if (s.n == 0)
		return field_refuse(r, f, "is empty");
	if (s.n > f->max && utf8_count(s) > f->max)
		return refuse_length(r, f, utf8_count(s));
	if (!utf8_one_line(s))
		return field_refuse(r, f, "holds a control character");
	return keep(r, f, s);
}

/* Only characters of a set, and no more than max of them. */
static bool
read_word(struct reading *r, const struct field *f, const json_t *value,
    const char *set)
{
	struct str s = json_text_of(value);

	if (!json_is_string(value))
		return field_refuse_type(r, f, value);
	if (s.n == 0)
		return field_refuse(r, f, "is empty");
	/* strspn stops at a NUL, which is in no set. */
	if (strspn(s.p, set) != s.n)
		return field_refuse(r, f, "holds another character");
	if (s.n > f->max)
		return refuse_length(r, f, s.n);
	return keep(r, f, s);
}

bool
field_id(struct reading *r, const struct field *f, const json_t *value)
{
	if (!read_word(r, f, value,
		"0123456789abcdefghijklmnopqrstuvwxyz._~-"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		return false;
	memcpy(&r->error->id, (char *)r->out + f->at, sizeof(r->error->id));
	return true;
}

bool
field_hex(struct reading *r, const struct field *f, const json_t *value)
{
	if (!read_word(r, f, value, "0123456789abcdefABCDEF"))
		return false;
	return json_text_of(value).n == f->max ||
	       field_refuse(r, f, "is too short");
}

bool
field_email(struct reading *r, const struct field *f, const json_t *value)
{
	struct str s = json_text_of(value);
	const char *at;

	if (!field_line(r, f, value))
		return false;
	at = memchr(s.p, '@', s.n);
	if (at == NULL || at == s.p || at + 1 == s.p + s.n ||
	    memchr(s.p, ' ', s.n) != NULL)
		return field_refuse(r, f, "is not an address");
	return true;
}

bool
field_number(struct reading *r, const struct field *f, const json_t *value)
{
	json_int_t n = json_integer_value(value);
	uint64_t number = (uint64_t)n;

	if (!json_is_integer(value))
		return field_refuse_type(r, f, value);
	if (n < 0 || n > FIELD_NUMBER_MAX)
		return field_refuse(r, f, n < 0 ? "is negative" : "is too big");
	memcpy((char *)r->out + f->at, &number, sizeof(number));
	return true;
}

bool
field_bool(struct reading *r, const struct field *f, const json_t *value)
{
	bool on = json_is_true(value);

	if (!json_is_boolean(value))
		return field_refuse_type(r, f, value);
	memcpy((char *)r->out + f->at, &on, sizeof(on));
	return true;
}

bool
field_is_word(struct str s)
{
	return s.n > 0 && utf8_valid(s) && utf8_count(s) <= FIELD_WORD_MAX &&
	       utf8_one_line(s);
}

bool
field_words(struct reading *r, const struct field *f, const json_t *value)
{
	size_t n = json_array_size(value), i;
	struct field_list list = {.n = n};
	struct str s;

	if (!json_is_array(value))
		return field_refuse_type(r, f, value);
	if (n > f->max)
		return field_refuse(r, f, "is too long");
	list.words = arena_alloc(r->arena, (n + 1) * sizeof(*list.words));
	for (i = 0; list.words != NULL && i < n; i++) {
		s = json_text_of(json_array_get(value, i));
		if (!field_is_word(s))
			return field_refuse(r, f, "holds what is no word");
		list.words[i] = arena_copy(r->arena, s);
		if (list.words[i].p == NULL)
			list.words = NULL;
	}
	if (list.words == NULL)
		return reading_refuse(
		    r, FAULT_BUSY, STR("no memory; try again"));
	memcpy((char *)r->out + f->at, &list, sizeof(list));
	return true;
}

/* ---- objects ------------------------------------------------------------- */

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

	return reading_refuse(r, utf8 ? FAULT_BAD_TEXT : FAULT_BAD_JSON,
	    arena_printf(r->arena,
		"the text %s, at byte %d; write one JSON object in UTF-8",
		json_fault(e), e->position));
}

json_t *
reading_begin(struct reading *r, struct str text)
{
	json_error_t why;
	json_t *root;

	if (text.n == 0) {
		(void)reading_refuse(r, FAULT_BAD_JSON,
		    STR("there is no text; write one JSON object"));
		return NULL;
	}
	/* NUL is let through, so that the fault can name the message's id. */
	root = json_loadb(text.p, text.n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
	if (root == NULL) {
		(void)refuse_json(r, &why);
		return NULL;
	}
	if (json_is_object(root))
		return root;
	(void)reading_refuse(r, FAULT_BAD_JSON,
	    STR("the text is JSON, but not an object; write {...}"));
	json_decref(root);
	return NULL;
}

bool
field_choice(struct reading *r, const struct field *f, const json_t *value,
    const char *(*name)(size_t i), size_t *out)
{
	struct buf list = {0};
	struct str s = json_text_of(value),
		   shown = utf8_prefix(s, FIELD_ID_MAX);
	struct str detail;
	size_t i;

	if (value == NULL)
		return field_refuse(r, f, "is missing");
	if (!json_is_string(value))
		return field_refuse_type(r, f, value);
	for (*out = 0; name(*out) != NULL; (*out)++)
		if (str_eq(s, str_from(name(*out))))
			return true;
	for (i = 0; name(i) != NULL; i++)
		buf_addf(&list, "%s%s", i == 0 ? "" : ", ", name(i));
	detail = arena_printf(r->arena, "%s is \"%.*s\"; write one of %.*s",
	    f->name, STR_FMT(shown), STR_FMT(buf_view(&list)));
	buf_free(&list);
	return reading_refuse(r, FAULT_BAD_FRAME, detail);
}

bool
fields_read(struct reading *r, const json_t *root, const struct field *fields)
{
	const struct field *f;

	for (f = fields; f->name != NULL; f++) {
		const json_t *value = json_object_get(root, f->name);

		if (value == NULL && !f->optional)
			return field_refuse(r, f, "is missing");
		if (value != NULL && !f->read(r, f, value))
			return false;
	}
	return true;
}
