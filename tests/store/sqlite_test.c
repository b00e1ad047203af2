/*
 * SQLite behind the contract: the suite, and what can only be seen in the
 * file or from beside it.
 */
#include "store/sqlite/sqlite.h"
#include "tests/lib/cmocka.h"
#include "tests/store/fault_vfs.h"
#include "tests/store/sqlite_file.h"
#include "tests/store/suite.h"

#include <sqlite3.h>
#include <stdio.h>

static int64_t
identified(struct fixture *f, const char *who, const char *external_id)
{
	struct store_op op = message_op(open_conversation(f, who), NULL);

	op.inbound.event.kind = EVENT_IDENTIFIED;
	op.inbound.external_id = str_from(external_id);
	op.inbound.name = STR("Bob");
	op.inbound.email = STR("bob@example.com");
	must(store_submit_wait(f->store, &op));
	return op.inbound.state.contact;
}

static void
a_moved_conversation_takes_its_address_along(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	(void)open_conversation(&f, "tablet");
	assert_int_equal(
	    identified(&f, "phone", "7"), identified(&f, "laptop", "7"));
	fixture_stop(&f);
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM contact"), 2);
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM contact"
				" JOIN contact_address ON contact = id"
				" WHERE external_id = '7' AND name = 'Bob'"
				" AND email = 'bob@example.com'"),
	    2);
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM conversation c"
				" JOIN contact_address a"
				" ON a.conversation = c.id"
				" AND a.contact = c.contact"),
	    3);
	fixture_remove(&f);
}

/* An id stands in tokens: the next contact must not inherit it. */
static void
the_id_of_a_contact_that_is_gone_is_not_given_again(void **state)
{
	struct fixture f;
	int64_t gone;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	(void)identified(&f, "phone", "7");
	gone = state_of(&f, open_conversation(&f, "laptop")).contact;
	assert_int_not_equal(identified(&f, "laptop", "7"), gone);
	assert_true(state_of(&f, open_conversation(&f, "next")).contact > gone);
	fixture_close(&f);
}

static void
message_from(struct fixture *f, const char *who, const char *alias,
    const char *person, const char *name)
{
	struct store_op op = message_op(0, NULL);

	op.inbound.address = address_of(f->company, who);
	op.inbound.alias = str_from(alias);
	op.inbound.person = str_from(person);
	op.inbound.name = str_from(name);
	must(store_submit_wait(f->store, &op));
}

/* What is told with every message is written once. */
static void
persons_and_their_names_are_kept_once(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	message_from(&f, "room", NULL, "ann", "");
	message_from(&f, "room", NULL, "ann", "Ann");
	message_from(&f, "room", NULL, "ann", "Anna");
	message_from(&f, "room", NULL, "ben", "Ben");
	message_from(&f, "desk", "tel", "ben", "Benjamin");
	message_from(&f, "nobody", NULL, NULL, "Nobody");
	fixture_stop(&f);
	/* The alias is Ben's, too. */
	assert_int_equal(file_number(f.path, "SELECT count(*) FROM person"), 3);
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM contact"), 3);
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM contact_address"), 4);
	assert_int_equal(file_number(f.path,
			     "SELECT group_concat(name) = 'Ann,Ben,Nobody' FROM"
			     " (SELECT name FROM contact ORDER BY name)"),
	    1);
	fixture_remove(&f);
}

/* A contact that became another's leaves nothing that points at it. */
static void
nothing_points_at_a_contact_that_is_gone(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	message_from(&f, "a", NULL, "ann", "");
	message_from(&f, "b", NULL, "ben", "");
	message_from(&f, "a", "b", "ann", "");
	message_from(&f, "laptop", NULL, "cleo", "");
	(void)identified(&f, "a", "7");
	(void)identified(&f, "laptop", "7");
	fixture_stop(&f);
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM contact"), 1);
	assert_int_equal(file_number(f.path, "SELECT count(*) FROM person"
					     " JOIN contact ON id = contact"),
	    4);
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM contact_address"
				" JOIN contact ON id = contact"),
	    3);
	fixture_remove(&f);
}

/* So that what the bot deals with stays as small as it was. */
static void
what_has_gone_back_to_nothing_has_no_row(void **state)
{
	struct store_op op;
	struct fixture f;
	int64_t id;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	id = open_conversation(&f, "bob");
	must(say(&f, id, NULL));
	must(answer(&f, id));
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM handoff"), 0);
	op = message_op(id, NULL);
	op.inbound.event.kind = EVENT_GONE;
	must(store_submit_wait(f.store, &op));
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM handoff"
				" JOIN conversation ON id = conversation"
				" WHERE handed = 1 AND gone = 1"),
	    1);
	must(say(&f, id, NULL));
	assert_int_equal(
	    file_number(f.path, "SELECT count(*) FROM handoff"), 0);
	assert_int_equal(
	    file_number(f.path, "SELECT handed FROM conversation"), 0);
	assert_true(is_consistent(&f, id));
	fixture_close(&f);
}

