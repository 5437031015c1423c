/* SPDX-License-Identifier: Apache-2.0 */
/* The travel lock: closes the device for a border, and opens it with the coordinator's
 * answer. */
#include "app/screens/screen_travel.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screens/locks.h"
#include "app/screens/open_interview.h"
#include "app/screens/screen_medium.h"
#include "app/shell/sound.h"
#include "app/shell/tasks.h"
#include "platform/machine/file.h"

static struct travel_state *state_of(const struct app *app)
{
    return app_state(app, SCREEN_TRAVEL);
}

void travel_close(struct app *app)
{
    assert(state_of(app));
    buf_fini(&state_of(app)->request);
}

static bool lock_for_travel(struct device *d, void *arg, struct err *err)
{
    (void)arg;
    return device_travel_lock(d, err);
}

static void close_for_travel(struct app *app)
{
    app_close_sheet(app);
    window_blank(app->ui.window, app->ui.theme.paper); /* before a disk that may be slow */
    app->opening.unwritten = false;
    app_sound_leave(app);     /* nothing is heard at a border */
    app_leave_interview(app); /* saves what is typed and drawn first */
    bool unwritten = app->opening.unwritten;
    bool closed = writer_call(app->writer, lock_for_travel, NULL, NULL);
    app_lock_hard(app);
    app->opening.unwritten = unwritten;
    if (!closed) { /* the user must know that the device is not closed */
        app_look_locks(app);
        app_say(app, app->locks.device.unsure ? S_travel_unsure : S_travel_not_closed);
    }
}

/* Asks for confirmation and explains the travel lock. */
void travel_sheet(struct app *app)
{
    struct ui *ui = &app->ui;
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_travel_sure), ui->theme.ink);
    ui_gap(ui, 10);
    ui_say(ui, TEXT_BODY, ui_str(ui, S_travel_means), ui->theme.ink);
    ui_gap(ui, 20);
    if (ui_wide_button(ui, "keep", ui_str(ui, S_travel_keep), true)) {
        app_close_sheet(app);
    }
    if (ui_wide_button(ui, "travel-yes", ui_str(ui, S_travel_lock), false)) {
        close_for_travel(app);
    }
}

struct asking {
    const char *pass;
    size_t len;
    struct buf *request;
    char words[64];
};

static bool ask(struct device *d, void *arg, struct err *err)
{
    struct asking *a = arg;
    return device_travel_request(d, a->pass, a->len, a->request, a->words, err);
}

static void make_request(struct app *app)
{
    struct ui *ui = &app->ui;
    struct err err = {0};
    struct buf typed = {0};
    if (!vault_passphrase(&typed, ui->edit.text.data, ui->edit.text.len) ||
        strcmp(typed.data, state_of(app)->suggested) != 0) {
        app_say(app, S_first_differs);
    } else {
        struct asking a = {
            .pass = typed.data, .len = typed.len, .request = &state_of(app)->request};
        buf_cut(&state_of(app)->request, 0);
        app_wait(app, S_wait_keys);
        bool ok = writer_call(app->writer, ask, &a, &err);
        edit_end(&ui->edit);
        if (ok) {
            secret_wipe(state_of(app)->suggested, sizeof state_of(app)->suggested);
            snprintf(state_of(app)->words, sizeof state_of(app)->words, "%s", a.words);
            state_of(app)->step = TRAVEL_SEND;
            app_find_media(app, NULL);
        } else {
            app_trouble(app, &err);
        }
    }
    buf_fini(&typed);
}

struct returning {
    const char *pass;
    size_t len;
    const struct buf *answer;
};

static bool come_back(struct device *d, void *arg, struct err *err)
{
    const struct returning *r = arg;
    return device_travel_return(d, r->answer->data, r->answer->len, r->pass, r->len, err);
}

enum { ANSWERS = 16 };
struct answers { /* answers on the media that fit the typed passphrase */
    const char *fixed;
    uint8_t public_key[32]; /* of the request that they must answer */
    struct buf answers[ANSWERS];
    size_t count, others, silent; /* others: for another passphrase, lock or device */
    char *pass;                   /* in locked memory: the field may be gone when the search ends */
    size_t pass_len;
};

static void drop_answers(void *context)
{
    struct answers *a = context;
    for (size_t k = 0; k < a->count; k++) {
        buf_fini(&a->answers[k]);
    }
    secret_free(a->pass);
    free(a);
}

static bool find_answers(void *context, struct err *err)
{
    struct answers *a = context;
    struct medium media[MEDIA_MAX];
    struct arena arena;
    size_t media_count = media_find(media, a->fixed, &a->silent);
    (void)err;
    arena_init(&arena);
    for (size_t m = 0; m < media_count; m++) {
        const char **names;
        size_t count = 0;
        if (!file_list(&arena, &names, &count, media[m].path, ".sbv", NULL)) {
            continue;
        }
        for (size_t k = 0; k < count && a->count < ANSWERS; k++) {
            const char *path = arena_printf(&arena, "%s/%s", media[m].path, names[k]);
            uint8_t sealed[TRAVEL_SEALED];
            struct buf *one = &a->answers[a->count];
            if (file_read(one, path, TRAVEL_BYTES, NULL) &&
                travel_answer_read(sealed, one->data, one->len, a->public_key, NULL)) {
                a->count++;
            } else {
                a->others++;
                buf_fini(one);
            }
        }
    }
    arena_fini(&arena);
    return true;
}

