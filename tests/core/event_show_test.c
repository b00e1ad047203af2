/*
 * event_show: which members of each event a customer sees. Every shape of
 * schemas/event.schema.json is written with all that it may have, and with
 * members that nobody has thought of yet; the table says what is left.
 */
#include "core/conversation.h"
#include "tests/lib/cmocka.h"

#include <jansson.h>
#include <stdlib.h>

#define HEAD "seq kind author at "

/* by: author of a message, who holds; else it does not matter. */
static const struct row {
	const char *shape, *by, *visible, *members;
} rows[] = {
    {"opened", "customer", "opened", HEAD "body"},
    {"said", "customer", "shown_said",
	HEAD "body body.text body.id body.from body.files body.button "
	     "body.location body.contacts body.reply_to"},
    {"answered", "bot", "shown_answered",
	HEAD "ref body body.text body.answer"},
    {"wrote", "agent", "shown_wrote",
	HEAD "ref body body.text body.name body.files"},
    {"noticed", "system", "shown_noticed",
	HEAD "body body.text body.notice body.position"},
    {"identified", "customer", "identified",
	HEAD "body body.user body.name body.email"},
    {"holder", "agent", "shown_holder", HEAD "holder body body.name"},
    {"holder", "bot", NULL, HEAD "holder body"},
    {"holder", "queue", NULL, HEAD "holder body"},
    {"holder", "email", NULL, HEAD "holder body"},
    {"holder", "nobody", NULL, HEAD "holder body"},
    {"handled", "bot", "hidden", "seq kind"},
    {"timer", "system", "hidden", "seq kind"},
    {"resolved", "agent", "shown_resolved", HEAD "body"},
    {"edited", "customer", "edited", HEAD "ref body body.text"},
    {"deleted", "customer", "deleted", HEAD "ref body"},
    {"file", "system", "file",
	HEAD "ref body body.index body.name body.type body.size body.hash "
	     "body.url body.refused"},
    {"delivery", "system", "hidden", "seq kind"},
    {"route", "system", "hidden", "seq kind"},
    {"offer", "system", "hidden", "seq kind"},
    {"offer_end", "agent", "hidden", "seq kind"},
    {"note", "agent", "hidden", "seq kind"},
    {"pack", "system", "hidden", "seq kind"},
    {"mailed", "system", "hidden", "seq kind"},
    {"snoozed", "agent", "hidden", "seq kind"},
    {"reopened", "agent", "hidden", "seq kind"},
    {"labels", "agent", "hidden", "seq kind"},
    {"priority", "agent", "hidden", "seq kind"},
    {"gone", "customer", "hidden", "seq kind"},
};

static int
setup(void **state)
{
	*state = json_load_file(SOURCE_DIR "/schemas/event.schema.json",
	    JSON_REJECT_DUPLICATES, NULL);
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	json_decref(*state);
	return 0;
}

static json_t *
shape_of(json_t *schema, const char *name)
{
	json_t *shape = json_object_get(json_object_get(schema, "$defs"), name);

	if (shape == NULL)
		fail_msg("the schema has no %s", name);
	return shape;
}

/* The members of a body, of all its alternatives. */
static void
body_members(json_t *body, json_t *out)
{
	json_t *one;
	size_t i;

	json_object_update(out, json_object_get(body, "properties"));
	json_array_foreach(json_object_get(body, "oneOf"), i, one)
	    body_members(one, out);
}

/* Marks that would end an object, if they stood outside of a string. */
static json_t *
tricky(void)
{
	return json_pack("{s:[s,{s:i,s:s}],s:b}", "a\\\"}],", "\\", "a", 1,
	    "author", "\"},{\"", "b", 1);
}

static json_t *
whole_body(json_t *shape)
{
	json_t *members = json_object(), *body = json_object(), *unused;
	const char *name;

	body_members(
	    json_object_get(json_object_get(shape, "properties"), "body"),
	    members);
	json_object_set_new(body, "seq", json_integer(99));
	json_object_set_new(body, "secret", tricky());
	json_object_foreach(members, name, unused)
	{
		(void)unused;
		json_object_set_new(body, name, tricky());
	}
	json_object_set_new(body, "labels", json_string("angry"));
	json_decref(members);
	return body;
}

static const char *
kind_of(json_t *shape)
{
	return json_string_value(json_object_get(
	    json_object_get(json_object_get(shape, "properties"), "kind"),
	    "const"));
}

