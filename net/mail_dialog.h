/*
 * mail_dialog: an SMTP session as it is overheard: what we said, what the
 * server answered to which of it, and what that means for the mail.
 *
 * Neither library tells all of this, and one of them tells success for what
 * nobody took. Both let us hear the lines. Pure; no bytes of the mail and no
 * secrets are kept.
 */
#ifndef NET_MAIL_DIALOG_H
#define NET_MAIL_DIALOG_H

#include "net/mail_wire.h"

enum dialog_verb {
	VERB_GREETING, /* the server speaks first */
	VERB_EHLO,     /* and HELO */
	VERB_STARTTLS,
	VERB_AUTH,
	VERB_MAIL,
	VERB_RCPT,
	VERB_DATA,
	VERB_TEXT, /* the final dot */
	VERB_OTHER,
	VERBS
};

#define DIALOG_WAITING_MAX (MAIL_RECIPIENTS_MAX + 16u)
#define DIALOG_LINE_MAX 1024u

struct dialog {
	struct posting *posting; /* its recipients get their replies */
	/* Of each verb the last reply that was whole; code 0: none. */
	struct mail_reply replies[VERBS];
	bool login_offered, logged_in;
	bool handed;   /* set by whoever hands over the text */
	bool garbled;  /* what came is no SMTP, or we lost count of it */
	bool injected; /* it said more behind its answer to STARTTLS */

	/* What is not answered yet, first to last. */
	enum dialog_verb waiting[DIALOG_WAITING_MAX];
	unsigned first, count;
	unsigned rcpt_next;	 /* whose answer comes next */
	unsigned taken;		 /* recipients with 2xx */
	bool auth_goes_on;	 /* our next line belongs to AUTH */
	bool texting;		 /* what we say is the mail */
	struct mail_reply reply; /* of which some lines came */
	char line[DIALOG_LINE_MAX];
	size_t line_length;
	char out[DIALOG_LINE_MAX];
	size_t out_length;

	/* After each command that was said, each reply that was heard. */
	void (*said)(struct dialog *d, enum dialog_verb verb);
	void (*heard)(struct dialog *d, enum dialog_verb verb);
};

/* A connection was made; also when the next address is tried. */
void dialog_begin(struct dialog *d);
void dialog_said(struct dialog *d, struct str bytes);
void dialog_heard(struct dialog *d, struct str bytes);
/* Is what comes next the answer to that? */
bool dialog_awaits(const struct dialog *d, enum dialog_verb verb);

/*
 * What it all means: end, reply, why and the recipients' ends of the posting.
 * trouble: how the library says it ended, when no reply decides; or "".
 */
void dialog_judge(const struct dialog *d, const char *trouble);

#endif
