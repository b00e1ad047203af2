/*
 * split: where texts are cut, by example; and for texts made up at random,
 * of pieces that must not be parted: that nothing is lost, nothing parted,
 * and every part fits and closes its blocks.
 */
#include "channels/split.h"
#include "core/utf8.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <stdlib.h>

#define W10 "abcdefghi "
#define W60 W10 W10 W10 W10 W10 W10
#define X10 "xxxxxxxxxx"
#define X60 X10 X10 X10 X10 X10 X10

/* ---- by example --------------------------------------------------------- */

/* Cut to 64 characters. */
static const struct {
	const char *text;
	const char *parts[4];
} cuts[] = {
    {"", {NULL}},
    {" \n\t", {NULL}},
    {"  as it is \n", {"  as it is \n"}},
    {X60 "1234", {X60 "1234"}},
    {X60 "12345", {X60 "1234", "5"}},
    {"  " X60 "1234  ", {X60 "1234"}},
    /* the best place, unless it leaves a part half empty */
    {W60 "abc. defg", {W10 W10 W10 W10 W10 "abcdefghi abc.", "defg"}},
    {W10 W10 W10 "abc.\n\nabc. abc.\nabc abc abc abc abc abc",
	{W10 W10 W10 "abc.", "abc. abc.\nabc abc abc abc abc abc"}},
    {W10 W10 W10 "abc. abc.\nabc. abc abc abc abc abc abc",
	{W10 W10 W10 "abc. abc.", "abc. abc abc abc abc abc abc"}},
    {W10 W10 W10 "Abc! (Is it?) abc e.g. abc abc abc abc abc",
	{W10 W10 W10 "Abc! (Is it?)", "abc e.g. abc abc abc abc abc"}},
    {W10 "\n\n" W60 "ab",
	{W10 "\n\n" W10 W10 W10 W10 "abcdefghi", "abcdefghi ab"}},
    /* a list's mark stays with its item */
    {W10 W10 W10 W10 W10 "\n1. abcdefghijkl",
	{"abcdefghi " W10 W10 W10 "abcdefghi", "1. abcdefghijkl"}},
    /* links */
    {W10 W10 "see https://a.example/" X10 X10 X10,
	{W10 W10 "see", "https://a.example/" X10 X10 X10}},
    {W10 W10 "[two words](https://a.example/" X10 X10 ")",
	{"abcdefghi abcdefghi", "[two words](https://a.example/" X10 X10 ")"}},
    {W10 W10 "<https://a.example/" X10 "|two words of it> ab",
	{"abcdefghi abcdefghi",
	    "<https://a.example/" X10 "|two words of it> ab"}},
    {X60 "ab&amp;c", {X60 "ab", "&amp;c"}},
    {"https://a.example/" X60,
	{"https://a.example/" X10 X10 X10 X10 "xxxxxx", X10 "xxxx"}},
    /* one character to people: a thumb with a skin, a flag, marks */
    {X60 "abc\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
	{X60 "abc", "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd"}},
    {X60 "abc\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa",
	{X60 "abc", "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa"}},
    {X60 "abce\xcc\x81\xcc\x82", {X60 "abc", "e\xcc\x81\xcc\x82"}},
    /* blocks */
    {W10 W10 W10 W10 "\n```sh\n" W10 W10 "\n" W10 "\n```",
	{W10 W10 W10 "abcdefghi", "```sh\n" W10 W10 "\n" W10 "\n```"}},
    {"```sh\n" W10 W10 W10 "\n  " W10 W10 W10 W10 "\n```\nabc",
	{"```sh\n" W10 W10 W10 "\n```",
	    "```sh\n  " W10 W10 W10 W10 "\n```\nabc"}},
    {"~~~~\n" X60 "\n~~~~",
	{"~~~~\n" X10 X10 X10 X10 X10 "xxxx\n~~~~", "~~~~\nxxxxxx\n~~~~"}},
    {"```not a block``` " W60,
	{"```not a block``` " W10 W10 W10 "abcdefghi", W10 "abcdefghi"}},
};

static size_t
cut(const char *text, const struct text_limits *limits, struct arena *a,
    struct text_parts *out)
{
	assert_int_equal(text_split(str_from(text), limits, a, out), OK);
	return out->count;
}

