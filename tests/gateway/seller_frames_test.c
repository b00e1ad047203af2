/*
 * seller_frames: what is read is what schemas/seller.schema.json says, member
 * by member; and what is wrong is named.
 */
#include "gateway/seller_frames.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

static json_t *schema;

static int
set_up(void **state)
{
	json_error_t e;

	(void)state;
	schema = json_load_file(
	    SOURCE_DIR "/schemas/seller.schema.json", 0, &e);
	if (schema == NULL)
		fail_msg("seller.schema.json: %s", e.text);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	json_decref(schema);
	return 0;
}

/* "a/b/c" */
static json_t *
at(json_t *from, const char *path)
{
	char *copy = strdup(path), *save = NULL, *word;

	for (word = strtok_r(copy, "/", &save); word != NULL && from != NULL;
	     word = strtok_r(NULL, "/", &save))
		from = json_object_get(from, word);
	if (from == NULL)
		fail_msg("the schema has no %s", path);
	free(copy);
	return from;
}

static bool
has(const json_t *list, const char *word)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i,
	    one) if (strcmp(json_string_value(one), word) == 0) return true;
	return false;
}

/* A frame or body with every member, each good. */
static json_t *
full(void)
{
	return json_pack(
	    "{ss ss sb si si si ss ss ss ss ss si si si si si si ss "
	    "s[s] s[s] sb sb sb si ss}",
	    "key", "fdk_x", "label", "vip", "away", 1, "conversation", 7,
	    "after", 1, "limit", 50, "view", "open", "team", "sales", "id",
	    "m1", "text", "hello", "note", "take care", "seen_seq", 1, "seq", 1,
	    "agent", 4, "wanted", 4, "until", 5, "priority", 1, "colour", "red",
	    "add", "a", "remove", "b", "on", 1, "shared", 1, "drop", 1,
	    "version", 1, "email", "ann@x.example");
}

typedef bool reader(struct str text, void *how, struct arena *a,
    struct seller_frame *f, struct frame_error *e);

static bool
read_frame(struct str text, void *how, struct arena *a, struct seller_frame *f,
    struct frame_error *e)
{
	(void)how;
	return seller_frame_read(text, a, f, e);
}

static bool
read_body(struct str text, void *how, struct arena *a, struct seller_frame *f,
    struct frame_error *e)
{
	return seller_body_read(text, how, a, f, e);
}

static bool
reads(const json_t *value, reader *read, void *how, char *detail, size_t size)
{
	struct arena a = {0};
	struct seller_frame f;
	struct frame_error e;
	char *text = json_dumps(value, 0);
	bool good = read(str_from(text), how, &a, &f, &e);

	snprintf(detail, size, "%.*s", STR_FMT(e.detail));
	free(text);
	arena_free(&a);
	return good;
}

/* The reader wants what the schema requires, and knows all of it. */
static void
check(json_t *good, json_t *of, reader *read, void *how)
{
	const char *name;
	char detail[300];
	json_t *member, *bad;

	if (!reads(good, read, how, detail, sizeof(detail)))
		fail_msg("%s", detail);
	json_object_foreach(at(of, "properties"), name, member)
	{
		bad = json_copy(good);
		json_object_del(bad, name);
		assert_int_equal(reads(bad, read, how, detail, sizeof(detail)),
		    !has(json_object_get(of, "required"), name));
		json_object_set_new(bad, name, json_null());
		assert_false(reads(bad, read, how, detail, sizeof(detail)));
		if (strncmp(detail, name, strlen(name)) != 0)
			fail_msg("%s: %s", name, detail);
		json_decref(bad);
	}
}

static void
test_frames(void **state)
{
	json_t *types = at(schema, "$defs/from_seller/$defs"), *one, *frame;
	const char *type;
	unsigned n = 0;

	(void)state;
	json_object_foreach(types, type, one)
	{
		frame = full();
		json_object_set_new(frame, "type", json_string(type));
		json_object_set_new(frame, "act", json_string("wake"));
		check(frame, one, read_frame, NULL);
		json_decref(frame);
		n++;
	}
	assert_int_equal(n, 13);
}

/* Each deed with its members, over the WebSocket and as a body. */
static void
test_deeds(void **state)
{
	const struct seller_deed *d;
	json_t *one, *frame, *body;
	size_t acts = json_array_size(
	    at(schema, "$defs/from_seller/$defs/act/properties/act/enum"));

	(void)state;
	for (d = seller_deeds; d->path != NULL; d++) {
		one = at(at(schema, "$defs/body/$defs"), d->path);
		body = full();
		check(body, one, read_body, (void *)(uintptr_t)d->fields);
		json_decref(body);
		if (d->type != NULL)
			continue;
		frame = full();
		json_object_set_new(frame, "type", json_string("act"));
		json_object_set_new(frame, "act", json_string(d->path));
		check(frame, one, read_frame, NULL);
		json_decref(frame);
		acts--;
	}
	assert_int_equal(acts, 0);
}

