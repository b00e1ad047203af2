/*
 * split: one scan for each part. It goes from atom to atom until the part is
 * full and remembers the last place of each kind where a cut would do; then
 * the best kind wins. What an atom is, split_atom.c and cluster.c say.
 */
#include "channels/split.h"
#include "channels/cluster.h"
#include "channels/split_atom.h"
#include "core/utf8.h"

#include <assert.h>
#include <ctype.h>

#define ELLIPSIS "\xe2\x80\xa6"
#define ELLIPSIS_UNITS 2u /* and the end of the line before it */

/* From bad to good. */
enum cut {
	CUT_NONE,
	CUT_ANYWHERE,
	CUT_WORD,
	CUT_SENTENCE,
	CUT_LINE,
	CUT_PARAGRAPH,
	CUTS
};

struct place {
	size_t at; /* 0: none */
	struct fence fence;
};

struct scan {
	struct str text;
	const struct text_limits *limits;
	size_t limit, from, at;
	size_t used; /* units, with the fence opened again */
	struct fence fence;
	bool worded; /* this line has more than the mark of a list */
	bool ended;  /* a sentence has */
	bool wide;   /* the character before is of a script without spaces */
	size_t run;  /* letters since the last other character */
	size_t torn; /* up to here goes a cluster that no part can hold */
	struct place places[CUTS];
};

static size_t
units_of(uint32_t c, enum text_unit unit)
{
	return unit == TEXT_UTF16 && c > 0xffff ? 2 : 1;
}

const char *
text_unit_name(enum text_unit unit)
{
	static const char *const names[TEXT_UNITS] = {
	    [TEXT_CHARACTERS] = "characters",
	    [TEXT_UTF16] = "UTF-16 units",
	};

	return names[unit];
}

size_t
text_length(struct str text, enum text_unit unit)
{
	size_t at = 0, step, n = 0;

	for (; at < text.n; at += step)
		n += units_of(
		    cluster_character(text.p + at, text.n - at, &step), unit);
	return n;
}

static size_t
units(const struct scan *s, struct str text)
{
	return text_length(text, s->limits->unit);
}

/* ---- fences ------------------------------------------------------------- */

/* What opens the block again: with its language, unless that is long. */
static struct str
reopening(const struct scan *s, const struct fence *f)
{
	struct str line = str_trim(f->line);

	while (line.n > 0 && text_blank(line.p[line.n - 1]))
		line.n--;
	return units(s, line) * 4 <= s->limit ? line : f->run;
}

static size_t
open_units(const struct scan *s, const struct fence *f)
{
	return f->run.n == 0 ? 0 : units(s, reopening(s, f)) + 1;
}

static size_t
close_units(const struct fence *f)
{
	return f->run.n == 0 ? 0 : f->run.n + 1;
}

/* ---- places to cut ------------------------------------------------------ */

/* Is the next line the one that closes the block? */
static bool
closing_follows(const struct scan *s)
{
	struct fence next;
	size_t step, at = s->at + 1;

	while (
	    at < s->text.n && (s->text.p[at] == ' ' || s->text.p[at] == '\t'))
		at++;
	return at < s->text.n && fence_at(s->text, at, &s->fence, &next, &step);
}

/* Inside a block. Not so that one of the two halves has no line of it. */
static enum cut
cut_in_block(const struct scan *s)
{
	const char *here = s->text.p + s->at;
	bool opening = here <= s->fence.line.p + s->fence.line.n;

	if (opening || (*here == '\n' && closing_follows(s)))
		return CUT_ANYWHERE;
	if (*here == '\n')
		return CUT_LINE;
	return *here == ' ' && s->worded ? CUT_WORD : CUT_ANYWHERE;
}

/* Where spaces begin: how good depends on the ends of lines among them. */
static enum cut
cut_at_space(const struct scan *s)
{
	unsigned lines = 0;
	size_t i;

	if (text_blank(s->text.p[s->at - 1]))
		return CUT_NONE;
	for (i = s->at; i < s->text.n && text_blank(s->text.p[i]); i++)
		if (s->text.p[i] == '\n' && ++lines == 2)
			return CUT_PARAGRAPH;
	if (lines == 1)
		return CUT_LINE;
	if (!s->worded)
		return CUT_ANYWHERE;
	return s->ended ? CUT_SENTENCE : CUT_WORD;
}

/* Kana and ideographs: words are not set apart. */
static bool
wide_letter(uint32_t c)
{
	static const struct cluster_range list[] = {{0x3041, 0x30ff},
	    {0x3400, 0x9fff}, {0xf900, 0xfaff}, {0x20000, 0x3ffff}};

	return CLUSTER_WITHIN(list, c);
}

