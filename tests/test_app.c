/* SPDX-License-Identifier: Apache-2.0 */
/* Do the screens keep what they promise: places, languages, hands, ways out? */
#include "platform/clock.h"
#include "tests/card.h"
#include "tests/scene.h"

static struct window *window;
static char *widgets;

static void open_interview(struct scene *s)
{
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    scene_open(s, window, widgets, "widgets", &look);
    scene_unlock(s);
    assert_int_equal(s->app.screen, SCREEN_HOME);
    assert_true(scene_tap(s, "start"));
    assert_true(scene_tap(s, "form:0"));
    assert_int_equal(s->app.screen, SCREEN_INTERVIEW);
}

static void go_to(struct scene *s, const char *path)
{
    struct interview *i = s->app.interview;
    struct page page;
    assert_true(interview_find(i, &s->app.ui.frame, session_find(i->session, path), &page));
    interview_go(i, &page);
    screen_arrive(&s->app);
    scene_draw(s);
}

static const char *value(struct scene *s, const char *path)
{
    return tree_value(session_find(s->app.interview->session, path));
}

static struct rect rect_of(struct scene *s, const char *id)
{
    const struct target *t = scene_find(s, id);
    if (!t) {
        fail_msg("no target %s", id);
    }
    return t->rect;
}

/* Continues the one draft of the home screen. */
static void resume(struct scene *s)
{
    char draft[32];
    snprintf(draft, sizeof draft, "draft:%u", s->app.drafts[0].number);
    assert_true(scene_tap(s, draft));
}

/* The power goes after the last word is durable, and comes back. */
static void cut_and_resume(struct scene *s)
{
    struct err err = {0};
    OK(interview_sync(s->app.interview, &err));
    interview_free(s->app.interview);
    s->app.interview = NULL;
    device_close(app_end(&s->app));
    OK(device_open(&s->study.device, study_path(&s->study, "device"), &err));
    scene_boot(s);
    scene_unlock(s);
    resume(s);
}

static bool shows(struct scene *s, const char *text)
{
    for (size_t i = 0; i < s->app.ui.draws.count; i++) {
        const struct draw *d = &s->app.ui.draws.list[i];
        if (d->kind == DRAW_TEXT && strstr(d->text, text)) {
            return true;
        }
    }
    return false;
}

static void test_app__one_tap_changes_the_language_and_nothing_else(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/place_name");
    scene_type(&s, "Өзг");
    s.app.ui.scroll = 5;
    scene_draw(&s);
    int scroll = s.app.ui.scroll;
    assert_true(scene_tap(&s, "language"));
    assert_string_equal(session_language(s.app.interview->session), "ky");
    assert_int_equal(s.app.ui.language, UI_KY);
    assert_string_equal(s.app.ui.edit.text.data, "Өзг");
    assert_int_equal(s.app.ui.scroll, scroll);
    assert_string_equal(s.app.interview->page.node->name, "place_name");
    assert_int_equal(s.app.keyboard.layout, LAYOUT_KY);
    s.app.apart = true; /* the questions alone */
    assert_true(scene_tap(&s, "language"));
    assert_string_equal(session_language(s.app.interview->session), "tg");
    assert_int_equal(s.app.ui.language, UI_KY);
    assert_true(scene_tap(&s, "language"));
    assert_string_equal(session_language(s.app.interview->session), "ru");
    assert_true(scene_tap(&s, "outline")); /* so is the outline one tap away */
    assert_int_equal(s.app.screen, SCREEN_OUTLINE);
    assert_string_equal(value(&s, "/data/place_name"), "Өзг");
    scene_close(&s);
}

static void test_app__a_language_without_a_text_says_so(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/age");
    interview_language(s.app.interview, "en"); /* the form has none */
    s.app.ui.language = UI_RU;
    scene_draw(&s);
    assert_true(shows(&s, "Нет перевода"));
    scene_close(&s);
}

static void test_app__the_respondent_has_no_other_way(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/contact/phone");
    assert_true(scene_tap(&s, "right"));
    assert_int_equal(s.app.screen, SCREEN_HAND);
    scene_type(&s, "12");
    assert_true(scene_tap(&s, "key:enter")); /* too short */
    assert_int_equal(s.app.screen, SCREEN_HAND);
    scene_type(&s, "34");
    assert_true(scene_tap(&s, "key:enter"));
    assert_int_equal(s.app.screen, SCREEN_INTERVIEW);
    assert_true(s.app.handed);
    assert_null(scene_find(&s, "back"));
    assert_null(scene_find(&s, "left"));
    assert_null(scene_find(&s, "menu"));
    struct node *first = s.app.interview->page.node;
    scene_key(&s, KEY_ESCAPE);
    scene_drag(&s, 200, 800, 600, 810); /* a swipe back */
    assert_int_equal(s.app.screen, SCREEN_INTERVIEW);
    assert_ptr_equal(s.app.interview->page.node, first);
    scene_tap(&s, "choice:yes");
    assert_true(scene_tap(&s, "right"));
    assert_non_null(scene_find(&s, "back")); /* within the block one may go back */
    assert_true(scene_tap(&s, "key:enter"));
    assert_int_equal(s.app.screen, SCREEN_RETURN);
    assert_null(scene_find(&s, "back"));
    scene_key(&s, KEY_ESCAPE);
    assert_int_equal(s.app.screen, SCREEN_RETURN);
    scene_type(&s, "9999");
    assert_true(scene_tap(&s, "key:enter"));
    assert_int_equal(s.app.screen, SCREEN_RETURN);
    scene_type(&s, "1234");
    assert_true(scene_tap(&s, "key:enter"));
    assert_int_equal(s.app.screen, SCREEN_INTERVIEW);
    assert_false(s.app.handed);
    assert_non_null(scene_find(&s, "menu"));
    assert_string_equal(value(&s, "/data/own/fair"), "yes");
    scene_close(&s);
}

