/*
 * fault_vfs: every call goes through strike(), which says whether this is the
 * one. What is not struck goes to the machine's own file system.
 */
#include "tests/store/fault_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define COPY_LOCK 1 /* WAL_CKPT_LOCK in SQLite's words */

struct file {
	sqlite3_file base;
	unsigned kind;	       /* enum fault_file */
	sqlite3_file *machine; /* right behind this struct */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fault_plan plan; /* under lock, as all here */
static unsigned counted, hits;
static bool log_unsynced;
static sqlite3_vfs *machine_vfs;

/* ---- the plan ---------------------------------------------------------- */

void
fault_vfs_plan(const struct fault_plan *p)
{
	pthread_mutex_lock(&lock);
	plan = *p;
	counted = hits = 0;
	pthread_mutex_unlock(&lock);
}

void
fault_vfs_clear(void)
{
	pthread_mutex_lock(&lock);
	plan = (struct fault_plan){0};
	pthread_mutex_unlock(&lock);
}

unsigned
fault_vfs_hits(void)
{
	unsigned n;

	pthread_mutex_lock(&lock);
	n = hits;
	pthread_mutex_unlock(&lock);
	return n;
}

bool
fault_vfs_log_is_unsynced(void)
{
	bool is;

	pthread_mutex_lock(&lock);
	is = log_unsynced;
	pthread_mutex_unlock(&lock);
	return is;
}

static void
note_log(unsigned kind, bool unsynced)
{
	if (kind != FAULT_LOG)
		return;
	pthread_mutex_lock(&lock);
	log_unsynced = unsynced;
	pthread_mutex_unlock(&lock);
}

/* Under the lock. */
static int
strike_locked(unsigned call, unsigned kind, bool *half)
{
	if ((plan.calls & call) == 0)
		return SQLITE_OK;
	if (plan.files != 0 && (plan.files & kind) == 0)
		return SQLITE_OK;
	counted++;
	if (plan.nth == 0 || counted < plan.nth ||
	    (counted > plan.nth && !plan.for_ever))
		return SQLITE_OK;
	hits++;
	*half = plan.half;
	return plan.code;
}

static int
strike(unsigned call, unsigned kind, bool *half)
{
	struct timespec nap = {0, 0};
	bool unused;
	int rc;

	pthread_mutex_lock(&lock);
	rc = strike_locked(call, kind, half != NULL ? half : &unused);
	if ((plan.calls & call) != 0)
		nap.tv_nsec = (long)plan.slow_us * 1000;
	pthread_mutex_unlock(&lock);
	if (nap.tv_nsec > 0)
		nanosleep(&nap, NULL);
	return rc;
}

/* ---- calls on a file --------------------------------------------------- */

#define FILE_OF(f) ((struct file *)(void *)(f))
#define MACHINE(f) (FILE_OF(f)->machine)
#define METHODS(f) (MACHINE(f)->pMethods)

static int
on_close(sqlite3_file *f)
{
	return METHODS(f) != NULL ? METHODS(f)->xClose(MACHINE(f)) : SQLITE_OK;
}

static int
on_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	int rc = strike(FAULT_READ, FILE_OF(f)->kind, NULL);

	return rc != SQLITE_OK ? rc : METHODS(f)->xRead(MACHINE(f), to, n, at);
}

static int
on_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	bool half = false;
	int rc = strike(FAULT_WRITE, FILE_OF(f)->kind, &half);

	note_log(FILE_OF(f)->kind, true);
	if (rc == SQLITE_OK)
		return METHODS(f)->xWrite(MACHINE(f), from, n, at);
	if (half)
		(void)METHODS(f)->xWrite(MACHINE(f), from, n / 2, at);
	return rc;
}

static int
on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc = strike(FAULT_TRUNCATE, FILE_OF(f)->kind, NULL);

	return rc != SQLITE_OK ? rc : METHODS(f)->xTruncate(MACHINE(f), size);
}

static int
on_sync(sqlite3_file *f, int flags)
{
	int rc = strike(FAULT_SYNC, FILE_OF(f)->kind, NULL);

	if (rc == SQLITE_OK)
		rc = METHODS(f)->xSync(MACHINE(f), flags);
	if (rc == SQLITE_OK)
		note_log(FILE_OF(f)->kind, false);
	return rc;
}

