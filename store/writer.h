/*
 * writer: the one thread that commits.
 *
 * It takes whatever waits, up to group_max, and commits it at once: it never
 * waits for more, since while one group commits the next one gathers. Then
 * every op's `done` is called in order, then on_group: on this thread, or, if
 * more waits already, on the teller's (teller.h) while the next group commits.
 *
 * If a group fails for a reason that is not the disk's (no memory, one op
 * that the engine cannot bear), each of its ops is run alone, so that the
 * neighbours of the bad one are not hurt. If the disk fails, all fail. While
 * the last group has failed and nothing comes in, it probes once a second, so
 * that store_stats().state tells the truth although nobody dares to write.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "store/engine.h"
#include "store/queue.h"
#include "store/teller.h"

struct writer {
	struct queue queue;
	const struct store_engine *engine;
	void *data; /* the engine's */
	void (*on_group)(void *arg);
	void *on_group_arg;
	struct store_op **ops; /* the group at work */
	struct said *said;     /* what is both in and out of each of them */
	size_t group_max;
	struct teller teller;
	pthread_t thread;
	_Atomic enum err state;
	_Atomic uint64_t groups, ops_done, failed_ops, failed_groups;
	_Atomic uint64_t commit_us_sum;
	_Atomic uint64_t running_since; /* steady us; 0: no group runs */
};

/* engine and data must outlive it. E_NOMEM. */
enum err writer_start(struct writer *w, const struct store_engine *engine,
    void *data, const struct store_conf *conf) MUST_USE;

/* Finishes what waits, then ends the thread. */
void writer_stop(struct writer *w);

void writer_stats(struct writer *w, struct store_stats *out);

#endif
