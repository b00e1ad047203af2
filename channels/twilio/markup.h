/*
 * markup: the Markdown that bots and sellers write, in the few signs that a
 * phone shows. MARKUP_SIMPLE: *bold*, _italic_, ~struck~, ```fixed```, "- " for
 * lists, "> " for quotes. MARKUP_NONE: the words alone. A link becomes its
 * label and its address; phones make addresses into links by themselves.
 *
 * There is no escape in it: a sign that was escaped, or means nothing, stands
 * as it is.
 */
#ifndef CHANNELS_TWILIO_MARKUP_H
#define CHANNELS_TWILIO_MARKUP_H

#include "channels/channel.h"

/* markdown must be UTF-8; so is what is written. */
void twilio_markup(struct str markdown, enum markup markup, struct buf *out);

#endif
