/* SPDX-License-Identifier: Apache-2.0 */
/* What goes onto the stick, and what comes from it? */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "platform/clock.h"
#include "platform/file.h"

/* On the writer's thread; it alone touches the reports until the task has ended. */
static bool hand_over(struct device *d, void *arg, struct err *err)
{
    struct app *app = arg;
    device_watch(d, &app->progress);
    bool ok = device_export(d, app->task_folder, clock_wall_ms(), &app->exported, err);
    device_watch(d, NULL);
    return ok;
}

static bool load(struct device *d, void *arg, struct err *err)
{
    struct app *app = arg;
    device_watch(d, &app->progress);
    bool ok = device_load_folder(d, app->task_folder, &app->loaded, err);
    device_watch(d, NULL);
    return ok;
}

/* Sticks and cards, a row each; the index of the one tapped, or -1. */
static int choose_medium(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    int chosen = -1;
    for (size_t m = 0; m < app->media_count; m++) {
        const char *id = arena_printf(&ui->frame, "medium:%zu", m + 1);
        long long tenths = (long long)(file_free_bytes(app->media[m]) / 100000000ull);
        if (ui_row(ui, id, x, y, w, app_media_name(app->media[m]),
                   ui_fill(ui, S_media_free, ui_tenths(ui, tenths), NULL), 0)) {
            chosen = (int)m;
        }
    }
    if (!app->media_count) {
        ui_warning(ui, x, y, w, ui_str(ui, S_media_none));
    }
    *y += ui_px(ui, 12);
    if (ui_wide_button(ui, "look", x, y, w, ui_str(ui, S_first_look), false)) {
        app_find_media(app);
    }
    return chosen;
}

static bool leave(struct app *app, const char *id)
{
    if (!ui_took(&app->ui, id)) {
        return false;
    }
    app_go(app, SCREEN_HOME);
    return true;
}

static const char *in_script(struct app *app, const char *words)
{
    if (app->ui.language == UI_EN) {
        return words;
    }
    char *out = arena_alloc(&app->ui.frame, 200);
    words_cyrillic(out, 200, words);
    return out;
}

/* Begin the job with the medium that was chosen; -1 = none yet. */
static void exchange(struct app *app, int medium, writer_job *job)
{
    if (medium < 0) {
        return;
    }
    snprintf(app->task_folder, sizeof app->task_folder, "%s", app->media[medium]);
    app->progress.done = app->progress.total = 0;
    app->progress.stop = app->progress.stopped = false;
    app->message[0] = '\0';
    memcpy(app->forms_before, app->forms, sizeof app->forms_before);
    app->before_count = app->form_count;
    app->task = writer_begin(app->writer, job, app);
    app->ui.again = true;
}

static void end_task(struct app *app)
{
    struct err err = {0};
    bool stopped = app->progress.stopped;
    bool ok = writer_end(app->writer, app->task, &err);
    app->task = NULL;
    app->ui.again = true;
    if (ok) {
        bool more = app->loaded.grants || app->loaded.catalogues || app->loaded.packages;
        app->exchanged = app->screen != SCREEN_LOAD || !more || app_load_home(app);
    } else if (stopped) {
        app_say(app, S_progress_stopped);
    } else {
        app_trouble(app, &err);
    }
}

/* Locked, but for a stick that does not answer: no name of it stands here. */
static void watch_lock(struct app *app)
{
    struct ui *ui = &app->ui;
    if (writer_is_done(app->writer, app->task) && writer_is_done(app->writer, app->locking)) {
        bool stopped = app->progress.stopped;
        bool ok = writer_end(app->writer, app->task, NULL);
        bool locked = writer_end(app->writer, app->locking, NULL);
        app->task = app->locking = NULL;
        ui->quit = ui->quit || !locked; /* a lock that fails ends the program */
        app_go(app, SCREEN_UNLOCK);
        if (stopped || !ok) {
            app_say(app, S_progress_stopped);
        }
        return;
    }
    struct header h = {.title = "", .progress = -1};
    int x, y, w;
    ui_header(ui, &h);
    ui_body_begin(ui, ui_header_height(ui, false), ui->h, &x, &y, &w);
    y += ui_text(ui, x, y, w, TEXT_QUESTION, ui_str(ui, S_lock_waits), ui->theme.ink, true);
    ui_body_end(ui, y);
}

/* How much of how much, and a way out. */
void app_watch_task(struct app *app)
{
    struct ui *ui = &app->ui;
    if (app->locking) {
        watch_lock(app);
        return;
    }
    if (writer_is_done(app->writer, app->task)) {
        end_task(app);
        return;
    }
    bool load = app->screen == SCREEN_LOAD;
    struct header h = {.title = ui_str(ui, load ? S_progress_load : S_progress_hand_over),
                       .subtitle = app_media_name(app->task_folder),
                       .right = "lock",
                       .progress = -1};
    int x, y, w, bar = ui_px(ui, 10);
    enum { KIB = 1024, TENTH = KIB * KIB / 10 };
    size_t total = app->progress.total, done = app->progress.done;
    done = done < total ? done : total;
    ui_header(ui, &h);
    if (ui_took(ui, "lock")) {
        app_lock_behind(app);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui, false), ui->h, &x, &y, &w);
    y += ui_text(ui, x, y, w, TEXT_QUESTION, ui_str(ui, S_wait), ui->theme.ink, true) +
         ui_px(ui, 12);
    int part = total ? (int)((double)w * (double)done / (double)total) : 0;
    ui_box(ui, (struct rect){x, y, w, bar}, 5, ui->theme.line, 0, 0);
    if (part > bar) {
        ui_box(ui, (struct rect){x, y, part, bar}, 5, ui->theme.accent, 0, 0);
    }
    y += bar + ui_px(ui, 8);
    if (total) {
        y += ui_text(ui, x, y, w, TEXT_BODY,
                     ui_fill(ui, S_progress_mb, ui_tenths(ui, (long long)(done / TENTH)),
                             ui_tenths(ui, (long long)((total + TENTH - 1) / TENTH))),
                     ui->theme.soft, true);
    }
    y += ui_px(ui, 20);
    if (ui_wide_button(ui, "stop", x, &y, w, ui_str(ui, S_listen_stop), false)) {
        app->progress.stop = true;
    }
    ui_body_end(ui, y);
}

