/*
 * sessions: visitors over plain HTTP, many at a time.
 *
 * Tokens are kept in a file, one a line, so that one program's visitors can
 * be another's.
 */
#ifndef TESTS_BENCH_SESSIONS_H
#define TESTS_BENCH_SESSIONS_H

#include "tests/bench/lib/client.h"

struct sessions {
	struct str *tokens;
	size_t n;
};

/* Opens n new sessions of a company. */
void sessions_open(
    struct sessions *s, unsigned port, struct str company, size_t n);
void sessions_save(const struct sessions *s, const char *path);
void sessions_load(struct sessions *s, const char *path);
void sessions_free(struct sessions *s);

/*
 * Sends one request for each of `count` numbers, over `connections` kept
 * open, and waits for all answers. write: adds the request for number i;
 * answer: looks at what came (or NULL). Any status but 2xx ends the program.
 */
struct sweep {
	unsigned port, connections;
	size_t count;
	void (*write)(void *arg, size_t i, struct buf *request);
	void (*answer)(void *arg, size_t i, struct str body);
	void *arg;
};

void sweep_run(const struct sweep *s);

#endif
