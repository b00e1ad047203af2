/*
 * word: reads character by character; what a character becomes stands
 * in tables made from Unicode's own decompositions.
 */
#include "core/word.h"
#include "core/utf8.h"

/*
 * The letter without its accent, for U+00C0 to U+024F and U+1E00 to U+1EFF.
 * Digits stand for the pairs below, "?" for a letter that stays.
 */
static const char latin[] = "aaaaaa2ceeeeiiiidnooooo?ouuuuy41"
			    "aaaaaa2ceeeeiiiidnooooo?ouuuuy4y"
			    "aaaaaaccccccccddddeeeeeeeeeegggg"
			    "gggghhhhiiiiiiiiii55jjkkklllllll"
			    "lllnnnnnnnnnoooooo33rrrrrrssssss"
			    "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
			    "b?bb???cc??dd?ee?ff?????kkl???n?"
			    "oo??pp?????ttt?uu??yyzzz????????"
			    "????dddlllnnnaaiioouuuuuuuuuu?aa"
			    "aa22ggggkkoooozzjdddgg??nnaa22oo"
			    "aaaaeeeeiiiioooorrrruuuusstt??hh"
			    "nd??zzaaeeooooooooyylnt????ccl?s"
			    "z??b??eejjqqrryy";
static const char latin_more[] = "aabbbbbbccddddddddddeeeeeeeeeeff"
				 "gghhhhhhhhhhiiiikkkkkkllllllllmm"
				 "mmmmnnnnnnnnoooooooopppprrrrrrrr"
				 "ssssssssssttttttttuuuuuuuuuuvvvv"
				 "wwwwwwwwwwxxxxyyzzzzzzhtwy?s??1?"
				 "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
				 "eeeeeeeeiiiioooooooooooooooooooo"
				 "oooouuuuuuuuuuuuuuyyyyyyyy??????";
static const char *const pairs[] = {NULL, "ss", "ae", "oe", "th", "ij"};

enum what {
	SEPARATOR,
	LETTER,
	ALONE, /* a word of its own */
	SKIP,  /* part of a word, but nothing of it */
};

struct range {
	uint32_t first, last;
	enum what what;
};

/* In order. What is in none of them is a letter. */
static const struct range ranges[] = {
    {0x80, 0xa9, SEPARATOR},
    {0xab, 0xac, SEPARATOR},
    {0xad, 0xad, SKIP}, /* soft hyphen */
    {0xae, 0xb4, SEPARATOR},
    {0xb6, 0xb9, SEPARATOR},
    {0xbb, 0xbf, SEPARATOR},
    {0xd7, 0xd7, SEPARATOR},
    {0xf7, 0xf7, SEPARATOR},
    {0x300, 0x36f, SKIP}, /* accents written apart */
    {0x37e, 0x37e, SEPARATOR},
    {0x387, 0x387, SEPARATOR},
    {0x589, 0x58a, SEPARATOR},
    {0x60c, 0x60d, SEPARATOR},
    {0x61b, 0x61f, SEPARATOR},
    {0x64b, 0x65f, SKIP}, /* Arabic vowel marks */
    {0x6d4, 0x6d4, SEPARATOR},
    {0x964, 0x965, SEPARATOR},
    {0xe00, 0xeff, ALONE},   /* Thai, Lao */
    {0x1000, 0x109f, ALONE}, /* Myanmar */
    {0x1780, 0x17ff, ALONE}, /* Khmer */
    {0x2000, 0x200b, SEPARATOR},
    {0x200c, 0x200f, SKIP}, /* joiners and direction marks */
    {0x2010, 0x205f, SEPARATOR},
    {0x2060, 0x206f, SKIP},
    {0x2070, 0x2bff, SEPARATOR}, /* currency, arrows, symbols */
    {0x2e00, 0x2e7f, SEPARATOR},
    {0x2e80, 0x2fff, ALONE},
    {0x3000, 0x3004, SEPARATOR},
    {0x3005, 0x3007, ALONE},
    {0x3008, 0x3020, SEPARATOR},
    {0x3021, 0x30fa, ALONE},
    {0x30fb, 0x30fb, SEPARATOR},
    {0x30fc, 0x312f, ALONE},
    {0x31a0, 0xa4cf, ALONE}, /* Chinese, Yi */
    {0xe000, 0xf8ff, SEPARATOR},
    {0xf900, 0xfaff, ALONE},
    {0xfe00, 0xfe0f, SKIP}, /* variation selectors */
    {0xfe10, 0xfe6f, SEPARATOR},
    {0xff00, 0xff0f, SEPARATOR},
    {0xff1a, 0xff20, SEPARATOR},
    {0xff3b, 0xff40, SEPARATOR},
    {0xff5b, 0xff65, SEPARATOR},
    {0xff66, 0xff9f, ALONE},
    {0xfff0, 0xffff, SEPARATOR},
    {0x1f000, 0x1faff, SEPARATOR}, /* emoji */
    {0x20000, 0x3ffff, ALONE},
    {0xe0000, 0x10ffff, SEPARATOR},
};

static enum what
what_is(uint32_t c)
{
	size_t from = 0, to = ARRAY_LEN(ranges);

	while (from < to) {
		size_t mid = (from + to) / 2;

		if (c > ranges[mid].last)
			from = mid + 1;
		else if (c < ranges[mid].first)
			to = mid;
		else
			return ranges[mid].what;
	}
	return LETTER;
}

/* ---- characters -------------------------------------------------------- */

static uint32_t
decode(const char *p, size_t n)
{
	static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t c = (unsigned char)p[0] & first[n];
	size_t i;

	for (i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3f);
	return c;
}

static size_t
encode(uint32_t c, char *out)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t i;

	for (i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(first[n] | c);
	return n;
}

