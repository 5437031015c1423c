/* SPDX-License-Identifier: Apache-2.0 */
/* Indexes list rows by value, so that a cascading select such as
 * instance('villages')/root/item[district = /data/district] does not read the whole list. */
#include "forms/xpath/xpath_internal.h"

#include <assert.h>
#include <string.h>

enum { ROWS_MIN = 16, INDEXES_MAX = 64, CONJUNCTS_MAX = 8 };

struct group { /* rows with the same value, in document order */
    const char *value;
    struct node **rows;
    size_t count;
    uint32_t hash;
    struct group *next; /* next in the bucket */
};

struct xpath_index {
    const struct node *parent;
    const char *row, *key; /* names of the row element and of the key column */
    bool attribute;
    struct group **buckets;
    size_t mask;
    struct xpath_index *next;
};

static uint32_t hash_of(const char *text)
{
    uint32_t h = 2166136261u;
    for (; *text; text++) {
        h = (h ^ (unsigned char)*text) * 16777619u;
    }
    return h;
}

static struct group *find_group(const struct xpath_index *index, const char *value)
{
    uint32_t hash = hash_of(value);
    struct group *g = index->buckets[hash & index->mask];
    while (g && (g->hash != hash || strcmp(g->value, value) != 0)) {
        g = g->next;
    }
    return g;
}

static void add_row(struct arena *keep, struct xpath_index *index, const char *value,
                    struct node *row)
{
    assert(index->mask + 1 && !(index->mask & (index->mask + 1))); /* 2^n buckets */
    struct group *g = find_group(index, value);
    if (!g) {
        g = arena_alloc(keep, sizeof *g);
        g->value = value;
        g->hash = hash_of(value);
        g->next = index->buckets[g->hash & index->mask];
        index->buckets[g->hash & index->mask] = g;
    }
    if (g->count && g->rows[g->count - 1] == row) {
        return;
    }
    if ((g->count & (g->count - 1)) == 0) { /* count is 0, 1, 2, 4, …: the array is full */
        struct node **grown = arena_alloc(keep, (g->count ? g->count * 2 : 1) * sizeof *grown);
        if (g->count) {
            memcpy(grown, g->rows, g->count * sizeof *grown);
        }
        g->rows = grown;
    }
    g->rows[g->count++] = row;
}

/* Builds an index.  A row is listed under the value of each child (attribute) named `key`; a
 * row without any, under "".  NULL if a key has child elements. */
static struct xpath_index *make_index(struct xpath_env *env, const struct node *parent,
                                      const char *row, const char *key, bool attribute)
{
    size_t count = 0;
    struct xpath_index *index = arena_alloc(env->keep, sizeof *index);
    for (const struct node *r = parent->first; r; r = r->next) {
        count++;
    }
    index->mask = 15;
    while (index->mask < count) {
        index->mask = index->mask * 2 + 1;
    }
    index->buckets = arena_alloc(env->keep, (index->mask + 1) * sizeof(struct group *));
    for (struct node *r = parent->first; r; r = r->next) {
        bool any = false;
        if (r->kind != NODE_ELEMENT || strcmp(r->name, row) != 0) {
            continue;
        }
        for (const struct node *k = attribute ? r->attrs : r->first; k; k = k->next) {
            if (strcmp(k->name, key) != 0) {
                continue;
            }
            if (k->first) {
                return NULL;
            }
            any = true;
            add_row(env->keep, index, tree_value(k), r);
        }
        if (!any) {
            add_row(env->keep, index, "", r);
        }
    }
    index->parent = parent;
    index->row = row;
    index->key = key;
    index->attribute = attribute;
    return index;
}

static struct xpath_index *find_index(struct xpath_env *env, const struct node *parent,
                                      const char *row, const char *key, bool attribute)
{
    size_t count = 0;
    for (struct xpath_index *i = env->indexes; i; i = i->next, count++) {
        if (i->parent == parent && i->attribute == attribute && strcmp(i->row, row) == 0 &&
            strcmp(i->key, key) == 0) {
            return i;
        }
    }
    struct xpath_index *made =
        count < INDEXES_MAX ? make_index(env, parent, row, key, attribute) : NULL;
    if (made) {
        made->next = env->indexes;
        env->indexes = made;
    }
    return made;
}

/* ---- which predicates an index can answer ---- */