static void test_app__five_wrong_pins_lock_and_lose_nothing(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/contact/phone");
    scene_tap(&s, "right");
    scene_type(&s, "123456");
    scene_tap(&s, "key:enter");
    scene_tap(&s, "choice:no");
    assert_true(scene_tap(&s, "lock")); /* the respondent wants to stop */
    assert_int_equal(s.app.screen, SCREEN_RETURN);
    for (int k = 0; k < 5; k++) {
        assert_int_equal(s.app.screen, SCREEN_RETURN);
        scene_type(&s, "0000");
        scene_tap(&s, "key:enter");
    }
    assert_int_equal(s.app.screen, SCREEN_UNLOCK);
    assert_null(s.app.pin);
    scene_unlock(&s);
    resume(&s);
    assert_string_equal(value(&s, "/data/own/fair"), "no");
    assert_false(s.app.handed);
    scene_close(&s);
}

static void test_app__drags_move_knobs_and_rows(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/scale");
    struct rect r = rect_of(&s, "slide");
    scene_drag(&s, r.x + 20, r.y + r.h / 2, r.x + r.w - 10, r.y + r.h / 2);
    assert_string_equal(value(&s, "/data/scale"), "10");
    assert_true(scene_tap(&s, "less"));
    assert_string_equal(value(&s, "/data/scale"), "9");
    go_to(&s, "/data/order");
    assert_string_equal(value(&s, "/data/order"), "");
    struct rect from = rect_of(&s, "move:debt"), to = rect_of(&s, "move:docs");
    scene_drag(&s, from.x + 30, from.y + from.h / 2, to.x + 30, to.y + to.h / 2);
    assert_string_equal(value(&s, "/data/order"), "debt docs law job doctor");
    assert_true(scene_tap(&s, "up:job"));
    assert_string_equal(value(&s, "/data/order"), "debt docs job law doctor");
    go_to(&s, "/data/risk/likelihood");
    assert_true(scene_tap(&s, "cell:3:2"));
    assert_string_equal(value(&s, "/data/risk/likelihood"), "high");
    assert_string_equal(value(&s, "/data/risk/impact"), "middle");
    go_to(&s, "/data/moment");
    assert_true(scene_tap(&s, "day:12"));
    assert_string_equal(value(&s, "/data/moment"), ""); /* an hour is missing */
    assert_true(scene_tap(&s, "hour:08"));
    assert_memory_equal(value(&s, "/data/moment") + 7, "-12T08:00:00.000", 16);
    scene_close(&s);
}

static void test_app__a_swipe_goes_on_and_back(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/help");
    scene_drag(&s, 600, 800, 200, 810);
    assert_string_equal(s.app.interview->page.node->name, "trust");
    scene_drag(&s, 200, 800, 600, 790);
    assert_string_equal(s.app.interview->page.node->name, "help");
    scene_drag(&s, 300, 400, 330, 800); /* up and down is none */
    assert_string_equal(s.app.interview->page.node->name, "help");
    scene_close(&s);
}

static void test_app__a_drawing_and_a_file_are_sealed_with_the_record(void **state)
{
    (void)state;
    struct scene s;
    struct err err = {0};
    open_interview(&s);
    go_to(&s, "/data/sign");
    struct rect r = rect_of(&s, "ink");
    scene_drag(&s, r.x + 60, r.y + 60, r.x + r.w - 60, r.y + r.h - 60);
    assert_string_equal(value(&s, "/data/sign"), ""); /* not before the page is left */
    assert_true(scene_tap(&s, "right"));
    const char *name = value(&s, "/data/sign");
    assert_int_equal(strlen(name), 36);
    assert_string_equal(name + 32, ".png");
    const struct buf *png = interview_file(s.app.interview, name);
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
    study_put(&s.study, "stick", "IMG_0001.JPG", &photo);
    study_put(&s.study, "stick", "notes.txt", &photo);
    assert_string_equal(s.app.interview->page.node->name, "photo");
    assert_true(scene_tap(&s, "choose"));
    assert_non_null(scene_find(&s, "found:1"));
    assert_null(scene_find(&s, "found:2")); /* a text is no picture */
    assert_true(scene_tap(&s, "found:1"));
    assert_int_equal(s.app.sheet, SHEET_NONE);
    char photo_name[64];
    snprintf(photo_name, sizeof photo_name, "%s", value(&s, "/data/photo"));
    assert_string_equal(photo_name + 32, ".jpg");

    cut_and_resume(&s); /* both are there */
    const struct buf *again = interview_file(s.app.interview, photo_name);
    assert_non_null(again);
    assert_int_equal(again->len, BIG);
    assert_memory_equal(again->data, noise, BIG);

    /* what is taken out is not sealed */
    go_to(&s, "/data/photo");
    assert_true(scene_tap(&s, "drop"));
    assert_string_equal(value(&s, "/data/photo"), "");
    free(noise);
    buf_fini(&photo);
    scene_close(&s);
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
    (void)state;
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
                 {"time", "hour:08", NULL, NULL},
                 {"likelihood", "cell:2:3", NULL, NULL},
                 {"ack", "choice:OK", NULL, NULL}};
    struct scene s;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    unsigned done = 0;
    scene_open(&s, window, widgets, "widgets", &look);
    scene_type(&s, study_pass);
    scene_key(&s, KEY_ENTER);
    assert_int_equal(s.app.screen, SCREEN_HOME);
    press(&s, "start");
    press(&s, "form:0");
    for (int pages = 0; s.app.screen != SCREEN_FINISH && pages < 60; pages++) {
        if (s.app.screen == SCREEN_HAND) {
            press(&s, "aloud");
        }
        const struct page *p = &s.app.interview->page;
        struct page *fields = &s.app.interview->page;
        size_t count = 1;
        if (p->kind == PAGE_FIELDS) {
            session_fields(s.app.interview->session, &s.app.ui.frame, p, &fields, &count);
        }
        const char *name = p->kind == PAGE_ROSTER ? "" : fields[0].node->name;
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            if (strcmp(steps[i].page, name) != 0) {
                continue;
            }
            done++;
            if (steps[i].text) {
                scene_type(&s, steps[i].text);
            }
            if (steps[i].first) {
                press(&s, steps[i].first);
            }
            if (steps[i].second) {
                press(&s, steps[i].second);
            }
        }
        if (scene_find(&s, "right")) {
            press(&s, "right");
        } else { /* a field is open: Enter alone goes on */
            s.app.ui.show_focus = false;
            scene_key(&s, KEY_ENTER);
        }
    }
    assert_int_equal(s.app.screen, SCREEN_FINISH);
    assert_int_equal(done, sizeof steps / sizeof *steps);
    assert_string_equal(value(&s, "/data/help"), "docs job");
    assert_string_equal(value(&s, "/data/region"), "naryn");
    assert_string_equal(value(&s, "/data/risk/impact"), "high");
    press(&s, "right");
    assert_int_equal(s.app.screen, SCREEN_SEALED);
    scene_close(&s);
}

