/*
 * How answers become messages: what stands for Markdown, splitting, files,
 * buttons, limits, and the window.
 */
#include "channels/form.h"
#include "channels/split.h"
#include "channels/twilio/markup.h"
#include "core/utf8.h"
#include "tests/channels/twilio_rig.h"
#include "tests/lib/random.h"

#include <stdlib.h>

/* ---- markup ------------------------------------------------------------- */

static const struct {
	const char *markdown, *simple, *none;
} markups[] = {
    {"", "", ""},
    {"plain text", "plain text", "plain text"},
    {"**bold** and *slanted*", "*bold* and _slanted_", "bold and slanted"},
    {"__bold__ and _slanted_", "*bold* and _slanted_", "bold and slanted"},
    {"***both***", "*_both_*", "both"},
    {"**a *b* c**", "*a _b_ c*", "a b c"},
    {"*a **b** c*", "_a *b* c_", "a b c"},
    {"**a *b***", "*a _b_*", "a b"},
    {"~~gone~~", "~gone~", "gone"},
    {"some_long_name", "some_long_name", "some_long_name"},
    {"2*3*4 and 5 * 6 * 7", "2*3*4 and 5 * 6 * 7", "2*3*4 and 5 * 6 * 7"},
    {"**open", "**open", "**open"},
    {"a** b **c", "a** b **c", "a** b **c"},
    {"\\*not bold\\*", "*not bold*", "*not bold*"},
    {"**a \\* b**", "*a * b*", "a * b"},
    {"C:\\dir", "C:\\dir", "C:\\dir"},
    {"use `a*b*c` here", "use ```a*b*c``` here", "use a*b*c here"},
    {"**x `*` y**", "*x ```*``` y*", "x * y"},
    {"``a ` b``", "```a ` b```", "a ` b"},
    {"a ` b", "a ` b", "a ` b"},
    {"# Title", "*Title*", "Title"},
    {"## A **bold** title ##", "*A bold title*", "A bold title"},
    {"#no title", "#no title", "#no title"},
    {"* one\n+ two\n- three", "- one\n- two\n- three", "- one\n- two\n- three"},
    {"  * inner **x**", "  - inner *x*", "  - inner x"},
    {"1. one\n2. two", "1. one\n2. two", "1. one\n2. two"},
    {"> said", "> said", "> said"},
    {"[our page](https://a.example/x)", "our page (https://a.example/x)",
	"our page (https://a.example/x)"},
    {"[**our** page](https://a.example \"title\")",
	"*our* page (https://a.example)", "our page (https://a.example)"},
    {"[https://a.example](https://a.example)", "https://a.example",
	"https://a.example"},
    {"[a.example](https://a.example)", "https://a.example",
	"https://a.example"},
    {"![a cat](https://a.example/c.png)", "a cat (https://a.example/c.png)",
	"a cat (https://a.example/c.png)"},
    {"[x](https://a.example/(y))", "x (https://a.example/(y))",
	"x (https://a.example/(y))"},
    {"[x] and [y](", "[x] and [y](", "[x] and [y]("},
    {"<https://a.example/_b_>", "https://a.example/_b_",
	"https://a.example/_b_"},
    {"<ann@a.example>", "ann@a.example", "ann@a.example"},
    {"a < b > c: d", "a < b > c: d", "a < b > c: d"},
    {"https://a.example/_x_/~y~", "https://a.example/_x_/~y~",
	"https://a.example/_x_/~y~"},
    {"*see https://a.example/a_b_c*", "_see https://a.example/a_b_c_",
	"see https://a.example/a_b_c"},
    {"a\r\nb  \nc", "a\nb\nc", "a\nb\nc"},
    {"```js\nlet *x* = 1;\n```\nend", "```\nlet *x* = 1;\n```\nend",
	"let *x* = 1;\nend"},
    {"a\n\n~~~\nb\n~~~", "a\n\n```\nb\n```", "a\n\nb"},
    {"*\xc3\xa4\xe2\x98\x83*", "_\xc3\xa4\xe2\x98\x83_",
	"\xc3\xa4\xe2\x98\x83"},
};

static void
check_markup(const char *markdown, enum markup markup, const char *expected)
{
	struct buf b = {0};

	twilio_markup(str_from(markdown), markup, &b);
	tw_assert_str(buf_view(&b), expected);
	buf_free(&b);
}

static void
markdown_becomes_what_phones_show(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(markups); i++) {
		check_markup(
		    markups[i].markdown, MARKUP_SIMPLE, markups[i].simple);
		check_markup(markups[i].markdown, MARKUP_NONE, markups[i].none);
	}
}

