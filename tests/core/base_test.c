/* base: numbers in decimal, and what is none. */
#include "core/base.h"
#include "tests/lib/cmocka.h"

static void
test_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t max, n;
	} good[] = {
	    {"0", 0, 0},
	    {"007", 7, 7},
	    {"65535", 65535, 65535},
	    {"18446744073709551615", UINT64_MAX, UINT64_MAX},
	};
	static const struct {
		const char *text;
		uint64_t max;
	} wrong[] = {
	    {"", 9},
	    {"1", 0},
	    {"8", 7},
	    {"10", 9},
	    {"65536", 65535},
	    {"18446744073709551616", UINT64_MAX},
	    {"99999999999999999999999", UINT64_MAX},
	    {"-1", 9},
	    {"+1", 9},
	    {" 1", 9},
	    {"1 ", 9},
	    {"1.5", 9},
	    {"0x1", 9},
	};
	uint64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++) {
		n = 99;
		assert_true(
		    str_to_u64(str_from(good[i].text), good[i].max, &n));
		assert_int_equal(n, good[i].n);
	}
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		if (str_to_u64(str_from(wrong[i].text), wrong[i].max, &n))
			fail_msg("\"%s\" is no number", wrong[i].text);
	assert_false(str_to_u64((struct str){0}, 9, &n));
}

static void
test_trim(void **state)
{
	(void)state;
	assert_true(str_eq(str_trim(STR(" \t a b\t ")), STR("a b")));
	assert_true(str_eq(str_trim(STR(" \t ")), STR("")));
	assert_true(str_eq(str_trim(STR("")), STR("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_trim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
