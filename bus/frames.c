/*
 * frames: the bytes of work and news. Pure; reading never looks past the end
 * of what it was given, whatever is in it.
 */
#include "bus/bus.h"
#include "bus/bytes.h"
#include "bus/frames.h"

#define NEWS_MAGIC 0xF2u

void
news_frame_begin(struct buf *out, uint64_t publisher, uint64_t count)
{
	bytes_put(out, NEWS_MAGIC, 1);
	bytes_put(out, publisher, 8);
	bytes_put(out, count, 8);
}

void
news_write(struct buf *out, const struct news *n)
{
	bytes_put(out, (uint64_t)n->kind, 1);
	bytes_put(out, (uint64_t)n->event, 1);
	bytes_put(out, (uint64_t)n->author, 1);
	bytes_put(out, n->hidden, 1);
	bytes_put(out, (uint64_t)n->holder, 1);
	bytes_put(out, (uint64_t)n->status, 1);
	bytes_put(out, (uint64_t)n->agent, 8);
	bytes_put(out, (uint64_t)n->offered, 8);
	bytes_put(out, (uint64_t)n->company, 8);
	bytes_put(out, (uint64_t)n->conversation, 8);
	bytes_put(out, n->seq, 8);
	bytes_put(out, n->origin, 8);
	bytes_put(out, n->body.n, 4);
	buf_add(out, n->body.p, n->body.n);
}

bool
news_frame_read(struct str bytes, struct news_frame *out)
{
	uint64_t magic;

	if (!bytes_take(&bytes, 1, &magic) || magic != NEWS_MAGIC)
		return false;
	if (!bytes_take(&bytes, 8, &out->publisher) ||
	    !bytes_take(&bytes, 8, &out->count))
		return false;
	out->entries = bytes;
	return true;
}

bool
news_next(struct str *entries, struct news *out)
{
	struct str rest = *entries;
	uint64_t kind, event, author, hidden, company, conversation, size;
	uint64_t holder, status, agent, offered;

	if (!bytes_take(&rest, 1, &kind) || kind >= NEWS_KINDS ||
	    !bytes_take(&rest, 1, &event) || event >= EVENT_KINDS ||
	    !bytes_take(&rest, 1, &author) || author >= AUTHORS ||
	    !bytes_take(&rest, 1, &hidden) || hidden > 1 ||
	    !bytes_take(&rest, 1, &holder) || holder >= HOLDERS ||
	    !bytes_take(&rest, 1, &status) || status >= STATUSES ||
	    !bytes_take(&rest, 8, &agent) || !bytes_take(&rest, 8, &offered) ||
	    !bytes_take(&rest, 8, &company) ||
	    !bytes_take(&rest, 8, &conversation) ||
	    !bytes_take(&rest, 8, &out->seq) ||
	    !bytes_take(&rest, 8, &out->origin) ||
	    !bytes_take(&rest, 4, &size) || size > rest.n)
		return false;
	out->kind = (enum news_kind)kind;
	out->event = (enum event_kind)event;
	out->author = (enum author)author;
	out->hidden = hidden == 1;
	out->holder = (enum holder)holder;
	out->status = (enum status)status;
	out->agent = (int64_t)agent;
	out->offered = (int64_t)offered;
	out->company = (int64_t)company;
	out->conversation = (int64_t)conversation;
	out->body = (struct str){rest.p, (size_t)size};
	entries->p = rest.p + size;
	entries->n = rest.n - (size_t)size;
	return true;
}

void
work_write(struct buf *out, int64_t conversation)
{
	bytes_put(out, (uint64_t)conversation, 8);
}

bool
work_next(struct str *frame, int64_t *conversation)
{
	uint64_t n;

	if (!bytes_take(frame, 8, &n))
		return false;
	*conversation = (int64_t)n;
	return true;
}
