/* sniff_inner: the families of files that need more than a look at how they
 * begin. Each gives the type, or NULL. */
#ifndef WORKERS_SNIFF_INNER_H
#define WORKERS_SNIFF_INNER_H

#include "core/base.h"

/* Are these n bytes at `at`? */
static inline bool
sniff_at(struct str s, size_t at, const char *bytes, size_t n)
{
	return at <= s.n && s.n - at >= n &&
	       (n == 0 || memcmp(s.p + at, bytes, n) == 0);
}

const char *sniff_zip(struct str s);
const char *sniff_sound(struct str s); /* MP3, AAC */
const char *sniff_text(struct str s);

#endif