/* The step of a path that is `name` or `@name` of the row itself; else NULL. */
static const struct xpath_step *own_key(const struct xpath *x)
{
    bool one = x->op == XP_PATH && !x->absolute && !x->start && x->step_count == 1;
    const struct xpath_step *step = one ? &x->steps[0] : NULL;
    bool key = step && (step->axis == AXIS_CHILD || step->axis == AXIS_ATTRIBUTE) &&
               step->test == TEST_NAME && step->name && !*step->prefix && !step->pred_count;
    return key ? step : NULL;
}

/* Whether the expression has the same value for all rows: it reads neither the row nor its
 * position and is not random. */
static bool same_for_all(const struct xpath *x)
{
    static const char *const moving[] = {"position",   "last",          "random", "randomize",
                                         "uuid",       "once",          "now",    "name",
                                         "local-name", "namespace-uri", "lang"};
    switch (x->op) {
    case XP_NUMBER:
    case XP_STRING:
        return true;
    case XP_PATH:
        for (size_t s = 0; s < x->step_count; s++) {
            if (x->steps[s].pred_count) {
                return false;
            }
        }
        return !x->start_pred_count && (x->absolute || (x->start && same_for_all(x->start)));
    case XP_CALL:
        for (size_t i = 0; i < sizeof moving / sizeof *moving; i++) {
            if (strcmp(xpath_function_name(x), moving[i]) == 0) {
                return false;
            }
        }
        for (size_t i = 0; i < x->arg_count; i++) {
            if (!same_for_all(x->args[i])) {
                return false;
            }
        }
        return x->arg_count > 0 || strcmp(xpath_function_name(x), "current") == 0;
    default:
        return (!x->a || same_for_all(x->a)) && (!x->b || same_for_all(x->b));
    }
}

static bool counts_places(const struct xpath *x)
{
    if (!x) {
        return false;
    }
    if (x->op == XP_CALL) {
        const char *name = xpath_function_name(x);
        bool any = strcmp(name, "position") == 0 || strcmp(name, "last") == 0;
        for (size_t i = 0; i < x->arg_count && !any; i++) {
            any = counts_places(x->args[i]);
        }
        return any;
    }
    return counts_places(x->a) || counts_places(x->b);
}

/* Evaluates the value compared with; *text is NULL unless it is compared as a text. */
static bool asked_value(struct eval *e, const struct frame *f, const struct xpath *x,
                        const char **text)
{
    struct xpath_value v;
    *text = NULL;
    if (!eval_expr(e, f, x, &v)) {
        return false;
    }
    if (v.type == XV_STRING || (v.type == XV_NODES && v.count <= 1)) {
        *text = xpath_to_text(e->env, &v);
    }
    return true;
}

static bool narrow(struct eval *e, const struct frame *f, struct node *parent, const char *row,
                   const struct xpath *equal, struct node *const **rows, size_t *count)
{
    static struct node *const none[1];
    const struct xpath_step *key = own_key(equal->a);
    const struct xpath *other = key ? equal->b : equal->a;
    const char *value;
    key = key ? key : own_key(equal->b);
    if (!key || !same_for_all(other)) {
        return true;
    }
    if (!asked_value(e, f, other, &value)) {
        return false;
    }
    struct xpath_index *index =
        value ? find_index(e->env, parent, row, key->name, key->axis == AXIS_ATTRIBUTE) : NULL;
    if (index) {
        const struct group *g = find_group(index, value);
        if (!*rows || (g ? g->count : 0) < *count) {
            *rows = g ? g->rows : none;
            *count = g ? g->count : 0;
        }
    }
    return true;
}

bool xpath_index_rows(struct eval *e, const struct frame *f, struct node *parent,
                      const struct xpath_step *step, struct node *const **rows, size_t *count)
{
    *rows = NULL;
    *count = 0;
    if (!step->pred_count || !e->env->keep || e->env->strict_names || parent->item ||
        parent->order < FORM_ORDER || step->axis != AXIS_CHILD || step->test != TEST_NAME ||
        !step->name || *step->prefix || parent->kind != NODE_ELEMENT) {
        return true;
    }
    size_t children = 0;
    for (const struct node *c = parent->first; c && children < ROWS_MIN; c = c->next) {
        children++;
    }
    const struct xpath *pred = step->preds[0];
    if (children < ROWS_MIN || counts_places(pred)) {
        return true;
    }
    for (size_t i = 0; i < CONJUNCTS_MAX; i++) { /* "a and b and c" nests to the left */
        const struct xpath *last = pred->op == XP_AND ? pred->b : pred;
        if (last->op == XP_EQ && !narrow(e, f, parent, step->name, last, rows, count)) {
            return false;
        }
        if (pred->op != XP_AND) {
            break;
        }
        pred = pred->a;
    }
    return true;
}
