/*
 * latency PORT COMPANY FILE SECONDS
 *
 * One visitor, one question at a time, on an idle machine: the time from
 * sending it to having the answer, as a multiple of one 4 KB write + fsync to
 * FILE, which should be on the same disk. The two are measured in turn, so
 * that what the disk does meanwhile meets both.
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/talker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static struct {
	bool ready;
	struct samples *into; /* NULL: warming up */
} one;

static void
welcomed(struct talker *t)
{
	(void)t;
	one.ready = true;
}

static void
answered(struct talker *t, int64_t us)
{
	(void)t;
	one.ready = true;
	if (one.into != NULL)
		samples_add(one.into, us);
}

static void
wait_ready(struct client *cl)
{
	int64_t end = now_us() + 10000000;

	while (!one.ready) {
		client_poll(cl, 100);
		if (now_us() > end)
			die("no answer for 10 s");
	}
	one.ready = false;
}

static int64_t
write_and_sync(int fd)
{
	static const char page[4096] = {1};
	int64_t begin = now_us();

	if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page) ||
	    fsync(fd) != 0)
		die("write or fsync: %s", strerror(errno));
	return now_us() - begin;
}

static void
print(const char *name, double value)
{
	printf("%s %.2f\n", name, value);
}

static void
measure(struct talker *t, struct client *cl, int fd, int64_t us)
{
	struct samples answers = {0}, syncs = {0};
	int64_t end = now_us() + us;
	double sync;

	one.into = &answers;
	while (now_us() < end) {
		samples_add(&syncs, write_and_sync(fd));
		talker_ask(t);
		wait_ready(cl);
	}
	sync = (double)samples_at(&syncs, 0.5);
	print("ratio_p50", (double)samples_at(&answers, 0.5) / sync);
	print("ratio_p99", (double)samples_at(&answers, 0.99) / sync);
	print("answer_p50_us", (double)samples_at(&answers, 0.5));
	print("answer_p99_us", (double)samples_at(&answers, 0.99));
	print("sync_p50_us", sync);
	print("sync_p99_us", (double)samples_at(&syncs, 0.99));
	samples_free(&answers);
	samples_free(&syncs);
}

int
main(int argc, char **argv)
{
	struct talker t = {.welcomed = welcomed, .answered = answered};
	struct client cl;
	unsigned i;
	int fd;

	if (argc != 5)
		die("usage: latency port company file seconds");
	fd = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		die("%s: %s", argv[3], strerror(errno));
	client_init(&cl);
	talker_open(&t, &cl, (unsigned)number_from(argv[1], 65535),
	    str_from(argv[2]), STR(""));
	wait_ready(&cl);
	for (i = 0; i < 100; i++) {
		talker_ask(&t);
		wait_ready(&cl);
	}
	measure(&t, &cl, fd, (int64_t)number_from(argv[4], 3600) * 1000000);
	wire_close(&t.wire);
	client_free(&cl);
	close(fd);
	return 0;
}
