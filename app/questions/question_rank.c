/* SPDX-License-Identifier: Apache-2.0 */
/* Ranking questions: the choices in an order. */
#include <assert.h>
#include <string.h>

#include "app/questions/question.h"
#include "app/shell/form_media.h"
#include "platform/machine/text.h"

/* Indexes of the choices: first those in the answer, in its order, then the others. */
static void in_order(size_t *order, const struct choice *choices, size_t count, const char *have)
{
    assert(order || !count);
    size_t n = 0;
    for (const char *p = have; *p;) {
        size_t len = strcspn(p, " ");
        for (size_t i = 0; i < count; i++) {
            if (strlen(choices[i].value) == len && strncmp(choices[i].value, p, len) == 0) {
                order[n++] = i;
                break;
            }
        }
        p += len + (p[len] == ' ');
        if (n == count) {
            return;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!text_has_word(have, choices[i].value)) {
            order[n++] = i;
        }
    }
}

/* "No answer" codes instead of an order. */
static void codes(struct app *app, struct node *node, const struct choice *choices, size_t count)
{
    struct ui *ui = &app->ui;
    const char *have = arena_text(&ui->frame, tree_value(node));
    for (size_t i = 0; i < count; i++) {
        const char *code = choices[i].value;
        if (question_is_code(code) && ui_pill(ui, question_part(app, node, "pill", code),
                                              choices[i].label, strcmp(have, code) == 0, true)) {
            question_tap(app, node, code);
        }
    }
    ui_pills_end(ui);
}

static void answer_order(struct app *app, struct node *node, const struct choice *choices,
                         const size_t *order, size_t count)
{
    struct buf out = {0};
    for (size_t i = 0; i < count; i++) {
        buf_text(&out, i ? " " : "");
        buf_text(&out, choices[order[i]].value);
    }
    question_answer(app, node, out.data);
    buf_fini(&out);
}

static void move(size_t *order, size_t from, size_t to)
{
    size_t moved = order[from];
    if (to < from) {
        memmove(order + to + 1, order + to, (from - to) * sizeof *order);
    } else {
        memmove(order + from, order + from + 1, (to - from) * sizeof *order);
    }
    order[to] = moved;
}

/* Widths beside the label of a row, px. */
struct side {
    int number, picture, sound, arrows;
};

static struct side side_of(struct app *app, struct node *node, struct choice *choices, size_t count)
{
    struct ui *ui = &app->ui;
    struct side b = {ui_px(ui, 40), 0, 0, 2 * ui_px(ui, UI_TOUCH_DP)};
    for (size_t i = 0; i < count; i++) {
        if (question_choice_picture(app, node, &choices[i], 64, 64)) {
            b.picture = ui_px(ui, 64);
        }
        if (*question_choice_sound(app, node, &choices[i])) {
            b.sound = ui_px(ui, UI_TOUCH_DP);
        }
    }
    return b;
}

static int words_width(const struct side *b, int w)
{
    return w - b->number - b->picture - b->sound - b->arrows;
}

struct ranked { /* a row of the order */
    size_t place;
    const struct picture *picture; /* or NULL */
    const char *label;
    bool settled; /* it was put in its place, not left there */
    bool held;    /* it is being moved */
};

static void rank_row(struct app *app, struct rect r, const struct side *b, const struct ranked *row)
{
    static const int8_t line[] = {15, 0, 85, 0};
    struct ui *ui = &app->ui;
    int size = ui_px(ui, 28), text_x = r.x + b->number;
    if (row->held) {
        ui_box(ui, r, 8, ui->theme.tint, ui->theme.accent, 2);
    }
    struct rect number = {r.x + ui_px(ui, 4), r.y + (r.h - size) / 2, size, size};
    ui_box(ui, number, 14, row->settled ? ui->theme.ink : ui->theme.paper, ui->theme.ink, 1.5f);
    ui_text_centre(ui, number, TEXT_HINT, ui_number(ui, (long long)row->place + 1),
                   row->settled ? ui->theme.paper : ui->theme.ink);
    if (row->picture) {
        app_show_picture(app, text_x + (b->picture - ui_px(ui, 8) - row->picture->w) / 2,
                         r.y + (r.h - row->picture->h) / 2, row->picture);
    }
    text_x += b->picture;
    int w = words_width(b, r.w);
    int text_h = ui_text_height(ui, w, TEXT_BODY, row->label);
    ui_text(ui, text_x, r.y + (r.h - text_h) / 2, w, TEXT_BODY, row->label, ui->theme.ink);
    for (int k = -1; k <= 1; k++) {
        ui_stroke(ui, r.x + r.w - ui_px(ui, 36), r.y + r.h / 2 + k * ui_px(ui, 6), 24,
                  (struct shape){line, 2}, 2.5f, row->held ? ui->theme.accent : ui->theme.soft);
    }
    if (!row->held) {
        ui_fill_rect(ui, (struct rect){r.x, r.y + r.h - ui_px(ui, 1), r.w, ui_px(ui, 1)},
                     ui->theme.line);
    }
}

/* The ranking on the page: its choices without codes, their order, where its rows stand. */
struct ranking {
    struct app *app;
    struct node *node;
    struct choice *choices;
    size_t count, *order;
    size_t held, to; /* the row that a finger carries, and the row under it; SIZE_MAX: none */
    struct side side;
    bool settled;
    int row_h, top;
};

static void keep_order(struct ranking *k)
{
    answer_order(k->app, k->node, k->choices, k->order, k->count);
}

