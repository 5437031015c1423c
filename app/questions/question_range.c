/* SPDX-License-Identifier: Apache-2.0 */
/* Range questions: rating, picker and slider. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/questions/question.h"
#include "platform/machine/font.h"

struct scale {
    double start, end, step; /* start may be larger than end: it then runs downwards */
    long steps;
    bool decimal;
    int places;
};

/* Number of decimals of a number. */
static int places_of(double number)
{
    int places = 0;
    for (double rest = fabs(number); places < 6 && fabs(rest - round(rest)) > 1e-9 * (1 + rest);) {
        rest *= 10;
        places++;
    }
    return places;
}

/* Values are start + k·step, so they have as many decimals as the more precise of these two. */
static struct scale scale_of(const struct node *node)
{
    const struct control *c = node->item->control;
    struct scale s = {c->start, c->end, fabs(c->step), 0, node->item->type != TYPE_INT, 0};
    if (!(s.step > 0)) {
        s.step = 1;
    }
    double steps = floor(fabs(s.end - s.start) / s.step * (1 + 1e-12) + 1e-9);
    s.steps = steps > 0 && steps < 1e12 ? (long)steps : 0;
    s.places = places_of(s.start) > places_of(s.step) ? places_of(s.start) : places_of(s.step);
    s.places = s.decimal ? s.places : 0;
    return s;
}

static const char *value_at(struct ui *ui, const struct scale *s, long k)
{
    double v = s->start + (s->end < s->start ? -1 : 1) * s->step * (double)k;
    return s->decimal ? arena_printf(&ui->frame, "%.*f", s->places, v)
                      : arena_printf(&ui->frame, "%.0f", v);
}

/* Index of the answer's step; -1: no answer. */
static long step_of(const struct scale *s, const char *value)
{
    if (!*value) {
        return -1;
    }
    double k = fabs(strtod(value, NULL) - s->start) / s->step;
    long n = lround(k);
    return n < 0 ? 0 : n > s->steps ? s->steps : n;
}

static void star(struct ui *ui, int x, int y, float size, bool on)
{
    static const int8_t points[] = {50, 5,  62, 38, 97, 38, 69, 59, 79, 93, 50,
                                    72, 21, 93, 31, 59, 3,  38, 38, 38, 50, 5};
    if (on) {
        ui_fill_shape(ui, x, y, size, (struct shape){points, sizeof points / 2}, ui->theme.accent);
    }
    ui_stroke(ui, x, y, size, (struct shape){points, sizeof points / 2}, 2,
              on ? ui->theme.accent : ui->theme.soft);
}

static void as_rating(struct app *app, struct node *node, const struct scale *s, long at)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    long from = s->start == 0 ? 1 : 0; /* no star means no answer, not zero */
    int count = (int)(s->steps + 1 - from), columns = w / ui_px(ui, UI_TOUCH_DP);
    columns = columns > count ? count : columns < 1 ? 1 : columns;
    int cell = w / columns, max = ui_px(ui, 64), h = ui_px(ui, 56);
    cell = cell > max ? max : cell;
    for (int k = 0; k < count; k++) {
        struct rect r = {x + k % columns * cell, ui->at.y + k / columns * h, cell, h};
        const char *value = value_at(ui, s, k + from);
        if (ui_target(ui, question_part(app, node, "star", value), ROLE_CHOICE, r)) {
            question_tap(app, node, value);
        }
        int size = ui_px(ui, 36);
        star(ui, r.x + (cell - size) / 2, r.y + (h - size) / 2, 36, at >= k + from && at >= 0);
    }
    ui->at.y += (count + columns - 1) / columns * h;
    if (at >= 0) {
        ui_say(ui, TEXT_HINT,
               ui_fill(ui, S_of, question_number(app, value_at(ui, s, at)),
                       question_number(app, value_at(ui, s, s->steps))),
               ui->theme.soft);
    }
}

/* A grid with a cell for every value. */
static void as_cells(struct app *app, struct node *node, const struct scale *s, long at)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    int widest = ui_px(ui, UI_TOUCH_DP), h = ui_px(ui, 52), gap = ui_px(ui, 2);
    for (long k = 0; k <= s->steps; k++) {
        const char *text = question_number(app, value_at(ui, s, k));
        int own = font_width(FACE_BOLD, ui_text_px(ui, TEXT_BODY_BOLD), text, strlen(text)) +
                  ui_px(ui, 16);
        widest = own > widest ? own : widest;
    }
    int columns = w / widest, count = (int)s->steps + 1;
    columns = columns > count ? count : columns < 1 ? 1 : columns;
    for (int k = 0; k < count; k++) {
        struct rect r = {x + k % columns * w / columns, ui->at.y + k / columns * h, w / columns, h};
        const char *value = value_at(ui, s, k);
        if (ui_target(ui, question_part(app, node, "value", value), ROLE_CHOICE, r)) {
            question_tap(app, node, value);
        }
        bool on = k == at;
        ui_box(ui, (struct rect){r.x + gap, r.y + gap, r.w - 2 * gap, r.h - 2 * gap}, 6,
               on ? ui->theme.accent : ui->theme.paper, on ? ui->theme.accent : ui->theme.soft,
               1.5f);
        ui_text_centre(ui, r, on ? TEXT_BODY_BOLD : TEXT_BODY, question_number(app, value),
                       on ? ui->theme.on_accent : ui->theme.ink);
    }
    ui->at.y += (count + columns - 1) / columns * h;
}

