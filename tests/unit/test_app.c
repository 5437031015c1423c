/* SPDX-License-Identifier: Apache-2.0 */
/* Do the screens keep what they promise: places, languages, hands, ways out? */
#include "tests/lib/steps.h"

static void test_app__one_tap_changes_the_language_and_nothing_else(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/place_name");
    scene_type(s, "Өзг");
    s->app.ui.scroll = 5;
    scene_draw(s);
    int scroll = s->app.ui.scroll;
    assert_true(scene_tap(s, "language"));
    assert_string_equal(session_language(s->app.interview->session), "ky");
    assert_int_equal(s->app.ui.language, UI_KY);
    assert_string_equal(s->app.ui.edit.text.data, "Өзг");
    assert_int_equal(s->app.ui.scroll, scroll);
    assert_string_equal(s->app.interview->page.node->name, "place_name");
    assert_int_equal(s->app.keyboard.layout, LAYOUT_KY);
    s->app.looks.apart = true; /* the questions alone */
    assert_true(scene_tap(s, "language"));
    assert_string_equal(session_language(s->app.interview->session), "tg");
    assert_int_equal(s->app.ui.language, UI_KY);
    assert_true(scene_tap(s, "language"));
    assert_string_equal(session_language(s->app.interview->session), "ru");
    assert_true(scene_tap(s, "outline")); /* so is the outline one tap away */
    assert_int_equal(s->app.screen, SCREEN_OUTLINE);
    assert_string_equal(value(s, "/data/place_name"), "Өзг");
}

static void test_app__a_language_without_a_text_says_so(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/age");
    interview_language(s->app.interview, "en"); /* the form has none */
    s->app.ui.language = UI_RU;
    scene_draw(s);
    assert_true(shows(s, "Нет перевода"));
}

static void test_app__drags_move_knobs_and_rows(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/scale");
    struct rect r = rect_of(s, "slide");
    scene_drag(s, r.x + 20, r.y + r.h / 2, r.x + r.w - 10, r.y + r.h / 2);
    assert_string_equal(value(s, "/data/scale"), "10");
    assert_true(scene_tap(s, "less"));
    assert_string_equal(value(s, "/data/scale"), "9");
    go_to(s, "/data/order");
    assert_string_equal(value(s, "/data/order"), "");
    struct rect from = rect_of(s, "move:debt"), to = rect_of(s, "move:docs");
    scene_drag(s, from.x + 30, from.y + from.h / 2, to.x + 30, to.y + to.h / 2);
    assert_string_equal(value(s, "/data/order"), "debt docs law job doctor");
    assert_true(scene_tap(s, "up:job"));
    assert_string_equal(value(s, "/data/order"), "debt docs job law doctor");
    go_to(s, "/data/risk/likelihood");
    assert_true(scene_tap(s, "cell:3:2"));
    assert_string_equal(value(s, "/data/risk/likelihood"), "high");
    assert_string_equal(value(s, "/data/risk/impact"), "middle");
    go_to(s, "/data/moment");
    assert_true(scene_tap(s, "day:12"));
    assert_string_equal(value(s, "/data/moment"), ""); /* an hour is missing */
    assert_true(scene_tap(s, "hour:08"));
    assert_string_equal(value(s, "/data/moment"), ""); /* and a minute: nobody said 00 */
    assert_true(scene_tap(s, "minute:00"));
    assert_memory_equal(value(s, "/data/moment") + 7, "-12T08:00:00.000", 16);
}

static void test_app__answers_are_told_in_words_before_they_are_sealed(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *page, *first, *text, *told;
    } answers[] = {{"moment", "day:12", NULL, ", 08:35"},
                   {"birthday", "day:12", NULL, "12."},
                   {"month", "month:5", NULL, "май 20"},
                   {"time", "hour:08", NULL, "08:35"},
                   {"point", NULL, "42,8746 74,5698", "42,8746 74,5698"},
                   {"ack", "choice:OK", NULL, "Подтверждено"}};
    open_interview(s);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        char path[64];
        snprintf(path, sizeof path, "/data/%s", answers[i].page);
        go_to(s, path);
        if (answers[i].first) {
            assert_true(scene_tap(s, answers[i].first));
        }
        if (strstr(answers[i].told, ":35")) {
            scene_tap(s, "hour:08");
            assert_true(scene_tap(s, "minute:35"));
        }
        if (answers[i].text) {
            scene_type(s, answers[i].text);
            assert_true(question_commit(&s->app));
        }
        struct page page = s->app.interview->page;
        const char *told = question_value(&s->app, &page);
        if (!strstr(told, answers[i].told) || strchr(told, 'T') || strchr(told, '+')) {
            fail_msg("%s is told as '%s'", answers[i].page, told);
        }
    }
    go_to(s, "/data/sign");
    struct rect r = rect_of(s, "ink");
    scene_drag(s, r.x + 60, r.y + 60, r.x + 300, r.y + 200);
    assert_true(question_commit(&s->app));
    struct page page = s->app.interview->page;
    assert_string_equal(question_value(&s->app, &page), "Нарисовано");
}

