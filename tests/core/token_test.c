/*
 * token: what is signed comes back; anything else does not. Every single bit
 * of a token matters; keys may be changed; secrets are sealed and opened.
 */
#include "core/token.h"
#include "tests/lib/cmocka.h"

#include <pthread.h>
#include <sodium.h>

static const struct token_keys one = {
    .key = {"the first key of these tests..."}, .count = 1};
static const struct token_keys both = {
    .key = {"the second key of these tests..",
	"the first key of these tests..."},
    .count = 2};
static const struct token_keys other = {
    .key = {"the second key of these tests.."}, .count = 1};

static const struct token token = {.company = 7,
    .conversation = 123456789012,
    .contact = 42,
    .expires_s = 2000000000};

static struct str
written(struct buf *b, const struct token_keys *keys, const struct token *t)
{
	token_write(keys, t, b);
	assert_false(b->failed);
	return buf_view(b);
}

static enum err
read_at(const struct token_keys *keys, struct str text, int64_t now)
{
	struct token t;

	return token_read(keys, text, now, &t);
}

/* Computed with Python's hmac module. */
static void
test_known(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_true(str_eq(written(&b, &one, &token),
	    STR("f1.7.123456789012.42.2000000000."
		"3C_z2WGcAHSF3SyRjKW6hCAUCmhHIBDgoued4CUj0QE")));
	buf_free(&b);
}

static void
test_there_and_back(void **state)
{
	struct buf b = {0};
	struct token t = {0};
	struct str text = written(&b, &one, &token);

	(void)state;
	assert_in_range(text.n, 1, TOKEN_TEXT_MAX);
	assert_int_equal(token_read(&one, text, 1999999999, &t), OK);
	assert_memory_equal(&t, &token, sizeof(t));
	assert_int_equal(read_at(&one, text, 2000000000), E_DENIED);
	buf_free(&b);
}

static void
test_largest(void **state)
{
	const struct token big = {
	    INT64_MAX / 10, INT64_MAX / 10, INT64_MAX / 10, INT64_MAX / 10};
	struct buf b = {0};

	(void)state;
	assert_int_equal(read_at(&one, written(&b, &one, &big), 0), OK);
	buf_free(&b);
}

static void
test_keys(void **state)
{
	struct buf a = {0}, b = {0};

	(void)state;
	written(&a, &one, &token);
	written(&b, &both, &token);
	assert_int_equal(read_at(&both, buf_view(&a), 0), OK);
	assert_int_equal(read_at(&both, buf_view(&b), 0), OK);
	assert_int_equal(read_at(&other, buf_view(&b), 0), OK);
	assert_int_equal(read_at(&one, buf_view(&b), 0), E_DENIED);
	assert_int_equal(read_at(&other, buf_view(&a), 0), E_DENIED);
	buf_free(&a);
	buf_free(&b);
}

static void
test_every_bit(void **state)
{
	struct buf b = {0};
	size_t i;
	int bit;

	(void)state;
	written(&b, &one, &token);
	for (i = 0; i < b.len; i++)
		for (bit = 0; bit < 8; bit++) {
			b.data[i] ^= (char)(1 << bit);
			assert_int_not_equal(
			    read_at(&one, buf_view(&b), 0), OK);
			b.data[i] ^= (char)(1 << bit);
		}
	for (i = 0; i < b.len; i++)
		assert_int_not_equal(
		    read_at(&one, (struct str){b.data, i}, 0), OK);
	buf_char(&b, 'A');
	assert_int_not_equal(read_at(&one, buf_view(&b), 0), OK);
	buf_free(&b);
}

static void
test_not_tokens(void **state)
{
	static const char *const list[] = {"", ".", "f1", "f1.", "f1.1.2.3.4",
	    "f1.1.2.3.4.", "f1.1.2.3.4.x", "f2.1.2.3.4.",
	    "f1.-1.2.3.4.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "f1.01.2.3.4.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "f1.1..3.4.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "f1.99999999999999999999.2.3.4."
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "f1.1.2.3.4.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	    "f1.1.2.3.4.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/"};
	char many[1000];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(list); i++)
		assert_int_equal(
		    read_at(&one, str_from(list[i]), 0), E_BADINPUT);
	memset(many, '1', sizeof(many));
	assert_int_equal(
	    read_at(&one, (struct str){many, sizeof(many)}, 0), E_BADINPUT);
	/* Well made, but signed by nobody. */
	assert_int_equal(read_at(&one,
			     STR("f1.1.2.3.4.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
				 "AAAAAAAAAAAA"),
			     0),
	    E_DENIED);
}

/* RFC 4231, test case 2. */
static void
test_hmac_hex(void **state)
{
	struct str secret = STR("Jefe");
	struct str message = STR("what do ya want for nothing?");
	struct str hex = STR("5bdcc146bf60754e6a042426089575c75a003f089d273983"
			     "9dec58b964ec3843");
	struct str upper = STR("5BDCC146BF60754E6A042426089575C75A003F089D2739"
			       "839DEC58B964EC3843");

	(void)state;
	assert_true(hmac_hex_matches(secret, message, hex));
	assert_true(hmac_hex_matches(secret, message, upper));
	assert_false(hmac_hex_matches(STR("jefe"), message, hex));
	assert_false(hmac_hex_matches(secret, STR("what"), hex));
	assert_false(hmac_hex_matches(STR(""), message, hex));
	assert_false(
	    hmac_hex_matches(secret, message, (struct str){hex.p, hex.n - 1}));
	assert_false(
	    hmac_hex_matches(secret, message, (struct str){hex.p, hex.n - 2}));
	assert_false(hmac_hex_matches(secret, message, STR("")));
	assert_false(hmac_hex_matches(secret, message,
	    STR("zbdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec"
		"3843")));
}

