/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_FILE_H
#define PLATFORM_MACHINE_FILE_H
/*
 * file: whole files in and out, folders, and the careful way of putting a file on a stick.
 *
 * Promise: file_write and file_put leave either the whole new file or nothing under the name.
 * Fails:   ERR_ENV with the path; ERR_LIMIT when larger than `most`.
 */
#include <stdbool.h>
#include <stddef.h>

#include "platform/machine/arena.h"
#include "platform/machine/progress.h"

enum { FILE_PRIVATE = 0600, FILE_SHARED = 0644 };

/* Append the file's bytes.  At most `most` bytes; more is ERR_LIMIT.  "-" is standard input. */
MUST_CHECK bool file_read(struct buf *out, const char *path, size_t max, struct err *err);

/* The same of a file on a slow medium, watched: how many bytes of how many.  A plain file only: no
 * link, pipe or device that somebody put on a stick. */
MUST_CHECK bool file_get(struct buf *out, const char *path, size_t max, struct progress *progress,
                         struct err *err);

/* … and no more than its first `len` bytes. */
MUST_CHECK bool file_head(struct buf *out, const char *path, size_t len, struct err *err);

/* Give a file its name, in place of any other, and fsync the folder. */
MUST_CHECK bool file_rename(const char *from, const char *to, struct err *err);
/* Write to the side, fsync, rename, fsync the folder.  With `force` false an existing file is
 * ERR_INPUT.  "-" is standard output. */
MUST_CHECK bool file_write(const char *path, const void *bytes, size_t len, unsigned mode,
                           bool force, struct err *err);

/* The stick protocol: open ~name.part O_EXCL, write, fsync, drop the cache, read back and compare,
 * rename, fsync the folder, syncfs.  Any failed fsync abandons the file; never retried.  Watched,
 * it goes onto the medium MiB by MiB, and counts each byte twice, written and read back; stopped,
 * nothing is left and `err` is ERR_ENV.
 * Source: docs/RECORD.md, batches. */
MUST_CHECK bool file_put(const char *folder, const char *name, const void *bytes, size_t len,
                         struct progress *progress, struct err *err);

bool file_exists(const char *path);
/* Make the folder (and its parents) with `mode`; one that is there is fine. */
MUST_CHECK bool file_folder(const char *path, unsigned mode, struct err *err);
/* Each name in the folder but "." and "..", as the file system gives them; false: no more.  `dir`
 * is the folder, for fstatat.  Nothing of the names stays in memory. */
typedef bool file_seen(void *user, int dir, const char *name);
MUST_CHECK bool file_each(const char *folder, file_seen *each, void *user, struct err *err);
/* Names in the folder that end in `ending`, sorted, owned by the arena.  Dot files left out. */
MUST_CHECK bool file_list(struct arena *arena, const char ***names, size_t *count,
                          const char *folder, const char *ending, struct err *err);
/* Names of the folders in it, sorted, owned by the arena.  Dot folders left out. */
MUST_CHECK bool file_folders(struct arena *arena, const char ***names, size_t *count,
                             const char *folder, struct err *err);
MUST_CHECK bool file_remove(const char *path, struct err *err);

/* The part behind the last '/', and that part without its ending. */
const char *file_name(const char *path);
char *file_stem(struct arena *arena, const char *path);
bool file_ends(const char *path, const char *ending);

/* Bytes of the file; 0 when unknown. */
unsigned long long file_size(const char *path);
/* Free bytes on the file system that holds `path`; 0 when unknown. */
unsigned long long file_free_bytes(const char *path);

/* One program at a time: an exclusive lock on `path`, held until file_unlock or the end. */
MUST_CHECK bool file_lock(int *held, const char *path, struct err *err);
/* The same; while another holds it, wait for at most `ms`. */
MUST_CHECK bool file_lock_wait(int *held, const char *path, int ms, struct err *err);
void file_unlock(int held);

#endif
