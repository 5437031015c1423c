/* SPDX-License-Identifier: Apache-2.0 */
/* An expression, compiled and evaluated over a small document. */
#include "tests/fuzz/fuzz.h"

#include "forms/xpath/xpath.h"

static int64_t wall(void *user)
{
    (void)user;
    return 1795507200000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char doc[] =
        "<data id='x'><a>5</a><b>x y</b><r><n>1</n></r><r><n>2</n></r></data>";
    struct arena arena, temp;
    struct xml *xml;
    struct xpath *x;
    struct xpath_value v;
    struct err err = {0};
    if (size > 4096) {
        return 0;
    }
    arena_init(&arena);
    arena_init(&temp);
    char *text = arena_copy(&arena, (const char *)data, size);
    if (xpath_compile(&x, &arena, text, &err) &&
        xml_parse(&xml, &arena, doc, sizeof doc - 1, &xml_foreign, &err)) {
        struct node *root = tree_node(&arena, NODE_DOCUMENT, "", "", "");
        tree_append(root, tree_from_xml(&arena, xml));
        tree_number(root, 1);
        struct buf printed = {0};
        xpath_print(&printed, x);
        buf_fini(&printed);
        struct xpath_env env = {.primary = root, .temp = &temp, .wall_ms = wall};
        if (xpath_eval(&v, x, &env, root->first, &err)) {
            xpath_to_text(&env, &v);
            xpath_to_number(&env, &v);
        }
        tree_wipe(root);
    }
    arena_fini(&temp);
    arena_fini(&arena);
    return 0;
}
