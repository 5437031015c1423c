/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DESK_DESK_TRANSCRIBE_H
#define TOOLS_DESK_DESK_TRANSCRIBE_H
/*
 * desk_transcribe: lets somebody's own recogniser hear the desk's recordings, one at a time.
 *
 * The command reads a WAV file (16 kHz, mono, 16 bits) on its standard input and writes WebVTT, or
 * a plain text, on its standard output.  Nothing of either is kept on disk but the text, sealed.
 */
#include "tools/desk/desk_store.h"

struct transcribe_options {
    const char *command;          /* as of filter_begin */
    const uint8_t (*records)[16]; /* only those, in any version; NULL: all but training records */
    size_t count;
    bool again; /* also recordings that have a transcript: the new one stands beside it */
    const char *why;
    int64_t wall_ms;
    /* Told before each recording, if set: its record, and how many of all were heard before. */
    void (*progress)(const uint8_t record[16], size_t done, size_t all);
    /* Told of each recording with which the recogniser failed, if set. */
    void (*failed)(const struct err *err);
};
struct transcribe_report {
    unsigned made, empty; /* transcripts; recordings in which the recogniser heard nothing */
    unsigned had;         /* recordings that had one */
    unsigned cut;         /* … of which the desk lacks a part: silence stood for it */
    unsigned without;     /* … of which it has no part, or none that this identity opens */
    unsigned closed;      /* records that do not open, whose recordings are not known */
    unsigned failed;      /* … with which the recogniser failed: the others were heard */
    unsigned found;       /* records that were wanted and found */
};
/* A transcript is kept as soon as it is made; after a failure or an interruption the next call goes
 * on with the others. */
MUST_CHECK bool desk_transcribe(struct desk *desk, const uint8_t identity[32],
                                const struct transcribe_options *options,
                                struct transcribe_report *report, struct err *err);

#endif
