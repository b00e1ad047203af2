/*
 * sqlite_file: database files made and looked at without the store.
 */
#ifndef TESTS_STORE_SQLITE_FILE_H
#define TESTS_STORE_SQLITE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Runs SQL on the file; it must work. */
void file_sql(const char *path, const char *sql);

/* The number that a query gives; -1: it cannot be asked. */
int64_t file_number(const char *path, const char *sql);

/* Is SQLite's own opinion of the file that it is whole? */
bool file_is_whole(const char *path);

void file_write(const char *path, const void *bytes, size_t n);
void file_copy(const char *from, const char *to);
bool file_exists(const char *path);
int64_t file_size(const char *path); /* -1: there is none */

/* A number that changes when the contents do. */
uint64_t file_sum(const char *path);

#endif
