/*
 * read_staff: what is asked of sellers, what they show to be let in, small
 * things of theirs, and the audit.
 */
#include "store/sqlite/read.h"
#include "store/sqlite/sqlite.h"

#include <sodium.h>

/* The columns from `first` on, one for each text. */
static bool
copy_texts(struct arena *a, sqlite3_stmt *q, int first,
    struct str *const *texts, int n)
{
	bool fits = true;

	for (int i = 0; i < n && fits; i++)
		fits = column_copy(a, q, first + i, texts[i]);
	return fits;
}

#define COPY_TEXTS(a, q, first, ...) \
	copy_texts((a), (q), (first), (struct str *const[]){__VA_ARGS__}, \
	    (int)(sizeof((struct str *const[]){__VA_ARGS__}) / \
		  sizeof(struct str *)))

/* ---- sellers ----------------------------------------------------------- */

static enum err
agent_row(sqlite3_stmt *q, struct arena *a, struct agent_row *out)
{
	*out = (struct agent_row){
	    .id = sqlite3_column_int64(q, 0),
	    .company = sqlite3_column_int64(q, 1),
	    .version = (uint64_t)sqlite3_column_int64(q, 2),
	    .state = (enum agent_state)sqlite3_column_int(q, 3),
	    .totp_step = (uint64_t)sqlite3_column_int64(q, 4),
	    .capacity = sqlite3_column_int64(q, 5),
	    .created_at = sqlite3_column_int64(q, 6),
	    .online = sqlite3_column_int(q, 7) != 0,
	    .away = sqlite3_column_int(q, 8) != 0,
	    .presence_at = sqlite3_column_int64(q, 9),
	    .chats = (uint64_t)sqlite3_column_int64(q, 10),
	};
	return COPY_TEXTS(a, q, 11, &out->email, &out->name, &out->role,
		   &out->password, &out->totp, &out->backup, &out->skills,
		   &out->languages, &out->teams)
		   ? OK
		   : E_NOMEM;
}

/* What a statement that was asked finds. */
static enum err
one_agent(struct reader *r, enum err asked, sqlite3_stmt *q, struct arena *a,
    struct agent_row *out)
{
	enum err e = asked;

	if (e == OK && (e = conn_row(&r->conn, q)) == OK)
		e = agent_row(q, a, out);
	conn_reset(q);
	return reader_leave(r, e);
}

enum err
sqlite_read_agent(
    void *reader, int64_t id, struct arena *a, struct agent_row *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_AGENT_READ, &q, NUM(id));
	return one_agent(r, e, q, a, out);
}

enum err
sqlite_find_agent(void *reader, const struct agent_ask *ask, struct arena *a,
    struct agent_row *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(
	    &r->conn, SQL_AGENT_FIND, &q, NUM(ask->company), TEXT(ask->email));
	return one_agent(r, e, q, a, out);
}

enum err
sqlite_list_agents(void *reader, const struct agents_ask *ask, struct arena *a,
    struct agent_row *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn,
	    ask->company == 0 ? SQL_AGENT_LIST_ALL : SQL_AGENT_LIST, &q,
	    NUM(ask->company), NUM(ask->after), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = agent_row(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}

/* ---- passes ------------------------------------------------------------ */

static enum err
pass_row(sqlite3_stmt *q, struct arena *a, struct pass_row *out)
{
	struct str hex = conn_text(q, 7);

	*out = (struct pass_row){
	    .id = sqlite3_column_int64(q, 0),
	    .kind = (enum pass_kind)sqlite3_column_int(q, 1),
	    .company = sqlite3_column_int64(q, 2),
	    .agent = sqlite3_column_int64(q, 3),
	    .created_at = sqlite3_column_int64(q, 4),
	    .seen_at = sqlite3_column_int64(q, 5),
	    .expires_at = sqlite3_column_int64(q, 6),
	};
	if (sodium_hex2bin(out->hash, sizeof(out->hash), hex.p, hex.n, NULL,
		NULL, NULL) != 0)
		return E_IO;
	return COPY_TEXTS(a, q, 8, &out->name, &out->data) ? OK : E_NOMEM;
}

enum err
sqlite_find_pass(void *reader, const unsigned char *hash, struct arena *a,
    struct pass_row *out)
{
	struct reader *r = reader;
	char hex[2 * PASS_HASH + 1];
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	sodium_bin2hex(hex, sizeof(hex), hash, PASS_HASH);
	e = CONN_QUERY(&r->conn, SQL_PASS_FIND, &q, TEXT(str_from(hex)));
	if (e == OK && (e = conn_row(&r->conn, q)) == OK)
		e = pass_row(q, a, out);
	conn_reset(q);
	return reader_leave(r, e);
}

enum err
sqlite_list_passes(void *reader, const struct pass_ask *ask, struct arena *a,
    struct pass_row *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn,
	    ask->agent == 0 ? SQL_PASS_LIST : SQL_PASS_LIST_AGENT, &q,
	    NUM(ask->company), NUM(ask->kind), NUM(ask->agent), NUM(ask->after),
	    NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = pass_row(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}

/* ---- items ------------------------------------------------------------- */

static enum err
item_row(sqlite3_stmt *q, struct arena *a, struct item *out)
{
	out->version = (uint64_t)sqlite3_column_int64(q, 0);
	out->at = sqlite3_column_int64(q, 1);
	return COPY_TEXTS(a, q, 2, &out->key, &out->value) ? OK : E_NOMEM;
}

enum err
sqlite_list_items(void *reader, const struct item_ask *ask, struct arena *a,
    struct item *out, size_t *n)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_ITEM_LIST, &q, NUM(ask->company),
	    NUM(ask->kind), NUM(ask->owner), TEXT(ask->after), NUM(max));
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK) {
		out[*n] = (struct item){.company = ask->company,
		    .kind = ask->kind,
		    .owner = ask->owner};
		e = item_row(q, a, &out[(*n)++]);
	}
	return list_end(r, q, e);
}

