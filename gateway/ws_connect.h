/*
 * ws_connect: from a GET to a WebSocket on a hub. On HTTP threads.
 */
#ifndef GATEWAY_WS_CONNECT_H
#define GATEWAY_WS_CONNECT_H

#include "gateway/address.h"
#include "gateway/handshake.h"
#include "gateway/http.h"
#include "gateway/ws.h"

/*
 * A place among all WebSockets, and among those of its address; given back
 * with ws_dismiss(). False: *error says which there is none of.
 */
bool ws_admit(struct gateway *g, const struct address *from,
    struct frame_error *error) MUST_USE;
void ws_dismiss(struct gateway *g, const struct address *from);

/* Checks the handshake; false: r has been answered with what is wrong. */
bool ws_handshake(struct request *r, struct handshake *out) MUST_USE;

/*
 * Answers r with 101 and opens w, zeroed but for kind, on this hub. Whatever
 * goes wrong from here on, w->kind->freed() is called, at last, on some
 * thread.
 */
void ws_connect(struct request *r, const struct handshake *shake, struct hub *h,
    struct ws *w);

#endif
