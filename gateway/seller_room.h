/*
 * seller_room: who of each company is on this hub, and what they are told
 * without having asked: rows that changed, offers, counts, colleagues.
 *
 * A room is a company; a desk in it is a seller with all their WebSockets. A
 * room hears all news of its company. What changes a row is read from the
 * store, once for the hub, and told at once; what changes it again within
 * SELLER_COALESCE_MS waits until that is over. Offers wait for nothing.
 *
 * Where news may have been lost, every list is sent anew, a few at a time, and
 * offers are held against the store. So a loss costs time and nothing else.
 *
 * On the hub's thread.
 */
#ifndef GATEWAY_SELLER_ROOM_H
#define GATEWAY_SELLER_ROOM_H

#include "gateway/seller_socket.h"

/* It said hello. E_NOMEM. */
enum err seller_room_enter(struct seller_socket *s) MUST_USE;
/* Harmless when it has not entered. */
void seller_room_leave(struct seller_socket *s);

/* The row was sent in a list. False: no memory, or too many; it is stale. */
bool seller_room_shows(struct seller_socket *s, int64_t conversation);
/* All lists are sent anew: nothing of before is shown. */
void seller_room_forget(struct seller_socket *s);

/*
 * Offers among these rows of the seller's own list. All of theirs are told of
 * those that were not known here; s, where it is new, of every one.
 */
void seller_room_offers(
    struct seller_socket *s, const struct seller_page *mine, bool is_new);

/* It follows another list than before; VIEWS: none. */
void seller_room_follows(struct seller_socket *s, enum view was, enum view is);

/* It lacks rows. */
void seller_room_stale(struct seller_socket *s);

/* ---- any thread ---------------------------------------------------------- */

/* For staff_on_ended(); arg is the gateway. */
void seller_room_ended(void *gateway, const struct staff_ended *e);

#endif
