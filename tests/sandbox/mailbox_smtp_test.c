/* SMTP without sockets: what is taken, what is refused, and in which words. */
#include "tests/sandbox/mail_pad.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- order and arguments ------------------------------------------------- */

static void
wants_commands_in_order(void **state)
{
	static const struct mail_line lines[] = {
	    {"MAIL FROM:<a@b.example>", "503 5.5.1"},
	    {"AUTH PLAIN", "503 5.5.1"}, {"STARTTLS", "503 5.5.1"},
	    {"EHLO", "501 5.5.4"}, {"EHLO a b", "501 "}, {"HELO x", "250 "},
	    {"MAIL FROM:<a@b.example> SIZE=3", "555 5.5.4"},
	    {"EHLO me", "250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
			"250-SMTPUTF8\r\n250-SIZE 26214400\r\n250-STARTTLS\r\n"
			"250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES\r\n"},
	    {"RCPT TO:<a@support.example>", "503 5.5.1"}, {"DATA", "503 5.5.1"},
	    {"MAIL FROM:<a@b.example>", "250 2.1.0"},
	    {"MAIL FROM:<a@b.example>", "503 5.5.1"}, {"DATA", "554 5.5.1"},
	    {"AUTH PLAIN", "503 5.5.1"},
	    {"RCPT TO:<a@support.example>", "250 2.1.5"},
	    {"DATA now", "501 5.5.4"}, {"RSET", "250 2.0.0"},
	    {"RCPT TO:<a@support.example>", "503 5.5.1"},
	    {"mail from:<a@b.example>", "250 "}, {"noop", "250 "},
	    {"NOOP well", "250 "}, {"VRFY a", "252 2.1.5"}, {"VRFY", "501 "},
	    {"EXPN a", "502 5.5.1"}, {"BDAT 3", "502 5.5.1"},
	    {"FLY", "500 5.5.2"}, {"", "500 5.5.2"}, {" NOOP", "500 5.5.2"},
	    {"QUIT now", "501 "}, {"QUIT", "221 2.0.0"}, {NULL, NULL}};
	struct mail_pad *p = *state;

	mail_pad_begin(p, &sb_smtp_kind);
	assert_memory_equal(p->heard.data, "220 localhost ESMTP", 19);
	mail_pad_talk(p, lines);
	assert_true(p->closed);
	assert_false(p->cut);
}

static void
reads_addresses_narrowly(void **state)
{
	static const struct mail_line lines[] = {{"EHLO me", "250-"},
	    {"MAIL FROM: <a@b.example>", "501 5.1.7"},
	    {"MAIL FROM:a@b.example", "501 "},
	    {"MAIL TO:<a@b.example>", "501 "}, {"MAIL FROM:<a@b", "501 "},
	    {"MAIL FROM:<a>", "501 "}, {"MAIL FROM:<@b.example>", "501 "},
	    {"MAIL FROM:<a.@b.example>", "501 "},
	    {"MAIL FROM:<a..b@b.example>", "501 "},
	    {"MAIL FROM:<a b@c.example>", "501 "},
	    {"MAIL FROM:<a@-b.example>", "501 "},
	    {"MAIL FROM:<a@b-.example>", "501 "},
	    {"MAIL FROM:<a@b.example->", "501 "},
	    {"MAIL FROM:<a@b..example>", "501 "},
	    {"MAIL FROM:<a@b_c.example>", "501 "},
	    {"MAIL FROM:<@x,@y:a@b.example>", "501 "},
	    {"MAIL FROM:<\"a\x01\"@b.example>", "501 "},
	    {"MAIL FROM:<01234567890123456789012345678901234567890123456789"
	     "012345678901234@b.example>",
		"501 "},
	    {"MAIL FROM:<a@b.example>x", "555 "},
	    {"MAIL FROM:<a@b.example> ", "555 "},
	    {"MAIL FROM:<a@b.example> FLY=1", "555 "},
	    {"MAIL FROM:<a@b.example> SIZE=x", "501 5.5.4"},
	    {"MAIL FROM:<a@b.example> SIZE=26214401", "552 5.3.4"},
	    {"MAIL FROM:<a@b.example> BODY=9BIT", "501 "},
	    {"MAIL FROM:<a@b.example> SMTPUTF8=1", "501 "},
	    {"MAIL FROM:<\xc3\xa4@b.example>", "553 5.6.7"},
	    {"MAIL FROM:<\xc3@b.example> SMTPUTF8", "501 "}, {"RSET", "250 "},
	    {"MAIL FROM:<\xc3\xa4@b.example> SMTPUTF8", "250 "},
	    {"RCPT TO:<\xc3\xb6@support.example>", "250 "}, {"RSET", "250 "},
	    {"MAIL FROM:<\"a b\\\"c\"@[127.0.0.1]> SIZE=26214400 "
	     "BODY=8bitmime AUTH=<>",
		"250 "},
	    {"RSET", "250 "}, {"MAIL FROM:<>", "250 "},
	    {"RCPT TO:<>", "501 5.1.3"},
	    {"RCPT TO:<\xc3\xb6@support.example>", "501 "},
	    {"RCPT TO:<a@support.example> NOTIFY=NEVER", "555 "},
	    {"RCPT TO:<a@other.example>", "550 5.7.1"},
	    {"RCPT TO:<a@SUPPORT.example>", "250 "}, {NULL, NULL}};
	struct mail_pad *p = *state;

	mail_pad_begin(p, &sb_smtp_kind);
	mail_pad_talk(p, lines);
}

