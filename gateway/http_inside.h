/*
 * http_inside: what the files http*.c share with each other and nobody else.
 *
 * http.c		start and stop
 * http_accept.c	the acceptor: accepts, refuses, ticks, lingers
 * http_worker.c	the HTTP threads, each with its libmicrohttpd
 * http_inbox.c		how others hand something to one of them
 * http_request.c	one request from its first line to its end
 * http_ask.c		what a handler may ask of its request
 * http_reply.c		answers: their headers, faults, upgrades
 * http_stream.c	answers without end
 *
 * Who owns a request: libmicrohttpd's side (until its completed-callback) and
 * whoever must answer (until request_reply() and the like) hold a reference
 * each; the last one frees it. `phase` decides between them:
 *
 *	RUNNING ----> ANSWERED	answered before or while being suspended
 *	   |             ^
 *	   v             |	the answerer resumes
 *	SUSPENDED -------+
 *	   |
 *	   +--------> EXPIRED	the reaper resumes; a later answer is lost
 *
 * Exactly one thread makes the step out of SUSPENDED, and that one has the
 * connection resumed, exactly once, by its worker: libmicrohttpd is only ever
 * called on the thread of the worker that owns it.
 */
#ifndef GATEWAY_HTTP_INSIDE_H
#define GATEWAY_HTTP_INSIDE_H

#include "gateway/http.h"
#include "gateway/http_inbox.h"
#include "gateway/reaper.h"

#include <microhttpd.h>

#define HTTP_ID_BYTES 16u
#define HTTP_HEADERS_MAX 64u
#define HTTP_REPLY_HEADERS 8u
#define LINGER_MAX 128u

struct stream;

enum phase { RUNNING, SUSPENDED, ANSWERED, EXPIRED };

/* What the next call from libmicrohttpd is about. */
enum step {
	STEP_HEADER,
	STEP_BODY,
	STEP_ANSWER,
	STEP_STREAM,   /* an answer without end is under way */
	STEP_UPGRADED, /* the socket is somebody else's */
};

struct reply_header {
	const char *name;
	struct str value;
};

struct reply {
	const char *code; /* of the fault; NULL: none */
	unsigned status;
	const char *type;
	struct str body;
	bool has_file; /* instead of the body: fd, which is ours to close */
	int fd;
	uint64_t file_size;
	struct reply_header headers[HTTP_REPLY_HEADERS];
	unsigned header_count;
	bool close; /* the connection ends after it */
	bool cut;   /* or instead of it */
};

struct upgrade {
	void (*take)(void *arg, int fd, struct str extra);
	void *arg;
	struct str accept, subprotocol;
};

struct request {
	/* HTTP threads only, for these may go before us. */
	struct http *http;
	struct MHD_Connection *connection;
	struct peer *peer;
	struct worker *worker; /* also whoever has stepped out of SUSPENDED */
	struct task resume;
	_Atomic unsigned refs;
	_Atomic int phase;
	enum step step;
	void *context;
	struct log *log;
	const struct route *route;
	enum fault_code fault; /* found before the handler was called */
	const char *fault_detail;
	struct address from;
	bool head, origin, preflight;
	bool waits; /* the peer points to us */
	int64_t started;
	unsigned patience_ms;
	uint64_t length; /* Content-Length, if has_length */
	bool has_length, chunked;
	char id[HTTP_ID_BYTES];
	struct buf body;
	struct arena arena;
	struct reply reply;
	struct upgrade upgrade;
	struct stream *stream;
	const char *uri; /* where the library has it; it changes there */
	size_t path_size, target_size;
	char target[]; /* path and query as sent */
};

/* Sockets whose other half may still be read: closed a little later. */
struct lingering {
	pthread_mutex_t lock;
	struct {
		int fd;
		int64_t until;
	} ring[LINGER_MAX];
	unsigned first, count;
};

struct worker {
	struct http *http;
	struct MHD_Daemon *daemon;
	int epoll_fd; /* the daemon's */
	struct inbox inbox;
	bool again; /* its own thread has resumed something */
	_Atomic bool ending;
	pthread_t thread;
};

