/*
 * idle PORT COMPANY COUNT
 *
 * Opens COUNT WebSockets that have said hello and then say nothing, from as
 * many processes and loopback addresses as descriptors and ports ask for.
 * Prints "ready <count>" when all are welcome; ends when its stdin does.
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/talker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define PER_PROCESS 5000u
#define AT_ONCE 100u

static size_t welcome_count;

static void
welcomed(struct talker *t)
{
	(void)t;
	welcome_count++;
}

static void
answered(struct talker *t, int64_t us)
{
	(void)t;
	(void)us;
}

static void
wait_welcome(struct client *cl, size_t n)
{
	int64_t end = now_us() + 30000000;

	while (welcome_count < n) {
		client_poll(cl, 1000);
		if (now_us() > end)
			die("no welcome for 30 s; %zu have one", welcome_count);
	}
}

static void
open_all(struct talker *talkers, size_t n, struct client *cl, char **argv)
{
	size_t i;

	for (i = 0; i < n; i++) {
		talkers[i].welcomed = welcomed;
		talkers[i].answered = answered;
		talker_open(&talkers[i], cl,
		    (unsigned)number_from(argv[1], 65535), str_from(argv[2]),
		    STR(""));
		wait_welcome(cl, i < AT_ONCE ? 0 : i - AT_ONCE);
	}
	wait_welcome(cl, n);
}

/* Holds n sockets from 127.0.0.source, answering pings, until it is ended. */
static void
hold(unsigned source, size_t n, int ready, char **argv)
{
	struct talker *talkers = calloc(n, sizeof(*talkers));
	struct client cl;
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (talkers == NULL)
		die("no memory");
	for (i = 0; i < n; i++)
		talkers[i].source = source;
	client_init(&cl);
	open_all(talkers, n, &cl, argv);
	if (write(ready, "r", 1) != 1)
		die("the parent is gone");
	for (;;)
		client_poll(&cl, -1);
}

int
main(int argc, char **argv)
{
	size_t i, n, children;
	int ready[2];
	char byte;

	if (argc != 4 || pipe(ready) != 0)
		die("usage: idle port company count");
	n = number_from(argv[3], 1000000);
	children = (n + PER_PROCESS - 1) / PER_PROCESS;
	for (i = 0; i < children; i++) {
		if (fork() != 0)
			continue;
		close(ready[0]);
		hold((unsigned)i + 2, n / children + (i < n % children),
		    ready[1], argv);
	}
	close(ready[1]);
	for (i = 0; i < children; i++)
		if (read(ready[0], &byte, 1) != 1)
			die("a client failed");
	printf("ready %zu\n", n);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
