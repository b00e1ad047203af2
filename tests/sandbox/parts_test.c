/* The small parts: ledgers, heaps, tables, forms, signatures, setups. */
#include "sandbox/files.h"
#include "sandbox/form.h"
#include "sandbox/heap.h"
#include "sandbox/ledger.h"
#include "sandbox/sandbox.h"
#include "sandbox/sign.h"
#include "sandbox/table.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- ledger ------------------------------------------------------------------ */

static void
forgets_the_oldest(void **state)
{
	const struct record r = {.vendor = "v", .kind = "k", .told = true};
	struct ledger l = {0};
	uint64_t n;

	(void)state;
	assert_int_equal(sb_ledger_open(&l), OK);
	for (n = 1; n <= LEDGER_MOST + 3; n++)
		assert_int_equal(sb_ledger_add(&l, &r, STR("\"a\":1")), n);
	assert_null(sb_ledger_get(&l, 0));
	assert_null(sb_ledger_get(&l, 3));
	assert_int_equal(sb_ledger_get(&l, 4)->n, 4);
	assert_int_equal(sb_ledger_get(&l, LEDGER_MOST + 3)->size, 5);
	assert_null(sb_ledger_get(&l, LEDGER_MOST + 4));
	sb_ledger_close(&l);
}

static void
writes_a_page_at_a_time(void **state)
{
	const struct record r = {.vendor = "v", .kind = "k", .told = true};
	struct ledger_page page = {
	    .vendor = STR(""), .write = sb_record_write_effect};
	struct ledger l = {0};
	struct buf b = {0};
	unsigned i;

	(void)state;
	assert_int_equal(sb_ledger_open(&l), OK);
	for (i = 0; i < LEDGER_PAGE + 1; i++)
		(void)sb_ledger_add(&l, &r, STR(""));
	sb_ledger_write(&l, "effects", &page, &b);
	buf_char(&b, '\0');
	assert_non_null(strstr(b.data, "\"next\":5000,"));
	buf_clear(&b);
	page.after = LEDGER_PAGE;
	sb_ledger_write(&l, "effects", &page, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.data,
	    "{\"effects\":[{\"n\":5001,\"vendor\":\"v\",\"kind\":\"k\","
	    "\"told\":true,\"at\":0}],\"next\":5001,\"first\":1,"
	    "\"most\":200000");
	buf_free(&b);
	sb_ledger_close(&l);
}

/* ---- heap and table ----------------------------------------------------------- */

static void
orders_errands(void **state)
{
	struct test_random r = test_random_new("heap");
	struct errand list[500], *e;
	struct heap h = {0};
	int64_t last = -1;
	uint64_t order = 0;
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(list); i++) {
		list[i].due = (int64_t)test_random_below(&r, 50);
		assert_int_equal(sb_heap_put(&h, &list[i]), OK);
	}
	for (i = 0; (e = sb_heap_take(&h)) != NULL; i++) {
		assert_true(
		    e->due > last || (e->due == last && e->order > order));
		last = e->due;
		order = e->order;
	}
	assert_int_equal(i, ARRAY_LEN(list));
	sb_heap_free(&h);
}

struct thing {
	struct node node;
	char name[16];
};

static void
drop(struct node *n)
{
	free(CONTAINER_OF(n, struct thing, node));
}

static void
finds_things(void **state)
{
	struct table t = {0};
	struct thing *x;
	unsigned i;
	char name[16];

	(void)state;
	assert_null(sb_table_find(&t, STR("0")));
	for (i = 0; i < 1000; i++) {
		x = calloc(1, sizeof(*x));
		assert_non_null(x);
		(void)snprintf(x->name, sizeof(x->name), "%u", i);
		x->node.key = str_from(x->name);
		assert_int_equal(sb_table_add(&t, &x->node), OK);
	}
	for (i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "%u", i);
		x = CONTAINER_OF(
		    sb_table_find(&t, str_from(name)), struct thing, node);
		assert_string_equal(x->name, name);
		if (i % 2 == 0) {
			sb_table_remove(&t, &x->node);
			free(x);
		}
	}
	assert_null(sb_table_find(&t, STR("500")));
	assert_non_null(sb_table_find(&t, STR("501")));
	assert_int_equal(t.count, 500);
	sb_table_end(&t, drop);
}

