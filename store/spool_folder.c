/*
 * spool_folder: where the mails of the spool are. A mail's name is the time it
 * was put, in digits that sort, and what makes it unique; whatever else lies in
 * the folders is people's and is left alone.
 */
#include "store/spool_inner.h"

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

#define LOCK_STEP_NS 2000000
#define LOCK_STEPS 5000 /* 10 s */

enum err
spool_word(int error)
{
	if (error == ENOSPC || error == EDQUOT)
		return E_FULL;
	if (error == ENOENT)
		return E_NOTFOUND;
	return error == ENOMEM ? E_NOMEM : E_IO;
}

/* ---- folders ------------------------------------------------------------- */

static const char *const part_names[PARTS] = {"tmp", "new", "bad", "auto"};

void
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
		return spool_word(errno);
	*out = openat(
	    above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*out < 0)
		return spool_word(errno);
	return make && fsync(above) != 0 ? spool_word(errno) : OK;
}

/* E_NOTFOUND: it is not there, and was not to be made. */
static enum err
walk(const struct spool_box *box, bool make, int *out)
{
	char company[64], account[64];
	const char *const names[] = {SPOOL_ROOT, company, account};
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

enum err
folders_open(const struct spool_box *box, bool make, struct folders *f)
{
	enum err e = E_BADINPUT;
	size_t i;

	*f = (struct folders){-1, {-1, -1, -1, -1}};
	if (company_key_valid(box->company) && company_key_valid(box->account))
		e = walk(box, make, &f->account);
	for (i = 0; i < PARTS && e == OK; i++) {
		e = enter(f->account, part_names[i], make, &f->parts[i]);
		if (e == E_NOTFOUND && i != PART_NEW)
			e = OK; /* whoever writes there makes it */
	}
	if (e != OK)
		folders_close(f);
	return e;
}

enum err
folders_lock(const struct folders *f)
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

void
folders_unlock(const struct folders *f)
{
	(void)flock(f->account, LOCK_UN);
}

/* ---- names --------------------------------------------------------------- */

enum err
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

bool
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

enum err
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

enum err
look_through(int folder, struct looker *l)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	bool more = true;

	if (d == NULL) {
		l->e = spool_word(errno);
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

enum err
list_mails(int folder, struct arena *a, struct listing *out)
{
	struct looker l = {.found = add_entry, .arg = out};
	enum err e;

	*out = (struct listing){.arena = a};
	out->all = calloc(SPOOL_MAILS_MAX, sizeof(*out->all));
	e = out->all == NULL ? E_NOMEM : look_through(folder, &l);
	if (e == OK)
		qsort(out->all, out->count, sizeof(*out->all), older);
	return e;
}

bool
list_size(int folder, struct spool_entry *entry)
{
	struct stat st;

	if (fstatat(folder, entry->name.p, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	entry->size = (uint64_t)st.st_size;
	return true;
}