/* Dark pixels of what was shown last. */
static unsigned ink_shown(void)
{
    uint8_t *rgb = window_pixels(window);
    unsigned ink = 0;
    for (int i = 0; i < 720 * 1280 * 3; i++) {
        ink += rgb[i] < 100;
    }
    free(rgb);
    return ink;
}

static void test_app__a_hidden_window_shows_nothing(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    scene_event(&s, (struct window_event){.kind = WINDOW_HIDE});
    assert_int_equal(ink_shown(), 0);
    scene_event(&s, (struct window_event){.kind = WINDOW_EXPOSE});
    assert_true(ink_shown() > 1000);
    scene_close(&s);
}

static void test_app__asleep_it_shows_nothing_and_has_put_all_away(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/place_name");
    scene_type(&s, "полслова");
    assert_true(ink_shown() > 1000);
    scene_event(&s, (struct window_event){.kind = WINDOW_SLEEP});
    assert_int_equal(ink_shown(), 0);
    scene_event(&s, (struct window_event){.kind = WINDOW_EXPOSE}); /* not yet */
    scene_type(&s, "!");
    assert_int_equal(ink_shown(), 0);
    scene_event(&s, (struct window_event){.kind = WINDOW_AWAKE});
    assert_true(ink_shown() > 1000);
    assert_string_equal(s.app.ui.edit.text.data, "полслова");
    /* the battery dies in the night: what was half typed comes back */
    scene_event(&s, (struct window_event){.kind = WINDOW_SLEEP});
    cut_and_resume(&s);
    assert_string_equal(s.app.ui.edit.text.data, "полслова");
    /* a sleep longer than the device may lie about: locked before anything is shown */
    scene_event(&s, (struct window_event){.kind = WINDOW_SLEEP});
    s.app.last_input_ms -= 3600 * 1000;
    scene_event(&s, (struct window_event){.kind = WINDOW_AWAKE});
    assert_int_equal(s.app.screen, SCREEN_UNLOCK);
    scene_close(&s);
}

static void tap_alone(struct scene *s, const char *id)
{
    struct rect r = rect_of(s, id);
    s->app.ui.last[0] = '\0';
    scene_event_alone(
        s, (struct window_event){.kind = WINDOW_DOWN, .x = r.x + r.w / 2, .y = r.y + r.h / 2});
    scene_event_alone(
        s, (struct window_event){.kind = WINDOW_UP, .x = r.x + r.w / 2, .y = r.y + r.h / 2});
}

static void test_app__a_slow_card_holds_the_page_not_the_screen(void **state)
{
    (void)state;
    struct scene s;
    struct err err = {0};
    open_interview(&s);
    go_to(&s, "/data/ban");
    struct node *asked = s.app.interview->page.node;
    card_ms = 400;
    tap_alone(&s, "choice:yes");
    int64_t start = clock_mono_ms();
    tap_alone(&s, "right");
    assert_true(clock_mono_ms() - start < 200); /* not held up */
    assert_int_equal(s.app.leaving, LEAVE_NEXT);
    assert_ptr_equal(s.app.interview->page.node, asked);
    assert_string_equal(value(&s, "/data/ban"), "yes");
    assert_false(shows(&s, "Подождите"));
    tap_alone(&s, "choice:no"); /* nothing more is taken on this page */
    assert_string_equal(value(&s, "/data/ban"), "yes");
    s.app.leaving_ms -= 1000; /* it takes long: say so */
    scene_event_alone(&s, (struct window_event){.kind = WINDOW_NONE});
    assert_true(shows(&s, "Подождите"));
    /* it is told when the medium has it */
    struct window_event e = window_wait(window, 5000);
    while (e.kind != WINDOW_SAVED && e.kind != WINDOW_NONE) {
        e = window_wait(window, 5000);
    }
    assert_int_equal(e.kind, WINDOW_SAVED);
    scene_event_alone(&s, e);
    assert_int_equal(s.app.leaving, LEAVE_NONE);
    assert_ptr_not_equal(s.app.interview->page.node, asked);
    assert_false(shows(&s, "Подождите"));
    /* back, and locked while the page waits: the answer is there afterwards */
    tap_alone(&s, "left");
    while (s.app.leaving) {
        OK(interview_sync(s.app.interview, &err));
        scene_event_alone(&s, (struct window_event){.kind = WINDOW_SAVED});
    }
    assert_ptr_equal(s.app.interview->page.node, asked);
    tap_alone(&s, "choice:no");
    tap_alone(&s, "right");
    assert_int_equal(s.app.leaving, LEAVE_NEXT);
    app_lock(&s.app);
    assert_int_equal(s.app.leaving, LEAVE_NONE);
    card_ms = 0;
    scene_draw(&s);
    scene_unlock(&s);
    resume(&s);
    assert_string_equal(value(&s, "/data/ban"), "no");
    scene_close(&s);
}

