/* read: what can be asked: histories, threads, people, who we are. */
#include "sandbox/slack/api.h"

#include <sodium.h>
#include <stdio.h>

#define LIMIT_USUAL 100
#define LIMIT_MOST 1000
#define CURSOR_TEXT 64u

/* ---- pages of messages -------------------------------------------------- */

struct range {
	uint64_t oldest, latest; /* 0: none */
	bool inclusive, metadata;
	int64_t limit;
	uint64_t from; /* the cursor's ts; 0: from the beginning */
};

/* A time may also be written as whole seconds. */
static bool
read_time(const struct value *v, uint64_t *out)
{
	uint64_t s;

	*out = 0;
	if (!v->given || v->text.n == 0 || str_eq(v->text, STR("now")))
		return true;
	if (sb_ts_read(v->text, out))
		return true;
	if (!str_to_u64(v->text, 9999999999u, &s))
		return false;
	*out = s * 1000000;
	return true;
}

static bool
read_cursor(const struct value *v, uint64_t *out)
{
	unsigned char text[CURSOR_TEXT];
	size_t n;

	*out = 0;
	if (!v->given || v->text.n == 0)
		return true;
	if (sodium_base642bin(text, sizeof(text), v->text.p, v->text.n, NULL,
		&n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return false;
	return n > 8 && memcmp(text, "next_ts:", 8) == 0 &&
	       str_to_u64(
		   (struct str){(char *)text + 8, n - 8}, INT64_MAX, out);
}

static bool
read_range(struct api_call *c, struct range *r)
{
	const struct value *limit = arg(c, LIST_LIMIT);

	*r = (struct range){.inclusive = arg(c, LIST_INCLUSIVE)->flag,
	    .metadata = arg(c, LIST_METADATA)->flag,
	    .limit = limit->given ? limit->number : LIMIT_USUAL};
	if (!read_time(arg(c, LIST_OLDEST), &r->oldest))
		c->error = "invalid_ts_oldest";
	else if (!read_time(arg(c, LIST_LATEST), &r->latest))
		c->error = "invalid_ts_latest";
	else if (!read_cursor(arg(c, LIST_CURSOR), &r->from))
		c->error = "invalid_cursor";
	else if (r->limit < 1 || r->limit > LIMIT_MOST)
		c->error = "invalid_limit";
	return c->error == NULL;
}

static bool
in_range(const struct message *m, const struct range *r)
{
	uint64_t ts = m->key.ts;

	if (r->oldest != 0 &&
	    (ts < r->oldest || (ts == r->oldest && !r->inclusive)))
		return false;
	return r->latest == 0 || ts < r->latest ||
	       (ts == r->latest && r->inclusive);
}

static void
put_message(struct buf *b, const struct message *m, const struct range *r)
{
	const struct message_view view = {.metadata = r->metadata};

	if (b->data[b->len - 1] != '[')
		buf_char(b, ',');
	sb_message_write(m, &view, b);
}

/* next: the first that was left out, or NULL. */
static void
end_page(struct api_call *c, const struct message *next)
{
	char plain[CURSOR_TEXT], text[CURSOR_TEXT * 2] = "";
	int n;

	buf_str(&c->out,
	    next != NULL ? "],\"has_more\":true" : "],\"has_more\":false");
	if (next != NULL) {
		n = snprintf(plain, sizeof(plain), "next_ts:%llu",
		    (unsigned long long)next->key.ts);
		(void)sodium_bin2base64(text, sizeof(text),
		    (unsigned char *)plain, (size_t)n,
		    sodium_base64_VARIANT_ORIGINAL);
	}
	buf_str(&c->out, ",\"response_metadata\":{");
	sb_put_text(&c->out, "next_cursor", str_from(text));
	buf_char(&c->out, '}');
}

/* The newest first. */
void
sb_conversations_history(struct api_call *c)
{
	const struct message *m;
	struct range r;
	int64_t n = 0;

	if (!sb_call_channel(c, arg(c, LIST_CHANNEL)->text) ||
	    !read_range(c, &r))
		return;
	if (!c->channel->member) {
		c->error = "not_in_channel";
		return;
	}
	buf_str(&c->out, "\"messages\":[");
	for (m = c->channel->newest; m != NULL; m = m->older) {
		if ((r.from != 0 && m->key.ts > r.from) || !in_range(m, &r))
			continue;
		if (n++ == r.limit)
			break;
		put_message(&c->out, m, &r);
	}
	end_page(c, m);
}

/* The root, then its replies, the oldest first. */
void
sb_conversations_replies(struct api_call *c)
{
	struct message *m = NULL, *root;
	uint64_t ts = arg(c, LIST_TS)->ts;
	struct range r;
	int64_t n = 1;

	if (!sb_call_channel(c, arg(c, LIST_CHANNEL)->text) ||
	    !read_range(c, &r))
		return;
	if (ts != 0)
		m = sb_message_find(c->channel, ts);
	if (m == NULL) {
		c->error = "thread_not_found";
		return;
	}
	root = m->root != NULL ? m->root : m;
	buf_str(&c->out, "\"messages\":[");
	if (r.from == 0)
		put_message(&c->out, root, &r);
	for (m = root->reply_oldest; m != NULL; m = m->newer) {
		if (m->key.ts < r.from || !in_range(m, &r))
			continue;
		if (n++ == r.limit)
			break;
		put_message(&c->out, m, &r);
	}
	end_page(c, m);
}

/* ---- channels and people ------------------------------------------------ */

void
sb_conversations_info(struct api_call *c)
{
	struct buf b = {0};

	if (!sb_call_channel(c, arg(c, INFO_WHAT)->text))
		return;
	sb_channel_write(c->channel, &b);
	sb_put_raw(&c->out, "channel", buf_view(&b));
	buf_free(&b);
}

void
sb_conversations_open(struct api_call *c)
{
	const struct value *users = arg(c, OPEN_USERS),
			   *channel = arg(c, OPEN_CHANNEL);
	struct str id = channel->text;

	if (!channel->given && (!users->given || users->text.n == 0)) {
		c->error = "users_list_not_supplied";
		return;
	}
	if (!channel->given) {
		id = users->text;
		if (memchr(id.p, ',', id.n) != NULL)
			c->error = "method_not_supported_for_channel_type";
		else if (sb_user_find(c->w, id) == NULL)
			c->error = "user_not_found";
	}
	if (c->error != NULL || !sb_call_channel(c, id))
		return;
	buf_str(&c->out, "\"channel\":{");
	sb_put_text(&c->out, "id", c->channel->node.key);
	buf_char(&c->out, '}');
}

static void
put_profile(struct buf *b, const struct user *u, const struct workspace *w)
{
	buf_str(b, ",\"profile\":{");
	sb_put_text(b, "real_name", u->name);
	sb_put_text(b, "real_name_normalized", u->name);
	sb_put_text(b, "display_name", u->name);
	sb_put_text(b, "display_name_normalized", u->name);
	if (u->email.n > 0 && strstr(w->scopes, "users:read.email") != NULL)
		sb_put_text(b, "email", u->email);
	sb_put_text(b, "team", w->team);
	buf_char(b, '}');
}

void
sb_users_info(struct api_call *c)
{
	const struct user *u = sb_user_find(c->w, arg(c, INFO_WHAT)->text);
	struct buf b = {0};

	if (u == NULL) {
		c->error = "user_not_found";
		return;
	}
	buf_char(&b, '{');
	sb_put_text(&b, "id", u->node.key);
	sb_put_text(&b, "team_id", c->w->team);
	sb_put_text(&b, "name", u->name);
	sb_put_text(&b, "real_name", u->name);
	sb_put_text(&b, "tz", STR("Europe/London"));
	sb_put_number(&b, "tz_offset", 0);
	sb_put_raw(&b, "deleted", STR("false"));
	sb_put_raw(&b, "is_bot", STR("false"));
	sb_put_raw(&b, "is_app_user", STR("false"));
	put_profile(&b, u, c->w);
	buf_char(&b, '}');
	sb_put_raw(&c->out, "user", buf_view(&b));
	buf_free(&b);
}

void
sb_auth_test(struct api_call *c)
{
	sb_put_text(&c->out, "url", STR("https://sandbox.slack.com/"));
	sb_put_text(&c->out, "team", c->w->name);
	sb_put_text(&c->out, "user", STR("frontdesk"));
	sb_put_text(&c->out, "team_id", c->w->team);
	sb_put_text(&c->out, "user_id", c->w->bot_user);
	sb_put_text(&c->out, "bot_id", c->w->bot_id);
	sb_put_raw(&c->out, "is_enterprise_install", STR("false"));
}
