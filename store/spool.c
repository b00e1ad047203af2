/*
 * spool: mails put, taken and set aside.
 */
#include "store/spool_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEFT_MS ((int64_t)24 * 60 * 60 * 1000)

/* ---- how full it is ------------------------------------------------------- */

struct load {
	uint64_t bytes;
	unsigned mails;
};

static bool
add_load(struct looker *l, int folder, struct str name)
{
	struct load *load = l->arg;
	struct stat st;

	if (fstatat(folder, name.p, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return true; /* taken meanwhile */
	load->bytes += (uint64_t)st.st_size;
	return ++load->mails <= SPOOL_MAILS_MAX;
}

static enum err
check_room(const struct folders *f, size_t size)
{
	struct load load = {.bytes = size};
	struct looker l = {.found = add_load, .arg = &load};
	enum err e = look_through(f->parts[PART_NEW], &l);

	if (e == OK &&
	    (load.mails >= SPOOL_MAILS_MAX || load.bytes > SPOOL_BYTES_MAX))
		e = E_LIMIT;
	return e;
}

/* ---- putting --------------------------------------------------------------- */

static enum err
write_all(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno != EINTR)
			return spool_word(errno);
		bytes.p += n > 0 ? n : 0;
		bytes.n -= n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0 ? OK : spool_word(errno);
}

static enum err
write_draft(const struct folders *f, const char *name, struct str mail)
{
	int fd = openat(f->parts[PART_TMP], name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	enum err e = fd < 0 ? spool_word(errno) : write_all(fd, mail);

	if (fd >= 0 && close(fd) != 0 && e == OK)
		e = spool_word(errno);
	return e;
}

static enum err
publish(const struct folders *f, const char *name, size_t size)
{
	enum err e = folders_lock(f);

	if (e != OK)
		return e;
	e = check_room(f, size);
	if (e == OK &&
	    renameat(f->parts[PART_TMP], name, f->parts[PART_NEW], name) != 0)
		e = spool_word(errno);
	folders_unlock(f);
	if (e == OK && fsync(f->parts[PART_NEW]) != 0)
		e = spool_word(errno);
	return e;
}

enum err
spool_put(const struct spool_box *box, struct str mail, int64_t at)
{
	char name[NAME_LENGTH + 1];
	struct folders f;
	enum err e;

	if (mail.n == 0 || mail.n > SPOOL_MAIL_MAX)
		return E_BADINPUT;
	if ((e = name_new(at, name)) != OK ||
	    (e = folders_open(box, true, &f)) != OK)
		return e == E_NOTFOUND ? E_IO : e;
	e = write_draft(&f, name, mail);
	if (e == OK)
		e = publish(&f, name, mail.n);
	if (e != OK)
		(void)unlinkat(f.parts[PART_TMP], name, 0);
	folders_close(&f);
	return e == E_NOTFOUND ? E_IO : e;
}

/* ---- taking ---------------------------------------------------------------- */

/* By its name: who writes it and who looks may have another clock than the
 * disk. */
static bool
remove_if_left(struct looker *l, int folder, struct str name)
{
	const int64_t *now = l->arg;
	int64_t at;

	if (name_read(name, &at) && at < *now - LEFT_MS)
		(void)unlinkat(folder, name.p, 0);
	return true;
}

/* The oldest, with their sizes; one that is taken meanwhile is left out. */
static void
pick(const struct folders *f, const struct listing *list,
    struct spool_entry *out, size_t *n)
{
	size_t room = *n, i;

	*n = 0;
	for (i = 0; i < list->count && *n < room; i++) {
		out[*n] = list->all[i];
		*n += list_size(f->parts[PART_NEW], &out[*n]);
	}
}

enum err
spool_list(const struct spool_box *box, int64_t now, struct arena *a,
    struct spool_entry *out, size_t *n)
{
	struct listing list = {.all = NULL};
	struct looker cleaner = {.found = remove_if_left, .arg = &now};
	struct folders f;
	enum err e = folders_open(box, false, &f);

	if (e != OK) {
		*n = 0;
		return e == E_NOTFOUND ? OK : e;
	}
	e = list_mails(f.parts[PART_NEW], a, &list);
	if (e == OK)
		pick(&f, &list, out, n);
	if (e == OK && f.parts[PART_TMP] >= 0)
		e = look_through(f.parts[PART_TMP], &cleaner);
	free(list.all);
	folders_close(&f);
	return e;
}

static enum err
read_all(int fd, struct buf *out)
{
	struct stat st;
	ssize_t n = 1;
	char *room;
	size_t left;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return E_NOTFOUND;
	if (st.st_size > (off_t)SPOOL_MAIL_MAX)
		return E_BADINPUT;
	for (left = (size_t)st.st_size; left > 0 && n > 0;) {
		room = buf_room(out, left);
		if (room == NULL)
			return E_NOMEM;
		n = read(fd, room, left);
		if (n < 0 && errno != EINTR)
			return E_IO;
		out->len += n > 0 ? (size_t)n : 0;
		left -= n > 0 ? (size_t)n : 0;
		n = n < 0 ? 1 : n;
	}
	return left == 0 ? OK : E_IO;
}

enum err
spool_read(const struct spool_box *box, struct str name, struct buf *out)
{
	char copy[NAME_LENGTH + 1];
	struct folders f;
	enum err e;
	int fd;

	if ((e = name_copy(name, copy)) != OK ||
	    (e = folders_open(box, false, &f)) != OK)
		return e;
	fd = openat(f.parts[PART_NEW], copy,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	e = fd < 0 ? spool_word(errno) : read_all(fd, out);
	if (fd >= 0)
		(void)close(fd);
	folders_close(&f);
	return e;
}

enum err
spool_remove(const struct spool_box *box, struct str name)
{
	char copy[NAME_LENGTH + 1];
	struct folders f;
	enum err e;

	if ((e = name_copy(name, copy)) != OK)
		return e;
	e = folders_open(box, false, &f);
	if (e != OK)
		return e == E_NOTFOUND ? OK : e;
	if (unlinkat(f.parts[PART_NEW], copy, 0) != 0 && errno != ENOENT)
		e = spool_word(errno);
	folders_close(&f);
	return e;
}

/* ---- set aside ------------------------------------------------------------- */

/* The oldest go until the rest is within the limits. */
static enum err
let_go(int folder, unsigned *gone)
{
	struct arena names = {0};
	struct listing list = {.all = NULL};
	enum err e = list_mails(folder, &names, &list);
	uint64_t bytes = 0;
	size_t kept = 0, i;

	for (i = list.count; i > 0 && e == OK; i--) {
		struct spool_entry *entry = &list.all[i - 1];

		if (!list_size(folder, entry))
			continue;
		bytes += entry->size;
		if (++kept > 1 &&
		    (kept > SPOOL_ASIDE_MAX || bytes > SPOOL_ASIDE_BYTES_MAX))
			*gone += unlinkat(folder, entry->name.p, 0) == 0;
	}
	free(list.all);
	arena_free(&names);
	return e;
}

enum err
spool_set_aside(const struct spool_box *box, struct str name,
    enum spool_aside where, unsigned *gone)
{
	static const enum part parts[] = {
	    [SPOOL_REFUSED] = PART_BAD, [SPOOL_AUTOMATIC] = PART_AUTO};
	char copy[NAME_LENGTH + 1];
	struct folders f;
	enum err e;
	int to;

	*gone = 0;
	if ((e = name_copy(name, copy)) != OK ||
	    (e = folders_open(box, true, &f)) != OK)
		return e;
	to = f.parts[parts[where]];
	if (renameat(f.parts[PART_NEW], copy, to, copy) != 0)
		e = spool_word(errno);
	if (e == OK && let_go(to, gone) != OK)
		*gone = 0; /* with the next one */
	folders_close(&f);
	return e;
}
