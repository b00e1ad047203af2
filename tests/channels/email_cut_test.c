/*
 * email_cut: what of a reply is new. The mails are in replies.txt: how many
 * programs write them, in many languages, and what a person said in each.
 */
#include "channels/email/cut.h"
#include "channels/email/letter.h"
#include "channels/email/lex.h"
#include "tests/channels/email_rig.h"

#define MARK "==== "

/* Up to the next line that begins with MARK. */
static struct str
take_block(struct str *rest)
{
	struct str all = *rest;

	while (rest->n > 0 && !lex_begins(*rest, STR(MARK)))
		(void)lex_line(rest);
	return lex_upto(all, all.n - rest->n);
}

static struct str
said_in(struct email_rig *r, struct str mail)
{
	struct letter_in in;

	email_rig_read(r, mail, &in);
	return in.reply.said;
}

static bool
is_right(struct email_rig *r, struct str name, struct str mail, struct str says)
{
	struct str got = said_in(r, mail), want = lex_trim(says);

	if (str_eq(got, want))
		return true;
	print_error("%.*s\n--- got\n%.*s\n--- want\n%.*s\n---\n", STR_FMT(name),
	    STR_FMT(got), STR_FMT(want));
	return false;
}

static void
replies_are_cut(void **state)
{
	struct email_rig r;
	struct str rest, name, mail, says;
	unsigned n = 0, wrong = 0;

	(void)state;
	email_rig_open(&r);
	rest = email_rig_file(&r, "replies.txt");
	while (rest.n > 0) {
		name = lex_from(lex_line(&rest), sizeof(MARK) - 1);
		mail = take_block(&rest);
		(void)lex_line(&rest);
		says = take_block(&rest);
		wrong += !is_right(&r, name, mail, says);
		n++;
	}
	assert_int_equal(wrong, 0);
	assert_true(n >= 40);
	email_rig_close(&r);
}

/* A mail program that quotes itself again and again. */
static struct str
history(struct email_rig *r, unsigned turns)
{
	struct buf b = {0};
	struct str s;
	unsigned i, k;

	buf_str(&b, "The newest.\n\n");
	for (i = 1; i <= turns; i++) {
		for (k = 1; k < i; k++)
			buf_char(&b, '>');
		buf_str(&b, i > 1 ? " On 2026-11-21 10:00, Shop wrote:\n"
				  : "On 2026-11-21 10:00, Shop wrote:\n");
		for (k = 0; k < i; k++)
			buf_char(&b, '>');
		buf_addf(&b, " turn %u\n", i);
	}
	s = arena_copy(&r->arena, buf_view(&b));
	buf_free(&b);
	return s;
}

static void
history_goes(void **state)
{
	struct email_rig r;
	struct cut cut;

	(void)state;
	email_rig_open(&r);
	assert_int_equal(cut_reply(history(&r, 50), &r.arena, &cut), OK);
	assert_text(cut.said, "The newest.");
	assert_int_equal(cut.rule, CUT_WROTE);
	assert_false(cut.unstripped);
	email_rig_close(&r);
}

static const struct {
	const char *text;
	enum cut_rule rule;
	bool unstripped;
	const char *said;
} rules[] = {
    {"", CUT_NOTHING, false, ""},
    {"\n\n", CUT_NOTHING, false, ""},
    {"  indented\nstays\n", CUT_NOTHING, false, "  indented\nstays"},
    {"Yes\n--- Please reply above this line ---\nno", CUT_MARKER, false, "Yes"},
    {"Yes\n-----Original Message-----\nno", CUT_OLD_MAIL, false, "Yes"},
    {"Yes\n> no\n", CUT_QUOTE, false, "Yes"},
    {"Yes\n-- \nno\n", CUT_SIGNATURE, false, "Yes"},
    {"> all\n> of it\n", CUT_QUOTE, true, "> all\n> of it"},
    {"-- \nall of it\n", CUT_SIGNATURE, true, "-- \nall of it"},
};

static void
rules_have_names(void **state)
{
	struct arena a = {0};
	struct cut cut;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rules); i++) {
		assert_int_equal(
		    cut_reply(str_from(rules[i].text), &a, &cut), OK);
		assert_text(cut.said, rules[i].said);
		assert_int_equal(cut.rule, rules[i].rule);
		assert_int_equal(cut.unstripped, rules[i].unstripped);
		assert_true(strlen(cut_rule_name(cut.rule)) > 0);
	}
	arena_free(&a);
}

