/* SPDX-License-Identifier: Apache-2.0 */
/* The home screen (drafts, records to hand over) and the list of forms. */
#include "app/screens/screen_home.h"

#include <assert.h>
#include <string.h>

#include "app/screens/locks.h"
#include "app/screens/open_interview.h"
#include "app/shell/sound.h"
#include "app/shell/search.h"
#include "platform/machine/clock.h"
#include "platform/machine/file.h"

static void status_line(struct app *app, struct header *h)
{
    struct ui *ui = &app->ui;
    long long tenths = (long long)(file_free_bytes(app->options.data_dir) / 100000000ull);
    const char *space = ui_tenths(ui, tenths);
    int battery = window_battery();
    h->title = app_date(app, clock_wall_ms());
    h->subtitle = battery >= 0 ? ui_fill(ui, S_home_status, ui_number(ui, battery), space)
                               : ui_fill(ui, S_home_space, space, NULL);
}

/* Title of a draft's form; "" if it is no longer in force. */
static const char *form_of(const struct app *app, const uint8_t package_hash[32])
{
    for (size_t i = 0; i < app->home.form_count; i++) {
        if (memcmp(app->home.forms[i].form.hash, package_hash, 32) == 0) {
            return app->home.forms[i].title;
        }
    }
    return "";
}

/* A draft's progress and date: "18 of 31 · yesterday". After a power cut the stored progress
 * is outdated, so only the date of its beginning is shown. */
static const char *draft_state(struct app *app, const struct device_draft *d)
{
    struct ui *ui = &app->ui;
    if (!d->left.questions || d->left.events != d->events) {
        return ui_fill(ui, S_home_draft, app_date(app, d->begun_ms), NULL);
    }
    const char *answers = ui_fill(ui, S_outline_answered, ui_number(ui, d->left.answered),
                                  ui_number(ui, d->left.questions));
    return arena_printf(&ui->frame, "%s · %s", answers, app_date(app, d->left.at_ms));
}

/* The way to the cases, if the device has any; what is overdue is said before it is looked for. */
static void show_cases(struct app *app)
{
    struct ui *ui = &app->ui;
    const struct case_counts *cases = &app->home.cases;
    if (!cases->all) {
        return;
    }
    const char *said =
        ui_fill(ui, S_home_cases_due, ui_number(ui, cases->overdue), ui_number(ui, cases->soon));
    if (ui_card(ui, "cases", ui_fill(ui, S_home_cases, ui_number(ui, cases->all), NULL), said,
                false)) {
        app_go(app, SCREEN_CASES);
    }
}

static const char *record_number(struct app *app, uint32_t number)
{
    struct ui *ui = &app->ui;
    const char *text = number ? arena_printf(&ui->frame, "%03u", number) : "–"; /* unknown here */
    return ui_fill(ui, S_number, text, NULL);
}

/* What the desk sent back and nobody has begun to correct.  True: one was taken. */
static bool show_returns(struct app *app)
{
    struct ui *ui = &app->ui;
    size_t waiting = 0;
    for (size_t i = 0; i < app->home.return_count; i++) {
        waiting += app->home.returns[i].state == RETURN_WAITING;
    }
    if (!waiting) {
        return false;
    }
    ui_gap(ui, 6);
    ui_say(ui, TEXT_HEADING, ui_fill(ui, S_home_returned, ui_number(ui, (long long)waiting), NULL),
           ui->theme.ink);
    for (size_t i = 0; i < app->home.return_count; i++) {
        const struct device_return *r = &app->home.returns[i];
        if (r->state != RETURN_WAITING) {
            continue;
        }
        const char *id = arena_printf(&ui->frame, "return:%zu", i + 1);
        const char *state = ui_fill(ui, S_home_returned_at, app_date(app, r->sent_ms), NULL);
        const char *form = form_of(app, r->package_hash);
        state = *form ? arena_printf(&ui->frame, "%s · %s", form, state) : state;
        if (ui_row(ui, id, record_number(app, r->number), state, '!')) {
            app_correct(app, r);
            return true;
        }
    }
    ui_gap(ui, 8);
    return false;
}

