/*
 * verify: X-Twilio-Signature, an HMAC-SHA1 under the account's auth token over
 * the URL as Twilio was told it and the fields of a form. A JSON body is
 * covered by its hash in that URL.
 *
 * Back ends of Twilio differ in whether they sign the URL with its port, so
 * both are good. Nothing of the time it takes tells which secret or which
 * form of the URL came near.
 */
#include "channels/twilio/hook.h"
#include "channels/twilio/names.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#define SHA1_BYTES 20
#define SHA256_BYTES 32u
#define SIGNATURE_LENGTH 28u /* of base64 */

/* ---- the forms of a URL ------------------------------------------------- */

/* https://host | :443 | /path?query */
struct url {
	struct str head, port, rest;
	const char *usual; /* the scheme's port, with its colon */
};

static size_t
find(struct str s, size_t from, const char *any_of)
{
	while (from < s.n && strchr(any_of, s.p[from]) == NULL)
		from++;
	return from;
}

static const char *
usual_port(struct str url)
{
	if (url.n >= 6 && memcmp(url.p, "https:", 6) == 0)
		return ":443";
	return url.n >= 5 && memcmp(url.p, "http:", 5) == 0 ? ":80" : "";
}

/* Where the host ends; "]" ends an address of IPv6, which has colons. */
static size_t
host_end(struct str url, size_t host, size_t end)
{
	size_t bracket = find(url, host, "]");

	if (bracket < end)
		host = bracket;
	host = find(url, host, ":");
	return host < end ? host : end;
}

static struct url
url_split(struct str s)
{
	size_t host = find(s, 0, ":"), end, port;

	host = host + 3 < s.n ? host + 3 : s.n;
	end = find(s, host, "/?#");
	port = host_end(s, host, end);
	return (struct url){.head = {s.p, port},
	    .port = {s.p + port, end - port},
	    .rest = {s.p + end, s.n - end},
	    .usual = usual_port(s)};
}

/* ---- what is signed ----------------------------------------------------- */

static int
compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int
compare_fields(const void *x, const void *y)
{
	const struct form_field *a = x, *b = y;
	int order = compare(a->name, b->name);

	return order != 0 ? order : compare(a->value, b->value);
}

/* Sorted; a value that comes twice under one name counts once. */
static void
add_fields(struct buf *out, const struct form *form)
{
	const struct form_field *f = form->fields, *last = NULL;
	size_t i;

	if (form->count == 0)
		return;
	qsort(form->fields, form->count, sizeof(*f), compare_fields);
	for (i = 0; i < form->count; last = f++, i++) {
		if (last != NULL && compare_fields(last, f) == 0)
			continue;
		buf_add(out, f->name.p, f->name.n);
		buf_add(out, f->value.p, f->value.n);
	}
}

static bool
signed_with(struct str secret, struct str text, struct str given)
{
	unsigned char mac[SHA1_BYTES];
	unsigned char base64[SIGNATURE_LENGTH + 1];
	unsigned n = sizeof(mac);

	if (secret.n == 0) /* anybody could sign with that */
		return false;
	if (HMAC(EVP_sha1(), secret.p, (int)secret.n,
		(const unsigned char *)text.p, text.n, mac, &n) == NULL)
		return false;
	EVP_EncodeBlock(base64, mac, SHA1_BYTES);
	return CRYPTO_memcmp(base64, given.p, SIGNATURE_LENGTH) == 0;
}

struct signature {
	const struct account *account;
	struct str fields; /* as they are signed */
	struct str given;
};

static bool
fits_url(const struct signature *s, const struct url *url, struct str port)
{
	struct buf text = {0};
	bool fits = false;
	size_t i;

	buf_add(&text, url->head.p, url->head.n);
	buf_add(&text, port.p, port.n);
	buf_add(&text, url->rest.p, url->rest.n);
	buf_add(&text, s->fields.p, s->fields.n);
	for (i = 0; i < s->account->signing_count && !text.failed; i++)
		fits |= signed_with(
		    s->account->signing[i], buf_view(&text), s->given);
	buf_free(&text);
	return fits;
}

static bool
fits(const struct signature *s, struct str text)
{
	struct url url = url_split(text);
	struct str port = url.port.n > 0 ? url.port : str_from(url.usual);
	bool with, without;

	if (s->given.n != SIGNATURE_LENGTH)
		return false;
	without = fits_url(s, &url, STR(""));
	with = fits_url(s, &url, port);
	return with || without;
}

/* ---- JSON --------------------------------------------------------------- */

static bool
hash_fits(const struct hook *h, struct arena *a)
{
	unsigned char hash[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
	struct form query;
	struct str given;
	size_t i;

	if (form_parse(h->query, a, &query) != OK)
		return false;
	given = form_get(&query, "bodySHA256");
	if (given.n != 2 * SHA256_BYTES ||
	    !EVP_Digest(h->body.p, h->body.n, hash, NULL, EVP_sha256(), NULL))
		return false;
	for (i = 0; i < SHA256_BYTES; i++) {
		hex[2 * i] = "0123456789abcdef"[hash[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
	}
	return CRYPTO_memcmp(hex, given.p, given.n) == 0;
}

/* ---- all of it ---------------------------------------------------------- */

static enum err
deny(const char **why, struct str words)
{
	*why = words.p != NULL ? words.p : "there is no memory to say why";
	return E_DENIED;
}

static enum err
check_signature(const struct hook *h, const struct form *form, struct arena *a,
    const char **why)
{
	struct signature s = {
	    .account = h->account, .given = h->header(h, "X-Twilio-Signature")};
	struct buf fields = {0};
	bool good;

	if (s.given.n == 0)
		return deny(why,
		    STR("there is no X-Twilio-Signature: Twilio did not send "
			"it, or a proxy takes that header away"));
	add_fields(&fields, form);
	s.fields = buf_view(&fields);
	good = !fields.failed && fits(&s, h->url);
	buf_free(&fields);
	if (good)
		return OK;
	return deny(why,
	    arena_printf(a,
		"X-Twilio-Signature does not fit %.*s%.*s: public_url must be "
		"exactly what Twilio is told, and token or signing the "
		"account's auth token",
		STR_FMT(h->account->hook_url), STR_FMT(h->tail)));
}

static enum err
check_account(const struct hook *h, const struct form *form, struct arena *a,
    const char **why)
{
	struct str id = form_get(form, "AccountSid");

	if (id.p == NULL || str_eq(id, h->account->doc->id))
		return OK;
	return deny(why,
	    arena_printf(a,
		"wrong account: AccountSid is %.*s, and this address belongs "
		"to %.*s",
		(int)(id.n < 40 ? id.n : 40), id.p,
		STR_FMT(h->account->doc->id)));
}

enum err
twilio_verify(const struct hook *h, struct arena *a, const char **why)
{
	struct twilio_hook in;
	enum err e = twilio_hook_read(h, a, &in, why);

	if (e != OK)
		return e == E_NOMEM ? e : E_DENIED;
	e = check_signature(h, &in.signed_fields, a, why);
	if (e != OK)
		return e;
	if (in.json && !hash_fits(h, a))
		return deny(why,
		    STR("the body's SHA-256 is not the URL's bodySHA256: it "
			"was changed on its way, or the parameter lost"));
	return check_account(h, &in.fields, a, why);
}
