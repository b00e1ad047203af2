/*
 * mail_inner: what the files of the mail thread share. Nobody else includes
 * it.
 */
#ifndef WORKERS_MAIL_INNER_H
#define WORKERS_MAIL_INNER_H

#include "channels/channel.h"
#include "core/buf.h"
#include "net/imap.h"
#include "store/spool.h"
#include "workers/mail.h"

#include <pthread.h>

/* An account that gets mail, as long as its company has it. */
struct mail_box {
	struct mail_box *next;
	int64_t company;
	struct str company_key, account; /* its own memory */
	bool named;			 /* by the roll call under way */
	struct imap_box *imap;
	uint32_t validity, last; /* every uid up to last was looked at */
	int64_t imap_at;	 /* steady ms: not before */
	unsigned failures;	 /* in a row */
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
	struct arena arena; /* of one mail */
	struct buf raw;
	int64_t wall, steady, roll_at;
};

/* Where a mail came in. */
struct mail_place_of {
	const struct company *company;
	const struct company_account *doc;
};

enum taken {
	TAKEN,	     /* stored, or there before */
	TAKEN_ASIDE, /* refused */
	TAKEN_MACHINE, /* a machine wrote it: nothing for us */
	TAKEN_NOT,   /* try again later */
};

/* One mail, from its bytes to the store. */
enum taken mail_take(struct mail_thread *m, const struct mail_place_of *of,
    struct str raw) MUST_USE;

#endif
