/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of questions with the same choices, and the likelihood × impact square. */
#include <assert.h>
#include <string.h>

#include "app/questions/question.h"
#include "app/shell/form_media.h"
#include "platform/machine/text.h"

static bool is_select(const struct page *page)
{
    return page->kind == PAGE_QUESTION &&
           (page->control->kind == CONTROL_SELECT1 || page->control->kind == CONTROL_SELECT);
}

bool question_is_grid_row(const struct page *page)
{
    return is_select(page) && control_has(page->control, "list-nolabel");
}

bool question_is_grid_head(const struct page *page)
{
    return is_select(page) && control_has(page->control, "label");
}

static const char *label_of(struct app *app, const struct page *page)
{
    return session_text(app->interview->session, &app->ui.frame, &page->control->label, page->node,
                        FORM_LONG, NULL);
}

static bool is_fallback(struct app *app, const struct page *page)
{
    bool fallback = false;
    (void)session_text(app->interview->session, &app->ui.frame, &page->control->label, page->node,
                       FORM_LONG, &fallback);
    return fallback;
}

static const char *text_of(struct app *app, const struct page *page, bool hint, enum text_form form)
{
    return session_text(app->interview->session, &app->ui.frame,
                        hint ? &page->control->hint : &page->control->label, page->node, form,
                        NULL);
}

/* Does it need more than a row of a table? Then it is shown as a question of its own. */
static bool is_rich(struct app *app, const struct page *page)
{
    return app_has_sound(app, text_of(app, page, false, FORM_AUDIO)) ||
           *text_of(app, page, false, FORM_IMAGE) || *text_of(app, page, true, FORM_GUIDANCE);
}

static void hint_of(struct app *app, const struct page *page)
{
    const char *hint = text_of(app, page, true, FORM_LONG);
    if (*hint) {
        ui_say_rich(&app->ui, TEXT_HINT, hint, app->ui.theme.soft);
    }
}

struct columns {
    struct choice *list; /* without "no answer" codes */
    size_t count;
};

static struct columns columns_of(struct app *app, const struct page *page)
{
    struct choice *all;
    struct columns c = {NULL, 0};
    size_t count;
    if (!session_choices(app->interview->session, &app->ui.frame, page->control, page->node, &all,
                         &count, NULL)) {
        return c;
    }
    c.list = arena_alloc(&app->ui.frame, (count + 1) * sizeof *c.list);
    for (size_t i = 0; i < count; i++) {
        if (!question_is_code(all[i].value)) {
            c.list[c.count++] = all[i];
        }
    }
    return c;
}

/* The widest columns that fit, px; 0: the headings would not be readable. */
static int column_width(struct app *app, const struct columns *c, int room)
{
    struct ui *ui = &app->ui;
    int w = c->count ? room / (int)c->count : 0;
    for (size_t i = 0; i < c->count; i++) {
        if (!ui_words_fit(ui, TEXT_HINT, c->list[i].label, w - ui_px(ui, 8))) {
            return 0;
        }
    }
    return w < ui_px(ui, UI_TOUCH_DP) ? 0 : w;
}

static void heads(struct app *app, const struct page *page, const struct columns *c)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    int h = 0, pad = ui_px(ui, 4), side = 0, faces = 0, max = ui_px(ui, 72);
    for (size_t i = 0; i < c->count; i++) {
        const struct picture *p =
            question_choice_picture(app, page->node, &c->list[i], w - 2 * pad, max);
        faces = p && p->h + pad > faces ? p->h + pad : faces;
        int own = ui_centre_height(ui, w - 2 * pad, TEXT_HINT, c->list[i].label);
        h = own > h ? own : h;
        side = *question_choice_sound(app, page->node, &c->list[i]) ? ui_px(ui, UI_TOUCH_DP) : side;
    }
    for (size_t i = 0; i < c->count; i++) { /* pictures share a bottom line, labels are below */
        const struct picture *p =
            question_choice_picture(app, page->node, &c->list[i], w - 2 * pad, max);
        if (p) {
            app_show_picture(app, x + (int)i * w + (w - p->w) / 2, ui->at.y + faces - pad - p->h,
                             p);
        }
        ui_text_top(ui, (struct rect){x + (int)i * w + pad, ui->at.y + faces, w - 2 * pad, h},
                    TEXT_HINT, c->list[i].label, ui->theme.ink);
        question_loudspeaker(app, page->node, c->list, i,
                             (struct rect){x + (int)i * w, ui->at.y + faces + h, w, side});
    }
    ui->at.y += faces + h + side + pad;
}

