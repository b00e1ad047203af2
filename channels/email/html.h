/*
 * html: what an HTML mail says, as plain text.
 *
 * No browser: tags are looked at one by one, whatever they stand in, and time
 * is linear. Paragraphs and table rows become lines, list items "- ", quotes
 * (blockquote) lines that begin with "> ", links their words and their address
 * where that says more. Script, style, head and what is not displayed are
 * dropped.
 *
 * Mail programs mark by names of their own what in a reply is not new. Unless
 * all of it is asked for (`whole`), the line above a quote and a signature
 * are dropped where they bear such a name; and where all that follows is the
 * old mail (Outlook's divRplyFwdMsg and appendonsend, yahoo_quoted),
 * HTML_OLD_MAIL is put as a line of its own, for cut.h.
 */
#ifndef CHANNELS_EMAIL_HTML_H
#define CHANNELS_EMAIL_HTML_H

#include "core/buf.h"

#define HTML_OLD_MAIL "-----Original Message-----"

/* html is UTF-8, and so is what is appended. */
void html_text(struct str html, bool whole, struct buf *out);

/* The same text with what means something in HTML escaped, also in an
 * attribute; control characters other than "\t" and "\n" are left out. */
void html_escape(struct buf *out, struct str text);

#endif
