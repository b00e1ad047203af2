/*
 * email_escalation: the mails to people, as they are read, and answered.
 */
#include "channels/email/escalation.h"
#include "channels/email/escalation_inner.h"
#include "channels/email/lex.h"
#include "tests/channels/email_rig.h"

#include <stdlib.h>

static const struct company_desk people[] = {
    {STR("anna@desk.example"), STR("Anna")},
    {STR("bob@desk.example"), STR("Bob M\xc3\xbcller")}};
static const struct str summary[] = {
    STR("Wants money back for order 123."), STR("Is annoyed.")};
static const struct str tried[] = {STR("Answered from the list of questions.")};
static const struct escalation_line lines[] = {
    {.at = RIG_NOW - 60000,
	.who = STR("Ann"),
	.text = STR("Where is <b>my</b> order?\nhttps://evil.example/\"x"),
	.customer = true},
    {.at = RIG_NOW - 50000,
	.who = STR("Ann"),
	.text = STR("Please."),
	.customer = true},
    {.at = RIG_NOW - 40000,
	.who = STR("Assistant"),
	.text = STR("I do not know.")}};
static const struct str notes[] = {STR("Sam: A regular.")};

static const struct zone *
berlin(void)
{
	static struct zone zone;

	assert_true(zone_find(STR("Europe/Berlin"), &zone));
	return &zone;
}

static struct escalation
example(void)
{
	return (struct escalation){.company = STR("Sh\xc3\xb6p"),
	    .conversation = 42,
	    .number = 7,
	    .whole = true,
	    .to = people,
	    .to_count = ARRAY_LEN(people),
	    .customer_name = STR("Ann Smith"),
	    .customer_email = STR("ann@x.example"),
	    .customer_phone = STR("+15550001"),
	    .channel = STR("WhatsApp"),
	    .team = STR("Repairs"),
	    .topic = STR("Wants money back for order 123."),
	    .notes = notes,
	    .note_count = ARRAY_LEN(notes),
	    .numbers = STR("123, 456"),
	    .zone = berlin(),
	    .zone_name = STR("Europe/Berlin"),
	    .why = STR("The customer asked for a person."),
	    .summary = summary,
	    .summary_count = ARRAY_LEN(summary),
	    .tried = tried,
	    .tried_count = ARRAY_LEN(tried),
	    .transcript = lines,
	    .transcript_count = ARRAY_LEN(lines),
	    .link = STR("https://chat.example/console#/42"),
	    .now = RIG_NOW};
}

struct made {
	struct mail_payload payload;
	struct mail_made mail;
	struct mime mime;
	struct str text, html;
};

static void
read_parts(struct email_rig *r, struct made *m)
{
	struct mime_part *p = NULL;
	struct str *out;

	assert_int_equal(mime_read(m->mail.text, &r->arena, &m->mime), OK);
	assert_int_equal(m->mime.odd, 0);
	while ((p = mime_next(&m->mime, p)) != NULL) {
		if (p->child != NULL)
			continue;
		out = str_eq(p->type, STR("text/html")) ? &m->html : &m->text;
		assert_int_equal(mime_bytes(&m->mime, p, out), OK);
	}
}

static void
make(struct email_rig *r, const struct payload *p, struct made *m)
{
	*m = (struct made){.text = STR("")};
	assert_int_equal(
	    mail_payload_read(p->text, &r->arena, &m->payload), OK);
	m->mail = email_rig_make(r, &m->payload);
	read_parts(r, m);
}

static void
escalated(struct email_rig *r, const struct escalation *e, struct made *m,
    unsigned which)
{
	struct faults faults = {0};
	struct payloads out;

	assert_int_equal(escalation_write(e, &r->arena, &out, &faults), OK);
	assert_int_equal(out.count, e->to_count);
	assert_true(str_eq(out.list[which].recipient, e->to[which].address));
	make(r, &out.list[which], m);
}

static void
has(struct str text, const char *words)
{
	if (!email_rig_has(text, words))
		fail_msg("there is no \"%s\" in\n%.*s", words, STR_FMT(text));
}

static struct str
field(struct made *m, const char *name)
{
	return mime_field_text(&m->mime, m->mime.root, name);
}

