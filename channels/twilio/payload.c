/* payload: JSON objects of a few texts, written by us and read again. */
#include "channels/twilio/payload.h"
#include "channels/twilio/names.h"
#include "core/json.h"

enum err
twilio_payload_read(
    struct str json, struct arena *a, struct twilio_payload *out)
{
	json_t *root = json_read(json);

	*out = (struct twilio_payload){.to = json_text_copy(root, "to", a),
	    .text = json_text_copy(root, "text", a),
	    .url = json_text_copy(root, "url", a),
	    .name = json_text_copy(root, "name", a)};
	json_decref(root);
	return out->to.n > 0 && (out->text.n > 0 || out->url.n > 0)
		   ? OK
		   : E_BADINPUT;
}

struct str
twilio_payload_write(const struct twilio_payload *p, struct arena *a)
{
	struct buf b = {0};

	buf_char(&b, '{');
	buf_member(&b, "to", p->to);
	buf_member(&b, "text", p->text);
	buf_member(&b, "url", p->url);
	buf_member(&b, "name", p->name);
	buf_char(&b, '}');
	return buf_take(&b, a);
}

enum err
twilio_payload_unfile(struct twilio_payload *p, struct arena *a)
{
	if (p->name.n > 0)
		p->text = arena_printf(
		    a, "%.*s: %.*s", STR_FMT(p->name), STR_FMT(p->url));
	else
		p->text = p->url;
	p->url = (struct str){0};
	return p->text.p == NULL ? E_NOMEM : OK;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
twilio_variable(struct str text, struct arena *a)
{
	struct str copy = arena_copy(a, text);
	char *to = (char *)copy.p;
	size_t n = 0, i;

	if (to == NULL)
		return copy;
	for (i = 0; i < text.n; i++) {
		char c = is_space(text.p[i]) ? ' ' : text.p[i];

		if (c != ' ' || (n > 0 && to[n - 1] != ' '))
			to[n++] = c;
	}
	return str_trim((struct str){to, n});
}

struct twilio_reply
twilio_reply_read(struct str json, struct arena *a)
{
	json_t *root = json_read(json);
	struct twilio_reply reply = {.to = json_text_copy(root, "to", a),
	    .sid = json_text_copy(root, "sid", a)};

	json_decref(root);
	if (!twilio_message_sid(reply.sid))
		reply.sid = (struct str){0};
	return reply;
}
