/*
 * A mail and its server, when all goes well and when the server does not:
 * every end is told apart, and what was told is what happened.
 */
#include "tests/mail/fake.h"
#include "tests/mail/post.h"

#include <stdio.h>

static struct fake *server;

static void
stop_server(void)
{
	fake_close(server);
	server = NULL;
}

static int
tear_down(void **state)
{
	post_close(state);
	stop_server();
	return 0;
}

static void
prepare(struct letter *l, const char *scheme, const struct fake_plan *plan)
{
	server = fake_open(plan);
	post_letter(l, scheme, fake_port(server), fake_ca(server));
}

/* ---- it goes out ---------------------------------------------------------- */

static void
goes_out_either_way(void **state)
{
	static const struct {
		const char *scheme;
		enum mail_auth auth;
		const char *login;
	} rows[] = {
	    {"smtp", MAIL_AUTH_PASSWORD, "AUTH PLAIN AGRlc2sAcGFzcyB3b3Jk"},
	    {"smtp", MAIL_AUTH_NONE, "EHLO gw.example"},
	    {"smtp", MAIL_AUTH_OAUTH2, "AUTH XOAUTH2 dXNlcj1kZXNrAWF1dGg9"},
	    {"smtps", MAIL_AUTH_PASSWORD, "AUTH PLAIN AGRlc2sAcGFzcyB3b3Jk"},
	    {"smtps", MAIL_AUTH_NONE, "EHLO gw.example"},
	    {"smtps", MAIL_AUTH_OAUTH2, "AUTH XOAUTH2 dXNlcj1kZXNrAWF1dGg9"},
	};
	struct letter l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		const bool tls_first = rows[i].scheme[4] == 's';

		prepare(&l, rows[i].scheme,
		    &(struct fake_plan){.tls_first = tls_first,
			.offers = tls_first ? "AUTH XOAUTH2 PLAIN"
					    : "STARTTLS|AUTH XOAUTH2 PLAIN"});
		l.posting.server.auth = rows[i].auth;
		assert_ended(&l, POSTING_SENT);
		assert_int_equal(l.posting.reply.code, 250);
		assert_string_equal(l.posting.reply.status, "2.0.0");
		assert_string_equal(l.posting.reply.words, "taken");
		assert_int_equal(l.to[0].end, POSTING_SENT);
		assert_int_equal(fake_mails(server), 1);
		assert_true(fake_said(server, rows[i].login));
		assert_true(
		    fake_said(server, "MAIL FROM:<bounces+t@gw.example>"));
		assert_true(fake_said(server, "RCPT TO:<" POST_TO ">"));
		assert_true(fake_said(server, "..\n...two dots\n\n."));
		assert_string_equal(fake_host(server), "localhost");
		stop_server();
	}
}

static void
has_an_empty_reverse_path(void **state)
{
	static const char *const schemes[] = {"smtp", "smtps"};
	struct letter l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(schemes); i++) {
		prepare(
		    &l, schemes[i], &(struct fake_plan){.tls_first = i == 1});
		l.posting.from = STR("");
		assert_ended(&l, POSTING_SENT);
		assert_true(fake_said(server, "MAIL FROM:<>"));
		stop_server();
	}
}

/* libesmtp would send by BDAT, and keep what is answered to itself. */
static void
sends_by_data_where_chunks_are_offered(void **state)
{
	struct letter l;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		prepare(&l, "smtp",
		    &(struct fake_plan){.dribbles = i == 1,
			.offers = "STARTTLS|CHUNKING|AUTH PLAIN|chunking|"
				  "PIPELINING|BINARYMIME|Chunking"});
		assert_ended(&l, POSTING_SENT);
		assert_true(fake_said(server, "DATA"));
		assert_false(fake_said(server, "BDAT"));
		stop_server();
	}
}

/* ---- what the server says -------------------------------------------------- */

#define OFFERS "AUTH PLAIN XOAUTH2"

