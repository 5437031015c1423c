/* SPDX-License-Identifier: Apache-2.0 */
/* What has been answered, and what follows from it? */
#include "forms/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/dates.h"
#include "platform/clock.h"
#include "platform/csv.h"
#include "platform/text.h"

struct node_list {
    struct node *first, *last;
};

struct session {
    const struct form *form;
    struct session_env env;
    struct arena arena, temp;
    struct node *root;
    struct node_list *nodes; /* by item index */
    size_t node_count;
    uint64_t *dirty; /* one bit a rank */
    struct xpath_env xpath;
    struct secondary *loaded; /* external instances fetched so far */
    char language[32];
    struct node *removed, *removed_after, *removed_parent;
    struct node *orphans; /* removed for good; wiped at the end */
};

/* ---- services for xpath ---- */

static int64_t wall_ms(void *user)
{
    struct session *s = user;
    return s->env.wall_ms ? s->env.wall_ms(s->env.user) : 0;
}

static int zone_minutes(void *user, int64_t wall)
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

static bool instance_from_csv(struct session *s, struct node *doc, const struct buf *bytes,
                              struct err *err)
{
    struct csv csv;
    if (!csv_parse(&csv, &s->arena, bytes->data, bytes->len, err)) {
        return false;
    }
    struct node *root = tree_node(&s->arena, NODE_ELEMENT, "root", "", "");
    tree_append(doc, root);
    for (size_t r = 1; r < csv.count; r++) {
        struct node *row = tree_node(&s->arena, NODE_ELEMENT, "item", "", "");
        tree_append(root, row);
        for (size_t c = 0; c < csv.rows[r].count && c < csv.rows[0].count; c++) {
            struct node *cell =
                tree_node(&s->arena, NODE_ELEMENT, csv.rows[0].cells[c], "", "");
            tree_set(cell, csv.rows[r].cells[c]);
            tree_append(row, cell);
        }
    }
    return true;
}

static struct node *fetch_instance(struct session *s, const struct secondary *from)
{
    for (struct secondary *l = s->loaded; l; l = l->next) {
        if (strcmp(l->id, from->id) == 0) {
            return l->root;
        }
    }
    struct secondary *fresh = arena_alloc(&s->arena, sizeof *fresh);
    struct buf bytes = {0};
    struct err err = {0};
    fresh->id = from->id;
    fresh->root = tree_node(&s->arena, NODE_DOCUMENT, "", "", "");
    if (s->env.resource && s->env.resource(s->env.user, from->src, &bytes, &err)) {
        struct xml *xml;
        const char *dot = strrchr(from->src, '.');
        if (dot && text_same(dot, ".csv")) {
            if (!instance_from_csv(s, fresh->root, &bytes, &err)) {
                tree_wipe(fresh->root);
                fresh->root->first = fresh->root->last = NULL;
            }
        } else if (xml_parse(&xml, &s->arena, bytes.data, bytes.len, &xml_trusted, &err)) {
            tree_append(fresh->root, tree_from_xml(&s->arena, xml));
        }
    }
    buf_fini(&bytes);
    tree_number(fresh->root, 1);
    fresh->next = s->loaded;
    s->loaded = fresh;
    return fresh->root;
}

static struct node *find_instance(void *user, const char *id)
{
    struct session *s = user;
    for (const struct secondary *x = s->form->secondary; x; x = x->next) {
        if (strcmp(x->id, id) == 0) {
            if (x->root) {
                return x->root;
            }
            return x->src ? fetch_instance(s, x) : NULL;
        }
    }
    struct secondary named = { /* pulldata() may name a list that the form does not declare */
        .id = arena_text(&s->arena, id), .src = arena_printf(&s->arena, "jr://file-csv/%s.csv", id)};
    return s->env.resource ? fetch_instance(s, &named) : NULL;
}

/* ---- texts ---- */

