/*
 * schema: the words in schemas/ are the words in the tables, and every member
 * that the schema asks for is one that the reader asks for.
 */
#include "channels/channel.h"
#include "channels/web/frames.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct files {
	json_t *visitor, *event;
};

static json_t *
load(const char *path)
{
	json_error_t e;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &e);

	if (root == NULL)
		fail_msg("%s:%d: %s", path, e.line, e.text);
	return root;
}

static int
setup(void **state)
{
	static struct files files;

	files.visitor = load(SOURCE_DIR "/schemas/visitor.schema.json");
	files.event = load(SOURCE_DIR "/schemas/event.schema.json");
	*state = &files;
	return 0;
}

static int
teardown(void **state)
{
	struct files *files = *state;

	json_decref(files->visitor);
	json_decref(files->event);
	return 0;
}

/* The member at a path like "$defs/kind/enum". */
static json_t *
at(json_t *root, const char *path)
{
	json_t *here = root;
	const char *p = path;

	while (here != NULL && *p != '\0') {
		size_t n = strcspn(p, "/");
		char name[64] = {0};

		assert_true(n < sizeof(name));
		memcpy(name, p, n);
		here = json_object_get(here, name);
		p += n + (p[n] == '/');
	}
	if (here == NULL)
		fail_msg("the schema has no %s", path);
	return here;
}

static bool
has(const json_t *list, const char *word)
{
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
	{
		if (strcmp(json_string_value(value), word) == 0)
			return true;
	}
	return false;
}

typedef const char *name_of(unsigned i);

/* The list at path is exactly the names from..to. */
static void
assert_same(
    json_t *root, const char *path, name_of *name, unsigned from, unsigned to)
{
	json_t *list = at(root, path);
	unsigned i;

	assert_int_equal(json_array_size(list), to - from);
	for (i = from; i < to; i++)
		if (!has(list, name(i)))
			fail_msg("%s lacks %s", path, name(i));
}

static const char *
fault_word(unsigned i)
{
	return fault_row((enum fault_code)i)->code;
}

static const char *
kind_word(unsigned i)
{
	return event_kind_name((enum event_kind)i);
}

static const char *
author_word(unsigned i)
{
	return author_name((enum author)i);
}

static const char *
holder_word(unsigned i)
{
	return holder_name((enum holder)i);
}

static void
test_words(void **state)
{
	struct files *files = *state;

	assert_same(files->visitor, "$defs/fault_code/enum", fault_word,
	    FAULT_NONE + 1, FAULTS);
	assert_same(files->event, "$defs/kind/enum", kind_word, 0, EVENT_KINDS);
	assert_same(files->event, "$defs/author/enum", author_word, 0, AUTHORS);
	assert_same(
	    files->event, "$defs/holder_name/enum", holder_word, 0, HOLDERS);
}

static void
test_limits(void **state)
{
	struct files *files = *state;
	json_t *max = at(files->visitor, "$defs/text/maxLength");

	assert_int_equal(
	    json_integer_value(max), channel_of_visitors()->can.text_max);
}

/* What a visitor may see is what event_is_public() says. */
static void
test_visible(void **state)
{
	struct files *files = *state;
	json_t *visible = at(files->event, "$defs/visible/oneOf"), *one;
	bool seen[EVENT_KINDS] = {0};
	unsigned k;
	size_t i;

	json_array_foreach(visible, i, one)
	{
		const char *ref = json_string_value(at(one, "$ref"));
		const char *kind = json_string_value(at(
		    at(at(files->event, ref + 2), "properties"), "kind/const"));

		k = event_kind_find(str_from(kind));
		if (k < EVENT_KINDS)
			seen[k] = true;
		else
			assert_string_equal(kind, "hidden");
	}
	for (k = 0; k < EVENT_KINDS; k++)
		assert_int_equal(seen[k], event_is_public((enum event_kind)k));
}

static bool
mentions(struct str detail, const char *name)
{
	size_t n = strlen(name);

	return detail.n > n && memcmp(detail.p, name, n) == 0 &&
	       detail.p[n] == ' ';
}

/*
 * A member is set to null, which no member may be: the reader must name it.
 * So the reader knows the member, whatever its type.
 */
static void
assert_known(const json_t *good, const char *name)
{
	json_t *bad = json_copy((json_t *)(uintptr_t)good);
	struct arena a = {0};
	struct frame f;
	struct frame_error e;
	char *text;

	json_object_set_new(bad, name, json_null());
	text = json_dumps(bad, 0);
	assert_false(frame_read(str_from(text), FRAME_TYPES, &a, &f, &e));
	if (!mentions(e.detail, name))
		fail_msg("%s: %.*s", name, STR_FMT(e.detail));
	free(text);
	json_decref(bad);
	arena_free(&a);
}

/* A frame with every member, each good. */
static json_t *
full_frame(const char *type)
{
	return json_pack("{ss ss ss ss si si ss sb ss ss ss si}", "type", type,
	    "company", "demo", "token", "t", "id", "m1", "after", 1, "seq", 1,
	    "text", "hello", "on", 1, "user", "u42", "name", "Ann", "email",
	    "ann@example.org", "seller", 7);
}

static void
check_type(const char *type, json_t *schema)
{
	json_t *frame = full_frame(type), *member;
	json_t *required = at(schema, "required");
	const char *name;

	json_object_set_new(frame, "hmac",
	    json_string("0123456789abcdef0123456789abcdef"
			"0123456789abcdef0123456789abcdef"));
	json_object_foreach(at(schema, "properties"), name, member)
	{
		struct arena a = {0};
		struct frame f;
		struct frame_error e;
		json_t *without = json_copy(frame);
		char *text;

		assert_known(frame, name);
		json_object_del(without, name);
		text = json_dumps(without, 0);
		assert_int_equal(
		    frame_read(str_from(text), FRAME_TYPES, &a, &f, &e),
		    !has(required, name));
		free(text);
		json_decref(without);
		arena_free(&a);
	}
	json_decref(frame);
}

static void
test_members(void **state)
{
	struct files *files = *state;
	json_t *types = at(files->visitor, "$defs/from_visitor/$defs"), *schema;
	const char *type;

	assert_int_equal(json_object_size(types), FRAME_TYPES);
	json_object_foreach(types, type, schema) check_type(type, schema);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_visible),
	    cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
