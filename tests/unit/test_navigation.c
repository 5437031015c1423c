/* SPDX-License-Identifier: Apache-2.0 */
/* Is there a way on from everywhere, by touch and by keys, and is nothing lost on it? */
#include "app/screens/calendar.h"
#include "app/screens/screen_cases.h"
#include "forms/engine/instance.h"
#include "platform/machine/clock.h"
#include "tests/lib/steps.h"

/* The end lists what is wrong in the form's own words, and leads there. */
static void test_navigation__the_end_says_why_and_leads_there(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    begin_form(s,
               "| survey |\n| | type | name | label | required | required_message | constraint | "
               "constraint_message |\n"
               "| | text | who | Кто? | yes | Спросите имя | | |\n"
               "| | integer | age | Сколько лет? | | | . > 17 | Только взрослые |\n"
               "| | integer | kids | Детей | | | . < 20 | |\n",
               &upright);
    assert_int_equal(session_put(s->app.interview->session,
                                 session_find(s->app.interview->session, "/data/age"), "7", &err),
                     ANSWER_OK);
    assert_int_equal(session_put(s->app.interview->session,
                                 session_find(s->app.interview->session, "/data/kids"), "44", &err),
                     ANSWER_OK);
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "finish"));
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_true(shows(s, "Нет ответа")); /* not the rule that it breaks */
    assert_false(shows(s, "Спросите имя"));
    assert_true(shows(s, "Только взрослые"));
    assert_true(shows(s, "не больше 19"));
    assert_true(shows(s, "К вопросу без ответа"));
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_string_equal(s->app.interview->page.node->name, "who");
    scene_type(s, "Айгүл");
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "finish"));
    assert_false(shows(s, "К вопросу без ответа"));
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "age");
    assert_true(shows(s, "Только взрослые"));
}

static void test_navigation__what_is_refused_keeps_nobody_on_the_page(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | constraint |\n"
               "| | integer | age | Сколько лет? | . > 17 |\n"
               "| | text | name | Имя | |\n",
               &upright);
    scene_type(s, "7");
    assert_true(scene_tap(s, "outline"));
    assert_int_equal(s->app.screen, SCREEN_OUTLINE);
    assert_string_equal(value(s, "/data/age"), "7"); /* it stands, but is told as a gap */
    assert_true(scene_tap(s, "back"));
    assert_true(shows(s, "7"));
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "finish"));
    assert_true(shows(s, "Не хватает: 1"));
    assert_true(scene_tap(s, "problem:1"));
    assert_non_null(s->app.view.refused); /* with the reason */
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "age");
}

static void test_navigation__answers_are_judged_when_their_page_is_left(void **state)
{
    struct scene *s = *state;
    begin_form(
        s,
        "| survey |\n"
        "| | type | name | label | required | constraint | constraint_message | parameters |\n"
        "| | select_multiple l | q | Где? | yes | not(selected(., 'own') and "
        "count-selected(.) > 1) | нельзя сочетать | |\n"
        "| | select_multiple l | two | Два? | | count-selected(.) = 2 | ровно два | |\n"
        "| | range | r | Сколько? | yes | . >= 3 and . <= 8 | от 3 до 8 | start=0 end=10 step=1 |\n"
        "| | date | d | Когда? | yes | . <= today() | уже было | |\n"
        "| | text | z | Я | | | | |\n"
        "| choices |\n| | list_name | name | label |\n| | l | own | Дома |\n"
        "| | l | b | Б |\n| | l | c | В |\n",
        &upright);
    assert_true(scene_tap(s, "choice:own"));
    assert_true(scene_tap(s, "choice:own")); /* a slip */
    assert_string_equal(value(s, "/data/q"), "");
    assert_true(scene_tap(s, "choice:own"));
    assert_true(scene_tap(s, "choice:b"));
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "q");
    assert_true(shows(s, "нельзя сочетать"));
    assert_true(scene_tap(s, "choice:own"));
    assert_true(scene_tap(s, "right"));
    assert_true(scene_tap(s, "choice:b"));
    assert_true(scene_tap(s, "right"));
    assert_true(shows(s, "ровно два"));
    cut_and_resume(s); /* as it stood, fit or not */
    assert_string_equal(value(s, "/data/two"), "b");
    assert_true(scene_tap(s, "choice:c"));
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "r");
    for (int k = 0; k < 4; k++) {
        s->app.ui.last[0] = '\0';
        assert_true(scene_tap(s, "more"));
    }
    assert_string_equal(value(s, "/data/r"), "3");
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "d");
    for (int k = 0; k < 2; k++) {
        s->app.ui.last[0] = '\0';
        assert_true(scene_tap(s, "month-next"));
    }
    assert_true(scene_tap(s, "day:15"));
    assert_true(scene_tap(s, "right")); /* a rule that is broken holds the page */
    assert_string_equal(s->app.interview->page.node->name, "d");
    assert_true(shows(s, "уже было"));
}

