/* email_machine: mails that nobody wrote: what is automatic, what bounced. */
#include "channels/email/automatic.h"
#include "channels/email/letter_inner.h"
#include "channels/email/report.h"
#include "tests/channels/email_rig.h"

#define HEAD "From: ann@x.example\nTo: support@shop.example\nSubject: x\n"

/* ---- rules -------------------------------------------------------------- */

static const struct {
	const char *fields;
	enum automatic rule;
} rules[] = {
    {"", AUTOMATIC_NOT},
    {"Auto-Submitted: no\n", AUTOMATIC_NOT},
    {"Auto-Submitted: No; owner=x\n", AUTOMATIC_NOT},
    {"Auto-Submitted: auto-replied (vacation)\n", AUTOMATIC_SUBMITTED},
    {"auto-submitted: auto-generated\n", AUTOMATIC_SUBMITTED},
    {"Auto-Submitted: auto-notified; owner=x\n", AUTOMATIC_SUBMITTED},
    {"X-Autoreply: yes\n", AUTOMATIC_AUTOREPLY},
    {"X-Autorespond: \n", AUTOMATIC_AUTOREPLY},
    {"X-Auto-Response-Suppress: All\n", AUTOMATIC_SUPPRESS},
    {"X-Auto-Response-Suppress: OOF, AutoReply\n", AUTOMATIC_SUPPRESS},
    {"X-Auto-Response-Suppress: None\n", AUTOMATIC_NOT},
    {"List-Id: <news.x.example>\n", AUTOMATIC_LIST},
    {"List-Unsubscribe: <https://x.example>\n", AUTOMATIC_LIST},
    {"Precedence: bulk\n", AUTOMATIC_PRECEDENCE},
    {"Precedence: Junk\n", AUTOMATIC_PRECEDENCE},
    {"Precedence: list\n", AUTOMATIC_PRECEDENCE},
    {"Precedence: first-class\n", AUTOMATIC_NOT},
    {"Return-Path: <>\n", AUTOMATIC_NO_SENDER},
    {"Return-Path: <ann@x.example>\n", AUTOMATIC_NOT},
    {"Content-Type: multipart/report; report-type=disposition-notification; "
     "boundary=b\n",
	AUTOMATIC_REPORT},
    {"Precedence: auto_reply\n", AUTOMATIC_AUTOREPLY},
    /* Any that runs this program has that field. */
    {"X-Frontdesk-Row: 77\n", AUTOMATIC_NOT},
    {"Feedback-ID: 1:x:AmazonSES\n", AUTOMATIC_NOT},
    /* The address that customers write to is a group of the company's. */
    {"List-Id: Support <support.shop.example>\nPrecedence: list\n"
     "List-Post: <mailto:support@shop.example>\n",
	AUTOMATIC_NOT},
    {"List-Id: SUPPORT.shop.example\n", AUTOMATIC_NOT},
    {"List-Id: <support.shop.example.evil.example>\n", AUTOMATIC_LIST},
    {"List-Id: <support.shop.example>\nPrecedence: bulk\n",
	AUTOMATIC_PRECEDENCE},
    {"List-Id: <\nPrecedence: list\n", AUTOMATIC_LIST},
};

static enum letter_kind
kind_of(enum automatic rule)
{
	if (rule == AUTOMATIC_LIST || rule == AUTOMATIC_PRECEDENCE)
		return LETTER_REFUSED;
	return rule == AUTOMATIC_NOT || automatic_is_doubtful(rule)
		   ? LETTER_CUSTOMER
		   : LETTER_MACHINE;
}

static void
each_rule_fits(void **state)
{
	struct email_rig r;
	struct letter_in in;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(rules); i++) {
		email_rig_read(&r,
		    email_rig_text(
			&r, "%s" HEAD "\nI am away.\n", rules[i].fields),
		    &in);
		if (in.rule != rules[i].rule)
			fail_msg("%s is %s", rules[i].fields,
			    automatic_name(in.rule));
		assert_int_equal(in.kind, kind_of(in.rule));
	}
	email_rig_close(&r);
}

