/*
 * letter_inner: what the files of the writer share.
 */
#ifndef CHANNELS_EMAIL_LETTER_INNER_H
#define CHANNELS_EMAIL_LETTER_INNER_H

#include "channels/email/letter.h"
#include "channels/email/lex.h"

/* Everything in it may be written; else `faults` says what may not. */
bool letter_check(const struct letter *l, struct faults *faults);

/* Date to X-Frontdesk-Row and MIME-Version, each line with its end. */
void letter_put_header(const struct letter *l, struct buf *out);

/* Content-Type, an empty line, the body. E_NOMEM. */
enum err letter_put_body(const struct letter *l, struct buf *out) MUST_USE;

/* ---- encodings ---------------------------------------------------------- */

/* Quoted-printable; lines end with CR LF whatever they ended with. */
void encode_quoted(struct str text, struct buf *out);
/* In lines of 76, each with its end. */
void encode_base64(struct str bytes, struct buf *out);
/* A text as encoded words (RFC 2047), folded: the first fits behind 20
 * characters. */
void encode_words(struct str text, struct buf *out);
/* "; name=..." of a parameter: quoted, or by RFC 2231 where that needs be. */
void encode_param(const char *name, struct str value, struct buf *out);

/* ASCII that can be seen, and spaces. */
bool letter_is_plain(struct str s);

#endif
