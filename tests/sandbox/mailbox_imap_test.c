/* IMAP without sockets: commands and when they may come, and their answers. */
#include "tests/sandbox/mail_pad.h"

#include <stdio.h>
#include <stdlib.h>

#define ANN \
	"From: Ann <ann@shop.example>\r\nSubject: Broken\r\n lamp\r\n" \
	"X-Other: 1\r\n\r\nIt does not work.\r\n"
#define BEN "From: ben@shop.example\r\nSubject: Invoice\r\n\r\nhi\r\n"

static void
assert_says(struct mail_pad *p, const char *bytes, const char *reply)
{
	const char *is = mail_pad_say(p, bytes);

	if (strcmp(is, reply) != 0)
		fail_msg("%s: %s, not %s", bytes, is, reply);
}

static void
assert_has(struct mail_pad *p, const char *bytes, const char *part)
{
	const char *is = mail_pad_say(p, bytes);

	if (strstr(is, part) == NULL)
		fail_msg("%s: %s, without %s", bytes, is, part);
}

/* Logged in, INBOX chosen, two letters in it. */
static void
begin_in_inbox(struct mail_pad *p)
{
	if (sb_box_next(p->world.box) == 1) {
		mail_pad_letter(p, ANN);
		mail_pad_letter(p, BEN);
	}
	mail_pad_begin(p, &sb_imap_kind);
	assert_says(p, "a LOGIN desk \"pass word\"\r\n", "a OK done\r\n");
	assert_has(p, "b SELECT INBOX\r\n", "b OK [READ-WRITE]");
}

/* ---- who may do what ----------------------------------------------------- */

static void
wants_commands_in_their_states(void **state)
{
	static const struct mail_line lines[] = {
	    {"a CAPABILITY", "* CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID IDLE "
			     "UNSELECT STARTTLS AUTH=PLAIN\r\na OK"},
	    {"a NOOP", "a OK"}, {"a NOOP x", "a BAD"},
	    {"a SELECT INBOX", "a BAD not now"},
	    {"a UID FETCH 1 FLAGS", "a BAD"}, {"a IDLE", "a BAD"},
	    {"a LOGIN desk", "a BAD"}, {"a LOGIN desk pass word", "a BAD"},
	    {"a LOGIN desk wrong", "a NO [AUTHENTICATIONFAILED]"},
	    {"a LOGIN \"desk\" \"pass word\"", "a OK"},
	    {"a LOGIN desk pass", "a BAD not now"}, {"a STARTTLS", "a BAD"},
	    {"a FETCH 1 FLAGS", "a BAD not now"},
	    {"a SELECT Sent", "a NO [NONEXISTENT]"},
	    {"a SELECT \"inbox\"", "* FLAGS"}, {"a CHECK", "a OK"},
	    {"a COPY 1 Sent", "a NO [CANNOT]"}, {"a CLOSE", "a OK"},
	    {"a CHECK", "a BAD not now"}, {"a UID NOOP", "a BAD"},
	    {"a FLY", "a BAD"}, {"NOOP", "* BAD"}, {"a+ NOOP", "* BAD"},
	    {"", "* BAD"}, {"a ID NIL", "* ID ("}, {"a ID", "a BAD"},
	    {"a LIST \"\" *", "* LIST (\\HasNoChildren) \"/\" INBOX\r\na OK"},
	    {"a LIST \"\" \"\"", "* LIST (\\Noselect) \"/\" \"\"\r\na OK"},
	    {"a LIST \"\" Sent", "a OK"}, {"a LSUB \"\" \"%\"", "* LSUB"},
	    {"a LOGOUT", "* BYE goodbye\r\na OK"}, {NULL, NULL}};
	struct mail_pad *p = *state;

	mail_pad_begin(p, &sb_imap_kind);
	assert_memory_equal(p->heard.data, "* OK IMAP4rev1", 14);
	mail_pad_talk(p, lines);
	assert_true(p->closed);
}

