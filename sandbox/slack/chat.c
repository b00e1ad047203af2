/* chat: posting, changing, deleting, and what only one person sees. */
#include "sandbox/slack/api.h"

#include <stdlib.h>

static void
put_ts(struct buf *b, const char *name, uint64_t ts)
{
	char text[TS_TEXT + 1];

	sb_put_text(b, name, sb_ts_write(ts, text));
}

static void
put_message(struct api_call *c, const struct message *m)
{
	const struct message_view view = {.metadata = true};
	struct buf b = {0};

	sb_message_write(m, &view, &b);
	sb_put_raw(&c->out, "message", buf_view(&b));
	buf_free(&b);
}

static void
fill(struct message *m, const struct content *content)
{
	sb_message_set(&m->blocks, content->blocks);
	if (content->metadata.n > 0)
		sb_message_set(&m->metadata, content->metadata);
}

/* ---- chat.postMessage --------------------------------------------------- */

void
sb_chat_post_check(struct api_call *c)
{
	const struct content_given g = {.text = arg(c, POST_TEXT),
	    .blocks = arg(c, POST_BLOCKS),
	    .attachments = arg(c, POST_ATTACHMENTS),
	    .markdown = arg(c, POST_MARKDOWN),
	    .metadata = arg(c, POST_METADATA),
	    .text_most = TEXT_MOST,
	    .cuts = true};

	if (arg(c, POST_AS_USER)->given)
		c->error = "as_user_not_supported";
	else
		c->error = sb_content_read(
		    &c->content, &g, c->visit->arena, &c->detail);
}

void
sb_chat_post(struct api_call *c)
{
	struct message *root, *m;
	struct posted posted;
	uint64_t thread;

	if (!sb_call_place(c, arg(c, POST_CHANNEL)->text))
		return;
	root = sb_call_thread(c, arg(c, POST_THREAD), &thread);
	if (c->error == NULL && !sandbox_rate(c->slack->sandbox, RATE_CHANNEL,
				    c->channel->node.key, &c->wait_s))
		c->error = "ratelimited";
	if (c->error != NULL)
		return;
	m = sb_message_new(c->channel, root, NULL, c->content.text);
	if (m == NULL) {
		c->error = "internal_error";
		return;
	}
	m->thread = thread;
	fill(m, &c->content);
	c->channel->status_until = 0;
	sb_put_text(&c->out, "channel", c->channel->node.key);
	put_ts(&c->out, "ts", m->key.ts);
	put_message(c, m);
	sb_call_effect(c, "message", m, c->content.text);
	sb_event_message(m, &posted);
}

/* ---- chat.update -------------------------------------------------------- */

void
sb_chat_update_check(struct api_call *c)
{
	const struct content_given g = {.text = arg(c, UPDATE_TEXT),
	    .blocks = arg(c, UPDATE_BLOCKS),
	    .attachments = arg(c, UPDATE_ATTACHMENTS),
	    .markdown = arg(c, UPDATE_MARKDOWN),
	    .metadata = arg(c, UPDATE_METADATA),
	    .text_most = TEXT_UPDATE_MOST};

	if (arg(c, UPDATE_AS_USER)->given)
		c->error = "as_user_not_supported";
	else
		c->error = sb_content_read(
		    &c->content, &g, c->visit->arena, &c->detail);
}

/* A message of ours in c->channel, or the word for what it is instead. */
static struct message *
our_message(struct api_call *c, uint64_t ts, const char *not_ours)
{
	struct message *m = ts == 0 ? NULL : sb_message_find(c->channel, ts);

	if (m == NULL || m->tombstone)
		c->error = "message_not_found";
	else if (m->user != NULL)
		c->error = not_ours;
	return c->error == NULL ? m : NULL;
}

void
sb_chat_update(struct api_call *c)
{
	struct message *m;
	struct posted posted;
	char *before;

	if (!sb_call_channel(c, arg(c, UPDATE_CHANNEL)->text))
		return;
	m = our_message(c, arg(c, UPDATE_TS)->ts, "cant_update_message");
	if (m != NULL && sb_message_streams(m))
		c->error = "streaming_state_conflict";
	if (c->error != NULL)
		return;
	before = m->text;
	m->text = NULL;
	sb_message_set(&m->text, c->content.text);
	fill(m, &c->content);
	m->edited = sb_ts_next(c->slack);
	c->channel->version++;
	sb_put_text(&c->out, "channel", c->channel->node.key);
	put_ts(&c->out, "ts", m->key.ts);
	sb_put_text(&c->out, "text", c->content.text);
	put_message(c, m);
	sb_call_effect(c, "update", m, c->content.text);
	sb_event_changed(m, before, &posted);
	sb_message_set(&before, STR(""));
}

/* ---- chat.delete -------------------------------------------------------- */

void
sb_chat_delete(struct api_call *c)
{
	struct message *m;
	struct posted posted;

	if (!sb_call_channel(c, arg(c, DELETE_CHANNEL)->text))
		return;
	m = our_message(c, arg(c, DELETE_TS)->ts, "cant_delete_message");
	if (m == NULL)
		return;
	sb_put_text(&c->out, "channel", c->channel->node.key);
	put_ts(&c->out, "ts", m->key.ts);
	sb_call_effect(c, "delete", m, STR(""));
	sb_event_deleted(m, &posted);
	sb_message_delete(m);
}

/* ---- chat.postEphemeral ------------------------------------------------- */

