/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_STICK_H
#define PLATFORM_MACHINE_STICK_H
/*
 * stick: files of a stick or card that may stop answering at any moment.
 *
 * The same as platform/machine/file.h, each on a thread of its own (platform/machine/task.h): who
 * waits is told how far it is and can say stop, and a medium that hangs then is left behind after
 * STICK_GRACE_MS.  What was left ends by itself when the medium answers again, and puts no half
 * file there.
 *
 * `progress` (NULL: nobody watches, and it is waited for) counts bytes.
 * Fails: as file.h; stopped: ERR_ENV.
 */
#include <stdint.h>

#include "platform/machine/arena.h"
#include "platform/machine/progress.h"

enum { STICK_GRACE_MS = 700, STICK_FILES = 4096 };

struct stick_file {
    const char *name;
    uint64_t size; /* bytes; 0 when unknown */
};
/* As file_list, of plain files only; owned by the arena.  More than STICK_FILES: ERR_LIMIT. */
MUST_CHECK bool stick_list(struct arena *arena, struct stick_file **files, size_t *count,
                           const char *folder, const char *ending, struct progress *progress,
                           struct err *err);
/* Does the folder still answer? */
MUST_CHECK bool stick_is_there(const char *folder, struct progress *progress, struct err *err);
/* Append the bytes of a file of the folder; at most `most`. */
MUST_CHECK bool stick_read(struct buf *out, const char *folder, const char *name, size_t max,
                           struct progress *progress, struct err *err);
/* No more than its first `len` bytes; they are not counted. */
MUST_CHECK bool stick_head(struct buf *out, const char *folder, const char *name, size_t len,
                           struct progress *progress, struct err *err);
/* As file_put; the bytes are taken over. */
MUST_CHECK bool stick_put(const char *folder, const char *name, struct buf *bytes,
                          struct progress *progress, struct err *err);

#endif
