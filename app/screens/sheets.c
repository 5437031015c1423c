/* SPDX-License-Identifier: Apache-2.0 */
/* Sheets that cover a page: menu, languages, help, picture, memo, label and more. */
#include "app/interview/interview_sound.h"
#include "app/screens/sheets.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "app/questions/question.h"
#include "app/screens/help.h"
#include "app/screens/locks.h"
#include "app/screens/open_interview.h"
#include "app/screens/screen_finish.h"
#include "app/screens/screen_label.h"
#include "app/screens/screen_memo.h"
#include "app/screens/screen_quote.h"
#include "app/screens/screen_settings.h"
#include "app/screens/screen_travel.h"
#include "app/shell/sound.h"
#include "app/shell/form_media.h"
#include "app/shell/languages.h"

/* During an interview: the question language and the interface language, changed together or
 * apart. */
static void language_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    if (!app->interview) {
        if (interface_languages(app)) {
            app_close_sheet(app);
        }
        return;
    }
    const char *codes[APP_LANGUAGES];
    size_t count = app_question_languages(app, codes);
    ui_say(ui, TEXT_HEADING, ui_str(ui, S_language_questions), ui->theme.ink);
    for (size_t c = 0; c < count; c++) {
        bool on = strcmp(codes[c], session_language(app->interview->session)) == 0;
        const char *id = language_known(codes[c]) ? arena_printf(&ui->frame, "ask:%s", codes[c])
                                                  : arena_printf(&ui->frame, "ask:%zu", c);
        if (ui_choice(ui, id, app_language_name(app, codes[c]), on, false)) {
            app_question_language(app, codes[c]);
            app_close_sheet(app);
            return;
        }
    }
    ui_gap(ui, 14);
    if (ui_choice(ui, "together", ui_str(ui, S_language_together), !app->looks.apart, true)) {
        app->looks.apart = !app->looks.apart;
        app_settings_write(app);
    }
    ui_gap(ui, 14);
    if (app->looks.apart) {
        ui_say(ui, TEXT_HEADING, ui_str(ui, S_settings_interface), ui->theme.ink);
        if (interface_languages(app)) {
            app_close_sheet(app);
        }
    }
}

static void menu_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    if (ui_row(ui, "outline", ui_str(ui, S_menu_outline), "", 0)) {
        question_commit_or_keep(app);
        app_go(app, SCREEN_OUTLINE);
    }
    if (app->screen == SCREEN_INTERVIEW && ui_row(ui, "memo", ui_str(ui, S_memo_title), "", 0)) {
        memo_open(app);
        return;
    }
    if (ui_row(ui, "label", ui_str(ui, S_label_title),
               arena_text(&ui->frame, app->interview->label), 0)) {
        label_open(app);
        return;
    }
    if (ui_row(ui, "languages", ui_str(ui, S_menu_language), "", 0)) {
        app->sheet = SHEET_LANGUAGE;
        ui->again = true;
        return;
    }
    if (app->screen == SCREEN_INTERVIEW &&
        ui_row(ui, "settings", ui_str(ui, S_settings_title), "", 0)) {
        struct node *node = typed_node(app);
        if (node) {
            interview_typing(app->interview, node, ui->edit.text.data);
        }
        app->view.scroll = app->sheets.page_scroll;
        app_go(app, SCREEN_SETTINGS);
        return;
    }
    if (ui_row(ui, "finish", ui_str(ui, S_menu_finish), "", 0)) {
        question_commit_or_keep(app); /* SCREEN_FINISH lists what was refused */
        app_go(app, SCREEN_FINISH);
    }
    if (ui_row(ui, "leave", ui_str(ui, S_menu_leave), "", 0)) {
        app_leave_interview(app);
        app_go(app, SCREEN_HOME);
    }
    if (ui_row(ui, "help", ui_str(ui, S_help_title), "", 0)) {
        app->sheet = SHEET_HELP;
        ui->again = true;
        return;
    }
    if (ui_row(ui, "lock", ui_str(ui, S_lock), "", 0)) {
        app_lock(app);
    }
    if (ui_row(ui, "discard", ui_str(ui, S_menu_discard), "", '!')) {
        app->sheet = SHEET_DISCARD;
    }
}

static void discard_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_discard_sure), ui->theme.ink);
    ui_gap(ui, 20);
    if (ui_wide_button(ui, "keep", ui_str(ui, S_discard_keep), true)) {
        app_close_sheet(app);
    }
    if (ui_wide_button(ui, "discard-yes", ui_str(ui, S_menu_discard), false)) {
        struct err err = {0};
        bool ok =
            sound_end(app->interview, WHY_LEFT, &err) && interview_discard(app->interview, &err);
        app_drop_interview(app);
        app_go(app, SCREEN_HOME);
        if (!ok) {
            app_trouble(app, &err);
        }
    }
}