static void row(struct app *app, const struct page *page, int label_w, int cell_w)
{
    struct ui *ui = &app->ui;
    struct cursor all = ui->at;
    int x = all.x;
    struct node *node = page->node;
    struct columns c = columns_of(app, page);
    bool many = page->control->kind == CONTROL_SELECT;
    const char *label = label_of(app, page);
    int text_h = ui_rich_height(ui, label_w - ui_px(ui, 8), TEXT_BODY, label);
    int h = text_h + ui_px(ui, 16), min = ui_px(ui, 52);
    h = h < min ? min : h;
    ui_rich(ui, x, ui->at.y + (h - text_h) / 2, label_w - ui_px(ui, 8), TEXT_BODY, label,
            ui->theme.ink);
    const char *have = arena_text(&ui->frame, tree_value(node));
    for (size_t i = 0; i < c.count; i++) {
        struct rect r = {x + label_w + (int)i * cell_w, ui->at.y, cell_w, h};
        const char *name = question_choice_name(app, &c.list[i], i);
        if (!node->readonly &&
            ui_target(ui, question_part(app, node, "choice", name), ROLE_CHOICE, r)) {
            question_toggle(app, node, c.list[i].value);
        }
        ui_mark_choice(ui, r.x + (cell_w - ui_px(ui, 28)) / 2, r.y + h / 2, 28,
                       text_has_word(have, c.list[i].value), many);
    }
    int w = label_w + (int)c.count * cell_w;
    ui->at.w = w;
    ui->at.y += h;
    question_fallback(app, is_fallback(app, page));
    hint_of(app, page);
    struct choice *offered;
    size_t count;
    if (session_choices(app->interview->session, &ui->frame, page->control, node, &offered, &count,
                        NULL)) {
        question_stale(app, node, offered, count);
    }
    question_code_pills(app, node);
    ui_fill_rect(ui, (struct rect){x, ui->at.y - ui_px(ui, 1), w, ui_px(ui, 1)}, ui->theme.line);
    question_refusal(app, node);
    ui->at.w = all.w;
}

/* In landscape, a table. In portrait, each row is a scale below its label. */
size_t question_grid(struct app *app, const struct page *fields, size_t count, size_t at)
{
    assert(at < count);
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    size_t end = at + question_is_grid_head(&fields[at]);
    while (end < count && question_is_grid_row(&fields[end])) {
        end++;
    }
    int label_w = w * 2 / 5;
    struct columns c = columns_of(app, &fields[at]);
    int cell_w = w > ui_px(ui, 480) ? column_width(app, &c, w - label_w) : 0;
    for (size_t i = at; i < end; i++) {
        cell_w = is_rich(app, &fields[i]) ? 0 : cell_w;
    }
    if (question_is_grid_head(&fields[at])) { /* the heading of all rows */
        const char *title = label_of(app, &fields[at]);
        if (*title) {
            ui_say_rich(ui, TEXT_QUESTION, title, ui->theme.ink);
            question_fallback(app, is_fallback(app, &fields[at]));
            hint_of(app, &fields[at]);
            ui_gap(ui, cell_w ? 8 : 16);
        }
    }
    if (cell_w) {
        question_fallback(app, question_any_fallback(c.list, c.count));
        struct cursor all = ui_at(ui, x + label_w, ui->at.y, cell_w);
        heads(app, &fields[at], &c);
        ui_at(ui, all.x, ui->at.y, all.w);
    }
    for (size_t i = at; i < end; i++) {
        if (question_is_grid_head(&fields[i])) {
            continue;
        }
        size_t first = ui->target_count;
        int top = ui->at.y;
        if (cell_w) {
            row(app, &fields[i], label_w, cell_w);
        } else {
            question_show(app, &fields[i], true);
            ui_gap(ui, 14);
        }
        question_reached(app, fields[i].node, first, top, ui->at.y);
    }
    ui_gap(ui, 10);
    return end - at;
}

