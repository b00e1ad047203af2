/* schema: the walk, and OpenAI's words for what it finds. */
#include "sandbox/llm/schema.h"

#include <stdarg.h>
#include <stdio.h>

#define WORDS_MAX 400u
#define PATH_MAX_BYTES 400u
#define DEPTH_MOST 8u

struct walk {
	struct llm_wrong *wrong;
	unsigned depth;
};

bool
sb_llm_wrong(struct llm_wrong *w, const char *code, const char *param,
    const char *fmt, ...)
{
	struct arena *a = w->arena;
	char text[WORDS_MAX * 2];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*w = (struct llm_wrong){.arena = a,
	    .status = 400,
	    .type = "invalid_request_error",
	    .code = code,
	    .message = arena_copy(a, str_from(text))};
	if (param != NULL)
		w->param = arena_copy(a, str_from(param));
	return false;
}

/* ---- types -------------------------------------------------------------- */

static const struct {
	enum llm_type type;
	const char *words;
} type_words[] = {
    {LLM_TEXT, "a string"},
    {LLM_WHOLE, "an integer"},
    {LLM_NUMBER, "a decimal"},
    {LLM_FLAG, "a boolean"},
    {LLM_LIST, "an array"},
    {LLM_OBJECT, "an object"},
    {LLM_NULL, "null"},
};

static enum llm_type
type_of(const json_t *v)
{
	static const enum llm_type types[] = {
	    [JSON_OBJECT] = LLM_OBJECT,
	    [JSON_ARRAY] = LLM_LIST,
	    [JSON_STRING] = LLM_TEXT,
	    [JSON_INTEGER] = LLM_WHOLE,
	    [JSON_REAL] = LLM_NUMBER,
	    [JSON_TRUE] = LLM_FLAG,
	    [JSON_FALSE] = LLM_FLAG,
	    [JSON_NULL] = LLM_NULL,
	};

	return types[json_typeof(v)];
}

static bool
fits(const json_t *v, unsigned types)
{
	unsigned type = type_of(v);

	if (type == LLM_WHOLE)
		type |= LLM_NUMBER;
	return (type & types) != 0;
}

/* "a string or an array"; that it may be null goes without saying. */
static void
name_types(unsigned types, char out[WORDS_MAX])
{
	const char *between = "";
	size_t i, n = 0;

	out[0] = '\0';
	if (types != LLM_NULL)
		types &= ~(unsigned)LLM_NULL;
	for (i = 0; i < ARRAY_LEN(type_words); i++) {
		if ((types & type_words[i].type) == 0)
			continue;
		n += (size_t)snprintf(out + n, WORDS_MAX - n, "%s%s", between,
		    type_words[i].words);
		between = " or ";
	}
}

static bool
say_type(struct walk *w, const char *path, unsigned types, const json_t *v)
{
	char wanted[WORDS_MAX], got[WORDS_MAX];

	name_types(types, wanted);
	name_types(type_of(v), got);
	return sb_llm_wrong(w->wrong, "invalid_type", path,
	    "Invalid type for '%s': expected %s, but got %s instead.", path,
	    wanted, got);
}

/* ---- bounds ------------------------------------------------------------- */

static bool
check_number(struct walk *w, const char *path, const struct llm_member *m,
    const json_t *v)
{
	double n = json_number_value(v);
	bool whole = (m->types & LLM_NUMBER) == 0, above = n > m->most;
	const char *what = whole ? "integer" : "decimal";
	char code[40];

	if (n >= m->least && n <= m->most)
		return true;
	(void)snprintf(code, sizeof(code), "%s_%s_value", what,
	    above ? "above_max" : "below_min");
	return sb_llm_wrong(w->wrong,
	    arena_copy(w->wrong->arena, str_from(code)).p, path,
	    "Invalid '%s': %s %s value. Expected a value %s %g, but got %g "
	    "instead.",
	    path, what, above ? "above maximum" : "below minimum",
	    above ? "<=" : ">=", above ? m->most : m->least, n);
}

static bool
check_list_length(struct walk *w, const char *path, const struct llm_member *m,
    const json_t *v)
{
	size_t n = json_array_size(v);

	if (n == 0)
		return sb_llm_wrong(w->wrong, "empty_array", path,
		    "Invalid '%s': empty array. Expected an array with "
		    "minimum length 1, but got an empty array instead.",
		    path);
	if (n > m->elements_most)
		return sb_llm_wrong(w->wrong, "array_above_max_length", path,
		    "Invalid '%s': array too long. Expected an array with "
		    "maximum length %u, but got an array with length %zu "
		    "instead.",
		    path, m->elements_most, n);
	return true;
}

static bool
check_text_length(struct walk *w, const char *path, const struct llm_member *m,
    const json_t *v)
{
	size_t n = json_string_length(v);

	if ((double)n < m->least)
		return sb_llm_wrong(w->wrong, "empty_string", path,
		    "Invalid '%s': empty string. Expected a string with "
		    "minimum length %g, but got an empty string instead.",
		    path, m->least);
	if ((double)n > m->most)
		return sb_llm_wrong(w->wrong, "string_above_max_length", path,
		    "Invalid '%s': string too long. Expected a string with "
		    "maximum length %g, but got a string with length %zu "
		    "instead.",
		    path, m->most, n);
	return true;
}

