/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluates compiled expressions. */
#include "forms/xpath/xpath_internal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/xpath/dates.h"
#include "platform/machine/clock.h"

/* ---- values ---- */

bool value_text(struct xpath_value *out, const char *text)
{
    *out = (struct xpath_value){.type = XV_STRING, .text = text};
    return true;
}

bool value_number(struct xpath_value *out, double number)
{
    *out = (struct xpath_value){.type = XV_NUMBER, .number = number};
    return true;
}

bool value_bool(struct xpath_value *out, bool boolean)
{
    *out = (struct xpath_value){.type = XV_BOOLEAN, .boolean = boolean};
    return true;
}

static void gather_text(struct buf *out, const struct node *node)
{
    if (node->kind == NODE_COMMENT || node->kind == NODE_INSTRUCTION) {
        return;
    }
    if (node->value) {
        buf_text(out, node->value);
    }
    for (const struct node *c = node->first; c; c = c->next) {
        gather_text(out, c); /* recursion is safe: xpath_parse limits the depth */
    }
}

const char *xpath_string_value(struct xpath_env *env, const struct node *node)
{
    if (!node->first) {
        return tree_value(node);
    }
    struct buf text = {0};
    gather_text(&text, node);
    const char *out = arena_copy(env->temp, text.data ? text.data : "", text.len);
    env->steps += text.len / XPATH_STEP_BYTES; /* the limit is checked at the next xpath_spend */
    buf_fini(&text);
    return out;
}

void xpath_number_text(char *out, size_t size, double n)
{
    if (isnan(n)) {
        snprintf(out, size, "NaN");
    } else if (isinf(n)) {
        snprintf(out, size, n < 0 ? "-Infinity" : "Infinity");
    } else if (n == 0) {
        snprintf(out, size, "0");
    } else if (fabs(n) < 1e15 && n == floor(n)) {
        snprintf(out, size, "%.0f", n);
    } else {
        for (int precision = 15; precision <= 17;
             precision++) { /* shortest form that reads back as the same number */
            snprintf(out, size, "%.*g", precision, n);
            if (strtod(out, NULL) == n) {
                break;
            }
        }
        if (strchr(out, 'e')) { /* XPath has no exponents */
            snprintf(out, size, fabs(n) < 1 ? "%.20f" : "%.0f", n);
            if (strchr(out, '.')) {
                size_t len = strlen(out);
                while (out[len - 1] == '0') {
                    out[--len] = '\0';
                }
            }
        }
    }
}

double xpath_text_number(const char *text, int zone_minutes)
{
    while (*text && strchr(" \t\r\n", *text)) {
        text++;
    }
    size_t len = strlen(text);
    while (len && strchr(" \t\r\n", text[len - 1])) {
        len--;
    }
    size_t i = len && text[0] == '-', figures = 0, points = 0;
    for (; i < len; i++) {
        figures += text[i] >= '0' && text[i] <= '9';
        points += text[i] == '.';
        if ((text[i] < '0' || text[i] > '9') && text[i] != '.') {
            figures = 0;
            break;
        }
    }
    if (figures && points <= 1 && i == len) {
        return strtod(text, NULL);
    }
    struct moment m;
    if (len >= 10 && len < 40 && text[4] == '-') {
        char copy[40];
        memcpy(copy, text, len);
        copy[len] = '\0';
        if (date_parse(&m, copy) && m.has_date) {
            return date_days(&m, zone_minutes);
        }
    }
    return NAN;
}

static int zone_now(struct xpath_env *env)
{
    return env->zone_minutes ? env->zone_minutes(env->user, env->wall_ms(env->user)) : 0;
}

double xpath_to_number(struct xpath_env *env, const struct xpath_value *v)
{
    switch (v->type) {
    case XV_NUMBER:
        return v->number;
    case XV_BOOLEAN:
        return v->boolean ? 1 : 0;
    case XV_NODES:
        if (!v->count) {
            return NAN;
        }
        return xpath_text_number(xpath_string_value(env, v->nodes[0]), zone_now(env));
    default:
        return xpath_text_number(v->text, zone_now(env));
    }
}

const char *xpath_to_text(struct xpath_env *env, const struct xpath_value *v)
{
    char number[400];
    switch (v->type) {
    case XV_NUMBER:
        xpath_number_text(number, sizeof number, v->number);
        return arena_text(env->temp, number);
    case XV_BOOLEAN:
        return v->boolean ? "true" : "false";
    case XV_NODES:
        return v->count ? xpath_string_value(env, v->nodes[0]) : "";
    default:
        return v->text;
    }
}