static void test_app__a_refusal_goes_with_the_text_it_was_of(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/age");
    scene_type(s, "7");
    scene_key(s, KEY_ENTER);
    assert_ptr_equal(s->app.view.refused, s->app.interview->page.node);
    assert_true(shows(s, "Нужно число от 14 до 110"));
    scene_event(s, (struct window_event){.kind = WINDOW_MOVE});
    assert_true(shows(s, "Нужно число от 14 до 110"));
    scene_type(s, "1");
    assert_false(shows(s, "Нужно число от 14 до 110")); /* 71 is another answer */
    scene_key(s, KEY_BACKSPACE);
    scene_key(s, KEY_ENTER);
    assert_true(shows(s, "Нужно число от 14 до 110"));
}

static void test_app__a_missing_translation_is_marked_wherever_it_is(void **state)
{
    struct scene *s = *state;
    static const char form[] =
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
        "xmlns:jr='http://openrosa.org/javarosa'><h:head><h:title>T</h:title><model><itext>"
        "<translation lang='Русский (ru)' default='true()'>"
        "<text id='q'><value>Вопрос</value></text><text id='h'><value>Подсказка</value></text>"
        "<text id='a'><value>Первый</value></text><text id='b'><value>Второй</value></text>"
        "</translation><translation lang='Кыргызча (ky)'>"
        "<text id='q'><value>Суроо</value></text><text id='b'><value>Экинчи</value></text>"
        "</translation></itext><instance><data id='marks'><hinted/><chosen/><whole/></data>"
        "</instance></model></h:head><h:body>"
        "<input ref='/data/hinted'><label ref=\"jr:itext('q')\"/><hint ref=\"jr:itext('h')\"/>"
        "</input><select1 ref='/data/chosen'><label ref=\"jr:itext('q')\"/>"
        "<item><label ref=\"jr:itext('a')\"/><value>a</value></item>"
        "<item><label ref=\"jr:itext('b')\"/><value>b</value></item></select1>"
        "<select1 ref='/data/whole'><label ref=\"jr:itext('q')\"/>"
        "<item><label ref=\"jr:itext('b')\"/><value>b</value></item></select1></h:body></h:html>";
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    scene_begin(s, window, form, "marks", &look);
    static const char mark[] = "Котормо жок";
    assert_false(shows(s, mark));
    app_language(&s->app, UI_KY);
    scene_draw(s);
    assert_true(shows(s, "Суроо"));
    assert_true(shows(s, mark)); /* the hint */
    go_to(s, "/data/chosen");
    assert_true(shows(s, "Первый"));
    assert_true(shows(s, mark)); /* a choice */
    go_to(s, "/data/whole");
    assert_true(shows(s, "Экинчи"));
    assert_false(shows(s, mark));
}

static void test_app__a_swipe_goes_on_and_back(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/help");
    scene_drag(s, 600, 800, 200, 810);
    assert_string_equal(s->app.interview->page.node->name, "trust");
    scene_drag(s, 200, 800, 600, 790);
    assert_string_equal(s->app.interview->page.node->name, "help");
    scene_drag(s, 300, 400, 330, 800); /* up and down is none */
    assert_string_equal(s->app.interview->page.node->name, "help");
}

static int glow(struct scene *s)
{
    const struct rect b = s->app.ui.body;
    for (size_t i = 0; i < s->app.ui.draws.count; i++) {
        const struct draw *d = &s->app.ui.draws.list[i];
        if (d->kind == DRAW_FILL && d->ink == s->app.ui.theme.accent && d->rect.w == b.w &&
            (d->rect.y == b.y || d->rect.y + d->rect.h == b.y + b.h)) {
            return d->rect.y == b.y ? -d->rect.h : d->rect.h;
        }
    }
    return 0;
}

/* A form as it comes from elsewhere. */
static char *form_of(const char *md)
{
    char path[] = "/tmp/suhbat-form-XXXXXX.md";
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, md, strlen(md)) == (ssize_t)strlen(md));
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    return form;
}

