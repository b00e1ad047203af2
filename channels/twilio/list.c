/*
 * list: what is asked for, and the cursor. Nothing of an answer decides where
 * our login goes: of a next page only the path is taken, from the API's
 * version on, and only if it is this account's.
 */
#include "channels/twilio/list.h"
#include "channels/form.h"
#include "channels/twilio/payload.h"

#define PAGE_SIZE "100"
#define STEPS_MAX 2000u
#define HOUR_MS 3600000

/* ---- the cursor --------------------------------------------------------- */

enum err
twilio_cursor_read(struct str state, struct twilio_cursor *out)
{
	json_t *root = json_read(state), *pages;

	root = root != NULL ? root : json_object();
	*out = (struct twilio_cursor){.state = root};
	pages = json_object_get(root, "pages");
	if (!json_is_array(pages)) {
		pages = json_array();
		if (json_object_set_new(root, "pages", pages) != 0)
			return E_NOMEM;
	}
	out->pages = pages;
	out->page = json_text(root, "page");
	out->anchor = json_text(root, "anchor");
	out->wide = json_is_true(json_object_get(root, "wide"));
	out->back = json_is_true(json_object_get(root, "back"));
	out->steps = (uint64_t)json_integer_value(
	    json_object_get(root, "steps"));
	return OK;
}

void
twilio_cursor_free(struct twilio_cursor *c)
{
	json_decref(c->state);
}

static void
add_pages(struct buf *b, const json_t *pages)
{
	size_t i;

	for (i = 0; i < json_array_size(pages); i++) {
		buf_char(b, i == 0 ? '[' : ',');
		buf_json(b, json_text_of(json_array_get(pages, i)));
	}
	buf_str(b, json_array_size(pages) == 0 ? "[]" : "]");
}

void
twilio_cursor_next(
    struct twilio_cursor *c, struct arena *a, struct outcome *out)
{
	struct buf b = {0};

	buf_str(&b, "{\"page\":");
	buf_json(&b, c->page);
	buf_str(&b, ",\"anchor\":");
	buf_json(&b, c->anchor);
	buf_str(&b, c->wide ? ",\"wide\":true" : ",\"wide\":false");
	buf_str(&b, c->back ? ",\"back\":true" : ",\"back\":false");
	buf_str(&b, ",\"steps\":");
	buf_u64(&b, c->steps + 1);
	buf_str(&b, ",\"pages\":");
	add_pages(&b, c->pages);
	buf_char(&b, '}');
	out->kind = OUTCOME_NEXT;
	out->state = buf_take(&b, a);
	if (out->state.p == NULL)
		out->kind = OUTCOME_LATER;
}

/* ---- asking ------------------------------------------------------------- */

static void
add_day(struct buf *url, int64_t at)
{
	char day[TWILIO_DAY];

	twilio_day(at, day);
	form_add(url, "DateSent>", str_from(day));
}

static void
add_sender(struct buf *url, const struct twilio *t, const struct job *job,
    const char *as)
{
	struct str sender = job->account->doc->sender;
	struct buf b = {0};

	if (twilio_service(sender)) /* the list does not know it */
		return;
	buf_str(&b, t->prefix);
	buf_add(&b, sender.p, sender.n);
	form_add(url, as, buf_view(&b));
	url->failed |= b.failed;
	buf_free(&b);
}

static enum err
add_lookup(struct buf *url, const struct twilio *t,
    const struct twilio_request *r, bool wide)
{
	struct twilio_payload p;
	enum err e = twilio_payload_read(r->job->payload, r->arena, &p);

	if (e != OK)
		return e;
	form_add(url, "To", p.to);
	add_sender(url, t, r->job, "From");
	if (!wide)
		add_day(url, r->job->attempted_at - HOUR_MS);
	return OK;
}

static enum err
write_first(struct buf *url, const struct twilio *t,
    const struct twilio_request *r, bool wide)
{
	enum err e = OK;

	twilio_account_url(r->job, url);
	buf_str(url, "/Messages.json?");
	if (r->job->kind == JOB_LOOKUP)
		e = add_lookup(url, t, r, wide);
	if (r->job->kind == JOB_BACKFILL) {
		add_sender(url, t, r->job, "To");
		add_day(url, r->job->since);
	}
	form_add(url, "PageSize",
	    r->job->kind == JOB_CHECK ? STR("1") : STR(PAGE_SIZE));
	return e;
}

enum err
twilio_list_call(const struct twilio *t, const struct twilio_request *r)
{
	struct str api = twilio_api(r->job->account->doc);
	struct twilio_cursor c;
	struct buf url = {0};
	enum err e = twilio_cursor_read(r->job->state, &c);

	if (e == OK && c.page.n > 0) {
		buf_add(&url, api.p, api.n);
		buf_add(&url, c.page.p, c.page.n);
	} else if (e == OK) {
		e = write_first(&url, t, r, c.wide);
	}
	twilio_cursor_free(&c);
	r->out->answer_max = TWILIO_LIST_MAX;
	if (e == OK)
		return twilio_request(r, "GET", &url);
	buf_free(&url);
	return e;
}

/* ---- answers ------------------------------------------------------------ */

json_t *
twilio_list_load(const struct reply *r, struct outcome *out)
{
	json_t *root = json_read(r->body);

	if (json_is_array(json_object_get(root, "messages")))
		return root;
	json_decref(root);
	out->kind = OUTCOME_LATER;
	out->code = STR("no_list");
	out->reason = STR("Twilio's answer is not a list of messages.");
	return NULL;
}

/* The path of it; empty: not this account's. Borrowed. */
static struct str
own_path(const struct job *job, const char *uri)
{
	static const char version[] = "/2010-04-01/Accounts/";
	struct str id = job->account->doc->id, path;
	size_t n = sizeof(version) - 1;

	path = str_from(strstr(uri, version));
	if (path.n <= n + id.n || path.p[n + id.n] != '/' ||
	    memcmp(path.p + n, id.p, id.n) != 0)
		return (struct str){0};
	return path;
}

bool
twilio_list_after(const struct twilio_cursor *c, const struct job *job,
    const json_t *list, struct str *out)
{
	const json_t *uri = json_object_get(list, "next_page_uri");

	*out = (struct str){0};
	if (uri == NULL || json_is_null(uri))
		return true;
	if (!json_is_string(uri))
		return false;
	if (json_string_length(uri) == 0)
		return true;
	*out = own_path(job, json_string_value(uri));
	return out->n > 0 && !str_eq(*out, c->page) && c->steps < STEPS_MAX;
}

void
twilio_list_lost(struct outcome *out)
{
	*out = (struct outcome){.kind = OUTCOME_LATER,
	    .code = STR("lost_page"),
	    .reason = STR(
		"Twilio's list goes on at a page that cannot be followed."),
	    .anew = true};
}

int64_t
twilio_member_time(const json_t *message, const char *name, const char *other)
{
	int64_t at = twilio_time(json_text(message, name));

	return at != 0 ? at : twilio_time(json_text(message, other));
}
