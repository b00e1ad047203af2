/*
 * email_in: what a mail is judged to be: who may answer what, and what is not
 * believed.
 */
#include "channels/email/lex.h"
#include "tests/channels/email_rig.h"

#include <jansson.h>

#define HEAD "Date: Sat, 21 Nov 2026 09:59:00 +0000\nSubject: Hello\n"
#define ANN "From: Ann Smith <Ann@X.example>\n"
#define ANNA RIG_PROVEN "From: The Boss <ANNA@desk.example>\n"
#define TO "To: support@shop.example\n"

static const struct stamp desk = {.role = STAMP_DESK,
    .id = 42,
    .number = 7,
    .expires_s = RIG_NOW / 1000 + 3600};
static const struct stamp customer = {.role = STAMP_CUSTOMER,
    .id = 43,
    .number = 9,
    .expires_s = RIG_NOW / 1000 + 3600,
    .address = STR("ann@x.example")};
static const struct stamp thread = {.role = STAMP_THREAD,
    .id = 0x1234567890abcdef,
    .number = 77,
    .expires_s = RIG_NOW / 1000 + 3600,
    .address = STR("ann@x.example")};

static struct letter_in
judged(struct email_rig *r, struct str mail)
{
	struct letter_in in;

	email_rig_read(r, mail, &in);
	return in;
}

static void
is(const struct letter_in *in, enum letter_kind kind, const char *refused)
{
	if (in->kind != kind)
		fail_msg("is %s (%s)", letter_kind_name(in->kind),
		    in->refused == NULL ? "" : in->refused);
	if (refused == NULL)
		assert_null(in->refused);
	else
		assert_string_equal(in->refused, refused);
}

static struct str
body_text(struct arena *a, struct str body)
{
	json_t *root = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	const char *text = json_string_value(json_object_get(root, "text"));
	struct str copy;

	assert_non_null(text);
	copy = arena_copy(a, str_from(text));
	json_decref(root);
	return copy;
}

/* ---- customers ---------------------------------------------------------- */

static void
a_new_customer(void **state)
{
	struct email_rig r;
	struct letter_in in;
	const struct envelope *v = &in.envelope;

	(void)state;
	email_rig_open(&r);
	in = judged(
	    &r, email_rig_text(&r, HEAD ANN TO "Message-ID: <1@x.example>\n\n"
					       "Where is it?\n\n-- \nAnn\n"));
	is(&in, LETTER_CUSTOMER, NULL);
	assert_string_equal(in.how, "new");
	assert_text(v->person, "ann@x.example");
	assert_text(v->name, "Ann Smith");
	assert_true(lex_begins(v->address, STR("ann@x.example/")));
	assert_int_equal(v->address.n, 14 + 13);
	assert_int_equal(v->alias.n, 0);
	assert_true(lex_begins(v->source, STR("email:main:1@x.example:")));
	assert_text(body_text(&r.arena, v->body), "Hello\n\nWhere is it?");
	assert_text(v->reply,
	    "{\"to\":\"ann@x.example\",\"name\":\"Ann Smith\",\"subject\":"
	    "\"Hello\",\"id\":\"1@x.example\",\"references\":[]}");
	assert_true(v->at == RIG_NOW - 60000);
	assert_true(in.conversation == 0 && in.number == 0);
	email_rig_close(&r);
}

/* Before we have answered they write again, in whatever way their program
 * does: it is one conversation. */
static void
their_own_thread(void **state)
{
	struct email_rig r;
	struct letter_in one, two, three;

	(void)state;
	email_rig_open(&r);
	one = judged(&r, email_rig_text(&r,
			     HEAD ANN TO "Message-ID: <1@x.example>\n\nOne\n"));
	two = judged(&r, email_rig_text(&r, HEAD ANN TO
			     "Message-ID: <2@x.example>\nReferences: "
			     "<1@x.example>\nIn-Reply-To: <1@x.example>\n\n"
			     "Two\n"));
	three = judged(&r, email_rig_text(&r, HEAD ANN TO
			       "Message-ID: <3@x.example>\n"
			       "In-Reply-To: <2@x.example>\n\nThree\n"));
	assert_string_equal(two.how, "thread");
	assert_true(str_eq(two.envelope.address, one.envelope.address));
	assert_true(str_eq(three.envelope.address, two.envelope.alias));
	assert_text(body_text(&r.arena, two.envelope.body), "Two");
	/* The same thread of somebody else is another. */
	two = judged(&r, email_rig_text(&r, HEAD TO
			     "From: eve@x.example\nMessage-ID: <2@x.example>\n"
			     "References: <1@x.example>\n\nTwo\n"));
	assert_false(str_eq(two.envelope.address, one.envelope.address));
	email_rig_close(&r);
}

