/* request: URL, login, body. */
#include "channels/twilio/request.h"

#include <openssl/evp.h>

void
twilio_account_url(const struct job *job, struct buf *out)
{
	const struct company_account *doc = job->account->doc;

	buf_addf(out, "%.*s/2010-04-01/Accounts/%.*s", STR_FMT(twilio_api(doc)),
	    STR_FMT(doc->id));
}

static struct str
basic_auth(const struct account *account, struct arena *a)
{
	const struct company_account *doc = account->doc;
	struct str user = doc->user.n > 0 ? doc->user : doc->id;
	struct str both = arena_printf(
	    a, "%.*s:%.*s", STR_FMT(user), STR_FMT(account->token));
	unsigned char *base64 = arena_alloc(a, (both.n + 2) / 3 * 4 + 1);

	if (both.p == NULL || base64 == NULL)
		return (struct str){0};
	EVP_EncodeBlock(base64, (const unsigned char *)both.p, (int)both.n);
	return arena_printf(a, "Authorization: Basic %s", (const char *)base64);
}

static enum err
add_header(const struct twilio_request *r, struct str header)
{
	r->out->headers[r->out->header_count++] = header;
	return header.p == NULL ? E_NOMEM : OK;
}

enum err
twilio_request(
    const struct twilio_request *r, const char *method, struct buf *url)
{
	r->out->method = method;
	r->out->url = buf_take(url, r->arena);
	if (r->out->url.p == NULL)
		return E_NOMEM;
	return add_header(r, basic_auth(r->job->account, r->arena));
}

enum err
twilio_request_body(
    const struct twilio_request *r, const char *type, struct buf *body)
{
	r->out->body = buf_take(body, r->arena);
	if (r->out->body.p == NULL)
		return E_NOMEM;
	return add_header(r, arena_printf(r->arena, "Content-Type: %s", type));
}
