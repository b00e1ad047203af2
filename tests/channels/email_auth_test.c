/*
 * email_auth: what the receiving server says of a mail (RFC 8601), however it
 * writes it, and whatever the sender has put into its words.
 */
#include "tests/channels/email_rig.h"

#define HEAD "Subject: Hello\nTo: "
#define ANN "From: ann@x.example\n"
#define ANNA "From: anna@desk.example\n"

static struct email_rig rig;

static int
set_up(void **state)
{
	(void)state;
	email_rig_open(&rig);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	email_rig_close(&rig);
	return 0;
}

/* dmarc: what it must have found; NULL: that does not matter. */
static struct letter_in
judged(const char *fields, const char *from, const char *dmarc)
{
	const struct stamp desk = {.role = STAMP_DESK,
	    .id = 42,
	    .number = 7,
	    .expires_s = RIG_NOW / 1000 + 3600};
	struct letter_in in;

	email_rig_read(&rig,
	    email_rig_text(&rig, "%s%s" HEAD "%s\n\nYes\n", fields, from,
		strcmp(from, ANN) == 0 ? "support@shop.example"
				       : email_rig_token(&rig, &desk).p),
	    &in);
	if (dmarc != NULL && strcmp(in.dmarc, dmarc) != 0)
		fail_msg("\"%s\": %s", in.dmarc, fields);
	return in;
}

static void
is(const struct letter_in *in, const char *refused, enum letter_kind otherwise)
{
	if (refused == NULL)
		assert_null(in->refused);
	else
		assert_string_equal(in->refused, refused);
	assert_int_equal(
	    in->kind, refused == NULL ? otherwise : LETTER_REFUSED);
}

#define AR "Authentication-Results: "
#define US AR "mx.shop.example"

/* The word that it is refused with; NULL: it is not. */
static const struct {
	const char *fields, *dmarc, *refused;
} results[] = {
    {US "; dmarc=pass\n", "pass", NULL},
    {US ";\n spf=pass smtp.mailfrom=x;\n"
	" dmarc = fail (p=REJECT) header.from=desk.example\n",
	"fail", "dmarc"},
    {US " 1; dkim=none; dmarc=none\n", "none", NULL},
    {AR "MX.shop.example; dmarc=FAIL\n", "fail", "dmarc"},
    {US "; dmarc=quarantine\n", "quarantine", "dmarc"},
    /* Nothing is said, or nothing that is a result. */
    {"", "", "dmarc_missing"},
    {US "; none\n", "", "dmarc_missing"},
    {US "; spf=pass; dkim=pass header.d=desk.example\n", "", "dmarc_missing"},
    {US "; dmarc=surprise\n", "permerror", "dmarc_missing"},
    {US "; dmarc=temperror\n", "temperror", "dmarc_missing"},
    {US "; dmarc=\n", "permerror", "dmarc_missing"},
    {US "; dmarc=; dmarc=fail\n", "fail", "dmarc"},
    {US "; dmarc=\"pass\"\n", "permerror", "dmarc_missing"},
    {US "; dmarc=pass@evil.example\n", "permerror", "dmarc_missing"},
    {US "; dmarc=passed\n", "permerror", "dmarc_missing"},
    {US "; xdmarc=pass\n", "", "dmarc_missing"},
    {US "; dmarc pass\n", "", "dmarc_missing"},
    {US "; dmarc\n", "", "dmarc_missing"},
    {US " dmarc=pass\n", "", "dmarc_missing"},
    {US ".evil.example; dmarc=pass\n", "", "dmarc_missing"},
    {AR "; dmarc=pass\n", "", "dmarc_missing"},
    /* Our server writes as the grammar lets it. */
    {US "\t1; dmarc=fail\n", "fail", "dmarc"},
    {US " (a (nested) \\) one); dmarc=fail\n", "fail", "dmarc"},
    {AR "(c) \"mx.sh\\op.example\" 1; dmarc=fail\n", "fail", "dmarc"},
    {US "; dmarc (p=reject) = (x) fail\n", "fail", "dmarc"},
    {US "; dmarc/1 =\n\tfail reason=\"a;b\"\n", "fail", "dmarc"},
    {US "; dkim=pass reason=\"good\"; DMARC=Pass(p=none)\n", "pass", NULL},
    /* Of many the worst. */
    {US "; dkim=none\n" US "; dmarc=fail\n", "fail", "dmarc"},
    {US "; dmarc=fail\n" US "; dmarc=pass\n", "fail", "dmarc"},
    {US "; dmarc=pass; dmarc=fail\n", "fail", "dmarc"},
    {US "; dmarc=pass\n" US "; dmarc=temperror\n", "temperror",
	"dmarc_missing"},
    /* Words of the sender, which our server passes on. */
    {US "; spf=pass smtp.mailfrom=\"x; dmarc=pass; y\"@evil.example;"
	" dmarc=fail\n",
	"fail", "dmarc"},
    {US "; spf=pass (sender \"x;dmarc=pass;\"@evil.example is fine);"
	" dmarc=fail\n",
	"fail", "dmarc"},
    {US "; spf=pass smtp.mailfrom=\"x; dmarc=pass\"@evil.example\n", "",
	"dmarc_missing"},
    {US "; spf=pass (x; dmarc=pass) smtp.mailfrom=evil.example\n", "",
	"dmarc_missing"},
    {US "; spf=pass smtp.mailfrom=\"x@evil.example; dmarc=fail\n", "permerror",
	"dmarc_missing"},
    {US "; dmarc=pass (x@evil.example; dmarc=fail\n", "permerror",
	"dmarc_missing"},
    /* Others write such fields, too. */
    {AR "mx.evil.example; dmarc=pass\n", "", "dmarc_missing"},
    {AR "mx.evil.example; dmarc=pass\n" US "; dmarc=fail\n", "fail", "dmarc"},
    {AR "mx.evil.example; dmarc=fail\n" US "; dmarc=pass\n", "pass", NULL},
};

