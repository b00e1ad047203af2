/*
 * process: the real binary, started, watched and ended by pid.
 */
#ifndef TESTS_BENCH_PROCESS_H
#define TESTS_BENCH_PROCESS_H

#include "core/buf.h"

#include <sys/types.h>

struct process {
	pid_t pid; /* 0: none */
	int out;   /* its stdout, not blocking */
	struct buf said;
	bool ready;	   /* it said that it listens, or works */
	unsigned port;	   /* of "listening on http://...:port"; or 0 */
	unsigned ops_port; /* of "operations on ..."; or 0 */
	int64_t began_us;  /* just before exec */
};

/* Dies when it cannot. It is killed if we die. */
void process_start(struct process *p, char *const argv[]);
/* Reads what it said; waits at most timeout_ms for it to say something. */
void process_look(struct process *p, int timeout_ms);
/* Waits until it is ready; false: it ended, or timeout_ms passed. */
bool process_wait_ready(struct process *p, int timeout_ms) MUST_USE;
/*
 * Has it ended? Then *status is its exit status, or 128 + the signal that
 * ended it, and p is as if never started.
 */
bool process_ended(struct process *p, int *status);
/* Sends the signal and waits for the end; after timeout_ms kills it: -1. */
int process_end(struct process *p, int signal, int timeout_ms);

#endif
