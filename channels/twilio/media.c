/*
 * media: the login goes only to the API's own scheme, host and port; the
 * address came from outside, even if its sender is known.
 */
#include "channels/twilio/media.h"
#include "channels/twilio/list.h"

#include <strings.h>

/* "https://host:port" of a URL. */
static struct str
origin(struct str url)
{
	const char *host = memmem(url.p, url.n, "://", 3);
	size_t i;

	if (host == NULL)
		return (struct str){0};
	i = (size_t)(host - url.p) + 3;
	while (i < url.n && strchr("/?#", url.p[i]) == NULL)
		i++;
	return (struct str){url.p, i};
}

static bool
is_own(struct str url, const struct company_account *doc)
{
	struct str own = origin(twilio_api(doc)), other = origin(url);

	return own.n > 0 && own.n == other.n &&
	       strncasecmp(own.p, other.p, own.n) == 0;
}

static enum err
call_file(const struct twilio_request *r, struct str address)
{
	struct buf url = {0};

	r->out->follow = true;
	r->out->public_only = true;
	r->out->answer_max = TWILIO_FILE_MAX;
	if (is_own(address, r->job->account->doc)) {
		buf_add(&url, address.p, address.n);
		return twilio_request(r, "GET", &url);
	}
	if (address.n < 8 || strncasecmp(address.p, "https://", 8) != 0)
		return E_BADINPUT;
	r->out->method = "GET";
	r->out->url = arena_copy(r->arena, address);
	return r->out->url.p == NULL ? E_NOMEM : OK;
}

/* The message's files; which of them is ours, result knows. */
static enum err
call_list(const struct twilio_request *r, struct str message)
{
	struct buf url = {0};

	twilio_account_url(r->job, &url);
	buf_addf(&url, "/Messages/%.*s/Media.json", STR_FMT(message));
	return twilio_request(r, "GET", &url);
}

enum err
twilio_media_call(const struct twilio_request *r)
{
	struct str from = r->job->state.n > 0 ? r->job->state : r->job->payload;
	json_t *root = json_read(from);
	struct str url = json_text(root, "url");
	struct str message = json_text(root, "message");
	enum err e = E_BADINPUT;

	if (url.n > 0)
		e = call_file(r, url);
	else if (twilio_message_sid(message))
		e = call_list(r, message);
	json_decref(root);
	return e;
}

/* ---- answers ------------------------------------------------------------ */

/* The sid of the file with that number; empty: there are not so many. */
static struct str
nth_file(const json_t *list, uint64_t n)
{
	const json_t *files = json_object_get(list, "media_list");
	struct str sid = json_text(json_array_get(files, (size_t)n), "sid");

	return twilio_sid(sid, "ME") ? sid : (struct str){0};
}

static void
find_file(const struct job *job, const json_t *payload, const json_t *list,
    struct arena *a, struct outcome *out)
{
	int64_t n = json_integer_value(json_object_get(payload, "n"));
	struct str message = json_text(payload, "message");
	struct str sid = nth_file(list, (uint64_t)n);
	struct buf url = {0};

	if (sid.n == 0) {
		out->kind = OUTCOME_NEVER;
		out->code = STR("gone");
		out->reason = STR("Twilio has this file no more.");
		return;
	}
	twilio_account_url(job, &url);
	buf_addf(
	    &url, "/Messages/%.*s/Media/%.*s", STR_FMT(message), STR_FMT(sid));
	out->kind = OUTCOME_NEXT;
	if (!url.failed)
		out->state = arena_printf(
		    a, "{\"url\":\"%.*s\"}", STR_FMT(buf_view(&url)));
	buf_free(&url);
	if (out->state.p == NULL)
		out->kind = OUTCOME_LATER;
}

void
twilio_media_result(const struct job *job, const struct reply *r,
    struct arena *a, struct outcome *out)
{
	json_t *payload = json_read(job->payload);
	json_t *list;

	if (job->state.n > 0 || json_text(payload, "url").n > 0) {
		out->kind = OUTCOME_OK;
		out->bytes = r->body;
		json_decref(payload);
		return;
	}
	list = json_read(r->body);
	if (list == NULL)
		out->kind = OUTCOME_LATER;
	else
		find_file(job, payload, list, a, out);
	json_decref(list);
	json_decref(payload);
}