/* ---- below our marker ----------------------------------------------------- */

#define OURS \
	"Ann needs an answer from a person\n\nSummary\n- Where is my " \
	"order?\n\n" \
	"Customer\nName: Ann\n\nNotes of colleagues\n- She is a bit " \
	"difficult " \
	"and always wants a discount, so say no\n\nConversation\nAnn:\n" \
	"  Where is my order 4711, and do you have the bike in blue?\n\n" \
	"Open the conversation: https://chat.example/console#/42\n"
#define MARKER "> " LETTER_MARKER "\n>\n"
#define WROTE "On 21 Nov 2026 11:00, Shop wrote:\n"

static const struct {
	const char *text, *said;
} below[] = {
    /* under all of it */
    {WROTE MARKER "> Ann needs an answer from a person\n"
		  "> Where is my order?\n\nIt was sent today.\n\nYes, in "
		  "blue.\n\n-- \nRobin\nShop\n",
	"It was sent today.\n\nYes, in blue."},
    /* between the lines */
    {WROTE MARKER ">   Where is my order 4711, and do you\n"
		  "It was sent today.\n>   have the bike in blue?\nYes.\n"
		  "> Open the conversation: https://chat.example/console#/42\n",
	"It was sent today.\nYes."},
    /* what their program broke in two is still ours */
    {WROTE MARKER "> - She is a bit difficult and always wants a discount, "
		  "so\nsay no\n>\n\nNo.\n",
	"No."},
    {WROTE MARKER "> - She is a bit difficult and always wants\na discount, "
		  "so\nsay no\n\nNo.\n",
	"No."},
    /* a line that lost its sign */
    {WROTE MARKER "> Notes of colleagues\n\n- She is a bit difficult and "
		  "always wants a discount, so say no\n\nNo.\n",
	"No."},
    /* where the marker is not quoted, all may be ours */
    {WROTE MARKER "> x\n\nYes.\n" LETTER_MARKER "\n\nNo.\n", "Yes."},
    {LETTER_MARKER "\n\nAnn needs an answer\n\nSay no.\n", ""},
    {"-----Original Message-----\nFrom: Shop\nSent: today\nTo: Anna\n"
     "Subject: Ann\n\n" LETTER_MARKER "\n\nSay no.\n",
	""},
    /* nothing new */
    {WROTE MARKER "> x\n", ""},
    {WROTE MARKER "> x\n\n-- \nRobin\n", ""},
    {WROTE MARKER "> x\n\nSent from my iPhone\n", ""},
};

static void
answers_below_are_found(void **state)
{
	struct arena a = {0};
	struct cut cut;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(below); i++) {
		struct str text = str_from(below[i].text);

		assert_int_equal(cut_strictly(text, &a, &cut), OK);
		assert_text(cut.said, "");
		assert_int_equal(cut_below(text, STR(OURS), &a, &cut), OK);
		assert_text(cut.said, below[i].said);
		assert_false(cut.unstripped);
	}
	arena_free(&a);
}

/* Our mail is not there any more. */
static void
below_what_nobody_knows(void **state)
{
	struct arena a = {0};
	struct cut cut;

	(void)state;
	assert_int_equal(
	    cut_below(STR(WROTE MARKER "> - She is a bit difficult and always "
				       "wants a discount, so\nsay no\n>\n> "
				       "Short\nYes.\n\nAnd no.\n"),
		STR(""), &a, &cut),
	    OK);
	assert_text(cut.said, "Yes.\n\nAnd no.");
	/* It is, and had no word in it. */
	assert_int_equal(
	    cut_below(STR(WROTE MARKER "> - Always wants a discount,\nso say "
				       "no\n>\nYes.\n"),
		STR("\x01--"), &a, &cut),
	    OK);
	assert_text(cut.said, "so say no\nYes.");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replies_are_cut),
	    cmocka_unit_test(history_goes),
	    cmocka_unit_test(rules_have_names),
	    cmocka_unit_test(answers_below_are_found),
	    cmocka_unit_test(below_what_nobody_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
