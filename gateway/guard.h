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
 */
#ifndef GATEWAY_GUARD_H
#define GATEWAY_GUARD_H

#include "core/base.h"

struct guard_header {
	struct str name, value;
};

struct guard_request {
	struct str version; /* "HTTP/1.1" */
	struct str method;
	struct str target; /* path and query as sent */
	const struct guard_header *headers;
	size_t count;
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
