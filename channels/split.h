/*
 * split: one text into the parts a channel takes.
 *
 * Cut at the best place that is there: between paragraphs, lines, sentences,
 * words, and only then inside a word; never inside a character or what looks
 * like one (a letter with its marks, a flag, a family), a link, or a code
 * block's fence line. A part that ends inside a fenced block is closed, and
 * the next one opens it again. Spaces at the cut are dropped; nothing else is.
 */
#ifndef CHANNELS_SPLIT_H
#define CHANNELS_SPLIT_H

#include "channels/channel.h"

struct channel_parts {
	struct str list[PAYLOADS_MAX];
	size_t count;
};

/* How long a text is in that unit. */
size_t text_length(struct str text, enum text_unit unit);

/*
 * At most `max` parts of at most `limit` units each, into the arena. E_LIMIT:
 * it would take more; *n is max and the last one ends with "…". E_NOMEM.
 */
enum err text_split(struct str text, enum text_unit unit, unsigned limit,
    struct arena *a, struct str *parts, size_t *n) MUST_USE;

/*
 * The same by the limits of a row, parts_max of it at most. E_BADINPUT:
 * it takes more parts than the row allows, "text" in `faults` says so; E_NOMEM.
 */
enum err channel_split(const struct channel *c, struct str text,
    struct arena *a, struct channel_parts *out, struct faults *faults) MUST_USE;

#endif
