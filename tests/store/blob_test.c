/*
 * Blobs on disk: what a crash, a full disk, a damaged file or several writers
 * leave. That they are found again stands in the suite.
 */
#include "store/blob.h"
#include "tests/lib/cmocka.h"
#include "tests/store/fixture.h"
#include "tests/store/sqlite_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	struct fixture f;
	char *folder;
};

static void
place_open(struct place *p)
{
	fixture_directory(&p->f, &store_engine_sqlite);
	must(blob_folder(p->f.path, &p->folder));
}

static void
place_close(struct place *p)
{
	free(p->folder);
	fixture_remove(&p->f);
}

/* Below the folder of blobs. */
static void
path_in(const struct place *p, const char *name, char out[256])
{
	must(snprintf(out, 256, "%s/%s", p->folder, name) < 256 ? OK : E_LIMIT);
}

static const char *
path_of(const struct place *p, const char *hash, char out[256])
{
	char name[BLOB_HASH + 2];

	(void)snprintf(name, sizeof(name), "%.2s/%.62s", hash, hash + 2);
	path_in(p, name, out);
	return out;
}

static size_t
size_of(const struct place *p, const char *hash)
{
	uint64_t size = 0;
	int fd;

	must(blob_open(p->folder, str_from(hash), &fd, &size));
	(void)close(fd);
	return size;
}

static void
the_folder_stands_beside_the_database(void **state)
{
	static const char *const cases[][2] = {
	    {"data.db", "blobs"},
	    {"./data.db", "./blobs"},
	    {"/data.db", "/blobs"},
	    {"/var/lib/x/data.db", "/var/lib/x/blobs"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *folder;

		must(blob_folder(cases[i][0], &folder));
		assert_string_equal(folder, cases[i][1]);
		free(folder);
	}
}

static void
only_its_owner_may_read_it(void **state)
{
	char hash[BLOB_HASH + 1], path[256];
	struct place p;
	struct stat st;

	(void)state;
	place_open(&p);
	must(blob_put(p.folder, STR("secret"), hash));
	assert_int_equal(stat(path_of(&p, hash, path), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(p.folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	place_close(&p);
}

static void
the_same_bytes_are_written_once_and_damaged_ones_again(void **state)
{
	char hash[BLOB_HASH + 1], path[256];
	struct stat before, after;
	struct place p;

	(void)state;
	place_open(&p);
	must(blob_put(p.folder, STR("hello"), hash));
	assert_int_equal(stat(path_of(&p, hash, path), &before), 0);
	must(blob_put(p.folder, STR("hello"), hash));
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(truncate(path, 2), 0);
	must(blob_put(p.folder, STR("hello"), hash));
	assert_int_equal(size_of(&p, hash), 5);
	place_close(&p);
}

static void
what_is_no_plain_file_is_not_found(void **state)
{
	char hash[BLOB_HASH + 1], path[256];
	struct place p;
	uint64_t size;
	int fd;

	(void)state;
	place_open(&p);
	must(blob_put(p.folder, STR("hello"), hash));
	(void)unlink(path_of(&p, hash, path));
	assert_int_equal(symlink("/etc/hostname", path), 0);
	assert_int_equal(
	    blob_open(p.folder, str_from(hash), &fd, &size), E_NOTFOUND);
	(void)unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(
	    blob_open(p.folder, str_from(hash), &fd, &size), E_NOTFOUND);
	must(blob_put(p.folder, STR("hello"), hash));
	assert_int_equal(size_of(&p, hash), 5);
	place_close(&p);
}

/* Files of this process may grow to `bytes`, as on a disk that is full. */
static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	(void)signal(SIGXFSZ, SIG_IGN);
	(void)getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
what_does_not_fit_leaves_nothing(void **state)
{
	enum { N = 100000 };
	char hash[BLOB_HASH + 1], *big = calloc(1, N);
	struct place p;
	uint64_t size;
	int fd;

	(void)state;
	place_open(&p);
	limit_files(N / 2);
	assert_int_equal(blob_put(p.folder, (struct str){big, N}, hash), E_IO);
	limit_files(RLIM_INFINITY);
	assert_int_equal(
	    blob_open(p.folder, str_from(hash), &fd, &size), E_NOTFOUND);
	must(blob_put(p.folder, (struct str){big, N}, hash));
	assert_int_equal(size_of(&p, hash), N);
	place_close(&p);
	free(big);
}

static void
without_a_folder_it_fails(void **state)
{
	char hash[BLOB_HASH + 1];

	(void)state;
	assert_int_equal(blob_put("/nowhere/blobs", STR("x"), hash), E_IO);
	blob_sweep("/nowhere/blobs");
}

static void
drafts_of_the_dead_are_removed(void **state)
{
	char hash[BLOB_HASH + 1], dead[256], alive[256];
	struct place p;
	int fd;

	(void)state;
	place_open(&p);
	must(blob_put(p.folder, STR("hello"), hash));
	path_in(&p, "draft-dead", dead);
	path_in(&p, "draft-alive", alive);
	file_write(dead, "x", 1);
	file_write(alive, "x", 1);
	fd = open(alive, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	fixture_start(&p.f);
	fixture_stop(&p.f);
	assert_false(file_exists(dead));
	assert_true(file_exists(alive));
	assert_int_equal(size_of(&p, hash), 5);
	(void)close(fd);
	place_close(&p);
}

/* ---- several writers --------------------------------------------------- */

#define WRITERS 4
#define BLOBS 30

static void *
put_all(void *arg)
{
	const struct place *p = arg;
	char hash[BLOB_HASH + 1], text[16];

	for (unsigned i = 0; i < BLOBS; i++) {
		(void)snprintf(text, sizeof(text), "blob %u", i);
		must(blob_put(p->folder, str_from(text), hash));
		must(size_of(p, hash) == strlen(text) ? OK : E_IO);
	}
	return NULL;
}

static void
many_may_write_the_same(void **state)
{
	pthread_t threads[WRITERS];
	struct place p;

	(void)state;
	place_open(&p);
	for (size_t i = 0; i < WRITERS; i++)
		if (pthread_create(&threads[i], NULL, put_all, &p) != 0)
			must(E_NOMEM);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	place_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_folder_stands_beside_the_database),
	    cmocka_unit_test(only_its_owner_may_read_it),
	    cmocka_unit_test(
		the_same_bytes_are_written_once_and_damaged_ones_again),
	    cmocka_unit_test(what_is_no_plain_file_is_not_found),
	    cmocka_unit_test(what_does_not_fit_leaves_nothing),
	    cmocka_unit_test(without_a_folder_it_fails),
	    cmocka_unit_test(drafts_of_the_dead_are_removed),
	    cmocka_unit_test(many_may_write_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
