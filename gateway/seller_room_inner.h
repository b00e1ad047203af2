/*
 * seller_room_inner: what the files of the room share. Nobody else includes
 * it.
 */
#ifndef GATEWAY_SELLER_ROOM_INNER_H
#define GATEWAY_SELLER_ROOM_INNER_H

#include "gateway/seller_room.h"

#define DESK_CHAINS 64u
#define CHANGE_CHAINS 1024u
#define OFFER_CHAINS 256u

struct seller_desk {
	int64_t agent; /* 0: keys of the company's own */
	struct seller_socket *sockets;
	struct seller_desk *next;
};

struct seller_room {
	int64_t company;
	struct seller_socket *sockets;
	struct seller_desk *desks[DESK_CHAINS];
	unsigned follows[VIEWS], followers; /* who follows which list */
	bool counts_changed;
	int64_t counts_at; /* steady ms; not before */
	struct seller_room *next;
};

/* A conversation whose row changed a moment ago. */
struct change {
	int64_t conversation, company;
	bool again;    /* while it is quiet */
	bool is_quiet; /* told; in the other line until `until` */
	int64_t until; /* steady ms */
	struct change *next_same, *next_line;
};

/* One that is offered to somebody at a desk here. */
struct open_offer {
	int64_t conversation, company, agent;
	struct open_offer *next;
};

/* All of a hub. */
struct rooms {
	struct hub *hub;
	struct seller_room *first;
	bool untidy;
	/* Rows: to be told; and told, with a pause to keep. */
	struct change *changes[CHANGE_CHAINS];
	struct change *fresh, **fresh_last, *quiet, **quiet_last;
	size_t change_count;
	bool any_stale;
	struct open_offer *offers[OFFER_CHAINS];
	unsigned offers_unchecked; /* chains that are to be held against the
				    * store */
	/* The audit: its newest line that was looked at; when to look. */
	int64_t audit_seen, look_at;
	bool look_at_all; /* nobody knows what was before */
};

struct rooms *rooms_of(const struct hub *h); /* NULL: nobody came yet */
struct seller_room *room_find(const struct rooms *r, int64_t company);
struct seller_desk *desk_find(const struct seller_room *room, int64_t agent);

/* NULL: no memory. */
struct piece *room_piece(const struct buf *text);
/* Who does not keep up is left out. p may be NULL. */
void room_tell(struct seller_room *room, struct piece *p);
void desk_tell(struct seller_desk *d, struct piece *p);

/* ---- seller_over.c ------------------------------------------------------- */

/* Before the first one comes. */
void over_begin(struct rooms *r);
void over_step(struct rooms *r);

/* ---- seller_rows_live.c -------------------------------------------------- */

void rows_news(struct rooms *r, struct seller_room *room, const struct news *n);
void rows_changed(
    struct rooms *r, struct seller_room *room, int64_t conversation);
bool rows_step(struct rooms *r);
void rows_forget(struct rooms *r);

/* ---- seller_offers.c ----------------------------------------------------- */

void offers_news(
    struct rooms *r, struct seller_room *room, const struct news *n);
void offers_check_all(struct rooms *r);
bool offers_step(struct rooms *r);
/* Nobody is at that desk. */
void offers_forget(struct rooms *r, const struct seller_desk *d);

#endif
