/*
 * handoff_internal: what the files of handoff share while one act is carried
 * out. Nobody else includes it.
 */
#ifndef CORE_HANDOFF_INTERNAL_H
#define CORE_HANDOFF_INTERNAL_H

#include "core/handoff.h"

/* One act at work. */
struct acting {
	const struct conversation *c;
	const struct act *act;
	const struct policy *policy; /* never NULL */
	struct arena *arena;
	struct acted *out;
	bool has_desk; /* handoff_has_desk() of what the act makes */
	bool nomem;
};

/* What an act asks for before it is looked at closer. */
enum act_need {
	NEED_SELLER = 1 << 0, /* act.agent says who */
	NEED_SYSTEM = 1 << 1, /* nobody's in particular */
	NEED_RIGHT = 1 << 2,  /* may_supervise */
	NEED_BODY = 1 << 3,
	NEED_TO_AGENT = 1 << 4,
	NEED_LIVE = 1 << 5, /* it has not ended */
	NEED_OWN = 1 << 6,  /* theirs, or they may supervise, or the system */
};

struct act_row {
	const char *name;
	unsigned needs; /* enum act_need */
	enum act_refusal (*run)(struct acting *w);
};

/* In handoff_acts.c, by kind. */
extern const struct act_row act_rows[ACTS];

/* ---- in handoff_holder.c ------------------------------------------------- */

/* The next event, by who acts: a seller, or nobody in particular. */
struct event *acting_add(struct acting *w, enum event_kind kind, uint64_t ref);
/* Nobody's doing, whoever acts. */
struct event *acting_add_system(
    struct acting *w, enum event_kind kind, uint64_t ref);

void acting_set_timer(struct acting *w, enum timer_kind kind, int64_t due);
void acting_stop_timer(struct acting *w, enum timer_kind kind);
/* `after` ms from now; not where that is 0: the company wants none. */
void acting_start_timer(struct acting *w, enum timer_kind kind, int64_t after);
/* TIMER_NEXT_RESPONSE, for a customer who waits since then; 0: does not. */
void acting_start_response(struct acting *w, int64_t waiting_at);

/*
 * To `id` (an agent, a team, or 0). `body` is what the customer may read of
 * why; empty: the name of the change and the act's `name`. An offer to anybody
 * else ends. Refused where the table has no such change.
 */
enum act_refusal acting_change_holder(
    struct acting *w, int64_t id, struct str body);
/* Why the table has no such change. */
enum act_refusal acting_refuse_holder(const struct acting *w);

/* ---- in handoff.c -------------------------------------------------------- */

/*
 * How long after somebody began to wait TIMER_QUEUE looks: after queue_ms and
 * one more offer, so that it only does what the desk has left undone; without
 * a support desk (handoff_has_desk) after keep_ms. 0: never.
 */
int64_t handoff_queue_ms(const struct policy *policy, bool has_desk);

/* How long after the customer wrote TIMER_WINDOW says so. */
int64_t handoff_window_ms(const struct policy *policy);

#endif
