/*
 * slack_live: what is known of a draft that the customer sees. Only how much
 * it shows and a hash of it: enough to tell whether a text goes on from there.
 */
#include "channels/slack/slack_inner.h"

#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

static const char *const modes[LIVE_MODES] = {
    [LIVE_NONE] = "none",
    [LIVE_STREAM] = "stream",
    [LIVE_UNSURE] = "unsure",
    [LIVE_EDIT] = "edit",
    [LIVE_CLOSED] = "closed",
    [LIVE_OFF] = "off",
};

static uint64_t
hash_of(struct str s)
{
	uint64_t h = FNV_START;
	size_t i;

	for (i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * FNV_PRIME;
	return h;
}

static enum slack_mode
mode_of(struct str word)
{
	unsigned i;

	for (i = 0; i < LIVE_MODES; i++)
		if (str_eq(word, str_from(modes[i])))
			return (enum slack_mode)i;
	return LIVE_NONE;
}

static struct slack_live
read_live(const json_t *root, struct arena *a)
{
	struct slack_live live = {.mode = mode_of(json_text(root, "mode")),
	    .channel = json_text_copy(root, "channel", a),
	    .thread = json_text_copy(root, "thread_ts", a),
	    .ts = json_text_copy(root, "ts", a),
	    .at = json_integer_value(json_object_get(root, "at")),
	    .hash = (uint64_t)json_integer_value(
		json_object_get(root, "hash"))};
	json_int_t sent = json_integer_value(json_object_get(root, "sent"));

	live.sent = sent < 0 ? 0 : (size_t)sent;
	if (live.mode != LIVE_OFF && !slack_ts_ok(live.ts))
		live.mode = LIVE_NONE;
	return live;
}

struct slack_live
slack_live_read(struct str json, struct arena *a)
{
	struct slack_live live = {0};
	json_t *root = json_read(json);

	if (root != NULL)
		live = read_live(root, a);
	json_decref(root);
	return live;
}

struct str
slack_live_write(const struct slack_live *live, struct arena *a)
{
	struct buf b = {0};

	buf_char(&b, '{');
	buf_member(&b, "mode", str_from(modes[live->mode]));
	buf_member(&b, "channel", live->channel);
	buf_member(&b, "thread_ts", live->thread);
	buf_member(&b, "ts", live->ts);
	buf_str(&b, ",\"at\":");
	buf_i64(&b, live->at);
	buf_str(&b, ",\"sent\":");
	buf_u64(&b, live->sent);
	buf_str(&b, ",\"hash\":");
	buf_i64(&b, (int64_t)live->hash);
	buf_char(&b, '}');
	return buf_take(&b, a);
}

bool
slack_live_begins(const struct slack_live *live, struct str text)
{
	return text.n >= live->sent &&
	       hash_of((struct str){text.p, live->sent}) == live->hash;
}

void
slack_live_shows(struct slack_live *live, struct str text)
{
	live->sent = text.n;
	live->hash = hash_of(text);
}
