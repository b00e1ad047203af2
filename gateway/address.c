/*
 * address: addresses as 16 bytes, lists of networks, and the listening
 * socket. The backlog is far above libmicrohttpd's, for a burst of
 * reconnecting browsers must not wait for retransmitted SYNs.
 */
#include "gateway/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BACKLOG 4096
/* What the kernel keeps for a client that does not read; the default grows
 * to 4 MiB, and accepted sockets inherit this. */
#define UNREAD_BYTES (128 * 1024)
#define HOST_MAX 256u

static const unsigned char mapped[12] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static struct address
from_v4(const struct in_addr *in)
{
	struct address a;

	memcpy(a.bytes, mapped, sizeof(mapped));
	memcpy(a.bytes + sizeof(mapped), in, 4);
	return a;
}

struct address
address_of(const struct sockaddr_storage *from)
{
	struct address a = {{0}};

	if (from->ss_family == AF_INET)
		return from_v4(&((const struct sockaddr_in *)from)->sin_addr);
	if (from->ss_family == AF_INET6)
		memcpy(a.bytes, &((const struct sockaddr_in6 *)from)->sin6_addr,
		    sizeof(a.bytes));
	return a;
}

static bool
is_v4(const struct address *a)
{
	return memcmp(a->bytes, mapped, sizeof(mapped)) == 0;
}

/* The part of text that is the host, without brackets and port. */
static struct str
host_part(struct str text)
{
	const char *end, *colon;

	if (text.n > 0 && text.p[0] == '[') {
		end = memchr(text.p, ']', text.n);
		if (end == NULL)
			return (struct str){0};
		return (struct str){text.p + 1, (size_t)(end - text.p) - 1};
	}
	colon = text.n == 0 ? NULL : memchr(text.p, ':', text.n);
	if (colon == NULL || colon != memrchr(text.p, ':', text.n))
		return text;
	return (struct str){text.p, (size_t)(colon - text.p)};
}

bool
address_read(struct str text, struct address *out)
{
	struct str host = host_part(text);
	struct in_addr in;
	char z[ADDRESS_TEXT];

	if (host.n == 0 || host.n >= sizeof(z))
		return false;
	memcpy(z, host.p, host.n);
	z[host.n] = '\0';
	if (strlen(z) != host.n)
		return false;
	if (inet_pton(AF_INET, z, &in) == 1) {
		*out = from_v4(&in);
		return true;
	}
	return inet_pton(AF_INET6, z, out->bytes) == 1;
}

struct str
address_write(const struct address *a, char *out)
{
	bool v4 = is_v4(a);
	const unsigned char *from = v4 ? a->bytes + 12 : a->bytes;

	if (inet_ntop(v4 ? AF_INET : AF_INET6, from, out, ADDRESS_TEXT) == NULL)
		out[0] = '\0';
	return str_from(out);
}

struct address
address_holder(const struct address *a)
{
	struct address holder = *a;

	if (!is_v4(a))
		memset(holder.bytes + 8, 0, 8);
	return holder;
}