static void test_navigation__a_stale_answer_is_no_dead_end(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | choice_filter | required |\n"
               "| | select_one p | p | Область? | | |\n"
               "| | select_multiple k | many | Где? | up = ${p} | yes |\n"
               "| | select_one k | one | Где сейчас? | up = ${p} | |\n"
               "| | text | z | Я | | |\n"
               "| choices |\n| | list_name | name | label | up |\n| | p | x | Икс | |\n"
               "| | p | y | Игрек | |\n| | p | none | Нет | |\n| | k | a | А | x |\n"
               "| | k | b | Б | y |\n| | k | c | В | y |\n",
               &upright);
    struct interview *i = s->app.interview;
    static const char *const given[][2] = {{"p", "x"}, {"many", "a"}, {"one", "a"}, {"p", "y"}};
    for (int k = 0; k < 4; k++) {
        char path[32];
        snprintf(path, sizeof path, "/data/%s", given[k][0]);
        assert_int_equal(interview_answer(i, session_find(i->session, path), given[k][1], &err),
                         ANSWER_OK);
    }
    go_to(s, "/data/many");
    assert_true(shows(s, "Прежнего ответа"));
    assert_true(scene_tap(s, "choice:c"));
    assert_string_equal(value(s, "/data/many"), "c");
    assert_false(shows(s, "Прежнего ответа"));
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "one");
    assert_true(scene_tap(s, "take-back"));
    assert_string_equal(value(s, "/data/one"), "");
    assert_true(scene_tap(s, "choice:b"));
    assert_int_equal(interview_answer(i, session_find(i->session, "/data/p"), "none", &err),
                     ANSWER_OK);
    go_to(s, "/data/one"); /* nothing is offered at all */
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "one");
    assert_true(scene_tap(s, "take-back"));
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "z");
}

static void test_navigation__a_smaller_count_keeps_what_it_takes(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | repeat_count |\n"
               "| | integer | n | Сколько? | |\n"
               "| | begin_repeat | m | Члены семьи | ${n} |\n"
               "| | text | who | Кто? | |\n"
               "| | integer | k | Работ? | |\n"
               "| | begin_repeat | job | Работы | ${k} |\n"
               "| | text | what | Какая? | |\n"
               "| | end_repeat | | | |\n"
               "| | end_repeat | | | |\n",
               &upright);
    struct interview *i = s->app.interview;
    static const char *const given[][2] = {{"n", "3"},          {"m[1]/who", "Асан"},
                                           {"m[2]/who", "Бек"}, {"m[3]/who", "Гүл"},
                                           {"m[3]/k", "2"},     {"m[3]/job[2]/what", "швея"}};
    for (int k = 0; k < 6; k++) {
        char path[40];
        snprintf(path, sizeof path, "/data/%s", given[k][0]);
        assert_int_equal(interview_answer(i, session_find(i->session, path), given[k][1], &err),
                         ANSWER_OK);
    }
    go_to(s, "/data/n");
    char field[40];
    snprintf(field, sizeof field, "%s", typed_id(&s->app, i->page.node));
    assert_true(scene_tap(s, field));
    scene_key(s, KEY_BACKSPACE);
    assert_true(scene_tap(s, "outline")); /* about to type another digit */
    assert_null(session_find(i->session, "/data/m[1]"));
    cut_and_resume(s);
    i = s->app.interview;
    go_to(s, "/data/n");
    assert_int_equal(interview_answer(i, i->page.node, "4", &err), ANSWER_OK);
    assert_string_equal(value(s, "/data/m[1]/who"), "Асан");
    assert_string_equal(value(s, "/data/m[3]/who"), "Гүл");
    assert_string_equal(value(s, "/data/m[3]/job[2]/what"), "швея");
    assert_string_equal(value(s, "/data/m[4]/who"), "");
    scene_draw(s);
    assert_int_equal(interview_answer(i, i->page.node, "2", &err), ANSWER_OK);
    scene_draw(s);
    assert_true(shows(s, "Убрано заполненных"));
    assert_int_equal(interview_answer(i, session_find(i->session, "/data/m[2]/who"), "Бек А", &err),
                     ANSWER_OK);
    assert_int_equal(interview_answer(i, i->page.node, "3", &err), ANSWER_OK);
    assert_string_equal(value(s, "/data/m[2]/who"), "Бек А");
    assert_string_equal(value(s, "/data/m[3]/who"), "Гүл");
}

static void test_navigation__what_was_begun_is_not_sealed_over(void **state)
{
    struct scene *s = *state;
    begin_form(
        s,
        "| survey |\n"
        "| | type | name | label | appearance | relevant |\n"
        "| | begin_group | g | Раздел | field-list | |\n"
        "| | text | a | А | | |\n"
        "| | time | t | Начало | | |\n"
        "| | dateTime | m | Конец | | |\n"
        "| | select_one yn | p | П | | |\n"
        "| | text | b | Б | | ${p} != 'n' |\n"
        "| | end_group | | | | |\n"
        "| choices |\n| | list_name | name | label |\n| | yn | y | Да |\n| | yn | n | Нет |\n",
        &upright);
    struct session *session = s->app.interview->session;
    char id[64], a[64], b[64];
    struct node *t = session_find(session, "/data/g/t"), *m = session_find(session, "/data/g/m");
    struct node *p = session_find(session, "/data/g/p");
    snprintf(a, sizeof a, "%s", typed_id(&s->app, session_find(session, "/data/g/a")));
    snprintf(b, sizeof b, "%s", typed_id(&s->app, session_find(session, "/data/g/b")));
    assert_true(scene_tap(s, a));
    scene_type(s, "слово");
    snprintf(id, sizeof id, "hour:%u:09", t->item->shape.index);
    assert_true(scene_tap(s, id));
    assert_string_equal(value(s, "/data/g/a"), "слово"); /* not pushed out by the hour */
    snprintf(id, sizeof id, "day:%u:12", m->item->shape.index);
    assert_true(scene_tap(s, id));
    assert_string_equal(interview_typed(s->app.interview, t), "09:--");
    assert_true(scene_tap(s, b));
    scene_type(s, "ещё");
    snprintf(id, sizeof id, "choice:%u:n", p->item->shape.index);
    assert_true(scene_tap(s, id)); /* hides what is being typed in */
    snprintf(id, sizeof id, "choice:%u:y", p->item->shape.index);
    assert_true(scene_tap(s, id));
    assert_string_equal(value(s, "/data/g/b"), "ещё");
    cut_and_resume(s);
    session = s->app.interview->session;
    t = session_find(session, "/data/g/t");
    m = session_find(session, "/data/g/m");
    assert_string_equal(interview_typed(s->app.interview, t), "09:--");
    assert_non_null(interview_typed(s->app.interview, m));
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "finish"));
    assert_true(shows(s, "Начато, но не дописано"));
    assert_true(shows(s, "Не хватает: 2"));
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW); /* not sealed */
    snprintf(id, sizeof id, "minute:%u:30", t->item->shape.index);
    assert_true(scene_tap(s, id));
    snprintf(id, sizeof id, "hour:%u:10", m->item->shape.index);
    assert_true(scene_tap(s, id));
    snprintf(id, sizeof id, "minute:%u:00", m->item->shape.index);
    assert_true(scene_tap(s, id));
    assert_memory_equal(value(s, "/data/g/t"), "09:30", 5);
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_false(shows(s, "Начато, но не дописано"));
}

