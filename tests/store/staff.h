/* staff: sellers and passes, said in one line. */
#ifndef TESTS_STORE_STAFF_H
#define TESTS_STORE_STAFF_H

#include "tests/store/fixture.h"

/* One who is active, to be made. */
struct store_op agent_op(int64_t company, const char *email);
int64_t make_agent(struct fixture *f, const char *email);
struct agent_row read_agent(struct fixture *f, int64_t id);
struct store_op change_op(int64_t id, unsigned set);

/* mark: fills the hash. It expires at 100. */
struct store_op pass_op(
    struct fixture *f, enum pass_kind kind, int64_t agent, int mark);
int64_t begin_pass(
    struct fixture *f, enum pass_kind kind, int64_t agent, int mark);

struct store_op item_op(
    struct fixture *f, enum item_kind kind, const char *key);

#endif
