/*
 * json: the thin layer between jansson's values and borrowed bytes. It decides
 * nothing; that a name given twice is refused holds for everybody.
 */
#include "core/json.h"

json_t *
json_read(struct str json)
{
	if (json.n == 0)
		return NULL;
	return json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
}

struct str
json_text_of(const json_t *value)
{
	if (!json_is_string(value))
		return STR("");
	return (struct str){
	    json_string_value(value), json_string_length(value)};
}

struct str
json_text(const json_t *object, const char *name)
{
	return json_text_of(json_object_get(object, name));
}

struct str
json_text_copy_of(const json_t *value, struct arena *a)
{
	struct str text = json_text_of(value);

	return text.n == 0 ? STR("") : arena_copy(a, text);
}

struct str
json_text_copy(const json_t *object, const char *name, struct arena *a)
{
	return json_text_copy_of(json_object_get(object, name), a);
}
