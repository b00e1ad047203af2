/*
 * visitor_socket: one visitor's WebSocket, from the handshake on.
 */
#ifndef GATEWAY_VISITOR_SOCKET_H
#define GATEWAY_VISITOR_SOCKET_H

#include "gateway/address.h"
#include "gateway/visitor.h"
#include "gateway/ws.h"

struct visitor_socket {
	struct ws ws;
	struct watcher watcher;
	struct token who; /* before hello only the company */
	struct address from;
	bool said_hello;
	bool handing;	       /* asked for a person; waits for under_way */
	unsigned under_way;    /* ops that have not come home */
	unsigned kept;	       /* acks */
	unsigned refused;      /* in a row */
	uint64_t wanted;       /* the seller they asked for with it */
	uint64_t seen;	       /* the highest mark it sent */
	struct kept_ack *acks; /* waiting for their place, by seq */
};

extern const struct ws_kind visitor_ws;

/* Gives its place among the WebSockets back, too. */
void visitor_socket_free(struct visitor_socket *v);

/* ---- visitor_hello.c: on the hub's thread ------------------------------ */

/* The first frame: finds or opens the conversation, and says welcome. */
void visitor_hello(struct visitor_socket *v, const struct frame *f);

/* ---- visitor_socket.c: on the hub's thread ----------------------------- */

struct gateway *visitor_gateway(const struct visitor_socket *v);
void visitor_send_text(struct visitor_socket *v, const struct buf *text);
/* An error frame, and a close if the fault's row says so. */
void visitor_send_fault(
    struct visitor_socket *v, const struct frame_error *error);
/* The same; who is refused again and again is sent away. */
void visitor_send_refusal(
    struct visitor_socket *v, const struct frame_error *error);
/* The store said no. */
void visitor_send_error(struct visitor_socket *v, enum err e, struct str id);
/*
 * Takes o (NULL: no memory was left for it); `home` is run on the hub's
 * thread when it is done, as the letter o->mail, and must end with
 * visitor_came_home(). On an error the client is told.
 */
void visitor_submit(struct visitor_socket *v, struct visitor_op *o,
    void (*home)(void *hub, struct mail *m));
void visitor_came_home(struct visitor_socket *v);
/* A `home` that acknowledges what was stored. */
void visitor_acked(void *hub, struct mail *m);
/* To people, and to `wanted` if they can; no op may be under way. */
void visitor_hand_over(struct visitor_socket *v);
/* A conversation that was just opened: to this seller if they can. */
void visitor_hand_over_new(
    struct visitor_socket *v, struct company *company, uint64_t seller);

/* ---- visitor_frames.c: on the hub's thread ----------------------------- */

/* Hello too; before it nothing else may come. */
void visitor_frame(struct visitor_socket *v, const struct frame *f);
/* One that cannot be read. */
void visitor_frame_wrong(
    struct visitor_socket *v, const struct frame_error *error);

/* How it follows its conversation. */
extern const struct watcher_kind visitor_watcher;

#endif
