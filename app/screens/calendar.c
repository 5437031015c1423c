/* SPDX-License-Identifier: Apache-2.0 */
/* The event-history calendar: years as rows, months as columns, events as bars. */
#include "app/screens/calendar.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/interview/interview_events.h"
#include "app/questions/question.h"
#include "app/screens/roster.h"
#include "platform/machine/clock.h"
#include "platform/machine/font.h"

enum {
    MONTHS = 12,
    QUARTER = 3,
    YEARS_SHOWN = 8,
    YEARS_MORE = 10,
    YEAR_FIRST = 1930,
    TRACKS_MAX = 8
};

static bool is_calendar(const struct control *control)
{
    return control_has(control, "event-calendar");
}

bool calendar_is_here(const struct app *app)
{
    const struct page *page = &app->interview->page;
    return app->view.calendar.open || (page->kind == PAGE_ROSTER && is_calendar(page->control));
}

/* Whether the form has a calendar at all. */
static bool has_calendar(const struct form *form)
{
    for (size_t i = 0; i < form->item_count; i++) {
        const struct control *c = form->items[i]->control;
        if (c && c->kind == CONTROL_REPEAT && is_calendar(c)) {
            return true;
        }
    }
    return false;
}

void calendar_offer(struct app *app)
{
    const struct page *page = &app->interview->page;
    struct ui *ui = &app->ui;
    if (page->kind != PAGE_QUESTION || !page->node->item->event ||
        !has_calendar(app->interview->form)) {
        return;
    }
    ui_gap(ui, 8);
    bool hit = ui_pill(ui, "calendar", ui_str(ui, S_event_line), false, false);
    ui_pills_end(ui);
    if (hit && question_commit(app)) {
        edit_end(&ui->edit);
        app->view.calendar = (struct app_calendar){.open = true};
        ui->again = true;
    }
}

/* ---- what is shown ---- */

struct calendar {
    struct app *app;
    struct event *events;
    unsigned *tracks; /* of each event: 0 is the uppermost; events in one do not overlap */
    size_t count;
    unsigned track_count;
    int now; /* month of today, as event_day.months */
    int first_year, last_year;
};

static int month_of(int64_t wall_ms)
{
    char iso[40];
    clock_iso(iso, sizeof iso, wall_ms, clock_zone_minutes(wall_ms), false);
    return ((iso[0] - '0') * 1000 + (iso[1] - '0') * 100 + (iso[2] - '0') * 10 + iso[3] - '0') *
               MONTHS +
           (iso[5] - '0') * 10 + iso[6] - '0' - 1;
}

/* First and last month of an event's bar; false: it has none. */
static bool extent(const struct calendar *c, const struct event *e, int *from, int *to)
{
    *from = e->days[EVENT_FROM].months;
    bool open = event_lasts(e) || !e->days[EVENT_TO].year; /* nobody asks for its end */
    *to = open ? c->now : e->days[EVENT_TO].months;
    if (*from < 0) {
        *from = open ? EVENT_UNKNOWN : *to;
    }
    *to = *to < *from ? *from : *to;
    return *from >= 0;
}

struct span { /* a bar to be laid */
    size_t event;
    unsigned lane;
    int from, to;
};

static int by_lane_and_start(const void *a, const void *b)
{
    const struct span *one = a, *other = b;
    if (one->lane != other->lane) {
        return one->lane < other->lane ? -1 : 1;
    }
    return one->from != other->from ? (one->from < other->from ? -1 : 1) : 0;
}

/* Gives each event the first track of its lane whose last bar has ended by then.  A month in which
 * one trip ends and the next begins is no overlap. */
