/*
 * company: a table of documents, each with every fault it must be told; what
 * a good one parses to; sharing between threads; secrets.
 */
#include "core/company.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

static enum err
parse(const char *text, struct buf *faults_text, struct company **out)
{
	struct faults faults = {0};
	enum err e = company_parse(str_from(text), &faults, out);

	faults_write(&faults, faults_text);
	buf_char(faults_text, '\0');
	assert_int_equal(e == OK, faults.count == 0);
	faults_free(&faults);
	return e;
}

/* The rest of the line is the JSON parser's own affair. */
#define NOT_JSON "document: is not JSON: line 1, column "
#define NEEDS_NAME "name: is missing; write a string of 1 to 200 characters\n"
#define AN_ORIGIN \
	"; write an origin in lower case without a path, such as " \
	"\"https://shop.example\", or \"*\" alone\n"

static const struct {
	const char *document, *faults;
} bad[] = {
    {"", NOT_JSON},
    {"{\"name\": \"x\"", NOT_JSON},
    {"{\"name\":\"x\",\"name\":\"y\"}", NOT_JSON},
    {"{\"name\":\"x\"} {}", NOT_JSON},
    {"{\"name\":\"a\\u0000b\"}", NOT_JSON},
    {"{\"name\":\"\xff\"}", NOT_JSON},
    {"[1]", "document: is a list; write an object\n"},
    {"null", "document: is null; write an object\n"},
    {"{}", NEEDS_NAME},
    {"{\"name\":\"\"}",
	"name: has 0 characters; write a string of 1 to 200 characters\n"},
    {"{\"name\":\" \\n\"}",
	"name: is blank; write a string of 1 to 200 characters\n"},
    {"{\"name\":7}",
	"name: is a number; write a string of 1 to 200 characters\n"},
    {"{\"name\":null}",
	"name: is null; write a string of 1 to 200 characters\n"},
    {"{\"Name\":\"x\"}",
	"Name: is unknown; did you mean \"name\"?\n" NEEDS_NAME},
    {"{\"name\":\"x\",\"faqs\":[]}",
	"faqs: is unknown; did you mean \"faq\"?\n"},
    {"{\"name\":\"x\",\"colour\\n\":[]}",
	"colour?: is unknown; known here: name description faq bot web "
	"accounts support hours teams handoff routing texts "
	"webhooks\n"},
    {"{\"name\":\"x\",\"faq\":{}}",
	"faq: is an object; write a list of at most 5000 elements\n"},
    {"{\"name\":\"x\",\"faq\":[{\"question\":\"q\",\"answer\":\"a\"},"
     "\"q\",{\"question\":\"q\"},{\"questoin\":\"q\",\"answer\":1}]}",
	"faq[1]: is a string; write an object\n"
	"faq[2].answer: is missing; write a string of 1 to 4000 characters\n"
	"faq[3].questoin: is unknown; did you mean \"question\"?\n"
	"faq[3].question: is missing; write a string of 1 to 500 characters\n"
	"faq[3].answer: is a number; write a string of 1 to 4000 "
	"characters\n"},
    {"{\"name\":\"x\",\"bot\":{\"idle_minutes\":-1,"
     "\"words_per_second\":1.5,\"brain\":\"GPT 4\",\"unknown\":\"\"}}",
	"bot.brain: is \"GPT 4\"; write the name of a brain, such as "
	"\"faq\"\n"
	"bot.unknown: has 0 characters; write a string of 1 to 1000 "
	"characters\n"
	"bot.words_per_second: is a number with a fraction; write a whole "
	"number from 0 to 100\n"
	"bot.idle_minutes: is -1; write a whole number from 0 to 525600\n"},
    {"{\"name\":\"x\",\"bot\":{\"idle-minutes\":5,\"wordspersecond\":1}}",
	"bot.idle-minutes: is unknown; did you mean \"idle_minutes\"?\n"
	"bot.wordspersecond: is unknown; did you mean "
	"\"words_per_second\"?\n"},
    {"{\"name\":\"x\",\"web\":{\"origins\":[\"https://a.example\","
     "\"a.example\",\"https://a.example/\",\"https://A.example\",3,"
     "\"https://a.example:123456\"],\"identity_secret\":\"short\"}}",
	"web.origins[1]: is \"a.example\"" AN_ORIGIN
	"web.origins[2]: is \"https://a.example/\"" AN_ORIGIN
	"web.origins[3]: is \"https://A.example\"" AN_ORIGIN
	"web.origins[4]: is a number; write a string of 1 to 300 characters\n"
	"web.origins[5]: is \"https://a.example:123456\"" AN_ORIGIN
	"web.identity_secret: has 5 characters; write a string of 16 to 200 "
	"characters\n"},
    {"{\"name\":\"x\",\"web\":{\"origins\":[\"*\",\"https://a.example\"]}}",
	"web.origins: has \"*\" beside others; write \"*\" alone for any "
	"site, or the sites without it\n"},
    {"{\"name\":\"x\",\"accounts\":[{\"channel\":\"Talk\"},{\"channel\":"
     "\"talk\",\"name\":\"a_b\",\"id\":\"\",\"tokn\":\"x\",\"signing\":"
     "[\"12345678\",\"1234567\",8],\"sends_per_second\":-1},7]}",
	"accounts[0].channel: is \"Talk\"; write the name of a channel, in "
	"small letters\n"
	"accounts[0].name: is missing; write a string of 1 to 40 characters\n"
	"accounts[1].tokn: is unknown; did you mean \"token\"?\n"
	"accounts[1].name: is \"a_b\"; write a word of a-z, 0-9 and \"-\", "
	"with \"-\" neither first nor last\n"
	"accounts[1].id: has 0 characters; write a string of 1 to 200 "
	"characters\n"
	"accounts[1].signing[1]: has 7 characters; write a string of 8 to 200 "
	"characters\n"
	"accounts[1].signing[2]: is a number; write a string of 8 to 200 "
	"characters\n"
	"accounts[1].sends_per_second: is -1; write a whole number from 0 to "
	"100000\n"
	"accounts[2]: is a number; write an object\n"},
};

