/*
 * mail_inner: what the files of the mail thread share. Nobody else includes
 * it.
 */
#ifndef WORKERS_MAIL_INNER_H
#define WORKERS_MAIL_INNER_H

#include "channels/channel.h"
#include "channels/email/letter_in.h"
#include "core/buf.h"
#include "intake/hourly.h"
#include "net/imap.h"
#include "store/spool.h"
#include "workers/mail.h"

#include <pthread.h>

/* More of a header is not read where the mail is too big. */
#define MAIL_HEADER_MAX (256u * 1024)

/*
 * How far a mailbox was looked through. It is kept in the store, where it has
 * begun, as one number of 64 bits: mark and passed.
 */
struct mail_position {
	uint32_t mark;	 /* of server, login and the folder's validity */
	uint32_t passed; /* each uid up to it was looked at, if it was new */
	uint32_t since;	 /* what was there when we came has no larger uid */
	bool begun;	 /* all that was unread when we came was looked at */
};

/* An account that gets mail, as long as its company has it. */
struct mail_box {
	struct mail_box *next;
	int64_t company;
	struct str company_key, account; /* its own memory */
	bool named;			 /* by the roll call under way */

	/* Its mailbox. */
	bool fetched;	/* the document names one */
	uint64_t login; /* a hash of what the connection was made with */
	struct imap_box *imap;
	bool read; /* its position, from the store */
	struct mail_position at;
	uint64_t stored;    /* the position there */
	int64_t imap_at;    /* steady ms: not before */
	unsigned failures;  /* in a row */
	int64_t patience;   /* ms; a look takes no longer */
	uint64_t look;	    /* the number of its last look */
	uint64_t turn;	    /* of its company's last look */
	int64_t through_at; /* steady ms: nothing was left in it */
	bool behind;	    /* and that is too long ago */
};

struct mail_thread {
	struct mail_conf conf;
	pthread_t thread;
	_Atomic bool stopping;
	_Atomic int64_t alive_at;
	atomic_bool stop; /* what imap looks at */
	struct store_reader *reader;
	bool leads;
	struct mail_box *boxes;
	struct hourly *senders;
	struct arena arena; /* of one mail */
	struct buf raw;
	int64_t wall, steady, roll_at, spool_at;
	uint64_t looks; /* into mailboxes, so far */
};

/* One look, into a spool or a mailbox: then it is another's turn. */
#define LOOK_MS 3000

void mail_look_at_clock(struct mail_thread *m);

/* Where a mail came in. */
struct mail_place_of {
	const struct company *company;
	const struct company_account *doc;
};

enum taken {
	TAKEN,	       /* stored, or there before */
	TAKEN_ASIDE,   /* refused */
	TAKEN_MACHINE, /* a machine wrote it: nothing for us */
	TAKEN_NOT,     /* try again later */
};

/* What became of one of its files. */
struct taken_file {
	const char *type; /* by its bytes; NULL: it is of no kind we keep */
	size_t size;
	char hash[BLOB_HASH + 1];
};

/* One mail while it is taken. */
struct taking {
	struct mail_thread *m;
	const struct mail_place_of *of;
	struct account account;
	struct letter_in in;
	struct taken_file files[LETTER_IN_FILES_MAX];
	unsigned counted; /* mails of its sender in this hour, with it */
	const struct channel *vendor; /* of the customer; NULL: none */
	struct faults faults;	      /* why it does not take the answer, or
				       * some of its files */
	struct arena *arena;
};

/* One mail, from its bytes to the store. */
enum taken mail_take(struct mail_thread *m, const struct mail_place_of *of,
    struct str raw) MUST_USE;
/*
 * One that is too big to be taken, of which there is the header: people are
 * told, on the conversation that it belongs to, or in the audit.
 */
enum taken mail_take_header(struct mail_thread *m,
    const struct mail_place_of *of, struct str header) MUST_USE;

/* What an error of the store means for a mail. */
enum taken mail_outcome(enum err e) MUST_USE;
void mail_note(const struct taking *t, const char *event, const char *word);
/* It changes nothing but the audit. */
enum taken mail_refuse(struct taking *t, const char *word) MUST_USE;

/* ---- mail_spool.c ----------------------------------------------------------- */

void mail_look_into_spool(
    struct mail_thread *m, struct mail_box *b, const struct mail_place_of *of);

/* ---- mail_box.c ------------------------------------------------------------- */

/* The document, as it is now: another login is used at once. */
void mail_box_follow(struct mail_thread *m, struct mail_box *b,
    const struct company_account *doc);
/* One look, and when the next may be. */
void mail_look_into_box(
    struct mail_thread *m, struct mail_box *b, const struct mail_place_of *of);
/* Whose turn it is: the company's that waits longest, of its boxes the same;
 * NULL: nobody's. */
struct mail_box *mail_next_box(const struct mail_thread *m);
/* Says of each whether it is behind, to the log and the metrics. */
void mail_watch_boxes(struct mail_thread *m);

/* ---- mail_answer.c --------------------------------------------------------- */

/* The support desk answers. */
enum taken mail_take_answer(struct taking *t) MUST_USE;
/*
 * A note on the conversation, if there is one: what came and goes no further,
 * and why. Once, however often the mail comes.
 */
void mail_leave_note(struct taking *t, const char *word);

/* ---- mail_file.c ------------------------------------------------------------ */

/* All files of the mail to the disk. */
enum err mail_keep_files(struct taking *t) MUST_USE;
/* ,"files":[{"name":"a.pdf","type":"application/pdf","size":12}] */
void mail_write_files(const struct taking *t, struct buf *body);
/* What became of each, as events of the message at seq; once for each. */
enum err mail_store_files(
    struct taking *t, int64_t conversation, uint64_t seq) MUST_USE;

/* ---- mail_limit.c ------------------------------------------------------------ */

/* Has its sender written too often in this hour? Counts it. */
bool mail_too_many(struct taking *t);
/* Then it is refused; once an hour people are told. */
enum taken mail_refuse_many(struct taking *t) MUST_USE;

#endif
