/*
 * slack_parse: what a request is, told by its body, and whether it is this
 * account's. What it brought is read in slack_event.c and slack_act.c.
 */
#include "channels/form.h"
#include "channels/slack/slack_inner.h"

#include <strings.h>

#define CHALLENGE_MAX 1000u

enum err
slack_refuse(const struct slack_in *in, const char *why)
{
	*in->why = why;
	in->out->header = "X-Slack-No-Retry";
	in->out->header_value = "1";
	return E_BADINPUT;
}

struct envelope *
slack_arrive(const struct slack_in *in, size_t room)
{
	struct arrival *out = in->out;

	if (out->envelopes == NULL)
		out->envelopes = arena_alloc(
		    in->arena, room * sizeof(*out->envelopes));
	if (out->envelopes == NULL || out->envelope_count == room)
		return NULL;
	return &out->envelopes[out->envelope_count++];
}

/* ---- whose it is -------------------------------------------------------- */

static bool
is_account(const struct slack_in *in, struct str id)
{
	return id.n > 0 && str_eq(id, in->doc->id);
}

bool
slack_tenant_ok(const struct slack_in *in, const struct slack_tenant *t)
{
	struct str app = in->doc->user;

	if (app.n > 0 && t->app.n > 0 && !str_eq(app, t->app))
		return false;
	return is_account(in, t->team) || is_account(in, t->context_team) ||
	       is_account(in, t->enterprise);
}

/*
 * Whom Slack sends the event to stands in authorizations. Only where that
 * names no workspace do the envelope's own ids count: in a channel shared with
 * another company team_id may be the other's.
 */
static struct slack_tenant
tenant_of(const json_t *root)
{
	const json_t *to = json_array_get(
	    json_object_get(root, "authorizations"), 0);
	struct slack_tenant t = {.team = json_text(to, "team_id"),
	    .app = json_text(root, "api_app_id")};

	if (json_is_true(json_object_get(to, "is_enterprise_install")))
		t.enterprise = json_text(to, "enterprise_id");
	if (t.team.n == 0) {
		t.team = json_text(root, "team_id");
		t.context_team = json_text(root, "context_team_id");
	}
	return t;
}

static enum err
check_tenant(const struct slack_in *in, const json_t *root)
{
	struct slack_tenant t = tenant_of(root);

	if (slack_tenant_ok(in, &t))
		return OK;
	return slack_refuse(in,
	    "it is for another workspace or app: give each workspace an "
	    "account of its own, and its URL to that workspace's app");
}

/* ---- JSON --------------------------------------------------------------- */

static enum err
on_url(struct slack_in *in, const json_t *root)
{
	struct str challenge = json_text(root, "challenge");

	if (challenge.n == 0 || challenge.n > CHALLENGE_MAX)
		return slack_refuse(in, "url_verification has no challenge");
	in->out->ignored = "url_verification";
	in->out->type = "text/plain";
	in->out->answer = arena_copy(in->arena, challenge);
	return in->out->answer.p == NULL ? E_NOMEM : OK;
}

static enum err
on_limited(struct slack_in *in, const json_t *root)
{
	in->out->ignored = "app_rate_limited";
	in->out->notice = "Slack has dropped events, there were too many in an "
			  "hour; back-fill brings what it can";
	return check_tenant(in, root);
}

static enum err
on_event(struct slack_in *in, const json_t *root)
{
	const json_t *to = json_array_get(
	    json_object_get(root, "authorizations"), 0);
	const json_t *event = json_object_get(root, "event");
	enum err e = check_tenant(in, root);

	if (e != OK)
		return e;
	if (!json_is_object(event))
		return slack_refuse(in, "event_callback has no event");
	if (in->bot.n == 0 && json_is_true(json_object_get(to, "is_bot")))
		in->bot = json_text(to, "user_id");
	in->app = json_text(root, "api_app_id");
	return slack_event(in, event);
}

static const struct {
	const char *type;
	enum err (*read)(struct slack_in *in, const json_t *root);
} kinds[] = {
    {"event_callback", on_event},
    {"url_verification", on_url},
    {"app_rate_limited", on_limited},
};

static enum err
read_kind(struct slack_in *in, const json_t *root)
{
	struct str type = json_text(root, "type");
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(type, str_from(kinds[i].type)))
			return kinds[i].read(in, root);
	in->out->ignored = "other_type";
	in->out->notice = "a kind of request that is not known here";
	return type.n > 0 ? OK : slack_refuse(in, "the JSON has no type");
}

static enum err
read_json(struct slack_in *in, struct str text,
    enum err (*read)(struct slack_in *in, const json_t *root))
{
	json_t *root = json_read(text);
	enum err e;

	if (json_is_object(root))
		e = read(in, root);
	else
		e = slack_refuse(in, "it is no JSON object");
	json_decref(root);
	return e;
}

static enum err
read_body(struct slack_in *in, struct str body)
{
	return read_json(in, body, read_kind);
}

/* ---- forms -------------------------------------------------------------- */

static enum err
read_form(struct slack_in *in, struct str body)
{
	struct form form;
	struct str payload;
	enum err e = form_parse(body, in->arena, &form);

	if (e == E_NOMEM)
		return e;
	if (e != OK)
		return slack_refuse(in, "it is no form");
	payload = form_get(&form, "payload");
	if (payload.p != NULL)
		return read_json(in, payload, slack_interaction);
	if (form_get(&form, "command").p != NULL)
		return slack_command(in, &form);
	return slack_refuse(in, "the form has neither payload nor command");
}

/* ---- by content type ---------------------------------------------------- */

static const struct {
	const char *type;
	enum err (*read)(struct slack_in *in, struct str body);
} readers[] = {
    {"application/json", read_body},
    {"application/x-www-form-urlencoded", read_form},
};

/* "application/json; charset=utf-8" is that type, too. */
static bool
is_type(struct str header, const char *type)
{
	const char *end = header.n == 0 ? NULL
					: memchr(header.p, ';', header.n);

	if (end != NULL)
		header.n = (size_t)(end - header.p);
	header = str_trim(header);
	return header.n == strlen(type) &&
	       strncasecmp(header.p, type, header.n) == 0;
}

enum err
slack_parse(const struct hook *h, struct arena *a, struct arrival *out,
    const char **why)
{
	struct slack_in in = {.doc = h->account->doc,
	    .arena = a,
	    .bot = h->account->doc->sender,
	    .now = h->now,
	    .out = out,
	    .why = why};
	size_t i;

	*out = (struct arrival){0};
	if (slack_is_probe(h, a)) {
		out->ignored = "ssl_check";
		return OK;
	}
	for (i = 0; i < ARRAY_LEN(readers); i++)
		if (is_type(h->type, readers[i].type))
			return readers[i].read(&in, h->body);
	return slack_refuse(&in, "its content type is neither JSON nor a form");
}
