/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_FILE_H
#define PLATFORM_MACHINE_FILE_H
/*
 * file: reads and writes whole files, lists folders, and writes files to sticks safely.
 *
 * Promise: file_write and file_put leave either the whole new file or nothing under the name.
 * Fails:   ERR_ENV with the path; ERR_LIMIT if a file is larger than the maximum given.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/arena.h"
#include "platform/machine/progress.h"

enum { FILE_PRIVATE = 0600, FILE_SHARED = 0644 };

/* Append the file's bytes.  ERR_LIMIT if there are more than the maximum.  "-" is standard
 * input. */
MUST_CHECK bool file_read(struct buf *out, const char *path, size_t max, struct err *err);

/* The same for a slow disk, with progress in bytes.  Opens regular files only: no links, pipes
 * or devices that somebody put on a stick. */
MUST_CHECK bool file_get(struct buf *out, const char *path, size_t max, struct progress *progress,
                         struct err *err);

/* As file_get, but only the first `len` bytes and without progress. */
MUST_CHECK bool file_head(struct buf *out, const char *path, size_t len, struct err *err);

/* Rename a file, replacing any other of that name, and fsync the folder. */
MUST_CHECK bool file_rename(const char *from, const char *to, struct err *err);
/* Write to a temporary file, fsync, rename, fsync the folder.  If the file exists and `force`
 * is false: ERR_INPUT.  "-" is standard output. */
MUST_CHECK bool file_write(const char *path, const void *bytes, size_t len, unsigned mode,
                           bool force, struct err *err);

/* Append to a file; make it with `mode` if it does not exist.  Not synced: see file_flush. */
MUST_CHECK bool file_append(const char *path, const void *bytes, size_t len, unsigned mode,
                            struct err *err);
/* Write everything of the file system that holds the folder to disk. */
MUST_CHECK bool file_flush(const char *folder, struct err *err);
/* Rename without fsync: for many files between two calls of file_flush. */
MUST_CHECK bool file_move(const char *from, const char *to, struct err *err);

/* Write a file to a stick: open ~name.part with O_EXCL, write, fsync, drop the cache, read back
 * and compare, rename, fsync the folder, syncfs.  After a failed fsync the file is abandoned,
 * never retried.  With `progress`, each MiB is synced before the next, and each byte counts
 * twice: written and read back.  If stopped, nothing is left on the stick and `err` is ERR_ENV.
 * Source: docs/RECORD.md section 5. */
MUST_CHECK bool file_put(const char *folder, const char *name, const void *bytes, size_t len,
                         struct progress *progress, struct err *err);

bool file_exists(const char *path);
/* Make the folder and its parents with `mode`; an existing folder is no error. */
MUST_CHECK bool file_folder(const char *path, unsigned mode, struct err *err);
/* Call `each` for every name in the folder except "." and "..", in file-system order; false
 * stops.  `dir` is the open folder, for fstatat.  No name stays in memory afterwards. */
typedef bool file_seen(void *user, int dir, const char *name);
MUST_CHECK bool file_each(const char *folder, file_seen *each, void *user, struct err *err);
/* List the names that end in `ending` (ASCII case ignored), sorted, owned by the arena.  Names
 * that begin with '.' or '~' are left out. */
MUST_CHECK bool file_list(struct arena *arena, const char ***names, size_t *count,
                          const char *folder, const char *ending, struct err *err);
/* List the folders in it, sorted, owned by the arena.  Names that begin with '.' or '~' are
 * left out. */
MUST_CHECK bool file_folders(struct arena *arena, const char ***names, size_t *count,
                             const char *folder, struct err *err);
MUST_CHECK bool file_remove(const char *path, struct err *err);
/* Remove a folder and all that is in it.  Links are removed, not followed. */
MUST_CHECK bool file_remove_folder(const char *path, struct err *err);

/* file_name: the part after the last '/'. file_stem: that part without its extension.
 * file_ends: true if the path ends in `ending`; ASCII case is ignored. */
const char *file_name(const char *path);
char *file_stem(struct arena *arena, const char *path);
bool file_ends(const char *path, const char *ending);

/* Size of the file in bytes; 0 if unknown. */
unsigned long long file_size(const char *path);
/* Free bytes on the file system that holds `path`; 0 if unknown. */
unsigned long long file_free_bytes(const char *path);

/* Take an exclusive lock on `path`, held until file_unlock or the end of the process.  ERR_ENV
 * if another process holds it. */
MUST_CHECK bool file_lock(int *held, const char *path, struct err *err);
/* The same, but wait up to `ms` if another process holds it. */
MUST_CHECK bool file_lock_wait(int *held, const char *path, int ms, struct err *err);
void file_unlock(int held);

#endif
