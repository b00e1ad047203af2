/* said: the same as to look for a phrase in each text. */
#include "core/said.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <stdlib.h>

static bool
has(const struct said *s, const char *part)
{
	struct phrase p;

	phrase_read(str_from(part), &p);
	return said_has(s, &p);
}

static void
test_phrases(void **state)
{
	static const struct {
		const char *part;
		bool has;
	} rows[] = {{"Leaks!", true}, {"espresso machine", true},
	    {"my machine", false}, {"machine espresso", false}, {"cup", false},
	    {"the cup", false}, {"leaks it", false}, {"", false},
	    {"my espresso machine", true}, {"my espresso cup", false},
	    {"it is the first one", false}, {"it is the second one", true},
	    {"is the espresso", false}, {"one and more", false}};
	const struct str texts[] = {
	    STR("My espresso machine leaks."), STR("It is the second one.")};
	struct said *s = said_new(texts, ARRAY_LEN(texts));

	(void)state;
	assert_non_null(s);
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++)
		if (has(s, rows[i].part) != rows[i].has)
			fail_msg("%s", rows[i].part);
	said_free(s);
	s = said_new(NULL, 0);
	assert_false(has(s, "leaks"));
	said_free(s);
	said_free(NULL);
}

static void
write_letters(struct test_random *r, char *out, size_t n)
{
	while (n-- > 0) {
		*out++ = (char)('a' + test_random_below(r, 4));
		*out++ = ' ';
	}
	*out = '\0';
}

static bool
found_by_hand(const struct str *texts, size_t n, const char *part)
{
	struct phrase p, word;

	phrase_read(str_from(part), &word);
	for (size_t i = 0; i < n; i++) {
		phrase_read(texts[i], &p);
		if (phrase_find(&p, &word) < p.n)
			return true;
	}
	return false;
}

static void
test_random_phrases(void **state)
{
	struct test_random r = test_random_new("said");
	static char words[3][2 * 300 + 1];
	struct str texts[3];
	char part[2 * 8 + 1];
	unsigned found = 0;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		struct said *s;

		/* Some are longer than what is looked at. */
		for (unsigned i = 0; i < 3; i++) {
			write_letters(&r, words[i],
			    test_random_below(&r, round % 20 == 0 ? 300 : 40));
			texts[i] = str_from(words[i]);
		}
		s = said_new(texts, 3);
		for (unsigned i = 0; i < 20; i++) {
			write_letters(&r, part, 1 + test_random_below(&r, 8));
			assert_int_equal(
			    has(s, part), found_by_hand(texts, 3, part));
			found += has(s, part);
		}
		said_free(s);
	}
	assert_in_range(found, 400, 3600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_phrases),
	    cmocka_unit_test(test_random_phrases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
