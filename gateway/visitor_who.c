/*
 * visitor_who: who may speak here. Company and origin, token, proof of
 * identity, how much; and the welcome that says so.
 */
#include "channels/channel.h"
#include "gateway/handshake.h"
#include "gateway/limits.h"
#include "gateway/visitor.h"

#include <sodium.h>

static bool
refuse(struct frame_error *error, enum fault_code code, const char *detail)
{
	error->code = code;
	error->detail = str_from(detail);
	return false;
}

/* ---- company and origin ------------------------------------------------ */

static bool
origin_fits(struct request *r, const struct company *c)
{
	const struct gateway *g = request_context(r);
	struct str origin = request_header(r, "Origin");
	struct origin_rule rule = {
	    .public_url = str_from(g->conf.public_url),
	    .allowed = c->origins,
	    .allowed_count = c->origin_count,
	};

	if (origin.p == NULL)
		return true;
	rule.own = request_own_origin(r);
	return origin_allowed(origin, &rule);
}

static bool
check_origin(
    struct request *r, const struct company *c, struct frame_error *error)
{
	return origin_fits(r, c) ||
	       refuse(error, FAULT_BAD_ORIGIN,
		   "pages of this origin are not in the company's web.origins");
}

bool
visitor_company(struct request *r, struct str key, struct company **out,
    struct frame_error *error)
{
	struct gateway *g = request_context(r);
	enum err e = E_NOTFOUND;

	if (key.p == NULL)
		return refuse(error, FAULT_BAD_REQUEST,
		    "write ?company=KEY with the company's key");
	if (company_key_valid(key))
		e = company_cache_by_key(g->companies, key, out);
	if (e == E_NOTFOUND)
		return refuse(
		    error, FAULT_UNKNOWN_COMPANY, "no company has this key");
	if (e != OK)
		return refuse(error, fault_of_err(e),
		    "the company cannot be read now; try again");
	if (check_origin(r, *out, error))
		return true;
	company_unref(*out);
	*out = NULL;
	return false;
}

/* ---- token ------------------------------------------------------------- */

static int64_t
now_s(const struct gateway *g)
{
	return clock_wall(g->clock) / 1000;
}

bool
visitor_token(struct gateway *g, struct str text, int64_t company,
    struct token *out, struct frame_error *error)
{
	enum err e = token_read(g->keys, text, now_s(g), out);

	if (e == E_BADINPUT)
		return refuse(error, FAULT_BAD_TOKEN,
		    "this is not a token of a welcome; say hello without one");
	if (e != OK)
		return refuse(error, FAULT_BAD_TOKEN,
		    "the token is forged or too old; say hello without one");
	if (company != 0 && out->company != company)
		return refuse(
		    error, FAULT_BAD_TOKEN, "the token is for another company");
	return true;
}

bool
visitor_caller(struct request *r, struct token *out, struct frame_error *error)
{
	struct gateway *g = request_context(r);
	struct str text = request_bearer(r);
	struct company *c = NULL;
	bool good;

	if (text.p == NULL)
		return refuse(error, FAULT_BAD_TOKEN,
		    "send the header Authorization: Bearer and the token");
	if (!visitor_token(g, text, 0, out, error))
		return false;
	/* Without an Origin there is nothing to look up. */
	if (request_header(r, "Origin").p == NULL)
		return true;
	if (company_cache_by_id(g->companies, out->company, &c) != OK)
		return refuse(error, FAULT_NO_ROOM,
		    "the company cannot be read now; try again");
	good = check_origin(r, c, error);
	company_unref(c);
	return good;
}

struct token
visitor_of(struct gateway *g, const struct conversation *c)
{
	return (struct token){.company = c->company,
	    .conversation = c->id,
	    .contact = c->contact,
	    .expires_s = now_s(g) + TOKEN_LIFE_S};
}

/* ---- identity ---------------------------------------------------------- */

