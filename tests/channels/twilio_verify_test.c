/*
 * Which requests are Twilio's: every vector there is, and what vectors do not
 * say: rotation, accounts, content types, methods.
 */
#include "tests/channels/twilio_rig.h"
#include "tests/lib/random.h"

#include <stdlib.h>

static enum err
verify(struct tw_rig *rig, const struct hook *h)
{
	rig->why = NULL;
	return rig->channel->verify(h, &rig->arena, &rig->why);
}

/* ---- vectors ------------------------------------------------------------ */

static const char *
text(const json_t *vector, const char *name)
{
	return json_string_value(json_object_get(vector, name));
}

/* The whole URL is the hook's, up to its query. */
static void
check_vector(const json_t *vector, const char *type)
{
	const char *url = text(vector, "url"), *query = strchr(url, '?');
	struct tw_rig rig;
	struct hook h;
	bool good;

	tw_open(&rig, &channel_whatsapp);
	rig.doc.id = STR("AC00000000000000000000000000000000");
	rig.account.signing[0] = str_from(text(vector, "auth_token"));
	rig.signature = text(vector, "signature");
	rig.account.hook_url = (struct str){
	    url, query == NULL ? strlen(url) : (size_t)(query - url)};
	h = tw_hook(&rig, query == NULL ? "" : query, text(vector, "body"));
	h.type = str_from(type);
	tw_assert_str(h.url, url);
	good = verify(&rig, &h) == OK;
	if (good != json_is_true(json_object_get(vector, "expect")))
		fail_msg("%s: %s", text(vector, "name"),
		    good ? "accepted" : rig.why);
	tw_close(&rig);
}

static void
check_vectors(const char *group, const char *type, size_t at_least)
{
	json_t *root = tw_shared("protocols/vectors.json");
	const json_t *list = json_object_get(
	    json_object_get(root, group), "vectors");
	size_t i;

	if (root == NULL)
		skip();
	assert_true(json_array_size(list) >= at_least);
	for (i = 0; i < json_array_size(list); i++)
		check_vector(json_array_get(list, i), type);
	json_decref(root);
}

static void
form_vectors(void **state)
{
	(void)state;
	check_vectors("twilio_form", "application/x-www-form-urlencoded", 17);
}

static void
json_vectors(void **state)
{
	(void)state;
	check_vectors("twilio_json", "application/json", 6);
}

/* ---- the URL ------------------------------------------------------------ */

static const struct {
	const char *configured, *as_signed;
	bool fits;
} urls[] = {
    {"https://h.example/p", "https://h.example/p", true},
    {"https://h.example/p", "https://h.example:443/p", true},
    {"https://h.example/p", "https://h.example:80/p", false},
    {"https://h.example:443/p", "https://h.example/p", true},
    {"https://h.example:8443/p", "https://h.example:8443/p", true},
    {"https://h.example:8443/p", "https://h.example/p", true},
    {"https://h.example:8443/p", "https://h.example:443/p", false},
    {"http://h.example/p", "http://h.example:80/p", true},
    {"http://h.example/p", "http://h.example:443/p", false},
    {"https://h.example/p", "http://h.example/p", false},
    {"https://h.example/p", "https://h.example/P", false},
    {"https://h.example/p", "https://h.example/p/", false},
    {"https://h.example/p:1", "https://h.example/p", false},
    {"https://[2001:db8::1]/p", "https://[2001:db8::1]:443/p", true},
    {"https://[2001:db8::1]:8443/p", "https://[2001:db8::1]/p", true},
    {"https://h.example", "https://h.example:443", true},
    {"h.example/p", "h.example/p", true},
    {"", "", true},
};

static void
ports_may_be_signed_or_not(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(urls); i++) {
		struct tw_rig rig;
		struct hook h;

		tw_open(&rig, &channel_whatsapp);
		rig.account.hook_url = str_from(urls[i].configured);
		rig.signature = tw_sign(&rig, TW_TOKEN, urls[i].as_signed);
		h = tw_hook(&rig, "", "");
		if ((verify(&rig, &h) == OK) != urls[i].fits)
			fail_msg(
			    "%s and %s", urls[i].configured, urls[i].as_signed);
		tw_close(&rig);
	}
}

static void
the_query_is_signed_as_it_came(void **state)
{
	struct tw_rig rig;
	struct hook h;

	(void)state;
	tw_open(&rig, &channel_sms);
	rig.signature = tw_sign(&rig, TW_TOKEN, TW_HOOK "/status?row=7");
	h = tw_hook(&rig, "/status?row=7", "");
	assert_int_equal(OK, verify(&rig, &h));
	h = tw_hook(&rig, "/status?row=8", "");
	assert_int_equal(E_DENIED, verify(&rig, &h));
	h = tw_hook(&rig, "/status", "");
	assert_int_equal(E_DENIED, verify(&rig, &h));
	tw_close(&rig);
}

/* ---- secrets ------------------------------------------------------------ */

static void
every_secret_that_signs_is_tried(void **state)
{
	static const char *const tokens[] = {
	    "the new token", "the old token", "another"};
	struct tw_rig rig;
	struct hook h;
	size_t i;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	rig.account.signing[0] = str_from(tokens[0]);
	rig.account.signing[1] = str_from(tokens[1]);
	rig.account.signing_count = 2;
	h = tw_hook(&rig, "", "");
	for (i = 0; i < ARRAY_LEN(tokens); i++) {
		rig.signature = tw_sign(&rig, tokens[i], TW_HOOK);
		assert_int_equal(i < 2 ? OK : E_DENIED, verify(&rig, &h));
	}
	tw_close(&rig);
}

