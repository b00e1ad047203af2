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

#endif
