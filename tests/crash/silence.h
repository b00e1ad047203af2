/*
 * silence: is everything over? What somebody said may still be on its way
 * where no visitor or seller sees it: as a mail that is to go out, with who
 * answers it, in the spool of answers.
 */
#ifndef TESTS_CRASH_SILENCE_H
#define TESTS_CRASH_SILENCE_H

#include "tests/crash/seller.h"

struct silence {
	unsigned desk_port; /* of the support desk (robin.mjs) */
	int64_t since_us;   /* so long nothing has moved; 0: it did */
	int64_t look_us;
	size_t heard;
};

/* No visitor waits for anything. */
bool silence_of_visitors(const struct town *t);

/*
 * Call it again and again while the server is up. True: nobody waits for
 * anything, nothing is on its way, and it has been so for long enough that
 * whoever looks for forgotten work would have found some.
 */
bool silence_reached(struct silence *s, const struct town *t);

/* Tells who still waits, as faults. */
void silence_broken(const struct town *t);

#endif
