/*
 * staff_who: who is calling. A cookie is sent by every page that can make a
 * browser ask us, so what comes by cookie and changes something must name one
 * of our own pages as its origin; a key is only where somebody put it.
 */
#include "gateway/handshake.h"
#include "gateway/presence.h"
#include "gateway/staff_inside.h"

#include <sodium.h>
#include <stdio.h>

#define SESSION_PREFIX "fds_"
#define KEY_PREFIX "fdk_"
#define COOKIE "frontdesk"
#define COOKIE_SECURE "__Host-" COOKIE /* RFC 6265bis, section 4.1.3.2 */
#define TOKEN_BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* ---- tokens ------------------------------------------------------------ */

static void
hash_of(struct str text, unsigned char hash[PASS_HASH])
{
	crypto_hash_sha256(hash, (const unsigned char *)text.p, text.n);
}

void
staff_token_new(const char *prefix, char text[STAFF_TOKEN_TEXT],
    unsigned char hash[PASS_HASH])
{
	unsigned char random[STAFF_TOKEN_BYTES];
	int n = snprintf(text, STAFF_TOKEN_TEXT, "%s", prefix);

	randombytes_buf(random, sizeof(random));
	sodium_bin2base64(text + n, STAFF_TOKEN_TEXT - (size_t)n, random,
	    sizeof(random), TOKEN_BASE64);
	hash_of(str_from(text), hash);
	sodium_memzero(random, sizeof(random));
}

bool
staff_token_hash(
    struct str text, const char *prefix, unsigned char hash[PASS_HASH])
{
	size_t n = strlen(prefix);

	if (text.n <= n || text.n >= STAFF_TOKEN_TEXT ||
	    memcmp(text.p, prefix, n) != 0)
		return false;
	hash_of(text, hash);
	return true;
}

/* ---- cookies ----------------------------------------------------------- */

static bool
begins_https(struct str url)
{
	return url.n >= 8 && memcmp(url.p, "https://", 8) == 0;
}

bool
staff_is_secure(struct request *r)
{
	const struct gateway *g = request_context(r);
	struct str url = str_from(g->conf.public_url);

	return begins_https(url.n > 0 ? url : request_own_origin(r));
}

void
staff_cookie(struct request *r, bool secure, const char *token, int64_t life_ms)
{
	struct str value = arena_printf(request_arena(r),
	    "%s=%s; Path=/; HttpOnly; SameSite=Strict%s; Max-Age=%lld",
	    secure ? COOKIE_SECURE : COOKIE, token == NULL ? "" : token,
	    secure ? "; Secure" : "",
	    token == NULL ? 0LL : (long long)(life_ms / 1000));

	request_add_header(r, "Set-Cookie", value);
}

struct str
staff_cookie_value(struct str all, struct str name)
{
	while (all.n > 0) {
		const char *end = memchr(all.p, ';', all.n);
		struct str one = {
		    all.p, end == NULL ? all.n : (size_t)(end - all.p)};

		all.p += one.n + (end != NULL);
		all.n -= one.n + (end != NULL);
		one = str_trim(one);
		if (one.n > name.n && one.p[name.n] == '=' &&
		    memcmp(one.p, name.p, name.n) == 0)
			return (struct str){
			    one.p + name.n + 1, one.n - name.n - 1};
	}
	return (struct str){0};
}

static struct str
session_of(struct request *r)
{
	struct str all = request_header(r, "Cookie");

	if (all.p == NULL)
		return all;
	return staff_cookie_value(
	    all, str_from(staff_is_secure(r) ? COOKIE_SECURE : COOKIE));
}

/* ---- origins ----------------------------------------------------------- */

bool
staff_origin(struct request *r, bool needed, struct frame_error *error)
{
	const struct gateway *g = request_context(r);
	const struct origin_rule rule = {.own = request_own_origin(r),
	    .public_url = str_from(g->conf.public_url)};
	struct str origin = request_header(r, "Origin");

	if (origin.p == NULL && !needed)
		return true;
	if (origin.p != NULL && origin_allowed(origin, &rule))
		return true;
	error->code = FAULT_BAD_ORIGIN;
	error->detail = STR("with a cookie this is only for our own pages; "
			    "send their Origin, or use a key");
	return false;
}