static const char *text_of(struct session *s, struct arena *arena, const struct text *text,
                           struct node *node)
{
    if (text->count == 1 && text->parts[0].literal) {
        return text->parts[0].literal;
    }
    struct buf out = {0};
    for (size_t i = 0; i < text->count; i++) {
        struct xpath_value v;
        if (text->parts[i].literal) {
            buf_text(&out, text->parts[i].literal);
        } else if (xpath_eval(&v, text->parts[i].output, &s->xpath, node, NULL)) {
            buf_text(&out, xpath_to_text(&s->xpath, &v));
        }
    }
    const char *kept = arena_copy(arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return kept;
}

/* pyxform writes "-" where a language lacks a text that others have. */
static const struct text *present(const struct text *text)
{
    bool gap = text && text->count == 1 && text->parts[0].literal &&
               strcmp(text->parts[0].literal, "-") == 0;
    return gap ? NULL : text;
}

static const struct text *itext_pick(struct session *s, const struct itext *itext,
                                     enum text_form form, bool *fallback)
{
    int asked = form_language(s->form, s->language);
    int russian = form_language(s->form, "ru");
    const struct text *text = NULL;
    if (asked >= 0) {
        text = present(itext->texts[(size_t)asked * TEXT_FORM_COUNT + form]);
        if (text) {
            return text;
        }
    }
    if (russian >= 0) {
        text = present(itext->texts[(size_t)russian * TEXT_FORM_COUNT + form]);
    }
    for (size_t i = 0; !text && i < s->form->language_count; i++) {
        text = present(itext->texts[i * TEXT_FORM_COUNT + form]);
    }
    if (text && fallback && s->form->language_count > 1) {
        *fallback = true;
    }
    return text;
}

static const char *itext_text(void *user, const char *id)
{
    struct session *s = user;
    const struct itext *itext = map_get(&s->form->itexts, id);
    const struct text *text = itext ? itext_pick(s, itext, FORM_LONG, NULL) : NULL;
    return text ? text_of(s, &s->temp, text, s->root->first) : NULL;
}

static const char *label_text(struct session *s, struct arena *arena, const struct label *label,
                              struct node *node, enum text_form form, bool *fallback)
{
    if (fallback) {
        *fallback = false;
    }
    const struct itext *itext = label->itext;
    if (label->id) {
        struct xpath_value v;
        /* the argument of jr:itext() gives the id; the rest of the work is done here */
        const struct xpath *id = label->id;
        if (id->op == XP_CALL && strcmp(xpath_function_name(id), "jr:itext") == 0) {
            id = id->args[0];
        }
        if (xpath_eval(&v, id, &s->xpath, node, NULL)) {
            itext = map_get(&s->form->itexts, xpath_to_text(&s->xpath, &v));
        }
    }
    const char *out = "";
    if (itext) {
        const struct text *text = itext_pick(s, itext, form, fallback);
        out = text ? text_of(s, arena, text, node) : "";
    } else if (label->text && form == FORM_LONG) {
        out = text_of(s, arena, label->text, node);
    }
    return out;
}

const char *session_text(struct session *s, struct arena *arena, const struct label *label,
                         struct node *node, enum text_form form, bool *fallback)
{
    const char *out = label_text(s, arena, label, node, form, fallback);
    arena_reset(&s->temp);
    return out;
}

void session_set_language(struct session *s, const char *code)
{
    snprintf(s->language, sizeof s->language, "%s", code);
}

const char *session_language(const struct session *s)
{
    return s->language;
}

/* ---- choices ---- */

static const char *choice_label(struct session *s, struct arena *arena,
                                const struct control *control, struct node *row,
                                struct node *current, bool *fallback, struct err *err)
{
    struct xpath_value v;
    *fallback = false;
    if (!control->label_ref) {
        return "";
    }
    const struct xpath *ref = control->label_ref;
    if (control->label_is_itext && ref->op == XP_CALL) {
        ref = ref->args[0];
    }
    if (!xpath_eval_at(&v, ref, &s->xpath, row, current, err)) {
        return NULL;
    }
    const char *text = xpath_to_text(&s->xpath, &v);
    if (!control->label_is_itext) {
        return arena_text(arena, text);
    }
    const struct itext *itext = map_get(&s->form->itexts, text);
    const struct text *found = itext ? itext_pick(s, itext, FORM_LONG, fallback) : NULL;
    return found ? text_of(s, arena, found, current) : "";
}

static bool list_choices(struct session *s, struct arena *arena, const struct control *control,
                         struct node *node, bool labels, struct choice **choices, size_t *count,
                         struct err *err)
{
    *choices = NULL;
    *count = 0;
    if (!control->itemset) {
        *count = control->choice_count;
        *choices = arena_alloc(arena, (*count + 1) * sizeof **choices);
        for (size_t i = 0; i < *count; i++) {
            struct choice *c = &(*choices)[i];
            c->value = control->choices[i].value;
            c->fixed = &control->choices[i];
            c->label = labels ? label_text(s, arena, &control->choices[i].label, node,
                                           FORM_LONG, &c->fallback)
                              : "";
        }
        return true;
    }
    struct xpath_value rows;
    if (!xpath_eval(&rows, control->itemset, &s->xpath, node, err)) {
        return false;
    }
    if (rows.type != XV_NODES) {
        return err_set(err, ERR_INPUT, "the list of choices is no node-set");
    }
    *choices = arena_alloc(arena, (rows.count + 1) * sizeof **choices);
    for (size_t i = 0; i < rows.count; i++) {
        struct choice *c = &(*choices)[i];
        struct xpath_value v;
        if (!xpath_eval_at(&v, control->value_ref, &s->xpath, rows.nodes[i], node, err)) {
            return false;
        }
        c->value = arena_text(arena, xpath_to_text(&s->xpath, &v));
        c->row = rows.nodes[i];
        c->label = labels ? choice_label(s, arena, control, rows.nodes[i], node, &c->fallback, err)
                          : "";
        if (!c->label) {
            return false;
        }
    }
    *count = rows.count;
    return true;
}

bool session_choices(struct session *s, struct arena *arena, const struct control *control,
                     struct node *node, struct choice **choices, size_t *count, struct err *err)
{
    bool ok = list_choices(s, arena, control, node, true, choices, count, err);
    arena_reset(&s->temp);
    return ok;
}

/* jr:choice-name(value, 'path'): path names the question whose list is meant. */
static const char *choice_name(void *user, const char *value, const char *path, struct node *at)
{
    struct session *s = user;
    struct buf clean = {0};
    for (const char *p = path; *p; p++) {
        if (*p != ' ') {
            buf_char(&clean, *p);
        }
    }
    const struct item *item = clean.data ? map_get(&s->form->by_path, clean.data) : NULL;
    if (!item && at && at->item && clean.data && text_starts(clean.data, "../")) {
        const struct item *from = at->item;
        const char *rest = clean.data;
        while (from && text_starts(rest, "../")) {
            from = from->parent;
            rest += 3;
        }
        char *full = arena_printf(&s->temp, "%s/%s", from ? from->path : "", rest);
        item = map_get(&s->form->by_path, full);
    }
    buf_fini(&clean);
    const struct control *control = item ? item->control : NULL;
    if (!control) {
        return NULL;
    }
    struct node *node = s->nodes[item->index].first;
    for (struct node *n = node; n; n = n->same_next) {
        if (session_entry_of(n) && tree_is_ancestor(session_entry_of(n), at)) {
            node = n;
        }
    }
    struct choice *choices;
    size_t count;
    if (!node || !list_choices(s, &s->temp, control, node, true, &choices, &count, NULL)) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(choices[i].value, value) == 0) {
            return choices[i].label;
        }
    }
    return NULL;
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
static void relist(struct session *s)
{
    memset(s->nodes, 0, s->form->item_count * sizeof *s->nodes);
    s->node_count = 0;
    tree_number(s->root, 1);
    list_nodes(s, s->root);
}

