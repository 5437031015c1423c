/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LIB_STEPS_H
#define TESTS_LIB_STEPS_H
/* steps: what a test of the screens does with the form of all widgets. */
#include "tests/lib/scene.h"
extern struct window *window;
extern char *widgets;
void open_interview(struct scene *s);
void go_to(struct scene *s, const char *path);
const char *value(struct scene *s, const char *path);
struct rect rect_of(struct scene *s, const char *id);

/* Continues the one draft of the home screen. */
void resume(struct scene *s);

/* The power goes after the last word is durable, and comes back: at the home screen. */
void cut(struct scene *s);
void cut_and_resume(struct scene *s);
bool shows(struct scene *s, const char *text);

static const struct scene_look upright = {
    .w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
static const struct scene_look across = {
    .w = 1280, .h = 720, .scale = 2, .text_scale = 1, .language = UI_RU};

/* A form in a few lines, and its first page. */
void begin_form(struct scene *s, const char *md, const struct scene_look *look);
void begin_csv(struct scene *s, const char *path, const char *id, const struct scene_look *look);

/* All tests with one window; the widgets' form is there meanwhile. */
int steps_run(int (*tests)(void));

/* Lists long enough to be kept: one by region, one that is the same for all, one whose labels say
 * what was answered. */
char *long_lists(void);

/* A choice's target on a page of several questions. */
const char *choice_of(struct scene *s, const char *path, const char *value);

/* Touched, and not waited for. */
void tap_alone(struct scene *s, const char *id);
bool is_locked(struct device *d, void *arg, struct err *err);

#endif
