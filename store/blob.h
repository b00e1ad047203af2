/*
 * blob: files beside the database, each under the SHA-256 of its bytes:
 * <folder>/ab/cdef..., so the same bytes are there once. Nothing is changed or
 * removed. What is being written stands at <folder>/draft-* and has a lock.
 * The contract is store_blob_put() and store_blob_open(). Any thread, several
 * processes.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "store/store.h"

/* The folder beside a database at path; free() it. E_NOMEM. */
enum err blob_folder(const char *path, char **out) MUST_USE;

/* Removes drafts of processes that died. Once, at the start. */
void blob_sweep(const char *folder);

enum err blob_put(
    const char *folder, struct str bytes, char hash[BLOB_HASH + 1]) MUST_USE;
enum err blob_open(
    const char *folder, struct str hash, int *fd, uint64_t *size) MUST_USE;

#endif