static long step_under(const struct scale *s, int pos, int from, int len)
{
    assert(len > 0);
    double part = len > 0 ? (double)(pos - from) / len : 0;
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    return lround(part * (double)s->steps);
}

/* The form's labels for values of the range. Values without a label are shown as numbers. */
struct tick_words {
    struct choice *list;
    size_t count;
};

static const char *words_at(struct app *app, const struct tick_words *t, const struct scale *s,
                            long k)
{
    const char *number = value_at(&app->ui, s, k);
    for (size_t i = 0; i < t->count; i++) {
        if (strtod(t->list[i].value, NULL) == strtod(number, NULL)) {
            return t->list[i].label;
        }
    }
    return NULL;
}

/* Draws the ticks that the form asks for. */
static void ticks(struct app *app, const struct control *c, const struct scale *s, struct rect r,
                  int knob, bool vertical)
{
    enum { MAX = 60 };
    struct ui *ui = &app->ui;
    long every = c->tick > 0 ? lround(c->tick / s->step) : 0;
    if (every < 1 || s->steps / every > MAX || control_has(c, "no-ticks")) {
        return;
    }
    for (long k = 0; k <= s->steps; k += every) {
        int len = (vertical ? r.h : r.w) - knob, half = ui_px(ui, 9), thin = ui_px(ui, 2);
        int pos = s->steps ? (int)((double)len * (double)k / (double)s->steps) : 0;
        struct rect t = vertical ? (struct rect){r.x + r.w / 2 - half,
                                                 r.y + knob / 2 + len - pos - 1, 2 * half, thin}
                                 : (struct rect){r.x + knob / 2 + pos - 1, r.y + r.h / 2 - half,
                                                 thin, 2 * half};
        ui_fill_rect(ui, t, ui->theme.soft);
    }
}

/* Step at which the form shows the knob before the first answer; -1: no knob. */
static long resting(const struct control *c, const struct scale *s)
{
    char value[40];
    snprintf(value, sizeof value, "%.12g", c->placeholder);
    return isnan(c->placeholder) ? -1 : step_of(s, value);
}

/* Labels of values between the two ends, one per line: side by side they would not fit. */
static void inner_words(struct app *app, const struct tick_words *t, const struct scale *s)
{
    struct ui *ui = &app->ui;
    for (size_t i = 0; i < t->count && t->count > 2; i++) {
        long k = step_of(s, t->list[i].value);
        if (k > 0 && k < s->steps) {
            ui_say(ui, TEXT_HINT,
                   arena_printf(&ui->frame, "%s · %s", question_number(app, value_at(ui, s, k)),
                                t->list[i].label),
                   ui->theme.soft);
        }
    }
}

struct slider {
    struct app *app;
    struct node *node;
    const struct scale *s;
    bool vertical, held; /* held: a finger carries the knob */
    long at, rests;      /* steps of the answer and of the knob before it; -1: none */
    int knob, side;      /* px */
    struct rect head, track, less, more;
};

/* Places the track and its two buttons.  Across, the number stands above; upright, beside. */
static void lay_slider(struct slider *l)
{
    struct ui *ui = &l->app->ui;
    int x = ui->at.x, w = ui->at.w, side = l->side;
    if (l->vertical) {
        if (l->at < 0) {
            ui_say(ui, TEXT_HINT, ui_str(ui, S_slide), ui->theme.soft);
            ui_gap(ui, 8);
        }
        int y = ui->at.y, middle = x + w / 2 - side / 2;
        l->head = (struct rect){x, y, w / 2 - side / 2, side};
        l->more = (struct rect){middle, y, side, side};
        l->track = (struct rect){middle, y + side, side, ui_px(ui, 240)};
        l->less = (struct rect){middle, l->track.y + l->track.h, side, side};
        return;
    }
    int head_h = ui_centre_height(ui, w, TEXT_HINT, ui_str(ui, S_slide));
    head_h = head_h < side ? side : head_h;
    int y = ui->at.y + head_h;
    l->head = (struct rect){x, ui->at.y, w, head_h};
    l->track = (struct rect){x + side, y, w - 2 * side, side};
    l->less = (struct rect){x, y, side, side};
    l->more = (struct rect){x + w - side, y, side, side};
}

