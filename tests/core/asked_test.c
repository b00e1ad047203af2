/* asked: how well it tells who asks for a person from who does not. */
#include "core/asked.h"
#include "tests/core/sentences.h"
#include "tests/lib/cmocka.h"

static bool
asks(struct str text)
{
	struct phrase p;

	phrase_read(text, &p);
	return asked_for_person(&p);
}

static void
test_sentences(void **state)
{
	struct sentences_score s = sentences_judge("asked", asks);

	(void)state;
	assert_true(s.found + s.missed >= 90);
	assert_true(s.passed + s.mistaken >= 90);
	assert_int_equal(s.missed + s.mistaken, 0);
}

static void
test_unseen_sentences(void **state)
{
	struct sentences_score s = sentences_judge("asked_unseen", asks);

	(void)state;
	assert_true(s.precision >= 0.9);
	assert_true(s.recall >= 0.85);
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
