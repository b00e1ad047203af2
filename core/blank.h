/*
 * blank: texts of a company with blanks in them, such as "You are number
 * {position} in line.", filled in. What stands in braces and is no blank of
 * the text stays as it is, and what is filled in is not looked at again.
 */
#ifndef CORE_BLANK_H
#define CORE_BLANK_H

#include "core/arena.h"
#include "core/buf.h"

struct blank {
	const char *name; /* with its braces: "{position}" */
	struct str text;
};

void blanks_write(
    struct buf *out, struct str text, const struct blank *blanks, size_t count);

/* The same in the arena; empty where there is no memory. */
struct str blanks_fill(
    struct str text, const struct blank *blanks, size_t count, struct arena *a);

#endif
