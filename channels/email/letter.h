/*
 * letter: a mail as bytes, ready for a mail server (RFC 5322, 2045-2047, 2231).
 *
 *	struct letter l = {.from = ..., .to = ..., .subject = ..., ...};
 *	e = letter_write(&l, &faults, &buf);
 *
 * What is written is ASCII, every line ends with CR LF and has at most 76
 * bytes, or 998 where a single word is longer. A body is multipart/alternative
 * with the plain text first, in quoted-printable; around it multipart/mixed
 * where files are attached.
 *
 * Nothing is mended: a control character in a value of the header, an address
 * outside the narrow grammar (address.h), a text that is not UTF-8 are refused
 * and named, and nothing is written. So no text from outside can begin a line
 * of the header, name a recipient or end the mail.
 */
#ifndef CHANNELS_EMAIL_LETTER_H
#define CHANNELS_EMAIL_LETTER_H

#include "channels/email/address.h"
#include "core/buf.h"
#include "core/faults.h"

/* On top of every mail that may be answered; cut.h looks for it. */
#define LETTER_MARKER "--- Please reply above this line ---"

/* Our own mails say in this field which outbox row they are. */
#define LETTER_ROW_FIELD "X-Frontdesk-Row"

#define LETTER_TO_MAX 20u
#define LETTER_FILES_MAX 20u
#define LETTER_REFERENCES_SHOWN 20u /* the first 10 and the last 10 */
#define LETTER_ID_MAX 200u
#define LETTER_SUBJECT_MAX 200u /* characters */
#define LETTER_RANDOM 16u

/* Auto-Submitted (RFC 3834). */
enum letter_origin {
	LETTER_BY_HAND,	  /* a person wrote it: no such field */
	LETTER_NOTICE,	  /* auto-generated */
	LETTER_AUTOMATIC, /* auto-replied */
	LETTER_ORIGINS
};

struct letter_file {
	struct str name, type;
	struct str url;	  /* a link to it, below both texts; or: */
	struct str bytes; /* attached. Neither: that it is kept no more is said
			   * below both texts */
};

struct letter {
	struct mail_address from;
	struct mail_address reply_to;  /* address empty: none */
	const struct mail_address *to; /* 1 .. LETTER_TO_MAX */
	size_t to_count;
	struct str subject; /* UTF-8; cut at LETTER_SUBJECT_MAX */
	struct str id;	    /* this and the next two without < and > */
	struct str in_reply_to;
	const struct str *references; /* the oldest first; any number */
	size_t reference_count;
	enum letter_origin origin;
	uint64_t row; /* of the outbox; 0: no such field */
	int64_t at;   /* wall ms: Date */
	struct str text;
	struct str html; /* empty: plain text alone */
	const struct letter_file *files;
	size_t file_count;
	/* Boundaries are made of it. No text may have been able to know it;
	 * should one hold it all the same, another is made. */
	unsigned char random[LETTER_RANDOM];
};

/*
 * E_BADINPUT: `faults` names each wrong member ("to[0].address", "subject");
 * out is as it was. E_NOMEM.
 */
enum err letter_write(
    const struct letter *l, struct faults *faults, struct buf *out) MUST_USE;

/* A message id that may stand in a header: ASCII without spaces and angle
 * brackets, with an "@", at most LETTER_ID_MAX. */
bool letter_id_valid(struct str id);

#endif
