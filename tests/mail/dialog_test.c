/*
 * A session overheard: whatever the pieces in which it comes, and however
 * much is said at once, it means the same.
 */
#include "net/mail_dialog.h"
#include "tests/lib/cmocka.h"

#include <stdio.h>

static struct posting posting;
static struct posting_recipient to[3];
static struct dialog dialog;

static void
begin(unsigned recipients)
{
	memset(to, 0, sizeof(to));
	posting = (struct posting){.to = to, .to_count = recipients};
	dialog = (struct dialog){.posting = &posting};
	dialog_begin(&dialog);
}

/* "<" the server says it, ">" we do, "!" the text is handed over. Lines end
 * in "|"; pieces of n bytes. */
static void
play(const char *script, size_t n)
{
	char piece[64];
	size_t i, length = 0;
	char who = *script;

	for (i = 0; script[i] != '\0'; i++) {
		if (script[i] == '!') {
			dialog.handed = true;
			continue;
		}
		if (script[i] == '<' || script[i] == '>') {
			who = script[i];
			continue;
		}
		piece[length++] = script[i] == '|' ? '\n' : script[i];
		if (length < n && script[i + 1] != '<' &&
		    script[i + 1] != '>' && script[i + 1] != '!' &&
		    script[i + 1] != '\0')
			continue;
		(who == '<' ? dialog_heard : dialog_said)(
		    &dialog, (struct str){piece, length});
		length = 0;
	}
}

#define HELLO "<220 hi|>EHLO x|<250-x|250 STARTTLS|"
#define LOGIN ">AUTH PLAIN|<334 |>AGRl|<235 2.7.0 ok|"
#define RCPT ">RCPT TO:<a@b>|"

static const struct {
	const char *script;
	unsigned recipients;
	enum posting_end end, first, second;
	unsigned code;
	const char *why;
} rows[] = {
    {HELLO LOGIN ">MAIL FROM:|<250 ok|>RCPT a|DATA|<250 ok|354 go|!"
		 "<250 2.0.0 queued|",
	1, POSTING_SENT, POSTING_SENT, 0, 250, "queued"},
    {HELLO ">MAIL F|<250 ok|>RCPT a|RCPT b|DATA|<250 1|550 5.1.1 2|354 go|!"
	   "<250 ok|",
	2, POSTING_SENT, POSTING_SENT, POSTING_REFUSED, 250, "ok"},
    {HELLO ">MAIL F|<250 ok|>RCPT a|RCPT b|DATA|<451 4.1.1 1|550 2|354 go|>.|"
	   "<554 none|",
	2, POSTING_LATER, POSTING_LATER, POSTING_REFUSED, 451, "4.1.1"},
    /* A mail for nobody that is taken was taken for nobody. */
    {HELLO ">MAIL F|<250 ok|>RCPT a|DATA|<550 no|354 go|>.|<250 ok|", 1,
	POSTING_REFUSED, POSTING_REFUSED, 0, 550, "no"},
    {HELLO ">AUTH CRAM-MD5|<535 no|>AUTH PLAIN x|<235 ok|>MAIL F|<250 ok|"
	   ">RCPT a|<250 ok|>DATA|<354 go|!<250 ok|",
	1, POSTING_SENT, POSTING_SENT, 0, 250, "ok"},
    {HELLO ">AUTH PLAIN x|<535-5.7.8 wrong|535 5.7.8 user|>QUIT|<221 bye|", 1,
	POSTING_BLOCKED, POSTING_BLOCKED, 0, 535, "the login: 535 5.7.8"},
    {HELLO ">AUTH PLAIN x|<432 change it|", 1, POSTING_LATER, POSTING_LATER, 0,
	432, "change it"},
    {"<220 hi|>EHLO x|<502 what|>HELO x|<250 ok|>MAIL F|<250|>RCPT a|<250|"
     ">DATA|<354|!<250|",
	1, POSTING_SENT, POSTING_SENT, 0, 250, "250"},
    {HELLO ">MAIL F|<250 ok|>RCPT a|<250 ok|>DATA|<354 go|!<421 down|", 1,
	POSTING_LATER, POSTING_LATER, 0, 421, "down"},
    {HELLO ">MAIL F|<250 ok|>RCPT a|<250 ok|>DATA|<354 go|!<250-half|", 1,
	POSTING_CUT, POSTING_CUT, 0, 0, "may have been taken"},
    {HELLO ">MAIL F|<250 ok|>RCPT a|<250 ok|>DATA|<354 go|!", 1, POSTING_CUT,
	POSTING_CUT, 0, 0, "may have been taken"},
    {HELLO ">MAIL F|<250 ok|>RCPT a|<250 ok|>DATA|<354 go|", 1, POSTING_UNSENT,
	POSTING_UNSENT, 0, 0, "without an answer"},
    {HELLO ">MAIL F|<250 ok|>RCPT a|<250 ok|>DATA|<354 go|!<12|", 1,
	POSTING_CUT, POSTING_CUT, 0, 0, "no SMTP"},
    {HELLO "<421 4.4.2 idle|", 1, POSTING_LATER, POSTING_LATER, 0, 421, "idle"},
    {"<554 5.7.1 you are listed|", 1, POSTING_BLOCKED, POSTING_BLOCKED, 0, 554,
	"listed"},
    {HELLO ">MAIL F|<530 5.7.0 first|", 1, POSTING_BLOCKED, POSTING_BLOCKED, 0,
	530, "first"},
    {HELLO ">MAIL F|<552 5.3.4 big|", 1, POSTING_REFUSED, POSTING_REFUSED, 0,
	552, "big"},
    {"<2200 hi|", 1, POSTING_UNSENT, POSTING_UNSENT, 0, 0, "no SMTP"},
    {"", 1, POSTING_UNSENT, POSTING_UNSENT, 0, 0, "trouble"},
};

