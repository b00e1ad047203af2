/* phrase: words, clauses and lists. */
#include "core/phrase.h"
#include "core/buf.h"
#include "tests/lib/cmocka.h"

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
	    {"agents", "agent*", 1},
	    {"agent", "agent*", 1},
	    {"age", "agent*", 0},
	    {"Customer Service now", "customer+service", 2},
	    {"customer, service", "customer+service", 0},
	    {"customer", "customer+service", 0},
	    {"customer care", "customer customer+care", 2},
	    {"customer care", "customer+care customer", 2},
	    {"customer services", "customer+serv*", 2},
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
	    cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
