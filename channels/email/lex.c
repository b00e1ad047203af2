/* lex: bytes, compared and cut. */
#include "channels/email/lex.h"

char
lex_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool
lex_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
lex_alnum(char c)
{
	char low = lex_lower(c);

	return lex_digit(c) || (low >= 'a' && low <= 'z');
}

int
lex_hex(char c)
{
	if (lex_digit(c))
		return c - '0';
	c = lex_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
lex_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
lex_begins(struct str s, struct str with)
{
	size_t i;

	if (s.n < with.n)
		return false;
	for (i = 0; i < with.n; i++)
		if (lex_lower(s.p[i]) != lex_lower(with.p[i]))
			return false;
	return true;
}

bool
lex_same(struct str a, struct str b)
{
	return a.n == b.n && lex_begins(a, b);
}

bool
lex_ends(struct str s, struct str with)
{
	return s.n >= with.n && lex_begins(lex_from(s, s.n - with.n), with);
}

size_t
lex_find(struct str s, struct str what)
{
	size_t i;

	for (i = 0; i + what.n <= s.n; i++)
		if (lex_begins(lex_from(s, i), what))
			return i;
	return s.n;
}

struct str
lex_from(struct str s, size_t at)
{
	if (at >= s.n)
		return (struct str){s.p == NULL ? "" : s.p + s.n, 0};
	return (struct str){s.p + at, s.n - at};
}

struct str
lex_upto(struct str s, size_t n)
{
	return (struct str){s.p, n < s.n ? n : s.n};
}

struct str
lex_trim(struct str s)
{
	while (s.n > 0 && lex_space(s.p[0]))
		s = lex_from(s, 1);
	while (s.n > 0 && lex_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
lex_blank(struct str s)
{
	return lex_trim(s).n == 0;
}

/* Both signs in one go: a text of only one of them is no slower. */
struct str
lex_line(struct str *rest)
{
	struct str line = {rest->p, 0};
	size_t end;

	while (line.n < rest->n && rest->p[line.n] != '\n' &&
	       rest->p[line.n] != '\r')
		line.n++;
	end = line.n + 1;
	if (end < rest->n && rest->p[line.n] == '\r' && rest->p[end] == '\n')
		end++;
	*rest = lex_from(*rest, end);
	return line;
}

struct str
lex_cut(struct str *rest, char stop)
{
	const char *end = rest->n == 0 ? NULL : memchr(rest->p, stop, rest->n);
	struct str piece = *rest;

	if (end != NULL)
		piece.n = (size_t)(end - rest->p);
	*rest = lex_from(*rest, piece.n + (end != NULL));
	return piece;
}

struct str
lex_lowered(struct str s, struct arena *a)
{
	struct str copy = arena_copy(a, s);
	char *p = (char *)(uintptr_t)copy.p;
	size_t i;

	for (i = 0; p != NULL && i < copy.n; i++)
		p[i] = lex_lower(p[i]);
	return copy;
}
