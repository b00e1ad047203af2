/*
 * mood: is a customer angry? Words that angry people use, in ten languages,
 * with what makes them stronger ("really"), weaker ("a bit") and nothing ("not
 * angry"); capitals; "!!" and "?!". No more than a guess: it decides when a
 * person is called, not what is said.
 */
#ifndef CORE_MOOD_H
#define CORE_MOOD_H

#include "core/phrase.h"

#define MOOD_ANGRY 3 /* from this score on */

/*
 * 0: calm. p is text, cut into words. spots: of mood_spots(), or NULL: it takes
 * longer then.
 */
int mood_score(
    struct str text, const struct phrase *p, const struct phrase_spots *spots);

/* What has none of these is at most loud. */
void mood_spots(struct phrase_spots *out);

bool mood_angry(struct str text, const struct phrase_spots *spots);

/* Lists (core/phrase.h) of a language. */
struct mood_tongue {
	const char *language;
	const char *rage;   /* enough by themselves */
	const char *anger;  /* with one thing more */
	const char *upset;  /* with two */
	const char *more;   /* make the next stronger */
	const char *less;   /* make it weaker */
	const char *denies; /* make nothing of it */
	const char *glad;   /* shouted for joy */
};

/* The i-th or NULL past the last. */
const struct mood_tongue *mood_tongue(size_t i);

#endif
