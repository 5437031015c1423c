/* SPDX-License-Identifier: Apache-2.0 */
/* Questions for dates, months, years and times. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/questions/question_time.h"
#include "forms/xpath/dates.h"
#include "platform/machine/clock.h"

struct calendar *calendar_of(const struct app *app)
{
    return question_state(app, KIND_DATE);
}

enum date_kind { BY_DAY, BY_MONTH, BY_YEAR };

static enum date_kind date_kind(const struct node *node)
{
    const struct control *c = node->item->control;
    return control_has(c, "year") ? BY_YEAR : control_has(c, "month-year") ? BY_MONTH : BY_DAY;
}

static const char *turn(struct app *app, const struct node *node, const char *way)
{
    return app->interview->page.kind == PAGE_FIELDS ? question_part(app, node, way, "") : way;
}

/* The month shown: the one turned to, otherwise the answer's, otherwise the current one. */
static void shown(struct app *app, const struct node *node, const struct moment *m, int *year,
                  int *month)
{
    int day;
    if (calendar_of(app)->dated == node) {
        *year = calendar_of(app)->year_shown;
        *month = calendar_of(app)->month_shown;
    } else if (m->has_date) {
        *year = m->year;
        *month = m->month;
    } else {
        int64_t now = clock_wall_ms();
        clock_civil((now + (int64_t)clock_zone_minutes(now) * 60000) / 86400000, year, month, &day);
    }
}

/* Half an answer is kept like unfinished typing: "2026-07-05", "08:--", "2026-07-05T--:35". */
struct half {
    char day[12], clock[8];
};

static struct half half_of(const struct app *app, const struct node *node)
{
    const char *text = interview_typed(app->interview, node);
    struct half h = {"", ""};
    text = text ? text : "";
    bool day = strlen(text) >= 10;
    snprintf(h.day, sizeof h.day, "%.10s", day ? text : "");
    snprintf(h.clock, sizeof h.clock, "%.5s", !day ? text : text[10] == 'T' ? text + 11 : "");
    return h;
}

static void keep_half(struct app *app, struct node *node, const struct half *h)
{
    question_turn_to(app, node);
    interview_typing(
        app->interview, node,
        arena_printf(&app->ui.frame, "%s%s%s", h->day, *h->day && *h->clock ? "T" : "", h->clock));
    app->ui.again = true;
}

static bool is_half(const struct app *app, const struct node *node, enum string_id *missing)
{
    enum data_type type = node->item->type;
    struct half h = half_of(app, node);
    if ((type != TYPE_TIME && type != TYPE_DATE_TIME) || node->readonly || !(*h.day || *h.clock)) {
        return false;
    }
    *missing = *h.clock && h.clock[0] != '-' ? S_minute_missing : S_hour_missing;
    return true;
}

/* The local time zone's offset from UTC as "+06:00": at noon of `day`, or now if it is "". */
static const char *zone_text(struct app *app, const char *day)
{
    int64_t ms = clock_wall_ms();
    int year, month, date;
    if (sscanf(day, "%d-%d-%d", &year, &month, &date) == 3) {
        ms = (clock_days(year, month, date) * 24 + 12) * 3600000;
        ms -= (int64_t)clock_zone_minutes(ms) * 60000;
    }
    int zone = clock_zone_minutes(ms);
    return arena_printf(&app->ui.frame, "%c%02d:%02d", zone < 0 ? '-' : '+',
                        (zone < 0 ? -zone : zone) / 60, (zone < 0 ? -zone : zone) % 60);
}

static void set_time(struct app *app, struct node *node, int hour, int minute)
{
    struct arena *a = &app->ui.frame;
    const char *have = tree_value(node);
    if (node->item->type != TYPE_DATE_TIME) {
        question_answer(app, node,
                        arena_printf(a, "%02d:%02d:00.000%s", hour, minute, zone_text(app, "")));
        return;
    }
    struct half h = half_of(app, node);
    const char *day = *h.day ? h.day : strlen(have) >= 10 ? arena_copy(a, have, 10) : "";
    if (*day) {
        question_answer(
            app, node,
            arena_printf(a, "%sT%02d:%02d:00.000%s", day, hour, minute, zone_text(app, day)));
    }
}