/* Who answers a mail of ours is a person, whatever their program adds: people
 * get to read it, and no machine answers. */
static void
doubtful_answers_are_taken(void **state)
{
	static const char *const fields[] = {
	    "List-Id: <all.x.example>\nPrecedence: list\n",
	    "List-Unsubscribe: <https://x.example>\n", "Precedence: bulk\n",
	    "X-Auto-Response-Suppress: All\n"};
	const struct stamp desk = {
	    .role = STAMP_DESK, .id = 42, .expires_s = RIG_NOW / 1000 + 3600};
	const struct stamp thread = {.role = STAMP_THREAD,
	    .id = 7,
	    .number = 77,
	    .expires_s = RIG_NOW / 1000 + 3600,
	    .address = STR("ann@x.example")};
	struct email_rig r;
	struct letter_in in;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(fields); i++) {
		email_rig_read(&r,
		    email_rig_text(&r,
			RIG_PROVEN "%sFrom: anna@desk.example\nTo: %s\n\nYes\n",
			fields[i], email_rig_token(&r, &desk).p),
		    &in);
		assert_int_equal(in.kind, LETTER_ANSWER);
		assert_text(in.reply.said, "Yes");
		email_rig_read(&r,
		    email_rig_text(&r, "%sFrom: ann@x.example\nTo: %s\n\nYes\n",
			fields[i], email_rig_token(&r, &thread).p),
		    &in);
		assert_int_equal(in.kind, LETTER_CUSTOMER);
		assert_true(
		    email_rig_has(in.envelope.body, ",\"automatic\":\""));
	}
	email_rig_close(&r);
}

static const char *
origin_of(struct email_rig *r, enum letter_origin origin)
{
	const struct letter l = {.from = {STR(""), STR("a@shop.example")},
	    .to = &(struct mail_address){STR(""), STR("b@x.example")},
	    .to_count = 1,
	    .id = STR("1@shop.example"),
	    .subject = STR("x"),
	    .at = RIG_NOW,
	    .origin = origin};
	struct buf b = {0};
	struct str copy;

	letter_put_header(&l, &b);
	buf_char(&b, '\0');
	assert_false(b.failed);
	copy = arena_copy(&r->arena, buf_view(&b));
	buf_free(&b);
	return copy.p;
}

/* What our sellers write by hand must not look like a machine's elsewhere. */
static void
only_our_machines_say_so(void **state)
{
	struct email_rig r;

	(void)state;
	email_rig_open(&r);
	assert_null(strstr(origin_of(&r, LETTER_BY_HAND), "Auto"));
	assert_non_null(strstr(
	    origin_of(&r, LETTER_AUTOMATIC), "X-Auto-Response-Suppress: All"));
	email_rig_close(&r);
}

static void
our_own_mails_are_known(void **state)
{
	const struct stamp stamps[] = {{.role = STAMP_DESK, .id = 1},
	    {.role = STAMP_THREAD, .id = 2, .address = STR("ann@x.example")}};
	struct email_rig r;
	struct letter_in in;
	struct buf b = {0};
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(stamps); i++) {
		email_rig_read(&r,
		    email_rig_text(&r, HEAD "Message-ID: <%s>\n\nx\n",
			email_rig_id(&r, &stamps[i]).p),
		    &in);
		assert_int_equal(in.rule, AUTOMATIC_OURS);
	}
	email_rig_read(
	    &r, email_rig_text(&r, "From: Support@Shop.example\n\nx\n"), &in);
	assert_int_equal(in.rule, AUTOMATIC_OURS);
	email_rig_read(&r,
	    email_rig_text(&r, "From: MAILER-DAEMON@x.example\n\nx\n"), &in);
	assert_int_equal(in.rule, AUTOMATIC_DAEMON);
	for (i = 0; i < 60; i++)
		buf_str(&b, "Received: again\n");
	buf_str(&b, HEAD "\nx\n");
	email_rig_read(&r, buf_view(&b), &in);
	assert_int_equal(in.rule, AUTOMATIC_HOPS);
	buf_free(&b);
	email_rig_close(&r);
}