static void lay_tracks(struct calendar *c)
{
    struct span *spans = arena_alloc(&c->app->ui.frame, (c->count + 1) * sizeof *spans);
    struct span last[TRACKS_MAX]; /* of each track */
    size_t count = 0;
    for (size_t e = 0; e < c->count; e++) {
        struct span *s = &spans[count];
        *s = (struct span){.event = e, .lane = c->events[e].lane_at};
        c->tracks[e] = 0;
        count += extent(c, &c->events[e], &s->from, &s->to);
    }
    qsort(spans, count, sizeof *spans, by_lane_and_start);
    for (size_t k = 0; k < count; k++) {
        unsigned t = 0;
        while (t < c->track_count &&
               (last[t].lane != spans[k].lane || last[t].to > spans[k].from)) {
            t++;
        }
        t = t < TRACKS_MAX ? t : TRACKS_MAX - 1;
        last[t] = spans[k];
        c->tracks[spans[k].event] = t;
        c->track_count = t + 1 > c->track_count ? t + 1 : c->track_count;
    }
}

static void lay_years(struct calendar *c)
{
    c->last_year = c->now / MONTHS;
    c->first_year = c->last_year - YEARS_SHOWN;
    for (size_t e = 0; e < c->count; e++) {
        for (int d = 0; d < EVENT_EDGES; d++) {
            int months = c->events[e].days[d].months;
            if (months >= 0) {
                int year = months / MONTHS;
                c->first_year = year < c->first_year ? year : c->first_year;
                c->last_year = year > c->last_year ? year : c->last_year;
            }
        }
    }
    c->first_year -= c->app->view.calendar.earlier_years;
    c->first_year = c->first_year < YEAR_FIRST ? YEAR_FIRST : c->first_year;
}

/* The edge to be told next: the first that is missing, else the first there is. */
static enum event_edge edge_wanted(const struct event *e)
{
    enum event_edge first = EVENT_EDGES;
    for (enum event_edge d = 0; d < EVENT_EDGES; d++) {
        bool told = e->days[d].months >= 0 || (d == EVENT_TO && event_lasts(e));
        if (event_can(e, d) && !told) {
            return d;
        }
        first = first == EVENT_EDGES && event_can(e, d) ? d : first;
    }
    return first;
}

static void choose(struct calendar *c, size_t event)
{
    struct app_calendar *chosen = &c->app->view.calendar;
    chosen->event = event;
    chosen->edge = edge_wanted(&c->events[event]);
    chosen->chosen = true;
    c->app->ui.again = true;
}

/* The event and the edge that the question of the page tells.  False: it tells none. */
static bool choose_here(struct calendar *c)
{
    const struct node *here = c->app->interview->page.node;
    struct app_calendar *chosen = &c->app->view.calendar;
    for (size_t e = 0; e < c->count; e++) {
        for (enum event_edge d = 0; d < EVENT_EDGES; d++) {
            const struct event_day *day = &c->events[e].days[d];
            if ((day->year == here || day->month == here) && event_can(&c->events[e], d)) {
                choose(c, e);
                chosen->edge = d;
                return true;
            }
        }
    }
    return false;
}

/* The event of the page's own repeat that lacks an edge, else the first of it. */
static void choose_first(struct calendar *c)
{
    if (c->app->interview->page.kind == PAGE_QUESTION && choose_here(c)) {
        return;
    }
    const struct item *repeat = c->app->interview->page.control->item;
    size_t best = c->count;
    for (size_t e = c->count; e-- > 0;) {
        const struct event *event = &c->events[e];
        enum event_edge edge = edge_wanted(event);
        bool own = event->entry && event->entry->item == repeat;
        bool lacks = event->days[edge].months < 0;
        if (own && (lacks || best == c->count || c->events[best].days[edge].months >= 0)) {
            best = e;
        }
    }
    if (c->count) {
        choose(c, best < c->count ? best : 0);
    }
}

static struct calendar look(struct app *app)
{
    struct calendar c = {.app = app, .now = month_of(clock_wall_ms())};
    struct app_calendar *chosen = &app->view.calendar;
    c.count = events_read(app->interview, &app->ui.frame, &c.events);
    c.tracks = arena_alloc(&app->ui.frame, (c.count + 1) * sizeof *c.tracks);
    if (!chosen->chosen || chosen->event >= c.count) {
        choose_first(&c);
    } else if (!event_can(&c.events[chosen->event], (enum event_edge)chosen->edge)) {
        chosen->edge = edge_wanted(&c.events[chosen->event]); /* an answer closed its question */
    }
    lay_tracks(&c);
    lay_years(&c);
    return c;
}