/* Signs and letters in any order: bounded, UTF-8 stays UTF-8. */
static void
any_text_can_be_written(void **state)
{
	static const char *const pieces[] = {"*", "**", "***", "_", "__", "`",
	    "```", "~~", "[", "]", "(", ")", "<", ">", "\\", "\n", " ", "a",
	    "\xc3\xa4", "#", "-", "!", "https://x.y"};
	struct test_random r = test_random_new("twilio_markup");
	int round;

	(void)state;
	for (round = 0; round < 500; round++) {
		size_t n = test_random_below(&r, 200), i;
		struct buf text = {0}, out = {0};

		for (i = 0; i < n; i++)
			buf_str(&text,
			    pieces[test_random_below(&r, ARRAY_LEN(pieces))]);
		buf_char(&text, '.');
		twilio_markup(buf_view(&text),
		    round % 2 ? MARKUP_SIMPLE : MARKUP_NONE, &out);
		assert_false(out.failed);
		assert_true(utf8_valid(buf_view(&out)));
		assert_true(out.len <= 6 * text.len);
		buf_free(&text);
		buf_free(&out);
	}
}

/* ---- messages ----------------------------------------------------------- */

struct rendered {
	struct tw_rig rig;
	struct payloads out;
	struct faults faults;
	struct outgoing m;
};

static void
render_open(struct rendered *r, const struct channel *channel)
{
	*r = (struct rendered){.m = {.text = STR("Hello"),
				   .address = STR(TW_PHONE),
				   .customer_at = TW_NOW - TW_HOUR_MS,
				   .now = TW_NOW}};
	tw_open(&r->rig, channel);
}

static enum err
render(struct rendered *r)
{
	return r->rig.channel->render(
	    &r->rig.doc, &r->m, &r->rig.arena, &r->out, &r->faults);
}

static void
render_close(struct rendered *r)
{
	faults_free(&r->faults);
	tw_close(&r->rig);
}

static struct str
payload_text(struct rendered *r, unsigned i)
{
	json_t *root = json_loadb(
	    r->out.list[i].text.p, r->out.list[i].text.n, 0, NULL);
	struct str s = arena_copy(&r->rig.arena,
	    str_from(json_string_value(json_object_get(root, "text"))));

	json_decref(root);
	return s;
}

static void
a_text_is_one_message(void **state)
{
	static const struct {
		const char *address, *reply, *to, *recipient;
	} cases[] = {
	    {TW_PHONE, "", "whatsapp:" TW_PHONE, TW_PHONE},
	    {TW_USER, "", "whatsapp:" TW_USER, TW_USER},
	    {TW_USER, "{\"to\":\"whatsapp:" TW_PHONE "\"}",
		"whatsapp:" TW_PHONE, TW_PHONE},
	    {TW_USER, "{\"to\":\"rubbish\"}", "whatsapp:" TW_USER, TW_USER},
	    {TW_USER, "no JSON", "whatsapp:" TW_USER, TW_USER},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct rendered r;

		render_open(&r, &channel_whatsapp);
		r.m.text = STR("**Hello** Ann");
		r.m.address = str_from(cases[i].address);
		r.m.reply = str_from(cases[i].reply);
		assert_int_equal(OK, render(&r));
		assert_int_equal(1, r.out.count);
		tw_assert_str(r.out.list[0].recipient, cases[i].recipient);
		tw_assert_json(r.out.list[0].text,
		    arena_printf(&r.rig.arena,
			"{\"to\":\"%s\",\"text\":\"*Hello* Ann\"}", cases[i].to)
			.p);
		render_close(&r);
	}
}

static void
an_address_of_another_kind_is_refused(void **state)
{
	struct rendered r;

	(void)state;
	render_open(&r, &channel_whatsapp);
	r.m.address = STR("C0HELP:1.2");
	assert_int_equal(E_BADINPUT, render(&r));
	tw_assert_str(r.faults.list[0].where, "address");
	assert_int_equal(0, r.out.count);
	render_close(&r);
}

static struct str
long_text(struct arena *a, const char *word, size_t times)
{
	size_t n = strlen(word), i;
	char *p = arena_alloc(a, n * times + 1);

	assert_non_null(p);
	for (i = 0; i < times; i++)
		memcpy(p + i * n, word, n);
	return (struct str){p, n * times};
}

/* Nothing of it is lost, and no part is too long: in UTF-16 units, too. */
static void
a_long_text_is_split(void **state)
{
	static const char *const words[] = {"word ", "line\n",
	    "\xf0\x9f\x98\x80", "**bold** ",
	    "https://a.example/some/path_with_signs "};
	size_t i;
	unsigned k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(words); i++) {
		struct rendered r;
		size_t total = 0;

		render_open(&r, &channel_whatsapp);
		r.m.text = long_text(
		    &r.rig.arena, words[i], 6000 / strlen(words[i]));
		assert_int_equal(OK, render(&r));
		assert_true(r.out.count >= 2 && r.out.count <= 5);
		for (k = 0; k < r.out.count; k++) {
			struct str part = payload_text(&r, k);

			assert_true(text_length(part, TEXT_UTF16) <= 1500);
			assert_true(part.n > 0 && utf8_valid(part));
			total += part.n;
		}
		assert_true(total + 2 * 1200 + 10 >= r.m.text.n);
		render_close(&r);
	}
}

