/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORM_MACHINE_PLAYER_H
#define PLATFORM_MACHINE_PLAYER_H
/*
 * player: plays samples as they are given, slower or faster at the same pitch.  Home of libsonic.
 *
 * Samples are signed 16 bits, mono.  What waits in SDL's queue is freed by SDL, and not wiped.
 */
#include "platform/machine/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLAYER_SLOWEST = 50, PLAYER_FASTEST = 200 }; /* percent of the usual speed */

struct player;
/* Opens the machine's usual loudspeaker.  ERR_ENV: there is none. */
MUST_CHECK bool player_open(struct player **player, int rate, struct err *err);
void player_close(struct player *player);
/* For samples that are given from now on. */
void player_speed(struct player *player, int percent);
MUST_CHECK bool player_put(struct player *player, const int16_t *samples, size_t count,
                           struct err *err);
/* Nothing more comes: what was held back for it is played. */
MUST_CHECK bool player_end(struct player *player, struct err *err);
/* Milliseconds of the sound that was given, at its usual speed, which are not played yet. */
int64_t player_left_ms(const struct player *player);
/* Stops at once and forgets what is not played. */
void player_clear(struct player *player);

#endif
