/*
 * slack_act: what people do other than write a message: a slash command, a
 * button. Slack never repeats these, and shows the user an error when the
 * answer is late. The answer to a command is seen by its user only, for half
 * an hour through the command's own URL.
 */
#include "channels/form.h"
#include "channels/slack/slack_inner.h"
#include "core/utf8.h"

#define RESPONSE_MS (30 * 60 * 1000)
#define TRIGGER_MAX 200u
#define ANSWER_TYPE "application/json"

static bool
trigger_ok(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0 && s.n <= TRIGGER_MAX;
}

/* Only Slack's own, for an answer goes there. */
static void
put_response_url(
    const struct slack_in *in, struct str url, struct slack_place *p)
{
	if (!slack_url_of_responses(in->doc, url))
		return;
	p->url = url;
	p->until = in->now + RESPONSE_MS;
}

static enum err
arrive(const struct slack_in *in, const struct slack_place *p,
    const struct envelope *e)
{
	struct envelope *to = slack_arrive(in, 1);

	if (to == NULL || e->source.p == NULL || e->body.p == NULL)
		return E_NOMEM;
	*to = *e;
	return slack_envelope(in, p, e->source, to);
}

static bool
is_text(struct str s)
{
	return utf8_valid(s) && memchr(s.n == 0 ? "" : s.p, '\0', s.n) == NULL;
}

/* ---- commands ----------------------------------------------------------- */

static void
answer_command(struct arrival *out, const char *text)
{
	out->type = ANSWER_TYPE;
	out->answer = str_from(text);
}

static enum err
check_command(const struct slack_in *in, const struct form *form,
    const struct slack_place *p)
{
	struct slack_tenant t = {.team = form_get(form, "team_id"),
	    .app = form_get(form, "api_app_id")};

	if (str_eq(form_get(form, "is_enterprise_install"), STR("true")))
		t.enterprise = form_get(form, "enterprise_id");
	if (!slack_tenant_ok(in, &t))
		return slack_refuse(
		    in, "the command is of another workspace or app");
	if (!slack_id_ok(p->channel) || !slack_id_ok(p->user) ||
	    !slack_id_ok(p->team) || !trigger_ok(form_get(form, "trigger_id")))
		return slack_refuse(
		    in, "a channel, user, team or trigger is not well-formed");
	if (!is_text(form_get(form, "text")))
		return slack_refuse(in, "the command's text is not UTF-8");
	return OK;
}

static struct str
user_name(struct str name)
{
	return is_text(name) ? name : STR("");
}

enum err
slack_command(const struct slack_in *in, const struct form *form)
{
	struct slack_place p = {.channel = form_get(form, "channel_id"),
	    .user = form_get(form, "user_id"),
	    .team = form_get(form, "team_id"),
	    .hidden = true};
	struct envelope e = {.kind = EVENT_MESSAGE, .at = in->now};
	enum err err = check_command(in, form, &p);
	struct str text;

	if (err != OK)
		return err;
	text = slack_text_read(
	    form_get(form, "text"), STR(""), false, in->arena);
	if (text.p != NULL && text.n == 0) {
		in->out->ignored = "empty";
		answer_command(in->out,
		    "{\"response_type\":\"ephemeral\",\"text\":"
		    "\"Write your question behind the command.\"}");
		return OK;
	}
	put_response_url(in, form_get(form, "response_url"), &p);
	e.name = user_name(form_get(form, "user_name"));
	e.source = slack_source(
	    in, "cmd", form_get(form, "trigger_id"), STR(""));
	e.body = text.p == NULL ? text : slack_body(text, in->arena);
	answer_command(in->out, "{\"response_type\":\"ephemeral\",\"text\":"
				"\"One moment \\u2026\"}");
	return arrive(in, &p, &e);
}

/* ---- buttons ------------------------------------------------------------ */

/* Of a button, or of what was chosen from a list. */
static struct str
value_of(const json_t *action, const json_t **text)
{
	const json_t *chosen = json_object_get(action, "selected_option");

	*text = json_object_get(chosen == NULL ? action : chosen, "text");
	return json_text(chosen == NULL ? action : chosen, "value");
}

static struct str
button_body(struct str text, struct str value, struct arena *a)
{
	struct buf b = {0};

	buf_str(&b, "{\"text\":");
	buf_json(&b, text);
	buf_str(&b, ",\"button\":");
	buf_json(&b, value);
	buf_char(&b, '}');
	return buf_take(&b, a);
}

static struct str
team_of(const struct slack_in *in, const json_t *root)
{
	struct str team = json_text(json_object_get(root, "user"), "team_id");

	if (team.n == 0)
		team = json_text(json_object_get(root, "team"), "id");
	return team.n > 0 ? team : in->doc->id;
}

