/*
 * log_vfs: see log_vfs.h. Files other than the log are the base's own; the
 * wrapped file is followed in memory by the base's.
 */
#include "store/sqlite/log_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

/* SQLite's own VFS takes at most 128 KiB - 1 in one write. */
#define WRITE_BYTES ((size_t)64 << 10)

struct log_file {
	sqlite3_file file; /* what SQLite sees; first */
	char *gathered;
	sqlite3_int64 from; /* where in the log `gathered` begins */
	size_t size;
	sqlite3_file base[]; /* as large as the base wants */
};

struct log_vfs {
	sqlite3_vfs vfs; /* first */
	sqlite3_vfs *base;
	struct log_vfs *next;
	char name[];
};

static struct log_file *
log_of(sqlite3_file *f)
{
	return (struct log_file *)f;
}

static sqlite3_file *
base_of(sqlite3_file *f)
{
	return log_of(f)->base;
}

/* ---- gathering --------------------------------------------------------- */

static int
flush(struct log_file *log)
{
	size_t done = 0;
	int rc = SQLITE_OK;

	while (done < log->size && rc == SQLITE_OK) {
		size_t n = log->size - done;

		if (n > WRITE_BYTES)
			n = WRITE_BYTES;
		rc = log->base->pMethods->xWrite(log->base,
		    log->gathered + done, (int)n,
		    log->from + (sqlite3_int64)done);
		done += n;
	}
	log->size = 0;
	return rc;
}

static int
log_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
	struct log_file *log = log_of(f);
	int rc = SQLITE_OK;

	if (log->size > 0 && (at != log->from + (sqlite3_int64)log->size ||
				 log->size + (size_t)n > LOG_GATHER_BYTES))
		rc = flush(log);
	if (rc != SQLITE_OK)
		return rc;
	if ((size_t)n > LOG_GATHER_BYTES)
		return log->base->pMethods->xWrite(log->base, bytes, n, at);
	if (log->size == 0)
		log->from = at;
	memcpy(log->gathered + log->size, bytes, (size_t)n);
	log->size += (size_t)n;
	return SQLITE_OK;
}

/* ---- the rest flushes first, or only passes on ------------------------- */

/*
 * What is still gathered was never committed; by now another process may have
 * put its own commit in that place.
 */
static int
log_close(sqlite3_file *f)
{
	struct log_file *log = log_of(f);
	int rc = log->base->pMethods->xClose(log->base);

	sqlite3_free(log->gathered);
	log->gathered = NULL;
	return rc;
}

static int
log_read(sqlite3_file *f, void *bytes, int n, sqlite3_int64 at)
{
	int rc = flush(log_of(f));

	if (rc != SQLITE_OK)
		return rc;
	return base_of(f)->pMethods->xRead(base_of(f), bytes, n, at);
}

static int
log_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = flush(log_of(f));

	if (rc != SQLITE_OK)
		return rc;
	return base_of(f)->pMethods->xTruncate(base_of(f), size);
}

static int
log_sync(sqlite3_file *f, int flags)
{
	int rc = flush(log_of(f));

	if (rc != SQLITE_OK)
		return rc;
	return base_of(f)->pMethods->xSync(base_of(f), flags);
}

static int
log_size(sqlite3_file *f, sqlite3_int64 *size)
{
	int rc = flush(log_of(f));

	if (rc != SQLITE_OK)
		return rc;
	return base_of(f)->pMethods->xFileSize(base_of(f), size);
}

static int
log_lock(sqlite3_file *f, int level)
{
	return base_of(f)->pMethods->xLock(base_of(f), level);
}

static int
log_unlock(sqlite3_file *f, int level)
{
	return base_of(f)->pMethods->xUnlock(base_of(f), level);
}

static int
log_check_lock(sqlite3_file *f, int *reserved)
{
	return base_of(f)->pMethods->xCheckReservedLock(base_of(f), reserved);
}

static int
log_control(sqlite3_file *f, int what, void *arg)
{
	return base_of(f)->pMethods->xFileControl(base_of(f), what, arg);
}

static int
log_sector_size(sqlite3_file *f)
{
	return base_of(f)->pMethods->xSectorSize(base_of(f));
}

static int
log_characteristics(sqlite3_file *f)
{
	return base_of(f)->pMethods->xDeviceCharacteristics(base_of(f));
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_check_lock,
    .xFileControl = log_control,
    .xSectorSize = log_sector_size,
    .xDeviceCharacteristics = log_characteristics,
};

/* ---- the VFS ----------------------------------------------------------- */

static int
open_log(sqlite3_vfs *base, const char *path, sqlite3_file *f, int flags,
    int *flags_out)
{
	struct log_file *log = log_of(f);
	int rc;

	log->file.pMethods = NULL;
	log->gathered = sqlite3_malloc(LOG_GATHER_BYTES);
	if (log->gathered == NULL)
		return SQLITE_NOMEM;
	log->size = 0;
	rc = base->xOpen(base, path, log->base, flags, flags_out);
	if (log->base->pMethods != NULL) {
		log->file.pMethods = &log_methods; /* close will be called */
		return rc;
	}
	sqlite3_free(log->gathered);
	return rc;
}

static int
vfs_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags,
    int *flags_out)
{
	sqlite3_vfs *base = ((struct log_vfs *)v)->base;

	if (flags & SQLITE_OPEN_WAL)
		return open_log(base, path, f, flags, flags_out);
	return base->xOpen(base, path, f, flags, flags_out);
}

/* Everything but xOpen is the base's, called with the base. */
static struct log_vfs *
vfs_new(sqlite3_vfs *base)
{
	const char *prefix = "log-over-";
	size_t size = strlen(prefix) + strlen(base->zName) + 1;
	struct log_vfs *v = calloc(1, sizeof(*v) + size);

	if (v == NULL)
		return NULL;
	snprintf(v->name, size, "%s%s", prefix, base->zName);
	v->base = base;
	v->vfs = *base;
	v->vfs.pNext = NULL;
	v->vfs.zName = v->name;
	v->vfs.szOsFile = (int)sizeof(struct log_file) + base->szOsFile;
	v->vfs.xOpen = vfs_open;
	return v;
}

enum err
log_vfs_over(const char *base_name, const char **name)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct log_vfs *all; /* registered with SQLite for ever */
	sqlite3_vfs *base = sqlite3_vfs_find(base_name);
	struct log_vfs *v;
	enum err e = OK;

	if (base == NULL)
		return E_NOTFOUND;
	pthread_mutex_lock(&lock);
	for (v = all; v != NULL && v->base != base; v = v->next)
		;
	if (v == NULL) {
		v = vfs_new(base);
		if (v == NULL ||
		    sqlite3_vfs_register(&v->vfs, 0) != SQLITE_OK) {
			e = E_NOMEM;
			free(v);
			goto done;
		}
		v->next = all;
		all = v;
	}
	*name = v->name;
done:
	pthread_mutex_unlock(&lock);
	return e;
}
