/*
 * hub_timer: a wheel of coarse slots. A timer stands in the slot of its due
 * time; one turn of the wheel is shorter than some timers, so a slot's timers
 * are asked whether it is really their turn. Fifteen thousand sockets with a
 * ping every 25 seconds cost a few hundred steps a second.
 */
#include "gateway/hub_inner.h"

static void
unlink_timer(struct hub_timer *t)
{
	if (t->link == NULL)
		return;
	*t->link = t->next;
	if (t->next != NULL)
		t->next->link = t->link;
	t->next = NULL;
	t->link = NULL;
}

void
hub_timer_stop(struct hub *h, struct hub_timer *t)
{
	(void)h;
	unlink_timer(t);
	t->due = 0;
}

void
hub_timer_set(struct hub *h, struct hub_timer *t, int64_t due)
{
	int64_t tick = due / HUB_TICK_MS + 1;
	struct hub_timer **slot;

	unlink_timer(t);
	/* What is due already runs with the next tick, not one turn later. */
	if (tick <= h->tick)
		tick = h->tick + 1;
	slot = &h->slots[tick % TIMER_SLOTS];
	t->due = due;
	t->next = *slot;
	t->link = slot;
	if (t->next != NULL)
		t->next->link = &t->next;
	*slot = t;
}

/* Takes the slot's list away first: timers may set and stop any timer. */
static void
run_slot(struct hub *h, struct hub_timer **slot)
{
	struct hub_timer *list = *slot, *t;

	*slot = NULL;
	if (list != NULL)
		list->link = &list;
	while ((t = list) != NULL) {
		int64_t due = t->due;

		unlink_timer(t);
		if (due > h->now) {
			hub_timer_set(h, t, due);
			continue;
		}
		t->due = 0;
		t->fn(h, t);
	}
}

void
timers_run(struct hub *h)
{
	int64_t tick = h->now / HUB_TICK_MS;
	int64_t from = tick - h->tick > TIMER_SLOTS ? tick - TIMER_SLOTS
						    : h->tick;

	while (from < tick) {
		h->tick = ++from;
		run_slot(h, &h->slots[from % TIMER_SLOTS]);
	}
}
