/*
 * press: what people do that is no message: commands and buttons, whose
 * webhook's answer is the answer here; stopping an answer that grows; and any
 * event at all.
 */
#include "sandbox/courier.h"
#include "core/json.h"
#include "sandbox/form.h"
#include "sandbox/shape.h"
#include "sandbox/slack/scene.h"

#include <stdlib.h>

#define ANSWER_MOST 65536u

/* ---- commands and actions ----------------------------------------------- */

/* The answer to the webhook is the answer to whoever asked for it. */
static unsigned
on_answer(void *ask, const struct parcel_end *end)
{
	struct ask *a = ask;
	struct buf b = {0};

	buf_char(&b, '{');
	sb_put_number(&b, "status", end->status);
	sb_put_text(&b, "type", end->type);
	sb_put_text(&b, "body", end->body);
	buf_char(&b, '}');
	sb_ask_reply(a, &b);
	buf_free(&b);
	return 0;
}

/* With the lock, which it gives up. Then a may be gone: it is answered. */
static void
send_form(struct ask *a, struct scene *sc, const char *what, struct str url,
    struct buf *form)
{
	struct parcel_order order = {.what = what,
	    .url = url,
	    .id = STR(""),
	    .body = buf_view(form),
	    .answer_max = ANSWER_MOST,
	    .ended = on_answer,
	    .arg = a};
	struct sandbox *s = a->sandbox;
	enum err e = E_NOMEM;

	if (sc->wrong == NULL && url.n == 0)
		sc->wrong = "the setup has no hook for it";
	if (sc->wrong == NULL && !form->failed)
		e = sb_event_form(sc->w, &order);
	sandbox_unlock(s);
	buf_free(form);
	if (sc->wrong != NULL)
		sb_ask_refuse(a, 400, sc->wrong);
	else if (e != OK)
		sb_ask_refuse(a, 503, err_name(e));
}

static const struct shape command_shape[] = {
    {"team", SHAPE_TEXT, false},
    {"user", SHAPE_TEXT, true},
    {"channel", SHAPE_TEXT, false},
    {"command", SHAPE_TEXT, true},
    {"text", SHAPE_TEXT, false},
    {NULL, SHAPE_ANY, false},
};

/* Another each time: it opens a window once. */
static struct str
trigger(struct ask *a, struct scene *sc)
{
	char ts[TS_TEXT + 1];
	struct str now = sb_ts_write(sb_ts_next(sc->w->slack), ts);

	return arena_printf(a->arena, "%.*s.sandbox", STR_FMT(now));
}

static void
put_command(struct ask *a, struct scene *sc, struct buf *form)
{
	struct response *r = sb_response_new(
	    sc->w->slack, sc->channel, sc->user, 0);
	const struct field fields[] = {
	    {STR("token"), STR("deprecated-verification-token")},
	    {STR("team_id"), sc->w->team},
	    {STR("team_domain"), sc->w->name},
	    {STR("channel_id"), sc->channel->node.key},
	    {STR("channel_name"), sc->channel->kind == CHANNEL_IM
				      ? STR("directmessage")
				      : sc->channel->name},
	    {STR("user_id"), sc->user->node.key},
	    {STR("user_name"), sc->user->name},
	    {STR("command"), sb_ask_text(a, "command")},
	    {STR("text"), sb_scene_escaped(a, sb_ask_text(a, "text"), STR(""))},
	    {STR("api_app_id"), sc->w->app},
	    {STR("is_enterprise_install"), STR("false")},
	    {STR("response_url"),
		r == NULL ? STR("") : sb_response_url(r, a->arena)},
	    {STR("trigger_id"), trigger(a, sc)},
	};
	size_t i;

	if (r == NULL)
		sc->wrong = "there are too many response URLs";
	for (i = 0; i < ARRAY_LEN(fields); i++)
		sb_form_put(form, fields[i].name, fields[i].value);
}

void
sb_slack_on_command(struct ask *a)
{
	struct buf form = {0};
	struct scene sc;

	if (!sb_ask_shaped(a, command_shape))
		return;
	sandbox_lock(a->sandbox);
	sb_scene_find(a, &sc);
	if (sc.wrong == NULL)
		put_command(a, &sc, &form);
	send_form(a, &sc, "command",
	    sc.w == NULL ? STR("") : sc.w->hook_commands, &form);
}

