/* markup_inner: what stands in a line, apart from what lines are. */
#ifndef CHANNELS_EMAIL_MARKUP_INNER_H
#define CHANNELS_EMAIL_MARKUP_INNER_H

#include "channels/email/lex.h"
#include "channels/email/markup.h"

struct markup_line {
	struct buf *out;
	bool html; /* else plain */
	unsigned depth;
};

void markup_inline(struct markup_line *l, struct str s);

/* A text as it is: escaped where that is needed. */
void markup_words(struct markup_line *l, struct str s);

/* http or https, and nothing in it that could end an attribute. */
bool markup_url_valid(struct str url);

/* The name of the host that it leads to. */
struct str markup_url_host(struct str url);

#endif
