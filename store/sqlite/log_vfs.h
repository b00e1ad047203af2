/*
 * log_vfs: lets a transaction reach the log in few writes.
 *
 * SQLite writes each page to the write-ahead log in two pieces, a header of
 * 24 bytes and the page. A group of many events so costs hundreds of system
 * calls. This VFS stands before another one and gathers what follows on in
 * the log; it goes out in one write when the log is synced, read, measured or
 * cut, or when LOG_GATHER_BYTES have come together. Only the writer opens its
 * files through it. Others read only what a commit has made visible, which
 * with synchronous = FULL is after the sync, so nobody can miss what is
 * gathered.
 *
 * What a failed transaction has gathered must not go out after its lock is
 * given up: the connection is closed then, which drops it.
 *
 * A write that fails is told at the sync instead: the commit fails the same.
 */
#ifndef STORE_SQLITE_LOG_VFS_H
#define STORE_SQLITE_LOG_VFS_H

#include "core/base.h"

#define LOG_GATHER_BYTES (1u << 20)

/*
 * Makes sure it stands before the VFS named `base` (NULL: the default); its
 * name in *name, valid for ever. E_NOMEM; E_NOTFOUND: no such VFS.
 */
enum err log_vfs_over(const char *base, const char **name) MUST_USE;

#endif
