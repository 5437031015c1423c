/* SPDX-License-Identifier: Apache-2.0 */
/* Loading: shows what a medium offers, and takes it after confirmation. */
#include "app/screens/screen_load.h"

#include <stdlib.h>
#include <string.h>

#include "app/screens/screen_exchange.h"
#include "app/screens/screen_medium.h"
#include "app/shell/tasks.h"
#include "platform/machine/secret.h"

/* ---- on the writer's thread; until the task ends, only this thread uses these data ---- */

/* Adds a form that would be in force after loading. */
static void see_form(void *user, const struct package *p)
{
    struct app *app = user;
    for (size_t i = 0; i < app->exchange.coming_count; i++) {
        if (memcmp(app->exchange.coming[i].form.hash, p->hash, sizeof p->hash) == 0) {
            return; /* twice on the medium */
        }
    }
    if (app->exchange.coming_count < APP_FORMS_MAX &&
        app_read_form(&app->exchange.coming[app->exchange.coming_count], p)) {
        app->exchange.coming_count++;
    }
}

/* Describes a form that would be in force and is stored here already. */
static bool know_stored(struct app *app, struct device *d, const uint8_t hash[32],
                        struct app_form *out, struct err *err)
{
    struct buf bytes = {0};
    struct package p;
    for (size_t i = 0; i < app->exchange.before_count; i++) {
        if (memcmp(app->exchange.before[i].form.hash, hash, 32) == 0) {
            *out = app->exchange.before[i];
            return true;
        }
    }
    bool ok = device_package(d, hash, &bytes, err) &&
              package_read(&p, bytes.data, bytes.len, NULL, err) && app_read_form(out, &p);
    buf_fini(&bytes);
    return ok;
}

/* Predicts the list of forms after loading: those found and those that stay. */
static void foresee_forms(struct app *app, struct device *d)
{
    const struct load_find *f = &app->exchange.found;
    struct app_form *fresh = mem_zero(APP_FORMS_MAX, sizeof *fresh);
    size_t fresh_count = app->exchange.coming_count;
    memcpy(fresh, app->exchange.coming, sizeof app->exchange.coming);
    app->exchange.coming_count = 0;
    for (size_t k = 0; k < f->form_count && app->exchange.coming_count < APP_FORMS_MAX; k++) {
        struct app_form *out = &app->exchange.coming[app->exchange.coming_count];
        size_t i = 0;
        while (i < fresh_count && memcmp(fresh[i].form.hash, f->forms[k], 32) != 0) {
            i++;
        }
        if (i < fresh_count) {
            *out = fresh[i];
            app->exchange.coming_count++;
        } else {
            app->exchange.coming_count += know_stored(app, d, f->forms[k], out, NULL);
        }
    }
    secret_wipe(fresh, APP_FORMS_MAX * sizeof *fresh);
    free(fresh);
}

static bool look(struct device *d, void *arg, struct err *err)
{
    struct app *app = arg;
    load_forget(app);
    device_watch(d, &app->exchange.progress);
    bool ok = device_find(d, app->exchange.folder, &app->exchange.found, see_form, app, err);
    if (ok) {
        foresee_forms(app, d);
    }
    device_watch(d, NULL);
    return ok;
}

static bool take(struct device *d, void *arg, struct err *err)
{
    struct app *app = arg;
    device_watch(d, &app->exchange.progress);
    bool ok =
        device_take(d, app->exchange.folder, &app->exchange.found, &app->exchange.loaded, err);
    device_watch(d, NULL);
    return ok;
}

/* ---- on the screen's thread ---- */

void load_forget(struct app *app)
{
    device_find_end(&app->exchange.found);
    secret_wipe(app->exchange.coming, sizeof app->exchange.coming);
    app->exchange.coming_count = 0;
    app->exchange.step = LOADING_CHOOSE;
}

void load_ended(struct app *app)
{
    app->ui.scroll = 0;
    if (app->exchange.step == LOADING_CHOOSE) { /* the search ended */
        app->exchange.step = app->exchange.found.takes ? LOADING_ASK : LOADING_DONE;
        return;
    }
    bool more = app->exchange.loaded.grants || app->exchange.loaded.catalogues ||
                app->exchange.loaded.packages;
    app->exchange.step = !more || app_load_home(app) ? LOADING_DONE : LOADING_CHOOSE;
}

