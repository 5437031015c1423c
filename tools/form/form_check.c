/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a loaded form for likely mistakes. */
#include "tools/form/form_check.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "forms/engine/form_events.h"
#include "forms/xpath/tree.h"
#include "forms/xpath/xpath.h"
#include "platform/machine/csv.h"
#include "platform/machine/file.h"
#include "platform/machine/map.h"
#include "platform/machine/regex.h"
#include "platform/machine/text.h"

/* ---- lists ---- */

struct list {
    const char *id, *file; /* file: NULL for a list in the form itself */
    const char **columns;
    size_t column_count, rows;
    struct csv csv;    /* contents, for a file */
    struct node *root; /* for a list in the form itself: its children are the rows */
    bool known;
    struct list *next;
};

struct checking {
    const struct form *form;
    struct form_source_env *desk;
    struct xlsform_notes *notes;
    struct arena *arena;
    struct list *lists;
    const struct item *item; /* item whose expression is being checked */
    const char *column;      /* column that holds the expression */
};

static void PRINTF_LIKE(2, 3) warn(struct checking *c, const char *fmt, ...)
{
    char text[1000];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    xlsform_note(c->notes, c->arena,
                 arena_printf(c->arena, "%s, column %s: %s",
                              xlsform_row_of(c->notes, c->arena, c->item->path), c->column, text));
}

static void add_column(struct checking *c, struct list *l, const char *name)
{
    if ((l->column_count & (l->column_count - 1)) == 0) {
        const char **grown = arena_alloc(c->arena, (l->column_count * 2 + 1) * sizeof *grown);
        if (l->column_count) {
            memcpy(grown, l->columns, l->column_count * sizeof *grown);
        }
        l->columns = grown;
    }
    l->columns[l->column_count++] = name;
}

