/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the dependency graph of the items and sorts them. */
#include "forms/engine/form_graph.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct set { /* a set of item indices, unordered */
    uint32_t *list;
    const struct item **within; /* for reads: see struct reader */
    bool *text;
    bool wide; /* too large to keep `within` and `text` */
    size_t count, cap;
    uint64_t *seen; /* bit set by item index, once the set is large */
    size_t words;
};

struct graph {
    struct form *form;
    struct set *reads; /* by item: items that its expressions read, and that therefore come
                        * before it */
    struct set *wakes; /* by repeat: items that its count reads; these do not affect the order,
                        * so they cannot form a cycle */
    uint32_t *first_child, *next_sibling; /* item tree, UINT32_MAX = none */
    uint32_t *sums;                       /* hashes of the items' names */
    uint32_t *by_name, *same_name;        /* children by parent and name: a hash table and its
                                           * chains */
    size_t mask;
    bool as_node;            /* the path is read only as a node: position(..), count(…) */
    unsigned elsewhere;      /* > 0: inside indexed-repeat(), whose paths refer to other entries */
    const struct item *self; /* item whose expression is being read */
    size_t visits;           /* total over all expressions; limits forms in which every bind
                              * reads all nodes */
};

enum { NONE = 0xFFFFFFFFu };
enum { LARGE = 64, VISITS_MAX = 20000000 };

static void set_free(struct set *set)
{
    free(set->list);
    free(set->within);
    free(set->text);
    free(set->seen);
}

static bool set_see(struct set *set, uint32_t index) /* false if already present */
{
    size_t word = index / 64;
    if (word >= set->words) {
        size_t words = word + word / 2 + 8;
        set->seen = mem_grow(set->seen, words, sizeof *set->seen);
        memset(set->seen + set->words, 0, (words - set->words) * sizeof *set->seen);
        set->words = words;
    }
    bool fresh = !(set->seen[word] >> (index % 64) & 1);
    set->seen[word] |= (uint64_t)1 << (index % 64);
    return fresh;
}

static void set_add(struct set *set, uint32_t index)
{
    for (size_t i = 0; i < set->count && !set->seen; i++) {
        if (set->list[i] == index) {
            return;
        }
    }
    if (!set->seen && set->count >= LARGE) {
        for (size_t i = 0; i < set->count; i++) {
            set_see(set, set->list[i]);
        }
    }
    if (set->seen && !set_see(set, index)) {
        return;
    }
    if (set->count == set->cap) {
        set->cap = set->cap ? set->cap * 2 : 4;
        set->list = mem_grow(set->list, set->cap, sizeof *set->list);
    }
    set->list[set->count++] = index;
}

/* The innermost repeat that contains both; used to widen a read so that it covers another. */
static const struct item *common_entry(const struct item *a, const struct item *b)
{
    for (; a; a = a->shape.parent) {
        for (const struct item *p = b; p && a->shape.is_repeat; p = p->shape.parent) {
            if (p == a) {
                return a;
            }
        }
    }
    return NULL;
}

static void add_read(struct set *set, uint32_t index, const struct item *within, bool text)
{
    set->wide = set->wide || set->count >= LARGE;
    for (size_t i = 0; i < set->count && !set->wide; i++) {
        if (set->list[i] == index) {
            set->within[i] = common_entry(set->within[i], within);
            set->text[i] = set->text[i] || text;
            return;
        }
    }
    size_t cap = set->cap;
    set_add(set, index);
    if (!set->wide && (set->cap != cap || !set->within)) {
        set->within = mem_grow(set->within, set->cap, sizeof *set->within);
        set->text = mem_grow(set->text, set->cap, sizeof *set->text);
    }
    if (!set->wide) {
        set->within[set->count - 1] = within;
        set->text[set->count - 1] = text;
    }
}

/* A hash of the name; most different names have different hashes. */
static uint32_t name_sum(const char *name)
{
    uint32_t sum = 0;
    while (*name) {
        sum = sum * 31 + (unsigned char)*name++;
    }
    return sum;
}

