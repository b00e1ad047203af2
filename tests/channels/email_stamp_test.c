/* email_stamp: tokens and message ids are ours, or nobody's. */
#include "channels/email/stamp.h"
#include "channels/email/address.h"
#include "channels/email/lex.h"
#include "tests/channels/email_rig.h"

#include <ctype.h>

#define NOW_S (RIG_NOW / 1000)

static const struct token_keys keys = {.key = {{1, 2, 3}}, .count = 1};
static const struct token_keys others = {.key = {{1, 2, 4}}, .count = 1};

static struct str
token_of(struct arena *a, const struct stamp *s)
{
	struct buf b = {0};
	struct str text;

	assert_true(stamp_write_token(&keys, s, &b));
	text = arena_copy(a, buf_view(&b));
	buf_free(&b);
	assert_int_equal(text.n, STAMP_TOKEN_TEXT);
	return text;
}

static struct str
id_of(struct arena *a, const struct stamp *s)
{
	struct buf b = {0};
	struct str text;

	assert_true(stamp_write_id(&keys, s, STR("shop.example"), &b));
	text = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return text;
}

/* A stamp of each role with something in every member. */
static struct stamp
some(enum stamp_role role)
{
	return (struct stamp){.role = role,
	    .id = UINT64_C(0x1fedcba987654321) + role,
	    .number = 12345678901,
	    .expires_s = NOW_S + 7200,
	    .address = STR("Ann.Smith@Example.com")};
}

static void
there_and_back(void **state)
{
	struct arena a = {0};
	unsigned role;

	(void)state;
	for (role = 0; role < STAMP_ROLES; role++) {
		struct stamp s = some((enum stamp_role)role);
		struct stamp got = {.address = STR("ann.smith@example.COM")};

		assert_int_equal(
		    stamp_read_token(&keys, token_of(&a, &s), NOW_S, &got), OK);
		assert_int_equal(got.role, role);
		assert_true(got.id == s.id && got.number == 0);
		assert_in_range(got.expires_s, NOW_S + 7200, NOW_S + 10800);
		assert_int_equal(stamp_read_id(&keys, id_of(&a, &s), &got), OK);
		assert_int_equal(got.role, role);
		assert_true(got.id == s.id && got.number == s.number);
	}
	arena_free(&a);
}

/* Servers may write local parts in letters of their own choice. */
static void
case_does_not_matter(void **state)
{
	struct arena a = {0};
	struct stamp s = some(STAMP_DESK), got = {.address = STR("")};
	struct str text = token_of(&a, &s);
	char upper[STAMP_TOKEN_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < text.n; i++)
		upper[i] = (char)toupper((unsigned char)text.p[i]);
	assert_int_equal(
	    stamp_read_token(&keys, (struct str){upper, text.n}, NOW_S, &got),
	    OK);
	arena_free(&a);
}

static void
only_for_whom_it_is(void **state)
{
	struct arena a = {0};
	unsigned role;

	(void)state;
	for (role = 0; role < STAMP_ROLES; role++) {
		struct stamp s = some((enum stamp_role)role);
		struct stamp got = {.address = STR("eve@example.com")};
		bool all = role == STAMP_DESK || role == STAMP_BOUNCE;
		enum err want = all ? OK : E_DENIED;

		assert_int_equal(
		    stamp_read_token(&keys, token_of(&a, &s), NOW_S, &got),
		    want);
		assert_int_equal(
		    stamp_read_id(&keys, id_of(&a, &s), &got), want);
		got.address = s.address;
		assert_int_equal(
		    stamp_read_token(&others, token_of(&a, &s), NOW_S, &got),
		    E_DENIED);
		assert_int_equal(
		    stamp_read_id(&others, id_of(&a, &s), &got), E_DENIED);
	}
	arena_free(&a);
}

/* While one key takes the place of the other, both are good. */
static void
old_keys_stay_good(void **state)
{
	struct token_keys both = {.key = {{9}, {1, 2, 3}}, .count = 2};
	struct token_keys none = {.count = 0};
	struct arena a = {0};
	struct stamp s = some(STAMP_DESK), got = s;
	struct buf b = {0};

	(void)state;
	assert_int_equal(
	    stamp_read_token(&both, token_of(&a, &s), NOW_S, &got), OK);
	assert_int_equal(stamp_read_id(&both, id_of(&a, &s), &got), OK);
	assert_int_equal(
	    stamp_read_token(&none, token_of(&a, &s), NOW_S, &got), E_DENIED);
	assert_false(stamp_write_token(&none, &s, &b));
	assert_false(stamp_write_id(&none, &s, STR("x"), &b));
	buf_free(&b);
	arena_free(&a);
}

