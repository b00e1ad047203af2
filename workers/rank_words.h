/*
 * rank_words: text from people, cut into words that compare equal when they
 * mean the same word.
 *
 *	struct rank_word w;
 *	while (rank_word_next(&text, &w))
 *		... w.text, w.n ...
 *
 * A word is in lower case (Latin, Greek, Cyrillic), without accents ("Café"
 * is "cafe", "Straße" is "strasse"), and holds letters and digits only.
 * "What's" is "what", "don't" is "dont", "l'heure" is two words, "e-mail" is
 * one. Where a script puts no spaces
 * between words (Chinese, Japanese, Thai ...) each character is a word.
 * Bytes that are not UTF-8 separate words.
 */
#ifndef WORKERS_RANK_WORDS_H
#define WORKERS_RANK_WORDS_H

#include "core/base.h"

#define RANK_WORD_MAX 40u /* bytes; what is longer is cut */

struct rank_word {
	char text[RANK_WORD_MAX];
	size_t n;
};

/* The next word of *text, which moves on; false when there is none. */
bool rank_word_next(struct str *text, struct rank_word *w);

/*
 * The stem of a word, in place: "bikes" and "biking" both become "bik". For
 * English endings; what they do to other languages they do to all its words
 * alike. Words with other letters than a to z stay.
 */
void rank_word_stem(struct rank_word *w);

#endif
