/* rank_words: which words become one, and which do not. */
#include "workers/rank_words.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

static const char *const alike[][2] = {
    {"bike", "bikes"},
    {"delivery", "deliveries"},
    {"ship", "shipping"},
    {"ship", "shipped"},
    {"return", "returned"},
    {"cancel", "cancels"},
    {"pay", "paying"},
    {"service", "servicing"},
    {"address", "addresses"},
    {"quick", "quickly"},
    {"open", "opening"},
};
static const char *const apart[][2] = {
    {"this", "thi"},
    {"bus", "bu"},
    {"glass", "glas"},
    {"red", "r"},
    {"sing", "s"},
    {"\xd0\xbb\xd0\xb5\xd1\x81s", "\xd0\xbb\xd0\xb5\xd1\x81"},
};

static struct word
stem(const char *text)
{
	struct str rest = str_from(text);
	struct word w;

	assert_true(word_next(&rest, &w));
	rank_word_stem(&w);
	return w;
}

static bool
same_stem(const char *const pair[2])
{
	struct word a = stem(pair[0]), b = stem(pair[1]);

	return a.n == b.n && memcmp(a.text, b.text, a.n) == 0;
}

static void
stems(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(alike); i++)
		if (!same_stem(alike[i]))
			fail_msg("%s, %s", alike[i][0], alike[i][1]);
	for (i = 0; i < ARRAY_LEN(apart); i++)
		if (same_stem(apart[i]))
			fail_msg("%s, %s", apart[i][0], apart[i][1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
