/*
 * gateway: the table of routes, and the order in which its parts begin and
 * end.
 */
#include "gateway/gateway.h"
#include "gateway/echo.h"
#include "gateway/files.h"
#include "gateway/hooks.h"
#include "gateway/http.h"
#include "gateway/hub.h"
#include "gateway/limits.h"
#include "gateway/ops.h"
#include "gateway/presence.h"
#include "gateway/seller_http.h"
#include "gateway/seller_room.h"
#include "gateway/staff.h"
#include "gateway/static.h"
#include "gateway/visitor.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Unread bytes of all WebSockets together. */
#define QUEUE_TOTAL ((size_t)512 << 20)
/* Addresses and conversations whose buckets are not full. */
#define LIMIT_KEYS 65536u
/* For each message a visitor may also say that often that they type etc. */
#define FRAMES_PER_MESSAGE 8u
/* And a seller may ask so often by HTTP, reading included. */
#define ASKS_PER_MESSAGE 32u
#define SILENT_MS 10000

/* ---- routes ------------------------------------------------------------ */

#define VISITOR(m, p, h) \
	{ \
		.method = m, .path = "/v1/visitor/" p, .any_origin = true, \
		.handle = h \
	}

#define STAFF(m, p, h) \
	{ \
		.method = m, .path = "/v1/staff/" p, .handle = h \
	}

static const struct route routes[] = {
    VISITOR("POST", "session", visitor_session),
    VISITOR("POST", "messages", visitor_messages),
    VISITOR("POST", "typing", visitor_typing),
    VISITOR("POST", "seen", visitor_seen),
    VISITOR("POST", "identify", visitor_identify),
    VISITOR("POST", "handoff", visitor_handoff),
    VISITOR("POST", "leave", visitor_leave),
    VISITOR("GET", "events", visitor_events),
    VISITOR("GET", "stream", visitor_stream),
    VISITOR("GET", "socket", visitor_connect),
    STAFF("POST", "login", staff_login),
    STAFF("POST", "accept", staff_accept),
    STAFF("GET", "me", staff_me),
    STAFF("POST", "logout", staff_logout),
    STAFF("POST", "password", staff_password),
    STAFF("POST", "totp/begin", staff_totp_begin),
    STAFF("POST", "totp/confirm", staff_totp_confirm),
    STAFF("POST", "totp/codes", staff_totp_codes),
    STAFF("POST", "totp/remove", staff_totp_remove),
    STAFF("GET", "sessions", staff_sessions),
    STAFF("DELETE", "sessions", staff_sessions_end),
    STAFF("DELETE", "sessions/*", staff_sessions_end),
    STAFF("GET", "agents", staff_agents),
    STAFF("GET", "agents/*", staff_agents),
    STAFF("PATCH", "agents/*", staff_agent_change),
    STAFF("POST", "agents/*", staff_agent_post),
    STAFF("DELETE", "agents/*", staff_agent_end),
    STAFF("POST", "invitations", staff_invite),
    STAFF("GET", "roles", staff_roles),
    STAFF("PUT", "roles/*", staff_role_put),
    STAFF("DELETE", "roles/*", staff_role_end),
    STAFF("GET", "keys", staff_keys),
    STAFF("POST", "keys", staff_key_new),
    STAFF("DELETE", "keys/*", staff_key_end),
    STAFF("GET", "socket", seller_connect),
    STAFF("GET", "conversations", seller_conversations),
    STAFF("GET", "conversations/*", seller_get),
    STAFF("POST", "conversations/*", seller_post),
    STAFF("PUT", "conversations/*", seller_put),
    STAFF("GET", "counts", seller_counts),
    STAFF("GET", "search", seller_search),
    STAFF("GET", "canned", seller_canned),
    STAFF("PUT", "canned/*", seller_canned_put),
    STAFF("DELETE", "canned/*", seller_canned_end),
    STAFF("GET", "labels", seller_labels),
    STAFF("PUT", "labels/*", seller_label_put),
    STAFF("DELETE", "labels/*", seller_label_end),
    STAFF("GET", "audit", seller_audit),
    STAFF("GET", "lanes", seller_lanes),
    STAFF("GET", "lanes/*", seller_lane_get),
    STAFF("POST", "lanes/*", seller_lane_post),
    STAFF("POST", "outbox/*", seller_row_post),
    {.method = "GET", .path = "/v1/files/*", .handle = files_serve},
    {.method = "GET", .path = "/hooks/*", .handle = hooks_get},
    {.method = "POST",
	.path = "/hooks/*",
	.body_max = HOOK_BODY_MAX,
	.any_type = true,
	.handle = hooks_post},
    {.method = "GET", .path = "/health", .handle = ops_health},
    {.method = "GET", .path = "/metrics", .handle = ops_metrics},
    {.method = "GET", .path = "/demo.json", .handle = static_demo},
    {.method = "GET", .path = "/test/echo", .handle = echo_connect},
    {.method = "GET", .path = "/console", .handle = static_to_console},
    {.method = "GET", .path = "/console/*", .handle = static_console},
    {.method = "GET", .path = "/*", .handle = static_serve},
    {.path = NULL},
};

