/*
 * The mailbox on its ports: by hand, and with libcurl as a client that knows
 * SMTP, IMAP and TLS from elsewhere.
 */
#include "core/arena.h"
#include "tests/sandbox/mail_client.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

/* ---- fixtures ------------------------------------------------------------ */

static int
open_usual(void **state)
{
	(void)state;
	mail_open_with(MAIL(""));
	return 0;
}

static int
open_strict(void **state)
{
	(void)state;
	mail_open_with(
	    MAIL(",\"require_tls\":true,\"require_auth\":true,\"users\":"
		 "[\"desk\",\"reply\"],\"inbox\":[\"reply\"]"));
	return 0;
}

/* ---- the way of a mail --------------------------------------------------- */

static struct str
raw_of_first(struct arena *a)
{
	const char *base64 = said("messages.0.raw");
	size_t n = 0, room = strlen(base64);
	unsigned char *bytes = arena_alloc(a, room + 1);

	assert_non_null(bytes);
	assert_int_equal(sodium_base642bin(bytes, room, base64, room, NULL, &n,
			     NULL, sodium_base64_VARIANT_ORIGINAL),
	    0);
	return (struct str){(const char *)bytes, n};
}

static void
assert_listed(void)
{
	struct arena a = {0};

	control("/control/mail/messages?after=0", NULL);
	assert_int_equal(said_number("next"), 1);
	assert_string_equal(said("messages.0.from"), "bounces+t@gw.example");
	assert_string_equal(
	    said("messages.0.to.0"), "reply+T1@support.example");
	assert_string_equal(said("messages.0.user"), "desk");
	assert_int_equal(said_number("messages.0.tls"), 1);
	assert_int_equal(said_number("messages.0.uid"), 1);
	assert_int_equal(said_number("messages.0.size"), strlen(MAIL_TEXT));
	assert_true(str_eq(raw_of_first(&a), str_from(MAIL_TEXT)));
	arena_free(&a);
	control("/control/effects?vendor=mail", NULL);
	assert_string_equal(said("effects.0.kind"), "mail");
	assert_string_equal(said("effects.0.account"), "desk");
	assert_string_equal(said("effects.0.to"), "reply+T1@support.example");
	assert_string_equal(said("effects.0.id"), "<esc.1.2@gw.example>");
	assert_int_equal(said_number("effects.0.row"), 42);
	assert_string_equal(
	    said("effects.0.text"), "Es l\xc3\xa4uft nicht.\r\n.\r\n..");
	assert_string_equal(said("effects.0.subject"), "Gr\xc3\xbc\xc3\x9f"
						       "e aus K\xc3\xb6ln");
	assert_int_equal(said_number("effects.0.told"), 1);
}

static void
assert_in_inbox(void)
{
	struct mail_job j = {
	    .url = "INBOX;UID=1", .user = "desk", .tls = true, .trusted = true};
	static const char trace[] =
	    "Return-Path: <bounces+t@gw.example>\r\n"
	    "Delivered-To: reply+T1@support.example\r\n"
	    "Received: from me.example by localhost with ESMTPS\r\n" MAIL_TEXT;

	assert_int_equal(mail_run(&j), CURLE_OK);
	assert_true(str_eq(buf_view(&j.in), str_from(trace)));
	mail_done(&j);
	control("/control/mail/inbox", NULL);
	assert_int_equal(said_number("messages.0.seen"), 1);
}

/* TLS and a login asked for; only what is for "reply" is in the inbox. */
static void
a_mail_goes_all_the_way(void **state)
{
	struct mail_job j = {.url = "me.example",
	    .text = MAIL_TEXT,
	    .user = "desk",
	    .to = "reply+T1@support.example",
	    .tls = true,
	    .trusted = true};

	(void)state;
	assert_int_equal(mail_run(&j), CURLE_OK);
	mail_done(&j);
	assert_listed();
	assert_in_inbox();
	j.to = "desk@support.example";
	assert_int_equal(mail_run(&j), CURLE_OK);
	mail_done(&j);
	control("/control/mail/messages?after=1", NULL);
	assert_string_equal(said("messages.0.to.0"), "desk@support.example");
	assert_int_equal(said_number("messages.0.uid"), 0);
	control("/control/mail/inbox", NULL);
	assert_int_equal(said_number("uidnext"), 2);
}

