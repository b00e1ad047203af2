/*
 * blank: the blanks of a company's texts.
 */
#include "core/blank.h"
#include "tests/lib/cmocka.h"

static const struct blank blanks[] = {
    {"{day}", {"Monday", 6}},
    {"{time}", {"{day}", 5}},
};

static void
each_is_filled(void **state)
{
	static const struct {
		const char *text, *filled;
	} cases[] = {
	    {"on {day} at 9", "on Monday at 9"},
	    {"{day}{day}", "MondayMonday"},
	    {"{time}", "{day}"}, /* what came from outside is not read */
	    {"{Day} {da {day", "{Day} {da {day"},
	    {"{{day}}", "{Monday}"},
	    {"", ""},
	};
	struct arena a = {0};
	struct str s;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		s = blanks_fill(
		    str_from(cases[i].text), blanks, ARRAY_LEN(blanks), &a);
		assert_int_equal(s.n, strlen(cases[i].filled));
		assert_memory_equal(s.p, cases[i].filled, s.n);
	}
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_is_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