static const struct shape action_shape[] = {
    {"team", SHAPE_TEXT, false},
    {"user", SHAPE_TEXT, true},
    {"channel", SHAPE_TEXT, true},
    {"ts", SHAPE_TEXT, true},
    {"action_id", SHAPE_TEXT, true},
    {"value", SHAPE_TEXT, false},
    {NULL, SHAPE_ANY, false},
};

/* The element with that action_id, and the block it stands in. */
static const json_t *
find_element(const json_t *blocks, struct str action_id, const json_t **block)
{
	size_t i, k;
	json_t *b, *e;

	json_array_foreach(blocks, i, b)
	    json_array_foreach(json_object_get(b, "elements"), k, e)
	{
		*block = b;
		if (str_eq(json_text(e, "action_id"), action_id))
			return e;
	}
	return NULL;
}

static void
put_pressed(struct ask *a, struct scene *sc, struct buf *b)
{
	const char *text = sc->message->blocks;
	json_t *blocks = text == NULL ? NULL : json_loads(text, 0, NULL);
	const json_t *block = NULL, *e = find_element(blocks,
					sb_ask_text(a, "action_id"), &block);
	struct str value = sb_ask_text(a, "value");
	char ts[TS_TEXT + 1];

	if (e == NULL)
		sc->wrong = "the message has no such button";
	buf_str(b, ",\"actions\":[{");
	sb_put_text(b, "type", STR("button"));
	sb_put_text(b, "action_id", sb_ask_text(a, "action_id"));
	sb_put_text(b, "block_id", json_text(block, "block_id"));
	sb_put_text(b, "value", value.n > 0 ? value : json_text(e, "value"));
	sb_put_text(b, "action_ts", sb_ts_write(sb_ts_next(sc->w->slack), ts));
	buf_str(b, ",\"text\":{\"type\":\"plain_text\"");
	sb_put_text(b, "text", json_text(json_object_get(e, "text"), "text"));
	buf_str(b, "}}]");
	json_decref(blocks);
}

static void
put_who(struct ask *a, struct scene *sc, struct buf *b)
{
	buf_str(b, "{\"type\":\"block_actions\",\"user\":{");
	sb_put_text(b, "id", sc->user->node.key);
	sb_put_text(b, "username", sc->user->name);
	sb_put_text(b, "name", sc->user->name);
	sb_put_text(b, "team_id", sc->w->team);
	buf_str(b, "},\"team\":{");
	sb_put_text(b, "id", sc->w->team);
	sb_put_text(b, "domain", sc->w->name);
	buf_str(b, "},\"enterprise\":null,\"is_enterprise_install\":false");
	sb_put_text(b, "api_app_id", sc->w->app);
	sb_put_text(b, "token", STR("deprecated-verification-token"));
	sb_put_text(b, "trigger_id", trigger(a, sc));
	buf_str(b, ",\"channel\":{");
	sb_put_text(b, "id", sc->channel->node.key);
	sb_put_text(b, "name",
	    sc->channel->kind == CHANNEL_IM ? STR("directmessage")
					    : sc->channel->name);
	buf_str(b, "},\"state\":{\"values\":{}}");
}

static void
put_where(struct ask *a, struct scene *sc, struct buf *b)
{
	const struct message_view view = {.metadata = true};
	const struct message *m = sc->message;
	struct response *r = sb_response_new(
	    sc->w->slack, sc->channel, sc->user, m->key.ts);
	char ts[TS_TEXT + 1];

	buf_str(b, ",\"container\":{\"type\":\"message\"");
	sb_put_text(b, "message_ts", sb_ts_write(m->key.ts, ts));
	sb_put_text(b, "channel_id", sc->channel->node.key);
	if (m->thread != 0)
		sb_put_text(b, "thread_ts", sb_ts_write(m->thread, ts));
	buf_str(b, ",\"is_ephemeral\":false},\"message\":");
	sb_message_write(m, &view, b);
	if (r == NULL)
		sc->wrong = "there are too many response URLs";
	else
		sb_put_text(b, "response_url", sb_response_url(r, a->arena));
}

