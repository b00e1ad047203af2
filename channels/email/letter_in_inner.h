/*
 * letter_in_inner: what the files of the verdict share.
 */
#ifndef CHANNELS_EMAIL_LETTER_IN_INNER_H
#define CHANNELS_EMAIL_LETTER_IN_INNER_H

#include "channels/email/address.h"
#include "channels/email/letter.h"
#include "channels/email/letter_in.h"
#include "channels/email/lex.h"

/* What the addresses that it came to say. */
struct claims {
	struct stamp token;  /* role STAMP_ROLES: none that is good */
	struct stamp denied; /* one that is not; or role STAMP_ROLES */
	const char *why;     /* of that one: "token", "expired" */
	struct stamp bounce; /* good, perhaps expired; or role STAMP_ROLES */
};

struct judging {
	const struct letter_ask *ask;
	struct arena *arena;
	struct letter_in *out;
	struct claims claims;
	struct stamp match; /* what it answers; role STAMP_ROLES: nothing */
	struct str id;	    /* its own message id, without < and >; or empty */
	struct str *refs;   /* what it names: References, then In-Reply-To */
	size_t ref_count, reply_count; /* of these In-Reply-To */
};

/* A field of the mail; .p is never NULL. */
struct str judge_field(struct judging *j, const char *name);

/* ---- letter_claim.c ------------------------------------------------------- */

/* Tokens in the addresses it came to, and the ids that it names. E_NOMEM. */
enum err claims_read(struct judging *j) MUST_USE;
/* Which mail of ours it answers, by token or id. */
void claims_match(struct judging *j);
/* Who of the desk has this address; NULL: nobody. */
const struct company_desk *claims_desk(
    const struct letter_ask *ask, struct str address);

/* ---- letter_auth.c -------------------------------------------------------- */

/* The worst that our own mail server says of DMARC: "pass", "fail", ...; "":
 * nothing. */
const char *claims_dmarc(struct judging *j);

/* ---- letter_bounce.c ------------------------------------------------------ */

/* True: it is a report on a mail of ours, and `bounce` is filled in. */
bool bounce_read(struct judging *j, enum err *e);

/* ---- letter_told.c --------------------------------------------------------- */

/* Subject, texts, files, time, source. E_NOMEM. */
enum err told_read(struct judging *j) MUST_USE;
/* What is new in it, if nothing that it quotes may get through. E_NOMEM. */
enum err told_strictly(struct judging *j) MUST_USE;
/* The envelope of a customer's mail. E_NOMEM. */
enum err told_envelope(struct judging *j) MUST_USE;

#endif