static void
strangers_get_nowhere(void **state)
{
	struct mail_job j = {.url = "me.example",
	    .text = MAIL_TEXT,
	    .user = "desk",
	    .to = "reply@support.example",
	    .tls = true};
	int fd;

	(void)state;
	assert_int_equal(mail_run(&j), CURLE_PEER_FAILED_VERIFICATION);
	mail_done(&j);
	j.trusted = true;
	j.to = "nobody@support.example";
	assert_int_equal(
	    mail_run(&j), CURLE_SEND_ERROR); /* curl's word for 550 */
	mail_done(&j);
	j.user = "other";
	assert_int_equal(mail_run(&j), CURLE_LOGIN_DENIED);
	mail_done(&j);
	j = (struct mail_job){.url = "INBOX", .user = "other", .tls = true};
	j.trusted = true;
	assert_int_equal(mail_run(&j), CURLE_LOGIN_DENIED);
	mail_done(&j);
	fd = mail_dial("smtp");
	mail_tell(fd, "EHLO me\r\nMAIL FROM:<a@b.example>\r\nQUIT\r\n");
	mail_hear(fd, "530 5.7.0 say STARTTLS");
	close(fd);
	control("/control/effects", NULL);
	assert_string_equal(said("effects.0.kind"), "");
	/* What was refused is among the requests. */
	control("/control/requests?vendor=mail", NULL);
	assert_string_equal(said("requests.0.path"), "/smtp/connect");
	assert_string_equal(said("requests.0.method"), "SMTP");
	assert_int_equal(said_number("requests.0.status"), 220);
	assert_string_equal(said("requests.0.error"), "");
	assert_string_equal(said("requests.9.path"), "/smtp/rcpt");
	assert_int_equal(said_number("requests.9.status"), 550);
	assert_string_equal(said("requests.9.error"), "refused");
}

static void
noise_is_no_handshake(void **state)
{
	int fd = mail_dial("smtp");

	(void)state;
	mail_tell(fd, "EHLO me\r\nSTARTTLS\r\n");
	mail_hear(fd, "220 2.0.0");
	mail_tell(fd, "MAIL FROM:<a@b.example>\r\n");
	assert_null(strstr(mail_hear(fd, ""), "250 "));
	close(fd);
}

/* ---- /control ------------------------------------------------------------ */

static void
people_write(void **state)
{
	struct mail_job j = {.url = "INBOX;UID=1", .user = "desk"};

	(void)state;
	control("/control/mail/message",
	    "{\"from\":\"Ann <ann@shop.example>\",\"to\":\"reply+T@support."
	    "example\",\"subject\":\"Re: Gr\xc3\xbc\xc3\x9f"
	    "e\",\"text\":\"Das\\nist sch\xc3\xb6n\",\"in_reply_to\":\"<a@b>\","
	    "\"references\":\"<c@d> <a@b>\"}");
	assert_int_equal(said_number("uid"), 1);
	assert_non_null(strchr(said("message_id"), '@'));
	assert_int_equal(mail_run(&j), CURLE_OK);
	buf_char(&j.in, '\0');
	assert_non_null(strstr(j.in.data,
	    "\r\nSubject: =?UTF-8?B?UmU6IEdyw7zDn2U=?=\r\nMessage-ID: <"));
	assert_non_null(strstr(
	    j.in.data, "In-Reply-To: <a@b>\r\nReferences: <c@d> <a@b>\r\n"));
	assert_non_null(
	    strstr(j.in.data, "\r\n\r\nRGFzDQppc3Qgc2Now7ZuDQo=\r\n"));
	mail_done(&j);
	control("/control/mail/message", "{\"raw\":\"A: b\\n\\nhi\\r\\n\"}");
	control("/control/mail/message", "{\"base64\":\"QTogYgoK/w==\"}");
	assert_int_equal(said_number("uid"), 3);
	j.url = "INBOX;UID=2";
	assert_int_equal(mail_run(&j), CURLE_OK);
	assert_int_equal(j.in.len, 12);
	assert_memory_equal(j.in.data, "A: b\r\n\r\nhi\r\n", 12);
	mail_done(&j);
	j = (struct mail_job){
	    .url = "INBOX", .user = "desk", .custom = "UID SEARCH UNSEEN"};
	assert_int_equal(mail_run(&j), CURLE_OK);
	assert_memory_equal(j.in.data, "* SEARCH 3\r\n", 12);
	mail_done(&j);
}