static void test_app__back_from_a_refused_answer_on_a_slow_card(void **state)
{
    (void)state;
    struct scene s;
    struct err err = {0};
    open_interview(&s);
    go_to(&s, "/data/age");
    scene_type(&s, "500");
    card_ms = 50;
    tap_alone(&s, "back");
    assert_int_equal(s.app.leaving, LEAVE_BACK);
    uint64_t ticket = s.app.interview->ticket;
    OK(interview_sync(s.app.interview, &err));
    scene_event_alone(&s, (struct window_event){.kind = WINDOW_SAVED});
    assert_int_equal(s.app.leaving, LEAVE_NONE); /* once, and not refused anew for ever */
    assert_string_equal(s.app.interview->page.node->name, "secret");
    assert_true(s.app.interview->ticket <= ticket + 1); /* the page that is shown now */
    card_ms = 0;
    assert_true(scene_tap(&s, "key:enter"));
    assert_string_equal(s.app.ui.edit.text.data, "500");
    scene_close(&s);
}

static void test_app__keys_typed_ahead_are_for_the_next_page(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/secret");
    scene_type(&s, "А17");
    card_ms = 60;
    scene_event_alone(&s, (struct window_event){.kind = WINDOW_KEY, .key = KEY_ENTER});
    assert_int_equal(s.app.leaving, LEAVE_NEXT);
    scene_event_alone(&s, (struct window_event){.kind = WINDOW_TEXT, .text = "2"});
    card_ms = 0;
    /* covered meanwhile: what comes of it is not painted */
    scene_event_alone(&s, (struct window_event){.kind = WINDOW_HIDE});
    scene_event(&s, (struct window_event){.kind = WINDOW_SAVED});
    assert_int_equal(ink_shown(), 0);
    scene_event(&s, (struct window_event){.kind = WINDOW_EXPOSE});
    assert_true(ink_shown() > 1000);
    assert_string_equal(s.app.interview->page.node->name, "age");
    scene_event(&s, (struct window_event){.kind = WINDOW_TEXT, .text = "5"});
    assert_string_equal(s.app.ui.edit.text.data, "25");
    assert_string_equal(value(&s, "/data/secret"), "А17");
    /* but no key that was meant for a page seals a record */
    struct page *pages;
    size_t count, at;
    interview_pages(s.app.interview, &s.app.ui.frame, &pages, &count, &at);
    card_ms = 60; /* the page itself is still on its way */
    interview_go(s.app.interview, &pages[count - 1]);
    screen_arrive(&s.app);
    scene_draw(&s);
    tap_alone(&s, "right");
    assert_int_equal(s.app.leaving, LEAVE_NEXT);
    scene_event_alone(&s, (struct window_event){.kind = WINDOW_KEY, .key = KEY_ENTER});
    scene_event_alone(&s, (struct window_event){.kind = WINDOW_KEY, .key = KEY_ENTER});
    card_ms = 0;
    scene_event(&s, (struct window_event){.kind = WINDOW_SAVED});
    assert_int_equal(s.app.screen, SCREEN_FINISH);
    assert_int_equal(s.app.ahead_count, 0);
    /* emphasis is taken out of a row; what is none stays */
    assert_string_equal(ui_plain(&s.app.ui, "**Да** <b>нет</b> a_b, 2 < 3 > 1, №*"),
                        "Да нет a_b, 2 < 3 > 1, №*");
    scene_close(&s);
}

static void test_app__the_outline_lists_what_has_no_answer(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/place_name");
    scene_type(&s, "Өзгөн");
    assert_true(scene_tap(&s, "outline"));
    assert_null(scene_find(&s, "leaf:1"));
    assert_true(scene_tap(&s, "open:1")); /* a section's questions, with what was answered */
    assert_non_null(scene_find(&s, "leaf:1"));
    assert_true(shows(&s, "Өзгөн"));
    assert_true(scene_tap(&s, "unanswered"));
    assert_false(shows(&s, "Өзгөн"));
    assert_null(scene_find(&s, "leaf:1")); /* this one has an answer */
    assert_true(scene_tap(&s, "leaf:2"));
    assert_int_equal(s.app.screen, SCREEN_INTERVIEW);
    assert_string_equal(s.app.interview->page.node->name, "story");
    /* the looks may be changed in the middle of an interview; nothing is lost by it */
    scene_type(&s, "Үч жыл");
    scene_tap(&s, "menu");
    assert_true(scene_tap(&s, "settings"));
    assert_true(scene_tap(&s, "night"));
    assert_true(scene_tap(&s, "back"));
    assert_true(s.app.night);
    assert_string_equal(s.app.interview->page.node->name, "story");
    assert_string_equal(s.app.ui.edit.text.data, "Үч жыл");
    scene_close(&s);
}

/* Lists long enough to be kept: one by region, one that is the same for all, one whose labels say
 * what was answered. */
