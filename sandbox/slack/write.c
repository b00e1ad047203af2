/* write: messages and channels as the JSON objects of the API and events. */
#include "sandbox/slack/inner.h"

static void
put_ts(struct buf *b, const char *name, uint64_t ts)
{
	char text[TS_TEXT + 1];

	sb_put_text(b, name, sb_ts_write(ts, text));
}

static void
put_json(struct buf *b, const char *name, const char *json)
{
	if (json != NULL)
		sb_put_raw(b, name, str_from(json));
}

static struct str
text_of(const struct message *m)
{
	return m->text == NULL ? STR("") : str_from(m->text);
}

/* ---- who wrote it ------------------------------------------------------- */

static struct str
author_of(const struct message *m)
{
	return m->user == NULL ? m->channel->w->bot_user : m->user->node.key;
}

static void
put_author(struct buf *b, const struct message *m)
{
	const struct workspace *w = m->channel->w;

	sb_put_text(b, "user", author_of(m));
	if (m->user != NULL)
		return;
	sb_put_text(b, "bot_id", w->bot_id);
	sb_put_text(b, "app_id", w->app);
	buf_str(b, ",\"bot_profile\":{");
	sb_put_text(b, "id", w->bot_id);
	sb_put_text(b, "app_id", w->app);
	sb_put_text(b, "user_id", w->bot_user);
	sb_put_text(b, "name", STR("frontdesk"));
	sb_put_text(b, "team_id", w->team);
	buf_str(b, ",\"deleted\":false}");
}

/* ---- what it says ------------------------------------------------------- */

/* What Slack makes of what people type. */
static void
put_rich_text(struct buf *b, const struct message *m)
{
	buf_str(b,
	    ",\"blocks\":[{\"type\":\"rich_text\",\"block_id\":\"rich\","
	    "\"elements\":[{\"type\":\"rich_text_section\",\"elements\":["
	    "{\"type\":\"text\"");
	sb_put_text(b, "text", text_of(m));
	buf_str(b, "}]}]}]");
}

static void
put_blocks(struct buf *b, const struct message *m)
{
	if (m->blocks != NULL)
		put_json(b, "blocks", m->blocks);
	else if (m->user != NULL && !m->tombstone)
		put_rich_text(b, m);
}

static void
put_reactions(struct buf *b, const struct message *m)
{
	unsigned i;

	if (m->reaction_count == 0)
		return;
	buf_str(b, ",\"reactions\":[");
	for (i = 0; i < m->reaction_count; i++) {
		buf_str(b, i == 0 ? "{" : ",{");
		sb_put_text(b, "name", str_from(m->reactions[i]));
		buf_str(b, ",\"users\":[");
		buf_json(b, m->channel->w->bot_user);
		buf_str(b, "],\"count\":1}");
	}
	buf_char(b, ']');
}

static void
put_edited(struct buf *b, const struct message *m)
{
	if (m->edited == 0)
		return;
	buf_str(b, ",\"edited\":{");
	sb_put_text(b, "user", author_of(m));
	put_ts(b, "ts", m->edited);
	buf_char(b, '}');
}

/* ---- where it stands ---------------------------------------------------- */

static void
put_thread(struct buf *b, const struct message *m)
{
	if (m->thread != 0)
		put_ts(b, "thread_ts", m->thread);
	if (m->root != NULL)
		sb_put_text(b, "parent_user_id", author_of(m->root));
	if (m->replies == 0)
		return;
	put_ts(b, "thread_ts", m->key.ts);
	sb_put_number(b, "reply_count", m->replies);
	sb_put_number(b, "reply_users_count", 1);
	put_ts(b, "latest_reply", m->reply_newest->key.ts);
}

static void
put_streaming(struct buf *b, const struct message *m)
{
	static const char *const words[] = {
	    [STREAM_OPEN] = "in_progress",
	    [STREAM_DONE] = "completed",
	    [STREAM_STOPPED] = "completed",
	};

	if (m->streaming != NO_STREAM)
		sb_put_text(
		    b, "streaming_state", str_from(words[m->streaming]));
}

static void
put_client_id(struct buf *b, const struct message *m)
{
	if (m->user == NULL)
		return;
	buf_addf(b, ",\"client_msg_id\":\"%08llx-0000-4000-8000-%012llx\"",
	    (unsigned long long)(m->key.channel & 0xffffffff),
	    (unsigned long long)(m->key.ts & 0xffffffffffff));
}

void
sb_message_write(
    const struct message *m, const struct message_view *view, struct buf *out)
{
	buf_str(out, "{\"type\":\"message\"");
	if (m->tombstone)
		sb_put_text(out, "subtype", STR("tombstone"));
	else if (m->files != NULL && m->user != NULL)
		sb_put_text(out, "subtype", STR("file_share"));
	put_author(out, m);
	sb_put_text(out, "text", text_of(m));
	put_ts(out, "ts", m->key.ts);
	sb_put_text(out, "team", m->channel->w->team);
	put_client_id(out, m);
	put_thread(out, m);
	put_blocks(out, m);
	put_json(out, "files", m->files);
	put_edited(out, m);
	put_reactions(out, m);
	put_streaming(out, m);
	if (view->metadata)
		put_json(out, "metadata", m->metadata);
	if (view->as_event) {
		sb_put_text(out, "channel", m->channel->node.key);
		put_ts(out, "event_ts", m->key.ts);
		sb_put_text(
		    out, "channel_type", str_from(sb_channel_type(m->channel)));
	}
	buf_char(out, '}');
}

static void
put_flag(struct buf *b, const char *name, bool on)
{
	sb_put_raw(b, name, on ? STR("true") : STR("false"));
}

void
sb_channel_write(const struct channel *ch, struct buf *out)
{
	bool im = ch->kind == CHANNEL_IM;

	buf_char(out, '{');
	sb_put_text(out, "id", ch->node.key);
	sb_put_number(out, "created", 1600000000);
	put_flag(out, "is_archived", ch->archived);
	put_flag(out, "is_im", im);
	put_flag(out, "is_channel", ch->kind == CHANNEL_PUBLIC);
	put_flag(out, "is_group", ch->kind == CHANNEL_PRIVATE);
	put_flag(out, "is_private", ch->kind != CHANNEL_PUBLIC);
	put_flag(out, "is_mpim", false);
	put_flag(out, "is_ext_shared", false);
	sb_put_text(out, "context_team_id", ch->w->team);
	if (im) {
		sb_put_text(out, "user", ch->user->node.key);
		put_flag(out, "is_open", true);
	} else {
		sb_put_text(out, "name", ch->name);
		sb_put_text(out, "name_normalized", ch->name);
		sb_put_text(out, "creator",
		    ch->w->people_count > 0 ? ch->w->people[0]->node.key
					    : ch->w->bot_user);
		put_flag(out, "is_member", ch->member);
	}
	buf_char(out, '}');
}
