/* SPDX-License-Identifier: Apache-2.0 */
/* Finds conditions that can never hold or that a missing answer opens, and estimates minutes. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "forms/engine/form_events.h"
#include "forms/xpath/xpath.h"
#include "platform/machine/text.h"
#include "tools/form/form_lint_internal.h"

enum { FACTS_MAX = 64, DEPTH_MAX = 24 };

/* ---- what is known, and what follows ---- */

enum truth { NO, YES, MAYBE };

struct fact { /* a question has this answer */
    const struct item *item;
    const char *value;
};
struct facts {
    struct fact list[FACTS_MAX];
    size_t count;
};

static const char *value_of(struct lint *l, const struct facts *f, const struct xpath *x,
                            unsigned depth);

static const struct xpath *arg(const struct xpath *call, size_t i)
{
    return i < call->arg_count ? call->args[i] : NULL;
}

static bool calls(const struct xpath *x, const char *name)
{
    return x && x->op == XP_CALL && strcmp(xpath_function_name(x), name) == 0;
}

static enum truth negated(enum truth t)
{
    return t == MAYBE ? MAYBE : t == YES ? NO : YES;
}

static bool number_of(const char *text, double *number)
{
    char *end;
    *number = text && *text ? strtod(text, &end) : NAN;
    return text && *text && !*end;
}

static enum truth compare(struct lint *l, const struct facts *f, const struct xpath *x,
                          unsigned depth)
{
    const char *a = value_of(l, f, x->a, depth), *b = value_of(l, f, x->b, depth);
    double p, q;
    if (!a || !b) {
        return MAYBE;
    }
    bool numbers = number_of(a, &p) && number_of(b, &q);
    switch (x->op) {
    case XP_EQ:
        return numbers ? (enum truth)(p == q) : (enum truth)(strcmp(a, b) == 0);
    case XP_NE:
        return numbers ? (enum truth)(p != q) : (enum truth)(strcmp(a, b) != 0);
    case XP_LT:
        return numbers && p < q ? YES : NO;
    case XP_LE:
        return numbers && p <= q ? YES : NO;
    case XP_GT:
        return numbers && p > q ? YES : NO;
    default:
        return numbers && p >= q ? YES : NO;
    }
}

static enum truth truth_of(struct lint *l, const struct facts *f, const struct xpath *x,
                           unsigned depth);

static enum truth truth_of_call(struct lint *l, const struct facts *f, const struct xpath *x,
                                unsigned depth)
{
    if (calls(x, "not") && x->arg_count == 1) {
        return negated(truth_of(l, f, x->args[0], depth));
    }
    if (calls(x, "true") || calls(x, "false")) {
        return calls(x, "true") ? YES : NO;
    }
    if (calls(x, "selected") && x->arg_count == 2) {
        const char *have = value_of(l, f, x->args[0], depth);
        const char *wanted = value_of(l, f, x->args[1], depth);
        if (have && wanted) {
            const char *all = arena_join(&l->arena, " ", have, " ", NULL);
            return strstr(all, arena_join(&l->arena, " ", wanted, " ", NULL)) ? YES : NO;
        }
    }
    return MAYBE;
}

static enum truth truth_of(struct lint *l, const struct facts *f, const struct xpath *x,
                           unsigned depth)
{
    if (!x || depth > DEPTH_MAX) {
        return MAYBE;
    }
    depth++;
    if (x->op == XP_AND || x->op == XP_OR) {
        enum truth a = truth_of(l, f, x->a, depth), b = truth_of(l, f, x->b, depth);
        enum truth decides = x->op == XP_AND ? NO : YES;
        return a == decides || b == decides ? decides : a == b ? a : MAYBE;
    }
    if (x->op >= XP_EQ && x->op <= XP_GE) {
        return compare(l, f, x, depth);
    }
    return x->op == XP_CALL ? truth_of_call(l, f, x, depth) : MAYBE;
}

