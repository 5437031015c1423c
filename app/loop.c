/* SPDX-License-Identifier: Apache-2.0 */
/* Switches between screens, runs the event loop, and locks when idle. */
#include "app/loop.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/interview/interview_group.h"
#include "app/kit/robot.h"
#include "app/questions/question.h"
#include "app/screens/group.h"
#include "app/screens/locks.h"
#include "app/screens/open_interview.h"
#include "app/screens/page.h"
#include "app/screens/screen_exchange.h"
#include "app/screens/screen_load.h"
#include "app/screens/screen_medium.h"
#include "app/screens/screen_task.h"
#include "app/screens/screen_travel.h"
#include "app/screens/screens.h"
#include "app/screens/sheets.h"
#include "app/shell/aloud.h"
#include "app/shell/languages.h"
#include "app/shell/sound.h"
#include "app/shell/tasks.h"
#include "platform/machine/audio.h"
#include "platform/machine/clock.h"

/* Builds the page; again, while a screen asks for it. */
static void build(struct app *app)
{
    enum { TRIES_MAX = 6 };
    int tries = 0;
    do {
        app_sound_check(app);
        aloud_look(app);
        group_watch(app);
        ui_begin(&app->ui);
        questions_between(app);
        app->sticks.look_again = NULL;
        if (app->respondent.holds && !app->screens[app->screen].respondent) {
            app->respondent.in_block = app->respondent.at_end = false;
            app_go(app, SCREEN_RETURN); /* whatever led here: it is not for them */
        }
        if (app->exchange.pending) {
            app_watch_transfer(app);
        } else if (app->task.task) {
            screen_task(app);
        } else if (app->sheet != SHEET_NONE) {
            if (app->screen == SCREEN_UNLOCK) {
                app_look_locks(app); /* the soft lock ends under a sheet, too */
            }
            sheet_show(app);
        } else {
            app->screens[app->screen].build(app);
            if (ui_took(&app->ui, "help")) {
                app->sheet = SHEET_HELP;
            }
        }
        ui_end(&app->ui);
    } while (app->ui.again && ++tries < TRIES_MAX);
}

static int64_t now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

#ifdef SUHBAT_TEST
/* Output for the test robot, with the times of what the user did. */
static void report(struct app *app, int fd, unsigned frame, const struct window_event *e)
{
    char times[80] = "";
    if (app->view.leaving || app->exchange.pending ||
        app->task.task) { /* only the frame after that is reported */
        return;
    }
    if (e->kind == WINDOW_UP || e->kind == WINDOW_KEY || e->kind == WINDOW_SAVED) {
        int64_t durable = 0;
        /* Wait for the write after the timed frame. Otherwise only the fast ones would be
         * counted. */
        if (app->interview && app->loop.posted_us &&
            writer_wait(app->writer, app->interview->ticket, NULL)) {
            durable = writer_durable_us(app->writer);
        }
        snprintf(times, sizeof times, "time %lld %lld\n",
                 (long long)(app->loop.shown_us - app->loop.event_us),
                 (long long)(durable ? durable - app->loop.event_us : -1));
    }
    robot_report(fd, &app->ui, frame, app->sheet ? "sheet" : app->screens[app->screen].name, times);
}
#endif

