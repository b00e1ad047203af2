/*
 * The log between the commits and the database file: it stays within its
 * bound, under load, with readers that will not let go, and on a disk that
 * takes no copies.
 */
#include "store/sqlite/log_frames.h"
#include "store/sqlite/sqlite.h"
#include "tests/lib/cmocka.h"
#include "tests/store/fault_vfs.h"
#include "tests/store/fixture.h"
#include "tests/store/sqlite_file.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOG_BYTES_MAX (64 * 1024 * 1024)
#define BURST 100
#define BODY_BYTES 30000

struct load {
	struct fixture f;
	int64_t id;
	char log[160];
	char *body;
	struct store_op ops[BURST];
	uint64_t bursts;
};

static void
load_open(struct load *l, const char *vfs, const struct clock *clock)
{
	fault_vfs_clear();
	fixture_directory(&l->f, &store_engine_sqlite);
	l->f.conf.vfs = vfs;
	l->f.conf.clock = clock;
	fixture_start(&l->f);
	l->f.company = put_company(l->f.store, "acme", "{}");
	l->id = open_conversation(&l->f, "bob");
	(void)snprintf(l->log, sizeof(l->log), "%s-wal", l->f.path);
	l->body = calloc(1, BODY_BYTES);
	must(l->body == NULL ? E_NOMEM : OK);
	l->bursts = 0;
}

static void
load_close(struct load *l)
{
	assert_int_equal(state_of(&l->f, l->id).seq, l->bursts * BURST + 1);
	assert_true(is_consistent(&l->f, l->id));
	fixture_close(&l->f);
	free(l->body);
}

/* About a tenth of what starts a copy. */
static void
load_burst(struct load *l)
{
	struct batch b;

	batch_init(&b);
	for (size_t i = 0; i < BURST; i++) {
		l->ops[i] = message_op(l->id, NULL);
		l->ops[i].inbound.event.body = (struct str){
		    l->body, BODY_BYTES};
		batch_submit(&b, l->f.store, &l->ops[i]);
	}
	batch_wait(&b);
	for (size_t i = 0; i < BURST; i++)
		must(l->ops[i].err);
	l->bursts++;
}

static struct store_stats
stats_of(struct load *l)
{
	struct store_stats stats;

	store_stats(l->f.store, &stats);
	return stats;
}

static void
the_log_stays_within_its_bound(void **state)
{
	struct load l;

	(void)state;
	load_open(&l, NULL, NULL);
	while (stats_of(&l).checkpoints < 3) {
		load_burst(&l);
		assert_in_range(file_size(l.log), 0, LOG_BYTES_MAX);
		assert_in_range(stats_of(&l).wal_bytes, 0, LOG_BYTES_MAX);
		assert_true(l.bursts < 300);
	}
	load_close(&l);
	assert_false(file_exists(l.log));
}

/* ---- readers that hold it ---------------------------------------------- */

/* A second passes whenever someone looks. */
static int64_t
hasty_ms(const struct clock *c)
{
	static _Atomic int64_t now;

	(void)c;
	return now += 1000;
}

static const struct clock hasty = {.steady_ms = hasty_ms};

static void
a_reader_that_will_not_let_go_is_ended(void **state)
{
	struct conversation c;
	struct event page[1];
	size_t n = 1;
	struct load l;

	(void)state;
	load_open(&l, NULL, &hasty);
	must(store_read_begin(l.f.reader));
	must(store_read_conversation(l.f.reader, l.id, &c));
	while (stats_of(&l).checkpoints < 2) {
		load_burst(&l);
		assert_in_range(file_size(l.log), 0, LOG_BYTES_MAX);
		assert_true(l.bursts < 300);
	}
	assert_int_equal(
	    store_read_conversation(l.f.reader, l.id, &c), E_LIMIT);
	assert_int_equal(
	    store_read_events(l.f.reader, l.id, 0, &l.f.arena, page, &n),
	    E_LIMIT);
	assert_int_equal(n, 0);
	store_read_end(l.f.reader);
	must(store_read_begin(l.f.reader));
	must(store_read_conversation(l.f.reader, l.id, &c));
	store_read_end(l.f.reader);
	load_close(&l);
}

static _Atomic int64_t set_now;

static int64_t
set_ms(const struct clock *c)
{
	(void)c;
	return set_now;
}

