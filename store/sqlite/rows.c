/*
 * rows: columns in the order of the statements in sql.c. Enums are stored as
 * their numbers; the assertions below keep anyone from renumbering them.
 */
#include "store/sqlite/rows.h"

_Static_assert(
    EVENT_OPENED == 0 && EVENT_MESSAGE == 1 && EVENT_IDENTIFIED == 2 &&
	EVENT_HOLDER == 3 && EVENT_HANDLED == 4 && EVENT_TIMER == 5 &&
	EVENT_RESOLVED == 6 && EVENT_EDITED == 7 && EVENT_DELETED == 8 &&
	EVENT_FILE == 9 && EVENT_DELIVERY == 10,
    "stored numbers: add at the end");
_Static_assert(AUTHOR_SYSTEM == 0 && AUTHOR_CUSTOMER == 1 && AUTHOR_BOT == 2 &&
		   AUTHOR_AGENT == 3,
    "stored numbers: add at the end");
_Static_assert(HOLDER_BOT == 0 && HOLDER_QUEUE == 1 && HOLDER_AGENT == 2 &&
		   HOLDER_EMAIL == 3 && HOLDER_NOBODY == 4,
    "stored numbers: add at the end");
_Static_assert(STATUS_PENDING == 0 && STATUS_OPEN == 1 && STATUS_SNOOZED == 2 &&
		   STATUS_RESOLVED == 3,
    "stored numbers: add at the end");
_Static_assert(TIMER_IDLE == 0, "stored numbers: add at the end");
_Static_assert(OUTBOX_READY == 0 && OUTBOX_SENDING == 1 && OUTBOX_DOUBT == 2 &&
		   OUTBOX_SENT == 3 && OUTBOX_UNKNOWN == 4 && OUTBOX_DEAD == 5,
    "stored numbers: add at the end");
_Static_assert(
    OUTBOX_SEND == 0 && OUTBOX_FETCH == 1, "stored numbers: add at the end");
_Static_assert(RECEIPT_NONE == 0 && RECEIPT_ACCEPTED == 1 &&
		   RECEIPT_SENT == 2 && RECEIPT_DELIVERED == 3 &&
		   RECEIPT_READ == 4 && RECEIPT_FAILED == 5,
    "stored numbers, and their order counts");
_Static_assert(LANE_FLOWS == 0 && LANE_DOWN == 1 && LANE_BLOCKED == 2,
    "stored numbers: add at the end");

static void
conversation_read(sqlite3_stmt *q, struct conversation *out)
{
	*out = (struct conversation){
	    .id = sqlite3_column_int64(q, 0),
	    .company = sqlite3_column_int64(q, 1),
	    .contact = sqlite3_column_int64(q, 2),
	    .seq = (uint64_t)sqlite3_column_int64(q, 3),
	    .epoch = (uint64_t)sqlite3_column_int64(q, 4),
	    .last_customer_seq = (uint64_t)sqlite3_column_int64(q, 5),
	    .handled_seq = (uint64_t)sqlite3_column_int64(q, 6),
	    .resolved_seq = (uint64_t)sqlite3_column_int64(q, 7),
	    .holder = (enum holder)sqlite3_column_int(q, 8),
	    .agent = sqlite3_column_int64(q, 9),
	    .status = (enum status)sqlite3_column_int(q, 10),
	    .opened_at = sqlite3_column_int64(q, 11),
	    .last_at = sqlite3_column_int64(q, 12),
	    .customer_at = sqlite3_column_int64(q, 13),
	};
}

enum err
conversation_load(struct conn *c, int64_t id, struct conversation *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_CONVERSATION_READ, &q, NUM(id));

	if (e == OK && (e = conn_row(c, q)) == OK)
		conversation_read(q, out);
	conn_reset(q);
	return e;
}

enum err
conversation_save(
    struct conn *c, enum sql which, const struct conversation *row)
{
	return CONN_CHANGE(c, which, NULL, NUM(row->id), NUM(row->seq),
	    NUM(row->epoch), NUM(row->last_customer_seq), NUM(row->handled_seq),
	    NUM(row->resolved_seq), NUM(row->holder), NUM(row->agent),
	    NUM(row->status), NUM(row->last_at), NUM(row->customer_at));
}

enum err
conversation_create(struct conn *c, struct conversation *row)
{
	enum err e = CONN_CHANGE(c, SQL_CONVERSATION_INSERT, NULL,
	    NUM(row->company), NUM(row->contact), NUM(row->seq),
	    NUM(row->epoch), NUM(row->last_customer_seq), NUM(row->handled_seq),
	    NUM(row->resolved_seq), NUM(row->holder), NUM(row->agent),
	    NUM(row->status), NUM(row->opened_at), NUM(row->last_at),
	    NUM(row->customer_at));

	row->id = sqlite3_last_insert_rowid(c->db);
	return e;
}

enum err
event_append(struct conn *c, const struct conversation *of,
    const struct event *e, int64_t outbox, bool *stored)
{
	int changed = 0;
	enum err err = CONN_CHANGE(c, SQL_EVENT_INSERT, &changed, NUM(of->id),
	    NUM(e->seq), NUM(e->kind), NUM(e->author), NUM(e->author_id),
	    NUM(e->ref), NUM(e->at), NUM(of->company), TEXT_OR_NULL(e->source),
	    TEXT(e->body), NUM_OR_NULL(outbox));

	*stored = changed > 0;
	return err;
}

enum err
claim_load(struct conn *c, int64_t conversation, struct store_claim *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_CLAIM_READ, &q, NUM(conversation));

	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = (struct store_claim){
		    .conversation = conversation,
		    .worker = (uint64_t)sqlite3_column_int64(q, 0),
		    .beat = (uint64_t)sqlite3_column_int64(q, 1),
		    .seq = (uint64_t)sqlite3_column_int64(q, 2),
		    .epoch = (uint64_t)sqlite3_column_int64(q, 3),
		};
	conn_reset(q);
	return e;
}

enum err
seen_load(struct conn *c, int64_t id, struct seen *out, uint64_t *seq)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_SEEN_READ, &q, NUM(id));

	if (e == OK && (e = conn_row(c, q)) == OK) {
		out->customer = (uint64_t)sqlite3_column_int64(q, 0);
		out->company = (uint64_t)sqlite3_column_int64(q, 1);
		*seq = (uint64_t)sqlite3_column_int64(q, 2);
	}
	conn_reset(q);
	return e;
}
