/*
 * letter: the text of a mail (RFC 5322, 2045), written for the inbox and read
 * for the ledger. Of what is read, only what a test wants to look at: a few
 * fields, and the first plain text. Pure.
 */
#ifndef SANDBOX_MAILBOX_LETTER_H
#define SANDBOX_MAILBOX_LETTER_H

#include "core/arena.h"
#include "core/buf.h"

/* What a person's program writes: a plain text. */
struct letter_draft {
	struct str from, to, subject, text;
	struct str in_reply_to, references; /* message ids; or empty */
	struct str id;			    /* without < and > */
	int64_t at;			    /* wall ms */
};

void sb_letter_write(const struct letter_draft *d, struct buf *out);

/* Of the header: unfolded, without spaces around; empty: there is none. */
struct str sb_letter_field(struct str text, const char *name, struct arena *a);
/* The same with its encoded words read (RFC 2047). */
struct str sb_letter_words(struct str text, const char *name, struct arena *a);
/*
 * The first text/plain part, decoded; of a mail without one, its body as it
 * is. Empty when there is no memory.
 */
struct str sb_letter_text(struct str text, struct arena *a);

#endif
