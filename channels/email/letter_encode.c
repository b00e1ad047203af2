/*
 * letter_encode: what is not ASCII, made so. No line that is made here is
 * longer than 76 bytes.
 */
#include "channels/email/letter_inner.h"
#include "core/utf8.h"

#include <sodium.h>

#define LINE_MAX_BYTES 76u
#define BASE64 sodium_base64_VARIANT_ORIGINAL
#define LINE_BYTES 57u /* 76 characters in base64 */
#define WORD_BYTES 39u /* 52 in base64, 64 with "=?UTF-8?B?" and "?=" */
#define PIECE_BYTES 54u
#define PARAM_PLAIN_MAX 50u

static const char hex[] = "0123456789ABCDEF";

bool
letter_is_plain(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* ---- quoted-printable --------------------------------------------------- */

struct quoting {
	struct buf *out;
	size_t column;
};

/* Servers double a dot in front, and some change "From ". */
static bool
is_fragile(struct str rest)
{
	return rest.p[0] == '.' || lex_begins(rest, STR("From "));
}

static void
put_quoted(struct quoting *q, struct str rest, bool plain)
{
	char c = rest.p[0];

	if (q->column + (plain ? 1 : 3) > LINE_MAX_BYTES - 1) {
		buf_str(q->out, "=\r\n"); /* there was room for the "=" */
		q->column = 0;
	}
	if (plain && (q->column > 0 || !is_fragile(rest))) {
		buf_char(q->out, c);
		q->column++;
		return;
	}
	buf_char(q->out, '=');
	buf_char(q->out, hex[(unsigned char)c >> 4]);
	buf_char(q->out, hex[(unsigned char)c & 15]);
	q->column += 3;
}

static void
quote_line(struct quoting *q, struct str line)
{
	for (; line.n > 0; line = lex_from(line, 1)) {
		char c = line.p[0];
		bool last = line.n == 1 && c == ' ';

		put_quoted(q, line, c >= ' ' && c <= '~' && c != '=' && !last);
	}
}

void
encode_quoted(struct str text, struct buf *out)
{
	struct quoting q = {.out = out};

	while (text.n > 0) {
		quote_line(&q, lex_line(&text));
		buf_str(out, "\r\n");
		q.column = 0;
	}
}

/* ---- base64 ------------------------------------------------------------- */

static void
put_base64(struct str bytes, struct buf *out)
{
	char text[sodium_base64_ENCODED_LEN(LINE_BYTES, BASE64)];

	sodium_bin2base64(text, sizeof(text), (const unsigned char *)bytes.p,
	    bytes.n, BASE64);
	buf_str(out, text);
}

void
encode_base64(struct str bytes, struct buf *out)
{
	for (; bytes.n > 0; bytes = lex_from(bytes, LINE_BYTES)) {
		put_base64(lex_upto(bytes, LINE_BYTES), out);
		buf_str(out, "\r\n");
	}
}

/* No more than most bytes from the front, whole characters. */
static struct str
whole_characters(struct str s, size_t most)
{
	size_t n = 0, step;

	while (n < s.n) {
		step = utf8_step(s.p + n, s.n - n);
		step = step == 0 ? 1 : step;
		if (n + step > most)
			break;
		n += step;
	}
	return lex_upto(s, n);
}

void
encode_words(struct str text, struct buf *out)
{
	while (text.n > 0) {
		struct str part = whole_characters(text, WORD_BYTES);

		buf_str(out, "=?UTF-8?B?");
		put_base64(part, out);
		text = lex_from(text, part.n);
		buf_str(out, text.n > 0 ? "?=\r\n " : "?=");
	}
}

/* ---- parameters --------------------------------------------------------- */

static void
put_percent(struct str piece, struct buf *out)
{
	size_t i;

	for (i = 0; i < piece.n; i++) {
		char c = piece.p[i];

		if (lex_alnum(c) || c == '.' || c == '-' || c == '_') {
			buf_char(out, c);
			continue;
		}
		buf_char(out, '%');
		buf_char(out, hex[(unsigned char)c >> 4]);
		buf_char(out, hex[(unsigned char)c & 15]);
	}
}

/* As many whole characters as fit into a line when each byte is "%XX". */
static void
put_pieces(const char *name, struct str value, struct buf *out)
{
	unsigned nth = 0;

	while (value.n > 0) {
		struct str piece = whole_characters(value, PIECE_BYTES / 3);

		buf_addf(out, ";\r\n %s*%u*=%s", name, nth,
		    nth == 0 ? "UTF-8''" : "");
		put_percent(piece, out);
		value = lex_from(value, piece.n);
		nth++;
	}
}

void
encode_param(const char *name, struct str value, struct buf *out)
{
	size_t i;

	if (!letter_is_plain(value) || value.n > PARAM_PLAIN_MAX ||
	    memmem(value.p, value.n, "=?", 2) != NULL) {
		put_pieces(name, value, out);
		return;
	}
	buf_addf(out, ";\r\n %s=\"", name);
	for (i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, value.p[i]);
	}
	buf_char(out, '"');
}