bool xpath_to_bool(const struct xpath_value *v)
{
    switch (v->type) {
    case XV_NUMBER:
        return v->number != 0 && !isnan(v->number);
    case XV_BOOLEAN:
        return v->boolean;
    case XV_NODES:
        return v->count > 0;
    default:
        return *v->text != '\0';
    }
}

/* ---- comparisons ---- */

static bool compare_numbers(enum xpath_op op, double a, double b)
{
    switch (op) {
    case XP_EQ:
        return a == b;
    case XP_NE:
        return a != b;
    case XP_LT:
        return a < b;
    case XP_LE:
        return a <= b;
    case XP_GT:
        return a > b;
    default:
        return a >= b;
    }
}

static bool is_numeric(const struct xpath_value *v)
{
    return v->type == XV_NUMBER || v->type == XV_DATE;
}

/* The day number of a date or date-time given as text or date value.  A date begins at local
 * midnight.  False: not a date. */
static bool moment_of(struct xpath_env *env, const struct xpath_value *v, double *days)
{
    struct moment m;
    bool dated = (v->type == XV_STRING || v->type == XV_DATE) && v->text[0] >= '0' &&
                 v->text[0] <= '9' && strlen(v->text) >= 10 && v->text[4] == '-';
    if (!dated || !date_parse(&m, v->text) || !m.has_date) {
        return false;
    }
    *days = date_days(&m, zone_now(env)) - (m.has_time ? 0 : zone_now(env) / 1440.0);
    return true;
}

/* A date or time, given as text or date value, in local time.  False: neither. */
static bool local_moment(struct xpath_env *env, const struct xpath_value *v, struct moment *m)
{
    bool may = (v->type == XV_STRING || v->type == XV_DATE) && v->text[0] >= '0' &&
               v->text[0] <= '9' && (strlen(v->text) >= 10 || (v->text[1] && v->text[2] == ':'));
    if (!may || !date_parse(m, v->text)) {
        return false;
    }
    int64_t ms = m->has_date ? (int64_t)floor(date_days(m, 0) * 86400000.0 + 0.5) : 0;
    int zone = env->zone_minutes ? env->zone_minutes(env->user, ms) : 0;
    date_in_zone(m, m->has_date ? zone : zone_now(env));
    return true;
}

/* Compares a date-time with a date by the day, and with a time by the time of day.  False:
 * not such a pair. */
static bool compare_parts(struct xpath_env *env, enum xpath_op op, const struct xpath_value *a,
                          const struct xpath_value *b, bool *holds)
{
    struct moment m, n;
    if (!local_moment(env, a, &m) || !local_moment(env, b, &n) ||
        (m.has_date == n.has_date && m.has_time == n.has_time)) {
        return false;
    }
    if (m.has_date && n.has_date) {
        *holds = compare_numbers(op, (double)clock_days(m.year, m.month, m.day),
                                 (double)clock_days(n.year, n.month, n.day));
        return true;
    }
    if (!m.has_time || !n.has_time) {
        return false; /* a date against a time: not comparable */
    }
    *holds = compare_numbers(op, (m.hour * 60 + m.minute) * 60 + m.second,
                             (n.hour * 60 + n.minute) * 60 + n.second);
    return true;
}

/* Compares two values that are neither node-sets nor booleans. */
static bool compare_scalars(struct eval *e, enum xpath_op op, const struct xpath_value *a,
                            const struct xpath_value *b)
{
    bool holds;
    if (!e->env->strict_names && compare_parts(e->env, op, a, b, &holds)) {
        return holds;
    }
    if ((op == XP_EQ || op == XP_NE) && !is_numeric(a) && !is_numeric(b)) {
        return (strcmp(xpath_to_text(e->env, a), xpath_to_text(e->env, b)) == 0) == (op == XP_EQ);
    }
    double x = 0, y = 0;
    if (!e->env->strict_names && moment_of(e->env, a, &x) && moment_of(e->env, b, &y)) {
        return compare_numbers(op, x, y);
    }
    x = xpath_to_number(e->env, a);
    y = xpath_to_number(e->env, b);
    if ((op == XP_EQ || op == XP_NE) && a->type != XV_NUMBER && b->type != XV_NUMBER &&
        (isnan(x) || isnan(y))) { /* a date against a text that is no date */
        return (strcmp(xpath_to_text(e->env, a), xpath_to_text(e->env, b)) == 0) == (op == XP_EQ);
    }
    return compare_numbers(op, x, y);
}

