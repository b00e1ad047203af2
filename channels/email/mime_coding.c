/*
 * mime_coding: transfer encodings undone. Both take what is not theirs as it
 * stands and go on; false tells that there was something.
 */
#include "channels/email/mime_inner.h"

/* ---- quoted-printable --------------------------------------------------- */

/* "=41" and what is left of the line; literal where it is none. */
static bool
unquote_line(struct str line, struct buf *out)
{
	bool good = true;

	while (line.n > 0) {
		const char *at = memchr(line.p, '=', line.n);
		size_t n = at == NULL ? line.n : (size_t)(at - line.p);
		int high, low;

		buf_add(out, line.p, n);
		line = lex_from(line, n);
		if (line.n == 0)
			break;
		high = line.n < 3 ? -1 : lex_hex(line.p[1]);
		low = line.n < 3 ? -1 : lex_hex(line.p[2]);
		if (high >= 0 && low >= 0)
			buf_char(out, (char)(high << 4 | low));
		else
			buf_char(out, '=');
		good = good && high >= 0 && low >= 0;
		line = lex_from(line, high >= 0 && low >= 0 ? 3 : 1);
	}
	return good;
}

/* Spaces at the end of a line were put there on the way. */
static struct str
without_end(struct str line)
{
	while (line.n > 0 &&
	       (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
		line.n--;
	return line;
}

bool
mime_unquote(struct str s, struct buf *out)
{
	bool good = true, soft;

	while (s.n > 0) {
		struct str begin = s, line = lex_line(&s), text;
		size_t whole = begin.n - s.n;

		text = without_end(line);
		soft = text.n > 0 && text.p[text.n - 1] == '=';
		text.n -= soft;
		good = unquote_line(text, out) && good;
		if (!soft) /* its end, as it came */
			buf_add(out, begin.p + line.n, whole - line.n);
	}
	return good;
}

/* ---- base64 ------------------------------------------------------------- */

static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

bool
mime_unbase64(struct str s, struct buf *out)
{
	unsigned held = 0, bits = 0;
	char *to = buf_room(out, s.n / 4 * 3 + 3);
	bool good = true;
	size_t i, n = 0;

	for (i = 0; to != NULL && i < s.n; i++) {
		int value = sextet(s.p[i]);

		if (s.p[i] == '=') { /* whatever follows begins anew */
			bits = 0;
			continue;
		}
		good = good && (value >= 0 || lex_space(s.p[i]));
		if (value < 0)
			continue;
		held = (held << 6 | (unsigned)value) & 0xffffffu;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			to[n++] = (char)(held >> bits);
		}
	}
	out->len += n;
	return good;
}
