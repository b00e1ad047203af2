/*
 * utf8: is it, and where may it be cut.
 */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include "core/base.h"

/*
 * Length (1 to 4) of the one valid character that starts at p, or 0 if the
 * bytes there are not UTF-8 (overlong, surrogate, above U+10FFFF, cut off).
 */
size_t utf8_step(const char *p, size_t n);

bool utf8_valid(struct str s);

/*
 * Length of the first character of s if a terminal may be given it; 0: it is
 * a control character (C0, DEL, C1) or no UTF-8. s must not be empty.
 */
size_t utf8_step_shown(struct str s);

/*
 * Nothing that ends a line and could begin another: no C0, no DEL. Whether it
 * is UTF-8 does not matter.
 */
bool utf8_one_line(struct str s);

/* How many characters s has; s must be valid. */
size_t utf8_count(struct str s);

/* The longest prefix of at most max characters; s must be valid. */
struct str utf8_prefix(struct str s, size_t max);

#endif
