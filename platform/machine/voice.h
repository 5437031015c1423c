/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_VOICE_H
#define PLATFORM_MACHINE_VOICE_H
/*
 * voice: writes sound as Opus in Ogg pages (RFC 7845), piece by piece.  Home of libopus and libogg.
 *
 * The rate is constant and silence is not left out, so that the sizes of what is written tell
 * nothing of what was said: every page holds one second and has the same size.
 */
#include "platform/machine/text.h"

enum {
    VOICE_PAGES = 5,   /* pages of a segment, one second each */
    VOICE_LOW = 24000, /* bits a second: voice-only, low */
    VOICE_NORMAL = 48000
};
struct voice_spec {
    int bits; /* VOICE_LOW or VOICE_NORMAL */
    int serial;
    const char *const *tags; /* "NAME=value", ends with NULL; NULL: none.  Borrowed */
};
struct voice;

/* Samples a second that are to be given for these bits. */
int voice_rate(int bits);
MUST_CHECK bool voice_begin(struct voice **voice, const struct voice_spec *spec, struct err *err);
void voice_free(struct voice *voice);
/* Appends the two pages that a file begins with: first of all, and once. */
void voice_head(struct voice *voice, struct buf *out);
/* Takes samples, mono, and appends each page that they complete.  Returns how many pages. */
unsigned voice_put(struct voice *voice, const int16_t *samples, size_t count, struct buf *out);
/* Fills up with silence until the number of pages is a multiple of VOICE_PAGES, and marks the last
 * one as the end.  Without any sound since voice_head: one segment of silence. */
unsigned voice_end(struct voice *voice, struct buf *out);

#endif