/* ---- likelihood × impact ---- */

static void arrow(struct ui *ui, int x, int y, bool up)
{
    static const int8_t right_line[] = {10, 50, 90, 50}, right_head[] = {60, 22, 90, 50, 60, 78};
    static const int8_t up_line[] = {50, 90, 50, 10}, up_head[] = {22, 40, 50, 10, 78, 40};
    int top = y + ui_line(ui, TEXT_TITLE) / 2 - ui_px(ui, 7);
    ui_stroke(ui, x, top, 14, (struct shape){up ? up_line : right_line, 2}, 2, ui->theme.soft);
    ui_stroke(ui, x, top, 14, (struct shape){up ? up_head : right_head, 3}, 2, ui->theme.soft);
}

static const char *label_at(const struct columns *c, const char *value)
{
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->list[i].value, value) == 0) {
            return c->list[i].label;
        }
    }
    return NULL;
}

/* "No answer" codes that both selects offer; a tap answers both. */
static void risk_codes(struct app *app, const struct page *fields)
{
    struct ui *ui = &app->ui;
    struct choice *list;
    size_t count;
    ui_gap(ui, 8);
    if (!session_choices(app->interview->session, &ui->frame, fields[0].control, fields[0].node,
                         &list, &count, NULL)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!question_is_code(list[i].value)) {
            continue;
        }
        const char *code = arena_text(&ui->frame, list[i].value);
        bool on = strcmp(tree_value(fields[0].node), code) == 0;
        if (ui_pill(ui, question_part(app, fields[0].node, "pill", code), list[i].label, on,
                    true)) {
            question_answer(app, fields[0].node, code);
            question_answer(app, fields[1].node, code);
        }
    }
    ui_pills_end(ui);
}

/* Labels of an axis, all in one size. If they do not fit: numbers, with a legend below. */
struct axis_words {
    struct columns *columns;
    float scale;
    bool numbered;
};

static const char *axis_word(struct app *app, const struct axis_words *a, size_t i)
{
    return a->numbered ? ui_number(&app->ui, (long long)i + 1) : a->columns->list[i].label;
}

/* The largest scale at which all labels fit w px unbroken, down to the usual size. If none
 * does: numbers. */
static void fit_words(struct app *app, struct axis_words *a, int w)
{
    struct ui *ui = &app->ui;
    a->scale = ui->text_scale;
    for (size_t i = 0; i < a->columns->count; i++) {
        float own = ui_word_scale(ui, TEXT_HINT, a->columns->list[i].label, w);
        a->scale = own < a->scale ? own : a->scale;
    }
    float before = ui_cap_text(ui, a->scale);
    for (size_t i = 0; i < a->columns->count; i++) {
        const char *label = a->columns->list[i].label;
        a->numbered |= !ui_words_fit(ui, TEXT_HINT, label, w) ||
                       ui_centre_height(ui, w, TEXT_HINT, label) >= 4 * ui_line(ui, TEXT_HINT);
    }
    ui->text_scale = before;
    a->scale = a->numbered ? before : a->scale;
}

/* Height of the highest label in w px. */
static int words_height(struct app *app, const struct axis_words *a, int w)
{
    float before = ui_cap_text(&app->ui, a->scale);
    int max = 0;
    for (size_t i = 0; i < a->columns->count; i++) {
        int h = ui_centre_height(&app->ui, w, TEXT_HINT, axis_word(app, a, i));
        max = h > max ? h : max;
    }
    app->ui.text_scale = before;
    return max;
}

/* The square of likelihood and impact, with its layout. */
struct risk {
    struct app *app;
    const struct page *fields; /* two: likelihood, impact */
    struct columns across, down;
    struct axis_words cols, rows;
    int w, side, cell_w, cell_h, head_h; /* px; `side`: width of the row labels */
};

static int risk_pad(const struct risk *r)
{
    return ui_px(&r->app->ui, 4);
}

/* Legend for the numbers, with the chosen one in bold. Returns the height; draws only if
 * `draw`. */