static struct xpath_value node_as_text(struct eval *e, const struct node *node)
{
    return (struct xpath_value){.type = XV_STRING, .text = xpath_string_value(e->env, node)};
}

static bool compare(struct eval *e, enum xpath_op op, const struct xpath_value *a,
                    const struct xpath_value *b)
{
    if (a->type == XV_BOOLEAN || b->type == XV_BOOLEAN) {
        if (op == XP_EQ || op == XP_NE) {
            return (xpath_to_bool(a) == xpath_to_bool(b)) == (op == XP_EQ);
        }
        double x = a->type == XV_NODES ? xpath_to_bool(a) : xpath_to_number(e->env, a);
        double y = b->type == XV_NODES ? xpath_to_bool(b) : xpath_to_number(e->env, b);
        return compare_numbers(op, x, y);
    }
    if (a->type == XV_NODES) {
        for (size_t i = 0; i < a->count; i++) {
            struct xpath_value one = node_as_text(e, a->nodes[i]);
            if (compare(e, op, &one, b)) {
                return true;
            }
        }
        /* An empty node-set is an unanswered or hidden question: compare as "". */
        struct xpath_value none = {.type = XV_STRING, .text = ""};
        return a->count == 0 && !e->env->strict_names && compare(e, op, &none, b);
    }
    if (b->type == XV_NODES) {
        for (size_t i = 0; i < b->count; i++) {
            struct xpath_value one = node_as_text(e, b->nodes[i]);
            if (compare_scalars(e, op, a, &one)) {
                return true;
            }
        }
        struct xpath_value none = {.type = XV_STRING, .text = ""};
        return b->count == 0 && !e->env->strict_names && compare_scalars(e, op, a, &none);
    }
    return compare_scalars(e, op, a, b);
}

/* ---- node sets ---- */

struct set {
    struct node **nodes;
    size_t count, cap;
};

bool xpath_spend(struct eval *e, size_t steps)
{
    size_t max = XPATH_STEPS_MAX + XPATH_STEPS_A_NODE * e->env->list_nodes;
    e->env->steps += steps;
    return e->env->steps <= max ||
           err_set(e->err, ERR_LIMIT, "the expression takes more than %zu steps", max);
}

static bool set_add(struct eval *e, struct set *set, struct node *node)
{
    if (!xpath_spend(e, 1)) {
        return false;
    }
    if (set->count == set->cap) {
        size_t cap = set->cap ? set->cap * 2 : 8;
        struct node **grown = arena_alloc(e->env->temp, cap * sizeof *grown);
        if (set->count) {
            memcpy(grown, set->nodes, set->count * sizeof *grown);
        }
        set->nodes = grown;
        set->cap = cap;
    }
    set->nodes[set->count++] = node;
    return true;
}

/* Order numbers are unique over all documents.  Temporary text nodes of the same leaf have
 * the same number. */
static int by_order(const void *a, const void *b)
{
    const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;
    return x->order == y->order ? 0 : x->order < y->order ? -1 : 1;
}

static void set_sort(struct set *set)
{
    bool sorted = true;
    for (size_t i = 1; i < set->count && sorted; i++) {
        sorted = by_order(&set->nodes[i - 1], &set->nodes[i]) < 0;
    }
    if (sorted) {
        return;
    }
    qsort(set->nodes, set->count, sizeof *set->nodes, by_order);
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (!kept || set->nodes[kept - 1]->order != set->nodes[i]->order) {
            set->nodes[kept++] = set->nodes[i];
            assert(kept > 0 && kept <= set->count);
        }
    }
    set->count = kept;
}

