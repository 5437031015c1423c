/* SPDX-License-Identifier: Apache-2.0 */
/* Hands the device to the respondent for a block of questions, and takes it back with the
 * PIN. */
#include "app/screens/screen_respondent.h"

#include <assert.h>
#include <string.h>

#include "app/screens/locks.h"
#include "app/screens/page.h"
#include "app/screens/screen_pin.h"
#include "app/shell/sound.h"

static const float larger = 1.3f;

bool respondent_block(const struct page *page)
{
    for (const struct control *c = page->control; c; c = c->parent) {
        if (control_has(c, "respondent-screen")) {
            return true;
        }
    }
    return false;
}

float respondent_text(struct app *app)
{
    float before = app->ui.text_scale;
    if (app->respondent.holds) {
        app->ui.text_scale = before * larger > 2 ? 2 : before * larger;
    }
    return before;
}

/* Before the block: explains it, asks for a PIN if there is none, or lets the interviewer
 * read aloud. */
void screen_hand(struct app *app)
{
    assert(app->interview);
    struct ui *ui = &app->ui;
    bool fresh = !app->locks.device.pin;
    int bottom = ui->h - (fresh ? keyboard_height(ui, KEYBOARD_DIGITS) : ui_bar_height(ui));
    struct header h = {
        .help = true, .title = ui_str(ui, S_hand_title), .left = "back", .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "back")) {
        edit_end(&ui->edit);
        app_go(app, SCREEN_INTERVIEW);
        if (!app->respondent.from_block &&
            interview_back(app->interview)) { /* to the page before the block */
            page_arrive(app);
        }
        return;
    }
    ui_body_begin(ui, ui_header_height(ui) + app_sound_strip(app, ui_header_height(ui)), bottom);
    app_message(app);
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_hand_hint), ui->theme.ink);
    ui_gap(ui, 10);
    if (fresh) {
        ui_say(ui, TEXT_HINT, ui_str(ui, S_hand_pin), ui->theme.soft);
        ui_gap(ui, 8);
        pin_field(app, false);
    }
    ui_gap(ui, 8);
    if (ui_wide_button(ui, "aloud", ui_str(ui, S_hand_aloud), false)) {
        edit_end(&ui->edit);
        app_go(app, SCREEN_INTERVIEW);
        page_arrive(app);
        return;
    }
    ui_body_end(ui);
    bool go;
    if (fresh) {
        go = keyboard_show(ui, &app->keyboard, KEYBOARD_DIGITS, ui_str(ui, S_hand_go));
    } else {
        ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_hand_go));
        go = ui_took(ui, "right");
    }
    if (!go) {
        return;
    }
    if (fresh && !pin_keep_typed(app)) {
        return;
    }
    edit_end(&ui->edit);
    app->respondent.holds = true;
    app_go(app, SCREEN_INTERVIEW);
    page_arrive(app);
}

/* After the block, or when the padlock is tapped in it: only the way back to the
 * interviewer. */
void screen_return(struct app *app)
{
    assert(app->interview);
    struct ui *ui = &app->ui;
    int bottom = ui->h - keyboard_height(ui, KEYBOARD_DIGITS);
    struct header h = {.title = ui_str(ui, S_return_title),
                       .left = app->respondent.in_block ? "back" : NULL,
                       .progress = -1};
    ui_header(ui, &h);
    if (app->respondent.in_block && ui_took(ui, "back")) { /* continues the block */
        edit_end(&ui->edit);
        app_go(app, SCREEN_INTERVIEW);
        page_arrive(app);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui) + app_sound_strip(app, ui_header_height(ui)), bottom);
    ui_say(ui, TEXT_QUESTION, ui_str(ui, app->respondent.in_block ? S_return_now : S_return_thanks),
           ui->theme.ink);
    ui_gap(ui, 10);
    ui_say(ui, TEXT_HINT, ui_str(ui, S_return_pin), ui->theme.soft);
    ui_gap(ui, 8);
    pin_field(app, true);
    app_message(app); /* beside the field */
    ui_body_end(ui);
    if (!keyboard_show(ui, &app->keyboard, KEYBOARD_DIGITS, ui_str(ui, S_continue_))) {
        return;
    }
    enum pin_result result = pin_try_typed(app);
    if (result == PIN_SPENT) {
        app_lock_hard(app); /* the passphrase unlocks; the draft is safe */
        app_say(app, S_unlock_pin_spent);
    } else if (result == PIN_RIGHT) {
        app->respondent.holds = false;
        app_go(app, app->respondent.at_end ? SCREEN_FINISH : SCREEN_INTERVIEW);
        if (!app->respondent.at_end) {
            page_arrive(app);
        }
    }
}
