/*
 * send: a message is created. What the vendor says at once is an error here;
 * what it finds out later (the window, the template, the pace, the media)
 * becomes the status the message ends with.
 */
#include "core/utf8.h"
#include "core/json.h"
#include "sandbox/twilio/inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define VALIDITY_MOST 36000u
#define TEMPLATE_TEXT 1024u
#define SPACES_MOST 4u

/* Every parameter there is; others are a caller's slip. */
static const char *const known[] = {"To", "From", "MessagingServiceSid", "Body",
    "MediaUrl", "ContentSid", "ContentVariables", "StatusCallback",
    "PersistentAction", "ValidityPeriod", "SendAt", "ScheduleType",
    "ApplicationSid", "MaxPrice", "ProvideFeedback", "Attempt", "ForceDelivery",
    "ContentRetention", "AddressRetention", "SmartEncoded", "TrafficType",
    "ShortenUrls", "SendAsMms", "RiskCheck", "FallbackFrom"};

struct sending {
	struct twilio_call *c;
	struct str to, from, service, body, content, variables, callback;
	struct str media[MEDIA_MOST];
	unsigned media_count;
	const struct number *number;
	const struct template *template;
	bool whatsapp, scheduled;
	unsigned fails; /* found out later */
};

static struct str
param(const struct sending *s, const char *name)
{
	struct str v = sb_form_get(&s->c->form, name);

	return v.p == NULL ? STR("") : v;
}

/* Each check returns the vendor's error, or 0. */

static unsigned
check_names(struct sending *s)
{
	size_t i, k;

	for (i = 0; i < s->c->form.count; i++) {
		for (k = 0; k < ARRAY_LEN(known); k++)
			if (str_eq(s->c->form.list[i].name, str_from(known[k])))
				break;
		if (k == ARRAY_LEN(known))
			return 20001;
	}
	return 0;
}

static unsigned
check_to(struct sending *s)
{
	s->to = param(s, "To");
	if (s->to.n == 0)
		return 21604;
	return sb_address_valid(s->to, &s->whatsapp) ? 0 : 21211;
}

/* With a service it picks the first number of To's channel. */
static unsigned
check_service(struct sending *s)
{
	const struct account *a = s->c->account;
	size_t i;

	for (i = 0; i < a->service_count; i++)
		if (str_eq(a->services[i], s->service))
			break;
	if (i == a->service_count)
		return 21701;
	for (i = 0; i < a->number_count && s->number == NULL; i++)
		if (a->numbers[i].whatsapp == s->whatsapp)
			s->number = &a->numbers[i];
	return s->number == NULL ? 21606 : 0;
}

static unsigned
check_from(struct sending *s)
{
	bool whatsapp;

	s->from = param(s, "From");
	s->service = param(s, "MessagingServiceSid");
	if (s->from.n == 0)
		return s->service.n == 0 ? 21603 : check_service(s);
	if (!sb_address_valid(s->from, &whatsapp))
		return 21212;
	if (whatsapp != s->whatsapp)
		return 21910;
	s->number = sb_number_find(s->c->twilio, s->from);
	if (s->number == NULL || s->number->account != s->c->account)
		return whatsapp ? 63007 : 21606;
	return 0;
}

/* http or https, a host without "_"; .p NULL: it is none. */
static struct str
host_of(struct str url)
{
	const char *from = memmem(url.p, url.n, "://", 3);
	size_t n = 0;

	if (from == NULL || (strncasecmp(url.p, "http://", 7) != 0 &&
				strncasecmp(url.p, "https://", 8) != 0))
		return (struct str){0};
	from += 3;
	while (from + n < url.p + url.n && strchr("/?#", from[n]) == NULL)
		n++;
	return (struct str){n == 0 ? NULL : from, n};
}

static unsigned
check_callback(struct sending *s)
{
	struct str host;

	s->callback = param(s, "StatusCallback");
	if (s->callback.n == 0)
		return 0;
	host = host_of(s->callback);
	return host.p == NULL || memchr(host.p, '_', host.n) != NULL ? 21609
								     : 0;
}