/* Their comma, full stop and closing brackets. */
static bool
wide_closer(uint32_t c)
{
	static const struct cluster_range list[] = {{0x3001, 0x3002},
	    {0x3009, 0x3009}, {0x300b, 0x300b}, {0x300d, 0x300d},
	    {0x300f, 0x300f}, {0x3011, 0x3011}, {0xff01, 0xff01},
	    {0xff09, 0xff09}, {0xff0c, 0xff0c}, {0xff1a, 0xff1b},
	    {0xff1f, 0xff1f}};

	return CLUSTER_WITHIN(list, c);
}

static enum cut
cut_here(const struct scan *s)
{
	size_t bytes;
	uint32_t c;

	if (s->fence.run.n > 0)
		return cut_in_block(s);
	if (text_blank(s->text.p[s->at]))
		return cut_at_space(s);
	c = cluster_character(s->text.p + s->at, s->text.n - s->at, &bytes);
	if (!s->wide || wide_closer(c))
		return CUT_ANYWHERE;
	return s->ended ? CUT_SENTENCE : CUT_WORD;
}

/* A good place that leaves a part half empty is none. */
static void
remember(struct scan *s)
{
	enum cut cut = cut_here(s);

	if (s->used + close_units(&s->fence) > s->limit)
		return;
	if (cut >= CUT_SENTENCE && s->used * 2 < s->limit)
		cut = CUT_WORD;
	s->places[cut] = (struct place){s->at, s->fence};
}

/* ---- from atom to atom -------------------------------------------------- */

static bool
ends_sentence(const struct scan *s, uint32_t c)
{
	if (c == '.') /* not that of "e.g." */
		return s->run != 1;
	return c == '!' || c == '?' || c == 0x2026 || c == 0x3002 ||
	       c == 0xff01 || c == 0xff1f;
}

static bool
closes_sentence(uint32_t c)
{
	static const struct cluster_range list[] = {{'"', '"'}, {'\'', '\''},
	    {')', '*'}, {']', ']'}, {'_', '_'}, {0xbb, 0xbb}, {0x2019, 0x2019},
	    {0x201d, 0x201d}, {0x300d, 0x300d}, {0x300f, 0x300f},
	    {0xff09, 0xff09}};

	return CLUSTER_WITHIN(list, c);
}

/* What the character (of a link, the first) tells of the place behind it. */
static void
note(struct scan *s, uint32_t c)
{
	bool mark = c < 0x80 && c > 0 && strchr(" \t\r-*+#>.)", (int)c) != NULL;

	if (c == '\n')
		s->worded = false;
	else if (!mark && !(c < 0x80 && isdigit((int)c)))
		s->worded = true;
	s->ended = ends_sentence(s, c) || (s->ended && closes_sentence(c));
	s->wide = wide_letter(c) || wide_closer(c);
	s->run = c >= 0x80 || isalpha((int)c) ? s->run + 1 : 0;
}

/* What a part of its own has room for. */
static size_t
room(const struct scan *s, const struct fence *f)
{
	return s->limit - open_units(s, f) - close_units(f);
}

/* The bytes of what must stay together here, if a part can hold it at all. */
static size_t
atom(struct scan *s)
{
	struct str rest = {s->text.p + s->at, s->text.n - s->at};
	size_t max = room(s, &s->fence), step;
	struct fence next;

	if (fence_at(s->text, s->at, &s->fence, &next, &step)) {
		rest.n = step;
		step = units(s, rest) + close_units(&next) <= s->limit
			   ? step
			   : next.run.n;
		s->fence = next;
		return step;
	}
	step = link_at(s->text, s->at, s->limits->unit, max);
	if (step > 0)
		return step;
	if (s->at >= s->torn)
		rest.n = cluster_step(rest.p, rest.n);
	if (s->at >= s->torn && units(s, rest) > max)
		s->torn = s->at + rest.n;
	if (s->at < s->torn)
		cluster_character(rest.p, rest.n, &rest.n);
	return rest.n;
}

static void
eat(struct scan *s)
{
	const char *begin = s->text.p + s->at;
	size_t first, n = atom(s);
	uint32_t c = cluster_character(begin, s->text.n - s->at, &first);

	s->used += units(s, (struct str){begin, n});
	s->at += n;
	note(s, c);
	if (n > first) { /* a link: it begins with c, but that is not all */
		s->ended = false;
		s->run = n;
	}
}

