/*
 * mailbox: how other threads reach a thread that sleeps in epoll.
 *
 * Any thread posts letters; the owner is woken through a descriptor and runs
 * them in the order posted. A letter is a member of the poster's own struct
 * and must not move or be posted again until its fn has begun. Unbounded in
 * itself: each poster has at most one letter for each thing it has under way,
 * and those are bounded.
 */
#ifndef BUS_MAILBOX_H
#define BUS_MAILBOX_H

#include "core/base.h"

#include <pthread.h>

struct mail {
	void (*fn)(void *owner, struct mail *m);
	struct mail *next; /* the mailbox's, until fn runs */
};

struct mailbox {
	pthread_mutex_t lock;
	struct mail *first, **last;
	int fd;
};

/* E_IO: no descriptor left. */
enum err mailbox_open(struct mailbox *b) MUST_USE;
/* Nobody may post any more; letters not run are forgotten. */
void mailbox_close(struct mailbox *b);

/* Readable while there are letters. */
int mailbox_fd(const struct mailbox *b);

/* Any thread. */
void mailbox_post(struct mailbox *b, struct mail *m);

/* The owner: runs what is there now. True when there was something. */
bool mailbox_run(struct mailbox *b, void *owner);

#endif
