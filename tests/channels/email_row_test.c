/*
 * email_row: the row's callbacks: an answer in a customer's thread, the order
 * it becomes, what its sender reports, and mails that are posted.
 */
#include "channels/email/email.h"
#include "channels/email/lex.h"
#include "channels/email/order.h"
#include "tests/channels/email_rig.h"

#include <jansson.h>
#include <stdio.h>

#define REPLY \
	"{\"to\":\"ann@x.example\",\"name\":\"Ann Smith\",\"subject\":" \
	"\"Where is it?\",\"id\":\"2@x.example\",\"references\":[" \
	"\"1@x.example\",\"not an id\"]}"
#define ADDRESS "ann@x.example/ci2fm6eqvpg66"

static struct outgoing
answer(const char *text)
{
	return (struct outgoing){.text = str_from(text),
	    .address = STR(ADDRESS),
	    .reply = STR(REPLY),
	    .customer_at = RIG_NOW - 1000,
	    .now = RIG_NOW};
}

static struct payloads
rendered(struct email_rig *r, const struct outgoing *m)
{
	struct faults faults = {0};
	struct payloads out;

	if (channel_email.render(&r->doc, m, &r->arena, &out, &faults) != OK)
		fail_msg("%.*s: %.*s", STR_FMT(faults.list[0].where),
		    STR_FMT(faults.list[0].what));
	return out;
}

static struct job
job_of(struct email_rig *r, enum job_kind kind, struct str payload)
{
	return (struct job){.kind = kind,
	    .account = &r->account,
	    .payload = payload,
	    .row = 77,
	    .at = RIG_NOW,
	    .now = RIG_NOW + 60000};
}

static struct order
ordered(struct email_rig *r, struct str payload)
{
	struct job job = job_of(r, JOB_SEND, payload);
	struct outcome instead;
	struct call call;
	struct order o;

	assert_int_equal(
	    channel_email.call(&job, &r->arena, &call, &instead), OK);
	assert_string_equal(call.method, ORDER_METHOD);
	assert_int_equal(order_read(&call, &o), OK);
	return o;
}

/* ---- out ---------------------------------------------------------------- */

static void
answers_stay_in_the_thread(void **state)
{
	struct email_rig r;
	struct outgoing m = answer("It was **sent**.");
	struct payloads out;
	struct order o;
	struct mime mail;
	struct str text;

	(void)state;
	email_rig_open(&r);
	out = rendered(&r, &m);
	assert_int_equal(out.count, 1);
	assert_text(out.list[0].recipient, "ann@x.example");
	o = ordered(&r, out.list[0].text);
	assert_text(o.url, "smtp://mail.shop.example:587");
	assert_text(o.user, "support");
	assert_text(o.secret, "pass word");
	assert_false(o.oauth2);
	assert_text(o.to, "ann@x.example");
	assert_true(lex_begins(o.from, STR("support+")));
	assert_int_equal(mime_read(o.text, &r.arena, &mail), OK);
	assert_text(
	    mime_field_text(&mail, mail.root, "Subject"), "Re: Where is it?");
	assert_text(
	    mime_field(&mail, mail.root, "In-Reply-To"), "<2@x.example>");
	assert_text(mime_field(&mail, mail.root, "References"),
	    "<1@x.example> <2@x.example>");
	assert_text(
	    mime_field(&mail, mail.root, "Auto-Submitted"), "auto-replied");
	assert_int_equal(mime_text(&mail, false, &text), OK);
	assert_text(text, LETTER_MARKER "\n\nIt was sent.\n");
	assert_true(str_eq(ordered(&r, out.list[0].text).text, o.text));
	email_rig_close(&r);
}

static void
sellers_sign_with_their_name(void **state)
{
	struct email_rig r;
	struct outgoing m = answer("Yes.");
	struct payloads out;
	struct mime mail;
	struct order o;

	(void)state;
	email_rig_open(&r);
	m.by = STR("Anna");
	out = rendered(&r, &m);
	o = ordered(&r, out.list[0].text);
	assert_int_equal(mime_read(o.text, &r.arena, &mail), OK);
	assert_text(mime_field_text(&mail, mail.root, "From"),
	    "Anna (Sh\xc3\xb6p) <support@shop.example>");
	assert_null(mime_field(&mail, mail.root, "Auto-Submitted").p);
	email_rig_close(&r);
}

