/*
 * stub: a small HTTP server for tests, on loopback and a thread of its own.
 *
 * Each request is read whole (head, and a body of Content-Length) and given to
 * the test's handler, which writes the bytes of the answer and says what
 * becomes of the connection. Nothing is done for it: what is wrong on purpose
 * stays wrong.
 */
#ifndef TESTS_LIB_STUB_H
#define TESTS_LIB_STUB_H

#include "core/buf.h"

enum stub_then {
	STUB_KEEP,
	STUB_CLOSE,
	STUB_RESET, /* closed so that the peer gets a reset */
	STUB_HOLD,  /* no answer until stub_release() */
};

struct stub_request {
	struct str method, path, head, body;
	unsigned connection; /* 0, 1 ...: as they came */
	unsigned nth;	     /* 0, 1 ...: on this connection */
	bool released;	     /* was held before; answer it now */
};

struct stub_reply {
	struct buf bytes;
	enum stub_then then;
};

struct stub;

typedef void stub_handler(
    void *arg, const struct stub_request *r, struct stub_reply *reply);

/* Fails the test when it cannot. handle runs on the stub's thread. */
struct stub *stub_open(stub_handler *handle, void *arg);
void stub_close(struct stub *s);

const char *stub_url(const struct stub *s); /* "http://127.0.0.1:4711" */
unsigned stub_port(const struct stub *s);
unsigned stub_requests(const struct stub *s);
unsigned stub_connections(const struct stub *s);
/* Of them, how many are not closed. */
unsigned stub_open_now(const struct stub *s);
unsigned stub_held(const struct stub *s);
/* What is held goes through the handler again, with `released` set. */
void stub_release(struct stub *s);

/* A whole answer, connection kept. */
void stub_answer(struct stub_reply *reply, unsigned status, const char *type,
    struct str body);
/* The value of a header of the request, or an empty string. */
struct str stub_header(const struct stub_request *r, const char *name);

#endif