static void
cuts_where_people_would(void **state)
{
	const struct text_limits limits = {TEXT_CHARACTERS, 64, 16};
	struct text_parts parts;
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cuts); i++) {
		struct arena a = {0};

		cut(cuts[i].text, &limits, &a, &parts);
		for (k = 0; k < parts.count && cuts[i].parts[k] != NULL; k++)
			assert_string_equal(parts.list[k].p, cuts[i].parts[k]);
		assert_int_equal(k, parts.count);
		assert_null(cuts[i].parts[k]);
		arena_free(&a);
	}
}

static void
counts_by_the_unit(void **state)
{
	struct str s = STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x91\x8d");

	(void)state;
	assert_int_equal(text_length(s, TEXT_CHARACTERS), 4);
	assert_int_equal(text_length(s, TEXT_UTF16), 5);
	assert_int_equal(text_length(STR("\xff\xe2\x82"), TEXT_UTF16), 3);
}

static void
says_that_the_end_is_missing(void **state)
{
	const struct text_limits limits = {TEXT_CHARACTERS, 64, 2};
	struct arena a = {0};
	struct text_parts parts;

	(void)state;
	assert_int_equal(
	    text_split(STR(W60 W60 W60), &limits, &a, &parts), E_LIMIT);
	assert_int_equal(parts.count, 2);
	assert_string_equal(
	    parts.list[1].p, W10 W10 W10 W10 W10 "abcdefghi\xe2\x80\xa6");
	assert_int_equal(
	    text_split(STR("```\n" W60 W60 W60 "\n```"), &limits, &a, &parts),
	    E_LIMIT);
	assert_string_equal(parts.list[1].p,
	    "```\n " W10 W10 W10 W10 "abcdefghi\n```\n\xe2\x80\xa6");
	arena_free(&a);
}

/* ---- at random ---------------------------------------------------------- */

#define SPANS_MAX 4000u
#define BLOCKS_MAX 400u

/* from .. to must stay together, where a part can hold it. */
struct span {
	size_t from, to;
	bool in_block;
};

struct block {
	size_t body, close; /* from behind its first line to its last */
	char run[8];
	struct str first; /* its first line */
};

struct made {
	struct test_random *random;
	struct buf text;
	struct span spans[SPANS_MAX];
	size_t span_count;
	struct block blocks[BLOCKS_MAX];
	size_t block_count;
	bool in_block;
};

static size_t
below(struct made *m, size_t n)
{
	return test_random_below(m->random, n);
}

static void
add_kept(struct made *m, const char *text)
{
	size_t from = m->text.len;

	buf_str(&m->text, text);
	assert_true(m->span_count < SPANS_MAX);
	m->spans[m->span_count++] = (struct span){
	    from, m->text.len, m->in_block};
}

static const char *const clusters[] = {"e\xcc\x81", "a\xcc\x88\xcc\x84",
    "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xf0\x9f\x87\xab\xf0\x9f\x87\xb7",
    "\xe2\x9d\xa4\xef\xb8\x8f",
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d"
    "\xf0\x9f\x91\xa7\xe2\x80\x8d\xf0\x9f\x91\xa6",
    "1\xef\xb8\x8f\xe2\x83\xa3", "\xe0\xa4\x95\xe0\xa5\x8d\xe0\xa4\xb7",
    "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
    "\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2\xf3\xa0\x81\xa5"
    "\xf3\xa0\x81\xae\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf",
    "\xe0\xb8\x99\xe0\xb9\x89"};

static void
add_cluster(struct made *m)
{
	/* Between two flags their letters would pair anew. */
	buf_char(&m->text, "abcxyz"[below(m, 6)]);
	add_kept(m, clusters[below(m, ARRAY_LEN(clusters))]);
}

static void
add_word(struct made *m)
{
	static const char *const letters[] = {"a", "b", "\xc3\xa4", "\xd0\xb6",
	    "e", "n", ".", "?", "(", ")", "*", "7", "-"};
	size_t n = 1 + below(m, below(m, 20) == 0 ? 90 : 9);

	for (; n > 0; n--)
		buf_str(&m->text, letters[below(m, ARRAY_LEN(letters))]);
}

static void
add_wide(struct made *m)
{
	static const char *const letters[] = {"\xe6\xbc\xa2", "\xe5\xad\x97",
	    "\xe3\x81\x82", "\xe3\x82\xab", "\xe3\x80\x81", "\xe3\x80\x82",
	    "\xf0\xa0\x80\x80"};
	size_t n = 1 + below(m, 30);

	for (; n > 0; n--)
		buf_str(&m->text, letters[below(m, ARRAY_LEN(letters))]);
}

