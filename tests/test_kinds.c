/* SPDX-License-Identifier: Apache-2.0 */
/* Is all that a form says on the screen, however the author groups, repeats, scales and records it? */
#include "tests/steps.h"

static const struct scene_look upright = {
    .w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
static const struct scene_look across = {
    .w = 1280, .h = 720, .scale = 2, .text_scale = 1, .language = UI_RU};

static void begin(struct scene *s, const char *md, const struct scene_look *look)
{
    char path[] = "/tmp/suhbat-kinds-XXXXXX.md";
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, md, strlen(md)) == (ssize_t)strlen(md));
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    scene_begin(s, window, form, "form", look);
    free(form);
}

static void test_kinds__an_entry_of_a_field_list_tells_what_is_in_it(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "| survey |\n"
        "| | type | name | label | appearance | required |\n"
        "| | begin_repeat | trip | **Поездки** на заработки | | |\n"
        "| | begin_group | g | Раздел о поездке | field-list | |\n"
        "| | text | where | Куда? | | |\n"
        "| | text | code | Код | masked | |\n"
        "| | integer | months | Месяцев | | yes |\n"
        "| | end_group | | | | |\n"
        "| | end_repeat | | | | |\n",
        "| survey |\n"
        "| | type | name | label | appearance | required |\n"
        "| | begin_repeat | trip | **Поездки** на заработки | field-list | |\n"
        "| | text | where | Куда? | | |\n"
        "| | text | code | Код | masked | |\n"
        "| | integer | months | Месяцев | | yes |\n"
        "| | end_repeat | | | | |\n"};
    for (int k = 0; k < 2; k++) {
        struct scene s;
        const char *base = k ? "/data/trip[1]/" : "/data/trip[1]/g/";
        char where[64], code[64], months[64];
        snprintf(where, sizeof where, "%swhere", base);
        snprintf(code, sizeof code, "%scode", base);
        snprintf(months, sizeof months, "%smonths", base);
        begin(&s, ways[k], &upright);
        assert_true(shows(&s, "Поездки"));
        assert_false(shows(&s, "**"));
        assert_true(scene_tap(&s, "entry:1"));
        assert_int_equal(s.app.interview->page.kind, PAGE_FIELDS);
        assert_true(shows(&s, "Куда?"));
        assert_true(shows(&s, "Месяцев")); /* one page */
        assert_true(shows(&s, "Запись 1"));
        struct err err = {0};
        struct interview *i = s.app.interview;
        assert_int_equal(interview_answer(i, session_find(i->session, where), "Москва", &err),
                         ANSWER_OK);
        assert_int_equal(interview_answer(i, session_find(i->session, code), "СЕКРЕТ", &err),
                         ANSWER_OK);
        cut_and_resume(&s); /* on the same page */
        assert_int_equal(s.app.interview->page.kind, PAGE_FIELDS);
        assert_true(shows(&s, "Месяцев"));
        assert_true(shows(&s, "Запись 1 · Москва"));
        assert_true(scene_tap(&s, "back") || scene_tap(&s, "left"));
        assert_int_equal(s.app.interview->page.kind, PAGE_ROSTER);
        assert_true(shows(&s, "Москва"));
        assert_false(shows(&s, "СЕКРЕТ"));
        assert_false(shows(&s, "ещё не"));
        assert_true(shows(&s, "не хватает ответов")); /* what is missing of it */
        scene_close(&s);
    }
}

/* Member 2's job 1 is not member 1's. */
static void test_kinds__an_entry_within_an_entry_tells_of_both(void **state)
{
    (void)state;
    struct scene s;
    struct err err = {0};
    begin(&s,
          "| survey |\n"
          "| | type | name | label | required |\n"
          "| | begin_repeat | member | Члены семьи | |\n"
          "| | text | who | Кто? | |\n"
          "| | begin_repeat | job | Работы | |\n"
          "| | text | what | Какая? | yes |\n"
          "| | end_repeat | | | |\n"
          "| | end_repeat | | | |\n",
          &upright);
    struct interview *i = s.app.interview;
    assert_int_equal(interview_answer(i, session_find(i->session, "/data/member[1]/who"), "Асан", &err),
                     ANSWER_OK);
    go_to(&s, "/data/member[1]/job[1]/what");
    assert_true(shows(&s, "Запись 1 · Асан › Запись 1"));
    assert_true(scene_tap(&s, "back")); /* the jobs of the first */
    assert_int_equal(i->page.kind, PAGE_ROSTER);
    assert_true(shows(&s, "Запись 1 · Асан"));
    assert_true(scene_tap(&s, "menu"));
    assert_true(scene_tap(&s, "finish"));
    assert_true(shows(&s, "Асан › Запись 1"));
    scene_close(&s);
}

static void test_kinds__groups_within_a_page_have_their_labels(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n"
          "| | type | name | label | appearance |\n"
          "| | begin_group | trust | Раздел доверия, о котором говорится длинными словами | "
          "field-list |\n"
          "| | text | a | Вопрос А | |\n"
          "| | begin_group | school | Подраздел о школе | |\n"
          "| | text | b | Вопрос Б | |\n"
          "| | end_group | | | |\n"
          "| | text | c | Вопрос В | |\n"
          "| | end_group | | | |\n",
          &upright);
    assert_true(shows(&s, "Раздел доверия"));
    assert_true(shows(&s, "Подраздел о школе"));
    assert_true(scene_tap(&s, "outline"));
    assert_true(shows(&s, "Раздел доверия")); /* a section of its own */
    scene_close(&s);
}

