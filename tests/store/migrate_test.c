/*
 * Migrations: from each version to the next, all or nothing, and never
 * without a copy of what was there.
 */
#include "store/sqlite/migrate.h"
#include "tests/lib/cmocka.h"
#include "tests/store/fault_vfs.h"
#include "tests/store/fixture.h"
#include "tests/store/sqlite_file.h"

#include <stdio.h>

#define OLD_FILE \
	"PRAGMA application_id = 0x46645374;" \
	"CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;" \
	"INSERT INTO meta VALUES ('schema_version', 0);" \
	"CREATE TABLE relic (x); INSERT INTO relic VALUES (42);"
#define VERSION "SELECT value FROM meta WHERE name = 'schema_version'"
#define RELIC "SELECT x FROM relic"

static void
make_old(struct fixture *f, char snapshot[160])
{
	fixture_directory(f, &store_engine_sqlite);
	file_sql(f->path, OLD_FILE);
	(void)snprintf(snapshot, 160, "%s.v0.snapshot", f->path);
}

static enum err
run_list(struct fixture *f, const struct migration *list, char text[256])
{
	struct why why = {text, 256};
	int64_t version = 0;
	struct conn c;
	enum err e = conn_open(&c, f->path, f->conf.vfs, true);

	text[0] = '\0';
	if (e != OK)
		e = why_failed(&why, e, &c, f->path);
	if (e == OK)
		e = migrate_look(&c, f->path, list, &version, &why);
	if (e == OK)
		e = migrate_run(&c, f->path, list, version, &why);
	conn_close(&c);
	return e;
}

static int64_t
newest(void)
{
	int64_t n = 0;

	while (sqlite_migrations[n].name != NULL)
		n++;
	return n;
}

/* ---- the real ones ----------------------------------------------------- */

static void
an_old_database_is_copied_and_brought_up(void **state)
{
	char snapshot[160];
	struct fixture f;

	(void)state;
	make_old(&f, snapshot);
	fixture_start(&f);
	f.company = put_company(f.store, "acme", "{}");
	must(say(&f, open_conversation(&f, "bob"), NULL));
	fixture_stop(&f);
	assert_true(file_number(f.path, VERSION) >= 1);
	assert_int_equal(file_number(f.path, RELIC), 42);
	assert_true(file_is_whole(snapshot));
	assert_int_equal(file_number(snapshot, VERSION), 0);
	assert_int_equal(file_number(snapshot, RELIC), 42);
	assert_int_equal(
	    file_number(snapshot, "PRAGMA application_id"), 0x46645374);
	fixture_remove(&f);
}

static void
a_current_database_is_not_copied(void **state)
{
	char snapshot[160];
	struct fixture f;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	fixture_reopen(&f);
	fixture_stop(&f);
	for (int64_t v = 0; v <= newest(); v++) {
		(void)snprintf(snapshot, sizeof(snapshot), "%s.v%d.snapshot",
		    f.path, (int)v);
		assert_false(file_exists(snapshot));
	}
	fixture_remove(&f);
}

/* What a program of version n left is not taken for anything else. */
static void
the_first_version_stays_what_it_was(void **state)
{
	static const char *const tables[] = {"company", "contact",
	    "contact_address", "conversation", "event", "outbox", "timer"};
	const struct migration list[] = {sqlite_migrations[0], {NULL, NULL}};
	char why[256], sql[100];
	struct fixture f;

	(void)state;
	fixture_directory(&f, &store_engine_sqlite);
	must(run_list(&f, list, why));
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		(void)snprintf(
		    sql, sizeof(sql), "SELECT count(*) FROM %s", tables[i]);
		assert_int_equal(file_number(f.path, sql), 0);
	}
	assert_int_equal(file_number(f.path, VERSION), 1);
	fixture_remove(&f);
}

