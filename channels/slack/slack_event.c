/*
 * slack_event: which events are told of, and what each becomes. Whether a
 * message concerns us is decided in slack_message.c, for histories are read by
 * the same rule.
 */
#include "channels/slack/slack_inner.h"

#define NOBODY_ELSE 1u /* an event brings one envelope */

/* One envelope to fill, given back when it is not needed. */
static enum err
arrive(const struct slack_in *in, struct envelope **e)
{
	*e = slack_arrive(in, NOBODY_ELSE);
	return *e == NULL ? E_NOMEM : OK;
}

static enum err
drop(const struct slack_in *in, const char *ignored)
{
	in->out->envelope_count = 0;
	in->out->ignored = ignored;
	return OK;
}

/* ---- messages ----------------------------------------------------------- */

static enum err
tell(const struct slack_in *in, const struct slack_post *p)
{
	const char *ignored = NULL;
	struct envelope *e;
	enum err err = arrive(in, &e);

	if (err == OK)
		err = slack_message(in, p, e, &ignored);
	return err == OK && ignored != NULL ? drop(in, ignored) : err;
}

static enum err
on_mention(const struct slack_in *in, const json_t *event)
{
	struct slack_post p = {
	    event, json_text(event, "channel"), .mentioned = true};

	return tell(in, &p);
}

static enum err
on_new(const struct slack_in *in, const json_t *event)
{
	struct slack_post p = {event, json_text(event, "channel"), false};

	return tell(in, &p);
}

/* Links that unfurl and the like change a message, too, but not its text. */
static bool
same_text(const json_t *now, const json_t *before)
{
	return json_is_object(before) &&
	       str_eq(json_text(now, "text"), json_text(before, "text"));
}

static enum err delete (
    const struct slack_in *in, const json_t *event, struct str ts) {
	const json_t *before = json_object_get(event, "previous_message");
	struct slack_post p = {before, json_text(event, "channel"), false};
	struct envelope * e;
	enum err err;

	if (slack_is_bots(in, before)) return drop(in, "bot");
	err = arrive(in, &e);
	return err == OK ? slack_deleted(in, &p, ts, e) : err;
}

static enum err
edit(const struct slack_in *in, const json_t *event)
{
	struct slack_post p = {json_object_get(event, "message"),
	    json_text(event, "channel"), false};
	struct envelope *e;
	enum err err;

	if (slack_is_bots(in, p.message))
		return drop(in, "bot");
	err = arrive(in, &e);
	if (err != OK)
		return err;
	return slack_edited(in, &p, json_text(event, "event_ts"), e);
}

static enum err
on_changed(const struct slack_in *in, const json_t *event)
{
	const json_t *now = json_object_get(event, "message");

	if (!json_is_object(now))
		return slack_refuse(in, "message_changed has no message");
	/* What stays of a deleted message that has replies. */
	if (str_eq(json_text(now, "subtype"), STR("tombstone")))
		return delete (in, event, json_text(now, "ts"));
	if (same_text(now, json_object_get(event, "previous_message")))
		return drop(in, "same_text");
	return edit(in, event);
}

static enum err
on_deleted(const struct slack_in *in, const json_t *event)
{
	return delete (in, event, json_text(event, "deleted_ts"));
}

static const struct {
	const char *subtype;
	enum err (*read)(const struct slack_in *in, const json_t *event);
} changes[] = {
    {"message_changed", on_changed},
    {"message_deleted", on_deleted},
};

static enum err
on_message(const struct slack_in *in, const json_t *event)
{
	struct str subtype = json_text(event, "subtype");
	size_t i;

	for (i = 0; i < ARRAY_LEN(changes); i++)
		if (str_eq(subtype, str_from(changes[i].subtype)))
			return changes[i].read(in, event);
	return on_new(in, event);
}

/* ---- somebody opens a conversation -------------------------------------- */

static enum err
open_place(
    const struct slack_in *in, const struct slack_place *p, struct str at)
{
	struct envelope *e;
	enum err err;

	if (!slack_id_ok(p->channel) || !slack_id_ok(p->user) ||
	    (p->thread.n > 0 && !slack_ts_ok(p->thread)))
		return slack_refuse(in, "who opened what is not well-formed");
	err = arrive(in, &e);
	if (err != OK)
		return err;
	*e = (struct envelope){.kind = EVENT_OPENED,
	    .at = slack_ts_ok(at) ? slack_ts_ms(at) : in->now,
	    .body = STR("{}")};
	return slack_envelope(
	    in, p, slack_source(in, "open", p->channel, p->thread), e);
}

static enum err
on_home(const struct slack_in *in, const json_t *event)
{
	struct slack_place p = {.channel = json_text(event, "channel"),
	    .user = json_text(event, "user"),
	    .team = in->doc->id};

	if (!str_eq(json_text(event, "tab"), STR("messages")))
		return drop(in, "other_tab");
	return open_place(in, &p, json_text(event, "event_ts"));
}

static enum err
on_assistant(const struct slack_in *in, const json_t *event)
{
	const json_t *t = json_object_get(event, "assistant_thread");
	struct slack_place p = {.channel = json_text(t, "channel_id"),
	    .thread = json_text(t, "thread_ts"),
	    .user = json_text(t, "user_id"),
	    .team = in->doc->id};

	return open_place(in, &p, json_text(event, "event_ts"));
}

/* ---- all ---------------------------------------------------------------- */

static const struct {
	const char *type;
	enum err (*read)(const struct slack_in *in, const json_t *event);
	const char *ignored, *notice; /* where there is nothing to read */
} events[] = {
    {"message", on_message, NULL, NULL},
    {"app_mention", on_mention, NULL, NULL},
    {"app_home_opened", on_home, NULL, NULL},
    {"assistant_thread_started", on_assistant, NULL, NULL},
    {"app_uninstalled", NULL, "app_uninstalled",
	"the app was taken out of the workspace; install it again, or take "
	"the account out of the company's document"},
    {"tokens_revoked", NULL, "tokens_revoked",
	"the app's token was withdrawn; install the app again and write the "
	"new token into the account"},
    {"agent_session_stopped", NULL, "stopped_by_user", NULL},
};

enum err
slack_event(const struct slack_in *in, const json_t *event)
{
	struct str type = json_text(event, "type");
	size_t i;

	for (i = 0; i < ARRAY_LEN(events); i++) {
		if (!str_eq(type, str_from(events[i].type)))
			continue;
		if (events[i].read != NULL)
			return events[i].read(in, event);
		in->out->notice = events[i].notice;
		return drop(in, events[i].ignored);
	}
	in->out->notice = "an event that is not for us; take it out of the "
			  "app's event subscriptions";
	return drop(in, "other_event");
}
