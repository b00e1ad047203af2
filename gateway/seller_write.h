/*
 * seller_write: what sellers are told, as JSON text; seller.h says what it
 * means. Pure; any thread.
 */
#ifndef GATEWAY_SELLER_WRITE_H
#define GATEWAY_SELLER_WRITE_H

#include "core/buf.h"
#include "core/conversation.h"

/* ---- of a watched conversation ------------------------------------------- */

/* object: the event, whole. */
void seller_write_event(
    struct buf *out, int64_t conversation, struct str object);
/* who: as in NEWS_TYPING: "customer", "agent 7". */
void seller_write_typing(
    struct buf *out, int64_t conversation, struct str who, bool on);
void seller_write_seen(
    struct buf *out, int64_t conversation, enum author side, uint64_t seq);
/* frame: the draft as visitors get it. */
void seller_write_draft(
    struct buf *out, int64_t conversation, struct str frame);

#endif
