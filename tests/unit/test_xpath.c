/* SPDX-License-Identifier: Apache-2.0 */
/* Does an expression give what the standard says?  The cases are data: cases/xpath.test. */
#include "tests/lib/help.h"

static const char document[] =
    "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'><h:head>"
    "<model><instance><data id='form-1'><a>5</a><b>x y</b><r><n>1</n><t>one</t></r>"
    "<r><n>2</n><t>two</t></r><r><n>3</n><t>three</t></r></data></instance></model></h:head>"
    "<h:body/></h:html>";

static struct still still;

static int64_t wall(void *user)
{
    (void)user;
    return still.wall;
}

static int zone(void *user, int64_t ms)
{
    (void)user;
    (void)ms;
    return 360;
}

/* Evaluate one case line; NULL when it holds, else what came out. */
static const char *try(struct arena *arena, struct node *root, const char *text, const char *wanted)
{
    struct err err = {0};
    struct xpath *x;
    struct arena temp;
    struct xpath_value v;
    const char *result = "error";
    arena_init(&temp);
    struct xpath_env env = {.primary = root, .temp = &temp, .wall_ms = wall, .zone_minutes = zone};
    if (xpath_compile(&x, arena, text, &err) && xpath_eval(&v, x, &env, root->first, &err)) {
        result = arena_text(arena, xpath_to_text(&env, &v));
    }
    arena_fini(&temp);
    return strcmp(result, wanted) == 0 ? NULL : result;
}