static int shorter(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

/* Locks after the idle time. True: another screen is shown now. */
static bool lock_if_due(struct app *app)
{
    int64_t left = app_idle_left_ms(app);
    if (travel_shows_secrets(app) && left <= 0) {
        travel_put_away(app);
        return true;
    }
    if (!app->screens[app->screen].idle_ms || left > 0) {
        return false;
    }
    if (!app->exchange.pending) {
        app_lock(app);
        return true;
    }
    app_lock_behind(app);
    return true;
}

static int lock_timeout(struct app *app)
{
    if (travel_shows_secrets(app)) {
        int64_t left = app_idle_left_ms(app);
        return lock_if_due(app) ? 0 : (int)left;
    }
    if (!app->screens[app->screen].idle_ms) {
        const struct device_locks *l = &app->locks.device;
        if (app->screen != SCREEN_UNLOCK) {
            return -1;
        }
        return l->soft_left_ms > 0 ? (int)l->soft_left_ms + 1 /* then only the passphrase unlocks */
               : l->wait_s > 0     ? 1000                     /* the countdown in seconds */
                                   : -1;
    }
    if (lock_if_due(app)) {
        return 0;
    }
    int64_t left = app_idle_left_ms(app);
    return (int)(left < 0 ? 0 : left);
}

/* With a slow disk, the page being left stays as it is for this long, ms. Then "wait" is
 * shown. */
enum { SLOW_MS = 300, PROGRESS_MS = 100 };

static int leaving_timeout(const struct app *app)
{
    int64_t left = SLOW_MS - (clock_mono_ms() - app->view.leaving_ms);
    return app->view.leaving && left > 0 ? (int)left : -1;
}

void app_begin(struct app *app, struct window *window, struct device *device,
               const struct app_options *o)
{
    memset(app, 0, sizeof *app);
    ui_init(&app->ui, window);
    arena_init(&app->sticks.folder_arena);
    app->options = *o;
    app->screens = screen_rows;
    questions_begin(app);
    app_settings_read(app);
    app->looks.night = app->looks.night || o->night; /* options override the stored settings */
    app->ui.text_scale = o->text_scale > 0 ? o->text_scale : app->ui.text_scale;
    app->ui.language = o->language < UI_LANGUAGE_COUNT ? o->language : app->ui.language;
    ui_theme(&app->ui, app->looks.night);
    app_say_anew(app);
    bool unlocked = device && o->unlocked && device_is_unlocked(device);
    if (device) {
        app_take_device(app, device);
    }
    app_set_screen(app, device ? SCREEN_UNLOCK : SCREEN_FIRST_LANGUAGE);
    if (unlocked) {
        app_go_home(app);
        app_start_wanted(app);
    }
    app->loop.last_input_ms = clock_mono_ms();
}

struct device *app_end(struct app *app)
{
    if (app->exchange.pending) { /* the window was closed during a task */
        app->exchange.progress.stop = true;
        (void)!writer_end(app->writer, app->exchange.pending, NULL);
        app->exchange.pending = NULL;
    }
    if (app->exchange.locking) {
        (void)!writer_end(app->writer, app->exchange.locking, NULL);
        app->exchange.locking = NULL;
    }
    load_forget(app);
    app_leave_task(app);
    app_leave_interview(app);
    app_sound_leave(app);
    struct device *device = writer_free(app->writer);
    app->writer = NULL;
    app_close_screen(app);
    questions_end(app);
    arena_fini(&app->sticks.folder_arena);
    app_forget_named(app);
    ui_fini(&app->ui);
    return device;
}

void app_draw(struct app *app)
{
    uint64_t before = app->interview ? app->interview->ticket : 0;
    app->loop.posted_us = 0;
    build(app);
    if (app->screen != SCREEN_INTERVIEW || app->sheet != SHEET_NONE) {
        app->view.ahead_count =
            0; /* a key typed for a page must not seal a record or enter a PIN */
    }
    while (!app->view.leaving &&
           app->view.ahead_count) { /* typed during the wait for a slow disk */
        struct window_event e = app->view.ahead[0];
        memmove(app->view.ahead, app->view.ahead + 1, --app->view.ahead_count * sizeof e);
        if (e.kind == WINDOW_TEXT) {
            page_open_waiting(app);
        }
        if (ui_event(&app->ui, &e)) {
            build(app);
        }
        app->view.ahead_count = app->screen == SCREEN_INTERVIEW ? app->view.ahead_count : 0;
    }
    if (app->sticks.changed && app->sticks.look_again && !app->task.task &&
        !app->exchange.pending) {
        app->sticks.changed = false;
        app->sticks.look_again(app);
        build(app);
    }
    if (app->view.leaving && leaving_timeout(app) < 0) {
        app_wait_box(app, S_wait_save);
    }
    if (!app->loop.blind && !app->loop.asleep && !app->loop.covered) {
        window_show(app->ui.window, &app->ui.draws, app->ui.theme.paper);
    }
    app->loop.shown_us = now_us();
    app->loop.posted_us =
        app->interview && app->interview->ticket != before ? app->loop.shown_us : 0;
}

/* Before the machine sleeps: blanks the screen and saves everything, in case the battery
 * runs out. */
static void fall_asleep(struct app *app)
{
    window_blank(app->ui.window, app->ui.theme.paper); /* before a disk that may be slow */
    if (app->task.ours && !app->opening.draft) {       /* opening a draft cannot lose anything */
        app_leave_task(app);
    }
    if (app->interview) { /* a machine that sleeps hears nothing */
        (void)!sound_end(app->interview, WHY_LEFT, NULL);
        group_ends(app->interview);
        app_put_away(app);
    }
    app_sound_leave(app);
    audio_stop();
    aloud_forget(app);
    if (app->options.kiosk &&
        app->screens[app->screen].idle_ms) { /* in a kiosk, sleeping locks the device */
        if (app->exchange.pending) {
            app_lock_behind(app); /* locks as soon as the copy allows it */
        } else {
            app_lock(app);
        }
    }
    app->loop.asleep = true;
    if (app->loop.watch) {
        sleep_ready(app->loop.watch);
    }
}

static bool is_touch(const struct window_event *e)
{
    return e->kind >= WINDOW_DOWN && e->kind <= WINDOW_TEXT;
}

static bool edits(const struct app *app, const struct window_event *e)
{
    bool key = e->kind == WINDOW_KEY && app->ui.edit.id[0];
    return e->kind == WINDOW_TEXT ||
           (key && (e->key == KEY_BACKSPACE || e->key == KEY_DELETE || e->key == KEY_LEFT ||
                    e->key == KEY_RIGHT || e->key == KEY_SPACE));
}

/* What concerns the window, not the page; true: nothing else is to be done with the event. */
static bool on_window(struct app *app, const struct window_event *e, bool *redraw)
{
    struct ui *ui = &app->ui;
    *redraw = false;
    app->loop.event_us = e->kind == WINDOW_SAVED ? app->loop.event_us : now_us();
    if (e->kind == WINDOW_HIDE) { /* nothing stays on a hidden screen */
        window_blank(ui->window, ui->theme.paper);
        app->loop.covered = true;
        return true;
    }
    app->loop.covered = app->loop.covered && e->kind != WINDOW_EXPOSE && !is_touch(e);
    if (e->kind == WINDOW_SLEEP) {
        fall_asleep(app);
        return true;
    }
    if (e->kind == WINDOW_MEDIA) {
        medium_changed(app);
        *redraw = ui->again;
        return true;
    }
    app->loop.asleep = app->loop.asleep && e->kind != WINDOW_AWAKE;
    if (e->kind == WINDOW_AWAKE) { /* media did not answer during sleep: restart their timers */
        app->task.since_ms = app->exchange.moved_ms = clock_mono_ms();
    }
    return false;
}

/* A touch that the page does not get: while the machine sleeps, or the page is being left, whose
 * keys are kept for the next one. */
static bool is_held_back(struct app *app, const struct window_event *e)
{
    if (!(app->loop.asleep || app->view.leaving) || !is_touch(e)) {
        return app->task.task && edits(app, e); /* no field is shown during a task */
    }
    bool key = e->kind == WINDOW_KEY || e->kind == WINDOW_TEXT;
    if (key && !app->loop.asleep && app->view.ahead_count < APP_AHEAD) {
        app->view.ahead[app->view.ahead_count++] = *e;
    }
    ui_let_go(&app->ui); /* the touch was meant for the old page */
    return true;
}

/* A refusal goes with the text that was refused. */
static void forget_refusal(struct app *app)
{
    if (app->view.refused && app->view.refused_edit != app->ui.edit.changes &&
        typed_node(app) == app->view.refused) {
        app->view.refused = NULL;
        app->message.text[0] = '\0';
    }
}

bool app_handle(struct app *app, const struct window_event *e)
{
    struct ui *ui = &app->ui;
    bool redraw;
    if (on_window(app, e, &redraw) || is_held_back(app, e)) {
        return redraw;
    }
    if (lock_if_due(app)) { /* woken after a long sleep: lock first, ignore this event */
        return true;
    }
    if (is_touch(e)) {
        app->loop.last_input_ms = clock_mono_ms();
    }
    if (e->kind == WINDOW_TEXT) {
        page_open_waiting(app);
    }
    bool ended = audio_left_ms() >= 0 && !audio_playing();
    if (ended) { /* updates the button and stops the audio output */
        audio_stop();
    }
    bool locked = app->screen == SCREEN_UNLOCK && e->kind == WINDOW_NONE;
    bool changed = ui_event(ui, e);
    forget_refusal(app);
    bool heard = e->kind == WINDOW_NONE && (app_sound_timeout(app) >= 0 || group_timeout(app) >= 0);
    return changed || locked || ended || heard || ui->again || app->view.leaving ||
           app->exchange.pending || app->task.task;
}

int app_run(struct app *app, int robot_fd)
{
    struct ui *ui = &app->ui;
    unsigned frame = 0;
    struct window_event e = {.kind = WINDOW_EXPOSE};
    bool dirty = true;
    (void)robot_fd;
    while (!ui->quit) {
        if (dirty) {
            app_draw(app);
            frame++;
#ifdef SUHBAT_TEST
            if (robot_fd >= 0) {
                report(app, robot_fd, frame, &e);
            }
#endif
        }
        int timeout = ui_timeout(ui);
        timeout = shorter(timeout, app_journal_typing(app));
        timeout = shorter(timeout, app->interview ? question_rest(app) : -1);
        timeout = shorter(timeout, lock_timeout(app));
        timeout = shorter(timeout, leaving_timeout(app));
        timeout = app->exchange.pending ? PROGRESS_MS : timeout;
        timeout = shorter(timeout, app_task_timeout(app));
        timeout = shorter(timeout, audio_left_ms());
        timeout = shorter(timeout, app_sound_timeout(app));
        timeout = shorter(timeout, group_timeout(app));
        window_wait(ui->window, timeout, &e);
        dirty = app_handle(app, &e);
    }
    app_leave_interview(app);
    return 0;
}