/* Two talks, one asked and answered through a vendor; two accounts. */
#define VERSION_1_DATA \
	"INSERT INTO company VALUES (1, 'acme', 1, '{}');" \
	"INSERT INTO contact (id, company) VALUES (1, 1), (2, 1);" \
	"INSERT INTO contact_address VALUES" \
	" (1, 'web', '', 'bob', 1, 10), (1, 'slack', 'T1', 'eve', 2, 20);" \
	"INSERT INTO conversation (id, company, contact, seq, epoch," \
	" last_customer_seq, handled_seq, resolved_seq, holder, agent," \
	" status, opened_at, last_at) VALUES" \
	" (10, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 100, 100)," \
	" (20, 1, 2, 4, 0, 3, 2, 0, 0, 0, 0, 200, 230);" \
	"INSERT INTO event VALUES" \
	" (10, 1, 0, 0, 0, 0, 100, 1, NULL, '{}')," \
	" (20, 1, 0, 0, 0, 0, 200, 1, NULL, '{}')," \
	" (20, 2, 1, 1, 0, 0, 225, 1, 's1', '{\"text\":\"hello\"}')," \
	" (20, 3, 1, 1, 0, 0, 220, 1, 's2', '{\"text\":\"hello\"}')," \
	" (20, 4, 1, 2, 0, 2, 230, 1, NULL, '{\"text\":\"hi\"}');" \
	"INSERT INTO outbox (id, conversation, seq, channel, account," \
	" recipient, payload, attempts, due) VALUES" \
	" (5, 20, 4, 'slack', 'T1', 'C1', 'one', 0, 0)," \
	" (6, 20, 4, 'slack', 'T1', 'C1', 'two', 2, 900)," \
	" (9, 20, 4, 'email', '', 'eve', 'three', 0, 0);"

static void
check_migrated_talks(struct fixture *f)
{
	struct reach r;

	assert_true(is_consistent(f, 10) && is_consistent(f, 20));
	assert_int_equal(state_of(f, 10).customer_at, 0);
	assert_int_equal(state_of(f, 20).customer_at, 225);
	must(store_read_reach(f->reader, 20, &f->arena, &r));
	assert_true(str_eq(r.channel, STR("slack")));
	assert_true(str_eq(r.account, STR("T1")));
	assert_true(str_eq(r.address, STR("eve")));
	assert_int_equal(r.reply.n, 0);
	must(store_read_reach(f->reader, 10, &f->arena, &r));
	assert_true(str_eq(r.address, STR("bob")));
}

static void
check_migrated_rows(struct fixture *f)
{
	static const int64_t ids[] = {5, 6, 9};
	struct outbox_row rows[4];
	size_t n = ARRAY_LEN(rows);

	must(store_list_outbox_of(
	    f->reader, &(struct cause_ask){20, 4}, &f->arena, rows, &n));
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(rows[i].id, ids[i]);
	assert_true(str_eq(rows[1].account, STR("T1")));
	assert_true(str_eq(rows[1].payload, STR("two")));
	assert_int_equal(rows[1].attempts, 2);
	assert_int_equal(rows[1].due, 900);
	assert_true(str_eq(rows[2].channel, STR("email")));
	assert_int_equal(rows[0].lane, rows[1].lane);
	assert_int_not_equal(rows[0].lane, rows[2].lane);
	assert_int_equal(outbox_of(f, rows, ARRAY_LEN(rows)), 3);
}