/* Their answer to that mail comes to the same conversation. */
static void
and_back_again(void **state)
{
	struct email_rig r;
	struct outgoing m = answer("Yes.");
	struct letter_in in;
	struct payloads out;
	struct mime mail;
	struct order o;

	(void)state;
	email_rig_open(&r);
	out = rendered(&r, &m);
	o = ordered(&r, out.list[0].text);
	assert_int_equal(mime_read(o.text, &r.arena, &mail), OK);
	email_rig_read(&r,
	    email_rig_text(&r, "From: ann@x.example\nTo: %s\n\nThanks\n",
		mime_field(&mail, mail.root, "Reply-To").p),
	    &in);
	assert_text(in.envelope.address, ADDRESS);
	email_rig_read(&r,
	    email_rig_text(&r, "From: ann@x.example\nIn-Reply-To: %s\n\nYes\n",
		mime_field(&mail, mail.root, "Message-ID").p),
	    &in);
	assert_text(in.envelope.address, ADDRESS);
	assert_true(in.number == 77);
	email_rig_close(&r);
}

static void
subjects_are_not_piled_up(void **state)
{
	static const struct {
		const char *was, *is;
	} cases[] = {{"x", "Re: x"}, {"Re: x", "Re: x"}, {"AW: x", "AW: x"},
	    {"re:x", "re:x"}, {"", "Re: Your message"},
	    {"Report: x", "Re: Report: x"}};
	struct email_rig r;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct outgoing m = answer("Yes.");
		struct mail_payload p;
		struct payloads out;

		m.reply = email_rig_text(&r,
		    "{\"to\":\"ann@x.example\",\"subject\":\"%s\"}",
		    cases[i].was);
		out = rendered(&r, &m);
		assert_int_equal(
		    mail_payload_read(out.list[0].text, &r.arena, &p), OK);
		assert_text(p.subject, cases[i].is);
	}
	email_rig_close(&r);
}

static void
wrong_addresses_are_refused(void **state)
{
	static const char *const addresses[] = {"", "x", "ann@x.example",
	    "ann@x.example/", "ann@x.example/xyz", "/ci2fm6eqvpg66",
	    "ann@x.example/=", "ann@x.example/=x"};
	struct email_rig r;
	struct faults faults = {0};
	struct payloads out;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(addresses); i++) {
		struct outgoing m = answer("Yes.");

		m.address = str_from(addresses[i]);
		m.reply = STR("");
		assert_int_equal(
		    channel_email.render(&r.doc, &m, &r.arena, &out, &faults),
		    E_BADINPUT);
		assert_text(faults.list[i].where, "address");
	}
	faults_free(&faults);
	email_rig_close(&r);
}

/* What customers gave us cannot reach the header, whatever it is. */
static void
replies_inject_nothing(void **state)
{
	static const char *const replies[] = {
	    "{\"to\":\"ann@x.example\\r\\nBcc: e@evil.example\"}",
	    "{\"to\":\"ann@x.example\",\"name\":\"A\\r\\nBcc: e@evil\"}",
	    "{\"to\":\"ann@x.example\",\"subject\":\"A\\r\\nBcc: e@evil\"}",
	    "{\"to\":\"ann@x.example\",\"id\":\"a@b>\\r\\nBcc: e@evil\"}",
	    "{\"to\":\"ann@x.example\",\"references\":[\"a@b\\r\\nBcc: e\"]}"};
	struct email_rig r;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(replies); i++) {
		struct outgoing m = answer("Yes.");
		struct faults faults = {0};
		struct payloads out = {.count = 0};
		struct outcome instead;
		struct call call = {.body = {"", 0}};
		struct job job;
		enum err e;

		m.reply = str_from(replies[i]);
		e = channel_email.render(&r.doc, &m, &r.arena, &out, &faults);
		if (e == OK) {
			job = job_of(&r, JOB_SEND, out.list[0].text);
			e = channel_email.call(&job, &r.arena, &call, &instead);
		}
		assert_true(e == OK || e == E_BADINPUT || e == E_DENIED);
		assert_false(email_rig_has(call.body, "\nBcc"));
		faults_free(&faults);
	}
	email_rig_close(&r);
}

