/* SPDX-License-Identifier: Apache-2.0 */
/* Shows that it records, and how loud; tests the microphone; keeps the recorder under the lock. */
#include "app/shell/sound.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/machine/clock.h"
#include "platform/machine/file.h"
#include "platform/machine/microphone.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"
#include "platform/machine/voice.h"

enum {
    LOOK_MS = 200,   /* the level moves */
    TEST_MS = 20000, /* a test ends by itself */
    TEST_RATE = 16000,
    HEARD_MS = 1500, /* what was loud enough so long ago counts as heard */
    HEARD = 3,       /* percent */
    PERCENT = 100,
    LOUDEST = 32767,
    SECOND = 1000,
    MINUTE = 60,
    HOUR = 3600
};

static struct recorder *recorder_of(const struct app *app)
{
    const struct interview *i = app->interview;
    return i && i->sound ? i->sound->recorder : app->sound.kept;
}

/* ---- the loop ---- */

static void say_why(struct app *app, enum journal_why why)
{
    static const enum string_id texts[JOURNAL_WHY_END] = {[WHY_CONSENT] = S_sound_no_consent,
                                                          [WHY_FULL] = S_sound_full,
                                                          [WHY_BROKEN] = S_sound_broken};
    if (why == WHY_CONSENT || why == WHY_FULL || why == WHY_BROKEN) {
        app_say(app, texts[why]);
        app->ui.again = true;
    }
}

static void end_test(struct app *app)
{
    if (app->sound.test) {
        microphone_close(app->sound.test);
        app->sound.test = NULL;
    }
}

/* The recording of the whole interview could run, and does not. */
static bool is_off(const struct app *app)
{
    const struct node *whole = sound_background(app->interview), *who;
    return whole && !app->respondent.holds &&
           sound_allowed(app->interview, whole, &who) == CONSENT_GIVEN;
}

/* … or ran, so that it can be deleted. */
static bool was_on(const struct app *app)
{
    const struct node *whole = sound_background(app->interview);
    int64_t ms;
    return whole && !app->respondent.holds && sound_of(app->interview, whole, &ms) > 0;
}

/* Ends the recorder that goes on under the lock; the interview is told when it is opened again. */
static void end_kept(struct app *app, enum journal_why why)
{
    memcpy(app->sound.ended_id, recorder_id(app->sound.kept), sizeof app->sound.ended_id);
    (void)!recorder_end(app->sound.kept, &app->sound.ended_ms, NULL); /* it is on the medium */
    app->sound.kept = NULL;
    app->sound.ended = (uint8_t)why;
}

/* Under the lock: what is full or broken hears nothing any more, and says so. */
static void check_kept(struct app *app)
{
    if (!app->sound.kept) {
        return;
    }
    enum recorder_state state = recorder_look(app->sound.kept).state;
    if (state == RECORDER_FULL || state == RECORDER_FAILED) {
        enum journal_why why = state == RECORDER_FULL ? WHY_FULL : WHY_BROKEN;
        end_kept(app, why);
        say_why(app, why);
    }
}

/* The test ends by itself, under a sheet, on another screen, and before anything is recorded. */
static void check_test(struct app *app)
{
    bool over = clock_mono_ms() >= app->sound.test_until_ms || app->sheet != SHEET_NONE ||
                app->screen != SCREEN_INTERVIEW || recorder_of(app) ||
                (app->interview && is_off(app));
    if (app->sound.test && over) {
        end_test(app);
    }
}

static void say_unbegun(struct app *app, const struct err *err)
{
    app_say(app, err->code == ERR_ENV ? S_sound_no_mic : S_sound_broken);
    app->ui.again = true;
}

void app_sound_check(struct app *app)
{
    struct interview *i = app->interview;
    const struct node *who;
    struct err err = {0};
    check_test(app);
    check_kept(app);
    if (!i || app->task.task || app->exchange.pending || app->loop.asleep) {
        return;
    }
    bool ran = recorder_of(app) != NULL;
    enum journal_why why = sound_check(i, &who, &err);
    if (why == WHY_BROKEN && !ran) { /* it could not begin */
        say_unbegun(app, &err);
        return;
    }
    say_why(app, why);
}

int app_sound_timeout(const struct app *app)
{
    return recorder_of(app) || app->sound.test ? LOOK_MS : -1;
}

/* ---- the test ---- */

void app_sound_test_end(struct app *app)
{
    end_test(app);
    app->sound.test_deaf = false;
}