/* "Corrects the record: No. 012", or "". */
static const char *what_it_corrects(struct app *app, const struct device_draft *d)
{
    for (size_t i = 0; i < app->home.return_count; i++) {
        const struct device_return *r = &app->home.returns[i];
        if (r->state == RETURN_BEGUN && memcmp(r->other, d->id, 16) == 0) {
            return ui_fill(&app->ui, S_home_corrects, record_number(app, r->number), NULL);
        }
    }
    return "";
}

static void show_drafts(struct app *app)
{
    struct ui *ui = &app->ui;
    ui_gap(ui, 6);
    if (app->home.draft_count) {
        ui_say(ui, TEXT_HEADING,
               ui_fill(ui, S_home_drafts, ui_number(ui, (long long)app->home.draft_count), NULL),
               ui->theme.ink);
    } else {
        ui_say(ui, TEXT_BODY, ui_str(ui, S_home_no_drafts), ui->theme.soft);
    }
    for (size_t i = 0; i < app->home.draft_count; i++) {
        struct device_draft *d = &app->home.drafts[i];
        const char *id = arena_printf(&ui->frame, "draft:%u", d->number);
        const char *title = record_number(app, d->number), *corrects = what_it_corrects(app, d);
        if (*d->left.label) {
            title = arena_printf(&ui->frame, "%s · %s", title, d->left.label);
        }
        const char *state = draft_state(app, d);
        const char *form = app->home.form_count > 1 ? form_of(app, d->package_hash) : "";
        state = *form ? arena_printf(&ui->frame, "%s · %s", form, state) : state;
        state = *corrects ? arena_printf(&ui->frame, "%s\n%s", corrects, state) : state;
        if (ui_row(ui, id, title, state, '~')) {
            struct device_draft copy = *d;
            app_resume(app, &copy);
            return;
        }
    }
    ui_gap(ui, 14);
}

/* Shows records never copied, and separately those copied that wait for a receipt. */
static void show_waiting(struct app *app)
{
    struct ui *ui = &app->ui;
    const struct device_waiting *all = &app->home.waiting;
    long long fresh = (long long)(all->count - all->copied);
    if (!all->count) {
        ui_say(ui, TEXT_BODY, ui_str(ui, S_home_nothing), ui->theme.soft);
        ui_gap(ui, 14);
        return;
    }
    if (fresh) {
        ui_say(ui, TEXT_HEADING, ui_fill(ui, S_home_waiting, ui_number(ui, fresh), NULL),
               ui->theme.ink);
        ui_say(ui, TEXT_HINT, ui_fill(ui, S_home_waiting_hint, app_date(app, all->oldest_ms), NULL),
               ui->theme.soft);
    }
    if (all->copied) {
        ui->at.y += fresh ? ui_px(ui, 6) : 0;
        ui_say(ui, fresh ? TEXT_BODY : TEXT_HEADING,
               ui_fill(ui, S_home_copied, ui_number(ui, (long long)all->copied), NULL),
               ui->theme.ink);
        ui_say(ui, TEXT_HINT, ui_fill(ui, S_home_copied_hint, app_date(app, all->copied_ms), NULL),
               ui->theme.soft);
    }
    ui_gap(ui, 8);
    if (ui_wide_button(ui, "hand-over", ui_str(ui, fresh ? S_home_hand_over : S_home_hand_again),
                       false)) {
        app_go(app, SCREEN_HAND_OVER);
    }
    ui_gap(ui, 6);
}

/* Warns of a low battery or a nearly full disk before an interview begins. */
static void show_shortages(struct app *app)
{
    enum { BATTERY_LOW = 15 };
    struct ui *ui = &app->ui;
    unsigned long long free = file_free_bytes(app->options.data_dir);
    int battery = window_battery();
    if (battery >= 0 && battery <= BATTERY_LOW) {
        ui_warning(ui, ui_fill(ui, S_home_battery_low, ui_number(ui, battery), NULL));
    }
    if (free < 300000000ull) {
        ui_warning(ui, ui_str(ui, S_home_space_low));
    }
}

