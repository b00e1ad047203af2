/* json: what is an object, and which text a member is. */
#include "core/json.h"
#include "tests/lib/cmocka.h"

static struct str
text_of(const char *json, const char *name, struct arena *a)
{
	json_t *root = json_read(str_from(json));
	struct str view = json_text(root, name);
	struct str copy = json_text_copy(root, name, a);

	assert_non_null(view.p);
	assert_non_null(copy.p);
	assert_true(str_eq(view, copy));
	assert_int_equal(copy.p[copy.n], '\0');
	json_decref(root);
	return copy;
}

static void
test_texts(void **state)
{
	static const struct {
		const char *json, *want;
	} cases[] = {
	    {"{\"a\":\"yes\"}", "yes"},
	    {"{\"b\":\"x\",\"a\":\"\\u00e4\"}", "\xc3\xa4"},
	    {"{\"a\":\"\"}", ""},
	    {"{\"b\":\"yes\"}", ""},
	    {"{\"a\":null}", ""},
	    {"{\"a\":7}", ""},
	    {"{\"a\":[\"yes\"]}", ""},
	    {"{\"a\":{\"a\":\"yes\"}}", ""},
	    {"[\"a\",\"yes\"]", ""},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
		    text_of(cases[i].json, "a", &a).p, cases[i].want);
	arena_free(&a);
}

static void
test_what_is_read(void **state)
{
	static const char *const none[] = {"", " ", "7", "\"a\"", "null", "{",
	    "{\"a\":1,\"a\":1}", "{\"a\":\"\\u0000\"}", "{} {}", "\xff"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		assert_null(json_read(str_from(none[i])));
	assert_null(json_read((struct str){0}));
	/* Of foreign bytes, so many as there are, and no more. */
	json_t *root = json_read((struct str){"[1]]", 3});
	assert_int_equal(json_array_size(root), 1);
	json_decref(root);
}

static void
test_without_object(void **state)
{
	struct arena a = {0};

	(void)state;
	assert_string_equal(json_text(NULL, "a").p, "");
	assert_string_equal(json_text_of(NULL).p, "");
	assert_string_equal(json_text_copy(NULL, "a", &a).p, "");
	assert_string_equal(json_text_copy_of(NULL, &a).p, "");
	arena_free(&a);
}

/* It is a character; what stands behind it is not lost. */
static void
test_nul(void **state)
{
	static const char json[] = "{\"a\":\"x\\u0000y\"}";
	json_t *root = json_loadb(json, sizeof(json) - 1, JSON_ALLOW_NUL, NULL);
	struct arena a = {0};
	struct str view = json_text(root, "a");
	struct str copy = json_text_copy(root, "a", &a);

	(void)state;
	assert_int_equal(view.n, 3);
	assert_memory_equal(view.p, "x\0y", 4);
	json_decref(root);
	assert_int_equal(copy.n, 3);
	assert_memory_equal(copy.p, "x\0y", 4);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_what_is_read),
	    cmocka_unit_test(test_without_object),
	    cmocka_unit_test(test_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
