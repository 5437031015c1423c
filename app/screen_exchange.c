/* SPDX-License-Identifier: Apache-2.0 */
/* What goes onto the stick, and what comes from it? */
#include <string.h>

#include "app/app.h"
#include "platform/clock.h"
#include "platform/file.h"

struct going {
    const char *folder;
    struct export_report *out;
    struct load_report *in;
};

static bool hand_over(struct device *d, void *arg, struct err *err)
{
    struct going *g = arg;
    return device_export(d, g->folder, clock_wall_ms(), g->out, err);
}

static bool load(struct device *d, void *arg, struct err *err)
{
    struct going *g = arg;
    return device_load_folder(d, g->folder, g->in, err);
}

/* Sticks and cards, a row each; the index of the one tapped, or -1. */
static int choose_medium(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    int chosen = -1;
    for (size_t m = 0; m < app->media_count; m++) {
        const char *id = arena_printf(&ui->frame, "medium:%zu", m + 1);
        unsigned long long mb = file_free_bytes(app->media[m]) >> 20;
        if (ui_row(ui, id, x, y, w, app_media_name(app->media[m]),
                   ui_fill(ui, S_media_free, ui_number(ui, (long long)mb), NULL), 'o')) {
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

/* Do the job with the medium that was chosen; -1 = none yet. */
static void exchange(struct app *app, int medium, writer_job *job)
{
    if (medium < 0) {
        return;
    }
    struct going g = {app->media[medium], &app->exported, &app->loaded};
    struct err err = {0};
    app_wait(app);
    if (writer_call(app->writer, job, &g, &err)) {
        app->exchanged = true;
        app->ui.again = true;
    } else {
        app_trouble(app, &err);
    }
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