static void
add_link(struct made *m)
{
	static const char *const forms[][2] = {{"https://", ""},
	    {"http://", ""}, {"www.", ""}, {"[two words](https://", ")"},
	    {"![a picture of (it)](http://", ")"}, {"<https://", ">"},
	    {"<https://", "|and its label>"}, {"&#", ";"}};
	size_t form = below(m, ARRAY_LEN(forms));
	size_t n = 1 + (form == ARRAY_LEN(forms) - 1 ? 3 : below(m, 90));
	struct buf b = {0};

	buf_str(&b, forms[form][0]);
	for (; n > 0; n--)
		buf_char(&b, "abcdef0123456789/.-_%?=&"[below(
				 m, form == ARRAY_LEN(forms) - 1 ? 16 : 24)]);
	buf_str(&b, forms[form][1]);
	buf_char(&b, '\0');
	buf_char(&m->text, ' ');
	add_kept(m, b.data);
	buf_char(&m->text, ' ');
	buf_free(&b);
}

static void
add_space(struct made *m)
{
	static const char *const spaces[] = {" ", " ", " ", " ", " ", " ", "  ",
	    "\n", "\n\n", "\r\n", "\t", "\n- ", "\n12. ", "\n> "};

	buf_str(&m->text, spaces[below(m, ARRAY_LEN(spaces))]);
}

static void add_block(struct made *m);

static void
add_piece(struct made *m)
{
	static void (*const pieces[])(struct made * m) = {add_word, add_space,
	    add_word, add_space, add_word, add_space, add_word, add_space,
	    add_cluster, add_link, add_wide, add_block};
	size_t i = below(m, ARRAY_LEN(pieces));

	pieces[i](m);
}

static void
add_block(struct made *m)
{
	static const char *const runs[] = {"```", "~~~", "````"};
	static const char *const words[] = {"", "sh", "python x"};
	const char *run = runs[below(m, 3)];
	struct block *b = &m->blocks[m->block_count];
	size_t n, first;

	if (m->in_block || below(m, 3) > 0)
		return;
	m->in_block = true;
	buf_str(&m->text, "\n");
	first = m->text.len;
	buf_addf(&m->text, "%s%s", run, words[below(m, 3)]);
	b->first = (struct str){NULL, m->text.len - first};
	buf_char(&m->text, '\n');
	b->body = m->text.len;
	for (n = 1 + below(m, 40); n > 0; n--)
		add_piece(m);
	buf_str(&m->text, "x\n");
	b->close = m->text.len;
	buf_addf(&m->text, "%s\n", run);
	memcpy(b->run, run, strlen(run) + 1);
	m->in_block = false;
	m->block_count++;
	assert_true(m->block_count < BLOCKS_MAX);
}

/* What is still to be found of the text, and how it is being cut. */
struct walk {
	const struct made *m;
	const struct text_limits *limits;
	struct str text;
	size_t at;
};

static const struct block *
block_of(const struct walk *w)
{
	size_t i;

	for (i = 0; i < w->m->block_count; i++)
		if (w->at >= w->m->blocks[i].body &&
		    w->at < w->m->blocks[i].close)
			return &w->m->blocks[i];
	return NULL;
}

static bool
blank(char c)
{
	return strchr(" \t\r\n", c) != NULL;
}

/* Over what a cut may drop. */
static void
walk_spaces(struct walk *w)
{
	const struct block *b = block_of(w);

	if (b == NULL) {
		while (w->at < w->text.n && blank(w->text.p[w->at]))
			w->at++;
		return;
	}
	if (w->text.p[w->at] == '\r' && w->text.p[w->at + 1] == '\n')
		w->at++;
	if (w->text.p[w->at] == '\n')
		w->at++;
}

static void
walk_opening(struct walk *w, struct str *part)
{
	const struct block *b = block_of(w);
	struct str first;

	if (b == NULL)
		return;
	first = (struct str){w->text.p + b->body - 1 - b->first.n, b->first.n};
	assert_true(part->n > first.n + 1);
	assert_memory_equal(part->p, first.p, first.n);
	assert_int_equal(part->p[first.n], '\n');
	part->p += first.n + 1;
	part->n -= first.n + 1;
}

static void
walk_closing(struct walk *w, struct str rest)
{
	const struct block *b = block_of(w);

	if (b == NULL) {
		assert_int_equal(rest.n, 0);
		return;
	}
	assert_int_equal(rest.n, strlen(b->run) + 1);
	assert_int_equal(rest.p[0], '\n');
	assert_memory_equal(rest.p + 1, b->run, rest.n - 1);
}

