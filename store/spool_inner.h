/*
 * spool_inner: what the files of the spool share.
 */
#ifndef STORE_SPOOL_INNER_H
#define STORE_SPOOL_INNER_H

#include "store/spool.h"

#define SPOOL_ROOT "mail-in"
/* 0001795287905394-1f3a9c02d4e5b687.mail */
#define AT_DIGITS 16u
#define RANDOM_DIGITS 16u
#define SUFFIX ".mail"
#define NAME_LENGTH (AT_DIGITS + 1 + RANDOM_DIGITS + sizeof(SUFFIX) - 1)
#define AT_MAX INT64_C(9999999999999999)

/* What an errno means here. */
enum err spool_word(int error);

/* ---- folders ------------------------------------------------------------- */

enum part { PART_TMP, PART_NEW, PART_BAD, PART_AUTO, PARTS };

/* An account's, open; -1: not. */
struct folders {
	int account, parts[PARTS];
};

/* make: those that are missing; else E_NOTFOUND, and nothing is open. */
enum err folders_open(
    const struct spool_box *box, bool make, struct folders *f) MUST_USE;
void folders_close(struct folders *f);
/* Who counts and then changes must be alone. E_LIMIT: somebody else takes too
 * long. */
enum err folders_lock(const struct folders *f) MUST_USE;
void folders_unlock(const struct folders *f);

/* ---- names --------------------------------------------------------------- */

enum err name_new(int64_t at, char out[NAME_LENGTH + 1]) MUST_USE;
/* One that we gave; and when. */
bool name_read(struct str name, int64_t *at);
/* The same, NUL behind it. E_BADINPUT. */
enum err name_copy(struct str name, char out[NAME_LENGTH + 1]) MUST_USE;

/* ---- looking through a folder -------------------------------------------- */

/* False ends it; e is what it all comes to. Names that begin with "." are
 * passed over. */
struct looker {
	bool (*found)(struct looker *l, int folder, struct str name);
	void *arg;
	enum err e;
};

enum err look_through(int folder, struct looker *l) MUST_USE;

/* The mails in a folder, at most SPOOL_MAILS_MAX of them. */
struct listing {
	struct arena *arena;
	struct spool_entry *all; /* free() it */
	size_t count;
};

/* By name, the oldest first; their sizes are not looked up. E_IO, E_NOMEM. */
enum err list_mails(int folder, struct arena *a, struct listing *out) MUST_USE;
/* False: it is gone. */
bool list_size(int folder, struct spool_entry *entry);

#endif