static char *long_lists(void)
{
    enum { ROWS = 1200 };
    struct buf out = {0};
    buf_text(&out,
             "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' "
             "xmlns:jr='http://openrosa.org/javarosa'><h:head><h:title>L</h:title><model><itext>");
    for (int l = 0; l < 2; l++) {
        buf_printf(&out, "<translation lang='%s'>", l ? "ky" : "ru");
        for (int i = 0; i < ROWS; i++) {
            buf_printf(&out, "<text id='t%d'><value>%s %d</value></text>", i, l ? "айыл" : "село",
                       i);
            buf_printf(&out, "<text id='u%d'><value><output value='/data/g/r'/> %d</value></text>",
                       i, i);
        }
        buf_text(&out, "</translation>");
    }
    buf_text(&out, "</itext><instance><data id='lists'><g><r/><v/><w/><x/></g></data></instance>"
                   "<instance id='l'><root>");
    for (int i = 0; i < ROWS; i++) {
        buf_printf(&out, "<item><name>c%d</name><of>%s</of><t>t%d</t><u>u%d</u></item>", i,
                   i % 2 ? "b" : "a", i, i);
    }
    buf_text(&out,
             "</root></instance><bind nodeset='/data/g/r' type='string'/></model></h:head><h:body>"
             "<group ref='/data/g' appearance='field-list'>"
             "<select1 ref='/data/g/r'><label>R</label>"
             "<item><label>A</label><value>a</value></item>"
             "<item><label>B</label><value>b</value></item></select1>");
    static const char *const lists[][3] = {
        {"v", "[of = /data/g/r]", "t"}, {"w", "", "t"}, {"x", "", "u"}};
    for (size_t i = 0; i < 3; i++) {
        buf_printf(&out,
                   "<select1 ref='/data/g/%s' appearance='autocomplete'><label>%s</label>"
                   "<itemset nodeset=\"instance('l')/root/item%s\"><value ref='name'/>"
                   "<label ref='jr:itext(%s)'/></itemset></select1>",
                   lists[i][0], lists[i][0], lists[i][1], lists[i][2]);
    }
    buf_text(&out, "</group></h:body></h:html>");
    char *form = mem_text(out.data);
    buf_fini(&out);
    return form;
}

/* A choice's target on a page of several questions. */
static const char *choice_of(struct scene *s, const char *path, const char *value)
{
    static char id[UI_ID_MAX];
    struct node *node = session_find(s->app.interview->session, path);
    assert_non_null(node);
    snprintf(id, sizeof id, "choice:%u:%s", node->item->index, value);
    return id;
}

static void test_app__a_kept_list_follows_answers_and_languages(void **state)
{
    (void)state;
    struct scene s;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    char *form = long_lists();
    scene_begin(&s, window, form, "lists", &look);
    assert_true(scene_tap(&s, choice_of(&s, "/data/g/r", "a")));
    assert_non_null(scene_find(&s, choice_of(&s, "/data/g/v", "c0")));
    assert_null(scene_find(&s, choice_of(&s, "/data/g/v", "c1")));
    assert_true(shows(&s, "a 0"));
    scene_draw(&s); /* kept from here on */
    assert_true(scene_tap(&s, choice_of(&s, "/data/g/r", "b")));
    assert_null(scene_find(&s, choice_of(&s, "/data/g/v", "c0")));
    assert_non_null(scene_find(&s, choice_of(&s, "/data/g/v", "c1")));
    assert_non_null(scene_find(&s, choice_of(&s, "/data/g/w", "c0")));
    assert_true(shows(&s, "b 0"));
    assert_false(shows(&s, "a 0"));
    assert_true(shows(&s, "село 0"));
    assert_true(scene_tap(&s, "language"));
    assert_true(shows(&s, "айыл 0"));
    assert_false(shows(&s, "село 0"));
    assert_true(scene_tap(&s, choice_of(&s, "/data/g/v", "c3")));
    assert_string_equal(value(&s, "/data/g/v"), "c3");
    /* what is no longer offered is not taken for an answer */
    struct err err = {0};
    struct node *v = session_find(s.app.interview->session, "/data/g/v");
    assert_int_equal(session_answer(s.app.interview->session, v, "c2", &err), ANSWER_CHOICE);
    assert_int_equal(session_answer(s.app.interview->session, v, "c", &err), ANSWER_CHOICE);
    assert_int_equal(session_answer(s.app.interview->session, v, "c5", &err), ANSWER_OK);
    scene_close(&s);
    free(form);
}

static size_t files_on_stick(struct scene *s)
{
    struct arena arena;
    const char **names;
    size_t count = 0;
    arena_init(&arena);
    (void)!file_list(&arena, &names, &count, study_path(&s->study, "stick"), ".age", NULL);
    arena_fini(&arena);
    return count;
}

static void test_app__handing_over_tells_how_far_it_is_and_can_be_stopped(void **state)
{
    (void)state;
    struct scene s;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    char *form = long_lists();
    scene_begin(&s, window, form, "lists", &look);
    assert_true(scene_tap(&s, choice_of(&s, "/data/g/r", "a")));
    assert_true(scene_tap(&s, "right"));
    assert_int_equal(s.app.screen, SCREEN_FINISH);
    assert_true(scene_tap(&s, "right"));
    assert_int_equal(s.app.screen, SCREEN_SEALED);
    assert_true(scene_tap(&s, "right"));
    size_t before = files_on_stick(&s);
    card_ms = 60;
    assert_true(scene_tap(&s, "hand-over"));
    tap_alone(&s, "medium:1");
    assert_non_null(s.app.task);
    assert_null(scene_find(&s, "back")); /* nothing else now */
    assert_true(shows(&s, "Подождите"));
    scene_key(&s, KEY_ESCAPE);
    card_ms = 0;
    scene_event(&s, (struct window_event){.kind = WINDOW_NONE});
    assert_null(s.app.task);
    assert_true(s.app.exchanged);
    assert_int_equal(files_on_stick(&s), before + 1);
    assert_true(scene_tap(&s, "right"));
    /* once more, and stopped */
    card_ms = 60;
    assert_true(scene_tap(&s, "hand-over"));
    tap_alone(&s, "medium:1");
    assert_non_null(scene_find(&s, "stop"));
    tap_alone(&s, "stop");
    scene_event(&s, (struct window_event){.kind = WINDOW_NONE});
    card_ms = 0;
    assert_null(s.app.task);
    assert_int_equal(s.app.screen, SCREEN_HAND_OVER);
    assert_true(s.app.exchanged || shows(&s, "Остановлено"));
    assert_int_equal(files_on_stick(&s), before + 1 + s.app.exchanged);
    scene_close(&s);
    free(form);
}