/* ---- what became of it -------------------------------------------------- */

static const struct {
	struct order_report report;
	enum outcome_kind kind;
	const char *code, *reason; /* how they begin */
} reports[] = {
    {{ORDER_SENT, 250, STR("2.0.0"), STR("queued")}, OUTCOME_OK, "", ""},
    {{ORDER_REFUSED, 550, STR("5.1.1"), STR("no such user")}, OUTCOME_NEVER,
	"5.1.1", "There is no such address. (no such user)"},
    {{ORDER_REFUSED, 552, STR(""), STR("")}, OUTCOME_NEVER, "552",
	"The mail could not be delivered."},
    {{ORDER_LATER, 451, STR("4.7.1"), STR("greylisted")}, OUTCOME_LATER,
	"4.7.1", "The mail server wants it later. (greylisted)"},
    {{ORDER_UNSENT, 0, STR(""), STR("no route")}, OUTCOME_LATER, "unsent",
	"The mail server could not be reached. (no route)"},
    {{ORDER_BLOCKED, 535, STR("5.7.8"), STR("bad login")}, OUTCOME_BLOCKED,
	"5.7.8", "The mail server does not let"},
    {{ORDER_CUT, 0, STR(""), STR("")}, OUTCOME_DOUBT, "cut",
	"The mail server did not say"},
};

static void
reports_become_outcomes(void **state)
{
	struct email_rig r;
	struct outgoing m = answer("Yes.");
	struct job job;
	size_t i;

	(void)state;
	email_rig_open(&r);
	job = job_of(&r, JOB_SEND, rendered(&r, &m).list[0].text);
	for (i = 0; i < ARRAY_LEN(reports); i++) {
		struct buf b = {0};
		struct outcome out = {.kind = OUTCOMES};
		struct reply reply = {
		    .status = 200, .type = STR("application/json")};

		order_report_write(&reports[i].report, &b);
		reply.body = buf_view(&b);
		channel_email.result(&job, &reply, &r.arena, &out);
		assert_int_equal(out.kind, reports[i].kind);
		assert_true(
		    lex_begins(out.reason, str_from(reports[i].reason)));
		assert_text(
		    out.code.p == NULL ? STR("") : out.code, reports[i].code);
		buf_free(&b);
	}
	email_rig_close(&r);
}

/* The message id: what a bounce gives back finds the row by it. */
static void
the_id_is_the_vendors(void **state)
{
	struct email_rig r;
	struct outgoing m = answer("Yes.");
	struct reply reply = {.status = 200,
	    .body = STR("{\"end\":\"sent\",\"code\":250,\"status\":\"\","
			"\"words\":\"\"}")};
	struct outcome out;
	struct mime mail;
	struct order o;
	struct job job;
	struct str id;

	(void)state;
	email_rig_open(&r);
	job = job_of(&r, JOB_SEND, rendered(&r, &m).list[0].text);
	o = ordered(&r, job.payload);
	channel_email.result(&job, &reply, &r.arena, &out);
	assert_int_equal(mime_read(o.text, &r.arena, &mail), OK);
	id = mime_field(&mail, mail.root, "Message-ID");
	assert_true(str_eq(out.vendor_id, (struct str){id.p + 1, id.n - 2}));
	email_rig_close(&r);
}

static void
a_check_asks_nobody(void **state)
{
	struct email_rig r;
	struct job job;
	struct outcome instead;
	struct call call;

	(void)state;
	email_rig_open(&r);
	job = job_of(&r, JOB_CHECK, STR(""));
	assert_int_equal(
	    channel_email.call(&job, &r.arena, &call, &instead), E_DENIED);
	assert_int_equal(instead.kind, OUTCOME_OK);
	email_rig_close(&r);
}

