/*
 * log_frames: how much of the log there is, and how much of it is copied.
 *
 * SQLite tells this only after a checkpoint, and who wants to know whether to
 * begin one must not begin one to find out. So it is read where SQLite keeps
 * it for all processes: in the shared index of the log, whose layout is part
 * of the file format (sqlite.org/walformat.html, "the WAL-index header").
 */
#ifndef STORE_SQLITE_LOG_FRAMES_H
#define STORE_SQLITE_LOG_FRAMES_H

#include "core/base.h"

#include <sqlite3.h>

struct log_frames {
	uint32_t all, copied;
};

/*
 * db has read from the file before, so that the index is open. Takes no lock.
 * False: the index cannot be had. If copied < all, then at one moment during
 * the call less was copied than there was.
 */
bool log_frames_read(sqlite3 *db, struct log_frames *out) MUST_USE;

static inline bool
log_frames_left(const struct log_frames *f)
{
	return f->copied < f->all;
}

#endif
