/*
 * hourly: how often each of many has done something within an hour, so that
 * two machines that answer each other come to an end. An hour begins with the
 * first time, and at its end all is forgotten.
 *
 * The table has a fixed size: when a place is needed, whoever has done it
 * least is forgotten. It is in memory: a new process begins at 0. One thread.
 */
#ifndef INTAKE_HOURLY_H
#define INTAKE_HOURLY_H

#include "core/base.h"

struct hourly;

/* NULL: no memory. */
struct hourly *hourly_new(void);
void hourly_free(struct hourly *h); /* NULL is fine */

/*
 * Counts one more, and gives how many that makes in this hour. who: small and
 * large letters of ASCII are the same. now: ms, steady or wall.
 */
unsigned hourly_count(struct hourly *h, struct str who, int64_t now);

#endif
