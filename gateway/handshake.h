/*
 * handshake: may this request become a WebSocket? Pure; any thread.
 *
 * libmicrohttpd checks nothing of it, so all of RFC 6455 section 4.2.1 is
 * checked here, and the Origin against what the company allows: browsers have
 * no other guard for WebSockets.
 */
#ifndef GATEWAY_HANDSHAKE_H
#define GATEWAY_HANDSHAKE_H

#include "channels/web/frames.h"

#define ACCEPT_SIZE 28u /* base64 of a SHA-1 */
#define VISITOR_PROTOCOL "frontdesk.v1"

/* Header values as they came; .p is NULL when there is none. */
struct handshake_ask {
	struct str upgrade, connection, version, key, protocols;
};

struct handshake {
	enum fault_code fault; /* FAULT_NONE: go on */
	struct str detail;
	char accept[ACCEPT_SIZE + 1];
	struct str protocol; /* to be echoed; may be empty */
};

struct handshake handshake_check(const struct handshake_ask *ask);

/*
 * Does a comma list hold this word? Any case, spaces ignored. What the
 * headers Upgrade and Connection are.
 */
bool header_has_word(struct str list, struct str word);

/* Where pages that may talk to us come from. */
struct origin_rule {
	struct str own;		   /* as the browser sees us */
	struct str public_url;	   /* the same, as it was set; may be empty */
	const struct str *allowed; /* the company's; "*": any */
	size_t allowed_count;
};

/*
 * Is a page of this origin allowed? Without the header (.p NULL) the client is
 * no browser and only its token protects: true. "null" only under "*".
 */
bool origin_allowed(struct str origin, const struct origin_rule *rule);

#endif
