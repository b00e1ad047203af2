/*
 * http_reply: answers. The answerer, on whatever thread, only notes what
 * shall be said (in the request's arena) and gives a sign; the header is put
 * together and handed over on the connection's HTTP thread.
 */
#include "gateway/http_inside.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

#define PROBLEM "application/problem+json"
/* How slowly an answer may be read; but no longer than so many request_ms. */
#define BYTES_PER_MS 4u
#define READ_TIMES_MOST 5u
/* A file may take as long as it is large. */
#define FILE_BYTES_PER_MS 16u

/* ---- what is to be said ------------------------------------------------ */

void
request_add_header(struct request *r, const char *name, struct str value)
{
	struct reply *reply = &r->reply;

	if (reply->header_count < HTTP_REPLY_HEADERS && value.p != NULL)
		reply->headers[reply->header_count++] = (struct reply_header){
		    name, value};
}

/* The answer stands: whoever steps out of SUSPENDED wakes the connection. */
static bool
announce(struct request *r)
{
	int was = atomic_load_explicit(&r->phase, memory_order_acquire);

	do {
		if (was == EXPIRED)
			return false;
	} while (!atomic_compare_exchange_weak(&r->phase, &was, ANSWERED));
	if (was == SUSPENDED)
		worker_resume(r);
	return true;
}

void
reply_ready(struct request *r)
{
	if (!announce(r)) {
		if (r->upgrade.take != NULL)
			upgrade_fail(r);
		if (r->stream != NULL)
			stream_over(r);
	}
	request_unref(r);
}

void
request_reply(
    struct request *r, unsigned status, const char *type, struct str body)
{
	r->reply.status = status;
	r->reply.type = type;
	if (type != NULL)
		r->reply.body = arena_copy(&r->arena, body);
	if (type != NULL && r->reply.body.p == NULL)
		r->reply.status = fault_row(FAULT_BUSY)->http_status;
	reply_ready(r);
}

void
request_send_file(struct request *r, const char *type, int fd, uint64_t size)
{
	r->reply.status = MHD_HTTP_OK;
	r->reply.type = type;
	r->reply.has_file = true;
	r->reply.fd = fd;
	r->reply.file_size = size;
	reply_ready(r);
}

void
request_cut(struct request *r)
{
	r->reply.cut = true;
	reply_ready(r);
}

static bool
has_header(const struct request *r, const char *name)
{
	unsigned i = 0;

	while (i < r->reply.header_count &&
	       strcmp(r->reply.headers[i].name, name) != 0)
		i++;
	return i < r->reply.header_count;
}

void
request_fault(struct request *r, const struct frame_error *error)
{
	const struct fault_row *row = fault_row_of(error);
	unsigned status = row->http_status;
	struct buf b = {0};

	frame_write_problem(&b, error);
	r->reply.code = row->code;
	if ((status == 429 || status == 503) && !has_header(r, "Retry-After"))
		request_add_header(r, "Retry-After", STR("1"));
	request_reply(r, status, PROBLEM, buf_view(&b));
	buf_free(&b);
}

void
reply_fault(struct request *r, enum fault_code code, const char *detail)
{
	struct frame_error error = {.code = code, .detail = str_from(detail)};

	request_fault(r, &error);
}

static void
note_blunt(struct http *h, const char *id, const struct fault_row *row,
    const char *detail)
{
	struct log_line l;

	if (!log_begin(h->conf.log, LOG_INFO, "http.turned_away", &l))
		return;
	log_str(&l, "id", (struct str){id, HTTP_ID_BYTES});
	log_num(&l, "status", row->http_status);
	log_str(&l, "why", str_from(detail));
	log_end(&l);
}