static bool step_takes(const struct graph *g, const struct xpath_step *step, uint32_t sum,
                       const struct item *item)
{
    if (step->test != TEST_NAME) {
        return true;
    }
    return item->shape.is_attribute == (step->axis == AXIS_ATTRIBUTE) &&
           (!step->name ||
            (g->sums[item->shape.index] == sum && strcmp(step->name, item->shape.name) == 0));
}

static void add_below(struct graph *g, struct set *out, const struct xpath_step *step, uint32_t sum,
                      uint32_t at)
{
    for (uint32_t c = g->first_child[at]; c != NONE && g->visits < VISITS_MAX;
         c = g->next_sibling[c]) {
        g->visits++;
        if (step_takes(g, step, sum, g->form->items[c])) {
            set_add(out, c);
        }
        add_below(g, out, step, sum, c);
    }
}

static size_t slot_of(const struct graph *g, uint32_t parent, uint32_t sum)
{
    return (sum ^ (parent * 2654435761u)) & g->mask;
}

/* Builds the index of children by name.  A flat form has thousands of children, of which
 * each expression names a few. */
static void index_names(struct graph *g)
{
    size_t n = g->form->item_count;
    for (g->mask = 64; g->mask < n * 2; g->mask *= 2) {
    }
    g->by_name = mem_alloc(g->mask * sizeof *g->by_name);
    g->same_name = mem_alloc((n + 1) * sizeof *g->same_name);
    memset(g->by_name, 0xFF, g->mask * sizeof *g->by_name);
    g->mask--;
    for (size_t i = n; i-- > 0;) { /* backwards, so that chains are in document order */
        const struct item *parent = g->form->items[i]->shape.parent;
        size_t slot = slot_of(g, parent ? parent->shape.index : (uint32_t)n, g->sums[i]);
        g->same_name[i] = g->by_name[slot];
        g->by_name[slot] = (uint32_t)i;
    }
}

static void add_children(struct graph *g, struct set *out, const struct xpath_step *step,
                         uint32_t sum, uint32_t at)
{
    bool named = step->test == TEST_NAME && step->name;
    const struct item *holder = at < g->form->item_count ? g->form->items[at] : NULL;
    const uint32_t *next = named ? g->same_name : g->next_sibling;
    uint32_t c = named ? g->by_name[slot_of(g, at, sum)] : g->first_child[at];
    for (; c != NONE && g->visits < VISITS_MAX; c = next[c]) {
        g->visits++;
        if (g->form->items[c]->shape.parent == holder &&
            step_takes(g, step, sum, g->form->items[c])) {
            set_add(out, c);
        }
    }
}

/* Adds the items that a step reaches from item `at`; index item_count stands for the
 * document node. */
static void walk(struct graph *g, struct set *out, const struct xpath_step *step, uint32_t at)
{
    uint32_t document = (uint32_t)g->form->item_count;
    uint32_t sum = step->test == TEST_NAME && step->name ? name_sum(step->name) : 0;
    const struct item *item = at < document ? g->form->items[at] : NULL;
    if (g->visits++ >= VISITS_MAX) {
        return;
    }
    if (step->test == TEST_TEXT) {
        set_add(out, at); /* text() of a leaf is the leaf's value */
    }
    switch (step->axis) {
    case AXIS_CHILD:
    case AXIS_ATTRIBUTE:
        add_children(g, out, step, sum, at);
        break;
    case AXIS_SELF:
        set_add(out, at);
        break;
    case AXIS_PARENT:
        if (item) {
            set_add(out, item->shape.parent ? item->shape.parent->shape.index : document);
        }
        break;
    case AXIS_DESCENDANT_OR_SELF:
        set_add(out, at);
        add_below(g, out, step, sum, at);
        break;
    case AXIS_DESCENDANT:
        add_below(g, out, step, sum, at);
        break;
    case AXIS_ANCESTOR:
    case AXIS_ANCESTOR_OR_SELF:
        for (const struct item *p = item; p; p = p->shape.parent) {
            if (step_takes(g, step, sum, p) && (p != item || step->axis == AXIS_ANCESTOR_OR_SELF)) {
                set_add(out, p->shape.index);
            }
        }
        break;
    default: /* siblings and similar axes: all matching children of the parent */
        if (item) {
            uint32_t parent = item->shape.parent ? item->shape.parent->shape.index : document;
            for (uint32_t c = g->first_child[parent]; c != NONE && g->visits < VISITS_MAX;
                 c = g->next_sibling[c]) {
                g->visits++;
                if (step_takes(g, step, sum, g->form->items[c])) {
                    set_add(out, c);
                }
            }
        }
        break;
    }
}

