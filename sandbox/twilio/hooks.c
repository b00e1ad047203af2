/*
 * hooks: what Twilio sends: messages that came in, and how far one of ours
 * has come, one callback after the other.
 */
#include "sandbox/courier.h"
#include "sandbox/sign.h"
#include "sandbox/twilio/inner.h"

#include <stdlib.h>

#define ANSWER_MS 15000u
#define AGAIN_MS 200
#define MEDIA_BYTES (16u << 20)

/* ---- one try ------------------------------------------------------------ */

static struct str
without_fragment(struct str url)
{
	const char *hash = memchr(url.p, '#', url.n);

	return hash == NULL ? url : (struct str){url.p, (size_t)(hash - url.p)};
}

static void
sign(const struct parcel *p, struct arena *a,
    struct str headers[COURIER_HEADERS], unsigned *count)
{
	const struct account *account = p->account;
	char mac[SIGN_FORM_TEXT + 1];
	struct form form;

	headers[(*count)++] = arena_printf(
	    a, "I-Twilio-Idempotency-Token: %s", p->token);
	if (sb_form_read(p->body, a, &form) != OK ||
	    sb_sign_form(
		account->token, without_fragment(p->url), &form, mac) != OK)
		return;
	headers[(*count)++] = arena_printf(a, "X-Twilio-Signature: %s", mac);
}

/* Overrides in the URL's fragment: rc=2&rp=ct,5xx. */
struct policy {
	unsigned retries;
	struct str causes;
};

static struct policy
policy_of(const struct parcel *p, struct arena *a)
{
	struct policy policy = {1, STR("ct")};
	struct str url = without_fragment(p->url), value;
	struct form form;
	uint64_t n;

	if (url.n == p->url.n || sb_form_read((struct str){p->url.p + url.n + 1,
						  p->url.n - url.n - 1},
				     a, &form) != OK)
		return policy;
	value = sb_form_get(&form, "rc");
	if (value.p != NULL && str_to_u64(value, 5, &n))
		policy.retries = (unsigned)n;
	value = sb_form_get(&form, "rp");
	if (value.p != NULL)
		policy.causes = value;
	return policy;
}

static struct str
cause_of(const struct parcel *p)
{
	if (p->end == FETCH_UNSENT)
		return STR("ct");
	if (p->end != FETCH_ANSWERED)
		return STR("rt");
	return p->status >= 500 ? STR("5xx") : STR("4xx");
}

static int64_t
again(const struct parcel *p)
{
	struct arena a = {0};
	struct policy policy = policy_of(p, &a);
	struct str cause = cause_of(p);
	bool meant = memmem(policy.causes.p, policy.causes.n, cause.p,
			 cause.n) != NULL ||
		     memmem(policy.causes.p, policy.causes.n, "all", 3) != NULL;

	arena_free(&a);
	return meant && p->tries <= policy.retries ? AGAIN_MS : -1;
}

static const struct parcel_kind form_kind = {.vendor = "twilio",
    .method = "POST",
    .type = "application/x-www-form-urlencoded; charset=UTF-8",
    .agent = "User-Agent: TwilioProxy/1.1",
    .timeout_ms = ANSWER_MS,
    .sign = sign,
    .again = again};

/* ---- what came in ------------------------------------------------------- */

/* What the console would say of the answer. */
static unsigned
judge(void *arg, const struct parcel_end *end)
{
	bool json = end->type.n >= 16 &&
		    memcmp(end->type.p, "application/json", 16) == 0;

	(void)arg;
	if (!end->delivered)
		return 11200;
	if (json)
		return 12300;
	return end->body.n > 0 &&
		       memmem(end->type.p, end->type.n, "xml", 3) == NULL &&
		       memmem(end->type.p, end->type.n, "text/plain", 10) ==
			   NULL
		   ? 12300
		   : 0;
}

enum err
sb_hook_inbound(const struct number *n, struct str form, struct str sid)
{
	const struct parcel_order order = {.kind = &form_kind,
	    .what = "message",
	    .url = n->hook,
	    .id = sid,
	    .body = form,
	    .account = n->account,
	    .ended = judge};

	if (n->hook.n == 0)
		return OK;
	return sb_courier_post(n->account->twilio->sandbox->courier, &order);
}

/* ---- how far a message has come ----------------------------------------- */

static void
put(struct buf *b, const char *name, struct str value)
{
	sb_form_put(b, str_from(name), value);
}

static void
put_whatsapp(struct buf *b, const struct mail *m)
{
	struct str to = m->person;
	bool read = strcmp(m->status, "read") == 0;

	put(b, "ChannelPrefix", STR("whatsapp"));
	put(b, "ChannelInstallSid", STR("XE00000000000000000000000000000000"));
	put(b, "ChannelToAddress", to);
	if (m->error != 0)
		put(b, "ChannelStatusMessage",
		    str_from(sb_twilio_words(m->error)));
	if (read || strcmp(m->status, "delivered") == 0)
		put(b, "EventType", read ? STR("READ") : STR("DELIVERED"));
	if (to.p[9] != '+')
		put(b, "ExternalUserId", to);
}