/* Changes the day and keeps the time. Without a time, the day is kept as half an answer. */
static void set_day(struct app *app, struct node *node, const char *iso)
{
    struct moment m;
    struct half h = half_of(app, node);
    if (date_parse(&m, tree_value(node)) && m.has_time) {
        question_answer(app, node,
                        arena_printf(&app->ui.frame, "%sT%02d:%02d:00.000%s", iso, m.hour, m.minute,
                                     zone_text(app, iso)));
        return;
    }
    snprintf(h.day, sizeof h.day, "%s", iso);
    keep_half(app, node, &h);
}

/* Sets the time if hour and minute (-1: not known) are known. Otherwise keeps half an
 * answer. */
static void set_part(struct app *app, struct node *node, int hour, int minute)
{
    if (hour >= 0 && minute >= 0) {
        set_time(app, node, hour, minute);
        return;
    }
    struct half h = half_of(app, node);
    if (hour >= 0) {
        snprintf(h.clock, sizeof h.clock, "%02d:--", hour % 24);
    } else {
        snprintf(h.clock, sizeof h.clock, "--:%02d", minute % 60);
    }
    keep_half(app, node, &h);
}

static void show_month(struct app *app, const struct node *node, int months)
{
    assert(months >= 0);
    calendar_of(app)->dated = node;
    calendar_of(app)->year_shown = months / 12;
    calendar_of(app)->month_shown = months % 12 + 1;
    app->ui.again = true;
}

static const int8_t arrow_left[] = {62, 18, 30, 50, 62, 82},
                    arrow_right[] = {38, 18, 70, 50, 38, 82};

/* One or two arrows on each side. Returns by how many months to move. */
static int turns(struct app *app, const struct node *node, int x, int y, int w, bool by_month,
                 int far)
{
    struct ui *ui = &app->ui;
    int side = ui_px(ui, 48), at = ui_px(ui, 12), step = 0;
    struct rect fl = {x, y, side, side}, fr = {x + w - side, y, side, side}; /* outer arrows */
    struct rect l = {x + side, y, side, side}, r = {x + w - 2 * side, y, side, side};
    if (by_month) {
        step = ui_target(ui, turn(app, node, "month-back"), ROLE_STEP, l)   ? -1
               : ui_target(ui, turn(app, node, "month-next"), ROLE_STEP, r) ? 1
                                                                            : 0;
        ui_stroke(ui, l.x + at, l.y + at, 24, (struct shape){arrow_left, 3}, 3, ui->theme.ink);
        ui_stroke(ui, r.x + at, r.y + at, 24, (struct shape){arrow_right, 3}, 3, ui->theme.ink);
    }
    step = ui_target(ui, turn(app, node, "year-back"), ROLE_STEP, fl)   ? -far
           : ui_target(ui, turn(app, node, "year-next"), ROLE_STEP, fr) ? far
                                                                        : step;
    for (int k = 0; k < 2; k++) {
        int shift = k * ui_px(ui, 8) - ui_px(ui, 4);
        ui_stroke(ui, fl.x + at + shift, fl.y + at, 24, (struct shape){arrow_left, 3}, 2.5f,
                  ui->theme.ink);
        ui_stroke(ui, fr.x + at + shift, fr.y + at, 24, (struct shape){arrow_right, 3}, 2.5f,
                  ui->theme.ink);
    }
    return step;
}

/* Draws one cell of a grid, filled if it is the answer. True: it was tapped. */
static bool cell(struct app *app, const struct node *node, const char *kind, const char *which,
                 struct rect r, const char *text, bool on)
{
    struct ui *ui = &app->ui;
    bool hit = ui_target(ui, question_part(app, node, kind, which), ROLE_CHOICE, r);
    int gap = ui_px(ui, 3);
    bool day = strcmp(kind, "day") == 0; /* a calendar is calmer without frames */
    if (on || !day) {
        ui_box(ui, (struct rect){r.x + gap, r.y + gap, r.w - 2 * gap, r.h - 2 * gap}, day ? 18 : 6,
               on ? ui->theme.accent : ui->theme.paper, on ? ui->theme.accent : ui->theme.line,
               1.5f);
    }
    ui_text_centre(ui, r, TEXT_BODY, text, on ? ui->theme.on_accent : ui->theme.ink);
    return hit;
}

