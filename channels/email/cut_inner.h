/*
 * cut_inner: how lines that are not new look, in many languages.
 */
#ifndef CHANNELS_EMAIL_CUT_INNER_H
#define CHANNELS_EMAIL_CUT_INNER_H

#include "channels/email/cut.h"
#include "channels/email/lex.h"
#include "core/buf.h"

/*
 * All of these look at the lines at the front of `rest`, and at no more of it
 * than a bound; 0: it is not that, else how many lines it is.
 */

/* Our own marker, also quoted and wrapped. */
unsigned cut_marker(struct str rest);

/* "On ... wrote:", up to three lines. */
unsigned cut_wrote(struct str rest);

/* "-----Original Message-----", "____", From: Sent: To: Subject: */
unsigned cut_old_mail(struct str rest);

/* "Sent from my ..." */
bool cut_is_advert(struct str line);

/* ">" in front, perhaps behind spaces. */
bool cut_is_quoted(struct str line);

/* In no language that is known, but it ends with a colon and has a time or an
 * address in it: what stands above a quote. */
bool cut_may_introduce(struct str paragraph);

/* ---- cut_ours.c ---------------------------------------------------------- */

/*
 * What we wrote in the mail that is answered, to be known again however their
 * program broke its lines: only letters and digits are compared.
 */
struct ours {
	bool known;
	struct buf whole;
	struct buf lines; /* each with "\n" around it */
	struct buf above; /* the end of the quoted line above */
	bool above_long;
};

void ours_read(struct str text, struct ours *o);
void ours_free(struct ours *o);
/* The next line was quoted. */
void ours_quoted(struct ours *o, struct str line);
/* It was not. True: it is ours all the same. */
bool ours_has(struct ours *o, struct str line);

#endif
