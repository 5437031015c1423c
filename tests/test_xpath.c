/* SPDX-License-Identifier: Apache-2.0 */
/* Does an expression give what the standard says?  The cases are data: cases/xpath.test. */
#include "tests/help.h"

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
static const char *try(struct arena *arena, struct node *root, const char *text,
                       const char *wanted)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xpath__cases),
        cmocka_unit_test(test_xpath__errors_name_the_place),
        cmocka_unit_test(test_xpath__depth_and_length_are_capped),
    };
    xml_setup();
    return RUN(tests);
}
