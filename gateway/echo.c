/* echo: what comes in goes out, text and binary alike. */
#include "gateway/echo.h"
#include "gateway/address.h"
#include "gateway/gateway.h"
#include "gateway/ws_connect.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <wslay/wslay.h>

#define ECHO_MAX (16u * 1024 * 1024)

static void
message(struct ws *w, enum ws_what what, struct str payload)
{
	struct piece *p = piece_frame(
	    what == WS_TEXT ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME, payload);

	if (p == NULL)
		ws_close(w, 1011, STR("no memory"));
	else
		ws_send(w, p);
	piece_unref(p);
}

static void
ended(struct ws *w)
{
	(void)w;
}

static void
freed(struct ws *w)
{
	free(w);
}

static const struct ws_kind echo_ws = {
    .name = "echo",
    .limits = {.message_max = ECHO_MAX},
    .queue_max = 2 * ECHO_MAX,
    .message = message,
    .ended = ended,
    .freed = freed,
};

static bool
is_here(struct str text)
{
	struct networks here;
	struct address a;
	char why[80];

	return address_read(text, &a) &&
	       networks_read("127.0.0.0/8, ::1", &here, why, sizeof(why)) ==
		   OK &&
	       networks_hold(&here, &a);
}

void
echo_connect(struct request *r)
{
	struct gateway *g = request_context(r);
	struct frame_error error = {.code = FAULT_NOT_FOUND};
	struct handshake shake;
	struct ws *w;
	uint64_t turn;

	if (!g->conf.echo || !is_here(request_address(r))) {
		request_fault(r, &error);
		return;
	}
	if (!ws_handshake(r, &shake))
		return;
	w = calloc(1, sizeof(*w));
	if (w == NULL) {
		error.code = FAULT_BUSY;
		request_fault(r, &error);
		return;
	}
	w->kind = &echo_ws;
	turn = atomic_fetch_add(&g->next_origin, 1);
	ws_connect(r, &shake, g->hubs[turn % g->conf.hub_threads], w);
}
