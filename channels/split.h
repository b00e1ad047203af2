/*
 * split: one text into the parts a channel takes.
 *
 * A text that fits is one part, as it is. A longer one is cut at the best place
 * that is there: between paragraphs, lines, sentences, words, and only then
 * inside a word; never inside what looks like one character (cluster.h) or
 * inside a link, unless that alone is longer than a part. A link is a URL, a
 * Markdown link with its label, "<...>" of Slack, and an entity such as
 * "&amp;". A part that ends inside a fenced block is closed, and the next one
 * opens it again. Spaces at cuts and at both ends are dropped, and inside a
 * fenced block the end of the line; nothing else is.
 */
#ifndef CHANNELS_SPLIT_H
#define CHANNELS_SPLIT_H

#include "channels/channel.h"

/* No part_max may be less: a fence must be closed and opened within it. */
#define SPLIT_LIMIT_MIN 64u

struct text_limits {
	enum text_unit unit;
	unsigned part_max;  /* units */
	unsigned parts_max; /* at most PAYLOADS_MAX */
};

struct text_parts {
	struct str list[PAYLOADS_MAX];
	size_t count;
};

/* "characters" */
const char *text_unit_name(enum text_unit unit);

/* How long a text is in that unit. A byte that is not UTF-8 counts as one. */
size_t text_length(struct str text, enum text_unit unit);

/*
 * The parts, into the arena. A text of nothing but spaces has none. E_LIMIT:
 * there would be more than parts_max; the last one then ends with "…". E_NOMEM.
 */
enum err text_split(struct str text, const struct text_limits *limits,
    struct arena *a, struct text_parts *out) MUST_USE;

/*
 * The same by the limits of a row. E_BADINPUT: there would be none, or more
 * than the row allows; "text" in `faults` says so. E_NOMEM.
 */
enum err channel_split(const struct channel *c, struct str text,
    struct arena *a, struct text_parts *out, struct faults *faults) MUST_USE;

#endif