static void
odd_orders_are_refused(void **state)
{
	struct order good = {.url = STR("smtp://x"),
	    .from = STR("a@b.c"),
	    .to = STR("d@e.f"),
	    .text = STR("x")};
	struct arena a = {0};
	struct call call;
	struct order o;

	(void)state;
	assert_int_equal(order_write(&good, &a, &call), OK);
	assert_int_equal(order_read(&call, &o), OK);
	call.headers[0] = STR("Envelope-To: d@e.f\r\nRSET");
	assert_int_equal(order_read(&call, &o), E_BADINPUT);
	call.headers[0] = STR("Envelope-From: a b@c");
	assert_int_equal(order_read(&call, &o), E_BADINPUT);
	assert_int_equal(order_write(&good, &a, &call), OK);
	call.body = STR("");
	assert_int_equal(order_read(&call, &o), E_BADINPUT);
	call.method = "POST";
	assert_int_equal(order_read(&call, &o), E_BADINPUT);
	arena_free(&a);
}

/* ---- accounts ----------------------------------------------------------- */

static const struct {
	struct company_account doc;
	const char *where; /* NULL: it is good */
} accounts[] = {
    {{.sender = STR("s@x.example"), .user = STR("u"), .token = STR("t")}, NULL},
    {{.sender = STR("s@x.example"), .signing_count = 1}, NULL},
    {{.sender = STR("nobody"), .user = STR("u"), .token = STR("t")}, "sender"},
    {{.sender = STR("a-name-that-is-much-too-long@x.example"),
	 .user = STR("u"),
	 .token = STR("t")},
	"sender"},
    {{.sender = STR("s@x.example"), .user = STR("u"), .signing_count = 1},
	"token"},
    {{.sender = STR("s@x.example"), .token = STR("t")}, "user"},
    {{.sender = STR("s@x.example"),
	 .imap = STR("imaps://x"),
	 .signing_count = 1},
	"user"},
    {{.sender = STR("s@x.example")}, "signing"},
};

static void
accounts_are_checked(void **state)
{
	char where[40];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(accounts); i++) {
		struct faults faults = {0};

		channel_email.check(&accounts[i].doc, "accounts[0]", &faults);
		assert_int_equal(faults.count, accounts[i].where != NULL);
		if (accounts[i].where != NULL) {
			snprintf(where, sizeof(where), "accounts[0].%s",
			    accounts[i].where);
			assert_text(faults.list[0].where, where);
		}
		faults_free(&faults);
	}
}

/* ---- mails that are posted ---------------------------------------------- */

static struct str
no_header(const struct hook *h, const char *name)
{
	(void)h;
	(void)name;
	return (struct str){NULL, 0};
}

static struct hook
hook_of(struct email_rig *r, struct str mail)
{
	return (struct hook){.account = &r->account,
	    .method = STR("POST"),
	    .tail = STR(""),
	    .type = STR("Message/RFC822; x=y"),
	    .body = mail,
	    .now = RIG_NOW,
	    .header = no_header};
}

static struct arrival
posted(struct email_rig *r, struct str mail)
{
	struct hook h = hook_of(r, mail);
	struct arrival out;
	const char *why = "";

	if (channel_email.parse(&h, &r->arena, &out, &why) != OK)
		fail_msg("%s", why);
	return out;
}

