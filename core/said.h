/*
 * said: much that was said, read once, and then asked for many phrases. What a
 * phrase costs is not the length of all that, but how often the rarest pair of
 * its words stands in it.
 */
#ifndef CORE_SAID_H
#define CORE_SAID_H

#include "core/phrase.h"

struct said;

/* Reads the texts as phrase_read() does; they may go then. NULL: no memory. */
struct said *said_new(const struct str *texts, size_t count) MUST_USE;
void said_free(struct said *s); /* NULL is fine */

/* Would phrase_find() find it in one of the texts? */
bool said_has(const struct said *s, const struct phrase *part);

#endif
