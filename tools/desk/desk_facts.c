/* SPDX-License-Identifier: Apache-2.0 */
/* Answers by name. */
#include "tools/desk/desk_facts.h"

#include <stdlib.h>
#include <string.h>

#include "forms/dataset/dataset_variables.h"

struct fact_nodes {
    struct node **list;
    size_t count, cap;
};

static void gather(struct desk_facts *f, struct node *node)
{
    for (struct node *n = node->first; n; n = n->next) {
        if (n->kind != NODE_ELEMENT) {
            continue;
        }
        struct fact_nodes *all = map_get(&f->by_name, n->name);
        if (!all) {
            all = arena_alloc(&f->arena, sizeof *all);
            *all = (struct fact_nodes){0};
            map_put(&f->by_name, n->name, all);
        }
        if (all->count == all->cap) {
            size_t cap = all->cap ? all->cap * 2 : 2;
            struct node **grown = arena_alloc(&f->arena, cap * sizeof(struct node *));
            if (all->count) {
                memcpy(grown, all->list, all->count * sizeof(struct node *));
            }
            all->list = grown;
            all->cap = cap;
        }
        all->list[all->count++] = n;
        gather(f, n);
    }
}

bool desk_facts_read(struct desk_facts *f, const struct form *form, const struct record *r,
                     struct err *err)
{
    struct xml *xml;
    *f = (struct desk_facts){.form = form};
    arena_init(&f->arena);
    map_init(&f->by_name, &f->arena);
    if (!xml_parse(&xml, &f->arena, r->xml, r->xml_len, &xml_foreign, err)) {
        return false;
    }
    f->document = tree_node(&f->arena, NODE_DOCUMENT, "", "", "");
    tree_append(f->document, tree_from_xml(&f->arena, xml));
    tree_number(f->document, 1);
    gather(f, f->document->first);
    return true;
}

void desk_facts_fini(struct desk_facts *f)
{
    if (f->document) {
        tree_wipe(f->document);
    }
    arena_fini(&f->arena);
}

const char *desk_fact(const struct desk_facts *f, const char *name)
{
    const struct fact_nodes *all = map_get(&f->by_name, name);
    return all ? tree_value(all->list[0]) : "";
}

size_t desk_facts_all(const struct desk_facts *f, const char *name, struct node *const **nodes)
{
    const struct fact_nodes *all = map_get(&f->by_name, name);
    *nodes = all ? all->list : NULL;
    return all ? all->count : 0;
}

static void tell_each(const struct node *node,
                      void (*each)(void *user, const char *name, const char *value), void *user)
{
    for (const struct node *n = node->first; n; n = n->next) {
        if (n->kind == NODE_ELEMENT) {
            const char *value = tree_value(n);
            if (!n->first && *value) {
                each(user, n->name, value);
            }
            tell_each(n, each, user);
        }
    }
}

void desk_facts_each(const struct desk_facts *f,
                     void (*each)(void *user, const char *name, const char *value), void *user)
{
    tell_each(f->document->first, each, user);
}

bool desk_is_missing(const char *value)
{
    static const char *const numbers[] = {"-97", "-98", "-99"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(value, numbers[i]) == 0) {
            return true;
        }
    }
    return variable_missing(value) != 0;
}

/* ---- conditions ---- */

struct desk_condition {
    struct xpath *expression;
};

static bool find_path(const struct form *form, const char *name, const char **path, struct err *err)
{
    *path = NULL;
    for (size_t i = 0; i < form->item_count; i++) {
        const struct item *item = form->items[i];
        if (strcmp(item->shape.name, name) != 0) {
            continue;
        }
        if (*path) {
            return err_set(err, ERR_INPUT, "${%s} stands for several questions of '%s'", name,
                           form->id);
        }
        *path = item->path;
    }
    return *path || err_set(err, ERR_INPUT, "${%s} is no question of '%s'", name, form->id);
}

bool desk_condition_new(struct desk_condition **out, struct arena *arena, const struct form *form,
                        const char *expression, struct err *err)
{
    struct buf text = {0};
    bool ok = true;
    for (const char *at = expression; ok && *at;) {
        size_t len = strcspn(at, "$");
        const char *end = strncmp(at + len, "${", 2) == 0 ? strchr(at + len, '}') : NULL;
        buf_add(&text, at, len);
        at += len;
        if (end) {
            const char *path;
            const char *name = arena_copy(arena, at + 2, (size_t)(end - at) - 2);
            ok = find_path(form, name, &path, err);
            buf_text(&text, ok ? path : "");
            at = end + 1;
        } else if (*at) {
            buf_char(&text, *at++);
        }
    }
    buf_add(&text, "", 0);
    struct desk_condition *c = *out = arena_alloc(arena, sizeof *c);
    ok = ok && xpath_compile(&c->expression, arena, arena_text(arena, text.data), err);
    buf_fini(&text);
    return ok;
}

bool desk_condition_holds(const struct desk_condition *c, struct desk_facts *f, bool *holds,
                          struct err *err)
{
    struct xpath_env env = {.primary = f->document, .temp = &f->arena};
    struct xpath_value value;
    bool ok = xpath_eval(&value, c->expression, &env, f->document->first, err);
    *holds = ok && xpath_to_bool(&value);
    return ok;
}
