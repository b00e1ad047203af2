/*
 * start TIMES SIGNAL BINARY ARGUMENT...
 *
 * Starts the binary so many times, each time until it says that it listens,
 * and ends it with the signal. The median of the time from exec to that line.
 */
#include "tests/bench/lib/figures.h"
#include "tests/bench/lib/process.h"

#include <stdio.h>

#define TIMES_MAX 99

int
main(int argc, char **argv)
{
	double ms[TIMES_MAX];
	struct process p;
	size_t i, n;
	int signal;

	if (argc < 4)
		die("usage: start times signal binary argument...");
	n = number_from(argv[1], TIMES_MAX);
	signal = (int)number_from(argv[2], 15);
	for (i = 0; i < n; i++) {
		process_start(&p, argv + 3);
		if (!process_wait_ready(&p, 60000))
			die("it does not listen");
		ms[i] = (double)(now_us() - p.began_us) / 1000;
		process_end(&p, signal, 10000);
	}
	printf("start_ms %.1f\n", median(ms, n));
	return 0;
}
