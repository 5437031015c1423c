/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_PROGRESS_H
#define PLATFORM_MACHINE_PROGRESS_H
/* progress: how far a long piece of work has come, told and stopped across threads. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct progress {
    atomic_size_t done, total; /* bytes; total 0: not known yet */
    atomic_bool stop;    /* somebody does not want to wait: end as soon as that costs nothing */
    atomic_bool stopped; /* and so it did */
    atomic_bool waits;   /* for a medium, at this moment */
};

/* NULL: nobody is watching. */
static inline void progress_add(struct progress *progress, size_t bytes)
{
    if (progress) {
        progress->done += bytes;
    }
}

/* Is it to end?  Who asks and hears so ends. */
static inline bool progress_stopped(struct progress *progress)
{
    if (!progress || !progress->stop) {
        return false;
    }
    progress->stopped = true;
    return true;
}

#endif
