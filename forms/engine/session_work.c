/* SPDX-License-Identifier: Apache-2.0 */
/* Recalculates after an answer, and undoes changes after a failure. */
#include "forms/engine/session_internal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/engine/values.h"
#include "platform/machine/clock.h"
#include "platform/machine/text.h"

/* ---- recalculation ---- */

static void mark_rank(uint64_t *bits, const struct item *item)
{
    assert(item);
    bits[item->rank / 64] |= (uint64_t)1 << (item->rank % 64);
}

void session_mark(struct session *s, struct node *node)
{
    node->dirty = true;
    mark_rank(s->dirty, node->item);
}

void session_mark_item(struct session *s, const struct item *item)
{
    mark_rank(s->dirty, item);
    mark_rank(s->whole, item);
}

static void mark_readers(struct session *s, const struct node *node, bool text_only)
{
    const struct item *item = node->item;
    for (uint32_t i = 0; i < item->reader_count; i++) {
        const struct reader *r = &item->readers[i];
        if (text_only && (!r->text || item_lies_in(r->item, item))) {
            continue; /* an expression that reads its own group would trigger itself forever */
        }
        const struct node *entry = r->within ? node : NULL;
        while (entry && entry->item != r->within) {
            entry = entry->parent;
        }
        if (!entry) {
            session_mark_item(s, r->item);
            continue;
        }
        if (r->item->count) { /* the repeat may have no entry yet */
            mark_rank(s->dirty, r->item);
        }
        for (struct node *n = s->nodes[r->item->shape.index].first; n; n = n->same_next) {
            if (tree_is_ancestor(entry, n)) {
                session_mark(s, n);
            }
        }
    }
}

static void session_mark_readers(struct session *s, const struct node *node)
{
    mark_readers(s, node, false);
}

void session_mark_text_readers(struct session *s, const struct node *node)
{
    mark_readers(s, node, false);
    for (const struct node *p = node->parent; p && p->item; p = p->parent) {
        mark_readers(s, p, true); /* a group's text consists of the texts of all its nodes */
    }
}

/* Marks nodes that appeared, disappeared or changed relevance, and their readers. */
static void mark_below(struct session *s, struct node *node)
{
    if (node->item) {
        session_mark(s, node);
        session_mark_readers(s, node);
    }
    for (struct node *a = node->attrs; a; a = a->next) {
        mark_below(s, a);
    }
    for (struct node *c = node->first; c; c = c->next) {
        mark_below(s, c);
    }
}

/* Marks everything that reads an entry that was added or removed; other entries may have
 * moved. */
void session_mark_entry(struct session *s, const struct node *node)
{
    if (node->item) {
        session_mark_item(s, node->item);
        for (uint32_t i = 0; i < node->item->reader_count; i++) {
            session_mark_item(s, node->item->readers[i].item);
        }
    }
    for (const struct node *a = node->attrs; a; a = a->next) {
        session_mark_entry(s, a);
    }
    for (const struct node *c = node->first; c; c = c->next) {
        session_mark_entry(s, c);
    }
}

bool session_eval(struct session *s, const struct xpath *x, struct node *node,
                  const struct item *item, const char *what, struct xpath_value *v, struct err *err)
{
    if (!xpath_eval(v, x, &s->xpath, node, err)) {
        return err_at(err, "%s, %s", item->path, what);
    }
    return true;
}

/* Result of an expression as a boolean.  A node is true unless it is "", "false" or "0";
 * other types follow XPath. */
bool session_truth(const struct xpath_value *v)
{
    if (v->type == XV_NODES) {
        const char *text = v->count ? tree_value(v->nodes[0]) : "";
        return *text && strcmp(text, "false") != 0 && strcmp(text, "0") != 0;
    }
    return xpath_to_bool(v);
}

