/*
 * blocks: are these blocks of Block Kit, and within its sizes? A block is a
 * row of a table: its type and the function that looks at it.
 */
#include "core/utf8.h"
#include "core/json.h"
#include "sandbox/slack/content.h"

#define SECTION_TEXT 3000u
#define FIELD_TEXT 2000u
#define FIELDS 10u
#define HEADER_TEXT 150u
#define CONTEXT_ELEMENTS 10u
#define ACTIONS_ELEMENTS 25u
#define BUTTON_TEXT 75u
#define BUTTON_VALUE 2000u
#define ID_TEXT 255u
#define URL_TEXT 3000u
#define ALT_TEXT 2000u

/* What is being looked at, and the first thing that is wrong with it. */
struct look {
	struct arena *a;
	size_t block;
	struct str wrong;
};

static bool
fail(struct look *l, const char *what, const char *where)
{
	if (l->wrong.p == NULL)
		l->wrong = arena_printf(l->a,
		    "[ERROR] %s [json-pointer:/blocks/%zu/%s]", what, l->block,
		    where);
	return false;
}

static size_t
length(const json_t *v)
{
	return utf8_count(json_text_of(v));
}

/* An optional string member. */
static bool
short_text(struct look *l, const json_t *o, const char *name, size_t most)
{
	const json_t *v = json_object_get(o, name);

	if (v == NULL)
		return true;
	if (!json_is_string(v))
		return fail(l, "must be a string", name);
	return length(v) <= most || fail(l, "is too long", name);
}

static bool
is_type(const json_t *o, const char *type)
{
	const char *s = json_string_value(json_object_get(o, "type"));

	return s != NULL && strcmp(s, type) == 0;
}

/* A text object of at most so many characters. */
static bool
text_object(struct look *l, const json_t *o, bool plain, size_t most)
{
	const json_t *text = json_object_get(o, "text");

	if (!is_type(o, "plain_text") && (plain || !is_type(o, "mrkdwn")))
		return fail(l,
		    plain ? "must be of type plain_text"
			  : "must be of type plain_text or mrkdwn",
		    "text");
	if (!json_is_string(text) || json_string_length(text) == 0)
		return fail(l, "must be more than 0 characters", "text/text");
	return length(text) <= most ||
	       fail(l, "must be less than so many characters", "text/text");
}

/* ---- elements ----------------------------------------------------------- */

static bool
look_button(struct look *l, const json_t *e)
{
	return text_object(l, json_object_get(e, "text"), true, BUTTON_TEXT) &&
	       short_text(l, e, "action_id", ID_TEXT) &&
	       short_text(l, e, "value", BUTTON_VALUE) &&
	       short_text(l, e, "url", URL_TEXT);
}

static bool
look_element(struct look *l, const json_t *e)
{
	if (!json_is_object(e) || !json_is_string(json_object_get(e, "type")))
		return fail(l, "missing required field: type", "elements");
	if (is_type(e, "button"))
		return look_button(l, e);
	return short_text(l, e, "action_id", ID_TEXT);
}

static bool
elements(struct look *l, const json_t *b, size_t most,
    bool (*look)(struct look *l, const json_t *e))
{
	const json_t *list = json_object_get(b, "elements");
	size_t i;

	if (!json_is_array(list) || json_array_size(list) == 0)
		return fail(l, "missing required field: elements", "elements");
	if (json_array_size(list) > most)
		return fail(l, "has too many items", "elements");
	for (i = 0; i < json_array_size(list); i++)
		if (!look(l, json_array_get(list, i)))
			return false;
	return true;
}

/* ---- blocks ------------------------------------------------------------- */

static bool
section_fields(struct look *l, const json_t *fields)
{
	size_t i;

	if (!json_is_array(fields) || json_array_size(fields) == 0 ||
	    json_array_size(fields) > FIELDS)
		return fail(l, "must have 1 to 10 items", "fields");
	for (i = 0; i < json_array_size(fields); i++)
		if (!text_object(
			l, json_array_get(fields, i), false, FIELD_TEXT))
			return false;
	return true;
}

static bool
look_section(struct look *l, const json_t *b)
{
	const json_t *text = json_object_get(b, "text"),
		     *fields = json_object_get(b, "fields"),
		     *accessory = json_object_get(b, "accessory");

	if (text == NULL && fields == NULL)
		return fail(l, "missing required field: text", "text");
	return (text == NULL || text_object(l, text, false, SECTION_TEXT)) &&
	       (fields == NULL || section_fields(l, fields)) &&
	       (accessory == NULL || look_element(l, accessory));
}

