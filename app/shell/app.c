/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, small texts, and entering and leaving screens. */
#include "app/shell/app.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/shell/tasks.h"
#include "platform/custody/enrol.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/secret.h"

/* ---- screens ---- */

void *app_state(const struct app *app, enum screen family)
{
    return app->screens[app->screen].family == family ? app->state : NULL;
}

void app_close_screen(struct app *app)
{
    const struct screen_row *row = &app->screens[app->screen];
    if (row->close) {
        row->close(app);
    }
    if (app->state) {
        secret_wipe(app->state, row->state_size);
        free(app->state);
        app->state = NULL;
    }
}

void app_set_screen(struct app *app, enum screen screen)
{
    assert(screen < SCREEN_COUNT && app->screens[screen].build);
    const struct screen_row *row = &app->screens[screen];
    app->from = app->screen;
    app->screen = screen;
    if (!app->state && row->state_size) {
        app->state = mem_zero(1, row->state_size);
    }
}

/* The interview's log tells what was shown: a page, the outline or the end. */
static void log_screen(struct app *app, enum screen screen)
{
    bool elsewhere = app->screen == SCREEN_FINISH || app->screen == SCREEN_OUTLINE;
    if (screen == SCREEN_FINISH || screen == SCREEN_OUTLINE) {
        interview_screen(app->interview, screen == SCREEN_FINISH ? "end" : "outline");
    } else if (screen == SCREEN_INTERVIEW && elsewhere) {
        struct page page = app->interview->page; /* shown again from now on */
        interview_go(app->interview, &page);
    }
}

void app_go(struct app *app, enum screen screen)
{
    app_leave_task(app);
    if (app->screens[app->screen].family != app->screens[screen].family || screen == app->screen) {
        app_close_screen(app);
    }
    if (app->interview) {
        log_screen(app, screen);
    }
    app_set_screen(app, screen);
    app->loop.arrived_ms = clock_mono_ms();
    app->sheet = app->sheets.shown = SHEET_NONE;
    app->message.text[0] = '\0';
    app->view.refused = NULL;
    app->sticks.changed = false; /* the next page searches for media itself */
    app->sticks.folder[0] = '\0';
    edit_end(&app->ui.edit);
    window_forget_keys(app->ui.window); /* a passphrase may have been among them */
    app->ui.scroll = 0;
    app->ui.focus[0] = '\0';
    app->ui.again = true;
    if (app->screens[screen].open) {
        app->screens[screen].open(app);
    }
}

/* ---- messages ---- */

void app_say_text(struct app *app, const char *text, bool good)
{
    snprintf(app->message.text, sizeof app->message.text, "%s", text);
    app->message.good = good;
    app->message.fresh = true;
    app->ui.again = true;
}

void app_say(struct app *app, enum string_id id)
{
    app_say_text(app, ui_str(&app->ui, id), false);
}

void app_say_good(struct app *app, enum string_id id)
{
    app_say_text(app, ui_str(&app->ui, id), true);
}

void app_trouble(struct app *app, const struct err *err)
{
    char text[1200];
    err_text(err, text, sizeof text);
    app_say_text(app, ui_fill(&app->ui, S_trouble_hint, text, NULL), false);
}

void app_message(struct app *app)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    int top = ui->at.y;
    if (!app->message.text[0]) {
        return;
    }
    if (!app->message.good) {
        ui_warning(ui, app->message.text);
    } else {
        int pad = ui_px(ui, 11);
        int h = ui_text_height(ui, w - 2 * pad, TEXT_HINT, app->message.text) + 2 * pad;
        ui_box(ui, (struct rect){x, ui->at.y, w, h}, 7, ui->theme.tint, ui->theme.accent, 1.5f);
        ui_text(ui, x + pad, ui->at.y + pad, w - 2 * pad, TEXT_HINT, app->message.text,
                ui->theme.ink);
        ui->at.y += h + ui_px(ui, 10);
    }
    if (app->message.fresh) { /* scrolled into view once; then the user scrolls */
        app->message.fresh = false;
        ui_scroll_to(ui, top, ui->at.y - top);
    }
}