static void test_navigation__down_walks_the_page_before_the_bar(void **state)
{
    struct scene *s = *state;
    struct buf md = {0};
    buf_text(&md, "| survey |\n| | type | name | label | appearance |\n"
                  "| | begin_group | g | Раздел | field-list |\n");
    for (int k = 0; k < 12; k++) {
        buf_printf(&md, "| | select_one yn | q%d | Вопрос %d | |\n", k, k);
    }
    buf_text(&md, "| | end_group | | | |\n| choices |\n| | list_name | name | label |\n"
                  "| | yn | yes | Да |\n| | yn | no | Нет |\n");
    buf_add(&md, "", 1);
    begin_form(s, md.data, &upright);
    int seen = 0;
    for (int k = 0; k < 24; k++) {
        scene_key(s, KEY_DOWN);
        const struct target *t = scene_find(s, s->app.ui.focus);
        assert_non_null(t);
        assert_false(t->hidden);
        seen += t->scrolls;
    }
    assert_int_equal(seen, 24); /* two answers of each of the twelve */
    scene_key(s, KEY_DOWN);
    assert_string_equal(s->app.ui.focus, "right");
    scene_key(s, KEY_UP);
    assert_true(scene_find(s, s->app.ui.focus)->scrolls);
    for (int k = 0; k < 23; k++) {
        scene_key(s, KEY_UP);
        assert_true(scene_find(s, s->app.ui.focus)->scrolls);
    }
    assert_int_equal(s->app.ui.scroll, 0);
    buf_fini(&md);
}

static void test_navigation__arrows_walk_the_lines_of_a_text(void **state)
{
    (void)state;
    struct scene s;
    begin_form(&s,
               "| survey |\n"
               "| | type | name | label | appearance |\n"
               "| | text | note | Запишите | multiline |\n",
               &upright);
    struct edit *edit = &s.app.ui.edit;
    scene_type(&s, "Бишкек");
    scene_key(&s, KEY_LINE);
    scene_key(&s, KEY_LINE);
    scene_type(&s, "Ош");
    assert_string_equal(edit->text.data, "Бишкек\n\nОш");
    scene_key(&s, KEY_UP); /* the empty line */
    assert_int_equal(edit->cursor, strlen("Бишкек\n"));
    scene_key(&s, KEY_UP);
    assert_int_equal(edit->cursor, 0);
    scene_type(&s, "г. ");
    scene_key(&s, KEY_DOWN);
    scene_key(&s, KEY_DOWN);
    scene_key(&s, KEY_HOME);
    scene_key(&s, KEY_END);
    scene_type(&s, ".");
    assert_string_equal(edit->text.data, "г. Бишкек\n\nОш.");
    assert_false(s.app.ui.show_focus); /* so far nothing was left */
    scene_key(&s, KEY_DOWN);
    assert_true(s.app.ui.show_focus);
    assert_string_not_equal(s.app.ui.focus, edit->id);
    /* lines that were broken for the page are lines, too */
    scene_close(&s);
    begin_form(&s,
               "| survey |\n"
               "| | type | name | label | appearance |\n"
               "| | text | note | Запишите | multiline |\n",
               &upright);
    scene_type(&s, "Работал в Москве на стройке восемь месяцев без договора и остался без денег");
    scene_key(&s, KEY_UP);
    size_t up = edit->cursor;
    assert_in_range(up, 10, edit->text.len - 20);
    scene_key(&s, KEY_DOWN);
    assert_in_range(edit->cursor, edit->text.len - 4, edit->text.len);
    assert_false(s.app.ui.show_focus);
    scene_close(&s);
}

