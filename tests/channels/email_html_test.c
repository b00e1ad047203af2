/* email_html: HTML as text, and text as HTML. */
#include "channels/email/html.h"
#include "channels/email/markup.h"
#include "tests/channels/email_rig.h"

#include <stdlib.h>

static const struct {
	const char *html, *text;
} pages[] = {
    {"", ""},
    {"words", "words\n"},
    {"  many \n\t spaces  ", "many spaces\n"},
    {"<p>one</p><p>two</p>", "one\n\ntwo\n"},
    {"<div>one</div><div>two</div>", "one\ntwo\n"},
    {"one<br>two<br/>three<BR >four", "one\ntwo\nthree\nfour\n"},
    {"one<br><br>two", "one\n\ntwo\n"},
    {"<b>bold</b><i>er</i>", "bolder\n"},
    {"a<b >c", "ac\n"},
    {"1 < 2 & 3 > 2", "1 < 2 & 3 > 2\n"},
    {"a<1>b", "a<1>b\n"},
    {"&lt;b&gt; &amp;amp; &quot;x&quot; &#39;", "<b> &amp; \"x\" '\n"},
    {"&auml;&#228;&#xE4;&euro;", "\xc3\xa4\xc3\xa4\xc3\xa4\xe2\x82\xac\n"},
    {"&nosuch; &; &#; &#x; &#xffffffff; &#0;",
	"&nosuch; &; &#; &#x; \xef\xbf\xbd \xef\xbf\xbd\n"},
    {"a&nbsp;&nbsp;b", "a b\n"},
    {"a\xc2\xa0 b\xc2\xa9", "a b\xc2\xa9\n"},
    {"<ul><li>one<li>two</ul>after", "- one\n- two\nafter\n"},
    {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
	"a b\nc\n"},
    {"<script>if (a<b) alert('</p>')</script>x", "x\n"},
    {"<style>p{}</style><STYLE>q</STYLE >x", "x\n"},
    {"<head><title>t</title><meta x></head><body>x", "x\n"},
    {"<script>never closed", ""},
    {"a<!-- comment <b> -->b", "ab\n"},
    {"a<!-- never closed b", "a\n"},
    {"a<!--[if mso]><p>x</p><![endif]-->b", "ab\n"},
    {"<!DOCTYPE html><?xml x?>a", "a\n"},
    {"<a href=\"https://shop.example/x?a=1&amp;b=2\">here</a>.",
	"here (https://shop.example/x?a=1&b=2).\n"},
    {"<a href=\"https://shop.example/\">shop.example</a>", "shop.example\n"},
    {"<a href='https://shop.example/x'>https://shop.example/x</a>",
	"https://shop.example/x\n"},
    {"<a href=javascript:alert(1)>here</a>", "here\n"},
    {"<a href=\"mailto:a@b.c\">a@b.c</a>", "a@b.c\n"},
    {"<a href=\"https://x.example\"><img src=y></a>z", "z\n"},
    {"<img alt=\"\xf0\x9f\x98\x80\"><img alt=\"Our logo\">",
	"\xf0\x9f\x98\x80\n"},
    {"<blockquote>one<br>two</blockquote>three", "> one\n> two\nthree\n"},
    {"a<blockquote>b<blockquote>c</blockquote></blockquote>", "a\n> b\n>> c\n"},
    {"<pre>a  b\n  c</pre>d", "a  b\n  c\nd\n"},
    {"<div style=\"color:red;display: NONE\">x<div>y</div></div>z", "z\n"},
    {"<div class=\"a gmail_attr b\">On x wrote:</div>z", "z\n"},
    {"x<div id=\"divRplyFwdMsg\">old</div>",
	"x\n-----Original Message-----\nold\n"},
    {"<p title=\"a>b\">c</p>", "c\n"},
    {"<p title=\"never closed>c</p>d", "c\n\nd\n"},
    {"<p title=it's>c</p>d's", "c\n\nd's\n"},
    {"a<p", "a\n"},
    {"a<", "a<\n"},
    {"</p></div></blockquote>a", "a\n"},
    {"so\xc2\xad"
     "ft&shy;hy\xe2\x80\x8bphen",
	"so\xc2\xad"
	"fthy\xe2\x80\x8bphen\n"},
};

static void
pages_become_text(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(pages); i++) {
		struct buf b = {0};

		html_text(str_from(pages[i].html), false, &b);
		if (!str_eq(b.len == 0 ? STR("") : buf_view(&b),
			str_from(pages[i].text)))
			print_error("%s\n", pages[i].html);
		assert_text(b.len == 0 ? STR("") : buf_view(&b), pages[i].text);
		buf_free(&b);
	}
}

static void
all_of_it_can_be_had(void **state)
{
	struct buf b = {0};

	(void)state;
	html_text(STR("new<div class=gmail_attr>On x:</div>"
		      "<div class=gmail_signature>Ann</div>"
		      "<div id=appendonsend></div>old"),
	    true, &b);
	assert_text(buf_view(&b), "new\nOn x:\nAnn\nold\n");
	buf_free(&b);
}

static struct str
without_spaces(struct email_rig *r, struct str text)
{
	struct str copy = arena_copy(&r->arena, text);
	char *p = (char *)(uintptr_t)copy.p;
	size_t i, n = 0;

	for (i = 0; i < copy.n; i++)
		if (memchr(" \t\r\n", p[i], 4) == NULL)
			p[n++] = p[i];
	p[n] = '\0';
	copy.n = n;
	return copy;
}

