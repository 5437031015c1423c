/* SPDX-License-Identifier: Apache-2.0 */
/* How should it look, in which language, and what else can be done here? */
#include <string.h>

#include "app/app.h"

void screen_settings(struct app *app)
{
    struct ui *ui = &app->ui;
    struct header h = {.title = ui_str(ui, S_settings_title), .left = "back", .progress = -1};
    int x, y, w;
    ui_header(ui, &h);
    if (ui_took(ui, "back")) {
        app_go(app, SCREEN_HOME);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui, false), ui->h, &x, &y, &w);
    y += ui_text(ui, x, y, w, TEXT_HEADING, ui_str(ui, S_settings_interface), ui->theme.ink, true);
    for (int l = 0; l < UI_LANGUAGE_COUNT; l++) {
        const char *id = arena_printf(&ui->frame, "lang:%s", language_code((enum ui_language)l));
        if (ui_choice(ui, id, x, &y, w, language_own_name((enum ui_language)l),
                      (enum ui_language)l == ui->language, false)) {
            app_language(app, (enum ui_language)l);
        }
    }
    y += ui_px(ui, 18);
    y += ui_text(ui, x, y, w, TEXT_HEADING, ui_str(ui, S_settings_theme), ui->theme.ink, true);
    for (int n = 0; n < 2; n++) {
        if (ui_choice(ui, n ? "night" : "day", x, &y, w,
                      ui_str(ui, n ? S_settings_night : S_settings_day), app->night == (n == 1),
                      false)) {
            app->night = n == 1;
            ui_theme(ui, app->night);
        }
    }
    y += ui_px(ui, 18);
    y += ui_text(ui, x, y, w, TEXT_HEADING, ui_str(ui, S_settings_text), ui->theme.ink, true);
    y += ui_px(ui, 8);
    int px = x;
    for (int percent = 100; percent <= 200; percent += 25) {
        const char *label = arena_printf(&ui->frame, "%d %%", percent);
        bool on = (int)(ui->text_scale * 100 + 0.5f) == percent;
        if (ui_pill(ui, arena_printf(&ui->frame, "text:%d", percent), &px, &y, x, x + w, label, on,
                    false)) {
            ui->text_scale = (float)percent / 100;
        }
    }
    ui_pills_end(ui, &px, &y, x);
    y += ui_px(ui, 12);
    if (ui_wide_button(ui, "lock", x, &y, w, ui_str(ui, S_lock), false)) {
        app_lock(app);
        return;
    }
    ui_body_end(ui, y);
}

/* ---- sheets ---- */

static void close_sheet(struct app *app)
{
    app->sheet = SHEET_NONE;
    app->ui.scroll = 0;
    app->ui.again = true;
}

static void language_sheet(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    for (int l = 0; l < UI_LANGUAGE_COUNT; l++) {
        enum ui_language language = (enum ui_language)l;
        const char *id = arena_printf(&ui->frame, "lang:%s", language_code(language));
        /* questions come in the languages of the form; the interface also in English */
        if (app->interview && language == UI_EN && form_language(app->interview->form, "en") < 0) {
            continue;
        }
        if (ui_choice(ui, id, x, y, w, language_own_name(language), language == ui->language,
                      false)) {
            app_language(app, language);
            close_sheet(app);
        }
    }
}

static void menu_sheet(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    if (ui_row(ui, "outline", x, y, w, ui_str(ui, S_menu_outline), "", 0)) {
        if (question_commit(app)) {
            app_go(app, SCREEN_OUTLINE);
        } else {
            close_sheet(app);
        }
    }
    if (ui_row(ui, "finish", x, y, w, ui_str(ui, S_menu_finish), "", 0)) {
        if (question_commit(app)) {
            app_go(app, SCREEN_FINISH);
        } else {
            close_sheet(app);
        }
    }
    if (ui_row(ui, "leave", x, y, w, ui_str(ui, S_menu_leave), "", 0)) {
        app_leave_interview(app);
        app_go(app, SCREEN_HOME);
    }
    if (ui_row(ui, "lock", x, y, w, ui_str(ui, S_lock), "", 0)) {
        app_lock(app);
    }
    if (ui_row(ui, "discard", x, y, w, ui_str(ui, S_menu_discard), "", '!')) {
        app->sheet = SHEET_DISCARD;
    }
}

static void discard_sheet(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    *y += ui_text(ui, x, *y, w, TEXT_QUESTION, ui_str(ui, S_discard_sure), ui->theme.ink, true);
    *y += ui_px(ui, 20);
    if (ui_wide_button(ui, "keep", x, y, w, ui_str(ui, S_cancel), true)) {
        close_sheet(app);
    }
    if (ui_wide_button(ui, "discard-yes", x, y, w, ui_str(ui, S_menu_discard), false)) {
        struct err err = {0};
        bool ok = interview_discard(app->interview, &err);
        interview_free(app->interview);
        app->interview = NULL;
        app_go(app, SCREEN_HOME);
        if (!ok) {
            app_trouble(app, &err);
        }
    }
}

void sheet_show(struct app *app)
{
    static const enum string_id titles[] = {[SHEET_LANGUAGE] = S_language_title,
                                            [SHEET_MENU] = S_menu_title,
                                            [SHEET_DISCARD] = S_menu_discard};
    struct ui *ui = &app->ui;
    struct header h = {.title = ui_str(ui, titles[app->sheet]), .left = "cancel", .progress = -1};
    int x, y, w, keep = ui->scroll;
    ui_header(ui, &h);
    if (ui_took(ui, "cancel")) {
        close_sheet(app);
        return;
    }
    ui->scroll = 0;
    ui_body_begin(ui, ui_header_height(ui, false), ui->h, &x, &y, &w);
    switch (app->sheet) {
    case SHEET_LANGUAGE:
        language_sheet(app, x, &y, w);
        break;
    case SHEET_MENU:
        menu_sheet(app, x, &y, w);
        break;
    default:
        discard_sheet(app, x, &y, w);
        break;
    }
    ui_body_end(ui, y);
    if (app->sheet != SHEET_NONE) {
        ui->scroll = keep;
    }
}
