/* SPDX-License-Identifier: Apache-2.0 */
/* How should it look, in which language, and what else can be done here? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "platform/file.h"

static void settings_path(const struct app *app, struct buf *path)
{
    buf_printf(path, "%s/settings", app->data_dir ? app->data_dir : ".");
}

/* One word and value a line; what is not understood stays as it is. */
void app_settings_read(struct app *app)
{
    struct buf path = {0}, text = {0};
    settings_path(app, &path);
    if (file_read(&text, path.data, 4096, NULL)) {
        char *save = NULL;
        for (char *line = strtok_r(text.data, "\n", &save); line;
             line = strtok_r(NULL, "\n", &save)) {
            char word[32], value[32];
            if (sscanf(line, "%31s %31s", word, value) != 2) {
                continue;
            }
            int n = atoi(value);
            if (strcmp(word, "language") == 0) {
                app->ui.language = language_from(value);
            } else if (strcmp(word, "text") == 0 && n >= 100 && n <= 200) {
                app->ui.text_scale = (float)n / 100;
            } else if (strcmp(word, "night") == 0) {
                app->night = n == 1;
                ui_theme(&app->ui, app->night);
            } else if (strcmp(word, "glove") == 0) {
                app->ui.glove = n == 1;
            } else if (strcmp(word, "left") == 0) {
                app->ui.left_hand = n == 1;
            } else if (strcmp(word, "apart") == 0) {
                app->apart = n == 1;
            }
        }
    }
    buf_fini(&path);
    buf_fini(&text);
}

void app_settings_write(struct app *app)
{
    struct buf path = {0}, text = {0};
    struct err err = {0};
    settings_path(app, &path);
    buf_printf(&text, "language %s\ntext %d\nnight %d\nglove %d\nleft %d\napart %d\n",
               language_code(app->ui.language), (int)(app->ui.text_scale * 100 + 0.5f), app->night,
               app->ui.glove, app->ui.left_hand, app->apart);
    if (app->writer && !file_write(path.data, text.data, text.len, FILE_PRIVATE, true, &err)) {
        app_trouble(app, &err);
    }
    buf_fini(&path);
    buf_fini(&text);
}

static bool interface_languages(struct app *app, int x, int *y, int w);

void screen_settings(struct app *app)
{
    struct ui *ui = &app->ui;
    struct header h = {
        .help = true, .title = ui_str(ui, S_settings_title), .left = "back", .progress = -1};
    int x, y, w;
    ui_header(ui, &h);
    if (ui_took(ui, "back")) {
        int scroll = app->page_scroll;
        app_go(app, app->interview ? SCREEN_INTERVIEW : SCREEN_HOME);
        if (app->interview) { /* where it was left */
            ui->scroll = scroll;
            screen_reopen_typed(app);
        }
        return;
    }
    ui_body_begin(ui, ui_header_height(ui, false), ui->h, &x, &y, &w);
    app_message(app, x, &y, w);
    y += ui_text(ui, x, y, w, TEXT_HEADING, ui_str(ui, S_settings_interface), ui->theme.ink, true);
    interface_languages(app, x, &y, w);
    y += ui_px(ui, 18);
    y += ui_text(ui, x, y, w, TEXT_HEADING, ui_str(ui, S_settings_theme), ui->theme.ink, true);
    for (int n = 0; n < 2; n++) {
        if (ui_choice(ui, n ? "night" : "day", x, &y, w,
                      ui_str(ui, n ? S_settings_night : S_settings_day), app->night == (n == 1),
                      false)) {
            app->night = n == 1;
            ui_theme(ui, app->night);
            app_settings_write(app);
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
            app_settings_write(app);
        }
    }
    ui_pills_end(ui, &px, &y, x);
    y += ui_px(ui, 12);
    y += ui_text(ui, x, y, w, TEXT_HEADING, ui_str(ui, S_settings_hand), ui->theme.ink, true);
    if (ui_choice(ui, "glove", x, &y, w, ui_str(ui, S_settings_glove), ui->glove, true)) {
        ui->glove = !ui->glove;
        app_settings_write(app);
    }
    if (ui_choice(ui, "left-hand", x, &y, w, ui_str(ui, S_settings_left), ui->left_hand, true)) {
        ui->left_hand = !ui->left_hand;
        app_settings_write(app);
    }
    y += ui_px(ui, 18);
    y += ui_text(ui, x, y, w, TEXT_HEADING, ui_str(ui, S_lock), ui->theme.ink, true);
    if (ui_row(ui, "pin", x, &y, w, ui_str(ui, S_pin_title),
               ui_str(ui, app->locks.pin ? S_pin_is_set : S_pin_none), 0)) {
        app->pin_from = SCREEN_SETTINGS;
        app_go(app, SCREEN_PIN);
        return;
    }
    y += ui_px(ui, 16);
    if (ui_wide_button(ui, "lock", x, &y, w, ui_str(ui, S_lock), false)) {
        app_lock(app);
        return;
    }
    ui_body_end(ui, y);
}

