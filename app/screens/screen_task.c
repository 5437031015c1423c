/* SPDX-License-Identifier: Apache-2.0 */
/* The page that is shown while a background task runs. */
#include "app/screens/screen_task.h"

#include "app/screens/locks.h"
#include "app/shell/tasks.h"

void screen_task(struct app *app)
{
    struct ui *ui = &app->ui;
    struct app_task *e = &app->task;
    if (!app_task_runs(app)) {
        return;
    }
    bool hangs = app_task_hangs(app);
    struct header h = {.title = "",
                       .right =
                           app->screen > SCREEN_UNLOCK && !app->respondent.holds ? "lock" : NULL,
                       .progress = -1};
    ui_header(ui, &h);
    if (h.right && ui_took(ui, "lock")) {
        app_lock(app);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui), ui->h);
    ui_say(ui, TEXT_QUESTION, ui_str(ui, e->what), ui->theme.ink);
    ui_gap(ui, 12);
    if (e->progress) {
        ui_progress(ui, e->progress, e->unit);
    }
    if (hangs) {
        ui_warning(ui, ui_str(ui, S_media_hangs));
    }
    ui_gap(ui, 20);
    if (e->ours && e->stops) {
        if (ui_wide_button(ui, "stop", ui_str(ui, S_listen_stop), false)) {
            e->progress->stop = true;
        }
    } else if (!e->ours && ui_wide_button(ui, "stop", ui_str(ui, S_listen_stop), false)) {
        app_leave_task(app);
        app_say(app, hangs ? S_media_hangs : S_progress_stopped);
    }
    ui_body_end(ui);
}
