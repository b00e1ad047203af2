/*
 * mail: mail that comes in. A thread of its own, because reading a mailbox
 * blocks; of all processes on one store one does it (ROLE_MAIL).
 *
 * It looks, for each account of each company that has mail servers,
 *	into the spool (store/spool.h), which `frontdesk mail-in` fills, and
 *	into the mailbox (net/imap.h), where the account names one,
 * and takes each mail: read (channels/email/letter_in.h), stored with its
 * files, and only when that is on disk removed from the spool, or marked as
 * read. A mail that comes twice falls out by its source.
 *
 * Of a mailbox, what is unread is taken, and from the first look on all that
 * came later, whoever has read it, also while nobody looked: how far each was
 * looked through is kept in the store (STORE_PLACE, "mailbox/<company's
 * id>/<account>"), and means nothing any more where server, user or folder
 * become others.
 *
 * Spools come first, and companies take turns: after a few mails or seconds it
 * is the next one's. A server that is slow is left alone for nine times as long
 * as it took, so that it has a tenth of the thread; how long one look may take
 * grows with need, from 10 s to timeout_ms. A mailbox in which for behind_ms
 * something was left, or that could not be read, is in METRIC_MAILBOXES_BEHIND
 * and in the log.
 *
 * What is not taken, because it claims what is not so, or because its sender
 * has sent too many, changes nothing but the audit; it stays in the mailbox, or
 * in the spool's bad/, for people. What seems to be the support desk's and goes
 * no further is noted on the conversation. So is a mail that is too big to be
 * taken (IMAP_MAIL_MAX): its header is read, and it stays unread.
 */
#ifndef WORKERS_MAIL_H
#define WORKERS_MAIL_H

#include "bus/bus.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/token.h"
#include "store/company_cache.h"
#include "store/store.h"

struct mail_thread;

struct mail_conf {
	const char *data_dir; /* of the spool */
	const char *ca_file;  /* PEM of authorities; NULL: the system's */
	bool plain;	      /* without TLS, to stand-ins on this machine */
	const char *authserv; /* see struct letter_ask; "": nobody */
	unsigned timeout_ms, poll_ms, behind_ms;
	unsigned per_hour; /* mails of one sender; more are refused; 0: any */
	const char *public_url;
	const struct token_keys *keys;
	const struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct store *store;
	struct company_cache *companies;
	struct bus_publisher *publisher;
	/* Rows of the outbox were written. Any thread. */
	void (*poke)(void *arg);
	void *poke_arg;
};

/* E_IO, E_NOMEM. */
enum err mail_thread_start(
    const struct mail_conf *conf, struct mail_thread **out) MUST_USE;
/* When it last came round, steady ms; a mailbox may keep it for timeout_ms at
 * each step. For /health. */
int64_t mail_thread_alive_at(const struct mail_thread *m);
/* Within a second or so. The store must still be open. NULL is fine. */
void mail_thread_stop(struct mail_thread *m);

#endif