/* ---- sheets ---- */

void app_close_sheet(struct app *app)
{
    app->sheet = app->sheet_shown = SHEET_NONE;
    app->ui.scroll = app->page_scroll; /* nobody loses the place */
    app->ui.again = true;
}

static bool interface_languages(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    for (int l = 0; l < UI_LANGUAGE_COUNT; l++) {
        enum ui_language language = (enum ui_language)l;
        const char *id = arena_printf(&ui->frame, "lang:%s", language_code(language));
        if (ui_choice(ui, id, x, y, w, language_own_name(language), language == ui->language,
                      false)) {
            app_language(app, language);
            app_settings_write(app);
            return true;
        }
    }
    return false;
}

/* In an interview the questions' language and the interface's, apart or together. */
static void language_sheet(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    if (!app->interview) {
        if (interface_languages(app, x, y, w)) {
            app_close_sheet(app);
        }
        return;
    }
    const char *codes[UI_LANGUAGE_COUNT];
    size_t count = app_question_languages(app, codes);
    *y +=
        ui_text(ui, x, *y, w, TEXT_HEADING, ui_str(ui, S_language_questions), ui->theme.ink, true);
    for (size_t c = 0; c < count; c++) {
        bool on = strcmp(codes[c], session_language(app->interview->session)) == 0;
        if (ui_choice(ui, arena_printf(&ui->frame, "ask:%s", codes[c]), x, y, w,
                      language_own_name(language_from(codes[c])), on, false)) {
            app_question_language(app, codes[c]);
            app_close_sheet(app);
            return;
        }
    }
    *y += ui_px(ui, 14);
    if (ui_choice(ui, "together", x, y, w, ui_str(ui, S_language_together), !app->apart, true)) {
        app->apart = !app->apart;
        app_settings_write(app);
    }
    *y += ui_px(ui, 14);
    if (app->apart) {
        *y += ui_text(ui, x, *y, w, TEXT_HEADING, ui_str(ui, S_settings_interface), ui->theme.ink,
                      true);
        if (interface_languages(app, x, y, w)) {
            app_close_sheet(app);
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
            app_close_sheet(app);
        }
    }
    if (app->screen == SCREEN_INTERVIEW &&
        ui_row(ui, "memo", x, y, w, ui_str(ui, S_memo_title), "", 0)) {
        memo_open(app);
        return;
    }
    if (ui_row(ui, "languages", x, y, w, ui_str(ui, S_menu_language), "", 0)) {
        app->sheet = SHEET_LANGUAGE;
        ui->again = true;
        return;
    }
    if (app->screen == SCREEN_INTERVIEW &&
        ui_row(ui, "settings", x, y, w, ui_str(ui, S_settings_title), "", 0)) {
        struct node *node = question_typed(app);
        if (node) {
            interview_typing(app->interview, node, ui->edit.text.data);
        }
        app_go(app, SCREEN_SETTINGS);
        return;
    }
    if (ui_row(ui, "finish", x, y, w, ui_str(ui, S_menu_finish), "", 0)) {
        if (question_commit(app)) {
            app_go(app, SCREEN_FINISH);
        } else {
            app_close_sheet(app);
        }
    }
    if (ui_row(ui, "leave", x, y, w, ui_str(ui, S_menu_leave), "", 0)) {
        app_leave_interview(app);
        app_go(app, SCREEN_HOME);
    }
    if (ui_row(ui, "help", x, y, w, ui_str(ui, S_help_title), "", 0)) {
        app->sheet = SHEET_HELP;
        ui->again = true;
        return;
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
    if (ui_wide_button(ui, "keep", x, y, w, ui_str(ui, S_discard_keep), true)) {
        app_close_sheet(app);
    }
    if (ui_wide_button(ui, "discard-yes", x, y, w, ui_str(ui, S_menu_discard), false)) {
        struct err err = {0};
        bool ok = interview_discard(app->interview, &err);
        app_drop_interview(app);
        app_go(app, SCREEN_HOME);
        if (!ok) {
            app_trouble(app, &err);
        }
    }
}

static void help_sheet(struct app *app, int x, int *y, int w)
{
    struct ui *ui = &app->ui;
    const char *title, *text;
    if (!help_page((int)app->screen, ui->language, &title, &text)) {
        return;
    }
    *y += ui_text(ui, x, *y, w, TEXT_QUESTION, title, ui->theme.ink, true) + ui_px(ui, 12);
    for (const char *p = text; *p;) { /* a point a line */
        size_t len = strcspn(p, "\n");
        const char *point = arena_copy(&ui->frame, p, len);
        int inset = ui_px(ui, 18), dot = ui_px(ui, 6);
        ui_box(ui,
               (struct rect){x + ui_px(ui, 2), *y + ui_line(ui, TEXT_BODY) / 2 - dot / 2, dot, dot},
               3, ui->theme.accent, 0, 0);
        *y += ui_text(ui, x + inset, *y, w - inset, TEXT_BODY, point, ui->theme.ink, true) +
              ui_px(ui, 10);
        p += len + (p[len] == '\n');
    }
}

/* A picture as large as the screen. */
static void picture_sheet(struct app *app, int *y)
{
    struct ui *ui = &app->ui;
    const struct picture *p = app_picture(app, app->looked_at, ui->w, ui->body.h);
    if (p) {
        app_show_picture(app, (ui->w - p->w) / 2, *y, p);
        *y += p->h;
    }
}

void sheet_show(struct app *app)
{
    static const enum string_id titles[] = {
        [SHEET_LANGUAGE] = S_language_title, [SHEET_MENU] = S_menu_title,
        [SHEET_DISCARD] = S_menu_discard,    [SHEET_FILES] = S_file_title,
        [SHEET_HELP] = S_help_title,         [SHEET_PICTURE] = S_picture_title,
        [SHEET_MEMO] = S_memo_title};
    struct ui *ui = &app->ui;
    struct header h = {.title = ui_str(ui, titles[app->sheet]), .left = "cancel", .progress = -1};
    int x, y, w;
    if (app->sheet_shown != app->sheet) {
        app->page_scroll = app->sheet_shown == SHEET_NONE ? ui->scroll : app->page_scroll;
        app->sheet_shown = app->sheet;
        ui->scroll = 0;
    }
    ui_header(ui, &h);
    bool memo = app->sheet == SHEET_MEMO;
    if (ui_took(ui, "cancel")) {
        if (memo) {
            memo_close(app);
        } else {
            app_close_sheet(app);
        }
        return;
    }
    int bottom = ui->h - (memo ? keyboard_height(ui, KEYBOARD_TEXT) : 0);
    ui_body_begin(ui, ui_header_height(ui, false), bottom, &x, &y, &w);
    switch (app->sheet) {
    case SHEET_LANGUAGE:
        language_sheet(app, x, &y, w);
        break;
    case SHEET_HELP:
        help_sheet(app, x, &y, w);
        break;
    case SHEET_FILES:
        question_files_sheet(app, x, &y, w);
        break;
    case SHEET_MEMO:
        memo_sheet(app, x, &y, w);
        break;
    case SHEET_PICTURE:
        picture_sheet(app, &y);
        break;
    case SHEET_MENU:
        menu_sheet(app, x, &y, w);
        break;
    default:
        discard_sheet(app, x, &y, w);
        break;
    }
    if (app->sheet != SHEET_NONE) {
        ui_body_end(ui, y);
        if (memo && keyboard_show(ui, &app->keyboard, KEYBOARD_TEXT, ui_str(ui, S_done))) {
            memo_close(app);
        }
    }
}
