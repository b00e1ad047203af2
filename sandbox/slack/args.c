/*
 * args: read twice. First as it came, form and query into fields, JSON into
 * an object, for the token may be among them; then by the method's table.
 */
#include "sandbox/slack/args.h"
#include "core/json.h"

#include <strings.h>

/* ---- as it came --------------------------------------------------------- */

struct media {
	struct str type, charset;
};

static struct str
until(struct str s, char c)
{
	const char *at = memchr(s.p, c, s.n);

	return at == NULL ? s : (struct str){s.p, (size_t)(at - s.p)};
}

static bool
same(struct str a, const char *b)
{
	return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

static struct media
media_of(struct str header)
{
	struct media m = {.type = STR(""), .charset = STR("")};
	const char *at;

	if (header.p == NULL)
		return m;
	m.type = str_trim(until(header, ';'));
	at = memmem(header.p, header.n, "charset=", 8);
	if (at != NULL)
		m.charset = str_trim(
		    until((struct str){at + 8,
			      header.n - (size_t)(at + 8 - header.p)},
			';'));
	return m;
}

static void
read_form(struct args *a, struct str body)
{
	if (sb_form_read(body, a->arena, &a->form) != OK)
		a->error = "invalid_form_data";
}

static void
read_json(struct args *a, const struct media *m, struct str body)
{
	if (m->charset.n == 0)
		a->warning = "missing_charset";
	else if (!same(m->charset, "utf-8"))
		a->error = "invalid_charset";
	a->root = json_loadb(
	    body.p, body.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	if (a->root == NULL)
		a->error = "invalid_json";
	else if (!json_is_object(a->root))
		a->error = "json_not_object";
}

void
sb_args_read(struct args *a, struct visit *v, bool method_get)
{
	struct media m = media_of(request_header(v->request, "Content-Type"));
	struct str body = request_body(v->request),
		   query = request_query_text(v->request);

	a->arena = v->arena;
	if (query.n > 0 && sb_form_read(query, a->arena, &a->query) != OK)
		a->error = "invalid_form_data";
	if (body.n == 0)
		return;
	if (m.type.n == 0)
		a->error = "missing_post_type";
	else if (same(m.type, "application/x-www-form-urlencoded"))
		read_form(a, body);
	else if (!same(m.type, "application/json"))
		a->error = "invalid_post_type";
	else if (!method_get)
		read_json(a, &m, body);
	if (a->form.count > 0 && m.charset.n > 0)
		a->warning = "superfluous_charset";
	a->token = sb_form_get(&a->form, "token");
}

/* ---- by the table ------------------------------------------------------- */

static void
wrong(struct args *a, const char *what, struct str name)
{
	if (a->error != NULL)
		return;
	a->error = "invalid_arguments";
	a->detail = arena_printf(
	    a->arena, "[ERROR] %s [json-pointer:/%.*s]", what, STR_FMT(name));
}

static int
find(const struct args *a, struct str name)
{
	unsigned i;

	for (i = 0; a->table[i].name != NULL; i++)
		if (str_eq(name, str_from(a->table[i].name)))
			return (int)i;
	return -1;
}

static bool
take_flag(struct args *a, unsigned i, struct str s)
{
	bool yes = same(s, "true") || same(s, "1");

	a->values[i].flag = yes;
	return yes || same(s, "false") || same(s, "0");
}

static bool
take_number(struct args *a, unsigned i, struct str s)
{
	uint64_t n = 0;
	bool ok = str_to_u64(s, INT64_MAX, &n);

	a->values[i].number = (int64_t)n;
	return ok;
}

static bool
take_text(struct args *a, unsigned i, struct str s)
{
	(void)i;
	(void)a;
	(void)s;
	return true;
}

static bool
take_ts(struct args *a, unsigned i, struct str s)
{
	if (!sb_ts_read(s, &a->values[i].ts))
		a->values[i].ts = 0;
	return true;
}

static bool
take_parsed(struct args *a, unsigned i, struct str s)
{
	a->parsed[i] = json_read(s);
	a->values[i].json = a->parsed[i];
	return a->parsed[i] != NULL;
}

/* From a form or a query. */
static const struct {
	bool (*take)(struct args *a, unsigned i, struct str s);
	const char *words;
} from_text[] = {
    [ARG_TEXT] = {take_text, "must be a string"},
    [ARG_TS] = {take_ts, "must be a string"},
    [ARG_FLAG] = {take_flag, "must be a boolean"},
    [ARG_NUMBER] = {take_number, "must be an integer"},
    [ARG_LIST] = {take_parsed, "must be JSON of an array"},
    [ARG_OBJECT] = {take_parsed, "must be JSON of an object"},
};

/* Apps that are installed for an organisation say which workspace. */
static bool
of_any_method(struct str name)
{
	return str_eq(name, STR("team_id"));
}

static void
take_field(struct args *a, const struct field *f)
{
	int i = find(a, f->name);

	if (i < 0) {
		if (!str_eq(f->name, STR("token")) && !of_any_method(f->name))
			wrong(a, "unknown argument", f->name);
		return;
	}
	a->values[i].given = true;
	a->values[i].text = f->value;
	if (!from_text[a->table[i].type].take(a, (unsigned)i, f->value))
		wrong(a, from_text[a->table[i].type].words, f->name);
}

static bool
fits(const json_t *v, enum arg_type type)
{
	const bool fit[] = {
	    [ARG_TEXT] = json_is_string(v),
	    [ARG_TS] = json_is_string(v),
	    [ARG_FLAG] = json_is_boolean(v),
	    [ARG_NUMBER] = json_is_integer(v),
	    [ARG_LIST] = json_is_array(v),
	    [ARG_OBJECT] = json_is_object(v),
	};

	return fit[type];
}

static const char *const type_words[] = {
    [ARG_TEXT] = "must be a string",
    [ARG_TS] = "must be a string",
    [ARG_FLAG] = "must be a boolean",
    [ARG_NUMBER] = "must be an integer",
    [ARG_LIST] = "must be an array",
    [ARG_OBJECT] = "must be an object",
};

static void
take_member(struct args *a, const char *name, json_t *v)
{
	int i = find(a, str_from(name));
	struct value *value;

	if (i < 0) {
		if (!of_any_method(str_from(name)))
			wrong(a, "unknown argument", str_from(name));
		return;
	}
	value = &a->values[i];
	value->given = true;
	value->json = v;
	if (!fits(v, a->table[i].type)) {
		wrong(a, type_words[a->table[i].type], str_from(name));
		return;
	}
	value->flag = json_is_true(v);
	value->number = json_integer_value(v);
	if (!json_is_string(v))
		return;
	value->text = json_text_of(v);
	if (a->table[i].type == ARG_TS)
		(void)take_ts(a, (unsigned)i, value->text);
}

static void
check_required(struct args *a)
{
	unsigned i;

	for (i = 0; a->table[i].name != NULL && a->error == NULL; i++) {
		if (!a->table[i].required || a->values[i].given)
			continue;
		a->error = "invalid_arguments";
		a->detail = arena_printf(a->arena,
		    "[ERROR] missing required field: %s", a->table[i].name);
	}
}

void
sb_args_check(struct args *a, const struct arg *table)
{
	const char *name;
	json_t *v;
	size_t i;

	a->table = table;
	for (i = 0; i < a->query.count; i++)
		take_field(a, &a->query.list[i]);
	for (i = 0; i < a->form.count; i++)
		take_field(a, &a->form.list[i]);
	json_object_foreach(a->root, name, v) take_member(a, name, v);
	check_required(a);
}

void
sb_args_free(struct args *a)
{
	unsigned i;

	for (i = 0; i < ARGS_MOST; i++)
		json_decref(a->parsed[i]);
	json_decref(a->root);
}
