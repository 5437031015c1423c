/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_STICK_H
#define PLATFORM_MACHINE_STICK_H
/*
 * stick: files on a stick or card that may stop responding at any moment.
 *
 * The operations of platform/machine/file.h, each as a background task (platform/machine/task.h).
 * The caller sees the progress and can stop: a medium that does not respond is then abandoned after
 * STICK_GRACE_MS. An abandoned task ends when the medium responds again; it leaves no partial
 * file.
 *
 * `progress` counts bytes; with NULL the call waits until the medium responds.
 * Fails: as file.h; ERR_ENV if stopped.
 */
#include <stdint.h>

#include "platform/machine/arena.h"
#include "platform/machine/progress.h"

enum { STICK_GRACE_MS = 700, STICK_FILES = 4096 };

struct stick_file {
    const char *name;
    uint64_t size; /* bytes; 0 when unknown */
};
/* As file_list, but only regular files, with their sizes; owned by the arena.  ERR_LIMIT: more
 * than STICK_FILES. */
MUST_CHECK bool stick_list(struct arena *arena, struct stick_file **files, size_t *count,
                           const char *folder, const char *ending, struct progress *progress,
                           struct err *err);
/* True if the folder can still be read. */
MUST_CHECK bool stick_is_there(const char *folder, struct progress *progress, struct err *err);
/* As file_get: append the bytes of a file in the folder.  ERR_LIMIT if there are more than the
 * maximum. */
MUST_CHECK bool stick_read(struct buf *out, const char *folder, const char *name, size_t max,
                           struct progress *progress, struct err *err);
/* Append only the first `len` bytes; progress does not count them. */
MUST_CHECK bool stick_head(struct buf *out, const char *folder, const char *name, size_t len,
                           struct progress *progress, struct err *err);
/* As file_put; takes ownership of `bytes` and empties it. */
MUST_CHECK bool stick_put(const char *folder, const char *name, struct buf *bytes,
                          struct progress *progress, struct err *err);

#endif
