/* SPDX-License-Identifier: Apache-2.0 */
/* The field that is typed in, and why an answer is refused. */
#include "app/shell/typing.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *typed_id(struct app *app, const struct node *node)
{
    return arena_printf(&app->ui.frame, "field:%u:%u", node->item->shape.index,
                        session_entry_of(node) ? tree_position(session_entry_of(node)) : 0);
}

struct node *typed_node(struct app *app)
{
    struct page *fields = NULL;
    size_t count = 0;
    struct interview *i = app->interview;
    if (!i || strncmp(app->ui.edit.id, "field", 5) != 0) {
        return NULL;
    }
    if (i->page.kind == PAGE_QUESTION) {
        return i->page.node;
    }
    if (i->page.kind == PAGE_FIELDS) {
        session_fields(i->session, &app->ui.frame, &i->page, &fields, &count);
        for (size_t f = 0; f < count; f++) {
            if (edit_is(&app->ui.edit, typed_id(app, fields[f].node))) {
                return fields[f].node;
            }
        }
    }
    return NULL;
}

static const char *plain_number(struct ui *ui, double n)
{
    if (n == floor(n) && fabs(n) < 1e15) {
        return ui_number(ui, (long long)n);
    }
    char *text = arena_printf(&ui->frame, "%.10g", n), *point = strchr(text, '.');
    if (point) {
        *point = ',';
    }
    return text;
}

/* The bounds that the typed number breaks, in words; "" if it breaks none. */
static const char *out_of_bounds(struct app *app, const struct node *node)
{
    struct ui *ui = &app->ui;
    double min, max;
    const char *typed = typed_node(app) == node ? ui->edit.text.data : tree_value(node);
    char *text = arena_text(&ui->frame, typed), *comma = strchr(text, ',');
    if (comma) {
        *comma = '.';
    }
    double n = strtod(text, NULL);
    if (!session_bounds(node->item, &min, &max) || (n >= min && n <= max)) {
        return "";
    }
    return min > -INFINITY && max < INFINITY
               ? ui_fill(ui, S_refused_between, plain_number(ui, min), plain_number(ui, max))
           : min > -INFINITY ? ui_fill(ui, S_refused_least, plain_number(ui, min), NULL)
                             : ui_fill(ui, S_refused_most, plain_number(ui, max), NULL);
}

const char *app_refusal_words(struct app *app, struct arena *arena, struct node *node,
                              enum answer_result why)
{
    static const enum string_id texts[] = {
        [ANSWER_OK] = S_refused_fault,          [ANSWER_TYPE] = S_refused_type,
        [ANSWER_CHOICE] = S_refused_choice,     [ANSWER_CONSTRAINT] = S_refused_rule,
        [ANSWER_REQUIRED] = S_refused_required, [ANSWER_READONLY] = S_refused_fault,
        [ANSWER_HIDDEN] = S_refused_fault,      [ANSWER_FAULT] = S_refused_fault};
    static_assert(sizeof texts / sizeof *texts == ANSWER_RESULT_COUNT, "words for each result");
    bool number = node->item->type == TYPE_INT || node->item->type == TYPE_DECIMAL;
    enum string_id id = why == ANSWER_TYPE && number ? S_refused_number : texts[why];
    bool foreign;
    const char *own = session_refusal(app->interview->session, arena, node, why, &foreign);
    if (foreign && *own) {
        own = arena_printf(arena, "%s (%s)", own, ui_str(&app->ui, S_fallback));
    }
    if (why == ANSWER_CONSTRAINT && !*own &&
        number) { /* the form has no message: state the bounds */
        own = out_of_bounds(app, node);
    }
    return *own ? own : ui_str(&app->ui, id);
}

void app_refusal(struct app *app, struct node *node, enum answer_result why)
{
    struct arena arena;
    arena_init(&arena);
    const char *words = app_refusal_words(app, &arena, node, why);
    app->view.refused = node;
    app->view.refused_now = true;
    app->view.refused_edit = app->ui.edit.changes;
    app->view.refusal = why;
    app_say_text(app, words, false);
    arena_fini(&arena);
}
