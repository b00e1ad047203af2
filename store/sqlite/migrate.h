/*
 * migrate: brings a database file to the shape this program knows.
 *
 * Migrations are the files of schemas/sql/sqlite, built in; the first leads
 * to version 1, and so on. Each runs in one transaction, which also writes
 * meta.schema_version, so a power cut leaves the version before or after.
 * Before the first one touches existing data, a copy of all of it is put
 * beside the database as <path>.v<version>.snapshot, on disk.
 */
#ifndef STORE_SQLITE_MIGRATE_H
#define STORE_SQLITE_MIGRATE_H

#include "store/sqlite/why.h"

/* "FdSt": how a file says that it is ours. */
#define APPLICATION_ID 0x46645374

struct migration {
	const char *name, *sql;
};

/* Ended by a name of NULL. */
extern const struct migration sqlite_migrations[];

/*
 * Looks, changes nothing: which version the file has; 0: none yet.
 * E_VERSION: it is newer than the list. E_BADINPUT: it is another program's,
 * or no database at all. E_IO. `why` says which.
 */
enum err migrate_look(struct conn *c, const char *path,
    const struct migration *list, int64_t *version, struct why *why) MUST_USE;

/*
 * Brings it from that version to the newest. The caller holds the directory's
 * lock (file.h), so that one program does it. E_FULL, E_IO.
 */
enum err migrate_run(struct conn *c, const char *path,
    const struct migration *list, int64_t version, struct why *why) MUST_USE;

#endif
