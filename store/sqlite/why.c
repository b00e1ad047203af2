/* why: from codes to words, with a look at the file system where it helps. */
#include "store/sqlite/why.h"
#include "store/sqlite/file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void
why_say(struct why *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(why->text, why->size, fmt, args);
	va_end(args);
}

/* SQLite only says "unable to open": the directory or the file tell more. */
static void
why_unopened(struct why *why, const char *path)
{
	char dir[FILE_PATH_MAX];

	file_directory(path, dir);
	if (access(dir, F_OK) != 0)
		why_say(why, "%s: the directory %s does not exist", path, dir);
	else if (access(dir, W_OK | X_OK) != 0)
		why_say(why, "%s: no permission to write in the directory %s",
		    path, dir);
	else if (access(path, R_OK | W_OK) != 0 && errno != ENOENT)
		why_say(
		    why, "%s: no permission to read and write the file", path);
	else
		why_say(why, "%s: cannot be opened", path);
}

static void
why_other(struct why *why, const struct conn *c, const char *path)
{
	const char *text = c->db != NULL ? sqlite3_errmsg(c->db) : "no memory";

	why_say(why, "%s: %s", path, text);
}

enum err
why_failed(struct why *why, enum err e, const struct conn *c, const char *path)
{
	int rc = c->db != NULL ? sqlite3_errcode(c->db) : SQLITE_NOMEM;

	switch (rc & 0xff) {
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		why_unopened(why, path);
		break;
	case SQLITE_FULL:
		why_say(why, "%s: the disk is full", path);
		break;
	case SQLITE_BUSY:
		why_say(why, "%s: locked by another program", path);
		break;
	case SQLITE_NOTADB:
		why_say(why, "%s: is not a database", path);
		break;
	default:
		why_other(why, c, path);
	}
	return e;
}