void
sb_chat_ephemeral_check(struct api_call *c)
{
	const struct content_given g = {.text = arg(c, EPHEMERAL_TEXT),
	    .blocks = arg(c, EPHEMERAL_BLOCKS),
	    .attachments = arg(c, EPHEMERAL_ATTACHMENTS),
	    .markdown = arg(c, EPHEMERAL_MARKDOWN),
	    .text_most = TEXT_MOST};

	c->error = sb_content_read(
	    &c->content, &g, c->visit->arena, &c->detail);
}

void
sb_chat_ephemeral(struct api_call *c)
{
	struct user *u;
	uint64_t thread;
	char ts[TS_TEXT + 1], thread_ts[TS_TEXT + 1];
	struct effect e = {.vendor = "slack",
	    .kind = "ephemeral",
	    .account = c->w->team,
	    .text = c->content.text};

	if (!sb_call_place(c, arg(c, EPHEMERAL_CHANNEL)->text))
		return;
	u = sb_user_find(c->w, arg(c, EPHEMERAL_USER)->text);
	(void)sb_call_thread(c, arg(c, EPHEMERAL_THREAD), &thread);
	if (u == NULL || (c->channel->user != NULL && c->channel->user != u))
		c->error = "user_not_in_channel";
	if (c->error != NULL)
		return;
	e.to = c->channel->node.key;
	e.id = sb_ts_write(sb_ts_next(c->slack), ts);
	if (thread != 0)
		e.thread = sb_ts_write(thread, thread_ts);
	e.more = arena_printf(
	    c->visit->arena, "\"user\":\"%s\"", u->node.key.p);
	sb_put_text(&c->out, "message_ts", e.id);
	sandbox_effect(c->slack->sandbox, c->visit, &e);
}

/* ---- reactions and the status ------------------------------------------- */

static struct message *
reacted_to(struct api_call *c)
{
	struct str name = arg(c, REACTION_NAME)->text;
	uint64_t ts = arg(c, REACTION_TS)->ts;
	struct message *m = NULL;

	if (!sb_call_channel(c, arg(c, REACTION_CHANNEL)->text))
		return NULL;
	if (name.n == 0 || name.n >= REACTION_TEXT ||
	    memchr(name.p, ':', name.n) != NULL ||
	    memchr(name.p, ' ', name.n) != NULL)
		c->error = "invalid_name";
	else if (ts == 0)
		c->error = "bad_timestamp";
	else if ((m = sb_message_find(c->channel, ts)) == NULL)
		c->error = "message_not_found";
	return m;
}

static unsigned
reaction_at(const struct message *m, struct str name)
{
	unsigned i;

	for (i = 0; i < m->reaction_count; i++)
		if (str_eq(str_from(m->reactions[i]), name))
			break;
	return i;
}

static void
keep_reaction(struct api_call *c, struct message *m, struct str name)
{
	if (m->reactions == NULL)
		m->reactions = calloc(REACTIONS_MOST, REACTION_TEXT);
	if (m->reactions == NULL || m->reaction_count == REACTIONS_MOST) {
		c->error = "too_many_reactions";
		return;
	}
	memcpy(m->reactions[m->reaction_count], name.p, name.n);
	m->reactions[m->reaction_count++][name.n] = '\0';
	c->channel->version++;
	sb_call_effect(c, "reaction", m, name);
}

void
sb_reactions_add(struct api_call *c)
{
	struct message *m = reacted_to(c);
	struct str name = arg(c, REACTION_NAME)->text;

	if (c->error != NULL)
		return;
	if (reaction_at(m, name) < m->reaction_count)
		c->error = "already_reacted";
	else
		keep_reaction(c, m, name);
}

void
sb_reactions_remove(struct api_call *c)
{
	struct message *m = reacted_to(c);
	unsigned at;

	if (c->error != NULL)
		return;
	at = reaction_at(m, arg(c, REACTION_NAME)->text);
	if (at == m->reaction_count) {
		c->error = "no_reaction";
		return;
	}
	m->reaction_count--;
	memmove(
	    m->reactions[at], m->reactions[m->reaction_count], REACTION_TEXT);
	c->channel->version++;
	sb_call_effect(c, "reaction", m, STR(""));
}

#define STATUS_MS 120000
#define LOADING_MOST 10u

void
sb_assistant_status(struct api_call *c)
{
	struct str status = arg(c, STATUS_STATUS)->text;
	uint64_t ts = arg(c, STATUS_THREAD)->ts;
	const struct clock *clock = c->slack->sandbox->conf.clock;
	struct message *m = NULL;

	if (!sb_call_channel(c, arg(c, STATUS_CHANNEL)->text))
		return;
	if (ts != 0)
		m = sb_message_find(c->channel, ts);
	if (ts == 0 || (m == NULL && !c->w->any_thread))
		c->error = "invalid_thread_ts";
	else if (json_array_size(arg(c, STATUS_LOADING)->json) > LOADING_MOST)
		c->error = "invalid_arguments";
	if (c->error != NULL)
		return;
	if (status.n >= STATUS_TEXT)
		status.n = STATUS_TEXT - 1;
	memcpy(c->channel->status, status.p, status.n);
	c->channel->status[status.n] = '\0';
	c->channel->status_until = status.n == 0
				       ? 0
				       : clock_steady(clock) + STATUS_MS;
	c->channel->version++;
	sb_call_effect(c, "status", m, status);
}