/* ---- words ---- */

static struct page question_page(struct node *node)
{
    return (struct page){.kind = PAGE_QUESTION, .control = node->item->control, .node = node};
}

/* "Trip 2", or the name of the group around the questions. */
static const char *kind_of(struct app *app, const struct event *e)
{
    if (e->entry) {
        return roster_entry_number(app, e->entry);
    }
    for (int d = 0; d < EVENT_EDGES; d++) {
        struct node *node = e->days[d].year;
        const struct control *c = node && node->item->control ? node->item->control->parent : NULL;
        for (; c; c = c->parent) {
            const char *label = session_text(app->interview->session, &app->ui.frame, &c->label,
                                             node, FORM_LONG, NULL);
            if (c->kind == CONTROL_GROUP && *label) {
                return ui_plain(&app->ui, label);
            }
        }
    }
    return e->lane;
}

static bool is_named(const struct event *e)
{
    return e->label && e->label->active && *tree_value(e->label) && e->label->item->control;
}

static const char *name_of(struct app *app, const struct event *e)
{
    struct page page;
    if (is_named(e)) {
        page = question_page(e->label);
        return question_value(app, &page);
    }
    return kind_of(app, e);
}

static const char *day_words(struct app *app, const struct event *e, enum event_edge edge)
{
    struct ui *ui = &app->ui;
    const struct event_day *d = &e->days[edge];
    if (edge == EVENT_TO && event_lasts(e)) {
        return ui_str(ui, S_event_lasts);
    }
    if (d->months < 0) {
        return "–";
    }
    const char *year = arena_printf(&ui->frame, "%d", d->months / MONTHS);
    return d->vague ? year
                    : ui_fill(ui, S_event_day,
                              ui_str(ui, (enum string_id)(S_month_1 + d->months % MONTHS)), year);
}

/* ---- writing ---- */

static void tell(struct calendar *c, enum answer_result result, struct node *at)
{
    if (result != ANSWER_OK && at) {
        app_refusal(c->app, at, result);
    } else {
        c->app->view.refused = NULL;
        c->app->message.text[0] = '\0';
    }
    c->app->ui.again = true;
}

/* Moves the chosen edge; then the event's next edge is asked for. */
static void set(struct calendar *c, int months, bool go_on)
{
    struct app_calendar *chosen = &c->app->view.calendar;
    const struct event *e = &c->events[chosen->event];
    enum event_edge edge = (enum event_edge)chosen->edge;
    struct node *at = NULL;
    if (edge >= EVENT_EDGES || !event_can(e, edge)) {
        return;
    }
    enum answer_result result = event_set(c->app->interview, e, edge, months, &at, NULL);
    tell(c, result, at);
    if (result == ANSWER_OK && go_on) {
        bool next = edge == EVENT_FROM && event_can(e, EVENT_TO) && e->days[EVENT_TO].months < 0 &&
                    !event_lasts(e);
        chosen->edge = next ? EVENT_TO : edge;
    }
}

static void add_entry(struct calendar *c)
{
    struct interview *i = c->app->interview;
    struct err err = {0};
    struct node *entry;
    struct page roster = i->page;
    if (!interview_add(i, &roster, &entry, &err)) {
        app_trouble(c->app, &err);
        return;
    }
    *c = look(c->app);
    for (size_t e = 0; e < c->count; e++) {
        if (c->events[e].entry == entry) {
            choose(c, e);
        }
    }
}

/* ---- drawing ---- */

static void show_events(struct calendar *c)
{
    struct app *app = c->app;
    struct ui *ui = &app->ui;
    for (size_t e = 0; e < c->count; e++) {
        const struct event *event = &c->events[e];
        const char *text = name_of(app, event);
        if (!event->entry || is_named(event)) { /* else the name has a number already */
            text = arena_printf(&ui->frame, "%zu · %s", e + 1, text);
        }
        if (ui_pill(ui, arena_printf(&ui->frame, "event:%zu", e + 1), text,
                    e == app->view.calendar.event, false)) {
            choose(c, e);
        }
    }
    if (app->interview->page.kind == PAGE_ROSTER && !app->interview->page.control->item->fixed &&
        ui_pill(ui, "add", roster_add_words(app, &app->interview->page), false, true)) {
        add_entry(c);
    }
    ui_pills_end(ui);
}

