/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help_voices: a room with people who speak, for make demo-group.
 *
 *   help_voices room ROOM SECONDS < PLAN    mixes voices; PLAN: lines of "AT_MS FILE.wav".  Prints
 *                                           "AT_MS END_MS FILE.wav" for each
 *   help_voices play ROOM PIPE GO           writes the room's sound into a pipe, as fast as time
 *                                           goes: from the moment that help_drive wrote into GO
 *   help_voices find ROOM FILE.opus         at which ms of the room a recording begins, and how
 *                                           alike they are, in percent
 *   help_voices loud FILE.opus < PLACES     PLACES: lines of "FROM_MS TO_MS"; prints how loud it is
 *                                           there, from 0 to 32767
 *
 * ROOM is raw: 16 bits, mono, 16,000 a second.  What is alike is the loudness in tenths of seconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "platform/machine/arena.h"
#include "platform/machine/file.h"
#include "platform/machine/voice_read.h"

enum { RATE = VOICE_READ_RATE, TENTH = RATE / 10, STEP_MS = 10, FILE_MAX = 1 << 28 };

struct sound {
    int16_t *samples;
    size_t count;
};

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool fail(const char *what, const char *file)
{
    fprintf(stderr, "help_voices: %s: %s\n", file, what);
    return false;
}

static bool read_raw(struct sound *s, const char *file)
{
    struct buf bytes = {0};
    struct err err = {0};
    if (!file_read(&bytes, file, FILE_MAX, &err)) {
        return fail(err.what, file);
    }
    s->count = bytes.len / sizeof *s->samples;
    s->samples = mem_zero(s->count + 1, sizeof *s->samples);
    memcpy(s->samples, bytes.data, s->count * sizeof *s->samples);
    buf_fini(&bytes);
    return true;
}

/* ---- room ---- */

static uint32_t number(const char *p, size_t bytes)
{
    uint32_t n = 0;
    for (size_t i = 0; i < bytes; i++) {
        n |= (uint32_t)(uint8_t)p[i] << (8 * i);
    }
    return n;
}

/* A WAV file of one channel and 16 bits, at our rate. */
static bool read_wav(struct sound *s, const char *file)
{
    enum { HEAD = 44, AT_RATE = 24, AT_CHANNELS = 22, AT_BITS = 34 };
    struct buf bytes = {0};
    struct err err = {0};
    if (!file_read(&bytes, file, FILE_MAX, &err)) {
        return fail(err.what, file);
    }
    bool ok = bytes.len > HEAD && memcmp(bytes.data, "RIFF", 4) == 0 &&
              number(bytes.data + AT_CHANNELS, 2) == 1 && number(bytes.data + AT_BITS, 2) == 16;
    if (ok) {
        double rate = number(bytes.data + AT_RATE, 4);
        size_t have = (bytes.len - HEAD) / 2;
        s->count = (size_t)((double)have * RATE / rate);
        s->samples = mem_zero(s->count + 1, sizeof *s->samples);
        for (size_t i = 0; i < s->count; i++) {
            double at = (double)i * rate / RATE;
            size_t n = (size_t)at, next = n + 1 < have ? n + 1 : n;
            double one = (int16_t)number(bytes.data + HEAD + 2 * n, 2);
            double other = (int16_t)number(bytes.data + HEAD + 2 * next, 2);
            s->samples[i] = (int16_t)((one + (other - one) * (at - (double)n)) / 2);
        }
    }
    buf_fini(&bytes);
    return ok || fail("no WAV of one channel and 16 bits", file);
}

static bool make_room(const char *file, size_t seconds)
{
    struct sound room = {mem_zero(seconds * RATE + 1, sizeof *room.samples), seconds * RATE};
    struct err err = {0};
    char line[600], path[500];
    long at;
    bool ok = true;
    while (ok && fgets(line, sizeof line, stdin)) {
        struct sound voice = {0};
        ok = sscanf(line, "%ld %499s", &at, path) == 2 && read_wav(&voice, path);
        for (size_t i = 0, to = (size_t)at * RATE / 1000; i < voice.count && to < room.count;
             i++, to++) {
            room.samples[to] = (int16_t)(room.samples[to] + voice.samples[i]);
        }
        if (ok) {
            printf("%ld %ld %s\n", at, at + (long)(voice.count * 1000 / RATE), path);
        }
        free(voice.samples);
    }
    ok = ok && (file_write(file, room.samples, room.count * sizeof *room.samples, 0, true, &err) ||
                fail(err.what, file));
    free(room.samples);
    return ok;
}

/* ---- play ---- */

static long begun_ms(const char *go)
{
    char text[32] = "";
    FILE *f = fopen(go, "r");
    long ms = f && fgets(text, sizeof text, f) && strchr(text, '\n') ? atol(text) : 0;
    if (f) {
        fclose(f);
    }
    return ms;
}