static bool test_node(struct eval *e, const struct xpath_step *step, const struct node *node)
{
    switch (step->test) {
    case TEST_NODE:
        return true;
    case TEST_TEXT:
        return node->kind == NODE_TEXT;
    case TEST_COMMENT:
        return node->kind == NODE_COMMENT;
    case TEST_DEEP:
        return node->kind == NODE_ELEMENT || node->kind == NODE_DOCUMENT;
    case TEST_INSTRUCTION:
        return node->kind == NODE_INSTRUCTION &&
               (!step->name || strcmp(step->name, node->name) == 0);
    default:
        break;
    }
    enum node_kind own = step->axis == AXIS_ATTRIBUTE   ? NODE_ATTRIBUTE
                         : step->axis == AXIS_NAMESPACE ? NODE_NAMESPACE
                                                        : NODE_ELEMENT;
    if (node->kind != own || (step->name && strcmp(step->name, node->name) != 0)) {
        return false;
    }
    if (!*step->prefix) {
        return !e->env->strict_names || !step->name || !*node->uri;
    }
    const char *uri =
        e->env->namespace_uri ? e->env->namespace_uri(e->env->user, step->prefix) : NULL;
    return strcmp(uri ? uri : step->prefix, uri ? node->uri : node->prefix) == 0;
}

static bool take(struct eval *e, struct set *out, const struct xpath_step *step, struct node *node)
{
    if (!xpath_spend(e, 1)) {
        return false;
    }
    return !test_node(e, step, node) || set_add(e, out, node);
}

/* Makes a temporary node for the text of a leaf, which has no text node of its own. */
static bool take_leaf_text(struct eval *e, struct set *out, const struct xpath_step *step,
                           struct node *leaf)
{
    bool asked = step->test == TEST_TEXT || step->test == TEST_NODE;
    if (!asked || leaf->kind != NODE_ELEMENT || leaf->first || !leaf->value) {
        return true;
    }
    struct node *text = arena_alloc(e->env->temp, sizeof *text);
    *text = (struct node){.name = "", .prefix = "", .uri = "", .kind = NODE_TEXT};
    text->value = leaf->value; /* lent */
    text->parent = leaf;
    text->active = leaf->active;
    text->order = leaf->order + 1;
    for (const struct node *a = leaf->attrs; a; a = a->next) {
        text->order = a->order + 1;
    }
    return take(e, out, step, text);
}

static bool take_below(struct eval *e, struct set *out, const struct xpath_step *step,
                       struct node *node)
{
    for (struct node *c = node->first; c; c = c->next) {
        if (!take(e, out, step, c) || !take_below(e, out, step, c)) {
            return false;
        }
    }
    return take_leaf_text(e, out, step, node);
}

/* As take_below, in reverse order. */
static bool take_below_back(struct eval *e, struct set *out, const struct xpath_step *step,
                            struct node *node)
{
    for (struct node *c = node->last; c; c = c->prev) {
        if (!take_below_back(e, out, step, c) || !take(e, out, step, c)) {
            return false;
        }
    }
    return take_leaf_text(e, out, step, node);
}

/* Nodes after (or before) `node` in document order that are neither its ancestors nor its
 * descendants. */
static bool take_siblings(struct eval *e, struct set *out, const struct xpath_step *step,
                          struct node *node, bool after)
{
    for (struct node *n = node; n; n = n->parent) {
        if (n->kind == NODE_ATTRIBUTE || n->kind == NODE_NAMESPACE) {
            if (after && n->parent && !take_below(e, out, step, n->parent)) {
                return false; /* an element's content follows its attributes */
            }
            continue;
        }
        for (struct node *s = after ? n->next : n->prev; s; s = after ? s->next : s->prev) {
            bool ok = after ? take(e, out, step, s) && take_below(e, out, step, s)
                            : take_below_back(e, out, step, s) && take(e, out, step, s);
            if (!ok) {
                return false;
            }
        }
    }
    return true;
}

/* The namespace declarations in scope at an element, each as a temporary node of this
 * element. */
static bool take_namespaces(struct eval *e, struct set *out, const struct xpath_step *step,
                            struct node *node)
{
    static const char *const xml[2] = {"xml", "http://www.w3.org/XML/1998/namespace"};
    struct set seen = {0};
    for (const struct node *n = node; n && node->kind == NODE_ELEMENT; n = n->parent) {
        for (const struct node *a = n->attrs; a; a = a->next) {
            bool known = a->kind != NODE_NAMESPACE;
            for (size_t i = 0; i < seen.count && !known; i++) {
                known = strcmp(seen.nodes[i]->name, a->name) == 0;
            }
            if (known) {
                continue;
            }
            struct node *own = arena_alloc(e->env->temp, sizeof *own);
            *own = *a;
            own->parent = node;
            own->order = n == node ? a->order : node->order;
            if (!set_add(e, &seen, own) ||
                (own->value && !take(e, out, step, own))) { /* xmlns="" undeclares the default
                                                             * namespace */
                return false;
            }
        }
    }
    if (node->kind != NODE_ELEMENT) {
        return true;
    }
    struct node *own = arena_alloc(e->env->temp, sizeof *own);
    *own = (struct node){.name = xml[0], .prefix = "", .uri = "", .kind = NODE_NAMESPACE};
    own->value = arena_text(e->env->temp, xml[1]);
    own->parent = node;
    own->active = node->active;
    own->order = node->order;
    return take(e, out, step, own);
}