static void test_app__languages_go_by_whatever_name_the_form_gives_them(void **state)
{
    (void)state;
    static const char md[] =
        "| survey |\n"
        "| | type | name | label::Kyrgyz (kg) | label::Русский | label::Ўзбекча (uz) | "
        "label::Türkçe (tr) |\n"
        "| | text | q | Атыңыз ким? | Как Вас зовут? | Исмингиз нима? | Adınız ne? |\n";
    struct scene s;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_KY};
    const char *codes[APP_LANGUAGES];
    char *form = form_of(md);
    scene_begin(&s, window, form, "form", &look);
    assert_true(shows(&s, "Атыңыз ким?"));
    assert_false(shows(&s, "Котормо жок"));
    assert_int_equal(app_question_languages(&s.app, codes), 4);
    assert_string_equal(codes[0], "ru");
    assert_string_equal(codes[1], "ky");
    assert_string_equal(app_language_sign(&s.app, codes[2]), "ЎЗ");
    assert_string_equal(app_language_sign(&s.app, codes[3]), "TR");
    assert_true(scene_tap(&s, "language"));
    assert_true(shows(&s, "Исмингиз нима?"));
    assert_true(shows(&s, "ЎЗ"));
    assert_int_equal(s.app.ui.language, UI_KY); /* there is no other interface for it */
    assert_true(scene_tap(&s, "language"));
    assert_true(shows(&s, "Adınız ne?"));
    assert_true(scene_tap(&s, "language"));
    assert_true(shows(&s, "Как Вас зовут?"));
    assert_int_equal(s.app.ui.language, UI_RU);
    assert_true(scene_tap(&s, "menu"));
    assert_true(scene_tap(&s, "languages"));
    assert_true(scene_tap(&s, "ask:2"));
    assert_true(shows(&s, "Исмингиз нима?"));
    scene_type(&s, "Olim");
    cut_and_resume(&s);
    assert_true(shows(&s, "Исмингиз нима?"));
    scene_close(&s);
    free(form);
    /* none of ours: the form's own language, and no word of a missing translation */
    form = form_of("| survey |\n"
                   "| | type | name | label::French (fr) | label::Arabic (ar) |\n"
                   "| | text | q | Nom ? | Ism? |\n"
                   "| settings |\n| | default_language |\n| | French (fr) |\n");
    scene_begin(&s, window, form, "form", &look);
    assert_true(shows(&s, "Nom ?"));
    assert_false(shows(&s, "Котормо жок"));
    assert_true(scene_tap(&s, "language"));
    assert_true(shows(&s, "Ism?"));
    scene_close(&s);
    free(form);
}

static void test_app__the_end_of_a_page_is_felt(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "settings"));
    assert_true(s->app.ui.content > s->app.ui.body.h);
    struct window_event e = {.kind = WINDOW_DOWN, .x = 700, .y = 300};
    scene_event(s, e);
    e.kind = WINDOW_MOVE;
    e.y = 340; /* this far nothing is known of it */
    scene_event(s, e);
    assert_int_equal(glow(s), 0);
    for (int k = 0; k < 4; k++) {
        e.y += 20;
        scene_event(s, e);
    }
    assert_in_range(-glow(s), 10, 24);
    e.y = 100; /* away from it: the page moves again */
    scene_event(s, e);
    assert_int_equal(glow(s), 0);
    assert_true(s->app.ui.scroll > 0);
    for (int k = 0; k < 40; k++) {
        e.y -= 60;
        scene_event(s, e);
    }
    assert_int_equal(glow(s), 24);
    e.kind = WINDOW_UP;
    scene_event(s, e);
    assert_int_equal(glow(s), 0);
}