static void days(struct app *app, struct node *node, int year, int month)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    int cell_w = w / 7, cell_h = ui_px(ui, UI_TOUCH_DP), names_h = ui_line(ui, TEXT_HINT);
    if (cell_h < ui_line(ui, TEXT_BODY)) {
        cell_h = ui_line(ui, TEXT_BODY);
    }
    if (cell_w < ui_px(ui, UI_TOUCH_DP)) { /* seven days need the margins, too */
        cell_w = ui->body.w < 7 * ui_px(ui, UI_TOUCH_DP) + 2 * (x - ui->body.x) ? ui->body.w / 7
                                                                                : cell_w;
        x = x + w / 2 - cell_w * 7 / 2;
    }
    float scale = ui_cap_text(ui, 1.35f);
    for (int d = 0; d < 7; d++) {
        ui_text_centre(ui, (struct rect){x + d * cell_w, ui->at.y, cell_w, names_h}, TEXT_HINT,
                       ui_str(ui, (enum string_id)(S_day_1 + d)), ui->theme.soft);
    }
    ui->text_scale = scale;
    ui->at.y += names_h;
    int64_t first = clock_days(year, month, 1);
    int64_t now = clock_wall_ms();
    struct half half = half_of(app, node);
    int64_t today = (now + (int64_t)clock_zone_minutes(now) * 60000) / 86400000;
    int column = (int)(((first + 3) % 7 + 7) % 7), row = 0; /* 1970-01-01 was a Thursday */
    for (int d = 1; clock_is_date(year, month, d); d++) {
        struct rect r = {x + column * cell_w, ui->at.y + row * cell_h, cell_w, cell_h};
        const char *iso = arena_printf(&ui->frame, "%04d-%02d-%02d", year, month, d);
        const char *number = ui_number(ui, d);
        bool on = strncmp(*half.day ? half.day : tree_value(node), iso, 10) == 0;
        if (clock_days(year, month, d) == today && !on) {
            int gap = ui_px(ui, 3);
            ui_box(ui, (struct rect){r.x + gap, r.y + gap, r.w - 2 * gap, r.h - 2 * gap}, 18,
                   ui->theme.paper, ui->theme.accent, 1.5f);
        }
        if (cell(app, node, "day", number, r, number, on)) {
            calendar_of(app)->dated = node;
            calendar_of(app)->year_shown = year;
            calendar_of(app)->month_shown = month;
            if (node->item->type == TYPE_DATE_TIME) {
                set_day(app, node, iso);
            } else {
                question_tap(app, node, iso);
            }
        }
        if (++column == 7) {
            column = 0;
            row++;
        }
    }
    ui->at.y += (row + (column > 0)) * cell_h + ui_px(ui, 8);
}

static void months(struct app *app, struct node *node, int year, const struct moment *m)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    int columns = 3, cell_h = ui_px(ui, 52), line = ui_line(ui, TEXT_BODY);
    for (int k = 0; k < 12; k++) {
        const char *name = ui_str(ui, (enum string_id)(S_month_1 + k));
        columns = columns > 2 && !ui_words_fit(ui, TEXT_BODY, name, w / columns) ? 2 : columns;
    }
    cell_h = cell_h < line ? line : cell_h;
    for (int k = 0; k < 12; k++) {
        struct rect r = {x + k % columns * w / columns, ui->at.y + k / columns * cell_h,
                         w / columns, cell_h};
        const char *iso = arena_printf(&ui->frame, "%04d-%02d-01", year, k + 1);
        if (cell(app, node, "month", ui_number(ui, k + 1), r,
                 ui_str(ui, (enum string_id)(S_month_1 + k)),
                 m->has_date && m->year == year && m->month == k + 1)) {
            question_tap(app, node, iso);
        }
    }
    ui->at.y += 12 / columns * cell_h + ui_px(ui, 8);
}