static void try_answers(struct app *app, void *context, bool ok, const struct err *why)
{
    const struct answers *a = context;
    struct ui *ui = &app->ui;
    struct err err = {0};
    bool open = false;
    (void)why;
    app_wait(app, S_wait_check);
    for (size_t k = 0; k < a->count && !open; k++) {
        struct returning r = {a->pass, a->pass_len, &a->answers[k]};
        open = writer_call(app->writer, come_back, &r, &err);
    }
    if (open) {
        edit_end(&ui->edit);
        state_of(app)->step = TRAVEL_START;
        app_look_locks(app);
        app_go_home(app);
    } else if (a->count && err.code != ERR_AUTH) { /* it fits, but opening failed */
        app_trouble(app, &err);
    } else {
        state_of(app)->again = !a->count;
        app_say(app, a->count || a->others ? S_travel_wrong_answer
                     : !ok || a->silent    ? S_media_hangs
                                           : S_travel_no_answer);
    }
}

/* Makes the request for the passphrase in the field again: the same words and the same file. */
static void ask_again(struct app *app)
{
    struct ui *ui = &app->ui;
    struct err err = {0};
    struct asking a = {
        .pass = ui->edit.text.data, .len = ui->edit.text.len, .request = &state_of(app)->request};
    buf_cut(&state_of(app)->request, 0);
    app_wait(app, S_wait_keys);
    if (writer_call(app->writer, ask, &a, &err)) {
        edit_end(&ui->edit);
        snprintf(state_of(app)->words, sizeof state_of(app)->words, "%s", a.words);
        state_of(app)->step = TRAVEL_SEND;
        app->message.text[0] = '\0';
        app_find_media(app, NULL);
    } else {
        app_trouble(app, &err);
    }
}

static void look_for_answers(struct app *app)
{
    struct ui *ui = &app->ui;
    struct buf request = {0};
    struct err err = {0};
    struct asking asked = {
        .pass = ui->edit.text.data, .len = ui->edit.text.len, .request = &request};
    app_wait(app, S_wait_check);
    if (!writer_call(app->writer, ask, &asked, &err)) { /* too few words, or no memory */
        if (err.code == ERR_INPUT) {
            app_say(app, S_travel_wrong_answer);
        } else {
            app_trouble(app, &err);
        }
        buf_fini(&request);
        return;
    }
    struct answers *a = mem_zero(1, sizeof *a);
    a->fixed = app->options.media_dir;
    a->pass_len = ui->edit.text.len;
    a->pass = secret_new(a->pass_len + 1);
    memcpy(a->pass, ui->edit.text.data, a->pass_len);
    memcpy(a->public_key, request.data + 4, sizeof a->public_key);
    buf_fini(&request);
    app_task(app, &(struct app_task){.what = S_wait_media,
                                     .work = find_answers,
                                     .context = a,
                                     .drop = drop_answers,
                                     .end = try_answers});
}

static void start(struct app *app)
{
    struct ui *ui = &app->ui;
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_travel_title), ui->theme.ink);
    ui_gap(ui, 6);
    ui_say(ui, TEXT_BODY, ui_str(ui, S_travel_how), ui->theme.ink);
    ui_gap(ui, 18);
    if (ui_wide_button(ui, "ask", ui_str(ui, S_travel_ask), true)) {
        vault_suggest(state_of(app)->suggested);
        state_of(app)->step = TRAVEL_CHOOSE;
        ui->again = true;
    }
    if (ui_wide_button(ui, "answer", ui_str(ui, S_travel_answer), false)) {
        state_of(app)->step = TRAVEL_OPEN;
        ui->again = true;
    }
}

static void choose(struct app *app)
{
    struct ui *ui = &app->ui;
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_first_pass), ui->theme.ink);
    ui_gap(ui, 6);
    ui_say(ui, TEXT_HINT, ui_str(ui, S_travel_pass_hint), ui->theme.soft);
    ui_gap(ui, 12);
    app_show_words(app, state_of(app)->suggested, NULL);
    if (ui_wide_button(ui, "other", ui_str(ui, S_first_other), false)) {
        vault_suggest(state_of(app)->suggested);
        ui->again = true;
    }
    if (ui_took(ui, "right")) {
        state_of(app)->step = TRAVEL_REPEAT;
        ui->again = true;
    }
}

static void send(struct app *app)
{
    struct ui *ui = &app->ui;
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_travel_send), ui->theme.ink);
    ui_gap(ui, 6);
    ui_say(ui, TEXT_HINT, ui_str(ui, S_travel_send_hint), ui->theme.soft);
    ui_gap(ui, 12);
    app_show_words(app, state_of(app)->words, ui_str(ui, S_travel_words));
    const char *folder = medium_choose(app, true);
    if (folder) {
        app_write_file(app, folder,
                       arena_printf(&ui->frame, "unlock-%.4s.sbu", state_of(app)->words),
                       &state_of(app)->request);
    }
    if (ui_took(ui, "answer")) {
        state_of(app)->step = TRAVEL_OPEN;
        app->message.text[0] = '\0';
        ui->again = true;
    }
}