static bool
all_fits(const struct scan *s)
{
	size_t at = s->from, step, n = open_units(s, &s->fence);

	for (; at < s->text.n && n <= s->limit; at += step)
		n += units_of(
		    cluster_character(s->text.p + at, s->text.n - at, &step),
		    s->limits->unit);
	return n <= s->limit;
}

/* The best place to end the part that begins at `from`. */
static struct place
scan_part(struct scan *s)
{
	enum cut best = CUT_PARAGRAPH;

	memset(s->places, 0, sizeof(s->places));
	s->at = s->from;
	s->used = open_units(s, &s->fence);
	s->worded = !text_line_begins(s->text, s->at);
	s->ended = s->wide = false;
	s->run = 0;
	while (s->used <= s->limit && s->at < s->text.n) {
		eat(s);
		if (s->at < s->text.n)
			remember(s);
	}
	while (best > CUT_ANYWHERE && s->places[best].at == 0)
		best--;
	return s->places[best];
}

/* ---- parts -------------------------------------------------------------- */

/* Where the next part begins: spaces go, but of code only the line's end. */
static size_t
skip(struct str text, size_t at, const struct fence *f)
{
	if (f->run.n > 0) {
		at += at + 1 < text.n && memcmp(text.p + at, "\r\n", 2) == 0;
		return at + (at < text.n && text.p[at] == '\n');
	}
	while (at < text.n && text_blank(text.p[at]))
		at++;
	return at;
}

/* from .. end as a part, with its blocks opened and closed. */
static enum err
write_part(const struct scan *s, const struct place *end, bool cut_off,
    struct arena *a, struct str *out)
{
	struct buf b = {0};
	size_t to = end->at;

	if (s->fence.run.n > 0) {
		struct str open = reopening(s, &s->fence);

		buf_add(&b, open.p, open.n);
		buf_char(&b, '\n');
	}
	while (end->fence.run.n == 0 && to < s->text.n && to > s->from &&
	       text_blank(s->text.p[to - 1]))
		to--;
	buf_add(&b, s->text.p + s->from, to - s->from);
	if (end->fence.run.n > 0) {
		buf_char(&b, '\n');
		buf_add(&b, end->fence.run.p, end->fence.run.n);
	}
	if (cut_off)
		buf_str(&b, end->fence.run.n > 0 ? "\n" ELLIPSIS : ELLIPSIS);
	*out = buf_take(&b, a);
	return out->p == NULL ? E_NOMEM : OK;
}

/* The part at `from`, and from where and inside what the next one goes on. */
static enum err
next_part(struct scan *s, struct arena *a, struct text_parts *out)
{
	struct place end = {s->text.n, {.run = {NULL, 0}}};
	struct fence before = s->fence;
	bool whole = all_fits(s);
	bool cut_off = !whole && out->count + 1 == s->limits->parts_max;
	enum err e;

	s->limit -= cut_off ? ELLIPSIS_UNITS : 0;
	if (!whole)
		end = scan_part(s);
	assert(end.at > s->from);
	s->fence = before;
	e = write_part(s, &end, cut_off, a, &out->list[out->count]);
	if (e != OK)
		return e;
	out->count++;
	s->fence = end.fence;
	s->from = skip(s->text, end.at, &end.fence);
	return cut_off ? E_LIMIT : OK;
}

enum err
text_split(struct str text, const struct text_limits *limits, struct arena *a,
    struct text_parts *out)
{
	struct scan s = {
	    .text = text, .limits = limits, .limit = limits->part_max};
	enum err e = OK;

	assert(limits->part_max >= SPLIT_LIMIT_MIN);
	assert(limits->parts_max > 0 && limits->parts_max <= PAYLOADS_MAX);
	out->count = 0;
	if (skip(text, 0, &s.fence) == text.n)
		return OK;
	if (!all_fits(&s)) {
		s.from = skip(text, 0, &s.fence);
		while (text_blank(s.text.p[s.text.n - 1]))
			s.text.n--;
	}
	while (e == OK && s.from < s.text.n)
		e = next_part(&s, a, out);
	return e;
}

enum err
channel_split(const struct channel *c, struct str text, struct arena *a,
    struct text_parts *out, struct faults *faults)
{
	struct text_limits limits = {
	    c->can.unit, c->can.part_max, c->can.parts_max};
	enum err e = text_split(text, &limits, a, out);

	if (e == OK && out->count == 0)
		faults_add(faults, "text", "is empty");
	else if (e == E_LIMIT)
		faults_add(faults, "text",
		    "makes more than %u messages of %u %s; shorten it",
		    limits.parts_max, limits.part_max,
		    text_unit_name(limits.unit));
	else
		return e;
	return E_BADINPUT;
}
