/* hook: method and content type decide where the fields are. */
#include "channels/twilio/hook.h"

#include <strings.h>

static bool
is_type(struct str type, const char *wanted)
{
	const char *end = type.n == 0 ? NULL : memchr(type.p, ';', type.n);
	size_t n = strlen(wanted);

	if (end != NULL)
		type.n = (size_t)(end - type.p);
	type = str_trim(type);
	return type.n == n && strncasecmp(type.p, wanted, n) == 0;
}

static bool
is_form(const struct hook *h)
{
	return is_type(h->type, "application/x-www-form-urlencoded") ||
	       (h->type.n == 0 && h->body.n == 0);
}

static enum err
refuse(enum err e, const char **why, const char *words)
{
	*why = words;
	return e == E_NOMEM ? e : E_BADINPUT;
}

static enum err
copy_fields(const struct form *from, struct arena *a, struct form *to)
{
	size_t n = from->count * sizeof(*to->fields);

	*to = (struct form){.fields = arena_alloc(a, n + 1)};
	if (to->fields == NULL)
		return E_NOMEM;
	if (n > 0)
		memcpy(to->fields, from->fields, n);
	to->count = from->count;
	return OK;
}

enum err
twilio_hook_read(const struct hook *h, struct arena *a, struct twilio_hook *out,
    const char **why)
{
	bool get = str_eq(h->method, STR("GET"));
	enum err e;

	*out = (struct twilio_hook){0};
	if (!get && !str_eq(h->method, STR("POST")))
		return refuse(
		    E_BADINPUT, why, "the method is neither POST nor GET");
	if (!get && is_type(h->type, "application/json")) {
		out->json = true;
		return OK;
	}
	if (!get && !is_form(h))
		return refuse(E_BADINPUT, why,
		    "the content type is neither a form's nor JSON's");
	e = form_parse(get ? h->query : h->body, a, &out->fields);
	if (e != OK)
		return refuse(e, why,
		    e == E_LIMIT ? "the form has too many fields"
				 : "the form is not well written");
	return get ? OK : copy_fields(&out->fields, a, &out->signed_fields);
}
