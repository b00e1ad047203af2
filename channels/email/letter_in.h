/*
 * letter_in: what a mail that came in is, and what is to be done with it. One
 * verdict that says everything; nothing is stored or answered here.
 *
 * In this order, and the first that fits is the kind:
 *
 *	BOUNCE	   a mail server reports on a mail of ours: it came to a bounce
 *		   token, or gives back a message id of ours. `bounce` has the
 *		   outbox row where the token named it.
 *	MACHINE	   a machine wrote it (`rule`, automatic.h, but for what is
 *		   doubtful). It is not to be answered and is no message of
 *		   anybody; keep it for people if at all.
 *	REFUSED	   it claims what is not so, in the word `refused`:
 *		     from	 not one good address in From
 *		     dmarc	 the receiving server says that From is forged
 *		     dmarc_missing
 *				 an answer of the desk, and the receiving server
 *				 does not say that From is right
 *		     token	 a reply token that we did not make, or made for
 *				 somebody else
 *		     sender	 a token or message id of a mail to the desk,
 *				 from an address that is not on the desk's list
 *		     expired	 a token too old, and nothing else that tells
 *		     unmatched	 from the desk, and it says to what in no way
 *		     list, precedence
 *				 sent to many, and it answers nothing of ours
 *		   No change; an audit line with the word; the mail stays where
 *		   it is, for people. Where `desk` is set, it came from the
 *		   desk's list: if `conversation` is, too, it seems to be about
 *		   that one, so leave a note there. It proves nothing.
 *	ANSWER	   somebody of the desk answers: `conversation`, and who, by
 *		   the company's own list (`desk`). Append it as what a person
 *		   of the company said, with source `source` (the same mail
 *		   twice falls out by it), and send it to the customer: what is
 *		   in `reply`, never `text`, which quotes what only the desk may
 *		   know. Empty is an answer below the line, or none: look with
 *		   letter_in_below(), and where that finds nothing either,
 *		   refuse it, unless it brings files.
 *	CUSTOMER   a customer writes. Where `conversation` is not 0, it is a
 *		   message there (an answer to a mail that went out because the
 *		   web chat was closed); else `envelope` says where by address,
 *		   as for any channel. `refused` may name a claim that was not
 *		   believed, beside what the mail is without it: token, expired.
 *		   Where `rule` is set it is doubtful: the body has the word as
 *		   "automatic", and no machine may answer it.
 *
 * How a mail is matched (`how`), the first that holds:
 *	token	    the plus part of an address in To, Cc, Delivered-To,
 *		    X-Original-To or Envelope-To
 *	in_reply_to a message id that we issued
 *	references  the same, from the last to the first
 *	thread	    a customer's own thread, by its first message id
 *	new
 * Tokens and ids of mails to the desk are good from addresses of the desk's
 * list only; those of mails to a customer from that customer's address only.
 *
 * Addresses of conversations by mail (`envelope.address`):
 *	<customer's address>/<thread>	the thread is a hash of the first
 *					message id of the thread; 13 characters
 *	<customer's address>/=<number>	the conversation of that number, which
 *					was begun elsewhere
 * The alias is the same with this mail's own id, so that an answer to it that
 * names no more than it is found, too. `person` is the customer's address.
 */
#ifndef CHANNELS_EMAIL_LETTER_IN_H
#define CHANNELS_EMAIL_LETTER_IN_H

#include "channels/channel.h"
#include "channels/email/automatic.h"
#include "channels/email/cut.h"
#include "channels/email/report.h"

enum letter_kind {
	LETTER_BOUNCE,
	LETTER_MACHINE,
	LETTER_REFUSED,
	LETTER_ANSWER,
	LETTER_CUSTOMER,
	LETTER_KINDS
};

struct letter_ask {
	const struct account *account;
	struct str mail; /* as it came; must outlive the verdict */
	/* The company's list (struct company). */
	const struct company_desk *desk;
	size_t desk_count;
	/* The name under which the company's own mail server writes
	 * Authentication-Results; empty: nobody's are looked at. Else the desk
	 * is only believed where they say that DMARC passes, or that the
	 * domain has no policy ("none"). */
	struct str authserv;
	int64_t now; /* wall ms */
};

#define LETTER_IN_FILES_MAX ENVELOPE_FILES_MAX

/* More than that of a reply is not made a message; bytes. */
#define LETTER_IN_SAID_MAX (32u * 1024)

/* A mail may be under way for so long; three days. */
#define LETTER_IN_LATE_MS INT64_C(259200000)

struct letter_in_file {
	struct str name, type; /* as the sender says; not to be believed */
	const struct mime_part *part; /* for mime_bytes() */
};

struct letter_bounce {
	uint64_t row;  /* of the outbox; 0: only the message id is known */
	struct str id; /* of our mail; it is the row's vendor_id. Or empty */
	struct report_recipient recipient; /* the first that failed, if any */
	bool failed; /* given up; else it is delayed, relayed, delivered */
	struct str reason; /* in words a seller understands */
};

struct letter_in {
	enum letter_kind kind;
	const char *refused;   /* a word, or NULL */
	const char *how;       /* a word, or NULL */
	enum automatic rule;   /* MACHINE; a doubtful one: of any kind */
	const char *dmarc;     /* "pass", "fail", "none"; "": not said */
	uint64_t conversation; /* ANSWER; CUSTOMER, REFUSED: or 0 */
	uint64_t number;       /* of our mail that it answers; 0: not known */
	const struct company_desk *desk; /* ANSWER, REFUSED: of the list */

	struct str from, from_name; /* of the mail: not to be believed */
	struct str subject;
	struct str text;  /* all of it */
	struct str fresh; /* of it, what its program does not mark as old */
	struct cut reply; /* what is new in it, at most LETTER_IN_SAID_MAX */
	bool cut_short;	  /* it had more than that */
	struct str source;
	/* By its Date; `now` where that is none, is still to come, or is more
	 * than LETTER_IN_LATE_MS ago. */
	int64_t at;
	struct letter_in_file files[LETTER_IN_FILES_MAX];
	unsigned file_count;
	unsigned file_more; /* so many more were left out */

	struct letter_bounce bounce;
	struct envelope envelope; /* CUSTOMER; its files have no payloads */
	struct mime mime;	  /* its `odd` says what was wrong with it */
};

/*
 * E_LIMIT: longer than MIME_MAIL_MAX: refuse it as too big. E_NOMEM. Anything
 * else is some kind of mail. All of it borrows ask->mail and the arena.
 */
enum err letter_in_read(const struct letter_ask *ask, struct arena *a,
    struct letter_in *out) MUST_USE;

/*
 * The new words of an ANSWER that has none above the line, into in->reply: what
 * stands below it, or between quoted lines. ours: the text of the mail that it
 * answers, or empty (see cut_below()). E_NOMEM.
 */
enum err letter_in_below(
    struct letter_in *in, struct str ours, struct arena *a) MUST_USE;

/* "bounce", "machine", "refused", "answer", "customer" */
const char *letter_kind_name(enum letter_kind kind);

#endif