/* The step that finger or buttons ask for; l->at if none does.  *TAKEN: it is the answer. */
static long slider_step(struct slider *l, bool *taken)
{
    struct ui *ui = &l->app->ui;
    const struct scale *s = l->s;
    const char *id = question_part(l->app, l->node, "slide", "");
    long k = l->at;
    int fx, fy;
    ui_place(ui, id, ROLE_GRAB, l->track);
    bool dropped = ui_dropped(ui, id, &fx, &fy);
    l->held = ui_grabbed(ui, id, &fx, &fy);
    if (dropped || l->held) {
        int half = l->knob / 2;
        k = l->vertical ? s->steps - step_under(s, fy, l->track.y + half, l->track.h - l->knob)
                        : step_under(s, fx, l->track.x + half, l->track.w - l->knob);
    }
    bool down = ui_target(ui, question_part(l->app, l->node, "less", ""), ROLE_STEP, l->less);
    bool up = ui_target(ui, question_part(l->app, l->node, "more", ""), ROLE_STEP, l->more);
    if (down || up) {
        /* The first tap counts from the knob's initial place (the form's placeholder), or
         * from the end opposite to the button. Starting in the middle would suggest an
         * answer. */
        long from = l->at >= 0 ? l->at : l->rests;
        k = from >= 0 ? from + (up ? 1 : -1) : up ? 0 : s->steps;
        k = k < 0 ? 0 : k > s->steps ? s->steps : k;
    }
    *taken = dropped || down || up;
    return k;
}

/* The number that step K stands for; without an answer, how to give one. */
static void slider_head(struct slider *l, long k)
{
    struct ui *ui = &l->app->ui;
    const char *hint = l->vertical ? "" : ui_str(ui, S_slide);
    if (k >= 0) {
        ui_text_centre(ui, l->head, TEXT_DIGIT, question_number(l->app, value_at(ui, l->s, k)),
                       ui->theme.ink);
    } else {
        ui_text_centre(ui, l->head, TEXT_HINT, hint, ui->theme.soft);
    }
}

/* A hollow knob is not an answer; without a placeholder there is no knob. */
static void slider_knob(struct slider *l, long k)
{
    struct ui *ui = &l->app->ui;
    struct rect r = l->track;
    int knob = l->knob, len = (l->vertical ? r.h : r.w) - knob;
    long shown = k >= 0 ? k : l->rests;
    if (shown < 0) {
        return;
    }
    int pos = l->s->steps ? (int)((double)len * (double)shown / (double)l->s->steps) : 0;
    struct rect ball = l->vertical
                           ? (struct rect){r.x + (r.w - knob) / 2, r.y + len - pos, knob, knob}
                           : (struct rect){r.x + pos, r.y + (r.h - knob) / 2, knob, knob};
    if (k >= 0) {
        ui_box(ui, ball, 16, l->held ? ui->theme.ink : ui->theme.accent, ui->theme.ink, 2);
    } else {
        ui_box(ui, ball, 16, ui->theme.paper, ui->theme.paper, 0);
        ui_dash(ui, ball, 16, ui->theme.soft, 2);
    }
}

static void slider_track(struct slider *l, long k)
{
    struct ui *ui = &l->app->ui;
    struct rect r = l->track;
    int bar = ui_px(ui, 6);
    struct rect line = l->vertical ? (struct rect){r.x + r.w / 2 - bar / 2, r.y, bar, r.h}
                                   : (struct rect){r.x, r.y + r.h / 2 - bar / 2, r.w, bar};
    ui_box(ui, line, 3, ui->theme.line, ui->theme.soft, 1);
    ticks(l->app, l->node->item->control, l->s, r, l->knob, l->vertical);
    slider_knob(l, k);
}

static void slider_button(struct ui *ui, struct rect b, bool plus)
{
    static const int8_t across[] = {15, 50, 85, 50}, upright[] = {50, 15, 50, 85};
    int gap = ui_px(ui, 6), icon = ui_px(ui, 16);
    int x = b.x + b.w / 2 - icon / 2, y = b.y + b.h / 2 - icon / 2;
    ui_box(ui, (struct rect){b.x + gap, b.y + gap, b.w - 2 * gap, b.h - 2 * gap}, 22,
           ui->theme.paper, ui->theme.ink, 1.5f);
    ui_stroke(ui, x, y, 16, (struct shape){across, 2}, 2.5f, ui->theme.ink);
    if (plus) {
        ui_stroke(ui, x, y, 16, (struct shape){upright, 2}, 2.5f, ui->theme.ink);
    }
}