/* The message the button was under tells the conversation. */
static struct slack_place
place_of(const struct slack_in *in, const json_t *root)
{
	const json_t *box = json_object_get(root, "container");
	const json_t *message = json_object_get(root, "message");
	struct slack_place p = {
	    .channel = json_text(json_object_get(root, "channel"), "id"),
	    .thread = json_text(message, "thread_ts"),
	    .user = json_text(json_object_get(root, "user"), "id"),
	    .team = team_of(in, root)};
	struct str ts = json_text(box, "message_ts");

	if (p.channel.n == 0)
		p.channel = json_text(box, "channel_id");
	if (p.thread.n == 0)
		p.thread = json_text(box, "thread_ts");
	if (json_is_true(json_object_get(box, "is_ephemeral"))) {
		p.hidden = true;
		p.thread = STR("");
		put_response_url(in, json_text(root, "response_url"), &p);
	} else if (slack_place_direct(&p) && str_eq(p.thread, ts)) {
		p.thread = STR("");
	} else if (!slack_place_direct(&p) && p.thread.n == 0) {
		p.thread = ts;
	}
	return p;
}

static bool
place_ok(const struct slack_place *p)
{
	return slack_id_ok(p->channel) && slack_id_ok(p->user) &&
	       slack_id_ok(p->team) &&
	       (p->thread.n == 0 || slack_ts_ok(p->thread));
}

static int64_t
time_of(const struct slack_in *in, const json_t *action)
{
	struct str ts = json_text(action, "action_ts");

	return slack_ts_ok(ts) ? slack_ts_ms(ts) : in->now;
}

static enum err
press(const struct slack_in *in, const json_t *root, const json_t *action)
{
	struct str trigger = json_text(root, "trigger_id"), text, value;
	struct slack_place p = place_of(in, root);
	const json_t *label;
	struct envelope e = {.kind = EVENT_MESSAGE, .at = time_of(in, action)};

	if (!place_ok(&p) || !trigger_ok(trigger))
		return slack_refuse(
		    in, "the action's place is not well-formed");
	value = value_of(action, &label);
	text = slack_text_read(
	    json_text(label, "text"), STR(""), false, in->arena);
	if (text.p == NULL)
		return E_NOMEM;
	e.name = json_text(json_object_get(root, "user"), "name");
	e.name = arena_copy(in->arena, e.name);
	e.source = slack_source(in, "act", trigger, STR(""));
	e.body = button_body(text.n > 0 ? text : value, value, in->arena);
	return arrive(in, &p, &e);
}

static enum err
on_actions(const struct slack_in *in, const json_t *root)
{
	const json_t *action = json_array_get(
	    json_object_get(root, "actions"), 0);
	const json_t *label;

	/* A button that is a link tells of its pressing, too. */
	if (value_of(action, &label).n == 0) {
		in->out->ignored = "no_value";
		return OK;
	}
	if (json_object_get(root, "message") == NULL &&
	    json_text(json_object_get(root, "container"), "message_ts").n ==
		0) {
		in->out->ignored = "view";
		return OK;
	}
	return press(in, root, action);
}

static enum err
on_suggestion(const struct slack_in *in, const json_t *root)
{
	(void)root;
	in->out->ignored = "suggestion";
	in->out->type = ANSWER_TYPE;
	in->out->answer = STR("{\"options\":[]}");
	return OK;
}

static const struct {
	const char *type;
	enum err (*read)(const struct slack_in *in, const json_t *root);
} kinds[] = {
    {"block_actions", on_actions},
    {"block_suggestion", on_suggestion},
};

static struct slack_tenant
tenant_of(const json_t *root)
{
	struct slack_tenant t = {
	    .team = json_text(json_object_get(root, "team"), "id"),
	    .app = json_text(root, "api_app_id")};

	if (t.team.n == 0)
		t.team = json_text(json_object_get(root, "user"), "team_id");
	if (json_is_true(json_object_get(root, "is_enterprise_install")))
		t.enterprise = json_text(
		    json_object_get(root, "enterprise"), "id");
	return t;
}

enum err
slack_interaction(struct slack_in *in, const json_t *root)
{
	struct str type = json_text(root, "type");
	struct slack_tenant t = tenant_of(root);
	size_t i;

	if (!slack_tenant_ok(in, &t))
		return slack_refuse(
		    in, "the action is of another workspace or app");
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(type, str_from(kinds[i].type)))
			return kinds[i].read(in, root);
	/* Views and shortcuts: none of them is ours. */
	in->out->ignored = "other_interaction";
	return OK;
}
