/*
 * ws_connect: the descriptor and the bytes that came along travel to the
 * hub's thread as a letter.
 */
#include "gateway/ws_connect.h"
#include "gateway/limits.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct newcomer {
	struct mail mail;
	struct hub *hub;
	struct ws *ws;
	int fd;
	struct buf extra;
};

bool
ws_admit(
    struct gateway *g, const struct address *from, struct frame_error *error)
{
	if (atomic_fetch_add(&g->sockets, 1) >= g->conf.connections_max) {
		error->code = FAULT_BUSY;
		error->detail = STR("there are as many WebSockets as may be");
	} else if (!crowd_enter(g->crowd, from)) {
		error->code = FAULT_TOO_MANY;
		error->detail = STR("too many WebSockets from this address");
	} else {
		return true;
	}
	atomic_fetch_sub(&g->sockets, 1);
	return false;
}

void
ws_dismiss(struct gateway *g, const struct address *from)
{
	crowd_leave(g->crowd, from);
	atomic_fetch_sub(&g->sockets, 1);
}

bool
ws_handshake(struct request *r, struct handshake *out)
{
	const struct handshake_ask ask = {
	    .upgrade = request_header(r, "Upgrade"),
	    .connection = request_header(r, "Connection"),
	    .version = request_header(r, "Sec-WebSocket-Version"),
	    .key = request_header(r, "Sec-WebSocket-Key"),
	    .protocols = request_header(r, "Sec-WebSocket-Protocol"),
	};
	struct frame_error error = {0};

	*out = handshake_check(&ask);
	if (request_is_head(r)) {
		out->fault = FAULT_BAD_METHOD;
		out->detail = STR("a WebSocket begins with GET");
	}
	if (out->fault == FAULT_NONE)
		return true;
	error.code = out->fault;
	error.detail = out->detail;
	if (error.code == FAULT_NO_UPGRADE) {
		request_add_header(r, "Upgrade", STR("websocket"));
		request_add_header(r, "Sec-WebSocket-Version", STR("13"));
	}
	request_fault(r, &error);
	return false;
}

static void
arrival_free(struct newcomer *a)
{
	hub_release(a->hub);
	buf_free(&a->extra);
	free(a);
}

/* On the hub's thread. */
static void
arrived(void *owner, struct mail *m)
{
	struct newcomer *a = CONTAINER_OF(m, struct newcomer, mail);

	ws_open(owner, a->ws, a->fd);
	ws_receive(a->ws, buf_view(&a->extra));
	arrival_free(a);
}

static void
take(void *arg, int fd, struct str extra)
{
	struct newcomer *a = arg;

	if (extra.n > 0)
		buf_add(&a->extra, extra.p, extra.n);
	if (fd >= 0 && !a->extra.failed) {
		a->fd = fd;
		hub_post(a->hub, &a->mail);
		return;
	}
	if (fd >= 0)
		close(fd);
	a->ws->kind->freed(a->ws);
	arrival_free(a);
}

void
ws_connect(struct request *r, const struct handshake *shake, struct hub *h,
    struct ws *w)
{
	struct frame_error error = {
	    .code = FAULT_BUSY, .detail = STR("no memory; try again")};
	struct newcomer *a = calloc(1, sizeof(*a));

	w->hub = h;
	if (a == NULL) {
		w->kind->freed(w);
		request_fault(r, &error);
		return;
	}
	a->mail.fn = arrived;
	a->hub = h;
	a->ws = w;
	hub_hold(h);
	request_upgrade(r, str_from(shake->accept), shake->protocol, take, a);
}
