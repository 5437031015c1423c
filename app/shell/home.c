/* SPDX-License-Identifier: Apache-2.0 */
/* What the device holds: forms, drafts, records that wait; the data of the home screen. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_cases.h"
#include "app/shell/app.h"
#include "platform/machine/clock.h"
#include "platform/machine/secret.h"
#include "platform/machine/text.h"

static int by_title(const void *a, const void *b)
{
    return text_collate(((const struct app_form *)a)->title, ((const struct app_form *)b)->title);
}

/* Copies the head of a form that is known already: a package never changes. Heads are
 * forgotten at a lock. */
static bool know_form(struct app_form *out, const struct device_form *form,
                      const struct app_form *known, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(known[i].form.hash, form->hash, sizeof form->hash) == 0) {
            *out = known[i];
            out->form = *form;
            return true;
        }
    }
    return false;
}

/* The newest time known: the latest draft, sealed record or build of the program, wall ms.
 * Reduced by some slack. */
static int64_t newest_known(const struct app *app)
{
    enum { SLACK_MS = 10 * 60 * 1000 };
    int64_t newest = 1790000000000 + SLACK_MS;
    newest = app->home.waiting.newest_ms > newest ? app->home.waiting.newest_ms : newest;
    for (size_t i = 0; i < app->home.draft_count; i++) {
        newest = app->home.drafts[i].begun_ms > newest ? app->home.drafts[i].begun_ms : newest;
    }
    return newest - SLACK_MS;
}

bool app_read_form(struct app_form *f, const struct package *p)
{
    struct arena arena;
    const char *id, *title, *version;
    arena_init(&arena);
    bool ok = interview_form_title(&arena, p, &id, &title, &version);
    if (ok) {
        memset(f, 0, sizeof *f);
        memcpy(f->form.hash, p->hash, sizeof f->form.hash);
        f->form.serial = p->serial;
        f->form.training = p->flags & PACKAGE_TRAINING;
        snprintf(f->id, sizeof f->id, "%s", id);
        snprintf(f->title, sizeof f->title, "%s", title);
        snprintf(f->version, sizeof f->version, "%s", version);
        memcpy(f->signer, p->author.subject, sizeof f->signer);
    }
    arena_fini(&arena);
    return ok;
}

static bool gather_home(struct device *d, void *arg, struct err *err)
{
    struct app *app = arg;
    struct device_form *forms = mem_zero(DEVICE_FORMS_MAX, sizeof *forms);
    size_t count = 0;
    bool ok = device_drafts(d, app->home.drafts, &app->home.draft_count, err) &&
              device_returns(d, app->home.returns, &app->home.return_count, err) &&
              device_waiting(d, &app->home.waiting, err) &&
              cases_count(&app->home.cases, d, clock_wall_ms(), err) &&
              device_forms(d, forms, &count, err);
    app->home.epoch = ok ? device_catalogue(d)->epoch : 0;
    app->home.newest_ms = newest_known(app);
    app->home.clock_doubt = ok && clock_wall_ms() < app->home.newest_ms;
    app->home.overdue_s = ok ? device_catalogue_overdue(d, clock_wall_ms()) : 0;
    struct app_form *known = mem_zero(APP_FORMS_MAX, sizeof *known);
    size_t known_count = app->home.form_count;
    memcpy(known, app->home.forms, sizeof app->home.forms);
    app->home.form_count = 0;
    for (size_t i = 0; i < count && ok && app->home.form_count < APP_FORMS_MAX; i++) {
        if (know_form(&app->home.forms[app->home.form_count], &forms[i], known, known_count)) {
            app->home.form_count++;
            continue;
        }
        struct buf bytes = {0};
        struct package p;
        ok = device_package(d, forms[i].hash, &bytes, err);
        if (ok && package_read(&p, bytes.data, bytes.len, NULL, NULL) &&
            app_read_form(&app->home.forms[app->home.form_count], &p)) {
            app->home.form_count++;
        }
        buf_fini(&bytes);
    }
    free(forms);
    secret_wipe(known, APP_FORMS_MAX * sizeof *known);
    free(known);
    qsort(app->home.forms, app->home.form_count, sizeof *app->home.forms, by_title);
    return ok;
}

void app_about_no_case(struct app *app)
{
    secret_wipe(app->opening.case_id, sizeof app->opening.case_id);
    secret_wipe(app->opening.case_label, sizeof app->opening.case_label);
}

static bool enrolled(struct device *d, void *arg, struct err *err)
{
    (void)err;
    *(bool *)arg = device_is_enrolled(d);
    return true;
}

void app_go_home(struct app *app)
{
    bool member = false;
    bool asked = writer_call(app->writer, enrolled, &member, NULL);
    app_go(app, asked && !member ? SCREEN_FIRST_REQUEST : SCREEN_HOME);
}

static bool rest(struct device *d, void *arg, struct err *err)
{
    (void)arg;
    (void)err;
    device_idle(d);
    return true;
}

bool app_load_home(struct app *app)
{
    struct err err = {0};
    (void)!writer_call(app->writer, rest, NULL, NULL);
    if (!writer_call(app->writer, gather_home, app, &err)) {
        app_trouble(app, &err);
        return false;
    }
    return true;
}

/* Called on the writer's thread. */
static void on_saved(void *window)
{
    window_tell(window, WINDOW_SAVED);
}

void app_take_device(struct app *app, struct device *device)
{
    assert(device && !app->writer);
    device_on_message(device, cases_on_message, NULL);
    app->writer = writer_new(device);
    writer_when(app->writer, on_saved, app->ui.window);
}

static bool look(struct device *d, void *arg, struct err *err)
{
    struct device_locks *locks = arg;
    (void)err;
    *locks = device_locks(d);
    if (!device_is_unlocked(d) && locks->pin && locks->soft_left_ms == 0) {
        device_lock(d); /* the time is over: wipe the keys from memory */
        *locks = device_locks(d);
    }
    return true;
}

void app_look_locks(struct app *app)
{
    if (!writer_call(app->writer, look, &app->locks.device, NULL)) {
        app->locks.device = (struct device_locks){.failures = 0};
    }
}

static bool write_left(struct device *d, void *arg, struct err *err)
{
    return device_draft_left(d, arg, &((struct device_draft *)arg)->left, err);
}

void app_write_left(struct app *app, struct device_draft *draft)
{
    struct err err = {0};
    (void)!writer_call(app->writer, write_left, draft, &err);
}