static void help_text(struct ui *ui, const char *title, const char *text)
{
    int x = ui->at.x, w = ui->at.w;
    ui_say(ui, TEXT_QUESTION, title, ui->theme.ink);
    ui_gap(ui, 12);
    for (const char *p = text; *p;) { /* one point per line */
        size_t len = strcspn(p, "\n");
        const char *point = arena_copy(&ui->frame, p, len);
        int inset = ui_px(ui, 18), dot = ui_px(ui, 6);
        ui_box(ui,
               (struct rect){x + ui_px(ui, 2), ui->at.y + ui_line(ui, TEXT_BODY) / 2 - dot / 2, dot,
                             dot},
               3, ui->theme.accent, 0, 0);
        ui->at.y += ui_text(ui, x + inset, ui->at.y, w - inset, TEXT_BODY, point, ui->theme.ink) +
                    ui_px(ui, 10);
        p += len + (p[len] == '\n');
    }
}

static void help_sheet(struct app *app)
{
    int shown[HELP_SHOWN];
    size_t count = help_now(app, shown);
    for (size_t k = 0; k < count; k++) {
        const char *title, *text;
        if (help_page(shown[k], app->ui.language, &title, &text)) {
            ui_gap(&app->ui, k ? 12 : 0);
            help_text(&app->ui, title, text);
        }
    }
}

static bool look_about(struct device *d, void *arg, struct err *err)
{
    struct app *app = arg;
    (void)err;
    device_words(d, app->sheets.about_words);
    app->home.epoch = device_catalogue(d)->epoch;
    app->home.epoch_s = device_catalogue(d)->issued_at;
    return true;
}

void about_open(struct app *app)
{
    app->sheets.about_words[0] = '\0';
    if (writer_call(app->writer, look_about, app, NULL)) {
        app->sheet = SHEET_ABOUT;
        app->ui.again = true;
    }
}

/* Version, words and catalogue, to be told to the coordinator by phone. Nothing in it is
 * secret. */
static void about_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    ui_say(ui, TEXT_QUESTION,
           arena_printf(&ui->frame, "%s %s", ui_str(ui, S_app_name), SUHBAT_VERSION),
           ui->theme.ink);
    ui_gap(ui, 4);
    ui_say(ui, TEXT_HINT, ui_str(ui, S_about_what), ui->theme.soft);
    ui_gap(ui, 16);
    app_show_words(app, app->sheets.about_words, ui_str(ui, S_about_words));
    int64_t issued_ms = (int64_t)app->home.epoch_s * 1000;
    ui_say(ui, TEXT_BODY,
           ui_fill(ui, S_about_catalogue, ui_number(ui, (long long)app->home.epoch),
                   app_date(app, issued_ms)),
           ui->theme.ink);
    ui_gap(ui, 10);
    ui_say(ui, TEXT_HINT, ui_str(ui, S_about_licence), ui->theme.soft);
}

/* Drags the enlarged picture. */
static void pan(struct app *app, int *y)
{
    struct ui *ui = &app->ui;
    int x, at;
    bool held = ui_grabbed(ui, "pan", &x, &at);
    if (held && app->sheets.panned) {
        ui->side -= x - app->sheets.pan_x;
        ui->scroll -= at - app->sheets.pan_y;
        *y += at - app->sheets.pan_y;
    }
    app->sheets.panned = held;
    app->sheets.pan_x = x;
    app->sheets.pan_y = at;
}

/* Fits the picture to the screen; pinching, buttons or keys enlarge it. */
static void picture_sheet(struct app *app)
{
    enum { MAX = 4 };
    struct ui *ui = &app->ui;
    int *y = &ui->at.y;
    struct rect b = ui->body;
    const struct picture *p = app_picture(app, app->sheets.looked_at, b.w, b.h);
    float before = app->sheets.zoom, zoom = before * ui->pinch;
    zoom *= ui_took(ui, "larger") ? 1.5f : ui_took(ui, "smaller") ? 1 / 1.5f : 1;
    zoom = zoom < 1.05f ? 1 : zoom > MAX ? MAX : zoom;
    ui->pinch = 1;
    ui->pans = true;
    if (!p) {
        return;
    }
    pan(app, y);
    float fit = (float)b.w / (float)p->w, tall = (float)b.h / (float)p->h;
    fit = fit < tall ? fit : tall;
    fit = fit < 3 ? fit : 3; /* small pictures are not enlarged more */
    int w = (int)((float)p->w * fit * zoom), h = (int)((float)p->h * fit * zoom);
    if (zoom > 1) { /* with more detail */
        const struct picture *fine = app_picture(app, app->sheets.looked_at, b.w * 2, b.h * 2);
        p = fine ? fine : p;
    }
    if (zoom < before || zoom > before) { /* the centre stays in place */
        float by = zoom / before;
        int scroll = (int)((float)(ui->scroll + b.h / 2) * by) - b.h / 2;
        *y -= scroll - ui->scroll;
        ui->scroll = scroll;
        ui->side = (int)((float)(ui->side + b.w / 2) * by) - b.w / 2;
        app->sheets.zoom = zoom;
    }
    int max = w > b.w ? w - b.w : 0;
    ui->side = ui->side < 0 ? 0 : ui->side > max ? max : ui->side;
    int spare = b.y + b.h - *y - h;
    *y += spare > 0 ? spare / 2 : 0; /* centred vertically */
    app_stretch_picture(app, (struct rect){w < b.w ? (b.w - w) / 2 : -ui->side, *y, w, h}, p);
    if (zoom > 1) {
        ui_place(ui, "pan", ROLE_GRAB, b);
    }
    *y += h;
}

