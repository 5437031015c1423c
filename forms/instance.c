/* SPDX-License-Identifier: Apache-2.0 */
/* How does an interview look as an ODK submission? */
#include "forms/instance.h"

#include <string.h>

#define XFORMS "http://www.w3.org/2002/xforms"

static void put_name(struct buf *out, const struct node *node)
{
    if (*node->prefix) {
        buf_text(out, node->prefix);
        buf_char(out, ':');
    }
    buf_text(out, node->name);
}

struct prefixes { /* declared on the root, each once */
    const char *seen[32];
    size_t count;
};

static void declare(struct buf *out, struct prefixes *done, const struct node *node)
{
    bool fresh =
        *node->prefix && *node->uri && done->count < 32 && strcmp(node->prefix, "xml") != 0;
    for (size_t i = 0; i < done->count && fresh; i++) {
        fresh = strcmp(done->seen[i], node->prefix) != 0;
    }
    if (fresh) {
        done->seen[done->count++] = node->prefix;
        struct buf name = {0};
        buf_printf(&name, "xmlns:%s", node->prefix);
        xml_put_attr(out, name.data, node->uri);
        buf_fini(&name);
    }
    for (const struct node *a = node->attrs; a; a = a->next) {
        declare(out, done, a);
    }
    for (const struct node *c = node->first; c; c = c->next) {
        declare(out, done, c);
    }
}

static void put_node(struct buf *out, const struct node *node, bool root)
{
    if (!node->active) {
        return;
    }
    buf_char(out, '<');
    put_name(out, node);
    if (root) {
        struct prefixes done = {0};
        if (*node->uri && !*node->prefix && strcmp(node->uri, XFORMS) != 0) {
            xml_put_attr(out, "xmlns", node->uri);
        }
        declare(out, &done, node);
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
    for (const struct node *c = node->first; c; c = c->next) {
        put_node(out, c, false);
    }
    buf_text(out, "</");
    put_name(out, node);
    buf_char(out, '>');
}

bool instance_write(struct buf *out, const struct session *session, struct err *err)
{
    const struct node *root = session_root(session)->first;
    if (!root) {
        return err_set(err, ERR_INPUT, "the form has no instance");
    }
    buf_text(out, "<?xml version=\"1.0\"?>");
    put_node(out, root, true);
    buf_char(out, '\n');
    return true;
}

static bool restore_node(struct session *s, struct node *node, const struct xml *xml,
                         struct err *err)
{
    if (!xml_child(xml, NULL)) {
        struct buf text = {0};
        for (const struct xml *c = xml->first; c; c = c->next) {
            buf_text(&text, c->text);
        }
        bool ok = !node->item->is_leaf || session_replay(s, node, text.data, err);
        buf_fini(&text);
        return ok;
    }
    for (const struct xml *c = xml_child(xml, NULL); c; c = xml_sibling(c, NULL)) {
        size_t nth = 0;
        for (const struct xml *p = xml_child(xml, c->name); p != c; p = xml_sibling(p, c->name)) {
            nth++;
        }
        struct node *into = tree_child(node, c->name);
        for (size_t i = 0; i < nth && into; i++) {
            do {
                into = into->next;
            } while (into && strcmp(into->name, c->name) != 0);
        }
        if (!into) {
            struct buf path = {0};
            buf_printf(&path, "%s/%s", node->item->path, c->name);
            const struct item *item = form_item(session_form(s), path.data);
            buf_fini(&path);
            struct page roster = {PAGE_ROSTER, item ? item->control : NULL, node};
            if (!item || !item->is_repeat) {
                return err_set(err, ERR_INPUT, "line %u: the form has no '%s' here", c->line,
                               c->name);
            }
            if (item->fixed || !session_add_entry(s, &roster, &into, err)) {
                return item->fixed; /* a counted repeat follows its count, not the file */
            }
        }
        if (!restore_node(s, into, c, err)) {
            return false;
        }
    }
    return true;
}

bool instance_restore(struct session *s, const char *bytes, size_t len, struct err *err)
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
    arena_fini(&arena);
    return ok;
}

bool instance_open(struct session **session, const struct form *form, const struct session_env *env,
                   const char *bytes, size_t len, bool edit, struct err *err)
{
    (void)edit;
    if (!session_new(session, form, env, err)) {
        return false;
    }
    if (!instance_restore(*session, bytes, len, err)) {
        session_free(*session);
        *session = NULL;
        return false;
    }
    return true;
}
