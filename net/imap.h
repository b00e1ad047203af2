/*
 * imap: a mailbox on an IMAP server, read by a thread that has nothing else to
 * do. Every call blocks, at most for timeout_ms, and returns within a fifth of
 * a second once *stop is true.
 *
 *	imap_open(&conf, &box, &fault);
 *	imap_list(box, last, passed, &list, &fault);	what is new
 *	each: imap_fetch(box, uid, max, &raw, &fault);
 *	      store it; only when it is on disk:
 *	      imap_mark_seen(box, uid, &fault) or imap_move(box, uid, folder ...)
 *	imap_close(box);
 *
 * The connection and the chosen folder are kept; when a call ends with
 * IMAP_CUT, IMAP_SLOW or IMAP_STOPPED they are gone: close and open again.
 * The process must ignore SIGPIPE.
 *
 * libcurl connects, speaks TLS and logs in. The rest is spoken here, since
 * libcurl takes a line of a mail for an answer of the server when it looks
 * like one, and marks what it fetches as seen. A mail is fetched by
 * BODY.PEEK[]: nothing is changed in the mailbox before we say so.
 *
 * A mail's name is (validity, uid): uids only grow while the folder's validity
 * stays; when it changes, all uids that were known mean nothing any more.
 */
#ifndef NET_IMAP_H
#define NET_IMAP_H

#include "core/buf.h"
#include "net/mail.h"

#include <stdatomic.h>

enum imap_end {
	IMAP_DONE,
	IMAP_LOGIN,	/* refused, or not offered: somebody must act */
	IMAP_UNTRUSTED, /* no TLS, or not that certificate: the same */
	IMAP_NO_FOLDER, /* the folder cannot be opened, or moved to */
	IMAP_GONE,	/* there is no such mail any more */
	IMAP_TOO_BIG,	/* the mail, or the list of mails */
	IMAP_REFUSED,	/* the server says no; words has why */
	IMAP_NO_SERVER, /* no name, no connection */
	IMAP_SLOW,	/* not within timeout_ms */
	IMAP_CUT,	/* the connection ended, or what came is no IMAP */
	IMAP_STOPPED,	/* *stop became true */
	IMAP_MALFORMED, /* ours: a URL, login or name that cannot be */
	IMAP_NO_MEMORY,
	IMAP_ENDS
};

/* The word for it in logs: "done", "login" ... */
const char *imap_end_name(enum imap_end end);

#define IMAP_WORDS_MAX 300u

/* What went wrong, for the log: the server's words, clean, or ours. */
struct imap_fault {
	char words[IMAP_WORDS_MAX + 1];
};

struct imap_conf {
	struct mail_server server; /* imap or imaps */
	unsigned timeout_ms;	   /* of each call */
	int64_t most_ms; /* see imap_hurry(), from now on; 0: any time */
	const atomic_bool *stop; /* NULL: never */
};

struct imap_box;

/* Connects, logs in, opens the folder. All of conf is copied, but for stop. */
enum imap_end imap_open(const struct imap_conf *conf, struct imap_box **out,
    struct imap_fault *fault) MUST_USE;
/* Says goodbye if the connection lives; never waits long. NULL is fine. */
void imap_close(struct imap_box *box);

#define IMAP_LIST_MAX 500u

struct imap_list {
	uint32_t validity;
	uint32_t next; /* uids from here on are not given yet; 0: not said */
	uint32_t uids[IMAP_LIST_MAX]; /* growing */
	unsigned count;
	bool more; /* there are more than fit */
};

/*
 * All calls from now on together take at most so long, until it is said again:
 * the last one ends with IMAP_SLOW. Each of them has timeout_ms besides.
 */
void imap_hurry(struct imap_box *box, int64_t ms);
/* Of the folder that is open. */
uint32_t imap_validity(const struct imap_box *box);

/* A larger one is not for us. */
#define IMAP_MAIL_MAX (25u * 1024 * 1024)

/*
 * The mails that were not seen, and those with a uid beyond `last`, whoever
 * has seen them: a person who reads the mailbox takes nothing from us. With
 * UINT32_MAX only those that were not seen, with 0 all: for when the validity
 * changed, or was not known. Mails that are marked as deleted are left out;
 * so are, up to the uid `passed`, those beyond IMAP_MAIL_MAX: nobody marks
 * them as seen. The very last mail may be given nevertheless.
 */
enum imap_end imap_list(struct imap_box *box, uint32_t last, uint32_t passed,
    struct imap_list *out, struct imap_fault *fault) MUST_USE;

/*
 * The whole mail, behind what is in raw. IMAP_TOO_BIG: it has more than max
 * bytes; nothing was fetched. IMAP_GONE: somebody removed it.
 */
enum imap_end imap_fetch(struct imap_box *box, uint32_t uid, size_t max,
    struct buf *raw, struct imap_fault *fault) MUST_USE;
/* Its header alone, and the empty line; the same. */
enum imap_end imap_fetch_header(struct imap_box *box, uint32_t uid, size_t max,
    struct buf *raw, struct imap_fault *fault) MUST_USE;

/* Both are also DONE when the mail is gone. */
enum imap_end imap_mark_seen(
    struct imap_box *box, uint32_t uid, struct imap_fault *fault) MUST_USE;
/* By MOVE or, where the server does not know that, COPY, \Deleted and, with
 * UIDPLUS, UID EXPUNGE. The folder must be there. */
enum imap_end imap_move(struct imap_box *box, uint32_t uid, struct str folder,
    struct imap_fault *fault) MUST_USE;

#endif