/* A row for each sheet.  FOOT is what stands below its body. */
enum sheet_foot { FOOT_NONE, FOOT_KEYBOARD, FOOT_ZOOM };
static const struct sheet_row {
    enum string_id title;
    void (*build)(struct app *app);
    void (*close)(struct app *app);
    enum sheet_foot foot;
} sheets[] = {
    [SHEET_NONE] = {S_menu_title, NULL, NULL, FOOT_NONE},
    [SHEET_LANGUAGE] = {S_language_title, language_sheet, app_close_sheet, FOOT_NONE},
    [SHEET_MENU] = {S_menu_title, menu_sheet, app_close_sheet, FOOT_NONE},
    [SHEET_DISCARD] = {S_menu_discard, discard_sheet, app_close_sheet, FOOT_NONE},
    [SHEET_FILES] = {S_file_title, question_files_sheet, app_close_sheet, FOOT_NONE},
    [SHEET_HELP] = {S_help_title, help_sheet, app_close_sheet, FOOT_NONE},
    [SHEET_PICTURE] = {S_picture_title, picture_sheet, app_close_sheet, FOOT_ZOOM},
    [SHEET_MEMO] = {S_memo_title, memo_sheet, memo_close, FOOT_KEYBOARD},
    [SHEET_ABOUT] = {S_about_title, about_sheet, app_close_sheet, FOOT_NONE},
    [SHEET_TRAVEL] = {S_travel_title, travel_sheet, app_close_sheet, FOOT_NONE},
    [SHEET_CLOCK] = {S_clock_title, clock_sheet, app_close_sheet, FOOT_NONE},
    [SHEET_SEAL] = {S_finish_seal, seal_sheet, app_close_sheet, FOOT_NONE},
    [SHEET_REASON] = {S_correct_reason, label_sheet, label_close, FOOT_KEYBOARD},
    [SHEET_QUOTE] = {S_group_words, quote_sheet, quote_close, FOOT_KEYBOARD},
    [SHEET_LABEL] = {S_label_title, label_sheet, label_close, FOOT_KEYBOARD},
};
static_assert(sizeof sheets / sizeof *sheets == SHEET_COUNT, "a row for each sheet");

static void show_foot(struct app *app, const struct sheet_row *row, bool memo)
{
    struct ui *ui = &app->ui;
    if (row->foot == FOOT_ZOOM) {
        ui_bar(ui, "smaller", ui_str(ui, S_picture_smaller), "larger",
               ui_str(ui, S_picture_larger));
    }
    app->keyboard.sentences = app->keyboard.lines = memo;
    if (row->foot == FOOT_KEYBOARD &&
        keyboard_show(ui, &app->keyboard, KEYBOARD_TEXT, ui_str(ui, S_done))) {
        row->close(app);
    }
}

void sheet_show(struct app *app)
{
    struct ui *ui = &app->ui;
    assert(app->sheet > SHEET_NONE && app->sheet < SHEET_COUNT);
    const struct sheet_row *row = &sheets[app->sheet];
    struct header h = {.title = ui_str(ui, row->title), .left = "cancel", .progress = -1};
    if (app->sheets.shown != app->sheet) {
        app->sheets.page_scroll =
            app->sheets.shown == SHEET_NONE ? ui->scroll : app->sheets.page_scroll;
        app->sheets.shown = app->sheet;
        ui->scroll = 0;
    }
    ui_header(ui, &h);
    if (ui_took(ui, "cancel")) {
        row->close(app);
        return;
    }
    bool memo = app->sheet == SHEET_MEMO || app->sheet == SHEET_REASON || app->sheet == SHEET_QUOTE;
    int bottom = ui->h - (row->foot == FOOT_KEYBOARD ? keyboard_height(ui, KEYBOARD_TEXT)
                          : row->foot == FOOT_ZOOM   ? ui_bar_height(ui)
                                                     : 0);
    ui_body_begin(ui, ui_header_height(ui) + app_sound_strip(app, ui_header_height(ui)), bottom);
    row->build(app);
    if (app->sheet != SHEET_NONE) {
        ui_body_end(ui);
        show_foot(app, row, memo);
    }
}
