/* SPDX-License-Identifier: Apache-2.0 */
/* The PIN that unlocks after a short break. */
#include "app/screens/screen_pin.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static bool set(struct device *d, void *arg, struct err *err)
{
    return device_set_pin(d, arg, err);
}

static bool try(struct device *d, void *arg, struct err *err)
{
    return device_try_pin(d, arg, err);
}

static bool set_pin(struct app *app, char *digits)
{
    struct err err = {0};
    app_wait(app, S_wait_keys);
    bool ok = writer_call(app->writer, set, digits, &err);
    app_look_locks(app);
    if (!ok) {
        app_trouble(app, &err);
    }
    return ok;
}

/* The field for a PIN. Not masked while one is chosen: a typing error could not be noticed
 * later. */
void pin_field(struct app *app, bool masked)
{
    struct ui *ui = &app->ui;
    if (!edit_is(&ui->edit, "pin")) {
        edit_begin(&ui->edit, "pin", "");
    }
    ui_field(ui, "pin",
             &(struct field){.text = ui->edit.text.data,
                             .cursor = ui->edit.cursor,
                             .active = true,
                             .masked = masked,
                             .style = TEXT_DIGIT});
}

bool pin_keep_typed(struct app *app)
{
    struct ui *ui = &app->ui;
    if (!vault_pin_is_good(ui->edit.text.data ? ui->edit.text.data : "")) {
        app_say(app, S_pin_digits);
        return false;
    }
    bool ok = set_pin(app, ui->edit.text.data);
    edit_end(&ui->edit);
    return ok;
}

enum pin_result pin_try_typed(struct app *app)
{
    struct ui *ui = &app->ui;
    struct err err = {0};
    if (!ui->edit.text.len) {
        return PIN_WRONG;
    }
    app_wait(app, S_wait_check);
    bool right = writer_call(app->writer, try, ui->edit.text.data, &err);
    edit_end(&ui->edit);
    app_look_locks(app);
    ui->again = true;
    if (right) {
        return PIN_RIGHT;
    }
    if (err.code != ERR_AUTH) {
        app_trouble(app, &err);
        return PIN_WRONG;
    }
    if (app->locks.device.pin_tries == 0) {
        return PIN_SPENT;
    }
    app_say_text(app, ui_fill(ui, S_return_wrong, ui_number(ui, app->locks.device.pin_tries), NULL),
                 false);
    return PIN_WRONG;
}

/* The page to choose, change or remove the PIN. */
void screen_pin(struct app *app)
{
    struct ui *ui = &app->ui;
    int bottom = ui->h - keyboard_height(ui, KEYBOARD_DIGITS);
    struct header h = {
        .help = true, .title = ui_str(ui, S_pin_title), .left = "back", .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "back")) {
        app_go(app, ((struct pin_state *)app_state(app, SCREEN_PIN))->from);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui), bottom);
    if (edit_is(&ui->edit, "pin") && vault_pin_is_good(ui->edit.text.data)) {
        app->message.text[0] = '\0'; /* the message no longer applies */
    }
    int top = ui->at.y, all_w = ui->at.w;
    ui->at.w = ui->landscape ? ui->at.w / 2 - ui_px(ui, 10) : ui->at.w;
    if (ui->landscape) {
        app_message(app);
    }
    ui_say(ui, TEXT_BODY, ui_str(ui, S_pin_hint), ui->theme.ink);
    ui_gap(ui, 12);
    int said = ui->at.y;
    if (ui->landscape) { /* text left, field right */
        ui->at.x += all_w - ui->at.w;
        ui->at.y = top;
    }
    pin_field(app, false);
    if (!ui->landscape) {
        app_message(app);
    }
    if (app->locks.device.pin) {
        ui_gap(ui, 12);
        if (ui_wide_button(ui, "drop", ui_str(ui, S_pin_drop), false)) {
            if (set_pin(app, NULL)) {
                app_go(app, ((struct pin_state *)app_state(app, SCREEN_PIN))->from);
                app_say_good(app, S_pin_dropped);
            }
            return;
        }
    }
    ui->at.y = ui->at.y > said ? ui->at.y : said;
    ui_body_end(ui);
    if (keyboard_show(ui, &app->keyboard, KEYBOARD_DIGITS, ui_str(ui, S_pin_keep)) &&
        pin_keep_typed(app)) {
        app_go(app, ((struct pin_state *)app_state(app, SCREEN_PIN))->from);
        app_say_good(app, S_pin_kept);
    }
}

void pin_open(struct app *app)
{
    assert(app_state(app, SCREEN_PIN));
    struct pin_state *state = app_state(app, SCREEN_PIN);
    state->from = app->from;
}