static const char *value_of_if(struct lint *l, const struct facts *f, const struct xpath *x,
                               unsigned depth)
{
    enum truth t = truth_of(l, f, arg(x, 0), depth);
    if (t != MAYBE) {
        return value_of(l, f, arg(x, t == YES ? 1 : 2), depth);
    }
    const char *a = value_of(l, f, arg(x, 1), depth), *b = value_of(l, f, arg(x, 2), depth);
    return a && b && strcmp(a, b) == 0 ? a : NULL;
}

/* The text that an expression must have, or NULL if it is not known. */
static const char *value_of(struct lint *l, const struct facts *f, const struct xpath *x,
                            unsigned depth)
{
    if (!x || depth > DEPTH_MAX) {
        return NULL;
    }
    depth++;
    switch (x->op) {
    case XP_STRING:
        return x->text;
    case XP_NUMBER:
        return arena_printf(&l->arena, "%.15g", x->number);
    case XP_NEG: {
        const char *of = value_of(l, f, x->a, depth);
        double n;
        return number_of(of, &n) ? arena_printf(&l->arena, "%.15g", -n) : NULL;
    }
    case XP_PATH:
        for (size_t i = 0; x->target && i < f->count; i++) {
            if (f->list[i].item == x->target) {
                return f->list[i].value;
            }
        }
        return x->target && x->target->calculate ? value_of(l, f, x->target->calculate, depth)
                                                 : NULL;
    case XP_CALL:
        return calls(x, "if") ? value_of_if(l, f, x, depth) : NULL;
    default:
        return NULL;
    }
}

/* ---- conditions ---- */

static const struct sheet_row *row_of(struct lint *l, const struct item *item)
{
    const char *slash = item ? strrchr(item->path, '/') : NULL;
    return slash ? map_get(&l->rows, slash + 1) : NULL;
}

static const struct item *path_item(const struct xpath *x)
{
    return x && x->op == XP_PATH && !x->start_pred_count ? x->target : NULL;
}

/* `x` says that a question has an answer: question = 'code', either way round. */
static const struct item *says(const struct xpath *x, enum xpath_op op, const char **code)
{
    if (!x || x->op != op) {
        return NULL;
    }
    const struct xpath *text = x->a->op == XP_STRING ? x->a : x->b;
    const struct item *item = path_item(x->a->op == XP_STRING ? x->b : x->a);
    *code = text->op == XP_STRING ? text->text : NULL;
    return item && *code ? item : NULL;
}

/* The parts of a condition that must all hold. */
static void gather(const struct xpath *x, const struct xpath **parts, size_t *count, size_t max)
{
    if (x && x->op == XP_AND) {
        gather(x->a, parts, count, max);
        gather(x->b, parts, count, max);
    } else if (x && *count < max) {
        parts[(*count)++] = x;
    }
}

static bool offers(struct lint *l, const struct item *item, const char *code)
{
    const struct sheet_row *row = row_of(l, item);
    const char *list = row ? lint_list(l, row) : "";
    return !*list || *list == '$' || !map_get(&l->codes, list) || !*code ||
           lint_has_code(l, list, code);
}

static bool bound(const struct xpath *x, const struct item **item, double *n, bool *upper)
{
    if (x->op < XP_LT || x->op > XP_GE || !path_item(x->a) || x->b->op != XP_NUMBER) {
        return false;
    }
    *item = path_item(x->a);
    *n = x->b->number;
    *upper = x->op == XP_LT || x->op == XP_LE;
    return true;
}

/* Two parts that bound one number from both sides and leave nothing between. */
static bool crosses(const struct xpath *a, const struct xpath *b)
{
    const struct item *i, *k;
    double p, q;
    bool up, down;
    if (!bound(a, &i, &p, &up) || !bound(b, &k, &q, &down) || i != k || up == down) {
        return false;
    }
    double high = up ? p : q, low = up ? q : p;
    bool strict = a->op == XP_LT || a->op == XP_GT || b->op == XP_LT || b->op == XP_GT;
    return high < low || (high == low && strict);
}

