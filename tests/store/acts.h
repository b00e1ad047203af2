/* acts: what people do to conversations, said in one line. */
#ifndef TESTS_STORE_ACTS_H
#define TESTS_STORE_ACTS_H

#include "tests/store/fixture.h"

#define ACT_NOW 5000 /* wall ms; when all acts are done */

/* With no limit on chats, and a line in the audit. */
struct store_op act_op(enum act_kind kind, int64_t conversation, int64_t agent);
enum err act(
    struct fixture *f, enum act_kind kind, int64_t conversation, int64_t agent);
struct store_op offer_op(int64_t conversation, int64_t to_agent);
struct store_op label_op(int64_t conversation, const char *body);

/* They must work. */
void offer(struct fixture *f, int64_t conversation, int64_t to_agent);
/* A conversation that waits in line, and one that the agent has. */
int64_t queued(struct fixture *f, const char *who);
int64_t held(struct fixture *f, const char *who, int64_t agent);

/* Must be refused so. */
void refuse(struct fixture *f, struct store_op *op, enum act_refusal why);

uint64_t chats_of(struct fixture *f, int64_t agent);

/* The newest line of the audit. */
struct audit_row last_audit(struct fixture *f);
/* How many there are. */
size_t audit_lines(struct fixture *f);

#endif