void screen_hand_over(struct app *app)
{
    struct ui *ui = &app->ui;
    struct header h = {
        .help = true, .title = ui_str(ui, S_media_title), .left = "back", .progress = -1};
    int x, y, w;
    ui_header(ui, &h);
    if (leave(app, "back") || leave(app, "right")) {
        return;
    }
    int bottom = ui->h - (app->exchanged ? ui_bar_height(ui) : 0);
    ui_body_begin(ui, ui_header_height(ui, false), bottom, &x, &y, &w);
    app_message(app, x, &y, w);
    if (app->exchanged) {
        y += ui_text(ui, x, y, w, TEXT_QUESTION,
                     ui_fill(ui, S_hand_over_done, ui_number(ui, app->exported.records), NULL),
                     ui->theme.ink, true);
        y += ui_px(ui, 10);
        y += ui_text(ui, x, y, w, TEXT_BODY_BOLD, ui_str(ui, S_hand_over_pull), ui->theme.accent,
                     true);
        y += ui_px(ui, 16);
        ui_card(ui, NULL, x, &y, w, in_script(app, app->exported.words),
                ui_str(ui, S_hand_over_words), false);
        y += ui_text(ui, x, y, w, TEXT_HINT, ui_str(ui, S_hand_over_kept), ui->theme.soft, true);
        ui_body_end(ui, y);
        ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_done));
        return;
    }
    y += ui_text(ui, x, y, w, TEXT_QUESTION,
                 ui_fill(ui, S_hand_over_what, ui_number(ui, (long long)app->waiting), NULL),
                 ui->theme.ink, true);
    y += ui_px(ui, 12);
    int medium = choose_medium(app, x, &y, w);
    ui_body_end(ui, y);
    exchange(app, medium, hand_over);
}

static bool is_among(const struct app_form *forms, size_t count, const struct app_form *one)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(forms[i].form.hash, one->form.hash, sizeof one->form.hash) == 0) {
            return true;
        }
    }
    return false;
}

/* Those of `forms` that are not among the others, under a heading. */
static void name_forms(struct app *app, enum string_id heading, const struct app_form *forms,
                       size_t count, const struct app_form *others, size_t other_count, int x,
                       int *y, int w)
{
    struct ui *ui = &app->ui;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (is_among(others, other_count, &forms[i])) {
            continue;
        }
        if (!any) {
            *y += ui_px(ui, 16);
            *y += ui_text(ui, x, *y, w, TEXT_TITLE, ui_str(ui, heading), ui->theme.soft, true);
        }
        any = true;
        *y += ui_px(ui, 6);
        *y += ui_text(ui, x, *y, w, TEXT_BODY, forms[i].title, ui->theme.ink, true);
        *y += ui_text(ui, x, *y, w, TEXT_SMALL,
                      ui_fill(ui, S_forms_version, forms[i].version, NULL), ui->theme.soft, true);
    }
}

void screen_load(struct app *app)
{
    struct ui *ui = &app->ui;
    struct header h = {
        .help = true, .title = ui_str(ui, S_media_load_title), .left = "back", .progress = -1};
    int x, y, w;
    ui_header(ui, &h);
    if (ui_took(ui, "back") || ui_took(ui, "right")) {
        app_go_home(app);
        return;
    }
    int bottom = ui->h - (app->exchanged ? ui_bar_height(ui) : 0);
    ui_body_begin(ui, ui_header_height(ui, false), bottom, &x, &y, &w);
    app_message(app, x, &y, w);
    if (app->exchanged) {
        struct load_report *r = &app->loaded;
        bool nothing = !r->grants && !r->catalogues && !r->packages && !r->receipts && !r->refused;
        y += ui_text(ui, x, y, w, TEXT_QUESTION, ui_str(ui, nothing ? S_load_nothing : S_load_done),
                     ui->theme.ink, true);
        y += ui_px(ui, 10);
        const char *counts = ui_fill3(ui, S_load_counts, ui_number(ui, r->packages),
                                      ui_number(ui, r->receipts), ui_number(ui, r->purged));
        y += ui_text(ui, x, y, w, TEXT_BODY, counts, ui->theme.ink, true);
        if (r->grants || r->catalogues || r->packages) {
            name_forms(app, S_load_new, app->forms, app->form_count, app->forms_before,
                       app->before_count, x, &y, w);
            name_forms(app, S_load_gone, app->forms_before, app->before_count, app->forms,
                       app->form_count, x, &y, w);
        }
        if (r->refused) {
            char why[1200];
            err_text(&r->why, why, sizeof why);
            ui_warning(ui, x, &y, w,
                       ui_fill(ui, S_load_refused, ui_number(ui, r->refused),
                               arena_text(&ui->frame, why)));
        }
        ui_body_end(ui, y);
        ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_done));
        return;
    }
    int medium = choose_medium(app, x, &y, w);
    ui_body_end(ui, y);
    exchange(app, medium, load);
}