static void
same_faults(char *got, const char *want)
{
	size_t n = strlen(want);

	if (want[n - 1] != '\n' && strlen(got) > n)
		got[n] = '\0';
	assert_string_equal(got, want);
}

static void
names_every_fault(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		struct company *c = NULL;
		struct buf text = {0};

		assert_int_equal(parse(bad[i].document, &text, &c), E_BADINPUT);
		assert_null(c);
		same_faults(text.data, bad[i].faults);
		buf_free(&text);
	}
}

static void
fills_in_what_is_not_said(void **state)
{
	struct company *c = NULL;
	struct buf text = {0};

	(void)state;
	assert_int_equal(parse("{\"name\":\"Tea & Co\"}", &text, &c), OK);
	assert_true(str_eq(c->name, STR("Tea & Co")));
	assert_true(str_eq(c->brain, STR("faq")));
	assert_int_equal(c->welcome.n, 0);
	assert_true(c->unknown.n > 0 && c->failed.n > 0);
	assert_int_equal(c->words_per_second, 0);
	assert_int_equal(c->policy.idle_ms, 1440 * 60000);
	assert_int_equal(c->faq_count + c->origin_count, 0);
	assert_int_equal(c->identity_secret.n, 0);
	company_unref(c);
	buf_free(&text);
}

