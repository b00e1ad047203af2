/*
 * turn_mail_inner: what is gathered of a conversation for one mail.
 *
 *	gather	the log, as far back as counts: lines, files, notes
 *	about	who the customer is, why people are asked, what it is about
 *	turn	the mail of it, and the commit
 */
#ifndef WORKERS_TURN_MAIL_INNER_H
#define WORKERS_TURN_MAIL_INNER_H

#include "channels/email/escalation.h"
#include "core/json.h"
#include "core/pack.h"
#include "workers/internal.h"

#define LETTER_EVENTS_MAX PACK_EVENTS_MAX /* of a long log the newest */
#define LETTER_LINES_MAX ESCALATION_LINES_MAX
#define LETTER_EARLIER_MAX 64u
#define LETTER_NOTES_MAX 10u
#define LETTER_PACK_LINES 16u

/* A file of a message; `missing` is empty once we have it. */
struct letter_file_of {
	struct str name, type, hash, missing;
	uint64_t size;
	bool coming; /* neither kept nor refused yet */
};

struct letter_line {
	uint64_t seq; /* of the message */
	struct escalation_line line;
	struct letter_file_of *files;
	size_t file_count;
};

struct letter_of {
	struct turn *t;
	const struct company_account *account; /* that writes */
	bool to_customer;		       /* else to the support desk */
	bool whole;	/* the desk gets it with this mail */
	uint64_t after; /* of what was said, what is in it */
	struct list_row row;

	/* ---- gathered ---- */
	struct event events[LETTER_EVENTS_MAX];
	size_t event_count;
	struct letter_line lines[LETTER_LINES_MAX];
	size_t line_count;
	struct str notes[LETTER_NOTES_MAX];
	size_t note_count;
	uint64_t earlier[LETTER_EARLIER_MAX]; /* numbers of such mails before */
	size_t earlier_count;
	uint64_t answered; /* newest message of a person so far */
	struct str said;   /* newest text of the customer */
	struct str pack;   /* body of the newest hand-over pack */
	uint64_t pack_seq;
	struct str by_mail;  /* why it is with the support desk: a word */
	int64_t waits_until; /* wall ms: files are on their way; or 0 */

	/* ---- about ---- */
	struct str summary[LETTER_PACK_LINES], tried[LETTER_PACK_LINES];
	size_t summary_count, tried_count;
	struct str open[LETTER_PACK_LINES]; /* questions without an answer */
	size_t open_count;
	struct str name, phone, email, why, topic, numbers, team;
	struct str channel, handle;
	struct zone zone;
	struct str zone_name;

	/* ---- for the mail ---- */
	struct escalation_line shown[LETTER_LINES_MAX];
	size_t shown_count;
	struct mail_file *attached;
	size_t attached_count;
};

/* ---- turn_mail_gather.c ---------------------------------------------------- */

/* E_NOMEM, and what the store says. */
enum err letter_gather(struct letter_of *l) MUST_USE;

/* ---- turn_mail_about.c ----------------------------------------------------- */

enum err letter_about(struct letter_of *l) MUST_USE;

/* ---- turn_mail_show.c ------------------------------------------------------ */

/* Which lines the mail tells, and which files go with it. E_NOMEM. */
enum err letter_show(struct letter_of *l) MUST_USE;

#endif
