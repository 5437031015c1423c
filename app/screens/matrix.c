/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers the pairs of likelihood and impact, and draws them into one square. */
#include "app/screens/matrix.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/questions/question.h"
#include "app/screens/roster.h"

struct rated { /* a pair of answers */
    struct node *across, *down;
    const char *name;
};
struct gathered {
    struct app *app;
    struct rated *list;
    size_t count, cap;
};
struct axis { /* the choices of one of the two questions, without "no answer" */
    struct choice *list;
    size_t count;
    const char *title;
};

/* ---- gathering ---- */

static bool is_first_of_pair(const struct control *c)
{
    const struct control *group = c ? c->parent : NULL;
    return group && control_has(group, "risk-matrix") && group->first == c &&
           c->kind == CONTROL_SELECT1 && c->next && !c->next->next &&
           c->next->kind == CONTROL_SELECT1;
}

static struct node *beside(struct node *node, const struct control *other)
{
    for (struct node *n = node->parent->first; n; n = n->next) {
        if (n->item == other->item) {
            return n;
        }
    }
    return NULL;
}

static const char *name_of(struct app *app, struct node *node)
{
    struct node *entry = session_entry_of(node);
    const char *label = session_text(app->interview->session, &app->ui.frame,
                                     &node->item->control->parent->label, node, FORM_LONG, NULL);
    return *label ? ui_plain(&app->ui, label) : entry ? roster_entry_name(app, entry, node) : "";
}

/* Only pairs that both have a rating. */
static void gather(struct gathered *g, struct node *node)
{
    const struct control *c = node->item ? node->item->control : NULL;
    struct node *other = node->active && is_first_of_pair(c) ? beside(node, c->next) : NULL;
    if (other && *tree_value(node) && *tree_value(other) && !question_is_code(tree_value(node)) &&
        !question_is_code(tree_value(other))) {
        if (g->count == g->cap) {
            g->cap = g->cap ? 2 * g->cap : 16;
            g->list = mem_grow(g->list, g->cap, sizeof *g->list);
        }
        g->list[g->count++] = (struct rated){node, other, name_of(g->app, node)};
    }
    for (struct node *n = node->first; n && node->active; n = n->next) {
        gather(g, n);
    }
}

static struct axis axis_of(struct app *app, struct node *node)
{
    struct axis a = {.title = ""};
    struct choice *all;
    size_t count;
    const struct control *c = node->item->control;
    if (session_choices(app->interview->session, &app->ui.frame, c, node, &all, &count, NULL)) {
        a.list = arena_alloc(&app->ui.frame, (count + 1) * sizeof *a.list);
        for (size_t i = 0; i < count; i++) {
            if (!question_is_code(all[i].value)) {
                a.list[a.count++] = all[i];
            }
        }
    }
    a.title = ui_plain(&app->ui, session_text(app->interview->session, &app->ui.frame, &c->label,
                                              node, FORM_LONG, NULL));
    return a;
}

/* ---- drawing ---- */

/* "1, 4": the numbers of those that stand in a cell. */
static const char *numbers_in(struct app *app, const struct gathered *g, const char *across,
                              const char *down)
{
    const char *text = "";
    for (size_t i = 0; i < g->count; i++) {
        if (strcmp(tree_value(g->list[i].across), across) == 0 &&
            strcmp(tree_value(g->list[i].down), down) == 0) {
            text = arena_printf(&app->ui.frame, "%s%s%zu", text, *text ? ", " : "", i + 1);
        }
    }
    return text;
}

static int highest(struct ui *ui, const struct axis *a, int w)
{
    int max = 0;
    for (size_t i = 0; i < a->count; i++) {
        int h = ui_centre_height(ui, w, TEXT_HINT, a->list[i].label);
        max = h > max ? h : max;
    }
    return max;
}

/* The impact upwards, the likelihood to the right. */
static void draw_square(struct app *app, const struct gathered *g, const struct axis *across,
                        const struct axis *down)
{
    struct ui *ui = &app->ui;
    int x = ui->at.x, pad = ui_px(ui, 4), side = ui->at.w * 3 / 10;
    int w = (ui->at.w - side) / (int)across->count, h = highest(ui, down, side - 2 * pad);
    int least = ui_px(ui, UI_TOUCH_DP), head = highest(ui, across, w - 2 * pad) + 2 * pad;
    for (size_t d = 0; d < down->count; d++) {
        for (size_t c = 0; c < across->count; c++) {
            const char *in = numbers_in(app, g, across->list[c].value, down->list[d].value);
            int own = ui_centre_height(ui, w - 4 * pad, TEXT_BODY_BOLD, in);
            h = own > h ? own : h;
        }
    }
    h = h + 2 * pad < least ? least : h + 2 * pad;
    for (size_t k = down->count; k-- > 0;) {
        ui_text_centre(ui, (struct rect){x, ui->at.y, side - pad, h}, TEXT_HINT,
                       down->list[k].label, ui->theme.soft);
        for (size_t c = 0; c < across->count; c++) {
            struct rect cell = {x + side + (int)c * w, ui->at.y, w - pad, h - pad};
            const char *in = numbers_in(app, g, across->list[c].value, down->list[k].value);
            ui_box(ui, cell, 6, *in ? ui->theme.tint : ui->theme.paper,
                   *in ? ui->theme.ink : ui->theme.line, 1.5f);
            ui_text_centre(ui, (struct rect){cell.x + pad, cell.y, cell.w - 2 * pad, cell.h},
                           TEXT_BODY_BOLD, in, ui->theme.ink);
        }
        ui->at.y += h;
    }
    for (size_t c = 0; c < across->count; c++) {
        ui_text_centre(ui, (struct rect){x + side + (int)c * w, ui->at.y, w - pad, head}, TEXT_HINT,
                       across->list[c].label, ui->theme.soft);
    }
    ui->at.y += head + pad;
}

void matrix_show(struct app *app)
{
    struct ui *ui = &app->ui;
    struct gathered g = {.app = app};
    gather(&g, session_root(app->interview->session));
    struct axis across = g.count ? axis_of(app, g.list[0].across) : (struct axis){.count = 0};
    struct axis down = g.count ? axis_of(app, g.list[0].down) : (struct axis){.count = 0};
    if (across.count && down.count) {
        ui_say(ui, TEXT_HEADING, ui_str(ui, S_finish_matrix), ui->theme.ink);
        ui_gap(ui, 4);
        ui_say(ui, TEXT_TITLE, down.title, ui->theme.soft);
        ui_gap(ui, 4);
        draw_square(app, &g, &across, &down);
        ui_text_top(ui, (struct rect){ui->at.x, ui->at.y, ui->at.w, ui_line(ui, TEXT_TITLE)},
                    TEXT_TITLE, across.title, ui->theme.soft);
        ui->at.y += ui_centre_height(ui, ui->at.w, TEXT_TITLE, across.title) + ui_px(ui, 8);
        for (size_t i = 0; i < g.count; i++) {
            ui_say(ui, TEXT_HINT, arena_printf(&ui->frame, "%zu. %s", i + 1, g.list[i].name),
                   ui->theme.ink);
        }
        ui_gap(ui, 12);
    }
    free(g.list);
}
