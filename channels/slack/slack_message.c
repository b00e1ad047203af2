/*
 * slack_message: a message of a person as an envelope: does it concern us,
 * which conversation is it of, what came with it.
 */
#include "channels/slack/slack_inner.h"

#define SLACKBOT "USLACKBOT"

/* ---- does it concern us ------------------------------------------------- */

bool
slack_is_bots(const struct slack_in *in, const json_t *m)
{
	struct str user = json_text(m, "user");

	return json_text(m, "bot_id").n > 0 ||
	       json_text(m, "streaming_state").n > 0 ||
	       str_eq(json_text(m, "subtype"), STR("bot_message")) ||
	       str_eq(user, STR(SLACKBOT)) ||
	       (in->bot.n > 0 && str_eq(user, in->bot)) ||
	       (in->app.n > 0 && str_eq(json_text(m, "app_id"), in->app));
}

static bool
is_said(struct str subtype)
{
	static const char *const said[] = {
	    "", "file_share", "thread_broadcast", "me_message"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(said); i++)
		if (str_eq(subtype, str_from(said[i])))
			return true;
	return false;
}

/* Is it a reply in a thread that our bot began? */
static bool
in_our_thread(const struct slack_in *in, const json_t *m)
{
	struct str parent = json_text(m, "parent_user_id");

	if (parent.n == 0)
		parent = json_text(json_object_get(m, "root"), "user");
	return in->bot.n > 0 && str_eq(parent, in->bot);
}

/* Whatever else is said there. */
static bool
is_to_us(const struct slack_in *in, const struct slack_post *p)
{
	return p->mentioned || (p->channel.n > 0 && p->channel.p[0] == 'D') ||
	       in_our_thread(in, p->message) ||
	       slack_text_mentions(
		   json_text(p->message, "text"), in->bot, in->bot.n == 0);
}

/* It may go on with us, if we take part in the thread. */
static bool
is_in_thread(const struct slack_post *p)
{
	struct str thread = json_text(p->message, "thread_ts");

	return thread.n > 0 && !str_eq(thread, json_text(p->message, "ts"));
}

static const char *
unwanted(const struct slack_in *in, const struct slack_post *p)
{
	if (slack_is_bots(in, p->message))
		return "bot";
	if (!is_said(json_text(p->message, "subtype")))
		return "subtype";
	if (json_text(p->message, "user").n == 0)
		return "no_user";
	if (!is_to_us(in, p) && !is_in_thread(p))
		return "not_for_us";
	return NULL;
}

/* ---- where -------------------------------------------------------------- */

static enum err
place_of(const struct slack_in *in, const struct slack_post *p, struct str ts,
    struct slack_place *out)
{
	struct str thread = json_text(p->message, "thread_ts");
	struct str team = json_text(p->message, "user_team");

	if (team.n == 0)
		team = json_text(p->message, "team");
	*out = (struct slack_place){.channel = p->channel,
	    .thread = thread,
	    .user = json_text(p->message, "user"),
	    .team = team.n > 0 ? team : in->doc->id};
	if (!slack_id_ok(p->channel) || !slack_ts_ok(ts) ||
	    (thread.n > 0 && !slack_ts_ok(thread)) ||
	    (out->user.n > 0 && !slack_id_ok(out->user)) ||
	    !slack_id_ok(out->team))
		return slack_refuse(in,
		    "a channel, user, team or timestamp is not well-formed");
	/* The first message of a thread has that thread's name. */
	if (slack_place_direct(out) && str_eq(thread, ts))
		out->thread = STR("");
	else if (!slack_place_direct(out) && thread.n == 0)
		out->thread = ts;
	return OK;
}

struct str
slack_source(
    const struct slack_in *in, const char *what, struct str id, struct str more)
{
	return arena_printf(in->arena, "slack:%.*s:%s:%.*s%s%.*s",
	    STR_FMT(in->doc->name), what, STR_FMT(id), more.n > 0 ? ":" : "",
	    STR_FMT(more));
}

