/* mood: how well it tells angry customers from others. */
#include "core/mood.h"
#include "tests/core/sentences.h"
#include "tests/lib/cmocka.h"

static bool
is_angry(struct str text)
{
	return mood_angry(text, NULL);
}

static void
test_sentences(void **state)
{
	struct sentences_score s = sentences_judge("mood", is_angry);

	(void)state;
	assert_true(s.found + s.missed >= 50);
	assert_true(s.passed + s.mistaken >= 50);
	assert_int_equal(s.missed + s.mistaken, 0);
}

static void
test_unseen_sentences(void **state)
{
	struct sentences_score s = sentences_judge("mood_unseen", is_angry);

	(void)state;
	assert_true(s.precision >= 0.9);
	assert_true(s.recall >= 0.7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sentences),
	    cmocka_unit_test(test_unseen_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
