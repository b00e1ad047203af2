/* email_address: written strictly, read tolerantly. */
#include "channels/email/address.h"
#include "tests/channels/email_rig.h"

static const char *const good[] = {"a@b", "ann@example.com",
    "ann.smith+tag@mail.example.co.uk", "o'hara@example.com",
    "{x}|y~z=1?2^3_4-!#$%&*/@example.com", "1@2.example",
    "x@xn--mnchen-3ya.example",
    "0123456789012345678901234567890123456789012345678901234567890123@x.y"};

static const char *const bad[] = {"", "@", "a@", "@b", "a", "a@b@c", "a b@c.d",
    "a@b c.d", "a@b..c", "a@.b", "a@b.", "a@-b.c", "a@b-.c", "a@b_c.d",
    "\"a\"@b.c", "a@[127.0.0.1]", "a\r\nRCPT TO:<x@y>@b.c", "a@b.c\r\nRSET",
    "a@b.c>\r\nRSET", "a@b.c\n", "a@b.c,d@e.f", "<a@b.c>", "a@b.c ", " a@b.c",
    "m\xc3\xbcller@b.c", "a@m\xc3\xbcnchen.de", "a@b.c\x7f", "(c)a@b.c",
    "a;b@c.d", "a:b@c.d", "a\\b@c.d",
    "01234567890123456789012345678901234567890123456789012345678901234@x.y"};

static void
the_grammar_is_narrow(void **state)
{
	size_t i;
	char zero[] = "a\0b@c.d";

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++)
		if (!address_valid(str_from(good[i])))
			fail_msg("refused: %s", good[i]);
	for (i = 0; i < ARRAY_LEN(bad); i++)
		if (address_valid(str_from(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_false(address_valid((struct str){zero, sizeof(zero) - 1}));
	assert_true(
	    mail_address_same(STR("Ann@X.example"), STR("ann@x.EXAMPLE")));
	assert_false(
	    mail_address_same(STR("ann@x.example"), STR("ann@x.exampl")));
	assert_text(address_local(STR("a.b@c.d")), "a.b");
	assert_text(address_domain(STR("a.b@c.d")), "c.d");
}

/* Names and addresses, each with a "|" behind it. */
static const struct {
	const char *field, *want;
} lists[] = {
    {"", ""},
    {"ann@x.example", "|ann@x.example|"},
    {"Ann <ann@x.example>", "Ann|ann@x.example|"},
    {"\"Smith, Ann\" <ann@x.example>", "Smith, Ann|ann@x.example|"},
    {"\"A \\\"B\\\" \\\\ C\" <a@b.c>", "A \"B\" \\ C|a@b.c|"},
    {"ann@x.example (Ann (the first))", "Ann (the first)|ann@x.example|"},
    {"=?UTF-8?B?w4RubmU=?= <a@b.c>", "\xc3\x84nne|a@b.c|"},
    {"=?iso-8859-1?Q?=C4nne_M=FCller?= <a@b.c>",
	"\xc3\x84nne M\xc3\xbcller|a@b.c|"},
    {"a@b.c, Dan <d@e.f>,, <g@h.i>", "|a@b.c|Dan|d@e.f||g@h.i|"},
    {"Team: a@b.c, d@e.f; g@h.i", "|a@b.c||d@e.f||g@h.i|"},
    {"undisclosed-recipients:;", ""},
    {"Ann <ann@x.example", "Ann|ann@x.example|"},
    {"\"Ann <ann@x.example>", "Ann|ann@x.example|"},
    {"<@relay.example:a@b.c>", ""},
    {"no address, a@b.c", "|a@b.c|"},
    {"Ann\x01\x02 <a@b.c>", "Ann|a@b.c|"},
    {"a@b.c <d@e.f>", "a@b.c|d@e.f|"},
    {"\"ceo@bank.example\" <eve@x.example>", "ceo@bank.example|"
					     "eve@x.example|"},
};

static void
lists_are_read(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(lists); i++) {
		struct arena a = {0};
		struct mail_addresses got;
		struct buf b = {0};

		assert_int_equal(
		    addresses_read(str_from(lists[i].field), &a, &got), OK);
		for (k = 0; k < got.count; k++)
			buf_addf(&b, "%.*s|%.*s|", STR_FMT(got.list[k].name),
			    STR_FMT(got.list[k].address));
		assert_text(b.len == 0 ? STR("") : buf_view(&b), lists[i].want);
		buf_free(&b);
		arena_free(&a);
	}
}

static void
many_are_bounded(void **state)
{
	struct arena a = {0};
	struct mail_addresses got;
	struct buf b = {0};
	unsigned i;

	(void)state;
	for (i = 0; i < 3 * ADDRESSES_MAX; i++)
		buf_addf(&b, "a%u@b.c, ", i);
	assert_int_equal(addresses_read(buf_view(&b), &a, &got), OK);
	assert_int_equal(got.count, ADDRESSES_MAX);
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_grammar_is_narrow),
	    cmocka_unit_test(lists_are_read),
	    cmocka_unit_test(many_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
