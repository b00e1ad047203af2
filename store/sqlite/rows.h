/*
 * rows: conversations and events between C and SQL, for writes and reads.
 */
#ifndef STORE_SQLITE_ROWS_H
#define STORE_SQLITE_ROWS_H

#include "store/sqlite/conn.h"
#include "store/sqlite/labels.h"
#include "store/store.h"

/* ---- conversations ----------------------------------------------------- */

/* E_NOTFOUND. */
enum err conversation_load(
    struct conn *c, int64_t id, struct conversation *out) MUST_USE;

/* How many columns there are in the groups of sql.c of these names. */
#define CONVERSATION_WIDTH 16
#define HANDED_WIDTH 27
#define EVENT_WIDTH 8

/*
 * The conversation in the first CONVERSATION_WIDTH columns of a row. *handed:
 * the rest of it stands in a row of its own, see handed_load().
 */
void conversation_read(sqlite3_stmt *q, struct conversation *out, bool *handed);

/* A state that was loaded and has been folded further. */
struct change {
	const struct conversation *was, *is;
	bool ends_claim;
	const struct labels *labels; /* it has these now; NULL: as before */
};

/* Stores it with all that follows from it: lists, the agents' chats. */
enum err conversation_save(
    struct conn *c, const struct change *change) MUST_USE;

/*
 * The agents' `chats` after the change; conversation_save() does it.
 * chats_check(): E_DENIED: somebody would get one beyond max (0: no limit).
 */
enum err chats_save(struct conn *c, const struct change *change) MUST_USE;
enum err chats_check(
    struct conn *c, const struct change *change, unsigned max) MUST_USE;

/* A new row, with its id put into `row`. */
enum err conversation_create(struct conn *c, struct conversation *row) MUST_USE;

/* ---- what is beside them ------------------------------------------------ */

/* Does it hold anything that the bot's conversations do not? */
bool handed_is(const struct conversation *c);

/* Fills in what stands in the row of its own. */
enum err handed_load(struct conn *c, struct conversation *out) MUST_USE;
/* The same from a row that has those columns from `first` on. */
void handed_read(sqlite3_stmt *q, int first, struct conversation *out);
/* What of it the conversation's own row tells. */
void handed_none(uint64_t answer_seq, struct conversation *out);
/* For the column answer_seq. */
uint64_t handed_answer_seq(const struct conversation *c);
/* Makes, changes or removes that row. */
enum err handed_save(struct conn *c, const struct conversation *was,
    const struct conversation *is) MUST_USE;

/* Who holds the claim (worker 0: nobody), beside the seq and epoch now. */
enum err claim_load(
    struct conn *c, int64_t conversation, struct store_claim *out) MUST_USE;

/* The read marks, and the conversation's seq, which bounds them. */
enum err seen_load(
    struct conn *c, int64_t id, struct seen *out, uint64_t *seq) MUST_USE;

/* ---- events ------------------------------------------------------------- */

/*
 * outbox: the first of the rows it causes, or 0. *stored is false, and nothing
 * is, when its source was stored before.
 */
enum err event_append(struct conn *c, const struct conversation *of,
    const struct event *e, int64_t outbox, bool *stored) MUST_USE;

/* The one that was stored with this source. E_NOTFOUND. */
struct stored {
	int64_t conversation;
	uint64_t seq;
	int64_t at;
};
enum err event_find(struct conn *c, int64_t company, struct str source,
    struct stored *out) MUST_USE;

#endif
