/*
 * sweep: what nobody announced. Once a second worker 0 asks the store for
 * pending conversations and for timers that are due, a page at a time as
 * turns come free; the first sweep, at start, takes up what a crash left.
 */
#include "workers/internal.h"

#define SWEEP_PAGE 256u
#define TIMER_PAGE 256u
#define PAGES_AT_ONCE 4u /* then announced work gets its turn */

static bool
room(const struct worker *w)
{
	/* Half the turns are left to announced work. */
	return w->turn_count + SWEEP_PAGE <= w->conf.turns_max / 2;
}

static void
sweep_page(struct worker *w)
{
	int64_t ids[SWEEP_PAGE];
	size_t n = SWEEP_PAGE, i;

	if (store_list_pending(w->reader, w->sweep.cursor, ids, &n) != OK ||
	    n == 0) {
		w->sweep.under_way = false;
		w->sweep.first = false;
		return;
	}
	w->sweep.cursor = ids[n - 1];
	w->reading = store_read_begin(w->reader) == OK;
	for (i = 0; i < n; i++)
		turn_begin(w, ids[i], TURN_SWEPT, 0);
	if (w->reading)
		store_read_end(w->reader);
	w->reading = false;
}

static void
sweep_timers(struct worker *w)
{
	struct timer_row rows[TIMER_PAGE];
	size_t n = TIMER_PAGE, i;

	if (store_list_timers(w->reader, clock_wall(w->conf.clock), rows, &n) !=
	    OK)
		return;
	for (i = 0; i < n; i++)
		turn_begin(w, rows[i].conversation, TURN_TIMER, rows[i].kind);
}

bool
sweep_more(const struct worker *w)
{
	return w->sweep.under_way && room(w);
}

void
sweep_run(struct worker *w, int64_t now)
{
	unsigned i;

	if (w->conf.index != 0) {
		w->sweep.next_steady = now + w->conf.sweep_ms;
		return;
	}
	if (now >= w->sweep.next_steady) {
		w->sweep.next_steady = now + w->conf.sweep_ms;
		if (!w->sweep.under_way)
			w->sweep.cursor = 0;
		w->sweep.under_way = true;
		sweep_timers(w);
	}
	for (i = 0; i < PAGES_AT_ONCE && sweep_more(w); i++)
		sweep_page(w);
}