static void
check(size_t row, size_t piece)
{
	begin(rows[row].recipients);
	play(rows[row].script, piece);
	dialog_judge(&dialog, rows[row].script[0] == '\0' ? "trouble" : "");
	if (posting.end != rows[row].end || to[0].end != rows[row].first ||
	    (rows[row].recipients > 1 && to[1].end != rows[row].second) ||
	    posting.reply.code != rows[row].code ||
	    strstr(posting.why, rows[row].why) == NULL)
		fail_msg("row %zu in pieces of %zu: %s (%s, %s) %u: %s", row,
		    piece, posting_end_name(posting.end),
		    posting_end_name(to[0].end), posting_end_name(to[1].end),
		    posting.reply.code, posting.why);
}

static void
means_the_same_in_any_pieces(void **state)
{
	size_t row, piece;

	(void)state;
	for (row = 0; row < ARRAY_LEN(rows); row++)
		for (piece = 1; piece <= 64; piece++)
			check(row, piece);
}

static void
hears_what_came_too_early(void **state)
{
	(void)state;
	begin(1);
	dialog_heard(&dialog, STR("220 hi\r\n"));
	dialog_said(&dialog, STR("EHLO x\r\n"));
	dialog_heard(
	    &dialog, STR("250-x\r\n250-AUTH=PLAIN\r\n250 STARTTLS\r\n"));
	assert_true(dialog.login_offered);
	dialog_said(&dialog, STR("STARTTLS\r\n"));
	dialog_heard(&dialog, STR("220 go\r\n"));
	assert_false(dialog.injected);
	begin(1);
	dialog_heard(&dialog, STR("220 hi\r\n"));
	dialog_said(&dialog, STR("STARTTLS\r\n"));
	dialog_heard(&dialog, STR("220 go\r\n250 x\r\n"));
	assert_true(dialog.injected);
	/* The next address begins anew. */
	dialog_begin(&dialog);
	assert_false(dialog.injected);
	assert_false(dialog.login_offered);
}

/* Nothing it is told has no end. */
static void
keeps_within_its_room(void **state)
{
	static char flood[20000];
	unsigned i;

	(void)state;
	begin(1);
	memset(flood, 'x', sizeof(flood));
	memcpy(flood, "250-", 4);
	dialog_heard(&dialog, (struct str){flood, sizeof(flood)});
	dialog_heard(&dialog, STR("\r\n220 hi\r\n"));
	assert_int_equal(dialog.replies[VERB_GREETING].code, 220);
	assert_int_equal(
	    strlen(dialog.replies[VERB_GREETING].words), MAIL_WORDS_MAX);
	for (i = 0; i < 1000; i++)
		dialog_said(&dialog, STR("RCPT TO:<a@b>\r\n"));
	assert_true(dialog.garbled);
	dialog_said(&dialog, (struct str){flood, sizeof(flood)});
	for (i = 0; i < 1000; i++)
		dialog_heard(&dialog, STR("250 5.1.1 ok\r\n"));
	assert_true(dialog.rcpt_next <= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(means_the_same_in_any_pieces),
	    cmocka_unit_test(hears_what_came_too_early),
	    cmocka_unit_test(keeps_within_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
