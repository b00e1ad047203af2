/* file: fsync and locks of things by name. */
#include "store/sqlite/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

void
file_directory(const char *path, char *out)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		(void)snprintf(out, FILE_PATH_MAX, ".");
	else if (slash == path)
		(void)snprintf(out, FILE_PATH_MAX, "/");
	else
		(void)snprintf(
		    out, FILE_PATH_MAX, "%.*s", (int)(slash - path), path);
}

enum err
file_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc, error;

	if (fd < 0)
		return E_IO;
	rc = fsync(fd);
	error = errno;
	(void)close(fd);
	if (rc == 0)
		return OK;
	return error == ENOSPC ? E_FULL : E_IO;
}

enum err
file_sync_directory_of(const char *path)
{
	char dir[FILE_PATH_MAX];

	file_directory(path, dir);
	return file_sync(dir);
}

enum err
file_lock_directory_of(const char *path, int *lock)
{
	struct timespec nap = {0, 5000000};
	char dir[FILE_PATH_MAX];
	enum err e;

	file_directory(path, dir);
	*lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock < 0)
		return E_IO;
	for (int ms = 0; ms < FILE_LOCK_MS; ms += 5) {
		if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
			return OK;
		if (errno != EWOULDBLOCK)
			break;
		nanosleep(&nap, NULL);
	}
	e = errno == EWOULDBLOCK ? E_LIMIT : E_IO;
	file_unlock(*lock);
	return e;
}

void
file_unlock(int lock)
{
	(void)close(lock);
}