/* A person's note that they are away comes to the token, too. */
static void
a_desk_that_is_away_answers_nothing(void **state)
{
	const struct stamp desk = {
	    .role = STAMP_DESK, .id = 42, .expires_s = RIG_NOW / 1000 + 3600};
	struct email_rig r;
	struct letter_in in;

	(void)state;
	email_rig_open(&r);
	email_rig_read(&r,
	    email_rig_text(&r,
		"From: anna@desk.example\nTo: %s\n"
		"Auto-Submitted: auto-replied\n\nAway.\n",
		email_rig_token(&r, &desk).p),
	    &in);
	assert_int_equal(in.kind, LETTER_MACHINE);
	assert_int_equal(in.rule, AUTOMATIC_SUBMITTED);
	assert_true(in.conversation == 0);
	email_rig_close(&r);
}

/* ---- bounces ------------------------------------------------------------ */

static const char *
bounce_of(struct email_rig *r)
{
	const struct stamp s = {.role = STAMP_BOUNCE,
	    .id = 77,
	    .expires_s = RIG_NOW / 1000 - 7200}; /* it may be late */

	return email_rig_token(r, &s).p;
}

static struct str
report_mail(struct email_rig *r, const char *to, const char *status,
    const char *returned)
{
	return email_rig_text(r,
	    "Return-Path: <>\nFrom: Mail <MAILER-DAEMON@mx.example>\nTo: %s\n"
	    "Auto-Submitted: auto-replied\nContent-Type: multipart/report; "
	    "report-type=delivery-status; boundary=\"b\"\n\n"
	    "--b\n\nSorry.\n"
	    "--b\nContent-Type: message/delivery-status\n\n"
	    "Reporting-MTA: dns; mx.example\n\n%s\n"
	    "--b\nContent-Type: text/rfc822-headers\n\n%s\n--b--\n",
	    to, status, returned);
}

#define FAILED \
	"Final-Recipient: rfc822; ann@x.example\nAction: failed\n" \
	"Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n"
#define DELAYED \
	"Final-Recipient: rfc822;bob@x.example\nAction: delayed\n" \
	"Status: 4.4.1 (no answer)\n"

static void
bounces_name_the_row(void **state)
{
	struct email_rig r;
	struct letter_in in;

	(void)state;
	email_rig_open(&r);
	email_rig_read(
	    &r, report_mail(&r, bounce_of(&r), FAILED, "Subject: x\n"), &in);
	assert_int_equal(in.kind, LETTER_BOUNCE);
	assert_true(in.bounce.row == 77 && in.bounce.failed);
	assert_text(in.bounce.recipient.address, "ann@x.example");
	assert_text(in.bounce.recipient.status, "5.1.1");
	assert_text(in.bounce.recipient.said, "550 5.1.1 no such user");
	assert_text(in.bounce.reason, "There is no such address.");
	email_rig_read(
	    &r, report_mail(&r, bounce_of(&r), DELAYED "\n" FAILED, ""), &in);
	assert_true(in.bounce.failed);
	assert_text(in.bounce.recipient.address, "ann@x.example");
	email_rig_read(&r, report_mail(&r, bounce_of(&r), DELAYED, ""), &in);
	assert_int_equal(in.kind, LETTER_BOUNCE);
	assert_false(in.bounce.failed);
	assert_text(in.bounce.recipient.status, "4.4.1");
	assert_int_equal(in.bounce.recipient.action, REPORT_DELAYED);
	email_rig_close(&r);
}

/* Without the token the id of our mail must be one that we gave, for the
 * recipient that it is about. */
