/*
 * file_url: an address that was given out is good until it expires; one in
 * which anything was changed or moved is not.
 */
#include "core/file_url.h"
#include "tests/lib/cmocka.h"

#include <stdlib.h>

#define HASH \
	"0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789abcdef"
#define EXPIRES 2000000000
#define NOW (EXPIRES - 60)

static const struct token_keys one = {
    .key = {"the first key of these tests..."}, .count = 1};
static const struct token_keys both = {
    .key = {"the second key of these tests..",
	"the first key of these tests..."},
    .count = 2};
static const struct token_keys other = {
    .key = {"the second key of these tests.."}, .count = 1};

static const struct file_url bill = {.hash = {HASH, 64},
    .name = {"Rechnung \xc3\xa4.pdf", 15},
    .type = {"application/pdf", 15},
    .expires_s = EXPIRES};

/* Computed with Python's hmac module. */
#define SIGNATURE "wu98gYh-woZEZbjnrXv-gRorPPxpxyZxeMiTy8Otbtw"

static struct str
written(struct buf *b, const struct file_url *f)
{
	buf_clear(b);
	file_url_write(&one, STR("https://chat.example"), f, b);
	assert_false(b->failed);
	buf_char(b, '\0');
	return (struct str){b->data, b->len - 1};
}

static void
test_known(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_string_equal(written(&b, &bill).p,
	    "https://chat.example/v1/files/" HASH
	    "?name=Rechnung%20%C3%A4.pdf&type=application%2Fpdf"
	    "&expires=2000000000&signature=" SIGNATURE);
	buf_free(&b);
}

static enum err
check(const struct token_keys *keys, const struct file_url *f, int64_t now)
{
	return file_url_check(keys, f, STR(SIGNATURE), now);
}

static void
test_good_until_it_expires(void **state)
{
	(void)state;
	assert_int_equal(check(&one, &bill, NOW), OK);
	assert_int_equal(check(&both, &bill, NOW), OK);
	assert_int_equal(check(&other, &bill, NOW), E_DENIED);
	assert_int_equal(check(&one, &bill, EXPIRES - 1), OK);
	assert_int_equal(check(&one, &bill, EXPIRES), E_DENIED);
}

static void
test_nothing_may_change(void **state)
{
	struct file_url f = bill;
	char text[] = SIGNATURE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text) - 1; i++) {
		text[i] = (char)(text[i] == 'A' ? 'B' : 'A');
		assert_int_equal(
		    file_url_check(&one, &bill, str_from(text), NOW), E_DENIED);
		text[i] = SIGNATURE[i];
	}
	assert_int_equal(file_url_check(&one, &bill, STR(""), NOW), E_DENIED);
	f.expires_s++;
	assert_int_equal(check(&one, &f, NOW), E_DENIED);
	f = bill;
	f.name = STR("Rechnung.pdf");
	assert_int_equal(check(&one, &f, NOW), E_DENIED);
	f = bill;
	f.type = STR("text/html");
	assert_int_equal(check(&one, &f, NOW), E_DENIED);
	f = bill;
	f.hash = STR("1123456789abcdef0123456789abcdef"
		     "0123456789abcdef0123456789abcdef");
	assert_int_equal(check(&one, &f, NOW), E_DENIED);
}

/* A byte of the name is not the type's first. */
static void
test_nothing_may_move(void **state)
{
	struct file_url f = bill;

	(void)state;
	f.name.n--;
	f.type = STR("fapplication/pdf");
	assert_int_equal(check(&one, &f, NOW), E_DENIED);
	f.name = STR("Rechnung \xc3\xa4.pdf 15:application/pdf");
	f.type = STR("");
	assert_int_equal(check(&one, &f, NOW), E_DENIED);
}

static void
test_no_address(void **state)
{
	static const char *const hashes[] = {"", "01", HASH "0",
	    "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
	    "../../../../../../../../../../../../../../../../../../etc/passwd"};
	struct file_url f = bill;
	char name[FILE_URL_NAME + 2];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(hashes); i++) {
		f.hash = str_from(hashes[i]);
		assert_int_equal(check(&one, &f, NOW), E_BADINPUT);
	}
	f = bill;
	memset(name, 'a', sizeof(name));
	f.name = (struct str){name, FILE_URL_NAME + 1};
	assert_int_equal(check(&one, &f, NOW), E_BADINPUT);
	f = bill;
	f.expires_s = -1;
	assert_int_equal(check(&one, &f, NOW), E_BADINPUT);
}

static bool
says(const struct file_url *f, const char *part)
{
	struct buf b = {0};
	bool found = strstr(written(&b, f).p, part) != NULL;

	buf_free(&b);
	return found;
}

/* What is written can be checked, whatever came as a name. */
static void
test_names_fit(void **state)
{
	struct file_url f = bill;
	char name[FILE_URL_NAME + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	memcpy(name + FILE_URL_NAME - 1, "\xc3\xa4", 2);
	f.name = (struct str){name, FILE_URL_NAME + 1};
	assert_true(says(&f, "aaa&type="));
	f.name = STR("\xff\xfe");
	assert_true(says(&f, "?name=&type="));
	f.name = (struct str){"a\0b", 3};
	assert_true(says(&f, "?name=&type="));
	f.name = STR("a+b&c=d%20/\"?#.txt");
	assert_true(says(&f, "?name=a%2Bb%26c%3Dd%2520%2F%22%3F%23.txt&"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known),
	    cmocka_unit_test(test_good_until_it_expires),
	    cmocka_unit_test(test_nothing_may_change),
	    cmocka_unit_test(test_nothing_may_move),
	    cmocka_unit_test(test_no_address),
	    cmocka_unit_test(test_names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
