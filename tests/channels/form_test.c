/* form: what is read, what is refused, and that what is written is read. */
#include "channels/form.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

struct pair {
	const char *name, *value;
};

struct reading {
	const char *body;
	struct pair fields[4];
};

static const struct reading readings[] = {
    {"", {{NULL, NULL}}},
    {"a=1", {{"a", "1"}}},
    {"a=1&b=2", {{"a", "1"}, {"b", "2"}}},
    {"a=1&a=2&a=1", {{"a", "1"}, {"a", "2"}, {"a", "1"}}},
    {"a=", {{"a", ""}}},
    {"a", {{"a", ""}}},
    {"a=b=c", {{"a", "b=c"}}},
    {"a=x+y%2Bz", {{"a", "x y+z"}}},
    {"Caf%C3%A9=%e2%98%83", {{"Caf\xc3\xa9", "\xe2\x98\x83"}}},
    {"a=%26%3D%25", {{"a", "&=%"}}},
    {"DateSent%3E=2026-11-21", {{"DateSent>", "2026-11-21"}}},
};

static void
fields_are_read(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(readings); i++) {
		const struct reading *r = &readings[i];
		struct arena a = {0};
		struct form f;

		assert_int_equal(OK, form_parse(str_from(r->body), &a, &f));
		for (k = 0; k < 4 && r->fields[k].name != NULL; k++) {
			assert_true(k < f.count);
			assert_string_equal(
			    r->fields[k].name, f.fields[k].name.p);
			assert_string_equal(
			    r->fields[k].value, f.fields[k].value.p);
		}
		assert_int_equal(k, f.count);
		arena_free(&a);
	}
}

static void
what_is_no_form_is_refused(void **state)
{
	static const char *const bad[] = {"=1", "&", "a=1&", "&a=1", "a=1&&b=2",
	    "%", "a=%", "a=%4", "a=%4g", "a=%g4", "%zz=1", "a=1&=2", "a=% 1"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		struct arena a = {0};
		struct form f;

		assert_int_equal(
		    E_BADINPUT, form_parse(str_from(bad[i]), &a, &f));
		assert_int_equal(0, f.count);
		arena_free(&a);
	}
}

static void
too_many_fields_are_refused(void **state)
{
	struct arena a = {0};
	struct buf b = {0};
	struct form f;
	unsigned i;

	(void)state;
	for (i = 0; i < FORM_FIELDS_MAX; i++)
		form_add(&b, "n", STR("v"));
	assert_int_equal(OK, form_parse(buf_view(&b), &a, &f));
	assert_int_equal(FORM_FIELDS_MAX, f.count);
	form_add(&b, "n", STR("v"));
	assert_int_equal(E_LIMIT, form_parse(buf_view(&b), &a, &f));
	buf_free(&b);
	arena_free(&a);
}

static void
the_first_of_a_name_is_got(void **state)
{
	struct arena a = {0};
	struct form f;

	(void)state;
	assert_int_equal(OK, form_parse(STR("b=2&a=1&a=3&e="), &a, &f));
	assert_string_equal("1", form_get(&f, "a").p);
	assert_true(form_get(&f, "A").p == NULL);
	assert_true(form_get(&f, "e").p != NULL);
	assert_int_equal(0, form_get(&f, "e").n);
	arena_free(&a);
}

static void
a_zero_byte_is_a_byte(void **state)
{
	struct arena a = {0};
	struct form f;

	(void)state;
	assert_int_equal(OK, form_parse(STR("a=x%00y"), &a, &f));
	assert_int_equal(3, f.fields[0].value.n);
	assert_memory_equal("x\0y", f.fields[0].value.p, 3);
	arena_free(&a);
}

static void
what_is_written_is_read(void **state)
{
	struct test_random r = test_random_new("form");
	char bytes[64];
	int round;

	(void)state;
	for (round = 0; round < 2000; round++) {
		size_t n = test_random_below(&r, sizeof(bytes)), i;
		struct arena a = {0};
		struct buf b = {0};
		struct form f;

		for (i = 0; i < n; i++)
			bytes[i] = (char)test_random_below(&r, 256);
		buf_str(&b, "https://host/path?");
		form_add(&b, "a", (struct str){bytes, n});
		form_add(&b, "b", STR("last"));
		assert_int_equal(OK,
		    form_parse((struct str){b.data + 18, b.len - 18}, &a, &f));
		assert_int_equal(2, f.count);
		assert_true(str_eq((struct str){bytes, n}, form_get(&f, "a")));
		assert_string_equal("last", form_get(&f, "b").p);
		buf_free(&b);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_are_read),
	    cmocka_unit_test(what_is_no_form_is_refused),
	    cmocka_unit_test(too_many_fields_are_refused),
	    cmocka_unit_test(the_first_of_a_name_is_got),
	    cmocka_unit_test(a_zero_byte_is_a_byte),
	    cmocka_unit_test(what_is_written_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