/* The same form in any version, or NULL. */
static const struct app_form *find_form(const struct app_form *forms, size_t count,
                                        const struct app_form *one)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(forms[i].id, one->id) == 0) {
            return &forms[i];
        }
    }
    return NULL;
}

/* Would a later version be in force, if its package were here? */
static bool is_missing(const struct app *app, const struct app_form *f)
{
    uint8_t id[32];
    catalogue_form_hash(id, f->id);
    for (size_t i = 0; i < app->exchange.found.missing_count; i++) {
        if (memcmp(app->exchange.found.missing[i], id, sizeof id) == 0) {
            return true;
        }
    }
    return false;
}

enum { FORMS_NEW, FORMS_UPDATED, FORMS_GONE };

/* Lists forms that are new, updated or gone, under a heading. */
static void name_forms(struct app *app, int which)
{
    static const enum string_id headings[] = {
        [FORMS_NEW] = S_load_new, [FORMS_UPDATED] = S_load_updated, [FORMS_GONE] = S_load_gone};
    struct ui *ui = &app->ui;
    bool gone = which == FORMS_GONE;
    const struct app_form *forms = gone ? app->exchange.before : app->exchange.coming;
    const struct app_form *others = gone ? app->exchange.coming : app->exchange.before;
    size_t count = gone ? app->exchange.before_count : app->exchange.coming_count;
    size_t other_count = gone ? app->exchange.coming_count : app->exchange.before_count;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        const struct app_form *f = &forms[i], *was = find_form(others, other_count, f);
        bool changed = was && memcmp(was->form.hash, f->form.hash, sizeof f->form.hash) != 0;
        if (which == FORMS_UPDATED ? !changed : was || (gone && is_missing(app, f))) {
            continue;
        }
        if (!any) {
            ui_gap(ui, 16);
            ui_say(ui, TEXT_TITLE, ui_str(ui, headings[which]), ui->theme.soft);
        }
        any = true;
        ui_gap(ui, 6);
        ui_say(ui, TEXT_BODY, f->title, ui->theme.ink);
        const char *version = changed && strcmp(was->version, f->version) != 0
                                  ? arena_printf(&ui->frame, "%s – %s", was->version, f->version)
                                  : f->version;
        ui_say(ui, TEXT_HINT, ui_fill(ui, S_forms_version, version, NULL), ui->theme.soft);
        if (!gone) {
            char words[64];
            enrol_words(words, f->signer, sizeof f->signer);
            ui_say(ui, TEXT_HINT, ui_fill(ui, S_load_signed, app_words(app, words), NULL),
                   ui->theme.soft);
        }
    }
}

static void line(struct app *app, const char *text)
{
    ui_gap(&app->ui, 6);
    ui_say(&app->ui, TEXT_BODY, text, app->ui.theme.ink);
}

static unsigned takes(const struct load_find *f, enum load_kind kind)
{
    unsigned count = 0;
    for (size_t i = 0; i < f->count; i++) {
        count += f->items[i]->kind == kind && f->items[i]->verdict == LOAD_TAKE;
    }
    return count;
}

/* The catalogue found, and how it changes the list of forms. */
static void show_forms(struct app *app, bool ask)
{
    struct ui *ui = &app->ui;
    line(app,
         ui_fill(ui, S_load_catalogue, ui_number(ui, (long long)app->exchange.found.epoch), NULL));
    const struct load_find *f = &app->exchange.found;
    if (ask && f->epoch != f->epoch_now) {
        ui_say(ui, TEXT_HINT,
               ui_fill(ui, S_load_catalogue_now, ui_number(ui, (long long)f->epoch_now), NULL),
               ui->theme.soft);
    }
    if (f->missing_count) { /* without their packages, a new list removes the old forms */
        ui_gap(ui, 10);
        ui_warning(ui,
                   ui_fill(ui, S_load_missing, ui_number(ui, (long long)f->missing_count), NULL));
    }
    for (int which = FORMS_NEW; which <= FORMS_GONE; which++) {
        name_forms(app, which);
    }
}