/* The plus part of an address, or ids, lead to where the answer came from. */
static void
an_answer_to_our_mail(void **state)
{
	static const char *const fields[] = {
	    "To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To"};
	struct email_rig r;
	struct letter_in in;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(fields); i++) {
		in = judged(&r,
		    email_rig_text(&r, HEAD ANN "%s: x@y.example, %s\n\nYes\n",
			fields[i], email_rig_token(&r, &thread).p));
		is(&in, LETTER_CUSTOMER, NULL);
		assert_string_equal(in.how, "token");
		assert_text(in.envelope.address, "ann@x.example/ci2fm6eqvpg66");
	}
	in = judged(
	    &r, email_rig_text(&r, HEAD ANN TO "In-Reply-To: <%s>\n\nYes\n",
		    email_rig_id(&r, &thread).p));
	assert_string_equal(in.how, "in_reply_to");
	assert_text(in.envelope.address, "ann@x.example/ci2fm6eqvpg66");
	assert_true(in.number == 77);
	in = judged(&r, email_rig_text(&r,
			    HEAD ANN TO "In-Reply-To: <9@y.example>\n"
					"References: <0@y.example> <%s>\n"
					" <9@y.example>\n\nYes\n",
			    email_rig_id(&r, &thread).p));
	assert_string_equal(in.how, "references");
	assert_text(in.envelope.address, "ann@x.example/ci2fm6eqvpg66");
	email_rig_close(&r);
}

/* They wrote on the website and were answered by mail. */
static void
an_answer_from_elsewhere(void **state)
{
	struct email_rig r;
	struct letter_in in;

	(void)state;
	email_rig_open(&r);
	in = judged(&r, email_rig_text(&r, HEAD ANN "To: %s\n\nYes\n",
			    email_rig_token(&r, &customer).p));
	is(&in, LETTER_CUSTOMER, NULL);
	assert_true(in.conversation == 43);
	assert_text(in.envelope.address, "ann@x.example/=43");
	in = judged(
	    &r, email_rig_text(&r, HEAD ANN TO "In-Reply-To: <%s>\n\nYes\n",
		    email_rig_id(&r, &customer).p));
	assert_true(in.conversation == 43 && in.number == 9);
	email_rig_close(&r);
}

/* What was for Ann is no use to Eve: for us she is new. */
static void
others_tokens_are_worth_nothing(void **state)
{
	const struct stamp *const all[] = {&thread, &customer};
	struct email_rig r;
	struct letter_in in;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(all); i++) {
		in = judged(&r, email_rig_text(&r,
				    HEAD "From: eve@x.example\n"
					 "To: %s\n\nYes\n",
				    email_rig_token(&r, all[i]).p));
		is(&in, LETTER_CUSTOMER, "token");
		assert_true(in.conversation == 0);
		assert_string_equal(in.how, "new");
		in = judged(&r, email_rig_text(&r,
				    HEAD "From: eve@x.example\n" TO
					 "In-Reply-To: <%s>\n\nYes\n",
				    email_rig_id(&r, all[i]).p));
		is(&in, LETTER_CUSTOMER, NULL);
		assert_true(in.conversation == 0);
		assert_string_equal(in.how, "thread");
	}
	email_rig_close(&r);
}

static void
an_old_token_of_a_customer(void **state)
{
	struct email_rig r;
	struct letter_in in;
	struct stamp old = thread;
	struct str token;

	(void)state;
	email_rig_open(&r);
	old.expires_s = RIG_NOW / 1000 - 7200;
	token = email_rig_token(&r, &old);
	in = judged(
	    &r, email_rig_text(&r, HEAD ANN "To: %s\n\nYes\n", token.p));
	is(&in, LETTER_CUSTOMER, "expired");
	assert_string_equal(in.how, "new");
	/* Ids do not expire. */
	in = judged(&r, email_rig_text(&r,
			    HEAD ANN "To: %s\nIn-Reply-To: "
				     "<%s>\n\nYes\n",
			    token.p, email_rig_id(&r, &old).p));
	is(&in, LETTER_CUSTOMER, NULL);
	assert_string_equal(in.how, "in_reply_to");
	email_rig_close(&r);
}

