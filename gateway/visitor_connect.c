/*
 * visitor_connect: may this visitor have a WebSocket? Everything that can be
 * refused is refused before the 101: a browser is told nothing after it.
 */
#include "gateway/visitor_socket.h"
#include "gateway/ws_connect.h"

#include <stdatomic.h>
#include <stdlib.h>

static struct visitor_socket *
socket_new(struct request *r, int64_t company, struct frame_error *error)
{
	struct gateway *g = request_context(r);
	struct visitor_socket *v = calloc(1, sizeof(*v));

	error->code = FAULT_BUSY;
	error->detail = STR("no memory; try again");
	if (v == NULL)
		return NULL;
	v->ws.kind = &visitor_ws;
	v->who.company = company;
	v->watcher.origin = atomic_fetch_add(&g->next_origin, 1) + 1;
	v->from = visitor_address(r);
	if (ws_admit(g, &v->from, error))
		return v;
	free(v);
	return NULL;
}

void
visitor_socket_free(struct visitor_socket *v)
{
	ws_dismiss(hub_gateway(v->ws.hub), &v->from);
	free(v);
}

void
visitor_connect(struct request *r)
{
	struct gateway *g = request_context(r);
	struct company *company = NULL;
	struct visitor_socket *v = NULL;
	struct frame_error error = {0};
	struct handshake shake;

	if (!ws_handshake(r, &shake))
		return;
	if (atomic_load(&g->ending)) {
		error.code = FAULT_GOING_AWAY;
		error.detail = STR("connect again in a moment");
		request_fault(r, &error);
		return;
	}
	if (visitor_company(r, request_query(r, "company"), &company, &error))
		v = socket_new(r, company->id, &error);
	company_unref(company);
	if (v == NULL)
		request_fault(r, &error);
	else
		ws_connect(r, &shake,
		    g->hubs[v->watcher.origin % g->conf.hub_threads], &v->ws);
}