/* Bars of trips, bans and jobs differ by their frame and hatching, not by colour alone. */
static void draw_bar(struct calendar *c, size_t event, struct rect r, bool first)
{
    struct ui *ui = &c->app->ui;
    const struct event *e = &c->events[event];
    bool chosen = event == c->app->view.calendar.event, solid = e->lane_at % 2 == 0;
    colour back = solid ? ui->theme.accent : ui->theme.paper;
    colour ink = solid ? ui->theme.on_accent : ui->theme.ink;
    ui_box(ui, r, 3, back, chosen || !solid ? ui->theme.ink : ui->theme.accent, chosen ? 2.5f : 1);
    for (int x = r.x + ui_px(ui, 6); !solid && x < r.x + r.w; x += ui_px(ui, 6)) {
        ui_fill_rect(ui, (struct rect){x, r.y + ui_px(ui, 2), ui_px(ui, 1), r.h - ui_px(ui, 4)},
                     ui->theme.line);
    }
    const char *number = arena_printf(&ui->frame, "%zu", event + 1);
    int w = ui_line_width(ui, TEXT_SMALL, number), pad = ui_px(ui, 3);
    if (first && w + 2 * pad <= r.w) {
        int top = r.y + (r.h - ui_line(ui, TEXT_SMALL)) / 2;
        if (!solid) {
            ui_fill_rect(
                ui, (struct rect){r.x + pad - 1, r.y + ui_px(ui, 2), w + 2, r.h - ui_px(ui, 4)},
                back);
        }
        ui_line_text(ui, r.x + pad, top, TEXT_SMALL, number, strlen(number), ink);
    }
}

static int column(struct rect cells, int month)
{
    return cells.x + cells.w * month / MONTHS;
}

static void draw_events(struct calendar *c, int year, struct rect cells)
{
    struct ui *ui = &c->app->ui;
    static const int8_t diamond[] = {50, 0, 100, 50, 50, 100, 0, 50};
    int track_h = cells.h / (int)(c->track_count ? c->track_count : 1);
    int bar_h = track_h - ui_px(ui, 4), most = ui_px(ui, 20);
    bar_h = bar_h > most ? most : bar_h;
    for (size_t e = 0; e < c->count; e++) {
        int from, to, at = c->events[e].days[EVENT_AT].months;
        int y = cells.y + (int)c->tracks[e] * track_h + (track_h - bar_h) / 2;
        if (extent(c, &c->events[e], &from, &to) && from / MONTHS <= year && to / MONTHS >= year) {
            int a = from / MONTHS == year ? from % MONTHS : 0;
            int b = to / MONTHS == year ? to % MONTHS + 1 : MONTHS;
            int x = column(cells, a);
            draw_bar(c, e, (struct rect){x, y, column(cells, b) - x, bar_h}, from / MONTHS == year);
        }
        if (at >= 0 && at / MONTHS == year) {
            int x = (column(cells, at % MONTHS) + column(cells, at % MONTHS + 1) - bar_h) / 2;
            ui_fill_shape(ui, x, y, (float)bar_h / ui->scale, (struct shape){diamond, 4},
                          ui->theme.warn);
        }
    }
}

/* The month that the next touch moves. */
static void draw_edge(struct calendar *c, int year, struct rect cells)
{
    const struct app_calendar *chosen = &c->app->view.calendar;
    struct ui *ui = &c->app->ui;
    if (chosen->event >= c->count || chosen->edge >= EVENT_EDGES) {
        return;
    }
    int months = c->events[chosen->event].days[chosen->edge].months;
    if (months >= 0 && months / MONTHS == year) {
        int x = column(cells, months % MONTHS), pad = ui_px(ui, 1);
        struct rect r = {x - pad, cells.y - pad, column(cells, months % MONTHS + 1) - x + 2 * pad,
                         cells.h + 2 * pad};
        ui_dash(ui, r, 3, ui->theme.ink, 2);
    }
}