/* ---- what it says ------------------------------------------------------- */

static void
all_that_is_known_is_there(void **state)
{
	static const char *const words[] = {"asked for a person",
	    "Wants money back", "Is annoyed", "Ann Smith", "ann@x.example",
	    "WhatsApp, +15550001", "I do not know.", "A regular.", "123, 456",
	    "#42, Repairs", "https://chat.example/console#/42",
	    "Sat 21 Nov 2026, 11:00", "Conversation (times: Europe/Berlin)",
	    "10:59"};
	struct email_rig r;
	struct escalation e = example();
	struct made m;
	size_t i;

	(void)state;
	email_rig_open(&r);
	escalated(&r, &e, &m, 0);
	for (i = 0; i < ARRAY_LEN(words); i++) {
		has(m.text, words[i]);
		has(m.html, words[i]);
	}
	assert_true(lex_begins(m.text, STR(LETTER_MARKER "\r\n")));
	has(m.text, "Where is <b>my</b> order?");
	has(m.html, "Where is &lt;b&gt;my&lt;/b&gt; order?<br>");
	has(m.html, "https://evil.example/&quot;x");
	assert_false(email_rig_has(m.html, "href=\"https://evil"));
	assert_false(email_rig_has(m.html, "src="));
	assert_false(email_rig_has(m.html, "background"));
	email_rig_close(&r);
}

static void
the_header_makes_a_thread(void **state)
{
	static const uint64_t earlier[] = {7, 12};
	struct email_rig r;
	struct escalation e = example();
	struct made one, two;
	struct str first, references;

	(void)state;
	email_rig_open(&r);
	escalated(&r, &e, &one, 0);
	first = field(&one, "Message-ID");
	assert_text(field(&one, "Subject"),
	    "Ann Smith: Wants money back for order 123. (#42)");
	assert_text(field(&one, "Auto-Submitted"), "auto-generated");
	assert_text(field(&one, "X-Frontdesk-Row"), "77");
	assert_null(field(&one, "In-Reply-To").p);
	assert_null(field(&one, "References").p);
	has(field(&one, "To"), "bob@desk.example"); /* all see all */
	e.number = 15;
	e.earlier = earlier;
	e.earlier_count = 2;
	e.whole = false;
	escalated(&r, &e, &two, 1);
	references = field(&two, "References");
	assert_true(lex_begins(references, first));
	assert_true(lex_ends(references, field(&two, "In-Reply-To")));
	assert_false(str_eq(first, field(&two, "In-Reply-To")));
	assert_text(field(&two, "Subject"),
	    "Ann Smith: Wants money back for order 123. (#42)");
	has(two.text, "Ann Smith wrote again");
	assert_false(email_rig_has(two.text, "Wants money back"));
	email_rig_close(&r);
}

/* Both recipients' copies are one mail, but each has a bounce of its own. */
static void
each_gets_a_copy(void **state)
{
	struct email_rig r;
	struct escalation e = example();
	struct made one, two;

	(void)state;
	email_rig_open(&r);
	escalated(&r, &e, &one, 0);
	escalated(&r, &e, &two, 1);
	assert_true(str_eq(one.mail.id, two.mail.id));
	assert_text(one.payload.recipient, "anna@desk.example");
	assert_text(two.payload.recipient, "bob@desk.example");
	assert_true(lex_begins(one.mail.envelope_from, STR("support+")));
	email_rig_close(&r);
}

static void
an_answer_finds_its_way_back(void **state)
{
	struct email_rig r;
	struct escalation e = example();
	struct letter_in in;
	struct made m;

	(void)state;
	email_rig_open(&r);
	escalated(&r, &e, &m, 0);
	email_rig_read(&r,
	    email_rig_text(&r,
		RIG_PROVEN
		"From: Anna <anna@desk.example>\nTo: %s\nSubject: Re: x\n"
		"In-Reply-To: %s\n\nIt was sent today.\n\n"
		"On 21 Nov 2026 11:00, Shop wrote:\n> " LETTER_MARKER "\n> x\n",
		field(&m, "Reply-To").p, field(&m, "Message-ID").p),
	    &in);
	assert_int_equal(in.kind, LETTER_ANSWER);
	assert_string_equal(in.how, "token");
	assert_true(in.conversation == 42);
	assert_text(in.desk->name, "Anna");
	assert_text(in.reply.said, "It was sent today.");
	email_rig_read(&r,
	    email_rig_text(&r,
		RIG_PROVEN "From: bob@desk.example\n"
			   "To: support@shop.example\n"
			   "References: %s\n\nYes.\n",
		field(&m, "Message-ID").p),
	    &in);
	assert_int_equal(in.kind, LETTER_ANSWER);
	assert_true(in.conversation == 42 && in.number == 7);
	email_rig_close(&r);
}