static void
it_expires(void **state)
{
	struct arena a = {0};
	struct stamp s = some(STAMP_DESK), got = s;
	struct str text = token_of(&a, &s);

	(void)state;
	assert_int_equal(
	    stamp_read_token(&keys, text, s.expires_s - 1, &got), OK);
	assert_int_equal(
	    stamp_read_token(&keys, text, s.expires_s, &got), E_STALE);
	s.expires_s = INT64_MAX / 2; /* more than there is room for */
	assert_int_equal(
	    stamp_read_token(&keys, token_of(&a, &s), NOW_S, &got), OK);
	arena_free(&a);
}

/* Each character, and each other one in its place. */
static void
every_change_is_seen(void **state)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	struct arena a = {0};
	struct stamp s = some(STAMP_DESK), got = s;
	struct str text = token_of(&a, &s);
	char changed[STAMP_TOKEN_TEXT];
	size_t i, k;

	(void)state;
	for (i = 0; i < text.n; i++)
		for (k = 0; k < 32; k++) {
			memcpy(changed, text.p, text.n);
			if (changed[i] == digits[k])
				continue;
			changed[i] = digits[k];
			assert_int_not_equal(
			    stamp_read_token(&keys,
				(struct str){changed, text.n}, NOW_S, &got),
			    OK);
		}
	arena_free(&a);
}

static void
what_is_none(void **state)
{
	static const char *const texts[] = {"", "a", "sales",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "caaaaaaaaaaaakqhvtn6gmlzghcjg4e64sv!",
	    "caaaaaaaaaaaakqhvtn6gmlzghcjg4e64svqq"};
	static const char *const ids[] = {"", "@", "1@x", "d.7.x@shop.example",
	    "daaaaaaaaaaacu.7@shop.example",
	    "daaaaaaaaaaacu.99999999999999999999.isnqc37gqj5okxty@x",
	    "daaaaaaaaaaacu.-7.isnqc37gqj5okxty@x",
	    "xaaaaaaaaaaacu.7.isnqc37gqj5okxty@x",
	    "daaaaaaaaaaac1.7.isnqc37gqj5okxty@x"};
	struct stamp got = some(STAMP_DESK);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(
		    stamp_read_token(&keys, str_from(texts[i]), NOW_S, &got),
		    E_NOTFOUND);
	for (i = 0; i < ARRAY_LEN(ids); i++)
		assert_int_equal(
		    stamp_read_id(&keys, str_from(ids[i]), &got), E_NOTFOUND);
	assert_int_equal(stamp_read_id(&keys,
			     STR("daaaaaaaaaaacu.7.isnqc37gqj5okxty@x"), &got),
	    E_DENIED);
}

/* A whole local part must stay within what mail allows. */
static void
it_fits(void **state)
{
	struct arena a = {0};
	struct stamp s = some(STAMP_THREAD);
	struct str local = arena_printf(&a, "%0*d+%.*s", (int)STAMP_LOCAL_MAX,
	    7, STR_FMT(token_of(&a, &s)));
	struct str whole = arena_printf(
	    &a, "%.*s@shop.example", STR_FMT(local));

	(void)state;
	assert_int_equal(local.n, ADDRESS_LOCAL_MAX);
	assert_true(address_valid(whole));
	arena_free(&a);
}

/* One must not be taken for the other, nor a bare number for both. */
static void
forms_differ(void **state)
{
	struct arena a = {0};
	struct stamp s = some(STAMP_DESK), got = s;
	struct str id, token = token_of(&a, &s);
	uint64_t n = 0;
	struct buf b = {0};

	(void)state;
	s.number = 0;
	id = id_of(&a, &s);
	assert_false(lex_find(token, lex_from(lex_upto(id, 32), 16)) < token.n);
	stamp_put_id(s.id, &b);
	assert_int_equal(b.len, STAMP_ID_TEXT);
	assert_true(stamp_get_id(buf_view(&b), &n) && n == s.id);
	assert_false(stamp_get_id(STR("aaaaaaaaaaaab"), &n));
	assert_int_equal(stamp_read_token(&keys, id, NOW_S, &got), E_NOTFOUND);
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(there_and_back),
	    cmocka_unit_test(case_does_not_matter),
	    cmocka_unit_test(only_for_whom_it_is),
	    cmocka_unit_test(old_keys_stay_good),
	    cmocka_unit_test(it_expires),
	    cmocka_unit_test(every_change_is_seen),
	    cmocka_unit_test(what_is_none),
	    cmocka_unit_test(it_fits),
	    cmocka_unit_test(forms_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