static const char table[] =
    "| survey |\n"
    "| | type | name | label | appearance | hint |\n"
    "| | begin_group | t | T | field-list | |\n"
    "| | select_one lv | head | Насколько Вы доверяете? | label | |\n"
    "| | select_one lv | court | Суду | list-nolabel | Любому суду |\n"
    "| | select_one lv | police | Полиции | list-nolabel | |\n"
    "| | end_group | | | | |\n"
    "| choices |\n"
    "| | list_name | name | label |\n"
    "| | lv | 1 | Нет |\n"
    "| | lv | 2 | Да |\n"
    "| | lv | dk | Не знаю |\n";

static void test_kinds__a_table_is_whole_whichever_way_it_is_held(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct scene s;
        begin(&s, table, k ? &across : &upright);
        assert_true(shows(&s, "Насколько Вы доверяете?"));
        assert_true(shows(&s, "Суду"));
        assert_true(shows(&s, "Любому суду"));
        assert_true(shows(&s, "Не знаю"));
        struct node *court = session_find(s.app.interview->session, "/data/t/court");
        char id[64];
        snprintf(id, sizeof id, "pill:%u:dk", court->item->index);
        assert_true(scene_tap(&s, id));
        assert_string_equal(tree_value(court), "dk");
        scene_close(&s);
    }
}

static void test_kinds__a_range_speaks_with_the_forms_words(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n"
          "| | type | name | label | parameters | appearance |\n"
          "| | range | sat | Довольны? | start=0 end=10 step=1 tick_interval=5 "
          "tick_labelset=ends | |\n"
          "| | range | up | А здесь? | start=0 end=10 step=1 tick_interval=5 tick_labelset=ends | "
          "vertical |\n"
          "| choices |\n"
          "| | list_name | name | label |\n"
          "| | ends | 0 | Совсем недоволен |\n"
          "| | ends | 5 | Когда как |\n"
          "| | ends | 10 | Полностью доволен |\n",
          &upright);
    for (int k = 0; k < 2; k++) {
        assert_true(shows(&s, "Совсем"));
        assert_true(shows(&s, "Когда как"));
        assert_true(shows(&s, "Полностью"));
        const char *path = k ? "/data/up" : "/data/sat";
        assert_null(scene_find(&s, "take-back")); /* nothing to be taken away yet */
        assert_true(scene_tap(&s, "more"));
        assert_string_equal(value(&s, path), "0");
        assert_true(scene_tap(&s, "take-back"));
        assert_string_equal(value(&s, path), "");
        assert_true(scene_tap(&s, "right"));
    }
    assert_int_equal(s.app.screen, SCREEN_FINISH);
    scene_close(&s);
}

static void test_kinds__several_lines_can_be_typed(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n"
          "| | type | name | label | appearance |\n"
          "| | text | story | Расскажите | multiline |\n"
          "| | text | name | Имя | |\n",
          &upright);
    scene_type(&s, "Раз");
    assert_true(scene_tap(&s, "key:line"));
    scene_type(&s, "два");
    scene_key(&s, KEY_LINE);
    scene_type(&s, "три");
    assert_true(scene_tap(&s, "key:enter"));
    assert_string_equal(value(&s, "/data/story"), "Раз\nдва\nтри");
    assert_null(scene_find(&s, "key:line")); /* a name has one */
    scene_type(&s, "Асан");
    scene_key(&s, KEY_HOME);
    scene_key(&s, KEY_DELETE);
    scene_key(&s, KEY_LINE); /* here it is Enter */
    assert_string_equal(value(&s, "/data/name"), "сан");
    assert_int_equal(s.app.screen, SCREEN_FINISH);
    scene_close(&s);
}

static void test_kinds__what_is_refused_keeps_nobody_on_the_page(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n"
          "| | type | name | label | constraint |\n"
          "| | integer | age | Сколько лет? | . > 17 |\n"
          "| | text | name | Имя | |\n",
          &upright);
    scene_type(&s, "7");
    assert_true(scene_tap(&s, "outline"));
    assert_int_equal(s.app.screen, SCREEN_OUTLINE);
    assert_string_equal(value(&s, "/data/age"), "7"); /* it stands, but is told as a gap */
    assert_true(scene_tap(&s, "back"));
    assert_true(shows(&s, "7"));
    assert_true(scene_tap(&s, "menu"));
    assert_true(scene_tap(&s, "finish"));
    assert_true(shows(&s, "Не хватает: 1"));
    assert_true(scene_tap(&s, "problem:1"));
    assert_non_null(s.app.refused); /* with the reason */
    assert_true(scene_tap(&s, "right"));
    assert_string_equal(s.app.interview->page.node->name, "age");
    scene_close(&s);
}