static void
a_young_moment_is_spared(void **state)
{
	const struct clock set = {.steady_ms = set_ms};
	struct conversation c;
	struct readers all;
	struct reader *r;
	struct fixture f;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	readers_init(&all, f.path, NULL, &set);
	must(reader_open(&all, &r));
	must(reader_begin(r));
	set_now += READER_MS_MAX - 1;
	readers_expire(&all);
	assert_int_equal(sqlite_read_conversation(r, 1, &c), E_NOTFOUND);
	set_now++;
	readers_expire(&all);
	assert_int_equal(sqlite_read_conversation(r, 1, &c), E_LIMIT);
	reader_end(r);
	set_now += READER_MS_MAX;
	readers_expire(&all); /* it keeps no moment now */
	assert_int_equal(sqlite_read_conversation(r, 1, &c), E_NOTFOUND);
	reader_close(r);
	readers_free(&all);
	fixture_close(&f);
}

/* Another program's reader is not ours to end: the log grows, then refuses. */
static void
a_foreign_reader_costs_room_but_nothing_is_lost(void **state)
{
	sqlite3 *foreign;
	struct load l;

	(void)state;
	load_open(&l, NULL, NULL);
	must(sqlite3_open(l.f.path, &foreign) == SQLITE_OK ? OK : E_IO);
	(void)sqlite3_exec(foreign, "BEGIN; SELECT count(*) FROM conversation",
	    NULL, NULL, NULL);
	while (stats_of(&l).wal_bytes <=
	       (uint64_t)(LOG_PAGES_HIGH + 2000) * LOG_PAGE_BYTES)
		load_burst(&l);
	assert_int_equal(stats_of(&l).checkpoints, 0);
	(void)sqlite3_close(foreign);
	while (stats_of(&l).checkpoints == 0)
		load_burst(&l);
	load_burst(&l);
	assert_in_range(file_size(l.log), 0, LOG_BYTES_MAX);
	load_close(&l);
}

static void
at_its_maximum_the_log_refuses(void **state)
{
	struct store_op op, *ops[1] = {&op};
	struct sqlite *s;
	bool common = false;
	sqlite3 *foreign;
	struct fixture f;
	char why[256];

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	op = message_op(open_conversation(&f, "bob"), NULL);
	fixture_stop(&f);
	must(store_engine_sqlite.open(&f.conf, (void **)&s, why, sizeof(why)));
	must(sqlite3_open(f.path, &foreign) == SQLITE_OK ? OK : E_IO);
	(void)sqlite3_exec(foreign, "BEGIN; SELECT count(*) FROM conversation",
	    NULL, NULL, NULL);
	must(store_engine_sqlite.commit(s, ops, 1, &common));
	s->checkpointer.log_pages = LOG_PAGES_MAX;
	assert_int_equal(
	    store_engine_sqlite.commit(s, ops, 1, &common), E_FULL);
	assert_true(common);
	(void)sqlite3_close(foreign);
	must(store_engine_sqlite.commit(s, ops, 1, &common));
	store_engine_sqlite.close(s);
	fixture_remove(&f);
}

/* ---- the copying ------------------------------------------------------- */

static void
a_disk_that_takes_no_copies_stops_no_commits(void **state)
{
	struct load l;

	(void)state;
	load_open(&l, FAULT_VFS, NULL);
	fault_vfs_plan(&(struct fault_plan){.calls = FAULT_WRITE | FAULT_SYNC,
	    .files = FAULT_MAIN,
	    .nth = 1,
	    .for_ever = true,
	    .code = SQLITE_IOERR_WRITE});
	while (stats_of(&l).wal_bytes <= (uint64_t)LOG_PAGES * LOG_PAGE_BYTES)
		load_burst(&l);
	for (unsigned i = 0; i < 3; i++)
		load_burst(&l);
	assert_int_equal(stats_of(&l).checkpoints, 0);
	assert_int_equal(stats_of(&l).state, OK);
	fault_vfs_clear();
	while (stats_of(&l).checkpoints == 0)
		load_burst(&l);
	load_close(&l);
}

