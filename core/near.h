/*
 * near: how far apart two short words are, for "did you mean" and for typing
 * mistakes in customers' questions.
 */
#ifndef CORE_NEAR_H
#define CORE_NEAR_H

#include "core/base.h"

#define NEAR_WORD_MAX 48u

/*
 * How many single steps (a byte added, dropped or changed, two neighbours
 * swapped) lead from a to b; limit + 1 when it is more than `limit` or when
 * a word is longer than NEAR_WORD_MAX bytes.
 */
size_t near_distance(struct str a, struct str b, size_t limit);

#endif
