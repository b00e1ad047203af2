/* content: see content.h; blocks are looked at in blocks.c. */
#include "sandbox/slack/content.h"
#include "core/json.h"
#include "core/utf8.h"

#include <stdlib.h>

#define ATTACHMENTS_MOST 100u
#define METADATA_BYTES 16384u
#define EVENT_TYPE_MOST 255u

static bool
has(const struct value *v)
{
	return v != NULL && v->given;
}

struct str
sb_value_json(const struct value *v, struct arena *a)
{
	struct str copy;
	char *text;

	if (v->text.p != NULL)
		return v->text;
	text = json_dumps(v->json, JSON_COMPACT);
	if (text == NULL)
		return STR("");
	copy = arena_copy(a, str_from(text));
	free(text);
	return copy.p == NULL ? STR("") : copy;
}

/* ---- text --------------------------------------------------------------- */

static const char *
read_text(struct content *out, const struct content_given *g)
{
	if (!has(g->text))
		return NULL;
	out->text = g->text->text;
	/* Bytes are never fewer than characters. */
	if (out->text.n <= g->text_most ||
	    utf8_count(out->text) <= g->text_most)
		return NULL;
	if (!g->cuts)
		return "msg_too_long";
	out->text = utf8_prefix(out->text, g->text_most);
	out->cut = true;
	return NULL;
}

static const char *
read_markdown(struct content *out, const struct content_given *g)
{
	if (!has(g->markdown))
		return NULL;
	if ((has(g->text) && g->text->text.n > 0) || has(g->blocks))
		return "markdown_text_conflict";
	if (utf8_count(g->markdown->text) > MARKDOWN_MOST)
		return "msg_too_long";
	out->text = g->markdown->text;
	out->markdown = true;
	return NULL;
}

static const char *
read_attachments(struct content *out, const struct content_given *g)
{
	if (!has(g->attachments))
		return NULL;
	if (!json_is_array(g->attachments->json))
		return "invalid_attachments";
	if (json_array_size(g->attachments->json) > ATTACHMENTS_MOST)
		return "too_many_attachments";
	out->something = out->something ||
			 json_array_size(g->attachments->json) > 0;
	return NULL;
}

/* ---- metadata ----------------------------------------------------------- */

static bool
is_event_type(const json_t *v)
{
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);

	return s != NULL && n > 0 && n <= EVENT_TYPE_MOST &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789_.-") == n;
}

static uint64_t
row_of(const json_t *payload)
{
	const json_t *v = json_object_get(payload, "row");
	uint64_t row = 0;

	if (json_is_integer(v) && json_integer_value(v) > 0)
		return (uint64_t)json_integer_value(v);
	if (json_is_string(v) && str_to_u64(json_text_of(v), INT64_MAX, &row))
		return row;
	return 0;
}

static const char *
read_metadata(
    struct content *out, const struct content_given *g, struct arena *a)
{
	const json_t *m, *payload;

	if (!has(g->metadata))
		return NULL;
	m = g->metadata->json;
	payload = json_object_get(m, "event_payload");
	if (!json_is_object(payload) ||
	    !is_event_type(json_object_get(m, "event_type")))
		return "invalid_metadata_format";
	out->metadata = sb_value_json(g->metadata, a);
	if (out->metadata.n > METADATA_BYTES)
		return "metadata_too_large";
	out->row = row_of(payload);
	return NULL;
}

/* ---- all of it ---------------------------------------------------------- */

static const char *
read_blocks(struct content *out, const struct content_given *g, struct arena *a,
    struct str *detail)
{
	const char *wrong;

	if (!has(g->blocks))
		return NULL;
	if ((wrong = sb_blocks_check(g->blocks->json, a, detail)) != NULL)
		return wrong;
	if (json_array_size(g->blocks->json) == 0)
		return NULL;
	out->something = true;
	out->blocks = sb_value_json(g->blocks, a);
	return NULL;
}

const char *
sb_content_read(struct content *out, const struct content_given *g,
    struct arena *a, struct str *detail)
{
	const char *wrong;

	*out = (struct content){
	    .text = STR(""), .blocks = STR(""), .metadata = STR("")};
	if ((wrong = read_markdown(out, g)) != NULL)
		return wrong;
	if (!out->markdown && (wrong = read_text(out, g)) != NULL)
		return wrong;
	out->something = out->text.n > 0;
	if ((wrong = read_blocks(out, g, a, detail)) != NULL ||
	    (wrong = read_attachments(out, g)) != NULL ||
	    (wrong = read_metadata(out, g, a)) != NULL)
		return wrong;
	return out->something ? NULL : "no_text";
}
