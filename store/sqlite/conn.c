/*
 * conn: SQLite's calls, and its codes turned into ours.
 *
 * Locks are held by other processes for a few hundred microseconds, so a
 * waiter sleeps that short too; SQLite's own handler sleeps milliseconds.
 */
#include "store/sqlite/conn.h"

#include <time.h>

/* The rest, and they are many, is E_IO and nobody's op. */
static const struct {
	int rc;
	enum err err;
	bool file; /* the file's trouble, not the statement's */
} codes[] = {
    {SQLITE_OK, OK, false},
    {SQLITE_FULL, E_FULL, true},
    {SQLITE_IOERR, E_IO, true},
    {SQLITE_CANTOPEN, E_IO, true},
    {SQLITE_READONLY, E_IO, true},
    {SQLITE_NOTADB, E_IO, true},
    {SQLITE_BUSY, E_LIMIT, true},
    {SQLITE_NOMEM, E_NOMEM, false},
    {SQLITE_TOOBIG, E_NOMEM, false},
};

static size_t
code_find(int rc)
{
	size_t i = 0;

	while (i < ARRAY_LEN(codes) && codes[i].rc != (rc & 0xff))
		i++;
	return i;
}

enum err
conn_err(struct conn *c, int rc)
{
	size_t i = code_find(rc);
	enum err e = i < ARRAY_LEN(codes) ? codes[i].err : E_IO;

	if (e == OK)
		return OK;
	c->rc = rc;
	/* With no memory in the middle of things, IOERR_NOMEM says so. */
	if (rc == SQLITE_IOERR_NOMEM)
		return E_NOMEM;
	c->failed |= e == E_IO;
	return e;
}

bool
conn_failed_by_file(const struct conn *c)
{
	size_t i = code_find(c->rc);

	return c->rc != SQLITE_IOERR_NOMEM && i < ARRAY_LEN(codes) &&
	       codes[i].file;
}

/* ---- life -------------------------------------------------------------- */

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
on_busy(void *arg, int tries)
{
	struct conn *c = arg;
	int64_t now = now_us();
	struct timespec nap = {0, tries < 20 ? 50000 : 200000};

	if (tries == 0) {
		c->busy_since = now;
		if (c->turn != NULL)
			turn_wait_begin(c->turn);
	}
	if (now - c->busy_since >= (int64_t)c->busy_ms * 1000)
		return 0;
	nanosleep(&nap, NULL);
	return 1;
}

enum err
conn_exec(struct conn *c, const char *sql)
{
	return conn_err(c, sqlite3_exec(c->db, sql, NULL, NULL, NULL));
}

#define SETTINGS \
	"PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;" \
	"PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF"

enum err
conn_open(struct conn *c, const char *path, const char *vfs, bool create)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    (create ? SQLITE_OPEN_CREATE : 0);
	int rc;

	*c = (struct conn){.busy_ms = CONN_BUSY_MS};
	rc = sqlite3_open_v2(path, &c->db, flags, vfs);
	if (rc != SQLITE_OK)
		return conn_err(c, rc);
	sqlite3_extended_result_codes(c->db, 1);
	sqlite3_busy_handler(c->db, on_busy, c);
	return conn_exec(c, SETTINGS);
}

void
conn_close(struct conn *c)
{
	for (size_t i = 0; i < SQLS; i++)
		sqlite3_finalize(c->stmts[i]);
	(void)sqlite3_close(c->db);
	*c = (struct conn){0};
}

/* ---- statements -------------------------------------------------------- */

static enum err
prepare(struct conn *c, enum sql which)
{
	if (c->stmts[which] != NULL)
		return OK;
	return conn_err(
	    c, sqlite3_prepare_v3(c->db, sql_text[which], -1,
		   SQLITE_PREPARE_PERSISTENT, &c->stmts[which], NULL));
}

static int
bind(sqlite3_stmt *q, int at, const struct arg *a)
{
	if (a->type == ARG_NUM)
		return sqlite3_bind_int64(q, at, a->num);
	if (a->type == ARG_NULL)
		return sqlite3_bind_null(q, at);
	return sqlite3_bind_text64(q, at, a->text.n > 0 ? a->text.p : "",
	    a->text.n, SQLITE_STATIC, SQLITE_UTF8);
}

enum err
conn_query(struct conn *c, enum sql which, sqlite3_stmt **out,
    const struct arg *args, size_t n)
{
	enum err e = prepare(c, which);
	int rc = SQLITE_OK;

	*out = c->stmts[which];
	if (e != OK)
		return e;
	for (size_t i = 0; i < n && rc == SQLITE_OK; i++)
		rc = bind(*out, (int)i + 1, &args[i]);
	return conn_err(c, rc);
}

enum err
conn_row(struct conn *c, sqlite3_stmt *q)
{
	int rc = sqlite3_step(q);

	if (rc == SQLITE_ROW)
		return OK;
	if (rc == SQLITE_DONE)
		return E_NOTFOUND;
	return conn_err(c, rc);
}

void
conn_reset(sqlite3_stmt *q)
{
	(void)sqlite3_reset(q);
}

enum err
conn_change(struct conn *c, enum sql which, int *changed,
    const struct arg *args, size_t n)
{
	sqlite3_stmt *q;
	enum err e = conn_query(c, which, &q, args, n);

	if (e == OK)
		e = conn_row(c, q);
	conn_reset(q);
	if (e == OK) /* a row, where none is expected */
		return conn_err(c, SQLITE_INTERNAL);
	if (e != E_NOTFOUND)
		return e;
	if (changed != NULL)
		*changed = sqlite3_changes(c->db);
	return OK;
}

enum err
conn_run(struct conn *c, enum sql which)
{
	return conn_change(c, which, NULL, NULL, 0);
}
