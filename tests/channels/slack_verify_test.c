/* slack_verify: the published vectors, and every way to be refused. */
#include "tests/channels/slack_rig.h"

#include <sodium.h>
#include <stdio.h>

#define VECTORS SOURCE_DIR "/../shared/protocols/vectors.json"
#define VECTORS_MIN 15

static const char secret[] = "0123456789abcdef0123456789abcdef";

/* ---- the vectors -------------------------------------------------------- */

static struct str
text_of(const json_t *v, const char *name)
{
	const json_t *s = json_object_get(v, name);

	assert_true(json_is_string(s));
	return (struct str){json_string_value(s), json_string_length(s)};
}

static void
try_vector(struct slack_rig *r, const json_t *v)
{
	bool good = json_is_true(json_object_get(v, "expect"));
	const char *why = NULL;
	enum err e;

	r->account.signing[0] = text_of(v, "secret");
	r->time = text_of(v, "timestamp");
	r->signature = text_of(v, "signature");
	r->hook.body = text_of(v, "body");
	r->hook.type = STR(RIG_FORM);
	r->hook.now = 1000 * json_integer_value(json_object_get(v, "now"));
	e = channel_slack.verify(&r->hook, &r->arena, &why);
	if (e != (good ? OK : E_DENIED))
		fail_msg("%s: %s", text_of(v, "name").p, err_name(e));
	assert_true(good || (why != NULL && strlen(why) > 20));
}

static void
test_vectors(void **state)
{
	json_t *root = json_load_file(VECTORS, JSON_REJECT_DUPLICATES, NULL);
	const json_t *list = json_object_get(
	    json_object_get(root, "slack_v0"), "vectors");
	struct slack_rig r;
	const json_t *v;
	size_t i;

	(void)state;
	if (root == NULL) {
		print_message("skipped: there is no %s\n", VECTORS);
		skip();
	}
	slack_rig_open(&r);
	assert_true(json_array_size(list) >= VECTORS_MIN);
	json_array_foreach(list, i, v) try_vector(&r, v);
	slack_rig_close(&r);
	json_decref(root);
}

/* ---- by hand ------------------------------------------------------------ */

static const struct {
	const char *name;
	const char *time, *signature; /* NULL: right; "-": absent */
	const char *body;
	int64_t skew_s;
	const char *why; /* a part of it; NULL: accepted */
} cases[] = {
    {"right", NULL, NULL, "{}", 0, NULL},
    {"300 s late", NULL, NULL, "{}", 300, NULL},
    {"300 s early", NULL, NULL, "{}", -300, NULL},
    {"301 s late", NULL, NULL, "{}", 301, "301 s off"},
    {"301 s early", NULL, NULL, "{}", -301, "-301 s off"},
    {"a day off", NULL, NULL, "{}", 86400, "clock"},
    {"no time", "-", NULL, "{}", 0, "X-Slack-Request-Timestamp"},
    {"no signature", NULL, "-", "{}", 0, "X-Slack-Signature"},
    {"a sign before the time", "+1700000100", NULL, "{}", 0, "no number"},
    {"a space before the time", " 1700000100", NULL, "{}", 0, "no number"},
    {"an empty time", "", NULL, "{}", 0, "no number"},
    {"a huge time", "99999999999999999999999", NULL, "{}", 0, "no number"},
    {"hexadecimal time", "0x6553f100", NULL, "{}", 0, "no number"},
    {"an empty signature", NULL, "", "{}", 0, "64 digits"},
    {"zeros", NULL,
	"v0=00000000000000000000000000000000"
	"00000000000000000000000000000000",
	"{}", 0, "fits none of the account's 2"},
    {"ssl_check in a form that does more", "-", "-",
	"ssl_check=1&command=%2Fai&text=hello", 0, NULL},
    {"ssl_check of another value", "-", "-", "ssl_check=0", 0, "has no"},
    {"ssl_check as a value", "-", "-", "text=ssl_check", 0, "has no"},
};

static struct str
sign(const char *time, const char *body, char *hex, size_t size)
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state h;
	char text[200];
	int n = snprintf(text, sizeof(text), "v0:%s:%s", time, body);

	crypto_auth_hmacsha256_init(
	    &h, (const unsigned char *)secret, sizeof(secret) - 1);
	crypto_auth_hmacsha256_update(
	    &h, (const unsigned char *)text, (unsigned long long)n);
	crypto_auth_hmacsha256_final(&h, mac);
	snprintf(hex, size, "v0=");
	sodium_bin2hex(hex + 3, size - 3, mac, sizeof(mac));
	return str_from(hex);
}

static struct str
given(const char *value, struct str right)
{
	if (value == NULL)
		return right;
	return strcmp(value, "-") == 0 ? (struct str){0} : str_from(value);
}

/* right: which of the account's two secrets signed it. */
static void
try_case(size_t i, unsigned right)
{
	struct slack_rig r;
	const char *why = NULL;
	char hex[80];
	enum err e;

	slack_rig_open(&r);
	r.account.signing[1 - right] = STR("another secret of the same app");
	r.account.signing[right] = str_from(secret);
	r.account.signing_count = 2;
	r.hook.now = RIG_NOW + 1000 * cases[i].skew_s;
	r.hook.body = str_from(cases[i].body);
	r.hook.type = STR(RIG_FORM);
	r.time = given(cases[i].time, STR("1700000100"));
	r.signature = given(
	    cases[i].signature, sign(r.time.p == NULL ? "" : r.time.p,
				    cases[i].body, hex, sizeof(hex)));
	e = channel_slack.verify(&r.hook, &r.arena, &why);
	if (e != (cases[i].why == NULL ? OK : E_DENIED))
		fail_msg("%s: %s, %s", cases[i].name, err_name(e),
		    why == NULL ? "" : why);
	if (cases[i].why != NULL)
		expect_holds(str_from(why), cases[i].why);
	slack_rig_close(&r);
}

static void
test_cases(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		try_case(i, 0);
		try_case(i, 1);
	}
}

/* Every digit counts, and so does its case. */
static void
test_digits(void **state)
{
	struct slack_rig r;
	const char *why;
	char hex[80];
	size_t i;

	(void)state;
	slack_rig_open(&r);
	r.time = STR("1700000100");
	r.hook.body = STR("{}");
	r.signature = sign(r.time.p, "{}", hex, sizeof(hex));
	assert_int_equal(channel_slack.verify(&r.hook, &r.arena, &why), OK);
	for (i = 0; i < r.signature.n; i++) {
		char was = hex[i];

		hex[i] = was == 'f' ? 'e' : 'f';
		assert_int_equal(
		    channel_slack.verify(&r.hook, &r.arena, &why), E_DENIED);
		hex[i] = was;
		if (was >= 'a' && was <= 'f') {
			hex[i] = (char)(was - 'a' + 'A');
			assert_int_equal(
			    channel_slack.verify(&r.hook, &r.arena, &why),
			    E_DENIED);
			hex[i] = was;
		}
	}
	slack_rig_close(&r);
}

/* Where an account has no secret, its token is no substitute. */
static void
test_no_secret(void **state)
{
	struct slack_rig r;
	const char *why;
	char hex[80];

	(void)state;
	slack_rig_open(&r);
	r.time = STR("1700000100");
	r.hook.body = STR("{}");
	r.signature = sign(r.time.p, "{}", hex, sizeof(hex));
	r.doc.signing_count = 0;
	assert_int_equal(
	    channel_slack.verify(&r.hook, &r.arena, &why), E_DENIED);
	expect_holds(str_from(why), "no signing secret");
	slack_rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vectors),
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_digits),
	    cmocka_unit_test(test_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