static void
version_1_comes_along_with_all_it_holds(void **state)
{
	const struct migration list[] = {sqlite_migrations[0], {NULL, NULL}};
	struct outbox_row row = {.channel = STR("slack"), .account = STR("T1")};
	struct conversation c;
	struct store_op op;
	struct fixture f;
	char why[256];

	(void)state;
	fixture_directory(&f, &store_engine_sqlite);
	must(run_list(&f, list, why));
	file_sql(f.path, VERSION_1_DATA);
	fixture_start(&f);
	f.company = 1;
	check_migrated_talks(&f);
	check_migrated_rows(&f);
	assert_int_equal(open_conversation(&f, "bob"), 10);
	c = state_of(&f, 20);
	op = answer_op(&c);
	op.commit.outbox = &row;
	op.commit.outbox_count = 1;
	must(store_submit_wait(f.store, &op));
	assert_int_equal(row.id, 10);
	fixture_stop(&f);
	assert_int_equal(file_number(f.path, VERSION), newest());
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM sqlite_schema"
				" WHERE name LIKE 'outbox_1%'"),
	    0);
	assert_true(file_is_whole(f.path));
	fixture_remove(&f);
}

/* ---- from version 2 ----------------------------------------------------- */

/* Where bot and customer were when the update came; 50 has ended. */
#define VERSION_2_TALK(id, seq, customer, handled, resolved, status) \
	"INSERT INTO contact (id, company) VALUES (" #id ", 1);" \
	"INSERT INTO contact_address VALUES" \
	" (1, 'web', '', 'c" #id "', " #id ", " #id ");" \
	"INSERT INTO reach (conversation, channel, account, address) VALUES" \
	" (" #id ", 'web', '', 'c" #id "');" \
	"INSERT INTO conversation (id, company, contact, seq, epoch," \
	" last_customer_seq, handled_seq, resolved_seq, holder, agent," \
	" status, opened_at, last_at, customer_at) VALUES (" #id ", 1, " #id \
	", " #seq ", 0, " #customer ", " #handled ", " #resolved \
	", 0, 0, " #status ", 100, " #id "0, CASE " #customer \
	" WHEN 0 THEN 0 ELSE 15 END);" \
	"INSERT INTO event VALUES (" #id \
	", 1, 0, 0, 0, 0, 100, 1, NULL, '{}', NULL);"
#define VERSION_2_EVENT(id, seq, kind, author, ref) \
	"INSERT INTO event VALUES (" #id ", " #seq ", " #kind ", " #author \
	", 0, " #ref ", CASE " #author " WHEN 1 THEN 15 ELSE " #id \
	"0 END, 1, NULL, '{\"text\":\"a\"}', NULL);"
#define VERSION_2_DATA \
	"INSERT INTO company VALUES (1, 'acme', 1, '{}');" VERSION_2_TALK( \
	    10, 1, 0, 0, 0, 0) VERSION_2_TALK(20, 3, 3, 0, 0, 0) \
	    VERSION_2_EVENT(20, 2, 1, 1, 0) VERSION_2_EVENT(20, 3, 1, 1, 0) \
		VERSION_2_TALK(30, 4, 3, 3, 0, 0) VERSION_2_EVENT( \
		    30, 2, 1, 2, 0) VERSION_2_EVENT(30, 3, 1, 1, 0) \
		    VERSION_2_EVENT(30, 4, 1, 2, 3) VERSION_2_TALK( \
			40, 4, 4, 2, 0, 0) VERSION_2_EVENT(40, 2, 1, 1, 0) \
			VERSION_2_EVENT(40, 3, 1, 2, 2) VERSION_2_EVENT( \
			    40, 4, 1, 1, 0) VERSION_2_TALK(50, 5, 2, 2, 5, 3) \
			    VERSION_2_EVENT(50, 2, 1, 1, 0) \
				VERSION_2_EVENT(50, 3, 1, 2, 2) \
				    VERSION_2_EVENT(50, 4, 5, 0, 0) \
					VERSION_2_EVENT(50, 5, 6, 0, 0)

static void
make_version_2(struct fixture *f, const char *data)
{
	const struct migration list[] = {
	    sqlite_migrations[0], sqlite_migrations[1], {NULL, NULL}};
	char why[256];

	fixture_directory(f, &store_engine_sqlite);
	must(run_list(f, list, why));
	file_sql(f->path, data);
	/* What times the rows have is no matter here; the fold's are right. */
	file_sql(f->path, "UPDATE conversation SET last_at ="
			  " (SELECT at FROM event WHERE conversation = id"
			  " ORDER BY event.seq DESC LIMIT 1)");
}

