/* SPDX-License-Identifier: Apache-2.0 */
/* What has been answered, and what follows from it? */
#include "forms/session_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/values.h"
#include "platform/clock.h"
#include "platform/text.h"

enum undo_kind { UNDO_SET, UNDO_ENTRY_MADE, UNDO_ENTRY_TAKEN };
struct undo {
    enum undo_kind kind;
    struct node *node, *parent, *after;
    char *value; /* of UNDO_SET: what stood there, owned */
};

static void preload_below(struct session *s, struct node *node);

/* ---- services for xpath ---- */

int64_t session_wall_ms(void *user)
{
    struct session *s = user;
    return s->env.wall_ms ? s->env.wall_ms(s->env.user) : 0;
}

int session_zone_minutes(void *user, int64_t wall)
{
    struct session *s = user;
    return s->env.zone_minutes ? s->env.zone_minutes(s->env.user, wall) : 0;
}

static void random_bytes(void *user, void *bytes, size_t len)
{
    struct session *s = user;
    memset(bytes, 0, len);
    if (s->env.random) {
        s->env.random(s->env.user, bytes, len);
    }
}

static const char *property(void *user, const char *name)
{
    struct session *s = user;
    return s->env.property ? s->env.property(s->env.user, name) : NULL;
}

/* ---- structure ---- */

static void list_nodes(struct session *s, struct node *node)
{
    if (node->item) {
        struct node_list *list = &s->nodes[node->item->index];
        node->same_prev = list->last;
        node->same_next = NULL;
        if (list->last) {
            list->last->same_next = node;
        } else {
            list->first = node;
        }
        list->last = node;
        s->node_count++;
    }
    for (struct node *a = node->attrs; a; a = a->next) {
        list_nodes(s, a);
    }
    for (struct node *c = node->first; c; c = c->next) {
        list_nodes(s, c);
    }
}

/* After entries came or went: number the nodes and list them by item anew. */
void session_relist(struct session *s)
{
    memset(s->nodes, 0, s->form->item_count * sizeof *s->nodes);
    s->node_count = 0;
    tree_number(s->root, 1);
    list_nodes(s, s->root);
}

/* ---- recalculation ---- */