void screen_home(struct app *app)
{
    assert(!app->interview);
    struct ui *ui = &app->ui;
    if (app->sound.kept) { /* its interview was not opened again */
        app_sound_leave(app);
    }
    struct header h = {
        .help = true, .left = "menu", .right = "lock", .language = true, .progress = -1};
    status_line(app, &h);
    ui_header(ui, &h);
    if (ui_took(ui, "lock")) {
        app_lock(app);
        return;
    }
    if (ui_took(ui, "menu")) {
        app_go(app, SCREEN_SETTINGS);
        return;
    }
    if (ui_took(ui, "language")) {
        app->sheet = SHEET_LANGUAGE;
        ui->again = true;
        return;
    }
    int bottom = ui->h - (app->home.form_count ? ui_bar_height(ui) : 0);
    ui_body_begin(ui, ui_header_height(ui), bottom);
    app_message(app);
    show_shortages(app);
    if (app->home.clock_doubt) {
        ui_warning(ui, ui_str(ui, S_home_clock));
    }
    if (app->home.overdue_s) {
        ui_warning(ui, ui_str(ui, S_home_stale));
    }
    if (!app->home.form_count) {
        ui_warning(ui, ui_str(ui, S_home_no_forms));
    }
    if (app->locks.before && !app->locks.device.pin &&
        ui_card(ui, "pin", ui_str(ui, S_home_pin), ui_str(ui, S_home_pin_hint), false)) {
        app_go(app, SCREEN_PIN);
        return;
    }
    show_cases(app);
    if (show_returns(app)) {
        return;
    }
    show_drafts(app);
    if (app->screen != SCREEN_HOME) {
        return;
    }
    show_waiting(app);
    if (ui_card(ui, "load", ui_str(ui, S_home_forms), ui_str(ui, S_home_load), false)) {
        app_go(app, SCREEN_LOAD);
    }
    ui_body_end(ui);
    if (app->home.form_count) { /* the main button is within the thumb's reach */
        ui_bar(ui, NULL, NULL, "start", ui_str(ui, S_home_start));
        if (ui_took(ui, "start")) {
            app_go(app, SCREEN_FORMS);
        }
    }
}

void screen_forms(struct app *app)
{
    enum { SEARCH_FROM = 8 };
    struct ui *ui = &app->ui;
    const char *about = app->opening.case_id[0] ? app->opening.case_label : NULL;
    struct header h = {.help = true,
                       .title = about ? about : ui_str(ui, S_forms_title),
                       .left = "back",
                       .language = true,
                       .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "back")) {
        app_go(app, about ? SCREEN_CASES : SCREEN_HOME);
        return;
    }
    if (ui_took(ui, "language")) {
        app->sheet = SHEET_LANGUAGE;
        ui->again = true;
        return;
    }
    ui_body_begin(ui, ui_header_height(ui), search_bottom(app, ui->h));
    app_message(app);
    if (app->home.form_count > SEARCH_FROM) {
        if (search_field(app, "search-forms")) {
            search_open(app, "search-forms");
        }
    }
    struct search_for what = search_for(app, search_typed(app, "search-forms"));
    for (unsigned rank = SEARCH_RANKS; rank > 1; rank--) { /* no surname matches in titles */
        for (size_t i = 0; i < app->home.form_count; i++) {
            struct app_form *f = &app->home.forms[i];
            if (search_ranks(&what, f->title) != rank || (about && !f->for_case)) {
                continue;
            }
            const char *version = ui_fill(ui, S_forms_version, f->version, NULL);
            const char *small = f->form.training ? arena_printf(&ui->frame, "%s · %s", version,
                                                                ui_str(ui, S_forms_training))
                                                 : version;
            const char *id = arena_printf(&ui->frame, "form:%zu", i);
            if (ui_row(ui, id, f->title, small, 0)) {
                app_start_interview(app, f->form.hash);
                return;
            }
        }
    }
    ui_body_end(ui);
    search_keyboard(app);
}