const char *session_calculated_text(struct session *s, const struct item *item,
                                    const struct xpath_value *v)
{
    double n = v->type == XV_NUMBER ? v->number : NAN;
    if (v->type == XV_NUMBER && isnan(n)) {
        return ""; /* an input is still missing */
    }
    if (v->type == XV_BOOLEAN && !item->is_typed) {
        return v->boolean ? "1" : "0"; /* untyped: as in JavaRosa */
    }
    const char *text = xpath_to_text(&s->xpath, v);
    if (item->type == TYPE_INT && v->type != XV_NUMBER && strchr(text, '.')) {
        n = xpath_text_number(text, 0); /* truncate a decimal */
    }
    if (item->type == TYPE_INT && isfinite(n)) {
        char number[400];
        xpath_number_text(number, sizeof number, trunc(n));
        return arena_text(&s->temp, number);
    }
    if (v->type == XV_NUMBER && (item->type == TYPE_DATE)) {
        char iso[64];
        clock_iso(iso, sizeof iso, (int64_t)(floor(n) * 86400000.0), 0, true);
        iso[10] = '\0';
        return arena_text(&s->temp, iso);
    }
    if (item->type == TYPE_DATE && strlen(text) > 10 && text[10] == 'T') {
        return arena_copy(&s->temp, text, 10);
    }
    return text;
}

/* Evaluates a condition of the item at the node, if it has one. */
static bool work_out_truth(struct session *s, const struct xpath *x, struct node *node,
                           const char *what, bool *truth, struct err *err)
{
    struct xpath_value v;
    if (x) {
        if (!session_eval(s, x, node, node->item, what, &v, err)) {
            return false;
        }
        *truth = session_truth(&v);
    }
    return true;
}

static bool work_out_value(struct session *s, const struct item *item, struct node *node,
                           bool *changed, struct err *err)
{
    struct xpath_value v;
    if (s->answered == node) {
        s->answered = NULL;
        *changed = true;
        return true;
    }
    if (s->rewinding || (s->editing && node->sealed)) {
        return true;
    }
    if (!session_eval(s, item->calculate, node, item, "calculate", &v, err)) {
        return false;
    }
    char *before = s->logging ? mem_text(tree_value(node)) : NULL;
    if (tree_set(node, session_calculated_text(s, item, &v))) {
        *changed = true;
        if (before) { /* the old value may have been overruled by the user, or drawn at random */
            session_log(s, (struct undo){UNDO_SET, node, NULL, NULL, before});
            before = NULL;
        }
    }
    mem_wipe_text(before);
    return true;
}

static bool work_out_node(struct session *s, const struct item *item, struct node *node,
                          bool *changed, struct err *err)
{
    bool was = node->active, own = true;
    if (!work_out_truth(s, item->relevant, node, "relevant", &own, err)) {
        return false;
    }
    node->own_relevant = own;
    node->active = own && (!node->parent || node->parent->active);
    *changed = *changed || was != node->active;
    if (!node->active) {
        return true;
    }
    if (item->calculate && !work_out_value(s, item, node, changed, err)) {
        return false;
    }
    if (!work_out_truth(s, item->required, node, "required", &node->required, err)) {
        return false;
    }
    bool above = node->parent && node->parent->readonly, before = node->readonly;
    node->readonly = above && !item->shape.is_attribute;
    if (!item->shape.is_attribute && !above &&
        !work_out_truth(s, item->readonly, node, "readonly", &node->readonly, err)) {
        return false;
    }
    if (before != node->readonly) { /* a group's readonly applies to everything in it */
        for (struct node *c = node->first; c; c = c->next) {
            if (c->item) { /* not so an id that an edit added to meta */
                session_mark(s, c);
            }
        }
    }
    return true;
}

void session_discard(struct session *s, struct node *entry)
{
    entry->next = s->orphans;
    s->orphans = entry;
}

/* ---- undo ---- */

void session_log(struct session *s, struct undo undo)
{
    if (!s->logging) {
        mem_wipe_text(undo.value);
        return;
    }
    if (s->undo_count == s->undo_cap) {
        s->undo_cap = s->undo_cap ? s->undo_cap * 2 : 16;
        s->undo = mem_grow(s->undo, s->undo_cap, sizeof *s->undo);
    }
    s->undo[s->undo_count++] = undo;
}

void session_log_begin(struct session *s, struct node *answered, const char *before)
{
    s->logging = true;
    s->undo_count = 0;
    if (answered) {
        session_log(s, (struct undo){UNDO_SET, answered, NULL, NULL, mem_text(before)});
    }
}

static void keep_removed(struct session *s, struct node *entry, struct node *parent, size_t at)
{
    struct removed_entry *a = arena_alloc(&s->arena, sizeof *a);
    *a = (struct removed_entry){entry, parent, at, s->removed_entries};
    s->removed_entries = a;
}