struct http {
	struct http_conf conf;
	struct networks trusted;
	struct worker *workers;
	unsigned worker_count, next_worker; /* next: the acceptor's */
	int listen_fd, wake_fd, spare_fd;
	unsigned port;
	pthread_t acceptor;
	bool acceptor_runs;
	struct reaper reaper;
	struct lingering linger;
	struct crowd *crowd; /* connections per address */
	bool head_is_whole;  /* the library leaves heads as guard.h says */
	_Atomic uint64_t next_id;
	_Atomic unsigned open;
	_Atomic bool stopping; /* nothing new is let in */
	_Atomic bool expiring; /* nothing is waited for any more */
	bool starved; /* no descriptor even to refuse with; the acceptor's */
};

/* ---- http_accept.c ----------------------------------------------------- */

void *accept_main(void *http);
/* Keeps fd, which becomes its own, open for a moment, so that a client that
 * still sends can read our last words instead of a reset. */
void linger_add(struct http *h, int fd);
/* A copy of the peer's, if there is or will be something unread on it. */
void linger_peer(struct http *h, const struct peer *p);
void linger_end(struct http *h);
/* A peer's connection is over: out of the figures. */
void accept_forget(struct http *h, struct peer *p);

/* ---- http_worker.c ----------------------------------------------------- */

enum err workers_start(struct http *h) MUST_USE; /* E_IO, E_NOMEM */
/* When nothing is suspended and nothing will be; ends all connections. */
void workers_stop(struct http *h);
/* Hands it an accepted connection. */
void worker_add(struct worker *w, struct peer *p, int fd);
/* Has a suspended request resumed. Any thread, once for each suspension. */
void worker_resume(struct request *r);

/* ---- http_request.c ---------------------------------------------------- */

void *request_begin(void *http, const char *uri, struct MHD_Connection *c);
enum MHD_Result request_serve(void *http, struct MHD_Connection *c,
    const char *url, const char *method, const char *version, const char *data,
    size_t *size, void **request);
void request_complete(void *http, struct MHD_Connection *c, void **request,
    enum MHD_RequestTerminationCode code);
void request_unref(struct request *r);
/* HTTP_ID_BYTES. Any thread. */
void request_make_id(struct http *h, char *id);
/* The log's line about it. */
void request_note(const struct request *r, const struct reply *reply);
/* Is the request's path that of the row? *prefix: the row is a "/page*". */
bool route_fits(const struct route *row, const struct request *r, bool *prefix);
/* It takes whatever nothing else is for. */
static inline bool
route_is_rest(const struct route *row)
{
	return strcmp(row->path, "/*") == 0;
}
/* The reaper's: its time is up. With the peer's lock held. */
void request_expire(struct request *r);
/* The same, on each tick while it waits: has the client left? */
void request_look(struct request *r, int fd);

/* ---- http_reply.c ------------------------------------------------------ */

/* Gives r->reply (or stream, or upgrade) to libmicrohttpd. */
enum MHD_Result reply_queue(struct request *r);
void reply_fault(struct request *r, enum fault_code code, const char *detail);
/*
 * The last words on a connection libmicrohttpd cannot answer any more: the
 * fault, written to the socket as it is, and to the log. id NULL: there is no
 * request yet that has one.
 */
void reply_blunt(struct http *h, const char *id, int fd, enum fault_code code,
    const char *detail);
#define METHODS_TEXT 64u
/* All methods that the request's path has: "GET, HEAD". */
void reply_methods(const struct request *r, char out[METHODS_TEXT]);
/* The answer is ready: tells the other side. Drops the answerer's part. */
void reply_ready(struct request *r);
/* A protocol switch that did not come to pass. */
void upgrade_fail(struct request *r);

/* ---- http_stream.c ----------------------------------------------------- */

struct MHD_Response *stream_response(struct request *r);
bool stream_tick(struct request *r, int fd, int64_t now);
void stream_over(struct request *r);
void stream_expire(struct request *r);
void stream_free(struct stream *s);

#endif