static void
bounces_are_known_by_id(void **state)
{
	const struct stamp thread = {.role = STAMP_THREAD,
	    .id = 5,
	    .number = 78,
	    .address = STR("ann@x.example")};
	const struct stamp desk = {.role = STAMP_DESK, .id = 42, .number = 7};
	struct email_rig r;
	struct letter_in in;
	struct str id;

	(void)state;
	email_rig_open(&r);
	id = email_rig_id(&r, &thread);
	email_rig_read(&r,
	    report_mail(&r, "support@shop.example", FAILED,
		email_rig_text(&r, "Message-ID: <%s>", id.p).p),
	    &in);
	assert_int_equal(in.kind, LETTER_BOUNCE);
	assert_true(in.bounce.row == 78);
	assert_true(str_eq(in.bounce.id, id));
	id = email_rig_id(&r, &desk);
	email_rig_read(&r,
	    report_mail(&r, "support@shop.example", FAILED,
		email_rig_text(&r, "Message-ID: <%s>", id.p).p),
	    &in);
	assert_int_equal(in.kind, LETTER_BOUNCE);
	assert_true(in.bounce.row == 0);
	assert_true(str_eq(in.bounce.id, id));
	email_rig_read(&r,
	    report_mail(&r, "support@shop.example", FAILED,
		"Message-ID: <1@shop.example>"),
	    &in);
	assert_int_equal(in.kind, LETTER_MACHINE);
	assert_int_equal(in.rule, AUTOMATIC_REPORT);
	email_rig_close(&r);
}

/* A note that somebody is away comes to the same address as a bounce. */
static void
not_all_that_comes_back_is_a_bounce(void **state)
{
	struct email_rig r;
	struct letter_in in;

	(void)state;
	email_rig_open(&r);
	email_rig_read(&r,
	    email_rig_text(&r,
		"From: ann@x.example\nTo: %s\n"
		"Auto-Submitted: auto-replied\n\nAway.\n",
		bounce_of(&r)),
	    &in);
	assert_int_equal(in.kind, LETTER_MACHINE);
	email_rig_read(&r,
	    email_rig_text(&r,
		"From: MAILER-DAEMON@mx.example\nTo: %s\n"
		"X-Failed-Recipients: ann@x.example\n\nSorry\n",
		bounce_of(&r)),
	    &in);
	assert_int_equal(in.kind, LETTER_BOUNCE);
	assert_true(in.bounce.failed && in.bounce.row == 77);
	email_rig_read(&r,
	    email_rig_text(&r,
		"From: MAILER-DAEMON@mx.example\nTo: %s\n\n"
		"Hi. This is the qmail-send program at mx.\n",
		bounce_of(&r)),
	    &in);
	assert_int_equal(in.kind, LETTER_BOUNCE);
	assert_text(in.bounce.reason, "The mail could not be delivered.");
	email_rig_close(&r);
}

static const struct {
	const char *status, *words;
} reasons[] = {
    {"5.1.1", "There is no such address."},
    {"4.2.2", "The mailbox is full."},
    {"5.7.26", "The receiving mail server doubts who sent it (SPF, DKIM)."},
    {"5.7.2", "The receiving mail server refuses it, by its rules."},
    {"5.1.10", "The domain takes no mail."},
    {"5.1.100", "The address does not work."},
    {"5.0.0", "The mail could not be delivered."},
    {"", "The mail could not be delivered."},
    {"nonsense", "The mail could not be delivered."},
};

static void
reasons_are_words(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(reasons); i++)
		assert_text(report_reason(str_from(reasons[i].status)),
		    reasons[i].words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_rule_fits),
	    cmocka_unit_test(doubtful_answers_are_taken),
	    cmocka_unit_test(only_our_machines_say_so),
	    cmocka_unit_test(our_own_mails_are_known),
	    cmocka_unit_test(a_desk_that_is_away_answers_nothing),
	    cmocka_unit_test(bounces_name_the_row),
	    cmocka_unit_test(bounces_are_known_by_id),
	    cmocka_unit_test(not_all_that_comes_back_is_a_bounce),
	    cmocka_unit_test(reasons_are_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