static void
version_2_comes_along_with_all_it_holds(void **state)
{
	static const int64_t ids[] = {10, 20, 30, 40, 50};
	int64_t pending[4];
	size_t n = ARRAY_LEN(pending);
	char snapshot[160];
	struct fixture f;

	(void)state;
	make_version_2(&f, VERSION_2_DATA);
	fixture_start(&f);
	f.company = 1;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		assert_true(is_consistent(&f, ids[i]));
	must(store_list_pending(f.reader, 0, pending, &n));
	assert_int_equal(n, 2);
	assert_int_equal(pending[0], 20);
	assert_int_equal(pending[1], 40);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		must(say(&f, ids[i], NULL));
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		assert_true(is_consistent(&f, ids[i]));
	fixture_stop(&f);
	(void)snprintf(snapshot, sizeof(snapshot), "%s.v2.snapshot", f.path);
	assert_int_equal(file_number(snapshot, VERSION), 2);
	assert_int_equal(
	    file_number(snapshot, "SELECT count(*) FROM event"), 17);
	assert_true(file_is_whole(snapshot) && file_is_whole(f.path));
	fixture_remove(&f);
}

/* Each in the list where it would be, had it always been there. */
static void
version_2_finds_itself_in_the_lists(void **state)
{
	struct fixture f;

	(void)state;
	make_version_2(&f, VERSION_2_DATA);
	fixture_start(&f);
	fixture_stop(&f);
	assert_int_equal(
	    file_number(f.path, "SELECT group_concat(conversation) ="
				" '10,20,30,40' FROM listing WHERE company = 1"
				" AND view = 6 AND who = 0 AND label = ''"
				" AND at = 0"),
	    1);
	assert_int_equal(
	    file_number(f.path, "SELECT conversation FROM listing"
				" WHERE company = 1 AND view = 5 AND who = 0"
				" AND label = '' AND at = 500"),
	    50);
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM listing"), 5);
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM handoff"), 0);
	fixture_remove(&f);
}

static void
an_empty_version_2_comes_along(void **state)
{
	struct fixture f;
	int64_t id;

	(void)state;
	make_version_2(&f, "");
	fixture_start(&f);
	f.company = put_company(f.store, "acme", "{}");
	id = open_conversation(&f, "bob");
	must(say(&f, id, NULL));
	must(answer(&f, id));
	assert_true(is_consistent(&f, id));
	fixture_stop(&f);
	assert_int_equal(file_number(f.path, VERSION), newest());
	assert_true(file_is_whole(f.path));
	fixture_remove(&f);
}

/* ---- lists of the test's own ------------------------------------------- */

static const struct migration good[] = {
    {"0001_a", "CREATE TABLE a (x)"},
    {"0002_b", "CREATE TABLE b (x); INSERT INTO a VALUES (2)"},
    {"0003_c", "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = 3"},
    {NULL, NULL},
};
static const struct migration bad[] = {
    {"0001_a", "CREATE TABLE a (x)"},
    {"0002_b", "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)"},
    {NULL, NULL},
};

static void
steps_run_in_order_once(void **state)
{
	char why[256], snapshot[160];
	struct fixture f;

	(void)state;
	make_old(&f, snapshot);
	must(run_list(&f, good, why));
	must(run_list(&f, good, why));
	assert_int_equal(file_number(f.path, VERSION), 3);
	assert_int_equal(file_number(f.path, "SELECT sum(x) FROM a"), 2);
	assert_int_equal(file_number(f.path, "SELECT y FROM a"), 3);
	fixture_remove(&f);
}

