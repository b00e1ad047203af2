/*
 * http_request: one request from its first line to its end: the guard, the
 * route, the body, the handler, the wait, the answer, the log line. All of it
 * runs on the connection's HTTP thread but request_expire() and the last
 * request_unref().
 *
 * libmicrohttpd calls request_serve() once when the head has come, then for
 * each piece of the body, then once more, and again after each resume. An
 * answer given in the first call makes it close the connection afterwards, so
 * faults of requests without a body wait for the second.
 */
#include "gateway/guard.h"
#include "gateway/http_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- begin and end ----------------------------------------------------- */

/* Steps of an odd size from a random start: none comes twice. */
void
request_make_id(struct http *h, char *id)
{
	uint64_t n = atomic_fetch_add_explicit(
	    &h->next_id, 0x9e3779b97f4a7c15u, memory_order_relaxed);
	size_t i;

	for (i = 0; i < HTTP_ID_BYTES; i++, n >>= 4)
		id[i] = "0123456789abcdef"[n & 15];
}

static struct peer *
peer_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info == NULL ? NULL : info->socket_context;
}

/* The request line has come; nothing else is known yet. */
void *
request_begin(void *http, const char *uri, struct MHD_Connection *c)
{
	struct http *h = http;
	struct peer *p = peer_of(c);
	size_t n = uri == NULL ? 0 : strlen(uri);
	struct request *r;

	if (p == NULL || (r = malloc(sizeof(*r) + n + 1)) == NULL)
		return NULL;
	*r = (struct request){.http = h,
	    .connection = c,
	    .peer = p,
	    .worker = p->worker,
	    .refs = 1,
	    .context = h->conf.context,
	    .log = h->conf.log,
	    .from = p->address,
	    .started = clock_steady(h->conf.clock),
	    .uri = uri,
	    .target_size = n};
	memcpy(r->target, uri == NULL ? "" : uri, n + 1);
	r->path_size = strcspn(r->target, "?");
	request_make_id(h, r->id);
	peer_enter(p, PEER_REQUEST, r->started + h->conf.request_ms);
	return r;
}

void
request_unref(struct request *r)
{
	if (atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) > 1)
		return;
	stream_free(r->stream);
	if (r->reply.has_file)
		close(r->reply.fd);
	buf_free(&r->body);
	arena_free(&r->arena);
	free(r);
}

void
request_note(const struct request *r, const struct reply *reply)
{
	bool refused = reply->status >= 400;
	enum log_level level = refused ? LOG_INFO : LOG_DEBUG;
	struct log_line l;

	if (!log_begin(
		r->log, level, refused ? "http.refused" : "http.request", &l))
		return;
	log_str(&l, "id", (struct str){r->id, HTTP_ID_BYTES});
	log_str(&l, "path", (struct str){r->target, r->path_size});
	log_num(&l, "status", reply->status);
	if (reply->code != NULL)
		log_str(&l, "code", str_from(reply->code));
	log_num(&l, "ms", clock_steady(r->http->conf.clock) - r->started);
	if (r->fault_detail != NULL)
		log_str(&l, "why", str_from(r->fault_detail));
	log_end(&l);
}

/* Before r goes or goes on: the reaper looks at it no more. */
static void
stop_waiting(struct request *r)
{
	if (r->waits)
		peer_wait_over(r->peer);
	r->waits = false;
}

/* What was answered but did not get as far as libmicrohttpd. */
static void
drop_answer(struct request *r)
{
	if (atomic_load_explicit(&r->phase, memory_order_acquire) != ANSWERED)
		return;
	if (r->upgrade.take != NULL)
		upgrade_fail(r);
	if (r->stream != NULL)
		stream_over(r);
}

void
request_complete(void *http, struct MHD_Connection *c, void **request,
    enum MHD_RequestTerminationCode code)
{
	struct http *h = http;
	struct request *r = *request;

	(void)c;
	(void)code;
	if (r == NULL)
		return;
	*request = NULL;
	if (r->step != STEP_UPGRADED) {
		stop_waiting(r);
		drop_answer(r);
		peer_enter(r->peer, PEER_IDLE,
		    clock_steady(h->conf.clock) + h->conf.idle_ms);
	}
	request_unref(r);
}

/* ---- the head ---------------------------------------------------------- */

struct head {
	struct guard_header headers[HTTP_HEADERS_MAX];
	size_t count;
	struct str type;
	bool origin;
};

