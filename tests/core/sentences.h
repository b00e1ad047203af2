/*
 * sentences: texts that people have labelled, and how well something that
 * judges texts agrees with them.
 *
 * A file has a line for each: "+ en Text" where it is so, "- en Text" where it
 * is not. Lines that begin with "#" are passed over.
 */
#ifndef TESTS_CORE_SENTENCES_H
#define TESTS_CORE_SENTENCES_H

#include "core/base.h"

struct sentences_score {
	unsigned found, missed;	   /* of those that are so */
	unsigned mistaken, passed; /* of those that are not */
	double precision, recall;
};

/* Calls `each` for every sentence of a file. */
void sentences_each(const char *name,
    void (*each)(void *arg, bool is, struct str text), void *arg);

/* Names each sentence that is judged otherwise, and prints the figures. */
struct sentences_score sentences_judge(
    const char *name, bool (*judge)(struct str text));

#endif
