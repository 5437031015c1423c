/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_OFFICE_SCENE_H
#define TESTS_LIB_OFFICE_SCENE_H
/* office_scene: the coordinator's window on SDL's dummy driver, driven by the ids of its targets.
 *
 * A study with its keys in a folder, a device with four interviews, whose batch lies on a stick,
 * and an empty desk that has the form. */
#include "tests/lib/scene.h"
#include "tools/office/office.h"

static const char office_pass[] = "Тоо башында кар жатат али";

struct office_scene {
    struct study study;
    struct window *window;
    struct office office;
    uint8_t hash[32]; /* of the form's package */
    struct buf form;
    char desk[128], identity[128], keys[128], lists[128], stick[128], out[128];
};

/* Begins at the page that asks for the passphrase. */
void office_scene_open(struct office_scene *s, struct window *window,
                       const struct scene_look *look);
void office_scene_close(struct office_scene *s);

/* Handles the event, and waits for the work that it begins. */
void office_scene_event(struct office_scene *s, struct window_event e);
const struct target *office_scene_find(struct office_scene *s, const char *id);
/* Scrolls to the target and touches it; false: there is none. */
bool office_scene_tap(struct office_scene *s, const char *id);
void office_scene_type(struct office_scene *s, const char *text);
void office_scene_unlock(struct office_scene *s);
/* Whether the page, scrolled through, has a text with these words. */
bool office_scene_says(struct office_scene *s, const char *words);

#endif
