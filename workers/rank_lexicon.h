/*
 * rank_lexicon: what the ranking knows of words before it has seen any.
 *
 * In a short list of questions, how often a word occurs says little about how
 * much it means. So the words that carry little in each of some languages are
 * listed here, and counted less; only the lists of the language that a
 * company's texts are in take effect.
 *
 * And words that customers use for the same thing ("refund", "money back").
 */
#ifndef WORKERS_RANK_LEXICON_H
#define WORKERS_RANK_LEXICON_H

#include "core/base.h"

enum rank_weight {
	RANK_PLAIN,
	RANK_COMMON, /* in many questions: "find", "use", "problem" */
	RANK_STOP,   /* "the", "how", "is" */
	RANK_WEIGHTS
};

struct rank_list {
	const char *language; /* "en" */
	enum rank_weight weight;
	const char *words; /* folded, separated by spaces */
};

/* The i-th list or NULL past the last. Lists of one language are adjacent. */
const struct rank_list *rank_list(size_t i);

/*
 * The i-th group of words of one meaning, or NULL past the last. "how+much"
 * is two words that belong together.
 */
const char *rank_group(size_t i);

/* The next word of a list or a group; false when there is none. */
bool rank_list_next(const char **words, struct str *word);

#endif
