/*
 * split_atom: what split.c keeps in one piece.
 */
#ifndef CHANNELS_SPLIT_ATOM_H
#define CHANNELS_SPLIT_ATOM_H

#include "channels/split.h"

/* The fence of the code block one is in; run empty: in none. */
struct fence {
	struct str run;	 /* "```" */
	struct str line; /* the line that opened it, from its run on */
};

/* Is it a space, a tab or the end of a line? */
bool text_blank(char c);

/* Does a line begin here, or before the spaces before it? */
bool text_line_begins(struct str text, size_t at);

/*
 * Does a line that opens or closes a block begin at `at`? *step: its bytes,
 * *next: the fence after it. `now` is the one before.
 */
bool fence_at(struct str text, size_t at, const struct fence *now,
    struct fence *next, size_t *step);

/* The bytes of the longest link at `at` of at most max units, or 0. */
size_t link_at(struct str text, size_t at, enum text_unit unit, size_t max);

#endif