static void
logs_in_in_many_ways(void **state)
{
	static const char *const ways[] = {"a LOGIN desk {9}\r\n",
	    "a LOGIN {4+}\r\ndesk {9+}\r\npass word\r\n",
	    "a AUTHENTICATE PLAIN AGRlc2sAcGFzcyB3b3Jk\r\n",
	    "a authenticate plain\r\n"};
	static const char *const rests[] = {
	    "pass word\r\n", NULL, NULL, "AGRlc2sAcGFzcyB3b3Jk\r\n"};
	struct mail_pad *p = *state;
	size_t i;

	for (i = 0; i < ARRAY_LEN(ways); i++) {
		mail_pad_begin(p, &sb_imap_kind);
		mail_pad_say(p, ways[i]);
		assert_true((p->heard.data[0] == '+') == (rests[i] != NULL));
		if (rests[i] != NULL)
			mail_pad_say(p, rests[i]);
		assert_string_equal(p->heard.data, "a OK done\r\n");
	}
	mail_pad_begin(p, &sb_imap_kind);
	assert_says(p, "a AUTHENTICATE PLAIN\r\n", "+ \r\n");
	assert_has(p, "*\r\n", "a BAD");
	assert_has(p, "a AUTHENTICATE PLAIN =\r\n", "a NO [AUTHENT");
	assert_has(p, "a AUTHENTICATE LOGIN\r\n", "a NO");
	assert_non_null(strstr(p->notes.data, "/imap/login 400\n"));
}

static void
wants_tls(void **state)
{
	static const struct mail_line lines[] = {
	    {"a LOGIN desk \"pass word\"", "a NO [PRIVACYREQUIRED]"},
	    {"a AUTHENTICATE PLAIN", "a NO [PRIVACYREQUIRED]"},
	    {"a STARTTLS", "a OK"}, {"a STARTTLS", "a BAD"},
	    {"a LOGIN desk \"pass word\"", "a OK"}, {NULL, NULL}};
	struct mail_pad *p = *state;

	p->setup.require_tls = true;
	mail_pad_begin(p, &sb_imap_kind);
	assert_has(p, "a CAPABILITY\r\n", " STARTTLS LOGINDISABLED\r\n");
	mail_pad_talk(p, lines);
	mail_pad_begin(p, &sb_imap_kind);
	assert_has(p, "a STARTTLS\r\nb NOOP\r\n", "a BAD");
	assert_null(strstr(p->heard.data, "b OK"));
	assert_true(p->closed);
}

static void
takes_only_whole_lines(void **state)
{
	static const struct mail_line wrong[] = {{"a NOOP\n", "* BYE lines"},
	    {"a NO\rOP\r\n", "* BYE lines"},
	    {"a LOGIN {16385}\r\n", "* BYE [TOOBIG]"},
	    {"a LOGIN {4294967295}\r\n", "a BAD"}};
	struct mail_pad *p = *state;
	struct buf longest = {0};
	size_t i;

	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		mail_pad_begin(p, &sb_imap_kind);
		assert_has(p, wrong[i].line, wrong[i].reply);
	}
	while (longest.len < 9000)
		buf_char(&longest, 'x');
	mail_pad_begin(p, &sb_imap_kind);
	mail_pad_bytes(p, buf_view(&longest));
	assert_memory_equal(p->heard.data, "* BYE [TOOBIG]", 14);
	assert_true(p->closed);
	/* Literal upon literal. */
	mail_pad_begin(p, &sb_imap_kind);
	longest.len = 8000;
	for (i = 0; i < 10 && !p->closed; i++) {
		mail_pad_say(
		    p, i == 0 ? "a LOGIN {8000+}\r\n" : " {8000+}\r\n");
		mail_pad_bytes(p, buf_view(&longest));
	}
	assert_true(p->closed);
	assert_true(i > 4 && i < 9);
	buf_free(&longest);
}

/* ---- the inbox ----------------------------------------------------------- */

static void
describes_the_inbox(void **state)
{
	struct mail_pad *p = *state;

	begin_in_inbox(p);
	assert_says(p,
	    "a STATUS inbox (MESSAGES UIDNEXT UIDVALIDITY UNSEEN "
	    "RECENT)\r\n",
	    "* STATUS INBOX (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 77 UNSEEN 2 "
	    "RECENT 0)\r\na OK done\r\n");
	assert_has(p, "a STATUS INBOX (FLY)\r\n", "a BAD");
	assert_has(p, "a STATUS INBOX\r\n", "a BAD");
	assert_has(p, "a STATUS Sent (MESSAGES)\r\n", "a NO");
	assert_says(p, "a EXAMINE INBOX\r\n",
	    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n"
	    "* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UNSEEN 1] the first\r\n"
	    "* OK [PERMANENTFLAGS ()] these are kept\r\n"
	    "* OK [UIDNEXT 3] expected\r\n* OK [UIDVALIDITY 77] of all UIDs"
	    "\r\na OK [READ-ONLY] done\r\n");
	assert_has(p, "a STORE 1 +FLAGS (\\Seen)\r\n", "a NO");
	assert_has(p, "a EXPUNGE\r\n", "a NO");
	assert_says(p, "a FETCH 1 (BODY[TEXT] FLAGS)\r\n",
	    "* 1 FETCH (BODY[TEXT] {19}\r\nIt does not work.\r\n FLAGS ())\r\n"
	    "a OK done\r\n");
}