static void
knows_its_users(void **state)
{
	static const struct mail_line lines[] = {{"EHLO me", "250-"},
	    {"MAIL FROM:<a@b.example>", "250 "},
	    {"RCPT TO:<Reply+abc@support.example>", "250 "},
	    {"RCPT TO:<nobody@support.example>", "550 5.1.1"},
	    {"RCPT TO:<+reply@support.example>", "550 5.1.1"}, {NULL, NULL}};
	struct str users[] = {STR("desk"), STR("reply")};
	struct mail_pad *p = *state;

	p->setup.users = users;
	p->setup.user_count = 2;
	mail_pad_begin(p, &sb_smtp_kind);
	mail_pad_talk(p, lines);
}

static void
takes_a_hundred_recipients(void **state)
{
	struct mail_pad *p = *state;
	char line[80];
	unsigned i;

	mail_pad_begin(p, &sb_smtp_kind);
	mail_pad_say(p, "EHLO me\r\nMAIL FROM:<a@b.example>\r\n");
	for (i = 0; i < 101; i++) {
		(void)snprintf(
		    line, sizeof(line), "RCPT TO:<r%u@support.example>\r\n", i);
		assert_memory_equal(mail_pad_say(p, line),
		    i < 100 ? "250" : "452 4.5.3", i < 100 ? 3 : 9);
	}
}

static void
gives_up_on_errors(void **state)
{
	struct mail_pad *p = *state;
	unsigned i;

	mail_pad_begin(p, &sb_smtp_kind);
	for (i = 0; i < 49; i++)
		mail_pad_say(p, "FLY\r\n");
	assert_false(p->closed);
	assert_non_null(strstr(mail_pad_say(p, "FLY\r\n"), "421 4.7.0"));
	assert_true(p->closed);
}

/* ---- logging in ---------------------------------------------------------- */

