/*
 * rows: conversations and events between C and SQL, for writes and reads.
 */
#ifndef STORE_SQLITE_ROWS_H
#define STORE_SQLITE_ROWS_H

#include "store/sqlite/conn.h"
#include "store/store.h"

/* E_NOTFOUND. */
enum err conversation_load(
    struct conn *c, int64_t id, struct conversation *out) MUST_USE;

/* which: SQL_CONVERSATION_UPDATE, or _COMMIT to end the claim too. */
enum err conversation_save(
    struct conn *c, enum sql which, const struct conversation *row) MUST_USE;

/* A new row, with its id put into `row`. */
enum err conversation_create(struct conn *c, struct conversation *row) MUST_USE;

/*
 * outbox: the first of the rows it causes, or 0. *stored is false, and nothing
 * is, when its source was stored before.
 */
enum err event_append(struct conn *c, const struct conversation *of,
    const struct event *e, int64_t outbox, bool *stored) MUST_USE;

/* Who holds the claim (worker 0: nobody), beside the seq and epoch now. */
enum err claim_load(
    struct conn *c, int64_t conversation, struct store_claim *out) MUST_USE;

/* The read marks, and the conversation's seq, which bounds them. */
enum err seen_load(
    struct conn *c, int64_t id, struct seen *out, uint64_t *seq) MUST_USE;

#endif
