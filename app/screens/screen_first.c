/* SPDX-License-Identifier: Apache-2.0 */
/* First run: joins a study. */
#include "app/screens/screen_first.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screens/screen_medium.h"
#include "app/shell/languages.h"
#include "app/shell/tasks.h"
#include "platform/machine/file.h"
#include "platform/custody/sign.h"

static struct first_state *state_of(const struct app *app)
{
    return app_state(app, SCREEN_FIRST_LANGUAGE);
}

void first_close(struct app *app)
{
    assert(state_of(app));
    buf_fini(&state_of(app)->invite);
    buf_fini(&state_of(app)->request);
}

static void heading(struct app *app, enum string_id title, enum string_id hint)
{
    struct ui *ui = &app->ui;
    ui_say(ui, TEXT_QUESTION, ui_str(ui, title), ui->theme.ink);
    ui_gap(ui, 8);
    if (hint != STRING_COUNT) {
        ui_say(ui, TEXT_HINT, ui_str(ui, hint), ui->theme.soft);
        ui_gap(ui, 16);
    }
}

static void choose_language(struct app *app)
{
    struct ui *ui = &app->ui;
    heading(app, S_first_language, STRING_COUNT);
    for (int l = 0; l < UI_LANGUAGE_COUNT; l++) { /* each language in its own name */
        const char *id = arena_printf(&ui->frame, "lang:%s", language_code((enum ui_language)l));
        if (ui_wide_button(ui, id, language_own_name((enum ui_language)l), l == 0)) {
            app_language(app, (enum ui_language)l);
            app_go(app, SCREEN_FIRST_INVITE);
        }
    }
}

static void take_invite(struct app *app, const char *path, const struct buf *bytes)
{
    struct err err = {0};
    struct invite *invite = mem_alloc(sizeof *invite);
    snprintf(state_of(app)->invite_path, sizeof state_of(app)->invite_path, "%s", path);
    buf_fini(&state_of(app)->invite);
    buf_add(&state_of(app)->invite, bytes->data, bytes->len);
    if (invite_read(invite, bytes->data, bytes->len, &err)) {
        app_go(app, SCREEN_FIRST_WORDS);
    } else {
        app_trouble(app, &err);
    }
    secret_wipe(invite, sizeof *invite);
    free(invite);
}

static void look_for_invites(struct app *app)
{
    app_find_media(app, ".sbi");
}

/* Lists the invitations (*.sbi) found on media. */
static void choose_invite(struct app *app)
{
    struct ui *ui = &app->ui;
    heading(app, S_first_invite, S_first_invite_hint);
    for (size_t i = 0; i < app->sticks.named_count; i++) {
        const struct app_named *n = &app->sticks.named[i];
        const char *medium = app->sticks.media[n->medium].path;
        const char *id = arena_printf(&ui->frame, "invite:%zu", i);
        if (ui_row(ui, id, n->name, app_media_name(medium), 0)) {
            app_read_file(app, arena_printf(&ui->frame, "%s/%s", medium, n->name), ENROL_FILE_MAX,
                          take_invite);
            return;
        }
    }
    app->sticks.look_again = look_for_invites;
    app_media_trouble(app);
    if (!app->sticks.named_count) {
        ui_warning(ui, ui_str(ui, S_first_none));
    }
    ui_gap(ui, 12);
    if (ui_wide_button(ui, "look", ui_str(ui, S_first_look), false)) {
        look_for_invites(app);
    }
}

static void compare_words(struct app *app)
{
    struct ui *ui = &app->ui;
    char words[64];
    enrol_words(words, state_of(app)->invite.data + 20, 32); /* hash of the study's root keys */
    heading(app, S_first_words, S_first_words_hint);
    app_show_words(app, words, NULL);
    if (ui_took(ui, "same")) {
        vault_suggest(state_of(app)->suggested);
        app_go(app, SCREEN_FIRST_PASS);
    }
}

static void choose_pass(struct app *app)
{
    struct ui *ui = &app->ui;
    heading(app, S_first_pass, S_first_pass_hint);
    app_show_words(app, state_of(app)->suggested, NULL);
    if (ui_wide_button(ui, "other", ui_str(ui, S_first_other), false)) {
        vault_suggest(state_of(app)->suggested);
        ui->again = true;
    }
    if (ui_took(ui, "right")) {
        app_go(app, SCREEN_FIRST_REPEAT);
        edit_begin(&ui->edit, "pass", "");
    }
}

struct creating {
    struct app *app;
    struct device *device;
};

/* Writes the request beside the invitation, under the same name. */
static void answer_invite(struct app *app)
{
    const char *folder =
        arena_printf(&app->ui.frame, "%.*s",
                     (int)(file_name(state_of(app)->invite_path) - state_of(app)->invite_path),
                     state_of(app)->invite_path);
    const char *name = arena_printf(&app->ui.frame, "%s.sbe",
                                    file_stem(&app->ui.frame, state_of(app)->invite_path));
    app_write_file(app, folder, name, &state_of(app)->request);
}

static void enrol(struct app *app)
{
    struct ui *ui = &app->ui;
    struct err err = {0};
    struct buf typed = {0};
    struct invite *invite = mem_alloc(sizeof *invite);
    struct device *device = NULL;
    if (!vault_passphrase(&typed, ui->edit.text.data, ui->edit.text.len) ||
        strcmp(typed.data, state_of(app)->suggested) != 0) {
        app_say(app, S_first_differs);
    } else {
        app_wait(app, S_wait_keys);
        buf_fini(&state_of(app)->request);
        if (invite_read(invite, state_of(app)->invite.data, state_of(app)->invite.len, &err) &&
            device_create(&device,
                          &(struct device_spec){app->options.data_dir, invite, typed.data,
                                                typed.len, app->options.memory_kib, "suhbat"},
                          &state_of(app)->request, &err)) {
            app_take_device(app, device);
            secret_wipe(state_of(app)->suggested, sizeof state_of(app)->suggested);
            app_go(app, SCREEN_FIRST_REQUEST);
            answer_invite(app); /* if the stick is out, the request can be written again */
        } else {
            device_close(device);
            app_trouble(app, &err);
        }
    }
    secret_wipe(invite, sizeof *invite);
    free(invite);
    buf_fini(&typed);
}

