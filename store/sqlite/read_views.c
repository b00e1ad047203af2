/*
 * read_views: lists of conversations. Each is a walk along `listing` with a
 * few looks for each line, so a page costs the same among ten and a million.
 */
#include "store/sqlite/listing.h"
#include "store/sqlite/read.h"
#include "store/sqlite/sqlite.h"

#define COUNTED_MAX 1000

/* Where what belongs together begins in a row; see ROW_SELECT. */
#define AT_HANDED CONVERSATION_WIDTH
#define AT_EVENT (AT_HANDED + HANDED_WIDTH)
#define AT_SEEN (AT_EVENT + EVENT_WIDTH)
#define AT_TEXTS (AT_SEEN + 2)

/* ---- a line -------------------------------------------------------------- */

static void
state_read(sqlite3_stmt *q, struct conversation *out)
{
	bool handed;

	conversation_read(q, out, &handed);
	if (handed)
		handed_read(q, AT_HANDED, out);
}

static bool
texts_read(sqlite3_stmt *q, struct arena *a, struct list_row *out)
{
	struct str *const texts[] = {&out->contact.external_id,
	    &out->contact.name, &out->contact.email, &out->reach.channel,
	    &out->reach.account, &out->reach.address, &out->reach.reply,
	    &out->labels};
	bool fits = true;

	for (int i = 0; i < (int)ARRAY_LEN(texts) && fits; i++)
		fits = column_copy(a, q, AT_TEXTS + i, texts[i]);
	return fits;
}

static enum err
row_read(sqlite3_stmt *q, struct arena *a, struct list_row *out)
{
	enum err e = OK;

	*out = (struct list_row){
	    .seen = {(uint64_t)sqlite3_column_int64(q, AT_SEEN),
		(uint64_t)sqlite3_column_int64(q, AT_SEEN + 1)}};
	state_read(q, &out->c);
	out->contact.id = out->c.contact;
	out->contact.company = out->c.company;
	out->reach.customer_at = out->c.customer_at;
	if (sqlite3_column_type(q, AT_EVENT) != SQLITE_NULL)
		e = event_read(q, AT_EVENT, a, &out->spoken);
	return e == OK && !texts_read(q, a, out) ? E_NOMEM : e;
}

enum err
sqlite_read_row(void *reader, int64_t company, int64_t conversation,
    struct arena *a, struct list_row *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(
	    &r->conn, SQL_VIEW_ROW, &q, NUM(company), NUM(conversation));
	if (e == OK && (e = conn_row(&r->conn, q)) == OK)
		e = row_read(q, a, out);
	conn_reset(q);
	return reader_leave(r, e);
}

/* ---- views --------------------------------------------------------------- */

/* What is asked, as the statements have it. */
struct walk {
	enum sql which;
	int64_t who, at, id;
	struct str label;
	/* What is not in the order of the list is looked at line by line. */
	int64_t team;
	struct str has_label;
};

static struct walk
walk_for(const struct list_ask *ask)
{
	struct walk w = {.which = SQL_VIEW_NEWEST,
	    .who = ask->team,
	    .at = ask->at,
	    .id = ask->id,
	    .label = ask->label};

	if (ask->view == VIEW_MINE) {
		w.which = SQL_VIEW_OWN;
		w.who = ask->agent;
		w.label = STR("");
		w.team = ask->team;
		w.has_label = ask->label;
	}
	if (ask->view == VIEW_QUEUE)
		w.which = SQL_VIEW_OLDEST;
	else if (ask->id == 0)
		w.at = w.id = INT64_MAX;
	else if (ask->view == VIEW_BOT)
		w.at = 0;
	return w;
}

enum err
sqlite_list_conversations(void *reader, const struct list_ask *ask,
    struct arena *a, struct list_row *out, size_t *n)
{
	const struct walk w = walk_for(ask);
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, w.which, &q, NUM(ask->company), NUM(ask->view),
	    NUM(w.who), TEXT(w.label), NUM(w.at), NUM(w.id), NUM(max),
	    NUM(w.team), TEXT(w.has_label));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = row_read(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}

static enum err
count_view(
    struct conn *c, int64_t company, enum view view, int64_t who, uint64_t *out)
{
	sqlite3_stmt *q;
	enum err e = CONN_QUERY(c, SQL_VIEW_COUNT, &q, NUM(company), NUM(view),
	    NUM(who), NUM(COUNTED_MAX));

	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = (uint64_t)sqlite3_column_int64(q, 0);
	conn_reset(q);
	return e;
}

enum err
sqlite_count_views(
    void *reader, int64_t company, int64_t agent, uint64_t out[VIEWS])
{
	struct reader *r = reader;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	for (unsigned v = 0; v < VIEWS && e == OK; v++)
		e = count_view(&r->conn, company, (enum view)v,
		    v == VIEW_MINE ? agent : 0, &out[v]);
	return reader_leave(r, e);
}

/* ---- for the desk -------------------------------------------------------- */

static enum err
handed_row_read(sqlite3_stmt *q, struct arena *a, struct handed_row *out)
{
	state_read(q, &out->c);
	return column_copy(a, q, AT_EVENT, &out->channel) &&
		       column_copy(a, q, AT_EVENT + 1, &out->route)
		   ? OK
		   : E_NOMEM;
}

enum err
sqlite_list_handed(void *reader, int64_t after, struct arena *a,
    struct handed_row *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_HANDED_LIST, &q, NUM(after), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = handed_row_read(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}

enum err
sqlite_read_handed(
    void *reader, int64_t conversation, struct arena *a, struct handed_row *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_HANDED_ROW, &q, NUM(conversation));
	if (e == OK && (e = conn_row(&r->conn, q)) == OK)
		e = handed_row_read(q, a, out);
	conn_reset(q);
	return reader_leave(r, e);
}

enum err
sqlite_list_not_taken(void *reader, int64_t conversation, uint64_t after,
    struct not_taken *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_NOT_TAKEN_LIST, &q, NUM(conversation),
	    NUM(after), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		out[(*n)++] = (struct not_taken){sqlite3_column_int64(q, 0),
		    (enum offer_end)sqlite3_column_int(q, 1)};
	return list_end(r, q, e);
}