static void draw_grid(struct ui *ui, struct rect cells, bool future)
{
    if (future) {
        ui_fill_rect(ui, cells, ui->theme.tint);
    }
    for (int m = 0; m <= MONTHS; m++) {
        int line = m % QUARTER == 0 ? ui_px(ui, 1.5f) : 1;
        ui_fill_rect(ui, (struct rect){column(cells, m), cells.y, line, cells.h}, ui->theme.line);
    }
}

static int label_width(const struct ui *ui)
{
    return ui_line_width(ui, TEXT_BODY_BOLD, "2000") + ui_px(ui, 10);
}

static void show_year(struct calendar *c, int year)
{
    struct ui *ui = &c->app->ui;
    int h = ui_px(ui, UI_TOUCH_DP), tracks = (int)c->track_count * ui_px(ui, 18);
    h = tracks > h ? tracks : h;
    int label = label_width(ui);
    struct rect row = {ui->at.x, ui->at.y, ui->at.w, h};
    struct rect cells = {row.x + label, row.y + ui_px(ui, 3), row.w - label, h - ui_px(ui, 6)};
    const char *text = arena_printf(&ui->frame, "%d", year);
    bool hit = ui_target(ui, arena_printf(&ui->frame, "year:%d", year), ROLE_CHOICE, row);
    ui_line_text(ui, row.x, row.y + (h - ui_line(ui, TEXT_BODY_BOLD)) / 2, TEXT_BODY_BOLD, text,
                 strlen(text), ui->theme.ink);
    draw_grid(ui, cells, year * MONTHS > c->now);
    draw_events(c, year, cells);
    draw_edge(c, year, cells);
    ui_fill_rect(ui, (struct rect){row.x, row.y + h - 1, row.w, 1}, ui->theme.line);
    ui->at.y += h;
    if (hit && c->count) {
        set(c, year * MONTHS + ui_touch_x(ui, cells) * MONTHS / cells.w, true);
    }
}

/* The numbers of the months above their columns. */
static void show_months(struct ui *ui)
{
    int label = label_width(ui), line = ui_line(ui, TEXT_SMALL);
    struct rect cells = {ui->at.x + label, ui->at.y, ui->at.w - label, line};
    bool narrow = ui_line_width(ui, TEXT_SMALL, "12 ") > cells.w / MONTHS;
    for (int m = 0; m < MONTHS; m += narrow ? QUARTER : 1) {
        const char *text = arena_printf(&ui->frame, "%d", m + 1);
        int x = (column(cells, m) + column(cells, m + 1) - ui_line_width(ui, TEXT_SMALL, text)) / 2;
        ui_line_text(ui, x, cells.y, TEXT_SMALL, text, strlen(text), ui->theme.soft);
    }
    ui->at.y += line + ui_px(ui, 2);
}

void calendar_show(struct app *app)
{
    assert(calendar_is_here(app));
    struct ui *ui = &app->ui;
    const struct page roster = app->interview->page;
    struct calendar c = look(app);
    bool fallback = false;
    const char *label = session_text(app->interview->session, &ui->frame, &roster.control->label,
                                     roster.node, FORM_LONG, &fallback);
    ui_say_rich(ui, TEXT_QUESTION, label, ui->theme.ink);
    question_fallback(app, fallback);
    if (app->view.refused) {
        question_refusal(app, app->view.refused);
    }
    ui_gap(ui, 8);
    show_events(&c);
    if (roster_offer_undo(app)) {
        return;
    }
    ui_say(ui, TEXT_HINT, ui_str(ui, S_event_hint), ui->theme.soft);
    ui_gap(ui, 6);
    show_months(ui);
    for (int year = c.last_year; year >= c.first_year; year--) {
        show_year(&c, year);
    }
    ui_gap(ui, 10);
    if (c.first_year > YEAR_FIRST &&
        ui_wide_button(ui, "earlier", ui_str(ui, S_event_earlier), false)) {
        app->view.calendar.earlier_years += YEARS_MORE;
        ui->again = true;
    }
}