/* "desk" "pass word"; "AGRlc2sAcGFzcyB3b3Jk" is both with NULs. */
static void
logs_in(void **state)
{
	static const struct mail_line lines[] = {{"EHLO me", "250-"},
	    {"MAIL FROM:<a@b.example>", "530 5.7.0"}, {"AUTH", "501 5.5.4"},
	    {"AUTH CRAM-MD5", "504 5.5.4"}, {"AUTH PLAIN !!!", "501 5.5.2"},
	    {"AUTH PLAIN =", "535 5.7.8"},
	    {"AUTH PLAIN AGRlc2sAcGFzcyB3b3Jl", "535 5.7.8"},
	    {"AUTH PLAIN", "334 \r\n"}, {"*", "501 5.7.0"},
	    {"AUTH LOGIN", "334 VXNlcm5hbWU6"},
	    {"ZGVzaw==", "334 UGFzc3dvcmQ6"}, {"cGFzcyB3b3Jl", "535 5.7.8"},
	    {"AUTH LOGIN", "334 "}, {"ZGVzaQ==", "334 "},
	    {"cGFzcyB3b3Jk", "535 5.7.8"},
	    {"AUTH LOGIN ZGVzaw==", "334 UGFzc3dvcmQ6"},
	    {"cGFzcyB3b3Jk", "235 2.7.0"}, {"AUTH PLAIN", "503 5.5.1"},
	    {"MAIL FROM:<a@b.example>", "250 "}, {NULL, NULL}};
	static const struct mail_line plain[] = {{"EHLO me", "250-"},
	    {"auth plain", "334 "}, {"AGRlc2sAcGFzcyB3b3Jk", "235 2.7.0"},
	    {NULL, NULL}};
	struct mail_pad *p = *state;

	p->setup.require_auth = true;
	mail_pad_begin(p, &sb_smtp_kind);
	mail_pad_talk(p, lines);
	mail_pad_begin(p, &sb_smtp_kind);
	mail_pad_talk(p, plain);
	assert_non_null(strstr(p->notes.data, "/smtp/auth 535\n"));
	assert_non_null(strstr(p->notes.data, "/smtp/auth 235\n"));
}

static void
wants_tls(void **state)
{
	static const struct mail_line lines[] = {{"EHLO me", "250-"},
	    {"AUTH PLAIN AGRlc2sAcGFzcyB3b3Jk", "530 5.7.0"},
	    {"MAIL FROM:<a@b.example>", "530 5.7.0"}, {"STARTTLS x", "501 "},
	    {"STARTTLS", "220 2.0.0"}, {"MAIL FROM:<a@b.example>", "503 5.5.1"},
	    {"EHLO me", "250-"}, {"STARTTLS", "503 5.5.1"},
	    {"MAIL FROM:<a@b.example>", "250 "}, {NULL, NULL}};
	struct mail_pad *p = *state;

	p->setup.require_tls = true;
	mail_pad_begin(p, &sb_smtp_kind);
	assert_null(strstr(mail_pad_say(p, "EHLO me\r\n"), "AUTH"));
	mail_pad_talk(p, lines);
	assert_null(strstr(mail_pad_say(p, "EHLO me\r\n"), "STARTTLS"));
	assert_non_null(strstr(p->heard.data, "250-AUTH PLAIN LOGIN"));
}

/* Else what somebody put in on the way would count as said inside TLS. */
static void
nothing_follows_starttls(void **state)
{
	struct mail_pad *p = *state;
	const char *reply;

	mail_pad_begin(p, &sb_smtp_kind);
	mail_pad_say(p, "EHLO me\r\n");
	reply = mail_pad_say(p, "STARTTLS\r\nMAIL FROM:<a@b.example>\r\n");
	assert_memory_equal(reply, "503 5.5.1", 9);
	assert_null(strstr(reply, "250"));
	assert_true(p->closed);
	assert_false(p->talk.secure);
}

/* ---- lines --------------------------------------------------------------- */

