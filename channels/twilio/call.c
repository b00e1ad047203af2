/*
 * call: jobs become requests. A table has a line for each job; whether free
 * text may still go out, or a template must stand for it, is decided here, for
 * a row may have waited long.
 */
#include "channels/form.h"
#include "channels/split.h"
#include "channels/twilio/list.h"
#include "channels/twilio/media.h"
#include "channels/twilio/payload.h"

/* How long Twilio may keep it waiting: an old answer helps nobody. */
#define VALID_S "3600"

struct calling {
	const struct twilio *t;
	struct twilio_request r;
	struct outcome *instead;
};

static enum err
not_needed(const struct calling *c, enum outcome_kind kind, struct str code,
    struct str reason)
{
	c->instead->kind = kind;
	c->instead->code = code;
	c->instead->reason = reason;
	return E_DENIED;
}

/* ---- send --------------------------------------------------------------- */

static enum err
window_closed(const struct calling *c, const char *but)
{
	struct str words = arena_printf(c->r.arena,
	    "More than %u hours since the customer last wrote: only an "
	    "approved template may be sent%s.",
	    c->t->channel->can.window_hours, but);

	return not_needed(c, OUTCOME_NEVER, STR("window_closed"), words);
}

static enum err
add_template(
    const struct calling *c, const struct twilio_payload *p, struct buf *body)
{
	const struct company_account *doc = c->r.job->account->doc;
	struct str text = twilio_variable(p->text, c->r.arena);
	struct buf variables = {0};

	if (doc->template.n == 0)
		return window_closed(c, ", and the account names none");
	if (p->url.n > 0)
		return window_closed(c, ", and it carries no file");
	if (text.n == 0)
		return text.p == NULL ? E_NOMEM : window_closed(c, "");
	if (text_length(text, TEXT_UTF16) > TWILIO_VARIABLE_MAX)
		return window_closed(c, ", and this is too long for it");
	buf_str(&variables, "{\"1\":");
	buf_json(&variables, text);
	buf_char(&variables, '}');
	form_add(body, "ContentSid", doc->template);
	form_add(body, "ContentVariables", buf_view(&variables));
	body->failed |= variables.failed;
	buf_free(&variables);
	return OK;
}

static enum err
add_content(const struct calling *c, struct twilio_payload *p, struct buf *body)
{
	const struct job *job = c->r.job;
	enum err e = OK;

	if (!channel_window_open(c->t->channel, job->customer_at, job->now))
		return add_template(c, p, body);
	if (p->url.n > 0 && job->state.n > 0)
		e = twilio_payload_unfile(p, c->r.arena);
	if (p->url.n > 0)
		form_add(body, "MediaUrl", p->url);
	else
		form_add(body, "Body", p->text);
	return e;
}

static enum err
add_addresses(
    const struct calling *c, const struct twilio_payload *p, struct buf *body)
{
	const struct account *account = c->r.job->account;
	struct str sender = account->doc->sender, from, callback;

	from = arena_printf(
	    c->r.arena, "%s%.*s", c->t->prefix, STR_FMT(sender));
	callback = arena_printf(c->r.arena, "%.*s/status?row=%llu",
	    STR_FMT(account->hook_url), (unsigned long long)c->r.job->row);
	if (from.p == NULL || callback.p == NULL)
		return E_NOMEM;
	form_add(body, "To", p->to);
	if (twilio_service(sender))
		form_add(body, "MessagingServiceSid", sender);
	else
		form_add(body, "From", from);
	form_add(body, "StatusCallback", callback);
	form_add(body, "ValidityPeriod", STR(VALID_S));
	return OK;
}

static enum err
call_send(const struct calling *c)
{
	struct twilio_payload p;
	struct buf url = {0}, body = {0};
	enum err e = twilio_payload_read(c->r.job->payload, c->r.arena, &p);

	if (e != OK)
		return not_needed(c, OUTCOME_NEVER, STR("payload"),
		    STR("What is to be sent cannot be read."));
	if ((e = add_addresses(c, &p, &body)) != OK ||
	    (e = add_content(c, &p, &body)) != OK)
		goto done;
	twilio_account_url(c->r.job, &url);
	buf_str(&url, "/Messages.json");
	e = twilio_request(&c->r, "POST", &url);
	if (e == OK)
		e = twilio_request_body(
		    &c->r, "application/x-www-form-urlencoded", &body);
done:
	buf_free(&url);
	buf_free(&body);
	return e;
}

/* ---- the others --------------------------------------------------------- */

static enum err
call_list(const struct calling *c)
{
	enum err e = twilio_list_call(c->t, &c->r);

	if (e == E_BADINPUT)
		return not_needed(c, OUTCOME_NEVER, STR("payload"),
		    STR("What was sent cannot be read."));
	return e;
}

static enum err
call_fetch(const struct calling *c)
{
	enum err e = twilio_media_call(&c->r);

	if (e == E_BADINPUT)
		return not_needed(c, OUTCOME_NEVER, STR("payload"),
		    STR("Where the file is cannot be read."));
	return e;
}

static enum err
nothing(const struct calling *c)
{
	return not_needed(c, OUTCOME_OK, STR(""), STR(""));
}

/* It also marks their newest message as read. */
static enum err
call_typing(const struct calling *c)
{
	const struct company_account *doc = c->r.job->account->doc;
	struct twilio_reply reply = twilio_reply_read(
	    c->r.job->payload, c->r.arena);
	struct buf url = {0}, body = {0};
	enum err e;

	if (c->t->typing == NULL || reply.sid.n == 0)
		return nothing(c);
	buf_addf(&url, "%.*s/v3/Indicators/Typing.json",
	    STR_FMT(doc->api.n > 0 ? doc->api
				   : STR("https://messaging.twilio.com")));
	buf_str(&body, "{\"channel\":");
	buf_json(&body, str_from(c->t->typing));
	buf_str(&body, ",\"messageId\":");
	buf_json(&body, reply.sid);
	buf_char(&body, '}');
	e = twilio_request(&c->r, "POST", &url);
	if (e == OK)
		e = twilio_request_body(&c->r, "application/json", &body);
	buf_free(&body);
	return e;
}

static enum err (*const calls[JOBS])(const struct calling *c) = {
    [JOB_SEND] = call_send,
    [JOB_LOOKUP] = call_list,
    [JOB_FETCH] = call_fetch,
    [JOB_BACKFILL] = call_list,
    [JOB_TYPING] = call_typing,
    [JOB_DRAFT] = nothing,
    [JOB_CHECK] = call_list,
};

enum err
twilio_call(const struct twilio *t, const struct job *job, struct arena *a,
    struct call *out, struct outcome *instead)
{
	struct calling c = {t, {job, a, out}, instead};

	*out = (struct call){0};
	*instead = (struct outcome){0};
	return calls[job->kind](&c);
}
