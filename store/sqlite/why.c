/* why: from codes to words, with a look at the file system where it helps. */
#include "store/sqlite/why.h"
#include "store/sqlite/file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The least that SQLite needs beside an empty database: its shared memory. */
#define ROOM_LEAST (64u << 10)

void
why_say(struct why *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(why->text, why->size, fmt, args);
	va_end(args);
}

/* SQLite only says "unable to open": the directory or the file tell more. */
void
why_unopened(struct why *why, const char *path)
{
	char dir[FILE_PATH_MAX];

	file_directory(path, dir);
	if (eaccess(dir, F_OK) != 0)
		why_say(why, "%s: the directory %s does not exist", path, dir);
	else if (eaccess(dir, W_OK | X_OK) != 0)
		why_say(why, "%s: no permission to write in the directory %s",
		    path, dir);
	else if (eaccess(path, R_OK | W_OK) != 0 && errno != ENOENT)
		why_say(
		    why, "%s: no permission to read and write the file", path);
	else
		why_say(why, "%s: cannot be opened", path);
}

/* A full disk shows itself as an I/O error where SQLite maps memory. */
static bool
disk_is_full(const char *path)
{
	char dir[FILE_PATH_MAX];
	struct statvfs disk;

	file_directory(path, dir);
	return statvfs(dir, &disk) == 0 &&
	       disk.f_bavail * disk.f_frsize < ROOM_LEAST;
}

static const struct {
	int rc;
	const char *words;
} reasons[] = {
    {SQLITE_FULL, "the disk is full"},
    {SQLITE_BUSY, "locked by another program"},
    {SQLITE_NOTADB, "is not a database"},
    {SQLITE_CORRUPT, "is damaged"},
    {SQLITE_NOMEM, "out of memory"},
};

/* SQLite's own words; the code's only, if another call came in between. */
static const char *
own_words(const struct conn *c)
{
	if (c->db != NULL && sqlite3_extended_errcode(c->db) == c->rc)
		return sqlite3_errmsg(c->db);
	return sqlite3_errstr(c->rc);
}

static void
why_other(struct why *why, const struct conn *c, const char *path)
{
	int rc = c->rc & 0xff;

	if (rc == SQLITE_IOERR && disk_is_full(path))
		rc = SQLITE_FULL;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (rc != reasons[i].rc)
			continue;
		why_say(why, "%s: %s", path, reasons[i].words);
		return;
	}
	why_say(why, "%s: %s (SQLite %d)", path, own_words(c), c->rc);
}

enum err
why_failed(struct why *why, enum err e, const struct conn *c, const char *path)
{
	int rc = c->rc & 0xff;

	if (rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY || rc == SQLITE_PERM)
		why_unopened(why, path);
	else
		why_other(why, c, path);
	return rc == SQLITE_NOTADB ? E_BADINPUT : e;
}