static bool
needs_origin(struct request *r)
{
	return strcmp(request_method(r), "GET") != 0 ||
	       request_header(r, "Upgrade").p != NULL;
}

/* ---- who --------------------------------------------------------------- */

static bool
find(struct staff *s, const unsigned char hash[PASS_HASH], struct caller *out,
    struct frame_error *error)
{
	enum err e = staff_cache_get(s->cache, hash, out);

	if (e == OK)
		return true;
	if (e == E_DENIED)
		return staff_refuse(error, STAFF_NOT_LOGGED_IN,
		    "what was shown is unknown, or has ended; log in again");
	error->code = fault_of_err(e);
	error->detail = STR("who this is cannot be read now; try again");
	return false;
}

bool
staff_by_key(struct staff *s, struct str key, struct caller *out,
    struct frame_error *error)
{
	unsigned char hash[PASS_HASH];

	if (!staff_token_hash(key, KEY_PREFIX, hash))
		return staff_refuse(error, STAFF_NOT_LOGGED_IN,
		    "this is no key of the API; they begin with fdk_");
	if (!find(s, hash, out, error))
		return false;
	return out->kind == PASS_KEY ||
	       staff_refuse(error, STAFF_NOT_LOGGED_IN, "this is no key");
}

static void
note_at(struct request *r, const struct caller *who, const char *what,
    const char *outcome)
{
	const struct gateway *g = request_context(r);
	struct staff_refused refused = {.what = what, .outcome = outcome};
	struct buf detail = {0};

	buf_addf(&detail, "{\"method\":\"%s\",\"path\":", request_method(r));
	buf_json(&detail, request_path(r));
	buf_char(&detail, '}');
	refused.detail = buf_view(&detail);
	if (!detail.failed)
		staff_note(g->staff, who, &refused);
	buf_free(&detail);
}

static bool
by_cookie(struct request *r, struct caller *out, struct frame_error *error)
{
	const struct gateway *g = request_context(r);
	struct str token = session_of(r);
	unsigned char hash[PASS_HASH];

	if (!staff_token_hash(token, SESSION_PREFIX, hash))
		return staff_refuse(error, STAFF_NOT_LOGGED_IN,
		    "log in, or send the header Authorization: Bearer and a "
		    "key of the API");
	if (!find(g->staff, hash, out, error))
		return false;
	if (out->kind != PASS_SESSION)
		return staff_refuse(
		    error, STAFF_NOT_LOGGED_IN, "this is no session");
	if (!needs_origin(r) || staff_origin(r, true, error))
		return true;
	note_at(r, out, "origin", "bad_origin");
	return false;
}

static bool
lacks(struct frame_error *error)
{
	return staff_refuse(error, STAFF_FORBIDDEN,
	    "your role has no permission for it; docs/roles.md has them all");
}

bool
staff_caller(struct request *r, unsigned permission, struct caller *out,
    struct frame_error *error)
{
	const struct gateway *g = request_context(r);
	struct str key = request_bearer(r);
	bool known = key.p != NULL ? staff_by_key(g->staff, key, out, error)
				   : by_cookie(r, out, error);

	if (known && out->agent != 0)
		presence_acted(g->presence, out->agent);
	if (!known || (out->permissions & permission) == permission)
		return known;
	note_at(r, out, "permission", "forbidden");
	return lacks(error);
}

bool
staff_may(struct staff *s, const struct caller *who, unsigned permission,
    struct frame_error *error)
{
	const struct staff_refused refused = {
	    .what = "permission", .outcome = "forbidden"};

	if ((who->permissions & permission) == permission)
		return true;
	staff_note(s, who, &refused);
	return lacks(error);
}

enum err
staff_look(struct staff *s, struct caller *who)
{
	struct caller now;
	enum err e = staff_cache_get(s->cache, who->hash, &now);

	if (e == OK)
		*who = now;
	return e;
}