static void test_app__a_drawing_and_a_file_are_sealed_with_the_record(void **state)
{
    struct scene *s = *state;
    struct err err = {0};
    open_interview(s);
    go_to(s, "/data/sign");
    struct rect r = rect_of(s, "ink");
    scene_drag(s, r.x + 60, r.y + 60, r.x + r.w - 60, r.y + r.h - 60);
    assert_string_equal(value(s, "/data/sign"), ""); /* not before the page is left */
    assert_true(scene_tap(s, "right"));
    const char *name = value(s, "/data/sign");
    assert_int_equal(strlen(name), 36);
    assert_string_equal(name + 32, ".png");
    const struct buf *png = interview_file(s->app.interview, name);
    assert_non_null(png);
    struct picture p;
    OK(picture_read(&p, png->data, png->len, 2000, 2000, &err));
    unsigned dark = 0;
    for (int i = 0; i < p.w * p.h; i++) {
        dark += p.rgb[3 * i] < 100;
    }
    assert_in_range(dark, 500, 20000);
    picture_free(&p);

    enum { BIG = 2500000 }; /* more than one event holds */
    struct buf photo = {0};
    char *noise = mem_alloc(BIG);
    secret_random(noise, BIG);
    buf_add(&photo, noise, BIG);
    study_put(&s->study, "stick", "IMG_0001.JPG", &photo);
    study_put(&s->study, "stick", "notes.txt", &photo);
    assert_string_equal(s->app.interview->page.node->name, "photo");
    assert_true(scene_tap(s, "choose"));
    assert_non_null(scene_find(s, "found:1"));
    assert_null(scene_find(s, "found:2")); /* a text is no picture */
    struct buf small = {0};
    buf_text(&small, "small");
    for (int i = 0; i < 60 /* as many as are listed */; i++) {
        char file[32];
        snprintf(file, sizeof file, "p%d.png", i);
        study_put(&s->study, "stick", file, &small);
    }
    assert_true(scene_tap(s, "look"));
    assert_non_null(scene_show(s, "found:60"));
    assert_true(shows(s, "Показаны самые новые файлы: 60"));
    for (int i = 0; i < 60 /* as many as are listed */; i++) {
        char file[64];
        snprintf(file, sizeof file, "stick/p%d.png", i);
        unlink(study_path(&s->study, file));
    }
    assert_true(scene_tap(s, "look"));
    assert_false(shows(s, "самые новые"));
    buf_fini(&small);
    assert_true(scene_tap(s, "found:1"));
    assert_int_equal(s->app.sheet, SHEET_NONE);
    char photo_name[64];
    snprintf(photo_name, sizeof photo_name, "%s", value(s, "/data/photo"));
    assert_string_equal(photo_name + 32, ".jpg");

    cut_and_resume(s); /* both are there */
    const struct buf *again = interview_file(s->app.interview, photo_name);
    assert_non_null(again);
    assert_int_equal(again->len, BIG);
    assert_memory_equal(again->data, noise, BIG);

    /* what is taken out is not sealed */
    go_to(s, "/data/photo");
    assert_true(scene_tap(s, "drop"));
    assert_string_equal(value(s, "/data/photo"), "");
    free(noise);
    buf_fini(&photo);
}

/* On with Tab until the focus is there; a keyboard of the handheld has nothing else. */
static bool focus(struct scene *s, const char *id)
{
    for (int i = 0; i < 200; i++) {
        if (s->app.ui.show_focus && strcmp(s->app.ui.focus, id) == 0) {
            return true;
        }
        scene_key(s, KEY_TAB);
    }
    return false;
}

static void press(struct scene *s, const char *id)
{
    if (!focus(s, id)) {
        fail_msg("no key comes to %s", id);
    }
    scene_key(s, KEY_ENTER);
}

static void test_app__a_whole_interview_with_keys_alone(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *page, *first, *second, *text;
    } steps[] = {{"age", NULL, NULL, "34"},
                 {"ban", "choice:no", NULL, NULL},
                 {"help", "choice:docs", "choice:job", NULL},
                 {"trust", "choice:a4", NULL, NULL},
                 {"region", "open", "choice:naryn", NULL},
                 {"order", "up:job", NULL, NULL},
                 {"scale", "more", NULL, NULL},
                 {"stars", "star:4", NULL, NULL},
                 {"people", "value:5", NULL, NULL},
                 {"birthday", "day:15", NULL, NULL},
                 {"month", "month:5", NULL, NULL},
                 {"time", "hour:08", "minute:30", NULL},
                 {"likelihood", "cell:2:3", NULL, NULL},
                 {"ack", "choice:OK", NULL, NULL}};
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    unsigned done = 0;
    scene_open(s, window, widgets, "widgets", &look);
    scene_type(s, study_pass);
    scene_key(s, KEY_ENTER);
    assert_int_equal(s->app.screen, SCREEN_HOME);
    press(s, "start");
    press(s, "form:0");
    for (int pages = 0; s->app.screen != SCREEN_FINISH && pages < 60; pages++) {
        if (s->app.screen == SCREEN_HAND) {
            press(s, "aloud");
        }
        const struct page *p = &s->app.interview->page;
        struct page *fields = &s->app.interview->page;
        size_t count = 1;
        if (p->kind == PAGE_FIELDS) {
            session_fields(s->app.interview->session, &s->app.ui.frame, p, &fields, &count);
        }
        const char *name = p->kind == PAGE_ROSTER ? "" : fields[0].node->name;
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            if (strcmp(steps[i].page, name) != 0) {
                continue;
            }
            done++;
            if (steps[i].text) {
                scene_type(s, steps[i].text);
            }
            if (steps[i].first) {
                press(s, steps[i].first);
            }
            if (steps[i].second) {
                press(s, steps[i].second);
            }
        }
        if (scene_find(s, "right")) {
            press(s, "right");
        } else {
            press(s, "key:enter");
        }
    }
    assert_int_equal(s->app.screen, SCREEN_FINISH);
    assert_int_equal(done, sizeof steps / sizeof *steps);
    assert_string_equal(value(s, "/data/help"), "docs job");
    assert_string_equal(value(s, "/data/region"), "naryn");
    assert_string_equal(value(s, "/data/risk/impact"), "high");
    press(s, "right");
    press(s, "seal-yes");
    assert_int_equal(s->app.screen, SCREEN_SEALED);
}

