/*
 * recount: what the store keeps of conversations with people, held against
 * the conversations themselves.
 */
#ifndef TESTS_STORE_RECOUNT_H
#define TESTS_STORE_RECOUNT_H

#include "tests/store/fixture.h"

/* Are the agent's chats as many as of these the agent has? */
void recount_chats(
    struct fixture *f, int64_t agent, const int64_t *ids, size_t n);

/* Does the list hold those of these that it should, in its order? */
void recount_view(struct fixture *f, const struct list_ask *ask,
    const int64_t *ids, size_t n);

/* The same of what the desk begins with, and of what is pending. */
void recount_handed(struct fixture *f, const int64_t *ids, size_t n);
void recount_pending(struct fixture *f, const int64_t *ids, size_t n);

#endif
