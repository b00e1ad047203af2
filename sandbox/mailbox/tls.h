/*
 * tls: a certificate of our own, made at the start and gone at the end, and
 * TLS between bytes and bytes: what came from the line goes in, what is to be
 * sent comes out, and no socket is touched here.
 */
#ifndef SANDBOX_MAILBOX_TLS_H
#define SANDBOX_MAILBOX_TLS_H

#include "core/buf.h"

struct tls;	 /* the certificate; any thread */
struct tls_line; /* one connection; one thread at a time */

/*
 * For localhost, 127.0.0.1, ::1 and those names. It signs itself, so clients
 * trust it by its own PEM. E_NOMEM: anything that OpenSSL may lack.
 */
enum err sb_tls_new(
    const struct str *names, size_t count, struct tls **out) MUST_USE;
void sb_tls_free(struct tls *t);
struct str sb_tls_pem(const struct tls *t);

/* The server's end, before its handshake. NULL: no memory. */
struct tls_line *sb_tls_begin(struct tls *t);
void sb_tls_end(struct tls_line *l);

/* From the line. What became readable goes to `plain`. E_CLOSED: the peer
 * ended TLS; E_IO: it broke. */
enum err sb_tls_receive(
    struct tls_line *l, struct str bytes, struct buf *plain) MUST_USE;
/* Encrypted. Before the handshake is over there is nothing to say. E_IO. */
enum err sb_tls_send(struct tls_line *l, struct str plain) MUST_USE;
/* Says that nothing follows. */
void sb_tls_finish(struct tls_line *l);
/* What is to go out on the line now. */
void sb_tls_collect(struct tls_line *l, struct buf *out);
bool sb_tls_is_up(const struct tls_line *l);

#endif
