/* SPDX-License-Identifier: Apache-2.0 */
/* Handing over: copies sealed records to a medium. Also watches the task of a hand-over or
 * load. */
#include "app/screens/screen_exchange.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "app/screens/locks.h"
#include "app/screens/screen_load.h"
#include "app/screens/screen_medium.h"
#include "app/shell/tasks.h"
#include "platform/machine/clock.h"

/* Runs on the writer's thread. Until the task ends, only this thread uses the reports. */
static bool hand_over(struct device *d, void *arg, struct err *err)
{
    struct app *app = arg;
    device_watch(d, &app->exchange.progress);
    struct err why = {0};
    bool taken = device_load_receipts(d, app->exchange.folder, &app->exchange.loaded, &why);
    bool ok = device_export(d, app->exchange.folder, clock_wall_ms(), &app->exchange.exported, err);
    if (!taken) { /* reported, but the records are copied all the same */
        app->exchange.loaded.of[LOAD_DAMAGED]++;
        app->exchange.loaded.why = why;
    }
    device_watch(d, NULL);
    return ok;
}

bool exchange_leave(struct app *app)
{
    bool back = ui_took(&app->ui, "back");
    if (back && medium_leave(app)) {
        return true;
    }
    if (back || ui_took(&app->ui, "right")) {
        app_go_home(app);
        return true;
    }
    return false;
}

void exchange_begin(struct app *app, writer_job *job)
{
    app->exchange.progress.done = app->exchange.progress.total = 0;
    app->exchange.progress.stop = app->exchange.progress.stopped = false;
    app->exchange.seen_done = 0;
    app->exchange.moved_ms = clock_mono_ms();
    app->message.text[0] = '\0';
    app->exchange.pending = writer_begin(app->writer, job, app);
    app->ui.again = true;
}

void exchange_choose(struct app *app, writer_job *job)
{
    const char *folder = medium_choose(app, job == hand_over);
    ui_body_end(&app->ui);
    const char *taken = medium_bar(app);
    if (taken || folder) {
        memcpy(app->exchange.before, app->home.forms,
               sizeof app->exchange.before); /* used by the task until it ends */
        app->exchange.before_count = app->home.form_count;
        snprintf(app->exchange.folder, sizeof app->exchange.folder, "%s", taken ? taken : folder);
        memset(&app->exchange.loaded, 0, sizeof app->exchange.loaded);
        exchange_begin(app, job);
    }
}

void exchange_refused(struct app *app, const unsigned of[LOAD_VERDICTS])
{
    static const enum string_id reasons[] = {[LOAD_DAMAGED] = S_load_why_damaged,
                                             [LOAD_UNTRUSTED] = S_load_why_auth,
                                             [LOAD_UNLISTED] = S_load_why_unlisted,
                                             [LOAD_NEWER] = S_load_why_newer};
    static_assert(sizeof reasons / sizeof *reasons == LOAD_VERDICTS, "up to the last verdict");
    struct ui *ui = &app->ui;
    for (int v = LOAD_DAMAGED; v < LOAD_VERDICTS; v++) {
        if (of[v] && v == LOAD_OLD) { /* common on sticks: not a warning */
            ui_say(ui, TEXT_HINT, ui_fill(ui, S_load_old, ui_number(ui, of[v]), NULL),
                   ui->theme.soft);
            ui_gap(ui, 10);
        } else if (of[v]) {
            ui_warning(ui,
                       ui_fill(ui, S_load_refused, ui_number(ui, of[v]), ui_str(ui, reasons[v])));
        }
    }
}

void exchange_why(struct app *app, const struct err *why)
{
    struct ui *ui = &app->ui;
    char text[1200];
    err_text(why, text, sizeof text);
    ui_say(ui, TEXT_HINT, ui_fill(ui, S_load_for_coordinator, arena_text(&ui->frame, text), NULL),
           ui->theme.soft);
}

static void end_task(struct app *app)
{
    struct err err = {0};
    bool stopped = app->exchange.progress.stopped;
    bool ok = writer_end(app->writer, app->exchange.pending, &err);
    app->exchange.pending = NULL;
    app->ui.again = true;
    if (ok && app->screen == SCREEN_LOAD) {
        load_ended(app);
    } else if (ok) {
        app->exchange.done = true;
    } else {
        if (app->exchange.step == LOADING_ASK) { /* some of it may be loaded already */
            app_load_home(app);
        }
        load_forget(app);
        if (stopped) {
            app_say(app, S_progress_stopped);
        } else {
            app_trouble(app, &err);
        }
    }
}

/* Has the task waited for its medium for `ms` without progress? */
static bool task_hangs(struct app *app, int64_t ms)
{
    if (app->exchange.progress.done != app->exchange.seen_done || !app->exchange.progress.waits) {
        app->exchange.seen_done = app->exchange.progress.done;
        app->exchange.moved_ms = clock_mono_ms();
    }
    return clock_mono_ms() - app->exchange.moved_ms >= ms;
}

/* The page shown while the screen is locked and a copy is still ending. It names nothing.
 * The copy may end by itself; it is stopped if it hangs or takes too long. */