static void
limits_are_named(void **state)
{
	static const struct outgoing_file file = {
	    .type = {"image/png", 9}, .url = {"https://x/y", 11}, .size = 1};
	struct rendered r;

	(void)state;
	render_open(&r, &channel_whatsapp);
	r.m.text = long_text(&r.rig.arena, "abcd", 3001);
	assert_int_equal(E_BADINPUT, render(&r));
	tw_assert_str(r.faults.list[0].where, "text");
	tw_assert_holds(r.faults.list[0].what, "12000");
	render_close(&r);

	render_open(&r, &channel_sms);
	r.m.files = &file;
	r.m.file_count = 1;
	assert_int_equal(E_BADINPUT, render(&r));
	tw_assert_str(r.faults.list[0].where, "files");
	render_close(&r);

	render_open(&r, &channel_whatsapp);
	r.m.text = STR("");
	assert_int_equal(E_BADINPUT, render(&r));
	render_close(&r);
}

static void
files_go_by_themselves(void **state)
{
	static const struct outgoing_file files[] = {
	    {.name = {"a.png", 5},
		.type = {"image/png", 9},
		.url = {"https://x/a", 11},
		.size = 5000000},
	    {.type = {"application/pdf", 15},
		.url = {"https://x/b", 11},
		.size = 16000000},
	};
	struct rendered r;

	(void)state;
	render_open(&r, &channel_whatsapp);
	r.m.files = files;
	r.m.file_count = 2;
	assert_int_equal(OK, render(&r));
	assert_int_equal(3, r.out.count);
	tw_assert_str(payload_text(&r, 0), "Hello");
	tw_assert_json(r.out.list[1].text,
	    "{\"to\":\"whatsapp:" TW_PHONE
	    "\",\"url\":\"https://x/a\",\"name\":\"a.png\"}");
	tw_assert_json(r.out.list[2].text,
	    "{\"to\":\"whatsapp:" TW_PHONE "\",\"url\":\"https://x/b\"}");
	r.m.text = STR("");
	assert_int_equal(OK, render(&r));
	assert_int_equal(2, r.out.count);
	render_close(&r);
}

static void
a_file_too_big_or_strange_is_refused(void **state)
{
	static const struct outgoing_file files[] = {
	    {.type = {"image/png", 9}, .size = 5000001},
	    {.type = {"application/pdf", 15}, .size = 16000001},
	    {.type = {"image/tiff", 10}, .size = 1},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(files); i++) {
		struct rendered r;

		render_open(&r, &channel_whatsapp);
		r.m.files = &files[i];
		r.m.file_count = 1;
		assert_int_equal(E_BADINPUT, render(&r));
		render_close(&r);
	}
}

static void
buttons_become_lines(void **state)
{
	static const struct button buttons[] = {
	    {.text = {"Yes", 3}}, {.text = {"No, *thanks*", 12}}};
	struct rendered r;

	(void)state;
	render_open(&r, &channel_sms);
	r.m.text = STR("Shall **we**?");
	r.m.buttons = buttons;
	r.m.button_count = 2;
	assert_int_equal(OK, render(&r));
	assert_int_equal(1, r.out.count);
	tw_assert_str(
	    payload_text(&r, 0), "Shall we?\n\n1. Yes\n2. No, *thanks*");
	tw_assert_str(r.out.list[0].recipient, TW_PHONE);
	render_close(&r);
}

/* An account that is gone from the document still has a name for faults. */
static void
no_account_is_no_crash(void **state)
{
	static const struct company_account gone;
	struct rendered r;

	(void)state;
	render_open(&r, &channel_whatsapp);
	r.rig.doc = gone;
	assert_int_equal(OK, render(&r));
	render_close(&r);
}

/* ---- the window --------------------------------------------------------- */

static void
a_closed_window_needs_a_template(void **state)
{
	struct rendered r;
	unsigned k;

	(void)state;
	render_open(&r, &channel_whatsapp);
	r.m.customer_at = TW_NOW - 24 * TW_HOUR_MS;
	assert_int_equal(E_BADINPUT, render(&r));
	tw_assert_str(r.faults.list[0].where, "window");
	r.rig.doc.template = STR(TW_TEMPLATE);
	r.m.text = long_text(&r.rig.arena, "word ", 500);
	assert_int_equal(OK, render(&r));
	assert_int_equal(3, r.out.count);
	for (k = 0; k < r.out.count; k++)
		assert_true(
		    text_length(payload_text(&r, k), TEXT_UTF16) <= 900);
	render_close(&r);

	render_open(&r, &channel_sms);
	r.m.customer_at = 0;
	assert_int_equal(OK, render(&r));
	render_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(markdown_becomes_what_phones_show),
	    cmocka_unit_test(any_text_can_be_written),
	    cmocka_unit_test(a_text_is_one_message),
	    cmocka_unit_test(an_address_of_another_kind_is_refused),
	    cmocka_unit_test(a_long_text_is_split),
	    cmocka_unit_test(limits_are_named),
	    cmocka_unit_test(files_go_by_themselves),
	    cmocka_unit_test(a_file_too_big_or_strange_is_refused),
	    cmocka_unit_test(buttons_become_lines),
	    cmocka_unit_test(no_account_is_no_crash),
	    cmocka_unit_test(a_closed_window_needs_a_template),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