static void take_back(struct session *s, const struct undo *u)
{
    switch (u->kind) {
    case UNDO_SET:
        tree_set(u->node, u->value);
        session_mark(s, u->node);
        session_mark_text_readers(s, u->node);
        break;
    case UNDO_ENTRY_MADE:
    case UNDO_ENTRY_BACK:
        if (u->node->parent) {
            session_mark_entry(s, u->node);
            tree_remove(u->node);
            session_discard(s, u->node);
        }
        if (u->kind == UNDO_ENTRY_BACK) { /* it was the last entry */
            keep_removed(s, u->node, u->parent, session_entries_in(u->parent, u->node->item, NULL));
        }
        break;
    case UNDO_ENTRY_TAKEN:
        for (struct node **o = &s->orphans; *o; o = &(*o)->next) {
            if (*o == u->node) {
                *o = u->node->next;
                tree_insert_after(u->parent, u->after, u->node);
                session_mark_entry(s, u->node);
                break;
            }
        }
        for (struct removed_entry **a = &s->removed_entries; *a; a = &(*a)->next) {
            if ((*a)->entry == u->node) {
                *a = (*a)->next;
                break;
            }
        }
        break;
    }
}

/* Undoes all logged changes of values and entries, then updates relevance, but recalculates
 * no value: a calculation might draw a new random number. */
static void take_all_back(struct session *s)
{
    s->logging = false;
    for (size_t i = s->undo_count; i > 0; i--) {
        take_back(s, &s->undo[i - 1]);
    }
    session_relist(s);
    s->rewinding = true;
    (void)!session_recalculate(s, NULL);
    s->rewinding = false;
}

void session_log_end(struct session *s, bool keep)
{
    if (!keep) {
        take_all_back(s);
    }
    s->logging = false;
    for (size_t i = 0; i < s->undo_count; i++) {
        mem_wipe_text(s->undo[i].value);
    }
    s->undo_count = 0;
}

size_t session_entries_in(const struct node *parent, const struct item *item, struct node **last)
{
    size_t count = 0;
    for (struct node *c = parent->first; c; c = c->next) {
        if (c->item == item) {
            count++;
            if (last) {
                *last = c;
            }
        }
    }
    return count;
}

/* The node after which a repeat's first entry is inserted: the last child that the form
 * declares before the repeat. */
static struct node *place_before(const struct node *parent, const struct item *item)
{
    struct node *after = NULL;
    for (struct node *c = parent->first; c; c = c->next) {
        if (c->item && c->item->shape.index <= item->shape.index) {
            after = c;
        }
    }
    return after;
}

/* Inserts after at most `at` entries; SIZE_MAX = after the last. */
bool session_put_entry(struct session *s, struct node *parent, const struct item *item, size_t at,
                       struct node **out, struct err *err)
{
    struct node *last = NULL;
    size_t count = session_entries_in(parent, item, &last);
    for (struct node *c = parent->first; c && at < count; c = c->next) {
        if (c->item == item && at-- == 0) {
            last = c->prev; /* insert before this entry */
            break;
        }
    }
    *out = NULL;
    if (!item->template || count >= SESSION_ENTRIES_MAX || s->node_count > SESSION_NODES_MAX) {
        return err_set(err, ERR_LIMIT, "%s: more than %d entries", item->path,
                       (int)SESSION_ENTRIES_MAX);
    }
    const struct node *from = item->template;
    if (item->count && at == SIZE_MAX) { /* start with the entries of the form's own instance */
        size_t nth = 0;
        for (struct node *n = item->first; n; n = n->next) {
            if (n->item == item && nth++ == count) {
                from = n;
            }
        }
    }
    struct node *entry = tree_copy(&s->arena, from);
    tree_insert_after(parent, last || count ? last : place_before(parent, item), entry);
    session_relist(s);
    session_preload(s, entry);
    session_mark_entry(s, entry);
    session_log(s, (struct undo){UNDO_ENTRY_MADE, entry, NULL, NULL, NULL});
    *out = entry;
    return session_run_actions(s, EVENT_NEW_REPEAT, entry, item, err);
}

/* Whether the node contains anything the user entered: a value other than in `from` (the
 * entry it was copied from; NULL: unknown), or a removed entry that was kept with it. */