/* `user`, and nothing else: name and email are the browser's word. */
static bool
proven(struct gateway *g, const struct company *c, const struct frame *f)
{
	struct buf secret = {0};
	bool good;

	good = c->identity_secret.n > 0 &&
	       secret_open(g->keys, c->identity_secret, &secret) == OK &&
	       hmac_hex_matches(buf_view(&secret), f->user, f->hmac);
	if (secret.len > 0)
		sodium_memzero(secret.data, secret.len);
	buf_free(&secret);
	return good;
}

bool
visitor_identity(struct gateway *g, const struct token *who,
    const struct frame *f, struct frame_error *error)
{
	struct company *c = NULL;
	bool good, able;

	if (company_cache_by_id(g->companies, who->company, &c) != OK)
		return refuse(error, FAULT_NO_ROOM,
		    "the company cannot be read now; try again");
	able = c->identity_secret.n > 0;
	good = proven(g, c, f);
	company_unref(c);
	if (!able)
		return refuse(error, FAULT_BAD_IDENTITY,
		    "this company has set no web.identity_secret");
	return good ||
	       refuse(error, FAULT_BAD_IDENTITY,
		   "hmac is not hex(HMAC-SHA256(identity_secret, user))");
}

/* ---- how much ---------------------------------------------------------- */

static bool
visitor_may(struct gateway *g, enum visitor_limit limit, struct str key,
    struct frame_error *error)
{
	static const char *const details[VISITOR_LIMITS] = {
	    [LIMIT_MESSAGES] = "too many messages; wait a little",
	    [LIMIT_FRAMES] = "too many frames; wait a little",
	    [LIMIT_SESSIONS] = "too many new sessions from this address",
	};

	return limits_take(
		   g->limits, limit, key, clock_steady(g->clock), NULL) ||
	       refuse(error, FAULT_TOO_MANY, details[limit]);
}

struct address
visitor_address(struct request *r)
{
	struct address a;

	if (!address_read(request_address(r), &a))
		a = (struct address){{0}};
	return a;
}

bool
visitor_may_open(
    struct gateway *g, const struct address *from, struct frame_error *error)
{
	struct address holder = address_holder(from);
	struct str key = {(const char *)holder.bytes, sizeof(holder.bytes)};

	return visitor_may(g, LIMIT_SESSIONS, key, error);
}

bool
visitor_may_speak(struct gateway *g, enum visitor_limit limit,
    const struct token *who, struct frame_error *error)
{
	struct str key = {
	    (const char *)&who->conversation, sizeof(who->conversation)};

	if (visitor_may(g, limit, key, error))
		return true;
	metric_add(
	    g->metrics, METRIC_MESSAGES_REFUSED, limit == LIMIT_MESSAGES);
	return false;
}

/* ---- welcome ----------------------------------------------------------- */

/* The wall clock may have been set back: then the token stays, too. */
static bool
is_young(struct gateway *g, const struct token *who)
{
	return who->expires_s - now_s(g) > TOKEN_LIFE_S / 2;
}

/* The first of what the company has written down as asked often. */
static void
suggest(struct welcome *w, const struct company *company)
{
	while (w->suggestion_count < WELCOME_SUGGESTIONS &&
	       w->suggestion_count < company->faq_count) {
		w->suggestions[w->suggestion_count] =
		    company->faq[w->suggestion_count].question;
		w->suggestion_count++;
	}
}

void
visitor_welcome(struct buf *out, struct gateway *g, const struct welcomed *w)
{
	struct token fresh = visitor_of(g, w->conversation);
	struct buf token = {0};
	struct welcome words;

	if (w->shown.p != NULL && is_young(g, &w->who))
		buf_add(&token, w->shown.p, w->shown.n);
	else
		token_write(g->keys, &fresh, &token);
	out->failed = out->failed || token.failed;
	words = (struct welcome){.token = buf_view(&token),
	    .key = w->company->key,
	    .name = w->company->name,
	    .text = w->company->welcome,
	    .seq = w->conversation->seq,
	    .seen_customer = w->seen.customer,
	    .seen_company = w->seen.company,
	    .text_max = channel_of_visitors()->can.text_max,
	    .frame_max = HTTP_BODY_MAX};
	suggest(&words, w->company);
	frame_write_welcome(out, &words);
	buf_free(&token);
}