static void
test_sealing(void **state)
{
	struct buf sealed = {0}, again = {0}, opened = {0};

	(void)state;
	assert_int_equal(secret_seal(&one, STR("open sesame"), &sealed), OK);
	assert_memory_equal(sealed.data, "sealed:", 7);
	assert_null(memmem(sealed.data, sealed.len, "sesame", 6));
	/* The same looks the same, so that a document that did not change is
	 * not taken for a new one; sealed ones stay. */
	assert_int_equal(secret_seal(&one, STR("open sesame"), &again), OK);
	assert_true(str_eq(buf_view(&sealed), buf_view(&again)));
	buf_clear(&again);
	assert_int_equal(secret_seal(&one, buf_view(&sealed), &again), OK);
	assert_true(str_eq(buf_view(&sealed), buf_view(&again)));
	buf_clear(&again);
	assert_int_equal(secret_seal(&one, STR("open sesamf"), &again), OK);
	assert_memory_not_equal(sealed.data + 7, again.data + 7, 30);
	assert_int_equal(secret_open(&both, buf_view(&sealed), &opened), OK);
	assert_true(str_eq(buf_view(&opened), STR("open sesame")));
	buf_clear(&opened);
	assert_int_equal(
	    secret_open(&other, buf_view(&sealed), &opened), E_DENIED);
	assert_int_equal(opened.len, 0);
	assert_int_equal(secret_open(&one, STR("plain"), &opened), OK);
	assert_true(str_eq(buf_view(&opened), STR("plain")));
	buf_free(&sealed);
	buf_free(&again);
	buf_free(&opened);
}

static void
test_broken_seals(void **state)
{
	struct buf sealed = {0}, opened = {0};
	size_t i;

	(void)state;
	assert_int_equal(secret_seal(&one, STR("secret"), &sealed), OK);
	for (i = 7; i < sealed.len; i++) {
		assert_int_equal(
		    secret_open(&one, (struct str){sealed.data, i}, &opened),
		    E_DENIED);
		sealed.data[i] ^= 1;
		assert_int_equal(
		    secret_open(&one, buf_view(&sealed), &opened), E_DENIED);
		sealed.data[i] ^= 1;
	}
	assert_int_equal(opened.len, 0);
	buf_free(&sealed);
	buf_free(&opened);
}

static void *
sign_and_check(void *arg)
{
	struct buf b = {0};
	int i;

	for (i = 0; i < 2000; i++) {
		buf_clear(&b);
		token_write(&one, &token, &b);
		if (read_at(&one, buf_view(&b), 0) != OK)
			*(bool *)arg = false;
	}
	buf_free(&b);
	return NULL;
}

/* Each thread has its own context; none is left behind. */
static void
test_threads(void **state)
{
	bool good[4] = {true, true, true, true};
	pthread_t threads[4];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, sign_and_check, &good[i]),
		    0);
	for (i = 0; i < ARRAY_LEN(threads); i++) {
		pthread_join(threads[i], NULL);
		assert_true(good[i]);
	}
}

/* Short signatures, under keys that are good for one thing alone. */
static void
test_stamps(void **state)
{
	const struct token_keys none = {.count = 0};
	struct token_keys mine, again, others, old;
	unsigned char stamp[STAMP_BYTES_MIN];
	size_t i;

	(void)state;
	key_derive(&one, STR("mine"), &mine);
	key_derive(&one, STR("mine"), &again);
	key_derive(&one, STR("others"), &others);
	key_derive(&both, STR("mine"), &old);
	assert_memory_equal(&mine, &again, sizeof(mine));
	assert_true(key_stamp(&mine, STR("text"), stamp, sizeof(stamp)));
	assert_true(key_stamped(&again, STR("text"), stamp, sizeof(stamp)));
	assert_true(key_stamped(&old, STR("text"), stamp, sizeof(stamp)));
	assert_false(key_stamped(&mine, STR("texts"), stamp, sizeof(stamp)));
	assert_false(key_stamped(&others, STR("text"), stamp, sizeof(stamp)));
	assert_false(key_stamped(&one, STR("text"), stamp, sizeof(stamp)));
	assert_false(key_stamp(&none, STR("text"), stamp, sizeof(stamp)));
	for (i = 0; i < 8 * sizeof(stamp); i++) {
		stamp[i / 8] = (unsigned char)(stamp[i / 8] ^ 1u << i % 8);
		assert_false(
		    key_stamped(&mine, STR("text"), stamp, sizeof(stamp)));
		stamp[i / 8] = (unsigned char)(stamp[i / 8] ^ 1u << i % 8);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known),
	    cmocka_unit_test(test_there_and_back),
	    cmocka_unit_test(test_largest),
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_every_bit),
	    cmocka_unit_test(test_not_tokens),
	    cmocka_unit_test(test_hmac_hex),
	    cmocka_unit_test(test_sealing),
	    cmocka_unit_test(test_broken_seals),
	    cmocka_unit_test(test_stamps),
	    cmocka_unit_test(test_threads),
	};

	return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
