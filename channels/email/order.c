/* order: a mail's way as a struct call, and the report of what became of it. */
#include "channels/email/order.h"
#include "channels/email/address.h"
#include "channels/email/lex.h"
#include "core/json.h"
#include "core/utf8.h"

#define CODE_MAX 599
#define WORDS_SHOWN 500u /* bytes */

/* ---- out ---------------------------------------------------------------- */

enum line { LINE_FROM, LINE_TO, LINE_AUTH, LINE_USER, LINE_SECRET, LINES };

static const char *const names[LINES] = {
    [LINE_FROM] = "Envelope-From",
    [LINE_TO] = "Envelope-To",
    [LINE_AUTH] = "Login-Auth",
    [LINE_USER] = "Login-User",
    [LINE_SECRET] = "Login-Secret",
};

enum err
order_write(const struct order *o, struct arena *a, struct call *out)
{
	const struct str values[LINES] = {
	    [LINE_FROM] = o->from,
	    [LINE_TO] = o->to,
	    [LINE_AUTH] = o->oauth2 ? STR("oauth2") : STR("password"),
	    [LINE_USER] = o->user,
	    [LINE_SECRET] = o->secret,
	};
	size_t i;

	*out = (struct call){
	    .method = ORDER_METHOD, .url = o->url, .body = o->text};
	for (i = 0; i < LINES; i++) {
		if (values[i].n == 0)
			continue;
		out->headers[out->header_count] = arena_printf(
		    a, "%s: %.*s", names[i], STR_FMT(values[i]));
		if (out->headers[out->header_count++].p == NULL)
			return E_NOMEM;
	}
	return OK;
}

static void
read_line(struct str header, struct str values[LINES])
{
	size_t i, n;

	for (i = 0; i < LINES; i++) {
		n = strlen(names[i]);
		if (lex_begins(header, str_from(names[i])) &&
		    lex_begins(lex_from(header, n), STR(": ")))
			values[i] = lex_from(header, n + 2);
	}
}

enum err
order_read(const struct call *c, struct order *out)
{
	struct str values[LINES] = {{"", 0}};
	unsigned i;

	for (i = 0; i < LINES; i++)
		values[i] = STR("");
	for (i = 0; i < c->header_count; i++) {
		if (!utf8_one_line(c->headers[i]))
			return E_BADINPUT;
		read_line(c->headers[i], values);
	}
	*out = (struct order){.url = c->url,
	    .user = values[LINE_USER],
	    .secret = values[LINE_SECRET],
	    .oauth2 = str_eq(values[LINE_AUTH], STR("oauth2")),
	    .from = values[LINE_FROM],
	    .to = values[LINE_TO],
	    .text = c->body.p == NULL ? STR("") : c->body};
	if ((out->from.n > 0 && !address_valid(out->from)) ||
	    (out->to.n > 0 && !address_valid(out->to)) ||
	    (out->to.n == 0) != (out->text.n == 0) ||
	    strcmp(c->method, ORDER_METHOD) != 0 || !utf8_one_line(c->url))
		return E_BADINPUT;
	return OK;
}

/* ---- back --------------------------------------------------------------- */

static const char *const ends[ORDER_ENDS] = {
    "sent", "refused", "later", "unsent", "blocked", "cut"};

const char *
order_end_name(enum order_end end)
{
	return ends[end];
}

void
order_report_write(const struct order_report *r, struct buf *out)
{
	buf_addf(out, "{\"end\":\"%s\",\"code\":%u,\"status\":", ends[r->end],
	    r->code);
	buf_json(out, r->status);
	buf_str(out, ",\"words\":");
	buf_json(out, lex_upto(r->words, WORDS_SHOWN));
	buf_char(out, '}');
}

static bool
read_end(struct str word, enum order_end *out)
{
	unsigned i;

	for (i = 0; i < ORDER_ENDS; i++)
		if (str_eq(word, str_from(ends[i]))) {
			*out = (enum order_end)i;
			return true;
		}
	return false;
}

enum err
order_report_read(struct str json, struct arena *a, struct order_report *out)
{
	json_t *root = json_read(json);
	json_int_t code = json_integer_value(json_object_get(root, "code"));
	struct str end = json_text_copy(root, "end", a);
	enum err e = E_BADINPUT;

	*out = (struct order_report){
	    .status = json_text_copy(root, "status", a),
	    .words = json_text_copy(root, "words", a)};
	if (code >= 0 && code <= CODE_MAX && end.p != NULL &&
	    read_end(end, &out->end)) {
		out->code = (unsigned)code;
		e = OK;
	}
	json_decref(root);
	return e;
}