/* Adds the items that an expression returns as nodes to `result`, and all items it reads to
 * `reads`.  `context` may be empty (inside a secondary instance). */
static void visit(struct graph *g, struct xpath *x, const struct set *context,
                  const struct set *current, struct set *reads, struct set *result, unsigned depth);

static void visit_preds(struct graph *g, struct xpath *const *preds, size_t count,
                        const struct set *at, const struct set *current, struct set *reads,
                        unsigned depth)
{
    bool outer = g->as_node;
    g->as_node = false;
    for (size_t i = 0; i < count; i++) {
        struct set ignored = {0};
        visit(g, preds[i], at, current, reads, &ignored, depth + 1);
        set_free(&ignored);
    }
    g->as_node = outer;
}

static bool is_current(const struct xpath *x)
{
    return x->op == XP_CALL && strcmp(xpath_function_name(x), "current") == 0;
}

/* For a path that only goes up to parents and then down by name, without predicates: the
 * number of parents to go up.  Otherwise -1. */
static int plain(const struct xpath *x)
{
    int up = 0;
    bool down = false;
    if (x->start_pred_count || (x->start && !is_current(x->start))) {
        return -1;
    }
    for (size_t s = 0; s < x->step_count; s++) {
        const struct xpath_step *step = &x->steps[s];
        bool by_name = step->test == TEST_NAME && step->name;
        bool self = step->axis == AXIS_SELF && step->test == TEST_NODE;
        bool parent = step->axis == AXIS_PARENT && step->test == TEST_NODE && !down;
        bool child = by_name && (step->axis == AXIS_CHILD || step->axis == AXIS_ATTRIBUTE);
        if (step->pred_count || !(self || parent || child)) {
            return -1;
        }
        down = down || child;
        up += parent;
    }
    return up;
}

/* Whether prefixes match; the evaluator compares them as texts. */
static bool same_prefix(const struct xpath *x, const struct item *item)
{
    for (size_t s = x->step_count; s-- > 0;) {
        const struct xpath_step *step = &x->steps[s];
        if (step->axis == AXIS_CHILD || step->axis == AXIS_ATTRIBUTE) {
            if (!item || (*step->prefix && strcmp(step->prefix, item->prefix) != 0)) {
                return false;
            }
            item = item->shape.parent;
        }
    }
    return true;
}

/* Records in `x` that the path returns nodes of one item only, so the evaluator need not
 * search.  Returns the repeat whose entry contains both `from` and every node the path
 * returns, or NULL. */
static const struct item *settle_path(struct xpath *x, struct item *target, const struct item *from)
{
    int up = plain(x);
    if (up < 0 || !same_prefix(x, target)) {
        return NULL;
    }
    if (x->absolute) {
        x->target = target;
        for (const struct item *p = target->shape.parent; p; p = p->shape.parent) {
            for (const struct item *q = from; q && p->shape.is_repeat; q = q->shape.parent) {
                if (q == p) {
                    return p;
                }
            }
        }
        return NULL;
    }
    if (!from) {
        return NULL;
    }
    const struct item *top = from;
    for (int i = 0; i < up && top; i++) {
        top = top->shape.parent;
    }
    x->from = from;
    x->up = (unsigned)up;
    x->target = target;
    x->single = top != NULL;
    for (const struct item *p = target; p && p != top; p = p->shape.parent) {
        x->single = x->single && !p->shape.is_repeat;
    }
    while (top && !top->shape.is_repeat) {
        top = top->shape.parent;
    }
    return top;
}

