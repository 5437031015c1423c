/* SPDX-License-Identifier: Apache-2.0 */
/* Is all that a form says on the screen, however the author groups, repeats, scales and records it?
 */
#include <time.h>

#include "app/interview/interview_files.h"
#include "tests/lib/steps.h"

/* At the end an expert sees the ratings of this interview as one matrix; "don't know" is in none.
 */
static void test_kinds__the_end_shows_the_matrix_of_this_interview(void **state)
{
    static const char form[] =
        "| survey |\n"
        "| | type | name | label | appearance | repeat_count |\n"
        "| | begin_repeat | risk | Risk | | 3 |\n"
        "| | begin_group | g | The supplier leaves | risk-matrix | |\n"
        "| | select_one l | like | How likely? | | |\n"
        "| | select_one l | imp | How grave? | | |\n"
        "| | end_group | | | | |\n| | end_repeat | | | | |\n"
        "| choices |\n| | list_name | name | label |\n"
        "| | l | low | low |\n| | l | high | high |\n| | l | dk | unknown |\n";
    static const char *const answers[][2] = {
        {"/data/risk[1]/g/like", "high"}, {"/data/risk[1]/g/imp", "low"},
        {"/data/risk[2]/g/like", "dk"},   {"/data/risk[2]/g/imp", "dk"},
        {"/data/risk[3]/g/like", "high"}, {"/data/risk[3]/g/imp", "low"}};
    struct scene s;
    struct err err = {0};
    (void)state;
    begin_form(&s, form, &upright);
    struct interview *i = s.app.interview;
    app_go(&s.app, SCREEN_FINISH);
    scene_draw(&s);
    assert_false(shows(&s, string(S_finish_matrix, UI_RU))); /* nothing is rated */
    for (size_t a = 0; a < sizeof answers / sizeof *answers; a++) {
        assert_int_equal(
            interview_answer(i, session_find(i->session, answers[a][0]), answers[a][1], &err),
            ANSWER_OK);
    }
    scene_draw(&s);
    assert_true(shows(&s, string(S_finish_matrix, UI_RU)));
    assert_true(shows(&s, "1, 2")); /* two in one cell */
    assert_true(shows(&s, "2. The supplier leaves"));
    assert_false(shows(&s, "3. The supplier leaves"));
    scene_close(&s);
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
    static const char *const names[] = {"Раздел о поездке № 1", "Поездки на заработки № 1"};
    for (int k = 0; k < 2; k++) {
        struct scene s;
        const char *base = k ? "/data/trip[1]/" : "/data/trip[1]/g/";
        char where[64], code[64], months[64];
        snprintf(where, sizeof where, "%swhere", base);
        snprintf(code, sizeof code, "%scode", base);
        snprintf(months, sizeof months, "%smonths", base);
        begin_form(&s, ways[k], &upright);
        assert_true(shows(&s, "Поездки"));
        assert_false(shows(&s, "**"));
        assert_true(scene_tap(&s, "entry:1"));
        assert_int_equal(s.app.interview->page.kind, PAGE_FIELDS);
        assert_true(shows(&s, "Куда?"));
        assert_true(shows(&s, "Месяцев")); /* one page */
        assert_true(shows(&s, names[k]));
        struct err err = {0};
        struct interview *i = s.app.interview;
        assert_int_equal(interview_answer(i, session_find(i->session, where), "Москва", &err),
                         ANSWER_OK);
        assert_int_equal(interview_answer(i, session_find(i->session, code), "СЕКРЕТ", &err),
                         ANSWER_OK);
        cut_and_resume(&s); /* on the same page */
        assert_int_equal(s.app.interview->page.kind, PAGE_FIELDS);
        assert_true(shows(&s, "Месяцев"));
        assert_true(
            shows(&s, k ? "Поездки на заработки № 1 · Москва" : "Раздел о поездке № 1 · Москва"));
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
    struct scene *s = *state;
    struct err err = {0};
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | required |\n"
               "| | begin_repeat | member | Члены семьи | |\n"
               "| | text | who | Кто? | |\n"
               "| | begin_repeat | job | Работы | |\n"
               "| | text | what | Какая? | yes |\n"
               "| | end_repeat | | | |\n"
               "| | end_repeat | | | |\n",
               &upright);
    struct interview *i = s->app.interview;
    assert_int_equal(
        interview_answer(i, session_find(i->session, "/data/member[1]/who"), "Асан", &err),
        ANSWER_OK);
    go_to(s, "/data/member[1]/job[1]/what");
    assert_true(shows(s, "Члены семьи № 1 · Асан › Работы № 1"));
    assert_true(scene_tap(s, "back")); /* the jobs of the first */
    assert_int_equal(i->page.kind, PAGE_ROSTER);
    assert_true(shows(s, "Члены семьи № 1 · Асан"));
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "finish"));
    assert_true(shows(s, "Асан › Работы № 1"));
}

