/*
 * markup: the Markdown that bots and sellers write, for the two parts of a
 * mail. Headings, lists, quotes, code, **bold**, *italic*, links. In the plain
 * text the words alone, a link as "label (address)"; in the HTML a label never
 * hides where it leads: the host stands behind it. Only http and https become
 * links. Everything else of the text is escaped.
 */
#ifndef CHANNELS_EMAIL_MARKUP_H
#define CHANNELS_EMAIL_MARKUP_H

#include "core/buf.h"

/* markdown is UTF-8. Time is linear. */
void markup_html(struct str markdown, struct buf *out);
void markup_plain(struct str markdown, struct buf *out);

#endif