/* Removes all secrets from the screen and the field. */
void travel_put_away(struct app *app)
{
    app_leave_task(app);
    edit_end(&app->ui.edit);
    secret_wipe(state_of(app)->suggested, sizeof state_of(app)->suggested);
    app->message.text[0] = app->sticks.folder[0] = '\0';
    state_of(app)->show_pass = state_of(app)->again = false;
    state_of(app)->step = TRAVEL_START;
    app->ui.again = true;
}

bool travel_shows_secrets(const struct app *app)
{
    return app->screen == SCREEN_TRAVEL && state_of(app)->step != TRAVEL_START &&
           state_of(app)->step != TRAVEL_SEND;
}

/* Asks for the passphrase: to repeat a new one, or to open what a coordinator answered.  BESIDE:
 * the field stands right of the text, to stay visible over the keyboard. */
static void ask_pass(struct app *app, enum travel_step step, bool beside, struct cursor all,
                     int half)
{
    struct ui *ui = &app->ui;
    struct travel_state *state = state_of(app);
    int lowest = 0;
    ui_say(ui, TEXT_HEADING,
           ui_str(ui, step == TRAVEL_REPEAT ? S_first_repeat : S_travel_open_hint), ui->theme.ink);
    ui_gap(ui, 8);
    if (beside) {
        lowest = ui->at.y;
        ui_at(ui, all.x + all.w - half, all.y, half);
    }
    ui_field(ui, "pass",
             &(struct field){.text = ui->edit.text.data,
                             .cursor = ui->edit.cursor,
                             .active = true,
                             .masked = step == TRAVEL_OPEN && !state->show_pass,
                             .min_lines = 2,
                             .style = TEXT_BODY});
    if (step == TRAVEL_OPEN) {
        if (ui_pill(ui, "show", ui_str(ui, state->show_pass ? S_unlock_hide : S_unlock_show), false,
                    false)) {
            state->show_pass = !state->show_pass;
        }
        if (state->again && ui->edit.text.len &&
            ui_pill(ui, "again", ui_str(ui, S_travel_again), false, false)) {
            ask_again(app);
        }
        ui_pills_end(ui);
    }
    ui->at.y = ui->at.y > lowest ? ui->at.y : lowest;
}

static void travel_body(struct app *app, enum travel_step step, bool typing)
{
    struct ui *ui = &app->ui;
    bool beside = typing && ui->landscape;
    struct cursor all = ui->at;
    int half = beside ? all.w / 2 - ui_px(ui, 10) : all.w;
    ui->at.w = half;
    app_message(app);
    ui->at.w = all.w;
    switch (step) {
    case TRAVEL_START:
        start(app);
        break;
    case TRAVEL_CHOOSE:
        choose(app);
        break;
    case TRAVEL_SEND:
        send(app);
        break;
    default:
        ui->at.w = half;
        ask_pass(app, step, beside, all, half);
        break;
    }
}

/* The bar or the keyboard below, by step. */
static void travel_foot(struct app *app, enum travel_step step)
{
    struct ui *ui = &app->ui;
    if (step == TRAVEL_CHOOSE) {
        ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_continue_));
    } else if (step == TRAVEL_SEND) {
        ui_bar(ui, NULL, NULL, "answer", ui_str(ui, S_travel_answer));
    } else if (step != TRAVEL_START &&
               keyboard_show(ui, &app->keyboard, KEYBOARD_TEXT, ui_str(ui, S_done))) {
        if (step == TRAVEL_REPEAT) {
            make_request(app);
        } else if (ui->edit.text.len) {
            look_for_answers(app);
        }
    }
}

void screen_travel(struct app *app)
{
    struct ui *ui = &app->ui;
    enum travel_step step = state_of(app)->step;
    bool typing = step == TRAVEL_REPEAT || step == TRAVEL_OPEN;
    bool bar = step == TRAVEL_CHOOSE || step == TRAVEL_SEND;
    int bottom = ui->h - (typing ? keyboard_height(ui, KEYBOARD_TEXT)
                          : bar  ? ui_bar_height(ui)
                                 : 0);
    struct header h = {.help = true,
                       .title = step == TRAVEL_START ? "" : ui_str(ui, S_travel_title),
                       .left = step == TRAVEL_START ? NULL : "back",
                       .language = true,
                       .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "language")) {
        app->sheet = SHEET_LANGUAGE;
        ui->again = true;
        return;
    }
    if (h.left && ui_took(ui, "back")) {
        travel_put_away(app);
        return;
    }
    if (typing && !edit_is(&ui->edit, "pass")) {
        edit_begin(&ui->edit, "pass", "");
    }
    ui_body_begin(ui, ui_header_height(ui), bottom);
    travel_body(app, step, typing);
    ui_body_end(ui);
    if (app->screen == SCREEN_TRAVEL && state_of(app)->step == step) {
        travel_foot(app, step);
    }
}
