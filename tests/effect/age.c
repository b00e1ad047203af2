/*
 * age DATABASE HOURS: what is to go out was written so much earlier. For tests
 * of what is given up after days.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	char *sql;

	if (argc != 3) {
		fprintf(stderr, "usage: age database hours\n");
		return 2;
	}
	sql = sqlite3_mprintf(
	    "UPDATE outbox SET at = at - %lld * 3600000 WHERE place = 0",
	    atoll(argv[2]));
	if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) !=
		SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "age: %s\n", sqlite3_errmsg(db));
		return 1;
	}
	sqlite3_free(sql);
	sqlite3_close(db);
	return 0;
}