static void test_kinds__groups_within_a_page_have_their_labels(void **state)
{
    struct scene *s = *state;
    begin_form(s,
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
    assert_true(shows(s, "Раздел доверия"));
    assert_true(shows(s, "Подраздел о школе"));
    assert_true(scene_tap(s, "outline"));
    assert_true(shows(s, "Раздел доверия")); /* a section of its own */
}

static const char table[] = "| survey |\n"
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
        begin_form(&s, table, k ? &across : &upright);
        assert_true(shows(&s, "Насколько Вы доверяете?"));
        assert_true(shows(&s, "Суду"));
        assert_true(shows(&s, "Любому суду"));
        assert_true(shows(&s, "Не знаю"));
        struct node *court = session_find(s.app.interview->session, "/data/t/court");
        char id[64];
        snprintf(id, sizeof id, "pill:%u:dk", court->item->shape.index);
        assert_true(scene_tap(&s, id));
        assert_string_equal(tree_value(court), "dk");
        scene_close(&s);
    }
}

static void test_kinds__a_range_speaks_with_the_forms_words(void **state)
{
    struct scene *s = *state;
    begin_form(
        s,
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
        assert_true(shows(s, "Совсем"));
        assert_true(shows(s, "Когда как"));
        assert_true(shows(s, "Полностью"));
        const char *path = k ? "/data/up" : "/data/sat";
        assert_null(scene_find(s, "take-back")); /* nothing to be taken away yet */
        assert_true(scene_tap(s, "more"));
        assert_string_equal(value(s, path), "0");
        assert_true(scene_tap(s, "take-back"));
        assert_string_equal(value(s, path), "");
        assert_true(scene_tap(s, "right"));
    }
    assert_int_equal(s->app.screen, SCREEN_FINISH);
}

static void test_kinds__several_lines_can_be_typed(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | appearance |\n"
               "| | text | story | Расскажите | multiline |\n"
               "| | text | name | Имя | |\n",
               &upright);
    scene_type(s, "Раз");
    assert_true(scene_tap(s, "key:line"));
    scene_type(s, "два");
    scene_key(s, KEY_LINE);
    scene_type(s, "три");
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/story"), "Раз\nдва\nтри");
    assert_null(scene_find(s, "key:line")); /* a name has one */
    scene_type(s, "Асан");
    scene_key(s, KEY_HOME);
    scene_key(s, KEY_DELETE);
    scene_key(s, KEY_LINE); /* here it is Enter */
    assert_string_equal(value(s, "/data/name"), "сан");
    assert_int_equal(s->app.screen, SCREEN_FINISH);
}

/* Judged when the page is left: what takes two taps can be tapped, and what was a slip taken back.
 */
/* The parent changed: what was chosen below it can be taken away, and something else chosen. */
/* A number that is half typed costs nobody's answers. */
/* Halves and what does not fit wait at their questions, each its own, and nothing is sealed over
 * them. */
static void test_kinds__the_respondent_reads_no_notes(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | guidance_hint | appearance |\n"
               "| | begin_group | own | Own | | respondent-screen |\n"
               "| | text | a | Вопрос А | НЕ ЗАЧИТЫВАТЬ | |\n"
               "| | end_group | | | | |\n",
               &upright);
    assert_true(scene_tap(s, "hand"));
    assert_int_equal(s->app.screen, SCREEN_HAND);
    scene_type(s, "471108");
    assert_true(scene_tap(s, "key:enter"));
    assert_true(s->app.respondent.holds);
    assert_true(shows(s, "Вопрос А"));
    assert_false(shows(s, "НЕ ЗАЧИТЫВАТЬ"));
}

/* Each field opens on the letters that it wants, whatever the one before was left on; and letters
 * of the other alphabet that look the same are taken for what they look like. */
