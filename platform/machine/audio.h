/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_AUDIO_H
#define PLATFORM_MACHINE_AUDIO_H
/*
 * audio: plays a form's audio prompts.  Home of libsndfile (WAV, MP3, Ogg, Opus, FLAC), which
 * SDL's sound output depends on anyway; SDL plays.
 *
 * One sound plays at a time.  Only sounds of signed forms are decoded.  Nothing is recorded.
 */
#include "platform/machine/arena.h"

enum { AUDIO_SECONDS_MAX = 600 };

/* Play a sound from memory; the previous one stops.  ERR_INPUT: not a readable sound;
 * ERR_LIMIT: longer than AUDIO_SECONDS_MAX; ERR_ENV: no loudspeaker. */
MUST_CHECK bool audio_play(const void *bytes, size_t len, struct err *err);
void audio_stop(void);
/* Percent of the machine's volume, 1..100; applies to the sounds played afterwards. */
void audio_set_volume(int percent);
int audio_volume(void);
bool audio_playing(void);
/* Milliseconds until the sound ends; -1 if none plays. */
int audio_left_ms(void);
/* Length of a sound in milliseconds; -1 if it cannot be read. */
long audio_length_ms(const void *bytes, size_t len);

#endif
