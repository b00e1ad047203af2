/*
 * form: one pass over the bytes. Each piece between "&"s is decoded into one
 * copy of it, for decoding never makes it longer.
 */
#include "channels/form.h"

static size_t
count_pieces(struct str body)
{
	size_t n = body.n == 0 ? 0 : 1, i;

	for (i = 0; i < body.n; i++)
		n += body.p[i] == '&';
	return n;
}

/* Up to the next `stop`, which is dropped from rest. */
static struct str
cut(struct str *rest, char stop)
{
	const char *end = rest->n == 0 ? NULL : memchr(rest->p, stop, rest->n);
	struct str piece = *rest;

	if (end != NULL)
		piece.n = (size_t)(end - rest->p);
	rest->p += piece.n + (end != NULL);
	rest->n -= piece.n + (end != NULL);
	return piece;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "%xx" at s stands for, or -1. */
static int
escaped_byte(struct str s)
{
	int high, low;

	if (s.n < 3)
		return -1;
	high = hex_digit(s.p[1]);
	low = hex_digit(s.p[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static enum err
decode(struct str s, struct arena *a, struct str *out)
{
	struct str copy = arena_copy(a, s);
	char *to = (char *)copy.p;
	size_t n = 0;
	int byte;

	if (to == NULL)
		return E_NOMEM;
	while (s.n > 0) {
		size_t taken = s.p[0] == '%' ? 3 : 1;

		byte = taken == 3 ? escaped_byte(s) : s.p[0];
		if (taken == 3 && byte < 0)
			return E_BADINPUT;
		to[n++] = taken == 1 && byte == '+' ? ' ' : (char)byte;
		s.p += taken;
		s.n -= taken;
	}
	to[n] = '\0';
	*out = (struct str){to, n};
	return OK;
}

static enum err
read_field(struct str piece, struct arena *a, struct form_field *out)
{
	struct str name = cut(&piece, '=');
	enum err e;

	if (name.n == 0)
		return E_BADINPUT;
	e = decode(name, a, &out->name);
	return e != OK ? e : decode(piece, a, &out->value);
}

enum err
form_parse(struct str body, struct arena *a, struct form *out)
{
	size_t n = count_pieces(body), i;
	enum err e = OK;

	*out = (struct form){0};
	if (n > FORM_FIELDS_MAX)
		return E_LIMIT;
	out->fields = arena_alloc(a, (n + 1) * sizeof(*out->fields));
	if (out->fields == NULL)
		return E_NOMEM;
	for (i = 0; i < n && e == OK; i++)
		e = read_field(cut(&body, '&'), a, &out->fields[i]);
	out->count = e == OK ? n : 0;
	return e;
}

struct str
form_get(const struct form *f, const char *name)
{
	struct str wanted = str_from(name);
	size_t i;

	for (i = 0; i < f->count; i++)
		if (str_eq(f->fields[i].name, wanted))
			return f->fields[i].value;
	return (struct str){0};
}

/* ---- writing ------------------------------------------------------------ */

void
form_add(struct buf *out, const char *name, struct str value)
{
	if (out->len > 0 && out->data[out->len - 1] != '?')
		buf_char(out, '&');
	buf_url(out, str_from(name));
	buf_char(out, '=');
	buf_url(out, value);
}
