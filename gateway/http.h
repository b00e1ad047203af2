/*
 * http: the front. libmicrohttpd's epoll threads, a guard before anything is
 * believed, a table of routes, and requests that are suspended while their
 * commit is under way.
 *
 * Life of a request: the guard looks at the header; the route is found by
 * path and method; the body is gathered up to the route's limit; the route's
 * handler runs once, on the HTTP thread, and must not block. It either calls
 * request_reply() / request_problem() before it returns, or keeps r and has
 * somebody call one of them later, exactly once, from any thread (the
 * connection is suspended meanwhile; there is a deadline, after which the
 * client gets 503 and the late reply goes nowhere). r and its arena are freed
 * after the reply has been sent.
 *
 * Every answer carries X-Request-Id; faults are application/problem+json.
 */
#ifndef GATEWAY_HTTP_H
#define GATEWAY_HTTP_H

#include "channels/web/frames.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/log.h"
#include "core/metrics.h"

#include <netinet/in.h>

struct http;
struct request;

struct route {
	const char *method; /* "GET", "POST"; HEAD is answered by GET's route */
	const char *path;   /* exact */
	size_t body_max;    /* 0: the default, HTTP_BODY_MAX; GET takes none */
	bool any_origin;    /* cross-origin pages may call it (the widget) */
	void (*handle)(struct request *r);
};

#define HTTP_BODY_MAX 65536u

struct http_conf {
	const char *listen;	    /* "127.0.0.1:8080", "[::1]:0" */
	const struct route *routes; /* ends with path == NULL */
	unsigned threads;
	unsigned connections_max, connections_per_address;
	unsigned request_ms;	     /* from first byte to complete request */
	unsigned reply_ms;	     /* for a suspended request */
	unsigned idle_ms;	     /* between requests of one connection */
	const char *trusted_proxies; /* "127.0.0.1, 10.0.0.0/8" or "" */
	void *context;		     /* request_context() */
	struct log *log;
	struct metrics *metrics;
	const struct clock *clock;
};

/* On failure `why` holds one line: port in use, no right, bad address. */
enum err http_start(const struct http_conf *conf, struct http **out, char *why,
    size_t why_size) MUST_USE;
unsigned http_port(const struct http *h);
/*
 * Stops accepting, answers what is suspended with 503 going_away, waits for
 * the threads. After it no handler runs.
 */
void http_stop(struct http *h);

/* ---- what a handler may ask -------------------------------------------- */

void *request_context(const struct request *r);
struct arena *request_arena(struct request *r);
struct str request_body(const struct request *r);
struct str request_id(const struct request *r);
struct log *request_log(const struct request *r);
/* By any-case name; .p is NULL when absent. */
struct str request_header(const struct request *r, const char *name);
struct str request_query(const struct request *r, const char *name);
/* The client's address as text; through trusted proxies, the one they say. */
struct str request_address(const struct request *r);
/* Of "Authorization: Bearer x": x; .p is NULL when there is none. */
struct str request_bearer(const struct request *r);
/* "https://shop.example" as the client's browser sees us: for Origin. */
struct str request_own_origin(struct request *r);

/* ---- how it is answered ------------------------------------------------ */

/* body is copied. type NULL: no body (204). Any thread, exactly once. */
void request_reply(
    struct request *r, unsigned status, const char *type, struct str body);
/* The fault's status and problem JSON. Any thread, exactly once. */
void request_fault(struct request *r, const struct frame_error *error);
/* An extra header of the reply; before it. Value lives in r's arena. */
void request_add_header(struct request *r, const char *name, struct str value);

/*
 * A reply without end (server-sent events). The stream's bytes come from
 * request_stream_push(), any thread, copied into a bounded queue: E_LIMIT when
 * the client does not read (the stream is then cut), E_CLOSED when it has
 * gone. `closed` is called exactly once when the connection is over, on an
 * HTTP thread; then r is gone. request_stream_end() ends it from our side.
 */
void request_stream(struct request *r, const char *type, size_t queue_max,
    void (*closed)(void *arg), void *arg);
enum err request_stream_push(struct request *r, struct str bytes) MUST_USE;
void request_stream_end(struct request *r);

/*
 * Switches protocols: 101 with the given Sec-WebSocket-Accept (and
 * subprotocol, if not empty); then `take` is called, on an HTTP thread, with a
 * descriptor that is the callee's to close, non-blocking, and the bytes that
 * came along (valid during the call). r is gone after it. If the client left
 * before, `take` is called with fd -1.
 */
void request_upgrade(struct request *r, struct str accept,
    struct str subprotocol, void (*take)(void *arg, int fd, struct str extra),
    void *arg);

#endif
