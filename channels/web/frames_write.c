/*
 * frames_write: what the gateway says to a visitor, as JSON text, written
 * straight into a buffer: these run for every event that travels.
 */
#include "channels/web/frames.h"

static void
add_string(struct buf *out, const char *before, struct str s)
{
	buf_str(out, before);
	buf_json(out, s);
}

static void
add_number(struct buf *out, const char *before, uint64_t n)
{
	buf_str(out, before);
	buf_u64(out, n);
}

static void
add_bool(struct buf *out, const char *before, bool on)
{
	buf_str(out, before);
	buf_str(out, on ? "true" : "false");
}

void
frame_write_welcome(struct buf *out, const struct welcome *w)
{
	size_t i;

	add_string(out, "{\"type\":\"welcome\",\"token\":", w->token);
	add_number(out, ",\"seq\":", w->seq);
	add_number(out, ",\"seen\":{\"customer\":", w->seen_customer);
	add_number(out, ",\"company\":", w->seen_company);
	add_string(out, "},\"company\":{\"key\":", w->key);
	add_string(out, ",\"name\":", w->name);
	add_string(out, ",\"welcome\":", w->text);
	buf_str(out, ",\"suggestions\":[");
	for (i = 0; i < w->suggestion_count; i++)
		add_string(out, i == 0 ? "" : ",", w->suggestions[i]);
	add_number(out, "]},\"limits\":{\"text\":", w->text_max);
	add_number(out, ",\"frame\":", w->frame_max);
	buf_str(out, "}}");
}

void
frame_write_event_object(struct buf *out, const struct event *e)
{
	struct buf whole = {0};

	event_write(&whole, e);
	event_show(out, buf_view(&whole));
	out->failed |= whole.failed;
	buf_free(&whole);
}

void
frame_write_event(struct buf *out, struct str object)
{
	buf_str(out, "{\"type\":\"event\",\"event\":");
	event_show(out, object);
	buf_char(out, '}');
}

void
frame_write_ack(
    struct buf *out, struct str id, uint64_t seq, int64_t at, bool duplicate)
{
	buf_str(out, "{\"type\":\"ack\"");
	if (id.n > 0)
		add_string(out, ",\"id\":", id);
	add_number(out, ",\"seq\":", seq);
	buf_str(out, ",\"at\":");
	buf_i64(out, at);
	if (duplicate)
		add_bool(out, ",\"duplicate\":", true);
	buf_char(out, '}');
}

void
frame_write_typing(struct buf *out, enum author author, bool on)
{
	buf_str(out, "{\"type\":\"typing\",\"author\":\"");
	buf_str(out, author_name(author));
	add_bool(out, "\",\"on\":", on);
	buf_char(out, '}');
}

void
frame_write_seen(struct buf *out, enum author side, uint64_t seq)
{
	/* Bot, agents and system are one side: the company's. */
	buf_str(out, "{\"type\":\"seen\",\"author\":\"");
	buf_str(out, side == AUTHOR_CUSTOMER ? "customer" : "company");
	add_number(out, "\",\"seq\":", seq);
	buf_char(out, '}');
}

void
frame_write_draft(struct buf *out, struct str turn, struct str text)
{
	add_string(out, "{\"type\":\"draft\",\"turn\":", turn);
	add_string(out, ",\"text\":", text);
	buf_char(out, '}');
}

void
frame_write_pong(struct buf *out)
{
	buf_str(out, "{\"type\":\"pong\"}");
}

/* The part that an error frame and a problem share, and the end. */
static void
add_error(struct buf *out, const struct frame_error *error)
{
	const struct fault_row *row = fault_row_of(error);

	add_string(out, ",\"code\":", str_from(row->code));
	add_string(out, ",\"title\":", str_from(row->title));
	if (error->detail.n > 0)
		add_string(out, ",\"detail\":", error->detail);
	if (error->id.n > 0)
		add_string(out, ",\"id\":", error->id);
	buf_char(out, '}');
}

void
frame_write_error(struct buf *out, const struct frame_error *error)
{
	buf_str(out, "{\"type\":\"error\"");
	add_error(out, error);
}

void
frame_write_problem(struct buf *out, const struct frame_error *error)
{
	const struct fault_row *row = fault_row_of(error);

	buf_str(out, "{\"type\":\"urn:frontdesk:fault:");
	buf_str(out, row->code);
	add_number(out, "\",\"status\":", row->http_status);
	add_error(out, error);
}

void
frame_write_message_body(struct buf *out, const struct frame *send)
{
	add_string(out, "{\"text\":", send->text);
	add_string(out, ",\"id\":", send->id);
	buf_char(out, '}');
}
