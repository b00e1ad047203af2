/*
 * ask: a job's calls, one after the other. Each is written as a line of JSON,
 * {"channel","account","job","what","method","url","headers","body","follow"};
 * then a line is read with what the vendor answered, {"status","type","body"}.
 * When the job is at its end there is a line {"channel","account","job",
 * "what","end","code","brought"}: what the row made of the last answer, and
 * how many messages it found.
 *
 * A row that goes on to another step is followed; and so it is where it would
 * go on had the vendor answered in another way (world.h, `answers`). All the
 * steps that can come of a job are made that way, each once.
 */
#ifndef TESTS_CONTRACT_ASK_H
#define TESTS_CONTRACT_ASK_H

#include "tests/contract/world.h"

/* What came of the answers that were read. *out lives as long as the world. */
void ask(const struct talk *t, const char *what, const struct job *job,
    struct outcome *out);

#endif
