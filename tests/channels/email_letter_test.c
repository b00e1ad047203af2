/*
 * email_letter: mails as they are written: refused where somebody could put
 * something into them, and read back as they were meant, by our own reader and
 * by another.
 */
#include "channels/email/letter.h"
#include "channels/email/letter_inner.h"
#include "channels/email/mime.h"
#include "core/utf8.h"
#include "tests/channels/email_rig.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const struct mail_address people[] = {
    {STR("Ann \"A\" Smith"), STR("ann@x.example")},
    {STR("D\xc3\xbcrer, Hans"), STR("hans@y.example")},
    {STR(""), STR("z@z.example")}};
static const struct str chain[] = {STR("1@x.example"), STR("2@x.example")};

static struct letter
example(void)
{
	return (struct letter){.from = {STR("Shop"), STR("support@s.example")},
	    .reply_to = {STR("Shop"), STR("support+token@s.example")},
	    .to = people,
	    .to_count = ARRAY_LEN(people),
	    .subject = STR("Gr\xc3\xbc\xc3\x9f"
			   "e, and more than that: a long "
			   "subject that goes over several lines"),
	    .id = STR("3@s.example"),
	    .in_reply_to = STR("2@x.example"),
	    .references = chain,
	    .reference_count = ARRAY_LEN(chain),
	    .origin = LETTER_NOTICE,
	    .row = 77,
	    .at = 1795259538000,
	    .text = STR("Hello\n.dot\nFrom here\ntrailing \n\xe2\x82\xac=1\n"),
	    .html = STR("<p>Hello</p>"),
	    .random = {0xb1, 0xf0}};
}

static struct str
written(struct arena *a, const struct letter *l)
{
	struct faults faults = {0};
	struct buf b = {0};
	struct str mail;

	if (letter_write(l, &faults, &b) != OK)
		fail_msg("%.*s: %.*s", STR_FMT(faults.list[0].where),
		    STR_FMT(faults.list[0].what));
	mail = arena_copy(a, buf_view(&b));
	buf_free(&b);
	return mail;
}

/* ---- as it is written --------------------------------------------------- */

static const char golden[] =
    "Date: Sat, 21 Nov 2026 11:12:18 +0000\r\n"
    "From: \"Shop\" <support@s.example>\r\n"
    "To: \"Ann \\\"A\\\" Smith\" <ann@x.example>,\r\n"
    " =?UTF-8?B?RMO8cmVyLCBIYW5z?=\r\n"
    " <hans@y.example>,\r\n"
    " z@z.example\r\n"
    "Reply-To: \"Shop\" <support+token@s.example>\r\n"
    "Subject: =?UTF-8?B?R3LDvMOfZSwgYW5kIG1vcmUgdGhhbiB0aGF0OiBhIGxvbmcgc3Vi?="
    "\r\n"
    " =?UTF-8?B?amVjdCB0aGF0IGdvZXMgb3ZlciBzZXZlcmFsIGxpbmVz?=\r\n"
    "Message-ID: <3@s.example>\r\n"
    "In-Reply-To: <2@x.example>\r\n"
    "References: <1@x.example>\r\n"
    " <2@x.example>\r\n"
    "Auto-Submitted: auto-generated\r\n"
    "X-Auto-Response-Suppress: All\r\n"
    "X-Frontdesk-Row: 77\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/alternative;\r\n"
    " boundary=\"=_a0_b1f00000000000000000000000000000\"\r\n"
    "\r\n"
    "--=_a0_b1f00000000000000000000000000000\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "Hello\r\n"
    "=2Edot\r\n"
    "=46rom here\r\n"
    "trailing=20\r\n"
    "=E2=82=AC=3D1\r\n"
    "\r\n"
    "--=_a0_b1f00000000000000000000000000000\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "<p>Hello</p>\r\n"
    "\r\n"
    "--=_a0_b1f00000000000000000000000000000--\r\n";

static void
it_is_written_so(void **state)
{
	struct arena a = {0};
	struct letter l = example();

	(void)state;
	assert_text(written(&a, &l), golden);
	arena_free(&a);
}

static const struct letter_file files[] = {
    {.name = STR("\xc3\x84rger mit \"Zeichen\" und einem Namen, der nicht in "
		 "eine Zeile passt.pdf"),
	.type = STR("application/pdf"),
	.bytes = STR("%PDF\0\r\n\xff")},
    {.name = STR("a.txt"), .type = STR("text/plain"), .bytes = STR("")},
    {.name = STR("Big <file>"), .url = STR("https://s.example/f?a=1&b=2")}};

