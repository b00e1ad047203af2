/*
 * theirs: addresses that people give as their own, and those that they only
 * speak of, in ten languages.
 */
#include "core/theirs.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <stdio.h>

#define A "eve@mail.example"

static const char *const own[] = {
    A,
    "(" A ")",
    "<" A ">.",
    "Hi, " A " thanks!",
    "yes: " A,
    "It's " A,
    "My e-mail is " A,
    "my e-mail address is: " A,
    "My email: " A " - and my order is A-4711, it never came",
    "Where is it? I am waiting. You can reach me at " A " or by telephone",
    "please contact me under " A " if there is news",
    "Can I talk to a human? My address is " A,
    "Write to " A ".",
    "Please write to " A,
    A " is my address",
    A " is mine.",
    "I'm " A,
    "let me know via " A,
    "Meine E-Mail-Adresse ist " A,
    "meine Mailadresse lautet " A,
    "Sie erreichen mich unter " A,
    "Bitte schreiben Sie mir an " A,
    "ja, gerne: " A,
    "Mon adresse est " A,
    "Vous pouvez me joindre \xc3\xa0 " A,
    "Mi correo electr\xc3\xb3nico es " A,
    "Escr\xc3\xad"
    "banme a " A,
    "La mia e-mail \xc3\xa8 " A,
    "Scrivetemi a " A,
    "Mijn e-mailadres is " A,
    "M\xc3\xb3j adres e-mail to " A,
    "Prosz\xc4\x99 pisa\xc4\x87 do mnie na " A,
    "Meu e-mail \xc3\xa9 " A,
    "Min e-post \xc3\xa4r " A,
    "E-posta adresim " A,
};

static const char *const others[] = {
    "I have written to " A " three times, can I talk to a human?",
    "I wrote to " A " last week",
    "we always write to " A " and nobody answers",
    "Can I talk to a human? Cc: " A,
    "my e-mail does not work, so I asked " A,
    "my address is not " A,
    "don't write to me at " A,
    A " is not my address",
    A " never answers",
    "is " A " your address?",
    "who is " A "?",
    "my colleague " A " ordered it",
    "the invoice went to " A " instead of me",
    "Your page says " A " but it bounces",
    "Ich habe an " A " geschrieben",
    "nicht meine Adresse ist " A,
    "J'ai \xc3\xa9"
    "crit \xc3\xa0 " A,
    "He escrito a " A,
    "Ho scritto a " A,
    "please forward this to " A,
};

static bool
given(const char *text)
{
	struct str rest = str_from(text), found = theirs_next(&rest);

	assert_true(str_eq(found, STR(A)));
	return theirs_given(str_from(text), found);
}

static void
test_their_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (!given(own[i]))
			fail_msg("not given: %s", own[i]);
}

static void
test_of_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (given(others[i]))
			fail_msg("given: %s", others[i]);
}

static void
test_what_is_an_address(void **state)
{
	struct str rest = STR("@ home, a@b, x@y.example. and Z+1@Y.example");

	(void)state;
	assert_true(str_eq(theirs_next(&rest), STR("x@y.example")));
	assert_true(str_eq(theirs_next(&rest), STR("Z+1@Y.example")));
	assert_int_equal(theirs_next(&rest).n, 0);
	assert_int_equal(theirs_next(&rest).n, 0);
	rest = STR("");
	assert_int_equal(theirs_next(&rest).n, 0);
}

/* Whatever stands around it: it ends, and stays in the text. */
static void
test_any_text(void **state)
{
	static const char *const pieces[] = {" my", " e-mail", " is", " ", A,
	    ",", "\n", "\xc3\xa4", "\xff", "@", " write", " to", " me", " not"};
	struct test_random r = test_random_new("theirs");
	char text[4000];

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		size_t n = 0, k = test_random_below(&r, 200);
		struct str rest, found;

		while (k-- > 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
			    pieces[test_random_below(&r, ARRAY_LEN(pieces))]);
		rest = (struct str){text, n};
		while ((found = theirs_next(&rest)).n > 0) {
			assert_true(
			    found.p >= text && found.p + found.n <= text + n);
			(void)theirs_given((struct str){text, n}, found);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_their_own),
	    cmocka_unit_test(test_of_others),
	    cmocka_unit_test(test_what_is_an_address),
	    cmocka_unit_test(test_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