/* ---- the panel ---- */

enum { BUTTONS_MAX = EVENT_EDGES + 5 };
enum look { LOOK_EDGE, LOOK_STEP, LOOK_WORD, LOOK_CROSS };

struct button {
    const char *id, *word, *day; /* day: below the word, or NULL */
    enum role role;
    enum look look;
    bool on;
    int w, line; /* px that it needs; number of its line */
};
struct panel {
    struct button list[BUTTONS_MAX];
    size_t count;
    int lines, h; /* h: px, of all of it */
    int tops[BUTTONS_MAX + 1];
};

static const enum string_id edge_words[] = {
    [EVENT_FROM] = S_event_from, [EVENT_TO] = S_event_to, [EVENT_AT] = S_event_at};
static const char *const edge_ids[] = {
    [EVENT_FROM] = "edge:from", [EVENT_TO] = "edge:to", [EVENT_AT] = "edge:at"};
static_assert(sizeof edge_words / sizeof *edge_words == EVENT_EDGES, "a word for each edge");
static_assert(sizeof edge_ids / sizeof *edge_ids == EVENT_EDGES, "an id for each edge");

static int padding(const struct ui *ui)
{
    return ui_px(ui, 8);
}

static void add_button(struct ui *ui, struct panel *p, struct button b)
{
    int w = ui_px(ui, UI_TOUCH_DP);
    if (b.look == LOOK_EDGE) {
        int word = ui_line_width(ui, TEXT_SMALL, b.word);
        int day = ui_line_width(ui, TEXT_BODY_BOLD, b.day);
        w = (word > day ? word : day) + 2 * padding(ui);
    } else if (b.look == LOOK_WORD) { /* two lines will do */
        int all = ui_line_width(ui, TEXT_HINT, b.word), most = all;
        for (w = all * 6 / 10; w < most && !ui_words_fit(ui, TEXT_HINT, b.word, w);) {
            w += ui_px(ui, 4);
        }
        w += 2 * padding(ui);
    }
    b.w = w;
    assert(p->count < BUTTONS_MAX);
    p->list[p->count++] = b;
}

/* An event's edges, a month back and on, "until now", and the way to its other questions. */
static void list_buttons(struct calendar *c, const struct event *e, struct panel *p)
{
    struct app *app = c->app;
    struct ui *ui = &app->ui;
    const struct app_calendar *chosen = &app->view.calendar;
    for (enum event_edge d = 0; d < EVENT_EDGES; d++) {
        if (event_can(e, d) && (!ui->landscape || d == chosen->edge)) { /* across: one that turns */
            add_button(ui, p,
                       (struct button){.id = ui->landscape ? "edge" : edge_ids[d],
                                       .word = ui_str(ui, edge_words[d]),
                                       .day = day_words(app, e, d),
                                       .role = ROLE_BUTTON,
                                       .look = LOOK_EDGE,
                                       .on = d == chosen->edge});
        }
    }
    add_button(
        ui, p,
        (struct button){.id = "month:less", .word = "−", .role = ROLE_STEP, .look = LOOK_STEP});
    add_button(
        ui, p,
        (struct button){.id = "month:more", .word = "+", .role = ROLE_STEP, .look = LOOK_STEP});
    if (e->lasts && e->lasts->active && !e->lasts->readonly) {
        add_button(ui, p,
                   (struct button){.id = "lasts",
                                   .word = ui_str(ui, S_event_lasts),
                                   .role = ROLE_CHOICE,
                                   .look = LOOK_WORD,
                                   .on = event_lasts(e)});
    }
    if (chosen->open || e->entry) {
        add_button(ui, p,
                   (struct button){.id = "questions",
                                   .word = ui_str(ui, S_event_questions),
                                   .role = ROLE_BUTTON,
                                   .look = LOOK_WORD});
    }
    if (!chosen->open && e->entry && !e->entry->item->fixed) {
        add_button(ui, p, (struct button){.id = "remove", .role = ROLE_ICON, .look = LOOK_CROSS});
    }
}