/* Lower case without tonos; final sigma is a sigma. */
static uint32_t
fold_greek(uint32_t c)
{
	static const struct {
		uint16_t from, to;
	} marked[] = {{0x386, 0x3b1}, {0x388, 0x3b5}, {0x389, 0x3b7},
	    {0x38a, 0x3b9}, {0x38c, 0x3bf}, {0x38e, 0x3c5}, {0x38f, 0x3c9},
	    {0x390, 0x3b9}, {0x3aa, 0x3b9}, {0x3ab, 0x3c5}, {0x3ac, 0x3b1},
	    {0x3ad, 0x3b5}, {0x3ae, 0x3b7}, {0x3af, 0x3b9}, {0x3b0, 0x3c5},
	    {0x3c2, 0x3c3}, {0x3ca, 0x3b9}, {0x3cb, 0x3c5}, {0x3cc, 0x3bf},
	    {0x3cd, 0x3c5}, {0x3ce, 0x3c9}};
	size_t i;

	for (i = 0; i < ARRAY_LEN(marked); i++)
		if (marked[i].from == c)
			return marked[i].to;
	return c >= 0x391 && c <= 0x3a9 ? c + 0x20 : c;
}

static uint32_t
fold_cyrillic(uint32_t c)
{
	if (c < 0x410)
		c += 0x50;
	else if (c < 0x430)
		c += 0x20;
	else if (c >= 0x4c1 && c <= 0x4ce)
		c = (c + 1) & ~1u;
	else if (c >= 0x460 && c != 0x482)
		c |= 1;
	return c == 0x451 ? 0x435 : c;
}

/* Writes the letter c, folded, to out (room for 4 bytes). */
static size_t
fold(uint32_t c, char *out)
{
	char base = '?';

	if (c >= 0xc0 && c < 0xc0 + sizeof(latin) - 1)
		base = latin[c - 0xc0];
	else if (c >= 0x1e00 && c < 0x1e00 + sizeof(latin_more) - 1)
		base = latin_more[c - 0x1e00];
	else if (c >= 0x370 && c < 0x400)
		c = fold_greek(c);
	else if (c >= 0x400 && c < 0x530)
		c = fold_cyrillic(c);
	else if (c >= 0xff10 && c <= 0xff5a)
		c -= 0xfee0; /* full width: as in ASCII */
	if (c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if (base == '?')
		return encode(c, out);
	if (base >= 'a') {
		out[0] = base;
		return 1;
	}
	memcpy(out, pairs[base - '0'], 2);
	return 2;
}

/* ---- words ------------------------------------------------------------- */

static bool
ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void
word_add(struct word *w, const char *bytes, size_t n)
{
	if (w->n + n > WORD_MAX)
		return;
	memcpy(w->text + w->n, bytes, n);
	w->n += n;
}

/*
 * At an apostrophe of `step` bytes inside a word: how much of the text to
 * pass over so that the word goes on; 0: the word ends here.
 */
static size_t
apostrophe(struct str rest, size_t step)
{
	static const char *const joined[] = {"t", "d", "m", "re", "ve", "ll"};
	char tail[2] = {0};
	size_t i, n = 0;

	while (step + n < rest.n && ascii_letter(rest.p[step + n])) {
		if (n < 2)
			tail[n] = (char)(rest.p[step + n] | 0x20);
		n++;
	}
	if (n == 1 && tail[0] == 's')
		return step + 1; /* "what's", "the shop's" */
	for (i = 0; i < ARRAY_LEN(joined); i++)
		if (n == strlen(joined[i]) && memcmp(tail, joined[i], n) == 0)
			return step;
	return 0;
}

/* "e-mail", "t-shirt": one letter and a hyphen begin one word. */
static bool
hyphen_joins(const struct word *w, struct str rest)
{
	return w->n == 1 && ascii_letter(w->text[0]) && rest.n > 1 &&
	       ascii_letter(rest.p[1]);
}

/* How many bytes of what ends or joins a word to pass over; 0: it ends. */
static size_t
joint(const struct word *w, struct str rest, uint32_t c, size_t step)
{
	if (w->n == 0)
		return step; /* before the word: skipped anyway */
	if (c == '\'' || c == 0x2019 || c == 0x2bc)
		return apostrophe(rest, step);
	if (c == '-' && hyphen_joins(w, rest))
		return step;
	return 0;
}

static bool
pass_over(struct str *text, size_t n)
{
	text->p += n;
	text->n -= n;
	return n > 0;
}

/* A character beyond ASCII; false when the word is complete. */
static bool
take_far(struct str *text, struct word *w)
{
	size_t step = utf8_step(text->p, text->n);
	uint32_t c = step == 0 ? ' ' : decode(text->p, step);
	enum what what = step == 0 || c == 0x2bc ? SEPARATOR : what_is(c);
	char folded[4];

	if (step == 0)
		step = 1;
	if (what == SEPARATOR)
		return pass_over(text, joint(w, *text, c, step));
	if (what == ALONE && w->n > 0)
		return false;
	pass_over(text, step);
	if (what != SKIP)
		word_add(w, folded, fold(c, folded));
	return what != ALONE;
}

static bool
take(struct str *text, struct word *w)
{
	char c = text->p[0];

	if ((unsigned char)c >= 0x80)
		return take_far(text, w);
	if (!ascii_letter(c) && !(c >= '0' && c <= '9'))
		return pass_over(text, joint(w, *text, (unsigned char)c, 1));
	if (c <= 'Z' && c >= 'A')
		c = (char)(c | 0x20);
	word_add(w, &c, 1);
	return pass_over(text, 1);
}

bool
word_next(struct str *text, struct word *w)
{
	w->n = 0;
	while (text->n > 0 && take(text, w))
		;
	return w->n > 0;
}