/* Is a part of its own large enough for it? */
static bool
holds(const struct walk *w, const struct span *s)
{
	size_t n = text_length(
	    (struct str){w->text.p + s->from, s->to - s->from},
	    w->limits->unit);

	return n + (s->in_block ? 18 : 0) <= w->limits->part_max;
}

static void
nothing_parted(const struct walk *w)
{
	size_t i;

	for (i = 0; i < w->m->span_count; i++) {
		const struct span *s = &w->m->spans[i];

		if (w->at > s->from && w->at < s->to && holds(w, s))
			fail_msg("cut at %zu: %.*s", w->at - s->from,
			    (int)(s->to - s->from), w->text.p + s->from);
	}
}

static void
walk_part(struct walk *w, struct str part, bool first)
{
	size_t i = 0;

	assert_true(part.n > 0 && utf8_valid(part));
	assert_true(text_length(part, w->limits->unit) <= w->limits->part_max);
	if (!first || !blank(part.p[0]))
		walk_spaces(w);
	walk_opening(w, &part);
	while (
	    i < part.n && w->at < w->text.n && part.p[i] == w->text.p[w->at]) {
		i++;
		w->at++;
	}
	/* A line that ends here may be the text's or the closing's. */
	if (block_of(w) != NULL && i == part.n) {
		i -= strlen(block_of(w)->run) + 1;
		w->at -= strlen(block_of(w)->run) + 1;
	} else if (block_of(w) != NULL && part.p[i] != '\n') {
		i--;
		w->at--;
	}
	walk_closing(w, (struct str){part.p + i, part.n - i});
	nothing_parted(w);
}

static bool
whole(const struct walk *w, const struct text_parts *parts)
{
	return parts->count == 1 && str_eq(parts->list[0], w->text);
}

static void
split_made(struct made *m, const struct text_limits *limits)
{
	struct walk w = {m, limits, buf_view(&m->text), 0};
	struct arena a = {0};
	struct text_parts parts;
	enum err e = text_split(w.text, limits, &a, &parts);
	size_t i;

	assert_true(
	    e == OK || (e == E_LIMIT && parts.count == limits->parts_max));
	for (i = 0; i < parts.count - (e == E_LIMIT); i++)
		if (!whole(&w, &parts))
			walk_part(&w, parts.list[i], i == 0);
	if (e == OK && !whole(&w, &parts)) {
		walk_spaces(&w);
		assert_int_equal(w.at, w.text.n);
	}
	arena_free(&a);
}

static void
loses_nothing_and_parts_nothing(void **state)
{
	struct test_random random = test_random_new("split");
	struct made *m = calloc(1, sizeof(*m));
	struct text_limits limits;
	unsigned i;
	size_t n;

	(void)state;
	assert_non_null(m);
	m->random = &random;
	for (i = 0; i < 800; i++) {
		m->span_count = m->block_count = 0;
		buf_clear(&m->text);
		limits.part_max = 64 + (unsigned)below(m, 200);
		limits.parts_max = PAYLOADS_MAX;
		limits.unit = (enum text_unit)below(m, TEXT_UNITS);
		buf_char(&m->text, 'x');
		for (n = below(m, 150); n > 0; n--)
			add_piece(m);
		split_made(m, &limits);
	}
	buf_free(&m->text);
	free(m);
}

/* Time grows with the text, whatever it is made of. */
static void
is_quick_with_odd_texts(void **state)
{
	static const char *const odd[] = {"\xcc\x81", "http://(", "<", "[", "&",
	    "[](", "```\n", "`", " ", "\n", "\xf0\x9f\x87\xa9", "[a](b"};
	const struct text_limits limits = {TEXT_UTF16, 4000, 16};
	struct text_parts parts;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(odd); i++) {
		struct arena a = {0};
		struct buf text = {0};
		enum err e;

		while (text.len < 40000)
			buf_str(&text, odd[i]);
		e = text_split(buf_view(&text), &limits, &a, &parts);
		assert_true(e == OK || e == E_LIMIT);
		buf_free(&text);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cuts_where_people_would),
	    cmocka_unit_test(counts_by_the_unit),
	    cmocka_unit_test(says_that_the_end_is_missing),
	    cmocka_unit_test(loses_nothing_and_parts_nothing),
	    cmocka_unit_test(is_quick_with_odd_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
