/*
 * client: many HTTP and WebSocket connections in one thread, for bench and
 * crash tests.
 *
 * It shares two cores with the server it measures, so it does as little as
 * can be: frames and requests are built once and patched, the mask of a
 * frame is zero (which is a mask like any other), answers are looked at with
 * memmem. It is a client for our own server: what it does not expect ends
 * the connection.
 *
 *	struct client cl;
 *	client_init(&cl);
 *	wire_open(&c, &cl, port, 0);
 *	wire_send(&c, request);
 *	while (...)
 *		client_poll(&cl, timeout_ms);
 *
 * A struct wire is the caller's, zeroed, with `calls` set; it is used again
 * by another wire_open(). Calls may send, close and open any connection.
 */
#ifndef TESTS_BENCH_CLIENT_H
#define TESTS_BENCH_CLIENT_H

#include "core/buf.h"

struct client {
	int epoll;
	char *bytes; /* what was just read, of any connection */
};

struct wire;

struct wire_calls {
	/* The WebSocket is open; NULL for plain HTTP. */
	void (*opened)(struct wire *c);
	/* A WebSocket's text, or the body of an answer with c->status. */
	void (*text)(struct wire *c, struct str text);
	/* The other side ended it, or it failed. Not after wire_close(). */
	void (*closed)(struct wire *c);
};

struct wire {
	const struct wire_calls *calls;
	void *arg; /* the caller's */
	struct client *client;
	bool open;
	bool upgraded;
	unsigned status; /* of the HTTP answer at hand */
	int fd;
	unsigned life; /* counts wire_open() */
	struct buf in, out;
};

void client_init(struct client *cl);
void client_free(struct client *cl); /* after its connections */
/* Waits for at most timeout_ms (-1: for ever), then handles all there is. */
void client_poll(struct client *cl, int timeout_ms);

/*
 * Connects to 127.0.0.1:port, from 127.0.0.1, or from 127.0.0.`source` where
 * source is not 0. False: refused.
 */
bool wire_open(
    struct wire *c, struct client *cl, unsigned port, unsigned source) MUST_USE;
/* Never blocks; what does not fit now is kept and sent later. */
void wire_send(struct wire *c, struct str bytes);
/* Asks for a WebSocket at path; then opened() or an answer's text(). */
void wire_upgrade(struct wire *c, const char *path);
void wire_close(struct wire *c);

/* ---- building and looking ---------------------------------------------- */

/* Adds a masked text frame to out. */
void frame_add(struct buf *out, struct str text);
void wire_send_frame(struct wire *c, struct str text);
/* Adds a request; token and body may be empty (.n 0). */
void request_add(struct buf *out, const char *method, const char *path,
    struct str token, struct str body);

/* Is `what` in text? */
bool text_has(struct str text, struct str what);
/* The number after the first `key` ("\"seq\":"); 0 when absent. */
uint64_t text_number(struct str text, struct str key);
/* The bytes from the first `key` to the next quote; .p NULL when absent. */
struct str text_word(struct str text, struct str key);
/* Another number each time, in every program's life; scattered like chance. */
uint64_t fresh_id(void);
#define FRESH_ID_DIGITS 20u
/* Writes n as `digits` decimal digits over what stands at `at`. */
void text_patch(char *at, unsigned digits, uint64_t n);

#endif
