/*
 * mime_param: "type/subtype; name=value; name*0*=utf-8''%20" (RFC 2045, 2231).
 * A value in several pieces may come in any order.
 */
#include "channels/email/charset.h"
#include "channels/email/mime_inner.h"

#define PIECES_MAX 50u

struct piece {
	struct str text;
	bool encoded;
};

struct gathered {
	struct str plain; /* name=; .p NULL: not there */
	struct piece pieces[PIECES_MAX];
};

/* A comment means nothing; (c) a copyright sign would be one, too. */
static struct str
skip_comment(struct str s)
{
	s = lex_trim(s);
	while (s.n > 0 && s.p[0] == '(') {
		(void)lex_cut(&s, ')');
		s = lex_trim(s);
	}
	return s;
}

/* Up to the ";" that is not within quotes; it goes, too. */
static struct str
take_param(struct str *rest)
{
	struct str param = *rest;
	bool quoted = false;
	size_t i;

	for (i = 0; i < rest->n && (quoted || rest->p[i] != ';'); i++) {
		if (quoted && rest->p[i] == '\\')
			i++;
		else if (rest->p[i] == '"')
			quoted = !quoted;
	}
	param = lex_upto(param, i);
	*rest = lex_from(*rest, i + 1);
	return skip_comment(param);
}

static struct str
unquoted(struct str s, struct arena *a)
{
	struct str copy;
	char *p;
	size_t n = 0, i;

	if (s.n == 0 || s.p[0] != '"')
		return s;
	copy = arena_copy(a, lex_from(s, 1));
	p = (char *)(uintptr_t)copy.p;
	for (i = 0; p != NULL && i < copy.n && p[i] != '"'; i++) {
		if (p[i] == '\\' && i + 1 < copy.n)
			i++;
		p[n++] = p[i];
	}
	copy.n = n;
	return copy;
}

/* What follows the name: "" or "*" or "*0" or "*0*". */
static void
keep(struct gathered *g, struct str how, struct str value)
{
	struct piece piece = {.text = value};
	uint64_t nth = 0;

	if (how.n == 0) {
		if (g->plain.p == NULL)
			g->plain = value;
		return;
	}
	if (how.p[how.n - 1] == '*') {
		piece.encoded = true;
		how.n--;
	}
	if (how.n > 1 && !str_to_u64(lex_from(how, 1), PIECES_MAX - 1, &nth))
		return;
	if (g->pieces[nth].text.p == NULL)
		g->pieces[nth] = piece;
}

static void
gather(struct str value, const char *name, struct arena *a, struct gathered *g)
{
	(void)take_param(&value); /* the type itself */
	while (value.n > 0) {
		struct str right = take_param(&value);
		struct str left = lex_trim(lex_cut(&right, '='));
		size_t n = strlen(name);

		if (!lex_begins(left, str_from(name)) ||
		    (left.n > n && left.p[n] != '*'))
			continue;
		keep(g, lex_from(left, n), unquoted(skip_comment(right), a));
	}
}

static void
unescape(struct str s, struct buf *out)
{
	while (s.n > 0) {
		int high = s.n < 3 ? -1 : lex_hex(s.p[1]);
		int low = s.n < 3 ? -1 : lex_hex(s.p[2]);
		bool escape = s.p[0] == '%' && high >= 0 && low >= 0;

		if (escape)
			buf_char(out, (char)(high << 4 | low));
		else
			buf_char(out, s.p[0]);
		s = lex_from(s, escape ? 3 : 1);
	}
}

/* Of the first piece: charset'language'text. */
static struct str
take_charset(struct str *text)
{
	struct str rest = *text, charset = lex_cut(&rest, '\'');

	if (charset.n == text->n || memchr(rest.p, '\'', rest.n) == NULL)
		return (struct str){"", 0};
	(void)lex_cut(&rest, '\'');
	*text = rest;
	return charset;
}

static struct str
join(struct gathered *g, struct arena *a)
{
	struct buf bytes = {0}, text = {0};
	struct str charset = {"", 0}, out = {0};
	size_t i;

	if (g->pieces[0].encoded)
		charset = take_charset(&g->pieces[0].text);
	for (i = 0; i < PIECES_MAX && g->pieces[i].text.p != NULL; i++) {
		struct str piece = g->pieces[i].text;

		if (g->pieces[i].encoded)
			unescape(piece, &bytes);
		else
			buf_add(&bytes, piece.p, piece.n);
	}
	if (bytes.len > 0)
		(void)charset_read(buf_view(&bytes), charset, &text);
	mime_calm(&text);
	if (!bytes.failed && !text.failed)
		out = arena_copy(a, text.len == 0 ? STR("") : buf_view(&text));
	buf_free(&bytes);
	buf_free(&text);
	return out;
}

struct str
mime_param(struct str value, const char *name, struct arena *a)
{
	struct gathered g = {0};
	struct str text;

	gather(value, name, a, &g);
	if (g.pieces[0].text.p != NULL)
		return join(&g, a);
	/* Many programs write encoded words here all the same. */
	if (g.plain.p == NULL || mime_words(g.plain, a, &text) != OK)
		return (struct str){0};
	return text;
}