static const struct row {
	struct fake_answer answer;
	enum posting_end end;
	unsigned code; /* of the reply that decided */
	unsigned mails;
} rows[] = {
    {{"hello", "421 4.3.2 busy\r\n", FAKE_CLOSE, 0}, POSTING_LATER, 421, 0},
    {{"hello", "554 5.7.1 go away\r\n", FAKE_CLOSE, 0}, POSTING_BLOCKED, 554,
	0},
    {{"hello", "", FAKE_CLOSE, 0}, POSTING_UNSENT, 0, 0},
    {{"hello", "<html>\r\n", FAKE_CLOSE, 0}, POSTING_UNSENT, 0, 0},
    {{"EHLO", "451 4.3.0 no\r\n", FAKE_CLOSE, 0}, POSTING_LATER, 451, 0},
    {{"AUTH", "535 5.7.8 wrong\r\n", FAKE_GO_ON, 0}, POSTING_BLOCKED, 535, 0},
    {{"AUTH", "454 4.7.0 busy\r\n", FAKE_GO_ON, 0}, POSTING_LATER, 454, 0},
    {{"AUTH", "", FAKE_CLOSE, 0}, POSTING_UNSENT, 0, 0},
    {{"MAIL", "550 5.7.1 not you\r\n", FAKE_GO_ON, 0}, POSTING_REFUSED, 550, 0},
    {{"MAIL", "530 5.7.0 log in\r\n", FAKE_GO_ON, 0}, POSTING_BLOCKED, 530, 0},
    {{"MAIL", "452 4.3.1 full\r\n", FAKE_GO_ON, 0}, POSTING_LATER, 452, 0},
    {{"RCPT", "550-5.1.1 nobody\r\n550 5.1.1 here\r\n", FAKE_GO_ON, 0},
	POSTING_REFUSED, 550, 0},
    {{"RCPT", "450 4.2.0 grey\r\n", FAKE_GO_ON, 0}, POSTING_LATER, 450, 0},
    {{"RCPT", "", FAKE_CLOSE, 0}, POSTING_UNSENT, 0, 0},
    {{"RCPT", "what?\r\n", FAKE_GO_ON, 0}, POSTING_UNSENT, 0, 0},
    {{"DATA", "554 5.5.1 no\r\n", FAKE_GO_ON, 0}, POSTING_REFUSED, 554, 0},
    {{"DATA", "451 4.3.0 no\r\n", FAKE_GO_ON, 0}, POSTING_LATER, 451, 0},
    {{"DATA", "", FAKE_CLOSE, 0}, POSTING_UNSENT, 0, 0},
    {{".", "554 5.7.1 spam\r\n", FAKE_GO_ON, 0}, POSTING_REFUSED, 554, 0},
    {{".", "451 4.3.0 no\r\n", FAKE_CLOSE, 0}, POSTING_LATER, 451, 0},
    {{".", "", FAKE_CLOSE, 0}, POSTING_CUT, 0, 0},
    {{".", "250", FAKE_CLOSE, 0}, POSTING_CUT, 0, 1},
    {{".", "250-half\r\n", FAKE_CLOSE, 0}, POSTING_CUT, 0, 1},
    {{".", "ok\r\n", FAKE_GO_ON, 0}, POSTING_CUT, 0, 0},
    {{".", "354 more?\r\n", FAKE_CLOSE, 0}, POSTING_CUT, 0, 0},
    {{"QUIT", "500 what\r\n", FAKE_CLOSE, 0}, POSTING_SENT, 250, 1},
    {{"QUIT", "", FAKE_CLOSE, 0}, POSTING_SENT, 250, 1},
};

static void
check_row(const struct row *r, const char *scheme, enum mail_auth auth)
{
	struct fake_plan plan = {.tls_first = strcmp(scheme, "smtps") == 0};
	struct letter l;

	plan.answers[0] = r->answer;
	prepare(&l, scheme, &plan);
	l.posting.server.auth = auth;
	post_now(&l);
	if (l.posting.end != r->end || l.posting.reply.code != r->code ||
	    l.to[0].end != r->end || fake_mails(server) != r->mails)
		fail_msg("%s, %s \"%s\": %s (%u; %s), %u mails: %s", scheme,
		    r->answer.word, r->answer.reply,
		    posting_end_name(l.posting.end), l.posting.reply.code,
		    posting_end_name(l.to[0].end), fake_mails(server),
		    l.posting.why);
	assert_true(l.posting.why[0] != '\0');
	stop_server();
}

static void
means_what_the_server_said(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		check_row(&rows[i], "smtp", MAIL_AUTH_PASSWORD);
		check_row(&rows[i], "smtps", MAIL_AUTH_PASSWORD);
	}
}

static void
tells_recipients_apart(void **state)
{
	static const char *const schemes[] = {"smtp", "smtps"};
	struct fake_plan plan = {
	    .answers = {{"RCPT TO:<no@", "550 5.1.1 nobody\r\n", FAKE_GO_ON, 0},
		{"RCPT TO:<grey@", "451 4.7.1 wait\r\n", FAKE_GO_ON, 0}}};
	struct letter l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(schemes); i++) {
		plan.tls_first = i == 1;
		prepare(&l, schemes[i], &plan);
		l.to[1].address = STR("no@support.example");
		l.to[2].address = STR("grey@support.example");
		l.to[3].address = STR("yes@support.example");
		l.posting.to_count = 4;
		assert_ended(&l, POSTING_SENT);
		assert_int_equal(l.to[0].end, POSTING_SENT);
		assert_int_equal(l.to[1].end, POSTING_REFUSED);
		assert_string_equal(l.to[1].reply.status, "5.1.1");
		assert_string_equal(l.to[1].reply.words, "nobody");
		assert_int_equal(l.to[2].end, POSTING_LATER);
		assert_int_equal(l.to[2].reply.code, 451);
		assert_int_equal(l.to[3].end, POSTING_SENT);
		/* None is taken: later, since that may help one of them. */
		l.to[0] = l.to[2];
		l.posting.to_count = 2;
		assert_ended(&l, POSTING_LATER);
		assert_int_equal(l.to[0].end, POSTING_LATER);
		assert_int_equal(l.to[1].end, POSTING_REFUSED);
		assert_int_equal(fake_mails(server), 1);
		stop_server();
	}
}

