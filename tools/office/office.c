/* SPDX-License-Identifier: Apache-2.0 */
/* The window's loop: events, the work on its own thread, the lock. */
#include "tools/office/office.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/kit/robot.h"
#include "platform/machine/clock.h"
#include "platform/machine/prompt.h"
#include "platform/machine/secret.h"
#include "tools/desk/desk_ledger.h"
#include "tools/key/keys.h"

enum { IDLE_MS = 10 * 60 * 1000, SOON_MS = 150, PROGRESS_MS = 100 };

/* ---- work ---- */

static struct progress *watched; /* of the work that runs */

void office_progress(const char *pass, uint64_t done, uint64_t all)
{
    (void)pass;
    if (watched) {
        watched->done = done;
        watched->total = all;
    }
}

static bool run_job(void *context, struct err *err)
{
    struct office *o = context;
    bool changed = false;
    if (o->desk && !desk_refresh(o->desk, &changed, err)) {
        return false;
    }
    o->stale = o->stale || changed;
    return o->work.job(o, err);
}

static void keep(void *context)
{
    (void)context; /* the office outlives its work */
}

static void wake(void *window)
{
    window_tell(window, WINDOW_SAVED);
}

static void end_work(struct office *o)
{
    struct err err = {0};
    void *context;
    office_after *after = o->work.after;
    bool ok = task_end(o->work.task, &context, &err);
    o->work.task = NULL;
    watched = NULL;
    o->input_ms = clock_mono_ms();
    o->ui.again = true;
    after(o, ok, &err);
}

void office_work(struct office *o, enum string_id what, office_job *job, office_after *after)
{
    o->message.text[0] = '\0';
    office_read(o, what, job, after);
}

void office_read(struct office *o, enum string_id what, office_job *job, office_after *after)
{
    assert(!o->work.task);
    o->work.what = what;
    o->work.job = job;
    o->work.after = after;
    o->work.progress.done = o->work.progress.total = 0;
    watched = &o->work.progress;
    o->work.task = task_begin(run_job, o, keep, wake, o->ui.window, true);
    if (task_wait(o->work.task, SOON_MS)) {
        end_work(o);
    }
    o->ui.again = true;
}

/* ---- messages, pages ---- */

void office_say(struct office *o, const char *text, bool good)
{
    snprintf(o->message.text, sizeof o->message.text, "%s", text);
    o->message.good = good;
    o->ui.scroll = 0;
    o->ui.again = true;
}

void office_failed(struct office *o, const struct err *err)
{
    char text[1200];
    err_text(err, text, sizeof text);
    office_say(o, ui_fill(&o->ui, S_desk_failed, text, NULL), false);
}

void office_forget(struct office *o, enum office_page page)
{
    if (o->pages[page].forget) {
        o->pages[page].forget(o);
    }
}

/* Lists that another program made old, or that could not be read, are read again. */
static void freshen(struct office *o)
{
    static const enum office_page lists[] = {OFFICE_RECORDS, OFFICE_FIELD, OFFICE_DEVICES,
                                             OFFICE_FORMS};
    bool changed = false;
    bool stale = o->desk && (!desk_refresh(o->desk, &changed, NULL) || changed || o->stale);
    const bool failed[] = {o->records.failed, false, o->devices.failed, o->forms.failed};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (stale || failed[i]) {
            office_forget(o, lists[i]);
        }
    }
    o->stale = false;
}

void office_go(struct office *o, enum office_page page)
{
    freshen(o);
    o->page = page;
    o->message.text[0] = '\0';
    edit_end(&o->ui.edit);
    window_forget_keys(o->ui.window);
    o->ui.scroll = 0;
    o->ui.focus[0] = '\0';
    o->ui.again = true;
    o->devices.sure = 0;
    o->devices.asked = o->record.leaving = false;
    if (page == OFFICE_TAKE || page == OFFICE_DEVICES || page == OFFICE_FORMS) {
        o->media = true;
    }
}

void office_lock(struct office *o)
{
    assert(!o->work.task);
    window_blank(o->ui.window, o->ui.theme.paper);
    edit_end(&o->ui.edit);
    for (enum office_page p = 0; p < OFFICE_PAGES; p++) {
        office_forget(o, p);
    }
    mem_wipe_text(o->records.search);
    o->records.search = NULL;
    if (o->has_elements) {
        desk_elements_fini(&o->elements);
        o->has_elements = false;
    }
    keys_forget_passphrases();
    if (o->desk) {
        desk_close(o->desk);
        o->desk = NULL;
    }
    secret_free(o->identity);
    secret_free(o->pass);
    o->identity = NULL;
    o->pass = NULL;
    o->show_pass = false;
    office_go(o, OFFICE_UNLOCK);
}

/* ---- the loop ---- */

