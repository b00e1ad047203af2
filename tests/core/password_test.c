/* password: what is common is refused however it is dressed up. */
#include "core/password.h"
#include "tests/lib/cmocka.h"

static const char *const common[] = {
    "passwordpassword",
    "password1234",
    "password12345",
    "Password123!",
    "P@ssw0rd2024!",
    "p4$$w0rd1234",
    "PASSWORDPASSWORD",
    "123456789012",
    "1234567890123456",
    "111111111111",
    "000000000000000",
    "123123123123",
    "qwertyuiop123",
    "qwerty123456",
    "Qwerty123456!",
    "qwertzuiop1234",
    "1qaz2wsx3edc4rfv",
    "1q2w3e4r5t6y",
    "asdfghjkl123",
    "zaq12wsxcde3",
    "abcdefghijkl",
    "lkjhgfdsapoi",
    "iloveyou1234",
    "iloveyou iloveyou",
    "ILoveYou2023!",
    "letmein12345",
    "welcome12345",
    "Welcome2024!!",
    "adminadmin123",
    "administrator1",
    "sunshine2023",
    "football1234",
    "princess12345",
    "superman12345",
    "trustno1trustno1",
    "monkeymonkey",
    "dragondragon1",
    "michael19851204",
    "Summer2024!!!!",
    "changeme1234",
    "abc123abc123",
    "qazwsxedcrfv",
    "aaaaaaaaaaaaa",
    "!!!!!!!!!!!!!",
    "password - 1234",
    "manchesterunited",
    "starwars-pokemon",
};

static const char *const good[] = {
    "seven green bottles", /* two are on the list, and it has more */
    "correct horse battery staple",
    "Tr0ub4dor&3xyz",
    "w8v%Kq2mZr7t",
    "dunkle Wolken ziehen heran",
    "\xd1\x81\xd0\xb8\xd0\xbd\xd0\xb8\xd0\xb9 "
    "\xd0\xba\xd0\xb8\xd1\x82 \xd0\xbf\xd0\xbe\xd1\x91\xd1\x82", /* a whale sings */
    "hunter2 likes purple pancakes",
    "kq3vhn5t9zxw",
};

static void
common_passwords_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		if (password_fault(str_from(common[i]), NULL, 0) == NULL)
			fail_msg("%s", common[i]);
}

static void
long_and_strange_ones_are_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		const char *fault = password_fault(str_from(good[i]), NULL, 0);

		if (fault != NULL)
			fail_msg("%s %s", good[i], fault);
	}
}

static void
what_is_known_of_the_account_is_common(void **state)
{
	const struct str about[] = {STR("anna.larsson"), STR("Anna"),
	    STR("Larsson"), STR("larkspur"), STR("de")};
	static const char *const bad[] = {"annalarsson1987", "larkspur-2024!",
	    "L4rk5pur4nna", "anna.larsson.anna"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_non_null(
		    password_fault(str_from(bad[i]), about, ARRAY_LEN(about)));
		/* To others these are strange enough, but for what repeats. */
		if (i == 1)
			assert_null(password_fault(str_from(bad[i]), NULL, 0));
	}
}

static void
lengths_are_those_it_says(void **state)
{
	char text[PASSWORD_BYTES + 2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i * 7 % 23 + i % 3);
	assert_non_null(
	    password_fault((struct str){text, PASSWORD_MIN - 1}, NULL, 0));
	assert_null(password_fault((struct str){text, PASSWORD_MIN}, NULL, 0));
	assert_null(password_fault((struct str){text, 64}, NULL, 0));
	assert_null(password_fault((struct str){text, PASSWORD_MAX}, NULL, 0));
	assert_non_null(
	    password_fault((struct str){text, PASSWORD_MAX + 1}, NULL, 0));
	assert_non_null(
	    password_fault((struct str){text, PASSWORD_BYTES + 1}, NULL, 0));
	assert_non_null(password_fault(STR(""), NULL, 0));
	/* Twelve bytes are not twelve characters. */
	assert_non_null(password_fault(
	    STR("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9\xc3\xa8"), NULL, 0));
}

static void
what_is_no_text_is_refused(void **state)
{
	(void)state;
	assert_non_null(password_fault(STR("w8v%Kq2mZr7t\xff\xfe"), NULL, 0));
	assert_non_null(
	    password_fault((struct str){"w8v%Kq2m\0Zr7t", 13}, NULL, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(common_passwords_are_refused),
	    cmocka_unit_test(long_and_strange_ones_are_not),
	    cmocka_unit_test(what_is_known_of_the_account_is_common),
	    cmocka_unit_test(lengths_are_those_it_says),
	    cmocka_unit_test(what_is_no_text_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
