/*
 * decided: a decision on its way into the log, for commits and acts.
 *
 *	decided_check()   everything that can be refused is refused here, and
 *	                  what it leads to is worked out
 *	decided_store()   writes all of it
 */
#ifndef STORE_SQLITE_DECIDED_H
#define STORE_SQLITE_DECIDED_H

#include "store/sqlite/rows.h"

/* Rows of the outbox, and which of the events causes them. */
struct caused {
	unsigned event;
	struct outbox_row *rows;
	unsigned n;
};

#define CAUSED_MAX 2

struct decided {
	/* In. */
	struct decision *decision; /* its events get their seq */
	struct caused caused[CAUSED_MAX];
	struct conversation was;
	struct labels *labels; /* room for them */
	struct str fresh;      /* a source that is known to be new; or empty */
	/* Out. */
	struct conversation is;
	bool labelled; /* it says something of labels, and these are they */
};

/*
 * E_BADINPUT: an event that cannot be folded, is one that only the store
 * writes, or has a source that was stored before; a timer, label or row that
 * cannot be.
 */
enum err decided_check(struct conn *c, struct decided *d) MUST_USE;
enum err decided_store(struct conn *c, struct decided *d) MUST_USE;

#endif
