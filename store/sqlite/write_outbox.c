/*
 * write_outbox: what is to go out, and the lanes it goes through. What becomes
 * of a row later stands in write_deliver.c.
 */
#include "store/sqlite/write.h"

/* ---- lanes ------------------------------------------------------------- */

enum err
lane_find(struct conn *c, const struct store_address *a, int64_t *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_LANE_FIND, &q, NUM(a->company),
	    TEXT(a->channel), TEXT(a->account));

	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = sqlite3_column_int64(q, 0);
	conn_reset(q);
	return e;
}

/* The lane of an account, made if there is none. */
static enum err
lane_get(
    struct conn *c, const struct store_address *a, int64_t at, int64_t *out)
{
	enum err e = lane_find(c, a, out);

	if (e != E_NOTFOUND)
		return e;
	e = CONN_CHANGE(c, SQL_LANE_INSERT, NULL, NUM(a->company),
	    TEXT(a->channel), TEXT(a->account), NUM(at));
	*out = sqlite3_last_insert_rowid(c->db);
	return e;
}

enum err
write_lane(struct conn *c, struct store_lane *in)
{
	enum err e;

	if (in->set_state && (unsigned)in->state >= LANE_STATES)
		return E_BADINPUT;
	if ((e = company_exists(c, in->account.company)) != OK)
		return e;
	e = lane_get(c, &in->account, in->at, &in->lane);
	if (e == OK && in->set_state)
		e = CONN_CHANGE(c, SQL_LANE_STATE, NULL, NUM(in->lane),
		    NUM(in->state), TEXT(in->detail), NUM(in->at));
	if (e == OK && in->heard_at != 0)
		e = CONN_CHANGE(
		    c, SQL_LANE_HEARD, NULL, NUM(in->lane), NUM(in->heard_at));
	return e;
}

/* ---- rows -------------------------------------------------------------- */

enum err
outbox_check(const struct outbox_row *rows, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if ((unsigned)rows[i].kind >= OUTBOX_KINDS)
			return E_BADINPUT;
	return OK;
}

static void
row_begin(struct outbox_row *row, const struct conversation *of,
    const struct event *cause)
{
	row->conversation = of->id;
	row->seq = cause->seq;
	row->at = cause->at;
	row->state = OUTBOX_READY;
	row->attempts = 0;
	row->due = 0;
	row->receipt = RECEIPT_NONE;
	row->vendor_id = row->code = row->reason = STR("");
}

static enum err
row_append(struct conn *c, int64_t company, struct outbox_row *row)
{
	struct store_address account = {.company = company,
	    .channel = row->channel,
	    .account = row->account};
	enum err e = lane_get(c, &account, row->at, &row->lane);

	if (e == OK)
		e = CONN_CHANGE(c, SQL_OUTBOX_INSERT, NULL, NUM(row->lane),
		    NUM(row->conversation), NUM(row->seq), NUM(row->kind),
		    NUM(row->at), TEXT(row->recipient), TEXT(row->payload));
	row->id = sqlite3_last_insert_rowid(c->db);
	return e;
}

enum err
outbox_append(struct conn *c, const struct conversation *of,
    const struct event *cause, struct outbox_row *rows, unsigned n)
{
	enum err e = OK;

	for (unsigned i = 0; i < n && e == OK; i++) {
		row_begin(&rows[i], of, cause);
		e = row_append(c, of->company, &rows[i]);
	}
	return e;
}