static void test_app__nothing_of_a_discarded_interview_stays(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/sign");
    struct rect r = rect_of(s, "ink");
    scene_drag(s, r.x + 60, r.y + 60, r.x + 300, r.y + 200);
    assert_true(ink_of(&s->app)->count > 0);
    assert_true(scene_tap(s, "menu"));
    assert_true(scene_tap(s, "discard"));
    assert_true(scene_tap(s, "discard-yes"));
    assert_null(s->app.interview);
    assert_int_equal(ink_of(&s->app)->count, 0);
    assert_null(ink_of(&s->app)->node);
    for (size_t i = 0; i < INK_POINTS; i++) {
        assert_int_equal(ink_of(&s->app)->points[i][0], 0);
    }
    assert_true(scene_tap(s, "start"));
    assert_true(scene_tap(s, "form:0"));
    assert_true(scene_tap(s, "right"));
    assert_string_equal(value(s, "/data/sign"), "");
}

static const char *waiting(struct scene *s, const char *path)
{
    const char *text =
        interview_typed(s->app.interview, session_find(s->app.interview->session, path));
    assert_non_null(text);
    return text;
}

static void test_app__a_day_waits_for_its_hour_and_a_wiped_drawing_for_a_new_one(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/moment");
    assert_true(scene_tap(s, "day:12"));
    assert_true(scene_tap(s, "right")); /* held, and said */
    assert_string_equal(s->app.interview->page.node->name, "moment");
    assert_non_null(s->app.view.refused);
    cut_and_resume(s); /* the day is still there */
    assert_string_equal(waiting(s, "/data/moment") + 7, "-12");
    assert_true(scene_tap(s, "minute:35"));
    assert_true(scene_tap(s, "right")); /* held once more */
    assert_string_equal(s->app.interview->page.node->name, "moment");
    assert_true(shows(s, "Выберите и час"));
    cut_and_resume(s); /* day and minute are */
    assert_string_equal(waiting(s, "/data/moment") + 7, "-12T--:35");
    assert_string_equal(value(s, "/data/moment"), "");
    assert_true(scene_tap(s, "hour:09"));
    assert_memory_equal(value(s, "/data/moment") + 7, "-12T09:35", 9);
    assert_true(scene_tap(s, "right"));

    go_to(s, "/data/time");
    assert_true(scene_tap(s, "hour:08"));
    assert_string_equal(value(s, "/data/time"), "");
    assert_true(scene_tap(s, "right"));
    assert_string_equal(s->app.interview->page.node->name, "time");
    assert_true(shows(s, "Выберите и минуты"));
    cut_and_resume(s);
    assert_true(shows(s, "08:––"));
    assert_true(scene_tap(s, "minute:35"));
    assert_memory_equal(value(s, "/data/time"), "08:35", 5);
    assert_true(scene_tap(s, "hour:09")); /* an answer changes by halves */
    assert_memory_equal(value(s, "/data/time"), "09:35", 5);
    assert_true(scene_tap(s, "right"));

    go_to(s, "/data/sign");
    struct rect r = rect_of(s, "ink");
    scene_drag(s, r.x + 60, r.y + 60, r.x + 300, r.y + 200);
    assert_int_equal(question_rest(&s->app) > 0, true);
    ink_of(&s->app)->ms -= 5000; /* it has rested: written down before the page is left */
    assert_int_equal(question_rest(&s->app), -1);
    char first[64];
    snprintf(first, sizeof first, "%s", value(s, "/data/sign"));
    assert_int_equal(strlen(first), 36);
    window_resize(window, 1280, 720); /* a turned device keeps the drawing */
    scene_event(s, (struct window_event){.kind = WINDOW_EXPOSE});
    assert_true(ink_of(&s->app)->count > 0);
    window_resize(window, 720, 1280);
    scene_event(s, (struct window_event){.kind = WINDOW_EXPOSE});
    session_find(s->app.interview->session, "/data/sign")->required = true;
    assert_true(scene_tap(s, "wipe"));
    scene_tap(s, "right"); /* the sheet is empty though the old one stands: not left so */
    assert_string_equal(s->app.interview->page.node->name, "sign");
    r = rect_of(s, "ink");
    scene_drag(s, r.x + 90, r.y + 60, r.x + 200, r.y + 250);
    assert_true(scene_tap(s, "right"));
    assert_string_not_equal(value(s, "/data/sign"), first);
    assert_null(interview_file(s->app.interview, first)); /* counts for no limit any more */
}

