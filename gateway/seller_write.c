/*
 * seller_write: straight into a buffer, member by member; members that say
 * nothing are left out.
 */
#include "gateway/seller_write.h"

static void
add_string(struct buf *out, const char *before, struct str s)
{
	buf_str(out, before);
	buf_json(out, s);
}

static void
begin(struct buf *out, const char *type, int64_t conversation)
{
	buf_str(out, "{\"type\":\"");
	buf_str(out, type);
	buf_str(out, "\",\"conversation\":");
	buf_i64(out, conversation);
}

/* ---- of a watched conversation ------------------------------------------- */

void
seller_write_event(struct buf *out, int64_t conversation, struct str object)
{
	begin(out, "event", conversation);
	buf_str(out, ",\"event\":");
	buf_add(out, object.p, object.n);
	buf_char(out, '}');
}

void
seller_write_typing(
    struct buf *out, int64_t conversation, struct str who, bool on)
{
	const char *space = memchr(who.p, ' ', who.n);
	struct str word = {
	    who.p, space == NULL ? who.n : (size_t)(space - who.p)};

	begin(out, "typing", conversation);
	add_string(out, ",\"author\":", word);
	if (space != NULL) {
		buf_str(out, ",\"agent\":");
		buf_add(out, space + 1, who.n - word.n - 1);
	}
	buf_str(out, on ? ",\"on\":true}" : ",\"on\":false}");
}

void
seller_write_seen(
    struct buf *out, int64_t conversation, enum author side, uint64_t seq)
{
	begin(out, "seen", conversation);
	buf_str(out, ",\"author\":\"");
	buf_str(out, side == AUTHOR_CUSTOMER ? "customer" : "company");
	buf_str(out, "\",\"seq\":");
	buf_u64(out, seq);
	buf_char(out, '}');
}

void
seller_write_draft(struct buf *out, int64_t conversation, struct str frame)
{
	static const struct str head = {"{\"type\":\"draft\"", 15};

	if (frame.n < head.n || memcmp(frame.p, head.p, head.n) != 0) {
		out->failed = true;
		return;
	}
	begin(out, "draft", conversation);
	buf_add(out, frame.p + head.n, frame.n - head.n);
}
