/*
 * What a visitor sees of an event: of any bytes it does no harm, and of any
 * body that we wrote it is JSON, without what is the company's business.
 */
#include "core/conversation.h"
#include "core/utf8.h"

#include <jansson.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_object(struct str s)
{
	json_t *j = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
	bool is = json_is_object(j);

	json_decref(j);
	return is;
}

static void
write_body(struct buf *out, struct str from)
{
	if (is_object(from)) {
		buf_add(out, from.p, from.n);
		return;
	}
	buf_str(out, "{\"why\":");
	buf_json(out, from);
	buf_str(out, ",\"text\":");
	buf_json(out, from);
	buf_char(out, '}');
}

static void
show_ours(enum event_kind kind, enum author author, struct str from)
{
	struct buf body = {0}, whole = {0}, shown = {0};
	json_t *j;

	write_body(&body, from);
	event_write(&whole, &(struct event){.kind = kind,
				.author = author,
				.seq = 7,
				.body = buf_view(&body)});
	event_show(&shown, buf_view(&whole));
	j = json_loadb(shown.data, shown.len, JSON_ALLOW_NUL, NULL);
	if (shown.failed || json_object_get(j, "seq") == NULL ||
	    json_object_get(json_object_get(j, "body"), "why") != NULL)
		__builtin_trap();
	json_decref(j);
	buf_free(&body);
	buf_free(&whole);
	buf_free(&shown);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = {(const char *)data, size};
	struct buf shown = {0};

	event_show(&shown, all);
	buf_free(&shown);
	/* All that is stored is UTF-8. */
	if (size > 2 && utf8_valid((struct str){all.p + 2, size - 2}))
		show_ours((enum event_kind)(data[0] % EVENT_KINDS),
		    (enum author)(data[1] % AUTHORS),
		    (struct str){all.p + 2, size - 2});
	return 0;
}
