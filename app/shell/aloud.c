/* SPDX-License-Identifier: Apache-2.0 */
/* The voice speaks on a thread of its own: a slow machine takes a second for a long question. */
#include "app/shell/aloud.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/audio.h"
#include "platform/machine/speech.h"
#include "platform/machine/task.h"

struct reading {
    char language[16];
    char *text;
    struct buf wav;
};

static bool read_text(void *context, struct err *err)
{
    struct reading *r = context;
    return speech_make(&r->wav, r->language, r->text, err);
}

static void drop(void *context)
{
    struct reading *r = context;
    mem_wipe_text(r->text);
    buf_fini(&r->wav);
    free(r);
}

static void wake(void *window)
{
    window_tell(window, WINDOW_SAVED);
}

bool aloud_can(const struct app *app)
{
    return app->interview && speech_can(session_language(app->interview->session));
}

bool aloud_wanted(const struct app *app)
{
    return app->looks.speaks && aloud_can(app);
}

void aloud_forget(struct app *app)
{
    if (app->aloud) {
        task_leave(app->aloud);
        app->aloud = NULL;
    }
}

void aloud_say(struct app *app, const char *text)
{
    bool stops = audio_playing() || app->aloud;
    app->ui.again = true;
    audio_stop();
    aloud_forget(app);
    if (stops) {
        return;
    }
    struct reading *r = mem_zero(1, sizeof *r);
    snprintf(r->language, sizeof r->language, "%s", session_language(app->interview->session));
    r->text = mem_text(text);
    app->aloud = task_begin(read_text, r, drop, wake, app->ui.window, false);
    (void)task_wait(app->aloud, 0); /* from now on it tells when it is done */
}

void aloud_look(struct app *app)
{
    struct err err = {0};
    void *context;
    if (!app->aloud || !task_wait(app->aloud, 0)) {
        return;
    }
    bool ok = task_end(app->aloud, &context, &err);
    struct reading *r = context;
    app->aloud = NULL;
    if (!ok || !audio_play(r->wav.data, r->wav.len, &err)) {
        app_trouble(app, &err);
    }
    drop(r);
    app->ui.again = true;
}
