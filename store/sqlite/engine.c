/*
 * engine: SQLite as a store. The group's transaction, its failures, and the
 * table of calls; opening stands at the end.
 */
#include "store/sqlite/file.h"
#include "store/sqlite/log_vfs.h"
#include "store/sqlite/migrate.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/write.h"

#include <stdlib.h>

#define WRITER_SETTINGS \
	"PRAGMA page_size = 4096; PRAGMA cache_size = -65536;" \
	"PRAGMA cache_spill = OFF; PRAGMA journal_size_limit = 67108864"

/* ---- the library ------------------------------------------------------- */

/*
 * Its count of bytes, which nobody reads, costs two locks an allocation. Where
 * the library was in use before us, it stays as it is.
 */
static void
library_start(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_initialize();
}

/* ---- groups ------------------------------------------------------------ */

static enum err
writer_open(struct sqlite *s, bool create)
{
	const char *vfs;
	enum err e = log_vfs_over(s->vfs, &vfs);

	if (e == OK)
		e = conn_open(&s->writer, s->path, vfs, create);
	return e == OK ? conn_exec(&s->writer, WRITER_SETTINGS) : e;
}

/* From now on its waits and its commits are others' business too. */
static void
writer_watch(struct sqlite *s)
{
	checkpointer_watch(&s->checkpointer);
	s->writer.turn = &s->checkpointer.turn;
}

/*
 * After a failure nothing is known of what the connection thinks is on disk,
 * a second fsync may lie, and what log_vfs holds back must go. Closing ends
 * the transaction and its lock; the next group reads everything anew.
 */
static void
writer_abandon(struct sqlite *s)
{
	conn_close(&s->writer);
	s->writer.failed = true;
}

static enum err
writer_ready(struct sqlite *s)
{
	enum err e;

	if (!s->writer.failed)
		return OK;
	e = writer_open(s, false);
	if (e == OK)
		writer_watch(s);
	else
		writer_abandon(s);
	return e;
}

static enum err
apply_all(struct conn *c, struct store_op **ops, size_t n)
{
	enum err e = OK;

	for (size_t i = 0; i < n && e == OK; i++) {
		ops[i]->err = write_op(c, ops[i]);
		if (!store_is_refusal(ops[i]->err))
			e = ops[i]->err;
	}
	return e;
}

/* With others before it that wait already. */
static enum err
begin(struct conn *c)
{
	enum err e;

	turn_yield(c->turn);
	e = conn_run(c, SQL_BEGIN_WRITE);
	turn_wait_end(c->turn);
	return e;
}

static enum err
run_group(struct conn *c, struct store_op **ops, size_t n)
{
	enum err e = begin(c);

	if (e == OK)
		e = apply_all(c, ops, n);
	return e == OK ? conn_run(c, SQL_COMMIT) : e;
}

static enum err
sqlite_commit(void *engine, struct store_op **ops, size_t n, bool *common)
{
	struct sqlite *s = engine;
	enum err e = writer_ready(s);

	*common = true;
	if (e == OK)
		e = checkpointer_room(&s->checkpointer);
	if (e != OK)
		return e;
	e = run_group(&s->writer, ops, n);
	if (e == OK) {
		checkpointer_turn(&s->checkpointer);
	} else {
		*common = conn_failed_by_file(&s->writer);
		writer_abandon(s);
	}
	return e;
}

static enum err
sqlite_probe(void *engine)
{
	struct sqlite *s = engine;
	enum err e = writer_ready(s);

	if (e != OK)
		return e;
	if ((e = conn_run(&s->writer, SQL_PROBE)) != OK)
		writer_abandon(s);
	return e;
}

static void
sqlite_stats(void *engine, struct store_stats *out)
{
	struct sqlite *s = engine;
	int pages = s->checkpointer.log_pages;

	out->wal_bytes = (uint64_t)pages * LOG_PAGE_BYTES;
	out->checkpoints = s->checkpointer.done;
}

/* ---- who delivers ------------------------------------------------------ */

static enum err
sqlite_lead(void *engine, enum store_role role)
{
	struct sqlite *s = engine;
	struct turn *lead = &s->lead[role];
	enum err e;

	if (lead->file >= 0)
		return OK;
	e = turn_open(lead, s->path);
	if (e == OK)
		e = turn_lead(lead, role);
	if (e != OK)
		turn_close(lead);
	return e;
}

static void
sqlite_unlead(void *engine, enum store_role role)
{
	struct sqlite *s = engine;

	turn_close(&s->lead[role]);
}

/* ---- readers ----------------------------------------------------------- */

static enum err
sqlite_reader_open(void *engine, void **reader)
{
	struct sqlite *s = engine;
	struct reader *r = NULL;
	enum err e = reader_open(&s->readers, &r);

	*reader = r;
	return e;
}

static void
sqlite_reader_close(void *reader)
{
	reader_close(reader);
}

static enum err
sqlite_read_begin(void *reader)
{
	return reader_begin(reader);
}

static void
sqlite_read_end(void *reader)
{
	reader_end(reader);
}

/* ---- life -------------------------------------------------------------- */

static void
sqlite_free(struct sqlite *s)
{
	unsigned i;

	for (i = 0; i < ROLES; i++)
		turn_close(&s->lead[i]);
	conn_close(&s->writer);
	readers_free(&s->readers);
	free(s->path);
	free(s->vfs);
	free(s);
}