static bool words_of_device(struct device *d, void *arg, struct err *err)
{
    (void)err;
    device_words(d, arg);
    return true;
}

static void test_app__looks_are_kept(void **state)
{
    struct scene *s = *state;
    struct scene_look look = {
        .w = 720, .h = 1280, .scale = 2, .text_scale = 0, .language = UI_LANGUAGE_COUNT};
    scene_open(s, window, widgets, "widgets", &look);
    scene_unlock(s);
    scene_tap(s, "menu");
    assert_int_equal(s->app.screen, SCREEN_SETTINGS);
    assert_true(scene_tap(s, "lang:tg"));
    assert_true(scene_tap(s, "night"));
    assert_true(scene_tap(s, "text:150"));
    assert_true(scene_tap(s, "glove"));
    assert_true(scene_tap(s, "left-hand"));
    assert_true(scene_tap(s, "keys:1"));
    assert_true(scene_tap(s, "aloud"));
    assert_true(scene_tap(s, "volume:50"));
    assert_true(scene_tap(s, "about"));
    char words[200], own[64];
    struct err err = {0};
    OK(writer_call(s->app.writer, words_of_device, own, &err));
    words_cyrillic(words, sizeof words, own);
    words[8] = '\0'; /* the first: a line may end behind it */
    assert_true(shows(s, words));
    device_close(app_end(&s->app));
    audio_set_volume(100);
    OK(device_open(&s->study.device, study_path(&s->study, "device"), &err));
    scene_boot(s);
    assert_int_equal(s->app.ui.language, UI_TG);
    assert_true(s->app.looks.night && s->app.ui.glove && s->app.ui.left_hand);
    assert_true(s->app.ui.text_scale > 1.49f && s->app.ui.text_scale < 1.51f);
    assert_int_equal(s->app.ui.keys, UI_KEYS_DIGITS);
    assert_true(s->app.looks.quiet);
    assert_int_equal(audio_volume(), 50);
    audio_set_volume(100);
}

static void test_app__a_day_long_ago_is_a_few_taps_away(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/birthday");
    assert_null(scene_find(s, "to-year:1976"));
    assert_true(scene_tap(s, "pick-year"));
    assert_true(scene_tap(s, "year-back"));
    assert_true(scene_tap(s, "year-back"));
    assert_true(scene_tap(s, "to-year:1976"));
    assert_null(scene_find(s, "to-year:1976"));
    assert_string_equal(value(s, "/data/birthday"), ""); /* a year is no day */
    assert_true(scene_tap(s, "month-back"));
    assert_true(scene_tap(s, "day:15"));
    const char *day = value(s, "/data/birthday");
    assert_true(strncmp(day, "1976-", 5) == 0 || strncmp(day, "1975-12", 7) == 0);
}

static void test_app__a_roster_of_hundreds_can_be_left(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    struct node *entry;
    struct err err = {0};
    struct page roster = {.kind = PAGE_ROSTER};
    size_t count = 0;
    struct page *pages;
    session_pages(s->app.interview->session, &s->app.ui.frame, NULL, &pages, &count);
    for (size_t p = 0; p < count; p++) {
        roster = pages[p].kind == PAGE_ROSTER ? pages[p] : roster;
    }
    for (int k = 0; k < 600; k++) {
        OK(interview_add(s->app.interview, &roster, &entry, &err));
    }
    interview_go(s->app.interview, &roster);
    page_arrive(&s->app);
    scene_draw(s);
    assert_non_null(scene_find(s, "entry:600"));
    assert_true(scene_tap(s, "right")); /* nothing is in them: said once */
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
    assert_true(scene_tap(s, "right"));
    assert_int_equal(s->app.screen, SCREEN_FINISH);
}