static void test_app__a_memo_is_no_answer_and_is_not_lost(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/age");
    scene_type(&s, "7"); /* no answer that the form would take */
    assert_true(scene_tap(&s, "memo"));
    assert_int_equal(s.app.sheet, SHEET_MEMO);
    scene_type(&s, "Муж отвечал за неё");
    assert_true(scene_tap(&s, "key:enter"));
    assert_int_equal(s.app.sheet, SHEET_NONE);
    assert_string_equal(s.app.interview->page.node->name, "age");
    assert_string_equal(s.app.ui.edit.text.data, "7"); /* as it was left */
    assert_string_equal(value(&s, "/data/age"), "");
    scene_type(&s, "1"); /* 71 */
    assert_true(scene_tap(&s, "memo"));
    assert_true(shows(&s, "Муж отвечал"));
    scene_key(&s, KEY_ESCAPE); /* nothing was written: no memo */
    assert_null(s.app.interview->memos->next);
    assert_true(scene_tap(&s, "key:enter"));
    assert_string_equal(value(&s, "/data/age"), "71");
    /* cut in the middle of one */
    go_to(&s, "/data/ban");
    scene_tap(&s, "menu");
    assert_true(scene_tap(&s, "memo"));
    scene_type(&s, "боится");
    scene_event(&s, (struct window_event){.kind = WINDOW_SLEEP});
    cut_and_resume(&s);
    const struct interview_memo *m = s.app.interview->memos;
    assert_int_equal(m->number, 2);
    assert_string_equal(m->path, "/data/ban");
    assert_string_equal(m->text.data, "боится");
    assert_string_equal(m->next->text.data, "Муж отвечал за неё");
    assert_string_equal(m->next->path, "/data/age");
    assert_true(scene_tap(&s, "memo"));
    assert_true(scene_tap(&s, "memo:2")); /* gone on with */
    scene_type(&s, " чего-то");
    assert_true(scene_tap(&s, "cancel"));
    assert_string_equal(s.app.interview->memos->text.data, "боится чего-то");
    assert_int_equal(s.app.interview->memos->number, 2);
    scene_close(&s);
}

static void test_app__nothing_of_a_discarded_interview_stays(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/sign");
    struct rect r = rect_of(&s, "ink");
    scene_drag(&s, r.x + 60, r.y + 60, r.x + 300, r.y + 200);
    assert_true(s.app.ink_count > 0);
    assert_true(scene_tap(&s, "menu"));
    assert_true(scene_tap(&s, "discard"));
    assert_true(scene_tap(&s, "discard-yes"));
    assert_null(s.app.interview);
    assert_int_equal(s.app.ink_count, 0);
    assert_null(s.app.ink_node);
    for (size_t i = 0; i < APP_INK; i++) {
        assert_int_equal(s.app.ink[i][0], 0);
    }
    assert_true(scene_tap(&s, "start"));
    assert_true(scene_tap(&s, "form:0"));
    assert_true(scene_tap(&s, "right"));
    assert_string_equal(value(&s, "/data/sign"), "");
    scene_close(&s);
}

static void test_app__a_day_waits_for_its_hour_and_a_wiped_drawing_for_a_new_one(void **state)
{
    (void)state;
    struct scene s;
    open_interview(&s);
    go_to(&s, "/data/moment");
    assert_true(scene_tap(&s, "day:12"));
    assert_true(scene_tap(&s, "right")); /* held, and said */
    assert_string_equal(s.app.interview->page.node->name, "moment");
    assert_non_null(s.app.refused);
    cut_and_resume(&s); /* the day is still there */
    assert_string_equal(s.app.day_shown + 7, "-12");
    assert_true(scene_tap(&s, "hour:09"));
    assert_memory_equal(value(&s, "/data/moment") + 7, "-12T09:00", 9);
    assert_true(scene_tap(&s, "right"));

    go_to(&s, "/data/sign");
    struct rect r = rect_of(&s, "ink");
    scene_drag(&s, r.x + 60, r.y + 60, r.x + 300, r.y + 200);
    assert_int_equal(question_rest_ink(&s.app) > 0, true);
    s.app.ink_ms -= 5000; /* it has rested: written down before the page is left */
    assert_int_equal(question_rest_ink(&s.app), -1);
    char first[64];
    snprintf(first, sizeof first, "%s", value(&s, "/data/sign"));
    assert_int_equal(strlen(first), 36);
    window_resize(window, 1280, 720); /* a turned device keeps the drawing */
    scene_event(&s, (struct window_event){.kind = WINDOW_EXPOSE});
    assert_true(s.app.ink_count > 0);
    window_resize(window, 720, 1280);
    scene_event(&s, (struct window_event){.kind = WINDOW_EXPOSE});
    session_find(s.app.interview->session, "/data/sign")->required = true;
    assert_true(scene_tap(&s, "wipe"));
    scene_tap(&s, "right"); /* the sheet is empty though the old one stands: not left so */
    assert_string_equal(s.app.interview->page.node->name, "sign");
    r = rect_of(&s, "ink");
    scene_drag(&s, r.x + 90, r.y + 60, r.x + 200, r.y + 250);
    assert_true(scene_tap(&s, "right"));
    assert_string_not_equal(value(&s, "/data/sign"), first);
    assert_null(interview_file(s.app.interview, first)); /* counts for no limit any more */
    scene_close(&s);
}