static void
test_bodies(void **state)
{
	static const struct {
		const char *name;
		const struct field *fields;
	} bodies[] = {
	    {"typing", seller_typing_fields},
	    {"seen", seller_seen_fields},
	    {"draft", seller_draft_fields},
	    {"canned", seller_canned_fields},
	    {"labels", seller_label_fields},
	    {"replay", seller_replay_fields},
	};
	json_t *body;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bodies); i++) {
		body = full();
		check(body, at(at(schema, "$defs/body/$defs"), bodies[i].name),
		    read_body, (void *)(uintptr_t)bodies[i].fields);
		json_decref(body);
	}
	assert_int_equal(
	    json_object_size(at(schema, "$defs/body/$defs")), i + 19);
}

/* ---- what is read ---------------------------------------------------------- */

static void
test_values(void **state)
{
	struct arena a = {0};
	struct seller_frame f;
	struct frame_error e;

	(void)state;
	assert_true(seller_frame_read(
	    STR("{\"type\":\"act\",\"act\":\"transfer\",\"conversation\":7,"
		"\"agent\":4,\"note\":\" \",\"id\":\"x\"}"),
	    &a, &f, &e));
	assert_int_equal(f.type, SELLER_DEED);
	assert_int_equal(f.deed->kind, ACT_TRANSFER);
	assert_int_equal(f.conversation, 7);
	assert_int_equal(f.agent, 4);
	assert_int_equal(f.note.n, 0);
	assert_true(str_eq(f.id, STR("x")));
	assert_true(seller_frame_read(
	    STR("{\"type\":\"barge\",\"conversation\":7,\"id\":\"y\","
		"\"text\":\"hi\",\"seen_seq\":9}"),
	    &a, &f, &e));
	assert_int_equal(f.deed->kind, ACT_BARGE);
	assert_int_equal(f.seen_seq, 9);
	assert_true(seller_frame_read(
	    STR("{\"type\":\"hello\",\"away\":false}"), &a, &f, &e));
	assert_int_equal(f.away, SAID_NO);
	assert_true(seller_frame_read(STR("{\"type\":\"hello\"}"), &a, &f, &e));
	assert_int_equal(f.away, SAID_NOTHING);
	assert_true(seller_frame_read(
	    STR("{\"type\":\"act\",\"act\":\"label\",\"conversation\":7,"
		"\"add\":[\"a\",\"b\"]}"),
	    &a, &f, &e));
	assert_int_equal(f.add.n, 2);
	assert_true(str_eq(f.add.words[1], STR("b")));
	assert_int_equal(f.remove.n, 0);
	/* A body may be nothing at all. */
	assert_true(seller_body_read(
	    STR(""), seller_deed_find(STR("wake"))->fields, &a, &f, &e));
	arena_free(&a);
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *text;
		enum fault_code code;
		const char *detail;
	} cases[] = {
	    {"", FAULT_BAD_JSON, "there is no text"},
	    {"[]", FAULT_BAD_JSON, "not an object"},
	    {"{\"type\":\"shout\"}", FAULT_BAD_FRAME, "write one of hello, "},
	    {"{\"type\":\"act\",\"conversation\":1,\"act\":\"offer\"}",
		FAULT_BAD_FRAME, "act is \"offer\"; write one of accept, "},
	    {"{\"type\":\"act\",\"conversation\":1,\"act\":\"messages\"}",
		FAULT_BAD_FRAME, "act is \"messages\""},
	    {"{\"type\":\"watch\",\"conversation\":-1}", FAULT_BAD_FRAME,
		"conversation is negative"},
	    {"{\"type\":\"note\",\"conversation\":1,\"id\":\"a b\"}",
		FAULT_BAD_FRAME, "id holds another character"},
	    {"{\"type\":\"note\",\"conversation\":1,\"id\":\"a\","
	     "\"text\":\" \"}",
		FAULT_BAD_FRAME, "text is blank"},
	    {"{\"type\":\"act\",\"conversation\":1,\"act\":\"label\","
	     "\"add\":[7]}",
		FAULT_BAD_FRAME, "add holds what is no word"},
	    {"{\"type\":\"act\",\"conversation\":1,\"act\":\"label\","
	     "\"add\":[\"a\\nb\"]}",
		FAULT_BAD_FRAME, "add holds what is no word"},
	};
	struct arena a = {0};
	struct seller_frame f;
	struct frame_error e;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		assert_false(
		    seller_frame_read(str_from(cases[i].text), &a, &f, &e));
		assert_int_equal(e.code, cases[i].code);
		if (memmem(e.detail.p, e.detail.n, cases[i].detail,
			strlen(cases[i].detail)) == NULL)
			fail_msg("%s: %.*s", cases[i].text, STR_FMT(e.detail));
	}
	/* Of what has an id, the fault has it, too. */
	assert_false(seller_frame_read(
	    STR("{\"type\":\"send\",\"conversation\":1,\"id\":\"m7\"}"), &a, &f,
	    &e));
	assert_true(str_eq(e.id, STR("m7")));
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_frames),
	    cmocka_unit_test(test_deeds),
	    cmocka_unit_test(test_bodies),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
