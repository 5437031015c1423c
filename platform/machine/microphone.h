/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_MICROPHONE_H
#define PLATFORM_MACHINE_MICROPHONE_H
/*
 * microphone: hears, through SDL (pulse, pipewire, alsa; in tests disk, which reads a file).
 *
 * Samples are signed 16 bits, mono.  They wait in SDL's queue until they are taken.  Who takes them
 * wipes them.  What still waits when the microphone is closed is freed by SDL, and not wiped.
 */
#include "platform/machine/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct microphone;
/* Whether the machine has one. */
bool microphone_any(void);
/* Opens the machine's usual one and begins to hear.  ERR_ENV: there is none, or it is in use. */
MUST_CHECK bool microphone_open(struct microphone **microphone, int rate, struct err *err);
void microphone_close(struct microphone *microphone);
/* From now on it hears, or does not.  What was heard before can still be taken. */
void microphone_hear(struct microphone *microphone, bool hear);
/* Takes up to `max` samples that were heard; returns how many. */
size_t microphone_take(struct microphone *microphone, int16_t *samples, size_t max);
/* Whether it was unplugged: nothing more will be heard. */
bool microphone_gone(const struct microphone *microphone);

#endif
