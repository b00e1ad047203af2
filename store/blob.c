/*
 * blob: a draft, fsync, rename, fsync of every folder above. A name is
 * synced even where it is there already: whoever made it may not have come so
 * far yet.
 */
#include "store/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DRAFT "draft-"
#define HASH_BYTES (BLOB_HASH / 2)

static enum err
word_for(int error)
{
	if (error == ENOSPC || error == EDQUOT)
		return E_FULL;
	return error == ENOMEM ? E_NOMEM : E_IO;
}

/* ---- names ------------------------------------------------------------- */

enum err
blob_folder(const char *path, char **out)
{
	const char *slash = strrchr(path, '/');
	int dir = slash == NULL ? 0 : (int)(slash - path) + 1;

	if (asprintf(out, "%.*sblobs", dir, path) >= 0)
		return OK;
	*out = NULL;
	return E_NOMEM;
}

static enum err
hash_of(struct str bytes, char hash[BLOB_HASH + 1])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(bytes.p, bytes.n, sum, &n, EVP_sha256(), NULL) != 1 ||
	    n != HASH_BYTES)
		return E_NOMEM;
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(hash + i * 2, 3, "%02x", sum[i]);
	return OK;
}

static bool
is_hash(struct str s)
{
	size_t i = 0;

	while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') ||
			      (s.p[i] >= 'a' && s.p[i] <= 'f')))
		i++;
	return s.n == BLOB_HASH && i == s.n;
}

/* The place of a hash, or only its folder. */
static char *
place_of(const char *folder, const char *hash, bool whole)
{
	char *out;
	int n = whole ? asprintf(&out, "%s/%.2s/%.62s", folder, hash, hash + 2)
		      : asprintf(&out, "%s/%.2s", folder, hash);

	return n < 0 ? NULL : out;
}

/* ---- folders ----------------------------------------------------------- */

static enum err
folder_make(const char *name)
{
	return mkdir(name, 0700) == 0 || errno == EEXIST ? OK : word_for(errno);
}

static enum err
folder_sync(const char *name)
{
	int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err e = fd >= 0 && fsync(fd) == 0 ? OK : word_for(errno);

	if (fd >= 0)
		(void)close(fd);
	return e;
}

/* Where `folder` itself is named. */
static enum err
folder_sync_above(const char *folder)
{
	const char *slash = strrchr(folder, '/');
	char *above;
	enum err e;

	if (slash == NULL)
		return folder_sync(".");
	above = strndup(folder, (size_t)(slash - folder) + 1);
	if (above == NULL)
		return E_NOMEM;
	e = folder_sync(above);
	free(above);
	return e;
}

static enum err
folders_sync(const char *folder, const char *part)
{
	enum err e = folder_sync(part);

	if (e == OK)
		e = folder_sync(folder);
	return e == OK ? folder_sync_above(folder) : e;
}

/* ---- writing ----------------------------------------------------------- */

static enum err
write_all(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return word_for(errno);
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return fsync(fd) == 0 ? OK : word_for(errno);
}

/* The lock keeps blob_sweep() of another process away. */
static enum err
draft_write(int fd, const char *draft, struct str bytes, const char *place)
{
	enum err e = flock(fd, LOCK_EX | LOCK_NB) == 0 ? OK : E_IO;

	if (e == OK)
		e = write_all(fd, bytes);
	if (e == OK && rename(draft, place) != 0)
		e = word_for(errno);
	if (e != OK)
		(void)unlink(draft);
	return e;
}

static enum err
blob_write(const char *folder, struct str bytes, const char *place)
{
	char *draft;
	enum err e = E_NOMEM;
	int fd;

	if (asprintf(&draft, "%s/" DRAFT "XXXXXX", folder) < 0)
		return e;
	fd = mkostemp(draft, O_CLOEXEC);
	e = fd < 0 ? word_for(errno) : draft_write(fd, draft, bytes, place);
	if (fd >= 0)
		(void)close(fd);
	free(draft);
	return e;
}

/* Of another size it is what a damaged disk left, and is written anew. */
static bool
is_there(const char *place, size_t size)
{
	struct stat st;

	return lstat(place, &st) == 0 && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_size == size;
}

static enum err
put_at(
    const char *folder, struct str bytes, const char *part, const char *place)
{
	enum err e = folder_make(folder);

	if (e == OK)
		e = folder_make(part);
	if (e == OK && !is_there(place, bytes.n))
		e = blob_write(folder, bytes, place);
	return e == OK ? folders_sync(folder, part) : e;
}

enum err
blob_put(const char *folder, struct str bytes, char hash[BLOB_HASH + 1])
{
	char *part, *place;
	enum err e = hash_of(bytes, hash);

	if (e != OK)
		return e;
	part = place_of(folder, hash, false);
	place = place_of(folder, hash, true);
	e = E_NOMEM;
	if (part != NULL && place != NULL)
		e = put_at(folder, bytes, part, place);
	free(part);
	free(place);
	return e;
}

/* ---- reading ----------------------------------------------------------- */

static enum err
open_at(const char *place, int *out, uint64_t *size)
{
	struct stat st;
	int fd = open(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP ? E_NOTFOUND
							 : word_for(errno);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return E_NOTFOUND;
	}
	*out = fd;
	*size = (uint64_t)st.st_size;
	return OK;
}

enum err
blob_open(const char *folder, struct str hash, int *fd, uint64_t *size)
{
	char *place;
	enum err e;

	if (!is_hash(hash))
		return E_BADINPUT;
	place = place_of(folder, hash.p, true);
	if (place == NULL)
		return E_NOMEM;
	e = open_at(place, fd, size);
	free(place);
	return e;
}

/* ---- drafts that were left --------------------------------------------- */

static void
sweep_one(int dir, const char *name)
{
	int fd = openat(
	    dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)unlinkat(dir, name, 0);
	(void)close(fd);
}

void
blob_sweep(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (strncmp(entry->d_name, DRAFT, sizeof(DRAFT) - 1) == 0)
			sweep_one(dirfd(d), entry->d_name);
	if (d != NULL)
		(void)closedir(d);
}