/* A block inside a repeat: its entries are not the respondent's to open or delete. */
static void test_app__the_block_holds_inside_a_repeat(void **state)
{
    (void)state;
    static const char nested[] = "| survey |\n"
                                 "| | type | name | label | appearance |\n"
                                 "| | begin_repeat | child | Children | |\n"
                                 "| | text | who | Who? | |\n"
                                 "| | begin_group | own | Own | respondent-screen |\n"
                                 "| | select_one yn | glad | Glad? | |\n"
                                 "| | select_one yn | calm | Calm? | |\n"
                                 "| | end_group | | | |\n"
                                 "| | end_repeat | | | |\n"
                                 "| choices |\n"
                                 "| | list_name | name | label |\n"
                                 "| | yn | yes | Yes |\n";
    struct scene s;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    char path[] = "/tmp/suhbat-nested-XXXXXX.md";
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, nested, sizeof nested - 1) == sizeof nested - 1);
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    scene_begin(&s, window, form, "form", &look);
    if (!scene_tap(&s, "entry:1")) {
        assert_true(scene_tap(&s, "add"));
    }
    scene_type(&s, "A");
    assert_true(scene_tap(&s, "key:enter"));
    assert_int_equal(s.app.screen, SCREEN_HAND);
    scene_type(&s, "1234");
    assert_true(scene_tap(&s, "key:enter"));
    assert_true(s.app.handed);
    struct node *first = s.app.interview->page.node;
    assert_null(scene_find(&s, "back"));
    scene_drag(&s, 200, 900, 600, 900);
    scene_key(&s, KEY_ESCAPE);
    assert_ptr_equal(s.app.interview->page.node, first);
    assert_int_equal(s.app.screen, SCREEN_INTERVIEW);
    scene_tap(&s, "right");
    assert_non_null(scene_find(&s, "back"));
    scene_tap(&s, "right"); /* the entry's end: back to the interviewer */
    assert_int_equal(s.app.screen, SCREEN_RETURN);
    scene_close(&s);
    free(form);
}

/* A form with pictures in its question and choices; the file is missing for one of them. */
static const char pictured[] =
    "| survey |\n"
    "| | type | name | label::Русский (ru) | image::Русский (ru) | appearance |\n"
    "| | select_one face | face | Как Вы себя чувствуете? | picture.png | likert |\n"
    "| | select_multiple face | many | Что из этого? | gone.png | |\n"
    "| choices |\n"
    "| | list_name | name | label::Русский (ru) | image::Русский (ru) |\n"
    "| | face | good | Хорошо | picture.png |\n"
    "| | face | middle | Средне | picture.png |\n"
    "| | face | bad | Плохо | gone.png |\n";

static unsigned pictures_drawn(struct scene *s)
{
    unsigned count = 0;
    for (size_t i = 0; i < s->app.ui.draws.count; i++) {
        count += s->app.ui.draws.list[i].kind == DRAW_PICTURE;
    }
    return count;
}

static void test_app__pictures_stand_in_questions_and_choices(void **state)
{
    (void)state;
    enum { SIDE = 300 };
    struct scene s;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    struct buf png = {0}, md = {0};
    struct err err = {0};
    uint8_t *gray = mem_alloc(SIDE * SIDE);
    for (int i = 0; i < SIDE * SIDE; i++) {
        gray[i] = (uint8_t)(i / SIDE % 256);
    }
    OK(picture_png(&png, gray, SIDE, SIDE, &err));
    free(gray);
    struct picture p;
    OK(picture_read(&p, png.data, png.len, 30, 60, &err));
    assert_int_equal(p.w, 30);
    assert_int_equal(p.h, 30);
    assert_in_range(p.rgb[0], 0, 12);
    picture_free(&p);
    for (size_t cut = 1; cut < png.len; cut += png.len / 13) { /* half a file costs nothing */
        if (picture_read(&p, png.data, cut, 30, 30, &err)) {
            picture_free(&p);
        }
    }
    buf_text(&md, pictured);
    char path[] = "/tmp/suhbat-pictured-XXXXXX.md";
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, md.data, md.len) == (ssize_t)md.len);
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    scene_picture = &png;
    scene_begin(&s, window, form, "form", &look);
    assert_int_equal(s.app.screen, SCREEN_INTERVIEW);
    assert_int_equal(pictures_drawn(&s),
                     3); /* the question's, two choices'; the third has only words */
    struct rect a = rect_of(&s, "choice:good"), b = rect_of(&s, "choice:bad");
    assert_int_equal(a.y, b.y);            /* a scale of faces is one row */
    assert_true(scene_tap(&s, "picture")); /* as large as the screen, and back */
    assert_int_equal(s.app.sheet, SHEET_PICTURE);
    assert_int_equal(pictures_drawn(&s), 1);
    assert_true(scene_tap(&s, "cancel"));
    assert_int_equal(pictures_drawn(&s), 3);
    assert_true(scene_tap(&s, "choice:bad"));
    assert_string_equal(value(&s, "/data/face"), "bad");
    assert_true(scene_tap(&s, "right"));
    assert_int_equal(pictures_drawn(&s), 2);
    scene_close(&s);
    scene_picture = NULL;
    free(form);
    buf_fini(&png);
    buf_fini(&md);
}

/* A second of a tone as a WAV. */
static void tone(struct buf *out)
{
    enum { RATE = 8000 };
    uint8_t head[44] = "RIFF\0\0\0\0WAVEfmt ";
    put_u32(head + 4, 36 + RATE * 2);
    put_u32(head + 16, 16);
    put_u16(head + 20, 1);
    put_u16(head + 22, 1);
    put_u32(head + 24, RATE);
    put_u32(head + 28, RATE * 2);
    put_u16(head + 32, 2);
    put_u16(head + 34, 16);
    memcpy(head + 36, "data", 4);
    put_u32(head + 40, RATE * 2);
    buf_add(out, head, sizeof head);
    for (int i = 0; i < RATE; i++) {
        uint8_t s[2];
        put_u16(s, (uint16_t)(i / 10 % 2 ? 6000 : -6000));
        buf_add(out, s, 2);
    }
}