static bool
look_header(struct look *l, const json_t *b)
{
	return text_object(l, json_object_get(b, "text"), true, HEADER_TEXT);
}

static bool
look_context_element(struct look *l, const json_t *e)
{
	if (is_type(e, "image"))
		return short_text(l, e, "alt_text", ALT_TEXT);
	return text_object(l, e, false, SECTION_TEXT);
}

static bool
look_context(struct look *l, const json_t *b)
{
	return elements(l, b, CONTEXT_ELEMENTS, look_context_element);
}

static bool
look_actions(struct look *l, const json_t *b)
{
	return elements(l, b, ACTIONS_ELEMENTS, look_element);
}

static bool
look_markdown(struct look *l, const json_t *b)
{
	const json_t *text = json_object_get(b, "text");

	if (!json_is_string(text) || json_string_length(text) == 0)
		return fail(l, "missing required field: text", "text");
	return true;
}

static bool
look_image(struct look *l, const json_t *b)
{
	if (json_object_get(b, "image_url") == NULL &&
	    json_object_get(b, "slack_file") == NULL)
		return fail(
		    l, "missing required field: image_url", "image_url");
	if (!json_is_string(json_object_get(b, "alt_text")))
		return fail(l, "missing required field: alt_text", "alt_text");
	return short_text(l, b, "image_url", URL_TEXT) &&
	       short_text(l, b, "alt_text", ALT_TEXT);
}

static bool
look_nothing(struct look *l, const json_t *b)
{
	(void)l;
	(void)b;
	return true;
}

static const struct {
	const char *type;
	bool (*look)(struct look *l, const json_t *b);
} types[] = {
    {"section", look_section},
    {"header", look_header},
    {"context", look_context},
    {"actions", look_actions},
    {"context_actions", look_actions},
    {"markdown", look_markdown},
    {"image", look_image},
    {"divider", look_nothing},
    {"rich_text", look_nothing},
    {"input", look_nothing},
    {"file", look_nothing},
    {"video", look_nothing},
    {"table", look_nothing},
};

static bool
look_block(struct look *l, const json_t *b)
{
	size_t i;

	if (!json_is_object(b))
		return fail(l, "must be an object", "");
	for (i = 0; i < ARRAY_LEN(types); i++)
		if (is_type(b, types[i].type))
			return short_text(l, b, "block_id", ID_TEXT) &&
			       types[i].look(l, b);
	return fail(l, "unsupported type", "type");
}

/* ---- all of them -------------------------------------------------------- */

/* Of every member "text" that is a string, however deep. */
size_t
sb_blocks_length(const json_t *v)
{
	const char *name;
	json_t *member;
	size_t n = 0, i;

	json_array_foreach(v, i, member) n += sb_blocks_length(member);
	if (!json_is_object(v))
		return n;
	json_object_foreach((json_t *)(uintptr_t)v, name, member)
	    n += json_is_string(member) && strcmp(name, "text") == 0
		     ? length(member)
		     : sb_blocks_length(member);
	return n;
}

static size_t
markdown_length(const json_t *blocks)
{
	size_t n = 0, i;
	json_t *b;

	json_array_foreach(blocks, i, b) if (is_type(b, "markdown"))
	    n += length(json_object_get(b, "text"));
	return n;
}

const char *
sb_blocks_check(const json_t *blocks, struct arena *a, struct str *detail)
{
	struct look l = {.a = a};

	if (!json_is_array(blocks))
		return "invalid_blocks_format";
	if (json_array_size(blocks) > BLOCKS_MOST) {
		*detail = STR("[ERROR] no more than 50 items allowed "
			      "[json-pointer:/blocks]");
		return "invalid_blocks";
	}
	for (; l.block < json_array_size(blocks); l.block++)
		if (!look_block(&l, json_array_get(blocks, l.block))) {
			*detail = l.wrong;
			return "invalid_blocks";
		}
	if (sb_blocks_length(blocks) > BLOCKS_TEXT_MOST ||
	    markdown_length(blocks) > MARKDOWN_MOST)
		return "msg_blocks_too_long";
	return NULL;
}