/* How many steps of the plan of a statement begin and go on like this. */
static int
plan_steps(sqlite3 *db, const char *sql, const char *like)
{
	char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *q = NULL;
	int found = 0;

	must(sqlite3_prepare_v2(db, explain, -1, &q, NULL) == SQLITE_OK ? OK
									: E_IO);
	while (sqlite3_step(q) == SQLITE_ROW)
		found += sqlite3_strglob(like,
			     (const char *)sqlite3_column_text(q, 3)) == 0;
	sqlite3_finalize(q);
	sqlite3_free(explain);
	return found;
}

/*
 * Those that may: along an index of what is open or pending only, along what
 * the search has found, along the thousand that a subquery counts.
 */
static bool
may_scan(size_t which)
{
	return which == SQL_OUTBOX_ORPHANS ||
	       which == SQL_CONVERSATION_PENDING || which == SQL_SEARCH ||
	       which == SQL_VIEW_COUNT;
}

static void
no_statement_walks_a_whole_table(void **state)
{
	struct fixture f;
	sqlite3 *db;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	must(sqlite3_open(f.path, &db) == SQLITE_OK ? OK : E_IO);
	for (size_t i = 0; i < SQLS; i++)
		if (strncmp(sql_text[i], "PRAGMA", 6) != 0 && !may_scan(i))
			assert_int_equal(
			    plan_steps(db, sql_text[i], "SCAN*"), 0);
	assert_int_equal(
	    plan_steps(db, sql_text[SQL_VIEW_COUNT], "SCAN listing*"), 0);
	assert_int_equal(plan_steps(db, sql_text[SQL_SEARCH], "SCAN e*"), 0);
	assert_int_equal(
	    plan_steps(db, sql_text[SQL_LANE_LIST], "*outbox*COVERING*"), 3);
	(void)sqlite3_close(db);
	fixture_close(&f);
}

static void
no_list_of_conversations_is_sorted(void **state)
{
	static const enum sql lists[] = {SQL_VIEW_NEWEST, SQL_VIEW_OLDEST,
	    SQL_HANDED_LIST, SQL_CONVERSATION_PENDING, SQL_FEED_LIST,
	    SQL_SEARCH};
	struct fixture f;
	sqlite3 *db;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	must(sqlite3_open(f.path, &db) == SQLITE_OK ? OK : E_IO);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		assert_int_equal(
		    plan_steps(db, sql_text[lists[i]], "*TEMP*"), 0);
	(void)sqlite3_close(db);
	fixture_close(&f);
}

/* Conversations from..upto of the first company, all open. */
#define FILL \
	"WITH RECURSIVE n (i) AS (SELECT %d UNION ALL SELECT i + 1 FROM n" \
	" WHERE i < %d) INSERT INTO "
static void
fill(const char *path, int from, int upto)
{
	char sql[600];

	(void)snprintf(sql, sizeof(sql),
	    FILL "conversation (id, company, contact, seq, epoch,"
		 " last_customer_seq, handled_seq, resolved_seq, holder, agent,"
		 " status, opened_at, last_at) SELECT i, 1, 1, 1, 1, 0, 0, 0,"
		 " 1, 0, 1, i, i FROM n; " FILL
		 "listing SELECT 1, 2, 0, '', i, i FROM n",
	    from, upto, from, upto);
	file_sql(path, sql);
}

/* How many steps a page of 20 from the middle takes. */
static int
page_cost(const char *path, int64_t middle)
{
	const int64_t args[] = {1, 2, 0, 0, middle, middle, 20, 0};
	sqlite3_stmt *q;
	sqlite3 *db;
	int rows = 0, steps;

	must(sqlite3_open(path, &db) == SQLITE_OK ? OK : E_IO);
	must(sqlite3_prepare_v2(db, sql_text[SQL_VIEW_NEWEST], -1, &q, NULL) ==
		     SQLITE_OK
		 ? OK
		 : E_IO);
	for (size_t i = 0; i < ARRAY_LEN(args); i++)
		(void)sqlite3_bind_int64(q, (int)i + 1, args[i]);
	(void)sqlite3_bind_text(q, 4, "", 0, SQLITE_STATIC);
	(void)sqlite3_bind_text(q, 9, "", 0, SQLITE_STATIC);
	while (sqlite3_step(q) == SQLITE_ROW)
		rows++;
	steps = sqlite3_stmt_status(q, SQLITE_STMTSTATUS_VM_STEP, 1);
	sqlite3_finalize(q);
	(void)sqlite3_close(db);
	assert_int_equal(rows, 20);
	return steps;
}

