/*
 * ws: one WebSocket on a hub: bytes, queue, deadlines, goodbye. What the
 * messages mean is the business of its kind (visitor_socket.c, echo.c), whose
 * own struct has a struct ws as a member.
 *
 * Idle, it holds no buffer at all: the reader of frames (5 KB) is lent by the
 * hub while bytes are on their way, the queue exists while something waits.
 *
 *	OPEN ---- we close: our close frame is queued ----> CLOSING
 *	  |                                                    | theirs came
 *	  |-- they close, or break the protocol: ours queued --+
 *	  |                                                    v
 *	  |  TCP is gone                                    ENDING: flush, end our
 *	  v                                                    | side, wait for
 *	GONE <------- end of file, or the deadline ------------+ theirs
 *
 * Everything here runs on the hub's thread.
 */
#ifndef GATEWAY_WS_H
#define GATEWAY_WS_H

#include "gateway/hub.h"
#include "gateway/ws_in.h"

struct ws;

struct ws_kind {
	const char *name; /* for logs */
	struct ws_limits limits;
	size_t queue_max; /* unread bytes; 0: as the gateway is set */
	bool keeps_time;  /* is pinged, and has a last day */

	/* WS_TEXT or WS_BINARY; never after a close has begun. */
	void (*message)(struct ws *w, enum ws_what what, struct str payload);
	/* It was flushed, and has room for more. May be NULL. */
	void (*room)(struct ws *w);
	/*
	 * It did not say hello within hello_ms, and WS_DUE_HELLO was not
	 * lifted: ends it. NULL: it says none.
	 */
	void (*no_hello)(struct ws *w);
	/* It was pinged: the moment to look after it. May be NULL. */
	void (*pinged)(struct ws *w);
	/* No more messages come and none go. Once. */
	void (*ended)(struct ws *w);
	/* The descriptor is closed and no reference is left: free it. */
	void (*freed)(struct ws *w);
};

enum ws_state { WS_OPEN, WS_CLOSING, WS_ENDING, WS_GONE };

/* What may become due. One timer stands for the earliest. */
enum ws_due {
	WS_DUE_HELLO,	 /* it has not said who it is */
	WS_DUE_MESSAGE,	 /* a message was begun and does not end */
	WS_DUE_PROGRESS, /* much is queued and nothing is read */
	WS_DUE_PING,
	WS_DUE_PONG,
	WS_DUE_LIFE,
	WS_DUE_CLOSE, /* the other side does not end */
	WS_DUES
};

/* Pieces not yet with the kernel: a ring that exists while there are any. */
struct ws_queue {
	struct piece **ring;
	uint32_t first, count, room;
	uint32_t sent; /* of the first piece */
	size_t bytes;
};

struct ws {
	struct hub_poll poll;
	const struct ws_kind *kind;
	struct hub *hub;
	int fd;
	uint8_t state;	 /* enum ws_state */
	bool paused;	 /* its kind wants no more messages now */
	bool reading;	 /* its messages are being handed out */
	bool is_dirty;	 /* to be flushed at the end of the turn */
	bool crowded;	 /* more than half its budget is queued */
	bool is_dead;	 /* in line to be freed */
	uint32_t events; /* what epoll watches */
	uint32_t refs;	 /* who may still come back to it */
	struct ws_in *in;
	struct ws_queue queue;
	struct hub_timer timer;
	int64_t due[WS_DUES];
	struct ws *next, **link; /* all of the hub */
	struct ws *next_dirty, *next_dead;
};

/*
 * Begins: w is zeroed but for kind; fd is taken over; with a hub that ends it
 * is closed at once.
 */
void ws_open(struct hub *h, struct ws *w, int fd);

/* Bytes that did not come through the descriptor. */
void ws_receive(struct ws *w, struct str bytes);

/* Takes a reference of its own. Without effect unless it is open. */
void ws_send(struct ws *w, struct piece *p);
void ws_send_text(struct ws *w, struct str text);

/*
 * Says goodbye with code and reason; what is queued goes first. Without
 * effect unless it is open.
 */
void ws_close(struct ws *w, uint16_t code, struct str reason);
/* The same, but what is queued is thrown away: it does not read. */
void ws_close_slow(struct ws *w);

/*
 * No more messages until ws_resume(), which hands out at once what has come
 * already; called while a message is handed out, only after that one.
 */
void ws_pause(struct ws *w);
void ws_resume(struct ws *w);

/* Is less than half of its budget queued? */
bool ws_has_room(const struct ws *w);

/* It must do what `due` stands for within ms; 0: no longer. */
void ws_expect(struct ws *w, enum ws_due due, int64_t ms);

/* Somebody will come back to it. Freed when GONE and all have. */
void ws_ref(struct ws *w);
void ws_unref(struct ws *w);

#endif
