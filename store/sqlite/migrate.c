/* migrate: look whose file it is, copy it, then one transaction a step. */
#include "store/sqlite/migrate.h"
#include "store/sqlite/file.h"

#include <stdio.h>
#include <unistd.h>

static enum err
read_number(struct conn *c, const char *sql, int64_t *out)
{
	sqlite3_stmt *q = NULL;
	enum err e = conn_err(c, sqlite3_prepare_v2(c->db, sql, -1, &q, NULL));

	if (e == OK && (e = conn_row(c, q)) == OK)
		*out = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return e;
}

static int64_t
newest(const struct migration *list)
{
	int64_t n = 0;

	while (list[n].name != NULL)
		n++;
	return n;
}

/* ---- whose file is it -------------------------------------------------- */

static enum err
is_empty(struct conn *c, bool *out)
{
	int64_t tables = 0;
	enum err e = read_number(
	    c, "SELECT count(*) FROM sqlite_schema", &tables);

	*out = tables == 0;
	return e;
}

/* 0: nothing has been made here yet. */
static enum err
read_version(struct conn *c, int64_t *version)
{
	int64_t id = 0;
	bool empty = false;
	enum err e = is_empty(c, &empty);

	*version = 0;
	if (e != OK || empty)
		return e;
	if ((e = read_number(c, "PRAGMA application_id", &id)) != OK)
		return e;
	if (id != APPLICATION_ID)
		return E_BADINPUT;
	e = read_number(
	    c, "SELECT value FROM meta WHERE name = 'schema_version'", version);
	return e == E_NOTFOUND ? conn_err(c, SQLITE_CORRUPT) : e;
}

/* ---- the snapshot ------------------------------------------------------ */

/* A copy under another name first: a half-made snapshot must not be taken
 * for one. */
static enum err
copy_to(struct conn *c, const char *draft)
{
	sqlite3_stmt *q = NULL;
	enum err e;

	(void)unlink(draft);
	e = conn_err(
	    c, sqlite3_prepare_v2(c->db, "VACUUM INTO ?1", -1, &q, NULL));
	if (e == OK)
		e = conn_err(
		    c, sqlite3_bind_text(q, 1, draft, -1, SQLITE_STATIC));
	if (e == OK && (e = conn_row(c, q)) == E_NOTFOUND)
		e = OK;
	sqlite3_finalize(q);
	return e == OK ? file_sync(draft) : e;
}

static enum err
snapshot(struct conn *c, const char *path, int64_t version)
{
	char name[FILE_PATH_MAX], draft[FILE_PATH_MAX];
	int n = snprintf(
	    name, sizeof(name), "%s.v%lld.snapshot", path, (long long)version);
	enum err e;

	if (n < 0 || (size_t)n + sizeof(".draft") > sizeof(draft))
		return E_BADINPUT;
	(void)snprintf(draft, sizeof(draft), "%.*s.draft", n, name);
	e = copy_to(c, draft);
	if (e == OK && rename(draft, name) != 0)
		e = E_IO;
	if (e != OK)
		(void)unlink(draft);
	return e == OK ? file_sync_directory_of(path) : e;
}

/* ---- steps ------------------------------------------------------------- */

static enum err
mark_ours(struct conn *c)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
	    "PRAGMA application_id = %d;"
	    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	    "INSERT INTO meta VALUES ('schema_version', 0)",
	    APPLICATION_ID);
	return conn_exec(c, sql);
}

/* Inside the transaction. */
static enum err
step(struct conn *c, const struct migration *m, int64_t version)
{
	char sql[100];
	bool empty = false;
	enum err e = is_empty(c, &empty);

	if (e == OK && empty)
		e = mark_ours(c);
	if (e == OK)
		e = conn_exec(c, m->sql);
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE meta SET value = %lld WHERE name = 'schema_version'",
	    (long long)version);
	return e == OK ? conn_exec(c, sql) : e;
}

static enum err
run_step(struct conn *c, const struct migration *m, int64_t version)
{
	enum err e = conn_run(c, SQL_BEGIN_WRITE);

	if (e == OK)
		e = step(c, m, version);
	if (e == OK)
		e = conn_run(c, SQL_COMMIT);
	return e;
}

static enum err
step_failed(struct conn *c, const char *path, const struct migration *m,
    enum err e, struct why *why)
{
	char place[FILE_PATH_MAX];

	(void)snprintf(place, sizeof(place), "%s: migration %s", path, m->name);
	e = why_failed(why, e, c, place);
	if (!sqlite3_get_autocommit(c->db))
		(void)sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	return e;
}

enum err
migrate_run(struct conn *c, const char *path, const struct migration *list,
    int64_t version, struct why *why)
{
	bool empty = true;
	enum err e = is_empty(c, &empty);

	if (e == OK && !empty && version < newest(list))
		e = snapshot(c, path, version);
	if (e != OK)
		return why_failed(why, e, c, path);
	for (; list[version].name != NULL; version++) {
		e = run_step(c, &list[version], version + 1);
		if (e != OK)
			return step_failed(c, path, &list[version], e, why);
	}
	return OK;
}

enum err
migrate_look(struct conn *c, const char *path, const struct migration *list,
    int64_t *version, struct why *why)
{
	enum err e = read_version(c, version);

	if (e == E_BADINPUT)
		why_say(why, "%s: is the database of another program", path);
	else if (e != OK)
		return why_failed(why, e, c, path);
	else if (*version > newest(list)) {
		why_say(why,
		    "%s: has schema version %lld, this program knows up to"
		    " %lld; use a newer one",
		    path, (long long)*version, (long long)newest(list));
		e = E_VERSION;
	}
	return e;
}