static void
sqlite_close(void *engine)
{
	struct sqlite *s = engine;

	checkpointer_stop(&s->checkpointer);
	sqlite_free(s);
}

static enum err
sqlite_new(const struct store_conf *conf, struct sqlite **out)
{
	struct sqlite *s = calloc(1, sizeof(*s));
	unsigned i;

	if (s == NULL)
		return E_NOMEM;
	for (i = 0; i < ROLES; i++)
		s->lead[i].file = -1;
	s->path = strdup(conf->path);
	if (conf->vfs != NULL)
		s->vfs = strdup(conf->vfs);
	readers_init(&s->readers, s->path, s->vfs, conf->clock);
	if (s->path == NULL || (conf->vfs != NULL && s->vfs == NULL)) {
		sqlite_free(s);
		return E_NOMEM;
	}
	*out = s;
	return OK;
}

/* Asking for a log gives the mode that it got. */
static enum err
use_log(struct conn *c)
{
	sqlite3_stmt *q;
	enum err e = conn_query(c, SQL_USE_LOG, &q, NULL, 0);

	if (e == OK && (e = conn_row(c, q)) == OK &&
	    !str_eq(conn_text(q, 0), STR("wal")))
		e = conn_err(c, SQLITE_CANTOPEN);
	conn_reset(q);
	return e;
}

/* The directory's lock is held. */
static enum err
prepare_file(struct sqlite *s, struct why *why)
{
	int64_t version = 0;
	enum err e = writer_open(s, true);

	if (e != OK)
		return why_failed(why, e, &s->writer, s->path);
	/* SQLite opens what it may not write for reading, without a word. */
	if (sqlite3_db_readonly(s->writer.db, "main") == 1) {
		why_say(why, "%s: no permission to read and write the file",
		    s->path);
		return E_IO;
	}
	e = migrate_look(&s->writer, s->path, sqlite_migrations, &version, why);
	if (e != OK)
		return e;
	if ((e = use_log(&s->writer)) == OK)
		e = file_sync_directory_of(s->path);
	if (e != OK)
		return why_failed(why, e, &s->writer, s->path);
	return migrate_run(
	    &s->writer, s->path, sqlite_migrations, version, why);
}

static enum err
prepare(struct sqlite *s, struct why *why)
{
	int lock;
	enum err e = file_lock_directory_of(s->path, &lock);

	if (e == E_LIMIT)
		why_say(why, "%s: another program is preparing it", s->path);
	else if (e != OK)
		why_unopened(why, s->path);
	if (e != OK)
		return e;
	e = prepare_file(s, why);
	file_unlock(lock);
	return e;
}

static enum err
sqlite_open(
    const struct store_conf *conf, void **engine, char *text, size_t size)
{
	static pthread_once_t started = PTHREAD_ONCE_INIT;
	struct why why = {text, size};
	struct sqlite *s = NULL;
	enum err e = sqlite_new(conf, &s);

	if (e != OK)
		return e;
	(void)pthread_once(&started, library_start);
	if ((e = prepare(s, &why)) != OK)
		goto failed;
	e = checkpointer_start(&s->checkpointer, &s->writer, &s->readers);
	if (e == OK) {
		writer_watch(s);
		*engine = s;
		return OK;
	}
	why_say(&why, "%s: the checkpointer cannot start", s->path);
	checkpointer_stop(&s->checkpointer);
failed:
	sqlite_free(s);
	return e;
}

const struct store_engine store_engine_sqlite = {
    .name = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .commit = sqlite_commit,
    .probe = sqlite_probe,
    .stats = sqlite_stats,
    .lead = sqlite_lead,
    .unlead = sqlite_unlead,
    .reader_open = sqlite_reader_open,
    .reader_close = sqlite_reader_close,
    .read_begin = sqlite_read_begin,
    .read_end = sqlite_read_end,
    .read_company = sqlite_read_company,
    .find_company = sqlite_find_company,
    .list_companies = sqlite_list_companies,
    .read_conversation = sqlite_read_conversation,
    .read_seen = sqlite_read_seen,
    .read_claim = sqlite_read_claim,
    .read_events = sqlite_read_events,
    .list_pending = sqlite_list_pending,
    .list_timers = sqlite_list_timers,
    .read_timer = sqlite_read_timer,
    .read_reach = sqlite_read_reach,
    .list_outbox = sqlite_list_outbox,
    .read_outbox = sqlite_read_outbox,
    .find_outbox = sqlite_find_outbox,
    .list_outbox_of = sqlite_list_outbox_of,
    .read_excess = sqlite_read_excess,
    .list_lanes = sqlite_list_lanes,
    .list_reaches = sqlite_list_reaches,
    .list_conversations = sqlite_list_conversations,
    .count_views = sqlite_count_views,
    .read_row = sqlite_read_row,
    .list_handed = sqlite_list_handed,
    .read_handed = sqlite_read_handed,
    .list_not_taken = sqlite_list_not_taken,
    .search = sqlite_search,
    .read_feed = sqlite_read_feed,
    .read_place = sqlite_read_place,
    .read_end_of_feed = sqlite_read_end_of_feed,
    .read_agent = sqlite_read_agent,
    .find_agent = sqlite_find_agent,
    .list_agents = sqlite_list_agents,
    .find_pass = sqlite_find_pass,
    .list_passes = sqlite_list_passes,
    .list_items = sqlite_list_items,
    .read_item = sqlite_read_item,
    .list_audit = sqlite_list_audit,
    .follow_audit = sqlite_follow_audit,
};