/* ---- recalculation ---- */

static void mark(struct session *s, const struct item *item)
{
    s->dirty[item->rank / 64] |= (uint64_t)1 << (item->rank % 64);
}

static void mark_dependents(struct session *s, const struct item *item)
{
    for (uint32_t i = 0; i < item->dependent_count; i++) {
        mark(s, s->form->items[item->dependents[i]]);
    }
}

static void mark_below(struct session *s, const struct node *node)
{
    if (node->item) {
        mark(s, node->item);
        mark_dependents(s, node->item);
    }
    for (const struct node *a = node->attrs; a; a = a->next) {
        mark_below(s, a);
    }
    for (const struct node *c = node->first; c; c = c->next) {
        mark_below(s, c);
    }
}

static bool eval(struct session *s, const struct xpath *x, struct node *node,
                 const struct item *item, const char *what, struct xpath_value *v,
                 struct err *err)
{
    if (!xpath_eval(v, x, &s->xpath, node, err)) {
        return err_at(err, "%s, %s", item->path, what);
    }
    return true;
}

/* A node's value that means true: "true", or "1"; everything else by XPath. */
static bool truth(const struct xpath_value *v)
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
    const char *text = xpath_to_text(&s->xpath, v);
    if (v->type == XV_NUMBER && item->type == TYPE_INT && isfinite(n)) {
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

static bool work_out_node(struct session *s, const struct item *item, struct node *node,
                          bool *changed, struct err *err)
{
    struct xpath_value v;
    bool was = node->active;
    bool own = true;
    if (item->relevant) {
        if (!eval(s, item->relevant, node, item, "relevant", &v, err)) {
            return false;
        }
        own = truth(&v);
    }
    node->own_relevant = own;
    node->active = own && (!node->parent || node->parent->active);
    *changed = *changed || was != node->active;
    if (!node->active) {
        return true;
    }
    if (item->calculate) {
        if (!eval(s, item->calculate, node, item, "calculate", &v, err)) {
            return false;
        }
        if (tree_set(node, calculated_text(s, item, &v))) {
            *changed = true;
        }
    }
    if (item->required) {
        if (!eval(s, item->required, node, item, "required", &v, err)) {
            return false;
        }
        node->required = truth(&v);
    }
    if (item->readonly) {
        if (!eval(s, item->readonly, node, item, "readonly", &v, err)) {
            return false;
        }
        node->readonly = truth(&v);
    }
    return true;
}

static bool run_actions(struct session *s, unsigned event, const struct node *where,
                        const struct item *trigger, struct err *err);

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

static bool insert_entry(struct session *s, struct node *parent, const struct item *item,
                         struct node **out, struct err *err)
{
    struct node *last = NULL;
    size_t count = entries_in(parent, item, &last);
    *out = NULL;
    if (count >= SESSION_ENTRIES_MAX || s->node_count > SESSION_NODES_MAX) {
        return err_set(err, ERR_LIMIT, "%s: more than %d entries", item->path,
                       (int)SESSION_ENTRIES_MAX);
    }
    struct node *entry = tree_copy(&s->arena, item->template);
    tree_insert_after(parent, last ? last : place_before(parent, item), entry);
    relist(s);
    mark_below(s, entry);
    *out = entry;
    return run_actions(s, EVENT_NEW_REPEAT, entry, item, err);
}

static void discard(struct session *s, struct node *entry)
{
    entry->next = s->orphans;
    s->orphans = entry;
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
        struct node stand_in = {.kind = NODE_ELEMENT, .name = item->name, .prefix = "", .uri = "",
                                .parent = parent, .item = item, .active = true};
        if (!eval(s, item->count, &stand_in, item, "jr:count", &v, err)) {
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
            if (!insert_entry(s, parent, item, &fresh, err)) {
                return false;
            }
            have++;
        }
        while (have > (size_t)wanted) {
            entries_in(parent, item, &last);
            mark_below(s, last);
            tree_remove(last);
            discard(s, last);
            relist(s);
            have--;
        }
    }
    return true;
}

