/*
 * desk: offers waiting customers to sellers. A thread in the gateway's
 * process, where the sellers' sockets are; of all processes on one store only
 * one leads (ROLE_DESK).
 *
 * For each company it keeps a struct routing (core/routing.h) and does what
 * that decides, each decision an act which the store checks and stores:
 *
 *	news of an event  -> the conversation is read again -> a fact
 *	facts and the time -> routing_next() -> STORE_ACT -> news
 *
 * All that it knows may be lost: when it begins to lead, when it may have
 * missed news, and every few seconds it reads the store again. What it decides
 * from something old the store refuses.
 *
 * It is also what tells waiting customers by itself how things stand: one text
 * at most for one thing, on whatever channel they are (core/handoff.h), and to
 * visitors of the website their place in line as it changes, which is not
 * stored.
 */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "bus/bus.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"
#include "store/company_cache.h"
#include "store/store.h"

struct desk;

struct desk_conf {
	const struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct store *store;
	struct company_cache *companies;
	struct bus_publisher *publisher;
	/* Has this seller a socket open right now? Any thread. */
	bool (*online)(void *arg, int64_t agent);
	/*
	 * When did they last ask for something without one, wall ms; 0: not
	 * known. Any thread. Who has customers keeps them for the company's
	 * grace from there, too; nobody is offered any for it. NULL: never.
	 */
	int64_t (*acted_at)(void *arg, int64_t agent);
	/*
	 * The store says that they are online, but since a process died they
	 * have not come back. Any thread. NULL: nobody cares.
	 */
	void (*absent)(void *arg, int64_t agent);
	void *online_arg; /* of the three */
	/* Rows of the outbox were written. Any thread. NULL: nobody cares. */
	void (*poke)(void *arg);
	void *poke_arg;
	unsigned reread_ms;
	uint64_t seed; /* of what decides between equals */
};

/* E_IO, E_NOMEM. */
enum err desk_start(const struct desk_conf *conf, struct desk **out) MUST_USE;

/*
 * A frame of news (bus.h), as the gateway's tap gets it; any thread, never
 * blocks. What there is no room for is made good by reading the store.
 */
void desk_news(struct desk *d, struct str frame);

/* When its loop last came round, steady ms. For /health. */
int64_t desk_alive_at(const struct desk *d);

/* Ends what is under way, then the thread. The store must still be open. */
void desk_stop(struct desk *d);

#endif
