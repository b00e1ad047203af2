/*
 * charset: bytes of a mail into UTF-8.
 *
 * A table says which names are known, and what a name really means: what calls
 * itself iso-8859-1 or ASCII is windows-1252, as every mail program reads it.
 * An unknown name is taken for UTF-8 where the bytes are that, else for
 * windows-1252.
 */
#ifndef CHANNELS_EMAIL_CHARSET_H
#define CHANNELS_EMAIL_CHARSET_H

#include "core/buf.h"

/*
 * Appends; out->limit bounds it. What cannot be read becomes U+FFFD. False:
 * something was odd: the name is unknown, or the bytes are not what it says.
 */
bool charset_read(struct str bytes, struct str charset, struct buf *out);

#endif
