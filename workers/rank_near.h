/*
 * rank_near: which known words are spelt nearly like a given one. Words are
 * indexed by their runs of three characters; candidates that share enough of
 * these are compared step by step.
 */
#ifndef WORKERS_RANK_NEAR_H
#define WORKERS_RANK_NEAR_H

#include "workers/rank_names.h"

#define RANK_NEAR_MAX 6u

struct rank_near {
	struct rank_names words;
	uint32_t *first; /* per bucket, where its list begins; one more */
	uint32_t *list;	 /* numbers of words */
	uint32_t buckets;
	/* Scratch: how many runs each word shares, and which were touched. */
	uint16_t *shared;
	uint32_t *touched;
};

struct rank_near_hit {
	uint32_t word; /* its number in words */
	float alike;   /* 0 to 1 */
};

/* Call once after all words were added to n->words. False: no memory. */
bool rank_near_build(struct rank_near *n);
void rank_near_free(struct rank_near *n);

/* The words most like s, the best first; how many. */
size_t rank_near_find(struct rank_near *n, struct str s,
    struct rank_near_hit hits[RANK_NEAR_MAX]);

#endif