/* ---- bounds ------------------------------------------------------------- */

static void
long_transcripts_keep_the_newest(void **state)
{
	struct email_rig r;
	struct escalation e = example();
	struct escalation_line *many;
	struct made m;
	size_t i;

	(void)state;
	email_rig_open(&r);
	many = arena_alloc(&r.arena, 300 * sizeof(*many));
	for (i = 0; i < 300; i++)
		many[i] = (struct escalation_line){.at = RIG_NOW,
		    .who = STR("Ann"),
		    .text = arena_printf(&r.arena, "line %zu.", i),
		    .customer = true};
	e.transcript = many;
	e.transcript_count = 300;
	escalated(&r, &e, &m, 0);
	has(m.text, "(200 earlier messages are not shown here.)");
	has(m.text, "line 299.");
	has(m.text, "line 200.");
	has(m.text, "What the assistant tried\r\n- Answered from the list");
	assert_false(email_rig_has(m.text, "line 199."));
	for (i = 0; i < 300; i++) {
		char *p = arena_alloc(&r.arena, 10001);

		memset(p, 'a', 10000);
		many[i].text = (struct str){p, 10000};
	}
	escalated(&r, &e, &m, 0);
	assert_true(m.text.n < 2 * ESCALATION_BYTES_MAX);
	has(m.text, "a \xe2\x80\xa6");
	email_rig_close(&r);
}

/* What had ended stands apart; one message needs no summary. */
static void
what_was_before_stands_apart(void **state)
{
	struct escalation_line two[] = {
	    {.at = RIG_NOW - INT64_C(400) * 24 * 3600 * 1000,
		.who = STR("Ann"),
		.text = STR("Long ago."),
		.customer = true,
		.before = true},
	    {.at = RIG_NOW - 24 * 3600 * 1000,
		.who = STR("Ann"),
		.text = STR("Yesterday."),
		.customer = true}};
	struct email_rig r;
	struct escalation e = example();
	struct made m;

	(void)state;
	email_rig_open(&r);
	e.zone = NULL;
	e.transcript = two;
	e.transcript_count = 2;
	escalated(&r, &e, &m, 0);
	has(m.text, "Some time before (times: UTC)\r\nAnn, Fri 17 Oct 2025, "
		    "10:00:\r\n  Long ago.");
	has(m.text, "Conversation\r\nAnn, Fri 20 Nov, 10:00:\r\n  Yesterday.");
	assert_false(email_rig_has(m.text, "Summary"));
	e.transcript_count = 1;
	escalated(&r, &e, &m, 0);
	has(m.text, "Long ago.");
	email_rig_close(&r);
}

static void
files_are_named(void **state)
{
	static const struct escalation_file files[] = {
	    {.name = STR("<b>.png"),
		.type = STR("image/png"),
		.size = 240000,
		.attached = true},
	    {.name = STR("film.mp4"),
		.type = STR("video/mp4"),
		.size = 7300000,
		.url = STR("https://chat.example/v1/files/0?a=1&b=2")},
	    {.name = STR("a.zip"),
		.type = STR("application/zip"),
		.missing = STR("it is of a kind that is not kept")}};
	const struct escalation_line line = {.at = RIG_NOW,
	    .who = STR("Ann"),
	    .customer = true,
	    .files = files,
	    .file_count = ARRAY_LEN(files)};
	struct email_rig r;
	struct escalation e = example();
	struct made m;

	(void)state;
	email_rig_open(&r);
	e.whole = false;
	e.transcript = &line;
	e.transcript_count = 1;
	escalated(&r, &e, &m, 0);
	has(m.text, "  [Picture: <b>.png, 240 kB, attached]\r\n"
		    "  [Film: film.mp4, 7.3 MB]\r\n"
		    "  https://chat.example/v1/files/0?a=1&b=2\r\n"
		    "  [File: a.zip (it is of a kind that is not kept)]\r\n");
	has(m.html, "Picture: &lt;b&gt;.png, 240 kB, attached");
	has(m.html,
	    "href=\"https://chat.example/v1/files/0?a=1&amp;b=2\">Film");
	email_rig_close(&r);
}

