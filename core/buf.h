/*
 * buf: a growing string of bytes, and the one way to write JSON.
 *
 *	struct buf b = {0};
 *	buf_str(&b, "{\"text\":");
 *	buf_json(&b, text);            quoted, escaped, always valid UTF-8
 *	buf_char(&b, '}');
 *	if (b.failed) ...              checked once, at the end
 *	buf_free(&b);
 *
 * A failed allocation sets `failed` and makes every later call a no-op, so
 * callers check once. `limit`, when set, bounds the length the same way.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include "core/arena.h"

struct buf {
	char *data;
	size_t len, cap;
	size_t limit; /* 0: none */
	bool failed;
};

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_str(struct buf *b, const char *z);
void buf_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_u64(struct buf *b, uint64_t n);
void buf_i64(struct buf *b, int64_t n);

/* A JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD. */
void buf_json(struct buf *b, struct str s);

/*
 * {"name":"value"}, inside of an object: with a comma where one is due, and
 * nothing at all for an empty value. The name is written as it is.
 */
void buf_member(struct buf *b, const char *name, struct str value);

/*
 * For any place in a URL or a form: all but letters, digits and "-._~" become
 * %XX (RFC 3986, section 2.3).
 */
void buf_url(struct buf *b, struct str s);

/* Room for n more bytes at data + len, or NULL; the caller raises len. */
char *buf_room(struct buf *b, size_t n);

static inline struct str
buf_view(const struct buf *b)
{
	return (struct str){b->data, b->len};
}

void buf_clear(struct buf *b); /* keeps the memory */
void buf_free(struct buf *b);

/*
 * What was written, NUL-terminated in the arena; .p is NULL when that failed or
 * memory is out. The buffer is freed in any case.
 */
struct str buf_take(struct buf *b, struct arena *a) MUST_USE;

#endif
