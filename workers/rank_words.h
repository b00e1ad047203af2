/*
 * rank_words: words (core/word.h) whose endings differ become one.
 */
#ifndef WORKERS_RANK_WORDS_H
#define WORKERS_RANK_WORDS_H

#include "core/word.h"

/*
 * The stem of a word, in place: "bikes" and "biking" both become "bik". For
 * English endings; what they do to other languages they do to all its words
 * alike. Words with other letters than a to z stay.
 */
void rank_word_stem(struct word *w);

#endif