static void
files_are_attached_or_linked(void **state)
{
	struct arena a = {0};
	struct letter l = example();
	struct str mail, text;
	struct mime m;
	struct mime_part *p = NULL;
	struct str bytes;
	size_t n = 0;

	(void)state;
	l.files = files;
	l.file_count = ARRAY_LEN(files);
	mail = written(&a, &l);
	assert_int_equal(mime_read(mail, &a, &m), OK);
	while ((p = mime_next(&m, p)) != NULL) {
		if (!mime_is_file(p))
			continue;
		assert_true(str_eq(p->name, files[n].name));
		assert_true(str_eq(p->type, files[n].type));
		assert_int_equal(mime_bytes(&m, p, &bytes), OK);
		assert_true(str_eq(bytes, files[n].bytes));
		n++;
	}
	assert_int_equal(n, 2);
	assert_int_equal(mime_text(&m, false, &text), OK);
	assert_true(
	    email_rig_has(text, "\nBig <file>: https://s.example/f?a=1&b=2\n"));
	assert_int_equal(m.odd, 0);
	arena_free(&a);
}

static void
long_chains_are_shortened(void **state)
{
	struct arena a = {0};
	struct letter l = example();
	struct str ids[500], mail, field;
	struct mime m;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(ids); i++)
		ids[i] = arena_printf(&a, "%zu@x.example", i);
	l.references = ids;
	l.reference_count = ARRAY_LEN(ids);
	mail = written(&a, &l);
	assert_int_equal(mime_read(mail, &a, &m), OK);
	field = mime_field(&m, m.root, "References");
	assert_true(email_rig_has(field, "<9@x.example> <490@x.example>"));
	assert_true(email_rig_has(field, "<0@x.example> <1@"));
	assert_true(email_rig_has(field, "<499@x.example>"));
	arena_free(&a);
}

static void
each_origin_says_so(void **state)
{
	static const char *const words[LETTER_ORIGINS] = {
	    NULL, "auto-generated", "auto-replied"};
	struct letter l = example();
	unsigned i;

	(void)state;
	for (i = 0; i < LETTER_ORIGINS; i++) {
		struct arena a = {0};
		struct mime m;
		struct str field;

		l.origin = (enum letter_origin)i;
		assert_int_equal(mime_read(written(&a, &l), &a, &m), OK);
		field = mime_field(&m, m.root, "Auto-Submitted");
		if (words[i] == NULL)
			assert_null(field.p);
		else
			assert_text(field, words[i]);
		arena_free(&a);
	}
}

/* ---- injection ---------------------------------------------------------- */

/* Every place of a letter that comes near the header. */
struct place {
	const char *name;
	struct str *at;
};

#define PLACES 14u

struct opened {
	struct letter l;
	struct mail_address to[2];
	struct str references[2];
	struct letter_file files[2];
	struct place places[PLACES];
};

static void
open_letter(struct opened *o)
{
	*o = (struct opened){.l = example(),
	    .to = {{STR("Ann"), STR("ann@x.example")},
		{STR("Bob"), STR("bob@x.example")}},
	    .references = {STR("1@x"), STR("2@x")},
	    .files = {{.name = STR("a"), .type = STR("a/b"), .bytes = STR("c")},
		{.name = STR("d"), .url = STR("https://e.example/")}}};
	o->l.to = o->to;
	o->l.to_count = 2;
	o->l.references = o->references;
	o->l.reference_count = 2;
	o->l.files = o->files;
	o->l.file_count = 2;
	memcpy(o->places,
	    (const struct place[PLACES]){{"from.name", &o->l.from.name},
		{"from.address", &o->l.from.address},
		{"reply_to.name", &o->l.reply_to.name},
		{"reply_to.address", &o->l.reply_to.address},
		{"to[1].name", &o->to[1].name},
		{"to[1].address", &o->to[1].address},
		{"subject", &o->l.subject}, {"id", &o->l.id},
		{"in_reply_to", &o->l.in_reply_to},
		{"references[1]", &o->references[1]},
		{"files[0].name", &o->files[0].name},
		{"files[0].type", &o->files[0].type},
		{"files[1].name", &o->files[1].name},
		{"files[1].url", &o->files[1].url}},
	    sizeof(o->places));
}

static const struct str evils[] = {STR("\r\nBcc: eve@evil.example"),
    STR("\nBcc: eve@evil.example"), STR("\rBcc: eve@evil.example"),
    STR("\r\n\r\n<script>"), STR("\0"), STR("\x7f"), STR("\x0b"),
    STR(">\r\nRSET\r\n"), STR("\r\n.\r\nMAIL FROM:<eve@evil.example>"),
    STR("\t")};

static void
refused(struct opened *o, const struct place *p)
{
	struct faults faults = {0};
	struct buf b = {0};
	size_t i;

	buf_str(&b, "before");
	assert_int_equal(letter_write(&o->l, &faults, &b), E_BADINPUT);
	assert_text(buf_view(&b), "before");
	for (i = 0; i < faults.count; i++)
		if (str_eq(faults.list[i].where, str_from(p->name)))
			break;
	if (i == faults.count)
		fail_msg("nothing is said of %s", p->name);
	faults_free(&faults);
	buf_free(&b);
}

