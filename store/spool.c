/*
 * spool: folders and names. A mail's name is the time it was put, in digits
 * that sort, and what makes it unique; whatever else lies in the folders is
 * people's and is left alone.
 */
#include "store/spool.h"

#include "core/company.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROOT "mail-in"
/* 0001795287905394-1f3a9c02d4e5b687.mail */
#define AT_DIGITS 16u
#define RANDOM_DIGITS 16u
#define SUFFIX ".mail"
#define NAME_LENGTH (AT_DIGITS + 1 + RANDOM_DIGITS + sizeof(SUFFIX) - 1)
#define AT_MAX INT64_C(9999999999999999)

#define LEFT_S (24 * 60 * 60)
#define LOCK_STEP_NS 2000000
#define LOCK_STEPS 5000 /* 10 s */

static enum err
word_for(int error)
{
	if (error == ENOSPC || error == EDQUOT)
		return E_FULL;
	if (error == ENOENT)
		return E_NOTFOUND;
	return error == ENOMEM ? E_NOMEM : E_IO;
}

/* ---- folders ------------------------------------------------------------- */

enum part { PART_TMP, PART_NEW, PART_BAD, PARTS };

static const char *const part_names[PARTS] = {"tmp", "new", "bad"};

/* An account's, open; -1: not. */
struct folders {
	int account, parts[PARTS];
};

static void
folders_close(struct folders *f)
{
	size_t i;

	for (i = 0; i < PARTS; i++)
		if (f->parts[i] >= 0)
			(void)close(f->parts[i]);
	if (f->account >= 0)
		(void)close(f->account);
}

/*
 * A folder below another. Where it may be made the name is synced even if it
 * was there: whoever made it may not have come so far yet.
 */
static enum err
enter(int above, const char *name, bool make, int *out)
{
	if (make && mkdirat(above, name, 0700) != 0 && errno != EEXIST)
		return word_for(errno);
	*out = openat(
	    above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*out < 0)
		return word_for(errno);
	return make && fsync(above) != 0 ? word_for(errno) : OK;
}

/* E_NOTFOUND: it is not there, and was not to be made. */
static enum err
walk(const struct spool_box *box, bool make, int *out)
{
	char company[64], account[64];
	const char *const names[] = {ROOT, company, account};
	int at = open(box->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), below;
	enum err e = at < 0 ? E_IO : OK;
	size_t i;

	(void)snprintf(company, sizeof(company), "%.*s", STR_FMT(box->company));
	(void)snprintf(account, sizeof(account), "%.*s", STR_FMT(box->account));
	for (i = 0; i < ARRAY_LEN(names) && e == OK; i++) {
		below = -1;
		e = enter(at, names[i], make, &below);
		(void)close(at);
		at = below;
	}
	if (e != OK && at >= 0) {
		(void)close(at);
		at = -1;
	}
	*out = at;
	return e;
}

static enum err
folders_open(const struct spool_box *box, bool make, struct folders *f)
{
	enum err e = E_BADINPUT;
	size_t i;

	*f = (struct folders){-1, {-1, -1, -1}};
	if (company_key_valid(box->company) && company_key_valid(box->account))
		e = walk(box, make, &f->account);
	for (i = 0; i < PARTS && e == OK; i++)
		e = enter(f->account, part_names[i], make, &f->parts[i]);
	if (e != OK)
		folders_close(f);
	return e;
}

/* ---- names --------------------------------------------------------------- */