static void watch_lock(struct app *app)
{
    struct ui *ui = &app->ui;
    if (writer_is_done(app->writer, app->exchange.pending) &&
        writer_is_done(app->writer, app->exchange.locking)) {
        bool stopped = app->exchange.progress.stopped;
        bool ok = writer_end(app->writer, app->exchange.pending, NULL);
        bool locked = writer_end(app->writer, app->exchange.locking, NULL);
        app->exchange.pending = app->exchange.locking = NULL;
        app_forget_titles(app);         /* no longer needed by the task */
        ui->quit = ui->quit || !locked; /* if locking fails, the program ends */
        app_go(app, SCREEN_UNLOCK);
        if (stopped || !ok) {
            app_say(app, S_progress_stopped);
        }
        return;
    }
    enum { HANGS_MS = 10000, MAX_MS = 10 * 60 * 1000 };
    if (task_hangs(app, HANGS_MS) || clock_mono_ms() - app->exchange.locking_ms > MAX_MS) {
        app->exchange.progress.stop = true;
    }
    struct header h = {.title = "", .progress = -1};
    ui_header(ui, &h);
    ui_body_begin(ui, ui_header_height(ui), ui->h);
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_lock_ends), ui->theme.ink);
    ui_body_end(ui);
}

/* The page during a task: its progress and a stop button. */
void app_watch_transfer(struct app *app)
{
    struct ui *ui = &app->ui;
    if (app->exchange.locking) {
        watch_lock(app);
        return;
    }
    if (writer_is_done(app->writer, app->exchange.pending)) {
        end_task(app);
        return;
    }
    bool hangs = task_hangs(app, 5000);
    bool load = app->screen == SCREEN_LOAD;
    struct header h = {.title = ui_str(ui, load ? S_progress_load : S_progress_hand_over),
                       .subtitle = app_media_name(app->exchange.folder),
                       .right = "lock",
                       .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "lock")) {
        app->exchange.progress.stop = true;
        app_lock_behind(app);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui), ui->h);
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_wait), ui->theme.ink);
    ui_gap(ui, 12);
    ui_progress(ui, &app->exchange.progress, S_progress_mb);
    if (hangs) {
        ui_warning(ui, ui_str(ui, S_media_hangs));
    }
    ui_gap(ui, 20);
    if (ui_wide_button(ui, "stop", ui_str(ui, S_listen_stop), false)) {
        app->exchange.progress.stop = true;
    }
    ui_body_end(ui);
}

void screen_hand_over(struct app *app)
{
    struct ui *ui = &app->ui;
    struct header h = {.help = true, .left = "back", .progress = -1};
    h.title = ui_str(ui, app->exchange.done ? S_home_hand_over : S_media_title);
    ui_header(ui, &h);
    if (exchange_leave(app)) {
        return;
    }
    int bottom = app->exchange.done ? ui->h - ui_bar_height(ui) : medium_bottom(app);
    ui_body_begin(ui, ui_header_height(ui), bottom);
    app_message(app);
    if (app->exchange.done) {
        ui_say(ui, TEXT_QUESTION,
               ui_fill(ui, S_hand_over_done, ui_number(ui, app->exchange.exported.records), NULL),
               ui->theme.ink);
        ui_gap(ui, 10);
        if (disks_knows(app->sticks.disks, app->exchange.folder)) {
            medium_out(app, app->exchange.folder);
        } else {
            ui_say(ui, TEXT_BODY_BOLD, ui_str(ui, S_hand_over_pull), ui->theme.accent);
        }
        ui_gap(ui, 16);
        app_show_words(app, app->exchange.exported.words, ui_str(ui, S_hand_over_words));
        if (app->exchange.loaded.receipts) {
            ui_say(ui, TEXT_BODY,
                   ui_fill(ui, S_hand_over_receipts, ui_number(ui, app->exchange.loaded.receipts),
                           ui_number(ui, app->exchange.loaded.purged)),
                   ui->theme.ink);
            ui_gap(ui, 10);
        }
        exchange_refused(app, app->exchange.loaded.of);
        if (app->exchange.loaded.why.code != ERR_NONE) {
            exchange_why(app, &app->exchange.loaded.why);
        }
        ui_say(ui, TEXT_HINT, ui_str(ui, S_hand_over_kept), ui->theme.soft);
        ui_body_end(ui);
        ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_done));
        return;
    }
    ui_say(ui, TEXT_QUESTION,
           ui_fill(ui, S_hand_over_what, ui_number(ui, (long long)app->home.waiting.count), NULL),
           ui->theme.ink);
    if (!app->sticks.folder[0]) {
        enum { TENTH = 1024 * 1024 / 10 };
        ui->at.y += ui_text(
            ui, ui->at.x, ui->at.y + ui_px(ui, 4), ui->at.w, TEXT_HINT,
            ui_fill(ui, S_hand_over_size,
                    ui_tenths(ui, (long long)((app->home.waiting.bytes + TENTH - 1) / TENTH)),
                    NULL),
            ui->theme.soft);
    }
    ui_gap(ui, 12);
    exchange_choose(app, hand_over);
}

void hand_over_open(struct app *app)
{
    app->exchange.done = false;
    app_find_media(app, NULL);
}