static bool walk_axis(struct eval *e, struct set *out, const struct xpath_step *step,
                      struct node *node)
{
    struct node *n;
    bool beside = node->kind != NODE_ATTRIBUTE && node->kind != NODE_NAMESPACE;
    switch (step->axis) {
    case AXIS_CHILD:
        for (n = node->first; n; n = n->next) {
            if (!take(e, out, step, n)) {
                return false;
            }
        }
        return take_leaf_text(e, out, step, node);
    case AXIS_ATTRIBUTE:
        for (n = beside ? node->attrs : NULL; n; n = n->next) {
            if (n->kind == NODE_ATTRIBUTE && !take(e, out, step, n)) {
                return false;
            }
        }
        return true;
    case AXIS_NAMESPACE:
        return take_namespaces(e, out, step, node);
    case AXIS_PARENT:
        return !node->parent || take(e, out, step, node->parent);
    case AXIS_SELF:
        return take(e, out, step, node);
    case AXIS_DESCENDANT:
        return take_below(e, out, step, node);
    case AXIS_DESCENDANT_OR_SELF:
        return take(e, out, step, node) && take_below(e, out, step, node);
    case AXIS_ANCESTOR:
    case AXIS_ANCESTOR_OR_SELF:
        for (n = step->axis == AXIS_ANCESTOR ? node->parent : node; n; n = n->parent) {
            if (!take(e, out, step, n)) {
                return false;
            }
        }
        return true;
    case AXIS_FOLLOWING_SIBLING:
        for (n = beside ? node->next : NULL; n; n = n->next) {
            if (!take(e, out, step, n)) {
                return false;
            }
        }
        return true;
    case AXIS_PRECEDING_SIBLING:
        for (n = beside ? node->prev : NULL; n; n = n->prev) {
            if (!take(e, out, step, n)) {
                return false;
            }
        }
        return true;
    case AXIS_FOLLOWING:
        return take_siblings(e, out, step, node, true);
    case AXIS_PRECEDING:
        return take_siblings(e, out, step, node, false);
    default:
        return true;
    }
}

static bool filter(struct eval *e, struct set *set, struct xpath *const *preds, size_t count)
{
    for (size_t p = 0; p < count; p++) {
        size_t kept = 0, size = set->count;
        for (size_t i = 0; i < size; i++) {
            struct frame f = {set->nodes[i], i + 1, size};
            struct xpath_value v;
            if (!eval_expr(e, &f, preds[p], &v)) {
                return false;
            }
            bool keep = v.type == XV_NUMBER ? v.number == (double)(i + 1) : xpath_to_bool(&v);
            if (keep) {
                set->nodes[kept++] = set->nodes[i];
            }
        }
        set->count = kept;
    }
    return true;
}

/* An absolute path without predicates, evaluated inside a repeat, means the current entry:
 * of several entries only the one that contains current() is kept.  Source: JavaRosa's
 * TreeReference.contextualize; docs/XFORMS.md. */
static void keep_own_entry(struct eval *e, struct set *set)
{
    if (set->count < 2 || !e->current) {
        return;
    }
    for (size_t i = 0; i < set->count; i++) {
        if (set->nodes[i]->item && item_shape(set->nodes[i]->item)->is_repeat &&
            tree_is_ancestor(set->nodes[i], e->current)) {
            set->nodes[0] = set->nodes[i];
            set->count = 1;
            return;
        }
    }
}

static struct node *down_to(struct node *top, const struct item *item)
{
    if (!top || top->item == item) {
        return top;
    }
    const struct item_shape *shape = item_shape(item);
    struct node *parent = shape->parent ? down_to(top, shape->parent) : NULL;
    struct node *n = parent ? (shape->is_attribute ? parent->attrs : parent->first) : NULL;
    while (n && n->item != item) {
        n = n->next;
    }
    return n;
}

