/* SPDX-License-Identifier: Apache-2.0 */
/* Links, copies, numbers and wipes nodes. */
#include "forms/xpath/tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct node *tree_node(struct arena *arena, enum node_kind kind, const char *name,
                       const char *prefix, const char *uri)
{
    struct node *node = arena_alloc(arena, sizeof *node);
    node->kind = (uint8_t)kind;
    node->name = name;
    node->prefix = prefix ? prefix : "";
    node->uri = uri ? uri : "";
    node->own_relevant = node->active = true;
    return node;
}

void tree_append(struct node *parent, struct node *child)
{
    tree_insert_after(parent, parent->last, child);
}

static void forget_places(struct node *from)
{
    for (struct node *n = from; n; n = n->next) {
        n->place = 0;
    }
}

void tree_insert_after(struct node *parent, struct node *after, struct node *child)
{
    assert(!after || after->parent == parent);
    child->parent = parent;
    child->prev = after;
    child->next = after ? after->next : parent->first;
    if (child->prev) {
        child->prev->next = child;
    } else {
        parent->first = child;
    }
    if (child->next) {
        child->next->prev = child;
    } else {
        parent->last = child;
    }
    forget_places(child);
}

void tree_remove(struct node *child)
{
    assert(child->parent);
    struct node *parent = child->parent;
    if (child->prev) {
        child->prev->next = child->next;
    } else {
        parent->first = child->next;
    }
    forget_places(child);
    if (child->next) {
        child->next->prev = child->prev;
    } else {
        parent->last = child->prev;
    }
    child->parent = child->prev = child->next = NULL;
}

void tree_add_attr(struct node *parent, struct node *attr)
{
    struct node **end = &parent->attrs;
    while (*end) {
        end = &(*end)->next;
    }
    *end = attr;
    attr->parent = parent;
}

const char *tree_value(const struct node *node)
{
    return node->value ? node->value : "";
}

bool tree_set(struct node *node, const char *value)
{
    if (!value) {
        value = "";
    }
    if (strcmp(tree_value(node), value) == 0) {
        return false;
    }
    char *fresh = *value ? mem_text(value) : NULL;
    mem_wipe_text(node->value);
    node->value = fresh;
    return true;
}

void tree_wipe(struct node *node)
{
    mem_wipe_text(node->value);
    node->value = NULL;
    for (struct node *a = node->attrs; a; a = a->next) {
        mem_wipe_text(a->value);
        a->value = NULL;
    }
    for (struct node *c = node->first; c; c = c->next) {
        tree_wipe(c);
    }
}

struct node *tree_from_xml(struct arena *arena, const struct xml *xml)
{
    struct node *node = tree_node(arena, NODE_ELEMENT, xml->name, xml->prefix, xml->uri);
    for (const struct xml_attr *a = xml->attrs; a; a = a->next) {
        struct node *attr = tree_node(arena, NODE_ATTRIBUTE, a->name, a->prefix, a->uri);
        tree_set(attr, a->value);
        tree_add_attr(node, attr);
    }
    bool has_elements = false;
    for (const struct xml *c = xml_child(xml, NULL); c; c = xml_sibling(c, NULL)) {
        tree_append(node, tree_from_xml(arena, c));
        has_elements = true;
    }
    if (!has_elements && xml->first) {
        struct buf text = {0};
        for (const struct xml *c = xml->first; c; c = c->next) {
            buf_text(&text, c->text);
        }
        tree_set(node, text.data);
        buf_fini(&text);
    }
    return node;
}

static void append_comment(struct arena *arena, struct node *parent, const struct xml *xml)
{
    static const uint8_t kinds[] = {NODE_TEXT, NODE_COMMENT, NODE_INSTRUCTION};
    struct node *node =
        tree_node(arena, (enum node_kind)kinds[xml->kind], xml->target ? xml->target : "", "", "");
    tree_set(node, xml->text);
    tree_append(parent, node);
}

void tree_append_whole(struct arena *arena, struct node *parent, const struct xml *xml)
{
    struct node *node = tree_node(arena, NODE_ELEMENT, xml->name, xml->prefix, xml->uri);
    for (const struct xml_ns *n = xml->ns; n; n = n->next) {
        struct node *decl = tree_node(arena, NODE_NAMESPACE, n->prefix, "", "");
        tree_set(decl, n->uri);
        tree_add_attr(node, decl);
    }
    for (const struct xml_attr *a = xml->attrs; a; a = a->next) {
        struct node *attr = tree_node(arena, NODE_ATTRIBUTE, a->name, a->prefix, a->uri);
        tree_set(attr, a->value);
        tree_add_attr(node, attr);
    }
    for (const struct xml *c = xml->first; c; c = c->next) {
        if (c->name) {
            tree_append_whole(arena, node, c);
        } else {
            append_comment(arena, node, c);
        }
    }
    tree_append(parent, node);
}

struct node *tree_copy(struct arena *arena, const struct node *from)
{
    struct node *node =
        tree_node(arena, (enum node_kind)from->kind, from->name, from->prefix, from->uri);
    node->item = from->item;
    tree_set(node, from->value);
    for (const struct node *a = from->attrs; a; a = a->next) {
        tree_add_attr(node, tree_copy(arena, a));
    }
    for (const struct node *c = from->first; c; c = c->next) {
        tree_append(node, tree_copy(arena, c));
    }
    return node;
}

uint32_t tree_number(struct node *node, uint32_t from)
{
    node->order = from++;
    for (struct node *a = node->attrs; a; a = a->next) {
        a->order = from++;
    }
    from += node->first == NULL; /* number of the leaf's text */
    for (struct node *c = node->first; c; c = c->next) {
        from = tree_number(c, from);
    }
    return from;
}

struct node *tree_child(const struct node *node, const char *name)
{
    for (struct node *c = node->first; c; c = c->next) {
        if (strcmp(c->name, name) == 0) {
            return c;
        }
    }
    return NULL;
}

uint32_t tree_position(const struct node *node)
{
    if (!node->place) {
        uint32_t n = 1;
        for (const struct node *p = node->prev; p; p = p->prev) {
            if (strcmp(p->name, node->name) == 0) {
                n++;
                if (p->place) {
                    n += p->place - 1;
                    break;
                }
            }
        }
        ((struct node *)node)->place = n; /* cached until an earlier sibling is added or removed */
    }
    return node->place;
}

bool tree_is_ancestor(const struct node *ancestor, const struct node *node)
{
    for (; node; node = node->parent) {
        if (node == ancestor) {
            return true;
        }
    }
    return false;
}