void office_begin(struct office *o, struct window *window, const struct office_row *pages,
                  const struct office_options *options)
{
    memset(o, 0, sizeof *o);
    o->pages = pages;
    ui_init(&o->ui, window);
    o->options = *options;
    o->ui.language = options->language;
    o->ui.text_scale = options->text_scale > 0 ? options->text_scale : 1;
    ui_theme(&o->ui, options->night);
    keyboard_language(&o->keyboard, language_code(options->language));
    o->records.state = -1;
    o->output.labels = (int)options->language;
    o->output.writer = dataset_writer_find("csv");
    o->question.from = o->question.to = OFFICE_NOWHERE;
    o->input_ms = clock_mono_ms();
    office_go(o, OFFICE_UNLOCK);
}

void office_end(struct office *o)
{
    while (o->work.task) { /* the window was closed: nothing is left half done */
        while (!task_wait(o->work.task, 1000)) {
        }
        end_work(o); /* may begin other work */
    }
    office_lock(o);
    ui_fini(&o->ui);
}

static void waiting(struct office *o)
{
    struct ui *ui = &o->ui;
    struct progress *p = &o->work.progress;
    office_page_begin(o, ui_str(ui, S_desk_title), "");
    ui_say(ui, TEXT_QUESTION, ui_str(ui, o->work.what), ui->theme.ink);
    ui_gap(ui, 12);
    if (p->total) {
        ui_progress(ui, p, S_desk_done_of);
    }
    office_page_end(o);
}

void office_draw(struct office *o)
{
    enum { TRIES = 8 };
    int tries = 0;
    do {
        ui_begin(&o->ui);
        if (o->work.task) {
            waiting(o);
        } else {
            o->pages[o->page].build(o);
        }
        ui_end(&o->ui);
    } while (o->ui.again && ++tries < TRIES);
    window_show(o->ui.window, &o->ui.draws, o->ui.theme.paper);
}

/* How often the page is drawn without an event; 0: it is not. */
static int beat(const struct office *o)
{
    const struct office_row *row = &o->pages[o->page];
    return row->beat ? row->beat(o) : 0;
}

/* Who listens touches nothing for a while; nobody listens for hours. */
static int idle_ms(const struct office *o)
{
    return o->listening.playing ? 3 * IDLE_MS : IDLE_MS;
}

static bool press_key(struct office *o, unsigned n)
{
    const struct office_row *row = &o->pages[o->page];
    const char *id = row->key && !o->work.task ? row->key(o, n) : NULL;
    if (id) {
        snprintf(o->ui.activated, sizeof o->ui.activated, "%s", id);
    }
    return id != NULL;
}

bool office_handle(struct office *o, const struct window_event *e)
{
    bool touch = e->kind >= WINDOW_DOWN && e->kind <= WINDOW_TEXT;
    if (e->kind == WINDOW_MEDIA) {
        o->media = true;
        return o->desk != NULL;
    }
    if (o->work.task) {
        if (task_wait(o->work.task, 0)) {
            end_work(o);
        } else if (touch) { /* meant for the page that is not shown now */
            ui_let_go(&o->ui);
            return false;
        }
    } else if (o->desk && clock_mono_ms() - o->input_ms >= idle_ms(o)) {
        office_lock(o);
        return true;
    }
    bool beats = !o->work.task && beat(o) > 0;
    o->input_ms = touch ? clock_mono_ms() : o->input_ms;
    if (e->kind == WINDOW_KEY && e->key >= KEY_F1 && e->key < KEY_F1 + WINDOW_F_KEYS) {
        return press_key(o, (unsigned)(e->key - KEY_F1));
    }
    if (beats && e->kind == WINDOW_NONE) {
        (void)ui_event(&o->ui, e);
        return true;
    }
    return ui_event(&o->ui, e) || o->ui.again || o->work.task;
}

static int timeout(const struct office *o)
{
    int ui = ui_timeout(&o->ui);
    if (o->work.task) {
        return PROGRESS_MS;
    }
    if (!o->desk) {
        return ui;
    }
    if (beat(o) > 0 && (ui < 0 || beat(o) < ui)) {
        return beat(o);
    }
    int64_t left = idle_ms(o) - (clock_mono_ms() - o->input_ms);
    left = left > 0 ? left : 0;
    return ui >= 0 && ui < left ? ui : (int)left;
}

int office_run(struct office *o, int robot_fd)
{
    struct window_event e = {.kind = WINDOW_EXPOSE};
    unsigned frame = 0;
    bool dirty = true;
    (void)robot_fd;
    while (!o->ui.quit) {
        if (dirty) {
            office_draw(o);
            frame++;
#ifdef SUHBAT_TEST
            if (robot_fd >= 0 && !o->work.task) {
                bool acted = e.kind == WINDOW_UP || e.kind == WINDOW_KEY || e.kind == WINDOW_SAVED;
                robot_report(robot_fd, &o->ui, frame, o->pages[o->page].name,
                             acted ? "time 0 -1\n" : NULL); /* what it waits for; not measured */
            }
#endif
        }
        window_wait(o->ui.window, timeout(o), &e);
        dirty = office_handle(o, &e);
    }
    (void)frame;
    return 0;
}
