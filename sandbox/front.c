/*
 * front: routes are made from the table of sb_doors, a row for each method,
 * because the front of the gateway tells a handler its route by which handler
 * it calls.
 */
#include "sandbox/front.h"
#include "sandbox/courier.h"

#include <stdio.h>

#define THREADS 2u
#define CONNECTIONS 4000u
#define REQUEST_MS 15000u
#define REPLY_MS 30000u
#define IDLE_MS 120000u
#define CONTROL_BODY_MAX (16u << 20) /* files in base64 */

static const char garbage[] = "\x7b\x22ok\x22:tr\xff\xfe <html>";

/* ---- a visit begins ----------------------------------------------------- */

static const struct door *
door_of(struct str path, unsigned *at)
{
	unsigned i;

	for (i = 0; i < sb_door_count; i++) {
		size_t n = sb_doors[i].prefix == NULL
			       ? 0
			       : strlen(sb_doors[i].prefix);

		*at = i;
		if (n > 0 && path.n >= n &&
		    memcmp(path.p, sb_doors[i].prefix, n) == 0)
			return &sb_doors[i];
	}
	return NULL;
}

static void
strike(struct sandbox *s, struct visit *v)
{
	const struct suspect suspect = {SIDE_API, v->door->name, v->path};

	sandbox_lock(s);
	if (s->rules.count > 0)
		sb_rules_strike(&s->rules, &suspect, v->arena, &v->strike);
	sandbox_unlock(s);
}

static void
fail_as_asked(struct visit *v)
{
	struct buf b = {0};
	const char *type = v->door->failure(v->strike.status, &b);
	struct str body = v->strike.body.p != NULL ? v->strike.body
						   : buf_view(&b);

	v->error = "rule";
	if (v->strike.retry_after >= 0)
		request_add_header(v->request, "Retry-After",
		    arena_printf(v->arena, "%ld", v->strike.retry_after));
	sb_visit_reply(v, v->strike.status, type, body);
	buf_free(&b);
}

static void
serve(struct request *r, const char *method)
{
	struct sandbox *s = request_context(r);
	struct visit *v = arena_alloc(request_arena(r), sizeof(*v));
	unsigned at = 0;

	if (v == NULL) {
		request_reply(r, 503, NULL, (struct str){0});
		return;
	}
	*v = (struct visit){.sandbox = s,
	    .request = r,
	    .arena = request_arena(r),
	    .method = method,
	    .path = request_path(r),
	    .now = clock_wall(s->conf.clock)};
	v->door = door_of(v->path, &at);
	v->state = s->states[at];
	v->tail = (struct str){v->path.p + strlen(v->door->prefix),
	    v->path.n - strlen(v->door->prefix)};
	strike(s, v);
	if (v->strike.kind == RULE_DELAY)
		request_wait_longer(r, v->strike.ms);
	if (v->strike.kind == RULE_STATUS)
		fail_as_asked(v);
	else if (v->strike.kind == RULE_CUT_BEFORE)
		sb_visit_reply(v, 0, NULL, (struct str){0});
	else
		v->door->handle(v);
}

/* ---- a visit ends ------------------------------------------------------- */

static void
note_request(struct visit *v, unsigned status)
{
	struct sandbox *s = v->sandbox;
	struct record r = {.at = v->now,
	    .vendor = v->door->name,
	    .kind = v->method,
	    .word = v->error,
	    .code = v->code,
	    .statuses = {status}};
	struct buf b = {0};

	sb_put_text(&b, "path", v->path);
	sandbox_lock(s);
	(void)sb_ledger_add(&s->requests, &r, buf_view(&b));
	sandbox_unlock(s);
	buf_free(&b);
}

static void
not_told(struct visit *v)
{
	struct sandbox *s = v->sandbox;
	struct record *r;
	unsigned i;

	sandbox_lock(s);
	for (i = 0; i < v->effect_count; i++) {
		r = sb_ledger_get(&s->effects, v->effects[i]);
		if (r != NULL)
			r->told = false;
	}
	sandbox_unlock(s);
}

