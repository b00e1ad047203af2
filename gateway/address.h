/*
 * address: where people come from and where we listen.
 *
 * One shape for both families: 16 bytes, IPv4 as ::ffff:a.b.c.d, so that
 * "who is this" is one comparison and a list of networks one loop. Nothing
 * here asks a name server but address_listen(), which resolves the host it is
 * told to listen on.
 */
#ifndef GATEWAY_ADDRESS_H
#define GATEWAY_ADDRESS_H

#include "core/base.h"

#include <sys/socket.h>

#define ADDRESS_TEXT 46u /* the longest address as text, with its NUL */
#define NETWORKS_MAX 64u

struct address {
	unsigned char bytes[16];
};

struct network {
	struct address address;
	unsigned bits; /* 0..128 */
};

struct networks {
	struct network list[NETWORKS_MAX];
	size_t count;
};

/* Of a family that is neither IPv4 nor IPv6: all zeros. */
struct address address_of(const struct sockaddr_storage *from);

/*
 * "192.0.2.7", "2001:db8::1", "[2001:db8::1]", each also with ":port" (an
 * IPv6 address then needs its brackets); this is what proxies write. False:
 * it is none of them.
 */
bool address_read(struct str text, struct address *out) MUST_USE;

/* Writes it as people do, IPv4 with dots; out has ADDRESS_TEXT bytes. */
struct str address_write(const struct address *a, char *out);

/*
 * Who stands behind it, for limits: an IPv6 address without its last 64 bits,
 * for whoever has one has them all.
 */
struct address address_holder(const struct address *a);

bool address_same(const struct address *a, const struct address *b);

/*
 * "127.0.0.1, 10.0.0.0/8, fd00::/8" into networks; "" gives none. On
 * E_BADINPUT `why` holds one line that names the wrong part.
 */
enum err networks_read(const char *text, struct networks *out, char *why,
    size_t why_size) MUST_USE;
bool networks_hold(const struct networks *n, const struct address *a);

/*
 * A listening, non-blocking socket for "host:port": "127.0.0.1:8080",
 * "[::1]:0" (any free port), "localhost:80", ":8080" (every address, both
 * families). *port is the one it got. On failure `why` holds one line for the
 * operator: E_BADINPUT the text or the host is wrong, E_LIMIT the port is in
 * use, E_DENIED no right to it, E_IO anything else.
 */
enum err address_listen(const char *text, int *fd, unsigned *port, char *why,
    size_t why_size) MUST_USE;

#endif
