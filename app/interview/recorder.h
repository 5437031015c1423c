/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_INTERVIEW_RECORDER_H
#define APP_INTERVIEW_RECORDER_H
/*
 * recorder: from the microphone to sealed parts, on a thread of its own.
 *
 * It goes on while the screen draws, waits or is locked.  What is heard leaves memory only sealed:
 * a part every five seconds, by the writer.  Whether it may hear at all is the caller's matter.
 */
#include "app/interview/writer.h"
#include "platform/custody/recording.h"

struct recorder;
enum recorder_state {
    RECORDER_RUNS,
    RECORDER_PAUSED,
    RECORDER_FULL,  /* at its limit (four hours, or two at VOICE_NORMAL): begin another one */
    RECORDER_FAILED /* the medium or the microphone: `err` says why; what was sealed stays */
};
struct recorder_now {
    enum recorder_state state;
    int64_t ms;   /* heard, without pauses */
    int level;    /* 0 to 100: the loudest of the last moment */
    bool silent;  /* nothing was heard for ten seconds, or nothing came */
    bool clipped; /* too loud within the last two seconds */
    struct err err;
};
/* Begins a recording of the writer's draft.  ERR_ENV: there is no microphone.  The microphone is
 * opened first: without one there is no recording.  `review`: recording_let_review. */
MUST_CHECK bool recorder_begin(struct recorder **recorder, struct writer *writer, int bits,
                               bool review, int64_t wall_ms, struct err *err);
const uint8_t *recorder_id(const struct recorder *recorder); /* of the recording, 16 bytes */
int recorder_bits(const struct recorder *recorder);          /* a second */
/* While it pauses nothing is kept of what is heard. */
void recorder_pause(struct recorder *recorder, bool pause);
struct recorder_now recorder_look(struct recorder *recorder);
/* Stops at once, seals what was heard, closes the recording and frees the recorder.  *ms: how long
 * it is. */
MUST_CHECK bool recorder_end(struct recorder *recorder, int64_t *ms, struct err *err);

#ifdef SUHBAT_TEST
enum { RECORDER_SEALED = 256 };
extern double recorder_sealed_ms[RECORDER_SEALED]; /* how long each part took, of the last ones */
extern unsigned recorder_sealed_count;
#endif

#endif
