/*
 * language: which of ten languages is a text in, by the small words that it
 * has. A guess; of a few words there may be none.
 */
#ifndef CORE_LANGUAGE_H
#define CORE_LANGUAGE_H

#include "core/phrase.h"

#define LANGUAGES 10u

/* What several texts of one person say together. */
struct language_votes {
	unsigned n[LANGUAGES];
};

void language_listen(struct language_votes *v, const struct phrase *p);

/* "en", "de" ...; empty where no language has more votes than all others, or
 * hardly any. */
struct str language_guess(const struct language_votes *v);

#endif