static void test_kinds__a_field_opens_on_its_letters(void **state)
{
    struct scene *s = *state;
    static const char md[] =
        "| survey |\n| | type | name | label | constraint | bind::suhbat:keys |\n"
        "| | text | code | Код | regex(., '[A-Z][0-9]{2}') | |\n"
        "| | text | who | Кто | | |\n"
        "| | text | pin | Номер | regex(., '^[0-9]{3}$') | |\n"
        "| | text | mail | Почта | | latin |\n"
        "| | text | plate | Знак | regex(., '[АВЕКМНОРСТУХ]{2}') and string-length(.) < 9 | |\n"
        "| | text | last | Конец | | |\n";
    begin_form(s, md, &upright);
    assert_int_equal(s->app.keyboard.layout, LAYOUT_LATIN);
    assert_non_null(scene_find(s, "key:A")); /* capitals, and they stay */
    assert_true(scene_tap(s, "key:A"));
    assert_true(scene_tap(s, "key:B"));
    scene_key(s, KEY_BACKSPACE);
    assert_true(scene_tap(s, "key:123"));
    assert_true(scene_tap(s, "key:1"));
    assert_true(scene_tap(s, "key:2"));
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/code"), "A12");
    assert_int_equal(s->app.keyboard.layout, LAYOUT_RU); /* not on the signs that were left */
    assert_false(s->app.keyboard.symbols);
    scene_type(s, "Айгүл B"); /* nobody asked for an alphabet: as it was typed */
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/who"), "Айгүл B");
    assert_true(s->app.keyboard.symbols);
    assert_true(scene_tap(s, "key:7"));
    assert_true(scene_tap(s, "key:0"));
    assert_true(scene_tap(s, "key:7"));
    assert_true(scene_tap(s, "key:enter"));
    assert_int_equal(s->app.keyboard.layout, LAYOUT_LATIN);
    assert_non_null(scene_find(s, "key:a"));
    scene_type(s, "а@ех.оr"); /* six of these are Cyrillic */
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/mail"), "a@ex.or");
    assert_int_equal(s->app.keyboard.layout, LAYOUT_RU);
    scene_type(s, "KM"); /* Latin */
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/plate"), "КМ");
    assert_string_equal(s->app.interview->page.node->name, "last");
    go_to(s, "/data/code");
    assert_true(scene_tap(s, typed_id(&s->app, s->app.interview->page.node)));
    for (int i = 0; i < 3; i++) {
        scene_key(s, KEY_BACKSPACE);
    }
    scene_type(s, "а77"); /* Cyrillic, and small */
    assert_true(scene_tap(s, "key:enter"));
    assert_string_equal(value(s, "/data/code"), "A77");
}

static void test_kinds__a_long_order_comes_along_with_what_is_carried(void **state)
{
    struct scene *s = *state;
    struct buf md = {0};
    buf_text(&md, "| survey |\n| | type | name | label |\n| | rank l | order | По порядку |\n"
                  "| choices |\n| | list_name | name | label |\n");
    for (int i = 1; i <= 20; i++) {
        buf_printf(&md, "| | l | i%d | Дело %d |\n", i, i);
    }
    begin_form(s, md.data, &upright);
    const struct target *last = scene_show(s, "move:i20");
    assert_non_null(last);
    assert_true(s->app.ui.scroll > 0);
    struct window_event e = {.kind = WINDOW_DOWN,
                             .x = last->rect.x + last->rect.w / 2,
                             .y = last->rect.y + last->rect.h / 2};
    scene_event(s, e);
    e.kind = WINDOW_MOVE;
    e.y = s->app.ui.body.y + 10;
    scene_event(s, e);
    for (int k = 0; k < 1000 && s->app.ui.scroll > 0; k++) { /* held at the edge */
        assert_true(ui_timeout(&s->app.ui) == 16);
        scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    }
    assert_int_equal(s->app.ui.scroll, 0);
    assert_true(ui_timeout(&s->app.ui) != 16); /* and then it rests */
    e.y = rect_of(s, "move:i1").y + 20;
    scene_event(s, e);
    e.kind = WINDOW_UP;
    scene_event(s, e);
    assert_true(strncmp(value(s, "/data/order"), "i20 i1 i2", 9) == 0);
    buf_fini(&md);
}

