/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_MEDIA_H
#define PLATFORM_MACHINE_MEDIA_H
/*
 * media: which sticks and cards are in.
 *
 * Asks the media themselves, all at once: one that hangs hides no other, and holds the caller up
 * for MEDIA_ANSWER_MS (a task: platform/machine/task.h).
 */
#include <stddef.h>

enum { MEDIA_MAX = 16, MEDIA_ANSWER_MS = 2000 };

struct medium {
    char path[256];
    unsigned long long free; /* bytes; 0 when unknown */
};

/* What is mounted where sticks and cards are mounted and may be looked into, in the order of
 * mounting; with `fixed` that folder alone.  Returns how many; `*silent` (may be NULL) others did
 * not answer. */
size_t media_find(struct medium media[MEDIA_MAX], const char *fixed, size_t *silent);
/* The same from the text of /proc/mounts, which is taken apart. */
size_t media_read(struct medium media[MEDIA_MAX], char *mounts, size_t *silent);

#endif
