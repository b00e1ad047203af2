/*
 * account: what is said of a document's accounts, and an account opened. What
 * a row asks for is tried on whichever row asks for something.
 */
#include "channels/channel.h"
#include "core/token.h"
#include "tests/lib/cmocka.h"

#include <stdlib.h>

#define SEALS \
	{ \
		.key = {{1}, {2}}, .count = 1 \
	}

static struct company *
document(const char *accounts)
{
	struct company *c = NULL;
	struct faults faults = {0};
	struct buf text = {0};

	buf_addf(&text, "{\"name\":\"x\",\"accounts\":[%s]}", accounts);
	assert_int_equal(company_parse(buf_view(&text), &faults, &c), OK);
	assert_int_equal(company_set_key(c, STR("shop")), OK);
	faults_free(&faults);
	buf_free(&text);
	return c;
}

/* What is wrong with them, as lines; the caller frees. */
static char *
said_of(const char *accounts)
{
	struct company *c = document(accounts);
	struct faults faults = {0};
	struct buf lines = {0};

	channels_check(c, &faults);
	faults_write(&faults, &lines);
	buf_char(&lines, '\0');
	faults_free(&faults);
	company_unref(c);
	return lines.data;
}

static void
begins(const char *accounts, const char *lines)
{
	char *said = said_of(accounts);

	assert_true(strlen(said) >= strlen(lines));
	assert_memory_equal(said, lines, strlen(lines));
	free(said);
}

static const struct channel *
vendor(void)
{
	size_t i = 0;

	while (channels[i] != NULL && !channel_has_vendor(channels[i]))
		i++;
	return channels[i];
}

static void
names_what_is_no_channel(void **state)
{
	const char *visitors = channel_of_visitors()->name;
	struct buf account = {0}, lines = {0};

	(void)state;
	begins("{\"channel\":\"pigeon\",\"name\":\"a\"}",
	    "accounts[0].channel: is \"pigeon\", which is none with accounts; "
	    "write one of:");
	buf_addf(
	    &account, "{\"channel\":\"%s\",\"name\":\"a\"}%c", visitors, 0);
	buf_addf(&lines,
	    "accounts[0].channel: is \"%s\", which is none with accounts; "
	    "write one of:%c",
	    visitors, 0);
	begins(account.data, lines.data);
	buf_free(&account);
	buf_free(&lines);
}

static void
names_a_name_that_is_there_twice(void **state)
{
	char *said = said_of("{\"channel\":\"a\",\"name\":\"one\"},"
			     "{\"channel\":\"b\",\"name\":\"one\"},"
			     "{\"channel\":\"a\",\"name\":\"two\"},"
			     "{\"channel\":\"a\",\"name\":\"one\"}");

	(void)state;
	assert_null(strstr(said, "accounts[1].name"));
	assert_null(strstr(said, "accounts[2].name"));
	assert_non_null(strstr(said,
	    "accounts[3].name: is that of accounts[0], on the same channel; "
	    "write another\n"));
	free(said);
}

/* It would be heard twice. */
static void
names_the_same_account_under_two_names(void **state)
{
	char *said = said_of(
	    "{\"channel\":\"a\",\"name\":\"one\",\"id\":\"x\"},"
	    "{\"channel\":\"b\",\"name\":\"two\",\"id\":\"x\"},"
	    "{\"channel\":\"a\",\"name\":\"six\",\"id\":\"x\",\"sender\":\"y\"}"
	    ","
	    "{\"channel\":\"a\",\"name\":\"ten\",\"id\":\"x\"}");

	(void)state;
	assert_null(strstr(said, "accounts[1].id"));
	assert_null(strstr(said, "accounts[2].id"));
	assert_non_null(strstr(said,
	    "accounts[3].id: and its sender are those of accounts[0]; leave "
	    "one out\n"));
	free(said);
}

/* Is there a line on that member of the first account? */
static void
assert_said(const char *said, const char *member, const char *what, bool there)
{
	struct buf line = {0};

	buf_addf(&line, "accounts[0].%s: %s%c", member, what, 0);
	if (there)
		assert_non_null(strstr(said, line.data));
	else
		assert_null(strstr(said, line.data));
	buf_free(&line);
}

static bool
asks_for(const struct channel *c, const char *member, bool required)
{
	const struct account_need *n = c->needs;

	while (n->member != NULL && strcmp(n->member, member) != 0)
		n++;
	return n->member != NULL && (n->required || !required);
}

static void
names_what_is_missing_and_what_is_not_read(void **state)
{
	static const char *const members[] = {
	    "id", "sender", "user", "token", "signing", "template"};
	const struct channel *c = vendor();
	struct buf none = {0}, all = {0};
	char *said_none, *said_all;
	size_t i;

	(void)state;
	if (c == NULL)
		skip();
	buf_addf(&none, "{\"channel\":\"%s\",\"name\":\"a\"}%c", c->name, 0);
	buf_addf(&all,
	    "{\"channel\":\"%s\",\"name\":\"a\",\"id\":\"?\",\"sender\":\"?\","
	    "\"user\":\"?\",\"token\":\"?\",\"signing\":[\"????????\"],"
	    "\"template\":\"?\"}%c",
	    c->name, 0);
	said_none = said_of(none.data);
	said_all = said_of(all.data);
	for (i = 0; i < ARRAY_LEN(members); i++) {
		assert_said(said_none, members[i], "is missing; write ",
		    asks_for(c, members[i], true));
		assert_said(said_all, members[i], "is not read by ",
		    !asks_for(c, members[i], false));
		assert_said(said_all, members[i], "is missing", false);
	}
	free(said_none);
	free(said_all);
	buf_free(&none);
	buf_free(&all);
}