/* ---- forms and signatures ------------------------------------------------------ */

static void
reads_forms(void **state)
{
	static const struct {
		const char *text, *a; /* a NULL: refused */
	} cases[] = {
	    {"a=1", "1"},
	    {"a=%C3%A9+x&b=2", "\xc3\xa9 x"},
	    {"a", ""},
	    {"b=1&a=&c", ""},
	    {"&&a=1=2", "1=2"},
	    {"a=%", NULL},
	    {"a=%4", NULL},
	    {"a=%zz", NULL},
	    {"a=%ff", NULL},
	    {"%41=1", NULL},
	};
	struct arena arena = {0};
	struct form f;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		enum err e = sb_form_read(str_from(cases[i].text), &arena, &f);
		struct str a = sb_form_get(&f, "a");

		if (cases[i].a == NULL)
			assert_true(e == E_BADINPUT || a.p == NULL);
		else if (e != OK || !str_eq(a, str_from(cases[i].a)))
			fail_msg("%s", cases[i].text);
	}
	arena_free(&arena);
}

static void
writes_what_it_reads(void **state)
{
	static const char value[] = "a b&c=d%e\xc3\xa9~-._/?\n";
	struct arena arena = {0};
	struct buf b = {0};
	struct form f;

	(void)state;
	sb_form_put(&b, STR("n m"), str_from(value));
	sb_form_put(&b, STR("x"), STR(""));
	assert_int_equal(sb_form_read(buf_view(&b), &arena, &f), OK);
	assert_int_equal(f.count, 2);
	assert_true(str_eq(sb_form_get(&f, "n m"), str_from(value)));
	buf_free(&b);
	arena_free(&arena);
}

/* A field that comes twice counts once for each value it has. */
static void
signs_a_field_once(void **state)
{
	char once[SIGN_FORM_TEXT + 1], twice[SIGN_FORM_TEXT + 1];
	struct arena arena = {0};
	struct form f;

	(void)state;
	assert_int_equal(sb_form_read(STR("b=2&a=1&a=2"), &arena, &f), OK);
	assert_int_equal(sb_sign_form(STR("k"), STR("u"), &f, once), OK);
	assert_int_equal(
	    sb_form_read(STR("a=2&a=1&a=2&b=2&a=1"), &arena, &f), OK);
	assert_int_equal(sb_sign_form(STR("k"), STR("u"), &f, twice), OK);
	assert_string_equal(once, twice);
	arena_free(&arena);
}

