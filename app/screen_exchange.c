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
    struct err why = {0};
    bool taken = device_load_receipts(d, app->task_folder, &app->loaded, &why);
    bool ok = device_export(d, app->task_folder, clock_wall_ms(), &app->exported, err);
    if (!taken) { /* told, but nothing that keeps records here */
        app->loaded.refused++;
        app->loaded.why = why;
    }
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

/* Back from a folder, or home. */
static bool leave(struct app *app)
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

/* Begin the job with the folder that was chosen; NULL = none yet. */
static void exchange(struct app *app, const char *folder, writer_job *job)
{
    if (!folder) {
        return;
    }
    snprintf(app->task_folder, sizeof app->task_folder, "%s", folder);
    memset(&app->loaded, 0, sizeof app->loaded);
    app->progress.done = app->progress.total = 0;
    app->progress.stop = app->progress.stopped = false;
    app->message[0] = '\0';
    memcpy(app->forms_before, app->forms, sizeof app->forms_before);
    app->before_count = app->form_count;
    app->task = writer_begin(app->writer, job, app);
    app->ui.again = true;
}

/* The rest of a page that asks for a medium. */
static void choose(struct app *app, int x, int y, int w, writer_job *job)
{
    const char *folder = medium_choose(app, x, &y, w);
    ui_body_end(&app->ui, y);
    const char *taken = medium_bar(app);
    exchange(app, taken ? taken : folder, job);
}

/* Files that are none of the study's, and why. */
static void say_refused(struct app *app, int x, int *y, int w)
{
    const struct load_report *r = &app->loaded;
    if (r->refused) {
        struct ui *ui = &app->ui;
        char why[1200];
        err_text(&r->why, why, sizeof why);
        enum string_id reason = r->why.code == ERR_AUTH    ? S_load_why_auth
                                : r->why.code == ERR_LIMIT ? S_load_why_large
                                                           : S_load_why_damaged;
        ui_warning(ui, x, y, w,
                   ui_fill(ui, S_load_refused, ui_number(ui, r->refused), ui_str(ui, reason)));
        *y += ui_text(ui, x, *y, w, TEXT_SMALL,
                      ui_fill(ui, S_load_for_coordinator, arena_text(&ui->frame, why), NULL),
                      ui->theme.soft, true);
    }
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
    enum { HANGS_MS = 10000 };
    bool hangs = clock_mono_ms() - app->locking_ms > HANGS_MS;
    y += ui_text(ui, x, y, w, TEXT_QUESTION, ui_str(ui, hangs ? S_lock_waits : S_lock_ends),
                 ui->theme.ink, true);
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
    int x, y, w;
    ui_header(ui, &h);
    if (ui_took(ui, "lock")) {
        app_lock_behind(app);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui, false), ui->h, &x, &y, &w);
    y += ui_text(ui, x, y, w, TEXT_QUESTION, ui_str(ui, S_wait), ui->theme.ink, true) +
         ui_px(ui, 12);
    ui_progress(ui, x, &y, w, &app->progress, S_progress_mb);
    y += ui_px(ui, 20);
    if (ui_wide_button(ui, "stop", x, &y, w, ui_str(ui, S_listen_stop), false)) {
        app->progress.stop = true;
    }
    ui_body_end(ui, y);
}

void screen_hand_over(struct app *app)
{
    struct ui *ui = &app->ui;
    struct header h = {.help = true, .left = "back", .progress = -1};
    h.title = ui_str(ui, app->exchanged ? S_home_hand_over : S_media_title);
    int x, y, w;
    ui_header(ui, &h);
    if (leave(app)) {
        return;
    }
    int bottom = app->exchanged ? ui->h - ui_bar_height(ui) : medium_bottom(app);
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
        ui_card(ui, NULL, x, &y, w, app_words(app, app->exported.words),
                ui_str(ui, S_hand_over_words), false);
        if (app->loaded.receipts) {
            y += ui_text(ui, x, y, w, TEXT_BODY,
                         ui_fill(ui, S_hand_over_receipts, ui_number(ui, app->loaded.receipts),
                                 ui_number(ui, app->loaded.purged)),
                         ui->theme.ink, true) +
                 ui_px(ui, 10);
        }
        say_refused(app, x, &y, w);
        y += ui_text(ui, x, y, w, TEXT_HINT, ui_str(ui, S_hand_over_kept), ui->theme.soft, true);
        ui_body_end(ui, y);
        ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_done));
        return;
    }
    y += ui_text(ui, x, y, w, TEXT_QUESTION,
                 ui_fill(ui, S_hand_over_what, ui_number(ui, (long long)app->waiting.count), NULL),
                 ui->theme.ink, true);
    if (!app->folder[0]) {
        enum { TENTH = 1024 * 1024 / 10 };
        y += ui_text(ui, x, y + ui_px(ui, 4), w, TEXT_HINT,
                     ui_fill(ui, S_hand_over_size,
                             ui_tenths(ui, (long long)((app->waiting.bytes + TENTH - 1) / TENTH)),
                             NULL),
                     ui->theme.soft, true);
    }
    y += ui_px(ui, 12);
    choose(app, x, y, w, hand_over);
}