/* A file that is attached is read when the mail is made; one that is gone is
 * named. */
static enum err
read_stored(const struct job *job, struct str hash, size_t most,
    struct str *out, struct arena *a)
{
	(void)a;
	assert_true(most >= 5);
	assert_ptr_equal(job->read_arg, job);
	if (str_eq(hash, STR("gone")))
		return E_NOTFOUND;
	*out = STR("bytes");
	return OK;
}

static void
files_are_attached(void **state)
{
	static const struct mail_file files[] = {{.name = STR("a.png"),
						     .type = STR("image/png"),
						     .hash = STR("here")},
	    {.name = STR("b.png"),
		.type = STR("image/png"),
		.hash = STR("gone")}};
	struct email_rig r;
	struct escalation e = example();
	struct faults faults = {0};
	struct payloads out;
	struct mail_payload p;
	struct mail_made made;
	struct job job = {.read_file = read_stored};
	struct mail_of of = {.row = 77, .at = RIG_NOW, .job = &job};

	(void)state;
	email_rig_open(&r);
	job.read_arg = &job;
	of.account = &r.account;
	e.files = files;
	e.file_count = ARRAY_LEN(files);
	assert_int_equal(escalation_write(&e, &r.arena, &out, &faults), OK);
	assert_int_equal(mail_payload_read(out.list[0].text, &r.arena, &p), OK);
	assert_int_equal(mail_make(&p, &of, &r.arena, &faults, &made), OK);
	has(made.text, "Content-Disposition: attachment;");
	has(made.text, "\r\n\r\nYnl0ZXM=");
	has(made.text, "b.png: (it is not kept any more)");
	has(made.text, "filename=\"a.png\"");
	assert_false(email_rig_has(made.text, "filename=\"b.png"));
	email_rig_close(&r);
}

/* In the subject stands what others wrote: one line, and not too long. */
static void
topics_do_no_harm(void **state)
{
	static const struct {
		struct str topic;
		const char *subject;
	} all[] = {
	    {STR("a\r\nBcc: x@y"), "Ann Smith: a Bcc: x@y (#42)"},
	    {STR("  a \t b  "), "Ann Smith: a b (#42)"},
	    {STR("\xe2\x80\xae"
		 "a\xe2\x80\x8b"
		 "b"),
		"Ann Smith: ab (#42)"},
	    {STR("\xff"), "Ann Smith needs an answer (#42)"},
	    {STR("\n"), "Ann Smith needs an answer (#42)"},
	    {STR("one two three four five six seven eight nine ten eleven "
		 "twelve thirteen"),
		"Ann Smith: one two three four five six seven eight nine ten "
		"eleven twelve... (#42)"},
	};
	struct email_rig r;
	struct escalation e = example();
	struct made m;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(all); i++) {
		e.topic = all[i].topic;
		escalated(&r, &e, &m, 0);
		assert_text(field(&m, "Subject"), all[i].subject);
		assert_null(field(&m, "Bcc").p);
	}
	email_rig_close(&r);
}

/* Whatever customers call themselves, the mail goes out. */
static void
names_do_no_harm(void **state)
{
	static const struct str names[] = {STR(""), STR("\r\nBcc: x@y"),
	    STR("a\nb"), STR("\xff"), STR("<script>"), STR("=?UTF-8?Q?x?="),
	    STR("\"Boss\" <boss@shop.example>")};
	struct email_rig r;
	struct escalation e = example();
	struct made m;
	size_t i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < ARRAY_LEN(names); i++) {
		e.customer_name = names[i];
		escalated(&r, &e, &m, 0);
		assert_null(field(&m, "Bcc").p);
		assert_false(email_rig_has(m.html, "<script>"));
		assert_true(lex_ends(field(&m, "Subject"), STR("(#42)")));
	}
	email_rig_close(&r);
}