static void
searches(void **state)
{
	static const struct mail_line lines[] = {
	    {"a SEARCH ALL", "* SEARCH 1 2\r\na OK"},
	    {"a UID SEARCH ALL", "* SEARCH 7 9\r\na OK"},
	    {"a UID SEARCH UID 8:*", "* SEARCH 9\r\n"},
	    {"a UID SEARCH UID 100:*", "* SEARCH 9\r\n"},
	    {"a UID SEARCH UID 1,7,20", "* SEARCH 7\r\n"},
	    {"a UID SEARCH 2", "* SEARCH 9\r\n"},
	    {"a UID SEARCH UNSEEN", "* SEARCH 9\r\n"},
	    {"a UID SEARCH SEEN FLAGGED", "* SEARCH\r\n"},
	    {"a UID SEARCH NOT SEEN UNDELETED", "* SEARCH 9\r\n"},
	    {"a UID SEARCH OR SEEN UNSEEN", "* SEARCH 7 9\r\n"},
	    {"a UID SEARCH (NOT (SEEN) ALL)", "* SEARCH 9\r\n"},
	    {"a UID SEARCH SINCE 21-Nov-2026", "* SEARCH 7 9\r\n"},
	    {"a UID SEARCH SINCE \"22-nov-2026\"", "* SEARCH\r\n"},
	    {"a UID SEARCH BEFORE 22-Nov-2026 ON 21-Nov-2026",
		"* SEARCH 7 9\r\n"},
	    {"a UID SEARCH BEFORE 21-Nov-2026", "* SEARCH\r\n"},
	    {"a UID SEARCH SUBJECT invoice", "* SEARCH 9\r\n"},
	    {"a UID SEARCH HEADER X-Other \"\"", "* SEARCH 7\r\n"},
	    {"a UID SEARCH FROM ann TEXT work", "* SEARCH 7\r\n"},
	    {"a UID SEARCH LARGER 60 SMALLER 1000", "* SEARCH 7\r\n"},
	    {"a UID SEARCH CHARSET UTF-8 ALL", "* SEARCH 7 9\r\n"},
	    {"a UID SEARCH CHARSET KOI8 ALL", "a BAD"},
	    {"a UID SEARCH", "a BAD"}, {"a UID SEARCH FLY", "a BAD"},
	    {"a UID SEARCH UID 0", "a BAD"}, {"a UID SEARCH UID x", "a BAD"},
	    {"a UID SEARCH SINCE 32-Nov-2026", "a BAD"},
	    {"a UID SEARCH SINCE Nov", "a BAD"}, {"a UID SEARCH (ALL", "a BAD"},
	    {"a UID SEARCH ALL ", "a BAD"}, {"a UID SEARCH NOT", "a BAD"},
	    {"a UID SEARCH NOT NOT NOT NOT NOT NOT NOT NOT NOT NOT NOT NOT "
	     "NOT NOT NOT NOT NOT NOT NOT NOT NOT ALL",
		"a BAD"},
	    {NULL, NULL}};
	struct mail_pad *p = *state;
	unsigned i, flags;

	for (i = 0; i < 9; i++)
		mail_pad_letter(p, i == 6 ? ANN : BEN);
	for (i = 1; i < 9; i++)
		if (i != 7)
			assert_true(sb_box_mark(
			    p->world.box, i, MARK_SET, FLAG_DELETED, &flags));
	assert_true(sb_box_mark(p->world.box, 7, MARK_SET, FLAG_SEEN, &flags));
	sb_box_expunge(p->world.box);
	begin_in_inbox(p);
	mail_pad_talk(p, lines);
}