enum err
sqlite_read_item(
    void *reader, const struct item *which, struct arena *a, struct item *out)
{
	struct reader *r = reader;
	sqlite3_stmt *q;
	enum err e = reader_enter(r);

	if (e != OK)
		return e;
	e = CONN_QUERY(&r->conn, SQL_ITEM_READ, &q, NUM(which->company),
	    NUM(which->kind), NUM(which->owner), TEXT(which->key));
	if (e == OK && (e = conn_row(&r->conn, q)) == OK) {
		*out = (struct item){.company = which->company,
		    .kind = which->kind,
		    .owner = which->owner};
		e = item_row(q, a, out);
	}
	conn_reset(q);
	return reader_leave(r, e);
}

/* ---- the audit --------------------------------------------------------- */

static enum err
audit_row(sqlite3_stmt *q, struct arena *a, struct audit_row *out)
{
	*out = (struct audit_row){
	    .id = sqlite3_column_int64(q, 0),
	    .at = sqlite3_column_int64(q, 1),
	    .company = sqlite3_column_int64(q, 2),
	    .agent = sqlite3_column_int64(q, 3),
	    .conversation = sqlite3_column_int64(q, 4),
	};
	return COPY_TEXTS(a, q, 5, &out->what, &out->outcome, &out->detail)
		   ? OK
		   : E_NOMEM;
}

static enum sql
audit_list(const struct audit_ask *ask)
{
	if (ask->conversation != 0)
		return SQL_AUDIT_LIST_CONVERSATION;
	return ask->agent != 0 ? SQL_AUDIT_LIST_AGENT : SQL_AUDIT_LIST;
}

enum err
sqlite_list_audit(void *reader, const struct audit_ask *ask, struct arena *a,
    struct audit_row *out, size_t *n)
{
	struct reader *r = reader;
	int64_t before = ask->before > 0 ? ask->before : INT64_MAX;
	sqlite3_stmt *q;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	/* A statement takes as many as it has places for. */
	e = conn_query(&r->conn, audit_list(ask), &q,
	    (const struct arg[]){NUM(ask->company), NUM(before), NUM(max),
		NUM(ask->agent), NUM(ask->conversation)},
	    ask->conversation != 0 ? 5
	    : ask->agent != 0	   ? 4
				   : 3);
	while (e == OK && *n < max && (e = conn_row(&r->conn, q)) == OK)
		e = audit_row(q, a, &out[(*n)++]);
	return list_end(r, q, e);
}

static enum err
audit_newest(struct reader *r, int64_t *out)
{
	sqlite3_stmt *q;
	enum err e = conn_query(&r->conn, SQL_AUDIT_NEWEST, &q, NULL, 0);

	if (e == OK && (e = conn_row(&r->conn, q)) == OK)
		*out = sqlite3_column_int64(q, 0);
	conn_reset(q);
	return e;
}

/* A line that is written in between comes with the next call. */
enum err
sqlite_follow_audit(void *reader, int64_t *after, struct arena *a,
    struct audit_row *out, size_t *n)
{
	struct reader *r = reader;
	int64_t newest = 0;
	sqlite3_stmt *q = NULL;
	size_t max = *n;
	enum err e = reader_enter(r);

	*n = 0;
	if (e != OK)
		return e;
	e = audit_newest(r, &newest);
	if (e == OK && *after >= 0 && newest > *after)
		e = CONN_QUERY(&r->conn, SQL_AUDIT_FOLLOW, &q, NUM(*after),
		    NUM(newest), NUM(max));
	while (e == OK && q != NULL && *n < max &&
	       (e = conn_row(&r->conn, q)) == OK)
		e = audit_row(q, a, &out[(*n)++]);
	if (q != NULL)
		e = list_end(r, q, e);
	else
		e = reader_leave(r, e);
	if (e == OK)
		*after = *n == max && max > 0 ? out[max - 1].id : newest;
	return e;
}