static unsigned
check_media(struct sending *s)
{
	const struct form *f = &s->c->form;
	size_t i, most = s->whatsapp ? 1 : MEDIA_MOST;

	if (sb_form_count(f, "MediaUrl") > most)
		return 21623;
	for (i = 0; i < f->count; i++) {
		if (!str_eq(f->list[i].name, STR("MediaUrl")))
			continue;
		if (host_of(f->list[i].value).p == NULL)
			return 21620;
		s->media[s->media_count++] = f->list[i].value;
	}
	return 0;
}

/* Of code points and of UTF-16 units, the larger count: the latter. */
static size_t
utf16_count(struct str s)
{
	size_t n = 0, i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		n += (c & 0xc0) != 0x80;
		n += c >= 0xf0;
	}
	return n;
}

static unsigned
check_body(struct sending *s)
{
	s->body = param(s, "Body");
	s->content = param(s, "ContentSid");
	if (s->content.n > 0)
		return s->body.n > 0 || s->media_count > 0 ? 20001 : 0;
	if (utf16_count(s->body) > BODY_MOST)
		return 21617;
	if (s->body.n == 0 && s->media_count == 0 &&
	    param(s, "PersistentAction").n == 0)
		return 21602;
	return 0;
}

static unsigned
check_times(struct sending *s)
{
	struct str validity = param(s, "ValidityPeriod"),
		   type = param(s, "ScheduleType");
	uint64_t n;

	if (validity.n > 0 &&
	    (!str_to_u64(validity, VALIDITY_MOST, &n) || n == 0))
		return 20001;
	s->scheduled = type.n > 0;
	if (!s->scheduled)
		return 0;
	if (!str_eq(type, STR("fixed")))
		return 20001;
	if (s->service.n == 0)
		return 35118;
	return param(s, "SendAt").n == 0 ? 35111 : 0;
}

/* ---- templates ---------------------------------------------------------- */

static bool
is_allowed(struct str v)
{
	size_t i, spaces = 0;

	for (i = 0; i < v.n; i++) {
		spaces = v.p[i] == ' ' ? spaces + 1 : 0;
		if (v.p[i] == '\n' || v.p[i] == '\r' || v.p[i] == '\t' ||
		    spaces > SPACES_MOST)
			return false;
	}
	return v.n > 0;
}

static void
fill_in(struct sending *s, const json_t *variables)
{
	struct str t = s->template->text;
	struct buf b = {0};
	size_t i = 0;

	while (i < t.n) {
		const char *end = i + 4 < t.n && memcmp(t.p + i, "{{", 2) == 0
				      ? memmem(t.p + i, t.n - i, "}}", 2)
				      : NULL;
		char name[16];

		if (end == NULL) {
			buf_char(&b, t.p[i++]);
			continue;
		}
		(void)snprintf(name, sizeof(name), "%.*s",
		    (int)(end - (t.p + i + 2)), t.p + i + 2);
		if (json_object_get(variables, name) != NULL)
			buf_str(&b, json_string_value(
					json_object_get(variables, name)));
		i = (size_t)(end + 2 - t.p);
	}
	s->body = buf_take(&b, s->c->visit->arena);
	if (s->fails == 0 && utf8_count(s->body) > TEMPLATE_TEXT)
		s->fails = 63021;
}

static unsigned
read_variables(struct sending *s, json_t *variables)
{
	const char *name;
	json_t *v;

	if (!json_is_object(variables))
		return 21656;
	json_object_foreach(variables, name, v)
	{
		if (!json_is_string(v))
			return 21656;
		if (!is_allowed(json_text_of(v)))
			s->fails = 63013;
	}
	if (json_object_size(variables) != s->template->variables)
		s->fails = 63028;
	fill_in(s, variables);
	return 0;
}

static unsigned
check_template(struct sending *s)
{
	const struct account *a = s->c->account;
	struct str text = param(s, "ContentVariables");
	json_t *variables;
	unsigned code;
	size_t i;

	if (s->content.n == 0)
		return text.n > 0 ? 20001 : 0;
	for (i = 0; i < a->template_count; i++)
		if (str_eq(a->templates[i].sid, s->content))
			s->template = &a->templates[i];
	if (s->template == NULL)
		return 21655;
	variables = text.n == 0 ? json_object() : json_read(text);
	code = read_variables(s, variables);
	json_decref(variables);
	return code;
}