/* The two ends' labels under the track; each gets one half where they do not fit beside. */
static void ends_below(struct slider *l, const char *const ends[2], bool worded)
{
    struct ui *ui = &l->app->ui;
    struct rect r = l->track;
    int x = ui->at.x, w = ui->at.w;
    int wide[2] = {ui_line_width(ui, TEXT_HINT, ends[0]), ui_line_width(ui, TEXT_HINT, ends[1])};
    ui->at.y = r.y + r.h;
    if (worded || wide[0] + wide[1] > r.w - ui_px(ui, 12)) {
        int half = w / 2 - ui_px(ui, 6), h[2];
        for (int i = 0; i < 2; i++) {
            int at_x = i && wide[i] < half ? x + w - wide[i] : x + i * (w - half);
            h[i] = ui_text(ui, at_x, ui->at.y, half, TEXT_HINT, ends[i], ui->theme.soft);
        }
        ui->at.y += h[0] > h[1] ? h[0] : h[1];
    } else {
        ui_line_text(ui, r.x, r.y + r.h, TEXT_HINT, ends[0], strlen(ends[0]), ui->theme.soft);
        ui_line_text(ui, r.x + r.w - wide[1], r.y + r.h, TEXT_HINT, ends[1], strlen(ends[1]),
                     ui->theme.soft);
        ui->at.y += ui_line(ui, TEXT_HINT);
    }
    ui_gap(ui, 8);
}

static void slider_ends(struct slider *l, const struct tick_words *named)
{
    struct ui *ui = &l->app->ui;
    const char *ends[2];
    bool worded = false;
    for (int i = 0; i < 2; i++) {
        long k = i ? l->s->steps : 0;
        const char *words = words_at(l->app, named, l->s, k);
        ends[i] = question_number(l->app, value_at(ui, l->s, k));
        ends[i] = words ? arena_printf(&ui->frame, "%s · %s", ends[i], words) : ends[i];
        worded |= words != NULL;
    }
    if (!l->vertical) {
        ends_below(l, ends, worded);
        return;
    }
    struct rect r = l->track;
    int room = ui->at.x + ui->at.w - (r.x + r.w);
    int low_h = ui_text_height(ui, room, TEXT_HINT, ends[0]);
    ui_text(ui, r.x + r.w, r.y + r.h - low_h, room, TEXT_HINT, ends[0], ui->theme.soft);
    ui_text(ui, r.x + r.w, r.y, room, TEXT_HINT, ends[1], ui->theme.soft);
    ui->at.y = l->less.y + l->less.h + ui_px(ui, 8);
}

static void as_slider(struct app *app, struct node *node, const struct scale *s, long at)
{
    const struct control *control = node->item->control;
    struct ui *ui = &app->ui;
    struct tick_words named = {NULL, 0};
    if (control->itemset && !session_choices(app->interview->session, &ui->frame, control, node,
                                             &named.list, &named.count, NULL)) {
        named.count = 0;
    }
    struct slider l = {.app = app,
                       .node = node,
                       .s = s,
                       .vertical = control_has(control, "vertical"),
                       .at = at,
                       .rests = resting(control, s),
                       .knob = ui_px(ui, 32),
                       .side = ui_px(ui, 56)};
    lay_slider(&l);
    bool taken;
    long k = slider_step(&l, &taken);
    if (taken) {
        question_answer(app, node, value_at(ui, s, k));
        return;
    }
    slider_head(&l, k);
    slider_track(&l, k);
    slider_button(ui, l.less, false);
    slider_button(ui, l.more, true);
    slider_ends(&l, &named);
    inner_words(app, &named, s);
}

static void draw(struct app *app, struct node *node)
{
    enum { CELLS_MAX = 100 };
    const struct control *c = node->item->control;
    struct scale s = scale_of(node);
    long at = step_of(&s, tree_value(node));
    if (control_has(c, "rating") && s.steps < 20) {
        as_rating(app, node, &s, at);
    } else if (control_has(c, "picker") && s.steps < CELLS_MAX) {
        as_cells(app, node, &s, at);
    } else {
        as_slider(app, node, &s, at);
    }
}

static bool matches(const struct node *node)
{
    return node->item->control->kind == CONTROL_RANGE;
}

const struct question_kind kind_range = {.name = "range",
                                         .matches = matches,
                                         .draw = draw,
                                         .value = question_number_value,
                                         .commit = question_no_commit,
                                         .keep = question_nothing,
                                         .rest = question_no_rest,
                                         .is_half = question_no_half,
                                         .between = question_nothing,
                                         .leave = question_nothing,
                                         .forget = question_nothing,
                                         .stays = true,
                                         .roles = 1u << ROLE_GRAB | 1u << ROLE_STEP |
                                                  1u << ROLE_CHOICE | 1u << ROLE_PILL};
