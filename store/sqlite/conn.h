/*
 * conn: one connection to the database file, and running statements on it.
 *
 * Every statement stands in the table in sql.c, is prepared when first used
 * and kept. A use goes:
 *
 *	sqlite3_stmt *q;
 *	enum err e = CONN_QUERY(c, SQL_CONVERSATION_READ, &q, NUM(id));
 *	if (e == OK)
 *		e = conn_row(c, q);       OK, or E_NOTFOUND: no (more) rows
 *	... sqlite3_column_*(q, ...)
 *	conn_reset(q);
 *
 * Bound text is borrowed: it must stay until the reset.
 */
#ifndef STORE_SQLITE_CONN_H
#define STORE_SQLITE_CONN_H

#include "core/base.h"
#include "store/sqlite/sql.h"
#include "store/sqlite/turn.h"

#include <sqlite3.h>

struct conn {
	sqlite3 *db;
	sqlite3_stmt *stmts[SQLS];
	unsigned busy_ms;   /* how long it waits for a lock */
	int64_t busy_since; /* steady us, of the wait under way */
	int rc;		    /* SQLite's code for what failed last */
	bool failed;	    /* to be opened anew before the next use */
	struct turn *turn;  /* the writer's: say there that it waits */
};

/* ---- life -------------------------------------------------------------- */

#define CONN_PAGE_BYTES 4096
#define CONN_BUSY_MS 5000

/*
 * With the settings that every connection has. create: the file may be new.
 * After a failure too, conn_close().
 */
enum err conn_open(
    struct conn *c, const char *path, const char *vfs, bool create) MUST_USE;
void conn_close(struct conn *c);

/* Runs SQL that gives no rows; for start-up. */
enum err conn_exec(struct conn *c, const char *sql) MUST_USE;

/* ---- statements -------------------------------------------------------- */

/* What is bound to a statement. */
struct arg {
	enum { ARG_NUM, ARG_TEXT, ARG_NULL } type;
	int64_t num;
	struct str text;
};

#define NUM(n) ((struct arg){.type = ARG_NUM, .num = (int64_t)(n)})
#define TEXT(s) ((struct arg){.type = ARG_TEXT, .text = (s)})
/* Zero, or empty text, is stored as NULL. */
#define NUM_OR_NULL(n) \
	((struct arg){ \
	    .type = (n) != 0 ? ARG_NUM : ARG_NULL, .num = (int64_t)(n)})
#define TEXT_OR_NULL(s) \
	((struct arg){.type = (s).n > 0 ? ARG_TEXT : ARG_NULL, .text = (s)})

#define ARGS(...) \
	(const struct arg[]){__VA_ARGS__}, \
	    sizeof((const struct arg[]){__VA_ARGS__}) / sizeof(struct arg)

enum err conn_query(struct conn *c, enum sql which, sqlite3_stmt **out,
    const struct arg *args, size_t n) MUST_USE;
#define CONN_QUERY(c, which, out, ...) \
	conn_query(c, which, out, ARGS(__VA_ARGS__))

/* The next row; E_NOTFOUND: there is none. */
enum err conn_row(struct conn *c, sqlite3_stmt *q) MUST_USE;
void conn_reset(sqlite3_stmt *q);

/* Runs a statement that changes; *changed (or NULL): how many rows. */
enum err conn_change(struct conn *c, enum sql which, int *changed,
    const struct arg *args, size_t n) MUST_USE;
#define CONN_CHANGE(c, which, changed, ...) \
	conn_change(c, which, changed, ARGS(__VA_ARGS__))

/* Statements without arguments: begin, commit, rollback. */
enum err conn_run(struct conn *c, enum sql which) MUST_USE;

static inline struct str
conn_text(sqlite3_stmt *q, int column)
{
	const char *p = (const char *)sqlite3_column_text(q, column);

	return (struct str){p, (size_t)sqlite3_column_bytes(q, column)};
}

/* Our word for a code of SQLite; notes it in c when it is a failure. */
enum err conn_err(struct conn *c, int rc);

/* Was the last failure the disk's or a lock's, whatever was being done? */
bool conn_failed_by_file(const struct conn *c);

#endif
