/*
 * records: what a program puts into the store of a stopped server: sellers,
 * their keys, a past. Whatever does not go ends the program.
 */
#ifndef TESTS_BENCH_RECORDS_H
#define TESTS_BENCH_RECORDS_H

#include "store/store.h"

/* The machine's. */
extern const struct clock real_clock;

struct records {
	struct store *store;
	int64_t company;
};

/* ops: how many are written at once. */
void records_open(
    struct records *r, const char *path, const char *company, unsigned ops);
void records_close(struct records *r);

/* Of as: name, role, capacity, teams and email; its id. */
int64_t records_seller(struct records *r, const struct agent_row *as);

/* "fdk_" and word begin the key. */
struct records_key {
	const char *word, *role;
	int64_t agent;
	char token[64]; /* out */
};
void records_key(struct records *r, struct records_key *key);

#endif
