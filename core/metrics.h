/*
 * metrics: what is counted, in one table.
 *
 * A metric is one row in metrics.c: its word, its help, counter or gauge.
 * Any thread adds; GET /metrics prints them all, in the table's order, in
 * Prometheus' text format with the prefix "frontdesk_".
 */
#ifndef CORE_METRICS_H
#define CORE_METRICS_H

#include "core/buf.h"

#include <stdatomic.h>

enum metric {
	METRIC_HTTP_REQUESTS,
	METRIC_HTTP_REFUSED,
	METRIC_HTTP_MALFORMED,
	METRIC_HTTP_REAPED,
	METRIC_HTTP_CONNECTIONS,
	METRIC_WS_OPENED,
	METRIC_WS_CLOSED,
	METRIC_WS_OPEN,
	METRIC_WS_SLOW,
	METRIC_WATCHERS,
	METRIC_LOGINS,
	METRIC_LOGINS_REFUSED,
	METRIC_LOGINS_THROTTLED,
	METRIC_MESSAGES_IN,
	METRIC_MESSAGES_DUPLICATE,
	METRIC_MESSAGES_REFUSED,
	METRIC_RECEIPTS,
	METRIC_ARRIVALS_IGNORED,
	METRIC_DELIVER_REQUESTS,
	METRIC_DELIVER_SENT,
	METRIC_DELIVER_LATER,
	METRIC_DELIVER_FAILED,
	METRIC_DELIVER_DOUBT,
	METRIC_DELIVER_FOUND,
	METRIC_DELIVER_ABSENT,
	METRIC_DELIVER_UNKNOWN,
	METRIC_DELIVER_FILES,
	METRIC_DELIVER_FILES_REFUSED,
	METRIC_DELIVER_BACKFILLED,
	METRIC_FEED_BEHIND,
	METRIC_WEBHOOK_EVENTS,
	METRIC_WEBHOOKS_LATE,
	METRIC_EVENTS_OUT,
	METRIC_GAPS_FILLED,
	METRIC_TURNS,
	METRIC_TURNS_STALE,
	METRIC_ANSWERS_FOUND,
	METRIC_ANSWERS_UNKNOWN,
	METRIC_TIMERS_FIRED,
	METRIC_HANDED_OVER,
	METRIC_HANDED_OVER_BARE,
	METRIC_OFFERS,
	METRIC_OFFERS_EXPIRED,
	METRIC_DROPPED,
	METRIC_OVERFLOWED,
	METRIC_MAILED,
	METRIC_DESK_UNREACHED,
	METRIC_MAIL_IN,
	METRIC_MAIL_MACHINE,
	METRIC_MAIL_SPOOLED,
	METRIC_MAIL_SPOOLED_OLDEST_MS,
	METRIC_MAIL_SPOOLS_FULL,
	METRIC_MAIL_ASIDE,
	METRIC_MAIL_GONE,
	METRIC_MAIL_TOO_BIG,
	METRIC_MAILBOXES_BEHIND,
	METRIC_MAILBOX_BEHIND_MS,
	METRIC_SWEPT,
	METRIC_WAITING,
	METRIC_WAITING_OLDEST_MS,
	METRIC_LANES_DOWN,
	METRIC_LANES_BLOCKED,
	METRIC_LANES_UNREACHED,
	METRIC_OUTBOX_OPEN,
	METRIC_OUTBOX_UNKNOWN,
	METRIC_OUTBOX_DEAD,
	METRIC_WORK_DROPPED,
	METRIC_NEWS_DROPPED,
	METRIC_NEWS_LOST,
	METRICS
};

struct metrics {
	_Atomic uint64_t value[METRICS];
};

static inline void
metric_add(struct metrics *m, enum metric which, uint64_t n)
{
	atomic_fetch_add_explicit(&m->value[which], n, memory_order_relaxed);
}

static inline void
metric_sub(struct metrics *m, enum metric which, uint64_t n)
{
	atomic_fetch_sub_explicit(&m->value[which], n, memory_order_relaxed);
}

/* For gauges that are looked up. */
static inline void
metric_set(struct metrics *m, enum metric which, uint64_t n)
{
	atomic_store_explicit(&m->value[which], n, memory_order_relaxed);
}

static inline uint64_t
metric_get(const struct metrics *m, enum metric which)
{
	return atomic_load_explicit(&m->value[which], memory_order_relaxed);
}

void metrics_write(const struct metrics *m, struct buf *out);

/* One line of the same format for a figure kept elsewhere. */
void metrics_write_one(struct buf *out, const char *name, const char *type,
    const char *help, uint64_t value);

#endif
