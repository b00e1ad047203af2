/*
 * escalation: the mails that people of the company get when no seller is
 * there, and the one that takes their answer to a customer who has left.
 *
 * Both become payloads of the row (email.h): the caller writes one outbox row
 * for each, on an account of the channel. The reply token, the message ids and
 * the marker line are put in when the mail is made, for they need the row's id
 * and the account's keys.
 *
 * Texts of customers are quoted here and stay texts: in the HTML everything is
 * escaped, and an address becomes a link only where it can be read in full.
 * Nobody but the company's document names recipients.
 */
#ifndef CHANNELS_EMAIL_ESCALATION_H
#define CHANNELS_EMAIL_ESCALATION_H

#include "channels/channel.h"
#include "channels/email/payload.h"
#include "core/zone.h"

/* A file of a line, and what became of it. */
struct escalation_file {
	struct str name, type; /* name: never empty */
	uint64_t size;	       /* 0: not known */
	struct str url;	       /* signed; or empty */
	bool attached;	       /* to this mail */
	struct str missing;    /* why it is not here; or empty */
};

struct escalation_line {
	int64_t at;	 /* wall ms */
	struct str who;	 /* "Ann", "Bot", "Sam" */
	struct str text; /* as it was said */
	bool customer;	 /* said by them */
	bool before;	 /* of the talk before this one, which had ended */
	const struct escalation_file *files;
	size_t file_count;
};

/* What is longer is cut, and that is said; of the transcript the newest stay. */
#define ESCALATION_LINES_MAX 100u
#define ESCALATION_TEXT_MAX 2000u	  /* characters of one line */
#define ESCALATION_BYTES_MAX (48u * 1024) /* of the transcript */
#define ESCALATION_TOPIC_MAX 70u	  /* characters in the subject */

struct escalation {
	struct str company; /* its name */
	uint64_t conversation;
	/*
	 * Which mail of this conversation to the desk it is: the sequence of
	 * the newest event that it tells of. All mails of one conversation have
	 * other numbers; `earlier` are those before it, the oldest first, and
	 * make one thread of them.
	 */
	uint64_t number;
	const uint64_t *earlier;
	size_t earlier_count;
	/* The desk gets it with this mail: it tells all. Else what came since
	 * the mail before. */
	bool whole;
	const struct company_desk *to; /* the company's list */
	size_t to_count;

	struct str customer_name, customer_email, customer_phone; /* or empty */
	struct str channel; /* its title: "WhatsApp" */
	struct str handle;  /* what the channel calls them; or empty */
	struct str team;    /* its name; or empty */
	/* What it is about, in the customer's words; for the subject. The same
	 * in all mails of a thread, for programs go by it. Or empty. */
	struct str topic;
	struct str why; /* "The customer asked for a person." */
	const struct str *summary;
	size_t summary_count;
	const struct str *tried; /* what the bot tried */
	size_t tried_count;
	const struct str *notes; /* of colleagues: "Sam: A regular." */
	size_t note_count;
	struct str numbers; /* of orders and the like; or empty */
	const struct escalation_line *transcript; /* the oldest first */
	size_t transcript_count;
	const struct mail_file *files; /* that are attached */
	size_t file_count;
	struct str link; /* to the conversation in the console; or empty */
	/* By whose clock times are told, and its name: "Europe/Berlin". NULL:
	 * UTC. */
	const struct zone *zone;
	struct str zone_name;
	int64_t now;
};

/*
 * One payload for each address of `to`, with the same text. E_BADINPUT:
 * `faults` names what is wrong ("to[0].address"); E_NOMEM.
 */
enum err escalation_write(const struct escalation *e, struct arena *a,
    struct payloads *out, struct faults *faults) MUST_USE;

/*
 * An answer by mail to a customer who wrote elsewhere and left an address: what
 * they get when their web chat is closed.
 */
struct answer_mail {
	struct str company;
	const struct company_texts *texts; /* the words around it */
	uint64_t conversation;
	uint64_t number; /* the sequence of the message that it carries */
	const uint64_t *earlier;
	size_t earlier_count;
	struct mail_address to;
	struct str by;	     /* who answers, a seller's name; empty: the bot */
	struct str text;     /* Markdown */
	struct str question; /* what the customer said last; or empty */
	const struct mail_file *files; /* that go with it */
	size_t file_count;
	int64_t now;
};

enum err answer_mail_write(const struct answer_mail *m, struct arena *a,
    struct payload *out, struct faults *faults) MUST_USE;

#endif
