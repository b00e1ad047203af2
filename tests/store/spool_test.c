/*
 * Mails in the spool: whole or not there, oldest first, and never too many;
 * with writers that die and folders that people have been in.
 */
#include "store/spool.h"
#include "tests/lib/cmocka.h"
#include "tests/lib/random.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char dir[64];
static struct spool_box box;
static struct arena arena;
static struct spool_entry entries[SPOOL_MAILS_MAX];

static int
set_up(void **state)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/spool-test-XXXXXX", base);
	assert_non_null(mkdtemp(dir));
	box = (struct spool_box){dir, STR("acme"), STR("support")};
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *
path_of(const char *below)
{
	static char path[300];

	(void)snprintf(
	    path, sizeof(path), "%s/mail-in/acme/support/%s", dir, below);
	return path;
}

static size_t
list(void)
{
	size_t n = SPOOL_MAILS_MAX;

	assert_int_equal(
	    spool_list(&box, (int64_t)time(NULL) * 1000, &arena, entries, &n),
	    OK);
	return n;
}

static void
put(const char *mail, int64_t at)
{
	assert_int_equal(spool_put(&box, str_from(mail), at), OK);
}

static void
assert_read(struct str name, const char *mail)
{
	struct buf b = {0};

	assert_int_equal(spool_read(&box, name, &b), OK);
	assert_true(str_eq(buf_view(&b), str_from(mail)));
	buf_free(&b);
}

static enum err
set_aside(struct str name)
{
	unsigned gone;

	return spool_set_aside(&box, name, SPOOL_REFUSED, &gone);
}

static void
touch(const char *below, const char *content)
{
	FILE *f = fopen(path_of(below), "w");

	assert_non_null(f);
	fputs(content, f);
	fclose(f);
}

/* ---- as it should go -------------------------------------------------------- */

static void
comes_out_oldest_first(void **state)
{
	(void)state;
	assert_int_equal(list(), 0);
	put("second", 1795287905394);
	put("third", 1795287905395);
	put("first", 7);
	assert_int_equal(list(), 3);
	assert_read(entries[0].name, "first");
	assert_read(entries[1].name, "second");
	assert_read(entries[2].name, "third");
	assert_int_equal(entries[0].at, 7);
	assert_int_equal(entries[1].at, 1795287905394);
	assert_int_equal(entries[1].size, 6);
	assert_int_equal(spool_remove(&box, entries[1].name), OK);
	assert_int_equal(spool_remove(&box, entries[1].name), OK);
	assert_int_equal(set_aside(entries[0].name), OK);
	assert_int_equal(set_aside(entries[0].name), E_NOTFOUND);
	assert_int_equal(list(), 1);
	assert_read(entries[0].name, "third");
	assert_int_equal(access(path_of("bad"), F_OK), 0);
}

static void
a_few_of_many_are_the_oldest(void **state)
{
	struct spool_entry few[3];
	char mail[20];
	size_t n = 3;
	int i;

	(void)state;
	for (i = 19; i >= 0; i--) {
		(void)snprintf(mail, sizeof(mail), "%d", i);
		put(mail, 1000 + i);
	}
	assert_int_equal(spool_list(&box, 0, &arena, few, &n), OK);
	assert_int_equal(n, 3);
	assert_int_equal(few[0].at, 1000);
	assert_int_equal(few[2].at, 1002);
}

