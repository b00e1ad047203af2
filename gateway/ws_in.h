/*
 * ws_in: bytes from a client become WebSocket messages.
 *
 * wslay takes frames apart (lengths, masks, control frames); everything
 * RFC 6455 asks beyond that is decided here, in one place: reserved bits and
 * opcodes, masking, fragments, UTF-8 as it arrives, what a close may say. No
 * sockets, no clock; what it costs in memory is bounded by the limits.
 *
 *	ws_in_feed(in, bytes);
 *	while ((m = ws_in_next(in, &limits)).what != WS_NEED_BYTES) ...
 *
 * After WS_CLOSE and WS_FAIL nothing more may be asked of it. A reader that
 * is idle holds nothing of its connection and may serve another one.
 */
#ifndef GATEWAY_WS_IN_H
#define GATEWAY_WS_IN_H

#include "core/base.h"

enum ws_what {
	WS_NEED_BYTES, /* all that was fed is used up */
	WS_TEXT,       /* a whole message, valid UTF-8 */
	WS_BINARY,
	WS_PING, /* payload: to be sent back in a pong */
	WS_PONG,
	WS_CLOSE, /* code: what the client said, 0 if it gave none */
	WS_FAIL,  /* code: what to close with; payload: why, for people */
};

struct ws_message {
	enum ws_what what;
	uint16_t code;
	struct str payload; /* valid until the next call */
};

struct ws_limits {
	size_t message_max;	/* bytes in a message */
	unsigned fragments_max; /* frames in a message; 0: any number */
};

struct ws_in;

struct ws_in *ws_in_new(void); /* NULL: no memory */
void ws_in_free(struct ws_in *in);

/* Borrowed until used up, or until ws_in_keep(). Only when used up. */
void ws_in_feed(struct ws_in *in, struct str bytes);
/* Copies what is not used up yet; E_NOMEM. */
enum err ws_in_keep(struct ws_in *in) MUST_USE;

struct ws_message ws_in_next(struct ws_in *in, const struct ws_limits *limits);

/* Between messages and between frames, with nothing held. */
bool ws_in_idle(const struct ws_in *in);

/* May a close frame carry this code? */
bool ws_close_code_valid(unsigned code);

#endif
