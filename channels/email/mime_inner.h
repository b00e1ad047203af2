/*
 * mime_inner: what the files of the reader share.
 */
#ifndef CHANNELS_EMAIL_MIME_INNER_H
#define CHANNELS_EMAIL_MIME_INNER_H

#include "channels/email/lex.h"
#include "channels/email/mime.h"

/*
 * Takes the header off *rest, with the empty line behind it. Bits of odd are
 * set. E_NOMEM.
 */
enum err mime_header_read(
    struct mime *m, struct str *rest, struct mime_part *p) MUST_USE;

/* A field's value on one line, trimmed; .p is NULL when memory is out. */
struct str mime_unfold(struct str value, struct arena *a);

/*
 * A parameter of an unfolded value such as Content-Type's, in UTF-8, its
 * pieces put together (RFC 2231); .p is NULL when it is not there.
 */
struct str mime_param(struct str value, const char *name, struct arena *a);

/* No header, name or file may carry a control character further: they become
 * spaces. */
void mime_calm(struct buf *b);

/* Both tolerant; false: something was wrong. */
bool mime_unquote(struct str s, struct buf *out);
bool mime_unbase64(struct str s, struct buf *out);

/* format=flowed (RFC 3676) into the lines that were meant. */
void mime_unflow(struct str text, bool delsp, struct buf *out);

#endif