static void
parses_every_member(void **state)
{
	struct company *c = NULL;
	struct buf text = {0};

	(void)state;
	assert_int_equal(
	    parse("{\"name\":\"\xc3\x84rzte\",\"description\":\"d\",\"faq\":["
		  "{\"question\":\"q1\",\"answer\":\"a1\"},"
		  "{\"answer\":\"a2\",\"question\":\"q2\"}],\"bot\":{"
		  "\"brain\":\"echo\",\"welcome\":\"w\",\"unknown\":\"u\","
		  "\"failed\":\"f\",\"words_per_second\":100,"
		  "\"idle_minutes\":0},\"web\":{\"origins\":["
		  "\"http://localhost:8080\",\"https://a.b-c.example\"],"
		  "\"identity_secret\":\"0123456789abcdef\"}}",
		&text, &c),
	    OK);
	assert_true(str_eq(c->name, STR("\xc3\x84rzte")));
	assert_true(str_eq(c->description, STR("d")));
	assert_int_equal(c->faq_count, 2);
	assert_true(str_eq(c->faq[0].question, STR("q1")));
	assert_true(str_eq(c->faq[1].answer, STR("a2")));
	assert_true(str_eq(c->faq[1].question, STR("q2")));
	assert_true(str_eq(c->brain, STR("echo")));
	assert_true(str_eq(c->welcome, STR("w")));
	assert_true(str_eq(c->unknown, STR("u")));
	assert_true(str_eq(c->failed, STR("f")));
	assert_int_equal(c->words_per_second, 100);
	assert_int_equal(c->policy.idle_ms, 0);
	assert_int_equal(c->origin_count, 2);
	assert_true(str_eq(c->origins[0], STR("http://localhost:8080")));
	assert_true(str_eq(c->identity_secret, STR("0123456789abcdef")));
	company_unref(c);
	buf_free(&text);
}

static void
parses_accounts(void **state)
{
	const struct company_account *account;
	struct company *c = NULL;
	struct buf text = {0};

	(void)state;
	assert_int_equal(
	    parse("{\"name\":\"x\",\"accounts\":[{\"channel\":\"talk\","
		  "\"name\":\"one\"},{\"channel\":\"talk\",\"name\":\"two\","
		  "\"id\":\"i\",\"sender\":\"s\",\"user\":\"u\",\"token\":"
		  "\"t\",\"signing\":[\"12345678\",\"sealed:x\"],\"api\":"
		  "\"http://localhost:8090/a\",\"template\":\"HX\","
		  "\"sends_per_second\":7,"
		  "\"sends_per_recipient_minute\":8}]}",
		&text, &c),
	    OK);
	assert_int_equal(c->account_count, 2);
	account = company_account(c, STR("talk"), STR("one"));
	assert_ptr_equal(account, &c->accounts[0]);
	assert_int_equal(account->token.n + account->signing_count +
			     account->api.n + (size_t)account->per_second,
	    0);
	account = company_account(c, STR("talk"), STR("two"));
	assert_ptr_equal(account, &c->accounts[1]);
	assert_true(str_eq(account->id, STR("i")));
	assert_true(str_eq(account->sender, STR("s")));
	assert_true(str_eq(account->user, STR("u")));
	assert_true(str_eq(account->token, STR("t")));
	assert_int_equal(account->signing_count, 2);
	assert_true(str_eq(account->signing[0], STR("12345678")));
	assert_true(str_eq(account->signing[1], STR("sealed:x")));
	assert_true(str_eq(account->api, STR("http://localhost:8090/a")));
	assert_true(str_eq(account->template, STR("HX")));
	assert_int_equal(account->per_second, 7);
	assert_int_equal(account->per_recipient_minute, 8);
	assert_null(company_account(c, STR("talk"), STR("three")));
	assert_null(company_account(c, STR("tal"), STR("one")));
	company_unref(c);
	buf_free(&text);
}

static const struct {
	const char *api;
	bool good;
} apis[] = {{"https://api.example", true}, {"http://127.0.0.1:80", true},
    {"https://a.example/v1/b_c-d.e~f", true}, {"https://a.example/", false},
    {"https://a.example/v1/", false}, {"https://a.example?x", false},
    {"https://a.example/v1?x", false}, {"https://u:p@a.example", false},
    {"https://a.example:", false}, {"https://a.example:x", false},
    {"https://A.example", false}, {"ftp://a.example", false},
    {"https:///v1", false}, {"https://a.example/\xc3\xa4", false},
    {"https://a.example#x", false}, {"a.example", false}};

static void
knows_an_api_by_its_address(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(apis); i++) {
		struct company *c = NULL;
		struct buf text = {0}, doc = {0};

		buf_addf(&doc,
		    "{\"name\":\"x\",\"accounts\":[{\"channel\":\"c\","
		    "\"name\":\"n\",\"api\":\"%s\"}]}%c",
		    apis[i].api, '\0');
		assert_int_equal(
		    parse(doc.data, &text, &c), apis[i].good ? OK : E_BADINPUT);
		company_unref(c);
		buf_free(&doc);
		buf_free(&text);
	}
}

