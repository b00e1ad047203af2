/*
 * file: what must be done to files by hand, since SQLite does not.
 *
 * The database file itself is never opened here: closing it would drop the
 * locks that this process holds on it.
 */
#ifndef STORE_SQLITE_FILE_H
#define STORE_SQLITE_FILE_H

#include "core/base.h"

#define FILE_PATH_MAX 4096

/* The directory of path, into out (FILE_PATH_MAX bytes). */
void file_directory(const char *path, char *out);

/* Makes contents, or the names in a directory, survive a power cut. */
enum err file_sync(const char *path) MUST_USE;
enum err file_sync_directory_of(const char *path) MUST_USE;

/*
 * One at a time among those who prepare a database in this directory. Waits
 * for the others, up to FILE_LOCK_MS: E_LIMIT; E_IO: no such directory. Leaves
 * no file behind.
 */
#define FILE_LOCK_MS 60000
enum err file_lock_directory_of(const char *path, int *lock) MUST_USE;
void file_unlock(int lock);

#endif