static void test_app__a_search_puts_the_best_first(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *label;
        unsigned rank;
    } of_osh[] = {{"Ош", 10},      {"Ош шаары", 9}, {"Кара-Ош", 8}, {"Кошой", 7},   {"Бишкек", 0},
                  {"Кошош ош", 8}, {"Өш", 6},       {"Өштүн", 5},   {"Кара-Өш", 4}, {"Көшөй", 3}};
    static const struct {
        const char *typed, *label;
        unsigned rank;
    } others[] = {{"джамшед", "Ҷамшед", 2},
                  {"Қара", "Қара-Суу", 9}, /* what was typed comes before what looks like it */
                  {"қара", "Кара", 6},
                  {"кара", "Қара", 6},
                  {"омурбек", "Өмүрбек", 6},
                  {"рахимов", "Раҳимзода Алишер", 1},
                  {"алишер рахимов", "Раҳимӣ Алишер", 1},
                  {"каримова", "Каримов", 2},
                  {"асанов", "Асан уулу Бакыт", 1},
                  {"асан уулу", "Асанов Бакыт", 1},
                  {"усенова", "Үсөн кызы Айгүл", 1},
                  {"алиев", "Ализода", 1},
                  {"ленин", "Лениза", 0}, /* too little is left */
                  {"рахимов", "Каримзода", 0}};
    open_interview(s);
    for (size_t i = 0; i < sizeof of_osh / sizeof *of_osh; i++) {
        struct search_for what = search_for(&s->app, "ош");
        assert_int_equal(search_ranks(&what, of_osh[i].label), of_osh[i].rank);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct search_for what = search_for(&s->app, others[i].typed);
        if (search_ranks(&what, others[i].label) != others[i].rank) {
            fail_msg("%s in %s: %u", others[i].typed, others[i].label,
                     search_ranks(&what, others[i].label));
        }
    }
    struct search_for nothing = search_for(&s->app, "");
    assert_int_equal(search_ranks(&nothing, "Ҷамшед"), SEARCH_RANKS);
    /* the outline finds a question in whatever section it is */
    assert_true(scene_tap(s, "outline"));
    assert_null(scene_find(s, "leaf:6"));
    assert_true(scene_tap(s, "search-sections"));
    scene_type(s, "запрет");
    assert_true(shows(s, "Есть ли у Вас запрет на въезд?"));
    assert_false(shows(s, "Сколько Вам полных лет?"));
    assert_true(scene_tap(s, "leaf:6"));
    assert_string_equal(s->app.interview->page.node->name, "ban");
}

static void test_app__sentences_begin_with_a_capital(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/place_name");
    assert_true(scene_tap(s, "key:О"));
    assert_true(scene_tap(s, "key:ш"));
    assert_null(scene_find(s, "key:О"));
    assert_true(scene_tap(s, "key:."));
    assert_null(scene_find(s, "key:О")); /* nothing stands apart yet */
    assert_true(scene_tap(s, "key:space"));
    assert_true(scene_tap(s, "key:shift")); /* a small letter all the same */
    assert_true(scene_tap(s, "key:о"));
    assert_string_equal(s->app.ui.edit.text.data, "Ош. о");
    go_to(s, "/data/secret"); /* a code is no sentence */
    assert_non_null(scene_find(s, "key:о"));
}

static void hold(struct scene *s, const char *id, int64_t ms)
{
    struct rect r = rect_of(s, id);
    struct window_event e = {.kind = WINDOW_DOWN, .x = r.x + r.w / 2, .y = r.y + r.h / 2};
    scene_event(s, e);
    s->app.ui.down_ms -= ms;
    scene_event(s, (struct window_event){.kind = WINDOW_NONE});
}

static void test_app__text_is_put_right_with_a_finger(void **state)
{
    struct scene *s = *state;
    open_interview(s);
    go_to(s, "/data/story");
    scene_type(s, "Уехал в Москву на две недели, а остался на целых три года");
    struct edit *edit = &s->app.ui.edit;
    const struct target *field = scene_find(s, edit->id);
    assert_non_null(field);
    struct rect r = field->rect;
    struct window_event e = {.kind = WINDOW_DOWN, .x = r.x + 1, .y = r.y + 30};
    scene_event(s, e);
    e.kind = WINDOW_UP;
    scene_event(s, e);
    assert_int_equal(edit->cursor, 0); /* before the first letter */
    scene_type(s, "Он ");
    assert_memory_equal(edit->text.data, "Он Уехал", strlen("Он Уехал"));
    e = (struct window_event){.kind = WINDOW_DOWN, .x = r.x + r.w - 2, .y = r.y + 30};
    s->app.ui.last[0] = '\0';
    scene_event(s, e);
    e.kind = WINDOW_UP;
    scene_event(s, e);
    /* at the end of the first line, which breaks at a blank */
    assert_true(edit->cursor > 20 && edit->cursor < edit->text.len);
    assert_int_equal(edit->text.data[edit->cursor], ' ');
    size_t len = edit->text.len, before = edit->cursor;
    /* ⌫ held takes one letter after the other, and stops when it is let go */
    hold(s, "key:erase", 1000);
    for (int i = 0; i < 5; i++) {
        s->app.ui.repeated_ms -= 1000;
        scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    }
    assert_int_equal(before - edit->cursor, len - edit->text.len);
    assert_true(len - edit->text.len >= 2 * 4);
    e = (struct window_event){.kind = WINDOW_UP, .x = 0, .y = 0};
    scene_event(s, e);
    len = edit->text.len;
    s->app.ui.repeated_ms -= 1000;
    scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    assert_int_equal(edit->text.len, len);
    /* what is shown as dots has its places, too */
    go_to(s, "/data/secret");
    scene_type(s, "Ош 17");
    r = scene_find(s, edit->id)->rect;
    e = (struct window_event){.kind = WINDOW_DOWN, .x = r.x + 1, .y = r.y + 30};
    s->app.ui.last[0] = '\0';
    scene_event(s, e);
    e.kind = WINDOW_UP;
    scene_event(s, e);
    assert_int_equal(edit->cursor, 0);
    scene_key(s, KEY_RIGHT);
    scene_type(s, "ш");
    assert_string_equal(edit->text.data, "Ошш 17");
}

