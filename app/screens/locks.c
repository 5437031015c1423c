/* SPDX-License-Identifier: Apache-2.0 */
/* Locks the device: softly, fully, or behind a copy that has not ended. */
#include "app/screens/locks.h"

#include <assert.h>
#include <string.h>

#include "app/screens/open_interview.h"
#include "app/screens/screen_load.h"
#include "app/screens/screen_medium.h"
#include "app/shell/sound.h"
#include "app/shell/tasks.h"
#include "platform/machine/clock.h"

enum { IDLE_MS = 2 * 60 * 1000, IDLE_INTERVIEW_MS = 15 * 60 * 1000 };

int64_t app_idle_left_ms(const struct app *app)
{
    assert(app->screen < SCREEN_COUNT);
    bool busy = app->interview || (app->task.task && app->task.ours);
    int64_t own = app->screens[app->screen].idle_ms;
    int64_t max = busy ? IDLE_INTERVIEW_MS : own ? own : IDLE_MS;
    return max - (clock_mono_ms() - app->loop.last_input_ms);
}

/* Locks the device. `arg` is the end of the soft lock: until then a PIN unlocks, monotonic
 * ms. */
static bool lock_device(struct device *d, void *arg, struct err *err)
{
    const int64_t *until_ms = arg;
    int64_t soft_ms = *until_ms - clock_mono_ms();
    (void)err;
    device_soft_lock(d, soft_ms);
    if (soft_ms <= 0) { /* it may have been locked softly before */
        device_lock(d);
    }
    return true;
}

void app_forget_titles(struct app *app)
{
    memset(app->home.forms, 0, sizeof app->home.forms);
    app->home.form_count = 0;
    app_about_no_case(app);
    memset(app->search.text, 0, sizeof app->search.text);
    memset(app->message.text, 0, sizeof app->message.text);
    memset(app->sticks.media, 0,
           sizeof app->sticks.media); /* names of media and files reveal something, too */
    app->sticks.media_count = 0;
    app_forget_named(app);
    medium_forget(app);
    if (!app->exchange.pending) { /* otherwise the task uses them until it ends */
        memset(app->exchange.folder, 0, sizeof app->exchange.folder);
        memset(&app->exchange.loaded, 0, sizeof app->exchange.loaded); /* it names files */
        memset(app->exchange.before, 0, sizeof app->exchange.before);
        load_forget(app);
    }
    app->locks.before = true;
}

static void lock(struct app *app, int64_t soft_until_ms)
{
    window_blank(app->ui.window, app->ui.theme.paper); /* before a disk that may be slow */
    bool opening = app->opening.draft != NULL;
    if (opening) { /* reopened after unlocking */
        memcpy(app->opening.resume_id, app->opening.draft, sizeof app->opening.resume_id);
    }
    app->opening.unsealed = false;
    app_leave_task(app); /* waits for a running seal; app->opening.unsealed tells if it failed */
    app->opening.to_resume = opening || app->interview != NULL;
    app->opening.unwritten = false;
    if (app->interview) {
        memcpy(app->opening.resume_id, app->interview->draft.id, sizeof app->opening.resume_id);
    }
    app_sound_keep(app);
    app_leave_interview(app);
    edit_end(&app->ui.edit);
    if (app->writer && !writer_call(app->writer, lock_device, &soft_until_ms, NULL)) {
        app->ui.quit = true; /* if locking fails, the program ends, and the keys with it */
    }
    app_forget_titles(app);
    app_go(app, SCREEN_UNLOCK);
    if (app->opening.unsealed ||
        app->opening.unwritten) { /* tell at once: nobody may rely on them */
        app_say(app, app->opening.unsealed ? S_lock_unsealed : S_lock_unwritten);
    }
}

/* Until when a PIN unlocks if the device locks now, monotonic ms. The time counts from the
 * end of the idle time, even if the machine was asleep. */
static int64_t soft_until(const struct app *app)
{
    int64_t idle = app_idle_left_ms(app);
    return clock_mono_ms() + VAULT_SOFT_MS + (idle < 0 ? idle : 0);
}

void app_lock(struct app *app)
{
    lock(app, soft_until(app));
}

void app_lock_hard(struct app *app)
{
    lock(app, 0);
}

void app_lock_behind(struct app *app)
{
    app->exchange.locking_ms = clock_mono_ms();
    app->exchange.soft_until_ms = soft_until(app);
    app->opening.to_resume = false;
    window_blank(app->ui.window, app->ui.theme.paper);
    app->exchange.locking = writer_begin(app->writer, lock_device, &app->exchange.soft_until_ms);
    app_forget_titles(app);
    app_go(app, SCREEN_UNLOCK);
}