static unsigned
check_person(struct sending *s)
{
	struct pair *p = sb_pair_find(s->number, s->to, false);
	struct str key = arena_printf(s->c->visit->arena, "%s %.*s",
	    s->number->node.key.p, STR_FMT(s->to));
	unsigned wait_s;

	if (p != NULL && p->opted_out)
		return 21610;
	if (p != NULL)
		p->typing_until = 0;
	if (!s->whatsapp)
		return 0;
	if (s->template == NULL &&
	    !sb_pair_is_open(s->number, s->to, s->c->visit->now))
		s->fails = 63016;
	else if (!sandbox_rate(s->c->twilio->sandbox, RATE_PAIR, key, &wait_s))
		s->fails = 63018;
	return 0;
}

static unsigned (*const checks[])(struct sending *s) = {check_names, check_to,
    check_from, check_callback, check_media, check_body, check_times,
    check_template, check_person};

/* ---- creating it -------------------------------------------------------- */

/* The id that the caller put into the callback: /...row=7, or /7 at the end. */
static uint64_t
row_of(struct str url)
{
	const char *at = memmem(url.p, url.n, "row=", 4);
	uint64_t row = 0;
	size_t n = 0;

	if (at == NULL) {
		at = memrchr(url.p, '/', url.n);
		if (at == NULL)
			return 0;
		at++;
	} else {
		at += 4;
	}
	while (at + n < url.p + url.n && at[n] >= '0' && at[n] <= '9')
		n++;
	return str_to_u64((struct str){at, n}, INT64_MAX, &row) ? row : 0;
}

static void
note_effect(struct sending *s, const struct mail *m)
{
	struct buf more = {0};
	unsigned i;
	struct effect e = {.vendor = "twilio",
	    .kind = "message",
	    .account = s->c->account->node.key,
	    .from = s->number->node.key,
	    .to = s->to,
	    .text = s->body,
	    .id = m->node.key,
	    .row = s->callback.n == 0 ? 0 : row_of(s->callback)};

	if (s->content.n > 0)
		sb_put_text(&more, "template", s->content);
	if (s->fails != 0)
		sb_put_number(&more, "fails", s->fails);
	for (i = 0; i < s->media_count; i++) {
		buf_str(&more, i > 0	      ? ","
			       : more.len > 0 ? ",\"media\":["
					      : "\"media\":[");
		buf_json(&more, s->media[i]);
	}
	if (i > 0)
		buf_char(&more, ']');
	e.more = buf_view(&more);
	sandbox_effect(s->c->twilio->sandbox, s->c->visit, &e);
	buf_free(&more);
}

static struct mail *
make(struct sending *s)
{
	const struct mail_texts texts = {.person = s->to,
	    .body = s->body,
	    .callback = s->callback,
	    .service = s->service,
	    .content = s->content,
	    .media_urls = s->media,
	    .media_url_count = s->media_count};
	struct mail *m = sb_mail_new(s->number, &texts, s->media_count > 0);

	if (m == NULL)
		return NULL;
	m->fails = s->fails;
	m->status = s->scheduled       ? "scheduled"
		    : s->service.n > 0 ? "accepted"
				       : "queued";
	return m;
}

/* With the lock, as all resources; each gives it up before it replies. */
void
sb_mails_create(struct twilio_call *c)
{
	struct sending s = {.c = c};
	struct sandbox *sandbox = c->visit->sandbox;
	struct mail *m = NULL;
	struct buf b = {0};
	unsigned code = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(checks) && code == 0; i++)
		code = checks[i](&s);
	if (code == 0 && (m = make(&s)) == NULL)
		code = 20500;
	if (m != NULL) {
		sb_mail_write(m, &b);
		note_effect(&s, m);
		if (s.media_count > 0 && s.fails == 0)
			sb_mail_fetch_media(m);
		else if (!s.scheduled)
			sb_mail_progress(m);
	}
	sandbox_unlock(sandbox);
	if (code != 0)
		sb_twilio_refuse(c->visit, code);
	else
		sb_twilio_reply(c->visit, 201, &b);
	buf_free(&b);
}