static void
passes_over_ntlm(void **state)
{
	struct letter l;

	(void)state;
	prepare(&l, "smtp",
	    &(struct fake_plan){.offers = "STARTTLS|AUTH NTLM LOGIN"});
	assert_ended(&l, POSTING_SENT);
	assert_true(fake_said(server, "AUTH LOGIN ZGVzaw=="));
}

/* ---- TLS and logins -------------------------------------------------------- */

static void
blocked(const char *scheme, const struct fake_plan *plan, const char *why)
{
	struct letter l;

	prepare(&l, scheme, plan);
	post_now(&l);
	if (l.posting.end != POSTING_BLOCKED ||
	    strstr(l.posting.why, why) == NULL)
		fail_msg(
		    "\"%s\" is not \"%s\", or not blocked", l.posting.why, why);
	assert_int_equal(l.to[0].end, POSTING_BLOCKED);
	assert_false(fake_said(server, "RCPT"));
	stop_server();
}

static void
wants_tls_and_the_login(void **state)
{
	const struct fake_answer more = {
	    "STARTTLS", "220 go\r\n250-x\r\n250 AUTH PLAIN\r\n", FAKE_GO_ON, 0};

	(void)state;
	blocked("smtp", &(struct fake_plan){.offers = "AUTH PLAIN"},
	    "offers no STARTTLS");
	blocked("smtp",
	    &(struct fake_plan){
		.answers = {{"STARTTLS", "502 5.5.1 no\r\n", FAKE_GO_ON, 0}}},
	    "STARTTLS: 502");
	blocked("smtp", &(struct fake_plan){.offers = "STARTTLS"},
	    "offers no login");
	blocked("smtps",
	    &(struct fake_plan){.tls_first = true, .offers = "SIZE 9"},
	    "offers no login");
	blocked("smtp", &(struct fake_plan){.offers = "STARTTLS|AUTH NTLM"},
	    "the login: 501");
	blocked("smtp", &(struct fake_plan){.offers = "STARTTLS|AUTH X-OWN"},
	    "no way to log in");
	blocked("smtps",
	    &(struct fake_plan){.tls_first = true, .offers = "AUTH NTLM"},
	    "no way to log in");
	blocked(
	    "smtp", &(struct fake_plan){.answers = {more}}, "more before TLS");
}

static void
trusts_only_its_authorities(void **state)
{
	static const char *const schemes[] = {"smtp", "smtps"};
	char url[100];
	struct letter l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(schemes); i++) {
		prepare(
		    &l, schemes[i], &(struct fake_plan){.tls_first = i == 1});
		l.posting.server.ca_file = NULL;
		l.posting.server.plain = false;
		assert_ended(&l, POSTING_BLOCKED);
		assert_non_null(strstr(l.posting.why, "certificate"));
		assert_false(fake_said(server, "AUTH"));
		/* The right one in the same child, then the wrong again. */
		l.posting.server.ca_file = fake_ca(server);
		assert_ended(&l, POSTING_SENT);
		snprintf(url, sizeof(url), "%s://127.0.0.1:%u", schemes[i],
		    fake_port(server));
		l.posting.server.url = str_from(url);
		assert_ended(&l, POSTING_BLOCKED);
		l.posting.server.ca_file = "/nowhere";
		assert_ended(&l, POSTING_BLOCKED);
		assert_int_equal(fake_mails(server), 1);
		stop_server();
	}
}

static void
cannot_speak_tls_13_by_starttls(void **state)
{
	struct letter l;

	(void)state;
	prepare(&l, "smtp", &(struct fake_plan){.only_tls13 = true});
	assert_ended(&l, POSTING_UNSENT);
	assert_non_null(strstr(l.posting.why, "TLS"));
	stop_server();
	prepare(&l, "smtps",
	    &(struct fake_plan){.only_tls13 = true, .tls_first = true});
	assert_ended(&l, POSTING_SENT);
}

static void
sends_nothing_where_nobody_is(void **state)
{
	static const char *const schemes[] = {"smtp", "smtps"};
	struct letter l;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(schemes); i++) {
		prepare(&l, schemes[i], &(struct fake_plan){0});
		stop_server();
		l.posting.server.ca_file = NULL;
		assert_ended(&l, POSTING_UNSENT);
		assert_true(l.posting.why[0] != '\0');
		l.posting.server.url = STR("smtp://nowhere.invalid");
		assert_ended(&l, POSTING_UNSENT);
	}
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, post_open, tear_down)

static const struct CMUnitTest tests[] = {
    A_TEST(goes_out_either_way),
    A_TEST(has_an_empty_reverse_path),
    A_TEST(sends_by_data_where_chunks_are_offered),
    A_TEST(means_what_the_server_said),
    A_TEST(tells_recipients_apart),
    A_TEST(passes_over_ntlm),
    A_TEST(wants_tls_and_the_login),
    A_TEST(trusts_only_its_authorities),
    A_TEST(cannot_speak_tls_13_by_starttls),
    A_TEST(sends_nothing_where_nobody_is),
};

POST_MAIN(tests)
