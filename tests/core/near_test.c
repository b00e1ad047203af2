/* near: a table of pairs, and the same both ways round. */
#include "core/near.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

static const struct {
	const char *a, *b;
	size_t limit, distance;
} pairs[] = {
    {"", "", 0, 0},
    {"", "a", 2, 1},
    {"a", "a", 0, 0},
    {"a", "b", 0, 1},
    {"warranty", "warrenty", 2, 1},
    {"return", "retrun", 1, 1},
    {"opening", "opning", 1, 1},
    {"opening", "oppening", 1, 1},
    {"ab", "ba", 1, 1},
    {"abcd", "badc", 2, 2},
    {"delivery", "dilevery", 2, 2},
    {"shipping", "shopping", 0, 1},
    {"kitten", "sitting", 3, 3},
    {"kitten", "sitting", 2, 3},
    {"abcdef", "uvwxyz", 2, 3},
    {"xyabcdef", "yxbacdfe", 3, 3},
    {"short", "muchlongerword", 2, 3},
    {"123456789012345678901234567890123456789012345678",
	"123456789012345678901234567890123456789012345678", 1, 0},
    {"1234567890123456789012345678901234567890123456789",
	"1234567890123456789012345678901234567890123456789", 1, 2},
};

static void
measures(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(pairs); i++) {
		struct str a = str_from(pairs[i].a), b = str_from(pairs[i].b);

		assert_int_equal(
		    near_distance(a, b, pairs[i].limit), pairs[i].distance);
		assert_int_equal(
		    near_distance(b, a, pairs[i].limit), pairs[i].distance);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(measures)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
