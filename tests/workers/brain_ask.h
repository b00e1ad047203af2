/*
 * brain_ask: asks a brain from a test and keeps what it says.
 */
#ifndef TESTS_BRAIN_ASK_H
#define TESTS_BRAIN_ASK_H

#include "core/company.h"
#include "workers/brain.h"

struct asked {
	struct brain_question question;
	struct arena arena;
	struct answer answer;
	unsigned answers, drafts;
};

/* A company from its JSON text; fails the test if it is not one. */
struct company *company_of(struct str document);

/* Asks and fails the test unless exactly one answer came. */
void brain_ask(const struct brain_kind *kind, void *knowledge,
    const struct company *company, const struct str *messages, size_t count,
    struct asked *out);
void asked_free(struct asked *a);

#endif