static int axis_legend(struct risk *r, size_t f, int x, int y, int w, bool draw)
{
    struct ui *ui = &r->app->ui;
    const struct axis_words *a = f ? &r->rows : &r->cols;
    const char *chosen = tree_value(r->fields[f].node);
    int top = y;
    const char *title = label_of(r->app, &r->fields[f]);
    y += draw ? ui_text(ui, x, y, w, TEXT_TITLE, title, ui->theme.soft)
              : ui_text_height(ui, w, TEXT_TITLE, title);
    for (size_t i = a->columns->count; i-- > 0;) { /* in the order of the rows */
        const struct choice *c = &a->columns->list[i];
        enum text_style style = strcmp(chosen, c->value) == 0 ? TEXT_TITLE : TEXT_HINT;
        const char *words =
            arena_printf(&ui->frame, "%s · %s", ui_number(ui, (long long)i + 1), c->label);
        y += draw ? ui_text(ui, x, y, w, style, words, ui->theme.ink)
                  : ui_text_height(ui, w, style, words);
    }
    return y - top;
}

/* Do all words of both legends fit w px unbroken? */
static bool legends_fit(struct risk *r, int w)
{
    struct ui *ui = &r->app->ui;
    bool fit = true;
    for (size_t f = 0; f < 2; f++) {
        const struct columns *c = f ? &r->down : &r->across;
        fit = fit && ui_words_fit(ui, TEXT_TITLE, label_of(r->app, &r->fields[f]), w);
        for (size_t i = 0; i < c->count; i++) {
            fit = fit && ui_words_fit(ui, TEXT_TITLE, c->list[i].label, w);
        }
    }
    return fit;
}

/* The chosen pair in words. Returns the height. */
static int risk_score(struct risk *r, int x, int y, int w, bool draw)
{
    struct ui *ui = &r->app->ui;
    const char *first = label_at(&r->across, tree_value(r->fields[0].node));
    const char *second = label_at(&r->down, tree_value(r->fields[1].node));
    int pad = 2 * risk_pad(r);
    if (draw && !(first && second)) {
        return 0;
    }
    const char *words =
        arena_printf(&ui->frame, "%s: %s\n%s: %s", label_of(r->app, &r->fields[0]),
                     first ? first : "", label_of(r->app, &r->fields[1]), second ? second : "");
    int h = ui_text_height(ui, w - 2 * pad, TEXT_HINT, words) + 2 * pad;
    if (draw) {
        ui_box(ui, (struct rect){x, y, w, h}, 7, ui->theme.tint, ui->theme.line, 1.5f);
        ui_text(ui, x + pad, y + pad, w - 2 * pad, TEXT_HINT, words, ui->theme.ink);
    }
    return h;
}

/* The legends, side by side if they fit, and the chosen pair, unless both legends show it.
 * Returns the height. */
static int risk_words(struct risk *r, int x, int y, int w, bool draw)
{
    int top = y, gap = 2 * risk_pad(r), half = (w - gap) / 2;
    bool both = r->rows.numbered && r->cols.numbered;
    if (both && legends_fit(r, half)) {
        int left = axis_legend(r, 1, x, y, half, draw);
        int right = axis_legend(r, 0, x + half + gap, y, half, draw);
        return (left > right ? left : right) + gap;
    }
    if (r->rows.numbered) {
        y += axis_legend(r, 1, x, y, w, draw) + gap;
    }
    if (r->cols.numbered) {
        y += axis_legend(r, 0, x, y, w, draw) + gap;
    }
    return y - top + (both ? 0 : risk_score(r, x, y, w, draw));
}