static void
posted_mails_are_read(void **state)
{
	const struct stamp bounce = {.role = STAMP_BOUNCE, .id = 77};
	const struct stamp desk = {
	    .role = STAMP_DESK, .id = 42, .expires_s = RIG_NOW / 1000 + 3600};
	struct email_rig r;
	struct arrival got;

	(void)state;
	email_rig_open(&r);
	got = posted(&r, STR("From: ann@x.example\nSubject: Hello\n\nYes\n"));
	assert_int_equal(got.envelope_count, 1);
	got = posted(&r, email_rig_text(&r,
			     "From: mailer-daemon@x.example\nTo: %s\n"
			     "X-Failed-Recipients: ann@x.example\n\nNo\n",
			     email_rig_token(&r, &bounce).p));
	assert_int_equal(got.receipt_count, 1);
	assert_true(got.receipts[0].row == 77);
	assert_int_equal(got.receipts[0].rank, 5);
	got = posted(&r, STR("From: ann@x.example\nPrecedence: bulk\n\nBuy\n"));
	assert_string_equal(got.ignored, "precedence");
	got = posted(&r, STR("Subject: x\n\nYes\n"));
	assert_string_equal(got.ignored, "from");
	assert_int_equal(got.status, 0);
	/* Nobody of the desk is known here; whoever brought it keeps it. */
	got = posted(
	    &r, email_rig_text(&r, "From: anna@desk.example\nTo: %s\n\nYes\n",
		    email_rig_token(&r, &desk).p));
	assert_string_equal(got.ignored, "desk");
	assert_int_equal(got.status, 422);
	email_rig_close(&r);
}

static void
files_of_posted_mails_come_with_them(void **state)
{
	struct email_rig r;
	struct outcome instead;
	struct call call;
	struct arrival got;
	struct job job;

	(void)state;
	email_rig_open(&r);
	got = posted(
	    &r, STR("From: ann@x.example\n"
		    "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee\n"
		    "--b\nContent-Type: image/png; name=a.png\n"
		    "Content-Transfer-Encoding: base64\n\niVBORw==\n--b--\n"));
	assert_int_equal(got.envelopes[0].file_count, 1);
	job = job_of(&r, JOB_FETCH, got.envelopes[0].files[0].payload);
	assert_int_equal(
	    channel_email.call(&job, &r.arena, &call, &instead), E_DENIED);
	assert_int_equal(instead.kind, OUTCOME_OK);
	assert_text(instead.bytes, "\x89PNG");
	job.payload = STR("{}");
	assert_int_equal(
	    channel_email.call(&job, &r.arena, &call, &instead), E_DENIED);
	assert_int_equal(instead.kind, OUTCOME_NEVER);
	email_rig_close(&r);
}

static void
other_posts_are_refused(void **state)
{
	struct email_rig r;
	struct hook h;
	struct arrival out;
	const char *why = NULL;

	(void)state;
	email_rig_open(&r);
	h = hook_of(&r, STR("From: ann@x.example\n\nYes\n"));
	/* Its password is no signing secret. */
	assert_int_equal(channel_email.verify(&h, &r.arena, &why), E_DENIED);
	assert_true(email_rig_has(str_from(why), "no signing secret"));
	h.tail = STR("/x");
	assert_int_equal(
	    channel_email.parse(&h, &r.arena, &out, &why), E_BADINPUT);
	h = hook_of(&r, STR(" \n"));
	assert_int_equal(
	    channel_email.parse(&h, &r.arena, &out, &why), E_BADINPUT);
	h = hook_of(&r, STR("x"));
	h.type = STR("text/plain");
	assert_int_equal(
	    channel_email.parse(&h, &r.arena, &out, &why), E_BADINPUT);
	email_rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers_stay_in_the_thread),
	    cmocka_unit_test(sellers_sign_with_their_name),
	    cmocka_unit_test(and_back_again),
	    cmocka_unit_test(subjects_are_not_piled_up),
	    cmocka_unit_test(wrong_addresses_are_refused),
	    cmocka_unit_test(replies_inject_nothing),
	    cmocka_unit_test(reports_become_outcomes),
	    cmocka_unit_test(the_id_is_the_vendors),
	    cmocka_unit_test(a_check_asks_nobody),
	    cmocka_unit_test(odd_orders_are_refused),
	    cmocka_unit_test(accounts_are_checked),
	    cmocka_unit_test(posted_mails_are_read),
	    cmocka_unit_test(files_of_posted_mails_come_with_them),
	    cmocka_unit_test(other_posts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
