/*
 * watch_lanes: how the accounts at vendors are doing, looked up once a second
 * by the process's watch and kept as text for /health.
 */
#ifndef CMD_WATCH_LANES_H
#define CMD_WATCH_LANES_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/metrics.h"
#include "store/store.h"

#include <pthread.h>

struct watch_lanes {
	pthread_mutex_t lock;
	struct arena arena; /* one look's */
	struct buf text;    /* a JSON list, guarded by lock */
	bool well;	    /* likewise */
};

void watch_lanes_open(struct watch_lanes *w);
void watch_lanes_close(struct watch_lanes *w);

/* From one thread. Sets the figures, too. */
void watch_lanes_look(struct watch_lanes *w, struct store_reader *r,
    const struct clock *clock, struct metrics *m);

/*
 * Any thread: a JSON list of those accounts that do not flow, have messages for
 * people to see, or very many to go out, or by which no mail gets through to
 * the support desk. True: all flow, and all desks are reached. A desk that was
 * not written to for a day is taken for mended.
 */
bool watch_lanes_write(struct watch_lanes *w, struct buf *out);

#endif