static bool work_out(struct session *s, const struct item *item, struct err *err)
{
    bool changed = false;
    if (item->count && !fit_count(s, item, err)) {
        return false;
    }
    for (struct node *n = s->nodes[item->index].first; n; n = n->same_next) {
        if (!work_out_node(s, item, n, &changed, err)) {
            return false;
        }
    }
    arena_reset(&s->temp);
    if (changed) {
        mark_dependents(s, item);
        if (!item->is_leaf && (item->relevant || item->inherits)) {
            /* what is hidden with a group is read by others under its own name */
            for (struct node *n = s->nodes[item->index].first; n; n = n->same_next) {
                mark_below(s, n);
            }
        }
    }
    return true;
}

static bool recalculate(struct session *s, struct err *err)
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
            memset(s->dirty, 0, words * sizeof *s->dirty);
            return false;
        }
        if (--budget == 0) {
            memset(s->dirty, 0, words * sizeof *s->dirty);
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

static bool set_by_action(struct session *s, const struct action *action, struct node *node,
                          struct err *err)
{
    struct xpath_value v;
    const char *text = action->literal;
    if (action->value) {
        if (!eval(s, action->value, node, action->target, "setvalue", &v, err)) {
            return false;
        }
        text = calculated_text(s, action->target, &v);
    }
    if (tree_set(node, text)) {
        mark(s, node->item);
        mark_dependents(s, node->item);
    }
    arena_reset(&s->temp);
    return true;
}

/* `where`: for EVENT_NEW_REPEAT the fresh entry; for EVENT_CHANGED the changed node. */
static bool run_actions(struct session *s, unsigned event, const struct node *where,
                        const struct item *trigger, struct err *err)
{
    for (const struct action *a = s->form->actions; a; a = a->next) {
        if (!(a->events & event)) {
            continue;
        }
        if ((event == EVENT_CHANGED || event == EVENT_NEW_REPEAT) && a->trigger != trigger) {
            continue;
        }
        /* an action inside a repeat acts on the nodes of its own entry */
        const struct node *scope = where;
        if (event == EVENT_CHANGED) {
            scope = session_entry_of(where);
        }
        bool any_inside = false;
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

static void preload(struct session *s, const struct item *item)
{
    const char *kind = item->preload;
    const char *params = item->preload_params ? item->preload_params : "";
    char text[80] = "";
    int64_t wall = wall_ms(s);
    struct node *node = s->nodes[item->index].first;
    if (strcmp(kind, "uid") == 0) {
        uint8_t id[16];
        char hex[33];
        random_bytes(s, id, sizeof id);
        id[6] = (uint8_t)((id[6] & 15) | 64);
        id[8] = (uint8_t)((id[8] & 63) | 128);
        text_hex(hex, id, 16);
        snprintf(text, sizeof text, "uuid:%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8, hex + 12,
                 hex + 16, hex + 20);
    } else if (strcmp(kind, "timestamp") == 0 && strcmp(params, "start") == 0) {
        clock_iso(text, sizeof text, wall, zone_minutes(s, wall), false);
    } else if (strcmp(kind, "date") == 0) {
        clock_iso(text, sizeof text, wall, zone_minutes(s, wall), false);
        text[10] = '\0';
    } else if (strcmp(kind, "property") == 0) {
        const char *value = property(s, params);
        snprintf(text, sizeof text, "%s", value ? value : "");
    }
    for (; node; node = node->same_next) {
        if (*text) {
            tree_set(node, text);
        }
    }
}

/* ---- life ---- */

bool session_new(struct session **out, const struct form *form, const struct session_env *env,
                 struct err *err)
{
    struct session *s = mem_zero(1, sizeof *s);
    *out = NULL;
    arena_init(&s->arena);
    arena_init(&s->temp);
    s->form = form;
    s->env = *env;
    snprintf(s->language, sizeof s->language, "%s",
             form->language_count ? form->languages[form->default_language] : "ru");
    s->nodes = mem_zero(form->item_count + 1, sizeof *s->nodes);
    s->dirty = mem_zero(form->item_count / 64 + 1, sizeof *s->dirty);
    s->root = tree_copy(&s->arena, form->primary);
    s->xpath = (struct xpath_env){.primary = s->root,
                                  .temp = &s->temp,
                                  .user = s,
                                  .instance = find_instance,
                                  .wall_ms = wall_ms,
                                  .zone_minutes = zone_minutes,
                                  .random = random_bytes,
                                  .itext = itext_text,
                                  .choice_name = choice_name,
                                  .property = property};
    relist(s);
    for (size_t i = 0; i < form->item_count; i++) {
        const struct item *item = form->items[i];
        if (item->preload) {
            preload(s, item);
        }
    }
    bool ok = run_actions(s, EVENT_FIRST_LOAD, NULL, NULL, err);
    mark_below(s, s->root);
    ok = ok && recalculate(s, err);
    if (!ok) {
        session_free(s);
        return false;
    }
    *out = s;
    return true;
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

/* ---- walking ---- */

struct node *session_entry_of(const struct node *node)
{
    for (struct node *n = node->parent; n; n = n->parent) {
        if (n->item && n->item->is_repeat) {
            return n;
        }
    }
    return NULL;
}

struct pages {
    struct page *list;
    size_t count, cap;
};

static void add_page(struct pages *pages, enum page_kind kind, const struct control *control,
                     struct node *node)
{
    if (pages->count == pages->cap) {
        pages->cap = pages->cap ? pages->cap * 2 : 32;
        pages->list = mem_grow(pages->list, pages->cap, sizeof *pages->list);
    }
    pages->list[pages->count++] = (struct page){kind, control, node};
}

/* The node of an item inside an entry (or, with NULL, in the whole session). */
static struct node *node_in(struct session *s, const struct item *item, const struct node *entry)
{
    struct node *n = s->nodes[item->index].first;
    while (n && entry && !tree_is_ancestor(entry, n)) {
        n = n->same_next;
    }
    return n;
}

static void walk_controls(struct session *s, const struct control *parent, struct node *entry,
                          bool fields_apart, struct pages *pages)
{
    for (const struct control *c = parent->first; c; c = c->next) {
        struct node *node = c->item ? node_in(s, c->item, entry) : NULL;
        if (c->kind == CONTROL_REPEAT) {
            struct node *holder = c->item->parent ? node_in(s, c->item->parent, entry) : s->root;
            if (entry && entry->item == c->item->parent) {
                holder = entry;
            }
            struct node *any = node;
            bool hidden = !holder || !holder->active;
            if (any && !hidden) { /* the repeat's own relevance shows on its entries */
                hidden = !any->own_relevant;
            } else if (!hidden && c->item->relevant) {
                struct node stand_in = {.kind = NODE_ELEMENT, .name = c->item->name,
                                        .prefix = "", .uri = "", .parent = holder,
                                        .item = c->item, .active = true};
                struct xpath_value v;
                hidden = !xpath_eval(&v, c->item->relevant, &s->xpath, &stand_in, NULL) ||
                         !truth(&v);
                arena_reset(&s->temp);
            }
            if (!hidden) {
                add_page(pages, PAGE_ROSTER, c, holder);
            }
        } else if (c->kind == CONTROL_GROUP) {
            if (node && !node->active) {
                continue;
            }
            if (fields_apart && control_has(c, "field-list")) {
                struct pages inner = {0};
                walk_controls(s, c, entry, false, &inner);
                bool roster = false; /* entries are walked page by page, so these fields are, too */
                for (size_t p = 0; p < inner.count; p++) {
                    roster = roster || inner.list[p].kind == PAGE_ROSTER;
                }
                if (roster) {
                    walk_controls(s, c, entry, true, pages);
                } else if (inner.count) {
                    add_page(pages, PAGE_FIELDS, c, node ? node : inner.list[0].node->parent);
                }
                free(inner.list);
            } else {
                walk_controls(s, c, entry, fields_apart, pages);
            }
        } else if (node && node->active) {
            add_page(pages, PAGE_QUESTION, c, node);
        }
    }
}

static void keep_pages(struct arena *arena, struct pages *from, struct page **pages,
                       size_t *count)
{
    *pages = arena_alloc(arena, (from->count + 1) * sizeof **pages);
    if (from->count) {
        memcpy(*pages, from->list, from->count * sizeof **pages);
    }
    *count = from->count;
    free(from->list);
}

void session_pages(struct session *s, struct arena *arena, struct node *entry,
                   struct page **pages, size_t *count)
{
    struct pages found = {0};
    const struct control *from = entry ? entry->item->control : s->form->body;
    if (from) {
        walk_controls(s, from, entry, true, &found);
    }
    keep_pages(arena, &found, pages, count);
}

void session_fields(struct session *s, struct arena *arena, const struct page *page,
                    struct page **fields, size_t *count)
{
    struct pages found = {0};
    struct node *entry = page->node->item && page->node->item->is_repeat
                             ? page->node
                             : session_entry_of(page->node);
    walk_controls(s, page->control, entry, false, &found);
    keep_pages(arena, &found, fields, count);
}

/* ---- answers ---- */

static bool is_whole_number(const char *text)
{
    const char *p = text + (*text == '-');
    size_t digits = strlen(p);
    return digits > 0 && digits <= 18 && strspn(p, "0123456789") == digits;
}

static bool has_choice(const struct choice *choices, size_t count, const char *value, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(choices[i].value) == len && strncmp(choices[i].value, value, len) == 0) {
            return true;
        }
    }
    return false;
}

static enum answer_result check_choice(struct session *s, const struct control *control,
                                       struct node *node, const char *value, struct err *err)
{
    struct choice *choices;
    size_t count;
    if (control_has(control, "search")) { /* search() lists come with the full standard */
        return ANSWER_OK;
    }
    if (!list_choices(s, &s->temp, control, node, false, &choices, &count, err)) {
        return ANSWER_FAULT;
    }
    if (control->kind == CONTROL_SELECT1) {
        return has_choice(choices, count, value, strlen(value)) ? ANSWER_OK : ANSWER_CHOICE;
    }
    for (const char *p = value; *p;) {
        size_t len = strcspn(p, " ");
        if (len && !has_choice(choices, count, p, len)) {
            return ANSWER_CHOICE;
        }
        p += len + (p[len] == ' ');
    }
    return ANSWER_OK;
}

/* The text as it will stand in the instance, or ANSWER_TYPE. */
static enum answer_result tidy(struct session *s, const struct item *item, const char *value,
                               struct buf *out)
{
    struct buf nfc = {0};
    struct moment m;
    size_t len = strlen(value);
    if (len > SESSION_TEXT_MAX || !text_nfc(&nfc, value, len, NULL)) {
        buf_fini(&nfc);
        return ANSWER_TYPE;
    }
    for (size_t i = 0; i < nfc.len; i++) {
        unsigned char c = (unsigned char)nfc.data[i];
        if (c >= 0x20 || c == '\n' || c == '\t') {
            buf_char(out, (char)c);
        }
    }
    buf_add(out, "", 0);
    buf_fini(&nfc);
    (void)s;
    if (item->type == TYPE_TEXT || !out->len) {
        return ANSWER_OK;
    }
    size_t start = strspn(out->data, " ");
    memmove(out->data, out->data + start, out->len - start + 1);
    buf_cut(out, out->len - start);
    while (out->len && out->data[out->len - 1] == ' ') {
        buf_cut(out, out->len - 1);
    }
    switch (item->type) {
    case TYPE_INT:
        return is_whole_number(out->data) ? ANSWER_OK : ANSWER_TYPE;
    case TYPE_DECIMAL:
        for (size_t i = 0; i < out->len; i++) {
            if (out->data[i] == ',') {
                out->data[i] = '.';
            }
        }
        return isnan(xpath_text_number(out->data, 0)) || strchr(out->data + 1, '-')
                   ? ANSWER_TYPE
                   : ANSWER_OK;
    case TYPE_DATE:
        return date_parse(&m, out->data) && m.has_date && !m.has_time ? ANSWER_OK : ANSWER_TYPE;
    case TYPE_TIME:
        return date_parse(&m, out->data) && m.has_time && !m.has_date ? ANSWER_OK : ANSWER_TYPE;
    case TYPE_DATE_TIME:
        return date_parse(&m, out->data) && m.has_time && m.has_date ? ANSWER_OK : ANSWER_TYPE;
    default:
        return ANSWER_OK;
    }
}

static enum answer_result judge(struct session *s, struct node *node, struct err *err)
{
    const struct item *item = node->item;
    const char *value = tree_value(node);
    if (!*value) {
        return node->required ? ANSWER_REQUIRED : ANSWER_OK;
    }
    const struct control *control = item->control;
    if (control && (control->kind == CONTROL_SELECT1 || control->kind == CONTROL_SELECT ||
                    control->kind == CONTROL_RANK)) {
        enum answer_result result = check_choice(s, control, node, value, err);
        if (result != ANSWER_OK) {
            return result;
        }
    }
    if (item->constraint) {
        struct xpath_value v;
        if (!eval(s, item->constraint, node, item, "constraint", &v, err)) {
            return ANSWER_FAULT;
        }
        if (!truth(&v)) {
            return ANSWER_CONSTRAINT;
        }
    }
    return ANSWER_OK;
}

enum answer_result session_check(struct session *s, struct node *node, struct err *err)
{
    enum answer_result result = node->active ? judge(s, node, err) : ANSWER_OK;
    arena_reset(&s->temp);
    return result;
}

static bool settle(struct session *s, struct node *node, struct err *err)
{
    mark(s, node->item);
    mark_dependents(s, node->item);
    for (const struct node *p = node->parent; p && p->item; p = p->parent) {
        mark_dependents(s, p->item); /* who reads a group as a whole */
    }
    return run_actions(s, EVENT_CHANGED, node, node->item, err) && recalculate(s, err);
}

enum answer_result session_answer(struct session *s, struct node *node, const char *value,
                                  struct err *err)
{
    struct buf text = {0};
    if (!node->active) {
        return ANSWER_HIDDEN;
    }
    if (node->readonly || node->item->calculate) {
        return ANSWER_READONLY;
    }
    enum answer_result result = tidy(s, node->item, value, &text);
    if (result == ANSWER_OK) {
        char *before = mem_text(tree_value(node));
        bool changed = tree_set(node, text.data);
        result = judge(s, node, err);
        if (result == ANSWER_OK && changed && !settle(s, node, err)) {
            result = ANSWER_FAULT;
        }
        if (result != ANSWER_OK && tree_set(node, before) && result == ANSWER_FAULT) {
            settle(s, node, NULL);
        }
        mem_wipe_text(before);
    }
    arena_reset(&s->temp);
    buf_fini(&text);
    return result;
}

bool session_replay(struct session *s, struct node *node, const char *value, struct err *err)
{
    return !tree_set(node, value) || settle(s, node, err);
}

const char *session_refusal(struct session *s, struct arena *arena, struct node *node,
                            enum answer_result why)
{
    if (why == ANSWER_CONSTRAINT) {
        return session_text(s, arena, &node->item->constraint_message, node, FORM_LONG, NULL);
    }
    if (why == ANSWER_REQUIRED) {
        return session_text(s, arena, &node->item->required_message, node, FORM_LONG, NULL);
    }
    return "";
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
    mark_below(s, entry);
    tree_remove(entry);
    relist(s);
    (void)!recalculate(s, NULL);
}

static void put_in(struct session *s, struct node *parent, struct node *after, struct node *entry)
{
    tree_insert_after(parent, after, entry);
    relist(s);
    mark_below(s, entry);
    (void)!recalculate(s, NULL);
}

bool session_add_entry(struct session *s, const struct page *roster, struct node **entry,
                       struct err *err)
{
    const struct item *item = roster->control->item;
    if (item->fixed) {
        return err_set(err, ERR_INPUT, "%s: the form fixes the number of entries", item->path);
    }
    if (insert_entry(s, roster->node, item, entry, err) && recalculate(s, err)) {
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
    mark_below(s, entry);
    s->removed = entry;
    s->removed_after = entry->prev;
    s->removed_parent = entry->parent;
    tree_remove(entry);
    relist(s);
    if (!recalculate(s, err)) {
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
    mark_below(s, s->removed);
    relist(s);
    if (!recalculate(s, err)) {
        take_out(s, s->removed);
        return false;
    }
    s->removed = NULL;
    return true;
}

/* ---- the end ---- */

bool session_problems(struct session *s, struct arena *arena, struct problem **problems,
                      size_t *count, struct err *err)
{
    struct problem *list = NULL;
    size_t found = 0;
    for (size_t i = 0; i < s->form->item_count; i++) {
        const struct control *control = s->form->items[i]->control;
        if (!control || !control_is_question(control)) {
            continue;
        }
        for (struct node *n = s->nodes[i].first; n; n = n->same_next) {
            struct err fault = {0};
            enum answer_result why = session_check(s, n, &fault);
            if (why == ANSWER_FAULT) {
                *err = fault;
                free(list);
                return false;
            }
            if (why != ANSWER_OK) {
                list = mem_grow(list, found + 1, sizeof *list);
                list[found++] = (struct problem){n, control, why};
            }
        }
    }
    *problems = arena_alloc(arena, (found + 1) * sizeof **problems);
    if (found) {
        memcpy(*problems, list, found * sizeof *list);
    }
    *count = found;
    free(list);
    return true;
}

bool session_finish(struct session *s, struct err *err)
{
    char now[64];
    int64_t wall = wall_ms(s);
    clock_iso(now, sizeof now, wall, zone_minutes(s, wall), false);
    for (size_t i = 0; i < s->form->item_count; i++) {
        const struct item *item = s->form->items[i];
        if (item->preload && strcmp(item->preload, "timestamp") == 0 && item->preload_params &&
            strcmp(item->preload_params, "end") == 0 && s->nodes[i].first) {
            tree_set(s->nodes[i].first, now);
            mark_dependents(s, item);
        }
    }
    return recalculate(s, err);
}

/* ---- names ---- */

void session_path(const struct node *node, struct buf *out)
{
    if (!node || node->kind == NODE_DOCUMENT) {
        return;
    }
    session_path(node->parent, out);
    buf_printf(out, "/%s%s", node->kind == NODE_ATTRIBUTE ? "@" : "", node->name);
    if (node->item && node->item->is_repeat) {
        buf_printf(out, "[%u]", tree_position(node));
    }
}

struct node *session_find(struct session *s, const char *path)
{
    struct node *node = s->root;
    while (node && *path == '/') {
        size_t len = strcspn(++path, "/[");
        unsigned long position = 1;
        bool attribute = *path == '@';
        const char *name = path + attribute;
        size_t name_len = len - attribute;
        path += len;
        if (*path == '[') {
            char *end;
            position = strtoul(path + 1, &end, 10);
            if (*end != ']') {
                return NULL;
            }
            path = end + 1;
        }
        struct node *c = attribute ? node->attrs : node->first;
        for (; c; c = c->next) {
            if (strlen(c->name) == name_len && strncmp(c->name, name, name_len) == 0 &&
                --position == 0) {
                break;
            }
        }
        node = c;
    }
    return *path ? NULL : node;
}

bool session_record_id(const struct session *s, uint8_t id[16])
{
    const struct node *meta = s->root->first ? tree_child(s->root->first, "meta") : NULL;
    const struct node *node = meta ? tree_child(meta, "instanceID") : NULL;
    if (!node || !text_starts(tree_value(node), "uuid:")) {
        return false;
    }
    char hex[33];
    size_t at = 0;
    for (const char *p = tree_value(node) + 5; *p && at < 32; p++) {
        if (*p != '-') {
            hex[at++] = *p;
        }
    }
    hex[at] = '\0';
    return text_unhex(id, 16, hex);
}
