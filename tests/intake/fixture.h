/*
 * fixture: a real store in a folder of its own, a real bus inside the
 * process, a company, and a channel that exists only here.
 */
#ifndef TESTS_INTAKE_FIXTURE_H
#define TESTS_INTAKE_FIXTURE_H

#include "intake/intake.h"

#include <semaphore.h>

#define FIXTURE_NOW 1790000000000 /* wall ms; stands still */

struct fixture {
	struct clock clock;
	char dir[64], path[96];
	struct metrics metrics;
	struct log *log;
	char logged[4096]; /* the newest of it */
	struct store *store;
	struct store_reader *reader;
	struct bus *bus;
	struct bus_publisher *publisher;
	struct bus_reader *news, *work;
	struct intake_conf conf;
	struct intake_of of;
	int64_t company;
	struct arena arena;
	/* Of the newest submission. */
	sem_t called;
	unsigned calls, fresh;
	enum err err;
};

/* queue_max: of the store. */
void fixture_open(struct fixture *f, unsigned queue_max);
void fixture_close(struct fixture *f);

/* Submits; does not wait. */
enum err fixture_submit(struct fixture *f, const struct arrival *a);
/* Submits envelopes, waits, and gives what `done` was told. */
enum err fixture_take(
    struct fixture *f, struct envelope *envelopes, size_t count);
enum err fixture_take_receipt(struct fixture *f, struct receipt receipt);
/* Waits for `done`. */
enum err fixture_wait(struct fixture *f);

/* A message "text" of that person at that address; the source is given. */
struct envelope fixture_message(
    const char *address, const char *source, const char *text);

/* All events of a conversation; they live in f->arena. */
size_t fixture_events(
    struct fixture *f, int64_t conversation, struct event *out, size_t room);
/* The next news, or the next conversation with work; fails if none comes. */
struct news fixture_news(struct fixture *f);
int64_t fixture_work(struct fixture *f);
/* Nothing more is on the bus. */
void fixture_silent(struct fixture *f);
uint64_t fixture_metric(const struct fixture *f, enum metric m);

#endif
