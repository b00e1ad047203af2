/* Files of customers: fetched, looked at, kept or refused, and said so. */
#include "tests/workers/deliver_rig.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

static void
vendor_file(const char *type, struct str bytes)
{
	rig.vendor.file_type = type;
	rig.vendor.file = bytes;
}

/* The hash in the event leads to these bytes. */
static void
assert_kept(const char *body, struct str bytes)
{
	const char *hash = strstr(body, "\"hash\":\"");
	char read_back[64];
	uint64_t size;
	int fd;

	assert_non_null(hash);
	assert_int_equal(store_blob_open(rig.f.store,
			     (struct str){hash + 8, BLOB_HASH}, &fd, &size),
	    OK);
	assert_int_equal(size, bytes.n);
	assert_int_equal(read(fd, read_back, sizeof(read_back)), bytes.n);
	assert_memory_equal(read_back, bytes.p, bytes.n);
	close(fd);
}

static void
a_file_is_kept_as_what_it_is(void **state)
{
	struct str png = {PNG, sizeof(PNG) - 1};
	const char *body;
	int64_t row;

	(void)state;
	deliver_begin();
	vendor_file("text/html", png);
	row = write_file(1, "/file/a");
	row_becomes(row, OUTBOX_SENT);
	body = newest_body(1, EVENT_FILE);
	assert_non_null(strstr(body,
	    "{\"index\":0,\"name\":\"a.bin\",\"type\":\"image/png\","
	    "\"size\":16,"));
	assert_kept(body, png);
	assert_non_null(strstr(body, "\",\"url\":\"/v1/files/"));
	assert_int_equal(metric_get(&rig.f.metrics, METRIC_DELIVER_FILES), 1);
}

static void
names_the_second_file(void **state)
{
	struct outbox_row rows[2] = {{.kind = OUTBOX_FETCH,
	    .channel = STR("test"),
	    .account = STR("main"),
	    .payload = STR("/file/a")}};

	(void)state;
	rows[1] = rows[0];
	vendor_file("text/plain", STR("words"));
	write_ready_rows("main", 1, rows, 2);
	deliver_begin();
	rows_open(0);
	assert_non_null(strstr(newest_body(1, EVENT_FILE),
	    "{\"index\":1,\"name\":\"b.bin\",\"type\":\"text/plain\""));
}

static void
assert_refused(int64_t row, const char *why)
{
	const char *body;

	row_becomes(row, OUTBOX_SENT);
	body = newest_body(1, EVENT_FILE);
	if (strstr(body, why) == NULL || strstr(body, "\"hash\"") != NULL)
		fail_msg("%s: %s", why, body);
	assert_int_equal(metric_get(&rig.f.metrics, METRIC_DELIVER_FILES), 0);
}

static void
a_file_that_lies_is_refused(void **state)
{
	(void)state;
	deliver_begin();
	vendor_file("image/png", STR("<svg xmlns='http://x/'><script/></svg>"));
	assert_refused(write_file(1, "/file/a.png"),
	    "\"refused\":\"It is not a kind of file that is kept.\"");
	vendor_file("image/jpeg", STR("MZ\x90\0\3\0\0\0\4\0\0\0"));
	assert_refused(write_file(1, "/file/a.jpg"), "not a kind of file");
	vendor_file("text/plain", STR(""));
	assert_refused(write_file(1, "/file/empty"), "It is empty.");
}

static void
a_file_that_is_too_big_is_refused(void **state)
{
	size_t n = (16u << 20) + 1;
	char *bytes = malloc(n);

	(void)state;
	memset(bytes, 'x', n);
	deliver_begin();
	vendor_file("text/plain", (struct str){bytes, n});
	assert_refused(write_file(1, "/file/big"), "larger than 16 MB");
	vendor_file("text/plain", (struct str){bytes, n - 1});
	row_becomes(write_file(2, "/file/fits"), OUTBOX_SENT);
	assert_non_null(strstr(newest_body(2, EVENT_FILE), "\"hash\""));
	free(bytes);
}

static void
nothing_private_is_fetched(void **state)
{
	static const char *const to[] = {"http://127.0.0.1:1/x",
	    "http://localhost:1/x", "/file/to/http://127.0.0.1:1/x",
	    "/file/to/http://169.254.169.254/latest/meta-data"};
	size_t i;

	(void)state;
	deliver_begin();
	for (i = 0; i < ARRAY_LEN(to); i++)
		assert_refused(write_file(1, to[i]), "may not be asked");
}

