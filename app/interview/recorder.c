/* SPDX-License-Identifier: Apache-2.0 */
/* Takes samples from the microphone, encodes them, has each full part sealed. */
#include "app/interview/recorder.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/machine/clock.h"
#include "platform/machine/microphone.h"
#include "platform/machine/secret.h"
#include "platform/machine/voice.h"

enum {
    SAMPLES = 4800, /* taken at a time: a tenth of a second or more */
    STEP_MS = 40,
    SILENT_MS = 10000,
    CLIPPED_MS = 2000,
    QUIET = 160, /* of 32767: below it nothing was said */
    LOUD = 32700,
    PERCENT = 100,
    LOUDEST = 32767,
    SECOND = 1000
};

struct recorder {
    pthread_t thread;
    struct writer *writer;
    struct microphone *microphone;
    struct recording *recording;
    struct voice *voice;
    int rate, bits;  /* a second: samples, of the voice */
    struct buf part; /* pages that are not yet a part */
    unsigned pages;  /* in it */
    int16_t samples[SAMPLES];
    atomic_bool stop;
    /* told to others: */
    pthread_mutex_t mutex;
    enum recorder_state state;
    int64_t heard, quiet_from, clipped_until; /* samples */
    int64_t came;                             /* monotonic ms: when the last of them came */
    int level;
    struct err err;
};

/* ---- on the writer's thread ---- */

struct beginning {
    struct recorder *recorder;
    struct device_draft draft;
    int bits;
    bool review;
    int64_t wall_ms;
    uint8_t id[16]; /* of a recording that was begun in vain */
};

static bool begin_job(struct device *device, void *arg, struct err *err)
{
    const struct beginning *b = arg;
    struct recording **recording = &b->recorder->recording;
    bool ok = recording_begin(recording, device, &b->draft, (uint32_t)b->bits, b->wall_ms, err);
    if (ok && b->review && !recording_let_review(*recording, err)) {
        (void)!recording_close(*recording, NULL); /* sealing drops it: no event names it */
        ok = false;
    }
    return ok;
}

static bool discard_job(struct device *device, void *arg, struct err *err)
{
    const struct beginning *b = arg;
    return device_recording_discard(device, b->draft.id, b->id, err);
}

static bool put_job(struct device *device, void *arg, struct err *err)
{
    struct recorder *r = arg;
    (void)device;
    return recording_put(r->recording, r->part.data, r->part.len, err);
}

static bool close_job(struct device *device, void *arg, struct err *err)
{
    struct recorder *r = arg;
    (void)device;
    return recording_close(r->recording, err);
}

/* ---- on the recorder's own thread ---- */

static void tell(struct recorder *r, enum recorder_state state, const struct err *err)
{
    pthread_mutex_lock(&r->mutex);
    r->state = state;
    if (err) {
        r->err = *err;
    }
    pthread_mutex_unlock(&r->mutex);
}

#ifdef SUHBAT_TEST
double recorder_sealed_ms[RECORDER_SEALED];
unsigned recorder_sealed_count;

static void note_sealed(const struct timespec *from)
{
    struct timespec to;
    clock_gettime(CLOCK_MONOTONIC, &to);
    recorder_sealed_ms[recorder_sealed_count++ % RECORDER_SEALED] =
        (double)(to.tv_sec - from->tv_sec) * 1e3 + (double)(to.tv_nsec - from->tv_nsec) / 1e6;
}
#endif

/* Seals the pages that were gathered. */
static bool seal(struct recorder *r)
{
    struct err err = {0};
#ifdef SUHBAT_TEST
    struct timespec from;
    clock_gettime(CLOCK_MONOTONIC, &from);
#endif
    bool ok = writer_call(r->writer, put_job, r, &err);
#ifdef SUHBAT_TEST
    note_sealed(&from);
#endif
    if (!ok) {
        tell(r, err.code == ERR_LIMIT ? RECORDER_FULL : RECORDER_FAILED, &err);
    }
    secret_wipe(r->part.data, r->part.len);
    buf_cut(&r->part, 0);
    r->pages = 0;
    return ok;
}

static void measure(struct recorder *r, size_t count)
{
    int peak = 0;
    for (size_t i = 0; i < count; i++) {
        int one = r->samples[i] < 0 ? -r->samples[i] : r->samples[i];
        peak = one > peak ? one : peak;
    }
    pthread_mutex_lock(&r->mutex);
    r->heard += (int64_t)count;
    r->came = clock_mono_ms();
    r->level = peak > LOUDEST ? PERCENT : peak * PERCENT / LOUDEST;
    r->quiet_from = peak > QUIET ? r->heard : r->quiet_from;
    r->clipped_until =
        peak >= LOUD ? r->heard + (int64_t)r->rate * CLIPPED_MS / SECOND : r->clipped_until;
    pthread_mutex_unlock(&r->mutex);
}

