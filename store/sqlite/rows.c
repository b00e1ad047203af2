/*
 * rows: columns in the order of the statements in sql.c. Enums are stored as
 * their numbers; the assertions below keep anyone from renumbering them.
 */
#include "store/sqlite/rows.h"
#include "store/sqlite/listing.h"

_Static_assert(
    EVENT_OPENED == 0 && EVENT_MESSAGE == 1 && EVENT_IDENTIFIED == 2 &&
	EVENT_HOLDER == 3 && EVENT_HANDLED == 4 && EVENT_TIMER == 5 &&
	EVENT_RESOLVED == 6 && EVENT_EDITED == 7 && EVENT_DELETED == 8 &&
	EVENT_FILE == 9 && EVENT_DELIVERY == 10 && EVENT_ROUTE == 11 &&
	EVENT_OFFER == 12 && EVENT_OFFER_END == 13 && EVENT_NOTE == 14 &&
	EVENT_PACK == 15 && EVENT_MAILED == 16 && EVENT_SNOOZED == 17 &&
	EVENT_REOPENED == 18 && EVENT_LABELS == 19 && EVENT_PRIORITY == 20 &&
	EVENT_GONE == 21,
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
_Static_assert(TIMER_IDLE == 0 && TIMER_OFFER == 1 && TIMER_QUEUE == 2 &&
		   TIMER_FIRST_RESPONSE == 3 && TIMER_NEXT_RESPONSE == 4 &&
		   TIMER_SNOOZE == 5 && TIMER_WINDOW == 6 &&
		   TIMER_UNREAD == 7 && TIMER_MAIL == 8,
    "stored numbers: add at the end");
_Static_assert(OFFER_DECLINED == 0 && OFFER_EXPIRED == 1 &&
		   OFFER_WITHDRAWN == 2 && NOTE_PLAIN == 0 &&
		   NOTE_WHISPER == 1 && NOTE_TRANSFER == 2 &&
		   NOTE_REFUSED == 3 && NOTE_UNREACHED == 4,
    "stored numbers: add at the end");
_Static_assert(NOTICE_NONE == 0 && NOTICE_WAITING == 1 && NOTICE_CLOSED == 2 &&
		   NOTICE_NOBODY == 3 && NOTICE_MAILED == 4 &&
		   NOTICE_PASSED == 5 && NOTICE_BACK == 6 && NOTICE_ENDED == 7,
    "stored numbers: add at the end");
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

/* ---- conversations ------------------------------------------------------ */

void
conversation_read(sqlite3_stmt *q, struct conversation *out, bool *handed)
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
	handed_none((uint64_t)sqlite3_column_int64(q, 14), out);
	*handed = sqlite3_column_int(q, 15) != 0;
}

enum err
conversation_load(struct conn *c, int64_t id, struct conversation *out)
{
	sqlite3_stmt *q;
	bool handed = false;
	enum err e = CONN_QUERY(c, SQL_CONVERSATION_READ, &q, NUM(id));

	if (e == OK && (e = conn_row(c, q)) == OK)
		conversation_read(q, out, &handed);
	conn_reset(q);
	return e == OK && handed ? handed_load(c, out) : e;
}

/* Has it changed in what a word of the customer or the bot leaves alone? */
static bool
has_turned(const struct conversation *was, const struct conversation *is)
{
	return was->epoch != is->epoch || was->holder != is->holder ||
	       was->agent != is->agent || was->status != is->status ||
	       was->resolved_seq != is->resolved_seq;
}

#define MOVED(c) \
	NUM((c)->id), NUM((c)->seq), NUM((c)->last_customer_seq), \
	    NUM((c)->handled_seq), NUM((c)->last_at), NUM((c)->customer_at), \
	    NUM(handed_answer_seq(c))

/* As few columns as will do: what is not set costs no index a look. */
static enum err
row_save(struct conn *c, const struct change *change, bool handed, bool full)
{
	const struct conversation *is = change->is;

	if (!full)
		return CONN_CHANGE(c,
		    change->ends_claim ? SQL_CONVERSATION_MOVED_FREE
				       : SQL_CONVERSATION_MOVED,
		    NULL, MOVED(is));
	return CONN_CHANGE(c, SQL_CONVERSATION_TURNED, NULL, MOVED(is),
	    NUM(is->epoch), NUM(is->resolved_seq), NUM(is->holder),
	    NUM(is->agent), NUM(is->status), NUM(handed),
	    NUM(change->ends_claim));
}

enum err
conversation_save(struct conn *c, const struct change *change)
{
	const struct conversation *was = change->was, *is = change->is;
	bool was_handed = handed_is(was), handed = handed_is(is);
	bool turned = has_turned(was, is);
	enum err e = row_save(
	    c, change, handed, turned || was_handed != handed);

	if (e == OK && (was_handed || handed))
		e = handed_save(c, was, is);
	if (e == OK)
		e = chats_save(c, change);
	return e == OK ? listing_save(c, change) : e;
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
	return e == OK ? listing_create(c, row) : e;
}

/* ---- beside them -------------------------------------------------------- */

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

/* ---- events -------------------------------------------------------------- */

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
event_find(
    struct conn *c, int64_t company, struct str source, struct stored *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(
	    c, SQL_EVENT_FIND_SOURCE, &q, NUM(company), TEXT(source));

	if (e == OK && (e = conn_row(c, q)) == OK) {
		out->conversation = sqlite3_column_int64(q, 0);
		out->seq = (uint64_t)sqlite3_column_int64(q, 1);
		out->at = sqlite3_column_int64(q, 2);
	}
	conn_reset(q);
	return e;
}
