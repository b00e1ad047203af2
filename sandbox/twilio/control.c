/*
 * control: what a person with a phone does, on request, and what becomes of a
 * message of ours.
 */
#include "sandbox/shape.h"
#include "core/json.h"
#include "sandbox/sign.h"
#include "sandbox/twilio/inner.h"

#include <strings.h>

#define VIEW_MOST 100u
#define VIEW_LOOK 20000u

/* ---- a message comes in ------------------------------------------------- */

static const struct shape message_shape[] = {
    {"from", SHAPE_TEXT, true},
    {"to", SHAPE_TEXT, true},
    {"body", SHAPE_TEXT, false},
    {"name", SHAPE_TEXT, false},
    {"media", SHAPE_LIST, false},
    {"extra", SHAPE_OBJECT, false},
    {NULL, SHAPE_ANY, false},
};

static const struct shape media_shape[] = {
    {"type", SHAPE_TEXT, true},
    {"base64", SHAPE_TEXT, true},
    {NULL, SHAPE_ANY, false},
};

/* What is being put together. */
struct coming {
	struct ask *ask;
	struct number *number;
	struct mail *mail;
	struct buf form;
	const char *wrong;
	enum err err;
};

/* A member of "extra" of that name takes its place. */
static void
put(struct coming *c, const char *name, struct str value)
{
	const json_t *extra = json_object_get(c->ask->body, "extra");

	if (json_object_get(extra, name) == NULL)
		sb_form_put(&c->form, str_from(name), value);
}

static void
put_number_of(struct coming *c, const char *name, unsigned n)
{
	struct buf b = {0};

	buf_u64(&b, n);
	put(c, name, buf_view(&b));
	buf_free(&b);
}

static const char *
kind_of(const struct mail *m)
{
	static const struct {
		const char *prefix, *kind;
	} kinds[] = {
	    {"image/", "image"}, {"audio/", "audio"}, {"video/", "video"}};
	size_t i;

	if (m->media_count == 0)
		return "text";
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (strncmp(m->media[0]->type.p, kinds[i].prefix, 6) == 0)
			return kinds[i].kind;
	return "document";
}

static void
put_person(struct coming *c)
{
	struct str from = c->mail->person, name = sb_ask_text(c->ask, "name");
	static const size_t prefix = 9; /* whatsapp: */

	if (!c->number->whatsapp)
		return;
	put(c, "ProfileName", name.n == 0 ? STR("Sam") : name);
	if (from.p[prefix] == '+')
		put(c, "WaId",
		    (struct str){from.p + prefix + 1, from.n - prefix - 1});
	else
		put(c, "ExternalUserId", from);
	put(c, "ChannelMetadata",
	    STR("{\"type\":\"whatsapp\",\"data\":{\"context\":{}}}"));
	put(c, "MessageType", str_from(kind_of(c->mail)));
}

static void
put_media(struct coming *c)
{
	const struct mail *m = c->mail;
	struct arena *a = c->ask->arena;
	unsigned i;

	put_number_of(c, "NumMedia", m->media_count);
	for (i = 0; i < m->media_count; i++) {
		sb_form_put(&c->form, arena_printf(a, "MediaUrl%u", i),
		    arena_printf(a,
			"%s/twilio/2010-04-01/Accounts/%s/Messages/%s/Media/"
			"%s",
			c->ask->sandbox->base, m->account->node.key.p, m->sid,
			m->media[i]->node.key.p));
		sb_form_put(&c->form, arena_printf(a, "MediaContentType%u", i),
		    m->media[i]->type);
	}
}

static void
put_extra(struct coming *c)
{
	json_t *extra = json_object_get(c->ask->body, "extra"), *v;
	const char *name;

	json_object_foreach(extra, name, v) if (json_is_string(v))
	    sb_form_put(&c->form, str_from(name), json_text_of(v));
}

static void
put_all(struct coming *c)
{
	const struct mail *m = c->mail;

	put(c, "MessageSid", m->node.key);
	put(c, "SmsMessageSid", m->node.key);
	put(c, "SmsSid", m->node.key);
	put(c, "SmsStatus", STR("received"));
	put(c, "AccountSid", m->account->node.key);
	put(c, "From", m->person);
	put(c, "To", c->number->node.key);
	put(c, "Body", m->body);
	put(c, "NumSegments", STR("1"));
	put(c, "ReferralNumMedia", STR("0"));
	put(c, "ApiVersion", STR("2010-04-01"));
	put_media(c);
	put_person(c);
	put_extra(c);
}