/* Judged when the page is left: what takes two taps can be tapped, and what was a slip taken back. */
static void test_kinds__answers_are_judged_when_their_page_is_left(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
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
    assert_true(scene_tap(&s, "choice:own"));
    assert_true(scene_tap(&s, "choice:own")); /* a slip */
    assert_string_equal(value(&s, "/data/q"), "");
    assert_true(scene_tap(&s, "choice:own"));
    assert_true(scene_tap(&s, "choice:b"));
    assert_true(scene_tap(&s, "right"));
    assert_string_equal(s.app.interview->page.node->name, "q");
    assert_true(shows(&s, "нельзя сочетать"));
    assert_true(scene_tap(&s, "choice:own"));
    assert_true(scene_tap(&s, "right"));
    assert_true(scene_tap(&s, "choice:b"));
    assert_true(scene_tap(&s, "right"));
    assert_true(shows(&s, "ровно два"));
    cut_and_resume(&s); /* as it stood, fit or not */
    assert_string_equal(value(&s, "/data/two"), "b");
    assert_true(scene_tap(&s, "choice:c"));
    assert_true(scene_tap(&s, "right"));
    assert_string_equal(s.app.interview->page.node->name, "r");
    for (int k = 0; k < 4; k++) {
        s.app.ui.last[0] = '\0';
        assert_true(scene_tap(&s, "more"));
    }
    assert_string_equal(value(&s, "/data/r"), "3");
    assert_true(scene_tap(&s, "right"));
    assert_string_equal(s.app.interview->page.node->name, "d");
    for (int k = 0; k < 2; k++) {
        s.app.ui.last[0] = '\0';
        assert_true(scene_tap(&s, "month-next"));
    }
    assert_true(scene_tap(&s, "day:15"));
    assert_true(scene_tap(&s, "right")); /* a rule that is broken holds the page */
    assert_string_equal(s.app.interview->page.node->name, "d");
    assert_true(shows(&s, "уже было"));
    scene_close(&s);
}

