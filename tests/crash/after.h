/*
 * after: when all is silent, what the server tells by its API, held against
 * what everybody knows.
 */
#ifndef TESTS_CRASH_AFTER_H
#define TESTS_CRASH_AFTER_H

#include "tests/crash/seller.h"

/*
 * Every visitor's transcript from the start; every conversation's whole log,
 * as sellers may read it; every seller's list. The server must be up.
 */
void after_compare(struct town *t);

#endif