static void
people_write_plainly(void **state)
{
	struct mail_job j = {.url = "INBOX;UID=1;SECTION=TEXT", .user = "desk"};

	(void)state;
	control("/control/mail/message",
	    "{\"from\":\"ann@shop.example\",\"to\":\"a@support.example\","
	    "\"text\":\"one\\r\\ntwo\\nthree\"}");
	assert_int_equal(mail_run(&j), CURLE_OK);
	assert_true(str_eq(buf_view(&j.in), STR("one\r\ntwo\r\nthree\r\n")));
	mail_done(&j);
}

static void
people_write_nonsense(void **state)
{
	static const char *const bodies[] = {"{}", "{\"from\":\"a@b.example\"}",
	    "{\"from\":\"a b\",\"to\":\"c@d.example\"}",
	    "{\"from\":\"a@b.example\",\"to\":\"c@d.example\",\"subject\":"
	    "\"x\\r\\nBcc: e@f.example\"}",
	    "{\"from\":\"<a@b.example>\\n\",\"to\":\"c@d.example\"}",
	    "{\"base64\":\"!\"}", "{\"raw\":1}", "{\"fly\":1}"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bodies); i++) {
		const struct question q = {.method = "POST",
		    .path = "/control/mail/message",
		    .type = "application/json",
		    .body = str_from(bodies[i])};

		if (rig_ask(&q)->status != 400)
			fail_msg("%s: was taken", bodies[i]);
	}
	control("/control/mail/inbox", NULL);
	assert_int_equal(said_number("uidnext"), 1);
}

static void
wakes_who_idles(void **state)
{
	int fd = mail_dial("imap");

	(void)state;
	mail_tell(
	    fd, "a LOGIN desk \"pass word\"\r\nb SELECT INBOX\r\nc IDLE\r\n");
	mail_hear(fd, "+ idling");
	control("/control/mail/message", "{\"raw\":\"A: b\\n\\nhi\\n\"}");
	mail_hear(fd, "* 1 EXISTS\r\n");
	assert_int_equal(mail_send(MAIL_TEXT), CURLE_OK);
	mail_hear(fd, "* 2 EXISTS\r\n");
	mail_tell(fd, "DONE\r\nd LOGOUT\r\n");
	assert_non_null(strstr(mail_hear(fd, ""), "c OK done\r\n* BYE"));
	close(fd);
}

/* ---- limits -------------------------------------------------------------- */

static void
takes_a_hundred_connections(void **state)
{
	int fds[101], i;

	(void)state;
	for (i = 0; i < 101; i++) {
		fds[i] = mail_dial(i % 2 == 0 ? "smtp" : "imap");
		mail_hear(fds[i], i < 100 ? "sandbox\r\n" : "421 4.3.2");
	}
	for (i = 0; i < 101; i++)
		close(fds[i]);
}

