/* SPDX-License-Identifier: Apache-2.0 */
/* Stretches samples with libsonic, and plays them with SDL. */
#include "platform/machine/player.h"

#include <assert.h>
#include <SDL2/SDL.h>
#include <sonic.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/arena.h"

struct player {
    SDL_AudioDeviceID device;
    bool begun; /* SDL's sound was */
    sonicStream stream;
    int rate, percent;
};

bool player_open(struct player **out, int rate, struct err *err)
{
    const SDL_AudioSpec want = {
        .freq = rate, .format = AUDIO_S16SYS, .channels = 1, .samples = 1024};
    struct player *p = *out = mem_zero(1, sizeof *p);
    p->rate = rate;
    p->percent = 100;
    p->stream = sonicCreateStream(rate, 1);
    p->begun = p->stream && SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    if (p->begun) {
        p->device = SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
    }
    if (!p->device) {
        err_set(err, ERR_ENV, "there is no loudspeaker: %s", SDL_GetError());
        player_close(p);
        *out = NULL;
        return false;
    }
    SDL_PauseAudioDevice(p->device, 0);
    return true;
}

void player_close(struct player *p)
{
    if (p) {
        if (p->device) {
            SDL_CloseAudioDevice(p->device);
        }
        if (p->begun) { /* else its thread looks for new cards as long as the program runs */
            SDL_QuitSubSystem(SDL_INIT_AUDIO);
        }
        if (p->stream) {
            sonicDestroyStream(p->stream);
        }
        free(p);
    }
}

void player_speed(struct player *p, int percent)
{
    assert(percent >= PLAYER_SLOWEST && percent <= PLAYER_FASTEST);
    p->percent = percent;
    sonicSetSpeed(p->stream, (float)percent / 100);
}

static bool queue(struct player *p, struct err *err)
{
    short part[4096];
    int n;
    bool ok = true;
    while (ok && (n = sonicReadShortFromStream(p->stream, part, 4096)) > 0) {
        ok = SDL_QueueAudio(p->device, part, (Uint32)n * sizeof *part) == 0 ||
             err_set(err, ERR_ENV, "the loudspeaker does not take it: %s", SDL_GetError());
    }
    memset(part, 0, sizeof part);
    return ok;
}

bool player_put(struct player *p, const int16_t *samples, size_t count, struct err *err)
{
    enum { STEP = 4096 };
    bool ok = true;
    for (size_t at = 0; ok && at < count; at += STEP) {
        int16_t part[STEP]; /* libsonic takes no const */
        int n = (int)(count - at < STEP ? count - at : STEP);
        memcpy(part, samples + at, (size_t)n * sizeof *part);
        ok = sonicWriteShortToStream(p->stream, part, n) != 0 ||
             err_set(err, ERR_ENV, "there is no memory for the sound");
        memset(part, 0, sizeof part);
        ok = ok && queue(p, err);
    }
    return ok;
}

bool player_end(struct player *p, struct err *err)
{
    (void)sonicFlushStream(p->stream);
    return queue(p, err);
}

int64_t player_left_ms(const struct player *p)
{
    int64_t queued = SDL_GetQueuedAudioSize(p->device) / (int64_t)sizeof(int16_t);
    return queued * p->percent / 100 * 1000 / p->rate;
}

void player_clear(struct player *p)
{
    SDL_ClearQueuedAudio(p->device);
    sonicFlushStream(p->stream); /* what it holds back for the next samples */
    short part[1024];
    while (sonicReadShortFromStream(p->stream, part, 1024) > 0) {
    }
    memset(part, 0, sizeof part);
}