void app_wait_box(struct app *app, enum string_id what)
{
    struct ui *ui = &app->ui;
    int pad = ui_px(ui, 16), w = ui_px(ui, 260), max = ui->w - 2 * pad;
    const char *text = ui_str(ui, what);
    if (!ui_words_fit(ui, TEXT_HEADING, text, w - 2 * pad)) {
        w = max;
    }
    int text_h = ui_centre_height(ui, w - 2 * pad, TEXT_HEADING, text);
    int h = text_h + 2 * pad, min = ui_px(ui, 80);
    h = h < min ? min : h;
    struct rect r = {(ui->w - w) / 2, (ui->h - h) / 2, w, h};
    ui_box(ui, r, 9, ui->theme.paper, ui->theme.accent, 2);
    ui_text_top(ui, (struct rect){r.x + pad, r.y + (h - text_h) / 2, w - 2 * pad, text_h},
                TEXT_HEADING, text, ui->theme.ink);
}

void app_wait(struct app *app, enum string_id what)
{
    struct ui *ui = &app->ui;
    app_wait_box(app, what);
    window_show(ui->window, &ui->draws, ui->theme.paper);
}

const char *app_date(struct app *app, int64_t wall_ms)
{
    int64_t local = wall_ms + (int64_t)clock_zone_minutes(wall_ms) * 60000;
    int64_t days = local / 86400000, ms = local % 86400000;
    int year, month, day;
    clock_civil(days, &year, &month, &day);
    return arena_printf(&app->ui.frame, "%02d.%02d.%04d %02d:%02d", day, month, year,
                        (int)(ms / 3600000), (int)(ms / 60000 % 60));
}

const char *app_media_name(const char *path)
{
    return file_name(path);
}

const char *app_words(struct app *app, const char *words)
{
    char *out = arena_alloc(&app->ui.frame, 200);
    snprintf(out, 200, "%s", words);
    if (app->ui.language != UI_EN) {
        words_cyrillic(out, 200, words);
    }
    return out;
}

void app_show_words(struct app *app, const char *words, const char *note)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    const char *said = app_words(app, words);
    const char **list = arena_alloc(&ui->frame, (strlen(said) + 1) * sizeof *list);
    size_t count = 0;
    for (const char *p = said; *p; count++) {
        size_t len = strcspn(p, " ");
        list[count] = arena_printf(&ui->frame, "%zu. %.*s", count + 1, (int)len, p);
        p += len + (p[len] == ' ');
    }
    size_t columns = ui->landscape ? 3 : 2, rows = (count + columns - 1) / columns;
    int pad = ui_px(ui, 14), cell = (w - 2 * pad) / (int)columns, line = 0;
    for (size_t i = 0; i < count; i++) {
        int h = ui_text_height(ui, cell, TEXT_DIGIT, list[i]) + ui_px(ui, 4);
        line = h > line ? h : line;
    }
    int note_h = note ? ui_text_height(ui, w - 2 * pad, TEXT_HINT, note) : 0;
    struct rect r = {x, ui->at.y, w, note_h + (int)rows * line + 2 * pad};
    ui_box(ui, r, 9, ui->theme.paper, ui->theme.line, 1.5f);
    for (size_t i = 0; i < count; i++) {
        int at = x + pad + (int)(i / rows) * cell, top = ui->at.y + pad + (int)(i % rows) * line;
        ui_text(ui, at, top, cell, TEXT_DIGIT, list[i], ui->theme.ink);
    }
    if (note) {
        ui_text(ui, x + pad, ui->at.y + pad + (int)rows * line, w - 2 * pad, TEXT_HINT, note,
                ui->theme.soft);
    }
    ui->at.y += r.h + ui_px(ui, 10);
}

void app_close_sheet(struct app *app)
{
    app->sheet = app->sheets.shown = SHEET_NONE;
    app->ui.scroll = app->sheets.page_scroll; /* the page's scroll position is kept */
    app->ui.again = true;
}