/* Five minutes of silence are too much for SMTP, not for IMAP. */
static void
parts_from_the_silent(void **state)
{
	int smtp = mail_dial("smtp"), imap = mail_dial("imap");

	(void)state;
	mail_hear(smtp, "sandbox\r\n");
	mail_hear(imap, "sandbox\r\n");
	rig_ahead(301000);
	close(mail_dial("imap")); /* else it would sleep on */
	assert_string_equal(mail_hear(smtp, ""), "");
	mail_tell(imap, "a NOOP\r\n");
	mail_hear(imap, "a OK");
	close(smtp);
	close(imap);
}

static void
is_bounded_in_what_it_lists(void **state)
{
	int fd = mail_dial("smtp");
	unsigned i;

	(void)state;
	mail_tell(fd, "EHLO me\r\n");
	mail_hear(fd, "250 ENHANCED");
	for (i = 0; i < 2001; i++) {
		mail_tell(fd, "MAIL FROM:<>\r\nRCPT TO:<a@support.example>\r\n"
			      "DATA\r\n");
		mail_hear(fd, "354 ");
		mail_tell(fd, "x\r\n.\r\n");
		mail_hear(fd, i < 2000 ? "250 2.0.0" : "452 4.2.2");
	}
	close(fd);
	control("/control/mail/messages?after=0", NULL);
	assert_int_equal(said_number("next"), 2000);
	assert_string_equal(said("messages.1999.from"), "");
	control("/control/effects?vendor=mail", NULL);
	assert_int_equal(said_number("effects.1999.n"), 2000);
}

/* ---- the setup ----------------------------------------------------------- */

static int64_t
real_ms(const struct clock *c)
{
	(void)c;
	return mail_now_ms();
}

static void
names_what_is_wrong_in_the_setup(void **state)
{
	static const struct clock clock = {real_ms, real_ms};
	static const char *const cases[][4] = {
	    {"{}", "127.0.0.1:0", "", "mail: is missing"},
	    {"{\"mail\":{}}", "", "", "mail.user"},
	    {"{\"mail\":{\"user\":\"a\",\"password\":\"b\",\"domains\":[]}}",
		"", "", "mail.domains: is empty"},
	    {"{\"mail\":{\"user\":\"a\",\"password\":\"b\",\"domains\":"
	     "[\"A,DNS:x\"]}}",
		"", "", "domains"},
	    {"{\"mail\":{\"user\":\"a\",\"password\":\"b\",\"domains\":"
	     "[\"x.example\"],\"users\":[\"a@b\"]}}",
		"", "", "users"},
	    {"{\"mail\":{\"user\":\"a\",\"password\":\"b\",\"domains\":"
	     "[\"x.example\"],\"fly\":1}}",
		"", "", "mail.fly"},
	    {"{\"mail\":{\"user\":\"a\",\"password\":\"b\",\"domains\":"
	     "[\"x.example\"]}}",
		"", "0.0.0.0:0", "127.0.0.1"},
	};
	struct metrics metrics = {0};
	struct sandbox *s;
	char why[1000];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		const struct sandbox_conf conf = {.listen = "127.0.0.1:0",
		    .setup = str_from(cases[i][0]),
		    .smtp = cases[i][1],
		    .imap = cases[i][2],
		    .clock = &clock,
		    .metrics = &metrics};

		assert_int_not_equal(
		    sandbox_start(&conf, &s, why, sizeof(why)), OK);
		if (strstr(why, cases[i][3]) == NULL)
			fail_msg("%s: %s", cases[i][0], why);
	}
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, open_usual, rig_close)
#define STRICT(fn) cmocka_unit_test_setup_teardown(fn, open_strict, rig_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    STRICT(a_mail_goes_all_the_way),
	    STRICT(strangers_get_nowhere),
	    A_TEST(noise_is_no_handshake),
	    A_TEST(people_write),
	    A_TEST(people_write_plainly),
	    A_TEST(people_write_nonsense),
	    A_TEST(wakes_who_idles),
	    A_TEST(takes_a_hundred_connections),
	    A_TEST(parts_from_the_silent),
	    A_TEST(is_bounded_in_what_it_lists),
	    cmocka_unit_test(names_what_is_wrong_in_the_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
