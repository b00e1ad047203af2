/*
 * story: everything that should not have been.
 */
#ifndef TESTS_CRASH_STORY_H
#define TESTS_CRASH_STORY_H

#include "core/base.h"

/* The four promises, and everything else that went wrong. */
enum wrong {
	WRONG_LOST,	  /* acknowledged, and not there */
	WRONG_DOUBLED,	  /* there or heard twice */
	WRONG_ORDER,	  /* a gap, or an earlier one after a later one */
	WRONG_UNANSWERED, /* or answered too late */
	WRONG_BEHAVIOUR,  /* a status, a frame, an exit nobody expects */
	WRONGS
};

/* What is going on now; told before the first thing that goes wrong in it. */
void story_scene(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* Counts it and tells it on stderr; visitor ~0u: nobody's; from SELLERS on: a
 * seller's. */
#define SELLERS 1000u
void story_wrong(enum wrong what, unsigned who, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
size_t story_count(enum wrong what);
size_t story_total(void);

#endif
