/*
 * mailer: mail that we send, by child processes, watched from one thread.
 *
 * libesmtp blocks in connect(), waits for ever for a server that drips, and
 * reports success for what nobody accepted. So it runs in a process that may
 * be killed at any instruction: `frontdesk mailer`, which knows one mail and
 * one login at a time, gets both through a socket, and says through it how far
 * it has come. The clock is here: who is not done in time is killed.
 *
 * A mailer belongs to one thread, which must live until mailer_close(): the
 * children die with it. Its descriptor becomes readable when there is
 * something to do; mailer_run() does it and calls `done` of what has ended.
 *
 *	mailer_open(&conf, &m);
 *	watch mailer_fd(m) for reading
 *	mailer_start(m, &mine);		never blocks, done comes later
 *	loop: wait at most mailer_wait_ms(m); mailer_run(m);
 *
 * Always: the certificate checked, TLS 1.2 at least, the login never in clear,
 * nothing sent if the login was not accepted, one connection for each mail and
 * none kept, no argument, variable or log line with a secret in it. Nothing is
 * sent twice by itself: whether to is the caller's decision.
 *
 * ---- which way ---------------------------------------------------------------
 *	smtp:// with a password or no login    libesmtp, STARTTLS
 *	smtps://, and OAuth 2 on both          libcurl
 * libesmtp 1.1.0 and TLS 1.3 do not go together: a session ticket that comes
 * before our EHLO has left makes it wait for ever. It gets TLS 1.2. It names no
 * host in its handshake (SNI) and checks it too late; both are done for it
 * when its handshake begins.
 *
 * ---- how it ends -------------------------------------------------------------
 * A server takes a mail by its answer to the last line of the text. Before
 * that line is handed to the library the child says so; a child that dies
 * before has sent nothing that counts (UNSENT), one that dies after may have
 * (CUT). The answer is told before the connection is closed: a server that
 * hangs then does no harm.
 */
#ifndef NET_MAILER_H
#define NET_MAILER_H

#include "net/mail.h"

enum posting_end {
	POSTING_SENT,	 /* taken for one recipient at least: look at each */
	POSTING_REFUSED, /* never: 5xx for this mail or all its recipients */
	POSTING_LATER,	 /* not now: 4xx; nothing was taken */
	POSTING_UNSENT,	 /* nothing was taken: no name, no connection, cut or
			  * too slow before the end of the text. It may be
			  * tried again */
	POSTING_BLOCKED, /* nothing of this account can go out until somebody
			  * acts: login refused or not offered, certificate
			  * wrong, no TLS, the server wants nothing of us */
	POSTING_CUT,	 /* it may have been taken; no answer came */
	POSTING_ENDS
};

/* The word for it in logs: "sent", "refused" ... */
const char *posting_end_name(enum posting_end end);

/* What the server said, or 0 and "". Words are clean (mail_words_clean). */
#define MAIL_WORDS_MAX 300u
struct mail_reply {
	unsigned code;	 /* 250, 451, 550 */
	char status[12]; /* "5.1.1" */
	char words[MAIL_WORDS_MAX + 1];
};

struct posting_recipient {
	struct str address; /* in */
	/*
	 * Out. Of a mail that was SENT each is SENT, REFUSED or LATER; send
	 * again only to those that are LATER. Else what the server said to
	 * this one, and its end is the mail's where it said nothing.
	 */
	enum posting_end end;
	struct mail_reply reply;
};

struct posting {
	/* In; stays the caller's, and must stay, until done. */
	struct mail_server server; /* smtp or smtps */
	struct str hello;	   /* our name in EHLO: a host's name */
	struct str from;	   /* the reverse path; empty: "<>" */
	struct posting_recipient *to;
	unsigned to_count;   /* 1 to MAIL_RECIPIENTS_MAX */
	struct str text;     /* as mail_text_check() wants it, with all its
			      * headers, up to MAIL_TEXT_MAX; no Bcc */
	unsigned timeout_ms; /* of all of it, the child's start included;
			      * 1 to MAILER_TIMEOUT_MAX_MS */

	/* Out; valid from done on. */
	enum posting_end end;
	struct mail_reply reply; /* that decided it */
	/* One line for the log and the operator: what happened and, of
	 * BLOCKED, what to do; no secrets, no addresses. */
	char why[MAIL_WORDS_MAX + 1];
	bool lost; /* its process ended by itself: no server's doing */
	unsigned took_ms;

	void (*done)(struct posting *p);
	void *arg;

	void *inner; /* the mailer's */
};

#define MAILER_TIMEOUT_MAX_MS (30u * 60 * 1000)

struct mailer_conf {
	const char *program;   /* started with the word "mailer"; NULL: what
			      * this process runs (/proc/self/exe) */
	unsigned children_max; /* at once, 1 to 64: so many mails */
	unsigned idle_ms;      /* a child without work ends after that */
	unsigned postings_max; /* of one child, then it ends: what libraries
				   * leak goes with it */
};

struct mailer;

/* Starts no child yet. E_IO, E_NOMEM; E_BADINPUT: a figure that cannot be. */
enum err mailer_open(
    const struct mailer_conf *conf, struct mailer **out) MUST_USE;
/* What is under way ends as POSTING_CUT or POSTING_UNSENT; done is called.
 * All children are dead when it returns. NULL is fine. */
void mailer_close(struct mailer *m);

/*
 * E_LIMIT: no child is free and no more may be started; see mailer_room().
 * E_BADINPUT: a URL, login, address, name, text or time that cannot be; `why`
 * of the posting says which, nothing was sent, done does not come. E_IO: no
 * child can be started. E_NOMEM; E_CLOSED: from within mailer_close().
 */
enum err mailer_start(struct mailer *m, struct posting *p) MUST_USE;
/* Gives up on it: kills its child. Done comes before this returns. */
void mailer_cancel(struct mailer *m, struct posting *p);

int mailer_fd(const struct mailer *m);
int mailer_wait_ms(const struct mailer *m); /* -1: as long as you like */
void mailer_run(struct mailer *m);
unsigned mailer_under_way(const struct mailer *m);
/* How many may be started now. */
unsigned mailer_room(const struct mailer *m);

#endif
