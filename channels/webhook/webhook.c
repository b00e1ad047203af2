/*
 * webhook: the row, its request and what answers mean. Only the status counts;
 * what receivers write beside it is not read.
 */
#include "channels/webhook/webhook.h"

#include <limits.h>

#define ANSWER_MAX 4096u

/* ---- the request --------------------------------------------------------- */

/* "<seconds>.<body>": what is signed; the body is its end. */
static struct str
signed_text(const struct job *job, struct arena *a, struct str *body)
{
	struct str text = arena_printf(a, "%lld.{\"id\":\"%llu\",%.*s",
	    (long long)(job->now / 1000), (unsigned long long)job->row,
	    (int)job->payload.n - 1, job->payload.p + 1);

	*body = (struct str){0};
	if (text.p == NULL)
		return text;
	body->p = strchr(text.p, '.') + 1;
	body->n = text.n - (size_t)(body->p - text.p);
	return text;
}

static void
add_header(struct call *out, struct str header)
{
	out->headers[out->header_count++] = header;
}

static enum err
write_request(const struct job *job, struct arena *a, struct call *out)
{
	struct str text = signed_text(job, a, &out->body);
	char mac[HMAC_HEX + 1];
	unsigned i;

	if (text.p == NULL || !hmac_hex(job->account->signing[0], text, mac))
		return E_NOMEM;
	add_header(out, STR("Content-Type: application/json"));
	add_header(out, arena_printf(a, "X-Frontdesk-Event: %.*s",
			    STR_FMT(job->recipient)));
	add_header(out, arena_printf(a, "X-Frontdesk-Delivery: %llu",
			    (unsigned long long)job->row));
	add_header(out, arena_printf(a, "X-Frontdesk-Timestamp: %lld",
			    (long long)(job->now / 1000)));
	add_header(out, arena_printf(a, "X-Frontdesk-Signature: v1=%s", mac));
	for (i = 0; i < out->header_count; i++)
		if (out->headers[i].p == NULL)
			return E_NOMEM;
	return OK;
}

static enum err
call(const struct job *job, struct arena *a, struct call *out,
    struct outcome *instead)
{
	if (job->kind != JOB_SEND) {
		/* Nothing can be asked of a receiver: a row is tried. */
		*instead = (struct outcome){.kind = OUTCOME_OK};
		return E_DENIED;
	}
	if (job->payload.n < 2 || job->payload.p[0] != '{')
		return E_BADINPUT;
	*out = (struct call){.method = "POST",
	    .url = job->account->doc->id,
	    .answer_max = ANSWER_MAX,
	    .public_only = true,
	    .status_only = true,
	    .fixed = true};
	return write_request(job, a, out);
}

/* ---- the answer ---------------------------------------------------------- */

static const struct {
	unsigned from, to;
	enum outcome_kind kind;
	enum outcome_scope scope;
	const char *reason;
} answers[] = {
    {200, 299, OUTCOME_OK, SCOPE_ROW, ""},
    {300, 399, OUTCOME_LATER, SCOPE_ROW,
	"The receiver sends us on to another address, which is not followed."},
    {410, 410, OUTCOME_BLOCKED, SCOPE_ACCOUNT,
	"The receiver says that it is gone (410)."},
    {429, 429, OUTCOME_LATER, SCOPE_ACCOUNT,
	"The receiver has too much to do."},
    {503, 503, OUTCOME_LATER, SCOPE_ACCOUNT,
	"The receiver cannot take anything now."},
    {500, 599, OUTCOME_LATER, SCOPE_ROW, "The receiver has failed."},
    {0, 999, OUTCOME_LATER, SCOPE_ROW, "The receiver has refused it."},
};

static void
result(const struct job *job, const struct reply *r, struct arena *a,
    struct outcome *out)
{
	size_t i = 0;

	(void)job;
	while (i + 1 < ARRAY_LEN(answers) &&
	       (r->status < answers[i].from || r->status > answers[i].to))
		i++;
	*out = (struct outcome){.kind = answers[i].kind,
	    .scope = answers[i].scope,
	    .reason = str_from(answers[i].reason)};
	if (out->kind == OUTCOME_OK)
		return;
	out->code = arena_printf(a, "%u", r->status);
	/* Without a wish the row backs off, and only it. */
	if (out->kind == OUTCOME_LATER && r->retry_after_ms > 0)
		out->after_ms = r->retry_after_ms;
	else
		out->scope = SCOPE_ROW;
}

/* ---- the row ------------------------------------------------------------- */

const struct channel channel_webhook = {
    .name = "webhook",
    .title = "Webhook",
    .can = {.events_only = true,
	.repeats = UINT_MAX,
	.in_flight = 10,
	.retry_hours = 72},
    .call = call,
    .result = result,
};
