/* SPDX-License-Identifier: Apache-2.0 */
/* How does the respondent get the device for a block, and how does the interviewer get it back? */
#include <stdio.h>
#include <string.h>

#include "app/app.h"

enum { PIN_LEAST = 4, PIN_MOST = 8, PIN_TRIES = 5, PIN_PASSES = 3 };
static const float larger = 1.3f;

struct pin { /* in locked memory; the digits themselves are kept nowhere */
    uint8_t salt[SECRET_SALT], key[SECRET_KEY];
    unsigned tries;
};

bool respondent_block(const struct page *page)
{
    for (const struct control *c = page->control; c; c = c->parent) {
        if (control_has(c, "respondent-screen")) {
            return true;
        }
    }
    return false;
}

void respondent_forget(struct app *app)
{
    secret_free(app->pin);
    app->pin = NULL;
    app->handed = false;
}

float respondent_text(struct app *app)
{
    float before = app->ui.text_scale;
    if (app->handed) {
        app->ui.text_scale = before * larger > 2 ? 2 : before * larger;
    }
    return before;
}

static bool stretch(struct app *app, uint8_t key[SECRET_KEY], const char *digits)
{
    struct err err = {0};
    app_wait(app);
    if (!secret_stretch(key, digits, strlen(digits), app->pin->salt, PIN_PASSES, app->memory_kib,
                        &err)) {
        app_trouble(app, &err);
        return false;
    }
    return true;
}

static bool set_pin(struct app *app, const char *digits)
{
    app->pin = secret_new(sizeof *app->pin);
    secret_random(app->pin->salt, sizeof app->pin->salt);
    if (!stretch(app, app->pin->key, digits)) {
        respondent_forget(app);
        return false;
    }
    return true;
}

static bool is_pin(struct app *app, const char *digits)
{
    uint8_t key[SECRET_KEY];
    /* Before the work: a power cut gives no try back, for the lock is hard then. */
    app->pin->tries++;
    bool same = stretch(app, key, digits) && secret_equal(key, app->pin->key, sizeof key);
    secret_wipe(key, sizeof key);
    if (same) {
        app->pin->tries = 0;
    }
    return same;
}

static bool all_digits(const char *text)
{
    size_t len = strlen(text);
    return len >= PIN_LEAST && len <= PIN_MOST && strspn(text, "0123456789") == len;
}

/* A PIN being chosen is seen, so that nobody mistypes what he cannot mend later. */
static void pin_field(struct app *app, int x, int *y, int w, bool masked)
{
    struct ui *ui = &app->ui;
    if (!edit_is(&ui->edit, "pin")) {
        edit_begin(&ui->edit, "pin", "");
    }
    ui_field(ui, "pin", x, y, w, ui->edit.text.data, ui->edit.cursor, true, masked, 1, false,
             TEXT_DIGIT);
}

/* Before the block: what will happen, a PIN if there is none yet, or the questions read aloud. */
void screen_hand(struct app *app)
{
    struct ui *ui = &app->ui;
    int x, y, w;
    bool fresh = app->pin == NULL;
    int bottom = ui->h - (fresh ? keyboard_height(ui, KEYBOARD_DIGITS) : ui_bar_height(ui));
    struct header h = {
        .help = true, .title = ui_str(ui, S_hand_title), .left = "back", .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "back")) {
        edit_end(&ui->edit);
        app_go(app, SCREEN_INTERVIEW);
        if (!app->hand_here && interview_back(app->interview)) { /* to where one came from */
            screen_arrive(app);
        }
        return;
    }
    ui_body_begin(ui, ui_header_height(ui, false), bottom, &x, &y, &w);
    app_message(app, x, &y, w);
    y += ui_text(ui, x, y, w, TEXT_QUESTION, ui_str(ui, S_hand_hint), ui->theme.ink, true);
    y += ui_px(ui, 10);
    if (fresh) {
        y += ui_text(ui, x, y, w, TEXT_HINT, ui_str(ui, S_hand_pin), ui->theme.soft, true);
        y += ui_px(ui, 8);
        pin_field(app, x, &y, w, false);
    }
    y += ui_px(ui, 8);
    if (ui_wide_button(ui, "aloud", x, &y, w, ui_str(ui, S_hand_aloud), false)) {
        edit_end(&ui->edit);
        app_go(app, SCREEN_INTERVIEW);
        screen_arrive(app);
        return;
    }
    ui_body_end(ui, y);
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
    if (fresh && !all_digits(ui->edit.text.data)) {
        app_say(app, S_hand_digits);
        return;
    }
    if (fresh && !set_pin(app, ui->edit.text.data)) {
        return;
    }
    edit_end(&ui->edit);
    app->handed = true;
    app_go(app, SCREEN_INTERVIEW);
    screen_arrive(app);
}

/* Behind the block, or when somebody wants out of it: nothing but the way back to the interviewer.
 */
void screen_return(struct app *app)
{
    struct ui *ui = &app->ui;
    int x, y, w, bottom = ui->h - keyboard_height(ui, KEYBOARD_DIGITS);
    struct header h = {.help = true,
                       .title = ui_str(ui, S_return_title),
                       .left = app->in_block ? "back" : NULL,
                       .progress = -1};
    ui_header(ui, &h);
    if (app->in_block && ui_took(ui, "back")) { /* on with the block */
        edit_end(&ui->edit);
        app_go(app, SCREEN_INTERVIEW);
        screen_arrive(app);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui, false), bottom, &x, &y, &w);
    app_message(app, x, &y, w);
    y += ui_text(ui, x, y, w, TEXT_QUESTION, ui_str(ui, S_return_thanks), ui->theme.ink, true);
    y += ui_px(ui, 10);
    y += ui_text(ui, x, y, w, TEXT_HINT, ui_str(ui, S_return_pin), ui->theme.soft, true);
    y += ui_px(ui, 8);
    pin_field(app, x, &y, w, true);
    ui_body_end(ui, y);
    if (!keyboard_show(ui, &app->keyboard, KEYBOARD_DIGITS, ui_str(ui, S_continue_))) {
        return;
    }
    bool right = app->pin && is_pin(app, ui->edit.text.data);
    edit_end(&ui->edit);
    if (right) {
        app->handed = false;
        app_go(app, app->at_end ? SCREEN_FINISH : SCREEN_INTERVIEW);
        if (!app->at_end) {
            screen_arrive(app);
        }
    } else if (!app->pin || app->pin->tries >= PIN_TRIES) {
        app_lock(app); /* the passphrase opens it again; the draft is where it was */
    } else {
        snprintf(app->message, sizeof app->message, "%s",
                 ui_fill(ui, S_return_wrong, ui_number(ui, PIN_TRIES - (long long)app->pin->tries),
                         NULL));
        app->message_good = false;
        ui->again = true;
    }
}