/* The entry that contains current(), for the innermost repeat on the way to `item` of which
 * current() has one; or NULL. */
static const struct node *own_entry(const struct eval *e, const struct item *item)
{
    for (const struct item *p = item_shape(item)->in_repeat ? item_shape(item)->parent : NULL; p;
         p = item_shape(p)->parent) {
        for (const struct node *n = item_shape(p)->is_repeat ? e->current : NULL; n;
             n = n->parent) {
            if (n->item == p) {
                return n;
            }
        }
    }
    return NULL;
}

static bool take_active(struct eval *e, struct set *set, struct node *node)
{
    return !(node->active || node == e->current) || set_add(e, set, node);
}

/* Evaluates a path by the item that form_graph resolved; *known is false if it must be
 * evaluated by names. */
static bool eval_known(struct eval *e, const struct frame *f, const struct xpath *x,
                       struct xpath_value *out, bool *known)
{
    struct set set = {0};
    const struct node_list *list = &e->env->lists[item_shape(x->target)->index];
    if (x->absolute) {
        const struct node *entry = own_entry(e, x->target);
        for (struct node *n = list->first; n; n = n->same_next) {
            if ((!entry || tree_is_ancestor(entry, n)) && !take_active(e, &set, n)) {
                return false;
            }
        }
    } else {
        struct node *top = x->start ? e->current : f->node;
        struct node *found = list->first;
        if (!top || top->item != x->from || !x->single) {
            return true;
        }
        if (item_shape(x->target)->in_repeat) {
            for (unsigned i = 0; i < x->up && top; i++) {
                top = top->parent;
            }
            found = down_to(top, x->target);
        } else if (found && found->same_next) {
            return true;
        }
        if (found && !take_active(e, &set, found)) {
            return false;
        }
    }
    *known = true;
    *out = (struct xpath_value){.type = XV_NODES, .nodes = set.nodes, .count = set.count};
    return true;
}

static bool take_step(struct eval *e, const struct frame *f, const struct xpath_step *step,
                      struct node *from, struct set *out)
{
    struct node *const *rows = NULL;
    size_t count = 0;
    if (!xpath_index_rows(e, f, from, step, &rows, &count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!set_add(e, out, rows[i])) {
            return false;
        }
    }
    return (rows || walk_axis(e, out, step, from)) && filter(e, out, step->preds, step->pred_count);
}

static bool eval_steps(struct eval *e, const struct frame *f, const struct xpath *x,
                       struct set *from, struct xpath_value *out)
{
    for (size_t s = 0; s < x->step_count; s++) {
        const struct xpath_step *step = &x->steps[s];
        struct set next = {0};
        for (size_t i = 0; i < from->count; i++) {
            struct set part = {0};
            if (!take_step(e, f, step, from->nodes[i], &part)) {
                return false;
            }
            if (from->count == 1) {
                next = part;
                break;
            }
            for (size_t k = 0; k < part.count; k++) {
                if (!set_add(e, &next, part.nodes[k])) {
                    return false;
                }
            }
        }
        set_sort(&next);
        if (x->absolute && !step->pred_count && s + 1 < x->step_count) {
            keep_own_entry(e, &next);
        }
        *from = next;
    }
    size_t kept = 0; /* a question that is not relevant has no value for any expression */
    for (size_t i = 0; i < from->count; i++) {
        if (from->nodes[i]->active || from->nodes[i] == e->current) {
            from->nodes[kept++] = from->nodes[i];
        }
    }
    *out = (struct xpath_value){.type = XV_NODES, .nodes = from->nodes, .count = kept};
    return true;
}

static bool eval_path(struct eval *e, const struct frame *f, const struct xpath *x,
                      struct xpath_value *out)
{
    struct set set = {0};
    if (x->target && e->env->lists) {
        bool known = false;
        if (!eval_known(e, f, x, out, &known)) {
            return false;
        }
        if (known) {
            return true;
        }
    }
    if (x->start) {
        struct xpath_value v;
        if (!eval_expr(e, f, x->start, &v)) {
            return false;
        }
        if (v.type != XV_NODES) {
            return err_set(e->err, ERR_INPUT, "a path starts from something that is no node-set");
        }
        for (size_t i = 0; i < v.count; i++) {
            if (!set_add(e, &set, v.nodes[i])) {
                return false;
            }
        }
        if (!filter(e, &set, x->start_preds, x->start_pred_count)) {
            return false;
        }
    } else if (!set_add(e, &set, x->absolute ? e->env->primary : f->node)) {
        return false;
    }
    return eval_steps(e, f, x, &set, out);
}