static void
accounts_are_apart_and_private(void **state)
{
	struct spool_box other = box;
	struct stat st;
	size_t n = 10;

	(void)state;
	put("x", 1);
	other.account = STR("sales");
	assert_int_equal(spool_list(&other, 0, &arena, entries, &n), OK);
	assert_int_equal(n, 0);
	assert_int_equal(stat(path_of("new"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(list(), 1);
}

/* ---- what is refused -------------------------------------------------------- */

static void
names_and_sizes_are_checked(void **state)
{
	static const char *const keys[] = {
	    "", "..", "a/b", "A", "-a", "a\n", "support/../sales"};
	static const char *const names[] = {"", ".", "..", "../bad/x", "x.mail",
	    "0000000000000001-0123456789abcdef.mai",
	    "0000000000000001-0123456789abcdeg.mail",
	    "000000000000000x-0123456789abcdef.mail",
	    "0000000000000001/0123456789abcdef.mail",
	    "0000000000000001-0123456789abcdef.mail.mail"};
	char *large = calloc(1, SPOOL_MAIL_MAX + 1u);
	struct spool_box wrong = box;
	struct buf b = {0};
	size_t i;

	(void)state;
	assert_non_null(large);
	assert_int_equal(spool_put(&box, STR(""), 1), E_BADINPUT);
	assert_int_equal(
	    spool_put(&box, (struct str){large, SPOOL_MAIL_MAX + 1u}, 1),
	    E_BADINPUT);
	assert_int_equal(
	    spool_put(&box, (struct str){large, SPOOL_MAIL_MAX}, 1), OK);
	assert_int_equal(spool_put(&box, STR("x"), -1), E_BADINPUT);
	for (i = 0; i < ARRAY_LEN(keys); i++) {
		wrong.account = str_from(keys[i]);
		assert_int_equal(spool_put(&wrong, STR("x"), 1), E_BADINPUT);
	}
	for (i = 0; i < ARRAY_LEN(names); i++) {
		struct str name = str_from(names[i]);

		assert_int_equal(spool_read(&box, name, &b), E_BADINPUT);
		assert_int_equal(spool_remove(&box, name), E_BADINPUT);
		assert_int_equal(set_aside(name), E_BADINPUT);
	}
	wrong = box;
	wrong.data_dir = "/nowhere";
	assert_int_equal(spool_put(&wrong, STR("x"), 1), E_IO);
	free(large);
}

static void
is_full_at_its_limits(void **state)
{
	char name[64];
	unsigned i;

	(void)state;
	put("x", 1);
	for (i = 1; i < SPOOL_MAILS_MAX; i++) {
		(void)snprintf(
		    name, sizeof(name), "new/%016u-0123456789abcdef.mail", i);
		touch(name, "");
	}
	assert_int_equal(spool_put(&box, STR("y"), 2), E_LIMIT);
	assert_int_equal(
	    unlink(path_of("new/0000000000000002-0123456789abcdef.mail")), 0);
	put("y", 2);
	assert_int_equal(spool_put(&box, STR("z"), 2), E_LIMIT);
}

static void
grow(const char *below, uint64_t size)
{
	int fd;

	touch(below, "");
	fd = open(path_of(below), O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(close(fd), 0);
}

static void
is_full_at_its_bytes(void **state)
{
	(void)state;
	put("x", 1);
	grow("new/large", SPOOL_BYTES_MAX - 2);
	put("y", 2);
	assert_int_equal(spool_put(&box, STR("z"), 3), E_LIMIT);
	assert_int_equal(list(), 2);
}

/* ---- set aside -------------------------------------------------------------- */

static unsigned
set_one_aside(int64_t at, enum spool_aside where)
{
	unsigned gone;

	put("aside", at);
	assert_int_equal(list(), 1);
	assert_int_equal(
	    spool_set_aside(&box, entries[0].name, where, &gone), OK);
	return gone;
}

/* However much that is, new mails are taken. */
static void
what_is_aside_keeps_nothing_out(void **state)
{
	char name[64];
	unsigned i;

	(void)state;
	assert_int_equal(set_one_aside(7, SPOOL_AUTOMATIC), 0);
	for (i = 0; i < SPOOL_MAILS_MAX; i++) {
		(void)snprintf(name, sizeof(name),
		    "%s/%016u-0123456789abcdef.mail", i % 2 ? "auto" : "bad",
		    i);
		touch(name, "");
	}
	grow("bad/9000000000000001-0123456789abcdef.mail", SPOOL_BYTES_MAX);
	put("x", 1);
	assert_int_equal(list(), 1);
}

static void
of_what_is_aside_the_oldest_go(void **state)
{
	const char *const first = "bad/0000000000001000-0123456789abcdef.mail";
	char name[64];
	unsigned i;

	(void)state;
	assert_int_equal(set_one_aside(7, SPOOL_AUTOMATIC), 0);
	touch("bad/notes.txt", "by hand");
	for (i = 0; i < SPOOL_ASIDE_MAX; i++) {
		(void)snprintf(name, sizeof(name),
		    "bad/%016u-0123456789abcdef.mail", 1000 + i);
		touch(name, "x");
	}
	assert_int_equal(set_one_aside(9000, SPOOL_REFUSED), 1);
	assert_int_equal(access(path_of(first), F_OK), -1);
	assert_int_equal(set_one_aside(9001, SPOOL_AUTOMATIC), 0);
	/* By its bytes, too; the newest stays, however large. */
	grow("bad/0000000000001400-0123456789abcdef.mail",
	    SPOOL_ASIDE_BYTES_MAX);
	assert_int_equal(
	    set_one_aside(9002, SPOOL_REFUSED), SPOOL_ASIDE_MAX - 600);
	assert_int_equal(set_one_aside(9003, SPOOL_REFUSED), 0);
	assert_int_equal(access(path_of("bad/notes.txt"), F_OK), 0);
}

static struct spool_weight
weigh(void)
{
	struct spool_weight all;

	assert_int_equal(spool_weigh(dir, &all), OK);
	return all;
}

static void
all_spools_are_weighed(void **state)
{
	struct spool_box other = {dir, STR("beta"), STR("sales")};
	struct spool_weight all = weigh();

	(void)state;
	assert_true(all.waiting == 0 && all.aside == 0 && all.oldest == 0);
	assert_int_equal(set_one_aside(5, SPOOL_AUTOMATIC), 0);
	assert_int_equal(set_one_aside(6, SPOOL_REFUSED), 0);
	put("x", 900);
	assert_int_equal(spool_put(&other, STR("y"), 800), OK);
	touch("new/notes.txt", "by hand");
	all = weigh();
	assert_true(all.waiting == 2 && all.aside == 2);
	assert_true(all.oldest == 800 && all.full == 0);
	grow("new/0000000000000900-0123456789abcdef.mail",
	    SPOOL_NEARLY(SPOOL_BYTES_MAX));
	assert_int_equal(weigh().full, 1);
}

/* A disk that takes no more leaves nothing half done. */
static void
a_failed_write_leaves_nothing(void **state)
{
	static char mail[5000];
	struct rlimit before, small;

	(void)state;
	put("x", 1);
	memset(mail, 'x', sizeof(mail) - 1);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){1000, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(spool_put(&box, str_from(mail), 2), E_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(list(), 1);
	assert_int_equal(rmdir(path_of("tmp")), 0); /* it is empty */
}

/* ---- what people and crashes leave ------------------------------------------ */

#define OLD_DRAFT "tmp/0000000000000001-0123456789abcdef.mail"

/* Of this hour. */
static const char *
fresh_draft(void)
{
	static char name[64];

	(void)snprintf(name, sizeof(name),
	    "tmp/%013lld000-0123456789abcdef.mail",
	    (long long)(time(NULL) / 3600 * 3600));
	return name;
}

static void
what_is_not_ours_is_left_alone(void **state)
{
	struct buf b = {0};

	(void)state;
	put("x", 1);
	touch("new/notes.txt", "by hand");
	touch("new/.hidden", "");
	touch("tmp/notes.txt", "by hand");
	touch(fresh_draft(), "being written");
	touch(OLD_DRAFT, "left");
	assert_int_equal(
	    symlink("/etc/passwd",
		path_of("new/0000000000000000-0123456789abcdef.mail")),
	    0);
	assert_int_equal(list(), 2);
	assert_true(spool_read(&box, entries[0].name, &b) != OK && b.len == 0);
	assert_int_equal(set_aside(entries[0].name), OK);
	assert_int_equal(list(), 1);
	assert_read(entries[0].name, "x");
	assert_int_equal(access(path_of("new/notes.txt"), F_OK), 0);
	assert_int_equal(access(path_of("tmp/notes.txt"), F_OK), 0);
	assert_int_equal(access(path_of(fresh_draft()), F_OK), 0);
	assert_int_equal(access(path_of(OLD_DRAFT), F_OK), -1);
}

#define WRITERS 4u
#define MAIL_BYTES 20000u

/* Puts mails whose every byte says whose they are, and counts what was
 * acknowledged, until it is killed. */
static void
write_for_ever(unsigned who, int acks)
{
	static char mail[MAIL_BYTES];
	int64_t at;

	memset(mail, (int)('a' + who), sizeof(mail));
	for (at = 1;; at++)
		if (spool_put(&box, (struct str){mail, sizeof(mail)}, at) !=
			OK ||
		    write(acks, &mail[0], 1) != 1)
			_exit(1);
}

static unsigned
count_acks(int fd)
{
	char bytes[4096];
	unsigned sum = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		sum += (unsigned)n;
	close(fd);
	return sum;
}

static void
what_was_acknowledged_is_there_and_whole(void **state)
{
	struct test_random r = test_random_new("spool");
	pid_t writers[WRITERS];
	unsigned acked, i, j;
	struct buf b = {0};
	size_t n;
	int pipe_[2];

	(void)state;
	assert_int_equal(pipe(pipe_), 0);
	for (i = 0; i < WRITERS; i++)
		if ((writers[i] = fork()) == 0)
			write_for_ever(i, pipe_[1]);
	close(pipe_[1]);
	for (i = 0; i < WRITERS; i++) {
		const struct timespec until = {
		    .tv_nsec = (long)test_random_below(&r, 60000000)};

		nanosleep(&until, NULL);
		assert_int_equal(kill(writers[i], SIGKILL), 0);
		assert_int_equal(waitpid(writers[i], NULL, 0), writers[i]);
	}
	acked = count_acks(pipe_[0]);
	n = list();
	printf("%u acknowledged, %zu there\n", acked, n);
	assert_in_range(n, acked, acked + WRITERS);
	for (i = 0; i < n; i++) {
		buf_clear(&b);
		assert_int_equal(spool_read(&box, entries[i].name, &b), OK);
		assert_int_equal(b.len, MAIL_BYTES);
		for (j = 1; j < MAIL_BYTES; j++)
			assert_true(b.data[j] == b.data[0]);
	}
	buf_free(&b);
}

#define A_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(comes_out_oldest_first),
	    A_TEST(a_few_of_many_are_the_oldest),
	    A_TEST(accounts_are_apart_and_private),
	    A_TEST(names_and_sizes_are_checked),
	    A_TEST(is_full_at_its_limits),
	    A_TEST(is_full_at_its_bytes),
	    A_TEST(what_is_aside_keeps_nothing_out),
	    A_TEST(of_what_is_aside_the_oldest_go),
	    A_TEST(all_spools_are_weighed),
	    A_TEST(a_failed_write_leaves_nothing),
	    A_TEST(what_is_not_ours_is_left_alone),
	    A_TEST(what_was_acknowledged_is_there_and_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
