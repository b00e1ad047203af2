/* word: a table of texts and the words they become. */
#include "core/word.h"
#include "core/buf.h"
#include "tests/lib/cmocka.h"

static const struct {
	const char *text, *words;
} texts[] = {
    {"", ""},
    {" \t\n.,;!?", ""},
    {"Opening hours?", "opening hours"},
    {"What's the shop's name", "what the shop name"},
    {"I don't, we\xe2\x80\x99re, they'll", "i dont were theyll"},
    {"l'heure d\xe2\x80\x99"
     "arriv\xc3\xa9"
     "e",
	"l heure d arrivee"},
    {"rock'n'roll boys'", "rock n roll boys"},
    {"e-mail T-Shirt Wi-Fi well-known", "email tshirt wi fi well known"},
    {"24h 9:30 3.5kg #42", "24h 9 30 3 5kg 42"},
    {"Caf\xc3\xa9 na\xc3\xafve STRA\xc3\x9f"
     "E \xc3\x86on \xc5\x81\xc3\xb3"
     "d\xc5\xba",
	"cafe naive strasse aeon lodz"},
    /* an accent written apart, and a soft hyphen */
    {"cafe\xcc\x81 ship\xc2\xad"
     "ping",
	"cafe shipping"},
    {"\xce\x86\xce\xbd\xce\xb8\xcf\x81\xcf\x89\xcf\x80\xce\xbf\xcf\x82",
	"\xce\xb1\xce\xbd\xce\xb8\xcf\x81\xcf\x89\xcf\x80\xce\xbf\xcf\x83"},
    {"\xd0\x81\xd0\xbb\xd0\xba\xd0\xb0", "\xd0\xb5\xd0\xbb\xd0\xba\xd0\xb0"},
    {"\xe8\x90\xa5\xe4\xb8\x9a\xe6\x97\xb6",
	"\xe8\x90\xa5 \xe4\xb8\x9a \xe6\x97\xb6"},
    {"\xef\xbc\xa1\xef\xbd\x82\xef\xbc\x91", "ab1"},
    {"ok\xf0\x9f\x91\x8dthanks", "ok thanks"},
    {"price\xe2\x80\x93quality \xe2\x82\xac"
     "5",
	"price quality 5"},
    {"a\xff"
     "b \xc3 c\xe2\x82",
	"a b c"},
    {"pneumonoultramicroscopicsilicovolcanoconiosis",
	"pneumonoultramicroscopicsilicovolcanocon"},
};

static void
cuts_and_folds(void **state)
{
	struct word w;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(texts); i++) {
		struct str rest = str_from(texts[i].text);
		struct buf b = {0};

		while (word_next(&rest, &w)) {
			buf_str(&b, b.len == 0 ? "" : " ");
			buf_add(&b, w.text, w.n);
		}
		buf_char(&b, '\0');
		assert_string_equal(b.data, texts[i].words);
		assert_int_equal(rest.n, 0);
		buf_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cuts_and_folds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
