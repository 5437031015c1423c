/* SPDX-License-Identifier: Apache-2.0 */
/* Captures sound with SDL's queue. */
#include "platform/machine/microphone.h"

#include <SDL2/SDL.h>
#include <stdlib.h>

#include "platform/machine/arena.h"
#include "platform/machine/clock.h"

struct microphone {
    SDL_AudioDeviceID device;
};

bool microphone_any(void)
{
    /* Asked while a page is drawn: SDL's list is read once in a while.  It is given up at once,
     * since as long as it is open its thread looks for new cards many times a second. */
#ifdef SUHBAT_TEST
    enum { KNOWN_MS = 0 }; /* a test takes it away */
#else
    enum { KNOWN_MS = 3000 };
#endif
    static bool known;
    static int64_t asked_ms;
    if (asked_ms && clock_mono_ms() - asked_ms < KNOWN_MS) {
        return known;
    }
    known = SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    if (known) {
        known = SDL_GetNumAudioDevices(1) != 0; /* -1: the driver has a usual one only */
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
    }
    asked_ms = clock_mono_ms();
    return known;
}

bool microphone_open(struct microphone **out, int rate, struct err *err)
{
    enum { SAMPLES = 1024 };
    SDL_AudioSpec want = {.freq = rate, .format = AUDIO_S16SYS, .channels = 1, .samples = SAMPLES};
    bool begun = SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    SDL_AudioDeviceID device = begun ? SDL_OpenAudioDevice(NULL, 1, &want, NULL, 0) : 0;
    /* the usual one may be a card that only plays: then any other that hears */
    for (int i = 0; begun && !device && i < SDL_GetNumAudioDevices(1); i++) {
        device = SDL_OpenAudioDevice(SDL_GetAudioDeviceName(i, 1), 1, &want, NULL, 0);
    }
    *out = NULL;
    if (!device) {
        err_set(err, ERR_ENV, "there is no microphone: %s", SDL_GetError());
        if (begun) {
            SDL_QuitSubSystem(SDL_INIT_AUDIO);
        }
        return err_hint(err, "plug one in, or close the program that uses it");
    }
    *out = mem_zero(1, sizeof **out);
    (*out)->device = device;
    SDL_PauseAudioDevice(device, 0);
    return true;
}

void microphone_close(struct microphone *m)
{
    if (m) {
        SDL_CloseAudioDevice(m->device);
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
        free(m);
    }
}

void microphone_hear(struct microphone *m, bool hear)
{
    SDL_PauseAudioDevice(m->device, !hear);
}

size_t microphone_take(struct microphone *m, int16_t *samples, size_t max)
{
    return SDL_DequeueAudio(m->device, samples, (Uint32)(max * sizeof *samples)) / sizeof *samples;
}

bool microphone_gone(const struct microphone *m)
{
    return SDL_GetAudioDeviceStatus(m->device) == SDL_AUDIO_STOPPED;
}