static void test_app__prompts_are_read_aloud(void **state)
{
    (void)state;
    static const char sounding[] =
        "| survey |\n"
        "| | type | name | label::Русский (ru) | audio::Русский (ru) | autoplay |\n"
        "| | select_one yn | one | Согласны? | picture.png | |\n"
        "| | select_one yn | two | Ещё раз? | | audio |\n"
        "| | select_one yn | three | И ещё? | picture.png | audio |\n"
        "| choices |\n"
        "| | list_name | name | label::Русский (ru) | audio::Русский (ru) |\n"
        "| | yn | yes | Да | picture.png |\n"
        "| | yn | no | Нет | gone.mp3 |\n";
    struct scene s;
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2, .text_scale = 1, .language = UI_RU};
    struct buf wav = {0};
    tone(&wav);
    assert_int_equal(audio_length_ms(wav.data, wav.len), 1000);
    for (size_t cut = 0; cut < 60; cut += 7) {
        assert_true(audio_length_ms(wav.data, cut) <= 0);
    }
    char path[] = "/tmp/suhbat-sounding-XXXXXX.md";
    int fd = mkstemps(path, 3);
    assert_true(fd >= 0 && write(fd, sounding, sizeof sounding - 1) == sizeof sounding - 1);
    close(fd);
    char *form = scene_form(path);
    unlink(path);
    scene_picture = &wav; /* the package's one extra file: the name does not tell what it is */
    scene_begin(&s, window, form, "form", &look);
    assert_null(scene_find(&s, "say:no")); /* its file is missing */
    assert_true(scene_tap(&s, "listen"));
    assert_true(audio_playing());
    assert_true(scene_tap(&s, "listen"));
    assert_false(audio_playing());
    assert_true(scene_tap(&s, "say:yes"));
    assert_true(audio_playing());
    assert_string_equal(value(&s, "/data/one"), ""); /* listening is no answer */
    assert_true(scene_tap(&s, "right"));             /* the page is left: silence */
    assert_false(audio_playing());
    assert_true(scene_tap(&s, "right")); /* autoplay */
    assert_true(audio_playing());
    assert_true(scene_tap(&s, "left"));
    assert_false(audio_playing());
    scene_close(&s);
    scene_picture = NULL;
    free(form);
    buf_fini(&wav);
}

static void test_app__looks_are_kept(void **state)
{
    (void)state;
    struct scene s;
    struct scene_look look = {
        .w = 720, .h = 1280, .scale = 2, .text_scale = 0, .language = UI_LANGUAGE_COUNT};
    scene_open(&s, window, widgets, "widgets", &look);
    scene_unlock(&s);
    scene_tap(&s, "menu");
    assert_int_equal(s.app.screen, SCREEN_SETTINGS);
    assert_true(scene_tap(&s, "lang:tg"));
    assert_true(scene_tap(&s, "night"));
    assert_true(scene_tap(&s, "text:150"));
    assert_true(scene_tap(&s, "glove"));
    assert_true(scene_tap(&s, "left-hand"));
    struct err err = {0};
    device_close(app_end(&s.app));
    OK(device_open(&s.study.device, study_path(&s.study, "device"), &err));
    scene_boot(&s);
    assert_int_equal(s.app.ui.language, UI_TG);
    assert_true(s.app.night && s.app.ui.glove && s.app.ui.left_hand);
    assert_true(s.app.ui.text_scale > 1.49f && s.app.ui.text_scale < 1.51f);
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_app__one_tap_changes_the_language_and_nothing_else),
        cmocka_unit_test(test_app__a_language_without_a_text_says_so),
        cmocka_unit_test(test_app__the_respondent_has_no_other_way),
        cmocka_unit_test(test_app__five_wrong_pins_lock_and_lose_nothing),
        cmocka_unit_test(test_app__drags_move_knobs_and_rows),
        cmocka_unit_test(test_app__a_swipe_goes_on_and_back),
        cmocka_unit_test(test_app__a_drawing_and_a_file_are_sealed_with_the_record),
        cmocka_unit_test(test_app__a_whole_interview_with_keys_alone),
        cmocka_unit_test(test_app__a_hidden_window_shows_nothing),
        cmocka_unit_test(test_app__asleep_it_shows_nothing_and_has_put_all_away),
        cmocka_unit_test(test_app__a_slow_card_holds_the_page_not_the_screen),
        cmocka_unit_test(test_app__back_from_a_refused_answer_on_a_slow_card),
        cmocka_unit_test(test_app__keys_typed_ahead_are_for_the_next_page),
        cmocka_unit_test(test_app__the_outline_lists_what_has_no_answer),
        cmocka_unit_test(test_app__a_kept_list_follows_answers_and_languages),
        cmocka_unit_test(test_app__handing_over_tells_how_far_it_is_and_can_be_stopped),
        cmocka_unit_test(test_app__a_memo_is_no_answer_and_is_not_lost),
        cmocka_unit_test(test_app__nothing_of_a_discarded_interview_stays),
        cmocka_unit_test(test_app__a_day_waits_for_its_hour_and_a_wiped_drawing_for_a_new_one),
        cmocka_unit_test(test_app__the_block_holds_inside_a_repeat),
        cmocka_unit_test(test_app__pictures_stand_in_questions_and_choices),
        cmocka_unit_test(test_app__prompts_are_read_aloud),
        cmocka_unit_test(test_app__looks_are_kept),
    };
    struct err err = {0};
    struct scene_look look = {.w = 720, .h = 1280, .scale = 2};
    db_setup();
    xml_setup();
    OK(secret_setup(&err));
    window = scene_window(&look);
    widgets = scene_form("tests/cases/widgets.csv");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(widgets);
    font_finish();
    window_close(window);
    return failed;
}