static void
wrong_recipients_are_named(void **state)
{
	const struct company_desk bad[] = {
	    {STR("anna@desk.example"), STR("Anna")},
	    {STR("eve@evil.example\r\nBcc: x@y"), STR("Eve")}};
	const struct answer_mail answer = {
	    .to = {STR("Ann"), STR("ann@x.example\r\nBcc: x@y")},
	    .text = STR("Yes.")};
	struct email_rig r;
	struct escalation e = example();
	struct faults faults = {0};
	struct payloads out;
	struct payload one;

	(void)state;
	email_rig_open(&r);
	e.to = bad;
	assert_int_equal(
	    escalation_write(&e, &r.arena, &out, &faults), E_BADINPUT);
	assert_text(faults.list[0].where, "to[1].address");
	e.to_count = 0;
	assert_int_equal(
	    escalation_write(&e, &r.arena, &out, &faults), E_BADINPUT);
	assert_int_equal(
	    answer_mail_write(&answer, &r.arena, &one, &faults), E_BADINPUT);
	assert_text(faults.list[2].where, "to.address");
	faults_free(&faults);
	email_rig_close(&r);
}

/* ---- to a customer who left --------------------------------------------- */

static void
a_customer_who_left_is_answered(void **state)
{
	struct email_rig r;
	const struct company_texts texts = {
	    .mail_subject = STR("{company}\r\nschreibt"),
	    .mail_you = STR("Ihre Worte"),
	    .mail_where = STR("im Chat"),
	    .mail_why = STR("Sie k\xc3\xb6nnen hier <antworten>.")};
	const struct answer_mail a = {.company = STR("Sh\xc3\xb6p"),
	    .texts = &texts,
	    .conversation = 43,
	    .number = 9,
	    .to = {STR("Ann"), STR("Ann@x.example")},
	    .by = STR("Anna"),
	    .text = STR("It **was** sent.\n\nSee [here](https://shop.example)"),
	    .question = STR("Where is it?"),
	    .now = RIG_NOW};
	struct faults faults = {0};
	struct payload payload;
	struct letter_in in;
	struct made m;

	(void)state;
	email_rig_open(&r);
	assert_int_equal(
	    answer_mail_write(&a, &r.arena, &payload, &faults), OK);
	make(&r, &payload, &m);
	has(m.text, "It was sent.\r\n\r\nSee here (https://shop.example)");
	has(m.html, "It <b>was</b> sent.");
	has(m.html, "here</a> (shop.example)");
	has(m.text, "Ihre Worte, im Chat:\r\n  Where is it?");
	has(m.html, "hier &lt;antworten&gt;.");
	has(field(&m, "Subject"), "Sh\xc3\xb6p schreibt (#43)");
	has(field(&m, "From"), "Anna (Sh\xc3\xb6p)");
	assert_null(field(&m, "Auto-Submitted").p);
	email_rig_read(&r,
	    email_rig_text(&r, "From: ann@X.example\nTo: %s\n\nThank you!\n",
		field(&m, "Reply-To").p),
	    &in);
	assert_int_equal(in.kind, LETTER_CUSTOMER);
	assert_true(in.conversation == 43);
	email_rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_that_is_known_is_there),
	    cmocka_unit_test(the_header_makes_a_thread),
	    cmocka_unit_test(each_gets_a_copy),
	    cmocka_unit_test(an_answer_finds_its_way_back),
	    cmocka_unit_test(long_transcripts_keep_the_newest),
	    cmocka_unit_test(what_was_before_stands_apart),
	    cmocka_unit_test(files_are_named),
	    cmocka_unit_test(files_are_attached),
	    cmocka_unit_test(topics_do_no_harm),
	    cmocka_unit_test(names_do_no_harm),
	    cmocka_unit_test(wrong_recipients_are_named),
	    cmocka_unit_test(a_customer_who_left_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
