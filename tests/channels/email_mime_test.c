/* email_mime: mails taken apart, well written ones and others. */
#include "channels/email/mime.h"
#include "channels/email/mime_inner.h"
#include "tests/channels/email_rig.h"

static struct mime
read_mail(struct arena *a, const char *mail)
{
	struct mime m;

	assert_int_equal(mime_read(str_from(mail), a, &m), OK);
	return m;
}

static struct str
text_of(struct mime *m)
{
	struct str text;

	assert_int_equal(mime_text(m, false, &text), OK);
	return text;
}

/* ---- headers ------------------------------------------------------------ */

static void
fields_are_found(void **state)
{
	struct arena a = {0};
	struct mime m = read_mail(&a, "From ann Sat Nov 21 11:12:18 2026\r\n"
				      "Received: one\r\n"
				      "Received: two\r\n"
				      "SUBJECT : a\r\n"
				      "  folded\r\n"
				      "\tsubject \r\n"
				      "this line is no field\r\n"
				      "Empty:\r\n"
				      "X-Last: value: with colon\r\n"
				      "\r\n"
				      "Not: a field\r\n");

	(void)state;
	assert_text(mime_field(&m, m.root, "subject"), "a  folded\tsubject");
	assert_text(mime_field_nth(&m, m.root, "received", 1), "two");
	assert_text(mime_field(&m, m.root, "empty"), "");
	assert_non_null(mime_field(&m, m.root, "empty").p);
	assert_text(mime_field(&m, m.root, "X-Last"), "value: with colon");
	assert_null(mime_field(&m, m.root, "Not").p);
	assert_null(mime_field_nth(&m, m.root, "received", 2).p);
	assert_int_equal(m.odd, MIME_ODD_HEADER);
	assert_text(text_of(&m), "Not: a field\n");
	arena_free(&a);
}

static const struct {
	const char *mail, *text;
	unsigned odd;
} headless[] = {
    {"", "", 0},
    {"\n", "", 0},
    {"hello\nyou\n", "hello\nyou\n", MIME_ODD_HEADER},
    {"\nhello", "hello", 0},
    {"A: b", "", 0},
    {"A: b\rC: d\r\rtext\rmore", "text\nmore", 0},
    {"A: b\nhello\n\nyou\n", "you\n", MIME_ODD_HEADER},
};

static void
headless_mails_have_text(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(headless); i++) {
		struct arena a = {0};
		struct mime m = read_mail(&a, headless[i].mail);

		assert_text(text_of(&m), headless[i].text);
		assert_int_equal(m.odd, headless[i].odd);
		arena_free(&a);
	}
}

static const struct {
	const char *from, *to;
} words[] = {
    {"plain", "plain"},
    {"=?UTF-8?B?R3LDvMOfZQ==?=", "Gr\xc3\xbc\xc3\x9f"
				 "e"},
    {"=?utf-8?q?Gr=C3=BC=C3=9Fe?= an alle", "Gr\xc3\xbc\xc3\x9f"
					    "e an alle"},
    {"=?iso-8859-1?Q?a?= =?iso-8859-1?Q?b?=", "ab"},
    {"=?iso-8859-1?Q?a?= b", "a b"},
    {"=?iso-8859-1?Q?a_b?=", "a b"},
    {"=?utf-8*de?Q?a?=", "a"},
    {"=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "\xe2\x82\xac"},
    {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac"},
    {"=?gb2312?B?xOO6ww==?=", "\xe4\xbd\xa0\xe5\xa5\xbd"},
    {"=?koi8-r?B?8NLJ18XU?=",
	"\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"},
    {"=?windows-1252?Q?=80=99?=", "\xe2\x82\xac\xe2\x84\xa2"},
    {"=?x-unknown?Q?=E4?=", "\xc3\xa4"},
    {"=?utf-8?Q?=FF?=", "\xef\xbf\xbd"},
    {"=?utf-8?Q?a=0D=0AX-Evil:_b?=", "a  X-Evil: b"},
    {"=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"},
    {"=?utf-8?Z?x?=", "=?utf-8?Z?x?="},
    {"=?=?=?", "=?=?=?"},
    {"a=?utf-8?Q?b?=c", "abc"},
    {"raw \xc3\xa4", "raw \xc3\xa4"},
    {"raw \xe4", "raw \xc3\xa4"},
    {"\x01\x02tab\tzero", "tab zero"},
};

static void
words_are_read(void **state)
{
	struct arena a = {0};
	struct str got;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(words); i++) {
		assert_int_equal(
		    mime_words(str_from(words[i].from), &a, &got), OK);
		assert_text(got, words[i].to);
	}
	arena_free(&a);
}

static const struct {
	const char *value, *name, *is;
} params[] = {
    {"text/plain; charset=utf-8", "charset", "utf-8"},
    {"text/plain; charset=\"utf-8\" (a comment)", "charset", "utf-8"},
    {"text/plain;charset = utf-8 ; x=y", "charset", "utf-8"},
    {"a/b; name=\"a;b\\\"c\"", "name", "a;b\"c"},
    {"a/b; name=my file.pdf; x=y", "name", "my file.pdf"},
    {"a/b; name*=UTF-8''%e2%82%ac%20rates", "name", "\xe2\x82\xac rates"},
    {"a/b; name*0=\"long \"; name*1=\"name\"", "name", "long name"},
    {"a/b; name*1*=%C3; name*2*=%A4; name*0*=UTF-8'de'a", "name", "a\xc3\xa4"},
    {"a/b; name*0*=iso-8859-1''%E4; name*1=\".pdf\"", "name", "\xc3\xa4.pdf"},
    {"a/b; name=\"=?UTF-8?Q?=C3=A4.pdf?=\"", "name", "\xc3\xa4.pdf"},
    {"a/b; name=plain; name*=UTF-8''encoded", "name", "encoded"},
    {"a/b; names=x; name=y", "name", "y"},
    {"a/b; name=\"open", "name", "open"},
    {"a/b; name=", "name", ""},
    {"a/b; name*99*=x", "name", NULL},
    {"a/b", "name", NULL},
    {"", "name", NULL},
};

static void
parameters_are_read(void **state)
{
	struct arena a = {0};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(params); i++) {
		struct str got = mime_param(
		    str_from(params[i].value), params[i].name, &a);

		if (params[i].is == NULL)
			assert_null(got.p);
		else
			assert_text(got, params[i].is);
	}
	arena_free(&a);
}