/* The same form among others, in whatever version; or NULL. */
static const struct app_form *find_form(const struct app_form *forms, size_t count,
                                        const struct app_form *one)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(forms[i].id, one->id) == 0) {
            return &forms[i];
        }
    }
    return NULL;
}

enum { FORMS_NEW, FORMS_UPDATED, FORMS_GONE };

/* Those that came, changed or went, under a heading. */
static void name_forms(struct app *app, int which, int x, int *y, int w)
{
    static const enum string_id headings[] = {S_load_new, S_load_updated, S_load_gone};
    struct ui *ui = &app->ui;
    const struct app_form *forms = which == FORMS_GONE ? app->forms_before : app->forms;
    const struct app_form *others = which == FORMS_GONE ? app->forms : app->forms_before;
    size_t count = which == FORMS_GONE ? app->before_count : app->form_count;
    size_t other_count = which == FORMS_GONE ? app->form_count : app->before_count;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        const struct app_form *f = &forms[i], *was = find_form(others, other_count, f);
        bool changed = was && memcmp(was->form.hash, f->form.hash, sizeof f->form.hash) != 0;
        if (which == FORMS_UPDATED ? !changed : was != NULL) {
            continue;
        }
        if (!any) {
            *y += ui_px(ui, 16);
            *y += ui_text(ui, x, *y, w, TEXT_TITLE, ui_str(ui, headings[which]), ui->theme.soft,
                          true);
        }
        any = true;
        *y += ui_px(ui, 6);
        *y += ui_text(ui, x, *y, w, TEXT_BODY, f->title, ui->theme.ink, true);
        const char *version = changed && strcmp(was->version, f->version) != 0
                                  ? arena_printf(&ui->frame, "%s → %s", was->version, f->version)
                                  : f->version;
        *y += ui_text(ui, x, *y, w, TEXT_SMALL, ui_fill(ui, S_forms_version, version, NULL),
                      ui->theme.soft, true);
        if (which != FORMS_GONE) {
            char words[64];
            enrol_words(words, f->signer, sizeof f->signer);
            *y += ui_text(ui, x, *y, w, TEXT_SMALL,
                          ui_fill(ui, S_load_signed, app_words(app, words), NULL), ui->theme.soft,
                          true);
        }
    }
}

void screen_load(struct app *app)
{
    struct ui *ui = &app->ui;
    struct header h = {.help = true, .left = "back", .progress = -1};
    h.title = ui_str(ui, app->exchanged ? S_home_forms : S_media_load_title);
    int x, y, w;
    ui_header(ui, &h);
    if (leave(app)) {
        return;
    }
    int bottom = app->exchanged ? ui->h - ui_bar_height(ui) : medium_bottom(app);
    ui_body_begin(ui, ui_header_height(ui, false), bottom, &x, &y, &w);
    app_message(app, x, &y, w);
    if (app->exchanged) {
        struct load_report *r = &app->loaded;
        bool nothing = !r->grants && !r->catalogues && !r->packages && !r->receipts;
        y += ui_text(ui, x, y, w, TEXT_QUESTION, ui_str(ui, nothing ? S_load_nothing : S_load_done),
                     ui->theme.ink, true);
        y += ui_px(ui, 10);
        const char *counts = ui_fill3(ui, S_load_counts, ui_number(ui, r->packages),
                                      ui_number(ui, r->receipts), ui_number(ui, r->purged));
        y += ui_text(ui, x, y, w, TEXT_BODY, counts, ui->theme.ink, true);
        if (r->grants || r->catalogues) {
            y += ui_text(ui, x, y + ui_px(ui, 6), w, TEXT_BODY,
                         ui_fill(ui, S_load_catalogue, ui_number(ui, (long long)app->epoch), NULL),
                         ui->theme.ink, true) +
                 ui_px(ui, 6);
        }
        if (r->grants || r->catalogues || r->packages) {
            for (int which = FORMS_NEW; which <= FORMS_GONE; which++) {
                name_forms(app, which, x, &y, w);
            }
        }
        say_refused(app, x, &y, w);
        ui_body_end(ui, y);
        ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_done));
        return;
    }
    choose(app, x, y, w, load);
}
