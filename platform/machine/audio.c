/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes sounds with libsndfile and plays them with SDL. */
#include "platform/machine/audio.h"

#include <assert.h>
#include <SDL2/SDL.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

static int bytes_a_second;
static int volume = 100;         /* percent */
static SDL_AudioDeviceID device; /* output device, open while a sound plays; 0 = none */
static bool begun;               /* SDL's sound was */

struct memory {
    const char *bytes;
    sf_count_t len, at;
};

static sf_count_t length(void *user)
{
    return ((struct memory *)user)->len;
}

static sf_count_t seek(sf_count_t to, int whence, void *user)
{
    struct memory *m = user;
    sf_count_t at = whence == SEEK_SET ? to : whence == SEEK_CUR ? m->at + to : m->len + to;
    m->at = at < 0 ? 0 : at > m->len ? m->len : at;
    return m->at;
}

static sf_count_t take(void *out, sf_count_t count, void *user)
{
    struct memory *m = user;
    sf_count_t n = m->len - m->at < count ? m->len - m->at : count;
    if (n > 0) {
        memcpy(out, m->bytes + m->at, (size_t)n);
        m->at += n;
    }
    return n > 0 ? n : 0;
}

static sf_count_t tell(void *user)
{
    return ((struct memory *)user)->at;
}

static SNDFILE *open_sound(struct memory *m, SF_INFO *info)
{
    static SF_VIRTUAL_IO io = {length, seek, take, NULL, tell};
    memset(info, 0, sizeof *info);
    SNDFILE *sound = sf_open_virtual(&io, SFM_READ, info, m);
    if (sound && (info->channels < 1 || info->channels > 2 || info->samplerate < 4000 ||
                  info->samplerate > 96000 || info->frames < 0)) {
        sf_close(sound);
        sound = NULL;
    }
    return sound;
}

long audio_length_ms(const void *bytes, size_t len)
{
    struct memory m = {bytes, (sf_count_t)len, 0};
    SF_INFO info;
    SNDFILE *sound = open_sound(&m, &info);
    if (!sound) {
        return -1;
    }
    sf_close(sound);
    return (long)(info.frames * 1000 / info.samplerate);
}

void audio_stop(void)
{
    if (device) {
        SDL_CloseAudioDevice(device);
        device = 0;
    }
    if (begun) { /* else its thread looks for new cards as long as the program runs */
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
        begun = false;
    }
}

void audio_set_volume(int percent)
{
    volume = percent < 1 ? 1 : percent > 100 ? 100 : percent;
}

int audio_volume(void)
{
    return volume;
}

bool audio_playing(void)
{
    return device && SDL_GetQueuedAudioSize(device) > 0;
}

int audio_left_ms(void)
{
    enum { SLACK_MS = 100 }; /* allowance for sound in the device's own buffer */
    if (!device || bytes_a_second < 1) {
        return -1;
    }
    return (int)((int64_t)SDL_GetQueuedAudioSize(device) * 1000 / bytes_a_second) + SLACK_MS;
}

bool audio_play(const void *bytes, size_t len, struct err *err)
{
    assert(bytes || !len);
    struct memory m = {bytes, (sf_count_t)len, 0};
    SF_INFO info;
    audio_stop();
    SNDFILE *sound = open_sound(&m, &info);
    if (!sound) {
        return err_set(err, ERR_INPUT, "the sound cannot be read");
    }
    if (info.frames > (sf_count_t)AUDIO_SECONDS_MAX * info.samplerate) {
        sf_close(sound);
        return err_set(err, ERR_LIMIT, "the sound is longer than %d s", (int)AUDIO_SECONDS_MAX);
    }
    SDL_AudioSpec want = {.freq = info.samplerate,
                          .format = AUDIO_S16SYS,
                          .channels = (Uint8)info.channels,
                          .samples = 2048};
    bytes_a_second = info.samplerate * info.channels * 2;
    begun = SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    if (begun) {
        device = SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
    }
    bool ok = device != 0 || err_set(err, ERR_ENV, "there is no loudspeaker: %s", SDL_GetError());
    short part[4096];
    for (sf_count_t n, max = (sf_count_t)AUDIO_SECONDS_MAX * info.samplerate;
         ok && max > 0 && (n = sf_readf_short(sound, part, 4096 / info.channels)) > 0; max -= n) {
        for (sf_count_t k = 0; k < n * info.channels; k++) {
            part[k] = (short)(part[k] * volume / 100);
        }
        ok = SDL_QueueAudio(device, part, (Uint32)n * (Uint32)info.channels * 2) == 0 ||
             err_set(err, ERR_ENV, "the loudspeaker does not take it: %s", SDL_GetError());
    }
    sf_close(sound);
    if (ok) {
        SDL_PauseAudioDevice(device, 0);
    } else {
        audio_stop();
    }
    return ok;
}