static bool
check_bounds(struct walk *w, const char *path, const struct llm_member *m,
    const json_t *v)
{
	if (json_is_array(v))
		return m->elements_most == 0 ||
		       check_list_length(w, path, m, v);
	if (m->bounded && json_is_number(v))
		return check_number(w, path, m, v);
	return !m->bounded || !json_is_string(v) ||
	       check_text_length(w, path, m, v);
}

/* ---- words -------------------------------------------------------------- */

static bool
say_words(
    struct walk *w, const char *path, const char *got, const char *const *words)
{
	char list[WORDS_MAX];
	size_t n = 0;

	list[0] = '\0';
	for (; *words != NULL && n < sizeof(list); words++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s'%s'",
		    n == 0 ? "" : ", ", *words);
	return sb_llm_wrong(w->wrong, "invalid_value", path,
	    "Invalid value: '%.100s'. Supported values are: %s.", got, list);
}

static bool
is_one(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static bool
check_words(struct walk *w, const char *path, const struct llm_member *m,
    const json_t *v)
{
	if (m->words == NULL || !json_is_string(v) ||
	    is_one(json_string_value(v), m->words))
		return true;
	return say_words(w, path, json_string_value(v), m->words);
}

/* ---- the walk ----------------------------------------------------------- */

static bool check_object(struct walk *w, const json_t *v,
    const struct llm_object *object, const char *where);

static bool
check_elements(struct walk *w, const char *path, const struct llm_member *m,
    const json_t *list)
{
	char at[PATH_MAX_BYTES];
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);

		(void)snprintf(at, sizeof(at), "%.350s[%zu]", path, i);
		if (!fits(v, m->elements))
			return say_type(w, at, m->elements, v);
		if (m->object != NULL && json_is_object(v) &&
		    !check_object(w, v, m->object, at))
			return false;
	}
	return true;
}

static bool
check_member(struct walk *w, const struct llm_member *m, const json_t *v,
    const char *where)
{
	char path[PATH_MAX_BYTES];

	(void)snprintf(path, sizeof(path), "%.200s%s%.100s", where,
	    where[0] == '\0' ? "" : ".", m->name);
	if (v == NULL && m->required)
		return sb_llm_wrong(w->wrong, "missing_required_parameter",
		    path, "Missing required parameter: '%s'.", path);
	if (v == NULL)
		return true;
	if (!fits(v, m->types))
		return say_type(w, path, m->types, v);
	if (!check_bounds(w, path, m, v) || !check_words(w, path, m, v))
		return false;
	if (m->object != NULL && json_is_object(v))
		return check_object(w, v, m->object, path);
	return m->elements == 0 || !json_is_array(v) ||
	       check_elements(w, path, m, v);
}

static bool
is_known(const struct llm_member *members, const char *name)
{
	for (; members->name != NULL; members++)
		if (strcmp(members->name, name) == 0)
			return true;
	return false;
}

static bool
check_members(struct walk *w, const json_t *object,
    const struct llm_member *members, const char *where)
{
	const struct llm_member *m;
	const char *name;
	json_t *v;

	for (m = members; m->name != NULL; m++)
		if (!check_member(
			w, m, json_object_get(object, m->name), where))
			return false;
	json_object_foreach(
	    (json_t *)(uintptr_t)object, name, v) if (!is_known(members, name))
	{
		char path[PATH_MAX_BYTES];

		(void)snprintf(path, sizeof(path), "%.200s%s%.100s", where,
		    where[0] == '\0' ? "" : ".", name);
		return sb_llm_wrong(w->wrong, "unknown_parameter", path,
		    "Unknown parameter: '%s'.", path);
	}
	return true;
}

static bool
check_variant(struct walk *w, const json_t *v, const struct llm_object *object,
    const char *where)
{
	const char *words[12] = {NULL};
	const struct llm_variant *variant = object->variants;
	const struct llm_member tag = {.name = object->tag,
	    .types = LLM_TEXT,
	    .required = true,
	    .words = words};
	const char *value;
	size_t i;

	for (i = 0; i + 1 < ARRAY_LEN(words) && variant[i].value != NULL; i++)
		words[i] = variant[i].value;
	if (!check_member(w, &tag, json_object_get(v, object->tag), where))
		return false;
	value = json_string_value(json_object_get(v, object->tag));
	while (strcmp(variant->value, value) != 0)
		variant++;
	return check_members(w, v, variant->members, where);
}

static bool
check_object(struct walk *w, const json_t *v, const struct llm_object *object,
    const char *where)
{
	bool right = true;

	if (++w->depth > DEPTH_MOST)
		right = sb_llm_wrong(w->wrong, "invalid_value", where,
		    "'%s' is nested too deep.", where);
	else if (object->variants != NULL)
		right = check_variant(w, v, object, where);
	else
		right = check_members(w, v, object->members, where);
	w->depth--;
	return right;
}

bool
sb_llm_check(const json_t *value, const struct llm_object *object,
    const char *where, struct llm_wrong *wrong)
{
	struct walk w = {.wrong = wrong};

	return check_object(&w, value, object, where);
}