/* ---- start ------------------------------------------------------------- */

static unsigned
times(unsigned n, unsigned by)
{
	return n > UINT32_MAX / by ? UINT32_MAX : n * by;
}

static enum err
start_limits(struct gateway *g)
{
	const struct gateway_conf *c = &g->conf;
	const struct limit_rule rules[VISITOR_LIMITS] = {
	    [LIMIT_MESSAGES] = {c->visitor_burst, c->visitor_per_minute},
	    [LIMIT_FRAMES] = {times(c->visitor_burst, FRAMES_PER_MESSAGE),
		times(c->visitor_per_minute, FRAMES_PER_MESSAGE)},
	    [LIMIT_SESSIONS] = {c->sessions_per_minute, c->sessions_per_minute},
	    [LIMIT_STAFF_MESSAGES] = {c->staff_burst, c->staff_per_minute},
	    [LIMIT_STAFF_FRAMES] = {times(c->staff_burst, FRAMES_PER_MESSAGE),
		times(c->staff_per_minute, FRAMES_PER_MESSAGE)},
	    [LIMIT_STAFF_ASKS] = {times(c->staff_burst, ASKS_PER_MESSAGE),
		times(c->staff_per_minute, ASKS_PER_MESSAGE)},
	};

	g->limits = limits_new(rules, VISITOR_LIMITS, LIMIT_KEYS);
	g->crowd = crowd_new(c->connections_max, c->connections_per_address);
	return g->limits == NULL || g->crowd == NULL ? E_NOMEM : OK;
}

/* The first hub last: it passes news on to all of the others. */
static enum err
start_hubs(struct gateway *g)
{
	unsigned n = g->conf.hub_threads, i;
	struct hub_conf conf = {.gateway = g, .queue_total = QUEUE_TOTAL / n};
	enum err e = OK;

	g->hubs = calloc(n, sizeof(struct hub *));
	if (g->hubs == NULL)
		return E_NOMEM;
	for (i = n; i > 0 && e == OK; i--) {
		conf.index = i - 1;
		e = hub_start(&conf, &g->hubs[i - 1]);
	}
	return e;
}

static enum err
start_front(struct gateway *g, char *why, size_t why_size)
{
	const struct gateway_conf *c = &g->conf;
	const struct http_conf conf = {
	    .listen = c->listen,
	    .routes = routes,
	    .threads = c->http_threads,
	    .connections_max = c->connections_max,
	    .connections_per_address = c->connections_per_address,
	    .request_ms = c->request_ms,
	    .reply_ms = c->reply_ms,
	    .idle_ms = c->idle_ms,
	    .trusted_proxies = c->trusted_proxies,
	    .context = g,
	    .log = g->log,
	    .metrics = g->metrics,
	    .clock = g->clock,
	};

	return http_start(&conf, &g->front, why, why_size);
}