static void test_xpath__cases(void **state)
{
    (void)state;
    struct err err = {0};
    struct buf cases = {0};
    struct form *form;
    struct arena arena;
    struct session *session;
    unsigned bad = 0, count = 0;
    arena_init(&arena);
    still_init(&still);
    OK(form_load(&form, document, sizeof document - 1, &xml_foreign, &err));
    OK(session_new(&session, form, &still.env, &err));
    OK(file_read(&cases, "tests/cases/xpath.test", 1 << 20, &err));
    for (char *line = strtok(cases.data, "\n"); line; line = strtok(NULL, "\n")) {
        char *arrow = strstr(line, " =>");
        if (*line == '#' || !arrow) {
            continue;
        }
        *arrow = '\0';
        const char *wanted = arrow[3] ? arrow + 4 : "";
        const char *result = try(&arena, session_root(session), line, wanted);
        count++;
        if (result) {
            print_error("%s\n  wanted %s\n  got    %s\n", line, wanted, result);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
    assert_true(count > 60);
    session_free(session);
    form_free(form);
    buf_fini(&cases);
    arena_fini(&arena);
}

static void test_xpath__errors_name_the_place(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena;
    struct xpath *x;
    arena_init(&arena);
    assert_false(xpath_compile(&x, &arena, "selectd(., 'a')", &err));
    assert_non_null(strstr(err.what, "character 1"));
    assert_non_null(strstr(err.hint, "selected()"));
    assert_false(xpath_compile(&x, &arena, "'ө' + ]", &err));
    assert_non_null(strstr(err.what, "character 7"));
    arena_fini(&arena);
}

static void test_xpath__depth_and_length_are_capped(void **state)
{
    (void)state;
    struct err err = {0};
    struct arena arena;
    struct xpath *x;
    struct buf deep = {0};
    arena_init(&arena);
    for (int i = 0; i < 100000; i++) {
        buf_char(&deep, '(');
    }
    assert_false(xpath_compile(&x, &arena, deep.data, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    buf_cut(&deep, 5000);
    assert_false(xpath_compile(&x, &arena, deep.data, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    buf_cut(&deep, 0);
    for (int i = 0; i < 20000; i++) {
        buf_char(&deep, '-');
    }
    assert_false(xpath_compile(&x, &arena, deep.data, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    buf_fini(&deep);
    arena_fini(&arena);
}

/* ---- lists: the index gives what the scan gives ---- */

static struct node *list_document;
static struct node *the_list(void *user, const char *id)
{
    (void)user;
    (void)id;
    return list_document;
}

static uint32_t chance = 3;
static unsigned draw(unsigned below)
{
    chance = chance * 1664525u + 1013904223u;
    return (chance >> 8) % below;
}

static void put_predicate(struct buf *out)
{
    static const char *const keys[] = {"k", "l", "@m", "none", "@none"};
    static const char *const values[] = {
        "'a'",         "'1'",         "1",       "''",
        "/data/q",     "/data/none",  "/data/*", "concat('', /data/q)",
        "current()/q", "/data/q + 1", "l",       "true()",
        "'01'"};
    unsigned parts = 1 + draw(3);
    buf_char(out, '[');
    for (unsigned i = 0; i < parts; i++) {
        const char *key = keys[draw(5)], *value = values[draw(13)];
        bool turned = draw(3) == 0;
        buf_printf(out, "%s%s %s %s", i ? (draw(5) ? " and " : " or ") : "", turned ? value : key,
                   draw(6) ? "=" : "!=", turned ? key : value);
    }
    if (draw(8) == 0) {
        buf_text(out, " and position() < 20");
    }
    buf_char(out, ']');
}

static void test_xpath__an_index_finds_what_a_scan_finds(void **state)
{
    (void)state;
    static const char *const texts[] = {"a", "b", "1", "01", "1.0", "", "2024-01-01"};
    static const char data[] = "<data><q>a</q><r>1</r></data>";
    struct arena arena, temp, keep;
    struct err err = {0};
    struct buf list = {0};
    struct xml *xml;
    size_t found = 0;
    arena_init(&arena);
    arena_init(&temp);
    arena_init(&keep);
    buf_text(&list, "<root>");
    for (unsigned i = 0; i < 300; i++) {
        buf_text(&list, "<item");
        if (draw(2)) {
            buf_printf(&list, " m='%s'", texts[draw(7)]);
        }
        buf_printf(&list, "><n>%u</n>", i);
        for (unsigned k = draw(3); k; k--) {
            buf_printf(&list, "<k>%s</k>", texts[draw(7)]);
        }
        buf_printf(&list, "<l>%s</l></item>%s", texts[draw(7)],
                   draw(9) ? "" : "<other><k>a</k></other>");
    }
    buf_text(&list, "</root>");
    OK(xml_parse(&xml, &arena, list.data, list.len, &xml_trusted, &err));
    list_document = tree_node(&arena, NODE_DOCUMENT, "", "", "");
    tree_append(list_document, tree_from_xml(&arena, xml));
    tree_number(list_document, FORM_ORDER);
    OK(xml_parse(&xml, &arena, data, sizeof data - 1, &xml_trusted, &err));
    struct node *root = tree_node(&arena, NODE_DOCUMENT, "", "", "");
    tree_append(root, tree_from_xml(&arena, xml));
    tree_number(root, 1);
    struct xpath_env scan = {.primary = root, .temp = &temp, .instance = the_list};
    struct xpath_env index = scan;
    index.keep = &keep;
    for (unsigned i = 0; i < 3000; i++) {
        struct buf text = {0};
        struct xpath *x;
        struct xpath_value a, b;
        buf_text(&text, "instance('x')/root/item");
        put_predicate(&text);
        if (draw(3) == 0) {
            put_predicate(&text);
        }
        OK(xpath_compile(&x, &arena, text.data, &err));
        OK(xpath_eval(&a, x, &scan, root->first, &err));
        OK(xpath_eval(&b, x, &index, root->first, &err));
        bool same = a.count == b.count;
        for (size_t n = 0; n < a.count && same; n++) {
            same = a.nodes[n] == b.nodes[n];
        }
        if (!same) {
            fail_msg("%s: %zu by scan, %zu by index", text.data, a.count, b.count);
        }
        found += a.count;
        arena_reset(&temp);
        buf_fini(&text);
    }
    assert_non_null(index.indexes);
    assert_true(found > 10000);
    tree_wipe(root);
    tree_wipe(list_document);
    buf_fini(&list);
    arena_fini(&keep);
    arena_fini(&temp);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xpath__cases),
        cmocka_unit_test(test_xpath__errors_name_the_place),
        cmocka_unit_test(test_xpath__an_index_finds_what_a_scan_finds),
        cmocka_unit_test(test_xpath__depth_and_length_are_capped),
    };
    xml_setup();
    return RUN(tests);
}
