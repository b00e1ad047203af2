/*
 * deliver_rig: a real store, the test channel with its vendor, and deliverers
 * on it. Clocks are the fixture's: a test moves them instead of waiting.
 */
#ifndef TESTS_WORKERS_DELIVER_RIG_H
#define TESTS_WORKERS_DELIVER_RIG_H

#include "tests/lib/cmocka.h"
#include "tests/workers/fixture.h"
#include "tests/workers/test_channel.h"
#include "workers/deliver.h"

#include <pthread.h>

struct rig {
	struct fixture f;
	struct vendor vendor;
	struct deliver *deliver;
	struct deliver_conf conf;
	int64_t conversations[64];
	struct arena arena;
};

extern struct rig rig;

/* Fixtures: an account "main" of the channel "test"; a deliverer is not
 * started. Capabilities are back to what most tests want. */
int deliver_set_up(void **state);
int deliver_tear_down(void **state);

/* The settings, from what is open. */
void deliver_rig_conf(void);
void deliver_begin(void);
void deliver_end(void);
/* On a thread of its own; nothing else is done with it meanwhile. */
void deliver_end_begins(pthread_t *thread, _Atomic bool *done);
/* The company's document anew: accounts "main" (or not) and "other". */
void deliver_document(const char *accounts);

/*
 * A message of the customer in conversation `c` (0 to 63) of an account, which
 * causes n rows with these payloads; "%u" in it is the row's place. Returns
 * its seq; the first row's id goes to *row (may be NULL).
 */
uint64_t write_rows(const char *account, unsigned c, const char *payload,
    unsigned n, int64_t *row);
/* The same with rows that are ready. */
uint64_t write_ready_rows(
    const char *account, unsigned c, struct outbox_row *rows, unsigned n);
/* A message with a file. */
int64_t write_file(unsigned c, const char *payload);

struct outbox_row row_read(int64_t row);
/* Polls until the row is in that state. */
void row_becomes(int64_t row, enum outbox_state state);
/* The same, and the clocks go on meanwhile. */
void row_becomes_later(int64_t row, enum outbox_state state);
/* Polls until it was tried and is to be tried again. */
void row_is_put_off(int64_t row);
/* Polls until so many rows of the lanes are open. */
void rows_open(uint64_t n);
void lane_becomes(const char *account, enum lane_state state);
void lane_becomes_later(const char *account, enum lane_state state);
struct lane lane_read(const char *account);
/* Polls until *n is at least that. */
void reaches(_Atomic unsigned *n, unsigned least);
void reaches_later(_Atomic unsigned *n, unsigned least);
void effects_reach(size_t n);
/* Payloads "c3 17": those of each conversation came 0, 1, 2 ... */
void assert_in_order(unsigned conversations);
/* The newest event of a conversation: its body, or "" if of another kind. */
const char *newest_body(unsigned c, enum event_kind kind);
/* Both clocks go on. */
void later(int64_t ms);
/* Fails the test when the deadline has passed; else waits a little. */
struct patience {
	int64_t began;
};
void patience(struct patience *p, const char *what);

#endif
