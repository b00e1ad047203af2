/* What rules do to the mailbox, and what the ledgers say of it. */
#include "tests/sandbox/mail_client.h"

#include <unistd.h>

static int
open_it(void **state)
{
	(void)state;
	mail_open_with(MAIL(""));
	return 0;
}

static const char *
first_effect(void)
{
	control("/control/effects?vendor=mail", NULL);
	return said("effects.0.kind");
}

static void
is_cut_before_and_after(void **state)
{
	(void)state;
	mail_rule(
	    "\"path\":\"/smtp/message\",\"kind\":\"cut_before\",\"count\":1");
	assert_int_not_equal(mail_send(MAIL_TEXT), CURLE_OK);
	assert_string_equal(first_effect(), "");
	mail_rule(
	    "\"path\":\"/smtp/message\",\"kind\":\"cut_after\",\"count\":1");
	assert_int_not_equal(mail_send(MAIL_TEXT), CURLE_OK);
	assert_string_equal(first_effect(), "mail");
	assert_int_equal(said_number("effects.0.told"), 0);
	control("/control/faults", NULL);
	assert_int_equal(said_number("rules.0.struck"), 1);
	assert_int_equal(mail_send(MAIL_TEXT), CURLE_OK);
	control("/control/effects?after=1&vendor=mail", NULL);
	assert_int_equal(said_number("effects.0.told"), 1);
}

static void
fails_with_a_status(void **state)
{
	int fd = mail_begin();

	(void)state;
	mail_rule(
	    "\"path\":\"/smtp/message\",\"kind\":\"status\",\"status\":451");
	mail_tell(fd, ".\r\n");
	mail_hear(fd, "451 4.3.0 a rule says so\r\n");
	close(fd);
	assert_string_equal(first_effect(), "");
	mail_rule(
	    "\"kind\":\"status\",\"status\":554,\"body\":\"5.7.1 go away\"");
	fd = mail_dial("smtp");
	mail_hear(fd, "554 5.7.1 go away\r\n");
	mail_hear(fd, "");
	close(fd);
}

static void
spoils_a_reply(void **state)
{
	int fd = mail_begin();

	(void)state;
	mail_rule("\"path\":\"/smtp/message\",\"kind\":\"garbage\"");
	mail_tell(fd, ".\r\n");
	mail_hear(fd, "<html>\r\n");
	close(fd);
	assert_string_equal(first_effect(), "mail");
	assert_int_equal(said_number("effects.0.told"), 0);
}

static void
holds_a_reply_back(void **state)
{
	int64_t began;
	int fd = mail_begin();

	(void)state;
	mail_rule("\"path\":\"/smtp/message\",\"kind\":\"delay\",\"ms\":60");
	began = mail_now_ms();
	mail_tell(fd, ".\r\nQUIT\r\n");
	mail_hear(fd, "250 2.0.0 accepted\r\n221");
	assert_true(mail_now_ms() - began >= 59);
	close(fd);
	assert_string_equal(first_effect(), "mail");
	assert_int_equal(said_number("effects.0.told"), 1);
}

/* Who left before the reply did not learn what became of the mail. */
static void
knows_who_was_not_told(void **state)
{
	int64_t until = mail_now_ms() + MAIL_WAIT_MS;
	int fd = mail_begin();

	(void)state;
	mail_rule("\"path\":\"/smtp/message\",\"kind\":\"delay\",\"ms\":60000");
	mail_tell(fd, ".\r\n");
	while (first_effect()[0] == '\0' && mail_now_ms() < until)
		;
	assert_int_equal(said_number("effects.0.told"), 1);
	close(fd);
	while (said_number("effects.0.told") == 1 && mail_now_ms() < until)
		first_effect();
	assert_int_equal(said_number("effects.0.told"), 0);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, open_it, rig_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(is_cut_before_and_after),
	    A_TEST(fails_with_a_status),
	    A_TEST(spoils_a_reply),
	    A_TEST(holds_a_reply_back),
	    A_TEST(knows_who_was_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