static void
a_page_costs_the_same_among_many(void **state)
{
	uint64_t counts[VIEWS];
	struct fixture f;
	int cost;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	fill(f.path, 1, 60);
	cost = page_cost(f.path, 30);
	must(store_count_views(f.reader, 1, 0, counts));
	assert_int_equal(counts[VIEW_OPEN], 60);
	fill(f.path, 61, 6000);
	assert_int_equal(page_cost(f.path, 3000), cost);
	must(store_count_views(f.reader, 1, 0, counts));
	assert_int_equal(counts[VIEW_OPEN], 1000);
	fixture_close(&f);
}

/* How many steps it takes to list who did not take the first conversation. */
static int
not_taken_cost(const char *path)
{
	sqlite3_stmt *q;
	sqlite3 *db;
	int rows = 0, steps;

	must(sqlite3_open(path, &db) == SQLITE_OK ? OK : E_IO);
	must(sqlite3_prepare_v2(
		 db, sql_text[SQL_NOT_TAKEN_LIST], -1, &q, NULL) == SQLITE_OK
		 ? OK
		 : E_IO);
	(void)sqlite3_bind_int64(q, 1, 1);
	(void)sqlite3_bind_int64(q, 2, 2);
	(void)sqlite3_bind_int64(q, 3, 64);
	while (sqlite3_step(q) == SQLITE_ROW)
		rows++;
	steps = sqlite3_stmt_status(q, SQLITE_STMTSTATUS_VM_STEP, 1);
	sqlite3_finalize(q);
	(void)sqlite3_close(db);
	assert_int_equal(rows, 1);
	return steps;
}

/* Lines from..upto of the first conversation, and one offer declined at 10. */
static void
fill_lines(const char *path, int from, int upto)
{
	char sql[300];

	(void)snprintf(sql, sizeof(sql),
	    FILL "event (conversation, seq, kind, author, author_id, ref, at,"
		 " company, body) SELECT 1, i, iif(i = 10, 13, 1), 1, 7, 0, i,"
		 " 1, '{}' FROM n",
	    from, upto);
	file_sql(path, sql);
}

static void
who_did_not_take_a_long_chat_costs_the_same(void **state)
{
	struct fixture f;
	int cost;

	(void)state;
	fixture_open(&f, &store_engine_sqlite);
	fill_lines(f.path, 1, 20);
	cost = not_taken_cost(f.path);
	fill_lines(f.path, 21, 20000);
	assert_int_equal(not_taken_cost(f.path), cost);
	fixture_close(&f);
}

static void
after_a_failure_the_file_is_opened_anew(void **state)
{
	struct fixture f;
	int64_t id;

	(void)state;
	fixture_directory(&f, &store_engine_sqlite);
	f.conf.vfs = FAULT_VFS;
	fixture_start(&f);
	f.company = put_company(f.store, "acme", "{}");
	id = open_conversation(&f, "bob");
	fault_vfs_plan(&(struct fault_plan){
	    .calls = FAULT_SYNC, .nth = 1, .code = SQLITE_IOERR_FSYNC});
	assert_int_equal(say(&f, id, NULL), E_IO);
	fault_vfs_plan(&(struct fault_plan){
	    .calls = FAULT_OPEN, .files = FAULT_MAIN, .nth = 1});
	must(say(&f, id, NULL));
	assert_int_equal(fault_vfs_hits(), 1);
	fault_vfs_clear();
	assert_int_equal(state_of(&f, id).seq, 2);
	fixture_close(&f);
}

static void
a_lock_that_others_keep_is_waited_for_within_bounds(void **state)
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
	(void)sqlite3_exec(foreign, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	s->writer.busy_ms = 20;
	assert_int_equal(
	    store_engine_sqlite.commit(s, ops, 1, &common), E_LIMIT);
	assert_true(common);
	(void)sqlite3_close(foreign);
	must(store_engine_sqlite.commit(s, ops, 1, &common));
	assert_int_equal(op.inbound.seq, 2);
	store_engine_sqlite.close(s);
	fixture_remove(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_moved_conversation_takes_its_address_along),
	    cmocka_unit_test(
		the_id_of_a_contact_that_is_gone_is_not_given_again),
	    cmocka_unit_test(persons_and_their_names_are_kept_once),
	    cmocka_unit_test(nothing_points_at_a_contact_that_is_gone),
	    cmocka_unit_test(what_has_gone_back_to_nothing_has_no_row),
	    cmocka_unit_test(no_statement_walks_a_whole_table),
	    cmocka_unit_test(no_list_of_conversations_is_sorted),
	    cmocka_unit_test(a_page_costs_the_same_among_many),
	    cmocka_unit_test(who_did_not_take_a_long_chat_costs_the_same),
	    cmocka_unit_test(after_a_failure_the_file_is_opened_anew),
	    cmocka_unit_test(
		a_lock_that_others_keep_is_waited_for_within_bounds),
	};
	int failed;

	fault_vfs_install();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	return failed + suite_run(&store_engine_sqlite);
}
