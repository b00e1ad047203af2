/*
 * seller_socket: one WebSocket of a seller, from the handshake on. All of it
 * runs on its hub's thread, but for what stands at the end.
 */
#ifndef GATEWAY_SELLER_SOCKET_H
#define GATEWAY_SELLER_SOCKET_H

#include "core/idmap.h"
#include "gateway/address.h"
#include "gateway/seller_list.h"
#include "gateway/ws.h"

struct seller_desk;
struct seller_room;

/* A conversation that is followed. */
struct seller_watch {
	struct watcher watcher;
	struct seller_socket *socket;
};

/* The list that is followed, beside mine. */
struct seller_follow {
	bool on;
	struct list_ask list;
	char label[4 * FIELD_WORD_MAX + 1], team[64];
	size_t limit;
};

struct seller_socket {
	struct ws ws;
	struct caller who;
	struct address from;
	uint64_t origin; /* of news that it causes itself */
	bool is_known;	 /* who; before hello only by a cookie */
	bool said_hello;
	bool is_present; /* counts in presence, under this number: */
	int64_t present_as;
	unsigned under_way, refused;
	int64_t look_at; /* steady ms: ask whether they may still */
	struct seller_watch *watches; /* SELLER_WATCH_MAX; NULL: none yet */
	struct seller_follow follow;
	struct idmap shown; /* conversations in a list of theirs; value 0 */
	bool watching;	    /* the row that is being told */
	bool stale;	    /* it lacks rows: both lists are sent anew */
	int64_t lists_at;   /* steady ms; not before */

	/* seller_room.c's. */
	struct seller_room *room;
	struct seller_desk *desk;
	struct seller_socket *next_room, **link_room;
	struct seller_socket *next_desk, **link_desk;
};

extern const struct ws_kind seller_ws;

/* Whose watcher it is; NULL: no seller's. */
struct seller_socket *seller_of_watcher(struct watcher *w);
struct gateway *seller_gateway(const struct seller_socket *s);
/* What it may read with; the arena is the turn's. */
struct seller_ask seller_ask(const struct seller_socket *s);
/* Text is emptied by the next call of hub_text(). */
void seller_send_text(struct seller_socket *s, const struct buf *text);
void seller_send_refusal(
    struct seller_socket *s, const struct seller_refusal *no);
/* And a close if the fault's row says so. */
void seller_send_fault(
    struct seller_socket *s, const struct frame_error *error);

/* ---- seller_hello.c ------------------------------------------------------ */

/* The first frame. */
void seller_hello(struct seller_socket *s, const struct seller_frame *f);
/* Are they still let in, and what may they do? Closes it if not. */
void seller_look(struct seller_socket *s);
/* Both lists anew, as far as they are followed. */
void seller_send_lists(struct seller_socket *s);
void seller_send_view(struct seller_socket *s);

/* ---- any thread ---------------------------------------------------------- */

/* GET /v1/staff/socket. */
void seller_connect(struct request *r);

#endif
