/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a session as an ODK submission, and restores a session from one. */
#include "forms/engine/instance.h"

#include <assert.h>
#include <string.h>

#include "forms/engine/session_internal.h"

#define XFORMS "http://www.w3.org/2002/xforms"

static void put_name(struct buf *out, const struct node *node)
{
    if (*node->prefix) {
        buf_text(out, node->prefix);
        buf_char(out, ':');
    }
    buf_text(out, node->name);
}

/* Declares the namespace prefixes of a node and of all below it, each once. */
static void declare(struct buf *out, struct map *done, struct node *node)
{
    if (*node->prefix && *node->uri && strcmp(node->prefix, "xml") != 0 &&
        !map_get(done, node->prefix)) {
        map_put(done, node->prefix, node);
        struct buf name = {0};
        buf_join(&name, "xmlns:", node->prefix, NULL);
        xml_put_attr(out, name.data, node->uri);
        buf_fini(&name);
    }
    for (struct node *a = node->attrs; a; a = a->next) {
        declare(out, done, a);
    }
    for (struct node *c = node->first; c; c = c->next) {
        declare(out, done, c);
    }
}

static void declare_all(struct buf *out, struct node *root)
{
    struct arena arena;
    struct map done;
    arena_init(&arena);
    map_init(&done, &arena);
    declare(out, &done, root);
    arena_fini(&arena);
}

static void put_node(struct buf *out, struct node *node, bool root)
{
    if (!node->active) {
        return;
    }
    buf_char(out, '<');
    put_name(out, node);
    if (root) {
        if (*node->uri && !*node->prefix && strcmp(node->uri, XFORMS) != 0) {
            xml_put_attr(out, "xmlns", node->uri);
        }
        declare_all(out, node);
    }
    for (const struct node *a = node->attrs; a; a = a->next) {
        if (a->active) {
            struct buf name = {0};
            put_name(&name, a);
            xml_put_attr(out, name.data, tree_value(a));
            buf_fini(&name);
        }
    }
    if (!node->first && !node->value) {
        buf_text(out, "/>");
        return;
    }
    buf_char(out, '>');
    if (node->value) {
        xml_put_text(out, node->value);
    }
    for (struct node *c = node->first; c; c = c->next) {
        put_node(out, c, false);
    }
    buf_text(out, "</");
    put_name(out, node);
    buf_char(out, '>');
}

void instance_write_tree(struct buf *out, struct node *root)
{
    buf_text(out, "<?xml version=\"1.0\"?>");
    put_node(out, root, true);
    buf_char(out, '\n');
}

bool instance_write(struct buf *out, const struct session *session, struct err *err)
{
    struct node *root = session_root(session)->first;
    if (!root) {
        return err_set(err, ERR_INPUT, "the form has no instance");
    }
    instance_write_tree(out, root);
    return true;
}

/* ---- reading an instance ---- */

/* The children of one name: how many the file has, and which of the session's come so far. */
struct same_name {
    size_t have, kept, placed;
    struct node *last; /* that was filled last */
};
struct by_name {
    struct arena arena;
    struct map map;
};

static struct same_name *same_name(struct by_name *names, const char *name)
{
    struct same_name *same = map_get(&names->map, name);
    if (!same) {
        same = arena_alloc(&names->arena, sizeof *same);
        *same = (struct same_name){0};
        map_put(&names->map, name, same);
    }
    return same;
}

static struct node *next_place(struct node *node, const struct same_name *same, const char *name)
{
    assert(!same->last || same->last->parent == node);
    if (!same->placed) {
        return tree_child(node, name);
    }
    struct node *c = same->last ? same->last->next : NULL;
    while (c && strcmp(c->name, name) != 0) {
        c = c->next;
    }
    return c;
}

static struct node *last_child(struct node *node, const struct item *item)
{
    struct node *last = NULL;
    for (struct node *c = node->first; c; c = c->next) {
        last = c->item && c->item->shape.index <= item->shape.index ? c : last;
    }
    return last;
}

/* Removes entries of the form's own instance that the file does not have. */
static void drop_surplus(struct node *node, struct by_name *names)
{
    for (struct node *c = node->first, *next; c; c = next) {
        next = c->next;
        if (!c->item || !c->item->shape.is_repeat) {
            continue;
        }
        struct same_name *same = same_name(names, c->name);
        if (++same->kept > same->have) {
            tree_wipe(c);
            tree_remove(c);
        }
    }
}

/* Restores deprecatedID, the id of the record that this one replaces.  Edits add it even if
 * the form does not declare it. */
static void restore_old_id(struct session *s, struct node *meta, const struct xml *xml)
{
    struct node *beside = tree_child(meta, "instanceID");
    if (beside && !tree_child(meta, xml->name)) {
        struct node *old =
            tree_node(&s->arena, NODE_ELEMENT, "deprecatedID", beside->prefix, beside->uri);
        tree_set(old, xml_content(&s->arena, xml));
        tree_insert_after(meta, beside, old);
    }
}

static void restore_attrs(const struct session *s, struct node *node, const struct xml *xml)
{
    for (const struct xml_attr *a = xml->attrs; a; a = a->next) {
        struct node *own = node->attrs;
        while (own && strcmp(own->name, a->name) != 0) {
            own = own->next;
        }
        if (own && node->parent && node->parent->kind != NODE_DOCUMENT) {
            tree_set(own, a->value);
            own->sealed = s->editing;
        }
    }
}