static void
put_callback(struct buf *b, const struct mail *m)
{
	struct buf number = {0};

	put(b, "MessageSid", m->node.key);
	put(b, "SmsSid", m->node.key);
	put(b, "AccountSid", m->account->node.key);
	put(b, "From", m->number->node.key);
	put(b, "To", m->person);
	put(b, "MessageStatus", str_from(m->status));
	put(b, "SmsStatus", str_from(m->status));
	put(b, "ApiVersion", STR("2010-04-01"));
	if (m->service.n > 0)
		put(b, "MessagingServiceSid", m->service);
	if (m->error != 0) {
		buf_u64(&number, m->error);
		put(b, "ErrorCode", buf_view(&number));
		put(b, "ErrorMessage", str_from(sb_twilio_words(m->error)));
	}
	buf_free(&number);
	if (m->number->whatsapp)
		put_whatsapp(b, m);
}

/* After it the next status comes, unless the message is gone. */
struct progress {
	struct account *account;
	char sid[SID_TEXT + 1];
};

static unsigned
on_told(void *arg, const struct parcel_end *end)
{
	struct progress *p = arg;
	struct sandbox *s = p->account->twilio->sandbox;
	struct mail *m;

	sandbox_lock(s);
	m = sb_mail_find(p->account, str_from(p->sid));
	if (m != NULL)
		sb_mail_progress(m);
	sandbox_unlock(s);
	free(p);
	return end->delivered ? 0 : 11200;
}

static enum err
post(struct mail *m, struct progress *p)
{
	struct parcel_order order = {.kind = &form_kind,
	    .what = "status",
	    .url = m->callback,
	    .id = m->node.key,
	    .account = m->account,
	    .ended = p == NULL ? NULL : on_told,
	    .arg = p};
	struct buf b = {0};
	enum err e = E_NOMEM;

	put_callback(&b, m);
	order.body = buf_view(&b);
	if (!b.failed)
		e = sb_courier_post(
		    m->account->twilio->sandbox->courier, &order);
	buf_free(&b);
	return e;
}

enum err
sb_hook_status(struct mail *m)
{
	return m->callback.n == 0 ? OK : post(m, NULL);
}

static struct progress *
progress_new(const struct mail *m)
{
	struct progress *p = malloc(sizeof(*p));

	if (p == NULL)
		return NULL;
	p->account = m->account;
	memcpy(p->sid, m->sid, sizeof(p->sid));
	return p;
}

/* False: it is at its end. */
static bool
step(struct mail *m)
{
	const struct account *a = m->account;

	if (m->error != 0 || (m->fails == 0 && m->step == a->status_count))
		return false;
	if (m->fails != 0) {
		m->error = m->fails;
		sb_mail_set_status(m, m->step == 0 ? "failed" : "undelivered");
	} else {
		sb_mail_set_status(m, a->statuses[m->step++]);
	}
	return true;
}

void
sb_mail_progress(struct mail *m)
{
	struct progress *p;

	while (step(m)) {
		if (m->callback.n == 0)
			continue;
		p = progress_new(m);
		if (p != NULL && post(m, p) == OK)
			return;
		free(p);
	}
}

/* ---- media of a message of ours ----------------------------------------- */

static void
sign_nothing(const struct parcel *p, struct arena *a,
    struct str headers[COURIER_HEADERS], unsigned *count)
{
	(void)p;
	(void)a;
	(void)headers;
	(void)count;
}

static int64_t
never(const struct parcel *p)
{
	(void)p;
	return -1;
}

static const struct parcel_kind media_kind = {.vendor = "twilio",
    .method = "GET",
    .agent = "User-Agent: TwilioProxy/1.1",
    .timeout_ms = ANSWER_MS,
    .sign = sign_nothing,
    .again = never};

static bool
is_taken(struct str type)
{
	static const char *const types[] = {"image/jpeg", "image/png",
	    "image/webp", "audio/ogg", "audio/amr", "audio/3gpp", "audio/aac",
	    "audio/mpeg", "application/pdf", "application/msword",
	    "application/vnd.", "text/vcard", "text/x-vcard", "video/mp4"};
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(types); i++) {
		n = strlen(types[i]);
		if (type.n >= n && memcmp(type.p, types[i], n) == 0)
			return true;
	}
	return false;
}

static unsigned
fault_of(const struct parcel_end *end)
{
	if (end->end == FETCH_TOO_BIG)
		return 63034;
	if (end->status == 403 || end->status == 401)
		return 63043;
	if (end->status == 404)
		return 63044;
	if (!end->delivered)
		return 63019;
	return is_taken(end->type) ? 0 : 63047;
}

static unsigned
on_media(void *arg, const struct parcel_end *end)
{
	struct progress *p = arg;
	struct sandbox *s = p->account->twilio->sandbox;
	struct mail *m;

	sandbox_lock(s);
	m = sb_mail_find(p->account, str_from(p->sid));
	if (m != NULL) {
		m->fails = fault_of(end);
		if (m->fails == 0)
			(void)sb_media_new(m, end->type, end->body);
		sb_mail_progress(m);
	}
	sandbox_unlock(s);
	free(p);
	return 0;
}

/* Only the first is looked at. */
void
sb_mail_fetch_media(struct mail *m)
{
	struct progress *p = progress_new(m);
	const struct parcel_order order = {.kind = &media_kind,
	    .what = "media",
	    .url = m->media_urls[0],
	    .id = m->node.key,
	    .account = m->account,
	    .answer_max = MEDIA_BYTES,
	    .plain = true,
	    .ended = on_media,
	    .arg = p};

	if (p != NULL &&
	    sb_courier_post(m->account->twilio->sandbox->courier, &order) == OK)
		return;
	free(p);
	m->fails = 63019;
	sb_mail_progress(m);
}