void
reply_blunt(struct http *h, const char *id, int fd, enum fault_code code,
    const char *detail)
{
	char fresh[HTTP_ID_BYTES];
	struct frame_error error = {.code = code, .detail = str_from(detail)};
	const struct fault_row *row = fault_row(code);
	struct buf body = {0}, all = {0};

	if (id == NULL)
		request_make_id(h, fresh);
	id = id == NULL ? fresh : id;
	note_blunt(h, id, row, detail);
	frame_write_problem(&body, &error);
	buf_addf(&all,
	    "HTTP/1.1 %u %s\r\nX-Request-Id: %.*s\r\n"
	    "Content-Type: " PROBLEM
	    "\r\nContent-Length: %zu\r\nRetry-After: 1\r\n"
	    "Connection: close\r\n\r\n",
	    row->http_status, row->title, (int)HTTP_ID_BYTES, id, body.len);
	buf_add(&all, body.data, body.len);
	if (!all.failed)
		(void)send(fd, all.data, all.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	buf_free(&body);
	buf_free(&all);
}

/* ---- handing it over --------------------------------------------------- */

static void
add(struct MHD_Response *m, const char *name, const char *value)
{
	(void)MHD_add_response_header(m, name, value);
}

static void
list_methods(const struct request *r, bool prefixes, char out[METHODS_TEXT])
{
	const struct route *row;
	bool prefix;
	size_t n = 0;

	out[0] = '\0';
	for (row = r->http->conf.routes; row->path != NULL; row++) {
		bool get = strcmp(row->method, "GET") == 0;

		if (!route_fits(row, r, &prefix) || prefix != prefixes ||
		    route_is_rest(row))
			continue;
		n += (size_t)snprintf(out + n, METHODS_TEXT - n, "%s%s%s",
		    n == 0 ? "" : ", ", row->method, get ? ", HEAD" : "");
		if (n >= METHODS_TEXT)
			return;
	}
}

/* Of the path written out, or else of those that it begins with. */
void
reply_methods(const struct request *r, char out[METHODS_TEXT])
{
	list_methods(r, false, out);
	if (out[0] == '\0')
		list_methods(r, true, out);
}

static void
add_allow(const struct request *r, struct MHD_Response *m)
{
	char text[METHODS_TEXT];

	reply_methods(r, text);
	if (text[0] != '\0')
		add(m, "Allow", text);
}

static void
add_cross_origin(const struct request *r, struct MHD_Response *m)
{
	add(m, "Access-Control-Allow-Origin", "*");
	add(m, "Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
	if (!r->preflight)
		return;
	add(m, "Access-Control-Allow-Methods", "GET, POST");
	add(m, "Access-Control-Allow-Headers",
	    "Authorization, Content-Type, Last-Event-ID");
	add(m, "Access-Control-Max-Age", "86400");
}

/* Those of the handler; and what goes without saying, if it did not. */
static void
add_own(const struct reply *reply, struct MHD_Response *m)
{
	bool kept = reply->type == NULL;
	unsigned i;

	for (i = 0; i < reply->header_count; i++) {
		const struct reply_header *h = &reply->headers[i];

		add(m, h->name, h->value.p);
		kept = kept || strcmp(h->name, "Cache-Control") == 0;
	}
	if (!kept)
		add(m, "Cache-Control", "no-store");
}

static void
add_headers(
    const struct request *r, const struct reply *reply, struct MHD_Response *m)
{
	char id[HTTP_ID_BYTES + 1];

	memcpy(id, r->id, HTTP_ID_BYTES);
	id[HTTP_ID_BYTES] = '\0';
	add(m, "X-Request-Id", id);
	if (reply->type != NULL) {
		add(m, "Content-Type", reply->type);
		add(m, "X-Content-Type-Options", "nosniff");
	}
	add_own(reply, m);
	if (reply->close || atomic_load(&r->http->stopping))
		add(m, "Connection", "close");
	if (reply->status == 405)
		add_allow(r, m);
	if (r->origin && r->route != NULL && r->route->any_origin)
		add_cross_origin(r, m);
}

static void
on_upgrade(void *arg, struct MHD_Connection *c, void *request,
    const char *extra, size_t extra_size, MHD_socket fd,
    struct MHD_UpgradeResponseHandle *handle)
{
	struct request *r = arg;
	struct upgrade u = r->upgrade;
	/*
	 * libmicrohttpd has taken fd out of its epoll set and, at CLOSE, only
	 * closes it: the connection lives on in the copy, and costs no memory
	 * there and no place in its limits. The reaper must let go of it too.
	 */
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0), on = 1;

	(void)c;
	(void)request;
	r->step = STEP_UPGRADED;
	peer_close(r->peer);
	(void)setsockopt(copy, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	u.take(u.arg, copy,
	    copy < 0 ? (struct str){0} : (struct str){extra, extra_size});
	(void)MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
	r->worker->again = true;
}

void
upgrade_fail(struct request *r)
{
	struct upgrade u = r->upgrade;

	r->upgrade.take = NULL;
	u.take(u.arg, -1, (struct str){0});
}

static struct MHD_Response *
upgrade_response(struct request *r)
{
	struct MHD_Response *m = MHD_create_response_for_upgrade(on_upgrade, r);

	if (m == NULL)
		return NULL;
	add(m, "Upgrade", "websocket");
	add(m, "Sec-WebSocket-Accept", r->upgrade.accept.p);
	if (r->upgrade.subprotocol.n > 0)
		add(m, "Sec-WebSocket-Protocol", r->upgrade.subprotocol.p);
	return m;
}

static struct MHD_Response *
plain_response(const struct reply *reply)
{
	return MHD_create_response_from_buffer(reply->body.n,
	    (void *)(uintptr_t)reply->body.p, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *
file_response(struct reply *reply)
{
	struct MHD_Response *m = MHD_create_response_from_fd64(
	    reply->file_size, reply->fd);

	/* With the response, the library closes it. */
	reply->has_file = m == NULL;
	return m;
}

static struct MHD_Response *
response_of(struct request *r)
{
	if (r->upgrade.take != NULL)
		return upgrade_response(r);
	if (r->stream != NULL)
		return stream_response(r);
	if (r->reply.has_file)
		return file_response(&r->reply);
	return plain_response(&r->reply);
}

static int64_t
reading_ms(const struct http *h, const struct reply *reply)
{
	int64_t ms = h->conf.request_ms, most = ms * READ_TIMES_MOST;
	int64_t file_ms = (int64_t)(reply->file_size / FILE_BYTES_PER_MS);

	ms += (int64_t)(reply->body.n / BYTES_PER_MS);
	return (ms < most ? ms : most) + file_ms;
}

static enum MHD_Result
hand_over(struct request *r, const struct reply *reply, struct MHD_Response *m)
{
	struct http *h = r->http;
	enum MHD_Result done;

	if (m == NULL)
		return MHD_NO;
	add_headers(r, reply, m);
	if (reply->status >= 400)
		metric_add(h->conf.metrics, METRIC_HTTP_REFUSED, 1);
	request_note(r, reply);
	if (r->step != STEP_STREAM)
		peer_enter(r->peer, PEER_REPLY,
		    clock_steady(h->conf.clock) + reading_ms(h, reply));
	done = MHD_queue_response(r->connection, reply->status, m);
	MHD_destroy_response(m);
	return done;
}

/* The answerer may still be at work on r->reply: it is not looked at. */
static enum MHD_Result
queue_expired(struct request *r)
{
	bool stopping = atomic_load(&r->http->stopping);
	struct frame_error error = {
	    .code = stopping ? FAULT_GOING_AWAY : FAULT_BUSY,
	    .detail = stopping ? STR("connect again in a moment")
			       : STR("this took too long; try again")};
	struct reply reply = {.code = fault_row(error.code)->code,
	    .status = 503,
	    .type = PROBLEM,
	    .headers = {{"Retry-After", STR("1")}},
	    .header_count = 1};
	struct MHD_Response *m;
	struct buf b = {0};

	frame_write_problem(&b, &error);
	reply.body = buf_view(&b);
	m = MHD_create_response_from_buffer(
	    b.len, b.data, MHD_RESPMEM_MUST_COPY);
	buf_free(&b);
	return hand_over(r, &reply, m);
}

enum MHD_Result
reply_queue(struct request *r)
{
	if (atomic_load_explicit(&r->phase, memory_order_acquire) == EXPIRED)
		return queue_expired(r);
	if (r->reply.cut)
		return MHD_NO;
	return hand_over(r, &r->reply, response_of(r));
}

void
request_upgrade(struct request *r, struct str accept, struct str subprotocol,
    void (*take)(void *arg, int fd, struct str extra), void *arg)
{
	r->upgrade = (struct upgrade){.take = take,
	    .arg = arg,
	    .accept = arena_copy(&r->arena, accept),
	    .subprotocol = arena_copy(&r->arena, subprotocol)};
	r->reply.status = MHD_HTTP_SWITCHING_PROTOCOLS;
	reply_ready(r);
}
