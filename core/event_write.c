/* event_write: an event as JSON, for everyone who is told of it. */
#include "core/conversation.h"

/* What is stored as a number travels as a word. */
static const char *
ref_word(const struct event *e, const char **member)
{
	*member = "timer";
	if (e->kind == EVENT_TIMER)
		return timer_kind_name((enum timer_kind)e->ref);
	*member = "holder";
	if (e->kind == EVENT_HOLDER)
		return holder_name((enum holder)e->ref);
	*member = "end";
	if (e->kind == EVENT_OFFER_END)
		return offer_end_name((enum offer_end)e->ref);
	*member = "note";
	if (e->kind == EVENT_NOTE)
		return note_kind_name((enum note_kind)e->ref);
	return NULL;
}

static void
add_ref(struct buf *out, const struct event *e)
{
	const char *member, *word = ref_word(e, &member);

	if (word != NULL) {
		buf_addf(out, ",\"%s\":\"%s\"", member, word);
	} else if (e->ref != 0) {
		buf_str(out, ",\"ref\":");
		buf_u64(out, e->ref);
	}
}

/* Who it is of: an agent; of a queue, a team. */
static void
add_who(struct buf *out, const struct event *e)
{
	if (e->author_id <= 0)
		return;
	buf_str(out, e->kind == EVENT_HOLDER && e->ref == HOLDER_QUEUE
			 ? ",\"team\":"
			 : ",\"agent\":");
	buf_i64(out, e->author_id);
}

void
event_write(struct buf *out, const struct event *e)
{
	buf_str(out, "{\"seq\":");
	buf_u64(out, e->seq);
	buf_str(out, ",\"kind\":\"");
	buf_str(out, event_kind_name(e->kind));
	buf_str(out, "\",\"author\":\"");
	buf_str(out, author_name(e->author));
	buf_str(out, "\",\"at\":");
	buf_i64(out, e->at);
	add_ref(out, e);
	add_who(out, e);
	buf_str(out, ",\"body\":");
	if (e->body.n > 0)
		buf_add(out, e->body.p, e->body.n);
	else
		buf_str(out, "{}");
	buf_char(out, '}');
}

void
event_write_hidden(struct buf *out, uint64_t seq)
{
	buf_str(out, "{\"seq\":");
	buf_u64(out, seq);
	buf_str(out, ",\"kind\":\"hidden\"}");
}