static void mark_rank(uint64_t *bits, const struct item *item)
{
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

static bool lies_in(const struct item *item, const struct item *holder)
{
    while (item && item != holder) {
        item = item->parent;
    }
    return item != NULL;
}

static void mark_readers(struct session *s, const struct node *node, bool text_only)
{
    const struct item *item = node->item;
    for (uint32_t i = 0; i < item->reader_count; i++) {
        const struct reader *r = &item->readers[i];
        if (text_only && (!r->text || lies_in(r->item, item))) {
            continue; /* one that reads its own group would wake itself for ever */
        }
        const struct node *entry = r->within ? node : NULL;
        while (entry && entry->item != r->within) {
            entry = entry->parent;
        }
        if (!entry) {
            session_mark_item(s, r->item);
            continue;
        }
        if (r->item->count) { /* there may be no entry yet */
            mark_rank(s->dirty, r->item);
        }
        for (struct node *n = s->nodes[r->item->index].first; n; n = n->same_next) {
            if (tree_is_ancestor(entry, n)) {
                session_mark(s, n);
            }
        }
    }
}

void session_mark_readers(struct session *s, const struct node *node)
{
    mark_readers(s, node, false);
}

void session_mark_text_readers(struct session *s, const struct node *node)
{
    mark_readers(s, node, false);
    for (const struct node *p = node->parent; p && p->item; p = p->parent) {
        mark_readers(s, p, true); /* a group's text is that of all in it */
    }
}

/* Whether these nodes are there, or asked, has changed. */
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

/* An entry came or went: the others may have moved, too. */
static void mark_entry(struct session *s, const struct node *node)
{
    if (node->item) {
        session_mark_item(s, node->item);
        for (uint32_t i = 0; i < node->item->reader_count; i++) {
            session_mark_item(s, node->item->readers[i].item);
        }
    }
    for (const struct node *a = node->attrs; a; a = a->next) {
        mark_entry(s, a);
    }
    for (const struct node *c = node->first; c; c = c->next) {
        mark_entry(s, c);
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

/* A node's value that means true: "true", or "1"; everything else by XPath. */
bool session_truth(const struct xpath_value *v)
{
    if (v->type == XV_NODES) {
        const char *text = v->count ? tree_value(v->nodes[0]) : "";
        return *text && strcmp(text, "false") != 0 && strcmp(text, "0") != 0;
    }
    return xpath_to_bool(v);
}

static const char *calculated_text(struct session *s, const struct item *item,
                                   const struct xpath_value *v)
{
    double n = v->type == XV_NUMBER ? v->number : NAN;
    if (v->type == XV_NUMBER && isnan(n)) {
        return ""; /* nothing to calculate from yet */
    }
    if (v->type == XV_BOOLEAN && !item->is_typed) {
        return v->boolean ? "1" : "0"; /* as JavaRosa where nobody says what it is to be */
    }
    const char *text = xpath_to_text(&s->xpath, v);
    if (item->type == TYPE_INT && v->type != XV_NUMBER && strchr(text, '.')) {
        n = xpath_text_number(text, 0); /* a decimal becomes whole */
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

static void note(struct session *s, struct undo undo);

static bool work_out_node(struct session *s, const struct item *item, struct node *node,
                          bool *changed, struct err *err)
{
    struct xpath_value v;
    bool was = node->active;
    bool own = true;
    if (item->relevant) {
        if (!session_eval(s, item->relevant, node, item, "relevant", &v, err)) {
            return false;
        }
        own = session_truth(&v);
    }
    node->own_relevant = own;
    node->active = own && (!node->parent || node->parent->active);
    *changed = *changed || was != node->active;
    if (!node->active) {
        return true;
    }
    if (item->calculate && s->answered == node) {
        s->answered = NULL;
        *changed = true;
    } else if (item->calculate) {
        if (!session_eval(s, item->calculate, node, item, "calculate", &v, err)) {
            return false;
        }
        char *before = s->logging && item->control ? mem_text(tree_value(node)) : NULL;
        if (tree_set(node, calculated_text(s, item, &v))) {
            *changed = true;
            if (before) { /* somebody may have overruled it */
                note(s, (struct undo){UNDO_SET, node, NULL, NULL, before});
                before = NULL;
            }
        }
        mem_wipe_text(before);
    }
    if (item->required) {
        if (!session_eval(s, item->required, node, item, "required", &v, err)) {
            return false;
        }
        node->required = session_truth(&v);
    }
    bool above = node->parent && node->parent->readonly, before = node->readonly;
    node->readonly = above && !item->is_attribute;
    if (item->readonly && !item->is_attribute && !above) {
        if (!session_eval(s, item->readonly, node, item, "readonly", &v, err)) {
            return false;
        }
        node->readonly = session_truth(&v);
    }
    if (before != node->readonly) { /* what a group says of itself holds for all in it */
        for (struct node *c = node->first; c; c = c->next) {
            session_mark(s, c);
        }
    }
    return true;
}

static void discard(struct session *s, struct node *entry)
{
    entry->next = s->orphans;
    s->orphans = entry;
}

/* ---- taking back ---- */

static void note(struct session *s, struct undo undo)
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
    note(s, (struct undo){UNDO_SET, answered, NULL, NULL, mem_text(before)});
}

static void take_back(struct session *s, const struct undo *u)
{
    switch (u->kind) {
    case UNDO_SET:
        tree_set(u->node, u->value);
        break;
    case UNDO_ENTRY_MADE:
        if (u->node->parent) {
            mark_entry(s, u->node);
            tree_remove(u->node);
            discard(s, u->node);
        }
        break;
    case UNDO_ENTRY_TAKEN:
        for (struct node **o = &s->orphans; *o; o = &(*o)->next) {
            if (*o == u->node) {
                *o = u->node->next;
                tree_insert_after(u->parent, u->after, u->node);
                break;
            }
        }
        break;
    }
}

void session_log_end(struct session *s, bool keep)
{
    s->logging = false;
    for (size_t i = s->undo_count; i > 0; i--) {
        if (!keep) {
            take_back(s, &s->undo[i - 1]);
        }
        mem_wipe_text(s->undo[i - 1].value);
    }
    if (!keep) {
        session_relist(s);
        mark_entry(s, s->root);
        (void)!session_recalculate(s, NULL);
    }
    s->undo_count = 0;
}

static size_t entries_in(const struct node *parent, const struct item *item, struct node **last)
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

/* Where a first entry belongs: behind the children that the form declares before the repeat. */
static struct node *place_before(const struct node *parent, const struct item *item)
{
    struct node *after = NULL;
    for (struct node *c = parent->first; c; c = c->next) {
        if (c->item && c->item->index <= item->index) {
            after = c;
        }
    }
    return after;
}

/* Behind `count` entries at most: SIZE_MAX = behind the last. */
static bool insert_entry(struct session *s, struct node *parent, const struct item *item, size_t at,
                         struct node **out, struct err *err)
{
    struct node *last = NULL;
    size_t count = entries_in(parent, item, &last);
    for (struct node *c = parent->first; c && at < count; c = c->next) {
        if (c->item == item && at-- == 0) {
            last = c->prev; /* before this one */
            break;
        }
    }
    *out = NULL;
    if (!item->template || count >= SESSION_ENTRIES_MAX || s->node_count > SESSION_NODES_MAX) {
        return err_set(err, ERR_LIMIT, "%s: more than %d entries", item->path,
                       (int)SESSION_ENTRIES_MAX);
    }
    const struct node *from = item->template;
    if (item->count && at == SIZE_MAX) { /* entries that the form itself holds come first */
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
    preload_below(s, entry);
    mark_entry(s, entry);
    note(s, (struct undo){UNDO_ENTRY_MADE, entry, NULL, NULL, NULL});
    *out = entry;
    return session_run_actions(s, EVENT_NEW_REPEAT, entry, item, err);
}

/* jr:count: as many entries as the expression says, below every parent. */
static bool fit_count(struct session *s, const struct item *item, struct err *err)
{
    struct node_list parents = {0};
    if (item->parent) {
        parents = s->nodes[item->parent->index];
    } else {
        parents.first = s->root;
    }
    for (struct node *parent = parents.first; parent; parent = parent->same_next) {
        struct xpath_value v;
        struct node stand_in = {.kind = NODE_ELEMENT,
                                .name = item->name,
                                .prefix = "",
                                .uri = "",
                                .parent = parent,
                                .item = item,
                                .active = true};
        if (!session_eval(s, item->count, &stand_in, item, "jr:count", &v, err)) {
            return false;
        }
        double wanted = xpath_to_number(&s->xpath, &v);
        wanted = wanted > 0 ? floor(wanted) : 0;
        if (wanted > SESSION_ENTRIES_MAX) {
            return err_set(err, ERR_LIMIT, "%s: more than %d entries", item->path,
                           (int)SESSION_ENTRIES_MAX);
        }
        struct node *last = NULL, *fresh;
        size_t have = entries_in(parent, item, &last);
        while (have < (size_t)wanted) {
            if (!insert_entry(s, parent, item, SIZE_MAX, &fresh, err)) {
                return false;
            }
            have++;
        }
        while (have > (size_t)wanted) {
            entries_in(parent, item, &last);
            mark_entry(s, last);
            note(s, (struct undo){UNDO_ENTRY_TAKEN, last, last->parent, last->prev, NULL});
            tree_remove(last);
            discard(s, last);
            session_relist(s);
            have--;
        }
    }
    return true;
}

static bool work_out(struct session *s, const struct item *item, struct err *err)
{
    uint64_t bit = (uint64_t)1 << (item->rank % 64);
    if (item->count && !fit_count(s, item, err)) {
        return false;
    }
    bool whole = (s->whole[item->rank / 64] & bit) != 0;
    s->whole[item->rank / 64] &= ~bit;
    for (struct node *n = s->nodes[item->index].first; n; n = n->same_next) {
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
        if (was != n->active) { /* what is hidden with a group is read under its own name */
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

bool session_recalculate(struct session *s, struct err *err)
{
    size_t words = s->form->item_count / 64 + 1;
    size_t budget = s->form->item_count * 64 + 1000; /* the graph has no cycles; counts might */
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
        for (size_t back = 0; back < w; back++) { /* a count may wake earlier ones */
            if (s->dirty[back]) {
                w = back;
                break;
            }
        }
    }
    return true;
}

/* ---- actions and preloads ---- */

/* A value that an action sets is a changed value, too, and may set off others. */
static bool set_and_go_on(struct session *s, struct node *node, const char *text, struct err *err)
{
    enum { CHAIN_MAX = 64 };
    char *before = mem_text(tree_value(node));
    bool ok = true;
    if (tree_set(node, text)) {
        note(s, (struct undo){UNDO_SET, node, NULL, NULL, before});
        before = NULL;
        session_mark(s, node);
        session_mark_text_readers(s, node);
        if (++s->chained > CHAIN_MAX) {
            ok = err_set(err, ERR_LIMIT, "%s: actions set off each other without end",
                         node->item->path);
        }
        ok = ok && session_run_actions(s, EVENT_CHANGED, node, node->item, err);
        s->chained--;
    }
    mem_wipe_text(before);
    return ok;
}

static bool set_by_action(struct session *s, const struct action *action, struct node *node,
                          struct err *err)
{
    struct xpath_value v;
    const char *text = action->literal;
    struct buf place = {0};
    if (action->kind != ACTION_SETVALUE) {
        bool known = action->kind == ACTION_SETGEOPOINT && s->env.geopoint &&
                     s->env.geopoint(s->env.user, &place);
        bool ok = !known || set_and_go_on(s, node, place.data, err);
        buf_fini(&place);
        return ok; /* a recording is begun by whoever shows the form */
    }
    if (action->value) {
        if (!session_eval(s, action->value, node, action->target, "setvalue", &v, err)) {
            return false;
        }
        text = calculated_text(s, action->target, &v);
    }
    char *kept = mem_text(text); /* what follows empties the arena that it lies in */
    arena_reset(&s->temp);
    bool ok = set_and_go_on(s, node, kept, err);
    mem_wipe_text(kept);
    return ok;
}

static bool set_by_path(struct session *s, const struct action *action, struct node *where,
                        struct err *err)
{
    struct xpath_value v;
    if (!session_eval(s, action->path, where, action->target, "setvalue", &v, err)) {
        return false;
    }
    size_t count = v.type == XV_NODES ? v.count : 0;
    struct node **nodes = mem_alloc((count + 1) * sizeof *nodes);
    if (count) { /* set_by_action empties the arena that the path's result lives in */
        memcpy(nodes, v.nodes, count * sizeof *nodes);
    }
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++) {
        ok = nodes[i]->item != action->target || set_by_action(s, action, nodes[i], err);
    }
    free(nodes);
    return ok;
}

/* `where`: for EVENT_NEW_REPEAT the fresh entry; for EVENT_CHANGED the changed node. */
bool session_run_actions(struct session *s, unsigned event, const struct node *where,
                         const struct item *trigger, struct err *err)
{
    for (const struct action *a = s->form->actions; a; a = a->next) {
        if (!(a->events & event)) {
            continue;
        }
        bool of_entry = event == EVENT_NEW_REPEAT && !a->trigger && lies_in(a->target, trigger);
        if ((event == EVENT_CHANGED || event == EVENT_NEW_REPEAT) && a->trigger != trigger &&
            !of_entry) { /* an action of the model is of the repeat that its target lies in */
            continue;
        }
        /* an action inside a repeat acts on the nodes of its own entry */
        const struct node *scope = where;
        if (event == EVENT_CHANGED) {
            scope = session_entry_of(where);
        }
        bool any_inside = false;
        if (a->path) {
            if (!set_by_path(s, a, where ? (struct node *)where : s->root->first, err)) {
                return false;
            }
            continue;
        }
        for (struct node *n = s->nodes[a->target->index].first; n && scope; n = n->same_next) {
            any_inside = any_inside || tree_is_ancestor(scope, n);
        }
        for (struct node *n = s->nodes[a->target->index].first; n; n = n->same_next) {
            if (scope && any_inside && !tree_is_ancestor(scope, n)) {
                continue;
            }
            if (!set_by_action(s, a, n, err)) {
                return false;
            }
        }
    }
    return true;
}

void session_new_id(struct session *s, char *text, size_t size)
{
    uint8_t id[16];
    char hex[33];
    random_bytes(s, id, sizeof id);
    id[6] = (uint8_t)((id[6] & 15) | 64);
    id[8] = (uint8_t)((id[8] & 63) | 128);
    text_hex(hex, id, 16);
    snprintf(text, size, "uuid:%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static void preload(struct session *s, struct node *node)
{
    const struct item *item = node->item;
    const char *kind = item->preload;
    const char *params = item->preload_params ? item->preload_params : "";
    char text[80] = "";
    int64_t wall = session_wall_ms(s);
    if (strcmp(kind, "uid") == 0) {
        session_new_id(s, text, sizeof text);
    } else if (strcmp(kind, "timestamp") == 0 && strcmp(params, "start") == 0) {
        clock_iso(text, sizeof text, wall, session_zone_minutes(s, wall), false);
    } else if (strcmp(kind, "date") == 0) {
        clock_iso(text, sizeof text, wall, session_zone_minutes(s, wall), false);
        text[10] = '\0';
    } else if (strcmp(kind, "property") == 0) {
        const char *value = property(s, params);
        snprintf(text, sizeof text, "%s", value ? value : "");
    }
    if (*text) {
        tree_set(node, text);
    }
}

static void preload_below(struct session *s, struct node *node)
{
    if (node->item && node->item->preload) {
        preload(s, node);
    }
    for (struct node *c = node->first; c; c = c->next) {
        preload_below(s, c);
    }
}

/* ---- life ---- */

/* Defaults as answers of their type; what is none, is no default. */
void session_tidy_default(const struct item *item, struct node *node)
{
    struct buf text = {0};
    if (item->type != TYPE_TEXT && item->is_leaf && node->value) {
        tree_set(node, value_default(item, node->value, &text) ? text.data : "");
    }
    buf_fini(&text);
}

static void tidy_defaults(struct session *s)
{
    for (size_t i = 0; i < s->form->item_count; i++) {
        const struct item *item = s->form->items[i];
        for (struct node *n = s->nodes[i].first; n; n = n->same_next) {
            session_tidy_default(item, n);
        }
    }
}

struct session *session_begin(const struct form *form, const struct session_env *env)
{
    struct session *s = mem_zero(1, sizeof *s);
    arena_init(&s->arena);
    arena_init(&s->temp);
    s->form = form;
    s->env = *env;
    snprintf(s->language, sizeof s->language, "%s",
             form->language_count ? form->languages[form->default_language] : "ru");
    s->nodes = mem_zero(form->item_count + 1, sizeof *s->nodes);
    s->dirty = mem_zero(form->item_count / 64 + 1, sizeof *s->dirty);
    s->whole = mem_zero(form->item_count / 64 + 1, sizeof *s->whole);
    s->next_order = SESSION_ORDER;
    s->root = tree_copy(&s->arena, form->primary);
    s->xpath = (struct xpath_env){.primary = s->root,
                                  .lists = s->nodes,
                                  .keep = &s->arena,
                                  .temp = &s->temp,
                                  .user = s,
                                  .instance = session_find_instance,
                                  .wall_ms = session_wall_ms,
                                  .zone_minutes = session_zone_minutes,
                                  .random = random_bytes,
                                  .itext = session_itext_text,
                                  .choice_name = session_choice_name,
                                  .property = property};
    session_relist(s);
    tidy_defaults(s);
    return s;
}

bool session_start(struct session *s, bool fresh, struct err *err)
{
    if (fresh) {
        preload_below(s, s->root);
    }
    unsigned events = fresh ? EVENT_FIRST_LOAD | EVENT_LOAD : EVENT_LOAD;
    bool ok = session_run_actions(s, events, NULL, NULL, err);
    mark_entry(s, s->root);
    return ok && session_recalculate(s, err);
}

bool session_new(struct session **out, const struct form *form, const struct session_env *env,
                 struct err *err)
{
    *out = session_begin(form, env);
    if (!session_start(*out, true, err)) {
        session_free(*out);
        *out = NULL;
    }
    return *out != NULL;
}

void session_free(struct session *s)
{
    if (!s) {
        return;
    }
    tree_wipe(s->root);
    if (s->removed) {
        tree_wipe(s->removed);
    }
    for (struct node *o = s->orphans; o;) {
        struct node *next = o->next;
        o->next = NULL;
        tree_wipe(o);
        o = next;
    }
    for (struct secondary *l = s->loaded; l; l = l->next) {
        tree_wipe(l->root);
    }
    free(s->nodes);
    free(s->dirty);
    free(s->whole);
    free(s->undo);
    arena_fini(&s->temp);
    arena_fini(&s->arena);
    free(s);
}

const struct form *session_form(const struct session *s)
{
    return s->form;
}

struct node *session_root(const struct session *s)
{
    return s->root;
}

/* ---- repeats ---- */

void session_entries(struct session *s, struct arena *arena, const struct page *roster,
                     struct node ***entries, size_t *count)
{
    (void)s;
    *count = entries_in(roster->node, roster->control->item, NULL);
    *entries = arena_alloc(arena, (*count + 1) * sizeof **entries);
    size_t i = 0;
    for (struct node *c = roster->node->first; c; c = c->next) {
        if (c->item == roster->control->item) {
            (*entries)[i++] = c;
        }
    }
}

/* Undo, after a recalculation that failed: as far as the form lets it, all is worked out anew. */
static void take_out(struct session *s, struct node *entry)
{
    mark_entry(s, entry);
    tree_remove(entry);
    session_relist(s);
    (void)!session_recalculate(s, NULL);
}

static void put_in(struct session *s, struct node *parent, struct node *after, struct node *entry)
{
    tree_insert_after(parent, after, entry);
    session_relist(s);
    mark_entry(s, entry);
    (void)!session_recalculate(s, NULL);
}

bool session_add_entry(struct session *s, const struct page *roster, struct node **entry,
                       struct err *err)
{
    return session_insert_entry(s, roster, SIZE_MAX, entry, err);
}

bool session_insert_entry(struct session *s, const struct page *roster, size_t at,
                          struct node **entry, struct err *err)
{
    const struct item *item = roster->control->item;
    if (item->fixed) {
        return err_set(err, ERR_INPUT, "%s: the form fixes the number of entries", item->path);
    }
    if (insert_entry(s, roster->node, item, at, entry, err) && session_recalculate(s, err)) {
        return true;
    }
    if (*entry) { /* it did not happen: the journal does not tell of it */
        take_out(s, *entry);
        discard(s, *entry);
    }
    return false;
}

bool session_remove_entry(struct session *s, struct node *entry, struct err *err)
{
    if (entry->item->fixed) {
        return err_set(err, ERR_INPUT, "%s: the form fixes the number of entries",
                       entry->item->path);
    }
    if (s->removed) {
        discard(s, s->removed);
    }
    mark_entry(s, entry);
    s->removed = entry;
    s->removed_after = entry->prev;
    s->removed_parent = entry->parent;
    tree_remove(entry);
    session_relist(s);
    if (!session_recalculate(s, err)) {
        s->removed = NULL;
        put_in(s, s->removed_parent, s->removed_after, entry);
        return false;
    }
    return true;
}

bool session_can_restore(const struct session *s)
{
    return s->removed && tree_is_ancestor(s->root, s->removed_parent) &&
           (!s->removed_after || s->removed_after->parent == s->removed_parent);
}

bool session_restore_entry(struct session *s, struct err *err)
{
    if (!session_can_restore(s)) {
        return err_set(err, ERR_INPUT, "there is no deleted entry to bring back");
    }
    tree_insert_after(s->removed_parent, s->removed_after, s->removed);
    mark_entry(s, s->removed);
    session_relist(s);
    if (!session_recalculate(s, err)) {
        take_out(s, s->removed);
        return false;
    }
    s->removed = NULL;
    return true;
}