static void
takes_only_whole_lines(void **state)
{
	static const char *const wrong[] = {
	    "NOOP\n", "NOOP\r\r\n", "NO\rOP\r\n", "EHLO a\nNOOP\r\n"};
	struct mail_pad *p = *state;
	struct buf longest = {0};
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		mail_pad_begin(p, &sb_smtp_kind);
		assert_memory_equal(mail_pad_say(p, wrong[i]), "500 5.5.2", 9);
		assert_true(p->closed);
	}
	mail_pad_begin(p, &sb_smtp_kind);
	assert_memory_equal(
	    mail_pad_bytes(p, STR("NO\0OP\r\n")), "500 5.5.2", 9);
	mail_pad_begin(p, &sb_smtp_kind);
	buf_str(&longest, "NOOP ");
	while (longest.len < 998)
		buf_char(&longest, 'x');
	buf_str(&longest, "\r\n");
	assert_memory_equal(mail_pad_bytes(p, buf_view(&longest)), "250 ", 4);
	longest.len -= 2;
	buf_str(&longest, "x\r\nNOOP\r\n");
	assert_memory_equal(
	    mail_pad_bytes(p, buf_view(&longest)), "500 5.5.6", 9);
	assert_non_null(strstr(p->heard.data, "\r\n250 2.0.0"));
	buf_free(&longest);
}

static void
pieces_change_nothing(void **state)
{
	static const char all[] =
	    "EHLO me\r\nMAIL FROM:<a@b.example>\r\n"
	    "RCPT TO:<x@support.example>\r\nRCPT TO:<y@other.example>\r\n"
	    "NOOP\r\nDATA\r\n";
	static const char text[] = "A: b\r\n\r\n..x\r\n.\r\nRSET\r\nQUIT\r\n";
	struct test_random r = test_random_new("pieces_change_nothing");
	struct mail_pad *p = *state;
	struct buf first = {0};
	unsigned i;

	for (i = 0; i < 50; i++) {
		p->pieces = i == 0 ? NULL : &r;
		mail_pad_begin(p, &sb_smtp_kind);
		mail_pad_say(p, all);
		if (i == 0)
			buf_add(&first, p->heard.data, p->heard.len + 1);
		assert_string_equal(p->heard.data, first.data);
		mail_pad_say(p, text);
		assert_int_equal(p->accepted, i + 1);
		assert_memory_equal(p->raw.data, "A: b\r\n\r\n.x\r\n", 12);
	}
	buf_free(&first);
}

/* ---- the mail ------------------------------------------------------------ */

/* Sends a text after DATA and returns the reply to its end. */
static const char *
deliver(struct mail_pad *p, const char *parameters, const char *text)
{
	mail_pad_to_data(p, parameters);
	return mail_pad_say(p, text);
}

static void
takes_a_mail(void **state)
{
	static const char sent[] =
	    "Subject: x\r\n\r\nhi\r\n.\r\na\r\n..b\r\nc.\r\n";
	struct mail_pad *p = *state;

	assert_string_equal(
	    deliver(p, " SIZE=100",
		"Subject: x\r\n\r\nhi\r\n..\r\n.a\r\n...b\r\nc.\r\n"
		".\r\n"),
	    "250 2.0.0 accepted\r\n");
	assert_int_equal(p->accepted, 1);
	assert_memory_equal(p->from.data, "a@b.example", p->from.len);
	assert_memory_equal(p->to.data, "desk@support.example;", p->to.len);
	assert_true(str_eq(buf_view(&p->raw), str_from(sent)));
	assert_true(p->told);
	assert_int_equal(p->talk.effect, 1);
	/* The envelope is gone, and an empty mail is one, too. */
	assert_memory_equal(mail_pad_say(p, "DATA\r\n"), "503", 3);
	assert_memory_equal(deliver(p, "", ".\r\n"), "250", 3);
	assert_int_equal(p->raw.len, 0);
	assert_int_equal(p->accepted, 2);
}

/* None of these ends a mail, and each is refused at its end. */
static void
only_one_thing_ends_a_mail(void **state)
{
	static const char *const texts[] = {"a\n.\r\n", "a\r\n.\n",
	    "a\r\n.\rb\r\n", "a\r.\r\n", "a\n.\nMAIL FROM:<x@y.example>\n",
	    "a\r\n\n.\r\n", "a\r\r\n.\r", "\n.\r\n"};
	struct mail_pad *p = *state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(texts); i++) {
		deliver(p, "", texts[i]);
		if (p->heard.len > 0)
			fail_msg("text %zu: %s", i, p->heard.data);
		mail_pad_say(p, "\r\n.\r\n");
		if (strncmp(p->heard.data, "550 5.5.2", 9) != 0)
			fail_msg("text %zu: %s", i, p->heard.data);
	}
	assert_int_equal(p->accepted, 0);
	assert_memory_equal(mail_pad_say(p, "NOOP\r\n"), "250", 3);
}