static void
accepts_a_sealed_secret_of_any_length(void **state)
{
	struct company *c = NULL;
	struct buf text = {0}, doc = {0};
	int i;

	(void)state;
	buf_str(&doc, "{\"name\":\"x\",\"web\":{\"identity_secret\":\"sealed:");
	for (i = 0; i < 1200; i++)
		buf_char(&doc, 'A');
	buf_add(&doc, "\"}}", 4);
	assert_int_equal(parse(doc.data, &text, &c), OK);
	assert_int_equal(c->identity_secret.n, 1207);
	company_unref(c);
	buf_free(&doc);
	buf_free(&text);
}

static void
counts_what_it_no_longer_names(void **state)
{
	struct faults faults = {0};
	struct company *c = NULL;
	struct buf doc = {0};
	int i;

	(void)state;
	buf_str(&doc, "{\"name\":\"x\"");
	for (i = 0; i < 20000; i++)
		buf_addf(&doc, ",\"m%d\":0", i);
	buf_char(&doc, '}');
	assert_int_equal(
	    company_parse(buf_view(&doc), &faults, &c), E_BADINPUT);
	assert_int_equal(faults.count, 20000);
	faults_free(&faults);
	buf_free(&doc);
}

static void
refuses_a_document_that_is_too_long(void **state)
{
	size_t n = COMPANY_DOCUMENT_MAX + 1;
	char *big = malloc(n);
	struct faults faults = {0};
	struct company *c = NULL;

	(void)state;
	assert_non_null(big);
	memset(big, ' ', n);
	assert_int_equal(
	    company_parse((struct str){big, n}, &faults, &c), E_BADINPUT);
	assert_int_equal(faults.count, 1);
	faults_free(&faults);
	free(big);
}

static void *
share(void *arg)
{
	struct company *c = arg;
	int i;

	for (i = 0; i < 10000; i++) {
		company_ref(c);
		if (c->name.n != 1)
			return arg;
		company_unref(c);
	}
	company_unref(c);
	return NULL;
}

static void
is_shared_between_threads(void **state)
{
	struct company *c = NULL;
	struct buf text = {0};
	pthread_t t[4];
	void *failed;
	size_t i;

	(void)state;
	assert_int_equal(parse("{\"name\":\"x\"}", &text, &c), OK);
	for (i = 0; i < ARRAY_LEN(t); i++)
		assert_int_equal(
		    pthread_create(&t[i], NULL, share, company_ref(c)), 0);
	company_unref(c);
	for (i = 0; i < ARRAY_LEN(t); i++) {
		pthread_join(t[i], &failed);
		assert_null(failed);
	}
	buf_free(&text);
}

static void
look(const struct company *c, struct faults *faults)
{
	assert_int_equal(c->faq_count, 1);
	faults_add(faults, "faq", "is \"%.*s\"", STR_FMT(c->faq[0].question));
}

static void
look_again(const struct company *c, struct faults *faults)
{
	assert_int_equal(c->name.n, 0);
	faults_add(faults, "again", "looked");
}

static void
lets_others_name_faults_too(void **state)
{
	static const char two[] = "{\"name\":7,\"faq\":[{\"question\":\"q\","
				  "\"answer\":\"a\"}]}";
	static const char one[] = "{\"name\":\"n\",\"faq\":[{\"question\":"
				  "\"q\",\"answer\":\"a\"}]}";
	struct faults faults = {0};

	(void)state;
	assert_int_equal(company_check(STR(two), &faults, look), E_BADINPUT);
	assert_int_equal(faults.count, 2);
	assert_int_equal(company_check(STR(one), &faults, look), E_BADINPUT);
	assert_int_equal(faults.count, 3);
	assert_int_equal(
	    company_check(STR("{"), &faults, look_again), E_BADINPUT);
	assert_int_equal(faults.count, 5);
	faults_free(&faults);
}

