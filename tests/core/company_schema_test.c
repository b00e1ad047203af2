/*
 * company_schema: the table of core/company_members.c, the JSON Schema and
 * docs/company.md say the same. Then the bounds in the schema are tried on
 * the parser, one step inside and one step outside.
 *
 * With UPDATE_DOCS=1 in the environment docs/company.md is written anew.
 */
#include "core/company.h"
#include "core/company_members.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#define ROWS_MAX 500u

/* A path in the source tree. */
static struct str
tree(struct arena *a, const char *path)
{
	return arena_printf(a, SOURCE_DIR "/%s", path);
}

static json_t *
schema_load(void)
{
	struct arena a = {0};
	json_error_t error;
	json_t *j = json_load_file(tree(&a, "schemas/company.schema.json").p,
	    JSON_REJECT_DUPLICATES, &error);

	if (j == NULL)
		fail_msg("schema, line %d: %s", error.line, error.text);
	arena_free(&a);
	return j;
}

/* The part of the schema for a row's path; *required says the parent. */
static json_t *
schema_at(json_t *s, const char *path, bool *required)
{
	size_t i, n = strcspn(path, ".[");
	json_t *list, *word;

	if (*path == '\0')
		return s;
	*required = false;
	if (*path == '.')
		return schema_at(s, path + 1, required);
	if (*path == '[')
		return schema_at(
		    json_object_get(s, "items"), path + 2, required);
	list = json_object_get(s, "required");
	json_array_foreach(
	    list, i, word) if (strlen(json_string_value(word)) == n &&
			       strncmp(json_string_value(word), path, n) ==
				   0) *required = true;
	s = json_object_getn(json_object_get(s, "properties"), path, n);
	return path[n] == '\0' ? s : schema_at(s, path + n, required);
}

static const struct {
	const char *type, *min, *max;
} keywords[MEMBER_TYPES] = {
    [MEMBER_OBJECT] = {"object", NULL, NULL},
    [MEMBER_LIST] = {"array", "minItems", "maxItems"},
    [MEMBER_STRING] = {"string", "minLength", "maxLength"},
    [MEMBER_INTEGER] = {"integer", "minimum", "maximum"},
};

static const char *
text_of(json_t *s, const char *key)
{
	json_t *v = json_object_get(s, key);

	return json_is_string(v) ? json_string_value(v) : "";
}

static void
same_default(const struct member *m, json_t *s)
{
	json_t *d = json_object_get(s, "default");
	char number[32];

	if (json_is_integer(d)) {
		snprintf(number, sizeof(number), "%lld",
		    (long long)json_integer_value(d));
		assert_string_equal(m->fallback, number);
		return;
	}
	assert_string_equal(
	    m->fallback == NULL ? "" : m->fallback, text_of(s, "default"));
}

static void
same_member(const struct member *m, json_t *s, bool required)
{
	const char *pattern = m->pattern;

	if (pattern == NULL)
		pattern = m->type == MEMBER_STRING && m->min > 0 ? "\\S" : "";
	assert_string_equal(text_of(s, "type"), keywords[m->type].type);
	assert_int_equal(m->required, required);
	assert_string_equal(text_of(s, "pattern"), pattern);
	assert_int_equal(
	    m->secret, json_is_true(json_object_get(s, "writeOnly")));
	if (*m->path != '\0')
		assert_string_equal(
		    m->help == NULL ? "" : m->help, text_of(s, "description"));
	same_default(m, s);
	if (m->type == MEMBER_OBJECT) {
		assert_true(
		    json_is_false(json_object_get(s, "additionalProperties")));
		return;
	}
	assert_int_equal(m->min,
	    json_integer_value(json_object_get(s, keywords[m->type].min)));
	assert_int_equal(m->max,
	    json_integer_value(json_object_get(s, keywords[m->type].max)));
}

static size_t
count_members(json_t *s)
{
	size_t n = 1;
	const char *name;
	json_t *inner, *items = json_object_get(s, "items");

	if (items != NULL)
		n += count_members(items);
	json_object_foreach(json_object_get(s, "properties"), name, inner)
	    n += count_members(inner);
	return n;
}

static void
the_schema_says_what_the_table_says(void **state)
{
	json_t *schema = schema_load();
	const struct member *m;
	size_t i;

	(void)state;
	for (i = 0; (m = company_member(i)) != NULL; i++) {
		bool required = false;
		json_t *s = schema_at(schema, m->path, &required);

		print_message("%s\n", m->path);
		assert_non_null(s);
		same_member(m, s, required);
	}
	assert_int_equal(count_members(schema), i);
	json_decref(schema);
}

/* Each row must be reached by walking, or it is never checked. */
static size_t
reach(size_t row, bool seen[ROWS_MAX])
{
	size_t i, n = 1;

	assert_false(seen[row]);
	seen[row] = true;
	for (i = company_member_inside(row, 0); i != 0;
	     i = company_member_inside(row, i))
		n += reach(i, seen);
	return n;
}

static void
every_row_is_inside_another(void **state)
{
	bool seen[ROWS_MAX] = {false};
	size_t n = 0;

	(void)state;
	while (company_member(n) != NULL)
		n++;
	assert_true(n < ROWS_MAX);
	assert_int_equal(reach(0, seen), n);
}

/* ---- the bounds, tried ------------------------------------------------- */

