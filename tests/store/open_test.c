/*
 * Opening a SQLite file: whose it is, what it needs, what the operator is
 * told. A file that is not ours is left as it was, to the byte.
 */
#include "tests/lib/cmocka.h"
#include "tests/store/fault_vfs.h"
#include "tests/store/fixture.h"
#include "tests/store/sqlite_file.h"

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define OURS "PRAGMA application_id = 0x46645374;"
#define META(version) \
	"CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;" \
	"INSERT INTO meta VALUES ('schema_version', " version ");"

static enum err
try_open(struct fixture *f, char why[256])
{
	enum err e;

	why[0] = '\0';
	e = store_open_engine(f->engine, &f->conf, &f->store, why, 256);
	if (e == OK)
		store_close(f->store);
	f->store = NULL;
	return e;
}

static void
check_refused(struct fixture *f, enum err expected, const char *words)
{
	char why[256];

	assert_int_equal(try_open(f, why), expected);
	if (strstr(why, words) == NULL || strstr(why, f->conf.path) == NULL)
		(void)fprintf(stderr, "why: %s\n", why);
	assert_non_null(strstr(why, words));
	assert_non_null(strstr(why, f->conf.path));
	assert_null(strchr(why, '\n'));
}

/* ---- whose file -------------------------------------------------------- */

static void
a_new_file_is_marked_as_ours(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	fixture_stop(&f);
	assert_int_equal(
	    file_number(f.path, "PRAGMA application_id"), 0x46645374);
	assert_true(file_number(f.path, "SELECT value FROM meta WHERE"
					" name = 'schema_version'") >= 1);
	assert_int_equal(file_number(f.path, "PRAGMA page_size"), 4096);
	assert_true(file_is_whole(f.path));
	fixture_remove(&f);
}

static void
an_empty_file_becomes_ours(void **state)
{
	struct fixture f;

	(void)state;
	fixture_directory(&f, &store_engine_sqlite);
	file_write(f.path, "", 0);
	fixture_start(&f);
	(void)put_company(f.store, "acme", "{}");
	fixture_close(&f);
}

static void
check_left_alone(const char *sql, enum err expected, const char *words)
{
	struct fixture f;
	uint64_t sum;

	fixture_directory(&f, &store_engine_sqlite);
	file_sql(f.path, sql);
	sum = file_sum(f.path);
	check_refused(&f, expected, words);
	assert_int_equal(file_sum(f.path), sum);
	fixture_remove(&f);
}

static void
foreign_and_newer_databases_are_left_alone(void **state)
{
	(void)state;
	check_left_alone("CREATE TABLE t (x)", E_BADINPUT, "another program");
	check_left_alone("PRAGMA application_id = 7; CREATE TABLE t (x)",
	    E_BADINPUT, "another program");
	check_left_alone(OURS META("9999"), E_VERSION, "version 9999");
	check_left_alone(OURS META("9999"), E_VERSION, "newer");
	check_left_alone(OURS "CREATE TABLE t (x)", E_IO, "meta");
	check_left_alone(OURS META("1") "DELETE FROM meta", E_IO, "damaged");
}

static void
other_files_are_left_alone(void **state)
{
	static const size_t sizes[] = {2, 10, 100, 5000};
	char bytes[5000];
	struct fixture f;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		uint64_t sum;

		fixture_directory(&f, &store_engine_sqlite);
		file_write(f.path, bytes, sizes[i]);
		sum = file_sum(f.path);
		check_refused(&f, E_BADINPUT, "not a database");
		assert_int_equal(file_sum(f.path), sum);
		fixture_remove(&f);
	}
}

/* ---- what stands in the way -------------------------------------------- */

static void
a_missing_directory_is_named(void **state)
{
	struct fixture f;

	(void)state;
	fixture_directory(&f, &store_engine_sqlite);
	f.conf.path = "/no/such/place/data.db";
	check_refused(&f, E_IO, "/no/such/place does not exist");
	fixture_remove(&f);
}

static void
a_directory_is_no_database(void **state)
{
	struct fixture f;

	(void)state;
	fixture_directory(&f, &store_engine_sqlite);
	must(mkdir(f.path, 0700) == 0 ? OK : E_IO);
	check_refused(&f, E_IO, "cannot be opened");
	must(rmdir(f.path) == 0 ? OK : E_IO);
	fixture_remove(&f);
}

/* Root may do everything, so for a while it is nobody. */
#define NOBODY 65534

static void
become(uid_t who)
{
	if (getuid() == 0)
		must(seteuid(who) == 0 ? OK : E_DENIED);
}

static void
a_missing_right_is_named(void **state)
{
	struct fixture f;

	(void)state;
	fixture_directory(&f, &store_engine_sqlite);
	must(chmod(f.dir, 0500) == 0 ? OK : E_IO);
	must(getuid() != 0 || chown(f.dir, NOBODY, 0) == 0 ? OK : E_IO);
	become(NOBODY);
	check_refused(&f, E_IO, "no permission to write in the directory");
	must(chmod(f.dir, 0700) == 0 ? OK : E_IO);
	file_write(f.path, "", 0);
	must(chmod(f.path, 0400) == 0 ? OK : E_IO);
	check_refused(&f, E_IO, "no permission to read and write the file");
	become(0);
	fixture_remove(&f);
}

