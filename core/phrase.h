/*
 * phrase: a text as a row of words (core/word.h), with where a clause begins,
 * and lists of words to hold it against.
 *
 * A list is a string: entries with spaces between. An entry is a word, in the
 * form that core/word.h gives it; "customer+service" is words that follow each
 * other in one clause.
 */
#ifndef CORE_PHRASE_H
#define CORE_PHRASE_H

#include "core/word.h"

#define PHRASE_WORDS_MAX 256u /* what follows is not looked at */

struct phrase_word {
	struct word w;
	bool begins; /* a clause: a comma, a stop or a new line is before it */
};

struct phrase {
	struct phrase_word words[PHRASE_WORDS_MAX];
	size_t n;
};

void phrase_read(struct str text, struct phrase *out);

/* How many words at `at` are an entry of the list; 0: none is. */
size_t phrase_match(const struct phrase *p, size_t at, const char *list);

/* How many times an entry of the list is there; each word counts once. */
unsigned phrase_count(const struct phrase *p, const char *list);

/*
 * Most texts have no word of a list in them. Spots tell so at once: made once
 * from lists, of any number, and then only read. Begin with {0}.
 */
#define PHRASE_SPOTS_BITS 16384u

struct phrase_spots {
	uint64_t bits[PHRASE_SPOTS_BITS / 64];
};

void phrase_spots_add(struct phrase_spots *spots, const char *list);

/* False: no entry of the lists is in p. True: one may be. */
bool phrase_spots_any(const struct phrase_spots *spots, const struct phrase *p);

/* Where the words of `part` begin in p, one after another; p->n: nowhere. */
size_t phrase_find(const struct phrase *p, const struct phrase *part);

#endif