static void
a_redirect_to_the_vendor_is_followed(void **state)
{
	(void)state;
	deliver_begin();
	vendor_file("text/plain", STR("words"));
	row_becomes(write_file(1, "/file/to//file/x"), OUTBOX_SENT);
	assert_non_null(strstr(newest_body(1, EVENT_FILE), "\"hash\""));
}

static void
a_file_that_is_gone_is_said(void **state)
{
	int64_t row;

	(void)state;
	deliver_begin();
	row = write_file(1, "/file/gone");
	row_becomes(row, OUTBOX_DEAD);
	assert_string_equal(newest_body(1, EVENT_FILE),
	    "{\"index\":0,\"name\":\"a.bin\",\"refused\":"
	    "\"The file is gone.\"}");
}

/* Whatever went wrong on the way: to fetch it again does no harm. */
static void
is_fetched_again(void **state)
{
	static const enum ailment faults[] = {
	    FAULT_BUSY, FAULT_BROKEN, FAULT_CUT_AFTER, FAULT_DENIED};
	size_t i;

	(void)state;
	vendor_file("text/plain", STR("words"));
	deliver_begin();
	for (i = 0; i < ARRAY_LEN(faults); i++) {
		vendor_fault(&rig.vendor, faults[i], 1);
		row_becomes_later(write_file(1, "/file/a"), OUTBOX_SENT);
	}
	assert_int_equal(lane_read("main").state, LANE_FLOWS);
	assert_int_equal(metric_get(&rig.f.metrics, METRIC_DELIVER_FILES), 4);
}

/* Where the vendor sent us on to is not the vendor. */
static void
a_host_that_denies_stops_nothing(void **state)
{
	unsigned i;

	(void)state;
	vendor_file("text/plain", STR("words"));
	vendor_fault(&rig.vendor, FAULT_DENIED, 6);
	deliver_begin();
	for (i = 0; i < 6; i++)
		row_becomes_later(
		    write_file(i, "/file/to//file/x"), OUTBOX_SENT);
	assert_int_equal(lane_read("main").state, LANE_FLOWS);
	assert_int_equal(atomic_load(&rig.vendor.checks), 0);
}

static void
found_half_done_it_is_fetched_again(void **state)
{
	struct store_op op = {.verb = STORE_TAKE};
	int64_t row;
	bool taken;

	(void)state;
	vendor_file("text/plain", STR("words"));
	row = write_file(1, "/file/a");
	op.take = (struct store_take){
	    .rows = &row, .n = 1, .at = INT64_MAX, .taken = &taken};
	assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	assert_true(taken);
	deliver_begin();
	row_becomes(row, OUTBOX_SENT);
	assert_int_equal(atomic_load(&rig.vendor.lookups), 0);
}

/* The answer is not kept waiting by the file, nor the file by the answer. */
static void
files_and_messages_pass_each_other(void **state)
{
	int64_t file, message;

	(void)state;
	deliver_begin();
	vendor_fault(&rig.vendor, FAULT_BUSY, 1);
	file = write_file(1, "/file/a");
	while (atomic_load(&rig.vendor.fault) != FAULT_NONE &&
	       atomic_load(&rig.vendor.faults_left) > 0)
		usleep(500);
	write_rows("main", 1, "a", 1, &message);
	row_becomes(message, OUTBOX_SENT);
	assert_int_not_equal(row_read(file).state, OUTBOX_SENT);
}

/* ---- room for the next -------------------------------------------------- */

#define AT_ONCE 8u /* files on their way */

/* So many that were put off by the vendor, and wait. */
static void
files_that_wait(int64_t *rows, unsigned n)
{
	unsigned i;

	vendor_file("text/plain", STR("words"));
	vendor_fault(&rig.vendor, FAULT_BUSY, (int)n);
	deliver_begin();
	for (i = 0; i < n; i++)
		rows[i] = write_file(i, "/file/a");
	for (i = 0; i < n; i++)
		row_is_put_off(rows[i]);
}

static uint64_t
failed_groups(void)
{
	struct store_stats s;

	store_stats(rig.f.store, &s);
	return s.failed_groups;
}

/* The disk is full for a while, and nothing can be taken. */
static void
a_full_disk_leaves_room(void **state)
{
	struct rlimit files, none;
	struct patience p = {0};
	int64_t rows[3];
	unsigned i;

	(void)state;
	files_that_wait(rows, ARRAY_LEN(rows));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &files), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = files.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	while (failed_groups() < AT_ONCE) {
		later(250);
		patience(&p, "the store to fail");
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &files), 0);
	for (i = 0; i < ARRAY_LEN(rows); i++)
		row_becomes_later(rows[i], OUTBOX_SENT);
}

