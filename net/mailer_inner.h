/*
 * mailer_inner: what the mailer's files share: a child and its places.
 *
 *	EMPTY -> IDLE <-> BUSY -> ENDING -> IDLE
 *	  ^        |       |        |
 *	  +-------- LEAVING <-------+
 *
 * BUSY has a posting. ENDING has told how it ended and is still closing its
 * connection. LEAVING is gone from our side and is waited for.
 */
#ifndef NET_MAILER_INNER_H
#define NET_MAILER_INNER_H

#include "net/mail_wire.h"
#include "net/steady.h"

#include <sys/types.h>

#define MAILER_CHILDREN_MAX 64u

enum child_state {
	CHILD_EMPTY,
	CHILD_IDLE,
	CHILD_BUSY,
	CHILD_ENDING,
	CHILD_LEAVING
};

struct child {
	struct mailer *mailer;
	enum child_state state;
	pid_t pid;
	int fd;	       /* -1: EMPTY, LEAVING */
	int64_t until; /* steady ms: then it is killed, or let go (IDLE) */
	bool killed;
	bool deaf;   /* what it says is not looked at any more */
	bool writes; /* epoll tells when there is room */
	unsigned postings;

	struct posting *posting;
	int64_t started;
	enum mail_phase phase;
	struct buf job;	 /* all but the text */
	size_t job_sent; /* of it and the text */
	struct buf in;	 /* a frame that is not whole yet */
};

struct mailer {
	struct mailer_conf conf;
	char *program;
	int epoll;
	bool closing;
	struct child *children; /* children_max */
};

/* ---- a child (mailer_child.c) -------------------------------------------- */

/* EMPTY becomes IDLE. E_IO, E_NOMEM. */
enum err child_spawn(struct child *c) MUST_USE;
/* Takes the posting; IDLE becomes BUSY. E_NOMEM: it stays IDLE. */
enum err child_give(struct child *c, struct posting *p) MUST_USE;
/* The socket has news, or room. */
void child_run(struct child *c);
/* From now on it says nothing new; what it said is still read. */
void child_kill(struct child *c);
/* Closes the socket: without work it ends by itself. It becomes LEAVING. */
void child_let_go(struct child *c);
/* LEAVING becomes EMPTY once the process is gone. */
void child_reap(struct child *c);

/* ---- what the child's files report (mailer.c) ---------------------------- */

/* The child told how it ended: the posting's results are set. */
void mailer_told(struct child *c);
/* It ended without a word; by_us: we killed it. */
void mailer_lost(struct child *c, bool by_us);

#endif
