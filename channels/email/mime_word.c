/*
 * mime_word: encoded words (RFC 2047). Words that follow each other in one
 * charset are put together before they are read, for some programs cut in the
 * middle of a character.
 */
#include "channels/email/charset.h"
#include "channels/email/mime_inner.h"

/* An encoded word has at most 75 characters; some programs know no limit. */
#define WORD_MAX 4000u

struct words {
	struct buf out;
	struct buf bytes; /* of words not yet read */
	struct str charset;
};

static void
flush(struct words *w)
{
	if (w->bytes.len > 0)
		(void)charset_read(buf_view(&w->bytes), w->charset, &w->out);
	w->out.failed |= w->bytes.failed;
	buf_clear(&w->bytes);
}

/* "=?charset?Q?text?=" at the front, apart. */
struct word {
	struct str charset, text;
	bool base64;
	size_t length;
};

static bool
take_word(struct str s, struct word *out)
{
	struct str rest = lex_from(lex_upto(s, WORD_MAX), 2), how, star;
	const char *end;

	if (s.n < 8 || s.p[0] != '=' || s.p[1] != '?')
		return false;
	out->charset = lex_cut(&rest, '?');
	how = lex_cut(&rest, '?');
	end = rest.n < 2 ? NULL : memmem(rest.p, rest.n, "?=", 2);
	if (out->charset.n == 0 || how.n != 1 || end == NULL ||
	    memchr("bBqQ", how.p[0], 4) == NULL)
		return false;
	star = out->charset;
	out->charset = lex_cut(&star, '*'); /* RFC 2231: *language */
	out->base64 = lex_lower(how.p[0]) == 'b';
	out->text = (struct str){rest.p, (size_t)(end - rest.p)};
	out->length = (size_t)(end + 2 - s.p);
	return true;
}

static void
put_word(struct words *w, const struct word *word)
{
	size_t i;

	if (!lex_same(w->charset, word->charset))
		flush(w);
	w->charset = word->charset;
	if (word->base64) {
		(void)mime_unbase64(word->text, &w->bytes);
		return;
	}
	for (i = 0; i < word->text.n; i++) {
		struct str rest = lex_from(word->text, i);
		int high = rest.n < 3 ? -1 : lex_hex(rest.p[1]);
		int low = rest.n < 3 ? -1 : lex_hex(rest.p[2]);

		if (rest.p[0] == '=' && high >= 0 && low >= 0) {
			buf_char(&w->bytes, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_char(&w->bytes, rest.p[0] == '_' ? ' ' : rest.p[0]);
		}
	}
}

/* Up to where the next encoded word may begin, one byte at least. */
static size_t
plain_length(struct str s)
{
	const char *at = s.n < 2 ? NULL : memmem(s.p + 1, s.n - 1, "=?", 2);

	return at == NULL ? s.n : (size_t)(at - s.p);
}

static size_t
space_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && lex_space(s.p[n]))
		n++;
	return n;
}

static void
read_words(struct words *w, struct str s)
{
	bool after = false;
	size_t gap, n;

	while (s.n > 0 && !w->out.failed) {
		struct word word;

		/* Spaces between two words belong to neither. */
		gap = after ? space_length(s) : 0;
		after = take_word(lex_from(s, gap), &word);
		if (after) {
			put_word(w, &word);
			n = gap + word.length;
		} else {
			flush(w);
			n = plain_length(s);
			(void)charset_read(lex_upto(s, n), STR(""), &w->out);
		}
		s = lex_from(s, n);
	}
	flush(w);
}

void
mime_calm(struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if ((unsigned char)b->data[i] < ' ' || b->data[i] == 0x7f)
			b->data[i] = ' ';
}

enum err
mime_words(struct str s, struct arena *a, struct str *out)
{
	struct words w = {.charset = STR("")};

	read_words(&w, s);
	mime_calm(&w.out);
	*out = (struct str){"", 0};
	if (!w.out.failed && w.out.len > 0)
		*out = arena_copy(a, lex_trim(buf_view(&w.out)));
	if (w.out.failed)
		out->p = NULL;
	buf_free(&w.out);
	buf_free(&w.bytes);
	return out->p == NULL ? E_NOMEM : OK;
}