static int button_height(struct ui *ui, const struct button *b, int w)
{
    int touch = ui_px(ui, UI_TOUCH_DP), inner = w - 2 * padding(ui);
    int h = b->look == LOOK_EDGE
                ? ui_line(ui, TEXT_SMALL) + ui_line(ui, TEXT_BODY_BOLD) + ui_px(ui, 10)
            : b->look == LOOK_WORD ? ui_centre_height(ui, inner, TEXT_HINT, b->word) + padding(ui)
                                   : touch;
    return h > touch ? h : touch;
}

static int panel_width(const struct ui *ui)
{
    return ui->w - 2 * ui_px(ui, 16);
}

/* Places the buttons in lines, like words. */
static struct panel lay_panel(struct calendar *c)
{
    struct ui *ui = &c->app->ui;
    const struct app_calendar *chosen = &c->app->view.calendar;
    struct panel p = {.count = 0};
    int gap = padding(ui), x = 0, w = panel_width(ui);
    if (chosen->event < c->count && chosen->edge < EVENT_EDGES) {
        list_buttons(c, &c->events[chosen->event], &p);
    }
    for (size_t b = 0; b < p.count; b++) {
        struct button *button = &p.list[b];
        button->w = button->w > w ? w : button->w;
        bool breaks = b && button->look != LOOK_EDGE && p.list[b - 1].look == LOOK_EDGE &&
                      !ui->landscape; /* the edges have a line of their own */
        if (x && (x + gap + button->w > w || breaks)) {
            p.lines++;
            x = 0;
        }
        button->line = p.lines;
        x += (x ? gap : 0) + button->w;
    }
    p.lines += p.count > 0;
    p.tops[0] = gap;
    for (int l = 0; l < p.lines; l++) {
        int h = 0;
        for (size_t b = 0; b < p.count; b++) {
            int own = p.list[b].line == l ? button_height(ui, &p.list[b], p.list[b].w) : 0;
            h = own > h ? own : h;
        }
        p.tops[l + 1] = p.tops[l] + h + gap;
    }
    p.h = p.tops[p.lines];
    return p;
}

/* Large letters leave too little of the years. */
static float cap_text(struct ui *ui)
{
    return ui_cap_text(ui, ui->landscape ? 1.15f : 1.5f);
}

int calendar_panel_height(struct app *app)
{
    struct calendar c = look(app);
    float before = cap_text(&app->ui);
    struct panel p = lay_panel(&c);
    app->ui.text_scale = before;
    return p.h;
}

static void draw_cross(struct ui *ui, struct rect r)
{
    static const int8_t a[] = {25, 25, 75, 75}, b[] = {75, 25, 25, 75};
    float dp = ui_mark_dp(ui);
    int x = r.x + (r.w - ui_px(ui, dp)) / 2, y = r.y + (r.h - ui_px(ui, dp)) / 2;
    ui_stroke(ui, x, y, dp, (struct shape){a, 2}, 2, ui->theme.soft);
    ui_stroke(ui, x, y, dp, (struct shape){b, 2}, 2, ui->theme.soft);
}

/* The chosen edge has a thick frame; a word that is on is dark. */
static void draw_button(struct ui *ui, const struct button *b, struct rect r)
{
    bool edge = b->look == LOOK_EDGE;
    if (b->look == LOOK_CROSS) {
        draw_cross(ui, r);
        return;
    }
    if (edge) {
        int small = ui_line(ui, TEXT_SMALL), pad = ui_px(ui, 4);
        ui_box(ui, r, 8, b->on ? ui->theme.tint : ui->theme.paper,
               b->on ? ui->theme.accent : ui->theme.soft, b->on ? 3 : 1.5f);
        ui_text_centre(ui, (struct rect){r.x + pad, r.y + pad, r.w - 2 * pad, small}, TEXT_SMALL,
                       b->word, ui->theme.soft);
        ui_text_centre(
            ui, (struct rect){r.x + pad, r.y + pad + small, r.w - 2 * pad, r.h - 2 * pad - small},
            TEXT_BODY_BOLD, b->day, ui->theme.ink);
        return;
    }
    ui_box(ui, r, 8,
           b->on                   ? ui->theme.ink
           : ui_pressed(ui, b->id) ? ui->theme.tint
                                   : ui->theme.paper,
           ui->theme.ink, 1.5f);
    ui_text_centre(ui, (struct rect){r.x + padding(ui) / 2, r.y, r.w - padding(ui), r.h},
                   b->look == LOOK_STEP ? TEXT_BODY_BOLD : TEXT_HINT, b->word,
                   b->on ? ui->theme.paper : ui->theme.ink);
}

