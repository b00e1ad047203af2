/*
 * hasher: passwords, made slow to guess (Argon2id, 3 passes over 64 MiB).
 *
 * A hash takes a core for a tenth of a second or two, and its memory. So there
 * are threads of their own for it, one a core, and HASHER_WAITING places to
 * wait: a flood of logins is refused aloud (E_LIMIT) instead of filling the
 * memory, and everybody else goes on.
 */
#ifndef GATEWAY_HASHER_H
#define GATEWAY_HASHER_H

#include "gateway/pool.h"

#define HASHER_WAITING 32u
#define HASHER_TEXT 128u /* with its NUL: crypto_pwhash_STRBYTES */

struct hasher;

enum hash_deed {
	HASH_MAKE,
	/* `hash` empty: there is no such account; takes as long, and no. */
	HASH_CHECK,
};

/* The caller's, from submit until done; password and hash too. */
struct hash_op {
	enum hash_deed deed;
	struct str password;
	struct str hash;	/* CHECK: what is stored */
	char made[HASHER_TEXT]; /* MAKE: out; ends with NUL */
	bool matches;		/* CHECK: out */
	enum err err;		/* out: OK, E_NOMEM, E_CLOSED */
	/* Once, on a thread of the hasher; must not block. */
	void (*done)(struct hash_op *op);
	void *arg; /* the caller's */

	struct pool_job job; /* the hasher's */
};

/* threads: 0: as many as there are cores. E_NOMEM. */
enum err hasher_start(unsigned threads, struct hasher **out) MUST_USE;
/* Never blocks. E_LIMIT: too many wait; E_CLOSED: done is not called. */
enum err hasher_submit(struct hasher *h, struct hash_op *op) MUST_USE;
/* Finishes what runs; what waits gets E_CLOSED. Joins. NULL is fine. */
void hasher_stop(struct hasher *h);

/*
 * Makes a hash at once, on the caller's own thread: for commands. E_NOMEM.
 */
enum err hasher_make(struct str password, char out[HASHER_TEXT]) MUST_USE;

#endif