/* Takes what was heard.  False: it cannot go on. */
static bool take(struct recorder *r)
{
    size_t count;
    while ((count = microphone_take(r->microphone, r->samples, SAMPLES)) > 0) {
        measure(r, count);
        for (size_t at = 0; at < count; at += (size_t)r->rate) {
            size_t n = count - at < (size_t)r->rate ? count - at : (size_t)r->rate;
            r->pages += voice_put(r->voice, r->samples + at, n, &r->part);
            if (r->pages >= VOICE_PAGES && !seal(r)) {
                return false;
            }
        }
    }
    if (microphone_gone(r->microphone)) {
        struct err err = {0};
        err_set(&err, ERR_ENV, "the microphone was unplugged");
        tell(r, RECORDER_FAILED, &err);
        return false;
    }
    return true;
}

static void *work(void *user)
{
    struct recorder *r = user;
    bool ok = true;
    while (ok && !r->stop) {
        const struct timespec step = {0, STEP_MS * 1000000L};
        ok = take(r);
        nanosleep(&step, NULL);
    }
    microphone_hear(r->microphone, false); /* also when it failed, or is full */
    if (ok) {                              /* what was heard until now, filled up with silence */
        (void)take(r);
        r->pages += voice_end(r->voice, &r->part);
        (void)(r->part.len && seal(r));
    }
    secret_wipe(r->samples, sizeof r->samples);
    return NULL;
}

/* ---- the caller's ---- */

static void fini(struct recorder *r)
{
    microphone_close(r->microphone);
    voice_free(r->voice);
    if (r->part.len) {
        secret_wipe(r->part.data, r->part.len);
    }
    buf_fini(&r->part);
    pthread_mutex_destroy(&r->mutex);
    free(r);
}

bool recorder_begin(struct recorder **out, struct writer *writer, int bits, bool review,
                    int64_t wall_ms, struct err *err)
{
    struct recorder *r = mem_zero(1, sizeof *r);
    struct voice_spec spec = {.bits = bits};
    struct beginning b = {.recorder = r,
                          .draft = writer_draft_now(writer),
                          .bits = bits,
                          .review = review,
                          .wall_ms = wall_ms};
    *out = NULL;
    r->writer = writer;
    r->rate = voice_rate(bits);
    r->bits = bits;
    r->came = clock_mono_ms();
    pthread_mutex_init(&r->mutex, NULL);
    secret_random(&spec.serial, sizeof spec.serial);
    bool ok = microphone_open(&r->microphone, r->rate, err) && voice_begin(&r->voice, &spec, err) &&
              writer_call(writer, begin_job, &b, err);
    if (!ok) {
        fini(r);
        return false;
    }
    voice_head(r->voice, &r->part);
    ok = writer_call(writer, put_job, r, err);
    buf_cut(&r->part, 0);
    ok = ok && (pthread_create(&r->thread, NULL, work, r) == 0 ||
                err_set(err, ERR_ENV, "there is no thread for the recording"));
    if (!ok) {
        memcpy(b.id, recording_id(r->recording), sizeof b.id);
        bool gone =
            writer_call(writer, close_job, r, NULL) && writer_call(writer, discard_job, &b, NULL);
        (void)gone; /* else sealing does it: no event names this recording */
        fini(r);
        return false;
    }
    *out = r;
    return true;
}

const uint8_t *recorder_id(const struct recorder *r)
{
    return recording_id(r->recording);
}

int recorder_bits(const struct recorder *r)
{
    return r->bits;
}

void recorder_pause(struct recorder *r, bool pause)
{
    microphone_hear(r->microphone, !pause); /* at once, however long the medium takes */
    pthread_mutex_lock(&r->mutex);
    if (r->state == RECORDER_RUNS || r->state == RECORDER_PAUSED) {
        r->state = pause ? RECORDER_PAUSED : RECORDER_RUNS;
        r->quiet_from = r->heard;
        r->came = clock_mono_ms();
    }
    pthread_mutex_unlock(&r->mutex);
}

struct recorder_now recorder_look(struct recorder *r)
{
    pthread_mutex_lock(&r->mutex);
    bool quiet = (r->heard - r->quiet_from) * SECOND / r->rate >= SILENT_MS;
    bool dead = clock_mono_ms() - r->came >= SILENT_MS; /* it is open, and nothing comes */
    bool runs = r->state == RECORDER_RUNS;
    struct recorder_now now = {.state = r->state,
                               .ms = r->heard * SECOND / r->rate,
                               .level = runs && !dead ? r->level : 0,
                               .silent = runs && (quiet || dead),
                               .clipped = r->heard < r->clipped_until,
                               .err = r->err};
    pthread_mutex_unlock(&r->mutex);
    return now;
}

bool recorder_end(struct recorder *r, int64_t *ms, struct err *err)
{
    microphone_hear(r->microphone, false); /* at once, however long the medium takes */
    r->stop = true;
    pthread_join(r->thread, NULL);
    *ms = r->heard * SECOND / r->rate;
    struct err why = r->err;
    bool whole =
        r->state == RECORDER_RUNS || r->state == RECORDER_PAUSED || r->state == RECORDER_FULL;
    bool ok = writer_call(r->writer, close_job, r, err);
    if (ok && !whole && err) {
        *err = why;
    }
    fini(r);
    return ok && whole;
}