static void
fetches(void **state)
{
	static const char *const pairs[][2] = {
	    {"a UID FETCH 2 (FLAGS RFC822.SIZE INTERNALDATE)\r\n",
		"* 2 FETCH (UID 2 FLAGS () RFC822.SIZE 48 INTERNALDATE "
		"\"21-Nov-2026 11:12:07 +0000\")\r\na OK done\r\n"},
	    {"a FETCH 1:* UID\r\n",
		"* 1 FETCH (UID 1)\r\n* 2 FETCH (UID 2)\r\na OK done\r\n"},
	    {"a FETCH 2 FAST\r\n",
		"* 2 FETCH (FLAGS () INTERNALDATE \"21-Nov-2026 11:12:07 "
		"+0000\" RFC822.SIZE 48)\r\na OK done\r\n"},
	    {"a UID FETCH 2 BODY.PEEK[]\r\n",
		"* 2 FETCH (UID 2 BODY[] {48}\r\n" BEN ")\r\na OK done\r\n"},
	    {"a FETCH 2 BODY.PEEK[]<3.4>\r\n",
		"* 2 FETCH (BODY[]<3> {4}\r\nm: b)\r\na OK done\r\n"},
	    {"a FETCH 2 BODY.PEEK[TEXT]<4.4>\r\n",
		"* 2 FETCH (BODY[TEXT]<4> {0}\r\n)\r\na OK done\r\n"},
	    {"a FETCH 2 BODY.PEEK[TEXT]<9.4>\r\n",
		"* 2 FETCH (BODY[TEXT]<9> {0}\r\n)\r\na OK done\r\n"},
	    {"a FETCH 2 RFC822.HEADER\r\n",
		"* 2 FETCH (RFC822.HEADER {44}\r\nFrom: ben@shop.example\r\n"
		"Subject: Invoice\r\n\r\n)\r\na OK done\r\n"},
	    {"a FETCH 1 BODY.PEEK[HEADER.FIELDS (subject \"FROM\")]\r\n",
		"* 1 FETCH (BODY[HEADER.FIELDS (subject \"FROM\")] {56}\r\n"
		"From: Ann <ann@shop.example>\r\nSubject: Broken\r\n lamp\r\n"
		"\r\n)\r\na OK done\r\n"},
	    {"a FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT (Subject)]\r\n",
		"* 1 FETCH (BODY[HEADER.FIELDS.NOT (Subject)] {44}\r\n"
		"From: Ann <ann@shop.example>\r\nX-Other: 1\r\n\r\n)\r\n"
		"a OK done\r\n"},
	    {"a UID FETCH 2 (BODY[])\r\n",
		"* 2 FETCH (UID 2 FLAGS (\\Seen) BODY[] {48}\r\n" BEN ")\r\n"
		"a OK done\r\n"},
	    {"a UID FETCH 2 (FLAGS BODY[])\r\n",
		"* 2 FETCH (UID 2 FLAGS (\\Seen) BODY[] {48}\r\n" BEN ")\r\n"
		"a OK done\r\n"},
	    {"a UID FETCH 77 (FLAGS)\r\n", "a OK done\r\n"}};
	struct mail_pad *p = *state;
	size_t i;

	begin_in_inbox(p);
	for (i = 0; i < ARRAY_LEN(pairs); i++)
		assert_says(p, pairs[i][0], pairs[i][1]);
}

static void
refuses_what_it_cannot_fetch(void **state)
{
	static const char *const wrong[] = {"FLY", "(FLAGS", "FLAGS)", "()",
	    "BODY", "BODY[", "BODY[FLY]", "BODY[1]", "BODY[]<x>", "BODY[]<0.0>",
	    "BODY[]<1>", "BODY[HEADER.FIELDS]", "BODY[HEADER.FIELDS ()]",
	    "ENVELOPE", "(FLAGS  UID)", "FLAGS UID",
	    "(UID UID UID UID UID UID UID UID UID UID UID UID UID UID UID "
	    "UID UID)"};
	struct mail_pad *p = *state;
	char line[300];
	size_t i;

	begin_in_inbox(p);
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		(void)snprintf(
		    line, sizeof(line), "a FETCH 1 %s\r\n", wrong[i]);
		assert_has(p, line, "a BAD");
	}
	assert_has(p, "a FETCH x FLAGS\r\n", "a BAD");
	assert_has(p, "a FETCH 1:2:3 FLAGS\r\n", "a BAD");
	assert_has(p, "a FETCH 1\r\n", "a BAD");
}