/* The bar lies below the whole page, not below the part of it that is in sight. */
/* Enter goes from field to field, and on behind the last; nothing is passed over. */
/* Uzbek and Kazakh come with a form's columns; every letter of theirs can be typed. */
static void test_kinds__languages_of_the_field(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *header, *code, *name, *letters;
        enum keyboard_layout layout;
    } cases[] = {
        {"label::Ўзбекча (uz)", "uz", "Ўзбекча", "ўқғҳ", LAYOUT_UZ},
        {"label::Қазақша (kk)", "kk", "Қазақша", "әғқңөұүһі", LAYOUT_KK},
        {"label::Узбекский", "uz", "Ўзбекча", "ўқғҳ", LAYOUT_UZ},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int keys = 0; keys < 2; keys++) {
            char md[400];
            struct buf typed = {0};
            snprintf(md, sizeof md,
                     "| survey |\n| | type | name | %s |\n| | text | who | Исм |\n"
                     "| | text | last | Охири |\n",
                     cases[i].header);
            begin_form(s, md, &upright);
            s->app.ui.keys = keys ? UI_KEYS_DIGITS : UI_KEYS_OWN;
            scene_draw(s);
            assert_string_equal(session_language(s->app.interview->session), cases[i].code);
            assert_string_equal(app_language_name(&s->app, cases[i].code), cases[i].name);
            assert_int_equal(s->app.keyboard.layout, cases[i].layout);
            scene_type(s, "м"); /* no capital any more */
            buf_text(&typed, "м");
            scene_draw(s);
            const char *all = cases[i].letters;
            for (size_t at = 0, len = strlen(all); at < len;) {
                struct buf letter = {0};
                char id[20];
                text_put(&letter, text_next(all, len, &at));
                snprintf(id, sizeof id, "key:%s", letter.data);
                bool there = scene_tap(s, id);
                if (!there && !keys) { /* behind a long press */
                    buf_fini(&letter);
                    continue;
                }
                assert_true(there);
                buf_text(&typed, letter.data);
                buf_fini(&letter);
            }
            assert_true(typed.len >= 8);
            assert_string_equal(s->app.ui.edit.text.data, typed.data);
            buf_fini(&typed);
            scene_close(s);
        }
    }
    s->window = NULL; /* closed */
}

/* Whatever opened the keyboard, keys alone close it. */
static void test_kinds__a_range_gives_only_its_own_values(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | parameters | appearance |\n"
               "| | range | half | А | start=0.5 end=5.5 step=1 | |\n"
               "| | range | cells | Б | start=0.5 end=5.5 step=1 | picker |\n"
               "| | range | wide | В | start=0 end=1000000 step=1 | |\n"
               "| | range | down | Г | start=100000 end=-100000 step=12.5 | |\n",
               &upright);
    static const char *const halves[] = {"0.5", "1.5", "2.5"};
    for (int k = 0; k < 3; k++) {
        s->app.ui.last[0] = '\0';
        assert_true(scene_tap(s, "more"));
        assert_string_equal(value(s, "/data/half"), halves[k]);
    }
    assert_true(shows(s, "5,5"));
    go_to(s, "/data/cells");
    for (double v = 0.5; v < 6; v++) {
        char id[20];
        snprintf(id, sizeof id, "value:%.1f", v);
        assert_non_null(scene_find(s, id));
    }
    assert_null(scene_find(s, "value:6.5"));
    go_to(s, "/data/wide");
    assert_true(shows(s, "1\u00A0000\u00A0000"));
    assert_true(scene_tap(s, "less"));
    assert_string_equal(value(s, "/data/wide"), "1000000");
    go_to(s, "/data/down");
    assert_true(shows(s, "-100\u00A0000"));
    assert_true(scene_tap(s, "more"));
    assert_string_equal(value(s, "/data/down"), "100000.0");
    s->app.ui.last[0] = '\0';
    assert_true(scene_tap(s, "more"));
    assert_string_equal(value(s, "/data/down"), "99987.5");
}

