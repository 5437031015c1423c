/* SPDX-License-Identifier: Apache-2.0 */
/* Creates sessions; runs actions and preloads; adds and removes repeat entries. */
#include "forms/engine/session_internal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/engine/values.h"
#include "platform/machine/clock.h"
#include "platform/machine/text.h"

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
        struct node_list *list = &s->nodes[node->item->shape.index];
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

/* Renumbers the nodes and rebuilds the lists by item, after entries were added or removed. */
void session_relist(struct session *s)
{
    memset(s->nodes, 0, s->form->item_count * sizeof *s->nodes);
    s->node_count = 0;
    tree_number(s->root, 1);
    list_nodes(s, s->root);
}

/* ---- actions and preloads ---- */

/* A value set by an action counts as a change and may trigger further actions. */
static bool set_and_go_on(struct session *s, struct node *node, const char *text, struct err *err)
{
    enum { CHAIN_MAX = 64 };
    char *before = mem_text(tree_value(node));
    bool ok = true;
    if (tree_set(node, text)) {
        session_log(s, (struct undo){UNDO_SET, node, NULL, NULL, before});
        before = NULL;
        session_mark(s, node);
        session_mark_text_readers(s, node);
        if (++s->chained > CHAIN_MAX) {
            ok = err_set(err, ERR_LIMIT, "%s: actions set off each other without end",
                         node->item->path);
        }
        ok = ok && session_recalculate(s, err) &&
             session_run_actions(s, EVENT_CHANGED, node, node->item, err);
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
        return ok; /* a recording is started by the user interface */
    }
    if (action->value) {
        if (!session_eval(s, action->value, node, action->target, "setvalue", &v, err)) {
            return false;
        }
        text = session_calculated_text(s, action->target, &v);
    }
    struct buf whole = {0};
    if (!action->value && text && action->target->type == TYPE_INT &&
        value_default(action->target, text, &whole)) {
        text = whole.data; /* truncate a decimal, as for calculated values */
    }
    char *kept = mem_text(text); /* the calls below reset the arena that holds `text` */
    arena_reset(&s->temp);
    buf_fini(&whole);
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
    if (count) { /* set_by_action resets the arena that holds the path's result */
        memcpy(nodes, v.nodes, count * sizeof *nodes);
    }
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++) {
        ok = nodes[i]->item != action->target || set_by_action(s, action, nodes[i], err);
    }
    free(nodes);
    return ok;
}

/* Does the action answer to this event? */
static bool answers_to(const struct action *a, unsigned event, const struct item *trigger)
{
    bool of_entry = event == EVENT_NEW_REPEAT && !a->trigger && item_lies_in(a->target, trigger);
    bool triggered = event == EVENT_CHANGED || event == EVENT_NEW_REPEAT;
    /* an action in the model belongs to the repeat that contains its target */
    return (a->events & event) && (!triggered || a->trigger == trigger || of_entry);
}

/* Sets the action's targets; an action inside a repeat affects only nodes of its own entry. */
static bool run_action(struct session *s, const struct action *a, const struct node *scope,
                       struct err *err)
{
    struct node *first = s->nodes[a->target->shape.index].first;
    bool any_inside = false;
    for (struct node *n = first; n && scope && !any_inside; n = n->same_next) {
        any_inside = tree_is_ancestor(scope, n);
    }
    for (struct node *n = first; n; n = n->same_next) {
        if (scope && any_inside && !tree_is_ancestor(scope, n)) {
            continue;
        }
        if (!set_by_action(s, a, n, err)) {
            return false;
        }
    }
    return true;
}

/* `where`: for EVENT_NEW_REPEAT the new entry; for EVENT_CHANGED the changed node; else
 * NULL. */
