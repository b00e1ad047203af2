/*
 * Each event is told once, whoever dies when.
 *
 * The one that dies is this program again, as a process of its own:
 * `feed_crash_test <database>`.
 */
#include "tests/lib/random.h"
#include "tests/workers/feed_rig.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int
child_main(const char *path)
{
	struct store_conf conf = {
	    .path = path, .queue_max = 1000, .group_max = 100};
	struct fixture *f = &feed_rig.f;
	char why[256];

	fixture_clocks(f);
	f->log = log_new(&f->clock, LOG_LEVELS, NULL, NULL);
	if (store_open(&conf, &f->store, why, sizeof(why)) != OK ||
	    company_cache_open(f->store, &f->clock, f->log, &f->companies) !=
		OK)
		return 1;
	feed_rig_conf();
	feed_begin();
	for (;;)
		pause();
}

static pid_t
child_start(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/proc/self/exe", "child", feed_rig.f.path, (char *)NULL);
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

/* Until it has stored something; it is killed at any instant after that. */
static void
child_works(struct test_random *random)
{
	uint64_t before, now;
	int64_t began = 0;
	pid_t pid = child_start();

	assert_int_equal(
	    store_read_place(feed_rig.f.reader, STR("feed"), &before), OK);
	for (now = before; now == before;) {
		feed_patience(&began, "a page to be stored");
		feed_say(feed_visitor((unsigned)test_random_below(random, 9)),
		    "more");
		assert_int_equal(
		    store_read_place(feed_rig.f.reader, STR("feed"), &now), OK);
	}
	usleep((useconds_t)test_random_below(random, 8000));
	child_kill(pid);
}

static void
nothing_is_told_twice_and_nothing_left_out(void **state)
{
	struct test_random random = test_random_new("feed");
	unsigned i;

	(void)state;
	for (i = 0; i < 2500; i++)
		feed_say(feed_visitor(i % 9), "hello");
	for (i = 0; i < 12; i++)
		child_works(&random);
	feed_begin();
	feed_reads_all();
	feed_assert_all_told();
	assert_int_equal(feed_found("hello"), 10);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, feed_set_up, feed_tear_down)
	    TEST(nothing_is_told_twice_and_nothing_left_out),
	};

	if (argc == 2)
		return child_main(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