/* Draws twenty years from `from` on. Returns the year tapped, or 0. */
static int years(struct app *app, const struct node *node, const char *kind, int from, int chosen)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    int columns = 5, cell_h = ui_px(ui, 52), tapped = 0;
    while (columns > 1 && !ui_words_fit(ui, TEXT_BODY, "20000", w / columns)) {
        columns--;
    }
    for (int k = 0; k < 20; k++) {
        struct rect r = {x + k % columns * w / columns, ui->at.y + k / columns * cell_h,
                         w / columns, cell_h};
        const char *year = ui_number(ui, from + k);
        if (cell(app, node, kind, year, r, year, from + k == chosen)) {
            tapped = from + k;
        }
    }
    ui->at.y += (20 + columns - 1) / columns * cell_h + ui_px(ui, 8);
    return tapped;
}

/* What stands above the cells: a month, a year or the years from FROM on. */
static const char *calendar_title(struct ui *ui, enum date_kind kind, bool picks, int year,
                                  int month, int from)
{
    if (kind == BY_DAY && !picks) {
        return arena_printf(&ui->frame, "%s %d",
                            ui_str(ui, (enum string_id)(S_month_1 + month - 1)), year);
    }
    return kind == BY_MONTH ? arena_printf(&ui->frame, "%d", year)
                            : arena_printf(&ui->frame, "%d – %d", from, from + 19);
}

/* The title between its arrows.  A tap on it lets a year be picked. */
static void calendar_head(struct app *app, struct node *node, const char *title, int sides)
{
    struct ui *ui = &app->ui;
    int w = ui->at.w, side = ui_px(ui, 48), room = w - 2 * sides * side;
    if (!ui_words_fit(ui, TEXT_TITLE, title, room) ||
        ui_centre_height(ui, room, TEXT_TITLE, title) >
            side) { /* large text: put it below the arrows */
        room = w;
        ui->at.y += side;
    }
    struct rect middle = {ui->at.x + (w - room) / 2, ui->at.y, room, side};
    if (date_kind(node) == BY_DAY &&
        ui_target(ui, turn(app, node, "pick-year"), ROLE_BUTTON, middle)) {
        struct calendar *c = calendar_of(app);
        c->picks_year = c->picks_year == node ? NULL : node;
        ui->again = true;
    }
    ui_text_centre(ui, middle, TEXT_TITLE, title, ui->theme.ink);
    ui->at.y += side;
}

static void calendar(struct app *app, struct node *node, const struct moment *m)
{
    struct ui *ui = &app->ui;
    enum date_kind kind = date_kind(node);
    int year, month;
    shown(app, node, m, &year, &month);
    int from = year / 10 * 10 - 10; /* twenty years at a time, mostly past ones */
    bool picks = kind == BY_DAY && calendar_of(app)->picks_year == node;
    bool by_month = kind == BY_DAY && !picks;
    int step = turns(app, node, ui->at.x, ui->at.y, ui->at.w, by_month,
                     kind == BY_YEAR || picks ? 240 : 12);
    calendar_head(app, node, calendar_title(ui, kind, picks, year, month, from), by_month ? 2 : 1);
    int to = year * 12 + month - 1 + step;
    if (step && to >= 12 && to < 9999 * 12) {
        show_month(app, node, to);
    }
    if (picks) {
        int to_year = years(app, node, "to-year", from, year);
        if (to_year) { /* jump to a year; the month stays */
            show_month(app, node, to_year * 12 + month - 1);
            calendar_of(app)->picks_year = NULL;
        }
    } else if (kind == BY_DAY) {
        days(app, node, year, month);
    } else if (kind == BY_MONTH) {
        months(app, node, year, m);
    } else {
        int tapped = years(app, node, "year", from, m->has_date ? m->year : -1);
        if (tapped) {
            question_tap(app, node, arena_printf(&ui->frame, "%04d-01-01", tapped));
        }
    }
}