/* The examples that the vendors themselves publish. */
static void
signs_the_published_examples(void **state)
{
	static const char slack[] =
	    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain="
	    "testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id="
	    "U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
	    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F"
	    "T1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id="
	    "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
	static const char twilio[] =
	    "To=%2B18005551212&CallSid=CA1234567890ABCDE&Digits=1234&"
	    "Caller=%2B14158675309&From=%2B14158675309";
	char v0[SIGN_V0_TEXT + 1], form[SIGN_FORM_TEXT + 1];
	struct arena arena = {0};
	struct form f;

	(void)state;
	sb_sign_v0(STR("8f742231b10e8888abcd99yyyzzz85a5"), 1531420618,
	    str_from(slack), v0);
	assert_string_equal(v0, "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a1"
				"0bd27519666489c69b503");
	assert_int_equal(sb_form_read(str_from(twilio), &arena, &f), OK);
	assert_int_equal(
	    sb_sign_form(STR("12345"),
		STR("https://mycompany.com/myapp.php?foo=1&bar=2"), &f, form),
	    OK);
	assert_string_equal(form, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
	arena_free(&arena);
}

/* ---- files ---------------------------------------------------------------------- */

static void
bounds_files(void **state)
{
	char *big = calloc(1, FILE_BYTES + 1);
	struct files files = {0};
	unsigned i, taken = 0;
	char id[16];

	(void)state;
	assert_non_null(big);
	for (i = 0; i < FILES_BYTES / FILE_BYTES + 1; i++) {
		struct file *f;

		(void)snprintf(id, sizeof(id), "F%u", i);
		f = sb_file_new(&files, str_from(id), STR("n"), STR("t"));
		assert_int_equal(
		    sb_file_fill(&files, f, (struct str){big, FILE_BYTES + 1}),
		    E_LIMIT);
		taken += sb_file_fill(
			     &files, f, (struct str){big, FILE_BYTES}) == OK;
	}
	assert_int_equal(taken, FILES_BYTES / FILE_BYTES);
	assert_string_equal(sb_file_find(&files, STR("F1"))->type.p, "t");
	sb_files_free(&files);
	free(big);
}

/* ---- setups ---------------------------------------------------------------------- */

static int64_t
no_time(const struct clock *c)
{
	(void)c;
	return 1700000000000;
}

static const struct clock still = {.wall_ms = no_time, .steady_ms = no_time};

static void
nowhere(void *arg, struct str line)
{
	(void)arg;
	(void)line;
}

/* The words with which it does not start. */
static void
refuses(const char *listen, const char *setup, const char *words)
{
	static struct metrics metrics;
	char why[2000] = "";
	struct sandbox_conf conf = {.listen = listen,
	    .setup = str_from(setup),
	    .smtp = "",
	    .imap = "",
	    .clock = &still,
	    .log = log_new(&still, LOG_ERROR, nowhere, NULL),
	    .metrics = &metrics};
	struct sandbox *s;

	if (sandbox_start(&conf, &s, why, sizeof(why)) == OK)
		fail_msg("%s was taken", setup);
	if (strstr(why, words) == NULL)
		fail_msg("%s, not %s", why, words);
	assert_null(strchr(why, '\n'));
	log_free(conf.log);
}

#define HERE "127.0.0.1:0"

static void
names_each_mistake(void **state)
{
	(void)state;
	refuses("0.0.0.0:0", "{}", "127.0.0.1");
	refuses(":8090", "{}", "127.0.0.1");
	refuses("192.0.2.1:80", "{}", "127.0.0.1");
	refuses(HERE, "{", "no JSON");
	refuses(HERE, "[]", "no JSON object");
	refuses(HERE, "{\"slak\":[]}", "slak: is unknown");
	refuses(HERE, "{\"slack\":{}}", "no array");
	refuses(HERE, "{\"slack\":[{}]}", "slack[0].token: is missing");
	refuses(HERE,
	    "{\"twilio\":[{\"sid\":\"AC1\",\"token\":\"t\","
	    "\"numbers\":[{\"address\":\"shop\"}]}]}",
	    "+15551234567");
	refuses(HERE,
	    "{\"twilio\":[{\"sid\":\"AC1\",\"token\":\"t\","
	    "\"numbers\":[]}]}",
	    "32 hex digits");
	refuses(
	    HERE, "{\"strict_rates\":1,\"retry_scale\":\"x\"}", "strict_rates");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forgets_the_oldest),
	    cmocka_unit_test(writes_a_page_at_a_time),
	    cmocka_unit_test(orders_errands),
	    cmocka_unit_test(finds_things),
	    cmocka_unit_test(reads_forms),
	    cmocka_unit_test(writes_what_it_reads),
	    cmocka_unit_test(signs_a_field_once),
	    cmocka_unit_test(signs_the_published_examples),
	    cmocka_unit_test(bounds_files),
	    cmocka_unit_test(names_each_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
