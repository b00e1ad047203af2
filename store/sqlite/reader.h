/*
 * reader: connections that only read, and the list of them.
 *
 * A reader that keeps a moment open (read_begin without read_end) keeps the
 * log from starting again, for the pages it may ask for stand there. That is
 * fine for a while; when the log is at its bound, a moment that is older than
 * READER_MS_MAX is ended, and the reader's calls give E_LIMIT until its
 * read_end.
 */
#ifndef STORE_SQLITE_READER_H
#define STORE_SQLITE_READER_H

#include "core/clock.h"
#include "store/sqlite/conn.h"

#include <pthread.h>

#define READER_MS_MAX 250

struct readers {
	pthread_mutex_t lock; /* of the list */
	struct reader *first;
	const char *path, *vfs;
	const struct clock *clock;
};

struct reader {
	struct readers *all;
	struct reader *next, **prev;
	pthread_mutex_t use; /* held during each call */
	struct conn conn;
	int64_t begun_steady;
	bool begun, expired;
};

/* path, vfs and clock must outlive it; clock NULL: the machine's. */
void readers_init(struct readers *all, const char *path, const char *vfs,
    const struct clock *clock);
void readers_free(struct readers *all);

enum err reader_open(struct readers *all, struct reader **out) MUST_USE;
void reader_close(struct reader *r);

enum err reader_begin(struct reader *r) MUST_USE;
void reader_end(struct reader *r);

/*
 * Around each read. E_LIMIT: its moment was ended. Leave gives back the error
 * it is given.
 */
enum err reader_enter(struct reader *r) MUST_USE;
enum err reader_leave(struct reader *r, enum err e) MUST_USE;

/* Ends the moments that are too old. Any thread. */
void readers_expire(struct readers *all);

#endif
