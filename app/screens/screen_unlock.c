/* SPDX-License-Identifier: Apache-2.0 */
/* Unlocking. This screen names no study, form or person. */
#include "app/screens/screen_unlock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screens/locks.h"
#include "app/screens/open_interview.h"
#include "app/screens/screen_pin.h"
#include "app/shell/sound.h"
#include "platform/machine/clock.h"
#include "platform/machine/text.h"

/* Maximum text scale in landscape: the keyboard leaves room for two lines. */
#define FLAT_TEXT 1.3f

struct trying {
    const char *pass;
    size_t len;
};

static struct unlock_state *state_of(const struct app *app)
{
    return app_state(app, SCREEN_UNLOCK);
}

static bool try(struct device *d, void *arg, struct err *err)
{
    struct trying *t = arg;
    return device_unlock(d, t->pass, t->len, err);
}

/* Reopens the interview that was open before the lock. */
static void go_on(struct app *app)
{
    app_go_home(app);
    for (size_t i = 0;
         i < app->home.draft_count && app->opening.to_resume && app->screen == SCREEN_HOME; i++) {
        if (memcmp(app->home.drafts[i].id, app->opening.resume_id, sizeof app->opening.resume_id) ==
            0) {
            struct device_draft draft = app->home.drafts[i];
            app_resume(app, &draft);
            break;
        }
    }
    app->opening.to_resume = false;
}

enum { FORGOT_FROM = 5, WARN_FROM = 7 };

static void unlock(struct app *app)
{
    struct ui *ui = &app->ui;
    struct err err = {0};
    struct trying t = {ui->edit.text.data, ui->edit.text.len};
    if (!ui->edit.text.len) {
        return;
    }
    app_wait(app, S_wait_check);
    bool ok = writer_call(app->writer, try, &t, &err);
    edit_end(&ui->edit);
    app_look_locks(app);
    if (ok) {
        state_of(app)->show_pass = false;
        if (app->sound.kept) { /* its interview is recorded: back to it */
            go_on(app);
            return;
        }
        app->opening.to_resume = false;
        app_go_home(app);
        app_start_wanted(app);
    } else if (err.code == ERR_AUTH) {
        unsigned failures = app->locks.device.failures;
        const char *text = ui_fill(ui, S_unlock_wrong, ui_number(ui, failures), NULL);
        if (app->locks.device.can_travel && failures >= WARN_FROM && failures < VAULT_TRIES) {
            text = arena_printf(
                &ui->frame, "%s %s", text,
                ui_fill(ui, S_unlock_few, ui_number(ui, (long long)VAULT_TRIES - failures), NULL));
        }
        app_say_text(app, text, false);
    } else {
        app_trouble(app, &err);
    }
}

/* After three letters of a passphrase word only four endings are possible: offers them. */
static void suggest(struct app *app)
{
    struct ui *ui = &app->ui;
    static const char *const cyr_vowels[] = {"а", "и", "о", "у"};
    static const char *const lat_vowels[] = {"a", "i", "o", "u"};
    const char *text = ui->edit.text.data ? ui->edit.text.data : "";
    const char *word = strrchr(text, ' ');
    word = word ? word + 1 : text;
    struct buf tidy = {0}, five = {0};
    size_t letters = text_count(word, strlen(word));
    bool ours = letters == 3;
    if (ours) { /* check it with the rule for passphrases */
        buf_printf(&five, "%sа baba baba baba baba", word);
        ours = vault_passphrase(&tidy, five.data, five.len) && tidy.len == 24 &&
               strchr("aiou", tidy.data[1]) && !strchr("aiou", tidy.data[0]) &&
               !strchr("aiou", tidy.data[2]) && (unsigned char)tidy.data[0] < 0x80;
    }
    buf_fini(&tidy);
    buf_fini(&five);
    if (!ours) {
        return;
    }
    bool latin = (unsigned char)word[0] < 0x80;
    for (int i = 0; i < 4; i++) {
        const char *vowel = latin ? lat_vowels[i] : cyr_vowels[i];
        const char *label = arena_printf(&ui->frame, "%s%s", word, vowel);
        const char *id = arena_printf(&ui->frame, "word:%d", i);
        if (ui_pill(ui, id, label, false, false)) {
            edit_insert(&ui->edit, vowel);
            edit_insert(&ui->edit, " ");
        }
    }
    ui_pills_end(ui);
}

/* Shows the waiting time, or what was wrong. */
static void say_wait(struct app *app)
{
    struct ui *ui = &app->ui;
    if (app->locks.device.wait_s > 0) {
        ui_warning(ui, ui_fill(ui, S_unlock_wait, ui_number(ui, app->locks.device.wait_s), NULL));
    } else {
        app_message(app);
    }
}

static bool wants_language(struct app *app)
{
    if (!ui_took(&app->ui, "language")) {
        return false;
    }
    app->sheet = SHEET_LANGUAGE;
    app->ui.again = true;
    return true;
}