static int
on_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return METHODS(f)->xFileSize(MACHINE(f), size);
}

static int
on_lock(sqlite3_file *f, int level)
{
	return METHODS(f)->xLock(MACHINE(f), level);
}

static int
on_unlock(sqlite3_file *f, int level)
{
	return METHODS(f)->xUnlock(MACHINE(f), level);
}

static int
on_check_lock(sqlite3_file *f, int *out)
{
	return METHODS(f)->xCheckReservedLock(MACHINE(f), out);
}

static int
on_control(sqlite3_file *f, int op, void *arg)
{
	return METHODS(f)->xFileControl(MACHINE(f), op, arg);
}

static int
on_sector(sqlite3_file *f)
{
	return METHODS(f)->xSectorSize(MACHINE(f));
}

static int
on_device(sqlite3_file *f)
{
	return METHODS(f)->xDeviceCharacteristics(MACHINE(f));
}

static int
on_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
	int rc = strike(FAULT_MAP, FILE_OF(f)->kind, NULL);

	if (rc != SQLITE_OK)
		return rc;
	return METHODS(f)->xShmMap(MACHINE(f), page, size, extend, out);
}

static int
on_map_lock(sqlite3_file *f, int offset, int n, int flags)
{
	int rc = SQLITE_OK;

	if (offset == COPY_LOCK && n == 1 && (flags & SQLITE_SHM_LOCK) != 0)
		rc = strike(FAULT_COPY, FILE_OF(f)->kind, NULL);
	if (rc != SQLITE_OK)
		return rc;
	return METHODS(f)->xShmLock(MACHINE(f), offset, n, flags);
}

static void
on_map_barrier(sqlite3_file *f)
{
	METHODS(f)->xShmBarrier(MACHINE(f));
}

static int
on_unmap(sqlite3_file *f, int remove_it)
{
	return METHODS(f)->xShmUnmap(MACHINE(f), remove_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_check_lock,
    .xFileControl = on_control,
    .xSectorSize = on_sector,
    .xDeviceCharacteristics = on_device,
    .xShmMap = on_map,
    .xShmLock = on_map_lock,
    .xShmBarrier = on_map_barrier,
    .xShmUnmap = on_unmap,
};

/* ---- calls on the file system ------------------------------------------ */

static unsigned
kind_of(int flags)
{
	if (flags & SQLITE_OPEN_MAIN_DB)
		return FAULT_MAIN;
	return flags & SQLITE_OPEN_WAL ? FAULT_LOG : FAULT_OTHER;
}

static int
on_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags,
    int *flags_out)
{
	struct file *file = FILE_OF(f);
	int rc;

	(void)v;
	file->base.pMethods = NULL;
	file->kind = kind_of(flags);
	file->machine = (sqlite3_file *)(void *)(file + 1);
	file->machine->pMethods = NULL;
	rc = strike(FAULT_OPEN, file->kind, NULL);
	if (rc == SQLITE_OK)
		rc = machine_vfs->xOpen(
		    machine_vfs, name, file->machine, flags, flags_out);
	if (file->machine->pMethods != NULL)
		file->base.pMethods = &methods;
	return rc;
}

static int
on_delete(sqlite3_vfs *v, const char *name, int sync_directory)
{
	int rc = strike(FAULT_DELETE, FAULT_OTHER, NULL);

	(void)v;
	if (rc != SQLITE_OK)
		return rc;
	return machine_vfs->xDelete(machine_vfs, name, sync_directory);
}

static int
on_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	(void)v;
	return machine_vfs->xAccess(machine_vfs, name, flags, out);
}

static int
on_full_path(sqlite3_vfs *v, const char *name, int n, char *out)
{
	(void)v;
	return machine_vfs->xFullPathname(machine_vfs, name, n, out);
}

void
fault_vfs_install(void)
{
	static sqlite3_vfs vfs;

	machine_vfs = sqlite3_vfs_find(NULL);
	vfs = *machine_vfs;
	vfs.zName = FAULT_VFS;
	vfs.szOsFile = (int)sizeof(struct file) + machine_vfs->szOsFile;
	vfs.xOpen = on_open;
	vfs.xDelete = on_delete;
	vfs.xAccess = on_access;
	vfs.xFullPathname = on_full_path;
	(void)sqlite3_vfs_register(&vfs, 0);
}
