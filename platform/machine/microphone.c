/* SPDX-License-Identifier: Apache-2.0 */
/* Captures sound with SDL's queue. */
#include "platform/machine/microphone.h"

#include <SDL2/SDL.h>
#include <stdlib.h>

#include "platform/machine/arena.h"

struct microphone {
    SDL_AudioDeviceID device;
};

static bool start(void)
{
    return SDL_WasInit(SDL_INIT_AUDIO) || SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
}

bool microphone_any(void)
{
    return start() && SDL_GetNumAudioDevices(1) != 0; /* -1: the driver has a usual one only */
}

bool microphone_open(struct microphone **out, int rate, struct err *err)
{
    enum { SAMPLES = 1024 };
    SDL_AudioSpec want = {.freq = rate, .format = AUDIO_S16SYS, .channels = 1, .samples = SAMPLES};
    SDL_AudioDeviceID device = start() ? SDL_OpenAudioDevice(NULL, 1, &want, NULL, 0) : 0;
    *out = NULL;
    if (!device) {
        err_set(err, ERR_ENV, "there is no microphone: %s", SDL_GetError());
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
