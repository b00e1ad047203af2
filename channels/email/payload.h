/*
 * payload: a mail before it is made: what an outbox row holds. Made of an
 * answer (render), an escalation or an answer that goes out by mail; the mail
 * itself is made of it by mail_make().
 */
#ifndef CHANNELS_EMAIL_PAYLOAD_H
#define CHANNELS_EMAIL_PAYLOAD_H

#include "channels/channel.h"
#include "channels/email/letter.h"
#include "channels/email/stamp.h"

/*
 * A file that goes with a mail: attached, where it has a hash; else a link. The
 * bytes are read when the mail is made, so all that are attached together are
 * not large: what chooses between the two keeps to MAIL_ATTACH_MAX bytes, or
 * to MAIL_ATTACH_MOST where there is no link.
 */
#define MAIL_ATTACH_MAX (5u * 1024 * 1024)
#define MAIL_ATTACH_MOST (20u * 1024 * 1024)

struct mail_file {
	struct str name, type;
	struct str url;	 /* or: */
	struct str hash; /* by which it is kept (struct job, read_file) */
};

/* As it may stand in a header and in a text: without what ends a line, never
 * empty. .p is NULL when memory is out. */
struct str mail_file_name(struct str name, struct str type, struct arena *a);

struct mail_payload {
	enum stamp_role role; /* not BOUNCE */
	uint64_t id;	      /* conversation or thread, as of stamp.h */
	uint64_t number;      /* 0: the outbox row's id */
	/* Numbers of our mails before it in this thread, the oldest first. */
	uint64_t *earlier;
	size_t earlier_count;
	struct mail_address *to; /* as To says */
	size_t to_count;
	struct str recipient; /* the one that it goes to */
	struct str by;	      /* before the company's name in From; or empty */
	struct str subject;
	struct str text; /* Markdown, where html is empty */
	struct str html; /* else: both as they are */
	struct str in_reply_to;
	struct str *references; /* others' ids */
	size_t reference_count;
	enum letter_origin origin;
	struct mail_file *files;
	size_t file_count;
};

/* Into the arena, as JSON. .p is NULL when memory is out. */
struct str mail_payload_write(const struct mail_payload *p, struct arena *a);
/* Into the arena. E_BADINPUT: it is none. E_NOMEM. */
enum err mail_payload_read(
    struct str json, struct arena *a, struct mail_payload *out) MUST_USE;

/* What is known only when it goes out. */
struct mail_of {
	const struct account *account;
	uint64_t row;	       /* of the outbox */
	int64_t at;	       /* wall ms */
	const struct job *job; /* reads files; NULL: only an id is wanted */
};

/* How long a token may be answered: half a year. */
#define MAIL_TOKEN_S (180 * 24 * (int64_t)3600)

struct mail_made {
	struct str text;
	struct str envelope_from; /* with the bounce token */
	struct str id;		  /* its message id, without < and > */
};

/*
 * The mail, into the arena: always the same for the same payload and row.
 * A file that is kept no more is named as such. E_BADINPUT: `faults` says what
 * is wrong with it; E_DENIED: the account has no keys; E_IO: a file cannot be
 * read now; E_NOMEM.
 */
enum err mail_make(const struct mail_payload *p, const struct mail_of *of,
    struct arena *a, struct faults *faults, struct mail_made *out) MUST_USE;

/* Its message id alone; .p is NULL when there are no keys or no memory. */
struct str mail_message_id(
    const struct mail_payload *p, const struct mail_of *of, struct arena *a);

#endif