static void begin_test(struct app *app)
{
    struct err err = {0};
    end_test(app);
    app->sound.test_deaf = !microphone_open(&app->sound.test, TEST_RATE, &err);
    app->sound.test_until_ms = clock_mono_ms() + TEST_MS;
    app->sound.heard_ms = 0;
    app->sound.level = 0;
}

/* Takes what was heard since the last build; nothing of it is kept. */
static void listen(struct app *app)
{
    int16_t samples[1600];
    int peak = 0;
    size_t count;
    while ((count = microphone_take(app->sound.test, samples, sizeof samples / sizeof *samples)) >
           0) {
        for (size_t i = 0; i < count; i++) {
            int one = samples[i] < 0 ? -samples[i] : samples[i];
            peak = one > peak ? one : peak;
        }
    }
    secret_wipe(samples, sizeof samples);
    app->sound.level = (peak > LOUDEST ? LOUDEST : peak) * PERCENT / LOUDEST;
    if (app->sound.level >= HEARD) {
        app->sound.heard_ms = clock_mono_ms();
    }
    if (microphone_gone(app->sound.test)) {
        end_test(app);
        app->sound.test_deaf = true;
    }
}

void app_sound_level(struct app *app, int level)
{
    struct ui *ui = &app->ui;
    int bar = ui_px(ui, 12), w = ui->at.w, part = w * (level > PERCENT ? PERCENT : level) / PERCENT;
    ui_box(ui, (struct rect){ui->at.x, ui->at.y, w, bar}, 6, ui->theme.paper, ui->theme.soft, 1);
    if (part > 0) {
        ui_box(ui, (struct rect){ui->at.x, ui->at.y, part, bar}, 6, ui->theme.accent, 0, 0);
    }
    ui->at.y += bar + ui_px(ui, 8);
}

void app_sound_test(struct app *app, const char *id)
{
    struct ui *ui = &app->ui;
    if (app->sound.test && clock_mono_ms() >= app->sound.test_until_ms) {
        end_test(app);
    }
    if (app->sound.test) {
        listen(app);
    }
    bool runs = app->sound.test != NULL;
    if (app->sound.test_deaf) {
        ui_warning(ui, ui_str(ui, S_sound_no_mic));
    }
    if (runs) {
        bool heard = app->sound.heard_ms && clock_mono_ms() - app->sound.heard_ms < HEARD_MS;
        ui_say(ui, TEXT_BODY, ui_str(ui, heard ? S_sound_heard : S_sound_test_say), ui->theme.ink);
        ui_gap(ui, 6);
        app_sound_level(app, app->sound.level);
    }
    if (ui_pill(ui, id, ui_str(ui, runs ? S_sound_test_end : S_sound_test), runs, false)) {
        if (runs) {
            end_test(app);
        } else {
            begin_test(app);
        }
        ui->again = true;
    }
    ui_pills_end(ui);
}

/* Whether the form has a recording that this question allows. */
static bool allows(const struct form *form, const struct item *item)
{
    for (size_t i = 0; i < form->item_count; i++) {
        if (form->items[i]->audio_consent &&
            text_has_word(form->items[i]->audio_consent, item->shape.name)) {
            return true;
        }
    }
    return false;
}

bool app_sound_is_here(const struct app *app)
{
    const struct node *node = app->interview->page.node;
    const struct item *item = node ? node->item : NULL;
    return recorder_of(app) || is_off(app) || was_on(app) ||
           (item && (item->audio_consent || allows(app->interview->form, item)));
}

void app_sound_before_consent(struct app *app, const struct node *node)
{
    struct ui *ui = &app->ui;
    if (app->respondent.holds || recorder_of(app) || !allows(app->interview->form, node->item)) {
        return;
    }
    if (!microphone_any()) {
        ui_warning(ui, ui_str(ui, S_sound_no_mic_consent));
        return;
    }
    app_sound_test(app, "sound-test");
    ui_gap(ui, 8);
}

/* ---- the lock ---- */

void app_sound_leave(struct app *app)
{
    app_sound_test_end(app);
    if (app->sound.kept) {
        end_kept(app, WHY_LEFT);
    }
}

void app_sound_keep(struct app *app)
{
    app_sound_test_end(app);
    if (app->interview) {
        app->sound.kept = sound_let_go(app->interview);
    }
}

