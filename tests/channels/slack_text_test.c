/*
 * slack_text and slack_mrkdwn: what people write comes in as plain text; what
 * we write goes out as Slack's markup and can call nobody.
 */
#include "tests/channels/slack_rig.h"
#include "tests/lib/random.h"

/* ---- in ----------------------------------------------------------------- */

static const struct {
	const char *text, *plain;
} incoming[] = {
    {"Hello", "Hello"},
    {"", ""},
    {"a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"},
    /* What was typed as an entity stays one. */
    {"&amp;lt;", "&lt;"},
    {"&amp;amp;amp;", "&amp;amp;"},
    {"&copy; &", "&copy; &"},
    {"<@U0BEN> there", "@U0BEN there"},
    {"<@U0BEN|ben> there", "@ben there"},
    {"in <#C0HELP|help>", "in #help"},
    {"in <#C0HELP>", "in #C0HELP"},
    {"in <#C0HELP|>", "in #C0HELP"},
    {"<!here> and <!channel>", "@here and @channel"},
    {"<!subteam^S1|@shop>", "@shop"},
    {"<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"},
    {"<https://a.example/?x=1&amp;y=2>", "https://a.example/?x=1&y=2"},
    {"<https://a.example|a.example>", "https://a.example"},
    {"<https://a.example|the &lt;shop&gt;>", "the <shop> (https://a.example)"},
    {"<mailto:ann@a.example|ann@a.example>", "ann@a.example"},
    {"<mailto:ann@a.example>", "ann@a.example"},
    {"<tel:+155|+1 55>", "+1 55"},
    /* Not what Slack sends, and harmless. */
    {"a < b", "a < b"},
    {"<", "<"},
    {"<>", "<>"},
    {"<<@U0BEN>>", "<@U0BEN>"},
    {"<@>", "@"},
    {"<|x>", "x ()"},
    {"<@U0BOT> hi", "hi"},
    {"  <@U0BOT>: hi ", "hi"},
    {"<@U0BOT|support>, hi", "hi"},
    {"<@U0BOT>", "@U0BOT"},
    {"hi <@U0BOT>", "hi @U0BOT"},
    {"<@U0BOT><@U0BOT> hi", "@U0BOT hi"},
};

static void
test_incoming(void **state)
{
	struct arena a = {0};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(incoming); i++)
		expect_text(slack_text_read(str_from(incoming[i].text),
				STR("U0BOT"), false, &a),
		    incoming[i].plain);
	arena_free(&a);
}

static void
test_mentions(void **state)
{
	const struct str bot = STR("U0BOT"), none = STR("");

	(void)state;
	assert_true(slack_text_mentions(STR("a <@U0BOT> b"), bot, false));
	assert_true(slack_text_mentions(STR("a <@U0BOT|x> b"), bot, false));
	assert_true(slack_text_mentions(STR("<@U1> <@U0BOT>"), bot, false));
	assert_false(slack_text_mentions(STR("<@U0BOTX>"), bot, false));
	assert_false(slack_text_mentions(STR("<@U0BOT"), bot, false));
	assert_false(slack_text_mentions(STR("&lt;@U0BOT&gt;"), bot, false));
	assert_false(slack_text_mentions(STR("a <@U1> b"), bot, false));
	assert_false(slack_text_mentions(STR(""), bot, false));
	assert_true(slack_text_mentions(STR(" <@U1> b"), none, true));
	assert_false(slack_text_mentions(STR("a <@U1> b"), none, true));
	assert_false(slack_text_mentions(STR("<@U1> b"), none, false));
}

/* ---- out ---------------------------------------------------------------- */

