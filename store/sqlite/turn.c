/*
 * turn: locks on single bytes, of the kind that belongs to the open file (two
 * stores in one process exclude each other too, and closing some other
 * descriptor drops nothing).
 */
#include "store/sqlite/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define YIELD_NAP_NS 50000L

enum byte { COPYING, WAITING, LEADING }; /* and one a role after it */

static struct flock
lock_of(unsigned which, short type)
{
	return (struct flock){.l_type = type,
	    .l_whence = SEEK_SET,
	    .l_start = (off_t)which,
	    .l_len = 1};
}

static bool
set(struct turn *t, unsigned which, short type)
{
	struct flock lock = lock_of(which, type);

	return fcntl(t->file, F_OFD_SETLK, &lock) == 0;
}

enum err
turn_open(struct turn *t, const char *path)
{
	char *name;

	*t = (struct turn){.file = -1};
	if (asprintf(&name, "%s-turn", path) < 0)
		return E_NOMEM;
	t->file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
	free(name);
	return t->file < 0 ? E_IO : OK;
}

void
turn_close(struct turn *t)
{
	if (t->file >= 0)
		(void)close(t->file);
	t->file = -1;
}

bool
turn_copy_begin(struct turn *t)
{
	return set(t, COPYING, F_WRLCK);
}

void
turn_copy_end(struct turn *t)
{
	(void)set(t, COPYING, F_UNLCK);
}

enum err
turn_lead(struct turn *t, unsigned role)
{
	if (set(t, LEADING + role, F_WRLCK))
		return OK;
	return errno == EAGAIN || errno == EACCES ? E_CLAIMED : E_IO;
}

void
turn_wait_begin(struct turn *t)
{
	t->waiting = set(t, WAITING, F_RDLCK);
}

void
turn_wait_end(struct turn *t)
{
	if (t->waiting)
		(void)set(t, WAITING, F_UNLCK);
	t->waiting = false;
}

static bool
somebody_waits(const struct turn *t)
{
	struct flock lock = lock_of(WAITING, F_WRLCK);

	return fcntl(t->file, F_OFD_GETLK, &lock) == 0 &&
	       lock.l_type != F_UNLCK;
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
turn_yield(const struct turn *t)
{
	struct timespec nap = {0, YIELD_NAP_NS};
	int64_t until;

	if (!somebody_waits(t))
		return;
	until = now_ms() + TURN_YIELD_MS;
	do
		nanosleep(&nap, NULL);
	while (somebody_waits(t) && now_ms() < until);
}
