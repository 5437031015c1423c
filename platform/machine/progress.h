/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_PROGRESS_H
#define PLATFORM_MACHINE_PROGRESS_H
/* progress: reports and stops long work across threads. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct progress {
    atomic_size_t done, total; /* bytes; total 0 = not known yet */
    atomic_bool stop;          /* request: stop as soon as it is safe */
    atomic_bool stopped;       /* the work has stopped */
    atomic_bool waits;         /* waiting for a medium right now */
};

/* Add to `done`; NULL allowed. */
static inline void progress_add(struct progress *progress, size_t bytes)
{
    if (progress) {
        progress->done += bytes;
    }
}

/* True if a stop was requested; sets `stopped`.  The caller must then end its work. */
static inline bool progress_stopped(struct progress *progress)
{
    if (!progress || !progress->stop) {
        return false;
    }
    progress->stopped = true;
    return true;
}

#endif
