/*
 * word: text from people, cut into words that compare equal when they mean the
 * same word.
 *
 *	struct word w;
 *	while (word_next(&text, &w))
 *		... w.text, w.n ...
 *
 * A word is in lower case (Latin, Greek, Cyrillic), without accents ("Café"
 * is "cafe", "Straße" is "strasse"), and holds letters and digits only.
 * "What's" is "what", "don't" is "dont", "l'heure" is two words, "e-mail" is
 * one. Where a script puts no spaces
 * between words (Chinese, Japanese, Thai ...) each character is a word.
 * Bytes that are not UTF-8 separate words.
 */
#ifndef CORE_WORD_H
#define CORE_WORD_H

#include "core/base.h"

#define WORD_MAX 40u /* bytes; what is longer is cut */

struct word {
	char text[WORD_MAX];
	size_t n;
};

/* The next word of *text, which moves on; false when there is none. */
bool word_next(struct str *text, struct word *w);

#endif
