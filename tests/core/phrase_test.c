/* phrase: words, clauses and lists. */
#include "core/phrase.h"
#include "core/buf.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

static void
test_clauses(void **state)
{
	static const struct {
		const char *text, *begins; /* a digit for each word */
	} rows[] = {
	    {"", ""},
	    {"one two", "10"},
	    {"No, I want. That", "1101"},
	    {"a 3.5 b", "1010"},
	    {"a\nb (c) d", "1111"},
	    {"it's fine - really", "100"},
	    {"\xc2\xbf"
	     "Puedo? S\xc3\xad",
		"11"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		struct phrase p;

		phrase_read(str_from(rows[i].text), &p);
		assert_int_equal(p.n, strlen(rows[i].begins));
		for (size_t w = 0; w < p.n; w++)
			assert_int_equal(
			    p.words[w].begins, rows[i].begins[w] == '1');
	}
}

static void
test_lists(void **state)
{
	static const struct {
		const char *text, *list;
		size_t n; /* words that match at the first one */
	} rows[] = {
	    {"agent", "agent", 1},
	    {"agents", "agent", 0},
	    {"agent", "agents", 0},
	    {"Customer Service now", "customer+service", 2},
	    {"customer, service", "customer+service", 0},
	    {"customer", "customer+service", 0},
	    {"customer care", "customer customer+care", 2},
	    {"customer care", "customer+care customer", 2},
	    {"customer services", "customer+service", 0},
	    {"b", "a  b", 1},
	    {"b", "", 0},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		struct phrase p;

		phrase_read(str_from(rows[i].text), &p);
		if (phrase_match(&p, 0, rows[i].list) != rows[i].n)
			fail_msg("%s in %s", rows[i].text, rows[i].list);
	}
}

static void
test_find_and_count(void **state)
{
	struct phrase p, part;

	(void)state;
	phrase_read(STR("a b a b c, a b c d"), &p);
	phrase_read(STR("A b c"), &part);
	assert_int_equal(phrase_find(&p, &part), 2);
	phrase_read(STR("b d"), &part);
	assert_int_equal(phrase_find(&p, &part), p.n);
	phrase_read(STR(""), &part);
	assert_int_equal(phrase_find(&p, &part), p.n);
	assert_int_equal(phrase_count(&p, "a+b"), 3);
	assert_int_equal(phrase_count(&p, "a+b b"), 3);
	assert_int_equal(phrase_count(&p, "x"), 0);
}

static void
test_spots(void **state)
{
	struct phrase_spots spots = {{0}};
	struct phrase p;
	unsigned mistaken = 0;

	(void)state;
	phrase_spots_add(&spots, "agent  my+service");
	phrase_spots_add(&spots, "");
	phrase_read(STR("my service"), &p);
	assert_true(phrase_spots_any(&spots, &p));
	phrase_read(STR("AGENT"), &p);
	assert_true(phrase_spots_any(&spots, &p));
	phrase_read(STR(""), &p);
	assert_false(phrase_spots_any(&spots, &p));
	phrase_read(STR("my order"), &p); /* not by one of its words */
	assert_false(phrase_spots_any(&spots, &p));
	phrase_read(STR("service my"), &p);
	assert_false(phrase_spots_any(&spots, &p));
	for (unsigned i = 0; i < 3000; i++) {
		char word[20];

		(void)snprintf(word, sizeof(word), "w%u", i);
		phrase_read(str_from(word), &p);
		if (i < 1500)
			phrase_spots_add(&spots, word);
		else
			mistaken += phrase_spots_any(&spots, &p);
	}
	assert_in_range(mistaken, 0, 1500 / 20);
}

static void
test_long(void **state)
{
	struct buf b = {0};
	struct phrase p;

	(void)state;
	for (unsigned i = 0; i < 3 * PHRASE_WORDS_MAX; i++)
		buf_addf(&b, "w%u ", i);
	phrase_read(buf_view(&b), &p);
	assert_int_equal(p.n, PHRASE_WORDS_MAX);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_clauses),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_find_and_count),
	    cmocka_unit_test(test_spots),
	    cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