static bool eval_union(struct eval *e, const struct frame *f, const struct xpath *x,
                       struct xpath_value *out)
{
    struct xpath_value a, b;
    if (!eval_expr(e, f, x->a, &a) || !eval_expr(e, f, x->b, &b)) {
        return false;
    }
    if (a.type != XV_NODES || b.type != XV_NODES) {
        return err_set(e->err, ERR_INPUT, "'|' joins node-sets only");
    }
    struct set set = {0};
    for (size_t i = 0; i < a.count + b.count; i++) {
        if (!set_add(e, &set, i < a.count ? a.nodes[i] : b.nodes[i - a.count])) {
            return false;
        }
    }
    set_sort(&set);
    *out = (struct xpath_value){.type = XV_NODES, .nodes = set.nodes, .count = set.count};
    return true;
}

static double arithmetic(enum xpath_op op, double a, double b)
{
    switch (op) {
    case XP_ADD:
        return a + b;
    case XP_SUB:
        return a - b;
    case XP_MUL:
        return a * b;
    case XP_DIV:
        return a / b;
    default:
        return fmod(a, b);
    }
}

static bool eval_inner(struct eval *e, const struct frame *f, const struct xpath *x,
                       struct xpath_value *out)
{
    struct xpath_value a, b;
    switch (x->op) {
    case XP_NUMBER:
        return value_number(out, x->number);
    case XP_STRING:
        return value_text(out, x->text);
    case XP_CALL:
        return x->function ? x->function->run(e, f, x, out)
                           : err_set(e->err, ERR_INPUT, "there is no such call as %s()", x->text);
    case XP_PATH:
        return eval_path(e, f, x, out);
    case XP_UNION:
        return eval_union(e, f, x, out);
    case XP_NEG:
        return eval_expr(e, f, x->a, &a) && value_number(out, -xpath_to_number(e->env, &a));
    case XP_OR:
    case XP_AND:
        if (!eval_expr(e, f, x->a, &a)) {
            return false;
        }
        if (xpath_to_bool(&a) == (x->op == XP_OR)) {
            return value_bool(out, x->op == XP_OR);
        }
        return eval_expr(e, f, x->b, &b) && value_bool(out, xpath_to_bool(&b));
    default:
        break;
    }
    if (!eval_expr(e, f, x->a, &a) || !eval_expr(e, f, x->b, &b)) {
        return false;
    }
    if (x->op >= XP_EQ && x->op <= XP_GE) {
        return value_bool(out, compare(e, x->op, &a, &b));
    }
    return value_number(
        out, arithmetic(x->op, xpath_to_number(e->env, &a), xpath_to_number(e->env, &b)));
}

bool eval_expr(struct eval *e, const struct frame *f, const struct xpath *x,
               struct xpath_value *out)
{
    assert(x);
    if (!xpath_spend(e, 1)) {
        return false;
    }
    /* Chains of one operator nest to the left without parser recursion, so this limit is
     * higher than XPATH_DEPTH_MAX. */
    if (++e->depth > 2000) {
        return err_set(e->err, ERR_LIMIT, "the expression is nested too deep");
    }
    bool ok = eval_inner(e, f, x, out);
    e->depth--;
    return ok;
}

bool xpath_eval_at(struct xpath_value *out, const struct xpath *expr, struct xpath_env *env,
                   struct node *context, struct node *current, struct err *err)
{
    struct eval e = {.env = env, .current = current, .err = err};
    struct frame f = {context, 1, 1};
    enum { NESTING_MAX = 16 };
    if (env->nesting >= NESTING_MAX) {
        return err_set(err, ERR_LIMIT, "texts and expressions call each other too deep");
    }
    if (env->nesting == 0) {
        env->steps = 0;
    }
    env->nesting++;
    bool ok = eval_expr(&e, &f, expr, out);
    env->nesting--;
    return ok;
}

bool xpath_eval(struct xpath_value *out, const struct xpath *expr, struct xpath_env *env,
                struct node *context, struct err *err)
{
    return xpath_eval_at(out, expr, env, context, context, err);
}
