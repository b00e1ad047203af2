/*
 * seller_connect: may this one have a WebSocket? Everything that can be
 * refused is refused before the 101: a browser is told nothing after it.
 */
#include "gateway/seller_socket.h"
#include "gateway/visitor.h"
#include "gateway/ws_connect.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Nothing shown: then hello brings a key. */
static bool
shows_something(struct request *r)
{
	struct str cookies = request_header(r, "Cookie");

	return request_header(r, "Authorization").p != NULL ||
	       (cookies.n > 0 &&
		   memmem(cookies.p, cookies.n, "frontdesk=", 10) != NULL);
}

static bool
is_ours(struct request *r, struct frame_error *error)
{
	const struct gateway *g = request_context(r);
	struct str origin = request_header(r, "Origin");
	const struct origin_rule rule = {.own = request_own_origin(r),
	    .public_url = str_from(g->conf.public_url)};

	error->code = FAULT_BAD_ORIGIN;
	error->detail = STR("only our own pages may do that");
	return origin.p == NULL || origin_allowed(origin, &rule);
}

static struct seller_socket *
socket_new(struct request *r, struct frame_error *error)
{
	struct gateway *g = request_context(r);
	struct seller_socket *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		error->code = FAULT_BUSY;
		error->detail = STR("no memory; try again");
		return NULL;
	}
	s->ws.kind = &seller_ws;
	s->origin = atomic_fetch_add(&g->next_origin, 1) + 1;
	s->from = visitor_address(r);
	s->is_known = shows_something(r);
	if ((!s->is_known || staff_caller(r, MAY_ANSWER, &s->who, error)) &&
	    ws_admit(g, &s->from, error))
		return s;
	free(s);
	return NULL;
}

void
seller_connect(struct request *r)
{
	struct gateway *g = request_context(r);
	struct seller_socket *s = NULL;
	struct frame_error error = {0};
	struct handshake shake;

	if (!ws_handshake(r, &shake))
		return;
	if (atomic_load(&g->ending)) {
		error.code = FAULT_GOING_AWAY;
		error.detail = STR("connect again in a moment");
	} else if (is_ours(r, &error)) {
		error = (struct frame_error){0};
		s = socket_new(r, &error);
	}
	if (s == NULL)
		request_fault(r, &error);
	else
		ws_connect(r, &shake, g->hubs[s->origin % g->conf.hub_threads],
		    &s->ws);
}
