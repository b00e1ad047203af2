/*
 * worker: the back half. A thread that turns notices into answers.
 *
 *	notice -> read and fold -> decide -> (claim, ask the brain) -> commit
 *
 * Everything a worker keeps in memory is expendable: a notice lost or
 * repeated, a worker killed at any instruction, costs time only. What is
 * pending stands in the store; the sweeper asks for it once a second.
 *
 * Several workers, in one process or many, may take the same conversation;
 * the fence lets one of them through, and slow work is claimed first.
 */
#ifndef WORKERS_WORKER_H
#define WORKERS_WORKER_H

#include "bus/bus.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/token.h"
#include "store/company_cache.h"
#include "store/store.h"

struct worker;
struct deliver;

struct worker_conf {
	unsigned index;	    /* 0 also sweeps and fires timers */
	enum bus_side side; /* BUS_GATEWAY: same process as the gateway */
	unsigned turns_max; /* conversations under way at once */
	unsigned sweep_ms;
	unsigned lease_ms; /* a claim that stands still so long is dead */
	const struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct store *store;
	struct company_cache *companies;
	struct bus *bus;
	struct bus_publisher *publisher;
	const char *public_url; /* for links to console and files; or NULL */
	const struct token_keys *keys; /* that sign those of files; or NULL */
	struct deliver *deliver; /* is told of new rows, drafts; or NULL */
};

/* Starts the thread, which sweeps at once. E_NOMEM, E_IO. */
enum err worker_start(
    const struct worker_conf *conf, struct worker **out) MUST_USE;

/*
 * Begins no more turns, waits for commits under way (the store must still be
 * open), gives claims back, ends the thread.
 */
void worker_stop(struct worker *w);

/* Any thread: when the loop last came round, steady ms. For /health. */
int64_t worker_alive_at(const struct worker *w);

#endif