static enum err
name_new(int64_t at, char out[NAME_LENGTH + 1])
{
	uint64_t bits;

	if (at < 0 || at > AT_MAX)
		return E_BADINPUT;
	if (getrandom(&bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
		return E_IO;
	(void)snprintf(out, NAME_LENGTH + 1, "%016llu-%016llx" SUFFIX,
	    (unsigned long long)at, (unsigned long long)bits);
	return OK;
}

static bool
name_read(struct str name, int64_t *at)
{
	size_t digits = 0, i;
	uint64_t n = 0;

	if (name.n != NAME_LENGTH ||
	    !str_to_u64((struct str){name.p, AT_DIGITS}, AT_MAX, &n) ||
	    name.p[AT_DIGITS] != '-')
		return false;
	for (i = 0; i < RANDOM_DIGITS; i++)
		digits += memchr("0123456789abcdef", name.p[AT_DIGITS + 1 + i],
			      16) != NULL;
	*at = (int64_t)n;
	return digits == RANDOM_DIGITS &&
	       memcmp(name.p + NAME_LENGTH - sizeof(SUFFIX) + 1, SUFFIX,
		   sizeof(SUFFIX) - 1) == 0;
}

/* A name that we gave, NUL behind it. */
static enum err
name_copy(struct str name, char out[NAME_LENGTH + 1])
{
	int64_t at;

	if (!name_read(name, &at))
		return E_BADINPUT;
	memcpy(out, name.p, NAME_LENGTH);
	out[NAME_LENGTH] = '\0';
	return OK;
}

/* ---- looking through a folder -------------------------------------------- */

/* False ends it; e is what it all comes to. */
struct looker {
	bool (*found)(struct looker *l, int folder, struct str name);
	void *arg;
	enum err e;
};

static enum err
look_through(int folder, struct looker *l)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	bool more = true;

	if (d == NULL) {
		l->e = word_for(errno);
		if (copy >= 0)
			(void)close(copy);
		return l->e;
	}
	l->e = OK;
	while (more && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			more = l->found(l, folder, str_from(entry->d_name));
	(void)closedir(d);
	return l->e;
}

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

	if (e == OK)
		e = look_through(f->parts[PART_BAD], &l);
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
			return word_for(errno);
		bytes.p += n > 0 ? n : 0;
		bytes.n -= n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0 ? OK : word_for(errno);
}

static enum err
write_draft(const struct folders *f, const char *name, struct str mail)
{
	int fd = openat(f->parts[PART_TMP], name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	enum err e = fd < 0 ? word_for(errno) : write_all(fd, mail);

	if (fd >= 0 && close(fd) != 0 && e == OK)
		e = word_for(errno);
	return e;
}

/* Who counts and then adds must be alone. */
static enum err
lock(const struct folders *f)
{
	const struct timespec step = {.tv_nsec = LOCK_STEP_NS};
	unsigned i;

	for (i = 0; i < LOCK_STEPS; i++) {
		if (flock(f->account, LOCK_EX | LOCK_NB) == 0)
			return OK;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return E_IO;
		nanosleep(&step, NULL);
	}
	return E_LIMIT;
}

static enum err
publish(const struct folders *f, const char *name, size_t size)
{
	enum err e = lock(f);

	if (e != OK)
		return e;
	e = check_room(f, size);
	if (e == OK &&
	    renameat(f->parts[PART_TMP], name, f->parts[PART_NEW], name) != 0)
		e = word_for(errno);
	(void)flock(f->account, LOCK_UN);
	if (e == OK && fsync(f->parts[PART_NEW]) != 0)
		e = word_for(errno);
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

struct listing {
	struct arena *arena;
	struct spool_entry *all;
	size_t count;
};

static bool
add_entry(struct looker *l, int folder, struct str name)
{
	struct listing *list = l->arg;
	struct spool_entry *entry = &list->all[list->count];

	(void)folder;
	if (!name_read(name, &entry->at))
		return true;
	entry->name = arena_copy(list->arena, name);
	l->e = entry->name.p == NULL ? E_NOMEM : OK;
	list->count++;
	return l->e == OK && list->count < SPOOL_MAILS_MAX;
}

static int
older(const void *a, const void *b)
{
	const struct spool_entry *x = a, *y = b;

	return strcmp(x->name.p, y->name.p);
}

static bool
remove_if_left(struct looker *l, int folder, struct str name)
{
	const int64_t *now = l->arg;
	struct stat st;

	if (fstatat(folder, name.p, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_mtime < *now / 1000 - LEFT_S)
		(void)unlinkat(folder, name.p, 0);
	return true;
}

/* The oldest, with their sizes; one that is taken meanwhile is left out. */
static void
pick(const struct folders *f, struct listing *list, struct spool_entry *out,
    size_t *n)
{
	size_t room = *n, i;
	struct stat st;

	qsort(list->all, list->count, sizeof(*list->all), older);
	*n = 0;
	for (i = 0; i < list->count && *n < room; i++) {
		if (fstatat(f->parts[PART_NEW], list->all[i].name.p, &st,
			AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		out[*n] = list->all[i];
		out[(*n)++].size = (uint64_t)st.st_size;
	}
}

enum err
spool_list(const struct spool_box *box, int64_t now, struct arena *a,
    struct spool_entry *out, size_t *n)
{
	struct listing list = {.arena = a};
	struct looker lister = {.found = add_entry, .arg = &list};
	struct looker cleaner = {.found = remove_if_left, .arg = &now};
	struct folders f;
	enum err e = folders_open(box, false, &f);

	if (e != OK) {
		*n = 0;
		return e == E_NOTFOUND ? OK : e;
	}
	list.all = calloc(SPOOL_MAILS_MAX, sizeof(*list.all));
	e = list.all == NULL ? E_NOMEM
			     : look_through(f.parts[PART_NEW], &lister);
	if (e == OK)
		pick(&f, &list, out, n);
	if (e == OK)
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
	e = fd < 0 ? word_for(errno) : read_all(fd, out);
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
		e = word_for(errno);
	folders_close(&f);
	return e;
}

enum err
spool_set_aside(const struct spool_box *box, struct str name)
{
	char copy[NAME_LENGTH + 1];
	struct folders f;
	enum err e;

	if ((e = name_copy(name, copy)) != OK ||
	    (e = folders_open(box, false, &f)) != OK)
		return e;
	if (renameat(f.parts[PART_NEW], copy, f.parts[PART_BAD], copy) != 0)
		e = word_for(errno);
	folders_close(&f);
	return e;
}