static void test_navigation__enter_walks_a_page_of_fields(void **state)
{
    struct scene *s = *state;
    static const char md[] =
        "| survey |\n"
        "| | type | name | label | appearance | relevant |\n"
        "| | begin_group | g | Раздел | field-list | |\n"
        "| | text | a | А | | |\n"
        "| | text | b | Б | | ${a} = 'x' |\n"
        "| | select_one yn | c | В | | |\n"
        "| | note | n | Памятка | | |\n"
        "| | integer | d | Г | | |\n"
        "| | end_group | | | | |\n"
        "| | text | z | Я | | |\n"
        "| choices |\n| | list_name | name | label |\n| | yn | yes | Да |\n| | yn | no | Нет |\n";
    begin_form(s, md, &upright);
    struct node *nodes[4];
    static const char *const paths[] = {"/data/g/a", "/data/g/b", "/data/g/c", "/data/g/d"};
    char fields[4][40];
    for (int k = 0; k < 4; k++) {
        nodes[k] = session_find(s->app.interview->session, paths[k]);
        snprintf(fields[k], sizeof fields[k], "%s", typed_id(&s->app, nodes[k]));
    }
    for (int touch = 0; touch < 2; touch++) {
        go_to(s, "/data/g/a");
        if (touch) {
            assert_true(scene_tap(s, fields[0]));
        } else {
            scene_key(s, KEY_TAB);
            scene_key(s, KEY_ENTER);
        }
        assert_true(edit_is(&s->app.ui.edit, fields[0]));
        scene_type(s, touch ? "" : "x");
        if (!touch) {
            scene_key(s, KEY_TAB); /* looks around, and comes back */
            scene_key(s, KEY_BACKTAB);
            scene_key(s, KEY_ENTER);
        } else {
            assert_true(scene_tap(s, "key:enter"));
        }
        assert_string_equal(tree_value(nodes[0]), "x");
        assert_true(edit_is(&s->app.ui.edit, fields[1]));
        scene_type(s, "y");
        if (touch) {
            assert_true(scene_tap(s, "key:enter"));
        } else {
            scene_key(s, KEY_ENTER);
        }
        assert_string_equal(tree_value(nodes[1]), touch ? "yy" : "y");
        assert_string_equal(s->app.ui.edit.id, ""); /* choices want the whole page */
        assert_non_null(scene_find(s, "right"));
        if (touch) {
            assert_false(s->app.ui.show_focus);
            assert_true(scene_tap(s, fields[3]));
            scene_type(s, "4");
            assert_true(scene_tap(s, "key:enter"));
        } else {
            scene_key(s, KEY_ENTER); /* the first of them */
            assert_string_equal(tree_value(nodes[2]), "yes");
            while (!edit_is(&s->app.ui.edit, fields[3])) {
                scene_key(s, KEY_DOWN);
                if (strcmp(s->app.ui.focus, fields[3]) == 0) {
                    scene_key(s, KEY_ENTER);
                }
            }
            scene_type(s, "3");
            scene_key(s, KEY_ENTER);
        }
        assert_string_equal(tree_value(nodes[3]), touch ? "34" : "3");
        assert_string_equal(s->app.interview->page.node->name, "z");
    }
}

static void test_navigation__a_search_is_left_by_keys(void **state)
{
    struct scene *s = *state;
    struct buf md = {0};
    buf_text(&md, "| survey |\n| | type | name | label |\n| | select_one l | q | Что? |\n"
                  "| | text | z | Я |\n| choices |\n| | list_name | name | label |\n");
    for (int k = 1; k <= 40; k++) {
        buf_printf(&md, "| | l | c%d | Выбор %d |\n", k, k);
    }
    begin_form(s, md.data, &upright);
    scene_key(s, KEY_TAB);
    for (int k = 0; k < 5 && !s->app.ui.edit.id[0]; k++) { /* the search comes first */
        if (strncmp(s->app.ui.focus, "search", 6) == 0) {
            scene_key(s, KEY_ENTER);
        } else {
            scene_key(s, KEY_TAB);
        }
    }
    assert_true(search_is_open(&s->app));
    scene_type(s, "33");
    for (int k = 0; k < 9 && strcmp(s->app.ui.focus, "choice:c33") != 0; k++) {
        scene_key(s, KEY_DOWN);
    }
    scene_key(s, KEY_ENTER);
    assert_string_equal(value(s, "/data/q"), "c33");
    for (int k = 0;
         k < 9 && s->app.interview->page.node == session_find(s->app.interview->session, "/data/q");
         k++) {
        scene_key(s, KEY_DOWN);
        if (strcmp(s->app.ui.focus, "key:enter") == 0 || strcmp(s->app.ui.focus, "right") == 0) {
            scene_key(s, KEY_ENTER);
        }
    }
    assert_string_equal(s->app.interview->page.node->name, "z");
    buf_fini(&md);
}

static void test_navigation__keys_can_draw(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n| | type | name | label | appearance | required |\n"
               "| | image | sign | Подпись | signature | yes |\n| | text | z | Я | | |\n",
               &upright);
    for (int k = 0; k < 5 && strcmp(s->app.ui.focus, "ink") != 0; k++) {
        scene_key(s, KEY_TAB);
    }
    scene_key(s, KEY_ENTER);
    for (int k = 0; k < 20; k++) {
        scene_key(s, KEY_RIGHT);
    }
    scene_key(s, KEY_ENTER); /* the pen is lifted, and put down where it was */
    scene_key(s, KEY_ENTER);
    for (int k = 0; k < 100; k++) { /* never off the paper */
        scene_key(s, KEY_DOWN);
    }
    assert_true(s->app.ui.grabbed);
    scene_key(s, KEY_TAB); /* lets go, too */
    assert_false(s->app.ui.grabbed);
    assert_string_not_equal(s->app.ui.focus, "ink");
    assert_true(ink_of(&s->app)->count > 100);
    for (int k = 0; k < 5 && strcmp(s->app.ui.focus, "right") != 0; k++) {
        scene_key(s, KEY_TAB);
    }
    scene_key(s, KEY_ENTER);
    assert_string_equal(s->app.interview->page.node->name, "z");
    struct err err = {0};
    struct picture p;
    const struct buf *kept = interview_file(s->app.interview, value(s, "/data/sign"));
    assert_non_null(kept);
    OK(picture_read(&p, kept->data, kept->len, 2000, 2000, &err));
    unsigned dark = 0;
    for (int i = 0; i < p.w * p.h; i++) {
        dark += p.rgb[3 * i] < 128;
    }
    assert_in_range(dark, 500, 20000);
    picture_free(&p);
}