static void visit_path(struct graph *g, struct xpath *x, const struct set *context,
                       const struct set *current, struct set *reads, struct set *result,
                       unsigned depth)
{
    struct set at = {0};
    if (x->start) {
        visit(g, x->start, context, current, reads, &at, depth + 1);
        visit_preds(g, x->start_preds, x->start_pred_count, &at, current, reads, depth);
    } else if (x->absolute) {
        set_add(&at, (uint32_t)g->form->item_count);
    } else {
        for (size_t i = 0; i < context->count; i++) {
            set_add(&at, context->list[i]);
        }
    }
    for (size_t s = 0; s < x->step_count; s++) {
        struct set next = {0};
        for (size_t i = 0; i < at.count; i++) {
            walk(g, &next, &x->steps[s], at.list[i]);
        }
        visit_preds(g, x->steps[s].preds, x->steps[s].pred_count, &next, current, reads, depth);
        set_free(&at);
        at = next;
    }
    const struct item *within = NULL;
    bool here = !g->elsewhere && /* not inside a predicate */
                (x->absolute || x->start || context == current);
    if (at.count == 1 && at.list[0] < g->form->item_count) {
        const struct set *base = x->start ? current : context;
        bool one = base->count == 1 && base->list[0] < g->form->item_count;
        within = settle_path(x, g->form->items[at.list[0]],
                             x->absolute ? g->self
                             : one       ? g->form->items[base->list[0]]
                                         : NULL);
    }
    for (size_t i = 0; i < at.count; i++) {
        if (at.list[i] < g->form->item_count) {
            add_read(reads, at.list[i], here ? within : NULL, !g->as_node);
        }
        set_add(result, at.list[i]);
    }
    set_free(&at);
}

static void visit(struct graph *g, struct xpath *x, const struct set *context,
                  const struct set *current, struct set *reads, struct set *result, unsigned depth)
{
    if (!x || depth > 2500) {
        return;
    }
    if (x->op == XP_PATH) {
        visit_path(g, x, context, current, reads, result, depth);
        return;
    }
    if (x->op == XP_CALL) {
        const char *name = xpath_function_name(x);
        if (strcmp(name, "current") == 0) {
            for (size_t i = 0; i < current->count; i++) {
                set_add(result, current->list[i]);
            }
        }
        bool passes_nodes = strcmp(name, "randomize") == 0 || strcmp(name, "indexed-repeat") == 0;
        bool outer = g->as_node, indexed = strcmp(name, "indexed-repeat") == 0;
        g->elsewhere += indexed;
        g->as_node = strcmp(name, "position") == 0 || strcmp(name, "count") == 0 ||
                     strcmp(name, "name") == 0 || strcmp(name, "local-name") == 0;
        for (size_t i = 0; i < x->arg_count; i++) {
            struct set out = {0};
            visit(g, x->args[i], context, current, reads, passes_nodes && i == 0 ? result : &out,
                  depth + 1);
            set_free(&out);
        }
        g->as_node = outer;
        g->elsewhere -= indexed;
        return;
    }
    struct set ignored = {0};
    struct set *into = x->op == XP_UNION ? result : &ignored;
    visit(g, x->a, context, current, reads, into, depth + 1);
    visit(g, x->b, context, current, reads, into, depth + 1);
    set_free(&ignored);
}

static void reads_of(struct graph *g, const struct item *item, struct xpath *x, struct set *reads)
{
    uint32_t self = item->shape.index;
    struct set context = {.list = &self, .count = 1, .cap = 1};
    struct set result = {0};
    g->self = item;
    visit(g, x, &context, &context, reads, &result, 0);
    set_free(&result);
}

static bool reads_itself(struct graph *g, const struct item *item, struct xpath *x,
                         const char *what, struct err *err)
{
    struct set reads = {0};
    reads_of(g, item, x, &reads);
    bool self = false;
    for (size_t i = 0; i < reads.count; i++) {
        self = self || reads.list[i] == item->shape.index;
    }
    set_free(&reads);
    if (self) {
        err_set(err, ERR_INPUT, "%s: %s depends on the question itself (a cycle)", item->path,
                what);
        err_hint(err, "take the reference to '%s' out of its own %s", item->shape.name, what);
    }
    return self;
}

enum mark { WHITE, GREY, BLACK };