void app_sound_resumed(struct app *app)
{
    struct recorder *kept = app->sound.kept;
    const struct sound_take *take = takes_running(app->interview);
    app->sound.kept = NULL;
    if (take && app->sound.ended && memcmp(take->id, app->sound.ended_id, sizeof take->id) == 0) {
        sound_was_ended(app->interview, (enum journal_why)app->sound.ended, app->sound.ended_ms);
    }
    app->sound.ended = 0;
    sound_take_up(app->interview, kept);
}

/* ---- the page ---- */

const char *app_sound_time(struct app *app, int64_t ms)
{
    long long s = (long long)(ms / SECOND);
    return s >= HOUR ? arena_printf(&app->ui.frame, "%lld:%02lld:%02lld", s / HOUR,
                                    s / MINUTE % MINUTE, s % MINUTE)
                     : arena_printf(&app->ui.frame, "%lld:%02lld", s / MINUTE, s % MINUTE);
}

/* How long what is free on the medium lasts: "4 h 10 min". */
static const char *room_left(struct app *app, int bits)
{
    enum { BYTE = 8, OVERHEAD = 110 }; /* percent: sealing, rows, a reserve */
    struct ui *ui = &app->ui;
    const char *dir = app->options.data_dir ? app->options.data_dir : ".";
    long long minutes =
        (long long)(file_free_bytes(dir) / ((unsigned)bits / BYTE * MINUTE * OVERHEAD / PERCENT));
    const char *hours = ui_number(ui, minutes / MINUTE);
    return minutes >= MINUTE ? ui_fill(ui, S_hours_minutes, hours, ui_number(ui, minutes % MINUTE))
                             : ui_fill(ui, S_room_minutes, ui_number(ui, minutes), NULL);
}

const char *app_sound_room(struct app *app, int bits)
{
    return ui_fill(&app->ui, S_sound_room, room_left(app, bits), NULL);
}

/* A dot: filled while it records, two strokes while it pauses. */
static int draw_sign(struct ui *ui, int x, int cy, bool paused)
{
    int size = ui_px(ui, 16);
    struct rect r = {x, cy - size / 2, size, size};
    if (paused) {
        ui_fill_rect(ui, (struct rect){x, r.y, size / 3, size}, ui->theme.warn);
        ui_fill_rect(ui, (struct rect){x + size - size / 3, r.y, size / 3, size}, ui->theme.warn);
    } else {
        ui_box(ui, r, 8, ui->theme.warn, 0, 0);
    }
    return size + ui_px(ui, 8);
}

/* A strip under the header: words, then buttons at its right; if the words do not fit beside them,
 * above them. */
struct strip {
    int y, h;       /* px, of the whole */
    int words, top; /* width and top of the words */
    int row, right; /* top of the row of buttons; where the next one ends */
    bool two;       /* rows */
};

static int button_width(struct ui *ui, const char *text)
{
    int w = ui_line_width(ui, TEXT_SMALL, text) + 2 * ui_px(ui, 12), min = ui_px(ui, UI_TOUCH_DP);
    return w > min ? w : min;
}

static int row_height(struct ui *ui)
{
    int line = ui_line(ui, TEXT_SMALL) + ui_px(ui, 12), min = ui_px(ui, UI_TOUCH_DP);
    return line > min ? line : min;
}

static int widest_line(struct ui *ui, const char *words)
{
    int widest = 0;
    for (const char *at = words; at;) {
        const char *end = strchr(at, '\n');
        const char *line = end ? arena_copy(&ui->frame, at, (size_t)(end - at)) : at;
        int w = ui_line_width(ui, TEXT_SMALL, line);
        widest = w > widest ? w : widest;
        at = end ? end + 1 : NULL;
    }
    return widest;
}

/* `sign`: room for the sign before the words; `first`, `second`: the buttons' texts, or NULL. */
static struct strip plan_strip(struct ui *ui, int y, const char *words, int sign, const char *first,
                               const char *second)
{
    int side = ui_px(ui, 16), gap = ui_px(ui, 8), row = row_height(ui);
    int buttons =
        (first ? button_width(ui, first) + gap : 0) + (second ? button_width(ui, second) + gap : 0);
    struct strip s = {.y = y, .top = y, .row = y, .right = ui->w - side};
    s.two = widest_line(ui, words) > ui->w - 2 * side - sign - buttons && buttons;
    s.words = ui->w - 2 * side - sign - (s.two ? 0 : buttons);
    int text = ui_text_height(ui, s.words, TEXT_SMALL, words) + ui_px(ui, 8);
    s.row += s.two ? text : 0;
    s.h = s.two ? text + row : text > row ? text : row;
    s.top += s.two ? ui_px(ui, 4) : (s.h - text) / 2 + ui_px(ui, 4);
    return s;
}

