/*
 * html_inner: what the files of the reducer share.
 */
#ifndef CHANNELS_EMAIL_HTML_INNER_H
#define CHANNELS_EMAIL_HTML_INNER_H

#include "channels/email/html.h"
#include "channels/email/lex.h"

/* What was learnt of a text on the way, so that nothing is looked for twice. */
struct html_ahead {
	bool no_comment_end, no_quote, no_apostrophe; /* from here on */
};

struct html_tag {
	struct str name; /* as written */
	bool closes;
	struct str attributes; /* what stands between the name and ">" */
	size_t length;	       /* of all of it */
};

/* s begins with "<". False: it is no tag; comments are tags without a name. */
bool html_tag_read(
    struct str s, struct html_ahead *ahead, struct html_tag *out);

/* As written, without quotes; empty where it is not there. */
struct str html_attribute(const struct html_tag *t, const char *name);

/* Is it one of the words of an attribute such as class? */
bool html_has_word(struct str words, struct str word);

/* What a tag says of all that is in it. */
enum html_mark {
	HTML_NONE,
	HTML_HIDDEN, /* it is not displayed */
	HTML_DROP,   /* who wrote when, a signature */
	HTML_OLD,    /* from here on it is the old mail */
};

enum html_mark html_mark(const struct html_tag *t);

/* s begins with "&". Appends what it stands for, and gives its length; 0: it
 * stands for itself. *code: the character. */
size_t html_entity(struct str s, uint32_t *code);

void html_put_code(struct buf *out, uint32_t code);

#endif