/* The parent changed: what was chosen below it can be taken away, and something else chosen. */
static void test_kinds__a_stale_answer_is_no_dead_end(void **state)
{
    (void)state;
    struct scene s;
    struct err err = {0};
    begin(&s,
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
    struct interview *i = s.app.interview;
    static const char *const given[][2] = {{"p", "x"}, {"many", "a"}, {"one", "a"}, {"p", "y"}};
    for (int k = 0; k < 4; k++) {
        char path[32];
        snprintf(path, sizeof path, "/data/%s", given[k][0]);
        assert_int_equal(interview_answer(i, session_find(i->session, path), given[k][1], &err),
                         ANSWER_OK);
    }
    go_to(&s, "/data/many");
    assert_true(shows(&s, "Прежнего ответа"));
    assert_true(scene_tap(&s, "choice:c"));
    assert_string_equal(value(&s, "/data/many"), "c");
    assert_false(shows(&s, "Прежнего ответа"));
    assert_true(scene_tap(&s, "right"));
    assert_string_equal(s.app.interview->page.node->name, "one");
    assert_true(scene_tap(&s, "take-back"));
    assert_string_equal(value(&s, "/data/one"), "");
    assert_true(scene_tap(&s, "choice:b"));
    assert_int_equal(interview_answer(i, session_find(i->session, "/data/p"), "none", &err),
                     ANSWER_OK);
    go_to(&s, "/data/one"); /* nothing is offered at all */
    assert_true(scene_tap(&s, "right"));
    assert_string_equal(s.app.interview->page.node->name, "one");
    assert_true(scene_tap(&s, "take-back"));
    assert_true(scene_tap(&s, "right"));
    assert_string_equal(s.app.interview->page.node->name, "z");
    scene_close(&s);
}

/* A number that is half typed costs nobody's answers. */
static void test_kinds__a_smaller_count_keeps_what_it_takes(void **state)
{
    (void)state;
    struct scene s;
    struct err err = {0};
    begin(&s,
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
    struct interview *i = s.app.interview;
    static const char *const given[][2] = {{"n", "3"},          {"m[1]/who", "Асан"},
                                           {"m[2]/who", "Бек"}, {"m[3]/who", "Гүл"},
                                           {"m[3]/k", "2"},     {"m[3]/job[2]/what", "швея"}};
    for (int k = 0; k < 6; k++) {
        char path[40];
        snprintf(path, sizeof path, "/data/%s", given[k][0]);
        assert_int_equal(interview_answer(i, session_find(i->session, path), given[k][1], &err),
                         ANSWER_OK);
    }
    go_to(&s, "/data/n");
    char field[40];
    snprintf(field, sizeof field, "%s", question_field(&s.app, i->page.node));
    assert_true(scene_tap(&s, field));
    scene_key(&s, KEY_BACKSPACE);
    assert_true(scene_tap(&s, "outline")); /* about to type another digit */
    assert_null(session_find(i->session, "/data/m[1]"));
    cut_and_resume(&s);
    i = s.app.interview;
    go_to(&s, "/data/n");
    assert_int_equal(interview_answer(i, i->page.node, "4", &err), ANSWER_OK);
    assert_string_equal(value(&s, "/data/m[1]/who"), "Асан");
    assert_string_equal(value(&s, "/data/m[3]/who"), "Гүл");
    assert_string_equal(value(&s, "/data/m[3]/job[2]/what"), "швея");
    assert_string_equal(value(&s, "/data/m[4]/who"), "");
    scene_draw(&s);
    assert_int_equal(interview_answer(i, i->page.node, "2", &err), ANSWER_OK);
    scene_draw(&s);
    assert_true(shows(&s, "Убрано заполненных"));
    assert_int_equal(interview_answer(i, session_find(i->session, "/data/m[2]/who"), "Бек А", &err),
                     ANSWER_OK);
    assert_int_equal(interview_answer(i, i->page.node, "3", &err), ANSWER_OK);
    assert_string_equal(value(&s, "/data/m[2]/who"), "Бек А");
    assert_string_equal(value(&s, "/data/m[3]/who"), "Гүл");
    scene_close(&s);
}

/* Halves and what does not fit wait at their questions, each its own, and nothing is sealed over them. */
static void test_kinds__what_was_begun_is_not_sealed_over(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
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
    struct session *session = s.app.interview->session;
    char id[64], a[64], b[64];
    struct node *t = session_find(session, "/data/g/t"), *m = session_find(session, "/data/g/m");
    struct node *p = session_find(session, "/data/g/p");
    snprintf(a, sizeof a, "%s", question_field(&s.app, session_find(session, "/data/g/a")));
    snprintf(b, sizeof b, "%s", question_field(&s.app, session_find(session, "/data/g/b")));
    assert_true(scene_tap(&s, a));
    scene_type(&s, "слово");
    snprintf(id, sizeof id, "hour:%u:09", t->item->index);
    assert_true(scene_tap(&s, id));
    assert_string_equal(value(&s, "/data/g/a"), "слово"); /* not pushed out by the hour */
    snprintf(id, sizeof id, "day:%u:12", m->item->index);
    assert_true(scene_tap(&s, id));
    assert_string_equal(interview_typed(s.app.interview, t), "09:--");
    assert_true(scene_tap(&s, b));
    scene_type(&s, "ещё");
    snprintf(id, sizeof id, "choice:%u:n", p->item->index);
    assert_true(scene_tap(&s, id)); /* hides what is being typed in */
    snprintf(id, sizeof id, "choice:%u:y", p->item->index);
    assert_true(scene_tap(&s, id));
    assert_string_equal(value(&s, "/data/g/b"), "ещё");
    cut_and_resume(&s);
    session = s.app.interview->session;
    t = session_find(session, "/data/g/t");
    m = session_find(session, "/data/g/m");
    assert_string_equal(interview_typed(s.app.interview, t), "09:--");
    assert_non_null(interview_typed(s.app.interview, m));
    assert_true(scene_tap(&s, "menu"));
    assert_true(scene_tap(&s, "finish"));
    assert_true(shows(&s, "Начато, но не дописано"));
    assert_true(shows(&s, "Не хватает: 2"));
    assert_true(scene_tap(&s, "right"));
    assert_int_equal(s.app.screen, SCREEN_INTERVIEW); /* not sealed */
    snprintf(id, sizeof id, "minute:%u:30", t->item->index);
    assert_true(scene_tap(&s, id));
    snprintf(id, sizeof id, "hour:%u:10", m->item->index);
    assert_true(scene_tap(&s, id));
    snprintf(id, sizeof id, "minute:%u:00", m->item->index);
    assert_true(scene_tap(&s, id));
    assert_memory_equal(value(&s, "/data/g/t"), "09:30", 5);
    assert_true(scene_tap(&s, "right"));
    assert_int_equal(s.app.screen, SCREEN_FINISH);
    assert_false(shows(&s, "Начато, но не дописано"));
    scene_close(&s);
}

static void test_kinds__the_respondent_reads_no_notes(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n"
          "| | type | name | label | guidance_hint | appearance |\n"
          "| | begin_group | own | Own | | respondent-screen |\n"
          "| | text | a | Вопрос А | НЕ ЗАЧИТЫВАТЬ | |\n"
          "| | end_group | | | | |\n",
          &upright);
    assert_true(scene_tap(&s, "hand"));
    assert_int_equal(s.app.screen, SCREEN_HAND);
    scene_type(&s, "471108");
    assert_true(scene_tap(&s, "key:enter"));
    assert_true(s.app.handed);
    assert_true(shows(&s, "Вопрос А"));
    assert_false(shows(&s, "НЕ ЗАЧИТЫВАТЬ"));
    scene_close(&s);
}

static void test_kinds__a_long_order_comes_along_with_what_is_carried(void **state)
{
    (void)state;
    struct scene s;
    struct buf md = {0};
    buf_text(&md, "| survey |\n| | type | name | label |\n| | rank l | order | По порядку |\n"
                  "| choices |\n| | list_name | name | label |\n");
    for (int i = 1; i <= 20; i++) {
        buf_printf(&md, "| | l | i%d | Дело %d |\n", i, i);
    }
    begin(&s, md.data, &upright);
    const struct target *last = scene_show(&s, "move:i20");
    assert_non_null(last);
    assert_true(s.app.ui.scroll > 0);
    struct window_event e = {.kind = WINDOW_DOWN,
                             .x = last->rect.x + last->rect.w / 2,
                             .y = last->rect.y + last->rect.h / 2};
    scene_event(&s, e);
    e.kind = WINDOW_MOVE;
    e.y = s.app.ui.body.y + 10;
    scene_event(&s, e);
    for (int k = 0; k < 1000 && s.app.ui.scroll > 0; k++) { /* held at the edge */
        assert_true(ui_timeout(&s.app.ui) == 16);
        scene_event(&s, (struct window_event){.kind = WINDOW_NONE});
    }
    assert_int_equal(s.app.ui.scroll, 0);
    assert_true(ui_timeout(&s.app.ui) != 16); /* and then it rests */
    e.y = rect_of(&s, "move:i1").y + 20;
    scene_event(&s, e);
    e.kind = WINDOW_UP;
    scene_event(&s, e);
    assert_true(strncmp(value(&s, "/data/order"), "i20 i1 i2", 9) == 0);
    scene_close(&s);
    buf_fini(&md);
}

/* The bar lies below the whole page, not below the part of it that is in sight. */
static void test_kinds__down_walks_the_page_before_the_bar(void **state)
{
    (void)state;
    struct scene s;
    struct buf md = {0};
    buf_text(&md, "| survey |\n| | type | name | label | appearance |\n"
                  "| | begin_group | g | Раздел | field-list |\n");
    for (int k = 0; k < 12; k++) {
        buf_printf(&md, "| | select_one yn | q%d | Вопрос %d | |\n", k, k);
    }
    buf_text(&md, "| | end_group | | | |\n| choices |\n| | list_name | name | label |\n"
                  "| | yn | yes | Да |\n| | yn | no | Нет |\n");
    buf_add(&md, "", 1);
    begin(&s, md.data, &upright);
    int seen = 0;
    for (int k = 0; k < 24; k++) {
        scene_key(&s, KEY_DOWN);
        const struct target *t = scene_find(&s, s.app.ui.focus);
        assert_non_null(t);
        assert_false(t->hidden);
        seen += t->scrolls;
    }
    assert_int_equal(seen, 24); /* two answers of each of the twelve */
    scene_key(&s, KEY_DOWN);
    assert_string_equal(s.app.ui.focus, "right");
    scene_key(&s, KEY_UP);
    assert_true(scene_find(&s, s.app.ui.focus)->scrolls);
    for (int k = 0; k < 23; k++) {
        scene_key(&s, KEY_UP);
        assert_true(scene_find(&s, s.app.ui.focus)->scrolls);
    }
    assert_int_equal(s.app.ui.scroll, 0);
    scene_close(&s);
    buf_fini(&md);
}

static void test_kinds__arrows_walk_the_lines_of_a_text(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
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
    begin(&s,
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

/* Enter goes from field to field, and on behind the last; nothing is passed over. */
static void test_kinds__enter_walks_a_page_of_fields(void **state)
{
    (void)state;
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
    struct scene s;
    begin(&s, md, &upright);
    struct node *nodes[4];
    static const char *const paths[] = {"/data/g/a", "/data/g/b", "/data/g/c", "/data/g/d"};
    char fields[4][40];
    for (int k = 0; k < 4; k++) {
        nodes[k] = session_find(s.app.interview->session, paths[k]);
        snprintf(fields[k], sizeof fields[k], "%s", question_field(&s.app, nodes[k]));
    }
    for (int touch = 0; touch < 2; touch++) {
        go_to(&s, "/data/g/a");
        if (touch) {
            assert_true(scene_tap(&s, fields[0]));
        } else {
            scene_key(&s, KEY_TAB);
            scene_key(&s, KEY_ENTER);
        }
        assert_true(edit_is(&s.app.ui.edit, fields[0]));
        scene_type(&s, touch ? "" : "x");
        if (!touch) {
            scene_key(&s, KEY_TAB); /* looks around, and comes back */
            scene_key(&s, KEY_BACKTAB);
            scene_key(&s, KEY_ENTER);
        } else {
            assert_true(scene_tap(&s, "key:enter"));
        }
        assert_string_equal(tree_value(nodes[0]), "x");
        assert_true(edit_is(&s.app.ui.edit, fields[1]));
        scene_type(&s, "y");
        if (touch) {
            assert_true(scene_tap(&s, "key:enter"));
        } else {
            scene_key(&s, KEY_ENTER);
        }
        assert_string_equal(tree_value(nodes[1]), touch ? "yy" : "y");
        assert_string_equal(s.app.ui.edit.id, ""); /* choices want the whole page */
        assert_non_null(scene_find(&s, "right"));
        if (touch) {
            assert_false(s.app.ui.show_focus);
            assert_true(scene_tap(&s, fields[3]));
            scene_type(&s, "4");
            assert_true(scene_tap(&s, "key:enter"));
        } else {
            scene_key(&s, KEY_ENTER); /* the first of them */
            assert_string_equal(tree_value(nodes[2]), "yes");
            while (!edit_is(&s.app.ui.edit, fields[3])) {
                scene_key(&s, KEY_DOWN);
                if (strcmp(s.app.ui.focus, fields[3]) == 0) {
                    scene_key(&s, KEY_ENTER);
                }
            }
            scene_type(&s, "3");
            scene_key(&s, KEY_ENTER);
        }
        assert_string_equal(tree_value(nodes[3]), touch ? "34" : "3");
        assert_string_equal(s.app.interview->page.node->name, "z");
    }
    scene_close(&s);
}

/* Whatever opened the keyboard, keys alone close it. */
static void test_kinds__a_search_is_left_by_keys(void **state)
{
    (void)state;
    struct scene s;
    struct buf md = {0};
    buf_text(&md, "| survey |\n| | type | name | label |\n| | select_one l | q | Что? |\n"
                  "| | text | z | Я |\n| choices |\n| | list_name | name | label |\n");
    for (int k = 1; k <= 40; k++) {
        buf_printf(&md, "| | l | c%d | Выбор %d |\n", k, k);
    }
    begin(&s, md.data, &upright);
    scene_key(&s, KEY_TAB);
    for (int k = 0; k < 5 && !s.app.ui.edit.id[0]; k++) { /* the search comes first */
        if (strncmp(s.app.ui.focus, "search", 6) == 0) {
            scene_key(&s, KEY_ENTER);
        } else {
            scene_key(&s, KEY_TAB);
        }
    }
    assert_true(question_searching(&s.app));
    scene_type(&s, "33");
    for (int k = 0; k < 9 && strcmp(s.app.ui.focus, "choice:c33") != 0; k++) {
        scene_key(&s, KEY_DOWN);
    }
    scene_key(&s, KEY_ENTER);
    assert_string_equal(value(&s, "/data/q"), "c33");
    for (int k = 0; k < 9 && s.app.interview->page.node == session_find(s.app.interview->session, "/data/q"); k++) {
        scene_key(&s, KEY_DOWN);
        if (strcmp(s.app.ui.focus, "key:enter") == 0 || strcmp(s.app.ui.focus, "right") == 0) {
            scene_key(&s, KEY_ENTER);
        }
    }
    assert_string_equal(s.app.interview->page.node->name, "z");
    scene_close(&s);
    buf_fini(&md);
}

static void test_kinds__a_range_gives_only_its_own_values(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n"
          "| | type | name | label | parameters | appearance |\n"
          "| | range | half | А | start=0.5 end=5.5 step=1 | |\n"
          "| | range | cells | Б | start=0.5 end=5.5 step=1 | picker |\n"
          "| | range | wide | В | start=0 end=1000000 step=1 | |\n"
          "| | range | down | Г | start=100000 end=-100000 step=12.5 | |\n",
          &upright);
    static const char *const halves[] = {"0.5", "1.5", "2.5"};
    for (int k = 0; k < 3; k++) {
        s.app.ui.last[0] = '\0';
        assert_true(scene_tap(&s, "more"));
        assert_string_equal(value(&s, "/data/half"), halves[k]);
    }
    assert_true(shows(&s, "5,5"));
    go_to(&s, "/data/cells");
    for (double v = 0.5; v < 6; v++) {
        char id[20];
        snprintf(id, sizeof id, "value:%.1f", v);
        assert_non_null(scene_find(&s, id));
    }
    assert_null(scene_find(&s, "value:6.5"));
    go_to(&s, "/data/wide");
    assert_true(shows(&s, "1\u00A0000\u00A0000"));
    assert_true(scene_tap(&s, "less"));
    assert_string_equal(value(&s, "/data/wide"), "1000000");
    go_to(&s, "/data/down");
    assert_true(shows(&s, "-100\u00A0000"));
    assert_true(scene_tap(&s, "more"));
    assert_string_equal(value(&s, "/data/down"), "100000.0");
    s.app.ui.last[0] = '\0';
    assert_true(scene_tap(&s, "more"));
    assert_string_equal(value(&s, "/data/down"), "99987.5");
    scene_close(&s);
}

/* A signature that has to be there is no end of the way for who has keys alone. */
static void test_kinds__keys_can_draw(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n| | type | name | label | appearance | required |\n"
          "| | image | sign | Подпись | signature | yes |\n| | text | z | Я | | |\n",
          &upright);
    for (int k = 0; k < 5 && strcmp(s.app.ui.focus, "ink") != 0; k++) {
        scene_key(&s, KEY_TAB);
    }
    scene_key(&s, KEY_ENTER);
    for (int k = 0; k < 20; k++) {
        scene_key(&s, KEY_RIGHT);
    }
    scene_key(&s, KEY_ENTER); /* the pen is lifted, and put down where it was */
    scene_key(&s, KEY_ENTER);
    for (int k = 0; k < 100; k++) { /* never off the paper */
        scene_key(&s, KEY_DOWN);
    }
    assert_true(s.app.ui.grabbed);
    scene_key(&s, KEY_TAB); /* lets go, too */
    assert_false(s.app.ui.grabbed);
    assert_string_not_equal(s.app.ui.focus, "ink");
    assert_true(s.app.ink_count > 100);
    for (int k = 0; k < 5 && strcmp(s.app.ui.focus, "right") != 0; k++) {
        scene_key(&s, KEY_TAB);
    }
    scene_key(&s, KEY_ENTER);
    assert_string_equal(s.app.interview->page.node->name, "z");
    struct err err = {0};
    struct picture p;
    const struct buf *kept = interview_file(s.app.interview, value(&s, "/data/sign"));
    assert_non_null(kept);
    OK(picture_read(&p, kept->data, kept->len, 2000, 2000, &err));
    unsigned dark = 0;
    for (int i = 0; i < p.w * p.h; i++) {
        dark += p.rgb[3 * i] < 128;
    }
    assert_in_range(dark, 500, 20000);
    picture_free(&p);
    scene_close(&s);
}

static void test_kinds__a_place_is_written_as_one_likes(void **state)
{
    (void)state;
    static const char *const ways[] = {"42,87 74,59", "42.87 74.59", "42.87,74.59", "42,87,74,59",
                                       "42,87; 74,59", "42.87, 74.59"};
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        struct scene s;
        begin(&s,
              "| survey |\n| | type | name | label |\n| | geopoint | p | Где? |\n"
              "| | text | z | Я |\n",
              &upright);
        scene_type(&s, ways[k]);
        assert_true(scene_tap(&s, "key:enter"));
        const char *have = value(&s, "/data/p");
        if (k == 4) { /* a semicolon divides points: one with a latitude alone is none */
            assert_string_equal(have, "");
        } else if (strncmp(have, "42.87 74.59", 11) != 0) {
            fail_msg("%s: %s", ways[k], have);
        }
        scene_close(&s);
    }
}