static void
keep_media(struct coming *c)
{
	const json_t *list = json_object_get(c->ask->body, "media");
	struct faults faults = {0};
	size_t i;

	for (i = 0; i < json_array_size(list) && c->wrong == NULL; i++) {
		const json_t *o = json_array_get(list, i);
		struct str bytes;

		if (!sb_shape_check(o, "media", media_shape, &faults)) {
			c->wrong = "a medium has type and base64";
			break;
		}
		bytes = sb_file_decode(json_text(o, "base64"), c->ask->arena);
		if (bytes.p == NULL ||
		    sb_media_new(c->mail, json_text(o, "type"), bytes) == NULL)
			c->wrong = "a medium is no base64, or is too large";
	}
	faults_free(&faults);
}

/* A message opens the window; STOP by SMS ends it all. */
static void
note_pair(struct coming *c)
{
	struct pair *p = sb_pair_find(c->number, c->mail->person, true);
	struct str body = c->mail->body;

	if (p == NULL) {
		c->wrong = "there are too many people";
		return;
	}
	p->last_in = c->mail->created;
	if (c->number->whatsapp)
		return;
	if (body.n == 4 && strncasecmp(body.p, "STOP", 4) == 0)
		p->opted_out = true;
	if (body.n == 5 && strncasecmp(body.p, "START", 5) == 0)
		p->opted_out = false;
}

/* With the lock. */
static void
come_in(struct coming *c)
{
	struct twilio *t = c->ask->state;
	const json_t *media = json_object_get(c->ask->body, "media");
	const struct mail_texts texts = {.person = sb_ask_text(c->ask, "from"),
	    .body = sb_ask_text(c->ask, "body")};
	bool whatsapp;

	c->number = sb_number_find(t, sb_ask_text(c->ask, "to"));
	if (c->number == NULL)
		c->wrong = "there is no such number";
	else if (!sb_address_valid(texts.person, &whatsapp) ||
		 whatsapp != c->number->whatsapp)
		c->wrong = "from is no address of the number's kind";
	else if ((c->mail = sb_mail_new(
		      c->number, &texts, json_array_size(media) > 0)) == NULL)
		c->wrong = "no memory";
	if (c->wrong != NULL)
		return;
	c->mail->inbound = true;
	sb_mail_set_status(c->mail, "received");
	keep_media(c);
	note_pair(c);
	if (c->wrong != NULL)
		return;
	put_all(c);
	c->err = sb_hook_inbound(
	    c->number, buf_view(&c->form), c->mail->node.key);
}

static void
on_message(struct ask *a)
{
	struct coming c = {.ask = a};
	char sid[SID_TEXT + 1] = "";
	struct buf b = {0};

	if (!sb_ask_shaped(a, message_shape))
		return;
	sandbox_lock(a->sandbox);
	come_in(&c);
	if (c.mail != NULL)
		memcpy(sid, c.mail->sid, sizeof(sid));
	sandbox_unlock(a->sandbox);
	buf_free(&c.form);
	if (c.wrong != NULL || c.err != OK) {
		sb_ask_refuse(a, c.wrong != NULL ? 400 : 503,
		    c.wrong != NULL ? c.wrong : err_name(c.err));
		return;
	}
	buf_char(&b, '{');
	sb_put_text(&b, "sid", str_from(sid));
	buf_char(&b, '}');
	sb_ask_reply(a, &b);
	buf_free(&b);
}

/* ---- a status ----------------------------------------------------------- */

static const struct shape status_shape[] = {
    {"sid", SHAPE_TEXT, true},
    {"status", SHAPE_TEXT, true},
    {"code", SHAPE_NUMBER, false},
    {NULL, SHAPE_ANY, false},
};

static const char *
status_word(struct str s)
{
	static const char *const words[] = {"accepted", "scheduled", "queued",
	    "sending", "sent", "delivered", "read", "failed", "undelivered",
	    "canceled"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(s, str_from(words[i])))
			return words[i];
	return NULL;
}

