/*
 * wire: the sockets of the mailbox: one thread, one epoll, up to
 * WIRE_CONNECTIONS at once; one more is told so and closed. What is said on
 * them is a talk's business (talk.h).
 *
 * Loopback only. A connection that says nothing for its kind's idle time is
 * closed; one that does not read is not fed either.
 */
#ifndef SANDBOX_MAILBOX_WIRE_H
#define SANDBOX_MAILBOX_WIRE_H

#include "core/clock.h"
#include "sandbox/mailbox/talk.h"
#include "sandbox/mailbox/tls.h"

#define WIRE_CONNECTIONS 100u

enum wire_port { WIRE_SMTP, WIRE_IMAP, WIRE_PORTS };

struct wire;

struct wire_conf {
	const char *listen[WIRE_PORTS]; /* "127.0.0.1:0"; "": none */
	const struct mail_world *world;
	struct tls *tls;
	const struct clock *clock;
};

/*
 * *out is set before the thread begins, which may ask the world for it. On
 * failure it is NULL, and `why` holds one line.
 */
enum err sb_wire_start(const struct wire_conf *conf, struct wire **out,
    char *why, size_t why_size) MUST_USE;
/* 0: there is none. */
unsigned sb_wire_port(const struct wire *w, enum wire_port which);
/* The inbox changed: whoever idles is told. Any thread. */
void sb_wire_news(struct wire *w);
/* Cuts all connections and ends the thread. NULL is fine. */
void sb_wire_stop(struct wire *w);

#endif