/* All that the schema knows, and more. */
static json_t *
whole_event(json_t *shape, const struct row *row)
{
	json_t *event = json_object(), *unused;
	const char *name;

	json_object_foreach(json_object_get(shape, "properties"), name, unused)
	{
		(void)unused;
		json_object_set_new(event, name, json_integer(7));
	}
	json_object_set_new(event, "kind", json_string(kind_of(shape)));
	json_object_set_new(event, "author", json_string(row->by));
	if (json_object_get(event, "holder") != NULL) {
		json_object_set_new(event, "author", json_string("system"));
		json_object_set_new(event, "holder", json_string(row->by));
	}
	json_object_set_new(event, "source", json_string("web:7:m1"));
	json_object_set_new(event, "epoch", json_integer(3));
	json_object_set_new(event, "body", whole_body(shape));
	return event;
}

/* "seq kind body body.text", in the order in which they stand. */
static void
names_in(struct buf *out, const char *before, json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		buf_addf(out, "%s%s%s", out->len > 0 ? " " : "", before, name);
		if (strcmp(name, "body") == 0 && *before == '\0')
			names_in(out, "body.", value);
	}
}

static json_t *
shown(struct str whole)
{
	struct buf out = {0}, again = {0};
	json_t *event;

	event_show(&out, whole);
	assert_false(out.failed);
	event_show(&again, buf_view(&out));
	assert_true(str_eq(buf_view(&out), buf_view(&again)));
	event = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(event);
	buf_free(&out);
	buf_free(&again);
	return event;
}

/* What is left has the value that it had. */
static void
assert_unchanged(json_t *event, json_t *whole)
{
	const char *name;
	json_t *value;

	json_object_foreach(event, name, value)
	{
		if (strcmp(name, "body") == 0)
			assert_unchanged(value, json_object_get(whole, name));
		else
			assert_true(
			    json_equal(value, json_object_get(whole, name)));
	}
}

static void
check_row(json_t *shape, const struct row *row, size_t flags)
{
	json_t *whole = whole_event(shape, row);
	char *text = json_dumps(whole, flags);
	json_t *event = shown(str_from(text));
	struct buf names = {0};

	names_in(&names, "", event);
	buf_char(&names, '\0');
	if (strcmp(names.data, row->members) != 0)
		fail_msg("%s of %s: %s", row->shape, row->by, names.data);
	if (strcmp(row->members, "seq kind") == 0)
		assert_string_equal("hidden",
		    json_string_value(json_object_get(event, "kind")));
	else
		assert_unchanged(event, whole);
	buf_free(&names);
	json_decref(event);
	json_decref(whole);
	free(text);
}

static void
test_members(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *shape = shape_of(*state, rows[i].shape);

		check_row(shape, &rows[i], JSON_COMPACT);
		check_row(shape, &rows[i], JSON_INDENT(2));
	}
}

/* The schema of what visitors see has these members and no others. */
static void
test_schema(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *shape, *body = json_object();
		struct buf names = {0};

		if (rows[i].visible == NULL) {
			json_decref(body);
			continue;
		}
		shape = json_copy(json_object_get(
		    shape_of(*state, rows[i].visible), "properties"));
		body_members(json_object_get(shape, "body"), body);
		if (json_object_get(shape, "body") != NULL)
			json_object_set(shape, "body", body);
		names_in(&names, "", shape);
		buf_char(&names, '\0');
		assert_string_equal(names.data, rows[i].members);
		buf_free(&names);
		json_decref(body);
		json_decref(shape);
	}
}

/* Each shape of the schema and each kind is in the table. */
static void
test_all(void **state)
{
	bool kinds[EVENT_KINDS] = {0};
	json_t *one;
	size_t i, k;

	json_array_foreach(json_object_get(*state, "oneOf"), k, one)
	{
		const char *ref = json_string_value(
		    json_object_get(one, "$ref"));

		for (i = 0; i < ARRAY_LEN(rows); i++)
			if (strcmp(ref + strlen("#/$defs/"), rows[i].shape) ==
			    0)
				break;
		if (i == ARRAY_LEN(rows))
			fail_msg("%s is not in the table", ref);
		kinds[event_kind_find(
		    str_from(kind_of(shape_of(*state, rows[i].shape))))] = true;
	}
	for (k = 0; k < EVENT_KINDS; k++)
		assert_true(kinds[k]);
}

/* What is no event is not told, and what is cut off shows no more. */
static void
test_broken(void **state)
{
	static const char whole[] =
	    "{\"seq\":4,\"kind\":\"message\",\"author\":\"customer\",\"at\":7,"
	    "\"body\":{\"text\":\"a \\\" b\",\"files\":[{\"name\":\"}\"}]}}";
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(whole) - 1; n++) {
		char *cut = malloc(n + 1);
		struct buf out = {0};

		assert_non_null(cut);
		memcpy(cut, whole, n);
		event_show(&out, (struct str){cut, n});
		assert_int_equal(out.failed, n < strlen("{\"seq\":4,"));
		buf_free(&out);
		free(cut);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_members),
	    cmocka_unit_test(test_schema),
	    cmocka_unit_test(test_all),
	    cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
