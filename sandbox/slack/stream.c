/*
 * stream: answers that grow. A stream is a message of ours that is open until
 * it is stopped, stopped by the person, or its time is up; each effect has
 * the whole text so far.
 */
#include "core/utf8.h"
#include "core/json.h"
#include "sandbox/slack/api.h"

#define STREAM_MS (5 * 60 * 1000)
#define TASK_TEXT 256u

/* ---- what is given ------------------------------------------------------ */

static bool
is_short(const json_t *o, const char *name, bool required)
{
	const json_t *v = json_object_get(o, name);

	if (v == NULL)
		return !required;
	return json_is_string(v) && utf8_count(json_text_of(v)) <= TASK_TEXT;
}

static bool
is_one_of(const json_t *v, const char *words)
{
	const char *s = json_string_value(v), *at;
	size_t n = json_string_length(v);

	at = s == NULL || n == 0 ? NULL : strstr(words, s);
	return at != NULL && at > words && at[-1] == ' ' && at[n] == ' ';
}

static bool
look_text(const json_t *chunk, struct buf *text)
{
	const json_t *v = json_object_get(chunk, "text");

	if (!json_is_string(v))
		return false;
	buf_add(text, json_string_value(v), json_string_length(v));
	return true;
}

static bool
look_task(const json_t *chunk, struct buf *text)
{
	(void)text;
	return is_short(chunk, "id", true) && is_short(chunk, "title", true) &&
	       is_short(chunk, "details", false) &&
	       is_short(chunk, "output", false) &&
	       is_one_of(json_object_get(chunk, "status"),
		   "  pending in_progress complete error ");
}

static bool
look_plan(const json_t *chunk, struct buf *text)
{
	(void)text;
	return is_short(chunk, "title", true);
}

static bool
look_blocks(const json_t *chunk, struct buf *text)
{
	const json_t *v = json_object_get(chunk, "blocks");

	(void)text;
	return json_is_array(v) && json_array_size(v) <= BLOCKS_MOST;
}

static const struct {
	const char *type;
	bool (*look)(const json_t *chunk, struct buf *text);
} kinds[] = {
    {"markdown_text", look_text},
    {"task_update", look_task},
    {"plan_update", look_plan},
    {"blocks", look_blocks},
};

static bool
look_chunk(const json_t *chunk, struct buf *text)
{
	const char *type = json_string_value(json_object_get(chunk, "type"));
	size_t i;

	for (i = 0; type != NULL && i < ARRAY_LEN(kinds); i++)
		if (strcmp(type, kinds[i].type) == 0)
			return kinds[i].look(chunk, text);
	return false;
}

static void
read_chunks(struct api_call *c, const json_t *chunks)
{
	struct buf text = {0};
	size_t i;

	for (i = 0; i < json_array_size(chunks) && c->error == NULL; i++)
		if (!look_chunk(json_array_get(chunks, i), &text))
			c->error = "invalid_chunks";
	if (!text.failed && text.len > 0)
		c->content.text = arena_copy(c->visit->arena, buf_view(&text));
	buf_free(&text);
}

/* Only chat.stopStream has those. */
static void
read_end(struct api_call *c)
{
	const struct content_given g = {
	    .blocks = arg(c, STOP_BLOCKS), .metadata = arg(c, STOP_METADATA)};
	struct str text = c->content.text;
	const char *wrong;

	wrong = sb_content_read(&c->content, &g, c->visit->arena, &c->detail);
	if (wrong != NULL && strcmp(wrong, "no_text") != 0)
		c->error = wrong;
	c->content.text = text;
}

void
sb_stream_check(struct api_call *c)
{
	const struct value *markdown = arg(c, STREAM_MARKDOWN),
			   *chunks = arg(c, STREAM_CHUNKS);

	c->content.text = STR("");
	if (markdown->given && chunks->given)
		c->error = "markdown_text_conflict";
	else if (markdown->given)
		c->content.text = markdown->text;
	else if (chunks->given)
		read_chunks(c, chunks->json);
	else if (c->method->run == sb_stream_append)
		c->error = "no_text";
	if (c->error == NULL && c->method->run == sb_stream_stop)
		read_end(c);
	if (c->error == NULL && utf8_count(c->content.text) > MARKDOWN_MOST)
		c->error = "msg_too_long";
	c->content.markdown = true;
}