static void test_app__letters_have_keys_in_every_variant(void **state)
{
    struct scene *s = *state;
    static const struct {
        enum ui_language language;
        const char *letters;
    } own[] = {{UI_RU, "ё ъ ц щ ы ь"}, {UI_KY, "ө ү ң"}, {UI_TG, "ғ қ ҳ ҷ ӣ ӯ ё"}};
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    scene_open(s, window, widgets, "widgets", &look);
    for (int keys = 0; keys < UI_KEYS_COUNT; keys++) {
        for (size_t l = 0; l < sizeof own / sizeof *own; l++) {
            app_language(&s->app, own[l].language);
            s->app.ui.keys = (enum ui_keys)keys;
            scene_draw(s);
            assert_int_equal(scene_find(s, "key:1") != NULL, keys == UI_KEYS_DIGITS);
            for (const char *p = own[l].letters; *p;) {
                char id[16];
                size_t len = strcspn(p, " ");
                snprintf(id, sizeof id, "key:%.*s", (int)len, p);
                bool special = own[l].language != UI_RU && strncmp(p, "ё", len) != 0;
                assert_int_equal(scene_find(s, id) != NULL, keys != UI_KEYS_HELD || !special);
                p += len + (p[len] == ' ');
            }
        }
    }
    /* behind a long press: both that one letter may stand for */
    app_language(&s->app, UI_TG);
    scene_draw(s);
    struct rect r = rect_of(s, "key:у");
    struct window_event e = {.kind = WINDOW_DOWN, .x = r.x + r.w / 2, .y = r.y + r.h / 2};
    scene_event(s, e);
    s->app.ui.down_ms -= 1000;
    scene_event(s, (struct window_event){.kind = WINDOW_NONE});
    assert_non_null(scene_find(s, "key:ӯ"));
    e.kind = WINDOW_UP;
    scene_event(s, e);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_app__one_tap_changes_the_language_and_nothing_else),
        SCENE_TEST(test_app__a_language_without_a_text_says_so),
        SCENE_TEST(test_app__drags_move_knobs_and_rows),
        SCENE_TEST(test_app__answers_are_told_in_words_before_they_are_sealed),
        SCENE_TEST(test_app__a_refusal_goes_with_the_text_it_was_of),
        SCENE_TEST(test_app__a_missing_translation_is_marked_wherever_it_is),
        SCENE_TEST(test_app__a_swipe_goes_on_and_back),
        cmocka_unit_test(test_app__languages_go_by_whatever_name_the_form_gives_them),
        SCENE_TEST(test_app__the_end_of_a_page_is_felt),
        SCENE_TEST(test_app__a_drawing_and_a_file_are_sealed_with_the_record),
        SCENE_TEST(test_app__a_whole_interview_with_keys_alone),
        SCENE_TEST(test_app__nothing_of_a_discarded_interview_stays),
        SCENE_TEST(test_app__a_day_waits_for_its_hour_and_a_wiped_drawing_for_a_new_one),
        SCENE_TEST(test_app__looks_are_kept),
        SCENE_TEST(test_app__a_day_long_ago_is_a_few_taps_away),
        SCENE_TEST(test_app__a_roster_of_hundreds_can_be_left),
        SCENE_TEST(test_app__a_search_puts_the_best_first),
        SCENE_TEST(test_app__sentences_begin_with_a_capital),
        SCENE_TEST(test_app__text_is_put_right_with_a_finger),
        SCENE_TEST(test_app__letters_have_keys_in_every_variant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return steps_run(run);
}