/* With the lock. */
static const char *
set_status(struct ask *a, enum err *e)
{
	struct twilio *t = a->state;
	struct node *n = sb_table_find(&t->mails, sb_ask_text(a, "sid"));
	const char *word = status_word(sb_ask_text(a, "status"));
	struct mail *m = n == NULL ? NULL : CONTAINER_OF(n, struct mail, node);

	if (m == NULL || m->inbound)
		return "there is no such message of ours";
	if (word == NULL)
		return "there is no such status";
	m->error = (unsigned)sb_shape_whole(a->body, "code", 0, 99999);
	sb_mail_set_status(m, word);
	*e = sb_hook_status(m);
	return NULL;
}

static void
on_status(struct ask *a)
{
	const char *wrong;
	enum err e = OK;
	struct buf b = {0};

	if (!sb_ask_shaped(a, status_shape))
		return;
	sandbox_lock(a->sandbox);
	wrong = set_status(a, &e);
	sandbox_unlock(a->sandbox);
	if (wrong != NULL || e != OK) {
		sb_ask_refuse(a, wrong != NULL ? 400 : 503,
		    wrong != NULL ? wrong : err_name(e));
		return;
	}
	buf_char(&b, '{');
	sb_put_text(&b, "sid", sb_ask_text(a, "sid"));
	buf_char(&b, '}');
	sb_ask_reply(a, &b);
	buf_free(&b);
}

/* ---- what a page shows -------------------------------------------------- */

static bool
is_theirs(const struct mail *m, const struct number *n, struct str person)
{
	return m->number == n && str_eq(m->person, person);
}

static void
put_mail(struct buf *b, const struct mail *m)
{
	buf_char(b, '{');
	sb_put_text(b, "sid", m->node.key);
	sb_put_text(b, "body", m->body);
	sb_put_text(b, "status", str_from(m->status));
	sb_put_number(b, "error", m->error);
	sb_put_number(b, "at", m->created);
	sb_put_raw(b, "inbound", m->inbound ? STR("true") : STR("false"));
	sb_put_raw(b, "read", m->read ? STR("true") : STR("false"));
	if (m->media_count > 0) {
		sb_put_text(b, "media", m->media[0]->node.key);
		sb_put_text(b, "media_type", m->media[0]->type);
	}
	buf_char(b, '}');
}

/* The newest, in the order they came. */
static void
put_mails(struct buf *b, const struct number *n, struct str person)
{
	const struct mail *m = n->account->newest, *first = NULL;
	unsigned found = 0, looked = 0;

	for (; m != NULL && found < VIEW_MOST && looked++ < VIEW_LOOK;
	     m = m->older)
		if (is_theirs(m, n, person)) {
			first = m;
			found++;
		}
	for (m = first; m != NULL; m = m->newer) {
		if (!is_theirs(m, n, person))
			continue;
		if (b->data[b->len - 1] != '[')
			buf_char(b, ',');
		put_mail(b, m);
	}
}

static void
put_view(struct buf *b, const struct number *n, struct str person)
{
	const struct clock *clock = n->account->twilio->sandbox->conf.clock;
	const struct pair *p = sb_pair_find(n, person, false);
	bool typing = p != NULL && p->typing_until > clock_steady(clock);

	buf_char(b, '{');
	sb_put_number(b, "version", (int64_t)n->account->version);
	sb_put_raw(b, "open",
	    sb_pair_is_open(n, person, clock_wall(clock)) ? STR("true")
							  : STR("false"));
	sb_put_raw(b, "typing", typing ? STR("true") : STR("false"));
	buf_str(b, ",\"messages\":[");
	put_mails(b, n, person);
	buf_str(b, "]}");
}

static void
on_view(struct ask *a)
{
	struct str number = request_query(a->request, "number"),
		   person = request_query(a->request, "person");
	struct number *n = NULL;
	struct buf b = {0};

	sandbox_lock(a->sandbox);
	if (number.p != NULL && person.p != NULL)
		n = sb_number_find(a->state, number);
	if (n != NULL)
		put_view(&b, n, person);
	sandbox_unlock(a->sandbox);
	if (n == NULL)
		sb_ask_refuse(a, 404, "there is no such number");
	else
		sb_ask_reply(a, &b);
	buf_free(&b);
}

const struct control sb_twilio_controls[] = {
    {"POST", "/control/twilio/message", on_message},
    {"POST", "/control/twilio/status", on_status},
    {"GET", "/control/twilio/view", on_view},
    {NULL, NULL, NULL},
};
