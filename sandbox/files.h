/*
 * files: bytes that came in or go out: what people attach, what we are sent.
 * Kept in memory until the sandbox ends, at most FILES_BYTES of them, beyond
 * which new ones are refused. Under the sandbox's lock; a file's bytes and
 * type do not change once they are there, and may be read without it.
 */
#ifndef SANDBOX_FILES_H
#define SANDBOX_FILES_H

#include "sandbox/table.h"

#define FILES_BYTES (256u << 20)
#define FILE_BYTES (16u << 20)

struct file {
	struct node node; /* its id */
	struct str name, type;
	struct str bytes;  /* .p NULL: not here yet */
	uint64_t promised; /* how many bytes there are to be */
	const void *owner; /* the workspace or message it belongs to */
	int64_t at;	   /* wall ms */
	bool gone;	   /* deleted */
};

struct files {
	struct table table;
	size_t total;
};

/* A new one, without its bytes. NULL: no memory. */
struct file *sb_file_new(
    struct files *f, struct str id, struct str name, struct str type);
/* Copies. E_LIMIT: it is too large, or there are too many; E_NOMEM. */
enum err sb_file_fill(
    struct files *f, struct file *file, struct str bytes) MUST_USE;
struct file *sb_file_find(const struct files *f, struct str id);
void sb_files_free(struct files *f);

/* From base64 into the arena; .p NULL: it is none. */
struct arena;
struct str sb_file_decode(struct str base64, struct arena *a);

#endif