/* A day, month or year in words, by the question's appearance. */
static const char *question_date(struct app *app, const struct node *node, const struct moment *m)
{
    struct ui *ui = &app->ui;
    switch (date_kind(node)) {
    case BY_YEAR:
        return arena_printf(&ui->frame, "%04d", m->year);
    case BY_MONTH:
        return arena_printf(&ui->frame, "%s %d",
                            ui_str(ui, (enum string_id)(S_month_1 + m->month - 1)), m->year);
    default:
        return arena_printf(&ui->frame, "%02d.%02d.%04d", m->day, m->month, m->year);
    }
}

static void draw_date(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    struct moment m;
    if (!date_parse(&m, tree_value(node))) {
        m.has_date = false;
    }
    if (m.has_date) {
        ui_say(ui, TEXT_HEADING, question_date(app, node, &m), ui->theme.ink);
        ui_gap(ui, 6);
    }
    calendar(app, node, &m);
}

/* ---- times ---- */

/* A time of which one half is chosen: "14:––". */
static void half_time(struct ui *ui, int hour, int minute)
{
    int side = ui_px(ui, 56);
    ui_text_centre(ui, (struct rect){ui->at.x, ui->at.y, ui->at.w, side}, TEXT_DIGIT,
                   hour < 0 ? arena_printf(&ui->frame, "––:%02d", minute)
                            : arena_printf(&ui->frame, "%02d:––", hour),
                   ui->theme.ink);
    ui->at.y += side;
}

/* The time between two arrows that move it by a minute.  True: it was moved. */
static bool minute_steps(struct app *app, struct node *node, int hour, int minute)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w, side = ui_px(ui, 56), at = ui_px(ui, 16);
    struct rect less = {x, ui->at.y, side, side}, more = {x + w - side, ui->at.y, side, side};
    int by = ui_target(ui, turn(app, node, "minute-back"), ROLE_STEP, less)   ? -1
             : ui_target(ui, turn(app, node, "minute-next"), ROLE_STEP, more) ? 1
                                                                              : 0;
    ui_stroke(ui, less.x + at, less.y + at, 24, (struct shape){arrow_left, 3}, 3, ui->theme.ink);
    ui_stroke(ui, more.x + at, more.y + at, 24, (struct shape){arrow_right, 3}, 3, ui->theme.ink);
    ui_text_centre(ui, (struct rect){x + side, ui->at.y, w - 2 * side, side}, TEXT_DIGIT,
                   arena_printf(&ui->frame, "%02d:%02d", hour, minute), ui->theme.ink);
    ui->at.y += side;
    if (by) {
        int t = (hour * 60 + minute + by + 1440) % 1440;
        set_time(app, node, t / 60, t % 60);
    }
    return by != 0;
}

/* Cells for the hours, or for every fifth minute. */
static void time_cells(struct app *app, struct node *node, bool minutes, int hour, int minute)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w, cell_h = ui_px(ui, UI_TOUCH_DP), columns = w / cell_h;
    columns = columns >= 12 ? 12 : columns >= 6 ? 6 : 4;
    int count = minutes ? 12 : 24;
    ui_say(ui, TEXT_HINT, ui_str(ui, minutes ? S_minutes : S_hours), ui->theme.soft);
    for (int k = 0; k < count; k++) {
        int value = minutes ? k * 5 : k;
        struct rect r = {x + k % columns * w / columns, ui->at.y + k / columns * cell_h,
                         w / columns, cell_h};
        const char *text = arena_printf(&ui->frame, "%02d", value);
        bool on = minutes ? minute >= 0 && minute / 5 * 5 == value : hour == value;
        if (cell(app, node, minutes ? "minute" : "hour", text, r, text, on)) {
            set_part(app, node, minutes ? hour : value, minutes ? value : minute);
        }
    }
    ui->at.y += (count + columns - 1) / columns * cell_h + ui_px(ui, 8);
}