static bool has_column(const struct list *l, const char *name)
{
    for (size_t i = 0; i < l->column_count; i++) {
        if (strcmp(l->columns[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void read_own(struct checking *c, struct list *l, const struct secondary *s)
{
    l->root = s->root->first;
    for (const struct node *row = l->root ? l->root->first : NULL; row; row = row->next) {
        l->rows++;
        for (const struct node *cell = row->first; cell; cell = cell->next) {
            if (!has_column(l, cell->name)) {
                add_column(c, l, cell->name);
            }
        }
    }
    l->known = true;
}

static void read_file(struct checking *c, struct list *l, const char *src)
{
    struct buf bytes = {0};
    l->file = file_name(src);
    if (file_ends(src, ".csv") && form_source_resource(c->desk, src, &bytes, NULL) &&
        csv_parse(&l->csv, c->arena, bytes.data, bytes.len, NULL) && l->csv.count) {
        for (size_t i = 0; i < l->csv.rows[0].count; i++) {
            add_column(c, l, l->csv.rows[0].cells[i]);
        }
        l->rows = l->csv.count - 1;
        l->known = true;
    }
    buf_fini(&bytes);
}

/* The list with this id.  If it cannot be read, `known` is false; another check reports
 * that. */
static struct list *list_of(struct checking *c, const char *id)
{
    for (struct list *l = c->lists; l; l = l->next) {
        if (strcmp(l->id, id) == 0) {
            return l;
        }
    }
    struct list *l = arena_alloc(c->arena, sizeof *l);
    *l = (struct list){.id = id, .next = c->lists};
    c->lists = l;
    for (const struct secondary *s = c->form->secondary; s; s = s->next) {
        if (strcmp(s->id, id) == 0 && s->root) {
            read_own(c, l, s);
        } else if (strcmp(s->id, id) == 0 && s->src) {
            read_file(c, l, s->src);
        }
    }
    return l;
}

/* The id if the path starts with instance('id'), else NULL. */
static const char *instance_of(const struct xpath *x)
{
    const struct xpath *s = x->start;
    bool is = s && s->op == XP_CALL && strcmp(xpath_function_name(s), "instance") == 0 &&
              s->arg_count == 1 && s->args[0]->op == XP_STRING;
    return is ? s->args[0]->text : NULL;
}

/* The name if the path is a single name such as "field-list", else NULL. */
static const char *bare_name(const struct xpath *x)
{
    bool is = x->op == XP_PATH && !x->absolute && !x->start && x->step_count == 1 &&
              x->steps[0].axis == AXIS_CHILD && x->steps[0].test == TEST_NAME &&
              !x->steps[0].pred_count && x->steps[0].name && !*x->steps[0].prefix;
    return is ? x->steps[0].name : NULL;
}

/* ---- the possible choices of a question ---- */

struct values {
    const char **list;
    size_t count;
    bool all; /* the list is complete */
};

static void add_value(struct checking *c, struct values *v, const char *value)
{
    if ((v->count & (v->count - 1)) == 0) {
        const char **grown = arena_alloc(c->arena, (v->count * 2 + 1) * sizeof *grown);
        if (v->count) {
            memcpy(grown, v->list, v->count * sizeof *grown);
        }
        v->list = grown;
    }
    v->list[v->count++] = value;
}

/* Adds the values of a list's column: from the form's own rows and from a file. */
static void add_column_values(struct checking *c, struct values *v, const struct list *l,
                              const char *name)
{
    for (const struct node *row = l->root ? l->root->first : NULL; row; row = row->next) {
        const struct node *cell = tree_child(row, name);
        if (cell) {
            add_value(c, v, tree_value(cell));
        }
    }
    for (size_t r = 1; l->file && l->known && r < l->csv.count; r++) {
        for (size_t k = 0; k < l->csv.rows[r].count && k < l->column_count; k++) {
            if (strcmp(l->columns[k], name) == 0) {
                add_value(c, v, l->csv.rows[r].cells[k]);
            }
        }
    }
}

static struct values values_of(struct checking *c, const struct control *control)
{
    struct values v = {.all = true};
    const char *id =
        control->itemset && control->itemset->op == XP_PATH ? instance_of(control->itemset) : NULL;
    const char *name = control->value_ref ? bare_name(control->value_ref) : NULL;
    if (control->external || control->search || (control->itemset && (!id || !name))) {
        v.all = false;
        return v;
    }
    for (size_t i = 0; i < control->choice_count; i++) {
        add_value(c, &v, control->choices[i].value);
    }
    struct list *l = id ? list_of(c, id) : NULL;
    if (l) {
        v.all = l->known && has_column(l, name);
        add_column_values(c, &v, l, name);
    }
    return v;
}

static bool is_select(const struct control *c)
{
    return c &&
           (c->kind == CONTROL_SELECT1 || c->kind == CONTROL_SELECT || c->kind == CONTROL_RANK);
}

/* Checks that `text`, which is compared with the answer to `question` (a path), is one of
 * its choices. */
static void check_value(struct checking *c, const struct xpath *question, const struct xpath *text)
{
    const struct item *item = question->op == XP_PATH ? question->target : NULL;
    if (!item || !is_select(item->control) || text->op != XP_STRING || !*text->text) {
        return;
    }
    struct values v = values_of(c, item->control);
    for (size_t i = 0; i < v.count; i++) {
        if (strcmp(v.list[i], text->text) == 0) {
            return;
        }
    }
    if (!v.all) {
        return;
    }
    const char *near = text_nearest(text->text, v.list, v.count);
    warn(c, "'%s' has no choice '%s'%s%s%s", item->shape.name, text->text,
         near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* ---- expressions ---- */

static void check_expression(struct checking *c, const struct xpath *x, const struct list *within);

static void check_pattern(struct checking *c, const struct xpath *call)
{
    struct err err = {0};
    if (call->args[1]->op == XP_STRING && !regex_check(call->args[1]->text, &err)) {
        err_at(&err, "%s, column %s", xlsform_row_of(c->notes, c->arena, c->item->path), c->column);
        xlsform_fault(c->notes, c->arena, &err);
    }
}

static void check_call(struct checking *c, const struct xpath *x, const struct list *within)
{
    const char *name = xpath_function_name(x);
    if (strcmp(name, "regex") == 0 && x->arg_count == 2) {
        check_pattern(c, x);
    } else if ((strcmp(name, "selected") == 0 || strcmp(name, "is-selected") == 0) &&
               x->arg_count == 2) {
        check_value(c, x->args[0], x->args[1]);
    }
    for (size_t i = 0; i < x->arg_count; i++) {
        check_expression(c, x->args[i], within);
    }
}

static void check_preds(struct checking *c, struct xpath *const *preds, size_t count,
                        const struct list *within)
{
    for (size_t i = 0; i < count; i++) {
        check_expression(c, preds[i], within);
    }
}

/* Checks names: outside lists a bare name is a question, within a list's rows it is a
 * column. */
static void check_path(struct checking *c, const struct xpath *x, const struct list *within)
{
    static const struct list anything = {.known = false};
    static const char *const appearances[] = {"field-list", "table-list", "minimal",   "compact",
                                              "likert",     "numbers",    "multiline", "quick"};
    const char *name = bare_name(x), *id = instance_of(x);
    if (name && !within && !x->target) {
        bool looks = false;
        for (size_t i = 0; i < sizeof appearances / sizeof *appearances; i++) {
            looks = looks || strcmp(name, appearances[i]) == 0;
        }
        warn(c, "'%s' names no question%s", name,
             looks ? "; it belongs in the column appearance"
                   : "; a question is written ${name}, a text 'in quotes'");
    }
    if (name && within && within->known && !has_column(within, name)) {
        warn(c, "the list '%s' has no column '%s'", within->id, name);
    }
    if (x->start) {
        check_expression(c, x->start, within);
        check_preds(c, x->start_preds, x->start_pred_count, &anything);
    }
    for (size_t s = 0; s < x->step_count; s++) {
        const struct list *rows =
            id && s == 1 ? list_of(c, id) : &anything; /* predicates of root/item[…] */
        check_preds(c, x->steps[s].preds, x->steps[s].pred_count, rows);
    }
}

/* Checks an expression.  `within`: the list whose columns bare names refer to; NULL: they
 * refer to questions. */
static void check_expression(struct checking *c, const struct xpath *x, const struct list *within)
{
    if (!x) {
        return;
    }
    if (x->op == XP_PATH) {
        check_path(c, x, within);
        return;
    }
    if (x->op == XP_CALL) {
        check_call(c, x, within);
        return;
    }
    if (x->op == XP_EQ || x->op == XP_NE) {
        check_value(c, x->a, x->b);
        check_value(c, x->b, x->a);
    }
    check_expression(c, x->a, within);
    check_expression(c, x->b, within);
}

/* ---- lists that offer no choices ---- */

/* Whether the form itself makes entities of this list: then its rows come from records. */
static bool makes_entities(const struct node *node, const char *list)
{
    for (const struct node *a = node->attrs; a && strcmp(node->name, "entity") == 0; a = a->next) {
        if (strcmp(a->name, "dataset") == 0 && strcmp(tree_value(a), list) == 0) {
            return true;
        }
    }
    for (const struct node *c = node->first; c; c = c->next) {
        if (makes_entities(c, list)) {
            return true;
        }
    }
    return false;
}

static void no_choice(struct checking *c, const char *what, const struct list *l, const char *name)
{
    struct err err = {0};
    bool tabs = l->column_count == 1 && strchr(l->columns[0], '\t');
    if (name) {
        err_set(&err, ERR_INPUT, "there is no column '%s', which holds %s", name, what);
        err_hint(&err, tabs ? "the cells stand apart by tabs; save the list with commas between"
                            : "its first line names the columns");
    } else {
        err_set(&err, ERR_INPUT, "the list has no rows");
        err_hint(&err, "nothing can be chosen from it");
    }
    err_at(&err, "%s, which %s asks for", l->file ? l->file : l->id,
           xlsform_row_of(c->notes, c->arena, c->item->path));
    xlsform_fault(c->notes, c->arena, &err);
}

static void check_list(struct checking *c, const struct control *control)
{
    const char *id =
        control->itemset && control->itemset->op == XP_PATH ? instance_of(control->itemset) : NULL;
    const char *value = control->value_ref ? bare_name(control->value_ref) : NULL;
    const char *label = control->label_ref ? bare_name(control->label_ref) : NULL;
    const struct list *l = id ? list_of(c, id) : NULL;
    if (!l || !l->known) {
        return;
    }
    if (l->file && !l->rows && !makes_entities(c->form->primary, id)) {
        no_choice(c, "", l, NULL);
    } else if (value && l->rows && !has_column(l, value)) {
        no_choice(c, "what is stored", l, value);
    } else if (l->file && label && l->rows && !has_column(l, label)) {
        no_choice(c, "what is shown", l, label);
    }
}

/* ---- the event-history calendar ---- */

/* The first item that is the same part of the same lane; NULL: none before it. */
static const struct item *same_part(const struct form *form, const struct item *item,
                                    enum event_part part, size_t len, bool any_part)
{
    for (size_t i = 0; i < form->item_count && form->items[i] != item; i++) {
        size_t other_len;
        enum event_part other = form_event_part(form->items[i], &other_len);
        if (other != EVENT_PARTS && (any_part || other == part) && other_len == len &&
            memcmp(form->items[i]->event, item->event, len) == 0) {
            return form->items[i];
        }
    }
    return NULL;
}

static void check_event(struct checking *c)
{
    const struct item *item = c->item;
    size_t len = 0;
    if (!item->event) {
        return;
    }
    c->column = "bind::suhbat:event";
    enum event_part part = form_event_part(item, &len);
    if (part == EVENT_PARTS) {
        warn(c, "'%s' is no lane and part: such as 'trip from-year', 'ban to' or 'trip label'",
             item->event);
        return;
    }
    const struct item *first = same_part(c->form, item, part, len, true);
    if (first && form_repeat_around(first) != form_repeat_around(item)) {
        warn(c, "the lane '%.*s' has questions in and out of a repeat, or in two", (int)len,
             item->event);
    } else if ((first = same_part(c->form, item, part, len, false))) {
        warn(c, "'%s' is said of %s already", item->event, first->shape.name);
    }
}

void form_check_report(const struct form *form, struct form_source_env *desk,
                       struct xlsform_notes *notes, struct arena *arena)
{
    assert(notes);
    struct checking c = {.form = form, .desk = desk, .notes = notes, .arena = arena};
    for (size_t i = 0; i < form->item_count; i++) {
        const struct item *item = form->items[i];
        const struct {
            const char *column;
            const struct xpath *x;
        } all[] = {{"relevant", item->relevant},     {"calculation", item->calculate},
                   {"required", item->required},     {"read_only", item->readonly},
                   {"constraint", item->constraint}, {"repeat_count", item->count}};
        c.item = item;
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
            c.column = all[k].column;
            check_expression(&c, all[k].x, NULL);
        }
        check_event(&c);
        if (is_select(item->control)) {
            c.column = "choice_filter";
            check_expression(&c, item->control->itemset, NULL);
            check_list(&c, item->control);
        }
    }
}
