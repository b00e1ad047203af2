/*
 * fault_vfs: a file system for SQLite that fails on demand.
 *
 * It stands before the machine's own. One plan at a time: which calls count,
 * the how-many-th fails, with what, once or from then on. Any thread.
 */
#ifndef TESTS_STORE_FAULT_VFS_H
#define TESTS_STORE_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define FAULT_VFS "fault"

enum fault_call {
	FAULT_READ = 1,
	FAULT_WRITE = 2,
	FAULT_SYNC = 4,
	FAULT_TRUNCATE = 8,
	FAULT_OPEN = 16,
	FAULT_DELETE = 32,
	FAULT_MAP = 64, /* the shared index of the log */
	FAULT_ANY = 127,
	FAULT_COPY = 128 /* the lock that a checkpoint takes first */
};

enum fault_file { FAULT_MAIN = 1, FAULT_LOG = 2, FAULT_OTHER = 4 };

struct fault_plan {
	unsigned calls;	  /* enum fault_call, or-ed */
	unsigned files;	  /* enum fault_file, or-ed; 0: all */
	unsigned nth;	  /* 1: the first */
	bool for_ever;	  /* and all that follow */
	int code;	  /* SQLite's */
	bool half;	  /* a write that fails has written its first half */
	unsigned slow_us; /* each counted call takes so long */
};

/* Once a program; before anything of SQLite's. */
void fault_vfs_install(void);

void fault_vfs_plan(const struct fault_plan *plan);
void fault_vfs_clear(void);

/* Calls that the plan has made fail. */
unsigned fault_vfs_hits(void);

/* Has the log been written to since it was last synced? */
bool fault_vfs_log_is_unsynced(void);

#endif
