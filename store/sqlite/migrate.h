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
 * Several programs may do this to one file at once; one of them migrates.
 * E_VERSION: the file is newer, or is not ours; `why` says which.
 */
enum err migrate(struct conn *c, const char *path, const struct migration *list,
    struct why *why) MUST_USE;

#endif
