/*
 * spool_weigh: how much is in all spools. It only looks, so any process may.
 */
#include "store/spool_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* One account. */
struct load {
	struct spool_weight *all;
	uint64_t mails, bytes;
};

static bool
add_waiting(struct looker *l, int folder, struct str name)
{
	struct load *load = l->arg;
	struct spool_weight *all = load->all;
	struct stat st;
	int64_t at;

	if (!name_read(name, &at) ||
	    fstatat(folder, name.p, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return true;
	load->mails++;
	load->bytes += (uint64_t)st.st_size;
	all->waiting++;
	if (all->oldest == 0 || at < all->oldest)
		all->oldest = at;
	return true;
}

static bool
add_aside(struct looker *l, int folder, struct str name)
{
	struct load *load = l->arg;
	int64_t at;

	(void)folder;
	load->all->aside += name_read(name, &at);
	return true;
}

static const struct {
	const char *name;
	bool (*found)(struct looker *l, int folder, struct str name);
} parts[] = {{"new", add_waiting}, {"bad", add_aside}, {"auto", add_aside}};

/* Whatever of it is missing is empty. */
static enum err
look_below(int folder, const char *name, struct looker *l)
{
	int below = openat(
	    folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	enum err e;

	if (below < 0)
		return errno == ENOENT || errno == ENOTDIR ? OK
							   : spool_word(errno);
	e = look_through(below, l);
	(void)close(below);
	return e;
}

static bool
add_account(struct looker *l, int folder, struct str name)
{
	struct load load = {.all = l->arg};
	struct looker in = {.arg = &load};
	char path[64];
	size_t i;

	for (i = 0; i < ARRAY_LEN(parts) && l->e == OK; i++) {
		int n = snprintf(path, sizeof(path), "%.*s/%s", STR_FMT(name),
		    parts[i].name);

		in.found = parts[i].found;
		if (n > 0 && (size_t)n < sizeof(path))
			l->e = look_below(folder, path, &in);
	}
	load.all->full += load.mails >= SPOOL_NEARLY(SPOOL_MAILS_MAX) ||
			  load.bytes >= SPOOL_NEARLY(SPOOL_BYTES_MAX);
	return l->e == OK;
}

static bool
add_company(struct looker *l, int folder, struct str name)
{
	struct looker in = {.found = add_account, .arg = l->arg};

	l->e = look_below(folder, name.p, &in);
	return l->e == OK;
}

enum err
spool_weigh(const char *data_dir, struct spool_weight *out)
{
	struct looker l = {.found = add_company, .arg = out};
	int root = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e;

	*out = (struct spool_weight){0};
	if (root < 0)
		return E_IO;
	e = look_below(root, SPOOL_ROOT, &l);
	(void)close(root);
	return e;
}