static const struct {
	const char *date;
	int64_t at; /* seconds; -1: none */
} dates[] = {
    {"Sat, 21 Nov 2026 11:12:18 +0000", 1795259538},
    {"21 Nov 2026 12:12:18 +0100 (CET)", 1795259538},
    {"Sat,21 Nov 2026 06:12:18 -0500", 1795259538},
    {"Sat, 21 Nov 2026 06:12:18 EST", 1795259538},
    {"Sat, 21 Nov 26 11:12:18 GMT", 1795259538},
    {"21-Nov-2026 11:12:18", 1795259538},
    {"Sat, 21 November 2026 11:12 Z", 1795259520},
    {"1 Jan 1970 00:00:00 +0000", 0},
    {"29 Feb 2028 00:00:00 +0000", 1835395200},
    {"1 Mar 2100 00:00:00 +0000", 4107542400},
    {"", -1},
    {"yesterday", -1},
    {"32 Nov 2026 11:12:18", -1},
    {"21 Nov 2026", -1},
    {"21 Foo 2026 11:12:18", -1},
    {"21 Nov 2026 24:12:18", -1},
    {"21 Nov 1926 11:12:18", -1},
    {"999999999999999999999 Nov 2026 11:12:18", -1},
};

static void
dates_are_read(void **state)
{
	int64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(dates); i++) {
		bool good = mime_date(str_from(dates[i].date), &at);

		if (good != (dates[i].at >= 0) ||
		    (good && at != dates[i].at * 1000))
			fail_msg("%s: %lld", dates[i].date,
			    good ? (long long)(at / 1000) : -1LL);
	}
}

/* ---- bodies ------------------------------------------------------------- */

static const struct {
	const char *from, *to;
	bool good;
} quoted[] =
    {
	{"a=3Db", "a=b", true},
	{"a=3db", "a=b", true},
	{"soft=\r\nbreak", "softbreak", true},
	{"soft=  \nbreak", "softbreak", true},
	{"end  \r\nof line\t\n", "end\r\nof line\n", true},
	{"a=zz", "a=zz", false},
	{"a=3", "a=3", false},
	{"a=", "a", true},
	{"=", "", true},
	{"", "", true},
},
  base64[] = {
      {"aGFsbG8=", "hallo", true},
      {"aGFs\r\nbG8=\r\n", "hallo", true},
      {"aGFsbG8", "hallo", true},
      {"aGF!sbG8=", "hallo", false},
      {"aGFsbG8=aGFsbG8=", "hallohallo", true},
      {"-_-_", "\xfb\xff\xbf", true},
      {"", "", true},
      {"a", "", true},
};

static void
codings_are_undone(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(quoted); i++) {
		struct buf b = {0};

		assert_int_equal(
		    mime_unquote(str_from(quoted[i].from), &b), quoted[i].good);
		assert_text(buf_view(&b), quoted[i].to);
		buf_free(&b);
	}
	for (i = 0; i < ARRAY_LEN(base64); i++) {
		struct buf b = {0};

		assert_int_equal(mime_unbase64(str_from(base64[i].from), &b),
		    base64[i].good);
		assert_text(buf_view(&b), base64[i].to);
		buf_free(&b);
	}
}

