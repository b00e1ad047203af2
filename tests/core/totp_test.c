/* totp: the RFC's own figures, and codes that are good once. */
#include "core/totp.h"
#include "tests/lib/cmocka.h"

#define SECRET STR("12345678901234567890")

/* RFC 6238, appendix B, the last six of its eight digits. */
static const struct {
	int64_t at;
	unsigned code;
} vectors[] = {
    {59, 287082},
    {1111111109, 81804},
    {1111111111, 50471},
    {1234567890, 5924},
    {2000000000, 279037},
    {20000000000, 353130},
};

static void
codes_are_those_of_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
		assert_int_equal(totp_code(SECRET, totp_step(vectors[i].at)),
		    vectors[i].code);
}

static bool
check(const char *code, int64_t now, uint64_t used, uint64_t *step)
{
	const struct totp_ask ask = {.secret = SECRET,
	    .code = str_from(code),
	    .now_s = now,
	    .used = used};

	return totp_check(&ask, step);
}

static void
neighbours_are_good_and_others_not(void **state)
{
	const int64_t at = 1111111111;
	const uint64_t now = totp_step(at);
	uint64_t step;

	(void)state;
	for (int64_t late = -120; late <= 120; late += 30) {
		bool near = late >= -30 && late <= 30;

		step = 0;
		assert_int_equal(check("050471", at + late, 0, &step), near);
		assert_int_equal(step, near ? now : 0);
	}
}

static void
a_step_that_was_used_is_no_good(void **state)
{
	const int64_t at = 1111111111;
	const uint64_t now = totp_step(at);
	uint64_t step = 0;

	(void)state;
	assert_true(check("050471", at, now - 1, &step));
	assert_int_equal(step, now);
	assert_false(check("050471", at, now, &step));
	assert_false(check("050471", at, now + 1, &step));
}

static void
only_six_digits_are_a_code(void **state)
{
	static const char *const bad[] = {"", "05047", "0504711", "05047a",
	    "-50471", "050 47", "0x0471", "050471\n", "0.0471"};
	uint64_t step;

	(void)state;
	assert_true(check("050 471", 1111111111, 0, &step));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(check(bad[i], 1111111111, 0, &step));
}

static void
base32_is_that_of_the_rfc(void **state)
{
	/* RFC 4648, section 10. */
	static const struct {
		const char *in, *out;
	} pairs[] = {{"", ""}, {"f", "MY"}, {"fo", "MZXQ"}, {"foo", "MZXW6"},
	    {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"},
	    {"foobar", "MZXW6YTBOI"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct buf b = {0};

		base32_write(&b, str_from(pairs[i].in));
		assert_true(str_eq(buf_view(&b), str_from(pairs[i].out)));
		buf_free(&b);
	}
}

static void
the_url_is_what_authenticators_read(void **state)
{
	struct buf b = {0};

	(void)state;
	totp_url(&b, STR("Larkspur & Co"), STR("anna@shop.example"), SECRET);
	assert_true(str_eq(buf_view(&b),
	    STR("otpauth://totp/Larkspur%20%26%20Co:anna%40shop.example"
		"?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		"&issuer=Larkspur%20%26%20Co"
		"&algorithm=SHA1&digits=6&period=30")));
	buf_free(&b);
}

/* ---- backup codes ------------------------------------------------------ */

static void
make_codes(char codes[BACKUP_CODES][BACKUP_TEXT + 1], struct buf *stored)
{
	unsigned char random[BACKUP_RANDOM];

	for (size_t i = 0; i < BACKUP_CODES; i++) {
		for (size_t k = 0; k < sizeof(random); k++)
			random[k] = (unsigned char)(i * 57 + k * 31 + 5);
		backup_code(random, codes[i]);
		assert_int_equal(strlen(codes[i]), BACKUP_TEXT);
	}
	backup_write(stored, codes, BACKUP_CODES);
}

static void
each_backup_code_is_good_once(void **state)
{
	char codes[BACKUP_CODES][BACKUP_TEXT + 1];
	struct buf stored = {0};

	(void)state;
	make_codes(codes, &stored);
	assert_int_equal(backup_count(buf_view(&stored)), BACKUP_CODES);
	assert_null(
	    memmem(stored.data, stored.len, codes[0], strlen(codes[0])));
	for (size_t i = 0; i < BACKUP_CODES; i++) {
		struct buf rest = {0}, again = {0};

		assert_true(
		    backup_use(buf_view(&stored), str_from(codes[i]), &rest));
		assert_int_equal(
		    backup_count(buf_view(&rest)), BACKUP_CODES - i - 1);
		assert_false(
		    backup_use(buf_view(&rest), str_from(codes[i]), &again));
		buf_free(&again);
		buf_free(&stored);
		stored = rest;
	}
	buf_free(&stored);
}

static void
a_backup_code_may_be_typed_as_people_do(void **state)
{
	const unsigned char zeros[BACKUP_RANDOM] = {0};
	char codes[1][BACKUP_TEXT + 1];
	static const char *const typed[] = {
	    "0000-0000-0000", "000000000000", "OOOO oooo-0000 "};
	struct buf stored = {0};

	(void)state;
	backup_code(zeros, codes[0]);
	backup_write(&stored, codes, 1);
	for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
		struct buf rest = {0};

		assert_true(
		    backup_use(buf_view(&stored), str_from(typed[i]), &rest));
		assert_true(str_eq(buf_view(&rest), STR("[]")));
		buf_free(&rest);
	}
	buf_free(&stored);
}

static void
what_is_stored_wrong_lets_nobody_in(void **state)
{
	static const char *const stored[] = {
	    "", "[]", "{}", "[1]", "[\"\"]", "nonsense"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stored); i++) {
		struct buf rest = {0};

		assert_false(backup_use(
		    str_from(stored[i]), STR("0000-0000-0000"), &rest));
		buf_free(&rest);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_are_those_of_the_rfc),
	    cmocka_unit_test(neighbours_are_good_and_others_not),
	    cmocka_unit_test(a_step_that_was_used_is_no_good),
	    cmocka_unit_test(only_six_digits_are_a_code),
	    cmocka_unit_test(base32_is_that_of_the_rfc),
	    cmocka_unit_test(the_url_is_what_authenticators_read),
	    cmocka_unit_test(each_backup_code_is_good_once),
	    cmocka_unit_test(a_backup_code_may_be_typed_as_people_do),
	    cmocka_unit_test(what_is_stored_wrong_lets_nobody_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