/* What was refused and why: briefly for the user, in detail for the coordinator. */
static void show_refused(struct app *app)
{
    enum { TOLD_MAX = 4 };
    const struct load_find *f = &app->exchange.found;
    unsigned of[LOAD_VERDICTS] = {0}, told = 0;
    for (size_t i = 0; i < f->count; i++) {
        of[f->items[i]->verdict]++;
    }
    for (int v = LOAD_DAMAGED; v < LOAD_VERDICTS && app->exchange.step == LOADING_DONE && f->takes;
         v++) {
        of[v] = app->exchange.loaded.of[v]; /* includes files that changed before they were taken */
    }
    ui_gap(&app->ui, 10);
    exchange_refused(app, of);
    for (size_t i = 0; i < f->count && told < TOLD_MAX; i++) {
        if (f->items[i]->verdict > LOAD_HAD && f->items[i]->verdict != LOAD_OLD) {
            told++;
            exchange_why(app, &f->items[i]->why);
        }
    }
    if (!told && app->exchange.loaded.why.code != ERR_NONE) {
        exchange_why(app, &app->exchange.loaded.why);
    }
}

static void show_found(struct app *app)
{
    struct ui *ui = &app->ui;
    const struct load_find *f = &app->exchange.found;
    unsigned receipts = takes(f, LOAD_RECEIPT);
    ui_say(ui, TEXT_QUESTION, ui_str(ui, S_load_found), ui->theme.ink);
    ui_gap(ui, 4);
    if (takes(f, LOAD_GRANT)) {
        line(app, ui_str(ui, S_load_grant));
    }
    if (receipts) {
        line(app, ui_fill(ui, S_load_receipts, ui_number(ui, receipts),
                          ui_number(ui, (long long)f->purges)));
    }
    if (takes(f, LOAD_MESSAGE)) {
        line(app, ui_fill(ui, S_load_messages, ui_number(ui, takes(f, LOAD_MESSAGE)), NULL));
    }
    if (takes(f, LOAD_GRANT) || takes(f, LOAD_CATALOGUE) || takes(f, LOAD_PACKAGE)) {
        show_forms(app, true);
    }
    show_refused(app);
}

static void show_done(struct app *app)
{
    struct ui *ui = &app->ui;
    const struct load_report *r = &app->exchange.loaded;
    bool nothing = !r->grants && !r->catalogues && !r->packages && !r->receipts && !r->messages;
    ui_say(ui, TEXT_QUESTION, ui_str(ui, nothing ? S_load_nothing : S_load_done), ui->theme.ink);
    ui_gap(ui, 4);
    if (!nothing) {
        line(app, ui_fill3(ui, S_load_counts, ui_number(ui, r->packages),
                           ui_number(ui, r->receipts), ui_number(ui, r->purged)));
    }
    if (r->messages) {
        line(app, ui_fill(ui, S_load_messages, ui_number(ui, r->messages), NULL));
    }
    if (r->grants || r->catalogues || r->packages) {
        show_forms(app, false);
    }
    if (nothing && app->exchange.found.skipped) {
        line(app, ui_fill(ui, S_load_skipped, ui_number(ui, app->exchange.found.skipped), NULL));
    }
    show_refused(app);
}

void screen_load(struct app *app)
{
    struct ui *ui = &app->ui;
    struct header h = {.help = true, .left = "back", .progress = -1};
    bool choose = app->exchange.step == LOADING_CHOOSE;
    h.title = ui_str(ui, choose ? S_media_load_title : S_home_forms);
    h.subtitle = choose ? NULL : app_media_name(app->exchange.folder);
    ui_header(ui, &h);
    if (app->exchange.step == LOADING_ASK && ui_took(ui, "right")) {
        exchange_begin(app, take);
        return;
    }
    if (app->exchange.step == LOADING_ASK && (ui_took(ui, "back") || ui_took(ui, "left"))) {
        load_forget(app);
        ui->scroll = 0;
        ui->again = true;
        return;
    }
    if (exchange_leave(app)) {
        return;
    }
    int bottom = choose ? medium_bottom(app) : ui->h - ui_bar_height(ui);
    ui_body_begin(ui, ui_header_height(ui), bottom);
    app_message(app);
    if (choose) {
        exchange_choose(app, look);
        return;
    }
    if (app->exchange.step == LOADING_ASK) {
        show_found(app);
        ui_body_end(ui);
        ui_bar(ui, "left", ui_str(ui, S_load_leave), "right", ui_str(ui, S_load_take));
        return;
    }
    show_done(app);
    ui_body_end(ui);
    ui_bar(ui, NULL, NULL, "right", ui_str(ui, S_done));
}

void load_open(struct app *app)
{
    app_find_media(app, NULL);
}

/* A job that still runs uses what was found; locks.c frees it then. */
void load_close(struct app *app)
{
    if (!app->exchange.pending) {
        load_forget(app);
    }
}