static bool read_words(struct device *d, void *arg, struct err *err)
{
    (void)err;
    device_words(d, arg);
    return true;
}

static bool read_request(struct device *d, void *arg, struct err *err)
{
    return device_request(d, arg, err);
}

/* Writes the request to every medium present: the program cannot know which one the
 * coordinator gets. */
static void write_request(struct app *app)
{
    struct err err = {0};
    struct buf request = {0};
    uint8_t hash[32];
    if (writer_call(app->writer, read_request, &request, &err)) {
        hash_plain(hash, request.data, request.len);
        app_write_file(app, NULL,
                       arena_printf(&app->ui.frame, "request-%02x%02x%02x%02x.sbe", hash[0],
                                    hash[1], hash[2], hash[3]),
                       &request);
    } else {
        app_trouble(app, &err);
    }
    buf_fini(&request);
}

static void take_request(struct app *app)
{
    struct ui *ui = &app->ui;
    char words[64] = "";
    heading(app, S_first_request, S_first_request_hint);
    if (writer_call(app->writer, read_words, words, NULL)) {
        ui_card(ui, NULL, ui_fill(ui, S_device_words, app_words(app, words), NULL), NULL, false);
    }
    if (ui_wide_button(ui, "again", ui_str(ui, S_first_again), false)) {
        write_request(app);
    }
    ui_gap(ui, 8);
    for (size_t m = 0; m < app->sticks.media_count; m++) {
        medium_out(app, app->sticks.media[m].path);
    }
    if (ui_took(ui, "load")) {
        app_go(app, SCREEN_LOAD);
    }
}

/* The page's main button, in the bottom bar. False: it has none. */
static bool way_on(const struct app *app, const char **id, enum string_id *text)
{
    static const struct {
        enum screen screen;
        const char *id;
        enum string_id text;
    } choices[] = {{SCREEN_FIRST_WORDS, "same", S_first_same},
                   {SCREEN_FIRST_PASS, "right", S_continue_},
                   {SCREEN_FIRST_REQUEST, "load", S_load}};
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        if (choices[i].screen == app->screen) {
            *id = choices[i].id;
            *text = choices[i].text;
            return true;
        }
    }
    return false;
}

/* `low`: the header has the prompt. */
static void repeat_pass(struct app *app, bool low)
{
    struct ui *ui = &app->ui;
    if (!low) {
        heading(app, S_first_repeat, STRING_COUNT);
    }
    ui_field(ui, "pass",
             &(struct field){.text = ui->edit.text.data,
                             .cursor = ui->edit.cursor,
                             .active = true,
                             .min_lines = 2,
                             .style = TEXT_BODY});
    if (!low) {
        app_message(app); /* below the field, so that it stays visible */
    }
}

static void show_step(struct app *app, bool low)
{
    switch (app->screen) {
    case SCREEN_FIRST_LANGUAGE:
        choose_language(app);
        break;
    case SCREEN_FIRST_INVITE:
        choose_invite(app);
        break;
    case SCREEN_FIRST_WORDS:
        compare_words(app);
        break;
    case SCREEN_FIRST_PASS:
        choose_pass(app);
        break;
    case SCREEN_FIRST_REPEAT:
        repeat_pass(app, low);
        break;
    default:
        take_request(app);
        break;
    }
}

void screen_first(struct app *app)
{
    struct ui *ui = &app->ui;
    bool typing = app->screen == SCREEN_FIRST_REPEAT;
    bool low = typing && ui->landscape; /* in landscape the header has the prompt */
    const char *on_id = NULL;
    enum string_id on_text = S_continue_;
    bool on = way_on(app, &on_id, &on_text);
    int bottom = ui->h - (typing ? keyboard_height(ui, KEYBOARD_TEXT) : on ? ui_bar_height(ui) : 0);
    enum screen shown = app->screen;
    int step = (int)app->screen - SCREEN_FIRST_LANGUAGE + 1;
    int steps = SCREEN_FIRST_REQUEST - SCREEN_FIRST_LANGUAGE + 1;
    struct header h = {
        .help = true,
        .title = !low                   ? ui_str(ui, S_app_name)
                 : app->message.text[0] ? app->message.text
                                        : ui_str(ui, S_first_repeat),
        .subtitle = low ? NULL : arena_printf(&ui->frame, "%d / %d", step, steps),
        .progress = -1,
        .left = app->screen > SCREEN_FIRST_LANGUAGE && app->screen < SCREEN_FIRST_REQUEST ? "back"
                                                                                          : NULL};
    ui_header(ui, &h);
    if (ui_took(ui, "back") && h.left) {
        app_go(app, app->screen - 1);
        return;
    }
    ui_body_begin(ui, ui_header_height(ui), bottom);
    if (!typing) {
        app_message(app);
    }
    show_step(app, low);
    ui_body_end(ui);
    if (on && app->screen == shown) {
        ui_bar(ui, NULL, NULL, on_id, ui_str(ui, on_text));
    }
    if (typing && keyboard_show(ui, &app->keyboard, KEYBOARD_TEXT, ui_str(ui, S_done))) {
        enrol(app);
    }
}