bool
address_same(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* ---- networks ---------------------------------------------------------- */

static bool
network_read(struct str text, struct network *out)
{
	const char *slash = memchr(text.p, '/', text.n);
	struct str host = text, bits = {0};
	uint64_t width, wanted;

	if (slash != NULL) {
		host.n = (size_t)(slash - text.p);
		bits = (struct str){slash + 1, text.n - host.n - 1};
	}
	if (!address_read(host, &out->address))
		return false;
	width = is_v4(&out->address) ? 32 : 128;
	wanted = width;
	if (slash != NULL && !str_to_u64(bits, width, &wanted))
		return false;
	out->bits = (unsigned)(wanted + 128 - width);
	return true;
}

enum err
networks_read(
    const char *text, struct networks *out, char *why, size_t why_size)
{
	struct str rest = str_from(text), part;

	out->count = 0;
	while (rest.n > 0) {
		const char *comma = memchr(rest.p, ',', rest.n);
		size_t n = comma == NULL ? rest.n : (size_t)(comma - rest.p);

		part = str_trim((struct str){rest.p, n});
		n += comma != NULL;
		rest = (struct str){rest.p + n, rest.n - n};
		if (part.n == 0)
			continue;
		if (out->count == NETWORKS_MAX) {
			snprintf(why, why_size,
			    "more than %u networks are listed", NETWORKS_MAX);
			return E_BADINPUT;
		}
		if (!network_read(part, &out->list[out->count])) {
			snprintf(why, why_size,
			    "\"%.*s\" is no address or network; write "
			    "192.0.2.7 or 10.0.0.0/8",
			    STR_FMT(part));
			return E_BADINPUT;
		}
		out->count++;
	}
	return OK;
}

static bool
network_holds(const struct network *n, const struct address *a)
{
	size_t whole = n->bits / 8;
	unsigned rest = n->bits % 8;
	unsigned mask = rest == 0 ? 0 : 0xffu << (8 - rest);

	if (memcmp(n->address.bytes, a->bytes, whole) != 0)
		return false;
	return rest == 0 ||
	       ((n->address.bytes[whole] ^ a->bytes[whole]) & mask & 0xff) == 0;
}

bool
networks_hold(const struct networks *n, const struct address *a)
{
	size_t i;

	for (i = 0; i < n->count; i++)
		if (network_holds(&n->list[i], a))
			return true;
	return false;
}

/* ---- listening --------------------------------------------------------- */

/* What a failed call on a listening address means to the operator. */
static const struct {
	int number;
	enum err err;
	const char *text;
} causes[] = {
    {EADDRINUSE, E_LIMIT,
	"the port is in use; stop the other program or choose another port"},
    {EACCES, E_DENIED,
	"no right to this port; choose one above 1023 or grant the right"},
    {EPERM, E_DENIED, "no right to listen here"},
    {EADDRNOTAVAIL, E_BADINPUT, "this machine does not have that address"},
    {EAFNOSUPPORT, E_BADINPUT, "this machine does not speak that family"},
};

static enum err
explain(int number, const char *text, char *why, size_t why_size)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(causes); i++)
		if (causes[i].number == number) {
			snprintf(why, why_size, "cannot listen on %s: %s", text,
			    causes[i].text);
			return causes[i].err;
		}
	snprintf(
	    why, why_size, "cannot listen on %s: %s", text, strerror(number));
	return E_IO;
}

struct place {
	char host[HOST_MAX];
	char port[8];
};

/* "[host]:port" or "host:port" taken apart; the port must be there. */
static bool
place_read(const char *text, struct place *out)
{
	struct str all = str_from(text), host = host_part(all);
	const char *colon = strrchr(text, ':');
	uint64_t port;

	if (colon == NULL || host.n >= HOST_MAX ||
	    (text[0] != '[' && host.p + host.n != colon) ||
	    (text[0] == '[' && colon[-1] != ']') ||
	    !str_to_u64(str_from(colon + 1), 65535, &port))
		return false;
	if (host.n > 0)
		memcpy(out->host, host.p, host.n);
	out->host[host.n] = '\0';
	snprintf(out->port, sizeof(out->port), "%u", (unsigned)port);
	return true;
}

static int
bind_one(const struct addrinfo *ai)
{
	int on = 1, off = 0, unread = UNREAD_BYTES, number;
	int fd = socket(
	    ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &unread, sizeof(unread));
	if (ai->ai_family == AF_INET6)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	number = errno;
	close(fd);
	errno = number;
	return -1;
}

/* The first of what the host resolves to that can be bound; or -1, errno. */
static int
bind_any(const struct addrinfo *list)
{
	const struct addrinfo *ai;
	int fd = -1;

	for (ai = list; ai != NULL && fd < 0; ai = ai->ai_next)
		fd = bind_one(ai);
	return fd;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage at = {0};
	socklen_t n = sizeof(at);

	if (getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		return 0;
	if (at.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
	return ntohs(((struct sockaddr_in *)&at)->sin_port);
}

enum err
address_listen(
    const char *text, int *fd, unsigned *port, char *why, size_t why_size)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *list = NULL;
	struct place place;
	enum err e = OK;
	int rc;

	if (!place_read(text, &place)) {
		snprintf(why, why_size,
		    "\"%s\" is no address to listen on; write "
		    "127.0.0.1:8080 or [::1]:8080",
		    text);
		return E_BADINPUT;
	}
	if (place.host[0] == '\0')
		hints.ai_family = AF_INET6;
	rc = getaddrinfo(place.host[0] == '\0' ? NULL : place.host, place.port,
	    &hints, &list);
	if (rc != 0) {
		snprintf(why, why_size, "cannot listen on %s: %s", text,
		    gai_strerror(rc));
		return E_BADINPUT;
	}
	*fd = bind_any(list);
	if (*fd < 0)
		e = explain(errno, text, why, why_size);
	else
		*port = port_of(*fd);
	freeaddrinfo(list);
	return e;
}