static void test_navigation__a_draft_tells_how_far_it_has_come(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | relevant |\n"
               "| | text | a | А | |\n"
               "| | text | b | Б | |\n"
               "| | text | c | В | ${a} = 'x' |\n"
               "| | text | d | Г | |\n",
               &upright);
    struct interview *i = s->app.interview;
    assert_int_equal(interview_answer(i, session_find(i->session, "/data/b"), "да", &err),
                     ANSWER_OK);
    app_leave_interview(&s->app);
    app_go_home(&s->app);
    scene_draw(s);
    assert_true(shows(s, "Ответов: 1 из 3 · "));
    resume(s);
    scene_type(s, "x");
    assert_true(scene_tap(s, "key:enter"));
    cut(s); /* the counts of last time no longer hold */
    assert_false(shows(s, "Ответов"));
    assert_true(shows(s, "Начато: "));
    resume(s);
    app_leave_interview(&s->app);
    app_go_home(&s->app);
    scene_draw(s);
    assert_true(shows(s, "Ответов: 2 из 4 · "));
}

static char *instance_now(struct scene *s)
{
    struct buf xml = {0};
    struct err err = {0};
    OK(instance_write(&xml, s->app.interview->session, &err));
    char *kept = mem_text(xml.data);
    buf_fini(&xml);
    return kept;
}

static enum answer_result give(struct scene *s, const char *path, const char *value)
{
    struct err err = {0};
    struct interview *i = s->app.interview;
    return interview_answer(i, session_find(i->session, path), value, &err);
}

/* An answer that the form cannot bear leaves no trace, neither here nor after a power cut. */
static void test_navigation__what_a_fault_takes_back_is_as_it_was(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | repeat_count | calculation |\n"
               "| | integer | n | Сколько? | | |\n"
               "| | calculate | r | | | if(${n} > 0, random(), 0) |\n"
               "| | calculate | first | | | once(${n}) |\n"
               "| | begin_repeat | m | М | ${n} | |\n"
               "| | text | who | Кто? | | |\n"
               "| | end_repeat | | | | |\n"
               "| | begin_repeat | w | В | ${n} * 12 | |\n"
               "| | text | what | Что? | | |\n"
               "| | end_repeat | | | | |\n",
               &upright);
    assert_int_equal(give(s, "/data/n", "50000"), ANSWER_FAULT);
    assert_int_equal(give(s, "/data/n", "3"), ANSWER_OK);
    assert_string_equal(value(s, "/data/first"), "3");
    assert_int_equal(give(s, "/data/m[2]/who", "Бек"), ANSWER_OK);
    assert_int_equal(give(s, "/data/m[3]/who", "Гүл"), ANSWER_OK);
    char *before = instance_now(s);
    assert_int_equal(give(s, "/data/n", "1000"), ANSWER_FAULT); /* 12,000 of the others */
    char *after = instance_now(s);
    assert_string_equal(after, before);
    free(before);
    free(after);
    assert_int_equal(give(s, "/data/n", "1"), ANSWER_OK);
    assert_int_equal(give(s, "/data/n", "1000"), ANSWER_FAULT);
    assert_int_equal(give(s, "/data/n", "3"), ANSWER_OK);
    assert_string_equal(value(s, "/data/m[2]/who"), "Бек");
    assert_string_equal(value(s, "/data/m[3]/who"), "Гүл");
    before = instance_now(s);
    cut_and_resume(s);
    after = instance_now(s);
    assert_string_equal(after, before);
    free(before);
    free(after);
}

/* Chance that relevance and counts hang on is not drawn anew, whichever act the form cannot bear.
 */
static void test_navigation__a_fault_draws_no_other_chance(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | repeat_count | calculation | relevant |\n"
               "| | integer | n | Сколько? | | | |\n"
               "| | calculate | r | | | if(${n} > 0 and count(${day}) >= 0, random(), 0) | |\n"
               "| | text | q | Ещё? | | | ${r} < 0.5 |\n"
               "| | begin_repeat | e | Е | int(${r} * 8) | | |\n"
               "| | text | who | Кто? | | | |\n"
               "| | end_repeat | | | | | |\n"
               "| | begin_repeat | w | В | ${n} * 12 + (count(${day}) = 3) * 20000 | | |\n"
               "| | text | what | Что? | | | |\n"
               "| | end_repeat | | | | | |\n"
               "| | begin_repeat | day | Дни | | | |\n"
               "| | text | d | Что было? | | | |\n"
               "| | end_repeat | | | | | |\n",
               &upright);
    struct interview *i = s->app.interview;
    assert_int_equal(give(s, "/data/n", "1"), ANSWER_OK);
    struct page roster = {.control = NULL}, *all;
    size_t count;
    struct node *entry;
    session_pages(i->session, &s->app.ui.frame, NULL, &all, &count);
    for (size_t p = 0; p < count; p++) {
        roster = all[p].kind == PAGE_ROSTER && !all[p].control->item->count ? all[p] : roster;
    }
    while (session_find(i->session, "/data/day[2]") == NULL) {
        OK(interview_add(i, &roster, &entry, &err));
    }
    for (int k = 0; k < 6; k++) {
        char *before = instance_now(s);
        assert_int_equal(give(s, "/data/n", "1000"), ANSWER_FAULT);
        assert_false(interview_add(i, &roster, &entry, &err)); /* the third */
        char *after = instance_now(s);
        assert_string_equal(after, before);
        free(before);
        free(after);
        assert_int_equal(give(s, "/data/n", k % 2 ? "1" : "2"), ANSWER_OK); /* another draw */
    }
    char *before = instance_now(s);
    cut_and_resume(s);
    char *after = instance_now(s);
    assert_string_equal(after, before);
    free(before);
    free(after);
}

