/*
 * media: of messages that came in: listed, shown, removed; fetched over a
 * redirect to a storage of another kind, which wants no login and refuses one.
 */
#include "sandbox/twilio/inner.h"
#include "core/json.h"

#define TYPING_MS 25000

static struct file *
asked_for(struct twilio_call *c)
{
	struct str id = c->segments[c->segment_count - 1];
	unsigned i;

	if (id.n > 5 && memcmp(id.p + id.n - 5, ".json", 5) == 0)
		id.n -= 5;
	for (i = 0; i < c->mail->media_count; i++)
		if (!c->mail->media[i]->gone &&
		    str_eq(c->mail->media[i]->node.key, id))
			return c->mail->media[i];
	return NULL;
}

void
sb_media_list(struct twilio_call *c)
{
	const struct mail *m = c->mail;
	struct buf b = {0};
	unsigned i, n = 0;

	buf_str(&b, "{\"media_list\":[");
	for (i = 0; i < m->media_count; i++) {
		if (m->media[i]->gone)
			continue;
		buf_str(&b, n++ == 0 ? "" : ",");
		sb_media_write(m, m->media[i], &b);
	}
	buf_addf(&b,
	    "],\"page\":0,\"page_size\":50,\"start\":0,\"end\":%u,"
	    "\"next_page_uri\":null,\"previous_page_uri\":null,"
	    "\"uri\":\"/2010-04-01/Accounts/%s/Messages/%s/Media.json\"}",
	    n == 0 ? 0 : n - 1, m->account->node.key.p, m->sid);
	sandbox_unlock(c->visit->sandbox);
	sb_twilio_reply(c->visit, 200, &b);
	buf_free(&b);
}

void
sb_media_show(struct twilio_call *c)
{
	const struct file *f = asked_for(c);
	struct buf b = {0};

	if (f != NULL)
		sb_media_write(c->mail, f, &b);
	sandbox_unlock(c->visit->sandbox);
	if (f != NULL)
		sb_twilio_reply(c->visit, 200, &b);
	else
		sb_twilio_refuse(c->visit, 20404);
	buf_free(&b);
}

void
sb_media_remove(struct twilio_call *c)
{
	struct file *f = asked_for(c);
	const struct buf none = {0};

	if (f != NULL)
		f->gone = true;
	sandbox_unlock(c->visit->sandbox);
	if (f != NULL)
		sb_twilio_reply(c->visit, 204, &none);
	else
		sb_twilio_refuse(c->visit, 20404);
}

void
sb_media_redirect(struct twilio_call *c)
{
	struct visit *v = c->visit;
	const struct file *f = asked_for(c);

	sandbox_unlock(v->sandbox);
	if (f == NULL) {
		sb_twilio_refuse(v, 20404);
		return;
	}
	request_add_header(v->request, "Location",
	    arena_printf(v->arena, "%s/twilio/media/%s?Expires=4102444800",
		v->sandbox->base, f->node.key.p));
	sb_visit_reply(v, 307, NULL, (struct str){0});
}

void
sb_media_serve(struct visit *v, struct str id)
{
	const struct twilio *t = v->state;
	struct file *f;
	struct str bytes = {0};
	const char *type = "application/xml", *name = NULL;

	sandbox_lock(v->sandbox);
	f = sb_file_find(&t->media, id);
	if (f != NULL && !f->gone) {
		bytes = f->bytes;
		name = f->type.p;
	}
	sandbox_unlock(v->sandbox);
	if (request_header(v->request, "Authorization").p != NULL)
		sb_visit_reply(v, 400, type,
		    STR("<Error><Code>InvalidArgument</Code></Error>"));
	else if (request_query(v->request, "Expires").p == NULL)
		sb_visit_reply(v, 403, type,
		    STR("<Error><Code>AccessDenied</Code></Error>"));
	else if (bytes.p == NULL)
		sb_visit_reply(
		    v, 404, type, STR("<Error><Code>NoSuchKey</Code></Error>"));
	else
		sb_visit_reply(v, 200, name, bytes);
}

/* ---- typing ------------------------------------------------------------- */

struct typing {
	struct str channel, sid;
};

static bool
read_typing(struct visit *v, bool json, struct typing *out)
{
	struct str body = request_body(v->request);
	struct form form;
	json_t *o;

	if (!json) {
		if (sb_form_read(body, v->arena, &form) != OK)
			return false;
		*out = (struct typing){sb_form_get(&form, "channel"),
		    sb_form_get(&form, "messageId")};
		return str_eq(out->channel, STR("whatsapp"));
	}
	o = json_read(body);
	*out = (struct typing){json_text_copy(o, "channel", v->arena),
	    json_text_copy(o, "messageId", v->arena)};
	json_decref(o);
	return str_eq(out->channel, STR("WHATSAPP"));
}

/* With the lock. The person sees it, and that the message was read. */
static bool
show_typing(struct visit *v, const struct account *a, struct str sid)
{
	struct mail *m = sb_mail_find(a, sid);
	struct pair *p;
	struct effect e = {.vendor = "twilio",
	    .kind = "typing",
	    .account = a->node.key,
	    .text = STR(""),
	    .id = sid};

	if (m == NULL || !m->inbound)
		return false;
	m->read = true;
	p = sb_pair_find(m->number, m->person, false);
	if (p != NULL)
		p->typing_until = clock_steady(v->sandbox->conf.clock) +
				  TYPING_MS;
	m->account->version++;
	e.from = m->number->node.key;
	e.to = m->person;
	sandbox_effect(v->sandbox, v, &e);
	return true;
}

void
sb_typing_serve(struct visit *v, bool json)
{
	struct account *a = sb_twilio_login(v);
	struct typing t;
	bool shown;

	if (a == NULL)
		return;
	if (strcmp(v->method, "POST") != 0) {
		sb_twilio_refuse(v, 20004);
		return;
	}
	if (!read_typing(v, json, &t) || t.sid.n == 0) {
		sb_twilio_refuse(v, 20001);
		return;
	}
	sandbox_lock(v->sandbox);
	shown = show_typing(v, a, t.sid);
	sandbox_unlock(v->sandbox);
	if (shown)
		sb_visit_reply(
		    v, 200, "application/json", STR("{\"success\":true}"));
	else
		sb_twilio_refuse(v, 20404);
}