static bool has_answers(const struct session *s, const struct node *node, const struct node *from)
{
    const struct item *item = node->item;
    bool has = item && item->control && !item->calculate && !node->first && *tree_value(node) &&
               (!from || strcmp(tree_value(node), tree_value(from)) != 0);
    for (const struct removed_entry *a = s->removed_entries; a && !has; a = a->next) {
        has = a->parent == node;
    }
    for (const struct node *c = node->first; c && !has; c = c->next) {
        const struct node *other = from ? from->first : NULL;
        while (other && (other->item != c->item || !c->item)) {
            other = other->next;
        }
        has = has_answers(s, c, other);
    }
    return has;
}

static void set_removed(struct session *s, struct node *entry, struct node *parent, size_t at)
{
    if (has_answers(s, entry, entry->item->template)) {
        keep_removed(s, entry, parent, at);
    }
}

/* Restores the entry that a smaller count removed from this position; NULL if there is none. */
static struct node *bring_back(struct session *s, struct node *parent, const struct item *item,
                               size_t at)
{
    for (struct removed_entry **a = &s->removed_entries; *a; a = &(*a)->next) {
        struct node *entry = (*a)->entry, *last = NULL;
        if (entry->item != item || (*a)->parent != parent || (*a)->at != at) {
            continue;
        }
        struct node **o = &s->orphans;
        while (*o && *o != entry) {
            o = &(*o)->next;
        }
        if (!*o) {
            continue;
        }
        *o = entry->next;
        *a = (*a)->next;
        session_entries_in(parent, item, &last);
        tree_insert_after(parent, last ? last : place_before(parent, item), entry);
        session_relist(s);
        session_mark_entry(s, entry);
        session_log(s, (struct undo){UNDO_ENTRY_BACK, entry, parent, NULL, NULL});
        return entry;
    }
    return NULL;
}

static bool holds(const struct node *node, const char *value)
{
    bool has = strcmp(tree_value(node), value) == 0;
    for (const struct node *c = node->first; c && !has; c = c->next) {
        has = holds(c, value);
    }
    return has;
}

bool session_may_return(const struct session *s, const char *value)
{
    bool may = s->removed && holds(s->removed, value);
    for (const struct removed_entry *a = s->removed_entries; a && !may; a = a->next) {
        may = holds(a->entry, value);
    }
    return may;
}

size_t session_removed_entries(const struct session *s)
{
    size_t count = 0;
    for (const struct removed_entry *a = s->removed_entries; a; a = a->next) {
        count++;
    }
    return count;
}

static struct node *take_last(struct session *s, struct node *parent, const struct item *item)
{
    struct node *last = NULL;
    session_entries_in(parent, item, &last);
    session_mark_entry(s, last);
    session_log(s, (struct undo){UNDO_ENTRY_TAKEN, last, last->parent, last->prev, NULL});
    tree_remove(last);
    session_discard(s, last);
    session_relist(s);
    return last;
}

/* For a count that reads its own entries ("another one?"): removes the last entry if nobody
 * has answered anything in it.  It returns if the changed answer still asks for it. */
static void trim(struct session *s, const struct node *answered)
{
    for (size_t i = 0; i < s->form->item_count; i++) {
        const struct item *item = s->form->items[i];
        struct node_list parents = {0};
        if (!item->count_open) {
            continue;
        }
        if (item->shape.parent) {
            parents = s->nodes[item->shape.parent->shape.index];
        } else {
            parents.first = s->root;
        }
        for (struct node *parent = parents.first; parent; parent = parent->same_next) {
            struct node *last = NULL;
            size_t have = session_entries_in(parent, item, &last);
            if (have > 1 && !tree_is_ancestor(last, answered) &&
                !has_answers(s, last, item->template)) {
                keep_removed(s, take_last(s, parent, item), parent, have - 1);
            }
        }
    }
}

/* jr:count: adds or removes entries below every parent until their number is that of the
 * expression. */