/* A signature that has to be there is no end of the way for who has keys alone. */
static void test_kinds__a_place_is_written_as_one_likes(void **state)
{
    (void)state;
    static const char *const ways[] = {"42,87 74,59", "42.87 74.59",  "42.87,74.59",
                                       "42,87,74,59", "42,87; 74,59", "42.87, 74.59"};
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        struct scene s;
        begin_form(&s,
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
    struct scene *s = *state;
    begin_form(s,
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
    assert_true(shows(s, "Другое"));
    assert_false(shows(s, "Other"));
    assert_true(scene_tap(s, "choice:other"));
    assert_true(scene_tap(s, "right"));
    assert_true(shows(s, "Укажите, что именно"));
    assert_true(scene_tap(s, "language"));
    assert_true(shows(s, "Эмне экенин көрсөтүңүз"));
    scene_type(s, "Эже");
    assert_true(scene_tap(s, "key:enter"));
    assert_true(shows(s, "дш 30 ноя."));
    assert_true(scene_tap(s, "language"));
    assert_true(shows(s, "пн 30 нояб."));
    assert_string_equal(value(s, "/data/when"), "Mon 30 Nov"); /* kept the same in every one */
    assert_true(scene_tap(s, "language"));
    assert_true(scene_tap(s, "right"));
    scene_type(s, "7");
    assert_true(scene_tap(s, "key:enter"));
    assert_true(shows(s, "Слишком мало"));
    assert_true(shows(s, "Котормо жок"));
}

static void test_kinds__a_text_has_as_many_rows_as_it_asks_for(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n| | type | name | label | parameters | appearance |\n"
               "| | text | five | А | rows=5 | |\n| | text | many | Б | | multiline |\n"
               "| | text | one | В | | |\n",
               &upright);
    int h[3];
    for (int k = 0; k < 3; k++) {
        h[k] = rect_of(s, s->app.ui.edit.id).h;
        assert_true(k == 2 || scene_find(s, "key:line"));
        scene_tap(s, "key:enter");
    }
    assert_true(h[0] > h[1] && h[1] > h[2]);
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
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | parameters | required |\n"
               "| | range | r | Сколько? | start=0 end=10 step=1 placeholder=5 | yes |\n"
               "| | range | plain | А тут? | start=0 end=10 step=1 | |\n",
               &upright);
    assert_int_equal(drawn_round(s, s->app.ui.theme.paper), 1);
    assert_int_equal(drawn_round(s, s->app.ui.theme.accent), 0);
    assert_string_equal(value(s, "/data/r"), "");
    assert_true(scene_tap(s, "right"));
    assert_string_equal(value(s, "/data/r"), "");
    assert_string_equal(s->app.interview->page.node->name, "r"); /* it has to be answered */
    assert_true(scene_tap(s, "more"));
    assert_string_equal(value(s, "/data/r"), "6");
    assert_int_equal(drawn_round(s, s->app.ui.theme.accent), 1);
    assert_true(scene_tap(s, "right"));
    assert_int_equal(drawn_round(s, s->app.ui.theme.paper), 0);
    assert_true(scene_tap(s, "more"));
    assert_string_equal(value(s, "/data/plain"), "0");
}

/* … also where the section's name alone is not translated. */
static void test_kinds__a_section_that_is_not_translated_says_so(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label::Кыргызча (ky) | label::Русский (ru) |\n"
               "| | begin_group | g | Билим | |\n"
               "| | text | q | Мектеп? | Школа? |\n"
               "| | end_group | | | |\n",
               &upright);
    assert_true(shows(s, "Школа?"));
    assert_true(shows(s, "Нет перевода"));
    assert_true(scene_tap(s, "outline"));
    assert_true(shows(s, "Билим"));
    assert_true(shows(s, "Нет перевода"));
    assert_true(scene_tap(s, "back"));
    assert_true(scene_tap(s, "language"));
    assert_true(shows(s, "Мектеп?"));
    assert_false(shows(s, "Котормо жок"));
}

/* Which of the drafts was it, and how far had it come? */
/* XLSForm's name for the column without one: it has a word, a sign and keys. */
static void test_kinds__a_language_without_a_name_has_a_word(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n"
               "| | type | name | label | label::Русский (ru) |\n"
               "| | text | q | Your name? | Как Вас зовут? |\n",
               &upright);
    const char *codes[APP_LANGUAGES];
    assert_int_equal(app_question_languages(&s->app, codes), 2);
    assert_string_equal(codes[0], "ru");
    assert_string_equal(codes[1], "default");
    assert_true(shows(s, "Как Вас зовут?"));
    assert_true(scene_tap(s, "language"));
    assert_true(shows(s, "Your name?"));
    assert_true(shows(s, "*"));
    assert_non_null(scene_find(s, "key:Ж")); /* the interface's */
    assert_int_equal(s->app.ui.language, UI_RU);
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "languages"));
    assert_true(shows(s, "Основной язык формы"));
    assert_false(shows(s, "default"));
}

/* Summer time is of the day that is asked for, not of today. */
static void test_kinds__a_moment_has_its_own_days_clock(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    begin_form(s, "| survey |\n| | type | name | label |\n| | dateTime | m | Когда? |\n", &upright);
    struct node *m = session_find(s->app.interview->session, "/data/m");
    static const char *const months[] = {"2026-07-05T10:15:00.000+01:00",
                                         "2026-01-05T10:15:00.000+02:00"};
    for (int k = 0; k < 2; k++) {
        assert_int_equal(interview_answer(s->app.interview, m, months[k], &err), ANSWER_OK);
        calendar_of(&s->app)->dated = NULL;
        scene_draw(s);
        assert_true(scene_tap(s, "day:6"));
        assert_string_equal(tree_value(m) + 10, k ? "T10:15:00.000+01:00" : "T10:15:00.000+02:00");
    }
    unsetenv("TZ");
    tzset();
}

