/*
 * Whoever delivers dies, stops, or hands over: nothing is sent twice and
 * nothing is left.
 *
 * The one that dies is this program again, as a process of its own:
 * `deliver_crash_test <database>`.
 */
#include "tests/workers/deliver_rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the process that dies ------------------------------------------------ */

/* Opens what it needs, delivers, and waits to be killed. */
static int
child_main(const char *path)
{
	struct store_conf conf = {
	    .path = path, .queue_max = 1000, .group_max = 100};
	struct fixture *f = &rig.f;
	char why[256];

	fixture_clocks(f);
	f->log = log_new(&f->clock, LOG_LEVELS, NULL, NULL);
	if (store_open(&conf, &f->store, why, sizeof(why)) != OK)
		return 1;
	if (company_cache_open(f->store, &f->clock, f->log, &f->companies) !=
	    OK)
		return 1;
	fixture_open_bus(f);
	test_channel.can.lookup = true;
	deliver_rig_conf();
	rig.conf.in_flight_max = 20;
	deliver_begin();
	for (;;) { /* its time flies, so that it soon looks up */
		usleep(1000);
		later(50);
	}
}

static pid_t
child_start(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/proc/self/exe", "child", rig.f.path, (char *)NULL);
		_exit(1);
	}
	assert_true(pid > 0);
	return pid;
}

static void
child_kill(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

/* ---- killed ---------------------------------------------------------------- */

static void
what_went_out_before_the_end_is_found(void **state)
{
	int64_t rows[10];
	unsigned i;
	pid_t pid;

	(void)state;
	vendor_fault(&rig.vendor, FAULT_HOLD, -1);
	for (i = 0; i < 10; i++)
		write_rows("main", i, "a", 1, &rows[i]);
	pid = child_start();
	effects_reach(10);
	child_kill(pid);
	for (i = 0; i < 10; i++)
		assert_int_equal(row_read(rows[i]).state, OUTBOX_SENDING);
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	deliver_begin();
	for (i = 0; i < 10; i++)
		row_becomes(rows[i], OUTBOX_DOUBT);
	for (i = 0; i < 10; i++)
		row_becomes_later(rows[i], OUTBOX_SENT);
	assert_int_equal(vendor_effects(&rig.vendor), 10);
	assert_int_equal(atomic_load(&rig.vendor.lookups), 10);
}

static void
what_did_not_is_sent(void **state)
{
	int64_t row;
	pid_t pid;

	(void)state;
	vendor_fault(&rig.vendor, FAULT_HOLD, -1);
	write_rows("main", 1, "a", 1, &row);
	pid = child_start();
	effects_reach(1);
	child_kill(pid);
	atomic_store(&rig.vendor.forgets, true);
	vendor_fault(&rig.vendor, FAULT_NONE, 0);
	deliver_begin();
	row_becomes_later(row, OUTBOX_SENT);
	assert_int_equal(atomic_load(&rig.vendor.sends), 2);
	assert_int_equal(atomic_load(&rig.vendor.lookups), 2);
}

/* At any instruction: killed again and again under load. */
static void
nothing_is_doubled_and_nothing_lost(void **state)
{
	struct patience p = {0};
	unsigned c, kills;
	size_t i, n;
	pid_t pid;

	(void)state;
	for (c = 0; c < 60; c++)
		write_rows("main", c, "x", 7, NULL);
	for (kills = 0; kills < 6; kills++) {
		pid = child_start();
		effects_reach(vendor_effects(&rig.vendor) + 25);
		child_kill(pid);
	}
	deliver_begin();
	while (lane_read("main").open > 0) {
		patience(&p, "the rest");
		later(200);
	}
	n = vendor_effects(&rig.vendor);
	assert_int_equal(n, 420);
	for (i = 0; i < n; i++)
		assert_int_equal(vendor_effects_of(&rig.vendor,
				     vendor_effect(&rig.vendor, i).row),
		    1);
}

/* ---- stopped --------------------------------------------------------------- */

static void
a_stop_waits_for_answers(void **state)
{
	_Atomic bool done = false;
	pthread_t thread;
	int64_t row, next;

	(void)state;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_HOLD, 1);
	write_rows("main", 1, "a", 1, &row);
	write_rows("main", 1, "b", 1, &next);
	effects_reach(1);
	deliver_end_begins(&thread, &done);
	stub_release(rig.vendor.stub);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(row_read(row).state, OUTBOX_SENT);
	assert_int_equal(row_read(next).state, OUTBOX_READY);
	assert_int_equal(row_read(next).attempts, 0);
}

static void
but_not_for_ever(void **state)
{
	struct patience p = {0};
	_Atomic bool done = false;
	pthread_t thread;
	int64_t row;

	(void)state;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_HOLD, 1);
	write_rows("main", 1, "a", 1, &row);
	effects_reach(1);
	deliver_end_begins(&thread, &done);
	while (!atomic_load(&done)) {
		later(1000);
		patience(&p, "the stop");
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(row_read(row).state, OUTBOX_DOUBT);
	deliver_begin();
	row_becomes_later(row, OUTBOX_SENT);
	assert_int_equal(vendor_effects(&rig.vendor), 1);
}

/* ---- handed over ----------------------------------------------------------- */

static void
the_next_takes_over(void **state)
{
	struct store_conf conf = {.path = rig.f.path,
	    .queue_max = 1000,
	    .group_max = 100,
	    .clock = &rig.f.clock};
	struct deliver_conf second = rig.conf;
	struct deliver *d;
	struct store *s;
	char why[256];
	int64_t row;

	(void)state;
	assert_int_equal(store_open(&conf, &s, why, sizeof(why)), OK);
	second.store = s;
	assert_int_equal(
	    company_cache_open(s, &rig.f.clock, rig.f.log, &second.companies),
	    OK);
	deliver_begin();
	write_rows("main", 1, "a", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	assert_int_equal(deliver_start(&second, &d), OK);
	write_rows("main", 1, "b", 1, &row);
	row_becomes(row, OUTBOX_SENT);
	deliver_end();
	write_rows("main", 1, "c", 1, &row);
	row_becomes_later(row, OUTBOX_SENT);
	assert_int_equal(vendor_effects(&rig.vendor), 3);
	deliver_stop(d);
	company_cache_close(second.companies);
	store_close(s);
}

#define A_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, deliver_set_up, deliver_tear_down)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(what_went_out_before_the_end_is_found),
	    A_TEST(what_did_not_is_sent),
	    A_TEST(nothing_is_doubled_and_nothing_lost),
	    A_TEST(a_stop_waits_for_answers),
	    A_TEST(but_not_for_ever),
	    A_TEST(the_next_takes_over),
	};

	if (argc == 2)
		return child_main(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