/*
 * Where it is not set, there is only where we listen: good for a vendor on the
 * same machine, which is what the sandbox is.
 */
static void
set_public_url(struct gateway *g)
{
	const char *listen = g->conf.listen, *colon = strrchr(listen, ':');
	int n = colon == NULL ? (int)strlen(listen) : (int)(colon - listen);

	if (g->conf.public_url[0] != '\0') {
		atomic_store(&g->public_url, g->conf.public_url);
		return;
	}
	(void)snprintf(g->own_url, sizeof(g->own_url), "http://%.*s:%u",
	    n == 0 ? 9 : n, n == 0 ? "localhost" : listen, http_port(g->front));
	atomic_store(&g->public_url, g->own_url);
}

enum err
gateway_start(struct gateway *g, char *why, size_t why_size)
{
	uint64_t origin;
	enum err e;

	if (g->conf.hub_threads == 0)
		g->conf.hub_threads = 1;
	/* Another gateway's marks come with its news: they must differ. */
	randombytes_buf(&origin, sizeof(origin));
	atomic_store(&g->next_origin, origin);
	if ((e = start_limits(g)) != OK || (e = start_hubs(g)) != OK ||
	    (e = hooks_start(g, &g->hooks)) != OK ||
	    (e = staff_start(g, &g->staff)) != OK) {
		(void)snprintf(
		    why, why_size, "the hubs cannot start: %s", err_name(e));
		goto fail;
	}
	staff_on_ended(g->staff, seller_room_ended, g);
	if ((e = ops_start(g, why, why_size)) != OK ||
	    (e = start_front(g, why, why_size)) != OK)
		goto fail;
	set_public_url(g);
	return OK;
fail:
	gateway_stop(g);
	return e;
}

unsigned
gateway_port(const struct gateway *g)
{
	return http_port(g->front);
}

/* ---- health ------------------------------------------------------------ */

bool
gateway_hubs_alive(const struct gateway *g, struct buf *detail)
{
	int64_t now = clock_steady(g->clock), silent;
	unsigned i;

	for (i = 0; i < g->conf.hub_threads; i++) {
		silent = now - hub_alive_at(g->hubs[i]);
		if (silent < SILENT_MS)
			continue;
		buf_addf(
		    detail, "hub %u silent for %lld ms", i, (long long)silent);
		return false;
	}
	buf_addf(detail, "%u hubs", g->conf.hub_threads);
	return true;
}

/* ---- stop -------------------------------------------------------------- */

static void
each_hub(struct gateway *g, void (*fn)(struct hub *h))
{
	unsigned i;

	for (i = 0; g->hubs != NULL && i < g->conf.hub_threads; i++)
		if (g->hubs[i] != NULL)
			fn(g->hubs[i]);
}

static void
stop_front(struct http **h)
{
	if (*h != NULL)
		http_stop(*h);
	*h = NULL;
}

void
gateway_stop(struct gateway *g)
{
	atomic_store(&g->ending, true);
	/* Who is cut off now is back in a moment. */
	presence_freeze(g->presence);
	each_hub(g, hub_drain);
	each_hub(g, hub_drained);
	stop_front(&g->front);
	stop_front(&g->ops);
	/* Its work may have something to tell the hubs. */
	staff_stop(g->staff);
	g->staff = NULL;
	/* The first hub first: after it nobody passes news on. */
	each_hub(g, hub_stop);
	free(g->hubs);
	g->hubs = NULL;
	hooks_stop(g->hooks);
	g->hooks = NULL;
	limits_free(g->limits);
	crowd_free(g->crowd);
	g->limits = NULL;
	g->crowd = NULL;
}