static void
no_place_takes_a_line_end(void **state)
{
	struct arena a = {0};
	size_t i, k, n;

	(void)state;
	for (i = 0; i < PLACES; i++)
		for (k = 0; k < ARRAY_LEN(evils); k++)
			for (n = 0; n < 3; n++) {
				struct opened o;
				struct str was, evil = evils[k];

				open_letter(&o);
				was = *o.places[i].at;
				*o.places[i].at = arena_printf(&a,
				    "%.*s%.*s%.*s", n == 0 ? 0 : (int)was.n,
				    was.p, (int)evil.n, evil.p,
				    n == 1 ? 0 : (int)was.n, was.p);
				if (evil.n == 1 && evil.p[0] == '\0')
					*o.places[i].at = evil;
				refused(&o, &o.places[i]);
			}
	arena_free(&a);
}

static void
other_nonsense_is_refused(void **state)
{
	static const struct {
		size_t place;
		const char *value;
	} cases[] = {{1, ""}, {1, "no address"}, {1, "a@b@c"},
	    {5, "a@b.c, eve@evil.example"}, {5, "<a@b.c>"},
	    {5, "m\xc3\xbcller@b.c"}, {7, ""}, {7, "no id"}, {7, "<a@b>"},
	    {7, "a b@c"}, {8, "a@\xc3\xa4"}, {9, "x"}, {11, "pdf"},
	    {11, "a/b; x=y"}, {11, "a/b/c"}, {13, "javascript:alert(1)"},
	    {13, "https://x.example/\" onclick=\"y"},
	    {13, "https://x.example/ y"}, {0, "\xff\xfe"}, {6, "\xc3("}};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct opened o;

		open_letter(&o);
		*o.places[cases[i].place].at = str_from(cases[i].value);
		refused(&o, &o.places[cases[i].place]);
	}
}

/* ---- and read again ----------------------------------------------------- */

/* What SMTP and old programs can carry, and no line end alone. */
static void
is_sound(struct str mail)
{
	size_t i, line = 0;

	for (i = 0; i < mail.n; i++) {
		unsigned char c = (unsigned char)mail.p[i];

		assert_true(c < 0x7f && (c >= ' ' || c == '\r' || c == '\n'));
		assert_int_equal(c == '\n', i > 0 && mail.p[i - 1] == '\r');
		line = c == '\n' ? 0 : line + 1;
		assert_true(line <= 77); /* with the CR */
		if (line == 1)
			assert_int_not_equal(c, '.');
	}
}

static struct str
no_control(struct email_rig *r, struct test_random *random, size_t n)
{
	struct str s = email_rig_noise(r, random, n);
	char *p = (char *)(uintptr_t)s.p;
	size_t i;

	for (i = 0; i < s.n; i++)
		if (p[i] < ' ' && p[i] >= 0)
			p[i] = '_';
	return str_trim(utf8_prefix(s, 90));
}

/* A name in "<>" would be taken for an address by some. */
static struct str
file_name(struct email_rig *r, struct test_random *random)
{
	struct str name = no_control(r, random, 8);

	return arena_printf(&r->arena, "f%.*s", STR_FMT(name));
}

struct random_letter {
	struct letter l;
	struct mail_address to[3];
	struct letter_file files[2];
};

static void
make_random(
    struct email_rig *r, struct test_random *random, struct random_letter *out)
{
	size_t i;

	*out = (struct random_letter){.l = example()};
	out->l.to = out->to;
	out->l.to_count = 1 + test_random_below(random, 3);
	for (i = 0; i < 3; i++)
		out->to[i] = (struct mail_address){no_control(r, random, 6),
		    STR("someone@with.a.longer.name.example")};
	out->l.subject = no_control(r, random, test_random_below(random, 12));
	out->l.text = email_rig_noise(
	    r, random, test_random_below(random, 200));
	out->l.html = test_random_below(random, 3) == 0
			  ? STR("")
			  : email_rig_noise(
				r, random, test_random_below(random, 200));
	out->l.files = out->files;
	out->l.file_count = test_random_below(random, 3);
	for (i = 0; i < 2; i++)
		out->files[i] = (struct letter_file){
		    .name = file_name(r, random),
		    .type = STR("application/x-test"),
		    .bytes = email_rig_noise(
			r, random, test_random_below(random, 100))};
}

/* As a reader gets it: each line has an end. */
static struct str
with_ends(struct arena *a, struct str text)
{
	bool ends = text.n == 0 || text.p[text.n - 1] == '\n';

	return arena_printf(a, "%.*s%s", STR_FMT(text), ends ? "" : "\n");
}