static bool strip_button(struct ui *ui, struct strip *s, const char *id, const char *text)
{
    int w = button_width(ui, text), h = row_height(ui), inset = ui_px(ui, 5);
    struct rect touch = {s->right - w, s->row, w, h};
    struct rect box = {touch.x, touch.y + inset, w, h - 2 * inset};
    ui_box(ui, box, 8, ui_pressed(ui, id) ? ui->theme.tint : ui->theme.paper, ui->theme.ink, 1.5f);
    ui_text_centre(ui, box, TEXT_SMALL, text, ui->theme.ink);
    s->right -= w + ui_px(ui, 8);
    return ui_target(ui, id, ROLE_BUTTON, touch);
}

static void stop(struct app *app)
{
    struct err err = {0};
    if (!sound_end(app->interview, WHY_BY_HAND, &err)) {
        app_say(app, S_sound_broken);
    }
    app->ui.again = true;
}

/* What is wrong with what is heard; or NULL. */
static const char *trouble(struct ui *ui, const struct recorder_now *now)
{
    return now->silent    ? ui_str(ui, S_sound_silent)
           : now->clipped ? ui_str(ui, S_sound_clipped)
                          : NULL;
}

static void delete_whole(struct app *app)
{
    struct err err = {0};
    app->sound.deleting = false;
    app->ui.again = true;
    if (!sound_delete(app->interview, sound_background(app->interview), &err)) {
        app_trouble(app, &err);
    }
}

/* Whether the recording of the whole interview is to be deleted: a second tap, elsewhere, does it.
 */
static int strip_delete(struct app *app, int y)
{
    struct ui *ui = &app->ui;
    const char *words = ui_str(ui, S_sound_delete_sure), *keep = ui_str(ui, S_sound_leave),
               *drop = ui_str(ui, S_sound_drop);
    struct strip s = plan_strip(ui, y, words, 0, keep, drop);
    ui_fill_rect(ui, (struct rect){0, y, ui->w, s.h}, ui->theme.warn_back);
    ui_text(ui, ui_px(ui, 16), s.top, s.words, TEXT_SMALL, words, ui->theme.warn);
    if (strip_button(ui, &s, "sound-keep", keep)) {
        app->sound.deleting = false;
        ui->again = true;
    } else if (strip_button(ui, &s, "sound-delete-yes", drop)) {
        delete_whole(app);
    }
    return s.h;
}

static int strip_off(struct app *app, int y)
{
    struct ui *ui = &app->ui;
    struct err err = {0};
    struct node *whole = sound_background(app->interview);
    const struct node *who;
    int64_t ms;
    bool kept = sound_of(app->interview, whole, &ms) > 0;
    bool may = sound_allowed(app->interview, whole, &who) == CONSENT_GIVEN;
    if (app->sound.deleting && kept) {
        return strip_delete(app, y);
    }
    const char *words = kept ? ui_fill(ui, S_sound_kept, app_sound_time(app, ms), NULL)
                             : ui_str(ui, S_sound_whole_off);
    const char *begin = may ? ui_str(ui, kept ? S_continue_ : S_sound_begin) : NULL,
               *drop = kept ? ui_str(ui, S_sound_drop) : NULL;
    struct strip s = plan_strip(ui, y, words, 0, begin, drop);
    ui_fill_rect(ui, (struct rect){0, y, ui->w, s.h}, ui->theme.tint);
    ui_text(ui, ui_px(ui, 16), s.top, s.words, TEXT_SMALL, words, ui->theme.ink);
    if (begin && strip_button(ui, &s, "sound-begin", begin)) {
        if (!sound_begin(app->interview, whole, &err)) {
            say_unbegun(app, &err);
        }
        ui->again = true;
    } else if (drop && strip_button(ui, &s, "sound-delete", drop)) {
        app->sound.deleting = true;
        ui->again = true;
    }
    return s.h;
}

