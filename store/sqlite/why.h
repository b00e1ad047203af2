/*
 * why: one line for the operator on why the store cannot be opened.
 */
#ifndef STORE_SQLITE_WHY_H
#define STORE_SQLITE_WHY_H

#include "store/sqlite/conn.h"

struct why {
	char *text;
	size_t size;
};

void why_say(struct why *why, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Finds words for what c met last with the file at path: a missing directory,
 * no permission, no room, a lock, a file that is no database. Gives back e,
 * or E_BADINPUT where the path names a file that cannot be ours.
 */
enum err why_failed(struct why *why, enum err e, const struct conn *c,
    const char *path) MUST_USE;

/* The same for a file that cannot even be looked for. */
void why_unopened(struct why *why, const char *path);

#endif