/* What the form's author cannot translate, the program does: in labels, never in what is kept. */
static void test_kinds__the_engines_words_are_the_languages_own(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n"
          "| | type | name | label::Русский (ru) | label::Кыргызча (ky) | calculation | "
          "constraint | constraint_message::Русский (ru) |\n"
          "| | select_one yn or_other | q | Кто? | Ким? | | | |\n"
          "| | calculate | when | | | format-date('2026-11-30', '%a %e %b') | | |\n"
          "| | note | n | Это ${when} | Бул ${when} | | | |\n"
          "| | integer | age | Возраст? | Жашы? | | . > 17 | Слишком мало |\n"
          "| | text | lines | Ещё? | Дагы? | | | |\n"
          "| choices |\n"
          "| | list_name | name | label::Русский (ru) | label::Кыргызча (ky) |\n"
          "| | yn | me | Я | Мен |\n",
          &upright);
    assert_true(shows(&s, "Другое"));
    assert_false(shows(&s, "Other"));
    assert_true(scene_tap(&s, "choice:other"));
    assert_true(scene_tap(&s, "right"));
    assert_true(shows(&s, "Укажите, что именно"));
    assert_true(scene_tap(&s, "language"));
    assert_true(shows(&s, "Эмне экенин көрсөтүңүз"));
    scene_type(&s, "Эже");
    assert_true(scene_tap(&s, "key:enter"));
    assert_true(shows(&s, "дш 30 ноя."));
    assert_true(scene_tap(&s, "language"));
    assert_true(shows(&s, "пн 30 нояб."));
    assert_string_equal(value(&s, "/data/when"), "Mon 30 Nov"); /* kept the same in every one */
    assert_true(scene_tap(&s, "language"));
    assert_true(scene_tap(&s, "right"));
    scene_type(&s, "7");
    assert_true(scene_tap(&s, "key:enter"));
    assert_true(shows(&s, "Слишком мало"));
    assert_true(shows(&s, "Котормо жок"));
    scene_close(&s);
}

