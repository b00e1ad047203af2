/*
 * html: what an HTML mail says, as plain text.
 *
 * No browser: tags are looked at one by one, whatever they stand in, and time
 * is linear. Paragraphs and table rows become lines, list items "- ", quotes
 * (blockquote) lines that begin with "> ", links their words and their address
 * where that says more. Script, style and head are dropped. Where a mail
 * program shows by a mark of its own that all below it is the old mail
 * (Outlook's divRplyFwdMsg and appendonsend, yahoo_quoted), HTML_OLD_MAIL is
 * put as a line of its own, for cut.h.
 */
#ifndef CHANNELS_EMAIL_HTML_H
#define CHANNELS_EMAIL_HTML_H

#include "core/buf.h"

#define HTML_OLD_MAIL "-----Original Message-----"

/* html is UTF-8. What is written is UTF-8; out->limit bounds it. */
void html_text(struct str html, struct buf *out);

/* The same text with what means something in HTML escaped, also in an
 * attribute; what no document may hold is left out. */
void html_escape(struct buf *out, struct str text);

#endif