static void
refuses_what_is_not_text(void **state)
{
	struct mail_pad *p = *state;

	assert_memory_equal(
	    deliver(p, "", "\xc3\xa4\r\n.\r\n"), "554 5.6.3", 9);
	assert_memory_equal(
	    deliver(p, " BODY=8BITMIME", "\xc3\xa4\r\n.\r\n"), "250", 3);
	assert_memory_equal(
	    deliver(p, " SMTPUTF8", "\xc3\xa4\r\n.\r\n"), "250", 3);
	mail_pad_to_data(p, "");
	assert_memory_equal(
	    mail_pad_bytes(p, STR("a\0b\r\n.\r\n")), "550 5.6.0", 9);
	assert_int_equal(p->accepted, 2);
}

static void
refuses_long_lines(void **state)
{
	static const size_t sizes[] = {998, 999, 5000, 100000};
	struct mail_pad *p = *state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		struct buf text = {0};

		while (text.len < sizes[i])
			buf_char(&text, i == 3 ? '\r' : 'x');
		buf_str(&text, "\r\n.\r\n");
		mail_pad_to_data(p, "");
		mail_pad_bytes(p, buf_view(&text));
		assert_memory_equal(p->heard.data, i == 0 ? "250" : "550", 3);
		buf_free(&text);
	}
	assert_int_equal(p->accepted, 1);
}

static void
refuses_large_mails(void **state)
{
	static char line[1001];
	struct mail_pad *p = *state;
	unsigned i;

	memset(line, 'x', 998);
	memcpy(line + 998, "\r\n", 3);
	mail_pad_to_data(p, "");
	for (i = 0; i < LETTER_BYTES / 1000 + 1; i++)
		assert_string_equal(mail_pad_say(p, line), "");
	assert_true(p->spent <= LETTER_BYTES);
	assert_memory_equal(mail_pad_say(p, ".\r\n"), "552 5.3.4", 9);
	assert_int_equal(p->accepted, 0);
	assert_int_equal(p->spent, 0);
	p->spend_most = 10;
	assert_memory_equal(
	    deliver(p, "", "0123456789\r\n.\r\n"), "452 4.3.1", 9);
}

static void
says_what_became_of_it(void **state)
{
	struct mail_pad *p = *state;

	p->accept_is = E_LIMIT;
	assert_memory_equal(deliver(p, "", "x\r\n.\r\n"), "452 4.2.2", 9);
	p->accept_is = E_NOMEM;
	assert_memory_equal(deliver(p, "", "x\r\n.\r\n"), "451 4.3.0", 9);
}

/* ---- rules --------------------------------------------------------------- */

static void
rules_strike_at_a_stage(void **state)
{
	static const char *const paths[] = {"/smtp/connect", "/smtp/ehlo",
	    "/smtp/mail", "/smtp/rcpt", "/smtp/data", "/smtp/message"};
	static const char *const says[] = {"EHLO me\r\n",
	    "MAIL FROM:<a@b.example>\r\n", "RCPT TO:<x@support.example>\r\n",
	    "DATA\r\n", "x\r\n.\r\n"};
	struct mail_pad *p = *state;
	size_t i, j;

	p->strike = (struct strike){.kind = RULE_STATUS, .status = 451};
	for (i = 0; i < ARRAY_LEN(paths); i++) {
		p->rule_path = paths[i];
		mail_pad_begin(p, &sb_smtp_kind);
		for (j = 0; j < i; j++)
			mail_pad_say(p, says[j]);
		assert_memory_equal(p->heard.data, "451 4.3.0", 9);
	}
	assert_int_equal(p->accepted, 0);
	p->strike.body = STR("4.7.1 come back later");
	assert_string_equal(
	    deliver(p, "", "x\r\n.\r\n"), "451 4.7.1 come back later\r\n");
	p->strike = (struct strike){.kind = RULE_STATUS, .status = 421};
	deliver(p, "", "x\r\n.\r\n");
	assert_true(p->closed);
	assert_false(p->cut);
}

