/* What may stand in a server's URL, an address, a mail, a server's words. */
#include "net/mail.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>
#include <stdlib.h>

static void
addresses_are_narrow(void **state)
{
	static const char *const good[] = {"a@b", "desk@support.example",
	    "bounces+t0k3n=x@gw.example", "o'hara!#$%&*/?^_{|}~-@x-y.z9",
	    "1@127.0.0.1", ".a.@b"};
	static const char *const bad[] = {"", "@", "a", "a@", "@b", "a@@b",
	    "a@b@c", "a b@c", "a@b c", "a@b.", "a@.b", "a@b..c", "a@-b", "a@b-",
	    "a@b-.c", "a@b_c", "<a@b>", "a@b>", "a@b\r\nRSET", "a\r@b", "a\n@b",
	    "a\t@b", "a\x7f@b", "\xc3\xbc@b", "a@\xc3\xbc", "a,b@c", "a;b@c",
	    "\"a\"@b", "a(x)@b", "a@[::1]", "a\\@b", "a:b@c"};
	char long_local[80] = "", long_host[300] = "a@";
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++)
		if (!mail_address_valid(str_from(good[i])))
			fail_msg("%s is refused", good[i]);
	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (mail_address_valid(str_from(bad[i])))
			fail_msg("%s is taken", bad[i]);
	assert_false(mail_address_valid((struct str){"a\0@b", 4}));
	memset(long_local, 'a', 64);
	memcpy(long_local + 64, "@b", 3);
	assert_true(mail_address_valid(str_from(long_local)));
	memmove(long_local + 1, long_local, 67);
	assert_false(mail_address_valid(str_from(long_local)));
	for (i = 2; i < 252; i += 2)
		memcpy(long_host + i, "b.", 3);
	long_host[251] = '\0';
	assert_true(mail_address_valid(str_from(long_host)));
	memcpy(long_host + 251, "bbbb", 5);
	assert_false(mail_address_valid(str_from(long_host)));
}

static const struct {
	const char *url;
	enum mail_protocol protocol;
	const char *host; /* NULL: refused */
	unsigned port;
	bool tls;
	const char *folder;
} urls[] = {
    {"smtp://mail.example", MAIL_SMTP, "mail.example", 587, false, ""},
    {"SMTP://mail.example:25/", MAIL_SMTP, "mail.example", 25, false, ""},
    {"smtps://mail.example", MAIL_SMTP, "mail.example", 465, true, ""},
    {"imaps://mail.example/", MAIL_IMAP, "mail.example", 993, true, "INBOX"},
    {"imap://m/Support", MAIL_IMAP, "m", 143, false, "Support"},
    {"imap://m:1/a%20b%2Fc/d", MAIL_IMAP, "m", 1, false, "a b/c/d"},
    {"imap://m/%C3%BC", MAIL_IMAP, "m", 143, false, "\xc3\xbc"},
    {"imap://m/%zz", MAIL_IMAP, NULL, 0, false, ""},
    {"imap://m/%0D%0Ax", MAIL_IMAP, NULL, 0, false, ""},
    {"imap://m/%ff", MAIL_IMAP, NULL, 0, false, ""},
    {"imap://m/%4", MAIL_IMAP, NULL, 0, false, ""},
    {"smtp://mail.example/x", MAIL_SMTP, NULL, 0, false, ""},
    {"imap://mail.example", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp://mail.example", MAIL_IMAP, NULL, 0, false, ""},
    {"http://mail.example", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp:mail.example", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp://", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp://:25", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp://m:", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp://m:0", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp://m:65536", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp://m:2x", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp://u:p@m", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp://m m", MAIL_SMTP, NULL, 0, false, ""},
    {"smtp://m\r\n", MAIL_SMTP, NULL, 0, false, ""},
    {"", MAIL_SMTP, NULL, 0, false, ""},
};

static void
urls_lead_somewhere_or_are_refused(void **state)
{
	struct mail_place place;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(urls); i++) {
		const struct mail_server s = {.url = str_from(urls[i].url)};
		enum err e = mail_server_read(
		    &s, urls[i].protocol, &place, &why);

		if ((e == OK) != (urls[i].host != NULL))
			fail_msg("%s: %s", urls[i].url, err_name(e));
		if (e != OK) {
			assert_non_null(why);
			continue;
		}
		assert_string_equal(place.host, urls[i].host);
		assert_int_equal(place.port, urls[i].port);
		assert_int_equal(place.tls, urls[i].tls);
		assert_string_equal(place.folder, urls[i].folder);
	}
}

static void
logins_are_one_line(void **state)
{
	static const struct {
		enum mail_auth auth;
		struct str user, secret;
		bool good;
	} rows[] = {
	    {MAIL_AUTH_NONE, STR(""), STR(""), true},
	    {MAIL_AUTH_PASSWORD, STR("desk"), STR("p w \xc3\xbc"), true},
	    {MAIL_AUTH_PASSWORD, STR(""), STR("x"), false},
	    {MAIL_AUTH_PASSWORD, STR("desk"), STR(""), false},
	    {MAIL_AUTH_PASSWORD, STR("desk\r\n"), STR("x"), false},
	    {MAIL_AUTH_PASSWORD, STR("desk"), STR("x\nQUIT"), false},
	    {MAIL_AUTH_OAUTH2, STR("desk"), STR("x\0y"), false},
	    {MAIL_AUTHS, STR("desk"), STR("x"), false},
	};
	struct mail_server s = {.url = STR("smtp://m")};
	char secret[MAIL_SECRET_MAX + 2];
	struct mail_place place;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		s.auth = rows[i].auth;
		s.user = rows[i].user;
		s.secret = rows[i].secret;
		assert_int_equal(
		    mail_server_read(&s, MAIL_SMTP, &place, &why) == OK,
		    rows[i].good);
	}
	memset(secret, 'x', sizeof(secret));
	s = (struct mail_server){.url = STR("smtp://m"),
	    .auth = MAIL_AUTH_OAUTH2,
	    .user = STR("u"),
	    .secret = {secret, MAIL_SECRET_MAX}};
	assert_int_equal(mail_server_read(&s, MAIL_SMTP, &place, &why), OK);
	s.secret.n++;
	assert_int_equal(
	    mail_server_read(&s, MAIL_SMTP, &place, &why), E_BADINPUT);
}