/* Nobody may listen: what does not fit is lost, as in a room. */
static bool play(const char *file, const char *pipe, const char *go)
{
    struct sound room;
    const int16_t silence[RATE * STEP_MS / 1000] = {0};
    int fd = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || !read_raw(&room, file)) {
        return fail(strerror(errno), pipe);
    }
    (void)!fcntl(fd, F_SETPIPE_SZ, 4096); /* what waits is not old */
    long zero = 0, next = now_ms();
    const size_t step = sizeof silence / sizeof *silence;
    for (;;) {
        zero = zero ? zero : begun_ms(go);
        size_t at = zero && next >= zero ? (size_t)(next - zero) * RATE / 1000 : room.count;
        const int16_t *from = at + step <= room.count ? room.samples + at : silence;
        ssize_t put = write(fd, from, sizeof silence);
        (void)put;
        next += STEP_MS;
        long left = next - now_ms();
        if (left > 0) {
            usleep((useconds_t)left * 1000);
        }
    }
}

/* ---- find ---- */

static bool gather(void *user, const int16_t *samples, size_t count, struct err *err)
{
    struct sound *s = user;
    (void)err;
    s->samples = mem_grow(s->samples, s->count + count, sizeof *s->samples);
    memcpy(s->samples + s->count, samples, count * sizeof *samples);
    s->count += count;
    return true;
}

static bool read_opus(struct sound *s, const char *file)
{
    struct buf bytes = {0};
    struct err err = {0};
    struct voice_reader *reader = NULL;
    *s = (struct sound){0};
    bool ok = file_read(&bytes, file, FILE_MAX, &err) &&
              voice_read_begin(&reader, gather, s, &err) &&
              voice_read_put(reader, bytes.data, bytes.len, &err);
    voice_read_free(reader);
    buf_fini(&bytes);
    return ok || fail(err.what, file);
}

static double loudness(const struct sound *s, size_t from, size_t to)
{
    double sum = 0;
    to = to < s->count ? to : s->count;
    for (size_t i = from; i < to; i++) {
        sum += (double)s->samples[i] * s->samples[i];
    }
    return from < to ? sqrt(sum / (double)(to - from)) : 0;
}

/* With `quiet` tenths of silence before and after it. */
static double *tenths(const struct sound *s, size_t quiet, size_t *count)
{
    size_t own = s->count / TENTH;
    *count = own + 2 * quiet;
    double *out = mem_zero(*count + 1, sizeof *out);
    for (size_t i = 0; i < own; i++) {
        out[quiet + i] = loudness(s, i * TENTH, (i + 1) * TENTH);
    }
    return out;
}

/* How alike: 1 if one is a multiple of the other. */
static double alike(const double *a, const double *b, size_t count)
{
    double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < count; i++) {
        ma += a[i] / (double)count;
        mb += b[i] / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        ab += (a[i] - ma) * (b[i] - mb);
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

enum { QUIET = 3000 /* a recording may begin five minutes before the room, and end after it */ };

static bool find(const char *room_file, const char *opus)
{
    struct sound room, heard;
    if (!read_raw(&room, room_file) || !read_opus(&heard, opus)) {
        return false;
    }
    size_t all, len, at = 0;
    double *a = tenths(&room, QUIET, &all), *b = tenths(&heard, 0, &len), best = -1;
    for (size_t i = 0; i + len <= all; i++) {
        double is = alike(a + i, b, len);
        at = is > best ? i : at;
        best = is > best ? is : best;
    }
    printf("%ld %.0f\n", ((long)at - QUIET) * 100, best * 100);
    free(a);
    free(b);
    free(room.samples);
    free(heard.samples);
    return true;
}

static bool loud(const char *opus)
{
    struct sound heard;
    long from, to;
    if (!read_opus(&heard, opus)) {
        return false;
    }
    while (scanf("%ld %ld", &from, &to) == 2) {
        printf("%.0f\n", from < 0 ? 0
                                  : loudness(&heard, (size_t)from * (RATE / 1000),
                                             (size_t)to * (RATE / 1000)));
    }
    free(heard.samples);
    return true;
}

int main(int argc, char **argv)
{
    bool ok = false;
    signal(SIGPIPE, SIG_IGN);
    if (argc == 4 && strcmp(argv[1], "room") == 0) {
        ok = make_room(argv[2], strtoul(argv[3], NULL, 10));
    } else if (argc == 5 && strcmp(argv[1], "play") == 0) {
        ok = play(argv[2], argv[3], argv[4]);
    } else if (argc == 4 && strcmp(argv[1], "find") == 0) {
        ok = find(argv[2], argv[3]);
    } else if (argc == 3 && strcmp(argv[1], "loud") == 0) {
        ok = loud(argv[2]);
    } else {
        fprintf(stderr, "usage: help_voices room|play|find|loud …\n");
        return 2;
    }
    return ok ? 0 : 1;
}