/* Depth-first search with its own stack: a chain of calculations may be as long as the form. */
static bool sort_from(struct graph *g, struct item *start, unsigned char *marks, size_t *placed,
                      struct err *err)
{
    struct frame {
        struct item *item;
        size_t next;
    } *stack = mem_alloc(sizeof *stack * (g->form->item_count + 1));
    size_t depth = 0;
    bool ok = true;
    stack[depth++] = (struct frame){start, 0};
    marks[start->shape.index] = GREY;
    while (depth && ok) {
        struct frame *top = &stack[depth - 1];
        struct set *reads = &g->reads[top->item->shape.index];
        if (top->next > reads->count) {
            marks[top->item->shape.index] = BLACK;
            top->item->rank = (uint32_t)*placed;
            g->form->order[(*placed)++] = top->item;
            depth--;
            continue;
        }
        /* first the parent, whose relevance the item shares; then the items it reads */
        struct item *read = top->next             ? g->form->items[reads->list[top->next - 1]]
                            : top->item->inherits ? top->item->shape.parent
                                                  : NULL;
        top->next++;
        if (!read) {
            continue;
        }
        if (marks[read->shape.index] == GREY) {
            ok = err_set(err, ERR_INPUT, "%s and %s depend on each other (a cycle)",
                         top->item->path, read->path);
            err_hint(err, "break the circle: one of the two expressions must not use the other");
        } else if (marks[read->shape.index] == WHITE) {
            marks[read->shape.index] = GREY;
            stack[depth++] = (struct frame){read, 0};
        }
    }
    free(stack);
    return ok;
}

static void add_readers(struct form *form, const struct set *sets, bool count_only)
{
    for (size_t i = 0; i < form->item_count; i++) {
        for (size_t k = 0; k < sets[i].count; k++) {
            struct item *read = form->items[sets[i].list[k]];
            if (!count_only) {
                read->readers[read->reader_count] =
                    (struct reader){form->items[i], sets[i].wide ? NULL : sets[i].within[k],
                                    sets[i].wide || sets[i].text[k]};
            }
            read->reader_count++;
        }
    }
}

static void invert(struct graph *g)
{
    struct form *form = g->form;
    add_readers(form, g->reads, true);
    add_readers(form, g->wakes, true);
    for (size_t i = 0; i < form->item_count; i++) {
        struct item *item = form->items[i];
        item->readers = arena_alloc(&form->arena, (item->reader_count + 1) * sizeof *item->readers);
        item->reader_count = 0;
    }
    add_readers(form, g->reads, false);
    add_readers(form, g->wakes, false);
}

/* Whether a repeat's count reads, directly or through other items, its own entries or their
 * number. */
static bool is_open(const struct graph *g, const struct item *item)
{
    size_t n = g->form->item_count;
    unsigned char *seen = mem_zero(n, 1);
    uint32_t *stack = mem_alloc(n * sizeof *stack);
    size_t depth = 0;
    bool open = false;
    const struct set *reads = &g->wakes[item->shape.index];
    for (;;) {
        for (size_t k = 0; k < reads->count; k++) {
            uint32_t at = reads->list[k];
            open = open || item_lies_in(g->form->items[at], item);
            if (!seen[at]) {
                seen[at] = 1;
                stack[depth++] = at;
            }
        }
        if (open || !depth) {
            break;
        }
        reads = &g->reads[stack[--depth]];
    }
    free(seen);
    free(stack);
    return open;
}

/* Also reads expressions that no other item depends on, so that their paths are resolved. */
static void settle_others(struct graph *g, const struct control *parent)
{
    for (const struct control *c = parent->first; c; c = c->next) {
        struct set ignored = {0};
        if (c->item) {
            reads_of(g, c->item, c->itemset, &ignored);
            reads_of(g, c->item, c->item->constraint, &ignored);
        }
        set_free(&ignored);
        settle_others(g, c);
    }
}