static struct str
message_source(const struct slack_in *in, const struct slack_post *p,
    struct str ts, struct str change)
{
	return arena_printf(in->arena, "slack:%.*s:%.*s:%.*s%.*s",
	    STR_FMT(in->doc->name), STR_FMT(p->channel), STR_FMT(ts),
	    STR_FMT(change));
}

static struct str
reply_of(const struct slack_place *p, struct arena *a)
{
	struct buf b = {0};

	slack_place_write(p, &b);
	return buf_take(&b, a);
}

enum err
slack_envelope(const struct slack_in *in, const struct slack_place *p,
    struct str source, struct envelope *e)
{
	e->source = source;
	e->address = slack_address(in->doc, p, in->arena);
	e->reply = reply_of(p, in->arena);
	if (p->user.n > 0) {
		e->person = arena_printf(
		    in->arena, "%.*s:%.*s", STR_FMT(p->team), STR_FMT(p->user));
		if (e->person.p == NULL)
			return E_NOMEM;
	}
	return e->source.p == NULL || e->address.p == NULL ||
		       e->reply.p == NULL || e->body.p == NULL
		   ? E_NOMEM
		   : OK;
}

/* ---- files -------------------------------------------------------------- */

static bool
is_fetchable(const json_t *f)
{
	static const char *const never[] = {
	    "external", "tombstone", "hidden_by_limit"};
	struct str mode = json_text(f, "mode");
	size_t i;

	for (i = 0; i < ARRAY_LEN(never); i++)
		if (str_eq(mode, str_from(never[i])))
			return false;
	return !json_is_true(json_object_get(f, "is_external")) &&
	       slack_id_ok(json_text(f, "id"));
}

static struct str
url_of(const json_t *f)
{
	struct str url = json_text(f, "url_private_download");

	return url.n > 0 ? url : json_text(f, "url_private");
}

static struct str
file_payload(const json_t *f, uint64_t size, struct arena *a)
{
	bool ask = str_eq(json_text(f, "file_access"), STR("check_file_info"));
	struct buf b = {0};

	buf_char(&b, '{');
	buf_member(&b, "id", json_text(f, "id"));
	if (!ask)
		buf_member(&b, "url", url_of(f));
	buf_str(&b, ",\"size\":");
	buf_u64(&b, size);
	buf_char(&b, '}');
	return buf_take(&b, a);
}

static enum err
read_file(const json_t *f, struct arena *a, struct envelope_file *out)
{
	json_int_t size = json_integer_value(json_object_get(f, "size"));
	struct str name = json_text(f, "name");

	if (name.n == 0)
		name = json_text(f, "title");
	out->size = size < 0 ? 0 : (uint64_t)size;
	out->name = arena_copy(a, name);
	out->type = json_text_copy(f, "mimetype", a);
	out->payload = file_payload(f, out->size, a);
	return out->name.p == NULL || out->type.p == NULL ||
		       out->payload.p == NULL
		   ? E_NOMEM
		   : OK;
}

static enum err
read_files(const struct slack_in *in, const json_t *m, struct envelope *e)
{
	const json_t *list = json_object_get(m, "files");
	const json_t *f;
	enum err err = OK;
	size_t i;

	json_array_foreach(list, i, f)
	{
		if (!is_fetchable(f))
			continue;
		if (e->file_count == ENVELOPE_FILES_MAX) {
			in->out->ignored = "more_files";
			break;
		}
		err = read_file(f, in->arena, &e->files[e->file_count++]);
		if (err != OK)
			break;
	}
	return err;
}

/* ---- the body ----------------------------------------------------------- */

struct str
slack_body(struct str text, struct arena *a)
{
	struct buf b = {0};

	buf_str(&b, "{\"text\":");
	buf_json(&b, text);
	buf_char(&b, '}');
	return buf_take(&b, a);
}