/* "No answer" codes have no rank. */
static void without_codes(struct ranking *k, const struct choice *all, size_t count)
{
    k->choices = arena_alloc(&k->app->ui.frame, (count + 1) * sizeof *k->choices);
    for (size_t i = 0; i < count; i++) {
        if (!question_is_code(all[i].value)) {
            k->choices[k->count++] = all[i];
        }
    }
    k->order = arena_alloc(&k->app->ui.frame, (k->count + 1) * sizeof *k->order);
}

static void measure_rows(struct ranking *k)
{
    struct ui *ui = &k->app->ui;
    k->side = side_of(k->app, k->node, k->choices, k->count);
    k->row_h = ui_px(ui, k->side.picture ? 72 : 56);
    k->top = ui->at.y;
    for (size_t i = 0; i < k->count; i++) {
        int h =
            ui_text_height(ui, words_width(&k->side, ui->at.w), TEXT_BODY, k->choices[i].label) +
            ui_px(ui, 16);
        k->row_h = h > k->row_h ? h : k->row_h;
    }
}

/* The handle and the arrow of row I.  True: an order was answered. */
static bool row_moved(struct ranking *k, size_t i)
{
    struct ui *ui = &k->app->ui;
    int x = ui->at.x, w = ui->at.w, side = k->side.arrows / 2, fx, fy = 0;
    int row_h = k->row_h, y = k->top + (int)i * row_h;
    const char *name = question_choice_name(k->app, &k->choices[k->order[i]], k->order[i]);
    const char *grab = question_part(k->app, k->node, "move", name);
    ui_place(ui, grab, ROLE_GRAB, (struct rect){x + w - side, y, side, row_h});
    ui->carries = true;
    bool dropped = ui_dropped(ui, grab, &fx, &fy);
    if (dropped || ui_grabbed(ui, grab, &fx, &fy)) {
        int at = (fy - k->top) / (row_h > 0 ? row_h : 1);
        k->held = i;
        k->to = at < 0 ? 0 : at >= (int)k->count ? k->count - 1 : (size_t)at;
    }
    if (dropped) {
        move(k->order, k->held, k->to);
        keep_order(k);
        return true;
    }
    struct rect up = {x + w - 2 * side, y, side, row_h};
    if (i > 0 && ui_target(ui, question_part(k->app, k->node, "up", name), ROLE_STEP, up)) {
        move(k->order, i, i - 1);
        keep_order(k);
        return true;
    }
    return false;
}

static void show_rows(struct ranking *k)
{
    static const int8_t up[] = {20, 62, 50, 32, 80, 62};
    struct ui *ui = &k->app->ui;
    const struct side *b = &k->side;
    int w = ui->at.w, row_h = k->row_h;
    size_t moved = k->held == SIZE_MAX ? SIZE_MAX : k->order[k->held];
    if (k->held != SIZE_MAX) {
        move(k->order, k->held, k->to);
    }
    for (size_t i = 0; i < k->count; i++) {
        struct rect r = {ui->at.x, k->top + (int)i * row_h, w, row_h};
        struct choice *choice = &k->choices[k->order[i]];
        const struct picture *picture =
            b->picture ? question_choice_picture(k->app, k->node, choice, b->picture - ui_px(ui, 8),
                                                 row_h - ui_px(ui, 8))
                       : NULL;
        rank_row(k->app, r, b,
                 &(struct ranked){i, picture, choice->label, k->settled, k->order[i] == moved});
        question_loudspeaker(k->app, k->node, k->choices, k->order[i],
                             (struct rect){r.x + w - b->arrows - b->sound, r.y, b->sound, row_h});
        if (i > 0) {
            ui_stroke(ui, r.x + w - b->arrows / 2 * 2 + ui_px(ui, 12),
                      r.y + (row_h - ui_px(ui, 24)) / 2, 24, (struct shape){up, 3}, 2.5f,
                      ui->theme.ink);
        }
    }
    ui->at.y = k->top + (int)k->count * row_h + ui_px(ui, 10);
}

static void draw(struct app *app, struct node *node)
{
    struct ui *ui = &app->ui;
    struct choice *all;
    size_t count;
    if (!question_choices(app, node, &all, &count)) {
        return;
    }
    const char *have = arena_text(&ui->frame, tree_value(node));
    struct ranking k = {.app = app, .node = node, .held = SIZE_MAX};
    k.settled = *have && !question_is_code(have);
    without_codes(&k, all, count);
    in_order(k.order, k.choices, k.count, have);
    ui_say(ui, TEXT_HINT, ui_str(ui, S_rank_hint), ui->theme.soft);
    measure_rows(&k);
    for (size_t i = 0; i < k.count; i++) {
        if (row_moved(&k, i)) {
            return;
        }
    }
    show_rows(&k);
    if (!k.settled &&
        ui_wide_button(ui, question_part(app, node, "keep", ""), ui_str(ui, S_rank_keep), false)) {
        keep_order(&k);
    }
    codes(app, node, all, count);
}

static bool matches(const struct node *node)
{
    return node->item->control->kind == CONTROL_RANK;
}

const struct question_kind kind_rank = {.name = "rank",
                                        .matches = matches,
                                        .draw = draw,
                                        .value = question_chosen,
                                        .commit = question_no_commit,
                                        .keep = question_nothing,
                                        .rest = question_no_rest,
                                        .is_half = question_no_half,
                                        .between = question_nothing,
                                        .leave = question_nothing,
                                        .forget = question_nothing,
                                        .stays = true,
                                        .roles = 1u << ROLE_GRAB | 1u << ROLE_STEP |
                                                 1u << ROLE_ICON | 1u << ROLE_PILL |
                                                 1u << ROLE_BUTTON};