static void
a_step_that_fails_leaves_nothing_of_itself(void **state)
{
	char why[256], snapshot[160], second[160];
	struct fixture f;

	(void)state;
	make_old(&f, snapshot);
	assert_int_equal(run_list(&f, bad, why), E_IO);
	assert_non_null(strstr(why, "0002_b"));
	assert_non_null(strstr(why, "nowhere"));
	assert_int_equal(file_number(f.path, VERSION), 1);
	assert_int_equal(file_number(f.path, "SELECT count(*) FROM a"), 0);
	assert_int_equal(file_number(f.path, "SELECT count(*) FROM b"), -1);
	must(run_list(&f, good, why));
	assert_int_equal(file_number(f.path, VERSION), 3);
	(void)snprintf(second, sizeof(second), "%s.v1.snapshot", f.path);
	assert_int_equal(file_number(snapshot, VERSION), 0);
	assert_int_equal(file_number(second, VERSION), 1);
	fixture_remove(&f);
}

static void
newer_is_refused(void **state)
{
	char why[256], snapshot[160];
	struct fixture f;

	(void)state;
	make_old(&f, snapshot);
	must(run_list(&f, good, why));
	assert_int_equal(run_list(&f, bad, why), E_VERSION);
	assert_non_null(strstr(why, "schema version 3"));
	assert_non_null(strstr(why, "up to 2"));
	fixture_remove(&f);
}

/* ---- every n ----------------------------------------------------------- */

/* The data is as before or as after, and the next start completes it. */
static bool
survives(struct fault_plan *plan)
{
	char why[256], snapshot[160], draft[180];
	struct fixture f;
	int64_t version;
	bool struck;
	enum err e;

	make_old(&f, snapshot);
	f.conf.vfs = FAULT_VFS;
	fault_vfs_plan(plan);
	e = run_list(&f, good, why);
	struck = fault_vfs_hits() > 0;
	fault_vfs_clear();
	assert_true(e == OK || why[0] != '\0');
	version = file_number(f.path, VERSION);
	assert_in_range(version, e == OK ? 3 : 0, 3);
	if (file_exists(snapshot))
		assert_int_equal(file_number(snapshot, RELIC), 42);
	else
		assert_int_equal(version, 0);
	must(run_list(&f, good, why));
	assert_int_equal(file_number(f.path, VERSION), 3);
	assert_int_equal(file_number(f.path, "SELECT sum(x) FROM a"), 2);
	assert_int_equal(file_number(f.path, RELIC), 42);
	assert_int_equal(file_number(snapshot, RELIC), 42);
	(void)snprintf(draft, sizeof(draft), "%s.draft", snapshot);
	assert_false(file_exists(draft));
	assert_true(file_is_whole(f.path));
	fixture_remove(&f);
	return struck;
}

static void
faults_on_the_way_lose_nothing(void **state)
{
	struct fault_plan plan = {.calls = FAULT_ANY, .nth = 1};
	bool struck = true;

	(void)state;
	for (; struck; plan.nth++) {
		plan.for_ever = plan.nth % 2 == 0;
		plan.code = plan.nth % 3 == 0 ? SQLITE_FULL : SQLITE_IOERR;
		struck = survives(&plan);
	}
	assert_true(plan.nth > 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_old_database_is_copied_and_brought_up),
	    cmocka_unit_test(a_current_database_is_not_copied),
	    cmocka_unit_test(the_first_version_stays_what_it_was),
	    cmocka_unit_test(version_1_comes_along_with_all_it_holds),
	    cmocka_unit_test(version_2_comes_along_with_all_it_holds),
	    cmocka_unit_test(version_2_finds_itself_in_the_lists),
	    cmocka_unit_test(an_empty_version_2_comes_along),
	    cmocka_unit_test(steps_run_in_order_once),
	    cmocka_unit_test(a_step_that_fails_leaves_nothing_of_itself),
	    cmocka_unit_test(newer_is_refused),
	    cmocka_unit_test(faults_on_the_way_lose_nothing),
	};

	fault_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
