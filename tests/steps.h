/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STEPS_H
#define TESTS_STEPS_H
/* steps: what a test of the screens does with the form of all widgets. */
#include "tests/scene.h"

static struct window *window;
static char *widgets;

static inline void open_interview(struct scene *s)
{
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    scene_open(s, window, widgets, "widgets", &look);
    scene_unlock(s);
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_true(scene_tap(s, "start"));
    assert_true(scene_tap(s, "form:0"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
}

static inline void go_to(struct scene *s, const char *path)
{
    struct interview *i = s->app.interview;
    struct page page;
    assert_true(interview_find(i, &s->app.ui.frame, session_find(i->session, path), &page));
    interview_go(i, &page);
    screen_arrive(&s->app);
    scene_draw(s);
}

static inline const char *value(struct scene *s, const char *path)
{
    return tree_value(session_find(s->app.interview->session, path));
}

static inline struct rect rect_of(struct scene *s, const char *id)
{
    const struct target *t = scene_find(s, id);
    if (!t) {
        fail_msg("no target %s", id);
    }
    return t->rect;
}

/* Continues the one draft of the home screen. */
static inline void resume(struct scene *s)
{
    char draft[32];
    snprintf(draft, sizeof draft, "draft:%u", s->app.drafts[0].number);
    assert_true(scene_tap(s, draft));
}

/* The power goes after the last word is durable, and comes back. */
static inline void cut_and_resume(struct scene *s)
{
    struct err err = {0};
    OK(interview_sync(s->app.interview, &err));
    interview_free(s->app.interview);
    s->app.interview = NULL;
    device_close(app_end(&s->app));
    OK(device_open(&s->study.device, study_path(&s->study, "device"), &err));
    scene_boot(s);
    scene_unlock(s);
    resume(s);
}

static inline bool shows(struct scene *s, const char *text)
{
    for (size_t i = 0; i < s->app.ui.draws.count; i++) {
        const struct draw *d = &s->app.ui.draws.list[i];
        if (d->kind == DRAW_TEXT && strstr(d->text, text)) {
            return true;
        }
    }
    return false;
}

/* All tests with one window; the widgets' form is there meanwhile. */
static inline int steps_run(int (*tests)(void))
{
    struct err err = {0};
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2};
    db_setup();
    xml_setup();
    OK(secret_setup(&err));
    window = scene_window(&look);
    widgets = scene_form("tests/cases/widgets.csv");
    int failed = tests();
    free(widgets);
    font_finish();
    window_close(window);
    return failed;
}

#endif
