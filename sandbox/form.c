/* form: every byte that is not a letter, digit or "-._~" is written as %XX. */
#include "sandbox/form.h"
#include "core/utf8.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place of a copy; false: a % without two digits. */
static bool
decode(struct str in, struct arena *a, struct str *out)
{
	char *p = arena_alloc(a, in.n + 1);
	size_t i, n = 0;

	if (p == NULL)
		return false;
	for (i = 0; i < in.n; i++) {
		int high, low;

		if (in.p[i] != '%') {
			p[n++] = in.p[i] == '+' ? ' ' : in.p[i];
			continue;
		}
		if (in.n - i < 3)
			return false;
		high = hex_digit(in.p[i + 1]);
		low = hex_digit(in.p[i + 2]);
		if (high < 0 || low < 0)
			return false;
		p[n++] = (char)(high << 4 | low);
		i += 2;
	}
	*out = (struct str){p, n};
	return utf8_valid(*out);
}

static size_t
count_of(struct str text)
{
	size_t n = 1, i;

	for (i = 0; i < text.n; i++)
		n += text.p[i] == '&';
	return n;
}

/* What comes before the next `c`, which is taken off with it. */
static struct str
cut(struct str *text, char c)
{
	const char *at = memchr(text->p, c, text->n);
	struct str head = *text;

	if (at != NULL)
		head.n = (size_t)(at - text->p);
	text->p += head.n + (at != NULL);
	text->n -= head.n + (at != NULL);
	return head;
}

enum err
sb_form_read(struct str text, struct arena *a, struct form *out)
{
	size_t most = count_of(text);

	*out = (struct form){0};
	if (text.n == 0)
		return OK;
	if (most > FORM_FIELDS_MOST)
		return E_BADINPUT;
	out->list = arena_alloc(a, most * sizeof(*out->list));
	if (out->list == NULL)
		return E_NOMEM;
	while (text.n > 0) {
		struct str value = cut(&text, '&'), name;
		struct field *f = &out->list[out->count];

		if (value.n == 0)
			continue;
		name = cut(&value, '=');
		if (!decode(name, a, &f->name) || !decode(value, a, &f->value))
			return E_BADINPUT;
		out->count++;
	}
	return OK;
}

struct str
sb_form_get(const struct form *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (str_eq(f->list[i].name, str_from(name)))
			return f->list[i].value;
	return (struct str){0};
}

size_t
sb_form_count(const struct form *f, const char *name)
{
	size_t n = 0, i;

	for (i = 0; i < f->count; i++)
		n += str_eq(f->list[i].name, str_from(name));
	return n;
}

static void
encode(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= '0' && c <= '9') ||
			     ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
			     (c != 0 && strchr("-._~", c) != NULL);

		if (plain) {
			buf_char(b, (char)c);
		} else {
			buf_char(b, '%');
			buf_char(b, hex[c >> 4]);
			buf_char(b, hex[c & 15]);
		}
	}
}

void
sb_form_put(struct buf *b, struct str name, struct str value)
{
	if (b->len > 0)
		buf_char(b, '&');
	encode(b, name);
	buf_char(b, '=');
	encode(b, value);
}
