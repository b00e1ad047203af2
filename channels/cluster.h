/*
 * cluster: what looks like one character to people.
 *
 * A letter with its marks, a flag of two letters, a family of joined emoji, a
 * syllable of Hangul or of an Indic script. Follows Unicode's rules for
 * extended grapheme clusters (UAX 29) closely enough to cut by: where it errs,
 * it keeps together what might be parted.
 */
#ifndef CHANNELS_CLUSTER_H
#define CHANNELS_CLUSTER_H

#include "core/base.h"

/* The bytes of the cluster that p begins with; at least 1 when n is. */
size_t cluster_step(const char *p, size_t n);

/* The character that p begins with, and its bytes; a wrong byte is U+FFFD. */
uint32_t cluster_character(const char *p, size_t n, size_t *bytes);

/* Lists of characters, in order. */
struct cluster_range {
	uint32_t from, to;
};

bool cluster_within(const struct cluster_range *list, size_t n, uint32_t c);

#define CLUSTER_WITHIN(list, c) cluster_within(list, ARRAY_LEN(list), c)

#endif