/* Computes the size of the cells. False: they would be too small for a finger. */
static bool lay_risk(struct risk *r, int w)
{
    struct ui *ui = &r->app->ui;
    int pad = risk_pad(r), min = ui_px(ui, UI_TOUCH_DP), side = w / 5;
    int n = r->across.count ? (int)r->across.count : 1;
    r->cols = (struct axis_words){.columns = &r->across};
    r->rows = (struct axis_words){.columns = &r->down};
    for (size_t d = 0; d < r->down.count; d++) { /* row labels need room */
        while (side < w / 3 &&
               !ui_words_fit(ui, TEXT_HINT, r->down.list[d].label, side - 2 * pad)) {
            side += ui_px(ui, 4);
        }
    }
    fit_words(r->app, &r->rows, side - 2 * pad);
    if (r->rows.numbered || (w - side) / n < min) {
        r->rows.numbered = true;
        r->rows.scale = ui->text_scale;
        side = min;
    }
    r->w = w;
    r->side = side;
    r->cell_w = (w - side) / n;
    if (r->cell_w < min || !r->down.count || !r->across.count) {
        return false;
    }
    fit_words(r->app, &r->cols, r->cell_w - 2 * pad);
    r->head_h = words_height(r->app, &r->cols, r->cell_w - 2 * pad);
    return true;
}

/* Computes the cells' height: the square and the `below` px of text under it should fit
 * below y. A cell is never lower than a finger needs. */
static void fit_cells(struct risk *r, int y, int below)
{
    struct ui *ui = &r->app->ui;
    int pad = risk_pad(r), min = ui_px(ui, UI_TOUCH_DP), max = ui_px(ui, 70);
    int row_h = words_height(r->app, &r->rows, r->side - 2 * pad) + 2 * pad;
    int room = ui->body.y + ui->body.h - (y + ui->scroll) - r->head_h - 3 * pad - below;
    int h = room / (int)r->down.count;
    h = h > max ? max : h;
    h = h < min ? min : h;
    r->cell_h = h > row_h ? h : row_h;
}

static void show_cell(struct risk *r, size_t c, size_t d, int x, int y)
{
    static const int8_t tick[] = {18, 54, 41, 76, 82, 26};
    struct ui *ui = &r->app->ui;
    int gap = ui_px(ui, 4);
    struct rect cell = {x, y, r->cell_w, r->cell_h};
    struct rect face = {cell.x + gap / 2, cell.y + gap / 2, cell.w - gap, cell.h - gap};
    const char *across = r->across.list[c].value, *down = r->down.list[d].value;
    const char *id = arena_printf(&ui->frame, "cell:%zu:%zu", c + 1, d + 1);
    if (ui_target(ui, id, ROLE_CHOICE, cell)) {
        question_answer(r->app, r->fields[0].node, across);
        question_answer(r->app, r->fields[1].node, down);
    }
    bool on = strcmp(tree_value(r->fields[0].node), across) == 0 &&
              strcmp(tree_value(r->fields[1].node), down) == 0;
    /* no colours: they would influence the answer */
    ui_box(ui, face, 6, ui_pressed(ui, id) ? ui->theme.tint : ui->theme.paper,
           on ? ui->theme.ink : ui->theme.soft, on ? 3.5f : 1.5f);
    if (on) {
        int size = ui_px(ui, 32);
        ui_stroke(ui, cell.x + (cell.w - size) / 2, cell.y + (cell.h - size) / 2, 32,
                  (struct shape){tick, 3}, 4, ui->theme.ink);
    }
}

/* Draws the square and its labels. Returns the height. */
static int show_square(struct risk *r, int x, int y)
{
    struct ui *ui = &r->app->ui;
    int pad = risk_pad(r), top = y;
    for (size_t d = r->down.count; d-- > 0;) { /* highest impact on top */
        float before = ui_cap_text(ui, r->rows.scale);
        ui_text_centre(ui, (struct rect){x, y, r->side - 2 * pad, r->cell_h}, TEXT_HINT,
                       axis_word(r->app, &r->rows, d), ui->theme.ink);
        ui->text_scale = before;
        for (size_t c = 0; c < r->across.count; c++) {
            show_cell(r, c, d, x + r->side + (int)c * r->cell_w, y);
        }
        y += r->cell_h;
    }
    float before = ui_cap_text(ui, r->cols.scale);
    for (size_t c = 0; c < r->across.count; c++) {
        ui_text_top(ui,
                    (struct rect){x + r->side + (int)c * r->cell_w + pad, y + pad,
                                  r->cell_w - 2 * pad, r->head_h},
                    TEXT_HINT, axis_word(r->app, &r->cols, c), ui->theme.ink);
    }
    ui->text_scale = before;
    return y + r->head_h + 3 * pad - top;
}