static void test_kinds__a_text_has_as_many_rows_as_it_asks_for(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n| | type | name | label | parameters | appearance |\n"
          "| | text | five | А | rows=5 | |\n| | text | many | Б | | multiline |\n"
          "| | text | one | В | | |\n",
          &upright);
    int h[3];
    for (int k = 0; k < 3; k++) {
        h[k] = rect_of(&s, s.app.ui.edit.id).h;
        assert_true(k == 2 || scene_find(&s, "key:line"));
        scene_tap(&s, "key:enter");
    }
    assert_true(h[0] > h[1] && h[1] > h[2]);
    scene_close(&s);
}

static unsigned drawn_round(struct scene *s, colour c)
{
    unsigned count = 0;
    for (size_t i = 0; i < s->app.ui.draws.count; i++) {
        const struct draw *d = &s->app.ui.draws.list[i];
        count += d->kind != DRAW_TEXT && d->rect.w == 64 && d->rect.h == 64 && d->ink == c;
    }
    return count;
}

/* Where a knob rests is no answer; it is where the buttons begin. */
static void test_kinds__a_resting_knob_is_no_answer(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n"
          "| | type | name | label | parameters | required |\n"
          "| | range | r | Сколько? | start=0 end=10 step=1 placeholder=5 | yes |\n"
          "| | range | plain | А тут? | start=0 end=10 step=1 | |\n",
          &upright);
    assert_int_equal(drawn_round(&s, s.app.ui.theme.paper), 1);
    assert_int_equal(drawn_round(&s, s.app.ui.theme.accent), 0);
    assert_string_equal(value(&s, "/data/r"), "");
    assert_true(scene_tap(&s, "right"));
    assert_string_equal(value(&s, "/data/r"), "");
    assert_string_equal(s.app.interview->page.node->name, "r"); /* it has to be answered */
    assert_true(scene_tap(&s, "more"));
    assert_string_equal(value(&s, "/data/r"), "6");
    assert_int_equal(drawn_round(&s, s.app.ui.theme.accent), 1);
    assert_true(scene_tap(&s, "right"));
    assert_int_equal(drawn_round(&s, s.app.ui.theme.paper), 0);
    assert_true(scene_tap(&s, "more"));
    assert_string_equal(value(&s, "/data/plain"), "0");
    scene_close(&s);
}

