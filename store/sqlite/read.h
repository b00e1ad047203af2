/*
 * read: what the files of the reads share.
 */
#ifndef STORE_SQLITE_READ_H
#define STORE_SQLITE_READ_H

#include "core/arena.h"
#include "core/event.h"
#include "store/sqlite/reader.h"

/* Into the arena; false: no memory. */
bool column_copy(
    struct arena *a, sqlite3_stmt *q, int column, struct str *out) MUST_USE;

/* The eight columns of EVENT_COLUMNS, from `first` on. */
enum err event_read(
    sqlite3_stmt *q, int first, struct arena *a, struct event *out) MUST_USE;

/* Ends a list: running out of rows is no error. */
enum err list_end(struct reader *r, sqlite3_stmt *q, enum err e) MUST_USE;

#endif