/* ---- the desk ----------------------------------------------------------- */

static void
the_desk_answers(void **state)
{
	struct email_rig r;
	struct letter_in in;

	(void)state;
	email_rig_open(&r);
	in = judged(
	    &r, email_rig_text(&r,
		    HEAD ANNA "Message-ID: <1@desk.example>\nTo: %s\n\n"
			      "It comes today.\n\nOn 21 Nov 2026 Shop wrote:\n"
			      "> Where is it?\n",
		    email_rig_token(&r, &desk).p));
	is(&in, LETTER_ANSWER, NULL);
	assert_true(in.conversation == 42);
	assert_text(in.desk->name, "Anna"); /* whatever the mail says */
	assert_text(in.reply.said, "It comes today.");
	assert_true(email_rig_has(in.text, "> Where is it?"));
	assert_true(lex_begins(in.source, STR("email:main:1@desk.example:")));
	in = judged(&r, email_rig_text(&r,
			    HEAD RIG_PROVEN "From: bob@desk.example\n" TO
					    "References: <%s> <x@y>\n\nYes\n",
			    email_rig_id(&r, &desk).p));
	is(&in, LETTER_ANSWER, NULL);
	assert_true(in.conversation == 42 && in.number == 7);
	assert_text(in.desk->name, "Bob");
	email_rig_close(&r);
}

#define BELOW \
	"> --- Please reply above this line ---\n> Ann is annoyed.\n" \
	"It comes today.\n> Where is it?\n"

/* What the desk is told must not reach the customer, wherever the desk
 * writes its answer. */
static void
below_the_line_is_the_desks_own(void **state)
{
	struct email_rig r;
	struct letter_in in;
	struct str token;

	(void)state;
	email_rig_open(&r);
	token = email_rig_token(&r, &desk);
	in = judged(
	    &r, email_rig_text(&r, HEAD ANNA "To: %s\n\n" BELOW, token.p));
	is(&in, LETTER_ANSWER, NULL);
	assert_text(in.reply.said, "");
	in = judged(&r,
	    email_rig_text(&r, HEAD ANNA "To: %s\n\nYes.\n" BELOW, token.p));
	assert_text(in.reply.said, "Yes.");
	in = judged(&r, email_rig_text(&r,
			    HEAD ANNA "To: %s\n\n> Where is it?\n\n"
				      "It comes today.\n",
			    token.p));
	assert_text(in.reply.said, "It comes today.");
	in = judged(
	    &r, email_rig_text(&r, HEAD ANNA "To: %s\n\n> x\n", token.p));
	assert_text(in.reply.said, "");
	/* Customers may write where they like. */
	in = judged(&r, email_rig_text(&r, HEAD ANN TO "\n" BELOW));
	assert_text(in.reply.said, "It comes today.");
	email_rig_close(&r);
}

static void
nobody_else_answers_for_it(void **state)
{
	static const char *const others[] = {"eve@x.example",
	    "anna@desk.example.evil.example",
	    "\"anna@desk.example\" "
	    "<eve@x.example>",
	    "anna@desk.example <eve@x.example>", "ann@x.example"};
	struct email_rig r;
	struct letter_in in;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(others); i++) {
		in = judged(
		    &r, email_rig_text(&r, HEAD "From: %s\nTo: %s\n\nYes\n",
			    others[i], email_rig_token(&r, &desk).p));
		is(&in, LETTER_REFUSED, "sender");
		assert_null(in.desk);
		in = judged(
		    &r, email_rig_text(&r,
			    HEAD "From: %s\n" TO "In-Reply-To: <%s>\n\nYes\n",
			    others[i], email_rig_id(&r, &desk).p));
		is(&in, LETTER_REFUSED, "sender");
	}
	email_rig_close(&r);
}