/* … also where the section's name alone is not translated. */
static void test_kinds__a_section_that_is_not_translated_says_so(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n"
          "| | type | name | label::Кыргызча (ky) | label::Русский (ru) |\n"
          "| | begin_group | g | Билим | |\n"
          "| | text | q | Мектеп? | Школа? |\n"
          "| | end_group | | | |\n",
          &upright);
    assert_true(shows(&s, "Школа?"));
    assert_true(shows(&s, "Нет перевода"));
    assert_true(scene_tap(&s, "outline"));
    assert_true(shows(&s, "Билим"));
    assert_true(shows(&s, "Нет перевода"));
    assert_true(scene_tap(&s, "back"));
    assert_true(scene_tap(&s, "language"));
    assert_true(shows(&s, "Мектеп?"));
    assert_false(shows(&s, "Котормо жок"));
    scene_close(&s);
}

/* Which of the drafts was it, and how far had it come? */
static void test_kinds__a_draft_tells_how_far_it_has_come(void **state)
{
    (void)state;
    struct scene s;
    struct err err = {0};
    begin(&s,
          "| survey |\n"
          "| | type | name | label | relevant |\n"
          "| | text | a | А | |\n"
          "| | text | b | Б | |\n"
          "| | text | c | В | ${a} = 'x' |\n"
          "| | text | d | Г | |\n",
          &upright);
    struct interview *i = s.app.interview;
    assert_int_equal(interview_answer(i, session_find(i->session, "/data/b"), "да", &err),
                     ANSWER_OK);
    app_leave_interview(&s.app);
    app_go_home(&s.app);
    scene_draw(&s);
    assert_true(shows(&s, "Ответов: 1 из 3 · "));
    resume(&s);
    scene_type(&s, "x");
    assert_true(scene_tap(&s, "key:enter"));
    cut(&s); /* the counts of last time no longer hold */
    assert_false(shows(&s, "Ответов"));
    assert_true(shows(&s, "Начато: "));
    resume(&s);
    app_leave_interview(&s.app);
    app_go_home(&s.app);
    scene_draw(&s);
    assert_true(shows(&s, "Ответов: 2 из 4 · "));
    scene_close(&s);
}