static enum MHD_Result
collect(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_size,
    const char *value, size_t value_size)
{
	struct head *head = arg;
	struct guard_header h = {{name, name_size}, {value, value_size}};

	(void)kind;
	if (head->count < HTTP_HEADERS_MAX)
		head->headers[head->count] = h;
	head->count++;
	if (guard_same_name(h.name, STR("content-type")))
		head->type = h.value;
	if (guard_same_name(h.name, STR("origin")))
		head->origin = true;
	return MHD_YES;
}

bool
route_fits(const struct route *row, const struct request *r, bool *prefix)
{
	size_t n = strlen(row->path);

	*prefix = n > 0 && row->path[n - 1] == '*';
	if (*prefix)
		return r->path_size >= n - 1 &&
		       memcmp(row->path, r->target, n - 1) == 0;
	return r->path_size == n && memcmp(row->path, r->target, n) == 0;
}

static void
refuse(struct request *r, enum fault_code fault, const char *detail)
{
	if (r->fault != FAULT_NONE)
		return;
	r->fault = fault;
	r->fault_detail = detail;
}

static const char *
wrong_method(struct request *r)
{
	char text[METHODS_TEXT];

	reply_methods(r, text);
	return arena_printf(&r->arena, "what is here takes %s", text).p;
}

static void
answer_preflight(struct request *r, const struct route *route)
{
	r->preflight = true;
	r->route = route;
}

/*
 * Among the paths written out, or among those that begin so. *near: one that
 * has this path, but for another method.
 */
static const struct route *
look_for_route(const struct request *r, struct str method, bool prefixes,
    const struct route **near)
{
	const struct route *row;
	bool prefix;

	for (row = r->http->conf.routes; row->path != NULL; row++) {
		if (!route_fits(row, r, &prefix) || prefix != prefixes)
			continue;
		if (str_eq(method, str_from(row->method)))
			return row;
		if (*near == NULL && !route_is_rest(row))
			*near = row;
	}
	return NULL;
}

/* Sets r->route, or r->fault to what is wrong with path or method. */
static void
find_route(struct request *r, struct str method)
{
	const struct route *near = NULL;

	r->head = str_eq(method, STR("HEAD"));
	if (r->head)
		method = STR("GET");
	r->route = look_for_route(r, method, false, &near);
	/* A path of its own is not a file, whatever the method. */
	if (r->route == NULL && near == NULL)
		r->route = look_for_route(r, method, true, &near);
	if (r->route != NULL)
		return;
	if (near == NULL)
		refuse(r, FAULT_NOT_FOUND, NULL);
	else if (near->any_origin && str_eq(method, STR("OPTIONS")))
		answer_preflight(r, near);
	else
		refuse(r, FAULT_BAD_METHOD, wrong_method(r));
}

static bool
is_json(struct str type)
{
	static const struct str json = {"application/json", 16};

	type = str_trim(type);
	if (type.n < json.n ||
	    !guard_same_name((struct str){type.p, json.n}, json))
		return false;
	return type.n == json.n || type.p[json.n] == ';' ||
	       type.p[json.n] == ' ';
}

static size_t
body_max(const struct request *r)
{
	if (r->route == NULL || r->preflight ||
	    strcmp(r->route->method, "GET") == 0 ||
	    strcmp(r->route->method, "DELETE") == 0)
		return 0;
	return r->route->body_max == 0 ? HTTP_BODY_MAX : r->route->body_max;
}

static const char *
too_long(struct request *r)
{
	return arena_printf(&r->arena,
	    "the body is too long; it may have %zu bytes", body_max(r))
	    .p;
}

/* What the head says about the body. */
static void
check_body(struct request *r, struct str type)
{
	size_t max = body_max(r);
	bool some = r->chunked || (r->has_length && r->length > 0);

	if (r->fault != FAULT_NONE)
		return;
	if (some && max == 0)
		refuse(r, FAULT_BAD_REQUEST, "this request takes no body");
	else if (r->has_length && r->length > max)
		refuse(r, FAULT_TOO_BIG, too_long(r));
	else if (max > 0 && !r->route->any_type && !is_json(type))
		refuse(
		    r, FAULT_BAD_TYPE, "send Content-Type: application/json");
}

/* Answers at once, without reading on; the connection ends after it. */
static enum MHD_Result
refuse_early(struct request *r)
{
	r->reply.close = true;
	r->peer->lingers = true;
	r->step = STEP_ANSWER;
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	reply_fault(r, r->fault, r->fault_detail);
	return reply_queue(r);
}

static const char *
guard(struct request *r, const struct head *head, struct str method,
    struct str version, struct guard_facts *facts)
{
	struct guard_request g = {.version = version,
	    .method = method,
	    .target = {r->target, r->target_size},
	    .headers = head->headers,
	    .count = head->count};
	const union MHD_ConnectionInfo *size = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	if (head->count > HTTP_HEADERS_MAX)
		return "there are too many headers";
	if (r->http->head_is_whole && size != NULL)
		g.layout = (struct guard_layout){
		    r->uri, method.p + size->header_size};
	return guard_fault(&g, facts);
}

