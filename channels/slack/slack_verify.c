/*
 * slack_verify: the signature "v0" over time and body. The only request that
 * comes without one is the probe of a URL's certificate; it is told by the
 * same function here and where it is read, and does nothing.
 */
#include "channels/form.h"
#include "channels/slack/slack_inner.h"
#include "core/token.h"

#include <strings.h>

#define SKEW_S 300
#define TIME_MAX 99999999999 /* seconds */
#define MAC_DIGITS 64u

static const struct str form_type = {"application/x-www-form-urlencoded", 33};

bool
slack_is_probe(const struct hook *h, struct arena *a)
{
	struct form form;

	/* Looked for first, for every command would be taken apart twice. */
	if (h->body.n == 0 ||
	    memmem(h->body.p, h->body.n, "ssl_check", 9) == NULL ||
	    h->type.n < form_type.n ||
	    strncasecmp(h->type.p, form_type.p, form_type.n) != 0 ||
	    form_parse(h->body, a, &form) != OK)
		return false;
	return str_eq(form_get(&form, "ssl_check"), STR("1"));
}

/* "v0=" and 64 lower-case digits; what follows "v0=". */
static bool
read_signature(struct str header, struct str *hex)
{
	size_t i;

	if (header.n != 3 + MAC_DIGITS || memcmp(header.p, "v0=", 3) != 0)
		return false;
	*hex = (struct str){header.p + 3, MAC_DIGITS};
	for (i = 0; i < hex->n; i++)
		if (memchr("0123456789abcdef", hex->p[i], 16) == NULL)
			return false;
	return true;
}

static struct str
signed_text(struct str at, struct str body, struct arena *a)
{
	char *p = arena_alloc(a, 4 + at.n + body.n);

	if (p == NULL)
		return (struct str){0};
	memcpy(p, "v0:", 3);
	memcpy(p + 3, at.p, at.n);
	p[3 + at.n] = ':';
	if (body.n > 0)
		memcpy(p + 4 + at.n, body.p, body.n);
	return (struct str){p, 4 + at.n + body.n};
}

/* All secrets are tried, whichever fits. */
static bool
fits(const struct account *account, struct str text, struct str hex)
{
	bool any = false;
	size_t i;

	for (i = 0; i < account->signing_count; i++)
		any |= hmac_hex_matches(account->signing[i], text, hex);
	return any;
}

static enum err
deny(const char **why, struct str words)
{
	*why = words.p == NULL ? "no memory" : words.p;
	return words.p == NULL ? E_NOMEM : E_DENIED;
}

static enum err
check_time(
    const struct hook *h, struct str at, struct arena *a, const char **why)
{
	uint64_t sent;
	int64_t off;

	if (!str_to_u64(at, TIME_MAX, &sent))
		return deny(why,
		    STR("X-Slack-Request-Timestamp is no number of seconds: "
			"something between Slack and us changes headers"));
	off = h->now / 1000 - (int64_t)sent;
	if (off > SKEW_S || off < -SKEW_S)
		return deny(why,
		    arena_printf(a,
			"the timestamp is %lld s off, more than %d: set this "
			"machine's clock; if it is right, somebody repeats "
			"old requests",
			(long long)off, SKEW_S));
	return OK;
}

enum err
slack_verify(const struct hook *h, struct arena *a, const char **why)
{
	struct str at = h->header(h, "X-Slack-Request-Timestamp");
	struct str signature = h->header(h, "X-Slack-Signature");
	struct str hex, text;
	enum err e;

	if (slack_is_probe(h, a))
		return OK;
	if (h->account->doc->signing_count == 0)
		return deny(why,
		    STR("the account has no signing secret: copy the Signing "
			"Secret from the app's Basic Information page into "
			"signing"));
	if (at.p == NULL || signature.p == NULL)
		return deny(why,
		    STR("it has no X-Slack-Signature or no "
			"X-Slack-Request-Timestamp: it is not Slack's, or a "
			"proxy drops headers"));
	if ((e = check_time(h, at, a, why)) != OK)
		return e;
	if (!read_signature(signature, &hex))
		return deny(why,
		    STR("X-Slack-Signature is not v0= and 64 digits: it is not "
			"Slack's, or signed in a way this program does not "
			"know"));
	text = signed_text(at, h->body, a);
	if (text.p == NULL)
		return deny(why, text);
	if (!fits(h->account, text, hex))
		return deny(why,
		    arena_printf(a,
			"the signature fits none of the account's %zu signing "
			"secrets: copy the Signing Secret from the app's Basic "
			"Information page into signing",
			h->account->signing_count));
	return OK;
}
