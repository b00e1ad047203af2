/*
 * Several writers on one file take turns, and locks beside it are given up
 * when they should be.
 */
#include "store/sqlite/turn.h"
#include "tests/lib/cmocka.h"
#include "tests/store/fault_vfs.h"
#include "tests/store/fixture.h"

#include <sched.h>
#include <stdatomic.h>

struct neighbour {
	pthread_t thread;
	struct store *store;
	int64_t conversation;
	atomic_bool stop;
};

/* As busy as one can be: the next group waits whenever one ends. */
static void *
be_busy(void *arg)
{
	struct neighbour *n = arg;
	struct store_op ops[4];
	struct batch b[4];

	for (size_t i = 0; i < ARRAY_LEN(b); i++)
		batch_init(&b[i]);
	for (size_t i = 0; !n->stop; i = (i + 1) % ARRAY_LEN(b)) {
		batch_wait(&b[i]);
		ops[i] = message_op(n->conversation, NULL);
		batch_submit(&b[i], n->store, &ops[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(b); i++)
		batch_wait(&b[i]);
	return NULL;
}

static uint64_t
groups_of(struct store *s)
{
	struct store_stats stats;

	store_stats(s, &stats);
	return stats.groups;
}

/*
 * Turn by turn is one group of the neighbour's during each commit, or two;
 * some more are for a machine that schedules badly. The disk is slow, so that
 * the neighbour's lock is free for a small part of the time only.
 */
static void
a_busy_neighbour_lets_others_in(void **state)
{
	enum { COMMITS = 60, MOST = COMMITS * 2 };
	struct neighbour n = {.stop = false};
	struct fixture f;
	uint64_t before;
	int64_t id;

	(void)state;
	fixture_directory(&f, &store_engine_sqlite);
	f.conf.vfs = FAULT_VFS;
	f.conf.group_max = 2;
	fixture_start(&f);
	f.company = put_company(f.store, "acme", "{}");
	id = open_conversation(&f, "bob");
	n.conversation = open_conversation(&f, "eve");
	n.store = fixture_other(&f);
	fault_vfs_plan(&(struct fault_plan){
	    .calls = FAULT_SYNC, .files = FAULT_LOG, .slow_us = 1000});
	if (pthread_create(&n.thread, NULL, be_busy, &n) != 0)
		must(E_NOMEM);
	while ((before = groups_of(n.store)) < 5)
		sched_yield();
	for (unsigned i = 0; i < COMMITS; i++)
		must(say(&f, id, NULL));
	assert_in_range(groups_of(n.store) - before, COMMITS / 3, MOST);
	n.stop = true;
	pthread_join(n.thread, NULL);
	fault_vfs_clear();
	store_close(n.store);
	fixture_close(&f);
}

static void
locks_are_shared_or_not_as_they_should_be(void **state)
{
	struct turn a, b;
	struct fixture f;

	(void)state;
	fixture_directory(&f, &store_engine_sqlite);
	must(turn_open(&a, f.path));
	must(turn_open(&b, f.path));
	assert_true(turn_copy_begin(&a));
	assert_false(turn_copy_begin(&b));
	turn_wait_begin(&a);
	turn_wait_begin(&b); /* both may wait */
	assert_true(a.waiting && b.waiting);
	turn_yield(&a); /* returns, although b stands still */
	turn_wait_end(&b);
	turn_copy_end(&a);
	assert_true(turn_copy_begin(&b));
	turn_close(&b); /* as dying does */
	assert_true(turn_copy_begin(&a));
	turn_close(&a);
	fixture_remove(&f);
}

/* Who delivers has nothing to do with who writes or copies. */
static void
leading_is_a_lock_of_its_own(void **state)
{
	struct turn a, b, lead;
	struct fixture f;

	(void)state;
	fixture_directory(&f, &store_engine_sqlite);
	must(turn_open(&a, f.path));
	must(turn_open(&b, f.path));
	must(turn_open(&lead, f.path));
	must(turn_lead(&lead, 0));
	assert_int_equal(turn_lead(&a, 0), E_CLAIMED);
	assert_true(turn_copy_begin(&a));
	turn_wait_begin(&b);
	assert_true(b.waiting);
	turn_close(&lead);
	must(turn_lead(&a, 0));
	turn_close(&a);
	turn_close(&b);
	fixture_remove(&f);
}

static void
no_file_no_lock(void **state)
{
	struct turn t;

	(void)state;
	assert_int_equal(turn_open(&t, "/nowhere/data.db"), E_IO);
	turn_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_busy_neighbour_lets_others_in),
	    cmocka_unit_test(locks_are_shared_or_not_as_they_should_be),
	    cmocka_unit_test(leading_is_a_lock_of_its_own),
	    cmocka_unit_test(no_file_no_lock),
	};

	fault_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