static void
stores_flags(void **state)
{
	struct mail_pad *p = *state;

	begin_in_inbox(p);
	assert_says(p, "a UID STORE 2 +FLAGS (\\Seen \\flagged)\r\n",
	    "* 2 FETCH (UID 2 FLAGS (\\Flagged \\Seen))\r\na OK done\r\n");
	assert_says(p, "a STORE 1:2 -FLAGS \\Seen\r\n",
	    "* 1 FETCH (FLAGS ())\r\n* 2 FETCH (FLAGS (\\Flagged))\r\n"
	    "a OK done\r\n");
	assert_says(
	    p, "a STORE 2 FLAGS.SILENT (\\Deleted)\r\n", "a OK done\r\n");
	assert_has(p, "a STORE 2 +FLAGS (Junk)\r\n", "a BAD");
	assert_has(p, "a STORE 2 FLAGS (\\Recent)\r\n", "a BAD");
	assert_has(p, "a STORE 2 ~FLAGS (\\Seen)\r\n", "a BAD");
	assert_says(p, "a EXPUNGE\r\n", "* 2 EXPUNGE\r\na OK done\r\n");
	assert_says(p, "a UID SEARCH ALL\r\n", "* SEARCH 1\r\na OK done\r\n");
	assert_says(p, "a STORE 1 FLAGS ()\r\n",
	    "* 1 FETCH (FLAGS ())\r\na OK done\r\n");
}

/* ---- what others do ------------------------------------------------------ */

static void
tells_what_changed(void **state)
{
	struct mail_pad *p = *state;
	unsigned flags;

	begin_in_inbox(p);
	mail_pad_letter(p, ANN);
	/* Numbers stay as they are until it is told. */
	assert_says(p, "a SEARCH ALL\r\n", "* SEARCH 1 2\r\na OK done\r\n");
	assert_says(
	    p, "a NOOP\r\n", "* 3 EXISTS\r\n* 0 RECENT\r\na OK done\r\n");
	assert_true(
	    sb_box_mark(p->world.box, 1, MARK_SET, FLAG_DELETED, &flags));
	assert_true(sb_box_mark(p->world.box, 3, MARK_SET, FLAG_SEEN, &flags));
	sb_box_expunge(p->world.box);
	assert_says(p, "a FETCH 1:3 UID\r\n",
	    "* 2 FETCH (UID 2)\r\n* 3 FETCH (UID 3)\r\na OK done\r\n");
	assert_says(p, "a UID SEARCH SEEN\r\n",
	    "* 1 EXPUNGE\r\n* 2 FETCH (UID 3 FLAGS (\\Seen))\r\n"
	    "* SEARCH 3\r\na OK done\r\n");
}

static void
idles(void **state)
{
	struct mail_pad *p = *state;

	begin_in_inbox(p);
	assert_says(p, "a IDLE\r\n", "+ idling\r\n");
	mail_pad_letter(p, ANN);
	p->kind->news(p->session);
	assert_says(p, "DONE\r\n", "* 3 EXISTS\r\n* 0 RECENT\r\na OK done\r\n");
	mail_pad_letter(p, ANN);
	p->kind->news(p->session);
	assert_int_equal(p->talk.out.len, 0);
	mail_pad_say(p, "a IDLE\r\n");
	assert_has(p, "a NOOP\r\n", "a BAD DONE");
}

static void
close_removes_silently(void **state)
{
	struct mail_pad *p = *state;

	begin_in_inbox(p);
	mail_pad_say(p, "a STORE 1 FLAGS (\\Deleted)\r\n");
	assert_says(p, "a UNSELECT\r\n", "a OK done\r\n");
	assert_non_null(
	    strstr(mail_pad_say(p, "a SELECT INBOX\r\n"), "* 2 EXISTS"));
	assert_says(p, "a CLOSE\r\n", "a OK done\r\n");
	assert_non_null(
	    strstr(mail_pad_say(p, "a SELECT INBOX\r\n"), "* 1 EXISTS"));
}

