/*
 * Memory that runs out: the n-th allocation of SQLite's fails, once or for
 * ever. Nothing crashes; ops get E_NOMEM, and the store works again when there
 * is memory. Each run tries some n, from a random first one; THOROUGH=1 in the
 * environment tries all, which takes two minutes.
 */
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"
#include "tests/store/ordeal.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>

static sqlite3_mem_methods machine;
static atomic_int countdown; /* 0: none fails */
static atomic_bool for_ever;
static atomic_uint hits;

static bool
strike(void)
{
	int left = countdown;

	if (left == 0)
		return false;
	if (left == 1 && for_ever) {
		hits++;
		return true;
	}
	if (atomic_fetch_sub(&countdown, 1) != 1)
		return false;
	hits++;
	return true;
}

static void *
failing_malloc(int n)
{
	return strike() ? NULL : machine.xMalloc(n);
}

static void *
failing_realloc(void *old, int n)
{
	return strike() ? NULL : machine.xRealloc(old, n);
}

static void
install(void)
{
	sqlite3_mem_methods failing;

	(void)sqlite3_config(SQLITE_CONFIG_GETMALLOC, &machine);
	failing = machine;
	failing.xMalloc = failing_malloc;
	failing.xRealloc = failing_realloc;
	(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
}

static void
plan(int nth, bool ever)
{
	hits = 0;
	for_ever = ever;
	countdown = nth;
}

static bool
survives_work(int nth, bool ever)
{
	struct ordeal o;
	bool struck;

	ordeal_open(&o, NULL);
	plan(nth, ever);
	ordeal_talk(&o);
	struck = hits > 0;
	plan(0, false);
	for (size_t i = 0; i < STEPS; i++)
		assert_true(o.ops[i].err == OK || o.ops[i].err == E_NOMEM);
	ordeal_check(&o, false);
	return struck;
}

static bool
survives_opening(int nth, bool ever)
{
	struct fixture f;
	char why[256] = "";
	enum err e;
	bool struck;

	fixture_directory(&f, &store_engine_sqlite);
	plan(nth, ever);
	e = store_open_engine(f.engine, &f.conf, &f.store, why, sizeof(why));
	struck = hits > 0;
	plan(0, false);
	if (e == OK)
		store_close(f.store);
	else
		assert_true(why[0] != '\0');
	fixture_start(&f);
	(void)put_company(f.store, "acme", "{}");
	fixture_close(&f);
	return struck;
}

static void
for_many_n(bool (*survives)(int nth, bool ever), int step)
{
	struct test_random r = test_random_new("memory");

	if (getenv("THOROUGH") != NULL)
		step = 1;
	for (int ever = 0; ever < 2; ever++) {
		int nth = 1 + (int)test_random_below(&r, (uint64_t)step);

		while (survives(nth, ever != 0))
			nth += step;
		assert_true(nth > 10 * step); /* else nothing was tried */
	}
}

static void
work_without_memory(void **state)
{
	(void)state;
	for_many_n(survives_work, 43);
}

static void
opening_without_memory(void **state)
{
	(void)state;
	for_many_n(survives_opening, 149);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(work_without_memory),
	    cmocka_unit_test(opening_without_memory),
	};

	install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