struct late {
	struct visit *visit;
	unsigned status;
	const char *type;
	struct str body;
};

/* The visit is gone with the reply. */
static void
reply(struct visit *v, unsigned status, const char *type, struct str body)
{
	if (v->busy != NULL)
		atomic_fetch_sub(v->busy, 1);
	request_reply(v->request, status, type, body);
}

static void
reply_late(void *late)
{
	struct late *l = late;

	if (request_is_over(l->visit->request))
		not_told(l->visit);
	reply(l->visit, l->status, l->type, l->body);
}

/* False: it cannot be held back. */
static bool
hold_back(struct visit *v, unsigned status, const char *type, struct str body)
{
	struct late *l = arena_alloc(v->arena, sizeof(*l));

	if (l == NULL)
		return false;
	*l = (struct late){v, status, type, arena_copy(v->arena, body)};
	return sb_courier_later(
		   v->sandbox->courier, v->strike.ms, reply_late, l) == OK;
}

static bool
is_cut(const struct visit *v)
{
	return v->strike.kind == RULE_CUT_BEFORE ||
	       v->strike.kind == RULE_CUT_AFTER;
}

void
sb_visit_reply(
    struct visit *v, unsigned status, const char *type, struct str body)
{
	enum rule_kind rule = v->strike.kind;

	if (is_cut(v))
		v->error = "cut";
	note_request(v, is_cut(v) ? 0 : rule == RULE_GARBAGE ? 200 : status);
	if (is_cut(v) || rule == RULE_GARBAGE)
		not_told(v);
	if (is_cut(v) && v->busy != NULL)
		atomic_fetch_sub(v->busy, 1);
	if (is_cut(v))
		request_cut(v->request);
	else if (rule == RULE_GARBAGE)
		reply(v, 200, "application/json",
		    (struct str){garbage, sizeof(garbage) - 1});
	else if (rule != RULE_DELAY || !hold_back(v, status, type, body))
		reply(v, status, type, body);
}

void
sb_visit_stream(struct visit *v, const char *type, size_t queue_max,
    void (*closed)(void *arg), void *arg)
{
	note_request(v, 200);
	if (v->busy != NULL)
		atomic_fetch_sub(v->busy, 1);
	request_stream(v->request, type, queue_max, closed, arg);
}

void
sb_visit_untold(struct visit *v)
{
	not_told(v);
}

void
sandbox_effect(struct sandbox *s, struct visit *v, const struct effect *e)
{
	struct record r = {.at = clock_wall(s->conf.clock),
	    .vendor = e->vendor,
	    .kind = e->kind,
	    .told = true};
	struct buf b = {0};
	uint64_t n;

	sb_put_text(&b, "account", e->account);
	if (e->from.n > 0)
		sb_put_text(&b, "from", e->from);
	sb_put_text(&b, "to", e->to);
	if (e->thread.n > 0)
		sb_put_text(&b, "thread", e->thread);
	sb_put_text(&b, "text", e->text);
	sb_put_text(&b, "id", e->id);
	if (e->row > 0)
		sb_put_number(&b, "row", (int64_t)e->row);
	if (e->more.n > 0) {
		buf_char(&b, ',');
		buf_add(&b, e->more.p, e->more.n);
	}
	n = b.failed ? 0 : sb_ledger_add(&s->effects, &r, buf_view(&b));
	buf_free(&b);
	if (v != NULL && n > 0 && v->effect_count < VISIT_EFFECTS)
		v->effects[v->effect_count++] = n;
}

/* ---- JSON, written ------------------------------------------------------ */

static void
put_name(struct buf *b, const char *name)
{
	if (b->len > 0 && b->data[b->len - 1] != '{' &&
	    b->data[b->len - 1] != '[')
		buf_char(b, ',');
	buf_char(b, '"');
	buf_str(b, name);
	buf_str(b, "\":");
}