static void
forged_and_old_tokens_are_refused(void **state)
{
	struct email_rig r, other;
	struct letter_in in;
	struct stamp old = desk;
	struct str token;
	char *p;

	(void)state;
	email_rig_open(&r);
	email_rig_open(&other);
	old.expires_s = RIG_NOW / 1000 - 7200;
	in = judged(&r, email_rig_text(&r, HEAD ANNA "To: %s\n\nYes\n",
			    email_rig_token(&r, &old).p));
	is(&in, LETTER_REFUSED, "expired");
	token = email_rig_token(&r, &desk);
	p = (char *)(uintptr_t)token.p;
	p[20] = p[20] == 'a' ? 'b' : 'a';
	in = judged(&r, email_rig_text(&r, HEAD ANNA "To: %s\n\nYes\n", p));
	is(&in, LETTER_REFUSED, "token");
	in = judged(&r, email_rig_text(&r, HEAD ANN "To: %s\n\nYes\n", p));
	is(&in, LETTER_REFUSED, "token");
	/* Another company's. */
	other.account.keys.key[0][0] ^= 1;
	in = judged(&r, email_rig_text(&r, HEAD ANNA "To: %s\n\nYes\n",
			    email_rig_token(&other, &desk).p));
	is(&in, LETTER_REFUSED, "token");
	in = judged(&r, email_rig_text(&r, HEAD ANNA TO "\nYes\n"));
	is(&in, LETTER_REFUSED, "unmatched");
	email_rig_close(&other);
	email_rig_close(&r);
}

/* ---- From --------------------------------------------------------------- */

static void
one_good_sender_is_needed(void **state)
{
	static const char *const heads[] = {"", "From: \n", "From: nobody\n",
	    "From: ann@x.example, eve@x.example\n",
	    "From: ann@x.example\nFrom: anna@desk.example\n",
	    "From: \"a b\"@x.example\n", "From: m\xc3\xbcller@x.example\n",
	    "From: ann@x.example\r\n\tX: y\n"};
	struct email_rig r;
	struct letter_in in;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(heads); i++) {
		in = judged(
		    &r, email_rig_text(&r, "Subject: x\n%sTo: %s\n\nYes\n",
			    heads[i], email_rig_token(&r, &desk).p));
		is(&in, LETTER_REFUSED, "from");
	}
	email_rig_close(&r);
}

/* ---- what comes with it ------------------------------------------------- */

static void
sources_tell_mails_apart(void **state)
{
	struct email_rig r;
	struct str base, mail;
	struct letter_in one, two;

	(void)state;
	email_rig_open(&r);
	base = email_rig_text(
	    &r, HEAD ANN TO "Message-ID: <1@x.example>\n\nYes\n");
	one = judged(&r, base);
	/* The same mail by another way. */
	mail = email_rig_text(&r, "Received: by y\nX-Spam: no\n%s", base.p);
	two = judged(&r, mail);
	assert_true(str_eq(one.source, two.source));
	/* A program that gives all its mails one id. */
	mail = email_rig_text(&r,
	    "Date: Sat, 21 Nov 2026 09:59:01 +0000\n" ANN TO
	    "Message-ID: <1@x.example>\n\nNo\n");
	two = judged(&r, mail);
	assert_false(str_eq(one.source, two.source));
	/* And one that gives none. */
	one = judged(&r, email_rig_text(&r, HEAD ANN TO "\nYes\n"));
	two = judged(&r, email_rig_text(&r, HEAD ANN TO "\nNo\n"));
	assert_false(str_eq(one.source, two.source));
	two = judged(&r, email_rig_text(&r, HEAD ANN TO "\nYes\n"));
	assert_true(str_eq(one.source, two.source));
	email_rig_close(&r);
}

static const struct {
	const char *date;
	int64_t at;
} dates[] = {
    {"Sat, 21 Nov 2026 09:59:00 +0000", RIG_NOW - 60000},
    {"Wed, 18 Nov 2026 11:00:00 +0100", RIG_NOW - LETTER_IN_LATE_MS},
    /* Nobody is believed that they wrote then. */
    {"Wed, 18 Nov 2026 10:59:59 +0100", RIG_NOW},
    {"Sat, 21 Nov 2026 10:00:01 +0000", RIG_NOW},
    {"Thu, 1 Jan 1970 00:00:00 +1400", RIG_NOW},
    {"Thu, 1 Jan 1970 00:00:00 +0000", RIG_NOW},
    {"Thu, 1 Jan 1970 00:00:02 +0000", RIG_NOW},
    {"Fri, 31 Dec 9999 23:59:59 +0000", RIG_NOW},
    {"yesterday", RIG_NOW},
};

static void
dates_are_believed_within_reason(void **state)
{
	struct email_rig r;
	struct letter_in in;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(dates); i++) {
		in = judged(
		    &r, email_rig_text(
			    &r, "Date: %s\n" ANN TO "\nYes\n", dates[i].date));
		if (in.at != dates[i].at || in.envelope.at != in.at)
			fail_msg("%s: %lld", dates[i].date, (long long)in.at);
	}
	email_rig_close(&r);
}

