/*
 * format: a text as the JSON that response_format asks for: as it is, when it
 * is an object already; else an object with the text in its first string.
 */
#include "sandbox/llm/chat.h"
#include "core/json.h"

#include <stdlib.h>

/* What a member of that schema holds; the first string gets the text. */
static json_t *
value_of(const json_t *schema, struct str *text)
{
	const char *type = json_string_value(json_object_get(schema, "type"));
	const json_t *words = json_object_get(schema, "enum");
	json_t *v = NULL;

	if (json_array_size(words) > 0)
		return json_deep_copy(json_array_get(words, 0));
	if (type == NULL || strcmp(type, "string") == 0) {
		v = json_stringn(text->p, text->n);
		*text = (struct str){"", 0};
	} else if (strcmp(type, "boolean") == 0) {
		v = json_false();
	} else if (strcmp(type, "array") == 0) {
		v = json_array();
	} else if (strcmp(type, "object") == 0) {
		v = json_object();
	} else {
		v = json_integer(0);
	}
	return v;
}

static json_t *
object_of(const json_t *schema, struct str text)
{
	const json_t *members = json_object_get(schema, "properties"), *m;
	json_t *object = json_object();
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)members, name, m)(void)
	    json_object_set_new(object, name, value_of(m, &text));
	return object;
}

static bool
is_object(struct str text)
{
	json_t *v = json_read(text);
	bool object = json_is_object(v);

	json_decref(v);
	return object;
}

struct str
sb_format_write(const json_t *format, struct str text, struct arena *a)
{
	const json_t *schema = json_object_get(
	    json_object_get(format, "json_schema"), "schema");
	struct str out;
	json_t *object;
	char *json;

	if (format == NULL || is_object(text))
		return text;
	object = schema == NULL ? json_pack("{s:s%}", "answer", text.p, text.n)
				: object_of(schema, text);
	json = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (json == NULL)
		return (struct str){0};
	out = arena_copy(a, str_from(json));
	free(json);
	return out;
}