static const struct {
	const char *text;
	bool delsp;
	const char *lines;
} flowed[] = {
    {"one \ntwo\nthree\n", false, "one two\nthree\n"},
    {"one \ntwo\n", true, "onetwo\n"},
    {" >stuffed\n From\n", false, ">stuffed\nFrom\n"},
    {"> one \n> two\n>> three\n", false, "> one two\n>> three\n"},
    {"> one \ntwo\n", false, "> one \ntwo\n"},
    {"text \n-- \nname\n", false, "text \n-- \nname\n"},
    {"open \n", false, "open \n"},
};

static void
flowed_lines_are_joined(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(flowed); i++) {
		struct buf b = {0};

		mime_unflow(str_from(flowed[i].text), flowed[i].delsp, &b);
		assert_text(buf_view(&b), flowed[i].lines);
		buf_free(&b);
	}
}

static void
charsets_become_utf8(void **state)
{
	struct arena a = {0};
	struct mime m = read_mail(&a,
	    "Content-Type: text/plain; charset=windows-1251\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n"
	    "=CF=F0=E8=E2=E5=F2\n");

	(void)state;
	assert_text(
	    text_of(&m), "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82\n");
	assert_int_equal(m.odd, 0);
	m = read_mail(&a, "Content-Type: text/plain; charset=x-klingon\n\n"
			  "\xe4\x80\x07 end\n");
	assert_text(text_of(&m), "\xc3\xa4\xe2\x82\xac end\n");
	assert_int_equal(m.odd, MIME_ODD_CHARSET);
	m = read_mail(&a, "Content-Type: text/plain; charset=utf-8\n\n"
			  "a\xff"
			  "b\n");
	assert_text(text_of(&m), "a\xef\xbf\xbd"
				 "b\n");
	assert_int_equal(m.odd, MIME_ODD_CHARSET);
	assert_int_equal(mime_read(STR("A: b\n\nc\0d\n"), &a, &m), OK);
	assert_text(text_of(&m), "cd\n");
	assert_int_equal(m.odd, MIME_ODD_ZERO);
	arena_free(&a);
}

/* ---- trees -------------------------------------------------------------- */

static const char tree[] =
    "Content-Type: multipart/mixed; boundary=\"outer\"\r\n\r\n"
    "preamble\r\n"
    "--outer\r\n"
    "Content-Type: multipart/alternative; boundary=inner\r\n\r\n"
    "--inner\r\n\r\nplain words\r\n"
    "--inner\r\nContent-Type: multipart/related; boundary=deep\r\n\r\n"
    "--deep\r\nContent-Type: text/html\r\n\r\n<p>html words</p>\r\n"
    "--deep\r\nContent-Type: image/png\r\nContent-ID: <1>\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n"
    "--deep--\r\n"
    "--inner--\r\n"
    "--outer\r\n"
    "Content-Type: application/pdf; name=\"old.pdf\"\r\n"
    "Content-Disposition: attachment; filename*=UTF-8''%C3%A4.pdf\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n"
    "--outer--\r\n"
    "epilogue\r\n";

static void
trees_are_walked(void **state)
{
	struct arena a = {0};
	struct mime m = read_mail(&a, tree);
	struct mime_part *p = NULL, *files[4];
	size_t n = 0;
	struct str bytes;

	(void)state;
	assert_int_equal(m.part_count, 7);
	assert_int_equal(m.odd, 0);
	while ((p = mime_next(&m, p)) != NULL)
		if (mime_is_file(p))
			files[n++] = p;
	assert_int_equal(n, 2);
	assert_text(files[0]->type, "image/png");
	assert_text(files[1]->name, "\xc3\xa4.pdf");
	assert_true(files[1]->attachment && !files[0]->attachment);
	assert_int_equal(mime_bytes(&m, files[1], &bytes), OK);
	assert_text(bytes, "%PDF");
	assert_text(text_of(&m), "plain words");
	arena_free(&a);
}

