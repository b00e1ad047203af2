/*
 * feed: follows the log of all conversations, for the company's own systems
 * and for the search.
 *
 * One thread per process; one of all processes leads (ROLE_FEED). The leader
 * goes along the log a page at a time (store_read_feed()) and makes of it
 *
 *	rows    of the outbox, for each webhook whose company wants to be told
 *	        (channels/webhook); the deliverer sends them
 *	texts   of what was said, for store_search()
 *
 * and stores them with its new place in one op (STORE_FEED). So each event
 * leads to its rows once, whoever dies when. It is behind by a moment: rows by
 * less than texts, which cost least in large pages. Where many others wait for
 * the store it stores a page now and then only, and falls behind rather than
 * keep anybody waiting (METRIC_FEED_BEHIND).
 *
 * A webhook is told of what happens after it came into the document. Where a
 * log is followed for the first time that begins a day ago or earlier, nothing
 * that is in it already is told; a younger one is told from its beginning.
 *
 * A webhook with backlog_max rows to go out is late: it gets no more, and a
 * place of its own remembers how far it was told. When half of them are gone it
 * is told the rest from there, and when it has caught up it is as all others.
 * Nothing is left out, and neither others nor the outbox suffer from it. That
 * is logged, and counted (METRIC_WEBHOOKS_LATE).
 *
 * Places (followers of the store):
 *	feed            all of it
 *	feed-begin      up to here nothing is told to webhooks
 *	late/<company's id>/<webhook>   where it was left behind, or has come
 *	                since then
 *	back/<company's id>/<webhook>   where it has caught up; it is late when
 *	                this is below the other
 */
#ifndef WORKERS_FEED_H
#define WORKERS_FEED_H

#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"
#include "store/company_cache.h"
#include "store/store.h"

#define FEED_BACKLOG_MAX 100000u

struct feed;

struct feed_conf {
	unsigned backlog_max; /* at least 2 */
	const struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct store *store;
	struct company_cache *companies;
	/* There are new rows. NULL: nobody cares. */
	void (*poke)(void *arg);
	void *poke_arg;
};

/* E_IO, E_NOMEM. */
enum err feed_start(const struct feed_conf *conf, struct feed **out) MUST_USE;
/* Waits for what is at the store. The store must still be open. */
void feed_stop(struct feed *f);

/* Any thread: when the loop last came round, steady ms. For /health. */
int64_t feed_alive_at(const struct feed *f);

#endif
