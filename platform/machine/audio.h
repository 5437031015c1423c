/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_AUDIO_H
#define PLATFORM_MACHINE_AUDIO_H
/*
 * audio: a form's prompt read aloud.  Home of libsndfile (WAV, MP3, Ogg, Opus, FLAC), which SDL's
 * own sound output brings along anyway; SDL plays.
 *
 * One sound at a time; only sounds of signed forms are decoded.  Nothing is recorded here.
 */
#include "platform/machine/arena.h"

enum { AUDIO_SECONDS_MAX = 600 };

/* From memory; what was playing stops.  ERR_INPUT: no sound that can be read; ERR_LIMIT: longer
 * than ten minutes; ERR_ENV: this machine has no loudspeaker. */
MUST_CHECK bool audio_play(const void *bytes, size_t len, struct err *err);
void audio_stop(void);
/* Percent of the machine's own volume, 1..100; for the sounds that follow. */
void audio_set_volume(int percent);
int audio_volume(void);
bool audio_playing(void);
/* Milliseconds until the sound has ended; -1: none plays. */
int audio_left_ms(void);
/* Milliseconds that a sound takes, or -1: it cannot be read. */
long audio_length_ms(const void *bytes, size_t len);

#endif
