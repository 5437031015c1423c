/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_MEDIA_H
#define PLATFORM_MACHINE_MEDIA_H
/*
 * media: finds the sticks and cards that are plugged in.
 *
 * All are checked at once, each by a background task: one that does not respond hides no other,
 * and delays the caller by at most MEDIA_ANSWER_MS.
 */
#include <stddef.h>

enum { MEDIA_MAX = 16, MEDIA_ANSWER_MS = 2000 };

struct medium {
    char path[256];
    unsigned long long free; /* bytes; 0 when unknown */
};

/* List the readable media mounted below /media, /run/media and /mnt, in mount order; with
 * `fixed`, check only that folder.  Returns their number; *silent (may be NULL) is the number
 * that did not respond. */
size_t media_find(struct medium media[MEDIA_MAX], const char *fixed, size_t *silent);
/* The same from the text of /proc/mounts, which is modified.  `silent` must not be NULL. */
size_t media_read(struct medium media[MEDIA_MAX], char *mounts, size_t *silent);

#endif
