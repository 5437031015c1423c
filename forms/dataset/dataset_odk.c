/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a record's instance anew, without what may not leave the desk. */
#include "forms/dataset/dataset_odk.h"

#include <string.h>

#include "forms/engine/instance.h"
#include "platform/machine/text.h"

struct taking {
    const struct dataset *dataset;
    const struct form *version;
    const char *withdrawn;
    unsigned hidden;
    struct buf path;
};

static void take(struct taking *t, struct node *node)
{
    size_t before = t->path.len;
    buf_join(&t->path, "/", node->name, NULL);
    const struct item *item = form_item(t->version, t->path.data);
    node->active = !dataset_hides(t->dataset, t->path.data);
    t->hidden += !node->active && *tree_value(node);
    if (item && item->use && t->withdrawn && text_has_word(t->withdrawn, item->use)) {
        tree_set(node, "withdrawn");
    }
    for (struct node *a = node->attrs; a; a = a->next) {
        a->active = true;
    }
    for (struct node *c = node->first; c; c = c->next) {
        take(t, c);
    }
    buf_cut(&t->path, before);
}

bool dataset_submission(struct buf *out, const struct dataset *dataset, const struct form *version,
                        const char *xml, size_t len, const char *withdrawn, unsigned *hidden,
                        struct err *err)
{
    struct taking t = {.dataset = dataset, .version = version, .withdrawn = withdrawn};
    struct arena arena;
    struct xml *root;
    arena_init(&arena);
    bool ok = xml_parse(&root, &arena, xml, len, &xml_foreign, err);
    if (ok) {
        struct node *tree = tree_from_xml(&arena, root);
        take(&t, tree);
        instance_write_tree(out, tree);
        tree_wipe(tree);
    }
    *hidden += t.hidden;
    buf_fini(&t.path);
    arena_fini(&arena);
    return ok;
}