/* A picture, and a half answer, stay with their entry while others come and go. */
static void test_navigation__an_entry_keeps_its_files_and_halves(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | repeat_count |\n"
               "| | integer | n | Сколько? | |\n"
               "| | begin_repeat | m | М | ${n} |\n"
               "| | image | pic | Фото | |\n"
               "| | end_repeat | | | |\n"
               "| | image | own | Своё | |\n"
               "| | begin_repeat | day | Дни | |\n"
               "| | time | t | Во сколько? | |\n"
               "| | image | shot | Снимок | |\n"
               "| | end_repeat | | | |\n",
               &upright);
    struct interview *i = s->app.interview;
    assert_int_equal(give(s, "/data/n", "2"), ANSWER_OK);
    OK(interview_attach(i, session_find(i->session, "/data/m[2]/pic"), "png", "ЗНАК", 8, &err));
    assert_int_equal(give(s, "/data/n", "1"), ANSWER_OK);
    OK(interview_attach(i, session_find(i->session, "/data/own"), "png", "другой", 12, &err));
    assert_int_equal(give(s, "/data/n", "2"), ANSWER_OK);
    assert_non_null(interview_file(i, value(s, "/data/m[2]/pic")));
    struct page pages[3], *all;
    size_t count;
    struct node *entry[3];
    session_pages(i->session, &s->app.ui.frame, NULL, &all, &count);
    for (size_t p = 0; p < count; p++) {
        pages[0] = all[p].kind == PAGE_ROSTER && !all[p].control->item->count ? all[p] : pages[0];
    }
    for (int k = 0; k < 3; k++) {
        OK(interview_add(i, &pages[0], &entry[k], &err));
    }
    interview_typing(i, session_find(i->session, "/data/day[1]/t"), "07:--");
    interview_typing(i, session_find(i->session, "/data/day[3]/t"), "09:--");
    OK(interview_attach(i, session_find(i->session, "/data/day[2]/shot"), "png", "снимок", 12,
                        &err));
    for (int k = 0; k < 2; k++) {
        OK(interview_remove(i, session_find(i->session, "/data/day[2]"), &err));
        assert_string_equal(interview_typed(i, session_find(i->session, "/data/day[1]/t")),
                            "07:--");
        assert_string_equal(interview_typed(i, session_find(i->session, "/data/day[2]/t")),
                            "09:--");
        OK(interview_attach(i, session_find(i->session, "/data/own"), "png", "третий", 12, &err));
        OK(interview_restore(i, &err));
        assert_null(interview_typed(i, session_find(i->session, "/data/day[2]/t")));
        assert_string_equal(interview_typed(i, session_find(i->session, "/data/day[3]/t")),
                            "09:--");
        assert_non_null(interview_file(i, value(s, "/data/day[2]/shot")));
    }
    cut_and_resume(s);
    i = s->app.interview;
    assert_string_equal(interview_typed(i, session_find(i->session, "/data/day[3]/t")), "09:--");
    assert_non_null(interview_file(i, value(s, "/data/day[2]/shot")));
}

/* What is overdue is said at home; the list has it first, and finds a case by a part of its code.
 */
static void test_navigation__cases_to_visit_next(void **state)
{
    struct scene *s = *state;
    static const char *const order[] = {"12-001", "12-007", "12-004", "12-002",
                                        "12-011", "12-003", "12-012"};
    enum { NOON = 12 * 60 * 60 * 1000 };
    clock_pretend(1795478400000 + NOON);
    begin_form(s, "| survey |\n| | type | name | label |\n| | text | a | A |\n", &upright);
    assert_true(scene_tap(s, "menu") && scene_tap(s, "leave"));
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_null(scene_find(s, "cases")); /* a device without cases does not speak of them */
    scene_cases(s);
    assert_true(app_load_home(&s->app));
    scene_draw(s);
    assert_int_equal(s->app.home.cases.all, 7);
    assert_int_equal(s->app.home.cases.overdue, 2); /* not the one without a next meeting */
    assert_int_equal(s->app.home.cases.soon, 2);
    assert_true(scene_tap(s, "cases"));
    assert_int_equal(s->app.screen, SCREEN_CASES);
    const struct cases_state *cases = app_state(&s->app, SCREEN_CASES);
    assert_int_equal(cases->count, 7);
    for (size_t i = 0; i < 7; i++) {
        const char *label = cases->lines[i].label;
        assert_string_equal(label + strlen(label) - strlen(order[i]), order[i]);
    }
    assert_true(scene_tap(s, "search-cases"));
    scene_type(s, "07-av-a12-011");
    scene_draw(s);
    assert_non_null(scene_find(s, "case:4"));
    assert_null(scene_find(s, "case:0"));
    assert_true(scene_tap(s, "case:4"));
    assert_int_equal(s->app.screen, SCREEN_CASES); /* the only form asks for no case */
    assert_true(shows(s, "Для этого дела на устройстве нет формы"));
    clock_pretend(0);
}