/* ---- opened ------------------------------------------------------------- */

static void
opens_what_is_sealed(void **state)
{
	const struct token_keys keys = SEALS;
	struct buf sealed = {0}, doc = {0};
	struct arena a = {0};
	struct account account;
	struct company *c;

	(void)state;
	assert_int_equal(secret_seal(&keys, STR("secret-1"), &sealed), OK);
	buf_addf(&doc,
	    "{\"channel\":\"talk\",\"name\":\"one\",\"token\":\"plain-token\","
	    "\"signing\":[\"%.*s\",\"secret-2\"]}%c",
	    STR_FMT(buf_view(&sealed)), 0);
	c = document(doc.data);
	assert_int_equal(account_open(&keys,
			     &(struct account_of){
				 c, c->accounts, STR("https://chat.example/")},
			     &a, &account),
	    OK);
	assert_string_equal(
	    account.hook_url.p, "https://chat.example/hooks/talk/shop/one");
	assert_string_equal(account.token.p, "plain-token");
	assert_int_equal(account.signing_count, 2);
	assert_string_equal(account.signing[0].p, "secret-1");
	assert_string_equal(account.signing[1].p, "secret-2");
	assert_true(str_eq(account.company, STR("shop")));
	assert_ptr_equal(account.doc, c->accounts);
	company_unref(c);
	arena_free(&a);
	buf_free(&sealed);
	buf_free(&doc);
}

static enum err
open_one(const char *text, const struct token_keys *keys, struct arena *a,
    struct account *out)
{
	struct company *c = document(text);
	enum err e = account_open(
	    keys, &(struct account_of){c, c->accounts, STR("")}, a, out);

	company_unref(c);
	return e;
}

/* What is stamped for one account of one company means nothing elsewhere. */
static void
each_has_keys_of_its_own(void **state)
{
	static const char *const others[] = {
	    "{\"channel\":\"talk\",\"name\":\"two\",\"token\":\"t\"}",
	    "{\"channel\":\"post\",\"name\":\"one\",\"token\":\"t\"}"};
	const struct token_keys keys = SEALS;
	struct account one, other;
	struct arena a = {0};
	size_t i;

	(void)state;
	assert_int_equal(open_one("{\"channel\":\"talk\",\"name\":\"one\","
				  "\"token\":\"t\"}",
			     &keys, &a, &one),
	    OK);
	assert_int_equal(one.keys.count, keys.count);
	assert_memory_not_equal(one.keys.key[0], keys.key[0], TOKEN_KEY_BYTES);
	for (i = 0; i < ARRAY_LEN(others); i++) {
		assert_int_equal(open_one(others[i], &keys, &a, &other), OK);
		assert_memory_not_equal(
		    one.keys.key[0], other.keys.key[0], TOKEN_KEY_BYTES);
	}
	arena_free(&a);
}

static void
never_has_an_empty_secret(void **state)
{
	const struct token_keys keys = SEALS;
	struct account account;
	struct arena a = {0};

	(void)state;
	assert_int_equal(open_one("{\"channel\":\"talk\",\"name\":\"one\","
				  "\"token\":\"t\"}",
			     &keys, &a, &account),
	    OK);
	assert_int_equal(account.signing_count, 1);
	assert_string_equal(account.signing[0].p, "t");
	assert_int_equal(open_one("{\"channel\":\"talk\",\"name\":\"one\"}",
			     &keys, &a, &account),
	    E_DENIED);
	arena_free(&a);
}

static void
does_not_open_what_others_sealed(void **state)
{
	const struct token_keys keys = SEALS;
	struct token_keys others = SEALS;
	struct buf sealed = {0}, doc = {0};
	struct account account;
	struct arena a = {0};

	(void)state;
	others.key[0][5] = 9;
	assert_int_equal(secret_seal(&others, STR("secret-1"), &sealed), OK);
	buf_addf(&doc,
	    "{\"channel\":\"talk\",\"name\":\"one\",\"token\":\"%.*s\"}%c",
	    STR_FMT(buf_view(&sealed)), 0);
	assert_int_equal(open_one(doc.data, &keys, &a, &account), E_DENIED);
	arena_free(&a);
	buf_free(&sealed);
	buf_free(&doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_what_is_no_channel),
	    cmocka_unit_test(names_a_name_that_is_there_twice),
	    cmocka_unit_test(names_the_same_account_under_two_names),
	    cmocka_unit_test(names_what_is_missing_and_what_is_not_read),
	    cmocka_unit_test(opens_what_is_sealed),
	    cmocka_unit_test(each_has_keys_of_its_own),
	    cmocka_unit_test(never_has_an_empty_secret),
	    cmocka_unit_test(does_not_open_what_others_sealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