/* The page after a short break: asks for the PIN. */
static void unlock_by_pin(struct app *app)
{
    struct ui *ui = &app->ui;
    int bottom = ui->h - keyboard_height(ui, KEYBOARD_DIGITS);
    struct header h = {.help = true, .title = "", .language = true, .progress = -1};
    ui_header(ui, &h);
    ui_body_begin(ui, ui_header_height(ui), bottom);
    int top = ui->at.y, all_w = ui->at.w;
    float scale = ui_cap_text(ui, ui->landscape ? FLAT_TEXT : 2);
    ui->at.w = ui->landscape ? ui->at.w / 2 - ui_px(ui, 10) : ui->at.w;
    if (ui->landscape) {
        app_message(app);
    }
    app_sound_locked(app);
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_unlock_pin_title), ui->theme.ink);
    enum { HALF_MINUTE_MS = 30000 };
    const char *at =
        app_date(app, clock_wall_ms() + app->locks.device.soft_left_ms + HALF_MINUTE_MS);
    ui->at.y +=
        ui_text(ui, ui->at.x, ui->at.y + ui_px(ui, 4), ui->at.w, TEXT_HINT,
                ui_fill(ui, S_unlock_pin_hint, at + strlen("dd.MM.yyyy "), NULL), ui->theme.soft);
    ui_gap(ui, 16);
    int said = ui->at.y;
    if (ui->landscape) { /* text left, field right */
        ui->at.x += all_w - ui->at.w;
        ui->at.y = top;
    }
    pin_field(app, true);
    if (!ui->landscape) { /* beside the field */
        app_message(app);
    }
    ui_gap(ui, 8);
    bool by_pass = ui_pill(ui, "by-pass", ui_str(ui, S_unlock_by_pass), false, false);
    ui_pills_end(ui);
    ui->text_scale = scale;
    ui->at.y = ui->at.y > said ? ui->at.y : said;
    ui_body_end(ui);
    if (by_pass) {
        app_lock_hard(app);
        return;
    }
    if (wants_language(app) ||
        !keyboard_show(ui, &app->keyboard, KEYBOARD_DIGITS, ui_str(ui, S_unlock_open))) {
        return;
    }
    enum pin_result result = pin_try_typed(app);
    if (result == PIN_RIGHT) {
        go_on(app);
    } else if (result == PIN_SPENT) {
        app_say(app, S_unlock_pin_spent);
    }
}

/* "Show" and, after some failures, "Forgot": offered early, as the waiting times get long. */
static void unlock_pills(struct app *app)
{
    struct ui *ui = &app->ui;
    if (ui_pill(ui, "show", ui_str(ui, state_of(app)->show_pass ? S_unlock_hide : S_unlock_show),
                false, false)) {
        state_of(app)->show_pass = !state_of(app)->show_pass;
    }
    if (app->locks.device.can_travel && app->locks.device.failures >= FORGOT_FROM &&
        ui_pill(ui, "forgot", ui_str(ui, S_unlock_forgot), false, false)) {
        edit_end(&ui->edit);
        app->sheet = SHEET_TRAVEL;
        ui->again = true;
    }
    ui_pills_end(ui);
}

/* In landscape the text stands left and the field right: both stay visible. */
static void unlock_body(struct app *app)
{
    struct ui *ui = &app->ui;
    bool said = app->message.text[0] || app->locks.device.wait_s > 0;
    struct cursor all = ui->at;
    ui->at.w = ui->landscape ? all.w * (said ? 6 : 5) / 10 - ui_px(ui, 10) : all.w;
    float scale = ui_cap_text(ui, ui->landscape ? FLAT_TEXT : 2);
    app_sound_locked(app);
    if (!ui->landscape || !said) { /* in landscape the message needs the room */
        ui_say(ui, TEXT_QUESTION, ui_str(ui, S_unlock_title), ui->theme.ink);
        ui->at.y += ui_text(ui, ui->at.x, ui->at.y + ui_px(ui, 4), ui->at.w, TEXT_HINT,
                            ui_str(ui, S_unlock_hint), ui->theme.soft);
    }
    ui->at.y += said && ui->landscape ? 0 : ui_px(ui, ui->landscape ? 6 : 16);
    if (ui->landscape) {
        say_wait(app);
        int left_w = ui->at.w + ui_px(ui, 20);
        ui_at(ui, all.x + left_w, all.y, all.w - left_w);
    }
    ui_field(ui, "pass",
             &(struct field){.text = ui->edit.text.data,
                             .cursor = ui->edit.cursor,
                             .active = true,
                             .masked = !state_of(app)->show_pass,
                             .warn = app->message.text[0] != '\0',
                             .style = TEXT_BODY});
    suggest(app);
    if (!ui->landscape) {
        say_wait(app);
    }
    unlock_pills(app);
    ui->text_scale = scale;
}

void screen_unlock(struct app *app)
{
    assert(!app->interview);
    struct ui *ui = &app->ui;
    app_look_locks(app);
    if (app->locks.device.travelling) {
        app_go(app, SCREEN_TRAVEL);
        if (app->opening.unwritten) {
            app_say(app, S_lock_unwritten);
        }
        return;
    }
    if (app->locks.device.soft_left_ms > 0) {
        unlock_by_pin(app);
        return;
    }
    int bottom = ui->h - keyboard_height(ui, KEYBOARD_TEXT);
    struct header h = {.help = true, .title = "", .language = true, .progress = -1};
    if (!edit_is(&ui->edit, "pass")) {
        edit_begin(&ui->edit, "pass", "");
    }
    ui_header(ui, &h);
    ui_body_begin(ui, ui_header_height(ui), bottom);
    unlock_body(app);
    ui_body_end(ui);
    if (wants_language(app)) {
        return;
    }
    if (keyboard_show(ui, &app->keyboard, KEYBOARD_TEXT, ui_str(ui, S_unlock_open)) &&
        app->locks.device.wait_s == 0) {
        unlock(app);
    }
}
