/*
 * watch: what a process says of itself once a second: in the log when the
 * store falls ill or recovers, in figures how many questions wait for an
 * answer and how long the oldest has waited, and every few seconds how much
 * mail waits to be taken in.
 */
#ifndef CMD_WATCH_H
#define CMD_WATCH_H

#include "cmd/process.h"
#include "cmd/watch_lanes.h"

struct watch {
	struct process *process;
	struct store_reader *reader;
	enum err store; /* as said in the log last */
	struct watch_lanes lanes;
	unsigned looks;
};

enum err watch_open(struct watch *w, struct process *p) MUST_USE;
void watch_close(struct watch *w);

/* Once a second, from one thread. May block for a few reads. */
void watch_look(struct watch *w);

/*
 * Any thread: false when a question has waited for so long that nobody can
 * be at work on it; in any case a few words in `detail`.
 */
bool watch_healthy(const struct watch *w, struct buf *detail);

#endif