static void
keeps_its_key(void **state)
{
	char key[] = "demo";
	struct company *c = NULL;
	struct buf text = {0};

	(void)state;
	assert_int_equal(parse("{\"name\":\"x\"}", &text, &c), OK);
	assert_int_equal(company_set_key(c, str_from(key)), OK);
	memset(key, 'x', sizeof(key));
	assert_true(str_eq(c->key, STR("demo")));
	company_unref(c);
	buf_free(&text);
}

static void
knows_a_valid_key(void **state)
{
	static const char *const good[] = {"a", "demo", "tea-and-co", "24-7",
	    "0123456789012345678901234567890123456789"};
	static const char *const wrong[] = {"", "-a", "a-", "-", "Demo", "a_b",
	    "a b", "a/b", "\xc3\xa4",
	    "01234567890123456789012345678901234567890"};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++)
		assert_true(company_key_valid(str_from(good[i])));
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(company_key_valid(str_from(wrong[i])));
}

/* ---- secrets ----------------------------------------------------------- */

static enum err
replace(void *arg, struct str secret, struct buf *out)
{
	unsigned *calls = arg;

	++*calls;
	if (str_eq(secret, STR("refuse me please")))
		return E_DENIED;
	buf_str(out, "sealed:");
	buf_add(out, secret.p, secret.n);
	return OK;
}

static const struct {
	const char *before, *after;
	enum err e;
	unsigned calls;
} secrets[] = {
    {"{\"web\":{\"identity_secret\":\"\xc3\xa9\\\"\"},\"x\":[1.5,true]}",
	"{\"web\":{\"identity_secret\":\"sealed:\xc3\xa9\\\"\"},"
	"\"x\":[1.5,true]}",
	OK, 1},
    {"{\"name\":\"n\"}", "{\"name\":\"n\"}", OK, 0},
    {"{\"web\":[\"identity_secret\"]}", "{\"web\":[\"identity_secret\"]}", OK,
	0},
    {"{\"web\":{\"identity_secret\":7}}", "{\"web\":{\"identity_secret\":7}}",
	OK, 0},
    {"{\"web\":{\"identity_secret\":\"refuse me please\"}}", "", E_DENIED, 1},
    {"{\"accounts\":[{\"id\":\"i\",\"token\":\"t\"},{\"signing\":[\"a\","
     "\"b\"]},{\"signing\":\"c\",\"token\":[\"d\"]},7]}",
	"{\"accounts\":[{\"id\":\"i\",\"token\":\"sealed:t\"},{\"signing\":"
	"[\"sealed:a\",\"sealed:b\"]},{\"signing\":\"c\",\"token\":[\"d\"]}"
	",7]}",
	OK, 3},
    {"[]", "", E_BADINPUT, 0},
    {"{", "", E_BADINPUT, 0},
};

/* Without the layout, for comparing. */
static void
squeeze(struct buf *b)
{
	size_t i, n = 0;

	for (i = 0; i < b->len; i++)
		if (b->data[i] != ' ' && b->data[i] != '\n')
			b->data[n++] = b->data[i];
	b->len = n;
}

static void
rewrites_only_secrets(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(secrets); i++) {
		struct buf out = {0};
		unsigned calls = 0;

		assert_int_equal(
		    company_rewrite_secrets(
			str_from(secrets[i].before), replace, &calls, &out),
		    secrets[i].e);
		assert_int_equal(calls, secrets[i].calls);
		squeeze(&out);
		assert_true(str_eq(buf_view(&out), str_from(secrets[i].after)));
		buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_every_fault),
	    cmocka_unit_test(fills_in_what_is_not_said),
	    cmocka_unit_test(parses_every_member),
	    cmocka_unit_test(parses_accounts),
	    cmocka_unit_test(knows_an_api_by_its_address),
	    cmocka_unit_test(accepts_a_sealed_secret_of_any_length),
	    cmocka_unit_test(counts_what_it_no_longer_names),
	    cmocka_unit_test(refuses_a_document_that_is_too_long),
	    cmocka_unit_test(is_shared_between_threads),
	    cmocka_unit_test(lets_others_name_faults_too),
	    cmocka_unit_test(keeps_its_key),
	    cmocka_unit_test(knows_a_valid_key),
	    cmocka_unit_test(rewrites_only_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