/* A picture of what is no longer asked stays behind; asked again, it is there again. */
static void test_kinds__only_files_of_asked_questions_are_sealed(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    begin_form(s,
               "| survey |\n| | type | name | label | relevant |\n| | select_one yn | p | П | |\n"
               "| | image | f | Ф | ${p} = 'y' |\n| choices |\n| | list_name | name | label |\n"
               "| | yn | y | Да |\n| | yn | n | Нет |\n",
               &upright);
    struct interview *i = s->app.interview;
    struct node *p = session_find(i->session, "/data/p"), *f = session_find(i->session, "/data/f");
    for (int k = 0; k < 3; k++) {
        assert_int_equal(interview_answer(i, p, k == 1 ? "n" : "y", &err), ANSWER_OK);
        if (k == 0) {
            OK(interview_attach(i, f, "png", "ЗНАК", strlen("ЗНАК"), &err));
        }
        struct buf out = {0};
        files_gather(i, &out);
        assert_int_equal(out.len && memmem(out.data, out.len, "ЗНАК", strlen("ЗНАК")), k != 1);
        buf_fini(&out);
    }
}

/* What lies across shows a row that nobody may answer as one that cannot be touched. */
static void test_kinds__a_readonly_row_is_no_trap(void **state)
{
    struct scene *s = *state;
    begin_form(s,
               "| survey |\n| | type | name | label | appearance | readonly |\n"
               "| | begin_group | t | Т | field-list | |\n"
               "| | select_one yn | a | А | list-nolabel | |\n"
               "| | select_one yn | b | Б | list-nolabel | yes |\n"
               "| | end_group | | | | |\n| choices |\n| | list_name | name | label |\n"
               "| | yn | y | Да |\n| | yn | n | Нет |\n",
               &across);
    struct session *session = s->app.interview->session;
    char id[2][40];
    for (int k = 0; k < 2; k++) {
        struct node *row = session_find(session, k ? "/data/t/b" : "/data/t/a");
        snprintf(id[k], sizeof id[k], "choice:%u:y", row->item->shape.index);
    }
    assert_true(scene_tap(s, id[0]));
    assert_string_equal(value(s, "/data/t/a"), "y");
    assert_false(scene_tap(s, id[1]));
    assert_null(s->app.view.refused);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds__the_end_shows_the_matrix_of_this_interview),
        cmocka_unit_test(test_kinds__an_entry_of_a_field_list_tells_what_is_in_it),
        SCENE_TEST(test_kinds__languages_of_the_field),
        SCENE_TEST(test_kinds__an_entry_within_an_entry_tells_of_both),
        SCENE_TEST(test_kinds__groups_within_a_page_have_their_labels),
        cmocka_unit_test(test_kinds__a_table_is_whole_whichever_way_it_is_held),
        SCENE_TEST(test_kinds__a_range_speaks_with_the_forms_words),
        SCENE_TEST(test_kinds__several_lines_can_be_typed),
        SCENE_TEST(test_kinds__the_respondent_reads_no_notes),
        SCENE_TEST(test_kinds__a_field_opens_on_its_letters),
        SCENE_TEST(test_kinds__a_long_order_comes_along_with_what_is_carried),
        SCENE_TEST(test_kinds__a_range_gives_only_its_own_values),
        cmocka_unit_test(test_kinds__a_place_is_written_as_one_likes),
        SCENE_TEST(test_kinds__the_engines_words_are_the_languages_own),
        SCENE_TEST(test_kinds__a_text_has_as_many_rows_as_it_asks_for),
        SCENE_TEST(test_kinds__a_resting_knob_is_no_answer),
        SCENE_TEST(test_kinds__a_section_that_is_not_translated_says_so),
        SCENE_TEST(test_kinds__a_language_without_a_name_has_a_word),
        SCENE_TEST(test_kinds__a_moment_has_its_own_days_clock),
        SCENE_TEST(test_kinds__only_files_of_asked_questions_are_sealed),
        SCENE_TEST(test_kinds__a_readonly_row_is_no_trap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