/* Whether an expression may come to this text: of if(…, 'yes', 'no') only these two. */
static bool may_give(const struct xpath *x, const char *text, unsigned depth)
{
    if (!x || depth > DEPTH_MAX) {
        return true;
    }
    if (x->op == XP_STRING) {
        return strcmp(x->text, text) == 0;
    }
    if (calls(x, "if") && x->arg_count == 3) {
        return may_give(x->args[1], text, depth + 1) || may_give(x->args[2], text, depth + 1);
    }
    const struct item *item = path_item(x);
    return !item || !item->calculate || may_give(item->calculate, text, depth + 1);
}

/* Why a question can never have this answer, or NULL. */
static const char *impossible(struct lint *l, const struct item *item, const char *code)
{
    const char *name = strrchr(item->path, '/') + 1;
    if (!offers(l, item, code)) {
        return arena_printf(&l->arena, "the list of %s has no '%s'", name, code);
    }
    if (item->calculate && !may_give(item->calculate, code, 0)) {
        return arena_printf(&l->arena, "the calculation of %s never gives '%s'", name, code);
    }
    return NULL;
}

/* Why these parts cannot hold together, or NULL. */
static const char *contradiction(struct lint *l, const struct xpath **parts, size_t count)
{
    struct facts f = {.count = 0};
    for (size_t i = 0; i < count; i++) {
        const char *code;
        const struct item *item = says(parts[i], XP_EQ, &code);
        const char *why = item ? impossible(l, item, code) : NULL;
        if (why) {
            return why;
        }
        for (size_t k = 0; item && k < f.count; k++) {
            if (f.list[k].item == item && strcmp(f.list[k].value, code) != 0) {
                return arena_printf(&l->arena, "%s cannot be '%s' and '%s'",
                                    strrchr(item->path, '/') + 1, f.list[k].value, code);
            }
        }
        if (item && f.count < FACTS_MAX) {
            f.list[f.count++] = (struct fact){item, code};
        }
        for (size_t k = 0; k < i; k++) {
            if (crosses(parts[k], parts[i])) {
                return "its bounds leave nothing between them";
            }
        }
    }
    for (size_t k = 0; k < f.count; k++) { /* an answer that its own calculation rules out */
        const struct item *item = f.list[k].item;
        const char *value = item->calculate ? value_of(l, &f, item->calculate, 0) : NULL;
        if (value && strcmp(value, f.list[k].value) != 0) {
            return arena_printf(&l->arena, "given the rest, %s is '%s'",
                                strrchr(item->path, '/') + 1, value);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (truth_of(l, &f, parts[i], 0) == NO) {
            struct buf text = {0};
            xpath_print(&text, parts[i]);
            const char *why = arena_printf(&l->arena, "given the rest, %s is false", text.data);
            buf_fini(&text);
            return why;
        }
    }
    return NULL;
}

/* A missing answer must open nothing: question != 'no' holds for "don't know", too. */
static void check_gates(struct lint *l, const struct sheet_row *row, const struct xpath *x,
                        unsigned depth)
{
    const char *code;
    if (!x || depth > DEPTH_MAX) {
        return;
    }
    const struct xpath *inner = calls(x, "not") ? arg(x, 0) : NULL;
    const struct item *item = says(x, XP_NE, &code);
    item = item ? item : says(inner, XP_EQ, &code);
    const struct sheet_row *of = row_of(l, item);
    const char *list = of ? lint_list(l, of) : "";
    bool missing = lint_has_code(l, list, "dk") || lint_has_code(l, list, "refused");
    if (item && missing && *code && strcmp(code, "dk") != 0 && strcmp(code, "refused") != 0) {
        lint_find(l, "survey", row, "relevant",
                  "a missing answer to %s opens this question: name the answers that open it",
                  strrchr(item->path, '/') + 1);
    }
    if (x->op == XP_AND || x->op == XP_OR) {
        check_gates(l, row, x->a, depth + 1);
        check_gates(l, row, x->b, depth + 1);
    }
}

/* ---- labels of a group ---- */

static bool looks_beside(const struct xpath *x)
{
    for (size_t i = 0; x->op == XP_PATH && i < x->step_count; i++) {
        enum xpath_axis axis = x->steps[i].axis;
        if (axis == AXIS_PRECEDING_SIBLING || axis == AXIS_FOLLOWING_SIBLING ||
            axis == AXIS_PRECEDING || axis == AXIS_FOLLOWING) {
            return true;
        }
    }
    return false;
}

static bool counts_places(const struct xpath *x)
{
    if (!x) {
        return false;
    }
    bool found = calls(x, "position") || calls(x, "count") || looks_beside(x) ||
                 counts_places(x->a) || counts_places(x->b);
    for (size_t i = 0; x->op == XP_CALL && i < x->arg_count && !found; i++) {
        found = counts_places(x->args[i]);
    }
    return found;
}

static bool takes_greatest(const struct xpath *x)
{
    bool found = x && (calls(x, "max") || takes_greatest(x->a) || takes_greatest(x->b));
    for (size_t i = 0; x && x->op == XP_CALL && i < x->arg_count && !found; i++) {
        found = takes_greatest(x->args[i]);
    }
    return found;
}

/* A default that counts gives a number twice; one more than the greatest one does not. */
static bool begins_with_places(const struct form *form, const struct item *item)
{
    for (const struct action *a = form->actions; a; a = a->next) {
        if (a->target == item && counts_places(a->value) && !takes_greatest(a->value)) {
            return true;
        }
    }
    return false;
}

/* The calculation, or one that it reads, or the default of that. */
static bool follows_places(struct lint *l, const struct item *item, unsigned depth)
{
    enum { LABEL_DEPTH = 8 };
    if (counts_places(item->calculate) || begins_with_places(l->form, item)) {
        return true;
    }
    for (size_t i = 0; depth < LABEL_DEPTH && i < l->form->item_count; i++) {
        const struct item *read = l->form->items[i];
        for (uint32_t k = 0; k < read->reader_count; k++) {
            if (read->readers[k].item == item && follows_places(l, read, depth + 1)) {
                return true;
            }
        }
    }
    return false;
}

/* A participant's label that counts places becomes another's when a chair is removed. */
static void check_label(struct lint *l, const struct sheet_row *row, const struct item *item)
{
    const char *name = item->shape.name;
    size_t len = strlen(name);
    const struct item *repeat = form_repeat_around(item);
    const struct control *c = repeat ? repeat->control : NULL;
    bool group = c && (control_has(c, "focus-group") ||
                       (c->parent && control_has(c->parent, "focus-group")));
    if (group && len > strlen("_lab") && strcmp(name + len - strlen("_lab"), "_lab") == 0 &&
        follows_places(l, item, 0)) {
        lint_find(l, "survey", row, "calculation",
                  "the label moves to another person when a chair is removed: give it once");
    }
}

enum { PARTS_MAX = 256 };

static void check_item(struct lint *l, const struct item *item)
{
    const struct sheet_row *row = row_of(l, item);
    const struct xpath *parts[PARTS_MAX];
    size_t count = 0;
    if (!row) {
        return;
    }
    check_label(l, row, item);
    check_gates(l, row, item->relevant, 0);
    gather(item->relevant, parts, &count, PARTS_MAX);
    const char *why = contradiction(l, parts, count);
    if (why) {
        lint_find(l, "survey", row, "relevant", "this can never hold: %s", why);
        return;
    }
    size_t own = count;
    for (const struct item_shape *up = item->shape.parent ? &item->shape.parent->shape : NULL; up;
         up = up->parent ? &up->parent->shape : NULL) {
        gather(((const struct item *)up)->relevant, parts, &count, PARTS_MAX);
    }
    why = own && count > own ? contradiction(l, parts, count) : NULL;
    if (why) {
        lint_find(l, "survey", row, "relevant", "the question is never reached: %s", why);
    }
}

void lint_logic(struct lint *l)
{
    for (size_t i = 0; i < l->form->item_count; i++) {
        check_item(l, l->form->items[i]);
    }
}

/* ---- minutes ---- */

static const struct item *item_named(struct lint *l, const char *name, size_t len)
{
    for (size_t i = 0; i < l->form->item_count; i++) {
        const char *slash = strrchr(l->form->items[i]->path, '/');
        if (slash && strlen(slash + 1) == len && strncmp(slash + 1, name, len) == 0) {
            return l->form->items[i];
        }
    }
    return NULL;
}

/* "mode=phone cns_take=yes" → facts. */
static void read_facts(struct lint *l, struct facts *f, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, " "), name = strcspn(text, "= ");
        const struct item *item = item_named(l, text, name);
        if (item && name < len && f->count < FACTS_MAX) {
            f->list[f->count++] =
                (struct fact){item, arena_copy(&l->arena, text + name + 1, len - name - 1)};
        }
        text += len + strspn(text + len, " ");
    }
}