static bool fit_count(struct session *s, const struct item *item, struct err *err)
{
    struct node_list parents = {0};
    if (item->shape.parent) {
        parents = s->nodes[item->shape.parent->shape.index];
    } else {
        parents.first = s->root;
    }
    for (struct node *parent = parents.first; parent; parent = parent->same_next) {
        struct xpath_value v;
        struct node placeholder = {.kind = NODE_ELEMENT,
                                   .name = item->shape.name,
                                   .prefix = "",
                                   .uri = "",
                                   .parent = parent,
                                   .item = item,
                                   .active = true};
        if (!session_eval(s, item->count, &placeholder, item, "jr:count", &v, err)) {
            return false;
        }
        double wanted = xpath_to_number(&s->xpath, &v);
        wanted = wanted > 0 ? floor(wanted) : 0;
        if (wanted > SESSION_ENTRIES_MAX) {
            return err_set(err, ERR_LIMIT, "%s: more than %d entries", item->path,
                           (int)SESSION_ENTRIES_MAX);
        }
        struct node *last = NULL, *fresh;
        size_t have = session_entries_in(parent, item, &last);
        while (have < (size_t)wanted) {
            if (item->count_open && have) {
                session_entries_in(parent, item, &last);
                if (!has_answers(s, last, item->template)) {
                    break; /* the count reads its entries: the next is added once this one has an
                            * answer */
                }
            }
            if (!bring_back(s, parent, item, have) &&
                !session_put_entry(s, parent, item, SIZE_MAX, &fresh, err)) {
                return false;
            }
            have++;
        }
        while (have > (size_t)wanted) {
            struct node *taken = take_last(s, parent, item);
            have--;
            set_removed(s, taken, parent, have);
        }
    }
    return true;
}

static bool work_out(struct session *s, const struct item *item, struct err *err)
{
    uint64_t bit = (uint64_t)1 << (item->rank % 64);
    if (item->count && !(item->count_open && s->counts_wait) && !fit_count(s, item, err)) {
        return false;
    }
    bool whole = (s->whole[item->rank / 64] & bit) != 0;
    s->whole[item->rank / 64] &= ~bit;
    for (struct node *n = s->nodes[item->shape.index].first; n; n = n->same_next) {
        bool changed = false, was = n->active;
        if (!whole && !n->dirty) {
            continue;
        }
        n->dirty = false;
        if (!work_out_node(s, item, n, &changed, err)) {
            return false;
        }
        if (changed) {
            session_mark_text_readers(s, n);
        }
        if (was != n->active) { /* nodes hidden together with a group may be read under their own
                                 * names */
            for (struct node *a = n->attrs; a; a = a->next) {
                mark_below(s, a);
            }
            for (struct node *c = n->first; c; c = c->next) {
                mark_below(s, c);
            }
        }
    }
    arena_reset(&s->temp);
    return true;
}

static void forget_marks(struct session *s)
{
    size_t bytes = (s->form->item_count / 64 + 1) * sizeof *s->dirty;
    memset(s->dirty, 0, bytes);
    memset(s->whole, 0, bytes);
    for (size_t i = 0; i < s->form->item_count; i++) {
        for (struct node *n = s->nodes[i].first; n; n = n->same_next) {
            n->dirty = false;
        }
    }
}

static bool recalculate(struct session *s, struct err *err)
{
    size_t words = s->form->item_count / 64 + 1;
    size_t budget = s->form->item_count * 64 + 1000; /* the graph has no cycles, but counts may
                                                      * cause them */
    for (size_t w = 0; w < words;) {
        if (!s->dirty[w]) {
            w++;
            continue;
        }
        unsigned bit = (unsigned)__builtin_ctzll(s->dirty[w]);
        s->dirty[w] &= s->dirty[w] - 1;
        const struct item *item = s->form->order[w * 64 + bit];
        if (!work_out(s, item, err)) {
            forget_marks(s);
            return false;
        }
        if (--budget == 0) {
            forget_marks(s);
            return err_set(err, ERR_LIMIT, "%s: the form keeps changing itself", item->path);
        }
        for (size_t back = 0; back < w; back++) { /* a count may mark items of lower rank */
            if (s->dirty[back]) {
                w = back;
                break;
            }
        }
    }
    return true;
}

/* Recalculates all marked nodes.  A nested call, from an action of a new entry, returns at
 * once: the outer call does the work. */
bool session_recalculate(struct session *s, struct err *err)
{
    if (s->recalculating) {
        return true;
    }
    s->recalculating = true;
    bool ok = recalculate(s, err);
    s->recalculating = false;
    return ok;
}

bool session_settle(struct session *s, const struct node *answered, struct err *err)
{
    if (!s->form->counts_open) {
        return session_recalculate(s, err);
    }
    trim(s, answered); /* first the values that such counts read, then the counts */
    s->counts_wait = true;
    bool ok = session_recalculate(s, err);
    s->counts_wait = false;
    for (size_t i = 0; i < s->form->item_count; i++) {
        if (s->form->items[i]->count_open) {
            mark_rank(s->dirty, s->form->items[i]);
        }
    }
    return ok && session_recalculate(s, err);
}