/* XLSForm's name for the column without one: it has a word, a sign and keys. */
static void test_kinds__a_language_without_a_name_has_a_word(void **state)
{
    (void)state;
    struct scene s;
    begin(&s,
          "| survey |\n"
          "| | type | name | label | label::Русский (ru) |\n"
          "| | text | q | Your name? | Как Вас зовут? |\n",
          &upright);
    const char *codes[APP_LANGUAGES];
    assert_int_equal(app_question_languages(&s.app, codes), 2);
    assert_string_equal(codes[0], "ru");
    assert_string_equal(codes[1], "default");
    assert_true(shows(&s, "Как Вас зовут?"));
    assert_true(scene_tap(&s, "language"));
    assert_true(shows(&s, "Your name?"));
    assert_true(shows(&s, "*"));
    assert_non_null(scene_find(&s, "key:Ж")); /* the interface's */
    assert_int_equal(s.app.ui.language, UI_RU);
    assert_true(scene_tap(&s, "menu"));
    assert_true(scene_tap(&s, "languages"));
    assert_true(shows(&s, "Основной язык формы"));
    assert_false(shows(&s, "default"));
    scene_close(&s);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds__an_entry_of_a_field_list_tells_what_is_in_it),
        cmocka_unit_test(test_kinds__an_entry_within_an_entry_tells_of_both),
        cmocka_unit_test(test_kinds__groups_within_a_page_have_their_labels),
        cmocka_unit_test(test_kinds__a_table_is_whole_whichever_way_it_is_held),
        cmocka_unit_test(test_kinds__a_range_speaks_with_the_forms_words),
        cmocka_unit_test(test_kinds__several_lines_can_be_typed),
        cmocka_unit_test(test_kinds__what_is_refused_keeps_nobody_on_the_page),
        cmocka_unit_test(test_kinds__answers_are_judged_when_their_page_is_left),
        cmocka_unit_test(test_kinds__a_stale_answer_is_no_dead_end),
        cmocka_unit_test(test_kinds__what_was_begun_is_not_sealed_over),
        cmocka_unit_test(test_kinds__a_smaller_count_keeps_what_it_takes),
        cmocka_unit_test(test_kinds__the_respondent_reads_no_notes),
        cmocka_unit_test(test_kinds__a_long_order_comes_along_with_what_is_carried),
        cmocka_unit_test(test_kinds__down_walks_the_page_before_the_bar),
        cmocka_unit_test(test_kinds__arrows_walk_the_lines_of_a_text),
        cmocka_unit_test(test_kinds__a_language_without_a_name_has_a_word),
        cmocka_unit_test(test_kinds__a_draft_tells_how_far_it_has_come),
        cmocka_unit_test(test_kinds__enter_walks_a_page_of_fields),
        cmocka_unit_test(test_kinds__a_search_is_left_by_keys),
        cmocka_unit_test(test_kinds__a_range_gives_only_its_own_values),
        cmocka_unit_test(test_kinds__keys_can_draw),
        cmocka_unit_test(test_kinds__a_place_is_written_as_one_likes),
        cmocka_unit_test(test_kinds__the_engines_words_are_the_languages_own),
        cmocka_unit_test(test_kinds__a_text_has_as_many_rows_as_it_asks_for),
        cmocka_unit_test(test_kinds__a_resting_knob_is_no_answer),
        cmocka_unit_test(test_kinds__a_section_that_is_not_translated_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