/* A case that was touched is marked in the form, where the form offers it, and nowhere else. */
static void test_navigation__a_case_that_was_touched_is_marked_in_its_form(void **state)
{
    struct scene *s = *state;
    clock_pretend(1795478400000);
    begin_form(
        s,
        "| survey |\n"
        "| | type | name | label | choice_filter | appearance |\n"
        "| | select_one way | way | Как? | | |\n"
        "| | select_one_from_file avrr_cases.csv | other | Чужое дело | status = 'x' | |\n"
        "| | begin_group | page | Дело | | field-list |\n"
        "| | text | note | Пометка | | |\n"
        "| | select_one_from_file avrr_cases.csv | old | Дело | status = 'active' | |\n"
        "| | end_group | | | | |\n"
        "| | select_one_from_file avrr_cases.csv | again | Ещё дело | | |\n"
        "| choices |\n| | list_name | name | label |\n| | way | a | А |\n| | way | b | Б |\n",
        &upright);
    assert_true(scene_tap(s, "menu") && scene_tap(s, "leave"));
    scene_cases(s);
    assert_true(app_load_home(&s->app));
    scene_draw(s);
    assert_true(scene_tap(s, "cases") && scene_tap(s, "case:1"));
    assert_int_equal(s->app.screen, SCREEN_FORMS);
    assert_true(shows(s, "KG-02-AV-A12-007")); /* what the choice is about */
    assert_true(scene_tap(s, "back"));
    assert_int_equal(s->app.screen, SCREEN_CASES);
    assert_true(scene_tap(s, "case:1") && scene_tap(s, "form:0"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_true(scene_tap(s, "right") && scene_tap(s, "right"));
    assert_string_equal(value(s, "/data/other"), ""); /* it does not offer this case */
    assert_true(scene_tap(s, "right"));
    static const char id[] = "04111111-1111-4111-8111-111111111111";
    assert_string_equal(value(s, "/data/page/old"), id);
    assert_true(scene_tap(s, "right"));
    assert_string_equal(value(s, "/data/again"), ""); /* once */
    cut_and_resume(s);
    assert_string_equal(value(s, "/data/page/old"), id);
    /* the next interview is about no case */
    assert_true(scene_tap(s, "menu") && scene_tap(s, "leave"));
    assert_true(scene_tap(s, "start"));
    assert_false(shows(s, "KG-02-AV-A12-007"));
    assert_true(scene_tap(s, "form:0") && scene_tap(s, "right") && scene_tap(s, "right") &&
                scene_tap(s, "right"));
    assert_string_equal(value(s, "/data/page/old"), "");
    clock_pretend(0);
}

/* Touches a month on the calendar. */
static void touch_month(struct scene *s, int year, int month)
{
    char id[24];
    snprintf(id, sizeof id, "year:%d", year);
    assert_true(scene_show(s, id));
    const struct rect r = scene_find(s, id)->rect;
    int label = ui_line_width(&s->app.ui, TEXT_BODY_BOLD, "2000") + ui_px(&s->app.ui, 10);
    int x = r.x + label + (r.w - label) * (2 * month - 1) / 24, y = r.y + r.h / 2;
    scene_event(s, (struct window_event){.kind = WINDOW_DOWN, .x = x, .y = y});
    scene_event(s, (struct window_event){.kind = WINDOW_UP, .x = x, .y = y});
    scene_draw(s);
}

/* Trips and a ban are told on one time line by touch; each touch is an answer of the form. */
static void test_navigation__events_are_told_on_a_time_line(void **state)
{
    struct scene *s = *state;
    clock_pretend(1795478400000); /* November 2026 */
    begin_csv(s, "tests/cases/events.csv", "events", &upright);
    assert_true(calendar_is_here(&s->app));
    touch_month(s, 2023, 2); /* the start; the end is next */
    assert_string_equal(value(s, "/data/trip[1]/tr_from_y"), "2023");
    assert_string_equal(value(s, "/data/trip[1]/tr_from_m"), "2");
    touch_month(s, 2024, 12);
    assert_string_equal(value(s, "/data/trip[1]/tr_to_y"), "2024");
    assert_string_equal(value(s, "/data/trip[1]/tr_to_m"), "12");
    assert_true(scene_tap(s, "month:more")); /* over the year's end */
    assert_string_equal(value(s, "/data/trip[1]/tr_to_y"), "2025");
    assert_string_equal(value(s, "/data/trip[1]/tr_to_m"), "1");
    touch_month(s, 2022, 5); /* before its start: the form's rule speaks */
    assert_string_equal(value(s, "/data/trip[1]/tr_to_y"), "2022");
    assert_non_null(s->app.view.refused);
    assert_true(scene_tap(s, "lasts"));
    assert_null(s->app.view.refused);
    assert_string_equal(value(s, "/data/trip[1]/tr_on"), "yes");
    assert_true(scene_tap(s, "edge:to"));
    touch_month(s, 2026, 3); /* it has ended after all */
    assert_string_equal(value(s, "/data/trip[1]/tr_on"), "no");
    assert_string_equal(value(s, "/data/trip[1]/tr_to_y"), "2026");
    /* another entry, and the ban, whose questions stand elsewhere and are dates */
    assert_true(scene_tap(s, "add"));
    touch_month(s, 2019, 7);
    assert_string_equal(value(s, "/data/trip[2]/tr_from_y"), "2019");
    assert_true(scene_show(s, "event:3") && scene_tap(s, "event:3") && scene_tap(s, "edge:from"));
    touch_month(s, 2021, 10);
    assert_string_equal(value(s, "/data/ban/ban_from"), "2021-10-01");
    /* more years than are shown at first */
    assert_null(scene_find(s, "year:2010"));
    assert_true(scene_show(s, "earlier") && scene_tap(s, "earlier"));
    assert_true(scene_show(s, "year:2010"));
    /* an entry is removed, and taken back */
    assert_true(scene_show(s, "event:2") && scene_tap(s, "event:2") && scene_tap(s, "remove"));
    assert_null(session_find(s->app.interview->session, "/data/trip[2]"));
    assert_true(scene_show(s, "undo") && scene_tap(s, "undo"));
    assert_string_equal(value(s, "/data/trip[2]/tr_from_y"), "2019");
    assert_true(scene_show(s, "event:1") && scene_tap(s, "event:1") && scene_tap(s, "questions"));
    assert_string_equal(s->app.interview->page.node->name, "tr_country");
    cut_and_resume(s);
    assert_string_equal(value(s, "/data/trip[1]/tr_to_m"), "3");
    clock_pretend(0);
}

/* A question of an event opens the calendar with its own edge chosen, and comes back. */
static void test_navigation__a_question_opens_the_time_line(void **state)
{
    struct scene *s = *state;
    clock_pretend(1795478400000);
    begin_csv(s, "tests/cases/events.csv", "events", &upright);
    touch_month(s, 2020, 6);
    touch_month(s, 2020, 9);
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "ban_know_y");
    assert_true(scene_show(s, "calendar") && scene_tap(s, "calendar"));
    assert_true(calendar_is_here(&s->app));
    assert_null(scene_find(s, "add")); /* entries are added on their own page */
    touch_month(s, 2022, 11);
    assert_string_equal(value(s, "/data/ban/ban_know_y"), "2022");
    assert_string_equal(value(s, "/data/ban/ban_know_m"), "11");
    assert_true(scene_tap(s, "questions"));
    assert_false(calendar_is_here(&s->app));
    assert_string_equal(s->app.interview->page.node->name, "ban_know_y");
    assert_true(scene_show(s, "calendar") && scene_tap(s, "calendar") && scene_tap(s, "right"));
    assert_false(calendar_is_here(&s->app)); /* the next page is a page */
    assert_string_equal(s->app.interview->page.node->name, "ban_know_m");
    clock_pretend(0);
}

/* What the last answer of a page brings is asked before the page is left, and a half can be erased.
 */
static void test_navigation__nothing_on_a_page_is_passed_over(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | appearance | relevant | required |\n"
               "| | begin_group | g | Раздел | field-list | | |\n"
               "| | image | sig | Подпись | signature | | |\n"
               "| | text | b | Б | | ${sig} != '' | yes |\n"
               "| | end_group | | | | | |\n"
               "| | time | t | Во сколько? | | | |\n"
               "| | text | z | Я | | | |\n",
               &upright);
    char id[40];
    struct node *sig = session_find(s->app.interview->session, "/data/g/sig");
    snprintf(id, sizeof id, "ink:%u:", sig->item->shape.index);
    struct rect r = rect_of(s, id);
    scene_drag(s, r.x + 50, r.y + 50, r.x + 200, r.y + 120);
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.interview->page.kind, PAGE_FIELDS);
    assert_non_null(s->app.view.refused);
    snprintf(id, sizeof id, "%s",
             typed_id(&s->app, session_find(s->app.interview->session, "/data/g/b")));
    assert_true(scene_tap(s, id));
    scene_type(s, "да");
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(s->app.interview->page.node->name, "t");
    assert_true(scene_tap(s, "hour:09")); /* a slip */
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "t");
    assert_true(scene_tap(s, "take-back"));
    assert_null(s->app.view.refused);
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "z");
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_navigation__the_end_says_why_and_leads_there),
        SCENE_TEST(test_navigation__what_is_refused_keeps_nobody_on_the_page),
        SCENE_TEST(test_navigation__answers_are_judged_when_their_page_is_left),
        SCENE_TEST(test_navigation__a_stale_answer_is_no_dead_end),
        SCENE_TEST(test_navigation__a_smaller_count_keeps_what_it_takes),
        SCENE_TEST(test_navigation__what_was_begun_is_not_sealed_over),
        SCENE_TEST(test_navigation__down_walks_the_page_before_the_bar),
        cmocka_unit_test(test_navigation__arrows_walk_the_lines_of_a_text),
        SCENE_TEST(test_navigation__enter_walks_a_page_of_fields),
        SCENE_TEST(test_navigation__a_search_is_left_by_keys),
        SCENE_TEST(test_navigation__keys_can_draw),
        SCENE_TEST(test_navigation__a_draft_tells_how_far_it_has_come),
        SCENE_TEST(test_navigation__what_a_fault_takes_back_is_as_it_was),
        SCENE_TEST(test_navigation__a_fault_draws_no_other_chance),
        SCENE_TEST(test_navigation__an_entry_keeps_its_files_and_halves),
        SCENE_TEST(test_navigation__nothing_on_a_page_is_passed_over),
        SCENE_TEST(test_navigation__cases_to_visit_next),
        SCENE_TEST(test_navigation__events_are_told_on_a_time_line),
        SCENE_TEST(test_navigation__a_question_opens_the_time_line),
        SCENE_TEST(test_navigation__a_case_that_was_touched_is_marked_in_its_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
