/*
 * blank: at each byte, is it where one of the few blanks begins?
 */
#include "core/blank.h"

#include <string.h>

static const struct blank *
blank_at(struct str rest, const struct blank *blanks, size_t count)
{
	size_t i, n;

	for (i = 0; i < count; i++) {
		n = strlen(blanks[i].name);
		if (rest.n >= n && memcmp(rest.p, blanks[i].name, n) == 0)
			return &blanks[i];
	}
	return NULL;
}

void
blanks_write(
    struct buf *out, struct str text, const struct blank *blanks, size_t count)
{
	const struct blank *b;
	size_t at = 0;

	while (at < text.n) {
		b = blank_at(
		    (struct str){text.p + at, text.n - at}, blanks, count);
		if (b == NULL) {
			buf_char(out, text.p[at++]);
			continue;
		}
		buf_add(out, b->text.p, b->text.n);
		at += strlen(b->name);
	}
}

struct str
blanks_fill(
    struct str text, const struct blank *blanks, size_t count, struct arena *a)
{
	struct buf b = {0};

	blanks_write(&b, text, blanks, count);
	return buf_take(&b, a);
}
