/*
 * fixture: a real store in a temporary folder, a real bus inside the process,
 * one company, and clocks that the test can move.
 */
#ifndef TESTS_WORKERS_FIXTURE_H
#define TESTS_WORKERS_FIXTURE_H

#include "workers/worker.h"

#define FIXTURE_WAIT_MS 10000

struct fixture {
	struct clock clock; /* first: the clock functions find the rest */
	_Atomic int64_t wall_offset, steady_offset;
	char dir[64], path[96];
	struct metrics metrics;
	struct log *log;
	struct store *store;
	struct store_reader *reader;
	struct company_cache *companies;
	struct bus *bus;
	struct bus_publisher *publisher;
	struct bus_reader *news;
	struct worker *workers[4];
	unsigned worker_count;
	int64_t company;
};

/* document: the company's. */
void fixture_open(struct fixture *f, const char *document);
/* Parts of that, for a process that opens a store of its own. */
void fixture_clocks(struct fixture *f);
void fixture_open_bus(struct fixture *f);
void fixture_close(struct fixture *f);

/* A worker with fast sweeps; index 0 sweeps. */
void fixture_start_worker(struct fixture *f);
void fixture_stop_workers(struct fixture *f);

/* A new conversation; its id. */
int64_t fixture_visitor(struct fixture *f, const char *address);
/* The visitor says it; with a notice or without. Its seq. */
uint64_t fixture_say(
    struct fixture *f, int64_t conversation, const char *text, bool notice);

void fixture_state(struct fixture *f, int64_t id, struct conversation *out);

/* How many events were read from the store since the program began. */
size_t fixture_events_read(void);
/* Waits until handled_seq is at least that; fails the test if it is not. */
void fixture_wait_handled(struct fixture *f, int64_t id, uint64_t seq);
void fixture_wait_metric(struct fixture *f, enum metric m, uint64_t least);
void fixture_wait_status(struct fixture *f, int64_t id, enum status status);

/* The bot's messages of the conversation: how many, and refs in order. */
size_t fixture_answers(
    struct fixture *f, int64_t id, uint64_t *refs, size_t room);

#endif