/* Escaped and read again it is the same, but for spaces. */
static void
escaped_text_is_text(void **state)
{
	struct email_rig r;
	struct test_random random = test_random_new("html escape");
	unsigned i;

	(void)state;
	email_rig_open(&r);
	for (i = 0; i < 300; i++) {
		struct buf one = {0}, two = {0};
		struct str text = email_rig_noise(&r, &random, i % 30);

		html_escape(&one, text);
		assert_null(memchr(one.data, '<', one.len));
		assert_null(memchr(one.data, '"', one.len));
		html_text(buf_view(&one), false, &two);
		buf_char(&two, '\n');
		assert_text(without_spaces(&r, buf_view(&two)),
		    without_spaces(&r, text).p);
		buf_free(&one);
		buf_free(&two);
	}
	email_rig_close(&r);
}

/* ---- the way back ------------------------------------------------------- */

static const struct {
	const char *markdown, *html, *plain;
} marks[] = {
    {"Hello", "<p style=\"margin:0 0 12px\">Hello</p>\n", "Hello\n"},
    {"a **b** c", "a <b>b</b> c", "a b c\n"},
    {"*a* _b_ ***c*** ~~d~~", "<i>a</i> <i>b</i> <b><i>c</i></b> <s>d</s>",
	"a b c d\n"},
    {"some_long_name 2*3*4", "some_long_name 2<i>3</i>4",
	"some_long_name 234\n"},
    {"`a<b`", "<code>a&lt;b</code>", "a<b\n"},
    {"# Title", "<b>Title</b>", "Title\n"},
    {"- a\n- b", "<li>a</li>\n<li>b</li>", "- a\n- b\n"},
    {"1. a\n2. b", "<ol", "1. a\n2. b\n"},
    {"> q", "<blockquote", "> q\n"},
    {"```\n<x>\n```",
	"<pre style=\"margin:0 0 12px;white-space:pre-wrap\">"
	"&lt;x&gt;</pre>",
	"<x>\n"},
    {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
	"<script>alert(1)</script>\n"},
    {"[our shop](https://shop.example/x)",
	"<a href=\"https://shop.example/x\">our shop</a> (shop.example)",
	"our shop (https://shop.example/x)\n"},
    {"[https://bank.example](https://bank.example@evil.example/)",
	"https://bank.example</a> (evil.example)",
	"https://bank.example (https://bank.example@evil.example/)\n"},
    {"[x](https://evil.example\\@bank.example)", "</a> (evil.example)",
	"x (https://evil.example\\@bank.example)\n"},
    {"[x](javascript:alert(1))", "x (javascript:alert(1))",
	"x (javascript:alert(1))\n"},
    {"[x](https://a.example/\"onclick=y)",
	"x (https://a.example/&quot;onclick=y)",
	"x (https://a.example/\"onclick=y)\n"},
    {"![pic](https://a.example/p.png)",
	"<a href=\"https://a.example/p.png\">pic</a> (a.example)",
	"pic (https://a.example/p.png)\n"},
    {"see https://a.example/x.",
	"<a href=\"https://a.example/x\">"
	"https://a.example/x</a>.",
	"see https://a.example/x.\n"},
    {"<https://a.example>", ">https://a.example</a>", "https://a.example\n"},
    {"\\*a\\*", "*a*", "*a*\n"},
    {"**open", "**open", "**open\n"},
    {"[open](", "[open](", "[open](\n"},
};

static void
markdown_is_dressed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(marks); i++) {
		struct buf html = {0}, plain = {0};

		markup_html(str_from(marks[i].markdown), &html);
		markup_plain(str_from(marks[i].markdown), &plain);
		if (!email_rig_has(buf_view(&html), marks[i].html))
			fail_msg("%s\nhas no %s",
			    (buf_char(&html, '\0'), html.data), marks[i].html);
		assert_text(buf_view(&plain), marks[i].plain);
		buf_free(&html);
		buf_free(&plain);
	}
}

/* Whatever is written, only the tags that we know come out. */
static void
no_tag_of_theirs_gets_through(void **state)
{
	static const char *const pieces[] = {"<script>", "<img src=x>", "\"",
	    "'", "[", "](", ")", "https://a.example/", "*", "**", "`", "_",
	    "<https://b.example", ">", "\n", "&", "javascript:", " ", "a",
	    "onerror=", "```", "- ", "# ", "![", "\\"};
	struct test_random random = test_random_new("markup");
	unsigned i, k;

	(void)state;
	for (i = 0; i < 2000; i++) {
		struct buf text = {0}, html = {0};

		for (k = 0; k < 1 + i % 40; k++)
			buf_str(&text, pieces[test_random_below(
					   &random, ARRAY_LEN(pieces))]);
		markup_html(buf_view(&text), &html);
		assert_false(html.failed);
		buf_char(&html, '\0');
		assert_null(strstr(html.data, "<script"));
		assert_null(strstr(html.data, "<img"));
		assert_null(strstr(html.data, "href=\"javascript"));
		buf_free(&text);
		buf_free(&html);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pages_become_text),
	    cmocka_unit_test(all_of_it_can_be_had),
	    cmocka_unit_test(escaped_text_is_text),
	    cmocka_unit_test(markdown_is_dressed),
	    cmocka_unit_test(no_tag_of_theirs_gets_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