static void restore_value(const struct session *s, struct node *node, const struct xml *xml)
{
    struct buf text = {0};
    for (const struct xml *c = xml->first; c; c = c->next) {
        buf_text(&text, c->text);
    }
    if (node->item && node->item->is_leaf) {
        tree_set(node, text.data);
        node->sealed = s->editing;
    }
    buf_fini(&text);
}

/* Makes the node for an element that the session lacks: a further entry.  *into is NULL for an
 * element that is left out. */
static bool restore_missing(struct session *s, struct node *node, const struct xml *c,
                            const struct same_name *same, struct node **into, struct err *err)
{
    struct buf path = {0};
    *into = NULL;
    buf_printf(&path, "%s/%s", node->item ? node->item->path : "", c->name);
    const struct item *item = form_item(session_form(s), path.data);
    buf_fini(&path);
    if (!item || !item->template) {
        if (strcmp(node->name, "meta") == 0 && strcmp(c->name, "deprecatedID") == 0) {
            restore_old_id(s, node, c);
            return true;
        }
        return strcmp(c->name, "meta") == 0 || /* other programs add meta to every form */
               err_set(err, ERR_INPUT, "line %u: the form has no '%s' here", c->line, c->name);
    }
    if (same->placed >= SESSION_ENTRIES_MAX || ++s->node_count > SESSION_NODES_MAX) {
        return err_set(err, ERR_LIMIT, "line %u: more than %d entries", c->line,
                       (int)SESSION_ENTRIES_MAX);
    }
    *into = tree_copy(&s->arena, item->template);
    tree_insert_after(node, same->last ? same->last : last_child(node, item), *into);
    return true;
}

static bool restore_node(struct session *s, struct node *node, const struct xml *xml,
                         struct err *err);

static bool restore_children(struct session *s, struct node *node, const struct xml *xml,
                             struct by_name *names, struct err *err)
{
    for (const struct xml *c = xml_child(xml, NULL); c; c = xml_sibling(c, NULL)) {
        struct same_name *same = same_name(names, c->name);
        struct node *into = next_place(node, same, c->name);
        if (!into && !restore_missing(s, node, c, same, &into, err)) {
            return false;
        }
        same->placed++;
        same->last = into;
        if (into && !restore_node(s, into, c, err)) {
            return false;
        }
    }
    return true;
}

static bool restore_node(struct session *s, struct node *node, const struct xml *xml,
                         struct err *err)
{
    struct by_name names;
    bool ok = true;
    arena_init(&names.arena);
    map_init(&names.map, &names.arena);
    restore_attrs(s, node, xml);
    for (const struct xml *c = xml_child(xml, NULL); c; c = xml_sibling(c, NULL)) {
        same_name(&names, c->name)->have++;
    }
    drop_surplus(node, &names);
    if (xml_child(xml, NULL)) {
        ok = restore_children(s, node, xml, &names, err);
    } else {
        restore_value(s, node, xml);
    }
    arena_fini(&names.arena);
    return ok;
}

static bool fill(struct session *s, const char *bytes, size_t len, struct err *err)
{
    struct arena arena;
    struct xml *root;
    arena_init(&arena);
    bool ok = xml_parse(&root, &arena, bytes, len, &xml_foreign, err);
    struct node *top = session_root(s)->first;
    if (ok && strcmp(root->name, top->name) != 0) {
        ok = err_set(err, ERR_INPUT, "this is an instance of another form: '%s', not '%s'",
                     root->name, top->name);
    }
    ok = ok && restore_node(s, top, root, err);
    session_relist(s);
    arena_fini(&arena);
    return ok;
}

bool instance_restore(struct session *s, const char *bytes, size_t len, struct err *err)
{
    return fill(s, bytes, len, err) && session_start(s, false, err);
}

/* Gives an edited record a new id and stores the old one in deprecatedID.  Source: OpenRosa
 * metadata. */
static void mark_as_edit(struct session *s)
{
    struct node *meta = tree_child(session_root(s)->first, "meta");
    struct node *id = meta ? tree_child(meta, "instanceID") : NULL;
    char text[64];
    if (!id) {
        return;
    }
    struct node *old = tree_child(meta, "deprecatedID");
    if (!old) {
        old = tree_node(&s->arena, NODE_ELEMENT, "deprecatedID", id->prefix, id->uri);
        tree_insert_after(meta, id, old);
    }
    tree_set(old, tree_value(id));
    session_new_id(s, text, sizeof text);
    tree_set(id, text);
    session_relist(s);
}

bool instance_open(struct session **session, const struct form *form, const struct session_env *env,
                   const char *bytes, size_t len, bool edit, struct err *err)
{
    struct session *s = session_begin(form, env);
    s->editing = edit;
    bool ok = fill(s, bytes, len, err);
    if (ok && edit) {
        mark_as_edit(s);
    }
    ok = ok && session_start(s, false, err);
    s->editing = false;
    if (!ok) {
        session_free(s);
        s = NULL;
    }
    *session = s;
    return ok;
}
