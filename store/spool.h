/*
 * spool: mails that were handed to us and are not taken in yet, as files:
 *
 *	<data>/mail-in/<company>/<account>/tmp/   being written
 *	                                  /new/   to be taken, oldest name first
 *	                                  /bad/   set aside, for people
 *	                                  /auto/  the same, of machines
 *
 * A mail is on disk, whole, when spool_put() returns OK: written, fsynced and
 * then renamed into new/. So whoever puts may answer for it, whether or not
 * the server runs. Any process and any thread may put; one takes.
 *
 * An account holds at most SPOOL_MAILS_MAX mails and SPOOL_BYTES_MAX bytes in
 * new/. Beyond that spool_put() refuses, and whoever sent it keeps it and tries
 * later: nothing in new/ is ever removed but by spool_remove(). What was set
 * aside has limits of its own and never keeps a new mail out: beyond them the
 * oldest go, of each folder by itself.
 */
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

#include "core/arena.h"
#include "core/buf.h"

#define SPOOL_MAIL_MAX (26u * 1024 * 1024)
#define SPOOL_MAILS_MAX 10000u
#define SPOOL_BYTES_MAX (UINT64_C(4) << 30)
/* Of bad/ and of auto/, each. */
#define SPOOL_ASIDE_MAX 1000u
#define SPOOL_ASIDE_BYTES_MAX (UINT64_C(1) << 29)

/* Which one: both are words of company_key_valid(). */
struct spool_box {
	const char *data_dir;
	struct str company, account;
};

/*
 * Takes the mail over; its folders are made where they are missing. at: wall
 * ms, the order in which mails are taken. E_BADINPUT: the names are none, or
 * the mail is empty or longer than SPOOL_MAIL_MAX; E_LIMIT: the account is
 * full; E_FULL: the disk is; E_IO; E_NOMEM.
 */
enum err spool_put(
    const struct spool_box *box, struct str mail, int64_t at) MUST_USE;

/* A mail in new/. Its name is unique in the account, for ever. */
struct spool_entry {
	struct str name;
	uint64_t size;
	int64_t at; /* as it was put */
};

/*
 * Up to *n entries, oldest first; *n becomes how many there are. A box that
 * was never put into is empty. What was left in tmp/ for a day by a process
 * that died is removed.
 */
enum err spool_list(const struct spool_box *box, int64_t now, struct arena *a,
    struct spool_entry *out, size_t *n) MUST_USE;

/* Behind what is in out. E_NOTFOUND: it is gone. */
enum err spool_read(
    const struct spool_box *box, struct str name, struct buf *out) MUST_USE;

/*
 * It is stored elsewhere and need not come again. OK also when it is gone. It
 * is not waited for the disk: after a power cut the mail may be there once
 * more, so whoever takes mails must know those that it has.
 */
enum err spool_remove(const struct spool_box *box, struct str name) MUST_USE;

enum spool_aside {
	SPOOL_REFUSED,	 /* bad/: somebody may look for it */
	SPOOL_AUTOMATIC, /* auto/: a machine wrote it */
};

/*
 * It cannot be taken: it is kept and not listed, and the oldest that were set
 * aside go where there are too many; `gone`: so many went.
 */
enum err spool_set_aside(const struct spool_box *box, struct str name,
    enum spool_aside where, unsigned *gone) MUST_USE;

/* How much is there, of all accounts. */
struct spool_weight {
	uint64_t waiting, aside; /* mails */
	unsigned full;		 /* accounts that are nearly full */
	int64_t oldest;		 /* of those that wait, when it was put; or 0 */
};

/* Nearly full: at four fifths of a limit. */
#define SPOOL_NEARLY(limit) ((limit) / 5 * 4)

/* Reads every folder; E_IO, E_NOMEM: what is in out is not all. */
enum err spool_weigh(const char *data_dir, struct spool_weight *out) MUST_USE;

#endif