static void
files_come_attachments_first(void **state)
{
	struct email_rig r;
	struct letter_in in;
	struct str bytes;
	struct buf b = {0};
	unsigned i;

	(void)state;
	email_rig_open(&r);
	buf_str(&b, HEAD ANN TO "Content-Type: multipart/mixed; boundary=b\n\n"
				"--b\n\nSee these.\n"
				"--b\nContent-Type: image/png\n\nlogo\n");
	for (i = 0; i < 12; i++)
		buf_addf(&b,
		    "--b\nContent-Type: application/pdf; name=\"%u.pdf\"\n"
		    "Content-Disposition: attachment\n\n%%PDF %u\n",
		    i, i);
	buf_str(&b, "--b--\n");
	in = judged(&r, buf_view(&b));
	is(&in, LETTER_CUSTOMER, NULL);
	assert_int_equal(in.file_count, LETTER_IN_FILES_MAX);
	assert_int_equal(in.file_more, 3);
	assert_text(in.files[0].name, "0.pdf");
	assert_int_equal(mime_bytes(&in.mime, in.files[3].part, &bytes), OK);
	assert_text(bytes, "%PDF 3");
	assert_int_equal(in.envelope.file_count, LETTER_IN_FILES_MAX);
	assert_true(email_rig_has(in.envelope.body,
	    ",\"files\":[{\"name\":\"0.pdf\",\"type\":\"application/pdf\"}"));
	buf_free(&b);
	email_rig_close(&r);
}

/* What calls itself anything is of no known type. */
static void
odd_types_are_not_kept(void **state)
{
	struct email_rig r;
	struct letter_in in;

	(void)state;
	email_rig_open(&r);
	in = judged(
	    &r, STR(HEAD ANN TO "Content-Type: a/b\0c\xff d\n"
				"Content-Disposition: attachment\n\nx\n"));
	assert_int_equal(in.file_count, 1);
	assert_text(in.files[0].type, "application/octet-stream");
	assert_text(in.files[0].name, "file-0");
	(void)body_text(&r.arena, in.envelope.body);
	email_rig_close(&r);
}

static void
long_and_empty_mails(void **state)
{
	struct email_rig r;
	struct letter_in in;
	struct buf b = {0};
	unsigned i;

	(void)state;
	email_rig_open(&r);
	buf_str(&b, HEAD ANN TO "\n");
	for (i = 0; i < LETTER_IN_SAID_MAX; i++)
		buf_str(&b, "\xc3\xa4");
	in = judged(&r, buf_view(&b));
	assert_true(in.cut_short);
	assert_true(in.reply.said.n <= LETTER_IN_SAID_MAX);
	assert_true(email_rig_has(in.envelope.body, "\\n[...]"));
	assert_true(in.text.n > in.reply.said.n);
	in = judged(&r, email_rig_text(&r, ANN TO "\n"));
	is(&in, LETTER_CUSTOMER, NULL);
	assert_text(body_text(&r.arena, in.envelope.body), "(an empty mail)");
	assert_true(in.at == RIG_NOW);
	in = judged(&r, email_rig_text(&r, HEAD ANN TO "\n\n"));
	assert_text(body_text(&r.arena, in.envelope.body), "Hello");
	buf_free(&b);
	email_rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_new_customer),
	    cmocka_unit_test(their_own_thread),
	    cmocka_unit_test(an_answer_to_our_mail),
	    cmocka_unit_test(an_answer_from_elsewhere),
	    cmocka_unit_test(others_tokens_are_worth_nothing),
	    cmocka_unit_test(an_old_token_of_a_customer),
	    cmocka_unit_test(the_desk_answers),
	    cmocka_unit_test(below_the_line_is_the_desks_own),
	    cmocka_unit_test(nobody_else_answers_for_it),
	    cmocka_unit_test(forged_and_old_tokens_are_refused),
	    cmocka_unit_test(one_good_sender_is_needed),
	    cmocka_unit_test(sources_tell_mails_apart),
	    cmocka_unit_test(dates_are_believed_within_reason),
	    cmocka_unit_test(files_come_attachments_first),
	    cmocka_unit_test(odd_types_are_not_kept),
	    cmocka_unit_test(long_and_empty_mails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