static void
an_empty_secret_signs_nothing(void **state)
{
	struct tw_rig rig;
	struct hook h;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	rig.account.signing[0] = STR("");
	rig.signature = tw_sign(&rig, "", TW_HOOK);
	h = tw_hook(&rig, "", "");
	assert_int_equal(E_DENIED, verify(&rig, &h));
	rig.account.signing_count = 0;
	assert_int_equal(E_DENIED, verify(&rig, &h));
	tw_close(&rig);
}

static void
what_is_wrong_is_said(void **state)
{
	struct tw_rig rig;
	struct hook h;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	h = tw_hook(&rig, "/status?row=7", "");
	assert_int_equal(E_DENIED, verify(&rig, &h));
	tw_assert_holds(str_from(rig.why), "there is no X-Twilio-Signature");
	rig.signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	assert_int_equal(E_DENIED, verify(&rig, &h));
	tw_assert_holds(str_from(rig.why), TW_HOOK "/status: public_url must");
	rig.signature = "short";
	assert_int_equal(E_DENIED, verify(&rig, &h));
	tw_close(&rig);
}

/* ---- accounts, methods, types ------------------------------------------- */

static void
another_account_is_refused(void **state)
{
	static const char other[] = "AC00000000000000000000000000000002";
	struct tw_rig rig;
	struct hook h;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	rig.signature = tw_sign(&rig, TW_TOKEN,
	    TW_HOOK "AccountSidAC00000000000000000000000000"
		    "000002");
	h = tw_hook(&rig, "", "AccountSid=AC00000000000000000000000000000002");
	assert_int_equal(E_DENIED, verify(&rig, &h));
	tw_assert_holds(str_from(rig.why), "wrong account");
	rig.doc.id = str_from(other);
	assert_int_equal(OK, verify(&rig, &h));
	tw_close(&rig);
}

static void
a_get_has_its_fields_in_the_query(void **state)
{
	static const char tail[] = "?AccountSid=" TW_SID "&Body=Hello";
	struct tw_rig rig;
	struct hook h;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	h = tw_hook(&rig, tail, "");
	h.method = STR("GET");
	h.type = (struct str){0};
	rig.signature = tw_sign(&rig, TW_TOKEN, h.url.p);
	assert_int_equal(OK, verify(&rig, &h));
	h.query = STR("AccountSid=AC00000000000000000000000000000002");
	assert_int_equal(E_DENIED, verify(&rig, &h));
	tw_close(&rig);
}

static void
only_forms_and_json_are_looked_at(void **state)
{
	static const struct {
		const char *method, *type, *body;
		bool good;
	} cases[] = {
	    {"POST", "application/x-www-form-urlencoded", "", true},
	    {"POST", "Application/X-WWW-Form-URLEncoded; charset=utf-8", "",
		true},
	    {"POST", "", "", true},
	    {"POST", "", "a=1", false},
	    {"POST", "text/plain", "", false},
	    {"POST", "application/x-www-form-urlencoded2", "", false},
	    {"POST", "multipart/form-data; boundary=x", "", false},
	    {"POST", "application/json", "", false},
	    {"PUT", "application/x-www-form-urlencoded", "", false},
	    {"HEAD", "", "", false},
	    {"GET", "", "", true},
	    {"POST", "application/x-www-form-urlencoded", "%", false},
	};
	struct tw_rig rig;
	size_t i;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	rig.signature = tw_sign(&rig, TW_TOKEN, TW_HOOK);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct hook h = tw_hook(&rig, "", cases[i].body);

		h.method = str_from(cases[i].method);
		h.type = str_from(cases[i].type);
		if ((verify(&rig, &h) == OK) != cases[i].good)
			fail_msg("%s %s %s", cases[i].method, cases[i].type,
			    cases[i].body);
		if (!cases[i].good)
			assert_non_null(rig.why);
	}
	tw_close(&rig);
}

/* Any bit of body, signature or URL that changes is noticed. */
static void
whatever_is_changed_is_refused(void **state)
{
	static const char body[] = "AccountSid=" TW_SID "&Body=Hi&From=x";
	struct test_random r = test_random_new("twilio_verify");
	const char *good;
	struct hook unchanged;
	struct tw_rig rig;
	int round;

	(void)state;
	tw_open(&rig, &channel_whatsapp);
	good = tw_sign(
	    &rig, TW_TOKEN, TW_HOOK "?q=1AccountSid" TW_SID "BodyHiFromx");
	for (round = 0; round < 300; round++) {
		char *copies[3] = {
		    strdup(body), strdup(good), strdup(TW_HOOK "?q=1")};
		char *one = copies[round % 3];
		struct hook h;

		one[test_random_below(&r, strlen(one))] ^= 1;
		rig.signature = copies[1];
		h = tw_hook(&rig, "?q=1", copies[0]);
		h.url = str_from(copies[2]);
		assert_int_equal(E_DENIED, verify(&rig, &h));
		free(copies[0]);
		free(copies[1]);
		free(copies[2]);
	}
	rig.signature = good;
	unchanged = tw_hook(&rig, "?q=1", body);
	assert_int_equal(OK, verify(&rig, &unchanged));
	tw_close(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(form_vectors),
	    cmocka_unit_test(json_vectors),
	    cmocka_unit_test(ports_may_be_signed_or_not),
	    cmocka_unit_test(the_query_is_signed_as_it_came),
	    cmocka_unit_test(every_secret_that_signs_is_tried),
	    cmocka_unit_test(an_empty_secret_signs_nothing),
	    cmocka_unit_test(what_is_wrong_is_said),
	    cmocka_unit_test(another_account_is_refused),
	    cmocka_unit_test(a_get_has_its_fields_in_the_query),
	    cmocka_unit_test(only_forms_and_json_are_looked_at),
	    cmocka_unit_test(whatever_is_changed_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
