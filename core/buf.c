/* buf: grows by doubling; numbers without printf, for they are on hot paths. */
#include "core/buf.h"
#include "core/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

char *
buf_room(struct buf *b, size_t n)
{
	size_t need, cap;
	char *grown;

	if (b->failed)
		return NULL;
	if (n > SIZE_MAX / 4 || (b->limit != 0 && n > b->limit - b->len)) {
		b->failed = true;
		return NULL;
	}
	need = b->len + n;
	if (need <= b->cap && b->data != NULL)
		return b->data + b->len;
	cap = b->cap < 64 ? 64 : b->cap;
	while (cap < need)
		cap *= 2;
	grown = realloc(b->data, cap);
	if (grown == NULL) {
		b->failed = true;
		return NULL;
	}
	b->data = grown;
	b->cap = cap;
	return b->data + b->len;
}

void
buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *room = buf_room(b, n);

	if (room == NULL || n == 0)
		return;
	memcpy(room, bytes, n);
	b->len += n;
}

void
buf_str(struct buf *b, const char *z)
{
	buf_add(b, z, strlen(z));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *room;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		b->failed = true;
	room = n < 0 ? NULL : buf_room(b, (size_t)n + 1);
	if (room == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(room, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
buf_u64(struct buf *b, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n != 0);
	buf_add(b, digits + at, sizeof(digits) - at);
}

void
buf_i64(struct buf *b, int64_t n)
{
	if (n < 0)
		buf_char(b, '-');
	buf_u64(b, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

/* The two-character escape of c, 'u' for \u00XX, or 0 when c stands as is. */
static char
json_escape(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return c < 0x20 || c == 0x7f ? 'u' : 0;
	}
}

static void
json_escaped(struct buf *b, unsigned char c, char escape)
{
	static const char hex[] = "0123456789abcdef";
	const char u[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
	const char two[] = {'\\', escape};

	if (escape == 'u')
		buf_add(b, u, sizeof(u));
	else
		buf_add(b, two, sizeof(two));
}

void
buf_json(struct buf *b, struct str s)
{
	size_t from = 0, i = 0;

	buf_char(b, '"');
	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		char escape = c < 0x80 ? json_escape(c) : 0;
		size_t step = c < 0x80 ? 1 : utf8_step(s.p + i, s.n - i);

		if (escape == 0 && step != 0) {
			i += step;
			continue;
		}
		buf_add(b, s.p + from, i - from);
		if (step == 0)
			buf_str(b, "\xef\xbf\xbd");
		else
			json_escaped(b, c, escape);
		from = ++i;
	}
	if (i > from) /* an empty text may have no bytes to point at */
		buf_add(b, s.p + from, i - from);
	buf_char(b, '"');
}

static bool
is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

void
buf_member(struct buf *b, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	if (b->len > 0 && b->data[b->len - 1] != '{')
		buf_char(b, ',');
	buf_char(b, '"');
	buf_str(b, name);
	buf_str(b, "\":");
	buf_json(b, value);
}

void
buf_url(struct buf *b, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char coded[] = {'%', digits[c >> 4], digits[c & 15]};

		if (is_unreserved(c))
			buf_char(b, (char)c);
		else
			buf_add(b, coded, sizeof(coded));
	}
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

void
buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}

struct str
buf_take(struct buf *b, struct arena *a)
{
	struct str taken = {0};

	if (!b->failed)
		taken = arena_copy(a, buf_view(b));
	buf_free(b);
	return taken;
}
