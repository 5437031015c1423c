/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_SOUND_TOUR_H
#define TESTS_LIB_SOUND_TOUR_H
/*
 * sound_tour: recording and a focus group, in every state that a screen can show.
 *
 * The program that tours must be its own microphone, which hears what the tour says as fast as the
 * recorder takes it.
 */
#include <stdatomic.h>

#include "tests/lib/scene.h"

extern struct tour_air {
    bool deaf;              /* there is no microphone */
    atomic_int waits, loud; /* samples that were said and not taken yet; how loud */
} tour_air;

struct sound_tour {
    struct window *window;
    const struct scene_look *look;
    /* Called on each page; `what` names it: "sound-ready".  `same`: in each run. */
    void (*page)(struct scene *s, const char *what, bool same);
    bool rare; /* also what is seldom seen: a dead microphone, a slip that is put right */
};
/* tests/cases/sound.csv: the consent, one question, the whole interview, the locked page. */
void sound_tour(const struct sound_tour *tour, const char *form);
/* tests/cases/group.csv: the round with people of each kind, and a topic's table. */
void group_tour(const struct sound_tour *tour, const char *form, size_t chairs);

#endif