void
sb_put_text(struct buf *b, const char *name, struct str value)
{
	put_name(b, name);
	buf_json(b, value);
}

void
sb_put_raw(struct buf *b, const char *name, struct str json)
{
	put_name(b, name);
	buf_add(b, json.p, json.n);
}

void
sb_put_number(struct buf *b, const char *name, int64_t value)
{
	put_name(b, name);
	buf_i64(b, value);
}

/* ---- routes ------------------------------------------------------------- */

#define SERVED_BY(method) \
	static void serve_##method(struct request *r) \
	{ \
		serve(r, #method); \
	}
SERVED_BY(GET)
SERVED_BY(POST)
SERVED_BY(PUT)
SERVED_BY(PATCH)
SERVED_BY(DELETE)

static void
control_get(struct request *r)
{
	sb_control_serve(request_context(r), r, "GET");
}

static void
control_post(struct request *r)
{
	sb_control_serve(request_context(r), r, "POST");
}

static const struct route fixed[] = {
    {.method = "GET", .path = "/", .handle = sb_page_serve},
    {.method = "GET", .path = "/phone", .handle = sb_page_serve},
    {.method = "GET", .path = "/mailbox", .handle = sb_page_serve},
    {.method = "GET", .path = "/slack", .handle = sb_page_serve},
    {.method = "GET", .path = "/page/*", .handle = sb_page_serve},
    {.method = "GET", .path = "/control/*", .handle = control_get},
    {.method = "POST",
	.path = "/control/*",
	.body_max = CONTROL_BODY_MAX,
	.handle = control_post},
};

static const struct {
	const char *method;
	void (*serve)(struct request *r);
} methods[DOOR_METHODS] = {
    {"GET", serve_GET},
    {"POST", serve_POST},
    {"PUT", serve_PUT},
    {"PATCH", serve_PATCH},
    {"DELETE", serve_DELETE},
};

static void
make_routes(struct sandbox *s)
{
	unsigned n = 0, d, m;
	char *path;

	for (d = 0; d < ARRAY_LEN(fixed); d++)
		s->routes[n++] = fixed[d];
	for (d = 0; d < sb_door_count; d++)
		for (m = 0; m < DOOR_METHODS && sb_doors[d].prefix != NULL;
		     m++) {
			path = s->route_paths[d];
			(void)snprintf(
			    path, ROUTE_PATH_MAX, "%s*", sb_doors[d].prefix);
			s->routes[n++] = (struct route){
			    .method = methods[m].method,
			    .path = path,
			    .body_max = sb_doors[d].body_max,
			    .any_type = true,
			    .handle = methods[m].serve};
		}
}

static void
set_base(struct sandbox *s)
{
	const char *colon = strrchr(s->conf.listen, ':');

	(void)snprintf(s->base, sizeof(s->base), "http://%.*s:%u",
	    (int)(colon - s->conf.listen), s->conf.listen, http_port(s->front));
}

enum err
sb_front_start(struct sandbox *s, char *why, size_t why_size)
{
	const struct http_conf conf = {.listen = s->conf.listen,
	    .routes = s->routes,
	    .threads = s->conf.threads == 0 ? THREADS : s->conf.threads,
	    .connections_max = CONNECTIONS,
	    .request_ms = REQUEST_MS,
	    .reply_ms = REPLY_MS,
	    .idle_ms = IDLE_MS,
	    .trusted_proxies = "",
	    .context = s,
	    .log = s->conf.log,
	    .metrics = s->conf.metrics,
	    .clock = s->conf.clock};
	enum err e;

	make_routes(s);
	/* Visits wait for the lock, and so for the base. */
	sandbox_lock(s);
	e = http_start(&conf, &s->front, why, why_size);
	if (e == OK)
		set_base(s);
	sandbox_unlock(s);
	return e;
}