/* The least that an element of a list needs, by the list's name. */
static json_t *
element_of(const char *list, size_t n)
{
	static const struct {
		const char *list, *element;
	} least[] = {
	    {"faq", "{\"question\":\"q\",\"answer\":\"a\"}"},
	    {"accounts", "{\"channel\":\"c\",\"name\":\"n\"}"},
	    {"to", "{\"address\":\"a@b.example\",\"name\":\"n\"}"},
	    {"hours", "{\"key\":\"k\",\"zone\":\"z\",\"week\":[\"w\"]}"},
	    {"teams", "{\"key\":\"k\",\"name\":\"n\"}"},
	    {"rules", "{}"},
	    {"weights", "{\"channel\":\"c\"}"},
	    {"webhooks", "{\"name\":\"n\",\"url\":\"https://a.example\","
			 "\"secret\":\"0123456789abcdef\"}"},
	    {"events", "\"message_created\""},
	    {"skills", "\"k\""},
	    {"prefer", "\"k\""},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(least); i++)
		if (strlen(least[i].list) == n &&
		    strncmp(list, least[i].list, n) == 0)
			return json_loads(
			    least[i].element, JSON_DECODE_ANY, NULL);
	return json_string("https://a.example");
}

/* The last word of the path of a list. */
static json_t *
element_in(const char *path)
{
	const char *dot = strrchr(path, '.');
	const char *name = dot == NULL ? path : dot + 1;

	return element_of(name, strlen(name));
}

static json_t *
value_of(const struct member *m, int64_t size)
{
	struct buf b = {0};
	json_t *v;
	int64_t i;

	if (m->type == MEMBER_INTEGER)
		return json_integer(size);
	if (m->type == MEMBER_LIST) {
		v = json_array();
		for (i = 0; i < size; i++)
			json_array_append_new(v, element_in(m->path));
		return v;
	}
	for (i = 0; i < size; i++) /* two bytes: characters are counted */
		buf_str(&b, m->wrong == NULL ? "\xc3\xa9" : "e");
	v = json_stringn(b.data == NULL ? "" : b.data, b.len);
	buf_free(&b);
	return v;
}

/* How many elements the list needs whose elements `path` names. */
static size_t
least_of(const char *path)
{
	const struct member *m;
	size_t i;

	for (i = 0; (m = company_member(i)) != NULL; i++)
		if (strlen(m->path) + 2 == strlen(path) &&
		    strncmp(m->path, path, strlen(m->path)) == 0)
			return (size_t)m->min;
	return 0;
}

/* A good document but for the value at `path`. Steals value. */
static json_t *
document_with(const char *path, json_t *value)
{
	json_t *root = json_pack("{ss}", "name", "n"), *at = root, *next;
	size_t n = strcspn(path, ".["), least = least_of(path);
	char key[64];

	while (path[n] != '\0') {
		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		next = path[n] == '[' ? json_array() : json_object();
		json_object_set_new(at, key, next);
		at = next;
		if (path[n] == '[' && path[n + 2] == '.') {
			json_array_append_new(at, element_of(path, n));
			at = json_array_get(at, 0);
		}
		path += n + (path[n] == '[' ? 2 : 1);
		path += *path == '.';
		n = strcspn(path, ".[");
	}
	if (!json_is_array(at)) {
		json_object_set_new(at, path, value);
		return root;
	}
	json_array_append_new(at, value);
	while (json_array_size(at) < least)
		json_array_append(at, value);
	return root;
}

static void
try(const struct member *m, int64_t size, bool good)
{
	json_t *doc = document_with(m->path, value_of(m, size));
	char *text = json_dumps(doc, 0);
	struct faults faults = {0};
	struct company *c = NULL;
	enum err e = company_parse(str_from(text), &faults, &c);

	print_message("%s %lld\n", m->path, (long long)size);
	assert_int_equal(e, good ? OK : E_BADINPUT);
	company_unref(c);
	faults_free(&faults);
	free(text);
	json_decref(doc);
}

/* What must look like something is tried in company_test. */
static bool
takes_any_word(const struct member *m)
{
	json_t *v;
	bool takes = true;

	if (m->type != MEMBER_STRING || m->wrong == NULL)
		return true;
	v = value_of(m, m->min > 0 ? m->min : 1);
	takes = m->wrong(str_from(json_string_value(v))) == NULL;
	json_decref(v);
	return takes;
}

static void
the_bounds_hold(void **state)
{
	const struct member *m;
	size_t i;

	(void)state;
	for (i = 0; (m = company_member(i)) != NULL; i++) {
		if (m->type == MEMBER_OBJECT)
			continue;
		if (takes_any_word(m)) {
			try(m, m->min, true);
			try(m, m->max, true);
		}
		if (m->min > 0 || m->type == MEMBER_INTEGER)
			try(m, m->min - 1, false);
		try(m, m->max + 1, false);
	}
}

/* ---- the documentation ------------------------------------------------- */

static void
the_documentation_is_up_to_date(void **state)
{
	struct arena a = {0};
	struct buf now = {0}, then = {0};
	struct str path = tree(&a, "docs/company.md");
	FILE *f;
	char *room;

	(void)state;
	company_describe(&now);
	if (getenv("UPDATE_DOCS") != NULL) {
		f = fopen(path.p, "w");
		assert_non_null(f);
		fwrite(now.data, 1, now.len, f);
		fclose(f);
	}
	f = fopen(path.p, "r");
	assert_non_null(f);
	room = buf_room(&then, 65536);
	then.len = fread(room, 1, 65536, f);
	fclose(f);
	assert_true(str_eq(buf_view(&now), buf_view(&then)));
	buf_free(&now);
	buf_free(&then);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_schema_says_what_the_table_says),
	    cmocka_unit_test(every_row_is_inside_another),
	    cmocka_unit_test(the_bounds_hold),
	    cmocka_unit_test(the_documentation_is_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