/* How loud it is, along the strip's lower edge. */
static void strip_level(struct ui *ui, int y, int level)
{
    int bar = ui_px(ui, 4);
    ui_fill_rect(ui, (struct rect){0, y, ui->w, bar}, ui->theme.line);
    ui_fill_rect(ui, (struct rect){0, y, ui->w * level / PERCENT, bar}, ui->theme.accent);
}

static const char *state_words(struct app *app, const struct recorder_now *now)
{
    return arena_printf(
        &app->ui.frame, "%s %s",
        ui_str(&app->ui, now->state == RECORDER_PAUSED ? S_sound_paused : S_sound_runs),
        app_sound_time(app, now->ms));
}

/* With the room that is left, in the same row if it fits there. */
static const char *with_room(struct app *app, struct strip s, const char *words, int bits)
{
    struct ui *ui = &app->ui;
    const char *room = ui_fill(ui, S_sound_room_short, room_left(app, bits), NULL);
    const char *row = arena_join(&ui->frame, words, " · ", room, NULL);
    return ui_line_width(ui, TEXT_SMALL, row) <= s.words
               ? row
               : arena_join(&ui->frame, words, "\n", room, NULL);
}

static int strip_on(struct app *app, int y, struct recorder *r)
{
    struct ui *ui = &app->ui;
    struct recorder_now now = recorder_look(r);
    bool paused = now.state == RECORDER_PAUSED;
    const struct node *node = sound_node(app->interview);
    bool own = node && node == app->interview->page.node && app->screen == SCREEN_INTERVIEW;
    bool buttons = !app->respondent.holds && !own; /* the question's own page has large ones */
    const char *first = buttons ? ui_str(ui, paused ? S_continue_ : S_sound_pause) : NULL;
    const char *second = buttons ? ui_str(ui, S_sound_stop) : NULL;
    const char *words = state_words(app, &now);
    const char *wrong = trouble(ui, &now);
    int side = ui_px(ui, 16), sign = ui_px(ui, 24), line = ui_line(ui, TEXT_SMALL);
    struct strip s = plan_strip(ui, y, words, sign, first, second);
    if (buttons) {
        words = with_room(app, s, words, recorder_bits(r));
        s = plan_strip(ui, y, words, sign, first, second);
    }
    int wrong_h =
        wrong ? ui_text_height(ui, ui->w - 2 * side, TEXT_SMALL, wrong) + ui_px(ui, 8) : 0;
    int all = s.h + wrong_h + ui_px(ui, 4);
    ui_fill_rect(ui, (struct rect){0, y, ui->w, all}, wrong ? ui->theme.warn_back : ui->theme.tint);
    (void)draw_sign(ui, side, s.top + line / 2, paused);
    ui_text(ui, side + sign, s.top, s.words, TEXT_SMALL, words, ui->theme.ink);
    if (wrong) {
        ui_text(ui, side, y + s.h, ui->w - 2 * side, TEXT_SMALL, wrong, ui->theme.warn);
    }
    strip_level(ui, y + all - ui_px(ui, 4), now.level);
    if (buttons && strip_button(ui, &s, "sound-stop", second)) {
        stop(app);
    } else if (buttons && strip_button(ui, &s, "sound-pause", first)) {
        sound_pause(app->interview, !paused);
        ui->again = true;
    }
    return all;
}

int app_sound_strip(struct app *app, int y)
{
    struct recorder *r = recorder_of(app);
    if (!app->interview) {
        return 0;
    }
    return r ? strip_on(app, y, r) : is_off(app) || was_on(app) ? strip_off(app, y) : 0;
}

void app_sound_locked(struct app *app)
{
    struct ui *ui = &app->ui;
    if (!app->sound.kept) {
        return;
    }
    struct recorder_now now = recorder_look(app->sound.kept);
    bool paused = now.state == RECORDER_PAUSED;
    int line = ui_line(ui, TEXT_BODY), x = ui->at.x;
    x += draw_sign(ui, x, ui->at.y + line / 2, paused);
    ui->at.y += ui_text(ui, x, ui->at.y, ui->at.w - (x - ui->at.x), TEXT_BODY,
                        state_words(app, &now), ui->theme.ink);
    ui_say(ui, TEXT_HINT, app_sound_room(app, recorder_bits(app->sound.kept)), ui->theme.soft);
    ui_gap(ui, 4);
    if (ui_pill(ui, "sound-stop", ui_str(ui, S_sound_stop), false, false)) {
        end_kept(app, WHY_BY_HAND);
        ui->again = true;
    }
    ui_pills_end(ui);
}
