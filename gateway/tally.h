/*
 * tally: counters under words that nobody lists beforehand: which channel,
 * and what became of a request there.
 *
 * Any thread adds. Both words are literals: they are kept as they are. A table
 * that is full counts the rest under "other".
 */
#ifndef GATEWAY_TALLY_H
#define GATEWAY_TALLY_H

#include "core/buf.h"

#include <pthread.h>
#include <stdatomic.h>

#define TALLY_ROWS 128u

struct tally_row {
	const char *channel, *word;
	_Atomic uint64_t count;
};

struct tally {
	pthread_mutex_t lock;	/* of adding rows */
	_Atomic unsigned count; /* rows below it stay as they are */
	struct tally_row rows[TALLY_ROWS];
};

void tally_open(struct tally *t);
void tally_close(struct tally *t);
void tally_add(struct tally *t, const char *channel, const char *word);

/*
 * As in Prometheus' text format: name{channel="...",label="..."} n. Nothing
 * at all while nothing was counted.
 */
struct tally_title {
	const char *name, *help, *label;
};
void tally_write(
    struct tally *t, const struct tally_title *title, struct buf *out);

#endif