/* Names of the two axes, above the square: on one line, or each in lines of its own. */
static void show_axes(struct risk *r)
{
    struct app *app = r->app;
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w, line = ui_line(ui, TEXT_TITLE), mark = ui_px(ui, 26);
    const char *up = label_of(app, &r->fields[1]), *right = label_of(app, &r->fields[0]);
    int first = ui_line_width(ui, TEXT_TITLE, up), second = ui_line_width(ui, TEXT_TITLE, right);
    if (first + second + 2 * mark + 2 * ui_px(ui, 4) <= w) {
        ui_text(ui, x, ui->at.y, first + mark, TEXT_TITLE, up, ui->theme.soft);
        arrow(ui, x + first + ui_px(ui, 4), ui->at.y, true);
        x += first + mark + ui_px(ui, 4);
        ui_text(ui, x, ui->at.y, second + mark, TEXT_TITLE, right, ui->theme.soft);
        arrow(ui, x + second + ui_px(ui, 4), ui->at.y, false);
        ui->at.y += line + ui_px(ui, 4);
        return;
    }
    for (size_t f = 2; f-- > 0;) { /* the upright axis first, as the rows come first */
        arrow(ui, x, ui->at.y, f == 1);
        ui->at.y +=
            ui_text(ui, x + mark, ui->at.y, w - mark, TEXT_TITLE, f ? up : right, ui->theme.soft);
    }
    ui->at.y += ui_px(ui, 4);
}

/* Two questions with one choice each and the appearance of a risk matrix. */
static bool is_risk(const struct page *page, const struct page *fields, size_t count)
{
    return control_has(page->control, "risk-matrix") && count == 2 &&
           fields[0].control->kind == CONTROL_SELECT1 && fields[1].control->kind == CONTROL_SELECT1;
}

static void risk_fallback(struct risk *r)
{
    question_fallback(r->app, question_any_fallback(r->across.list, r->across.count) ||
                                  question_any_fallback(r->down.list, r->down.count) ||
                                  is_fallback(r->app, &r->fields[0]) ||
                                  is_fallback(r->app, &r->fields[1]));
}

static void take_risk_back(struct app *app, const struct page *fields)
{
    bool first = *tree_value(fields[0].node); /* one answer is enough */
    const struct node *one = fields[!first].node, *other = fields[first].node;
    if (!other->required && !other->readonly && question_take_back(app, one)) {
        question_answer(app, fields[0].node, "");
        question_answer(app, fields[1].node, "");
    }
}

bool question_risk(struct app *app, const struct page *page, const struct page *fields,
                   size_t count)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, w = ui->at.w;
    if (!is_risk(page, fields, count)) {
        return false;
    }
    struct risk r = {.app = app, .fields = fields};
    r.across = columns_of(app, &fields[0]);
    r.down = columns_of(app, &fields[1]);
    int gap = ui_px(ui, 16), words_w = ui->landscape ? w * 2 / 5 : w;
    bool beside = ui->landscape && legends_fit(&r, words_w - gap) &&
                  lay_risk(&r, w - words_w - gap); /* the text is on the right */
    if (!beside && !lay_risk(&r, w)) {
        return false;
    }
    words_w = beside ? words_w : w;
    risk_fallback(&r);
    hint_of(app, &fields[0]);
    hint_of(app, &fields[1]);
    int below = ui->at.y, words_x = beside ? x + w - words_w : x;
    ui->at.w = beside ? r.w : w;
    show_axes(&r);
    fit_cells(&r, ui->at.y, beside ? 0 : risk_words(&r, 0, 0, w, false));
    ui->at.y += show_square(&r, x, ui->at.y);
    int square = ui->at.y;
    ui_at(ui, words_x, beside ? below : square, words_w);
    ui->at.y += risk_words(&r, words_x, ui->at.y, words_w, true);
    question_refusal(app, fields[0].node);
    question_refusal(app, fields[1].node);
    risk_codes(app, fields);
    take_risk_back(app, fields);
    ui_at(ui, x, ui->at.y > square ? ui->at.y : square, w);
    return true;
}