static void step(struct calendar *c, int by)
{
    const struct app_calendar *chosen = &c->app->view.calendar;
    int now = c->events[chosen->event].days[chosen->edge].months;
    if (now >= 0) {
        set(c, now + by, false);
    }
}

static void turn_edge(struct calendar *c)
{
    struct app_calendar *chosen = &c->app->view.calendar;
    do {
        chosen->edge = (chosen->edge + 1) % EVENT_EDGES;
    } while (!event_can(&c->events[chosen->event], (enum event_edge)chosen->edge));
}

static void follow(struct calendar *c, const char *id)
{
    struct app *app = c->app;
    struct app_calendar *chosen = &app->view.calendar;
    const struct event *e = &c->events[chosen->event];
    app->ui.again = true;
    for (enum event_edge d = 0; d < EVENT_EDGES; d++) {
        chosen->edge = strcmp(id, edge_ids[d]) == 0 ? d : chosen->edge;
    }
    if (strcmp(id, "edge") == 0) {
        turn_edge(c);
    } else if (strcmp(id, "month:less") == 0 || strcmp(id, "month:more") == 0) {
        step(c, strcmp(id, "month:more") == 0 ? 1 : -1);
    } else if (strcmp(id, "lasts") == 0) {
        struct node *at = NULL;
        tell(c, event_set_lasts(app->interview, e, !event_lasts(e), &at, NULL), at);
    } else if (strcmp(id, "remove") == 0) {
        roster_remove(app, e->entry);
    } else if (strcmp(id, "questions") == 0 && chosen->open) {
        chosen->open = false;
    } else if (strcmp(id, "questions") == 0) {
        roster_enter(app, e->entry);
    }
}

void calendar_panel(struct app *app, int top)
{
    struct ui *ui = &app->ui;
    struct calendar c = look(app);
    float before = cap_text(ui);
    struct panel p = lay_panel(&c);
    const char *taken = NULL;
    int gap = padding(ui);
    ui_fill_rect(ui, (struct rect){0, top, ui->w, p.h}, ui->theme.paper);
    ui_fill_rect(ui, (struct rect){0, top, ui->w, ui_px(ui, 1.5f)}, ui->theme.line);
    for (int l = 0; l < p.lines; l++) {
        int x = ui_px(ui, 16), spare = panel_width(ui) + gap, wide = 0;
        for (size_t b = 0; b < p.count; b++) {
            spare -= p.list[b].line == l ? p.list[b].w + gap : 0;
            wide += p.list[b].line == l && p.list[b].day ? 1 : 0;
            wide += p.list[b].line == l && p.list[b].look == LOOK_WORD ? 1 : 0;
        }
        for (size_t b = 0; b < p.count; b++) {
            const struct button *button = &p.list[b];
            bool grows = button->look == LOOK_EDGE || button->look == LOOK_WORD;
            if (button->line == l) {
                int w = button->w + (grows ? spare / wide : 0);
                struct rect r = {x, top + p.tops[l], w, p.tops[l + 1] - p.tops[l] - gap};
                taken = ui_target(ui, button->id, button->role, r) ? button->id : taken;
                draw_button(ui, button, r);
                x += w + gap;
            }
        }
    }
    ui->text_scale = before;
    if (taken) {
        follow(&c, taken);
    }
}
