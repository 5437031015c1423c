/* SPDX-License-Identifier: Apache-2.0 */
/* Settings: languages, appearance, keyboard, sound, locks. */
#include "app/screens/screen_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screens/locks.h"
#include "app/screens/page.h"
#include "app/screens/sheets.h"
#include "app/shell/languages.h"
#include "platform/machine/audio.h"
#include "platform/machine/speech.h"
#include "platform/machine/file.h"

bool interface_languages(struct app *app)
{
    struct ui *ui = &app->ui;
    for (int l = 0; l < UI_LANGUAGE_COUNT; l++) {
        enum ui_language language = (enum ui_language)l;
        const char *id = arena_printf(&ui->frame, "lang:%s", language_code(language));
        if (ui_choice(ui, id, language_own_name(language), language == ui->language, false)) {
            app_language(app, language);
            app_settings_write(app);
            return true;
        }
    }
    return false;
}

static void heading(struct ui *ui, enum string_id id)
{
    ui_gap(ui, 18);
    ui_say(ui, TEXT_HEADING, ui_str(ui, id), ui->theme.ink);
}

static void hand_and_keys(struct app *app)
{
    static const enum string_id keys[] = {[UI_KEYS_OWN] = S_settings_keys_own,
                                          [UI_KEYS_DIGITS] = S_settings_keys_digits,
                                          [UI_KEYS_HELD] = S_settings_keys_held};
    static_assert(sizeof keys / sizeof *keys == UI_KEYS_COUNT, "words for each");
    struct ui *ui = &app->ui;
    heading(ui, S_settings_hand);
    if (ui_choice(ui, "glove", ui_str(ui, S_settings_glove), ui->glove, true)) {
        ui->glove = !ui->glove;
        app_settings_write(app);
    }
    if (ui_choice(ui, "left-hand", ui_str(ui, S_settings_left), ui->left_hand, true)) {
        ui->left_hand = !ui->left_hand;
        app_settings_write(app);
    }
    heading(ui, S_settings_keys);
    for (int k = 0; k < UI_KEYS_COUNT; k++) {
        if (ui_choice(ui, arena_printf(&ui->frame, "keys:%d", k), ui_str(ui, keys[k]),
                      (int)ui->keys == k, false)) {
            ui->keys = (enum ui_keys)k;
            app_settings_write(app);
        }
    }
}

static void sound(struct app *app)
{
    struct ui *ui = &app->ui;
    heading(ui, S_settings_sound);
    if (ui_choice(ui, "aloud", ui_str(ui, S_settings_aloud), !app->looks.quiet, true)) {
        app->looks.quiet = !app->looks.quiet;
        app_settings_write(app);
    }
    bool voice = speech_can("ru");
    if (voice && ui_choice(ui, "speaks", ui_str(ui, S_settings_speaks), app->looks.speaks, true)) {
        app->looks.speaks = !app->looks.speaks;
        app_settings_write(app);
    }
    ui_say(ui, TEXT_HINT, ui_str(ui, voice ? S_settings_voices : S_settings_no_voice),
           ui->theme.soft);
    ui_gap(ui, 8);
    ui_say(ui, TEXT_HINT, ui_str(ui, S_settings_volume), ui->theme.soft);
    ui_gap(ui, 6);
    for (int percent = 25; percent <= 100; percent += 25) {
        const char *label =
            arena_printf(&ui->frame, ui->language == UI_RU ? "%d\u00a0%%" : "%d%%", percent);
        if (ui_pill(ui, arena_printf(&ui->frame, "volume:%d", percent), label,
                    audio_volume() == percent, false)) {
            audio_set_volume(percent);
            app_settings_write(app);
        }
    }
    ui_pills_end(ui);
}

static void theme_and_text(struct app *app)
{
    struct ui *ui = &app->ui;
    heading(ui, S_settings_theme);
    for (int n = 0; n < 2; n++) {
        if (ui_choice(ui, n ? "night" : "day", ui_str(ui, n ? S_settings_night : S_settings_day),
                      app->looks.night == (n == 1), false)) {
            app->looks.night = n == 1;
            ui_theme(ui, app->looks.night);
            app_settings_write(app);
        }
    }
    heading(ui, S_settings_text);
    ui_gap(ui, 8);
    for (int percent = 100; percent <= 200; percent += 25) {
        const char *label =
            arena_printf(&ui->frame, ui->language == UI_RU ? "%d\u00a0%%" : "%d%%", percent);
        bool on = (int)(ui->text_scale * 100 + 0.5f) == percent;
        if (ui_pill(ui, arena_printf(&ui->frame, "text:%d", percent), label, on, false)) {
            ui->text_scale = (float)percent / 100;
            app_settings_write(app);
        }
    }
    ui_pills_end(ui);
}

/* What leads on: PIN, lock, travel lock, the machine, about.  True: one was tapped. */
static bool ways_on(struct app *app)
{
    struct ui *ui = &app->ui;
    heading(ui, S_settings_lock);
    if (ui_row(ui, "pin", ui_str(ui, S_pin_title),
               ui_str(ui, app->locks.device.pin ? S_pin_is_set : S_pin_none), 0)) {
        app_go(app, SCREEN_PIN);
        return true;
    }
    ui_gap(ui, 16);
    if (ui_wide_button(ui, "lock", ui_str(ui, S_lock), false)) {
        app_lock(app);
        return true;
    }
    ui_gap(ui, 8);
    if (app->locks.device.can_travel &&
        ui_row(ui, "travel", ui_str(ui, S_travel_title), ui_str(ui, S_travel_small), 0)) {
        app->sheet = SHEET_TRAVEL;
        ui->again = true;
        return true;
    }
    if (app->options.kiosk &&
        ui_row(ui, "machine", ui_str(ui, S_machine_title), ui_str(ui, S_machine_small), 0)) {
        app_go(app, SCREEN_MACHINE);
        return true;
    }
    if (ui_row(ui, "about", ui_str(ui, S_about_title), "", 0)) {
        about_open(app);
        return true;
    }
    return false;
}

void screen_settings(struct app *app)
{
    struct ui *ui = &app->ui;
    struct header h = {
        .help = true, .title = ui_str(ui, S_settings_title), .left = "back", .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "back")) {
        app_go(app, app->interview ? SCREEN_INTERVIEW : SCREEN_HOME);
        if (app->interview) { /* back to the same scroll position */
            ui->scroll = app->view.scroll;
            page_reopen_typed(app);
        }
        return;
    }
    ui_body_begin(ui, ui_header_height(ui), ui->h);
    app_message(app);
    ui_say(ui, TEXT_HEADING, ui_str(ui, S_settings_interface), ui->theme.ink);
    interface_languages(app);
    theme_and_text(app);
    hand_and_keys(app);
    sound(app);
    if (!ways_on(app)) {
        ui_body_end(ui);
    }
}