static void
check_fault_named(
    unsigned calls, int code, enum err expected, const char *words)
{
	struct fixture f;

	fixture_directory(&f, &store_engine_sqlite);
	file_sql(f.path, OURS META("0"));
	f.conf.vfs = FAULT_VFS;
	fault_vfs_plan(&(struct fault_plan){
	    .calls = calls, .nth = 1, .for_ever = true, .code = code});
	check_refused(&f, expected, words);
	fault_vfs_clear();
	fixture_remove(&f);
}

static void
full_locked_and_failing_are_named(void **state)
{
	(void)state;
	check_fault_named(FAULT_WRITE, SQLITE_FULL, E_FULL, "disk is full");
	check_fault_named(
	    FAULT_READ, SQLITE_BUSY, E_LIMIT, "locked by another program");
	check_fault_named(
	    FAULT_WRITE, SQLITE_IOERR_WRITE, E_IO, "disk I/O error");
}

/* ---- every n ----------------------------------------------------------- */

static void
open_with_faults(struct fixture *f, const struct fault_plan *plan)
{
	char why[256];
	enum err e;

	f->conf.vfs = FAULT_VFS;
	fault_vfs_plan(plan);
	e = try_open(f, why);
	assert_true(e == OK || why[0] != '\0');
	fault_vfs_clear();
}

static void
a_failed_first_start_can_be_repeated(void **state)
{
	struct fault_plan plan = {
	    .calls = FAULT_ANY, .code = SQLITE_IOERR, .nth = 1};
	unsigned hits = 1;

	(void)state;
	for (; hits > 0; plan.nth++) {
		struct fixture f;

		plan.for_ever = plan.nth % 2 == 0;
		fixture_directory(&f, &store_engine_sqlite);
		open_with_faults(&f, &plan);
		hits = fault_vfs_hits();
		fixture_start(&f);
		(void)put_company(f.store, "acme", "{}");
		fixture_close(&f);
	}
	assert_true(plan.nth > 20);
}

/* The files as a kill would have left them: the log not yet copied. */
static int64_t
make_killed(struct fixture *f, char path[160])
{
	char log[200], log_to[200];
	int64_t id;

	fixture_open(f, &store_engine_sqlite);
	id = open_conversation(f, "bob");
	must(say(f, id, "s1"));
	(void)snprintf(path, 160, "%s/killed.db", f->dir);
	(void)snprintf(log, sizeof(log), "%s-wal", f->path);
	(void)snprintf(log_to, sizeof(log_to), "%s-wal", path);
	file_copy(f->path, path);
	file_copy(log, log_to);
	fixture_stop(f);
	f->conf.path = path;
	return id;
}

static void
faults_while_recovering_lose_nothing(void **state)
{
	struct fault_plan plan = {
	    .calls = FAULT_ANY, .code = SQLITE_IOERR, .nth = 1};
	unsigned hits = 1;

	(void)state;
	for (; hits > 0; plan.nth++) {
		struct fixture f;
		char path[160];
		int64_t id = make_killed(&f, path);

		plan.for_ever = plan.nth % 2 == 0;
		open_with_faults(&f, &plan);
		hits = fault_vfs_hits();
		fixture_start(&f);
		assert_int_equal(state_of(&f, id).seq, 2);
		assert_true(is_consistent(&f, id));
		fixture_stop(&f);
		assert_true(file_is_whole(path));
		fixture_remove(&f);
	}
	assert_true(plan.nth > 10);
}

/* ---- several at once --------------------------------------------------- */

struct opener {
	pthread_t thread;
	struct fixture *f;
	pthread_barrier_t *start;
	struct store *store;
};

static void *
open_one(void *arg)
{
	struct opener *o = arg;

	pthread_barrier_wait(o->start);
	o->store = fixture_other(o->f);
	return NULL;
}

static void
open_together(struct fixture *f, struct opener openers[], size_t n)
{
	pthread_barrier_t start;

	pthread_barrier_init(&start, NULL, (unsigned)n);
	for (size_t i = 0; i < n; i++) {
		openers[i].f = f;
		openers[i].start = &start;
		must(pthread_create(
			 &openers[i].thread, NULL, open_one, &openers[i]) == 0
			 ? OK
			 : E_NOMEM);
	}
	for (size_t i = 0; i < n; i++)
		pthread_join(openers[i].thread, NULL);
	pthread_barrier_destroy(&start);
}

static void
several_may_open_a_new_file(void **state)
{
	struct opener openers[6];
	struct fixture f;

	(void)state;
	for (unsigned round = 0; round < 10; round++) {
		fixture_directory(&f, &store_engine_sqlite);
		open_together(&f, openers, ARRAY_LEN(openers));
		for (size_t i = 0; i < ARRAY_LEN(openers); i++) {
			assert_int_equal(
			    put_company(openers[i].store, "acme", "{}"), 1);
			store_close(openers[i].store);
		}
		fixture_remove(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_new_file_is_marked_as_ours),
	    cmocka_unit_test(an_empty_file_becomes_ours),
	    cmocka_unit_test(foreign_and_newer_databases_are_left_alone),
	    cmocka_unit_test(other_files_are_left_alone),
	    cmocka_unit_test(a_missing_directory_is_named),
	    cmocka_unit_test(a_directory_is_no_database),
	    cmocka_unit_test(a_missing_right_is_named),
	    cmocka_unit_test(full_locked_and_failing_are_named),
	    cmocka_unit_test(a_failed_first_start_can_be_repeated),
	    cmocka_unit_test(faults_while_recovering_lose_nothing),
	    cmocka_unit_test(several_may_open_a_new_file),
	};

	fault_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
