/* role: words and bits are the same thing, and no role is more than it says. */
#include "core/role.h"
#include "tests/lib/cmocka.h"

static void
every_permission_has_a_word_of_its_own(void **state)
{
	unsigned all = 0;

	(void)state;
	for (size_t i = 0; permission_rows[i].word != NULL; i++) {
		const struct permission_row *p = &permission_rows[i];

		assert_int_equal(permission_find(str_from(p->word)), p->bit);
		assert_int_equal(all & p->bit, 0);
		all |= p->bit;
	}
	assert_int_equal(all, MAY_ALL);
	assert_int_equal(permission_find(STR("everything")), 0);
	assert_int_equal(permission_find(STR("")), 0);
}

static void
sets_come_back_as_they_went(void **state)
{
	(void)state;
	for (unsigned set = 0; set <= MAY_ALL; set++) {
		struct buf b = {0};
		unsigned back = ~0u;

		permissions_write(&b, set);
		assert_true(permissions_read(buf_view(&b), &back));
		assert_int_equal(back, set);
		buf_free(&b);
	}
}

static void
what_is_no_set_is_refused(void **state)
{
	static const char *const texts[] = {"", "[", "{}", "\"answer\"",
	    "[\"answer\",\"answer\"]", "[\"fly\"]", "[1]", "[null]",
	    "[\"answer\"] x", "[[\"answer\"]]", "[\"answer\\u0000\"]"};
	unsigned set = 77;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_false(permissions_read(str_from(texts[i]), &set));
	assert_int_equal(set, 77);
}

static void
built_in_roles_are_what_they_are(void **state)
{
	unsigned set = 0;

	(void)state;
	assert_true(role_builtin(STR("admin"), &set));
	assert_int_equal(set, MAY_ALL);
	assert_true(role_builtin(STR("supervisor"), &set));
	assert_true(set & MAY_SUPERVISE);
	assert_false(
	    set & (MAY_MANAGE_STAFF | MAY_MANAGE_COMPANY | MAY_MANAGE_KEYS));
	assert_true(role_builtin(STR("seller"), &set));
	assert_int_equal(set, MAY_ANSWER | MAY_TAKE);
	assert_false(role_builtin(STR("Admin"), &set));
	assert_string_equal(role_builtin_name(0), "admin");
	assert_null(role_builtin_name(3));
}

static void
names_of_roles_are_plain_words(void **state)
{
	static const char *const good[] = {"a", "night-shift", "team_2"};
	static const char *const bad[] = {"", "2nd", "-x", "Night", "a b",
	    "caf\xc3\xa9", "a/b", "a.b",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(role_name_valid(str_from(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(role_name_valid(str_from(bad[i])));
	assert_false(role_name_valid((struct str){"a\0b", 3}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_permission_has_a_word_of_its_own),
	    cmocka_unit_test(sets_come_back_as_they_went),
	    cmocka_unit_test(what_is_no_set_is_refused),
	    cmocka_unit_test(built_in_roles_are_what_they_are),
	    cmocka_unit_test(names_of_roles_are_plain_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