/* So that the next start, even after a kill, has little to do. */
static void
an_idle_store_copies_its_log(void **state)
{
	struct load l;

	(void)state;
	load_open(&l, FAULT_VFS, NULL);
	fault_vfs_plan(&(struct fault_plan){.calls = FAULT_SYNC,
	    .files = FAULT_MAIN,
	    .nth = 1,
	    .code = SQLITE_OK});
	for (unsigned i = 0; fault_vfs_hits() == 0 && i < 500; i++)
		sqlite3_sleep(10);
	assert_int_equal(fault_vfs_hits(), 1);
	load_close(&l);
}

/*
 * A checkpoint of a log that is all copied is how SQLite can lose pages. The
 * log's file is long here although little stands in it, as after any burst.
 */
static void
what_is_copied_is_not_copied_again(void **state)
{
	struct log_frames now = {.all = 0};
	sqlite3 *db;
	struct load l;

	(void)state;
	load_open(&l, FAULT_VFS, NULL);
	must(truncate(l.log, LOG_BYTES_MAX) == 0 ? OK : E_IO);
	must(sqlite3_open(l.f.path, &db) == SQLITE_OK ? OK : E_IO);
	(void)sqlite3_exec(db, "PRAGMA schema_version", NULL, NULL, NULL);
	must(log_frames_read(db, &now) ? OK : E_IO);
	assert_true(now.all > 0);
	for (unsigned i = 0; log_frames_left(&now) && i < 500; i++) {
		sqlite3_sleep(10);
		must(log_frames_read(db, &now) ? OK : E_IO);
	}
	assert_false(log_frames_left(&now));
	fault_vfs_plan(&(struct fault_plan){
	    .calls = FAULT_COPY, .nth = 1, .for_ever = true});
	sqlite3_sleep(600); /* two looks; nothing else would tell */
	assert_int_equal(fault_vfs_hits(), 0);
	(void)sqlite3_close(db);
	load_close(&l);
}

static void
one_process_copies_at_a_time(void **state)
{
	struct turn other;
	struct load l;

	(void)state;
	load_open(&l, FAULT_VFS, NULL);
	must(turn_open(&other, l.f.path));
	for (unsigned i = 0; !turn_copy_begin(&other) && i < 500; i++)
		sqlite3_sleep(10);
	fault_vfs_plan(&(struct fault_plan){
	    .calls = FAULT_COPY, .nth = 1, .for_ever = true});
	while (stats_of(&l).wal_bytes <=
	       (uint64_t)(LOG_PAGES + 200) * LOG_PAGE_BYTES)
		load_burst(&l);
	assert_int_equal(fault_vfs_hits(), 0);
	assert_int_equal(stats_of(&l).checkpoints, 0);
	turn_copy_end(&other);
	while (stats_of(&l).checkpoints == 0)
		load_burst(&l);
	assert_true(fault_vfs_hits() > 0);
	turn_close(&other);
	load_close(&l);
}

/* By turns, as if they were two processes: either copies what both wrote. */
static void
two_stores_keep_one_log_within_its_bound(void **state)
{
	struct store *mine, *other;
	uint64_t copied = 0;
	struct load l;

	(void)state;
	load_open(&l, NULL, NULL);
	mine = l.f.store;
	other = fixture_other(&l.f);
	while (copied < 3) {
		l.f.store = mine;
		load_burst(&l);
		copied = stats_of(&l).checkpoints;
		l.f.store = other;
		load_burst(&l);
		copied += stats_of(&l).checkpoints;
		assert_in_range(file_size(l.log), 0, LOG_BYTES_MAX);
		assert_true(l.bursts < 300);
	}
	l.f.store = mine;
	store_close(other);
	assert_int_equal(state_of(&l.f, l.id).seq, l.bursts * BURST + 1);
	assert_true(file_is_whole(l.f.path));
	load_close(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_log_stays_within_its_bound),
	    cmocka_unit_test(a_reader_that_will_not_let_go_is_ended),
	    cmocka_unit_test(a_young_moment_is_spared),
	    cmocka_unit_test(a_foreign_reader_costs_room_but_nothing_is_lost),
	    cmocka_unit_test(at_its_maximum_the_log_refuses),
	    cmocka_unit_test(a_disk_that_takes_no_copies_stops_no_commits),
	    cmocka_unit_test(an_idle_store_copies_its_log),
	    cmocka_unit_test(what_is_copied_is_not_copied_again),
	    cmocka_unit_test(one_process_copies_at_a_time),
	    cmocka_unit_test(two_stores_keep_one_log_within_its_bound),
	};

	fault_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