static const struct {
	const char *mail, *text;
	unsigned odd;
} trees[] = {
    /* An alternative whose plain text says nothing. */
    {"Content-Type: multipart/alternative; boundary=b\n\n"
     "--b\nContent-Type: text/plain\n\n \n"
     "--b\nContent-Type: text/html\n\n<b>words</b>\n--b--\n",
	"words\n", 0},
    /* Never closed. */
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n", "words\n",
	MIME_ODD_BOUNDARY},
    /* No boundary in the header. */
    {"Content-Type: multipart/mixed\n\n--b\n\nwords\n--b--\n", "words",
	MIME_ODD_BOUNDARY},
    /* None anywhere: its bytes are better than nothing. */
    {"Content-Type: multipart/mixed; boundary=b\n\nonly words\n",
	"only words\n", MIME_ODD_BOUNDARY},
    /* Nobody opens a mail that came within a mail. */
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n"
     "--b\nContent-Type: message/rfc822\n\nSubject: x\n\nother words\n--b--\n",
	"words", 0},
    /* An attached text is a file. */
    {"Content-Type: text/plain; name=a.txt\n"
     "Content-Disposition: attachment\n\nwords\n",
	"", 0},
    /* A boundary that begins like another. */
    {"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
     "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\none\n--bb--\n"
     "--b\n\ntwo\n--b--\n",
	"one\n\ntwo", 0},
    {"Content-Type: multipart/mixed; boundary=b\n"
     "Content-Transfer-Encoding: x-strange\n\n--b\n\nwords\n--b--\n",
	"words", 0},
    {"Content-Transfer-Encoding: x-strange\n\nwords\n", "words\n",
	MIME_ODD_CODING},
    {"Content-Type: nonsense\n\nwords\n", "words\n", 0},
};

static void
broken_trees_say_what_they_can(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(trees); i++) {
		struct arena a = {0};
		struct mime m = read_mail(&a, trees[i].mail);
		struct str got = text_of(&m);

		assert_text(got, trees[i].text);
		assert_int_equal(m.odd, trees[i].odd);
		if (trees[i].odd > 0)
			assert_true(strlen(mime_odd_name(m.odd)) > 0);
		arena_free(&a);
	}
}

/* ---- limits ------------------------------------------------------------- */

static void
depth_and_parts_are_bounded(void **state)
{
	struct arena a = {0};
	struct buf b = {0};
	struct mime m;
	unsigned i;

	(void)state;
	for (i = 0; i < 50; i++)
		buf_addf(&b,
		    "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", i,
		    i);
	assert_int_equal(mime_read(buf_view(&b), &a, &m), OK);
	assert_true((m.odd & MIME_ODD_DEPTH) != 0);
	assert_int_equal(m.part_count, MIME_DEPTH_MAX + 1);
	buf_clear(&b);
	buf_str(&b, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (i = 0; i < 500; i++)
		buf_str(&b, "--b\n\nx\n");
	assert_int_equal(mime_read(buf_view(&b), &a, &m), OK);
	assert_true((m.odd & MIME_ODD_PARTS) != 0);
	assert_int_equal(m.part_count, MIME_PARTS_MAX);
	buf_free(&b);
	arena_free(&a);
}

static void
sizes_are_bounded(void **state)
{
	struct arena a = {0};
	struct buf b = {0};
	struct mime m;
	struct str text;
	unsigned i;

	(void)state;
	for (i = 0; i < MIME_FIELDS_MAX + 10; i++)
		buf_addf(&b, "X-%u: y\n", i);
	buf_str(&b, "\nwords\n");
	assert_int_equal(mime_read(buf_view(&b), &a, &m), OK);
	assert_int_equal(m.odd, MIME_ODD_LONG);
	assert_int_equal(m.root->field_count, MIME_FIELDS_MAX);
	assert_text(text_of(&m), "words\n");
	buf_clear(&b);
	buf_str(&b, "A: b\n\n");
	for (i = 0; i < MIME_TEXT_MAX / 4 + 10; i++)
		buf_str(&b, "\xc3\xa4\xc3\xa4");
	assert_int_equal(mime_read(buf_view(&b), &a, &m), OK);
	assert_int_equal(mime_text(&m, false, &text), OK);
	assert_int_equal(m.odd, MIME_ODD_TEXT);
	assert_in_range(text.n, MIME_TEXT_MAX - 4, MIME_TEXT_MAX);
	assert_int_equal(text.n % 2, 0);
	assert_int_equal(
	    mime_read((struct str){"", MIME_MAIL_MAX + 1}, &a, &m), E_LIMIT);
	buf_free(&b);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_are_found),
	    cmocka_unit_test(headless_mails_have_text),
	    cmocka_unit_test(words_are_read),
	    cmocka_unit_test(parameters_are_read),
	    cmocka_unit_test(dates_are_read),
	    cmocka_unit_test(codings_are_undone),
	    cmocka_unit_test(flowed_lines_are_joined),
	    cmocka_unit_test(charsets_become_utf8),
	    cmocka_unit_test(trees_are_walked),
	    cmocka_unit_test(broken_trees_say_what_they_can),
	    cmocka_unit_test(depth_and_parts_are_bounded),
	    cmocka_unit_test(sizes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