/* A chosen time can be moved by one minute. */
static void clock_cells(struct app *app, struct node *node, const struct moment *m)
{
    int hour = m->has_time ? m->hour : -1, minute = m->has_time ? m->minute : -1;
    struct half waits = half_of(app, node);
    const char *half = m->has_time ? "" : waits.clock;
    if (*half) {
        hour = half[0] == '-' ? -1 : atoi(half);
        minute = half[0] == '-' ? atoi(half + 3) : -1;
        half_time(&app->ui, hour, minute);
    }
    if (m->has_time && minute_steps(app, node, hour, minute)) {
        return;
    }
    time_cells(app, node, false, hour, minute);
    time_cells(app, node, true, hour, minute);
}

static void draw_time(struct app *app, struct node *node)
{
    struct moment m;
    if (!date_parse(&m, tree_value(node))) {
        m.has_time = false;
    }
    clock_cells(app, node, &m);
}

/* Date and time: an answer once day, hour and minute are given. */
static void draw_moment(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    struct moment m, day;
    if (!date_parse(&m, tree_value(node))) {
        m.has_date = m.has_time = false;
    }
    struct half h = half_of(app, node);
    const struct moment *d = *h.day && date_parse(&day, h.day) ? &day : &m;
    if (d->has_date) {
        ui_say(ui, TEXT_HEADING, question_date(app, node, d), ui->theme.ink);
        ui_gap(ui, 6);
    }
    calendar(app, node, d);
    if (d->has_date) {
        clock_cells(app, node, &m);
    }
}

static bool is_input(const struct node *node, enum data_type type)
{
    return node->item->control->kind == CONTROL_INPUT && node->item->type == type;
}

static bool matches_date(const struct node *node)
{
    return is_input(node, TYPE_DATE);
}

static bool matches_time(const struct node *node)
{
    return is_input(node, TYPE_TIME);
}

static bool matches_moment(const struct node *node)
{
    return is_input(node, TYPE_DATE_TIME);
}

static const char *value(struct app *app, struct node *node)
{
    struct moment m;
    enum data_type type = node->item->type;
    if (!date_parse(&m, tree_value(node))) {
        return NULL;
    }
    const char *day = type == TYPE_TIME ? "" : question_date(app, node, &m);
    return type == TYPE_DATE ? day
                             : arena_printf(&app->ui.frame, "%s%s%02d:%02d", day, *day ? ", " : "",
                                            m.hour, m.minute);
}

static void leave(struct app *app)
{
    *calendar_of(app) = (struct calendar){.dated = NULL};
}

const struct question_kind kind_date = {.name = "date",
                                        .state_size = sizeof(struct calendar),
                                        .matches = matches_date,
                                        .draw = draw_date,
                                        .value = value,
                                        .commit = question_no_commit,
                                        .keep = question_nothing,
                                        .rest = question_no_rest,
                                        .is_half = question_no_half,
                                        .between = question_nothing,
                                        .leave = leave,
                                        .forget = leave,
                                        .roles = 1u << ROLE_CHOICE | 1u << ROLE_STEP |
                                                 1u << ROLE_BUTTON};

const struct question_kind kind_time = {.name = "time",
                                        .matches = matches_time,
                                        .draw = draw_time,
                                        .value = value,
                                        .commit = question_no_commit,
                                        .keep = question_nothing,
                                        .rest = question_no_rest,
                                        .is_half = is_half,
                                        .between = question_nothing,
                                        .leave = question_nothing,
                                        .forget = question_nothing,
                                        .stays = true,
                                        .roles = 1u << ROLE_CHOICE | 1u << ROLE_STEP};

/* Shares the calendar of kind_date. */
const struct question_kind kind_moment = {.name = "moment",
                                          .matches = matches_moment,
                                          .draw = draw_moment,
                                          .value = value,
                                          .commit = question_no_commit,
                                          .keep = question_nothing,
                                          .rest = question_no_rest,
                                          .is_half = is_half,
                                          .between = question_nothing,
                                          .leave = question_nothing,
                                          .forget = question_nothing,
                                          .stays = true,
                                          .roles = 1u << ROLE_CHOICE | 1u << ROLE_STEP |
                                                   1u << ROLE_BUTTON};