static void
write_files(const struct envelope *e, struct buf *b)
{
	unsigned i;

	for (i = 0; i < e->file_count; i++) {
		buf_str(b, i == 0 ? ",\"files\":[{" : ",{");
		buf_str(b, "\"size\":");
		buf_u64(b, e->files[i].size);
		buf_member(b, "name", e->files[i].name);
		buf_member(b, "type", e->files[i].type);
		buf_char(b, '}');
	}
	if (i > 0)
		buf_char(b, ']');
}

static struct str
body_of(struct str text, const struct envelope *e, struct arena *a)
{
	struct buf b = {0};

	buf_str(&b, "{\"text\":");
	buf_json(&b, text);
	write_files(e, &b);
	buf_char(&b, '}');
	return buf_take(&b, a);
}

static struct str
text_of(const struct slack_in *in, const json_t *m)
{
	return slack_text_read(
	    json_text(m, "text"), in->bot, in->bot.n == 0, in->arena);
}

/* ---- envelopes ---------------------------------------------------------- */

enum err
slack_message(const struct slack_in *in, const struct slack_post *p,
    struct envelope *e, const char **ignored)
{
	struct str ts = json_text(p->message, "ts"), text;
	struct slack_place place;
	enum err err;

	*ignored = unwanted(in, p);
	if (*ignored != NULL)
		return OK;
	err = place_of(in, p, ts, &place);
	if (err != OK)
		return err;
	*e = (struct envelope){.kind = EVENT_MESSAGE,
	    .known_only = !is_to_us(in, p),
	    .at = slack_ts_ms(ts)};
	err = read_files(in, p->message, e);
	text = text_of(in, p->message);
	if (err != OK || text.p == NULL)
		return E_NOMEM;
	if (text.n == 0 && e->file_count == 0) {
		*ignored = "empty";
		return OK;
	}
	e->body = body_of(text, e, in->arena);
	return slack_envelope(
	    in, &place, message_source(in, p, ts, STR("")), e);
}

/* Answers go on to where the newest message came from. */
static enum err
change_envelope(const struct slack_in *in, const struct slack_place *p,
    struct str source, struct envelope *e)
{
	enum err err = slack_envelope(in, p, source, e);

	e->reply = STR("");
	return err;
}

enum err
slack_edited(const struct slack_in *in, const struct slack_post *p,
    struct str ts, struct envelope *e)
{
	struct str of = json_text(p->message, "ts"), text, change;
	struct str edited = json_text(
	    json_object_get(p->message, "edited"), "ts");
	struct slack_place place;
	enum err err = place_of(in, p, of, &place);

	if (err != OK)
		return err;
	/* Histories tell only this one, so it comes first. */
	if (edited.n > 0)
		ts = edited;
	if (!slack_ts_ok(ts))
		return slack_refuse(in, "a change has no timestamp");
	change = arena_printf(in->arena, ":edit:%.*s", STR_FMT(ts));
	text = text_of(in, p->message);
	*e = (struct envelope){.kind = EVENT_EDITED,
	    .known_only = !is_to_us(in, p),
	    .at = slack_ts_ms(ts),
	    .about = message_source(in, p, of, STR(""))};
	if (change.p == NULL || text.p == NULL || e->about.p == NULL)
		return E_NOMEM;
	e->body = slack_body(text, in->arena);
	return change_envelope(
	    in, &place, message_source(in, p, of, change), e);
}

enum err
slack_deleted(const struct slack_in *in, const struct slack_post *p,
    struct str ts, struct envelope *e)
{
	struct slack_place place;
	enum err err = place_of(in, p, ts, &place);

	if (err != OK)
		return err;
	*e = (struct envelope){.kind = EVENT_DELETED,
	    .known_only = !is_to_us(in, p),
	    .at = in->now,
	    .about = message_source(in, p, ts, STR("")),
	    .body = STR("{}")};
	if (e->about.p == NULL)
		return E_NOMEM;
	return change_envelope(
	    in, &place, message_source(in, p, ts, STR(":delete")), e);
}
