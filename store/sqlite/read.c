/*
 * read: one function each; read_outbox.c has those of delivery. What is given
 * back is copied into the arena, since the statement's own memory goes with
 * the next step.
 */
#include "store/sqlite/read.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite.h"

/* ---- companies --------------------------------------------------------- */

bool
column_copy(struct arena *a, sqlite3_stmt *q, int column, struct str *out)
{
	*out = arena_copy(a, conn_text(q, column));
	return out->p != NULL;
}

static enum err
company_row(sqlite3_stmt *q, struct arena *a, struct company_row *out)
{
	out->id = sqlite3_column_int64(q, 0);
	out->version = (uint64_t)sqlite3_column_int64(q, 1);
	return column_copy(a, q, 2, &out->key) &&
		       column_copy(a, q, 3, &out->document)
		   ? OK
		   : E_NOMEM;
}

static enum err
company_one(
    struct conn *c, sqlite3_stmt *q, struct arena *a, struct company_row *out)
{
	enum err e = conn_row(c, q);

	return e == OK ? company_row(q, a, out) : e;
}

enum err
sqlite_read_company(
    void *reader, int64_t id, struct arena *a, struct company_row *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_COMPANY_BY_ID, &q, NUM(id));
	if (e == OK)
		e = company_one(&r->conn, q, a, out);
	conn_reset(q);
	return reader_leave(r, e);
}

enum err
sqlite_find_company(
    void *reader, struct str key, struct arena *a, struct company_row *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_COMPANY_BY_KEY, &q, TEXT(key));
	if (e == OK)
		e = company_one(&r->conn, q, a, out);
	conn_reset(q);
	return reader_leave(r, e);
}

/* ---- lists ------------------------------------------------------------- */

enum err
list_end(struct reader *r, sqlite3_stmt *q, enum err e)
{
	conn_reset(q);
	return reader_leave(r, e == E_NOTFOUND ? OK : e);
}

enum err
sqlite_list_companies(void *reader, int64_t after, struct arena *a,
    struct company_row *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_COMPANY_LIST, &q, NUM(after), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = company_row(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}

enum err
event_read(sqlite3_stmt *q, int first, struct arena *a, struct event *out)
{
	out->seq = (uint64_t)sqlite3_column_int64(q, first);
	out->kind = (enum event_kind)sqlite3_column_int(q, first + 1);
	out->author = (enum author)sqlite3_column_int(q, first + 2);
	out->author_id = sqlite3_column_int64(q, first + 3);
	out->ref = (uint64_t)sqlite3_column_int64(q, first + 4);
	out->at = sqlite3_column_int64(q, first + 5);
	return column_copy(a, q, first + 6, &out->source) &&
		       column_copy(a, q, first + 7, &out->body)
		   ? OK
		   : E_NOMEM;
}

enum err
sqlite_read_events(void *reader, int64_t conversation, uint64_t after,
    struct arena *a, struct event *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_EVENT_LIST, &q, NUM(conversation),
	    NUM(after), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = event_read(q, 0, a, &out[(*n)++]);
	return list_end(r, q, e);
}

enum err
sqlite_list_pending(void *reader, int64_t after, int64_t *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(
	    &r->conn, SQL_CONVERSATION_PENDING, &q, NUM(after), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		out[(*n)++] = sqlite3_column_int64(q, 0);
	return list_end(r, q, e);
}

enum err
sqlite_list_timers(void *reader, int64_t now, struct timer_row *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_TIMER_LIST, &q, NUM(now), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		out[(*n)++] = (struct timer_row){
		    .conversation = sqlite3_column_int64(q, 0),
		    .kind = (enum timer_kind)sqlite3_column_int(q, 1),
		    .due = sqlite3_column_int64(q, 2),
		};
	return list_end(r, q, e);
}

enum err
sqlite_read_timer(
    void *reader, int64_t conversation, enum timer_kind kind, int64_t *due)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(
	    &r->conn, SQL_TIMER_READ, &q, NUM(conversation), NUM(kind));
	if (e == OK && (e = conn_row(&r->conn, q)) == OK)
		*due = sqlite3_column_int64(q, 0);
	conn_reset(q);
	return reader_leave(r, e);
}

/* ---- one conversation -------------------------------------------------- */

enum err
sqlite_read_conversation(void *reader, int64_t id, struct conversation *out)
{
	struct reader *r = reader;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	return reader_leave(r, conversation_load(&r->conn, id, out));
}

enum err
sqlite_read_seen(void *reader, int64_t id, struct seen *out)
{
	struct reader *r = reader;
	uint64_t seq;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	return reader_leave(r, seen_load(&r->conn, id, out, &seq));
}

enum err
sqlite_read_claim(void *reader, int64_t id, struct store_claim *out)
{
	struct reader *r = reader;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	return reader_leave(r, claim_load(&r->conn, id, out));
}