/* Others have settled them meanwhile. */
static void
what_is_over_leaves_room(void **state)
{
	struct store_op op = {.verb = STORE_RECEIPT,
	    .receipt = {.account = {.company = rig.f.company,
			    .channel = STR("test"),
			    .account = STR("main")},
		.rank = RECEIPT_DELIVERED}};
	int64_t rows[AT_ONCE];
	unsigned i;

	(void)state;
	files_that_wait(rows, AT_ONCE);
	for (i = 0; i < AT_ONCE; i++) {
		op.receipt.row = rows[i];
		assert_int_equal(store_submit_wait(rig.f.store, &op), OK);
	}
	later(2000);
	row_becomes_later(write_file(AT_ONCE, "/file/a"), OUTBOX_SENT);
}

/* ---- a disk that hangs --------------------------------------------------- */

static _Atomic bool hung, released;

static void
hang(int signal)
{
	const struct timespec ms = {.tv_nsec = 1000000};

	(void)signal;
	atomic_store(&hung, true);
	while (!atomic_load(&released))
		nanosleep(&ms, NULL);
}

/* Of this process, by its name. */
static pid_t
thread_named(const char *name)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	char path[300], comm[32];
	pid_t found = 0;
	FILE *f;

	assert_non_null(dir);
	while (found == 0 && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "/proc/self/task/%s/comm",
		    entry->d_name);
		f = fopen(path, "r");
		if (f == NULL)
			continue;
		if (fgets(comm, sizeof(comm), f) != NULL &&
		    strncmp(comm, name, strlen(name)) == 0)
			found = atoi(entry->d_name);
		fclose(f);
	}
	closedir(dir);
	return found;
}

static void
another_leads(void)
{
	struct store_conf conf = {.path = rig.f.path,
	    .queue_max = 100,
	    .group_max = 100,
	    .clock = &rig.f.clock};
	struct patience p = {0};
	struct store *s;
	char why[256];

	assert_int_equal(store_open(&conf, &s, why, sizeof(why)), OK);
	while (store_lead(s, ROLE_DELIVER) != OK) {
		later(1000);
		patience(&p, "the lead to be given up");
	}
	store_close(s);
}

static void
a_file_that_hangs_keeps_nobody_from_leading(void **state)
{
	struct patience p = {0};
	_Atomic bool done = false;
	pthread_t stopping;
	pid_t keeper;
	int64_t row;

	(void)state;
	atomic_store(&released, false);
	vendor_file("text/plain", STR("words"));
	deliver_begin();
	signal(SIGUSR1, hang);
	while ((keeper = thread_named("fd-files")) == 0)
		patience(&p, "the thread of files");
	assert_int_equal(tgkill(getpid(), keeper, SIGUSR1), 0);
	while (!atomic_load(&hung))
		patience(&p, "it to hang");
	row = write_file(1, "/file/a");
	row_becomes(row, OUTBOX_SENDING);
	while (stub_requests(rig.vendor.stub) == 0)
		patience(&p, "the file to be fetched");
	deliver_end_begins(&stopping, &done);
	another_leads();
	atomic_store(&released, true);
	assert_int_equal(pthread_join(stopping, NULL), 0);
	assert_int_equal(row_read(row).state, OUTBOX_SENDING);
	deliver_begin();
	row_becomes_later(row, OUTBOX_SENT);
}

#define A_TEST(fn) \
	cmocka_unit_test_setup_teardown(fn, deliver_set_up, deliver_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    A_TEST(a_file_is_kept_as_what_it_is),
	    A_TEST(names_the_second_file),
	    A_TEST(a_file_that_lies_is_refused),
	    A_TEST(a_file_that_is_too_big_is_refused),
	    A_TEST(nothing_private_is_fetched),
	    A_TEST(a_redirect_to_the_vendor_is_followed),
	    A_TEST(a_file_that_is_gone_is_said),
	    A_TEST(is_fetched_again),
	    A_TEST(a_host_that_denies_stops_nothing),
	    A_TEST(found_half_done_it_is_fetched_again),
	    A_TEST(files_and_messages_pass_each_other),
	    A_TEST(a_full_disk_leaves_room),
	    A_TEST(what_is_over_leaves_room),
	    A_TEST(a_file_that_hangs_keeps_nobody_from_leading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
