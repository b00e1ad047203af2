/*
 * slack_write: the arguments of each question: the members of a JSON object,
 * or a query. Everything shown goes through the escaping.
 */
#include "channels/slack/slack_inner.h"

#define PAGE_SIZE "100"

static void
put_escaped(struct buf *out, const char *name, struct str markdown,
    void (*how)(struct str text, struct buf *out))
{
	struct buf text = {0};

	how(markdown, &text);
	/* Of nothing but marks nothing is left; Slack takes no empty text. */
	if (!text.failed && str_trim(buf_view(&text)).n == 0) {
		buf_clear(&text);
		slack_escape(markdown, &text);
	}
	if (text.failed)
		out->failed = true;
	else
		buf_member(out, name, buf_view(&text));
	buf_free(&text);
}

/* ---- parts of a message ------------------------------------------------- */

static void
put_row(const struct slack_plan *p, struct buf *out)
{
	buf_str(out, ",\"metadata\":{\"event_type\":\"" SLACK_METADATA
		     "\",\"event_payload\":{\"row\":");
	buf_u64(out, p->job->row);
	buf_str(out, "}}");
}

static void
put_button(const struct button *b, size_t i, struct buf *out)
{
	buf_str(out, i == 0 ? "{" : ",{");
	buf_member(out, "type", STR("button"));
	buf_addf(out, ",\"action_id\":\"answer_%zu\",\"text\":{", i);
	buf_member(out, "type", STR("plain_text"));
	buf_member(out, "text", b->text);
	buf_char(out, '}');
	buf_member(out, "value", b->value.n > 0 ? b->value : b->text);
	buf_char(out, '}');
}

static void
put_actions(const struct slack_payload *m, struct buf *out)
{
	size_t i;

	buf_char(out, '{');
	buf_member(out, "type", STR("actions"));
	buf_str(out, ",\"elements\":[");
	for (i = 0; i < m->button_count; i++)
		put_button(&m->buttons[i], i, out);
	buf_str(out, "]}");
}

/* Where there are buttons, the text stands in a block above them, too. */
static void
put_blocks(const struct slack_plan *p, bool with_text, struct buf *out)
{
	if (p->payload.button_count == 0)
		return;
	buf_str(out, ",\"blocks\":[");
	if (with_text) {
		buf_char(out, '{');
		buf_member(out, "type", STR("section"));
		buf_str(out, ",\"text\":{");
		buf_member(out, "type", STR("mrkdwn"));
		put_escaped(out, "text", p->text, slack_mrkdwn);
		buf_str(out, "}},");
	}
	put_actions(&p->payload, out);
	buf_char(out, ']');
}

static void
put_text(const struct slack_plan *p, struct buf *out)
{
	put_escaped(out, "text", p->text, slack_mrkdwn);
	put_blocks(p, true, out);
}

/* ---- answers ------------------------------------------------------------ */

void
slack_write_post(const struct slack_plan *p, struct buf *out)
{
	slack_write_draft(p, out);
	put_blocks(p, true, out);
	put_row(p, out);
}

void
slack_write_respond(const struct slack_plan *p, struct buf *out)
{
	buf_member(out, "response_type", STR("ephemeral"));
	put_text(p, out);
}

void
slack_write_ephemeral(const struct slack_plan *p, struct buf *out)
{
	buf_member(out, "channel", p->payload.to.channel);
	buf_member(out, "user", p->payload.to.user);
	put_text(p, out);
}

void
slack_write_update(const struct slack_plan *p, struct buf *out)
{
	slack_write_redraft(p, out);
	put_blocks(p, true, out);
	put_row(p, out);
}

void
slack_write_stop(const struct slack_plan *p, struct buf *out)
{
	slack_write_close(p, out);
	if (p->text.n > 0)
		put_escaped(out, "markdown_text", p->text, slack_escape);
	put_blocks(p, false, out);
	put_row(p, out);
}

/* ---- drafts ------------------------------------------------------------- */

void
slack_write_close(const struct slack_plan *p, struct buf *out)
{
	buf_member(out, "channel", p->payload.to.channel);
	buf_member(out, "ts", p->ts);
}

/* Outside direct messages Slack wants to know whom it is for. */
void
slack_write_start(const struct slack_plan *p, struct buf *out)
{
	const struct slack_place *to = &p->payload.to;

	buf_member(out, "channel", to->channel);
	buf_member(out, "thread_ts", to->thread);
	if (!slack_place_direct(to)) {
		buf_member(out, "recipient_user_id", to->user);
		buf_member(out, "recipient_team_id", to->team);
	}
	put_escaped(out, "markdown_text", p->text, slack_escape);
}

void
slack_write_append(const struct slack_plan *p, struct buf *out)
{
	slack_write_close(p, out);
	put_escaped(out, "markdown_text", p->text, slack_escape);
}

void
slack_write_draft(const struct slack_plan *p, struct buf *out)
{
	buf_member(out, "channel", p->payload.to.channel);
	buf_member(out, "thread_ts", p->payload.to.thread);
	put_escaped(out, "text", p->text, slack_mrkdwn);
	buf_str(out, ",\"unfurl_links\":false,\"unfurl_media\":false");
}

void
slack_write_redraft(const struct slack_plan *p, struct buf *out)
{
	slack_write_close(p, out);
	put_escaped(out, "text", p->text, slack_mrkdwn);
}

void
slack_write_status(const struct slack_plan *p, struct buf *out)
{
	buf_member(out, "channel_id", p->payload.to.channel);
	buf_member(out, "thread_ts", p->payload.to.thread);
	buf_member(out, "status", STR("is writing\xe2\x80\xa6"));
}

/* ---- queries ------------------------------------------------------------ */

static void
put_query(struct buf *out, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	if (out->len > 0)
		buf_char(out, '&');
	buf_str(out, name);
	buf_char(out, '=');
	buf_url(out, value);
}

void
slack_write_list(const struct slack_plan *p, struct buf *out)
{
	put_query(out, "channel", p->payload.to.channel);
	if (p->step == STEP_REPLIES)
		put_query(out, "ts", p->payload.to.thread);
	put_query(out, "oldest", p->oldest);
	put_query(out, "limit", STR(PAGE_SIZE));
	if (p->job->kind == JOB_LOOKUP)
		put_query(out, "include_all_metadata", STR("true"));
	put_query(out, "cursor", p->page.cursor);
}

void
slack_write_who(const struct slack_plan *p, struct buf *out)
{
	put_query(out, "user", p->payload.to.user);
}

void
slack_write_file(const struct slack_plan *p, struct buf *out)
{
	put_query(out, "file", p->file);
}