static void
rules_cut_and_spoil(void **state)
{
	struct mail_pad *p = *state;

	p->rule_path = "/smtp/message";
	p->strike.kind = RULE_CUT_BEFORE;
	assert_string_equal(deliver(p, "", "x\r\n.\r\n"), "");
	assert_true(p->cut);
	assert_int_equal(p->accepted, 0);
	p->strike.kind = RULE_CUT_AFTER;
	assert_string_equal(deliver(p, "", "x\r\n.\r\n"), "");
	assert_true(p->cut);
	assert_int_equal(p->accepted, 1);
	assert_false(p->told);
	p->strike.kind = RULE_GARBAGE;
	assert_memory_equal(deliver(p, "", "x\r\n.\r\n"), "{\"ok\":", 6);
	assert_int_equal(p->accepted, 2);
	assert_false(p->told);
	p->strike = (struct strike){.kind = RULE_DELAY, .ms = 70};
	p->held_ms = 0;
	assert_memory_equal(deliver(p, "", "x\r\n.\r\n"), "250", 3);
	assert_int_equal(p->held_ms, 70);
	assert_true(p->told);
	assert_non_null(strstr(p->notes.data, "/smtp/message 0\n"));
}

/* ---- the box ------------------------------------------------------------- */

static void
the_box_is_bounded(void **state)
{
	struct mail_pad *p = *state;
	struct letter *l = sb_letter_new(STR("A: b\r\n"), STR("x"), 1);
	uint32_t uid = 0, last = 0;
	unsigned i, flags;

	assert_int_equal(sb_letter_whole(l).n, 7);
	assert_true(str_eq(sb_letter_sent(l), STR("x")));
	for (i = 0; i < BOX_LETTERS; i++) {
		assert_int_equal(sb_box_add(p->world.box, l, &uid), OK);
		assert_int_equal(uid, ++last);
	}
	assert_int_equal(sb_box_add(p->world.box, l, &uid), E_LIMIT);
	assert_true(sb_box_mark(
	    p->world.box, 5, MARK_ADD, FLAG_DELETED | FLAG_SEEN, &flags));
	assert_true(
	    sb_box_mark(p->world.box, 5, MARK_REMOVE, FLAG_SEEN, &flags));
	assert_int_equal(flags, FLAG_DELETED);
	sb_box_expunge(p->world.box);
	assert_null(sb_box_letter(p->world.box, 5));
	assert_false(sb_box_mark(p->world.box, 5, MARK_SET, 0, &flags));
	assert_int_equal(sb_box_add(p->world.box, l, &uid), OK);
	assert_int_equal(uid, BOX_LETTERS + 1);
	sb_letter_unref(l);
}

#define A_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, mail_pad_open, mail_pad_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(wants_commands_in_order),
	    A_TEST(reads_addresses_narrowly),
	    A_TEST(knows_its_users),
	    A_TEST(takes_a_hundred_recipients),
	    A_TEST(gives_up_on_errors),
	    A_TEST(logs_in),
	    A_TEST(wants_tls),
	    A_TEST(nothing_follows_starttls),
	    A_TEST(takes_only_whole_lines),
	    A_TEST(pieces_change_nothing),
	    A_TEST(takes_a_mail),
	    A_TEST(only_one_thing_ends_a_mail),
	    A_TEST(refuses_what_is_not_text),
	    A_TEST(refuses_long_lines),
	    A_TEST(refuses_large_mails),
	    A_TEST(says_what_became_of_it),
	    A_TEST(rules_strike_at_a_stage),
	    A_TEST(rules_cut_and_spoil),
	    A_TEST(the_box_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
