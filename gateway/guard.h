/*
 * guard: is this a request that all of HTTP's readers understand alike?
 *
 * libmicrohttpd 0.9.75 lets pass what a proxy in front of it may read in
 * another way (two lengths, two hosts, a length beside a coding, names with
 * spaces); each is a way to smuggle a second request past that proxy. The
 * guard is one pure function over the head of a request, asked before
 * anything of it is believed. What it refuses is answered with 400 and the
 * connection is closed, for where the next request begins is not known.
 *
 * Also pure: what it learned about the body's length on the way.
 *
 * Not seen here, because libmicrohttpd keeps it to itself: bare line ends and
 * spaces inside the framing of a chunked body, and what it refuses on its own
 * (a length that is no number, a line without a colon, a head that is too
 * long), in HTML, and sometimes twice over before it closes. A request target
 * in absolute form ("GET http://...") is refused: we are nobody's proxy.
 */
#ifndef GATEWAY_GUARD_H
#define GATEWAY_GUARD_H

#include "core/base.h"

struct guard_header {
	struct str name, value;
};

/*
 * Where the head lies in memory, if the parser left it as it came but for
 * zeros in place of separators, as libmicrohttpd 0.9.75 does: then a gap
 * between two parts is a fault that the parts do not show: a NUL in a path or
 * value (they end early), a line that ends with a bare LF (one byte short), a
 * folded header (moved elsewhere). All NULL: not known, and not looked at.
 */
struct guard_layout {
	const char *target; /* where the target began */
	const char *end;    /* behind the empty line */
};

struct guard_request {
	struct str version; /* "HTTP/1.1" */
	struct str method;
	struct str target; /* path and query as sent */
	const struct guard_header *headers;
	size_t count;
	struct guard_layout layout;
};

struct guard_facts {
	bool has_length, chunked;
	uint64_t length; /* if has_length */
};

/*
 * NULL: fine, and *facts is set. Else one sentence that names the fault, a
 * literal, for the client and the log.
 */
const char *guard_fault(
    const struct guard_request *r, struct guard_facts *facts) MUST_USE;

/* Do two header names mean the same? Any case. */
bool guard_same_name(struct str a, struct str b);

#endif
