/* sqlite_file: short ways through SQLite and stdio; failures end the test. */
#include "tests/store/sqlite_file.h"
#include "tests/store/fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

void
file_sql(const char *path, const char *sql)
{
	sqlite3 *db;
	int rc = sqlite3_open(path, &db);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		(void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
	must(rc == SQLITE_OK ? OK : E_IO);
	(void)sqlite3_close(db);
}

static int64_t
ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return n;
}

int64_t
file_number(const char *path, const char *sql)
{
	sqlite3 *db;
	int64_t n;

	must(sqlite3_open(path, &db) == SQLITE_OK ? OK : E_IO);
	n = ask(db, sql);
	(void)sqlite3_close(db);
	return n;
}

bool
file_is_whole(const char *path)
{
	return file_number(path, "SELECT group_concat(integrity_check) = 'ok'"
				 " FROM pragma_integrity_check") == 1;
}

void
file_write(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
		must(E_IO);
}

void
file_copy(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	char block[65536];
	size_t n;

	if (in == NULL || out == NULL)
		must(E_IO);
	while ((n = fread(block, 1, sizeof(block), in)) > 0)
		if (fwrite(block, 1, n, out) != n)
			must(E_IO);
	(void)fclose(in);
	must(fclose(out) == 0 ? OK : E_IO);
}

int64_t
file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

bool
file_exists(const char *path)
{
	return file_size(path) >= 0;
}

uint64_t
file_sum(const char *path)
{
	uint64_t sum = 14695981039346656037u;
	FILE *f = fopen(path, "rb");
	int c;

	if (f == NULL)
		return 0;
	while ((c = getc(f)) != EOF)
		sum = (sum ^ (unsigned)c) * 1099511628211u;
	(void)fclose(f);
	return sum;
}
