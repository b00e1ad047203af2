/*
 * mail_session_inner: what the child's files share: one mail on its way.
 *
 * A way of sending connects, says what the dialog must overhear, and hands
 * over the text by session_text(). When it returns, or when the final reply
 * was heard, session_tell() says how it ended; what comes first counts.
 */
#ifndef NET_MAIL_SESSION_INNER_H
#define NET_MAIL_SESSION_INNER_H

#include "net/mail_dialog.h"

struct session {
	int fd;
	struct arena arena; /* the job's texts, NUL behind each */
	struct posting posting;
	struct posting_recipient to[MAIL_RECIPIENTS_MAX];
	struct mail_place place;
	struct dialog dialog;
	enum mail_phase phase;
	bool told;
	size_t text_at; /* of the text: handed over so far */

	/* How the library says it failed; "": it did not. */
	char trouble[MAIL_WORDS_MAX + 1];
	bool blocked; /* and an operator must act */
	/* The final reply counts only if the library proves it, too. */
	bool wants_proof, proven;
};

/* Each may end the process: when the mailer is gone, nothing goes on. */
void session_reach(struct session *s, enum mail_phase phase);
void session_said(struct session *s, struct str bytes);
void session_heard(struct session *s, struct str bytes);

/*
 * The next piece of the text, at most so long; empty: that was all, and the
 * mailer knows that the server may have it from now on.
 */
struct str session_text(struct session *s, size_t most);
/* From the start again. Ends the process if the end was handed over. */
void session_rewind(struct session *s);

/* The first trouble is kept. */
void session_fail(struct session *s, bool blocked, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* The login that was wanted did not come about; a refusal says more. */
void session_no_login(struct session *s);
void session_tell(struct session *s);

/* ---- the ways ------------------------------------------------------------ */

void mail_by_esmtp(struct session *s);
void mail_by_curl(struct session *s);

#endif
