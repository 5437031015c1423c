/* SPDX-License-Identifier: Apache-2.0 */
/* The list of cases: overdue, due, and without a meeting. */
#include "app/screens/screen_cases.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_cases.h"
#include "app/shell/search.h"
#include "platform/machine/clock.h"

/* ---- reading ---- */

static bool gather(struct device *device, void *arg, struct err *err)
{
    struct cases_state *state = arg;
    struct entities cases;
    if (!cases_read(&cases, &state->arena, device, err)) {
        return false;
    }
    for (const struct entity *one = cases.first; one; one = one->next) {
        state->count += one->version > 0;
    }
    state->lines = arena_alloc(&state->arena, (state->count + 1) * sizeof *state->lines);
    state->count = 0;
    for (const struct entity *one = cases.first; one; one = one->next) {
        if (one->version > 0) {
            state->lines[state->count++] =
                (struct case_line){one->id, one->list, one->label, case_due(one)};
        }
    }
    return true;
}

/* The next meeting first; cases without one last, by their code. */
static int by_due(const void *a, const void *b)
{
    const struct case_line *one = a, *other = b;
    if (!*one->due != !*other->due) {
        return *one->due ? -1 : 1;
    }
    int due = strcmp(one->due, other->due);
    return due ? due : strcmp(one->label, other->label);
}

void cases_open(struct app *app)
{
    struct cases_state *state = app_state(app, SCREEN_CASES);
    struct err err = {0};
    app_about_no_case(app);
    arena_init(&state->arena);
    if (!writer_call(app->writer, gather, state, &err)) {
        state->count = 0;
        app_trouble(app, &err);
        return;
    }
    qsort(state->lines, state->count, sizeof *state->lines, by_due);
}

void cases_close(struct app *app)
{
    arena_fini(&((struct cases_state *)app_state(app, SCREEN_CASES))->arena);
}

/* ---- the forms that ask for a case ---- */

struct asking {
    struct app *app;
    const char *list;
    size_t count;
};

static bool ask_forms(struct device *device, void *arg, struct err *err)
{
    struct asking *a = arg;
    bool ok = true;
    for (size_t i = 0; i < a->app->home.form_count && ok; i++) {
        struct app_form *f = &a->app->home.forms[i];
        struct buf bytes = {0};
        struct package p;
        f->for_case = false;
        if (!f->form.training) { /* training sees no cases */
            ok = device_package(device, f->form.hash, &bytes, err);
            f->for_case = ok && package_read(&p, bytes.data, bytes.len, NULL, NULL) &&
                          cases_form_reads(&p, a->list);
            a->count += f->for_case;
        }
        buf_fini(&bytes);
    }
    return ok;
}

/* Goes on to the forms for this case. */
static void choose(struct app *app, const struct case_line *line)
{
    struct asking a = {app, line->list, 0};
    struct err err = {0};
    if (!writer_call(app->writer, ask_forms, &a, &err)) {
        app_trouble(app, &err);
        return;
    }
    if (!a.count) {
        app_say(app, S_case_no_form);
        return;
    }
    snprintf(app->opening.case_id, sizeof app->opening.case_id, "%s", line->id);
    snprintf(app->opening.case_label, sizeof app->opening.case_label, "%s", line->label);
    app_go(app, SCREEN_FORMS);
}

/* ---- showing ---- */

/* "12.01.2026", as on the other screens. */
static const char *day_of(struct ui *ui, const char *due)
{
    return arena_printf(&ui->frame, "%.2s.%.2s.%.4s", due + 8, due + 5, due);
}

/* What is said of the next meeting; *mark: '!' overdue, 'o' due today or soon. */
static const char *meeting(struct ui *ui, const struct case_line *line, char *mark)
{
    *mark = '-';
    if (!*line->due) {
        return ui_str(ui, S_case_no_date);
    }
    int64_t late = case_days_late(line->due, clock_wall_ms());
    *mark = late > 0 ? '!' : late >= -CASE_SOON ? 'o' : '~';
    return late > 0    ? ui_fill(ui, S_case_overdue, ui_number(ui, late), day_of(ui, line->due))
           : late == 0 ? ui_str(ui, S_case_today)
                       : ui_fill(ui, S_case_due, day_of(ui, line->due), NULL);
}

static void show_lines(struct app *app, const struct cases_state *state)
{
    struct ui *ui = &app->ui;
    struct search_for what = search_for(app, search_typed(app, "search-cases"));
    bool any = false;
    for (unsigned rank = SEARCH_RANKS; rank > 0; rank--) {
        for (size_t i = 0; i < state->count; i++) {
            char mark;
            if (search_ranks(&what, state->lines[i].label) != rank) {
                continue;
            }
            const char *said = meeting(ui, &state->lines[i], &mark);
            const char *id = arena_printf(&ui->frame, "case:%zu", i);
            any = true;
            if (ui_row(ui, id, state->lines[i].label, said, mark)) {
                choose(app, &state->lines[i]);
                return;
            }
        }
    }
    if (!any) {
        ui_say(ui, TEXT_BODY, ui_str(ui, S_cases_none), ui->theme.soft);
    }
}

void screen_cases(struct app *app)
{
    enum { SEARCH_FROM = 5 };
    struct ui *ui = &app->ui;
    struct cases_state *state = app_state(app, SCREEN_CASES);
    struct header h = {.help = true,
                       .title = ui_str(ui, S_cases_title),
                       .left = "back",
                       .language = true,
                       .progress = -1};
    ui_header(ui, &h);
    if (ui_took(ui, "back")) {
        app_go(app, SCREEN_HOME);
        return;
    }
    if (ui_took(ui, "language")) {
        app->sheet = SHEET_LANGUAGE;
        ui->again = true;
        return;
    }
    ui_body_begin(ui, ui_header_height(ui), search_bottom(app, ui->h));
    app_message(app);
    if (state->count > SEARCH_FROM && search_field(app, "search-cases")) {
        search_open(app, "search-cases");
    }
    show_lines(app, state);
    if (app->screen != SCREEN_CASES) {
        return;
    }
    ui_body_end(ui);
    app->keyboard.start = START_DIGITS; /* codes differ by their digits */
    search_keyboard(app);
}