/* How likely a question is asked on this path: each condition that is not decided halves it. */
static double share_of(struct lint *l, const struct facts *f, const struct item *item)
{
    double share = 1;
    for (const struct item *up = item; up; up = (const struct item *)up->shape.parent) {
        const struct xpath *parts[PARTS_MAX];
        size_t count = 0;
        bool open = false;
        gather(up->relevant, parts, &count, PARTS_MAX);
        for (size_t i = 0; i < count; i++) {
            enum truth t = truth_of(l, f, parts[i], 0);
            if (t == NO) {
                return 0;
            }
            open = open || t == MAYBE;
        }
        share *= open ? 0.5 : 1;
        share *= up->shape.is_repeat ? 2 : 1;
    }
    return share;
}

/* Seconds to read a question aloud and to take its answer.  Provisional, as all thresholds. */
static double seconds_of(struct lint *l, const struct sheet_row *row)
{
    static const struct {
        const char *type;
        double seconds;
    } answers[] = {{"select_one", 4}, {"select_multiple", 8},
                   {"rank", 15},      {"integer", 6},
                   {"decimal", 6},    {"date", 6},
                   {"text", 12},      {"acknowledge", 2},
                   {"audio", 0},      {"note", 0},
                   {"range", 6}};
    enum { WORDS_A_MINUTE = 130, NARRATIVE = 90, READ_OUT_MAX = 8 };
    const char *type = lint_cell(l->survey, row, "type"), *label = "";
    const struct sheet_row *top = &l->survey->rows[0];
    for (size_t c = 0; c < top->count && c < row->count && !*label; c++) {
        label = text_starts(top->cells[c], "label") ? row->cells[c] : "";
    }
    double seconds = (double)lint_words(label) * 60 / WORDS_A_MINUTE;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        seconds += text_starts(type, answers[i].type) ? answers[i].seconds : 0;
    }
    const char *codes = map_get(&l->codes, lint_list(l, row));
    size_t choices = codes ? lint_words(codes) : 0;
    seconds += 0.8 * (double)(choices > READ_OUT_MAX ? READ_OUT_MAX : choices);
    bool narrative =
        strcmp(type, "text") == 0 && strstr(lint_cell(l->survey, row, "appearance"), "multiline");
    return seconds + (narrative ? NARRATIVE : 0);
}

static double minutes_of(struct lint *l, const struct facts *f)
{
    double seconds = 0;
    for (size_t i = 0; i < l->form->item_count; i++) {
        const struct item *item = l->form->items[i];
        const struct sheet_row *row = item->control ? row_of(l, item) : NULL;
        bool asked = row && control_is_question(item->control);
        seconds += asked ? seconds_of(l, row) * share_of(l, f, item) : 0;
    }
    return seconds / 60;
}

/* Each row "path" of the terms: the facts of a path, and how long it may take. */
void lint_minutes(struct lint *l)
{
    const struct csv_row *path;
    for (size_t i = 0; (path = form_terms_row(&l->terms, "path", i)); i++) {
        struct facts f = {.count = 0};
        const char *facts = form_terms_cell(&l->terms, path, "text");
        double max, minutes;
        read_facts(l, &f, facts);
        minutes = minutes_of(l, &f);
        buf_printf(l->said, "%s: about %.0f minutes with %s\n", l->file, minutes, facts);
        if (number_of(form_terms_cell(&l->terms, path, "use"), &max) && minutes > max) {
            buf_printf(l->out, "%s: about %.0f minutes with %s; at most %.0f\n", l->file, minutes,
                       facts, max);
            l->count++;
        }
    }
}