bool session_run_actions(struct session *s, unsigned event, const struct node *where,
                         const struct item *trigger, struct err *err)
{
    for (const struct action *a = s->form->actions; a; a = a->next) {
        if (!answers_to(a, event, trigger)) {
            continue;
        }
        const struct node *scope = event == EVENT_CHANGED ? session_entry_of(where) : where;
        struct node *from = where ? (struct node *)where : s->root->first;
        if (!(a->path ? set_by_path(s, a, from, err) : run_action(s, a, scope, err))) {
            return false;
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

void session_preload(struct session *s, struct node *node)
{
    if (node->item && node->item->preload) {
        preload(s, node);
    }
    for (struct node *c = node->first; c; c = c->next) {
        session_preload(s, c);
    }
}

/* ---- life ---- */

/* Normalises defaults for the item's type; an invalid default becomes "". */
static void session_tidy_default(const struct item *item, struct node *node)
{
    struct buf text = {0};
    if (item->is_leaf && node->value && (item->type != TYPE_TEXT || !item->shape.is_attribute)) {
        bool ok = value_default(item, node->value, &text);
        tree_set(node, ok ? text.data : "");
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
    assert(!form->language_count || form->default_language < form->language_count);
    struct session *s = mem_zero(1, sizeof *s);
    arena_init(&s->arena);
    arena_init(&s->temp);
    s->form = form;
    s->env = *env;
    session_set_language(s, form->language_count ? form->languages[form->default_language] : "ru");
    s->nodes = mem_zero(form->item_count + 1, sizeof *s->nodes);
    s->dirty = mem_zero(form->item_count / 64 + 1, sizeof *s->dirty);
    s->whole = mem_zero(form->item_count / 64 + 1, sizeof *s->whole);
    s->next_order = SESSION_ORDER;
    s->root = tree_copy(&s->arena, form->primary);
    s->xpath = (struct xpath_env){.primary = s->root,
                                  .lists = s->nodes,
                                  .list_nodes = form->list_nodes,
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
        session_preload(s, s->root);
    }
    unsigned events = fresh ? EVENT_FIRST_LOAD | EVENT_LOAD : EVENT_LOAD;
    bool ok = session_run_actions(s, events, NULL, NULL, err);
    session_mark_entry(s, s->root);
    return ok && session_recalculate(s, err);
}

void session_resume(struct session *s)
{
    struct err ignored = {0};
    session_log_begin(s, NULL, NULL);
    bool ok = session_run_actions(s, EVENT_LOAD, NULL, NULL, &ignored) &&
              session_recalculate(s, &ignored);
    session_log_end(s, ok);
    arena_reset(&s->temp);
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
    assert(roster->kind == PAGE_ROSTER);
    (void)s;
    *count = session_entries_in(roster->node, roster->control->item, NULL);
    *entries = arena_alloc(arena, (*count + 1) * sizeof **entries);
    size_t i = 0;
    for (struct node *c = roster->node->first; c; c = c->next) {
        if (c->item == roster->control->item) {
            (*entries)[i++] = c;
        }
    }
}

/* Adds an entry at the end.  If adding or recalculating fails, everything is undone. */
bool session_add_entry(struct session *s, const struct page *roster, struct node **entry,
                       struct err *err)
{
    return session_insert_entry(s, roster, SIZE_MAX, entry, err);
}

bool session_insert_entry(struct session *s, const struct page *roster, size_t at,
                          struct node **entry, struct err *err)
{
    assert(roster->kind == PAGE_ROSTER);
    const struct item *item = roster->control->item;
    if (item->fixed) {
        return err_set(err, ERR_INPUT, "%s: the form fixes the number of entries", item->path);
    }
    session_log_begin(s, NULL, NULL);
    bool ok =
        session_put_entry(s, roster->node, item, at, entry, err) && session_recalculate(s, err);
    session_log_end(s, ok); /* a failed insertion is undone, because the journal does not contain
                             * it */
    return ok;
}

bool session_remove_entry(struct session *s, struct node *entry, struct err *err)
{
    assert(entry->item && entry->item->shape.is_repeat && entry->parent);
    if (entry->item->fixed) {
        return err_set(err, ERR_INPUT, "%s: the form fixes the number of entries",
                       entry->item->path);
    }
    if (s->removed) {
        session_discard(s, s->removed);
    }
    session_mark_entry(s, entry);
    s->removed = entry;
    s->removed_after = entry->prev;
    s->removed_parent = entry->parent;
    tree_remove(entry);
    session_relist(s);
    session_log_begin(s, NULL, NULL);
    bool ok = session_recalculate(s, err);
    if (!ok) {
        s->removed = NULL;
        tree_insert_after(s->removed_parent, s->removed_after, entry);
        session_mark_entry(s, entry);
    }
    session_log_end(s, ok);
    return ok;
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
    session_mark_entry(s, s->removed);
    session_relist(s);
    session_log_begin(s, NULL, NULL);
    bool ok = session_recalculate(s, err);
    if (!ok) {
        session_mark_entry(s, s->removed);
        tree_remove(s->removed);
    }
    session_log_end(s, ok);
    s->removed = ok ? NULL : s->removed;
    return ok;
}
