/*
 * delivery: rows of the outbox, said in one line. What cannot go wrong in a
 * test stops it at once (must()).
 */
#ifndef TESTS_STORE_DELIVERY_H
#define TESTS_STORE_DELIVERY_H

#include "tests/store/fixture.h"

#define DELIVERY_NOW 50 /* when take_all() and end_row() take */

/* A row on channel "chat", by an answer in a conversation; its id. */
int64_t new_row_in(
    struct fixture *f, int64_t conversation, const char *account);
int64_t new_row(struct fixture *f, const char *account);

/* How many were taken. */
size_t take_rows(
    struct fixture *f, const int64_t *rows, size_t n, int64_t now, bool *taken);
/* All of them must be. */
void take_all(struct fixture *f, const int64_t *rows, size_t n);

void settle(struct fixture *f, struct settled *rows, size_t n);

/* Takes a row, and settles it with vendor id "v", a code and a reason. */
void end_row(struct fixture *f, int64_t row, enum outbox_state state);

struct outbox_row row_of(struct fixture *f, int64_t row);

struct store_address account_of(struct fixture *f, const char *account);
/* Made, if it is not there; its id. */
int64_t lane_of(struct fixture *f, const char *account);

#endif