static enum MHD_Result
take_head(struct request *r, struct str method, struct str version)
{
	struct head head = {.count = 0};
	struct guard_facts facts = {0};
	const char *wrong;

	(void)MHD_get_connection_values_n(
	    r->connection, MHD_HEADER_KIND, collect, &head);
	wrong = guard(r, &head, method, version, &facts);
	r->step = STEP_BODY;
	if (wrong != NULL) {
		metric_add(r->http->conf.metrics, METRIC_HTTP_MALFORMED, 1);
		refuse(r, FAULT_BAD_REQUEST, wrong);
		return refuse_early(r);
	}
	r->has_length = facts.has_length;
	r->length = facts.length;
	r->chunked = facts.chunked;
	r->origin = head.origin;
	if (atomic_load_explicit(&r->http->stopping, memory_order_relaxed))
		refuse(r, FAULT_GOING_AWAY, "connect again in a moment");
	find_route(r, method);
	check_body(r, head.type);
	if (r->fault != FAULT_NONE && (r->chunked || r->length > 0))
		return refuse_early(r);
	return MHD_YES;
}

/* ---- the body ---------------------------------------------------------- */

static enum MHD_Result
take_body(struct request *r, const char *data, size_t *size)
{
	if (r->body.limit == 0)
		r->body.limit = body_max(r);
	buf_add(&r->body, data, *size);
	*size = 0;
	if (!r->body.failed)
		return MHD_YES;
	/* libmicrohttpd takes no answer here, so it is written past it. */
	reply_blunt(r->http, r->id, r->peer->fd, FAULT_TOO_BIG, too_long(r));
	r->peer->lingers = true;
	return MHD_NO;
}

/* ---- the answer -------------------------------------------------------- */

void
request_expire(struct request *r)
{
	int was = SUSPENDED;

	if (atomic_compare_exchange_strong(&r->phase, &was, EXPIRED))
		worker_resume(r);
	else if (was == ANSWERED && r->stream != NULL)
		stream_expire(r);
}

static bool
has_ended(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK &&
			     errno != EINTR);
}

/* libmicrohttpd does not look at a connection while it is suspended. */
void
request_look(struct request *r, int fd)
{
	int was = SUSPENDED;

	if (r->patience_ms == 0 || !has_ended(fd) ||
	    !atomic_compare_exchange_strong(&r->phase, &was, EXPIRED))
		return;
	r->fault_detail = "the client has left";
	worker_resume(r);
}

static enum MHD_Result
give_answer(struct request *r)
{
	stop_waiting(r);
	return reply_queue(r);
}

static enum MHD_Result
wait_for_answer(struct request *r)
{
	struct http *h = r->http;
	int was = RUNNING;

	r->waits = true;
	peer_wait(r->peer, PEER_WAITING, r,
	    clock_steady(h->conf.clock) + h->conf.reply_ms + r->patience_ms);
	/* Either this is seen here, or http_stop() sees PEER_WAITING. */
	if (atomic_load(&h->expiring)) {
		(void)atomic_compare_exchange_strong(&r->phase, &was, EXPIRED);
		return give_answer(r);
	}
	MHD_suspend_connection(r->connection);
	if (!atomic_compare_exchange_strong(&r->phase, &was, SUSPENDED))
		worker_resume(r);
	return MHD_YES;
}

static enum MHD_Result
run(struct request *r)
{
	r->step = STEP_ANSWER;
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	if (r->fault != FAULT_NONE) {
		reply_fault(r, r->fault, r->fault_detail);
	} else if (r->preflight) {
		request_reply(r, 204, NULL, (struct str){0});
	} else {
		metric_add(r->http->conf.metrics, METRIC_HTTP_REQUESTS, 1);
		r->route->handle(r);
	}
	if (atomic_load_explicit(&r->phase, memory_order_acquire) == ANSWERED)
		return reply_queue(r);
	return wait_for_answer(r);
}

enum MHD_Result
request_serve(void *http, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **request)
{
	struct request *r = *request;

	(void)http;
	(void)c;
	(void)url;
	if (r == NULL)
		return MHD_NO;
	if (r->step == STEP_HEADER)
		return take_head(r, str_from(method), str_from(version));
	if (*size > 0)
		return take_body(r, data, size);
	if (r->step == STEP_BODY)
		return run(r);
	return give_answer(r);
}
