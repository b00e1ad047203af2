/*
 * http: the front. Threads with a libmicrohttpd each, a guard before anything
 * is believed, a table of routes, and requests that are suspended while their
 * commit is under way.
 *
 * Life of a request: the guard looks at the header; the route is found by
 * path and method; the body is gathered up to the route's limit; the route's
 * handler runs once, on the HTTP thread, and must not block. It either calls
 * request_reply() / request_fault() before it returns, or keeps r and has
 * somebody call one of them later, exactly once, from any thread (the
 * connection is suspended meanwhile; there is a deadline, after which the
 * client gets 503 and the late reply goes nowhere). r and its arena stay until
 * both sides are done: the reply was given, and the connection is through
 * with it. So r may not be touched after the reply, and may always be until
 * then, even after http_stop().
 *
 * Every answer carries X-Request-Id, also the last words to a connection that
 * is turned away or cut off; faults are application/problem+json. HEAD
 * and, where cross-origin pages may come, OPTIONS are answered here. What has
 * a body must be application/json, unless its route says otherwise; GET and
 * DELETE may have none.
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
	/* "GET", "POST", "PUT" ...; HEAD is answered by GET's route. */
	const char *method;
	const char *path; /* exact; or "/page*": all that begin so */
	size_t body_max;  /* 0: the default, HTTP_BODY_MAX; GET and DELETE
			     * take none */
	bool any_origin;  /* cross-origin pages may call it (the widget) */
	bool any_type; /* the body's Content-Type is the handler's business */
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

/* Until the reply, by whoever holds r. */
void *request_context(const struct request *r);
struct arena *request_arena(struct request *r);
struct str request_body(const struct request *r);
struct str request_id(const struct request *r);
/* Of its route: "GET" for HEAD, too. */
const char *request_method(const struct request *r);
/* HEAD came to GET's route; what has no body to leave out may refuse it. */
bool request_is_head(const struct request *r);

/*
 * The rest only while the handler runs: headers and parameters live in the
 * connection, which goes its way when the deadline has passed. Copy what is
 * needed later with arena_copy().
 *
 * By any-case name; .p is NULL when absent. A name that is there twice gives
 * the first one.
 */
struct str request_header(const struct request *r, const char *name);
struct str request_query(const struct request *r, const char *name);
/* The client's address as text; through trusted proxies, the one they say. */
struct str request_address(struct request *r);
/* Of "Authorization: Bearer x": x; .p is NULL when there is none. */
struct str request_bearer(const struct request *r);
/*
 * This request may wait so much longer than reply_ms: a long poll. While the
 * handler runs. When its client leaves meanwhile, the connection ends within
 * a second or two; a client that only ends its own side counts as gone.
 */
void request_wait_longer(struct request *r, unsigned ms);
/*
 * Nobody waits for the answer any more: the client left, or it took too long.
 * Until the reply, by whoever holds r, who must still give it.
 */
bool request_is_over(const struct request *r);
/* As sent, without the query: nothing is decoded. */
struct str request_path(const struct request *r);
/* The query as sent, without its "?"; .p is NULL when there is none. */
struct str request_query_text(const struct request *r);
/* "https://shop.example" as the client's browser sees us: for Origin. */
struct str request_own_origin(struct request *r);

/* ---- how it is answered ------------------------------------------------ */

/*
 * body is copied. type is a literal; NULL: no body (204). Any thread, exactly
 * once: one of request_reply, _send_file, _fault, _cut, _stream, _upgrade.
 */
void request_reply(
    struct request *r, unsigned status, const char *type, struct str body);
/*
 * 200 with a file, which is sent as it is read and never held in memory. fd is
 * taken over; it is closed when the file has been sent or nobody wants it. The
 * file must not shrink meanwhile. A client may read it as slowly as 16 bytes a
 * millisecond. type is a literal.
 * Any thread, exactly once.
 */
void request_send_file(
    struct request *r, const char *type, int fd, uint64_t size);
/* No answer: the connection ends. For tests. Any thread, exactly once. */
void request_cut(struct request *r);
/* The fault's status and problem JSON. Any thread, exactly once. */
void request_fault(struct request *r, const struct frame_error *error);
/*
 * An extra header of the reply; before it. The name is a literal; the value
 * lives in r's arena, ends with NUL and holds no line ends. At most 8.
 */
void request_add_header(struct request *r, const char *name, struct str value);

/*
 * A reply without end (server-sent events). The stream's bytes come from
 * request_stream_push(), any thread, copied into a queue of at most queue_max
 * bytes: E_LIMIT when the client does not read (the stream is then cut off),
 * E_CLOSED when it has gone or was cut off or ended.
 *
 * `closed` is called exactly once, when the connection is over: on an HTTP
 * thread, or before request_stream() returns if there is no connection any
 * more. It may not call back into r.
 *
 * Whoever called request_stream() keeps r until request_stream_end(), which
 * must be called exactly once, whether the client is still there or not;
 * until then pushing is allowed, even after `closed`, even after http_stop().
 *
 * A comment line every 15 s keeps the line alive; a client that has left is
 * seen within a second or two. Streams have no deadline.
 */
void request_stream(struct request *r, const char *type, size_t queue_max,
    void (*closed)(void *arg), void *arg);
enum err request_stream_push(struct request *r, struct str bytes) MUST_USE;
void request_stream_end(struct request *r);
/* Bytes pushed and not yet taken, to slow down before there is E_LIMIT. */
size_t request_stream_waiting(struct request *r);

/*
 * Switches protocols: 101 with the given Sec-WebSocket-Accept (and
 * subprotocol, if not empty); then `take` is called, on an HTTP thread, with a
 * descriptor that is the callee's to close, non-blocking, and the bytes that
 * came along (valid during the call). If there is no connection any more, or
 * it is HTTP/1.0, `take` is called with fd -1, on an HTTP thread or before
 * request_upgrade() returns. Exactly once in any case. r may not be touched
 * after request_upgrade(); what take needs comes with arg.
 *
 * TCP_NODELAY is set. The descriptor does not count against connections_max
 * any more, and nothing here looks at it again.
 */
void request_upgrade(struct request *r, struct str accept,
    struct str subprotocol, void (*take)(void *arg, int fd, struct str extra),
    void *arg);

#endif