static void
same_text(struct arena *a, struct str got, struct str want)
{
	assert_text(got, with_ends(a, want).p);
}

static void
reads_the_same(struct arena *a, struct mime *m, const struct letter *l)
{
	struct mail_addresses to;
	struct mime_part *p = NULL;
	struct str bytes, text;
	size_t i, n = 0;

	assert_text(mime_field_text(m, m->root, "Subject"),
	    arena_copy(a, l->subject).p);
	assert_int_equal(
	    addresses_read(mime_field(m, m->root, "To"), a, &to), OK);
	assert_int_equal(to.count, l->to_count);
	for (i = 0; i < to.count; i++) {
		assert_true(str_eq(to.list[i].address, l->to[i].address));
		assert_text(to.list[i].name, arena_copy(a, l->to[i].name).p);
	}
	assert_int_equal(mime_text(m, false, &text), OK);
	if (str_trim(l->text).n > 0 && !lex_blank(l->text))
		same_text(a, text, l->text);
	while ((p = mime_next(m, p)) != NULL) {
		if (!mime_is_file(p))
			continue;
		assert_text(p->name, arena_copy(a, l->files[n].name).p);
		assert_int_equal(mime_bytes(m, p, &bytes), OK);
		assert_true(str_eq(bytes, l->files[n].bytes));
		n++;
	}
	assert_int_equal(n, l->file_count);
}

static void
our_reader_agrees(void **state)
{
	struct test_random random = test_random_new("letters");
	struct random_letter letter;
	unsigned i;

	(void)state;
	for (i = 0; i < 300; i++) {
		struct email_rig r;
		struct mime m;
		struct str mail;

		email_rig_open(&r);
		make_random(&r, &random, &letter);
		mail = written(&r.arena, &letter.l);
		is_sound(mail);
		assert_int_equal(mime_read(mail, &r.arena, &m), OK);
		assert_int_equal(m.odd, 0);
		reads_the_same(&r.arena, &m, &letter.l);
		email_rig_close(&r);
	}
}

/* ---- by another reader -------------------------------------------------- */

static void
put_member(struct buf *b, const char *name, struct str value)
{
	buf_addf(b, "%s\"%s\":", b->len == 1 ? "" : ",", name);
	buf_json(b, value);
}

static void
put_hex(struct buf *b, const char *name, struct str bytes)
{
	size_t i;

	buf_addf(b, "%s\"%s\":\"", b->len == 1 ? "" : ",", name);
	for (i = 0; i < bytes.n; i++)
		buf_addf(b, "%02x", (unsigned char)bytes.p[i]);
	buf_char(b, '"');
}

/* A mail and what it should say, on one line. */
static void
put_case(struct arena *a, const struct letter *l, struct buf *b)
{
	char name[40];
	size_t i;

	buf_clear(b);
	buf_char(b, '{');
	put_hex(b, "mail", written(a, l));
	put_member(b, "subject", l->subject);
	put_member(b, "text", with_ends(a, l->text));
	if (l->html.n > 0)
		put_member(b, "html", with_ends(a, l->html));
	for (i = 0; i < l->to_count; i++) {
		snprintf(name, sizeof(name), "to%zu", i);
		put_member(b, name, l->to[i].name);
	}
	for (i = 0; i < l->file_count; i++) {
		snprintf(name, sizeof(name), "file%zu", i);
		put_member(b, name, l->files[i].name);
		snprintf(name, sizeof(name), "bytes%zu", i);
		put_hex(b, name, l->files[i].bytes);
	}
	buf_str(b, "}\n");
}

/* Python's own package for mail reads each of them, and says what differs. */
static void
python_agrees(void **state)
{
	struct test_random random = test_random_new("letters for python");
	struct random_letter letter;
	struct buf line = {0};
	FILE *python;
	unsigned i;

	(void)state;
	if (system("command -v python3 >/dev/null") != 0) {
		print_message("there is no python3\n");
		skip();
	}
	python = popen(
	    "python3 " SOURCE_DIR "/tests/channels/email_read.py", "w");
	assert_non_null(python);
	for (i = 0; i < 100; i++) {
		struct email_rig r;

		email_rig_open(&r);
		make_random(&r, &random, &letter);
		put_case(&r.arena, &letter.l, &line);
		assert_int_equal(
		    fwrite(line.data, 1, line.len, python), line.len);
		email_rig_close(&r);
	}
	buf_free(&line);
	assert_int_equal(pclose(python), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_written_so),
	    cmocka_unit_test(files_are_attached_or_linked),
	    cmocka_unit_test(long_chains_are_shortened),
	    cmocka_unit_test(each_origin_says_so),
	    cmocka_unit_test(no_place_takes_a_line_end),
	    cmocka_unit_test(other_nonsense_is_refused),
	    cmocka_unit_test(our_reader_agrees),
	    cmocka_unit_test(python_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