static void graph_begin(struct graph *g, struct form *form)
{
    size_t n = form->item_count;
    *g = (struct graph){.form = form};
    g->reads = mem_zero(n, sizeof *g->reads);
    g->wakes = mem_zero(n, sizeof *g->wakes);
    g->first_child = mem_alloc((n + 1) * sizeof *g->first_child);
    g->next_sibling = mem_alloc((n + 1) * sizeof *g->next_sibling);
    for (size_t i = 0; i <= n; i++) {
        g->first_child[i] = g->next_sibling[i] = NONE;
    }
    g->sums = mem_alloc((n + 1) * sizeof *g->sums);
    for (size_t i = 0; i < n; i++) {
        g->sums[i] = name_sum(form->items[i]->shape.name);
    }
    index_names(g);
    for (size_t i = n; i-- > 0;) { /* backwards, so that lists are in document order */
        const struct item *above = form->items[i]->shape.parent;
        size_t parent = above ? above->shape.index : n;
        g->next_sibling[i] = g->first_child[parent];
        g->first_child[parent] = (uint32_t)i;
    }
}

static void graph_end(struct graph *g)
{
    for (size_t i = 0; i < g->form->item_count; i++) {
        set_free(&g->reads[i]);
        set_free(&g->wakes[i]);
    }
    free(g->reads);
    free(g->wakes);
    free(g->first_child);
    free(g->sums);
    free(g->by_name);
    free(g->same_name);
    free(g->next_sibling);
}

/* An item may read itself, for example in `required`: that is not a cycle. */
static void forget_itself(struct set *reads, size_t self)
{
    for (size_t k = 0; k < reads->count; k++) {
        if (reads->list[k] == self) {
            reads->list[k] = reads->list[--reads->count];
            if (!reads->wide) {
                reads->within[k] = reads->within[reads->count];
                reads->text[k] = reads->text[reads->count];
            }
            k--;
        }
    }
}

/* Finds what an item's expressions read. */
static bool graph_read(struct graph *g, struct item *item, struct err *err)
{
    const struct item *parent = item->shape.parent;
    struct set *reads = &g->reads[item->shape.index];
    struct xpath *all[] = {item->relevant, item->calculate, item->required, item->readonly};
    item->shape.in_repeat = item->shape.is_repeat || (parent && parent->shape.in_repeat);
    item->inherits = parent && (parent->relevant || parent->inherits);
    if ((item->readonly && reads_itself(g, item, item->readonly, "readonly", err)) ||
        (item->relevant && reads_itself(g, item, item->relevant, "relevant", err)) ||
        (item->calculate && reads_itself(g, item, item->calculate, "calculate", err))) {
        return false;
    }
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        if (all[k]) {
            reads_of(g, item, all[k], reads);
        }
    }
    if (item->count) {
        reads_of(g, item, item->count, &g->wakes[item->shape.index]);
    }
    free(reads->seen); /* needed only while the set grows; many large ones would use much memory */
    reads->seen = NULL;
    reads->words = 0;
    forget_itself(reads, item->shape.index);
    return true;
}

/* Sorts the items so that whatever an expression reads comes before it. */
static bool graph_sort(struct graph *g, struct err *err)
{
    struct form *form = g->form;
    size_t n = form->item_count, placed = 0;
    unsigned char *marks = mem_zero(n, 1);
    bool ok = true;
    form->order = arena_alloc(&form->arena, (n + 1) * sizeof *form->order);
    for (size_t i = 0; i < n && ok; i++) {
        ok = marks[i] != WHITE || sort_from(g, form->items[i], marks, &placed, err);
    }
    free(marks);
    return ok;
}

bool form_graph_build(struct form *form, struct err *err)
{
    struct graph g;
    bool ok = true;
    graph_begin(&g, form);
    for (size_t i = 0; i < form->item_count && ok; i++) {
        assert(form->items[i]->shape.index == i);
        ok = graph_read(&g, form->items[i], err);
    }
    if (ok && g.visits >= VISITS_MAX) {
        err_set(err, ERR_LIMIT, "the expressions look at more than %d nodes of the form",
                (int)VISITS_MAX);
        ok = err_hint(err, "name the questions that they need instead of //*");
    }
    ok = ok && graph_sort(&g, err);
    for (size_t i = 0; i < form->item_count && ok; i++) {
        form->items[i]->count_open = form->items[i]->count && is_open(&g, form->items[i]);
        form->counts_open = form->counts_open || form->items[i]->count_open;
    }
    if (ok) {
        settle_others(&g, form->body);
        invert(&g);
    }
    graph_end(&g);
    return ok;
}