/* ---- its life ----------------------------------------------------------- */

static void
tell(struct api_call *c, struct message *m)
{
	char text[TS_TEXT + 1];

	sb_put_text(&c->out, "channel", c->channel->node.key);
	sb_put_text(&c->out, "ts", sb_ts_write(m->key.ts, text));
	sb_call_effect(
	    c, "stream", m, m->text == NULL ? STR("") : str_from(m->text));
}

static bool
has_recipient(struct api_call *c)
{
	if (c->channel->kind == CHANNEL_IM)
		return true;
	if (!arg(c, STREAM_TEAM)->given)
		c->error = "missing_recipient_team_id";
	else if (!arg(c, STREAM_USER)->given)
		c->error = "missing_recipient_user_id";
	else if (!str_eq(arg(c, STREAM_TEAM)->text, c->w->team))
		c->error = "team_not_found";
	else if (sb_user_find(c->w, arg(c, STREAM_USER)->text) == NULL)
		c->error = "user_not_found";
	return c->error == NULL;
}

void
sb_stream_start(struct api_call *c)
{
	const struct sandbox *s = c->slack->sandbox;
	struct message *root, *m;
	struct posted posted;
	uint64_t thread;

	if (!sb_call_place(c, arg(c, STREAM_CHANNEL)->text) ||
	    !has_recipient(c))
		return;
	root = sb_call_thread(c, arg(c, STREAM_TS), &thread);
	if (c->error != NULL)
		return;
	m = sb_message_new(c->channel, root, NULL, c->content.text);
	if (m == NULL) {
		c->error = "internal_error";
		return;
	}
	m->thread = thread;
	m->streaming = STREAM_OPEN;
	m->stream_until = clock_steady(s->conf.clock) +
			  (int64_t)((double)STREAM_MS * s->timeout_scale);
	c->channel->status_until = 0;
	tell(c, m);
	sb_event_message(m, &posted);
}

/* The open stream that is meant, or the word for what it is instead. */
static struct message *
open_stream(struct api_call *c)
{
	uint64_t ts = arg(c, STREAM_TS)->ts;
	struct message *m;

	if (!sb_call_place(c, arg(c, STREAM_CHANNEL)->text))
		return NULL;
	m = ts == 0 ? NULL : sb_message_find(c->channel, ts);
	if (m == NULL)
		c->error = "message_not_found";
	else if (m->user != NULL)
		c->error = "message_not_owned_by_app";
	else if (m->streaming == STREAM_STOPPED)
		c->error = "stopped_by_user";
	else if (!sb_message_streams(m))
		c->error = "message_not_in_streaming_state";
	return c->error == NULL ? m : NULL;
}

/* The text with what is new at its end. */
static bool
grow(struct api_call *c, struct message *m)
{
	struct buf b = {0};

	if (m->text != NULL)
		buf_str(&b, m->text);
	buf_add(&b, c->content.text.p, c->content.text.n);
	if (utf8_count(buf_view(&b)) > MARKDOWN_MOST)
		c->error = "msg_too_long";
	else if (!b.failed)
		sb_message_set(&m->text, buf_view(&b));
	c->channel->version++;
	buf_free(&b);
	return c->error == NULL;
}

void
sb_stream_append(struct api_call *c)
{
	struct message *m = open_stream(c);

	if (m != NULL && grow(c, m))
		tell(c, m);
}

void
sb_stream_stop(struct api_call *c)
{
	const struct message_view view = {.metadata = true};
	struct message *m = open_stream(c);
	struct posted posted;
	struct buf b = {0};

	if (m == NULL || !grow(c, m))
		return;
	m->streaming = STREAM_DONE;
	sb_message_set(&m->blocks, c->content.blocks);
	sb_message_set(&m->metadata, c->content.metadata);
	tell(c, m);
	sb_message_write(m, &view, &b);
	sb_put_raw(&c->out, "message", buf_view(&b));
	buf_free(&b);
	sb_event_changed(m, m->text, &posted);
}
