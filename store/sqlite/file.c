/* file: fsync of things by name. */
#include "store/sqlite/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