static void
only_this_machine_does_without_tls(void **state)
{
	static const struct {
		const char *url;
		bool good;
	} rows[] = {
	    {"smtp://localhost", true},
	    {"smtp://LOCALHOST:25", true},
	    {"smtp://127.0.0.1", true},
	    {"smtp://127.9.9.9:1", true},
	    {"smtp://localhost.example", false},
	    {"smtp://127.0.0.1.example", false},
	    {"smtp://10.0.0.1", false},
	    {"smtp://mail.example", false},
	};
	struct mail_place place;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const struct mail_server s = {
		    .url = str_from(rows[i].url), .plain = true};

		assert_int_equal(
		    mail_server_read(&s, MAIL_SMTP, &place, &why) == OK,
		    rows[i].good);
	}
}

static void
a_mail_is_whole_and_clean(void **state)
{
	static const struct {
		struct str text;
		bool good;
	} rows[] = {
	    {STR("S: x\r\n\r\n"), true},
	    {STR("S: x\r\nT: y\r\n z\r\n\r\n.\r\n\tx\r\n"), true},
	    {STR(""), false},
	    {STR("S: x\r\n"), false},
	    {STR("\r\nx\r\n"), false},
	    {STR("S: x\r\n\r\nx"), false},
	    {STR("S: x\r\n\r\nx\n"), false},
	    {STR("S: x\r\n\r\nx\r"), false},
	    {STR("S: x\r\n\r\nx\ry\r\n"), false},
	    {STR("S: x\r\n\r\nx\n.\r\n"), false},
	    {STR("S: x\r\n\r\nx\r\r\n"), false},
	    {STR("S: x\r\n\r\nx\0y\r\n"), false},
	    {STR("S: x\r\n\r\n\x80\r\n"), false},
	};
	char line[1100] = "S: x\r\n\r\n";
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		enum err e = mail_text_check(rows[i].text, &why);

		if ((e == OK) != rows[i].good)
			fail_msg("%zu: %s", i, err_name(e));
		assert_int_equal(why == NULL, rows[i].good);
	}
	memset(line + 8, 'x', 1000);
	memcpy(line + 8 + 998, "\r\n", 3);
	assert_int_equal(mail_text_check(str_from(line), &why), OK);
	memcpy(line + 8 + 998, "x\r\n", 4);
	assert_int_equal(mail_text_check(str_from(line), &why), E_BADINPUT);
}

static void
words_are_fit_to_be_shown(void **state)
{
	static const struct {
		struct str words;
		const char *clean;
	} rows[] = {
	    {STR("ok"), "ok"},
	    {STR("  a \r\n b\t c  "), "a b c"},
	    {STR("\x1b[31mred"), "?[31mred"},
	    {STR("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f"},
	    {STR("a\xff\xc3"), "a??"},
	    {STR("a\0b"), "a?b"},
	    {STR(""), ""},
	};
	char out[16];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		mail_words_clean(rows[i].words, out, sizeof(out));
		assert_string_equal(out, rows[i].clean);
	}
	mail_words_clean(STR("0123456789abcd\xc3\xbcx"), out, sizeof(out));
	assert_string_equal(out, "0123456789abcd");
	mail_words_clean(STR("x"), out, 1);
	assert_string_equal(out, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_are_narrow),
	    cmocka_unit_test(urls_lead_somewhere_or_are_refused),
	    cmocka_unit_test(logins_are_one_line),
	    cmocka_unit_test(only_this_machine_does_without_tls),
	    cmocka_unit_test(a_mail_is_whole_and_clean),
	    cmocka_unit_test(words_are_fit_to_be_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
