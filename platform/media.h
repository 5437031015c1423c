/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MEDIA_H
#define PLATFORM_MEDIA_H
/*
 * media: which sticks and cards are in.
 *
 * Asks the media themselves: one that hangs holds the caller up (platform/errand.h).
 */
#include <stddef.h>

enum { MEDIA_MAX = 16 };

struct medium {
    char path[256];
    unsigned long long free; /* bytes; 0 when unknown */
};

/* What is mounted where sticks and cards are mounted and may be looked into, in the order of
 * mounting; with `fixed` that folder alone.  Returns how many. */
size_t media_find(struct medium media[MEDIA_MAX], const char *fixed);

#endif
