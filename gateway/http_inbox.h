/*
 * http_inbox: things that many threads hand to one, without a lock.
 *
 *	inbox_put(&in, &task);          any thread; never blocks
 *	poll(... in.wake_fd ...)        the owner sleeps on this
 *	for (t = inbox_take(&in); ...)  the owner; in the order they were put
 *
 * A task is a member of what is handed over, so nothing is allocated. It may
 * be put again only after the owner has taken it. Only the first task after a
 * taking costs a system call.
 */
#ifndef GATEWAY_HTTP_INBOX_H
#define GATEWAY_HTTP_INBOX_H

#include "core/base.h"

#include <stdatomic.h>

struct worker;

struct task {
	struct task *next;
	void (*run)(struct worker *w, struct task *t);
};

struct inbox {
	int wake_fd;
	_Atomic(struct task *) newest;
	_Atomic unsigned putting; /* threads inside inbox_put() */
};

enum err inbox_open(struct inbox *in) MUST_USE; /* E_IO: no descriptor */
void inbox_close(struct inbox *in);

void inbox_put(struct inbox *in, struct task *t);
/* Wakes the owner without a task. */
void inbox_wake(struct inbox *in);
/* Everything since the last time, as a list; NULL: nothing. */
struct task *inbox_take(struct inbox *in);
/*
 * Waits until no thread is inside inbox_put() any more: after what it put has
 * been taken, such a thread may still be about to wake the owner. To be asked
 * before inbox_close(), when nobody can come to put anything more.
 */
void inbox_wait(const struct inbox *in);

#endif
