/*
 * content: what a message is to say, and whether it may: text, blocks,
 * attachments, Markdown, metadata, with the limits of the vendor.
 */
#ifndef SANDBOX_SLACK_CONTENT_H
#define SANDBOX_SLACK_CONTENT_H

#include "sandbox/slack/args.h"

#define TEXT_MOST 40000u       /* characters; more is cut off */
#define TEXT_UPDATE_MOST 4000u /* more is refused */
#define MARKDOWN_MOST 12000u
#define BLOCKS_MOST 50u
#define BLOCKS_TEXT_MOST 13000u /* characters of all of them */

struct content {
	struct str text;	       /* of whatever kind */
	struct str blocks, metadata;   /* JSON; empty: none */
	uint64_t row;		       /* in the metadata; 0 */
	bool markdown, cut, something; /* something: it is not empty */
};

struct content_given {
	/* Each may be NULL: the method has no such argument. */
	const struct value *text, *blocks, *attachments, *markdown, *metadata;
	size_t text_most;
	bool cuts; /* a longer text is cut off, not refused */
};

/* NULL: it is fine. Else the vendor's word; *detail may say more. */
const char *sb_content_read(struct content *out, const struct content_given *g,
    struct arena *a, struct str *detail);

/* NULL, or the vendor's word for what is wrong with an array of blocks. */
const char *sb_blocks_check(
    const json_t *blocks, struct arena *a, struct str *detail);
/* Characters in all their texts. */
size_t sb_blocks_length(const json_t *blocks);
/* JSON of a value, into the arena; what came as text stays as it is. */
struct str sb_value_json(const struct value *v, struct arena *a);

#endif
