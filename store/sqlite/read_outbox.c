/*
 * read_outbox: what delivery asks: rows and lanes of the outbox, and where
 * customers are.
 */
#include "store/sqlite/read.h"
#include "store/sqlite/sqlite.h"

/* ---- rows -------------------------------------------------------------- */

static bool
outbox_texts(sqlite3_stmt *q, struct arena *a, struct outbox_row *out)
{
	struct str *const texts[] = {&out->recipient, &out->payload,
	    &out->vendor_id, &out->code, &out->reason, &out->channel,
	    &out->account};
	bool fits = true;

	for (int i = 0; i < (int)ARRAY_LEN(texts) && fits; i++)
		fits = column_copy(a, q, 10 + i, texts[i]);
	return fits;
}

static enum err
outbox_row(sqlite3_stmt *q, struct arena *a, struct outbox_row *out)
{
	*out = (struct outbox_row){
	    .id = sqlite3_column_int64(q, 0),
	    .lane = sqlite3_column_int64(q, 1),
	    .conversation = sqlite3_column_int64(q, 2),
	    .seq = (uint64_t)sqlite3_column_int64(q, 3),
	    .kind = (enum outbox_kind)sqlite3_column_int(q, 4),
	    .at = sqlite3_column_int64(q, 5),
	    .state = (enum outbox_state)sqlite3_column_int(q, 6),
	    .attempts = (unsigned)sqlite3_column_int(q, 7),
	    .due = sqlite3_column_int64(q, 8),
	    .receipt = (enum receipt_rank)sqlite3_column_int(q, 9),
	};
	return outbox_texts(q, a, out) ? OK : E_NOMEM;
}

enum err
sqlite_list_outbox(void *reader, const struct outbox_ask *ask, struct arena *a,
    struct outbox_row *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn,
	    ask->given_up ? SQL_OUTBOX_GIVEN_UP : SQL_OUTBOX_OPEN, &q,
	    NUM(ask->lane), NUM(ask->after), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = outbox_row(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}

enum err
sqlite_read_excess(void *reader, const struct excess_ask *ask, bool *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_OUTBOX_EXCESS, &q, NUM(ask->lane),
	    NUM(ask->upto), NUM(ask->known));
	if (e == OK)
		e = conn_row(&r->conn, q);
	*out = e == OK;
	conn_reset(q);
	return reader_leave(r, e == E_NOTFOUND ? OK : e);
}

/* What a statement that was asked finds. */
static enum err
one_row(struct reader *r, enum err asked, sqlite3_stmt *q, struct arena *a,
    struct outbox_row *out)
{
	enum err e = asked;

	if (e == OK && (e = conn_row(&r->conn, q)) == OK)
		e = outbox_row(q, a, out);
	conn_reset(q);
	return reader_leave(r, e);
}

enum err
sqlite_read_outbox(
    void *reader, int64_t row, struct arena *a, struct outbox_row *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_OUTBOX_READ, &q, NUM(row));
	return one_row(r, e, q, a, out);
}

enum err
sqlite_find_outbox(void *reader, const struct vendor_ask *ask, struct arena *a,
    struct outbox_row *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_OUTBOX_FIND, &q, NUM(ask->lane),
	    TEXT(ask->vendor_id));
	return one_row(r, e, q, a, out);
}

/* The rows of other events follow; E_NOTFOUND at the first of them. */
static enum err
outbox_row_of(sqlite3_stmt *q, const struct cause_ask *ask, struct arena *a,
    struct outbox_row *out)
{
	if (sqlite3_column_int64(q, 2) != ask->conversation ||
	    (uint64_t)sqlite3_column_int64(q, 3) != ask->seq)
		return E_NOTFOUND;
	return outbox_row(q, a, out);
}

enum err
sqlite_list_outbox_of(void *reader, const struct cause_ask *ask,
    struct arena *a, struct outbox_row *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(
	    &r->conn, SQL_OUTBOX_OF, &q, NUM(ask->conversation), NUM(ask->seq));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK) {
		e = outbox_row_of(q, ask, a, &out[*n]);
		*n += e == OK;
	}
	return list_end(r, q, e);
}

/* ---- lanes ------------------------------------------------------------- */

static enum err
lane_row(sqlite3_stmt *q, struct arena *a, struct lane *out)
{
	*out = (struct lane){
	    .id = sqlite3_column_int64(q, 0),
	    .company = sqlite3_column_int64(q, 1),
	    .state = (enum lane_state)sqlite3_column_int(q, 2),
	    .since = sqlite3_column_int64(q, 3),
	    .heard_at = sqlite3_column_int64(q, 4),
	    .unreached_at = sqlite3_column_int64(q, 8),
	    .open = (uint64_t)sqlite3_column_int64(q, 10),
	    .unknown = (uint64_t)sqlite3_column_int64(q, 11),
	    .dead = (uint64_t)sqlite3_column_int64(q, 12),
	};
	return column_copy(a, q, 5, &out->channel) &&
		       column_copy(a, q, 6, &out->account) &&
		       column_copy(a, q, 7, &out->detail) &&
		       column_copy(a, q, 9, &out->unreached)
		   ? OK
		   : E_NOMEM;
}

enum err
sqlite_list_lanes(
    void *reader, int64_t after, struct arena *a, struct lane *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_LANE_LIST, &q, NUM(after), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = lane_row(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}

/* ---- customers --------------------------------------------------------- */

static enum err
reach_row(sqlite3_stmt *q, struct arena *a, struct reach *out)
{
	out->customer_at = sqlite3_column_int64(q, 4);
	return column_copy(a, q, 0, &out->channel) &&
		       column_copy(a, q, 1, &out->account) &&
		       column_copy(a, q, 2, &out->address) &&
		       column_copy(a, q, 3, &out->reply)
		   ? OK
		   : E_NOMEM;
}

enum err
sqlite_read_reach(
    void *reader, int64_t conversation, struct arena *a, struct reach *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_REACH_READ, &q, NUM(conversation));
	if (e == OK && (e = conn_row(&r->conn, q)) == OK)
		e = reach_row(q, a, out);
	conn_reset(q);
	return reader_leave(r, e);
}

enum err
sqlite_list_reaches(void *reader, const struct reach_ask *ask, struct arena *a,
    struct reach *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_REACH_LIST, &q, NUM(ask->lane),
	    NUM(ask->since), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = reach_row(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}