static const struct {
	const char *markdown, *mrkdwn;
} outgoing[] = {
    {"Hello", "Hello"},
    {"a < b & c > d", "a &lt; b &amp; c &gt; d"},
    {"&lt;", "&amp;lt;"},
    {"**bold** and *italic* and ***both***",
	"*bold* and _italic_ and *_both_*"},
    {"__bold__ and _italic_", "*bold* and _italic_"},
    {"~~gone~~", "~gone~"},
    {"**bold *and italic* too**", "*bold _and italic_ too*"},
    {"*italic **and bold** too*", "_italic *and bold* too_"},
    {"2 * 3 * 4 = 24", "2 * 3 * 4 = 24"},
    {"2*3*4", "2*3*4"},
    {"snake_case_name", "snake_case_name"},
    {"**not closed", "**not closed"},
    {"** not bold **", "** not bold **"},
    {"**a\\*\\*b**", "*a**b*"},
    {"\\*plain\\*", "*plain*"},
    {"`a < b` and ``c`d``", "`a &lt; b` and `c`d`"},
    {"`**no**`", "`**no**`"},
    {"`open", "`open"},
    {"[shop](https://a.example)", "<https://a.example|shop>"},
    {"[shop](https://a.example/?a=1&b=2)",
	"<https://a.example/?a=1&amp;b=2|shop>"},
    {"[shop](https://a.example \"Our shop\")", "<https://a.example|shop>"},
    {"[**shop**](https://a.example)", "<https://a.example|shop>"},
    {"[a](https://a.example/x_(y))", "<https://a.example/x_(y)|a>"},
    {"![cat](https://a.example/c.png)", "<https://a.example/c.png|cat>"},
    {"[mail](mailto:a@b.example)", "<mailto:a@b.example|mail>"},
    {"[docs](/docs)", "docs (/docs)"},
    {"[x](javascript:alert(1))", "x (javascript:alert(1))"},
    {"[x] (y)", "[x] (y)"},
    {"<https://a.example>", "<https://a.example>"},
    {"see https://a.example/a_b_c*d now", "see https://a.example/a_b_c*d now"},
    {"**https://a.example**", "*https://a.example*"},
    {"# Title", "*Title*"},
    {"### **Title** ##", "*Title*"},
    {"## C#", "*C#*"},
    {"#tag", "#tag"},
    {"- one\n* two\n+ three\n  - four\n1. five",
	"\xe2\x80\xa2 one\n\xe2\x80\xa2 two\n\xe2\x80\xa2 three\n"
	"  \xe2\x80\xa2 four\n1. five"},
    {"> said\n>> twice\n> - item", "> said\n> twice\n> \xe2\x80\xa2 item"},
    {"```c\na < b **x**\n```", "```\na &lt; b **x**\n```"},
    {"~~~\n`x`\n~~~", "```\n`x`\n```"},
    {"```\nopen", "```\nopen\n```"},
    {"| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n| 1 | 2 |"},
    {"a\r\nb", "a\nb"},
    {"a\n\nb\n", "a\n\nb"},
    {"", ""},

    /* What must call nobody and lead nowhere else. */
    {"<!channel> <!here> <!everyone>",
	"&lt;!channel&gt; &lt;!here&gt; &lt;!everyone&gt;"},
    {"<@U0BEN> <!subteam^S1> <#C1>",
	"&lt;@U0BEN&gt; &lt;!subteam^S1&gt; &lt;#C1&gt;"},
    {"<https://evil.example|https://good.example>",
	"&lt;https://evil.example|https://good.example&gt;"},
    {"[https://good.example](https://evil.example)", "<https://evil.example>"},
    {"[www.good.example](https://evil.example)", "<https://evil.example>"},
    {"[https://a.example](https://a.example)",
	"<https://a.example|https://a.example>"},
    {"[a|b](https://a.example)", "<https://a.example|a/b>"},
    {"[a](https://a.example/|b><!channel>)",
	"<https://a.example/%7Cb%3E%3C!channel%3E|a>"},
    {"[<!channel>](https://a.example)", "<https://a.example|&lt;!channel&gt;>"},
    {"`<!channel>`", "`&lt;!channel&gt;`"},
    {"```\n<!channel>\n```", "```\n&lt;!channel&gt;\n```"},
    {"\\<!channel\\>", "&lt;!channel&gt;"},
    {"**<!channel>**", "*&lt;!channel&gt;*"},
    {"# <!channel>", "*&lt;!channel&gt;*"},
    {"[<!channel>](/x)", "&lt;!channel&gt; (/x)"},
    {"&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"},
};

static void
test_outgoing(void **state)
{
	struct buf b = {0};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(outgoing); i++) {
		buf_clear(&b);
		slack_mrkdwn(str_from(outgoing[i].markdown), &b);
		expect_text(buf_view(&b), outgoing[i].mrkdwn);
	}
	buf_free(&b);
}

/* ---- any text ----------------------------------------------------------- */

/* Every "<" begins a link to the web, which is closed before the next. */
static void
assert_harmless(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		struct str rest = {s.p + i, s.n - i};
		const char *end, *next;

		if (s.p[i] != '<')
			continue;
		end = memchr(rest.p, '>', rest.n);
		next = memchr(rest.p + 1, '<', rest.n - 1);
		if (end == NULL || (next != NULL && next < end) || rest.n < 8 ||
		    (memcmp(rest.p, "<http", 5) != 0 &&
			memcmp(rest.p, "<mailto:", 8) != 0 &&
			memcmp(rest.p, "<tel:", 5) != 0))
			fail_msg("%.*s", STR_FMT(s));
	}
}

#define PIECES_MAX 40u

static void
test_random(void **state)
{
	static const char *const pieces[] = {"<", ">", "&", "|", "[", "](", ")",
	    "!channel", "@U0BEN", "*", "**", "_", "`", "```", "\n", " ", "\\",
	    "https://a.example", "mailto:a", "#", "- ", "> ", "~~", "x", "&lt;",
	    "\xc3\xa4", "|---|"};
	struct test_random random = test_random_new("slack_text");
	struct buf in = {0}, out = {0};
	unsigned i, k, n;

	(void)state;
	for (i = 0; i < 20000; i++) {
		buf_clear(&in);
		buf_clear(&out);
		n = (unsigned)test_random_below(&random, PIECES_MAX);
		for (k = 0; k < n; k++)
			buf_str(&in, pieces[test_random_below(
					 &random, ARRAY_LEN(pieces))]);
		slack_mrkdwn(buf_view(&in), &out);
		assert_false(out.failed);
		assert_harmless(buf_view(&out));
	}
	buf_free(&in);
	buf_free(&out);
}

/* Escaped and read again it is what it was. */
static void
test_round(void **state)
{
	static const char text[] = "&lt; <@U1> && \"<!here>\" > &amp;";
	struct arena a = {0};
	struct buf b = {0};

	(void)state;
	slack_escape(STR(text), &b);
	expect_text(slack_text_read(buf_view(&b), STR(""), false, &a), text);
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_incoming),
	    cmocka_unit_test(test_mentions),
	    cmocka_unit_test(test_outgoing),
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