/* A letter of some size comes in pieces that are whole together. */
static void
writes_long_answers_in_pieces(void **state)
{
	struct mail_pad *p = *state;
	struct buf text = {0};
	size_t most = 0, all = 0;

	while (text.len < 300000)
		buf_addf(&text, "%zu\r\n", text.len);
	buf_char(&text, '\0');
	mail_pad_letter(p, text.data);
	mail_pad_letter(p, text.data);
	begin_in_inbox(p);
	buf_str(&p->in, "a FETCH 1:* BODY[]\r\n");
	p->in.len -= p->kind->feed(p->session, buf_view(&p->in));
	assert_int_equal(p->in.len, 0);
	while (p->kind->more(p->session)) {
		most = p->talk.out.len > most ? p->talk.out.len : most;
		all += p->talk.out.len;
		buf_clear(&p->talk.out);
	}
	assert_true(all > 2 * (text.len - 1) && all < 2 * text.len + 300);
	assert_true(most < 140000);
	mail_pad_say(p, "a FETCH 2 BODY[]\r\n");
	assert_non_null(strstr(p->heard.data, text.data));
	buf_free(&text);
}

static void
pieces_change_nothing(void **state)
{
	static const char all[] =
	    "a LOGIN {4}\r\ndesk {9+}\r\npass word\r\nb SELECT INBOX\r\n"
	    "c UID FETCH 1:* (FLAGS BODY.PEEK[])\r\nd IDLE\r\nDONE\r\n"
	    "e UID SEARCH HEADER {7+}\r\nSubject Invoice\r\nf NOOP\r\n";
	struct test_random r = test_random_new("pieces_change_nothing");
	struct mail_pad *p = *state;
	struct buf first = {0};
	unsigned i;

	mail_pad_letter(p, ANN);
	mail_pad_letter(p, BEN);
	for (i = 0; i < 50; i++) {
		p->pieces = i == 0 ? NULL : &r;
		mail_pad_begin(p, &sb_imap_kind);
		mail_pad_say(p, all);
		if (i == 0)
			buf_add(&first, p->heard.data, p->heard.len + 1);
		assert_string_equal(p->heard.data, first.data);
	}
	assert_non_null(strstr(first.data, "* SEARCH 2\r\ne OK done\r\nf OK"));
	buf_free(&first);
}

/* ---- rules --------------------------------------------------------------- */

static void
rules_strike(void **state)
{
	struct mail_pad *p = *state;

	begin_in_inbox(p);
	p->rule_path = "/imap/fetch";
	p->strike = (struct strike){.kind = RULE_STATUS, .status = 400};
	assert_says(p, "a UID FETCH 1 BODY[]\r\n",
	    "a NO [UNAVAILABLE] a rule says so\r\n");
	p->strike.status = 500;
	p->strike.body = STR("no");
	assert_says(p, "a FETCH 1 BODY[]\r\n", "a BAD no\r\n");
	p->strike = (struct strike){.kind = RULE_GARBAGE};
	assert_has(p, "a FETCH 1:* BODY[]\r\n", "{\"ok\":");
	assert_null(strstr(p->heard.data, "FETCH"));
	assert_says(p, "a NOOP\r\n", "a OK done\r\n");
	p->strike.kind = RULE_DELAY;
	p->strike.ms = 40;
	assert_has(p, "a FETCH 1 UID\r\n", "* 1 FETCH (UID 1)\r\na OK");
	assert_int_equal(p->held_ms, 40);
	p->strike.kind = RULE_CUT_AFTER;
	assert_says(p, "a FETCH 1 BODY[]\r\n", "");
	assert_true(p->cut);
	p->rule_path = "/imap/store";
	begin_in_inbox(p);
	mail_pad_say(p, "a STORE 1 +FLAGS (\\Answered)\r\n");
	assert_true(p->cut);
	begin_in_inbox(p);
	p->strike.kind = RULE_CUT_BEFORE;
	mail_pad_say(p, "a STORE 2 +FLAGS (\\Answered)\r\n");
	assert_true(p->cut);
	begin_in_inbox(p);
	assert_says(p, "a SEARCH ANSWERED\r\n", "* SEARCH 1\r\na OK done\r\n");
}

#define A_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, mail_pad_open, mail_pad_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(wants_commands_in_their_states),
	    A_TEST(logs_in_in_many_ways),
	    A_TEST(wants_tls),
	    A_TEST(takes_only_whole_lines),
	    A_TEST(describes_the_inbox),
	    A_TEST(searches),
	    A_TEST(fetches),
	    A_TEST(refuses_what_it_cannot_fetch),
	    A_TEST(stores_flags),
	    A_TEST(tells_what_changed),
	    A_TEST(idles),
	    A_TEST(close_removes_silently),
	    A_TEST(writes_long_answers_in_pieces),
	    A_TEST(pieces_change_nothing),
	    A_TEST(rules_strike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