static void
the_receiving_server_is_asked(void **state)
{
	struct letter_in in;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(results); i++) {
		in = judged(results[i].fields, ANNA, results[i].dmarc);
		is(&in, results[i].refused, LETTER_ANSWER);
	}
}

#define RECEIVED_BY(by) \
	"Received: from by (by evil.example [192.0.2.1]) (a; b)\n by " by \
	" (Postfix) with ESMTP id 1; Sat, 21 Nov 2026\n"

static const struct {
	const char *fields, *dmarc;
} places[] = {
    /* Above the Received of who gave it to us, or just below. */
    {US "; dmarc=pass\n" RECEIVED_BY("mx.shop.example"), "pass"},
    {RECEIVED_BY("mx.shop.example") US "; dmarc=pass\n", "pass"},
    {RECEIVED_BY("imap.elsewhere.example") US "; dmarc=pass\n", "pass"},
    /* It went through several of our own. */
    {RECEIVED_BY("mx2.shop.example") RECEIVED_BY("localhost")
	    RECEIVED_BY("mx.shop.example") US "; dmarc=pass\n",
	"pass"},
    {RECEIVED_BY("2002:a05:6a10:b0::1") RECEIVED_BY("MX.shop.example") US
	"; dmarc=pass\n",
	"pass"},
    {RECEIVED_BY("shop.example") RECEIVED_BY("shop.example") US
	"; dmarc=pass\n",
	"pass"},
    /* Below one of others: whoever wrote it wrote this, too. */
    {RECEIVED_BY("mx.shop.example") RECEIVED_BY("mx.evil.example") US
	"; dmarc=pass\n",
	""},
    {RECEIVED_BY("mx.shop.example") RECEIVED_BY("mx.shop.example.evil.net") US
	"; dmarc=pass\n",
	""},
    {RECEIVED_BY("mx.shop.example") "Received: nonsense\n" US "; dmarc=pass\n",
	""},
    {RECEIVED_BY("mx.shop.example") "Received: (x\n" US "; dmarc=pass\n", ""},
    {US "; dmarc=none\n" RECEIVED_BY("mx.shop.example")
	    RECEIVED_BY("mx.evil.example") US "; dmarc=pass\n",
	"none"},
    /* Nobody says ill of themselves. */
    {US "; dmarc=pass\n" RECEIVED_BY("mx.shop.example")
	    RECEIVED_BY("mx.evil.example") US "; dmarc=fail\n",
	"fail"},
};

static void
what_stands_below_others_is_not_believed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(places); i++)
		(void)judged(places[i].fields, ANN, places[i].dmarc);
}

/* What speaks of no forgery is no hurdle for customers: their token shows
 * nothing that is not theirs. */
static void
customers_need_no_good_result(void **state)
{
	struct letter_in in;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(results); i++) {
		const char *word = results[i].refused;
		bool bad = word != NULL && strcmp(word, "dmarc") == 0;

		in = judged(results[i].fields, ANN, NULL);
		is(&in, bad ? word : NULL, LETTER_CUSTOMER);
	}
}

/* Of the desk that is known, and so is the conversation: people can be told. */
static void
what_is_not_proven_is_about_something(void **state)
{
	struct letter_in in = judged("", ANNA, NULL);

	(void)state;
	is(&in, "dmarc_missing", LETTER_REFUSED);
	assert_true(in.conversation == 42 && in.desk != NULL);
	in = judged(US "; dmarc=fail\n", ANNA, "fail");
	assert_null(in.desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_receiving_server_is_asked),
	    cmocka_unit_test(what_stands_below_others_is_not_believed),
	    cmocka_unit_test(customers_need_no_good_result),
	    cmocka_unit_test(what_is_not_proven_is_about_something),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