void
sb_slack_on_action(struct ask *a)
{
	struct buf form = {0}, payload = {0};
	struct scene sc;

	if (!sb_ask_shaped(a, action_shape))
		return;
	sandbox_lock(a->sandbox);
	sb_scene_find(a, &sc);
	if (sc.wrong == NULL) {
		put_who(a, &sc, &payload);
		put_where(a, &sc, &payload);
		put_pressed(a, &sc, &payload);
		buf_char(&payload, '}');
		sb_form_put(&form, STR("payload"), buf_view(&payload));
	}
	buf_free(&payload);
	send_form(a, &sc, "action",
	    sc.w == NULL ? STR("") : sc.w->hook_interactivity, &form);
}

/* ---- anything, and stopping --------------------------------------------- */

static const struct shape raw_shape[] = {
    {"team", SHAPE_TEXT, false},
    {"event", SHAPE_OBJECT, false},
    {"body", SHAPE_OBJECT, false},
    {NULL, SHAPE_ANY, false},
};

void
sb_slack_on_raw(struct ask *a)
{
	const json_t *event = json_object_get(a->body, "event"),
		     *body = json_object_get(a->body, "body");
	struct posted posted = {.err = E_BADINPUT};
	struct workspace *w;
	struct buf b = {0};
	char *text;

	if (!sb_ask_shaped(a, raw_shape))
		return;
	text = json_dumps(event != NULL ? event : body, JSON_COMPACT);
	sandbox_lock(a->sandbox);
	w = sb_workspace_of(a->state, sb_ask_text(a, "team"));
	if (w != NULL && text != NULL && event != NULL)
		sb_event_raw(w, str_from(text), &posted);
	else if (w != NULL && text != NULL)
		posted.err = sb_event_body(w, str_from(text));
	sandbox_unlock(a->sandbox);
	free(text);
	if (posted.err != OK) {
		sb_ask_refuse(a, posted.err == E_BADINPUT ? 400 : 503,
		    err_name(posted.err));
		return;
	}
	buf_char(&b, '{');
	sb_put_text(&b, "event_id", str_from(posted.ids[0]));
	buf_char(&b, '}');
	sb_ask_reply(a, &b);
	buf_free(&b);
}

/* The person presses stop while an answer grows. */
static void
put_stopped(struct buf *b, const struct scene *sc)
{
	const struct message *m = sc->message;
	char ts[TS_TEXT + 1], thread[TS_TEXT + 1];

	(void)sb_ts_write(m->key.ts, ts);
	(void)sb_ts_write(m->thread, thread);
	buf_addf(b,
	    "{\"type\":\"agent_session_stopped\",\"channel\":\"%s\","
	    "\"thread_ts\":\"%s\",\"streaming_message_ts\":[\"%s\"],"
	    "\"event_ts\":\"%s\"}",
	    sc->channel->node.key.p, thread, ts, ts);
}

static const struct shape stop_shape[] = {
    {"team", SHAPE_TEXT, false},
    {"channel", SHAPE_TEXT, true},
    {"ts", SHAPE_TEXT, true},
    {NULL, SHAPE_ANY, false},
};

void
sb_slack_on_stop(struct ask *a)
{
	struct posted posted = {.err = OK};
	struct buf b = {0};
	struct scene sc;
	uint64_t ts = 0;

	if (!sb_ask_shaped(a, stop_shape))
		return;
	sandbox_lock(a->sandbox);
	sb_scene_find(a, &sc);
	if (sc.wrong == NULL && !sb_message_streams(sc.message))
		sc.wrong = "the message does not grow";
	if (sc.wrong == NULL) {
		ts = sc.message->key.ts;
		sc.message->streaming = STREAM_STOPPED;
		put_stopped(&b, &sc);
		sb_event_raw(sc.w, buf_view(&b), &posted);
	}
	sandbox_unlock(a->sandbox);
	buf_free(&b);
	if (sc.wrong != NULL)
		sb_ask_refuse(a, 400, sc.wrong);
	else
		sb_scene_posted(a, &sc, &posted, ts);
}
