/*
 * slack_sent: whom a message is for, what came of it, and what else there is to
 * try where a draft cannot become the answer.
 */
#include "channels/slack/slack_inner.h"
#include "core/utf8.h"

#define NAME_CHARACTERS 100u

/* ---- whom it is for ------------------------------------------------------ */

static void
after_who(const struct slack_plan *p, struct str name, struct outcome *o)
{
	struct buf b = {0};
	size_t i;

	buf_str(&b, "who ");
	name = utf8_prefix(name, NAME_CHARACTERS);
	for (i = 0; i < name.n; i++)
		buf_char(&b, (unsigned char)name.p[i] < ' ' ? ' ' : name.p[i]);
	*o = (struct outcome){
	    .kind = OUTCOME_NEXT, .state = buf_take(&b, p->arena)};
	if (o->state.p == NULL)
		o->kind = OUTCOME_LATER;
}

/* As others see them: the name that they chose, or their full one. */
void
slack_done_who(
    const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	const json_t *user = json_object_get(root, "user");
	const json_t *profile = json_object_get(user, "profile");
	const struct str names[] = {json_text(profile, "display_name"),
	    json_text(profile, "real_name"), json_text(user, "real_name"),
	    json_text(user, "name")};
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(names) && str_trim(names[i]).n == 0)
		i++;
	after_who(p, str_trim(names[i]), o);
}

/* An app that may not read users answers them all the same. */
bool
slack_failed_who(const struct slack_plan *p, struct str code, struct outcome *o)
{
	(void)code;
	after_who(p, STR(""), o);
	return true;
}

/* ---- what was sent ------------------------------------------------------- */

static struct str
message_id(const struct slack_plan *p, struct str ts)
{
	return arena_printf(
	    p->arena, "%.*s:%.*s", STR_FMT(p->payload.to.channel), STR_FMT(ts));
}

static void
next(const struct slack_plan *p, const char *step, struct outcome *o)
{
	*o = (struct outcome){.kind = OUTCOME_NEXT};
	o->state = arena_printf(p->arena, "%s %.*s", step, STR_FMT(p->ts));
	if (o->state.p == NULL)
		o->kind = OUTCOME_LATER;
}

void
slack_done_sent(
    const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	struct str ts = json_text(
	    root, p->step == STEP_EPHEMERAL ? "message_ts" : "ts");

	/* It says that it is there but not where: look. */
	o->kind = slack_ts_ok(ts) ? OUTCOME_OK : OUTCOME_DOUBT;
	if (o->kind == OUTCOME_OK)
		o->vendor_id = message_id(p, ts);
}

/* A message whose name we know, and that is the answer now. */
void
slack_done_changed(
    const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	(void)root;
	o->kind = OUTCOME_OK;
	o->vendor_id = message_id(p, p->ts);
}

static bool
is_one_of(struct str code, const char *const *list)
{
	for (; *list != NULL; list++)
		if (str_eq(code, str_from(*list)))
			return true;
	return false;
}

/* Slack has ended the stream itself, or its user has. */
bool
slack_failed_stop(
    const struct slack_plan *p, struct str code, struct outcome *o)
{
	static const char *const ended[] = {"message_not_in_streaming_state",
	    "stopped_by_user", "message_not_found", "msg_too_long",
	    "invalid_arguments", NULL};

	if (!is_one_of(code, ended))
		return false;
	if (p->job->kind == JOB_DRAFT)
		slack_done_closed(p, NULL, o);
	else
		next(p, "update", o);
	return true;
}

/* There is nothing that could be changed: a message of its own, then. */
bool
slack_failed_update(
    const struct slack_plan *p, struct str code, struct outcome *o)
{
	static const char *const gone[] = {"message_not_found",
	    "cant_update_message", "edit_window_closed", "msg_too_long",
	    "is_inactive", NULL};

	if (!is_one_of(code, gone))
		return false;
	next(p, "post", o);
	return true;
}

/* ---- drafts ------------------------------------------------------------- */

static void
keep_live(const struct slack_plan *p, const struct slack_live *live,
    struct outcome *o)
{
	*o = (struct outcome){.kind = OUTCOME_OK};
	o->state = slack_live_write(live, p->arena);
}

void
slack_done_started(
    const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	struct slack_live live = p->live;

	live.ts = json_text(root, "ts");
	live.mode = p->step == STEP_START ? LIVE_STREAM : LIVE_EDIT;
	if (!slack_ts_ok(live.ts))
		live = (struct slack_live){.mode = LIVE_OFF};
	slack_live_shows(&live, p->text);
	keep_live(p, &live, o);
}

/* No draft of this answer then; the answer itself is not hindered. */
bool
slack_failed_start(
    const struct slack_plan *p, struct str code, struct outcome *o)
{
	struct slack_live off = {.mode = LIVE_OFF};

	(void)code;
	keep_live(p, &off, o);
	return true;
}

void
slack_done_shown(
    const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	struct slack_live live = p->live;
	struct str all = p->text;

	(void)root;
	if (p->step == STEP_APPEND)
		all = (struct str){p->job->text.p, p->live.sent + p->text.n};
	slack_live_shows(&live, all);
	keep_live(p, &live, o);
}

void
slack_done_closed(
    const struct slack_plan *p, const json_t *root, struct outcome *o)
{
	struct slack_live live = p->live;

	(void)root;
	if (p->job->kind == JOB_SEND) {
		next(p, "update", o);
		return;
	}
	live.mode = LIVE_CLOSED;
	keep_live(p, &live, o);
}

/*
 * What is added twice is seen twice, so it is not tried again: the draft stays
 * as it is, and the answer replaces all of it.
 */
void
slack_unsure_append(const struct slack_plan *p, struct outcome *o)
{
	struct slack_live live = p->live;

	live.mode = LIVE_UNSURE;
	keep_live(p, &live, o);
}

bool
slack_failed_append(
    const struct slack_plan *p, struct str code, struct outcome *o)
{
	static const char *const ended[] = {"message_not_in_streaming_state",
	    "stopped_by_user", "message_not_found", "cant_update_message",
	    "edit_window_closed", NULL};
	static const char *const stuck[] = {
	    "streaming_state_conflict", "msg_too_long", NULL};

	if (p->step == STEP_APPEND && is_one_of(code, stuck))
		slack_unsure_append(p, o);
	else if (is_one_of(code, ended) || is_one_of(code, stuck))
		slack_done_closed(p, NULL, o);
	else
		return false;
	return true;
}
