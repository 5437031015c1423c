/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help_microphone: what the program's microphone hears, in numbers.
 *
 *   help_microphone RATE SECONDS
 *
 * Prints one line: samples a second, the loudest (of 32,767), and the tone in Hz by its zero
 * crossings.  SDL_AUDIODRIVER says by which server.  1: there is no microphone, and why.
 */
#include <SDL2/SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "platform/machine/clock.h"
#include "platform/machine/microphone.h"
#include "platform/machine/text.h"

struct heard {
    long long samples, crossings;
    int peak;
    int16_t last;
};

static void take(struct heard *h, const int16_t *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int loud = abs(samples[i]);
        h->peak = loud > h->peak ? loud : h->peak;
        h->crossings += (h->last < 0) != (samples[i] < 0);
        h->last = samples[i];
    }
    h->samples += (long long)count;
}

/* Until the first sample: a server may need a moment to connect. */
static bool wait_for_sound(struct microphone *m)
{
    enum { WAIT_MS = 5000 };
    int16_t samples[1600];
    for (int64_t until = clock_mono_ms() + WAIT_MS; clock_mono_ms() < until;) {
        const struct timespec step = {0, 5 * 1000000L};
        size_t count = microphone_take(m, samples, sizeof samples / sizeof *samples);
        for (size_t i = 0; i < count; i++) {
            if (samples[i]) {
                return true;
            }
        }
        nanosleep(&step, NULL);
    }
    return false;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct microphone *m;
    struct heard h = {0};
    int16_t samples[1600];
    size_t count;
    if (argc != 3) {
        fprintf(stderr, "usage: help_microphone RATE SECONDS\n");
        return 2;
    }
    int rate = atoi(argv[1]), seconds = atoi(argv[2]);
    if (!microphone_any() || !microphone_open(&m, rate, &err)) {
        fprintf(stderr, "help_microphone: %s\n", *err.what ? err.what : "there is no microphone");
        return 1;
    }
    printf("driver %s", SDL_GetCurrentAudioDriver());
    if (!wait_for_sound(m)) {
        printf(": silence\n");
        microphone_close(m);
        return 1;
    }
    int64_t began = clock_mono_ms(), now = began;
    while (now - began < seconds * 1000) {
        const struct timespec step = {0, 20 * 1000000L};
        nanosleep(&step, NULL);
        while ((count = microphone_take(m, samples, sizeof samples / sizeof *samples)) > 0) {
            take(&h, samples, count);
        }
        now = clock_mono_ms();
    }
    bool gone = microphone_gone(m);
    microphone_close(m);
    printf(", samples a second %lld, loudest %d, tone %lld Hz%s\n",
           h.samples * 1000 / (now - began), h.peak,
           h.samples ? h.crossings * rate / (2 * h.samples) : 0, gone ? ", gone" : "");
    return gone || !h.samples;
}
